"""What is on the canvas of frames that need a look: while it changes, while they are painted, and by whose range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from viewing import Viewing

from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.picture import VisiblePart
from viewer.core.display.pixels import as_array
from viewer.core.frame import FrameNumber, Range, Size
from viewer.core.storage import transfer
from viewer.model.measuring import REST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.model.view_state import Shown, ViewState

SIZE, FIT = Size(40, 20), Size(20, 20)
PART = VisiblePart(10, 5, 20, 10, Size(20, 10))


@pytest.fixture(scope="module", autouse=True)
def _nobody_waits_at_the_gate() -> Iterator[None]:
    """Reads that are finished by hand come to an end though another one is to go first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "PAUSE_LIMIT", 0.0)
        yield


def tiff(number: int, dtype: str = "u2", size: Size = SIZE) -> bytes:
    """Returns a file of two halves: 1,000 times its number, and 2,000 more; of bytes, the lower ones."""
    array = np.full((size.height, size.width), 1000 * number)
    array[:, size.width // 2 :] += 2000
    return pictures.tiff(array.astype(dtype), photometric="minisblack")


def of(*contents: bytes) -> dict[str, bytes | BaseException]:
    return {f"/shots/a.{number:04d}.tif": content for number, content in enumerate(contents, 1)}


class Watched(Viewing):
    """A viewer of real files that looks at each of its snapshots."""

    def __init__(self, *contents: bytes) -> None:
        super().__init__(of(*contents), decode=DecoderRegistry().picture)
        self.model.listen(self.hear)
        self.model.canvas.set_fit_size(FIT)
        self.is_watching = True

    def hear(self, state: ViewState) -> None:
        """Sees to it that what is painted is always of the frame that it is said to be of, and by its look."""
        self.states.append(state)
        shown, before = state.shown, self.states[-2] if len(self.states) > 1 else state
        if shown is None or shown.is_stand_in or not self.is_watching:
            return
        if shown.screen is None:
            assert self.model.canvas.shown is not shown or shown.picture.kind is None or shown.picture.kind.bits <= 8
        elif shown.is_outdated:
            assert before.shown is not None
            assert before.shown.number == shown.number
        elif state.is_true and state.levels.look.range is not None and not state.levels.origin.startswith("own"):
            assert shown.screen.look.range == state.levels.look.range

    def shown(self) -> Shown:
        """Returns what is on the canvas, which must be something."""
        shown = self.state.shown
        assert shown is not None
        return shown

    def range(self) -> Range | None:
        """Returns the range that is painted with, None for a frame painted as it is."""
        screen = self.shown().screen
        return None if screen is None else screen.look.range

    def levels(self) -> tuple[int, int]:
        """Returns how bright both halves are painted."""
        shown = self.shown()
        frame = shown.picture.display if shown.screen is None else shown.screen.frame
        assert frame is not None
        pixels = as_array(frame)
        return int(pixels[0, 0] & 255), int(pixels[0, -1] & 255)

    def part(self) -> tuple[int, int, int, int] | None:
        """Returns which part of the picture is painted, None for all."""
        screen = self.shown().screen
        return None if screen is None else screen.part

    def is_waiting(self) -> bool:
        """Returns whether the range of the first frame is waited for."""
        return self.model.levels.awaits_first_frame

    def go(self, number: int) -> ViewState:
        """Goes to a frame, lets it load and be seen."""
        self.model.go_to(number)
        self.load()
        self.see()
        return self.state


# While the look changes


def test_the_frame_on_the_canvas_keeps_its_old_look_until_the_new_one_is_made() -> None:
    viewing = Watched(*map(tiff, range(1, 6)))
    before = viewing.open("/shots").shown
    assert before is not None
    assert before.screen is not None
    assert viewing.levels() == (0, 255)
    viewing.model.levels.set_range(0, 6000)
    shown = viewing.shown()
    assert (shown.is_outdated, shown.screen, shown.number) == (True, before.screen, 1)
    assert viewing.state.is_true
    viewing.model.levels.set_range(0, 4000)
    viewing.loop.turn()
    viewing.painters.finish()
    shown = viewing.shown()
    assert shown.is_outdated
    assert viewing.range() == (0, 6000), "not the newest one, but newer than what was there"
    viewing.painters.finish()
    shown = viewing.shown()
    assert not shown.is_outdated
    assert viewing.levels() == (64, 191)


def test_a_step_to_a_frame_that_is_not_painted_keeps_the_last_one_until_it_is() -> None:
    viewing = Watched(*map(tiff, range(1, 6)))
    viewing.open("/shots")
    viewing.model.levels.set_range(0, 8000)
    viewing.loop.turn()
    viewing.painters.finish()
    assert viewing.levels() == (32, 96)
    viewing.model.step(1)
    state = viewing.state
    assert state.shown is not None
    assert (state.number, state.shown.number, state.is_true, state.notice) == (2, 1, False, "")
    assert viewing.levels() == (32, 96)
    while viewing.painters.waiting and not viewing.state.is_true:
        viewing.painters.finish()
    state = viewing.state
    assert state.shown is not None
    assert (state.shown.number, state.is_true) == (2, True)
    assert viewing.levels() == (64, 128)


def test_whatever_is_done_no_picture_of_another_look_is_shown_as_that_of_the_frame() -> None:
    viewing = Watched(*map(tiff, range(1, 9)))
    viewing.open("/shots")
    for turn in range(40):
        viewing.model.step(1 if turn % 16 < 8 else -1)
        if turn % 3 == 0:
            viewing.model.levels.set_range(0, 3000 + 100 * turn)
        if turn % 7 == 0:
            viewing.model.canvas.set_view(PART._replace(left=turn % 20))
        for each in (viewing.painters, viewing.decoders):
            if each.waiting and turn % 2:
                each.finish()
        viewing.loop.turn()
    viewing.load()
    assert viewing.state.is_true
    assert viewing.range() == (0, 6900)


def test_a_part_is_painted_in_time_and_then_all_again() -> None:
    viewing = Watched(tiff(1), tiff(2))
    viewing.open("/shots")
    whole = viewing.state.shown
    assert whole is not None
    viewing.model.canvas.set_view(PART)
    shown = viewing.shown()
    assert shown.is_outdated
    assert whole.screen is shown.screen
    viewing.painters.finish_all()
    assert (viewing.shown().is_outdated, viewing.part()) == (False, PART[:4])
    viewing.model.canvas.set_view(None)
    viewing.load()
    assert (viewing.shown().is_outdated, viewing.part()) == (False, None)
    assert viewing.shown().screen is not None


def test_bytes_with_alpha_are_painted_as_they_are_again_when_they_are_fitted() -> None:
    rgba = pictures.tiff(np.asarray(pictures.rgba()), photometric="rgb", extrasamples=["unassalpha"])
    viewing = Watched(rgba, rgba)
    viewing.open("/shots")
    assert viewing.shown().screen is None
    viewing.model.canvas.set_view(PART)
    viewing.load()
    shown = viewing.shown()
    assert shown.screen is not None
    viewing.model.canvas.set_view(None)
    shown = viewing.shown()
    assert (shown.screen, shown.is_outdated) == (None, False)


@pytest.mark.parametrize("new", [tiff(3, size=Size(20, 40)), tiff(3, "f4"), tiff(0, "u1")])
def test_a_file_written_anew_is_shown_as_it_was_until_it_is_painted(new: bytes) -> None:
    viewing = Watched(tiff(1), tiff(2))
    viewing.is_watching = False
    before = viewing.open("/shots").shown
    assert before is not None
    viewing.files["/shots/a.0001.tif"] = new
    viewing.storage.modified["/shots/a.0001.tif"] = 9
    viewing.reload()
    viewing.readers.finish_all()
    viewing.model.levels.set_range(0, 9000)
    viewing.decoders.finish()
    shown = viewing.shown()
    if shown.is_outdated:
        assert shown.screen is before.screen
        assert shown.picture.size == before.picture.size, "all of it is of the file as it was"
    else:
        assert shown.picture.kind != before.picture.kind, "a look that is not for this kind has not changed for it"
    viewing.settle()
    shown = viewing.shown()
    assert not shown.is_outdated
    assert (shown.picture.kind, shown.picture.size) != (before.picture.kind, before.picture.size)


# By whose range


def test_the_range_of_the_frame_first_shown_is_that_of_all() -> None:
    viewing = Watched(*map(tiff, range(1, 6)))
    state = viewing.open("/shots")
    assert [*state.levels.look.ranges.values()] == [Range(1000, 3000)]
    assert (state.levels.is_locked, state.levels.origin_frame) == (True, None)
    assert [(viewing.go(number), viewing.levels())[1] for number in (1, 2, 3, 4)] == [
        (0, 255),
        (128, 255),
        (255, 255),
        (255, 255),
    ]
    assert viewing.model.canvas.thumbnail(3) is not None


def test_opened_in_the_middle_it_is_that_of_this_frame_until_that_of_the_first_is_taken() -> None:
    viewing = Watched(*map(tiff, range(1, 100)))
    state = viewing.open("/shots", 60)
    assert state.levels.origin_frame == 60
    assert viewing.range() == (60_000, 62_000)
    before = len(viewing.storage.reads)
    viewing.model.levels.use_first_frame()
    assert viewing.is_waiting()
    viewing.chores.finish_all()
    assert not viewing.is_waiting()
    viewing.load()
    assert len(viewing.storage.reads) <= before + 1, "at most the first frame"
    assert viewing.state.levels.origin_frame is None
    assert viewing.range() == (1000, 3000)
    assert viewing.go(1).levels.origin_frame is None
    assert viewing.levels() == (0, 255)


def test_of_first_frames_without_a_range_the_next_one_has_it_and_that_is_said() -> None:
    empty = pictures.tiff(np.full((1, 4), np.nan, "f4"), photometric="minisblack")
    viewing = Watched(b"damaged", empty, *map(tiff, range(3, 80)))
    viewing.open("/shots", 60)
    viewing.model.levels.use_first_frame()
    while viewing.is_waiting():
        assert viewing.chores.finish_all()
        viewing.loop.turn()
    viewing.load()
    assert viewing.state.levels.origin_frame is None
    assert viewing.range() == (3000, 5000)
    assert viewing.state.message.startswith("The first frame cannot be measured: ")
    assert viewing.state.message.endswith(" The range is that of frame 3.")
    assert ".." not in viewing.state.message


def test_where_no_frame_has_a_range_that_is_said_once() -> None:
    viewing = Watched(*[b"damaged"] * 3)
    viewing.open("/shots", 2)
    viewing.model.levels.use_first_frame()
    while viewing.is_waiting():
        assert viewing.chores.finish_all()
        viewing.loop.turn()
    assert viewing.state.message.startswith("The first frame cannot be measured: ")
    assert not viewing.state.message.endswith("..")


def test_each_channel_of_a_stack_has_a_range_of_its_own_also_that_of_its_first_page() -> None:
    def page(number: int) -> bytes:
        channel, slice_ = (number - 1) % 2 + 1, (number + 1) // 2
        samples = np.array([[0, 0, 2, 2]], np.uint16) * 100**channel + slice_
        return pictures.page_of(samples, f"channel {channel} of 2, slice {slice_} of 3")

    viewing = Watched(*map(page, range(1, 7)))
    state = viewing.open("/shots", 3)
    assert (viewing.range(), state.levels.origin_frame) == ((2, 202), 3)
    state = viewing.go(4)
    assert (viewing.range(), state.levels.origin_frame) == ((2, 20_002), 4)
    viewing.model.levels.use_first_frame()
    while viewing.is_waiting():
        assert viewing.chores.finish_all()
        viewing.loop.turn()
    viewing.load()
    assert (viewing.range(), viewing.state.levels.origin_frame) == ((1, 20_001), None)
    assert viewing.go(3).levels.origin_frame == 3
    fresh = Watched(*map(page, range(1, 7)))
    fresh.open("/shots")
    for number, range_ in ((1, (1, 201)), (2, (1, 20_001)), (5, (1, 201)), (6, (1, 20_001))):
        assert fresh.go(number).levels.origin_frame is None
        assert fresh.range() == range_


@pytest.mark.parametrize(
    ("other", "painted", "words"),
    [
        (tiff(0, "u1"), None, "own range"),
        (tiff(4, "f4"), Range(4000, 6000), "range of frame 3"),
        (tiff(4, "i2"), Range(4000, 6000), "range of frame 3"),
    ],
)
def test_a_frame_of_another_kind_has_its_own_range_and_that_is_said(
    other: bytes, painted: Range | None, words: str
) -> None:
    viewing = Watched(tiff(1), tiff(2), other, tiff(4))
    viewing.open("/shots")
    state = viewing.go(3)
    assert state.is_true
    assert viewing.range() == painted
    assert state.levels.origin.startswith(words)
    state = viewing.go(4)
    assert viewing.range() == (1000, 3000)
    assert state.levels.origin == ""


def test_a_range_that_leaves_a_frame_all_white_is_said_and_auto_helps() -> None:
    viewing = Watched(tiff(1), tiff(20))
    viewing.open("/shots")
    viewing.go(2)
    assert viewing.levels() == (255, 255)
    viewing.loop.advance(REST + 0.1)
    viewing.chores.finish_all()
    assert viewing.state.message == "All of this frame is white with this range. E: auto."
    viewing.model.levels.auto()
    viewing.chores.finish_all()
    viewing.load()
    assert viewing.levels() == (0, 255)
    viewing.loop.advance(REST + 0.1)
    viewing.chores.finish_all()
    assert viewing.state.message == ""


NAN, INF = float("nan"), float("inf")


def floats(*samples: float) -> bytes:
    array = np.asarray(samples, "f4").repeat(20)[np.newaxis].repeat(20, 0)
    return pictures.tiff(array, photometric="minisblack")


@pytest.mark.parametrize(
    ("content", "range_", "levels"),
    [
        (floats(NAN, NAN), Range(0, 1), (0, 0)),
        (floats(-INF, -INF), Range(0, 1), (0, 0)),
        (floats(INF, INF), Range(0, 1), (255, 255)),
        (floats(NAN, 7.5), Range(7.5, 8.5), (0, 0)),
        (floats(-INF, 7.5), Range(7.5, 8.5), (0, 0)),
        (floats(7.5, INF), Range(7.5, 8.5), (0, 255)),
        (floats(3.0, 3.0), Range(3.0, 4.0), (0, 0)),
        (pictures.tiff(np.full((20, 40), 77, "u2"), photometric="minisblack"), Range(77, 78), (0, 0)),
        (pictures.tiff(np.full((20, 40), 65535, "u2"), photometric="minisblack"), Range(0, 1), (255, 255)),
        (b"P5 40 20 1\n" + bytes(20 * [*[0] * 20, *[1] * 20]), Range(0, 1), (0, 255)),
    ],
)
def test_frames_in_which_hardly_anything_counts(content: bytes, range_: Range, levels: tuple[int, int]) -> None:
    viewing = Watched(content, content)
    viewing.model.canvas.set_fit_size(None)
    state = viewing.open("/shots")
    assert state.is_true
    assert state.problem == ""
    assert viewing.range() == range_
    assert viewing.levels() == levels
    viewing.loop.advance(REST + 0.1)
    viewing.chores.finish_all()
    assert viewing.state.levels.range == range_


def test_unlocked_each_frame_is_painted_with_its_own_range() -> None:
    viewing = Watched(*map(tiff, range(1, 6)))
    viewing.open("/shots")
    viewing.model.levels.set_locked(False)
    viewing.load()
    for number in (1, 2, 3, 2):
        state = viewing.go(number)
        assert viewing.range() == (1000 * number, 1000 * number + 2000)
        assert state.levels.words.startswith("auto each frame")
        assert viewing.levels() == (0, 255)


def test_a_range_from_the_command_line_is_that_of_all_kinds() -> None:
    viewing = Watched(tiff(1), tiff(2, "f4"), tiff(0, "u1"))
    viewing.model.levels.set_fixed(Range(0, 4000))
    viewing.open("/shots")
    assert [(viewing.go(number), viewing.levels())[1] for number in (1, 2)] == [(64, 191), (128, 255)]


def test_thumbnails_of_frames_follow_the_look() -> None:
    viewing = Watched(*map(tiff, range(1, 6)))
    viewing.open("/shots")

    def bright(number: int) -> int:
        found: Any = viewing.model.canvas.thumbnail(number)
        assert found[0] == FrameNumber(number)
        return int(as_array(found[1])[0, 0] & 255)

    assert [bright(number) for number in (1, 2)] == [0, 128]
    viewing.model.levels.set_range(0, 5000)
    assert [bright(number) for number in (1, 2)] == [51, 102]
    listed = viewing.model.folder.thumbnail(0)
    assert listed is not None
    assert as_array(listed)[0, 0] & 255 == 51
