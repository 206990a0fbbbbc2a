"""Collects garbage on the GUI thread only: a cycle that holds a QObject must not be broken up on a worker."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.core.loop import Loop, Timer

PERIOD = 1.0
"""Seconds between two looks."""


class Collector:
    """Collects instead of Python, from its construction until :meth:`close`; GUI thread only."""

    def __init__(self, loop: Loop) -> None:
        """Collects on the thread of ``loop``."""
        self._loop = loop
        self._thresholds = gc.get_threshold()
        self._was_enabled = gc.isenabled()
        gc.disable()
        # The objects of the start live until the end; searching them again and again would cost long pauses.
        self._freezes = not gc.get_freeze_count()  # what the program around it has frozen stays as it is
        if self._freezes:
            gc.freeze()
        self._timer: Timer = loop.call_later(PERIOD, self.look)

    def look(self) -> None:
        """Collects the generations that are due, as Python would have; again after a while."""
        self._timer = self._loop.call_later(PERIOD, self.look)
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Lets Python collect again, if it did before; may be called twice."""
        self._timer.cancel()
        if self._freezes:
            gc.unfreeze()
        if self._was_enabled:
            gc.enable()
