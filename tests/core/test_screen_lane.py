"""What is painted of frames that need a look: made by a loader whose workers are turned by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import PLENTY, Bench, frame

from viewer.core.decode.faults import OUT_OF_MEMORY
from viewer.core.display import screen as of_screens
from viewer.core.display.look import AS_IT_IS, Look, on_screen
from viewer.core.display.picture import Picture, Screen, VisiblePart
from viewer.core.display.pixels import as_array
from viewer.core.display.proxy import reduced
from viewer.core.display.render import render
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, Frame, Range, SampleKind, Size, TransferCurve
from viewer.core.load.frame_state import FrameState
from viewer.core.load.frame_tally import THUMBNAILS_SHARE, Extent, FrameMemory, FrameTally, extent_of, frame_memory
from viewer.core.load.holdings import LEAST_SCREENS, MOST_SCREENS, MOST_SMALL, SCREENS_SHARE, SMALL_SHARE
from viewer.core.load.plan import NOTHING, Plan
from viewer.core.load.screen_lane import AHEAD
from viewer.core.play.load_order import order_of_need
from viewer.core.play.playhead import Playhead
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")

SIZE, FIT = Size(40, 20), Size(20, 20)
SCREEN = 4 * 20 * 10
"""The bytes of what is painted of a frame fitted into the window."""
GREY_16 = SampleKind("u", 16, is_colour=False, transfer=TransferCurve.DISPLAY)
DARK, BRIGHT, WHITE = (Look(ranges={GREY_16: Range(0.0, high)}) for high in (40_000.0, 20_000.0, 10_000.0))
PART = VisiblePart(10, 5, 20, 10, Size(20, 10))


def deep_file(number: int, size: Size = SIZE, length: int = 40) -> bytes:
    """A file whose frame has 16 bits, and 100 times its number in all its samples."""
    return f"P5 {size.width}x{size.height} {number} ".encode().ljust(length, b".")


def deep_frame(size: Size, number: int) -> Frame:
    return Frame((np.full((size.height, size.width), 100 * number, np.uint16),), GREY, "16-bit grey")


class DeepBench(Bench):
    """A loader of frames of 16 bits; files that begin with P6 are of 8 bits."""

    def decode(self, data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        picture = super().decode(data, fit_size, most_bytes)
        kind, _, number, *_ = bytes(data).split()
        return render(deep_frame(picture.size, int(number)), fit_size) if kind == b"P5" else picture

    def show_with(self, look: Look, view: VisiblePart | None = None) -> None:
        self.loader.screens.show(look, view)
        self.loop.turn()

    def screen(self, index: int) -> Screen | None:
        return self.loader.screens.screen(self.paths[index])

    def level(self, index: int) -> int | None:
        """Returns how bright a frame is painted, None while it cannot be."""
        screen = self.screen(index)
        return None if screen is None else int(as_array(screen.frame)[0, 0] & 255)

    def painted(self) -> list[int]:
        return [index for index in range(len(self.paths)) if self.screen(index) is not None]

    def work_done(self) -> tuple[int, int]:
        return len(self.storage.reads), len(self.decoded)


def bench_of(count: int, budget: int = PLENTY) -> DeepBench:
    bench = DeepBench([deep_file(number) for number in range(count)], budget)
    bench.quick_is_copy = False
    bench.loader.set_fit_size(FIT)
    return bench


def brightness(number: int, look: Look) -> int:
    return min(255, round(255 * 100 * number / look.ranges[GREY_16].high))


# A change of the look


def test_means_that_are_fine_enough_are_made_once_and_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(3)
    narrow = Look(Range(0.0, 0.01))
    bench.show_with(narrow)
    bench.visit(1)
    shown = bench.loader.holdings.shown.peek(bench.paths[1])
    assert shown is not None
    assert shown.picture.display is not None
    assert shown.picture.display.planes[0].dtype == np.float32, "as it was decoded"
    bench = bench_of(3)
    bench.visit(1)
    made: list[Frame] = []

    def remember(frame: Frame, size: Size, part: tuple[int, int, int, int] | None, means: str = "") -> Frame:
        made.append(reduced(frame, size, part, means))
        return made[-1]

    monkeypatch.setattr(of_screens, "reduced", remember)
    for gamma in (1.0, 1.5, 2.0):
        bench.show_with(replace(narrow, gamma=gamma))
        bench.settle()
        assert bench.painted() == [0, 1, 2]
    assert len(made) == 3, "one a frame"
    holdings = bench.loader.holdings
    assert {holdings.shown.size(path) for path in bench.paths} == {4 * 20 * 10}
    assert holdings.frame.shown == 4 * 20 * 10


def test_frames_are_painted_as_they_are_decoded() -> None:
    bench = bench_of(10)
    bench.loader.screens.show(DARK, None)
    bench.show(3)
    while bench.readers.waiting or bench.decoders.waiting:
        (bench.decoders if bench.decoders.waiting else bench.readers).finish()
    assert bench.painted() == list(range(10))
    assert [bench.level(index) for index in range(10)] == [brightness(number, DARK) for number in range(10)]
    assert not bench.painters.waiting


@pytest.mark.parametrize("look", [DARK, AS_IT_IS])
def test_far_frames_are_painted_when_they_are_near(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[Frame] = []

    def paint(frame: Frame, look: Look, marks: None) -> Frame:
        painted.append(frame)
        return on_screen(frame, look, marks)

    monkeypatch.setattr(of_screens, "on_screen", paint)
    bench = bench_of(200)
    bench.loader.screens.show(look, None)
    bench.visit(0)
    assert bench.ready() == list(range(200))
    assert len(painted) == len(bench.painted()) == AHEAD
    for index in range(1, 100):
        path = bench.show(index)
        assert bench.screen(index) is not None, "no step waits for it"
        while bench.painters.waiting:
            bench.painters.finish()
        assert len(painted) <= AHEAD + index
        small = bench.loader.holdings.stand_in(path)
        assert small is not None
        assert look is DARK or small.range is not None, "thumbnails are painted by it"


def test_a_change_of_look_decodes_and_reads_nothing() -> None:
    bench = bench_of(40)
    bench.visit(5)
    before = bench.work_done()
    held = [bench.loader.holdings.shown.peek(path) for path in bench.paths]
    for look in (DARK, BRIGHT, replace(WHITE, gamma=2.0), replace(DARK, colour_map="viridis"), AS_IT_IS, BRIGHT):
        bench.show_with(look)
        assert bench.level(5) is None
        bench.settle()
        assert bench.screen(5) is not None
    assert bench.level(5) == brightness(5, BRIGHT)
    assert bench.work_done() == before
    after = [bench.loader.holdings.shown.peek(path) for path in bench.paths]
    for one, other in zip(held, after, strict=True):
        assert one is not None
        assert other is not None
        assert one.picture.display is other.picture.display


def test_another_part_decodes_and_reads_nothing() -> None:
    bench = bench_of(10)
    bench.show_with(DARK)
    bench.visit(5)
    before = bench.work_done()
    for left in (0, 5, 10):
        view = PART._replace(left=left)
        bench.show_with(DARK, view)
        bench.settle()
        screen = bench.screen(5)
        assert screen is not None
        assert screen.part == (left, 5, 20, 10)
    bench.show_with(DARK)
    bench.settle()
    assert bench.screen(5) is not None
    assert bench.work_done() == before


def test_a_change_of_look_makes_nothing_smaller_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(3)
    bench.visit(1)
    made: list[Frame] = []

    def count(frame: Frame, size: Size, part: tuple[int, int, int, int]) -> Frame:
        made.append(frame)
        return reduced(frame, size, part)

    monkeypatch.setattr(of_screens, "reduced", count)
    view = VisiblePart(0, 0, 40, 20, Size(24, 12))
    for look in (DARK, BRIGHT, WHITE):
        bench.show_with(look, view)
        bench.painters.finish(-1)
        assert bench.level(1) == brightness(1, look)
    assert len(made) == 1
    bench.show_with(WHITE, view._replace(size=Size(30, 15)))
    bench.painters.finish(-1)
    assert len(made) == 2
    bench.show(2)
    bench.settle()
    assert bench.level(2) == brightness(2, WHITE)
    screen = bench.screen(2)
    assert screen is not None
    assert screen.samples is None, "they are not kept of all"


# What comes first


def test_what_is_wanted_is_painted_first_then_the_next_ones_in_the_order_of_the_plan() -> None:
    bench = bench_of(60)
    bench.show_with(DARK)
    bench.visit(30)
    bench.show_with(BRIGHT)
    order: list[int] = []
    while bench.painters.waiting:
        assert len(bench.painters.waiting) == 1
        bench.painters.finish()
        order.extend(index for index in bench.painted() if index not in order)
    assert order == list(islice(order_of_need(Playhead(60, 30)), AHEAD))


def test_a_step_to_a_frame_that_is_not_painted_goes_before_the_others() -> None:
    bench = bench_of(60)
    bench.visit(30)
    bench.show_with(BRIGHT)
    bench.painters.finish()
    assert bench.painted() == [30]
    bench.show(45)
    assert len(bench.painters.waiting) == 2, "another one was under way"
    bench.painters.finish(1)
    assert bench.level(45) == brightness(45, BRIGHT)


def test_the_newest_look_counts_when_looks_change_faster_than_they_are_painted() -> None:
    bench = bench_of(10)
    bench.show_with(DARK)
    bench.visit(5)
    for look in (BRIGHT, AS_IT_IS, DARK, WHITE):
        bench.show_with(look)
        assert len(bench.painters.waiting) == 1, "one at a time"
    bench.painters.finish()
    assert bench.level(5) is None
    last = bench.loader.screens.last_screen(bench.paths[5])
    assert last is not None
    assert last.look == BRIGHT.with_one(BRIGHT.ranges[GREY_16]), "it is newer than what is on the canvas"
    bench.painters.finish()
    assert bench.level(5) == brightness(5, WHITE)


def test_steps_faster_than_frames_are_painted_do_not_queue() -> None:
    bench = bench_of(40)
    bench.visit(10)
    bench.show_with(BRIGHT)
    for index in range(11, 30):
        bench.show(index)
        assert len(bench.painters.waiting) <= 2
    bench.painters.finish()
    bench.painters.finish(1)
    assert bench.level(29) is not None


def test_a_frame_is_told_to_have_changed_when_it_can_be_painted_and_when_there_is_nothing_to_be_made() -> None:
    bench = DeepBench([deep_file(0), b"P6 40x20 1 ".ljust(40)])
    bench.loader.set_fit_size(FIT)
    bench.visit(0)
    bench.changes.clear()
    bench.show_with(DARK)
    bench.painters.finish_all()
    assert bench.paths[0] in bench.changes
    bench.visit(1)
    bench.changes.clear()
    bench.show_with(BRIGHT, PART)
    assert bench.changes == [bench.paths[1]], "what was painted of a part may have to go"


# What can happen meanwhile


@pytest.mark.parametrize("happens", ["reloaded", "rewritten", "evicted", "cleared", "another size"])
def test_what_is_painted_of_a_picture_that_is_gone_is_dropped(happens: str) -> None:
    bench = bench_of(3)
    path = bench.visit(1)
    bench.show_with(BRIGHT)
    assert len(bench.painters.waiting) == 1
    if happens == "rewritten":
        bench.storage.files[path] = deep_file(90)
    if happens in {"reloaded", "rewritten"}:
        bench.loader.reload([path])
    elif happens == "evicted":
        bench.loader.replace_plan(replace(NOTHING, wanted=bench.paths[0]))
        bench.loader.set_budget(1)
    elif happens == "cleared":
        bench.loader.clear()
    else:
        bench.loader.set_fit_size(Size(10, 10))
        bench.loop.turn()
        while bench.decoders.waiting:
            bench.decoders.finish()
    bench.painters.finish()
    if happens == "another size":
        screen = bench.screen(1)
        assert screen is not None
        assert screen.frame.size == (10, 5), "not the one of the old size"
        return
    assert bench.level(1) is None
    assert path not in bench.loader.holdings.screens
    bench.loader.set_budget(MB)
    bench.visit(1)
    assert bench.level(1) == brightness(90 if happens == "rewritten" else 1, BRIGHT)


def test_a_screen_goes_with_its_picture_and_is_not_taken_for_that_of_another() -> None:
    bench = bench_of(30, budget=12_000)
    bench.show_with(BRIGHT)
    for index in range(30):
        bench.visit(index)
        holdings = bench.loader.holdings
        assert set(holdings.screens) <= set(holdings.shown)
    path = bench.visit(0)
    holdings = bench.loader.holdings
    picture = holdings.picture(path)
    assert picture is not None
    assert holdings.screens.peek(path) is not None
    holdings.put_picture(path, replace(picture, display=deep_frame(Size(20, 10), 7)), FIT)
    assert bench.loader.screens.last_screen(path) is None


def test_frames_that_give_way_to_what_is_painted_are_told_of() -> None:
    bench = bench_of(60, budget=24_000)
    bench.visit(0)
    states = {path: bench.loader.state(path) for path in bench.paths}
    bench.changes.clear()
    bench.show_with(DARK, PART)
    bench.loop.turn()
    while bench.painters.waiting:
        bench.painters.finish()
    for path, before in states.items():
        assert bench.loader.state(path) == before or path in bench.changes


def test_a_picture_that_cannot_be_painted_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(3)
    bench.visit(1)

    def fail(*_arguments: object) -> Frame:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(of_screens, "on_screen", fail)
        bench.show_with(BRIGHT)
        bench.painters.finish_all()
        assert bench.painted() == []
    bench.settle()
    assert {bench.state(index) for index in range(3)} == {FrameState.FAILED}
    assert str(bench.loader.failures.error(bench.paths[1])) == OUT_OF_MEMORY
    bench.loader.reload(bench.paths)
    bench.settle()
    assert bench.painted() == [0, 1, 2]


def test_a_failure_by_an_older_look_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(1)
    bench.visit(0)
    bench.show_with(BRIGHT)
    bench.show_with(DARK)
    with monkeypatch.context() as patch:
        patch.setattr(of_screens, "on_screen", lambda *_arguments: pytest.fail("no memory"))
        bench.painters.finish()
    bench.settle()
    assert bench.level(0) == brightness(0, DARK)


def test_a_frame_that_cannot_be_painted_when_it_is_decoded_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(1)

    def fail(*_arguments: object) -> Frame:
        raise DamagedImageError("No.")

    monkeypatch.setattr(of_screens, "on_screen", fail)
    bench.visit(0)
    assert bench.state(0) is FrameState.FAILED


def test_closing_while_a_picture_is_being_painted() -> None:
    bench = bench_of(3)
    bench.visit(1)
    bench.show_with(BRIGHT)
    bench.changes.clear()
    bench.loader.close()
    bench.painters.finish_all()
    bench.loop.turn()
    assert bench.changes == []
    assert bench.loader.holdings.memory_used == 0


# Memory


def test_no_more_is_painted_ahead_than_there_is_room_for() -> None:
    bench = bench_of(60, budget=40_000)
    bench.show_with(DARK)
    bench.visit(0)
    room = 40_000 // SCREENS_SHARE // SCREEN
    assert LEAST_SCREENS < room < AHEAD
    bench.show_with(BRIGHT)
    assert bench.painters.finish_all() == room
    assert bench.painted() == list(range(room))


def test_a_tiny_budget_has_room_for_a_few() -> None:
    bench = bench_of(30, budget=4000)
    bench.visit(0)
    bench.show_with(BRIGHT)
    bench.settle()
    assert bench.level(0) is not None
    assert len(bench.loader.holdings.screens) <= LEAST_SCREENS


def test_plenty_of_memory_has_room_for_no_more_than_are_of_use() -> None:
    bench = bench_of(100)
    bench.show_with(DARK)
    bench.visit(50)
    assert len(bench.loader.holdings.screens) == AHEAD <= MOST_SCREENS
    assert bench.loader.holdings.screens.budget == MOST_SCREENS * SCREEN


def work(bench: DeepBench, jobs: int) -> None:
    for _ in range(jobs):
        waiting = [each for each in (bench.painters, bench.decoders, bench.readers) if each.waiting]
        if waiting:
            waiting[0].finish()


VERBS: dict[str, Callable[[DeepBench, Any], object]] = {
    "show": DeepBench.show,
    "look": lambda bench, look: bench.show_with(look, bench.loader.screens.view),
    "view": lambda bench, view: bench.show_with(bench.loader.screens.look, view),
    "fit": lambda bench, size: bench.loader.set_fit_size(size),
    "work": work,
}
steps = st.one_of(
    st.tuples(st.just("show"), st.integers(0, 29)),
    st.tuples(st.just("look"), st.sampled_from([AS_IT_IS, DARK, BRIGHT])),
    st.tuples(st.just("view"), st.sampled_from([None, PART, VisiblePart(0, 0, 40, 20, Size(24, 12))])),
    st.tuples(st.just("fit"), st.sampled_from([FIT, None, Size(30, 30)])),
    st.tuples(st.just("work"), st.integers(1, 30)),
)


@settings(deadline=None, max_examples=25)
@given(st.integers(6000, 60_000), st.lists(steps, max_size=12))
def test_screens_stay_within_their_share_and_all_is_painted_in_the_end(
    budget: int, todo: list[tuple[str, object]]
) -> None:
    files = [deep_file(number) if number % 7 else b"P6 40x20 0 ".ljust(40) for number in range(30)]
    bench = DeepBench(files, budget)
    holdings = bench.loader.holdings
    pinned = 4 * SIZE.width * SIZE.height
    bench.loader.set_fit_size(FIT)
    bench.show(3)
    for verb, value in [*todo, ("work", 5), ("work", 20)]:
        VERBS[verb](bench, value)
        bench.loop.turn()
        # What is pinned stays whatever it takes: a picture, what is painted of it, and its source.
        assert holdings.memory_used <= budget + 3 * pinned
        assert holdings.screens.used <= max(holdings.screens.budget, pinned)
        assert set(holdings.screens) <= set(holdings.shown)
    bench.settle()
    assert holdings.memory_used <= budget
    wanted = bench.paths[
        next((value for verb, value in reversed(todo) if isinstance(value, int) and verb == "show"), 3)
    ]
    picture = holdings.picture(wanted)
    assert picture is not None
    assert bench.loader.screens.screen(wanted) is not None or bench.loader.screens.needs_none(picture)


def test_16_bit_grey_takes_half_the_memory_of_bytes() -> None:
    deep, plain = render(deep_frame(SIZE, 1), FIT), Picture(SIZE, "", frame(SIZE), frame(Size(20, 10)))
    assert extent_of(deep) == Extent(SIZE, 2, 2)
    assert extent_of(plain) == Extent(SIZE, 4, 4)
    assert frame_memory(extent_of(deep), FIT) == FrameMemory(2 * 200, 2 * 800)
    assert frame_memory(extent_of(plain), FIT) == FrameMemory(4 * 200, 4 * 800)
    assert frame_memory(extent_of(deep), None) == FrameMemory(2 * 800)
    tally = FrameTally()
    tally.add("deep", deep)
    tally.add("plain", plain)
    assert tally.memory(FIT) == FrameMemory(3 * 200, 2 * 800), "the mean of both, and the source of the first largest"
    assert tally.ready(FIT) == 2
    half_floats = replace(plain, source=Frame((np.zeros((20, 40, 3), np.float16),), ("R", "G", "B")))
    assert extent_of(half_floats) == Extent(SIZE, 4, 6)
    assert extent_of(replace(deep, display=None)) == Extent(SIZE, 2, 2)
    shown_of_a_part = replace(deep, size=Size(20, 10), display=None)
    assert extent_of(shown_of_a_part) == Extent(Size(20, 10), 8, 8), "all of the frame is held"
    tally.add("plain", shown_of_a_part)
    assert tally.ready(None) == 1


def test_nearly_twice_as_many_frames_of_16_bit_grey_fit() -> None:
    def fitting(files: list[bytes]) -> int:
        bench = DeepBench(files, budget=80_000, files_share=0.05)
        bench.loader.set_fit_size(FIT)
        bench.show_with(DARK)
        bench.visit(0)
        for _ in range(3):
            bench.loop.advance(0.2)
            bench.settle()
        activity = bench.loader.activity()
        assert abs(activity.frames_held - activity.frames_room) <= max(1, 0.03 * activity.frames_room)
        return activity.frames_held

    plain = fitting([b"P6 40x20 0 ".ljust(40)] * 300)
    assert 1.7 * plain < fitting([deep_file(1)] * 300) < 2 * plain


@pytest.mark.parametrize("budget", [30_000, 60_000])
def test_what_is_said_to_fit_is_the_same_after_looking_at_parts(budget: int) -> None:
    bench = DeepBench([deep_file(1)] * 120, budget=budget)

    def room_with(fit_size: Size | None, view: VisiblePart | None) -> int:
        bench.loader.set_fit_size(fit_size)
        bench.show_with(DARK, view)
        for _ in range(3):
            bench.loop.advance(0.2)
            bench.settle()
        activity = bench.loader.activity()
        assert abs(activity.frames_held - activity.frames_room) <= max(1, 0.05 * activity.frames_room)
        return activity.frames_room

    bench.show(100)
    at_first = room_with(FIT, None)
    room_with(None, PART._replace(left=0, top=0, width=40, height=20, size=SIZE))
    assert abs(room_with(FIT, None) - at_first) <= max(1, 0.03 * at_first)


def test_pictures_of_8_bits_have_no_screens_and_leave_no_room_for_any() -> None:
    files = [*[b"P6 40x20 0 ".ljust(40)] * 60, *[deep_file(number) for number in range(30)]]
    bench = DeepBench(files, budget=30_000)
    bench.loader.set_fit_size(FIT)
    bench.visit(0)
    screens, at_first = bench.loader.holdings.screens, bench.loader.activity().frames_room

    def open_part(first: int, last: int) -> None:
        bench.loader.replace_plan(NOTHING)
        bench.loop.turn()
        paths = bench.paths[first:last]
        places = {path: float(index) for index, path in enumerate(paths)}
        bench.loader.replace_plan(Plan(paths[0], iter(paths), lambda path: places.get(path, math.inf)))
        bench.settle()

    assert (len(screens), screens.budget, bench.painters.waiting) == (0, 0, [])
    open_part(60, 90)
    assert screens.budget > 0
    open_part(0, 60)
    assert (len(screens), screens.budget) == (0, 0)
    assert bench.loader.activity().frames_room == at_first
    bench.show_with(Look(gamma=2.0))
    bench.settle()
    assert screens.budget > 0
    bench.show_with(AS_IT_IS)
    bench.settle()
    assert (len(screens), screens.budget) == (0, 0)
    assert bench.loader.activity().frames_room == at_first


# Thumbnails


def test_thumbnails_follow_the_look() -> None:
    bench = bench_of(5)
    bench.show_with(DARK)
    bench.visit(2)
    for look in (DARK, BRIGHT, replace(DARK, is_inverted=True)):
        bench.show_with(look)
        for index, path in enumerate(bench.paths):
            thumbnail, samples = bench.loader.screens.thumbnail(path), bench.loader.holdings.thumbnail(path)
            assert thumbnail is not None
            assert samples is not None
            assert samples.planes[0].dtype == np.uint16
            wanted = as_array(on_screen(deep_frame(SIZE, index), look))
            assert (as_array(thumbnail) == wanted[0, 0]).all()
            assert bench.loader.screens.thumbnail(path) is thumbnail, "it is not made again"
    bench.loader.reload([bench.paths[0]])
    assert bench.loader.screens.thumbnail(bench.paths[0]) is None


def test_thumbnails_of_bytes_are_shown_as_they_are_and_with_a_look_by_it() -> None:
    bench = bench_of(1)
    small = frame(Size(4, 2))
    bench.loader.holdings.put_thumbnail(bench.paths[0], small, SIZE)
    bench.show_with(DARK)
    assert bench.loader.screens.thumbnail(bench.paths[0]) is small
    bench.show_with(Look(is_inverted=True))
    thumbnail = bench.loader.screens.thumbnail(bench.paths[0])
    assert thumbnail is not None
    assert (as_array(thumbnail) == 0xFFFFFFFF).all()
    bench.show_with(Look(ranges={SampleKind("u", 8, is_colour=True, transfer=TransferCurve.DISPLAY): Range(-255, 0)}))
    thumbnail = bench.loader.screens.thumbnail(bench.paths[0])
    assert thumbnail is not None
    assert (as_array(thumbnail) == 0xFFFFFFFF).all(), "a range for bytes"


def test_not_all_thumbnails_are_kept_painted() -> None:
    bench = bench_of(MOST_SMALL + 10)
    bench.show_with(DARK)
    bench.visit(0)
    first = bench.loader.screens.thumbnail(bench.paths[0])
    for path in bench.paths:
        bench.loader.screens.thumbnail(path)
    assert bench.loader.screens.thumbnail(bench.paths[0]) is not first


@pytest.mark.parametrize("budget", [250_000, 500_000, 10 * MB])
def test_painted_thumbnails_are_counted_in_the_memory(budget: int) -> None:
    bench = bench_of(60, budget)
    bench.show_with(DARK)
    bench.visit(30)
    holdings, screens = bench.loader.holdings, bench.loader.screens
    for look in (DARK, BRIGHT):
        bench.show_with(look)
        bench.settle()
        for path in bench.paths:
            screens.thumbnail(path)
            assert holdings.memory_used <= budget
    small = holdings.small_screens
    part = budget // THUMBNAILS_SHARE
    assert 0 < small.used <= part // SMALL_SHARE
    assert small.used + holdings.thumbnails.used <= part
    assert holdings.memory_used >= sum(each.used for each in (holdings.shown, holdings.thumbnails, small))
    bench.loader.clear()
    assert not small


# Playing


def test_frames_decoded_for_playing_are_painted_and_the_one_at_rest_has_its_source() -> None:
    bench = bench_of(12)
    bench.quick_is_copy = True
    bench.show_with(DARK, None)
    bench.plan(Playhead(12, 0, playing=True), steady=True)
    bench.settle()
    assert bench.painted() == list(range(12))
    bench.visit(4)
    bench.rest()
    bench.show_with(DARK, PART)
    bench.settle()
    screen = bench.screen(4)
    assert screen is not None
    assert screen.part == PART[:4]
    other = bench.screen(9)
    assert other is not None
    assert other.part is None, "its source is not here"
