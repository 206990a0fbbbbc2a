"""The transport: buttons to move and play, the frame number, the rate, the loop and the in and out points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QRegularExpression, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFont, QKeyEvent, QRegularExpressionValidator
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from viewer.gui.theme import digits, mixed
from viewer.gui.widgets.icons import icon
from viewer.model.commands import COMMANDS
from viewer.model.preferences import rows
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QFocusEvent, QMouseEvent

    from viewer.gui.theme import Colours

HEIGHT = 40
BUTTONS = ("first_frame", "previous_frame", "play", "next_frame", "last_frame")
"""The commands that have a button, from left to right."""
_TEXTS = {command.name: command.text for command in COMMANDS}
_KEYS = {command.name: command.keys for command in COMMANDS}
_RATE = dict(rows())["rate"]


class Transport(QWidget):
    """A row of controls. No button takes the focus, so that arrows and space always move and play."""

    triggered = pyqtSignal(str)
    """A button was pressed: the name of its command."""
    entered = pyqtSignal(str)
    """A frame was typed: "131", "+20", "-20"."""
    rate_changed = pyqtSignal(float)
    """A rate was typed, within its limits."""
    loop_toggled = pyqtSignal(bool)
    """The loop was switched on or off."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewState()
        self._colours = colours
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Transport")
        self._buttons = {name: self._button(name) for name in BUTTONS}
        self._number = _FrameField()
        self._number.setAccessibleName("Frame number")
        self._number.setToolTip(f"Frame number: 131, +20 or -20 ({', '.join(_KEYS['go_to_frame'])})")
        self._number.committed.connect(self.entered)
        self._range = _label("dim")
        self._marks = _label("dim")
        self._marks.setAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._marks.setAccessibleName("In and out points")
        self._rate = _RateField()
        self._rate.setAccessibleName("Frames per second")
        self._rate.setToolTip(f"{_RATE.help} From {_RATE.minimum:g} to {_RATE.maximum:g}.")
        self._rate.committed.connect(self._take_rate)
        self._loop = QToolButton()
        self._loop.setText("Loop")
        self._loop.setFont(_small(self._loop.font()))
        self._loop.setFixedHeight(26)
        self._loop.setToolTip(_tip("loop"))
        self._loop.setCheckable(True)
        self._loop.setProperty("chip", True)
        self._loop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._loop.clicked.connect(self.loop_toggled)
        self._lay_out()
        self.set_colours(colours)
        self._show_sequence()
        self._show_number()
        self._show_preferences()

    # In

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; touches only what changed."""
        before, self._state = self._state, state
        if before.sequence != state.sequence:
            self._show_sequence()
        if (before.sequence, before.number) != (state.sequence, state.number):
            self._show_number()
        if before.playing != state.playing:
            self._show_playing()
        if (before.mark_in, before.mark_out) != (state.mark_in, state.mark_out):
            self._show_marks()
        if before.preferences is not state.preferences:
            self._show_preferences()

    def set_colours(self, colours: Colours) -> None:
        """Draws the icons with other colours."""
        self._colours = colours
        for name in BUTTONS:
            self._draw(name)

    def edit_number(self) -> None:
        """Gives the focus to the frame number, all of it selected."""
        self._number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Building

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(32, 28)
        button.setAccessibleName(_TEXTS[name])
        button.setToolTip(_tip(name))
        button.clicked.connect(lambda: self.triggered.emit(name))
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 4, 14, 2)
        row.setSpacing(4)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self._number)
        row.addSpacing(8)
        row.addWidget(self._range)
        row.addStretch(1)
        row.addWidget(self._marks)
        row.addSpacing(10)
        row.addWidget(self._rate)
        row.addSpacing(4)
        row.addWidget(self._loop)

    # Showing

    def _draw(self, name: str) -> None:
        colours = self._colours
        faint = mixed(colours.text, colours.panel, 0.35).name()
        stops = name == "play" and self._state.playing
        colour = colours.accent if name == "play" else colours.text
        self._buttons[name].setIcon(icon("stop" if stops else name, colour, faint))

    def _show_sequence(self) -> None:
        sequence = self._state.sequence
        for button in self._buttons.values():
            button.setEnabled(sequence is not None)
        self._number.setEnabled(sequence is not None)
        if sequence is None:
            self._range.clear()
            self._range.setToolTip("")
            self._number.fit("00000")
            return
        self._number.fit(*(str(number) for number in (sequence.first, sequence.last, 1000)))
        self._range.setText(f"of {sequence.first}–{sequence.last}")  # noqa: RUF001 - an en dash means "to"
        missing = sequence.last - sequence.first + 1 - sequence.count
        frames = "1 frame" if sequence.count == 1 else f"{sequence.count:,} frames"
        self._range.setToolTip(f"{frames}, {missing:,} missing" if missing else frames)

    def _show_number(self) -> None:
        number = self._state.number
        self._number.show_text("" if number is None else str(number))

    def _show_playing(self) -> None:
        self._draw("play")
        self._buttons["play"].setAccessibleName("Stop" if self._state.playing else _TEXTS["play"])
        self._buttons["play"].setToolTip(_tip("play", "Stop" if self._state.playing else ""))

    def _show_marks(self) -> None:
        points = (("In", self._state.mark_in), ("Out", self._state.mark_out))
        self._marks.setText(" · ".join(f"{name} {number}" for name, number in points if number is not None))

    def _show_preferences(self) -> None:
        preferences = self._state.preferences
        self._rate.show_text(f"{preferences.rate:.5g}")
        self._loop.setChecked(preferences.looping)

    def _take_rate(self, text: str) -> None:
        try:
            rate = float(text.replace(",", "."))
        except ValueError:
            return
        rate = min(max(rate, _RATE.minimum), _RATE.maximum)
        self._rate.show_text(f"{rate:.5g}")
        if rate != self._state.preferences.rate:
            self.rate_changed.emit(rate)


class _Field(QLineEdit):
    """A field that takes the focus only when clicked, and gives it back on Enter and Esc.

    While it is not being edited it shows what it is told to.
    """

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
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in texts)
        self.setFixedWidth(widest + 30)

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
    """Takes a frame number or a number of frames to go."""

    def __init__(self) -> None:
        super().__init__(r"\s*[-+]?\d{0,9}\s*")
        self.setFont(digits(16))
        self.setFixedHeight(28)


class _RateField(_Field):
    """Takes frames a second."""

    def __init__(self) -> None:
        super().__init__(r"\s*\d{0,3}([.,]\d{0,3})?\s*")
        self.setFont(_small(self.font()))
        self.setFixedHeight(26)
        self.fit(self.decorated("23.976"))

    def decorated(self, text: str) -> str:
        """Returns the rate with its unit."""
        return f"{text} {_RATE.unit}"


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(_small(label.font()))
    label.setMinimumWidth(1)  # a narrow window cuts it off
    return label


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(13)
    return small


def _tip(name: str, text: str = "") -> str:
    keys = _KEYS[name]
    return f"{text or _TEXTS[name]} ({keys[0]})" if keys else text or _TEXTS[name]
