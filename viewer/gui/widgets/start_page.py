"""The page on the empty canvas: how to begin, the folders opened lately, the demo sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from viewer.gui.theme import TextSize
from viewer.gui.widgets.keys import ENTER
from viewer.gui.widgets.labels import STRETCH, label, laid_out

if TYPE_CHECKING:
    from PyQt5.QtGui import QKeyEvent, QResizeEvent

    from viewer.model.view_state import ViewState

MOST_FOLDERS = 8
WIDTH = 460
HINT = "Drop a folder of numbered pictures here, or press Ctrl+O"


class StartPage(QWidget):
    """Says how to begin, in one line, and offers the recent folders. It touches no folder until one is chosen."""

    folder_chosen = pyqtSignal(str)
    """A folder of the list was chosen: its path."""
    demo_chosen = pyqtSignal()
    """The demo sequence was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._recent: tuple[str, ...] = ()
        self.setAccessibleName("Start")
        title = label("Lookahead", "bright", TextSize.TITLE)
        hint = label(HINT)
        hint.setWordWrap(True)
        self._problem = label("", "problem")
        self._problem.setWordWrap(True)
        self._problem.setIndent(0)
        self._problem.hide()
        self._heading = label("Recent folders", "heading")
        self._links = [_Link() for _ in range(MOST_FOLDERS)]
        self._demo = _Link()
        self._demo.show_text("Open the demo sequence")
        self._demo.clicked.connect(self.demo_chosen)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        middle.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)
        texts = laid_out(QVBoxLayout(), title, 8, self._problem, hint, 22, self._heading, 4, margins=(9, 0, 9, 0))
        laid_out(QVBoxLayout(middle), texts, *self._links, 10, self._demo)
        for link in self._links:
            link.chosen.connect(self.folder_chosen)
        for link in (*self._links, self._demo):
            link.moved.connect(self._move_focus)
        laid_out(QHBoxLayout(self), STRETCH, (middle, 1000), STRETCH, margins=(24, 24, 24, 24))
        self._show_recent()

    def show_state(self, state: ViewState) -> None:
        """Shows the recent folders, and the reason if nothing could be opened."""
        self._problem.setText(state.message)
        self._problem.setVisible(bool(state.message))
        if state.recent[:MOST_FOLDERS] != self._recent:
            self._recent = state.recent[:MOST_FOLDERS]
            self._show_recent()

    def _move_focus(self, steps: int) -> None:
        links = [link for link in (*self._links, self._demo) if link.isVisible()]
        for position, link in enumerate(links):
            if link.hasFocus():
                links[(position + steps) % len(links)].setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _show_recent(self) -> None:
        self._heading.setVisible(bool(self._recent))
        for position, link in enumerate(self._links):
            folder = self._recent[position] if position < len(self._recent) else ""
            link.show_text(folder, folder)
            link.setVisible(bool(folder))


class _Link(QPushButton):
    """A text to click on, shortened in the middle; Tab, up, down and Enter work on it, other keys are the window's."""

    chosen = pyqtSignal(str)
    """It was clicked: its target."""
    moved = pyqtSignal(int)
    """The up (-1) or down (1) arrow was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._text = self._target = ""
        self.setProperty("link", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
        self.clicked.connect(lambda: self.chosen.emit(self._target))

    def show_text(self, text: str, target: str = "") -> None:
        """Shows ``text`` for ``target``, whose full text is the tool tip."""
        self._text, self._target = text, target
        self.setToolTip(target)
        self.setAccessibleName(text)
        self._shorten()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._shorten()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter and the arrows up and down; leaves the other keys to the window."""
        if event is not None and event.key() in ENTER:
            self.click()
        elif event is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event is not None:
            event.ignore()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(60, super().minimumSizeHint().height())

    def _shorten(self) -> None:
        shortened = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, max(60, self.width() - 20))
        self.setText(shortened.replace("&", "&&"))  # no letter of a path is a shortcut
