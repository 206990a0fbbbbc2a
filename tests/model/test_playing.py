"""Playing, driven by the model's verbs and watched through a canvas that shows at once what there is to show."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from doubles import broken
from hypothesis import example, given
from hypothesis import strategies as st
from viewing import Viewing, content, numbered

from viewer.core.play.playhead import Repeat
from viewer.core.storage import transfer as transfer_module
from viewer.core.units import MB
from viewer.model.folder_watch import ASK_PAUSE_MOST, POLL
from viewer.model.playback import FASTEST, SLOWED_FOR
from viewer.model.preferences import MissingPolicy, PlayPolicy, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.errors import StorageError
    from viewer.model.view_state import ViewState

EVERY = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, rate=24.0)
REAL_TIME = EVERY.changed(play_policy=PlayPolicy.REAL_TIME)
TICK = 1 / 240
"""Seconds between two looks at the canvas: much less than a frame lasts."""


@pytest.fixture(scope="module", autouse=True)
def _nobody_waits_at_the_gate() -> Iterator[None]:
    """Reads that are finished by hand come to an end though another one is to go first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer_module, "PAUSE_LIMIT", 0.0)
        yield


def watch(viewing: Viewing, seconds: float, *, share: float = 0.0) -> list[int]:
    """Lets time pass, with a canvas that shows at once what there is to show.

    Args:
        viewing: the viewer.
        seconds: how long.
        share: how many files the share brings a second.

    Returns:
        The numbers seen, one for each change.
    """
    start = viewing.state.number
    seen: list[int] = [] if start is None else [start]
    brought = 0.0
    for _ in range(round(seconds / TICK)):
        viewing.loop.advance(TICK)
        brought = min(brought + share * TICK, 1.0)
        viewing.end_cancelled()
        if brought >= 1.0 and viewing.readers.waiting:
            viewing.readers.finish()
            brought -= 1.0
        viewing.decoders.finish_all()
        state = viewing.state
        if state.is_true and state.number is not None:
            viewing.model.frame_seen(state.number)
            if state.number != seen[-1]:
                seen.append(state.number)
    return seen[1:]


def opened(
    count: int, preferences: Preferences = EVERY, *, at: int = 1, marks: tuple[int, int] | None = None
) -> Viewing:
    """Opens a sequence all of which is here, at a frame, with in and out points."""
    viewing = Viewing(numbered(count), preferences)
    viewing.open("/shots", at)
    if marks is not None:
        viewing.model.sequence.mark_in(marks[0])
        viewing.model.sequence.mark_out(marks[1])
    return viewing


def barely_opened(count: int, preferences: Preferences = EVERY) -> Viewing:
    """Opens a sequence of which only the first frame is here."""
    viewing = Viewing(numbered(count), preferences)
    viewing.model.open("/shots")
    viewing.list_folder()
    viewing.load_path("/shots/a.0001.png")
    viewing.see()
    return viewing


# Forwards, backwards, and round again


def test_every_frame_is_seen_at_the_rate_of_the_preferences_and_the_end_stops_it() -> None:
    viewing = opened(60)
    viewing.model.play(1)
    assert watch(viewing, 1.02) == list(range(2, 26))
    assert viewing.state.playback.shown_per_second == pytest.approx(24, rel=0.02)
    assert (viewing.state.playing, viewing.state.playback.speed) == (True, 1)
    assert watch(viewing, 2.0) == list(range(26, 61))
    state = viewing.state
    assert (state.playing, state.playback.speed, state.playback.shown_per_second) == (False, 0, 0.0)


def test_backwards_it_comes_to_the_first_frame() -> None:
    viewing = opened(60, at=10)
    viewing.model.toggle_play()
    viewing.model.toggle_play(-1)
    assert watch(viewing, 1.0) == list(range(9, 0, -1))
    assert not viewing.state.playing


def test_from_the_end_it_plays_from_the_beginning_and_from_there_backwards_from_the_end() -> None:
    viewing = opened(12, at=12)
    viewing.model.play(1)
    assert (viewing.state.number, watch(viewing, 1.0)) == (1, list(range(2, 13)))
    viewing.model.go_to(1)
    viewing.model.play(-1)
    assert (viewing.state.number, watch(viewing, 1.0)) == (12, list(range(11, 0, -1)))


