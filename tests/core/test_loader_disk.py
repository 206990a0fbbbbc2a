"""The loader with files on this disk: kept, found again, damaged, and filled up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryFileCache, broken
from hypothesis import given
from hypothesis import strategies as st
from loading import DAMAGED, Bench, file

from viewer.core.cache.disk_cache import CachedFile
from viewer.core.load.frame_state import FrameState
from viewer.core.load.plan import Plan
from viewer.core.play.playhead import Playhead
from viewer.core.retry import RETRY_AFTER
from viewer.core.storage.transfer import Stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")

FEW_FRAMES = 400 * 5 * 4 // 3
"""A budget for five frames, and 16 files of 40 bytes."""


def keeping(files: list[bytes] | int, *, budget: int | None = None, keep: bool | None = True) -> Bench:
    """Returns a bench that keeps what it reads on this disk, which is empty."""
    cache = MemoryFileCache()
    bench = Bench(files, file_cache=cache) if budget is None else Bench(files, budget, file_cache=cache)
    bench.loader.set_keeping(keep=keep)
    return bench


def come_back(before: Bench) -> Bench:
    """Returns a new bench over the same files and the same disk, which knows what is kept there."""
    assert before.file_cache is not None
    bench = Bench([file()] * len(before.paths), file_cache=before.file_cache)
    bench.storage.files.update(before.storage.files)
    bench.loader.note_on_disk(set(before.file_cache.kept))
    bench.loader.set_keeping(keep=True)
    return bench


def keeps(bench: Bench) -> bool:
    return bench.loader.keeps_files


def kept(bench: Bench) -> list[int]:
    assert bench.file_cache is not None
    return [index for index, path in enumerate(bench.paths) if path in bench.file_cache.kept]


def fill(bench: Bench, index: int, positions: Sequence[int] | None = None) -> None:
    bench.plan(Playhead(len(bench.paths), index), fill=range(len(bench.paths)) if positions is None else positions)


# Kept


def test_what_is_read_is_kept_with_the_stamp_of_its_file() -> None:
    bench = keeping(5)
    bench.storage.modified[bench.paths[2]] = 7
    bench.visit(0)
    assert kept(bench) == [0, 1, 2, 3, 4]
    assert bench.file_cache is not None
    assert bench.file_cache.kept[bench.paths[2]] == CachedFile(file(), 40, 7)


def test_nothing_is_kept_if_nobody_wants_it() -> None:
    bench = keeping(5, keep=False)
    bench.visit(0)
    assert kept(bench) == []
    assert not keeps(bench)


def test_a_second_visit_reads_nothing_over_the_share() -> None:
    bench = keeping(50)
    bench.visit(0)
    again = come_back(bench)
    again.visit(0)
    assert again.storage.reads == []
    assert again.ready() == list(range(50))
    assert len(again.decoded) == 50
    assert again.loader.stamp(again.paths[3]) == Stamp(40, 0)


def test_files_that_are_kept_are_used_though_no_more_are_to_be_kept() -> None:
    bench = keeping(5)
    bench.visit(0)
    again = come_back(bench)
    again.loader.set_keeping(keep=False)
    again.visit(0)
    assert again.storage.reads == []


def test_what_was_read_before_somebody_wanted_it_kept_is_kept_too() -> None:
    bench = keeping(5, keep=False)
    bench.visit(0)
    bench.loader.set_keeping(keep=True)
    bench.settle()
    assert kept(bench) == [0, 1, 2, 3, 4]
    assert len(bench.storage.reads) == 5


def test_a_full_disk_keeps_nothing_and_disturbs_nothing() -> None:
    bench = keeping(5)
    assert bench.file_cache is not None
    bench.file_cache.is_full = True
    bench.visit(0)
    assert bench.ready() == [0, 1, 2, 3, 4]
    assert kept(bench) == []


def read_all(bench: Bench, seconds: float) -> None:
    """Reads everything; between two files that come so much time passes."""
    bench.show(0)
    while bench.readers.waiting:
        bench.loop.advance(seconds)
        bench.readers.finish()
        while bench.decoders.waiting:
            bench.decoders.finish()
    bench.settle()


def test_by_measurement_files_of_a_slow_share_are_kept() -> None:
    bench = keeping(20, keep=None)
    assert not keeps(bench)
    read_all(bench, 0.05)
    assert keeps(bench)
    assert kept(bench) == list(range(20)), "those from before it was known, too"


def test_by_measurement_files_of_a_fast_share_are_not_kept() -> None:
    bench = keeping(20, keep=None)
    read_all(bench, 0.0001)
    assert bench.loader.reads.link.is_slow is False
    assert kept(bench) == []


def test_each_share_is_measured_for_itself() -> None:
    bench = keeping(20, keep=None)
    bench.loader.use_link("slow")
    read_all(bench, 0.05)
    assert keeps(bench)
    bench.loader.use_link("new")
    assert not keeps(bench)
    bench.loader.use_link("slow")
    assert keeps(bench)


# What is known of


def test_what_is_known_to_be_on_this_disk_has_a_state_of_its_own() -> None:
    bench = keeping(4)
    bench.loader.note_on_disk(set(bench.paths[:2]))
    assert [bench.state(index) for index in range(4)] == [FrameState.ON_DISK] * 2 + [FrameState.ABSENT] * 2
    assert bench.changes == [], "they may be very many"
    assert list(bench.loader.paths_held()) == []


def test_a_frame_whose_memory_is_taken_by_others_is_on_this_disk() -> None:
    bench = keeping(60, budget=FEW_FRAMES)
    for index in range(0, 60, 4):
        bench.visit(index)
    assert bench.state(0) is FrameState.ON_DISK
    reads = len(bench.storage.reads)
    bench.visit(0)
    assert 0 in bench.ready()
    assert 0 not in bench.numbers_read()[reads:]


def test_when_the_disk_was_cleared_everything_comes_over_the_share_again() -> None:
    bench = come_back(keeping_all(5))
    assert bench.file_cache is not None
    bench.file_cache.kept.clear()
    bench.loader.forget_disk()
    assert [bench.state(index) for index in range(5)] == [FrameState.ABSENT] * 5
    assert sorted(bench.changes) == bench.paths
    bench.visit(0)
    assert sorted(bench.numbers_read()) == [0, 1, 2, 3, 4]


def keeping_all(files: list[bytes] | int) -> Bench:
    bench = keeping(files)
    bench.visit(0)
    assert len(kept(bench)) == len(bench.paths)
    return bench


def test_what_is_damaged_on_this_disk_is_read_and_kept_again() -> None:
    bench = come_back(keeping_all(5))
    assert bench.file_cache is not None
    del bench.file_cache.kept[bench.paths[0]], bench.file_cache.kept[bench.paths[3]]
    bench.visit(0)
    assert sorted(bench.numbers_read()) == [0, 3]
    assert bench.ready() == [0, 1, 2, 3, 4]
    assert kept(bench) == [0, 1, 2, 3, 4]


def test_a_file_that_is_no_picture_is_read_again_when_it_is_reloaded() -> None:
    bench = keeping([DAMAGED, file()])
    path = bench.visit(0)
    assert bench.state(0) is FrameState.FAILED
    bench.storage.files[path] = file()
    bench.loader.reload([path])
    bench.settle()
    assert bench.numbers_read().count(0) == 2
    assert bench.ready() == [0, 1]


def test_a_file_that_was_no_picture_yet_is_not_taken_from_this_disk_later() -> None:
    bench = keeping([DAMAGED])
    path = bench.visit(0)
    bench.storage.files[path] = file()
    bench.loader.clear()
    bench.settle()
    assert bench.loader.holdings.is_ready(path)


def test_no_more_is_fetched_from_this_disk_than_there_is_room_for_as_frames() -> None:
    bench = come_back(keeping_all(60))
    bench.loader.set_budget(FEW_FRAMES)
    bench.visit(0)
    assert bench.file_cache is not None
    assert len(bench.file_cache.fetched) == len(bench.decoded) < 10


def test_frames_on_this_disk_come_while_the_share_is_away() -> None:
    before = keeping(40)
    before.plan(Playhead(40, 0, last=19))
    before.settle()
    assert before.file_cache is not None
    for path in before.paths[20:]:
        before.file_cache.kept.pop(path, None)
    bench = come_back(before)
    for path in bench.paths:
        bench.storage.files[path] = broken(path)
    bench.visit(30)
    bench.visit(31)
    assert bench.loader.failures.away is not None
    assert bench.ready() == list(range(20))
    path = bench.visit(5)
    assert bench.loader.holdings.is_ready(path)


def test_the_wanted_frame_is_fetched_beside_another_that_takes_long() -> None:
    bench = come_back(keeping_all(50))
    bench.show(0)
    path = bench.show(20)
    bench.disk.finish(1)
    bench.decoders.finish()
    assert bench.loader.holdings.is_ready(path)


def test_the_trace_tells_that_the_frame_came_from_this_disk() -> None:
    bench = come_back(keeping_all(2))
    bench.show(1)
    bench.loop.advance(0.5)
    bench.disk.finish()
    bench.loop.advance(0.25)
    bench.settle()
    trace = bench.loader.trace
    assert (trace.path, trace.from_disk) == (bench.paths[1], True)
    assert (trace.read_began, trace.read_ended, trace.decode_began, trace.decode_ended) == (0.0, 0.5, 0.5, 0.75)


def test_the_stamps_of_files_in_memory_outlive_a_visit_to_another_folder() -> None:
    bench = Bench(60, FEW_FRAMES)
    bench.visit(0)
    bench.visit(59)
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    assert bench.loader.stamp(bench.paths[59]) == Stamp(40, 0)
    assert bench.loader.stamp(bench.paths[1]) is None


# Forgotten on purpose


def test_after_clearing_the_memory_everything_comes_from_this_disk() -> None:
    bench = keeping_all(5)
    bench.loader.clear()
    assert [bench.state(index) for index in range(5)] == [FrameState.ON_DISK] * 5
    bench.settle()
    assert bench.ready() == [0, 1, 2, 3, 4]
    assert len(bench.storage.reads) == 5


def test_after_a_reload_the_new_file_is_read_and_kept_in_place_of_the_old_one() -> None:
    bench = keeping_all(5)
    path = bench.paths[0]
    bench.storage.files[path] = file(7, 7)
    bench.loader.reload([path])
    assert bench.state(0) is FrameState.ABSENT
    bench.settle()
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.size == (7, 7)
    assert bench.file_cache is not None
    assert bench.file_cache.kept[path].data == file(7, 7)


def test_what_is_being_fetched_during_a_reload_is_not_used() -> None:
    bench = come_back(keeping_all(1))
    path = bench.show(0)
    bench.storage.files[path] = file(7, 7)
    bench.loader.reload([path])
    bench.disk.finish()
    assert bench.state(0) is not FrameState.ENCODED
    bench.settle()
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.size == (7, 7)


def test_what_is_fetched_after_closing_is_dropped() -> None:
    bench = come_back(keeping_all(3))
    bench.show(0)
    bench.loader.close()
    bench.settle()
    assert list(bench.loader.paths_held()) == []
    assert bench.decoders.waiting == []


# Filled up


def test_what_has_no_room_in_memory_is_read_on_to_this_disk_once_and_then_it_stops() -> None:
    bench = keeping(100, budget=FEW_FRAMES)
    fill(bench, 0)
    bench.settle()
    assert kept(bench) == list(range(100))
    assert sorted(bench.numbers_read()) == list(range(100))
    for index in (50, 3, 99):
        fill(bench, index)
        bench.settle()
    assert len(bench.storage.reads) == 100
    assert bench.loader.activity().memory_used <= FEW_FRAMES


def test_only_what_is_asked_for_is_filled() -> None:
    bench = keeping(100, budget=FEW_FRAMES)
    fill(bench, 0, range(60, 70))
    bench.settle()
    assert set(range(60, 70)) <= set(kept(bench))
    assert not set(range(30, 60)) & set(kept(bench))


def test_nothing_is_filled_that_could_not_be_kept() -> None:
    bench = keeping(100, budget=FEW_FRAMES, keep=False)
    fill(bench, 0)
    bench.settle()
    assert len(bench.storage.reads) < 30


def test_a_full_disk_is_not_filled_again_and_again() -> None:
    bench = keeping(100, budget=FEW_FRAMES)
    assert bench.file_cache is not None
    bench.file_cache.is_full = True
    for index in (0, 1, 0, 1):
        fill(bench, index)
        bench.settle()
    assert len(bench.storage.reads) == 100


def test_near_frames_go_before_those_that_are_filled_up() -> None:
    bench = keeping(400)
    fill(bench, 0, range(300, 400))
    for _ in range(200):
        bench.readers.finish()
        while bench.decoders.waiting:
            bench.decoders.finish()
    assert max(bench.numbers_read()) < 250


def test_reads_that_are_given_up_for_a_jump_are_filled_up_later() -> None:
    bench = keeping(100, budget=FEW_FRAMES)
    fill(bench, 0, range(20, 40))
    while not set(bench.reading()) & set(range(25, 40)):
        bench.decoders.finish() if bench.decoders.waiting else bench.readers.finish()
    given_up = set(bench.reading())
    fill(bench, 80, range(20, 40))
    assert not given_up & set(bench.reading())
    bench.settle()
    assert set(range(20, 40)) <= set(kept(bench))


def test_while_one_steps_on_what_is_being_filled_up_is_not_given_up_and_begun_anew() -> None:
    bench = keeping(100, budget=FEW_FRAMES)
    fill(bench, 0)
    while len(bench.storage.reads) < 60:
        for hands in (bench.decoders, bench.disk, bench.readers):
            if hands.waiting:
                hands.finish()
                break
    under_way = {path: bench.loader.reads.transfer(path) for path in bench.loader.reads}
    assert under_way
    for index in (1, 2, 1):
        fill(bench, index)
        assert {path: bench.loader.reads.transfer(path) for path in bench.loader.reads} == under_way


def test_a_file_that_could_not_be_read_is_filled_up_when_it_can() -> None:
    bench = keeping(60, budget=FEW_FRAMES)
    bench.storage.files[bench.paths[50]] = broken(bench.paths[50])
    fill(bench, 0)
    bench.settle()
    assert 50 not in kept(bench)
    fill(bench, 0)
    bench.settle()
    assert bench.numbers_read().count(50) == 1, "not before it is time to try again"
    bench.storage.files[bench.paths[50]] = file()
    bench.loop.advance(RETRY_AFTER)
    fill(bench, 0)
    bench.settle()
    assert kept(bench) == list(range(60))


def test_a_failed_frame_that_is_tried_again_is_not_filled_up_at_the_same_time() -> None:
    bench = keeping(1)
    bench.storage.files[bench.paths[0]] = broken(bench.paths[0])
    bench.visit(0)
    bench.loop.advance(RETRY_AFTER)
    fill(bench, 0)
    assert len(bench.readers.waiting) == 1


def test_what_was_cleared_from_this_disk_is_filled_up_again() -> None:
    bench = keeping(60, budget=FEW_FRAMES)
    fill(bench, 0)
    bench.settle()
    assert bench.file_cache is not None
    bench.file_cache.kept.clear()
    bench.loader.forget_disk()
    fill(bench, 0, range(40, 60))
    bench.settle()
    assert set(range(40, 60)) <= set(kept(bench))


def test_another_folder_ends_the_filling() -> None:
    bench = keeping(100, budget=FEW_FRAMES)
    fill(bench, 0)
    for _ in range(40):
        bench.readers.finish()
        while bench.decoders.waiting:
            bench.decoders.finish()
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    reads = len(bench.storage.reads)
    bench.settle()
    assert len(bench.storage.reads) == reads
    assert bench.reading() == []


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(0, 60)), max_size=8), st.integers(0, 6000))
def test_however_one_moves_each_file_is_read_once_and_all_are_kept(walk: list[tuple[int, int]], budget: int) -> None:
    bench = keeping(40, budget=budget)
    for index, jobs in walk:
        fill(bench, index)
        for _ in range(jobs):
            for hands in (bench.disk, bench.decoders, bench.readers):
                if hands.waiting:
                    hands.finish()
                    break
        bench.disk.finish_all()  # what is still to be written is neither here nor there
    fill(bench, 0)
    bench.settle()
    assert kept(bench) == list(range(40))
    assert sorted(bench.numbers_read()) == list(range(40))
