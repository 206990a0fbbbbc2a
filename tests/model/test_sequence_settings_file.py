"""What is remembered of sequences, in whatever state it is."""

from __future__ import annotations

import json
import os
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import json_values

from viewer.core.cache.atomic_files import LEFT_BEHIND
from viewer.core.cache.file_lock import NAME
from viewer.core.display.colour_maps import COLOUR_MAPS
from viewer.core.display.levels import LEVEL
from viewer.core.display.look import Curve, Look
from viewer.core.frame import Range, SampleKind, TransferCurve
from viewer.core.sequence.sequence import FrameSequence
from viewer.model import sequence_settings_file
from viewer.model.sequence_settings import EXPOSURE, GAMMA, Bookmark, ChosenLook, SequenceSettings, Zoom, merged
from viewer.model.sequence_settings_file import (
    LARGEST,
    LONGEST_CHANNEL,
    LONGEST_NOTE,
    MOST_BOOKMARKS,
    SequenceSettingsFile,
    key_of,
)

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "/shots/aurora"
KEY = "shot.*.png"
DEEP = SampleKind("u", 16, is_colour=False, transfer=TransferCurve.DISPLAY)
LOOK = ChosenLook(
    Look(None, {DEEP: Range(100.0, 2000.5)}, 2.2, Curve.LOG, -1.5, "beauty.R", "viridis", is_inverted=True, marks=True)
)
ALL = SequenceSettings(
    1131, -20, 1180, 23.976, "01:00:00:00", (Bookmark(-3), Bookmark(7, "a\nnote")), Zoom(2.5, 0.25, 1.0), LOOK
)

NUMBERS = st.none() | st.integers(-(2**63) + 1, 10**18 - 1)
TEXTS = st.text(max_size=20) | st.sampled_from(["odd\udcff", "\udc80"])
KINDS = st.builds(
    SampleKind,
    st.sampled_from("uif"),
    st.integers(1, 64),
    st.booleans(),
    st.sampled_from(TransferCurve),
    st.integers(0, 99),
)
ENDS = st.tuples(st.floats(*LEVEL), st.floats(*LEVEL)).filter(lambda ends: ends[0] < ends[1])
RANGES = ENDS.map(Range._make)
LOOKS = st.builds(
    Look,
    st.none() | RANGES,
    st.dictionaries(KINDS, RANGES, max_size=3),
    st.floats(*GAMMA),
    st.sampled_from(Curve),
    st.floats(*EXPOSURE),
    TEXTS,
    st.sampled_from(list(COLOUR_MAPS)),
    st.booleans(),
    st.booleans(),
)
CHOSEN = st.builds(ChosenLook, LOOKS, st.booleans())
REMEMBERED = st.builds(
    SequenceSettings,
    NUMBERS,
    NUMBERS,
    st.none(),
    st.none() | st.floats(1, 240),
    st.sampled_from(["", "01:00:00:00", "01:00:00;02"]),
    st.dictionaries(st.integers(-99, 99), TEXTS, max_size=3).map(
        lambda notes: tuple(Bookmark(number, notes[number]) for number in sorted(notes))
    ),
    st.none() | st.builds(Zoom, st.none() | st.floats(0.02, 64), st.floats(0, 1), st.floats(0, 1)),
    st.none() | CHOSEN.filter(lambda chosen: chosen != ChosenLook()),
)
JSON = json_values(st.just(10**400))
WRONG: list[Any] = [None, float("nan"), 1e999, 10**400, -(10**400), [], {}, [[]], [{}], "", "x" * 10_000, False]
NAMES = ["number", "in", "out", "rate", "start", "bookmarks", "zoom", "look", "unknown"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sequences"


@pytest.fixture
def memory(place: Path) -> SequenceSettingsFile:
    return SequenceSettingsFile(place)


def files(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.name != NAME]


def only_file(place: Path) -> Path:
    (path,) = files(place)
    return path


def written(place: Path, content: bytes) -> Path:
    """Puts ``content`` where what is remembered of FOLDER belongs."""
    SequenceSettingsFile(place).save(FOLDER, {KEY: ALL})
    path = only_file(place)
    path.write_bytes(content)
    return path


def says(values: object) -> bytes:
    return json.dumps({"folder": FOLDER, "sequences": {KEY: values}}).encode()


def test_at_first_nothing_is_remembered_and_nothing_made(memory: SequenceSettingsFile, place: Path) -> None:
    assert memory.load(FOLDER) == ({}, "")
    assert memory.prune() == 0
    memory.save(FOLDER, {})
    memory.save(FOLDER, {KEY: SequenceSettings()})
    assert not place.exists()


def test_what_is_saved_is_loaded_by_the_next_program(memory: SequenceSettingsFile, place: Path) -> None:
    memory.save(FOLDER, {KEY: ALL, "": SequenceSettings(number=3)})
    assert SequenceSettingsFile(place).load(FOLDER) == ({KEY: ALL, "": SequenceSettings(number=3)}, "")
    assert memory.load("/shots/other") == ({}, "")
    odd = {"odd\udcff*.png": SequenceSettings(number=1, bookmarks=(Bookmark(1, "\udc80"),))}  # no text
    memory.save("/odd/\udcff", odd)
    assert memory.load("/odd/\udcff") == (odd, "")
    assert memory.load("/odd/\udcfe") == ({}, "")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.dictionaries(TEXTS, REMEMBERED, max_size=3))
