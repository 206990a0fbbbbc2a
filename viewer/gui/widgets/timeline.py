"""The timeline: the state of every frame, and the playhead, which can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPoint, QRect, QRectF, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt5.QtWidgets import QAbstractSlider, QSizePolicy, QToolButton, QWidget

from viewer.core.play.timebase import TimeDisplay
from viewer.core.spans import Span
from viewer.gui.theme import RADIUS, Colours, TextSize
from viewer.gui.widgets.keys import WHEEL_NOTCH, Notches, claims_key
from viewer.gui.widgets.labels import sized
from viewer.gui.widgets.timeline_geometry import (
    BAND,
    HEIGHT,
    MAP,
    MAP_TOP,
    MARGIN,
    RULER,
    TOP,
    Pointed,
    TimelineGeometry,
    TimelinePart,
    as_value,
    within,
)
from viewer.gui.widgets.timeline_overlay import TimelineOverlay, arrow_of, label_at, line_at, tab_of
from viewer.gui.widgets.timeline_painting import RISE, TimelinePictures
from viewer.gui.widgets.timeline_window import LEAST, TimelineWindow
from viewer.model.view_state import SequenceView, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.frame import Frame
    from viewer.gui.widgets.hover_picture import Thumbnail

LINE = 2
"""How high the line is that shows how far reading in advance has come."""
ZOOM_NOTCH = 0.8
"""What a notch of the wheel leaves of the frames that are shown."""
PAN_NOTCH = 0.1
"""The part of the frames shown that a notch of the wheel moves by."""
_ZOOM_KEYS: dict[int, float] = {
    Qt.Key.Key_Plus: ZOOM_NOTCH,
    Qt.Key.Key_Equal: ZOOM_NOTCH,
    Qt.Key.Key_Minus: 1 / ZOOM_NOTCH,
    Qt.Key.Key_0: 0.0,
}


class Timeline(QAbstractSlider):
    """A ruler, a band that shows where each frame is, and the playhead.

    States differ in height and pattern as well as in colour: decoded frames fill the band, files half of it, files on
    this disk are a thin line, frames being read a low striped one, frames that cannot be shown rise above it with a
    bright cap, missing numbers are hatched. The playhead carries its number. Bookmarks are diamonds above the bar, in
    and out points brackets that can be dragged by their part in the ruler. A thumbnail of the frame under the pointer
    stands on the picture. Zoomed, it shows a part of the sequence, and a minimap of all of it below; an arrow at its
    end leads to a playhead that is out of sight. To screen readers it is a slider whose value is the frame number.
    """

    scrubbed = pyqtSignal(object)
    """Pressed or dragged to this frame number, for which there may be no file; an ``int`` of Qt has only 32 bits."""
    scrub_ended = pyqtSignal()
    """The button was let go."""
    stepped = pyqtSignal(int)
    """The wheel was turned by so many frames; down is forward."""
    legend_wanted = pyqtSignal()
    """What its colours mean is asked for."""
    mark_in_dragged = pyqtSignal(object)
    """The in point was dragged to this frame number, which is never after the out point."""
    mark_out_dragged = pyqtSignal(object)
    """The out point was dragged to this frame number, which is never before the in point."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOrientation(Qt.Orientation.Horizontal)
        self._colours = colours
        self._state = ViewState()
        self._window: TimelineWindow | None = None
        self._geometry_kept: TimelineGeometry | None = None
        self._pictures: TimelinePictures | None = None
        self._held: TimelinePart | None = None
        self._held_by = 0.0
        self._dragged_to: int | None = None
        self._pointer: QPoint | None = None
        self._label_drawn = QRect()
        self._find_thumbnail: Callable[[int], tuple[int, Frame, str] | None] = lambda _number: None
        self._thumbnail: Thumbnail | None = None
        self._notches = Notches()
        self._filled: float | None = None
        self._help = QToolButton(self)
        self._help.setText("?")
        self._help.setFont(sized(self.font(), TextSize.SMALL))
        self._help.setProperty("quiet", True)
        self._help.setAccessibleName("What the colours mean")
        self._help.setToolTip("What the colours of the timeline mean (Shift+F1)")
        self._help.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._help.setGeometry(0, TOP + RULER, MARGIN, BAND)
        self._help.clicked.connect(self.legend_wanted)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("no frames")
        self.valueChanged.connect(self._go_to_value)

    # In

    def set_thumbnails(self, find: Callable[[int], tuple[int, Frame, str] | None]) -> None:
        """Sets the function that gives the thumbnail for a frame: its number, pixels that Qt paints, and its age."""
        self._find_thumbnail = find

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; paints only what changed."""
        before, self._state = self._state, state
        window, self._window = self._window, self._window_after(before)
        seen, seen_before = _seen(state), _seen(before)
        if window != self._window or seen != seen_before:
            self.update()
        else:
            if before.timeline is not state.timeline:
                self.update(0, TOP + RULER - RISE, self.width(), HEIGHT)
            if before.number != state.number:
                for number in (before.number, state.number):
                    if number is not None:
                        self._update_around(number)
        if window != self._window or seen != seen_before or before.number != state.number:
            self._describe()
        if (before.sequence is None) != (state.sequence is None):
            # By the keyboard only: a click must not take the arrows away from the frames.
            no_focus, tab_focus = Qt.FocusPolicy.NoFocus, Qt.FocusPolicy.TabFocus
            self.setFocusPolicy(no_focus if state.sequence is None else tab_focus)
        if self._pointer is not None:
            self._show_thumbnail()  # it may have come by now

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._colours = colours
        self._pictures = None
        self.update()
        if self._thumbnail is not None:
            self._thumbnail.set_colours(colours)

    def show_filled(self, part: float | None) -> None:
        """Shows how far reading in advance has come, from 0 to 1, as a line on the upper edge; None for no line."""
        if part != self._filled:
            self._filled = part
            self.update(0, 0, self.width(), LINE)

    def zoom_by(self, factor: float) -> None:
        """Shows ``factor`` times as many frames, about the playhead if it is in sight and the middle otherwise."""
        geometry, number = self._geometry(), self._state.number
        if geometry is not None:
            layout = geometry.layout
            in_sight = number is not None and layout.first <= number <= layout.last
            self._zoom(factor, layout.middle(number) if in_sight and number is not None else layout.width // 2)

    def reset_zoom(self) -> None:
        """Shows all frames again."""
        if self._window is not None:
            self._look_at(self._window.unzoomed())

    def number_at(self, at: QPoint) -> int | None:
        """Returns the number of the frame at a place on it, None without frames."""
        geometry = self._geometry()
        return None if geometry is None else self._pointed_at(geometry, at).number

    def place_of(self, number: int) -> QPoint:
        """Returns where a frame is on it, or the end that is nearer to that."""
        geometry = self._geometry()
        middle = 0 if geometry is None else round(geometry.middle(number))
        return QPoint(max(0, min(middle, self.width() - 1)), TOP + RULER)

    @property
    def shown(self) -> Span | None:
        """The frame numbers that it shows, None without a sequence."""
        return None if self._window is None else self._window.shown

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size Qt is to give it if it can."""
        return QSize(600, HEIGHT)

    def _window_after(self, before: ViewState) -> TimelineWindow | None:
        """Returns the frames to show after the change from the state before to the present one."""
        state, window = self._state, self._window
        if state.sequence is None or state.sequence.last < state.sequence.first:
            return None
        whole = Span(state.sequence.first, state.sequence.last)
        if window is None or before.sequence is None or not _is_same(before.sequence, state.sequence):
            window = TimelineWindow(whole, whole, LEAST * state.numbers.step)
        elif window.whole != whole:
            window = window.grown(whole)
        if state.number is None or state.number == before.number or self._held is TimelinePart.MINIMAP:
            return window
        if not state.playing:
            return window.following(state.number)
        if before.number is None or window.shown.first <= before.number <= window.shown.last:
            return window.following(state.number, -1 if state.playback.speed < 0 else 1)
        return window  # the user looks elsewhere while it plays

    def _look_at(self, window: TimelineWindow) -> None:
        if window != self._window:
            self._window = window
            self._describe()
            self.update()
            self._show_thumbnail()
            self._show_cursor()

    def _zoom(self, factor: float, x: int) -> None:
        geometry = self._geometry()
        if geometry is not None:
            self._look_at(geometry.window.zoomed(factor, x, geometry.layout.width))

    # The mouse

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes hold of the part under the pointer: the playhead, an in or out point, the frame of the minimap."""
        geometry = self._geometry()
        if event is None or event.button() != Qt.MouseButton.LeftButton or geometry is None:
            if event is not None:
                event.ignore()  # the window has uses for other buttons
            return
        arrow = arrow_of(geometry, self._state.number)
        if arrow is not None and arrow.contains(event.pos()) and self._state.number is not None:
            self._look_at(geometry.window.around(self._state.number))
            return
        part, number = self._pointed_at(geometry, event.pos())
        self._held, self._dragged_to = part, None
        if part in {TimelinePart.MARK_IN, TimelinePart.MARK_OUT}:
            self._held_by, self._dragged_to = geometry.edge(part, number) - event.pos().x(), number
        elif part is TimelinePart.MINIMAP:
            left, right = geometry.map_frame()
            if not left <= event.pos().x() < right:
                self._look_at(geometry.window.around(number))
            self._held_by = (self._geometry() or geometry).map_frame()[0] - event.pos().x()
        else:
            self._held = TimelinePart.FRAME
            self._scrub(number)
        self._show_cursor()
        self._show_thumbnail()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shows all frames again, on the ruler and the minimap; elsewhere it is one more press."""
        geometry = self._geometry()
        if event is not None and event.button() == Qt.MouseButton.LeftButton and geometry is not None:
            part, y = self._pointed_at(geometry, event.pos()).part, event.pos().y()
            on_ruler = part is TimelinePart.FRAME and TOP <= y < TOP + RULER
            if geometry.window.is_zoomed and (on_ruler or part is TimelinePart.MINIMAP):
                self.reset_zoom()
                return
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Drags the part that is held, or points at the one under the pointer."""
        if event is None:
            return
        geometry, x = self._geometry(), event.pos().x()
        if geometry is not None and self._held is TimelinePart.FRAME:
            number = geometry.bookmark_near(x, event.pos().y(), self._state.bookmarks)
            self._scrub(self._nearest(geometry.number_at(x)) if number is None else number)
        elif geometry is not None and self._held is TimelinePart.MINIMAP:
            self._look_at(geometry.window_at(x + self._held_by))
        elif geometry is not None and self._held is not None:
            self._drag_mark(geometry, self._held, geometry.boundary_at(x + self._held_by))
        self._point(event.pos())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ends a drag."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._let_go()

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Takes the hover line away."""
        self._point(None)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Ends a drag: a hidden widget gets no event when the button is released."""
        self._let_go()
        self._point(None)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Steps one frame a notch, zooms with Ctrl, pans with Shift or sideways; fine wheels add up to notches."""
        if event is None:
            return
        event.accept()
        geometry, turned, keys = self._geometry(), event.angleDelta(), event.modifiers()
        if geometry is None:
            return
        window = geometry.window
        sideways = abs(turned.x()) > abs(turned.y())
        delta = -(turned.x() if sideways else turned.y())
        if keys & Qt.KeyboardModifier.ControlModifier:
            quarters = self._notches.add("zoom", delta, WHEEL_NOTCH / 4)
            if quarters:
                self._zoom(ZOOM_NOTCH ** (-quarters / 4), geometry.to_device(event.position().x()))
        elif window.is_zoomed and (sideways or keys & Qt.KeyboardModifier.ShiftModifier):
            frames = self._notches.add("pan", delta, WHEEL_NOTCH / (PAN_NOTCH * window.count))
            self._look_at(window.panned(frames))
        elif steps := self._notches.add("step", delta):
            self.stepped.emit(steps)

    def _scrub(self, number: int) -> None:
        if number != self._dragged_to:
            self._dragged_to = number
            self.scrubbed.emit(number)

    def _drag_mark(self, geometry: TimelineGeometry, part: TimelinePart, boundary: int) -> None:
        """Moves an in or out point to the frame that begins or ends at a boundary, or as near as the other allows."""
        state, layout = self._state, geometry.layout
        if part is TimelinePart.MARK_IN:
            number = min(boundary, layout.last if state.mark_out is None else min(layout.last, state.mark_out))
        else:
            number = max(boundary - 1, layout.first if state.mark_in is None else max(layout.first, state.mark_in))
        if number != self._dragged_to:
            self._dragged_to = number
            (self.mark_in_dragged if part is TimelinePart.MARK_IN else self.mark_out_dragged).emit(number)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        self._show_cursor()
        self._show_thumbnail()
        if held is TimelinePart.FRAME:
            self.scrub_ended.emit()
        elif held is not None:
            self.update()

    # The keys

    def event(self, event: QEvent | None) -> bool:
        """Keeps its own keys from the shortcuts of the window while it has the focus."""
        return claims_key(event, lambda key: _zoom_of(key) is not None) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Zooms with +, - and 0; all other keys are the window's."""
        factor = None if event is None else _zoom_of(event)
        if factor:
            self.zoom_by(factor)
        elif factor is not None:
            self.reset_zoom()
        elif event is not None:
            event.ignore()

    # What is under the pointer

    def _point(self, at: QPoint | None) -> None:
        if at == self._pointer:
            return
        self._pointer = None if at is None else QPoint(at)
        self.update(self._label_drawn)
        geometry, pointed = self._geometry(), self._pointed()
        if geometry is not None and pointed is not None:
            tab = tab_of(geometry, self._state.number, _number_text(self._state))
            self.update(_hovered(geometry, pointed, label_at(geometry, pointed, self._words(pointed), tab)))
        self._show_cursor()
        self._show_thumbnail()

    def _pointed(self) -> Pointed | None:
        """Returns the part under the pointer, or held by it."""
        geometry, at, held = self._geometry(), self._pointer, self._held
        if geometry is None or at is None:
            return None
        if held in {TimelinePart.MARK_IN, TimelinePart.MARK_OUT} and self._dragged_to is not None:
            return Pointed(held, self._dragged_to)
        if held is TimelinePart.FRAME:
            number = geometry.bookmark_near(at.x(), at.y(), self._state.bookmarks)
            return Pointed(TimelinePart.FRAME, self._nearest(geometry.number_at(at.x())) if number is None else number)
        pointed = self._pointed_at(geometry, at)
        return pointed if held is None else Pointed(held, pointed.number)

    def _pointed_at(self, geometry: TimelineGeometry, at: QPoint) -> Pointed:
        state = self._state
        part, number = geometry.pointed_at(at.x(), at.y(), (state.mark_in, state.mark_out), state.bookmarks)
        return Pointed(part, self._nearest(number) if part is TimelinePart.FRAME else number)

    def _nearest(self, number: int) -> int:
        """Returns where a press at a number leads: of counts to any, of times and decimals to those of files."""
        return self._state.numbers.nearest(number)

    def _note(self, number: int) -> str | None:
        """Returns the note of the bookmark at a frame, None without one."""
        found = within(self._state.bookmarks, number, number)
        return " ".join(found[0].note.split()) if found else None

    def _words(self, pointed: Pointed) -> str:
        """Returns the caption of the part that is pointed at."""
        part, number = pointed
        display, words = self._state.show_time, self._state.numbers.text(number)
        if part in {TimelinePart.MARK_IN, TimelinePart.MARK_OUT}:
            words = f"{'in' if part is TimelinePart.MARK_IN else 'out'} {words}"
        if display is not TimeDisplay.FRAMES:
            words = f"{words} · {self._state.time_base.text(number, display)}"
        note = self._note(number)
        return f"{words} · {note}" if note else words

    def _show_cursor(self) -> None:
        pointed = self._pointed()
        if pointed is None or pointed.part is TimelinePart.FRAME:
            self.unsetCursor()
        elif pointed.part is TimelinePart.MINIMAP:
            held = self._held is TimelinePart.MINIMAP
            self.setCursor(Qt.CursorShape.ClosedHandCursor if held else Qt.CursorShape.OpenHandCursor)
        else:
            is_bookmark = pointed.part is TimelinePart.BOOKMARK
            self.setCursor(Qt.CursorShape.PointingHandCursor if is_bookmark else Qt.CursorShape.SizeHorCursor)

    def _show_thumbnail(self) -> None:
        """Shows the thumbnail of the frame under the pointer on the picture; none while a button is down.

        It would show another frame than the picture then, which follows the pointer itself.
        """
        geometry, pointed = self._geometry(), self._pointed()
        found = None
        if self._held is None and pointed is not None and pointed.part is not TimelinePart.MINIMAP:
            found = self._find_thumbnail(pointed.number)
        if geometry is None or pointed is None or found is None:
            if self._has_thumbnail and self._thumbnail is not None:
                self._thumbnail.put_away()
                self.update()
            return
        if self._thumbnail is None:
            from viewer.gui.widgets.hover_picture import Thumbnail  # noqa: PLC0415 - not for the first picture

            self._thumbnail = Thumbnail(self._colours, self.window() or self)
        if not self._has_thumbnail:
            self.update()  # the number stands below the thumbnail then, not on the bar
        window = self.window() or self
        middle = self.mapTo(window, QPoint(round(geometry.middle(pointed.number)), 0)).x()
        foot = self.parentWidget() or self  # it holds the transport too
        bottom = (foot if foot is not window else self).mapTo(window, QPoint()).y()
        of, frame, age = found
        number, *notes = self._words(pointed).split(" · ", 1)
        notes += filter(None, ["" if of == pointed.number else f"showing {self._state.numbers.text(of)}", age])
        self._thumbnail.show_frame(frame, number, notes, middle, bottom)

    @property
    def _has_thumbnail(self) -> bool:
        return self._thumbnail is not None and not self._thumbnail.isHidden()

    def _describe(self) -> None:
        """Describes the timeline in words; Qt passes a change on to screen readers."""
        state, sequence, number = self._state, self._state.sequence, self._state.number
        blocker = QSignalBlocker(self)  # only a screen reader's change is one to be followed
        if sequence is None or number is None or self._window is None:
            self.setRange(0, 0)
            self.setAccessibleDescription("no frames")
            return
        self.setRange(*map(as_value, (sequence.first, sequence.last)))
        self.setValue(as_value(number))
        blocker.unblock()
        display, note, text = state.show_time, self._note(number), state.numbers.text
        time = "" if display is TimeDisplay.FRAMES else f" ({state.time_base.text(number, display)})"
        facts = [f"frame {text(number)}{time} of {text(sequence.first)} to {text(sequence.last)}"]
        if self._window.is_zoomed:
            facts.append(f"showing {text(self._window.shown.first)} to {text(self._window.shown.last)}")
        if state.mark_in is not None:
            facts.append(f"in {text(state.mark_in)}")
        if state.mark_out is not None:
            facts.append(f"out {text(state.mark_out)}")
        if note is not None:
            facts.append(f"bookmark: {note}" if note else "bookmark")
        self.setAccessibleDescription(", ".join(facts))

    def _go_to_value(self, value: int) -> None:
        self.scrubbed.emit(self._nearest(value))  # by a screen reader
        self.scrub_ended.emit()

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:  # noqa: N802 - Qt's name
        """Paints nothing: what a step changes is known better."""

    # Painting

    def _geometry(self) -> TimelineGeometry | None:
        """Returns the positions of all parts, None without frames."""
        if self._window is None:
            return None
        ratio = self.devicePixelRatioF()
        kept = self._geometry_kept
        if kept is None or (kept.window, kept.width, kept.ratio) != (self._window, self.width(), ratio):
            self._geometry_kept = kept = TimelineGeometry(self._window, self.width(), ratio)
        return kept

    def _update_around(self, number: int) -> None:
        geometry = self._geometry()
        if geometry is not None:
            is_zoomed = geometry.window.is_zoomed
            bottom = MAP_TOP if is_zoomed else HEIGHT
            self.update(int(geometry.middle(number)) - 3, TOP + RULER, 6, bottom - TOP - RULER)
            # The labels of the ruler that the tab reaches into come and go whole.
            place = tab_of(geometry, number, self._state.numbers.text(number))
            if place is None:
                self.update(arrow_of(geometry, number) or QRect())
                return
            tab = place.toAlignedRect()
            begin, end = ((x - MARGIN) * geometry.ratio for x in (tab.left(), tab.right() + 1))
            labels = () if self._pictures is None else self._pictures.labels
            reached = [label for label in labels if label[0] < end and begin < label[1]]
            left = min((tab.left(), *(int(geometry.from_device(label[0])) for label in reached)))
            right = max((tab.right(), *(int(geometry.from_device(label[1])) for label in reached)))
            self.update(left - 1, TOP - 1, right - left + 3, RULER + 1)
            if is_zoomed:
                self.update(int(geometry.map_middle(number)) - 3, MAP_TOP, 6, HEIGHT - MAP_TOP)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the parts from their pictures, and the moving ones on top of them."""
        if event is None:
            return
        colours, geometry = self._colours, self._geometry()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(colours.panel))
        height = RULER + BAND if geometry is None else geometry.bar_height
        bar = QRect(MARGIN, TOP, max(1, self.width() - 2 * MARGIN), height)
        painter.fillRect(bar, QColor(colours.well))
        if geometry is not None:
            self._paint_pictures(painter, geometry)
        painter.setPen(QColor(colours.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar.adjusted(0, 0, -1, -1))
        self._label_drawn = QRect()
        if self._filled is not None:
            painter.fillRect(MARGIN, 0, bar.width(), LINE, QColor(colours.line))
            painter.fillRect(QRectF(MARGIN, 0, bar.width() * self._filled, LINE), QColor(colours.accent))
        if geometry is not None:
            self._paint_overlay(TimelineOverlay(painter, colours, geometry), geometry)
            self._paint_bookmarks(painter, geometry)
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    def _paint_overlay(self, overlay: TimelineOverlay, geometry: TimelineGeometry) -> None:
        state, pointed = self._state, self._pointed()
        text = _number_text(state)
        arrow, tab = arrow_of(geometry, state.number), tab_of(geometry, state.number, text)
        brackets = geometry.brackets(state.mark_in, state.mark_out)
        covered = [QRectF(left, TOP, width, RULER) for left, width in brackets]
        labels = () if self._pictures is None else self._pictures.labels
        overlay.clear_labels(labels, [*covered, tab] if tab is not None else covered)
        overlay.paint_marks(state.mark_in, state.mark_out, pointed)
        if state.number is not None and tab is not None:
            overlay.paint_playhead(state.number, tab, text, self._made_pictures(geometry.ratio).tab(tab))
        elif arrow is not None:
            overlay.paint_arrow(arrow)
        if pointed is not None and pointed.part is not TimelinePart.MINIMAP:
            words = self._words(pointed)
            label = label_at(geometry, pointed, words, tab)
            overlay.paint_line(pointed)
            self._label_drawn = _hovered(geometry, pointed, label)
            if not self._has_thumbnail and not (tab is not None and words == text):
                overlay.paint_label(label, words)
        if geometry.window.is_zoomed:
            overlay.paint_window(state.number)

    def _paint_pictures(self, painter: QPainter, geometry: TimelineGeometry) -> None:
        state, ratio = self._state, geometry.ratio
        gaps = () if state.sequence is None else state.sequence.gaps
        pictures, layout = self._made_pictures(ratio), geometry.layout
        left, top, middle = (round(each * ratio) for each in (MARGIN, TOP, TOP + RULER))
        bottom = round((TOP + geometry.bar_height) * ratio) - pictures.scaled(1)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)  # pixels of the screen
        ruler = pictures.ruler(layout, middle - top, state.time_base, state.show_time, state.numbers)
        painter.drawPixmap(left, top, ruler)
        band = pictures.band(layout, bottom - middle, state.timeline, gaps)
        painter.drawPixmap(left, middle - pictures.scaled(RISE), band)
        if geometry.window.is_zoomed:
            top, bottom = round(MAP_TOP * ratio), round((MAP_TOP + MAP) * ratio)
            minimap = pictures.minimap(geometry.minimap, bottom - top, state.timeline, gaps)
            painter.drawPixmap(left, top, minimap)
        painter.restore()

    def _paint_bookmarks(self, painter: QPainter, geometry: TimelineGeometry) -> None:
        bookmarks = within(self._state.bookmarks, geometry.layout.first, geometry.layout.last)
        if bookmarks:
            pictures = self._made_pictures(geometry.ratio)
            painter.save()
            painter.scale(1 / geometry.ratio, 1 / geometry.ratio)
            margin, height = round(MARGIN * geometry.ratio), pictures.scaled(TOP + 1)
            painter.drawPixmap(0, 0, pictures.bookmarks(geometry.layout, height, margin, bookmarks))
            painter.restore()

    def _made_pictures(self, ratio: float) -> TimelinePictures:
        if self._pictures is None or self._pictures.ratio != ratio:
            self._pictures = TimelinePictures(self._colours, ratio)
        return self._pictures


def _hovered(geometry: TimelineGeometry, pointed: Pointed, label: QRectF) -> QRect:
    """Returns the rectangle of the line and the label at the frame under the pointer."""
    return line_at(geometry, pointed).united(label).toAlignedRect()


def _number_text(state: ViewState) -> str:
    return "" if state.number is None else state.numbers.text(state.number)


def _seen(state: ViewState) -> tuple[object, ...]:
    """Returns all that the timeline shows besides the playhead and the states."""
    display = state.show_time
    return state.sequence, state.mark_in, state.mark_out, state.bookmarks, state.time_base, display


def _is_same(before: SequenceView, after: SequenceView) -> bool:
    """Returns whether it is one sequence, which may have grown; only the range in its label may differ."""
    return len({(each.folder, each.position, each.label.partition("[")[0]) for each in (before, after)}) == 1


def _zoom_of(event: QKeyEvent) -> float | None:
    """Returns how many times as many frames a key is to show, 0 for all, None for another key."""
    others = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    if event.modifiers() & others:
        return None
    return _ZOOM_KEYS.get(event.key())
