"""The whole window: opened, stepped, scrubbed, played and set up as a person would."""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from PIL import Image
from PyQt5.QtCore import QByteArray, QCoreApplication, QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QApplication, QLabel, QWidget

from viewer.app import App
from viewer.core.frame import Size
from viewer.core.play.playhead import Repeat
from viewer.core.spans import Span
from viewer.core.units import MB
from viewer.gui import keyboard
from viewer.gui.bridge import loop
from viewer.gui.bridge.gate import StepGate
from viewer.gui.keyboard import STEPS
from viewer.gui.widgets.bookmarks_dialog import BookmarksDialog
from viewer.gui.widgets.diagnostics import DiagnosticsDialog
from viewer.gui.widgets.fields import FrameField
from viewer.gui.widgets.fill_strip import FillStrip
from viewer.gui.widgets.level_controls import NumberField
from viewer.gui.widgets.levels_panel import LevelsPanel
from viewer.gui.widgets.preferences import PreferencesDialog
from viewer.gui.widgets.sequences_panel import SequencesPanel
from viewer.gui.widgets.shortcut_sheet import ShortcutSheet
from viewer.gui.widgets.start_page import StartPage
from viewer.gui.widgets.timeline import Timeline
from viewer.model.commands import COMMANDS
from viewer.model.preferences import Theme
from viewer.model.view_state import FillView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    Opened = Callable[..., App]
    Frames = Callable[..., Path]


