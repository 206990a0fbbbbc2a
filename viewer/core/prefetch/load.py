"""One item under way, and how the stages of loading are done."""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.errors import CancelledError, NotReadAheadError
from viewer.core.records import dataclass, field
from viewer.core.workers.pool import WorkerPool

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from typing import TypeAlias

    from viewer.core.prefetch.sources import Control
    from viewer.core.storage.transfer import Stamp
    from viewer.core.workers.pool import Job, PoolThread
    from viewer.core.workers.worker import Worker

    Answer: TypeAlias = tuple[Future[Any], object, BaseException | None]


class Lane(NamedTuple):
    """How one stage of the loading is done.

    Attributes:
        make_worker: makes the worker of a thread from its number.
        at_once: how many run at once to look ahead at most, at least 1; one more serves what is asked for.
        name: what its threads are called.
        niceness: how far they step back behind others, on Linux.
        spare: threads beyond those, for loads that were cancelled but hang: they must not take the place of others.
        cores: how many there are to fill, where it is not known whether the loads wait or compute.
        limit: returns how many of them may run at once now, where that is measured.
        starts_together: as for a :class:`viewer.core.workers.pool.WorkerPool`.
    """

    make_worker: Callable[[int], Worker]
    at_once: int
    name: str
    niceness: int = 0
    spare: int = 0
    cores: int | None = None
    limit: Callable[[], int] | None = None
    starts_together: int = 0

    def pool(self, lock: threading.RLock, choose: Callable[[], Job | None]) -> WorkerPool:
        """Returns its threads, for the owner of ``lock``; see :class:`viewer.core.workers.pool.WorkerPool`."""
        count = self.at_once + 1 + self.spare
        return WorkerPool(lock, choose, self.make_worker, count, self.name, self.niceness, self.starts_together)


@dataclass(eq=False)
class Load:
    """An item under way.

    Attributes:
        position: the item's.
        control: its controls, if its first stage has any.
        is_on_demand: whether it began because a caller waited for it.
        began: when it began, in seconds of the engine's clock.
        stage: the stage that it is in or waits for.
        before: the result of the stage before.
        is_taken: whether a thread runs its stage, or is about to.
        taken_at: since when.
        pool_thread: the thread that runs it, once that has begun.
        is_stale: whether its result is of no use: its item was replaced, or its file changed meanwhile.
        is_cancelled: whether it was cancelled.
        is_hurried: whether it was made urgent.
        is_tried_again: whether a worker process has died of it once.
        answers: those that waited for it, each with the item or the error, once it has ended.
    """

    position: int
    control: Control | None
    is_on_demand: bool
    began: float
    answers: list[Answer] = field(default_factory=list)
    # Of the class until they change: a load is made for each item, however small
    stage: int = field(default=0, init=False)
    before: Any = field(default=None, init=False)
    is_taken: bool = field(default=False, init=False)
    taken_at: float = field(default=0.0, init=False)
    pool_thread: PoolThread | None = field(default=None, init=False)
    is_stale: bool = field(default=False, init=False)
    is_cancelled: bool = field(default=False, init=False)
    is_hurried: bool = field(default=False, init=False)
    is_tried_again: bool = field(default=False, init=False)

    @property
    def stamp(self) -> Stamp | None:
        """Which file is read, once it has been opened; None if that is not known."""
        return None if self.control is None else self.control.stamp

    @property
    def file_bytes(self) -> int:
        """The size of the file that is read, or was, in bytes; 0 if it is not known."""
        return 0 if self.stamp is None else self.stamp.size

    @property
    def counts_ahead(self) -> bool:
        """Whether it counts among those that may look ahead at once: not if a caller began it, or if it only hangs."""
        is_abandoned = self.pool_thread is not None and self.pool_thread.is_abandoned
        return self.stage == 0 and not (self.is_on_demand or self.is_cancelled or is_abandoned)

    def hurry(self) -> None:
        """Makes it urgent, if its first stage runs and can be controlled."""
        if self.control is not None and not self.is_hurried and self.stage == 0:
            self.is_hurried = True
            self.control.hurry()

    def cancel(self) -> None:
        """Cancels it, if its first stage runs and can be controlled."""
        if self.control is not None and not self.is_cancelled and self.stage == 0:
            self.is_cancelled = True
            self.control.cancel()

    def become_stale(self) -> None:
        """Notes that its result is of no use; what is still read ends."""
        self.is_stale = True
        self.cancel()

    def take(self, now: float) -> Load:
        """Notes that a thread is about to run its stage; returns it."""
        self.is_taken, self.taken_at = True, now
        return self

    def end_stage(self) -> None:
        """Notes that its stage has ended."""
        self.is_taken, self.pool_thread = False, None
        if self.stage == 0 and self.control is not None:
            self.control.end()

    def ended_cancelled(self, error: BaseException | None) -> bool:
        """Returns whether ``error`` only says that it was cancelled, or is not to be read before it is asked for."""
        if isinstance(error, NotReadAheadError):
            return not self.is_on_demand
        return self.is_cancelled and isinstance(error, CancelledError)


