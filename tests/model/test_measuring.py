"""The histogram of the frame at rest: where most samples lie, whatever lies far away."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import HandExecutor, HandLoop

from viewer.core.frame import GREY, Frame, Range, SampleInfo
from viewer.model.measuring import FAR, REST, FrameAtRest

RANDOM = np.random.default_rng(5)


def counted(frame: Frame, shown: Range | None = None) -> tuple[Range, np.ndarray]:
    loop = HandLoop()
    chores = HandExecutor(loop)
    at_rest = FrameAtRest(loop, chores, lambda: None)
    at_rest.look_at(frame, "", shown, counts=True)
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
    assert counted(frame, Range(0, 3000 * FAR))[0] == counted(frame)[0]


def test_the_ends_stay_from_frame_to_frame() -> None:
    assert len({counted(noise(3000 + 3 * number, "u2", 65_000))[0] for number in range(4)}) == 1


def test_few_bits_are_counted_from_end_to_end() -> None:
    range_, counts = counted(Frame((np.array([[3] * 5000 + [250]], np.uint8),), GREY))
    assert (range_, counts[3], counts[250]) == ((0, 256), 5000, 1)
