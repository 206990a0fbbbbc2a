"""The transport: buttons to move and play, where the playhead is, how fast it plays, and what follows the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPoint, QRegularExpression, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFont, QKeyEvent, QRegularExpressionValidator
from PyQt5.QtWidgets import QAction, QHBoxLayout, QLabel, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from viewer.core.play.playhead import Repeat
from viewer.core.play.timebase import STANDARD_RATES, TimeDisplay
from viewer.gui.theme import digits, mixed
from viewer.gui.widgets.icons import icon
from viewer.model.commands import COMMANDS
from viewer.model.preferences import PlayPolicy, rows
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QFocusEvent, QIcon, QMouseEvent, QResizeEvent

    from viewer.gui.theme import Colours

HEIGHT = 40
PART_HEIGHT = 26
GAP = 8
"""Pixels between the parts."""
LEFT, RIGHT = 9, 14
"""Pixels beside the row."""
BUTTON = QSize(32, 28)
BUTTON_GAP = 2
BUTTONS = ("first_frame", "previous_frame", "play_backwards", "play", "next_frame", "last_frame")
"""The commands that have a button, from left to right."""
THOUSAND = 1000
SLOW = 0.95
"""The part of the rate aimed at below which the measured one stands out."""
_TEXTS = {command.name: command.text for command in COMMANDS}
_KEYS = {command.name: command.keys for command in COMMANDS}
_ROWS = dict(rows())
_RATE = _ROWS["rate"]
_RATE_TIP = f"Frames a second, from {_RATE.minimum:g} to {_RATE.maximum:g}."
_POLICIES = {PlayPolicy.EVERY_FRAME: ("Every frame", "Every"), PlayPolicy.REAL_TIME: ("Real time", "Real")}
"""What the chip says, where there is room and where there is little."""
_REPEATS = {Repeat.ONCE: "Once", Repeat.LOOP: "Loop", Repeat.PING_PONG: "Ping-pong"}
_REPEAT_ICONS = {Repeat.ONCE: "once", Repeat.LOOP: "loop", Repeat.PING_PONG: "ping_pong"}


class Transport(QWidget):
    """A row of controls. No button takes the focus, so that arrows and space always move and play.

    Each figure that changes while it plays has a place of its own, so that nothing moves. Where the row is too short
    for all, the least important parts give way; their tool tips or the timeline tell the same.
    """

    triggered = pyqtSignal(str)
    """A button or a chip was pressed: the name of its command."""
    entered = pyqtSignal(str)
    """A frame was typed: "131", "+20", "-20", "50%", "12.5s", "01:00:04:12"; it may be only half of one."""
    rate_changed = pyqtSignal(float)
    """A rate was typed or chosen, within its limits."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewState()
        self._colours = colours
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Transport")
        self._buttons = {name: self._button(name) for name in BUTTONS}
        self._number = _FrameField()
        self._number.setAccessibleName("Frame number")
        self._number.setToolTip(_tip("go_to_frame", "Frame: 131, +20, -20, 50%, 12.5s or 01:00:04:12"))
        self._number.committed.connect(self.entered)
        self._number.stretched.connect(self._fit)
        self._range = _Label("Range of frames")
        self._time = self._chip("show_time")
        self._time.setFont(digits(13))
        self._marks = _Label("In and out points")
        self._dropped = _Label("Dropped frames", right=True)
        self._speed = _Label("Speed", role="bright", right=True)
        self._speed.keep_room_for("◀ ×16")  # noqa: RUF001 - "times"
        self._measured = _Label("Frames seen per second", right=True)
        self._measured.keep_room_for("240.0 /", "88.8 / 8888")
        self._rate = _RateField()
        self._rate.setAccessibleName("Frames per second")
        self._rate.committed.connect(self._take_rate)
        self._policy = self._chip("real_time")
        self._policy.keep_room_for(*_POLICIES.values())
        self._repeat = self._chip("repeat", has_icon=True)
        self._repeat.keep_room_for(*((text, "") for text in _REPEATS.values()))
        self._parts = (
            *(self._range, self._time, self._marks),
            *(self._dropped, self._speed, self._measured, self._policy, self._repeat),
        )
        # Which part gives way next; chips do so twice, as they are shortened first.
        self._giving_way = (
            *(self._marks, self._repeat, self._range, self._policy, self._time),
            *(self._dropped, self._policy, self._speed, self._measured, self._repeat),
        )
        self._lay_out()
        self.set_colours(colours)
        self._show_sequence()
        self._show_number()
        self._show_playback()
        self._show_preferences()
        self._fit()

    # In

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; touches only what changed."""
        before, self._state = self._state, state
        measure = (state.time_base, state.preferences.show_time)
        has_new_measure = (before.time_base, before.preferences.show_time) != measure
        has_new_sequence = before.sequence != state.sequence
        has_new_marks = (before.mark_in, before.mark_out) != (state.mark_in, state.mark_out)
        if has_new_sequence:
            self._show_sequence()
        if has_new_sequence or has_new_measure:
            self._keep_room_for_time()
        if has_new_sequence or has_new_measure or before.number != state.number:
            self._show_number()
        if has_new_marks:
            self._show_marks()
        if (before.playing, before.playback) != (state.playing, state.playback):
            self._show_playback()
        if before.preferences is not state.preferences:
            self._show_preferences()
        if has_new_sequence or has_new_measure or has_new_marks:
            self._fit()

    def set_colours(self, colours: Colours) -> None:
        """Draws the icons with other colours."""
        self._colours = colours
        for name in BUTTONS:
            self._draw(name)
        self._draw_repeat()
        self._rate.set_icon(icon("drop_down", colours.dim, colours.dim))

    def edit_number(self) -> None:
        """Gives the focus to the frame number, all of it selected."""
        self._number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size it can be used at: the buttons, the frame number and the rate."""
        return QSize(self._least_width(), HEIGHT)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Asks for no more: it takes what is left, and shows what fits."""
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shows what fits."""
        super().resizeEvent(event)
        self._fit()

    # Building

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(BUTTON)
        button.setCheckable(name in {"play", "play_backwards"})
        button.setAccessibleName(_text(name))
        button.setToolTip(_tip(name))
        button.clicked.connect(lambda: self._press(name))
        return button

    def _chip(self, name: str, *, has_icon: bool = False) -> _Chip:
        chip = _Chip(has_icon=has_icon)
        chip.clicked.connect(lambda: self.triggered.emit(name))
        return chip

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(LEFT, 4, RIGHT, 2)
        row.setSpacing(GAP)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        buttons = QHBoxLayout()
        buttons.setSpacing(BUTTON_GAP)
        for button in self._buttons.values():
            buttons.addWidget(button)
        row.addLayout(buttons)
        for part in (self._number, self._range, self._time, self._marks):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self._dropped, self._speed, self._measured, self._rate, self._policy, self._repeat):
            row.addWidget(part)

    def _least_width(self) -> int:
        buttons = len(BUTTONS) * (BUTTON.width() + BUTTON_GAP) - BUTTON_GAP
        return LEFT + buttons + GAP + self._number.width() + GAP + self._rate.width() + RIGHT

    def _fit(self) -> None:
        """Lets the least important parts give way, one after the other, until the row holds what is left."""
        ways = dict.fromkeys(self._parts, 0)
        for part in self._giving_way:
            widths = (each.widths[way] for each, way in ways.items())
            if self._least_width() + sum(GAP + width for width in widths if width) <= self.width():
                break
            ways[part] = min(ways[part] + 1, len(part.widths) - 1)
        for part, way in ways.items():
            part.give_way(way)
        self._row.activate()  # now, not after one more picture of the old row

    # Showing

    def _press(self, name: str) -> None:
        self._light()  # the model says what plays, not the button
        self.triggered.emit(name)

    def _light(self) -> None:
        """Lights the button of what plays, or is going to."""
        state = self._state
        backwards = state.playing and state.playback.speed < 0
        self._buttons["play"].setChecked(not backwards and (state.playing or state.playback.waits_for_fill))
        self._buttons["play_backwards"].setChecked(backwards)

    def _draw(self, name: str) -> None:
        colours = self._colours
        faint = mixed(colours.text, colours.panel, 0.35).name()
        stops = name == "play" and self._state.playing
        colour = colours.accent if name == "play" or self._buttons[name].isChecked() else colours.text
        self._buttons[name].setIcon(icon("stop" if stops else name, colour, faint))

    def _draw_repeat(self) -> None:
        colours = self._colours
        self._repeat.setIcon(icon(_REPEAT_ICONS[self._state.preferences.repeat], colours.dim, colours.dim))

    def _show_sequence(self) -> None:
        sequence = self._state.sequence
        for button in self._buttons.values():
            button.setEnabled(sequence is not None)
        self._number.setEnabled(sequence is not None)
        if sequence is None:
            self._range.keep_room_for("")
            self._range.say("")
            self._range.setToolTip("")
            self._number.fit("00000")
            return
        self._number.fit(*(str(number) for number in (sequence.first, sequence.last, 1000)))
        text = f"of {sequence.first}–{sequence.last}"  # noqa: RUF001 - an en dash means "to"
        self._range.keep_room_for(text)
        self._range.say(text)
        missing = sequence.last - sequence.first + 1 - sequence.count
        frames = "1 frame" if sequence.count == 1 else f"{sequence.count:,} frames"
        self._range.setToolTip(f"{frames}, {missing:,} missing" if missing else frames)

    def _keep_room_for_time(self) -> None:
        sequence, display = self._state.sequence, self._state.preferences.show_time
        if sequence is None or display is TimeDisplay.FRAMES:
            self._time.keep_room_for()
            return
        text = self._state.time_base.text
        self._time.keep_room_for(*((text(number, display), "") for number in (sequence.first, sequence.last)))
        kind = dict(_ROWS["show_time"].choices)[display]
        self._time.setAccessibleName(kind)
        self._time.setToolTip(_tip("show_time", f"{kind}. A click shows it in another way."))

    def _show_number(self) -> None:
        number, display = self._state.number, self._state.preferences.show_time
        self._number.show_text("" if number is None else str(number))
        told = number is not None and display is not TimeDisplay.FRAMES
        self._time.say(self._state.time_base.text(number, display) if number is not None and told else "")

    def _show_playback(self) -> None:
        playing, playback = self._state.playing, self._state.playback
        self._light()
        self._draw("play")
        self._draw("play_backwards")
        play = self._buttons["play"]
        play.setAccessibleName("Stop" if playing else _text("play"))
        waits = "Waits until reading in advance has come to its end, then plays" if playback.waits_for_fill else ""
        play.setToolTip(_tip("play", "Stop" if playing else waits))
        self._rate.show_text(_rate_text(playback.rate))
        times = abs(playback.speed)
        fast = f"{'◀ ' if playback.speed < 0 else ''}×{times}"  # noqa: RUF001 - "times"
        self._speed.say(fast if playing and times > 1 else "")
        self._show_dropped()
        self._show_measured()

    def _show_dropped(self) -> None:
        dropped = self._state.playback.dropped
        count = (
            f"{dropped:,}" if dropped < 10 * THOUSAND else f"{dropped // THOUSAND:,}k"
        )  # its room is for four digits
        self._dropped.say(f"{count} dropped" if dropped else "")
        frames = "1 frame was" if dropped == 1 else f"{dropped:,} frames were"
        self._dropped.setToolTip(f"{frames} left out to keep time." if dropped else "")
        # Without dropping anything its room is for others; it stands where its coming and going moves no figure.
        drops = dropped > 0 or self._state.preferences.play_policy is PlayPolicy.REAL_TIME
        if drops != bool(self._dropped.widths[0]):
            self._dropped.keep_room_for("8,888 dropped" if drops else "")
            self._fit()

    def _show_measured(self) -> None:
        playback = self._state.playback
        seen = playback.shown_per_second if self._state.playing else 0.0
        times = max(1, abs(playback.speed))
        aim = playback.rate * times
        is_slow = 0.0 < seen < SLOW * aim
        text = f"{seen:.1f} /" if times == 1 else f"{seen:.1f} / {aim:.0f}"
        self._measured.say(text if seen else "", "warning" if is_slow else "dim")
        why = f"{playback.slowed[0].upper()}{playback.slowed[1:]}." if playback.slowed else ""
        seen_lately = f"Seen lately: {seen:.1f} frames a second of {_rate_text(aim)}." if seen else ""
        # What was dropped is told here too, as its own label gives way before this one.
        self._measured.setToolTip(" ".join(filter(None, (seen_lately, why, self._dropped.toolTip()))))
        self._rate.setToolTip(" ".join(filter(None, (_RATE_TIP, why))))

    def _show_marks(self) -> None:
        points = (("In", self._state.mark_in), ("Out", self._state.mark_out))
        text = " · ".join(f"{name} {number}" for name, number in points if number is not None)
        self._marks.keep_room_for(text)
        self._marks.say(text)

    def _show_preferences(self) -> None:
        preferences = self._state.preferences
        self._show_dropped()
        self._policy.say(*_POLICIES[preferences.play_policy])
        self._repeat.say(_REPEATS[preferences.repeat])
        self._draw_repeat()
        for chip, name, value, command in (
            (self._policy, "play_policy", preferences.play_policy, "real_time"),
            (self._repeat, "repeat", preferences.repeat, "repeat"),
        ):
            row = _ROWS[name]
            told = f"{row.label}: {dict(row.choices)[value].lower()}"
            chip.setAccessibleName(told)
            chip.setToolTip(_tip(command, told))

    def _take_rate(self, text: str) -> None:
        try:
            rate = float(text.replace(",", "."))
        except ValueError:
            return
        rate = min(max(rate, _RATE.minimum), _RATE.maximum)
        if _rate_text(rate) == _rate_text(self._state.playback.rate):
            return
        self._rate.show_text(_rate_text(rate))
        self.rate_changed.emit(rate)


