"""What the mouse, the wheel, a touchpad and fingers on the screen do on the picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QMouseEvent,
    QNativeGestureEvent,
    QStyleHints,
    QTouchEvent,
    QWheelEvent,
)
from PyQt5.QtWidgets import QApplication, QWidget

from viewer.gui.widgets.keys import WHEEL_NOTCH, Notches
from viewer.gui.widgets.viewport import ZOOM_STEP
from viewer.model.preferences import Wheel

if TYPE_CHECKING:
    from viewer.model.view_state import ViewState

FRAME_DRAG = 4
"""So many pixels of a drag with Alt are a frame; fewer where the whole sequence would not go across the canvas."""
MANY = 10
"""So many frames are a notch of the wheel with Shift."""
_CONTROL, _SHIFT, _ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
_MOVES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseMove})


class CanvasMouse(QObject):
    """Makes of events of the canvas what is to be done; places and lengths are pixels of Qt.

    A drag pans a picture that is zoomed, and takes the file of one that is fitted; with Alt it scrubs. Fingers pan and
    pinch. Two fingers on a touchpad pan a zoomed picture where the system says that it is fingers; elsewhere, as on
    X11, where wheels have a ``pixelDelta`` too, they are a wheel.
    """

    panned = pyqtSignal(QPointF)
    """The picture is to move by so much."""
    scaled = pyqtSignal(float, QPointF)
    """The picture is to be so many times as large, and what lies at a place is to stay there."""
    stepped = pyqtSignal(int)
    """The wheel was turned by so many frames; down is forward."""
    scrubbed_by = pyqtSignal(object)
    """Dragged with Alt so many frame numbers on from where the drag began; negative goes back."""
    scrub_ended = pyqtSignal()
    """The button was let go after such a drag."""
    double_clicked = pyqtSignal()
    """Clicked, or tapped, twice."""
    file_dragged = pyqtSignal()
    """A fitted picture was taken hold of and dragged."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._pan_from: QPoint | None = None
        self._scrub_from: int | None = None
        self._scrubbed_by: int | None = None
        self._file_from: QPoint | None = None
        self._has_alt = False
        self._pans = False
        self._notches = Notches()
        self._fingers = Fingers(self)

    @property
    def is_held(self) -> bool:
        """Whether the picture is being moved by hand."""
        return self._pan_from is not None or self._fingers.are_down

    def cursor(self, *, fits: bool) -> Qt.CursorShape:
        """Returns what the pointer looks like, over a picture that is fitted or not."""
        if self._scrub_from is not None or self._has_alt:
            return Qt.CursorShape.SizeHorCursor
        if fits:
            return Qt.CursorShape.ArrowCursor
        return Qt.CursorShape.OpenHandCursor if self._pan_from is None else Qt.CursorShape.ClosedHandCursor

    def takes(self, event: QEvent, state: ViewState, *, fits: bool) -> bool:
        """Carries out an event over a picture that is fitted or not; returns whether it is one for the canvas."""
        if isinstance(event, QWheelEvent):
            self._wheel(event, state, fits=fits)
        elif isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        elif isinstance(event, QTouchEvent):
            places = [(each.lastPos(), each.pos()) for each in event.touchPoints()]
            self._fingers.follow(event.type(), places, event.timestamp())
        elif isinstance(event, QMouseEvent):
            return self._mouse(event, state, fits=fits)
        return True

    def let_go(self) -> None:
        """Ends a drag."""
        was_scrubbed = self._scrubbed_by is not None
        self._pan_from = self._scrub_from = self._scrubbed_by = self._file_from = None
        self._fingers.lift()
        if was_scrubbed:
            self.scrub_ended.emit()

    def _mouse(self, event: QMouseEvent, state: ViewState, *, fits: bool) -> bool:
        kind, button = event.type(), event.button()
        self._has_alt = kind in _MOVES and bool(event.modifiers() & _ALT)
        if kind == QEvent.Type.MouseMove:
            self._move(event.pos(), state)
        elif kind == QEvent.Type.MouseButtonRelease:
            self.let_go()
        elif button == Qt.MouseButton.LeftButton and self._has_alt:
            self._scrub_from, self._scrubbed_by = event.pos().x(), None
        elif button == Qt.MouseButton.LeftButton and kind == QEvent.Type.MouseButtonDblClick:
            self.double_clicked.emit()
        elif button == Qt.MouseButton.LeftButton and fits:
            self._file_from = event.pos()
        elif button in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._pan_from = event.pos()
        else:
            return False
        return True

    def _move(self, at: QPoint, state: ViewState) -> None:
        if self._scrub_from is not None:
            self._scrub(at.x() - self._scrub_from, state)
        elif self._pan_from is not None:
            moved, self._pan_from = at - self._pan_from, at
            self.panned.emit(QPointF(moved))
        elif self._file_from is not None and _is_far(at - self._file_from):
            self._file_from = None
            self.file_dragged.emit()

    def _scrub(self, dragged: int, state: ViewState) -> None:
        if (sequence := state.sequence) is None:
            return
        width = max(1, self._canvas.width() - 1)
        across = max(width / FRAME_DRAG, sequence.last - sequence.first)
        by = int(dragged * across / width)
        if by != (self._scrubbed_by or 0):
            self._scrubbed_by = by
            self.scrubbed_by.emit(by)

    def _wheel(self, event: QWheelEvent, state: ViewState, *, fits: bool) -> None:
        keys, turned, phase = event.modifiers(), event.angleDelta(), event.phase()
        if phase in {Qt.ScrollPhase.NoScrollPhase, Qt.ScrollPhase.ScrollBegin}:
            self._pans = not fits  # to the end of this turn of the fingers
        by_fingers = event.source() == Qt.MouseEventSource.MouseEventSynthesizedBySystem
        if by_fingers and self._pans and not keys & (_CONTROL | _SHIFT) and not event.pixelDelta().isNull():
            self.panned.emit(QPointF(event.pixelDelta()))
            return
        delta = turned.y() or (turned.x() if keys & _SHIFT else 0)  # with Shift some systems turn it sideways
        if not delta or phase == Qt.ScrollPhase.ScrollMomentum:
            return
        zooms = (state.preferences.wheel is Wheel.ZOOM) != bool(keys & _CONTROL)
        if zooms and not keys & _SHIFT:
            self.scaled.emit(ZOOM_STEP ** (delta / WHEEL_NOTCH), event.position())
        elif steps := self._notches.add("step", -delta):
            self.stepped.emit(steps * (MANY if keys & _SHIFT else 1))

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        is_pinch = event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        if is_pinch:
            self.scaled.emit(max(0.1, 1 + event.value()), event.localPos())
        return is_pinch


