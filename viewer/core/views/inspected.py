"""A sequence that calls a function at every look at it, for finding out what a program does."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.forks import lock_anew
from viewer.core.views.view import ItemByItem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Inspected(ItemByItem[T]):
    """The same items, with a function called for each that is asked for; any thread.

    >>> letters = Inspected("abc", lambda position, item, seconds: print(position, item), max_calls=2)
    >>> list(letters)
    0 a
    1 b
    ['a', 'b', 'c']
    """

    def __init__(
        self,
        sequence: Sequence[T],
        function: Callable[[int, T, float], object],
        max_calls: int | None = None,
        max_rate: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Calls nothing yet.

        Args:
            sequence: the items.
            function: called with the position from 0, the item and the seconds that it took to come, on the thread
                that asked, before it gets the item; its errors reach the caller.
            max_calls: how often it is called at most.
            max_rate: how often a second it is called at most; the first look always counts.
            clock: returns the time in seconds; to be replaced in tests.

        Raises:
            ValueError: ``max_calls`` is negative, or ``max_rate`` not more than 0.
        """
        if (max_calls is not None and max_calls < 0) or (max_rate is not None and max_rate <= 0):
            raise ValueError("The function is called 0 times or more, and more than 0 times a second.")
        self.sequence = sequence
        self._function = function
        self._calls_left = math.inf if max_calls is None else max_calls
        self._pause = 0.0 if max_rate is None else 1 / max_rate
        self._clock = clock
        self._last = -math.inf
        self._deciding = threading.Lock()
        lock_anew(self, "_deciding")

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_deciding": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Another process has another clock.
        vars(self).update(state, _last=-math.inf, _deciding=threading.Lock())

    def _item(self, position: int) -> T:
        start = self._clock()
        item = self.sequence[position]
        now = self._clock()
        with self._deciding:
            is_due = self._calls_left > 0 and now - self._last >= self._pause
            if is_due:
                self._calls_left -= 1
                self._last = now
        if is_due:
            self._function(position, item, now - start)
        return item
