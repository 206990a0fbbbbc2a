"""Where jobs run: workers without a queue of their own.

An executor has a fixed number of workers and no queue worth the name: whoever submits keeps count and never hands out
more jobs than there are workers, so that nothing waits where it cannot be put in another order.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop

T = TypeVar("T")
DECODER_NICENESS = 10
"""How far decoding steps back behind the owner thread (Linux only; measured: 99.9th percentile pause 17 → 11 ms)."""


@dataclass(frozen=True, slots=True)
class Success(Generic[T]):
    """A job's result."""

    value: T


@dataclass(frozen=True, slots=True)
class Failure:
    """The exception that ended a job; of any kind, also SystemExit and KeyboardInterrupt."""

    error: BaseException


class Executor(Protocol):
    """Runs jobs on other threads and reports each to the owner thread, exactly once."""

    @property
    def max_workers(self) -> int:
        """How many jobs run at the same time."""

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """Runs ``job`` on a worker, then ``done`` on the owner thread. Owner thread only."""

    def close(self, timeout: float) -> bool:
        """Takes no more jobs and waits for the running ones; owner thread only.

        Jobs not begun are dropped, and no ``done`` runs any more. Returns whether all workers were free within
        ``timeout`` seconds; a worker stuck in a dead share is left behind and never keeps the program from ending.
        """


def run_job(job: Callable[[], T]) -> Success[T] | Failure:
    """Runs ``job`` here and returns its outcome; lets no exception of any kind through. Any thread."""
    try:
        return Success(job())
    except BaseException as error:  # noqa: BLE001 - a worker outlives whatever its job does
        return Failure(error)


def lower_priority(niceness: int) -> None:
    """Makes the calling thread step back behind others by ``niceness``; does nothing where the system cannot."""
    if niceness and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


class ThreadExecutor:
    """Workers that are plain daemon threads, started when first needed."""

    def __init__(self, loop: Loop, max_workers: int, name: str, niceness: int = 0) -> None:
        if max_workers < 1:
            raise ValueError(f"An executor needs at least one worker, not {max_workers}.")
        self._loop = loop
        self._max_workers = max_workers
        self._name = name
        self._niceness = niceness
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._closed = False

    @property
    def max_workers(self) -> int:
        """See :attr:`Executor.max_workers`."""
        return self._max_workers

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """See :meth:`Executor.submit`."""
        if self._closed:
            return

        def run() -> None:
            outcome = run_job(job)
            self._loop.post(lambda: self._finish(outcome, done))

        self._unfinished += 1
        if self._unfinished > len(self._threads) < self._max_workers:
            thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._jobs.put(run)

    def close(self, timeout: float) -> bool:
        """See :meth:`Executor.close`."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                self._jobs.get_nowait()
        for _ in self._threads:
            self._jobs.put(None)
        deadline = self._loop.now() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - self._loop.now()))
        return not any(thread.is_alive() for thread in self._threads)

    def _finish(self, outcome: Success[T] | Failure, done: Callable[[Success[T] | Failure], None]) -> None:
        self._unfinished -= 1
        if not self._closed:
            done(outcome)

    def _work(self) -> None:
        lower_priority(self._niceness)
        while (run := self._jobs.get()) is not None:
            run()
            del run  # or an idle worker would keep the bytes of its last job
