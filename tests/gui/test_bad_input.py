# mypy: untyped-calls-exclude=pytestqt
"""What goes wrong gets a clear sentence in the right place, and nothing else breaks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pictures
import pytest
from PIL import Image
from PyQt5.QtCore import QCoreApplication, Qt
from PyQt5.QtWidgets import QListView

from viewer import paths
from viewer.app import App
from viewer.core.units import MB
from viewer.gui.widgets.start_page import StartPage
from viewer.model.preferences import KeepFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from real_shares import RealShare
    from slow_share import SlowShare


def says(app: App, *words: str) -> bool:
    """Whether the canvas or the message tells all these words."""
    said = f"{app.window.state.problem} {app.window.state.message}"
    return all(word in said for word in words)


def test_no_such_folder(app: App, tmp_path: Path, qtbot: QtBot) -> None:
    app.model.open(str(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: says(app, "nowhere"))
    assert app.window.state.sequence is None


@pytest.mark.parametrize("names", [(), ("notes.txt", "data.csv")])
def test_a_folder_without_pictures(names: tuple[str, ...], app: App, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("no picture")
    app.model.open(str(folder))
    qtbot.waitUntil(lambda: says(app, "There are no pictures in", "folder"))


def test_a_folder_of_folders_offers_them_and_a_click_opens_one(
    app: App, frames: Callable[..., Path], tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "takes").mkdir()
    shots = frames("takes/v1", 2, size=(8, 8))
    app.model.open(str(shots.parent))
    qtbot.waitUntil(lambda: says(app, "it holds the folder v1"))
    rows = next(each for each in app.window.findChildren(QListView) if each.accessibleName() == "Subfolders")
    qtbot.waitUntil(rows.isVisible)
    model = rows.model()
    assert model is not None
    assert app.window.findChild(StartPage).isVisible()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(model.index(0, 0)).center())
    qtbot.waitUntil(lambda: app.window.state.sequence is not None)
    assert app.model.opened == str(shots)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture at all, only words that go on for a while", ("Frame 2 cannot be shown", "not a picture")),
        (b"", ("Frame 2 cannot be shown", "empty")),
        (None, ("Frame 2 cannot be shown", "cut off")),
        ("huge", ("Frame 2 cannot be shown", "28.8 GB to be shown")),
    ],
    ids=["words", "empty", "truncated", "huge"],
)
def test_one_bad_frame_among_good_ones(
    content: bytes | str | None,
    words: tuple[str, ...],
    opened: Callable[..., App],
    frames: Callable[..., Path],
    qtbot: QtBot,
) -> None:
    folder = frames("shots", 4, "png" if content == "huge" else "jpg")
    bad = sorted(folder.iterdir())[1]
    if content == "huge":
        bad.write_bytes(pictures.huge_png())
    elif content is None:
        bad.write_bytes(bad.read_bytes()[:600])
    else:
        assert isinstance(content, bytes)
        bad.write_bytes(content)
    os.utime(bad, (0, 0))  # or it might still be being written
    app = opened(folder)
    app.model.step(1)
    qtbot.waitUntil(lambda: says(app, *words))
    assert app.window.state.problem_kind == "unreadable"
    assert app.window.state.shown is None
    app.model.step(1)
    qtbot.waitUntil(lambda: app.window.state.shown is not None and app.window.state.number == 3)
    assert not app.window.state.problem


def test_a_frame_larger_than_the_cache_says_so_and_is_shown_when_the_cache_is_raised(
    app: App, opened: Callable[..., App], frames: Callable[..., Path], qtbot: QtBot
) -> None:
    folder = frames("shots", 2)
    Image.new("L", (9000, 8000), 90).save(folder / "shot.0003.jpg")
    app.model.set_preferences(app.model.settings.preferences.changed(cache_bytes=128 * MB))
    opened(folder)
    app.model.go_to(3)
    qtbot.waitUntil(lambda: says(app, "576 MB", "128 MB", "Raise the cache size"), timeout=10_000)
    app.model.set_preferences(app.model.settings.preferences.changed(cache_bytes=1000 * MB))
    qtbot.waitUntil(lambda: app.window.state.is_true and not app.window.state.problem, timeout=20_000)
    qtbot.waitUntil(lambda: not app.window.state.activity.decoding, timeout=20_000)  # workers end with their decode


def test_sizes_and_modes_may_differ_from_frame_to_frame(
    opened: Callable[..., App], tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    kinds = {"RGB": (300, 200), "L": (20, 700), "RGBA": (64, 64), "1": (33, 17), "I;16": (50, 40), "P": (9, 9)}
    for number, (mode, size) in enumerate(kinds.items(), 1):
        Image.new(mode, size).save(folder / f"{number}.png")
    app = opened(folder)
    sizes = []
    for number in range(1, len(kinds) + 1):
        app.model.go_to(number)
        QCoreApplication.processEvents()
        qtbot.waitUntil(lambda: app.window.state.is_true)
        assert app.window.state.shown is not None
        sizes.append(app.window.state.shown.picture.size)
    assert sizes == list(kinds.values())


def test_names_that_are_only_digits(opened: Callable[..., App], tmp_path: Path) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    for number in (9, 10, 11):
        Image.new("RGB", (8, 8)).save(folder / f"{number}.png")
    state = opened(folder).window.state
    assert state.sequence is not None
    assert (state.sequence.first, state.sequence.last, state.number) == (9, 11, 9)


def test_a_file_that_is_still_being_written_is_shown_when_it_is_whole(
    opened: Callable[..., App], frames: Callable[..., Path], qtbot: QtBot
) -> None:
    folder = frames("shots", 4)
    late = sorted(folder.iterdir())[1]
    whole = late.read_bytes()
    late.write_bytes(whole[:600])
    app = opened(folder)
    app.model.step(1)
    qtbot.waitUntil(lambda: app.window.state.problem_kind == "writing")
    late.write_bytes(whole)
    qtbot.waitUntil(lambda: app.window.state.number == 2 and app.window.state.shown is not None, timeout=20_000)
    assert not app.window.state.problem


def test_a_folder_deleted_while_open(
    app: App, opened: Callable[..., App], frames: Callable[..., Path], qtbot: QtBot
) -> None:
    folder = frames("shots", 40, size=(16, 9))
    # A busy computer can measure its own disk as slow; files kept from it would still be shown.
    app.model.set_preferences(app.model.settings.preferences.changed(keep_files=KeepFiles.NEVER))
    opened(folder)
    qtbot.waitUntil(lambda: app.window.state.activity.frames_held == 40)
    shutil.rmtree(folder)
    app.model.go_to(30)
    qtbot.waitUntil(lambda: app.window.state.number == 30 and app.window.state.is_true)
    assert not app.window.state.problem, "what is in memory stays"
    app.model.clear_cache()
    qtbot.waitUntil(lambda: says(app, "Frame 30 ", "shots is not there any more", "removed"))
    app.model.reload()
    qtbot.waitUntil(lambda: "shots is not there any more" in app.window.state.offline)
    assert not app.window.state.message, "it is said once: in the banner"


@pytest.mark.parametrize(
    "content",
    [b"\x00\xff\xfe garbage", b"[1, 2]", b'{"preferences": 5, "recent": 7}', b"[" * 100_000, b""],
    ids=["bytes", "list", "types", "deep", "empty"],
)
def test_a_settings_file_full_of_garbage(content: bytes, tmp_path: Path, qtbot: QtBot) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.json").write_bytes(content)
    app = App(config, tmp_path / "cache")
    qtbot.addWidget(app.window)
    app.window.show()
    assert app.model.settings.preferences.rate == 24
    app.model.set_rate(30)
    app.window.close()
    assert app.close()
    assert json.loads((config / "settings.json").read_bytes())["preferences"]["rate"] == 30
    kept = config / "settings.damaged.json"
    if b"preferences" not in content:
        assert kept.read_bytes() == content


def test_a_share_where_every_read_fails(
    app: App, frames: Callable[..., Path], slow_share: Callable[..., SlowShare], qtbot: QtBot
) -> None:
    share = slow_share(frames("shots", 30, size=(16, 9)), profile="local")
    share.fail("*")
    app.model.open(str(share.mountpoint))
    qtbot.waitUntil(lambda: says(app, "Frame 1 ", "shot.0001.jpg", "Input/output"), timeout=10_000)
    app.model.step(1)
    qtbot.waitUntil(lambda: says(app, "Frame 2 ", "shot.0002.jpg", "Input/output"), timeout=10_000)
    assert app.window.state.problem_kind == "unreadable"
    assert not app.window.state.offline, "the folder can be listed: it is the files' fault"
    share.clear()
    qtbot.waitUntil(lambda: app.window.state.shown is not None and not app.window.state.problem, timeout=20_000)
    qtbot.waitUntil(lambda: not app.window.state.offline)


def test_a_read_that_hangs_does_not_keep_another_folder_from_opening(
    app: App, frames: Callable[..., Path], slow_share: Callable[..., SlowShare], qtbot: QtBot
) -> None:
    share = slow_share(frames("shots", 30, size=(16, 9)), profile="local")
    share.stall("*0001*", 30)
    app.model.open(str(Path(share.mountpoint) / "shot.0001.jpg"))
    qtbot.waitUntil(lambda: "loading 1" in app.window.state.notice and not app.window.state.listing)
    app.model.step(3)
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.number == 4, timeout=10_000)
    app.model.open(str(frames("other", 5)))
    other = "other/shot.0001.jpg"
    qtbot.waitUntil(lambda: app.window.state.is_true and app.window.state.path.endswith(other), timeout=10_000)
    share.clear()


def test_back_and_forth_over_a_share_reads_each_file_once_and_asks_for_no_attributes(
    opened: Callable[..., App], frames: Callable[..., Path], slow_share: Callable[..., SlowShare], qtbot: QtBot
) -> None:
    folder = frames("shots", 24)
    share = slow_share(folder, profile="wifi")
    app = opened(share.mountpoint)
    for by in (1, 1, 1, 10, -5, 1, -1, 8):
        app.model.step(by)
        qtbot.waitUntil(lambda: app.window.state.is_true, timeout=10_000)
    qtbot.waitUntil(lambda: app.window.state.activity.frames_held == 24, timeout=20_000)
    counts = share.counts()
    assert counts.listings == 1
    assert max(counts.opens_of.values()) <= 2, "of those passed by in a hurry some are opened in advance, not read"
    assert len(counts.opens_of) == 24
    assert counts.bytes_sent == sum(file.stat().st_size for file in folder.iterdir())
    # FUSE looks each name up when it is opened, and the folder itself; nothing else is asked.
    assert counts.lookups <= counts.opens + 3
    share.reset_counts()
    for by in (-1, -10, -5, -3, 12):
        app.model.step(by)
        qtbot.waitUntil(lambda: app.window.state.is_true)
    assert share.counts().opens == 0


QUIT = """
import sys
import time
from pathlib import Path
from viewer import app as front, launch, paths

