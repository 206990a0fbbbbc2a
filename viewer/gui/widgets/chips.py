"""Parts of a row that give way where it is too short: texts of a fixed width, and chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtWidgets import QToolButton

from viewer.gui.theme import TextSize
from viewer.gui.widgets.keys import ENTER, claims_key
from viewer.gui.widgets.labels import PlainLabel, give_role, sized, widest

if TYPE_CHECKING:
    from PyQt5.QtCore import QEvent
    from PyQt5.QtGui import QKeyEvent

PART_HEIGHT = 26
_PRESSES = frozenset({Qt.Key.Key_Space, *ENTER})


class RowLabel(PlainLabel):
    """A quiet text of fixed width. It gives way by leaving the row."""

    def __init__(self, name: str, *, role: str = "dim", right: bool = False) -> None:
        super().__init__(role, TextSize.BASE, name, right=right)
        self.widths: tuple[int, ...] = (0,)

    def keep_room_for(self, *texts: str) -> None:
        """Keeps room for the widest of ``texts``; none for "" alone."""
        width = widest(self, *texts)
        self.widths = (width + 2, 0) if width else (0,)

    def give_way(self, way: int) -> None:
        """Takes its width, or leaves the row."""
        width = self.widths[way]
        if width:
            self.setFixedSize(width, PART_HEIGHT)  # fixed both ways: a text that changes moves nothing and costs little
        self.setVisible(bool(width))

    def say(self, text: str, role: str = "") -> None:
        """Shows ``text``, drawn by the style sheet as ``role`` from now on unless that is ""."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleDescription(text)
        if role:
            give_role(self, role)


class KeyButton(QToolButton):
    """A button of a row that Tab comes to, and a click does not: Space and Enter press it while it has the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def event(self, event: QEvent | None) -> bool:
        """Keeps the keys that press it from becoming shortcuts."""
        return claims_key(event, lambda key: key.key() in _PRESSES) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter as a click; Qt does so with Space."""
        if event is not None and event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class Chip(KeyButton):
    """A button that says how something is set. It gives way by a shorter text, or its icon alone, then leaves."""

    PADDING = 22

    def __init__(self, *, has_icon: bool) -> None:
        super().__init__()
        self._text = self._short = ""
        self._has_icon = has_icon
        self.setProperty("chip", True)
        self.setFont(sized(self.font(), TextSize.BASE))
        self.setIconSize(QSize(19, 15))  # two pixels of air on both sides
        self.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if has_icon else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        self.widths: tuple[int, ...] = (0,)
        self._way = 0

    def keep_room_for(self, *texts: tuple[str, str]) -> None:
        """Keeps room for all of ``texts``, long and short ones; with none of them it leaves the row."""
        if not texts:
            self.widths = (0,)
            return
        beside = self.iconSize().width() + 4 if self._has_icon else 0
        long, short = (widest(self, *sizes) for sizes in zip(*texts, strict=True))
        shorter = short + self.PADDING if short else beside + 12 if self._has_icon else 0
        self.widths = (long + beside + self.PADDING, *((shorter,) if shorter else ()), 0)

    def give_way(self, way: int) -> None:
        """Takes its width, shortened if need be, or leaves the row."""
        self._way = way
        width = self.widths[way]
        if width:
            self.setFixedSize(width, PART_HEIGHT)
            if self._has_icon:
                style = Qt.ToolButtonStyle
                self.setToolButtonStyle(style.ToolButtonIconOnly if way else style.ToolButtonTextBesideIcon)
            self._put()
        self.setVisible(bool(width))

    def say(self, text: str, short: str = "") -> None:
        """Shows ``text``, or ``short`` where there is little room."""
        self._text, self._short = text, short
        self._put()

    def _put(self) -> None:
        text = self._short if self._way and self._short else self._text
        if text != self.text():
            self.setText(text)
