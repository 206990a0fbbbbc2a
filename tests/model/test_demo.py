"""The sequence for users who have none."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import simplejpeg  # type: ignore[import-untyped]

from viewer.core.errors import CancelledError
from viewer.core.storage.slow import SlowStorage
from viewer.core.storage.transfer import Transfer
from viewer.demo import scene
from viewer.demo.recipe import Recipe, default_recipe
from viewer.demo.scene import draw_frame
from viewer.demo.storage import DemoStorage, demo_storage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def small() -> Recipe:
    return replace(default_recipe(), width=320, height=180)


def pixels(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    decoded: np.ndarray[tuple[int, ...], np.dtype[np.int16]] = simplejpeg.decode_jpeg(content).astype(np.int16)
    return decoded


def difference(recipe: Recipe, one: int, other: int) -> float:
    return float(np.abs(pixels(draw_frame(recipe, one)) - pixels(draw_frame(recipe, other))).mean())


def test_the_recipe_names_240_frames() -> None:
    names = default_recipe().names
    assert len(names) == 240
    assert (names[0], names[-1]) == ("aurora.0001.jpg", "aurora.0240.jpg")


def test_a_frame_is_a_jpeg_of_the_size_that_the_recipe_says() -> None:
    height, width, *_ = simplejpeg.decode_jpeg_header(draw_frame(default_recipe(), 1))
    assert (width, height) == (1600, 900)


def test_a_frame_is_always_the_same(small: Recipe) -> None:
    assert draw_frame(small, 7) == draw_frame(small, 7)


def test_the_first_frame_comes_with_the_program_and_is_the_one_that_would_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = pixels(draw_frame(default_recipe(), 1))
    monkeypatch.setattr(scene, "draw_frame", None)
    content = bytes(memoryview(DemoStorage(str(tmp_path)).read(str(tmp_path / "aurora.0001.jpg"), Transfer())))
    assert len(content) < 200_000
    assert np.abs(pixels(content) - drawn).mean() < 2.0


class Watched(Transfer):
    """A read that says when it waits for another frame to be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Event()
        self._looks = 0

    def checkpoint(self) -> None:
        super().checkpoint()
        self._looks += 1
        if self._looks == 2:
            self.waits.set()


def test_frames_are_drawn_one_at_a_time_an_urgent_one_first_and_none_that_is_not_wanted_any_more(
    tmp_path: Path, small: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    has_begun, may_end = threading.Event(), threading.Event()

    def draw(_recipe: Recipe, number: int) -> bytes:
        drawn.append(number)
        has_begun.set()
        assert may_end.wait(10)
        return b"drawn"

    monkeypatch.setattr(scene, "draw_frame", draw)
    storage = DemoStorage(str(tmp_path), small)
    transfers = [Watched() for _ in range(4)]
    transfers[3].set_urgent(urgent=True)

    def read(number: int) -> None:
        with contextlib.suppress(CancelledError):
            storage.read(str(tmp_path / f"aurora.{number + 1:04}.jpg"), transfers[number])

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    threads[0].start()
    assert has_begun.wait(10)
    for thread, transfer in zip(threads[1:], transfers[1:], strict=True):
        thread.start()
        assert transfer.waits.wait(10)
    transfers[1].cancel()
    threads[1].join(10)
    assert drawn == [1], "what is not wanted any more waits for no other"
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert drawn == [1, 4, 3]


def test_no_share_is_to_be_blamed_while_a_frame_is_drawn(
    tmp_path: Path, small: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = Transfer()
    asks: list[bool] = []

    def draw(_recipe: Recipe, _number: int) -> bytes:
        asks.append(transfer.asks)
        return b"drawn"

    monkeypatch.setattr(scene, "draw_frame", draw)
    slow = SlowStorage(DemoStorage(str(tmp_path), small), 0.0, 1e9, lambda _seconds: None)
    slow.read(str(tmp_path / "aurora.0002.jpg"), transfer)
    assert (asks, transfer.asks) == ([False], True)
    transfer.cancel()
    with pytest.raises(CancelledError):
        slow.read(str(tmp_path / "aurora.0003.jpg"), transfer)


def test_the_loop_has_no_seam(small: Recipe) -> None:
    # The last frame is as near to the first as any two neighbours, and nearer than frames that are far apart.
    seam = difference(small, small.count, 1)
    assert seam < 1.5 * difference(small, 100, 101)
    assert seam < difference(small, 1, small.count // 2)


def test_a_frame_is_drawn_once_and_kept(tmp_path: Path, small: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = DemoStorage(str(tmp_path / "deep" / "demo"), small)
    path = tmp_path / "deep" / "demo" / "aurora.0001.jpg"
    first = bytes(memoryview(storage.read(str(path), Transfer())))
    assert path.read_bytes() == first
    monkeypatch.setattr(scene, "draw_frame", None)
    assert memoryview(storage.read(str(path), Transfer())) == first
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_to_is_no_trouble(tmp_path: Path, small: Recipe) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file" / "demo"
    transfer = Transfer()
    content = DemoStorage(str(folder), small).read(str(folder / "aurora.0001.jpg"), transfer)
    assert memoryview(content) == draw_frame(small, 1)
    assert transfer.received == transfer.total


def test_a_full_disk_is_no_trouble_and_leaves_nothing_behind(
    tmp_path: Path, small: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    content = DemoStorage(str(tmp_path), small).read(str(tmp_path / "aurora.0001.jpg"), Transfer())
    assert memoryview(content) == draw_frame(small, 1)
    assert list(tmp_path.iterdir()) == []


def test_other_folders_are_read_as_they_are(tmp_path: Path, small: Recipe) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "aurora.0001.jpg").write_bytes(b"mine")
    storage = DemoStorage(str(tmp_path / "demo"), small)
    assert list(storage.list_names(str(other), Transfer())) == [["aurora.0001.jpg"]]
    assert bytes(memoryview(storage.read(str(other / "aurora.0001.jpg"), Transfer()))) == b"mine"
    assert storage.is_folder(str(other))


def test_newcomers_see_it_over_a_slow_link(tmp_path: Path) -> None:
    names = [name for batch in demo_storage(str(tmp_path)).list_names(str(tmp_path), Transfer()) for name in batch]
    assert len(names) == 240
