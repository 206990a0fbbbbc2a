"""The panel at the left: the sequences of the folder that is open, and the folders in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QModelIndex, QPoint, QPointF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QPen, QShowEvent
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from viewer.gui.theme import TextSize
from viewer.gui.widgets.labels import STRETCH, ElidedLabel, label, laid_out, rule, sized
from viewer.gui.widgets.rule_bar import WIDTH, RuleBar
from viewer.gui.widgets.sequence_list import (
    MARK,
    PAD,
    FolderDelegate,
    FolderNames,
    RowList,
    SequenceDelegate,
    SequenceRows,
)

if TYPE_CHECKING:
    from viewer.gui.theme import Colours
    from viewer.gui.widgets.sequence_list import Finder
    from viewer.model.view_state import FolderView, ViewState

HEADING = 32
"""The height of the line above the subfolders."""
SUBFOLDERS_SEEN = 6
"""So many subfolders are seen at once below sequences; the others by scrolling."""


class SequencesPanel(QWidget):
    """Lists the sequences of the folder; the one that is open has a bar at its edge and is bold.

    The lists take up, down and Enter while they have the focus, which they take by a click or Tab; all other keys go
    on to the window.
    """

    sequence_chosen = pyqtSignal(int)
    """A sequence was clicked, or Enter pressed on it: its position in the folder, from 0."""
    sequence_dragged = pyqtSignal(int)
    """A sequence was dragged: its position; its file is to go where it is dropped."""
    parent_chosen = pyqtSignal()
    """The folder above is wanted."""
    subfolders_wanted = pyqtSignal()
    """The folders in this one are to be looked for."""
    subfolder_chosen = pyqtSignal(str)
    """A subfolder was clicked, or Enter pressed on it: its name."""
    pattern_wanted = pyqtSignal()
    """The user wants to say which number of a name is the frame."""
    rule_chosen = pyqtSignal(object)
    """The pictures are to be grouped and ordered by another :class:`FolderRule`."""
    left = pyqtSignal()
    """The keys are to go back to the picture."""
    thumbnails_wanted = pyqtSignal(object)
    """Other rows can be seen: their positions, a tuple in ascending order, empty while the panel is hidden."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: FolderView | None = None
        self._has_subfolders = True
        self._listing = False
        self._wanted: tuple[str, tuple[tuple[int, str], ...]] = ("", ())
        self._name = ElidedLabel("bright", TextSize.BASE)
        self._name.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
        self._up = _UpButton()
        self._up.clicked.connect(self.parent_chosen)
        self._rule_bar = RuleBar(colours)
        self._rule_bar.chosen.connect(self.rule_chosen)
        self._rule_bar.pattern_wanted.connect(self.pattern_wanted)
        self._rule_bar.left.connect(self.left)
        self._rows = SequenceRows(self)
        self._delegate = SequenceDelegate(colours, self)
        self._list = RowList("Sequences")
        self._list.setModel(self._rows)
        self._list.setItemDelegate(self._delegate)
        self._list.set_heights(self._delegate.height, self._delegate.height)
        self._list.chosen.connect(self.sequence_chosen)
        self._list.dragged.connect(self.sequence_dragged)
        bar = self._list.verticalScrollBar()
        assert bar is not None  # noqa: S101 - every list has one
        self._bar = bar
        bar.valueChanged.connect(self._want_thumbnails)
        self._list.resized.connect(self._want_thumbnails)
        self._empty = label("", "dim", TextSize.BASE)
        self._empty.setWordWrap(True)
        self._unread = label("", "dim", TextSize.BASE)
        self._unread.setWordWrap(True)
        self._subfolders = _Subfolders(colours)
        self._subfolders.wanted.connect(self.subfolders_wanted)
        self._subfolders.chosen.connect(self.subfolder_chosen)
        self._lay_out()
        self._show_folder(None)

    def _lay_out(self) -> None:
        self.setAccessibleName("Sequences of the folder")
        self.setFocusProxy(self._list)
        self._empty.setContentsMargins(PAD + MARK, 4, PAD, 10)
        self._unread.setContentsMargins(PAD + MARK, 6, PAD, 6)
        header = laid_out(QHBoxLayout(), (self._name, 1), self._up, margins=(PAD + MARK, 6, 6, 6))
        rules = laid_out(QHBoxLayout(), self._rule_bar, margins=(PAD + MARK, 0, PAD, 7))
        lists = self._empty, (self._list, 1), self._unread, self._subfolders
        column = laid_out(QVBoxLayout(self), header, rules, *lists)
        column.addStretch()

    # In

    def set_thumbnails(self, find: Finder) -> None:
        """Sets the function that gives the thumbnail of a sequence by position, in a layout Qt paints, or None."""
        self._delegate.find = find
        self._list.update_rows()

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._delegate.colours = colours
        self._list.update_rows()
        self._subfolders.set_colours(colours)
        self._rule_bar.set_colours(colours)

    def edit_filter(self) -> None:
        """Gives the focus to the filter of the names."""
        self._rule_bar.edit_filter()

    def row_at(self, at: QPoint | None) -> tuple[int, QPoint]:
        """Returns which sequence is at a place of the screen, or has the keys for None; -1 for none; and its place."""
        viewport = self._list.viewport()
        assert viewport is not None  # noqa: S101 - every list has one
        if at is None:
            index = self._list.currentIndex()
            at = viewport.mapToGlobal(self._list.visualRect(index).center())
        else:
            inside = viewport.mapFromGlobal(at)
            index = self._list.indexAt(inside) if viewport.rect().contains(inside) else QModelIndex()
        return index.row(), at

    def show_state(self, state: ViewState) -> None:
        """Shows the folder of a snapshot; does nothing if it has not changed."""
        has_subfolders = state.sequence is None or not state.sequence.is_pages
        unchanged = (self._has_subfolders, self._listing) == (has_subfolders, state.listing)
        if unchanged and (state.folder is self._folder or state.folder == self._folder):
            return
        self._has_subfolders, self._listing = has_subfolders, state.listing
        self._show_folder(state.folder)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size Qt is to give it if it can."""
        return QSize(WIDTH, 400)

    def _show_folder(self, folder: FolderView | None) -> None:
        before, self._folder = self._folder, folder
        is_other = before is None or folder is None or before.path != folder.path
        rows = () if folder is None else folder.rows
        chosen = -1 if folder is None else folder.chosen
        path, parent = ("", "") if folder is None else (folder.path, folder.parent)
        self._name.setText(_last_part(path))
        self._name.setToolTip(path)
        self._name.setAccessibleDescription(path)
        self._rule_bar.show_folder(folder)
        self._up.setEnabled(bool(parent))
        self._up.setToolTip(f"Up to {parent}" if parent else "")
        moved = is_other or chosen != self._rows.chosen or not self._rows.rows
        (self._rows.renew if is_other else self._rows.show)(rows, chosen)
        if moved:
            self._list.setCurrentIndex(self._rows.index(chosen))  # and scrolls there
        if before is not None and folder is not None and before.thumbnails != folder.thumbnails:
            self._list.update_rows()
        self._list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        if folder is None:
            self._empty.setText("Open a folder, and its sequences are listed here.")
        else:
            self._empty.setText("Listing the folder…" if self._listing else "There are no sequences in this folder.")
        self._unread.setText("" if folder is None else folder.unread)
        self._unread.setVisible(bool(self._unread.text()))
        self._subfolders.setVisible(folder is not None and self._has_subfolders)
        if folder is not None:
            self._subfolders.show_names(folder.subfolders, searching=folder.searching, alone=not rows)
        self._want_thumbnails()

    # Out

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Asks for the thumbnails that can be seen now."""
        super().showEvent(event)
        self._want_thumbnails()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 - Qt's name
        """Asks for no thumbnails any more."""
        super().hideEvent(event)
        self._want_thumbnails()

    def _want_thumbnails(self) -> None:
        """Reports the visible rows, if they have changed or show other sequences."""
        folder, seen = self._folder, range(0)
        if folder is not None and folder.rows and self.isVisible():
            # All rows are of one height, and a list that was just filled has not been laid out.
            height, top, room = self._delegate.height, self._bar.value(), self._list.room
            seen = range(top // height, min(len(folder.rows), -(-(top + room) // height)))
        rows = () if folder is None else tuple((each, folder.rows[each].label) for each in seen)
        wanted = ("" if folder is None else folder.path, rows)
        if wanted != self._wanted and (rows or self._wanted[1]):
            self._wanted = wanted
            self.thumbnails_wanted.emit(tuple(seen))


class _Subfolders(QWidget):
    """The folders in this one, looked for only when the user asks: on a slow share that takes its time."""

    wanted = pyqtSignal()
    """They are to be looked for."""
    chosen = pyqtSignal(str)
    """One was clicked, or Enter pressed on it: its name."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._model = FolderNames()
        self._delegate = FolderDelegate(colours, self)
        self._list = RowList("Subfolders")
        self._list.setModel(self._model)
        self._list.setItemDelegate(self._delegate)
        self._list.chosen.connect(lambda row: self.chosen.emit(self._model.stringList()[row]))
        self._result = label("", "dim", TextSize.BASE)
        self._find = QToolButton()
        self._find.setText("Find")
        self._find.setFont(sized(self.font(), TextSize.SMALL))
        self._find.setFixedHeight(20)
        self._find.setProperty("chip", True)
        self._find.setToolTip("Look for folders in this one")
        self._find.setAccessibleName("Find subfolders")
        self._find.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._find.clicked.connect(self.wanted)
        parts = label("Subfolders", "heading", TextSize.BASE), STRETCH, self._result, self._find
        line = laid_out(QHBoxLayout(), *parts, margins=(PAD + MARK, 0, PAD, 0))
        line.addStrut(HEADING)
        for widget in (self, self._list):
            widget.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Maximum)
        laid_out(QVBoxLayout(self), rule(), line, self._list, margins=(0, 0, 0, 2))

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._delegate.colours = colours
        self._list.update_rows()

    def show_names(self, names: tuple[str, ...] | None, *, searching: bool, alone: bool) -> None:
        """Shows the subfolders found, None for not looked for; ``alone`` when no sequences need the room above."""
        found = list(names or ())
        if found != self._model.stringList():
            self._model.setStringList(found)
        seen = len(found) if alone else min(len(found), SUBFOLDERS_SEEN)
        self._list.set_heights(min(len(found), 2) * self._delegate.height, seen * self._delegate.height)
        text = "looking…" if searching else "no subfolders" if names is not None and not names else ""
        self._result.setText(text)
        self._result.setVisible(bool(text))
        self._find.setVisible(names is None and not searching)
        self._list.setVisible(bool(names))


class _UpButton(QToolButton):
    """The button to the folder above, with an arrow of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Parent folder")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(26, 26)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = self.width() / 2, self.height() / 2
        painter.drawPolyline(QPointF(x - 4.5, y - 0.5), QPointF(x, y - 5), QPointF(x + 4.5, y - 0.5))
        painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5.5))
        painter.end()


def _last_part(path: str) -> str:
    """Returns the name at the end of a path, whichever way its slashes lean; the whole of a root."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
