"""The canvas, shown snapshots without a viewer: what it paints, and what it says it has painted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from viewer.core.frame import Frame, FrameNumber, Layout, Picture, Size
from viewer.gui.theme import DARK
from viewer.gui.widgets.canvas import Canvas
from viewer.model.view_state import Shown, ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QImage
    from pytestqt.qtbot import QtBot


def frame_of(size: Size, grey: int) -> Frame:
    return Frame(bytes((grey, grey, grey, 255)) * (size.width * size.height), size, Layout.BGRX, 4 * size.width)


def state_of(picture: Picture, number: int = 7, name: str = "a.7.png") -> ViewState:
    return ViewState(number=FrameNumber(number), name=name, shown=Shown(FrameNumber(number), picture, name))


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas(DARK)
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def small(grey: int = 90) -> Picture:
    size = Size(40, 30)
    return Picture(size, "8-bit RGB", frame_of(size, grey), None)


def test_a_frame_is_told_to_be_painted_once(canvas: Canvas) -> None:
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    state = state_of(small())
    canvas.show_state(state)
    canvas.show_state(replace(state, names_seen=9))
    assert painted == [7]


def test_a_picture_made_anew_of_the_same_frames_is_not_painted_again(canvas: Canvas) -> None:
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    picture = small()
    canvas.show_state(state_of(picture))
    canvas.show_state(state_of(replace(picture)))
    assert painted == [7]


def test_another_file_of_the_same_number_and_trouble_is_told_to_be_painted(canvas: Canvas) -> None:
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    trouble = ViewState(number=FrameNumber(7), name="a.png", problem="Frame 7 cannot be shown. The file is empty.")
    canvas.show_state(trouble)
    canvas.show_state(replace(trouble, name="b.png"))
    assert painted == [7, 7]


def test_a_picture_of_another_frame_is_not_told_to_be_that_of_this(canvas: Canvas) -> None:
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    state = state_of(small())
    canvas.show_state(replace(state, number=FrameNumber(8), name="a.8.png", notice="loading 8 · showing 7"))
    assert painted == []


def test_a_hidden_canvas_tells_of_a_frame_when_it_is_on_screen_again(canvas: Canvas, qtbot: QtBot) -> None:
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    canvas.hide()
    canvas.show_state(state_of(small()))
    assert painted == []
    canvas.show()
    qtbot.waitUntil(lambda: painted == [7])


def test_no_picture_is_held_when_none_is_shown(canvas: Canvas) -> None:
    canvas.show_state(state_of(small()))
    canvas.show_state(ViewState())
    assert canvas._image is None  # noqa: SLF001 - its memory is what counts
    assert canvas.current_image() is None


def standing_in(width: int = 4000, height: int = 3000) -> ViewState:
    size = Size(width, height)
    picture = Picture(
        size, "8-bit RGB", None, Frame(bytes((0, 0, 0, 255, 200, 200, 200, 255)), Size(2, 1), Layout.BGRX, 8)
    )
    return ViewState(
        number=FrameNumber(7), name="a.7.png", shown=Shown(FrameNumber(7), picture, "a.7.png", is_stand_in=True)
    )


def test_a_stand_in_takes_the_place_of_the_frame_and_is_never_told_to_be_painted(canvas: Canvas) -> None:
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    canvas.show_state(standing_in())
    image = canvas.grab().toImage()
    assert canvas.viewport.picture == Size(4000, 3000)
    assert image.pixelColor(2, 150).lightness() < 20
    assert image.pixelColor(397, 150).lightness() > 180
    assert 40 < image.pixelColor(200, 150).lightness() < 160, "blended, whatever the preference"
    assert painted == []
    assert canvas.current_image() is None, "it is nothing to be copied"
    canvas.show_state(state_of(small()))
    assert painted == [7]


def test_zoom_and_place_are_kept_from_a_stand_in_to_its_frame(canvas: Canvas) -> None:
    canvas.show_state(standing_in(40, 30))
    canvas.zoom_to(30)
    before = canvas.viewport
    canvas.show_state(state_of(small()))
    assert canvas.viewport == before


def test_a_share_that_does_not_answer_is_told_over_the_picture(canvas: Canvas) -> None:
    state = state_of(small())
    canvas.show_state(state)
    picture = canvas.grab().toImage()
    canvas.show_state(replace(state, offline="The share does not answer."))
    offline = canvas.grab().toImage()
    canvas.show_state(replace(state, message="The share does not answer."))
    message = canvas.grab().toImage()
    assert offline != picture
    assert offline != message, "it looks unlike other messages"
    assert offline.copy(0, 100, 400, 200) == picture.copy(0, 100, 400, 200)


def test_each_kind_of_problem_looks_different(canvas: Canvas) -> None:
    looks = []
    for kind in ("", "missing", "unreadable", "writing", "unreachable"):
        canvas.show_state(ViewState(number=FrameNumber(7), problem="Frame 7 is not here.", problem_kind=kind))
        looks.append(canvas.grab().toImage())
    assert all(one != other for one, other in itertools.combinations(looks, 2))


def test_what_is_said_never_covers_what_else_is_said(canvas: Canvas) -> None:
    def rows_that_differ(one: QImage, other: QImage) -> list[int]:
        width = range(0, one.width(), 2)
        return [y for y in range(120) if any(one.pixel(x, y) != other.pixel(x, y) for x in width)]

    state = replace(state_of(small()), message="The folder is not there any more. " * 4)
    canvas.show_state(state)
    message = canvas.grab().toImage()
    canvas.show_state(replace(state, message=""))
    nothing = canvas.grab().toImage()
    canvas.show_state(replace(state, notice="loading 7 · " + "a long path " * 20))
    both = canvas.grab().toImage()
    assert rows_that_differ(nothing, message)[-1] < rows_that_differ(message, both)[0]
    canvas.show_state(replace(state, message="", offline="The share does not answer."))
    offline = canvas.grab().toImage()
    canvas.show_state(replace(state, message="Short.", offline="The share does not answer."))
    assert rows_that_differ(nothing, offline)[-1] < rows_that_differ(offline, canvas.grab().toImage())[0]
