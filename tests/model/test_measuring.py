"""The histogram of the frame at rest: where most samples lie, whatever lies far away."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import HandExecutor, HandLoop

from viewer.core.display.levels import LEVEL, Histogram, first_range
from viewer.core.display.look import Look
from viewer.core.frame import GREY, Frame, Range, SampleInfo
from viewer.gui.widgets.histogram_view import axis_of, is_range
from viewer.model.measuring import FAR, REST, FrameAtRest
from viewer.model.view_state import LevelsView

RANDOM = np.random.default_rng(5)


def counted(frame: Frame, shown: Range | None = None) -> tuple[Range, np.ndarray]:
    loop = HandLoop()
    chores = HandExecutor(loop)
    at_rest = FrameAtRest(loop, chores, lambda: None)
    at_rest.look_at(frame, "", None if shown is None else Look(shown), counts=True, shown=shown)
    loop.advance(REST)
    chores.finish_all()
    assert at_rest.found.counts is not None
    return at_rest.found.counts.range, at_rest.found.counts.counts[0]


def noise(middle: float, dtype: str, hot: float | None) -> Frame:
    samples = (middle + 100 * RANDOM.standard_normal((200, 200))).astype(dtype)
    if hot is not None:
        samples[0, 0] = hot
    return Frame((samples,), GREY, "", SampleInfo())


@pytest.mark.parametrize(("dtype", "hot"), [("u2", 65_000), ("u2", 1), ("i4", -(2**30)), ("f4", 1e30), ("f8", -1e300)])
def test_one_sample_far_away_leaves_the_others_their_room(dtype: str, hot: float) -> None:
    middle = 30_000
    range_, counts = counted(noise(middle, dtype, hot))
    assert middle - 2000 < range_.low < middle - 400
    assert middle + 400 < range_.high < middle + 2000
    assert counts.sum() == 200 * 200 - 1, "what lies beyond the ends is in no column"
    assert counts[[0, -1]].sum() == 0
    if dtype not in {"f4", "f8"}:
        assert (range_.high - range_.low) % len(counts) == 0, "each column holds equally many whole numbers"


def test_black_and_white_can_be_dragged_beyond_where_they_are() -> None:
    frame = noise(3000, "u2", 65_000)
    low, high = counted(frame, Range(2000, 3100))[0]
    assert low < 1800
    assert high > 3600
    assert counted(frame, Range(0, 3000 * FAR))[0].high >= 3000 * FAR


def test_the_ends_stay_from_frame_to_frame() -> None:
    assert len({counted(noise(3000 + 3 * number, "u2", 65_000))[0] for number in range(4)}) == 1


def test_few_bits_are_counted_from_end_to_end() -> None:
    range_, counts = counted(Frame((np.array([[3] * 5000 + [250]], np.uint8),), GREY))
    assert (range_, counts[3], counts[250]) == ((0, 256), 5000, 1)


def test_it_is_counted_as_far_as_black_and_white_lie() -> None:
    samples = np.minimum(RANDOM.poisson(9, (200, 200)), 60).astype("u2")
    samples[0, :7] = np.arange(500, 4000, 500)
    frame, loop = Frame((samples,), GREY), HandLoop()
    chores = HandExecutor(loop)
    at_rest = FrameAtRest(loop, chores, lambda: None)
    counted = []
    for white, is_again in ((30, True), (40, False), (4094, True), (3000, False), (35, True), (1e200, True)):
        at_rest.look_at(frame, counts=True, shown=Range(0, white))
        loop.advance(REST)
        assert bool(chores.waiting) is is_again
        chores.finish_all()
        counts = at_rest.found.counts
        assert counts is not None
        assert counts.range.high >= white
        counted.append((counts.range.high < 500, counts.counts.sum() == samples.size))
    assert counted == [(True, False)] * 2 + [(False, True)] * 2 + [(True, False), (False, True)]


@pytest.mark.parametrize("numbers", [[-1.7e308, 0, 1.7e308], [1.7e308] * 3, [0, 1e-320, 1.7e308]])
def test_the_most_extreme_numbers_are_counted_within_what_can_be_chosen(numbers: list[float]) -> None:
    frame = Frame((np.array([numbers * 1000]),), GREY)
    shown = first_range(frame)
    range_, counts = counted(frame, shown)
    assert is_range(*range_)
    assert LEVEL.low <= range_.low <= shown.low < shown.high <= range_.high <= LEVEL.high
    assert counts.sum() == 3000
    levels = LevelsView(range=shown, is_whole=False, counts=Histogram(range_, ("Y",), counts[None]))
    assert axis_of(levels) == range_
