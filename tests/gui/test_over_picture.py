# mypy: untyped-calls-exclude=pytestqt
"""What lies over the picture: controls and numbers while the panels are hidden, answers, notices and problems."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from PyQt5.QtCore import QEvent, QObject, QPoint, Qt
from PyQt5.QtGui import QCursor
from PyQt5.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QToolButton, QWidget
from window_states import HERE, OPEN, Stage, shown, staged

from viewer.core.frame import FrameNumber, Size
from viewer.gui.widgets.floating_controls import FloatingControls
from viewer.gui.widgets.notices import FrameTag, Notice, ProblemCard, Toast
from viewer.gui.widgets.timeline import Timeline
from viewer.model.preferences import Theme
from viewer.model.view_state import ShortAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

AWAY = "The share has not answered for {} s."


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:  # noqa: ARG001 - there must be one
    beside = mock.patch.object(QCursor, "pos", return_value=QPoint(-50, -50))  # wherever the mouse is
    with beside, staged("at_rest", Theme.DARK, Size(640, 400)) as made:
        yield made


def part(stage: Stage, kind: type[QWidget]) -> Any:  # noqa: ANN401 - of the kind
    """Returns the part of a kind if it is seen."""
    return next((each for each in stage.window.findChildren(kind) if each.isVisible()), None)


def step(stage: Stage, number: int, **changes: Any) -> None:  # noqa: ANN401 - fields of the snapshot
    stage.show(number=FrameNumber(number), name=f"sh010_comp.{number}.png", shown=shown(number), **changes)


def move(stage: Stage, x: int = 5) -> None:
    stage.window.canvas.pointer_moved.emit(QPoint(-x, -x))


class Paints(QObject):
    """Counts how often widgets are painted."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.count = 0
        for each in widgets:
            each.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        self.count += event is not None and event.type() == QEvent.Type.Paint
        return False


@pytest.mark.parametrize("command", ["panels", "full_screen"])
def test_the_controls_come_with_the_mouse_and_go_with_the_pointer(stage: Stage, command: str) -> None:
    canvas, timeline = stage.window.canvas, stage.window.findChild(Timeline)
    stage.do(command)
    controls = stage.window.findChild(FloatingControls)
    assert not timeline.isVisible()
    move(stage)
    assert timeline.isVisible()
    assert controls.geometry().bottom() == canvas.height() - 1
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    controls.rest.timeout.emit()
    assert not timeline.isVisible()
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    move(stage)
    assert not timeline.isVisible(), "the mouse is where it was"
    for leads_there in ("go_to_frame", "next_part"):
        stage.do(leads_there)
        controls.rest.timeout.emit()
        assert timeline.isVisible(), "it has the keys"
    stage.do(command)
    assert timeline.isVisible()
    assert not controls.isVisible()
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    move(stage, 9)
    assert not controls.isVisible()


def test_the_controls_stay_while_they_are_used(stage: Stage) -> None:
    stage.do("panels")
    move(stage)
    controls, field = stage.window.findChild(FloatingControls), stage.window.findChild(QLineEdit)
    middle, pressed = controls.mapToGlobal(controls.rect().center()), Qt.MouseButton.LeftButton
    for name, used in (
        ("mouse", mock.patch.object(QCursor, "pos", return_value=middle)),
        ("button", mock.patch.object(QApplication, "mouseButtons", return_value=pressed)),
        ("menu", mock.patch.object(QApplication, "activePopupWidget", return_value=QMenu(stage.window))),
        ("field", mock.patch.object(QApplication, "focusWidget", return_value=field)),
    ):
        with used:
            controls.rest.timeout.emit()
            assert (name, controls.isVisible(), controls.rest.isActive()) == (name, True, True)
    controls.rest.timeout.emit()
    assert not controls.isVisible()


def test_a_step_shows_its_number_with_the_picture_for_a_while(stage: Stage) -> None:
    step(stage, HERE + 1)
    assert part(stage, FrameTag) is None, "the transport shows it"
    stage.do("panels")
    step(stage, HERE + 2)
    tag = part(stage, FrameTag)
    assert (tag.words, tag.icon, tag.timer.isActive()) == (f"{HERE + 2}", "", True)
    stage.show(number=FrameNumber(HERE + 3), name="another.png", shown=shown(HERE + 2))
    assert (tag.words, tag.icon, tag.timer.isActive()) == (f"{HERE + 3}", "loading", False)
    paints = Paints(tag)
    stage.window.show_state(replace(stage.window.state, shown=shown(HERE + 3), name=f"sh010_comp.{HERE + 3}.png"))
    assert paints.count == 1, "it is painted with the picture, not after it"
    assert (tag.icon, tag.timer.isActive()) == ("", True)
    tag.timer.timeout.emit()
    assert not tag.isVisible()
    step(stage, HERE + 3)
    assert not tag.isVisible(), "no step"
    step(stage, HERE + 4, playing=True)
    assert not tag.isVisible(), "numbers would flicker"


