"""The one measure of need, and the order that follows from it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import playheads

from viewer.core.play.load_order import (
    COARSEST,
    FINEST,
    coarse_to_fine,
    coarseness,
    order_of_need,
    steps_until,
    upcoming,
)
from viewer.core.play.playhead import Playhead, Repeat


@given(playheads())
def test_the_order_holds_every_frame_once_and_ascends_in_need(playhead: Playhead) -> None:
    order = list(order_of_need(playhead))
    assert sorted(order) == list(range(playhead.count))
    needs = [steps_until(playhead, index) for index in order]
    assert needs[0] == 0
    assert all(sooner < later for sooner, later in itertools.pairwise(needs))
    after = playhead.stepped(playhead.stride)
    if playhead.in_range and after.index == playhead.index + playhead.stride:
        assert order[1] == after.index


def first(count: int, playhead: Playhead) -> list[int]:
    return list(itertools.islice(order_of_need(playhead), count))


LOOP, PING_PONG = Repeat.LOOP, Repeat.PING_PONG


@pytest.mark.parametrize(
    ("playhead", "expected"),
    [
        # Three frames ahead count as much as one behind, and a step back turns the order round.
        (Playhead(100, 50), [50, 51, 52, 53, 49, 54, 55, 56, 48]),
        (Playhead(100, 50).stepped(-1), [49, 48, 47, 46, 50]),
        # Strides are kept, and what lies between comes later.
        (Playhead(100, 0, 5), [0, 5, 10, 15, 20]),
        (Playhead(1000, 500, -100), [500, 400, 300, 200]),
        # After the last frame of a loop comes the first.
        (Playhead(10, 8, repeat=LOOP), [8, 9, 0, 1]),
        (Playhead(100, 20, -1, 20, 40, repeat=LOOP), [20, 40, 39, 38]),
        # One that plays needs what lies ahead and hardly anything behind, to and fro what it has passed.
        (Playhead(100, 50, playing=True), [50, 51, 52, 53, 54, 55, 56, 57]),
        (Playhead(10, 7, repeat=LOOP, playing=True), [7, 8, 9, 0]),
        (Playhead(10, 7, repeat=PING_PONG, playing=True), [7, 8, 9, 6, 5, 4, 3, 2]),
        (Playhead(10, 2, -1, repeat=PING_PONG, playing=True), [2, 1, 0, 3, 4]),
    ],
)
def test_what_is_needed_first(playhead: Playhead, expected: list[int]) -> None:
    assert first(len(expected), playhead) == expected


@given(playheads(), st.integers(1, 150))
def test_what_comes_up_is_what_playing_comes_to(playhead: Playhead, count: int) -> None:
    expected: list[int] = []
    at = playhead
    while len(expected) < count and (after := at.advanced()) is not None:
        at = after
        expected.append(at.index)
    assert list(itertools.islice(upcoming(playhead), count)) == expected


@given(playheads())
def test_while_playing_the_order_within_the_range_begins_as_the_playing_goes(playhead: Playhead) -> None:
    playing = replace(playhead, stride=playhead.direction, playing=True)
    if playing.in_range:
        ahead = dict.fromkeys([playing.index, *itertools.islice(upcoming(playing), min(5, playing.length - 1))])
        assert first(len(ahead), playing) == list(ahead)


def test_what_lies_outside_the_range_comes_after_all_that_lies_inside() -> None:
    order = list(order_of_need(Playhead(30, 12, 1, 10, 15)))
    assert sorted(order[:6]) == [10, 11, 12, 13, 14, 15]


def test_a_long_sequence_costs_no_more_than_a_short_one() -> None:
    for repeat in Repeat:
        steps = 0

        class Counted(Playhead):
            """A playhead that counts how often its place is asked for."""

            def __getattribute__(self, name: str) -> object:
                nonlocal steps
                steps += 1
                return super().__getattribute__(name)

        playhead = Counted(100_000, 50_000, repeat=repeat, playing=True)
        assert len(first(1000, playhead)) == 1000
        assert steps < 20_000


# Small pictures all over the sequence

COUNTS = st.one_of(st.integers(0, 300), st.integers(0, 100_000))


@given(COUNTS, st.integers(-1, 2000))
def test_samples_lie_in_the_sequence_come_at_most_twice_and_are_about_as_many_as_are_of_use(
    count: int, most: int
) -> None:
    samples = list(coarse_to_fine(count, most))
    assert all(0 <= index < count for index in samples)
    assert len(samples) - len(set(samples)) <= 1  # the last, which may be one of the others too
    assert len(samples) <= (most + 2 if most > 0 else 0)


@given(st.integers(1, 20_000), st.integers(1, 2000))
def test_the_last_and_every_64th_come_first_and_then_finer_ones_evenly(count: int, most: int) -> None:
    samples = list(coarse_to_fine(count, most))
    if count > 1:
        assert samples.pop(0) == count - 1
    steps = [COARSEST >> halvings for halvings in range(4)]
    if count <= COARSEST * most:
        coarsest = list(range(0, count, COARSEST))
        assert samples[: len(coarsest)] == coarsest
        assert not any(index % COARSEST == 0 for index in samples[len(coarsest) :])
        assert set(samples) in [set(range(0, count, step)) for step in steps]
    else:
        assert set(samples) <= set(range(0, count, COARSEST))
    if count <= most:
        assert set(samples) == set(range(0, count, FINEST))


def test_the_order_of_a_short_sequence() -> None:
    assert list(coarse_to_fine(150, 100)) == [
        149, 0, 64, 128, 32, 96, 16, 48, 80, 112, 144, 8, 24, 40, 56, 72, 88, 104, 120, 136
    ]  # fmt: skip


def test_the_first_samples_of_a_long_sequence_cost_no_more() -> None:
    assert list(itertools.islice(coarse_to_fine(10**9, 10**6), 3)) == [10**9 - 1, 0, 1024]


@given(st.integers(0, 100_000))
def test_every_64th_is_given_up_last_and_every_second_first(index: int) -> None:
    coarse = coarseness(index)
    assert 0 <= coarse <= 6
    assert index % (COARSEST >> coarse) == 0
    assert coarse == 0 or index % (COARSEST >> (coarse - 1)) != 0
