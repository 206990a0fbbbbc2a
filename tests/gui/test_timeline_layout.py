"""The timeline's arithmetic."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.loader import FrameState
from viewer.core.spans import Span, spans
from viewer.gui.widgets.timeline_layout import Block, Mark, TimelineLayout

layouts = st.builds(
    lambda first, count, width: TimelineLayout(first, first + count - 1, width),
    st.integers(-2000, 2000),
    st.integers(1, 5000),
    st.integers(1, 2000),
)
LABEL = 8


def label_width(text: str) -> int:
    return LABEL * len(text)


@given(layouts)
def test_the_ends_are_exact(layout: TimelineLayout) -> None:
    assert layout.number_at(0) == layout.first
    assert layout.left(layout.first) == 0
    assert layout.right(layout.last) == layout.width
    if layout.width > 1 or layout.count == 1:
        assert layout.number_at(layout.width - 1) == layout.last


@given(layouts, st.integers(-50, 2050))
def test_beyond_the_bar_are_the_frames_at_its_ends(layout: TimelineLayout, x: int) -> None:
    assert layout.first <= layout.number_at(x) <= layout.last
    if x < 0:
        assert layout.number_at(x) == layout.first


@given(layouts, st.data())
def test_there_and_back(layout: TimelineLayout, data: st.DataObject) -> None:
    number = data.draw(st.integers(layout.first, layout.last))
    x = data.draw(st.integers(0, layout.width - 1))
    at = layout.number_at(x)
    assert layout.left(at) <= x < layout.right(at)
    if layout.count <= layout.width:
        assert layout.number_at(layout.middle(number)) == number
        assert layout.number_at(layout.left(number)) == number
        assert layout.number_at(layout.right(number) - 1) == number


@given(layouts)
def test_numbers_ascend_from_left_to_right(layout: TimelineLayout) -> None:
    numbers = [layout.number_at(x) for x in range(layout.width)]
    assert numbers == sorted(numbers)


@given(layouts, st.integers(0, 30), st.integers(1, 20))
def test_labels_never_overlap_and_stay_on_the_bar(layout: TimelineLayout, gap: int, tick_gap: int) -> None:
    ticks = layout.ticks(label_width, gap, tick_gap)
    assert [tick.number for tick in ticks] == sorted({tick.number for tick in ticks})
    assert ticks[0].number == layout.first
    assert ticks[-1].number == layout.last
    assert len(ticks) <= layout.width // tick_gap + 3
    labels = [tick for tick in ticks if tick.text]
    assert labels[0].text == str(layout.first)
    for before, after in itertools.pairwise(labels):
        assert before.text_x + label_width(before.text) + gap <= after.text_x
    if layout.width > 2 * label_width("-2000") + gap:
        assert all(0 <= tick.text_x <= layout.width - label_width(tick.text) for tick in labels)


def test_labels_stand_at_round_numbers_between_the_ends() -> None:
    ticks = TimelineLayout(1001, 1240, 1000).ticks(label_width, 20, 8)
    labels = [tick.text for tick in ticks if tick.text]
    assert labels[:4] == ["1001", "1020", "1040", "1060"]
    assert all(int(label) % 20 == 0 for label in labels[1:-1])
    assert ticks[-1].text == "1240"


@given(
    st.lists(st.sampled_from([*Mark]), min_size=1, max_size=300),
    st.integers(-10, 10),
    st.integers(1, 400),
)
def test_blocks_say_for_each_pixel_what_its_frames_say(marks: list[Mark], first: int, width: int) -> None:
    layout = TimelineLayout(first, first + len(marks) - 1, width)
    pixels = [Mark.ABSENT] * width
    for number, mark in enumerate(marks, first):
        for x in range(layout.left(number), layout.right(number)):
            pixels[x] = max(pixels[x], mark)
    runs, gaps = [], []
    for mark in Mark:
        for span in spans(n for n, m in enumerate(marks, first) if m is mark):
            if mark is Mark.MISSING:
                gaps.append(span)
            else:
                runs.append((span, FrameState[mark.name]))
    blocks = layout.blocks(sorted(runs, key=lambda run: run[0]), layout.missing(gaps))
    assert [mark for left, right, mark in blocks for _ in range(left, right)] == pixels
    assert [block.left for block in blocks] == [0, *(block.right for block in blocks[:-1])]
    assert all(before.mark != after.mark for before, after in itertools.pairwise(blocks))


def test_one_failed_frame_among_a_hundred_thousand_is_seen() -> None:
    layout = TimelineLayout(0, 99_999, 1000)
    runs = [
        (Span(0, 49_999), FrameState.DECODED),
        (Span(50_000, 50_000), FrameState.FAILED),
        (Span(50_001, 99_999), FrameState.DECODED),
    ]
    assert layout.blocks(runs) == [
        Block(0, 500, Mark.DECODED),
        Block(500, 501, Mark.FAILED),
        Block(501, 1000, Mark.DECODED),
    ]


def test_runs_beyond_the_ends_are_left_out() -> None:
    layout = TimelineLayout(10, 19, 10)
    runs = [(Span(0, 5), FrameState.DECODED), (Span(8, 11), FrameState.ENCODED), (Span(30, 40), FrameState.FAILED)]
    assert layout.blocks(runs) == [Block(0, 2, Mark.ENCODED), Block(2, 10, Mark.ABSENT)]


@pytest.mark.parametrize("count", [1_000, 10_000_000])
def test_the_work_does_not_grow_with_the_frames(count: int) -> None:
    layout = TimelineLayout(0, count - 1, 1500)
    quickest = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        layout.blocks([(Span(0, count // 2), FrameState.DECODED), (Span(count // 2 + 1, count), FrameState.ENCODED)])
        quickest = min(quickest, time.perf_counter() - begun)
    assert quickest < 0.005


@given(st.sets(st.integers(1, 300), min_size=2), st.integers(1, 60))
def test_many_gaps_look_like_few(numbers: set[int], width: int) -> None:
    there = sorted(numbers)
    gaps = [Span(before + 1, after - 1) for before, after in itertools.pairwise(there) if after > before + 1]
    layout = TimelineLayout(there[0], there[-1], width)
    expected = bytearray(width)
    for gap in gaps:
        for number in range(gap.first, gap.last + 1):
            for x in range(layout.left(number), layout.right(number)):
                expected[x] = Mark.MISSING
    assert layout.missing(gaps) == expected
