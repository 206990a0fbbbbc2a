# mypy: untyped-calls-exclude=pytestqt
"""The canvas with pictures that need a look: which part it asks for, where it paints that, and what is behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QColor, QImage, QMouseEvent
from PyQt5.QtWidgets import QApplication

from viewer.core.display.look import Look, on_screen
from viewer.core.display.picture import Picture, Screen, VisiblePart
from viewer.core.display.pixels import as_array
from viewer.core.display.proxy import shown_part
from viewer.core.display.render import render
from viewer.core.display.screen import screened
from viewer.core.frame import GREY, RGB, RGBA, Alpha, Frame, FrameNumber, Range, SampleInfo, Size
from viewer.gui.bridge.image import FrameImage
from viewer.gui.theme import DARK
from viewer.gui.widgets.canvas import CHECKER, CHECKER_DARK, CHECKER_LIGHT, GROUNDS, Canvas
from viewer.model.preferences import Ground, Preferences
from viewer.model.sequence_settings import Zoom
from viewer.model.view_state import LevelsView, Shown, ViewState

if TYPE_CHECKING:
    import numpy.typing as npt
    from pytestqt.qtbot import QtBot

CANVAS = Size(300, 200)
ROWS, COLUMNS = np.indices((400, 600))
DEEP = Frame((((ROWS * 73 + COLUMNS * 41) % 4096).astype(np.uint16),), GREY, "16-bit grey")
"""A fine pattern: half a pixel off, it looks different everywhere."""
LOOK = Look(Range(0, 4095))


@pytest.fixture(autouse=True)
def room_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.gui.widgets.viewport.ROOM_AROUND", 0.25)


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas(DARK)
    qtbot.addWidget(widget)
    widget.resize(*CANVAS)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def views(canvas: Canvas) -> list[VisiblePart | None]:
    """The parts that the canvas asks for."""
    views: list[VisiblePart | None] = []
    canvas.view_changed.connect(views.append)
    return views


def state_of(picture: Picture, screen: Screen | None = None, **changes: Any) -> ViewState:  # noqa: ANN401 - fields of the snapshot
    shown = Shown(FrameNumber(7), picture, "a.7.png", screen=screen or picture.screen)
    return replace(ViewState(number=shown.number, name=shown.name, shown=shown), **changes)


def screened_for(canvas: Canvas, frame: Frame = DEEP, zoom: Zoom | None = None) -> ViewState:
    """Shows a frame with the part that the canvas asks for, as the model does; returns the snapshot."""
    picture = render(frame, CANVAS)
    state = state_of(screened(picture, LOOK, None), zoom=zoom)
    canvas.show_state(state)
    state = state_of(screened(picture, LOOK, canvas.viewport.view(None)), zoom=zoom)
    canvas.show_state(state)
    return state


def pixels_of(canvas: Canvas, ratio: float = 1.0) -> npt.NDArray[np.uint32]:
    """Returns what the canvas paints, each pixel of the screen as 0xffRRGGBB."""
    image = QImage(round(CANVAS.width * ratio), round(CANVAS.height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#123456"))
    canvas.render(image, QPoint())
    bits: Any = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bytes(bits), np.uint32).reshape(image.height(), image.width())


def drag(canvas: Canvas, by: QPoint) -> None:
    """Moves the picture with the mouse."""
    start, keys, left = QPoint(150, 100), Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    for kind, at in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, start + by),
        (QEvent.Type.MouseButtonRelease, start + by),
    ):
        QApplication.sendEvent(canvas, QMouseEvent(kind, QPointF(at), left, left, keys))


# Which part it asks for


def test_it_asks_for_the_part_that_is_seen_and_for_another_one_only_when_that_is_left(
    canvas: Canvas, views: list[VisiblePart | None]
) -> None:
    state = state_of(screened(render(DEEP, CANVAS), LOOK, None))
    canvas.show_state(state)
    assert views == [], "all of it is seen"
    canvas.show_state(replace(state, zoom=Zoom(1.0)))
    assert views == [VisiblePart(75, 50, 450, 300, Size(450, 300))]
    drag(canvas, QPoint(70, -40))
    assert len(views) == 1, "that is within the room around it"
    drag(canvas, QPoint(10, 0))
    assert views[1:] == [VisiblePart(0, 90, 445, 300, Size(445, 300))]
    canvas.zoom_to(2)
    assert len(views) == 2, "a part of a part that is here"
    canvas.show_state(replace(state, zoom=Zoom(0.6)))
    assert len(views) == 3
    assert views[2] is not None
    assert views[2].size.width < views[2].width
    canvas.toggle_fit()
    assert views[3:] == [None]


def test_it_asks_for_another_part_when_the_picture_or_the_window_is_another(
    canvas: Canvas, views: list[VisiblePart | None]
) -> None:
    canvas.show_state(state_of(screened(render(DEEP, CANVAS), LOOK, None), zoom=Zoom(1.0)))
    views.clear()
    canvas.resize(CANVAS.width * 3, CANVAS.height)
    QApplication.processEvents()
    assert views == [VisiblePart(0, 50, 600, 300, Size(600, 300))]
    tall = Frame((DEEP.planes[0].T,), GREY)
    canvas.show_state(state_of(screened(render(tall, CANVAS), LOOK, None)))
    assert views[1:] == [VisiblePart(0, 150, 400, 300, Size(400, 300))]


def test_a_remembered_zoom_asks_for_its_part_once_the_picture_is_known(
    canvas: Canvas, views: list[VisiblePart | None]
) -> None:
    canvas.show_state(ViewState(zoom=(zoom := Zoom(1.0, 0.5, 0.5))))
    assert views == []
    canvas.show_state(state_of(screened(render(DEEP, CANVAS), LOOK, None), zoom=zoom))
    assert views == [VisiblePart(75, 50, 450, 300, Size(450, 300))]


# Where it is painted


@pytest.mark.parametrize("ratio", [1.0, 1.5])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.0, 1.0), (0.31, 0.77)])
@pytest.mark.parametrize("scale", [1.0, 2.0, 5.0])
def test_a_part_is_painted_where_it_lies_pixel_by_pixel(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, ratio: float, place: tuple[float, float], scale: float
) -> None:
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _canvas: ratio)
    canvas.repaint()  # as on another screen
    screened_for(canvas, zoom=Zoom(scale, *place))
    painted, rect = pixels_of(canvas, ratio), canvas.viewport.rect
    rows, columns = (
        np.floor((np.arange(each) + 0.5 - first) / scale).astype(int)
        for each, first in zip(painted.shape, (rect.top, rect.left), strict=True)
    )
    whole = as_array(on_screen(DEEP, LOOK))
    assert (painted == whole[rows[:, None], columns]).all()


@pytest.mark.parametrize("ratio", [1.0, 1.5])
@pytest.mark.parametrize("scale", [0.6, 0.77, 0.99])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.0, 1.0), (0.31, 0.77)])
def test_a_part_made_smaller_is_copied_to_whole_pixels(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, ratio: float, place: tuple[float, float], scale: float
) -> None:
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _canvas: ratio)
    canvas.repaint()
    state = screened_for(canvas, zoom=Zoom(scale, *place))
    assert state.shown is not None
    assert state.shown.screen is not None
    assert state.shown.screen.part is not None
    image = as_array(state.shown.screen.frame)
    left, top, width, height = canvas.viewport.part_rect(*state.shown.screen.part, state.shown.screen.frame.size)
    assert (height, width) == image.shape
    painted = pixels_of(canvas, ratio)
    background = np.full_like(painted, int(QColor(DARK.canvas).rgb()))
    for y in range(max(0, int(top)), min(painted.shape[0], int(top + height))):
        first, last = max(0, int(left)), min(painted.shape[1], int(left + width))
        background[y, first:last] = image[y - int(top), first - int(left) : last - int(left)]
    assert (painted == background).all()


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_a_fitted_picture_is_copied_to_the_screen(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _canvas: ratio)
    canvas.repaint()
    picture = screened(render(DEEP, canvas.viewport.canvas), LOOK, None)
    canvas.show_state(state_of(picture))
    assert picture.screen is not None
    assert (pixels_of(canvas, ratio) == as_array(picture.screen.frame)).all()


def test_until_another_part_is_here_the_one_of_before_stays_in_its_place(canvas: Canvas) -> None:
    state = screened_for(canvas, zoom=Zoom(1.0, 0.5, 0.5))
    before = pixels_of(canvas)
    drag(canvas, QPoint(0, -90))
    canvas.show_state(state)
    painted = pixels_of(canvas)
    assert (painted[:110] == before[90:]).all()
    assert (painted[-1] == QColor(DARK.canvas).rgb()).all(), "and nothing where it does not reach"
    canvas.toggle_fit()
    painted = pixels_of(canvas)
    assert painted[0, 0] == QColor(DARK.canvas).rgb()
    assert painted[100, 150] != QColor(DARK.canvas).rgb()


# What is behind it


def clear(corner: float = 0.0) -> Frame:
    """Returns a frame that is clear but for its right half; the first pixel has the alpha ``corner``."""
    samples = np.zeros((200, 300, 4), np.uint16)
    samples[:, 150:] = 65535
    samples[0, 0] = 65535, 0, 0, round(65535 * corner)
    return Frame((samples,), RGBA, info=SampleInfo(alpha=Alpha.STRAIGHT))


@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("zoom", [Zoom(), Zoom(1.0, 0.5, 0.5)])
@pytest.mark.parametrize("of_bytes", [False, True])
def test_the_ground_is_seen_behind_transparent_parts(
    canvas: Canvas, ground: Ground, zoom: Zoom, *, of_bytes: bool
) -> None:
    frame = clear(0.5)
    look = LOOK
    if of_bytes:
        frame, look = replace(frame, planes=((frame.planes[0] >> 8).astype(np.uint8),)), Look()
    else:
        look = Look(Range(0, 65535))
    picture = render(frame, CANVAS)
    preferences = Preferences(ground=ground)
    canvas.show_state(state_of(screened(picture, look, None), zoom=zoom, preferences=preferences))
    made = screened(picture, look, canvas.viewport.view(None))
    canvas.show_state(state_of(made, zoom=zoom, preferences=preferences))
    painted = pixels_of(canvas)
    if ground is Ground.CHECKER:
        squares = [QColor(each).rgb() for each in (CHECKER_DARK, CHECKER_LIGHT)]
        for y, x in ((1, 1), (1, 9), (9, 1), (9, 9), (100, 100)):
            assert painted[y, x] == squares[(y // CHECKER + x // CHECKER) % 2]
    else:
        assert (painted[1:, :150] == QColor(GROUNDS[ground]).rgb()).all()
    assert (painted[:, 150:] == 0xFFFFFFFF).all()
    behind = QColor(CHECKER_DARK if ground is Ground.CHECKER else GROUNDS[ground])
    corner = QColor(int(painted[0, 0]))
    assert abs(corner.red() - (255 + behind.red()) / 2) <= 2
    assert abs(corner.green() - behind.green() / 2) <= 2


@pytest.mark.parametrize("ground", Ground)
def test_nothing_of_the_ground_is_seen_behind_others(canvas: Canvas, ground: Ground) -> None:
    black = Frame((np.zeros((200, 300, 3), np.uint16),), RGB)
    canvas.show_state(state_of(screened(render(black, CANVAS), LOOK, None), preferences=Preferences(ground=ground)))
    assert (pixels_of(canvas) == 0xFF000000).all()


def test_another_ground_is_painted_at_once(canvas: Canvas) -> None:
    picture = screened(render(clear(), CANVAS), LOOK, None)
    for ground in (Ground.GREY, Ground.WHITE):
        canvas.show_state(state_of(picture, preferences=Preferences(ground=ground)))
        canvas.show_now()
        assert canvas.grab().toImage().pixelColor(20, 100).name() == GROUNDS[ground]


def test_a_small_picture_with_alpha_has_its_ground_under_itself_alone(canvas: Canvas) -> None:
    samples = clear().planes[0][:100, :100]
    picture = screened(render(Frame((samples,), RGBA, info=clear().info), CANVAS), LOOK, None)
    canvas.show_state(state_of(picture, zoom=Zoom(1.0), preferences=Preferences(ground=Ground.WHITE)))
    painted = pixels_of(canvas)
    assert (painted[50:150, 100:200] == 0xFFFFFFFF).sum() >= 100 * 100 - 1
    assert (painted[:50] == QColor(DARK.canvas).rgb()).all()


# Copying it


def copy_of(canvas: Canvas) -> QImage:
    copied = canvas.to_copy()
    assert copied is not None
    shown, look = copied
    assert shown.picture.source is not None
    painted = on_screen(shown_part(shown.picture.source), look)
    return FrameImage(painted).image.copy()


@pytest.mark.parametrize("is_zoomed", [False, True])
def test_a_copy_has_the_look_at_full_size(canvas: Canvas, *, is_zoomed: bool) -> None:
    state = screened_for(canvas, zoom=Zoom(2.0) if is_zoomed else None)
    look = Look(gamma=2.0, colour_map="viridis")
    canvas.show_state(replace(state, levels=LevelsView(look, Range(100, 3000))))
    image = copy_of(canvas)
    assert (image.width(), image.height()) == DEEP.size
    wanted = as_array(on_screen(DEEP, replace(look, range=Range(100, 3000))))
    for x, y in ((0, 0), (599, 0), (0, 399), (599, 399), (301, 207)):
        assert image.pixel(x, y) == wanted[y, x]


def test_of_a_frame_with_a_window_just_that_is_copied(canvas: Canvas) -> None:
    frame = replace(DEEP, info=SampleInfo(window=(100, 50, 300, 200)))
    canvas.show_state(state_of(screened(render(frame, CANVAS), LOOK, None), levels=LevelsView(LOOK, LOOK.range)))
    image = copy_of(canvas)
    assert (image.width(), image.height()) == (300, 200)
    assert image.pixel(0, 0) == as_array(on_screen(DEEP, LOOK))[50, 100]


def test_a_copy_of_what_has_alpha_keeps_it(canvas: Canvas) -> None:
    canvas.show_state(state_of(screened(render(clear(0.5), CANVAS), LOOK, None), levels=LevelsView(Look(), None)))
    image = copy_of(canvas)
    assert image.hasAlphaChannel()
    assert image.pixelColor(0, 0).alpha() == 128
    assert image.pixelColor(10, 10).alpha() == 0
