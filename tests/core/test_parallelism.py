"""How many loads look ahead at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from viewer.core.prefetch.parallelism import LONGEST_PAUSE, Parallelism

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_begins_with_all() -> None:
    assert Parallelism(16, cores=2).at_once == 16


def test_loads_that_wait_go_beside_each_other_and_those_that_compute_as_far_as_there_are_cores() -> None:
    waiting, computing = Parallelism(16, cores=2), Parallelism(16, cores=2)
    waiting.note_load(0.1, 0.001, is_of_use=True)
    computing.note_load(0.1, 0.1, is_of_use=True)
    assert waiting.at_once == 16
    assert computing.at_once == 3  # one more than cores, for the moments between two


def test_a_load_that_others_made_late_does_not_call_for_more() -> None:
    pace = Parallelism(16, cores=2)
    pace.note_load(0.02, 0.01, is_of_use=True)
    before = pace.at_once
    for _ in range(10):
        pace.note_load(0.2, 0.01, is_of_use=True)
    assert pace.at_once == before


def test_where_somebody_said_how_many_nothing_is_reckoned() -> None:
    pace = Parallelism(8, cores=None)
    pace.note_load(0.1, 0.1, is_of_use=True)
    assert pace.at_once == 8


def test_after_a_jump_it_begins_with_one_and_doubles_with_what_is_of_use() -> None:
    pace = Parallelism(8, cores=None)
    pace.note_jump()
    seen = [pace.at_once]
    pace.note_load(0.1, 0.01, is_of_use=False)
    seen.append(pace.at_once)
    for _ in range(4):
        pace.note_load(0.1, 0.01, is_of_use=True)
        seen.append(pace.at_once)
    assert seen == [1, 1, 2, 4, 8, 8]


def test_a_step_takes_off_the_limit() -> None:
    pace = Parallelism(8, cores=None)
    pace.note_jump()
    pace.note_step()
    assert pace.at_once == 8


def test_only_after_a_jump_and_for_loads_that_compute_there_is_a_pause() -> None:
    pace = Parallelism(1, cores=None)
    pace.note_load(0.1, 0.008, is_of_use=True)
    assert pace.pause == 0
    pace.note_jump()
    assert pace.pause == 0.008
    for _ in range(100):
        pace.note_load(1.0, 0.5, is_of_use=False)
    assert pace.pause == LONGEST_PAUSE
    for _ in range(100):
        pace.note_load(0.1, 0.0001, is_of_use=False)
    assert pace.pause == 0
    for _ in range(100):
        pace.note_load(0.1, 0.01, is_of_use=False)
    pace.note_step()
    assert pace.pause == 0


@given(st.integers(1, 40), st.integers(1, 64) | st.none(), st.data())
def test_there_is_always_one_and_never_more_than_the_most(at_once: int, cores: int | None, data: st.DataObject) -> None:
    pace = Parallelism(at_once, cores)
    for _ in range(data.draw(st.integers(0, 20))):
        seconds = data.draw(st.floats(0, 100))
        pace.note_load(seconds, data.draw(st.floats(0, 100)), is_of_use=data.draw(st.booleans()))
        moves: list[Callable[[], None]] = [pace.note_jump, pace.note_step, lambda: None]
        data.draw(st.sampled_from(moves))()
        assert 1 <= pace.at_once <= at_once
        assert 0 <= pace.pause <= LONGEST_PAUSE
