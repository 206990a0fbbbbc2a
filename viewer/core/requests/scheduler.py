"""The scheduler: takes requests from any thread and has them loaded by threads or processes."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Self, TypeVar, TypeVarTuple, overload

from viewer.core.hints import hinting
from viewer.core.requests.queue import RequestQueue
from viewer.core.requests.request import Priority
from viewer.core.workers.backend import BackEnd, cores, worker_maker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, MutableMapping

    from viewer.core.requests.request import Callback, Deliver, Request
    from viewer.core.workers.backend import BackEndName, StartMethod

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THREADS = 8
"""How many loads run at once by default in threads: loads mostly wait, and at 100 ms of latency 8 of them pay."""

_NOTHING = object()


class Scheduler:
    """Loads what is requested, the most urgent first and each id once; it has no cache but the one given to it.

    Runs from the start, until :meth:`stop`, the end of its ``with`` block, or until it is dropped; whatever is pending
    then ends as cancelled. All methods may be called from any thread, also in a load or a callback, but not in a
    ``__del__``. At the end of the program there is nothing to do: its threads and processes end with it.
    """

    @hinting("Scheduler")
    def __init__(
        self,
        workers: int | None = None,
        *,
        backend: BackEndName = "threads",
        start_method: StartMethod | None = None,
        hook: Callable[[int], object] | None = None,
        cache: MutableMapping[Hashable, Any] | None = None,
        on_callback_error: Callable[[BaseException], object] | None = None,
        name: str = "lookahead-request",
    ) -> None:
        """Starts; threads and processes are made when they are first needed, or now if there is a hook.

        Args:
            workers: how many loads run at once, at least 1; None is 8 for threads and the number of cores for
                processes.
            backend: ``"threads"`` or ``"processes"``; functions and arguments are pickled on their way to a process.
            start_method: how processes are started, one of :func:`multiprocessing.get_all_start_methods`.
            hook: called in each worker with its number, from 0, before its first load.
            cache: any quick mapping, which results are put into and requests answered from. It is used under the
                scheduler's lock, so it need not be safe for threads, and must not call the scheduler.
            on_callback_error: called with an error of a callback, its ``deliver`` or the cache; None reports it as
                :func:`threading.excepthook` does.
            name: what the threads are called.

        Raises:
            ValueError: a back end, start method or number of workers that there is not.
            Exception: whatever the hook raised.
        """
        make_worker = worker_maker(backend, hook, start_method)
        if workers is None:
            workers = THREADS if backend == BackEnd.THREADS else cores()
        if workers < 1:
            raise ValueError(f"A scheduler needs at least one worker, not {workers}.")
        self._queue = queue = RequestQueue(make_worker, workers, cache, on_callback_error, name, hook is not None)
        queue.start()
        # The threads know the queue only, so a scheduler without a reference goes, and takes them with it.
        weakref.finalize(self, queue.drop).atexit = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def workers(self) -> int:
        """How many loads run at once."""
        return self._queue.workers

    @property
    def is_running(self) -> bool:
        """Whether it takes requests."""
        return self._queue.is_running

    @property
    def queued(self) -> int:
        """How many requests wait for a worker."""
        return self._queue.counts()[0]

    @property
    def running(self) -> int:
        """How many requests are being loaded; a load whose request was cancelled does not count."""
        return self._queue.counts()[1]

    @property
    def pending(self) -> int:
        """How many requests have not come to their end: those queued and those running."""
        return sum(self._queue.counts())

    def requests(self) -> tuple[Request[Any], ...]:
        """Returns those pending, first asked first."""
        return self._queue.requests()

    @overload
    def request(
        self,
        request_id: Hashable,
        load: Callable[[*Ts], Awaitable[T]],
        *arguments: *Ts,
        priority: Priority = ...,
        group: Hashable = ...,
        data: object = ...,
        callback: Callback[T] | None = ...,
        deliver: Deliver | None = ...,
    ) -> Request[T]: ...
    @overload
    def request(
        self,
        request_id: Hashable,
        load: Callable[[*Ts], T],
        *arguments: *Ts,
        priority: Priority = ...,
        group: Hashable = ...,
        data: object = ...,
        callback: Callback[T] | None = ...,
        deliver: Deliver | None = ...,
    ) -> Request[T]: ...
    def request(
        self,
        request_id: Hashable,
        load: Callable[[*Ts], Any],
        *arguments: *Ts,
        priority: Priority = Priority.NORMAL,
        group: Hashable = None,
        data: object = None,
        callback: Callback[Any] | None = None,
        deliver: Deliver | None = None,
    ) -> Request[Any]:
        """Asks for ``load(*arguments)`` under an id, and returns the request at once.

        An id in the cache is answered from it. An id that is pending is loaded once, for all callers: the request may
        become more urgent, never less; its group and data are the latest given; while it is queued, so are ``load`` and
        ``arguments``. An id whose load still runs after it was cancelled joins that load.

        Args:
            request_id: names the load, such as a path or a tuple of path and page.
            load: called in a worker; any error of its becomes that of the request.
            *arguments: those of ``load``.
            priority: how urgent it is.
            group: equal for requests that are cancelled together.
            data: anything of the caller's, such as the region it shows, for :meth:`cancel_where`.
            callback: called with the request exactly once: loaded, failed or cancelled.
            deliver: how to run ``callback`` where it should run, such as ``loop.call_soon_threadsafe``; quick, and
                called on whichever thread brings the end about. None runs it on a thread for callbacks, one after the
                other, so that a slow one delays no load.

        Raises:
            RuntimeError: the scheduler is stopped.
        """
        if not callable(load):
            raise TypeError(f"The load function of the request {request_id!r} cannot be called: {load!r}.")
        return self._queue.request(request_id, load, arguments, Priority(priority), group, data, callback, deliver)

    def cancel(self, request_id: Hashable) -> bool:
        """Cancels the request pending under an id, if there is one; returns whether there was.

        One that is queued is never loaded. A load under way goes on, and its result goes into the cache.
        """
        request = self._queue.find(request_id)
        return request is not None and request.cancel()

    def cancel_group(self, group: Hashable, keep: Hashable = _NOTHING) -> int:
        """Cancels the pending requests of exactly this group but for the id ``keep``; returns how many they were."""
        return self.cancel_where(lambda request: request.group == group, keep)

    def cancel_where(self, obsolete: Callable[[Request[Any]], bool], keep: Hashable = _NOTHING) -> int:
        """Cancels the pending requests that are obsolete but for the id ``keep``; returns how many they were.

        ``obsolete`` is called with each, and may look at its id, group, priority, state and data.
        """
        return self._queue.cancel([each for each in self.requests() if each.id != keep and obsolete(each)])

    def wait_until_idle(self, timeout: float | None = None) -> bool:
        """Waits until nothing is pending and all callbacks have run, or been handed to their ``deliver``.

        Waits ``timeout`` seconds at most, or for ever; returns whether it is idle.

        Raises:
            RuntimeError: called in a callback on the thread for callbacks.
        """
        return self._queue.wait_until_idle(timeout)

    def start(self) -> None:
        """Takes requests again after :meth:`stop`, or raises what the hook does; harmless when it does already."""
        self._queue.start()

    def stop(self, timeout: float = 0.05) -> bool:
        """Cancels the pending requests, runs their callbacks, and ends the threads; harmless when it is stopped.

        Waits for loads and callbacks under way, ``timeout`` seconds at most; returns whether everything has ended. A
        process is ended in its load; a thread that hangs is left behind, and never keeps the program from ending.
        """
        return self._queue.stop(timeout)
