"""Playing in time with a clock that is moved by hand."""

from __future__ import annotations

import itertools
import math
import statistics

import pytest
from doubles import HandLoop
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.player import Player


class Film:
    """Counts the steps of a player and notes when they came."""

    def __init__(self, frames: int = 1_000_000, rate: float = 10.0) -> None:
        self.loop = HandLoop()
        self.left = frames
        self.times: list[float] = []
        self.steps: list[int] = []
        self.waits = False
        self.at_hand = math.inf
        self.player = Player(self.loop, self.advance, lambda most: min(most, self.at_hand))
        self.player.set_rate(rate)

    def advance(self, by: int) -> tuple[int, int] | None:
        if not self.left:
            return None
        self.left -= 1
        self.times.append(round(self.loop.now(), 6))
        self.steps.append(by)
        if self.waits:
            self.player.waits_for_frame()
        return by, by - 1

    def watch(self, seconds: float) -> int:
        before = len(self.times)
        self.loop.advance(seconds)
        return len(self.times) - before


def test_it_steps_at_its_rate_from_when_it_is_told_to_play_until_it_is_told_to_stop_or_the_last_frame() -> None:
    film = Film(frames=18)
    assert film.watch(10) == 0
    film.player.play()
    film.player.play()  # is the same as once
    film.watch(1.05)
    assert film.times == [10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7, 10.8, 10.9, 11.0]
    film.player.stop()
    assert film.watch(10) == 0
    film.player.play()
    assert film.watch(0.55) == 5
    assert film.player.playing
    assert film.watch(5) == 3
    assert not film.player.playing


def test_no_frame_is_left_out_when_they_come_too_slowly() -> None:
    film = Film()
    film.waits = True
    film.player.play()
    film.watch(3.0)
    for seen in range(1, 5):
        assert len(film.times) == seen
        film.player.frame_seen()
        film.watch(3.0)
    assert film.player.playing


def test_a_slow_frame_is_made_up_for_so_that_the_average_keeps_the_rate() -> None:
    film = Film()
    film.waits = True
    film.player.play()
    for _ in range(100):
        film.watch(0.1)
        film.loop.advance(0.04)
        film.player.frame_seen()
        film.loop.advance(0.0)
        film.player.frame_seen()
    assert len(film.times) > 95


def test_a_frame_that_is_seen_at_once_does_not_hurry_the_next() -> None:
    film = Film()

    def advance(by: int) -> tuple[int, int]:
        film.times.append(film.loop.now())
        player.waits_for_frame()
        player.frame_seen()
        return by, 0

    player = Player(film.loop, advance, lambda _most: math.inf)
    player.set_rate(10.0)
    player.play()
    film.loop.advance(1.05)
    assert len(film.times) == 10


def test_a_long_wait_is_not_followed_by_a_rush() -> None:
    film = Film()
    film.player.play()
    film.watch(0.15)
    film.player.waits_for_frame()
    film.watch(60.0)
    film.player.frame_seen()
    assert film.watch(1.0) <= 12


def test_a_new_rate_applies_at_once_and_steps_come_once_each() -> None:
    film = Film()
    film.player.play()
    film.watch(0.15)
    film.player.waits_for_frame()
    film.watch(1.0)
    film.player.set_rate(2.0)
    film.player.frame_seen()
    film.watch(5.0)
    assert all(later - earlier > 0.45 for earlier, later in zip(film.times[2:], film.times[3:], strict=False))
    assert film.player.rate == 2.0


def test_a_frame_seen_while_it_stands_still_starts_nothing() -> None:
    film = Film()
    film.player.waits_for_frame()
    film.player.play()
    film.watch(1.0)
    film.player.stop()
    film.player.frame_seen()
    assert film.watch(5.0) == 0


def test_advancing_may_stop_the_player() -> None:
    film = Film()

    def advance(by: int) -> tuple[int, int]:
        player.stop()
        return by, 0

    player = Player(film.loop, advance, lambda _most: math.inf)
    player.play()
    film.loop.advance(5.0)
    assert not player.playing


# Slowing down to what comes


class Line(Film):
    """A film whose frames come over a line that brings so many a second, in bursts; they are seen at once."""

    def __init__(self, rate: float, supply: float, burst: int = 1, at_hand: int = 0) -> None:
        super().__init__(rate=rate)
        self.supply = supply
        self.burst = burst
        self.at_hand = at_hand
        self.loop.call_later(burst / supply, self.come)

    def come(self) -> None:
        self.at_hand += self.burst
        self.loop.call_later(self.burst / self.supply, self.come)

    def advance(self, by: int) -> tuple[int, int] | None:
        self.at_hand -= 1
        return super().advance(by)


