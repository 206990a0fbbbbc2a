"""One request: its load, its state, and the callbacks at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from enum import Enum, IntEnum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar, cast

from viewer.core.errors import CancelledError
from viewer.core.executor import answer, bounded
from viewer.core.locks import let_another_run, waiting_for
from viewer.core.raised import copy_of
from viewer.core.records import dataclass, field
from viewer.core.values import handed_out

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Generator, Hashable, Iterable
    from contextlib import AbstractContextManager

    from viewer.core.workers.pool import PoolThread

T = TypeVar("T")

Deliver: TypeAlias = Callable[[Callable[[], None]], object]
"""Takes a function and runs it where the caller wants, soon; itself quick, and called from any thread."""


class Priority(IntEnum):
    """The order of the loads; within one priority, first come is first served."""

    HIGH = 0
    NORMAL = 1
    LOW = 2


class State(Enum):
    """How far a request is; the last three are for good."""

    QUEUED = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    CANCELLED = auto()


class RequestOwner(Protocol):
    """Serves requests; any thread."""

    def cancel(self, requests: Iterable[Request[Any]]) -> int:
        """Cancels those of ``requests`` that are pending, and returns how many they were."""

    def notify(self, request: Request[Any], callback: Callback[Any], deliver: Deliver | None) -> None:
        """Calls ``callback`` with ``request`` once it has come to its end, or now."""

    def help(self, request: Request[Any]) -> None:
        """Called where a thread waits for ``request``, which may be one of those that run the loads."""

    def runner_of(self, request: Request[Any]) -> PoolThread | None:
        """Returns the thread that loads ``request``, None if none does."""


@dataclass(eq=False, repr=False)
class Request(Generic[T]):
    """Something asked for under an id. Made by a scheduler; all methods may be called from any thread.

    A second request for an id that is pending is the same object. In a coroutine, ``await request`` returns its result;
    a task that is cancelled while it waits leaves the request to the others. It is a coroutine itself, of each task
    that runs it, for :func:`asyncio.create_task` and the like: that is what ``send``, ``throw`` and ``close`` are for.

    A load may wait for other requests of the same scheduler: it runs one itself that no worker has begun.

    Attributes:
        id: the id it was requested under.
        function: called to load it; the scheduler's, as ``arguments``, ``owner`` and ``callbacks``.
        arguments: those of ``function``.
        priority: how urgent it is; only ever rises.
        owner: serves it.
        group: equal for requests that are cancelled together.
        data: a value of the caller's.
        state: how far it is.
        callbacks: called when it is done, each with how to run it.
    """

    id: Hashable
    function: Callable[..., T]
    arguments: tuple[object, ...]
    priority: Priority
    owner: RequestOwner
    group: Hashable = None
    data: Any = None
    state: State = State.QUEUED
    callbacks: list[tuple[Callback[T], Deliver | None]] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _value: T | None = None
    _error: BaseException | None = None
    _steps: dict[object, Generator[Any, None, T]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Request {self.id!r}: {self.state.name.lower()}>"

    @property
    def is_done(self) -> bool:
        """Whether it has come to its end, be it a result, an error or being cancelled."""
        return self._ended.is_set()

    def result(self, timeout: float | None = None) -> T:
        """Waits for the result, ``timeout`` seconds at most or for ever, and returns it.

        Images in it have been read, and may be drawn upon: each caller gets its own.

        Raises:
            BaseException: what the load raised, in its own type.
            CancelledError: the request was cancelled, or its scheduler stopped.
            DeadlockError: a load asks, and the request waits for that load.
            TimeoutError: it did not come in time; the load goes on.
        """
        error = self._wait(timeout)
        if error is not None:
            try:
                # A copy, as each caller adds to its traceback.
                raise copy_of(error)
            finally:
                del error, self  # or they and this frame would hold each other
        return handed_out(cast("T", self._value))

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Waits for the end and returns what the load raised, None if it was successful; as :meth:`result`."""
        error = self._wait(timeout)
        if self.state is State.CANCELLED and error is not None:
            raise error
        return error

    def cancel(self) -> bool:
        """Cancels it; a load under way goes on, without an effect here. Returns whether it was pending."""
        return self.owner.cancel([self]) == 1

    def add_done_callback(self, callback: Callback[T], deliver: Deliver | None = None) -> None:
        """Calls ``callback`` with this request exactly once, when it has come to its end or now if it has.

        ``deliver`` says how to run it where it should run, such as ``loop.call_soon_threadsafe``; None runs it on the
        scheduler's thread for callbacks, one after the other.
        """
        self.owner.notify(self, callback, deliver)

    def future(self) -> concurrent.futures.Future[T]:
        """Returns a new future of the result; cancelling it leaves the request to the others."""
        from viewer.core.futures import WatchedFuture  # noqa: PLC0415 - few scripts need it, and it takes its time

        future = WatchedFuture[T](partial(self.owner.runner_of, self))

        def fill(_: Request[T]) -> None:
            if self.state is State.CANCELLED:
                future.cancel()
            error = self._error and copy_of(self._error)
            answer(future, handed_out(self._value), error)
            del error

        self.add_done_callback(fill)
        let_another_run()  # a load that asks is likely to wait
        return future

    def __await__(self) -> Generator[Any, None, T]:
        import asyncio  # noqa: PLC0415 - few scripts need it, and it takes its time

        from viewer.core.awaiting import cancelled_as_awaited  # noqa: PLC0415 - as above

        loop = asyncio.get_running_loop()
        waiting = loop.create_future()

        def wake(_: Request[T]) -> None:
            if not waiting.done():
                waiting.set_result(None)

        def deliver(run: Callable[[], None]) -> None:
            with suppress(RuntimeError):  # the user's loop is closed, and nothing waits there any more
                loop.call_soon_threadsafe(run)

        self.add_done_callback(wake, deliver)
        if not self.is_done:
            self.owner.help(self)
        with cancelled_as_awaited(), self._noted_wait():
            yield from waiting
            return self.result()

    def send(self, value: None) -> object:
        """Goes on in the running task, until it is to wait for something; as a coroutine does."""
        import asyncio  # noqa: PLC0415 - as above

        task = asyncio.current_task()
        return self._go_on(task, self._steps.setdefault(task, self.__await__()).send, value)

    def throw(self, *error: Any) -> object:  # noqa: ANN401 - as in Python's older and newer versions
        """Raises ``error`` where the running task waits; as a coroutine does."""
        import asyncio  # noqa: PLC0415 - as above

        task = asyncio.current_task()
        return self._go_on(task, self._steps.setdefault(task, self.__await__()).throw, *error)

    def close(self) -> None:
        """Does nothing: the request stays as it is; :meth:`cancel` cancels it."""

    def renew(self) -> None:
        """Makes it fit to be ended in a process that was forked; for the scheduler."""
        self._ended = threading.Event()
        self.callbacks = []

    def _go_on(self, task: object, step: Callable[..., object], *arguments: object) -> object:
        try:
            return step(*arguments)
        except BaseException:  # StopIteration too, which holds the result
            self._steps.pop(task, None)
            raise

    def _noted_wait(self) -> AbstractContextManager[None]:
        return nullcontext() if self.is_done else waiting_for(partial(self.owner.runner_of, self))

    def end(
        self, state: State, value: T | None = None, error: BaseException | None = None
    ) -> list[tuple[Callback[T], Deliver | None]]:
        """Ends it, drops its function and returns the callbacks to run; the scheduler's, under its lock."""
        self.state = state
        self._value = value
        self._error = error
        self._ended.set()
        del self.function, self.arguments
        callbacks, self.callbacks = self.callbacks, []
        return callbacks

    def _wait(self, timeout: float | None) -> BaseException | None:
        if not self.is_done:
            self.owner.help(self)
        with self._noted_wait():
            has_ended = self._ended.wait(None if timeout is None else bounded(timeout))
        if not has_ended:
            raise TimeoutError(f"The request {self.id!r} was not served within {timeout} seconds.")
        if self.state is State.CANCELLED:
            return CancelledError(f"The request {self.id!r} was cancelled.")
        return self._error


Callback: TypeAlias = Callable[[Request[T]], object]
"""Called with a request that has come to its end."""
