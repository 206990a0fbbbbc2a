"""The settings on disk, in whatever state they are."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import json_values

from viewer.core.cache.atomic_files import LEFT_BEHIND
from viewer.core.cache.file_lock import NAME
from viewer.core.play.playhead import Repeat
from viewer.model import settings_file
from viewer.model.preferences import Preferences, Theme
from viewer.model.settings_file import LARGEST, MOST_RECENT, Settings, load, merged, save

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_without_a_file_there_are_the_defaults_and_nothing_to_say(path: Path) -> None:
    assert load(path) == (Settings(), "", None)
    assert not path.parent.exists()


def test_what_is_saved_is_loaded_again(path: Path) -> None:
    kept = Settings(Preferences(theme=Theme.LIGHT, rate=12.5), ("/a", "/odd/\udcff", "/Ünï"), "0a1b")
    assert save(path, kept) == load(path)
    assert load(path)[:2] == (kept, "")
    save(path, Settings(recent=kept.recent), kept)
    assert load(path)[:2] == (Settings(recent=kept.recent), "")


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    half = written(path, b"{}").with_name(f"{'a1' * 8}.new")
    half.write_bytes(b"{")
    os.utime(half, (time.time() - 2 * LEFT_BEHIND,) * 2)  # a dead program left it
    for number in range(3):
        save(path, Settings(recent=(f"/{number}",)))
    assert sorted(path.parent.iterdir()) == [path.with_name(NAME), path]


# Others change it too


def test_what_others_wrote_stays_also_what_is_not_understood(path: Path) -> None:
    content = {"preferences": {"rate": "fast", "new": 1, "theme": "light"}, "recent": ["/a"], "more": [1]}
    written(path, json.dumps(content).encode())
    save(path, Settings(Preferences(smooth=True), ("/b",), "0a1b"), Settings(window="old"))
    content["preferences"] = {"rate": "fast", "new": 1, "theme": "light", "smooth": True}
    assert json.loads(path.read_bytes()) == content | {"recent": ["/b", "/a"], "window": "0a1b"}


DARK, LIGHT = Preferences(rate=30.0), Preferences(theme=Theme.LIGHT)


@pytest.mark.parametrize(
    ("base", "here", "there", "expected"),
    [
        (Settings(), Settings(DARK), Settings(LIGHT), Settings(Preferences(theme=Theme.LIGHT, rate=30.0))),
        (Settings(LIGHT), Settings(), Settings(LIGHT), Settings()),  # set back to the default here
        (Settings(), Settings(), Settings(LIGHT), Settings(LIGHT)),
        (Settings(DARK), Settings(DARK), Settings(), Settings()),  # and there
        (Settings(), Settings(DARK), Settings(Preferences(rate=60.0)), Settings(DARK)),
        (Settings(window="a"), Settings(window="b"), Settings(window="c"), Settings(window="b")),
        (Settings(window="a"), Settings(window="a"), Settings(window="c"), Settings(window="c")),
        *(
            tuple(Settings(recent=tuple(each)) for each in recent)
            for recent in (
                ("ab", "cab", "dab", "cdab"),
                ("ab", "ba", "dab", "bda"),
                ("ab", "ab", "dab", "dab"),
                ("ab", "edab", "cab", "edcab"),
                ("abcdefghij", "xabcdefghi", "yabcdefghi", "xyabcdefgh"),
                ("", "ab", "", "ab"),
                ("abc", "ac", "dabc", "dac"),  # b is forgotten here
                ("abc", "", "dabc", "d"),
                ("abc", "eac", "cab", "eca"),
            )
        ),
        (  # forgotten here, opened there since
            Settings(recent=("a", "b"), opened={"a": 1.0, "b": 1.0}),
            Settings(recent=("a",), opened={"a": 1.0}),
            Settings(recent=("b", "a"), opened={"a": 1.0, "b": 2.0}),
            Settings(recent=("b", "a"), opened={"a": 1.0, "b": 2.0}),
        ),
        (
            Settings(recent=("a",), opened={"a": 1.0}),
            Settings(recent=("b", "a"), opened={"a": 1.0, "b": 2.0}),
            Settings(recent=("a",), opened={"a": 3.0}),
            Settings(recent=("b", "a"), opened={"a": 3.0, "b": 2.0}),
        ),
    ],
)
def test_only_what_was_changed_here_is_put_to_what_is_there(
    base: Settings, here: Settings, there: Settings, expected: Settings
) -> None:
    assert merged(base, here, there) == expected
    assert merged(base, here, merged(base, here, there)) == expected  # a second attempt changes nothing


def test_where_the_file_is_gone_or_damaged_all_that_is_known_is_written(path: Path) -> None:
    known = Settings(LIGHT, ("/a",), "0a1b")
    for content in (None, b"{"):
        if content is not None:
            path.write_bytes(content)
        found = save(path, replace(known, window="new"), known)
        assert (found.settings, "damaged" in found.complaint) == (replace(known, window="new"), content is not None)
        assert load(path).settings == found.settings
        path.unlink()
    assert path.with_name("settings.damaged.json").read_bytes() == b"{"


@pytest.mark.parametrize("fails", ["json.dumps", "os.replace"])
def test_when_saving_fails_the_old_settings_are_as_they_were(
    path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    save(path, Settings(recent=("/old",)))

    def fail(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fails, fail)
    with pytest.raises(OSError, match="No space"):
        save(path, Settings(recent=("/new",)))
    monkeypatch.undo()
    assert load(path)[0].recent == ("/old",)
    assert sorted(path.parent.iterdir()) == [path.with_name(NAME), path]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"3", b"null", b"[" * 100_000, b" " * LARGEST + b"{}"]
)
def test_a_file_that_is_no_settings_file_is_put_aside(path: Path, content: bytes) -> None:
    written(path, content)
    loaded, sentence, _ = load(path)
    assert loaded == Settings()
    aside = path.with_name("settings.damaged.json")
    assert str(aside) in sentence
    assert aside.read_bytes() == content
    assert not path.exists()


def test_a_place_that_cannot_be_read_gives_the_defaults_and_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)
    loaded, sentence, _ = load(path)
    assert loaded == Settings()
    assert "could not be read" in sentence
    assert path.is_dir()


def test_a_wrong_value_is_told_and_the_rest_is_taken(path: Path) -> None:
    content = {"preferences": {"rate": "fast", "repeat": "once"}, "recent": ["/a", 3, None], "window": 7, "new": 1}
    written(path, json.dumps(content).encode())
    loaded, sentence, _ = load(path)
    assert loaded == Settings(Preferences(repeat=Repeat.ONCE), ("/a",), "")
    assert sentence == "A setting was not understood and keeps its default: “Rate” must be a number, not 'fast'."


def test_the_folder_opened_last_comes_first_and_only_once() -> None:
    kept = Settings()
    for number in [*range(20), 15]:
        kept = kept.with_recent(f"/{number}")
    assert kept.recent[:3] == ("/15", "/19", "/18")
    assert len(set(kept.recent)) == len(kept.recent) == MOST_RECENT


NAMES = ["preferences", "recent", "window"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, json_values())) | json_values())
def test_no_content_of_any_kind_does_harm(path: Path, content: object) -> None:
    written(path, json.dumps(content).encode())
    loaded = load(path).settings
    save(path, replace(loaded, window="new"), loaded)
    assert load(path).settings == replace(loaded, window="new")


def test_the_largest_settings_that_can_be_saved_can_be_loaded(path: Path) -> None:
    kept = Settings(recent=("/" + "x" * 4095,) * MOST_RECENT, window="0" * 10_000)
    save(path, kept)
    assert path.stat().st_size < settings_file.LARGEST
    assert load(path)[:2] == (kept, "")
