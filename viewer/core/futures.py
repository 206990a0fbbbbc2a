"""Futures whose waiting is noted, so that a load that waits for itself gets an error instead of hanging."""

from __future__ import annotations

import weakref
from concurrent.futures import Future
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.locks import begin_to_wait, end_to_wait, this_waiter, waiting_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from viewer.core.locks import Runner, Wait, Waiter

T = TypeVar("T")

_NO_LOAD = nullcontext()


class WatchedFuture(Future[T]):
    """A future that notices when a load waits for it while that waits for the load in turn: ``DeadlockError``.

    It sees ``result()`` and ``exception()``, and :func:`concurrent.futures.wait` and ``as_completed`` where they wait
    for all: these leave a mark with each future. What waits in a way of its own, such as for an event that a callback
    sets, it cannot see.
    """

    def __init__(self, runner: Runner, refuse: Callable[[], object] = lambda: None) -> None:
        """``runner`` says which thread brings it; ``refuse`` raises DeadlockError where none could."""
        super().__init__()
        self._runner = runner
        self._refuse = refuse
        self._waiters = _Marks(self)

    def result(self, timeout: float | None = None) -> T:
        """Returns the result, waiting for it if need be; raises DeadlockError beside what a future does."""
        with self.waiting():
            return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Returns the error, None if there is none, waiting for the end if need be; as :meth:`result`."""
        with self.waiting():
            return super().exception(timeout)

    def waiting(self) -> AbstractContextManager[None]:
        """Notes that the calling thread waits for it; raises as :func:`viewer.core.locks.waiting_for`."""
        if self.done():
            return _NO_LOAD
        self._refuse()
        return _NO_LOAD if this_waiter() is None else waiting_for(self._runner)

    def begin_to_wait(self) -> tuple[Waiter, Wait] | None:
        """Does the first half of :meth:`waiting`; returns what ``end_to_wait`` is to get, if anything."""
        if self.done():
            return None
        self._refuse()
        return begin_to_wait(self._runner)


class _Marks(list[Any]):
    """The marks that those who wait for several futures leave with each, as ``concurrent.futures`` has them."""

    def __init__(self, future: WatchedFuture[Any]) -> None:
        super().__init__()
        self._future = weakref.ref(future)
        self._waits: dict[int, tuple[Waiter, Wait]] = {}

    def append(self, mark: Any) -> None:  # noqa: ANN401 - of a private class
        """Adds a mark; raises DeadlockError where its thread would wait for ever."""
        future = self._future()
        is_for_all = "First" not in type(mark).__name__ and not getattr(mark, "stop_on_exception", False)
        if future is not None and is_for_all and (wait := future.begin_to_wait()) is not None:
            self._waits[id(mark)] = wait
        super().append(mark)

    def remove(self, mark: Any) -> None:  # noqa: ANN401 - as above
        """Takes a mark away; any thread."""
        super().remove(mark)
        if (wait := self._waits.pop(id(mark), None)) is not None:
            end_to_wait(*wait)
