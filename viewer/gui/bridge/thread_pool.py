"""Workers that are the threads of a QThreadPool."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PyQt5.QtCore import QRunnable, QThreadPool

from viewer.core.executor import Failure, Success, lower_priority, run_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop

T = TypeVar("T")


class _Runnable(QRunnable):
    """One job; it holds no QObject, so none can die on a worker."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run = run

    def run(self) -> None:
        self._run()


class QtExecutor:
    """An executor of the threads of a QThreadPool; owner thread only."""

    def __init__(self, loop: Loop, max_workers: int, niceness: int = 0) -> None:
        """Makes an executor that has started no thread yet.

        Args:
            loop: the owner thread's.
            max_workers: how many jobs run at the same time, at least 1.
            niceness: how far the threads step back behind others, from 0; on Linux only.

        Raises:
            ValueError: there would be no worker.
        """
        if max_workers < 1:
            raise ValueError(f"An executor needs at least one worker, not {max_workers}.")
        self._loop = loop
        self._niceness = niceness
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(max_workers)
        self._closed = False

    @property
    def max_workers(self) -> int:
        """How many jobs run at the same time."""
        return self._pool.maxThreadCount()

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """Runs ``job`` on a thread of the pool, then ``done`` on the owner thread; nothing once it is closed."""
        if self._closed:
            return
        loop, niceness = self._loop, self._niceness

        def run() -> None:
            lower_priority(niceness)
            outcome = run_job(job)
            loop.post(lambda: self._finish(outcome, done))

        self._pool.start(_Runnable(run))

    def finish(self, timeout: float) -> bool:
        """Closes it as :meth:`close` does, but runs the jobs that wait too, if ``timeout`` seconds suffice."""
        self._closed = True
        # A job that a resting thread is to take lies in the queue for a moment: clearing that would lose it.
        return self._pool.waitForDone(round(timeout * 1000)) or self.close(0)

    def close(self, timeout: float) -> bool:
        """Drops the jobs that wait and returns whether the running ones ended within ``timeout`` seconds."""
        self._closed = True
        self._pool.clear()
        return self._pool.waitForDone(round(timeout * 1000))

    def _finish(self, outcome: Success[T] | Failure, done: Callable[[Success[T] | Failure], None]) -> None:
        if not self._closed:
            done(outcome)
