"""The keys of the commands: checked, taken over, given back, written and read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from viewer.core.errors import SettingsError
from viewer.model import settings_file
from viewer.model.commands import COMMANDS
from viewer.model.fuzzy import fuzzy_match
from viewer.model.key_map import DEFAULT_KEYS, KeyMap, canonical, from_text, from_values, parts, refusal
from viewer.model.settings_file import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_the_keys_of_the_table_are_those_of_one_command_each_and_written_as_qt_does() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)
    assert [canonical(key) for key in keys] == keys
    assert all(refusal(command.name, key) == "" for command in COMMANDS for key in command.keys)


@pytest.mark.parametrize(
    ("text", "key", "apart"),
    [
        ("shift+CTRL+p", "Ctrl+Shift+P", ["Ctrl", "Shift", "P"]),
        (" ctrl++ ", "Ctrl++", ["Ctrl", "+"]),
        ("+", "+", ["+"]),
        ("alt+pgdown", "Alt+PgDown", ["Alt", "PgDown"]),
        ("ä", "Ä", ["Ä"]),
        ("f12", "F12", ["F12"]),
        *((wrong, None, []) for wrong in ("", " ", "Ctrl", "Ctrl+", "Hyper+A", "Ctrl+Ctrl+A", "AB", "\x07", "F99")),
    ],
)
def test_keys_are_understood_in_any_spelling(text: str, key: str | None, apart: list[str]) -> None:
    if key is None:
        with pytest.raises(SettingsError, match="is no key"):
            canonical(text)
    else:
        assert canonical(text) == key
        assert parts(key) == apart


def test_a_key_is_taken_over_and_comes_back() -> None:
    keys = DEFAULT_KEYS.with_keys("repeat", ("F5", "Q"))
    assert (keys.of("repeat"), keys.of("reload"), keys.owner("F5"), keys.owner("Ctrl+L")) == (
        ("F5", "Q"),
        (),
        "repeat",
        "",
    )
    assert keys.tip("reload") == "Reload"
    assert keys.tip("repeat", "Loops") == "Loops (F5)"
    again = keys.reset("reload")
    assert (again.of("repeat"), again.of("reload")) == (("Q",), ("F5",))
    assert keys.with_keys("invert", ("Q",)).of("repeat") == ("F5",)
    assert keys.reset("repeat") == DEFAULT_KEYS != keys
    assert keys.reset("repeat").changed == {}


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("leave", "Q", "leads out"),
        ("reload", "Esc", "fields, lists"),
        ("reload", "Tab", "fields, lists"),
        ("reload", "Ctrl+Return", "fields, lists"),
        ("reload", "Alt+F", "opens the menu File"),
    ],
)
def test_what_leads_out_of_fields_and_opens_menus_stays(name: str, key: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        DEFAULT_KEYS.with_keys(name, (key,))
    with pytest.raises(SettingsError):
        DEFAULT_KEYS.with_keys("leave", ())
    assert DEFAULT_KEYS.with_keys("panels", ("Q",)).reset("panels").of("panels") == ("Tab",)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reload": ["ctrl+y"], "next_year": ["Q"]}, ""),
        ({"reload": ["ctrl+y"], "invert": "Q"}, "list of texts"),
        ({"reload": ["ctrl+y"], "invert": [7]}, "list of texts"),
        ({"reload": ["ctrl+y"], "invert": ["Ctrl+Y"]}, "Ctrl\\+Y is given to “Reload” and to “Invert”"),
        ({"reload": ["ctrl+y"], "invert": ["Esc"]}, "fields"),
        ({"reload": ["ctrl+y"], "invert": ["A", "B", "C", "D", "E", "F", "G"]}, "7 keys"),
        ({"reload": ["ctrl+y"], "leave": []}, "leads out"),
        (["reload"], "no table"),
        (None, "no table"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(values: Any, said: str, tmp_path: Path) -> None:  # noqa: ANN401 - what JSON holds
    made, complaints = from_values(values)
    assert made.values() == ({"reload": ["Ctrl+Y"]} if isinstance(values, dict) else {})
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"keys": values}))
    found = settings_file.load(path)
    assert found.settings.keys == made
    assert bool(found.complaint) == bool(complaints) == bool(said)
    if said:
        with pytest.raises(SettingsError, match=said):
            from_text(json.dumps({"keys": values}))


def test_keys_as_text_are_read_again_and_other_texts_are_refused() -> None:
    keys = KeyMap({"reload": ("Ctrl+Y", "Ä"), "invert": ()})
    assert from_text(keys.text()) == keys
    for text, said in (
        ("", "no JSON"),
        ("[" * 50_000, "no JSON"),
        ("[]", "one object"),
        ("{}", "one object"),
        (" " * 200_000, "one object"),
        ('{"keys": {"dance": []}}', "no command 'dance'"),
    ):
        with pytest.raises(SettingsError, match=said):
            from_text(text)


def test_two_windows_keep_what_each_has_changed_and_what_a_newer_version_wrote(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"keys": {"next_year": ["Ctrl+Alt+Y"]}}))
    base = settings_file.load(path).settings
    settings_file.save(path, Settings(keys=KeyMap({"reload": ("Q",), "fit": ("W",)})), base)
    here = Settings(keys=KeyMap({"invert": ("Q",)}))
    after = settings_file.save(path, here, base).settings
    assert after.keys.values() == {"reload": [], "fit": ["W"], "invert": ["Q"]}
    settings_file.save(path, Settings(), after)
    assert json.loads(path.read_text())["keys"] == {"next_year": ["Ctrl+Alt+Y"]}


@pytest.mark.parametrize(
    ("typed", "best", "worse"),
    [
        ("gtf", "Go to frame", "Auto levels, again: cut off"),
        ("rea", "Read the whole", "Red alone"),
        ("full", "Full screen", "Fill all"),
    ],
)
def test_letters_at_the_beginning_of_words_and_beside_one_another_count_most(typed: str, best: str, worse: str) -> None:
    found = [fuzzy_match(typed, text) for text in (best, worse, typed[::-1])]
    assert found[0] is not None
    assert found[1] is None or found[1].worth < found[0].worth
    assert found[2] is None
    assert "".join(best[place] for place in found[0].places).lower() == typed
