"""Which frames the timeline shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.core.spans import Span
from viewer.gui.widgets.timeline_layout import TimelineLayout
from viewer.gui.widgets.timeline_window import LEAST, TimelineWindow


@st.composite
def windows(draw: st.DrawFn) -> TimelineWindow:
    first, count = draw(st.integers(-2000, 2000)), draw(st.integers(1, 100_000))
    whole = Span(first, first + count - 1)
    begin = draw(st.integers(whole.first, max(whole.first, whole.last - LEAST + 1)))
    end = draw(st.integers(min(begin + LEAST - 1, whole.last), whole.last))
    return TimelineWindow(whole, Span(begin, end))


def is_sound(window: TimelineWindow) -> bool:
    whole, shown = window.whole, window.shown
    return whole.first <= shown.first <= shown.last <= whole.last and len(shown) >= min(LEAST, len(whole))


@given(windows(), st.floats(0.01, 100), st.integers(1, 2000), st.data())
def test_zooming_keeps_the_frame_under_the_pointer_where_it_is(
    window: TimelineWindow, factor: float, width: int, data: st.DataObject
) -> None:
    x = data.draw(st.integers(0, width - 1))
    zoomed = window.zoomed(factor, x, width)
    assert is_sound(zoomed)
    before, after = TimelineLayout(*window.shown, width), TimelineLayout(*zoomed.shown, width)
    if zoomed.shown.first > window.whole.first and zoomed.shown.last < window.whole.last:
        assert after.number_at(x) == before.number_at(x)
    assert (len(zoomed.shown) - len(window.shown)) * (factor - 1) >= 0


@given(windows())
def test_far_enough_out_shows_all_and_far_enough_in_the_least(window: TimelineWindow) -> None:
    assert not window.zoomed(1e9, 50, 100).is_zoomed
    assert len(window.zoomed(1e-9, 50, 100).shown) == min(LEAST, len(window.whole))


@given(windows(), st.integers(-200_000, 200_000))
def test_panning_keeps_the_width_and_stops_at_the_ends(window: TimelineWindow, frames: int) -> None:
    panned = window.panned(frames)
    assert is_sound(panned)
    assert len(panned.shown) == len(window.shown)
    moved = panned.shown.first - window.shown.first
    assert moved == frames or window.whole.first == panned.shown.first or window.whole.last == panned.shown.last


@given(windows(), st.data(), st.sampled_from([-1, 0, 1]))
def test_following_shows_the_frame_and_moves_only_if_it_must(
    window: TimelineWindow, data: st.DataObject, page: int
) -> None:
    number = data.draw(st.integers(*window.whole))
    followed = window.following(number, page)
    assert is_sound(followed)
    assert followed.shown.first <= number <= followed.shown.last
    if window.shown.first <= number <= window.shown.last:
        assert followed == window


def test_a_step_scrolls_by_one_and_a_page_leaves_room_ahead() -> None:
    window = TimelineWindow(Span(1, 1000), Span(101, 200))
    assert window.following(201).shown == Span(102, 201)
    assert window.following(100).shown == Span(100, 199)
    assert window.following(201, 1).shown == Span(201, 300)
    assert window.following(100, -1).shown == Span(1, 100)
    assert window.following(1, 1).shown == Span(1, 100), "round the loop"
    assert window.around(500).shown == Span(450, 549)


def test_growing_keeps_all_in_sight_or_the_part_that_is() -> None:
    all_of_it = TimelineWindow(Span(1, 100), Span(1, 100))
    assert all_of_it.grown(Span(1, 150)) == TimelineWindow(Span(1, 150), Span(1, 150))
    part = TimelineWindow(Span(1, 100), Span(41, 90))
    assert part.grown(Span(1, 150)) == TimelineWindow(Span(1, 150), Span(41, 90))
    assert part.grown(Span(1, 60)) == TimelineWindow(Span(1, 60), Span(11, 60))
    assert part.grown(Span(1, 30)) == TimelineWindow(Span(1, 30), Span(1, 30))