def test_whatever_is_saved_is_loaded(
    memory: SequenceSettingsFile, folder: str, changes: dict[str, SequenceSettings]
) -> None:
    before = memory.load(folder)[0]
    memory.save(folder, changes, before)
    expected = {key: value for key, value in (before | changes).items() if value != SequenceSettings()}
    assert memory.load(folder) == (expected, "")


def test_another_program_s_changes_to_other_sequences_stay(memory: SequenceSettingsFile, place: Path) -> None:
    other = SequenceSettingsFile(place)
    assert memory.load(FOLDER) == other.load(FOLDER) == ({}, "")
    theirs = {"b*.png": SequenceSettings(number=2, bookmarks=(Bookmark(2, "theirs"),)), KEY: SequenceSettings(number=9)}
    other.save(FOLDER, theirs)
    assert memory.save(FOLDER, {KEY: ALL}) == (theirs | {KEY: ALL}, "")
    assert memory.load(FOLDER)[0] == {
        KEY: ALL,
        "b*.png": SequenceSettings(number=2, bookmarks=(Bookmark(2, "theirs"),)),
    }


def test_chores_that_save_at_once_lose_nothing(memory: SequenceSettingsFile) -> None:
    def save(key: str) -> None:
        memory.save(FOLDER, {key: ALL})

    keys = {f"{number}*.png" for number in range(60)}
    with ThreadPoolExecutor(4) as chores:
        list(chores.map(save, keys))
    assert memory.load(FOLDER)[0].keys() == keys


def test_what_a_newer_version_or_somebody_wrote_stays(memory: SequenceSettingsFile, place: Path) -> None:
    path = written(place, says({"number": 3, "rate": "slow", "colours": [1, 2]}))
    assert memory.load(FOLDER) == ({KEY: SequenceSettings(number=3)}, "")
    memory.save(FOLDER, {"": SequenceSettings(number=1)})
    memory.save(FOLDER, {KEY: SequenceSettings(number=4)})
    assert json.loads(path.read_bytes())["sequences"][KEY] == {"number": 4, "rate": "slow", "colours": [1, 2]}


def test_of_a_look_what_a_newer_version_wrote_stays(memory: SequenceSettingsFile, place: Path) -> None:
    newer = {"gamma": 2, "tone": "soft", "ranges": {"u 128 grey display": [1, 2]}}
    path = written(place, says({"look": newer}))
    known = memory.load(FOLDER)[0]
    changed = ChosenLook(Look(ranges={DEEP: Range(3.0, 4.0)}))
    memory.save(FOLDER, {KEY: SequenceSettings(look=changed)}, known)
    ranges = newer["ranges"] | {"u 16 grey display": [3.0, 4.0]}  # type: ignore[operator] # it is a dictionary
    assert json.loads(path.read_bytes())["sequences"][KEY]["look"] == {"tone": "soft", "ranges": ranges}
    memory.save(FOLDER, {KEY: SequenceSettings()}, {KEY: SequenceSettings(look=changed)})
    assert json.loads(path.read_bytes())["sequences"][KEY]["look"] == {k: v for k, v in newer.items() if k != "gamma"}


def test_bookmarks_of_single_pictures_are_merged_by_their_files() -> None:
    def marks(*each: tuple[int, str, str]) -> SequenceSettings:
        return SequenceSettings(bookmarks=tuple(Bookmark(*mark) for mark in each))

    base = marks((1, "", "a.png"), (2, "", "b.png"))
    here = marks((2, "look", "a.png"), (4, "", "c.png"))  # another order: b has gone, and a has a note
    there = marks((1, "", "a.png"), (2, "", "b.png"), (4, "", "d.png"))
    both = merged(base, here, there)
    assert both == marks((2, "look", "a.png"), (4, "", "c.png"), (4, "", "d.png"))