hand: Any = QTest
"""Presses keys and buttons; the stubs take its static functions for methods."""
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def press(app: App, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier, *, held: bool = False) -> None:  # noqa: ANN401 - Qt's flags
    """Presses a key as the keyboard does, once, or as one repeat of a held key."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.sendEvent(app.window.canvas, QKeyEvent(kind, key, modifiers, "", held))


def _has_grown(items: list[int], count: int) -> bool:
    return len(items) > count


def drag(widget: QWidget, to: QPoint) -> None:
    """Moves the mouse with the left button down."""
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(to), QPointF(widget.mapToGlobal(to)), left, left, Qt.KeyboardModifier.NoModifier
    )
    QCoreApplication.sendEvent(widget, event)


def test_a_folder_is_opened_and_stepped_with_the_arrow_keys(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 30))
    assert app.window.state.number == 1
    assert app.window.windowTitle() == "shot.[0001-0030].jpg — Lookahead"
    press(app, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.number == 2)
    press(app, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.number == 12)
    press(app, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.number == 11)


def test_decoders_give_way_from_the_first_sight_of_a_step_until_its_frame_is_painted(
    opened: Opened, frames: Frames, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, closed, painted = opened(frames("shots", 3)), StepGate(lambda: 5.0), list[bool]()
    qtbot.waitUntil(lambda: app.window.state.activity.frames_held == 3)
    for user in (keyboard, loop):
        monkeypatch.setattr(user, "gate", closed)
    app.window.canvas.painted.connect(lambda: painted.append(closed.is_closed))
    seen = []
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
        QCoreApplication.sendEvent(app.window.canvas, QKeyEvent(kind, Qt.Key.Key_Right, NO_KEY))
        seen.append(closed.is_closed)
    assert (seen, painted, app.window.state.number) == ([True, False], [True], 2)
    QCoreApplication.sendEvent(app.window.canvas, QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_F1, NO_KEY))
    assert not closed.is_closed


def test_the_picture_on_the_canvas_is_that_of_the_frame(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 12, "png"))
    app.model.go_to(9)
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.number == 9)
    canvas = app.window.canvas
    colour = canvas.grab().toImage().pixelColor(canvas.rect().center())
    assert (colour.red(), colour.green(), colour.blue()) == (63, 117, 90)


def test_every_repeating_command_steps_by_its_key_at_once(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 300, size=(16, 9)), 150)
    modifier_of = {"Shift": Qt.KeyboardModifier.ShiftModifier, "Ctrl": Qt.KeyboardModifier.ControlModifier}
    for name, by in STEPS.items():
        *modifiers, key = next(command.keys[0] for command in COMMANDS if command.name == name).split("+")
        app.model.go_to(150)
        qtbot.waitUntil(lambda: app.window.state.number == 150)
        held: Any = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier_of[modifier]
        press(app, getattr(Qt.Key, f"Key_{key}"), held)
        assert app.window.state.number == 150 + by  # whatever else waits for its turn


def test_a_held_key_takes_one_step_for_each_frame_seen(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 60))
    painted: list[int] = []
    app.window.canvas.painted.connect(painted.append)
    for _ in range(20):
        before = len(painted)
        press(app, Qt.Key.Key_Right, held=True)
        qtbot.waitUntil(partial(_has_grown, painted, before))
    stopped = app.window.state.number
    assert stopped is not None
    assert painted == sorted(set(painted)), "a frame was skipped or shown again"
    assert painted[-1] == stopped == painted[0] + len(painted) - 1


def test_repeats_that_come_before_the_frame_is_seen_are_not_saved_up(
    opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    app = opened(frames("shots", 60))
    with qtbot.waitSignal(app.window.canvas.painted):
        press(app, Qt.Key.Key_Right)
    QApplication.processEvents()  # the model hears of it after the paint
    for _ in range(20):
        press(app, Qt.Key.Key_Right, held=True)
    assert app.model._open.playhead.index == 2  # type: ignore[union-attr]  # noqa: SLF001 - before the next turn of the loop there is no snapshot


def test_home_end_and_going_to_a_frame(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 30))
    hand.keyClick(app.window, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: app.window.state.number == 30)
    hand.keyClick(app.window, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: app.window.state.number == 1)
    app.window._go_to_text("17")  # noqa: SLF001 - what the field and the dialog call
    qtbot.waitUntil(lambda: app.window.state.number == 17)


def test_the_slider_scrubs_live(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 100, size=(16, 9)))
    timeline = app.window.findChild(Timeline)
    middle = timeline.height() // 2
    hand.mousePress(timeline, LEFT, NO_KEY, QPoint(timeline.width() // 2, middle))
    qtbot.waitUntil(lambda: app.window.state.number in range(45, 56))
    drag(timeline, QPoint(timeline.width() - 1, middle))
    qtbot.waitUntil(lambda: app.window.state.number == 100)
    hand.mouseRelease(timeline, LEFT, NO_KEY, QPoint(timeline.width() - 1, middle))
    qtbot.waitUntil(lambda: app.window.state.is_true)


def test_space_plays_and_stops(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 30, size=(16, 9)))
    app.model.set_rate(200)
    hand.keyClick(app.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: app.window.state.playing and (app.window.state.number or 0) > 4)
    hand.keyClick(app.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not app.window.state.playing)


class Paints(QObject):
    """Notes which widgets are painted together, in the window that it is installed for."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._window, self.together = app.window, [set[str]()]
        self._application = QApplication.instance()
        assert self._application is not None
        self._application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Looks on."""
        assert event is not None
        if event.type() == QEvent.Type.UpdateRequest and watched is self._window:
            self.together.append(set())
        elif event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.together[-1].add(watched.accessibleName())
        return False

    def changes(self) -> list[set[str]]:
        """Looks no longer; returns what was painted together whenever number, status or picture changed."""
        assert self._application is not None
        self._application.removeEventFilter(self)
        return [names for names in self.together if names & {"Picture", "Frame number", "Frame", "File"}]


@pytest.mark.parametrize("plays", [False, True])
def test_number_playhead_status_and_picture_change_in_one_paint(
    plays: bool,  # noqa: FBT001 - a parameter
    opened: Opened,
    frames: Frames,
    qtbot: QtBot,
) -> None:
    app = opened(frames("shots", 12))
    app.model.fill(whole=True)
    qtbot.waitUntil(lambda: app.window.state.activity.frames_held == 12)
    qtbot.waitUntil(lambda: app.window.state.fill is None or app.window.state.fill.done == 12)
    QCoreApplication.processEvents()
    paints = Paints(app)
    if plays:
        app.model.set_rate(60.0)
        app.model.play(1)
    else:
        press(app, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: (app.window.state.number or 0) >= (6 if plays else 2))
    changes = paints.changes()
    assert len(changes) + 1 == app.window.state.number
    assert all({"Picture", "Frame number", "Frame", "File", "Timeline"} <= names for names in changes)


def test_zoom_fit_and_pan(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 3, size=(2000, 1000)))
    canvas = app.window.canvas
    assert canvas.viewport.fits
    qtbot.waitUntil(lambda: app.window.state.shown is not None and app.window.state.shown.picture.display is not None)
    hand.keyClick(app.window, Qt.Key.Key_1)
    assert canvas.viewport.actual_scale == 1
    before = canvas.viewport.rect
    hand.mousePress(canvas, LEFT, NO_KEY, QPoint(200, 200))
    drag(canvas, QPoint(180, 190))
    hand.mouseRelease(canvas, LEFT, NO_KEY, QPoint(180, 190))
    assert (canvas.viewport.rect.left, canvas.viewport.rect.top) == (before.left - 20, before.top - 10)
    hand.keyClick(app.window, Qt.Key.Key_F)
    assert canvas.viewport.fits
    hand.keyClick(app.window, Qt.Key.Key_F)
    assert canvas.viewport.actual_scale == 1


def test_a_large_picture_is_painted_from_a_copy_at_the_size_of_the_window(
    opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    app = opened(frames("shots", 3, size=(2000, 1000)))
    canvas = app.window.canvas

    def is_exact() -> bool:
        shown = app.window.state.shown
        place = canvas.viewport.rect
        return (
            shown is not None
            and shown.picture.display is not None
            and (shown.picture.display.size == Size(place.width, place.height))
        )

    qtbot.waitUntil(is_exact)
    app.window.resize(900, 700)
    qtbot.waitUntil(is_exact)


def test_dropping_a_file_opens_its_sequence_at_that_frame(app: App, frames: Frames, qtbot: QtBot) -> None:
    folder = frames("shots", 12)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder / "shot.0007.jpg"))])
    event = QDropEvent(
        QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    for each in (QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, LEFT, NO_KEY), event):
        QCoreApplication.sendEvent(app.window, each)
    qtbot.waitUntil(lambda: app.window.state.number == 7 and app.window.state.is_true)


@pytest.mark.skipif(sys.platform != "linux", reason="only here names are bytes of any kind")
def test_dropping_a_folder_whose_name_is_not_text_opens_it(app: App, frames: Frames, qtbot: QtBot) -> None:
    folder = frames("sh\udcffts ü", 3)
    data = QMimeData()
    data.setUrls([QUrl.fromEncoded(b"file://" + quote(os.fsencode(folder)).encode())])
    left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, no_key)
    for each in (QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, LEFT, NO_KEY), event):
        QCoreApplication.sendEvent(app.window, each)
    qtbot.waitUntil(lambda: app.window.state.is_true)
    assert app.window.state.sequence is not None
    assert app.window.state.sequence.folder == str(folder)


@pytest.mark.parametrize("window", ["abc", "AAAA", "\udcff ü", "=" * 9])
def test_a_window_starts_whatever_is_remembered_of_its_place(window: str, tmp_path: Path, qtbot: QtBot) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.json").write_text(json.dumps({"window": window}))
    program = App(config, tmp_path / "cache")
    qtbot.addWidget(program.window)
    assert program.window.width() > 600
    assert program.close()


def test_tab_walks_over_the_start_page_and_hides_panels_elsewhere(app: App, opened: Opened, frames: Frames) -> None:
    timeline, page = app.window.findChild(Timeline), app.window.findChild(StartPage)
    app.window.activateWindow()
    for _ in range(3):
        hand.keyClick(QApplication.focusWidget() or app.window, Qt.Key.Key_Tab)
        assert page.isAncestorOf(QApplication.focusWidget())
    opened(frames("shots", 3))
    assert timeline.isVisible()
    hand.keyClick(app.window, Qt.Key.Key_Tab)
    assert not timeline.isVisible()


def test_recent_folders_are_offered_and_open(opened: Opened, frames: Frames, tmp_path: Path, qtbot: QtBot) -> None:
    first, second = frames("first", 3), frames("second", 4)
    opened(first)
    app = opened(second)
    assert app.window.state.recent == (str(second), str(first))
    settings = tmp_path / "config" / "settings.json"
    qtbot.waitUntil(
        lambda: settings.exists() and json.loads(settings.read_text())["recent"] == [str(second), str(first)]
    )


def test_the_cache_size_is_set_live_and_kept(opened: Opened, frames: Frames, tmp_path: Path, qtbot: QtBot) -> None:
    app = opened(frames("shots", 6))
    app.window._actions["preferences"].trigger()  # noqa: SLF001 - the menu's
    dialog = app.window.findChild(PreferencesDialog)
    assert dialog.isVisible()
    dialog.changed.emit(app.model.settings.preferences.changed(cache_bytes=300 * MB))
    qtbot.waitUntil(lambda: app.window.state.preferences.cache_bytes == 300 * MB)
    settings = tmp_path / "config" / "settings.json"
    qtbot.waitUntil(
        lambda: settings.exists() and json.loads(settings.read_text())["preferences"]["cache_bytes"] == 300 * MB
    )


def test_the_picture_keeps_its_place_while_something_is_read_in_advance(opened: Opened, frames: Frames) -> None:
    app = opened(frames("shots", 3))
    app.model.listen(lambda _state: None)  # or a snapshot of its own could come between
    window = app.window
    position = window.canvas.geometry()
    fill = FillView("the whole sequence", 1, 3, 5.9e6, 2.0, 3 * MB, fits=True)
    window.show_state(replace(window.state, fill=fill))
    QCoreApplication.processEvents()
    strip = window.findChild(FillStrip)
    assert strip.isVisible()
    assert window.canvas.geometry() == position


def test_reading_in_advance_can_be_asked_for_when_there_is_something_to_read(
    app: App, opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    def offered() -> list[str]:
        return [name for name in ("fill", "fill_range", "stop_filling") if app.window._actions[name].isEnabled()]  # noqa: SLF001

    QCoreApplication.processEvents()
    assert offered() == []
    opened(frames("shots", 3))
    assert offered() == ["fill", "stop_filling"]
    app.model.go_to(2)
    app.model.sequence.mark_in()
    qtbot.waitUntil(lambda: offered() == ["fill", "fill_range", "stop_filling"])
    app.window._actions["stop_filling"].trigger()  # noqa: SLF001 - the menu's
    qtbot.waitUntil(lambda: offered() == ["fill", "fill_range"])
    # What is still being decoded is said first.
    qtbot.waitUntil(lambda: "reading stopped" in [each.text() for each in app.window.findChildren(QLabel)])
    app.model.step(-1)
    qtbot.waitUntil(lambda: "stop_filling" in offered())


def test_the_dialogs_open_and_the_one_that_says_why_it_is_slow_follows_the_theme(
    opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    app = opened(frames("shots", 3))
    for command, dialog in (("shortcuts", ShortcutSheet), ("diagnose", DiagnosticsDialog)):
        app.window._actions[command].trigger()  # noqa: SLF001 - the menu's
        qtbot.waitUntil(app.window.findChild(dialog).isVisible)
    panel = app.window.findChild(DiagnosticsDialog)
    panel.refresh_wanted.emit()
    app.model.set_preferences(app.model.settings.preferences.changed(theme=Theme.LIGHT))
    qtbot.waitUntil(lambda: panel.palette().window().color().lightness() > 128)


def test_each_theme_applies_at_once(opened: Opened, frames: Frames) -> None:
    app = opened(frames("shots", 3))
    for theme in (Theme.LIGHT, Theme.DARK, Theme.SYSTEM, Theme.DARK, Theme.LIGHT):
        app.model.set_preferences(app.model.settings.preferences.changed(theme=theme))
        QCoreApplication.processEvents()
        lightness = app.window.palette().window().color().lightness()
        assert (lightness < 128) == (theme is Theme.DARK)  # the system off screen is light


def test_full_screen_hides_the_panels_and_gives_them_back_as_they_were(opened: Opened, frames: Frames) -> None:
    window = opened(frames("shots", 3)).window
    timeline, bar = window.findChild(Timeline), window.menuBar()
    assert bar is not None
    for name, is_full, has_panels in (
        ("full_screen", True, False),
        ("leave", False, True),
        ("panels", False, False),
        ("full_screen", True, False),
        ("leave", False, False),
        ("panels", False, True),
    ):
        window._actions[name].trigger()  # noqa: SLF001 - the menu's
        assert (window.isFullScreen(), timeline.isVisible()) == (is_full, has_panels)
        assert (bar.isVisible(), bar.height() > 0) == (True, has_panels), "its keys open the menus still"


def test_the_picture_and_the_path_can_be_copied(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    folder = frames("shots", 3)
    app = opened(folder)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    app.window._actions["copy_path"].trigger()  # noqa: SLF001
    assert clipboard.text() == str(folder / "shot.0001.jpg")
    trigger(app, "copy_name")
    assert clipboard.text() == "shot.0001.jpg"
    app.window._actions["copy_picture"].trigger()  # noqa: SLF001
    qtbot.waitUntil(lambda: app.window.state.answer.words == "Copied 320 × 180 picture")  # noqa: RUF001 - "times"
    assert (clipboard.image().width(), clipboard.image().height()) == (320, 180)
    clipboard.clear()


@pytest.fixture
def calls_on_gui_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collects the file-system calls of this thread while it is armed; opening Python's own modules aside."""
    calls: list[str] = []
    armed = threading.current_thread()

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if threading.current_thread() is armed and listening and event in {"open", "os.scandir", "os.listdir"}:
            path = str(arguments[0])
            if not path.endswith((".py", ".pyc", ".so")) and "site-packages" not in path:
                calls.append(f"{event} {path}")

    for name in ("stat", "lstat", "access", "mkdir", "replace", "readlink"):
        real = getattr(os, name)

        def watched(*arguments: Any, _real: Any = real, _name: str = name, **options: Any) -> Any:  # noqa: ANN401 - any of os
            if threading.current_thread() is armed and sys._getframe(1).f_globals["__name__"].startswith("viewer"):  # noqa: SLF001 - who calls
                calls.append(f"os.{_name} {arguments[0]}")
            return _real(*arguments, **options)

        monkeypatch.setattr(os, name, watched)
    listening = True
    sys.addaudithook(audit)
    yield calls
    listening = False


