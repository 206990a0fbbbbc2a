"""The whole program, as a person has it: real files, real workers, a real window off-screen."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QCoreApplication, QEvent

from viewer.app import App

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

WINDOW = (640, 480)


@pytest.fixture
def app(qtbot: QtBot, tmp_path: Path) -> Iterator[App]:
    """The program with its window shown and nothing open."""
    program = App(tmp_path / "config", tmp_path / "cache", tmp_path / "data")
    program.window.resize(*WINDOW)
    program.window.show()
    qtbot.waitExposed(program.window)
    yield program
    program.window.close()
    assert program.close(), "a worker did not end"
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    gc.collect()


@pytest.fixture
def opened(app: App, qtbot: QtBot) -> Callable[..., App]:
    """Opens a path and waits until its first picture is on screen and the folder is listed."""

    def open_path(path: Path | str, frame: int | None = None) -> App:
        app.model.open(str(path), frame)
        QCoreApplication.processEvents()  # the snapshot of before says nothing about what is being opened
        qtbot.waitUntil(lambda: app.window.state.is_true and not app.window.state.listing, timeout=10_000)
        return app

    return open_path
