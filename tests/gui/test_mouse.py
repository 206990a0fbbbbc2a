"""What mouse, wheel, touchpad and fingers do: on the canvas alone, then in the whole window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pictures
import pytest
from PyQt5.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QApplication, QMenu, QWidget

from viewer.core.display.picture import Picture
from viewer.core.frame import FrameNumber, Size
from viewer.gui.theme import DARK
from viewer.gui.widgets.canvas import Canvas
from viewer.gui.widgets.canvas_mouse import CanvasMouse, Fingers
from viewer.gui.widgets.drop_highlight import DropHighlight
from viewer.gui.widgets.labels import ElidedLabel
from viewer.gui.widgets.sequence_list import RowList
from viewer.gui.widgets.timeline import Timeline
from viewer.model.commands import AT_FRAME, AT_ROW, COMMANDS, CONTEXT_MENUS
from viewer.model.dropping import dropped
from viewer.model.preferences import Preferences, Wheel
from viewer.model.view_state import SequenceView, Shown, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from viewer.app import App

    Opened = Callable[..., App]
    Frames = Callable[..., Path]

hand: Any = QTest
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NOTCH = QPoint(0, -120)
"""A notch of the wheel down."""


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas(DARK)
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_state(state_of(Wheel.ZOOM))
    return widget


def state_of(wheel: Wheel) -> ViewState:
    size = Size(40, 30)
    frame = pictures.bgrx(bytes((90, 90, 90, 255)) * 1200, size)
    shown = Shown(FrameNumber(7), Picture(size, "8-bit RGB", frame, None), "a.7.png")
    sequence = SequenceView("a", "/a", 1, 50, 50, (), 1, 1)
    preferences = Preferences(wheel=wheel)
    return ViewState(number=FrameNumber(7), name="a.7.png", shown=shown, sequence=sequence, preferences=preferences)


def turn(
    canvas: QWidget,
    turned: QPoint = NOTCH,
    keys: Any = NONE,  # noqa: ANN401 - Qt's flags
    pixels: QPoint | None = None,
    *,
    by_fingers: bool = False,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
) -> None:
    source = Qt.MouseEventSource.MouseEventNotSynthesized
    if by_fingers:
        source = Qt.MouseEventSource.MouseEventSynthesizedBySystem
    at, buttons = QPointF(100, 150), Qt.MouseButtons(Qt.MouseButton.NoButton)
    modifiers = Qt.KeyboardModifiers(keys)
    event = QWheelEvent(at, at, pixels or QPoint(), turned, buttons, modifiers, phase, False, source)
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize(
    ("wheel", "keys", "turned", "steps", "zooms"),
    [
        (Wheel.ZOOM, NONE, NOTCH, [], True),
        (Wheel.ZOOM, CTRL, NOTCH, [1], False),
        (Wheel.ZOOM, SHIFT, NOTCH, [10], False),
        (Wheel.STEP, NONE, NOTCH, [1], False),
        (Wheel.STEP, NONE, QPoint(0, 240), [-2], False),
        (Wheel.STEP, CTRL, NOTCH, [], True),
        (Wheel.STEP, SHIFT, QPoint(120, 0), [-10], False),  # some systems turn it sideways
        (Wheel.STEP, NONE, QPoint(0, -60), [], False),
        (Wheel.STEP, NONE, QPoint(120, 0), [], False),
    ],
)
def test_the_wheel_zooms_or_steps(
    canvas: Canvas,
    wheel: Wheel,
    keys: Any,  # noqa: ANN401 - Qt's flags
    turned: QPoint,
    steps: list[int],
    zooms: bool,  # noqa: FBT001
) -> None:
    stepped: list[int] = []
    canvas.stepped.connect(stepped.append)
    canvas.show_state(state_of(wheel))
    before = canvas.viewport
    turn(canvas, turned, keys)
    assert (stepped, canvas.viewport != before) == (steps, zooms)


def test_fine_wheels_add_up_to_steps(canvas: Canvas) -> None:
    stepped: list[int] = []
    canvas.stepped.connect(stepped.append)
    for _ in range(8):
        turn(canvas, QPoint(0, -30), CTRL)
    assert stepped == [1, 1]


def test_two_fingers_pan_a_zoomed_picture_and_never_begin_to_in_one_turn(canvas: Canvas) -> None:
    turn(canvas, QPoint(0, 120), phase=Qt.ScrollPhase.ScrollBegin, pixels=QPoint(0, 9), by_fingers=True)
    turn(canvas, QPoint(0, 120), phase=Qt.ScrollPhase.ScrollUpdate, pixels=QPoint(0, 9), by_fingers=True)
    zoomed = canvas.viewport
    assert zoomed.actual_scale == pytest.approx(10 * 1.25**2), "fitted when it began: as a wheel"
    canvas.zoom_to(40)
    before = canvas.viewport.rect
    turn(canvas, NOTCH, pixels=QPoint(-7, -12), by_fingers=True)
    assert canvas.viewport.rect == before._replace(left=before.left - 7, top=before.top - 12)
    scale = canvas.viewport.actual_scale
    turn(canvas, NOTCH, pixels=QPoint(-7, -12))
    assert canvas.viewport.actual_scale < scale, "X11 gives pixels for wheels too"


def test_pinching_on_a_touchpad_zooms_about_the_fingers(canvas: Canvas) -> None:
    at = QPointF(100, 150)
    for kind, scale in ((Qt.NativeGestureType.ZoomNativeGesture, 15), (Qt.NativeGestureType.RotateNativeGesture, 15)):
        QApplication.sendEvent(canvas, QNativeGestureEvent(kind, at, at, at, 0.5, 0, 0))
        assert canvas.viewport.actual_scale == pytest.approx(scale)


BEGIN, UPDATE, END = QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd


@pytest.fixture
def fingers(canvas: Canvas) -> tuple[Fingers, list[object]]:
    """Fingers on the canvas (Qt lets nobody make the points of its events), and what they have asked for."""
    mouse, done = CanvasMouse(canvas), list[object]()
    mouse.panned.connect(lambda by: done.append((by.x(), by.y())))
    mouse.scaled.connect(lambda factor, at: done.append((factor, at.x(), at.y())))
    mouse.double_clicked.connect(lambda: done.append("twice"))
    canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    canvas.customContextMenuRequested.connect(done.append)
    return Fingers(mouse), done


def test_one_finger_pans_two_pinch_and_two_taps_are_a_double_click(fingers: tuple[Fingers, list[object]]) -> None:
    touch, done = fingers
    one, other = QPointF(100, 150), QPointF(300, 150)
    touch.follow(BEGIN, [(one, one)], 0)
    touch.follow(UPDATE, [(one, one + QPointF(1, 0))], 1)
    touch.follow(UPDATE, [(one, one + QPointF(30, 0))], 2)
    touch.follow(UPDATE, [(one, one - QPointF(40, 0)), (other, other + QPointF(60, 0))], 3)
    assert done == [(30, 0), (10, 0), (1.5, 210, 150)], "a finger that trembles moves nothing"
    assert touch.are_down
    touch.follow(END, [(one, one)], 4)
    done.clear()
    for at in (5000, 5100, 9000):
        touch.follow(BEGIN, [(one, one)], at)
        touch.follow(END, [(one, one)], at)
    assert done == ["twice"]


def test_a_long_touch_asks_for_the_menu(
    fingers: tuple[Fingers, list[object]], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch, done = fingers
    monkeypatch.setattr("viewer.gui.widgets.canvas_mouse.hold_interval", lambda: 0)
    touch.follow(BEGIN, [(QPointF(9, 8), QPointF(9, 8))], 0)
    qtbot.waitUntil(lambda: done == [QPoint(9, 8)])
    assert not touch.are_down


def mouse(widget: QWidget, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton = LEFT, keys: Any = NONE) -> None:  # noqa: ANN401 - Qt's flags
    moves = kind == QEvent.Type.MouseMove
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, QPointF(at), Qt.MouseButton.NoButton if moves else button, held, keys)
    QApplication.sendEvent(widget, event)


PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


@pytest.mark.parametrize(("scale", "keys", "drags"), [(None, NONE, True), (40, NONE, False), (None, ALT, False)])
def test_only_a_fitted_picture_is_taken_as_a_file(canvas: Canvas, scale: int | None, keys: Any, drags: bool) -> None:  # noqa: ANN401, FBT001
    dragged: list[int] = []
    canvas.file_dragged.connect(lambda: dragged.append(1))
    if scale:
        canvas.zoom_to(scale)
    at = QPoint(100, 100)
    for kind, by in ((PRESS, 0), (MOVE, 2), (MOVE, 40), (MOVE, 80), (RELEASE, 80)):
        mouse(canvas, kind, at + QPoint(by, 0), keys=keys)
    assert dragged == [1] * drags


def test_the_pointer_says_where_alt_and_a_drag_scrub(canvas: Canvas) -> None:
    mouse(canvas, MOVE, QPoint(5, 5), Qt.MouseButton.NoButton, ALT)
    assert canvas.cursor().shape() == Qt.CursorShape.SizeHorCursor
    mouse(canvas, MOVE, QPoint(6, 5), Qt.MouseButton.NoButton)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


# In the window


@pytest.mark.parametrize("menu", CONTEXT_MENUS)
def test_each_context_menu_has_commands_each_once(menu: str) -> None:
    named = [name for name in CONTEXT_MENUS[menu] if name != "-"]
    assert set(named) <= {command.name for command in COMMANDS}
    assert len(set(named)) == len(named)


def texts(menu: QWidget | None) -> list[str]:
    assert isinstance(menu, QMenu)
    return [action.text().replace("&", "") for action in menu.actions()]


def shown_menu(widget: QWidget, at: QPoint, *, by_key: bool = False) -> QMenu:
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, name: str) -> None:
    action = menu.findChild(QAction, f"{name} here")
    menu.close()
    action.trigger()


def test_each_part_has_its_menu_by_mouse_and_by_key(opened: Opened, frames: Frames, qtbot: QtBot) -> None:
    folder = frames("shots", 12)
    for number in (1, 2, 3):
        (folder / f"zebra.{number:04d}.jpg").write_bytes((folder / f"shot.{number:04d}.jpg").read_bytes())
    app = opened(folder / "shot.0003.jpg", 3)
    window, canvas = app.window, app.window.canvas
    window.resize(1000, 700)  # the list stands beside the picture
    timeline, rows = window.findChild(Timeline), window.findChild(RowList)
    of_commands = {command.name: command.text for command in COMMANDS}
    menu = shown_menu(canvas, QPoint(20, 20))
    assert texts(menu) == [of_commands.get(name, "") for name in CONTEXT_MENUS["picture"]]
    QApplication.sendEvent(canvas, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(9, 9), QPoint(9, 9)))
    assert QApplication.activePopupWidget() is menu, "one at a time"
    menu.close()
    place = timeline.place_of(9)
    assert texts(shown_menu(timeline, place))[:4] == [each.format(9) for each in AT_FRAME.values()]
    for name in AT_FRAME:
        if (open_menu := QApplication.activePopupWidget()) is not None:
            open_menu.close()
        choose(shown_menu(timeline, place), name)
    qtbot.waitUntil(lambda: window.state.number == 9)
    assert (window.state.mark_in, window.state.mark_out) == (9, 9)
    assert [each.number for each in window.state.bookmarks] == [9]
    window.activateWindow()
    timeline.setFocus()
    qtbot.waitUntil(timeline.hasFocus)
    window.findChild(QAction, "context_menu").trigger()
    by_key = QApplication.activePopupWidget()
    assert texts(by_key)[0] == "Go to 9"
    assert isinstance(by_key, QMenu)
    active = by_key.activeAction()
    assert [(each.isEnabled(), each.isChecked(), each is active) for each in by_key.actions()[:4]] == [
        *[(False, False, False)] * 3,  # they are there
        (True, True, True),
    ]
    by_key.close()
    viewport = rows.viewport()
    assert viewport is not None
    second = rows.visualRect(rows.model().index(1, 0)).center()  # type: ignore[union-attr]
    label = "zebra.[0001-0003].jpg"
    assert texts(shown_menu(viewport, second))[:2] == [each.format(label) for each in AT_ROW.values()]
    open_menu = QApplication.activePopupWidget()
    assert isinstance(open_menu, QMenu)
    choose(open_menu, "copy_path")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == str(folder / "zebra.0001.jpg")
    choose(shown_menu(viewport, second), "open")
    qtbot.waitUntil(lambda: window.state.sequence is not None and window.state.sequence.label == label)
    window.activateWindow()
    rows.setFocus()
    qtbot.waitUntil(rows.hasFocus)
    menu = shown_menu(rows, QPoint(), by_key=True)
    assert (texts(menu)[0], menu.actions()[0].isEnabled()) == (f"Open {label}", False), "it is open"
    menu.close()


def test_side_buttons_go_back_and_forward_and_a_double_click_is_full_screen(
    opened: Opened, frames: Frames, qtbot: QtBot
) -> None:
    app = opened(frames("shots", 12))
    window = app.window
    app.model.go_to(9)
    qtbot.waitUntil(lambda: window.state.number == 9 and window.state.is_true)
    for widget in (window.canvas, window.findChild(Timeline)):
        hand.mouseClick(widget, Qt.MouseButton.BackButton, NONE, QPoint(5, 5))
        qtbot.waitUntil(lambda: window.state.number == 1)
        hand.mouseClick(widget, Qt.MouseButton.ForwardButton, NONE, QPoint(5, 5))
        qtbot.waitUntil(lambda: window.state.number == 9)
    for full in (True, False):
        hand.mouseDClick(window.canvas, LEFT, NONE, QPoint(50, 50))
        assert window.isFullScreen() is full
    turn(window.canvas, NOTCH, CTRL)
    qtbot.waitUntil(lambda: window.state.number == 10)


def test_the_file_of_the_frame_or_of_a_row_is_dragged_out(
    opened: Opened, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[str] = []
    monkeypatch.setattr(
        "PyQt5.QtGui.QDrag.exec_", lambda self, _action: dragged.append(self.mimeData().urls()[0].toLocalFile())
    )
    folder = frames("shots", 12)
    (folder / "shot.0007.jpg").unlink()
    for number in (1, 2):
        (folder / f"zebra.{number:04d}.jpg").write_bytes((folder / "shot.0001.jpg").read_bytes())
    app = opened(folder / "shot.0003.jpg", 3)
    app.window.resize(1000, 700)  # the list stands beside the picture
    canvas, rows = app.window.canvas, app.window.findChild(RowList)
    viewport, model = rows.viewport(), rows.model()
    assert viewport is not None
    assert model is not None
    (name,) = (each for each in app.window.findChildren(ElidedLabel) if each.accessibleName() == "File")
    for widget, at in (
        (canvas, QPoint(90, 90)),
        (name, QPoint(3, 3)),
        *((viewport, rows.visualRect(model.index(row, 0)).center()) for row in (0, 1)),
    ):
        for kind, by in ((PRESS, 0), (MOVE, 40), (MOVE, 41)):
            mouse(widget, kind, at + QPoint(by, 0))
    assert dragged == [str(folder / name) for name in (*["shot.0003.jpg"] * 3, "zebra.0001.jpg")]
    app.window.show_state(replace(app.window.state, path="", problem="There is no file for frame 7."))
    canvas.file_dragged.emit()
    assert len(dragged) == 4


@pytest.mark.parametrize(
    ("paths", "opens", "says"),
    [
        (["/a/b"], "/a/b", ""),
        (["/a/s.0009.png", "/a/s.0007.png", "/a/s.0008.png"], "/a/s.0007.png", ""),
        (["/a/s.1.png", "/a/s.2.png", "/a/t.1.png", "/a/t.2.png"], "/a/s.1.png", "in the list"),
        (["/a/v1", "/a/v2"], "/a/v1", "“v1” is open, the first of 2"),
        (["/a/s.1.png", "/b/s.1.png"], "/a/s.1.png", "one at a time"),
    ],
)
def test_of_several_things_dropped_one_opens(paths: list[str], opens: str, says: str) -> None:
    opened, said = dropped(paths)
    assert opened == opens
    assert says in said
    assert bool(says) == bool(said)


def test_the_window_shows_where_to_drop_and_says_what_it_opens(app: App, frames: Frames, qtbot: QtBot) -> None:
    folders = [frames(name, 3) for name in ("one", "two")]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder)) for folder in folders])
    copy, window = Qt.DropAction.CopyAction, app.window
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, LEFT, NONE)
    QCoreApplication.sendEvent(window, enter)
    highlight = window.findChild(DropHighlight)
    assert enter.isAccepted()
    assert highlight.isVisible()
    assert highlight.geometry() == window.rect()
    assert highlight.accessibleName() == "Drop to open: 2 files and folders"
    QCoreApplication.sendEvent(window, QDragLeaveEvent())
    assert not highlight.isVisible()
    QCoreApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), copy, data, LEFT, NONE))
    assert highlight.isVisible()
    QCoreApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, data, LEFT, NONE))
    assert not highlight.isVisible()
    qtbot.waitUntil(lambda: window.state.is_true and not window.state.listing)
    assert window.state.sequence is not None
    assert window.state.sequence.folder == str(folders[0])
    assert "“one” is open, the first of 2" in window.state.message
