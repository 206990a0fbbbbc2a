"""The callers that wait for items: their futures by position."""

from __future__ import annotations

import math
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.prefetch.memory import Missing

T = TypeVar("T")


class BlockedFuture(Future[T]):
    """The future of a thread that waits right here: it has no callbacks."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, deadline: float | None, tick: float, on_tick: Callable[[], None]) -> T:
        """Returns the item; calls ``on_tick`` every ``tick`` seconds while it waits.

        Raises:
            TimeoutError: it did not come by ``deadline``, a time of the clock.
            BaseException: what the loading raised.
        """
        while True:
            left = math.inf if deadline is None else max(0.0, deadline - self._clock())
            try:
                return self.result(min(left, tick))
            except TimeoutError:
                if self.done():
                    return self.result()  # the loading's own
                if left <= tick:
                    raise TimeoutError("The item did not come in time; it goes on loading.") from None
            on_tick()


@dataclass(slots=True, eq=False)
class ItemFutures(Generic[T]):
    """The futures of one item: those of the item itself, and those of its preview."""

    futures: list[Future[T]] = field(default_factory=list)
    previews: list[Future[T | Missing]] = field(default_factory=list)


class Waiting(Generic[T]):
    """The items that were asked for and have not come, in the order of the requests; one thread at a time."""

    def __init__(self) -> None:
        self._by_position: OrderedDict[int, ItemFutures[T]] = OrderedDict()

    def __contains__(self, position: int) -> bool:
        """Returns whether an item was asked for, also if the callers have cancelled meanwhile."""
        return position in self._by_position

    def __iter__(self) -> Iterator[int]:
        """Yields the positions, the newest request first."""
        return reversed(self._by_position)

    def is_awaited(self, position: int) -> bool:
        """Returns whether a caller still waits for an item."""
        waiting = self._by_position.get(position)
        return waiting is not None and not all(future.done() for future in waiting.futures)

    def add(self, position: int, future: Future[T]) -> None:
        """Adds a future of an item; it is the newest request then."""
        waiting = self._by_position.setdefault(position, ItemFutures())
        self._by_position.move_to_end(position)
        # A caller that polls an item of a dead share leaves a future each time.
        waiting.futures = [*(each for each in waiting.futures if not each.done()), future]

    def add_preview(self, position: int, preview: Future[T | Missing]) -> None:
        """Adds a future of the preview of an item that was asked for."""
        self._by_position[position].previews.append(preview)

    def has_previews(self, position: int) -> bool:
        """Returns whether the preview of an item was asked for; any thread."""
        waiting = self._by_position.get(position)
        return waiting is not None and bool(waiting.previews)

    def take_previews(self, position: int) -> list[Future[T | Missing]]:
        """Removes the futures of the preview of an item, and returns them."""
        waiting = self._by_position.get(position, ItemFutures())
        previews, waiting.previews = waiting.previews, []
        return previews

    def take(self, position: int) -> ItemFutures[T]:
        """Removes the futures of an item, and returns them."""
        return self._by_position.pop(position, ItemFutures())

    def take_all(self) -> list[Future[Any]]:
        """Removes all futures, and returns them."""
        taken: list[Future[Any]] = []
        for waiting in self._by_position.values():
            taken += [*waiting.futures, *waiting.previews]
        self._by_position.clear()
        return taken


def answer(future: Future[Any], value: object, error: BaseException | None = None) -> None:
    """Hands over the value, or the error, unless the caller has cancelled."""
    if not future.set_running_or_notify_cancel():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)
