"""The thumbnail that stands above the timeline while the pointer is over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRect, QRectF, Qt
from PyQt5.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent

from viewer.core.frame import Frame, Size
from viewer.gui.bridge.image import FrameImage
from viewer.gui.theme import Colours, TextSize, Themed, digits
from viewer.gui.widgets.motion import SHADOW, Fade, paint_card

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QWidget


BOX = Size(160, 120)
"""The room that pictures are enlarged or reduced to fill, keeping their shape."""
PAD = 4
CAPTION = 18
CAPTION_PAD = 8
LONGEST_CAPTION = 400
GAP = 3
"""Room between it and what it stands above."""


class Thumbnail(Themed):
    """A thumbnail with its frame number; lies over the rest of the window and never takes the mouse."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(colours, parent)
        self._image: FrameImage | None = None
        self._caption = ""
        self._fade = Fade(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Thumbnail")
        self.hide()

    def show_frame(self, frame: Frame, caption: str, middle: int, bottom: int) -> None:
        """Shows a thumbnail.

        Args:
            frame: its pixels, in a layout that Qt paints.
            caption: which frame it is of, and what there is to say of it; what is too long is left out at its end.
            middle: the x of its middle in the parent; it stays within the parent all the same.
            bottom: the y it stands above, in the parent.
        """
        if self._image is None or self._image.frame is not frame or self._caption != caption:
            self._image, self._caption = FrameImage(frame), caption
            self.setAccessibleDescription(f"frame {caption}")
            self.update()
        scale = min(BOX.width / frame.size.width, BOX.height / frame.size.height)
        width = max(round(frame.size.width * scale), self._caption_width()) + 2 * PAD
        height = max(1, round(frame.size.height * scale)) + PAD + CAPTION
        parent = self.parentWidget()
        room = width if parent is None else parent.width() - width
        card = QRect(max(0, min(middle - width // 2, room)), bottom - GAP - height, width, height)
        self.setGeometry(card.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))
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
        """Paints the picture with its caption below."""
        painter = QPainter(self)
        card = self.card.translated(-self.pos())
        paint_card(painter, QRectF(card), QColor(self._colours.well), QColor(self._colours.line))
        if self._image is not None:
            self._image.paint_into(painter, QRectF(card.adjusted(PAD, PAD, -PAD, -CAPTION)))
        painter.setFont(digits(TextSize.SMALL))
        painter.setPen(QColor(self._colours.text))
        caption = QRect(card.left(), card.bottom() + 1 - CAPTION, card.width(), CAPTION - 1)
        metrics = QFontMetrics(digits(TextSize.SMALL))
        shortened = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, card.width() - CAPTION_PAD)
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, shortened)
        painter.end()

    def _caption_width(self) -> int:
        width = QFontMetrics(digits(TextSize.SMALL)).horizontalAdvance(self._caption)
        return min(width, LONGEST_CAPTION) + CAPTION_PAD
