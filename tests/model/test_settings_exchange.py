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
from viewer.core.records import replace
from viewer.core.units import GB
from viewer.model.commands import COMMANDS
from viewer.model.key_map import KeyMap
from viewer.model.preferences import Preferences, Theme, rows
from viewer.model.settings_exchange import from_json, to_json
from viewer.model.settings_file import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.model.view_state import ViewState


NAMES, COMMAND_NAMES = [name for name, _ in rows()], [command.name for command in COMMANDS]
HERE = Preferences(cache_bytes=2 * GB, rate=12.5)


def taken(viewing: Viewing, path: Path, content: bytes | None) -> ViewState:
    """Has a file imported, and returns what is seen then."""
    if content is not None:
        path.write_bytes(content)
    viewing.model.exchange.import_from(str(path), viewing.model.keep)
    viewing.chores.finish_all()
    viewing.loop.turn()
    return viewing.state


def test_what_is_exported_is_imported_elsewhere_whole(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    one = Viewing(numbered(1), Preferences(cache_bytes=2 * GB, theme=Theme.LIGHT, smooth=True), recent=("/secret",))
    keys = KeyMap({"reload": ("Ctrl+Y",), "invert": ()})
    one.model.keep(replace(one.model.settings, keys=keys))
    path.write_text("an older one")
    one.model.exchange.export(str(path))
    one.chores.finish_all()
    one.loop.turn()
    assert one.state.message == f"The preferences and the keys were written to {path}."
    written = json.loads(path.read_bytes())
    assert list(written) == ["preferences", "keys"], "no folders and no windows"
    assert set(written["preferences"]) == {name for name, _ in rows()}
    other = Viewing(numbered(1), HERE)
    state = taken(other, path, None)
    assert (state.preferences, state.keys) == (one.state.preferences, keys)
    assert state.message == (
        "3 preferences changed (Rate, Theme, Smooth when enlarged) and 2 commands changed (“Reload”, “Invert”), "
        f"as in {path}."
    )
    assert taken(other, path, None).message == f"Nothing differs, as in {path}."


@pytest.mark.parametrize(
    ("values", "changes", "said"),
    [
        ({}, {}, []),
        ({"smooth": True}, {"smooth": True}, []),
        ({"rate": "fast", "smooth": True}, {"smooth": True}, ["“Rate” must be a number, not 'fast'."]),
        ({"theme": 7}, {}, ["“Theme” cannot be 7."]),
        (
            {"rate": 50, "later": 1, "x" * 99: 2},
            {"rate": 50.0},
            ["Not known here and left out: 'later', 'xxxxxxxxxxxx...xxxxxxxxxxxxx'."],
        ),
        (
            {f"k{at}": 0 for at in range(7)},
            {},
            ["Not known here and left out: 'k0', 'k1', 'k2', 'k3', 'k4' and 2 more."],
        ),
    ],
)
def test_each_value_is_checked_and_what_is_not_taken_is_named(
    values: dict[str, Any], changes: dict[str, Any], said: list[str]
) -> None:
    found = from_json(json.dumps({"preferences": values}).encode(), Settings(HERE))
    assert found == (Settings(HERE.changed(**changes)), said)


def test_the_keys_of_a_file_take_the_place_of_those_here_and_what_moves_is_told() -> None:
    here = Settings(HERE, keys=KeyMap({"invert": ("Ctrl+Y",)}))
    written = {"reload": ["ctrl+y"], "repeat": ["Ctrl+Y"], "play": 3, "later": ["Q"]}
    assert from_json(json.dumps({"keys": written}).encode(), here) == (
        Settings(HERE, keys=KeyMap({"reload": ("Ctrl+Y",)})),
        [
            "Ctrl+Y is given to “Reload” and to “Loop, ping-pong or once”.",
            "“Play”: its keys must be a list of texts, not 3.",
            "Ctrl+Y is the key of “Reload” now, no longer of “Invert”.",
            "Not known here and left out: 'later'.",
        ],
    )
    assert from_json(b'{"preferences": {}}', here) == (here, []), "a file without keys changes none"


def test_of_a_settings_file_only_preferences_and_keys_are_taken_and_nothing_is_opened(tmp_path: Path) -> None:
    viewing = Viewing(numbered(3), HERE)
    content = json.dumps(
        {"preferences": {"theme": "light"}, "recent": ["/shots"], "opened": {"/shots": 1.0}, "window": "x", "keys": {}}
    )
    path = tmp_path / "settings.json"
    state = taken(viewing, path, content.encode())
    assert state.preferences == HERE.changed(theme=Theme.LIGHT)
    assert (state.sequence, state.recent) == (None, ())
    assert state.message == f"1 preference changed (Theme), as in {path}."


@pytest.mark.parametrize("folder", ["gone", "file"])
def test_what_cannot_be_written_says_what_to_do(folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    viewing = Viewing(numbered(1), HERE)
    viewing.model.exchange.export(str(tmp_path / folder / "a.json"))
    viewing.chores.finish_all()
    viewing.loop.turn()
    assert viewing.state.message == (
        f"The preferences were not saved: {tmp_path / folder} is no folder that takes files, or not there any more. "
        "Choose another folder."
    )


@pytest.mark.parametrize(
    "content", [None, b"", b"[1]", b"{}", b'{"preferences": 3}', b'{"keys": []}', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_no_such_file_changes_nothing_and_is_said(content: bytes | None, tmp_path: Path) -> None:
    viewing = Viewing(numbered(1), HERE)
    state = taken(viewing, tmp_path / "a.json", content)
    assert state.preferences == HERE
    why = "could not be read from" if content is None else "It is no file of preferences."
    assert why in state.message


def test_a_cache_of_a_larger_computer_becomes_what_this_one_can_give(tmp_path: Path) -> None:
    viewing = Viewing(numbered(1), HERE)
    viewing.model.memory.look(ComputerMemory(16 * GB, 12 * GB))
    state = taken(viewing, tmp_path / "a.json", to_json(Settings(Preferences(cache_bytes=64 * GB))))
    assert state.preferences.cache_bytes == 15 * GB
    assert "A cache of 64.0 GB is more than this computer can give" in state.message
    assert "The cache size is now 15.0 GB." in state.message


@given(json_values() | st.dictionaries(st.sampled_from([*NAMES, *COMMAND_NAMES]), json_values()))
def test_nothing_in_a_file_does_harm(value: object) -> None:
    for content in (value, {"preferences": value}, {"keys": value}):
        try:
            found, _ = from_json(json.dumps(content).encode(), Settings(HERE))
        except SettingsError:
            continue
        assert from_json(to_json(found), Settings())[0] == found
