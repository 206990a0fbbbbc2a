"""The program over real servers and clients: the right picture in the end, and true words until then."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageColor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from real_shares import RealShare

    from viewer.app import App

    Mount = Callable[..., RealShare]

IN_THE_END = 20_000
"""Milliseconds to wait for what must come."""
SIZE, COUNT = (160, 90), 12
TENTH = 10**8
FRESH_LISTINGS = ("-o", "dir_cache=no")
"""What has sshfs ask for each listing; it would answer from memory for 20 s, as if the server were there."""


def paint(path: Path, colour: str, date: int | None = None) -> None:
    """Puts a frame of one colour, and of as many bytes as any other, at ``path`` in one step."""
    new = path.with_suffix(".new")
    Image.new("RGB", SIZE, colour).save(new, "bmp")
    set_date(new, date)
    new.replace(path)


def set_date(path: Path, date: int | None) -> None:
    if date is not None:
        os.utime(path, ns=(date, date))


def shows(app: App, colour: str) -> bool:
    """Returns whether the middle of the canvas has a colour."""
    image = app.window.canvas.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2).getRgb()[:3] == ImageColor.getrgb(colour)


def count(app: App) -> int:
    """Returns how many frames the open sequence has."""
    return 0 if app.window.state.sequence is None else app.window.state.sequence.count


@pytest.mark.parametrize("kind", ["sshfs", "smbnetfs"])
def test_what_changes_on_the_server_is_shown_in_the_end(
    kind: str, real_share: Mount, frames: Callable[..., Path], opened: Callable[..., App], qtbot: QtBot
) -> None:
    folder = frames("shots", 3, "bmp", SIZE)
    rewritten, completed = folder / "shot.0001.bmp", folder / "shot.0002.bmp"
    second = time.time_ns() // (10 * TENTH) * 10 * TENTH
    paint(rewritten, "blue", second + TENTH)
    size = rewritten.stat().st_size
    os.truncate(completed, size // 2)
    os.truncate(completed, size)
    set_date(completed, second + TENTH)
    app = opened(real_share(kind, folder).folder)
    qtbot.waitUntil(lambda: app.window.state.activity.frames_held == 3, timeout=IN_THE_END)
    assert shows(app, "blue")
    for path in rewritten, completed:
        paint(path, "red", second + 9 * TENTH)
    qtbot.waitUntil(lambda: shows(app, "red"), timeout=IN_THE_END)
    app.model.go_to(2)
    qtbot.waitUntil(lambda: app.window.state.number == 2 and shows(app, "red"), timeout=IN_THE_END)


@pytest.mark.parametrize(
    ("kind", "goes", "comes"),
    [
        ("sshfs-reconnect", "kill", "start"),
        ("sshfs", "kill", "start mount"),
        ("sshfs", "unmount", "mount"),
        ("smbnetfs", "unmount", "mount"),
    ],
)
def test_a_share_that_was_away_is_back_with_all_its_frames_and_a_new_one(
    kind: str,
    goes: str,
    comes: str,
    real_share: Mount,
    frames: Callable[..., Path],
    opened: Callable[..., App],
    qtbot: QtBot,
) -> None:
    folder = frames("shots", COUNT, "bmp", SIZE)
    now = time.time_ns()
    for number in range(1, COUNT + 1):
        set_date(folder / f"shot.{number:04}.bmp", now - (1000 - number) * 100 * TENTH)
    paint(folder / "shot.0001.bmp", "blue", now - 10_000 * 100 * TENTH)
    paint(folder / f"shot.{COUNT:04}.bmp", "red", now - 100 * 100 * TENTH)
    share = real_share(kind, folder, bandwidth=400_000, options=FRESH_LISTINGS if "sshfs" in kind else ())
    app = opened(share.folder)
    qtbot.waitUntil(lambda: not app.window.state.notice, timeout=IN_THE_END)  # its picture is known to be right
    said = set()

    def sees(*, done: bool) -> bool:
        said.add(app.window.state.problem_kind)
        return done

    share.tell(goes, **({"lazy": True} if goes == "unmount" else {}))
    app.model.go_to(COUNT)
    qtbot.waitUntil(lambda: sees(done=bool(app.window.state.offline)), timeout=IN_THE_END)
    app.model.go_to(1)
    qtbot.waitUntil(lambda: sees(done=app.window.state.is_true and app.window.state.number == 1), timeout=IN_THE_END)
    assert shows(app, "blue"), "what was seen before can be looked at"
    assert count(app) == COUNT
    app.model.go_to(COUNT)
    paint(folder / f"shot.{COUNT + 1:04}.bmp", "lime")
    for command in comes.split():
        share.tell(command)
    qtbot.waitUntil(lambda: sees(done=shows(app, "red")), timeout=IN_THE_END)
    qtbot.waitUntil(lambda: sees(done=not app.window.state.offline), timeout=IN_THE_END)
    qtbot.waitUntil(lambda: sees(done=app.window.state.activity.frames_held == COUNT + 1), timeout=IN_THE_END)
    app.model.go_to(COUNT + 1)
    qtbot.waitUntil(lambda: sees(done=shows(app, "lime")), timeout=IN_THE_END)
    assert said <= {"", "unreachable"}
