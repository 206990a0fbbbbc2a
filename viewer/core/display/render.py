"""From the frame in the file to what the screen takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.pixels import OPAQUE, as_array, frame_of, pixels_of, prepare_pillow, to_bgrx
from viewer.core.frame import Layout, Picture

if TYPE_CHECKING:
    from viewer.core.frame import Frame, Size

SLACK = 1
"""A frame larger than the window by no more pixels than this is shown as it is."""


def render(frame: Frame, box: Size | None) -> Picture:
    """Makes what the canvas paints from a decoded frame; for worker threads, the GIL is held only for moments.

    Layouts of 16 bits are shown by their full range: 0 is black, 65,535 white.

    Args:
        frame: in any layout.
        box: the window in device pixels; None for no display copy.

    Returns:
        A picture whose source and display are BGRX. There is a display copy, of exactly ``frame.size.fitted_into(box)``
        pixels, when the frame is larger than that by more than :data:`SLACK` pixel.
    """
    source = to_bgrx(frame)
    display = None
    if box is not None:
        fitted = frame.size.fitted_into(box)
        if frame.size.width - fitted.width > SLACK or frame.size.height - fitted.height > SLACK:
            display = scaled(source, fitted)
    return Picture(size=frame.size, description=frame.description, source=source, display=display)


def scaled(frame: Frame, size: Size) -> Frame:
    """Returns a BGRX frame resized to exactly ``size``, each new pixel from all the pixels it covers.

    A triangle filter as wide as the step (Pillow's BILINEAR), after a mean over whole blocks of pixels where the step
    is 2 or more: no aliasing, and a third of the time of the filter alone.

    Raises:
        ValueError: the frame is not BGRX.
    """
    if frame.layout is not Layout.BGRX:
        raise ValueError(f"Only BGRX is scaled, not {frame.layout.name}.")
    prepare_pillow()
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - the same

    pixels = np.ascontiguousarray(as_array(frame))
    rgbx = Image.frombuffer("RGBX", frame.size, pixels, "raw", "RGBX", 0, 1)
    # The same memory called RGB: Pillow then leaves out the fourth byte, a tenth of the time. That blue comes first is
    # all the same to a filter.
    rgb = Image.fromarrow(rgbx, "RGB", frame.size)
    small = rgb.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0)
    bgrx = pixels_of(small).view(np.uint32)[..., 0]
    if bgrx.flags.writeable:
        bgrx |= np.uint32(OPAQUE)  # in place: the image is ours alone, and goes with this array
    else:
        bgrx = bgrx | np.uint32(OPAQUE)
    return frame_of(bgrx, frame.description)
