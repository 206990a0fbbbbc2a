"""The timeline: where every frame is, where the playhead stands, and a way to drag it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt5.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF
from PyQt5.QtWidgets import QSizePolicy, QWidget

from viewer.gui.theme import digits
from viewer.gui.widgets.thumbnail import Thumbnail
from viewer.gui.widgets.timeline_layout import Mark, TimelineLayout
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QHideEvent, QMouseEvent, QPaintEvent, QWheelEvent

    from viewer.core.frame import Frame
    from viewer.gui.theme import Colours
    from viewer.model.view_state import SequenceView, TimelineView

HEIGHT = 46
MARGIN = 14
"""Room left and right of the bar: the playhead's head reaches over the ends."""
TOP, BOTTOM = 7, 5
"""Room above the bar, for the playhead's head, and below it."""
BAND = 12
"""The height of the band of states, which decoded frames fill."""
FILE_BAND, DISK_BAND, READING_BAND = 7, 3, 5
"""The parts of it that files in memory, files on this disk and frames being read take."""
HEAD = 6
"""Half the width of the playhead's head."""
WHEEL_NOTCH = 120
"""What Qt tells of one notch of a wheel."""
LABEL_PIXELS = 10


class _Bar(NamedTuple):
    """What the picture of the bar depends on, apart from its colours."""

    sequence: SequenceView | None
    timeline: TimelineView
    width: int
    height: int
    ratio: float


