"""Reading a range in advance: which frames, and how far it has come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.frame_state import FrameState
from viewer.core.load.statistics import Activity
from viewer.core.units import MB
from viewer.model.preload import SHOWN, Preload

NOT_HERE = {FrameState.ABSENT.value, FrameState.FAILED.value}
STATES = st.lists(st.sampled_from([state.value for state in FrameState]), min_size=1, max_size=40)
AT_REST = Activity()
READING = AT_REST._replace(reading=2, bytes_per_second=3e6, file_bytes=MB)


def states_of(*values: FrameState) -> bytearray:
    return bytearray(value.value for value in values)


def test_it_goes_on_from_the_playhead_and_then_from_the_beginning_of_the_range() -> None:
    states = bytearray(10)
    assert list(Preload("it", 2, 7).order(5, states)) == [5, 6, 7, 2, 3, 4]
    assert list(Preload("it", 2, 7).order(0, states)) == [2, 3, 4, 5, 6, 7]
    assert list(Preload("it", 2, 7).order(9, states)) == [7, 2, 3, 4, 5, 6]


@given(STATES, st.data())
def test_it_reads_all_of_the_range_that_is_not_here_and_nothing_else(values: list[int], data: st.DataObject) -> None:
    positions = st.integers(0, len(values) - 1)
    first, last = sorted((data.draw(positions), data.draw(positions)))
    order = list(Preload("it", first, last).order(data.draw(positions), bytearray(values)))
    assert sorted(order) == [index for index in range(first, last + 1) if values[index] in NOT_HERE]


def test_what_has_come_meanwhile_is_passed_over_when_its_turn_comes() -> None:
    states = bytearray(4)
    order = Preload("it", 0, 3).order(0, states)
    assert next(order) == 0
    states[1] = FrameState.ENCODED.value
    assert list(order) == [2, 3]


def test_it_tells_how_far_it_is_how_long_it_takes_and_how_much() -> None:
    states = states_of(*FrameState) + bytearray(2)  # those two lie behind the range
    view = Preload("from in to out", 0, 5).progress(states, READING, 6 * MB)
    assert (view.what, view.done, view.total) == ("from in to out", 4, 6)
    assert view.seconds_left == pytest.approx(2 * MB / 3e6)
    assert (view.bytes_per_second, view.bytes_needed, view.fits) == (3e6, 6 * MB, True)
    assert not Preload("it", 0, 6).progress(states, READING, 6 * MB).fits


@pytest.mark.parametrize("activity", [AT_REST, READING._replace(bytes_per_second=0.0), READING._replace(file_bytes=0)])
def test_the_time_left_is_not_told_before_it_is_known(activity: Activity) -> None:
    assert Preload("it", 0, 1).progress(bytearray(2), activity, MB).seconds_left is None


class Run:
    """A fill of four frames, two of which are here, seen again and again."""

    def __init__(self) -> None:
        self.filling = Preload("it", 0, 3)
        self.states = states_of(FrameState.DECODED, FrameState.ON_DISK, FrameState.ABSENT, FrameState.ABSENT)

    def has_ended(self, now: float, activity: Activity = AT_REST, *, is_waiting: bool = False) -> bool:
        view = self.filling.progress(self.states, activity, MB)
        return self.filling.has_ended(view, activity, now, is_waiting=is_waiting)


def test_one_that_is_done_is_seen_to_be_done_for_a_moment_before_it_has_ended() -> None:
    run = Run()
    run.states[:] = bytes([FrameState.ON_DISK.value]) * 4
    assert not run.has_ended(100.0, READING)
    assert not run.has_ended(100.0 + SHOWN / 2, READING)
    assert run.has_ended(100.0 + SHOWN, READING)


def test_one_that_cannot_go_on_ends_too_though_not_all_is_here() -> None:
    run = Run()
    assert not run.has_ended(100.0)
    assert run.has_ended(100.0 + SHOWN)


def test_one_that_goes_on_after_a_rest_has_not_ended() -> None:
    run = Run()
    assert not run.has_ended(100.0)
    assert not run.has_ended(101.0, READING)
    assert not run.has_ended(100.0 + SHOWN)
    assert run.has_ended(100.0 + 2 * SHOWN)


def test_one_that_waits_for_the_share_has_not_ended_however_long_that_takes() -> None:
    run = Run()
    assert not run.has_ended(100.0, is_waiting=True)
    assert not run.has_ended(9000.0, is_waiting=True)
    assert not run.has_ended(9001.0, READING)
