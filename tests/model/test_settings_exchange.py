"""All preferences as a file, for another computer, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values
from viewing import Viewing, numbered

from viewer.core.computer_memory import ComputerMemory
from viewer.core.errors import SettingsError
from viewer.core.units import GB
from viewer.model.preferences import Preferences, Theme, rows
from viewer.model.settings_exchange import from_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.model.view_state import ViewState


HERE = Preferences(cache_bytes=2 * GB, rate=12.5)


def taken(viewing: Viewing, path: Path, content: bytes | None) -> ViewState:
    """Has a file imported, and returns what is seen then."""
    if content is not None:
        path.write_bytes(content)
    viewing.model.exchange.import_from(str(path), viewing.model.set_preferences)
    viewing.chores.finish_all()
    viewing.loop.turn()
    return viewing.state


def test_what_is_exported_is_imported_elsewhere_whole(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    one = Viewing(numbered(1), Preferences(cache_bytes=2 * GB, theme=Theme.LIGHT, smooth=True), recent=("/secret",))
    one.model.exchange.export(str(path))
    one.chores.finish_all()
    one.loop.turn()
    assert one.state.message == f"The preferences were written to {path}."
    written = json.loads(path.read_bytes())
    assert list(written) == ["preferences"], "no folders and no windows"
    assert set(written["preferences"]) == {name for name, _ in rows()}
    other = Viewing(numbered(1), HERE)
    state = taken(other, path, None)
    assert state.preferences == one.state.preferences
    assert state.message == f"3 preferences changed, as in {path}."
    assert taken(other, path, None).message == f"Nothing differs, as in {path}."


@pytest.mark.parametrize(
    ("values", "changes", "said"),
    [
        ({}, {}, ""),
        ({"smooth": True}, {"smooth": True}, ""),
        ({"rate": "fast", "smooth": True}, {"smooth": True}, "rate must be a number, not 'fast'."),
        (
            {"rate": 50, "later": 1, "x" * 99: 2},
            {"rate": 50.0},
            "Not known here and left out: 'later', 'xxxxxxxxxxxx...xxxxxxxxxxxxx'.",
        ),
        ({f"k{at}": 0 for at in range(7)}, {}, "Not known here and left out: 'k0', 'k1', 'k2', 'k3', 'k4' and 2 more."),
    ],
)
def test_each_value_is_checked_and_what_is_not_taken_is_named(
    values: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    assert from_json(json.dumps({"preferences": values}).encode(), HERE) == (HERE.changed(**changes), said)


def test_of_a_settings_file_only_the_preferences_are_taken_and_nothing_is_opened(tmp_path: Path) -> None:
    viewing = Viewing(numbered(3), HERE)
    content = {"preferences": {"theme": "light"}, "recent": ["/shots"], "window": "x", "keys": {}}
    state = taken(viewing, tmp_path / "settings.json", json.dumps(content).encode())
    assert state.preferences == HERE.changed(theme=Theme.LIGHT)
    assert (state.sequence, state.recent) == (None, ())
    assert state.message.endswith("Not known here and left out: 'keys'.")


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"{}", b'{"preferences": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_such_file_changes_nothing_and_is_said(content: bytes | None, tmp_path: Path) -> None:
    viewing = Viewing(numbered(1), HERE)
    state = taken(viewing, tmp_path / "a.json", content)
    assert state.preferences == HERE
    why = "could not be read from" if content is None else "It is no file of preferences."
    assert why in state.message


def test_a_cache_of_a_larger_computer_becomes_what_this_one_can_give(tmp_path: Path) -> None:
    viewing = Viewing(numbered(1), HERE)
    viewing.model.memory.look(ComputerMemory(16 * GB, 12 * GB))
    state = taken(viewing, tmp_path / "a.json", to_json(Preferences(cache_bytes=64 * GB)))
    assert state.preferences.cache_bytes == 15 * GB
    assert "A cache of 64.0 GB is more than this computer can give" in state.message
    assert "The cache size is now 15.0 GB." in state.message


@given(json_values() | st.dictionaries(st.sampled_from([name for name, _ in rows()]), json_values()))
def test_nothing_in_a_file_does_harm(value: object) -> None:
    for content in (value, {"preferences": value}):
        try:
            preferences, _ = from_json(json.dumps(content).encode(), HERE)
        except SettingsError:
            continue
        assert from_json(to_json(preferences), Preferences()) == (preferences, "")
