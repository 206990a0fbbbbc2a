"""The sheet of shortcuts, made from the table of commands."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QShortcut,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viewer.core.patterns import late_pattern
from viewer.gui.theme import GRID
from viewer.gui.widgets.labels import STRETCH, bounded, button, label, laid_out
from viewer.model.commands import COMMANDS, MOUSE, Command
from viewer.model.key_map import DEFAULT_KEYS, KeyMap, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt5.QtGui import QResizeEvent, QShowEvent


CAPS = {"Right": "→", "Left": "←", "Up": "↑", "Down": "↓", "PgDown": "Pg Dn", "PgUp": "Pg Up", "-": "\N{MINUS SIGN}"}
"""Keys that are shown otherwise than Qt spells them."""
TWO, THREE = 720, 1200
"""How many pixels wide it is at least with two columns, and with three."""
SERIES = 3
"""So many numbered commands after one another are shown as one line."""
_NUMBERED = late_pattern(r"_\d+$")


class ShortcutSheet(QDialog):
    """Every command that has a key, menu by menu, and what the mouse does; in as many columns as there is room for."""

    edit_wanted = pyqtSignal()
    """The user wants other keys."""

    def __init__(
        self, parent: QWidget | None = None, commands: Sequence[Command] = COMMANDS, keys: KeyMap = DEFAULT_KEYS
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self._commands, self._keys = commands, keys
        self._field = QLineEdit()
        self._field.setProperty("field", True)
        self._field.setPlaceholderText("Find a command or a key")
        self._field.setAccessibleName("Find a command or a key")
        self._field.setFixedSize(36 * GRID, 4 * GRID)
        self._field.textChanged.connect(self._find)
        self._nothing = label("No command and no key has these letters.", "dim")
        self._nothing.hide()
        change = button("Change keys…", self.edit_wanted, "Give other keys to the commands")
        head = laid_out(QHBoxLayout(), self._field, self._nothing, STRETCH, change, spacing=2 * GRID)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName("Shortcuts")
        self._count = 0
        laid_out(
            QVBoxLayout(self), head, self._area, margins=(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID), spacing=2 * GRID
        )
        for key in ("F1", "?", "Ctrl+F"):
            QShortcut(QKeySequence(key), self, self._field.setFocus if key == "Ctrl+F" else self.close)
        room = QSize(1280, 800) if parent is None else parent.size()
        self.resize(bounded(self, QSize(min(1320, room.width() - 2 * GRID), room.height() - 2 * GRID)))
        self._put_columns()
        content = self._area.widget()
        if content is not None:
            self.resize(self.width(), min(self.height(), content.sizeHint().height() + 10 * GRID))

    def show_keys(self, keys: KeyMap) -> None:
        """Shows the keys that the commands have."""
        if keys != self._keys:
            self._keys = keys
            self._put_columns()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Begins with nothing searched for."""
        super().showEvent(event)
        self._field.clear()
        self._field.setFocus()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shows more or fewer columns."""
        super().resizeEvent(event)
        if self._count != self._columns_there_is_room_for():
            self._put_columns()

    def _columns_there_is_room_for(self) -> int:
        return 3 if self.width() >= THREE else 2 if self.width() >= TWO else 1

    def _put_columns(self) -> None:
        self._count = self._columns_there_is_room_for()
        content = QWidget()
        sections = [
            *_sections(self._commands, self._keys),
            *([("Mouse", _MOUSE)] if self._commands is COMMANDS else []),
        ]
        columns = [(_column(each), 1) for each in _columns(sections, self._count)]
        laid_out(QHBoxLayout(content), *columns, margins=(0, 0, 2 * GRID, 0), spacing=5 * GRID)
        self._area.setWidget(content)
        self._find(self._field.text())

    def _find(self, typed: str) -> None:
        """Leaves the lines that hold all words typed, and the headings of those."""
        words, content = typed.lower().split(), self._area.widget()
        sections = [] if content is None else content.findChildren(_Section)
        found = [section.show_matching(words) for section in sections]
        self._nothing.setVisible(not any(found))
        if content is not None and (rows := content.layout()) is not None:
            rows.activate()
            self._area.setWidgetResizable(True)  # again: it would leave the content as high as it was


_Line = tuple[str, tuple[str, ...], bool]
"""The text of a command, its keys, and whether they are the first and last of a series."""
_Titled = tuple[str, list[_Line]]


_MOUSE: list[_Line] = [(f"{where[0].upper()}{where[1:]}", (does,), False) for where, does in MOUSE]


def _sections(commands: Sequence[Command], keys: KeyMap) -> Iterator[tuple[str, list[_Line]]]:
    """Yields each menu and its lines."""
    for menu in dict.fromkeys(command.menu for command in commands):
        lines = list(_lines([command for command in commands if command.menu == menu], keys))
        if lines:
            yield menu, lines


def _lines(commands: Sequence[Command], keys: KeyMap) -> Iterator[_Line]:
    for stem, group in itertools.groupby(commands, lambda command: _NUMBERED.sub("_", command.name)):
        alike = list(group)
        if stem.endswith("_") and len(alike) >= SERIES and all(keys.of(each.name) == each.keys for each in alike):
            first, last = alike[0], alike[-1]
            yield f"{first.text} … {last.text}", (first.keys[0], last.keys[0]), True
        else:
            yield from ((each.text.rstrip("…"), keys.of(each.name), False) for each in alike if keys.of(each.name))


def _columns(sections: list[_Titled], count: int) -> list[list[_Titled]]:
    """Parts the sections, kept in order, so that the longest column is as short as can be."""
    heights = [len(lines) + 2 for _, lines in sections]

    def longest(cuts: tuple[int, ...]) -> int:
        return max(sum(heights[begin:end]) for begin, end in itertools.pairwise((0, *cuts, len(sections))))

    cuts = min(itertools.combinations_with_replacement(range(len(sections) + 1), count - 1), key=longest)
    return [sections[begin:end] for begin, end in itertools.pairwise((0, *cuts, len(sections)))]


def _column(sections: Sequence[_Titled]) -> QVBoxLayout:
    return laid_out(QVBoxLayout(), *(_Section(title, lines) for title, lines in sections), STRETCH)


class _Section(QWidget):
    """The lines of one menu below its title."""

    def __init__(self, title: str, lines: list[_Line]) -> None:
        super().__init__()
        self._lines: list[tuple[str, QWidget]] = []
        for text, keys, to in lines:
            words, line = _wrapped(text), QWidget()
            if title == "Mouse":
                does = _wrapped(keys[0], "dim")
                for each in (words, does):
                    each.setAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                laid_out(QHBoxLayout(line), (words, 3), (does, 4), spacing=GRID)
            else:
                laid_out(QHBoxLayout(line), (words, 1), _keys(keys, "…" if to else "or"), spacing=GRID)
            self._lines.append((f"{title} {text} {' '.join(keys)}".lower(), line))
        rows = (line for _, line in self._lines)
        heading = label(title, "heading")
        heading.setFixedHeight(3 * GRID)
        self._rows = laid_out(QVBoxLayout(self), heading, *rows, margins=(0, 0, 0, 2 * GRID), spacing=GRID // 2)
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Maximum)

    def show_matching(self, words: list[str]) -> bool:
        """Leaves the lines that hold all words; returns whether there are any."""
        found = [all(word in text for word in words) for text, _ in self._lines]
        for shown, (_, line) in zip(found, self._lines, strict=True):
            line.setVisible(shown)
        self.setVisible(any(found))
        self._rows.activate()
        return any(found)


def _wrapped(text: str, role: str = "") -> QLabel:
    """Returns a text that takes the width that it is given, and as many lines as it needs then."""
    made = label(text, role)
    made.setWordWrap(True)
    policy = made.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Ignored)
    made.setSizePolicy(policy)
    return made


def _keys(keys: Sequence[str], between: str) -> QWidget:
    """Returns keycaps: those of one shortcut side by side, alternatives parted by a word."""
    widget = QWidget()
    row = laid_out(QHBoxLayout(widget), spacing=4)
    for position, key in enumerate(keys):
        if position:
            row.addWidget(label(between, "dim"))
        for cap in parts(key):
            row.addWidget(_cap(CAPS.get(cap, cap)))
    widget.setAccessibleName(f" {between} ".join(keys))
    return widget


def _cap(text: str) -> QLabel:
    cap = label(text, "key")
    cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
    cap.setMinimumWidth(26)
    cap.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)  # beside a text of two lines too
    return cap
