"""The panel that says why it is slow, with the measurements, which are renewed while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PyQt5.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.gui.theme import GRID
from viewer.gui.widgets.labels import STRETCH, button, give_role, label, laid_out, rule
from viewer.gui.widgets.report_charts import RatesCurve, StepBars, VerdictLabel
from viewer.model.report import Section, as_text, right_aligned

if TYPE_CHECKING:
    from collections.abc import Sequence


REFRESH = 1000
"""Milliseconds between two requests for new figures."""
COPIED = 2000
"""Milliseconds for which it says that the report was copied."""
MARGIN = 24
LEAST_HEIGHT, MOST_HEIGHT = 320, 760


class DiagnosticsDialog(QDialog):
    """Shows sections one below the other. New figures replace the old ones where they stand, so nothing jumps."""

    refresh_wanted = pyqtSignal()
    """New figures are wanted: when it is opened, and each second while it is visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Why is this slow?")
        self._sections: tuple[Section, ...] = ()
        self._parts: list[_Part] = []
        self._names = 0
        self._content = QWidget()
        self._column = laid_out(QVBoxLayout(self._content), STRETCH, margins=(MARGIN, 20, MARGIN, 8), spacing=22)
        self._area = QScrollArea()
        self._area.setWidget(self._content)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Figures")
        self._said = label("", "dim")
        parts = button("Copy as text", self.copy), self._said, STRETCH, button("Close", self.reject)
        buttons = laid_out(QHBoxLayout(), *parts, margins=(MARGIN, 12, MARGIN, 14), spacing=12)
        laid_out(QVBoxLayout(self), (self._area, 1), rule(), buttons)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH)
        self._timer.timeout.connect(self.refresh_wanted)
        self._unsay = QTimer(self)
        self._unsay.setInterval(COPIED)
        self._unsay.setSingleShot(True)
        self._unsay.timeout.connect(self._said.clear)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Shows the measurements; touches only texts that changed, and none that is selected."""
        is_first = not self._sections
        self._sections = tuple(sections)
        while len(self._parts) < len(sections):
            part = _Part()
            self._column.insertWidget(len(self._parts), part)
            self._parts.append(part)
        for position, part in enumerate(self._parts):
            part.setVisible(position < len(sections))
            if position < len(sections):
                part.show_section(sections[position], stands_out=position == 0 and not sections[0].rows)
        self._names = max([self._names, *(part.names_width() for part in self._parts)])
        for part in self._parts:
            part.align(self._names)
        width = self._content.minimumSizeHint().width() + 16  # of the scroll bar
        self._area.setMinimumWidth(max(width, self._area.minimumWidth()))
        if is_first and sections:
            self._content.adjustSize()
            wanted = self._content.sizeHint().height() + self._area.sizeHint().height() // 4
            self.resize(self.minimumSizeHint().width(), min(max(wanted, LEAST_HEIGHT), MOST_HEIGHT))

    def copy(self) -> None:
        """Puts the whole report on the clipboard, as plain text."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(as_text(self._sections))
            self._said.setText("Copied.")
            self._unsay.start()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Asks for figures now, and again each second."""
        super().showEvent(event)
        self._timer.start()
        self.refresh_wanted.emit()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 - Qt's name
        """Asks no more."""
        self._timer.stop()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Copies the whole report where nothing of it is selected."""
        if event is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)


class _Part(QWidget):
    """One section: its title, its rows in columns, and what to make of them."""

    def __init__(self) -> None:
        super().__init__()
        self._title = label("", "heading")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(26)
        self._grid.setVerticalSpacing(4)
        self._cells: dict[tuple[int, int], QLabel] = {}
        self._columns = 0
        self._has_names = False
        self._note, self._field = _text("dim"), VerdictLabel()
        self._note.setWordWrap(True)
        self._curve_name, self._curve, self._bars = _text("dim"), RatesCurve(), StepBars()
        self._curve_name.setText(self._curve.accessibleName())
        under = laid_out(QHBoxLayout(), self._curve_name, (self._curve, 1), margins=(0, 0, 0, GRID // 2), spacing=26)
        rows = self._bars, self._grid, under, self._note, self._field
        laid_out(QVBoxLayout(self), self._title, 5, rule(), 7, *rows)
        self._field.setMinimumHeight(
            4 * self._field.fontMetrics().lineSpacing() + 3 * GRID
        )  # those below must not move

    def show_section(self, section: Section, *, stands_out: bool) -> None:
        """Shows a section instead of the one before; its note in a field if it ``stands_out``."""
        _show(self._title, section.title)
        self.setAccessibleName(section.title)
        lines = (section.header, *section.rows) if section.header else section.rows
        sides = right_aligned(section)
        shown = {(row, column): text for row, line in enumerate(lines) for column, text in enumerate(line)}
        for position, text in shown.items():
            row, column = position
            cell = self._cells.get(position)
            if cell is None:
                cell = self._cells[position] = _text()
                self._grid.addWidget(cell, row, column)
            is_name = (row == 0) if section.header else (column == 0 and len(lines[row]) > 1)
            give_role(cell, "dim" if is_name else "")
            side = Qt.AlignmentFlag.AlignRight if sides[column] else Qt.AlignmentFlag.AlignLeft
            cell.setAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignVCenter | side)
            _show(cell, text)
        for position, cell in self._cells.items():
            cell.setVisible(position in shown)
        columns = len(sides)
        for column in range(max(columns, self._columns) + 1):
            # The rest of the width is behind the last column; a column that is gone must not keep it.
            self._grid.setColumnStretch(column, 1 if column == columns else 0)
            # Columns only grow while they are the same, or all of them would move with each new figure.
            widths = (self._cells[position].sizeHint().width() for position in shown if position[1] == column)
            before = self._grid.columnMinimumWidth(column) if columns == self._columns else 0
            self._grid.setColumnMinimumWidth(column, max(before, max(widths, default=0)))
        self._columns = columns
        self._has_names = not section.header or bool(section.header[0])
        self._curve_name.setVisible(bool(section.rates))
        self._curve.setVisible(bool(section.rates))
        self._bars.setVisible(bool(section.steps))
        if section.rates:
            self._curve.show_rates(section.rates)
        self._bars.show_steps(section.steps)
        self._field.show_tone(section.tone)
        for each in (self._note, self._field):
            _show(each, section.note)
        self._note.setVisible(bool(section.note) and not stands_out)
        self._field.setVisible(bool(section.note) and stands_out)
        self._grid.setContentsMargins(0, 0, 0, 8 if lines and section.note else 0)

    def names_width(self) -> int:
        """Returns how wide the names in the first column are, 0 where there are only numbers or nothing."""
        named = [self._curve_name] if self._curve_name.isVisibleTo(self) else []
        named += [cell for (_, column), cell in self._cells.items() if column == 0 and cell.isVisibleTo(self)]
        return max((cell.sizeHint().width() for cell in named), default=0) if self._has_names else 0

    def align(self, names: int) -> None:
        """Makes the column of names so wide, as in the other sections."""
        if self._has_names:
            self._grid.setColumnMinimumWidth(0, names)
            self._curve_name.setMinimumWidth(names)


def _show(shown: QLabel, text: str) -> None:
    """Shows ``text``, but not while a part of the old text is selected."""
    if text != shown.text() and not shown.hasSelectedText():
        shown.setText(text)


def _text(role: str = "") -> QLabel:
    """Returns an empty label whose text can be selected with the mouse."""
    made = label("", role)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
