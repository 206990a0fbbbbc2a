"""The state that callers and workers share: the queues, the loads under way and the callbacks still to run."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from viewer.core.calling import called
from viewer.core.errors import WorkerDiedError
from viewer.core.executor import Failure, Success, bounded, report, run_job
from viewer.core.forks import after_fork
from viewer.core.locks import entrance
from viewer.core.loop import ThreadLoop
from viewer.core.raised import without_locals
from viewer.core.records import dataclass
from viewer.core.requests.request import Priority, Request, State
from viewer.core.values import held_value, prepared
from viewer.core.workers.pool import WorkerPool, is_in_load_of, this_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, MutableMapping

    from viewer.core.requests.request import Callback, Deliver
    from viewer.core.workers.pool import Job, PoolThread
    from viewer.core.workers.worker import Worker


_Notice: TypeAlias = "tuple[Request[Any], Callback[Any], Deliver | None]"


@dataclass(slots=True)
class _Load:
    """A load under way; its request ends with it, and is None if it was cancelled and not made again."""

    id: Hashable
    function: Callable[..., Any]
    arguments: tuple[object, ...]
    request: Request[Any] | None
    pool_thread: PoolThread | None = None


def _loaded(worker: Worker, load: _Load) -> Any:  # noqa: ANN401 - any result
    return prepared(worker.call(load.function, *load.arguments), freeze=False)


@dataclass(eq=False)
class RequestQueue:
    """Takes requests in and hands them out, under one lock; the threads know it and nothing above it.

    No load and no callback runs with the lock held. Every request comes to its end, whatever fails: :meth:`_run`, the
    only way of a thread in here, lets no error out; and a load that waits for another request runs it itself, or gives
    its place to a further thread.

    Attributes:
        make_worker: makes the worker of a thread from its number; what follows is as for a scheduler.
        starts_all: whether :meth:`start` waits until every worker is ready.
    """

    make_worker: Callable[[int], Worker]
    workers: int
    cache: MutableMapping[Hashable, Any] | None
    on_callback_error: Callable[[BaseException], object] | None
    name: str
    starts_all: bool

    def __post_init__(self) -> None:
        self._turn = threading.Lock()  # one start or stop at a time
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._queued: dict[Priority, OrderedDict[Hashable, Request[Any]]] = {each: OrderedDict() for each in Priority}
        self._pending: dict[Hashable, Request[Any]] = {}
        self._loads: dict[Hashable, _Load] = {}
        self._undelivered = 0
        self._pool: WorkerPool | None = None
        self._loop: ThreadLoop | None = None
        self._here = threading.local()  # has ``is_delivering`` on the thread for callbacks
        after_fork(self, lambda self: self._renew())

    def _renew(self) -> None:
        """Begins anew in a process that was forked; what was pending is so in the parent, which has its callbacks."""
        pool, pending = self._pool, list(self._pending.values())
        for load in self._loads.values():
            load.request = None  # also of the load that forked
        self.__post_init__()
        for request in pending:
            request.renew()
            request.end(State.CANCELLED)
        if pool is not None:
            pool.begin_anew(self._lock)
            self._loop, self._pool = ThreadLoop(f"{self.name}-callbacks"), pool

    @property
    def is_running(self) -> bool:
        """Whether it takes requests."""
        return self._pool is not None

    def counts(self) -> tuple[int, int]:
        """Returns how many requests wait for a worker, and how many are being loaded."""
        with entrance(self._lock):
            queued = sum(map(len, self._queued.values()))
            return queued, len(self._pending) - queued

    def requests(self) -> tuple[Request[Any], ...]:
        """Returns those pending, first asked first."""
        with entrance(self._lock):
            return tuple(self._pending.values())

    def find(self, request_id: Hashable) -> Request[Any] | None:
        """Returns the request pending under an id."""
        return self._pending.get(request_id)

    def start(self) -> None:
        """Takes requests from now on; harmless when it does already."""
        entrance(self._lock)  # or it would wait for a turn that waits for the lock
        with self._turn:
            if self._pool is not None:
                return
            pool = WorkerPool(self._lock, self._choose, self.make_worker, self.workers, self.name)
            if self.starts_all:
                pool.start(self.workers)
            with entrance(self._lock):
                self._loop, self._pool = ThreadLoop(f"{self.name}-callbacks"), pool

    def stop(self, timeout: float) -> bool:
        """Cancels what is pending and ends the threads; returns whether they ended within ``timeout`` seconds."""
        deadline = time.monotonic() + bounded(timeout)
        entrance(self._lock)  # as for start
        with self._turn:
            with entrance(self._lock):
                pool, loop = self._pool, self._loop
                if pool is None or loop is None:
                    return True
                notices = [each for request in tuple(self._pending.values()) for each in self._cancel(request)]
                self._loads.clear()  # a load that hangs is not joined after the next start
                self._pool = self._loop = None
            self._deliver(notices)
            ended = pool.close(max(0.0, deadline - time.monotonic()))
            return loop.close(max(0.0, deadline - time.monotonic())) and ended

    def drop(self) -> None:
        """Stops soon, on the thread for callbacks; takes no lock, as the collector may call this anywhere."""
        if (loop := self._loop) is not None:
            loop.post(self._stop_at_once)

    def request(
        self,
        request_id: Hashable,
        function: Callable[..., Any],
        arguments: tuple[object, ...],
        priority: Priority,
        group: Hashable,
        data: object,
        callback: Callback[Any] | None,
        deliver: Deliver | None,
    ) -> Request[Any]:
        """Returns the request for an id, new or pending; for the arguments see ``Scheduler.request``."""
        notices: list[_Notice] = []
        failed: BaseException | None = None
        with entrance(self._lock):
            if self._pool is None:
                raise RuntimeError("The scheduler is stopped: call start() before asking for anything.")
            request = self._pending.get(request_id)
            if request is None:
                request = Request(request_id, function, arguments, priority, self)
                failed = self._take_in(request)
            elif request.state is State.QUEUED:
                request.function, request.arguments = function, arguments
                if priority < request.priority:
                    del self._queued[request.priority][request_id]
                    self._queued[priority][request_id] = request
            request.priority = min(request.priority, priority)
            request.group = request.group if group is None else group
            request.data = request.data if data is None else data
            if callback is not None:
                notices = self._add(request, callback, deliver)
            self._pool.wake()
        if failed is not None:
            self._report(failed)
        self._deliver(notices)
        return request

    def notify(self, request: Request[Any], callback: Callback[Any], deliver: Deliver | None) -> None:
        """Calls ``callback`` with ``request`` once it has come to its end, or now."""
        with entrance(self._lock):
            notices = self._add(request, callback, deliver)
        self._deliver(notices)

    def help(self, request: Request[Any]) -> None:
        """Runs a request on the calling thread, whose load waits for it, if no other thread has begun it."""
        entrance(self._lock)
        thread = this_thread()
        if thread is None or not thread.may_run(self):
            return
        with entrance(self._lock):
            if request.state is not State.QUEUED:
                return
            del self._queued[request.priority][request.id]
            load = self._begin(request)
        self._run(load, thread)

    def runner_of(self, request: Request[Any]) -> PoolThread | None:
        """Returns the thread that loads a request, None if none does."""
        load = self._loads.get(request.id)
        return None if load is None else load.pool_thread

    def cancel(self, requests: Iterable[Request[Any]]) -> int:
        """Cancels those of ``requests`` that are pending, and returns how many they were."""
        with entrance(self._lock):
            pending = [request for request in requests if self._pending.get(request.id) is request]
            notices = [each for request in pending for each in self._cancel(request)]
        self._deliver(notices)
        return len(pending)

    def wait_until_idle(self, timeout: float | None) -> bool:
        """Waits until nothing is pending and all callbacks have run; returns whether that is so."""
        if getattr(self._here, "is_delivering", False):
            raise RuntimeError("A callback cannot wait until the scheduler is idle: it would wait for itself.")
        if is_in_load_of(self):
            raise RuntimeError("A load cannot wait until its scheduler is idle: it would wait for itself.")
        entrance(self._lock)
        with self._idle:
            seconds = None if timeout is None else bounded(timeout)
            return self._idle.wait_for(lambda: not self._pending and not self._undelivered, seconds)

    def _stop_at_once(self) -> None:
        self.stop(0.0)

    def _take_in(self, request: Request[Any]) -> BaseException | None:
        """Answers a new request from the cache, joins it to the load under way or queues it; the lock is held.

        Returns what the cache raised, if it did: the request is loaded then.
        """
        failed = None
        if self.cache is not None:
            try:
                value = prepared(self.cache[request.id], freeze=False)
            except KeyError:
                pass
            except BaseException as error:  # noqa: BLE001 - reported, and the request is loaded
                failed = error
            else:
                request.end(State.DONE, value)
                return None
        self._pending[request.id] = request
        load = self._loads.get(request.id)
        if load is None:
            self._queued[request.priority][request.id] = request
        else:
            load.request = request
            request.state = State.RUNNING
        return failed

    def _choose(self) -> Job | None:
        """Returns the next load; for the threads, with the lock held."""
        for queue in self._queued.values():  # the most urgent first
            if queue:
                return partial(self._run, self._begin(queue.popitem(last=False)[1]))
        return None

    def _begin(self, request: Request[Any]) -> _Load:
        request.state = State.RUNNING
        load = self._loads[request.id] = _Load(request.id, request.function, request.arguments, request)
        return load

    def _run(self, load: _Load, pool_thread: PoolThread) -> None:
        """Loads, and runs the callbacks; on a pool thread."""
        load.pool_thread = pool_thread
        pool_thread.owners.append(self)
        call = partial(_loaded, pool_thread.worker, load)
        outcome = run_job(call)
        if isinstance(outcome, Failure) and isinstance(outcome.error, WorkerDiedError) and load.request is not None:
            outcome = run_job(call)  # the process may have ended for a reason that has nothing to do with this load
        pool_thread.owners.pop()
        if isinstance(outcome, Failure):
            without_locals(outcome.error)
        notices: list[_Notice] = []
        request, failed = load.request, None
        try:
            with self._lock:
                if self._loads.get(load.id) is load:
                    del self._loads[load.id]
                request, load.request = load.request, None
                failed = self._keep(load.id, outcome)
                if request is not None and isinstance(outcome, Success):
                    notices = self._end(request, State.DONE, outcome.value)
                elif request is not None and isinstance(outcome, Failure):
                    notices = self._end(request, State.FAILED, error=outcome.error)
        except BaseException as error:  # noqa: BLE001 - an id that cannot be compared any more, or no thread for callbacks
            failed = error
            if request is not None and not request.is_done:
                request.end(State.FAILED, error=error)
        if failed is not None:
            self._report(failed)
        self._deliver(notices)

    def _keep(self, request_id: Hashable, outcome: Success[Any] | Failure) -> BaseException | None:
        """Puts a result into the cache and returns what the cache raised, if it did; the lock is held."""
        if self.cache is None or isinstance(outcome, Failure):
            return None
        try:
            self.cache[request_id] = held_value(outcome.value)
        except BaseException as error:  # noqa: BLE001 - reported, and the result is delivered all the same
            return _noted(error, f"While the result of the request {request_id!r} was put into the cache.")
        return None

    def _cancel(self, request: Request[Any]) -> list[_Notice]:
        """Ends a pending request as cancelled; the lock is held."""
        if request.state is State.QUEUED:
            del self._queued[request.priority][request.id]
        else:
            self._loads[request.id].request = None
        return self._end(request, State.CANCELLED)

    def _end(
        self, request: Request[Any], state: State, value: object = None, error: BaseException | None = None
    ) -> list[_Notice]:
        """Ends a pending request and returns the callbacks for :meth:`_deliver`; the lock is held."""
        del self._pending[request.id]
        callbacks = request.end(state, value, error)
        self._idle.notify_all()
        return [each for callback, deliver in callbacks for each in self._add(request, callback, deliver)]

    def _add(self, request: Request[Any], callback: Callback[Any], deliver: Deliver | None) -> list[_Notice]:
        """Notes a callback; if the end has come, posts it or returns it for :meth:`_deliver`. The lock is held."""
        if not request.is_done:
            request.callbacks.append((callback, deliver))
            return []
        self._undelivered += 1
        notice = (request, callback, deliver)
        if deliver is None and self._loop is not None:
            self._loop.post(partial(self._deliver_here, notice))
            return []
        return [notice]

    def _deliver_here(self, notice: _Notice) -> None:
        """Runs a callback on the thread for callbacks."""
        self._here.is_delivering = True
        self._deliver([notice])
        self._here.is_delivering = False

    def _deliver(self, notices: list[_Notice]) -> None:
        """Runs callbacks or hands them over, without the lock; lets no error of theirs through."""
        for request, callback, deliver in notices:
            run = partial(self._guarded, request, callback, request)
            if deliver is None:
                run()
            else:
                self._guarded(request, deliver, run)
            with self._lock:
                self._undelivered -= 1
                self._idle.notify_all()

    def _guarded(self, request: Request[Any], function: Callable[..., object], argument: object) -> None:
        try:
            called(function, argument)
        except BaseException as error:  # noqa: BLE001 - reported, and the other callbacks run all the same
            self._report(_noted(error, f"In a callback of the request {request.id!r}."))

    def _report(self, error: BaseException) -> None:
        """Reports an error that no caller waits for."""
        if self.on_callback_error is None:
            report(error)
            return
        try:
            called(self.on_callback_error, error)
        except BaseException as its_own:  # noqa: BLE001 - reported like any other
            report(its_own)


def _noted(error: BaseException, note: str) -> BaseException:
    """Returns ``error`` with a note, if it takes one."""
    with suppress(BaseException):
        error.add_note(note)
    return error