def test_hidden_controls_are_not_painted_when_frames_change(stage: Stage) -> None:
    stage.do("panels")
    controls = stage.window.findChild(FloatingControls)
    paints = Paints(controls, *controls.findChildren(QWidget))
    for number in range(HERE + 1, HERE + 6):
        step(stage, number)
    assert paints.count == 0
    move(stage)
    stage.window.canvas.repaint()
    assert paints.count


def test_answers_take_each_others_place(stage: Stage) -> None:
    stage.show(answer=ShortAnswer("Copied", 1))
    toast = part(stage, Toast)
    assert (toast.words, toast.timer.isActive()) == ("Copied", True)
    stage.do("mark_in")
    stage.show(mark_in=HERE, answer=ShortAnswer("Copied", 1))
    assert toast.words == f"In {HERE}"
    toast.timer.timeout.emit()
    stage.show(mark_in=HERE, answer=ShortAnswer("Copied", 1))
    assert not toast.isVisible()
    stage.show(answer=ShortAnswer("Copied", 2))
    assert toast.isVisible()
    stage.show(answer=ShortAnswer("", 3))
    assert not toast.isVisible()
    stage.show(shown=None, problem_kind="gap", problem="There is no file for it.")
    stage.do("copy_picture")
    assert (toast.isVisible(), toast.words) == (True, "Nothing to copy: this frame is missing")


def test_there_is_one_notice_until_it_is_over_or_put_away(stage: Stage) -> None:
    def seen() -> str:
        notice = part(stage, Notice)
        return "" if notice is None else str(notice.accessibleDescription())

    for message, offline, puts_away, words in (
        ("", "", False, ""),
        ("Type a number.", "", False, "Type a number."),
        ("Type a number.", AWAY.format(8), False, "Type a number."),
        ("Type a number.", AWAY.format(9), True, AWAY.format(9)),
        ("", AWAY.format(10), True, ""),
        ("", AWAY.format(11), False, ""),
        ("Another.", AWAY.format(12), True, ""),
        ("", "", False, ""),
        ("", AWAY.format(8), False, AWAY.format(8)),
        ("Another.", "", True, ""),
        ("", "", False, ""),
        ("Another.", "", False, "Another."),
    ):
        stage.show(message=message, offline=offline)
        if puts_away:
            close = stage.window.findChild(Notice).findChild(QToolButton)
            close.click() if message else stage.do("leave")
        assert (message, offline, seen()) == (message, offline, words)
    stage.show(
        shown=None, problem="The share does not answer.", problem_kind="unreachable", offline=AWAY.format(9), message=""
    )
    assert seen() == "", "the page says it"


@pytest.mark.parametrize("width", [360, 640, 1280])
def test_what_is_said_never_covers_what_else_is_said(stage: Stage, width: int) -> None:
    stage.do("panels")
    stage.window.resize(width, 500)
    stage.show(message="A sentence that takes several lines where there is little room. " * 3)
    step(stage, HERE + 1, message=stage.window.state.message)
    notice, tag = part(stage, Notice), part(stage, FrameTag)
    assert not notice.card.intersects(tag.geometry())
    stage.show(message=stage.window.state.message, shown=None, problem="It is cut off.", problem_kind="unreadable")
    assert not notice.card.intersects(part(stage, ProblemCard).card)
    stage.window.resize(width, 560)
    QApplication.processEvents()
    assert not notice.card.intersects(part(stage, ProblemCard).card)


def test_a_problem_says_which_file_it_is_and_offers_to_try_again(stage: Stage) -> None:
    looks = []
    for kind in ("", "missing", "unreadable", "writing", "unreachable"):
        stage.show(shown=None, problem="Frame 7 is not here.", problem_kind=kind, facts="214 kB")
        looks.append(part(stage, ProblemCard).grab().toImage())
    assert all(one != other for one, other in pairwise(looks))
    card = part(stage, ProblemCard)
    with mock.patch.object(stage.window._actions, "trigger") as trigger:  # noqa: SLF001 - what buttons press
        card.triggered.connect(trigger)
        card.findChild(QPushButton).click()
    assert trigger.call_args.args[0] in {"reload", "reload_frame"}
    card.findChild(QPushButton).setFocus()
    stage.show(shown=None, problem="There is no file for frame 7.", problem_kind="gap")
    assert part(stage, ProblemCard) is None, "the hatching says it"
    assert stage.window.focusWidget() is stage.window.canvas
    stage.show(OPEN)
    assert part(stage, ProblemCard) is None
