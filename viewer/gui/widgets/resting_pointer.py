"""Where the pointer is over a widget: also while it rests and the widget moves below it, of which Qt says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QObject, QPoint, QPointF, QTimer
from PyQt5.QtGui import QCursor, QEnterEvent, QMouseEvent
from PyQt5.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class RestingPointer(QObject):
    """Knows where the pointer is, and looks again when the widget has come to another place."""

    def __init__(self, widget: QWidget, on_looked: Callable[[], object]) -> None:
        """Begins with a pointer that is elsewhere; ``on_looked`` is called when the widget has moved, or it came."""
        super().__init__(widget)
        self._widget = widget
        self._on_looked = on_looked
        self._on_screen: QPointF | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(0)  # when all that moves with the widget is in its place
        self._settled.timeout.connect(self._look)

    @property
    def at(self) -> QPointF | None:
        """Where it is in the widget, None while it is elsewhere."""
        return None if self._on_screen is None else self._on_screen - self._widget.mapToGlobal(QPoint())

    def takes(self, event: QEvent) -> None:
        """Takes an event of the widget."""
        kind = event.type()
        if isinstance(event, QMouseEvent | QEnterEvent):
            within = event.windowPos()  # Qt rounds where in the widget it is, but not where in the window
            self._on_screen = self._widget.mapToGlobal(event.pos()) + within - within.toPoint()
        elif kind == QEvent.Type.Leave:
            self._on_screen = None
        if kind in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self._on_looked()
        elif kind in {QEvent.Type.Move, QEvent.Type.Resize}:
            self.follow()

    def follow(self) -> None:
        """Looks where it is, soon: the window has moved."""
        self._settled.start()

    def _look(self) -> None:
        at = QCursor.pos()
        if QApplication.widgetAt(at) is not self._widget:
            self._on_screen = None
        elif self._on_screen is None or self._on_screen.toPoint() != at:  # a place known more exactly stays
            self._on_screen = QPointF(at)
        self._on_looked()
