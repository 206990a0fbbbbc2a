# mypy: untyped-calls-exclude=pytestqt
"""Which pixel the pointer is at, and what the status line says of it: real moves over a picture of known pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel, QWidget

from viewer.core.display.picture import Picture
from viewer.core.display.render import render
from viewer.core.frame import GREY, RGBA, Alpha, Frame, FrameNumber, Range, SampleInfo, Size
from viewer.core.load.statistics import Activity
from viewer.core.units import MB
from viewer.gui.theme import DARK
from viewer.gui.widgets.canvas import Canvas
from viewer.gui.widgets.labels import ElidedLabel
from viewer.gui.widgets.status_line import StatusLine
from viewer.model.preferences import Ground, Preferences
from viewer.model.sequence_settings import Zoom
from viewer.model.view_state import LevelsView, Shown, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from viewer.app import App

SIZE = Size(23, 17)
CANVAS = Size(400, 300)
AWAY = QPoint(200, 320)
"""Outside of the canvas."""
ROWS, COLUMNS = np.indices((SIZE.height, SIZE.width))
PIXELS = Frame((np.dstack([0 * ROWS + 9, 5 * ROWS, 5 * COLUMNS, 0 * ROWS + 255]).astype(np.uint8),))
"""Red is five times the column, and green five times the row."""
PICTURE = Picture(SIZE, "8-bit RGB", PIXELS, PIXELS)
DEEP = Frame(((1000 * ROWS + COLUMNS).astype(np.uint16),), GREY)


class Pointed(QWidget):
    """A canvas, and a status line that says what is under the pointer there."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas, self.line = Canvas(DARK, self), StatusLine(DARK, self)
        self.canvas.setGeometry(0, 10, *CANVAS)
        self.line.setGeometry(0, 310, 1200, 26)
        self.resize(1200, 336)
        self.pixel: tuple[int, int] | None = None
        self.told = 0
        self.canvas.pointed_at.connect(self._hear)
        self.canvas.pointed_at.connect(self.line.show_pixel)

    def _hear(self, pixel: tuple[int, int] | None) -> None:
        self.pixel = pixel
        self.told += 1

    def show_state(self, state: ViewState) -> None:
        self.line.show_state(state)
        self.canvas.show_state(state)
        self.canvas.show_now()

    def point(self, x: int, y: int) -> tuple[int, int] | None:
        """Moves the pointer to a place of the canvas, and returns the pixel that the canvas tells of."""
        QTest.mouseMove(self, self.canvas.pos() + QPoint(x, y))  # of (0, 0) it would make the middle
        return self.pixel

    @property
    def words(self) -> str:
        return text_under_pointer(self).text()


def text_under_pointer(widget: QWidget) -> ElidedLabel:
    """Returns the text of a status line in ``widget`` that is of the pixel."""
    (text,) = (each for each in widget.findChildren(ElidedLabel) if each.accessibleName() == "Under the pointer")
    return text


def state_of(source: Frame | None, **changes: Any) -> ViewState:  # noqa: ANN401 - fields of the snapshot
    shown = Shown(FrameNumber(7), replace(PICTURE, source=source), changes.pop("named", "a.7.png"))
    return replace(ViewState(number=shown.number, name=shown.name, shown=shown), **changes)


@pytest.fixture
def pointed(qtbot: QtBot) -> Pointed:
    widget = Pointed()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    QTest.mouseMove(widget, AWAY)
    widget.show_state(state_of(PIXELS))
    return widget


# Which pixel it is

ZOOMS = [
    Zoom(),
    *(Zoom(scale, x, y) for scale in (1, 1.5, 3.7, 20, 64) for x, y in ((0.5, 0.5), (0.0, 1.0), (0.33, 0.71))),
]


@pytest.mark.parametrize("zoom", ZOOMS, ids=str)
def test_it_is_the_pixel_that_is_painted_there(pointed: Pointed, zoom: Zoom) -> None:
    pointed.show_state(state_of(PIXELS, zoom=zoom))
    image, place = pointed.canvas.grab().toImage(), pointed.canvas.viewport.rect
    right, bottom = place.left + place.width, place.top + place.height
    for x in {place.left - 1, place.left, place.left + 1, 0, 213, 399, right - 2, right - 1, right}:
        for y in {place.top - 1, place.top, 0, 101, 299, bottom - 1, bottom}:
            if not 0 <= x < CANVAS.width or not 0 <= y < CANVAS.height:
                continue
            pixel, painted = pointed.point(x, y), image.pixelColor(x, y)
            if pixel is None:
                assert painted.name() == DARK.canvas
                assert pointed.words == ""
            else:
                assert (5 * pixel[0], 5 * pixel[1], 9) == painted.getRgb()[:3]
                assert pointed.words == f"{pixel[0]}, {pixel[1]}   R {painted.red()}  G {painted.green()}  B 9"


