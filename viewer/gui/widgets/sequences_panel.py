"""The panel at the left: the sequences of the folder that is open, and the folders in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    pyqtSignal,
)
from PyQt5.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.core.frame import Size
from viewer.gui.bridge.image import FrameImage
from viewer.gui.theme import mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PyQt5.QtGui import QHideEvent, QPaintEvent, QResizeEvent, QShowEvent
    from PyQt5.QtWidgets import QStyleOptionViewItem

    from viewer.core.frame import Frame
    from viewer.gui.theme import Colours
    from viewer.model.view_state import FolderRow, FolderView, ViewState

    Finder = Callable[[int], Frame | None]

WIDTH = 280
BOX = Size(80, 46)
"""The room of a thumbnail in its row."""
PAD, GAP = 9, 10
HEADING = 32
"""The height of the line above the subfolders."""
MARK = 3
"""The width of the bar at the sequence that is open."""
TEXT_PIXELS, DETAIL_PIXELS = 13, 11
SUBFOLDERS_SEEN = 6
"""So many subfolders are seen at once below sequences; the others by scrolling."""
ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
OWN_KEYS = ENTER | {Qt.Key.Key_Up, Qt.Key.Key_Down}
"""The keys that the lists take while they have the focus; all others are the window's."""
_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class SequencesPanel(QWidget):
    """Lists the sequences of the folder; the one that is open has a bar at its edge and is bold.

    The lists take up, down and Enter while they have the focus, which they take by a click or Tab; all other keys go
    on to the window.
    """

    sequence_chosen = pyqtSignal(int)
    """A sequence was clicked, or Enter pressed on it: its position in the folder, from 0."""
    parent_chosen = pyqtSignal()
    """The folder above is wanted."""
    subfolders_wanted = pyqtSignal()
    """The folders in this one are to be looked for."""
    subfolder_chosen = pyqtSignal(str)
    """A subfolder was clicked, or Enter pressed on it: its name."""
    thumbnails_wanted = pyqtSignal(object)
    """Other rows can be seen: their positions, a tuple in ascending order, empty while the panel is hidden."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: FolderView | None = None
        self._has_subfolders = True
        self._listing = False
        self._wanted: tuple[str, tuple[tuple[int, str], ...]] = ("", ())
        self._name = _ElidedLabel("bright")
        self._up = _UpButton()
        self._up.clicked.connect(self.parent_chosen)
        self._rows = _Rows(self)
        self._delegate = _RowDelegate(colours, self)
        self._list = _List("Sequences")
        self._list.setModel(self._rows)
        self._list.setItemDelegate(self._delegate)
        self._list.set_heights(self._delegate.height, self._delegate.height)
        self._list.chosen.connect(self.sequence_chosen)
        bar = self._list.verticalScrollBar()
        assert bar is not None  # noqa: S101 - every list has one
        self._bar = bar
        bar.valueChanged.connect(self._want_thumbnails)
        self._list.resized.connect(self._want_thumbnails)
        self._empty = _label("", "dim")
        self._empty.setWordWrap(True)
        self._subfolders = _Subfolders(colours)
        self._subfolders.wanted.connect(self.subfolders_wanted)
        self._subfolders.chosen.connect(self.subfolder_chosen)
        self._lay_out()
        self._show_folder(None)

    def _lay_out(self) -> None:
        self.setAccessibleName("Sequences of the folder")
        self.setFocusProxy(self._list)
        self.setMinimumWidth(160)
        header = QHBoxLayout()
        header.setContentsMargins(PAD + MARK, 6, 6, 6)
        header.addWidget(self._name, 1)
        header.addWidget(self._up)
        self._empty.setContentsMargins(PAD + MARK, 4, PAD, 10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(self._empty)
        column.addWidget(self._list, 1)
        column.addWidget(self._subfolders)
        column.addStretch()

    # In

    def set_thumbnails(self, find: Finder) -> None:
        """Sets what gives the thumbnail of the sequence at a position, pixels in a layout Qt paints, or None."""
        self._delegate.find = find
        self._list.paint_anew()

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._delegate.colours = colours
        self._list.paint_anew()
        self._subfolders.set_colours(colours)

    def show_state(self, state: ViewState) -> None:
        """Shows the folder of a snapshot; does nothing where it is the one of before."""
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
        self._name.show_text("" if folder is None else _last_part(folder.path), "" if folder is None else folder.path)
        self._up.setEnabled(folder is not None and bool(folder.parent))
        self._up.setToolTip(f"Up to {folder.parent}" if folder is not None and folder.parent else "")
        moved = is_other or chosen != self._rows.chosen or not self._rows.rows
        (self._rows.renew if is_other else self._rows.show)(rows, chosen)
        if moved:
            self._list.setCurrentIndex(self._rows.index(chosen))  # and scrolls there
        if before is not None and folder is not None and before.thumbnails != folder.thumbnails:
            self._list.paint_anew()
        self._list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        if folder is None:
            self._empty.setText("Open a folder, and its sequences are listed here.")
        else:
            self._empty.setText("Listing the folder…" if self._listing else "There are no sequences in this folder.")
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
        """Tells which rows can be seen, when that has changed or other sequences stand in them."""
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


class _Rows(QAbstractListModel):
    """The sequences, row by row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[FolderRow, ...] = ()
        self.chosen = -1

    def show(self, rows: tuple[FolderRow, ...], chosen: int) -> None:
        """Takes other rows for those of the same folder; the list stays where it is scrolled to."""
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
        self.rows, self.chosen = rows, chosen
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Returns how many sequences there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Returns what is shown of a sequence, and what is said of it."""
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


class _List(QListView):
    """A list that takes up, down and Enter, and leaves all other keys to the window."""

    chosen = pyqtSignal(int)
    """A row was clicked, or Enter pressed on it."""
    resized = pyqtSignal()
    """More or fewer rows can be seen."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._heights = 0, 0
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
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

    def paint_anew(self) -> None:
        """Paints all that can be seen anew."""
        self._viewport.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Tells that it has another size."""
        super().resizeEvent(event)
        self.resized.emit()

    def event(self, event: QEvent | None) -> bool:
        """Keeps its keys from becoming shortcuts of the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()
            return True
        return super().event(event)

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
    """Paints a sequence: its thumbnail, its name, and what is known of it."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = colours
        self.find: Finder = lambda _position: None
        self._font = _sized(parent.font(), TEXT_PIXELS)
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._small = _sized(self._font, DETAIL_PIXELS)
        self._line = QFontMetrics(self._bold).height()
        self._small_metrics = QFontMetrics(self._small)
        self.height = max(BOX.height, self._line + 2 * self._small_metrics.height()) + 2 * PAD

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size of a row, the same for all."""
        return QSize(BOX.width, self.height)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paints a row."""
        model = index.model()
        if painter is None or not isinstance(model, _Rows):
            return
        colours, place, row = self.colours, option.rect, model.rows[index.row()]
        is_open = index.row() == model.chosen
        painter.save()
        _paint_ground(painter, option, colours, is_open=is_open)
        if is_open:
            painter.fillRect(QRect(place.left(), place.top(), MARK, place.height()), QColor(colours.accent))
        box = QRect(0, 0, *BOX)
        box.moveTo(place.left() + MARK + PAD, place.center().y() - BOX.height // 2)
        self._paint_thumbnail(painter, box, index.row())
        text = place.adjusted(MARK + PAD + BOX.width + GAP, 0, -PAD, 0)
        lines = list(self._lines(row, text.width()))
        text.setTop(place.top() + (place.height() - self._line - len(lines) * self._small_metrics.height()) // 2)
        font = self._bold if is_open else self._font
        label = QFontMetrics(font).elidedText(row.label, Qt.TextElideMode.ElideMiddle, text.width())
        painter.setFont(font)
        painter.setPen(QColor(colours.bright if is_open else colours.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, label)
        painter.setFont(self._small)
        painter.setPen(QColor(colours.dim))
        text.setTop(text.top() + self._line)
        for line in lines:
            shown = self._small_metrics.elidedText(line, Qt.TextElideMode.ElideRight, text.width())
            painter.drawText(text, Qt.AlignmentFlag.AlignTop, shown)
            text.setTop(text.top() + self._small_metrics.height())
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, box: QRect, position: int) -> None:
        painter.fillRect(box, QColor(self.colours.well))
        frame = self.find(position)
        if frame is not None:
            image = FrameImage(frame).image
            scale = min(box.width() / image.width(), box.height() / image.height())
            place = QRectF(0, 0, image.width() * scale, image.height() * scale)
            place.moveCenter(QRectF(box).center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
        painter.setPen(QColor(self.colours.line))
        painter.drawRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5))

    def _lines(self, row: FolderRow, width: int) -> Iterator[str]:
        """Yields what is known of a sequence, in one line where there is room and in two where not."""
        first, *others = _details(row)
        while others and self._small_metrics.horizontalAdvance(f"{first} · {others[0]}") <= width:
            first = f"{first} · {others.pop(0)}"
        yield first
        if others:
            yield " · ".join(others)


class _Subfolders(QWidget):
    """The folders in this one, looked for only when somebody wants them: on a slow share that takes its time."""

    wanted = pyqtSignal()
    """They are to be looked for."""
    chosen = pyqtSignal(str)
    """One was clicked, or Enter pressed on it: its name."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._model = QStringListModel()
        self._delegate = _NameDelegate(colours, self)
        self._list = _List("Subfolders")
        self._list.setModel(self._model)
        self._list.setItemDelegate(self._delegate)
        self._list.chosen.connect(lambda row: self.chosen.emit(self._model.stringList()[row]))
        self._told = _label("", "dim")
        self._find = QToolButton()
        self._find.setText("Find")
        self._find.setFont(_sized(self.font(), TEXT_PIXELS - 1))
        self._find.setFixedHeight(20)
        self._find.setProperty("chip", True)
        self._find.setToolTip("Look for folders in this one")
        self._find.setAccessibleName("Find subfolders")
        self._find.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._find.clicked.connect(self.wanted)
        line = QHBoxLayout()
        line.setContentsMargins(PAD + MARK, 0, PAD, 0)
        line.addWidget(_label("Subfolders", "heading"))
        line.addStretch(1)
        line.addWidget(self._told)
        line.addWidget(self._find)
        line.addStrut(HEADING)
        for widget in (self, self._list):
            widget.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 2)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self._list)

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._delegate.colours = colours
        self._list.paint_anew()
        self.update()

    def show_names(self, names: tuple[str, ...] | None, *, searching: bool, alone: bool) -> None:
        """Shows the subfolders found, None for not looked for; ``alone`` when no sequences need the room above."""
        found = list(names or ())
        if found != self._model.stringList():
            self._model.setStringList(found)
        seen = len(found) if alone else min(len(found), SUBFOLDERS_SEEN)
        self._list.set_heights(min(len(found), 2) * self._delegate.height, seen * self._delegate.height)
        told = "looking…" if searching else "no subfolders" if names is not None and not names else ""
        self._told.setText(told)
        self._told.setVisible(bool(told))
        self._find.setVisible(names is None and not searching)
        self._list.setVisible(bool(names))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints a line between the sequences and the subfolders."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, QColor(self._delegate.colours.line))
        painter.end()


