# mypy: untyped-calls-exclude=pytestqt
"""The status line."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt5.QtCore import Qt

from viewer.core import frame
from viewer.core.display.picture import Picture
from viewer.core.frame import BorrowedMemory, Frame, FrameNumber, PageAxis, SampleInfo, Size
from viewer.core.load.frame_tally import FrameMemory
from viewer.core.load.statistics import Activity
from viewer.core.units import GB, MB
from viewer.gui.theme import DARK
from viewer.gui.widgets.status_line import StatusLine
from viewer.model.preferences import Preferences
from viewer.model.view_state import LevelsView, MemoryView, PlaybackView, SequenceView, Shown, ViewState

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QLabel
    from pytestqt.qtbot import QtBot

NOTHING = Activity()
STATE = ViewState(
    sequence=SequenceView("shot.[1001-1240].png", "/shots", 1001, 1240, 240, (), 2, 5),
    number=FrameNumber(1096),
    name="shot.1096.png",
    path="/shots/shot.1096.png",
    shown=Shown(FrameNumber(1096), Picture(Size(1920, 1080), "8-bit RGB", None, None), "shot.1096.png"),
    preferences=Preferences(cache_bytes=4 * GB),
    activity=NOTHING._replace(reading=3, decoding=2, bytes_per_second=17.8e6, memory_used=1_100 * MB),
)


@pytest.fixture
def line(qtbot: QtBot) -> StatusLine:
    widget = StatusLine(DARK)
    qtbot.addWidget(widget)
    widget.resize(1400, widget.height())
    widget.show_state(STATE)
    widget.show()
    return widget


def fact(line: StatusLine, name: str) -> QLabel:
    from PyQt5.QtWidgets import QLabel  # noqa: PLC0415 - only for this

    return next(label for label in line.findChildren(QLabel) if label.accessibleName() == name)


def test_it_says_what_is_shown_and_what_goes_on(line: StatusLine) -> None:
    line.show_zoom("Fit 54 %")
    assert fact(line, "Frame").text() == "1096"
    assert fact(line, "File").text() == "shot.1096.png"
    assert fact(line, "File").toolTip() == "/shots/shot.1096.png"
    assert fact(line, "Picture").text() == "1920 × 1080  8-bit RGB"  # noqa: RUF001 - "by"
    assert fact(line, "Zoom").text() == "Fit 54 %"
    assert fact(line, "Loading").text() == "3 reading · 2 decoding"
    assert fact(line, "Speed").text() == "↓ 17.8 MB/s"
    assert fact(line, "Memory").text() == "1.1 of 4.0 GB"
    assert fact(line, "Sequence").text() == "2 of 5 sequences"


def test_it_says_that_the_file_has_more_pages_and_a_click_opens_them(line: StatusLine, qtbot: QtBot) -> None:
    page = fact(line, "Page")
    assert not page.text()
    shown = STATE.shown
    assert shown is not None
    for pages, words in ((4, "page 1 of 4"), (1, ""), (1200, "page 1 of 1,200")):
        line.show_state(replace(STATE, shown=replace(shown, picture=replace(shown.picture, pages=pages))))
        assert page.text() == words
    with qtbot.waitSignal(line.pages_wanted):
        qtbot.mouseClick(page, Qt.MouseButton.LeftButton)
    line.show_state(replace(STATE, shown=None))
    assert not page.text()


def test_it_says_which_frames_are_being_read(line: StatusLine) -> None:
    room = fact(line, "Loading").minimumWidth()
    line.show_state(replace(STATE, reading=tuple(FrameNumber(number) for number in (1131, 1132, 1133, 1134))))
    assert fact(line, "Loading").text() == "reading 1131, 1132 +2 · 2 decoding"
    line.show_state(replace(STATE, reading=(FrameNumber(1131),), activity=STATE.activity._replace(reading=1)))
    assert fact(line, "Loading").text() == "reading 1131 · 2 decoding"
    assert fact(line, "Loading").minimumWidth() == room


def test_it_says_why_it_plays_too_slowly_in_the_place_of_what_is_being_read(line: StatusLine) -> None:
    places = [fact(line, name).geometry() for name in ("Loading", "Speed", "Memory")]
    slowed = "this computer decodes 13.2 frames a second"
    line.show_state(replace(STATE, playing=True, playback=PlaybackView(speed=1, slowed=slowed)))
    line.grab()
    assert fact(line, "Loading").text() == slowed
    assert fact(line, "Loading").toolTip() == "3 reading · 2 decoding"
    assert [fact(line, name).geometry() for name in ("Loading", "Speed", "Memory")] == places
    line.show_state(STATE)
    assert fact(line, "Loading").text() == "3 reading · 2 decoding"
    assert fact(line, "Loading").toolTip() == ""


def test_what_is_not_going_on_is_not_said(line: StatusLine) -> None:
    line.show_state(replace(STATE, activity=NOTHING))
    assert fact(line, "Loading").text() == ""
    assert fact(line, "Speed").text() == ""
    assert not fact(line, "Listing").isVisible()


def test_one_sequence_is_not_counted(line: StatusLine) -> None:
    assert STATE.sequence is not None
    line.show_state(replace(STATE, sequence=replace(STATE.sequence, positions=1, position=1)))
    assert not fact(line, "Sequence").isVisible()


def test_the_listing_is_counted(line: StatusLine) -> None:
    line.show_state(replace(STATE, listing=True))
    assert fact(line, "Listing").text() == "Listing…"
    line.show_state(replace(STATE, listing=True, names_seen=12_000))
    assert fact(line, "Listing").text() == "Listing… 12,000 names"


def test_small_budgets_are_told_in_megabytes(line: StatusLine) -> None:
    line.show_state(replace(STATE, preferences=Preferences(cache_bytes=512 * MB), activity=NOTHING))
    assert fact(line, "Memory").text() == "0 of 512 MB"


def test_less_memory_than_was_set_is_quietly_said(line: StatusLine) -> None:
    assert fact(line, "Memory").text() == "1.1 of 4.0 GB"
    line.show_state(replace(STATE, memory=MemoryView(16 * GB, 3 * GB)))
    assert fact(line, "Memory").text() == "1.1 of 2.0 GB"
    assert "the cache size is 4.0 GB, but 1 GB stays free" in fact(line, "Memory").toolTip()


def test_the_size_of_another_frames_picture_is_faint(line: StatusLine) -> None:
    assert fact(line, "Picture").isEnabled()
    line.show_state(replace(STATE, number=FrameNumber(1097)))
    assert not fact(line, "Picture").isEnabled()


def test_figures_keep_their_places(line: StatusLine) -> None:
    names = ("Loading", "Speed", "Memory")
    places = [fact(line, name).geometry() for name in names]
    line.show_state(replace(STATE, activity=NOTHING._replace(reading=1, bytes_per_second=900.0, memory_used=3 * GB)))
    line.grab()
    assert [fact(line, name).geometry() for name in names] == places
    line.show_state(replace(STATE, activity=NOTHING))
    line.grab()
    assert [fact(line, name).geometry() for name in names] == places


def test_memory_and_disk_are_meters_which_open_what_limits_them(line: StatusLine, qtbot: QtBot) -> None:
    held = NOTHING._replace(
        memory_used=3 * GB, frames_held=360, frames_whole=360, files_held=100, frame=FrameMemory(8_300_000)
    )
    state = replace(STATE, activity=held._replace(file_bytes=10 * MB), disk_used=5 * GB)
    line.show_state(replace(state, preferences=Preferences(cache_bytes=4 * GB, disk_bytes=20 * GB)))
    memory, disk = fact(line, "Memory"), fact(line, "Disk")
    assert (memory.text(), disk.text()) == ("3.0 of 4.0 GB", "5.0 of 20.0 GB")
    assert memory.toolTip() == "Memory: 3.0 GB of 4.0 GB; 360 frames ready (8.3 MB each) and 100 files"
    assert disk.accessibleDescription() == "This disk: the files of this folder take 5.0 GB of 20.0 GB"
    for meter, seen in ((memory, [DARK.decoded, DARK.encoded, DARK.well]), (disk, [DARK.on_disk, DARK.well])):
        image = meter.grab().toImage()
        colours = [
            image.pixelColor(x, meter.height() // 2).name() for x in range(meter.width() - 59, meter.width() - 1)
        ]
        assert [colour for colour, _ in groupby(colours) if colours.count(colour) > 5] == seen
    wanted: list[str] = []
    line.preference_wanted.connect(wanted.append)
    for meter in (memory, disk):
        qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert wanted == ["cache_bytes", "disk_bytes"]
    line.show_state(STATE)
    assert not disk.isVisible(), "nothing of the folder is known to be there"


def test_a_short_line_leaves_out_the_least_important(line: StatusLine) -> None:
    line.show_zoom("Fit 54 %")
    line.show_state(replace(STATE, disk_used=5 * GB))
    names = ("Picture", "Zoom", "Loading", "Speed", "Memory", "Disk", "Sequence")  # the least important last
    shown = {}
    for width in range(1400, 300, -20):
        line.resize(width, line.height())
        line.grab()
        shown[width] = [name for name in names if fact(line, name).isVisible()]
        assert all(fact(line, name).geometry().right() < width for name in shown[width])
        assert "Memory" in shown[width] or "Disk" not in shown[width], "neither is in the other's place"
        assert "Memory" not in shown[width] or fact(line, "File").width() >= fact(line, "File").sizeHint().width()
    assert shown[1400] == [*names]
    assert shown[1080] == [*names[:6]], "a room that is not kept any more is free"
    assert shown[900] == [*names[:4]], "no room is kept for a sentence that is not said"
    assert shown[520] == [*names[:2]]
    slowed = "this computer decodes 13.2 frames a second"
    line.show_state(replace(STATE, playback=PlaybackView(speed=1, slowed=slowed)))
    line.resize(900, line.height())
    line.grab()
    assert fact(line, "Zoom").isVisible()
    assert fact(line, "Loading").width() >= fact(line, "Loading").sizeHint().width()


@pytest.mark.parametrize(
    ("number", "is_other", "words", "said"),
    [
        (4, False, "", "c:2/3 z:4/10"),
        (4, False, "100–2,000 γ 1.0 locked", "c:2/3 z:4/10 · 100–2,000 γ 1.0 locked"),  # noqa: RUF001 - "to", gamma
        (10, False, "", "c:2/3 z:10/10"),
        (4, True, "log", "log"),
    ],
)
def test_it_says_where_in_its_stack_a_page_is(
    line: StatusLine, number: int, is_other: object, words: str, said: str
) -> None:
    info = SampleInfo(page=(PageAxis("channel", 2, 3), PageAxis("slice", number, 10)))
    frame = Frame((np.zeros((2, 2), np.uint16),), ("Y",), "16-bit grey", info)
    shown = replace(STATE.shown, picture=Picture(Size(2, 2), "16-bit grey", frame, None)) if STATE.shown else None
    state = replace(STATE, shown=shown, levels=LevelsView(words=words))
    line.show_state(replace(state, number=FrameNumber(1)) if is_other else state)
    assert fact(line, "Levels").text() == said
    assert fact(line, "Levels").toolTip() == ("" if is_other else f"channel 2 of 3, slice {number} of 10")
    line.show_state(STATE)
    assert fact(line, "Levels").text() == fact(line, "Levels").toolTip() == ""


def test_a_long_name_is_shortened_in_the_middle_not_stretching_the_line(line: StatusLine) -> None:
    line.show_state(replace(STATE, name="a_very_long_name_" * 20 + "1096.png"))
    line.grab()
    assert fact(line, "Memory").geometry().right() < 1400


def test_the_file_name_takes_the_room_that_is_kept_for_what_is_under_the_pointer(line: StatusLine) -> None:
    source = Frame((np.zeros((4, 4, 4), np.float32),), tuple("RGBA"), "float", SampleInfo())
    picture = Picture(Size(4, 4), "float", source, None)
    state = replace(STATE, shown=Shown(FrameNumber(1096), picture, "shot.1096.png"), activity=NOTHING)
    line.show_state(state)
    line.show_pixel((1, 1))
    line.show_state(replace(state, name="16_a_beech.png", shown=None))  # the pointer is there still
    name = fact(line, "File")
    for width in range(620, 900, 20):
        line.resize(width, line.height())
        assert name.width() == name.sizeHint().width()


def test_the_date_that_puts_pictures_in_order_stands_beside_the_name(line: StatusLine) -> None:
    date = fact(line, "Changed")
    assert not date.isVisible()
    line.show_state(replace(STATE, date="2026-05-06 14:03:10"))
    assert (date.text(), date.isVisible()) == ("2026-05-06 14:03:10", True)
    assert fact(line, "File").x() < date.x() < fact(line, "Picture").x()
    line.show_state(STATE)
    assert not date.isVisible()


def test_the_empty_window(line: StatusLine) -> None:
    line.show_state(ViewState(preferences=Preferences(cache_bytes=4 * GB)))
    assert fact(line, "Frame").text() == ""
    assert fact(line, "Picture").text() == ""
    assert fact(line, "Memory").text() == "0.0 of 4.0 GB"


def test_the_numbers_of_the_first_picture_wait_for_numpy(line: StatusLine, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.full((2, 3, 4), (1, 2, 3, 255), np.uint8)
    first = Frame((), memory=BorrowedMemory(pixels.ctypes.data, pixels.shape, "|u1", pixels))
    shown = Shown(FrameNumber(1096), Picture(first.size, "8-bit RGB", first, None), "shot.1096.png")
    libraries: list[str] = []
    monkeypatch.setattr(frame, "loaded", lambda library: library if library in libraries else None)
    line.show_pixel((1, 1))
    line.show_state(replace(STATE, shown=shown))
    assert not fact(line, "Under the pointer").text()
    libraries.append("numpy")
    line.show_state(replace(STATE, shown=shown))
    assert "R 3  G 2  B 1" in fact(line, "Under the pointer").text()
