"""The report on a folder: what is measured, what is not, and how little is read for it."""

from __future__ import annotations

import threading
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from doubles import MemoryStorage, broken

from viewer import cli, diagnose
from viewer.core.errors import NotAnsweringError, NotFoundError, SequenceError
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.slow import SlowStorage
from viewer.core.storage.transfer import Transfer
from viewer.model.report import format_rate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

    from viewer.core.sequence.sequence import FrameSequence


class CountingStorage(LocalStorage):
    """This disk; notes which files were opened, and which of them were read."""

    def __init__(self) -> None:
        self.opens: Counter[str] = Counter()
        self.read_whole: Counter[str] = Counter()

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        self.opens[path] += 1
        content = super().read(path, transfer, limit)
        self.read_whole[path] += limit is None
        return content


class HandClock:
    """A clock that goes on by ``step`` at each look, and while somebody sleeps."""

    def __init__(self, step: float = 0.0) -> None:
        self.step = step
        self._now = 0.0

    def __call__(self) -> float:
        self._now += self.step
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


def row(report: str, name: str) -> str:
    """Returns the value beside ``name``."""
    return next(
        line.strip().removeprefix(name).strip() for line in report.splitlines() if line.strip().startswith(name)
    )


def test_a_folder_of_pictures(frames: Callable[..., Path]) -> None:
    storage, said = CountingStorage(), list[str]()
    report = diagnose.diagnose(str(frames("shots", 80)), storage=storage, say=said.append)
    assert row(report, "Sequence") == "shot.[0001-0080].jpg, 80 files"
    assert row(report, "Listing the folder").endswith("for 80 names")
    assert row(report, "Answer to a call").endswith("ms")
    for readers in (1, 2, 4, 8, 16):
        assert row(report, f"Rate with {readers} reader").endswith("B/s")
    assert row(report, "JPG 8-bit RGB").split()[0] == "5"
    assert "Not measured" not in report
    assert "Failures" not in report
    assert len(said) == 1 + 1 + 5 + 1


def test_no_file_is_read_twice(frames: Callable[..., Path]) -> None:
    storage = CountingStorage()
    diagnose.diagnose(str(frames("shots", 80)), storage=storage)
    assert max(storage.read_whole.values()) == 1
    assert sum(storage.opens.values()) - sum(storage.read_whole.values()) == diagnose.OPENS


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_few_files_are_enough_for_a_part(frames: Callable[..., Path], count: int) -> None:
    storage = CountingStorage()
    report = diagnose.diagnose(str(frames("shots", count)), storage=storage)
    assert row(report, "Rate with 1 reader").endswith("B/s")
    assert "only" in row(report, "Rate with 16 readers")
    assert "JPG 8-bit RGB" in report
    assert max(storage.read_whole.values()) == 1


def test_a_file_or_a_pattern_will_do(frames: Callable[..., Path]) -> None:
    folder = frames("shots", 4)
    for path in (folder / "shot.0002.jpg", folder / "shot.####.jpg"):
        assert row(diagnose.diagnose(str(path)), "Sequence") == "shot.[0001-0004].jpg, 4 files"


def test_the_pages_of_a_stack_are_counted_and_read(tmp_path: Path) -> None:
    stack = tmp_path / "stack.tif"
    pages = np.random.default_rng(1).integers(0, 255, (40, 64, 64), np.uint8)
    stack.write_bytes(pictures.tiff(pages, photometric="minisblack"))
    report = diagnose.diagnose(str(stack))
    assert row(report, "Sequence") == "stack page [0001-0040].tif, 40 pages"
    assert row(report, "Rate with 8 readers").endswith("B/s")
    assert row(report, "TIF 8-bit grey").split()[0] == "5"
    assert "Failures" not in report


def test_the_figures_of_a_line_whose_figures_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnose, "READERS", (1,))  # the time of several sleepers at once does not add up
    clock = HandClock()
    files: dict[str, bytes | BaseException] = {f"/shots/a.{n:04d}.png": bytes(100_000) for n in range(40)}
    storage = SlowStorage(MemoryStorage(files), 0.1, 1e6, clock.sleep, clock)
    report = diagnose.diagnose("/shots", storage=storage, clock=clock)
    alone = HandClock()
    transfer = Transfer()
    transfer.set_urgent(urgent=True)
    SlowStorage(MemoryStorage(files), 0.1, 1e6, alone.sleep, alone).read("/shots/a.0000.png", transfer)
    assert row(report, "Rate with 1 reader") == format_rate(100_000 / alone())
    assert row(report, "Answer to a call") == "204 ms"  # to open it and to read 4 kB of it
    assert row(report, "Counts as a slow share") == "yes"
    assert row(report, "Listing the folder") == "2.1 s for 40 names"
    assert "Reading takes 100 % of the time" in report
    assert len(storage._inner.reads) <= 20  # type: ignore[attr-defined]  # noqa: SLF001 - a round ends in time


