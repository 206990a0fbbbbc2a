# mypy: untyped-calls-exclude=pytestqt
"""The list of the folder's sequences: what it shows, what it asks for, and which keys it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pictures
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QImage, QKeySequence
from PyQt5.QtWidgets import (
    QAction,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QShortcut,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.core.frame import Frame, FrameNumber, Size
from viewer.core.sequence.folder_rule import FolderRule, Order
from viewer.gui.theme import DARK, LIGHT
from viewer.gui.widgets.labels import ElidedLabel, elided
from viewer.gui.widgets.mnemonics import plain
from viewer.gui.widgets.sequence_list import SequenceRows, stem_and_suffix
from viewer.gui.widgets.sequences_panel import SequencesPanel
from viewer.model.view_state import FolderRow, FolderView, SequenceView, ViewState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

BUTTON = Qt.MouseButton.LeftButton
KEYS = Qt.Key


def rows_of(count: int) -> tuple[FolderRow, ...]:
    return tuple(FolderRow(f"shot_{each}.[1-9].png", 1, 9, 9, 0) for each in range(count))


def state_of(folder: FolderView | None) -> ViewState:
    return ViewState(folder=folder)


FOLDER = FolderView("/share/project/shots", "/share/project", rows_of(40), 1)


class Panel:
    """A panel in a window that has keys of its own."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.panel = SequencesPanel(DARK)
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        self.window.resize(300, 500)
        self.heard: list[object] = []
        self.wanted: list[object] = []
        self.panel.sequence_chosen.connect(self.heard.append)
        self.panel.parent_chosen.connect(lambda: self.heard.append("parent"))
        self.panel.subfolders_wanted.connect(lambda: self.heard.append("subfolders"))
        self.panel.subfolder_chosen.connect(self.heard.append)
        self.panel.thumbnails_wanted.connect(self.wanted.append)
        self.window.show()
        qtbot.waitExposed(self.window)

    def show(self, folder: FolderView | None) -> None:
        self.panel.show_state(state_of(folder))
        for _ in range(4):  # a layout within a layout is told one after the other
            QApplication.processEvents()

    def list_called(self, name: str) -> QListView:
        return next(each for each in self.panel.findChildren(QListView) if each.accessibleName() == name)

    @property
    def sequences(self) -> QListView:
        return self.list_called("Sequences")

    def button(self, name: str) -> QToolButton:
        return next(each for each in self.panel.findChildren(QToolButton) if each.accessibleName() == name)

    def words(self) -> list[str]:
        return [each.text() for each in self.panel.findChildren(QLabel) if each.isVisible()]

    def click(self, name: str, row: int, qtbot: QtBot) -> None:
        view = self.list_called(name)
        model = view.model()
        assert model is not None
        place = view.visualRect(model.index(row, 0)).center()
        qtbot.mouseClick(view.viewport(), BUTTON, pos=place)

    def told(self, row: int, role: Qt.ItemDataRole) -> str:
        model = self.sequences.model()
        assert model is not None
        return str(model.index(row, 0).data(role))

    def picture_of(self, row: int) -> QImage:
        model = self.sequences.model()
        assert model is not None
        viewport = self.sequences.viewport()
        assert viewport is not None
        return viewport.grab(self.sequences.visualRect(model.index(row, 0))).toImage()


@pytest.fixture
def panel(qtbot: QtBot) -> Panel:
    return Panel(qtbot)


