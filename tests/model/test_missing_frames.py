"""Numbers without a file and files that cannot be read: shown as gaps, held over, or skipped; never passed off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewing import Viewing, content, numbered

from viewer.core.errors import NotFoundError
from viewer.core.play.playhead import Repeat
from viewer.core.storage import transfer as transfer_module
from viewer.core.units import MB
from viewer.model.folder_watch import POLL
from viewer.model.preferences import MissingPolicy, PlayPolicy, Preferences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from viewer.model.view_state import ViewState

GAP = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, missing=MissingPolicy.GAP)
HOLD = GAP.changed(missing=MissingPolicy.HOLD)
SKIP = GAP.changed(missing=MissingPolicy.SKIP)


@pytest.fixture(scope="module", autouse=True)
def _nobody_waits_at_the_gate() -> Iterator[None]:
    """Reads that are finished by hand come to an end though another one is to go first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer_module, "PAUSE_LIMIT", 0.0)
        yield


def without(count: int, *missing: int, damaged: Iterable[int] = ()) -> dict[str, bytes | BaseException]:
    """Returns the files of a sequence, some of which are missing or cannot be read."""
    files = numbered(count)
    for number in missing:
        del files[f"/shots/a.{number:04d}.png"]
    for number in damaged:
        files[f"/shots/a.{number:04d}.png"] = b"damaged"
    return files


def stepped(viewing: Viewing, by: int, times: int) -> list[tuple[int | None, str]]:
    """Steps again and again; returns the numbers come to, each with the picture seen there, or the kind of problem."""
    steps: list[tuple[int | None, str]] = []
    for _ in range(times):
        viewing.model.step(by)
        viewing.load()
        viewing.see()
        state = viewing.state
        assert state.is_true
        steps.append((state.number, state.problem_kind or content(state).decode().removeprefix("picture ")))
    return steps


def played(viewing: Viewing, steps: int) -> list[int]:
    """Lets time pass until so many frames are due; returns the numbers seen, one for each change."""
    seen = [viewing.state.number or 0]
    for _ in range(10 * steps):
        viewing.loop.advance(1 / 240)
        state = viewing.state
        viewing.see()
        if state.is_true and state.number is not None and state.number != seen[-1]:
            seen.append(state.number)
    return seen[1:]


# Gaps


def test_a_number_without_a_file_is_a_place_of_its_own_that_says_so() -> None:
    viewing = Viewing(without(6, 3, 4), GAP)
    viewing.open("/shots")
    assert stepped(viewing, 1, 6) == [(2, "2"), (3, "gap"), (4, "gap"), (5, "5"), (6, "6"), (6, "6")]
    assert stepped(viewing, -1, 6) == [(5, "5"), (4, "gap"), (3, "gap"), (2, "2"), (1, "1"), (1, "1")]


def test_what_is_said_of_a_gap_names_the_number() -> None:
    viewing = Viewing(without(6, 3), GAP)
    viewing.open("/shots")
    viewing.model.go_to(3)
    state = viewing.state
    assert (state.problem_kind, state.problem) == ("gap", "There is no file for frame 3.")
    assert (state.shown, state.notice, state.name, state.path, state.holds) == (None, "", "", "", False)


def test_an_unreadable_frame_shows_no_other_picture() -> None:
    viewing = Viewing(without(6, damaged=[3]), GAP)
    viewing.open("/shots")
    assert stepped(viewing, 1, 3) == [(2, "2"), (3, "unreadable"), (4, "4")]


def test_a_file_that_has_gone_shows_no_other_picture() -> None:
    files = numbered(6)
    files["/shots/a.0003.png"] = NotFoundError("There is no file /shots/a.0003.png.")
    viewing = Viewing(files, GAP)
    viewing.open("/shots")
    viewing.loop.advance(1.0)
    viewing.list_folder()  # before a file is called missing the folder is asked
    assert stepped(viewing, 1, 3) == [(2, "2"), (3, "missing"), (4, "4")]


@pytest.mark.parametrize("preferences", [GAP, HOLD, SKIP])
def test_numbers_ten_apart_are_no_gaps(preferences: Preferences) -> None:
    files = {f"/shots/a.{number:04d}.png": b"picture %d" % number for number in range(10, 110, 10)}
    viewing = Viewing(dict(files), preferences)
    viewing.open("/shots")
    assert stepped(viewing, 1, 3) == [(20, "20"), (30, "30"), (40, "40")]