@pytest.mark.parametrize(
    ("ratio", "first", "last"),
    [
        (1.0, (85, 65), (314, 234)),
        (1.25, (108, 82), (291, 217)),
        (1.5, (124, 94), (276, 206)),
        (2.0, (143, 108), (257, 192)),
    ],
)
def test_screens_whose_pixels_are_smaller_than_those_of_the_window(
    pointed: Pointed, monkeypatch: pytest.MonkeyPatch, ratio: float, first: tuple[int, int], last: tuple[int, int]
) -> None:
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _canvas: ratio)
    pointed.canvas.repaint()  # as on another screen
    pointed.show_state(state_of(PIXELS, zoom=Zoom(10)))
    assert pointed.point(*first) == (0, 0)
    assert pointed.point(last[0], first[1]) == (22, 0)
    assert pointed.point(first[0], last[1]) == (0, 16)
    assert pointed.point(*last) == (22, 16)
    assert pointed.point(200, 150) == (11, 8)
    for x, y in ((first[0] - 1, first[1]), (first[0], first[1] - 1), (last[0] + 1, last[1]), (last[0], last[1] + 1)):
        assert pointed.point(x, y) is None


def test_a_picture_of_one_pixel(pointed: Pointed) -> None:
    shown = Shown(FrameNumber(7), Picture(Size(1, 1), "", pictures.bgrx(bytes(4), Size(1, 1)), None), "a.7.png")
    pointed.show_state(ViewState(number=shown.number, name=shown.name, shown=shown))
    assert [pointed.point(x, y) for x, y in ((50, 0), (349, 299), (49, 150), (350, 150))] == [
        (0, 0),
        (0, 0),
        None,
        None,
    ]


# When it is said


def test_nothing_is_said_after_the_pointer_has_gone(pointed: Pointed) -> None:
    assert pointed.point(200, 150) == (11, 8)
    assert pointed.words == "11, 8   R 55  G 40  B 9"
    QTest.mouseMove(pointed, AWAY)
    assert pointed.pixel is None
    assert pointed.words == ""


def test_nothing_is_said_of_a_hidden_canvas_and_again_when_it_is_shown(pointed: Pointed, qtbot: QtBot) -> None:
    pointed.point(200, 150)
    pointed.canvas.hide()
    qtbot.waitUntil(lambda: pointed.pixel is None)
    pointed.canvas.show()
    qtbot.waitUntil(lambda: pointed.pixel == (11, 8))


def test_the_same_pixel_is_told_of_once(pointed: Pointed) -> None:
    pointed.canvas.zoom_to(20)
    pointed.point(200, 150)
    told = pointed.told
    pointed.point(202, 151)
    pointed.show_state(state_of(PIXELS, names_seen=3))
    assert pointed.told == told


def test_a_resting_pointer_is_followed_by_zoom_pan_and_size(pointed: Pointed) -> None:
    assert pointed.point(40, 30) == (2, 1)
    changes: list[Callable[[], object]] = [
        lambda: pointed.show_state(state_of(PIXELS, zoom=Zoom(40, 0.5, 0.5))),
        lambda: pointed.show_state(state_of(PIXELS, zoom=Zoom(40, 0.0, 1.0))),
        lambda: pointed.canvas.resize(300, 200),
        pointed.canvas.toggle_fit,
    ]
    for change in changes:
        before = pointed.pixel
        change()
        painted = pointed.canvas.grab().toImage().pixelColor(40, 30)
        assert pointed.pixel not in {None, before}
        assert pointed.words == "{}, {}   R {}  G {}  B 9".format(*pointed.pixel, *painted.getRgb()[:2])


