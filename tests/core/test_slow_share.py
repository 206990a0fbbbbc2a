"""The share that the tests mount behaves as one does."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import slow_share
from slow_share import SlowShare, unmount, why_not

from viewer.core.errors import CancelledError, NotFoundError, ShareAwayError, StorageError
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import PIECE, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

SIZE = 400_000
PATIENCE = 20


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(4):
        (folder / f"shot.{number:04}.bin").write_bytes(bytes([number]) * SIZE)
    return folder


@pytest.fixture
def mountpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


def read(path: Path) -> bytes:
    return bytes(memoryview(LocalStorage().read(str(path), Transfer())))


def names(folder: Path) -> list[str]:
    return sorted(name for batch in LocalStorage().list_names(str(folder), Transfer()) for name in batch)


def test_shows_the_folder_and_unmounts_it(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint, profile="lan"):
        assert names(mountpoint) == names(source)
        assert read(mountpoint / "shot.0002.bin") == bytes([2]) * SIZE
        with pytest.raises(NotFoundError):
            read(mountpoint / "nothing.bin")
    assert not os.path.ismount(mountpoint)
    assert names(mountpoint) == []


def test_a_long_listing_is_whole(tmp_path: Path, mountpoint: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1_234):
        (many / f"{number:05}.png").touch()
    with SlowShare(many, mountpoint) as share:
        assert names(mountpoint) == names(many)
        assert share.counts().listings == 1


def test_an_empty_folder_is_empty(tmp_path: Path, mountpoint: Path) -> None:
    (tmp_path / "empty").mkdir()
    with SlowShare(tmp_path / "empty", mountpoint):
        assert names(mountpoint) == []


def test_counts_what_reaches_the_server(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        names(mountpoint)
        read(mountpoint / "shot.0001.bin")
        counts = share.counts()
        assert (counts.opens, counts.listings, counts.bytes_sent) == (1, 1, SIZE)
        assert counts.reads >= 1
        assert counts.lookups >= 1
        assert counts.opens_of == {"shot.0001.bin": 1}
        assert counts.bytes_of == {"shot.0001.bin": SIZE}
        share.reset_counts()
        assert share.counts().bytes_sent == 0


def test_a_file_opened_again_is_paid_for_again(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        read(mountpoint / "shot.0001.bin")
        read(mountpoint / "shot.0001.bin")
        assert share.counts().bytes_of["shot.0001.bin"] == 2 * SIZE


def test_tells_what_was_given_twice(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        read(mountpoint / "shot.0001.bin")
        read(mountpoint / "shot.0002.bin")
        assert share.counts().bytes_again == 0
        read(mountpoint / "shot.0001.bin")
        assert share.counts().bytes_again == SIZE
        share.reset_counts()
        read(mountpoint / "shot.0001.bin")
        assert share.counts().bytes_again == 0


def test_counts_all_that_passes_the_line(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        read(mountpoint / "shot.0001.bin")
        assert share.counts().bytes_passed == SIZE
        names(mountpoint)
        assert share.counts().bytes_passed > SIZE


def test_counts_the_calls_besides_reads(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        names(mountpoint)
        read(mountpoint / "shot.0001.bin")
        counts = share.counts()
        assert counts.besides_reads == counts.opens + counts.lookups + counts.listings >= 3


def test_can_be_mounted_again(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        share.fail("*")
        share.close()
        assert names(mountpoint) == []
        share.mount()
        assert read(mountpoint / "shot.0002.bin") == bytes([2]) * SIZE
        assert share.counts().opens == 1
    assert not os.path.ismount(mountpoint)


def test_a_read_opens_the_file_once_and_looks_it_up_once(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        read(mountpoint / "shot.0003.bin")
        counts = share.counts()
        assert counts.opens == 1
        assert counts.lookups <= 3  # the mount point, the name, and the open file: the server answers one of them


def test_fails_where_told_to_until_cleared(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        share.fail("*0001*")
        with pytest.raises(StorageError, match=r"could not be read: Input/output error\.$"):
            read(mountpoint / "shot.0001.bin")
        assert read(mountpoint / "shot.0002.bin") == bytes([2]) * SIZE
        share.clear()
        assert read(mountpoint / "shot.0001.bin") == bytes([1]) * SIZE


def test_a_server_that_is_away_gives_errors(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        share.away("error", 600)
        with pytest.raises(ShareAwayError):
            read(mountpoint / "shot.0001.bin")
        share.clear()
        assert read(mountpoint / "shot.0001.bin") == bytes([1]) * SIZE


@pytest.mark.parametrize("fault", ["hang", "stall"])
def test_what_hangs_goes_on_when_cleared(source: Path, mountpoint: Path, fault: str) -> None:
    with SlowShare(source, mountpoint) as share, ThreadPoolExecutor(1) as threads:
        if fault == "hang":
            share.away("hang", 600)
        else:
            share.stall("*0001*", 600)
        reading = threads.submit(read, mountpoint / "shot.0001.bin")
        assert share.counts().bytes_sent == 0
        share.clear()
        assert reading.result(PATIENCE) == bytes([1]) * SIZE


def test_unmounts_also_while_a_read_hangs(source: Path, mountpoint: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        with SlowShare(source, mountpoint) as share:
            share.away("hang", 600)
            reading = threads.submit(read, mountpoint / "shot.0001.bin")
        assert not os.path.ismount(mountpoint)
        assert reading.exception(PATIENCE) is None or isinstance(reading.exception(PATIENCE), StorageError)


def test_the_line_can_be_changed(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint, latency=0.001, bandwidth=50e6) as share:
        share.set_line(0.0, 100e6)
        assert read(mountpoint / "shot.0001.bin") == bytes([1]) * SIZE


def test_ends_by_itself_when_the_test_dies(source: Path, mountpoint: Path) -> None:
    command = [sys.executable, slow_share.__file__, str(source), str(mountpoint), "--controlled"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == b"{}\n"
            process.stdin.close()
            assert process.wait(PATIENCE) == 0
        finally:
            unmount(mountpoint)
    assert not os.path.ismount(mountpoint)


def test_a_source_that_is_not_there_is_told(tmp_path: Path, mountpoint: Path) -> None:
    with SlowShare(tmp_path / "nowhere", mountpoint), pytest.raises(StorageError):
        names(mountpoint)


# reading in pieces: what is not asked for does not come


def read_until(path: Path, received: int, transfer: Transfer) -> bytes | None:
    """Reads with ``transfer``, giving up once so much is here; returns the content if it is read to its end."""

    def look(before: Callable[[], None]) -> None:
        if transfer.received >= received:
            transfer.cancel()
        before()

    checkpoint = transfer.checkpoint
    transfer.checkpoint = lambda: look(checkpoint)  # type: ignore[method-assign]  # the reader's own
    try:
        return bytes(memoryview(LocalStorage().read(str(path), transfer)))
    except CancelledError:
        return None


def test_a_read_that_is_given_up_and_begun_again_brings_each_byte_once(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        path = mountpoint / "shot.0001.bin"
        transfer = Transfer(piece=PIECE)
        assert read_until(path, 2 * PIECE, transfer) is None
        assert transfer.part is not None
        assert transfer.part.received == share.counts().bytes_sent == 2 * PIECE
        rest = Transfer(part=transfer.part)
        assert read_until(path, SIZE, rest) == bytes([1]) * SIZE
        counts = share.counts()
        assert (counts.bytes_sent, counts.bytes_again, counts.opens) == (SIZE, 0, 2)


def test_only_the_beginning_of_a_file_comes_when_no_more_is_asked_for(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        for urgent in (False, True):
            share.reset_counts()
            transfer = Transfer()
            transfer.set_urgent(urgent=urgent)
            LocalStorage().read(str(mountpoint / "shot.0001.bin"), transfer, 8192)
            assert share.counts().bytes_sent == 8192


def test_a_share_that_fails_half_way_leaves_what_has_come(source: Path, mountpoint: Path) -> None:
    path = mountpoint / "shot.0001.bin"
    with SlowShare(source, mountpoint) as share:

        class Failing(Transfer):
            def checkpoint(self) -> None:
                if self.received == PIECE:
                    share.fail("*0001*")

        transfer = Failing(piece=PIECE)
        with pytest.raises(StorageError, match=r"Input/output error\.$"):
            LocalStorage().read(str(path), transfer)
        share.clear()
        assert transfer.part is not None
        assert transfer.part.received == PIECE
        LocalStorage().read(str(path), Transfer(part=transfer.part))
        counts = share.counts()
        assert (counts.bytes_sent, counts.bytes_again) == (SIZE, 0)


def test_a_stamp_is_one_call(source: Path, mountpoint: Path) -> None:
    with SlowShare(source, mountpoint) as share:
        names(mountpoint)
        share.reset_counts()
        status = (source / "shot.0001.bin").stat()
        stamp = LocalStorage().stamp(str(mountpoint / "shot.0001.bin"))
        assert stamp[:2] == (status.st_size, status.st_mtime_ns)
        counts = share.counts()
        assert (counts.lookups, counts.besides_reads, counts.reads) == (1, 1, 0)
