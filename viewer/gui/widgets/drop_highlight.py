"""What lies over the window while files are held over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRect, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPalette, QPen
from PyQt5.QtWidgets import QLabel, QWidget

from viewer.gui.theme import CARD_RADIUS

if TYPE_CHECKING:
    from PyQt5.QtGui import QPaintEvent

EDGE, PAD = 3, 16


class DropHighlight(QLabel):
    """A frame around the window, and what dropping would do; never takes the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_text(self, text: str) -> None:
        """Shows itself all over the parent."""
        self._text = text
        self.setAccessibleName(text)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the frame, and a card with the words in the middle."""
        painter, palette, metrics = QPainter(self), self.palette(), self.fontMetrics()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = palette.color(QPalette.ColorRole.Highlight)
        shade = QColor(accent)
        shade.setAlpha(36)
        painter.fillRect(self.rect(), shade)
        painter.setPen(QPen(accent, EDGE))
        half = EDGE / 2
        painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))
        text = metrics.elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width() - 4 * PAD)
        card = QRect(0, 0, metrics.horizontalAdvance(text) + 2 * PAD, metrics.height() + PAD)
        card.moveCenter(self.rect().center())
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.setPen(QPen(accent, 1.5))
        painter.drawRoundedRect(card, CARD_RADIUS, CARD_RADIUS)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(card, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
