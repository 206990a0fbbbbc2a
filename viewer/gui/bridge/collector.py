"""Collects garbage on the GUI thread only: a cycle that holds a QObject must not be broken up on a worker."""

from __future__ import annotations

import gc

from PyQt5.QtCore import QObject, QTimerEvent

PERIOD = 500
"""Milliseconds between two looks."""


class Collector(QObject):
    """Collects instead of Python, from its construction until :meth:`close`; GUI thread only."""

    def __init__(self) -> None:
        super().__init__()
        self._thresholds = gc.get_threshold()
        self._was_enabled = gc.isenabled()
        gc.disable()
        # The objects of the start live until the end; searching them again and again would cost long pauses.
        self._freezes = not gc.get_freeze_count()  # what the program around it has frozen stays as it is
        if self._freezes:
            gc.freeze()
        self.startTimer(PERIOD)

    def timerEvent(self, _event: QTimerEvent | None) -> None:  # noqa: N802 - Qt's name
        """Collects the generations that are due, as Python would have."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Lets Python collect again, if it did before; may be called twice."""
        if self._freezes:
            gc.unfreeze()
        if self._was_enabled:
            gc.enable()
        self.deleteLater()
