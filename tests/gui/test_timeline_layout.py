"""The timeline's arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.frame_state import FrameState
from viewer.core.spans import Span, spans
from viewer.gui.widgets.timeline_layout import Mark, Runs, TimelineLayout

layouts = st.builds(
    lambda first, count, width: TimelineLayout(first, first + count - 1, width),
    st.integers(-2000, 2000),
    st.integers(1, 5000),
    st.integers(1, 2000),
)


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


@given(layouts, st.data())
def test_a_boundary_is_the_edge_of_a_frame(layout: TimelineLayout, data: st.DataObject) -> None:
    assert layout.boundary_at(0) == layout.boundary_at(-20) == layout.first
    assert layout.boundary_at(layout.width) == layout.boundary_at(layout.width + 20) == layout.last + 1
    if 2 * layout.count <= layout.width:
        number = data.draw(st.integers(layout.first, layout.last))
        assert layout.boundary_at(layout.left(number)) == number
        assert layout.boundary_at(layout.right(number)) == number + 1


def rows_by_hand(layout: TimelineLayout, marks: dict[int, Mark]) -> list[int]:
    """Returns the greatest mark of the frames in each pixel."""
    pixels = [int(Mark.ABSENT)] * layout.width
    for number, mark in marks.items():
        if layout.first <= number <= layout.last:
            for x in range(layout.left(number), layout.right(number)):
                pixels[x] = max(pixels[x], mark)
    return pixels


@given(
    st.lists(st.sampled_from([*Mark]), min_size=1, max_size=300),
    st.integers(-10, 10),
    st.integers(1, 400),
    st.data(),
)
def test_a_row_says_for_each_pixel_what_its_frames_say(
    marks: list[Mark], first: int, width: int, data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, len(marks) - 1), "first shown")
    end = data.draw(st.integers(begin, len(marks) - 1), "last shown")
    layout = TimelineLayout(first + begin, first + end, width)
    runs, gaps = [], []
    for mark in set(Mark) - {Mark.ABSENT}:
        for span in spans(n for n, m in enumerate(marks, first) if m is mark):
            if mark is Mark.MISSING:
                gaps.append(span)
            else:
                runs.append((span, FrameState[mark.name]))
    row = layout.row(Runs.of_states(sorted(runs, key=lambda run: run[0])), layout.row(Runs.of_gaps(gaps)))
    assert [*row] == rows_by_hand(layout, dict(enumerate(marks, first)))


def test_one_failed_frame_among_a_hundred_thousand_is_seen() -> None:
    runs = Runs.of_states(
        [
            (Span(0, 49_999), FrameState.DECODED),
            (Span(50_000, 50_000), FrameState.FAILED),
            (Span(50_001, 99_999), FrameState.DECODED),
        ]
    )
    row = TimelineLayout(0, 99_999, 1000).row(runs)
    assert row[500] == Mark.FAILED
    assert [*row[:500], *row[501:]] == [Mark.DECODED] * 999


@pytest.mark.parametrize("scale", [10, 10**6, 10**14, 10**25])
def test_the_work_does_not_grow_with_the_frames_and_no_number_is_too_great(scale: int) -> None:
    layout = TimelineLayout(scale, 11 * scale - 1, 100)
    runs = [(Span(scale, 6 * scale - 1), FrameState.DECODED), (Span(8 * scale, 9 * scale - 1), FrameState.ENCODED)]
    row = layout.row(Runs.of_states(runs))
    assert [*row] == [Mark.DECODED] * 50 + [Mark.ABSENT] * 20 + [Mark.ENCODED] * 10 + [Mark.ABSENT] * 20


@pytest.mark.parametrize("first", [1, 10**25, -(10**25)])
def test_nothing_held_and_nothing_missing_is_an_empty_row(first: int) -> None:
    layout = TimelineLayout(first, first + 9, 20)
    assert [*layout.row(Runs.of_states([]), layout.row(Runs.of_gaps([])))] == [Mark.ABSENT] * 20
