"""The threads that take jobs, each with a worker of its own."""

from __future__ import annotations

import os
import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.calling import runs_loop
from viewer.core.errors import DeadlockError
from viewer.core.executor import Failure, Success, lower_priority, report, run_job
from viewer.core.locks import Waiter, be, is_held, taking, this_waiter
from viewer.core.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.workers.worker import Worker


@dataclass(slots=True, eq=False)
class PoolThread(Waiter):
    """One thread, as the job that it runs sees it.

    Attributes:
        worker: calls the functions for it.
        pool: the pool it belongs to.
        is_abandoned: whether another thread has taken its place; it ends with its job.
        owners: the engines and queues whose functions it is calling now, the innermost last: a function can ask for
            something that is loaded by another, on the same thread.
        is_replaced: whether one thread more runs until its job ends, which may wait for others.
    """

    worker: Worker
    pool: WorkerPool
    is_abandoned: bool = False
    owners: list[object] = field(default_factory=list)
    is_replaced: bool = False

    def locks(self) -> list[threading.RLock]:
        """Returns the locks that it holds, that of its pool among them."""
        return [*self.holds, *([self.pool.lock] if is_held(self.pool.lock) else ())]

    def may_run(self, owner: object) -> bool:
        """Returns whether it may run more for ``owner`` within the function of ``owner`` that it calls now."""
        return owner in self.owners and len(self.owners) < NESTED_MOST and not runs_loop()

    def let_another_run(self) -> None:
        """Has one thread more run jobs until the job of this one ends, which may wait for them."""
        if self.is_replaced or self.is_abandoned or is_held(self.pool.lock):  # then no other could get a job
            return
        self.is_replaced = True  # first: to wait for the lock leads here again
        try:
            with taking(self.pool.lock):
                self.pool.count += 1
                self.pool.wake()
        except DeadlockError:
            self.is_replaced = False
            raise

    def end_job(self) -> None:
        """Ends the effect of :meth:`let_another_run`; with the lock held."""
        if self.is_replaced:
            self.is_replaced = False
            self.pool.count -= 1


NESTED_MOST = 12
"""Functions of one owner that run within each other on one thread: Python's stack holds 1,000 calls."""


def this_thread() -> PoolThread | None:
    """Returns the calling thread as its pool knows it, None for any other thread."""
    waiter = this_waiter()
    return waiter if isinstance(waiter, PoolThread) else None


def is_in_load_of(owner: object) -> bool:
    """Returns whether the calling thread runs a load of ``owner``: that says nothing of where the callers go."""
    thread = this_thread()
    return thread is not None and owner in thread.owners


def refuse_in_load(owner: object) -> None:
    """Raises DeadlockError if a load of ``owner`` asks for items to be loaded anew."""
    if is_in_load_of(owner):
        raise DeadlockError(
            "A load must not have items loaded anew, its own or others, nor must on_error: items that fail could do so "
            "to each other for ever. Have the caller of the load do it."
        )


_Outcomes: TypeAlias = "queue.SimpleQueue[Success[None] | Failure]"
Job: TypeAlias = "Callable[[PoolThread], Job | None]"
"""A piece of work; it may return the next one for the same thread, if it is not abandoned: chosen with the lock held,
under which it also wakes the others."""


