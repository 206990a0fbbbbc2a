"""Which items are of files that have changed since: what each was read from, and what the storage says now."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from viewer.core.errors import CancelledError, LookaheadError, NotFoundError, ShareAwayError, StorageError
from viewer.core.executor import Failure, Success, run_job
from viewer.core.forks import after_fork
from viewer.core.pages.naming import page_of
from viewer.core.prefetch.files import emptied
from viewer.core.prefetch.following import Change
from viewer.core.sequence.contents import may_be_picture_name
from viewer.core.storage.transfer import Transfer
from viewer.core.workers.pool import WorkerPool
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeVar

    from viewer.core.prefetch.failures import ItemFailures
    from viewer.core.prefetch.following import Changes
    from viewer.core.prefetch.load import Load, Loads
    from viewer.core.prefetch.memory import ItemMemory
    from viewer.core.prefetch.sources import Source
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Stamp
    from viewer.core.workers.pool import Job, PoolThread

    T = TypeVar("T")
    _Outcomes = dict[str, Success[Any] | Failure]
    _Question = tuple[str, Callable[[], object], _Outcomes]

AT_ONCE = 32
"""Questions that wait for the share at the same time: each is one round trip and no bytes."""
FORGOTTEN_MOST = 1000
"""Items that are gone whose origins are remembered."""


class ItemOrigins:
    """Which file each item was read from: those in memory, and those that failed. One thread at a time."""

    def __init__(self, memory: ItemMemory[Any], loads: Loads, failures: ItemFailures[Any], changes: Changes) -> None:
        """Remembers what was evicted while ``changes`` have followers: they may hold what was made of it."""
        self._memory = memory
        self._loads = loads
        self._failures = failures
        self._changes = changes
        self._stamps: dict[int, Stamp] = {}

    def note(self, load: Load) -> None:
        """Notes what an item was read from that has come or failed."""
        if self._stamps:
            self._stamps.pop(load.position, None)
        if load.control is None or load.stamp is None:
            return
        self._stamps[load.position] = load.stamp
        if self._changes.has_followers:
            return
        if len(self._stamps) > 2 * (len(self._memory) + len(self._failures)) + FORGOTTEN_MOST:
            self._stamps = {
                position: stamp
                for position, stamp in self._stamps.items()
                if position in self._memory or position in self._failures or position == load.position
            }

    def forget(self, position: int) -> bool:
        """Forgets an item, also that it failed; a load under way becomes stale. Returns whether it was in memory."""
        self._failures.forget(position)
        self._stamps.pop(position, None)
        if position in self._loads:
            self._loads[position].become_stale()
        is_held = position in self._memory
        if is_held:
            self._memory.evict(position)
        return is_held

    def forget_failure(self, position: int | None = None) -> None:
        """Forgets that an item failed, or that any did; something may have been made of what stands in for it."""
        failed = {*self._failures} if position is None else self._failures.keys() & {position}
        if failed:
            with self._changes.tell(Change(failed.__contains__)):
                self._failures.forget(position)

    def change(self, change: Change) -> None:
        """Forgets items that are gone, and gives the others their positions; loads of such become stale."""
        with self._changes.tell(change):
            for position in {*self._memory, *self._loads, *self._failures, *self._stamps}:
                if change.is_gone(position):
                    self.forget(position)
            if change.moved is not None:
                self._move(change.moved)

    def _move(self, moved: Callable[[int], int | None]) -> None:
        self._memory.move(moved)
        self._failures.move(moved)
        for load in self._loads.values():
            load.is_stale = load.is_stale or moved(load.position) != load.position
        self._stamps = {new: stamp for old, stamp in self._stamps.items() if (new := moved(old)) is not None}

    def stamps(self, source: Source[Any], *, followed: bool = False) -> dict[str, Stamp | None]:
        """Returns the names of what is in memory, under way, or failed, and which file each was, None if not known.

        With ``followed`` also of what is evicted, while others may hold what was made of it.
        """
        names = self._names(source, followed=followed)
        return {name: self._stamps.get(position) for position, name in names.items()}

    def changed(self, now: Mapping[str, Stamp | None], source: Source[Any]) -> list[int]:
        """Returns the items in memory, or failed, whose files are others by now; such loads under way become stale.

        ``now`` says which file is at a path, None if there is none; what is not in it is left as it is, and an item
        whose file is not known counts as changed.
        """
        changed = []
        for position, path in self._names(source, followed=True).items():
            if path not in now:
                continue
            load, stamp, there = self._loads.get(position), self._stamps.get(position), now[path]
            # One that has not been opened yet is asked about when it has been read: see SteadyStorage.
            if load is not None and load.stamp is not None and not is_same(path, load.stamp, there):
                load.become_stale()
            still_gone = position in self._failures and stamp is there is None
            is_known = position in self._memory or position in self._failures or position in self._stamps
            if is_known and not still_gone:
                changed += [] if is_same(path, stamp, there) else [position]
        return changed

    def _names(self, source: Source[Any], *, followed: bool) -> dict[int, str]:
        length = source.length()
        gone = self._stamps if followed and self._changes.has_followers else ()
        there = sorted(
            {*self._memory, *self._loads, *self._failures, *gone}
        )  # a cache of the caller's may hold anything
        names = {position: source.name(position) for position in there if length is None or position < length}
        return {position: name for position, name in names.items() if name}


class Answers(NamedTuple):
    """What a storage said of some files.

    Attributes:
        stamps: which file is at each path, None if there is none; paths that could not be asked are left out.
        error: why some could not be asked.
    """

    stamps: dict[str, Stamp | None]
    error: BaseException | None


class Confirmer:
    """Asks a storage which files are there now, many at once, on threads of its own; any thread."""

    def __init__(self, storage: Storage) -> None:
        """Starts no thread yet."""
        self._storage = storage
        self._closed = False
        self._begin_anew()
        after_fork(self, lambda self: self._begin_anew())

    def _begin_anew(self) -> None:
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._questions: deque[_Question] = deque()
        self._pool = WorkerPool(lock, self._next, InThread, AT_ONCE, "lookahead-confirmer")

    def ask(self, known: Mapping[str, Stamp | None], timeout: float | None = None) -> Answers:
        """Returns which file is at each of these paths now; waits, for ``timeout`` seconds at most.

        Each is one round trip to the share. ``known`` says which file was there, None if that is not known: of the
        pages of one file that were of the same date only one is asked about, which says it for all.
        """
        groups: dict[object, list[str]] = {}
        for path, stamp in known.items():
            page = page_of(path)
            groups.setdefault(path if page is None else (page[0], stamp and stamp[1:]), []).append(path)
        asked = [group[0] for group in groups.values()]
        outcomes = self._outcomes({path: partial(self._storage.stamp, path) for path in asked}, timeout)
        stamps: dict[str, Stamp | None] = {}
        errors: list[BaseException] = []
        for group in groups.values():
            match outcomes[group[0]]:
                case Success(stamp):
                    stamps |= dict.fromkeys(group, stamp)
                case Failure(error) if _says_gone(error):
                    stamps |= dict.fromkeys(group)
                case Failure(error):
                    errors.append(error)
        if stamps and not any(stamps.values()):  # before all are taken to be gone their folders are asked
            questions = {each: partial(_ask, self._storage, each) for each in _folders(stamps)}
            outcomes = self._outcomes(questions, timeout)
            errors += [outcome.error for outcome in outcomes.values() if isinstance(outcome, Failure)]
            stamps = {} if errors else stamps
        errors.sort(key=lambda error: not isinstance(error, ShareAwayError))
        return Answers(stamps, errors[0] if errors else None)

    def call(self, job: Callable[[], T], timeout: float | None = None) -> T:
        """Returns what ``job`` does, or raises its error; it asks the share, and is left behind when it hangs.

        Raises:
            TimeoutError: it did not end within ``timeout`` seconds.
            CancelledError: it was closed meanwhile.
            ValueError: it was closed before.
        """
        match self._outcomes({"": job}, timeout)[""]:
            case Success(value):
                return cast("T", value)
            case Failure(error):
                raise error

    def close(self, timeout: float) -> None:
        """Ends the threads, and has those that wait for answers go on without; leaves those stuck after ``timeout``."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._pool.close(timeout)

    def drop(self) -> None:
        """Ends the threads when nothing holds it any more; takes no lock."""
        self._closed = True
        self._pool.drop()

    def _next(self) -> Job | None:
        return partial(self._ask, *self._questions.popleft()) if self._questions else None

    def _ask(self, key: str, job: Callable[[], object], outcomes: _Outcomes, _thread: PoolThread) -> None:
        outcome = run_job(job)
        with self._changed:
            outcomes[key] = outcome
            self._changed.notify_all()

    def _outcomes(self, jobs: Mapping[str, Callable[[], object]], timeout: float | None) -> _Outcomes:
        """Runs jobs at once, and waits; one that has not ended by then is a failure."""
        outcomes: _Outcomes = {}
        with self._changed:
            if self._closed:
                raise ValueError("The prefetcher is closed.")
            self._questions += [(key, job, outcomes) for key, job in jobs.items()]
            self._pool.wake()
            try:
                in_time = self._changed.wait_for(lambda: self._closed or len(outcomes) == len(jobs), timeout)
            finally:
                self._questions = deque(each for each in self._questions if each[2] is not outcomes)
            late: Exception = TimeoutError("The share did not answer in time.")
            missing = Failure(CancelledError("The prefetcher was closed.") if in_time else late)
            return {key: outcomes.get(key, missing) for key in jobs}


