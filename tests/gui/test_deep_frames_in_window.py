# mypy: untyped-calls-exclude=pytestqt
"""The whole program with frames of 16 bits: what it paints, the panel of levels, and pictures of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QCursor
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QToolButton, QWidget

from viewer import paths
from viewer.app import App
from viewer.gui.widgets.levels_panel import LevelsPanel
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    Opened = Callable[..., App]

hand: Any = QTest
COUNT = 6


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A folder of frames, each black at the left, 1,000 times its number at the right and 500 times in the middle."""
    folder = tmp_path / "deep"
    folder.mkdir()
    for number in range(1, COUNT + 1):
        array = np.repeat(np.array([0, 500, 1000]) * number, 400)[None].repeat(900, 0).astype(np.uint16)
        (folder / f"a.{number:04d}.tif").write_bytes(pictures.tiff(array, photometric="minisblack"))
    return folder


def middle(app: App) -> int:
    """Returns how bright the middle of the picture is on the screen."""
    canvas = app.window.canvas
    return int(canvas.grab().toImage().pixelColor(canvas.rect().center()).red())


def is_painted(app: App, number: int = 2, high: float | None = None) -> bool:
    """Returns whether a frame is painted, up to the number ``high`` if that is given."""
    state = app.window.state
    if state.number != number or not state.is_true or state.shown is None or state.shown.screen is None:
        return False
    return not state.shown.is_outdated and (high is None or state.shown.screen.look.range == (0, high))


def test_frames_are_painted_by_the_range_of_the_first_fitted_and_at_full_size(
    opened: Opened, deep: Path, qtbot: QtBot
) -> None:
    app = opened(deep)
    assert middle(app) == 128
    hand.keyClick(app.window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: is_painted(app, 2))
    assert middle(app) == 255
    app.model.levels.set_range(0, 4000)
    qtbot.waitUntil(lambda: is_painted(app, high=4000))
    assert middle(app) == 64
    canvas = app.window.canvas
    QCursor.setPos(canvas.mapToGlobal(canvas.rect().center()))  # a zoom is about the pointer, and others have moved it
    hand.keyClick(app.window, Qt.Key.Key_1)

    def is_part() -> bool:
        shown = app.window.state.shown
        return is_painted(app) and shown is not None and shown.screen is not None and shown.screen.part is not None

    qtbot.waitUntil(is_part)
    assert middle(app) == 64
    app.model.levels.set_range(0, 2000)
    qtbot.waitUntil(lambda: is_painted(app, high=2000))
    assert middle(app) == 128
    canvas.toggle_fit()
    qtbot.waitUntil(lambda: is_painted(app) and not is_part())
    assert middle(app) == 128


def test_the_panel_comes_and_goes_by_its_key_and_is_remembered_with_the_window(
    opened: Opened, deep: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    app = opened(deep)
    assert app.window.findChild(LevelsPanel) is None, "it costs nothing before it is to be seen"
    hand.keyClick(app.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    panel = app.window.findChild(LevelsPanel)
    assert panel is not None
    assert panel.isVisible()
    qtbot.waitUntil(lambda: app.window.state.levels.counts is not None)
    next(each for each in panel.findChildren(QToolButton) if each.text() == "log").click()
    app.window.close()
    assert {"levels", "log"} <= {*app.model.settings.window.split()}
    written = tmp_path / "config" / paths.SETTINGS
    qtbot.waitUntil(lambda: written.exists() and b"levels" in written.read_bytes())
    again = App(tmp_path / "config", tmp_path / "cache", tmp_path / "data")
    again.window.show()
    again.model.open(str(deep))
    qtbot.waitUntil(lambda: again.window.findChild(LevelsPanel) is not None)
    other = again.window.findChild(LevelsPanel)
    assert other is not None
    qtbot.waitUntil(other.isVisible)
    assert next(each for each in other.findChildren(QToolButton) if each.text() == "log").isChecked()
    hand.keyClick(again.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert not other.isVisible()
    again.window.close()
    assert "levels" not in again.model.settings.window.split()
    assert again.close()


def test_the_keys_go_round_the_parts_of_the_window_and_back(opened: Opened, deep: Path) -> None:
    app = opened(deep)
    app.window.activateWindow()
    canvas, timeline = app.window.canvas, app.window.findChild(Timeline)
    assert timeline is not None

    def has_keys() -> str:
        focus = QApplication.focusWidget()
        places: dict[str, QWidget] = {
            "picture": canvas,
            "timeline": timeline,
            "transport": app.window.findChild(Transport),
        }
        if (panel := app.window.findChild(LevelsPanel)) is not None:
            places["panel"] = panel
        return next((name for name, each in places.items() if focus is each or each.isAncestorOf(focus)), "none")

    def pressed(modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        hand.keyClick(QApplication.focusWidget() or app.window, Qt.Key.Key_F6, modifier)
        return has_keys()

    assert has_keys() == "picture"
    assert [pressed() for _ in range(4)] == ["transport", "timeline", "picture", "transport"], "without the panel"
    assert [pressed(Qt.KeyboardModifier.ShiftModifier) for _ in range(2)] == ["picture", "timeline"]
    hand.keyClick(app.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert [pressed() for _ in range(5)] == ["panel", "picture", "transport", "timeline", "panel"]
    hand.keyClick(app.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert has_keys() == "picture", "not in a panel that is hidden"


def test_a_picture_has_its_own_range_when_it_is_opened_in_the_middle(opened: Opened, deep: Path, qtbot: QtBot) -> None:
    app = opened(deep, 3)
    assert middle(app) == 128
    assert app.window.state.levels.origin == "range of frame 3"
    app.model.levels.use_first_frame()
    qtbot.waitUntil(lambda: is_painted(app, 3, 1000))
    assert app.window.state.levels.origin_frame is None
    assert middle(app) == 255
