"""The controls of the panel of levels: fields for numbers, lists, buttons, and the colours of a colour map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QIcon, QIconEngine, QImage, QKeyEvent, QPainter, QPixmap
from PyQt5.QtWidgets import QPushButton, QSizePolicy, QToolButton

from viewer.gui.theme import TextSize
from viewer.gui.widgets.drop_down import DropDown
from viewer.gui.widgets.fields import QuietField
from viewer.gui.widgets.keys import ENTER
from viewer.gui.widgets.labels import sized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray
    from PyQt5.QtGui import QWheelEvent

WIDTH, HEIGHT = 132, 24
"""The size of what stands at the right of a row."""
MANY = 10
"""So many steps Shift makes of one."""
SWATCH = QSize(36, 10)
MOST_SEEN = 16
"""So many names of a list are seen without scrolling: all colour maps."""
_SWATCH_EDGE = "#808080"  # plain to see on both themes, and on the black and the white that maps begin and end with
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class NumberField(QuietField):
    """Takes a number: it counts on Enter and on leaving the field; Esc forgets it. Up and Down ask for steps."""

    stepped = pyqtSignal(int)
    """Up (1) or Down (-1) was pressed, with Shift :data:`MANY` times as many."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._short = ""
        self.setAccessibleName(name)
        self.setFont(sized(self.font(), TextSize.BASE))
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_text(self, text: str, short: str = "") -> None:
        """Shows ``text``, once nothing is being typed; only read, what fits of ``short``, the whole in the tooltip."""
        short = short or text
        if (text, short) == (self.shown, self._short):
            return
        self._short = short
        super().show_text(text)
        self.setToolTip(text if self.decorated(text) != text else "")
        if self.hasFocus() and not self.isModified():
            self._put()
            self.selectAll()

    def decorated(self, text: str) -> str:  # noqa: ARG002 - a shorter one is given
        """Returns the number as it is only read: its beginning if it is too long."""
        return self.fontMetrics().elidedText(self._short, Qt.TextElideMode.ElideRight, self.width() - self.PADDING // 2)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes the number that was typed; not when the user goes to another window, perhaps to look it up."""
        typed = self.text().strip() if self.isModified() else ""
        super().focusOutEvent(event)
        if typed and event is not None and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.committed.emit(typed)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter, Esc, Up and Down; leaves the rest to be typed."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(event.key(), 0) if event is not None else 0  # type: ignore[call-overload]  # a number
        if event is not None and steps and not event.modifiers() & _MODIFIERS:
            self.setModified(False)  # a step is from the number that holds
            self.stepped.emit(steps * (MANY if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))
        elif event is not None and event.key() in ENTER:
            self.clearFocus()
        elif event is not None and event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class Choice(DropDown):
    """A list of names, each shown by a title. The wheel goes to what scrolls around it.

    Attributes:
        names: what is offered.
    """

    chosen = pyqtSignal(str)
    """The user has chosen this name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(sized(self.font(), TextSize.BASE))
        self.setFixedSize(WIDTH, HEIGHT)
        self.setIconSize(SWATCH)
        self.setMaxVisibleItems(MOST_SEEN)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.names: list[str] = []
        self.activated[int].connect(lambda row: self.chosen.emit(self.names[row]))

    def offer(self, names: Iterable[tuple[str, str]]) -> None:
        """Offers names with their titles, unless it does already."""
        offered = list(names)
        if [name for name, _ in offered] != self.names:
            self.clear()
            self.names = [name for name, _ in offered]
            self.addItems([title for _, title in offered])

    def show_name(self, name: str) -> None:
        """Shows what holds now."""
        row = self.names.index(name) if name in self.names else -1
        if row != self.currentIndex():
            self.setCurrentIndex(row)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leaves the wheel to what scrolls."""
        if event is not None:
            event.ignore()


class _SwatchEngine(QIconEngine):
    """Paints the colours of a map from left to right, at any size and pixel ratio."""

    def __init__(self, find_colours: Callable[[], NDArray[np.uint8]]) -> None:
        super().__init__()
        self._find_colours = find_colours

    def clone(self) -> QIconEngine:
        return _SwatchEngine(self._find_colours)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        if painter is None:
            return
        entries = self._find_colours()
        image = QImage(entries.tobytes(), len(entries), 1, entries.nbytes, QImage.Format_RGB888)
        painter.setOpacity(0.4 if mode == QIcon.Mode.Disabled else 1.0)
        painter.fillRect(rect, QColor(_SWATCH_EDGE))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(rect).adjusted(1, 1, -1, -1), image)


def swatch(find_colours: Callable[[], NDArray[np.uint8]]) -> QIcon:
    """Returns an icon of a colour map, given what gives its colours: (entries, 3), red, green and blue."""
    return QIcon(_SwatchEngine(find_colours))


def push_button(text: str, tip: str, *, checkable: bool = False) -> QPushButton:
    """Returns a button that takes the keys by Tab only: a click must not take the arrows away from the frames."""
    made = QPushButton(text)
    made.setFont(sized(made.font(), TextSize.SMALL))
    made.setFixedHeight(HEIGHT)
    made.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
    made.setCheckable(checkable)
    made.setAutoDefault(False)
    made.setToolTip(tip)
    made.setAccessibleDescription(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def small_button(text: str, tip: str, *, checkable: bool = False) -> QToolButton:
    """Returns a small button for the side of a line of text."""
    made = QToolButton()
    made.setText(text)
    made.setFont(sized(made.font(), TextSize.SMALL))
    made.setFixedHeight(20)
    made.setProperty("chip", True)
    made.setCheckable(checkable)
    made.setToolTip(tip)
    made.setAccessibleDescription(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
