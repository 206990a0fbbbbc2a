"""A layout that puts widgets beside each other, and goes on in the next line where there is no more room."""

from __future__ import annotations

from PyQt5.QtCore import QRect, QSize, Qt
from PyQt5.QtWidgets import QLayout, QLayoutItem

GAP = 2
"""Pixels between two widgets, and between two lines."""


class FlowLayout(QLayout):
    """Lines of widgets, all as high as the highest, each as wide as it wants to be but no wider than a line."""

    def __init__(self) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem | None) -> None:  # noqa: N802 - Qt's name
        """Adds a widget behind the others."""
        if item is not None:
            self._items.append(item)

    def count(self) -> int:
        """Returns how many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Returns one of them, None for none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Takes one of them out, and returns it; None for none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientations:  # noqa: N802 - Qt's name
        """Returns that there is no use for more room."""
        return Qt.Orientations()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Returns that the lines are more where they are short."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Returns the pixels that all lines take."""
        return max((place.y() + place.height() for place in self._places(width)), default=0)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Puts each where it belongs; the widget whose layout this is gets no lower than its lines."""
        super().setGeometry(rect)
        if (parent := self.parentWidget()) is not None:
            parent.setMinimumHeight(self.heightForWidth(rect.width()))  # windows ask for no height by width
        for item, place in zip(self._items, self._places(rect.width()), strict=True):
            item.setGeometry(place.translated(rect.topLeft()))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size of the largest widget: a line has at least one."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the height of the highest widget, and no width to speak of."""
        return QSize(1, max((item.sizeHint().height() for item in self._items), default=0))

    def _places(self, width: int) -> list[QRect]:
        places: list[QRect] = []
        x, y, height = 0, 0, self.minimumSize().height()
        for item in self._items:
            wide = max(1, min(item.sizeHint().width(), width))
            if x and x + wide > width:
                x, y = 0, y + height + GAP
            places.append(QRect(x, y, wide, height))
            x += wide + GAP
        return places
