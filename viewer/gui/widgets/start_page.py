"""The page while nothing is open: how to begin, and the folders opened lately."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QIcon, QKeySequence, QPainter, QPainterPath
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from viewer.core.resources import resource
from viewer.gui.theme import GRID, TextSize, Themed
from viewer.gui.widgets.icons import icon, paint_icon
from viewer.gui.widgets.keys import ENTER, claims_key
from viewer.gui.widgets.labels import STRETCH, elided, label, laid_out, sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from viewer.core.frame import Frame
    from viewer.gui.theme import Colours
    from viewer.model.view_state import ViewState

MOST_FOLDERS = 8
WIDTH, ICON = 560, 64
PICTURE = QSize(72, 40)
"""The room of the small picture of a folder."""
CROSS = 24
"""The side of the button that forgets a folder."""
HINT = "Drop a folder of numbered pictures here"
_OWN_KEYS = ENTER | {Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete}


class StartPage(Themed):
    """Says how to begin and offers the recent folders. It touches no folder until one is chosen."""

    folder_chosen = pyqtSignal(str)
    """A folder of the list was chosen: its path."""
    folder_forgotten = pyqtSignal(str)
    """A folder is not to be in the list any more: its path."""
    triggered = pyqtSignal(str)
    """A command was chosen: its name."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the page has the keys, and none of its buttons, until Tab
        self.setAccessibleName("Start")
        self._recent: tuple[str, ...] = ()
        self._opened: Callable[[str], float] = lambda _folder: 0.0
        self._picture: Callable[[str], Frame | None] = lambda _folder: None
        self._rows: list[_Row] = []
        title = label("Lookahead", "bright", TextSize.TITLE)
        self._hint = label(HINT, "dim")
        self._hint.setWordWrap(True)
        self._icon = QLabel()
        self._icon.setFixedSize(ICON, ICON)
        self._problem = label("", "problem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._heading = label("Recent folders", "heading")
        self._buttons = [
            self._command("Open folder…", "open_folder", is_primary=True),
            self._command("Open file…", "open_file"),
            self._command("Demo", "open_demo"),
        ]
        self._buttons[2].setToolTip("Opens a demo sequence through a simulated slow share")
        name = laid_out(QVBoxLayout(), STRETCH, title, self._hint, STRETCH)
        self._head = head = laid_out(QHBoxLayout(), self._icon, 2 * GRID, (name, 1))
        commands = laid_out(QHBoxLayout(), *self._buttons, STRETCH, spacing=GRID)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        middle.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)
        self._list = laid_out(QVBoxLayout())
        warned = laid_out(QVBoxLayout(), self._problem, margins=(0, 0, 0, 2 * GRID))
        parts = head, 3 * GRID, warned, commands, 3 * GRID, self._heading, GRID
        texts = laid_out(QVBoxLayout(), *parts, margins=(GRID, 0, GRID, 0))  # in line with the pictures of the rows
        laid_out(QVBoxLayout(middle), texts, self._list)
        laid_out(QHBoxLayout(self), STRETCH, (middle, 1000), STRETCH, margins=(24, 16, 24, 16))
        self._show_recent()

    def set_facts(self, opened: Callable[[str], float], picture: Callable[[str], Frame | None]) -> None:
        """Takes what tells of a folder when it was opened, in seconds since 1970 or 0.0, and its small picture."""
        self._opened, self._picture = opened, picture

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        super().set_colours(colours)
        for row in self._rows:
            row.set_colours(colours)

    def show_state(self, state: ViewState) -> None:
        """Shows the recent folders, and the reason if nothing could be opened."""
        if self._icon.pixmap() is None:  # not read where a folder is opened at once
            self._icon.setPixmap(QIcon(str(resource("icons/lookahead.svg"))).pixmap(ICON, ICON))
        keys = [QKeySequence(each) for each in state.keys.of("open_folder")[:1]]
        key = "".join(each.toString(QKeySequence.SequenceFormat.NativeText) for each in keys)
        self._hint.setText(f"{HINT}, or press {key}" if key else HINT)
        self._problem.setText(state.message)
        self._problem.setVisible(bool(state.message))
        self._recent = state.recent[:MOST_FOLDERS]
        self._show_recent()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Finds out how many folders there is room for."""
        super().resizeEvent(event)
        self._show_recent()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Moves the focus by the arrows up and down; leaves the other keys to the window."""
        if event is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            steps = 1 if event.key() == Qt.Key.Key_Down else -1
            parts = [*self._buttons, *(row for row in self._rows if row.isVisible())]
            here = next((place for place, part in enumerate(parts) if part.hasFocus()), -1 if steps > 0 else 0)
            parts[(here + steps) % len(parts)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event is not None:
            event.ignore()

    def _command(self, text: str, command: str, *, is_primary: bool = False) -> QPushButton:
        made = _Button(text)
        made.setProperty("primary", is_primary)
        made.clicked.connect(lambda: self.triggered.emit(command))
        return made

    def _show_recent(self) -> None:
        """Shows as many of the recent folders as there is room for; the others are in the File menu."""
        shown = self._recent[: self._room()]
        self._heading.setVisible(bool(shown))
        while len(self._rows) < len(shown):
            row = _Row(self._colours)
            row.chosen.connect(self.folder_chosen)
            row.forgotten.connect(self.folder_forgotten)
            self._list.addWidget(row)
            self._rows.append(row)
        for position, row in enumerate(self._rows):
            if position < len(shown):
                folder = shown[position]
                row.show_folder(folder, self._opened(folder), self._picture(folder))
            row.setVisible(position < len(shown))

    def _room(self) -> int:
        """Returns how many folders there is room for."""
        width = min(WIDTH, self.width() - 48) - 2 * GRID
        problem = self._problem.heightForWidth(width) if not self._problem.isHidden() else 0
        buttons = self._buttons[0].sizeHint().height()
        others = self._head.sizeHint().height() + buttons + self._heading.sizeHint().height() + problem + 9 * GRID + 32
        return max(0, (self.height() - others) // _row_height(self))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns a small size: the rows shown must not keep the window large."""
        return QSize(320, 240)


class _Button(QPushButton):
    """A button that Tab leads to; Enter and Space press it, and other keys are the page's and the window's."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def event(self, event: QEvent | None) -> bool:
        """Keeps its keys from being shortcuts of the window."""
        return claims_key(event, lambda key: key.key() in _OWN_KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is not None and event.key() in {*ENTER, Qt.Key.Key_Space}:
            self.click()
        elif event is not None:
            event.ignore()


class _Row(_Button):
    """A folder in two lines beside its small picture: its name, where it lies, when it was opened last."""

    chosen = pyqtSignal(str)
    """It was clicked: the folder."""
    forgotten = pyqtSignal(str)
    """It is not to be offered any more: the folder."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._folder = self._name = self._when = ""
        self._picture: Frame | None = None
        self.setProperty("link", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(_row_height(self))
        self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
        self.clicked.connect(lambda: self.chosen.emit(self._folder))
        self._cross = QToolButton()
        self._cross.setFixedSize(CROSS, CROSS)
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does the same
        self._cross.setCursor(Qt.CursorShape.ArrowCursor)
        self._cross.setToolTip("Forget this folder (Delete); its files stay")
        self._cross.clicked.connect(lambda: self.forgotten.emit(self._folder))
        self._cross.hide()
        laid_out(QHBoxLayout(self), STRETCH, self._cross, margins=(0, 0, GRID, 0))
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._colours = colours
        self._cross.setIcon(icon("close", colours.dim, colours.edge))
        self.update()

    def show_folder(self, folder: str, opened: float, picture: Frame | None) -> None:
        """Shows a folder, opened so many seconds after 1970, 0.0 if that is not known."""
        from viewer.model.messages import moment  # noqa: PLC0415 - for a page that is not always seen

        when = moment(opened, time.time()) if opened else ""
        if (folder, when) == (self._folder, self._when) and picture is self._picture:
            return
        self._folder, self._when, self._picture = folder, when, picture
        above, last = os.path.split(folder)
        self._name = os.path.join(os.path.split(above)[1], last) or folder  # noqa: PTH118 - a path of any storage
        self.setToolTip(folder)
        self.setAccessibleName(f"{self._name}, {folder}{f', opened {when}' if when else ''}")
        self._cross.setAccessibleName(f"Forget {self._name}")
        self.update()

    def event(self, event: QEvent | None) -> bool:
        """Shows the cross below the pointer and with the focus."""
        if event is not None and event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn):
            self._cross.show()
        elif event is not None and event.type() in (QEvent.Type.Leave, QEvent.Type.FocusOut, QEvent.Type.Hide):
            self._cross.setVisible(event.type() == QEvent.Type.Leave and self.hasFocus())
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is not None and event.key() == Qt.Key.Key_Delete:
            self.forgotten.emit(self._folder)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the picture and the texts over the ground of a button."""
        super().paintEvent(event)
        painter = QPainter(self)
        box = QRect(GRID, (self.height() - PICTURE.height()) // 2, PICTURE.width(), PICTURE.height())
        self._paint_picture(painter, box)
        left, right = box.right() + 1 + 12, self.width() - CROSS - 2 * GRID
        large, small = sized(self.font(), TextSize.BASE), sized(self.font(), TextSize.SMALL)
        middle = self.height() // 2
        upper, lower = QRect(left, 0, right - left, middle + 1), QRect(left, middle, right - left, middle)
        bottom, top = Qt.AlignmentFlag.AlignBottom, Qt.AlignmentFlag.AlignTop
        painter.setFont(small)
        painter.setPen(QColor(self._colours.dim))
        metrics = painter.fontMetrics()
        used = metrics.horizontalAdvance(self._when) + 2 * GRID if self._when else 0
        painter.drawText(upper, bottom | Qt.AlignmentFlag.AlignRight, self._when)
        painter.drawText(lower.translated(0, 2), top, elided(self._folder, lower.width(), metrics.horizontalAdvance))
        painter.setFont(large)
        painter.setPen(QColor(self._colours.text))
        name = elided(self._name, upper.width() - used, painter.fontMetrics().horizontalAdvance)
        painter.drawText(upper, bottom, name)
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), 4, 4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, QColor(self._colours.well))
        painter.setClipPath(path)
        if self._picture is None:
            inside = QRect(0, 0, 20, 20)
            inside.moveCenter(box.center())
            paint_icon(painter, "folder", inside, QColor(self._colours.dim))
        else:
            from viewer.gui.bridge.image import FrameImage  # noqa: PLC0415 - as above

            FrameImage(self._picture).paint_into(painter, QRectF(box))
        painter.restore()


def _row_height(widget: QWidget) -> int:
    return max(7 * GRID, 2 * widget.fontMetrics().height() + 2 * GRID)
