# mypy: untyped-calls-exclude=pytestqt
"""The strip that tells of reading in advance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.core.units import GB, MB
from viewer.gui.theme import DARK
from viewer.gui.widgets.fill_strip import WARNING, FillStrip
from viewer.model.view_state import FillView, PlaybackView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

FILL = FillView("the whole sequence", 131, 300, 5.9e6, 28.0, 210 * MB, fits=True)
ALL = "reading the whole sequence: 131 of 300 · 5.9 MB/s · 0:28 left · needs 210 MB"
DONE = replace(FILL, done=300, bytes_per_second=0.0, seconds_left=0.0, fits=False)


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[FillStrip]:
    """A strip in a line as wide as it likes."""
    line = QWidget()
    qtbot.addWidget(line)
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    strip = FillStrip(DARK)
    row.addWidget(strip, 1)
    row.addStretch(0)
    line.resize(1400, 26)
    line.show()
    strip.show_state(ViewState(fill=FILL))
    yield strip
    line.hide()


def said(strip: FillStrip) -> list[str]:
    strip.grab()
    return [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]


def resize(strip: FillStrip, width: int) -> None:
    line = strip.parentWidget()
    assert line is not None
    line.resize(width, 26)
    strip.grab()


def stop(strip: FillStrip) -> QToolButton:
    found = strip.findChild(QToolButton)
    assert found is not None
    return found


def test_it_says_how_far_and_how_long_and_all_else_in_the_tool_tip(strip: FillStrip) -> None:
    assert said(strip) == ["131 of 300 · 0:28 left"]
    assert (strip.accessibleDescription(), strip.toolTip()) == (ALL, ALL)
    too_much = replace(FILL, fits=False, bytes_needed=21 * GB)
    strip.show_state(ViewState(fill=too_much, playback=PlaybackView(waits_for_fill=True)))
    resize(strip, 1300)
    assert said(strip) == [WARNING, "131 of 300 · 0:28 left"]
    what = ALL.replace("210 MB", "21.0 GB").replace("sequence:", "sequence, then playing:")
    assert strip.toolTip() == f"{what} · {WARNING}"


def test_it_leaves_when_reading_stops_and_a_moment_after_all_is_here(strip: FillStrip) -> None:
    parts: list[float | None] = []
    strip.progressed.connect(parts.append)
    strip.show_state(ViewState(fill=DONE))
    assert said(strip) == ["all 300 are here"]
    assert not stop(strip).isVisible()
    timer = strip.findChild(QTimer)
    assert timer.isActive()
    timer.timeout.emit()
    assert not strip.isVisible()
    strip.show_state(ViewState(fill=replace(DONE, seconds_left=None)))
    assert not strip.isVisible(), "it has been said"
    strip.show_state(ViewState(fill=FILL))
    assert strip.isVisible()
    strip.show_state(ViewState())
    assert not strip.isVisible()
    assert parts == [1.0, None, 131 / 300, None]


def test_it_is_stopped_by_its_button_which_no_click_gives_the_keys(strip: FillStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.stop_requested):
        qtbot.mouseClick(stop(strip), Qt.MouseButton.LeftButton)
    assert stop(strip).focusPolicy() == Qt.FocusPolicy.TabFocus


def test_with_little_room_it_says_less_and_the_button_stays(strip: FillStrip) -> None:
    strip.show_state(ViewState(fill=replace(FILL, fits=False)))
    lengths = []
    for width in (1300, 500, 300, 260, 140):
        resize(strip, width)
        lengths.append(len("".join(said(strip))))
        right = max(label.geometry().right() for label in strip.findChildren(QLabel) if label.isVisible())
        assert right < stop(strip).geometry().left(), width
        assert stop(strip).geometry().right() < width
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[-1]
    assert said(strip) == ["131 of 300"]


def test_its_width_stays_the_same_while_the_figures_change(strip: FillStrip) -> None:
    strip.grab()
    before = stop(strip).geometry()
    for change in ({"done": 9}, {"bytes_per_second": 12e6}, {"seconds_left": 4000.0}, {"seconds_left": None}):
        strip.show_state(ViewState(fill=replace(FILL, **change)))
        strip.grab()
        assert stop(strip).geometry() == before, change
