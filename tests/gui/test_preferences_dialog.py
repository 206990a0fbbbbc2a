# mypy: untyped-calls-exclude=pytestqt
"""The preferences dialog, and what an amount of memory means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from PyQt5.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from viewer.core.load.frame_tally import FrameMemory
from viewer.core.load.statistics import Activity
from viewer.core.play.playhead import Repeat
from viewer.core.units import GB, MB
from viewer.gui.widgets.preferences import PreferencesDialog
from viewer.model.preferences import HoldPolicy, Preferences, Theme, rows
from viewer.model.view_state import MemoryView, ViewState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

W = TypeVar("W", bound=QWidget)

BUTTON = Qt.MouseButton.LeftButton
ACTIVITY = Activity(0, 0, 0.0, GB, 142, 240, 300, 1100, FrameMemory(8_300_000), 450_000, frames_whole=142)
STATE = ViewState(preferences=Preferences(cache_bytes=2 * GB), activity=ACTIVITY)


@pytest.fixture
def dialog(qtbot: QtBot) -> PreferencesDialog:
    widget = PreferencesDialog()
    qtbot.addWidget(widget)
    widget.show_state(STATE)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def changes(dialog: PreferencesDialog) -> list[Preferences]:
    heard: list[Preferences] = []
    dialog.changed.connect(heard.append)
    return heard


def control(dialog: PreferencesDialog, name: str, kind: type[W]) -> W:
    widget = dialog.editor(name)
    assert isinstance(widget, kind)
    return widget


def named(dialog: PreferencesDialog, name: str, kind: type[W]) -> W:
    return next(widget for widget in dialog.findChildren(kind) if widget.accessibleName() == name)


def button(dialog: PreferencesDialog, text: str) -> QPushButton:
    return next(widget for widget in dialog.findChildren(QPushButton) if widget.text() == text)


def select_page(dialog: PreferencesDialog, page: str) -> None:
    pages = dialog.findChild(QListWidget)
    pages.setCurrentItem(*pages.findItems(page, Qt.MatchFlag.MatchExactly))


def notes(dialog: PreferencesDialog) -> list[str]:
    """Returns what stands in amber below the rows."""
    labels = dialog.findChildren(QLabel)
    return [each.text() for each in labels if each.property("role") == "warning" and each.isVisible()]


def retype(qtbot: QtBot, box: QSpinBox | QDoubleSpinBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def test_every_preference_has_a_control_with_its_name_and_help(dialog: PreferencesDialog) -> None:
    labels = {label.text() for label in dialog.findChildren(QLabel)}
    for name, row in rows():
        assert dialog.editor(name).accessibleName() == row.label
        assert row.help in labels


def test_showing_a_state_changes_nothing(dialog: PreferencesDialog) -> None:
    heard = changes(dialog)
    dialog.show_state(replace(STATE, preferences=Preferences(cache_bytes=900 * MB, rate=12.5, repeat=Repeat.ONCE)))
    assert heard == []
    assert control(dialog, "rate", QDoubleSpinBox).text() == "12.5 fps"
    assert control(dialog, "repeat", QComboBox).currentText() == "Once"


def test_a_number_counts_when_it_is_finished_not_half_typed(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    box = control(dialog, "cache_bytes", QDoubleSpinBox)
    assert box.text() == "2"
    retype(qtbot, box, "3.5")
    assert heard == []
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert [each.cache_bytes for each in heard] == [3_500 * MB]
    assert dialog.isVisible(), "Enter finishes a number, it does not close the dialog"


def test_an_amount_can_be_told_in_megabytes(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    box = control(dialog, "cache_bytes", QDoubleSpinBox)
    unit = named(dialog, "Unit of cache size", QComboBox)
    unit.setFocus()
    qtbot.keyClick(unit, Qt.Key.Key_Up)
    assert (box.text(), heard) == ("2000", []), "the same amount in other words"
    retype(qtbot, box, "768")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert [each.cache_bytes for each in heard] == [768 * MB]


def test_an_amount_below_its_limit_is_not_taken(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    box = control(dialog, "cache_bytes", QDoubleSpinBox)
    retype(qtbot, box, "0.01")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert all(each.cache_bytes >= 128 * MB for each in heard)
    assert box.value() >= 0.128


def test_the_slider_shows_what_it_would_mean_and_counts_when_let_go(dialog: PreferencesDialog) -> None:
    heard = changes(dialog)
    slider = named(dialog, "Cache size, slider", QSlider)
    meaning = named(dialog, "What that means", QLabel)
    before = meaning.text()
    slider.setSliderDown(True)
    slider.setSliderPosition(slider.maximum())
    assert heard == []
    assert meaning.text() != before
    assert meaning.text().startswith("64.0 GB holds")
    slider.setSliderDown(False)
    assert [each.cache_bytes for each in heard] == [64 * GB]


def test_slider_and_number_agree(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    box = control(dialog, "files_percent", QSpinBox)
    retype(qtbot, box, "40")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    slider = named(dialog, "Part for files, slider", QSlider)
    assert slider.value() == 40
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert box.value() == 41
    assert [each.files_percent for each in heard] == [40, 41]


def test_choices_and_switches_hold_at_once(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    for page, name in (("General", "hold_policy"), ("View", "theme")):
        select_page(dialog, page)
        box = control(dialog, name, QComboBox)
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Down)
    smooth = control(dialog, "smooth", QCheckBox)
    qtbot.mouseClick(smooth, BUTTON, pos=smooth.rect().center() - smooth.rect().center() / 2)
    assert [(each.hold_policy, each.theme, each.smooth) for each in heard[:2]] == [
        (HoldPolicy.KEEP_PACE, Theme.DARK, False),
        (HoldPolicy.KEEP_PACE, Theme.LIGHT, False),
    ]
    assert heard[0].cache_bytes == 2 * GB, "the others stay as they are"


CHANGED = Preferences(cache_bytes=2 * GB, files_percent=40, reads_at_once=8, smooth=True)


def resets(dialog: PreferencesDialog) -> list[str]:
    """Returns the names of the visible buttons that set a preference back."""
    return [each.accessibleName() for each in dialog.findChildren(QToolButton) if each.isVisible() and each.toolTip()]


def test_each_preference_that_is_not_as_by_default_is_set_back_alone(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    dialog.show_state(replace(STATE, preferences=CHANGED))
    select_page(dialog, "Share")
    heard = changes(dialog)
    assert resets(dialog) == ["Restore Reads at once"]
    reset = named(dialog, "Restore Reads at once", QToolButton)
    assert reset.toolTip() == "Back to the default: Automatic"
    reset.setFocus()
    qtbot.keyClick(reset, Qt.Key.Key_Space)
    assert heard == [CHANGED.changed(reads_at_once=0)]
    assert resets(dialog) == []
    assert dialog.focusWidget() is dialog.editor("reads_at_once"), "the keys go on where they were"


def test_a_page_is_set_back_without_the_others(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    dialog.show_state(replace(STATE, preferences=CHANGED))
    heard = changes(dialog)
    restore = button(dialog, "Restore this page")
    assert not restore.isEnabled(), "nothing is changed on the first page"
    select_page(dialog, "Memory & disk")
    qtbot.mouseClick(restore, BUTTON)
    assert heard == [Preferences(reads_at_once=8, smooth=True)]
    assert not restore.isEnabled()


@pytest.mark.parametrize(("answer", "becomes"), [("Restore all", [Preferences()]), ("Cancel", [])])
def test_all_are_set_back_once_that_is_confirmed(
    dialog: PreferencesDialog, qtbot: QtBot, answer: str, becomes: list[Preferences]
) -> None:
    dialog.show_state(replace(STATE, preferences=CHANGED))
    heard = changes(dialog)
    qtbot.mouseClick(button(dialog, "Restore all…"), BUTTON)
    box = dialog.findChild(QMessageBox)
    assert "Share: Reads at once\nView: Smooth when enlarged" in box.informativeText()
    assert heard == []
    qtbot.mouseClick(next(each for each in box.findChildren(QPushButton) if each.text() == answer), BUTTON)
    assert heard == becomes


def seen(dialog: PreferencesDialog) -> list[str]:
    return [name for name, _ in rows() if dialog.editor(name).isVisible()]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("FREE", ["leave_free"]),
        ("pace key", ["hold_policy"]),
        ("share slow", ["keep_files", "reads_at_once"]),
        ("time code", ["show_time"]),
        ("printer", []),
    ],
)
def test_a_text_finds_preferences_of_all_pages(
    dialog: PreferencesDialog, qtbot: QtBot, typed: str, found: list[str]
) -> None:
    select_page(dialog, "View")
    search = named(dialog, "Search all preferences", QLineEdit)
    qtbot.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert dialog.focusWidget() is search
    qtbot.keyClicks(search, typed)
    assert seen(dialog) == found
    sentence = f"No preference has “{typed}” in its name, its help or its choices."
    assert (sentence in {each.text() for each in dialog.findChildren(QLabel) if each.isVisible()}) == (not found)
    if found:
        qtbot.keyClick(search, Qt.Key.Key_Return)
        assert dialog.focusWidget() is dialog.editor(found[0])
        search.setFocus()
        qtbot.keyClick(search, Qt.Key.Key_Tab)
        assert (search.text(), seen(dialog)) == (typed, found), "Tab goes on to what was found"
        search.setFocus()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert (search.text(), seen(dialog)) == ("", [name for name, row in rows() if row.page == "View"])
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_one_of_them_is_shown_where_it_stands_and_the_search_before_is_gone(dialog: PreferencesDialog) -> None:
    search = named(dialog, "Search all preferences", QLineEdit)
    dialog.resize(dialog.width(), 300)
    search.setText("theme")
    for name in ("disk_bytes", "smooth", "rate"):
        dialog.show_row(name)
        editor = dialog.editor(name)
        assert editor.hasFocus()
        assert search.text() == ""
        area = dialog.findChild(QScrollArea)
        assert area.rect().contains(QRect(editor.mapTo(area, QPoint()), editor.size()))
    search.setText("theme")
    dialog.close()
    dialog.show()
    assert search.text() == ""


def test_a_page_of_another_kind_stands_beside_those_of_rows(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    keys = QListWidget()
    dialog.add_page("Keys", keys)
    assert not keys.isVisible()
    select_page(dialog, "Keys")
    assert (keys.isVisible(), seen(dialog)) == (True, [])
    assert keys.height() > 300, "it has the page for itself"
    pages = named(dialog, "Pages", QListWidget)
    pages.setFocus()
    for expected in (keys, *(button(dialog, text) for text in ("Restore all…", "Import…", "Export…", "Close"))):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.focusWidget() is expected
    assert {"Keys"} == {label.text() for label in dialog.findChildren(QLabel) if label.isVisible()}
    select_page(dialog, "View")
    assert not keys.isVisible()


def test_a_cache_beyond_what_the_computer_can_give_is_held_and_said(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    dialog.show_state(replace(STATE, memory=MemoryView(23 * GB, 20 * GB)))
    select_page(dialog, "Memory & disk")
    heard = changes(dialog)
    box, slider = control(dialog, "cache_bytes", QDoubleSpinBox), named(dialog, "Cache size, slider", QSlider)
    retype(qtbot, box, "200")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert [each.cache_bytes for each in heard] == [22 * GB]
    assert (box.text(), slider.value()) == ("22", slider.maximum())
    labels = {label.text() for label in dialog.findChildren(QLabel) if label.isVisible()}
    sentence = "A cache of 200 GB is more than this computer can give: it has 23.0 GB, of which 1 GB stays free."
    assert f"{sentence} The cache size is now 22.0 GB." in labels
    meaning = named(dialog, "What that means", QLabel)
    assert meaning.text().startswith("That is 96 % of the 23.0 GB of this computer: other programs may become slow.")
    retype(qtbot, box, "3")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    labels = {label.text() for label in dialog.findChildren(QLabel) if label.isVisible()}
    assert not any(text.startswith("A cache of 200 GB") for text in labels)


def test_the_wheel_scrolls_the_page_and_changes_nothing(dialog: PreferencesDialog) -> None:
    heard = changes(dialog)
    select_page(dialog, "Memory & disk")
    for name in ("cache_bytes", "keep_files"):
        box = dialog.editor(name)
        box.setFocus()
        middle = QPointF(box.rect().center())
        none, begin = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        at = QPointF(box.mapToGlobal(box.rect().center()))
        turned = QWheelEvent(middle, at, QPoint(), QPoint(0, -120), none, Qt.KeyboardModifier.NoModifier, begin, False)
        QCoreApplication.sendEvent(box, turned)
    assert heard == []


def test_what_an_import_has_brought_is_said_in_the_dialog(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    for text, wanted in (("Import…", dialog.import_requested), ("Export…", dialog.export_requested)):
        with qtbot.waitSignal(wanted):
            qtbot.mouseClick(button(dialog, text), BUTTON)
    said = "2 preferences changed (Theme, Rate), as in a.json."

    def is_said() -> bool:
        return any(each.text() == said and each.isVisible() for each in dialog.findChildren(QLabel))

    dialog.say(said)
    dialog.show_state(replace(STATE, message="", reads_on=True))
    assert is_said(), "whatever goes on behind it"
    dialog.close()
    dialog.show()
    assert not is_said()


def test_clearing_is_asked_for(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.clear_requested):
        qtbot.mouseClick(button(dialog, "Clear now"), BUTTON)


def test_what_is_kept_on_this_disk_is_told_and_cleared(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    dialog.show_state(replace(STATE, disk_used=210 * MB))
    labels = {label.text() for label in dialog.findChildren(QLabel)}
    assert "The files of this folder take 210 MB on this disk." in labels
    select_page(dialog, "Memory & disk")
    with qtbot.waitSignal(dialog.disk_clear_requested):
        qtbot.mouseClick(button(dialog, "Clear all now"), BUTTON)


def test_the_least_value_can_have_a_name(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    select_page(dialog, "Share")
    reads, limit = control(dialog, "reads_at_once", QSpinBox), control(dialog, "read_ahead_limit", QDoubleSpinBox)
    assert (reads.text(), limit.text()) == ("Automatic", "No limit")
    retype(qtbot, reads, "8")
    qtbot.keyClick(reads, Qt.Key.Key_Return)
    retype(qtbot, limit, "2,5")
    qtbot.keyClick(limit, Qt.Key.Key_Return)
    assert (reads.text(), limit.text()) == ("8", "2.5 MB/s")
    assert [(each.reads_at_once, each.read_ahead_limit) for each in heard] == [(8, -1.0), (8, 2.5)]


@pytest.mark.parametrize("typed", ["", "-1", "0"])
def test_a_limit_is_taken_away_by_emptying_it_and_0_is_another_thing(
    dialog: PreferencesDialog, qtbot: QtBot, typed: str
) -> None:
    dialog.show_state(replace(STATE, preferences=Preferences(read_ahead_limit=5.0, reads_at_once=8)))
    select_page(dialog, "Share")
    heard = changes(dialog)
    for name, kind in (("read_ahead_limit", QDoubleSpinBox), ("reads_at_once", QSpinBox)):
        box = control(dialog, name, kind)
        box.setFocus()
        box.selectAll()
        qtbot.keyClick(box, Qt.Key.Key_Delete)
        qtbot.keyClicks(box, typed)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert heard[0].read_ahead_limit == (0 if typed == "0" else -1)
    assert heard[-1].reads_at_once == 0, "fewer than the least are the least"


@pytest.mark.parametrize("name", ["reads_at_once", "read_ahead_limit"])
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
@pytest.mark.parametrize(
    ("typed", "shown", "said"),
    [
        ("0x10", "8", "“0x10” is not a number. It stays as it was."),
        ("abc", "8", "“abc” is not a number. It stays as it was."),
        ("12.6", "13", ""),
    ],
)
def test_what_is_no_number_is_said_and_not_made_one(
    dialog: PreferencesDialog, qtbot: QtBot, name: str, key: Qt.Key, typed: str, shown: str, said: str
) -> None:
    dialog.show_state(replace(STATE, preferences=Preferences(read_ahead_limit=8.0, reads_at_once=8)))
    dialog.show_row(name)
    box = dialog.editor(name)
    assert isinstance(box, QSpinBox | QDoubleSpinBox)
    retype(qtbot, box, typed)
    qtbot.keyClick(box, key)
    assert box.cleanText() == (shown if said or isinstance(box, QSpinBox) else typed)
    assert notes(dialog) == ([said] if said else [])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("rate", "999", ["240 fps is the most."]),
        ("rate", "0.5", ["1 fps is the least."]),
        ("rate", "24", []),
        ("files_percent", "91", ["90 % is the most."]),
        ("leave_free", "2000", ["1,024 GB is the most."]),
        ("disk_bytes", "0.01", ["0.1 GB is the least."]),
        ("reads_at_once", "-4", ["“Automatic” is the least."]),
    ],
)
def test_a_limit_that_was_passed_is_named_beside_the_field(
    dialog: PreferencesDialog, qtbot: QtBot, key: Qt.Key, name: str, typed: str, said: list[str]
) -> None:
    dialog.show_row(name)
    box = dialog.editor(name)
    assert isinstance(box, QSpinBox | QDoubleSpinBox)
    retype(qtbot, box, typed)
    qtbot.keyClick(box, key)
    assert notes(dialog) == said


def test_the_arrow_keys_go_from_no_limit_over_nothing_to_one(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    select_page(dialog, "Share")
    limit = control(dialog, "read_ahead_limit", QDoubleSpinBox)
    limit.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(limit, key)
    assert [each.read_ahead_limit for each in heard] == [0, 1, 0, -1]
    assert limit.text() == "No limit"


def test_a_limit_between_no_limit_and_nothing_is_no_limit(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    heard = changes(dialog)
    select_page(dialog, "Share")
    limit = control(dialog, "read_ahead_limit", QDoubleSpinBox)
    retype(qtbot, limit, "-0.5")
    qtbot.keyClick(limit, Qt.Key.Key_Return)
    assert all(each.read_ahead_limit in {-1, 0} for each in heard)
    assert limit.text() == "No limit"


def test_a_click_on_the_name_of_the_least_value_selects_it(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    select_page(dialog, "Share")
    limit = control(dialog, "read_ahead_limit", QDoubleSpinBox)
    line = limit.findChild(QLineEdit)
    assert line is not None
    qtbot.mouseClick(line, BUTTON, pos=line.rect().center())
    qtbot.keyClicks(line, "7")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert limit.value() == 7


def test_a_slider_shows_its_number_while_it_is_moved(dialog: PreferencesDialog) -> None:
    heard = changes(dialog)
    slider = named(dialog, "Reads at once, slider", QSlider)
    slider.setSliderDown(True)
    slider.setSliderPosition(12)
    assert (control(dialog, "reads_at_once", QSpinBox).text(), heard) == ("12", [])
    slider.setSliderDown(False)
    assert [each.reads_at_once for each in heard] == [12]


def test_close_closes(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(button(dialog, "Close"), BUTTON)
    assert not dialog.isVisible()
    assert not dialog.isModal()


def test_the_meaning_follows_the_loader(dialog: PreferencesDialog) -> None:
    meaning = named(dialog, "What that means", QLabel)
    assert meaning.text().endswith("142 frames and 300 files are here now.")
    dialog.show_state(replace(STATE, activity=ACTIVITY._replace(frames_held=143, frames_whole=143)))
    assert meaning.text().endswith("143 frames and 300 files are here now.")