@given(st.floats(6, 80), st.integers(1, 4))
def test_a_line_that_is_too_slow_is_played_at_its_own_rate_and_evenly(supply: float, burst: int) -> None:
    line = Line(rate=max(24.0, supply * 1.2), supply=supply, burst=burst)
    line.player.play()
    line.loop.advance(3.0)
    line.times.clear()
    line.loop.advance(5.0)
    assert len(line.times) >= 0.9 * 5 * supply - burst
    intervals = [after - before for before, after in itertools.pairwise(line.times)]
    assert max(intervals) <= 2 * statistics.median(intervals) + 0.02


def test_what_has_array_is_played_at_the_full_rate_and_then_it_slows_down_step_by_step() -> None:
    line = Line(rate=24.0, supply=8.0, at_hand=60)
    line.player.play()
    line.loop.advance(12.0)
    intervals = [after - before for before, after in itertools.pairwise(line.times)]
    assert intervals[:20] == pytest.approx([1 / 24] * 20, abs=2e-3)
    assert all(after < 1.5 * before for before, after in itertools.pairwise(intervals))
    assert statistics.mean(intervals[-10:]) == pytest.approx(1 / 8, rel=0.2)


def test_a_frame_that_does_not_come_at_all_is_gone_to_so_that_it_is_asked_for_first() -> None:
    film = Film(rate=24.0)
    film.at_hand, film.waits = 0, True
    film.player.play()
    assert film.watch(5.0) == 1


def test_the_full_rate_is_kept_while_there_is_enough_at_hand() -> None:
    line = Line(rate=60.0, supply=70.0, at_hand=40)
    line.player.play()
    line.loop.advance(10.0)
    assert len(line.times) == pytest.approx(600, abs=2)


# Keeping time


def keeping_time(rate: float = 10.0) -> Film:
    film = Film(rate=rate)
    film.player.set_keeps_time(keeps_time=True)
    film.player.play()
    film.watch(0.03)  # it has looked what is at hand
    film.steps.clear()
    return film


@given(st.floats(1, 240), st.floats(0.5, 20))
def test_keeping_time_as_many_frames_go_by_as_the_clock_says(rate: float, seconds: float) -> None:
    film = keeping_time(rate)
    gone = sum(film.steps)
    film.watch(seconds)
    assert sum(film.steps) - gone == pytest.approx(rate * seconds, abs=max(2.0, rate / 60))


def test_frames_that_a_hidden_window_does_not_show_are_not_dropped() -> None:
    film = keeping_time()
    film.waits = True
    film.watch(1.02)
    assert (sum(film.steps), film.player.dropped) == (10, 0)


def test_what_is_shown_may_lag_behind_the_clock_and_comes_up_with_it() -> None:
    film = Film()
    here = False
    film.player = Player(film.loop, lambda by: film.advance(by) if here else (0, 0), lambda _most: math.inf)
    film.player.set_rate(10.0)
    film.player.set_keeps_time(keeps_time=True)
    film.player.play()
    film.watch(1.05)
    assert (film.steps, film.player.behind) == ([], 10)
    here = True
    film.watch(0.1)
    assert (film.steps, film.player.behind, film.player.dropped) == ([11], 0, 10)


def test_nothing_is_dropped_while_every_frame_is_seen_and_what_a_stuck_window_missed_is() -> None:
    film = keeping_time(60.0)
    film.watch(10.0)
    assert (sum(film.steps), film.player.dropped) == (600, 0)
    assert set(film.steps) == {1}
    film.loop.stall(2.0)
    film.watch(0.1)
    assert max(film.steps) >= 120
    assert film.player.dropped == pytest.approx(120, abs=1)


@pytest.mark.parametrize("comes", [True, False])
def test_the_clock_waits_a_moment_until_something_has_array_and_not_for_ever(*, comes: bool) -> None:
    film = Film(rate=24.0)
    film.at_hand = 0
    film.player.set_keeps_time(keeps_time=True)
    film.player.play()
    assert film.watch(0.5) == 0
    if comes:
        film.at_hand = 12
        assert film.watch(0.5) >= 10
        assert film.player.dropped == 0
    else:
        assert film.watch(2.5) >= 30


def test_the_frames_seen_a_second_are_measured() -> None:
    film = Film(rate=20.0)
    film.waits = True
    film.player.play()
    for _ in range(60):
        film.watch(0.05)
        film.player.frame_seen()
    assert film.player.shown_per_second == pytest.approx(20, rel=0.05)
    film.player.waits_for_frame()
    film.watch(1.0)
    assert film.player.shown_per_second < 15
    film.player.stop()
    assert film.player.shown_per_second == 0.0
