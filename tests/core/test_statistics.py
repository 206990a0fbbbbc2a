"""Steps and decodes, counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.statistics import STEPS, CacheLevel, StepStatistics, StepTime

seconds = st.floats(0, 100)
step_times = st.builds(StepTime, st.sampled_from(CacheLevel), seconds, seconds, seconds, seconds)


def test_a_step_takes_as_long_as_its_parts() -> None:
    assert StepTime(CacheLevel.SHARE, 0.1, 0.2, 0.3, 0.4).total == pytest.approx(1.0)


def test_nothing_noted_is_nothing_told() -> None:
    statistics = StepStatistics()
    assert statistics.steps == ()
    assert statistics.decodes() == ()
    assert set(statistics.hits().values()) == {0}


@given(st.lists(step_times, max_size=60))
def test_the_last_steps_are_kept_and_all_are_counted(steps: list[StepTime]) -> None:
    statistics = StepStatistics()
    for step in steps:
        statistics.note_step(step)
    assert statistics.steps == tuple(steps[-STEPS:])
    assert list(statistics.hits()) == list(CacheLevel), "nearest first, also those that never had a frame"
    for place, count in statistics.hits().items():
        assert count == sum(step.level is place for step in steps)


def test_what_was_handed_out_does_not_change_afterwards() -> None:
    statistics = StepStatistics()
    statistics.note_step(StepTime(CacheLevel.DISK, 0, 0, 0, 0))
    steps, hits = statistics.steps, statistics.hits()
    statistics.note_step(StepTime(CacheLevel.DISK, 1, 1, 1, 1))
    assert len(steps) == 1
    assert hits[CacheLevel.DISK] == 1


def test_decodes_are_told_apart_by_kind() -> None:
    statistics = StepStatistics()
    statistics.note_decode("8-bit RGB", 2_000_000, 0.010)
    statistics.note_decode("16-bit grey", 4_000_000, 0.002)
    statistics.note_decode("8-bit RGB", 1_000_000, 0.004)
    rgb, grey = statistics.decodes()
    assert (rgb.kind, rgb.files, rgb.pixels, rgb.longest) == ("8-bit RGB", 2, 3_000_000, 0.010)
    assert rgb.mean == pytest.approx(0.007)
    assert (grey.kind, grey.files, grey.mean) == ("16-bit grey", 1, 0.002)
