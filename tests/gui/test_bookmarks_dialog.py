# mypy: untyped-calls-exclude=pytestqt
"""The list of bookmarks: what it shows, what it asks for, and a note being written while snapshots come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt5.QtCore import QModelIndex, Qt
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTableView, QWidget

from viewer.core.frame import FrameNumber
from viewer.core.play.timebase import TimeBase, TimeDisplay
from viewer.gui.widgets.bookmarks_dialog import FILE, FRAME, NOTE, TIME, BookmarksDialog, _Bookmarks
from viewer.model.preferences import Preferences
from viewer.model.sequence_settings import Bookmark
from viewer.model.view_state import SequenceView, ViewState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

BUTTON = Qt.MouseButton.LeftButton
KEYS = Qt.Key
STATE = ViewState(
    sequence=SequenceView("shot.[1-240].png", "/shots", 1, 240, 240, (), 1, 1),
    number=FrameNumber(50),
    bookmarks=(Bookmark(7, "first light"), Bookmark(99), Bookmark(120, "flare")),
)


class Dialog:
    """The dialog, shown, with what it has asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.dialog = BookmarksDialog()
        qtbot.addWidget(self.dialog)
        self.heard: list[object] = []
        self.dialog.chosen.connect(self.heard.append)
        self.dialog.added.connect(lambda: self.heard.append("added"))
        self.dialog.removed.connect(self.heard.append)
        self.dialog.note_changed.connect(lambda number, note: self.heard.append((number, note)))
        self.dialog.export_requested.connect(lambda: self.heard.append("export"))
        self.dialog.import_requested.connect(lambda: self.heard.append("import"))
        self.dialog.show_state(STATE)
        self.dialog.show()
        qtbot.waitExposed(self.dialog)
        self.qtbot = qtbot

    @property
    def table(self) -> QTableView:
        return self.dialog.findChildren(QTableView)[0]

    def cell(self, row: int, column: int) -> QModelIndex:
        model = self.table.model()
        assert model is not None
        return model.index(row, column)

    def column(self, column: int) -> list[object]:
        model = self.table.model()
        assert model is not None
        return [self.cell(row, column).data() for row in range(model.rowCount())]

    def button(self, text: str) -> QPushButton:
        return next(each for each in self.dialog.findChildren(QPushButton) if each.text() == text)

    def press(self, text: str) -> None:
        self.qtbot.mouseClick(self.button(text), BUTTON)

    def editor(self) -> QLineEdit | None:
        return next((each for each in self.table.findChildren(QLineEdit) if each.isVisible()), None)

    def write(self, row: int) -> QLineEdit:
        """Begins to edit the note in a row."""
        self.table.selectRow(row)
        self.qtbot.keyClick(self.table, KEYS.Key_F2)
        editor = self.editor()
        assert editor is not None
        return editor

    def finish(self, editor: QLineEdit, key: Qt.Key = KEYS.Key_Return) -> None:
        """Presses Enter, or another key, in a note."""
        self.qtbot.keyClick(editor, key)
        QApplication.processEvents()  # Qt lets the field go in the next turn of the loop


@pytest.fixture
def dialog(qtbot: QtBot) -> Dialog:
    return Dialog(qtbot)


def test_it_shows_numbers_and_notes_and_times_where_they_are_told(dialog: Dialog) -> None:
    assert dialog.column(FRAME) == ["7", "99", "120"]
    assert dialog.column(NOTE) == ["first light", "", "flare"]
    assert dialog.table.isColumnHidden(TIME)
    base = TimeBase(rate=25.0, first=1)
    seconds = Preferences(show_time=TimeDisplay.SECONDS)
    dialog.dialog.show_state(replace(STATE, preferences=seconds, time_base=base))
    assert not dialog.table.isColumnHidden(TIME)
    assert dialog.column(TIME) == [base.text(number, TimeDisplay.SECONDS) for number in (7, 99, 120)]
    dialog.dialog.show_state(STATE)
    assert dialog.table.isColumnHidden(TIME)


def test_it_shows_the_files_of_single_pictures_only(dialog: Dialog) -> None:
    assert dialog.table.isColumnHidden(FILE)
    dialog.dialog.show_state(replace(STATE, bookmarks=(Bookmark(1001, "", "a.png"),)))
    assert not dialog.table.isColumnHidden(FILE)
    assert dialog.column(FILE) == ["a.png"]


def test_a_double_click_and_enter_go_to_the_frame(dialog: Dialog) -> None:
    viewport = dialog.table.viewport()
    place = dialog.table.visualRect(dialog.cell(1, NOTE)).center()
    dialog.qtbot.mouseClick(viewport, BUTTON, pos=place)
    dialog.qtbot.mouseDClick(viewport, BUTTON, pos=place)
    assert dialog.heard == [99]
    dialog.table.selectRow(2)
    dialog.qtbot.keyClick(dialog.table, KEYS.Key_Return)
    assert dialog.heard == [99, 120]
    assert dialog.dialog.isVisible()


def test_a_note_is_written_in_its_row(dialog: Dialog) -> None:
    editor = dialog.write(1)
    dialog.qtbot.keyClicks(editor, " a bird ")
    dialog.finish(editor)
    assert dialog.heard == [(99, "a bird")], "and Enter went nowhere"
    assert dialog.column(NOTE)[1] == "", "until a snapshot has it"
    assert dialog.editor() is None


def test_a_note_that_is_not_changed_or_given_up_is_not_told(dialog: Dialog) -> None:
    dialog.finish(dialog.write(0))
    editor = dialog.write(0)
    assert editor.text() == "first light"
    editor.setText("other")
    dialog.finish(editor, KEYS.Key_Escape)
    assert dialog.heard == []
    assert dialog.dialog.isVisible(), "Esc was for the note"


