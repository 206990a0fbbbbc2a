"""Bookmarks as a table, as we write it and as other programs do."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.timebase import TimeBase
from viewer.core.sequence.sequence import FrameSequence
from viewer.model.bookmark_file import from_csv, to_csv
from viewer.model.sequence_settings import Bookmark
from viewer.model.sequence_settings_file import LONGEST_NOTE, MOST_BOOKMARKS

TIMES = TimeBase(24.0, 1001, "01:00:00:00")
NOTES = st.text(max_size=20) | st.text("='+-@\t\r\n,;\" a", max_size=6)
BOOKMARKS = st.dictionaries(st.integers(-(10**18) + 1, 10**18 - 1), NOTES, max_size=8).map(
    lambda notes: tuple(Bookmark(number, notes[number]) for number in sorted(notes))
)


def test_the_table_has_headings_and_time_codes() -> None:
    marks = [Bookmark(1001), Bookmark(1031, 'He said "cut", twice')]
    assert to_csv(marks, TIMES) == (
        'frame,time code,note\r\n1001,01:00:00:00,\r\n1031,01:00:01:06,"He said ""cut"", twice"\r\n'
    )


@given(BOOKMARKS)
def test_what_is_written_is_read_again(bookmarks: tuple[Bookmark, ...]) -> None:
    assert from_csv(to_csv(bookmarks, TIMES)) == (bookmarks, "")
    assert from_csv("\ufeff" + to_csv(bookmarks, TIMES)) == (bookmarks, "")


@pytest.mark.parametrize("first", list("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
def test_no_note_is_a_formula_to_a_spreadsheet(first: str) -> None:
    written = to_csv([Bookmark(1, first + "cmd|' /C calc'!A0")], TIMES)
    cell = list(csv.reader(io.StringIO(written, newline="")))[1][2]
    assert cell == "'" + first + "cmd|' /C calc'!A0"


def test_those_of_single_pictures_have_their_file() -> None:
    marks = (Bookmark(1, "x", "a.png"), Bookmark(2, "", "=b.png"))
    written = to_csv(marks, TIMES, FrameSequence.loose("/shots", ["a.png", "=b.png"]))
    assert written.splitlines()[0] == "frame,time code,note,file"
    assert written.endswith(",'=b.png\r\n")
    assert from_csv(written) == (marks, "")


def test_notes_that_are_no_formulas_are_written_as_they_are() -> None:
    assert to_csv([Bookmark(1, "'tis =here")], TIMES).endswith(",'tis =here\r\n")
    assert from_csv("frame,note\n1,'tis\n") == ((Bookmark(1, "'tis"),), "")


@pytest.mark.parametrize(
    "table",
    [
        "frame,time code,note\n5,00:00:00:05,five\n-3,,three\n",
        "Frame;Note\r\n5;five\r\n-3;three\r\n",
        "note\tname\tFRAME\nfive\tx\t5\nthree\ty\t-3",
        "\n\n frame , note \n 5 ,five\n,\n\n+5,five\n-3,three",
        "5,five\n-3,three\n",
        "5,00:00:00:05,five,more\n-3,,three\n",
        'frame,note\n5,"fi"ve\n-3,three\n',
    ],
)
def test_tables_of_other_programs(table: str) -> None:
    assert from_csv(table) == ((Bookmark(-3, "three"), Bookmark(5, "five")), "")


def test_a_note_is_not_needed() -> None:
    assert from_csv("frame\n7\n3\n") == ((Bookmark(3), Bookmark(7)), "")
    assert from_csv("7\n3\n") == ((Bookmark(3), Bookmark(7)), "")
    assert from_csv("frame,note\n7\n") == ((Bookmark(7),), "")


def test_of_two_lines_with_the_same_frame_the_last_counts() -> None:
    assert from_csv("frame,note\n7,old\n7,new\n") == ((Bookmark(7, "new"),), "")


def test_lines_without_a_number_are_told_and_left_out() -> None:
    read, sentence = from_csv("frame,note\n1,one\nx,none\n3,three\n,none\n")
    assert read == (Bookmark(1, "one"), Bookmark(3, "three"))
    assert sentence.startswith("2 lines were left out (3, 5): each needs a number")
    assert from_csv("frame\n1\n2.5")[1].startswith("1 line was left out (3): ")
    assert "(2, 3, 4, 5, 6 …)" in from_csv("frame\n" + "x\n" * 7)[1]


def test_a_note_without_an_end_is_read_as_far_as_it_goes() -> None:
    assert from_csv('frame,note\n1,"one\n2,two')[0] == (Bookmark(1, "one\n2,two"),)


def test_there_is_a_limit_to_everything() -> None:
    lines = "".join(f"{number},{number}\n" for number in range(MOST_BOOKMARKS + 3))
    read, sentence = from_csv("frame,note\n" + lines + "5,changed\n")
    assert len(read) == MOST_BOOKMARKS
    assert read[5] == Bookmark(5, "changed")
    assert sentence.startswith("3 lines were left out")
    long = "x" * (LONGEST_NOTE + 1)
    assert from_csv(f"frame,note\n1,{long}\n")[0] == (Bookmark(1, long[:-1]),)
    read, sentence = from_csv(f"frame,note\n1,{'x' * 200_000}\n2,two\n{'9' * 5000},three\n")
    assert read == (Bookmark(2, "two"),)
    assert sentence.startswith("2 lines were left out (2, 4): ")


@given(st.text(max_size=40) | st.text("0123456789frame,;\t\r\n'\"=\x00\ufeff", max_size=40))
def test_no_text_of_any_kind_does_harm(text: str) -> None:
    read, _ = from_csv(text)
    assert list(read) == sorted({bookmark.number: bookmark for bookmark in read}.values())
