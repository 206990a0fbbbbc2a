"""Scanning: something to show soon, and the whole in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import MemoryStorage

from viewer.core.errors import CancelledError, NotFoundError, StorageError
from viewer.core.sequence.scan import PROVISIONAL_AFTER, Scan, scan
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class SlowListing(MemoryStorage):
    """A storage that takes the same time for each name; the test reads its clock."""

    def __init__(self, names: Sequence[str], seconds: float) -> None:
        super().__init__({f"/shots/{name}": b"" for name in names})
        self.batch = 1
        self.seconds = seconds
        self.clock = 100.0

    def now(self) -> float:
        return self.clock

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        for batch in super().list_names(folder, transfer):
            self.clock += self.seconds
            yield batch


def shots(count: int) -> list[str]:
    return [f"shot.{number:04d}.png" for number in range(1, count + 1)]


def run(storage: SlowListing, transfer: Transfer | None = None) -> tuple[Scan, list[Scan]]:
    """Returns the complete scan and the provisional ones."""
    reports: list[Scan] = []
    return scan(storage, "/shots", transfer or Transfer(), reports.append, storage.now), reports


def test_a_fast_folder_is_reported_once() -> None:
    storage = SlowListing([*shots(9), "notes.txt"], seconds=0.001)
    result, reports = run(storage)
    assert reports == []
    assert (result.folder, result.complete, result.names_seen) == ("/shots", True, 10)
    assert [sequence.label for sequence in result.sequences] == ["shot.[0001-0009].png"]
    assert storage.listings == ["/shots"]
    assert storage.reads == []


def test_a_slow_folder_is_shown_while_it_is_listed() -> None:
    result, reports = run(SlowListing(shots(40), seconds=0.125))
    assert [report.names_seen for report in reports] == [2, 6, 14, 30]
    assert not any(report.complete for report in reports)
    assert [len(report.sequences[0]) for report in reports] == [2, 6, 14, 30]
    assert len(result.sequences[0]) == 40


def test_the_first_report_waits_for_a_picture() -> None:
    _, reports = run(SlowListing(["a.txt", "b.txt", "c.txt", "shot.0001.png", "d.txt"], seconds=PROVISIONAL_AFTER))
    assert [report.names_seen for report in reports] == [4]


def test_a_report_that_takes_long_is_followed_by_a_longer_wait() -> None:
    storage = SlowListing(shots(30), seconds=0.25)
    reports: list[Scan] = []

    def report(scan: Scan) -> None:
        reports.append(scan)
        storage.clock += 0.5

    scan(storage, "/shots", Transfer(), report, storage.now)
    assert [report.names_seen for report in reports] == [1, 21]


def test_a_folder_without_pictures() -> None:
    result, reports = run(SlowListing(["a.txt", "sub"], seconds=1))
    assert (result.sequences, result.complete, result.names_seen, reports) == ((), True, 2, [])


def test_cancelling_while_listing() -> None:
    transfer = Transfer()
    storage = SlowListing(shots(9), seconds=1)
    with pytest.raises(CancelledError):
        scan(storage, "/shots", transfer, lambda _: transfer.cancel(), storage.now)
    assert storage.clock == 101


def test_cancelling_at_the_last_moment() -> None:
    transfer = Transfer()
    storage = SlowListing(shots(1), seconds=1)
    with pytest.raises(CancelledError):
        scan(storage, "/shots", transfer, lambda _: transfer.cancel(), storage.now)


def test_errors_of_the_storage_pass_through() -> None:
    storage = SlowListing(shots(1), seconds=0)
    with pytest.raises(NotFoundError):
        scan(storage, "/nowhere", Transfer(), lambda _: None, storage.now)
    storage.listing_error = StorageError("The folder could not be listed.")
    with pytest.raises(StorageError, match="could not be listed"):
        run(storage)
