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
"""Seconds that a thread waits before that is noted: most locks, items and results come far sooner."""
Runner: TypeAlias = "Callable[[], Waiter | None]"


@dataclass(slots=True, eq=False)
class Wait:
    """One thing that a thread waits for.

    Attributes:
        runners: say which threads bring it about; one of them is enough.
        holds: the locks that the thread holds meanwhile.
    """

    runners: tuple[Runner, ...]
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

    def let_another_run(self) -> None:
        """Has another thread do what this one would do if it did not wait, where there is such a thread."""


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
def waiting_for(*runners: Runner) -> Iterator[None]:
    """Notes that the function on the calling thread waits for one of ``runners``; no other thread is concerned.

    A wait that mostly ends within :data:`SHORT` is noted after that: a further thread may be started for it.

    Raises:
        DeadlockError: that waits for this thread in turn, perhaps by way of others.
    """
    if (waiter := this_waiter()) is None:
        yield
        return
    wait = Wait(runners, waiter.locks())
    waiter.waits.append(wait)  # before looking: of two that do so at once, one at least sees the other
    _waiting[waiter] = None
    try:
        _refuse_circle(waiter)
        waiter.let_another_run()  # or what it waits for could wait for a thread itself, and no circle would be seen
        yield
    finally:
        waiter.waits.remove(wait)
        if not waiter.waits:
            _waiting.pop(waiter, None)


def let_another_run() -> None:
    """Has another thread do the work of the calling one, which is likely to wait, if others may wait for it."""
    if (waiter := this_waiter()) is not None:
        waiter.let_another_run()


def _refuse_circle(waiter: Waiter) -> None:
    needs, ahead = dict[Waiter, list[list[Waiter | None]]](), [waiter]
    while ahead:
        if (each := ahead.pop()) not in needs:
            needs[each] = [[runner() for runner in wait.runners] for wait in each.waits.copy()]
            ahead += [runner for runners in needs[each] for runner in runners if runner is not None]
    if not any(waiter in runners for waits in needs.values() for runners in waits):
        return
    free: set[Waiter | None] = {None}  # those that can get on: the others are in the circle, or wait for it
    while len(free) < len(free := free | {each for each in needs if _can_go_on(needs[each], free)}):
        pass
    if waiter not in free:
        raise DeadlockError(
            "This is being loaded or computed already, and that waits, perhaps by way of others, for the one that "
            "asks for it here: neither would ever end. Have no two loads or cached functions ask for each other."
        )


def _can_go_on(waits: list[list[Waiter | None]], free: set[Waiter | None]) -> bool:
    return all(not free.isdisjoint(runners) for runners in waits)


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
