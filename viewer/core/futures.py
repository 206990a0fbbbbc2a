"""Futures whose waiting is noted, so that a load that waits for itself gets an error instead of hanging."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.locks import this_waiter, waiting_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from viewer.core.locks import Runner

T = TypeVar("T")

_NO_LOAD = nullcontext()


class WatchedFuture(Future[T]):
    """A future that notices when a load waits for it while that waits for the load in turn: ``DeadlockError``.

    It sees ``result()`` and ``exception()``, :func:`concurrent.futures.wait` for all, and each step of
    ``as_completed``: these leave a mark with each future. What waits in a way of its own, such as for an event that a
    callback sets, it cannot see.

    Attributes:
        runner: says which thread brings it.
        refuse: raises DeadlockError where none could.
    """

    def __init__(self, runner: Runner, refuse: Callable[[], object] = lambda: None) -> None:
        """Takes what the attributes are."""
        super().__init__()
        self.runner = runner
        self.refuse = refuse
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
        self.refuse()
        return _NO_LOAD if this_waiter() is None else waiting_for(self.runner)


class _Marks(list[Any]):
    """The marks that those who wait for several futures leave with each, as ``concurrent.futures`` has them."""

    def __init__(self, future: WatchedFuture[Any]) -> None:
        super().__init__()
        self._future = weakref.ref(future)

    def append(self, mark: Any) -> None:  # noqa: ANN401 - of a private class
        """Adds a mark, whose waiting is noted from now on."""
        future = self._future()
        is_for_first = "First" in type(mark).__name__ or getattr(mark, "stop_on_exception", False)
        if future is not None and not is_for_first:
            if not isinstance(mark.event, _MarkEvent):
                mark.event = _MarkEvent(is_for_all=hasattr(mark, "num_pending_calls"))
            mark.event.futures.add(future)
        super().append(mark)


class _MarkEvent(threading.Event):
    """What is waited for: all of the futures, or one that comes next.

    Attributes:
        futures: those that are known here.
    """

    def __init__(self, *, is_for_all: bool) -> None:
        super().__init__()
        self.futures = weakref.WeakSet[WatchedFuture[Any]]()
        self._is_for_all = is_for_all

    def wait(self, timeout: float | None = None) -> bool:
        """Waits as an event does; raises DeadlockError where its thread would wait for ever."""
        with ExitStack() as waits:
            pending = [] if self.is_set() else [future for future in self.futures if not future.done()]
            if self._is_for_all:
                for future in pending:
                    waits.enter_context(future.waiting())
            elif pending and this_waiter() is not None:
                for future in pending:
                    future.refuse()
                waits.enter_context(waiting_for(*(future.runner for future in pending)))
            return super().wait(timeout)
