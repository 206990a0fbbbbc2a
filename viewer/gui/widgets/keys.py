"""Keys that a widget keeps for itself, and the wheel in whole steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Callable

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
"""Both keys that are called Enter."""
WHEEL_NOTCH = 120
"""Eighths of a degree in one notch of a mouse wheel (Qt's unit)."""


def claims_key(event: QEvent | None, is_own: Callable[[QKeyEvent], bool]) -> bool:
    """Keeps a widget's own key from becoming a shortcut of the window; Qt then sends it as a key press.

    Returns:
        Whether the event was Qt's question about such a key, and has been answered.
    """
    if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and is_own(event):
        event.accept()
        return True
    return False


class Notches:
    """Adds up how far a wheel, or two fingers, have been turned, to whole steps."""

    def __init__(self) -> None:
        self._turned = 0.0
        self._purpose = ""

    def add(self, purpose: str, delta: float, unit: float = WHEEL_NOTCH) -> int:
        """Returns how many units it has been turned; the remainder counts the next time, if that is for the same."""
        self._turned = self._turned + delta if self._purpose == purpose else delta
        self._purpose = purpose
        units = int(self._turned / unit)
        self._turned -= units * unit
        return units
