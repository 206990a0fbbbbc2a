"""Turning pictures: points, parts and pixels go to the same place, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from viewer.core.display.look import AS_IT_IS, on_screen, to_bgrx
from viewer.core.display.orientation import UPRIGHT, Orientation, turned
from viewer.core.display.pixels import as_array, frame_of
from viewer.core.frame import GREY, Frame, Size

ALL = [Orientation(quarters, is_mirrored) for quarters in range(4) for is_mirrored in (False, True)]
PIXELS = (np.arange(7 * 40, dtype=np.uint32) | np.uint32(0xFF000000)).reshape(7, 40)
FRAME = frame_of(PIXELS, "")


@pytest.mark.parametrize("orientation", ALL)
def test_pixels_and_parts_of_a_picture_go_to_the_same_place_and_back(orientation: Orientation) -> None:
    made = turned(FRAME, orientation)
    assert made.size == orientation.size(Size(40, 7))
    left, top, width, height = orientation.part((3, 2, 5, 4), FRAME.size)
    part = as_array(made)[top : top + height, left : left + width]
    assert {*part.flat} == {*PIXELS[2:6, 3:8].flat}
    for at in ((0, 0), (39, 0), (7, 6)):
        column, row = orientation.part((*at, 1, 1), FRAME.size)[:2]
        assert as_array(made)[row, column] == PIXELS[at[1], at[0]]
    assert np.array_equal(as_array(turned(made, orientation.inverse)), PIXELS)
    assert orientation.inverse.part((left, top, width, height), made.size) == (3, 2, 5, 4)


@pytest.mark.parametrize("orientation", ALL)
def test_each_command_turns_what_is_seen(orientation: Orientation) -> None:
    seen: Any = as_array(turned(FRAME, orientation))
    for after, expected in (
        (orientation.rotated(1), np.rot90(seen, -1)),
        (orientation.rotated(-1), np.rot90(seen)),
        (orientation.flipped(upside_down=False), seen[:, ::-1]),
        (orientation.flipped(upside_down=True), seen[::-1]),
    ):
        assert np.array_equal(as_array(turned(FRAME, after)), expected)


def test_a_look_turns_what_is_painted_and_as_it_is_nothing_is_made() -> None:
    assert turned(FRAME, UPRIGHT) is FRAME
    assert on_screen(FRAME) is FRAME
    deep = Frame((np.arange(12, dtype=np.uint16).reshape(3, 4) * 1000,), GREY)
    look = replace(AS_IT_IS, orientation=Orientation(1))
    for painted in (on_screen(deep, look), to_bgrx(deep, look)):
        assert np.array_equal(as_array(painted), np.rot90(as_array(on_screen(deep)), -1))
    assert Orientation(3, is_mirrored=True).words == "turned 270° and mirrored"
    assert UPRIGHT.words == ""