class _Field(QLineEdit):
    """A field that takes the focus only when clicked, and gives it back on Enter and Esc.

    While it is not being edited it shows what it is told to.
    """

    PADDING = 30
    """Pixels that the edges and the margins take."""

    committed = pyqtSignal(str)
    """Enter was pressed after something was typed."""

    def __init__(self, pattern: str) -> None:
        super().__init__()
        self._shown = ""
        self.setProperty("field", True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setValidator(QRegularExpressionValidator(QRegularExpression(pattern), self))

    def show_text(self, text: str) -> None:
        """Shows ``text``, once it is not being edited."""
        self._shown = text
        if not self.hasFocus():
            self._put()

    def fit(self, *texts: str) -> None:
        """Makes it as wide as the widest of ``texts`` needs."""
        self.setFixedWidth(_widest(self, *texts) + self.PADDING)

    @property
    def shown(self) -> str:
        """What it was told to show."""
        return self._shown

    def decorated(self, text: str) -> str:
        """Returns what is shown of ``text`` while it is not being edited."""
        return text

    def _put(self) -> None:
        self.setText(self._shown if self.hasFocus() or not self._shown else self.decorated(self._shown))

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Begins to edit, with everything selected."""
        super().focusInEvent(event)
        self._put()
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shows what it was told to again."""
        super().focusOutEvent(event)
        self._put()
        self.deselect()
        self.setCursorPosition(0)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Keeps everything selected after the click that began the editing."""
        super().mouseReleaseEvent(event)
        if not self.isModified() and not self.hasSelectedText():
            self.selectAll()

    def event(self, event: QEvent | None) -> bool:
        """Keeps Enter and Esc for itself while it is edited; shortcuts would take them."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter and Esc; leaves the rest to be typed."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        elif event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            text, typed = self.text().strip(), self.isModified()
            self.clearFocus()
            if typed and text:
                self.committed.emit(text)
        else:
            super().keyPressEvent(event)


class _FrameField(_Field):
    """Takes a frame number, a number of frames to go, a part of the whole, seconds or a time code."""

    stretched = pyqtSignal()
    """It has become wider or narrower, for what is being typed."""

    def __init__(self) -> None:
        number = r"[-+#]?\d{0,9}"
        part = r"[-+]?\d{0,9}([.,]\d{0,3})?\s*[%s]?"  # percent or seconds
        time_code = r"-?\d{1,3}([:;]\d{0,3}){1,3}"
        super().__init__(rf"\s*({number}|{part}|{time_code})\s*")
        self.setFont(digits(16))
        self.setFixedHeight(BUTTON.height())
        self._width = self.width()
        self.textChanged.connect(self._stretch)

    def fit(self, *texts: str) -> None:
        """Makes it as wide as the widest of ``texts`` needs, as long as nothing longer is typed."""
        super().fit(*texts)
        self._width = self.width()
        self._stretch()

    def _stretch(self) -> None:
        width = max(self._width, _widest(self, self.text()) + self.PADDING)
        if width != self.width():
            self.setFixedWidth(width)
            self.stretched.emit()


class _RateField(_Field):
    """Takes frames a second; a list at its right end offers the standard ones."""

    LIST_WIDTH = 20

    def __init__(self) -> None:
        super().__init__(r"\s*\d{0,3}([.,]\d{0,3})?\s*")
        self.setFont(_small(self.font()))
        self.setFixedHeight(PART_HEIGHT)
        self.fit(self.decorated("23.976"))
        self.setFixedWidth(self.width() - 10 + self.LIST_WIDTH)
        self.setTextMargins(0, 0, self.LIST_WIDTH - 4, 0)
        self._menu = QMenu(self)
        for rate in STANDARD_RATES:
            action = self._menu.addAction(self.decorated(_rate_text(rate)))
            assert action is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
            action.setCheckable(True)
            action.setData(_rate_text(rate))
        self._menu.triggered.connect(self._choose)
        self._list = QToolButton(self)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setCursor(Qt.CursorShape.ArrowCursor)
        self._list.setIconSize(QSize(12, 12))
        self._list.setGeometry(self.width() - self.LIST_WIDTH - 1, 2, self.LIST_WIDTH - 1, PART_HEIGHT - 4)
        self._list.setAccessibleName("Standard rates")
        self._list.setToolTip("Standard rates")
        self._list.clicked.connect(self.open_list)

    def decorated(self, text: str) -> str:
        """Returns the rate with its unit."""
        return f"{text} {_RATE.unit}"

    def set_icon(self, drop_down: QIcon) -> None:
        """Sets what the button of the list shows."""
        self._list.setIcon(drop_down)

    def open_list(self) -> None:
        """Opens the list of standard rates above the field, which stands at the foot of the window."""
        for action in self._menu.actions():
            action.setChecked(action.data() == self.shown)
        self._menu.popup(self.mapToGlobal(QPoint(0, -self._menu.sizeHint().height())))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Opens the list with the down key."""
        if event is not None and event.key() == Qt.Key.Key_Down:
            self.open_list()
        else:
            super().keyPressEvent(event)

    def _choose(self, action: QAction) -> None:
        self.clearFocus()
        self.committed.emit(action.data())


class _Label(QLabel):
    """A quiet text in a place of fixed width. It gives way by leaving the row."""

    def __init__(self, name: str, *, role: str = "dim", right: bool = False) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(_small(self.font()))
        self.setAccessibleName(name)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(Qt.Alignment() | side | Qt.AlignmentFlag.AlignVCenter)
        self.widths: tuple[int, ...] = (0,)

    def keep_room_for(self, *texts: str) -> None:
        """Keeps room for the widest of ``texts``; none for "" alone."""
        widest = _widest(self, *texts)
        self.widths = (widest + 2, 0) if widest else (0,)

    def give_way(self, way: int) -> None:
        """Takes its place, or leaves the row."""
        width = self.widths[way]
        if width:
            self.setFixedSize(width, PART_HEIGHT)  # fixed both ways: a text that changes moves nothing and costs little
        self.setVisible(bool(width))

    def say(self, text: str, role: str = "") -> None:
        """Shows ``text``, drawn by the style sheet as ``role`` from now on unless that is ""."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleDescription(text)
        if role and role != self.property("role"):
            self.setProperty("role", role)
            style = self.style()
            if style is not None:
                style.unpolish(self)
                style.polish(self)


class _Chip(QToolButton):
    """A button that says how something is set. It gives way by a shorter text, or its icon alone, then leaves."""

    PADDING = 22

    def __init__(self, *, has_icon: bool) -> None:
        super().__init__()
        self._text = self._short = ""
        self._has_icon = has_icon
        self.setProperty("chip", True)
        self.setFont(_small(self.font()))
        self.setIconSize(QSize(19, 15))  # two pixels of air on both sides
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if has_icon else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        self.widths: tuple[int, ...] = (0,)
        self._way = 0

    def keep_room_for(self, *texts: tuple[str, str]) -> None:
        """Keeps room for all of ``texts``, long and short ones; with none of them it leaves the row."""
        if not texts:
            self.widths = (0,)
            return
        beside = self.iconSize().width() + 4 if self._has_icon else 0
        long, short = (_widest(self, *sizes) for sizes in zip(*texts, strict=True))
        shorter = short + self.PADDING if short else beside + 12 if self._has_icon else 0
        self.widths = (long + beside + self.PADDING, *((shorter,) if shorter else ()), 0)

    def give_way(self, way: int) -> None:
        """Takes its place, shortened if need be, or leaves the row."""
        self._way = way
        width = self.widths[way]
        if width:
            self.setFixedSize(width, PART_HEIGHT)
            if self._has_icon:
                style = Qt.ToolButtonStyle
                self.setToolButtonStyle(style.ToolButtonIconOnly if way else style.ToolButtonTextBesideIcon)
            self._put()
        self.setVisible(bool(width))

    def say(self, text: str, short: str = "") -> None:
        """Shows ``text``, or ``short`` where there is little room."""
        self._text, self._short = text, short
        self._put()

    def _put(self) -> None:
        text = self._short if self._way and self._short else self._text
        if text != self.text():
            self.setText(text)


def _widest(widget: QWidget, *texts: str) -> int:
    return max(widget.fontMetrics().horizontalAdvance(text) for text in texts)


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(13)
    return small


def _rate_text(rate: float) -> str:
    return f"{rate:.5g}"


def _text(name: str) -> str:
    return _TEXTS.get(name, "")


def _tip(name: str, text: str = "") -> str:
    keys = _KEYS.get(name)
    return f"{text or _text(name)} ({keys[0]})" if keys else text or _text(name)