def test_large_files_on_a_slow_line_are_not_read_by_many() -> None:
    clock = HandClock()
    files: dict[str, bytes | BaseException] = {f"/shots/a.{n:04d}.png": bytes(2_000_000) for n in range(60)}
    inner = MemoryStorage(files)
    report = diagnose.diagnose("/shots", storage=SlowStorage(inner, 0.0, 1e6, clock.sleep, clock), clock=clock)
    assert "too slow" in row(report, "Rate with 16 readers")
    assert len(inner.reads) < 20


def test_a_file_that_fails_is_counted_and_the_rest_is_measured(frames: Callable[..., Path]) -> None:
    class Failing(LocalStorage):
        def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
            if path.endswith("3.jpg"):
                raise broken(path)
            return super().read(path, transfer, limit)

    report = diagnose.diagnose(str(frames("shots", 80)), storage=Failing())
    assert "Input/output error" in report
    assert "files could not be read or decoded." in report
    assert row(report, "Rate with 1 reader").endswith("B/s")


def test_damaged_pictures_are_reported() -> None:
    files: dict[str, bytes | BaseException] = {f"/shots/a.{n}.png": b"no picture" for n in range(10)}
    report = diagnose.diagnose("/shots", storage=MemoryStorage(files))
    assert row(report, "Decoding") == "none of the files read is a picture"
    assert "could not be read or decoded." in report


def test_nothing_that_can_be_read() -> None:
    files: dict[str, bytes | BaseException] = {f"/shots/a.{n}.png": broken(f"/shots/a.{n}.png") for n in range(40)}
    report = diagnose.diagnose("/shots", storage=MemoryStorage(files))
    assert "Nothing could be read" in report
    assert row(report, "Counts as a slow share") == "not known yet"


class HangingStorage(MemoryStorage):
    """Answers nothing more, from a certain call on, until it is released."""

    def __init__(self, *, lists: bool) -> None:
        super().__init__({f"/shots/a.{n}.png": b"picture" for n in range(40)})
        self._lists = lists
        self.clock = HandClock()
        self.released = threading.Event()

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        if not self._lists:
            self._hang()
        return super().list_names(folder, transfer)

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> bytes:
        self._hang()
        return super().read(path, transfer, limit)

    def _hang(self) -> None:
        self.clock.step = diagnose.PATIENCE
        self.released.wait()


@pytest.fixture
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share counts as not answering after two looks."""
    monkeypatch.setattr(diagnose, "PATIENCE", 0.8)


@pytest.mark.usefixtures("_little_patience")
def test_a_share_that_hangs_while_listing_is_given_up() -> None:
    storage = HangingStorage(lists=False)
    with pytest.raises(NotAnsweringError, match="has not answered for 20 seconds"):
        diagnose.diagnose("/shots", storage=storage, clock=storage.clock)
    storage.released.set()


@pytest.mark.usefixtures("_little_patience")
def test_a_share_that_hangs_while_reading_still_gets_a_report() -> None:
    storage = HangingStorage(lists=True)
    report = diagnose.diagnose("/shots", storage=storage, clock=storage.clock)
    storage.released.set()
    assert row(report, "Rate with 1 reader") == "the share has not answered for 20 seconds"
    assert row(report, "Sequence") == "a.[0-39].png, 40 files"


def test_what_is_on_this_disk_is_told_where_somebody_knows(frames: Callable[..., Path]) -> None:
    def on_disk(sequence: FrameSequence) -> int:
        return len(sequence) // 2

    folder = str(frames("shots", 4))
    assert row(diagnose.diagnose(folder, on_disk=on_disk), "Files of this sequence") == "2 of 4 (50 %)"
    assert "This disk" not in diagnose.diagnose(folder)


def test_folders_that_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        diagnose.diagnose(str(tmp_path / "nowhere"))
    with pytest.raises(SequenceError):
        diagnose.diagnose(str(tmp_path))


@pytest.mark.parametrize("count", [1, 2, 3, 10, 97, 300, 1000])
def test_files_are_picked_all_over_the_folder(count: int) -> None:
    order = list(diagnose._spread(count))  # noqa: SLF001 - what is measured depends on it, and no window shows it
    assert sorted(order) == list(range(count))
    few = sorted(order[:10])
    assert all(after - before <= max(1, count / 4) for before, after in pairwise(few))


def test_ctrl_c_ends_it_with_a_sentence(
    frames: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(diagnose, "diagnose", interrupt)
    assert cli.main(["--diagnose", str(frames("shots", 2))]) == 130
    assert "stopped" in capsys.readouterr().err
