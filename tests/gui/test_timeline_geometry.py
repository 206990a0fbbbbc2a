"""Where the parts of the timeline are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.spans import Span
from viewer.gui.widgets.timeline_geometry import (
    MAP_TOP,
    MARGIN,
    RULER,
    TOP,
    Pointed,
    TimelineGeometry,
    TimelinePart,
    within,
)
from viewer.gui.widgets.timeline_window import TimelineWindow
from viewer.model.sequence_settings import Bookmark

WHOLE = Span(1, 240)
WIDTH = 480 + 2 * MARGIN
NO_MARKS = (None, None)
geometry = TimelineGeometry(TimelineWindow(WHOLE, WHOLE), WIDTH, 1.0)
zoomed = TimelineGeometry(TimelineWindow(WHOLE, Span(101, 160)), WIDTH, 1.0)


def test_numbers_may_lie_as_far_apart_as_they_like() -> None:
    far = Span(20261231235950, 20270101000005)
    layout = TimelineGeometry(TimelineWindow(far, far), WIDTH, 1.0).layout
    assert (layout.first, layout.last) == far


@given(
    st.integers(1, 100_000),
    st.integers(2 * MARGIN + 8, 2000),
    st.sampled_from([1.0, 1.25, 1.5, 2.0]),
    st.data(),
)
def test_both_ends_of_what_is_shown_can_be_reached(count: int, width: int, ratio: float, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))
    some = TimelineGeometry(TimelineWindow(Span(0, count - 1), Span(first, last)), width, ratio)
    assert some.number_at(0) == some.number_at(MARGIN) == first
    assert some.number_at(width - MARGIN - 1) == some.number_at(width) == last


def test_an_in_point_is_taken_on_the_ruler_and_only_there() -> None:
    edge = round(geometry.edge(TimelinePart.MARK_IN, 100))
    ruler, band = TOP + RULER // 2, TOP + RULER + 5
    for x in (edge - 3, edge, edge + 3):
        assert geometry.pointed_at(x, ruler, (100, 180), ()) == Pointed(TimelinePart.MARK_IN, 100)
        assert geometry.pointed_at(x, band, (100, 180), ()).part is TimelinePart.FRAME
    assert geometry.pointed_at(edge + 6, ruler, (100, 180), ()).part is TimelinePart.FRAME
    out = round(geometry.edge(TimelinePart.MARK_OUT, 180))
    assert geometry.pointed_at(out, ruler, (100, 180), ()) == Pointed(TimelinePart.MARK_OUT, 180)


def test_in_and_out_points_at_one_frame_are_taken_each_on_its_side() -> None:
    left, right = (round(geometry.edge(part, 100)) for part in (TimelinePart.MARK_IN, TimelinePart.MARK_OUT))
    assert geometry.pointed_at(left - 2, TOP + 5, (100, 100), ()).part is TimelinePart.MARK_IN
    assert geometry.pointed_at(right + 1, TOP + 5, (100, 100), ()).part is TimelinePart.MARK_OUT


def test_points_out_of_sight_cannot_be_taken() -> None:
    assert zoomed.pointed_at(MARGIN, TOP + 5, (20, 200), ()) == Pointed(TimelinePart.FRAME, 101)
    assert zoomed.pointed_at(WIDTH - MARGIN, TOP + 5, (20, 200), ()) == Pointed(TimelinePart.FRAME, 160)


@pytest.mark.parametrize("shift", [-4, 0, 4])
def test_near_a_bookmark_is_at_it(shift: int) -> None:
    bookmarks = (Bookmark(20), Bookmark(100, "here"), Bookmark(200))
    x = int(geometry.middle(100)) + shift
    assert geometry.pointed_at(x, 4, NO_MARKS, bookmarks) == Pointed(TimelinePart.BOOKMARK, 100)
    assert geometry.pointed_at(x + 6 * (1 if shift >= 0 else -1), 4, NO_MARKS, bookmarks).part is TimelinePart.FRAME
    assert geometry.pointed_at(x, TOP + 6, NO_MARKS, bookmarks).part is TimelinePart.FRAME


def test_of_several_bookmarks_the_nearest_is_meant() -> None:
    x = int(geometry.middle(102))
    assert geometry.bookmark_near(x, 2, (Bookmark(100), Bookmark(102), Bookmark(103))) == 102


def test_the_minimap_is_there_only_while_zoomed() -> None:
    assert zoomed.pointed_at(MARGIN, MAP_TOP + 2, NO_MARKS, ()) == Pointed(TimelinePart.MINIMAP, 1)
    assert geometry.pointed_at(MARGIN, MAP_TOP + 2, NO_MARKS, ()) == Pointed(TimelinePart.FRAME, 1)
    assert zoomed.bar_height < geometry.bar_height


@given(st.integers(40, 100_000), st.integers(200, 2000), st.sampled_from([1.0, 1.5, 2.0]), st.data())
def test_the_frame_of_the_minimap_reaches_both_ends(count: int, width: int, ratio: float, data: st.DataObject) -> None:
    length = data.draw(st.integers(20, count - 1))
    first = data.draw(st.integers(0, count - length))
    some = TimelineGeometry(TimelineWindow(Span(0, count - 1), Span(first, first + length - 1)), width, ratio)
    left, right = some.map_frame()
    assert MARGIN <= left < right <= width - MARGIN
    assert some.window_at(0).shown.first == 0
    assert some.window_at(width).shown.last == count - 1
    assert len(some.window_at((left + right) / 2).shown) == length


def test_the_bookmarks_of_a_range_are_found() -> None:
    bookmarks = tuple(Bookmark(number) for number in (1, 5, 9))
    assert [each.number for each in within(bookmarks, 2, 9)] == [5, 9]
    assert within(bookmarks, 6, 8) == ()
