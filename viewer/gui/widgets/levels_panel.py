"""The panel at the right: the histogram, and all that says how samples become colours."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFont, QHideEvent, QKeyEvent, QShowEvent
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.core.display.levels import LEVEL
from viewer.core.display.look import Curve
from viewer.core.frame import RGB
from viewer.gui.theme import Colours, TextSize, Themed
from viewer.gui.widgets.histogram_view import GAMMA_STEP, REACH, HistogramView, axis_of, is_range, step_of
from viewer.gui.widgets.keys import claims_key
from viewer.gui.widgets.labels import STRETCH, Part, label, laid_out
from viewer.gui.widgets.level_controls import WIDTH as CONTROL
from viewer.gui.widgets.level_controls import (
    Choice,
    NumberField,
    push_button,
    small_button,
    swatch,
)
from viewer.model import level_words
from viewer.model.sample_numbers import no_number, number_text, number_typed, range_texts
from viewer.model.sequence_settings import EXPOSURE, GAMMA
from viewer.model.view_state import LevelsView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from viewer.model.view_state import ViewState

WIDTH, PAD = 260, 14
MARGINS = PAD, 0, REACH, 0
"""Of what has the width of the histogram, which itself reaches a little further."""
EXPOSURE_STEP = 0.25
_CHANNELS = {"Y": "Grey", "R": "Red", "G": "Green", "B": "Blue", "A": "Alpha"}
_COLOURS = set(RGB), {"Y", "RY", "BY"}
"""Channels that are shown as colours together."""
_ENDS = "Black", "White"
_CURVES = {Curve.LINEAR.value: "Linear", Curve.LOG.value: "Logarithmic"}

_K = Qt.Key
_KEEP: dict[type[QWidget], frozenset[int]] = {
    QAbstractButton: frozenset({_K.Key_Space}),
    QAbstractSlider: frozenset({_K.Key_Left, _K.Key_Right, _K.Key_Home, _K.Key_End}),
    QComboBox: frozenset(
        {_K.Key_Space, _K.Key_Up, _K.Key_Down, _K.Key_Home, _K.Key_End, _K.Key_PageUp, _K.Key_PageDown}
    ),
}
"""The keys that a part of the panel keeps from the window while it has the focus, besides Esc, which all keep."""
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class LevelsPanel(Themed):
    """Shows the levels of a snapshot and says what the user wants; holds nothing but what is being typed or dragged.

    Tab goes round in it from top to bottom, Esc gives the keys back to the window. What is no number, and a black that
    is not below white, is refused: the field goes back, and a sentence at the foot says why.
    """

    range_changed = pyqtSignal(float, float)
    """Black and white were set, by a handle or a field; the first number is smaller."""
    gamma_changed = pyqtSignal(float)
    """Gamma was set, within :data:`GAMMA`."""
    exposure_changed = pyqtSignal(float)
    """The exposure was set, in stops, within :data:`EXPOSURE`."""
    curve_changed = pyqtSignal(object)
    """A :class:`Curve` was chosen."""
    channel_chosen = pyqtSignal(str)
    """A channel was chosen, "" for the colours."""
    colour_map_chosen = pyqtSignal(str)
    """A colour map was chosen: its name."""
    inverted = pyqtSignal(bool)
    """Black and white are to change places, or not any more."""
    marks_toggled = pyqtSignal(bool)
    """What lies outside of black and white is to be marked, or not any more."""
    auto_wanted = pyqtSignal()
    """Black and white are to be taken from the frame that is shown."""
    lock_toggled = pyqtSignal(bool)
    """All frames are to be shown with one range, or each with its own."""
    reset_wanted = pyqtSignal()
    """All is to be as before anything was chosen."""
    first_frame_wanted = pyqtSignal()
    """Black and white are to be taken from the first frame of the sequence."""
    log_toggled = pyqtSignal(bool)
    """Small counts are shown higher than in proportion, or not any more."""
    counts_wanted = pyqtSignal(bool)
    """The panel can be seen and needs the counts, or not any more."""

    def __init__(
        self,
        colours: Colours,
        colour_maps: Iterable[str],
        colours_of: Callable[[str], NDArray[np.uint8]],
        parent: QWidget | None = None,
    ) -> None:
        """Makes a panel without numbers.

        Args:
            colours: what to paint with.
            colour_maps: the names of the colour maps, in the order of the list.
            colours_of: gives the colours of a map from black to white, (entries, 3), red, green and blue; asked when
                they are painted.
            parent: the widget it stands in.
        """
        super().__init__(colours, parent)
        self._levels = LevelsView()
        self._wants_counts = False
        self._view = HistogramView(colours)
        self._log = small_button("log", "Shows small counts higher than in proportion", checkable=True)
        self._auto = push_button("Auto", "Takes black and white from this frame; again, cuts more off at both ends")
        self._lock = push_button("Lock", "Shows all frames with one range, not each with its own", checkable=True)
        self._reset = push_button("Reset", "Shows it as before you changed anything")
        self._numbers = {name: NumberField(name) for name in ("Black", "White", "Gamma", "Exposure")}
        self._choices = {name: Choice(name) for name in ("Curve", "Channel", "Colour map")}
        self._invert = push_button("Invert", "Black and white change places", checkable=True)
        marks = "Shows what is below black in blue, above white in red, NaN and no data in magenta"
        self._marks = push_button("Marks", marks, checkable=True)
        self._origin, self._warning = _note("dim"), _note("warning")
        self._first = small_button("Use the first", "Takes black and white from the first frame of the sequence")
        self._rows = {name: _row(name, control) for name, control in (self._numbers | self._choices).items()}
        self._choices["Curve"].offer(_CURVES.items())
        maps = self._choices["Colour map"]
        maps.offer((name, name[:1].upper() + name[1:]) for name in colour_maps)
        for row, name in enumerate(maps.names):
            maps.setItemIcon(row, swatch(partial(colours_of, name)))
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDTH)
        self.setFocusProxy(self._view)
        self.setAccessibleName("Levels")
        heading = laid_out(QHBoxLayout(), _heading("Histogram"), STRETCH, self._log, margins=MARGINS)
        view = laid_out(QHBoxLayout(), self._view, margins=(PAD - REACH, 0, 0, 0))
        buttons = laid_out(QHBoxLayout(), *((each, 1) for each in (self._auto, self._lock, self._reset)), spacing=6)
        left = WIDTH - 2 * PAD - CONTROL
        toggles = laid_out(QHBoxLayout(), left, (self._invert, 1), 6, (self._marks, 1))
        origin = laid_out(QHBoxLayout(), (self._origin, 1), self._first, spacing=6)
        rows: tuple[Part, ...] = (*self._rows.values(), 2, toggles, 8, origin, self._warning)
        rest = laid_out(QVBoxLayout(), 4, buttons, 14, _heading("Levels"), 4, *rows, margins=MARGINS, spacing=4)
        content = QWidget()
        content.setFixedWidth(WIDTH - PAD + REACH)  # a scroll bar takes the rest
        laid_out(QVBoxLayout(content), heading, 8, view, rest, STRETCH, margins=(0, PAD - 2, 0, PAD))
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        laid_out(QVBoxLayout(self), area)
        above = self._log, *self._view.handles, self._auto, self._lock, self._reset
        self._round = (*above, *self._numbers.values(), *self._choices.values(), self._invert, self._marks, self._first)

    def _connect(self) -> None:
        self._log.toggled.connect(self._view.set_log)
        self._log.toggled.connect(self.log_toggled)
        self._view.range_changed.connect(self.range_changed)
        self._view.gamma_changed.connect(self.gamma_changed)
        self._auto.clicked.connect(self.auto_wanted)
        self._lock.clicked.connect(self.lock_toggled)
        self._reset.clicked.connect(self.reset_wanted)
        self._first.clicked.connect(self.first_frame_wanted)
        self._invert.clicked.connect(self.inverted)
        self._marks.clicked.connect(self.marks_toggled)
        for name, field in self._numbers.items():
            field.committed.connect(partial(self._enter, name))
            field.stepped.connect(partial(self._step, name))
        self._choices["Curve"].chosen.connect(lambda name: self.curve_changed.emit(Curve(name)))
        self._choices["Channel"].chosen.connect(self.channel_chosen)
        self._choices["Colour map"].chosen.connect(self.colour_map_chosen)

    # In

    def set_log(self, on: bool) -> None:  # noqa: FBT001 - of a button
        """Shows small counts of the histogram higher than in proportion, or not any more."""
        self._log.setChecked(on)

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; does nothing if its levels have not changed, and no more than keep them while hidden."""
        if state.levels != self._levels:
            self._levels = state.levels
            if self._wants_counts:
                self._show()

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        super().set_colours(colours)
        self._view.set_colours(colours)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size Qt is to give it if it can."""
        return QSize(WIDTH, 560)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size it can be used at: it scrolls."""
        return QSize(WIDTH, 120)

    def _show(self) -> None:
        levels, look = self._levels, self._levels.look
        self._view.show_levels(levels)
        has_range = levels.range is not None
        ends = dict(zip(_ENDS, levels.range or (), strict=has_range))
        for name, text in self._texts().items():
            is_whole = name in ends and float(ends[name]).is_integer()
            self._numbers[name].show_text(number_text(ends[name], is_whole=True) if is_whole else text, text)
            self._numbers[name].setEnabled(has_range)
        self._rows["Exposure"].setVisible(not levels.is_whole)
        shorts = {each.rpartition(".")[2]: each for each in levels.channels}  # without the names of layers
        is_coloured = any(shorts.keys() >= colours for colours in _COLOURS)
        channels = [("", "RGB")] if is_coloured else []
        channels += [(each, _CHANNELS.get(each, each)) for each in levels.channels]
        channels += [("Y", "Luminance")] if is_coloured and "Y" not in shorts else []
        channel = self._choices["Channel"]
        channel.offer(channels)
        channel.show_name(shorts.get(look.channel, look.channel) or (channels[0][0] if channels else ""))
        channel.setEnabled(len(channels) > 1)
        maps, shows_colours = self._choices["Colour map"], is_coloured and not look.channel
        maps.show_name(look.colour_map)
        maps.setEnabled(has_range and not shows_colours)
        maps.setToolTip("Choose one channel to show it in other colours" if shows_colours else "")
        self._choices["Curve"].show_name(look.curve.value)
        self._lock.setText("Locked" if levels.is_locked else "Lock")
        for toggle, on in ((self._lock, levels.is_locked), (self._invert, look.is_inverted), (self._marks, look.marks)):
            toggle.setChecked(on)
        for each in (self._choices["Curve"], self._auto, self._lock, self._reset, self._invert, self._marks):
            each.setEnabled(has_range)
        self._first.setVisible(levels.origin_frame is not None)
        note = " · ".join(filter(None, (levels.origin, levels.curve and f"through the {levels.curve}")))
        _say(self._origin, note[:1].upper() + note[1:])
        _say(self._warning, levels.warning)

    def _texts(self) -> dict[str, str]:
        """Returns what the fields show while they are only read: black and white as the status line says them."""
        levels = self._levels
        if levels.range is None:
            return dict.fromkeys(self._numbers, "")
        more = f"{levels.look.gamma:.3f}".removesuffix("0"), level_words.stops(levels.look.exposure)
        return dict(zip(self._numbers, (*range_texts(levels.range), *more), strict=True))

    # Out

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shows what has come while it was hidden, and asks for the counts."""
        super().showEvent(event)
        if not self._wants_counts:
            self._wants_counts = True
            self._show()
            self.counts_wanted.emit(True)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ends a drag, and asks for no counts any more; a window that is only minimised goes on."""
        super().hideEvent(event)
        self._view.let_go()
        if self._wants_counts and event is not None and not event.spontaneous():
            self._wants_counts = False
            self.counts_wanted.emit(False)

    def _enter(self, name: str, text: str) -> None:
        """Takes the number that was typed into a field, or says why not."""
        number = number_typed(text)
        if number is None:
            _say(self._warning, f"{no_number(text)} {name} stays as it was.")
        else:
            self._take(name, number)

    def _step(self, name: str, steps: int) -> None:
        levels, axis = self._levels, axis_of(self._levels)
        if levels.range is None:
            return
        step = 0.0 if axis is None else step_of(axis, is_whole=levels.is_whole)
        low, high = levels.range
        by = {"Black": (low, step), "White": (high, step), "Gamma": (levels.look.gamma, GAMMA_STEP)}
        now, step = by.get(name, (levels.look.exposure, EXPOSURE_STEP))
        self._take(name, now + steps * step)

    def _take(self, name: str, number: float) -> None:
        """Asks for a number if it can be, or says why it cannot."""
        levels, refused = self._levels, ""
        if levels.range is None:
            return
        if name in _ENDS:
            number = float(round(number)) if levels.is_whole else number
            low, high = (number, levels.range.high) if name == "Black" else (levels.range.low, number)
            if not LEVEL.low <= number <= LEVEL.high:
                refused = level_words.beyond(name, LEVEL)
            elif is_range(low, high):
                self.range_changed.emit(low, high)
            elif low < high:
                refused = "Black and white must lie further apart."
            else:
                low_text, high_text = range_texts(levels.range)
                refused = f"Black must be below white: it stays {low_text}, white {high_text}."
        else:
            limits, changed = (GAMMA, self.gamma_changed) if name == "Gamma" else (EXPOSURE, self.exposure_changed)
            if limits.low <= number <= limits.high:
                changed.emit(round(number, 3))
            else:
                refused = level_words.beyond(name, limits)
        _say(self._warning, refused or self._levels.warning)

    # The keys

    def event(self, event: QEvent | None) -> bool:
        """Keeps the keys of its parts from the shortcuts of the window while they have the focus."""
        return claims_key(event, self._keeps) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Gives the keys back to the window on Esc."""
        focused = self.focusWidget()
        if event is not None and event.key() == Qt.Key.Key_Escape and focused is not None:
            focused.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:  # noqa: FBT001, N802 - Qt's name
        """Goes on to the next part, from the last to the first: beyond the panel Tab has another meaning."""
        parts = [each for each in self._round if each.isEnabled() and each.isVisibleTo(self)]
        focused = self.focusWidget()
        if not parts:
            return False
        at = parts.index(focused) if focused in parts else -1 if forwards else 0
        reason = Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason
        parts[(at + (1 if forwards else -1)) % len(parts)].setFocus(reason)
        return True

    def _keeps(self, event: QKeyEvent) -> bool:
        focused = self.focusWidget()
        if focused is None or event.modifiers() & _MODIFIERS:
            return False
        kept = (keys for kind, keys in _KEEP.items() if isinstance(focused, kind))
        return event.key() in {_K.Key_Escape}.union(*kept)


def _heading(text: str) -> QLabel:
    made = label(text, "heading", TextSize.SMALL)
    font = made.font()
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 106)
    made.setFont(font)
    return made


def _row(name: str, control: QWidget) -> QWidget:
    row, name_label = QWidget(), label(name, "dim", TextSize.BASE)
    name_label.setBuddy(control)
    laid_out(QHBoxLayout(row), name_label, STRETCH, control)
    return row


def _note(role: str) -> QLabel:
    made = label("", role, TextSize.SMALL)
    made.setWordWrap(True)
    return made


def _say(note: QLabel, text: str) -> None:
    """Shows a sentence; without one the line takes no room."""
    if text != note.text():
        note.setText(text)
        note.setAccessibleName(text)
    note.setVisible(bool(text))
