# mypy: untyped-calls-exclude=pytestqt
"""The transport, with real clicks and keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit, QShortcut, QToolButton, QWidget

from viewer.core.frame import FrameNumber
from viewer.core.spans import Span
from viewer.gui.theme import DARK, LIGHT
from viewer.gui.widgets.transport import BUTTONS, Transport
from viewer.model.commands import COMMANDS
from viewer.model.preferences import Preferences
from viewer.model.view_state import SequenceView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

BUTTON = Qt.MouseButton.LeftButton
STATE = ViewState(
    sequence=SequenceView("shot.[1001-1240].png", "/shots", 1001, 1240, 238, (Span(1100, 1101),), 1, 1),
    number=FrameNumber(1096),
)


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


def entered(transport: Transport) -> list[str]:
    texts: list[str] = []
    transport.entered.connect(texts.append)
    return texts


def test_each_button_names_its_command(transport: Transport, qtbot: QtBot) -> None:
    names: list[str] = []
    transport.triggered.connect(names.append)
    for command in COMMANDS:
        if command.name in BUTTONS:
            qtbot.mouseClick(named(transport, command.text), BUTTON)
    assert sorted(names) == sorted(BUTTONS)


def test_no_button_takes_the_focus(transport: Transport) -> None:
    assert {b.focusPolicy() for b in transport.findChildren(QToolButton)} == {Qt.FocusPolicy.NoFocus}
    assert {b.focusPolicy() for b in transport.findChildren(QLineEdit)} == {Qt.FocusPolicy.ClickFocus}


def test_the_play_button_says_what_it_would_do(transport: Transport) -> None:
    play = named(transport, "Play")
    transport.show_state(replace(STATE, playing=True))
    assert play.accessibleName() == "Stop"
    assert play.toolTip() == "Stop (Space)"
    transport.show_state(STATE)
    assert play.accessibleName() == "Play"


def test_it_shows_where_the_playhead_is(transport: Transport) -> None:
    assert number(transport).text() == "1096"
    assert "of 1001–1240" in [label.text() for label in transport.findChildren(QLabel)]  # noqa: RUF001 - a dash
    transport.show_state(replace(STATE, number=FrameNumber(1097), mark_in=1040, mark_out=1180))
    assert number(transport).text() == "1097"
    assert "In 1040 · Out 1180" in [label.text() for label in transport.findChildren(QLabel)]


@pytest.mark.parametrize("typed", ["131", "+20", "-20"])
def test_a_typed_number_is_sent_on_enter(transport: Transport, typed: str, qtbot: QtBot) -> None:
    texts, field = entered(transport), number(transport)
    qtbot.mouseClick(field, BUTTON)
    qtbot.keyClicks(field, typed)
    assert texts == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert texts == [typed]
    assert not field.hasFocus()


def test_what_is_no_number_cannot_be_typed(transport: Transport, qtbot: QtBot) -> None:
    field = number(transport)
    qtbot.mouseClick(field, BUTTON)
    qtbot.keyClicks(field, "f1o3 i1")
    assert field.text().replace(" ", "") in {"131", "13"}


def test_esc_gives_the_focus_back_and_sends_nothing(transport: Transport, qtbot: QtBot) -> None:
    texts, field = entered(transport), number(transport)
    transport.edit_number()
    assert field.hasFocus()
    assert field.selectedText() == "1096"
    qtbot.keyClicks(field, "12")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (texts, field.text(), field.hasFocus()) == ([], "1096", False)


def test_enter_without_typing_sends_nothing(transport: Transport, qtbot: QtBot) -> None:
    negative = SequenceView("a", "/a", -9, 9, 19, (), 1, 1)
    transport.show_state(ViewState(sequence=negative, number=FrameNumber(-5)))
    texts = entered(transport)
    transport.edit_number()
    qtbot.keyClick(number(transport), Qt.Key.Key_Return)
    assert texts == []


def test_what_is_being_typed_is_not_overwritten(transport: Transport, qtbot: QtBot) -> None:
    field = number(transport)
    qtbot.mouseClick(field, BUTTON)
    qtbot.keyClicks(field, "12")
    transport.show_state(replace(STATE, number=FrameNumber(1097)))
    assert field.text() == "12"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "1097"


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


@pytest.mark.parametrize(("typed", "sent"), [("30", 30.0), ("23,976", 23.976), ("500", 240.0), ("0", 1.0)])
def test_a_rate_is_typed_freely_within_its_limits(transport: Transport, qtbot: QtBot, typed: str, sent: float) -> None:
    field = rate(transport)
    assert field.text() == "24 fps"
    qtbot.mouseClick(field, BUTTON)
    assert field.selectedText() == "24"
    qtbot.keyClicks(field, typed)
    with qtbot.waitSignal(transport.rate_changed) as signal:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert signal.args == [sent]
    assert field.text() == f"{sent:g} fps"


def test_an_unfinished_rate_is_forgotten(transport: Transport, qtbot: QtBot) -> None:
    field = rate(transport)
    with qtbot.assertNotEmitted(transport.rate_changed):
        for typed in (".", "24"):
            qtbot.mouseClick(field, BUTTON)
            qtbot.keyClicks(field, typed)
            qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "24 fps"


def test_the_rate_follows_the_preferences(transport: Transport) -> None:
    transport.show_state(replace(STATE, preferences=Preferences(rate=12.5)))
    assert rate(transport).text() == "12.5 fps"


def test_loop_is_switched_and_follows_the_preferences(transport: Transport, qtbot: QtBot) -> None:
    loop = next(b for b in transport.findChildren(QToolButton) if b.text() == "Loop")
    assert loop.isChecked()
    with qtbot.waitSignal(transport.loop_toggled) as signal:
        qtbot.mouseClick(loop, BUTTON)
    assert signal.args == [False]
    with qtbot.assertNotEmitted(transport.loop_toggled):
        transport.show_state(replace(STATE, preferences=Preferences(looping=True)))
    assert loop.isChecked()


def test_without_a_sequence_there_is_nothing_to_press(transport: Transport) -> None:
    transport.show_state(ViewState())
    assert not named(transport, "Play").isEnabled()
    assert not number(transport).isEnabled()
    assert number(transport).text() == ""


def test_it_can_be_shown_in_other_colours(transport: Transport) -> None:
    before = transport.grab().toImage()
    transport.set_colours(LIGHT)
    assert transport.grab().toImage() != before
    assert QApplication.focusWidget() is None
