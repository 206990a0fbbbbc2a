"""The frame at rest has its own numbers, however little memory there is."""

from __future__ import annotations

import pytest
from doubles import MemoryFileCache, broken
from loading import DAMAGED, Bench, file

from viewer.core.frame import Size
from viewer.core.load.completing import AT_REST, STILL
from viewer.core.play.playhead import Playhead
from viewer.core.retry import RETRY_AFTER

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")

LARGE, FIT = Size(100, 100), Size(10, 10)
ROOM_FOR_COPIES = 60_000
"""A budget for the copies of 40 frames, for one of them at its own size, and for one file."""


def bench_of(budget: int = ROOM_FOR_COPIES, *, file_cache: MemoryFileCache | None = None) -> Bench:
    bench = Bench([file(*LARGE, length=10_000)] * 8, budget, file_cache=file_cache, files_share=0.2)
    bench.loader.set_fit_size(FIT)
    return bench


def is_whole(bench: Bench, index: int) -> bool:
    picture = bench.loader.holdings.picture(bench.paths[index])
    return picture is not None and picture.source is not None


def test_a_frame_whose_numbers_had_to_go_is_read_once_more_at_rest() -> None:
    bench = bench_of()
    bench.visit(0)
    for index in (5, 2, 5):
        bench.visit(index)
        bench.rest()
        before = len(bench.storage.reads)
        bench.visit(0)
        assert bench.loader.holdings.is_ready(bench.paths[0])
        assert not is_whole(bench, 0)
        assert len(bench.storage.reads) == before, "not before it is at rest"
        bench.rest()
        assert is_whole(bench, 0)
        assert bench.numbers_read()[before:] == [0]
        for _ in range(5):
            bench.rest()
        assert bench.numbers_read()[before:] == [0]
        assert bench.loader.activity().memory_used <= ROOM_FOR_COPIES


def test_steps_along_copies_read_nothing() -> None:
    bench = bench_of()
    bench.visit(0)
    bench.rest()
    before = len(bench.storage.reads)
    for index in (1, 2, 3, 4, 5, 6):
        bench.visit(index)
        bench.loop.advance(0.8 * AT_REST)
    assert len(bench.storage.reads) == before
    bench.rest()
    assert is_whole(bench, 6)
    assert bench.numbers_read()[before:] == [6]


def test_what_is_on_this_disk_is_not_read_over_the_share() -> None:
    cache = MemoryFileCache()
    bench = bench_of(file_cache=cache)
    for path, content in bench.storage.files.items():
        assert isinstance(content, bytes)
        cache.put(path, content, len(content), 0)
    bench.loader.note_on_disk(set(bench.paths))
    for index in (0, 5, 0):
        bench.visit(index)
        bench.rest()
        assert is_whole(bench, index)
    assert bench.storage.reads == []


def test_what_is_in_memory_is_decoded_when_it_has_been_still() -> None:
    bench = bench_of(1_000_000)
    bench.plan(Playhead(8, 0, playing=True), steady=True)
    bench.settle()
    assert not any(is_whole(bench, index) for index in range(8))
    for index in (3, 4, 3):
        bench.visit(index)
        assert not is_whole(bench, index)
        bench.rest(STILL)
        assert is_whole(bench, index)
    assert len(bench.storage.reads) == 8


def test_frames_that_go_by_are_decoded_once_each_and_said_not_to_be_whole() -> None:
    bench = bench_of(1_000_000)
    for index in range(8):
        bench.visit(index)
        bench.loop.advance(0.9 * STILL)
    assert len(bench.made) == bench.decoded_quickly == 8
    activity = bench.loader.activity()
    assert (activity.frames_held, activity.frames_whole) == (8, 0)
    bench.rest()
    activity = bench.loader.activity()
    assert (activity.frames_held, activity.frames_whole) == (8, 1)
    assert is_whole(bench, 7)


def test_a_frame_that_comes_as_a_copy_only_is_decoded_once_more_and_no_more() -> None:
    bench = bench_of()
    bench.keeps_source = False
    bench.visit(0)
    for _ in range(20):
        bench.rest()
    assert len(bench.made) == len(bench.paths) + 1
    bench.keeps_source = True
    bench.visit(1)
    bench.rest()
    bench.visit(0)
    bench.rest()
    assert is_whole(bench, 0)


def test_another_size_of_the_window_or_a_reload_at_rest_ends_with_the_numbers() -> None:
    bench = bench_of()
    bench.visit(0)
    bench.rest()
    for fit_size in (Size(20, 20), Size(30, 30), None, FIT):
        bench.loader.set_fit_size(fit_size)
        bench.settle()
        assert is_whole(bench, 0), "at once: it is the same file"
        assert bench.loader.holdings.is_ready(bench.paths[0])
    bench.loader.reload([bench.paths[0]])
    bench.rest()
    assert is_whole(bench, 0)


@pytest.mark.parametrize("fault", [broken("/shot/000000.png"), DAMAGED])
def test_one_that_cannot_be_had_once_more_stays_as_it_is_and_is_not_asked_for_all_the_time(
    fault: bytes | BaseException,
) -> None:
    bench = bench_of()
    bench.visit(0)
    bench.visit(5)
    bench.rest()
    bench.storage.files[bench.paths[0]] = fault
    before = len(bench.storage.reads)
    bench.visit(0)
    for _ in range(10):
        bench.rest(RETRY_AFTER / 20)
    assert bench.numbers_read()[before:].count(0) == 1
    assert bench.loader.holdings.is_ready(bench.paths[0])
