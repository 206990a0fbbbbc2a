"""From one sequence of a folder to the next: at which frame it opens, and that this frame is loaded before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from viewing import LARGE, Viewing, content, decode_with_small, numbered

from viewer.core.errors import ImageTooLargeError, StorageError
from viewer.core.load.beside import AROUND, AT_REST
from viewer.core.play.playhead import Repeat
from viewer.core.units import MB
from viewer.model.planning import NEAR_ONLY
from viewer.model.preferences import MissingPolicy, Preferences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Buffer

    from viewer.core.display.picture import Picture
    from viewer.core.frame import Size

NEAR_ALONE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, fill_when_idle=False, thumbnails=False)


def files(**written: str) -> dict[str, bytes | BaseException]:
    """Returns files by the beginnings of their names, and what follows in each."""
    names = [f"{head}{each}.png" for head, more in written.items() for each in more.split()]
    return {f"/shots/{name}": name.encode() for name in names}


def frames(head: str, numbers: Iterable[int]) -> dict[str, bytes | BaseException]:
    return {f"/shots/{head}.{number:04d}.png": f"{head} {number}".encode() for number in numbers}


def three(at: int = 17, *, small: bool = False, **preferences: object) -> Viewing:
    """Returns a viewer at a frame of the second of three versions, which has been seen."""
    shots = frames("v1", range(1, 31)) | frames("v2", range(1, 101)) | frames("v3", range(1, 31))
    viewing = Viewing(shots, NEAR_ALONE.changed(**preferences), small=small)
    viewing.open("/shots", at)
    assert viewing.state.name == f"v2.{at:04d}.png"
    return viewing


def of_others(viewing: Viewing) -> list[str]:
    """Returns the names of the files of other sequences than the second that were read."""
    return [path[7:14] for path in viewing.storage.reads if "/v2." not in path]


def rest(viewing: Viewing, seconds: float = 2.0) -> None:
    """Lets the user rest while the share answers at once."""
    viewing.live(seconds)


# Which frame

V = frames("v1", range(1, 31)) | frames("v2", range(1, 31)) | frames("v3", range(20, 30)) | frames("v4", range(1, 13))
del V["/shots/v2.0009.png"]


@pytest.mark.parametrize(
    ("at", "moves", "number", "said"),
    [
        (17, [1], 17, ""),
        (9, [1], 9, ""),  # a gap
        (9, [1, 1], 20, "Frame 9 is before the first one, 20."),
        (17, [2], 20, "Frame 17 is before the first one, 20."),
        (17, [2, -1], 17, ""),
        (17, [2, -2], 17, ""),
        (25, [2, 1], 12, "Frame 25 is beyond the last one, 12."),
        (25, [2, 1, -1], 25, ""),
        (9, [3], 9, ""),
        (17, [3, -2], 17, ""),
        (17, [3, -3, 3, -1], 20, "Frame 17 is before the first one, 20."),
    ],
)
def test_other_sequences_open_at_the_same_number_and_shorter_ones_do_not_lose_it(
    at: int, moves: list[int], number: int, said: str
) -> None:
    viewing = Viewing(dict(V))
    viewing.open("/shots", at)
    for by in moves:
        viewing.switch_sequence(by)
        viewing.load()
        viewing.see()
    assert (viewing.state.number, viewing.state.answer.words) == (number, said)


def test_a_number_without_a_file_shows_its_gap() -> None:
    viewing = Viewing(dict(V))
    viewing.open("/shots", 9)
    viewing.switch_sequence(1)
    assert (viewing.state.name, viewing.state.problem) == ("", "There is no file for frame 9.")
    viewing.switch_sequence(-1)
    assert viewing.state.name == "v1.0009.png"


def test_where_the_user_was_in_a_sequence_before_makes_no_difference() -> None:
    viewing = Viewing(dict(V))
    viewing.open("/shots", 5)
    viewing.switch_sequence(3)
    viewing.model.go_to(2)
    viewing.switch_sequence(-3)
    assert viewing.state.number == 2
    viewing.model.go_to(28)
    viewing.switch_sequence(3)
    assert viewing.state.number == 12


@pytest.mark.parametrize("moves", [[-1], [-1, 1]])
def test_after_a_move_the_number_is_the_one_that_is_seen_also_where_it_is_the_same_one(moves: list[int]) -> None:
    viewing = Viewing(dict(V))
    viewing.open("/shots", 25)
    viewing.switch_sequence(3)
    for by in moves:
        viewing.model.step(by)
    viewing.switch_sequence(-3)
    assert viewing.state.number == 12 + sum(moves)


def test_the_number_is_kept_while_frames_land() -> None:
    viewing = Viewing(dict(V))
    viewing.open("/shots", 25)
    viewing.switch_sequence(3)
    viewing.storage.files |= frames("v4", [13, 14])
    viewing.reload()
    assert viewing.state.number == 12
    viewing.switch_sequence(-3)
    assert viewing.state.number == 25


def test_what_was_said_of_one_sequence_is_not_said_of_the_next() -> None:
    viewing = Viewing(dict(V))
    viewing.open("/shots", 25)
    viewing.switch_sequence(3)
    assert viewing.state.answer.words
    viewing.switch_sequence(-3)
    assert viewing.state.answer.words == ""


DAY = "20240331_"
CAMERAS = files(left_=f"{DAY}120000.120 {DAY}120001.120 {DAY}120002.120") | files(
    right_=f"{DAY}120000.124 {DAY}120002.124 {DAY}120005.124 {DAY}120006.120"
)
VALUES = files(p_="0.25 0.5 1.75 2.75", u_="0.2500 1.7000 2.7500")


@pytest.mark.parametrize(
    ("shots", "begin", "moves", "name", "said"),
    [
        (CAMERAS, f"left_{DAY}120000.120", [1], f"right_{DAY}120000.124", "before the first one, 20240331_120000.124."),
        (CAMERAS, f"left_{DAY}120001.120", [1], f"right_{DAY}120000.124", "There is no file for frame 20240331_12000"),
        (CAMERAS, f"left_{DAY}120001.120", [1, -1], f"left_{DAY}120001.120", ""),
        (CAMERAS, f"right_{DAY}120006.120", [-1], f"left_{DAY}120002.120", "beyond the last one, 20240331_120002.120."),
        (VALUES, "p_0.5", [1], "u_0.2500", "There is no file for frame 0.5. The nearest is 0.2500."),
        (VALUES, "p_0.25", [1], "u_0.2500", ""),
        (VALUES, "p_1.75", [1], "u_1.7000", "There is no file for frame 1.75. The nearest is 1.7000."),
        (VALUES, "u_1.7000", [-1, 1], "u_1.7000", ""),
    ],
)
def test_moments_and_values_open_at_the_nearest_and_it_is_said(
    shots: dict[str, bytes | BaseException], begin: str, moves: list[int], name: str, said: str
) -> None:
    viewing = Viewing(dict(shots))
    viewing.open(f"/shots/{begin}.png")
    for by in moves:
        viewing.switch_sequence(by)
        viewing.load()
    assert viewing.state.name == f"{name}.png"
    assert said in viewing.state.answer.words
    assert bool(said) == bool(viewing.state.answer.words)


def test_numbers_of_another_kind_say_nothing_but_are_not_lost() -> None:
    viewing = Viewing(frames("a", range(1, 31)) | files(b_="0.25 0.5 1.75 2.75", c="at dog"))
    viewing.open("/shots", 17)
    for name in ("b_0.25.png", "cat.png"):
        viewing.switch_sequence(1)
        assert (viewing.state.name, viewing.state.message) == (name, "")
    viewing.switch_sequence(-2)
    assert viewing.state.name == "a.0017.png"


# Loaded before


def test_after_a_rest_the_frames_with_this_number_before_and_after_are_ready() -> None:
    viewing = three()
    assert of_others(viewing) == []
    rest(viewing)
    assert of_others(viewing) == ["v3.0017", "v1.0017"]
    reads = len(viewing.storage.reads)
    for by, expected in ((1, b"v3 17"), (-2, b"v1 17")):
        viewing.switch_sequence(by)
        assert (viewing.state.is_true, content(viewing.state)) == (True, expected)
    assert len(viewing.storage.reads) == reads, "nothing has had time to be read"


def test_at_rest_nothing_more_is_read() -> None:
    viewing = three()
    rest(viewing)
    before = list(viewing.storage.reads)
    rest(viewing, 20)
    assert viewing.storage.reads == before


def test_steps_and_playing_load_none() -> None:
    viewing = three()
    for _ in range(20):
        viewing.model.step(1)
        viewing.live(0.5 * AT_REST)
    viewing.model.play(1)
    viewing.live(2)
    assert of_others(viewing) == []


def test_a_held_key_stops_what_is_being_read_for_others() -> None:
    viewing = three()
    viewing.loop.advance(AT_REST)
    assert {path[7:14] for path in viewing.under_way} >= {"v3.0017", "v1.0017"}
    viewing.model.step(1, repeated=True)
    viewing.end_cancelled()
    assert not {"v3.0017", "v1.0017"} & {path[7:14] for path in viewing.under_way}


def test_they_come_after_the_frames_around_the_playhead_and_before_all_others() -> None:
    viewing = Viewing(frames("v1", range(1, 31)) | frames("v2", range(1, 101)), NEAR_ALONE.changed(reads_at_once=2))
    viewing.model.open("/shots", 17)
    viewing.list_folder()
    viewing.loop.advance(AT_REST)
    while "/shots/v1.0017.png" not in viewing.storage.reads:
        viewing.readers.finish()
        viewing.decoders.finish_all()
        viewing.loop.turn()
    before = viewing.storage.reads[: viewing.storage.reads.index("/shots/v1.0017.png")]
    around = [f"/shots/v2.{number:04d}.png" for number in (17, 18, 19, 20, 16)]
    assert before[:AROUND] == around
    assert len(before) <= AROUND + 2, "which were under way"


def test_with_one_reader_for_what_is_ahead_each_is_read_once() -> None:
    viewing = three(reads_at_once=2)
    rest(viewing)
    assert of_others(viewing) == ["v3.0017", "v1.0017"]


@pytest.mark.parametrize(("fit", "others"), [(AROUND - 1, 0), (AROUND, 0), (AROUND + 1, 1), (AROUND + 2, 2)])
def test_they_never_take_the_memory_of_the_frames_around_the_playhead(fit: int, others: int) -> None:
    viewing = three(small=True)
    viewing.model._loader.set_budget(int((fit + 0.5) * 4 * LARGE.width * LARGE.height / (1 - 1 / 8)), 0.05)  # noqa: SLF001 - smaller than can be set
    for number in (16, 17):  # anew, so that memory is shared out by need
        viewing.model.go_to(number)
        rest(viewing, 4)
    here = [name for name in ("v1.0017", "v3.0017") if viewing.model._loader.holdings.is_ready(f"/shots/{name}.png")]  # noqa: SLF001
    around = [number for number in (17, 18, 19, 20, 16) if viewing.model.canvas.is_here(number)]
    assert len(around) == min(fit, AROUND)
    assert len(here) == others
    reads = len(viewing.storage.reads)
    rest(viewing, 10)
    assert len(viewing.storage.reads) == reads, "nothing is read again and again"


@pytest.mark.parametrize("wrong", [b"damaged", StorageError("It may not be read.")])
def test_one_that_fails_is_not_tried_again_and_again_and_disturbs_nothing(wrong: bytes | BaseException) -> None:
    viewing = three()
    viewing.storage.files["/shots/v3.0017.png"] = wrong
    rest(viewing, 20)
    assert viewing.storage.reads.count("/shots/v3.0017.png") == 1
    assert "/shots/v1.0017.png" in viewing.storage.reads
    assert (viewing.state.is_true, viewing.state.offline, viewing.state.message) == (True, "", "")


def test_one_that_would_need_the_memory_of_others_is_left_until_it_is_wanted() -> None:
    def decode(data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        if bytes(data) == b"v3 17" and most_bytes < 100 * MB:
            raise ImageTooLargeError("Too large.", 100 * MB)
        return decode_with_small(data, fit_size, most_bytes)

    viewing = Viewing(
        frames("v2", range(1, 101)) | frames("v3", range(1, 31)), NEAR_ALONE.changed(cache_bytes=512 * MB)
    )
    viewing.decode = decode
    viewing.__post_init__()
    viewing.open("/shots", 17)
    rest(viewing, 5)
    assert viewing.model._loader.holdings.reserved == 0  # noqa: SLF001 - what no other verb tells
    assert viewing.storage.reads.count("/shots/v3.0017.png") == 1
    viewing.switch_sequence(1)
    viewing.load()
    viewing.loop.turn()
    viewing.load()
    assert (viewing.state.is_true, content(viewing.state)) == (True, b"v3 17")


def test_while_a_folder_is_being_listed_none_is_loaded() -> None:
    viewing = three(17)
    viewing.model.open("/shots/v2.0017.png")
    viewing.loop.turn()
    viewing.load()
    viewing.loop.advance(2)
    viewing.load()
    assert viewing.state.listing
    assert of_others(viewing) == []


def test_the_only_sequence_has_none_beside_it() -> None:
    viewing = Viewing(numbered(30) | numbered(30, "/other"), NEAR_ALONE)
    viewing.open("/shots", 17)
    rest(viewing)
    assert not [path for path in viewing.storage.reads if not path.startswith("/shots/a.")]


@pytest.mark.parametrize(
    ("missing", "loaded"), [(MissingPolicy.GAP, []), (MissingPolicy.HOLD, ["8"]), (MissingPolicy.SKIP, ["8"])]
)
def test_of_a_gap_what_is_shown_there_is_loaded(missing: MissingPolicy, loaded: list[str]) -> None:
    shots = frames("v1", range(1, 31)) | frames("v2", range(1, 30))
    del shots["/shots/v2.0009.png"]
    viewing = Viewing(shots, NEAR_ALONE.changed(missing=missing))
    viewing.open("/shots", 9)
    rest(viewing)
    assert [path[10:14].lstrip("0") for path in viewing.storage.reads if "/v2." in path] == loaded
    viewing.switch_sequence(1)
    assert content(viewing.state) == (b"v2 8" if loaded else b"")


def test_frames_of_others_are_not_counted_with_those_of_the_sequence() -> None:
    viewing = three()
    rest(viewing)
    assert viewing.state.activity.frames_held == NEAR_ONLY
    viewing.switch_sequence(1)
    rest(viewing)
    assert viewing.state.activity.frames_held == 30