def test_among_numbers_ten_apart_a_missing_one_is_a_gap_of_one_step() -> None:
    files = {f"/shots/a.{number:04d}.png": b"picture %d" % number for number in range(10, 110, 10) if number != 30}
    viewing = Viewing(dict(files), GAP)
    viewing.open("/shots")
    assert stepped(viewing, 1, 3) == [(20, "20"), (30, "gap"), (40, "40")]
    viewing.model.go_to(33)
    assert viewing.state.number == 30


@pytest.mark.parametrize("preferences", [GAP, HOLD, SKIP])
def test_where_nearly_all_numbers_are_missing_the_pictures_are_the_places(preferences: Preferences) -> None:
    numbers = (1, 5000, 90001)
    viewing = Viewing({f"/shots/a.{number:05d}.png": b"picture %d" % number for number in numbers}, preferences)
    viewing.open("/shots")
    assert stepped(viewing, 1, 3) == [(5000, "5000"), (90001, "90001"), (90001, "90001")]


@pytest.mark.parametrize("preferences", [GAP, HOLD])
def test_one_can_go_to_a_number_without_a_file(preferences: Preferences) -> None:
    viewing = Viewing(without(12, 7), preferences)
    viewing.open("/shots", 7)
    assert viewing.state.number == 7
    viewing.model.go_to(2)
    assert viewing.model.go_to_text("7")
    viewing.load()
    state = viewing.state
    assert (state.number, state.is_true) == (7, True)
    assert "no file for" in state.notice or "There is no file" in state.problem


# Hold the one before


def test_the_frame_before_is_held_over_numbers_without_a_file_and_that_is_said() -> None:
    viewing = Viewing(without(6, 3, 4), HOLD)
    viewing.open("/shots")
    assert stepped(viewing, 1, 5) == [(2, "2"), (3, "2"), (4, "2"), (5, "5"), (6, "6")]
    assert stepped(viewing, -1, 5) == [(5, "5"), (4, "2"), (3, "2"), (2, "2"), (1, "1")]
    viewing.model.go_to(4)
    state = viewing.state
    assert (state.notice, state.holds, state.problem) == ("no file for 4 · showing 2", True, "")
    assert state.shown is not None
    assert (state.number, state.shown.number, state.shown.name) == (4, 2, "a.0002.png")


def test_the_frame_before_is_held_over_unreadable_ones_and_that_is_said() -> None:
    viewing = Viewing(without(6, 4, damaged=[3]), HOLD)
    viewing.open("/shots")
    assert stepped(viewing, 1, 5) == [(2, "2"), (3, "2"), (4, "2"), (5, "5"), (6, "6")]
    viewing.model.go_to(3)
    assert (viewing.state.notice, viewing.state.holds) == ("3 cannot be shown · showing 2", True)


def test_where_there_is_no_frame_before_the_problem_is_told() -> None:
    viewing = Viewing(without(6, damaged=[1, 2]), HOLD)
    viewing.open("/shots")
    assert (viewing.state.number, viewing.state.problem_kind, viewing.state.holds) == (1, "unreadable", False)
    assert stepped(viewing, 1, 2) == [(2, "unreadable"), (3, "3")]


def test_while_the_frame_to_hold_is_loading_that_is_said() -> None:
    viewing = Viewing(without(90, *range(40, 50)), HOLD)
    viewing.begin("/shots")
    viewing.load_path("/shots/a.0001.png")
    viewing.see()
    viewing.model.go_to(45)
    state = viewing.state
    assert (state.number, state.is_true) == (45, False)
    assert state.notice == "no file for 45 · loading 39"
    assert "/shots/a.0039.png" in viewing.under_way
    viewing.load()
    assert (viewing.state.notice, content(viewing.state)) == ("no file for 45 · showing 39", b"picture 39")


@pytest.mark.parametrize("number", [6, 7])
def test_the_frame_to_hold_comes_though_nothing_is_read_ahead(number: int) -> None:
    viewing = Viewing(without(12, 7, damaged=[5, 6]), HOLD.changed(read_ahead_limit=0))
    viewing.open("/shots")
    viewing.model.go_to(number)
    viewing.settle()
    state = viewing.state
    assert state.holds
    assert content(state) == b"picture 4"


