"""Back and forward through the places visited: in a sequence, across sequences, across folders."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from viewing import Viewing, content, numbered

from viewer.core.play.playhead import Repeat
from viewer.core.units import MB
from viewer.model.preferences import MissingPolicy, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.model.viewer_model import ViewerModel

ONCE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE)
TWO = numbered(40) | numbered(60, head="b.") | numbered(20, "/other") | numbered(5, "/other/below")


def arrive(viewing: Viewing) -> tuple[str, int | None]:
    """Lets everything come that is to come; returns the path and the number of the frame on the canvas."""
    viewing.list_folder()
    viewing.load()
    viewing.see()
    state = viewing.state
    assert state.is_true
    return state.path, state.number


def test_back_and_forward_go_through_the_jumps_of_a_sequence() -> None:
    viewing = Viewing(numbered(40), ONCE)
    viewing.open("/shots")
    for number in (10, 30, 20):
        viewing.model.go_to(number)
    numbers = []
    for direction in (-1, -1, -1, -1, 1, 1, 1, 1):
        viewing.model.revisit(direction)
        numbers.append(viewing.state.number)
    assert numbers == [30, 10, 1, 1, 10, 30, 20, 20]


def test_it_is_told_whether_there_is_a_way_back_and_forward() -> None:
    viewing = Viewing(numbered(40), ONCE)

    def ways() -> tuple[bool, bool]:
        return viewing.state.can_go_back, viewing.state.can_go_forward

    viewing.model.revisit(-1)
    viewing.model.revisit(1)
    assert ways() == (False, False)
    viewing.open("/shots")
    assert ways() == (False, False)
    viewing.model.go_to(20)
    assert ways() == (True, False)
    viewing.model.revisit(-1)
    assert ways() == (False, True)
    viewing.model.go_to(30)
    assert ways() == (True, False)


def test_back_leads_to_where_one_had_stepped_before_the_jump() -> None:
    viewing = Viewing(numbered(40), ONCE)
    viewing.open("/shots")
    viewing.model.step(1)
    viewing.model.step(1)
    viewing.model.go_to(20)
    viewing.model.step(-1)
    viewing.model.revisit(-1)
    assert viewing.state.number == 3
    viewing.model.revisit(1)
    assert viewing.state.number == 19


def test_steps_to_neighbours_are_no_places_to_go_back_to() -> None:
    viewing = Viewing(numbered(40), ONCE)
    viewing.open("/shots")
    for by in (1, 10, -3):
        viewing.model.step(by)
    viewing.model.go_to(viewing.state.number + 1 if viewing.state.number else 0)
    assert not viewing.state.can_go_back


def test_a_drag_is_one_place_however_far_it_goes() -> None:
    viewing = Viewing(numbered(40), ONCE)
    viewing.open("/shots", 5)
    for number in (8, 20, 30, 12):
        viewing.model.scrub(number)
    viewing.model.scrub_ended()
    viewing.model.revisit(-1)
    assert viewing.state.number == 5
    assert not viewing.state.can_go_back


@pytest.mark.parametrize(
    "jump",
    [
        lambda model: model.go_to_end(1),
        lambda model: model.bookmarks.go(1),
        lambda model: model.play(1, from_in=True),
        lambda model: model.go_to_text("75%"),
    ],
    ids=["last", "bookmark", "play from in", "text"],
)
def test_every_kind_of_jump_can_be_taken_back(jump: Callable[[ViewerModel], object]) -> None:
    viewing = Viewing(numbered(40), ONCE)
    viewing.open("/shots")
    viewing.model.go_to(30)
    viewing.model.bookmarks.toggle()
    viewing.model.revisit(-1)
    viewing.model.sequence.mark_in(15)
    viewing.model.go_to(5)
    before = viewing.state.number
    jump(viewing.model)
    assert viewing.state.number != before
    viewing.model.revisit(-1)
    assert viewing.state.number == before
    assert not viewing.state.playing


def test_going_back_stops_playing() -> None:
    viewing = Viewing(numbered(40), ONCE)
    viewing.open("/shots")
    viewing.model.go_to(20)
    viewing.model.play(1)
    viewing.model.revisit(-1)
    viewing.loop.advance(1.0)
    assert (viewing.state.number, viewing.state.playing) == (1, False)


def test_back_leads_into_the_sequence_before_and_forward_again() -> None:
    viewing = Viewing(TWO, ONCE)
    viewing.open("/shots")
    viewing.model.go_to(50)
    viewing.switch_sequence(-1)
    viewing.model.go_to(33)
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/a.0040.png", 40)
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/b.0050.png", 50)
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/b.0001.png", 1)
    for _ in range(3):
        viewing.model.revisit(1)
    assert arrive(viewing) == ("/shots/a.0033.png", 33)


def test_back_leads_into_the_folder_before_and_forward_again() -> None:
    viewing = Viewing(TWO, ONCE)
    viewing.open("/shots", 44)
    viewing.open("/other", 7)
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/b.0044.png", 44)
    assert (viewing.state.can_go_back, viewing.state.can_go_forward) == (False, True)
    viewing.model.revisit(1)
    assert arrive(viewing) == ("/other/a.0007.png", 7)


def test_back_leads_to_another_sequence_of_the_folder_before() -> None:
    viewing = Viewing(TWO, ONCE)
    viewing.open("/shots")
    viewing.switch_sequence(-1)
    viewing.model.go_to(33)
    viewing.open("/other")
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/a.0033.png", 33)


@pytest.mark.parametrize("suffix", ["png", "jpg"])  # the second is shown before the folder has been listed
def test_back_leads_to_where_one_had_gone_from_the_file_that_was_opened(suffix: str) -> None:
    viewing = Viewing({path.replace("png", suffix): data for path, data in TWO.items()}, ONCE)
    viewing.open(f"/shots/b.0010.{suffix}")
    viewing.model.go_to(50)
    viewing.open("/other")
    viewing.model.revisit(-1)
    assert arrive(viewing) == (f"/shots/b.0050.{suffix}", 50)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_back_leads_to_another_sequence_than_that_of_the_file_that_was_opened(suffix: str) -> None:
    viewing = Viewing({path.replace("png", suffix): data for path, data in TWO.items()}, ONCE)
    viewing.open(f"/shots/b.0010.{suffix}")
    viewing.switch_sequence(-1)
    viewing.model.go_to(33)
    viewing.open("/other")
    viewing.model.revisit(-1)
    assert arrive(viewing) == (f"/shots/a.0033.{suffix}", 33)


def test_back_leads_to_a_number_without_a_file() -> None:
    files = dict(TWO)
    del files["/shots/b.0020.png"]
    viewing = Viewing(files, ONCE.changed(missing=MissingPolicy.GAP))
    viewing.open("/shots", 20)
    viewing.open("/other")
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("", 20)
    assert viewing.state.problem_kind == "gap"


def test_back_to_what_is_gone_goes_nowhere_and_the_next_time_on() -> None:
    viewing = Viewing(dict(TWO), ONCE)
    viewing.open("/shots")
    viewing.model.go_to(5)
    viewing.switch_sequence(-1)
    for path in [path for path in viewing.storage.files if path.startswith("/shots/b.")]:
        del viewing.storage.files[path]
    viewing.reload()
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/a.0005.png", 5)


def test_from_a_folder_that_could_not_be_opened_one_comes_back() -> None:
    viewing = Viewing(TWO, ONCE)
    viewing.open("/shots", 44)
    viewing.begin("/nowhere")
    assert viewing.state.sequence is None
    assert viewing.state.can_go_back
    viewing.model.revisit(-1)
    assert arrive(viewing) == ("/shots/b.0044.png", 44)


def test_the_folder_above_opens_at_the_file_whose_pages_were_open() -> None:
    files: dict[str, bytes | BaseException] = {
        f"/shots/scan.{number}.tif": b"scan %d" % number for number in range(1, 9)
    }
    files |= {f"/shots/scan.6.tif/{number}.png": b"page %d" % number for number in range(1, 4)}
    viewing = Viewing(files, ONCE)
    viewing.open("/shots", 6)
    viewing.model.folder.open_pages()
    assert arrive(viewing)[0].startswith("/shots/scan.6.tif/")
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.is_pages
    viewing.model.folder.open_parent()
    assert arrive(viewing) == ("/shots/scan.6.tif", 6)
    viewing.model.revisit(-1)
    assert arrive(viewing)[0].startswith("/shots/scan.6.tif/")


def test_the_folder_above_opens_at_that_file_though_its_listing_takes_long() -> None:
    files: dict[str, bytes | BaseException] = {
        f"/shots/scan.{number:03}.tif": b"scan %d" % number for number in range(1, 200)
    }
    files |= {f"/shots/scan.150.tif/{number}.png": b"page %d" % number for number in range(1, 4)}
    viewing = Viewing(files, ONCE)
    viewing.open("/shots/scan.150.tif")
    batches = viewing.storage.list_names

    def slowly(folder: str, transfer: object) -> object:
        for batch in batches(folder, transfer):  # type: ignore[arg-type]  # passed through
            viewing.loop.stall(0.01)
            yield batch

    viewing.storage.list_names = slowly  # type: ignore[method-assign,assignment]  # a slower one
    viewing.model.folder.open_parent()
    assert arrive(viewing) == ("/shots/scan.150.tif", 150)


ONE_STACK: dict[str, bytes | BaseException] = {
    "/shots/scan.tif": b"scan",
    **{f"/shots/scan.tif/{number}.png": b"page %d" % number for number in range(1, 4)},
}


@pytest.mark.parametrize(
    ("more", "number", "arrives"),
    [
        ({}, None, "/shots/scan.tif/1.png"),
        ({}, 3, "/shots/scan.tif/3.png"),
        ({"/shots/read.me": b""}, None, "/shots/scan.tif/1.png"),
        ({"/shots/other.tif": b"other"}, None, "/shots/other.tif"),
    ],
)
def test_a_file_of_several_pages_that_is_the_only_picture_of_a_folder_opens_as_its_pages(
    more: dict[str, bytes | BaseException], number: int | None, arrives: str
) -> None:
    viewing = Viewing(ONE_STACK | more, ONCE)
    viewing.open("/shots", number)
    assert arrive(viewing)[0] == arrives
    if arrives == "/shots/other.tif":
        return
    assert "/shots/scan.tif" not in viewing.storage.reads, "the whole file is not read for that"
    viewing.model.reload()
    assert arrive(viewing)[0] == arrives
    viewing.model.folder.open_parent()
    assert arrive(viewing)[0] == "/shots/scan.tif", "the way back leads to the file"
    viewing.model.revisit(-1)
    assert arrive(viewing)[0] == arrives
    viewing.model.revisit(1)
    assert arrive(viewing)[0] == "/shots/scan.tif"


def test_a_file_with_one_picture_has_no_pages_to_open() -> None:
    viewing = Viewing(numbered(3), ONCE)
    viewing.open("/shots", 2)
    viewing.model.folder.open_pages()
    viewing.chores.finish_all()
    assert viewing.state.message == "This file has no pages to open: it holds one picture."
    assert viewing.state.number == 2


def test_pages_of_a_frame_that_was_left_meanwhile_are_not_opened() -> None:
    files = numbered(8) | {"/shots/a.0006.png/1.png": b"page 1"}
    viewing = Viewing(files, ONCE)
    viewing.open("/shots", 6)
    viewing.model.folder.open_pages()
    viewing.model.step(1)
    assert arrive(viewing) == ("/shots/a.0007.png", 7)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["/shots", "/other", 3, 9, 15, "PgDn", "PgUp", "step"]), max_size=10))
def test_back_through_everything_and_forward_again_ends_where_one_was(moves: list[str | int]) -> None:
    viewing = Viewing(TWO, ONCE)
    viewing.open("/shots")
    start = arrive(viewing)
    for move in moves:
        if move == "step":
            viewing.model.step(1)
        elif move in {"PgDn", "PgUp"}:
            viewing.switch_sequence(1 if move == "PgDn" else -1)
        elif isinstance(move, str):
            viewing.model.open(move)
        else:
            viewing.model.go_to(move)
        arrive(viewing)
    end = arrive(viewing)
    places = [end]
    for _ in range(len(moves) + 1):
        viewing.model.revisit(-1)
        places.append(arrive(viewing))
    assert not viewing.state.can_go_back
    if "step" not in moves:
        assert places[-1] == start
    back = [place for place, _ in groupby(reversed(places))]
    places = [arrive(viewing)]
    for _ in range(len(moves) + 1):
        viewing.model.revisit(1)
        places.append(arrive(viewing))
    assert not viewing.state.can_go_forward
    assert [place for place, _ in groupby(places)] == back
    assert content(viewing.state) == viewing.files[end[0]]
