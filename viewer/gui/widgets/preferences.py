"""The preferences dialog, made from the rows of the preferences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from PyQt5.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, pyqtBoundSignal, pyqtSignal
from PyQt5.QtGui import QValidator
from PyQt5.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.core.units import GB, MB
from viewer.gui.theme import GRID, TextSize
from viewer.gui.widgets.drop_down import DropDown
from viewer.gui.widgets.fields import refuse
from viewer.gui.widgets.labels import STRETCH, button, label, laid_out
from viewer.model.captions import disk_meaning, memory_meaning
from viewer.model.preferences import Preferences, Row, rows
from viewer.model.sample_numbers import number_typed
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from PyQt5.QtGui import QShowEvent

MEMORY_PAGE, DISK_PAGE = "Memory", "This disk"
"""The pages that also say what their numbers mean, and have a button to clear."""
STEPS_PER_DOUBLING = 8
"""How fine the slider for amounts of memory is: so many steps from one size to twice that size."""
SLIDER_TOP = 64 * GB
"""Where the slider for amounts ends; more can be typed."""
COARSE_SPAN = 1000
"""Numbers with a wider range than this, and rates, get no slider."""


class PreferencesDialog(QDialog):
    """Shows every preference, page by page; what is changed holds at once.

    A number counts when it is finished: on Enter, on leaving the field, at each step of its arrows, when a slider is
    let go. Taking a number half typed ("2" of "2000 MB") would throw most of the cache away.
    """

    changed = pyqtSignal(object)
    """Something was changed: the new :class:`Preferences`."""
    clear_requested = pyqtSignal()
    """Everything in memory is to be cleared."""
    disk_clear_requested = pyqtSignal()
    """All files that are kept on this disk are to be removed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._state = ViewState()
        self._preferences = self._state.preferences
        self._editors: dict[str, _Editor] = {}
        self._meaning, self._disk_meaning = _meaning("What that means"), _meaning("What is kept on this disk")
        self._list = QListWidget()
        self._pages = QStackedWidget()
        self._build()
        self._show_meaning()
        self._disk_meaning.setText(disk_meaning(None))
        self.resize(680, 440)

    def show_state(self, state: ViewState) -> None:
        """Shows the preferences as they are now, and what they mean for the open sequence."""
        before, self._state = self._state, state
        if before.disk_used != state.disk_used:
            self._disk_meaning.setText(disk_meaning(state.disk_used))
        if state.preferences != self._preferences:
            self._preferences = state.preferences
            for name, editor in self._editors.items():
                editor.show_value(getattr(state.preferences, name))
        elif (before.activity, before.memory) == (state.activity, state.memory):
            return
        self._show_meaning()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Makes itself high enough for its longest page in the font of the system."""
        super().showEvent(event)
        least = 0
        for position in range(self._pages.count()):
            page = self._pages.widget(position)
            layout = page.layout() if page is not None else None
            if layout is not None:
                least = max(least, layout.totalHeightForWidth(self._pages.width()))
        self.setMinimumHeight(least + self.height() - self._pages.height())

    def editor(self, name: str) -> QWidget:
        """Returns the control that takes the keys for the preference ``name``."""
        return self._editors[name].control

    def _build(self) -> None:
        pages: dict[str, list[tuple[str, Row]]] = {}
        for name, row in rows():
            pages.setdefault(row.page, []).append((name, row))
        widest = max(self.fontMetrics().horizontalAdvance(page) for page in pages)
        self._list.setFixedWidth(max(150, widest + 52))
        self._list.setAccessibleName("Pages")
        for page, entries in pages.items():
            item = QListWidgetItem(page, self._list)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 14))
            self._pages.addWidget(self._page(page, entries))
        self._list.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._list.setCurrentRow(0)
        restore = button("Restore defaults", lambda: self._take(Preferences()))
        close = button("Close", self.reject)
        buttons = laid_out(QHBoxLayout(), restore, STRETCH, close, margins=(24, 8, 24, 16))
        laid_out(QHBoxLayout(self), self._list, (laid_out(QVBoxLayout(), (self._pages, 1), buttons), 1))

    def _page(self, page: str, entries: list[tuple[str, Row]]) -> QWidget:
        widget = QWidget()
        heading = label(page, "bright", TextSize.PAGE)
        column = laid_out(QVBoxLayout(widget), heading, GRID, margins=(24, 16, 24, 8), spacing=4)
        for name, row in entries:
            editor = self._editor(name, row)
            if not isinstance(editor, _Switch):
                name_label = label(row.label)
                name_label.setBuddy(editor.control)
                column.addWidget(name_label)
            column.addLayout(laid_out(QHBoxLayout(), editor))
            explanation = label(row.help, "dim")
            explanation.setWordWrap(True)
            column.addWidget(explanation)
            column.addSpacing(14)
        if page == MEMORY_PAGE:
            self._meaning.setMinimumHeight(5 * self.fontMetrics().lineSpacing() + 24)
            tip = "Clears all frames and files from memory; they are read again when needed."
            _add_meaning(column, self._meaning, "Clear now", tip, self.clear_requested)
        elif page == DISK_PAGE:
            tip = "Removes the files of all folders from this disk; the share is not touched."
            _add_meaning(column, self._disk_meaning, "Clear all now", tip, self.disk_clear_requested)
        column.addStretch(1)
        return widget

    def _editor(self, name: str, row: Row) -> _Editor:
        value = getattr(self._preferences, name)
        editor: _Editor
        if row.choices:
            editor = _Choice(row)
        elif isinstance(value, bool):
            editor = _Switch(row)
        elif row.unit == "bytes":
            editor = _Amount(row)
        else:
            editor = _Number(row, whole=isinstance(value, int))
        editor.control.setAccessibleName(row.label)
        editor.control.setAccessibleDescription(row.help)
        editor.show_value(value)
        editor.edited.connect(lambda value: self._take(self._preferences.changed(**{name: value})))
        editor.tried.connect(lambda value: self._show_meaning(self._preferences.changed(**{name: value})))
        self._editors[name] = editor
        return editor

    def _take(self, preferences: Preferences) -> None:
        if preferences == self._preferences:
            return
        self._preferences = preferences
        for name, editor in self._editors.items():
            editor.show_value(getattr(preferences, name))
        self._show_meaning()
        self.changed.emit(preferences)

    def _show_meaning(self, tried: Preferences | None = None) -> None:
        text = memory_meaning(tried or self._preferences, self._state.activity, self._state.memory)
        if text != self._meaning.text():
            self._meaning.setText(text)


Value: TypeAlias = bool | int | float | str


class _Editor(QWidget):
    """Shows the value of one preference and lets it be changed."""

    edited = pyqtSignal(object)
    """A new value was set; within its limits."""
    tried = pyqtSignal(object)
    """A slider is over this value and not yet let go."""

    def __init__(self, control: QWidget) -> None:
        super().__init__()
        self.control = control
        self.line = laid_out(QHBoxLayout(self), control, spacing=8)

    def show_value(self, value: Value) -> None:
        """Shows ``value`` without a signal."""
        raise NotImplementedError


class _Switch(_Editor):
    """A check box with the preference's name beside it."""

    def __init__(self, row: Row) -> None:
        self._box = QCheckBox(row.label)
        super().__init__(self._box)
        self.line.addStretch(1)
        self._box.toggled.connect(self.edited.emit)

    def show_value(self, value: Value) -> None:
        with _silent(self._box):
            self._box.setChecked(bool(value))


