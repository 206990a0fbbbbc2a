"""The table of mounts, what clients of shares keep, and the names that land behind a kept listing."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import pytest

from viewer.core.errors import CancelledError
from viewer.core.storage import landed, mounts
from viewer.core.storage.devices import is_on_this_computer
from viewer.core.storage.landed import and_landed
from viewer.core.storage.mounts import Kept, Mount, kept_by, mount_at, mount_of, read_ahead_bytes, shortened_by_smb
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from pathlib import Path

LINES = rb"""71 47 0:43 / /mnt/nas rw,nosuid shared:1 master:2 - fuse.sshfs me@nas:/shots rw,user_id=0
20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
22 20 0:21 / /mnt rw - autofs systemd-1 rw
72 22 0:44 / /mnt/a\040folder\134\303\244 rw - nfs4 nas:/a\040b rw,acdirmax=5
73 22 0:45 / /mnt/nas/deep rw - tmpfs  rw
74 22 0:46 / /mnt/twice rw - autofs systemd-1 rw
75 22 0:47 / /mnt/twice rw - cifs //nas/x rw
76 22
- - -
77 22 0:48 / /mnt/odd rw no dash at all
78 22 x:y / /mnt/odd/\777 rw - fuse \xff

"""


def table(monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes) -> None:
    """Has ``content`` be the table of mounts, with no programs running."""
    path = folder / "mountinfo"
    path.write_bytes(content)
    monkeypatch.setattr(mounts, "TABLE", path)
    monkeypatch.setattr(mounts, "PROCESSES", folder)


@pytest.mark.parametrize(
    ("path", "kind", "source"),
    [
        ("/mnt/nas/x/y.jpg", "fuse.sshfs", "me@nas:/shots"),
        ("/mnt/nas/../nas/", "fuse.sshfs", "me@nas:/shots"),
        ("/mnt/nash", "autofs", "systemd-1"),
        ("/mnt/nas/deep/x", "tmpfs", ""),
        ("/mnt/a folder\\ä/x", "nfs4", "nas:/a b"),
        ("/mnt/twice/x", "cifs", "//nas/x"),
        ("//home", "ext4", "/dev/sda1"),
        ("/mnt/odd/x", "autofs", "systemd-1"),
    ],
)
def test_a_path_lies_in_the_nearest_mount_and_the_last_one_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, kind: str, source: str
) -> None:
    table(monkeypatch, tmp_path, LINES)
    found = mount_of(path)
    assert found is not None
    assert (found.kind, found.source) == (kind, source)
    assert found.key == f"{kind} {source} {found.point}"


def test_a_device_is_of_this_computer_if_all_of_its_mounts_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table(monkeypatch, tmp_path, LINES + b"79 22 0:45 / /mnt/x rw - fuse.x x rw\n")
    known = {minor: is_on_this_computer(os.makedev(0, minor)) for minor in (43, 45, 99)}
    assert known == {43: False, 45: False, 99: False}
    assert is_on_this_computer(os.makedev(8, 1))


def test_where_there_is_no_table_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TABLE", "READ_AHEAD"):
        monkeypatch.setattr(mounts, name, tmp_path / "none")
    assert [mount_of("/"), mount_at(str(tmp_path)), kept_by(None), read_ahead_bytes(0)] == [None] * 4
    assert not is_on_this_computer(0)


def test_links_are_followed_by_the_device_of_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    numbers = f"{os.major(device)}:{os.minor(device)}"
    table(monkeypatch, tmp_path, b"1 0 0:999 / / rw - ext4 x rw\n2 1 %b / /mnt rw - cifs //n/x rw\n" % numbers.encode())
    assert (mount_at(str(tmp_path)) or mount_of("/")).kind == "cifs"  # type: ignore[union-attr]
    assert mount_at(str(tmp_path / "nowhere")) == mount_of("/")


def test_how_far_the_kernel_reads_ahead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mounts, "READ_AHEAD", tmp_path)
    for name, content in (("0:43", "128\n"), ("0:44", "?")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "read_ahead_kb").write_text(content)
    assert [read_ahead_bytes(os.makedev(0, minor)) for minor in (43, 44, 45)] == [131072, None, None]


@pytest.mark.parametrize(
    ("kind", "source", "options", "arguments", "listings", "attributes", "said"),
    [
        ("fuse.sshfs", "h:/", "rw", "", 20, 20, "sshfs keeps listings for up to 20 s, unless it was mounted otherwise"),
        ("fuse.sshfs", "h:/", "rw", "sshfs -f h: /m", 20, 20, "up to 20 s: mount with -o dcache_timeout=2 to see all"),
        ("fuse.sshfs", "h:/", "rw", "sshfs h: ./m -o ro,dcache_timeout=2", 2, 2, ""),
        ("fuse.sshfs", "h:/", "rw", "sshfs h: /m -odcache_timeout=9 -o dcache_dir_timeout=5", 5, 9, "up to 5 s:"),
        ("fuse.sshfs", "h:/", "rw", "sshfs h: /m -o dir_cache=no", 0, 0, ""),
        ("fuse.sshfs", "h:/", "rw", "sshfs h: /other -o dcache_timeout=2", 20, 20, "unless"),
        (
            "fuse.rclone",
            "nas:x",
            "rw",
            "rclone mount nas:x /m",
            300,
            300,
            "rclone keeps listings for up to 5 min: mount",
        ),
        ("fuse.rclone", "nas:x", "rw", "rclone mount --dir-cache-time 1m30s nas:x /m", 90, 90, "up to 90 s"),
        ("fuse.rclone", "nas:x", "rw", "mount.rclone nas:x /m -o ro,dir_cache_time=500ms", 0.5, 0.5, ""),
        ("fuse.rclone", "nas:x", "rw", "rclone mount --dir-cache-time=soon nas:x /m", 300, 300, "5 min"),
        ("nfs4", "h:/", "rw,acregmax=3,acdirmax=9", "", 9, 3, "acdirmin=1,acdirmax=2"),
        ("nfs", "h:/", "rw,noac", "", 0, 0, ""),
        (
            "cifs",
            "//h/x",
            "rw,actimeo=30",
            "",
            30,
            30,
            "The SMB mount keeps listings for up to 30 s: mount with -o act",
        ),
        ("smb3", "//h/x", "rw", "", 1, 1, ""),
        ("fuse", "https://h/dav", "rw", "", 60, 1, "davfs2.conf"),
        ("fuse.davfs", "https://h/dav", "rw", "", 60, 1, "unless"),
        ("9p", "x", "rw,cache=loose", "", math.inf, math.inf, "as long as it is mounted: mount with -o cache=none"),
        ("9p", "x", "rw", "", 0, 0, ""),
    ],
)
def test_what_clients_keep(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    source: str,
    options: str,
    arguments: str,
    listings: float,
    attributes: float,
    said: str,
) -> None:
    monkeypatch.setattr(mounts, "PROCESSES", tmp_path)
    for number, line in enumerate(("bash -c /m", arguments, "")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{line.split(' ', maxsplit=1)[0]}\n")
        (tmp_path / str(number) / "cmdline").write_text("\0".join([*line.split(" "), ""]))
    kept = kept_by(Mount("0:1", "/m", kind, source, tuple(options.split(","))))
    assert kept is not None
    assert (kept.listings, kept.attributes) == (listings, attributes)
    assert said in kept.sentence
    assert bool(said) == bool(kept.sentence)


def test_what_is_not_known_of_a_client_is_not_made_up() -> None:
    assert [kept_by(Mount("0:1", "/m", kind, "x")) for kind in ("fuse.unheard", "fuse", "ext4")] == [None] * 3


MANGLED = ["XZ59Y0~9.JPG", "_1AB2C~A.TIF", "A~1.JPG", "shot~1.jpg", "x:1.jpg", "XZ59Y0~9.jpeg", "XZ59Y0~99.JPG"]


@pytest.mark.parametrize(
    ("kind", "source", "count"),
    [
        ("cifs", "//n/x", 2),
        ("fuse.smbnetfs", "smbnetfs", 2),
        ("fuse.gvfsd-fuse", "gvfsd-fuse", 2),
        ("fuse.rclone", ":smb{x}:s", 2),
        ("fuse.rclone", "nas:s", 2),
        ("fuse.rclone", ":sftp{x}:s", 0),
        ("fuse.sshfs", "n:/", 0),
        ("ext4", "/dev/sda1", 0),
        ("vfat", "/dev/sda1", 0),
    ],
)
def test_names_that_samba_shortened(kind: str, source: str, count: int) -> None:
    assert shortened_by_smb(Mount("0:1", "/m", kind, source), MANGLED) == MANGLED[:count]
    assert shortened_by_smb(None, MANGLED) == []


@pytest.mark.parametrize(
    ("there", "listed", "found"),
    [
        (["a.0001.jpg", "a.0002.jpg", "a.0003.jpg", "a.0004.jpg", "a.0005.jpg", "a.0007.jpg"], 3, [3, 4]),
        (["a8.jpg", "a9.jpg", "a7.jpg", "a10.jpg", "a11.jpg"], 3, [3, 4]),
        (["10.png", "30.png", "20.png", "40.png", "50.png"], 3, [3, 4]),
        (["10.png", "40.png", "20.png", "41.png"], 3, [3]),
        (["a1.txt", "a2.txt", "a3.txt", "a4.txt"], 3, []),
        (["a1.jpg", "a2.jpg", "a3.jpg"], 2, []),
        (["a.jpg", "a1b.jpg", "1", ".2", "9" * 40 + ".jpg", "a2.jpg"], 5, []),
    ],
)
def test_names_that_landed_behind_a_kept_listing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: list[str], listed: int, found: list[int]
) -> None:
    for name in there:
        (tmp_path / name).touch()
    for kept, expected in (
        (Kept("x", 20, 20, "", finds_by_name=True), found),
        (Kept("x", 20, 20, ""), []),
        (Kept("x", 2, 20, "", finds_by_name=True), []),
    ):
        monkeypatch.setattr(landed, "kept_by", lambda _mount, kept=kept: kept)
        batches = and_landed(str(tmp_path), iter([there[:1], there[1:listed]]), Transfer())
        assert [name for batch in batches for name in batch] == there[:listed] + [there[index] for index in expected]


def test_asking_for_names_ends_in_time_and_when_it_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(landed, "kept_by", lambda _mount: Kept("x", 20, 20, "", finds_by_name=True))
    names = [f"{number}.jpg" for number in range(9)]
    for name in names:
        (tmp_path / name).touch()
    transfer = Transfer()
    batches = and_landed(str(tmp_path), iter([names[:4]]), transfer)
    assert next(batches) == names[:4]
    transfer.cancel()
    with pytest.raises(CancelledError):
        next(batches)
    monkeypatch.setattr(landed, "ASKING", 0.0)
    assert list(and_landed(str(tmp_path), iter([names[:4]]), Transfer())) == [names[:4]]
