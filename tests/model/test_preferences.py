"""Preferences: every value is checked against its row, whoever brings it."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewing import Viewing, numbered

from viewer.core.computer_memory import ComputerMemory
from viewer.core.errors import SettingsError
from viewer.core.load.loader import Loader
from viewer.core.load.read_lane import ReadLane
from viewer.core.units import GB
from viewer.model.folder_cache import FolderCache
from viewer.model.opener import Opener
from viewer.model.playback import Playback
from viewer.model.preferences import (
    Effect,
    HoldPolicy,
    Preferences,
    Row,
    Theme,
    default_cache_bytes,
    from_values,
    rows,
)
from viewer.model.refresher import Refresher

NUMBERS = [name for name, row in rows() if row.maximum]
CHOICES = [name for name, row in rows() if row.choices]

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def test_every_preference_has_a_row_that_people_can_read() -> None:
    named = dict(rows())
    assert list(named) == [each.name for each in dataclasses.fields(Preferences)]
    for row in named.values():
        assert row.page
        assert row.label
        assert row.help.endswith(".")


CALLED = {
    "cache_bytes": "Loader.set_budget",
    "leave_free": "Loader.set_budget",
    "files_percent": "Loader.set_budget",
    "reads_at_once": "ReadLane.set_reads_at_once",
    "read_ahead_limit": "ReadLane.set_limit",
    "give_up_after": "ReadLane.set_give_up_after",
    "keep_files": "Loader.set_keeping",
    "disk_bytes": "FolderCache.set_limit",
    "thumbnails": "Refresher.plan_soon",
    "fill_when_idle": "Refresher.plan_soon",
    "play_policy": "Playback.set_policy",
    "rate": "Playback.set_rate",
    "repeat": "Refresher.plan_soon",
    "missing": "Opener.choose_again",
}
"""What a change of each preference calls; the others are read when they are needed."""


@pytest.mark.parametrize(("name", "row"), list(rows()))
def test_a_change_of_a_preference_has_its_effect(name: str, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    viewing = Viewing(numbered(3))
    viewing.open("/shots")
    calls: list[str] = []
    for called in set(CALLED.values()):
        owner, _, verb = called.partition(".")
        kind = {each.__name__: each for each in (FolderCache, Loader, Opener, Playback, ReadLane, Refresher)}[owner]
        monkeypatch.setattr(kind, verb, lambda *_, called=called, **__: calls.append(called))
    now = getattr(viewing.model.settings.preferences, name)
    choices: list[object] = [choice for choice, _ in row.choices] or [f"{now}x" if isinstance(now, str) else not now]
    viewing.prefer(**{name: row.maximum or next(each for each in choices if each != now)})
    assert calls == ([CALLED[name]] if name in CALLED else [])
    assert (row.effect is Effect.WHEN_READ) == (name not in CALLED)


@pytest.mark.parametrize(
    ("available", "cache"),
    [(25.276 * GB, 6 * GB), (100 * GB, 8 * GB), (5.1 * GB, GB), (0.3 * GB, GB // 2), (None, 2 * GB)],
)
def test_the_cache_is_a_part_of_what_can_be_had_in_whole_figures(
    available: float | None, cache: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = None if available is None else ComputerMemory(128 * GB, int(available))
    monkeypatch.setattr("viewer.model.preferences.computer_memory", lambda: memory)
    assert default_cache_bytes() == cache


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_allowed_up_to_their_limits_and_not_beyond(name: str) -> None:
    row = dict(rows())[name]
    for value in (row.minimum, row.maximum):
        assert getattr(Preferences().changed(**{name: value}), name) == value
    for wrong in (row.minimum - 1, row.maximum + 1, math.nan, math.inf):
        with pytest.raises(SettingsError, match=f"“{row.label}”"):
            Preferences().changed(**{name: wrong})


@pytest.mark.parametrize("name", [name for name, _ in rows()])
@pytest.mark.parametrize("wrong", [None, "x", [], {}])
def test_values_of_the_wrong_kind_are_refused(name: str, wrong: object) -> None:
    if isinstance(getattr(Preferences(), name), str) and not isinstance(getattr(Preferences(), name), StrEnum):
        wrong = f"{wrong}\0" if isinstance(wrong, str) else wrong  # any other text will do
    with pytest.raises(SettingsError, match=re.escape(f"“{dict(rows())[name].label}”")):
        Preferences().changed(**{name: wrong})


@pytest.mark.parametrize("name", NUMBERS)
def test_true_is_no_number(name: str) -> None:
    preferences, complaints = from_values({name: True})
    assert preferences == Preferences()
    assert complaints == [f"“{dict(rows())[name].label}” must be a number, not True."]


def test_one_is_not_true() -> None:
    preferences, complaints = from_values({"thumbnails": 1})
    assert preferences.thumbnails is True
    assert len(complaints) == 1


def test_values_from_a_file_become_the_right_kind() -> None:
    preferences, complaints = from_values({"rate": 30, "reads_at_once": 8.0, "theme": "light", "hold_policy": "pace"})
    assert complaints == []
    assert isinstance(preferences.rate, float)
    assert isinstance(preferences.reads_at_once, int)
    assert preferences.theme is Theme.LIGHT
    assert preferences.hold_policy is HoldPolicy.KEEP_PACE


def test_one_wrong_value_does_not_take_the_others_with_it() -> None:
    preferences, complaints = from_values({"rate": 1e9, "reads_at_once": 8, "of a newer version": 1})
    assert (preferences.rate, preferences.reads_at_once) == (24.0, 8)
    assert complaints == ["“Rate” can be from 1 to 240, not 1000000000.0."]


@given(st.dictionaries(st.sampled_from([name for name, _ in rows()]), ANYTHING))
def test_no_value_of_any_kind_does_harm(values: dict[str, Any]) -> None:
    preferences, complaints = from_values(values)
    for name, _ in rows():
        assert type(getattr(preferences, name)) is type(getattr(Preferences(), name))
    assert from_values(json.loads(json.dumps(dataclasses.asdict(preferences)))) == (preferences, [])
    assert len(complaints) <= len(values)


@pytest.mark.parametrize("name", [name for name, _ in rows()])
def test_a_complaint_is_short_however_long_or_deep_the_value(name: str) -> None:
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    for value in ("x" * 100_000, deep, 10**400):
        preferences, complaints = from_values({name: value})
        assert preferences == Preferences()
        assert len(complaints) == 1
        assert len(complaints[0]) < 300