def colours_in(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_what_is_not_read_is_said_below_the_list(panel: Panel) -> None:
    panel.show(replace(FOLDER, unread="Not read: 2 .xcf"))
    assert "Not read: 2 .xcf" in panel.words()
    panel.show(FOLDER)
    assert "" not in panel.words()


def test_a_click_up_down_and_enter_choose_a_sequence(panel: Panel, qtbot: QtBot) -> None:
    panel.show(FOLDER)
    panel.panel.setFocus()
    for key in (KEYS.Key_Down, KEYS.Key_Down, KEYS.Key_Up, KEYS.Key_Return):
        qtbot.keyClick(panel.sequences, key)
    assert panel.heard == [2], "one below the open one"
    panel.click("Sequences", 3, qtbot)
    assert panel.heard == [2, 3]


def test_all_other_keys_are_those_of_the_window(panel: Panel, qtbot: QtBot) -> None:
    pressed: list[str] = []
    keys = ("Left", "Right", "Space", "Home", "PgDown", "B", "Up", "Return", "Shift+Down")
    shortcuts = [QShortcut(QKeySequence(key), panel.window) for key in keys]
    for key, shortcut in zip(keys, shortcuts, strict=True):
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    panel.show(FOLDER)
    panel.window.activateWindow()
    panel.panel.setFocus()
    for key in keys:
        name = key.removeprefix("Shift+")
        shift = Qt.KeyboardModifier.ShiftModifier if name != key else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(panel.sequences, QKeySequence(name)[0], shift)
    assert pressed == ["Left", "Right", "Space", "Home", "PgDown", "B", "Shift+Down"]
    assert panel.heard == [0], "up and Enter stay in the list"


def test_keys_that_no_shortcut_takes_reach_the_window(panel: Panel, qtbot: QtBot) -> None:
    pressed: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
            pressed.append(event.key())  # type: ignore[attr-defined]  # a key event

    window = Window()
    qtbot.addWidget(window)
    panel.panel.setParent(window)
    window.show()
    panel.show(FOLDER)
    panel.panel.setFocus()
    for key in (KEYS.Key_Left, KEYS.Key_Right, KEYS.Key_Space, KEYS.Key_End, KEYS.Key_Down):
        qtbot.keyClick(panel.sequences, key)
    assert pressed == [KEYS.Key_Left, KEYS.Key_Right, KEYS.Key_Space, KEYS.Key_End]


def test_the_open_sequence_is_marked_not_by_colour_alone(panel: Panel) -> None:
    panel.show(FOLDER)
    opened, other = panel.picture_of(1), panel.picture_of(2)
    assert opened.pixelColor(1, 30).name() == DARK.accent
    assert other.pixelColor(1, 30).name() != DARK.accent
    panel.show(replace(FOLDER, chosen=2))
    assert panel.picture_of(2).pixelColor(1, 30).name() == DARK.accent
    assert panel.picture_of(1).pixelColor(1, 30).name() != DARK.accent
    assert "open" in panel.told(2, Qt.ItemDataRole.AccessibleTextRole)
    assert "open" not in panel.told(1, Qt.ItemDataRole.AccessibleTextRole)
    panel.panel.set_colours(LIGHT)
    assert panel.picture_of(2).pixelColor(1, 30).name() == LIGHT.accent


def test_the_list_goes_to_the_sequence_that_is_opened(panel: Panel) -> None:
    panel.show(FOLDER)
    panel.show(replace(FOLDER, chosen=33))
    model = panel.sequences.model()
    assert model is not None
    assert panel.sequences.rect().contains(panel.sequences.visualRect(model.index(33, 0)))
    assert panel.sequences.currentIndex().row() == 33


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            FolderRow("a.[1001-1240].png", 1001, 1240, 237, 3, Size(1920, 1080)),
            "1001–1240 · 237 frames · 3 missing · 1920 × 1080",  # noqa: RUF001 - "to" and "by"
        ),
        (FolderRow("a.[1-9].png", 1, 9, 9, 0, unreadable=2), "1–9 · 9 frames · 2 unreadable"),  # noqa: RUF001 - "to"
        (FolderRow("a.[1-9].png", 1, 9, 9, 0), "1–9 · 9 frames"),  # noqa: RUF001 - "to"
        (FolderRow("a.png", 7, 7, 1, 0), "1 frame"),
    ],
)
def test_what_is_known_of_a_sequence_can_all_be_read(panel: Panel, row: FolderRow, said: str) -> None:
    panel.show(replace(FOLDER, rows=(row,), chosen=0))
    assert panel.told(0, Qt.ItemDataRole.ToolTipRole) == f"{row.label}\n{said}"
    for part in said.split(" · "):
        assert part in panel.told(0, Qt.ItemDataRole.AccessibleTextRole)


def test_the_folder_above_can_be_gone_to_where_there_is_one(panel: Panel, qtbot: QtBot) -> None:
    panel.show(FOLDER)
    up = panel.button("Parent folder")
    qtbot.mouseClick(up, BUTTON)
    assert panel.heard == ["parent"]
    panel.show(replace(FOLDER, parent=""))
    assert not up.isEnabled()
    panel.show(None)
    assert not up.isEnabled()


