# mypy: untyped-calls-exclude=pytestqt
"""The canvas, shown snapshots without a viewer: what it paints, and what it says it has painted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pictures
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QImage, QMouseEvent
from PyQt5.QtWidgets import QApplication

from viewer.core.display.picture import Picture
from viewer.core.frame import Frame, FrameNumber, Size
from viewer.core.spans import Span
from viewer.gui.theme import DARK, LIGHT, Colours
from viewer.gui.widgets.canvas import Canvas
from viewer.model.sequence_settings import Zoom
from viewer.model.view_state import SequenceView, Shown, ViewState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def frame_of(size: Size, grey: int) -> Frame:
    return pictures.bgrx(bytes((grey, grey, grey, 255)) * (size.width * size.height), size)


def state_of(picture: Picture, number: int = 7, name: str = "a.7.png") -> ViewState:
    return ViewState(number=FrameNumber(number), name=name, shown=Shown(FrameNumber(number), picture, name))


class PaintedCanvas(Canvas):
    """A canvas that paints each snapshot, as the window has it do."""

    def show_state(self, state: ViewState) -> None:
        super().show_state(state)
        self.show_now()


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = PaintedCanvas(DARK)
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def painted(canvas: Canvas) -> list[int]:
    """The numbers that the canvas tells to have painted."""
    numbers: list[int] = []
    canvas.painted.connect(numbers.append)
    return numbers


def small(grey: int = 90) -> Picture:
    size = Size(40, 30)
    return Picture(size, "8-bit RGB", frame_of(size, grey), None)


def test_a_number_of_more_than_32_bits_is_told_whole(canvas: Canvas, painted: list[int]) -> None:
    number = FrameNumber(1_673_721_000_000_000_000)
    canvas.show_state(ViewState(number=number, name="a.png", problem="The file is empty."))
    assert painted == [number]


def test_a_frame_is_told_to_be_painted_once_and_another_file_of_its_number_again(
    canvas: Canvas, painted: list[int]
) -> None:
    picture = small()
    canvas.show_state(state_of(picture))
    canvas.show_state(replace(state_of(picture), names_seen=9))
    canvas.show_state(state_of(replace(picture)))  # made anew of the same frames
    assert painted == [7]
    trouble = ViewState(number=FrameNumber(7), name="a.png", problem="Frame 7 cannot be shown. The file is empty.")
    canvas.show_state(trouble)
    canvas.show_state(replace(trouble, name="b.png"))
    assert painted == [7, 7, 7]


def test_a_picture_of_another_frame_is_not_told_to_be_that_of_this(canvas: Canvas, painted: list[int]) -> None:
    state = state_of(small())
    canvas.show_state(replace(state, number=FrameNumber(8), name="a.8.png", notice="loading 8 · showing 7"))
    assert painted == []


def test_a_hidden_canvas_tells_of_a_frame_when_it_is_on_screen_again(
    canvas: Canvas, painted: list[int], qtbot: QtBot
) -> None:
    canvas.hide()
    canvas.show_state(state_of(small()))
    assert painted == []
    canvas.show()
    qtbot.waitUntil(lambda: painted == [7])


def test_no_picture_is_held_when_none_is_shown(canvas: Canvas) -> None:
    canvas.show_state(state_of(small()))
    canvas.show_state(ViewState())
    assert canvas._image is None  # noqa: SLF001 - its memory is what counts
    assert canvas.to_copy() is None


def standing_in(width: int = 4000, height: int = 3000) -> ViewState:
    size = Size(width, height)
    picture = Picture(size, "8-bit RGB", None, pictures.bgrx(bytes((0, 0, 0, 255, 200, 200, 200, 255)), Size(2, 1)))
    return ViewState(
        number=FrameNumber(7), name="a.7.png", shown=Shown(FrameNumber(7), picture, "a.7.png", is_stand_in=True)
    )


def test_a_stand_in_takes_the_place_of_the_frame_and_is_never_told_to_be_painted(
    canvas: Canvas, painted: list[int]
) -> None:
    canvas.show_state(standing_in())
    image = canvas.grab().toImage()
    assert canvas.viewport.picture == Size(4000, 3000)
    assert image.pixelColor(2, 150).lightness() < 20
    assert image.pixelColor(397, 150).lightness() > 180
    assert 40 < image.pixelColor(200, 150).lightness() < 160, "blended, whatever the preference"
    assert painted == []
    assert canvas.to_copy() is None, "it is nothing to be copied"
    canvas.show_state(state_of(small()))
    assert painted == [7]


def test_there_is_a_zoom_while_there_is_a_picture(canvas: Canvas) -> None:
    zooms: list[str] = []
    canvas.zoom_changed.connect(zooms.append)
    picture = state_of(small())
    damaged = replace(picture, shown=None, number=FrameNumber(8), problem="Damaged.", problem_kind="unreadable")
    for state in (picture, replace(damaged, shown=picture.shown), picture, damaged, ViewState(), picture):
        canvas.show_state(state)
    canvas.zoom_to(2)
    assert zooms == [*["Fit 1000 %", ""] * 2, "Fit 1000 %", "200 %"]


def test_zoom_and_place_are_kept_from_a_stand_in_to_its_frame(canvas: Canvas) -> None:
    canvas.show_state(standing_in(40, 30))
    canvas.zoom_to(30)
    before = canvas.viewport
    canvas.show_state(state_of(small()))
    assert canvas.viewport == before


def test_the_pill_makes_room_for_what_stands_above_it(canvas: Canvas) -> None:
    canvas.show_state(replace(state_of(small()), notice="loading 7"))
    above = canvas.grab().toImage()
    canvas.leave_room(60)
    below = canvas.grab().toImage()
    assert below.copy(0, 0, 400, 60) != above.copy(0, 0, 400, 60)
    assert below.pixelColor(380, 75).name() != above.pixelColor(380, 75).name()


GAP = ViewState(number=FrameNumber(8), problem="There is no file for frame 8.", problem_kind="gap")


@pytest.mark.parametrize("colours", [DARK, LIGHT])
def test_a_gap_hatches_the_place_where_the_picture_would_lie(canvas: Canvas, colours: Colours) -> None:
    def colours_of_row(image: QImage, y: int) -> set[str]:
        return {image.pixelColor(x, y).name() for x in range(4, image.width() - 4)}

    canvas.set_colours(colours)
    canvas.show_state(GAP)
    image = canvas.grab().toImage()
    assert colours_of_row(image, 20) == {colours.canvas}, "16 to 9 is the usual shape"
    assert len(colours_of_row(image, 60)) > 2
    size = Size(20, 15)
    canvas.show_state(state_of(Picture(size, "8-bit RGB", frame_of(size, 90), None)))
    canvas.show_state(GAP)
    image = canvas.grab().toImage()
    assert len(colours_of_row(image, 20)) > 2, "the shape of the picture before"
    assert image.pixelColor(200, 20).name() != "#5a5a5a", "and nothing of that itself"


def test_the_sentence_of_a_gap_stands_on_a_quiet_ground(canvas: Canvas, painted: list[int]) -> None:
    canvas.show_state(GAP)
    image = canvas.grab().toImage()
    middle = [image.pixelColor(x, 150).name() for x in range(image.width())]
    assert middle.count(DARK.panel) > 60
    assert painted == [8]


def test_a_picture_held_on_purpose_is_told_to_be_painted_and_does_not_look_like_loading(
    canvas: Canvas, painted: list[int]
) -> None:
    loading = replace(state_of(small()), number=FrameNumber(8), name="", notice="no file for 8 · showing 7")
    canvas.show_state(loading)
    image = canvas.grab().toImage()
    assert painted == []
    canvas.show_state(replace(loading, holds=True))
    assert painted == [8]
    held = canvas.grab().toImage()
    assert held != image
    assert held.copy(0, 100, 400, 200) == image.copy(0, 100, 400, 200), "the picture is the same"


# Moving through the frames

ALT, NO_KEYS = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
BUTTON = Qt.MouseButton.LeftButton
MIDDLE = QPoint(200, 150)


def of_frames(first: int, last: int) -> ViewState:
    gaps = (Span(first + 1, first + 1),)
    return replace(state_of(small()), sequence=SequenceView("a", "/a", first, last, last - first, gaps, 1, 1))


def drag(canvas: Canvas, *places: QPoint, release: bool = True, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Presses at the first place, moves to the others, and lets go at the last."""
    kinds = [QEvent.Type.MouseButtonPress] + [QEvent.Type.MouseMove] * (len(places) - 1)
    for kind, place in zip(kinds, places, strict=True):
        QApplication.sendEvent(canvas, QMouseEvent(kind, QPointF(place), BUTTON, BUTTON, keys))
    if release:
        end = QMouseEvent(QEvent.Type.MouseButtonRelease, QPointF(places[-1]), BUTTON, Qt.MouseButton.NoButton, keys)
        QApplication.sendEvent(canvas, end)