def test_no_file_system_call_runs_on_the_gui_thread(
    app: App, frames: Frames, qtbot: QtBot, calls_on_gui_thread: list[str]
) -> None:
    folder = frames("shots", 12)
    QCoreApplication.processEvents()
    calls_on_gui_thread.clear()
    app.model.open(str(folder))
    qtbot.waitUntil(lambda: app.window.state.is_true and not app.window.state.listing)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_F5):
        hand.keyClick(app.window, key)
        qtbot.waitUntil(lambda: app.window.state.is_true and not app.window.state.listing)
    app.model.set_preferences(app.model.settings.preferences.changed(smooth=True))
    app.window.close()
    app.close()
    assert calls_on_gui_thread == []


# Playing and finding one's way


def trigger(app: App, *names: str) -> None:
    """Carries out commands as their menu entries do."""
    for name in names:
        app.window.findChild(QAction, name).trigger()
        QCoreApplication.processEvents()


@pytest.mark.parametrize("has_picture", [True, False])
def test_the_window_is_painted_with_its_first_picture_or_after_a_while_without(
    app: App, frames: Frames, qtbot: QtBot, *, has_picture: bool
) -> None:
    if has_picture:
        app.model.open(str(next(frames("shots", 1).iterdir())))
    app.window.show()
    app.window.wait_for_picture(60 if has_picture else 0)
    qtbot.waitUntil(app.window.updatesEnabled)
    assert app.window.state.is_true is has_picture
    qtbot.waitUntil(lambda: has_picture or app.window.findChild(StartPage) is not None)


