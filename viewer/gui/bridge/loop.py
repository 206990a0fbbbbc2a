"""The GUI thread as the owner thread."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import math
import sys
import time
from collections import deque
from typing import TYPE_CHECKING

from PyQt5.QtCore import QCoreApplication, QObject, Qt, QTimer, pyqtSignal

from viewer.gui.bridge.gate import gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.loop import Timer

LONG, TOGETHER = 1.0, 0.25
"""Timers of so many seconds and more run at multiples of the second figure: what is done once a second, by however
many, wakes the window once."""
UNDISTURBED = 0.005
"""Seconds that other threads let pass before they ask for the GIL; the block seldom takes as long."""
_MOST = 24 * 3600 * 1000
"""Milliseconds that Qt is asked to wait at most."""


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Keeps the GIL for what the block does, which must be short: decoders ask for it all the time; GUI thread."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(UNDISTURBED)
    gate.close()
    try:
        yield
    finally:
        gate.open()
        sys.setswitchinterval(interval)


class _QtTimer:
    """A timer of :class:`QtLoop`."""

    def __init__(self, loop: QtLoop, callback: Callable[[], None]) -> None:
        self._loop = loop
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        if self.callback is not None:
            self.callback = None
            self._loop.timer_cancelled()

    def run(self) -> None:
        callback, self.callback = self.callback, None
        if callback is not None:
            callback()


class QtLoop(QObject):
    """Runs callbacks on the GUI thread, through Qt's event queue; made on that thread.

    However many callbacks wait, Qt has one event to pass on, and one timer to keep: objects of its own for each of them
    took a fifth of the GUI thread's time.
    """

    _woken = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        # Queued also from the GUI thread itself: nothing posted runs within the call that posts it.
        self._woken.connect(self._run, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]  # the stubs lack it
        self._posted: deque[Callable[[], None]] = deque()
        self._is_woken = False
        self._timers: list[tuple[float, int, _QtTimer]] = []
        self._order = itertools.count()
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._ring)
        self._rings_at = math.inf

    def post(self, callback: Callable[[], None]) -> None:
        """Runs ``callback`` in a later turn of Qt's event loop; any thread."""
        self._posted.append(callback)
        self._wake()

    def turn(self) -> None:
        """Runs what has been posted, and then what that has posted, before Qt's event loop begins; GUI thread."""
        for _ in range(2):  # the plan, and what the plan has begun
            QCoreApplication.sendPostedEvents()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Runs ``callback`` in ``seconds`` or a bit more, unless the timer is cancelled before; GUI thread."""
        timer, due = _QtTimer(self, callback), self.now() + seconds
        if seconds >= LONG:
            due = math.ceil(due / TOGETHER) * TOGETHER
        heapq.heappush(self._timers, (due, next(self._order), timer))
        self._set_clock()
        return timer

    def now(self) -> float:
        """Returns the seconds of a clock that never goes back; any thread."""
        return time.monotonic()

    def timer_cancelled(self) -> None:
        """Called by a timer that runs no more; GUI thread."""
        self._set_clock()

    def _wake(self) -> None:
        if not self._is_woken:
            self._is_woken = True
            self._woken.emit()

    def _run(self) -> None:
        self._is_woken = False  # before it is looked what waits: what a worker posts from now on wakes again
        count = len(self._posted)
        if count > 1:
            self._wake()  # one of them may fail, or not return for long: it may open a dialog
        for _ in range(count):
            if self._posted:
                self._posted.popleft()()

    def _set_clock(self) -> None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        due = self._timers[0][0] if self._timers else math.inf
        if due == self._rings_at:
            return
        self._rings_at = due
        if due == math.inf:
            self._clock.stop()
        else:
            self._clock.start(min(max(0, math.ceil(1000 * (due - self.now()))), _MOST))

    def _ring(self) -> None:
        """Runs the first timer that is due, and has the others run soon."""
        first: _QtTimer | None = None
        self._rings_at = math.inf
        while self._timers and self._timers[0][0] <= self.now():
            timer = heapq.heappop(self._timers)[2]
            if first is None:
                first = timer if timer.callback is not None else None
            else:
                self.post(timer.run)
        self._set_clock()
        if first is not None:
            first.run()
