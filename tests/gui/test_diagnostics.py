# mypy: untyped-calls-exclude=pytestqt
"""The panel that says why it is slow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PyQt5.QtGui import QGuiApplication, QHelpEvent
from PyQt5.QtWidgets import QLabel, QPushButton, QScrollArea, QToolTip, QWidget

from viewer.core.load.statistics import CacheLevel, StepTime
from viewer.gui.theme import GRID, LIGHT, colours_of, style_sheet
from viewer.gui.widgets.diagnostics import REFRESH, DiagnosticsDialog
from viewer.gui.widgets.report_charts import BAR, BARS, BETWEEN, CURVE, MOST_STEPS, RatesCurve, StepBars
from viewer.model.preferences import Theme
from viewer.model.report import Judgement, Section, as_text, steps_section

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


STEPS = (
    StepTime(CacheLevel.SHARE, 0.0, 0.1, 0.05, 0.0),
    StepTime(CacheLevel.SHARE, 0.05, 0.0, 0.0, 0.05),
)
RATES = ((1, 4e6), (4, 16e6), (16, 16.5e6))


def drawn(dialog: DiagnosticsDialog) -> tuple[RatesCurve, StepBars]:
    """Shows rates and steps; returns what they are drawn on."""
    line = Section("The line", (("Rate", "16 MB/s"),), rates=RATES)
    places = Section("Where frames were found", (("memory, as a file", "2"),), header=("Place", "Steps"))
    table = steps_section(STEPS)
    longest = Section("Memory", (("A name that is longer than all others", "3"),))
    dialog.show_sections([Section("In short", (), "Reading.", tone=Judgement.SLOW), line, places, table, longest])
    dialog.resize(640, 700)
    QCoreApplication.processEvents()
    (curve,) = (each for each in dialog.findChildren(RatesCurve) if each.isVisible())
    (bars,) = (each for each in dialog.findChildren(StepBars) if each.isVisible())
    return curve, bars


def colour_at(widget: QWidget, x: int, y: int) -> str:
    return widget.grab().toImage().pixelColor(x, y).name()


def test_rates_are_a_line_on_which_the_fewest_that_are_fastest_are_marked(dialog: DiagnosticsDialog) -> None:
    curve, _ = drawn(dialog)
    assert curve.accessibleDescription() == "best with 4: 16.0 MB/s. 1: 4.0 MB/s, 4: 16.0 MB/s, 16: 16.5 MB/s"
    accent = colours_of(Theme.SYSTEM, system_is_dark=curve.palette().window().color().lightness() < 128).accent
    assert colour_at(curve, CURVE.width() // 2, 6) == accent, (
        "half-way on the scale of doublings, and nearly at the top"
    )
    assert "Rate with 1 reader" not in visible(dialog), "the picture stands for the rows"


def test_steps_are_bars_of_their_parts_and_say_their_times(dialog: DiagnosticsDialog) -> None:
    _, bars = drawn(dialog)
    colours = colours_of(Theme.SYSTEM, system_is_dark=bars.palette().window().color().lightness() < 128)
    older, newer = ((MOST_STEPS - back) * (BAR + BETWEEN) + BAR // 2 for back in (2, 1))
    parts = [colour_at(bars, older, GRID + y) for y in (BARS // 6, BARS // 2, BARS - 4)]
    assert parts == [colours.decoded, colours.reading, colours.reading]
    parts = [colour_at(bars, newer, GRID + y) for y in (BARS // 2, BARS - 4)]
    assert parts == [colours.encoded, colours.missing], "waiting stands below painting"
    said = QHelpEvent(QEvent.Type.ToolTip, QPoint(newer, BARS), bars.mapToGlobal(QPoint(newer, BARS)))
    QCoreApplication.sendEvent(bars, said)
    assert QToolTip.text() == "100 ms, from the share: waiting 50 ms, painting 50 ms"
    QToolTip.hideText()


def test_the_columns_behind_the_names_of_all_sections_begin_at_one_place(dialog: DiagnosticsDialog) -> None:
    curve, _ = drawn(dialog)
    lefts = {each.mapTo(dialog, QPoint()).x() for each in (label(dialog, "16 MB/s"), label(dialog, "Steps"), curve)}
    assert len(lefts) == 1


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
