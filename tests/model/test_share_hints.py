"""What is said about the mount that a folder lies on: how late new frames show, and names that a server shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from viewing import Viewing, numbered

from viewer.core.storage import mounts
from viewer.model.preferences import NewFrames

if TYPE_CHECKING:
    from pathlib import Path

LATE = "New frames may take up to 5 min: mount with --dir-cache-time 2s"
SHORTENED = {f"/shots/XZ59Y0~{last}.JPG": b"picture" for last in "8A"}


def viewing_on(monkeypatch: pytest.MonkeyPatch, folder: Path, mounted: str, new_frames: NewFrames) -> Viewing:
    """Returns a viewer whose folder lies on what is ``mounted``, a kind and a source."""
    (folder / "table").write_text(f"1 0 0:9999 / / rw - {mounted} rw\n")
    monkeypatch.setattr(mounts, "TABLE", folder / "table")
    monkeypatch.setattr(mounts, "PROCESSES", folder)
    viewing = Viewing({**numbered(3), **SHORTENED})
    viewing.prefer(new_frames=new_frames)
    return viewing


def test_how_late_new_frames_show_is_said_where_they_are_awaited(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    viewing = viewing_on(monkeypatch, tmp_path, "fuse.rclone nas:x", NewFrames.STAY)
    assert not viewing.open("/shots").news
    viewing.reload()
    assert viewing.state.news == LATE
    viewing.loop.advance(30.0)
    viewing.reload()
    assert not viewing.state.news  # it is said once
    viewing.open("/shots")
    viewing.storage.files.update(numbered(4))
    viewing.live(11.0)
    assert viewing.state.news == LATE
    viewing.prefer(new_frames=NewFrames.FOLLOW)
    assert viewing.open("/shots").news == LATE


@pytest.mark.parametrize("mounted", ["ext4 /dev/sda1", "cifs //nas/x", "fuse.unheard x"])
def test_nothing_is_said_where_new_frames_show_at_once_or_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mounted: str
) -> None:
    viewing = viewing_on(monkeypatch, tmp_path, mounted, NewFrames.FOLLOW)
    assert not viewing.open("/shots").news
    assert not any("kept" in name for section in viewing.model.report() for name, *_ in section.rows)


@pytest.mark.parametrize(
    ("mounted", "begin"), [("cifs //nas/x", "2 names look shortened by the server (XZ59Y0~"), ("ext4 /dev/sda1", "")]
)
def test_names_that_a_server_shortened_are_told_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mounted: str, begin: str
) -> None:
    viewing = viewing_on(monkeypatch, tmp_path, mounted, NewFrames.STAY)
    message = viewing.open("/shots").message
    assert message.startswith(begin)
    assert bool(message) == bool(begin)
    viewing.loop.advance(10.0)
    viewing.model.go_to(2)
    viewing.reload()
    assert not viewing.state.message


def test_the_report_says_what_the_mount_keeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    viewing = viewing_on(monkeypatch, tmp_path, "fuse.rclone nas:x", NewFrames.STAY)
    viewing.open("/shots")
    line = next(section for section in viewing.model.report() if section.title == "The line")
    assert ("Listings are kept", "up to 5 min by rclone") in line.rows
    assert line.note.endswith("mount with --dir-cache-time 2s to see all new frames sooner.")
