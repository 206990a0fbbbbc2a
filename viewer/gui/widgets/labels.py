"""Texts, buttons, rows and columns as panels and dialogs have them; the style sheet draws texts by their role."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PyQt5.QtCore import Qt, pyqtBoundSignal
from PyQt5.QtGui import QFont, QPainter, QPaintEvent
from PyQt5.QtWidgets import QBoxLayout, QFrame, QLabel, QLayout, QPushButton, QWidget

from viewer.core.patterns import late_pattern
from viewer.gui.theme import TextSize

if TYPE_CHECKING:
    from collections.abc import Callable

Box = TypeVar("Box", bound=QBoxLayout)
Part: TypeAlias = QWidget | QLayout | int | None
_BRACKETS = late_pattern(r"^\W+(?=\.\w)")
"""What is left of a range in front of a suffix."""
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
    """Returns a button that Enter in a field does not press."""
    made = QPushButton(text)
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


def elided_apart(text: str, ends: tuple[str, str], room: float, measure: Callable[[str], float] = len) -> str:
    """Returns a text that begins and ends as others do with these ``ends``: they go first where it is too long.

    >>> elided_apart("sh010_comp_v001_left.png", ("sh010_comp_", "_left.png"), 18)
    'sh01…v001_left.png'
    >>> elided_apart("sh010_comp_v001_left.png", ("sh010_comp_", "_left.png"), 10)
    '…v001….png'
    """
    head, tail = ends
    own = text[len(head) : len(text) - len(tail)]
    begin = "…" if head else ""

    def less_head(kept: int) -> str:
        return f"{head[:kept]}{begin}{own}{tail}"

    def less_tail(kept: int) -> str:
        return f"{begin}{own}…{_BRACKETS.sub('', tail[len(tail) - kept :])}"

    if measure(text) <= room:
        return text
    for cut, end in ((less_head, head), (less_tail, tail)):
        lengths = [measure(cut(kept)) for kept in range(len(end))]
        if kept := bisect_right(lengths, room):
            return cut(kept - 1)
    return elided(own if head else text, room, measure)


def widest(widget: QWidget, *texts: str) -> int:
    """Returns how many pixels the widest of ``texts`` takes in the font of a widget."""
    return max(widget.fontMetrics().horizontalAdvance(text) for text in texts)
