"""The list of bookmarks of the open sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QAbstractItemModel, QAbstractTableModel, QEvent, QModelIndex, QObject, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from viewer.core.play.timebase import TimeBase, TimeDisplay
from viewer.gui.theme import TextSize, digits
from viewer.gui.widgets.keys import ENTER
from viewer.gui.widgets.labels import STRETCH, button, label, laid_out
from viewer.model.view_state import COUNTS, Numbers, ViewState

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QStyleOptionViewItem

    from viewer.model.sequence_settings import Bookmark

FRAME, FILE, TIME, NOTE = range(4)
"""The columns; files are those of single pictures, whose numbers only count them."""
TITLES = ("Frame", "File", "Time", "Note")
EMPTY = "There are no bookmarks in this sequence; B sets one at the frame you are looking at."
NO_SEQUENCE = "Bookmarks belong to a sequence, and none is open."
ASK = "write a note"


class BookmarksDialog(QDialog):
    """Shows the bookmarks by number; notes are written in their rows.

    A double click or Enter goes to a frame. A note is edited by a click into the chosen row, by F2 or by typing, and
    counts when it is finished. Del removes the chosen ones.
    """

    chosen = pyqtSignal(object)
    """A bookmark was chosen to go to: its frame number."""
    added = pyqtSignal()
    """A bookmark is wanted at the frame where the playhead is."""
    removed = pyqtSignal(object)
    """Bookmarks are to be removed: their frame numbers, a tuple in ascending order."""
    note_changed = pyqtSignal(object, str)
    """A note has been written: the frame number of its bookmark, and the note."""
    export_requested = pyqtSignal()
    """The bookmarks are to be written to a file."""
    import_requested = pyqtSignal()
    """Bookmarks are to be read from a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bookmarks")
        self._state = ViewState()
        self._to_write: int | None = None
        self._model = _Bookmarks(self)
        self._model.written.connect(self.note_changed)
        self._table = _Table(self._model)
        self._table.chosen.connect(self.chosen)
        self._table.removed.connect(self._remove)
        self._empty = label(NO_SEQUENCE, "dim")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._add = button("Add here", self._add_here, "Set a bookmark at the frame where the playhead is")
        self._removal = button("Remove", self._remove, "Remove the chosen bookmarks (Del)")
        self._export = button("Export…", self.export_requested, "Write the bookmarks to a file")
        self._import = button("Import…", self.import_requested, "Read bookmarks from a file")
        selection = self._table.selectionModel()
        assert selection is not None  # noqa: S101 - a table with a model has one
        selection.selectionChanged.connect(self._enable)
        self._lay_out()
        self._enable()
        self._show_empty()
        self.resize(520, 360)

    def _lay_out(self) -> None:
        self._empty.setContentsMargins(40, 0, 40, 0)
        each_button = self._add, self._removal, STRETCH, self._export, self._import
        buttons = laid_out(QHBoxLayout(), *each_button, margins=(12, 10, 12, 12), spacing=8)
        laid_out(QVBoxLayout(self), (self._table, 1), (self._empty, 1), buttons)

    def show_state(self, state: ViewState) -> None:
        """Shows the bookmarks of a snapshot; a note being written stays as it is."""
        before, self._state = self._state, state
        if (state.show_time, state.time_base, state.numbers) != self._model.measure:
            self._model.show_numbers(state.time_base, state.show_time, state.numbers)
            self._table.setColumnHidden(TIME, state.show_time is TimeDisplay.FRAMES)
        is_open = state.sequence is not None
        if before.bookmarks != state.bookmarks or (before.sequence is not None) != is_open:
            self._model.show(state.bookmarks)
            self._table.setColumnHidden(FILE, not any(each.name for each in state.bookmarks))
            self._show_empty()
            self._enable()
            added, self._to_write = self._to_write, None
            if added is not None and (row := self._model.row_of(added)) is not None:
                self._table.write_note(row)

    def _show_empty(self) -> None:
        self._empty.setText(NO_SEQUENCE if self._state.sequence is None else EMPTY)
        self._empty.setVisible(not self._state.bookmarks)
        self._table.setVisible(bool(self._state.bookmarks))

    def _enable(self) -> None:
        is_open = self._state.sequence is not None
        self._add.setEnabled(is_open)
        self._import.setEnabled(is_open)
        self._export.setEnabled(bool(self._state.bookmarks))
        self._removal.setEnabled(bool(self._table.numbers()))

    def _add_here(self) -> None:
        number = self._state.number
        if number is None:
            return
        row = self._model.row_of(number)
        if row is not None:
            self._table.write_note(row)
            return
        self._to_write = number  # as soon as a snapshot has it
        self.added.emit()

    def _remove(self) -> None:
        if numbers := self._table.numbers():
            self.removed.emit(numbers)