class Fingers:
    """The fingers on the screen: one pans, two pinch, two taps are a double click, a long one is for the menu."""

    def __init__(self, mouse: CanvasMouse) -> None:
        self._mouse = mouse
        self._begin: QPointF | None = None
        self._is_tap = False
        self._tapped_at: int | None = None
        self._long = QTimer(mouse)
        self._long.setSingleShot(True)
        self._long.timeout.connect(self._ask_for_menu)

    @property
    def are_down(self) -> bool:
        """Whether a finger is on the picture."""
        return self._begin is not None

    def follow(self, kind: QEvent.Type, fingers: list[tuple[QPointF, QPointF]], at: int) -> None:
        """Takes an event of touch: where each finger was and is now, and when that was, in milliseconds."""
        if kind == QEvent.Type.TouchBegin:
            self._begin, self._is_tap = fingers[0][1], True
            self._long.start(hold_interval())
        elif kind == QEvent.Type.TouchUpdate and self._begin is not None:
            if len(fingers) > 1 or _is_far((fingers[0][1] - self._begin).toPoint()):
                self._is_tap = False
                self._long.stop()
            if not self._is_tap:
                self._move(fingers[:2])
        else:
            if kind == QEvent.Type.TouchEnd and self._is_tap:
                self._tap(at)
            self.lift()

    def lift(self) -> None:
        """Forgets the fingers."""
        self._begin, self._is_tap = None, False
        self._long.stop()

    def _move(self, fingers: list[tuple[QPointF, QPointF]]) -> None:
        (before, now), count = zip(*fingers, strict=True), len(fingers)
        middle = sum(now, QPointF()) / count
        self._mouse.panned.emit(middle - sum(before, QPointF()) / count)
        if count > 1 and (apart := _distance(*before)):
            self._mouse.scaled.emit(max(0.1, _distance(*now) / apart), middle)

    def _tap(self, at: int) -> None:
        """Takes a tap at so many milliseconds."""
        before, self._tapped_at = self._tapped_at, at
        if before is not None and at - before < _hints().mouseDoubleClickInterval():
            self._tapped_at = None
            self._mouse.double_clicked.emit()

    def _ask_for_menu(self) -> None:
        canvas, place = self._mouse.parent(), self._begin
        self.lift()
        if place is not None and isinstance(canvas, QWidget):
            at = place.toPoint()
            asked = QContextMenuEvent(QContextMenuEvent.Reason.Other, at, canvas.mapToGlobal(at))
            QApplication.postEvent(canvas, asked)


def hold_interval() -> int:
    """Returns the milliseconds after which a touch is a long one."""
    return _hints().mousePressAndHoldInterval()


def _hints() -> QStyleHints:
    hints = QGuiApplication.styleHints()
    assert hints is not None  # noqa: S101 - every application has them
    return hints


def _is_far(moved: QPoint) -> bool:
    """Returns whether the pointer has moved so far that it is a drag."""
    return moved.manhattanLength() >= QApplication.startDragDistance()


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