def test_several_sequences_are_listed_and_chosen_and_what_was_loaded_stays(
    opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    folder = frames("shots", 6)
    app = opened(folder)
    app.window.resize(1280, 700)
    assert app.window.findChild(SequencesPanel) is None, "one sequence needs no list"
    for path in list(folder.iterdir()):
        (folder / path.name.replace("shot", "take")).write_bytes(path.read_bytes())
    opened(folder)
    qtbot.waitUntil(lambda: app.window.findChild(SequencesPanel) is not None)
    panel = app.window.findChild(SequencesPanel)
    assert panel.isVisible()
    assert app.window.focusWidget() is app.window.canvas
    qtbot.waitUntil(lambda: app.model.folder.thumbnail(1) is not None)
    panel.sequence_chosen.emit(1)
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.name == "take.0001.jpg")
    panel.sequence_chosen.emit(0)
    qtbot.waitUntil(lambda: app.window.state.name == "shot.0001.jpg" and app.window.state.is_true)
    trigger(app, "sequences")
    assert not panel.isVisible()
    (folder / "more").mkdir()
    trigger(app, "sequences")
    panel.subfolders_wanted.emit()
    qtbot.waitUntil(lambda: app.window.state.folder is not None and app.window.state.folder.subfolders == ("more",))
    assert panel.isVisible()
    app.window.resize(700, 500)
    qtbot.waitUntil(lambda: not panel.isVisible())  # it would take too much of the picture
    width = app.window.canvas.width()
    trigger(app, "sequences")
    assert panel.isVisible()
    assert abs(app.window.canvas.width() - width) <= 1, "it lies over the picture"
    panel.sequence_chosen.emit(1)
    assert not panel.isVisible(), "to see what was chosen"
    app.window.resize(1280, 700)
    qtbot.waitUntil(panel.isVisible)