@dataclass(eq=False)
class WorkerPool:
    """A number of daemon threads, started when first needed, that ask for the next job when they have done one.

    The owner's lock guards the choice: ``choose`` is called with it held, by :meth:`wake` and by each thread that has
    done a job, so that no request falls between two threads. Jobs run without it. No error of a job, of ``choose`` or
    of a worker ends a thread or loses another job; a job that was chosen runs, as soon as there is a thread for it.

    Attributes:
        lock: the owner's.
        choose: returns the next job, or None if there is nothing to do.
        make_worker: makes the worker of a thread from its number, from 0.
        count: how many jobs run at once, at least 1.
        name: what the threads are called.
        niceness: how far they step back behind others, on Linux.
        starts_together: for workers that take long to start, how many start at the same time: from the first job on
            all do, and those get no job before they are ready, as another may be free sooner. 0 for other workers.
    """

    lock: threading.RLock
    choose: Callable[[], Job | None]
    make_worker: Callable[[int], Worker]
    count: int
    name: str
    niceness: int = 0
    starts_together: int = 0
    _jobs: queue.SimpleQueue[Job | _Task | None] = field(default_factory=queue.SimpleQueue)
    _threads: dict[PoolThread, threading.Thread] = field(default_factory=dict)
    _ready: set[PoolThread] = field(default_factory=set)
    """Those that have begun a job, or whose worker has started beforehand."""
    _made: int = 0
    _busy: int = 0
    _closed: bool = False

    def __contains__(self, pool_thread: PoolThread) -> bool:
        """Returns whether a thread belongs here and was not abandoned; the lock must be held."""
        return pool_thread in self._threads

    def wake(self) -> None:
        """Hands out jobs while there are any and a thread is free; the lock must be held.

        Raises:
            RuntimeError: the system starts no thread; the jobs wait for those that there are, or for the next call.
        """
        if self.starts_together and self._ready and not self._closed:
            while len(self._threads) < min(self.count, len(self._ready) + self.starts_together - 1):
                self._start(None)
        at_once = min(self.count, len(self._ready) or self.count)
        while self._busy < at_once and (job := self._next()) is not None:
            self._busy += 1
            self._jobs.put(job)
            if self._busy > len(self._threads):
                self._start(None)
        while self._busy > len(self._threads) and not self._closed:  # it could not be started earlier
            self._start(None)

    def start(self, count: int) -> None:
        """Starts ``count`` threads and waits until their workers are ready; without the lock, once.

        If hooks fail, closes the threads and raises the error of the first.
        """
        outcomes: _Outcomes = queue.SimpleQueue()
        with self.lock:
            for _ in range(count):
                self._start(outcomes)
        failures = [outcome for _ in range(count) if isinstance(outcome := outcomes.get(), Failure)]
        if failures:
            self.close(1.0)
            raise failures[0].error

    def begin_anew(self, lock: threading.RLock) -> None:
        """Begins without threads and jobs, in a process that was forked; ``lock`` is the owner's now."""
        for pool_thread in self._threads:
            pool_thread.end_job()
            pool_thread.is_abandoned = True  # if it forked, from within a job, the process ends with that
        self.lock, self._jobs, self._threads, self._busy = lock, queue.SimpleQueue(), {}, 0
        self._ready.clear()

    def abandon(self, pool_thread: PoolThread) -> None:
        """Lets another thread take the place of one whose job hangs; the lock must be held."""
        if not pool_thread.is_abandoned and pool_thread in self._threads:
            pool_thread.is_abandoned = True
            del self._threads[pool_thread]
            self._ready.discard(pool_thread)
            self._busy -= 1

    def close(self, timeout: float) -> bool:
        """Takes no more jobs and waits for the running ones, ``timeout`` seconds at most; without the lock.

        Returns whether all threads have ended. One that is stuck is left behind; the program can end all the same.
        """
        with self.lock:
            self._closed = True
            threads = dict(self._threads)
        for _ in threads:
            self._jobs.put(None)
        deadline = time.monotonic() + timeout
        for pool_thread, thread in threads.items():
            pool_thread.worker.interrupt()
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads.values())

    def run_soon(self, task: Callable[[], None]) -> None:
        """Has the next free thread run ``task``, a quick one that takes the lock if it needs it; takes no lock.

        For callers that must not wait for ``task``. It never runs if no thread was ever started.
        """
        self._jobs.put(_Task(task))

    def drop(self) -> None:
        """Ends the threads when they have done what they do; waits for nothing and takes no lock."""
        self._closed = True
        for _ in range(self._made):
            self._jobs.put(None)

    def _next(self) -> Job | None:
        if self._closed:
            return None
        try:
            return self.choose()
        except BaseException as error:  # noqa: BLE001 - reported, and the thread goes on
            report(error)
            return None

    def _choose_more(self) -> Job | None:
        """Returns the next job for a thread that has done one, and wakes others for those after it."""
        job = self._next()
        if job is not None:
            with suppress(RuntimeError):  # no thread can be started: this one is there
                self.wake()  # its end may have made room for more than one
        return job

    def _start(self, outcomes: _Outcomes | None) -> None:
        pool_thread = PoolThread([], [], True, self.make_worker(self._made), self)
        name = f"{self.name}-{self._made}"
        thread = threading.Thread(target=self._work, args=(pool_thread, outcomes), name=name, daemon=True)
        self._made += 1
        self._threads[pool_thread] = thread
        try:
            thread.start()
        except BaseException:
            del self._threads[pool_thread]
            raise
        if self._closed:  # meanwhile, by drop(), which knew nothing of this thread
            self._jobs.put(None)

    def _work(self, pool_thread: PoolThread, outcomes: _Outcomes | None) -> None:
        be(pool_thread)
        process = os.getpid()
        lower_priority(self.niceness)
        try:
            outcome = run_job(pool_thread.worker.start)
            if self.starts_together and (self._ready or outcomes is not None):
                if outcomes is None:
                    run_job(lambda: pool_thread.worker.call(bool))  # or it would start with its first job
                self._note_ready(pool_thread)
            if outcomes is not None:
                outcomes.put(outcome)
            del outcome
            while not pool_thread.is_abandoned and (job := self._jobs.get()) is not None:
                if isinstance(job, _Task):
                    if isinstance(outcome := run_job(job.run), Failure):
                        report(outcome.error)
                    del outcome
                else:
                    self._do(pool_thread, job)
                del job  # or an idle thread would keep what its last job loaded
        finally:
            if os.getpid() != process:  # a child that a job forked: by the end of its last thread it could abort
                os._exit(0)
            pool_thread.worker.close()

    def _note_ready(self, pool_thread: PoolThread) -> None:
        with self.lock:
            if not pool_thread.is_abandoned:
                self._ready.add(pool_thread)
                with suppress(RuntimeError):  # no thread can be started: this one is there
                    self.wake()

    def _do(self, pool_thread: PoolThread, job: Job | None) -> None:
        """Does ``job`` and those chosen after it."""
        if self.starts_together and pool_thread not in self._ready:
            self._note_ready(pool_thread)
        while job is not None:
            following = None
            try:
                following = job(pool_thread)
            except BaseException as error:  # noqa: BLE001 - reported, and the thread goes on
                report(error)
            if following is None or pool_thread.is_replaced:
                with self.lock:
                    pool_thread.end_job()
                    if pool_thread.is_abandoned:
                        return
                    if following is None and self._busy <= self.count:
                        following = self._choose_more()
                    if following is None:
                        self._busy -= 1
                        if len(self._threads) > self.count:  # one that stood in for another
                            del self._threads[pool_thread]
                            self._ready.discard(pool_thread)
                            pool_thread.is_abandoned = True
            job = following


@dataclass(slots=True)
class _Task:
    """A function that a thread runs beside its jobs."""

    run: Callable[[], None]