def test_a_step_goes_on_from_a_frame_that_is_held_though_a_key_is_down() -> None:
    viewing = Viewing(without(6, 3, 4), HOLD)
    viewing.open("/shots", 2)
    for _ in range(3):
        viewing.model.step(1, repeated=True)
        viewing.see()
    assert viewing.state.number == 5


# Skip


def test_frames_that_have_failed_already_are_not_left_when_the_preference_changes() -> None:
    viewing = Viewing(without(9, damaged=[5]), GAP)
    viewing.open("/shots", 4)
    viewing.model.step(1)
    viewing.load()
    assert (viewing.state.number, viewing.state.problem_kind) == (5, "unreadable")
    viewing.prefer(missing=MissingPolicy.SKIP)
    viewing.load()
    assert viewing.state.number == 5


def test_numbers_without_a_file_and_unreadable_frames_are_stepped_over_both_ways() -> None:
    viewing = Viewing(without(9, 3, 4, damaged=[6, 7]), SKIP)
    viewing.open("/shots")
    assert stepped(viewing, 1, 4) == [(2, "2"), (5, "5"), (8, "8"), (9, "9")]
    assert stepped(viewing, -1, 4) == [(8, "8"), (5, "5"), (2, "2"), (1, "1")]


def test_a_frame_that_turns_out_to_be_unreadable_is_gone_on_from_the_same_way() -> None:
    viewing = Viewing(without(90, damaged=[49, 50, 51]), SKIP.changed(fill_when_idle=False))
    viewing.begin("/shots/a.0052.png")
    viewing.load_path("/shots/a.0052.png")
    viewing.see()
    viewing.model.step(-1)
    assert viewing.state.number == 51
    viewing.load()
    assert (viewing.state.number, content(viewing.state)) == (48, b"picture 48")


@pytest.mark.parametrize(("at", "by", "bad"), [(4, 1, [5, 6]), (3, -1, [1, 2])])
def test_with_nothing_more_to_show_that_way_one_stays(at: int, by: int, bad: list[int]) -> None:
    viewing = Viewing(without(6, damaged=bad), SKIP)
    viewing.open("/shots", at)
    viewing.load()
    assert stepped(viewing, by, 2) == [(at, str(at))] * 2


def test_in_a_loop_one_skips_round_the_end() -> None:
    viewing = Viewing(without(6, damaged=[1, 6]), SKIP.changed(repeat=Repeat.LOOP))
    viewing.open("/shots", 5)
    assert stepped(viewing, 1, 2) == [(2, "2"), (3, "3")]
    assert stepped(viewing, -1, 2) == [(2, "2"), (5, "5")]


def test_where_none_can_be_shown_the_problem_is_told() -> None:
    viewing = Viewing(without(6, damaged=range(1, 7)), SKIP)
    state = viewing.open("/shots")
    assert (state.number, state.problem_kind) == (1, "unreadable")
    viewing.model.step(1)
    viewing.load()
    assert viewing.state.problem_kind == "unreadable"
    viewing.model.play(1)
    viewing.loop.advance(2.0)
    assert viewing.state.problem_kind == "unreadable"


def test_a_number_that_somebody_asks_for_by_name_is_told_about_though_such_are_skipped() -> None:
    viewing = Viewing(without(9, damaged=[5]), SKIP)
    viewing.open("/shots")
    viewing.model.go_to(5)
    assert (viewing.state.number, viewing.state.problem_kind) == (5, "unreadable")


# Playing over them


@pytest.mark.parametrize("policy", PlayPolicy)
@pytest.mark.parametrize(
    ("preferences", "numbers"),
    [(GAP, [2, 3, 4, 5, 6, 7, 8]), (HOLD, [2, 3, 4, 5, 6, 7, 8]), (SKIP, [2, 5, 8])],
    ids=["gap", "hold", "skip"],
)
def test_playing_takes_the_time_of_what_is_shown_and_skips_what_is_to_be_skipped(
    preferences: Preferences, numbers: list[int], policy: PlayPolicy
) -> None:
    viewing = Viewing(without(8, 3, 4, damaged=[6, 7]), preferences.changed(play_policy=policy))
    viewing.open("/shots")
    viewing.model.play(1)
    seen = played(viewing, 12)
    if policy is PlayPolicy.EVERY_FRAME or preferences is not SKIP:
        assert seen == numbers
    assert set(seen) <= set(numbers)
    assert (seen[-1], viewing.state.playing) == (8, False)


