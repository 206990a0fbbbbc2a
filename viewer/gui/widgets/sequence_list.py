"""The lists of the panel at the left: how they take keys, and how their rows are painted."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from PyQt5.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    pyqtSignal,
)
from PyQt5.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette, QResizeEvent
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QFrame, QListView, QStyle, QStyledItemDelegate, QWidget

from viewer.core.frame import Frame, Size
from viewer.core.patterns import late_pattern
from viewer.gui.bridge.image import FrameImage
from viewer.gui.theme import Colours, TextSize, mixed
from viewer.gui.widgets.keys import ENTER, claims_key
from viewer.gui.widgets.labels import elided, elided_apart, sized
from viewer.gui.widgets.rule_bar import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PyQt5.QtWidgets import QStyleOptionViewItem

    from viewer.model.view_state import FolderRow

    Finder = Callable[[int], Frame | None]

BOX = Size(80, 46)
"""The room of a thumbnail in its row."""
PAD, GAP = 9, 10
MARK = 3
"""The width of the bar at the sequence that is open."""
_RANGE = late_pattern(r"^(.*?)[\W_]?\[[^][]*\]([^][]*)$")
"""What stands before the range of a name, and after it."""
OWN_KEYS = ENTER | {Qt.Key.Key_Up, Qt.Key.Key_Down}
"""The keys that the lists take while they have the focus; all others are the window's."""
_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class SequenceRows(QAbstractListModel):
    """The sequences, row by row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[FolderRow, ...] = ()
        self.chosen = -1
        self._shared: str | None = None

    def label(self, row: int, room: float, measure: Callable[[str], float]) -> str:
        """Returns the name of a sequence as far as it fits, without its range, which stands below, and its suffix.

        What all names begin with goes first, so that they can be told apart; then the end.
        """
        if self._shared is None:
            self._shared = _shared_head({stem_and_suffix(each)[0] for each in self.rows if each.first != each.last})
        return elided_apart(stem_and_suffix(self.rows[row])[0], self._shared, room, measure)

    def show(self, rows: tuple[FolderRow, ...], chosen: int) -> None:
        """Takes other rows of the same folder; the list stays where it is scrolled to."""
        self._shared = None
        before, kept = self.rows, min(len(self.rows), len(rows))
        changed = [each for each in range(kept) if before[each] is not rows[each] and before[each] != rows[each]]
        if chosen != self.chosen:
            changed += [each for each in (chosen, self.chosen) if 0 <= each < kept]
        if len(before) > kept:
            self.beginRemoveRows(QModelIndex(), kept, len(before) - 1)
            self.rows = before[:kept]
            self.endRemoveRows()
        elif len(rows) > kept:
            self.beginInsertRows(QModelIndex(), kept, len(rows) - 1)
            self.rows = before + rows[kept:]
            self.endInsertRows()
        self.rows, self.chosen = rows, chosen
        if changed:
            self.dataChanged.emit(self.index(min(changed)), self.index(max(changed)))

    def renew(self, rows: tuple[FolderRow, ...], chosen: int) -> None:
        """Takes the rows of another folder."""
        self.beginResetModel()
        self.rows, self.chosen, self._shared = rows, chosen, None
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Returns how many sequences there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Returns the texts of a sequence: its name, its tool tip and its description."""
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.label}\n{' · '.join(_details(row))}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            opened = ("open",) if index.row() == self.chosen else ()
            return ", ".join((row.label, *opened, *_details(row)))
        return None


