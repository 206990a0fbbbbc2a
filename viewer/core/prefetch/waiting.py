"""The callers that wait for items: their futures by position."""

from __future__ import annotations

import math
from collections import OrderedDict
from concurrent.futures import Future
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.prefetch.memory import Missing

T = TypeVar("T")


class BlockedFuture(Future[T]):
    """The future of a thread that waits right here: it has no callbacks."""

    def wait(self, deadline: float | None, clock: Callable[[], float], tick: float, on_tick: Callable[[], None]) -> T:
        """Returns the item; calls ``on_tick`` every ``tick`` seconds while it waits.

        Raises:
            TimeoutError: it did not come by ``deadline``, a time of ``clock``.
            BaseException: what the loading raised.
        """
        while True:
            left = math.inf if deadline is None else max(0.0, deadline - clock())
            try:
                return self.result(min(left, tick))
            except TimeoutError:
                if self.done():
                    return self.result()  # the loading's own
                if left <= tick:
                    raise TimeoutError("The item did not come in time; it goes on loading.") from None
            on_tick()


class Waiting(Generic[T]):
    """The futures of the items that were requested and have not come, by position; one thread at a time."""

    def __init__(self) -> None:
        self._futures: OrderedDict[int, list[Future[T]]] = OrderedDict()
        self._previews: dict[int, list[Future[T | Missing]]] = {}

    def __contains__(self, position: int) -> bool:
        """Returns whether an item was requested, also if the callers have cancelled meanwhile."""
        return position in self._futures

    def __iter__(self) -> Iterator[int]:
        """Yields the positions, the newest request first."""
        return reversed(self._futures)

    def is_awaited(self, position: int) -> bool:
        """Returns whether a caller still waits for an item."""
        return not all(future.done() for future in self._futures.get(position, ()))

    def has_previews(self, position: int) -> bool:
        """Returns whether the preview of an item was requested; any thread."""
        return position in self._previews

    def add(self, position: int, future: Future[T], preview: Future[T | Missing] | None) -> None:
        """Adds the futures of an item and of its preview; it is the newest request then."""
        # A caller that polls an item of a dead share leaves a future each time.
        self._futures[position] = [*(each for each in self._futures.get(position, ()) if not each.done()), future]
        self._futures.move_to_end(position)
        if preview is not None:
            self._previews.setdefault(position, []).append(preview)

    def take(self, position: int) -> list[Future[T]]:
        """Removes the futures of an item, and returns them."""
        return self._futures.pop(position, [])

    def take_previews(self, position: int) -> list[Future[T | Missing]]:
        """Removes the futures of the preview of an item, and returns them."""
        return self._previews.pop(position, [])

    def take_all(self) -> list[Future[Any]]:
        """Removes all futures, and returns them."""
        taken: list[Future[Any]] = [*chain(*self._futures.values()), *chain(*self._previews.values())]
        self._futures.clear()
        self._previews.clear()
        return taken