class _Bookmarks(QAbstractTableModel):
    """The bookmarks, row by row. A note that is written is reported and not kept: the next snapshot brings it."""

    written = pyqtSignal(object, str)
    """A note has been written: the frame number and the note."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.bookmarks: list[Bookmark] = []
        self.base, self.display, self._numbers = TimeBase(), TimeDisplay.FRAMES, COUNTS
        self._digits = digits(TextSize.BASE)

    def show(self, bookmarks: tuple[Bookmark, ...]) -> None:
        """Takes other bookmarks, row by row, so that the choice and a note being written stay with theirs."""
        wanted = {each.number for each in bookmarks}
        for row in reversed(range(len(self.bookmarks))):
            if self.bookmarks[row].number not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.bookmarks[row]
                self.endRemoveRows()
        for row, bookmark in enumerate(bookmarks):
            if row == len(self.bookmarks) or self.bookmarks[row].number != bookmark.number:
                self.beginInsertRows(QModelIndex(), row, row)
                self.bookmarks.insert(row, bookmark)
                self.endInsertRows()
            elif self.bookmarks[row] != bookmark:
                self.bookmarks[row] = bookmark
                self.dataChanged.emit(self.index(row, FILE), self.index(row, NOTE))

    @property
    def measure(self) -> tuple[TimeDisplay, TimeBase, Numbers]:
        """How the numbers and the times are shown."""
        return self.display, self.base, self._numbers

    def show_numbers(self, base: TimeBase, display: TimeDisplay, numbers: Numbers) -> None:
        """Shows the numbers and the times in another way."""
        self.base, self.display, self._numbers = base, display, numbers
        if self.bookmarks:
            self.dataChanged.emit(self.index(0, FRAME), self.index(len(self.bookmarks) - 1, TIME))

    def row_of(self, number: int) -> int | None:
        """Returns the row of the bookmark at a frame number, None where there is none."""
        return next((row for row, each in enumerate(self.bookmarks) if each.number == number), None)

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self.bookmarks)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return TITLES[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        bookmark, column = self.bookmarks[index.row()], index.column()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            if column in {FILE, NOTE}:
                return bookmark.note if column == NOTE else bookmark.name
            number = bookmark.number
            return self._numbers.text(number) if column == FRAME else self.base.text(number, self.display)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole and column in {FRAME, TIME}:
            return self._digits
        if role == Qt.ItemDataRole.ToolTipRole and column in {FILE, NOTE}:
            return (bookmark.note if column == NOTE else bookmark.name) or None
        return None

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Reports a note that has been written."""
        bookmark, note = self.bookmarks[index.row()], str(value).strip()
        if role != Qt.ItemDataRole.EditRole or index.column() != NOTE or note == bookmark.note:
            return False
        self.written.emit(bookmark.number, note)
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE else flags


class _Table(QTableView):
    """The table: rows are chosen whole, and Enter and Del work on them."""

    chosen = pyqtSignal(object)
    """A row was double-clicked, or Enter pressed on it: its frame number."""
    removed = pyqtSignal()
    """Del was pressed."""

    def __init__(self, model: _Bookmarks) -> None:
        super().__init__()
        self._bookmarks = model
        self.setModel(model)
        self.setAccessibleName("Bookmarks")
        self.setItemDelegate(_NoteDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(
            QAbstractItemView.EditTriggers()
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setColumnHidden(FILE, True)
        self.setColumnHidden(TIME, True)
        down, across = self.verticalHeader(), self.horizontalHeader()
        assert down is not None  # noqa: S101 - a table has both
        assert across is not None  # noqa: S101 - the same
        down.hide()
        down.setDefaultSectionSize(self.fontMetrics().height() + 10)
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setStretchLastSection(True)
        across.setMinimumSectionSize(72)
        self.doubleClicked.connect(lambda index: self.chosen.emit(model.bookmarks[index.row()].number))

    def numbers(self) -> tuple[int, ...]:
        """Returns the frame numbers of the chosen rows, ascending."""
        selection = self.selectionModel()
        rows = [] if selection is None else [index.row() for index in selection.selectedRows()]
        return tuple(self._bookmarks.bookmarks[row].number for row in sorted(rows))

    def write_note(self, row: int) -> None:
        """Chooses a row and begins to edit its note."""
        self.selectRow(row)
        index = self._bookmarks.index(row, NOTE)
        self.setCurrentIndex(index)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit(index)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: N802 - Qt's name
        """Keeps the current cell among the notes, so that typing and F2 write into them."""
        super().currentChanged(current, previous)
        if current.isValid() and current.column() != NOTE:
            selection = self.selectionModel()
            if selection is not None:
                note = current.sibling(current.row(), NOTE)
                selection.setCurrentIndex(note, selection.SelectionFlag.NoUpdate)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Goes to the frame on Enter and removes on Del."""
        if event is None:
            return
        current = self.currentIndex()
        if event.key() in ENTER:
            if current.isValid():
                self.chosen.emit(self._bookmarks.bookmarks[current.row()].number)
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class _NoteDelegate(QStyledItemDelegate):
    """Paints the cells; no snapshot changes a note while it is being written."""

    def initStyleOption(self, option: QStyleOptionViewItem | None, index: QModelIndex) -> None:  # noqa: N802 - Qt's name
        """Asks for a note where the chosen row has none."""
        super().initStyleOption(option, index)
        if option is None:
            return
        if index.column() == NOTE and not option.text and option.state & QStyle.StateFlag.State_Selected:
            option.text = ASK
            option.font.setItalic(True)  # the style sheet says of which colour

    def eventFilter(self, editor: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Finishes a note on Enter, and keeps that from the table, where it means something else."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in ENTER:
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)
            return True
        return super().eventFilter(editor, event)

    def setEditorData(self, editor: QWidget | None, index: QModelIndex) -> None:  # noqa: N802 - Qt's name
        """Puts the note into its field, once."""
        if isinstance(editor, QLineEdit) and not editor.isModified() and not editor.text():
            editor.setText(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(  # noqa: N802 - Qt's name
        self, editor: QWidget | None, model: QAbstractItemModel | None, index: QModelIndex
    ) -> None:
        if isinstance(editor, QLineEdit) and model is not None:
            model.setData(index, editor.text())


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignLeft if column in {FILE, NOTE} else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)
