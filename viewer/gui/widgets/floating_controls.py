"""Transport and timeline over the picture while the panels are hidden: they come with the mouse, and go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QColor, QCursor, QLinearGradient, QPainter
from PyQt5.QtWidgets import QApplication, QVBoxLayout, QWidget

from viewer.gui.theme import GRID, Colours, Themed
from viewer.gui.widgets.labels import laid_out
from viewer.gui.widgets.motion import Fade

if TYPE_CHECKING:
    from PyQt5.QtGui import QPaintEvent

HIDE_AFTER = 2000
"""Milliseconds without a move of the mouse after which they go, and the pointer with them."""
SCRIM = 32
"""How far above the controls the picture is darkened."""
SCRIM_DARKEST = 140


class FloatingControls(Themed):
    """Holds the controls at the lower edge of its parent; hidden it is never painted, and asks for nothing."""

    pointer_hidden = pyqtSignal(bool)
    """The pointer over the picture is to be hidden, or to be seen again."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(colours, parent)
        self._at: QPoint | None = None
        self._opaque: list[QWidget] = []
        self._fade = Fade(self)
        self._row = laid_out(QVBoxLayout(self), margins=(0, SCRIM, 0, GRID))
        self.rest = QTimer(self)
        self.rest.setSingleShot(True)
        self.rest.setInterval(HIDE_AFTER)
        self.rest.timeout.connect(self._hide_unless_used)
        self.setAccessibleName("Controls over the picture")
        self.hide()

    def take(self, controls: QWidget) -> None:
        """Takes the controls in; they are seen with the first move of the mouse from now on."""
        self._row.addWidget(controls)
        # Qt leaves out of a fade what is opaque.
        opaque = Qt.WidgetAttribute.WA_OpaquePaintEvent
        self._opaque = [each for each in controls.findChildren(QWidget) if each.testAttribute(opaque)]
        self._set_opaque(on=False)
        self._at = QCursor.pos()
        self.rest.start()

    def give_up(self) -> None:
        """Hides at once: the controls go back to their place in the window, and the pointer stays."""
        self.rest.stop()
        self._fade.end(shown=False)
        self._set_opaque(on=True)
        self.pointer_hidden.emit(False)

    def note_pointer(self, at: QPoint) -> None:
        """Comes when the mouse has moved to ``at``, on the screen, but not while it drags."""
        if at != self._at and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._at = QPoint(at)
            self.reveal()

    def reveal(self) -> None:
        """Comes, and stays until it is not used for a while."""
        self.rest.start()
        self.pointer_hidden.emit(False)
        if self.isHidden():
            self.place()
            self.raise_()
        self._fade.show()

    def place(self) -> None:
        """Takes its place at the lower edge."""
        parent = self.parentWidget()
        if parent is not None:
            height = self._row.sizeHint().height()
            self.setGeometry(0, parent.height() - height, parent.width(), height)

    @property
    def controls_top(self) -> int | None:
        """The y in the parent where the controls begin, None while they are hidden."""
        return None if self.isHidden() else self.y() + SCRIM

    def _set_opaque(self, *, on: bool) -> None:
        for each in self._opaque:
            each.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, on)

    def _hide_unless_used(self) -> None:
        if self._is_used():
            self.rest.start()
            return
        self._fade.hide()
        self.pointer_hidden.emit(True)

    def _is_used(self) -> bool:
        """Returns whether the mouse is on the controls or drags, one of them has the keys, or a menu is open."""
        if QApplication.activePopupWidget() or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return True
        if self.isHidden():
            return False
        focused = QApplication.focusWidget()
        has_keys = focused is not None and self.isAncestorOf(focused)
        controls = self.rect().adjusted(0, SCRIM, 0, 0)
        return has_keys or controls.contains(self.mapFromGlobal(QCursor.pos()))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the scrim, and the ground of the controls, whose colours are legible on that only."""
        painter, scrim = QPainter(self), QLinearGradient(0, 0, 0, SCRIM)
        scrim.setColorAt(0, QColor(0, 0, 0, 0))
        scrim.setColorAt(1, QColor(0, 0, 0, SCRIM_DARKEST))
        painter.fillRect(QRect(0, 0, self.width(), SCRIM), scrim)
        painter.fillRect(self.rect().adjusted(0, SCRIM, 0, 0), QColor(self._colours.panel))
        painter.fillRect(QRect(0, SCRIM, self.width(), 1), QColor(self._colours.line))
        painter.end()