@pytest.mark.parametrize(
    ("repeat", "speed", "numbers"),
    [
        (Repeat.ONCE, 1, [5, 6]),
        (Repeat.ONCE, -1, [3]),
        (Repeat.LOOP, 1, [5, 6, 3, 4, 5, 6, 3, 4]),
        (Repeat.LOOP, -1, [3, 6, 5, 4, 3, 6, 5, 4]),
        (Repeat.PING_PONG, 1, [5, 6, 5, 4, 3, 4, 5, 6]),
        (Repeat.PING_PONG, -1, [3, 4, 5, 6, 5, 4, 3, 4]),
    ],
)
@pytest.mark.parametrize("policy", PlayPolicy)
def test_it_is_held_between_in_and_out(repeat: Repeat, speed: int, numbers: list[int], policy: PlayPolicy) -> None:
    viewing = opened(12, EVERY.changed(repeat=repeat, play_policy=policy), at=4, marks=(3, 6))
    viewing.model.play(speed)
    seen = watch(viewing, 0.5)
    assert seen[: len(numbers)] == numbers
    assert viewing.state.playing == (repeat is not Repeat.ONCE)
    assert viewing.state.playback.dropped == 0


def test_ping_pong_tells_which_way_it_goes() -> None:
    viewing = opened(6, EVERY.changed(repeat=Repeat.PING_PONG))
    viewing.model.play(1)
    speeds: dict[int, list[int]] = {}
    for _ in range(13):
        for number in watch(viewing, 1 / 24):
            speeds.setdefault(number, []).append(viewing.state.playback.speed)
    assert speeds[3] == [1, -1, 1]


def test_the_other_shuttle_key_turns_ping_pong_round() -> None:
    viewing = opened(60, EVERY.changed(repeat=Repeat.PING_PONG), at=30)
    viewing.model.play(1)
    watch(viewing, 0.2)
    viewing.shuttle(-1)
    numbers = watch(viewing, 0.5)
    assert numbers == sorted(numbers, reverse=True)
    assert viewing.state.playback.speed == -1


@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize("speed", [1, -1])
def test_a_single_frame_can_be_played_and_stays(repeat: Repeat, speed: int) -> None:
    viewing = opened(1, EVERY.changed(repeat=repeat))
    viewing.model.play(speed)
    assert watch(viewing, 0.5) == []
    assert viewing.state.is_true
    assert viewing.state.playing == (repeat is not Repeat.ONCE)


@pytest.mark.parametrize("at", [1, 9])
def test_from_outside_the_range_it_plays_the_range(at: int) -> None:
    viewing = opened(12, EVERY.changed(repeat=Repeat.LOOP), at=at, marks=(3, 5))
    viewing.model.play(1)
    assert watch(viewing, 0.45)[:7] == [4, 5, 3, 4, 5, 3, 4]
    viewing.model.go_to(at)
    viewing.model.stop()
    viewing.model.play(-1)
    assert watch(viewing, 0.45)[:4] == [4, 3, 5, 4]


def test_a_range_that_is_set_while_it_plays_outside_is_come_into() -> None:
    viewing = opened(12, EVERY.changed(repeat=Repeat.LOOP))
    viewing.model.play(1)
    watch(viewing, 0.02)
    viewing.model.sequence.mark_out(6)
    viewing.model.sequence.mark_in(4)
    assert watch(viewing, 0.45)[:8] == [2, 3, 4, 5, 6, 4, 5, 6]


def test_what_was_dropped_is_told_until_it_plays_again() -> None:
    viewing = opened(12, EVERY.changed(repeat=Repeat.ONCE, play_policy=PlayPolicy.REAL_TIME))
    viewing.model.play(1)
    watch(viewing, 0.1)
    viewing.loop.stall(0.3)
    watch(viewing, 2.0)
    dropped = viewing.state.playback.dropped
    assert dropped >= 5
    assert not viewing.state.playing
    viewing.model.play(1)
    assert viewing.state.playback.dropped == 0


def test_a_rate_that_is_asked_for_goes_before_the_one_remembered() -> None:
    viewing = opened(12)
    viewing.model.set_rate(12.0)
    viewing.model.open("/shots", rate=30.0)
    viewing.list_folder()
    assert viewing.state.playback.rate == 30.0
    viewing.model.set_rate(10.0)
    assert viewing.state.playback.rate == 10.0


def test_playing_from_the_in_point_begins_there_wherever_one_is() -> None:
    viewing = opened(20, at=15, marks=(5, 8))
    viewing.model.play(1, from_in=True)
    assert watch(viewing, 1.0) == [6, 7, 8]
    assert viewing.state.can_go_back


def test_playing_from_the_in_point_while_it_plays_backwards_goes_forwards() -> None:
    viewing = opened(40, at=30, marks=(5, 35))
    viewing.model.play(-1)
    watch(viewing, 0.2)
    viewing.model.play(1, from_in=True)
    assert watch(viewing, 0.2)[0] in {5, 6}
    assert viewing.state.playback.speed == 1


