"""Files that the user saves: whole or not at all, never over another one unasked, and pictures as they are seen."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
from PIL import Image

from viewer.core.display.encode import encoded, split
from viewer.core.display.look import on_screen
from viewer.core.display.pixels import frame_of
from viewer.core.frame import GREY, RGBA, Alpha, Frame, SampleInfo
from viewer.core.storage.save import save

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_is_saved_whole_and_replaces_another_one_only_when_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.EPERM, "no links here")

    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    target, original = tmp_path / "a.png", tmp_path / "original"
    original.write_bytes(b"the file on screen")
    save(str(target), b"first")
    with pytest.raises(FileExistsError):
        save(str(target), b"second")
    assert target.read_bytes() == b"first"
    save(str(target), b"second", replaces=True, original=str(original))
    assert target.read_bytes() == b"second"
    for replaces in (False, True):
        with pytest.raises(OSError, match="file on screen itself"):
            save(str(original), b"third", replaces=replaces, original=str(original))
        with pytest.raises(IsADirectoryError):
            save(str(tmp_path), b"third", replaces=replaces)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.png", "original"]


@pytest.mark.parametrize("replaces", [True, False])
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_leaves_nothing_and_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, *, replaces: bool
) -> None:
    target = tmp_path / "a.png"
    if replaces:
        target.write_bytes(b"before")

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left"):
        save(str(target), b"after", replaces=replaces)
    monkeypatch.undo()
    assert [each.read_bytes() for each in tmp_path.iterdir()] == ([b"before"] if replaces else [])


def test_a_file_that_comes_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, wait = tmp_path / "a.png", os.fsync

    def come(descriptor: int) -> None:
        target.write_bytes(b"of another program")
        wait(descriptor)

    monkeypatch.setattr(os, "fsync", come)
    with pytest.raises(FileExistsError):
        save(str(target), b"ours")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"of another program"]


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_a_picture_is_written_as_it_is_on_the_screen(suffix: str) -> None:
    colours = frame_of(np.full((8, 16), 0xFFC86432, np.uint32), "")
    grey = on_screen(Frame((np.full((8, 16), 90, np.uint8),), GREY))
    straight = np.zeros((8, 16, 4), np.uint8)
    straight[...] = 200, 100, 50, 128
    clear = on_screen(Frame((straight,), RGBA, info=SampleInfo(alpha=Alpha.STRAIGHT)))
    alpha = suffix != ".jpg"
    for frame, mode, expected in (
        (colours, "RGB", (200, 100, 50)),
        (grey, "L", 90),
        (clear, "RGBA" if alpha else "RGB", (199, 100, 50, 128) if alpha else (100, 50, 25)),
    ):
        image = Image.open(io.BytesIO(encoded(frame, suffix)))
        assert (image.mode, image.size) == (mode, (16, 8))
        found = np.asarray(image.getpixel((5, 5)), int)
        assert np.abs(found - np.asarray(expected)).max() <= 2


def test_names_are_split_at_their_suffix() -> None:
    names = {"a.b.PNG": ("a.b", ".png"), "a": ("a", ""), ".png": (".png", ""), "/a.b/c": ("/a.b/c", "")}
    assert {name: split(name) for name in names} == names
