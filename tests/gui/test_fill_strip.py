# mypy: untyped-calls-exclude=pytestqt
"""The strip that tells of reading in advance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from viewer.core.units import GB, MB
from viewer.gui.widgets.fill_strip import WARNING, FillStrip
from viewer.model.view_state import FillView, PlaybackView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

FILL = FillView("the whole sequence", 131, 300, 5.9e6, 28.0, 210 * MB, fits=True)
ALL = "reading the whole sequence: 131 of 300 · 5.9 MB/s · 0:28 left · needs 210 MB"


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[FillStrip]:
    """A strip in a line as wide as it likes."""
    line = QWidget()
    qtbot.addWidget(line)
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    strip = FillStrip()
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


def test_it_is_there_only_while_something_is_read_in_advance(strip: FillStrip) -> None:
    assert strip.isVisible()
    strip.show_state(ViewState())
    assert not strip.isVisible()


def test_it_says_what_how_far_how_fast_how_long_and_how_much(strip: FillStrip) -> None:
    assert said(strip) == [ALL]
    bar = strip.findChild(QProgressBar)
    assert bar is not None
    assert (bar.minimum(), bar.value(), bar.maximum()) == (0, 131, 300)
    assert strip.accessibleDescription() == ALL


def test_it_warns_when_not_all_can_be_kept(strip: FillStrip) -> None:
    strip.show_state(ViewState(fill=replace(FILL, fits=False, bytes_needed=21 * GB)))
    assert said(strip) == [ALL.replace("210 MB", "21.0 GB"), WARNING]
    strip.show_state(ViewState(fill=FILL))
    assert said(strip) == [ALL]


def test_it_says_when_all_is_here(strip: FillStrip) -> None:
    strip.show_state(ViewState(fill=replace(FILL, done=300, bytes_per_second=0.0, seconds_left=0.0, fits=False)))
    assert said(strip) == ["finished reading the whole sequence: all 300 are here"]
    assert not stop(strip).isEnabled()


def test_it_says_that_it_plays_afterwards(strip: FillStrip) -> None:
    strip.show_state(ViewState(fill=FILL, playback=PlaybackView(waits_for_fill=True)))
    resize(strip, 1500)
    assert said(strip) == [ALL.replace("sequence:", "sequence, then playing:")]
    strip.show_state(ViewState(fill=FILL))
    assert said(strip) == [ALL]


def test_it_is_stopped_by_its_button_which_no_click_gives_the_keys(strip: FillStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.stop_requested):
        qtbot.mouseClick(stop(strip), Qt.MouseButton.LeftButton)
    assert stop(strip).focusPolicy() == Qt.FocusPolicy.TabFocus


def test_with_little_room_it_says_less_and_the_button_stays(strip: FillStrip) -> None:
    strip.show_state(ViewState(fill=replace(FILL, fits=False)))
    lengths = []
    for width in (1400, 620, 520, 430, 300, 180):
        resize(strip, width)
        lengths.append(len("".join(said(strip))))
        right = max(label.geometry().right() for label in strip.findChildren(QLabel) if label.isVisible())
        assert right < stop(strip).geometry().left(), width
        assert stop(strip).geometry().right() < width
    assert lengths == sorted(lengths, reverse=True)
    assert "131 of 300" in said(strip)[0]
    assert strip.toolTip().startswith(ALL)


def test_its_width_stays_the_same_while_the_figures_change(strip: FillStrip) -> None:
    strip.grab()
    before = stop(strip).geometry()
    for change in ({"done": 9}, {"bytes_per_second": 12e6}, {"seconds_left": 4000.0}, {"seconds_left": None}):
        strip.show_state(ViewState(fill=replace(FILL, **change)))
        strip.grab()
        assert stop(strip).geometry() == before, change