def test_looks_of_two_programs_are_merged(place: Path) -> None:
    first, second = SequenceSettingsFile(place), SequenceSettingsFile(place)
    first.save(FOLDER, {KEY: SequenceSettings(look=ChosenLook(Look(gamma=2.0)))}, first.load(FOLDER)[0])
    second.save(FOLDER, {KEY: SequenceSettings(look=ChosenLook(Look(ranges={DEEP: Range(3.0, 4.0)})))}, {})
    expected = ChosenLook(Look(ranges={DEEP: Range(3.0, 4.0)}, gamma=2.0))
    assert first.load(FOLDER) == second.load(FOLDER) == ({KEY: SequenceSettings(look=expected)}, "")


def test_what_is_the_default_again_is_forgotten(memory: SequenceSettingsFile, place: Path) -> None:
    memory.save(FOLDER, {KEY: ALL, "": ALL})
    memory.save(FOLDER, {KEY: SequenceSettings()}, {KEY: ALL})
    assert memory.load(FOLDER)[0] == {"": ALL}
    memory.save(FOLDER, {"": SequenceSettings()}, {"": ALL})
    assert memory.load(FOLDER) == ({}, "")
    assert json.loads(only_file(place).read_bytes())["sequences"] == {}


def test_nothing_is_left_beside_the_file_and_only_its_owner_can_read_it(
    memory: SequenceSettingsFile, place: Path
) -> None:
    for number in range(3):
        memory.save(FOLDER, {KEY: SequenceSettings(number=number)})
    if os.name == "posix":
        assert only_file(place).stat().st_mode & 0o077 == 0
    assert only_file(place).suffix == ".json"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b" " * LARGEST + b"{}",
        b'{"folder": "/shots/aurora", "sequences": []}',
        b'{"folder": "/shots/other", "sequences": {}}',
    ],
)
def test_a_file_that_is_none_of_ours_is_put_aside(memory: SequenceSettingsFile, place: Path, content: bytes) -> None:
    path = written(place, content)
    remembered, sentence = memory.load(FOLDER)
    aside = path.with_suffix(".damaged.json")
    assert remembered == {}
    assert sentence.endswith(f"The old file is kept as {aside}.")
    assert aside.read_bytes() == content
    assert not path.exists()
    assert memory.load(FOLDER) == ({}, "")
    path.write_bytes(content)
    known = {KEY: SequenceSettings(number=9), "": ALL}
    saved, sentence = memory.save(FOLDER, known, known | {KEY: ALL})  # all that is known is written
    assert (saved, memory.load(FOLDER)) == (known, (known, ""))
    another = path.with_suffix(".damaged-1.json")
    assert sentence.endswith(f"The old file is kept as {another}.")
    assert aside.read_bytes() == another.read_bytes() == content


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], None),
        ({"number": 1.5}, SequenceSettings()),
        ({"number": True}, SequenceSettings()),
        ({"number": 2**63}, SequenceSettings()),
        ({"number": 5, "unknown": {}}, SequenceSettings(number=5)),
        ({"in": 5, "out": "6"}, SequenceSettings(mark_in=5)),
        ({"in": 5, "out": 5}, SequenceSettings(mark_in=5, mark_out=5)),
        ({"in": 6, "out": 5, "number": 7}, SequenceSettings(number=7)),
        ({"rate": 24}, SequenceSettings(rate=24.0)),
        ({"rate": 0.5}, SequenceSettings()),
        ({"rate": 241}, SequenceSettings()),
        ({"rate": float("nan")}, SequenceSettings()),
        ({"rate": 10**400}, SequenceSettings()),
        ({"rate": True}, SequenceSettings()),
        ({"start": "1:00"}, SequenceSettings()),
        ({"start": 1}, SequenceSettings()),
        ({"bookmarks": {"7": "a"}}, SequenceSettings()),
        (
            {"bookmarks": [[7, "a"], [3, "b"], [7, "c"], [1], [2, 3], ["4", ""], 5, [True, ""]]},
            SequenceSettings(bookmarks=(Bookmark(3, "b"), Bookmark(7, "c"))),
        ),
        ({"zoom": [None, 0.5, 0.5]}, SequenceSettings(zoom=Zoom())),
        ({"zoom": [2, 0, 1]}, SequenceSettings(zoom=Zoom(2.0, 0.0, 1.0))),
        ({"zoom": [0, 0.5, 0.5]}, SequenceSettings()),
        ({"zoom": [1e9, 0.5, 0.5]}, SequenceSettings()),
        ({"zoom": ["2", 0.5, 0.5]}, SequenceSettings()),
        ({"zoom": [2, 1.5, 0.5]}, SequenceSettings()),
        ({"zoom": [2, 0.5]}, SequenceSettings()),
        ({"zoom": [float("inf"), 0.5, 0.5]}, SequenceSettings()),
        ({"look": [1, 2]}, SequenceSettings()),
        ({"look": {}}, SequenceSettings()),
        ({"look": {"unknown": 1, "gamma": 1}}, SequenceSettings()),
        *(
            ({"look": {name: wrong, "marks": True}}, SequenceSettings(look=ChosenLook(Look(marks=True))))
            for name, wrong in [
                ("gamma", 0),
                ("gamma", 100.1),
                ("gamma", float("nan")),
                ("gamma", True),
                ("curve", "cubic"),
                ("curve", ["log"]),
                ("exposure", 1e9),
                ("channel", 3),
                ("channel", "x" * (LONGEST_CHANNEL + 1)),
                ("colour_map", "no such"),
                ("colour_map", ["viridis"]),
                ("is_inverted", 1),
                ("is_locked", 0),
            ]
        ),
        *(
            ({"look": {"ranges": wrong, "marks": True}}, SequenceSettings(look=ChosenLook(Look(marks=True))))
            for wrong in [
                7,
                [[1, 2]],
                *(
                    {"u 16 grey display": ends, "any": ends}
                    for ends in [
                        None,
                        7,
                        [1],
                        [1, 2, 3],
                        [1, 1],
                        [2, 1],
                        {"low": 1, "high": 2},
                        ["1", "2"],
                        [True, 2],
                        [None, 1],
                        [[0], [1]],
                        [0, float("nan")],
                        [float("-inf"), float("inf")],
                        [0, 1.1e200],
                        [-(10**400), 0],
                    ]
                ),
                *(
                    {name: [1, 2]}
                    for name in [
                        "",
                        "u",
                        "u 16 grey",
                        "x 16 grey display",
                        "u 0 grey display",
                        "u 65 grey display",
                        "u 016 grey display",
                        "u ١٦ grey display",
                        "u 16.0 grey display",
                        "u 16 grey dark",
                        "u 16 grey display ",
                        "u 16 grey display\n",
                        "U 16 grey display",
                        "u 1" + "6" * 5000 + " grey display",
                    ]
                ),
            ]
        ),
        ({"look": {"range": [1, 2]}}, SequenceSettings()),
        ({"look": {"ranges": {"any": [1, 2]}}}, SequenceSettings(look=ChosenLook(Look(Range(1.0, 2.0))))),
        (
            {"look": {"ranges": {"u 16 grey display": [1, 2.5], "f 32 grey display": [2, 1]}, "curve": "log"}},
            SequenceSettings(look=ChosenLook(Look(None, {DEEP: Range(1.0, 2.5)}, curve=Curve.LOG))),
        ),
        (
            {"look": {"ranges": {"u 16 grey display": [1, 2]}, "is_locked": False}},
            SequenceSettings(look=ChosenLook(Look(None, {DEEP: Range(1.0, 2.0)}), is_locked=False)),
        ),
        *(
            ({name: value, "number": 7}, SequenceSettings(number=7))
            for name in ("in", "rate", "start", "bookmarks", "zoom", "look", "unknown")
            for value in WRONG
        ),
    ],
)
def test_of_wrong_values_nothing_is_taken(
    memory: SequenceSettingsFile, place: Path, values: object, expected: SequenceSettings | None
) -> None:
    written(place, says(values))
    assert memory.load(FOLDER) == ({} if expected is None else {KEY: expected}, "")


