"""Zoom, pan and turning as arithmetic, without Qt; lengths are pixels of the screen unless another unit is named."""

from __future__ import annotations

import math
from functools import cached_property

from viewer.core.display.orientation import UPRIGHT, Orientation
from viewer.core.display.picture import VisiblePart
from viewer.core.frame import Size
from viewer.core.records import NamedTuple, dataclass, replace

ZOOM_STEP = 1.25
"""What one step of zooming in multiplies the scale by."""
ROOM_AROUND = 0.06
"""How much more of the picture than is seen is made ready on each side, as a part of what is seen."""
LEAST_SCALE, GREATEST_SCALE = 0.02, 64.0
ZOOMS = 100 * LEAST_SCALE, 100 * GREATEST_SCALE
"""The same in percent."""
NOTHING = Size(1, 1)
"""The size of a canvas or picture that is not known yet."""


class Rect(NamedTuple):
    """A rectangle on the canvas: where the whole picture lies, parts of it perhaps outside."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Viewport:
    """How a picture lies on the canvas. Places in the picture are those in its file, however it is turned.

    Attributes:
        canvas: the size of the canvas.
        picture: the size of the picture in its own pixels.
        orientation: how it is turned.
        scale: pixels of the screen for one of the picture; None fits the picture to the canvas, also enlarging it.
        center_x: the point of the picture wanted at the centre of the canvas, 0 at its left edge and 1 at its right;
            it lies elsewhere while an empty edge would show, and is there again on another canvas or picture, or
            when that is turned.
        center_y: the same from top to bottom.
    """

    canvas: Size = NOTHING
    picture: Size = NOTHING
    scale: float | None = None
    center_x: float = 0.5
    center_y: float = 0.5
    orientation: Orientation = UPRIGHT

    @property
    def _turned(self) -> Size:
        return self.orientation.size(self.picture)

    @property
    def seen_center(self) -> tuple[float, float]:
        """The point wanted at the centre as it is seen, 0 to 1 from left to right and from top to bottom."""
        return self.orientation.part((self.center_x, self.center_y, 0.0, 0.0), (1.0, 1.0))[:2]

    def centered(self, x: float, y: float) -> Viewport:
        """Returns the view with another point at the centre, given as it is seen."""
        x, y = self.orientation.inverse.part((x, y, 0.0, 0.0), (1.0, 1.0))[:2]
        return replace(self, center_x=x, center_y=y)

    @property
    def fits(self) -> bool:
        """Whether the picture is fitted to the canvas."""
        return self.scale is None

    @property
    def actual_scale(self) -> float:
        """The scale in force, also when fitted."""
        if self.scale is not None:
            return self.scale
        return min(self.canvas.width / self._turned.width, self.canvas.height / self._turned.height)

    @cached_property
    def rect(self) -> Rect:
        """Where the whole picture lies on the canvas, in whole pixels."""
        turned, center = self._turned, self.seen_center
        if self.scale is None and self.actual_scale <= 1:
            width, height = turned.fitted_into(self.canvas)
        else:
            width = max(1, round(turned.width * self.actual_scale))
            height = max(1, round(turned.height * self.actual_scale))
        left = _edge(self.canvas.width, width, center[0])
        top = _edge(self.canvas.height, height, center[1])
        return Rect(left, top, width, height)

    def view(self, before: VisiblePart | None) -> VisiblePart | None:
        """Returns what is seen of the picture with some room around it; None while it is fitted.

        That is ``before``, the last one, as long as it holds what is seen at this scale.
        """
        if self.fits or self.picture == NOTHING:
            return None
        rect, (canvas_width, canvas_height), picture = self.rect, self.canvas, self._turned
        across, down = picture.width / rect.width, picture.height / rect.height
        right = picture.width * min(1.0, (canvas_width - rect.left) / rect.width)
        bottom = picture.height * min(1.0, (canvas_height - rect.top) / rect.height)
        left, top = max(0, -rect.left) * across, max(0, -rect.top) * down
        kept = None if before is None else _turned(before, self.orientation, self.picture)
        if kept is not None and kept.size == _shrunk(kept[:4], across, down):
            holds_columns = kept.left <= left and right <= kept.left + kept.width
            holds_rows = kept.top <= top and bottom <= kept.top + kept.height
            if holds_columns and holds_rows:
                return before
        room_x, room_y = (right - left) * ROOM_AROUND, (bottom - top) * ROOM_AROUND
        first_x, first_y = max(0, math.floor(left - room_x)), max(0, math.floor(top - room_y))
        width = min(picture.width, math.ceil(right + room_x)) - first_x
        height = min(picture.height, math.ceil(bottom + room_y)) - first_y
        part = first_x, first_y, width, height
        return _turned(VisiblePart(*part, _shrunk(part, across, down)), self.orientation.inverse, picture)

    def part_rect(self, left: int, top: int, width: int, height: int, size: Size) -> tuple[float, float, float, float]:
        """Returns where a part of the picture lies on the canvas: left, top, width and height.

        If its image, turned and of ``size``, was made for this scale, on whole pixels, so that it need not be scaled
        once more.
        """
        rect = self.rect
        left, top, width, height = self.orientation.part((left, top, width, height), self.picture)
        across, down = self._turned.width / rect.width, self._turned.height / rect.height
        if size == _shrunk((left, top, width, height), across, down) and size != (width, height):
            return rect.left + _pixel(left / across), rect.top + _pixel(top / down), *size
        return rect.left + left / across, rect.top + top / down, width / across, height / down

    def pixel_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Returns column and row of the picture's pixel at a point of the canvas; None where there is no picture."""
        rect, (width, height) = self.rect, self._turned
        is_on_canvas = 0 <= x < self.canvas.width and 0 <= y < self.canvas.height
        across, down = x - rect.left, y - rect.top
        if not is_on_canvas or not 0 <= across < rect.width or not 0 <= down < rect.height:
            return None
        column, row = (
            min(width - 1, int(across * width / rect.width)),
            min(height - 1, int(down * height / rect.height)),
        )
        return self.orientation.inverse.part((column, row, 1, 1), (width, height))[:2]

    def fitted(self) -> Viewport:
        """Returns the view with the whole picture fitted to the canvas."""
        return replace(self, scale=None, center_x=0.5, center_y=0.5)

    def placed(self, scale: float, center_x: float, center_y: float) -> Viewport:
        """Returns the view at ``scale`` with that point of the picture at the centre; each is brought into its range.

        The picture need not be the one that the point belongs to: that may come later.
        """
        scale, center_x, center_y = _scale(scale), _within(center_x, 0.0, 1.0), _within(center_y, 0.0, 1.0)
        return replace(self, scale=scale, center_x=center_x, center_y=center_y)

    def zoomed_to(self, scale: float, x: float, y: float) -> Viewport:
        """Returns the view at ``scale``, with what lies under ``x``, ``y`` of the canvas staying there."""
        scale = _scale(scale)
        before = self.rect
        under_x, under_y = (x - before.left) / before.width, (y - before.top) / before.height
        width, height = self._turned.width * scale, self._turned.height * scale
        center_x = under_x + (self.canvas.width / 2 - x) / width
        center_y = under_y + (self.canvas.height / 2 - y) / height
        return _held(replace(self, scale=scale).centered(center_x, center_y))

    def panned(self, dx: float, dy: float) -> Viewport:
        """Returns the view with the picture moved by so many pixels; a fitted one stays where it is."""
        if self.scale is None:
            return self
        rect, held = self.rect, _held(self)
        x, y = held.seen_center
        return _held(held.centered(x - dx / rect.width, y - dy / rect.height))

    def resized(self, canvas: Size) -> Viewport:
        """Returns the view on a canvas of another size."""
        return replace(self, canvas=canvas)

    def showing(self, picture: Size, orientation: Orientation = UPRIGHT) -> Viewport:
        """Returns the view on a picture of another size, or turned otherwise, at the same scale and point."""
        return replace(self, picture=picture, orientation=orientation)


