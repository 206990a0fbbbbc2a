# mypy: untyped-calls-exclude=pytestqt
"""The timeline under the mouse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pictures
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QApplication, QVBoxLayout, QWidget

from viewer.core.frame import Frame, FrameNumber, Size
from viewer.core.load.frame_state import FrameState
from viewer.core.play.timebase import TimeBase, TimeDisplay
from viewer.core.sequence.writing import Clock
from viewer.core.spans import Span
from viewer.gui.theme import DARK, LIGHT
from viewer.gui.widgets import motion
from viewer.gui.widgets.hover_picture import Thumbnail
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.timeline_geometry import BAND, HEIGHT, MAP, MAP_TOP, MARGIN, RULER, TOP
from viewer.gui.widgets.timeline_window import LEAST
from viewer.model.sequence_settings import Bookmark
from viewer.model.view_state import Numbers, PlaybackView, SequenceView, TimelineView, ViewState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NO_KEYS = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
BUTTON = Qt.MouseButton.LeftButton
BAR = 480
PHONE = Clock((("y", 4), ("n", 2), ("d", 2), "_", ("h", 2), ("m", 2), ("s", 2)))
MIDDLE = TOP + RULER // 2
"""In the middle of the ruler."""
FOOT = TOP + RULER + BAND - 1
"""Below the band."""
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


@pytest.fixture
def events(timeline: Timeline) -> list[object]:
    """What the timeline has asked for."""
    events: list[object] = []
    timeline.scrubbed.connect(events.append)
    timeline.stepped.connect(lambda steps: events.append(("steps", steps)))
    timeline.scrub_ended.connect(lambda: events.append("ended"))
    timeline.mark_in_dragged.connect(lambda number: events.append(("in", number)))
    timeline.mark_out_dragged.connect(lambda number: events.append(("out", number)))
    return events


def picture(timeline: Timeline) -> QImage:
    return timeline.grab().toImage()


def column(image: QImage, number: int) -> set[str]:
    """Returns the colours that stand above each other in the band at a frame."""
    x = at(number).x()
    return {image.pixelColor(x, y).name() for y in range(TOP + RULER, FOOT)}


def rows(image: QImage, number: int, colour: str) -> int:
    """Returns how many pixels above each other have this colour in the band at a frame."""
    x = at(number).x()
    return sum(image.pixelColor(x, y).name() == colour for y in range(TOP + RULER, FOOT))


def move(timeline: Timeline, place: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    kind = QEvent.Type.MouseMove
    QApplication.sendEvent(timeline, QMouseEvent(kind, QPointF(place), Qt.MouseButton.NoButton, buttons, NO_KEYS))


def turn(timeline: Timeline, angle: QPoint, keys: Qt.KeyboardModifier = NO_KEYS, place: QPoint | None = None) -> None:
    place = at(50) if place is None else place
    event = QWheelEvent(
        QPointF(place),
        QPointF(timeline.mapToGlobal(place)),
        QPoint(),
        angle,
        Qt.MouseButtons(),
        Qt.KeyboardModifiers(keys),
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline, event)


def shown(timeline: Timeline) -> Span:
    assert timeline.shown is not None
    return timeline.shown


def zoom_to(timeline: Timeline, first: int, last: int) -> None:
    """Zooms in to the middle of these, which STATE has, with the wheel, and pans to the first."""
    while len(shown(timeline)) > last - first + 1:
        turn(timeline, QPoint(0, 30), CONTROL, at(120))
    while shown(timeline)[0] != first:
        frames = first - shown(timeline)[0]
        notch = -1 if frames > 0 else 1
        turn(timeline, QPoint(notch * 12, 0))


def test_pressing_and_dragging_scrub_live_and_letting_go_ends_it(
    timeline: Timeline, events: list[object], qtbot: QtBot
) -> None:
    qtbot.mousePress(timeline, BUTTON, pos=at(100))
    move(timeline, at(120), BUTTON)
    move(timeline, at(120), BUTTON)
    move(timeline, QPoint(5000, MIDDLE), BUTTON)
    qtbot.mouseRelease(timeline, BUTTON, pos=QPoint(5000, MIDDLE))
    move(timeline, at(10))
    assert events == [100, 120, 240, "ended"]
    qtbot.mouseClick(timeline, Qt.MouseButton.RightButton, pos=at(100))  # does nothing
    qtbot.mousePress(timeline, BUTTON, pos=at(100))
    timeline.hide()  # ends it too
    assert events[4:] == [100, "ended"]


def test_both_ends_can_be_reached(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    for x in (0, MARGIN, MARGIN + BAR - 1, MARGIN + BAR + MARGIN - 1):
        qtbot.mouseClick(timeline, BUTTON, pos=QPoint(x, MIDDLE))
    assert events == [1, "ended", 1, "ended", 240, "ended", 240, "ended"]


def test_the_wheel_steps_down_is_forward(timeline: Timeline, events: list[object]) -> None:
    turn(timeline, QPoint(0, -120))
    turn(timeline, QPoint(0, 240))
    for _ in range(4):
        turn(timeline, QPoint(0, -30))  # a touch pad
    assert events == [("steps", 1), ("steps", -2), ("steps", 1)]


class Window(QWidget):
    """A window that notes the keys that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is not None:
            self.keys.append(event.key())