def test_there_is_a_limit_to_bookmarks_and_notes(memory: SequenceSettingsFile, place: Path) -> None:
    written(place, says({"bookmarks": [[number, ""] for number in range(MOST_BOOKMARKS + 1)]}))
    assert len(memory.load(FOLDER)[0][KEY].bookmarks) == MOST_BOOKMARKS
    written(place, says({"bookmarks": [[1, "x" * (LONGEST_NOTE + 1)]]}))
    assert memory.load(FOLDER)[0][KEY].bookmarks == (Bookmark(1, "x" * LONGEST_NOTE),)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON)).map(lambda values: {KEY: values}))
def test_no_content_of_any_kind_does_harm(place: Path, memory: SequenceSettingsFile, sequences: Any) -> None:  # noqa: ANN401 - any JSON
    written(place, json.dumps({"folder": FOLDER, "sequences": sequences}).encode())
    loaded, _ = memory.load(FOLDER)
    memory.save(FOLDER, loaded)
    assert memory.load(FOLDER)[0] == loaded
    more = {KEY: SequenceSettings(number=1, bookmarks=(Bookmark(2),))}
    saved = memory.save(FOLDER, more)
    assert saved[0] == memory.load(FOLDER)[0]
    assert Bookmark(2) in [Bookmark(each.number) for each in saved[0][KEY].bookmarks]
    for path in place.iterdir():
        path.unlink()