def heard(canvas: Canvas) -> list[object]:
    events: list[object] = []
    canvas.scrubbed_by.connect(events.append)
    canvas.scrub_ended.connect(lambda: events.append("ended"))
    return events


def test_dragging_with_alt_moves_through_the_frames(canvas: Canvas) -> None:
    events = heard(canvas)
    canvas.show_state(of_frames(1001, 1050))
    right = [MIDDLE + QPoint(by, 30) for by in (0, 3, 4, 5, 8, 9, 0, -8)]
    drag(canvas, *right, keys=ALT)
    assert events == [1, 2, 0, -2, "ended"], "a frame is four pixels, and each is told once"


def test_a_long_sequence_goes_across_the_canvas_exactly(canvas: Canvas) -> None:
    events = heard(canvas)
    canvas.show_state(of_frames(1001, 9999))
    drag(canvas, QPoint(0, 9), QPoint(399, 9), QPoint(0, 9), keys=ALT)
    assert events == [8998, 0, "ended"]


def test_moving_through_the_frames_of_a_zoomed_picture_never_pans_it(canvas: Canvas) -> None:
    events = heard(canvas)
    canvas.show_state(of_frames(1, 50))
    canvas.zoom_to(40)
    before = canvas.viewport
    drag(canvas, MIDDLE, MIDDLE - QPoint(40, 40), keys=ALT, release=False)
    assert canvas.cursor().shape() == Qt.CursorShape.SizeHorCursor
    drag(canvas, MIDDLE - QPoint(40, 40))
    assert canvas.viewport == before
    drag(canvas, MIDDLE, MIDDLE - QPoint(40, 40))
    assert canvas.viewport != before, "without Alt it pans"
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    assert events == [-10, "ended"]


