"""How fast somebody moves by single presses, on a clock that is passed in."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.step_rate import FAST, LEAST_REST, WINDOW, StepRate


def pressed(every: float, times: int, by: int = 1) -> StepRate:
    """Returns the pace after presses from 0.0 on."""
    pace = StepRate()
    for press in range(times):
        pace.note(press * every, by)
    return pace


def test_without_moves_and_with_a_single_one_there_is_no_pace() -> None:
    for pace in (StepRate(), pressed(0.1, 1)):
        assert pace.speed == 0.0
        assert pace.rest_after(0.0) == 0.0


@pytest.mark.parametrize(("by", "speed"), [(1, 20.0), (-1, -20.0), (5, 100.0)])
def test_the_speed_is_the_frames_a_second_with_their_direction(by: int, speed: float) -> None:
    assert pressed(0.05, 8, by).speed == pytest.approx(speed)


def test_only_the_last_half_second_counts() -> None:
    pace = pressed(0.05, 8)
    for press in range(20):
        pace.note(10.0 + press * 0.1, -1)
    assert pace.speed == pytest.approx(-10.0)


def test_going_back_and_forth_leads_nowhere() -> None:
    pace = StepRate()
    for press in range(9):
        pace.note(press * 0.05, 1 if press % 2 else -1)
    assert pace.speed == 0.0


def test_moves_at_the_same_moment_have_a_speed_that_can_be_reckoned_with() -> None:
    pace = pressed(0.0, 3)
    assert 0.0 < pace.speed <= 2 / LEAST_REST
    assert pace.rest_after(0.0) == LEAST_REST


def test_a_go_ends_a_little_later_than_its_next_move_would_have_come() -> None:
    pace = pressed(0.1, 3)
    assert 0.1 < pace.rest_after(0.2) < 0.15
    assert pace.rest_after(0.25) == pytest.approx(pace.rest_after(0.2) - 0.05)
    assert pace.rest_after(0.4) == 0.0


def test_even_the_fastest_go_is_given_a_moment() -> None:
    assert pressed(0.001, 5).rest_after(0.004) == pytest.approx(LEAST_REST)


def test_moves_that_are_far_apart_are_no_go() -> None:
    pace = pressed(1.1 * FAST, 4)
    assert pace.rest_after(3.3 * FAST) == 0.0
    assert pace.speed > 0.0


def test_what_comes_after_a_stop_is_another_go() -> None:
    pace = pressed(0.05, 8)
    pace.stop()
    assert (pace.speed, pace.rest_after(0.35)) == (0.0, 0.0)
    pace.note(0.4, 1)
    assert (pace.speed, pace.rest_after(0.4)) == (0.0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(-100, 100)), max_size=30))
def test_speed_and_rest_are_finite_whatever_the_moves(moves: list[tuple[float, int]]) -> None:
    pace, now = StepRate(), 0.0
    for pause, by in moves:
        now += pause
        pace.note(now, by)
        assert math.isfinite(pace.speed)
        assert 0.0 <= pace.rest_after(now) < WINDOW
        assert pace.rest_after(now + WINDOW) == 0.0