def test_bookmarks_places_and_points_are_set_by_their_commands(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 40), 10)
    trigger(app, "bookmark", "mark_in", "forward_10", "bookmark", "mark_out")
    assert [each.number for each in app.window.state.bookmarks] == [10, 20]
    assert (app.window.state.mark_in, app.window.state.mark_out) == (10, 20)
    assert app.window.findChild(QAction, "bookmark").isChecked()
    trigger(app, "previous_bookmark")
    assert app.window.state.number == 10
    trigger(app, "back")
    assert app.window.state.number == 20
    trigger(app, "forward")
    assert app.window.state.number == 10
    trigger(app, "bookmarks")
    dialog = app.window.findChild(BookmarksDialog)
    dialog.note_changed.emit(20, "look here")
    qtbot.waitUntil(lambda: app.window.state.bookmarks[1].note == "look here")
    dialog.close()
    timeline = app.window.findChild(Timeline)
    timeline.mark_in_dragged.emit(15)
    timeline.mark_out_dragged.emit(3)
    qtbot.waitUntil(lambda: (app.window.state.mark_in, app.window.state.mark_out) == (15, 15))


def test_it_plays_to_and_fro_keeps_time_and_shuttles(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 12))
    trigger(app, "repeat", "real_time", "shuttle_forward")
    assert app.window.state.preferences.repeat is Repeat.PING_PONG
    seen: set[tuple[int | None, int]] = set()

    def has_turned() -> bool:
        seen.add((app.window.state.number, app.window.state.playback.speed))
        return {speed for _, speed in seen} >= {1, -1}

    qtbot.waitUntil(has_turned)
    trigger(app, "shuttle_forward", "shuttle_forward")
    assert app.window.state.playback.speed in {2, -2, 1}
    trigger(app, "shuttle_stop")
    assert app.window.state.playback.speed == 0


