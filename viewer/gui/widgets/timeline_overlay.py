"""What moves on top of the timeline's pictures: the playhead, in and out points, what is under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from viewer.gui.widgets.timeline_geometry import FOOT, MAP, MAP_TOP, MARGIN, RULER, TOP, TimelinePart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.gui.theme import Colours
    from viewer.gui.widgets.timeline_geometry import Pointed, TimelineGeometry

TAB, TAB_PAD = 16, 5
"""The least height of the tab with the number of the playhead, and the room beside the number."""
ARROW = 5
"""Half the height of the arrow towards a playhead that is not in sight."""
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

    def clear_labels(self, labels: Sequence[tuple[int, int]], covered: Sequence[QRectF]) -> None:
        """Takes those labels off the ruler that would be cut through, from pixel to pixel of the bar."""
        ground = QColor(self._colours.well)
        geometry = self._geometry
        height = min(max(LABEL_HEIGHT, geometry.font[1].height() + 2), RULER - 2)
        edges = [
            ((each.left() - MARGIN) * geometry.ratio, (each.right() - MARGIN) * geometry.ratio) for each in covered
        ]
        for left, right in edges:
            for begin, end in [label for label in labels if left < label[1] and label[0] < right]:
                place = QRectF(geometry.from_device(begin), TOP + 1, (end - begin) / geometry.ratio, height)
                self._painter.fillRect(place, ground)

    def paint_playhead(self, number: int, tab: QRectF, text: str, picture: tuple[QPoint, QPixmap]) -> None:
        """Paints the playhead at a frame that is shown, with its number on a tab: its corner and its picture."""
        painter, accent = self._painter, QColor(self._colours.accent)
        left = self._crisp(self._geometry.middle(number) - 1)
        painter.fillRect(QRectF(left, tab.bottom() - 2, 2, self._bottom - tab.bottom() + 4), accent)
        painter.save()
        painter.scale(1 / self._geometry.ratio, 1 / self._geometry.ratio)
        painter.drawPixmap(*picture)
        painter.restore()
        font, metrics = self._geometry.font
        painter.setFont(font)
        painter.setPen(QColor(self._colours.on_accent))
        if tab.width() >= self._geometry.width:  # else there is room beside it
            text = metrics.elidedText(text, Qt.TextElideMode.ElideLeft, int(tab.width()))
        painter.drawText(tab, Qt.AlignmentFlag.AlignCenter, text)

    def paint_arrow(self, place: QRect) -> None:
        """Paints an arrow beside the bar, towards a playhead that is not in sight."""
        painter, area = self._painter, QRectF(place)
        middle, tip, back = area.center().y(), area.left() + 2, area.right() - 2
        if area.left() > 0:
            tip, back = back, tip
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.accent))
        corners = QPointF(tip, middle), QPointF(back, middle - ARROW), QPointF(back, middle + ARROW)
        painter.drawPolygon(QPolygonF(corners))
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

    def paint_label(self, label: QRectF, words: str) -> None:
        """Paints a label at the frame under the pointer."""
        painter, colours = self._painter, self._colours
        font, metrics = self._geometry.font
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(label.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setRenderHint(QPainter.Antialiasing, False)
        painter.setFont(font)
        painter.setPen(QColor(colours.bright))
        elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(label.width()) - 8)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, elided)

    def _crisp(self, x: float) -> float:
        """Returns the position nearest to ``x`` that is a whole pixel of the screen."""
        return round(x * self._geometry.ratio) / self._geometry.ratio


def line_at(geometry: TimelineGeometry, pointed: Pointed) -> QRectF:
    """Returns where the line at the frame under the pointer is."""
    return QRectF(geometry.middle(pointed.number) - 0.5, TOP + 1, 1, geometry.bar_height - 2)


def tab_of(geometry: TimelineGeometry, number: int | None, text: str) -> QRectF | None:
    """Returns where the tab of a playhead is: about its frame, and within the widget; None while it is out of sight."""
    if number is None or not geometry.layout.first <= number <= geometry.layout.last:
        return None
    metrics = geometry.font[1]
    width = min(metrics.horizontalAdvance(text) + 2 * TAB_PAD, geometry.width)
    left = max(0, min(round(geometry.middle(number) - width / 2), geometry.width - width))
    return QRectF(left, TOP, width, min(max(TAB, metrics.height()), RULER))


def arrow_of(geometry: TimelineGeometry, number: int | None) -> QRect | None:
    """Returns where the arrow towards a playhead out of sight is, in the margin beside the ruler; None in sight."""
    if number is None or geometry.layout.first <= number <= geometry.layout.last:
        return None
    return QRect(0 if number < geometry.layout.first else MARGIN + geometry.bar_width, TOP, MARGIN, RULER)


def label_at(geometry: TimelineGeometry, pointed: Pointed, words: str, beside: QRectF | None = None) -> QRectF:
    """Returns where the label at the frame under the pointer is: not over ``beside``, the tab of the playhead."""
    text = geometry.font[1].horizontalAdvance(words)
    width = min(text + 10, LONGEST_LABEL, geometry.bar_width - 2)
    most = MARGIN + geometry.bar_width - 1 - width
    left = max(MARGIN + 1.0, min(geometry.middle(pointed.number) - width / 2, most))
    label = QRectF(round(left), TOP + 1, width, LABEL_HEIGHT)
    if beside is None or not label.intersects(beside):
        return label
    after, before = beside.right() + 3, beside.left() - 3 - width
    wants_after = geometry.middle(pointed.number) >= beside.center().x()
    label.moveLeft(after if before < MARGIN or (wants_after and after <= most) else before)
    return label
