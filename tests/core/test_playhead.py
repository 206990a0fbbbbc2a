"""The laws of the playhead."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import playheads

from viewer.core.play.playhead import Playhead, Repeat

STEPS = st.integers(-70, 70)


@given(playheads(), STEPS)
def test_a_step_stays_where_it_began_and_leads_back(playhead: Playhead, by: int) -> None:
    after = playhead.stepped(by)
    assert 0 <= after.index < playhead.count
    assert after.in_range or not playhead.in_range
    assert replace(after, index=playhead.index, stride=playhead.stride) == playhead
    assert after.stride == (by or playhead.stride)
    assert playhead.direction * abs(playhead.stride) == playhead.stride
    looped = Playhead(playhead.count, playhead.index, repeat=Repeat.LOOP)
    assert looped.stepped(by).stepped(-by).index == playhead.index
    after = Playhead(playhead.count, playhead.index).stepped(by)
    if after.index == playhead.index + by:  # no end is in the way
        assert after.stepped(-by).index == playhead.index
    else:
        assert after.index in {0, playhead.count - 1}


@given(playheads())
def test_as_many_steps_as_the_range_is_long_visit_each_frame_of_a_loop_once(playhead: Playhead) -> None:
    looped = Playhead(playhead.count, playhead.first, 1, playhead.first, playhead.last, repeat=Repeat.LOOP)
    seen = []
    for _ in range(looped.length):
        looped = looped.stepped(1)
        seen.append(looped.index)
    assert sorted(seen) == list(range(playhead.first, playhead.last + 1))
    assert looped.index == playhead.first


# Playing

RANGES = playheads().filter(lambda playhead: playhead.in_range)


def walk(playhead: Playhead, steps: int) -> list[int]:
    """Returns where playing on frame by frame leads, up to ``steps`` frames."""
    seen: list[int] = []
    for _ in range(steps):
        after = playhead.advanced()
        if after is None:
            return seen
        playhead = after
        seen.append(playhead.index)
    return seen


@given(playheads(), st.integers(1, 200))
def test_playing_never_leaves_the_sequence_nor_the_range_it_is_in(playhead: Playhead, by: int) -> None:
    after = playhead.advanced(by)
    if after is None:
        assert playhead.repeat is Repeat.ONCE
    else:
        assert 0 <= after.index < playhead.count
        assert after.in_range or not playhead.in_range
        assert abs(after.stride) == abs(playhead.stride)


@given(RANGES, st.integers(1, 40))
def test_several_frames_at_once_lead_where_single_ones_do(playhead: Playhead, by: int) -> None:
    after = playhead.advanced(by)
    alone: Playhead | None = playhead
    for _ in range(by):
        following = None if alone is None else alone.advanced()
        if following is None and after is not None:
            break  # played once, it stops at the end
        alone = following
    assert (after is None) == (alone is None)
    if after is not None and alone is not None:
        assert (after.index, walk(after, 3)) == (alone.index, walk(alone, 3))


@given(RANGES)
def test_every_frame_comes_in_order_as_often_as_it_is_to_be_repeated(playhead: Playhead) -> None:
    once = replace(playhead, repeat=Repeat.ONCE)
    if once.direction > 0:
        assert walk(once, 100) == list(range(once.index + 1, once.last + 1))
    else:
        assert walk(once, 100) == list(range(once.index - 1, once.first - 1, -1))
    loop = replace(playhead, repeat=Repeat.LOOP)
    lap = walk(loop, loop.length)
    assert sorted(lap) == list(range(loop.first, loop.last + 1))
    assert lap[-1] == loop.index
    turn = [(after - before) % loop.length for before, after in itertools.pairwise([loop.index, *lap])]
    assert set(turn) == {loop.direction % loop.length}
    there_and_back = replace(playhead, repeat=Repeat.PING_PONG)
    ends = {there_and_back.first, there_and_back.last}
    lap = walk(there_and_back, max(1, 2 * (there_and_back.length - 1)))
    for index in range(there_and_back.first, there_and_back.last + 1):
        assert lap.count(index) == (1 if index in ends else 2)
    assert lap[-1] == there_and_back.index
    assert all(abs(after - before) == 1 for before, after in itertools.pairwise(lap))


@given(playheads())
def test_from_outside_the_range_playing_comes_into_it_and_stays(playhead: Playhead) -> None:
    seen = walk(replace(playhead, repeat=Repeat.LOOP), 3 * playhead.count)
    inside = [playhead.first <= index <= playhead.last for index in seen]
    assert inside == sorted(inside)
    assert inside[-1]


@given(playheads(), st.integers(1, 12))
def test_outside_the_range_too_several_frames_at_once_lead_where_single_ones_do(playhead: Playhead, by: int) -> None:
    seen = walk(playhead, by)
    after = playhead.advanced(by)
    if len(seen) == by:
        assert after is not None
        assert after.index == seen[-1]


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
    playhead = Playhead(100, 5, first=20, last=30, repeat=Repeat.LOOP)
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
    with pytest.raises(ValueError, match=r"Not a position|leads nowhere"):
        Playhead(**wrong)  # type: ignore[arg-type]  # all are numbers
