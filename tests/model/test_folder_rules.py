"""Folder rules through the model's verbs: all pictures in one order, filters, and what is remembered of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from viewing import Viewing, numbered

from viewer.core.errors import ShareAwayError, StorageError
from viewer.core.sequence.dates import date_words
from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule, Order
from viewer.core.storage.change_times import change_times
from viewer.model import folder_rules
from viewer.model.folder_rules import AGAIN_AFTER
from viewer.model.folder_watch import POLL
from viewer.model.sequence_settings import WHOLE_FOLDER, Bookmark, SequenceSettings
from viewer.model.sequence_settings_file import SequenceSettingsFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Stamp, Transfer
    from viewer.model.pattern_trial import PatternTrial
    from viewer.model.view_state import FolderView

NAMES = ("2_fir.png", "10_oak.png", "b.png", "shot.0001.png", "shot.0002.png", "shot.0003.png", "zoo.png")
BY_NAME, BY_DATE = FolderRule(Order.BY_NAME), FolderRule(Order.BY_DATE)


def mixed(memory: Path | None = None) -> Viewing:
    return Viewing({f"/shots/{name}": name.encode() for name in NAMES}, memory_folder=memory)


def choose(viewing: Viewing, rule: FolderRule) -> FolderView:
    """Sets a rule and lets its work end; returns what the list shows."""
    viewing.model.folder.set_rule(rule)
    viewing.settle()
    folder = viewing.state.folder
    assert folder is not None
    return folder


def labels(viewing: Viewing) -> list[str]:
    folder = viewing.state.folder
    return [] if folder is None else [row.label for row in folder.rows]


def in_order(viewing: Viewing) -> list[str]:
    """Returns the names of the open sequence, of single pictures, in their order."""
    sequence = viewing.state.sequence
    assert sequence is not None
    names = []
    for number in range(1, sequence.count + 1):
        viewing.model.go_to(number)
        names.append(viewing.state.name)
    return names


def test_all_pictures_are_one_sequence_and_the_playhead_stays_at_its_file_without_a_new_listing() -> None:
    viewing = mixed()
    viewing.open("/shots")
    viewing.model.go_to(2)
    before, asked = labels(viewing), len(viewing.storage.listings)
    folder = choose(viewing, BY_NAME)
    assert ([row.label for row in folder.rows], folder.rule) == (["7 pictures by name"], BY_NAME)
    assert (viewing.state.name, viewing.state.number) == ("shot.0002.png", 5)
    assert viewing.state.news == "shot.0002.png is one of 7 pictures by name now"
    choose(viewing, AS_NAMED)
    assert (viewing.state.name, viewing.state.number, labels(viewing)) == ("shot.0002.png", 2, before)
    assert len(viewing.storage.listings) == asked


@pytest.mark.parametrize(
    ("text", "passing", "names"),
    [
        ("oak", 1, ["10_oak.png"]),
        ("oa?", 1, ["10_oak.png"]),  # a glob that none matches at its beginning is looked for anywhere
        ("SHOT", 3, ["shot.0001.png", "shot.0002.png", "shot.0003.png"]),
        ("zz", 0, list(NAMES)),  # a filter that none passes hides nothing
    ],
)
def test_a_filter_shows_the_names_that_pass_and_says_how_many(text: str, passing: int, names: list[str]) -> None:
    viewing = mixed()
    viewing.open("/shots")
    folder = choose(viewing, FolderRule(Order.BY_NAME, filter=text))
    assert (folder.passing, folder.total, in_order(viewing)) == (passing, 7, names)
    folder = choose(viewing, BY_NAME)
    assert (folder.passing, folder.total, in_order(viewing)) == (7, 7, list(NAMES))


def test_a_file_that_the_filter_hides_gives_way_and_that_is_said() -> None:
    viewing = mixed()
    viewing.open("/shots/zoo.png")
    choose(viewing, FolderRule(filter="shot"))
    assert viewing.state.name == "shot.0001.png"
    assert viewing.state.news == "zoo.png does not pass the filter; shown now: shot.[0001-0003].png"


def test_a_rule_that_is_set_while_the_folder_is_listed_again_is_no_matter_of_new_names() -> None:
    viewing = mixed()
    viewing.open("/shots")
    viewing.model.go_to(2)
    viewing.model.reload()
    viewing.model.folder.set_rule(BY_NAME)
    viewing.settle()
    assert (viewing.state.name, viewing.state.message) == ("shot.0002.png", "")
    assert viewing.state.news == "shot.0002.png is one of 7 pictures by name now"


def test_only_the_last_of_many_rules_counts() -> None:
    viewing = mixed()
    viewing.open("/shots")
    for text in ("s", "sh", "sho", "oa", "oak"):
        viewing.model.folder.set_rule(FolderRule(Order.BY_NAME, filter=text))
    assert len(viewing.chores.waiting) <= 1
    viewing.settle()
    assert labels(viewing) == ["10_oak.png"]


# By date


def dated(viewing: Viewing) -> list[str]:
    names = [path.removeprefix("/shots/") for path in viewing.storage.files]
    viewing.storage.modified = {f"/shots/{name}": 1000 - hash_of(name) for name in names}
    return sorted(names, key=lambda name: -hash_of(name))


def hash_of(name: str) -> int:
    return sum(map(ord, name)) % 900


def test_by_date_asks_when_files_were_changed_and_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    viewing, asked = mixed(), list[str]()

    def counted(storage: Storage, paths: Mapping[str, str], transfer: Transfer) -> dict[str, int | None]:
        asked.extend(paths.values())
        return change_times(storage, paths, transfer)

    monkeypatch.setattr("viewer.core.storage.change_times.change_times", counted)
    expected = dated(viewing)
    viewing.open("/shots")
    assert asked == []
    for rule in (BY_DATE, BY_NAME, BY_DATE):
        choose(viewing, rule)
    assert (in_order(viewing), sorted(asked)) == (expected, sorted(f"/shots/{name}" for name in NAMES))


def test_a_file_whose_time_cannot_be_asked_goes_last_and_that_is_said() -> None:
    viewing = mixed()
    expected = dated(viewing)
    stamp = viewing.storage.stamp

    def some(path: str) -> Stamp:
        if path == "/shots/b.png":
            raise StorageError("Permission denied.")
        return stamp(path)

    viewing.open("/shots")
    viewing.storage.stamp = some  # type: ignore[method-assign]
    choose(viewing, BY_DATE)
    assert viewing.state.news == "The date of 1 file cannot be asked: it stands last"
    assert in_order(viewing) == [*(name for name in expected if name != "b.png"), "b.png"]


def test_progress_is_said_and_a_share_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_rules, "ASKED_AT_ONCE", 5)
    viewing = Viewing(numbered(12))
    expected = dated(viewing)
    viewing.open("/shots")
    stamp = viewing.storage.stamp

    def away(path: str) -> Stamp:
        raise ShareAwayError(f"{path} does not answer.")

    viewing.model.folder.set_rule(BY_DATE)
    for _ in ("the names by date, as far as dates are known", "the first dates"):
        viewing.loop.turn()
        viewing.chores.finish()
    assert viewing.state.news == "Asking for dates: 7 to go"
    viewing.storage.stamp = away  # type: ignore[method-assign]
    viewing.chores.finish_all()
    viewing.loop.turn()
    viewing.storage.stamp = stamp  # type: ignore[method-assign]
    viewing.loop.advance(AGAIN_AFTER)
    viewing.settle()
    assert (viewing.state.news, in_order(viewing)) == ("", expected)


def test_a_folder_that_opens_by_date_begins_at_the_first_by_date(tmp_path: Path) -> None:
    viewing = mixed(tmp_path)
    viewing.open("/shots")
    choose(viewing, BY_DATE)
    viewing.close()
    for text in ("/shots", "/shots/b.png"):
        again = mixed(tmp_path)
        expected = dated(again)
        again.open(text)
        again.settle()
        assert again.state.name == ("b.png" if text.endswith("png") else expected[0])


# What lands


@pytest.mark.parametrize(
    ("rule", "total", "count"),
    [
        (BY_NAME, 9, 9),
        (BY_DATE, 9, 9),
        (FolderRule(filter="shot"), 9, 4),
        (FolderRule(Order.BY_NAME, filter="zz"), 9, 9),
    ],
)
def test_what_lands_and_what_goes_is_taken_by_the_rule(rule: FolderRule, total: int, count: int) -> None:
    viewing = mixed()
    dated(viewing)
    viewing.open("/shots")
    choose(viewing, rule)
    viewing.model.go_to(2)
    name = viewing.state.name
    viewing.storage.files |= {"/shots/shot.0004.png": b"", "/shots/a.png": b"", "/shots/c.png": b""}
    del viewing.storage.files["/shots/b.png"]
    dated(viewing)
    viewing.live(4 * POLL)
    folder = viewing.state.folder
    assert folder is not None
    assert (folder.rule, folder.total, viewing.state.name) == (rule, total, name)
    assert sum(row.count for row in folder.rows) == count


# What is remembered


def test_a_rule_is_there_the_next_day_and_said_if_it_hides_pictures(tmp_path: Path) -> None:
    rule = FolderRule(Order.BY_NAME, filter="o")
    viewing = mixed(tmp_path)
    viewing.open("/shots")
    choose(viewing, rule)
    viewing.close()
    state = mixed(tmp_path).open("/shots")
    assert state.folder is not None
    assert (state.folder.rule, [row.label for row in state.folder.rows]) == (rule, ["5 with “o” by name"])
    assert state.news == "5 of 7 pictures are shown: the filter of this folder is “o”. Ctrl+F changes it."
    named = mixed(tmp_path).open("/shots/b.png")  # a file that is named is shown
    assert (named.name, named.folder and named.folder.rule) == ("b.png", BY_NAME)
    assert SequenceSettingsFile(tmp_path).rule("/shots") == rule
    pattern = mixed(tmp_path).open("/shots/shot.####.png")
    assert pattern.folder is not None
    assert [row.label for row in pattern.folder.rows] == ["shot.[0001-0003].png"]


def test_two_windows_have_rules_of_their_own_and_the_last_one_is_remembered(tmp_path: Path) -> None:
    one, other = mixed(tmp_path), mixed(tmp_path)
    for window in (one, other):
        window.open("/shots")
    choose(one, BY_NAME)
    one.close()
    other.model.bookmarks.toggle()
    other.loop.advance(10)
    other.settings_executor.finish_all()
    assert other.state.folder is not None
    assert other.state.folder.rule == AS_NAMED
    assert SequenceSettingsFile(tmp_path).rule("/shots") == BY_NAME
    choose(other, FolderRule(filter="shot"))
    other.close()
    assert SequenceSettingsFile(tmp_path).rule("/shots") == FolderRule(filter="shot")


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ({"order": "by name", "filter": 7}, BY_NAME),
        ({"order": "by moon", "filter": "oak"}, FolderRule(filter="oak")),
        ({"order": [], "pattern": "x" * 5000}, AS_NAMED),
        ("by name", AS_NAMED),
        (None, AS_NAMED),
    ],
)
def test_a_rule_that_is_damaged_is_taken_as_far_as_it_makes_sense(
    written: object, rule: FolderRule, tmp_path: Path
) -> None:
    file = SequenceSettingsFile(tmp_path)
    viewing = mixed(tmp_path)
    viewing.open("/shots")
    choose(viewing, BY_DATE)
    viewing.close()
    (path,) = tmp_path.glob("*.json")
    data = json.loads(path.read_text())
    data["sequences"]["/"]["rule"] = written
    path.write_text(json.dumps(data))
    assert file.rule("/shots") == rule
    path.write_text("{")
    assert file.rule("/shots") == AS_NAMED


def test_a_rule_that_is_set_before_anything_is_listed_is_the_one_of_the_folder() -> None:
    viewing = mixed()
    viewing.model.open("/shots")
    viewing.model.folder.set_rule(BY_NAME)
    viewing.list_folder()
    assert labels(viewing) == ["7 pictures by name"]


def test_a_pattern_goes_before_the_rule_and_says_so() -> None:
    viewing = mixed()
    viewing.open("/shots/shot.####.png")
    choose(viewing, BY_NAME)
    assert labels(viewing) == ["shot.[0001-0003].png"]
    assert viewing.state.message == "A pattern says which pictures are shown. Open the folder to order all of them."


def test_bookmarks_of_one_order_are_not_those_of_another() -> None:
    viewing = mixed()
    viewing.open("/shots")
    viewing.model.bookmarks.toggle()
    choose(viewing, BY_NAME)
    assert viewing.state.bookmarks == ()
    choose(viewing, FolderRule(filter="shot"))
    assert len(viewing.state.bookmarks) == 1  # the numbers of shot.* are the same


@pytest.mark.parametrize(
    "later", [BY_NAME, BY_DATE, FolderRule(Order.BY_NUMBER), FolderRule(Order.BY_DATE, filter="o")]
)
def test_bookmarks_and_marks_of_single_pictures_go_with_their_files(later: FolderRule, tmp_path: Path) -> None:
    viewing = mixed(tmp_path)
    dated(viewing)
    viewing.open("/shots")
    choose(viewing, BY_NAME)
    for number in (2, 7, 3):
        viewing.model.go_to(number)
        viewing.model.bookmarks.toggle()
    viewing.model.bookmarks.set_note(2, "look")
    viewing.model.bookmarks.remove([3])
    viewing.model.sequence.mark_in(2)
    viewing.model.sequence.mark_out(4)
    for name in ("1_ash.png", "3_elm.png"):
        viewing.storage.files[f"/shots/{name}"] = b"new"
    viewing.loop.advance(2 * POLL)
    viewing.settle()
    state = viewing.state
    assert state.bookmarks == (Bookmark(4, "look", "10_oak.png"), Bookmark(9, "", "zoo.png"))
    assert (state.mark_in, state.mark_out) == (4, 6)
    choose(viewing, later)
    assert marked(viewing) == {("10_oak.png", "look"), ("zoo.png", "")}
    viewing.close()
    files = viewing.storage.files | {"/shots/0_yew.png": b"new"}
    files.pop("/shots/10_oak.png")
    next_day = Viewing(files, memory_folder=tmp_path)
    dated(next_day)
    next_day.open("/shots")
    next_day.settle()
    assert marked(next_day) == {("zoo.png", "")}  # nothing of the file that is gone
    next_day.storage.files["/shots/10_oak.png"] = b"back"
    next_day.model.reload()
    next_day.settle()
    choose(next_day, BY_NAME)
    assert marked(next_day) == {("10_oak.png", "look"), ("zoo.png", "")}
    assert (next_day.state.mark_in, next_day.state.mark_out) == (5, 7)


def marked(viewing: Viewing) -> set[tuple[str, str]]:
    """Returns the files at the bookmarks of the open sequence, by going there, and their notes."""
    found = set()
    for number, note, name in viewing.state.bookmarks:
        viewing.model.go_to(number)
        assert viewing.state.name == name
        found.add((name, note))
    return found


def test_the_date_that_puts_a_picture_in_order_is_said_in_this_order_alone() -> None:
    viewing = mixed()
    names = dated(viewing)
    viewing.open("/shots")
    choose(viewing, BY_DATE)
    viewing.model.go_to(1)
    assert viewing.state.date == date_words(1000 - hash_of(names[0]))
    choose(viewing, BY_NAME)
    assert viewing.state.date == ""


def test_what_is_said_of_the_filter_goes_when_it_is_no_longer_true(tmp_path: Path) -> None:
    SequenceSettingsFile(tmp_path).save("/shots", {WHOLE_FOLDER: SequenceSettings(rule=FolderRule(filter="o"))})
    viewing = mixed(tmp_path)
    assert "pictures are shown" in viewing.open("/shots").news
    choose(viewing, AS_NAMED)
    assert "pictures are shown" not in viewing.state.news


# A part of a name


def test_a_part_of_a_name_leads_to_the_first_file_that_holds_it_and_then_to_the_next() -> None:
    viewing = mixed()
    viewing.open("/shots/shot.0002.png")
    visited = []
    for text in ("png", "png", "PNG", "oo", "oo", "*o?k", "o?.png", "1_nowhere"):
        viewing.model.go_to_text(text)
        viewing.settle()
        visited.append(viewing.state.name.removesuffix(".png"))
    assert visited == ["shot.0001", "shot.0002", "shot.0001", "zoo", "zoo", "10_oak", "zoo", "zoo"]
    assert viewing.state.message.startswith("No name in this folder holds “1_nowhere”. Type a frame number")


# By the owner's pattern

CAMERAS = [f"cam{camera}_{frame:02d}_{frame * 7 % 5}.png" for camera in (1, 2) for frame in range(4)]
PATTERN = FolderRule(pattern="cam{camera}_*_{frame}.png")


def cameras(memory: Path | None = None) -> Viewing:
    return Viewing({f"/shots/{name}": name.encode() for name in (*CAMERAS, "tree.png")}, memory_folder=memory)


def test_a_pattern_groups_the_folder_and_is_remembered(tmp_path: Path) -> None:
    viewing = cameras(tmp_path)
    viewing.open("/shots")
    usual = labels(viewing)
    assert choose(viewing, PATTERN).rule == PATTERN
    assert labels(viewing) == ["cam1_*_[0-2,4].png", "cam2_*_[0-2,4].png", "tree.png"]
    viewing.model.close()
    viewing.settle()
    again = cameras(tmp_path)
    again.open("/shots")
    again.settle()
    assert labels(again)[:2] == ["cam1_*_[0-2,4].png", "cam2_*_[0-2,4].png"]
    choose(again, AS_NAMED)
    assert labels(again) == usual


def test_a_pattern_as_the_path_opens_the_folder_by_it() -> None:
    viewing = cameras()
    viewing.open("/shots/cam{camera}_*_{frame}.png")
    folder = viewing.state.folder
    assert folder is not None
    assert folder.rule == PATTERN
    assert labels(viewing) == ["cam1_*_[0-2,4].png", "cam2_*_[0-2,4].png", "tree.png"]
    assert viewing.state.name == "cam1_00_0.png"
    viewing.open("/shots/cam2_*_{frame}.png")
    assert viewing.state.name == "cam2_00_0.png"


def test_a_pattern_is_tried_on_a_worker_and_the_last_one_counts() -> None:
    viewing = cameras()
    viewing.open("/shots")
    sample = viewing.model.folder.sample()
    assert sample is not None
    assert sample.pattern == PATTERN.pattern.replace("camera", "cam")
    trials: list[PatternTrial] = []
    wanted = "cam{cam}_{frame}_*.png"
    for pattern in ("{frame}", wanted):
        viewing.model.folder.try_pattern(pattern, trials.append)
    assert not trials
    viewing.settle()
    [trial] = trials
    assert (trial.pattern, trial.sequences, trial.frames, trial.others) == (wanted, 2, 8, 1)
    assert trial.rows[0].names == tuple(CAMERAS[:4])


@pytest.mark.parametrize("pattern", ["cam.png", "{frame}{frame}", "{", 7])
def test_a_remembered_pattern_that_cannot_be_read_is_none(pattern: object, tmp_path: Path) -> None:
    file = SequenceSettingsFile(tmp_path)
    file.save("/shots", {WHOLE_FOLDER: SequenceSettings(rule=FolderRule(filter="a", pattern="{frame}"))})
    [written] = tmp_path.rglob("*.json")
    values = json.loads(written.read_text())
    values["sequences"][WHOLE_FOLDER]["rule"]["pattern"] = pattern
    written.write_text(json.dumps(values))
    assert SequenceSettingsFile(tmp_path).rule("/shots") == FolderRule(filter="a")
