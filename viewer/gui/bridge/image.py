"""Pixels of the core as an image of Qt, without a copy."""

from __future__ import annotations

from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QImage, QPainter

from viewer.core.frame import Frame, Layout

_FORMATS = {Layout.BGRX: QImage.Format.Format_RGB32, Layout.GRAY16: QImage.Format.Format_Grayscale16}


class FrameImage:
    """A QImage over a frame's own memory; keeps the frame alive as long as the image.

    Raises:
        ValueError: the frame's layout is none that Qt paints.
    """

    def __init__(self, frame: Frame) -> None:
        if frame.layout not in _FORMATS:
            raise ValueError(f"A frame of layout {frame.layout.value} cannot be painted; render it first.")
        self.frame = frame
        width, height = frame.size
        # No QPixmap here: one made from 32-bit pixels shares this memory without keeping it alive.
        self.image = QImage(memoryview(frame.data), width, height, frame.stride, _FORMATS[frame.layout])  # type: ignore[call-overload]  # the stubs know bytes only

    def paint_into(self, painter: QPainter, room: QRectF) -> None:
        """Paints the image into the middle of ``room``, smoothly, as large as it fits."""
        scale = min(room.width() / self.image.width(), room.height() / self.image.height())
        rect = QRectF(0, 0, self.image.width() * scale, self.image.height() * scale)
        rect.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, self.image)
