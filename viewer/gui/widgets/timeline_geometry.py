"""Where the parts of the timeline are, and which of them is under the pointer.

Unless another unit is named, x and y are Qt's pixels from the upper left corner of the widget; the layouts count in
pixels of the screen from the left edge of the bar.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from PyQt5.QtGui import QFont, QFontMetrics

from viewer.core.records import NamedTuple, dataclass
from viewer.gui.theme import TextSize, digits
from viewer.gui.widgets.timeline_layout import TimelineLayout

if TYPE_CHECKING:
    from viewer.gui.widgets.timeline_window import TimelineWindow
    from viewer.model.sequence_settings import Bookmark

# Even numbers, so that the parts begin on whole pixels of screens with one and a half for each of Qt's.
HEIGHT = 56
MARGIN = 14
"""Room left and right of the bar: the playhead's head reaches over the ends."""
TOP = 8
"""Room above the bar, for the playhead's head and the bookmarks."""
RULER, BAND = 22, 22
"""The parts of the bar: the ruler and the band of states."""
ZOOMED_BAND, MAP_TOP, MAP = 12, 44, 8
"""While it is zoomed the band is lower, and makes room for the minimap below it."""
FOOT = 5
"""How far the brackets at the in and out points reach inwards."""
GRAB, NEAR = 4, 4
"""How near to an in or out point, and to a bookmark, the pointer takes hold of it."""
MOST_VALUE = (1 << 31) - 1
LEAST_FRAME = 10
"""How wide the frame of the minimap is at least, so that it can be taken hold of."""


class TimelinePart(Enum):
    """A part that the pointer can be on, or hold."""

    FRAME = auto()
    BOOKMARK = auto()
    MARK_IN = auto()
    MARK_OUT = auto()
    MINIMAP = auto()


class Pointed(NamedTuple):
    """The part under the pointer.

    Attributes:
        part: the part of the timeline.
        number: its frame.
    """

    part: TimelinePart
    number: int


