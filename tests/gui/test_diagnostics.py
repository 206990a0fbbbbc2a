# mypy: untyped-calls-exclude=pytestqt
"""The panel that says why it is slow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QCoreApplication, Qt, QTimer
from PyQt5.QtGui import QGuiApplication
from PyQt5.QtWidgets import QLabel, QPushButton, QScrollArea

from viewer.gui.theme import LIGHT, style_sheet
from viewer.gui.widgets.diagnostics import REFRESH, DiagnosticsDialog
from viewer.model.report import Section, as_text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

HEADER = ("", "Found in", "Total")


def sections(steps: int = 3, rate: str = "6.0 MB/s") -> list[Section]:
    rows = tuple((str(position), "the share", f"{position}.5") for position in range(1, steps + 1))
    return [
        Section("In short", (), "Reading takes 86 % of the time."),
        Section("The line", (("Rate", rate), ("Answer to a call", "25 ms")), "One is enough."),
        Section("The last steps", rows, "", HEADER),
    ]


@pytest.fixture
def dialog(qtbot: QtBot) -> DiagnosticsDialog:
    widget = DiagnosticsDialog()
    qtbot.addWidget(widget)
    widget.show_sections(sections())
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def label(dialog: DiagnosticsDialog, text: str) -> QLabel:
    return next(label for label in dialog.findChildren(QLabel) if label.text() == text and label.isVisible())


def visible(dialog: DiagnosticsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible() and label.text()]


def button(dialog: DiagnosticsDialog, text: str) -> QPushButton:
    return next(button for button in dialog.findChildren(QPushButton) if button.text() == text)


def test_every_title_cell_and_note_is_shown(dialog: DiagnosticsDialog) -> None:
    shown = visible(dialog)
    for section in sections():
        for text in (section.title, section.note, *section.header, *(cell for row in section.rows for cell in row)):
            assert not text or text in shown


def test_numbers_stand_below_each_other_at_the_right(dialog: DiagnosticsDialog) -> None:
    assert label(dialog, "1.5").alignment() & Qt.AlignmentFlag.AlignRight
    assert label(dialog, "Total").alignment() & Qt.AlignmentFlag.AlignRight
    assert label(dialog, "25 ms").alignment() & Qt.AlignmentFlag.AlignLeft
    assert label(dialog, "1.5").geometry().right() == label(dialog, "2.5").geometry().right()


def test_new_figures_take_the_places_of_the_old(dialog: DiagnosticsDialog) -> None:
    rate = label(dialog, "6.0 MB/s")
    dialog.show_sections(sections(rate="5.0 MB/s"))
    assert rate.text() == "5.0 MB/s"


def test_rows_and_sections_come_and_go(dialog: DiagnosticsDialog) -> None:
    dialog.show_sections(sections(20))
    QCoreApplication.processEvents()
    assert "20.5" in visible(dialog)
    dialog.show_sections(sections(1))
    assert "2.5" not in visible(dialog)
    assert "1.5" in visible(dialog)
    dialog.show_sections(sections()[:1])
    assert "The line" not in visible(dialog)
    dialog.show_sections(sections())
    assert "The line" in visible(dialog)


def test_the_place_scrolled_to_stays(dialog: DiagnosticsDialog) -> None:
    dialog.show_sections(sections(60))
    dialog.resize(dialog.width(), 400)
    QCoreApplication.processEvents()
    bar = dialog.findChild(QScrollArea).verticalScrollBar()
    assert bar is not None
    bar.setValue(200)
    dialog.show_sections(sections(70, "1.0 MB/s"))
    QCoreApplication.processEvents()
    assert bar.value() == 200


def test_what_is_selected_stays_until_it_is_let_go(dialog: DiagnosticsDialog) -> None:
    rate = label(dialog, "6.0 MB/s")
    rate.setSelection(0, 3)
    dialog.show_sections(sections(rate="5.0 MB/s"))
    assert (rate.text(), rate.selectedText()) == ("6.0 MB/s", "6.0")
    rate.setSelection(0, 0)
    dialog.show_sections(sections(rate="4.0 MB/s"))
    assert rate.text() == "4.0 MB/s"


def test_the_whole_report_is_copied_by_button_and_by_key(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setText("")
    qtbot.mouseClick(button(dialog, "Copy as text"), Qt.MouseButton.LeftButton)
    assert clipboard.text() == as_text(sections())
    assert "Copied." in visible(dialog)
    clipboard.setText("")
    qtbot.keyClick(dialog, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == as_text(sections())


def test_figures_are_asked_for_only_while_it_is_open(qtbot: QtBot) -> None:
    widget = DiagnosticsDialog()
    qtbot.addWidget(widget)
    asked: list[None] = []
    widget.refresh_wanted.connect(lambda: asked.append(None))
    assert running(widget) == []
    widget.show()
    assert len(asked) == 1
    (timer,) = running(widget)
    assert timer.interval() == REFRESH
    assert not timer.isSingleShot()
    timer.timeout.emit()
    assert len(asked) == 2
    widget.close()
    assert running(widget) == []


def running(dialog: DiagnosticsDialog) -> list[QTimer]:
    return [timer for timer in dialog.findChildren(QTimer) if timer.isActive()]


def test_it_is_reached_and_closed_with_the_keyboard(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    reached = []
    for _ in range(3):
        qtbot.keyClick(dialog, Qt.Key.Key_Tab)
        focused = dialog.focusWidget()
        assert focused is not None
        reached.append(focused)
    assert set(reached) == {dialog.findChild(QScrollArea), button(dialog, "Copy as text"), button(dialog, "Close")}
    assert dialog.findChild(QScrollArea).accessibleName() == "Figures"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_is_no_obstacle(dialog: DiagnosticsDialog) -> None:
    assert not dialog.isModal()


def test_lines_take_the_colours_of_the_theme(dialog: DiagnosticsDialog) -> None:
    def has(colour: str) -> bool:
        image = dialog.grab().toImage()
        return any(image.pixelColor(dialog.width() // 2, y).name() == colour for y in range(image.height()))

    red, blue = "#e01010", "#1010e0"  # no theme has them: the dialog's ground is painted by the application's own
    dialog.setStyleSheet(style_sheet(replace(LIGHT, line=red)))
    assert has(red)
    dialog.setStyleSheet(style_sheet(replace(LIGHT, line=blue)))
    assert has(blue)
    assert not has(red)
