"""The callers that wait for items: their futures by position."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from concurrent.futures import Future
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from viewer.core.errors import CancelledError
from viewer.core.executor import answer
from viewer.core.locks import SHORT, this_waiter, waiting_for
from viewer.core.prefetch.memory import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from viewer.core.locks import Runner
    from viewer.core.prefetch.load import Answer
    from viewer.core.prefetch.memory import Missing

T = TypeVar("T")


class BlockedFuture(Future[T]):
    """The future of a thread that waits right here: it has no callbacks, so that one lock does for a condition."""

    def __init__(self, runner: Runner) -> None:
        """``runner`` says which thread loads the item."""
        self._runner = runner
        self._is_coming = threading.Lock()
        self._is_coming.acquire()
        self._is_done = False
        self._value: T | None = None
        self._error: BaseException | None = None

    def done(self) -> bool:
        """Returns whether it came, or is not waited for any more."""
        return self._is_done

    def cancel(self) -> bool:
        """Notes that it is not waited for any more; returns whether it had not come."""
        is_late, self._is_done = not self._is_done, True
        return is_late

    def set_running_or_notify_cancel(self) -> bool:
        """Returns whether it is waited for."""
        return not self._is_done

    def set_result(self, result: T) -> None:
        """Hands over the item; once."""
        self._value, self._is_done = result, True
        self._is_coming.release()

    def set_exception(self, exception: BaseException | None) -> None:
        """Hands over the error; once."""
        self._error, self._is_done = exception, True
        self._is_coming.release()

    def wait(self, deadline: float | None, clock: Callable[[], float], tick: float, on_tick: Callable[[], object]) -> T:
        """Returns the item; calls ``on_tick`` every ``tick`` seconds while it waits.

        Raises:
            TimeoutError: it did not come by ``deadline``, a time of ``clock``.
            BaseException: what the loading raised.
        """
        if this_waiter() is None:
            self._wait(deadline, clock, tick, on_tick)
        elif not self._is_coming.acquire(timeout=min(SHORT, _left(deadline, clock))):
            with waiting_for(self._runner):
                self._wait(deadline, clock, tick, on_tick)
        error, self._error = self._error, None
        if error is None:
            return cast("T", self._value)
        try:
            raise error
        finally:
            del error  # or it and this frame would keep each other

    def _wait(
        self, deadline: float | None, clock: Callable[[], float], tick: float, on_tick: Callable[[], object]
    ) -> None:
        while not self._is_coming.acquire(timeout=min(left := _left(deadline, clock), tick)):
            if left <= tick:
                raise TimeoutError("The item did not come in time; it goes on loading.")
            on_tick()


def _left(deadline: float | None, clock: Callable[[], float]) -> float:
    return math.inf if deadline is None else max(0.0, deadline - clock())


class Waiting(Generic[T]):
    """The futures of the items that were requested and have not come, by position; one thread at a time.

    Any thread may take previews.

    Attributes:
        previews: the futures of previews, by position; changed by the methods only.
    """

    def __init__(self) -> None:
        self._futures: OrderedDict[int, list[Future[T]]] = OrderedDict()
        self._new: dict[int, None] = {}
        """Those that may not be under way."""
        self.previews: dict[int, list[Future[T | Missing]]] = {}

    def __contains__(self, position: int) -> bool:
        """Returns whether an item was requested, also if the callers have cancelled meanwhile."""
        return position in self._futures

    def __iter__(self) -> Iterator[int]:
        """Yields the positions, the newest request first."""
        return reversed(self._futures)

    def is_awaited(self, position: int) -> bool:
        """Returns whether a caller still waits for an item."""
        return not all(future.done() for future in self._futures.get(position, ()))

    def add(self, position: int, future: Future[T], preview: Future[T | Missing] | None) -> None:
        """Adds the futures of an item and of its preview; it is the newest request then."""
        # A caller that polls an item of a dead share leaves a future each time.
        self._futures[position] = [*(each for each in self._futures.get(position, ()) if not each.done()), future]
        self._futures.move_to_end(position)
        self._new[position] = self._new.pop(position, None)
        if preview is not None:
            self.previews.setdefault(position, []).append(preview)

    def ask_again(self, position: int) -> None:
        """Notes that an item is not under way any more, and did not come."""
        if position in self._futures:
            self._new[position] = None

    def next_new(self, under_way: Container[int]) -> int | None:
        """Returns the item that was requested last of those that a caller waits for, and that is not ``under_way``."""
        while self._new:
            position = next(reversed(self._new))
            if position not in under_way and self.is_awaited(position):
                return position
            del self._new[position]
        return None

    def take_answers(self, position: int, value: object, error: BaseException | None) -> list[Answer]:
        """Removes the futures of an item and of its preview, and returns them with what they are to get."""
        futures = self._futures.pop(position, None)
        if futures is None:
            return []
        self._new.pop(position, None)
        answers: list[Answer] = [(preview, MISSING, None) for preview in self.take_previews(position)]
        return answers + [(future, value, error) for future in futures]

    def take_all_but(self, positions: Container[int], error: BaseException) -> list[Answer]:
        """Removes all futures but those of items at ``positions``, and returns them with the ``error``."""
        lost = [position for position in self._futures if position not in positions]
        return [each for position in lost for each in self.take_answers(position, None, error)]

    def take_previews(self, position: int) -> list[Future[T | Missing]]:
        """Removes the futures of the preview of an item, and returns them."""
        return self.previews.pop(position, [])

    def end_after_fork(self) -> None:
        """Ends all futures in a process that was forked: what they wait for is under way in its parent."""
        for future in self.take_all():
            if not isinstance(future, BlockedFuture):
                Future.__init__(future)  # its lock may be held
            answer(future, None, CancelledError("The process was forked meanwhile: ask for the item again."))

    def take_all(self) -> list[Future[Any]]:
        """Removes all futures, and returns them."""
        taken: list[Future[Any]] = [*chain(*self._futures.values()), *chain(*self.previews.values())]
        self._futures.clear()
        self._new.clear()
        self.previews.clear()
        return taken
