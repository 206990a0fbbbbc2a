"""Reading what the system knows a path to, and waiting as a slow line would."""

from __future__ import annotations

import errno
import io
import math
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryStorage

from viewer.core.errors import CancelledError, ChangingError, NotFoundError, ShareAwayError, StorageError
from viewer.core.formats import LARGEST_FILE
from viewer.core.resources import resource
from viewer.core.storage import local
from viewer.core.storage.local import AT_ONCE, BATCH, LocalStorage
from viewer.core.storage.slow import TURN, SlowStorage
from viewer.core.storage.transfer import PIECE, Gate, PartialRead, ReadingOn, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.storage.storage import OpenFile

posix_only = pytest.mark.skipif(os.name != "posix", reason="this system has no pipes in folders")


class Watched(Transfer):
    """A transfer that calls a function at each checkpoint."""

    def __init__(
        self, at_checkpoint: Callable[[Watched], None], part: PartialRead | None = None, piece: int = PIECE
    ) -> None:
        super().__init__(part=part, piece=piece)
        self._at_checkpoint = at_checkpoint

    def checkpoint(self) -> None:
        self._at_checkpoint(self)
        super().checkpoint()


def read(path: Path, transfer: Transfer | None = None, limit: int | None = None) -> bytes:
    return bytes(memoryview(LocalStorage().read(str(path), transfer or Transfer(), limit)))


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# the system's files


def test_a_file_comes_in_pieces_with_its_size_known_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"x" * (2 * PIECE + 1))
    seen: list[tuple[int, int | None]] = []
    read(path, Watched(lambda transfer: seen.append((transfer.received, transfer.total))))
    total = 2 * PIECE + 1
    assert seen == [(0, None), (0, total), (PIECE, total), (2 * PIECE, total)]


@pytest.mark.parametrize("size", [1, PIECE, local._ZEROED_UP_TO, local._ZEROED_UP_TO + 1])  # noqa: SLF001 - the seams
def test_the_bytes_are_the_same_whatever_holds_them(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "a.bin"
    path.write_bytes(content[:size])
    assert read(path) == content[:size]


def test_what_was_read_cannot_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    assert memoryview(LocalStorage().read(str(path), Transfer())).readonly


def test_a_file_that_becomes_shorter_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 2 * PIECE)

    def shorten(transfer: Transfer) -> None:
        if transfer.received:
            os.truncate(path, PIECE)

    with pytest.raises(ChangingError, match=r"a\.bin became shorter while it was read\.$"):
        read(path, Watched(shorten))


def test_a_file_that_grows_has_the_size_it_was_opened_with(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 2 * PIECE)

    def grow(transfer: Transfer) -> None:
        if transfer.received:
            with path.open("ab") as file:
                file.write(b"y")

    assert read(path, Watched(grow)) == b"x" * 2 * PIECE


def test_a_folder_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"is a folder, not a file\.$|Permission denied"):
        read(tmp_path)


@posix_only
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(StorageError, match=r"is a device or a pipe"):
        read(tmp_path / "pipe.jpg")


@posix_only
def test_a_giant_is_refused_before_any_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "giant.tif"
    path.touch()
    os.truncate(path, LARGEST_FILE + 1)  # a hole: it takes no room on the disk
    with pytest.raises(StorageError, match=r"larger than 4 GiB, too large to be one picture\.$"):
        read(path)


def test_a_file_that_memory_has_no_room_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> memoryview:
        raise MemoryError

    monkeypatch.setattr(local, "_room_for", refuse)
    (tmp_path / "a.bin").write_bytes(b"abc")
    with pytest.raises(StorageError, match=r"there is not enough memory for it\.$"):
        read(tmp_path / "a.bin")


def test_a_path_through_a_file_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"")
    with pytest.raises(NotFoundError):
        read(tmp_path / "a.bin" / "b.bin")
    with pytest.raises(NotFoundError):
        list(LocalStorage().list_names(str(tmp_path / "a.bin"), Transfer()))


def test_an_impossible_name_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file can have this name"):
        read(tmp_path / "a\0b")