def test_what_was_set_in_a_sequence_is_there_in_the_next_run(frames: Frames, tmp_path: Path, qtbot: QtBot) -> None:
    folder = frames("shots", 30)
    for run in (1, 2):
        app = App(tmp_path / "config", tmp_path / "cache", tmp_path / "data")
        app.window.show()
        app.model.open(str(folder))
        qtbot.waitUntil(lambda app=app: app.window.state.is_true and not app.window.state.listing)  # type: ignore[misc]  # bound now
        if run == 1:
            app.model.go_to(17)
            trigger(app, "bookmark", "mark_in")
            app.model.set_rate(12.5)
            app.window.canvas.zoom_to(2.0)
        qtbot.waitUntil(lambda app=app: app.window.state.playback.rate == 12.5)  # type: ignore[misc]  # the same
        state = app.window.state
        assert [each.number for each in state.bookmarks] == [17]
        assert (state.number, state.mark_in) == (17, 17)
        assert app.window.canvas.viewport.scale == 2.0
        app.window.close()
        assert app.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_stack_opens_as_its_pages_and_one_comes_back_to_its_folder(
    opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    folder = frames("shots", 3)
    pages = [Image.new("L", (40, 30), 40 * number) for number in range(1, 5)]
    pages[0].save(folder / "stack.tif", save_all=True, append_images=pages[1:])
    app = opened(folder / "stack.tif")
    assert app.window.state.sequence is not None
    assert (app.window.state.sequence.label, app.window.state.sequence.is_pages) == ("stack page [0001-0004].tif", True)
    press(app, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: app.window.state.number == 2 and app.window.state.is_true)
    trigger(app, "copy_path")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == str(folder / "stack.tif")
    trigger(app, "parent_folder")
    qtbot.waitUntil(lambda: app.window.state.name == "stack.tif" and app.window.state.is_true)
    trigger(app, "open_pages")
    qtbot.waitUntil(lambda: app.window.state.name == "stack page 0002.tif" and app.window.state.is_true)


def test_the_timeline_takes_keys_when_it_is_told_to(opened: Opened, frames: Frames) -> None:
    app = opened(frames("shots", 60))
    timeline = app.window.findChild(Timeline)
    for _ in range(2):
        trigger(app, "next_part")
    hand.keyClick(timeline, Qt.Key.Key_Plus)
    shown = timeline.shown
    assert shown is not None
    assert len(shown) < 60
    trigger(app, "all_of_timeline")
    assert timeline.shown == Span(1, 60)


def test_tab_hides_the_panels_only_from_the_picture(opened: Opened, frames: Frames) -> None:
    app = opened(frames("shots", 3))
    trigger(app, "levels")
    app.window.activateWindow()
    panel = app.window.findChild(LevelsPanel)
    steps: list[tuple[QWidget, str, QWidget]] = [
        (widget, "Tab", panel) for widget in (app.window.findChild(Timeline), *panel.findChildren(NumberField)[:3])
    ]
    steps += [(app.window.findChild(FrameField), key, app.window) for key in ("Tab", "Backtab")]
    for widget, key, inside in steps:
        widget.setFocus()
        hand.keyClick(widget, getattr(Qt.Key, f"Key_{key}"))
        focused = QApplication.focusWidget()
        assert panel.isVisible()
        assert focused is not widget
        assert focused is not None
        assert inside.isAncestorOf(focused)
    app.window.canvas.setFocus()
    hand.keyClick(app.window.canvas, Qt.Key.Key_Tab)
    assert not panel.isVisible()


def test_a_long_name_keeps_its_end_in_the_title(opened: Opened, tmp_path: Path) -> None:
    for number in (1, 2):
        Image.new("RGB", (32, 18)).save(tmp_path / f"{'long_' * 20}v002.{number}.png")
    title = opened(tmp_path / f"{'long_' * 20}v002.1.png").window.windowTitle()
    assert title.endswith("long_v002.[1-2].png — Lookahead")
    assert len(title) < 80


def test_closed_in_full_screen_it_opens_as_the_window_it_was(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    app = opened(frames("shots", 3))
    trigger(app, "full_screen")
    assert app.window.isFullScreen()
    app.window.close()
    after = QWidget()
    qtbot.addWidget(after)
    geometry, *_ = app.model.settings.window.split(" ")
    assert after.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
    assert not after.isFullScreen()
