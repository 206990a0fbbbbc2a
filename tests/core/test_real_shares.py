"""Real shares: what the storage reads from them, and that they leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import real_shares
from real_shares import is_mounted

from viewer.core.errors import NotFoundError
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from real_shares import RealShare

    Mount = Callable[..., RealShare]

PATIENCE = 20
SIZE = 300_000
GRAIN = {"sshfs": 10**9, "smbnetfs": 100}
"""Nanoseconds between dates that a client tells apart."""
storage = LocalStorage()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(3):
        (folder / f"shot.{number:04}.bin").write_bytes(bytes([number]) * SIZE)
    return folder


def read(path: Path) -> bytes:
    return bytes(memoryview(storage.read(str(path), Transfer())))


@pytest.mark.parametrize("kind", GRAIN)
def test_shows_what_the_server_has(kind: str, real_share: Mount, source: Path) -> None:
    share = real_share(kind, source)
    names = sorted(name for batch in storage.list_names(str(share.folder), Transfer()) for name in batch)
    assert names == sorted(path.name for path in source.iterdir())
    for number, name in enumerate(names):
        assert read(share.folder / name) == bytes([number]) * SIZE
    for number, name in enumerate(names):
        status = (source / name).stat()
        with storage.opened(str(share.folder / name), Transfer()) as file:
            assert bytes(file.read(SIZE - 5, 100)) == bytes([number]) * 5
            assert file.stamp == storage.stamp(str(share.folder / name))
            assert file.stamp == (status.st_size, status.st_mtime_ns // GRAIN[kind] * GRAIN[kind], 0, 0)
    with pytest.raises(NotFoundError):
        read(share.folder / "nowhere.bin")


@pytest.mark.parametrize("kind", GRAIN)
def test_what_a_stopped_server_is_asked_it_answers_when_it_goes_on(kind: str, real_share: Mount, source: Path) -> None:
    share = real_share(kind, source)
    assert read(share.folder / "shot.0001.bin") == b"\x01" * SIZE
    share.stop()
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read, share.folder / "shot.0002.bin")
        with pytest.raises(TimeoutError):
            reading.result(0.2)
        share.go_on()
        assert reading.result(PATIENCE) == b"\x02" * SIZE


@pytest.mark.parametrize("kind", GRAIN)
def test_is_unmounted_while_it_is_in_use_only_if_lazily(kind: str, real_share: Mount, source: Path) -> None:
    share = real_share(kind, source)
    with (share.folder / "shot.0001.bin").open("rb"):
        with pytest.raises(RuntimeError, match="busy"):
            share.unmount()
        share.unmount(lazy=True)
        assert not is_mounted(str(share.mountpoint))
        share.mount()
        assert read(share.folder / "shot.0002.bin") == b"\x02" * SIZE
    share.unmount()
    assert list(share.mountpoint.iterdir()) == []


@pytest.mark.parametrize("kind", GRAIN)
def test_ends_by_itself_when_the_test_dies(
    kind: str, real_share: Mount, source: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    real_share(kind, source)  # which skips the test where there is none; and two of a kind do not meet
    mountpoint = tmp_path / "another"
    mountpoint.mkdir()
    settings = tmp_path_factory.mktemp("s")  # Samba's sockets allow no long paths
    with subprocess.Popen(
        [sys.executable, real_shares.__file__, kind, str(source), str(mountpoint)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(settings)},
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"{}\n"
        assert is_mounted(str(mountpoint))
        process.stdin.write(b'{"command": "stop"}\n')
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == b"{}\n", "nothing that lives on holds the other end"
    assert not is_mounted(str(mountpoint))
    assert list(settings.iterdir()) == []
