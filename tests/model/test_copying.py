"""Copying a picture: on a worker, at its own size, and of what was shown when it was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import HandExecutor
from loading import Bench

from viewer.core.display.look import Look
from viewer.core.display.picture import Picture
from viewer.core.display.pixels import as_array
from viewer.core.frame import GREY, Frame, FrameNumber, Range, Size
from viewer.model.copying import Copying
from viewer.model.refresher import Refresher
from viewer.model.view_state import Shown, ViewState

LOOK, OTHER = Look(Range(0.0, 1000.0)), Look(Range(0.0, 2000.0))


def frame_of(value: int) -> Frame:
    return Frame((np.full((30, 40), value, np.uint16),), GREY)


def shown_of(source: Frame | None, display: Frame | None = None, path: str = "") -> Shown:
    return Shown(FrameNumber(1), Picture(Size(40, 30), "", source, display), "a.1.pgm", path=path)


ONE, TWO = frame_of(500), frame_of(900)


class Clipboard:
    """What was copied: how wide it is and how bright."""

    def __init__(self) -> None:
        self.bench = Bench(60)
        self.chores = HandExecutor(self.bench.loop, 1)
        self.refresher = Refresher(self.bench.loop, lambda: None, lambda _is_due: ViewState())
        self.copying = Copying(self.bench.loader, self.refresher, self.chores, self.bench.storage)
        self.converted: list[Frame] = []
        self.taken: list[tuple[int, int]] = []
        self.bench.visit(0)

    def copy(self, frame: Frame | Shown, look: Look = LOOK, old: str = "") -> None:
        shown = frame if isinstance(frame, Shown) else shown_of(frame)
        self.copying.copy(shown, look, self._convert, self.taken.append, old)
        self.bench.loop.turn()

    def _convert(self, frame: Frame) -> tuple[int, int]:
        self.converted.append(frame)
        return frame.size.width, int(as_array(frame)[0, 0] & 255)


def test_a_copy_is_made_on_a_worker_of_what_was_shown_then_and_told_when_it_is_there() -> None:
    clipboard = Clipboard()
    copied = "Copied 40 × 30 picture"  # noqa: RUF001 - "times"
    for times, old, words in ((1, "", copied), (2, "as of 12:04, checking", f"{copied}: as of 12:04, checking")):
        clipboard.copy(ONE, old=old)
        assert len(clipboard.converted) == len(clipboard.taken)
        assert clipboard.refresher.answered.serial == times - 1
        clipboard.bench.visit(20)
        assert clipboard.taken[-1] == (40, 128)
        assert clipboard.refresher.answered == (words, times)


@pytest.mark.parametrize(
    ("asked", "made", "taken"),
    [
        ([(ONE, LOOK)] * 3, 1, [128]),
        ([(ONE, LOOK), (ONE, OTHER)], 2, [64]),
        ([(ONE, LOOK), (TWO, LOOK), (ONE, LOOK)], 2, [128]),
        ([(ONE, LOOK), (ONE, OTHER), (TWO, OTHER), (TWO, LOOK)], 2, [230]),
    ],
)
def test_of_several_that_are_asked_for_at_once_the_last_is_there(
    asked: list[tuple[Frame, Look]], made: int, taken: list[int]
) -> None:
    clipboard = Clipboard()
    for frame, look in asked:
        clipboard.copy(frame, look)
        assert len(clipboard.bench.painters.waiting) == 1, "one at a time: each takes much memory"
    clipboard.bench.settle()
    assert len(clipboard.converted) == made
    assert [brightness for _, brightness in clipboard.taken] == taken
    clipboard.copy(TWO)
    clipboard.bench.settle()
    assert clipboard.taken[-1] == (40, 230)


def test_frames_are_painted_while_a_copy_is_made() -> None:
    clipboard = Clipboard()
    clipboard.copy(ONE)
    clipboard.bench.loader.screens.show(Look(gamma=2.0), None)
    clipboard.bench.loop.turn()
    assert len(clipboard.bench.painters.waiting) == 2


def test_nothing_is_copied_once_the_window_is_closed() -> None:
    clipboard = Clipboard()
    clipboard.copy(ONE)
    clipboard.bench.loader.close()
    clipboard.bench.painters.finish_all()
    assert clipboard.taken == []
    assert not clipboard.refresher.news


def test_of_a_copy_for_the_window_the_whole_is_had_first() -> None:
    clipboard = Clipboard()
    path = "/shot/whole.pgm"
    only_a_copy = shown_of(None, frame_of(900), path)
    for content, taken in ((b"P5 40 30 65535\n" + bytes([1, 244]) * 1200, [(40, 128)]), (b"P5 40", [])):
        clipboard.bench.storage.files[path] = content
        clipboard.taken.clear()
        for _ in range(2):
            clipboard.copy(only_a_copy)
        assert len(clipboard.chores.waiting) == 1
        clipboard.chores.finish()
        clipboard.bench.settle()
        assert clipboard.taken == taken
    assert clipboard.refresher.complaint.startswith("The picture could not be copied: ")
    clipboard.copy(only_a_copy)
    clipboard.copy(TWO)
    clipboard.chores.finish()
    clipboard.bench.settle()
    assert clipboard.taken == [(40, 230)], "what was asked for last"


def test_a_copy_that_cannot_be_made_is_said() -> None:
    clipboard = Clipboard()

    def fail(_frame: Frame) -> tuple[int, int]:
        raise MemoryError

    clipboard.copying.copy(shown_of(ONE), LOOK, fail, clipboard.taken.append, "")
    clipboard.bench.loop.turn()
    clipboard.bench.settle()
    assert clipboard.refresher.complaint == "The picture could not be copied: MemoryError."
    clipboard.copy(ONE)
    clipboard.bench.settle()
    assert clipboard.taken == [(40, 128)]
