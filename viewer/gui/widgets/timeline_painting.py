"""How the timeline looks, in pixels of the screen: the height and pattern of each state; its colour is in ``theme``."""

from __future__ import annotations

import math
import re
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PyQt5.QtGui import QBrush, QColor, QFont, QFontMetrics, QImage, QPainter, QPen, QPixmap, QPolygonF

from viewer.core.load.frame_state import FrameState
from viewer.core.patterns import late_pattern
from viewer.gui.theme import Colours, TextSize, digits, mixed
from viewer.gui.widgets.timeline_layout import MARKS, Mark, Runs, TimelineLayout
from viewer.gui.widgets.timeline_ruler import graduation, ticks
from viewer.model.view_state import COUNTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.core.play.timebase import TimeBase, TimeDisplay
    from viewer.core.spans import Span
    from viewer.model.sequence_settings import Bookmark
    from viewer.model.view_state import Numbers, TimelineView

HATCH, STRIPE = 6, 2
"""How far the lines of the hatching lie apart, and how wide a stripe is."""
RISE = 4
"""How far the picture of the band reaches above the band: frames that cannot be shown stand out there."""
CAP, LOW_CAP = 3, 2
"""How high the cap of those frames is, and on the minimap."""
DIAMOND = 4
"""Half the width and the height of a bookmark."""

# How much of the band's height each state takes; the others fill it.
_HEIGHTS = {Mark.ENCODED: 7 / 12, Mark.READING: 5 / 12, Mark.ON_DISK: 3 / 12}
_RUNS = late_pattern(rb"(.)\1*", re.DOTALL)