def test_an_error_of_the_system_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    path = tmp_path / "a.bin"
    with pytest.raises(StorageError) as reading:
        read(path)
    assert str(reading.value) == f"The file {path} could not be read: Permission denied."
    with pytest.raises(StorageError) as listing:
        list(LocalStorage().list_names(str(tmp_path), Transfer()))
    assert str(listing.value) == f"The folder {tmp_path} could not be listed: Permission denied."


@pytest.mark.parametrize(
    "number", ["EIO", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "ETIMEDOUT", "ESTALE", "ECONNABORTED", "ECONNRESET"]
)
def test_a_share_that_is_away_is_not_a_file_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    if not hasattr(errno, number):
        pytest.skip("this system has no such error")
    code: int = getattr(errno, number)

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    for name in ("open", "stat", "scandir"):
        monkeypatch.setattr(os, name, refuse)
    path, storage = str(tmp_path / "a.bin"), LocalStorage()
    for ask in (
        lambda: storage.read(path, Transfer()),
        lambda: storage.opened(path, Transfer()).__enter__(),
        lambda: storage.stamp(path),
        lambda: list(storage.list_names(path, Transfer())),
        lambda: list(storage.list_folders(path, Transfer())),
    ):
        with pytest.raises(ShareAwayError, match=rf": {os.strerror(code)}\. .*try again\.$"):
            ask()


@pytest.mark.parametrize(("number", "is_away"), [("EIO", False), ("ENOTCONN", True), ("EACCES", False)])
def test_one_file_that_cannot_be_read_is_not_a_share_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str, *, is_away: bool
) -> None:
    code: int = getattr(errno, number)

    class Failing(io.FileIO):
        def readinto(self, _: object) -> int:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(io, "FileIO", Failing)
    (tmp_path / "a.bin").write_bytes(b"abc")
    path, storage = str(tmp_path / "a.bin"), LocalStorage()
    with pytest.raises(StorageError) as reading:
        storage.read(path, Transfer())
    with storage.opened(path, Transfer()) as file, pytest.raises(StorageError) as looking:
        file.read(0, 3)
    assert [isinstance(caught.value, ShareAwayError) for caught in (reading, looking)] == [is_away] * 2


# how much is asked for at once


def large_file(folder: Path, size: int) -> Path:
    path = folder / "large.bin"
    path.write_bytes(os.urandom(size))
    return path


def test_an_urgent_read_asks_for_much_at_once(tmp_path: Path) -> None:
    path = large_file(tmp_path, 2 * AT_ONCE + 1)
    seen: list[int] = []
    transfer = Watched(lambda transfer: seen.append(transfer.received))
    transfer.set_urgent(urgent=True)
    assert read(path, transfer) == path.read_bytes()
    assert seen == [0, 0, AT_ONCE, 2 * AT_ONCE]


def test_a_read_that_becomes_urgent_or_can_wait_again_changes_over_at_its_next_piece(tmp_path: Path) -> None:
    path = large_file(tmp_path, AT_ONCE + 4 * PIECE)
    seen: list[int] = []

    def change(transfer: Transfer) -> None:
        seen.append(transfer.received)
        transfer.set_urgent(urgent=transfer.received == 2 * PIECE)

    assert read(path, Watched(change)) == path.read_bytes()
    assert seen == [0, 0, PIECE, 2 * PIECE, 2 * PIECE + AT_ONCE, 3 * PIECE + AT_ONCE]


@pytest.mark.parametrize("urgent", [True, False])
def test_advice_that_the_system_refuses_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, urgent: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "posix_fadvise", refuse, raising=False)
    path = large_file(tmp_path, 3 * PIECE + 1)
    transfer = Transfer()
    transfer.set_urgent(urgent=urgent)
    assert read(path, transfer) == path.read_bytes()


