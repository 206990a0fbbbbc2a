"""The loader while somebody passes frames by faster than the line brings them."""

from __future__ import annotations

import itertools

import pytest
from doubles import MemoryFileCache, broken
from hypothesis import given
from hypothesis import strategies as st
from loading import Bench, file

from viewer.core.load.frame_state import FrameState
from viewer.core.load.read_lane import HANGING, RUSHED, TICK
from viewer.core.play.playhead import Playhead

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")


def pass_by(bench: Bench, index: int) -> str:
    bench.plan(Playhead(len(bench.paths), index), in_passing=True)
    return bench.paths[index]


def held(bench: Bench) -> list[int]:
    """Returns the frames that are opened and no more."""
    transfers = {index: bench.loader.reads.transfer(bench.paths[index]) for index in bench.reading()}
    return [index for index, transfer in transfers.items() if transfer is not None and transfer.held]


def test_reads_that_have_begun_are_let_finish_and_only_the_newest_follows_them() -> None:
    bench = Bench(1000)
    for index in range(0, 200, 10):
        pass_by(bench, index)
    going_on = [10 * place for place in range(RUSHED)]
    assert bench.reading() == [*going_on, 190]
    assert held(bench) == [190]
    assert bench.state(100) is FrameState.ABSENT


def test_when_a_read_has_ended_the_newest_goes_on() -> None:
    bench = Bench(1000)
    for index in range(0, 200, 10):
        pass_by(bench, index)
    bench.readers.finish()
    assert 190 in bench.reading()
    assert held(bench) == []


def test_what_has_come_is_decoded_at_once_though_it_was_passed_by() -> None:
    bench = Bench(1000)
    for index in (0, 10, 20):
        pass_by(bench, index)
    bench.readers.finish()
    assert bench.loader.activity().decoding == 1
    bench.decoders.finish()
    assert bench.ready() == [0]


def test_what_has_come_is_decoded_though_there_is_no_room_for_its_bytes() -> None:
    bench = Bench([file(length=300)] * 1000, 2000, files_share=0.05)
    for index in (0, 10, 20):
        pass_by(bench, index)
    bench.readers.finish()
    assert bench.state(0) is FrameState.ABSENT
    bench.decoders.finish()
    assert bench.ready() == [0]


def test_one_after_the_other_is_shown_however_long_it_goes_on() -> None:
    bench = Bench(1000)
    index = 0
    for _ in range(50):
        for _ in range(4):
            pass_by(bench, index := index + 1)
        assert len(bench.reading()) <= RUSHED + 1
        while not bench.decoders.waiting:
            bench.readers.finish()
        bench.decoders.finish()
    shown = bench.ready()
    assert len(shown) == 50
    assert all(later - earlier <= 4 for earlier, later in itertools.pairwise(shown))


def test_no_frame_is_read_ahead() -> None:
    bench = Bench(1000)
    pass_by(bench, 500)
    bench.settle()
    assert bench.numbers_read() == [500]
    assert bench.ready() == [500]


def test_the_newest_frame_is_told_to_be_read_and_the_ones_given_up_not_to_be() -> None:
    bench = Bench(1000)
    for index in (0, 10, 20, 30):
        pass_by(bench, index)
    bench.changes.clear()
    pass_by(bench, 40)
    assert {bench.paths[30], bench.paths[40]} <= set(bench.changes)
    assert (bench.state(30), bench.state(40)) == (FrameState.ABSENT, FrameState.READING)


def test_where_it_comes_to_rest_the_frame_has_the_line_and_the_passed_ones_are_given_up() -> None:
    bench = Bench(320)
    for index in range(0, 400, 100):
        pass_by(bench, index)
    path = bench.show(300)
    transfer = bench.loader.reads.transfer(path)
    assert transfer is not None
    assert transfer.urgent
    assert not transfer.held
    assert not {0, 100, 200} & set(bench.reading())
    assert held(bench) == []
    bench.settle()
    assert {300, 301, 302, 299} <= set(bench.ready())
    assert bench.numbers_read().count(300) == 1


def test_where_it_comes_to_rest_a_read_that_is_nearly_done_is_let_finish() -> None:
    bench = Bench(1000)
    for index in (0, 100, 200):
        pass_by(bench, index)
    nearly = bench.loader.reads.transfer(bench.paths[0])
    assert nearly is not None
    nearly.total, nearly.received = 100, 80
    bench.show(200)
    assert 0 in bench.reading()
    assert 100 not in bench.reading()


def test_reads_ahead_that_are_furthest_are_let_finish_when_it_begins() -> None:
    bench = Bench(1000)
    bench.loader.reads.set_reads_at_once(8)
    bench.show(0)
    for index, received in ((2, 10), (4, 30), (5, 20)):
        transfer = bench.loader.reads.transfer(bench.paths[index])
        assert transfer is not None
        transfer.total, transfer.received = 100, received
    pass_by(bench, 500)
    assert bench.reading() == [2, 4, 5, 500]


def test_a_frame_on_this_disk_is_fetched_in_passing_too() -> None:
    cache = MemoryFileCache()
    bench = Bench(100, file_cache=cache)
    cache.put(bench.paths[50], file(), 40, 0)
    bench.loader.note_on_disk({bench.paths[50]})
    path = pass_by(bench, 50)
    bench.settle()
    assert bench.loader.holdings.is_ready(path)
    assert bench.storage.reads == []


def test_a_frame_that_was_read_twice_over_is_decoded_once_at_a_time() -> None:
    bench = Bench(100)
    path = pass_by(bench, 50)
    bench.readers.finish()
    bench.loader.reload([path])
    bench.loop.turn()
    bench.readers.finish()
    assert len(bench.decoders.waiting) == bench.loader.activity().decoding == 1
    bench.settle()
    assert bench.loader.holdings.is_ready(path)


def test_a_frame_that_failed_is_not_asked_for_again_in_passing() -> None:
    bench = Bench(100)
    bench.storage.files[bench.paths[50]] = broken(bench.paths[50])
    pass_by(bench, 50)
    bench.settle()
    pass_by(bench, 51)
    pass_by(bench, 50)
    bench.settle()
    assert bench.numbers_read() == [50, 51]


def test_a_share_that_hangs_does_not_take_all_hands() -> None:
    bench = Bench(10_000)
    bench.loader.reads.set_give_up_after(1.0)
    for index in range(0, 10 * HANGING, 10):
        pass_by(bench, index)
    bench.loop.advance(1.0 + 2 * TICK)
    assert bench.loader.failures.away is not None
    waiting = len(bench.readers.waiting)
    for index in range(1000, 3000, 10):
        pass_by(bench, index)
    assert len(bench.readers.waiting) <= waiting + 1


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30),
    st.integers(0, 8000),
    st.integers(1, 6),
)
def test_however_frames_are_passed_by_the_last_one_is_shown_at_rest(
    walk: list[tuple[int, int, int]], budget: int, reads_at_once: int
) -> None:
    bench = Bench(100, budget, reads_at_once=reads_at_once, max_workers=200)
    for index, reads, decodes in walk:
        pass_by(bench, index)
        assert len(bench.reading()) <= RUSHED + 1
        for _ in range(min(reads, len(bench.readers.waiting))):
            bench.readers.finish()
        for _ in range(min(decodes, len(bench.decoders.waiting))):
            bench.decoders.finish()
    bench.settle()
    last = bench.paths[walk[-1][0]]
    assert bench.loader.holdings.is_ready(last), "also without a rest"
    bench.show(walk[-1][0])
    bench.settle()
    assert bench.loader.holdings.is_ready(last)
    assert held(bench) == []
