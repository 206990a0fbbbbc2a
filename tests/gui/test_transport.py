# mypy: untyped-calls-exclude=pytestqt
"""The transport, with real clicks and keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QLabel, QLineEdit, QMenu, QShortcut, QToolButton, QToolTip, QWidget

from viewer.core.frame import FrameNumber
from viewer.core.play.playhead import Repeat
from viewer.core.play.timebase import STANDARD_RATES, TimeBase, TimeDisplay
from viewer.core.spans import Span
from viewer.gui.theme import DARK, LIGHT
from viewer.gui.widgets.chips import MenuChip
from viewer.gui.widgets.transport import BUTTONS, Transport
from viewer.model.commands import COMMANDS
from viewer.model.preferences import PlayPolicy, Preferences
from viewer.model.view_state import PlaybackView, SequenceView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

BUTTON = Qt.MouseButton.LeftButton
NO_KEYBOARD = pytest.mark.qt_log_ignore("^This plugin does not support grabbing the keyboard$", extend=True)
"""For lists, which take the keyboard where there is a screen."""
STATE = ViewState(
    sequence=SequenceView("shot.[1001-1240].png", "/shots", 1001, 1240, 238, (Span(1100, 1101),), 1, 1),
    number=FrameNumber(1096),
)


SLOWED = "the share brings 13.2 frames a second"
TIME_CODE = replace(
    STATE, preferences=Preferences(show_time=TimeDisplay.TIME_CODE), time_base=TimeBase(24.0, 1001, "01:00:00:00")
)
FULL = replace(
    TIME_CODE,
    mark_in=1040,
    mark_out=1180,
    preferences=TIME_CODE.preferences.changed(play_policy=PlayPolicy.REAL_TIME, repeat=Repeat.PING_PONG),
)
"""As much to show as there can be."""


@pytest.fixture
def transport(qtbot: QtBot) -> Iterator[Transport]:
    window = QWidget()
    qtbot.addWidget(window)
    widget = Transport(DARK, window)
    widget.resize(900, 40)
    widget.show_state(STATE)
    window.resize(900, 100)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield widget
    window.close()


def named(transport: Transport, name: str) -> QWidget:
    return next(w for w in transport.findChildren(QWidget) if w.accessibleName() == name)


def number(transport: Transport) -> QLineEdit:
    field = named(transport, "Frame number")
    assert isinstance(field, QLineEdit)
    return field


def rate(transport: Transport) -> QLineEdit:
    field = named(transport, "Frames per second")
    assert isinstance(field, QLineEdit)
    return field


def playing(speed: int = 1, seen: float = 0.0, dropped: int = 0, slowed: str = "", rate: float = 24.0) -> ViewState:
    return replace(STATE, playing=True, playback=PlaybackView(rate, speed, seen, dropped, slowed))


def said(transport: Transport, name: str) -> str:
    label = named(transport, name)
    assert isinstance(label, QLabel)
    return label.text()


def chip(transport: Transport, text: str) -> QToolButton:
    return next(b for b in transport.findChildren(QToolButton) if b.text() == text)


def parts(transport: Transport) -> list[QWidget]:
    """Returns what is to be seen in the row, from left to right."""
    transport.grab()
    children = transport.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return sorted((child for child in children if child.isVisible()), key=lambda child: child.x())


def places(transport: Transport) -> list[QRect]:
    return [part.geometry() for part in parts(transport)]


def entered(transport: Transport) -> list[str]:
    texts: list[str] = []
    transport.entered.connect(texts.append)
    return texts


def button_of(transport: Transport, name: str) -> QToolButton:
    buttons = [part for part in parts(transport) if isinstance(part, QToolButton)]
    return buttons[BUTTONS.index(name)]


def assert_nothing_overlaps(transport: Transport) -> None:
    right = 0
    for place in places(transport):
        assert place.left() >= right
        right = place.right() + 1
    assert right <= transport.width()


def test_each_button_names_its_command(transport: Transport, qtbot: QtBot) -> None:
    names: list[str] = []
    transport.triggered.connect(names.append)
    for command in COMMANDS:
        if command.name in BUTTONS:
            qtbot.mouseClick(named(transport, command.text), BUTTON)
    assert sorted(names) == sorted(BUTTONS)


@NO_KEYBOARD
def test_tab_comes_to_all_and_a_click_on_a_button_takes_no_keys(transport: Transport, qtbot: QtBot) -> None:
    transport.show_state(STATE)
    buttons = [
        each
        for each in transport.findChildren(QToolButton)
        if each.accessibleName() not in {"Standard rates", "Usual zooms"}
    ]
    assert {each.focusPolicy() for each in buttons} == {Qt.FocusPolicy.TabFocus}
    assert {each.focusPolicy() for each in transport.findChildren(QLineEdit)} == {Qt.FocusPolicy.StrongFocus}
    last = transport.findChildren(MenuChip)[-1]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        with qtbot.waitSignal(transport.triggered) as signal:
            qtbot.keyClick(button_of(transport, "next_frame"), key)
        assert signal.args == ["next_frame"]
        qtbot.keyClick(last, key)
        menu = last.findChild(QMenu)
        assert menu is not None
        assert menu.isVisible()
        menu.close()


def test_the_play_button_says_what_it_would_do_or_waits_for(transport: Transport) -> None:
    play = button_of(transport, "play")
    for state, name, tip in (
        (replace(STATE, playing=True), "Stop", "Stop (Space)"),
        (STATE, "Play", "Play (Space)"),
    ):
        transport.show_state(state)
        assert (play.accessibleName(), play.toolTip()) == (name, tip)
    transport.show_state(replace(STATE, playback=PlaybackView(waits_for_fill=True)))
    assert "reading in advance" in play.toolTip()
    transport.show_state(STATE)
    assert play.toolTip() == "Play (Space)"


def test_it_shows_where_the_playhead_is(transport: Transport) -> None:
    assert number(transport).text() == "1096"
    assert "of 1001–1240" in [label.text() for label in transport.findChildren(QLabel)]  # noqa: RUF001 - a dash
    transport.show_state(replace(STATE, number=FrameNumber(1097), mark_in=1040, mark_out=1180))
    assert number(transport).text() == "1097"
    assert "In 1040 · Out 1180" in [label.text() for label in transport.findChildren(QLabel)]


@pytest.mark.parametrize(
    "typed",
    ["131", "+20", "-20", "50%", "33.3 %", "12.5s", "12,5s", "#5", "01:00:04:12", "01:00:04;12", "4:12", "-4:12"],
)
def test_a_typed_number_is_sent_on_enter(transport: Transport, typed: str, qtbot: QtBot) -> None:
    texts, field = entered(transport), number(transport)
    qtbot.mouseClick(field, BUTTON)
    qtbot.keyClicks(field, typed)
    assert texts == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert texts == [typed]
    assert not field.hasFocus()


@pytest.mark.parametrize("typed", ["0x10", "abc", "1o3"])
def test_what_is_no_number_is_not_made_one(transport: Transport, qtbot: QtBot, typed: str) -> None:
    texts, rates, names = entered(transport), list[float](), list[str]()
    transport.rate_changed.connect(rates.append)
    transport.searched.connect(names.append)
    for field in (number(transport), rate(transport)):
        before = field.text()
        qtbot.mouseClick(field, BUTTON)
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert field.text() == (typed if field is number(transport) else before)
    assert (texts, rates, names) == ([], [], [typed]), "it may be a part of a name"
    assert QToolTip.text() == f"“{typed}” is not a number. It stays as it was."


def test_a_time_code_has_room_while_it_is_typed(transport: Transport, qtbot: QtBot) -> None:
    field = number(transport)
    before = places(transport)
    qtbot.mouseClick(field, BUTTON)
    qtbot.keyClicks(field, "01:00:04:12")
    assert field.fontMetrics().horizontalAdvance("01:00:04:12") < field.width() - 14
    assert_nothing_overlaps(transport)
    typing = field.width()
    assert STATE.sequence is not None
    transport.show_state(replace(STATE, sequence=replace(STATE.sequence, last=1241)))  # a frame has landed meanwhile
    assert field.width() == typing
    transport.show_state(STATE)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert places(transport) == before


def test_esc_gives_the_focus_back_and_sends_nothing(transport: Transport, qtbot: QtBot) -> None:
    texts, field = entered(transport), number(transport)
    transport.edit_number()
    assert field.hasFocus()
    assert field.selectedText() == "1096"
    qtbot.keyClicks(field, "12")
    transport.show_state(replace(STATE, number=FrameNumber(1097)))
    assert field.text() == "12"  # what is being typed is not overwritten
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (texts, field.text(), field.hasFocus()) == ([], "1097", False)


def test_enter_without_typing_sends_nothing(transport: Transport, qtbot: QtBot) -> None:
    negative = SequenceView("a", "/a", -9, 9, 19, (), 1, 1)
    transport.show_state(ViewState(sequence=negative, number=FrameNumber(-5)))
    texts = entered(transport)
    transport.edit_number()
    qtbot.keyClick(number(transport), Qt.Key.Key_Return)
    assert texts == []


def test_esc_and_digits_belong_to_the_field_while_it_is_edited(transport: Transport, qtbot: QtBot) -> None:
    stolen: list[str] = []
    window = transport.window()
    assert window is not None
    for key in ("Esc", "1", "Return"):
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda key=key: stolen.append(key))
    transport.edit_number()
    field = number(transport)
    qtbot.keyClicks(field, "1")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (stolen, field.hasFocus()) == ([], False)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert stolen == ["Esc"]


def test_the_field_is_wide_enough_for_the_largest_number(transport: Transport) -> None:
    long = SequenceView("a", "/a", 1, 123_456_789, 2, (), 1, 1)
    transport.show_state(ViewState(sequence=long, number=FrameNumber(123_456_789)))
    field = number(transport)
    assert field.fontMetrics().horizontalAdvance("123456789") < field.width() - 14


@pytest.mark.parametrize(
    ("typed", "sent", "said"),
    [
        *(("24", 24.0, ""), ("30", 30.0, ""), ("23,976", 23.976, "")),
        *(("500", 240.0, "240 fps is the most."), ("0", 1.0, "1 fps is the least.")),
    ],
)
def test_a_rate_is_typed_freely_within_its_limits(
    transport: Transport, qtbot: QtBot, typed: str, sent: float, said: str
) -> None:
    field = rate(transport)
    assert field.text() == "24 fps"
    qtbot.mouseClick(field, BUTTON)
    assert field.selectedText() == "24"
    qtbot.keyClicks(field, typed)
    with qtbot.waitSignal(transport.rate_changed) as signal:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert signal.args == [sent]
    assert field.text() == f"{sent:g} fps"
    assert QToolTip.text() == said or not said


def test_an_unfinished_rate_is_forgotten(transport: Transport, qtbot: QtBot) -> None:
    field = rate(transport)
    with qtbot.assertNotEmitted(transport.rate_changed):
        qtbot.mouseClick(field, BUTTON)
        qtbot.keyClicks(field, ".")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "24 fps"
    transport.show_state(replace(STATE, playback=PlaybackView(24000 / 1001)))  # that of the sequence
    assert field.text() == "23.976 fps"


@NO_KEYBOARD
@pytest.mark.parametrize("key", [Qt.Key.Key_Down, None])
def test_standard_rates_are_chosen_from_a_list(transport: Transport, qtbot: QtBot, key: Qt.Key | None) -> None:
    field = rate(transport)
    if key is None:
        qtbot.mouseClick(named(transport, "Standard rates"), BUTTON)
    else:
        qtbot.mouseClick(field, BUTTON)
        qtbot.keyClick(field, key)
    menu = field.findChild(QMenu)
    assert menu is not None
    qtbot.waitUntil(menu.isVisible)
    *texts, separator, default = [action.text() for action in menu.actions()]
    assert texts == [f"{rate:.5g} fps" for rate in STANDARD_RATES]
    assert (separator, default) == ("", "As in the preferences: 24 fps")
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["24 fps"]
    with qtbot.waitSignal(transport.rate_changed) as signal:
        menu.actions()[0].trigger()
    menu.close()
    assert signal.args == [23.976]
    assert (field.text(), field.hasFocus()) == ("23.976 fps", False)
    with qtbot.waitSignal(transport.rate_changed) as signal:
        menu.actions()[-1].trigger()
    assert signal.args == [0.0]


@NO_KEYBOARD
@pytest.mark.parametrize(
    ("typed", "scale"), [("150", 1.5), ("33,3 %", 0.333), ("Fit", 0.0), ("-5", 0.02), ("9999", 64.0), ("x", None)]
)
def test_a_zoom_is_typed_or_chosen(transport: Transport, qtbot: QtBot, typed: str, scale: float | None) -> None:
    scales: list[float] = []
    transport.zoom_chosen.connect(scales.append)
    transport.resize(1400, transport.height())
    field = named(transport, "Zoom")
    assert isinstance(field, QLineEdit)
    for text, shown in (
        ("", "Fit"),
        ("Fit 9 %", "Fit 9 %"),
        ("", "Fit"),
        *[("2 %", "2 %"), ("", "2 %")],
        ("Fit 54 %",) * 2,
    ):
        transport.show_zoom(text)
        assert field.text() == shown
    assert choose(transport, qtbot, named(transport, "Usual zooms"), "200 %") == ["Fit"]
    qtbot.mouseClick(field, BUTTON)
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert scales == pytest.approx([2.0, *([] if scale is None else [scale])])
    assert field.text() == "Fit 54 %", "until the picture is shown so"


def test_the_measured_rate_stands_beside_the_one_aimed_at(transport: Transport) -> None:
    transport.show_state(playing(seen=23.94))
    assert said(transport, "Frames seen per second") == "23.9 /"
    assert "23.9 frames a second of 24." in named(transport, "Frames seen per second").toolTip()
    transport.show_state(replace(playing(seen=23.94), playing=False))
    assert said(transport, "Frames seen per second") == ""


@pytest.mark.parametrize(
    ("speed", "seen", "stands_out"),
    [(1, 22.9, False), (1, 22.7, True), (-1, 22.7, True), (4, 90.0, True), (4, 92.0, False)],
)
def test_a_measured_rate_far_below_stands_out(transport: Transport, speed: int, seen: float, stands_out: bool) -> None:  # noqa: FBT001 - a case
    transport.show_state(playing(speed, seen))
    assert (named(transport, "Frames seen per second").property("role") == "warning") == stands_out
    transport.show_state(playing(1, 24.0))
    assert named(transport, "Frames seen per second").property("role") == "dim"
    transport.show_state(playing(1, 13.2, slowed=SLOWED))
    for name in ("Frames seen per second", "Frames per second"):
        assert "The share brings 13.2 frames a second." in named(transport, name).toolTip()
    transport.show_state(playing(1, 24.0))
    assert "share" not in named(transport, "Frames per second").toolTip()


def test_dropped_frames_are_counted(transport: Transport) -> None:
    transport.show_state(playing(1, 22.0, 12))
    assert said(transport, "Dropped frames") == "12 dropped"
    transport.show_state(replace(STATE, playback=PlaybackView(dropped=1)))
    assert said(transport, "Dropped frames") == "1 dropped"
    assert "1 frame was left out" in named(transport, "Dropped frames").toolTip()
    assert "1 frame was left out" in named(transport, "Frames seen per second").toolTip()
    transport.show_state(playing(8, 22.0, 12_345))
    assert said(transport, "Dropped frames") == "12k dropped"
    assert "12,345 frames were left out" in named(transport, "Dropped frames").toolTip()
    transport.show_state(STATE)
    assert said(transport, "Dropped frames") == ""


@pytest.mark.parametrize(
    ("speed", "seen", "fast", "measured"),
    [
        (1, 24.0, "", "24.0 /"),
        (-1, 24.0, "", "24.0 /"),
        (4, 45.0, "×4", "45.0 / 96"),  # noqa: RUF001 - "times"
        (-2, 45.0, "◀ ×2", "45.0 / 48"),  # noqa: RUF001 - "times"
    ],
)
def test_the_speed_of_the_shuttle_is_told(
    transport: Transport, speed: int, seen: float, fast: str, measured: str
) -> None:
    transport.show_state(playing(speed, seen))
    assert said(transport, "Speed") == fast
    assert said(transport, "Frames seen per second") == measured


@pytest.mark.parametrize(
    ("state", "lit"),
    [
        (STATE, []),
        (playing(1), ["play"]),
        (playing(-4), ["play_backwards"]),
        (replace(STATE, playback=PlaybackView(waits_for_fill=True)), ["play"]),
    ],
)
def test_what_plays_has_its_button_lit(transport: Transport, state: ViewState, lit: list[str], qtbot: QtBot) -> None:
    buttons = {name: button_of(transport, name) for name in ("play", "play_backwards")}
    transport.show_state(state)
    assert [name for name, button in buttons.items() if button.isChecked()] == lit
    for name, button in buttons.items():  # the model says what plays, not the button that was pressed
        with qtbot.waitSignal(transport.triggered) as signal:
            qtbot.mouseClick(button, BUTTON)
        assert signal.args == [name]
        assert [name for name, button in buttons.items() if button.isChecked()] == lit


def choose(transport: Transport, qtbot: QtBot, button: QWidget, text: str) -> list[str]:
    """Opens the list of a chip, chooses a line, and returns those that were ticked."""
    qtbot.mouseClick(button, BUTTON)
    menu = next(each for each in transport.findChildren(QMenu) if each.isVisible())
    ticked = [each.text() for each in menu.actions() if each.isChecked()]
    next(each for each in menu.actions() if each.text() == text).trigger()
    menu.close()
    return ticked


@NO_KEYBOARD
def test_the_chips_say_how_it_plays_and_open_their_lists(transport: Transport, qtbot: QtBot) -> None:
    chosen: list[tuple[str, object]] = []
    transport.setting_chosen.connect(lambda name, value: chosen.append((name, value)))
    transport.resize(1400, transport.height())
    assert choose(transport, qtbot, chip(transport, "Every frame"), "Real time") == ["Every frame"]
    assert choose(transport, qtbot, chip(transport, "Loop"), "Ping-pong") == ["Loop"]
    assert chosen == [("play_policy", PlayPolicy.REAL_TIME), ("repeat", Repeat.PING_PONG)]
    transport.show_state(
        replace(STATE, preferences=Preferences(play_policy=PlayPolicy.REAL_TIME, repeat=Repeat.PING_PONG))
    )
    assert chip(transport, "Real time").accessibleName() == "While frames come too slowly: real time"
    assert chip(transport, "Ping-pong").accessibleName() == "At the end: ping-pong"
    transport.show_state(replace(STATE, preferences=Preferences(repeat=Repeat.ONCE)))
    assert chip(transport, "Once").isVisible()


@NO_KEYBOARD
def test_the_time_is_told_in_the_unit_asked_for(transport: Transport, qtbot: QtBot) -> None:
    frames = len(parts(transport))
    transport.show_state(TIME_CODE)
    code = chip(transport, "01:00:03:23")
    assert code.isVisible()
    assert code.accessibleName() == "Time code"
    with qtbot.waitSignal(transport.setting_chosen) as signal:
        assert choose(transport, qtbot, code, "Seconds") == ["Time code"]
    assert signal.args == ["show_time", TimeDisplay.SECONDS]
    transport.show_state(replace(TIME_CODE, number=FrameNumber(1097)))
    assert code.text() == "01:00:04:00"
    transport.show_state(replace(TIME_CODE, preferences=Preferences(show_time=TimeDisplay.SECONDS)))
    assert code.text() == "3.958 s"
    transport.show_state(STATE)
    assert not code.isVisible()
    assert len(parts(transport)) == frames


@pytest.mark.parametrize("width", [700, 900, 1280, 3000])
def test_nothing_moves_while_figures_change(transport: Transport, width: int) -> None:
    transport.show_state(FULL)
    transport.resize(width, transport.height())
    before = places(transport)
    for at, view in enumerate(
        (
            PlaybackView(24.0, 1, 0.0),
            PlaybackView(24.0, 1, 23.976, 3),
            PlaybackView(24.0, -2, 9.1, 1234, SLOWED),
            PlaybackView(24.0, 8, 188.8, 1),
            PlaybackView(60.0, -32, 59.9, 123_456),
        )
    ):
        transport.show_state(replace(FULL, number=FrameNumber(1001 + 59 * at), playing=True, playback=view))
        assert places(transport) == before, view


def test_dropping_frames_moves_no_other_figure(transport: Transport) -> None:
    transport.resize(1280, transport.height())
    transport.show_state(playing(2, 40.0))
    before = places(transport)
    transport.show_state(playing(2, 40.0, 7))
    assert named(transport, "Dropped frames") in parts(transport)
    assert [place for place in places(transport) if place in before] == before


@pytest.mark.parametrize("state", [FULL, STATE, ViewState()], ids=["full", "plain", "empty"])
def test_what_is_shown_has_its_room_at_every_width(transport: Transport, state: ViewState) -> None:
    transport.show_state(replace(state, playing=True, playback=PlaybackView(60.0, -32, 59.9, 8_888)))
    seen = []
    for width in (transport.minimumSizeHint().width(), 500, 640, 700, 800, 900, 1000, 1150, 1300, 1920, 3000):
        transport.resize(width, transport.height())
        assert_nothing_overlaps(transport)
        for part in parts(transport):
            if isinstance(part, QLabel):
                assert part.fontMetrics().horizontalAdvance(part.text()) <= part.width(), (width, part.text())
        seen.append(len(parts(transport)))
    assert seen == sorted(seen)
    assert named(transport, "Frames per second") in parts(transport)


def test_the_figures_of_playing_are_there_in_a_window_of_900(transport: Transport) -> None:
    transport.show_state(FULL)
    assert transport.minimumSizeHint().width() < 480  # which leaves a narrow window narrow
    transport.show_state(replace(FULL, playing=True, playback=PlaybackView(24.0, -2, 45.0, 12)))
    shown = {part.accessibleName() for part in parts(transport)}
    assert {"Time code", "Dropped frames", "Speed", "Frames seen per second", "Frames per second"} <= shown
    transport.resize(1500, transport.height())
    assert {"Range of frames", "In and out points"} <= {part.accessibleName() for part in parts(transport)}


def test_without_a_sequence_there_is_nothing_to_press(transport: Transport) -> None:
    transport.show_state(ViewState())
    assert not named(transport, "Play").isEnabled()
    assert not number(transport).isEnabled()
    assert number(transport).text() == ""


def test_it_can_be_shown_in_other_colours(transport: Transport) -> None:
    before = transport.grab().toImage()
    transport.set_colours(LIGHT)
    assert transport.grab().toImage() != before


def test_a_part_of_a_name_is_searched_again_and_again(transport: Transport, qtbot: QtBot) -> None:
    searched: list[str] = []
    entered: list[str] = []
    transport.searched.connect(searched.append)
    transport.entered.connect(entered.append)
    field = next(each for each in transport.findChildren(QLineEdit) if each.accessibleName() == "Frame number")
    transport.edit_number()
    qtbot.keyClicks(field, "oak_")
    for _ in range(2):
        qtbot.keyClick(field, Qt.Key.Key_Return)
        transport.show_state(replace(STATE, number=FrameNumber(1099)))
    assert (searched, entered, field.text(), field.hasFocus()) == (["oak_", "oak_"], [], "oak_", True)
    field.selectAll()
    qtbot.keyClicks(field, "1100")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (searched, entered, field.hasFocus()) == (["oak_", "oak_"], ["1100"], False)
