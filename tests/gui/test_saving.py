# mypy: untyped-calls-exclude=pytestqt
"""Saving the frame on screen from the window: where the dialog begins, what it writes, and what it asks first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PIL import Image
from PyQt5.QtCore import QStandardPaths
from PyQt5.QtWidgets import QFileDialog, QLineEdit, QMessageBox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from viewer.app import App


def test_a_picture_is_saved_as_shown_and_replaces_one_when_that_is_agreed(
    opened: Callable[..., App],
    frames: Callable[..., Path],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, saved = opened(frames("shots", 2)), tmp_path / "saved"
    saved.mkdir()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _place: str(saved))
    window = app.window

    def trigger(name: str) -> None:
        window._actions[name].trigger()  # noqa: SLF001 - as the menu does

    def says(text: str) -> bool:
        return window.state.news.partition(" (")[0] == text

    def dialog() -> QFileDialog:
        found = [each for each in window.findChildren(QFileDialog) if each.isVisible()]
        return found[0] if found else None  # type: ignore[return-value]

    def save(command: str) -> None:
        trigger(command)
        qtbot.waitUntil(lambda: dialog() is not None)
        assert dialog().directory().path() == str(saved)
        dialog().accept()

    trigger("rotate_right")
    qtbot.waitUntil(lambda: window.state.shown is not None and window.state.shown.orientation.quarters == 1)
    save("save_picture")
    qtbot.waitUntil(lambda: window.state.news.startswith("Saved shot.0001.png"))
    with Image.open(saved / "shot.0001.png") as image:
        assert image.size == (180, 320)
    trigger("flip_vertically")
    before = (saved / "shot.0001.png").read_bytes()
    for answer, is_changed in (("Keep it", False), ("Replace", True)):
        save("save_picture")
        qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(QMessageBox)))
        box = next(each for each in window.findChildren(QMessageBox) if each.isVisible())
        next(each for each in box.buttons() if each.text() == answer).click()
        said = "Saved shot.0001.png" if is_changed else ""
        qtbot.waitUntil(partial(says, said))
        assert ((saved / "shot.0001.png").read_bytes() != before) == is_changed
    save("save_file")
    qtbot.waitUntil(lambda: window.state.news.startswith("Saved shot.0001.jpg"))
    assert (saved / "shot.0001.jpg").read_bytes() == (tmp_path / "shots" / "shot.0001.jpg").read_bytes()
    assert app.model.settings.save_folder == str(saved)
    trigger("save_file")
    qtbot.waitUntil(lambda: dialog() is not None)
    dialog().findChildren(QLineEdit)[0].setText("other.png")
    dialog().accept()
    qtbot.waitUntil(lambda: window.state.news.startswith("Saved other.png.jpg"))  # its name says what it is
