"""Bookmarks through the model's verbs, and as tables in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewing import Viewing, numbered

from viewer.core.play.playhead import Repeat
from viewer.core.units import MB
from viewer.model.preferences import Preferences
from viewer.model.sequence_settings import Bookmark, Bookmarks

if TYPE_CHECKING:
    from pathlib import Path

ONCE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, rate=24.0)


@pytest.fixture
def viewing() -> Viewing:
    """A viewer with a sequence of forty frames, and a second one of twenty."""
    opened = Viewing(numbered(40) | numbered(20, head="b."), ONCE)
    opened.open("/shots")
    return opened


def bookmark(viewing: Viewing, **notes: str) -> None:
    """Sets bookmarks with notes: ``bookmark(viewing, f20="look")``."""
    for name, note in notes.items():
        viewing.model.go_to(int(name[1:]))
        viewing.model.bookmarks.add()
        viewing.model.bookmarks.set_note(int(name[1:]), note)


# Setting them


def test_a_key_sets_a_bookmark_and_takes_it_away(viewing: Viewing) -> None:
    viewing.model.go_to(20)
    told = []
    for _ in range(2):
        viewing.model.bookmarks.toggle()
        told.append(viewing.state.bookmarks)
    assert told == [(Bookmark(20),), ()]


def test_a_bookmark_with_a_note_is_not_lost_by_a_key(viewing: Viewing) -> None:
    bookmark(viewing, f20="the jump")
    viewing.model.bookmarks.toggle()
    state = viewing.state
    assert state.bookmarks == (Bookmark(20, "the jump"),)
    assert state.message == "The bookmark at 20 has a note: remove it in the list of bookmarks (the jump)."
    viewing.model.step(1)
    assert viewing.state.message == ""


def test_they_are_told_in_the_order_of_their_numbers(viewing: Viewing) -> None:
    bookmark(viewing, f20="c", f3="a", f11="b")
    assert viewing.state.bookmarks == (Bookmark(3, "a"), Bookmark(11, "b"), Bookmark(20, "c"))


def test_adding_one_where_there_is_one_changes_nothing(viewing: Viewing) -> None:
    bookmark(viewing, f20="look")
    viewing.model.bookmarks.add()
    assert viewing.state.bookmarks == (Bookmark(20, "look"),)


def test_notes_can_be_written_and_bookmarks_removed_from_elsewhere(viewing: Viewing) -> None:
    bookmark(viewing, f3="", f11="", f20="")
    viewing.model.go_to(1)
    viewing.model.bookmarks.set_note(11, "look")
    viewing.model.bookmarks.remove([3, 20, 39])
    assert viewing.state.bookmarks == (Bookmark(11, "look"),)
    viewing.model.bookmarks.set_note(12, "there is none")
    assert viewing.state.bookmarks == (Bookmark(11, "look"),)


def test_a_bookmark_can_be_set_where_there_is_no_file() -> None:
    files = numbered(12)
    del files["/shots/a.0005.png"]
    viewing = Viewing(files, ONCE)
    viewing.open("/shots")
    viewing.model.go_to(5)
    viewing.model.bookmarks.toggle()
    viewing.model.go_to(1)
    viewing.model.bookmarks.go(1)
    assert viewing.state.number == 5


def test_setting_one_while_it_plays_does_not_stop_it(viewing: Viewing) -> None:
    viewing.model.play(1)
    viewing.loop.advance(1 / 24)
    viewing.see()
    viewing.model.bookmarks.toggle()
    assert (viewing.state.playing, viewing.state.bookmarks) == (True, (Bookmark(viewing.state.number or 0),))


def test_each_sequence_has_its_own(viewing: Viewing) -> None:
    bookmark(viewing, f20="a")
    viewing.switch_sequence(1)
    told = [viewing.state.bookmarks]
    bookmark(viewing, f7="b")
    for by in (-1, 1):
        viewing.switch_sequence(by)
        told.append(viewing.state.bookmarks)
    assert told == [(), (Bookmark(20, "a"),), (Bookmark(7, "b"),)]


def test_without_a_sequence_the_verbs_do_nothing() -> None:
    viewing = Viewing({})
    bookmarks = viewing.model.bookmarks
    bookmarks.toggle()
    bookmarks.add()
    bookmarks.set_note(3, "look")
    bookmarks.remove([3])
    bookmarks.go(1)
    assert (viewing.state.bookmarks, viewing.state.number) == ((), None)


# Going to them


def test_the_next_and_the_previous_one_are_a_key_away_and_there_it_ends(viewing: Viewing) -> None:
    bookmark(viewing, f3="", f11="", f20="")
    viewing.model.go_to(1)
    numbers = []
    for direction in (1, 1, 1, 1, -1, -1, -1):
        viewing.model.bookmarks.go(direction)
        numbers.append(viewing.state.number)
    assert numbers == [3, 11, 20, 20, 11, 3, 3]


def test_a_bookmark_beyond_the_frames_that_are_left_leads_to_the_last_and_not_on(viewing: Viewing) -> None:
    bookmark(viewing, f20="", f40="")
    for number in range(31, 41):
        del viewing.storage.files[f"/shots/a.{number:04d}.png"]
    viewing.reload()
    viewing.model.go_to(20)
    viewing.model.bookmarks.go(1)
    assert viewing.state.number == 30
    viewing.model.bookmarks.go(-1)
    assert viewing.state.number == 20


# Tables


def test_what_is_exported_can_be_imported(viewing: Viewing, tmp_path: Path) -> None:
    bookmark(viewing, f3="=SUM(A1)", f11="one\ntwo, three", f20="ü")
    before = viewing.state.bookmarks
    path = tmp_path / "bookmarks.csv"
    viewing.model.bookmarks.export(str(path))
    viewing.chores.finish_all()
    assert viewing.state.message == f"3 bookmarks were written to {path}."
    viewing.model.bookmarks.remove([3, 11, 20])
    viewing.model.bookmarks.import_from(str(path))
    viewing.chores.finish_all()
    assert viewing.state.bookmarks == before
    assert viewing.state.message == f"3 bookmarks were taken from {path}."


def test_one_is_one(viewing: Viewing, tmp_path: Path) -> None:
    bookmark(viewing, f3="")
    path = tmp_path / "bookmarks.csv"
    viewing.model.bookmarks.export(str(path))
    viewing.chores.finish_all()
    assert viewing.state.message == f"1 bookmark was written to {path}."
    viewing.model.bookmarks.import_from(str(path))
    viewing.chores.finish_all()
    assert viewing.state.message == f"1 bookmark was taken from {path}."


def test_times_are_those_of_the_sequence(viewing: Viewing, tmp_path: Path) -> None:
    viewing.model.set_rate(25)
    viewing.model.sequence.set_start("01:00:00:00")
    bookmark(viewing, f27="")
    path = tmp_path / "bookmarks.csv"
    viewing.model.bookmarks.export(str(path))
    viewing.chores.finish_all()
    assert "27,01:00:01:01," in path.read_text("utf-8-sig")


def test_imported_ones_join_those_that_are_here_and_their_notes_win(viewing: Viewing, tmp_path: Path) -> None:
    bookmark(viewing, f3="mine", f11="mine")
    path = tmp_path / "bookmarks.csv"
    path.write_text("frame;note\n11;theirs\n12;theirs\nhere;nowhere\n", "utf-8")
    viewing.model.bookmarks.import_from(str(path))
    viewing.chores.finish_all()
    assert viewing.state.bookmarks == (Bookmark(3, "mine"), Bookmark(11, "theirs"), Bookmark(12, "theirs"))
    assert viewing.state.message.startswith(f"2 bookmarks were taken from {path}. 1 line was left out (4)")


def test_a_file_that_is_not_there_is_told(viewing: Viewing, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    viewing.model.bookmarks.import_from(str(path))
    viewing.chores.finish_all()
    assert viewing.state.message == f"The bookmarks could not be read from {path}: No such file or directory."
    assert viewing.state.bookmarks == ()


def test_a_place_where_nothing_can_be_written_is_told(viewing: Viewing, tmp_path: Path) -> None:
    bookmark(viewing, f3="")
    path = tmp_path / "none" / "bookmarks.csv"
    viewing.model.bookmarks.export(str(path))
    viewing.chores.finish_all()
    assert viewing.state.message.startswith(f"The bookmarks were not saved: {path.parent} is no folder")


def test_bytes_that_are_no_table_do_no_harm(viewing: Viewing, tmp_path: Path) -> None:
    bookmark(viewing, f3="mine")
    path = tmp_path / "picture.png"
    path.write_bytes(bytes(range(256)) * 4)
    viewing.model.bookmarks.import_from(str(path))
    viewing.chores.finish_all()
    assert viewing.state.bookmarks == (Bookmark(3, "mine"),)
    assert viewing.state.message


@pytest.mark.parametrize("left", ["sequence", "folder"])
def test_a_table_that_comes_when_somebody_has_gone_elsewhere_is_not_taken(
    viewing: Viewing, tmp_path: Path, left: str
) -> None:
    path = tmp_path / "bookmarks.csv"
    path.write_text("frame,note\n3,theirs\n", "utf-8")
    viewing.model.bookmarks.import_from(str(path))
    if left == "sequence":
        viewing.switch_sequence(1)
    else:
        viewing.storage.files |= numbered(30, "/other")
        viewing.model.open("/other")
    viewing.chores.finish_all()
    assert viewing.state.bookmarks == ()


# The table of them


@given(st.lists(st.tuples(st.integers(-20, 20), st.text(max_size=3))), st.integers(-25, 25))
def test_the_next_and_the_previous_are_the_nearest_on_either_side(pairs: list[tuple[int, str]], here: int) -> None:
    bookmarks = Bookmarks(Bookmark(*pair) for pair in pairs)
    notes = dict(pairs)
    assert [each.number for each in bookmarks.all] == sorted(notes)
    assert {each.number: each.note for each in bookmarks.all} == notes
    assert bookmarks.after(here) == min((number for number in notes if number > here), default=None)
    assert bookmarks.before(here) == max((number for number in notes if number < here), default=None)
    assert (here in bookmarks) == (here in notes)
    assert bookmarks.without([here]).with_(Bookmark(here, "x")).all == bookmarks.with_(Bookmark(here, "x")).all
