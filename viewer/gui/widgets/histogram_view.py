"""The histogram with the handles of black, gamma and white below it, painted in pixels of the screen."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PyQt5.QtCore import QPointF, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from viewer.core.frame import Range
from viewer.gui.theme import Colours, TextSize, Themed, digits, mixed
from viewer.model.sample_numbers import round_step, short_text
from viewer.model.sequence_settings import GAMMA
from viewer.model.view_state import LevelsView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.core.display.levels import Histogram

# Even numbers, so that the parts begin on whole pixels of screens with one and a half for each of Qt's.
REACH = 6
"""Room left and right of the histogram: the handles reach over its ends."""
COUNTS = 88
"""The height of the histogram; the track of the handles is below it."""
TRACK = 98
"""Where the middle of the track is."""
HEIGHT = 124
RADIUS = 5
"""Half the width of a handle, without its rim."""
GRAB = 9
"""How near to a handle, sideways, the pointer takes hold of it."""
GAMMA_STEP = 0.05
STEPS, MANY = 500, 10
"""About how many steps of a key lead from one end to the other, and how many of them are taken with Shift."""
_LARGEST = 1e300
"""Arithmetic on larger numbers, or with ends nearer to each other than one part of it, leaves the floats."""


class LevelHandle(Enum):
    """What a handle sets; in the order of the keys."""

    BLACK = "Black"
    GAMMA = "Gamma"
    WHITE = "White"


# The fills where red (1), green (2) and blue (4) lie over each other, on dark and light; all three are grey.
_FILLS = {
    0b001: ("#d05a50", "#c23b30"),
    0b010: ("#4f9e55", "#2c8040"),
    0b100: ("#5b83e0", "#3a62c8"),
    0b011: ("#c8a548", "#8d7418"),
    0b101: ("#b06cc0", "#8b45a0"),
    0b110: ("#4fa5ad", "#1f7f88"),
    0b111: ("#8a8a8a", "#808080"),
}
_GREY = 0b111
_HANDLES = {LevelHandle.BLACK: "#000000", LevelHandle.GAMMA: "#808080", LevelHandle.WHITE: "#ffffff"}
_DIMMED = 8
"""Added to a fill: it lies outside of black and white."""


class _Drag(NamedTuple):
    """What the pointer holds, and how far the handle is to the right of it, in Qt's pixels."""

    handle: LevelHandle
    offset: float