def test_typing_in_a_chosen_row_writes_its_note(dialog: Dialog) -> None:
    dialog.table.selectRow(1)
    dialog.qtbot.keyClicks(dialog.table, "x")
    editor = dialog.editor()
    assert editor is not None
    dialog.finish(editor)
    assert dialog.heard == [(99, "x")]


def test_a_snapshot_never_tears_a_note_away_that_is_being_written(dialog: Dialog) -> None:
    editor = dialog.write(1)
    dialog.qtbot.keyClicks(editor, "half wri")
    notes = (Bookmark(3), Bookmark(7, "other"), Bookmark(99, "from a file"), Bookmark(200))
    for state in (replace(STATE, number=FrameNumber(51)), replace(STATE, bookmarks=notes)):
        dialog.dialog.show_state(state)
        QApplication.processEvents()
    assert dialog.editor() is editor
    assert editor.text() == "half wri"
    dialog.qtbot.keyClicks(editor, "tten")
    dialog.finish(editor)
    assert dialog.heard == [(99, "half written")], "though its row is another"
    assert dialog.column(NOTE) == ["", "other", "from a file", ""]


def test_an_emptied_note_stays_empty_whatever_snapshot_comes(dialog: Dialog) -> None:
    editor = dialog.write(0)
    editor.selectAll()
    dialog.qtbot.keyClick(editor, KEYS.Key_Delete)
    dialog.dialog.show_state(replace(STATE, bookmarks=(Bookmark(7, "other"),)))
    assert editor.text() == ""


def test_a_note_whose_bookmark_goes_is_not_told(dialog: Dialog) -> None:
    editor = dialog.write(1)
    dialog.qtbot.keyClicks(editor, "half")
    dialog.dialog.show_state(replace(STATE, bookmarks=(Bookmark(7, "first light"),)))
    QApplication.processEvents()
    assert dialog.editor() is None
    assert dialog.heard == []


def test_the_choice_stays_with_its_bookmarks(dialog: Dialog) -> None:
    dialog.table.selectRow(1)
    dialog.dialog.show_state(replace(STATE, bookmarks=(Bookmark(1), *STATE.bookmarks)))
    dialog.press("Remove")
    assert dialog.heard == [(99,)]


def test_chosen_bookmarks_are_removed_by_the_button_and_by_del(dialog: Dialog) -> None:
    remove = dialog.button("Remove")
    assert not remove.isEnabled()
    dialog.table.selectAll()
    assert remove.isEnabled()
    dialog.press("Remove")
    dialog.table.selectRow(2)
    dialog.qtbot.keyClick(dialog.table, KEYS.Key_Delete)
    assert dialog.heard == [(7, 99, 120), (120,)]
    dialog.dialog.show_state(replace(STATE, bookmarks=()))
    assert not remove.isEnabled()


def test_adding_begins_the_note_as_soon_as_the_bookmark_is_there(dialog: Dialog) -> None:
    dialog.press("Add here")
    assert dialog.heard == ["added"]
    assert dialog.editor() is None
    added = (*STATE.bookmarks[:1], Bookmark(50), *STATE.bookmarks[1:])
    dialog.dialog.show_state(replace(STATE, bookmarks=added))
    editor = dialog.editor()
    assert editor is not None
    dialog.qtbot.keyClicks(editor, "here")
    dialog.finish(editor)
    assert dialog.heard == ["added", (50, "here")]


def test_adding_where_there_is_a_bookmark_writes_its_note(dialog: Dialog) -> None:
    dialog.dialog.show_state(replace(STATE, number=FrameNumber(120)))
    dialog.press("Add here")
    editor = dialog.editor()
    assert editor is not None
    assert editor.text() == "flare"
    assert dialog.heard == []


def test_without_bookmarks_one_sentence_says_how_to_set_one(dialog: Dialog) -> None:
    def sentences() -> list[str]:
        return [each.text() for each in dialog.dialog.findChildren(QLabel) if each.isVisible()]

    assert sentences() == []
    dialog.dialog.show_state(replace(STATE, bookmarks=()))
    assert len(sentences()) == 1
    assert " B " in sentences()[0]
    assert not dialog.table.isVisible()
    assert not dialog.button("Export…").isEnabled()
    assert dialog.button("Add here").isEnabled()
    dialog.dialog.show_state(ViewState())
    assert "none is open" in sentences()[0]
    assert not dialog.button("Add here").isEnabled()
    assert not dialog.button("Import…").isEnabled()


def test_every_control_can_be_reached_and_has_a_name(dialog: Dialog) -> None:
    assert dialog.table.accessibleName()
    for button in dialog.dialog.findChildren(QPushButton):
        assert button.text()
        assert button.toolTip()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert not button.autoDefault(), "Enter is for the table"
    dialog.press("Export…")
    dialog.press("Import…")
    assert dialog.heard == ["export", "import"]


bookmarks = st.lists(st.builds(Bookmark, st.integers(-9, 30), st.sampled_from(("", "a", "b")))).map(
    lambda many: tuple(sorted({each.number: each for each in many}.values()))
)


@given(st.lists(bookmarks, max_size=5))
def test_the_rows_are_always_those_of_the_last_snapshot(many: list[tuple[Bookmark, ...]]) -> None:
    application = QApplication.instance() or QApplication([])
    owner = QWidget()
    model = _Bookmarks(owner)
    for each in many:
        model.show(each)
        assert tuple(model.bookmarks) == each
        assert model.rowCount() == len(each)
    owner.deleteLater()
    del application