class Timeline(QWidget):
    """A bar with the frame numbers, a band that shows where each frame is, and the playhead.

    States differ in height and pattern as well as in colour: decoded frames fill the band, files half of it, files on
    this disk are a thin line, frames being read a low striped one, frames that cannot be shown rise above it with a
    notch, missing numbers are hatched. A thumbnail of the frame under the pointer stands above the bar.
    """

    scrubbed = pyqtSignal(int)
    """Pressed or dragged to this frame number; it can be one without a file."""
    scrub_ended = pyqtSignal()
    """The button was let go."""
    stepped = pyqtSignal(int)
    """The wheel was turned by so many frames; down is forward."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._state = ViewState()
        self._drawn: tuple[_Bar, QPixmap] | None = None
        self._missing: tuple[SequenceView, TimelineLayout, bytes] | None = None
        self._scrubbing = False
        self._scrubbed_to: int | None = None
        self._hover_x: int | None = None
        self._find_thumbnail: Callable[[int], tuple[int, Frame] | None] = lambda _number: None
        self._thumbnail: Thumbnail | None = None
        self._turned = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("no frames")

    # In

    def set_thumbnails(self, find: Callable[[int], tuple[int, Frame] | None]) -> None:
        """Sets what gives the thumbnail for a frame number: the number it is of, and pixels in a layout Qt paints."""
        self._find_thumbnail = find

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; paints only what changed."""
        before, self._state = self._state, state
        bar_changed = before.sequence != state.sequence or before.timeline is not state.timeline
        if bar_changed or (before.mark_in, before.mark_out) != (state.mark_in, state.mark_out):
            self.update()
        elif before.number != state.number:
            for number in (before.number, state.number):
                if number is not None:
                    self.update(self._around(number))
        if before.sequence != state.sequence or before.number != state.number:
            self._describe()
        if self._hover_x is not None:
            self._show_thumbnail()  # it may have come by now

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._colours = colours
        self._drawn = None
        if self._thumbnail is not None:
            self._thumbnail.set_colours(colours)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size Qt is to give it if it can."""
        return QSize(600, HEIGHT)

    # Out

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Begins to scrub."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self._state.sequence is not None:
            self._scrubbing, self._scrubbed_to = True, None
            self._scrub(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Scrubs on, or shows which frame is under the pointer."""
        if event is None:
            return
        if self._scrubbing:
            self._scrub(event)
        self._hover(event.pos().x())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ends scrubbing."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._end_scrubbing()

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Takes the hover line away."""
        self._hover(None)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Ends scrubbing: a hidden widget is not told that the button was let go."""
        self._end_scrubbing()
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Steps one frame a notch; fine wheels and touch pads add up to notches."""
        if event is None:
            return
        event.accept()
        delta = event.angleDelta()
        self._turned -= delta.y() if abs(delta.y()) >= abs(delta.x()) else delta.x()
        notches = int(self._turned / WHEEL_NOTCH)
        if notches and self._state.sequence is not None:
            self._turned -= notches * WHEEL_NOTCH
            self.stepped.emit(notches)

    def _scrub(self, event: QMouseEvent) -> None:
        layout = self._layout()
        if layout is None:
            return
        number = layout.number_at(self._to_device(event.pos().x()))
        if number != self._scrubbed_to:
            self._scrubbed_to = number
            self.scrubbed.emit(number)

    def _end_scrubbing(self) -> None:
        if self._scrubbing:
            self._scrubbing = False
            self.scrub_ended.emit()

    def _hover(self, x: int | None) -> None:
        if x != self._hover_x:
            for each in (x, self._hover_x):
                if each is not None:
                    self.update(QRect(each - 60, 0, 120, HEIGHT))
            self._hover_x = x
            self._show_thumbnail()

    def _show_thumbnail(self) -> None:
        """Shows the thumbnail of the frame under the pointer above the bar, if there is one."""
        layout, found, number = self._layout(), None, 0
        if layout is not None and self._hover_x is not None:
            number = layout.number_at(self._to_device(self._hover_x))
            found = self._find_thumbnail(number)
        if layout is None or found is None:
            if self._has_thumbnail and self._thumbnail is not None:
                self._thumbnail.put_away()
                self.update()
            return
        if self._thumbnail is None:
            self._thumbnail = Thumbnail(self._colours, self.window() or self)
        if not self._has_thumbnail:
            self.update()  # the number stands below the thumbnail then, not on the bar
        at = QPoint(round(self._from_device(layout.middle(number) + 0.5)), self._bar().top())
        at = self.mapTo(self.window(), at)
        of, frame = found
        caption = str(number) if of == number else f"{number} · showing {of}"
        self._thumbnail.show_frame(frame, caption, at.x(), at.y())

    @property
    def _has_thumbnail(self) -> bool:
        return self._thumbnail is not None and not self._thumbnail.isHidden()

    def _describe(self) -> None:
        sequence, number = self._state.sequence, self._state.number
        told = "no frames"
        if sequence is not None and number is not None:
            told = f"frame {number} of {sequence.first} to {sequence.last}"
        self.setAccessibleDescription(told)

    # Where things are

    def _bar(self) -> QRect:
        return QRect(MARGIN, TOP, max(1, self.width() - 2 * MARGIN), HEIGHT - TOP - BOTTOM)

    def _layout(self) -> TimelineLayout | None:
        sequence = self._state.sequence
        if sequence is None or sequence.last < sequence.first:
            return None
        width = max(1, int(self._bar().width() * self.devicePixelRatioF()))
        return TimelineLayout(sequence.first, sequence.last, width)

    def _to_device(self, x: float) -> int:
        return int((x - MARGIN + 0.5) * self.devicePixelRatioF())

    def _from_device(self, x: float) -> float:
        return MARGIN + x / self.devicePixelRatioF()

    def _around(self, number: int) -> QRect:
        layout = self._layout()
        if layout is None:
            return self.rect()
        return QRect(int(self._from_device(layout.middle(number))) - HEAD - 3, 0, 2 * HEAD + 6, HEIGHT)

    # Painting

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the bar from its picture, and what moves on top of it."""
        if event is None:
            return
        colours, layout, bar = self._colours, self._layout(), self._bar()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(colours.panel))
        painter.drawPixmap(bar.topLeft(), self._bar_picture(layout, bar))
        if layout is not None:
            self._paint_marks(painter, layout, bar)
            if self._hover_x is not None:
                self._paint_hover(painter, layout, bar, self._hover_x)
            if self._state.number is not None:
                self._paint_playhead(painter, layout, self._state.number)
        painter.end()

    def _paint_marks(self, painter: QPainter, layout: TimelineLayout, bar: QRect) -> None:
        """Shades the frames from the in to the out point and puts brackets at them."""
        state = self._state
        if state.mark_in is None and state.mark_out is None:
            return
        begin = layout.left(layout.first if state.mark_in is None else state.mark_in)
        end = layout.right(layout.last if state.mark_out is None else state.mark_out)
        left, right = self._from_device(begin), self._from_device(end)
        top, bottom = bar.top() + 1.0, bar.bottom() + 0.0
        shade = QColor(self._colours.accent)
        shade.setAlpha(26)
        painter.fillRect(QRectF(left, top, right - left, bottom - BAND - top), shade)  # not over the band's colours
        mark, foot = QColor(self._colours.mark), 5.0
        brackets = []
        if state.mark_in is not None:
            brackets.append((left, left))
        if state.mark_out is not None:
            brackets.append((right - 2, right - foot))
        for edge, feet in brackets:
            painter.fillRect(QRectF(edge, top, 2, bottom - top), mark)
            painter.fillRect(QRectF(feet, top, foot, 2), mark)
            painter.fillRect(QRectF(feet, bottom - 2, foot, 2), mark)

    def _paint_hover(self, painter: QPainter, layout: TimelineLayout, bar: QRect, hover_x: int) -> None:
        """Paints a line at the frame under the pointer, with its number."""
        colours = self._colours
        number = layout.number_at(self._to_device(hover_x))
        x = self._from_device(layout.middle(number) + 0.5)
        painter.fillRect(QRectF(x - 0.5, bar.top() + 1, 1, bar.height() - 2), QColor(colours.dim))
        if self._has_thumbnail:
            return
        font = digits(LABEL_PIXELS + 1)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(str(number)) + 10
        left = min(max(x - width / 2, bar.left() + 1.0), bar.right() - width + 0.0)
        label = QRectF(round(left), bar.top() + 1, width, 15)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(label.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(font)
        painter.setPen(QColor(colours.bright))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, str(number))
        painter.setRenderHint(QPainter.Antialiasing, False)

    def _paint_playhead(self, painter: QPainter, layout: TimelineLayout, number: int) -> None:
        accent = QColor(self._colours.accent)
        x = self._from_device(layout.middle(number) + 0.5)
        ratio = self.devicePixelRatioF()
        left = round((x - 1) * ratio) / ratio  # on whole pixels of the screen
        painter.fillRect(QRectF(left, TOP - 3, 2, HEIGHT - TOP - BOTTOM + 5), accent)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        middle = left + 1
        head = (QPointF(middle - HEAD, 1), QPointF(middle + HEAD, 1), QPointF(middle, 1 + HEAD + 1))
        painter.drawPolygon(QPolygonF(head))
        painter.setRenderHint(QPainter.Antialiasing, False)

    def _bar_picture(self, layout: TimelineLayout | None, bar: QRect) -> QPixmap:
        """Returns the picture of the bar, made anew only when what it shows changed."""
        ratio = self.devicePixelRatioF()
        width, height = max(1, int(bar.width() * ratio)), max(1, int(bar.height() * ratio))
        wanted = _Bar(self._state.sequence, self._state.timeline, width, height, ratio)
        if self._drawn is None or self._drawn[0] != wanted:
            picture = QPixmap(width, height)
            painter = QPainter(picture)
            _BarPainter(painter, self._colours, wanted, self._missing_row(layout)).paint(layout)
            painter.end()
            picture.setDevicePixelRatio(ratio)
            self._drawn = wanted, picture
        return self._drawn[1]

    def _missing_row(self, layout: TimelineLayout | None) -> bytes:
        """Returns the band of the numbers without a file, made anew only for other numbers or another width."""
        sequence = self._state.sequence
        if layout is None or sequence is None:
            return b""
        if self._missing is None or self._missing[0] is not sequence or self._missing[1] != layout:
            self._missing = sequence, layout, layout.missing(sequence.gaps)
        return self._missing[2]


