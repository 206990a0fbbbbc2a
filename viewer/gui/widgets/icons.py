"""The icons, drawn as paths at any size: all of one set, with lines of one width that fill whole pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap, QTransform

if TYPE_CHECKING:
    from collections.abc import Callable

GRID = 24.0
"""The shapes are drawn on a square of this side."""
STROKE = 2.25
"""How wide the lines are on that square."""


def icon(name: str, colour: str, faint: str) -> QIcon:
    """Returns an icon.

    Args:
        name: one of :data:`NAMES`.
        colour: what it is drawn with.
        faint: what it is drawn with while disabled.
    """
    return QIcon(_Engine(name, QColor(colour), QColor(faint)))


def paint_icon(painter: QPainter, name: str, rect: QRect, colour: QColor) -> None:
    """Paints one of :data:`NAMES` into the middle of ``rect``, as large as it fits; its lines fill whole pixels."""
    device = painter.device()
    ratio = 1.0 if device is None else device.devicePixelRatioF()
    side = min(rect.width(), rect.height()) * ratio
    scale = side / GRID
    width = max(1, round(STROKE * scale))
    path, filled = NAMES[name]()
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.scale(1 / ratio, 1 / ratio)
    painter.translate(
        round(rect.x() * ratio + (rect.width() * ratio - side) / 2),
        round(rect.y() * ratio + (rect.height() * ratio - side) / 2),
    )
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(_snapped(path, scale, width / 2))
    painter.restore()


def _snapped(path: QPainterPath, scale: float, shift: float) -> QPainterPath:
    """Returns a path so many times as large, its corners moved to the nearest places that lie ``shift`` into a pixel.

    Arcs keep their shape: of them just the size is changed.
    """
    made = QTransform.fromScale(scale, scale).map(path)
    elements = [made.elementAt(position) for position in range(made.elementCount())]
    for position, element in enumerate(elements):
        beside = elements[position : position + 2]
        if all(each.isMoveTo() or each.isLineTo() for each in beside):
            x, y = (round(value - shift) + shift for value in (element.x, element.y))
            is_dot = element.isLineTo() and (x, y) == (made.elementAt(position - 1).x, made.elementAt(position - 1).y)
            made.setElementPositionAt(position, x + is_dot / GRID, y)  # a line without a length is not drawn
    return made


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
_Arc = tuple[float, float, float, float, float]
_Place = tuple[float, float, float]


def _drawn(*lines: _Line, arcs: tuple[_Arc, ...] = (), rings: tuple[_Place, ...] = ()) -> Callable[[], _Path]:
    """Returns a function that makes an icon.

    Args:
        lines: each from point to point.
        arcs: each the x and y of a middle, a radius, and the degrees from which and over which it goes, from the right
            against the clock.
        rings: each the x and y of a middle, and a radius.
    """

    def make() -> _Path:
        path = QPainterPath()
        for first, *others in lines:
            path.moveTo(QPointF(*first))
            for point in others:
                path.lineTo(QPointF(*point))
            if others and others[-1] == first:
                path.closeSubpath()
        for x, y, radius, start, span in arcs:
            around = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
            path.arcMoveTo(around, start)
            path.arcTo(around, start, span)
        for x, y, radius in rings:
            path.addEllipse(QPointF(x, y), radius, radius)
        return path, False

    return make


def _dot(x: float, y: float) -> _Line:
    """Returns a line so short that it is a dot, as wide as a line."""
    return (x, y), (x, y + 0.1)


def _filled(*corners: tuple[float, float]) -> Callable[[], _Path]:
    """Returns a function that makes a filled icon with these corners."""
    return lambda: (_drawn((*corners, corners[0]))()[0], True)


def _loop() -> _Path:
    """Two arrows that lead into each other."""
    path, filled = _drawn(((15.5, 2.5), (19, 6), (15.5, 9.5)), ((8.5, 14.5), (5, 18), (8.5, 21.5)))()
    for start, corner, end, tip in (((4, 11), (4, 6), (9, 6), (19, 6)), ((20, 13), (20, 18), (15, 18), (5, 18))):
        path.moveTo(QPointF(*start))
        path.quadTo(QPointF(*corner), QPointF(*end))
        path.lineTo(QPointF(*tip))
    return path, filled


_FOLDER: _Line = ((3, 19), (3, 5), (9.5, 5), (12, 8), (21, 8), (21, 19), (3, 19))

NAMES: dict[str, Callable[[], _Path]] = {
    # moving and playing
    "first_frame": _drawn(((17, 6), (11, 12), (17, 18)), ((7, 6), (7, 18))),
    "previous_frame": _drawn(((13, 6), (7, 12), (13, 18)), ((17, 6), (17, 18))),
    "play_backwards": _filled((16, 5.5), (5.5, 12), (16, 18.5)),
    "play": _filled((8, 5.5), (18.5, 12), (8, 18.5)),
    "stop": _filled((7, 7), (17, 7), (17, 17), (7, 17)),
    "next_frame": _drawn(((11, 6), (17, 12), (11, 18)), ((7, 6), (7, 18))),
    "last_frame": _drawn(((7, 6), (13, 12), (7, 18)), ((17, 6), (17, 18))),
    "once": _drawn(((4, 12), (15, 12)), ((10.5, 7.5), (15, 12), (10.5, 16.5)), ((20, 6), (20, 18))),
    "loop": _loop,
    "ping_pong": _drawn(((4, 12), (20, 12)), ((8.5, 7.5), (4, 12), (8.5, 16.5)), ((15.5, 7.5), (20, 12), (15.5, 16.5))),
    "mark_in": _drawn(((9, 4), (4, 4), (4, 20), (9, 20)), ((20, 12), (10, 12)), ((14, 8), (10, 12), (14, 16))),
    "mark_out": _drawn(((15, 4), (20, 4), (20, 20), (15, 20)), ((4, 12), (14, 12)), ((10, 8), (14, 12), (10, 16))),
    "bookmark": _drawn(((6, 20), (6, 4), (18, 4), (18, 20), (12, 15.5), (6, 20))),
    # files and windows
    "folder": _drawn(_FOLDER),
    "show_in_folder": _drawn(_FOLDER, ((9.5, 16), (15, 11)), ((10.5, 11), (15, 11), (15, 15.5))),
    "add_folder": _drawn(_FOLDER, ((12, 10.5), (12, 16.5)), ((9, 13.5), (15, 13.5))),
    "disk": _drawn(((3, 6), (21, 6), (21, 18), (3, 18), (3, 6)), ((3, 13), (21, 13)), _dot(17.5, 15.5)),
    "file": _drawn(((5, 3), (14, 3), (19, 8), (19, 21), (5, 21), (5, 3)), ((13, 3), (13, 9), (19, 9))),
    "copy": _drawn(((9, 9), (20, 9), (20, 20), (9, 20), (9, 9)), ((5, 15), (4, 15), (4, 4), (15, 4), (15, 5))),
    "save": _drawn(((12, 3), (12, 15)), ((7, 10), (12, 15), (17, 10)), ((4, 15), (4, 20), (20, 20), (20, 15))),
    "full_screen": _drawn(
        *(((4, 9), (4, 4), (9, 4)), ((15, 4), (20, 4), (20, 9)), ((20, 15), (20, 20), (15, 20))),
        ((9, 20), (4, 20), (4, 15)),
    ),
    "list": _drawn(*(((9, y), (20, y)) for y in (6, 12, 18)), *(_dot(4.5, y) for y in (6, 12, 18))),
    "tiles": _drawn(*(((x, y), (x + 6, y), (x + 6, y + 6), (x, y + 6), (x, y)) for x in (4, 14) for y in (4, 14))),
    "settings": _drawn(
        *(((3, 8), (12, 8)), ((18, 8), (21, 8)), ((3, 16), (6, 16)), ((12, 16), (21, 16))),
        rings=((15, 8, 3), (9, 16, 3)),
    ),
    "search": _drawn(((15, 15), (20, 20)), rings=((10.5, 10.5, 6),)),
    "palette": _drawn(
        *(_dot(7.5, 11), _dot(11, 7), _dot(15.5, 8.5)), rings=((12, 12, 8.5),), arcs=((16, 16, 3.6, 60, 190),)
    ),
    # changing
    "rotate": _drawn(
        ((4, 11), (13, 11), (13, 20), (4, 20), (4, 11)), ((17, 9.5), (20, 12.5), (23, 9.5)), arcs=((12, 12, 8, 0, 90),)
    ),
    "flip": _drawn(((12, 3), (12, 21)), ((8, 6), (8, 18), (2, 18), (8, 6)), ((16, 6), (16, 18), (22, 18), (16, 6))),
    "reload": _drawn(((20, 3), (20, 8.5), (14.5, 8.5)), arcs=((12, 12, 8, 25, 305),)),
    "reset": _drawn(((4, 3), (4, 8.5), (9.5, 8.5)), arcs=((12, 12, 8, 155, -305),)),
    "close": _drawn(((6, 6), (18, 18)), ((18, 6), (6, 18))),
    "check": _drawn(((4, 13), (9, 18), (20, 7))),
    "chevron_up": _drawn(((6, 15), (12, 9), (18, 15))),
    "chevron_down": _drawn(((6, 9), (12, 15), (18, 9))),
    "chevron_left": _drawn(((15, 6), (9, 12), (15, 18))),
    "chevron_right": _drawn(((9, 6), (15, 12), (9, 18))),
    # saying
    "info": _drawn(((12, 11), (12, 16.5)), _dot(12, 7.5), rings=((12, 12, 9),)),
    "warning": _drawn(((12, 3), (22, 20), (2, 20), (12, 3)), ((12, 9.5), (12, 13)), _dot(12, 16.5)),
    "loading": _drawn(arcs=((12, 12, 7, 90, -270),)),
    "missing": _drawn(  # the corners of a frame that is not there
        *(((4, 9), (4, 6), (7, 6)), ((17, 6), (20, 6), (20, 9)), ((20, 15), (20, 18), (17, 18))),
        *(((7, 18), (4, 18), (4, 15)), ((10.5, 6), (13.5, 6)), ((10.5, 18), (13.5, 18))),
    ),
    "unreadable": _drawn(  # a frame with a cross in it
        ((4, 4), (20, 4), (20, 20), (4, 20), (4, 4)), ((9, 9), (15, 15)), ((15, 9), (9, 15))
    ),
    "writing": _drawn(  # a pencil and the line it draws
        ((5, 16), (5, 19), (8, 19), (18.5, 8.5), (15.5, 5.5), (5, 16)), ((13, 8), (16, 11)), ((13, 19), (20, 19))
    ),
    "unreachable": _drawn(  # the waves of a connection, crossed out
        ((5, 4), (19, 20)), _dot(12, 19), arcs=((12, 18, 5, 45, 90), (12, 18, 10, 45, 90))
    ),
}
"""The icons: a function each that returns a path and whether it is filled."""