def test_the_repeat_key_goes_round_and_counts_at_once_while_playing() -> None:
    viewing = opened(4, EVERY.changed(repeat=Repeat.LOOP))
    repeats = []
    for _ in range(3):
        viewing.model.cycle("repeat")
        repeats.append(viewing.state.preferences.repeat)
    assert repeats == [Repeat.PING_PONG, Repeat.ONCE, Repeat.LOOP]
    viewing.model.play(1)
    watch(viewing, 1.0)
    viewing.prefer(repeat=Repeat.ONCE)
    watch(viewing, 1.0)
    assert (viewing.state.number, viewing.state.playing) == (4, False)


def test_a_range_set_while_playing_holds_from_there_on() -> None:
    viewing = opened(40, EVERY.changed(repeat=Repeat.LOOP))
    viewing.model.play(1)
    watch(viewing, 0.5)
    here = viewing.state.number
    assert here is not None
    viewing.model.sequence.mark_in()
    viewing.model.sequence.mark_out(here + 2)
    assert set(watch(viewing, 1.0)) == {here, here + 1, here + 2}


# Shuttling


def test_the_shuttle_doubles_up_to_a_limit_and_the_other_key_turns_it_round() -> None:
    viewing = opened(3000, EVERY.changed(fill_when_idle=False), at=1500)
    speeds = []
    for _ in range(7):
        viewing.shuttle(1)
        speeds.append(viewing.state.playback.speed)
    assert speeds == [1, 2, 4, 8, 16, FASTEST, FASTEST]
    viewing.shuttle(-1)
    assert viewing.state.playback.speed == -1
    viewing.shuttle(-1)
    assert viewing.state.playback.speed == -2
    viewing.model.stop()
    assert (viewing.state.playing, viewing.state.playback.speed) == (False, 0)
    viewing.shuttle(-1)
    assert viewing.state.playback.speed == -1


@pytest.mark.parametrize(("presses", "speed"), [(1, 1), (2, 2), (3, 4)])
def test_a_shuttle_passes_so_many_times_as_many_frames(presses: int, speed: int) -> None:
    viewing = opened(300)
    for _ in range(presses):
        viewing.shuttle(1)
    numbers = watch(viewing, 2.0)
    assert numbers[-1] == pytest.approx(1 + 2 * 24 * speed, abs=2 * speed)
    assert numbers == sorted(set(numbers))
    assert viewing.state.playback.dropped == 0


def test_frames_left_out_by_the_shuttle_on_purpose_are_not_told_as_dropped() -> None:
    viewing = barely_opened(3000)
    for _ in range(4):
        viewing.shuttle(1)
    numbers = watch(viewing, 4.0, share=12)
    assert max(after - before for before, after in pairwise(numbers)) > 1
    assert viewing.state.playback.dropped == 0
    assert viewing.state.playback.slowed == ""


@pytest.mark.parametrize("first", range(20, 27))
@pytest.mark.parametrize("repeat", Repeat)
def test_a_shuttle_does_not_run_past_a_short_range_that_lies_ahead(repeat: Repeat, first: int) -> None:
    viewing = opened(40, EVERY.changed(repeat=repeat), marks=(first, first + 1))
    for _ in range(6):
        viewing.shuttle(1)
    numbers = watch(viewing, 0.5)
    assert numbers[-1] in {first, first + 1}
    assert max(numbers) <= first + 1


def test_after_shuttling_every_frame_is_shown_again_at_the_rate() -> None:
    viewing = opened(300)
    viewing.shuttle(1)
    viewing.shuttle(1)
    watch(viewing, 0.5)
    viewing.model.stop()
    viewing.model.toggle_play()
    numbers = watch(viewing, 1.02)
    assert numbers == list(range(numbers[0], numbers[0] + 24))


# Moving while it plays


def test_a_step_stops_it() -> None:
    viewing = opened(60)
    viewing.model.play(1)
    here = watch(viewing, 0.5)[-1]
    viewing.model.step(1)
    assert (viewing.state.number, viewing.state.playing) == (here + 1, False)
    assert watch(viewing, 0.5) == []


def test_a_drag_stops_it() -> None:
    viewing = opened(60)
    viewing.model.play(1)
    watch(viewing, 0.5)
    viewing.model.scrub(40)
    viewing.model.scrub_ended()
    assert (viewing.state.number, viewing.state.playing) == (40, False)


