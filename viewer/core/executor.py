"""Where jobs run: workers without a queue of their own.

An executor has a fixed number of workers. The caller keeps count and submits no more jobs than there are workers, so
that no job waits where it cannot be put in another order.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")
SLOW = 3.0
"""Seconds after which a person who waits for a share is to be told what it is busy with."""
DECODER_NICENESS = 10
"""The niceness of decoders, so that the owner thread goes first; Linux only. The longest pauses fall to two thirds."""


@dataclass(frozen=True, slots=True)
class Success(Generic[T]):
    """A job's result."""

    value: T


@dataclass(frozen=True, slots=True)
class Failure:
    """The exception that ended a job; of any kind, also SystemExit and KeyboardInterrupt."""

    error: BaseException


class Executor(Protocol):
    """Runs jobs on other threads and reports the outcome of each to the owner thread, exactly once."""

    @property
    def max_workers(self) -> int:
        """How many jobs run at the same time."""

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """Runs ``job`` on a worker, then ``done`` with its outcome on the owner thread. Owner thread only."""

    def close(self, timeout: float) -> bool:
        """Takes no more jobs and waits for the running ones; owner thread only.

        Jobs that have not begun are dropped, and no ``done`` runs any more. Returns whether all workers were free
        within ``timeout`` seconds; one that hangs in a dead share is left behind and never keeps the program from
        ending.
        """


def run_job(job: Callable[[], T]) -> Success[T] | Failure:
    """Runs ``job`` on the calling thread and returns its outcome; lets no exception of any kind through. Any thread."""
    try:
        return Success(job())
    except BaseException as error:  # noqa: BLE001 - a worker outlives whatever its job does
        return Failure(error)


def waited_for(job: Callable[[], T], on_slow: Callable[[], None] = lambda: None) -> T:
    """Returns what ``job`` does, which asks a share; it runs on a thread, so that Ctrl+C ends the waiting for it.

    ``on_slow`` is called on the calling thread when that has taken :data:`SLOW` seconds.
    """
    outcomes: list[Success[T] | Failure] = []
    ended = threading.Event()

    def run() -> None:
        outcomes.append(run_job(job))
        ended.set()

    threading.Thread(target=run, name="lookahead-asks", daemon=True).start()
    if not ended.wait(SLOW):
        on_slow()
        ended.wait()
    outcome = outcomes[0]
    if isinstance(outcome, Failure):
        raise outcome.error
    return outcome.value


def bounded(timeout: float) -> float:
    """Returns seconds that the system can wait for: it refuses infinity, and more than some centuries."""
    return min(timeout, threading.TIMEOUT_MAX / 2)  # half, as a deadline is put together of it


def answer(future: Future[Any], value: object, error: BaseException | None = None) -> None:
    """Hands over the value, or the error, unless the caller has cancelled; lets no error through. Any thread."""
    try:
        if not future.set_running_or_notify_cancel():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
    except BaseException as its_own:  # noqa: BLE001 - of a callback, or of a caller that has set a result itself
        report(its_own)


def report(error: BaseException) -> None:
    """Reports an error that no caller waits for, as :func:`threading.excepthook` does; lets none through."""
    arguments = threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    with suppress(BaseException):  # a hook of the program's own can fail too
        threading.excepthook(arguments)


def lower_priority(niceness: int) -> None:
    """Lowers the priority of the calling thread by ``niceness``; on Linux, where the system allows it."""
    if niceness and sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
