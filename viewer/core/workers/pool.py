"""The threads that take jobs, each with a worker of its own."""

from __future__ import annotations

import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.executor import Failure, Success, lower_priority, run_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.workers.worker import Worker


@dataclass(slots=True, eq=False)
class PoolThread:
    """One thread, as the job that it runs sees it.

    Attributes:
        worker: calls the functions for it.
        is_abandoned: whether another thread has taken its place because its job hangs; it ends with that job.
    """

    worker: Worker
    is_abandoned: bool = False


_Ready: TypeAlias = "queue.SimpleQueue[Success[None] | Failure]"
Job: TypeAlias = "Callable[[PoolThread], Job | None]"
"""A piece of work; it may return the next one for the same thread, if it is not abandoned: chosen with the lock held,
under which it also wakes the others."""


@dataclass(eq=False)
class WorkerPool:
    """A number of daemon threads, started when first needed, that ask for the next job when they have done one.

    The owner's lock guards the choice: ``choose`` is called with it held, by :meth:`wake` and by each thread that has
    done a job, so that no request falls between two threads. Jobs run without it.

    Attributes:
        lock: the owner's.
        choose: returns the next job, or None if there is nothing to do.
        make_worker: makes the worker of a thread from its number, from 0.
        count: how many jobs run at once, at least 1.
        name: what the threads are called.
        niceness: how far they step back behind others, on Linux.
    """

    lock: threading.Lock
    choose: Callable[[], Job | None]
    make_worker: Callable[[int], Worker]
    count: int
    name: str
    niceness: int = 0
    _jobs: queue.SimpleQueue[Job | _Task | None] = field(default_factory=queue.SimpleQueue)
    _threads: dict[PoolThread, threading.Thread] = field(default_factory=dict)
    _made: int = 0
    _busy: int = 0
    _closed: bool = False

    def __contains__(self, pool_thread: PoolThread) -> bool:
        """Returns whether a thread belongs here and was not abandoned; the lock must be held."""
        return pool_thread in self._threads

    def wake(self) -> None:
        """Hands out jobs while there are any and a thread is free; the lock must be held."""
        while self._busy < self.count and not self._closed:
            job = self.choose()
            if job is None:
                return
            self._busy += 1
            if self._busy > len(self._threads):
                self._start(None)
            self._jobs.put(job)

    def start(self, count: int) -> None:
        """Starts ``count`` threads and waits until their workers are ready; without the lock, once.

        If hooks fail, closes the threads and raises the error of the first.
        """
        ready: _Ready = queue.SimpleQueue()
        with self.lock:
            for _ in range(count):
                self._start(ready)
        failures = [outcome for _ in range(count) if isinstance(outcome := ready.get(), Failure)]
        if failures:
            self.close(1.0)
            raise failures[0].error

    def abandon(self, pool_thread: PoolThread) -> None:
        """Lets another thread take the place of one whose job hangs; the lock must be held."""
        if not pool_thread.is_abandoned and pool_thread in self._threads:
            pool_thread.is_abandoned = True
            del self._threads[pool_thread]
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

    def _start(self, ready: _Ready | None) -> None:
        pool_thread = PoolThread(self.make_worker(self._made))
        name = f"{self.name}-{self._made}"
        self._made += 1
        self._threads[pool_thread] = thread = threading.Thread(
            target=self._work, args=(pool_thread, ready), name=name, daemon=True
        )
        thread.start()

    def _work(self, pool_thread: PoolThread, ready: _Ready | None) -> None:
        lower_priority(self.niceness)
        try:
            outcome = run_job(pool_thread.worker.start)
            if ready is not None:
                ready.put(outcome)
            del outcome
            while not pool_thread.is_abandoned and (job := self._jobs.get()) is not None:
                if isinstance(job, _Task):
                    job.run()
                else:
                    self._do(pool_thread, job)
                del job  # or an idle thread would keep what its last job loaded
        finally:
            pool_thread.worker.close()

    def _do(self, pool_thread: PoolThread, job: Job | None) -> None:
        """Does ``job`` and those chosen after it."""
        while job is not None:
            following = None
            try:
                following = job(pool_thread)
            except BaseException:  # noqa: BLE001 - reported, and the thread goes on
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            if following is None:
                with self.lock:
                    if pool_thread.is_abandoned:
                        return
                    if not self._closed and (following := self.choose()) is not None:
                        self.wake()  # its end may have made room for more than one
                    if following is None:
                        self._busy -= 1
            job = following


@dataclass(slots=True)
class _Task:
    """A function that a thread runs beside its jobs."""

    run: Callable[[], None]