@pytest.mark.parametrize(
    ("path", "name"), [("/share/shots", "shots"), ("/share/shots/", "shots"), ("/", "/"), ("C:\\a\\b", "b")]
)
def test_the_name_of_the_folder_stands_above_and_its_path_is_the_tool_tip(panel: Panel, path: str, name: str) -> None:
    panel.show(replace(FOLDER, path=path))
    label = next(each for each in panel.panel.findChildren(QLabel) if each.toolTip() == path)
    assert label.text() == name


def test_a_name_with_no_room_is_shortened_in_the_middle(panel: Panel) -> None:
    panel.show(replace(FOLDER, path=f"/share/begin{'_' * 200}end"))
    first, last = panel.panel.findChild(ElidedLabel).shortened.split("…")
    assert first.startswith("begin")
    assert last.endswith("end")


# Thumbnails


def green() -> Frame:
    return pictures.bgrx(bytes((10, 200, 30, 255)) * (16 * 9), Size(16, 9))


def test_only_what_can_be_seen_is_asked_for(panel: Panel) -> None:
    asked: set[int] = set()

    def find(position: int) -> Frame | None:
        asked.add(position)
        return None

    panel.panel.set_thumbnails(find)
    panel.show(replace(FOLDER, rows=rows_of(2000)))
    panel.sequences.grab()
    first = panel.wanted[-1]
    assert isinstance(first, tuple)
    assert first == tuple(range(len(first)))
    assert 5 < len(first) < 12
    assert asked == set(first)
    bar = panel.sequences.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    last = panel.wanted[-1]
    assert isinstance(last, tuple)
    assert last == tuple(range(2000 - len(last), 2000))
    asked.clear()
    panel.sequences.grab()
    assert asked == set(last)


def test_rows_are_told_once_until_they_change(panel: Panel) -> None:
    panel.show(FOLDER)
    told = len(panel.wanted)
    assert told
    panel.show(replace(FOLDER))
    panel.show(replace(FOLDER, chosen=2))
    panel.show(replace(FOLDER, thumbnails=1))
    assert len(panel.wanted) == told
    panel.show(replace(FOLDER, path="/share/project/other"))
    assert len(panel.wanted) == told + 1, "the same rows of another folder"
    panel.window.resize(300, 900)
    QApplication.processEvents()
    assert len(panel.wanted) > told + 1
    assert len(panel.wanted[-1]) > len(panel.wanted[-2])  # type: ignore[arg-type]  # tuples


def test_a_hidden_panel_wants_no_thumbnails(panel: Panel) -> None:
    panel.show(FOLDER)
    panel.panel.hide()
    assert panel.wanted[-1] == ()
    told = len(panel.wanted)
    panel.show(replace(FOLDER, rows=rows_of(12)))
    assert len(panel.wanted) == told
    panel.panel.show()
    QApplication.processEvents()
    assert panel.wanted[-1]


def test_a_thumbnail_is_painted_as_soon_as_a_snapshot_tells_of_it(panel: Panel) -> None:
    frames: dict[int, Frame] = {}
    panel.panel.set_thumbnails(frames.get)
    panel.show(FOLDER)
    assert "#1ec80a" not in colours_in(panel.picture_of(2))
    frames[2] = green()
    panel.show(replace(FOLDER, thumbnails=1))
    assert "#1ec80a" in colours_in(panel.picture_of(2))
    assert "#1ec80a" not in colours_in(panel.picture_of(3))


def test_a_snapshot_in_which_nothing_changed_paints_nothing(panel: Panel) -> None:
    painted: list[int] = []
    panel.show(FOLDER)
    panel.panel.set_thumbnails(painted.append)
    QApplication.processEvents()
    painted.clear()
    state = state_of(FOLDER)
    panel.panel.show_state(replace(state, number=FrameNumber(2), names_seen=7))
    panel.panel.show_state(replace(state, folder=replace(FOLDER, rows=rows_of(40))))
    QApplication.processEvents()
    assert painted == []
    panel.panel.show_state(replace(state, folder=replace(FOLDER, thumbnails=1)))
    QApplication.processEvents()
    assert painted


# A folder that changes