@pytest.mark.parametrize(("left", "pixel"), [(60, (8, 8)), (300, None)], ids=["over another pixel", "beside it"])
def test_a_resting_pointer_is_followed_when_the_canvas_moves_below_it(
    pointed: Pointed, qtbot: QtBot, left: int, pixel: tuple[int, int] | None
) -> None:
    assert pointed.point(200, 150) == (11, 8)
    pointed.canvas.move(left, 10)
    qtbot.waitUntil(lambda: pointed.pixel == pixel)
    pointed.canvas.move(0, 10)
    qtbot.waitUntil(lambda: pointed.pixel == (11, 8))


def test_dragging_keeps_the_pixel(pointed: Pointed, qtbot: QtBot) -> None:
    pointed.canvas.zoom_to(64)
    at = pointed.point(200, 150)
    qtbot.mousePress(pointed.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert pointed.point(170, 190) == at
    qtbot.mouseRelease(pointed.canvas, Qt.MouseButton.LeftButton, pos=QPoint(170, 190))
    assert pointed.pixel == at


def test_the_numbers_are_those_of_the_frame_that_is_shown(pointed: Pointed) -> None:
    pointed.point(200, 150)
    pointed.line.show_state(state_of(DEEP))
    assert pointed.words == "11, 8   8011"
    pointed.show_state(state_of(None))
    assert pointed.words == "", "its own numbers are not here, those of the copy are not said"
    pointed.show_state(state_of(PIXELS))
    assert pointed.words == "11, 8   R 55  G 40  B 9"


@pytest.mark.parametrize(
    "changes",
    [
        {"number": FrameNumber(8), "name": "a.8.png"},
        {"shown": Shown(FrameNumber(7), PICTURE, "a.7.png", is_stand_in=True)},
        {"shown": None},
        {"shown": None, "problem": "Frame 7 cannot be shown.", "problem_kind": "unreadable"},
        {"problem": "There is no file for frame 7.", "problem_kind": "gap"},
    ],
    ids=["another frame", "stand-in", "nothing", "problem", "gap"],
)
def test_only_numbers_of_the_frame_asked_for_are_said(pointed: Pointed, changes: dict[str, Any]) -> None:
    pointed.point(200, 150)
    pointed.show_state(state_of(PIXELS, **changes))
    assert (pointed.pixel, pointed.words) == (None, "")
    pointed.show_state(state_of(PIXELS))
    assert (pointed.pixel, pointed.words) == ((11, 8), "11, 8   R 55  G 40  B 9")


def test_a_frame_held_on_purpose_says_its_numbers(pointed: Pointed) -> None:
    pointed.point(200, 150)
    pointed.show_state(state_of(PIXELS, number=FrameNumber(8), name="", notice="no file for 8 · showing 7", holds=True))
    assert pointed.words == "11, 8   R 55  G 40  B 9"


# Where it stands


def of_channels(count: int) -> Frame:
    return Frame(tuple(np.full(ROWS.shape, n / 7, np.float32) for n in range(count)), tuple("abcdefghi")[:count])


BUSY = Activity(reading=3, decoding=2, bytes_per_second=17.8e6, memory_used=1_100 * MB)
FLOAT = Frame(tuple(np.where(ROWS % 2, n, n / 7).astype(np.float32) for n in range(4)), ("R", "G", "B", "A"))


def places(line: StatusLine) -> dict[str, QRect]:
    line.grab()
    labels = (each for each in line.findChildren(QLabel) if each.isVisible())
    return {each.accessibleName(): each.geometry() for each in labels}


@pytest.mark.parametrize("width", [470, 780, 900, 1280])
@pytest.mark.parametrize("source", [PIXELS, DEEP, FLOAT, of_channels(3)], ids=["bytes", "deep", "floats", "thirds"])
def test_its_numbers_are_the_last_to_be_cut_and_nothing_moves_while_the_pointer_does(
    pointed: Pointed, width: int, source: Frame
) -> None:
    line, text = pointed.line, text_under_pointer(pointed.line)
    line.resize(width, 26)
    line.show_zoom("Fit 1,740 %")
    pointed.show_state(state_of(source, activity=BUSY, named="a_name_of_a_shot_v012.1096.exr"))
    before = places(line)
    pointed.point(200, 150)
    kept = places(line)
    for x in range(60, 340, 16):
        pointed.point(x, x // 2 + 60)
        assert text.text()
        assert "…" not in text.shortened
        assert places(line) == kept
    assert kept.get("Frame", before["Frame"]) == before["Frame"]
    line.show_state(replace(line._state, news="Copied"))  # noqa: SLF001 - any snapshot would do
    assert "…" not in text.shortened
    assert "Listing" in places(line) or width < 780
    line.show_state(replace(line._state, news=""))  # noqa: SLF001 - the same
    QTest.mouseMove(pointed, AWAY)
    assert places(line) == before


def test_the_name_is_shortened_before_a_number_is_cut(pointed: Pointed) -> None:
    line, text = pointed.line, text_under_pointer(pointed.line)
    pointed.show_state(state_of(FLOAT, named="a_name_of_a_shot_v012.1096.exr", activity=BUSY))
    pointed.point(200, 150)
    for width in range(1400, 200, -20):
        line.resize(width, 26)
        there = places(line)
        assert all(each.right() < width for each in there.values())
        cut, whole = text.shortened.endswith("…"), {"Memory", "Speed", "Loading", "Picture", "Zoom", "File"} & {*there}
        assert not (cut and whole)


def test_what_is_on_the_screen_goes_before_the_numbers_do(pointed: Pointed) -> None:
    line, text = pointed.line, text_under_pointer(pointed.line)
    pointed.show_state(transparent(Ground.WHITE, Zoom()))
    pointed.point(80, 150)
    whole, numbers = text.text(), text.text().partition("   shown")[0]
    seen = []
    for width in range(900, 240, -10):
        line.resize(width, 26)
        line.grab()
        seen.append(text.shortened)
    assert [*dict.fromkeys(seen)] == [whole, numbers]
    assert text.accessibleDescription() == text.toolTip() == whole


def test_in_the_window(opened: Callable[..., App], tmp_path: Path, qtbot: QtBot) -> None:
    array = pictures.colours()
    (tmp_path / "a.1.png").write_bytes(pictures.png(array, 2))
    window = opened(tmp_path / "a.1.png").window
    for x, y in ((0, 0), (63, 0), (0, 31), (63, 31), (31, 16)):
        place = window.canvas.viewport.rect
        at = QPoint(place.left + (2 * x + 1) * place.width // 128, place.top + (2 * y + 1) * place.height // 64)
        QTest.mouseMove(window.canvas, at)
        said = "{}, {}   R {}  G {}  B {}".format(x, y, *array[y, x])
        qtbot.waitUntil(lambda said=said: text_under_pointer(window).text() == said)  # type: ignore[misc]


# What is behind it

TRANSPARENT = Frame(
    (np.dstack([0 * ROWS, 10 * ROWS, 10 * COLUMNS, np.minimum(255, 20 * (ROWS % 4) + 11 * COLUMNS)]).astype(np.uint8),),
    RGBA,
    "8-bit RGBA",
    SampleInfo(alpha=Alpha.STRAIGHT),
)


def transparent(ground: Ground, zoom: Zoom) -> ViewState:
    shown = Shown(FrameNumber(7), render(TRANSPARENT, None), "a.7.png")
    levels = LevelsView(range=Range(0, 255))
    state = ViewState(number=shown.number, name=shown.name, shown=shown, levels=levels, zoom=zoom)
    return replace(state, preferences=Preferences(ground=ground))


@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("zoom", [Zoom(20, 0.5, 0.5), Zoom(3.7, 0.33, 0.71)], ids=str)
def test_what_is_said_to_be_shown_is_what_is_on_the_screen(pointed: Pointed, ground: Ground, zoom: Zoom) -> None:
    pointed.show_state(transparent(ground, zoom))
    painted = pointed.canvas.grab().toImage()
    for x, y in ((200, 150), (203, 155), (209, 141), (187, 166), (195, 162)):
        assert pointed.point(x, y) is not None
        numbers, _, said = pointed.words.partition("   shown ")
        shown = [int(each) for each in said.split()] or [int(each) for each in numbers.split()[3:8:2]]
        assert painted.pixelColor(x, y).getRgb()[:3] == pytest.approx(shown if len(shown) > 1 else shown * 3, abs=1)


def test_another_ground_is_said_at_once(pointed: Pointed) -> None:
    pointed.show_state(transparent(Ground.WHITE, Zoom()))
    pointed.point(80, 150)
    before = pointed.words
    pointed.show_state(transparent(Ground.BLACK, Zoom()))
    assert "shown" in before
    assert pointed.words != before
