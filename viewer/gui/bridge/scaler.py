"""Display copies by Qt: a fifth of the time that the core takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt

from viewer.core.display import render
from viewer.core.frame import BorrowedMemory
from viewer.core.records import replace
from viewer.gui.bridge.image import FrameImage

if TYPE_CHECKING:
    from viewer.core.frame import Frame, Size

MOST_PIXELS = 9_000_000
"""The largest frame that Qt scales. It holds the GIL meanwhile: 3 ms for 1920 × 1080, 6 for 3840 × 2160."""  # noqa: RUF001 - "by"


def scaled(frame: Frame, size: Size) -> Frame:
    """Returns a BGRX or BGRA frame resized to exactly ``size``; worker threads.

    Each new pixel is the mean of what it covers, weighted at the edges (Qt's smooth scaling). 1080p to 1690 × 950 took
    3 ms, by the core 14, during which the core leaves the GIL to others; so very large frames are left to it.

    Raises:
        ValueError: the frame is neither.
    """  # noqa: RUF002 - "by"
    if size == frame.size:
        return frame  # Qt would return an image over this frame's memory that does not keep it alive
    if frame.size.width * frame.size.height > MOST_PIXELS:
        return render.scaled(frame, size)
    image = FrameImage(frame).image.scaled(
        *size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    bits = image.constBits()
    if bits is None:
        raise MemoryError
    memory = BorrowedMemory(int(bits), (size.height, size.width, 4), "|u1", image)
    return replace(frame, planes=(), indices=None, memory=memory)
