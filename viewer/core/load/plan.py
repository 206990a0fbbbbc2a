"""What is wanted, in order: each plan replaces the last one."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from viewer.core.cache.budget_cache import never
from viewer.core.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sized


class Pace(Enum):
    """How frames are wanted, and so what reading ahead is to see to."""

    RESTING = "one at a time"
    """A frame that is jumped to must come soon, whatever is being read ahead."""
    FLOWING = "one after the other"
    """All frames together must come as fast as they can, and in order."""
    PASSING = "faster than they come"
    """Some of them must come, the newest soon."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The paths that are wanted, in the order of their priority; reads of any others are cancelled.

    Attributes:
        wanted: the path of the frame on screen, or None; it goes before everything else and is always kept.
        order: the paths that will be needed, soonest first, beginning with ``wanted``; read lazily and only as far as
            there is room. Ascends in ``need``.
        need: how far away the need for a path is; the caches evict the farthest first.
        thumbnails: the paths whose small pictures are of use when the near frames are here, the most useful first.
        coarseness: how dispensable the small picture of a path is; the most dispensable are evicted first.
        beside: the paths of other sequences that are wanted once the user rests, the most useful first; never in place
            of the frames around ``wanted``, and not counted with those of ``order``.
        fill: the paths to be read on to this disk when all else is done.
        in_passing: whether the wanted frame changes faster than frames can be had. Then a read that has begun is let
            finish, and shown, in place of being cancelled for the next.
        flowing: whether the wanted frame is followed by the next as soon as it has come: then none has the link for
            itself either, for the same reason.
        soon: how many of the first will be shown within the next two seconds.
        steady: whether frames are wanted at an even pace, one after the other: then none has the link or the decoders
            for itself, because all of them together are to come as fast as they can.
        is_only: whether nothing else is to be read: what is being read for small pictures is stopped too.
        whole: the frames of the sequence, an object of its own for each state of the folder: when all are here nothing
            is looked for in ``order``. None always looks.
        place: returns which frame of the sequence has a path, None for none; quicker than ``need``, which says that
            too.
    """

    wanted: str | None
    order: Iterable[str]
    need: Callable[[str], float]
    thumbnails: Iterable[str] = ()
    coarseness: Callable[[str], float] = never
    beside: tuple[str, ...] = ()
    fill: Iterable[str] = ()
    in_passing: bool = False
    steady: bool = False
    flowing: bool = False
    soon: int = 0
    is_only: bool = False
    whole: Sized | None = None
    place: Callable[[str], int | None] | None = None

    def is_ahead(self, path: str) -> bool:
        """Returns whether ``path`` is one of :attr:`order`."""
        if self.place is None:
            return self.need(path) < math.inf and path not in self.beside
        return self.place(path) is not None and path not in self.beside

    def is_here(self, held: int) -> bool:
        """Returns whether the frames of the sequence that are held, so many, are all that there are."""
        return self.whole is not None and held >= len(self.whole)

    def alone(self) -> Plan:
        """Returns the plan that has the wanted frame got and nothing else."""
        order = () if self.wanted is None else (self.wanted,)
        return replace(self, order=order, thumbnails=(), beside=(), fill=(), whole=None, is_only=True)

    @property
    def pace(self) -> Pace:
        """How frames are wanted."""
        if self.in_passing:
            return Pace.PASSING
        return Pace.FLOWING if self.steady or self.flowing else Pace.RESTING


NOTHING = Plan(None, (), never)
"""The plan that wants nothing."""


class Soonest:
    """The paths of a plan, soonest first, read on only as far as they are asked for; owner thread only.

    Attributes:
        seen: the paths read so far.
    """

    def __init__(self, order: Iterable[str]) -> None:
        self.seen: list[str] = []
        self._rest = iter(order)

    def first(self, count: int) -> Iterator[str]:
        """Yields the first ``count`` paths, fewer if there are no more."""
        return (path for _, path in self.after(0, count))

    def after(self, start: int, count: int) -> Iterator[tuple[int, str]]:
        """Yields ``count`` paths from position ``start`` on with their positions, fewer if there are no more."""
        for position in range(start, start + count):
            while position >= len(self.seen):
                path = next(self._rest, None)
                if path is None:
                    return
                self.seen.append(path)
            yield position, self.seen[position]
