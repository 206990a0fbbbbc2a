# mypy: untyped-calls-exclude=pytestqt
"""The page while nothing is open, and the menu of the folders opened lately."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMenu, QToolButton
from viewing import Viewing, numbered
from window_states import drawn

from viewer.core.frame import Size
from viewer.gui.main_window import MainWindow
from viewer.gui.theme import DARK
from viewer.gui.widgets.start_page import MOST_FOLDERS, StartPage
from viewer.gui.widgets.status_line import StatusLine
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.transport import Transport
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

BUTTON = Qt.MouseButton.LeftButton
LONG = "/mnt/projects/season_02/sequence_010/shot_0100/renders/comp/v014/full_resolution_final_for_review"


def start_page(qtbot: QtBot, *recent: str, height: int = 900) -> StartPage:
    page = StartPage(DARK)
    qtbot.addWidget(page)
    page.resize(600, height)
    page.show()
    page.show_state(ViewState(recent=recent))
    return page


def buttons(page: StartPage) -> list[QAbstractButton]:
    """Returns the three commands, then the folders."""
    found = page.findChildren(QAbstractButton)
    return [each for each in found if each.isVisible() and not isinstance(each, QToolButton)]


def test_a_recent_folder_is_chosen_by_its_whole_path_and_forgotten_by_its_cross(qtbot: QtBot) -> None:
    page = start_page(qtbot, "/shots/a&b", LONG)
    *_, first, second = buttons(page)
    assert first.accessibleName().startswith(str(Path("shots", "a&b")))
    assert second.toolTip() == LONG
    with qtbot.waitSignal(page.folder_chosen) as chosen:
        qtbot.mouseClick(second, BUTTON)
    assert chosen.args == [LONG]
    cross = second.findChild(QToolButton)
    assert not cross.isVisible()
    second.setFocus()
    qtbot.waitUntil(cross.isVisible)
    forgotten: list[str] = []
    page.folder_forgotten.connect(forgotten.append)
    with qtbot.assertNotEmitted(page.folder_chosen):
        qtbot.mouseClick(cross, BUTTON)
        qtbot.keyClick(second, Qt.Key.Key_Delete)
    assert forgotten == [LONG, LONG]


@pytest.mark.parametrize(("height", "shown"), [(900, MOST_FOLDERS), (400, 3), (100, 0)])
def test_as_many_folders_are_offered_as_there_is_room_for(height: int, shown: int, qtbot: QtBot) -> None:
    page = start_page(qtbot, *(f"/shots/{number}" for number in range(12)), height=height)
    assert len(buttons(page)) == 3 + shown
    page.show_state(ViewState())
    assert len(buttons(page)) == 3


def test_the_page_is_used_by_keys_alone(qtbot: QtBot) -> None:
    page = start_page(qtbot, "/shots/a", "/shots/b")
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.setFocus()
    assert QApplication.focusWidget() is page, "no button is marked before a key is pressed"
    folder, file, demo, first, second = buttons(page)
    for key, expected in (
        *((Qt.Key.Key_Down, each) for each in (folder, file, demo, first, second, folder)),
        (Qt.Key.Key_Up, second),
        (Qt.Key.Key_Tab, None),
        (Qt.Key.Key_Backtab, second),
    ):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert expected is None or QApplication.focusWidget() is expected
    for key, button, name in (
        (Qt.Key.Key_Return, folder, "open_folder"),
        (Qt.Key.Key_Space, file, "open_file"),
        (Qt.Key.Key_Enter, demo, "open_demo"),
    ):
        with qtbot.waitSignal(page.triggered) as signal:
            qtbot.keyClick(button, key)
        assert signal.args == [name]
    with qtbot.assertNotEmitted(page.folder_chosen):
        qtbot.keyClick(first, Qt.Key.Key_Right)


def test_a_row_tells_when_its_folder_was_opened_and_shows_its_picture(qtbot: QtBot) -> None:
    page = start_page(qtbot)
    page.set_facts(lambda _folder: 1.7e9, {"/shots/a": drawn(Size(160, 90))}.get)
    page.show_state(ViewState(recent=("/shots/a",)))
    *_, row = buttons(page)
    assert "Nov 2023" in row.accessibleName()
    image = row.grab().toImage()
    assert len({image.pixel(x, image.height() // 2) for x in range(10, 70)}) > 10, "a picture, not a ground"


# In the window


@pytest.fixture
def viewing() -> Iterator[Viewing]:
    made = Viewing(numbered(3) | numbered(3, "/other"), recent=("/a", "/shots"))
    yield made
    made.close()


@pytest.fixture
def window(viewing: Viewing, qtbot: QtBot) -> MainWindow:
    made = MainWindow(viewing.model, "/demo")
    qtbot.addWidget(made)
    made.show()
    viewing.loop.turn()
    return made


def test_transport_timeline_and_status_are_there_while_something_is_open(window: MainWindow, viewing: Viewing) -> None:
    feet = [window.findChild(each) for each in (Transport, Timeline, StatusLine)]
    for act, shown in (
        (lambda: viewing.open("/shots"), True),
        (lambda: viewing.open("/nowhere"), False),
        (lambda: window.findChild(StartPage).triggered.emit("panels"), False),
        (lambda: viewing.open("/shots"), False),
        (lambda: window.findChild(StartPage).triggered.emit("panels"), True),
    ):
        act()
        viewing.loop.turn()
        assert [each.isVisible() for each in feet] == [shown] * 3
        assert window.findChild(StartPage).isVisible() == (window.state.sequence is None)


def recent_menu(window: MainWindow) -> QMenu:
    menu = next(each for each in window.findChildren(QMenu) if each.title() == "Open &recent")
    menu.aboutToShow.emit()
    return menu


def test_the_menu_of_recent_folders_opens_one_by_its_digit_and_forgets_all(
    window: MainWindow, viewing: Viewing
) -> None:
    entries = [each for each in recent_menu(window).actions() if not each.isSeparator()]
    assert [each.text() for each in entries] == ["&1  /a", "&2  /shots", "&Clear"]
    entries[1].trigger()
    assert viewing.model.opened == "/shots"
    viewing.list_folder()
    assert list(window.state.recent) == ["/shots", "/a"]
    recent_menu(window).actions()[-1].trigger()
    viewing.loop.turn()
    assert list(window.state.recent) == []
    (entry,) = (each for each in recent_menu(window).actions() if not each.isSeparator())
    assert not entry.isEnabled()


def test_dialogs_begin_where_the_open_folder_lies_and_anywhere_if_that_does_not_answer(
    window: MainWindow, viewing: Viewing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def cancelled(answer: object) -> Callable[..., object]:
        """Returns what takes the place of a dialog that the user leaves without an answer."""

        def ask(_parent: object, _title: str, start: str) -> object:
            begun.append(start)
            return answer

        return ask

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", cancelled(""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", cancelled(("", "")))
    folder = tmp_path / "take" / "v1"
    folder.mkdir(parents=True)
    viewing.files |= {str(folder / f"a.{number}.png"): b"1" for number in range(3)}
    page = window.findChild(StartPage)

    def ask(command: str, *, answers: bool = True) -> list[str]:
        begun.clear()
        page.triggered.emit(command)
        assert begun == [], "a worker is asked first"
        if answers:
            viewing.chores.finish_all()
        viewing.loop.advance(1.0)
        viewing.chores.finish_all()
        return begun

    assert ask("open_folder") == [""], "/a, opened last, is not there"
    viewing.model.recent.note(str(folder))
    assert ask("open_folder") == [str(folder)]
    viewing.open(str(folder))
    assert ask("open_folder") == [str(folder.parent)]
    assert ask("open_file") == [str(folder)]
    assert ask("open_folder", answers=False) == [""]
