"""The folders opened lately: when, and their small pictures from this disk, for which no share is asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pictures
import pytest
from doubles import HandExecutor, HandLoop
from PIL import Image

from viewer.core.cache.disk_cache import DiskCache
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.frame import Size
from viewer.core.units import MB
from viewer.model import recent_folders
from viewer.model.recent_folders import RecentFolders
from viewer.model.refresher import Refresher
from viewer.model.settings_file import Settings
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from pathlib import Path


class Remembered:
    """The recent folders, of settings that are kept in memory."""

    def __init__(self, *recent: str, disk: DiskCache | None = None) -> None:
        self.settings = Settings(recent=recent)
        self.loop = HandLoop()
        self.chores = HandExecutor(self.loop, 4)
        self.refresher = Refresher(self.loop, lambda: None, lambda _due: ViewState())
        self.news: list[ViewState] = []
        self.refresher.listener = self.news.append
        self.recent = RecentFolders(
            *(self.loop, self.chores, disk, DecoderRegistry().picture, self.refresher),
            *(lambda: self.settings, self._keep),
        )

    def _keep(self, settings: Settings) -> None:
        self.settings = settings


def test_folders_are_noted_with_the_time_and_forgotten() -> None:
    remembered = Remembered("/a", "/b")
    recent, before = remembered.recent, time.time()
    assert recent.opened("/b") == 0.0
    recent.note("/b")
    assert list(recent.folders) == ["/b", "/a"]
    recent.left_out = "/demo"
    recent.note("/demo")
    assert list(recent.folders) == ["/b", "/a"]
    assert before <= recent.opened("/b") <= time.time()
    recent.forget("/b")
    assert (list(recent.folders), recent.opened("/b")) == (["/a"], 0.0)
    recent.clear()
    assert remembered.settings == Settings()


@pytest.fixture
def disk(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "kept", 100 * MB)


def put(disk: DiskCache, folder: str, content: bytes, count: int = 3) -> None:
    names = [f"a.{number}.png" for number in range(count)]
    disk.remember_names(folder, names)
    for name in names:
        assert disk.put(f"{folder}/{name}", content, len(content), 1)


def test_a_folder_has_the_picture_of_a_file_that_is_kept_of_it(
    disk: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(disk, "/red", pictures.encoded(Image.new("RGB", (400, 100), (200, 10, 10)), "PNG"))
    put(disk, "/deep", pictures.encoded(Image.new("I;16", (40, 30), 900), "PNG"))
    put(disk, "/bad", b"no picture")
    disk.remember_names("/names", ["a.1.png"])
    remembered = Remembered(disk=disk)
    folders = "/red", "/deep", "/bad", "/names", "/unknown"
    assert [remembered.recent.picture(folder) for folder in folders] == [None] * 5
    assert len(remembered.chores.waiting) == 1, "one after the other"
    while remembered.chores.waiting:
        remembered.chores.finish_all()
    found = [remembered.recent.picture(folder) for folder in folders]
    assert [None if each is None else each.size for each in found] == [Size(160, 40), Size(40, 30), None, None, None]
    remembered.loop.turn()
    assert remembered.news, "the page shows them"
    assert not remembered.chores.waiting, "none is looked for twice"
    put(disk, "/names", pictures.encoded(Image.new("RGB", (40, 40)), "PNG"), 1)
    remembered.recent.note("/names")  # opened, and perhaps kept, since
    monkeypatch.setattr(recent_folders, "LARGEST_FILE", 10)
    remembered.recent.picture("/names")
    remembered.chores.finish_all()
    assert remembered.recent.picture("/names") is None, "too large for a small picture"
