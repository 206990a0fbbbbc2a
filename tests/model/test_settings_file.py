"""The settings on disk, in whatever state they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import json_values

from viewer.core.play.playhead import Repeat
from viewer.model import settings_file
from viewer.model.preferences import Preferences, Theme
from viewer.model.settings_file import LARGEST, MOST_RECENT, Settings, load, save

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
    assert load(path) == (Settings(), "")
    assert not path.parent.exists()


def test_what_is_saved_is_loaded_again(path: Path) -> None:
    kept = Settings(Preferences(theme=Theme.LIGHT, rate=12.5), ("/a", "/odd/\udcff", "/Ünï"), "0a1b")
    save(path, kept)
    assert load(path) == (kept, "")
    save(path, Settings())
    assert load(path) == (Settings(), "")


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    for _ in range(3):
        save(path, Settings())
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("fails", ["json.dumps", "pathlib.Path.replace"])
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
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"3", b"null", b"[" * 100_000, b" " * LARGEST + b"{}"]
)
def test_a_file_that_is_no_settings_file_is_put_aside(path: Path, content: bytes) -> None:
    written(path, content)
    loaded, sentence = load(path)
    assert loaded == Settings()
    aside = path.with_name("settings.damaged.json")
    assert str(aside) in sentence
    assert aside.read_bytes() == content
    assert not path.exists()


def test_a_place_that_cannot_be_read_gives_the_defaults_and_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)
    loaded, sentence = load(path)
    assert loaded == Settings()
    assert "could not be read" in sentence
    assert path.is_dir()


def test_a_wrong_value_is_told_and_the_rest_is_taken(path: Path) -> None:
    content = {"preferences": {"rate": "fast", "repeat": "once"}, "recent": ["/a", 3, None], "window": 7, "new": 1}
    written(path, json.dumps(content).encode())
    loaded, sentence = load(path)
    assert loaded == Settings(Preferences(repeat=Repeat.ONCE), ("/a",), "")
    assert sentence == "A setting was not understood and keeps its default: rate must be a number, not 'fast'."


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
    loaded, _ = load(path)
    save(path, loaded)
    assert load(path) == (loaded, "")


def test_the_largest_settings_that_can_be_saved_can_be_loaded(path: Path) -> None:
    kept = Settings(recent=("/" + "x" * 4095,) * MOST_RECENT, window="0" * 10_000)
    save(path, kept)
    assert path.stat().st_size < settings_file.LARGEST
    assert load(path) == (kept, "")