def _turned(part: VisiblePart, orientation: Orientation, size: Size) -> VisiblePart:
    return VisiblePart(*orientation.part(part[:4], size), orientation.size(part.size))


def _shrunk(part: tuple[int, int, int, int], across: float, down: float) -> Size:
    """Returns the size of a part on the screen, with so many of its pixels on one of that; never a larger one."""
    left, top, width, height = part
    across, down = max(1.0, across), max(1.0, down)
    columns = _pixel((left + width) / across) - _pixel(left / across)
    rows = _pixel((top + height) / down) - _pixel(top / down)
    return Size(max(1, columns), max(1, rows))


def _pixel(place: float) -> int:
    """Returns the edge of a pixel that is nearest, in halves the next one."""
    return math.floor(place + 0.5)


def _held(view: Viewport) -> Viewport:
    """Returns the view moved so that no empty edge shows where there is picture to fill it."""
    if view.scale is None:
        return replace(view, center_x=0.5, center_y=0.5)
    width, height = view.orientation.size(view.picture)
    half_x = view.canvas.width / (2 * width * view.scale)
    half_y = view.canvas.height / (2 * height * view.scale)
    x, y = view.seen_center
    return view.centered(_clamped(x, half_x), _clamped(y, half_y))


def _clamped(center: float, half: float) -> float:
    return 0.5 if half >= 0.5 else _within(center, half, 1 - half)  # noqa: PLR2004 - half of the whole


def _edge(canvas: int, extent: int, center: float) -> int:
    if extent <= canvas:
        return (canvas - extent) // 2
    return min(0, max(canvas - extent, round(canvas / 2 - extent * center)))


def _scale(scale: float) -> float:
    return _within(scale, LEAST_SCALE, GREATEST_SCALE)


def _within(value: float, least: float, greatest: float) -> float:
    return min(greatest, max(least, value))  # in this order what is no number becomes the least
