"""Arrangement: which number of some names is the frame, and which tell sequences apart.

The page names.md states these rules for users.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import gcd
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.sequence.writing import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewer.core.sequence.table import Table

_MOST_SOURCES = 64
"""Values of a number that can stand for cameras or channels."""


class Arrangement(NamedTuple):
    """How the numbers of a table are used.

    Attributes:
        frame: the column of the frame number.
        parts: the columns that tell sequences apart; what differs in others goes along.
        tie: the column that counts the pictures of one moment, None if there is none.
    """

    frame: int
    parts: tuple[int, ...] = ()
    tie: int | None = None


def arrangement(table: Table) -> Arrangement:
    """Returns which number of a table, which has two rows or more, is the frame, and what the others are."""
    varying = [at for at, column in enumerate(table.columns) if varies(column.written)]
    if len(varying) < 2:  # noqa: PLR2004 - nearly every folder: there is nothing to choose
        return Arrangement(varying[0] if varying else _likeliest(table))
    return _Choice(table, varying).arrangement()


def varies(written: Sequence[str]) -> bool:
    """Returns whether a column holds different writings."""
    return written.count(written[0]) < len(written)


def _likeliest(table: Table) -> int:
    """Returns the column of the frame where none varies: a date or a decimal, else the last."""
    return max(range(len(table.columns)), key=lambda at: (not table.columns[at].writing.is_count, at))


class _Choice:
    """The choice for one table of which several numbers vary."""

    def __init__(self, table: Table, varying: list[int]) -> None:
        self._rows = len(table)
        self._varying = varying
        self._values = {at: table.columns[at].values() for at in varying}
        self._distinct = {at: len(set(values)) for at, values in self._values.items()}
        self._writings = {at: table.columns[at].writing for at in varying}
        self._is_clock = {at: not table.columns[at].writing.is_count for at in varying}

    def arrangement(self) -> Arrangement:
        complete = [at for at in self._varying if self._distinct[at] == self._rows]
        if not complete:
            return self._of_ties() or self._of_grid(self._varying) or self._by_most()
        frame = min(complete, key=self._as_frame)
        first = min(complete)
        if first < frame and isinstance(self._writings[first], Clock) and self._order(first) != self._order(frame):
            frame = first  # the moments are in front, and the counter does not count them
        before = [at for at in self._varying if at < frame]
        if self._is_dense(frame):
            return Arrangement(frame, tuple(before) if self._are_shots(before, frame) else ())
        grid = self._of_grid([at for at in self._varying if at not in complete])
        if grid is not None:
            return grid
        is_parted = self._are_sources(before, frame) or self._are_shots(before, frame)
        return Arrangement(frame, tuple(before) if is_parted else ())

    def _as_frame(self, at: int) -> tuple[bool, bool, int, int]:
        """Returns how little a number that differs in every name is the frame: a dense counter most, then a clock."""
        is_dense, is_clock = self._is_dense(at), self._is_clock[at]
        return not is_dense, is_dense == is_clock, 0 if is_clock else self._span(at), at if is_clock else -at

    def _order(self, at: int) -> list[int]:
        return sorted(range(self._rows), key=self._values[at].__getitem__)

    def _of_grid(self, columns: Sequence[int]) -> Arrangement | None:
        """Returns the arrangement by a number that comes again for each value of others; None if there is none."""
        if len(columns) < 2:  # noqa: PLR2004 - a grid has two axes
            return None
        frame = max(columns, key=self._by_values)
        parts = self._needed(frame, [at for at in columns if at != frame])
        keys = set(self._keys([*parts, frame]))
        if not parts or len(keys) < self._rows:
            return None
        count = len(set(self._keys(parts)))
        if 2 * count > self._rows:
            return None
        if len(columns) < len(self._varying) and not self._is_dense(frame):
            return None  # moments differ in every name: only a counter is more likely than they
        return Arrangement(frame, tuple(parts))

    def _of_ties(self) -> Arrangement | None:
        """Returns the arrangement by moments of which some have several pictures, counted behind them; None for others.

        Where all have, these are cameras or channels.
        """
        if len(self._varying) != 2:  # noqa: PLR2004 - the moment and the counter
            return None
        clock, counter = self._varying
        moments, counts = self._distinct[clock], self._distinct[counter]
        is_full = 4 * self._rows > 3 * moments * counts
        if not self._is_clock[clock] or self._is_clock[counter] or is_full or counts > moments:
            return None
        return Arrangement(clock, tie=counter)

    def _by_most(self) -> Arrangement:
        frame = max(self._varying, key=self._by_values)
        return Arrangement(frame, tuple(at for at in self._varying if at != frame))

    def _by_values(self, at: int) -> tuple[int, bool, int]:
        """Returns how much a number is the frame where none differs in every name: by its values, then its place."""
        is_clock = self._is_clock[at]
        return self._distinct[at], not is_clock, -at if is_clock else at

    def _needed(self, frame: int, others: list[int]) -> list[int]:
        """Returns those of ``others`` without which two names would have one number.

        Those that stand before the number stay, unless they have nearly as many values as it.
        """
        going_along = [at for at in others if at > frame or self._distinct[at] >= self._distinct[frame]]
        for at in sorted(going_along, key=lambda at: (-self._distinct[at], -at)):
            rest = [other for other in others if other != at]
            if len(set(self._keys([*rest, frame]))) == self._rows:
                others = rest
        return others

    def _keys(self, columns: Sequence[int]) -> Iterable[tuple[int, ...]]:
        return zip(*(self._values[at] for at in columns), strict=True) if columns else [()] * self._rows

    def _span(self, at: int) -> int:
        return max(self._values[at]) - min(self._values[at])

    def _is_dense(self, at: int) -> bool:
        """Returns whether a number has a value for at least every second step of its own."""
        numbers = sorted(set(self._values[at]))
        step = gcd(*(after - before for before, after in pairwise(numbers)))
        return (numbers[-1] - numbers[0]) // step < 2 * len(numbers)

    def _are_shots(self, columns: Sequence[int], frame: int) -> bool:
        """Returns whether numbers part the names into shots, each a stretch of the frame numbers of its own.

        Where nearly all parts are of one frame, or parts lie within one another, the others only go along.
        """
        ends: dict[tuple[int, ...], tuple[int, int]] = {}
        for part, number in zip(self._keys(columns), self._values[frame], strict=True):
            first, last = ends.get(part, (number, number))
            ends[part] = min(first, number), max(last, number)
        if not columns or 2 * len(ends) > self._rows:
            return False
        return all(before[1] < after[0] for before, after in pairwise(sorted(ends.values())))

    def _are_sources(self, columns: Sequence[int], frame: int) -> bool:
        """Returns whether numbers in front of moments tell cameras apart: few, and at work at the same time."""
        ends: dict[tuple[int, ...], tuple[int, int]] = {}
        counts: Counter[tuple[int, ...]] = Counter()
        for source, number in zip(self._keys(columns), self._values[frame], strict=True):
            first, last = ends.get(source, (number, number))
            ends[source] = min(first, number), max(last, number)
            counts[source] += 1
        if not columns or len(ends) > _MOST_SOURCES or min(counts.values()) < 2:  # noqa: PLR2004 - one is no sequence
            return False
        ordered = sorted(ends.values(), key=itemgetter(0))
        return all(after[0] < before[1] for before, after in pairwise(ordered))
