# mypy: untyped-calls-exclude=pytestqt
"""The editor of the keys and the palette of commands, by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QGuiApplication, QKeyEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAction,
    QApplication,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QToolButton,
)

from viewer.core.records import replace
from viewer.gui.widgets.command_palette import CommandPalette, Entry, ranked
from viewer.gui.widgets.key_editor import KeyCapture, KeyEditor, KeyTextDialog
from viewer.gui.widgets.preferences import PreferencesDialog
from viewer.model.commands import COMMANDS
from viewer.model.key_map import DEFAULT_KEYS, KeyMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from viewer.app import App

hand: Any = QTest
KEYS, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Editing:
    """An editor of the keys and a person at the keyboard."""

    def __init__(self, qtbot: QtBot) -> None:
        self.editor = KeyEditor()
        qtbot.addWidget(self.editor)
        self.editor.changed.connect(self._take)
        self.keys = DEFAULT_KEYS
        self.table: QTableWidget = self.editor.findChildren(QTableWidget)[0]
        self.capture: KeyCapture = self.editor.findChildren(KeyCapture)[0]
        self.editor.show()
        self.editor.activateWindow()
        qtbot.waitUntil(self.editor.isActiveWindow)

    def _take(self, keys: KeyMap) -> None:
        self.keys = keys

    def choose(self, name: str) -> None:
        self.table.selectRow(next(row for row, command in enumerate(COMMANDS) if command.name == name))
        self.table.setFocus()

    def press(self, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:  # noqa: ANN401 - Qt's flags
        hand.keyClick(QApplication.focusWidget(), key, modifiers)

    def button(self, text: str) -> QPushButton:
        return next(each for each in self.editor.findChildren(QPushButton) if each.text() == text)

    @property
    def said(self) -> str:
        return self.editor.findChildren(QLabel)[-1].text()


@pytest.fixture
def editing(qtbot: QtBot) -> Editing:
    return Editing(qtbot)


def test_a_key_is_changed_added_taken_away_and_given_back(editing: Editing) -> None:
    assert not editing.button("Reset all…").isEnabled(), "no command has other keys"
    editing.choose("repeat")
    editing.press(KEYS.Key_Return)
    assert editing.capture.hasFocus()
    editing.press(KEYS.Key_Control)
    editing.press(KEYS.Key_Y, CTRL | SHIFT)
    assert editing.keys.of("repeat") == ("Ctrl+Shift+Y",)
    assert editing.table.hasFocus()
    editing.button("Add key…").click()
    editing.press(KEYS.Key_Exclam, SHIFT)
    assert editing.keys.of("repeat") == ("Ctrl+Shift+Y", "!")
    assert editing.table.item(editing.table.currentRow(), 2).text() == "Ctrl+Shift+Y   !"  # type: ignore[union-attr]
    editing.press(KEYS.Key_Delete)
    assert editing.keys.of("repeat") == ()
    assert editing.button("Reset all…").isEnabled()
    editing.button("Reset").click()
    assert editing.keys == DEFAULT_KEYS


def test_a_key_of_another_command_is_named_and_taken_over_only_when_wanted(editing: Editing) -> None:
    for wanted in (False, True):
        editing.editor.begin()
        hand.keyClicks(QApplication.focusWidget(), "pong")
        editing.press(KEYS.Key_Return)
        editing.press(KEYS.Key_F5)
        assert "“Reload”" in editing.said
        assert editing.keys == DEFAULT_KEYS
        assert editing.button("Take it over").hasFocus()
        editing.press(KEYS.Key_Return if wanted else KEYS.Key_Escape)
        assert not editing.button("Take it over").isVisible()
    assert (editing.keys.of("repeat"), editing.keys.of("reload")) == (("F5",), ())
    editing.editor.begin()
    editing.choose("reload")
    editing.button("Reset").click()
    assert "“Loop, ping-pong or once”" in editing.said
    assert (editing.keys.of("repeat"), editing.keys.of("reload")) == ((), ("F5",))


def test_keys_that_lead_out_cannot_be_given_away(editing: Editing) -> None:
    editing.choose("leave")
    editing.press(KEYS.Key_Return)
    assert not editing.capture.isVisible()
    assert "cannot be changed" in editing.said
    editing.choose("reload")
    for key, modifier in (
        (KEYS.Key_Return, CTRL),
        (KEYS.Key_F, Qt.KeyboardModifier.AltModifier),
        (KEYS.Key_VolumeUp, Qt.KeyboardModifier.NoModifier),
    ):
        editing.press(KEYS.Key_Return)
        QApplication.sendEvent(editing.capture, QKeyEvent(QEvent.Type.KeyPress, key, modifier))
        assert "Press another" in editing.said
        editing.press(KEYS.Key_Escape)
        assert editing.table.hasFocus()
    assert editing.keys == DEFAULT_KEYS


def test_a_search_leaves_the_commands_that_match(editing: Editing) -> None:
    field = next(each for each in editing.editor.findChildren(QLineEdit) if each.accessibleName().startswith("Find"))
    hand.keyClicks(field, "ctrl+b")
    shown = [row for row in range(editing.table.rowCount()) if not editing.table.isRowHidden(row)]
    assert [COMMANDS[row].name for row in shown] == ["bookmarks"]
    hand.keyClicks(field, "xyzzy")
    assert not editing.button("Change key…").isEnabled()


def test_keys_go_out_and_come_in_as_text(editing: Editing) -> None:
    editing.button("As text…").click()
    dialog = editing.editor.findChildren(KeyTextDialog)[0]
    text = dialog.findChildren(QPlainTextEdit)[0]
    copy, use, _ = dialog.findChildren(QPushButton)
    text.setPlainText('{"keys": {"reload": ["Esc"]}}')
    assert not use.isEnabled()
    assert "fields" in dialog.findChildren(QLabel)[1].text()
    text.setPlainText('{"keys": {"reload": ["ctrl+y"]}}')
    copy.click()
    assert QGuiApplication.clipboard().text() == text.toPlainText()  # type: ignore[union-attr]
    use.click()
    assert editing.keys.changed == {"reload": ("Ctrl+Y",)}


def test_what_is_found_stands_in_order_and_what_cannot_be_done_is_not_done(qtbot: QtBot) -> None:
    done: list[str] = []
    entries = [
        Entry("Read from in to out", "Tools", "Ctrl+R", None),
        Entry("Reload", "File", "F5", lambda: done.append("reload")),
        Entry("Open v003", "/render/area", "", lambda: done.append("open")),
    ]
    assert [entry.text for entry, _ in ranked("rea", entries)] == ["Read from in to out", "Reload", "Open v003"]
    parent = QPushButton()
    qtbot.addWidget(parent)
    parent.show()
    palette = CommandPalette(parent)
    field, rows = palette.findChildren(QLineEdit)[0], palette.findChildren(QListView)[0]
    up, down, far = KEYS.Key_Up, KEYS.Key_Down, KEYS.Key_PageDown
    for typed, keys, expected in (
        ("rea", [], "reload"),
        ("rea", [up], "open"),
        ("rea", [down, down], "reload"),
        ("rea", [far], "open"),
        ("readfrom", [down], None),
    ):
        done.clear()
        palette.offer(entries, lambda _typed: ())
        hand.keyClicks(field, typed)
        for key in keys:
            hand.keyClick(field, key)
        hand.keyClick(field, KEYS.Key_Return)
        assert done == ([expected] if expected else [])
        assert palette.isVisible() == (expected is None)
    field.setText("rea")
    assert rows.model().data(rows.model().index(1, 0)) == "Reload, File, F5"  # type: ignore[union-attr]
    hand.keyClick(field, KEYS.Key_Escape)
    assert not palette.isVisible()


def test_commands_frames_and_folders_are_reached_through_the_palette(
    app: App, opened: Callable[..., App], frames: Callable[..., Path], qtbot: QtBot
) -> None:
    grey = {"play", "copy_picture", "next_frame", "zoom_2", "invert", "open_folder", "repeat", "parent_folder"}
    waits = {name for name in grey if not app.window.findChild(QAction, name).isEnabled()}
    assert grey - waits == {"open_folder", "repeat"}
    first = frames("first", 3)
    opened(first)
    assert app.window.findChild(QAction, "play").isEnabled()
    opened(frames("second", 30))

    def find(typed: str) -> None:
        app.window.findChild(QAction, "palette").trigger()
        palette = app.window.findChild(CommandPalette)
        field = palette.findChildren(QLineEdit)[0]
        hand.keyClicks(field, typed)
        hand.keyClick(field, KEYS.Key_Return)
        assert not palette.isVisible()

    find("12")
    qtbot.waitUntil(lambda: app.window.state.number == 12)
    find("setinp")
    qtbot.waitUntil(lambda: app.window.state.mark_in == 12)
    find("panels")
    assert not app.window.findChild(QAction, "panels").isChecked()
    find("smooth when")
    dialog = app.window.findChild(PreferencesDialog)
    qtbot.waitUntil(dialog.editor("smooth").hasFocus)
    dialog.close()
    find("open first")
    qtbot.waitUntil(lambda: app.window.state.sequence is not None and app.window.state.sequence.folder == str(first))


def test_keys_that_were_changed_are_used_everywhere_and_in_the_next_window(
    opened: Callable[..., App], frames: Callable[..., Path], qtbot: QtBot
) -> None:
    app = opened(frames("shots", 30))
    keys = KeyMap({"next_frame": ("Up",), "last_frame": ("Q",), "play": ()})
    app.model.keep(replace(app.model.settings, keys=keys))
    buttons = {each.accessibleName(): each.toolTip() for each in app.window.findChildren(QToolButton)}
    qtbot.waitUntil(lambda: app.window.state.keys.of("last_frame") == ("Q",))
    buttons = {each.accessibleName(): each.toolTip() for each in app.window.findChildren(QToolButton)}
    assert (buttons["Last frame"], buttons["Play"], buttons["Next frame"]) == (
        "Last frame (Q)",
        "Play",
        "Next frame (Up)",
    )
    app.window.activateWindow()
    QApplication.sendEvent(
        app.window.canvas, QKeyEvent(QEvent.Type.KeyPress, KEYS.Key_Up, Qt.KeyboardModifier.NoModifier)
    )
    qtbot.waitUntil(lambda: app.window.state.number == 2)
    hand.keyClick(app.window, KEYS.Key_Q)
    qtbot.waitUntil(lambda: app.window.state.number == 30)


def test_rate_points_and_zoom_are_set_by_the_keyboard(
    opened: Callable[..., App], frames: Callable[..., Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(frames("shots", 30))
    app.window.activateWindow()
    state = app.window.state
    hand.keyClick(app.window, KEYS.Key_T, CTRL | SHIFT)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field.accessibleName() == "Frames per second"
    hand.keyClicks(field, "12.5")
    hand.keyClick(field, KEYS.Key_Return)
    qtbot.waitUntil(lambda: app.window.state.playback.rate == 12.5)
    answers: list[str] = []
    asked: list[str] = []

    def answer(_window: object, _title: str, question: str, text: str = "") -> tuple[str, bool]:
        asked.append(question)
        return (answers.pop(0), True) if answers else (text, False)

    monkeypatch.setattr(QInputDialog, "getText", answer)

    def ask(command: str, *texts: str) -> None:
        answers[:] = texts
        app.window.findChild(QAction, command).trigger()
        assert answers == []

    ask("set_in", "abc", "+4")
    assert asked[1].startswith("Type a frame number"), "the second time it says what is understood"
    ask("set_out", "50%")
    qtbot.waitUntil(lambda: (app.window.state.mark_in, app.window.state.mark_out) == (5, 15))
    app.window.findChild(QAction, "clear_points").trigger()
    qtbot.waitUntil(lambda: (app.window.state.mark_in, app.window.state.mark_out) == (None, None))
    ask("set_zoom", "9999", "150 %")
    assert app.window.canvas.viewport.actual_scale == 1.5
    app.window.findChild(QAction, "panels").trigger()
    for command, typed, done in (  # which brings the transport back
        ("set_rate", "30", lambda: app.window.state.playback.rate == 30),
        ("go_to_frame", "9", lambda: app.window.state.number == 9 != state.number),
    ):
        app.window.findChild(QAction, command).trigger()
        hand.keyClicks(QApplication.focusWidget(), typed)
        hand.keyClick(QApplication.focusWidget(), KEYS.Key_Return)
        qtbot.waitUntil(done)


def test_the_keys_are_changed_on_a_page_of_the_preferences(app: App) -> None:
    app.window.findChild(QAction, "preferences").trigger()
    (editor,) = app.window.findChildren(KeyEditor)
    assert not editor.isVisible()
    app.window.findChild(QAction, "edit_keys").trigger()
    assert app.window.findChildren(KeyEditor) == [editor]
    assert editor.isVisible()
    editor.changed.emit(KeyMap({"play": ("P",)}))
    assert app.model.settings.keys.of("play") == ("P",)
