"""A file that is read before there is anything to read it for: handed over once, and only as what the share gave."""

from __future__ import annotations

import threading

import pytest
from doubles import MemoryStorage

from viewer.core.errors import CancelledError, NotFoundError
from viewer.core.storage.early import LARGEST, EarlyRead, EarlyStorage
from viewer.core.storage.transfer import Transfer

PATH, OTHER = "/shots/a.0001.jpg", "/shots/a.0002.jpg"


class Silent(MemoryStorage):
    """A share that says nothing until it is let answer."""

    def __init__(self, files: dict[str, bytes | BaseException]) -> None:
        super().__init__(files)
        self.answers = threading.Event()

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> bytes:
        self.answers.wait()
        return super().read(path, transfer, limit)


@pytest.mark.parametrize(
    ("size", "is_kept", "asked", "reads"),
    [
        (1000, False, [PATH, PATH], [PATH, PATH]),  # the early one and the second
        (1000, False, [OTHER, PATH], [PATH, OTHER]),
        (1000, True, [PATH], [PATH]),
        (LARGEST + 1, False, [PATH], [PATH, PATH]),  # opened, and no more: it is read when it is asked for
    ],
)
def test_a_file_is_read_once_more_only_where_the_early_read_has_no_use(
    size: int, asked: list[str], reads: list[str], *, is_kept: bool
) -> None:
    files = {PATH: bytes(size), OTHER: b"other"}
    share = MemoryStorage({**files})
    storage = EarlyStorage(share, EarlyRead(share, PATH, unless=lambda: is_kept))
    for path in asked:
        transfer = Transfer()
        transfer.began = 1e12  # the clock of its owner
        assert bytes(storage.read(path, transfer)) == files[path]
        assert (transfer.stamp, transfer.received) == (share.stamp(path), len(files[path]))
    assert sorted(share.reads) == sorted(reads)
    assert share.sent == sum(len(files[path]) for path in asked)


def test_what_is_handed_over_is_known_to_be_as_old_as_it_is() -> None:
    share = MemoryStorage({PATH: b"first"})
    early, transfer = EarlyRead(share, PATH), Transfer()
    transfer.began = early.transfer.began + 5
    EarlyStorage(share, early).read(PATH, transfer)
    assert transfer.began == early.transfer.began


def test_the_error_of_the_early_read_is_that_of_the_file_and_the_next_read_asks_again() -> None:
    share = MemoryStorage({OTHER: b"other"})
    early = EarlyRead(share, PATH)
    assert early.transfer.stamp is None
    storage = EarlyStorage(share, early)
    with pytest.raises(NotFoundError):
        storage.read(PATH, Transfer())
    share.files[PATH] = b"there now"
    assert storage.read(PATH, Transfer()) == b"there now"


def test_a_share_that_hangs_keeps_no_read_that_is_not_wanted_any_more() -> None:
    share = Silent({PATH: b"late"})
    storage, transfer = EarlyStorage(share, EarlyRead(share, PATH)), Transfer()
    transfer.cancel()
    with pytest.raises(CancelledError):
        storage.read(PATH, transfer)
    share.answers.set()
    assert storage.read(PATH, Transfer()) == b"late"
