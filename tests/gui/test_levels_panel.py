# mypy: untyped-calls-exclude=pytestqt
"""The panel of levels: what it shows, what it asks for, which keys it keeps, and that it never asks for nonsense."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QColor, QImage, QKeySequence, QMouseEvent, QPainter, QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QShortcut,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.arguments import parsed
from viewer.core.display.levels import LEVEL, Histogram
from viewer.core.display.look import Curve, Look
from viewer.core.frame import FrameNumber, Range
from viewer.gui import theme
from viewer.gui.theme import DARK, LIGHT, Colours
from viewer.gui.widgets import histogram_view
from viewer.gui.widgets.histogram_view import COUNTS, REACH, TRACK, HistogramView, axis_of, heights, shown_channels
from viewer.gui.widgets.level_controls import Choice, NumberField
from viewer.gui.widgets.levels_panel import LevelsPanel
from viewer.gui.widgets.window_style import WindowStyle
from viewer.model import level_words
from viewer.model.preferences import Theme
from viewer.model.sample_numbers import number_text, number_typed, range_texts, round_step
from viewer.model.view_state import LevelsView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

BUTTON, KEYS = Qt.MouseButton.LeftButton, Qt.Key
NO_BUTTON = Qt.MouseButton.NoButton
hand: Any = QTest
"""Presses keys; the stubs take its static functions for methods."""
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
MAPS = ("grey", "viridis", "fire")
both = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


def colours_of(name: str) -> NDArray[np.uint8]:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    return ramp if name == "grey" else ramp // 2


def counted(names: tuple[str, ...] = ("Y",), ends: tuple[float, float] = (0.0, 4095.0), nan: int = 0) -> Histogram:
    rows = np.arange(256, dtype=np.int64)[None] + np.arange(len(names))[:, None]
    return Histogram(Range(*ends), names, rows, nan)


GREY = LevelsView(
    range=Range(100.0, 2000.0), limits=Range(0.0, 4095.0), is_plain=False, channels=("Y",), counts=counted()
)
FLOATS = LevelsView(
    look=Look(gamma=1.4, exposure=0.5),
    range=Range(0.0, 1.0),
    limits=Range(0.0, 1.6),
    is_whole=False,
    is_locked=False,
    channels=("R", "G", "B"),
    counts=counted(("R", "G", "B"), (0.0, 1.6)),
)
SIGNALS = (
    *("range_changed", "gamma_changed", "exposure_changed", "curve_changed", "channel_chosen", "colour_map_chosen"),
    *("inverted", "marks_toggled", "auto_wanted", "lock_toggled", "reset_wanted", "first_frame_wanted"),
    "counts_wanted",
)


ends = st.one_of(
    st.sampled_from([0.0, 1.0, 255.0, 65535.0, -1.0, 1e-300, 1e300, 1.7e308, 5e-324, 1e16, 1e16 + 2]),
    st.floats(allow_nan=False, allow_infinity=False),
)
spans = st.tuples(ends, ends).map(sorted).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Range(*pair))


class Panel:
    """A panel in a window; what it has asked for stands in ``heard``."""

    def __init__(self, qtbot: QtBot, height: int = 700) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.panel = LevelsPanel(DARK, MAPS, colours_of)
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        self.heard: list[tuple[object, ...]] = []
        for name in SIGNALS:
            getattr(self.panel, name).connect(lambda *values, name=name: self.heard.append((name, *values)))
        self.window.resize(260, height)
        self.window.show()
        self.window.activateWindow()
        QApplication.processEvents()
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()  # a window that has nothing else gives the keys to its first part
        assert self.heard == [("counts_wanted", True)]
        self.heard.clear()

    def show(self, levels: LevelsView) -> None:
        self.panel.show_state(ViewState(levels=levels))
        QApplication.processEvents()

    def field(self, name: str) -> NumberField:
        return next(each for each in self.panel.findChildren(NumberField) if each.accessibleName() == name)

    def choice(self, name: str) -> Choice:
        return next(each for each in self.panel.findChildren(Choice) if each.accessibleName() == name)

    def handle(self, name: str) -> QAbstractSlider:
        wanted = f"{name}, handle"
        return next(each for each in self.panel.findChildren(QAbstractSlider) if each.accessibleName() == wanted)

    def button(self, text: str) -> QWidget:
        return next(each for each in self.panel.findChildren(QWidget) if getattr(each, "text", str)() == text)

    @property
    def view(self) -> HistogramView:
        found = self.panel.findChild(HistogramView)
        assert found is not None
        return found

    def enter(self, name: str, text: str, key: Qt.Key = KEYS.Key_Return) -> None:
        field = self.field(name)
        field.setFocus()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, key)

    def pointer(self, kind: QEvent.Type, position: float) -> None:
        """Sends a mouse event of the left button at a position, from 0 to 1 along the track."""
        at = QPointF(REACH + position * (self.view.width() - 2 * REACH), TRACK)
        QApplication.sendEvent(self.view, QMouseEvent(kind, at, BUTTON, BUTTON, NONE))

    def drag(self, *positions: float) -> None:
        """Presses at the first position, and moves on to the others."""
        self.pointer(QEvent.Type.MouseButtonPress, positions[0])
        for each in positions[1:]:
            self.pointer(QEvent.Type.MouseMove, each)
        self.pointer(QEvent.Type.MouseButtonRelease, positions[-1])

    def words(self) -> list[str]:
        return [each.text() for each in self.panel.findChildren(QLabel) if each.isVisible() and each.text()]


@pytest.fixture
def panel(qtbot: QtBot) -> Panel:
    return Panel(qtbot)


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    qapp.setStyleSheet("")
    theme.apply(qapp, Theme.SYSTEM, WindowStyle())
    qapp.setStyleSheet("")


# Numbers


@pytest.mark.parametrize(
    ("number", "is_whole", "fine", "text"),
    [
        (65535.0, True, 0.0, "65,535"),
        (-0.0, True, 0.0, "0"),
        (-1234.0, True, 0.0, "-1,234"),
        (0.031219, False, 0.0, "0.0312"),
        (1.2e-5, False, 0.0, "1.2e-5"),
        (0.0, False, 0.0, "0"),
        (1.0, False, 0.001, "1"),
        (1000.25, False, 0.001, "1,000.25"),
        (-4.56e12, False, 0.0, "-4.56e12"),
    ],
)
def test_numbers_are_short(number: float, is_whole: bool, fine: float, text: str) -> None:  # noqa: FBT001 - a table
    assert number_text(number, is_whole=is_whole, fine=fine) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("65,535", 65535.0),
        ("0,5", 0.5),
        ("1,234.5", 1234.5),
        ("65 535", 65535.0),
        ("-1e3", -1000.0),
        *((nonsense, None) for nonsense in ("", "-", "1e", "1,2,3", "nan", "inf", "1e999", "1_000", "--1")),
    ],
)
def test_numbers_are_read_as_they_are_typed(text: str, number: float | None) -> None:
    assert number_typed(text) == number


@given(st.floats(-1e300, 1e300), st.floats(1e-12, 1e12))
def test_a_number_that_is_shown_can_be_typed(number: float, fine: float) -> None:
    read = number_typed(number_text(number, is_whole=False, fine=fine))
    assert read is not None
    assert abs(read - number) <= max(fine, abs(number) * 1e-15)


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (100.0, 2000.0, ("100", "2,000")),
        (1000.001, 1000.002, ("1,000.001", "1,000.002")),
        (1e9, 1e9 + 0.5, ("1,000,000,000", "1,000,000,000.5")),
        (0.00046012, 0.9, ("0.00046", "0.9")),
        (10.2, 10.8, ("10.2", "10.8")),
        (-(2.0**63), 2.0**63, ("-9.22e18", "9.22e18")),
        (2.0**63, 2.0**63 + 2**20, ("9.223372036854776e18", "9.223372036855824e18")),
    ],
)
def test_black_and_white_are_never_one_text_and_the_same_everywhere(
    panel: Panel, low: float, high: float, texts: tuple[str, str]
) -> None:
    panel.show(replace(FLOATS, range=Range(low, high), limits=Range(low, high)))
    fields = [panel.field(name) for name in ("Black", "White")]
    assert range_texts(Range(low, high)) == texts
    for field, text in zip(fields, texts, strict=True):
        assert text.startswith(field.text().rstrip("…"))
        assert field.cursorPosition() == 0
    line = level_words.span(Range(low, high))
    assert line.replace(" to ", "–").split("–") == [*texts]  # noqa: RUF001 - "to"
    read = parsed([f"--range={line}"])["range"]  # what is read can be typed
    assert (read.low, read.high) == pytest.approx((low, high), rel=2e-3)
    assert read.low < read.high


@given(spans.filter(lambda span: max(map(abs, span)) <= LEVEL.high))
def test_any_two_numbers_are_told_apart(range_: Range) -> None:
    low, high = map(number_typed, range_texts(range_))
    assert low is not None
    assert high is not None
    assert low < high


@pytest.mark.parametrize("ends", [(-(2.0**63), 2.0**63 - 1024), (0.0, 2.0**64), (2.0**63, 2.0**63 + 2**20)])
def test_long_numbers_show_their_beginning_and_are_whole_with_the_keys(panel: Panel, ends: tuple[float, float]) -> None:
    panel.show(replace(GREY, range=Range(*ends), limits=Range(*ends), counts=counted(ends=ends)))
    for name, end in zip(("Black", "White"), ends, strict=True):
        field, whole = panel.field(name), f"{int(end):,}"
        assert field.fontMetrics().horizontalAdvance(field.text()) < field.width() - 12
        assert field.toolTip() == ("" if field.text() == whole else whole)
        field.setFocus()
        assert field.text() == whole
        field.clearFocus()
        assert field.cursorPosition() == 0
    assert panel.heard == []


def test_the_numbers_of_the_axis_do_not_overlap(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []

    class Painter(QPainter):
        def drawText(self, *where: Any) -> None:  # noqa: ANN401, N802 - Qt's name
            if isinstance(where[0], int):
                drawn.append((where[0], where[0] + self.fontMetrics().horizontalAdvance(where[2])))

    monkeypatch.setattr(histogram_view, "QPainter", Painter)
    for ends in ((-(2.0**63), 2.0**63), (2.0**63, 2.0**63 + 2**20), (0.0, 255.0), (1e-100, 1.0000001e-100)):
        drawn.clear()
        panel.view.show_levels(replace(FLOATS, range=None, limits=Range(*ends), counts=counted(ends=ends)))
        panel.view.grab()
        (_, end), (begin, _) = drawn[-2:]
        assert end < begin


def test_the_log_of_the_histogram_is_shown_when_asked_for(panel: Panel) -> None:
    said: list[bool] = []
    panel.panel.log_toggled.connect(said.append)
    panel.panel.set_log(True)
    button = panel.button("log")
    assert isinstance(button, QToolButton)
    assert button.isChecked()
    panel.qtbot.mouseClick(button, BUTTON)
    assert said == [True, False]


@both
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_boxes_are_plain_to_see(
    app: QApplication, qtbot: QtBot, colours: Colours, kind: type[QCheckBox | QRadioButton]
) -> None:
    theme.apply(app, Theme.DARK if colours.dark else Theme.LIGHT, WindowStyle())
    dialog = QDialog()
    qtbot.addWidget(dialog)
    box = kind("Smooth when enlarged", dialog)
    dialog.resize(box.sizeHint())
    image = dialog.grab().toImage()
    seen = [image.pixelColor(x, box.height() // 2) for x in range(16)]
    for ground in (colours.panel, colours.well):
        assert max(contrast(each, QColor(ground)) for each in seen) >= 3


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_are_shown_whole(number: int) -> None:
    assert number_typed(number_text(float(number), is_whole=True)) == number


@given(st.floats(1e-290, 1e300), st.integers(1, 1000))
def test_steps_are_round_and_as_many_as_asked_for_at_most(span: float, steps: int) -> None:
    step = round_step(span, steps)
    assert f"{step:.3e}"[:5] in {"1.000", "2.000", "5.000"}
    assert span / step <= steps * (1 + 1e-9)
    assert span / step >= steps / 2.51


# What is shown


def test_it_shows_the_numbers_and_what_belongs_to_them(panel: Panel) -> None:
    panel.show(GREY)
    assert [panel.field(name).text() for name in ("Black", "White", "Gamma")] == ["100", "2,000", "1.00"]
    assert not panel.field("Exposure").isVisible(), "stops are for light"
    assert (panel.choice("Channel").currentText(), panel.choice("Channel").isEnabled()) == ("Grey", False)
    assert panel.choice("Colour map").isEnabled()
    assert panel.choice("Curve").currentText() == "Linear"
    assert isinstance(locked := panel.button("Locked"), QPushButton)
    assert locked.isChecked()
    assert not panel.button("Use the first").isVisible()


def test_it_shows_floats_of_three_colours(panel: Panel) -> None:
    panel.show(FLOATS)
    texts = [panel.field(name).text() for name in ("Black", "White", "Gamma", "Exposure")]
    assert texts == ["0", "1", "1.40", "+0.5"]
    assert panel.field("Exposure").isVisible()
    channel = panel.choice("Channel")
    assert [channel.itemText(row) for row in range(channel.count())] == ["RGB", "Red", "Green", "Blue", "Luminance"]
    assert not panel.choice("Colour map").isEnabled(), "colours have no colour map"
    panel.show(replace(FLOATS, look=replace(FLOATS.look, channel="G", colour_map="fire")))
    assert (channel.currentText(), panel.choice("Colour map").currentText()) == ("Green", "Fire")
    assert panel.choice("Colour map").isEnabled()
    panel.show(replace(FLOATS, look=Look(colour_map="of another version")))
    assert panel.choice("Colour map").currentText() == ""


def test_without_a_picture_nothing_can_be_set(panel: Panel) -> None:
    panel.show(GREY)
    panel.show(LevelsView())
    for name in ("Black", "White", "Gamma"):
        assert not panel.field(name).isEnabled()
        assert not panel.handle(name).isEnabled()
        assert panel.field(name).text() == ""
    assert not panel.button("Auto").isEnabled()
    panel.drag(0.1, 0.5)
    assert panel.heard == []


def test_where_the_range_comes_from_and_the_warning_stand_at_the_foot(panel: Panel, qtbot: QtBot) -> None:
    panel.show(
        replace(
            GREY,
            origin="range of frame 512",
            origin_frame=FrameNumber(512),
            warning="The range leaves this frame all black.",
        )
    )
    assert panel.words()[-2:] == ["Range of frame 512", "The range leaves this frame all black."]
    qtbot.mouseClick(panel.button("Use the first"), BUTTON)
    assert panel.heard == [("first_frame_wanted",)]
    panel.show(GREY)
    assert panel.words()[-1] == "Colour map"


def test_hidden_it_is_free_of_cost(panel: Panel) -> None:
    panel.window.hide()
    assert panel.heard == [("counts_wanted", False)]
    panel.show(GREY)
    assert panel.field("Black").text() == "", "nothing is put into hidden fields"
    panel.window.show()
    assert panel.heard[1:] == [("counts_wanted", True)]
    assert panel.field("Black").text() == "100"


# What is asked for


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("Auto", ("auto_wanted",)),
        ("Reset", ("reset_wanted",)),
        ("Locked", ("lock_toggled", False)),
        ("Invert", ("inverted", True)),
        ("Marks", ("marks_toggled", True)),
    ],
)
def test_buttons_ask(panel: Panel, qtbot: QtBot, name: str, heard: tuple[object, ...]) -> None:
    panel.show(GREY)
    qtbot.mouseClick(panel.button(name), BUTTON)
    assert panel.heard == [heard]
    button = panel.button("Invert")
    button.setFocus()
    qtbot.keyClick(button, KEYS.Key_Space)
    assert panel.heard[1][0] == "inverted"


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("Curve", ("curve_changed", Curve.LOG)),
        ("Channel", ("channel_chosen", "R")),
        ("Colour map", ("colour_map_chosen", "viridis")),
    ],
)
def test_lists_ask(panel: Panel, qtbot: QtBot, name: str, heard: tuple[object, ...]) -> None:
    panel.show(FLOATS if name == "Channel" else GREY)
    qtbot.keyClick(panel.choice(name), KEYS.Key_Down)
    assert panel.heard == [heard]


@pytest.mark.parametrize(
    ("levels", "name", "text", "heard"),
    [
        (GREY, "Black", "1,500", ("range_changed", 1500.0, 2000.0)),
        (GREY, "White", "70000", ("range_changed", 100.0, 70000.0)),
        (GREY, "Black", "12.6", ("range_changed", 13.0, 2000.0)),
        (FLOATS, "White", "1,2e-3", ("range_changed", 0.0, 0.0012)),
        (FLOATS, "Gamma", "2.2", ("gamma_changed", 2.2)),
        (FLOATS, "Exposure", "-1.5", ("exposure_changed", -1.5)),
    ],
)
def test_fields_ask_on_enter_and_when_they_are_left(
    panel: Panel, levels: LevelsView, name: str, text: str, heard: tuple[object, ...]
) -> None:
    panel.show(levels)
    panel.enter(name, text)
    assert panel.heard == [heard]
    assert not panel.field(name).hasFocus(), "the arrows are for the frames again"
    panel.enter(name, text, KEYS.Key_Tab)
    assert panel.heard == [heard, heard]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("Black", "2000", "Black must be below white: it stays 100, white 2,000."),
        ("White", "-5", "Black must be below white: it stays 100, white 2,000."),
        ("Black", "1e", "“1e” is not a number. Black stays as it was."),
        *(("Gamma", text, f"“{text}” is not a number. Gamma stays as it was.") for text in ("0x10", "abc")),
        ("Gamma", "0", "Gamma goes from 0.1 to 10."),
        ("Gamma", "10.01", "Gamma goes from 0.1 to 10."),
        ("Exposure", "30.5", "Exposure goes from -30 to 30."),
        ("White", "1e250", "White goes from -1e+200 to 1e+200."),
        ("Black", "-1e308", "Black goes from -1e+200 to 1e+200."),
    ],
)
def test_nonsense_is_refused_and_the_field_goes_back(panel: Panel, name: str, text: str, sentence: str) -> None:
    panel.show(GREY)
    before = panel.field(name).text()
    panel.enter(name, text)
    assert panel.heard == []
    assert panel.field(name).text() == before
    assert panel.words()[-1] == sentence
    panel.enter("Black", "200")
    assert panel.words()[-1] == "Colour map", "what holds needs no sentence"


def test_esc_and_an_unchanged_field_ask_for_nothing(panel: Panel) -> None:
    panel.show(GREY)
    panel.enter("Black", "7", KEYS.Key_Escape)
    panel.enter("White", "", KEYS.Key_Return)
    assert panel.heard == []
    assert [panel.field(name).text() for name in ("Black", "White")] == ["100", "2,000"]


def test_a_field_shows_what_comes_while_it_has_the_keys_unless_something_is_being_typed(panel: Panel) -> None:
    panel.show(GREY)
    field = panel.field("Black")
    field.setFocus()
    panel.show(replace(GREY, range=Range(300.0, 2000.0)))
    assert (field.text(), field.selectedText()) == ("300", "300")
    panel.qtbot.keyClicks(field, "45")
    panel.show(replace(GREY, range=Range(400.0, 2000.0)))
    assert field.text() == "45"


@pytest.mark.parametrize(
    ("name", "key", "modifier", "heard"),
    [
        ("Black", KEYS.Key_Up, NONE, ("range_changed", 110.0, 2000.0)),
        ("White", KEYS.Key_Down, SHIFT, ("range_changed", 100.0, 1900.0)),
        ("Gamma", KEYS.Key_Up, NONE, ("gamma_changed", 1.05)),
    ],
)
def test_up_and_down_step_in_a_field(
    panel: Panel, name: str, key: Qt.Key, modifier: Qt.KeyboardModifier, heard: tuple[object, ...]
) -> None:
    panel.show(GREY)
    panel.qtbot.keyClick(panel.field(name), key, modifier)
    assert panel.heard == [heard]


# The handles


@pytest.mark.parametrize(
    ("levels", "name", "key", "modifier", "heard"),
    [
        (GREY, "Black", KEYS.Key_Right, NONE, ("range_changed", 110.0, 2000.0)),
        (GREY, "White", KEYS.Key_Left, SHIFT, ("range_changed", 100.0, 1900.0)),
        (GREY, "Black", KEYS.Key_Home, NONE, ("range_changed", 0.0, 2000.0)),
        (GREY, "Black", KEYS.Key_End, NONE, ("range_changed", 1999.0, 2000.0)),
        (GREY, "White", KEYS.Key_End, NONE, ("range_changed", 100.0, 4095.0)),
        (GREY, "Gamma", KEYS.Key_Left, NONE, ("gamma_changed", 1.05)),
        (GREY, "Gamma", KEYS.Key_End, NONE, ("gamma_changed", 0.1)),
        (FLOATS, "White", KEYS.Key_Left, NONE, ("range_changed", 0.0, 0.995)),
        (FLOATS, "White", KEYS.Key_Home, NONE, ("range_changed", 0.0, 0.001)),
    ],
)
def test_keys_move_handles(
    panel: Panel,
    levels: LevelsView,
    name: str,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    heard: tuple[object, ...],
) -> None:
    panel.show(levels)
    panel.qtbot.keyClick(panel.handle(name), key, modifier)
    assert panel.heard == [heard]


def test_handles_are_dragged_and_do_not_pass_each_other(panel: Panel) -> None:
    panel.show(replace(GREY, range=Range(0.0, 4095.0)))
    panel.drag(0.0, 0.25, 1.4)
    assert panel.heard[-1] == ("range_changed", 4094.0, 4095.0)
    assert panel.heard[0][0] == "range_changed"
    assert abs(float(str(panel.heard[0][1])) - 0.25 * 4095) < 20
    panel.heard.clear()
    panel.drag(0.5, 0.25)
    assert panel.heard == [("gamma_changed", pytest.approx(2.0, abs=0.05))]
    panel.heard.clear()
    panel.drag(0.75, 0.9)
    assert panel.heard == [], "there is no handle"


def test_a_handle_stays_under_the_pointer_whatever_is_shown_meanwhile(panel: Panel) -> None:
    panel.show(replace(GREY, range=Range(0.0, 4095.0)))
    panel.pointer(QEvent.Type.MouseButtonPress, 1.0)
    panel.pointer(QEvent.Type.MouseMove, 0.5)
    panel.show(replace(GREY, range=Range(0.0, 4000.0), limits=Range(0.0, 10.0)))
    panel.pointer(QEvent.Type.MouseMove, 0.25)
    assert [round(float(str(each[2])), -2) for each in panel.heard] == [2000.0, 1000.0]
    panel.window.hide()  # no release comes then
    panel.window.show()
    panel.pointer(QEvent.Type.MouseMove, 0.5)
    assert [each[0] for each in panel.heard] == ["range_changed", "range_changed", "counts_wanted", "counts_wanted"]


def test_of_handles_on_one_another_the_one_that_can_move_is_taken(panel: Panel) -> None:
    for at, to in ((0.0, 0.5), (1.0, 0.5)):
        end = 4095.0 * at
        ends = Range(0.0, 0.5) if at == 0 else Range(end - 0.5, end)
        panel.heard.clear()
        panel.show(replace(GREY, is_whole=False, range=ends))
        panel.drag(at, to)
        assert panel.heard, at
        assert panel.heard[-1][0] == "range_changed"


def test_screen_readers_learn_the_numbers_and_can_set_them(panel: Panel) -> None:
    panel.show(GREY)
    assert [panel.handle(name).accessibleDescription() for name in ("Black", "Gamma", "White")] == [
        "100",
        "1.00",
        "2,000",
    ]
    assert (panel.handle("White").value(), panel.handle("White").maximum()) == (2000, 4095)
    panel.handle("White").setValue(3000)
    assert panel.heard == [("range_changed", 100.0, 3000.0)]
    panel.show(replace(FLOATS, counts=counted(("R", "G", "B"), (0.0, 1.6), nan=1234)))
    assert panel.handle("White").value() == 625
    assert panel.view.accessibleDescription() == "from 0 to 1.6, 1,234 samples are NaN or no data"
    for each in panel.panel.findChildren(QWidget):
        if each.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(each, QAbstractScrollArea):
            assert each.accessibleName() or getattr(each, "text", str)(), each


# The keys


def test_tab_goes_round_from_top_to_bottom_and_scrolls(qtbot: QtBot) -> None:
    panel = Panel(qtbot, height=200)
    panel.show(replace(FLOATS, origin="range of frame 3", origin_frame=FrameNumber(3), look=Look(channel="R")))
    first = panel.button("log")
    first.setFocus()
    seen, tops = [], []
    for _ in range(16):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused.accessibleName() or getattr(focused, "text", str)())
        tops.append(focused.mapTo(panel.window, QPoint(0, 0)).y())
        panel.qtbot.keyClick(focused, KEYS.Key_Tab)
    handles = ["Black, handle", "Gamma, handle", "White, handle"]
    rows = ["Black", "White", "Gamma", "Exposure", "Curve", "Channel", "Colour map"]
    assert seen == ["log", *handles, "Auto", "Lock", "Reset", *rows, "Invert", "Marks"]
    assert all(0 <= top < 200 for top in tops)
    last = panel.button("Use the first")
    assert QApplication.focusWidget() is last
    panel.qtbot.keyClick(last, KEYS.Key_Tab)
    assert QApplication.focusWidget() is first
    panel.qtbot.keyClick(first, KEYS.Key_Backtab)
    assert QApplication.focusWidget() is last


def test_its_keys_are_kept_from_the_window_and_all_others_are_not(panel: Panel, qtbot: QtBot) -> None:
    pressed: list[str] = []
    keys = ("Esc", "Space", "Left", "Right", "Home", "B", "PgDown")
    for key in keys:
        shortcut = QShortcut(QKeySequence(key), panel.window)
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    panel.show(GREY)
    for widget, kept in (
        (panel.handle("Black"), {"Esc", "Left", "Right", "Home"}),
        (panel.button("Auto"), {"Esc", "Space"}),
        (panel.choice("Curve"), {"Esc", "Space", "Home", "PgDown"}),
    ):
        pressed.clear()
        for key in keys:
            if isinstance(widget, Choice) and key == "Space":
                continue  # opens the list
            widget.setFocus()
            qtbot.keyClick(widget, QKeySequence(key)[0])
        assert {*pressed} == {*keys} - kept - ({"Space"} if isinstance(widget, Choice) else set())


def test_esc_gives_the_keys_back(panel: Panel, qtbot: QtBot) -> None:
    panel.show(GREY)
    for widget in (panel.handle("Black"), panel.button("Auto"), panel.choice("Curve"), panel.field("Gamma")):
        widget.setFocus()
        assert widget.hasFocus()
        qtbot.keyClick(widget, KEYS.Key_Escape)
        assert not widget.hasFocus()
        assert QApplication.focusWidget() is None
    panel.panel.setFocus()
    assert panel.handle("Black").hasFocus()


def test_a_click_takes_no_keys_but_in_a_field(panel: Panel, qtbot: QtBot) -> None:
    panel.show(GREY)
    for widget in (panel.view, panel.button("Auto"), panel.button("log")):
        qtbot.mouseClick(widget, BUTTON)
        assert QApplication.focusWidget() is None
    qtbot.mouseClick(panel.field("Black"), BUTTON)
    assert panel.field("Black").hasFocus()


# No nonsense

views = st.builds(
    LevelsView,
    look=st.builds(Look, gamma=st.floats(0.1, 10.0)),
    range=spans | st.none(),
    limits=spans | st.none(),
    is_whole=st.booleans(),
    channels=st.just(("Y",)),
    counts=st.none() | spans.map(lambda span: Histogram(span, ("Y",), np.arange(16)[None])),
)
texts = st.text("0123456789-+.,eE ", max_size=8) | ends.map(repr)
inputs = st.lists(
    st.tuples(st.just("enter"), st.sampled_from(["Black", "White", "Gamma"]), texts)
    | st.tuples(st.just("drag"), st.floats(-0.2, 1.2), st.floats(-0.2, 1.2))
    | st.tuples(
        st.just("key"),
        st.sampled_from(["Black", "Gamma", "White"]),
        st.sampled_from([KEYS.Key_Left, KEYS.Key_Right, KEYS.Key_Home, KEYS.Key_End]),
    )
    | st.tuples(st.just("set"), st.sampled_from(["Black", "White"]), st.integers(-(2**31), 2**31 - 1)),
    max_size=6,
)


def test_nothing_asks_for_a_black_that_is_not_below_white(qtbot: QtBot) -> None:
    panel = Panel(qtbot)  # one for all examples: to make one takes long

    @given(views, inputs)
    def ask(levels: LevelsView, asked: list[tuple[str, object, object]]) -> None:
        panel.heard.clear()
        panel.show(levels)
        panel.view.grab()
        for kind, which, what in asked:
            if kind == "enter":
                field = panel.field(str(which))
                field.setFocus()
                field.setText(str(what))
                field.setModified(True)
                panel.qtbot.keyClick(field, KEYS.Key_Return)
            elif kind == "drag":
                panel.drag(float(str(which)), float(str(what)))
            elif kind == "key":
                panel.qtbot.keyClick(panel.handle(str(which)), what)
            else:
                panel.handle(str(which)).setValue(int(str(what)))
        for name, *values in panel.heard:
            numbers = [float(str(value)) for value in values]
            assert all(math.isfinite(each) for each in numbers)
            assert name == "gamma_changed" or (numbers[0] < numbers[1] and math.isfinite(numbers[1] - numbers[0]))
            assert name == "range_changed" or 0.1 <= numbers[0] <= 10

    ask()


# The picture


@pytest.mark.parametrize(
    ("limits", "counts", "chosen", "is_whole", "axis"),
    [
        ((0, 65535), (100, 2000), (120, 1800), True, (100, 2000)),
        ((0, 4095), (0, 65536), (120, 1800), True, (0, 4095)),
        ((0, 4095), None, (120, 1800), True, (0, 4095)),
        ((0, 4095), (100, 2000), (50, 70000), True, (50, 70000)),
        ((0, 10), (20, 30), (2, 3), True, (0, 10)),
        (None, None, (0.25, 0.5), False, (0.25, 0.5)),
        (None, None, None, True, None),
        ((0.2, 3.7), None, None, True, (0, 4)),
        ((-1.7e308, 1.7e308), None, None, False, None),
    ],
)
def test_the_axis_holds_what_is_counted_and_what_is_chosen(
    limits: tuple[float, float] | None,
    counts: tuple[float, float] | None,
    chosen: tuple[float, float] | None,
    is_whole: bool,  # noqa: FBT001 - a table
    axis: tuple[float, float] | None,
) -> None:
    levels = LevelsView(
        limits=None if limits is None else Range(*limits),
        range=None if chosen is None else Range(*chosen),
        is_whole=is_whole,
        counts=None if counts is None else counted(ends=counts),
    )
    assert axis_of(levels) == axis


def high(
    counts: list[int], axis: tuple[float, float], width: int, *, is_log: bool = False, height: int = 100
) -> list[int]:
    histogram = Histogram(Range(0.0, float(len(counts))), ("Y",), np.array([counts]))
    ((made, _),) = heights(histogram, Range(*axis), [(0, 7)], (width, height), is_log=is_log)
    return [int(each) for each in made]


def test_columns_are_as_high_as_the_counts_of_their_numbers() -> None:
    assert high([1, 2, 4, 0], (0, 4), 4) == [25, 50, 100, 0]
    assert high([1, 2, 4, 0], (0, 4), 8) == [25, 25, 50, 50, 100, 100, 0, 0], "wider than the counts"
    assert high([1, 2, 4, 0], (0, 4), 2) == [50, 100], "the highest of those that share a pixel"
    assert high([4, 4], (-2, 4), 6) == [0, 0, 100, 100, 0, 0], "nothing is counted outside"
    assert high([1, 9, 3000, 10], (0, 4), 4) == [7, 60, 100, 67], "one that towers above all others is cut off"
    assert high([1, 1, 10**6, 10**6], (0, 4), 4) == [1, 1, 100, 100], "what is there is seen"
    logarithms = high([0, 9, 99, 999], (0, 4), 4, is_log=True)
    assert logarithms == [0, 34, 67, 100]


def test_without_samples_there_are_no_columns() -> None:
    empty = Histogram(Range(0.0, 4.0), ("Y",), np.zeros((1, 4), np.int64))
    assert heights(empty, Range(0.0, 4.0), [(0, 7)], (8, 10), is_log=False) == []
    assert heights(empty, Range(0.0, 4.0), [], (8, 10), is_log=False) == []


def test_the_channels_that_are_shown_are_counted() -> None:
    colour, several = counted(("B", "G", "R", "A")), counted(("DAPI", "GFP"))
    assert shown_channels(colour, "") == [(2, 1), (1, 2), (0, 4)]
    assert shown_channels(colour, "G") == [(1, 7)]
    assert shown_channels(several, "") == [(0, 7)]
    assert shown_channels(several, "GFP") == [(1, 7)]
    assert shown_channels(counted(()), "") == []


def luminance(colour: QColor) -> float:
    channels = [each / 255 for each in (colour.red(), colour.green(), colour.blue())]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def painted(view: HistogramView, ratio: float) -> QImage:
    image = QImage(round(view.width() * ratio), round(view.height() * ratio), QImage.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    view.render(image)
    return image


class Screen(HistogramView):
    """A view on a screen of another pixel ratio."""

    ratio = 1.0

    def devicePixelRatioF(self) -> float:  # noqa: N802 - Qt's name
        return self.ratio


@both
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_columns_are_crisp_and_plain_to_see_on_any_screen(qtbot: QtBot, colours: Colours, ratio: float) -> None:
    view = Screen(colours)
    qtbot.addWidget(view)
    view.ratio = ratio
    view.resize(244, view.height())
    flat = Histogram(
        Range(0.0, 1.6), ("R", "G", "B"), np.array([[8, 0, 0, 8] * 64, [8, 8, 0, 4] * 64, [0] * 128 + [4] * 128])
    )
    view.show_levels(replace(FLOATS, counts=flat, range=Range(0.0, 1.6)))
    image = painted(view, ratio)
    well, outline = QColor(colours.well), QColor(colours.edge)
    line = round(ratio)
    assert [image.pixelColor(image.width() // 2, y) for y in range(line)] == [outline] * line
    inside = range(round((REACH + 3) * ratio), image.width() - round((REACH + 3) * ratio))
    seen = {image.pixelColor(x, y).name() for x in inside for y in range(2 * line, round((COUNTS - 3) * ratio), 4)}
    fills = seen - {well.name(), QColor(colours.dim).name()}
    assert 3 <= len(fills) <= 7, "nothing in between"
    for fill in fills:
        assert contrast(QColor(fill), well) >= 3, fill
    for ground in (colours.panel, colours.well):
        assert contrast(outline, QColor(ground)) >= 3, ground


@both
def test_what_is_outside_of_black_and_white_is_faint(qtbot: QtBot, colours: Colours) -> None:
    view = Screen(colours)
    qtbot.addWidget(view)
    view.resize(244, view.height())
    flat = Histogram(Range(0.0, 4096.0), ("Y",), np.full((1, 256), 9))
    view.show_levels(replace(GREY, counts=flat, range=Range(1000.0, 3000.0)))
    image = painted(view, 1.0)
    outside, inside, beyond = (image.pixelColor(x, COUNTS // 2) for x in (20, 122, 230))
    assert outside == beyond
    well = QColor(colours.well)
    assert contrast(inside, well) > contrast(outside, well) > 1.1


@pytest.mark.parametrize("column", [0, 100, 255])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_one_column_is_seen_beside_the_handle_that_stands_on_it(qtbot: QtBot, ratio: float, column: int) -> None:
    view = Screen(DARK)
    qtbot.addWidget(view)
    view.ratio = ratio
    view.resize(244, view.height())
    counts = np.zeros((1, 256), np.int64)
    counts[0, column] = 9
    ends = Range(0.0, 4096.0)
    range_ = {0: ends, 100: Range(100 * 16 + 8, 4096.0), 255: ends}[column]
    view.show_levels(replace(GREY, counts=Histogram(ends, ("Y",), counts), range=range_))
    image, at = painted(view, ratio), round(COUNTS * ratio / 2)
    strokes = {DARK.well, DARK.dim, DARK.edge, DARK.panel}
    inside = range(round(REACH * ratio), image.width() - round(REACH * ratio))
    seen = [x for x in inside if image.pixelColor(x, at).name() not in strokes]
    assert [x / ratio for x in seen] == pytest.approx([REACH + (column + 0.5) / 256 * 232] * len(seen), abs=5)
    assert len(seen) >= round(ratio)


@both
def test_what_is_switched_on_is_plain_to_see(app: QApplication, qtbot: QtBot, colours: Colours) -> None:
    theme.apply(app, Theme.DARK if colours.dark else Theme.LIGHT, WindowStyle())
    panel = Panel(qtbot)
    panel.panel.set_colours(colours)
    panel.show(GREY)
    image = panel.window.grab().toImage()
    for text, is_on in (("Locked", True), ("Auto", False)):
        button = panel.button(text)
        corner = button.mapTo(panel.window, QPoint(0, 0))
        ground, edge = (image.pixelColor(corner + QPoint(*at)) for at in ((5, 12), (button.width() // 2, 0)))
        assert (ground != QColor(colours.panel)) is is_on
        assert contrast(edge, QColor(colours.panel)) >= 3
        assert contrast(QColor(colours.bright if is_on else colours.text), ground) >= 4.5


def test_a_colour_map_is_shown_beside_its_name(panel: Panel) -> None:
    icon = panel.choice("Colour map").itemIcon(0)
    image = icon.pixmap(40, 10).toImage()
    greys = [image.pixelColor(x, 5).red() for x in range(1, image.width() - 1)]
    assert greys == sorted(greys)
    assert (greys[0] < 10, greys[-1] > 245) == (True, True)


def test_a_low_window_scrolls_and_the_wheel_changes_no_list(qtbot: QtBot) -> None:
    panel = Panel(qtbot, height=200)
    panel.show(GREY)
    area = panel.panel.findChild(QScrollArea)
    assert area is not None
    bar = area.verticalScrollBar()
    assert bar is not None
    assert bar.maximum() > 0
    at, none, turn, phase = QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.ScrollPhase.NoScrollPhase
    for part in (panel.choice("Curve"), panel.view, panel.field("Black")):
        there = QPointF(part.mapToGlobal(QPoint(5, 5)))
        wheel = QWheelEvent(at, there, none, turn, NO_BUTTON, NONE, phase, False)
        QApplication.sendEvent(part, wheel)
        assert not wheel.isAccepted(), "it goes on to what scrolls"
    assert panel.heard == []


@pytest.mark.parametrize(
    ("channels", "channel", "shown"),
    [
        (("R", "G", "B"), "", "RGB"),
        (("R", "G", "B"), "Y", "Luminance"),
        (("R", "G", "B", "A"), "A", "Alpha"),
        (("Y",), "", "Grey"),
        (("Y", "A"), "A", "Alpha"),
        (("Y", "RY", "BY"), "", "RGB"),
        (("Y", "RY", "BY"), "Y", "Grey"),
        (("a.R", "a.G", "a.B"), "", "RGB"),
        (("a.R", "a.G", "a.B"), "Y", "Luminance"),
        (("a.R", "a.G", "a.B"), "G", "a.G"),
        (("0", "1"), "", "0"),
    ],
)
def test_the_field_says_the_channel_that_is_shown(
    panel: Panel, channels: tuple[str, ...], channel: str, shown: str
) -> None:
    panel.show(replace(FLOATS, channels=channels, look=Look(channel=channel)))
    assert panel.choice("Channel").currentText() == shown


def test_luminance_is_one_grey_histogram() -> None:
    assert shown_channels(counted(("Y",)), "Y") == [(0, 0b111)]


def test_ctrl_with_a_letter_is_the_windows_in_a_field_but_for_editing(panel: Panel) -> None:
    pressed: list[str] = []
    commands = ("Ctrl+E", "Ctrl+Y", "Ctrl+Shift+I", "Ctrl+.")  # Y redoes, and on X11 E goes to the end of the line
    editing = ("Ctrl+A", "Ctrl+V", "Ctrl+Z", "Ctrl+Left", "5", "E")
    for key in (*commands, *editing):
        shortcut = QShortcut(QKeySequence(key), panel.window)
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    panel.show(GREY)
    field = panel.field("White")
    for key in (*commands, *editing):
        field.setFocus()
        hand.keySequence(field, QKeySequence(key))
    assert pressed == [*commands]