path, folder = sys.argv[1:]
paths.folders = lambda: (Path(folder), Path(folder))
paths.data_folder = lambda: Path(folder)

def open_first(app):
    def close():
        app.model.set_preferences(app.model.settings.preferences.changed(rate=99.0))
        print("closing", flush=True)
        app.window.close()

    app.model.open(path)
    app.loop.call_later(1.0, close)

sys.exit(launch.launched(lambda: front.run(open_first)))
"""


@pytest.mark.parametrize("kind", ["slow", "sshfs", "smbnetfs"])
def test_quitting_while_the_share_hangs_takes_less_than_two_seconds(
    kind: str,
    frames: Callable[..., Path],
    slow_share: Callable[..., SlowShare],
    real_share: Callable[..., RealShare],
    tmp_path: Path,
) -> None:
    shots = frames("shots", 30, size=(16, 9))
    if kind == "slow":
        slow = slow_share(shots, profile="local")
        slow.away("hang", 60)
        folder = slow.mountpoint
    else:
        real = real_share(kind, shots)
        real.stop()
        folder = real.folder
    with subprocess.Popen(
        [sys.executable, "-c", QUIT, str(folder), str(tmp_path / "config")],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "closing\n"
        began = time.monotonic()
        assert program.wait(10) == 0
        assert time.monotonic() - began < 2
        assert program.stdout.read() == "", "who reads what it prints sees the end too"
    assert json.loads((tmp_path / "config" / paths.SETTINGS).read_text())["preferences"]["rate"] == 99.0


END_AT_ONCE = """
import os, signal, sys
from pathlib import Path
from viewer import app as front, launch, paths

paths.folders = lambda: (Path(sys.argv[1]), Path(sys.argv[1]))
paths.data_folder = lambda: Path(sys.argv[1])
sys.exit(launch.launched(lambda: front.run(lambda _app: os.kill(os.getpid(), signal.SIGTERM))))
"""


def test_a_program_that_is_asked_to_end_before_its_window_is_shown_ends(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", END_AT_ONCE, str(tmp_path)],
        env=environment,
        check=False,
        stderr=subprocess.DEVNULL,
        timeout=30,
    )
    assert ran.returncode == 128 + signal.SIGTERM