class _Choice(_Editor):
    """A list to choose from."""

    def __init__(self, row: Row) -> None:
        self._box = DropDown()
        super().__init__(self._box)
        self._box.setMinimumWidth(200)
        self.line.addStretch(1)
        self._choices = [choice for choice, _ in row.choices]
        for _, text in row.choices:
            self._box.addItem(text)
        self._box.currentIndexChanged[int].connect(lambda index: self.edited.emit(self._choices[index]))

    def show_value(self, value: Value) -> None:
        with _silent(self._box):
            self._box.setCurrentIndex(self._choices.index(str(value)))


class _Number(_Editor):
    """A number with its unit, and a slider where that is of use.

    Where the least value stands for something else, that has a name: it is shown instead of the number, an empty field
    means it, and typing over it needs no deleting.
    """

    def __init__(self, row: Row, *, whole: bool) -> None:
        self._box = _Whole() if whole else _Decimal()
        super().__init__(self._box)
        self._box.setSpecialValueText(row.special)
        line = self._box.lineEdit()
        if row.special and line is not None:
            line.installEventFilter(self)
        self._box.setMinimumWidth(110)
        self._box.setKeyboardTracking(False)
        self._box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self._box.setSuffix(f" {row.unit}" if row.unit else "")
        self._slider: QSlider | None = None
        if isinstance(self._box, QSpinBox):
            self._box.setRange(int(row.minimum), int(row.maximum))
            self._box.valueChanged[int].connect(self.edited.emit)
        else:
            self._box.setRange(row.minimum, row.maximum)
            self._box.valueChanged[float].connect(self.edited.emit)
        if whole and row.maximum - row.minimum < COARSE_SPAN:
            self._slider = _slider(row.label)
            self._slider.setRange(int(row.minimum), int(row.maximum))
            self._slider.sliderMoved.connect(self._slider_moved)
            self._slider.valueChanged.connect(self.edited.emit)
            self.line.addWidget(self._slider, 1)
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