@pytest.mark.parametrize("policy", PlayPolicy)
@pytest.mark.parametrize(("speed", "numbers"), [(1, [31, 32, 33]), (-1, [29, 28, 27])])
@pytest.mark.parametrize("start", [10, 50])
def test_after_a_jump_it_goes_on_from_there_the_same_way(
    policy: PlayPolicy, speed: int, numbers: list[int], start: int
) -> None:
    viewing = opened(60, EVERY.changed(play_policy=policy), at=start)
    viewing.model.play(speed)
    watch(viewing, 0.1)
    viewing.model.go_to(30)
    viewing.see()
    seen = watch(viewing, 0.2)
    assert seen[:3] == numbers
    assert (viewing.state.playing, viewing.state.playback.speed) == (True, speed)


def test_another_sequence_and_another_folder_stop_it() -> None:
    viewing = Viewing(numbered(30) | numbered(20, head="b.") | numbered(9, "/other"), EVERY)
    viewing.open("/shots")
    viewing.model.play(1)
    watch(viewing, 0.2)
    viewing.switch_sequence(1)
    viewing.load()
    assert (viewing.state.playing, watch(viewing, 0.5)) == (False, [])
    viewing.model.play(1)
    viewing.open("/other")
    assert (viewing.state.playing, watch(viewing, 0.5)) == (False, [])


def test_a_sequence_that_is_deleted_while_it_plays_ends_the_playing() -> None:
    viewing = Viewing(numbered(30) | numbered(20, head="b."), EVERY)
    viewing.open("/shots")
    viewing.model.play(1)
    watch(viewing, 0.2)
    for number in range(1, 31):
        del viewing.storage.files[f"/shots/a.{number:04d}.png"]
    viewing.model.reload()
    viewing.list_folder()
    viewing.load()
    assert viewing.state.name == "b.0001.png"
    assert (viewing.state.playing, watch(viewing, 0.5)) == (False, [])


def test_nothing_goes_on_after_closing() -> None:
    viewing = opened(30)
    viewing.model.play(1)
    viewing.model.close()
    before = len(viewing.states)
    viewing.loop.advance(2.0)
    assert len(viewing.states) == before


def test_without_a_sequence_the_verbs_do_nothing() -> None:
    viewing = Viewing({})
    model = viewing.model
    for verb in (model.toggle_play, model.stop, model.sequence.mark_in, model.sequence.clear_in):
        verb()
    model.fill(whole=False, then_play=True)
    viewing.shuttle(1)
    model.play(1, from_in=True)
    model.play(-1)
    assert (viewing.state.playing, viewing.state.playback.waits_for_fill) == (False, False)


# The rate


@pytest.mark.parametrize("rate", [1, 12.5, 24000 / 1001, 60, 120])
def test_the_rate_is_kept_on_average(rate: float) -> None:
    viewing = opened(round(3 * rate) + 10)
    viewing.model.set_rate(rate)
    viewing.model.play(1)
    assert len(watch(viewing, 3.0)) == pytest.approx(3 * rate, abs=1)
    assert viewing.state.playback.rate == rate


def test_the_rate_can_be_changed_while_it_plays() -> None:
    viewing = opened(100)
    viewing.model.play(1)
    watch(viewing, 1.0)
    viewing.model.set_rate(48)
    assert len(watch(viewing, 1.0)) == pytest.approx(48, abs=1)


def test_a_rate_belongs_to_its_sequence() -> None:
    viewing = Viewing(numbered(30) | numbered(20, head="b."), EVERY)
    viewing.open("/shots")
    viewing.model.set_rate(60)
    viewing.switch_sequence(1)
    assert viewing.state.playback.rate == 24
    viewing.switch_sequence(-1)
    assert viewing.state.playback.rate == 60
    assert viewing.state.time_base.rate == 60
    assert viewing.state.preferences.rate == 24


def test_a_sequence_without_a_rate_of_its_own_follows_the_preference() -> None:
    viewing = Viewing(numbered(30) | numbered(20, head="b."), EVERY)
    viewing.open("/shots")
    viewing.model.set_rate(60)
    viewing.model.set_preferences(EVERY.changed(rate=30.0))
    assert viewing.state.playback.rate == 60
    viewing.switch_sequence(1)
    assert viewing.state.playback.rate == 30
    viewing.switch_sequence(-1)
    viewing.model.open("/shots", rate=50.0)
    viewing.list_folder()
    viewing.prefer(rate=25.0)
    assert viewing.state.playback.rate == 50, "it has one of its own, which the one asked for stands in for"


# Every frame, from a share that is slow