class TimelinePictures:
    """Makes the pictures of the ruler, the band of states, the minimap and the bookmarks, and keeps the last of each.

    A picture is made again only when its content has changed: ten times a second that is the band, at a step nothing.

    Attributes:
        ratio: how many pixels of the screen one of Qt's is wide.
        labels: from which pixel to which each label of the ruler is, as it was made last.
    """

    def __init__(self, colours: Colours, ratio: float) -> None:
        """Makes no picture yet.

        Args:
            colours: what to paint with.
            ratio: how many pixels of the screen one of Qt's is wide.
        """
        self.ratio = ratio
        self.labels: list[tuple[int, int]] = []
        self._colours = colours
        self._kept: dict[str, tuple[object, QPixmap]] = {}
        self._gaps: tuple[Sequence[Span], Runs] | None = None
        self._runs: tuple[TimelineView, Runs] | None = None
        self._missing: dict[str, tuple[TimelineLayout, bytes]] = {}

    def scaled(self, pixels: float) -> int:
        """Returns so many of Qt's pixels in pixels of the screen, at least 1."""
        return max(1, round(pixels * self.ratio))

    def ruler(
        self, layout: TimelineLayout, height: int, time_base: TimeBase, display: TimeDisplay, numbers: Numbers = COUNTS
    ) -> QPixmap:
        """Returns the ruler, ``height`` pixels of the screen high; its ticks stand on its lower edge."""
        key = layout, height, time_base, display, numbers
        return self._picture(
            "ruler", key, (layout.width, height), lambda painter: self._paint_ruler(painter, layout, height, *key[2:])
        )

    def band(self, layout: TimelineLayout, height: int, timeline: TimelineView, gaps: Sequence[Span]) -> QPixmap:
        """Returns the band of states, ``height`` pixels high, with :data:`RISE` of Qt's pixels above it.

        Frames that cannot be shown rise into those, with a bright cap over their whole width.
        """
        return self._states("band", layout, height, self.scaled(RISE), timeline, gaps)

    def tab(self, place: QRectF) -> tuple[QPoint, QPixmap]:
        """Returns where the tab of the playhead begins, in pixels of the screen, and the tab.

        To round it anew at each step takes a fifth of the step.
        """
        corner = QPoint(int(place.left() * self.ratio), int(place.top() * self.ratio))
        inner = place.translated(QPointF(corner) / -self.ratio)

        def paint(painter: QPainter) -> None:
            painter.scale(self.ratio, self.ratio)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colours.accent))
            painter.drawRoundedRect(inner, 4, 4)

        size = math.ceil(inner.right() * self.ratio), math.ceil(inner.bottom() * self.ratio)
        return corner, self._picture("tab", (inner.getRect(), size), size, paint)

    def minimap(self, layout: TimelineLayout, height: int, timeline: TimelineView, gaps: Sequence[Span]) -> QPixmap:
        """Returns the states of all frames, ``height`` pixels high, as they are on a narrow strip."""
        return self._states("minimap", layout, height, 0, timeline, gaps)

    def bookmarks(self, layout: TimelineLayout, height: int, margin: int, bookmarks: Sequence[Bookmark]) -> QPixmap:
        """Returns diamonds in a row ``height`` pixels high, which reaches ``margin`` pixels over both ends.

        All bookmarks must lie on the layout; of very many, only those that can be seen apart are painted.
        """
        key = layout, height, margin, bookmarks

        def paint(painter: QPainter) -> None:
            diamond, before, apart = self._diamond, -height, self.scaled(1)
            left, top = margin - (diamond.width() - 1) // 2, (height - diamond.height()) // 2
            for bookmark in bookmarks:
                x = layout.middle(bookmark.number)
                if x - before > apart:
                    painter.drawPixmap(left + x, top, diamond)
                    before = x

        return self._picture("bookmarks", key, (layout.width + 2 * margin, height), paint)

    def _states(
        self, name: str, layout: TimelineLayout, height: int, rise: int, timeline: TimelineView, gaps: Sequence[Span]
    ) -> QPixmap:
        def paint(painter: QPainter) -> None:
            self._paint_states(painter, self._row(name, layout, timeline, gaps), height, rise)

        return self._picture(name, (layout, height, timeline, gaps), (layout.width, height + rise), paint)

    def _picture(self, name: str, key: object, size: tuple[int, int], paint: Callable[[QPainter], None]) -> QPixmap:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            picture = QPixmap(*size)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            paint(painter)
            painter.end()
            self._kept[name] = kept = key, picture
        return kept[1]

    def _row(self, name: str, layout: TimelineLayout, timeline: TimelineView, gaps: Sequence[Span]) -> bytes:
        """Returns the band of states; the parts that have not changed are not computed again."""
        if self._gaps is None or self._gaps[0] is not gaps:
            self._gaps = gaps, Runs.of_gaps(gaps)
            self._missing.clear()
        if self._runs is None or self._runs[0] is not timeline:
            self._runs = timeline, Runs.of_states(timeline.runs)
        missing = self._missing.get(name)
        if missing is None or missing[0] != layout:
            self._missing[name] = missing = layout, layout.row(self._gaps[1])
        return layout.row(self._runs[1], missing[1])

    # Painting

    def _paint_ruler(
        self,
        painter: QPainter,
        layout: TimelineLayout,
        height: int,
        time_base: TimeBase,
        display: TimeDisplay,
        numbers: Numbers,
    ) -> None:
        metrics, pad, gaps = QFontMetrics(self._font), self.scaled(4), (self.scaled(18), self.scaled(9))

        def measure(text: str) -> int:
            return metrics.horizontalAdvance(text) + 2 * pad

        if numbers.writing.is_count:
            made = ticks(
                layout, graduation(time_base, display), partial(time_base.text, display=display), measure, gaps
            )
        else:
            from viewer.gui.widgets.timeline_scale import graduation_of  # noqa: PLC0415 - only for names with dates and times

            graduated = graduation_of(numbers.writing, layout, measure(numbers.text(layout.last)) + gaps[0])
            made = ticks(layout, graduated, numbers.text, measure, gaps)
        width, tall, low = self.scaled(1), self.scaled(4), self.scaled(2)
        foot = height - self.scaled(1)
        painter.fillRect(0, 0, layout.width, height, QColor(self._colours.well))
        lines = [QRect(tick.x, foot - (tall if tick.text else low), width, tall if tick.text else low) for tick in made]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.edge))
        painter.drawRects(*lines)
        painter.setFont(self._font)
        painter.setPen(QColor(self._colours.dim))
        baseline = self.scaled(4) + metrics.ascent()
        self.labels = [(tick.text_x, tick.text_x + measure(tick.text)) for tick in made if tick.text]
        for tick in made:
            if tick.text:
                painter.drawText(tick.text_x + pad, baseline, tick.text)

    def _paint_states(self, painter: QPainter, row: bytes, height: int, rise: int) -> None:
        """Paints the band of states, below ``rise`` pixels for the frames that cannot be shown."""
        colours, width, bottom = self._colours, len(row), rise + height
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrushOrigin(0, rise)
        painter.fillRect(0, rise, width, height, QColor(colours.absent))
        runs: dict[int, list[tuple[int, int]]] = {}
        for match in _RUNS.finditer(row):
            runs.setdefault(match[0][0], []).append(match.span())

        def fill(mark: Mark, brush: QBrush | QColor, top: int, end: int = bottom) -> None:
            painter.setBrush(brush)
            painter.drawRects(*(QRect(left, top, right - left, end - top) for left, right in runs[mark]))

        for state, mark in MARKS.items():
            if mark in runs and mark not in {Mark.ABSENT, Mark.READING, Mark.FAILED}:
                fill(mark, QColor(colours.of_state(state)), bottom - self._height(mark, height))
        if Mark.UNCONFIRMED in runs:
            inset = max(1, round(height / 4))
            fill(Mark.UNCONFIRMED, QColor(colours.absent), rise + inset, bottom - inset)
        if Mark.READING in runs:
            fill(Mark.READING, QBrush(self._stripes), bottom - self._height(Mark.READING, height))
        if Mark.MISSING in runs:
            fill(Mark.MISSING, QBrush(self._hatching), rise)
        self._paint_failed(painter, runs.get(Mark.FAILED, []), width, rise, bottom)

    def _height(self, mark: Mark, height: int) -> int:
        return max(1, round(height * _HEIGHTS.get(mark, 1.0)))

    def _paint_failed(
        self, painter: QPainter, runs: Sequence[tuple[int, int]], width: int, rise: int, bottom: int
    ) -> None:
        """Paints frames that cannot be shown, three of Qt's pixels wide at least, with a bright cap."""
        top = max(0, rise - self.scaled(RISE - 1))
        cap = top + self.scaled(CAP if rise else LOW_CAP)
        wides, caps = [], []
        for left, right in runs:
            wide = max(right - left, min(self.scaled(3), width))
            begin = min(max((left + right - wide) // 2, 0), width - wide)
            wides.append(QRect(begin, cap, wide, bottom - cap))
            caps.append(QRect(begin, top, wide, cap - top))
        for colour, rects in ((self._colours.failed, wides), (self._colours.bright, caps)):
            painter.setBrush(QColor(colour))
            if rects:
                painter.drawRects(*rects)

    @cached_property
    def _stripes(self) -> QPixmap:
        """The pattern of frames that are being read."""
        stripe = self.scaled(STRIPE)
        picture = QPixmap(2 * stripe, 1)
        picture.fill(QColor(self._colours.absent))
        painter = QPainter(picture)
        painter.fillRect(0, 0, stripe, 1, QColor(self._colours.of_state(FrameState.READING)))
        painter.end()
        return picture

    @cached_property
    def _hatching(self) -> QPixmap:
        """The pattern of missing frames: lines from lower left to upper right, a third of the pattern wide."""
        side, colours = self.scaled(HATCH), self._colours
        image = QImage(side, side, QImage.Format_RGB32)
        for y, x in product(range(side), repeat=2):
            along = (x + y) % side
            apart = min(along, side - along) / math.sqrt(2)
            cover = min(max(side / 6 + 0.5 - apart, 0.0), 1.0)
            image.setPixelColor(x, y, mixed(colours.missing, colours.well, cover))
        return QPixmap.fromImage(image)

    @cached_property
    def _font(self) -> QFont:
        return digits(TextSize.SMALL, self.ratio)

    @cached_property
    def _diamond(self) -> QPixmap:
        """A bookmark, with an edge that keeps it apart from the playhead and its neighbours."""
        half = DIAMOND * self.ratio
        side = 2 * round(half) + 1
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(self._colours.panel), self.ratio))
        painter.setBrush(QColor(self._colours.bookmark))
        middle, reach = side / 2, side / 2 - self.ratio / 2
        corners = ((0.0, -reach), (reach, 0.0), (0.0, reach), (-reach, 0.0))
        painter.drawPolygon(QPolygonF([QPointF(middle + x, middle + y) for x, y in corners]))
        painter.end()
        return picture