class _Amount(_Editor):
    """An amount of bytes: a number, its unit, and a slider that doubles it in even steps."""

    def __init__(self, row: Row) -> None:
        self._box = _Decimal()
        super().__init__(self._box)
        self._row = row
        self._bytes = int(row.minimum)
        self._box.setKeyboardTracking(False)
        self._box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self._box.setMinimumWidth(96)
        self._box.valueChanged[float].connect(self._number_changed)
        self._unit = DropDown()
        self._unit.addItem("MB", MB)
        self._unit.addItem("GB", GB)
        self._unit.setAccessibleName(f"Unit of {row.label.lower()}")
        self._unit.currentIndexChanged[int].connect(lambda _: self._show_number())  # the same amount
        self._unit_shown = False
        self._slider = _slider(row.label)
        self._slider.setRange(0, _step_of(min(SLIDER_TOP, row.maximum), row.minimum))
        self._slider.sliderMoved.connect(self._slider_moved)
        self._slider.valueChanged.connect(lambda step: self.edited.emit(self._of_step(step)))
        self.line.addWidget(self._unit)
        self.line.addSpacing(4)
        self.line.addWidget(self._slider, 1)

    def show_value(self, value: Value) -> None:
        self._bytes = int(value)
        if not self._unit_shown:  # afterwards it stays in the unit the user chose
            self._unit_shown = True
            with _silent(self._unit):
                self._unit.setCurrentIndex(1 if self._bytes >= GB else 0)
        self._show_number()
        if not self._slider.isSliderDown() and self._of_step(self._slider.value()) != self._bytes:
            with _silent(self._slider):
                self._slider.setValue(_step_of(self._bytes, self._row.minimum))

    def _scale(self) -> int:
        return GB if self._unit.currentIndex() == 1 else MB

    def _show_number(self) -> None:
        scale = self._scale()
        with _silent(self._box):
            self._box.setDecimals(3 if scale == GB else 0)
            self._box.setSingleStep(0.25 if scale == GB else 128)
            self._box.setRange(self._row.minimum / scale, self._row.maximum / scale)
            self._box.setValue(self._bytes / scale)

    def _number_changed(self, number: float) -> None:
        self._bytes = round(number * self._scale())
        self.edited.emit(self._bytes)

    def _slider_moved(self, step: int) -> None:
        amount = self._of_step(step)
        with _silent(self._box):
            self._box.setValue(amount / self._scale())
        self.tried.emit(amount)

    def _of_step(self, step: int) -> int:
        exact = self._row.minimum * 2 ** (step / STEPS_PER_DOUBLING)
        grain = GB // 4 if exact >= 4 * GB else GB // 20 if exact >= GB else 8 * MB  # figures a user would choose
        return int(max(self._row.minimum, min(round(exact / grain) * grain, SLIDER_TOP, self._row.maximum)))


class _Whole(QSpinBox):
    """A whole number; an empty field means the least one where that has a name."""

    def validate(self, text: str | None, at: int) -> tuple[QValidator.State, str, int]:
        state, text, at = super().validate(text, at)
        return max(state, QValidator.State.Intermediate), text, at  # all can be typed: nothing is left out silently

    def fixup(self, text: str | None) -> str:
        return _mended(self, text)


class _Decimal(QDoubleSpinBox):
    """A number without needless noughts: "24", "23.976"; an empty field means the least one where that has a name."""

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


def _mended(box: QSpinBox | QDoubleSpinBox, text: str | None) -> str:
    """Returns what a text that cannot stand becomes: a number within the limits; the one before if it is no number.

    An empty field means the least number where that has a name.
    """
    typed = (text or "").removesuffix(box.suffix().rstrip()).strip()
    number = number_typed(typed, grouped=False)
    if number is None:
        number = box.minimum() if box.specialValueText() and not typed else box.value()
        if typed:
            refuse(box, typed)
    number = min(max(number, box.minimum()), box.maximum())
    return f"{round(number) if isinstance(box, QSpinBox) else number}{box.suffix()}"


def _step_of(amount: float, minimum: float) -> int:
    return round(math.log2(max(amount, minimum) / minimum) * STEPS_PER_DOUBLING)


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setAccessibleName(f"{name}, slider")
    slider.setTracking(False)  # counts when it is let go
    slider.setMinimumWidth(140)
    return slider


def _meaning(name: str) -> QLabel:
    made = label("", "meaning")
    made.setWordWrap(True)
    made.setAccessibleName(name)
    made.setAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return made


def _add_meaning(column: QVBoxLayout, meaning: QLabel, text: str, tip: str, cleared: pyqtBoundSignal) -> None:
    """Adds what the numbers of a page mean, and the button that clears what they are about."""
    clear = button(text, cleared, tip)
    clear.setAccessibleDescription(tip)
    column.addWidget(meaning)
    column.addSpacing(6)
    column.addWidget(clear, 0, Qt.AlignmentFlag.AlignLeft)