def test_backwards_too() -> None:
    viewing = Viewing(without(8, 3, 4, damaged=[6, 7]), SKIP)
    viewing.open("/shots", 8)
    viewing.model.play(-1)
    assert played(viewing, 8) == [5, 2, 1]


def test_ping_pong_skips_at_its_ends() -> None:
    viewing = Viewing(without(6, damaged=[1, 6]), SKIP.changed(repeat=Repeat.PING_PONG))
    viewing.open("/shots", 3)
    viewing.model.play(1)
    assert played(viewing, 12)[:8] == [4, 5, 4, 3, 2, 3, 4, 5]


@pytest.mark.parametrize("preferences", [GAP, HOLD])
def test_in_real_time_no_number_is_seen_without_what_belongs_to_it(preferences: Preferences) -> None:
    viewing = Viewing(without(300, *range(20, 60)), preferences.changed(play_policy=PlayPolicy.REAL_TIME))
    viewing.begin("/shots")
    viewing.load_path("/shots/a.0001.png")  # and nothing more comes
    viewing.see()
    viewing.model.play(1)
    before = len(viewing.states)
    played(viewing, 60)
    playing = [state for state in viewing.states[before:] if state.playing]
    assert all(state.is_true for state in playing)
    assert {state.problem_kind for state in playing} == ({"", "gap"} if preferences is GAP else {""})


# Changes meanwhile


def test_the_preference_can_be_changed_while_standing_in_a_gap() -> None:
    viewing = Viewing(without(12, 5, 6, 7), GAP)
    viewing.open("/shots")
    viewing.model.go_to(6)
    viewing.model.set_preferences(HOLD)
    viewing.load()
    assert (viewing.state.number, viewing.state.holds, content(viewing.state)) == (6, True, b"picture 4")
    viewing.model.set_preferences(SKIP)
    assert (viewing.state.number, viewing.state.is_true) == (4, True)
    viewing.model.set_preferences(GAP)
    assert viewing.state.number == 4


@pytest.mark.parametrize("preferences", [HOLD, SKIP])
def test_the_preference_can_be_changed_while_it_plays(preferences: Preferences) -> None:
    viewing = Viewing(without(60, *range(20, 30)), GAP)
    viewing.open("/shots", 10)
    viewing.model.play(1)
    played(viewing, 3)
    viewing.model.set_preferences(preferences)
    seen = played(viewing, 60)
    assert (seen[-1], viewing.state.playing) == (60, False)
    assert ({*range(20, 30)} & set(seen) == set()) == (preferences is SKIP)


def test_in_and_out_points_survive_a_change_of_the_preference() -> None:
    viewing = Viewing(without(30, 10), GAP)
    viewing.open("/shots")
    viewing.model.sequence.mark_in(5)
    viewing.model.sequence.mark_out(20)
    for preferences in (SKIP, HOLD, GAP):
        viewing.model.set_preferences(preferences)
        assert (viewing.state.mark_in, viewing.state.mark_out) == (5, 20)


def test_in_and_out_points_can_lie_where_there_is_no_file() -> None:
    viewing = Viewing(without(30, 10, 20), GAP.changed(repeat=Repeat.LOOP))
    viewing.open("/shots", 10)
    viewing.model.sequence.mark_in()
    viewing.model.go_to(20)
    viewing.model.sequence.mark_out()
    assert (viewing.state.mark_in, viewing.state.mark_out) == (10, 20)
    viewing.model.play(1, from_in=True)
    assert set(played(viewing, 40)) == set(range(10, 21))


def test_frames_that_land_fill_the_gap_where_somebody_stands() -> None:
    viewing = Viewing(without(12, 6, 7), GAP)
    viewing.open("/shots")
    viewing.model.go_to(6)
    viewing.see()
    assert viewing.state.problem_kind == "gap"
    viewing.storage.files |= numbered(12)
    viewing.loop.advance(POLL + 1)
    viewing.chores.finish_all()
    assert (viewing.state.number, viewing.state.problem) == (6, "")
    viewing.load()
    assert content(viewing.state) == b"picture 6"


@pytest.mark.parametrize("preferences", [GAP, HOLD, SKIP])
def test_a_frame_that_is_deleted_becomes_a_gap(preferences: Preferences) -> None:
    viewing = Viewing(numbered(12), preferences)
    viewing.open("/shots", 6)
    del viewing.storage.files["/shots/a.0006.png"]
    viewing.reload()
    viewing.load()
    state = viewing.state
    assert state.is_true
    if preferences is SKIP:
        assert (state.number, content(state)) == (5, b"picture 5")
    else:
        assert state.number == 6
        assert state.holds == (preferences is HOLD)


