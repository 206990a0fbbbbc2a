"""Frames that are numbered by times or decimals, as the model shows, goes to and remembers them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from viewing import Viewing

from viewer.core.frame import FrameIndex
from viewer.core.sequence.naming import group_names
from viewer.core.spans import Span
from viewer.model import bookmark_file
from viewer.model.frame_table import FrameTable
from viewer.model.go_to import Destination, destination, understood
from viewer.model.sequence_settings import Bookmark, SequenceSettings, merged

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.core.sequence.sequence import FrameSequence

EVERY_20_S = [
    f"cam_2024-03-31_22-{58 + at // 60}-{at % 60:02d}.png" for at in (0, 20, 60, 80, 100)
]  # 22:58:40 is missing
PHONE = ["IMG_20230114_183000.png", "IMG_20230114_183042.png", "IMG_20230116_090103.png"]
WEEKS = ["KW51_2023.png", "KW52_2023.png", "KW1_2024.png", "KW2_2024.png"]
DECIMALS = ["u_0.05.png", "u_0.10.png", "u_0.25.png", "u_10.50.png"]


def files(names: list[str]) -> dict[str, bytes | BaseException]:
    return {f"/shots/{name}": name.encode() for name in names}


def sequence(names: list[str]) -> FrameSequence:
    [found] = group_names("/shots", names)
    return found


def shown(viewing: Viewing) -> str:
    state = viewing.state
    assert state.number is not None
    return state.numbers.text(state.number)


@pytest.mark.parametrize(
    ("names", "typed", "arrives", "said"),
    [
        (EVERY_20_S, "22:59", "2024-03-31_22-59-00", ""),
        (EVERY_20_S, "2024-03-31 22:59:20", "2024-03-31_22-59-20", ""),
        (EVERY_20_S, "22:58:40", "2024-03-31_22-58-40", "There is no file for frame 2024-03-31_22-58-40."),
        (EVERY_20_S, "60s", "2024-03-31_22-59-00", ""),
        (EVERY_20_S, "+20s", "2024-03-31_22-58-20", ""),
        (EVERY_20_S, "+1", "2024-03-31_22-58-20", ""),
        (EVERY_20_S, "#5", "2024-03-31_22-59-40", ""),
        (EVERY_20_S, "23:59", "2024-03-31_22-59-40", "beyond the last one, 2024-03-31_22-59-40."),
        (PHONE, "2023-01-16", "20230116_090103", ""),
        (PHONE, "18:30", "20230114_183000", ""),
        (PHONE, "18:35", "20230116_090103", "The next is 20230116_090103."),
        (PHONE, "131", "20230114_183000", "Type a time as the names have it (20230114_183000)"),
        (WEEKS, "KW52_2023", "KW52_2023", ""),
        (WEEKS, "3 Jan 2024", "KW2_2024", "The next is KW2_2024."),
        (DECIMALS, "0.25", "0.25", ""),
        (DECIMALS, "0,3", "0.25", "There is no file for frame 0.30. The nearest is 0.25."),
        (DECIMALS, "99", "10.50", "Frame 99.00 is beyond the last one, 10.50."),
        (DECIMALS, "+2", "0.25", ""),
        (DECIMALS, "250%", "10.50", "100 % is the last frame, 10.50."),
        (DECIMALS, "12:30", "0.05", "Type a number as the names have it (0.05)"),
    ],
)
def test_going_to_a_time_or_a_decimal(names: list[str], typed: str, arrives: str, said: str) -> None:
    viewing = Viewing(files(names))
    viewing.open("/shots")
    viewing.model.go_to_text(typed)
    viewing.chores.finish_all()  # it may be a part of a name
    viewing.load()
    state = viewing.state
    assert shown(viewing) == arrives
    words = f"{state.message}{state.answer.words}{state.problem}"
    assert said in words
    assert said or not words


def test_only_the_numbers_of_counts_are_plain() -> None:
    assert understood(sequence(["a.1.png", "a.2.png"])).startswith("Type a frame number (131)")
    counts = Viewing(files(["a.1.png", "a.2.png"]))
    numbers = counts.open("/shots").numbers
    assert (numbers.text, numbers.nearest, numbers.step) == (str, int, 1)


@pytest.mark.parametrize(
    ("names", "written"),
    [(PHONE, "20230114_183042"), (DECIMALS, "0.25"), (["131.png", "1673721000000000000.png"], "131")],
)
def test_it_opens_at_a_number_as_the_names_have_it(names: list[str], written: str) -> None:
    viewing = Viewing(files(names))
    viewing.model.open("/shots", written)
    viewing.list_folder()
    assert shown(viewing) == written


def test_a_frame_to_open_at_that_is_none_is_said() -> None:
    viewing = Viewing(files(PHONE))
    viewing.model.open("/shots", "yesterday")
    viewing.list_folder()
    assert viewing.state.message == understood(sequence(PHONE))


def test_bookmarks_of_times_are_remembered_in_the_next_run(tmp_path: Path) -> None:
    viewing = Viewing(files(PHONE), memory_folder=tmp_path)
    viewing.open("/shots")
    viewing.model.go_to_text("2023-01-16")
    viewing.model.bookmarks.toggle()
    viewing.close()
    later = Viewing(files(["IMG_20230101_120000.png", *PHONE]), memory_folder=tmp_path)
    state = later.open("/shots")
    assert [state.numbers.text(each.number) for each in state.bookmarks] == ["20230116_090103"]
    assert shown(later) == "20230116_090103"


@pytest.mark.parametrize("is_new_run", [True, False])
@pytest.mark.parametrize("added", ["u_2.5.png", "u_1e-12.png"])
def test_bookmarks_keep_their_files_when_whole_numbers_become_decimals(
    tmp_path: Path, added: str, *, is_new_run: bool
) -> None:
    viewing = Viewing(files(["u_1.png", "u_2.png", "u_3.png"]), memory_folder=tmp_path)
    viewing.open("/shots")
    viewing.model.go_to_text("2")
    viewing.see()
    viewing.model.bookmarks.toggle()
    viewing.model.sequence.mark_in()
    if is_new_run:
        viewing.close()
        viewing = Viewing(files(["u_1.png", "u_2.png", "u_3.png", added]), memory_folder=tmp_path)
        viewing.open("/shots")
    else:
        viewing.storage.files |= files([added])
        viewing.reload()
    state = viewing.state
    assert state.name == "u_2.png"
    assert [state.numbers.text(each.number) for each in state.bookmarks] == ["2"]
    assert state.numbers.text(state.mark_in or 0) == "2"
    viewing.close()
    again = Viewing(files(["u_1.png", "u_2.png", "u_3.png"]), memory_folder=tmp_path)
    assert [each.number for each in again.open("/shots").bookmarks] == [2]


def test_two_windows_of_different_units_lose_nothing_that_was_not_touched() -> None:
    one = Bookmark(1, "one")
    counts = SequenceSettings(number=1, bookmarks=(one,), rate=12.0)
    decimals = counts.in_unit("9")
    assert decimals.bookmarks == (Bookmark(10**9, "one"),)
    assert decimals.in_unit("0") == counts
    more = SequenceSettings(bookmarks=(Bookmark(5 * 10**8), *decimals.bookmarks), unit="9", rate=12.0)
    assert merged(counts, more, counts) == more
    assert merged(counts, counts, decimals) == decimals
    assert merged(SequenceSettings(), more, SequenceSettings(rate=24.0)).bookmarks == more.bookmarks


@pytest.mark.parametrize(
    ("before", "added", "becomes"),
    [
        (["z1.01.png", "z1.02.png", "z1.03.png"], ["z2.5.png"], "frame 1.03 of z[1.01-2.5].png."),
        (["a_1_5.png", "a_2_5.png"], ["a_1_6.png", "a_2_6.png"], "frame 5 of a_2_[5-6].png."),
        (["oak.png", "pine 1.png"], ["pine 2.png"], "frame 1 of pine [1-2].png."),
    ],
)
def test_the_playhead_stays_on_its_file_and_a_notice_says_so_when_new_names_group_it_anew(
    before: list[str], added: list[str], becomes: str
) -> None:
    viewing = Viewing(files(before))
    viewing.open("/shots")
    viewing.model.go_to_end(1)
    viewing.load()
    viewing.see()
    viewing.model.bookmarks.toggle()
    viewing.storage.files |= files(added)
    viewing.reload()
    state = viewing.state
    assert state.name == before[-1]
    assert state.message == f"New names have changed how this folder is grouped: {before[-1]} is now {becomes}"
    assert [each.number for each in state.bookmarks] == [state.number]


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (PHONE, "IMG_20230101_120000.png"),
        (["a.1.png", "a.2.png"], "a.3.png"),
        (["oak.png", "fir.png"], "elm.png"),
        (["u_1.png", "u_2.png"], "u_1.5.png"),
    ],
)
def test_nothing_is_said_of_new_frames_that_change_no_other(before: list[str], added: str) -> None:
    viewing = Viewing(files(before))
    viewing.open("/shots")
    name = viewing.state.name
    viewing.storage.files |= files([added])
    viewing.reload()
    assert (viewing.state.name, viewing.state.message) == (name, "")


@pytest.mark.parametrize("names", [PHONE, DECIMALS, EVERY_20_S])
def test_exported_bookmarks_can_be_imported(names: list[str]) -> None:
    frames = sequence(names)
    bookmarks = tuple(Bookmark(number, f"at {number}") for number in frames.numbers)
    viewing = Viewing(files(names))
    viewing.open("/shots")
    table = bookmark_file.to_csv(bookmarks, viewing.state.time_base, frames)
    assert [row[0] for row in csv.reader(io.StringIO(table))][1:] == [frames.text(number) for number in frames.numbers]
    assert bookmark_file.from_csv(table, frames.writing) == (bookmarks, "")


def test_frames_without_an_even_pace_have_the_time_up_to_the_next() -> None:
    frames = sequence(PHONE)
    table = FrameTable(frames, with_gaps=True)
    table.states[:] = bytes([3, 3, 3])
    [(span, _)] = table.runs().runs
    assert span == Span(frames.first, frames.last)
    table.states[:] = bytes([3, 0, 3])
    assert [span for span, _ in table.runs().runs] == [
        Span(frames.first, frames.numbers[1] - 1),
        Span(frames.last, frames.last),
    ]


def test_seconds_are_those_of_the_clock() -> None:
    frames, base = sequence(PHONE), Viewing(files(PHONE)).open("/shots").time_base
    assert destination("42s", frames, base) == Destination(frames.numbers[1])
    assert destination("-42s", frames, base, frames.number(FrameIndex(1))) == Destination(frames.first)