def left_until(deadline: float | None) -> float | None:
    """Returns the seconds until ``deadline``; None for as long as it takes."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def moves(before: Sequence[str], after: Sequence[str]) -> Callable[[int], int | None]:
    """Returns what gives the new position of an item, None if its path is gone."""
    positions = {path: position for position, path in enumerate(after)}
    moved = [positions.get(path) for path in before]
    return lambda position: moved[position] if position < len(moved) else None


def is_same(path: str, before: Stamp | None, now: Stamp | None) -> bool:
    """Returns whether two stamps are those of one file; False if one is not known.

    The pages of a file are asked about together, so that of each only the date counts and not the size.
    """
    if before is None or now is None:
        return False
    return before[1:] == now[1:] if page_of(path) else before == now


def _folders(paths: Iterable[str]) -> set[str]:
    return {os.path.split((page_of(path) or (path,))[0])[0] or os.curdir for path in paths}


def _ask(storage: Storage, folder: str) -> None:
    """Raises ShareAwayError if a folder in which there were pictures holds none."""
    with suppress(NotFoundError):
        if any(may_be_picture_name(name) for names in storage.list_names(folder, Transfer()) for name in names):
            return
    raise emptied(folder)


def _says_gone(error: BaseException) -> bool:
    """Returns whether what was read is not there any more: gone, or no file of pages as before."""
    return isinstance(error, NotFoundError) or (
        isinstance(error, LookaheadError) and not isinstance(error, StorageError | CancelledError)
    )