class HistogramView(Themed):
    """How many samples there are of each number, and three handles, which the pointer and the keys move.

    The handle of gamma stands at the number that is middle grey between black and white. What is blacker than black or
    whiter than white is painted faintly.
    """

    range_changed = pyqtSignal(float, float)
    """The handle of black or white was moved: the new numbers of both, the first one smaller."""
    gamma_changed = pyqtSignal(float)
    """The handle of gamma was moved."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self._levels = LevelsView()
        self._is_log = False
        self._axis: Range | None = None
        self._range: Range | None = None
        self._gamma = 1.0
        self._drag: _Drag | None = None
        self._handles = {handle: _Handle(handle, self) for handle in LevelHandle}
        for handle, widget in self._handles.items():
            widget.stepped.connect(lambda steps, handle=handle: self._step(handle, steps))
            widget.sent_to_end.connect(lambda end, handle=handle: self._go_to_end(handle, end))
            widget.number_set.connect(lambda number, handle=handle: self._put(handle, number))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setFocusProxy(self._handles[LevelHandle.BLACK])
        self.setAccessibleName("Histogram")
        self.show_levels(self._levels)

    # In

    def show_levels(self, levels: LevelsView) -> None:
        """Shows a snapshot; a handle that is being dragged stays under the pointer."""
        self._levels = levels
        if self._drag is None or levels.range is None:
            self._drag = None
            self._axis, self._range, self._gamma = axis_of(levels), levels.range, levels.look.gamma
        self._describe()
        self.update()

    def set_log(self, on: bool) -> None:  # noqa: FBT001 - a slot
        """Shows small counts higher than in proportion."""
        self._is_log = on
        self.update()

    @property
    def handles(self) -> tuple[QWidget, ...]:
        """The widgets that take the keys, from left to right."""
        return tuple(self._handles.values())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size Qt is to give it if it can."""
        return QSize(240, HEIGHT)

    def _describe(self) -> None:
        """Says in words what is to be seen, and puts the widgets of the keys where the handles are."""
        axis, levels = self._axis, self._levels
        facts = ["no numbers"] if axis is None else [f"from {self._text(axis.low)} to {self._text(axis.high)}"]
        if levels.counts is not None and levels.counts.nan:
            facts.append(f"{levels.counts.nan:,} samples are NaN or no data")
        self.setAccessibleDescription(", ".join(facts))
        self.setToolTip(facts[-1] if len(facts) > 1 else "")
        for handle, widget in self._handles.items():
            widget.setEnabled(axis is not None and self._range is not None)
            if axis is None or self._range is None:
                widget.setAccessibleDescription("")
                continue
            number = self._number(handle)
            if handle is LevelHandle.GAMMA:
                widget.show_number(number, GAMMA, 0.0, 0.01, f"{number:.2f}")
            else:
                small = levels.is_whole and max(abs(end) for end in axis) < 2**31
                origin, unit = (0.0, 1.0) if small else (axis.low, (axis.high - axis.low) / 1000)
                widget.show_number(number, axis, origin, unit, self._text(number))
            x = REACH + self._position(handle) * self._room
            widget.setGeometry(round(x - RADIUS), round(TRACK - RADIUS), round(2 * RADIUS), round(2 * RADIUS))

    def _text(self, number: float) -> str:
        axis = self._axis
        fine = 0.0 if axis is None else (axis.high - axis.low) / 1000
        return short_text(number, is_whole=self._levels.is_whole, fine=fine)

    # Numbers and positions

    @property
    def _room(self) -> int:
        return max(1, self.width() - 2 * REACH)

    def _number(self, handle: LevelHandle) -> float:
        low, high = self._range or Range(0.0, 1.0)
        return {LevelHandle.BLACK: low, LevelHandle.GAMMA: self._gamma, LevelHandle.WHITE: high}[handle]

    def _position(self, handle: LevelHandle) -> float:
        """Returns where a handle is, from 0 at the left end to 1 at the right one."""
        axis, (low, high) = self._axis or Range(0.0, 1.0), self._range or Range(0.0, 1.0)
        left, right = ((each - axis.low) / (axis.high - axis.low) for each in (low, high))
        middle = left + (right - left) * math.pow(0.5, min(max(self._gamma, GAMMA.low), GAMMA.high))
        return {LevelHandle.BLACK: left, LevelHandle.GAMMA: middle, LevelHandle.WHITE: right}[handle]

    def _at_position(self, handle: LevelHandle, position: float) -> float:
        """Returns the number that a handle stands for there."""
        axis = self._axis or Range(0.0, 1.0)
        if handle is not LevelHandle.GAMMA:
            return axis.low + position * (axis.high - axis.low)
        left, right = self._position(LevelHandle.BLACK), self._position(LevelHandle.WHITE)
        part = (position - left) / (right - left) if right > left else 0.5
        return math.log(max(part, 1e-9)) / math.log(0.5)

    def _put(self, handle: LevelHandle, number: float) -> None:
        """Moves a handle to a number, or as near as its limits and the other handles allow."""
        axis, before = self._axis, self._range
        if axis is None or before is None:
            return
        if handle is LevelHandle.GAMMA:
            gamma = round(min(max(number, GAMMA.low), GAMMA.high), 2)
            if gamma != self._gamma:
                self._show_dragged(before, gamma)
                self.gamma_changed.emit(gamma)
            return
        places = 0 if self._levels.is_whole else -math.floor(math.log10((axis.high - axis.low) / 1000))
        number = min(max(round(number, places), axis.low), axis.high)
        gap = 10.0**-places
        if handle is LevelHandle.BLACK:
            after = Range(min(number, before.high - gap), before.high)
        else:
            after = Range(before.low, max(number, before.low + gap))
        if after != before and is_range(*after):
            self._show_dragged(after, self._gamma)
            self.range_changed.emit(*after)

    def _show_dragged(self, after: Range, gamma: float) -> None:
        """Shows what is dragged at once; what keys do is shown when the snapshot says so."""
        if self._drag is not None:
            self._range, self._gamma = after, gamma
            self._describe()
            self.update()

    def _step(self, handle: LevelHandle, steps: int) -> None:
        if self._axis is not None:
            step = -GAMMA_STEP if handle is LevelHandle.GAMMA else step_of(self._axis, is_whole=self._levels.is_whole)
            self._put(handle, self._number(handle) + steps * step)

    def _go_to_end(self, handle: LevelHandle, end: int) -> None:
        ends = Range(GAMMA.high, GAMMA.low) if handle is LevelHandle.GAMMA else self._axis
        if ends is not None:
            self._put(handle, ends[end])

    # The mouse

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes hold of the handle that is nearest, if it is near."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            x = event.localPos().x()
            near = self._near(x)
            if near is not None:
                self._drag = _Drag(near, REACH + self._position(near) * self._room - x)
                self.update()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Drags the handle that is held."""
        if event is None:
            return
        x, drag = event.localPos().x(), self._drag
        if drag is not None:
            self._put(drag.handle, self._at_position(drag.handle, (x + drag.offset - REACH) / self._room))
        elif self._near(x) is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.SizeHorCursor)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Lets the handle go."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.let_go()

    def let_go(self) -> None:
        """Ends a drag; shows the snapshot again."""
        if self._drag is not None:
            self._drag = None
            self.show_levels(self._levels)

    def _near(self, x: float) -> LevelHandle | None:
        """Returns the handle to take hold of: where several lie on one another, one that can be moved towards x."""
        if self._axis is None or self._range is None:
            return None
        at = {handle: REACH + self._position(handle) * self._room for handle in LevelHandle}
        white = at[LevelHandle.WHITE]
        to_right = x > white or (x == white and white < REACH + self._room)
        order = [LevelHandle.WHITE, LevelHandle.BLACK, LevelHandle.GAMMA]
        if not to_right:
            order[:2] = reversed(order[:2])
        near = min(order, key=lambda handle: abs(at[handle] - x))
        return near if abs(at[near] - x) <= GRAB else None

    # Painting

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Paints the counts, the numbers of the ends, and the handles on their track."""
        ratio, colours = self.devicePixelRatioF(), self._colours
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)  # pixels of the screen
        line = max(1, round(ratio))
        left, width, height = round(REACH * ratio), round(self._room * ratio), round(COUNTS * ratio)
        painter.fillRect(left - line, 0, width + 2 * line, height, QColor(colours.edge))
        counts = QRect(left, line, width, height - 2 * line)
        painter.fillRect(counts, QColor(colours.well))
        self._paint_counts(painter, counts, line)
        self._paint_ends(painter, counts, ratio)
        track = QRect(left, round((TRACK - 1) * ratio), width, round(2 * ratio))
        painter.fillRect(track, QColor(colours.edge if self._shown_handles else colours.line))
        for handle in self._shown_handles:
            x = left + self._position(handle) * (width - 1) + 0.5
            self._paint_handle(painter, handle, QPointF(x, round(TRACK * ratio)), ratio)
        painter.end()

    def _paint_counts(self, painter: QPainter, rect: QRect, line: int) -> None:
        colours, levels, axis = self._colours, self._levels, self._axis
        if axis is None:
            return
        at = {handle: round(self._position(handle) * (rect.width() - 1)) for handle in self._shown_handles}
        if levels.counts is not None:
            shown = shown_channels(levels.counts, levels.look.channel)
            made = heights(levels.counts, axis, shown, (rect.width(), rect.height()), is_log=self._is_log)
            x, outermost = np.arange(rect.width()), rect.width() - 1
            for row, _ in made:
                for middle in at.values():
                    _show_beside(row, middle, line)
            outside = (x < at.get(LevelHandle.BLACK, 0)) | (x > at.get(LevelHandle.WHITE, outermost))
            pixels = _fills(colours)[_looks(made, rect.height()) + _DIMMED * outside]
            image = QImage(pixels.data, rect.width(), rect.height(), 4 * rect.width(), QImage.Format_RGB32)
            painter.drawImage(rect.topLeft(), image)
        for handle, middle in at.items():
            in_use = self._is_in_use(handle)
            if in_use or handle is not LevelHandle.GAMMA:
                column = max(0, min(middle - line // 2, rect.width() - line))
                stroke = QRect(rect.left() + column, rect.top(), line, rect.height())
                painter.fillRect(stroke, QColor(colours.accent if in_use else colours.dim))

    def _paint_ends(self, painter: QPainter, rect: QRect, ratio: float) -> None:
        """Paints the numbers at both ends of the track; while there are no counts, that they are awaited."""
        font = digits(TextSize.SMALL, ratio)
        painter.setFont(font)
        painter.setPen(QColor(self._colours.dim))
        axis = self._axis
        if axis is not None:
            below = round((HEIGHT - 3) * ratio) - QFontMetrics(font).descent()
            low, high = map(self._text, axis)
            metrics, gap = QFontMetrics(font), round(8 * ratio)
            right = rect.right() + 1 - metrics.horizontalAdvance(high)
            room = max(right - rect.left(), rect.width() // 2) - gap
            painter.drawText(rect.left(), below, metrics.elidedText(low, Qt.TextElideMode.ElideRight, room))
            high = metrics.elidedText(high, Qt.TextElideMode.ElideRight, rect.width() // 2)
            painter.drawText(rect.right() + 1 - metrics.horizontalAdvance(high), below, high)
        if self._levels.counts is None:
            text = "no picture" if axis is None else "counted at rest"
            ground = QFontMetrics(font).boundingRect(rect, Qt.AlignmentFlag.AlignCenter, text)
            painter.fillRect(ground.adjusted(-2, 0, 2, 0), QColor(self._colours.well))  # not through the strokes
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_handle(self, painter: QPainter, handle: LevelHandle, at: QPointF, ratio: float) -> None:
        colours, outline, width, radius = self._colours, self._colours.text, 1.25, RADIUS + 0.25
        if self._is_in_use(handle):
            outline, width, radius = colours.accent, 2.25, RADIUS + 1.0
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setBrush(QColor(colours.panel))  # a rim that keeps it apart from its neighbours
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(at, (RADIUS + 1) * ratio, (RADIUS + 1) * ratio)
        painter.setPen(QPen(QColor(outline), width * ratio))
        painter.setBrush(QColor(_HANDLES[handle]))
        painter.drawEllipse(at, (radius - width / 2) * ratio, (radius - width / 2) * ratio)
        painter.setRenderHint(QPainter.Antialiasing, False)

    @property
    def _shown_handles(self) -> tuple[LevelHandle, ...]:
        """The handles that there are, in the order in which they are painted over each other."""
        has_handles = self._axis is not None and self._range is not None
        return (LevelHandle.GAMMA, LevelHandle.BLACK, LevelHandle.WHITE) if has_handles else ()

    def _is_in_use(self, handle: LevelHandle) -> bool:
        """Returns whether a handle has the keys or is being dragged."""
        is_held = self._drag is not None and self._drag.handle is handle
        return is_held or self._handles[handle].hasFocus()


class _Handle(QAbstractSlider):
    """What the keys and screen readers know of a handle; the view paints it, and the pointer goes through to that."""

    stepped = pyqtSignal(int)
    """Left or Right was pressed: so many steps to the right."""
    sent_to_end = pyqtSignal(int)
    """Home (0) or End (1) was pressed."""
    number_set = pyqtSignal(float)
    """A screen reader has set this number."""

    def __init__(self, handle: LevelHandle, view: QWidget) -> None:
        super().__init__(view)
        self._origin, self._unit = 0.0, 1.0
        self._view = view
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take the arrows away from the frames
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(f"{handle.value}, handle")
        self.valueChanged.connect(lambda value: self.number_set.emit(self._origin + value * self._unit))

    def show_number(self, number: float, limits: Range, origin: float, unit: float, text: str) -> None:
        """Shows ``number``; the slider's own values count in ``unit`` from ``origin``."""
        self._origin, self._unit = origin, unit
        before = self.blockSignals(True)
        self.setRange(*(round((end - origin) / unit) for end in limits))
        self.setValue(round((number - origin) / unit))
        self.blockSignals(before)
        self.setAccessibleDescription(text)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Left, Right, Home and End; all other keys are the window's."""
        if event is None:
            return
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key(), 0)  # type: ignore[call-overload]  # a number
        end = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: 1}.get(event.key())  # type: ignore[call-overload]  # a number
        if by:
            self.stepped.emit(by * (MANY if shift else 1))
        elif end is not None:
            self.sent_to_end.emit(end)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self._view.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self._view.update()


def is_range(low: float, high: float) -> bool:
    """Returns whether two numbers can be black and white."""
    return low < high and max(abs(low), abs(high)) < _LARGEST and high - low > 1 / _LARGEST


def axis_of(levels: LevelsView) -> Range | None:
    """Returns the numbers at both ends of the histogram: of what can be chosen as much as is counted.

    Black and white lie between them. Whole for whole samples; None without numbers to show.
    """
    known = [each for each in (levels.limits, levels.counts and levels.counts.range) if each and is_range(*each)]
    if not known:
        known = [levels.range] if levels.range and is_range(*levels.range) else []
    if not known:
        return None
    low, high = max(each.low for each in known), min(each.high for each in known)
    if not is_range(low, high):
        low, high = known[0]
    if levels.range is not None:
        low, high = min(low, levels.range.low), max(high, levels.range.high)
    if levels.is_whole and is_range(low, high):
        low, high = float(math.floor(low)), float(math.ceil(high))
    return Range(low, high) if is_range(low, high) else None


def step_of(axis: Range, *, is_whole: bool) -> float:
    """Returns by how much a key moves black or white."""
    step = round_step(axis.high - axis.low, STEPS)
    return max(1.0, step) if is_whole else step


def shown_channels(counts: Histogram, channel: str) -> list[tuple[int, int]]:
    """Returns the rows of the counts that are shown, each with its bits of the fills."""
    names = counts.names
    if channel not in names and {"R", "G", "B"} <= set(names):
        return [(names.index(name), 1 << bit) for bit, name in enumerate("RGB")]
    return [(names.index(channel) if channel in names else 0, _GREY)] if names else []


def heights(
    counts: Histogram, axis: Range, channels: list[tuple[int, int]], size: tuple[int, int], *, is_log: bool
) -> list[tuple[NDArray[np.intp], int]]:
    """Returns how high each column of pixels is filled, 0 to the height, and with which bits of the fills.

    A pixel that stands for several columns of the counts shows the highest. One column that towers above all others is
    cut off, as those would not be seen beside it.

    Args:
        counts: what is counted.
        axis: the numbers at the left edge of the first pixel and the right edge of the last.
        channels: the rows that are shown, and their bits.
        size: width and height in pixels.
        is_log: whether the logarithm of the counts is shown.
    """
    width, height = size
    columns = counts.counts.shape[1]
    if not channels or not columns or not is_range(*counts.range):
        return []
    numbers = np.linspace(axis.low, axis.high, width + 1)
    with np.errstate(over="ignore"):  # far outside is outside
        edges = (numbers - counts.range.low) * (columns / (counts.range.high - counts.range.low))
    # One empty column stands at each end, for the numbers that are not counted.
    starts = np.clip(np.floor(edges) + 1, 0, columns + 1).astype(np.intp)
    rows = [np.pad(np.asarray(counts.counts[row], np.float64), 1) for row, _ in channels]
    rows = [np.log1p(row) for row in rows] if is_log else rows
    *_, second, first = np.sort(np.max(rows, axis=0))
    top = 1.5 * second if first > 2 * second > 0 and not is_log else first
    if not top:
        return []
    made = (np.maximum.reduceat(row, starts)[:width] / top for row in rows)
    return [
        (np.ceil(np.minimum(row, 1.0) * height).astype(np.intp), bits)
        for row, (_, bits) in zip(made, channels, strict=True)
    ]


def _show_beside(row: NDArray[np.intp], middle: int, line: int) -> None:
    """Has the height that a stroke of a handle hides seen beside it, where nothing else is."""
    left = max(0, min(middle - line // 2, len(row) - line))
    beside = row[max(0, left - 2 * line) : left + 3 * line]
    beside[beside == 0] = row[left : left + line].max()


def _looks(made: list[tuple[NDArray[np.intp], int]], height: int) -> NDArray[Any]:
    """Returns the fill of each pixel, as (height, width), rows from top to bottom."""
    above = np.arange(height, 0, -1)[:, None]
    return sum(((above <= row) * np.uint8(bits) for row, bits in made), np.zeros((height, 1), np.uint8))


def _fills(colours: Colours) -> NDArray[np.uint32]:
    """Returns the colour of each fill, 0 the ground, and of the same outside of black and white."""
    table = np.full(2 * _DIMMED, QColor(colours.well).rgb(), np.uint32)
    for bits, (dark, light) in _FILLS.items():
        fill = dark if colours.dark else light
        table[bits], table[bits + _DIMMED] = QColor(fill).rgb(), mixed(fill, colours.well, 0.4).rgb()
    return table
