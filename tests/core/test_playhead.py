"""The laws of the playhead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.playhead import Playhead


@st.composite
def playheads(draw: st.DrawFn) -> Playhead:
    count = draw(st.integers(1, 60))
    first = draw(st.integers(0, count - 1))
    last = draw(st.integers(first, count - 1))
    stride = draw(st.integers(-8, 8).filter(bool))
    return Playhead(count, draw(st.integers(0, count - 1)), stride, first, last, looping=draw(st.booleans()))


STEPS = st.integers(-70, 70)


@given(playheads(), STEPS)
def test_a_step_never_leaves_the_sequence_nor_the_range_it_began_in(playhead: Playhead, by: int) -> None:
    after = playhead.stepped(by)
    assert 0 <= after.index < playhead.count
    assert after.in_range or not playhead.in_range
    assert (after.count, after.first, after.last, after.looping) == (
        playhead.count,
        playhead.first,
        playhead.last,
        playhead.looping,
    )


@given(playheads(), STEPS)
def test_a_step_forth_and_back_in_a_loop_leads_home(playhead: Playhead, by: int) -> None:
    looped = Playhead(playhead.count, playhead.index, looping=True)
    assert looped.stepped(by).stepped(-by).index == playhead.index


@given(playheads(), STEPS)
def test_a_step_forth_and_back_leads_home_where_no_end_is_in_the_way(playhead: Playhead, by: int) -> None:
    straight = Playhead(playhead.count, playhead.index)
    after = straight.stepped(by)
    if after.index == playhead.index + by:
        assert after.stepped(-by).index == playhead.index
    else:
        assert after.index in {0, playhead.count - 1}


@given(playheads())
def test_as_many_steps_as_the_range_is_long_visit_each_frame_of_a_loop_once(playhead: Playhead) -> None:
    looped = Playhead(playhead.count, playhead.first, 1, playhead.first, playhead.last, looping=True)
    seen = []
    for _ in range(looped.length):
        looped = looped.stepped(1)
        seen.append(looped.index)
    assert sorted(seen) == list(range(playhead.first, playhead.last + 1))
    assert looped.index == playhead.first


@given(playheads(), STEPS)
def test_the_direction_follows_the_step(playhead: Playhead, by: int) -> None:
    assert playhead.stepped(by).stride == (by or playhead.stride)


@given(playheads(), STEPS)
def test_a_jump_lands_where_it_is_aimed_or_at_the_nearest_end(playhead: Playhead, index: int) -> None:
    after = playhead.jumped(index)
    assert after.index == min(max(index, 0), playhead.count - 1)
    assert after == playhead or abs(after.stride) == 1


def test_a_jump_looks_the_way_it_went_but_never_out_of_the_sequence() -> None:
    middle = Playhead(100, 50, 7)
    assert middle.jumped(60).stride == 1
    assert middle.jumped(40).stride == -1
    assert middle.jumped(99).stride == -1
    assert middle.jumped(0).stride == 1
    assert middle.jumped(50) == middle


def test_outside_its_range_a_playhead_steps_to_the_ends_of_the_sequence() -> None:
    playhead = Playhead(100, 5, first=20, last=30, looping=True)
    assert playhead.stepped(-10).index == 0
    assert playhead.stepped(17).index == 22
    assert playhead.stepped(1000).index == 99


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": 0},
        {"count": 5, "index": 5},
        {"count": 5, "index": -1},
        {"count": 5, "stride": 0},
        {"count": 5, "first": 3, "last": 2},
        {"count": 5, "last": 5},
        {"count": 5, "first": -1},
    ],
)
def test_places_outside_the_sequence_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"Not a place|leads nowhere"):
        Playhead(**wrong)  # type: ignore[arg-type]  # all are numbers
