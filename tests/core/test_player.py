"""Playing in time with a clock that is moved by hand."""

from __future__ import annotations

from doubles import HandLoop

from viewer.core.play.player import Player


class Film:
    """Counts the steps of a player and notes when they came."""

    def __init__(self, frames: int = 1_000_000, rate: float = 10.0) -> None:
        self.loop = HandLoop()
        self.left = frames
        self.times: list[float] = []
        self.waits = False
        self.player = Player(self.loop, self.advance)
        self.player.set_rate(rate)

    def advance(self) -> bool:
        if not self.left:
            return False
        self.left -= 1
        self.times.append(round(self.loop.now(), 6))
        if self.waits:
            self.player.waits_for_frame()
        return True

    def watch(self, seconds: float) -> int:
        before = len(self.times)
        self.loop.advance(seconds)
        return len(self.times) - before


def test_it_stands_still_until_told_to_play() -> None:
    assert Film().watch(10) == 0


def test_it_steps_at_its_rate_and_the_first_step_comes_after_one_frames_time() -> None:
    film = Film()
    film.player.play()
    film.watch(1.05)
    assert film.times == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_playing_twice_is_playing_once() -> None:
    film = Film()
    film.player.play()
    film.player.play()
    assert film.watch(1.05) == 10


def test_it_ends_with_the_last_frame() -> None:
    film = Film(frames=3)
    film.player.play()
    assert film.watch(1.0) == 3
    assert not film.player.playing


def test_stopping_stops_at_once_and_it_can_go_on() -> None:
    film = Film()
    film.player.play()
    film.watch(0.55)
    film.player.stop()
    assert film.watch(10) == 0
    film.player.play()
    assert film.watch(0.55) == 5


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

    def advance() -> bool:
        film.times.append(film.loop.now())
        player.waits_for_frame()
        player.frame_seen()
        return len(film.times) < 1000

    player = Player(film.loop, advance)
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

    def advance() -> bool:
        player.stop()
        return True

    player = Player(film.loop, advance)
    player.play()
    film.loop.advance(5.0)
    assert not player.playing
