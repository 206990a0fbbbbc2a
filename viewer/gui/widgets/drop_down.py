"""A list to choose from, of which only what is chosen is shown."""

from __future__ import annotations

from PyQt5.QtCore import QPointF
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import QComboBox, QStyledItemDelegate


class DropDown(QComboBox):
    """A combo box with a chevron of its own: style sheets know pictures in files only."""

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one pays no heed to the style sheet

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the chevron too."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.PlaceholderText), 1.5))
        x, y = self.width() - 14.0, self.height() / 2 + 0.5
        painter.drawPolyline(QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2))
        painter.end()
