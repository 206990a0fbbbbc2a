"""The timeline's arithmetic, without Qt: frame numbers to pixels of the screen and back, and the band of states.

All x are whole device pixels from 0 (the left edge of the bar) to ``width - 1``. While frames are wider than a pixel
each has a cell of its own; when they are narrower each pixel stands for several frames. Either way the first pixel is
of the first frame and the last pixel of the last.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from enum import IntEnum
from typing import TYPE_CHECKING

from viewer.core.load.frame_state import FrameState
from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewer.core.spans import Span


class Mark(IntEnum):
    """What a pixel of the band shows; where several frames share one, the greatest wins."""

    ABSENT = 0
    MISSING = 1
    ON_DISK = 2
    UNCONFIRMED = 3
    READING = 4
    ENCODED = 5
    DECODED = 6
    FAILED = 7


MARKS = {state: Mark[state.name] for state in FrameState}


class Runs:
    """Runs of frame numbers and the mark of each: made once, and laid out as often as the view changes.

    Attributes:
        firsts: the first number of each, ascending.
        lasts: the last number of each.
        marks: the :class:`Mark` of each.
    """

    def __init__(self, spans: Sequence[Span], marks: Iterable[Mark]) -> None:
        """Takes the runs over.

        Args:
            spans: the numbers, disjoint and ascending.
            marks: the mark of each, as many as there are spans.
        """
        self.firsts = [span.first for span in spans]
        self.lasts = [span.last for span in spans]
        self.marks = bytes(marks)

    @classmethod
    def of_states(cls, runs: Sequence[tuple[Span, FrameState]]) -> Runs:
        """Returns the runs of frames with the same state."""
        return cls([span for span, _ in runs], [MARKS[state] for _, state in runs])

    @classmethod
    def of_gaps(cls, gaps: Sequence[Span]) -> Runs:
        """Returns the numbers without a file."""
        return cls(gaps, [Mark.MISSING] * len(gaps))


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

    @classmethod
    def of(cls, span: Span, width: int) -> TimelineLayout:
        """Returns the layout of a span; ``*span`` would reserve room for as many arguments as it has numbers."""
        return cls(span.first, span.last, width)

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
        index, count = min(max(number, self.first), self.last) - self.first, self.count
        return max((index + 1) * self.width // count, index * self.width // count + 1)

    def middle(self, number: int) -> int:
        """Returns the pixel in the middle of a frame."""
        left = self.left(number)
        return (left + self.right(number) - 1) // 2

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

    def boundary_at(self, x: float) -> int:
        """Returns the frame whose left edge is nearest to ``x``; ``last + 1`` stands for the right end of the bar."""
        return self.first + min(max(round(x * self.count / self.width), 0), self.count)

    def row(self, runs: Runs, under: bytes | None = None) -> bytes:
        """Returns the band of states: the :class:`Mark` of each pixel.

        Where several frames share a pixel, a failed one wins, otherwise the best state; a missing number is seen
        before one that is only not here. The work grows with the number of runs and pixels, not of frames.

        Args:
            runs: what to show; what lies outside the ends is left out.
            under: the band of the numbers without a file; they seldom change, and there may be many.
        """
        row = bytearray(self.width) if under is None else bytearray(under)
        begin, end = bisect_left(runs.lasts, self.first), bisect_right(runs.firsts, self.last)
        if end - begin > self.width:
            return self._crowded(row, runs)
        for first, last, mark in zip(runs.firsts[begin:end], runs.lasts[begin:end], runs.marks[begin:end], strict=True):
            left, stop = self.left(first), self.right(last)
            # Only the pixels at its ends can be shared with other runs.
            row[left + 1 : stop - 1] = bytes([mark]) * (stop - left - 2)
            for x in {left, stop - 1}:
                row[x] = max(row[x], mark)
        return bytes(row)

    def _crowded(self, row: bytearray, runs: Runs) -> bytes:
        """Returns the band where more runs than pixels are in view."""
        begin = bisect_left(runs.lasts, self.first)
        for x in range(self.width):
            first, after = (self.first - -edge * self.count // self.width for edge in (x, x + 1))
            begin = bisect_left(runs.lasts, first, begin)
            end = bisect_left(runs.firsts, after, begin)
            row[x] = max(row[x], max(runs.marks[begin:end], default=0))
        return bytes(row)
