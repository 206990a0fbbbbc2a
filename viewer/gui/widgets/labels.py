"""Texts, buttons, rows and columns as panels and dialogs have them; the style sheet draws texts by their role."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PyQt5.QtCore import QSize, Qt, pyqtBoundSignal
from PyQt5.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PyQt5.QtWidgets import QBoxLayout, QFrame, QLabel, QLayout, QPushButton, QWidget

from viewer.core.patterns import late_pattern
from viewer.gui.theme import GRID, TextSize
from viewer.gui.widgets.keys import ENTER

if TYPE_CHECKING:
    from collections.abc import Callable

Box = TypeVar("Box", bound=QBoxLayout)
Part: TypeAlias = QWidget | QLayout | int | None
STRETCH = None
"""The part of a row or column that takes the room that is left."""
_END = late_pattern(r"(?:\W?\[[^]]*\][^[]{0,24}|[0-9]*(?:\.\w{1,8})?)$")
"""The end of the name of a sequence or frame: its numbers and its suffix."""


class PlainLabel(QLabel):
    """A plain text in one line."""

    def __init__(self, role: str, size: TextSize = TextSize.BASE, name: str = "", *, right: bool = False) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(sized(self.font(), size))
        self.setAccessibleName(name)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(Qt.Alignment() | side | Qt.AlignmentFlag.AlignVCenter)

    def setText(self, text: str | None) -> None:  # noqa: N802 - Qt's name
        """Shows a text; of a label with a name Qt tells screen readers only that, and what describes it."""
        super().setText(text)
        if self.accessibleName():
            self.setAccessibleDescription(text)


class ElidedLabel(PlainLabel):
    """A plain text, shortened in the middle where it does not fit."""

    @property
    def shortened(self) -> str:
        """As much of the text as fits."""
        return elided(self.text(), self.width(), self.fontMetrics().horizontalAdvance)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Paints the shortened text."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shortened)
        painter.end()


class _Button(QPushButton):
    """Takes Enter itself: Qt leaves it to the dialog, which presses the default button, if there is one."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter as Space."""
        if event is not None and event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class PaintedPicture(QLabel):
    """What paints itself: screen readers are told that it is a picture. Of a plain widget they are told no kind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPixmap(QPixmap(1, 1))  # never seen


def bounded(window: QWidget, size: QSize) -> QSize:
    """Returns the size of a window that its screen has room for, with its frame."""
    screen = window.screen()
    assert screen is not None  # noqa: S101 - there is no window without one
    return size.boundedTo(screen.availableSize() - QSize(2 * GRID, 6 * GRID))


def laid_out(
    box: Box, *parts: Part | tuple[Part, int], margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 0
) -> Box:
    """Fills a row or column, and returns it.

    Args:
        box: the layout.
        parts: what to put into it: a number leaves so many pixels free, a pair is a part and its share of the rest.
        margins: the pixels at the left, above, at the right and below.
        spacing: the pixels between the parts.
    """
    box.setContentsMargins(*margins)
    box.setSpacing(spacing)
    for each in parts:
        part, share = each if isinstance(each, tuple) else (each, 0)
        if part is STRETCH:
            box.addStretch(1)
        elif isinstance(part, int):
            box.addSpacing(part)
        elif isinstance(part, QWidget):
            box.addWidget(part, share)
        else:
            box.addLayout(part, share)
    return box


def label(text: str = "", role: str = "", size: TextSize | None = None) -> QLabel:
    """Returns a plain text in the font of the widget it is put into, or of one size."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    if size is not None:
        made.setFont(sized(made.font(), size))
    return made


def rule(parent: QWidget | None = None) -> QFrame:
    """Returns a thin line across."""
    made = QFrame(parent)
    made.setProperty("role", "rule")
    made.setFixedHeight(1)
    return made


def button(text: str, on_clicked: Callable[..., None] | pyqtBoundSignal, tip: str = "") -> QPushButton:
    """Returns a button that Enter presses while it has the keys, and not from a field."""
    made = _Button(text)
    made.clicked.connect(on_clicked)
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


def sized(font: QFont, size: TextSize) -> QFont:
    """Returns a copy of a font in another size."""
    made = QFont(font)
    made.setPixelSize(size.pixels)
    return made


def elided(text: str, room: float, measure: Callable[[str], float] = len) -> str:
    """Returns a text in which the middle of a name is left out where it is too long: its number and suffix stay.

    Args:
        text: any text; without a number and a suffix its middle is left out.
        room: how long it may be.
        measure: returns how long a text is: by default, its characters.

    >>> elided("a_name_that_is_long_v002.[1001-1240].exr", 30)
    'a_na…long_v002.[1001-1240].exr'
    """
    if measure(text) <= room:
        return text
    found = _END.search(text)
    end = found.group() if found and measure(f"…{found.group()}") <= room else ""
    stem = text.removesuffix(end)

    def cut(kept: int) -> str:
        return f"{stem[: kept // 3]}…{stem[len(stem) - kept + kept // 3 :]}{end}"  # versions stand at the end

    return cut(max(0, bisect_right(range(len(stem)), room, key=lambda kept: measure(cut(kept))) - 1))


def elided_apart(text: str, head: str, room: float, measure: Callable[[str], float] = len) -> str:
    """Returns a text that begins with the ``head`` of others: where it is too long that goes first, then its end.

    >>> elided_apart("sh010_comp_v001_left", "sh010_comp_", 12), elided_apart("sh010_comp_v001_left", "sh010_comp_", 6)
    ('…v001_left', '…v001…')
    """
    if measure(text) <= room:
        return text
    own = f"…{text[len(head) :]}" if head and text.startswith(head) else text
    if measure(own) <= room:
        return own
    return f"{own[: max(0, bisect_right(range(len(own)), room, key=lambda kept: measure(f'{own[:kept]}…')) - 1)]}…"


def balanced(words: QLabel, most: int) -> int:
    """Returns how wide a text of several lines is to be, at most ``most``, so that no last word stands alone."""
    height = words.heightForWidth(most)
    least = bisect_left(range(most), x=True, lo=most // 2, key=lambda width: words.heightForWidth(width) <= height)
    return min(most, least + 4)


def widest(widget: QWidget, *texts: str) -> int:
    """Returns how many pixels the widest of ``texts`` takes in the font of a widget."""
    return max(widget.fontMetrics().horizontalAdvance(text) for text in texts)
