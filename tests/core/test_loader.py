"""The loader, with a loop that is turned and jobs that are finished by hand."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryFileCache, broken
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from loading import DAMAGED, PLENTY, Bench, file

from viewer.core.computer_memory import ComputerMemory
from viewer.core.errors import CancelledError, DamagedImageError, DecodeError, ImageTooLargeError, StorageError
from viewer.core.frame import Size
from viewer.core.load import right_of_way
from viewer.core.load.completing import AT_REST
from viewer.core.load.decode_lane import COMFORTABLE_LEAD, SHORT_LEAD
from viewer.core.load.frame_state import FrameState
from viewer.core.load.frame_tally import THUMBNAILS_SHARE
from viewer.core.load.holdings import ORDINARY_BYTES
from viewer.core.load.loader import NEAR
from viewer.core.load.plan import Plan
from viewer.core.load.reach import FAR_AFTER, FARTHEST
from viewer.core.load.read_lane import KEEP_READING_WITHIN
from viewer.core.play.playhead import Playhead, Repeat
from viewer.core.records import replace
from viewer.core.retry import RETRY_AFTER, RETRY_AFTER_MOST
from viewer.core.storage.transfer import Gate
from viewer.core.units import GB, MB

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")


# The wanted frame goes first


def test_nothing_is_loaded_without_a_plan() -> None:
    bench = Bench(10)
    bench.settle()
    assert bench.storage.reads == []


def test_the_wanted_frame_is_read_first_and_the_others_in_the_order_of_need() -> None:
    bench = Bench(10)
    bench.visit(5)
    assert bench.numbers_read() == [5, 6, 7, 8, 4, 9, 3, 2, 1, 0]
    assert bench.ready() == list(range(10))


def test_one_reader_is_kept_for_the_wanted_frame() -> None:
    bench = Bench(200)
    bench.visit(0)
    bench.loader.clear()
    bench.show(0)
    bench.readers.finish()  # the wanted one
    assert len(bench.reading()) == 3
    bench.show(100)
    assert 100 in bench.reading()


def test_a_single_reader_at_once_reads_ahead_too() -> None:
    bench = Bench(5, reads_at_once=1)
    bench.visit(0)
    assert bench.ready() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("reads_at_once", [1, 2, 4])
def test_a_new_wanted_frame_nearby_is_read_at_once_whatever_is_under_way(reads_at_once: int) -> None:
    bench = Bench(100, reads_at_once=reads_at_once)
    for index in (0, 10, 20, 30):
        bench.show(index)
        assert index in bench.reading()
        assert len(bench.reading()) <= reads_at_once


def test_frames_whose_reads_hang_hold_up_none_that_is_wanted_later() -> None:
    bench = Bench(40)
    for index in range(20):
        bench.show(index)
        assert index in bench.reading()


def test_with_enough_frames_here_decoding_rests_as_long_as_it_works() -> None:
    bench = Bench(COMFORTABLE_LEAD + 20)
    bench.takes = 0.02
    bench.show(0)
    while len(bench.ready()) < COMFORTABLE_LEAD:
        (bench.decoders if bench.decoders.waiting else bench.readers).finish()
    while bench.readers.waiting:
        bench.readers.finish()
    assert bench.decoders.waiting == []
    bench.loop.advance(0.019)
    assert bench.decoders.waiting == []
    bench.loop.advance(0.002)
    assert len(bench.decoders.waiting) == 1


def test_a_frame_that_needs_no_copy_any_more_is_held_only_once() -> None:
    bench = Bench([file(20, 10)])
    bench.loader.set_fit_size(Size(10, 5))
    bench.visit(0)
    bench.loader.set_fit_size(Size(20, 10))
    bench.settle()
    assert bench.loader.activity().memory_used == 20 * 10 * 4 + 40


def test_after_a_giant_another_folder_is_decoded_by_all_hands_again() -> None:
    bench = Bench([file(5000, 4000), *[file()] * 5], decoders=2)
    bench.visit(0)
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    bench.loader.reload(bench.paths[1:])
    bench.show(1)
    while bench.readers.waiting:
        bench.readers.finish()
    bench.decoders.finish()  # the wanted one
    assert len(bench.decoders.waiting) == 2


def test_one_decoder_is_kept_for_the_wanted_frame_once_a_few_are_ahead_of_it() -> None:
    bench = Bench(SHORT_LEAD + 40, decoders=3)
    bench.show(0)
    while bench.readers.waiting:
        bench.readers.finish()
    assert len(bench.decoders.waiting) == 1, "the wanted one goes alone"
    bench.decoders.finish()
    assert len(bench.decoders.waiting) == 3, "then all look ahead"
    while len(bench.ready()) < SHORT_LEAD:
        bench.decoders.finish()
    while len(bench.decoders.waiting) > 2:
        bench.decoders.finish()
    assert len(bench.decoders.waiting) == 2
    bench.show(SHORT_LEAD + 5)
    assert len(bench.decoders.waiting) == 3, "the one kept is for what is wanted now"


def test_no_other_decode_begins_until_the_wanted_frame_is_decoded() -> None:
    bench = Bench(100)
    bench.show(0)
    for _ in range(6):
        bench.readers.finish(1)
    assert [bench.state(index) for index in (1, 2, 3)] == [FrameState.ENCODED] * 3
    assert bench.decoders.waiting == []
    bench.readers.finish(0)
    assert len(bench.decoders.waiting) == 1
    bench.decoders.finish()
    assert bench.ready() == [0]
    assert len(bench.decoders.waiting) == 2


def test_a_single_decoder_serves_the_wanted_frame_and_then_the_others() -> None:
    bench = Bench(5, decoders=1)
    bench.visit(2)
    assert bench.ready() == [0, 1, 2, 3, 4]


def test_the_gate_is_closed_only_while_the_wanted_frame_is_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    gates: list[WatchedGate] = []

    class WatchedGate(Gate):
        def __init__(self) -> None:
            super().__init__()
            self.is_open = True
            gates.append(self)

        def set_open(self, *, is_open: bool) -> None:
            self.is_open = is_open
            super().set_open(is_open=is_open)

    monkeypatch.setattr(right_of_way, "Gate", WatchedGate)
    bench = Bench(10)

    def is_open() -> bool:
        (gate,) = gates
        return gate.is_open

    bench.show(0)
    assert not is_open()
    bench.readers.finish(0)
    assert is_open()
    bench.show(9)
    assert not is_open()
    bench.loader.reload([bench.paths[9]])
    bench.settle()
    assert is_open()
    bench.loader.clear()
    bench.loop.turn()
    assert not is_open()
    bench.loader.close()
    assert is_open()


def test_only_the_wanted_read_is_urgent() -> None:
    bench = Bench(10)
    bench.show(0)
    transfers = {index: bench.loader.reads.transfer(bench.paths[index]) for index in bench.reading()}
    assert {index: each is not None and each.urgent for index, each in transfers.items()} == {
        0: True,
        1: False,
        2: False,
    }
    bench.show(2)
    assert [index for index, each in transfers.items() if each is not None and each.urgent] == [2]


# A plan replaces the last


def test_obsolete_reads_are_cancelled_and_never_happen() -> None:
    bench = Bench(200)
    bench.show(0)
    bench.visit(100)
    assert not {0, 1, 2, 3} & set(bench.numbers_read()[:100])


def test_reads_that_will_be_needed_soon_are_kept() -> None:
    bench = Bench(200)
    bench.show(0)
    bench.show(2)
    assert bench.reading() == [0, 1, 2]
    bench.settle()
    assert len(bench.storage.reads) == len(set(bench.storage.reads)) == 200


def test_a_read_is_given_up_when_it_is_no_longer_among_the_next() -> None:
    bench = Bench(1000)
    bench.show(0)
    bench.show(KEEP_READING_WITHIN)
    assert 0 not in bench.reading()
    assert bench.state(0) is FrameState.ABSENT


def test_reads_far_ahead_of_what_is_here_are_kept_while_stepping() -> None:
    bench = Bench(300)
    bench.show(0)
    for _ in range(100):
        bench.readers.finish()
        while bench.decoders.waiting:
            bench.decoders.finish()
    under_way = bench.reading()
    for index in (1, 2, 3, 2, 1):
        bench.show(index)
        assert bench.reading() == under_way


def test_a_plan_that_wants_nothing_stops_everything() -> None:
    bench = Bench(100)
    bench.show(0)
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    bench.settle()
    assert bench.storage.reads == []
    assert bench.loader.activity().reading == 0


def test_what_is_wanted_twice_is_read_once() -> None:
    bench = Bench(5)
    for _ in range(10):
        bench.show(0)
    bench.visit(0)
    assert sorted(bench.numbers_read()) == [0, 1, 2, 3, 4]


def test_going_back_and_forth_reads_and_decodes_nothing_again() -> None:
    bench = Bench(50)
    for index in [*range(20), *range(20, 10, -1), 49, 0, 25]:
        bench.visit(index)
    assert len(bench.storage.reads) == len(bench.decoded) == 50


def test_frames_too_far_for_memory_are_held_as_files_so_nothing_is_read_twice() -> None:
    bench = Bench(30, budget=400 * 5 * 4 // 3)  # five frames, and 16 files of 40 bytes
    for index in range(15):
        bench.visit(index)
    reads = len(bench.storage.reads)
    assert len(set(bench.storage.reads)) == reads
    bench.visit(13)
    assert not set(bench.numbers_read()[reads:]) & set(range(11, 27))
    assert 9 not in bench.ready()


def test_frames_whose_files_are_here_are_gone_through_once_and_not_for_each_decode() -> None:
    bench = Bench(200)
    taken, take = itertools.count(), bench.loader.holdings.take
    bench.loader.holdings.take = lambda *args: (next(taken), take(*args))[1]  # type: ignore[method-assign]
    bench.show(0)
    for _ in range(8):
        while bench.readers.waiting:
            bench.readers.finish()
        bench.loop.advance(FAR_AFTER)
    before = next(taken)
    for _ in range(60):
        (bench.decoders if bench.decoders.waiting else bench.readers).finish()
    assert next(taken) - before < 60 * 8
    bench.settle()
    assert len(bench.ready()) == 200


def test_a_plan_is_read_only_as_far_as_there_is_room() -> None:
    bench = Bench(10, budget=4000)
    bench.visit(0)
    asked = itertools.count()
    need = {path: float(index) for index, path in enumerate(bench.paths)}

    def order() -> Iterator[str]:
        for path in bench.paths:
            next(asked)
            yield path
        for number in range(100_000):
            next(asked)
            yield f"/other/{number}"

    bench.loader.replace_plan(Plan(bench.paths[0], order(), lambda path: need.get(path, 1e6)))
    bench.settle()
    assert next(asked) <= 3 * KEEP_READING_WITHIN  # ten that are there, and as many as have room of the others


def test_a_plan_of_a_hundred_thousand_frames_is_never_read_to_its_end() -> None:
    asked = itertools.count()
    needs = itertools.count()

    def order() -> Iterator[str]:
        for number in range(100_000):
            next(asked)
            yield f"/shot/{number:06}.png"

    def need(path: str) -> float:
        next(needs)
        return int(path[6:12])

    bench = Bench(FARTHEST + 10)
    bench.loader.replace_plan(Plan(bench.paths[0], order(), need))
    bench.settle()
    assert bench.loader.activity().frames_held == FARTHEST + 10
    before = next(needs)
    bench.loader.replace_plan(Plan(bench.paths[0], order(), need))
    bench.loop.turn()
    assert next(asked) <= 3 * FARTHEST + 100
    assert next(needs) - before < 10  # nothing is sorted while everything fits


def test_with_all_frames_here_nothing_is_looked_for_until_others_are_part_of_the_sequence() -> None:
    bench, asked, began = Bench(210), itertools.count(), 0

    def plan(first: int) -> Plan:
        paths = bench.paths[first : first + 200]

        def order() -> Iterator[str]:
            for path in paths:
                next(asked)
                yield path

        needs = {path: float(index) for index, path in enumerate(paths)}
        return Plan(paths[0], order(), lambda path: needs.get(path, math.inf), whole=paths)

    here, began = plan(0), 0
    for each in (here, replace(plan(0), whole=here.whole)):
        began = next(asked)
        bench.loader.replace_plan(each)
        bench.settle()
        assert bench.loader.activity().frames_held == 200
    assert next(asked) - began < 2 * NEAR
    bench.loader.replace_plan(plan(10))  # as many of them, though not the same
    bench.loop.advance(FAR_AFTER)
    bench.settle()
    assert all(path in bench.loader.holdings.shown for path in bench.paths[10:])


# Memory


def test_a_frame_larger_than_the_frames_share_is_kept_while_it_is_wanted() -> None:
    bench = Bench([file(100, 100)] * 5, budget=10_000)
    path = bench.visit(0)
    assert bench.loader.holdings.is_ready(path)
    assert bench.ready() == [0]
    assert len(bench.decoded) == 1
    bench.visit(1)
    assert bench.ready() == [1]


def test_a_frame_refused_for_its_size_is_not_planned_again() -> None:
    bench = Bench([file(), file(), file(), file(100, 100)], budget=10_000)
    bench.visit(0)
    bench.visit(0)
    assert len(bench.decoded) == len(bench.storage.reads) == 4
    assert bench.ready() == [0, 1, 2]


def test_the_files_give_way_to_a_giant_and_come_back_after_it() -> None:
    bench = Bench([file(50, 50), *[file(length=100)] * 19], budget=10_000)
    bench.visit(0)
    assert bench.loader.activity().files_held == 0
    bench.visit(10)
    assert bench.loader.activity().files_held == 20
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    assert bench.loader.activity().files_held == 20


def test_one_giant_does_not_end_the_looking_ahead() -> None:
    bench = Bench([file(), file(200, 200, 5000), *[file()] * 48], budget=16_000)
    bench.visit(1)
    for index in range(2, 12):
        bench.visit(index)
    assert {11, 12, 13, 14, 15} <= set(bench.ready())


def test_files_nearly_as_large_as_their_share_are_still_read_ahead_and_come_to_rest() -> None:
    bench = Bench([file(length=900)] * 20, budget=4000)  # room for one file; seven frames
    bench.visit(5)
    assert {5, 6, 7} <= set(bench.ready())
    assert len(bench.numbers_read()) == len(bench.decoded)


@pytest.mark.parametrize("budget", [0, 1, 100, 500])
def test_without_memory_only_the_wanted_frame_is_held(budget: int) -> None:
    bench = Bench(20, budget=budget)
    for index in (0, 5, 6):
        path = bench.visit(index)
        assert bench.loader.holdings.is_ready(path)
        assert bench.ready() == [index]


def test_a_smaller_budget_applies_at_once_and_a_larger_one_is_filled() -> None:
    bench = Bench(20)
    bench.visit(0)
    bench.loader.set_budget(2000)
    assert bench.loader.activity().memory_used <= 2000
    assert 0 in bench.ready()
    bench.settle()
    assert bench.ready() == [0, 1, 2]
    bench.loader.set_budget(PLENTY, 0.5)
    bench.settle()
    assert bench.ready() == list(range(20))


def test_frames_at_their_own_size_beside_their_copies_stay_within_the_budget() -> None:
    bench = Bench([file(100, 100, 1000)] * 200, budget=400_000)
    bench.loader.set_fit_size(Size(20, 20))
    bench.visit(0)
    bench.rest()
    used = bench.loader.activity().memory_used
    assert 300_000 < used <= 400_000
    picture = bench.loader.holdings.picture(bench.paths[0])
    assert picture is not None
    assert picture.source is not None
    assert picture.display is not None


def test_the_bytes_of_the_frames_near_by_outlive_those_of_frames_left_behind() -> None:
    bench = Bench([file(length=100)] * 200, budget=16_000)  # 30 frames, 40 files
    for index in range(100):
        bench.visit(index)
    reads = len(bench.storage.reads)
    bench.loader.set_fit_size(Size(5, 5))
    bench.visit(99)
    assert {99, 100, 101, 102} <= set(bench.ready())
    assert not set(bench.numbers_read()[reads:]) & set(range(95, 115))


# The box


def test_a_new_box_decodes_again_from_the_bytes_without_reading() -> None:
    bench = Bench(10)
    bench.visit(0)
    reads = len(bench.storage.reads)
    bench.loader.set_fit_size(Size(5, 5))
    assert bench.ready() == []
    assert bench.loader.holdings.picture(bench.paths[0]) is not None
    bench.settle()
    assert bench.ready() == list(range(10))
    assert bench.decoded[-10:] == [Size(5, 5)] * 10
    assert len(bench.storage.reads) == reads


def test_a_box_that_changes_while_decoding_is_decoded_for_again() -> None:
    bench = Bench(1)
    bench.loader.set_fit_size(Size(5, 5))
    path = bench.show(0)
    bench.readers.finish()
    bench.loader.set_fit_size(Size(4, 4))
    bench.decoders.finish()
    assert bench.loader.state(path) is FrameState.DECODED
    assert not bench.loader.holdings.is_ready(path)
    bench.settle()
    assert bench.loader.holdings.is_ready(path)
    assert bench.decoded == [Size(5, 5), Size(4, 4)]


def test_small_frames_are_not_decoded_again_for_a_box_they_still_fit() -> None:
    bench = Bench(10)
    bench.loader.set_fit_size(Size(20, 20))
    bench.visit(0)
    for fit_size in (Size(10, 10), Size(500, 500), None, Size(11, 30)):
        bench.loader.set_fit_size(fit_size)
        bench.settle()
    assert len(bench.decoded) == 10
    bench.loader.set_fit_size(Size(5, 9))
    bench.settle()
    assert len(bench.decoded) == 20
    bench.loader.set_fit_size(Size(5, 30))  # changes the copies in no way
    bench.settle()
    assert bench.ready() == list(range(10))
    assert len(bench.decoded) == 20


def test_without_a_box_a_frame_is_ready_only_at_its_own_size() -> None:
    bench = Bench(1)
    bench.keeps_source = False
    bench.loader.set_fit_size(Size(5, 5))
    path = bench.visit(0)
    bench.loader.set_fit_size(None)
    assert not bench.loader.holdings.is_ready(path)
    bench.settle()
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.source is not None
    assert len(bench.storage.reads) == 1


def test_a_box_change_with_little_room_for_files_comes_to_rest() -> None:
    bench = Bench([file(length=200)] * 60, budget=4000, files_share=0.3)
    for index in range(20):
        bench.visit(index)
    for fit_size in (Size(5, 5), Size(8, 8), None, Size(3, 3)):
        bench.loader.set_fit_size(fit_size)
        bench.settle()
        assert 19 in bench.ready()
        assert 20 in bench.ready()


# Failures


def test_a_read_that_fails_is_tried_again_later_and_later() -> None:
    bench = Bench(1)
    path = bench.paths[0]
    bench.storage.files[path] = broken(path)
    bench.visit(0)
    assert bench.state(0) is FrameState.FAILED
    tries = []
    for _ in range(200):
        before = len(bench.storage.reads)
        bench.loop.advance(1.0)
        bench.settle()
        if len(bench.storage.reads) > before:
            tries.append(bench.loop.now())
    pauses = [later - earlier for earlier, later in itertools.pairwise([0.0, *tries])]
    assert pauses[:6] == [RETRY_AFTER, 2.0, 4.0, 8.0, 16.0, RETRY_AFTER_MOST]
    assert set(pauses[5:]) == {RETRY_AFTER_MOST}


def test_a_failed_frame_heals_when_the_share_comes_back() -> None:
    bench = Bench(1)
    path = bench.paths[0]
    bench.storage.files[path] = broken(path)
    bench.visit(0)
    error = bench.loader.failures.error(path)
    assert isinstance(error, StorageError)
    bench.visit(0)
    assert len(bench.storage.reads) == 1
    bench.storage.files[path] = file()
    bench.loop.advance(RETRY_AFTER)
    bench.settle()
    assert bench.loader.holdings.is_ready(path)
    assert bench.loader.failures.error(path) is None


def test_a_fresh_failure_is_not_kept_waiting_by_an_older_one() -> None:
    bench = Bench(2)
    old, new = bench.paths
    bench.storage.files[old] = broken(old)
    bench.visit(0)
    for _ in range(40):
        bench.loop.advance(1.0)
        bench.settle()
    bench.storage.files[new] = broken(new)
    bench.loader.reload([new])
    bench.settle()
    bench.storage.files[new] = file()
    bench.loop.advance(RETRY_AFTER)
    bench.settle()
    assert bench.state(1) is FrameState.DECODED


def test_after_several_failures_in_a_row_only_the_wanted_frame_is_tried() -> None:
    bench = Bench(100)
    for path in bench.paths:
        bench.storage.files[path] = broken(path)
    bench.visit(0)
    tried = len(bench.storage.reads)
    assert tried <= 5
    bench.visit(50)
    assert bench.numbers_read()[tried:] == [50]
    bench.storage.files.update(dict.fromkeys(bench.paths, file()))
    bench.visit(80)
    assert {79, 80, 81, 82} <= set(bench.ready())  # it goes on as soon as one read succeeds


def test_a_dead_share_is_not_stormed_and_everything_is_loaded_when_it_heals() -> None:
    bench = Bench(30)
    for path in bench.paths:
        bench.storage.files[path] = broken(path)
    bench.visit(0)
    for _ in range(60):
        bench.loop.advance(1.0)
        bench.settle()
    assert len(bench.storage.reads) < 4 * 61
    bench.storage.files.update(dict.fromkeys(bench.paths, file()))
    bench.loop.advance(RETRY_AFTER_MOST)
    bench.settle()
    bench.loop.advance(RETRY_AFTER_MOST)
    bench.settle()
    assert bench.ready() == list(range(30))


def test_a_frame_that_is_not_there_does_not_keep_the_others_away() -> None:
    bench = Bench(10)
    del bench.storage.files[bench.paths[3]]
    bench.visit(0)
    assert bench.ready() == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_a_damaged_file_is_not_tried_again_until_it_is_reloaded() -> None:
    bench = Bench([DAMAGED, file()])
    bench.visit(0)
    assert bench.state(0) is FrameState.FAILED
    assert isinstance(bench.loader.failures.error(bench.paths[0]), DamagedImageError)
    assert bench.ready() == [1]
    bench.loop.advance(1000)
    bench.visit(1)
    bench.visit(0)
    assert bench.numbers_read().count(0) == 1
    bench.storage.files[bench.paths[0]] = file()
    bench.loader.reload([bench.paths[0]])
    bench.settle()
    assert bench.ready() == [0, 1]


@pytest.mark.parametrize("error", [SystemExit(), KeyboardInterrupt(), MemoryError(), CancelledError("?"), OSError("x")])
def test_reads_and_decodes_that_raise_anything_at_all_fail_alone(error: BaseException) -> None:
    bench = Bench(2)
    bench.storage.files[bench.paths[0]] = error
    bench.visit(0)
    assert bench.state(0) is FrameState.FAILED
    assert bench.state(1) is FrameState.DECODED
    assert len(bench.storage.reads) == 2
    bench.decode_error = error
    bench.loader.reload([bench.paths[1]])
    bench.settle()
    assert bench.state(1) is FrameState.FAILED
    failure = bench.loader.failures.error(bench.paths[1])
    assert failure is error or isinstance(failure, DecodeError)


def test_a_kept_failure_does_not_hold_the_bytes_of_its_file() -> None:
    bench = Bench([DAMAGED])
    path = bench.visit(0)
    error = bench.loader.failures.error(path)
    assert error is not None
    assert error.__traceback__ is None


# Pictures too large to be decoded at once

LARGE = ORDINARY_BYTES // 4 + 1_000_000


def test_room_is_made_for_a_very_large_picture_and_it_is_tried_once_more() -> None:
    bench = Bench([file(LARGE, 1), file(), file()], budget=200 * MB)
    path = bench.visit(0)
    assert bench.loader.holdings.is_ready(path)
    assert bench.loader.failures.error(path) is None
    assert len(bench.storage.reads) == 3


def test_a_picture_that_the_cache_size_cannot_hold_is_refused_with_a_sentence() -> None:
    bench = Bench([file(LARGE, 1), file()], budget=1 * MB)
    path = bench.visit(0)
    error = bench.loader.failures.error(path)
    assert isinstance(error, ImageTooLargeError)
    assert str(error) == (
        "The picture needs 136 MB to be shown, but only 1.0 MB can be used. "
        "Raise the cache size in the preferences to see it, or leave less memory free."
    )
    assert bench.ready() == [1]
    bench.loader.set_budget(200 * MB)
    bench.settle()
    assert bench.ready() == [0, 1]


@pytest.mark.parametrize(
    ("memory", "sentence"),
    [
        (ComputerMemory(120 * MB, 1), "136 MB to be shown, more than the 120 MB of memory that this computer has."),
        (ComputerMemory(GB, 1), "136 MB to be shown, but only 1.0 MB can be used. Raise the cache size"),
        (None, "136 MB to be shown, but only 1.0 MB can be used. Raise the cache size"),
    ],
)
def test_no_cache_size_is_advised_that_the_computer_has_not(
    memory: ComputerMemory | None, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.core.load.holdings.computer_memory", lambda: memory)
    bench = Bench([file(LARGE, 1)], budget=1 * MB)
    assert f"The picture needs {sentence}" in str(bench.loader.failures.error(bench.visit(0)))


def test_a_decoder_that_refuses_whatever_is_allowed_is_asked_twice_and_believed() -> None:
    bench = Bench([file()], budget=200 * MB)
    bench.decode_error = ImageTooLargeError("More than any decoder takes.", 4 * LARGE)
    path = bench.visit(0)
    assert str(bench.loader.failures.error(path)) == "More than any decoder takes."


def test_a_very_large_picture_is_decoded_alone() -> None:
    bench = Bench([file(LARGE, 1), *[file()] * 20], budget=400 * MB, decoders=4)
    bench.visit(0)
    bench.loader.clear()
    bench.loop.turn()
    while bench.readers.waiting:
        bench.readers.finish()
        assert len(bench.decoders.waiting) <= 1


# Reads that hang


def test_hung_reads_that_were_given_up_do_not_take_the_places_of_others() -> None:
    bench = Bench(10_000)
    for jump in range(0, 5000, 1000):
        bench.show(jump)  # 3 reads begin that never end
    hung = len(bench.readers.waiting) - bench.loader.activity().reading
    assert hung == 12
    for _ in range(40):
        bench.readers.finish(hung)
        if bench.decoders.waiting:
            bench.decoders.finish()
    assert len(bench.ready()) > 10


def test_when_nearly_all_hands_hang_the_last_one_is_for_the_wanted_frame() -> None:
    bench = Bench(20_000)
    for jump in range(0, 10_000, 1000):
        bench.show(jump)
    assert len(bench.readers.waiting) == 30
    bench.show(15_000)
    assert bench.reading() == [15_000]
    bench.show(18_000)
    assert bench.reading() == [18_000]
    bench.show(19_000)
    assert bench.reading() == []
    bench.readers.finish(0)
    assert bench.reading() == [19_000]


def test_a_read_that_was_given_up_leaves_nothing_behind_when_it_ends() -> None:
    bench = Bench(10_000)
    for jump in range(0, 100_000, 1000):
        bench.show(jump % 10_000)
        while len(bench.readers.waiting) > 4:
            bench.readers.finish()
    bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))
    bench.settle()
    bench.show(0)
    assert len(bench.reading()) == 3
    assert bench.storage.reads == []


# Reload, clear, close


def test_a_read_from_before_a_reload_is_not_used() -> None:
    bench = Bench(1)
    path = bench.show(0)
    bench.loader.reload([path])
    bench.loop.turn()
    assert len(bench.readers.waiting) == 2
    bench.storage.files[path] = file(7, 7)
    bench.settle()
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.size == (7, 7)


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("old", [file(), DAMAGED])
def test_a_decode_from_before_a_reload_is_not_shown(old: bytes, *, everything: bool) -> None:
    bench = Bench([old])
    path = bench.show(0)
    bench.readers.finish()
    bench.storage.files[path] = file(7, 7)
    if everything:
        bench.loader.clear()
    else:
        bench.loader.reload([path])
    bench.decoders.finish()
    assert bench.loader.holdings.picture(path) is None
    assert bench.loader.failures.error(path) is None
    bench.settle()
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.size == (7, 7)


def test_after_clearing_everything_is_read_again() -> None:
    bench = Bench(5)
    bench.visit(0)
    bench.loader.clear()
    assert list(bench.loader.paths_held()) == []
    assert bench.loader.activity().memory_used == 0
    bench.settle()
    assert sorted(bench.numbers_read()) == sorted([*range(5), *range(5)])


def test_closing_drops_what_is_still_to_come() -> None:
    bench = Bench([file(), DAMAGED, file(), file()])
    bench.show(0)
    bench.readers.finish()
    bench.readers.finish()
    changes = len(bench.changes)
    bench.loader.close()
    bench.settle()
    assert [bench.state(index) for index in range(4)] == [FrameState.ABSENT] * 4
    assert bench.loader.activity().memory_used == 0
    assert bench.changes[changes:].count(bench.paths[0]) == 0
    bench.visit(0)
    assert bench.readers.waiting == []


def test_no_timer_does_anything_after_closing() -> None:
    bench = Bench(3)
    for path in bench.paths:
        bench.storage.files[path] = broken(path)
    bench.visit(0)
    bench.loader.close()
    reads = len(bench.storage.reads)
    bench.loop.advance(1000)
    assert bench.readers.waiting == []
    assert len(bench.storage.reads) == reads
    assert list(bench.loader.paths_held()) == []


# What is here


def test_a_frame_goes_through_its_states() -> None:
    bench = Bench(1)
    assert bench.state(0) is FrameState.ABSENT
    path = bench.show(0)
    states = [bench.state(0)]
    bench.readers.finish()
    states.append(bench.state(0))
    assert list(bench.loader.paths_held()) == [path]
    assert bench.loader.holdings.picture(path) is None
    bench.decoders.finish()
    states.append(bench.state(0))
    assert states == [FrameState.READING, FrameState.ENCODED, FrameState.DECODED]


def test_a_picture_for_another_box_is_a_stand_in_but_not_ready() -> None:
    bench = Bench(1)
    path = bench.visit(0)
    bench.loader.set_fit_size(Size(2, 2))
    assert bench.state(0) is FrameState.DECODED
    assert not bench.loader.holdings.is_ready(path)
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.display is None


def test_each_change_of_state_is_told() -> None:
    bench = Bench(1)
    path = bench.visit(0)
    told = bench.changes.count(path)
    assert told >= 3
    bench.loader.reload([path])
    assert bench.changes.count(path) > told


def test_the_activity_counts_what_is_going_on_and_held() -> None:
    bench = Bench([file(length=1000)] * 4, budget=8000)
    bench.show(0)
    assert bench.loader.activity()[:3] == (3, 0, 0.0)
    bench.settle()
    bench.loop.advance(1.0)
    activity = bench.loader.activity()
    assert activity.bytes_per_second == 4000.0
    assert (activity.frames_held, activity.frames_room, activity.frame.shown) == (4, 14, 400)
    assert (activity.files_held, activity.files_room, activity.file_bytes) == (2, 1, 1000)
    assert activity.memory_used == 4 * 400 + 2 * 1000


def test_more_reads_at_once_begin_at_once() -> None:
    bench = Bench(100)
    bench.show(0)
    bench.loader.reads.set_reads_at_once(8)
    bench.loop.turn()
    assert len(bench.reading()) == 7


# Whatever happens

SIZES = st.builds(file, st.integers(1, 40), st.integers(1, 40), st.integers(20, 400))
CONTENTS = st.one_of(SIZES, SIZES, SIZES, st.just(DAMAGED))
BUDGETS = st.one_of(st.integers(0, 30_000), st.just(PLENTY))
BOXES = st.one_of(st.none(), st.builds(Size, st.integers(1, 50), st.integers(1, 50)))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 29), min_size=1, max_size=15), st.data())
def test_each_file_is_read_once_while_all_bytes_fit(walk: list[int], data: st.DataObject) -> None:
    bench = Bench(30)
    for index in walk:
        bench.show(index)
        for _ in range(data.draw(st.integers(0, 10))):
            hands = [each for each in (bench.readers, bench.decoders) if each.waiting]
            if hands:
                chosen = data.draw(st.sampled_from(hands))
                chosen.finish(data.draw(st.integers(0, len(chosen.waiting) - 1)))
        bench.loader.set_fit_size(data.draw(BOXES))
    bench.settle()
    assert sorted(bench.numbers_read()) == list(range(30))
    assert bench.ready() == list(range(30))


PLACES = st.lists(st.floats(0, 1), max_size=6)


class AnythingGoes(RuleBasedStateMachine):
    """A loader to which anything happens in any order."""

    @initialize(
        contents=st.lists(CONTENTS, min_size=1, max_size=25),
        budget=BUDGETS,
        reads_at_once=st.integers(1, 6),
        decoders=st.integers(1, 3),
        keeps_source=st.booleans(),
        keep=st.sampled_from([None, True, True, False]),
        small=st.sampled_from([None, Size(2, 2), Size(8, 8)]),
    )
    def begin(
        self,
        contents: list[bytes],
        budget: int,
        reads_at_once: int,
        decoders: int,
        *,
        keeps_source: bool,
        keep: bool | None,
        small: Size | None,
    ) -> None:
        self.budget = budget
        self.playhead: Playhead | None = None
        self.cache = MemoryFileCache()
        self.bench = Bench(
            contents, budget, reads_at_once=reads_at_once, decoders=decoders, max_workers=300, file_cache=self.cache
        )
        self.bench.keeps_source, self.bench.small = keeps_source, small
        self.bench.loader.set_keeping(keep=keep)

    def path(self, number: int) -> str:
        return self.bench.paths[number % len(self.bench.paths)]

    @property
    def wanted(self) -> str | None:
        return None if self.playhead is None else self.bench.paths[self.playhead.index]

    @rule(
        place=st.floats(0, 1),
        stride=st.sampled_from([1, -1, 3]),
        repeat=st.sampled_from(Repeat),
        thumbnails=PLACES,
        fill=st.booleans(),
    )
    def move(self, place: float, stride: int, thumbnails: list[float], *, repeat: Repeat, fill: bool) -> None:
        count = len(self.bench.paths)
        self.playhead = Playhead(count, min(int(place * count), count - 1), stride, repeat=repeat)
        sampled = [min(int(each * count), count - 1) for each in thumbnails]
        self.bench.plan(self.playhead, thumbnails=sampled, fill=range(count) if fill else ())
        loader = self.bench.loader
        at_work = any(loader.activity()[:2]) or self.bench.disk.waiting
        assert self.wanted is not None
        # A share that hangs is asked again only now and then.
        failures = loader.failures
        assert loader.holdings.is_ready(self.wanted) or failures.error(self.wanted) or at_work or failures.away

    @rule(place=st.floats(0, 1), stride=st.sampled_from([1, -1]), repeat=st.sampled_from(Repeat))
    def pass_by(self, place: float, stride: int, *, repeat: Repeat) -> None:
        count = len(self.bench.paths)
        self.playhead = Playhead(count, min(int(place * count), count - 1), stride, repeat=repeat)
        under_way = len(self.bench.reading())
        self.bench.plan(self.playhead, thumbnails=range(count), fill=range(count), in_passing=True)
        assert len(self.bench.reading()) >= min(under_way, 1), "the line runs dry"

    @rule()
    def want_nothing(self) -> None:
        self.playhead = None
        self.bench.loader.replace_plan(Plan(None, (), lambda _path: math.inf))

    @rule(fit_size=BOXES)
    def resize(self, fit_size: Size | None) -> None:
        self.bench.loader.set_fit_size(fit_size)
        self.bench.loop.turn()

    @rule(budget=BUDGETS, share=st.sampled_from([None, 0.05, 0.25, 0.9]))
    def change_budget(self, budget: int, share: float | None) -> None:
        self.budget = budget
        self.bench.loader.set_budget(budget, share)

    @rule(reads_at_once=st.integers(1, 6))
    def change_reads(self, reads_at_once: int) -> None:
        self.bench.loader.reads.set_reads_at_once(reads_at_once)

    @rule(keep=st.sampled_from([None, True, False]))
    def change_keeping(self, *, keep: bool | None) -> None:
        self.bench.loader.set_keeping(keep=keep)

    @rule(number=st.integers(0), content=st.one_of(CONTENTS, st.just(broken("it"))), told=st.booleans())
    def change_file(self, number: int, content: bytes | Exception, *, told: bool) -> None:
        self.bench.storage.files[self.path(number)] = content
        if told:
            self.bench.loader.reload([self.path(number)])

    @rule(number=st.integers(0))
    def damage_what_is_kept(self, number: int) -> None:
        self.cache.kept.pop(self.path(number), None)

    @rule(is_full=st.booleans())
    def fill_the_disk(self, *, is_full: bool) -> None:
        self.cache.is_full = is_full

    @rule()
    def remember_what_is_kept(self) -> None:
        self.bench.loader.note_on_disk(set(self.cache.kept))

    @rule()
    def clear_the_disk(self) -> None:
        self.cache.kept.clear()
        self.bench.loader.forget_disk()

    @rule()
    def clear(self) -> None:
        self.bench.loader.clear()

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 40.0]))
    def wait(self, seconds: float) -> None:
        self.bench.loop.advance(seconds)

    @rule(number=st.integers(0))
    def finish_read(self, number: int) -> None:
        if self.bench.readers.waiting:
            self.bench.readers.finish(number % len(self.bench.readers.waiting))

    @rule(number=st.integers(0))
    def finish_decode(self, number: int) -> None:
        if self.bench.decoders.waiting:
            self.bench.decoders.finish(number % len(self.bench.decoders.waiting))

    @rule(number=st.integers(0))
    def finish_on_disk(self, number: int) -> None:
        if self.bench.disk.waiting:
            self.bench.disk.finish(number % len(self.bench.disk.waiting))

    @invariant()
    def reads_and_decodes_at_once_are_counted_and_of_different_frames(self) -> None:
        activity = self.bench.loader.activity()
        assert activity.reading == len(self.bench.reading())
        assert activity.decoding <= len(self.bench.decoders.waiting), "one that hangs counts no more"

    @rule()
    @precondition(lambda self: self.playhead is not None)
    def settle(self) -> None:
        assert self.playhead is not None
        assert self.wanted is not None
        self.bench.settle()  # also while it is passed by
        self.bench.plan(self.playhead)
        self.bench.settle()
        self.bench.loop.advance(AT_REST)  # its file is kept until it is had at its own size
        self.bench.settle()
        loader = self.bench.loader
        activity = loader.activity()
        assert activity.reading == activity.decoding == 0
        assert loader.holdings.is_ready(self.wanted) or loader.failures.error(self.wanted) is not None
        smalls = [loader.holdings.thumbnail(path) for path in self.bench.paths]
        kept_anyway = sum(each.nbytes for each in smalls if each is not None)
        assert kept_anyway <= self.budget // THUMBNAILS_SHARE
        picture = loader.holdings.picture(self.wanted)
        if picture is not None:
            kept_anyway += sum(each.nbytes for each in (picture.source, picture.display) if each is not None)
        assert activity.memory_used <= max(self.budget, kept_anyway)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.settle()
            self.bench.loader.close()
            self.bench.loop.advance(100)
            self.bench.settle()
            assert list(self.bench.loader.paths_held()) == []


TestAnythingGoes = AnythingGoes.TestCase
TestAnythingGoes.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)


# Playing


def test_while_frames_are_wanted_at_an_even_pace_none_has_the_decoders_for_itself() -> None:
    bench = Bench(12)
    bench.plan(Playhead(12, 0), steady=True)
    bench.readers.finish_all()
    assert len(bench.decoders.waiting) == 2
    hurried = Bench(12)
    hurried.plan(Playhead(12, 0))
    hurried.readers.finish_all()
    assert len(hurried.decoders.waiting) == 1


def test_what_is_decoded_quickly_has_no_source_until_somebody_rests_there() -> None:
    bench = Bench([file(100, 100)] * 6)
    bench.loader.set_fit_size(Size(50, 50))
    bench.plan(Playhead(6, 2), steady=True)
    bench.settle()
    assert bench.decoded_quickly == 6
    picture = bench.loader.holdings.picture(bench.paths[2])
    assert picture is not None
    assert picture.source is None
    bench.visit(2)
    bench.rest()
    picture = bench.loader.holdings.picture(bench.paths[2])
    assert picture is not None
    assert picture.source is not None
    assert len(bench.decoded) == 7
    assert sorted(bench.numbers_read()) == list(range(6))


def test_a_source_that_there_is_no_room_for_is_not_made_again_and_again() -> None:
    bench = Bench([file(2000, 2000, 400)] * 2, 2_000_000)
    bench.loader.set_fit_size(Size(50, 50))
    bench.plan(Playhead(2, 1), steady=True)
    bench.settle()
    before = len(bench.decoded)
    bench.visit(1)
    for _ in range(3):
        bench.rest()
    assert len(bench.decoded) <= before + 1


def test_with_enough_files_waiting_for_the_decoders_no_more_are_read_for_playing() -> None:
    bench = Bench(200)
    bench.plan(Playhead(200, 0), steady=True)
    for _ in range(100):
        bench.readers.finish_all()
    assert len(bench.numbers_read()) < 40
    bench.settle()
    assert len(bench.numbers_read()) == 200


def test_while_the_first_picture_is_decoded_and_comes_on_screen_nothing_else_begins() -> None:
    bench = Bench(50)
    bench.loader.decodes.quiet_after_first, bench.takes = 0.05, 0.01
    bench.show(0)
    begun = len(bench.reading())
    bench.readers.finish_all()
    assert len(bench.storage.reads) == begun < NEAR
    bench.decoders.finish()
    assert (bench.ready(), bench.reading(), bench.decoders.waiting) == ([0], [], [])
    bench.loop.advance(0.05)
    bench.settle()
    assert bench.ready() == [*range(50)]
