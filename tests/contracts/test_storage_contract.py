"""What every storage must do, whatever is behind it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryStorage
from real_shares import RealShare, why_not

from viewer.core.cache.disk_cache import DiskCache
from viewer.core.errors import CancelledError, NotFoundError, StorageError
from viewer.core.files import KeptStorage
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.slow import SlowStorage
from viewer.core.storage.transfer import PIECE, PartialRead, Transfer
from viewer.core.units import GB
from viewer.demo.recipe import default_recipe
from viewer.demo.scene import draw_frame
from viewer.demo.storage import DemoStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.storage.storage import Storage

FILES = {f"shot.{number:04}.bin": bytes([number]) * (1000 * number) for number in range(7)} | {
    "large.bin": b"x" * 700_000
}
EMPTY = "shot.0000.bin"


@dataclass
class Place:
    """A storage and what its folder holds."""

    storage: Storage
    folder: str
    files: dict[str, bytes]

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    @property
    def largest(self) -> str:
        return max(self.files, key=lambda name: len(self.files[name]))

    def rewrite(self, name: str, content: bytes) -> None:
        """Puts another file in place of ``name``, written a second later."""
        path = self.path(name)
        if isinstance(self.storage, MemoryStorage):
            self.storage.files[path] = content
            self.storage.modified[path] = 10**9
        else:
            before = Path(path).stat().st_mtime_ns
            Path(path).write_bytes(content)
            os.utime(path, ns=(before, before + 10**9))


def write_files(folder: Path) -> str:
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return str(folder)


def local(tmp_path: Path) -> Place:
    return Place(LocalStorage(), write_files(tmp_path / "shots"), FILES)


def slow(tmp_path: Path) -> Place:
    storage = SlowStorage(LocalStorage(), 0.025, 6e6, sleep=lambda _: None, clock=lambda: 0.0)
    return Place(storage, write_files(tmp_path / "shots"), FILES)


def memory(_: Path) -> Place:
    return Place(MemoryStorage({f"/shots/{name}": content for name, content in FILES.items()}), "/shots", FILES)


def demo(tmp_path: Path) -> Place:
    told = replace(default_recipe(), count=3, width=320, height=180)
    folder = tmp_path / "demo"
    files = {name: draw_frame(told, number) for number, name in enumerate(told.names, start=1)}
    return Place(DemoStorage(str(folder), told), str(folder), files)


def kept(tmp_path: Path) -> Place:
    storage = KeptStorage(LocalStorage(), DiskCache(tmp_path / ".kept", GB))
    return Place(storage, write_files(tmp_path / "shots"), FILES)


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    """Gives a new folder of a real share; each kind is mounted once for all tests."""
    shares: dict[str, tuple[Path, RealShare]] = {}
    with ExitStack() as stack:

        def new_folder(kind: str) -> Place:
            if kind not in shares:
                if reason := why_not(kind):
                    pytest.skip(reason)
                source, mountpoint = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("share")
                share = stack.enter_context(RealShare(kind, source, mountpoint, latency=0.0, bandwidth=1e9))
                shares[kind] = source, share
            source, share = shares[kind]
            name = f"shots{len(list(source.iterdir()))}"
            write_files(source / name)
            return Place(LocalStorage(), str(share.folder / name), FILES)

        yield new_folder


REAL = [pytest.param(kind, marks=[pytest.mark.mount, pytest.mark.real_share]) for kind in ("sshfs", "smbnetfs")]


@pytest.fixture(params=[local, slow, memory, demo, kept, *REAL])
def place(request: pytest.FixtureRequest, tmp_path: Path, mounted: Callable[[str], Place]) -> Place:
    made: Place = mounted(request.param) if isinstance(request.param, str) else request.param(tmp_path)
    return made


class CancelledAt(Transfer):
    """A transfer that is cancelled from outside before its n-th checkpoint, counted from 1."""

    def __init__(self, count: int, part: PartialRead | None = None, piece: int = PIECE) -> None:
        super().__init__(part=part, piece=piece)
        self._count = count
        self.passed = 0

    def checkpoint(self) -> None:
        if self.passed + 1 == self._count:
            self.cancel()
        super().checkpoint()
        self.passed += 1


def test_lists_each_name_once(place: Place) -> None:
    batches = list(place.storage.list_names(place.folder, Transfer()))
    assert sorted(name for batch in batches for name in batch) == sorted(place.files)
    assert all(batches)


def test_lists_folders_and_no_files(place: Place, tmp_path: Path) -> None:
    assert [name for batch in place.storage.list_folders(place.folder, Transfer()) for name in batch] == []
    above = place.folder.rpartition("/")[0]
    if above == str(tmp_path):
        Path(place.folder).mkdir(exist_ok=True)
        (tmp_path / ".hidden").mkdir()
        (tmp_path / "file.png").write_bytes(b"")
        (tmp_path / "more").mkdir()
        found = [name for batch in place.storage.list_folders(above, Transfer()) for name in batch]
        assert sorted(found) == sorted(["more", place.folder.rpartition("/")[2]])


def test_reads_any_part_of_a_file_that_is_open(place: Place) -> None:
    content, transfer = place.files[place.largest], Transfer()
    with place.storage.opened(place.path(place.largest), transfer) as file:
        assert file.stamp == place.storage.stamp(place.path(place.largest))
        assert bytes(file.read(10, 100)) == content[10:110]
        assert bytes(file.read(len(content) - 5, 100)) == content[-5:]
        assert bytes(file.read(len(content) + 5, 100)) == b""
        assert bytes(file.read(0, len(content))) == content
    assert transfer.received == 105 + len(content)
    assert transfer.latency is not None


def test_a_file_that_is_not_there_cannot_be_opened(place: Place) -> None:
    with pytest.raises(NotFoundError), place.storage.opened(place.path("nowhere.bin"), Transfer()):
        pass


def test_reading_parts_stops_when_it_is_given_up(place: Place) -> None:
    transfer = Transfer()
    with place.storage.opened(place.path(place.largest), transfer) as file:
        file.read(0, 10)
        transfer.cancel()
        with pytest.raises(CancelledError):
            file.read(0, 10)


def test_what_whoever_reads_raises_is_left_as_it_is(place: Place) -> None:
    with (
        pytest.raises(ValueError, match="mine"),
        place.storage.opened(place.path(place.largest), Transfer()),
    ):
        raise ValueError("mine")


def test_a_folder_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere.*\.$"):
        list(place.storage.list_names(place.folder + "/nowhere", Transfer()))


def test_a_cancelled_listing_stops(place: Place) -> None:
    transfer = Transfer()
    transfer.cancel()
    with pytest.raises(CancelledError):
        list(place.storage.list_names(place.folder, transfer))


def test_a_listing_may_be_left_in_the_middle(place: Place) -> None:
    batches = place.storage.list_names(place.folder, Transfer())
    assert next(batches)
    del batches  # a folder left open would be a warning, and warnings fail


def test_reads_all_bytes(place: Place) -> None:
    for name, content in place.files.items():
        assert memoryview(place.storage.read(place.path(name), Transfer())) == content


def test_reads_the_same_bytes_again(place: Place) -> None:
    name = max(place.files)
    first = place.storage.read(place.path(name), Transfer())
    assert memoryview(place.storage.read(place.path(name), Transfer())) == memoryview(first)


def test_progress_ends_at_the_total(place: Place) -> None:
    for name, content in place.files.items():
        transfer = Transfer()
        place.storage.read(place.path(name), transfer)
        assert transfer.received == transfer.total == len(content)


def test_an_empty_file_has_no_bytes(place: Place) -> None:
    if EMPTY not in place.files:
        pytest.skip("this storage draws its files itself, and none is empty")
    transfer = Transfer()
    assert memoryview(place.storage.read(place.path(EMPTY), transfer)).nbytes == 0
    assert transfer.total == 0


def test_a_file_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.bin.*\.$"):
        place.storage.read(place.path("nothing.bin"), Transfer())


def test_a_cancelled_read_does_not_begin(place: Place) -> None:
    transfer = Transfer()
    transfer.cancel()
    with pytest.raises(CancelledError):
        place.storage.read(place.path(max(place.files)), transfer)
    assert transfer.received == 0


def test_a_read_stops_at_whichever_checkpoint_it_is_cancelled(place: Place) -> None:
    name = max(place.files, key=lambda name: len(place.files[name]))
    place.storage.read(place.path(name), Transfer())  # a first read may have more to do than the others
    counting = CancelledAt(1_000_000)
    place.storage.read(place.path(name), counting)
    assert counting.passed >= 1
    for count in range(1, counting.passed + 1):
        transfer = CancelledAt(count)
        with pytest.raises(CancelledError):
            place.storage.read(place.path(name), transfer)
        assert transfer.received < len(place.files[name])


def test_a_large_file_can_be_cancelled_between_its_pieces(place: Place) -> None:
    if "large.bin" not in place.files:
        pytest.skip("this storage holds no file of several pieces")
    transfer = CancelledAt(4)
    with pytest.raises(CancelledError):
        place.storage.read(place.path("large.bin"), transfer)
    assert 0 < transfer.received < len(FILES["large.bin"])
    assert transfer.received <= 3 * PIECE


# what a read that did not get to the end leaves, and how the next one goes on


def begin(place: Place, name: str) -> tuple[PartialRead, int]:
    """Reads about half of the file; returns what was left, and the size of its pieces."""
    piece = len(place.files[name]) // 5 + 1
    place.storage.read(place.path(name), Transfer(), limit=1)  # a first read may have more to do than the others
    for count in range(1, 100):
        transfer = CancelledAt(count, piece=piece)
        with pytest.raises(CancelledError):
            place.storage.read(place.path(name), transfer)
        if transfer.received >= 2 * piece:
            assert transfer.part is not None
            return transfer.part, piece
    raise AssertionError


def test_a_read_that_is_given_up_leaves_what_it_has_got(place: Place) -> None:
    name = place.largest
    part, piece = begin(place, name)
    assert part.received == 2 * piece
    assert part.content.nbytes == len(place.files[name])
    assert not part.content.readonly
    assert part.content[: part.received] == place.files[name][: part.received]
    assert part.stamp == place.storage.stamp(place.path(name))


def test_a_read_that_is_given_up_at_once_leaves_nothing(place: Place) -> None:
    transfer = CancelledAt(1)
    with pytest.raises(CancelledError):
        place.storage.read(place.path(place.largest), transfer)
    assert transfer.part is None


def test_a_read_that_is_done_leaves_nothing(place: Place) -> None:
    for name in place.files:
        transfer = Transfer()
        place.storage.read(place.path(name), transfer)
        assert transfer.part is None


def test_a_read_goes_on_where_an_earlier_one_stopped(place: Place) -> None:
    part, piece = begin(place, place.largest)
    # What is not the file's shows that these bytes are not read again.
    part.content[0] ^= 255
    expected = bytearray(place.files[place.largest])
    expected[0] ^= 255
    transfer = Transfer(part=part, piece=piece)
    assert transfer.received == 2 * piece
    assert memoryview(place.storage.read(place.path(place.largest), transfer)) == expected
    assert transfer.received == transfer.total == len(expected)
    assert transfer.part is None


def test_what_an_earlier_read_got_is_filled_on_without_a_copy(place: Place) -> None:
    part, piece = begin(place, place.largest)
    place.storage.read(place.path(place.largest), Transfer(part=part, piece=piece))
    assert part.content == place.files[place.largest]


def test_a_read_may_be_given_up_again_and_again(place: Place) -> None:
    part, piece = begin(place, place.largest)
    received = part.received
    for _ in range(2):
        transfer = Transfer(part=part, piece=piece)
        transfer.cancel()
        with pytest.raises(CancelledError):
            place.storage.read(place.path(place.largest), transfer)
        assert transfer.part is part
    transfer = CancelledAt(4, part, piece)
    with pytest.raises(CancelledError):
        place.storage.read(place.path(place.largest), transfer)
    assert transfer.part is not None
    assert received < transfer.part.received < len(place.files[place.largest])


@pytest.mark.parametrize("same_size", [True, False])
def test_a_file_that_is_another_by_now_is_read_anew(place: Place, *, same_size: bool) -> None:
    name = place.largest
    part, piece = begin(place, name)
    content = b"n" * (len(place.files[name]) - (0 if same_size else 1))
    place.rewrite(name, content)
    transfer = Transfer(part=part, piece=piece)
    assert memoryview(place.storage.read(place.path(name), transfer)) == content
    assert transfer.stamp == place.storage.stamp(place.path(name)) != part.stamp
    assert transfer.received == transfer.total == len(content)


def test_a_read_that_fails_half_way_leaves_what_it_has_got(place: Place) -> None:
    class Failing(CancelledAt):
        def cancel(self) -> None:
            raise StorageError("The share is away.")

    name = place.largest
    _, piece = begin(place, name)
    received = 0
    for count in range(3, 100):
        transfer = Failing(count, piece=piece)
        with pytest.raises(StorageError):
            place.storage.read(place.path(name), transfer)
        if received := 0 if transfer.part is None else transfer.part.received:
            break
    assert 0 < received < len(place.files[name])


def test_a_read_that_can_wait_asks_for_a_piece_at_a_time(place: Place) -> None:
    seen: list[int] = []

    class Watched(Transfer):
        def checkpoint(self) -> None:
            seen.append(self.received)
            super().checkpoint()

    name = place.largest
    size = len(place.files[name])
    piece = size // 5 + 1
    place.storage.read(place.path(name), Watched(piece=piece))
    # A storage may look more often than it must, but no piece may be longer than it should be.
    assert set(range(0, size, piece)) <= set(seen)
    assert max(after - before for before, after in zip(seen, [*seen[1:], size], strict=True)) <= piece


# the beginning of a file, and which file it is


@pytest.mark.parametrize("limit", [1, 1000, 10_000_000])
def test_reads_only_the_beginning(place: Place, limit: int) -> None:
    for name, content in place.files.items():
        transfer = Transfer()
        assert memoryview(place.storage.read(place.path(name), transfer, limit)) == content[:limit]
        assert transfer.total == len(content)
        assert transfer.received == len(content[:limit])
        assert transfer.stamp == place.storage.stamp(place.path(name))


def test_a_read_goes_on_from_the_beginning_that_was_read(place: Place) -> None:
    name = place.largest
    beginning = Transfer()
    place.storage.read(place.path(name), beginning, 1000)
    rest = Transfer(part=beginning.part)
    assert rest.received == 1000
    assert memoryview(place.storage.read(place.path(name), rest)) == place.files[name]


def test_a_beginning_that_is_here_is_not_read_again(place: Place) -> None:
    name = place.largest
    part, _ = begin(place, name)
    transfer = Transfer(part=part)
    assert memoryview(place.storage.read(place.path(name), transfer, 1000)) == place.files[name][:1000]
    assert transfer.part == part


def test_says_which_file_it_is_and_how_long_opening_took(place: Place) -> None:
    for name, content in place.files.items():
        transfer = Transfer()
        place.storage.read(place.path(name), transfer)
        assert transfer.stamp == place.storage.stamp(place.path(name))
        assert transfer.stamp is not None
        assert transfer.stamp.size == len(content)
        assert transfer.latency is not None
        assert transfer.latency >= 0


def test_the_stamp_is_the_one_of_the_file_on_the_disk(place: Place) -> None:
    if isinstance(place.storage, MemoryStorage):
        pytest.skip("this storage has no disk")
    path = place.path(place.largest)
    stamp = place.storage.stamp(path)
    status = Path(path).stat()
    assert stamp[:2] == (status.st_size, status.st_mtime_ns)


def test_a_file_that_is_not_there_has_no_stamp(place: Place) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.bin.*\.$"):
        place.storage.stamp(place.path("nothing.bin"))


def test_knows_a_folder_from_a_file(place: Place) -> None:
    assert place.storage.is_folder(place.folder)
    assert not place.storage.is_folder(place.path(max(place.files)))
    assert not place.storage.is_folder(place.path("nothing"))
