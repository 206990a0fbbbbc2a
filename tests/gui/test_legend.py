# mypy: untyped-calls-exclude=pytestqt
"""What the colours of the timeline mean, in the window."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QLabel, QToolButton, QWidget

from viewer.core.load.frame_state import FrameState
from viewer.gui.theme import DARK
from viewer.gui.widgets.legend import MEANINGS, Legend
from viewer.gui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_each_state_has_its_row_as_the_timeline_paints_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    legend = Legend(window)
    window.show()
    legend.open_above(QPoint(0, 500), DARK)
    assert {state for state, _ in MEANINGS} == {*FrameState, None}
    assert {label.text() for label in legend.findChildren(QLabel)} >= {words for _, words in MEANINGS}
    assert legend.geometry().bottom() < 500
    pictures = [pixmap.toImage() for label in legend.findChildren(QLabel) if (pixmap := label.pixmap()) is not None]
    assert len(pictures) == len(MEANINGS)
    assert all(one != other for one, other in combinations(pictures, 2))
    qtbot.keyClick(legend, Qt.Key.Key_Escape)
    assert not legend.isVisible()


def test_the_timeline_asks_for_it(qtbot: QtBot) -> None:
    timeline = Timeline(DARK)
    qtbot.addWidget(timeline)
    with qtbot.waitSignal(timeline.legend_wanted):
        qtbot.mouseClick(timeline.findChild(QToolButton), Qt.MouseButton.LeftButton)
