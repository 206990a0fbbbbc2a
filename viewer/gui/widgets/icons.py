"""The icons of the transport, painted as paths at whatever size and pixel ratio is asked for."""

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


class _Engine(QIconEngine):
    """Paints a shape anew for each size, so that it is crisp on every screen."""

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
        if painter is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        side = min(rect.width(), rect.height())
        painter.translate(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2)
        painter.scale(side / GRID, side / GRID)
        colour = self._faint if mode == QIcon.Mode.Disabled else self._colour
        pen = QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        path, filled = NAMES[self._name]()
        painter.setPen(pen)
        painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.restore()


def _lines(*lines: tuple[tuple[float, float], ...]) -> QPainterPath:
    path = QPainterPath()
    for first, *others in lines:
        path.moveTo(QPointF(*first))
        for point in others:
            path.lineTo(QPointF(*point))
    return path


def _next() -> tuple[QPainterPath, bool]:
    return _lines(((9.5, 6), (15.5, 12), (9.5, 18))), False


def _previous() -> tuple[QPainterPath, bool]:
    return _lines(((14.5, 6), (8.5, 12), (14.5, 18))), False


def _last() -> tuple[QPainterPath, bool]:
    return _lines(((7, 6), (13, 12), (7, 18)), ((17, 6), (17, 18))), False


def _first() -> tuple[QPainterPath, bool]:
    return _lines(((17, 6), (11, 12), (17, 18)), ((7, 6), (7, 18))), False


def _play() -> tuple[QPainterPath, bool]:
    path = _lines(((8, 5.5), (18.5, 12), (8, 18.5)))
    path.closeSubpath()
    return path, True


def _stop() -> tuple[QPainterPath, bool]:
    path = QPainterPath()
    path.addRect(QRectF(7, 7, 10, 10))
    return path, True


NAMES: dict[str, Callable[[], tuple[QPainterPath, bool]]] = {
    "first_frame": _first,
    "previous_frame": _previous,
    "play": _play,
    "stop": _stop,
    "next_frame": _next,
    "last_frame": _last,
}
"""The icons there are: a function each that returns a path and whether it is filled."""
