"""Who waits for whom: circles of threads that run what others wait for, and of locks, are errors instead of hangs.

A lock is noted where functions of the program run while it is held: these may come back for it, or wait for others.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.errors import DeadlockError
from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT = 0.01
"""Seconds for which a lock is waited for without a look at who has it: most are given back far sooner."""
Runner: TypeAlias = "Callable[[], Waiter | None]"


@dataclass(slots=True, eq=False)
class Wait:
    """One thing that a thread waits for.

    Attributes:
        runner: says which thread brings it about.
        holds: the locks that the thread holds meanwhile.
    """

    runner: Runner
    holds: list[threading.RLock]


@dataclass(slots=True, eq=False)
class Waiter:
    """A thread that others may wait for, as it runs what they want or holds a lock.

    Attributes:
        holds: the locks that it has taken by :class:`taking`.
        waits: what it waits for itself, the innermost last; empty if it does not.
        runs: whether it runs, or has run, what others want.
    """

    holds: list[threading.RLock]
    waits: list[Wait]
    runs: bool

    def locks(self) -> list[threading.RLock]:
        """Returns the locks that it holds; called by the thread itself."""
        return self.holds.copy()


class _Here(threading.local):
    waiter: Waiter | None = None


_here = _Here()
_waiting: dict[Waiter, None] = {}


def be(waiter: Waiter) -> None:
    """Makes ``waiter`` what is known of the calling thread, which has just begun."""
    _here.waiter = waiter


def this_waiter() -> Waiter | None:
    """Returns the calling thread if others may wait for it, None for any other thread."""
    waiter = _here.waiter
    return waiter if waiter is not None and (waiter.runs or waiter.holds) else None


def as_waiter() -> Waiter:
    """Returns the calling thread, which begins something that other threads may wait for."""
    waiter = _known()
    waiter.runs = True
    return waiter


def _known() -> Waiter:
    if (waiter := _here.waiter) is None:
        waiter = _here.waiter = Waiter([], [], runs=False)
    return waiter


@contextmanager
def waiting_for(runner: Runner) -> Iterator[None]:
    """Notes that the function on the calling thread waits for what ``runner`` says; no other thread is concerned.

    Raises:
        DeadlockError: that waits for this thread in turn, perhaps by way of others.
    """
    wait = begin_to_wait(runner)
    try:
        yield
    finally:
        if wait is not None:
            end_to_wait(*wait)


def begin_to_wait(runner: Runner) -> tuple[Waiter, Wait] | None:
    """Does the first half of :func:`waiting_for`; returns what :func:`end_to_wait` is to get, if anything."""
    if (waiter := this_waiter()) is None:
        return None
    wait = Wait(runner, waiter.locks())
    waiter.waits.append(wait)  # before looking: of two that do so at once, one at least sees the other
    _waiting[waiter] = None
    try:
        _refuse_circle(waiter, runner)
    except BaseException:
        end_to_wait(waiter, wait)
        raise
    return waiter, wait


def end_to_wait(waiter: Waiter, wait: Wait) -> None:
    """Notes that ``waiter`` waits no more; any thread."""
    waiter.waits.remove(wait)
    if not waiter.waits:
        _waiting.pop(waiter, None)


def _refuse_circle(waiter: Waiter, first: Runner) -> None:
    seen, ahead = set[Waiter](), [first]
    while ahead:
        runner = ahead.pop()()
        if runner is waiter:
            raise DeadlockError(
                "This is being loaded or computed already, and that waits, perhaps by way of others, for the one that "
                "asks for it here: neither would ever end. Have no two loads or cached functions ask for each other."
            )
        if runner is not None and runner not in seen:
            seen.add(runner)
            ahead += [each.runner for each in runner.waits]


def is_held(lock: threading.RLock) -> bool:
    """Returns whether the calling thread has ``lock``."""
    return lock._is_owned()  # type: ignore[attr-defined, no-any-return]  # noqa: SLF001 - as conditions ask it


class taking:  # noqa: N801 - a context manager, as ``suppress`` is one
    """Takes ``lock`` in a ``with`` line; raises DeadlockError where the thread that has it waits for this one."""

    __slots__ = ("_lock", "_waiter")

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._waiter = _here.waiter or _known()

    def __enter__(self) -> None:
        lock, waiter = self._lock, self._waiter
        if not lock.acquire(blocking=False):
            if not (waiter.runs or waiter.holds):  # nothing waits for this thread
                lock.acquire()
            elif not lock.acquire(timeout=SHORT):
                with waiting_for(partial(_holder_of, lock)):
                    lock.acquire()
        waiter.holds.append(lock)

    def __exit__(self, *exc_info: object) -> None:
        self._waiter.holds.pop()
        self._lock.release()


def entrance(lock: threading.RLock) -> taking:
    """Returns ``lock``, to be taken in a ``with`` line, where a caller's thread comes in.

    Raises:
        DeadlockError: the calling thread has it: a function of the program asks that is called with it held.
    """
    if is_held(lock):
        raise DeadlockError(
            "Functions such as predict, and a cache of the program's own, are called while all others wait, so that "
            "they must not ask what calls them: neither would ever end. Have them answer from what they know."
        )
    return taking(lock)


def _holder_of(lock: threading.RLock) -> Waiter | None:
    """Returns the thread that has ``lock`` while it waits itself; one that does not wait will give it back."""
    return next((each for each in list(_waiting) if any(lock in wait.holds for wait in each.waits.copy())), None)
