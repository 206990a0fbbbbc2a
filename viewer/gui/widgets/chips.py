"""Parts of a row that give way where it is too short: texts of a fixed width, and chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette
from PyQt5.QtWidgets import QMenu, QToolButton, QWidget

from viewer.gui.theme import TextSize
from viewer.gui.widgets.icons import paint_icon
from viewer.gui.widgets.keys import ENTER, claims_key
from viewer.gui.widgets.labels import PlainLabel, give_role, sized, widest

if TYPE_CHECKING:
    from PyQt5.QtCore import QEvent
    from PyQt5.QtGui import QKeyEvent

PART_HEIGHT, CHEVRON = 26, 12
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

    PADDING, ICON_PADDING = 22, 12

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
        shorter = short + self.PADDING if short else beside + self.ICON_PADDING if self._has_icon else 0
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


class MenuChip(Chip):
    """A chip with a list, which a click opens above it; a chevron says so."""

    PADDING = Chip.PADDING + 16
    ICON_PADDING = 12 + 16

    chosen = pyqtSignal(object)
    """Another value of the list was chosen."""

    def __init__(self, choices: tuple[tuple[object, str], ...], *, has_icon: bool = False) -> None:
        """Makes a chip.

        Args:
            choices: the values, and what each is called.
            has_icon: whether an icon stands before the text.
        """
        super().__init__(has_icon=has_icon)
        self._choices = choices
        self._value: object = None
        self._menu: QMenu | None = None
        self.setProperty("drops", True)
        self.clicked.connect(self.open_list)

    def choose(self, value: object) -> None:
        """Ticks a value in the list."""
        self._value = value

    def open_list(self) -> None:
        """Opens the list above the chip, which stands at the foot of the window."""
        if self._menu is None:
            self._menu = QMenu(self)
            self._menu.setTitle(self.accessibleName())
            for value, text in self._choices:
                action = self._menu.addAction(text)
                assert action is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
                action.setCheckable(True)
                action.setData(value)
            self._menu.triggered.connect(lambda action: self.chosen.emit(action.data()))
        for action in self._menu.actions():
            action.setChecked(action.data() == self._value)
        open_above(self._menu, self)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the chevron too."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(self.width() - CHEVRON - 6, (self.height() - CHEVRON) // 2, CHEVRON, CHEVRON)
        paint_icon(painter, "chevron_down", place, self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.end()


def open_above(menu: QMenu, widget: QWidget) -> None:
    """Opens a menu above a widget at the foot of the window."""
    menu.popup(widget.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