def test_a_frame_that_becomes_readable_is_not_held_over_any_more() -> None:
    viewing = Viewing(without(6, damaged=[3]), HOLD)
    viewing.open("/shots")
    stepped(viewing, 1, 2)
    assert viewing.state.holds
    viewing.storage.files["/shots/a.0003.png"] = b"picture 3"
    viewing.reload()
    viewing.load()
    assert (viewing.state.holds, content(viewing.state)) == (False, b"picture 3")


# Reading in advance


def test_filling_reads_what_there_is_between_in_and_out_points_in_gaps() -> None:
    viewing = Viewing(without(40, 10, 11, 20, 21), GAP.changed(fill_when_idle=False))
    viewing.open("/shots")
    viewing.model.sequence.mark_in(10)
    viewing.model.sequence.mark_out(21)
    viewing.model.fill(whole=False)
    assert viewing.state.fill is not None
    assert viewing.state.fill.total == 8
    viewing.load()
    assert all(viewing.model.canvas.is_here(number) for number in range(12, 20))


def test_filling_nothing_but_a_gap_says_so() -> None:
    viewing = Viewing(without(40, *range(10, 20)), GAP)
    viewing.open("/shots")
    viewing.model.sequence.mark_in(12)
    viewing.model.sequence.mark_out(15)
    viewing.model.fill(whole=False, then_play=True)
    assert viewing.state.message == "There are no files to read between the in and the out point."
    assert (viewing.state.fill, viewing.state.playback.waits_for_fill) == (None, False)


# Laws


def told(state: ViewState, missing: set[int], damaged: set[int], policy: MissingPolicy) -> bool:
    """Returns whether a snapshot at rest tells the truth about its number."""
    number = state.number
    assert number is not None
    if number not in missing | damaged:
        return content(state) == b"picture %d" % number and not state.notice and not state.problem
    if policy is MissingPolicy.HOLD and state.holds:
        assert state.shown is not None
        before = max(good for good in range(1, number) if good not in missing | damaged)
        return (state.shown.number, content(state)) == (before, b"picture %d" % before) and str(number) in state.notice
    return state.shown is None and str(number) in state.problem


@given(
    st.sets(st.integers(2, 14), max_size=9),
    st.sets(st.integers(1, 15), max_size=9),
    st.sampled_from(MissingPolicy),
    st.sampled_from(Repeat),
    st.lists(st.sampled_from([1, -1, 2, -2, 10, -10, 100, -100]), min_size=1, max_size=12),
)
def test_wherever_one_steps_the_truth_is_told(
    missing: set[int], damaged: set[int], policy: MissingPolicy, repeat: Repeat, steps: list[int]
) -> None:
    files = without(15, *missing, damaged=damaged - missing)
    viewing = Viewing(files, GAP.changed(missing=policy, repeat=repeat))
    viewing.open("/shots")
    good = {*range(1, 16)} - missing - damaged
    for by in steps:
        before = viewing.state.number
        viewing.model.step(by)
        viewing.load()
        state = viewing.state
        assert told(state, missing, damaged, policy)
        if policy is MissingPolicy.SKIP:
            assert state.number in good or state.number == before


@given(
    st.sets(st.sampled_from([2, 3, 6, 7, 8, 9])),  # with two numbers in a row nobody takes them for every second one
    st.sets(st.integers(1, 10), max_size=6),
    st.sampled_from(MissingPolicy),
    st.sampled_from([1, -1]),
)
def test_playing_once_sees_all_there_is_to_see_in_order(
    missing: set[int], damaged: set[int], policy: MissingPolicy, direction: int
) -> None:
    viewing = Viewing(without(10, *missing, damaged=damaged - missing), GAP.changed(missing=policy))
    viewing.open("/shots", 1 if direction > 0 else 10)
    viewing.load()
    viewing.see()
    start = viewing.state.number
    viewing.model.play(direction)
    seen = played(viewing, 16)
    expected = list(range(1, 11)) if direction > 0 else list(range(10, 0, -1))
    if policy is MissingPolicy.SKIP:
        expected = [number for number in expected if number not in missing | damaged]
    assert seen == [number for number in expected if number != start]
    assert not viewing.state.playing
