"""The thumbnail that stands on the picture, above the transport, while the pointer is over the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QPointF, QRect, QRectF, Qt
from PyQt5.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPolygonF

from viewer.core.frame import Frame, Size
from viewer.gui.bridge.image import FrameImage
from viewer.gui.theme import Colours, TextSize, digits
from viewer.gui.widgets.labels import PaintedPicture
from viewer.gui.widgets.motion import SHADOW, Fade, paint_card

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QWidget


BOX = Size(240, 135)
"""The room that pictures are enlarged or reduced to fill, keeping their shape."""
PAD = 4
CAPTION = 22
"""The height of the line with the number, over the lower edge of the picture."""
LEAST_NOTES, MOST_LINES = 180, 3
"""How wide it is at least where notes stand below the picture, and how many lines those may take."""
SCRIM = 178
"""How much that line covers of the picture, so that its words can be read on any; 255 is all."""
STEM = 6
"""How high the stem is that points at the frame."""
_WRAPPED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


class Thumbnail(PaintedPicture):
    """A thumbnail with its frame number; lies over the rest of the window and never takes the mouse."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self._image: FrameImage | None = None
        self._number, self._notes = "", list[str]()
        self._middle = self._below = 0
        self._fade = Fade(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Thumbnail")
        self.hide()

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._colours = colours
        self.update()

    def show_frame(self, frame: Frame, number: str, notes: list[str], middle: int, bottom: int) -> None:
        """Shows a thumbnail.

        Args:
            frame: its pixels, in a layout that Qt paints.
            number: which frame it is of.
            notes: what else there is to say of it, which stands below; what is too long is left out at its end.
            middle: the x in the parent that it points at; it stays within the parent all the same.
            bottom: the y it stands above, in the parent.
        """
        if self._image is None or self._image.frame is not frame or (self._number, self._notes) != (number, notes):
            self._image, self._number, self._notes = FrameImage(frame), number, notes
            self.setAccessibleDescription(" · ".join((f"frame {number}", *notes)))
            self.update()
        scale = min(BOX.width / frame.size.width, BOX.height / frame.size.height)
        inner = max(
            round(frame.size.width * scale), QFontMetrics(digits(TextSize.BASE)).horizontalAdvance(number) + PAD
        )
        inner = max(inner, LEAST_NOTES) if notes else inner
        tall = max(CAPTION, round(frame.size.height * scale))
        self._below = self._notes_height(inner) if notes else 0
        width, height = inner + 2 * PAD, tall + self._below + 2 * PAD
        parent = self.parentWidget()
        room = width if parent is None else parent.width() - width
        card = QRect(max(0, min(middle - width // 2, room)), bottom - STEM - height, width, height)
        self.setGeometry(card.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))
        if middle - self.x() != self._middle:
            self._middle = middle - self.x()
            self.update()
        if self.isHidden():
            self._fade.show()
            self.raise_()

    @property
    def card(self) -> QRect:
        """Where it is in its parent, without its shadow."""
        return self.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)

    def put_away(self) -> None:
        """Hides it and lets go of the picture's memory."""
        self._fade.end(shown=False)
        self._image = None

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the picture with its number over the lower edge, the notes below, and the stem."""
        painter, colours = QPainter(self), self._colours
        card = self.card.translated(-self.pos())
        paint_card(painter, QRectF(card), QColor(colours.panel), QColor(colours.line))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        at, top = min(max(self._middle, card.left() + 2 * STEM), card.right() - 2 * STEM), card.bottom() + 1
        painter.drawPolygon(QPolygonF([QPointF(at - STEM, top), QPointF(at + STEM, top), QPointF(at, top + STEM)]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        inner = card.adjusted(PAD, PAD, -PAD, -PAD - self._below)
        painter.fillRect(inner, QColor(colours.well))
        if self._image is not None:
            self._image.paint_into(painter, QRectF(inner))
        caption = QRect(inner.left(), inner.bottom() + 1 - CAPTION, inner.width(), CAPTION)
        painter.fillRect(caption, QColor(0, 0, 0, SCRIM))
        painter.setFont(digits(TextSize.BASE))
        painter.setPen(Qt.GlobalColor.white)  # on the dark of the scrim, in both themes
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, self._number)
        painter.setFont(digits(TextSize.SMALL))
        painter.setPen(QColor(colours.text))
        below = QRect(inner.left(), inner.bottom() + 1, inner.width(), self._below)
        painter.drawText(below, _WRAPPED, " · ".join(self._notes))
        painter.end()

    def _notes_height(self, width: int) -> int:
        metrics = QFontMetrics(digits(TextSize.SMALL))
        needed = metrics.boundingRect(QRect(0, 0, width, 1000), _WRAPPED, " · ".join(self._notes)).height()
        return min(needed, MOST_LINES * metrics.height()) + PAD