@pytest.mark.parametrize("fails", ["json.dumps", "os.replace", "os.open"])
def test_when_saving_fails_what_was_remembered_is_as_it_was(
    memory: SequenceSettingsFile, place: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    memory.save(FOLDER, {KEY: ALL})

    def fail(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(fails, fail)
        with pytest.raises(OSError, match="No space"):
            memory.save(FOLDER, {KEY: SequenceSettings(number=1)})
    assert memory.load(FOLDER) == ({KEY: ALL}, "")
    assert len(files(place)) == 1


def test_more_than_can_be_read_again_is_not_written(memory: SequenceSettingsFile, place: Path) -> None:
    memory.save(FOLDER, {"": ALL})
    endless = SequenceSettings(
        bookmarks=tuple(Bookmark(number, "x" * LONGEST_NOTE) for number in range(LARGEST // 9_000))
    )
    with pytest.raises(OSError, match="too long"):
        memory.save(FOLDER, {KEY: endless})
    assert memory.load(FOLDER) == ({"": ALL}, "")
    assert len(files(place)) == 1


def test_a_place_that_cannot_be_used_is_an_error_and_harms_nothing(memory: SequenceSettingsFile, place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"somebody's")
    for fails in (
        lambda: memory.load(FOLDER),
        lambda: memory.save(FOLDER, {KEY: ALL}),
        memory.prune,
    ):
        with pytest.raises(NotADirectoryError):
            fails()
    assert place.read_bytes() == b"somebody's"


def test_the_files_written_longest_ago_go_but_never_bookmarks(
    memory: SequenceSettingsFile, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence_settings_file, "MOST_FILES", 3)
    for age in range(8):
        before = set(files(place)) if place.exists() else set()
        marks = (Bookmark(1),) if age == 7 else ()
        memory.save(f"/{age}", {KEY: SequenceSettings(number=age, bookmarks=marks)})
        (path,) = set(files(place)) - before
        os.utime(path, (time.time() - 1000 * age,) * 2)
        if age == 6:
            path.write_bytes(b"{")  # not understood, so it may hold bookmarks
            os.utime(path, (time.time() - 1000 * age,) * 2)
    (place / "somebody's.json").write_bytes(b"{}")
    assert memory.prune() == 5
    assert [age for age in range(6) if memory.load(f"/{age}")[0]] == [0]
    assert memory.load("/7")[0]
    assert "damaged" in memory.load("/6")[1]
    assert (place / "somebody's.json").exists()
    assert memory.prune() == 0


def test_what_a_dead_program_left_half_written_goes(memory: SequenceSettingsFile, place: Path) -> None:
    memory.save(FOLDER, {KEY: ALL})
    path = only_file(place)
    dead, living = path.with_name(f"{'a1' * 8}.new"), path.with_name(f"{'b2' * 8}.new")
    for each in (dead, living):
        each.write_bytes(b"{")
    os.utime(dead, (time.time() - 2 * LEFT_BEHIND,) * 2)
    assert memory.prune() == 0
    assert set(files(place)) == {path, living}


def test_a_sequence_keeps_its_name_while_it_grows_and_loose_pictures_have_one_that_no_sequence_has() -> None:
    few = FrameSequence("/a", "shot.", ".png", 1, array("q", [8, 9]))
    more = FrameSequence("/a", "shot.", ".png", 1, array("q", range(12)))
    assert key_of(few) == key_of(more) == key_of(FrameSequence.single("/a/shot.0008.png")) == "shot.*.png"
    loose = FrameSequence.loose("/a", ["x.png", "y.png"])
    numbers_only = FrameSequence("/a", "", "", 4, array("q", [1, 2]))
    assert key_of(loose) != key_of(numbers_only)
    assert key_of(FrameSequence.loose("/a", ["x.png"])) == key_of(loose)
