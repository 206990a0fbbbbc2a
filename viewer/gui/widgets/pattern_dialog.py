"""The dialog in which the user says which number of a name is the frame, and what the other parts are."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import (
    QAction,
    QActionGroup,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.core.sequence.owner_pattern import EXAMPLE
from viewer.core.sequence.sample import NamePart, Role, Sample, pattern_of, with_role
from viewer.gui.theme import TextSize
from viewer.gui.widgets.flow import FlowLayout
from viewer.gui.widgets.keys import ENTER
from viewer.gui.widgets.labels import STRETCH, button, elided, give_role, label, laid_out, sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QKeyEvent, QShowEvent

    from viewer.model.pattern_trial import PatternTrial

TITLE = "Which number is the frame?"
EXPLAINED = "Click a number or a word of this name, and say what it is."
MEANINGS = "{frame} is the number, {camera} or any other name tells sequences apart, * is any text, ? one character."
TYPED = 150
"""Milliseconds without a change after which the pattern is tried."""
LONGEST = 40
"""Characters that are shown of a part."""
CAPTIONS = {Role.FRAME: "frame", Role.ANY: "any", Role.TEXT: ""}
"""What stands below a part, but for names."""
KEYS = {
    Role.FRAME: "The &frame",
    Role.NAME: "&Tells sequences apart",
    Role.ANY: "Of &no matter",
    Role.TEXT: "&Always this text",
}


class PatternDialog(QDialog):
    """Shows a sample name in its parts, the pattern, and what that would make of the folder."""

    chosen = pyqtSignal(str)
    """The pattern is wanted, "" for the usual rule."""
    trial_wanted = pyqtSignal(str)
    """It is to be found out what a pattern would make of the folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self._sample = Sample("", (), "")
        self._parts: tuple[NamePart, ...] = ()
        self._choices: list[_PartChoice] = []
        self._strip = laid_out(QVBoxLayout())
        self._field = QLineEdit()
        self._field.setProperty("field", True)
        self._field.setFont(sized(self.font(), TextSize.LARGE))
        self._field.setAccessibleName("Pattern")
        self._field.setPlaceholderText(EXAMPLE)
        self._field.textChanged.connect(self._changed)
        self._result = label("", "bright")
        self._result.setWordWrap(True)
        self._names = QPlainTextEdit()
        self._names.setReadOnly(True)
        self._names.setAccessibleName("The first names of each sequence, in order")
        self._names.setTabChangesFocus(True)
        self._names.setMinimumHeight(40)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED)
        self._typed.timeout.connect(lambda: self.trial_wanted.emit(self._field.text()))
        self._usual = button("Reset", lambda: self._finish(""), "Go back to the usual rule")
        self._cancel = button("Cancel", self.reject)
        self._ok = button(
            "OK", lambda: self._finish(self._field.text()), "Group the pictures of this folder so; remembered"
        )
        self._ok.setDefault(True)
        self._lay_out()
        self.resize(560, 460)

    def _lay_out(self) -> None:
        meanings = label(MEANINGS, "dim", TextSize.SMALL)
        meanings.setWordWrap(True)
        buttons = laid_out(QHBoxLayout(), self._usual, STRETCH, self._cancel, self._ok, spacing=8)
        parts = label(EXPLAINED, "dim"), self._strip, self._field, meanings, 4, self._result, (self._names, 1), buttons
        laid_out(QVBoxLayout(self), *parts, margins=(16, 14, 16, 14), spacing=8)

    # In

    def show_sample(self, sample: Sample) -> None:
        """Begins anew with a name and its pattern."""
        self._sample = sample
        if self._field.text() == sample.pattern:
            self._changed()
        else:
            self._field.setText(sample.pattern)
        self._field.setCursorPosition(0)

    def show_trial(self, trial: PatternTrial) -> None:
        """Shows what a pattern would make of the folder, if it is still the one in the field."""
        if trial.pattern != self._field.text():
            return
        give_role(self._result, "warning" if trial.problem else "bright")
        self._result.setText(trial.problem or _summary(trial))
        lines = []
        for row in trial.rows:
            rest = row.frames - len(row.names)
            lines += [
                row.label,
                *(f"    {name}" for name in row.names),
                *([f"    … {rest:,} more"] if rest else []),
                "",
            ]
        if len(trial.rows) < trial.sequences:
            lines.append(f"… {trial.sequences - len(trial.rows):,} more sequences")
        self._names.setPlainText("\n".join(lines).strip("\n"))
        self._ok.setEnabled(not trial.problem)

    # Out

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Gives the keys to the first part of the name."""
        super().showEvent(event)
        if self._choices:
            self._choices[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _changed(self) -> None:
        """Takes another pattern: the parts follow at once, what it makes of the folder when it is known."""
        self._ok.setEnabled(False)
        self._parts = self._sample.parts(self._field.text())
        self._show_parts()
        self._typed.start()

    def _assign(self, place: int, role: Role, _checked: object = None) -> None:
        self._field.setText(pattern_of(with_role(self._parts, place, role)))

    def _finish(self, pattern: str) -> None:
        self.chosen.emit(pattern)
        self.accept()

    def _show_parts(self) -> None:
        choices = [part for part in self._parts if part.is_choice]
        if [each.part.text for each in self._choices] == [part.text for part in choices]:
            for choice, part in zip(self._choices, choices, strict=True):
                choice.show_part(part)
            return
        focused = next((at for at, each in enumerate(self._choices) if each.hasFocus()), None)
        strip, row, self._choices = QWidget(), FlowLayout(), []
        for place, part in enumerate(self._parts):
            if part.is_choice:
                self._choices.append(choice := _PartChoice(part, partial(self._assign, place)))
                row.addWidget(choice)
            else:
                row.addWidget(_column(label(part.text, "dim", TextSize.LARGE), label("", "dim", TextSize.SMALL)))
        strip.setLayout(row)
        while (before := self._strip.takeAt(0)) is not None:
            if (widget := before.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._strip.addWidget(strip)
        strip.show()
        for one, after in pairwise([*self._choices, self._field]):
            QWidget.setTabOrder(one, after)
        if focused is not None and self._choices:
            self._choices[min(focused, len(self._choices) - 1)].setFocus()


class _PartChoice(QWidget):
    """A number or a word, and below it what it is; a click, Space, Enter or the down key opens what it can be."""

    def __init__(self, part: NamePart, on_chosen: Callable[[Role], None]) -> None:
        super().__init__()
        self.part = part
        self._button = _MenuButton()
        self._button.setText(elided(part.text, LONGEST))
        self._button.setProperty("chip", True)
        self._button.setCheckable(True)
        self._button.setFont(sized(self.font(), TextSize.LARGE))
        self._caption = label("", "dim", TextSize.SMALL)
        self._caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        menu = QMenu(self)
        group = QActionGroup(menu)
        self._actions = {role: QAction(text, group) for role, text in KEYS.items()}
        for role, action in self._actions.items():
            action.setCheckable(True)
            action.triggered.connect(partial(on_chosen, role))
        menu.addActions(list(self._actions.values()))
        self._actions[Role.FRAME].setEnabled(any(map(str.isdecimal, part.text)))
        self._button.setMenu(menu)
        self.setFocusProxy(self._button)
        laid_out(QVBoxLayout(self), self._button, self._caption, spacing=2)
        self.show_part(part)

    def show_part(self, part: NamePart) -> None:
        """Shows the same text as something that it is by now."""
        self.part = part
        caption = CAPTIONS.get(part.role, part.name)
        self._caption.setText(caption)
        give_role(self._caption, "bright" if part.role is Role.FRAME else "dim")
        self._button.setChecked(part.role is Role.FRAME)
        self._button.setToolTip(part.role.value.capitalize())
        self._button.setAccessibleName(f"{part.text}: {part.role.value}")
        self._actions[part.role].setChecked(True)


class _MenuButton(QToolButton):
    """A button that only opens its menu; the arrow is not drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Opens the menu with Enter, Space and the down key."""
        if event is not None and event.key() in {*ENTER, Qt.Key.Key_Space, Qt.Key.Key_Down}:
            self.showMenu()
        else:
            super().keyPressEvent(event)


def _column(*parts: QWidget) -> QWidget:
    made = QWidget()
    laid_out(QVBoxLayout(made), *parts, spacing=2)
    return made


def _summary(trial: PatternTrial) -> str:
    """Returns what a pattern would make of the folder, in a sentence."""
    sequences = "1 sequence" if trial.sequences == 1 else f"{trial.sequences:,} sequences"
    frames = "1 frame" if trial.frames == 1 else f"{trial.frames:,} frames"
    if not trial.others:
        return f"{sequences} with {frames}: all pictures of the folder."
    others = (
        "1 other picture goes by its name"
        if trial.others == 1
        else f"{trial.others:,} other pictures go by their names"
    )
    return f"{sequences} with {frames}; {others}."
