# mypy: untyped-calls-exclude=pytestqt
"""The sheet of shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit

from viewer.gui.widgets.shortcut_sheet import ShortcutSheet
from viewer.model.commands import COMMANDS
from viewer.model.key_map import KeyMap

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def words(sheet: ShortcutSheet) -> list[str]:
    return [label.text() for label in sheet.findChildren(QLabel)]


def test_every_command_with_a_key_is_listed(qtbot: QtBot) -> None:
    sheet = ShortcutSheet()
    qtbot.addWidget(sheet)
    listed = words(sheet)
    for command in COMMANDS:
        if command.keys and not command.name.startswith("zoom_"):
            assert command.text.rstrip("…") in listed
    assert "100 % … 800 %" in listed
    assert "Open the demo sequence" not in listed, "it has no key"


def test_keys_are_parted_into_caps(qtbot: QtBot) -> None:
    chosen = [command for command in COMMANDS if command.name in {"set_rate", "zoom_in", "invert", "about"}]
    keys = KeyMap({"zoom_in": ("Ctrl+Shift+Right", "+"), "set_rate": ("Ctrl++",), "invert": ()})
    sheet = ShortcutSheet(commands=chosen, keys=keys)
    qtbot.addWidget(sheet)
    sections = [each for each in words(sheet) if not each.startswith("No command")]
    assert sections == ["Playback", "Set rate", "Ctrl", "+", "View", "Zoom in", "Ctrl", "Shift", "→", "or", "+"]


def test_it_has_a_search_three_columns_the_mouse_and_the_keys_of_now(qtbot: QtBot) -> None:
    sheet = ShortcutSheet()
    qtbot.addWidget(sheet)
    sheet.show()

    def columns() -> int:
        headings = [each for each in sheet.findChildren(QLabel) if each.property("role") == "heading"]
        return len({each.mapTo(sheet, QPoint()).x() for each in headings})

    for width, count in ((1200, 3), (900, 2), (600, 1), (1280, 3)):
        sheet.resize(width, 700)
        QApplication.processEvents()
        assert columns() == count
    assert "Picture: wheel" in words(sheet)
    sheet.show_keys(KeyMap({"reload": ("Ctrl+Y",)}))
    for typed, found in (("ctrl+y", {"Reload"}), ("GO bookmarks", {"Bookmarks"}), ("xyzzy", set())):
        sheet.findChildren(QLineEdit)[0].setText(typed)
        shown = {each.text() for each in sheet.findChildren(QLabel) if each.isVisible() and each.wordWrap()}
        assert shown == found
    sheet.close()
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
        sheet.show()
        QApplication.setActiveWindow(sheet)
        assert sheet.findChildren(QLineEdit)[0].text() == "", "what was searched for the last time is gone"
        sheet.findChildren(QLineEdit)[0].setText("frame")
        qtbot.keyClick(sheet, key)
        assert not sheet.isVisible()
