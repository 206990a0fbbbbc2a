"""Finds a command by a few letters of its name, and carries it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt5.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QSize, Qt
from PyQt5.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PyQt5.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from viewer.gui.theme import GRID, RADIUS, TextSize
from viewer.gui.widgets.keys import ENTER
from viewer.gui.widgets.labels import label, laid_out, sized
from viewer.model.fuzzy import fuzzy_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PyQt5.QtCore import QRect
    from PyQt5.QtGui import QColor

WIDTH, MOST_ROWS = 640, 12
DETAIL_WORTH = 0.4
"""What a letter found in the detail is worth, beside one in the text."""
_NOTHING = "No command has these letters in this order."
_ROWS_MOVED = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -MOST_ROWS, Qt.Key.Key_PageDown: MOST_ROWS}


class Entry(NamedTuple):
    """One thing that can be done.

    Attributes:
        text: what it is called.
        detail: where it stands else, or a path.
        keys: its keys, as the menus write them, or the value of a preference.
        run: does it; None while it cannot be done.
    """

    text: str
    detail: str
    keys: str
    run: Callable[[], object] | None


def ranked(typed: str, entries: Iterable[Entry]) -> list[tuple[Entry, tuple[int, ...]]]:
    """Returns the entries that match, the best first, with the places of the letters typed in their texts."""
    found = []
    for order, entry in enumerate(entries):
        match, worth = fuzzy_match(typed, entry.text), 1.0
        places = match.places if match else ()
        if match is None:
            match, worth = fuzzy_match(typed, entry.detail), DETAIL_WORTH
        if match is not None:
            shorter = len(entry.text) / 50 if typed.strip() else 0
            found.append((shorter - match.worth * worth, order, entry, places))
    return [(entry, places) for _, _, entry, places in sorted(found, key=lambda each: each[:2])]


class CommandPalette(QDialog):
    """A field, and below it what can be done; Enter does what is chosen. It closes as soon as it is left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Find a command")
        self._entries: tuple[Entry, ...] = ()
        self._more: Callable[[str], Iterable[Entry]] = lambda _typed: ()
        self._field = QLineEdit()
        self._field.setProperty("field", True)
        self._field.setPlaceholderText("A command, a preference, a recent folder, or a frame")
        self._field.setAccessibleName("Find a command")
        self._field.setFont(sized(self.font(), TextSize.LARGE))
        self._field.setFixedHeight(5 * GRID)
        self._field.textChanged.connect(self._find)
        self._rows = _Rows(self)
        self._list = QListView()
        self._list.setAccessibleName("Commands")
        self._list.setModel(self._rows)
        self._list.setItemDelegate(_RowPainter(self))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field moves through it
        self._list.setFrameShape(QFrame.NoFrame)
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(lambda index: self._do(index.row()))
        self._nothing = label(_NOTHING, "dim")
        self._nothing.setContentsMargins(GRID, GRID, GRID, GRID)
        laid_out(QVBoxLayout(self), self._field, self._nothing, self._list, margins=(GRID,) * 4, spacing=GRID)
        self._field.installEventFilter(self)

    def offer(self, entries: Iterable[Entry], more: Callable[[str], Iterable[Entry]]) -> None:
        """Opens over its window.

        Args:
            entries: what can be done.
            more: returns what else can be done with a text, which goes before all others.
        """
        self._entries, self._more = tuple(entries), more
        self._field.clear()
        self._find("")
        self._put()
        self.show()
        self.activateWindow()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: object, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Takes the keys that move through the list from the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ROWS_MOVED:
                self._move(_ROWS_MOVED[Qt.Key(event.key())])
                return True
            if event.key() in ENTER:
                self._do(self._list.currentIndex().row())
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]  # what Qt gives

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Closes when another window gets the keys."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.close()

    def _put(self) -> None:
        """Stands in the upper middle of its window, as high as its rows need."""
        window = self.parentWidget()
        if window is None:
            return
        width = min(WIDTH, window.width() - 4 * GRID)
        rows = min(MOST_ROWS, len(self._rows.shown), max(3, (window.height() - 16 * GRID) // self._row_height()))
        self._list.setFixedHeight(rows * self._row_height())
        self._list.setVisible(rows > 0)
        self._nothing.setVisible(rows == 0)
        self.setFixedSize(width, self.sizeHint().height())
        self.move(window.mapToGlobal(QPoint((window.width() - width) // 2, min(8 * GRID, window.height() // 10))))

    def _row_height(self) -> int:
        return max(4 * GRID, QFontMetrics(self.font()).height() + GRID)

    def _find(self, typed: str) -> None:
        self._rows.put([*((entry, ()) for entry in self._more(typed.strip())), *ranked(typed, self._entries)])
        self._move(0)
        self._put()

    def _move(self, by: int) -> None:
        """Goes on to another entry that can be done, by one step round, by more as far as there are any."""
        rows = [row for row, (entry, _) in enumerate(self._rows.shown) if entry.run is not None]
        if rows:
            here = self._list.currentIndex().row()
            at = (rows.index(here) if here in rows else 0) + by
            self._list.setCurrentIndex(
                self._rows.index(rows[at % len(rows) if abs(by) == 1 else min(max(at, 0), len(rows) - 1)])
            )

    def _do(self, row: int) -> None:
        if 0 <= row < len(self._rows.shown) and (run := self._rows.shown[row][0].run) is not None:
            self.close()
            window = self.parentWidget()
            if window is not None:
                window.activateWindow()
            run()


class _Rows(QAbstractListModel):
    """The entries that match."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown: list[tuple[Entry, tuple[int, ...]]] = []

    def put(self, shown: list[tuple[Entry, tuple[int, ...]]]) -> None:
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def rowCount(self, _parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        return len(self.shown)

    def data(self, index: QModelIndex, role: int = 0) -> str | None:
        """Returns what a screen reader says."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return ", ".join(filter(None, self.shown[index.row()][0][:3]))

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        can_be_done = index.isValid() and self.shown[index.row()][0].run is not None
        selectable = Qt.ItemFlags(Qt.ItemFlag.ItemIsSelectable)
        return selectable | Qt.ItemFlag.ItemIsEnabled if can_be_done else selectable


class _RowPainter(QStyledItemDelegate):
    """Paints an entry: its text with the letters typed in bold, its detail behind it, its keys at the right."""

    def __init__(self, palette: CommandPalette) -> None:
        super().__init__(palette)
        self._owner = palette

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        return QSize(WIDTH // 2, max(4 * GRID, QFontMetrics(self._owner.font()).height() + GRID))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model = index.model()
        if painter is None or not isinstance(model, _Rows):
            return
        entry, places = model.shown[index.row()]
        colours, rect = option.palette, option.rect
        group = QPalette.Normal if entry.run is not None else QPalette.Disabled
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.color(QPalette.Midlight))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        inside = rect.adjusted(GRID, 0, -GRID, 0)
        dim = colours.color(QPalette.Disabled if entry.run is None else QPalette.Normal, QPalette.PlaceholderText)
        if entry.run is None:
            dim = colours.color(QPalette.Disabled, QPalette.Text)
        right = self._write(painter, inside, entry.keys, dim, option.font, right=True)
        inside.setRight(inside.right() - right - (2 * GRID if right else 0))
        bold = QFont(option.font)
        bold.setBold(True)
        text = colours.color(group, QPalette.BrightText if chosen and entry.run is not None else QPalette.Text)
        at = 0
        while at < len(entry.text):
            end = at + 1
            while end < len(entry.text) and (end in places) == (at in places):
                end += 1
            font = bold if at in places else option.font
            inside.setLeft(inside.left() + self._write(painter, inside, entry.text[at:end], text, font))
            at = end
        inside.setLeft(inside.left() + 2 * GRID)
        self._write(painter, inside, entry.detail, dim, option.font)
        painter.restore()

    def _write(
        self, painter: QPainter, rect: QRect, text: str, colour: QColor, font: QFont, *, right: bool = False
    ) -> int:
        """Writes as much of a text as there is room for; returns how wide it is."""
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(0, rect.width()))
        painter.setFont(font)
        painter.setPen(colour)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        return metrics.horizontalAdvance(shown)