@dataclass(frozen=True)
class TimelineGeometry:
    """The positions of all parts, for a window, a width and a screen.

    Attributes:
        window: which frames are shown.
        width: the width of the widget.
        ratio: how many pixels of the screen one of Qt's is wide.
    """

    window: TimelineWindow
    width: int
    ratio: float

    @cached_property
    def layout(self) -> TimelineLayout:
        """Where the frames are that are shown."""
        return TimelineLayout.of(self.window.shown, self._pixels)

    @cached_property
    def minimap(self) -> TimelineLayout:
        """Where all frames are on the minimap."""
        return TimelineLayout.of(self.window.whole, self._pixels)

    @cached_property
    def font(self) -> tuple[QFont, QFontMetrics]:
        """The font of the numbers, and its measures; asking for it takes a tenth of the time of a step."""
        font = digits(TextSize.SMALL)
        return font, QFontMetrics(font)

    @property
    def _pixels(self) -> int:
        return max(1, int(self.bar_width * self.ratio))

    @property
    def bar_width(self) -> int:
        """The width of the bar and of the minimap."""
        return max(1, self.width - 2 * MARGIN)

    @property
    def bar_height(self) -> int:
        """The height of the bar."""
        return RULER + (ZOOMED_BAND if self.window.is_zoomed else BAND)

    def to_device(self, x: float) -> int:
        """Returns the pixel of a layout at ``x``; the first and the last of Qt's are at its first and last."""
        return int((x - MARGIN) * (self._pixels - 1) / max(1, self.bar_width - 1))

    def from_device(self, x: float) -> float:
        """Returns where the pixel ``x`` of a layout begins."""
        return MARGIN + x / self.ratio

    def number_at(self, x: float) -> int:
        """Returns the frame at ``x``; beyond the ends of the bar, the one at that end."""
        return self.layout.number_at(self.to_device(x))

    def middle(self, number: int) -> float:
        """Returns the middle of a frame."""
        return self.from_device(self.layout.middle(number) + 0.5)

    def map_middle(self, number: int) -> float:
        """Returns the middle of a frame on the minimap."""
        return self.from_device(self.minimap.middle(number) + 0.5)

    def edge(self, part: TimelinePart, number: int) -> float:
        """Returns where an in or out point stands: before its frame or after it."""
        layout = self.layout
        return self.from_device(layout.left(number) if part is TimelinePart.MARK_IN else layout.right(number))

    def brackets(self, mark_in: int | None, mark_out: int | None) -> list[tuple[float, float]]:
        """Returns the left edge and the width of the brackets at the in and out points that are shown."""
        shown = self.layout.first, self.layout.last
        marks = ((TimelinePart.MARK_IN, mark_in, 0), (TimelinePart.MARK_OUT, mark_out, FOOT))
        return [
            (self.edge(part, mark) - back, FOOT)
            for part, mark, back in marks
            if mark is not None and shown[0] <= mark <= shown[1]
        ]

    def boundary_at(self, edge: float) -> int:
        """Returns the frame that begins nearest to ``edge``; the end of the bar is that of one more."""
        return self.layout.boundary_at((edge - MARGIN) * self.ratio)

    def map_frame(self) -> tuple[float, float]:
        """Returns the left and right edge of the minimap's frame around what is shown."""
        shown = self.window.shown
        left, right = self.from_device(self.minimap.left(shown.first)), self.from_device(self.minimap.right(shown.last))
        width = max(right - left, LEAST_FRAME)
        left = max(MARGIN + 0.0, min((left + right - width) / 2, MARGIN + self.bar_width - width))
        return left, left + width

    def window_at(self, left: float) -> TimelineWindow:
        """Returns the window whose frame on the minimap begins at ``left``, as near as can be."""
        begin, end = self.map_frame()
        shift, room = max(0.0, left - MARGIN), max(1e-9, self.bar_width - (end - begin))
        frames = round(min(1.0, shift / room) * (self.minimap.count - self.layout.count))
        return self.window.panned(self.window.whole.first + frames - self.window.shown.first)

    def pointed_at(
        self, x: int, y: int, marks: tuple[int | None, int | None], bookmarks: tuple[Bookmark, ...]
    ) -> Pointed:
        """Returns the part at a point.

        Args:
            x: of the point.
            y: of the point.
            marks: the in and the out point, None for none.
            bookmarks: the bookmarks, ascending.
        """
        if self.window.is_zoomed and y >= MAP_TOP - 1:
            return Pointed(TimelinePart.MINIMAP, self.minimap.number_at(self.to_device(x)))
        number = self.bookmark_near(x, y, bookmarks)
        if number is not None:
            return Pointed(TimelinePart.BOOKMARK, number)
        if y < TOP + RULER:
            near = [
                (abs(self.edge(part, mark) - x - 0.5), Pointed(part, mark))
                for part, mark in zip((TimelinePart.MARK_IN, TimelinePart.MARK_OUT), marks, strict=True)
                if mark is not None and self.layout.first <= mark <= self.layout.last
            ]
            distance, nearest = min(near, key=lambda each: each[0], default=(GRAB, None))
            if distance < GRAB and nearest is not None:
                return nearest
        return Pointed(TimelinePart.FRAME, self.number_at(x))

    def bookmark_near(self, x: int, y: int, bookmarks: tuple[Bookmark, ...]) -> int | None:
        """Returns the number of the bookmark at a point, None without one."""
        if y > TOP:
            return None
        near = within(bookmarks, self.number_at(x - NEAR - 1), self.number_at(x + NEAR + 1))
        distances = [(abs(self.middle(each.number) - x - 0.5), each.number) for each in near]
        distance, number = min(distances, default=(NEAR + 1.0, 0))
        return number if distance <= NEAR + 0.5 else None


def within(bookmarks: tuple[Bookmark, ...], first: int, last: int) -> tuple[Bookmark, ...]:
    """Returns the bookmarks, which ascend, from one frame to another."""
    begin = bisect_left(bookmarks, first, key=lambda bookmark: bookmark.number)
    return bookmarks[begin : bisect_right(bookmarks, last, lo=begin, key=lambda bookmark: bookmark.number)]


def as_value(number: int) -> int:
    """Returns a frame number as the value of a slider of Qt, which has 32 bits, or the nearest that it can have."""
    return max(-MOST_VALUE, min(number, MOST_VALUE))
