"""What every storage must do, whatever is behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryStorage

from viewer.core.errors import CancelledError, NotFoundError
from viewer.core.storage.local import PIECE, LocalStorage
from viewer.core.storage.slow import SlowStorage
from viewer.core.storage.storage import Transfer
from viewer.demo.storage import DemoStorage, draw_frame, recipe

if TYPE_CHECKING:
    from pathlib import Path

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
    told = replace(recipe(), count=3, width=320, height=180)
    folder = tmp_path / "demo"
    files = {name: draw_frame(told, number) for number, name in enumerate(told.names, start=1)}
    return Place(DemoStorage(str(folder), told), str(folder), files)


@pytest.fixture(params=[local, slow, memory, demo])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    made: Place = request.param(tmp_path)
    return made


class CancelledAt(Transfer):
    """A transfer that is cancelled from outside before its n-th checkpoint, counted from 1."""

    def __init__(self, count: int) -> None:
        super().__init__()
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
    if "large.bin" not in place.files or isinstance(place.storage, MemoryStorage):
        pytest.skip("this storage holds no file of several pieces")
    transfer = CancelledAt(4)
    with pytest.raises(CancelledError):
        place.storage.read(place.path("large.bin"), transfer)
    assert 0 < transfer.received < len(FILES["large.bin"])
    assert transfer.received <= 3 * PIECE


def test_knows_a_folder_from_a_file(place: Place) -> None:
    assert place.storage.is_folder(place.folder)
    assert not place.storage.is_folder(place.path(max(place.files)))
    assert not place.storage.is_folder(place.path("nothing"))