def test_with_a_slow_share_every_frame_is_seen_in_order_evenly_and_it_is_said_why_so_few() -> None:
    viewing = barely_opened(300)
    viewing.model.play(1)
    began = watch(viewing, 5.0, share=10)
    steady = watch(viewing, 5.0, share=10)
    assert began + steady == list(range(2, 2 + len(began) + len(steady)))
    assert len(steady) == pytest.approx(50, abs=3)
    playback = viewing.state.playback
    assert playback.slowed == f"the share brings {playback.shown_per_second:.3g} frames a second"
    assert playback.shown_per_second == pytest.approx(10, rel=0.25)
    assert playback.dropped == 0


def test_being_slowed_down_is_not_said_of_a_moment_nor_once_it_is_over() -> None:
    viewing = barely_opened(300)
    viewing.model.play(1)
    watch(viewing, SLOWED_FOR / 2, share=10)
    assert viewing.state.playback.slowed == ""
    watch(viewing, 3.0, share=10)
    assert viewing.state.playback.slowed
    viewing.load()
    watch(viewing, 3.0)
    assert viewing.state.playback.slowed == ""
    assert viewing.state.playback.shown_per_second == pytest.approx(24, rel=0.1)


def test_with_a_share_that_hangs_it_waits_at_a_frame_and_goes_on_when_that_comes() -> None:
    viewing = barely_opened(60)
    viewing.model.play(1)
    assert watch(viewing, 3.0) == []
    assert viewing.state.playing
    assert viewing.state.notice.startswith("loading 2")
    viewing.load()
    watch(viewing, 3.0)
    assert viewing.state.number == 60


def test_an_unreadable_frame_is_shown_as_what_it_is_and_playing_goes_on() -> None:
    files = numbered(12)
    files["/shots/a.0005.png"] = b"damaged"
    viewing = Viewing(files, EVERY)
    viewing.open("/shots")
    viewing.model.play(1)
    assert watch(viewing, 1.0) == list(range(2, 13))


# Fill, then play


def test_fill_then_play_begins_when_the_last_frame_of_the_range_is_here() -> None:
    viewing = barely_opened(60)
    viewing.model.sequence.mark_in(10)
    viewing.model.sequence.mark_out(19)
    viewing.model.go_to(10)
    viewing.model.fill(whole=False, then_play=True)
    watch(viewing, 0.5, share=10)
    assert (viewing.state.playing, viewing.state.playback.waits_for_fill) == (False, True)
    assert viewing.state.fill is not None
    seen = watch(viewing, 3.0, share=10)
    assert seen == list(range(11, 20))
    assert not viewing.state.playback.waits_for_fill
    assert viewing.state.playback.slowed == ""


def test_fill_then_play_plays_from_the_first_at_the_full_rate() -> None:
    viewing = barely_opened(60)
    viewing.model.fill(whole=False, then_play=True)
    viewing.load()
    for _ in range(40):
        viewing.loop.advance(TICK)
    assert viewing.state.playing
    numbers = watch(viewing, 1.0)
    assert len(numbers) == pytest.approx(24, abs=1)


@pytest.mark.parametrize("verb", ["stop", "toggle_play", "stop_filling"])
def test_fill_then_play_can_be_called_off(verb: str) -> None:
    viewing = barely_opened(60)
    viewing.model.fill(whole=False, then_play=True)
    getattr(viewing.model, verb)()
    assert not viewing.state.playback.waits_for_fill
    viewing.load()
    assert watch(viewing, 4.0) == []
    assert not viewing.state.playing


def test_fill_then_play_does_not_play_another_sequence() -> None:
    viewing = Viewing(numbered(30) | numbered(20, head="b."), EVERY)
    viewing.model.open("/shots")
    viewing.list_folder()
    viewing.model.fill(whole=False, then_play=True)
    viewing.switch_sequence(1)
    viewing.load()
    assert watch(viewing, 4.0) == []
    assert (viewing.state.playing, viewing.state.playback.waits_for_fill) == (False, False)


def test_fill_then_play_plays_though_a_frame_cannot_be_read() -> None:
    files = numbered(12)
    files["/shots/a.0005.png"] = b"damaged"
    viewing = Viewing(files, EVERY)
    viewing.model.open("/shots")
    viewing.list_folder()
    viewing.model.fill(whole=False, then_play=True)
    viewing.load()
    watch(viewing, 4.0)
    assert viewing.state.number == 12


