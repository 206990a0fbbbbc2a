"""Texts and buttons as panels and dialogs have them; the style sheet draws them by their role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFont
from PyQt5.QtWidgets import QLabel, QPushButton

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QWidget

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
"""Both keys that are called Enter."""


def label(text: str = "", role: str = "", pixels: int = 0) -> QLabel:
    """Returns a plain text, its font ``pixels`` high, or as high as the system's for 0."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    if pixels:
        made.setFont(sized(made.font(), pixels))
    return made


def button(text: str, tip: str = "") -> QPushButton:
    """Returns a button that Enter in a field does not press."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setToolTip(tip)
    return made


def give_role(widget: QWidget, role: str) -> None:
    """Draws a widget as the style sheet says for ``role``."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        style = widget.style()
        if style is not None:  # the style sheet looks at properties only once
            style.unpolish(widget)
            style.polish(widget)


def sized(font: QFont, pixels: int) -> QFont:
    """Returns a copy of a font, ``pixels`` high."""
    made = QFont(font)
    made.setPixelSize(pixels)
    return made


def widest(widget: QWidget, *texts: str) -> int:
    """Returns how many pixels the widest of ``texts`` takes in the font of a widget."""
    return max(widget.fontMetrics().horizontalAdvance(text) for text in texts)
