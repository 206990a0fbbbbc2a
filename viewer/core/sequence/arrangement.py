"""Arrangement: which number of some names is the frame, and which tell sequences apart.

The page names.md states these rules for users.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import gcd
from operator import itemgetter
from typing import TYPE_CHECKING

from viewer.core.records import NamedTuple
from viewer.core.sequence.sequence import STAMP
from viewer.core.sequence.writing import Decimals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewer.core.sequence.table import Table
    from viewer.core.sequence.writing import Writing

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


def _is_moment(writing: Writing, least: int) -> bool:
    """Returns whether numbers from ``least`` on are dates, times, or seconds since 1970 or finer ones."""
    if isinstance(writing, Decimals):
        return least >= int(STAMP * 10**writing.scale)
    return not writing.is_count or least >= STAMP


class _Choice:
    """The choice for one table of which several numbers vary."""

    def __init__(self, table: Table, varying: list[int]) -> None:
        self._rows = len(table)
        self._varying = varying
        self._values = {at: table.columns[at].values() for at in varying}
        self._distinct = {at: len(set(values)) for at, values in self._values.items()}
        self._is_count = {at: table.columns[at].writing.is_count for at in varying}
        self._is_moment = {
            at: _is_moment(table.columns[at].writing, min(values)) for at, values in self._values.items()
        }
        self._dense: dict[int, bool] = {}

    def arrangement(self) -> Arrangement:
        complete = [at for at in self._varying if self._distinct[at] == self._rows]
        if not complete:
            return self._of_ties() or self._of_grid(self._varying) or self._by_most()
        frame = min(complete, key=self._as_frame)
        first = min(complete)
        if first < frame and self._is_moment[first] and self._order(first) != self._order(frame):
            frame = first  # the moments are in front, and the counter does not count them
        before = [at for at in self._varying if at < frame]
        if self._is_dense(frame) and not self._is_moment[frame]:
            return Arrangement(frame, tuple(before) if self._are_shots(before, frame) else ())
        grid = self._of_grid([at for at in self._varying if at not in complete])
        if grid is not None:
            return grid
        if self._are_sources(before, frame) or self._are_shots(before, frame):
            return Arrangement(frame, tuple(before))
        behind = [at for at in self._varying if at > frame and self._is_count[at]]
        is_parted = self._is_moment[frame] and self._are_in_turn(behind, frame)
        return Arrangement(frame, tuple(behind) if is_parted else ())

    def _as_frame(self, at: int) -> tuple[int, int, int]:
        """Returns how little a number that differs in every name is the frame.

        A dense counter is most, then a moment, a value of even pace, a counter with many gaps, another value.
        """
        is_dense, is_count = self._is_dense(at), self._is_count[at]
        if self._is_moment[at]:
            return 1, 0, at
        if is_dense and is_count:
            return 0, self._span(at), -at
        return (2 if is_dense else 3 if is_count else 4), 0, at

    def _order(self, at: int) -> list[int]:
        return sorted(range(self._rows), key=self._values[at].__getitem__)

    def _of_grid(self, columns: Sequence[int]) -> Arrangement | None:
        """Returns the arrangement by a number that comes again for each value of others; None if there is none."""
        if len(columns) < 2:  # noqa: PLR2004 - a grid has two axes
            return None
        is_left = len(columns) < len(self._varying)
        for frame in sorted(columns, key=self._by_values, reverse=True):
            parts = self._needed(frame, [at for at in columns if at != frame])
            is_key = self._are_key([*parts, frame])
            if not parts or not is_key or 2 * len(set(self._keys(parts))) > self._rows:
                continue
            if is_left and not self._is_dense(frame):
                continue  # moments differ in every name: only a counter is more likely than they
            return Arrangement(frame, tuple(parts))
        return None

    def _of_ties(self) -> Arrangement | None:
        """Returns the arrangement by moments of which some have several pictures, counted behind them; None for others.

        Where all have, these are cameras or channels.
        """
        if len(self._varying) != 2:  # noqa: PLR2004 - the moment and the counter
            return None
        clock, counter = self._varying
        moments, counts = self._distinct[clock], self._distinct[counter]
        is_full = 4 * self._rows > 3 * moments * counts
        if self._is_count[clock] or not self._is_count[counter] or is_full or counts > moments:
            return None
        return Arrangement(clock, tie=counter)

    def _by_most(self) -> Arrangement:
        frame = max(self._varying, key=self._by_values)
        return Arrangement(frame, tuple(at for at in self._varying if at != frame))

    def _by_values(self, at: int) -> tuple[bool, int, bool, int]:
        """Returns how much a number is the frame where none differs in every name: by its values, then its place.

        One with many gaps, without which the others tell the names apart, rather goes along.
        """
        is_count = self._is_count[at]
        others = [other for other in self._varying if other != at]
        goes_along = not self._is_moment[at] and not self._is_dense(at) and self._are_key(others)
        return not goes_along, self._distinct[at], is_count, at if is_count else -at

    def _are_key(self, columns: Sequence[int]) -> bool:
        """Returns whether these numbers differ in any two names."""
        return len(set(self._keys(columns))) == self._rows

    def _needed(self, frame: int, others: list[int]) -> list[int]:
        """Returns those of ``others`` without which two names would have one number.

        Those that stand before the number stay, unless they have nearly as many values as it.
        """
        going_along = [at for at in others if at > frame or self._distinct[at] >= self._distinct[frame]]
        for at in sorted(going_along, key=lambda at: (-self._distinct[at], -at)):
            rest = [other for other in others if other != at]
            if self._are_key([*rest, frame]):
                others = rest
        return others

    def _keys(self, columns: Sequence[int]) -> Iterable[tuple[int, ...]]:
        return zip(*(self._values[at] for at in columns), strict=True) if columns else [()] * self._rows

    def _span(self, at: int) -> int:
        return max(self._values[at]) - min(self._values[at])

    def _is_dense(self, at: int) -> bool:
        """Returns whether a number has a value for at least every second step of its own."""
        if at not in self._dense:
            numbers = sorted(set(self._values[at]))
            step = gcd(*(after - before for before, after in pairwise(numbers)))
            self._dense[at] = (numbers[-1] - numbers[0]) // max(1, step) < 2 * len(numbers)
        return self._dense[at]

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

    def _are_in_turn(self, columns: Sequence[int], frame: int) -> bool:
        """Returns whether numbers behind moments tell cameras apart: as often as each other, one after the other."""
        places: dict[tuple[int, ...], list[int]] = {}
        keys = [*self._keys(columns)]
        for place, row in enumerate(self._order(frame)):
            places.setdefault(keys[row], []).append(place)
        count = len(places)
        if not columns or count > _MOST_SOURCES or self._rows < 3 * count:
            return False
        return all(
            count - 1 <= after - before <= count + 1 for part in places.values() for before, after in pairwise(part)
        ) and all(len(part) > 1 for part in places.values())
