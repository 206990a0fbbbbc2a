"""Other programs have their memory: the budget falls when they grow, and comes back without going up and down."""

from __future__ import annotations

import pytest
from viewing import Viewing, numbered

from viewer.core.computer_memory import ComputerMemory
from viewer.core.load.frame_state import FrameState
from viewer.core.play.playhead import Repeat
from viewer.core.units import GB, MB
from viewer.model.memory_budget import BEGINS_TO_GROW, GROWS_ON
from viewer.model.preferences import LEAST_CACHE, Preferences


def looking(viewing: Viewing, available: int) -> int:
    """Has the memory looked at of a computer of 16 GB; returns what can be used then."""
    viewing.model.memory.look(ComputerMemory(16 * GB, available))
    return viewing.model.memory.usable


def large(cache_bytes: int = 4 * GB) -> Viewing:
    return Viewing(numbered(150), Preferences(cache_bytes=cache_bytes, repeat=Repeat.ONCE), small=True)


def test_it_falls_at_once_and_grows_slowly_up_to_what_was_set() -> None:
    viewing = large()
    assert looking(viewing, 3 * GB) == 2 * GB, "at the start nothing has to be waited for"
    assert looking(viewing, 2 * GB) == GB
    seen = [looking(viewing, 9 * GB) for _ in range(5)]
    assert seen[0] == GB + 7 * GB // 4
    assert seen == sorted(seen)
    assert seen[-1] == 4 * GB, "and not beyond"


def test_what_is_free_may_go_up_and_down_without_the_budget_doing_so() -> None:
    viewing = large()
    seen = [looking(viewing, 3 * GB + noise * BEGINS_TO_GROW // 2) for noise in (-1, 1, 0, 1, -1, 0, 1)]
    assert len(set(seen)) == 1
    seen = [looking(viewing, 3 * GB + 2 * BEGINS_TO_GROW) for _ in range(12)]
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(2 * GB + 2 * BEGINS_TO_GROW, abs=GROWS_ON)


def test_two_windows_leave_free_what_is_to_stay_free() -> None:
    windows, used = [large(8 * GB), large(8 * GB)], [0, 0]
    for _ in range(60):
        for number, window in enumerate(windows):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(type(window.model.memory._loader.holdings), "memory_used", used[number])  # noqa: SLF001
                usable = looking(window, 10 * GB - sum(used))
            used[number] += min(300 * MB, usable - used[number])
        assert 10 * GB - sum(used) >= GB - 300 * MB
    assert 10 * GB - sum(used) == pytest.approx(GB, abs=BEGINS_TO_GROW)


def test_frames_go_the_farthest_first_and_the_window_says_so() -> None:
    viewing = large()
    viewing.open("/shots")
    viewing.loop.advance(0.2)
    viewing.load()
    held = viewing.state.activity.memory_used
    assert viewing.state.activity.frames_held == 150
    looking(viewing, 3 * GB)
    assert viewing.state.activity.frames_held == 150
    looking(viewing, GB - held + 140 * MB)
    state = viewing.state
    assert state.activity.memory_used <= 140 * MB
    assert state.memory.usable(state.preferences) == 140 * MB
    here = [bool(value == FrameState.DECODED.value) for value in viewing.model._open.table.states]  # type: ignore[union-attr]  # noqa: SLF001
    assert here == sorted(here, reverse=True)
    assert state.activity.frames_held == sum(here) == pytest.approx(state.activity.frames_room, abs=2)


def test_the_least_stays_and_a_change_of_what_is_to_stay_free_counts_at_once() -> None:
    viewing = large()
    assert looking(viewing, 0) == LEAST_CACHE
    looking(viewing, 9 * GB)
    viewing.prefer(leave_free=0.0)
    usable = viewing.model.memory.usable
    viewing.prefer(leave_free=1.5)
    assert usable - viewing.model.memory.usable == 1.5 * GB


def test_more_than_the_computer_has_is_said_once_and_not_taken() -> None:
    viewing = large()
    looking(viewing, 12 * GB)
    assert viewing.state.message == ""
    viewing.prefer(cache_bytes=160 * GB)
    assert "A cache of 160 GB is more than this computer can give" in viewing.state.message
    assert looking(viewing, 12 * GB) <= 11 * GB
    viewing.prefer(cache_bytes=4 * GB)
    viewing.prefer(leave_free=14.0)
    assert "it has 16.0 GB, of which 14 GB stays free" in viewing.state.message


@pytest.mark.parametrize(
    ("stored", "becomes", "said"),
    [
        ({"cache_bytes": 160 * GB}, 15 * GB, "The cache size is now 15.0 GB."),
        ({"cache_bytes": 15 * GB}, 15 * GB, ""),
        ({"cache_bytes": 4 * GB, "leave_free": 14.0}, 1984 * MB, "The cache size is now 2.0 GB."),
        ({"cache_bytes": 4 * GB, "leave_free": 16.0}, 4 * GB, "No more is used."),
    ],
)
def test_settings_that_ask_for_too_much_are_mended_at_the_start_and_that_is_said_once(
    stored: dict[str, float], becomes: int, said: str
) -> None:
    viewing = Viewing(numbered(3), Preferences().changed(**stored))
    looking(viewing, 12 * GB)
    state = viewing.state
    assert (state.preferences.cache_bytes, viewing.model.settings.preferences.cache_bytes) == (becomes, becomes)
    assert state.message.endswith(said)
    assert ("more than this computer can give" in state.message) == bool(said)
    again = Viewing(numbered(3), state.preferences)
    looking(again, 12 * GB)
    assert (again.state.message == "") == (becomes != 4 * GB)


def test_where_nothing_is_known_all_is_taken() -> None:
    viewing = large()
    assert not viewing.model.memory.look(None)
    assert viewing.model.memory.usable == 4 * GB
    assert viewing.state.memory.total == 0
