"""The timeline's arithmetic, without Qt: frame numbers to pixels of the screen and back, ticks, bands.

All x are whole device pixels from 0 (the left edge of the bar) to ``width - 1``. While frames are wider than a pixel
each has a cell of its own; when they are narrower each pixel stands for several frames. Either way the first pixel is
of the first frame and the last pixel of the last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.load.loader import FrameState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from viewer.core.spans import Span


class Mark(IntEnum):
    """What a pixel of the band shows; where several frames share one, the greatest wins."""

    ABSENT = 0
    MISSING = 1
    ON_DISK = 2
    READING = 3
    ENCODED = 4
    DECODED = 5
    FAILED = 6


_MARKS = {
    FrameState.ABSENT: Mark.ABSENT,
    FrameState.FAILED: Mark.FAILED,
    FrameState.ON_DISK: Mark.ON_DISK,
    FrameState.READING: Mark.READING,
    FrameState.ENCODED: Mark.ENCODED,
    FrameState.DECODED: Mark.DECODED,
}


_RUN = re.compile(rb"(.)\1*", re.DOTALL)


class Block(NamedTuple):
    """The pixels from ``left`` up to, not including, ``right``, that look the same."""

    left: int
    right: int
    mark: Mark


class Tick(NamedTuple):
    """A tick of the ruler.

    Attributes:
        number: the frame it stands at.
        x: the pixel in the middle of that frame.
        text: its label, "" for none.
        text_x: where the label begins.
    """

    number: int
    x: int
    text: str = ""
    text_x: int = 0


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """How the frame numbers from ``first`` to ``last`` lie on ``width`` pixels.

    Attributes:
        first: the lowest frame number.
        last: the highest frame number, at least ``first``.
        width: device pixels, at least 1.
    """

    first: int
    last: int
    width: int

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.last - self.first + 1

    def left(self, number: int) -> int:
        """Returns the first pixel of a frame; of those beyond the ends that of the end."""
        index = min(max(number, self.first), self.last) - self.first
        return index * self.width // self.count

    def right(self, number: int) -> int:
        """Returns the pixel after the last one of a frame."""
        index = min(max(number, self.first), self.last) - self.first
        return max((index + 1) * self.width // self.count, self.left(number) + 1)

    def middle(self, number: int) -> int:
        """Returns the pixel in the middle of a frame."""
        return (self.left(number) + self.right(number) - 1) // 2

    def number_at(self, x: int) -> int:
        """Returns the frame at a pixel; beyond the ends, the frame at that end."""
        x = min(max(x, 0), self.width - 1)
        if self.count <= self.width:
            return self.first + ((x + 1) * self.count - 1) // self.width
        if self.width == 1:
            return self.first
        # Several frames a pixel: evenly from the first to the last, but always one of those the pixel stands for.
        index = x * (self.count - 1) // (self.width - 1)
        return self.first + max(index, -(-x * self.count // self.width))

    def ticks(self, label_width: Callable[[str], int], gap: int, tick_gap: int) -> list[Tick]:
        """Returns the ruler, ascending: both ends and round numbers between them, as many as fit.

        Args:
            label_width: how many pixels a label takes.
            gap: pixels to leave between labels, at least.
            tick_gap: pixels to leave between ticks, at least.
        """
        if self.first == self.last:
            return [self._labelled(self.first, label_width)]
        ends = self._labelled(self.first, label_width), self._labelled(self.last, label_width)
        from_x, to_x = ends[0].text_x + label_width(ends[0].text) + gap, ends[1].text_x - gap
        if from_x - gap > to_x:  # no room for both ends
            ends = ends[0], ends[1]._replace(text="", text_x=0)
            to_x = self.width
        widest = max(label_width(str(self.first)), label_width(str(self.last)))
        step = self._step(widest + gap)
        small = min(step, self._step(tick_gap))
        while step % small:
            small = _next_step(small)
        ticks = [ends[0]]
        for number in range(-(-(self.first + 1) // small) * small, self.last, small):
            tick = self._labelled(number, label_width)
            fits = number % step == 0 and tick.text_x >= from_x and tick.text_x + label_width(tick.text) <= to_x
            ticks.append(tick if fits else tick._replace(text="", text_x=0))
        return [*ticks, ends[1]]

    def _labelled(self, number: int, label_width: Callable[[str], int]) -> Tick:
        text, x = str(number), self.middle(number)
        width = label_width(text)
        return Tick(number, x, text, max(0, min(x - width // 2, self.width - width)))

    def _step(self, pixels: int) -> int:
        """Returns the least of the nice steps whose multiples stand at least ``pixels`` apart."""
        step = 1
        while step * self.width < pixels * self.count:
            step = _next_step(step)
        return step

    def missing(self, gaps: Sequence[Span]) -> bytes:
        """Returns the band with nothing but these numbers without a file in it, ascending, for :meth:`blocks`."""
        if len(gaps) > self.width:  # then it is faster to look for one gap in each pixel than for the pixels of each
            edges = (self.first - (-x * self.count // self.width) for x in range(self.width + 1))
            return bytes(Mark.MISSING if _meet(gaps, left, right) else Mark.ABSENT for left, right in pairwise(edges))
        row = bytearray(self.width)
        self._mark(row, ((gap, Mark.MISSING) for gap in gaps))
        return bytes(row)

    def blocks(self, runs: Iterable[tuple[Span, FrameState]], missing: bytes = b"") -> list[Block]:
        """Returns the band of states as runs of pixels that look the same, ascending and without holes.

        Where several frames share a pixel, a failed one wins, otherwise the best state; a missing number is seen
        before one that is only not here. The work grows with the number of runs and pixels, not of frames.

        Args:
            runs: disjoint spans and the state of all their frames; what lies outside the ends is left out.
            missing: the band of the numbers without a file; they seldom change, and there may be many.
        """
        row = bytearray(missing or self.width)
        self._mark(row, ((span, _MARKS[state]) for span, state in runs))
        return list(_blocks(row))

    def _mark(self, row: bytearray, marked: Iterable[tuple[Span, Mark]]) -> None:
        begin, stop, width, count = self.first, self.last, self.width, self.count
        for (first, last), mark in marked:
            if first > stop or last < begin:
                continue
            start = (max(first, begin) - begin) * width // count
            at_end = min(last, stop) - begin
            end = max((at_end + 1) * width // count - 1, at_end * width // count)
            # Only the pixels at its ends can be shared with other runs.
            row[start] = max(row[start], mark)
            row[end] = max(row[end], mark)
            if end - start > 1:
                row[start + 1 : end] = bytes((mark,)) * (end - start - 1)


def _meet(gaps: Sequence[Span], begin: int, end: int) -> bool:
    """Returns whether any of ``gaps``, which ascend, holds a number from ``begin`` up to, not including, ``end``."""
    at = bisect_left(gaps, begin, key=lambda gap: gap.last)
    return at < len(gaps) and gaps[at].first < end


def _blocks(row: bytearray) -> Iterator[Block]:
    for match in _RUN.finditer(row):
        yield Block(match.start(), match.end(), Mark(match[1][0]))


def _next_step(step: int) -> int:
    """Returns the one after ``step`` of 1, 2, 5, 10, 20, 50 and so on."""
    power: int = 10 ** (len(str(step)) - 1)
    return {1: 2, 2: 5, 5: 10}[step // power] * power