def test_a_click_with_alt_goes_nowhere_and_nothing_is_scrubbed_without_a_sequence(canvas: Canvas) -> None:
    events = heard(canvas)
    canvas.show_state(of_frames(1, 50))
    drag(canvas, MIDDLE, keys=ALT)
    canvas.show_state(ViewState())
    drag(canvas, MIDDLE, QPoint(300, 150), keys=ALT)
    assert events == []


def test_hiding_the_canvas_ends_a_scrub(canvas: Canvas) -> None:
    events = heard(canvas)
    canvas.show_state(of_frames(1, 50))
    drag(canvas, MIDDLE, QPoint(240, 150), keys=ALT, release=False)
    canvas.hide()
    assert events == [10, "ended"]
    drag(canvas, MIDDLE, QPoint(240, 150))
    assert events == [10, "ended"]


# Zoom that is remembered


@pytest.fixture
def resting(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Canvas:
    """A canvas that takes whatever is at rest for one turn of the loop to be what was wanted."""
    monkeypatch.setattr("viewer.gui.widgets.canvas.REST", 0)
    widget = Canvas(DARK)
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_state(of_frames(1, 50))
    return widget


def told(canvas: Canvas) -> list[Zoom]:
    zooms: list[Zoom] = []
    canvas.zoomed.connect(zooms.append)
    return zooms


def test_a_zoom_is_told_once_it_is_at_rest(resting: Canvas) -> None:
    zooms = told(resting)
    resting.zoom_by(1)
    resting.zoom_to(50)
    assert zooms == []
    QApplication.processEvents()
    assert [zoom.scale for zoom in zooms] == [50]
    resting.toggle_fit()
    QApplication.processEvents()
    assert zooms[1:] == [Zoom(None)]


def test_a_pan_is_told_when_the_button_is_let_go(resting: Canvas) -> None:
    resting.zoom_to(50)
    QApplication.processEvents()
    zooms = told(resting)
    drag(resting, MIDDLE, MIDDLE - QPoint(100, 0), release=False)
    QApplication.processEvents()
    assert zooms == []
    drag(resting, MIDDLE)
    QApplication.processEvents()
    assert [zoom.center_x for zoom in zooms] == [resting.viewport.center_x]


def test_what_the_window_does_is_not_told(resting: Canvas) -> None:
    resting.zoom_to(50)
    QApplication.processEvents()
    zooms = told(resting)
    resting.resize(300, 200)
    resting.show_state(standing_in())
    resting.show_state(replace(standing_in(), zoom=Zoom(3.0, 0.2, 0.3)))
    drag(resting, MIDDLE)
    QApplication.processEvents()
    assert zooms == []


def test_hiding_the_canvas_tells_a_zoom_at_once(canvas: Canvas) -> None:
    canvas.show_state(of_frames(1, 50))
    zooms = told(canvas)
    canvas.zoom_to(50)
    canvas.hide()
    assert [zoom.scale for zoom in zooms] == [50]


def test_a_remembered_zoom_is_taken_once(canvas: Canvas) -> None:
    boxes: list[object] = []
    canvas.fit_size_changed.connect(boxes.append)
    zoom = Zoom(50.0, 0.25, 0.75)
    state = replace(of_frames(1, 50), zoom=zoom)
    canvas.show_state(state)
    assert (canvas.viewport.scale, canvas.viewport.center_x, canvas.viewport.center_y) == (50.0, 0.25, 0.75)
    assert boxes == [None]
    canvas.zoom_to(60)
    canvas.show_state(replace(state, number=FrameNumber(8)))
    assert canvas.viewport.scale == 60, "what a person did since then stays"
    canvas.show_state(replace(state, zoom=replace(zoom)))
    assert canvas.viewport.scale == 50
    canvas.show_state(replace(state, zoom=Zoom()))
    assert canvas.viewport.fits


def test_a_remembered_zoom_may_come_before_the_picture(canvas: Canvas) -> None:
    zoom = Zoom(2.0, 0.1, 0.9)
    canvas.show_state(ViewState(zoom=zoom))
    canvas.show_state(replace(standing_in(), zoom=zoom))
    place = canvas.viewport.rect
    assert (place.left, place.top) == (200 - 800, 150 - 5400)


def test_a_zoom_that_was_told_and_comes_back_changes_nothing(resting: Canvas) -> None:
    zooms = told(resting)
    resting.zoom_to(50)
    QApplication.processEvents()
    resting.zoom_to(60)
    resting.show_state(replace(of_frames(1, 50), zoom=zooms[0]))
    assert resting.viewport.scale == 60


def test_a_zoom_of_another_sequence_is_not_told_as_that_of_this(resting: Canvas) -> None:
    zooms = told(resting)
    resting.zoom_to(50)
    resting.show_state(replace(of_frames(1, 99), zoom=Zoom(3.0)))
    QApplication.processEvents()
    assert zooms == []
