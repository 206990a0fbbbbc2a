"""Where callbacks run: the one owner thread that holds all mutable state."""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """A callback that will run later."""

    def cancel(self) -> None:
        """Keeps the callback from running; harmless when it already has. Owner thread only."""


class Loop(Protocol):
    """Runs callbacks one after the other on the owner thread."""

    def post(self, callback: Callable[[], None]) -> None:
        """Runs ``callback`` on the owner thread, soon and never within this call. From any thread."""

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Runs ``callback`` on the owner thread after at least ``seconds``. Owner thread only."""

    def now(self) -> float:
        """Returns the seconds of a clock that never goes back. From any thread."""


class _ThreadTimer:
    """A timer of :class:`ThreadLoop`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self._callback = None

    def run(self) -> None:
        if self._callback is not None:
            self._callback()


class ThreadLoop:
    """A loop for programs without Qt: a daemon thread of its own is the owner thread, started when first needed."""

    def __init__(self, name: str = "lookahead-owner") -> None:
        self._wake = threading.Condition()
        self._posted: deque[Callable[[], None]] = deque()
        self._timers: list[tuple[float, int, _ThreadTimer]] = []
        self._order = itertools.count()
        self._closing = False
        self._name = name
        self._thread: threading.Thread | None = None

    def post(self, callback: Callable[[], None]) -> None:
        """Runs ``callback`` on the thread, after those posted before. From any thread."""
        with self._wake:
            self._posted.append(callback)
            self._notify()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Runs ``callback`` on the thread after at least ``seconds``. From any thread."""
        timer = _ThreadTimer(callback)
        with self._wake:
            heapq.heappush(self._timers, (self.now() + seconds, next(self._order), timer))
            self._notify()
        return timer

    def now(self) -> float:
        """Returns the seconds of the system's monotonic clock. From any thread."""
        return time.monotonic()

    def close(self, timeout: float = 1.0) -> bool:
        """Ends the thread after the callbacks posted before; returns whether it ended within ``timeout`` seconds."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread = self._thread
        if thread is None:
            return True
        if threading.current_thread() is not thread:
            thread.join(timeout)
        return not thread.is_alive()

    def _notify(self) -> None:
        if self._thread is None and not self._closing:
            thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            thread.start()
            self._thread = thread
        self._wake.notify()

    def _run(self) -> None:
        while True:
            callback = self._next()
            if callback is None:
                return
            try:
                callback()
            except BaseException:  # noqa: BLE001 - reported, and the owner thread lives on
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            del callback  # or the objects that the last one holds would live on while nothing happens

    def _next(self) -> Callable[[], None] | None:
        with self._wake:
            while True:
                # Timers that are due queue up behind what is posted, so that neither keeps the other from its turn.
                while self._timers and self._timers[0][0] <= self.now():
                    self._posted.append(heapq.heappop(self._timers)[2].run)
                if self._posted:
                    return self._posted.popleft()
                if self._closing:
                    return None
                self._wake.wait(self._timers[0][0] - self.now() if self._timers else None)
