"""One item under way, and how the stages of loading are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.prefetch.sources import Control
    from viewer.core.workers.pool import PoolThread
    from viewer.core.workers.worker import Worker


class Lane(NamedTuple):
    """How one stage of the loading is done.

    Attributes:
        make_worker: makes the worker of a thread from its number.
        at_once: how many run at once to look ahead at most, at least 1; one more serves what is asked for.
        name: what its threads are called.
        niceness: how far they step back behind others, on Linux.
        spare: threads beyond those, for loads that were cancelled but hang: they must not hold a place.
        cores: how many there are to fill, where it is not known whether the loads wait or compute; see
            :class:`viewer.core.prefetch.parallelism.Pace`.
    """

    make_worker: Callable[[int], Worker]
    at_once: int
    name: str
    niceness: int = 0
    spare: int = 0
    cores: int | None = None


@dataclass(slots=True, eq=False)
class Load:
    """An item under way.

    Attributes:
        position: which.
        control: its controls.
        is_cold: whether it began because somebody waited for it.
        began: when.
        stage: the stage that it is in or waits for.
        before: what the stage before has brought.
        is_taken: whether a thread does its stage, or is about to.
        taken_at: since when.
        thread: the thread that does it, once it has begun.
        is_stale: whether what it brings is of no use: its item was replaced meanwhile.
        is_cancelled: whether its source was told that it is of no use.
        is_hurried: whether its source was told that somebody waits.
        is_tried_again: whether a worker process has died of it once.
    """

    position: int
    control: Control | None
    is_cold: bool
    began: float
    stage: int = 0
    before: Any = None
    is_taken: bool = False
    taken_at: float = 0.0
    pool_thread: PoolThread | None = None
    is_stale: bool = False
    is_cancelled: bool = False
    is_hurried: bool = False
    is_tried_again: bool = False

    def was_given_up(self, error: BaseException | None) -> bool:
        """Returns whether ``error`` only says that its source gave it up as it was told to."""
        return self.is_cancelled and isinstance(error, CancelledError)

    @property
    def is_in_the_way(self) -> bool:
        """Whether it takes the place of another that looks ahead."""
        is_abandoned = self.pool_thread is not None and self.pool_thread.is_abandoned
        return not (self.is_cold or self.is_cancelled or is_abandoned)
