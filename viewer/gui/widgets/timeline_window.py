"""The part of the sequence that the timeline shows when it is zoomed, without Qt."""

from __future__ import annotations

from viewer.core.records import dataclass, replace
from viewer.core.spans import Span
from viewer.gui.widgets.timeline_layout import TimelineLayout

LEAST = 20
"""Frames that are shown at the closest."""


@dataclass(frozen=True, slots=True)
class TimelineWindow:
    """Which frames of a sequence are shown.

    Attributes:
        whole: all numbers of the sequence.
        shown: those that are shown, within ``whole``.
        least: how many numbers are shown at the closest.
    """

    whole: Span
    shown: Span
    least: int = LEAST

    @property
    def count(self) -> int:
        """How many numbers are shown; ``len`` knows none beyond 64 bits."""
        return _count(self.shown)

    @property
    def is_zoomed(self) -> bool:
        """Whether it shows only a part."""
        return self.shown != self.whole

    def zoomed(self, factor: float, x: int, width: int) -> TimelineWindow:
        """Returns a window of ``factor`` times as many frames; the frame at a pixel stays there where it can.

        Args:
            factor: more than 1 shows more frames, up to all, less than 1 fewer, down to :attr:`least`.
            x: the pixel, from 0.
            width: how many pixels the window has.
        """
        count = min(max(round(self.count * factor), self.least), _count(self.whole))
        number = TimelineLayout.of(self.shown, width).number_at(x)
        return self._placed(number - TimelineLayout(0, count - 1, width).number_at(x), count)

    def panned(self, frames: int) -> TimelineWindow:
        """Returns the window so many frames further, as far as there are any."""
        return self._placed(self.shown.first + frames, self.count)

    def around(self, number: int) -> TimelineWindow:
        """Returns the window with a frame in its middle, as near as the ends allow."""
        return self._placed(number - self.count // 2, self.count)

    def following(self, number: int, page: int = 0) -> TimelineWindow:
        """Returns the nearest window that shows a frame.

        Args:
            number: the frame.
            page: 1 to leave all room after it and -1 all before it, once it is not shown; 0 moves no further than
                needed.
        """
        first, last = self.shown
        if first <= number <= last:
            return self
        at_start = page > 0 or (page == 0 and number < first)
        return self._placed(number if at_start else number - self.count + 1, self.count)

    def unzoomed(self) -> TimelineWindow:
        """Returns the window that shows all."""
        return replace(self, shown=self.whole)

    def grown(self, whole: Span) -> TimelineWindow:
        """Returns the window once the sequence has other ends; one that shows all goes on doing so."""
        if not self.is_zoomed:
            return replace(self, whole=whole, shown=whole)
        return replace(self, whole=whole, shown=_placed(whole, self.shown.first, min(self.count, _count(whole))))

    def _placed(self, first: int, count: int) -> TimelineWindow:
        return replace(self, shown=_placed(self.whole, first, count))


def _count(span: Span) -> int:
    return span.last - span.first + 1


def _placed(whole: Span, first: int, count: int) -> Span:
    """Returns so many numbers of ``whole`` from ``first``, or as near as they can begin."""
    first = max(min(first, whole.last - count + 1), whole.first)
    return Span(first, first + count - 1)