@pytest.mark.parametrize(
    ("urgent", "reading_on", "window", "advice"),
    [
        (True, ReadingOn.LITTLE, 1 << 20, "SEQUENTIAL"),
        (False, ReadingOn.FAR, 1 << 20, "SEQUENTIAL"),
        (False, ReadingOn.USUAL, 1 << 20, "NORMAL"),
        (False, ReadingOn.LITTLE, 128 << 10, "NORMAL"),
        (False, ReadingOn.LITTLE, 1 << 20, "RANDOM"),
        (False, ReadingOn.LITTLE, None, "RANDOM"),
    ],
)
def test_the_kernel_reads_on_as_far_as_nothing_else_has_to_wait_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    urgent: bool,
    reading_on: ReadingOn,
    window: int | None,
    advice: str,
) -> None:
    given: list[int] = []
    for number, name in enumerate(("NORMAL", "RANDOM", "SEQUENTIAL")):
        monkeypatch.setattr(os, f"POSIX_FADV_{name}", number, raising=False)
    monkeypatch.setattr(os, "posix_fadvise", lambda _file, _at, _length, advice: given.append(advice), raising=False)
    monkeypatch.setattr(local, "read_ahead_bytes", lambda _device: window)
    path = large_file(tmp_path, 3 * PIECE)
    for limit in (None, PIECE):
        transfer = Transfer()
        transfer.reading_on = reading_on
        transfer.set_urgent(urgent=urgent)
        read(path, transfer, limit)
    assert [("NORMAL", "RANDOM", "SEQUENTIAL")[each] for each in given] == [advice, "RANDOM"]


def test_a_system_that_takes_no_advice_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    path = large_file(tmp_path, 3 * PIECE + 1)
    assert read(path) == path.read_bytes()


def test_the_owner_may_change_the_piece_at_any_time(tmp_path: Path) -> None:
    path = large_file(tmp_path, 1000)
    seen: list[int] = []

    def watch(transfer: Transfer) -> None:
        seen.append(transfer.received)
        transfer.piece = 100 if transfer.received < 200 else 500

    read(path, Watched(watch))
    assert seen == [0, 0, 100, 200, 700]


def test_a_long_listing_comes_in_batches_and_subfolders_are_in_it(tmp_path: Path) -> None:
    for number in range(BATCH + 20):
        (tmp_path / f"{number}.png").touch()
    (tmp_path / "folder").mkdir()
    batches = list(LocalStorage().list_names(str(tmp_path), Transfer()))
    assert [len(batch) for batch in batches] == [BATCH, 21]
    assert "folder" in {name for batch in batches for name in batch}


def test_an_empty_folder_has_no_batches(tmp_path: Path) -> None:
    assert list(LocalStorage().list_names(str(tmp_path), Transfer())) == []


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
def test_nothing_stays_open(tmp_path: Path) -> None:
    for number in range(BATCH + 1):
        (tmp_path / f"{number}.png").write_bytes(b"x" * 10)
    before = open_descriptors()
    transfer = Transfer()
    batches = LocalStorage().list_names(str(tmp_path), transfer)
    assert next(batches)
    transfer.cancel()
    with pytest.raises(CancelledError):
        next(batches)
    with pytest.raises(CancelledError):
        read(tmp_path / "0.png", Watched(lambda t: t.cancel() if t.total else None))
    with pytest.raises(StorageError):
        read(tmp_path)
    assert open_descriptors() == before


# the slow line


