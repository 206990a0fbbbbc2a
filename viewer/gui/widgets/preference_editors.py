"""The controls that preferences are changed with: boxes, lists, numbers with a slider, and amounts of memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from PyQt5.QtCore import QEvent, QObject, QSignalBlocker, Qt, pyqtSignal
from PyQt5.QtGui import QValidator
from PyQt5.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)

from viewer.core.units import GB, MB
from viewer.gui.theme import GRID
from viewer.gui.widgets.drop_down import DropDown
from viewer.gui.widgets.labels import laid_out
from viewer.model.preferences import LONGEST_TEXT
from viewer.model.sample_numbers import number_typed, stays, within

if TYPE_CHECKING:
    from viewer.model.preferences import Row

STEPS_PER_DOUBLING = 8
"""How fine the slider for amounts of memory is: so many steps from one size to twice that size."""
SLIDER_TOP = 64 * GB
"""Where the slider for amounts ends unless less can be had; more can be typed."""
COARSE_SPAN = 1000
"""Numbers with a wider range than this, and rates, get no slider."""
NUMBER_WIDTH, CHOICE_WIDTH, UNIT_WIDTH = 104, 256, 72
"""The pixels that fields of numbers, lists to choose from and lists of units take, so that their edges agree."""

Value: TypeAlias = bool | int | float | str


class PreferenceEditor(QWidget):
    """Shows the value of one preference and lets it be changed."""

    edited = pyqtSignal(object)
    """A new value was set; within its limits."""
    tried = pyqtSignal(object)
    """A slider is over this value and not yet let go."""
    held = pyqtSignal(object)
    """More was typed than can be had: so many bytes; the most was set instead."""
    complained = pyqtSignal(str)
    """What was typed cannot stand, and what stands instead: a sentence."""

    def __init__(self, control: QWidget, *others: QWidget) -> None:
        """Lays the ``control`` out that takes the keys, and ``others`` beside it."""
        super().__init__()
        self.control = control
        self.line = laid_out(QHBoxLayout(self), control, *others, spacing=GRID)
        for each in (control, *others):
            each.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            each.installEventFilter(self)

    def set_most(self, most: int | None) -> None:
        """Sets the most bytes that can be had, None if that is not known."""

    def show_value(self, value: Value) -> None:
        """Shows ``value`` without a signal."""
        raise NotImplementedError

    def tell(self, box: _Whole | _Decimal) -> None:
        """Passes on what is to be said of what was typed into a field, once that has been taken."""
        if box.complaint:
            self.complained.emit(box.complaint)
        box.complaint = ""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Leaves the wheel to the page: it is to be scrolled without a value being changed by the way."""
        if event is not None and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class _Switch(PreferenceEditor):
    """A check box that says whether it is on."""

    def __init__(self) -> None:
        self._box = QCheckBox("On")
        super().__init__(self._box)
        self.line.addStretch(1)
        self._box.toggled.connect(self._toggled)

    def _toggled(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self._box.setText("On" if on else "Off")
        self.edited.emit(on)

    def show_value(self, value: Value) -> None:
        with _silent(self._box):
            self._box.setChecked(bool(value))
            self._box.setText("On" if value else "Off")


class _Choice(PreferenceEditor):
    """A list to choose from."""

    def __init__(self, row: Row) -> None:
        self._box = DropDown()
        super().__init__(self._box)
        self._box.setMinimumWidth(CHOICE_WIDTH)
        self.line.addStretch(1)
        self._choices = [choice for choice, _ in row.choices]
        for _, text in row.choices:
            self._box.addItem(text)
        self._box.currentIndexChanged[int].connect(lambda index: self.edited.emit(self._choices[index]))

    def show_value(self, value: Value) -> None:
        with _silent(self._box):
            self._box.setCurrentIndex(self._choices.index(str(value)))


class _Text(PreferenceEditor):
    """A line of text; an empty one means what stands in it faintly. Counts on Enter, and on leaving it."""

    def __init__(self, row: Row) -> None:
        self._box = QLineEdit()
        super().__init__(self._box)
        self._box.setPlaceholderText(row.special)
        self._box.setMaxLength(LONGEST_TEXT)
        self._box.setMinimumWidth(CHOICE_WIDTH)
        self._box.editingFinished.connect(lambda: self.edited.emit(self._box.text().strip()))
        self.line.addStretch(1)

    def show_value(self, value: Value) -> None:
        with _silent(self._box):
            self._box.setText(str(value))


class _Number(PreferenceEditor):
    """A number with its unit, and a slider where that is of use.

    Where the least value stands for something else, that has a name: it is shown instead of the number, an empty field
    means it, and typing over it needs no deleting.
    """

    def __init__(self, row: Row, *, whole: bool) -> None:
        self._box = box = _Whole() if whole else _Decimal()
        has_slider = whole and row.maximum - row.minimum < COARSE_SPAN
        self._slider = _slider(row.label) if has_slider else None
        super().__init__(self._box, *filter(None, [self._slider]))
        box.unit = row.unit
        box.editingFinished.connect(lambda: self.tell(box))
        self._box.setSpecialValueText(row.special)
        line = self._box.lineEdit()
        if row.special and line is not None:
            line.installEventFilter(self)
        self._box.setMinimumWidth(NUMBER_WIDTH)
        self._box.setKeyboardTracking(False)
        self._box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self._box.setSuffix(f" {row.unit}" if row.unit else "")
        if isinstance(self._box, QSpinBox):
            self._box.setRange(int(row.minimum), int(row.maximum))
            self._box.valueChanged[int].connect(self.edited.emit)
        else:
            self._box.setRange(row.minimum, row.maximum)
            self._box.valueChanged[float].connect(self.edited.emit)
        if self._slider is not None:
            self._slider.setRange(int(row.minimum), int(row.maximum))
            self._slider.sliderMoved.connect(self._slider_moved)
            self._slider.valueChanged.connect(self.edited.emit)
            self.line.setStretchFactor(self._slider, 1)
        else:
            self.line.addStretch(1)

    def show_value(self, value: Value) -> None:
        with _silent(self._box):
            if isinstance(self._box, QSpinBox):
                self._box.setValue(int(value))
            else:
                self._box.setValue(float(value))
        if self._slider is not None and not self._slider.isSliderDown():
            with _silent(self._slider):
                self._slider.setValue(int(value))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Selects the name of the least value when it is clicked: no digit can be put into the middle of a word."""
        clicked = event is not None and event.type() == QEvent.Type.MouseButtonRelease
        if clicked and self._box.text() == self._box.specialValueText():
            self._box.selectAll()
        return super().eventFilter(watched, event)

    def _slider_moved(self, value: int) -> None:
        with _silent(self._box):
            self._box.setValue(value)
        self.tried.emit(value)


class _Amount(PreferenceEditor):
    """An amount of bytes: a number, its unit, and a slider that doubles it in even steps."""

    def __init__(self, row: Row) -> None:
        self._box, self._unit, self._slider = _Decimal(), DropDown(), _slider(row.label)
        super().__init__(self._box, self._unit, self._slider)
        self.line.setStretchFactor(self._slider, 1)
        self._row = row
        self._bytes = int(row.minimum)
        self._most: int | None = None
        self._box.setKeyboardTracking(False)
        self._box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self._box.setMinimumWidth(NUMBER_WIDTH)
        self._box.valueChanged[float].connect(self._number_changed)
        self._box.editingFinished.connect(lambda: self.tell(self._box))
        self._unit.setMinimumWidth(UNIT_WIDTH)
        self._unit.addItem("MB", MB)
        self._unit.addItem("GB", GB)
        self._unit.setAccessibleName(f"Unit of {row.label.lower()}")
        self._unit.currentIndexChanged[int].connect(lambda _: self._show_number())  # the same amount
        self._unit_shown = False
        self.set_most(None)
        self._slider.sliderMoved.connect(self._slider_moved)
        self._slider.valueChanged.connect(lambda step: self.edited.emit(self._of_step(step)))

    def set_most(self, most: int | None) -> None:
        self._most = most
        top = min(most or SLIDER_TOP, self._row.maximum)
        with _silent(self._slider):
            self._slider.setRange(0, math.ceil(_steps(top, self._row.minimum)))
            self._slider.setValue(self._position())

    def show_value(self, value: Value) -> None:
        self._bytes = int(value)
        if not self._unit_shown:  # afterwards it stays in the unit the user chose
            self._unit_shown = True
            with _silent(self._unit):
                self._unit.setCurrentIndex(1 if self._bytes >= GB else 0)
        self._show_number()
        if not self._slider.isSliderDown() and self._of_step(self._slider.value()) != self._bytes:
            with _silent(self._slider):
                self._slider.setValue(self._position())

    def _scale(self) -> int:
        return GB if self._unit.currentIndex() == 1 else MB

    def _show_number(self) -> None:
        scale = self._scale()
        self._box.unit = self._unit.currentText()
        with _silent(self._box):
            self._box.setDecimals(3 if scale == GB else 0)
            self._box.setSingleStep(0.25 if scale == GB else 128)
            self._box.setRange(self._row.minimum / scale, self._row.maximum / scale)
            self._box.setValue(self._bytes / scale)

    def _number_changed(self, number: float) -> None:
        wanted = round(number * self._scale())
        self._bytes = wanted if self._most is None else min(wanted, self._most)
        self._show_number()
        self.edited.emit(self._bytes)
        if self._bytes < wanted:
            self._box.complaint = ""  # as why it is so is said at more length
            self.held.emit(wanted)

    def _slider_moved(self, step: int) -> None:
        amount = self._of_step(step)
        with _silent(self._box):
            self._box.setValue(amount / self._scale())
        self.tried.emit(amount)

    def _position(self) -> int:
        is_most = self._most is not None and self._bytes >= self._most
        return self._slider.maximum() if is_most else round(_steps(self._bytes, self._row.minimum))

    def _of_step(self, step: int) -> int:
        exact = self._row.minimum * 2 ** (step / STEPS_PER_DOUBLING)
        grain = GB // 4 if exact >= 4 * GB else GB // 20 if exact >= GB else 8 * MB  # figures a user would choose
        top = min(self._most or SLIDER_TOP, self._row.maximum)
        return int(max(self._row.minimum, min(round(exact / grain) * grain, top)))


class _Whole(QSpinBox):
    """A whole number; an empty field means the least one where that has a name."""

    complaint = unit = ""

    def validate(self, text: str | None, at: int) -> tuple[QValidator.State, str, int]:
        state, text, at = super().validate(text, at)
        return max(state, QValidator.State.Intermediate), text, at  # all can be typed: nothing is left out silently

    def fixup(self, text: str | None) -> str:
        return _mended(self, text)


class _Decimal(QDoubleSpinBox):
    """A number without needless noughts: "24", "23.976"; an empty field means the least one where that has a name."""

    complaint = unit = ""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(3)

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's name
        return f"{value:.{self.decimals()}f}".rstrip("0").rstrip(".") if self.decimals() else f"{value:.0f}"

    def validate(self, text: str | None, at: int) -> tuple[QValidator.State, str, int]:
        state, text, at = super().validate(text, at)
        return max(state, QValidator.State.Intermediate), text, at

    def fixup(self, text: str | None) -> str:
        return _mended(self, text)

    def valueFromText(self, text: str | None) -> float:  # noqa: N802 - Qt's name
        """Returns the number typed; a comma is as good as a point."""
        number = number_typed((text or "").removesuffix(self.suffix()), grouped=False)
        if number is None:
            return self.value()
        # Between a least value that is no number and the first that is one there is nothing.
        between = self.specialValueText() and number < self.minimum() + self.singleStep()
        return self.minimum() if between else number


class _silent(QSignalBlocker):  # noqa: N801 - used like a function
    """Changes a control without its signals."""


def _mended(box: _Whole | _Decimal, text: str | None) -> str:
    """Returns what a text that cannot stand becomes: a number within the limits; the one before if it is no number.

    An empty field means the least number where that has a name. The box is left with a sentence about it.
    """
    box.complaint = ""
    typed = (text or "").removesuffix(box.suffix().rstrip()).strip()
    number = number_typed(typed, grouped=False)
    if number is None:
        number = box.minimum() if box.specialValueText() and not typed else box.value()
        box.complaint = stays(typed) if typed else ""
    number, said = within(number, box.minimum(), box.maximum(), box.unit)
    if said:
        named = box.specialValueText() if number == box.minimum() else ""
        box.complaint = f"“{named}” is the least." if named else said
    return f"{round(number) if isinstance(box, QSpinBox) else number}{box.suffix()}"


def _steps(amount: float, minimum: float) -> float:
    return math.log2(max(amount, minimum) / minimum) * STEPS_PER_DOUBLING


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setAccessibleName(f"{name}, slider")
    slider.setTracking(False)  # counts when it is let go
    slider.setMinimumWidth(140)
    return slider


def editor_of(row: Row, value: Value) -> PreferenceEditor:
    """Returns the editor for the preference of a row, which shows a value of it."""
    editor: PreferenceEditor
    if row.choices:
        editor = _Choice(row)
    elif isinstance(value, bool):
        editor = _Switch()
    elif isinstance(value, str):
        editor = _Text(row)
    elif row.unit == "bytes":
        editor = _Amount(row)
    else:
        editor = _Number(row, whole=isinstance(value, int))
    editor.control.setAccessibleName(row.label)
    editor.control.setAccessibleDescription(row.help)
    editor.show_value(value)
    return editor
