"""The canvas: the picture, and the sentences about it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QBrush, QColor, QFont, QMouseEvent, QPainter, QPen, QPixmap
from PyQt5.QtWidgets import QSizePolicy, QWidget

from viewer.core.display.screen import is_for_screen
from viewer.core.frame import Size
from viewer.core.records import NamedTuple
from viewer.gui.bridge.image import FrameImage
from viewer.gui.theme import CARD_RADIUS, Colours, mixed
from viewer.gui.widgets.icons import paint_icon
from viewer.gui.widgets.labels import PaintedPicture
from viewer.gui.widgets.resting_pointer import RestingPointer
from viewer.gui.widgets.viewport import NOTHING, ZOOM_STEP, Viewport
from viewer.model.preferences import Ground
from viewer.model.sequence_settings import Zoom
from viewer.model.view_state import Shown, ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QHideEvent, QImage, QPaintEvent, QResizeEvent

    from viewer.core.display.look import Look
    from viewer.core.display.picture import VisiblePart
    from viewer.core.frame import Frame
    from viewer.gui.widgets.canvas_mouse import CanvasMouse

PILL_MARGIN = 14
"""Room between the edge of the canvas and a sentence on it."""
ICON = 20
"""The side of the icon in a pill."""
ICON_GAP = 7
REST = 300
"""Milliseconds without a change after which a zoom or pan is reported."""
CHECKER, CHECKER_LIGHT, CHECKER_DARK = 8, "#999999", "#666666"
"""The side of a square of the checkerboard behind transparent parts, and the colours of the squares."""
GROUNDS = {Ground.GREY: "#777777", Ground.BLACK: "#000000", Ground.WHITE: "#ffffff"}
HATCH = 12
"""The distance from line to line where there is no picture."""
USUAL = Size(16, 9)
"""The shape of a picture that has not been seen yet."""
MIDDLE = 0.49
"""Where in a pixel of the screen the pointer is: what is painted there is what lies in its middle. A bit less, as a
canvas that begins at half a pixel is painted from the next one on."""
_MOUSE = frozenset(
    {
        QEvent.Type.Wheel,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.NativeGesture,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TouchCancel,
    }
)
"""The events that :class:`CanvasMouse` takes."""
_PLACE = frozenset({QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.MouseMove, QEvent.Type.Move, QEvent.Type.Resize})
"""The events that tell where the pointer is: those that :class:`RestingPointer` takes."""


class _Look(NamedTuple):
    """How a pill is painted; without an edge or an icon where that is None or ""."""

    fill: QColor
    text: QColor
    tint: QColor | None = None
    icon: str = ""
    edge: QColor | None = None


_ON_PICTURE = _Look(QColor(0, 0, 0, 176), QColor(240, 240, 240))
_HELD = _ON_PICTURE._replace(icon="missing", tint=QColor(190, 190, 190))
_UNSAID = (False, "", "", "")
"""What :func:`_visible` says last while there is nothing but a picture."""


class Canvas(PaintedPicture):
    """Paints the picture of the snapshot; a display-ready one is only copied to the screen.

    What the wheel, the mouse and fingers do is up to :class:`CanvasMouse`. The arrow keys are never used here: they are
    for frames.

    Attributes:
        viewport: how the picture lies on the canvas.
        pointer: where the pointer is.
    """

    fit_size_changed = pyqtSignal(object)
    """The size (:class:`Size`, pixels of the screen) that pictures are fitted into as they are in their files, before
    they are turned; None when they are not fitted."""
    view_changed = pyqtSignal(object)
    """The part of the picture (:class:`VisiblePart`) that is seen; None when it is fitted."""
    painted = pyqtSignal(object)
    """The frame number whose picture, or whose problem, has just come on screen; an ``int`` of Qt has only 32 bits."""
    zoom_changed = pyqtSignal(str)
    """The zoom in words: "Fit 54 %", "" while no picture is seen."""
    zoomed = pyqtSignal(object)
    """The user has zoomed or panned and come to rest: the :class:`Zoom`."""
    scrubbed_by = pyqtSignal(object)
    """Dragged with Alt so many frame numbers on from where the drag began; negative goes back."""
    scrub_ended = pyqtSignal()
    """The button was let go after such a drag."""
    pointer_moved = pyqtSignal(object)
    """The pointer has moved to another point (:class:`QPoint`) of the screen."""
    stepped = pyqtSignal(int)
    """The wheel was turned by so many frames; down is forward."""
    double_clicked = pyqtSignal()
    """Clicked, or tapped, twice."""
    file_dragged = pyqtSignal()
    """The picture, fitted, was taken hold of and dragged: its file is to go where it is dropped."""
    pointed_at = pyqtSignal(object, object)
    """Column and row of the picture's pixel under the pointer, None when there is none, or a stand-in is shown; and the
    colour (:class:`QColor`) behind it, None where the picture has no alpha."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._state = ViewState()
        self.viewport = Viewport()
        self._view: VisiblePart | None = None
        self._fit_size: Size | None = None
        self._zoom_before_fit = 1.0
        self._smooth = False
        self._image: FrameImage | None = None
        self.pointer = RestingPointer(self, self._point)
        self._pixel: tuple[int, int] | None = None
        self._behind: QColor | None = None
        self._hides_pointer = False
        self._taken = 0
        self._mouse: CanvasMouse | None = None
        self._reported: Zoom | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._report_zoom)
        self._zoom_text = ""
        self._dirty = True
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 90)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAccessibleName("Picture")

    # Snapshots

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot, if the canvas looks different after it, with the next paint; see :meth:`show_now`."""
        before, self._state = self._state, state
        if state.shown is None:
            self._image = None  # its memory is no longer ours to hold
        elif (state.shown.picture.size, state.shown.orientation) != (self.viewport.picture, self.viewport.orientation):
            self._set_viewport(self.viewport.showing(state.shown.picture.size, state.shown.orientation))
        self._report_fit_size()
        if state.zoom is not None and state.zoom is not before.zoom and state.zoom is not self._reported:
            self._apply(state.zoom)
        if state.preferences.smooth != self._smooth:
            self._smooth = state.preferences.smooth
            self._repaint_later()
        if (was := _visible(before)) != (now := _visible(state)):
            self._dirty = True
            # While only the picture changes, what lies around it stays.
            self.update(self._picture_rect() if was[-1] == now[-1] == _UNSAID else self.rect())
            if was[-1] != now[-1]:
                self._show_zoom()
        self._point()

    def show_now(self) -> None:
        """Paints what has changed, and with it all that has in the window.

        At once, not with the next turn of the event loop: the user would feel the delay at every step.
        """
        if self._dirty:  # what else has changed on the canvas is known to Qt
            picture = self._picture_rect() & self.rect()
            self.repaint(self.rect() if picture.isEmpty() else picture)
        if (words := _described(self._state)) != self.accessibleDescription():
            self.setAccessibleDescription(words)  # not before the picture is seen

    def leave_room(self, height: int) -> None:
        """Has the pill stand below something at the top that is so high, 0 for nothing."""
        if height != self._taken:
            self._taken = height
            self._repaint_later()

    def set_colours(self, colours: Colours) -> None:
        """Takes the colours of another theme."""
        self._colours = colours
        self._repaint_later()

    # Zoom and pan

    def toggle_fit(self) -> None:
        """Fits the picture to the window; again, goes back to the zoom before."""
        if self.viewport.fits:
            self.zoom_to(self._zoom_before_fit)
        else:
            self._zoom_before_fit = self.viewport.actual_scale
            self._move_to(self.viewport.fitted())

    def zoom_to(self, scale: float) -> None:
        """Shows the picture at ``scale``, 1.0 for 100 %, about the pointer, or about the middle."""
        at = self._pointer()
        self._move_to(self.viewport.zoomed_to(scale, at.x(), at.y()))

    def zoom_by(self, steps: float) -> None:
        """Zooms in by so many steps about the pointer, out when negative."""
        self.zoom_to(self.viewport.actual_scale * ZOOM_STEP**steps)

    def _scale_by(self, factor: float, at: QPointF) -> None:
        at = at * self.devicePixelRatioF()
        self._move_to(self.viewport.zoomed_to(self.viewport.actual_scale * factor, at.x(), at.y()))

    def _pan(self, by: QPointF) -> None:
        by = by * self.devicePixelRatioF()
        self._move_to(self.viewport.panned(by.x(), by.y()))

    def _pointer(self) -> QPointF:
        ratio = self.devicePixelRatioF()
        at = self.mapFromGlobal(self.cursor().pos())
        if not self.rect().contains(at):
            at = self.rect().center()
        return QPointF(at) * ratio

    def _apply(self, zoom: Zoom) -> None:
        """Shows the picture as it was at another time; a zoom not reported yet was that of another sequence."""
        self._rest.stop()
        if zoom.scale is None:
            self._set_viewport(self.viewport.fitted())
        else:
            self._set_viewport(self.viewport.placed(zoom.scale, zoom.center_x, zoom.center_y))

    def _move_to(self, viewport: Viewport) -> None:
        """Shows the picture as the user wants it, and reports that once it is at rest."""
        if viewport != self.viewport:
            self._set_viewport(viewport)
            self._rest.start()

    def _report_zoom(self) -> None:
        if self._mouse is not None and self._mouse.is_held:
            self._rest.start()
            return
        view = self.viewport
        self._reported = Zoom(view.scale, view.center_x, view.center_y)
        self.zoomed.emit(self._reported)

    def _set_viewport(self, viewport: Viewport) -> None:
        if viewport == self.viewport:
            return
        self.viewport = viewport
        self._report_fit_size()
        if (view := viewport.view(self._view)) != self._view:
            self._view = view
            self.view_changed.emit(view)
        self._show_zoom()
        self._show_cursor()
        self._point()
        self._repaint_later()

    def _report_fit_size(self) -> None:
        """Reports what pictures are fitted into as they are in their files, once they are turned as is wanted."""
        if self.viewport.canvas == NOTHING:
            return  # it has no size yet: a picture fitted into that would be one pixel
        turned = self._state.levels.look.orientation.size(self.viewport.canvas)
        if (fit_size := turned if self.viewport.fits else None) != self._fit_size:
            self._fit_size = fit_size
            self.fit_size_changed.emit(fit_size)

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor if self.viewport.fits else Qt.CursorShape.OpenHandCursor
        if self._mouse is not None:
            shape = self._mouse.cursor(fits=self.viewport.fits)
        if self._hides_pointer:
            shape = Qt.CursorShape.BlankCursor
        if shape != self.cursor().shape():
            self.setCursor(shape)

    def hide_pointer(self, hidden: bool) -> None:  # noqa: FBT001 - of a signal
        """Hides the pointer while it is over the picture, or shows it again."""
        self._hides_pointer = hidden
        self._show_cursor()

    def _show_zoom(self) -> None:
        text = ""
        if self._state.shown is not None and not self._state.problem:
            percent = f"{self.viewport.actual_scale * 100:.0f} %"
            text = f"Fit {percent}" if self.viewport.fits else percent
        if text != self._zoom_text:
            self._zoom_text = text
            self.zoom_changed.emit(text)

    # Painting

    @property
    def notice(self) -> str:
        """What is said beside the picture: that it may be old, or is not that of the frame; or ""."""
        return self._state.notice

    def to_copy(self) -> tuple[Shown, Look] | None:
        """Returns what is shown, and its look; None without a picture, or of a stand-in."""
        shown, levels = self._state.shown, self._state.levels
        if shown is None or shown.is_stand_in:
            return None
        return shown, levels.look.with_one(levels.range)

    def _picture_rect(self) -> QRect:
        rect, ratio = self.viewport.rect, self.devicePixelRatioF()
        left, top = int(rect.left / ratio), int(rect.top / ratio)
        return QRect(left, top, math.ceil(rect.width / ratio) + 1, math.ceil(rect.height / ratio) + 1)

    def _repaint_later(self) -> None:
        self._dirty = True
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the picture and reports that it has been seen."""
        self._fit_canvas()  # the pixels of the screen may be others since it was moved to another one
        painter, colours = QPainter(self), self._colours
        shown = None if self._state.problem else self._state.shown
        if shown is None:
            painter.fillRect(self.rect(), QColor(colours.canvas))
        else:
            self._paint_picture(painter, shown)
        if self._state.problem_kind == "gap":
            self._paint_gap(painter, self._state.problem)
        if self._state.notice:
            self._paint_notice(painter, self._state.notice, max(PILL_MARGIN, self._taken + PILL_MARGIN // 2))
        painter.end()
        if self._dirty and self._state.is_true and self._state.number is not None:
            self.painted.emit(self._state.number)
        self._dirty = False

    def _paint_picture(self, painter: QPainter, shown: Shown) -> None:
        ratio = self.devicePixelRatioF()
        rect = self.viewport.rect
        background = QColor(self._colours.canvas)
        covered = QRect(rect.left, rect.top, rect.width, rect.height)
        canvas = QRect(0, 0, *self.viewport.canvas)
        painter.scale(1 / ratio, 1 / ratio)
        for edge in _around(canvas, covered.intersected(canvas)):
            painter.fillRect(edge, background)
        screen, frame = shown.screen, _painted_as_it_is(shown, rect.width)
        target = QRectF(covered)
        if screen is not None:
            frame = screen.frame
            if screen.part is not None:
                target = QRectF(*self.viewport.part_rect(*screen.part, frame.size))
                seen = covered.intersected(canvas)
                for edge in _around(seen, target.toAlignedRect().intersected(seen)):
                    painter.fillRect(edge, background)
        if frame is not None:
            if self._image is None or self._image.frame is not frame:
                self._image = FrameImage(frame)
            if not frame.is_bgrx:
                self._paint_ground(painter, target.toAlignedRect().intersected(canvas))
            # The pixels of a copy are not those of the picture, so they are always smoothed.
            self._draw(painter, self._image.image, target, canvas, smooth=self._smooth or shown.picture.source is None)
        painter.resetTransform()

    def _paint_ground(self, painter: QPainter, rect: QRect) -> None:
        """Paints what is behind transparent parts of the picture."""
        ground = self._state.preferences.ground
        if ground is not Ground.CHECKER:
            painter.fillRect(rect, QColor(GROUNDS[ground]))
            return
        side = round(CHECKER * self.devicePixelRatioF())
        tile = QPixmap(2 * side, 2 * side)
        tile.fill(QColor(CHECKER_LIGHT))
        squares = QPainter(tile)
        for corner in (0, side):
            squares.fillRect(corner, corner, side, side, QColor(CHECKER_DARK))
        squares.end()
        painter.setBrushOrigin(*self.viewport.rect[:2])
        painter.fillRect(rect, QBrush(tile))

    def _ground_at(self, at: QPointF) -> QColor:
        """Returns what :meth:`_paint_ground` paints at a pixel of the screen."""
        ground, rect = self._state.preferences.ground, self.viewport.rect
        if ground is not Ground.CHECKER:
            return QColor(GROUNDS[ground])
        side = round(CHECKER * self.devicePixelRatioF())
        column, row = math.floor(at.x() - rect.left) // side, math.floor(at.y() - rect.top) // side
        return QColor(CHECKER_LIGHT if (column + row) % 2 else CHECKER_DARK)

    def _draw(self, painter: QPainter, image: QImage, covered: QRectF, canvas: QRect, *, smooth: bool) -> None:
        if QSizeF(image.size()) == covered.size():
            painter.drawImage(covered.topLeft(), image)
            return
        shrinks = covered.width() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks or smooth)
        # Only the visible part is scaled, to whole pixels of the picture; one more for blending.
        visible = covered.intersected(QRectF(canvas))
        x_scale, y_scale = covered.width() / image.width(), covered.height() / image.height()
        left = max(0, int((visible.left() - covered.left()) / x_scale) - 1)
        top = max(0, int((visible.top() - covered.top()) / y_scale) - 1)
        right = min(image.width(), int((visible.right() - covered.left()) / x_scale) + 2)
        bottom = min(image.height(), int((visible.bottom() - covered.top()) / y_scale) + 2)
        part = QRectF(left, top, right - left, bottom - top)
        target = QRectF(
            covered.left() + left * x_scale,
            covered.top() + top * y_scale,
            part.width() * x_scale,
            part.height() * y_scale,
        )
        painter.drawImage(target, image, part)

    def _paint_notice(self, painter: QPainter, text: str, top: int) -> None:
        metrics = painter.fontMetrics()
        loading = _ON_PICTURE._replace(icon="loading", tint=QColor(self._colours.reading))
        look = _HELD if self._state.holds else loading
        sides = 24 + ICON + ICON_GAP
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, self.width() - 2 * PILL_MARGIN - sides)
        width, height = metrics.horizontalAdvance(text) + sides, metrics.height() + 10
        pill = QRect(self.width() - width - PILL_MARGIN, top, width, height)
        self._paint_pill(painter, pill, text, look, Qt.AlignmentFlag.AlignCenter)

    def _paint_sentence(self, painter: QPainter, text: str, look: _Look) -> None:
        """Paints a sentence into the middle."""
        sides = 24 + (ICON + ICON_GAP if look.icon else 0)
        metrics = painter.fontMetrics()
        width = min(self.width() - 2 * PILL_MARGIN, metrics.horizontalAdvance(text) + sides + 8)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        height = metrics.boundingRect(QRect(0, 0, width - sides, 1000), int(flags), text).height() + 14
        pill = QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)
        self._paint_pill(painter, pill, text, look, flags)

    def _paint_pill(self, painter: QPainter, pill: QRect, text: str, look: _Look, flags: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if look.edge is None else QPen(look.edge, 1.5))
        painter.setBrush(look.fill)
        painter.drawRoundedRect(pill, CARD_RADIUS, CARD_RADIUS)
        inside = pill.adjusted(12, 0, -12, 0)
        if look.icon and look.tint is not None:
            paint_icon(painter, look.icon, QRect(inside.left(), inside.top(), ICON, inside.height()), look.tint)
            inside.setLeft(inside.left() + ICON + ICON_GAP)
        painter.setPen(look.text)
        painter.drawText(inside, flags, text)

    def _paint_gap(self, painter: QPainter, text: str) -> None:
        """Paints the outline of a picture that is missing, and the sentence about it."""
        colours, ratio = self._colours, self.devicePixelRatioF()
        canvas = QRect(0, 0, *self.viewport.canvas)
        view = self.viewport if self.viewport.picture != NOTHING else self.viewport.fitted().showing(USUAL)
        rect = QRect(*view.rect)
        edge = max(1, round(ratio))
        painter.scale(1 / ratio, 1 / ratio)
        painter.setBrushOrigin(rect.topLeft())
        painter.fillRect(rect.intersected(canvas), self._hatching(round(HATCH * ratio), 1.5 * ratio))
        painter.setPen(QPen(mixed(colours.text, colours.canvas, 0.4), edge))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(rect).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2))
        painter.resetTransform()
        painter.setFont(self._large_font())
        dim = QColor(colours.dim)
        look = _Look(QColor(colours.panel), QColor(colours.text), dim, "missing", QColor(colours.line))
        self._paint_sentence(painter, text, look)

    def _hatching(self, side: int, line: float) -> QBrush:
        """Returns a brush of diagonal lines, ``line`` pixels of the screen wide and ``side`` apart along the edges."""
        colours = self._colours
        tile = QPixmap(side, side)
        tile.fill(mixed(colours.text, colours.canvas, 0.04))
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(mixed(colours.text, colours.canvas, 0.24), line))
        for shift in (-side, 0, side):  # the corners of the tile are those of its neighbours too
            painter.drawLine(QPointF(shift - 1, side + 1), QPointF(shift + side + 1, -1))
        painter.end()
        return QBrush(tile)

    def _large_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.15)
        return font

    # Events

    def resizeEvent(self, _event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Fits the picture to the new size."""
        self._fit_canvas()

    def _fit_canvas(self) -> None:
        ratio = self.devicePixelRatioF()
        size = Size(max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        self._set_viewport(self.viewport.resized(size))

    def event(self, event: QEvent | None) -> bool:
        """Gives the events of mouse and fingers to what is loaded when the first of them comes."""
        if event is not None and event.type() in _PLACE:
            self.pointer.takes(event)
        return (event is not None and event.type() in _MOUSE and self._take(event)) or super().event(event)

    def _take(self, event: QEvent) -> bool:
        """Has an event of the mouse carried out; returns whether it was one for the canvas."""
        mouse = self._mouse = self._mouse or self._make_mouse()
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            self.pointer_moved.emit(event.globalPos())
        taken = mouse.takes(event, self._state, fits=self.viewport.fits)
        if taken:
            event.accept()
            self._show_cursor()
            self._point()
        return taken

    def _make_mouse(self) -> CanvasMouse:
        from viewer.gui.widgets.canvas_mouse import CanvasMouse  # noqa: PLC0415 - not for the first picture

        mouse = CanvasMouse(self)
        for signal, verb in (
            (mouse.panned, self._pan),
            (mouse.scaled, self._scale_by),
            (mouse.stepped, self.stepped),
            (mouse.scrubbed_by, self.scrubbed_by),
            (mouse.scrub_ended, self.scrub_ended),
            (mouse.double_clicked, self.double_clicked),
            (mouse.file_dragged, self.file_dragged),
        ):
            signal.connect(verb)
        return mouse

    def _point(self) -> None:
        """Says which pixel is under the pointer, and what is behind it, if either is another one."""
        at, pixel, behind, state = self.pointer.at, None, None, self._state
        if at is not None and state.is_true and not state.problem:
            at = at * self.devicePixelRatioF() + QPointF(MIDDLE, MIDDLE)
            pixel = self.viewport.pixel_at(at.x(), at.y())
            source = state.shown and state.shown.picture.source
            if pixel is not None and source and source.info.alpha is not None:
                behind = self._ground_at(at)
        if (pixel, behind) != (self._pixel, self._behind):
            self._pixel, self._behind = pixel, behind
            self.pointed_at.emit(pixel, behind)

    def hideEvent(self, _event: QHideEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ends a drag: a hidden widget gets no event when the button is released."""
        if self._mouse is not None:
            self._mouse.let_go()
            self._show_cursor()
        if self._rest.isActive():
            self._rest.stop()
            self._report_zoom()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Asks for a comfortable size."""
        return QSize(960, 540)


def _visible(state: ViewState) -> tuple[object, ...]:
    picture = None if state.shown is None else state.shown.picture
    frames = picture and (picture.display, picture.source)  # a new picture may have the same frames
    screen = state.shown and state.shown.screen
    said = state.shown is None, state.problem, state.problem_kind, state.notice
    return frames, screen, state.preferences.ground, state.is_true, state.number, state.name, said


def _described(state: ViewState) -> str:
    """Returns what a screen reader says of the picture: its number, and whether it is here."""
    if state.problem or state.number is None or state.sequence is None:
        return state.problem
    text, sequence = state.numbers.text, state.sequence
    frame = f"frame {text(state.number)} of {text(sequence.first)} to {text(sequence.last)}"
    return f"{frame}, {state.notice or ('here' if state.is_true else 'being read')}"


def _painted_as_it_is(shown: Shown, width: int) -> Frame | None:
    """Returns the frame that is painted so many pixels wide of a picture that needs no look."""
    display, source = shown.picture.display, shown.picture.source
    is_too_small = display is None or width > display.size.width
    return source if is_too_small and source is not None and is_for_screen(source) else display


def _around(outer: QRect, inner: QRect) -> list[QRect]:
    """Returns the parts of ``outer`` that ``inner`` leaves free."""
    if inner.isEmpty():
        return [outer]
    return [
        QRect(outer.left(), outer.top(), outer.width(), inner.top() - outer.top()),
        QRect(outer.left(), inner.bottom() + 1, outer.width(), outer.bottom() - inner.bottom()),
        QRect(outer.left(), inner.top(), inner.left() - outer.left(), inner.height()),
        QRect(inner.right() + 1, inner.top(), outer.right() - inner.right(), inner.height()),
    ]