class Line:
    """A clock that moves as far as somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    def clock(self) -> float:
        return self.now


def slow(files: dict[str, bytes | BaseException], latency: float, bandwidth: float) -> tuple[SlowStorage, Line]:
    line = Line()
    return SlowStorage(MemoryStorage(files), latency, bandwidth, line.sleep, line.clock), line


def test_a_read_takes_its_round_trips_and_its_bytes() -> None:
    storage, line = slow({"/a": bytes(2 * PIECE)}, 0.1, PIECE)
    transfer = Transfer()
    storage.read("/a", transfer)
    assert line.now == pytest.approx(0.1 + 2 * 0.1 + 2.0)
    assert transfer.latency == pytest.approx(0.1)


def test_an_urgent_read_takes_one_round_trip_for_all_its_bytes() -> None:
    storage, line = slow({"/a": bytes(8 * PIECE)}, 0.1, PIECE)
    transfer = Transfer()
    transfer.set_urgent(urgent=True)
    storage.read("/a", transfer)
    assert line.now == pytest.approx(0.1 + 0.1 + 8.0)


def test_what_the_storage_behind_the_line_does_itself_is_not_waiting_for_the_share() -> None:
    transfer = Transfer()
    asked: list[bool] = []

    class Drawing(MemoryStorage):
        def read(self, path: str, inside: Transfer, limit: int | None = None) -> bytes:
            asked.append(transfer.asks)
            return super().read(path, inside, limit)

        @contextmanager
        def opened(self, path: str, inside: Transfer) -> Iterator[OpenFile]:
            asked.append(transfer.asks)
            with super().opened(path, inside) as file:
                yield file

    storage = SlowStorage(Drawing({"/a": bytes(PIECE)}), 0.1, PIECE, lambda _seconds: asked.append(transfer.asks))
    storage.read("/a", transfer)
    with storage.opened("/a", transfer) as file:
        file.read(0, 10)
    assert asked == [True, False, True, True, True, False, True, True]
    assert transfer.asks


def test_what_was_read_before_does_not_pass_the_line_again() -> None:
    storage, line = slow({"/a": bytes(4 * TURN)}, 0.0, TURN)
    transfer = Watched(lambda transfer: transfer.cancel() if transfer.received == 3 * TURN else None)
    with pytest.raises(CancelledError):
        storage.read("/a", transfer)
    assert line.now == pytest.approx(3.0)
    storage.read("/a", Transfer(part=transfer.part))
    assert line.now == pytest.approx(4.0)
    storage.read("/a", Transfer(), 100)
    assert line.now == pytest.approx(4.0 + 100 / TURN)


def test_a_look_at_a_file_takes_a_round_trip() -> None:
    storage, line = slow({"/a": b"abc"}, 0.1, math.inf)
    assert storage.stamp("/a").size == 3
    assert line.now == pytest.approx(0.1)


def test_a_line_without_a_limit_waits_for_round_trips_only() -> None:
    storage, line = slow({"/a": bytes(PIECE)}, 0.1, math.inf)
    storage.read("/a", Transfer())
    assert line.now == pytest.approx(0.2)


def test_progress_is_seen_turn_by_turn() -> None:
    storage, _ = slow({"/a": bytes(3 * TURN)}, 0.1, TURN)
    seen: list[int] = []
    storage.read("/a", Watched(lambda transfer: seen.append(transfer.received)))
    assert seen[-3:] == [0, TURN, 2 * TURN]


def test_two_reads_at_once_have_half_of_the_line_each() -> None:
    storage, line = slow({"/a": bytes(2 * TURN), "/b": bytes(4 * TURN)}, 0.0, TURN)
    # The second read happens, as it were, while the first waits for its last turn: what it sent is still on the line.
    begun: list[float] = []

    def read_other(transfer: Transfer) -> None:
        if transfer.received == TURN and not begun:
            begun.append(line.now)
            storage._until_passed(TURN)  # noqa: SLF001 - a turn that another thread has taken

    storage.read("/a", Watched(read_other))
    assert begun == [1.0]
    assert line.now == pytest.approx(3.0)


def test_a_listing_takes_a_round_trip_for_each_batch() -> None:
    storage, line = slow({f"/shots/{number}": b"" for number in range(4)}, 0.1, math.inf)
    assert len(list(storage.list_names("/shots", Transfer()))) == 2
    assert line.now == pytest.approx(0.3)
    assert storage.is_folder("/shots")
    assert line.now == pytest.approx(0.4)


def test_urgent_reads_stop_the_others_between_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    gate = Gate()
    monkeypatch.setattr(gate, "wait", lambda _: waits.append(1))
    storage, _ = slow({"/a": bytes(3 * TURN)}, 0.1, TURN)
    storage.read("/a", Transfer(gate))
    assert len(waits) >= 3


# the files beside the code


def test_resources_are_found_in_a_checkout() -> None:
    assert resource("demo.json").is_file()
