"""A configuration from a file, files that could not be loaded, and what stands in for them."""

from __future__ import annotations

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from viewer.core.errors import SettingsError
from viewer.core.resources import resource
from viewer.core.results.answer import Mode
from viewer.core.results.cache import ResultCache
from viewer.core.results.quarantine import Action, Quarantine
from viewer.core.results.settings import DEFAULTS, load_settings
from viewer.core.units import GB, MB

if TYPE_CHECKING:
    from collections.abc import Callable

posix_only = pytest.mark.skipif(os.name != "posix", reason="this system has no such modes and links")


def picture() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 50).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """A folder of three pictures: one cut off, one that is none, one that is whole."""
    folder = tmp_path / "shots"
    folder.mkdir()
    whole = picture()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "none.png").write_bytes(b"no picture")
    (folder / "whole.png").write_bytes(whole)
    return folder


def load(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image.copy()


def load_all(folder: Path, quarantine: Callable[[Exception, object], object]) -> list[str]:
    """Loads a folder as a viewer does at its start; returns the names of what was loaded."""
    loaded = []
    for path in sorted(folder.iterdir()):
        try:
            load(path)
        except Exception as error:  # noqa: BLE001 - whatever a loader raises
            quarantine(error, path)
        else:
            loaded.append(path.name)
    return loaded


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# F10: quarantine


@pytest.mark.parametrize("action", ["copy", "link", "move", "list"])
def test_f10_what_cannot_be_loaded_is_taken_once_with_a_note_why(shots: Path, tmp_path: Path, action: str) -> None:
    before = contents(shots)
    bad = tmp_path / "bad"
    quarantine = Quarantine(bad, action)
    assert load_all(shots, quarantine) == ["whole.png"]
    taken = contents(bad)
    notes = {name: text.decode().splitlines() for name, text in taken.items() if name.endswith(".txt")}
    assert len(notes) == 2
    for name, (path, reason, _) in notes.items():
        original = Path(path)
        assert original.parent == shots
        assert reason.startswith(("OSError: image file is truncated", "UnidentifiedImageError: cannot identify"))
        if action == "list":
            assert name.removesuffix(".txt") not in taken
        else:
            assert taken[name.removesuffix(".txt")] == before[original.name]
        assert quarantine.taken[path] == bad / name
    assert set(contents(shots)) == ({"whole.png"} if action == "move" else set(before))
    assert len(taken) == (2 if action == "list" else 4)
    assert any(path.is_symlink() for path in bad.iterdir()) == (action == "link" and os.name == "posix")
    # the next start
    assert load_all(shots, Quarantine(bad, action)) == ["whole.png"]
    if action != "move":
        Quarantine(bad, action)(ValueError("something else"), shots / "cut.png")
    assert contents(bad) == taken


def test_f10_files_of_one_name_in_two_folders_are_two(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "bad", Action.COPY)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.png").write_text(folder)
        quarantine(ValueError("bad"), str(tmp_path / folder / "1.png"))
    assert sorted(text for name, text in contents(tmp_path / "bad").items() if name.endswith(".png")) == [b"a", b"b"]


def test_f10_what_is_no_file_is_noted(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "bad", "move")
    for item in (7, ("a", 1), "no such file", tmp_path):
        quarantine(ValueError(f"bad {item}"), item)
        quarantine(ValueError("again"), item)
    notes = sorted(text.decode().splitlines()[:2] for text in contents(tmp_path / "bad").values())
    assert notes == sorted([repr(item), f"ValueError: bad {item}"] for item in (7, ("a", 1), "no such file", tmp_path))


def test_f10_what_others_put_there_stays(shots: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "cut.png").write_text("mine")
    load_all(shots, Quarantine(bad, "move"))
    assert (bad / "cut.png").read_text() == "mine"
    assert len(list(bad.iterdir())) == 5


def test_f10_a_quarantine_that_cannot_be_written_stops_nobody(
    shots: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bad").write_text("a file")
    before = contents(shots)
    assert load_all(shots, Quarantine(tmp_path / "bad", "move")) == ["whole.png"]
    assert contents(shots) == before
    assert [record.message.count("could not be put into quarantine") for record in caplog.records] == [1, 1]


def test_f10_a_file_is_not_removed_before_it_is_elsewhere(
    shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(shots)

    def refuse(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr("shutil.copy2", refuse)
    load_all(shots, Quarantine(tmp_path / "bad", "move"))
    assert contents(shots) == before
    assert contents(tmp_path / "bad") == {}
    monkeypatch.undo()
    monkeypatch.setattr(Path, "rename", refuse)  # on another disk
    load_all(shots, Quarantine(tmp_path / "bad", "move"))
    assert list(contents(shots)) == ["whole.png"]


def test_f10_threads_take_a_file_once(shots: Path, tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "bad")
    with ThreadPoolExecutor(8) as many:
        list(many.map(load_all, [shots] * 8, [quarantine] * 8))
    assert len(contents(tmp_path / "bad")) == 4


def test_f10_there_is_no_other_action(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="burn"):
        Quarantine(tmp_path, "burn")


def test_f10_a_cached_function_hands_over_what_it_could_not_load(shots: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    cached = ResultCache(tmp_path / "kept").cached(files="path", on_error=Quarantine(bad))(load)
    with pytest.raises(OSError, match="truncated"):
        cached(shots / "cut.png")
    assert cached(shots / "whole.png").size == (64, 48)
    assert len(contents(bad)) == 2


# F11: what stands in


@pytest.mark.parametrize(
    ("arguments", "options", "told"),
    [
        ((1,), {}, ["1"]),
        (("a",), {}, ["a"]),
        ((1, "b"), {}, ["1, 'b'"]),
        (("a", "b"), {"files": ["one", "two"]}, ["/a", "/b"]),
    ],
)
def test_the_callback_for_errors_hears_of_each_and_replaces_none(
    tmp_path: Path,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    told: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: heard.append(arguments.exc_type))

    def hear(error: Exception, item: object) -> None:
        heard.append(item if "and" in str(error) else error)
        if len(heard) == len(told):
            raise OSError("of the callback")

    @ResultCache(tmp_path).cached(name="fail", on_error=hear, **options)
    def fail(one: object, two: object = None) -> None:
        raise ValueError(f"{one} and {two}")

    monkeypatch.setattr(os, "getcwd", lambda: os.sep)
    with pytest.raises(ValueError, match="and"):
        fail(*arguments)
    assert heard == [*told, OSError]


def test_f11_a_stand_in_is_told_apart_and_not_kept(shots: Path, tmp_path: Path) -> None:
    grey = Image.new("L", (2, 2), 128)
    cached = ResultCache(tmp_path / "kept").cached(files=("path",), stand_in=lambda _error: grey)(load)
    answer = cached.ask(shots / "cut.png")
    assert answer.value is cached(shots / "cut.png") is grey
    assert isinstance(answer.error, OSError)
    assert list((tmp_path / "kept").rglob("*.result")) == []
    (shots / "cut.png").write_bytes(picture())
    whole = cached.ask(shots / "cut.png")
    assert (whole.error, whole.value.size) == (None, (64, 48))


# F23: the configuration


def test_f23_the_file_of_defaults_says_what_a_cache_does_by_itself(home: Path) -> None:
    said = load_settings().values
    assert said == load_settings(resource(DEFAULTS)).values
    for name in ("disk.folder", "errors.folder", "memory.preload", "disk.max_items", "disk.viewable", "disk.purge"):
        assert name in said
    cache = load_settings().cache()
    assert (cache.tag, cache.mode) == ("all", Mode.USE)
    assert home in cache.fullpath().parents
    assert cache.fullpath() == ResultCache().fullpath()
    assert load_settings().quarantine() is None
    assert (said["disk.max_bytes"], said["memory.max_bytes"]) == (10 * GB, 100 * MB)


def test_f23_every_setting_is_explained_in_the_file_of_defaults() -> None:
    for line in resource(DEFAULTS).read_text("utf-8").splitlines():
        assert " = " not in line or "# " in line.partition(" = ")[2]


def test_f23_values_are_typed_and_paths_relative_to_the_file_or_the_home_folder(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(
        """
        [disk]
        folder = "kept"
        tag = 12
        prefix = "p-"
        max_items = 1
        max_bytes = "1.5 MB"
        mode = "refresh"
        viewable = true
        [memory]
        max_bytes = 0
        [errors]
        folder = "~/bad"
        action = "move"
        [log]
        file = "results.log"
        """
    )
    settings = load_settings(file)
    assert settings.values["disk.max_bytes"] == 1_500_000
    with settings.cache() as cache:
        assert (cache.fullpath(), cache.mode) == (tmp_path / "kept" / "p-12", Mode.REFRESH)
        same = cache.cached(name="same")(lambda number: number)
        assert [same.ask(number).origin.value for number in (1, 2, 2)] == ["loaded"] * 3
    assert len(list(tmp_path.rglob("*.result"))) == 1
    assert "save same" in (tmp_path / "results.log").read_text()
    quarantine = settings.quarantine()
    assert quarantine is not None
    (tmp_path / "1.png").write_text("bad")
    quarantine(ValueError("bad"), tmp_path / "1.png")
    assert len(list((home / "bad").iterdir())) == 2
    assert not (tmp_path / "1.png").exists()


def test_f23_preloading_and_purging_happen_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('[disk]\nfolder = "kept"\n[memory]\npreload = 2\n')
    for number in range(4):
        load_settings(file).cache().cached(name="same")(lambda number: number)(number)
    cache = load_settings(file).cache()
    cache.close()  # ends the preloading, or waits for it
    assert len(cache.memory) <= 2
    file.write_text('[disk]\nfolder = "kept"\npurge = true\n')
    load_settings(file).cache()
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[disk]\nfodler = 'x'", "disk.fodler is no setting"),
        ("[disc]\nfolder = 'x'", "disc.folder is no setting"),
        ("folder = 'x'", "folder is no setting"),
        ("disk = 5", "disk is no setting"),
        ("[disk]\npurge = 1", "disk.purge must be true or false, not 1"),
        ("[disk]\nmax_items = true", "disk.max_items must be a whole number, not True"),
        ("[disk]\nmax_items = -1", "disk.max_items must be 0 or more, not -1"),
        ("[disk]\nmax_items = 1.5", "disk.max_items must be a whole number, not 1.5"),
        ("[disk]\nmax_bytes = '10 TB'", "disk.max_bytes must be an amount such as"),
        ("[disk]\nmax_bytes = -5", "disk.max_bytes must be an amount such as"),
        ("[disk]\nmax_bytes = true", "disk.max_bytes must be an amount such as"),
        ("[disk]\nmode = 'off'", "disk.mode must be use or refresh or read-only or bypass, not 'off'"),
        ("[errors]\naction = 'burn'", "errors.action must be copy or link or move or list, not 'burn'"),
        ("[log]\nfile = 5", "log.file must be a text, not 5"),
        ("[disk]\nprefix = []", "disk.prefix must be a text"),
        ("[disk", "cannot be understood"),
        ("x = '\udcff'", "cannot be understood"),
        ("x = " + "[" * 100_000, "cannot be understood"),
    ],
    ids=lambda text: text[:30] if text.isprintable() else "",
)
def test_f23_what_is_wrong_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as raised:
        load_settings(file)
    assert complaint in str(raised.value)


def test_f23_all_that_is_wrong_is_named_at_once_and_a_bad_tag_too(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[disk]\nfodler = 'x'\npurge = 1\n")
    with pytest.raises(SettingsError, match=r"disk.purge .*; disk.fodler is no setting"):
        load_settings(file)
    file.write_text("[disk]\ntag = '../x'\n")
    with pytest.raises(SettingsError, match="no name"):
        load_settings(file).cache()
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "nowhere.toml")
