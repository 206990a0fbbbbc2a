"""The GUI thread as the owner thread."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from PyQt5.QtCore import QCoreApplication, QObject, Qt, QTimer, pyqtSignal

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Timer


class _QtTimer:
    """A timer of :class:`QtLoop`."""

    def __init__(self, parent: QObject, seconds: float, callback: Callable[[], None]) -> None:
        self._timer: QTimer | None = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._run(callback))
        self._timer.start(max(0, math.ceil(seconds * 1000)))

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.deleteLater()
            self._timer = None

    def _run(self, callback: Callable[[], None]) -> None:
        self.cancel()
        callback()


class QtLoop(QObject):
    """Runs callbacks on the GUI thread, through Qt's event queue; made on that thread."""

    _posted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        # Queued also from the GUI thread itself: nothing posted runs within the call that posts it.
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]  # the stubs lack it

    def post(self, callback: Callable[[], None]) -> None:
        """Runs ``callback`` in a later turn of Qt's event loop; any thread."""
        self._posted.emit(callback)

    def turn(self) -> None:
        """Runs what has been posted, and then what that has posted, before Qt's event loop begins; GUI thread."""
        for _ in range(2):  # the plan, and what the plan has begun
            QCoreApplication.sendPostedEvents()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Runs ``callback`` in ``seconds``, unless the timer is cancelled before; GUI thread."""
        return _QtTimer(self, seconds, callback)

    def now(self) -> float:
        """Returns the seconds of a clock that never goes back; any thread."""
        return time.monotonic()

    def _run(self, callback: Callable[[], None]) -> None:
        callback()
