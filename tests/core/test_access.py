"""Where somebody is going: the laws of what is guessed, for every way that a sequence can go on."""

from __future__ import annotations

import itertools
import math
import random
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from viewer.core.play.playhead import Playhead, Repeat
from viewer.core.prefetch.access import AccessPattern, sequential, with_jumps
from viewer.core.prefetch.look_ahead import LookAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


# Whether it is worth it


class Played(NamedTuple):
    """What came of a row of requests.

    Attributes:
        loads: how many items were loaded.
        misses: how many requests had to wait for one.
    """

    loads: int
    misses: int


def played(positions: Sequence[int], pace: int, most: int = 10, behind: int = 10) -> Played:
    """Asks for items, and lets ``pace`` of them be loaded ahead between two requests; those used last are held."""
    ahead, held, loads, misses = LookAhead(most), dict[int, None](), 0, 0
    for position in positions:
        if ahead.move_to(position, None, None, is_there=position in held):
            ahead.plan(most, behind)
        if position not in held:
            misses += 1
            loads += 1
            ahead.scan_again()
            ahead.note_begun(position)
        held.pop(position, None)
        held[position] = None
        for _ in range(pace):
            due = ahead.next_due(lambda each: each not in held, lambda: True)
            if due is None:
                break
            loads += 1
            held[due] = None
        used = [each for each in held if each != position and each not in ahead.positions]
        for each in used[: max(0, len(used) - behind)]:
            del held[each]
    return Played(loads, misses)


def blocks(chance: random.Random, shortest: int, longest: int) -> list[int]:
    """Returns runs of so many items each, which begin anywhere."""
    starts = [(chance.randrange(10_000), chance.randint(shortest, longest)) for _ in range(40)]
    return [position for start, count in starts for position in range(start, start + count)]


# For each how many loads an item asked for may cost, and how many of the requests may wait where there is time
ROWS: dict[str, tuple[Callable[[random.Random], list[int]], float, float]] = {
    **{f"runs of {n}": (partial(blocks, shortest=n, longest=n), 1.2, 1.0) for n in (2, 3, 5)},
    **{f"runs of {n}": (partial(blocks, shortest=n, longest=n), 1.2, 1.2 / n) for n in (7, 10, 15, 20, 40, 100)},
    "runs of 5 to 20": (lambda chance: blocks(chance, 5, 20), 1.2, 0.12),
    "runs of 1 to 30": (lambda chance: blocks(chance, 1, 30), 1.2, 0.14),
    "60 in any order": (lambda chance: chance.sample(range(60), 60), 1.2, 1.0),
    "200 in any order": (lambda chance: chance.sample(range(200), 200), 1.2, 1.0),
    "jumps, then a run": (lambda chance: [*chance.sample(range(10_000), 50), *range(300, 500)], 1.2, 0.22),
    "to and fro": (lambda _: [*range(100, 106), *range(104, 100, -1)] * 20, 0.2, 0.02),
    "forwards": (lambda _: [*range(500)], 1.03, 0.003),
    "backwards": (lambda _: [*range(900, 400, -1)], 1.05, 0.005),
    "by threes": (lambda _: [*range(0, 900, 3)], 1.07, 0.01),
    "by one and two": (lambda _: [n for n in range(900) if n % 3 < 2], 1.03, 0.02),
    "two runs in turn": (lambda _: [n + start for n in range(300) for start in (0, 1000)], 1.03, 0.02),
    "three runs in turn, each asked twice": (
        lambda _: [n + start for n in range(200) for start in (0, 900, 2000) for _ in range(2)],
        0.53,
        0.02,
    ),
    "two of each ten": (lambda _: [n for n in range(5000) if n % 10 < 2], 1.03, 0.02),
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("pace", [1, 2, 4, 100])
def test_little_is_loaded_in_vain_whatever_the_pace_and_runs_lose_nothing(row: str, pace: int) -> None:
    make, most_loads, most_misses = ROWS[row]
    for seed in range(10):
        positions = make(random.Random(seed))  # noqa: S311 - the same jumps in each run
        found = played(positions, pace)
        assert found.loads <= most_loads * len(positions), seed
        assert found.misses <= most_misses * len(positions), seed


@pytest.mark.parametrize("before", [0, 1, 20])
def test_a_run_is_loaded_ahead_as_far_as_may_be_soon_whatever_was_before(before: int) -> None:
    ahead = LookAhead(10)
    for position in [*range(1000, 1000 + 100 * before, 100), *range(40)]:
        ahead.move_to(position, None, None, is_there=False)
        ahead.plan(10, 10)
        ahead.note_begun(position)
    assert [ahead.next_due(lambda _: True, lambda: True) for _ in range(11)] == [*range(40, 50), None]
