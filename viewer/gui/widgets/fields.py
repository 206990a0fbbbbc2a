"""Fields for a line of text; those of the transport: the frame number, and the rate with its list of standard ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPoint, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QIcon, QKeyEvent, QMouseEvent
from PyQt5.QtWidgets import QAction, QLineEdit, QMenu, QSizePolicy, QToolButton, QToolTip, QWidget

from viewer.core.patterns import late_pattern
from viewer.core.play.timebase import STANDARD_RATES
from viewer.gui.theme import TextSize, digits
from viewer.gui.widgets.chips import PART_HEIGHT, open_above
from viewer.gui.widgets.keys import ENTER, claims_key
from viewer.gui.widgets.labels import sized, widest
from viewer.model.preferences import rows

if TYPE_CHECKING:
    from collections.abc import Iterable

FRAME_HEIGHT = 28
"""The height of the frame number, that of the buttons beside it."""
LONGEST, WIDEST = 250, 260
"""Characters of a name that can be typed, and the pixels that they take at most."""
_EDITS = frozenset({Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z})
_NUMBER = r"[-+#]?\d{0,19}"
_PART = r"[-+]?\d{0,9}([.,]\d{0,3})?\s*[%s]?"  # percent or seconds
_TIME_CODE = r"-?\d{1,3}([:;]\d{0,3}){1,3}"
_PLACE = late_pattern(rf"\s*({_NUMBER}|{_PART}|{_TIME_CODE})\s*")
FIT = "Fit"
"""What stands before the zoom of a picture that fits the window, and what is typed for it."""
RATE = dict(rows())["rate"]
"""The row of the preference: the limits of the rate and its unit."""


class QuietField(QLineEdit):
    """A field that gives the focus back on Enter and Esc.

    Attributes:
        shown: the text it shows while it is not being edited.
    """

    PADDING = 30
    """Pixels that the edges and the margins take."""

    committed = pyqtSignal(str)
    """Enter was pressed after something was typed."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = ""
        self.setProperty("field", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def show_text(self, text: str) -> None:
        """Shows ``text``, once it is not being edited."""
        self.shown = text
        if not self.hasFocus():
            self._put()

    def fit(self, *texts: str) -> None:
        """Makes it as wide as the widest of ``texts`` needs."""
        self.setFixedWidth(widest(self, *texts) + self.PADDING)

    def decorated(self, text: str) -> str:
        """Returns ``text`` as it is shown while it is not being edited."""
        return text

    def _put(self) -> None:
        text = self.shown if self.hasFocus() or not self.shown else self.decorated(self.shown)
        self.setModified(False)
        if text != self.text():  # or it would be painted once more
            self.setText(text)
            self.setCursorPosition(0)  # where it is too long its beginning is seen, not its end

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Begins to edit, with everything selected."""
        super().focusInEvent(event)
        self._put()
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shows the text of :meth:`show_text` again."""
        super().focusOutEvent(event)
        self._put()
        self.deselect()
        self.setCursorPosition(0)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Keeps everything selected after the click that began the editing."""
        super().mouseReleaseEvent(event)
        if not self.isModified() and not self.hasSelectedText():
            self.selectAll()

    def event(self, event: QEvent | None) -> bool:
        """Keeps Enter and Esc for itself while it is edited; shortcuts would take them.

        Ctrl with a letter is the window's, but for what all know of texts: on some systems it would move the cursor.
        """
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_command(event):
            event.ignore()
            return True
        return claims_key(event, lambda key: key.key() in {Qt.Key.Key_Escape, *ENTER}) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter and Esc; leaves the rest to be typed."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        elif event is not None and event.key() in ENTER:
            text, typed = self.text().strip(), self.isModified()
            self.clearFocus()
            if typed and text:
                self.committed.emit(text)
        else:
            super().keyPressEvent(event)


class FrameField(QuietField):
    """Takes a frame number, a number of frames to go, a part of the whole, seconds, a time code, or a part of a name.

    Where the numbers are no counts but times or decimals, it takes those in place of a time code.

    It keeps the keys after a part of a name: Enter again goes to the next file.
    """

    searched = pyqtSignal(str)
    """Enter was pressed after a part of a name was typed."""
    stretched = pyqtSignal()
    """It has become wider or narrower, to fit the text being typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(LONGEST)
        self._counts = True
        self.setFont(digits(TextSize.LARGE))
        self.setFixedHeight(FRAME_HEIGHT)
        self._width = self.width()
        self.textEdited.connect(self._stretch)

    def take_counts(self, *, counts: bool) -> None:
        """Takes the times or decimals of names, or whole numbers again."""
        self._counts = counts

    def fit(self, *texts: str) -> None:
        """Makes it as wide as the widest of ``texts`` needs, as long as nothing longer is typed."""
        super().fit(*texts)
        self._width = self.width()
        self._stretch()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes the room back that what was typed has needed."""
        super().focusOutEvent(event)
        self._stretch()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Keeps the focus at Enter if a part of a name was typed."""
        if event is None or event.key() not in ENTER or not self.isModified() or self._is_place(self.text()):
            super().keyPressEvent(event)
        else:
            self.searched.emit(self.text().strip())

    def _is_place(self, text: str) -> bool:
        is_number = not self._counts and any(map(str.isdigit, text))
        return is_number or _PLACE.fullmatch(text) is not None

    def _stretch(self) -> None:
        width = max(self._width, min(widest(self, self.text()) + self.PADDING, WIDEST))
        if width != self.width():
            self.setFixedWidth(width)
            self.stretched.emit()


class ListField(QuietField):
    """A field with a list of what is usual, at its right end."""

    LIST_WIDTH = 20

    def __init__(self, name: str, usual: Iterable[str], longest: str) -> None:
        """Makes a field.

        Args:
            name: how the list is called.
            usual: what it offers; each is committed as it stands here, and shown decorated.
            longest: the text that is as wide as any.
        """
        super().__init__()
        self.setFont(sized(self.font(), TextSize.BASE))
        self.setFixedHeight(PART_HEIGHT)
        self.fit(longest)
        self.setFixedWidth(self.width() - 10 + self.LIST_WIDTH)
        self.setTextMargins(0, 0, self.LIST_WIDTH - 4, 0)
        self._menu = QMenu(self)
        self._menu.setTitle(name)
        for text in usual:
            self._add(self.decorated(text), text)
        self._menu.triggered.connect(self._choose)
        self._list = QToolButton(self)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setCursor(Qt.CursorShape.ArrowCursor)
        self._list.setIconSize(QSize(12, 12))
        self._list.setGeometry(self.width() - self.LIST_WIDTH - 1, 2, self.LIST_WIDTH - 1, PART_HEIGHT - 4)
        self._list.setAccessibleName(name)
        self._list.setToolTip(name)
        self._list.clicked.connect(self.open_list)

    def set_icon(self, drop_down: QIcon) -> None:
        """Sets what the button of the list shows."""
        self._list.setIcon(drop_down)

    def open_list(self) -> None:
        """Opens the list above the field."""
        for action in self._menu.actions():
            action.setChecked(self._is_shown(action.data()))
        open_above(self._menu, self)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Opens the list with the down key."""
        if event is not None and event.key() == Qt.Key.Key_Down:
            self.open_list()
        else:
            super().keyPressEvent(event)

    def _is_shown(self, usual: object) -> bool:
        return usual == self.shown

    def _add(self, text: str, data: str | None) -> QAction:
        action = self._menu.addAction(text)
        assert action is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
        action.setCheckable(data is not None)
        action.setData(data)
        return action

    def _choose(self, action: QAction) -> None:
        self.clearFocus()
        self.committed.emit(action.data() or "")


class RateField(ListField):
    """Takes frames a second; its list offers the standard ones."""

    def __init__(self) -> None:
        super().__init__("Standard rates", map(rate_text, STANDARD_RATES), self.decorated("23.976"))
        self._menu.addSeparator()
        self._default = self._add("", None)

    def decorated(self, text: str) -> str:
        """Returns the rate with its unit."""
        return f"{text} {RATE.unit}"

    def offer_default(self, rate: float) -> None:
        """Sets the rate of the preferences, to which the last line of the list goes back: it commits ""."""
        self._default.setText(f"As in the preferences: {self.decorated(rate_text(rate))}")


class ZoomField(ListField):
    """Takes a zoom in percent; its list offers the usual ones, and :data:`FIT` to the window. It can leave the row."""

    def __init__(self) -> None:
        super().__init__("Usual zooms", (FIT, "50 %", "100 %", "200 %", "400 %", "800 %"), f"{FIT} 888 %")
        self.widths = self.width(), 0
        self.show_text(FIT)

    def give_way(self, way: int) -> None:
        """Takes its room, or leaves the row."""
        self.setVisible(not way)

    def _is_shown(self, usual: object) -> bool:
        return self.shown == usual or (usual == FIT and self.shown.startswith(FIT))


def _is_command(key: QKeyEvent) -> bool:
    """Returns whether a key is Ctrl with what can be printed, with Shift or without, and is not for editing."""
    modifiers = key.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
    return (
        modifiers == Qt.KeyboardModifier.ControlModifier and key.key() < Qt.Key.Key_Escape and key.key() not in _EDITS
    )


def tell(field: QWidget, sentence: str) -> None:
    """Says beside a field what is wrong with what was typed there, "" for nothing."""
    QToolTip.showText(field.mapToGlobal(QPoint(0, 0)), sentence, field)


def rate_text(rate: float) -> str:
    """Returns a rate with as many digits as are of use."""
    return f"{rate:.5g}"