def test_the_list_stays_where_it_is_while_the_folder_grows(panel: Panel) -> None:
    panel.show(FOLDER)
    bar = panel.sequences.verticalScrollBar()
    assert bar is not None
    bar.setValue(500)
    grown = tuple(replace(row, last=10, count=10) for row in rows_of(50))
    panel.show(replace(FOLDER, rows=grown))
    assert bar.value() == 500
    assert "10 frames" in panel.told(49, Qt.ItemDataRole.ToolTipRole)
    assert "10 frames" in panel.told(0, Qt.ItemDataRole.ToolTipRole)
    panel.show(replace(FOLDER, rows=rows_of(20)))
    assert bar.value() == 500
    model = panel.sequences.model()
    assert model is not None
    assert model.rowCount() == 20


def test_another_folder_is_shown_from_its_open_sequence(panel: Panel) -> None:
    panel.show(FOLDER)
    bar = panel.sequences.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    panel.show(FolderView("/share/other", "/share", rows_of(30), 0))
    assert bar.value() == 0
    assert panel.sequences.currentIndex().row() == 0


def test_without_sequences_one_sentence_says_so(panel: Panel) -> None:
    panel.show(None)
    assert any("Open a folder" in each for each in panel.words())
    panel.panel.show_state(ViewState(folder=replace(FOLDER, rows=()), listing=True))
    assert any("Listing" in each for each in panel.words())
    panel.show(replace(FOLDER, rows=()))
    assert any("no sequences" in each for each in panel.words())
    panel.show(FOLDER)
    assert panel.words() == ["shots", "Subfolders"]


# Subfolders


def test_subfolders_are_looked_for_when_somebody_wants_them(panel: Panel, qtbot: QtBot) -> None:
    panel.show(FOLDER)
    find = panel.button("Find subfolders")
    qtbot.mouseClick(find, BUTTON)
    assert panel.heard == ["subfolders"]
    panel.show(replace(FOLDER, searching=True))
    assert not find.isVisible()
    assert "looking…" in panel.words()
    panel.show(replace(FOLDER, subfolders=()))
    assert "no subfolders" in panel.words()
    panel.show(replace(FOLDER, subfolders=("take_1", "take_2")))
    assert panel.words() == ["shots", "Subfolders"]
    panel.click("Subfolders", 1, qtbot)
    assert panel.heard == ["subfolders", "take_2"]


def test_the_tool_tip_of_a_subfolder_is_its_whole_name(panel: Panel) -> None:
    panel.show(replace(FOLDER, subfolders=("long_" * 40,)))
    model = panel.list_called("Subfolders").model()
    assert model is not None
    roles = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.DecorationRole
    assert [model.index(0, 0).data(role) for role in roles] == ["long_" * 40] * 2 + [None]


def test_many_subfolders_leave_room_for_the_sequences(panel: Panel) -> None:
    panel.show(replace(FOLDER, subfolders=tuple(map(str, range(500)))))
    assert panel.sequences.height() > panel.list_called("Subfolders").height() > 60
    panel.show(replace(FOLDER, rows=(), subfolders=tuple(map(str, range(500)))))
    assert panel.list_called("Subfolders").height() > 300


def test_the_pages_of_a_file_have_no_subfolders(panel: Panel) -> None:
    pages = SequenceView("scan.tif", "/share/scan.tif", 1, 9, 9, (), 1, 1, is_pages=True)
    panel.panel.show_state(ViewState(sequence=pages, folder=replace(FOLDER, path="/share/scan.tif")))
    assert panel.words() == ["scan.tif"]


def test_no_row_is_painted_outside_its_place(panel: Panel) -> None:
    panel.window.resize(200, 300)
    long = FolderRow("a_very_long_name" * 9 + ".[1-2].png", 1, 99_999, 99_000, 999, Size(19_200, 10_800))
    panel.show(replace(FOLDER, rows=(long,) * 3, chosen=0))
    image = panel.picture_of(1)
    right = {image.pixelColor(image.width() - each, y).name() for each in (1, 2, 3) for y in range(image.height())}
    assert len(right) == 1
    assert panel.sequences.mapTo(panel.window, QPoint()).x() == 0