class _BarPainter:
    """Paints the bar in pixels of the screen."""

    def __init__(self, painter: QPainter, colours: Colours, bar: _Bar, missing: bytes) -> None:
        self._painter, self._colours, self._bar, self._missing = painter, colours, bar, missing
        self._edge = max(1, round(bar.ratio))
        self._bottom = bar.height - self._edge

    def _scaled(self, pixels: float) -> int:
        return max(1, round(pixels * self._bar.ratio))

    def paint(self, layout: TimelineLayout | None) -> None:
        bar, colours = self._bar, self._colours
        self._painter.fillRect(0, 0, bar.width, bar.height, QColor(colours.well))
        if layout is not None:
            band = self._scaled(BAND)
            self._painter.fillRect(0, self._bottom - band, bar.width, band, QColor(colours.absent))
            self._paint_ruler(layout)
            self._paint_band(layout)
        self._painter.setPen(QPen(QColor(colours.line), self._edge))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        half = self._edge / 2
        self._painter.drawRect(QRectF(half, half, bar.width - self._edge, bar.height - self._edge))

    def _paint_ruler(self, layout: TimelineLayout) -> None:
        painter, colours = self._painter, self._colours
        font = digits(self._scaled(LABEL_PIXELS))
        metrics = QFontMetrics(font)
        pad = self._scaled(4)
        ticks = layout.ticks(lambda text: metrics.horizontalAdvance(text) + 2 * pad, self._scaled(18), self._scaled(9))
        foot = self._bottom - self._scaled(BAND) - self._scaled(1)
        baseline = self._scaled(3) + metrics.ascent()
        painter.setFont(font)
        edge, tall, low = QColor(colours.edge), self._scaled(4), self._scaled(2)
        painter.setPen(QColor(colours.dim))
        for tick in ticks:
            height = tall if tick.text else low
            painter.fillRect(tick.x, foot - height, self._edge, height, edge)
            if tick.text:
                painter.drawText(tick.text_x + pad, baseline, tick.text)

    def _paint_band(self, layout: TimelineLayout) -> None:
        colours = self._colours
        runs = self._bar.timeline.runs
        rectangles: dict[Mark, list[QRect]] = {mark: [] for mark in Mark}
        heights = {
            Mark.MISSING: self._scaled(BAND),
            Mark.ON_DISK: self._scaled(DISK_BAND),
            Mark.READING: self._scaled(READING_BAND),
            Mark.ENCODED: self._scaled(FILE_BAND),
            Mark.DECODED: self._scaled(BAND),
            Mark.FAILED: self._scaled(BAND),
        }
        for left, right, mark in layout.blocks(runs, self._missing):
            if mark is not Mark.ABSENT:
                rectangles[mark].append(QRect(left, self._bottom - heights[mark], right - left, heights[mark]))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._fill(rectangles[Mark.MISSING], self._hatching())
        self._fill(rectangles[Mark.ON_DISK], QBrush(QColor(colours.on_disk)))
        self._fill(rectangles[Mark.READING], self._stripes())
        self._fill(rectangles[Mark.ENCODED], QBrush(QColor(colours.encoded)))
        self._fill(rectangles[Mark.DECODED], QBrush(QColor(colours.decoded)))
        for rectangle in rectangles[Mark.FAILED]:
            self._paint_failed(rectangle)

    def _fill(self, rectangles: list[QRect], brush: QBrush) -> None:
        if rectangles:
            self._painter.setBrush(brush)
            self._painter.drawRects(*rectangles)

    def _paint_failed(self, rectangle: QRect) -> None:
        """Paints a failed run: at least three pixels wide, higher than the band, with a notch cut into its top."""
        least, rise = self._scaled(3), self._scaled(3)
        if rectangle.width() < least:
            rectangle = QRect(rectangle.center().x() - least // 2, rectangle.top(), least, rectangle.height())
        rectangle = rectangle.adjusted(0, -rise, 0, 0)
        self._painter.fillRect(rectangle, QColor(self._colours.failed))
        notch = max(1, min(self._scaled(4), rectangle.width() // 3))
        middle = rectangle.left() + (rectangle.width() - notch) // 2
        self._painter.fillRect(middle, rectangle.top(), notch, self._scaled(4), QColor(self._colours.well))

    def _hatching(self) -> QBrush:
        """Returns a brush of diagonal lines."""
        side = self._scaled(6)
        tile = QPixmap(side, side)
        tile.fill(QColor(self._colours.well))
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(self._colours.missing), side / 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        for shift in (-side, 0, side):
            painter.drawLine(QPointF(shift, side), QPointF(shift + side, 0))
        painter.end()
        return QBrush(tile)

    def _stripes(self) -> QBrush:
        """Returns a brush of upright stripes."""
        stripe = self._scaled(2)
        tile = QPixmap(2 * stripe, stripe)
        tile.fill(QColor(self._colours.absent))
        painter = QPainter(tile)
        painter.fillRect(0, 0, stripe, stripe, QColor(self._colours.reading))
        painter.end()
        return QBrush(tile)
