"""The lane to this disk, with a cache in memory and jobs that are finished by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import HandExecutor, HandLoop
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from viewer.core.cache.disk_cache import CachedFile
from viewer.core.load import disk_lane as disk_lane_module
from viewer.core.load.disk_lane import TRIM_AFTER, WAITING_MOST, DiskLane
from viewer.core.storage.transfer import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer


class MemoryCache:
    """A cache that holds its files in a dict and fails where told to.

    Attributes:
        files: what is kept.
        log: the paths written, and "trim".
        error: what the next calls raise.
        is_full: whether nothing more can be kept.
        after_get: called once when a file has been taken out, before the caller has it.
    """

    def __init__(self) -> None:
        self.files: dict[str, CachedFile] = {}
        self.log: list[str] = []
        self.error: Exception | None = None
        self.is_full = False
        self.after_get: Callable[[], None] | None = None

    def put(self, path: str, data: Buffer, size: int, modified_ns: int, changed_ns: int = 0, inode: int = 0) -> bool:
        if self.error is not None:
            raise self.error
        self.log.append(path)
        if not self.is_full:
            self.files[path] = CachedFile(bytes(data), size, modified_ns, changed_ns, inode)
        return not self.is_full

    def get(self, path: str) -> CachedFile | None:
        if self.error is not None:
            raise self.error
        kept = self.files.get(path)
        if self.after_get is not None:
            after, self.after_get = self.after_get, None
            after()
        return kept

    def stamp(self, path: str) -> tuple[int, int, int, int] | None:
        return self.files[path].stamp if path in self.files else None

    def confirm(self, path: str) -> None:
        """Notes nothing."""

    def discard(self, path: str) -> None:
        self.files.pop(path, None)

    def trim(self) -> int:
        self.log.append("trim")
        return 0

    @property
    def written(self) -> list[str]:
        return [each for each in self.log if each != "trim"]


class Bench:
    """Kept files with everything around them."""

    def __init__(self, workers: int = 3, *, keeps: bool = True) -> None:
        self.loop = HandLoop()
        self.executor = HandExecutor(self.loop, workers)
        self.cache = MemoryCache()
        self.fetched: list[tuple[str, bytes, Stamp]] = []
        self.missed: list[str] = []
        self.changed: list[str] = []
        self.kept = DiskLane(self.cache, self.executor, self.end_fetch, self.changed.append)
        self.kept.keeps = keeps

    def end_fetch(self, path: str, file: CachedFile | None) -> None:
        if file is None:
            self.missed.append(path)
        else:
            self.fetched.append((path, bytes(file.data), Stamp(*file.stamp)))

    def keep(self, path: str, data: bytes = b"data", *, is_proven: bool = True) -> None:
        self.kept.keep(path, data, Stamp(len(data), 7), is_proven=is_proven)

    def have(self, path: str, data: bytes = b"data") -> None:
        """Lets a file of an earlier run be there."""
        self.cache.files[path] = CachedFile(data, len(data), 7)
        self.kept.note([path])


# Fetching


def test_a_file_that_is_here_is_fetched() -> None:
    bench = Bench()
    assert "a" not in bench.kept
    bench.have("a", b"bytes")
    assert "a" in bench.kept
    bench.kept.fetch("a")
    assert bench.kept.is_fetching("a")
    assert bench.fetched == []
    bench.executor.finish()
    assert bench.fetched == [("a", b"bytes", Stamp(5, 7))]
    assert bench.missed == []
    assert not bench.kept.is_fetching("a")
    assert "a" in bench.kept


@pytest.mark.parametrize("error", [None, OSError("The disk is broken.")])
def test_a_file_that_cannot_be_had_is_missed_and_not_here_any_more(error: OSError | None) -> None:
    bench = Bench()
    bench.have("a")
    del bench.cache.files["a"]
    bench.cache.error = error
    bench.kept.fetch("a")
    bench.executor.finish()
    assert bench.missed == ["a"]
    assert bench.fetched == []
    assert "a" not in bench.kept
    assert not bench.kept.is_fetching("a")


def test_taking_note_of_files_reports_no_change() -> None:
    bench = Bench()
    bench.kept.note(str(number) for number in range(1000))
    assert "999" in bench.kept
    assert bench.changed == []


@pytest.mark.parametrize("workers", [3, 4, 8])
def test_one_worker_is_for_urgent_fetches_and_one_for_writing(workers: int) -> None:
    bench = Bench(workers)
    bench.kept.note(str(number) for number in range(workers))
    fetched = 0
    while bench.kept.can_fetch(urgent=False):
        bench.kept.fetch(str(fetched))
        fetched += 1
    assert fetched == workers - 2
    assert bench.kept.can_fetch(urgent=True)
    bench.kept.fetch("urgent")
    assert not bench.kept.can_fetch(urgent=True)
    bench.keep("x")
    bench.keep("y")
    assert len(bench.executor.waiting) == workers
    bench.executor.finish_all()
    assert bench.kept.can_fetch(urgent=False)


def test_a_file_discarded_while_it_is_fetched_does_not_arrive() -> None:
    bench = Bench()
    bench.have("a")
    bench.kept.fetch("a")
    bench.kept.discard("a")
    bench.executor.finish()
    assert bench.missed == ["a"]
    assert bench.fetched == []
    assert "a" not in bench.kept


def test_a_file_that_was_replaced_while_the_old_one_was_fetched_stays_and_the_old_one_does_not_arrive() -> None:
    bench = Bench()
    bench.have("a", b"old")

    def replace() -> None:
        bench.kept.discard("a")
        bench.keep("a", b"new")
        bench.executor.finish()

    bench.cache.after_get = replace
    bench.kept.fetch("a")
    bench.executor.finish()
    assert bench.fetched == []
    assert bench.missed == ["a"]
    assert "a" in bench.kept
    bench.kept.fetch("a")
    bench.executor.finish()
    assert bench.fetched == [("a", b"new", Stamp(3, 7))]


def test_after_forgetting_nothing_is_here_and_nothing_comes() -> None:
    bench = Bench(4)
    for path in "abc":
        bench.have(path)
    bench.kept.fetch("a")
    bench.keep("being written")
    bench.keep("waiting")
    bench.kept.forget()
    assert not any(path in bench.kept for path in "abc")
    assert sorted(bench.changed) == ["a", "b", "c"]
    bench.executor.finish_all()
    assert bench.fetched == []
    assert bench.missed == ["a"]
    assert bench.cache.written == ["being written"]
    assert "being written" not in bench.kept, "nobody knows whether it was written before all was removed"
    assert sorted(bench.changed) == ["a", "b", "c"]


def test_files_are_kept_again_after_forgetting() -> None:
    bench = Bench()
    bench.keep("a")
    bench.kept.forget()
    bench.keep("a", b"again")
    bench.executor.finish_all()
    assert "a" in bench.kept
    assert bench.cache.files["a"].data == b"again"


# Keeping


def test_a_file_that_was_read_is_kept() -> None:
    bench = Bench()
    bench.keep("a", b"bytes")
    assert "a" not in bench.kept, "it is not there before it is written"
    bench.executor.finish_all()
    assert "a" in bench.kept
    assert bench.changed == ["a"]
    assert bench.cache.files == {"a": CachedFile(b"bytes", 5, 7)}


def test_nothing_is_kept_unless_it_is_to_be() -> None:
    bench = Bench(keeps=False)
    bench.keep("a")
    assert bench.executor.waiting == []
    bench.kept.keeps = True
    bench.keep("b")
    bench.kept.keeps = False
    bench.keep("c")
    bench.executor.finish_all()
    assert bench.cache.written == ["b"]


def test_files_are_written_one_after_the_other_in_the_order_they_came() -> None:
    bench = Bench()
    for path in "cab":
        bench.keep(path)
        assert len(bench.executor.waiting) == 1
    bench.executor.finish()
    assert (bench.cache.written, len(bench.executor.waiting)) == (["c"], 1)
    bench.executor.finish_all()
    assert bench.cache.written == ["c", "a", "b"]
    assert bench.changed == ["c", "a", "b"]


def test_a_file_that_is_here_or_waits_is_not_written_again() -> None:
    bench = Bench()
    bench.have("here")
    bench.keep("here")
    bench.keep("a")
    bench.keep("b")
    bench.keep("a")
    bench.keep("b")
    bench.executor.finish_all()
    assert bench.cache.written == ["a", "b"]


def test_a_file_that_the_disk_did_not_take_is_not_here() -> None:
    bench = Bench()
    bench.cache.is_full = True
    bench.keep("a")
    bench.executor.finish_all()
    assert "a" not in bench.kept
    assert bench.changed == []
    bench.cache.is_full = False
    bench.keep("a")
    bench.executor.finish_all()
    assert "a" in bench.kept


def test_a_write_that_raises_does_not_end_the_writing() -> None:
    bench = Bench()
    bench.cache.error = OSError("The disk is broken.")
    bench.keep("a")
    bench.keep("b")
    bench.executor.finish()
    bench.cache.error = None
    bench.executor.finish_all()
    assert "a" not in bench.kept
    assert "b" in bench.kept


def test_only_so_much_waits_to_be_written() -> None:
    bench = Bench()
    third = bytes(WAITING_MOST // 3)
    for number in range(10):
        bench.keep(str(number), third)
    bench.executor.finish_all()
    assert bench.cache.written == ["0", "1", "2"]
    bench.keep("later", third)
    bench.executor.finish_all()
    assert "later" in bench.kept, "when they are written there is room again"


def test_a_file_larger_than_what_may_wait_is_not_kept() -> None:
    bench = Bench()
    bench.keep("giant", bytes(WAITING_MOST + 1))
    assert bench.executor.waiting == []
    bench.keep("other", bytes(WAITING_MOST))
    bench.executor.finish_all()
    assert bench.cache.written == ["other"]


# Discarding what waits


def test_a_file_discarded_while_it_waits_is_not_written_and_takes_no_room() -> None:
    bench = Bench()
    half = bytes(WAITING_MOST // 2)
    bench.keep("a", half)
    bench.keep("b", half)
    bench.kept.discard("b")
    bench.keep("c", half)
    bench.executor.finish_all()
    assert bench.cache.written == ["a", "c"]
    assert "b" not in bench.kept


def test_a_file_discarded_while_it_is_written_is_not_here() -> None:
    bench = Bench()
    bench.keep("a", b"old")
    bench.keep("b")
    bench.kept.discard("a")
    bench.executor.finish_all()
    assert "a" not in bench.kept
    assert bench.changed == ["b"]


def test_a_file_that_came_anew_while_the_old_one_was_written_is_written_too() -> None:
    bench = Bench()
    bench.keep("a", b"old")
    bench.kept.discard("a")
    bench.keep("a", b"new")
    bench.executor.finish()
    assert "a" not in bench.kept, "what is there is the old one"
    bench.executor.finish_all()
    assert "a" in bench.kept
    assert bench.cache.files["a"].data == b"new"


# Trimming


def test_what_an_earlier_run_left_is_trimmed_with_the_first_file_and_not_with_each() -> None:
    bench = Bench()
    for path in "abc":
        bench.keep(path)
    bench.executor.finish_all()
    assert bench.cache.log == ["a", "trim", "b", "c"]


def test_it_is_trimmed_again_when_much_has_been_written() -> None:
    bench = Bench()
    data = bytes(TRIM_AFTER // 4)
    for number in range(9):
        bench.keep(str(number), data)
        bench.executor.finish_all()
    assert bench.cache.log == ["0", "trim", "1", "2", "3", "4", "trim", "5", "6", "7", "8", "trim"]


# Anything in any order

PATHS = st.sampled_from("abcde")


class AnythingGoes(RuleBasedStateMachine):
    """Files of this disk to which anything happens in any order; each new version of a file has other bytes."""

    @initialize(workers=st.integers(3, 5), room=st.integers(10, 60))
    def begin(self, workers: int, room: int) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(disk_lane_module, "WAITING_MOST", room)
        self.bench = Bench(workers)
        self.room = room
        self.versions = dict.fromkeys("abcde", 0)
        self.fetches = self.ended = 0

    def content(self, path: str) -> bytes:
        return f"{path}{self.versions[path]}".encode().ljust(10, b".")

    def change(self, path: str) -> None:
        self.versions[path] += 1
        self.bench.kept.discard(path)

    @rule(path=PATHS)
    def rewritten(self, path: str) -> None:
        self.change(path)

    @rule(path=PATHS)
    def keep(self, path: str) -> None:
        self.bench.keep(path, self.content(path))

    @rule(keeps=st.booleans())
    def prefer(self, *, keeps: bool) -> None:
        self.bench.kept.keeps = keeps

    @rule(path=PATHS, urgent=st.booleans())
    def fetch(self, path: str, *, urgent: bool) -> None:
        kept = self.bench.kept
        if path in kept and kept.can_fetch(urgent=urgent) and not kept.is_fetching(path):
            kept.fetch(path)
            self.fetches += 1

    @rule(path=PATHS)
    def lost(self, path: str) -> None:
        self.bench.cache.files.pop(path, None)

    @rule(is_full=st.booleans())
    def disk_fills(self, *, is_full: bool) -> None:
        self.bench.cache.is_full = is_full

    @rule()
    def removed_by_somebody(self) -> None:
        self.bench.cache.files.clear()
        self.bench.kept.forget()

    @precondition(lambda self: self.bench.executor.waiting)
    @rule(number=st.integers(0), meanwhile=st.sampled_from([*"abcde", None]))
    def finish(self, number: int, meanwhile: str | None) -> None:
        """A job ends; perhaps a file is rewritten just when it has been taken from the disk."""

        def rewrite() -> None:
            if meanwhile is not None:
                self.change(meanwhile)
                self.keep(meanwhile)

        self.bench.cache.after_get = rewrite
        self.bench.executor.finish(number % len(self.bench.executor.waiting))
        self.bench.cache.after_get = None

    @invariant()
    def one_writes_and_each_fetch_ends_once_and_brings_the_file_as_it_is_now(self) -> None:
        bench = self.bench
        for path, data, stamp in bench.fetched:
            assert (data, stamp) == (self.content(path), Stamp(10, 7))
        self.ended += len(bench.fetched)
        bench.fetched.clear()
        fetching = sum(map(bench.kept.is_fetching, "abcde"))
        assert self.ended + len(bench.missed) + fetching == self.fetches
        assert len(bench.executor.waiting) - fetching in {0, 1}

    @rule()
    def settle(self) -> None:
        bench = self.bench
        bench.executor.finish_all()
        for path in filter(bench.kept.__contains__, "abcde"):
            kept = bench.cache.files.get(path)
            assert kept is None or kept.data == self.content(path), "what is here is the file as it is now"
        bench.cache.is_full, bench.kept.keeps = False, True
        before = len(bench.cache.written)
        for path in "abcde":
            bench.kept.discard(path)
            bench.keep(path, self.content(path))
        bench.executor.finish_all()
        assert len(bench.cache.written) - before == min(5, self.room // 10), "no room is lost for ever"

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.settle()
            self.patch.undo()


TestAnythingGoes = AnythingGoes.TestCase
TestAnythingGoes.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