class FolderNames(QStringListModel):
    """The names of folders; the tool tip has those that are shortened in their rows."""

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Returns the name for the row and for its tool tip."""
        return super().data(index, Qt.ItemDataRole.DisplayRole if role == Qt.ItemDataRole.ToolTipRole else role)


class RowList(QListView):
    """A list that takes up, down and Enter, and leaves all other keys to the window."""

    chosen = pyqtSignal(int)
    """A row was clicked, or Enter pressed on it."""
    resized = pyqtSignal()
    """More or fewer rows can be seen."""
    dragged = pyqtSignal(int)
    """A row was taken hold of and dragged."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._held: QPoint | None = None
        self._heights = 0, 0
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        viewport = self.viewport()
        assert viewport is not None  # noqa: S101 - every list has one
        viewport.setBackgroundRole(QPalette.ColorRole.Window)
        self._viewport = viewport
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    def set_heights(self, least: int, wanted: int) -> None:
        """Sets the least height and the one it takes where there is room, in pixels."""
        if self._heights != (least, wanted):
            self._heights = least, wanted
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size it can be used at."""
        return QSize(BOX.width, self._heights[0])

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size Qt is to give it if it can."""
        return QSize(WIDTH, self._heights[1])

    @property
    def room(self) -> int:
        """The height in which rows can be seen."""
        return self._viewport.height()

    def update_rows(self) -> None:
        """Paints all visible rows again."""
        self._viewport.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Reports another size."""
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes hold of a row; leaves the buttons for back and forward to the window."""
        if event is None:
            return
        if event.button() in {Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton}:
            event.ignore()
            return
        self._held = event.pos() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Reports a row that is dragged."""
        if event is None:
            return
        held = self._held if event.buttons() & Qt.MouseButton.LeftButton else None
        if held is None:
            super().mouseMoveEvent(event)
        elif (event.pos() - held).manhattanLength() >= QApplication.startDragDistance():
            self._held, row = None, self.indexAt(held)
            if row.isValid():
                self.dragged.emit(row.row())

    def event(self, event: QEvent | None) -> bool:
        """Keeps its keys from becoming shortcuts of the window."""
        return claims_key(event, _is_own) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Goes up and down, and chooses on Enter."""
        if event is None:
            return
        if not _is_own(event):
            event.ignore()
        elif event.key() not in ENTER:
            super().keyPressEvent(event)
        elif self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex().row())