def test_keys_reach_the_window_whether_it_has_the_focus_or_not(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    timeline = Timeline(DARK)
    layout.addWidget(timeline)
    assert timeline.focusPolicy() == Qt.FocusPolicy.NoFocus, "there is nothing to do before there are frames"
    timeline.show_state(STATE)
    window.show()
    window.activateWindow()
    qtbot.mouseClick(timeline, BUTTON, pos=at(100))
    assert not timeline.hasFocus(), "a click must not take the arrows away"
    unfocused = picture(timeline)
    timeline.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(timeline.hasFocus)
    assert picture(timeline).pixelColor(200, 0).name() == DARK.accent
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Space, Qt.Key.Key_1):
        qtbot.keyClick(timeline, key)
    assert window.keys == [Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Space, Qt.Key.Key_1]
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    nearer = shown(timeline)
    assert nearer[1] - nearer[0] < 239
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    qtbot.keyClick(timeline, Qt.Key.Key_0)
    assert shown(timeline) == (1, 240)
    assert len(window.keys) == 4
    timeline.clearFocus()
    assert picture(timeline) == unfocused


def test_its_own_keys_are_not_taken_for_shortcuts_of_the_window(timeline: Timeline) -> None:
    for key, taken in ((Qt.Key.Key_Plus, True), (Qt.Key.Key_0, True), (Qt.Key.Key_1, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, NO_KEYS)
        event.ignore()
        QApplication.sendEvent(timeline, event)
        assert event.isAccepted() == taken


def test_without_a_sequence_nothing_is_scrubbed(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    timeline.show_state(ViewState())
    qtbot.mouseClick(timeline, BUTTON, pos=at(100))
    turn(timeline, QPoint(0, -120))
    assert events == []
    assert timeline.accessibleDescription() == "no frames"
    picture(timeline)


def test_one_frame_works(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    one = SequenceView("shot.png", "/shots", 7, 7, 1, (), 1, 1)
    timeline.show_state(ViewState(sequence=one, number=FrameNumber(7)))
    qtbot.mouseClick(timeline, BUTTON, pos=at(100))
    assert events == [7, "ended"]
    picture(timeline)


def test_states_differ_in_height_and_pattern_too(timeline: Timeline) -> None:
    image = picture(timeline)
    assert column(image, 30) == {DARK.decoded}
    assert column(image, 90) == {DARK.encoded, DARK.absent}
    assert column(image, 150) == {DARK.on_disk, DARK.absent}
    assert len({rows(image, number, DARK.absent) for number in (30, 90, 150)}) == 3, "each is of a height of its own"
    assert DARK.failed in column(image, 222)
    assert column(image, 170) == {DARK.absent}
    above = TOP + RULER - 2
    assert {image.pixelColor(at(number).x(), above).name() for number in (221, 225)} == {DARK.bright}, "the cap"
    stripes = {image.pixelColor(x, FOOT - 2).name() for x in range(at(122).x(), at(138).x())}
    assert stripes == {DARK.reading, DARK.absent}
    hatching = {image.pixelColor(x, FOOT - 4).name() for x in range(at(200).x(), at(203).x())}
    assert len(hatching) > 1
    timeline.set_colours(LIGHT)
    assert column(picture(timeline), 30) == {LIGHT.decoded}


def test_the_playhead_moves(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, number=FrameNumber(170)))
    image = picture(timeline)
    colours = {image.pixelColor(at(170).x() + shift, TOP + RULER - 3).name() for shift in (0, 1)}
    assert DARK.accent in colours
    timeline.show_state(replace(STATE, number=FrameNumber(180)))
    assert QColor(image.pixelColor(at(180).x(), TOP + RULER - 3)).name() != DARK.accent
    assert picture(timeline).pixelColor(at(180).x() + 1, TOP + RULER - 3).name() == DARK.accent


@pytest.mark.parametrize(("number", "change"), [(3, {}), (180, {"mark_in": 1}), (180, {"mark_out": 3})])
def test_no_number_of_the_ruler_is_cut_through(timeline: Timeline, number: int, change: dict[str, Any]) -> None:
    def written() -> bool:
        image, places = picture(timeline), range(MARGIN + 3, MARGIN + 14)
        colours = [image.pixelColor(x, y) for x in places for y in range(TOP + 1, TOP + 17)]
        return any(abs(each.red() - each.blue()) < 9 and each.red() > 80 for each in colours)  # grey, but no shade

    timeline.show_state(replace(STATE, number=FrameNumber(180)))
    assert written(), "the label of 1"
    timeline.show_state(replace(STATE, number=FrameNumber(number), **change))
    assert not written()
    timeline.show_state(replace(STATE, number=FrameNumber(180)))
    assert written()


def test_how_far_reading_in_advance_has_come_is_a_line_on_the_upper_edge(timeline: Timeline) -> None:
    plain = picture(timeline)
    timeline.show_filled(0.5)
    image = picture(timeline)
    for number, colour in ((60, DARK.accent), (180, DARK.line)):
        assert [image.pixelColor(at(number).x(), y).name() for y in (1, 2)] == [colour, DARK.panel]
    timeline.show_filled(None)
    assert picture(timeline) == plain


def test_a_playhead_out_of_sight_is_pointed_at(timeline: Timeline, qtbot: QtBot) -> None:
    zoom_to(timeline, 41, 60)
    for number, x in ((1, 5), (240, BAR + MARGIN + 8)):
        timeline.show_state(replace(STATE, number=FrameNumber(number)))
        zoom_to(timeline, 101, 120)
        assert picture(timeline).pixelColor(x, MIDDLE).name() == DARK.accent
        qtbot.mouseClick(timeline, BUTTON, pos=QPoint(x, MIDDLE))
        assert shown(timeline).first <= number <= shown(timeline).last
        assert picture(timeline).pixelColor(x, MIDDLE).name() != DARK.accent


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


class Thumbnails:
    """A timeline at the foot of a window, with thumbnails of some frames."""

    def __init__(self, window: QWidget, timeline: Timeline) -> None:
        self.window, self.timeline, self.age = window, timeline, ""
        self.frames = {40: thumbnail(Size(32, 18)), 239: thumbnail(Size(32, 18))}
        timeline.set_thumbnails(self.nearest)

    def nearest(self, number: int) -> tuple[int, Frame, str] | None:
        """The picture of the frame itself, or of its right neighbour."""
        return next(((each, self.frames[each], self.age) for each in (number, number + 1) if each in self.frames), None)

    def shown(self) -> Thumbnail | None:
        """Returns the thumbnail on screen."""
        return next((each for each in self.window.findChildren(Thumbnail) if each.isVisible()), None)


def thumbnail(size: Size) -> Frame:
    return pictures.bgrx(bytes((10, 200, 30, 255)) * (size.width * size.height), size)


@pytest.fixture
def thumbnails(qtbot: QtBot) -> Thumbnails:
    motion.allow(on=False)
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
    assert shown.card.bottom() < thumbnails.timeline.geometry().top() + 7
    assert shown.card.left() <= at(40).x() <= shown.card.right()
    assert shown.grab().toImage().pixelColor(shown.rect().center()).name() == "#1ec80a"
    assert thumbnails.window.childAt(shown.card.center()) is not shown, "it never takes the mouse"
    move(thumbnails.timeline, at(41))
    assert thumbnails.shown() is None, "there is none of this frame"
    thumbnails.age = "as of 17:04, checking"
    move(thumbnails.timeline, at(39))
    shown = thumbnails.shown()
    assert shown is not None
    assert shown.accessibleDescription() == "frame 39 · showing 40 · as of 17:04, checking"


def test_a_thumbnail_near_the_end_stays_in_the_window_and_leaves_with_the_pointer(thumbnails: Thumbnails) -> None:
    move(thumbnails.timeline, at(239) + QPoint(1, 0))
    shown = thumbnails.shown()
    assert shown is not None
    assert thumbnails.window.rect().contains(shown.card)
    thumbnails.timeline.leaveEvent(None)
    assert thumbnails.shown() is None
    move(thumbnails.timeline, at(40))
    thumbnails.timeline.hide()
    assert thumbnails.shown() is None


def test_a_thumbnail_is_shown_as_soon_as_it_comes_but_not_while_dragging(thumbnails: Thumbnails, qtbot: QtBot) -> None:
    timeline = thumbnails.timeline
    move(timeline, at(101))
    assert thumbnails.shown() is None
    thumbnails.frames[101] = thumbnail(Size(18, 32))
    timeline.show_state(replace(STATE, number=FrameNumber(101)))
    assert thumbnails.shown() is not None
    qtbot.mousePress(timeline, BUTTON, pos=at(101))
    assert thumbnails.shown() is None, "the picture itself follows the pointer"
    move(timeline, at(40), BUTTON)
    assert thumbnails.shown() is None
    qtbot.mouseRelease(timeline, BUTTON, pos=at(40))
    assert thumbnails.shown() is not None


def test_a_thumbnail_stands_above_all_that_the_timeline_shares_its_place_with(qtbot: QtBot) -> None:
    motion.allow(on=False)
    window, foot, timeline = QWidget(), QWidget(), Timeline(DARK)
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addStretch(1)
    column.addWidget(foot)
    within = QVBoxLayout(foot)
    within.setContentsMargins(0, 0, 0, 0)
    within.addSpacing(40)
    within.addWidget(timeline)
    window.resize(BAR + 2 * MARGIN, 400)
    timeline.show_state(STATE)
    window.show()
    thumbnails = Thumbnails(window, timeline)
    thumbnails.frames = dict.fromkeys(range(240), thumbnail(Size(32, 18)))
    move(timeline, at(120))
    shown = thumbnails.shown()
    assert shown is not None
    assert shown.card.bottom() < foot.y()
    assert abs(shown.card.center().x() - at(120).x()) <= 2


# In and out points


def drag(timeline: Timeline, qtbot: QtBot, begin: QPoint, *ends: QPoint) -> None:
    qtbot.mousePress(timeline, BUTTON, pos=begin)
    for end in ends:
        move(timeline, end, BUTTON)
    qtbot.mouseRelease(timeline, BUTTON, pos=(begin, *ends)[-1])


def test_in_and_out_points_are_dragged_live_and_stop_at_each_other(
    timeline: Timeline, events: list[object], qtbot: QtBot
) -> None:
    timeline.show_state(replace(STATE, mark_in=40, mark_out=180))
    drag(
        timeline, qtbot, at(40) + QPoint(2, 0), at(60) + QPoint(2, 0), at(60) + QPoint(2, 0), at(230), QPoint(0, MIDDLE)
    )
    assert events == [("in", 60), ("in", 180), ("in", 1)]
    events.clear()
    drag(timeline, qtbot, at(181), at(171), at(10), QPoint(5000, MIDDLE))
    assert events == [("out", 170), ("out", 40), ("out", 240)]


def test_a_click_on_a_point_moves_nothing(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    timeline.show_state(replace(STATE, mark_in=40))
    qtbot.mouseClick(timeline, BUTTON, pos=at(40) + QPoint(3, 0))
    assert events == []
    qtbot.mouseClick(timeline, BUTTON, pos=QPoint(at(40).x(), FOOT - 3))
    assert events == [40, "ended"], "below the ruler it scrubs"


def test_the_pointer_tells_what_it_is_on(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, mark_in=40, bookmarks=(Bookmark(131),)))
    for place, cursor in (
        (at(40), Qt.CursorShape.SizeHorCursor),
        (at(80), Qt.CursorShape.ArrowCursor),
        (QPoint(at(131).x(), 3), Qt.CursorShape.PointingHandCursor),
    ):
        move(timeline, place)
        assert timeline.cursor().shape() == cursor


# Bookmarks


def test_bookmarks_stand_above_the_bar(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, bookmarks=(Bookmark(131, "flicker"), Bookmark(240))))
    image = picture(timeline)
    for number in (131, 240):
        assert image.pixelColor(at(number).x(), 4).name() == DARK.bookmark
    assert image.pixelColor(at(100).x(), 4).name() == DARK.panel


def test_a_click_near_a_bookmark_goes_exactly_to_it(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    timeline.show_state(replace(STATE, bookmarks=(Bookmark(131, "flicker"),)))
    place = QPoint(at(131).x() + 4, 4)
    drag(timeline, qtbot, place, place - QPoint(1, 0))
    qtbot.mouseClick(timeline, BUTTON, pos=place + QPoint(6, 0))
    assert events == [131, "ended", 136, "ended"]


def test_the_note_of_a_bookmark_is_shown_under_the_pointer(thumbnails: Thumbnails) -> None:
    timeline = thumbnails.timeline
    timeline.show_state(replace(STATE, bookmarks=(Bookmark(40, "it\nflickers " + "here " * 100), Bookmark(131, "x"))))
    move(timeline, at(40))
    thumb = thumbnails.shown()
    assert thumb is not None
    assert thumb.accessibleDescription().startswith("frame 40 · it flickers here here")
    assert thumbnails.window.rect().contains(thumb.card)
    move(timeline, at(131))
    with_note = picture(timeline)
    timeline.show_state(replace(STATE, bookmarks=(Bookmark(131, "y"),)))
    assert picture(timeline) != with_note


# Zoom


def test_the_wheel_zooms_with_control_about_the_pointer(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    place = at(150)
    turn(timeline, QPoint(0, 480), CONTROL, place)
    first, last = shown(timeline)
    assert 1 < first < 150 < last < 240
    qtbot.mouseClick(timeline, BUTTON, pos=place)
    turn(timeline, QPoint(0, 12000), CONTROL, place)
    first, last = shown(timeline)
    assert last - first == 19, "20 frames at the closest"
    turn(timeline, QPoint(0, -12000), CONTROL, place)
    assert shown(timeline) == (1, 240)
    assert events == [150, "ended"], "zooming steps nowhere"


def test_a_zoomed_timeline_scrubs_exactly_to_its_ends(timeline: Timeline, events: list[object], qtbot: QtBot) -> None:
    zoom_to(timeline, 100, 131)
    first, last = shown(timeline)
    drag(timeline, qtbot, QPoint(MARGIN, MIDDLE), QPoint(MARGIN + BAR - 1, MIDDLE), QPoint(0, MIDDLE))
    assert events == [first, last, first, "ended"]


def test_shift_and_the_sideways_wheel_pan_when_zoomed_and_step_otherwise(
    timeline: Timeline, events: list[object]
) -> None:
    turn(timeline, QPoint(-120, 0))
    assert events == [("steps", 1)]
    zoom_to(timeline, 50, 149)
    first, last = shown(timeline)
    turn(timeline, QPoint(0, -120), SHIFT)
    width = last - first + 1
    assert shown(timeline) == (first + width // 10, last + width // 10)
    turn(timeline, QPoint(120, 0))
    assert shown(timeline) == (first, last)
    turn(timeline, QPoint(0, -120))
    assert events == [("steps", 1), ("steps", 1)]


def test_a_double_click_on_the_ruler_shows_all_again(timeline: Timeline, qtbot: QtBot) -> None:
    zoom_to(timeline, 100, 150)
    qtbot.mouseDClick(timeline, BUTTON, pos=QPoint(at(100).x(), FOOT - 14))
    assert shown(timeline) != (1, 240), "on the band it is two clicks"
    qtbot.mouseDClick(timeline, BUTTON, pos=at(100))
    assert shown(timeline) == (1, 240)


def test_it_follows_the_playhead_only_when_that_leaves(timeline: Timeline) -> None:
    zoom_to(timeline, 100, 149)
    first, last = shown(timeline)
    timeline.show_state(replace(STATE, number=FrameNumber(last)))
    assert shown(timeline) == (first, last)
    timeline.show_state(replace(STATE, number=FrameNumber(last + 1)))
    assert shown(timeline) == (first + 1, last + 1), "a step scrolls"
    playing = replace(STATE, playing=True, playback=PlaybackView(speed=1))
    timeline.show_state(replace(playing, number=FrameNumber(last + 2)))
    assert shown(timeline)[0] == last + 2, "playing turns the page"
    backwards = replace(playing, playback=PlaybackView(speed=-1), number=FrameNumber(last + 1))
    timeline.show_state(backwards)
    assert shown(timeline)[1] == last + 1


def test_looking_elsewhere_while_it_plays_is_left_alone(timeline: Timeline) -> None:
    playing = replace(STATE, playing=True, playback=PlaybackView(speed=1))
    timeline.show_state(playing)
    zoom_to(timeline, 100, 149)
    before = shown(timeline)
    timeline.show_state(replace(playing, number=FrameNumber(2)))
    assert shown(timeline) == before
    timeline.show_state(replace(STATE, number=FrameNumber(3)))
    assert shown(timeline)[0] == 3, "a step is to be seen"


def test_growing_keeps_what_is_shown_and_another_sequence_shows_all(timeline: Timeline) -> None:
    assert STATE.sequence is not None
    grown = replace(STATE.sequence, label="shot.[1-300].png", last=300, count=296)
    timeline.show_state(replace(STATE, sequence=grown))
    assert shown(timeline) == (1, 300), "all stays all"
    timeline.show_state(STATE)
    zoom_to(timeline, 100, 149)
    before = shown(timeline)
    timeline.show_state(replace(STATE, sequence=grown))
    assert shown(timeline) == before
    other = replace(grown, label="other.[1-300].png", position=2)
    timeline.show_state(replace(STATE, sequence=other))
    assert shown(timeline) == (1, 300)


def test_zooming_by_a_command_keeps_the_playhead_in_sight(timeline: Timeline) -> None:
    timeline.show_state(replace(STATE, number=FrameNumber(230)))
    for _ in range(20):
        timeline.zoom_by(0.8)
    first, last = shown(timeline)
    assert first <= 230 <= last
    assert last - first == 19
    timeline.reset_zoom()
    assert shown(timeline) == (1, 240)


# The minimap


def test_the_minimap_shows_all_states_while_zoomed(timeline: Timeline) -> None:
    whole = picture(timeline)
    zoom_to(timeline, 100, 130)
    image = picture(timeline)
    y = MAP_TOP + MAP - 1
    found = {image.pixelColor(x, y).name() for x in range(MARGIN, MARGIN + BAR)}
    assert DARK.text in found, "the frame"
    assert len(found) > 4
    assert timeline.height() == HEIGHT
    timeline.reset_zoom()
    assert picture(timeline) == whole


def test_a_click_in_the_minimap_moves_there_and_its_frame_can_be_dragged(
    timeline: Timeline, events: list[object], qtbot: QtBot
) -> None:
    zoom_to(timeline, 100, 129)
    low = QPoint(0, MAP_TOP + MAP // 2)
    press = QPoint(at(200).x(), 0) + low
    qtbot.mousePress(timeline, BUTTON, pos=press)
    first, last = shown(timeline)
    assert first < 200 < last
    move(timeline, press - QPoint(40, 0), BUTTON)
    assert shown(timeline) == (first - 20, last - 20)
    timeline.show_state(replace(STATE, number=FrameNumber(2)))
    assert shown(timeline) == (first - 20, last - 20), "held fast"
    move(timeline, low, BUTTON)
    assert shown(timeline)[0] == 1
    move(timeline, QPoint(5000, 0) + low, BUTTON)
    assert shown(timeline)[1] == 240
    qtbot.mouseRelease(timeline, BUTTON, pos=QPoint(5000, 0) + low)
    assert events == []


# Words and times


def test_it_says_all_that_is_seen(timeline: Timeline) -> None:
    state = replace(STATE, number=FrameNumber(131), mark_in=20, mark_out=200, bookmarks=(Bookmark(131, "flicker"),))
    timeline.show_state(state)
    assert timeline.accessibleDescription() == "frame 131 of 1 to 240, in 20, out 200, bookmark: flicker"
    timeline.show_state(replace(state, mark_in=None, bookmarks=(Bookmark(131),)))
    assert timeline.accessibleDescription() == "frame 131 of 1 to 240, out 200, bookmark"
    timeline.show_state(STATE)
    assert timeline.accessibleDescription() == "frame 1 of 1 to 240"
    zoom_to(timeline, 100, 150)
    first, last = shown(timeline)
    assert timeline.accessibleDescription() == f"frame 1 of 1 to 240, showing {first} to {last}"


def test_the_ruler_and_the_words_tell_time_codes_if_wanted(timeline: Timeline) -> None:
    numbers = picture(timeline)
    preferences = STATE.preferences.changed(show_time=TimeDisplay.TIME_CODE)
    state = replace(STATE, number=FrameNumber(26), time_base=TimeBase(25.0, 1, "01:00:00:00"), preferences=preferences)
    timeline.show_state(state)
    assert timeline.accessibleDescription() == "frame 26 (01:00:01:00) of 1 to 240"
    assert picture(timeline).copy(200, TOP, 200, RULER) != numbers.copy(200, TOP, 200, RULER)


@pytest.mark.parametrize("step", [1, 2])
def test_a_hundred_thousand_frames_and_every_second_without_a_file(
    timeline: Timeline, events: list[object], qtbot: QtBot, step: int
) -> None:
    gaps = tuple(Span(number, number) for number in range(1, 99_999, 2)) if step == 2 else ()
    sequence = SequenceView("shot.png", "/shots", 0, 99_999, 100_000 // step, gaps, 1, 1)
    runs = ((Span(0, 49_999), FrameState.DECODED), (Span(70_000, 70_000), FrameState.FAILED))
    timeline.show_state(ViewState(sequence=sequence, number=FrameNumber(5), timeline=TimelineView(runs)))
    image = picture(timeline)
    colours = [
        image.pixelColor(MARGIN + BAR * number // 100_000, TOP + RULER + 9).name() for number in (30_000, 70_000)
    ]
    assert colours == [DARK.decoded, DARK.failed]
    for x in (MARGIN, MARGIN + BAR - 1):
        qtbot.mouseClick(timeline, BUTTON, pos=QPoint(x, MIDDLE))
    assert events == [0, "ended", 99_999, "ended"]


def test_numbers_of_more_than_32_bits_are_reported_whole(
    qtbot: QtBot, timeline: Timeline, events: list[object]
) -> None:
    first, last = 1_673_721_000_000_000_000, 1_673_721_060_000_000_000
    numbers = Numbers(PHONE, PHONE.text, lambda number: first if number < (first + last) // 2 else last, 10**9)
    sequence = SequenceView("IMG_[1-2].jpg", "/shots", first, last, 2, (), 1, 1, numbers=numbers)
    timeline.show_state(ViewState(sequence=sequence, number=FrameNumber(first)))
    qtbot.mouseClick(timeline, BUTTON, pos=QPoint(MARGIN + 3 * BAR // 4, MIDDLE))
    assert events == [last, "ended"]
    assert timeline.accessibleDescription() == "frame 20230114_183000 of 20230114_183000 to 20230114_183100"
    for _ in range(100):
        timeline.zoom_by(0.5)
    assert timeline.shown is not None
    assert timeline.shown.last - timeline.shown.first + 1 == LEAST * 10**9
