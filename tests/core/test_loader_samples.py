"""The loader and small pictures: what every frame leaves, and those from all over the sequence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryFileCache, broken
from hypothesis import given
from hypothesis import strategies as st
from loading import DAMAGED, PLENTY, Bench, file, frame

from viewer.core.decode.embedded import Preview
from viewer.core.frame import Size
from viewer.core.load.frame_state import FrameState
from viewer.core.load.frame_tally import THUMBNAILS_SHARE
from viewer.core.load.loader import NEAR
from viewer.core.load.plan import Plan
from viewer.core.load.thumbnails import HEAD, HEADS_FROM, THUMBNAILS_AT_ONCE
from viewer.core.play.load_order import coarseness
from viewer.core.play.playhead import Playhead
from viewer.core.retry import RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")

FEW_FRAMES = 8000
"""A budget for 14 frames of 400 bytes, 46 files of 40 and 31 small pictures of 16."""


def bench_of(count: int, budget: int = PLENTY, *, file_cache: MemoryFileCache | None = None) -> Bench:
    """Returns a bench over files whose pictures leave small ones of 16 bytes."""
    bench = Bench(count, budget, file_cache=file_cache)
    bench.small = Size(2, 2)
    return bench


def look(bench: Bench, index: int, samples: range | list[int]) -> None:
    bench.plan(Playhead(len(bench.paths), index), thumbnails=samples)


def finish_one(bench: Bench) -> bool:
    """Finishes one job, decodes first; returns whether there was one."""
    for hands in (bench.decoders, bench.disk, bench.readers):
        if hands.waiting:
            hands.finish()
            return True
    return False


# What every frame leaves


def test_every_decoded_frame_leaves_a_small_picture() -> None:
    bench = bench_of(10)
    bench.visit(0)
    assert bench.small_pictures() == list(range(10))
    small = bench.loader.holdings.thumbnail(bench.paths[3])
    assert small is not None
    assert small.size == (2, 2)


def test_a_small_picture_stands_in_for_the_frame_with_the_size_of_the_frame() -> None:
    bench = bench_of(2)
    path = bench.paths[1]
    assert bench.loader.holdings.stand_in(path) is None
    bench.visit(0)
    picture = bench.loader.holdings.stand_in(path)
    assert picture is not None
    assert picture.size == (10, 10)
    assert picture.display is bench.loader.holdings.thumbnail(path)
    assert picture.source is None


def test_small_pictures_outlive_their_frames() -> None:
    bench = bench_of(30, FEW_FRAMES)
    bench.visit(0)
    bench.visit(29)
    assert 0 not in bench.ready()
    assert bench.loader.holdings.thumbnail(bench.paths[0]) is not None


def test_a_picture_that_leaves_no_small_one_is_shown_all_the_same() -> None:
    bench = Bench(2)
    path = bench.visit(0)
    assert bench.loader.holdings.is_ready(path)
    assert bench.loader.holdings.stand_in(path) is None


def test_small_pictures_take_their_part_of_the_memory_and_the_dispensable_ones_go_first() -> None:
    bench = bench_of(200, FEW_FRAMES)
    for index in range(0, 200, 5):
        bench.visit(index)
    held = bench.small_pictures()
    assert 16 * len(held) <= FEW_FRAMES // THUMBNAILS_SHARE
    assert len(held) > 20
    assert bench.loader.activity().memory_used <= FEW_FRAMES
    assert {0, 64, 128, 32, 96, 160} <= set(held)
    assert max(coarseness(index) for index in held) < 6


def test_a_reload_and_a_clearing_forget_small_pictures_too() -> None:
    bench = bench_of(3)
    bench.visit(0)
    bench.loader.reload([bench.paths[1]])
    assert bench.small_pictures() == [0, 2]
    bench.loader.clear()
    assert bench.small_pictures() == []


# From all over the sequence


def test_samples_come_only_when_the_near_frames_are_at_hand_or_coming() -> None:
    bench = bench_of(1000)
    look(bench, 0, [900, 800])
    while not {900, 800} & set(bench.reading()):
        assert finish_one(bench)
    at_hand = [index for index in range(NEAR) if bench.state(index) is not FrameState.ABSENT]
    assert len(at_hand) >= NEAR - 1
    assert bench.state(NEAR + 5) is FrameState.ABSENT, "they need not wait for all the rest"


def test_samples_come_when_nothing_else_has_room() -> None:
    bench = bench_of(300, FEW_FRAMES)
    look(bench, 0, [290, 200, 100])
    bench.settle()
    assert {290, 200, 100} <= set(bench.small_pictures())
    assert bench.loader.activity().memory_used <= FEW_FRAMES
    assert not {290, 200, 100} & set(bench.ready())
    assert len(bench.storage.reads) < 100


def test_without_memory_samples_come_to_rest() -> None:
    bench = bench_of(100, 0)
    look(bench, 0, range(0, 100, 10))
    bench.settle()
    assert bench.small_pictures() == []


def test_few_samples_are_under_way_at_once() -> None:
    samples = range(100, 250, 10)
    bench = bench_of(250)
    look(bench, 0, samples)
    most = 0
    for _ in range(300):
        under_way = [index for index in samples if bench.state(index) in {FrameState.READING, FrameState.ENCODED}]
        most = max(most, len(under_way))
        assert finish_one(bench)
    assert most == THUMBNAILS_AT_ONCE
    assert set(samples) <= set(bench.small_pictures())


def test_a_jump_among_samples_is_read_at_once() -> None:
    bench = Bench(1000, reads_at_once=2)
    look(bench, 0, range(100, 1000, 50))
    while not set(bench.reading()) & set(range(100, 1000, 50)):
        assert finish_one(bench)
    bench.show(777)
    assert 777 in bench.reading()


def test_a_sample_under_way_is_not_given_up_for_a_step() -> None:
    bench = bench_of(1000)
    look(bench, 0, [900])
    while 900 not in bench.reading():
        assert finish_one(bench)
    under_way = bench.loader.reads.transfer(bench.paths[900])
    look(bench, 1, [900])
    assert bench.loader.reads.transfer(bench.paths[900]) is under_way


def test_samples_make_room_for_their_small_pictures() -> None:
    for budget in range(7000, 7500, 50):
        bench = bench_of(300, budget)
        look(bench, 0, range(50, 300, 10))
        bench.settle()
        assert len(bench.small_pictures()) > 20
        assert bench.loader.activity().memory_used <= budget


def test_a_sample_is_taken_once_even_if_its_small_picture_was_given_up() -> None:
    bench = bench_of(300, 200 * THUMBNAILS_SHARE)
    bench.loader.set_budget(200 * THUMBNAILS_SHARE, 0.05)  # room for 12 small pictures, and hardly a file
    samples = range(0, 300, 8)
    for index in (150, 151, 150):
        look(bench, index, samples)
        bench.settle()
    assert len(set(samples) & set(bench.small_pictures())) < len(samples)
    for index in samples:
        if abs(index - 150) > 50:
            assert bench.numbers_read().count(index) == 1


def test_frames_that_are_here_are_not_sampled() -> None:
    bench = Bench(40)  # leaves no small pictures
    bench.visit(0)
    look(bench, 0, range(40))
    bench.settle()
    assert len(bench.storage.reads) == len(bench.decoded) == 40


def test_what_is_needed_soon_anyway_is_not_decoded_twice_for_being_a_sample() -> None:
    bench = bench_of(200)
    look(bench, 0, range(0, 200, 8))
    bench.settle()
    assert bench.ready() == list(range(200))
    assert len(bench.storage.reads) == len(bench.decoded) == 200


def test_a_sample_that_becomes_wanted_while_it_is_read_is_read_and_decoded_once() -> None:
    bench = bench_of(1000)
    bench.storage.files[bench.paths[777]] = file(30, 10)
    look(bench, 0, [777])
    while 777 not in bench.reading():
        assert finish_one(bench)
    path = bench.show(777)
    while not bench.loader.holdings.is_ready(path):
        assert finish_one(bench)
    assert bench.numbers_read().count(777) == 1
    assert bench.made.count(Size(30, 10)) == 1


def test_a_sample_that_becomes_wanted_while_it_is_decoded_is_shown_at_its_end() -> None:
    bench = bench_of(300, FEW_FRAMES)
    bench.loader.set_budget(FEW_FRAMES, 0.02)
    bench.loader.set_fit_size(Size(5, 5))
    bench.storage.files[bench.paths[290]] = file(30, 10, length=1000)
    bench.visit(0)
    look(bench, 0, [290])
    bench.readers.finish()
    assert bench.state(290) is FrameState.ABSENT, "there is no room for its bytes"
    assert bench.loader.activity().decoding == 1
    path = bench.show(290)
    bench.decoders.finish()
    assert bench.loader.holdings.is_ready(path)
    bench.settle()
    assert bench.numbers_read().count(290) == bench.made.count(Size(30, 10)) == 1
    assert set(bench.decoded) == {Size(5, 5)}


def test_samples_are_not_decoded_while_the_wanted_frame_is_waited_for() -> None:
    bench = bench_of(250)
    look(bench, 0, [225])
    while 225 not in bench.reading():
        assert finish_one(bench)
    bench.show(125)
    bench.decoders.finish_all()
    while 225 in bench.reading():
        bench.readers.finish()
    assert 125 in bench.reading()
    assert bench.decoders.waiting == []
    bench.settle()
    assert 225 in bench.small_pictures()


def test_samples_whose_reads_had_to_give_way_are_taken_later() -> None:
    samples = [900, 800, 700]
    bench = bench_of(1000)
    bench.loader.reads.set_reads_at_once(2)
    for index in range(4):
        look(bench, index, samples)
        while not set(samples) & set(bench.reading()):
            assert finish_one(bench)
        bench.loader.reads.set_reads_at_once(1)
        look(bench, 500 + index, samples)
        assert bench.reading() == [500 + index]
        bench.loader.reads.set_reads_at_once(2)
    look(bench, 0, samples)
    while not set(samples) <= set(bench.small_pictures()):
        assert finish_one(bench)
    assert bench.state(300) is FrameState.ABSENT


def test_a_sample_that_could_not_be_read_is_taken_when_it_can() -> None:
    bench = bench_of(300, FEW_FRAMES)
    bench.storage.files[bench.paths[200]] = broken(bench.paths[200])
    look(bench, 0, [200, 250])
    bench.settle()
    assert 250 in bench.small_pictures()
    bench.storage.files[bench.paths[200]] = file()
    look(bench, 0, [200, 250])
    bench.settle()
    assert bench.numbers_read().count(200) == 1, "not before it is time to try again"
    bench.loop.advance(RETRY_AFTER)
    look(bench, 0, [200, 250])
    bench.settle()
    assert 200 in bench.small_pictures()


def test_a_damaged_sample_is_taken_once_and_the_others_come() -> None:
    bench = bench_of(300, FEW_FRAMES)
    bench.storage.files[bench.paths[200]] = DAMAGED
    for _ in range(3):
        look(bench, 0, [200, 250])
        bench.settle()
    assert 250 in bench.small_pictures()
    assert bench.numbers_read().count(200) == 1


def test_a_share_that_is_away_is_not_asked_for_samples() -> None:
    bench = bench_of(300, FEW_FRAMES)
    bench.visit(0)
    for path in bench.paths:
        bench.storage.files[path] = broken(path)
    look(bench, 0, range(100, 300, 10))
    bench.settle()
    assert bench.loader.failures.away is not None
    assert len([index for index in bench.numbers_read() if index >= 100]) <= 4


def test_another_folder_ends_the_sampling() -> None:
    bench = bench_of(250)
    look(bench, 0, [225, 200, 175])
    while not {225, 200} <= set(bench.reading()):
        assert finish_one(bench)
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    assert bench.reading() == []
    bench.settle()
    look(bench, 0, [175, 150])
    bench.settle()
    assert {175, 150} <= set(bench.small_pictures())


def test_in_another_folder_samples_are_taken_anew() -> None:
    bench = bench_of(100, 0)
    for times in (1, 1, 2):
        if times == 2:
            bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
        look(bench, 0, [90])
        bench.settle()
        assert bench.numbers_read().count(90) == times


def test_a_reloaded_sample_is_taken_again() -> None:
    bench = bench_of(300, FEW_FRAMES)
    look(bench, 0, [200])
    bench.settle()
    bench.loader.reload([bench.paths[200]])
    look(bench, 0, [200])
    bench.settle()
    assert 200 in bench.small_pictures()
    assert bench.numbers_read().count(200) == 2


def test_all_samples_on_this_disk_are_fetched_from_there() -> None:
    cache = MemoryFileCache()
    bench = bench_of(300, FEW_FRAMES, file_cache=cache)
    for path, content in bench.storage.files.items():
        assert isinstance(content, bytes)
        cache.put(path, content, len(content), 0)
    bench.loader.note_on_disk(set(bench.paths))
    look(bench, 0, range(100, 300, 10))
    bench.settle()
    assert set(range(100, 300, 10)) <= set(bench.small_pictures())
    assert bench.storage.reads == []


def test_samples_that_are_damaged_on_this_disk_are_read() -> None:
    cache = MemoryFileCache()
    bench = bench_of(300, FEW_FRAMES, file_cache=cache)
    samples = [290, 280, 270, 260]
    bench.loader.note_on_disk({bench.paths[index] for index in samples})
    for _ in range(2):
        look(bench, 0, samples)
        bench.settle()
    assert set(samples) <= set(bench.small_pictures())
    assert set(samples) <= set(bench.numbers_read())


def test_samples_that_gave_way_to_frames_passed_by_are_taken_later() -> None:
    samples = [900, 800]
    bench = bench_of(1000)
    bench.loader.reads.set_reads_at_once(8)
    look(bench, 0, samples)
    while not set(samples) <= set(bench.reading()):
        assert finish_one(bench)
    for index in set(bench.reading()) - set(samples):
        transfer = bench.loader.reads.transfer(bench.paths[index])
        assert transfer is not None
        transfer.total, transfer.received = 100, 10
    bench.plan(Playhead(1000, 500), in_passing=True)
    assert not set(samples) & set(bench.reading())
    look(bench, 0, samples)
    while not set(samples) <= set(bench.small_pictures()):
        assert finish_one(bench)
    assert bench.state(300) is FrameState.ABSENT


def test_while_frames_are_passed_by_nothing_is_sampled() -> None:
    bench = bench_of(300, FEW_FRAMES)
    bench.plan(Playhead(300, 0), thumbnails=range(100, 300, 10), in_passing=True)
    bench.settle()
    assert bench.numbers_read() == [0]


@given(
    st.lists(st.integers(0, 199), max_size=6),
    st.lists(st.integers(0, 199), max_size=20),
    st.integers(0, 20_000),
)
def test_whatever_is_sampled_it_comes_to_rest_within_the_memory(
    walk: list[int], samples: list[int], budget: int
) -> None:
    bench = bench_of(200, budget)
    for index in [*walk, 0]:
        look(bench, index, samples)
        bench.settle()
        used = bench.loader.activity().memory_used
        small = 16 * len(bench.small_pictures())
        assert small <= budget // THUMBNAILS_SHARE
        assert used <= max(budget, 400 + small)
    if budget >= 16 * THUMBNAILS_SHARE * 200:
        assert set(samples) <= set(bench.small_pictures())


# Small pictures that are in the files


LARGE = file(length=HEADS_FROM)


def camera(head: Buffer) -> Preview | None:
    """Finds a small picture in every file but those whose picture is 66 wide."""
    assert memoryview(head).nbytes == HEAD
    width, height = (int(each) for each in bytes(head).split()[1].split(b"x"))
    return None if width == 66 else Preview(frame(Size(2, 2)), Size(width, height))


def cameras(count: int, preview: Callable[[Buffer], Preview | None] = camera, *, checkers: int = 0) -> Bench:
    bench = Bench([LARGE] * count, preview=preview, budget=60 * HEADS_FROM, checkers=checkers)
    bench.small = Size(2, 2)
    return bench


def test_of_files_that_hold_small_pictures_only_the_heads_are_read_far_away() -> None:
    bench = cameras(1000)
    look(bench, 0, [500, 600])
    while 600 not in bench.small_pictures():
        assert finish_one(bench)
    assert bench.loader.state(bench.paths[500]) is FrameState.ABSENT
    assert bench.loader.stamp(bench.paths[500]) is None
    others = len(set(bench.numbers_read()) - {500, 600})
    assert bench.storage.sent <= others * HEADS_FROM + 2 * HEAD
    picture = bench.loader.holdings.stand_in(bench.paths[600])
    assert picture is not None
    assert picture.size == (10, 10)


def test_what_was_read_as_a_head_is_not_read_again() -> None:
    bench = cameras(250)
    look(bench, 0, [125])
    while 125 not in bench.small_pictures():
        assert finish_one(bench)
    transfer = bench.loader.reads.transfer(bench.show(125))
    assert transfer is not None
    assert transfer.received == HEAD
    bench.settle()
    assert bench.loader.holdings.is_ready(bench.paths[125])


def test_a_frame_that_is_wanted_while_its_head_is_read_is_read_whole_at_once() -> None:
    bench = cameras(250)
    look(bench, 0, [125])
    while 125 not in bench.reading():
        assert finish_one(bench)
    path = bench.show(125)
    transfer = bench.loader.reads.transfer(path)
    assert transfer is not None
    assert transfer.urgent
    bench.settle()
    assert bench.loader.holdings.is_ready(path)


def test_files_without_small_pictures_are_read_whole() -> None:
    bench = cameras(1000, lambda _head: None)
    look(bench, 0, [500])
    while 500 not in bench.small_pictures():
        assert finish_one(bench)
    assert bench.loader.state(bench.paths[500]) is not FrameState.ABSENT


def test_a_file_that_holds_none_among_others_that_do_is_read_whole() -> None:
    bench = cameras(250)
    bench.storage.files[bench.paths[125]] = file(66, 10, HEADS_FROM)
    look(bench, 0, [125, 150])
    while not {125, 150} <= set(bench.small_pictures()):
        assert finish_one(bench)
    assert bench.made.count(Size(66, 10)) == 1


def test_a_head_that_could_not_be_read_says_nothing_of_the_others() -> None:
    bench = cameras(1000)
    bench.storage.files[bench.paths[500]] = broken(bench.paths[500])
    look(bench, 0, [500, 600])
    while 600 not in bench.small_pictures():
        assert finish_one(bench)
    assert bench.state(500) is FrameState.FAILED
    assert bench.state(600) is FrameState.ABSENT


def test_a_small_picture_of_a_head_is_confirmed_as_files_are() -> None:
    bench = cameras(1000, checkers=16)
    path = bench.paths[500]
    bench.loader.use_link("/shot")
    look(bench, 0, [500])
    while 500 not in bench.small_pictures():
        assert finish_one(bench)
    assert bench.loader.confirms.doubt(path) is None
    bench.storage.modified[path] = 1
    bench.loader.confirms.suspect()
    for _ in range(5):
        bench.loop.advance(0.2)
        bench.checkers.finish_all()
    assert 500 not in bench.small_pictures()


def test_small_files_are_read_whole() -> None:
    bench = Bench(1000, preview=lambda _head: Preview(frame(Size(2, 2)), Size(10, 10)))
    bench.small = Size(2, 2)
    look(bench, 0, [500])
    while 500 not in bench.small_pictures():
        assert finish_one(bench)
    assert bench.loader.state(bench.paths[500]) is not FrameState.ABSENT
