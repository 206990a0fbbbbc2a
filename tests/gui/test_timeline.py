# mypy: untyped-calls-exclude=pytestqt
"""The timeline under the mouse."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QColor, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QApplication, QVBoxLayout, QWidget

from viewer.core.frame import Frame, FrameNumber, Layout, Size
from viewer.core.load.loader import FrameState
from viewer.core.spans import Span
from viewer.gui.theme import DARK, LIGHT
from viewer.gui.widgets.thumbnail import Thumbnail
from viewer.gui.widgets.timeline import HEIGHT, MARGIN, Timeline
from viewer.model.view_state import SequenceView, TimelineView, ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QImage
    from pytestqt.qtbot import QtBot

NO_KEYS = Qt.KeyboardModifier.NoModifier
BUTTON = Qt.MouseButton.LeftButton
BAR = 480
MIDDLE = HEIGHT // 2
STATE = ViewState(
    sequence=SequenceView("shot.[1-240].png", "/shots", 1, 240, 236, (Span(200, 203),), 1, 1),
    number=FrameNumber(1),
    timeline=TimelineView(
        (
            (Span(1, 60), FrameState.DECODED),
            (Span(61, 120), FrameState.ENCODED),
            (Span(121, 140), FrameState.READING),
            (Span(145, 160), FrameState.ON_DISK),
            (Span(220, 230), FrameState.FAILED),
        )
    ),
)


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    widget = Timeline(DARK)
    qtbot.addWidget(widget)
    widget.resize(BAR + 2 * MARGIN, HEIGHT)
    widget.show_state(STATE)
    widget.show()
    return widget


def at(number: int) -> QPoint:
    """Returns a point on a frame of STATE."""
    return QPoint(MARGIN + (number - 1) * BAR // 240, MIDDLE)


def heard(timeline: Timeline) -> list[object]:
    events: list[object] = []
    timeline.scrubbed.connect(events.append)
    timeline.stepped.connect(lambda steps: events.append(("steps", steps)))
    timeline.scrub_ended.connect(lambda: events.append("ended"))
    return events


def picture(timeline: Timeline) -> QImage:
    return timeline.grab().toImage()


def column(image: QImage, number: int) -> set[str]:
    """Returns the colours that stand above each other in the band at a frame."""
    x = at(number).x()
    return {image.pixelColor(x, y).name() for y in range(HEIGHT - 18, HEIGHT - 6)}


def rows(image: QImage, number: int, colour: str) -> int:
    """Returns how many pixels above each other have this colour in the band at a frame."""
    x = at(number).x()
    return sum(image.pixelColor(x, y).name() == colour for y in range(HEIGHT - 18, HEIGHT - 6))


def move(timeline: Timeline, place: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    kind = QEvent.Type.MouseMove
    QApplication.sendEvent(timeline, QMouseEvent(kind, QPointF(place), Qt.MouseButton.NoButton, buttons, NO_KEYS))


def turn(timeline: Timeline, angle: QPoint) -> None:
    place = QPointF(at(50))
    event = QWheelEvent(
        place,
        QPointF(timeline.mapToGlobal(at(50))),
        QPoint(),
        angle,
        Qt.MouseButtons(),
        Qt.KeyboardModifiers(),
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline, event)


def test_pressing_and_dragging_scrub_live_and_letting_go_ends_it(timeline: Timeline, qtbot: QtBot) -> None:
    events = heard(timeline)
    qtbot.mousePress(timeline, BUTTON, pos=at(100))
    move(timeline, at(120), BUTTON)
    move(timeline, at(120), BUTTON)
    move(timeline, QPoint(5000, MIDDLE), BUTTON)
    qtbot.mouseRelease(timeline, BUTTON, pos=QPoint(5000, MIDDLE))
    move(timeline, at(10))
    assert events == [100, 120, 240, "ended"]


def test_both_ends_can_be_reached(timeline: Timeline, qtbot: QtBot) -> None:
    events = heard(timeline)
    for x in (0, MARGIN, MARGIN + BAR - 1, MARGIN + BAR + MARGIN - 1):
        qtbot.mouseClick(timeline, BUTTON, pos=QPoint(x, MIDDLE))
    assert events == [1, "ended", 1, "ended", 240, "ended", 240, "ended"]


def test_hiding_it_ends_a_scrub(timeline: Timeline, qtbot: QtBot) -> None:
    events = heard(timeline)
    qtbot.mousePress(timeline, BUTTON, pos=at(100))
    timeline.hide()
    assert events == [100, "ended"]


def test_the_other_button_does_nothing(timeline: Timeline, qtbot: QtBot) -> None:
    events = heard(timeline)
    qtbot.mouseClick(timeline, Qt.MouseButton.RightButton, pos=at(100))
    assert events == []


def test_the_wheel_steps_down_is_forward(timeline: Timeline) -> None:
    events = heard(timeline)
    turn(timeline, QPoint(0, -120))
    turn(timeline, QPoint(0, 240))
    for _ in range(4):
        turn(timeline, QPoint(0, -30))  # a touch pad
    assert events == [("steps", 1), ("steps", -2), ("steps", 1)]


def test_it_never_takes_the_keys(timeline: Timeline, qtbot: QtBot) -> None:
    qtbot.mouseClick(timeline, BUTTON, pos=at(100))
    assert timeline.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_without_a_sequence_nothing_is_scrubbed(qtbot: QtBot) -> None:
    timeline = Timeline(DARK)
    qtbot.addWidget(timeline)
    timeline.show()
    events = heard(timeline)
    qtbot.mouseClick(timeline, BUTTON, pos=at(100))
    turn(timeline, QPoint(0, -120))
    assert events == []
    assert timeline.accessibleDescription() == "no frames"
    picture(timeline)


def test_one_frame_works(timeline: Timeline, qtbot: QtBot) -> None:
    one = SequenceView("shot.png", "/shots", 7, 7, 1, (), 1, 1)
    timeline.show_state(ViewState(sequence=one, number=FrameNumber(7)))
    events = heard(timeline)
    qtbot.mouseClick(timeline, BUTTON, pos=at(100))
    assert events == [7, "ended"]
    picture(timeline)


def test_it_says_where_the_playhead_is(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, number=FrameNumber(131)))
    assert timeline.accessibleDescription() == "frame 131 of 1 to 240"


def test_states_differ_in_height_and_pattern_too(timeline: Timeline) -> None:
    image = picture(timeline)
    assert column(image, 30) == {DARK.decoded}
    assert column(image, 90) == {DARK.encoded, DARK.absent}
    assert column(image, 150) == {DARK.on_disk, DARK.absent}
    assert len({rows(image, number, DARK.absent) for number in (30, 90, 150)}) == 3, "each is of a height of its own"
    assert DARK.failed in column(image, 222)
    assert column(image, 170) == {DARK.absent}
    above = HEIGHT - 5 - 1 - 12 - 2
    assert image.pixelColor(at(222).x(), above).name() == DARK.failed
    assert image.pixelColor(at(225).x() + 1, above).name() == DARK.well, "the notch"
    stripes = {image.pixelColor(x, HEIGHT - 8).name() for x in range(at(122).x(), at(138).x())}
    assert stripes == {DARK.reading, DARK.absent}
    hatching = {image.pixelColor(x, HEIGHT - 10).name() for x in range(at(200).x(), at(203).x())}
    assert len(hatching) > 1


def test_the_playhead_moves(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, number=FrameNumber(170)))
    image = picture(timeline)
    colours = {image.pixelColor(at(170).x() + shift, MIDDLE).name() for shift in (0, 1)}
    assert DARK.accent in colours
    timeline.show_state(replace(STATE, number=FrameNumber(180)))
    assert QColor(image.pixelColor(at(180).x(), MIDDLE)).name() != DARK.accent
    assert picture(timeline).pixelColor(at(180).x() + 1, MIDDLE).name() == DARK.accent


def test_in_and_out_points_are_brackets(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, mark_in=40, mark_out=180))
    image = picture(timeline)
    assert image.pixelColor(at(40).x(), MIDDLE).name() == DARK.mark
    assert image.pixelColor(at(181).x() - 1, MIDDLE).name() == DARK.mark
    timeline.show_state(STATE)
    assert picture(timeline).pixelColor(at(40).x(), MIDDLE).name() != DARK.mark


def test_the_frame_under_the_pointer_is_named_and_forgotten_on_leaving(timeline: Timeline) -> None:
    before = picture(timeline)
    move(timeline, at(170))
    assert picture(timeline) != before
    timeline.leaveEvent(None)
    assert picture(timeline) == before


def test_other_colours(timeline: Timeline) -> None:
    timeline.set_colours(LIGHT)
    assert column(picture(timeline), 30) == {LIGHT.decoded}


class Thumbnails:
    """A timeline at the foot of a window, with thumbnails of some frames."""

    def __init__(self, window: QWidget, timeline: Timeline) -> None:
        self.window, self.timeline = window, timeline
        self.frames = {40: thumbnail(Size(32, 18)), 239: thumbnail(Size(32, 18))}
        timeline.set_thumbnails(self.nearest)

    def nearest(self, number: int) -> tuple[int, Frame] | None:
        """The picture of the frame itself, or of its right neighbour."""
        return next(((each, self.frames[each]) for each in (number, number + 1) if each in self.frames), None)

    def shown(self) -> Thumbnail | None:
        """Returns the thumbnail on screen."""
        return next((each for each in self.window.findChildren(Thumbnail) if each.isVisible()), None)


def thumbnail(size: Size) -> Frame:
    return Frame(bytes((10, 200, 30, 255)) * (size.width * size.height), size, Layout.BGRX, 4 * size.width)


@pytest.fixture
def thumbnails(qtbot: QtBot) -> Thumbnails:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch(1)
    timeline = Timeline(DARK)
    layout.addWidget(timeline)
    window.resize(BAR + 2 * MARGIN, 300)
    timeline.show_state(STATE)
    window.show()
    return Thumbnails(window, timeline)


def test_the_thumbnail_of_the_frame_under_the_pointer_stands_above_the_bar(thumbnails: Thumbnails) -> None:
    move(thumbnails.timeline, at(40))
    shown = thumbnails.shown()
    assert shown is not None
    assert shown.accessibleDescription() == "frame 40"
    assert shown.geometry().bottom() < thumbnails.timeline.geometry().top() + 7
    assert abs(shown.geometry().center().x() - at(40).x()) <= 2
    assert shown.grab().toImage().pixelColor(shown.rect().center()).name() == "#1ec80a"
    move(thumbnails.timeline, at(41))
    assert thumbnails.shown() is None, "there is none of this frame"
    move(thumbnails.timeline, at(39))
    shown = thumbnails.shown()
    assert shown is not None
    assert shown.accessibleDescription() == "frame 39 · showing 40"


def test_a_thumbnail_near_the_end_stays_in_the_window_and_leaves_with_the_pointer(thumbnails: Thumbnails) -> None:
    move(thumbnails.timeline, at(239) + QPoint(1, 0))
    shown = thumbnails.shown()
    assert shown is not None
    assert thumbnails.window.rect().contains(shown.geometry())
    thumbnails.timeline.leaveEvent(None)
    assert thumbnails.shown() is None
    move(thumbnails.timeline, at(40))
    thumbnails.timeline.hide()
    assert thumbnails.shown() is None


def test_a_thumbnail_is_shown_while_dragging_and_as_soon_as_it_comes(thumbnails: Thumbnails, qtbot: QtBot) -> None:
    timeline = thumbnails.timeline
    qtbot.mousePress(timeline, BUTTON, pos=at(100))
    move(timeline, at(101), BUTTON)
    assert thumbnails.shown() is None
    thumbnails.frames[101] = thumbnail(Size(18, 32))
    timeline.show_state(replace(STATE, number=FrameNumber(101)))
    assert thumbnails.shown() is not None
    qtbot.mouseRelease(timeline, BUTTON, pos=at(101))


def test_a_thumbnail_never_takes_the_mouse(thumbnails: Thumbnails) -> None:
    move(thumbnails.timeline, at(40))
    shown = thumbnails.shown()
    assert shown is not None
    assert thumbnails.window.childAt(shown.geometry().center()) is not shown


def test_a_hundred_thousand_frames_are_painted_in_no_time(timeline: Timeline) -> None:
    sequence = SequenceView("shot.png", "/shots", 0, 99_999, 100_000, (), 1, 1)
    runs = tuple((Span(first, first + 79), FrameState.DECODED) for first in range(0, 100_000, 100))
    state = ViewState(sequence=sequence, number=FrameNumber(0), timeline=TimelineView(runs))
    timeline.show_state(state)
    timeline.repaint()
    quickest = 1.0
    for number in range(1, 6):
        timeline.show_state(replace(state, number=FrameNumber(number * 1000)))
        begun = time.perf_counter()
        timeline.repaint()
        quickest = min(quickest, time.perf_counter() - begun)
    assert quickest < 0.002
