"""The transport: buttons to move and play, the frame, the rate, and what follows the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QToolButton, QWidget

from viewer.core.play.playhead import Repeat
from viewer.core.play.timebase import TimeDisplay
from viewer.gui.theme import Colours, TextSize, digits, mixed
from viewer.gui.widgets.chips import KeyButton, MenuChip, RowLabel
from viewer.gui.widgets.fields import FIT, FRAME_HEIGHT, RATE, FrameField, RateField, ZoomField, rate_text, tell
from viewer.gui.widgets.icons import icon
from viewer.gui.widgets.labels import STRETCH, laid_out
from viewer.gui.widgets.viewport import ZOOMS
from viewer.model.commands import COMMANDS
from viewer.model.preferences import PlayPolicy, rows
from viewer.model.sample_numbers import number_typed, stays, within
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QResizeEvent


HEIGHT = 40
GAP = 8
"""Pixels between the parts."""
LEFT, RIGHT = 9, 14
"""Pixels beside the row."""
BUTTON = QSize(32, FRAME_HEIGHT)
BUTTON_GAP = 2
BUTTONS = ("first_frame", "previous_frame", "play_backwards", "play", "next_frame", "last_frame")
"""The commands that have a button, from left to right."""
THOUSAND = 1000
SLOW = 0.95
"""The part of the rate aimed at below which the measured one stands out."""
_COMMANDS = {command.name: command for command in COMMANDS}
_ROWS = dict(rows())
_RATE_TIP = f"Frames a second, from {RATE.minimum:g} to {RATE.maximum:g}."
_GO_TO = "Frame: 131, +20, 50%, 12.5s, 01:00:04:12, or a part of a name"
_POLICIES = {value: (text, text.partition(" ")[0]) for value, text in _ROWS["play_policy"].choices}
"""What the chip says, where there is room and where there is little."""
_REPEATS = dict(_ROWS["repeat"].choices)
_REPEAT_ICONS = {Repeat.ONCE: "once", Repeat.LOOP: "loop", Repeat.PING_PONG: "ping_pong"}


class Transport(QWidget):
    """A row of controls. No click takes the focus, so that arrows and space go on to move and play; Tab comes to all.

    Each figure that changes while it plays has a fixed width, so that nothing moves. Where the row is too short for
    all, the least important parts give way; their tool tips or the timeline say the same.
    """

    triggered = pyqtSignal(str)
    """A button was pressed: the name of its command."""
    setting_chosen = pyqtSignal(str, object)
    """A value of a preference was chosen from the list of its chip: its name, and the value."""
    zoom_chosen = pyqtSignal(float)
    """A zoom was typed or chosen, 1.0 for 100 %; 0 fits the picture to the window."""
    entered = pyqtSignal(str)
    """A frame was typed: "131", "+20", "-20", "50%", "12.5s", "01:00:04:12"; it may be only half of one."""
    searched = pyqtSignal(str)
    """A part of a file's name was typed; again the same: the next file is wanted."""
    rate_changed = pyqtSignal(float)
    """A rate was typed or chosen, within its limits; 0 for the one of the preferences."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewState()
        self._colours = colours
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Transport")
        self._buttons = {name: self._button(name) for name in BUTTONS}
        self._number = FrameField()
        self._number.setAccessibleName("Frame number")
        self._number.committed.connect(self.entered)
        self._number.searched.connect(self.searched)
        self._number.stretched.connect(self._fit)
        self._range = RowLabel("Range of frames")
        self._time = self._chip("show_time")
        self._zoom = ZoomField()
        self._zoom.setAccessibleName("Zoom")
        self._zoom.setToolTip("Zoom in percent, or Fit")
        self._zoom.committed.connect(self._take_zoom)
        self._time.setFont(digits(TextSize.BASE))
        self._marks = RowLabel("In and out points")
        self._dropped = RowLabel("Dropped frames", right=True)
        self._speed = RowLabel("Speed", role="bright", right=True)
        self._speed.keep_room_for("◀ ×16")  # noqa: RUF001 - "times"
        self._measured = RowLabel("Frames seen per second", right=True)
        self._measured.keep_room_for("240.0 /", "88.8 / 8888")
        self._rate = RateField()
        self._rate.setAccessibleName("Frames per second")
        self._rate.committed.connect(self._take_rate)
        self._policy = self._chip("play_policy")
        self._policy.keep_room_for(*_POLICIES.values())
        self._repeat = self._chip("repeat", has_icon=True)
        self._repeat.keep_room_for(*((text, "") for text in _REPEATS.values()))
        self._parts = (
            *(self._range, self._time, self._marks),
            *(self._dropped, self._speed, self._measured, self._policy, self._repeat, self._zoom),
        )
        # Which part gives way next; chips do so twice, as they are shortened first.
        self._giving_way = (
            *(self._marks, self._repeat, self._range, self._zoom, self._policy, self._policy),
            *(self._repeat, self._time, self._speed, self._measured, self._dropped),
        )
        self._lay_out()
        self.set_colours(colours)
        self._show_number()
        self._show_keys()
        self._fit()

    # In

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; touches only what changed."""
        before, self._state = self._state, state
        has_new_measure = (before.time_base, before.show_time) != (state.time_base, state.show_time)
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
        if before.keys is not state.keys:
            self._show_keys()

    def set_colours(self, colours: Colours) -> None:
        """Draws the icons with other colours."""
        self._colours = colours
        for name in BUTTONS:
            self._draw(name)
        self._draw_repeat()
        for field in (self._rate, self._zoom):
            field.set_icon(icon("chevron_down", colours.dim, colours.dim))

    def show_zoom(self, text: str) -> None:
        """Shows how large the picture is shown: "Fit 54 %"; without one, "", what is chosen for the next one stays."""
        chosen = FIT if self._zoom.shown.startswith(FIT) else self._zoom.shown
        self._zoom.show_text(text or chosen)

    def edit_number(self) -> None:
        """Gives the focus to the frame number, all of it selected."""
        self._number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit_rate(self) -> None:
        """Gives the focus to the rate, all of it selected."""
        self._rate.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        button = KeyButton()
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(BUTTON)
        button.setCheckable(name in {"play", "play_backwards"})
        button.setAccessibleName(_COMMANDS[name].text)
        button.clicked.connect(lambda: self._press(name))
        return button

    def _chip(self, name: str, *, has_icon: bool = False) -> MenuChip:
        chip = MenuChip(_ROWS[name].choices, has_icon=has_icon)
        chip.chosen.connect(lambda value: self.setting_chosen.emit(name, value))
        return chip

    def _lay_out(self) -> None:
        buttons = laid_out(QHBoxLayout(), *self._buttons.values(), spacing=BUTTON_GAP)
        left = buttons, self._number, self._range, self._time, self._marks
        right = self._dropped, self._speed, self._measured, self._rate, self._policy, self._repeat, self._zoom
        self._row = laid_out(QHBoxLayout(self), *left, STRETCH, *right, margins=(LEFT, 4, RIGHT, 2), spacing=GAP)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)

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

    def _show_keys(self) -> None:
        """Says in all tool tips which keys do the same."""
        for name, button in self._buttons.items():
            button.setToolTip(self._state.keys.tip(name))
        self._show_sequence()
        self._keep_room_for_time()
        self._show_playback()
        self._show_preferences()

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
            self._number.setToolTip(self._state.keys.tip("go_to_frame", _GO_TO))
            return
        numbers, is_count = sequence.numbers, sequence.numbers.writing.is_count
        first, last = map(numbers.text, (sequence.first, sequence.last))
        self._number.take_counts(counts=is_count)
        self._number.fit(first, last, "1000")
        self._number.setToolTip(
            self._state.keys.tip(
                "go_to_frame", _GO_TO if is_count else f"Frame: {first}, +20, 50%, #5, or a part of a name"
            )
        )
        text = f"of {first}–{last}"  # noqa: RUF001 - an en dash means "to"
        self._range.keep_room_for(text)
        self._range.say(text)
        missing, gaps = sequence.last - sequence.first + 1 - sequence.count, len(sequence.gaps)
        frames = "1 frame" if sequence.count == 1 else f"{sequence.count:,} frames"
        lacking = (missing, "missing") if is_count else (gaps, "gap" if gaps == 1 else "gaps")
        self._range.setToolTip(f"{frames}, {lacking[0]:,} {lacking[1]}" if lacking[0] else frames)

    def _keep_room_for_time(self) -> None:
        sequence, display = self._state.sequence, self._state.show_time
        if sequence is None or display is TimeDisplay.FRAMES:
            self._time.keep_room_for()
            return
        text = self._state.time_base.text
        self._time.keep_room_for(*((text(number, display), "") for number in (sequence.first, sequence.last)))
        kind = dict(_ROWS["show_time"].choices)[display]
        self._time.setAccessibleName(kind)
        self._time.setToolTip(self._state.keys.tip("show_time", kind))
        self._time.choose(display)

    def _show_number(self) -> None:
        number, display = self._state.number, self._state.show_time
        self._number.show_text("" if number is None else self._state.numbers.text(number))
        has_time = number is not None and display is not TimeDisplay.FRAMES
        self._time.say(self._state.time_base.text(number, display) if number is not None and has_time else "")

    def _show_playback(self) -> None:
        playing, playback = self._state.playing, self._state.playback
        self._light()
        self._draw("play")
        self._draw("play_backwards")
        play = self._buttons["play"]
        play.setAccessibleName("Stop" if playing else _COMMANDS["play"].text)
        waits = "Waits until reading in advance has come to its end, then plays" if playback.waits_for_fill else ""
        play.setToolTip(self._state.keys.tip("play", "Stop" if playing else waits))
        self._rate.show_text(rate_text(playback.rate))
        times = abs(playback.speed)
        fast = f"{'◀ ' if playback.speed < 0 else ''}×{times}"  # noqa: RUF001 - "times"
        self._speed.say(fast if playing and times > 1 else "")
        self._show_dropped()
        self._show_measured()

    def _show_dropped(self) -> None:
        dropped = self._state.playback.dropped
        # There is room for four digits.
        count = f"{dropped:,}" if dropped < 10 * THOUSAND else f"{dropped // THOUSAND:,}k"
        self._dropped.say(f"{count} dropped" if dropped else "")
        frames = "1 frame was" if dropped == 1 else f"{dropped:,} frames were"
        self._dropped.setToolTip(f"{frames} left out for coming late." if dropped else "")
        # While no frame is dropped, others have its room; no figure moves when it comes and goes.
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
        seen_lately = f"Seen lately: {seen:.1f} frames a second of {rate_text(aim)}." if seen else ""
        # The dropped frames are named here too, as their own label gives way before this one.
        self._measured.setToolTip(" ".join(filter(None, (seen_lately, why, self._dropped.toolTip()))))
        self._rate.setToolTip(" ".join(filter(None, (self._state.keys.tip("set_rate", _RATE_TIP), why))))

    def _show_marks(self) -> None:
        points = (("In", self._state.mark_in), ("Out", self._state.mark_out))
        text = " · ".join(f"{name} {self._state.numbers.text(mark)}" for name, mark in points if mark is not None)
        self._marks.keep_room_for(text)
        self._marks.say(text)

    def _show_preferences(self) -> None:
        preferences = self._state.preferences
        self._show_dropped()
        self._rate.offer_default(preferences.rate)
        self._policy.say(*_POLICIES[preferences.play_policy])
        self._repeat.say(_REPEATS[preferences.repeat])
        self._draw_repeat()
        for chip, name, value, command in (
            (self._policy, "play_policy", preferences.play_policy, "real_time"),
            (self._repeat, "repeat", preferences.repeat, "repeat"),
        ):
            row = _ROWS[name]
            setting = f"{row.label}: {dict(row.choices)[value].lower()}"
            chip.choose(value)
            chip.setAccessibleName(setting)
            chip.setToolTip(self._state.keys.tip(command, setting))

    def _take_zoom(self, text: str) -> None:
        percent = 0.0 if text == FIT else number_typed(text.removeprefix(FIT).removesuffix("%"), grouped=False)
        if percent is None:
            tell(self._zoom, stays(text))
            return
        if percent:
            percent, said = within(percent, *ZOOMS, "%")
            tell(self._zoom, said)
        self.zoom_chosen.emit(percent / 100)

    def _take_rate(self, text: str) -> None:
        if not text:
            self.rate_changed.emit(0.0)
            return
        rate = number_typed(text.removesuffix(RATE.unit), grouped=False)
        if rate is None:
            tell(self._rate, stays(text))
            return
        rate, said = within(rate, RATE.minimum, RATE.maximum, RATE.unit)
        tell(self._rate, said)
        self._rate.show_text(rate_text(rate))
        self.rate_changed.emit(rate)
