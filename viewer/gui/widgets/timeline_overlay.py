"""What moves on top of the timeline's pictures: the playhead, in and out points, what is under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from viewer.gui.theme import Colours, TextSize, digits
from viewer.gui.widgets.timeline_geometry import MAP, MAP_TOP, MARGIN, RULER, TOP, TimelinePart

if TYPE_CHECKING:
    from viewer.gui.widgets.timeline_geometry import Pointed, TimelineGeometry

HEAD = 6
"""Half the width of the playhead's head."""
FOOT = 5
"""How far the brackets at the in and out points reach inwards."""
GRIP = 7
"""The height of the part of them to take hold of."""
SHADE, VEIL = 26, 128
"""How much is covered from the in to the out point, and of the minimap outside its frame; 255 is all."""
LABEL_HEIGHT = 16
LONGEST_LABEL = 320


class TimelineOverlay:
    """Paints over the pictures, in Qt's pixels."""

    def __init__(self, painter: QPainter, colours: Colours, geometry: TimelineGeometry) -> None:
        self._painter, self._colours, self._geometry = painter, colours, geometry
        self._bottom = TOP + geometry.bar_height

    def paint_marks(self, mark_in: int | None, mark_out: int | None, pointed: Pointed | None) -> None:
        """Shades the ruler from the in to the out point and puts brackets with grips at them."""
        if mark_in is None and mark_out is None:
            return
        geometry, painter, layout = self._geometry, self._painter, self._geometry.layout
        begin = layout.first if mark_in is None else mark_in
        end = layout.last if mark_out is None else mark_out
        top = TOP + 1.0
        if begin <= layout.last and end >= layout.first:
            left, right = geometry.edge(TimelinePart.MARK_IN, begin), geometry.edge(TimelinePart.MARK_OUT, end)
            shade = QColor(self._colours.accent)
            shade.setAlpha(SHADE)
            painter.fillRect(QRectF(left, top, right - left, TOP + RULER - top), shade)  # not over the band's colours
        for part, mark, inwards in ((TimelinePart.MARK_IN, mark_in, 1), (TimelinePart.MARK_OUT, mark_out, -1)):
            if mark is None or not layout.first <= mark <= layout.last:
                continue
            is_pointed_at = pointed is not None and pointed.part is part
            colour = QColor(self._colours.accent if is_pointed_at else self._colours.mark)
            edge, foot, grip = geometry.edge(part, mark), self._bottom - 3, TOP + RULER - GRIP - 1
            height = self._bottom - 1 - top
            for y, reach, high in ((top, 2, height), (top, FOOT, 2), (foot, FOOT, 2), (grip, FOOT, GRIP)):
                painter.fillRect(QRectF(edge, y, inwards * reach, high).normalized(), colour)

    def paint_playhead(self, number: int) -> None:
        """Paints the playhead at a frame that is shown."""
        painter, accent = self._painter, QColor(self._colours.accent)
        left = self._crisp(self._geometry.middle(number) - 1)
        painter.fillRect(QRectF(left, TOP - 3, 2, self._bottom - TOP + 5), accent)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        middle = left + 1
        head = (QPointF(middle - HEAD, 1), QPointF(middle + HEAD, 1), QPointF(middle, 1 + HEAD + 1))
        painter.drawPolygon(QPolygonF(head))
        painter.setRenderHint(QPainter.Antialiasing, False)

    def paint_window(self, number: int | None) -> None:
        """Paints the frame of the minimap around what is shown, and the playhead."""
        painter, colours, geometry = self._painter, self._colours, self._geometry
        left, right = geometry.map_frame()
        veil = QColor(colours.panel)
        veil.setAlpha(VEIL)
        painter.fillRect(QRectF(MARGIN, MAP_TOP, left - MARGIN, MAP), veil)
        painter.fillRect(QRectF(right, MAP_TOP, MARGIN + geometry.bar_width - right, MAP), veil)
        if number is not None:
            painter.fillRect(
                QRectF(self._crisp(geometry.map_middle(number) - 1), MAP_TOP, 2, MAP), QColor(colours.accent)
            )
        painter.setPen(QPen(QColor(colours.text), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(left, MAP_TOP, right - left, MAP).adjusted(0.5, 0.5, -0.5, -0.5))

    def paint_line(self, pointed: Pointed) -> None:
        """Paints a line at the frame under the pointer."""
        self._painter.fillRect(line_at(self._geometry, pointed), QColor(self._colours.dim))

    def paint_label(self, pointed: Pointed, words: str) -> None:
        """Paints a label at the frame under the pointer."""
        painter, colours, label = self._painter, self._colours, label_at(self._geometry, pointed, words)
        font = digits(TextSize.SMALL)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(label.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setRenderHint(QPainter.Antialiasing, False)
        painter.setFont(font)
        painter.setPen(QColor(colours.bright))
        elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, int(label.width()) - 8)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, elided)

    def _crisp(self, x: float) -> float:
        """Returns the position nearest to ``x`` that is a whole pixel of the screen."""
        return round(x * self._geometry.ratio) / self._geometry.ratio


def line_at(geometry: TimelineGeometry, pointed: Pointed) -> QRectF:
    """Returns where the line at the frame under the pointer is."""
    return QRectF(geometry.middle(pointed.number) - 0.5, TOP + 1, 1, geometry.bar_height - 2)


def label_at(geometry: TimelineGeometry, pointed: Pointed, words: str) -> QRectF:
    """Returns where the label at the frame under the pointer is."""
    text = QFontMetrics(digits(TextSize.SMALL)).horizontalAdvance(words)
    width = min(text + 10, LONGEST_LABEL, geometry.bar_width - 2)
    most = MARGIN + geometry.bar_width - 1 - width
    left = max(MARGIN + 1.0, min(geometry.middle(pointed.number) - width / 2, most))
    return QRectF(round(left), TOP + 1, width, LABEL_HEIGHT)
