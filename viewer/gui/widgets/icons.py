"""The icons of the transport and of the canvas, painted as paths at any size and pixel ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable

GRID = 24.0
"""The shapes are drawn on a square of this side."""


def icon(name: str, colour: str, faint: str) -> QIcon:
    """Returns an icon.

    Args:
        name: one of :data:`NAMES`.
        colour: what it is drawn with.
        faint: what it is drawn with while disabled.
    """
    return QIcon(_Engine(name, QColor(colour), QColor(faint)))


def paint_icon(painter: QPainter, name: str, rect: QRect, colour: QColor) -> None:
    """Paints one of :data:`NAMES` into the middle of ``rect``, as large as it fits."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    side = min(rect.width(), rect.height())
    painter.translate(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2)
    painter.scale(side / GRID, side / GRID)
    path, filled = NAMES[name]()
    painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


class _Engine(QIconEngine):
    """Paints a shape for each size, so that it is crisp on every screen."""

    def __init__(self, name: str, colour: QColor, faint: QColor) -> None:
        super().__init__()
        self._name, self._colour, self._faint = name, colour, faint

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour, self._faint)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        if painter is not None:
            paint_icon(painter, self._name, rect, self._faint if mode == QIcon.Mode.Disabled else self._colour)


_Path = tuple[QPainterPath, bool]
_Line = tuple[tuple[float, float], ...]


def _outline(*lines: _Line) -> Callable[[], _Path]:
    """Returns a function that makes an icon of lines, each from point to point."""
    return lambda: (_lines(*lines), False)


def _shape(*corners: tuple[float, float]) -> Callable[[], _Path]:
    """Returns a function that makes a filled icon with these corners."""

    def make() -> _Path:
        path = _lines(corners)
        path.closeSubpath()
        return path, True

    return make


def _lines(*lines: _Line) -> QPainterPath:
    path = QPainterPath()
    for first, *others in lines:
        path.moveTo(QPointF(*first))
        for point in others:
            path.lineTo(QPointF(*point))
    return path


def _loop() -> _Path:
    """Two arrows that lead into each other."""
    path = _lines(((15.5, 2.5), (19, 6), (15.5, 9.5)), ((8.5, 14.5), (5, 18), (8.5, 21.5)))
    for start, corner, end, tip in (((4, 11), (4, 6), (9, 6), (19, 6)), ((20, 13), (20, 18), (15, 18), (5, 18))):
        path.moveTo(QPointF(*start))
        path.quadTo(QPointF(*corner), QPointF(*end))
        path.lineTo(QPointF(*tip))
    return path, False


def _loading() -> _Path:
    """Three quarters of a ring."""
    path = QPainterPath()
    ring = QRectF(5, 5, 14, 14)
    path.arcMoveTo(ring, 90)
    path.arcTo(ring, 90, -270)
    return path, False


def _unreadable() -> _Path:
    """A frame with a cross in it."""
    path = _lines(((9, 9), (15, 15)), ((15, 9), (9, 15)))
    path.addRect(QRectF(4, 4.5, 16, 15))
    return path, False


def _unreachable() -> _Path:
    """The waves of a connection, crossed out."""
    path = _lines(((5, 4), (19, 20)), ((12, 19), (12, 19.1)))
    for radius in (5.0, 10.0):
        around = QRectF(12 - radius, 18 - radius, 2 * radius, 2 * radius)
        path.arcMoveTo(around, 45)
        path.arcTo(around, 45, 90)
    return path, False


NAMES: dict[str, Callable[[], _Path]] = {
    "first_frame": _outline(((17, 6), (11, 12), (17, 18)), ((7, 6), (7, 18))),
    "previous_frame": _outline(((14.5, 6), (8.5, 12), (14.5, 18))),
    "play_backwards": _shape((16, 5.5), (5.5, 12), (16, 18.5)),
    "play": _shape((8, 5.5), (18.5, 12), (8, 18.5)),
    "stop": _shape((7, 7), (17, 7), (17, 17), (7, 17)),
    "next_frame": _outline(((9.5, 6), (15.5, 12), (9.5, 18))),
    "last_frame": _outline(((7, 6), (13, 12), (7, 18)), ((17, 6), (17, 18))),
    "once": _outline(((4, 12), (15, 12)), ((10.5, 7.5), (15, 12), (10.5, 16.5)), ((20, 6), (20, 18))),
    "loop": _loop,
    "ping_pong": _outline(
        ((4, 12), (20, 12)), ((8.5, 7.5), (4, 12), (8.5, 16.5)), ((15.5, 7.5), (20, 12), (15.5, 16.5))
    ),
    "drop_down": _outline(((6, 9.5), (12, 15.5), (18, 9.5))),
    "loading": _loading,
    "missing": _outline(  # the corners of a frame that is not there
        *(((4, 9), (4, 6), (7, 6)), ((17, 6), (20, 6), (20, 9)), ((20, 15), (20, 18), (17, 18))),
        *(((7, 18), (4, 18), (4, 15)), ((10.5, 6), (13.5, 6)), ((10.5, 18), (13.5, 18))),
    ),
    "unreadable": _unreadable,
    "writing": _outline(  # a pencil and the line it draws
        ((5, 16), (5, 19), (8, 19), (18.5, 8.5), (15.5, 5.5), (5, 16)), ((13, 8), (16, 11)), ((13, 19), (20, 19))
    ),
    "unreachable": _unreachable,
}
"""The icons: a function each that returns a path and whether it is filled."""