def test_fill_then_play_is_refused_while_nothing_may_be_read_ahead() -> None:
    viewing = barely_opened(60, EVERY.changed(read_ahead_limit=0))
    viewing.model.fill(whole=False, then_play=True)
    assert "speed limit is 0" in viewing.state.message
    assert not viewing.state.playback.waits_for_fill


# Real time


def test_in_real_time_with_all_here_nothing_is_dropped() -> None:
    viewing = opened(100, REAL_TIME)
    viewing.model.play(1)
    watch(viewing, 2.0)
    assert viewing.state.playback.shown_per_second == pytest.approx(24, rel=0.05)
    watch(viewing, 4.0)
    assert (viewing.state.number, viewing.state.playing) == (100, False)
    assert viewing.state.playback.dropped == 0


@pytest.mark.parametrize(("share", "least"), [(4, 55), (6, 90), (12, 180), (18, 270)])
def test_in_real_time_a_slow_share_gives_what_it_brings_evenly_apart_and_the_rest_is_counted(
    share: int, least: int
) -> None:
    viewing = barely_opened(600, REAL_TIME)
    viewing.model.play(1)
    before = len(viewing.states)
    numbers = [1, *watch(viewing, 5.0, share=share)]
    later = watch(viewing, 15.0, share=share)
    numbers += later
    playback = viewing.state.playback
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == pytest.approx(20 * 24, abs=40)  # the clock waits a second at most before it runs
    assert least <= len(numbers) <= 20 * share * 1.25
    assert playback.dropped == numbers[-1] - len(numbers)
    assert all(state.is_true for state in viewing.states[before:])
    apart = sorted(after - before for before, after in pairwise(later))
    assert apart[len(apart) * 9 // 10] <= 2 * 24 / share + 1


def test_in_real_time_a_frame_that_stays_away_is_left_out_with_those_before_it() -> None:
    viewing = barely_opened(60, REAL_TIME.changed(reads_at_once=8))
    hang = {f"/shots/a.{number:04d}.png" for number in range(8, 12)}
    while others := [path for path in viewing.under_way if path not in hang]:
        viewing.load_path(others[0])
    viewing.model.play(1)
    numbers = watch(viewing, 2.0)
    assert numbers == [*range(2, 8), *range(12, numbers[-1] + 1)]
    assert viewing.state.playback.dropped == len(hang)


def test_in_real_time_with_a_share_that_hangs_the_last_picture_stays_until_the_clock_is_through() -> None:
    viewing = barely_opened(48, REAL_TIME)
    viewing.checkers.holds = True
    viewing.model.play(1)
    before = len(viewing.states)
    assert watch(viewing, 2.5) == []
    assert {state.number for state in viewing.states[before:]} == {1}
    watch(viewing, 2.0)
    state = viewing.state
    assert (state.number, state.playing) == (48, False)  # where it would have come to
    assert state.notice.startswith("loading 48 · waiting for the share for 4 s · showing 1 as of ")
    viewing.load()
    assert content(viewing.state) == b"picture 48"


def test_in_real_time_a_loop_goes_on_with_a_share_that_hangs_and_catches_up() -> None:
    viewing = barely_opened(24, REAL_TIME.changed(repeat=Repeat.LOOP))
    viewing.model.play(1)
    before = len(viewing.states)
    watch(viewing, 15.0)
    assert viewing.state.playing
    assert {state.number for state in viewing.states[before:]} == {1}
    watch(viewing, 2.0, share=100)
    assert len(watch(viewing, 2.0)) == pytest.approx(48, abs=2)


def test_in_real_time_frames_that_failed_do_not_hold_anything_up() -> None:
    files = numbered(48)
    for number in range(20, 30):
        files[f"/shots/a.{number:04d}.png"] = b"damaged"
    viewing = Viewing(files, REAL_TIME)
    viewing.open("/shots")
    viewing.model.play(1)
    watch(viewing, 4.0)
    assert (viewing.state.number, viewing.state.playback.dropped) == (48, 0)


@pytest.mark.parametrize(("policy", "share", "least"), [(p, s, s * 2) for p in PlayPolicy for s in (8, 20)])
def test_with_a_speed_limit_of_0_playing_asks_for_the_next_frame_and_says_so(
    policy: PlayPolicy, share: int, least: int
) -> None:
    viewing = barely_opened(300, EVERY.changed(read_ahead_limit=0, play_policy=policy))
    viewing.model.play(1)
    before = len(viewing.storage.reads)
    numbers = watch(viewing, 4.0, share=share)
    assert len(numbers) > least
    assert len(viewing.storage.reads) - before <= len(numbers) + 2 + (policy is PlayPolicy.REAL_TIME) * len(numbers)
    assert viewing.state.playback.slowed == "speed limit 0: only the next frame is read"
    if policy is PlayPolicy.EVERY_FRAME:
        assert numbers == list(range(2, 2 + len(numbers)))
    viewing.model.stop()
    viewing.load()
    viewing.see()
    assert len(viewing.storage.reads) - before <= 2 * len(numbers) + 3


@pytest.mark.parametrize("repeat", [Repeat.LOOP, Repeat.PING_PONG])
@pytest.mark.parametrize("missing", MissingPolicy)
@pytest.mark.parametrize(("rate", "stall", "dropped"), [(24.0, 0.0, 0), (240.0, 0.0, 0), (24.0, 0.25, 3)])
def test_only_frames_that_were_late_are_dropped(
    repeat: Repeat, missing: MissingPolicy, rate: float, stall: float, dropped: int
) -> None:
    files = numbered(12)
    del files["/shots/a.0003.png"], files["/shots/a.0004.png"]
    files["/shots/a.0006.png"] = files["/shots/a.0008.png"] = b"damaged"
    viewing = Viewing(files, REAL_TIME.changed(repeat=repeat, missing=missing, rate=rate))
    viewing.open("/shots")
    viewing.model.play(1)
    watch(viewing, 3.0)
    assert viewing.state.playback.dropped == 0
    for _ in range(1000 if stall else 0):
        if watch(viewing, TICK) == [5] and viewing.model.playback.speed > 0:
            break
    viewing.loop.stall(stall)  # six frames long: two of them are damaged, and one is shown
    watch(viewing, 0.05)
    assert viewing.state.playback.dropped == pytest.approx(dropped, abs=1 if stall else 0)


def test_real_time_can_be_switched_on_and_off_while_it_plays() -> None:
    viewing = barely_opened(600)
    viewing.model.play(1)
    watch(viewing, 3.0, share=8)
    assert viewing.state.playback.dropped == 0
    viewing.model.cycle("play_policy")
    assert viewing.state.preferences.play_policy is PlayPolicy.REAL_TIME
    began = viewing.state.number
    assert began is not None
    numbers = watch(viewing, 6.0, share=8)
    assert numbers[-1] - began > 100
    dropped = viewing.state.playback.dropped
    assert dropped > 0
    viewing.model.cycle("play_policy")
    numbers = watch(viewing, 3.0, share=8)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert viewing.state.playback.dropped == dropped


def test_dropped_frames_are_counted_anew_each_time() -> None:
    viewing = barely_opened(130, REAL_TIME)
    viewing.model.play(1)
    watch(viewing, 3.0, share=8)
    assert viewing.state.playback.dropped > 0
    viewing.model.stop()
    viewing.load()
    viewing.prefer(repeat=Repeat.ONCE)
    assert viewing.state.playback.dropped > 0
    viewing.model.play(1)
    watch(viewing, 1.0)
    assert viewing.state.playback.dropped == 0


# Folders that grow


@pytest.mark.parametrize("policy", PlayPolicy)
def test_frames_that_land_are_played_too(policy: PlayPolicy) -> None:
    viewing = opened(240, EVERY.changed(play_policy=policy))
    viewing.model.play(1)
    viewing.storage.files |= numbered(260)
    watch(viewing, POLL + 1)
    viewing.chores.finish_all()
    watch(viewing, 10, share=100)
    assert (viewing.state.number, viewing.state.playing) == (260, False)


def test_in_and_out_stay_at_their_numbers_while_frames_land_before_them() -> None:
    files = numbered(100)
    late = {path: files.pop(path) for path in list(files)[:10]}
    viewing = Viewing(files, EVERY.changed(repeat=Repeat.LOOP))
    viewing.open("/shots", 50)
    viewing.model.sequence.mark_in(50)
    viewing.model.sequence.mark_out(60)
    viewing.model.play(1)
    viewing.storage.files |= late
    watch(viewing, POLL + 1)
    viewing.chores.finish_all()
    viewing.load()
    state = viewing.state
    assert state.sequence is not None
    assert (state.sequence.first, state.mark_in, state.mark_out, state.playing) == (1, 50, 60, True)
    assert set(watch(viewing, 1.0)) <= set(range(50, 61))


# Whatever somebody does


def honest(state: ViewState) -> bool:
    """Returns whether a snapshot shows the frame of its number, or says that it does not."""
    if state.sequence is None or state.number is None:
        return True
    inside = state.sequence.first <= state.number <= state.sequence.last
    marks = (state.mark_in or state.sequence.first) <= (state.mark_out or state.sequence.last)
    return inside and marks and (state.is_true or bool(state.notice)) and (state.playback.speed != 0) == state.playing


VERBS: dict[str, Callable[[Viewing], object]] = {
    "play": lambda viewing: viewing.model.toggle_play(),
    "backwards": lambda viewing: viewing.model.toggle_play(-1),
    "faster": lambda viewing: viewing.shuttle(1),
    "slower": lambda viewing: viewing.shuttle(-1),
    "from in": lambda viewing: viewing.model.play(1, from_in=True),
    "fill": lambda viewing: viewing.model.fill(whole=False, then_play=True),
    "repeat": lambda viewing: viewing.model.cycle("repeat"),
    "real time": lambda viewing: viewing.model.cycle("play_policy"),
    "in": lambda viewing: viewing.model.sequence.mark_in(),
    "out": lambda viewing: viewing.model.sequence.mark_out(),
    "clear in": lambda viewing: viewing.model.sequence.clear_in(),
    "clear out": lambda viewing: viewing.model.sequence.clear_out(),
    "step": lambda viewing: viewing.model.step(1),
    "step back": lambda viewing: viewing.model.step(-7),
    "held": lambda viewing: viewing.model.step(1, repeated=True),
    "let go": lambda viewing: viewing.model.let_go(),
    "first": lambda viewing: viewing.model.go_to_end(-1),
    "last": lambda viewing: viewing.model.go_to_end(1),
    "go to": lambda viewing: viewing.model.go_to(13),
    "back": lambda viewing: viewing.model.revisit(-1),
    "forward": lambda viewing: viewing.model.revisit(1),
    "scrub": lambda viewing: viewing.model.scrub(-3, is_offset=True),
    "sequence": lambda viewing: viewing.switch_sequence(1),
    "sequence back": lambda viewing: viewing.switch_sequence(-1),
    "gap": lambda viewing: viewing.model.set_preferences(
        viewing.model.settings.preferences.changed(missing=MissingPolicy.GAP)
    ),
    "hold": lambda viewing: viewing.model.set_preferences(
        viewing.model.settings.preferences.changed(missing=MissingPolicy.HOLD)
    ),
    "skip": lambda viewing: viewing.model.set_preferences(
        viewing.model.settings.preferences.changed(missing=MissingPolicy.SKIP)
    ),
    "reload": lambda viewing: viewing.model.reload(),
    "list": lambda viewing: viewing.list_folder(),
    "load one": lambda viewing: watch(viewing, TICK, share=1 / TICK),
    "load": lambda viewing: viewing.load(),
    "see": lambda viewing: viewing.see(),
    "look": lambda viewing: watch(viewing, 0.15, share=30),
    "wait": lambda viewing: viewing.loop.advance(0.3),
    "stall": lambda viewing: viewing.loop.stall(3.0),
    "delete": lambda viewing: viewing.storage.files.pop("/shots/a.0013.png", None),
    "land": lambda viewing: viewing.storage.files.update(numbered(30)),
}


@example(["backwards", "load one", "first", "last"], set(), {})
@example(["load one", "load one"], set(), {1: broken("/shots/it"), 2: broken("/shots/it")})
@given(
    st.lists(st.sampled_from(list(VERBS)), max_size=25),
    st.sets(st.integers(2, 19), max_size=12),
    st.dictionaries(st.integers(1, 20), st.sampled_from([b"damaged", broken("/shots/it")]), max_size=6),
)
def test_whatever_somebody_does_the_canvas_tells_the_truth_and_comes_to_rest(
    verbs: list[str], missing: set[int], bad: dict[int, bytes | StorageError]
) -> None:
    files = numbered(20) | numbered(5, head="b.")
    for number, error in bad.items():
        files[f"/shots/a.{number:04d}.png"] = error
    for number in missing:
        del files[f"/shots/a.{number:04d}.png"]
    viewing = Viewing(files, EVERY)
    viewing.model.open("/shots")
    viewing.list_folder()
    for verb in verbs:
        VERBS[verb](viewing)
        viewing.loop.turn()
    viewing.model.stop()
    viewing.settle()
    # A frame that fails while the folder is asked is in doubt, and loading, until that may be asked once more.
    rest = viewing.loop.now() + ASK_PAUSE_MOST
    while not viewing.state.is_true and viewing.loop.now() < rest:
        viewing.settle()
    for state in viewing.states:
        assert honest(state)
    end = viewing.state
    assert end.is_true
    assert not end.playing
    if end.shown is not None and end.shown.name.startswith("a."):
        assert content(end) == b"picture %d" % end.shown.number
