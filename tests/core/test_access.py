"""Where somebody is going: the laws of what is guessed, for every way that a sequence can go on."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from viewer.core.play.playhead import Playhead, Repeat
from viewer.core.prefetch.access import AccessPattern, sequential, with_jumps

STRIDES = st.integers(-9, 9).filter(bool)


@st.composite
def patterns(draw: st.DrawFn, *repeats: Repeat, strides: st.SearchStrategy[int] = STRIDES) -> AccessPattern:
    """Access patterns anywhere in short sequences."""
    length = draw(st.integers(1, 40))
    position = draw(st.integers(0, length - 1))
    return AccessPattern(position, draw(strides), length, draw(st.sampled_from(repeats or tuple(Repeat))))


def walked(pattern: AccessPattern, *positions: int) -> AccessPattern:
    """Returns the pattern after these were asked for."""
    for position in positions:
        pattern = pattern.moved_to(position, pattern.length)
    return pattern


# What follows


@given(patterns(Repeat.ONCE))
def test_a16_to_the_end_and_no_further_stride_by_stride(pattern: AccessPattern) -> None:
    assert pattern.length is not None
    expected = []
    position = pattern.position + pattern.stride
    while 0 <= position < pattern.length:
        expected.append(position)
        position += pattern.stride
    assert [*sequential(pattern)] == expected


@given(st.integers(0, 10**6), STRIDES, st.sampled_from(Repeat))
def test_a16_what_has_no_end_goes_on_for_ever_and_stops_at_the_start(
    position: int, stride: int, repeat: Repeat
) -> None:
    following = [*itertools.islice(sequential(AccessPattern(position, stride, None, repeat)), 50)]
    expected = [position + steps * stride for steps in range(1, 51)]
    assert following == [each for each in expected if each >= 0]


@given(patterns(Repeat.LOOP))
def test_a16_a_loop_goes_round_once_and_comes_by_all_it_can(pattern: AccessPattern) -> None:
    assert pattern.length is not None
    following = [*sequential(pattern)]
    assert all(0 <= each < pattern.length for each in following)
    for before, after in itertools.pairwise([pattern.position, *following]):
        if pattern.length > 1:
            assert (after - before - pattern.stride) % pattern.length == 0
    reached = pattern.length // math.gcd(pattern.stride, pattern.length)
    assert len({pattern.position, *following}) == reached


@given(patterns(Repeat.PING_PONG, strides=st.sampled_from([1, -1])))
def test_a16_there_and_back_is_what_a_player_does(pattern: AccessPattern) -> None:
    assert pattern.length is not None
    assume(pattern.length > 1)
    playhead = Playhead(pattern.length, pattern.position, pattern.stride, repeat=Repeat.PING_PONG)
    following = [*sequential(pattern)]
    for steps, position in enumerate(following, 1):
        played = playhead.advanced(steps)
        assert played is not None
        assert played.index == position
    assert set(following) == set(range(pattern.length))


@given(patterns(Repeat.PING_PONG))
def test_a16_there_and_back_ends_and_stays_inside(pattern: AccessPattern) -> None:
    assert pattern.length is not None
    following = [*sequential(pattern)]
    assert all(0 <= each < pattern.length for each in following)
    for before, after in itertools.pairwise([pattern.position, *following]):
        assert abs(after - before) <= abs(pattern.stride)


@given(patterns())
def test_a15_one_item_alone_has_nothing_after_it(pattern: AccessPattern) -> None:
    assert [*sequential(AccessPattern(0, pattern.stride, 1, pattern.repeat))] == []


@given(
    patterns(Repeat.ONCE)
    | patterns(Repeat.PING_PONG, strides=st.sampled_from([1, -1]))
    | patterns(Repeat.LOOP).filter(lambda pattern: 2 * abs(pattern.stride) < (pattern.length or 0))
)
def test_a16_whoever_goes_where_it_was_guessed_is_guessed_to_go_on_like_that(pattern: AccessPattern) -> None:
    guessed = [*sequential(pattern)][:50]
    for steps, position in enumerate(guessed, 1):
        pattern = walked(pattern, position)
        assert [*itertools.islice(sequential(pattern), len(guessed) - steps)] == guessed[steps:]


# How it was come by


@given(patterns(), st.integers(0, 39))
def test_a16_any_move_leads_to_where_it_went_with_a_stride(pattern: AccessPattern, position: int) -> None:
    assert pattern.length is not None
    assume(position < pattern.length)
    moved = walked(pattern, position)
    assert (moved.position, moved.length, moved.repeat) == (position, pattern.length, pattern.repeat)
    assert moved.stride != 0
    assert walked(moved, position).stride == moved.stride


def test_a16_two_moves_alike_make_a_stride_and_one_does_not() -> None:
    pattern = walked(AccessPattern(0, 1, 100), 5)
    assert pattern.stride == 1
    assert [*sequential(walked(pattern, 10))][:3] == [15, 20, 25]
    assert [*sequential(walked(pattern, 10, 11))][:3] == [12, 13, 14]
    assert [*sequential(walked(pattern, 11))][:3] == [12, 13, 14]


def test_a11_a_step_back_turns_it_round() -> None:
    assert [*sequential(walked(AccessPattern(50, 1, 100), 49))][:3] == [48, 47, 46]
    assert [*sequential(walked(AccessPattern(50, 5, 100), 45))][:3] == [40, 35, 30]


@pytest.mark.parametrize("stride", [1, -1, 3])
def test_a12_a_jump_leaves_the_direction_as_it_was(stride: int) -> None:
    jumped = walked(AccessPattern(50, stride, 100), 50 + stride, 80)
    assert (jumped.position, jumped.stride) == (80, stride)
    assert jumped.is_jump
    assert not walked(jumped, 80 + stride).is_jump


def test_a13_asking_again_changes_nothing_but_the_length() -> None:
    pattern = walked(AccessPattern(50, 1, 100), 49, 48)
    assert pattern.moved_to(48, 100) == pattern
    assert pattern.moved_to(48, 120).length == 120
    assert pattern.moved_to(48, 120).stride == -1


def test_a16_a_loop_is_left_by_the_shorter_way() -> None:
    loop = AccessPattern(99, 1, 100, Repeat.LOOP)
    assert [*sequential(walked(loop, 0))][:2] == [1, 2]
    assert walked(loop, 0).stride == 1
    assert [*sequential(walked(loop, 0, 99))][:2] == [98, 97]
    assert walked(AccessPattern(99, 1, 100), 0).stride == 1  # a jump, as nothing follows the end
    assert walked(AccessPattern(99, 1, 100, Repeat.LOOP, since_turn=3), 0).since_turn == 4


def test_a16_who_knows_the_stride_is_believed_at_once() -> None:
    pattern = AccessPattern(7, 1, 100).moved_to(40, 100, 5)
    assert [*sequential(pattern)][:3] == [45, 50, 55]
    assert pattern.since_turn is None
    assert pattern.moved_to(45, 100, 5).stride == 5
    assert walked(AccessPattern(50, 1, 100), 49).moved_to(48, 100, -1).since_turn == 2
    assert pattern.moved_to(40, 100, -5).stride == -5


# How far


@given(st.integers(0, 30), st.integers(0, 30), st.none() | st.integers(1, 99), st.sampled_from(Repeat))
def test_a9_never_farther_than_is_set_and_so_far_unless_it_was_turned(
    ahead: int, behind: int, since_turn: int | None, repeat: Repeat
) -> None:
    depth = AccessPattern(50, 1, 100, repeat, since_turn).depth(ahead, behind)
    assert 0 <= depth <= ahead
    if since_turn is None or since_turn >= behind or repeat is Repeat.PING_PONG:
        assert depth == ahead
    else:
        assert depth >= min(1, ahead)
        assert depth <= AccessPattern(50, 1, 100, repeat, since_turn + 1).depth(ahead, behind)


def test_a12_after_a_turn_it_looks_one_further_with_each_step_until_the_next_jump() -> None:
    pattern = walked(AccessPattern(50, 1, 100), 51, 52)
    assert pattern.depth(10, 10) == 10
    depths = []
    for position in range(51, 39, -1):
        pattern = walked(pattern, position)
        depths.append(pattern.depth(10, 10))
    assert depths == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]
    assert walked(pattern, 41).depth(10, 10) == 1
    assert walked(pattern, 41, 80).depth(10, 10) == 10
    assert walked(pattern, 41).depth(10, 4) == 7


# Jumps


@given(patterns(), st.lists(st.integers(-30, 30), max_size=3), st.booleans())
def test_a22_jumps_come_after_the_next_two_and_nothing_else_is_lost(
    pattern: AccessPattern,
    offsets: list[int],
    ends: bool,  # noqa: FBT001 - Hypothesis draws it
) -> None:
    assert pattern.length is not None
    following = [*sequential(pattern)]
    jumps = [pattern.position + offset for offset in offsets] + ([0, pattern.length - 1] if ends else [])
    assert [*with_jumps(*offsets, ends=ends)(pattern)] == [*following[:2], *jumps, *following[2:]]


def test_a22_a_sequence_without_end_has_no_last_item_to_jump_to() -> None:
    guessed = with_jumps(10, ends=True)(AccessPattern(50, 1, None))
    assert [*itertools.islice(guessed, 6)] == [51, 52, 60, 0, 53, 54]
