"""Motion and depth: short fades with one switch for all, and the shadow below what lies over other parts."""

from __future__ import annotations

from PyQt5.QtCore import QAbstractAnimation, QRectF, Qt, QVariantAnimation
from PyQt5.QtGui import QColor, QPainter
from PyQt5.QtWidgets import QApplication, QGraphicsOpacityEffect, QStyle, QWidget

from viewer.gui.theme import CARD_RADIUS

FADE = 120
"""Milliseconds that a fade takes."""
SHADOW, DROP = 12, 4
"""How far a shadow reaches, and how far it lies below its card."""
_SWITCH = "animations"


def allow(*, on: bool) -> None:
    """Switches all fades on or off; where the system wants no motion they stay off."""
    application = QApplication.instance()
    if application is not None:
        application.setProperty(_SWITCH, on)


def is_allowed() -> bool:
    """Returns whether parts fade: the user and the system both want it."""
    application, style = QApplication.instance(), QApplication.style()
    if application is None or style is None or application.property(_SWITCH) is False:
        return False
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


class Fade:
    """Fades a small widget in and out that lies over others; shows and hides it at once where nothing is to move."""

    def __init__(self, widget: QWidget, milliseconds: int = FADE) -> None:
        self._widget = widget
        self._shows = False
        self.animation = QVariantAnimation(widget)
        self.animation.setDuration(milliseconds)
        self.animation.setStartValue(0.0)
        self.animation.setEndValue(1.0)
        self.animation.valueChanged.connect(self._paint_at)
        self.animation.finished.connect(self._end)

    def show(self) -> None:
        """Shows the widget."""
        self._go(shows=True)

    def hide(self) -> None:
        """Hides the widget."""
        self._go(shows=False)

    def end(self, *, shown: bool) -> None:
        """Shows or hides the widget at once."""
        self._shows = shown
        self.animation.stop()
        self._end()

    def _go(self, *, shows: bool) -> None:
        if shows == self._shows and shows == self._widget.isVisible():
            return
        self._shows = shows
        self.animation.setDirection(
            QAbstractAnimation.Direction.Forward if shows else QAbstractAnimation.Direction.Backward
        )
        if not is_allowed():
            self.end(shown=shows)
            return
        if self.animation.state() != QAbstractAnimation.State.Running:
            self._widget.setGraphicsEffect(QGraphicsOpacityEffect(self._widget))
            self._paint_at(0.0 if shows else 1.0)
            self.animation.start()
        if shows:
            self._widget.show()

    def _paint_at(self, opacity: float) -> None:
        effect = self._widget.graphicsEffect()
        if isinstance(effect, QGraphicsOpacityEffect):
            effect.setOpacity(opacity)

    def _end(self) -> None:
        self._widget.setGraphicsEffect(None)  # it paints as before, without a detour
        self._widget.setVisible(self._shows)


def paint_card(painter: QPainter, card: QRectF, ground: QColor, edge: QColor) -> None:
    """Paints a card with its shadow, which reaches :data:`SHADOW` pixels around it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 18))
    for reach in range(SHADOW - DROP, 0, -2):
        around = card.adjusted(-reach, DROP - reach, reach, DROP + reach)
        painter.drawRoundedRect(around, CARD_RADIUS + reach, CARD_RADIUS + reach)
    painter.setPen(edge)
    painter.setBrush(ground)
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)
    painter.restore()