class _NameDelegate(QStyledItemDelegate):
    """Paints the name of a folder, in line with what stands above."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = colours
        self._font = _sized(parent.font(), TEXT_PIXELS)
        self._metrics = QFontMetrics(self._font)
        self.height = self._metrics.height() + 8

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size of a row, the same for all."""
        return QSize(BOX.width, self.height)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paints a row."""
        if painter is None:
            return
        painter.save()
        _paint_ground(painter, option, self.colours)
        painter.setFont(self._font)
        painter.setPen(QColor(self.colours.text))
        text = option.rect.adjusted(MARK + PAD, 0, -PAD, 0)
        name = self._metrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


class _ElidedLabel(QLabel):
    """A text shortened in the middle, which is whole in its tool tip."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setFont(_sized(self.font(), TEXT_PIXELS))
        self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)

    def show_text(self, text: str, tip: str) -> None:
        """Shows ``text`` with ``tip`` as the tool tip."""
        self._text = text
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self._shorten()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shortens the text anew."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width()))


class _UpButton(QToolButton):
    """The button to the folder above, with an arrow of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Parent folder")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(26, 26)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the button, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = self.width() / 2, self.height() / 2
        painter.drawPolyline(QPointF(x - 4.5, y - 0.5), QPointF(x, y - 5), QPointF(x + 4.5, y - 0.5))
        painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5.5))
        painter.end()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Colours, *, is_open: bool = False) -> None:
    """Paints what lies behind a row: that it is open, under the pointer, or has the keys."""
    if is_open:
        painter.fillRect(option.rect, QColor(colours.raised))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, mixed(colours.raised, colours.panel, 0.55))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QColor(colours.accent))
        painter.drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5))


def _details(row: FolderRow) -> list[str]:
    """Returns what is known of a sequence, part by part."""
    parts = [f"{row.first}–{row.last}"] if row.last != row.first else []  # noqa: RUF001 - an en dash means "to"
    parts.append(f"{row.count:,} frame{'' if row.count == 1 else 's'}")
    if row.missing:
        parts.append(f"{row.missing:,} missing")
    if row.size is not None:
        parts.append(f"{row.size.width} × {row.size.height}")  # noqa: RUF001 - "by"
    return parts


def _last_part(path: str) -> str:
    """Returns the name at the end of a path, whichever way its slashes lean; the whole of a root."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def _is_own(event: QKeyEvent) -> bool:
    return event.key() in OWN_KEYS and not event.modifiers() & _MODIFIERS


def _sized(font: QFont, pixels: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(pixels)
    return sized


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setFont(_sized(label.font(), TEXT_PIXELS))
    return label
