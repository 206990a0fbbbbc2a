# mypy: untyped-calls-exclude=pytestqt
"""The dialog that asks which number is the frame: its parts, its pattern, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QAction, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QToolButton

from viewer.core.sequence.sample import Role, Sample
from viewer.gui.widgets.pattern_dialog import KEYS, PatternDialog
from viewer.model.pattern_trial import tried

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NAMES = tuple(f"cam{camera}_{frame:02d}_{frame * 7 % 5}.png" for camera in (1, 2) for frame in range(6))
PATTERN = "cam{cam}_{frame}_*.png"


class Dialog:
    """The dialog, shown, whose trials are made at once, and what it has asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.dialog = PatternDialog()
        qtbot.addWidget(self.dialog)
        self.chosen: list[str] = []
        self.tried: list[str] = []
        self.dialog.chosen.connect(self.chosen.append)
        self.dialog.trial_wanted.connect(self.tried.append)
        self.dialog.show_sample(Sample(NAMES[0], NAMES[:6], PATTERN))
        self.dialog.show()
        qtbot.waitExposed(self.dialog)
        [self.field] = self.dialog.findChildren(QLineEdit)
        [self.names] = self.dialog.findChildren(QPlainTextEdit)
        self.answer()

    def answer(self) -> None:
        self.dialog.show_trial(tried(self.field.text(), [*NAMES, "tree.png"]))

    def buttons(self) -> dict[str, QToolButton]:
        return {each.text(): each for each in self.dialog.findChildren(QToolButton) if each.isVisibleTo(self.dialog)}

    def button(self, text: str) -> QPushButton:
        return next(each for each in self.dialog.findChildren(QPushButton) if each.text() == text)

    def action(self, text: str, role: Role) -> QAction:
        menu = self.buttons()[text].menu()
        assert menu is not None
        return next(each for each in menu.findChildren(QAction) + menu.actions() if each.text() == KEYS[role])

    def assign(self, text: str, role: Role) -> None:
        self.action(text, role).trigger()

    def texts(self) -> list[str]:
        return [each.text() for each in self.dialog.findChildren(QLabel) if each.text()]


@pytest.fixture
def it(qtbot: QtBot) -> Dialog:
    return Dialog(qtbot)


def test_it_shows_the_parts_and_what_the_pattern_makes_of_the_folder(it: Dialog) -> None:
    assert list(it.buttons()) == ["cam", "1", "00", "0"]
    assert it.field.text() == PATTERN
    assert "2 sequences with 12 frames; 1 other picture goes by its name." in it.texts()
    assert it.names.toPlainText().splitlines()[:6] == [
        "cam1_[00-05]_*.png",
        *(f"    {name}" for name in NAMES[:4]),
        "    … 2 more",
    ]
    assert it.buttons()["00"].isChecked()
    assert it.buttons()["00"].accessibleName() == "00: the frame"


def test_a_part_becomes_something_else_and_the_pattern_follows(it: Dialog) -> None:
    it.assign("0", Role.FRAME)
    assert it.field.text() == "cam{cam}_*_{frame}.png"
    assert not it.button("OK").isEnabled()  # until it is known what that makes
    it.answer()
    assert it.button("OK").isEnabled()
    it.button("OK").click()
    assert it.chosen == ["cam{cam}_*_{frame}.png"]
    assert not it.dialog.isVisible()


def test_a_pattern_is_typed_and_the_parts_follow(it: Dialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(it.dialog.trial_wanted):
        it.field.setText("cam{frame}_*.png")
    assert it.tried[-1] == "cam{frame}_*.png"
    assert it.buttons()["1"].isChecked()
    it.field.setText("cam*.png")
    it.answer()
    assert any("does not say which number is the frame" in text for text in it.texts())
    assert not it.button("OK").isEnabled()
    it.field.setText("eye{frame}.png")
    it.answer()
    assert "No picture of this folder has such a name." in it.texts()


def test_an_answer_that_comes_late_is_not_shown(it: Dialog) -> None:
    it.field.setText("cam{frame}_*.png")
    it.dialog.show_trial(tried(PATTERN, NAMES))
    assert not it.button("OK").isEnabled()


def test_reset_goes_back_to_the_usual_rule_and_cancel_changes_nothing(it: Dialog) -> None:
    it.button("Cancel").click()
    assert it.chosen == []
    it.dialog.show()
    it.button("Reset").click()
    assert it.chosen == [""]


def test_a_pattern_of_one_picture_is_not_taken(it: Dialog) -> None:
    it.field.setText("cam1_00_{frame}.png")
    it.answer()
    assert "Only one picture of this folder has such a name." in it.texts()
    assert not it.button("OK").isEnabled()


def test_a_word_cannot_be_the_frame(it: Dialog) -> None:
    assert [it.action(text, Role.FRAME).isEnabled() for text in it.buttons()] == [False, True, True, True]


def test_all_parts_of_a_long_name_are_seen_and_keep_the_keys(it: Dialog, qtbot: QtBot) -> None:
    name = "_".join(f"{word}{'long' * 8}{at}" for at, word in enumerate(("site", "camera", "lens", "take", "frame")))
    it.dialog.show_sample(Sample(f"{name}.png", (), "*{frame}.png"))
    it.dialog.resize(500, 460)
    qtbot.waitUntil(lambda: all(not each.visibleRegion().isEmpty() for each in it.buttons().values()))
    for each in it.buttons().values():
        assert it.dialog.rect().contains(each.mapTo(it.dialog, each.rect().bottomRight()))
    assert list(it.buttons())[-1] == "4"
    it.buttons()["3"].setFocus()
    it.assign("3", Role.FRAME)
    assert it.dialog.focusWidget() is it.buttons()["3"]


def test_keys_alone_will_do(it: Dialog, qtbot: QtBot) -> None:
    buttons = it.buttons()
    it.dialog.activateWindow()
    buttons["cam"].setFocus()
    qtbot.keyClick(buttons["cam"], Qt.Key.Key_Tab)
    assert it.dialog.focusWidget() is buttons["1"]
    for text in ("1", "00", "0"):
        qtbot.keyClick(buttons[text], Qt.Key.Key_Tab)
    assert it.dialog.focusWidget() is it.field
    qtbot.keyClick(it.field, Qt.Key.Key_Return)
    assert it.chosen == [PATTERN]