@pytest.mark.parametrize(
    ("name", "room", "shown"),
    [
        ("shot.[1001-1240].png", 20, "shot.[1001-1240].png"),
        ("project_shot_comp_v002.[1001-1240].exr", 24, "pr…_v002.[1001-1240].exr"),
        ("project_shot_comp_v002.[1-9]_left.exr (3 gaps)", 30, "p…v002.[1-9]_left.exr (3 gaps)"),
        ("project_shot_comp_v002.1096.png", 16, "pr…v002.1096.png"),
        ("project_shot_comp_a_b_c_d", 12, "pro…_a_b_c_d"),
        ("a.[1-2,5-9,12-20,31-44].png", 12, "a.[…-44].png"),
    ],
)
def test_of_a_long_name_the_middle_is_left_out_and_number_and_suffix_stay(name: str, room: int, shown: str) -> None:
    assert elided(name, room) == shown


def test_names_in_the_list_lose_first_what_they_share_then_their_end(panel: Panel) -> None:
    labels = [f"shot010_comp_v{version:03d}_{eye}.[1001-1020].png" for version in (1, 2) for eye in ("left", "right")]
    rows = [FolderRow(label, 1001, 1020, 20, 0) for label in (*labels, "12 single pictures", "[2,6,10]*.png")]
    model = SequenceRows(panel.window)
    model.renew(tuple(rows), 0)
    for room, shown in ((22, "shot010_comp_v001_left"), (20, "…v001_left"), (8, "…v001_l…")):
        assert model.label(0, room, len) == shown
    assert [model.label(row, 12, len) for row in (3, 4, 5)] == ["…v002_right", "12 single p…", "*"]
    model.show(tuple(rows[:1]), 0)  # one has nothing in common
    assert model.label(0, 20, len) == "shot010_comp_v001_l…"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("plate_A.[1-30].png", ("plate_A", ".png")),
        ("run_[1-30]_left.tif", ("run_left", ".tif")),
        ("[1-30].png", ("[…]", ".png")),
        ("series_[1-30]", ("series", "")),
    ],
)
def test_names_in_the_list_are_without_their_range(panel: Panel, label: str, shown: tuple[str, str]) -> None:
    model = SequenceRows(panel.window)
    model.renew((FolderRow(label, 1, 30, 30, 0),), 0)
    assert stem_and_suffix(model.rows[0]) == shown
    assert model.label(0, 40, len) == shown[0]


def test_long_names_in_the_list_differ_where_their_ends_do(panel: Panel) -> None:
    names = [f"project_alpha_sequence_0420_comp_beauty_v00{version}.[1001-1240].png" for version in (1, 2)]
    panel.show(replace(FOLDER, rows=tuple(FolderRow(name, 1001, 1240, 240, 0) for name in names), chosen=5))
    assert panel.picture_of(0) != panel.picture_of(1)
    assert panel.told(1, Qt.ItemDataRole.ToolTipRole).startswith(names[1])


def test_the_orders_and_the_filter_are_chosen_above_the_list(panel: Panel, qtbot: QtBot) -> None:
    chosen: list[FolderRule] = []
    left: list[bool] = []
    panel.panel.rule_chosen.connect(chosen.append)
    panel.panel.left.connect(lambda: left.append(True))
    panel.show(replace(FOLDER, passing=340, total=340))
    panel.window.activateWindow()
    next(each for each in panel.panel.findChildren(QAction) if plain(each.text()) == "All pictures by date").trigger()
    assert panel.button("Order: By date").text() == "By date"
    (field,) = panel.panel.findChildren(QLineEdit)
    panel.panel.edit_filter()
    qtbot.keyClicks(field, "oak")
    assert len(chosen) == 1, "names are filtered when the user pauses"
    qtbot.waitUntil(lambda: len(chosen) > 1)
    panel.show(replace(FOLDER, rule=chosen[-1], passing=12, total=1340))
    assert "12 of 1,340" in panel.words()
    qtbot.keyClick(field, KEYS.Key_Return)
    qtbot.keyClick(field, KEYS.Key_Escape)
    assert (field.text(), left) == ("", [True, True])
    by_date = FolderRule(Order.BY_DATE)
    assert chosen == [by_date, replace(by_date, filter="oak"), by_date]
    panel.show(replace(FOLDER, path="/other", rule=FolderRule(filter="fir"), passing=0, total=40))
    assert panel.button("Order: Sequences").text() == "Sequences"
    assert "0 of 40" in panel.words()
