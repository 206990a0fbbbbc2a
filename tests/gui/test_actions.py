"""The table of commands as menus and shortcuts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QAction, QMenu, QMenuBar, QWidget

from viewer.gui.actions import MAIN, Actions
from viewer.gui.keyboard import repeating_codes, repeating_command
from viewer.gui.theme import DARK
from viewer.gui.widgets.mnemonics import plain, with_mnemonics
from viewer.model.commands import COMMANDS
from viewer.model.key_map import KeyMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from viewer.app import App

NONE, SHIFT, CTRL, ALT, META, KEYPAD = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


@pytest.fixture
def done() -> list[str]:
    """The commands carried out."""
    return []


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def actions(window: QWidget, done: list[str]) -> Actions:
    return Actions(window, {command.name: lambda name=command.name: done.append(name) for command in COMMANDS})  # type: ignore[misc]


def test_every_command_has_a_verb_of_the_window_and_a_place_in_its_menus(app: App) -> None:
    bar = app.window.menuBar()
    assert bar is not None
    placed = [action.objectName() for menu in menus_of(bar) for action in menu.actions() if action.objectName()]
    assert Counter(placed) == Counter(command.name for command in COMMANDS if command.in_menu)
    menu = next(menu for menu in menus_of(bar) if app.window.findChild(QAction, "order_by_pattern") in menu.actions())
    app.window.findChild(QAction, "order_by_pattern").setText("By pattern: a&&b")
    for menu in menus_of(bar):
        menu.aboutToShow.emit()
        assert_mnemonics(menu.actions())
    assert_mnemonics(bar.actions())
    pattern = app.window.findChild(QAction, "order_by_pattern").text()
    assert plain(pattern) == "By pattern: a&b"


def menus_of(bar: QMenuBar) -> list[QMenu]:
    menus = [action.menu() for action in bar.actions()]
    return [each for menu in menus if menu is not None for each in (menu, *menu.findChildren(QMenu))]


def assert_mnemonics(actions: Sequence[QAction]) -> None:
    """Each row has an underlined letter of its own."""
    letters = [re.findall("&(.)", each.text().replace("&&", "")) for each in actions if not each.isSeparator()]
    assert {len(each) for each in letters} == {1}
    assert len({letter.lower() for (letter,) in letters}) == len(letters)


def test_the_letters_of_menus_begin_words_where_they_can_and_none_is_left_out() -> None:
    texts = ["Save", "Save as…", "Say", "100 %", "Q&&A"]
    assert with_mnemonics(texts) == ["&Save", "Save &as…", "Sa&y", "&100 %", "&Q&&A"]
    assert with_mnemonics(with_mnemonics(texts)) == with_mnemonics(texts)
    rows = with_mnemonics(["ab", "ba", "aab", "c"])
    assert [plain(each) for each in rows] == ["ab", "ba", "aab", "c"]
    assert [each.count("&") for each in rows] == [1, 1, 0, 1]


@pytest.mark.parametrize("change", ["missing", "more"])
def test_commands_and_verbs_that_do_not_match_are_refused(window: QWidget, change: str) -> None:
    verbs = dict.fromkeys((command.name for command in COMMANDS), list)
    if change == "more":
        verbs["dance"] = list
    else:
        del verbs["quit"]
    with pytest.raises(ValueError, match="dance" if change == "more" else "quit"):
        Actions(window, verbs)


def test_no_two_commands_share_a_shortcut_and_each_is_one_that_qt_knows(actions: Actions) -> None:
    shortcuts = [(key.toString(), key) for command in COMMANDS for key in actions[command.name].shortcuts()]
    assert sorted(text for text, _ in shortcuts) == sorted(key for command in COMMANDS for key in command.keys)
    assert len({text for text, _ in shortcuts}) == len(shortcuts)
    assert all(key.count() == 1 and key[0] & ~0xFE000000 != Qt.Key.Key_unknown for _, key in shortcuts)


def test_every_action_carries_out_its_own_command_once(actions: Actions, done: list[str]) -> None:
    for command in COMMANDS:
        actions[command.name].trigger()
    assert done == [command.name for command in COMMANDS]


def test_actions_are_what_the_table_says(actions: Actions) -> None:
    for command in COMMANDS:
        action = actions[command.name]
        assert (plain(action.text()), action.isCheckable(), action.autoRepeat()) == (
            command.text,
            command.checkable,
            False,
        )


def test_shortcuts_work_without_a_menu_bar(actions: Actions, window: QWidget) -> None:
    assert [action.objectName() for action in window.actions()] == [command.name for command in COMMANDS]
    assert actions["quit"] in window.actions()


def test_menus_and_their_groups_stand_in_the_order_of_the_table(actions: Actions, qtbot: QtBot) -> None:
    bar = QMenuBar()
    tips: list[str] = []
    qtbot.addWidget(bar)
    actions.fill(bar, tips.append)
    assert [menu.text() for menu in bar.actions()] == [
        *("&File", "&Go", "&Playback", "&View", "&Image", "&Tools", "&Help")
    ]
    for menu in menus_of(bar):
        rows: list[str] = []
        group, submenus = None, set()
        for command in COMMANDS:
            place = command.submenu or command.menu
            if not command.in_menu or plain(menu.title()) not in (command.menu, place):
                continue
            if group not in {None, command.group} and place == plain(menu.title()):
                rows.append("-")
            if place == plain(menu.title()):
                rows.append(command.name)
                group = command.group
            elif command.submenu not in submenus:
                submenus.add(command.submenu)
                rows.append("")
        assert ["-" if action.isSeparator() else action.objectName() for action in menu.actions()] == rows
        menu.hovered.emit(menu.actions()[0])
        menu.aboutToHide.emit()
    assert tips[0] == actions["open_folder"].statusTip() != ""
    assert set(tips[1::2]) == {""}, "it goes with its menu"


def test_the_main_commands_have_an_icon_and_a_status_tip(actions: Actions) -> None:
    actions.set_colours(DARK)
    assert len(MAIN) >= 10
    for name in MAIN:
        assert not actions[name].icon().isNull()
        assert actions[name].statusTip().endswith(".")
        assert not actions[name].isCheckable(), "its tick would be hidden by the icon"


@pytest.mark.parametrize(
    ("key", "modifiers", "name"),
    [
        (Qt.Key.Key_Right, NONE, "next_frame"),
        (Qt.Key.Key_Right, KEYPAD, "next_frame"),
        (Qt.Key.Key_Left, NONE, "previous_frame"),
        (Qt.Key.Key_Right, SHIFT, "forward_10"),
        (Qt.Key.Key_Left, SHIFT, "back_10"),
        (Qt.Key.Key_Right, CTRL, "forward_100"),
        (Qt.Key.Key_Left, CTRL, "back_100"),
        (Qt.Key.Key_Plus, NONE, "zoom_in"),
        (Qt.Key.Key_Plus, SHIFT, "zoom_in"),
        (Qt.Key.Key_Plus, KEYPAD, "zoom_in"),
        (Qt.Key.Key_Equal, NONE, "zoom_in"),
        (Qt.Key.Key_Equal, SHIFT, "zoom_in"),
        (Qt.Key.Key_Minus, NONE, "zoom_out"),
        (Qt.Key.Key_Minus, SHIFT, "zoom_out"),
        (Qt.Key.Key_Minus, KEYPAD, "zoom_out"),
        (Qt.Key.Key_Right, ALT, None),
        (Qt.Key.Key_Right, META, None),
        (Qt.Key.Key_Right, CTRL | SHIFT, None),
        (Qt.Key.Key_Plus, CTRL, "zoom_in"),
        (Qt.Key.Key_Minus, CTRL, "zoom_out"),
        (Qt.Key.Key_Space, NONE, None),
        (Qt.Key.Key_F, NONE, None),
    ],
)
def test_keys_that_repeat(key: Qt.Key, modifiers: Qt.KeyboardModifiers | Qt.KeyboardModifier, name: str | None) -> None:
    for held in (False, True):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifiers(modifiers), "", held)
        assert repeating_command(event) == name


def test_each_repeating_command_has_a_key_that_finds_it(actions: Actions) -> None:
    for command in COMMANDS:
        for sequence in actions[command.name].shortcuts():
            code = sequence[0]
            modifiers = Qt.KeyboardModifiers(Qt.KeyboardModifier(code & 0x7E000000))
            event = QKeyEvent(QEvent.Type.KeyPress, code & 0x01FFFFFF, modifiers)
            assert repeating_command(event) == (command.name if command.repeats else None)


def test_the_user_s_keys_take_the_place_of_those_of_the_table(actions: Actions) -> None:
    keys = KeyMap({"reload": ("F",), "next_frame": ("Up", "!"), "invert": ()})
    actions.set_keys(keys)

    def shortcuts(name: str) -> list[str]:
        return [key.toString() for key in actions[name].shortcuts()]

    assert [shortcuts(name) for name in ("reload", "fit", "next_frame", "invert")] == [["F"], ["0"], ["Up", "!"], []]
    codes = repeating_codes(keys)
    for key, modifiers, name in (
        (Qt.Key.Key_Up, NONE, "next_frame"),
        (Qt.Key.Key_Exclam, SHIFT, "next_frame"),
        (Qt.Key.Key_Right, NONE, None),
    ):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifiers(modifiers))
        assert repeating_command(event, codes) == name
