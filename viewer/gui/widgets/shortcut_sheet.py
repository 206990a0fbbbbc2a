"""The sheet of shortcuts, made from the table of commands."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.core.patterns import late_pattern
from viewer.gui.widgets.labels import STRETCH, Part, label, laid_out
from viewer.model.commands import COMMANDS, Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


CAPS = {"Right": "→", "Left": "←", "Up": "↑", "Down": "↓", "PgDown": "Pg Dn", "PgUp": "Pg Up", "-": "\N{MINUS SIGN}"}
"""Keys that are shown otherwise than Qt spells them."""
SERIES = 3
"""So many numbered commands after one another are shown as one line."""
_NUMBERED = late_pattern(r"_\d+$")


class ShortcutSheet(QDialog):
    """Every command that has a key, menu by menu, in two columns."""

    def __init__(self, parent: QWidget | None = None, commands: Sequence[Command] = COMMANDS) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        content = QWidget()
        columns = map(_column, _columns(list(_sections(commands))))
        laid_out(QHBoxLayout(content), *columns, margins=(28, 22, 28, 24), spacing=56)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        laid_out(QVBoxLayout(self), area)
        wanted = content.sizeHint()
        self.resize(wanted.width() + 16, min(wanted.height() + 4, 760))


_Line = tuple[str, tuple[str, ...], bool]
"""The text of a command, its keys, and whether they are the first and last of a series."""


def _sections(commands: Sequence[Command]) -> Iterator[tuple[str, list[_Line]]]:
    """Yields each menu and its lines."""
    for menu in dict.fromkeys(command.menu for command in commands):
        lines = list(_lines([command for command in commands if command.menu == menu and command.keys]))
        if lines:
            yield menu, lines


def _lines(commands: Sequence[Command]) -> Iterator[_Line]:
    for stem, group in itertools.groupby(commands, lambda command: _NUMBERED.sub("_", command.name)):
        alike = list(group)
        if stem.endswith("_") and len(alike) >= SERIES:
            first, last = alike[0], alike[-1]
            yield f"{first.text} … {last.text}", (first.keys[0], last.keys[0]), True
        else:
            yield from ((command.text.rstrip("…"), command.keys, False) for command in alike)


def _columns(sections: list[tuple[str, list[_Line]]]) -> tuple[list[tuple[str, list[_Line]]], ...]:
    """Parts the sections, kept in order, where the two columns come out most alike."""
    heights = [len(lines) + 2 for _, lines in sections]

    def unlike(at: int) -> int:
        return abs(sum(heights[:at]) - sum(heights[at:]))

    at = min(range(len(sections) + 1), key=unlike)
    return sections[:at], sections[at:]


def _column(sections: Sequence[tuple[str, list[_Line]]]) -> QVBoxLayout:
    parts: list[Part] = []
    for menu, lines in sections:
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        for row, (text, keys, to) in enumerate(lines):
            grid.addWidget(label(text), row, 0)
            grid.addWidget(_keys(keys, "…" if to else "or"), row, 1, Qt.AlignmentFlag.AlignRight)
        parts += [*([18] if parts else []), label(menu, "heading"), 6, grid]
    return laid_out(QVBoxLayout(), *parts, STRETCH)


def _keys(keys: Sequence[str], between: str) -> QWidget:
    """Returns keycaps: those of one shortcut side by side, alternatives parted by a word."""
    widget = QWidget()
    row = laid_out(QHBoxLayout(widget), spacing=4)
    for position, key in enumerate(keys):
        if position:
            row.addWidget(label(between, "dim"))
        for cap in _caps(key):
            row.addWidget(_cap(cap))
    widget.setAccessibleName(f" {between} ".join(keys))
    return widget


def _caps(shortcut: str) -> list[str]:
    """Returns the keys of a shortcut in Qt's portable spelling: "Ctrl++" is Ctrl and +."""
    parts = ["+"] if shortcut == "+" else shortcut.removesuffix("++").split("+")
    if shortcut.endswith("++"):
        parts.append("+")
    return [CAPS.get(part, part) for part in parts]


def _cap(text: str) -> QLabel:
    cap = label(text, "key")
    cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
    cap.setMinimumWidth(26)
    return cap