class Loads(dict[int, Load]):
    """The items under way, by position; one thread at a time.

    Those that ask for each other can be thousands, so that none of what is asked often goes through all of them.

    Attributes:
        ahead: those that began without a caller.
        controlled: those with controls.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ahead: dict[int, Load] = {}
        self.controlled: dict[int, Load] = {}

    def __setitem__(self, position: int, load: Load) -> None:
        super().__setitem__(position, load)
        if not load.is_on_demand:
            self.ahead[position] = load
        if load.control is not None:
            self.controlled[position] = load

    def __delitem__(self, position: int) -> None:
        super().__delitem__(position)
        self.ahead.pop(position, None)
        self.controlled.pop(position, None)

    def clear(self) -> None:
        """Forgets all."""
        super().clear()
        self.ahead.clear()
        self.controlled.clear()

    @property
    def file_bytes(self) -> int:
        """The size of the files that are read, or were, in bytes."""
        return sum(load.file_bytes for load in self.controlled.values()) if self.controlled else 0

    def runner_of(self, position: int) -> PoolThread | None:
        """Returns the thread that runs a stage of an item now, None if none does; any thread."""
        load = self.get(position)
        return None if load is None else load.pool_thread

    def give_up(self) -> list[PoolThread]:
        """Cancels all; returns the threads of those that hang."""
        for load in self.values():
            with suppress(Exception):  # the others are to end all the same
                load.cancel()
        threads = [load.pool_thread for load in self.values()]
        return [thread for thread in threads if thread is not None and thread.is_abandoned]

    def to_decode(self) -> dict[int, Load]:
        """Returns those whose first stage has ended and whose second has not begun."""
        return {position: load for position, load in self.items() if load.stage == 1 and not load.is_taken}

    def fill(self, at_once: int) -> bool:
        """Returns whether ``at_once`` of them or more count among those that look ahead."""
        return len(self.ahead) >= at_once and sum(load.counts_ahead for load in self.ahead.values()) >= at_once

    def have_begun(self, since: float) -> bool:
        """Returns whether a stage of one runs that began after ``since``, and none that began before."""
        began = [load.taken_at for load in self.values() if load.is_taken]
        return bool(began) and min(began) > since

    def hold_back(self, since: float, is_awaited: Callable[[int], bool]) -> bool:
        """Returns whether an item that a caller waits for, begun after ``since``, should have the machine to itself."""
        recent = takewhile(lambda load: since < load.began, reversed(self.values()))
        return any(load.is_on_demand and is_awaited(load.position) for load in recent)

    def hanging(self, now: float, longest: float) -> Iterator[tuple[int, PoolThread]]:
        """Yields the stages that run for more than ``longest`` seconds, each with its thread, if not yet replaced."""
        for load in self.values():
            thread = load.pool_thread
            if thread is not None and not thread.is_abandoned and now - load.taken_at > longest:
                yield load.stage, thread