class _RowDelegate(QStyledItemDelegate):
    """Paints rows that are all ``height`` pixels high."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = colours
        self.height = 0
        self._font = sized(parent.font(), TextSize.BASE)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        return QSize(BOX.width, self.height)


class SequenceDelegate(_RowDelegate):
    """Paints a sequence: its thumbnail, its name and its details."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(colours, parent)
        self.find: Finder = lambda _position: None
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._small = sized(self._font, TextSize.SMALL)
        self._line = QFontMetrics(self._bold).height()
        self._small_metrics = QFontMetrics(self._small)
        self.height = max(BOX.height, self._line + 2 * self._small_metrics.height()) + 2 * PAD

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paints a row."""
        model = index.model()
        if painter is None or not isinstance(model, SequenceRows):
            return
        colours, rect, row = self.colours, option.rect, model.rows[index.row()]
        is_open = index.row() == model.chosen
        painter.save()
        _paint_ground(painter, option, colours, is_open=is_open)
        if is_open:
            painter.fillRect(QRect(rect.left(), rect.top(), MARK, rect.height()), QColor(colours.accent))
        box = QRect(0, 0, *BOX)
        box.moveTo(rect.left() + MARK + PAD, rect.center().y() - BOX.height // 2)
        self._paint_thumbnail(painter, box, index.row())
        text = rect.adjusted(MARK + PAD + BOX.width + GAP, 0, -PAD, 0)
        lines = list(self._lines(row, text.width()))
        text.setTop(rect.top() + (rect.height() - self._line - len(lines) * self._small_metrics.height()) // 2)
        font = self._bold if is_open else self._font
        measure = QFontMetrics(font).horizontalAdvance
        label = model.label(index.row(), text.width(), measure)
        suffix, taken = stem_and_suffix(row)[1], measure(label)
        painter.setFont(font)
        painter.setPen(QColor(colours.bright if is_open else colours.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, label)
        painter.setPen(QColor(colours.dim))
        if taken + measure(suffix) <= text.width():
            painter.drawText(text.adjusted(taken, 0, 0, 0), Qt.AlignmentFlag.AlignTop, suffix)
        painter.setFont(self._small)
        text.setTop(text.top() + self._line)
        failed = _unreadable(row)
        for line in lines:
            self._paint_line(painter, text, line, failed)
            text.setTop(text.top() + self._small_metrics.height())
        painter.restore()

    def _paint_line(self, painter: QPainter, place: QRect, line: str, failed: str) -> None:
        """Paints a line of details; what of it cannot be read has the colour of that."""
        shown = self._small_metrics.elidedText(line, Qt.TextElideMode.ElideRight, place.width())
        before, found, after = shown.partition(failed) if failed else (shown, "", "")
        alarming = mixed(self.colours.failed, self.colours.bright, 0.65)  # legible on an open row too
        for text, colour in ((before, QColor(self.colours.dim)), (found, alarming), (after, QColor(self.colours.dim))):
            painter.setPen(colour)
            painter.drawText(place, Qt.AlignmentFlag.AlignTop, text)
            place = place.adjusted(self._small_metrics.horizontalAdvance(text), 0, 0, 0)

    def _paint_thumbnail(self, painter: QPainter, box: QRect, position: int) -> None:
        painter.fillRect(box, QColor(self.colours.well))
        frame = self.find(position)
        if frame is not None:
            FrameImage(frame).paint_into(painter, QRectF(box))
        painter.setPen(QColor(self.colours.line))
        painter.drawRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5))

    def _lines(self, row: FolderRow, width: int) -> Iterator[str]:
        """Yields the details of a sequence, in one line where there is room, else in two, or three for long ends."""
        first, *others = _details(row)
        measure = self._small_metrics.horizontalAdvance
        if measure(first) > width:
            begin, dash, first = first.rpartition("–")  # noqa: RUF001 - an en dash means "to"
            yield f"{begin}{dash}"
        while others and measure(f"{first} · {others[0]}") <= width:
            first = f"{first} · {others.pop(0)}"
        yield first
        if others:
            yield " · ".join(others)


class FolderDelegate(_RowDelegate):
    """Paints the name of a folder, in line with the rows above."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(colours, parent)
        self._metrics = QFontMetrics(self._font)
        self.height = self._metrics.height() + 8

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paints a row."""
        if painter is None:
            return
        painter.save()
        _paint_ground(painter, option, self.colours)
        painter.setFont(self._font)
        painter.setPen(QColor(self.colours.text))
        text = option.rect.adjusted(MARK + PAD, 0, -PAD, 0)
        name = elided(index.data(), text.width(), self._metrics.horizontalAdvance)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Colours, *, is_open: bool = False) -> None:
    """Paints the ground of a row: whether it is open, under the pointer, or has the keys."""
    if is_open:
        painter.fillRect(option.rect, QColor(colours.raised))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, mixed(colours.raised, colours.panel, 0.55))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QColor(colours.accent))
        painter.drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5))


def _details(row: FolderRow) -> list[str]:
    """Returns the details of a sequence: its range, its frames, those missing, those that failed, its size."""
    parts = [f"{row.text(row.first)}–{row.text(row.last)}"] if row.last != row.first else []  # noqa: RUF001 - an en dash means "to"
    parts.append(f"{row.count:,} frame{'' if row.count == 1 else 's'}")
    if row.missing:
        parts.append(f"{row.missing:,} missing")
    if row.unreadable:
        parts.append(_unreadable(row))
    if row.size is not None:
        parts.append(f"{row.size.width} × {row.size.height}")  # noqa: RUF001 - "by"
    return parts


def _unreadable(row: FolderRow) -> str:
    return f"{row.unreadable:,} unreadable" if row.unreadable else ""


def stem_and_suffix(row: FolderRow) -> tuple[str, str]:
    """Returns the name of a sequence without the range of numbers, which stands in its details, and its suffix."""
    found = _RANGE.match(row.label) if row.first != row.last else None
    head, rest = found.groups() if found else (row.label, "")
    rest, dot, suffix = rest.rpartition(".") if found else head.rpartition(".")
    if not found:
        return (rest, f".{suffix}") if rest and suffix.isalnum() else (head, "")
    if not dot:
        rest, suffix = suffix, ""
    return f"{head}{rest}" or "[…]", f".{suffix}" if dot else ""


def _shared_head(names: set[str]) -> str:
    """Returns what the names begin with, in whole words; a few others do not count."""
    first_words = [re.split(r"[\W_]", name, maxsplit=1)[0] for name in names]
    usual = max(first_words, key=Counter(first_words).__getitem__, default="")
    others = [name for name, word in zip(names, first_words, strict=True) if word == usual]
    if len(others) < 2:  # noqa: PLR2004 - one has nothing in common
        return ""
    return re.sub(r"[^\W_]+$", "", _begin(others if 2 * len(others) > len(names) else [*names]))


def _begin(names: list[str]) -> str:
    """Returns what all names, at least one, begin with."""
    low, high = min(names), max(names)
    return low[: next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))]


def _is_own(event: QKeyEvent) -> bool:
    return event.key() in OWN_KEYS and not event.modifiers() & _MODIFIERS
