"""Pixels of the core as an image of Qt, without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QImage, QPainter
from PyQt5.sip import voidptr

from viewer.core.display.screen import is_for_screen

if TYPE_CHECKING:
    from viewer.core.frame import Frame


class FrameImage:
    """A QImage over a frame's own memory; keeps the frame alive as long as the image.

    Raises:
        ValueError: the frame is neither BGRX nor BGRA multiplied by its alpha.
    """

    def __init__(self, frame: Frame) -> None:
        if not is_for_screen(frame):
            raise ValueError(f"A frame of {', '.join(frame.channels)} cannot be painted; render it first.")
        self.frame = frame
        width, height = frame.size
        # No QPixmap here: one made from 32-bit pixels shares this memory without keeping it alive.
        if frame.memory is not None:
            address, stride = frame.memory.address, 4 * width
        else:
            address, stride = frame.planes[0].__array_interface__["data"][0], frame.planes[0].strides[0]
        form = QImage.Format.Format_RGB32 if frame.is_bgrx else QImage.Format.Format_ARGB32_Premultiplied
        self.image = QImage(voidptr(address), width, height, stride, form)

    def paint_into(self, painter: QPainter, room: QRectF) -> None:
        """Paints the image into the middle of ``room``, smoothly, as large as it fits; transparent parts over black."""
        scale = min(room.width() / self.image.width(), room.height() / self.image.height())
        rect = QRectF(0, 0, self.image.width() * scale, self.image.height() * scale)
        rect.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self.frame.is_bgrx:
            painter.fillRect(rect, Qt.GlobalColor.black)
        painter.drawImage(rect, self.image)
