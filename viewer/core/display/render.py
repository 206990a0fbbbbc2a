"""From the frame in the file to the picture that the canvas paints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.levels import kind_of
from viewer.core.display.look import on_screen
from viewer.core.display.picture import Picture
from viewer.core.display.pixels import OPAQUE, as_array, frame_of, pixels_of, prepare_pillow
from viewer.core.display.proxy import reduced, shown_part, shown_size
from viewer.core.frame import BGRA, BGRX, GREY, GREY_ALPHA, RGB, RGBA, Frame, Size, TransferCurve
from viewer.core.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

SLACK = 1
"""A frame larger than the window by no more pixels than this is shown as it is."""

_ORDINARY = {GREY, GREY_ALPHA, RGB, RGBA, BGRA}
THUMBNAIL = Size(256, 256)
"""Thumbnails fit into this size: 147 kB for a frame of 16:9."""
_ROWS = (13, 15, 9, 11, 1, 8, 2, 3, 14, 10, 5, 4, 0, 7, 12, 6)
SAMPLES = tuple(((column + 0.5) / 16 - 0.5, (row + 0.5) / 16 - 0.5) for column, row in enumerate(_ROWS))
"""Where samples are taken in the block of pixels that becomes one pixel of a thumbnail, x and y from its centre, -0.5
to 0.5 of a block. One in each of 16 columns and rows, so that stripes of single pixels come out grey; in this order,
found by trying, grids of single pixels do so too."""


def display_size(size: Size, fit_size: Size) -> Size | None:
    """Returns the size of the display copy for ``fit_size`` of a frame of ``size``; None if that is shown itself."""
    fitted = size.fitted_into(fit_size)
    return fitted if size.width - fitted.width > SLACK or size.height - fitted.height > SLACK else None


def render(frame: Frame, fit_size: Size | None, scale: Callable[[Frame, Size], Frame] | None = None) -> Picture:
    """Makes a picture for the canvas from a decoded frame; for worker threads, the GIL is held only for moments.

    Pictures of 8 bits become what the screen takes. Of all others the copies are means of their samples.

    Args:
        frame: with whatever samples.
        fit_size: the window in device pixels; None for no display copy.
        scale: resizes a frame for the screen to exactly the size given; :func:`scaled` if None.

    Returns:
        A picture with a display copy, of exactly ``size.fitted_into(fit_size)`` pixels, when it is larger than that by
        more than :data:`SLACK` pixel. There is a thumbnail but of a frame before numpy is loaded.
    """
    size, kind = shown_size(frame), kind_of(frame)
    fitted = None if fit_size is None else display_size(size, fit_size)
    if not is_of_8_bits(frame):
        display = None if fitted is None else reduced(frame, fitted)
        small = size.fitted_into(THUMBNAIL)
        is_enough = display is not None and display.size.width >= small.width and display.size.height >= small.height
        larger = display if display is not None and is_enough else frame
        thumbnail = shown_part(larger) if small == shown_size(larger) else reduced(larger, small)
        return Picture(size, frame.description, frame, display, thumbnail, kind)
    painted = frame if frame.memory is not None else on_screen(frame)
    if painted is not frame:
        painted = replace(painted, description=frame.description, indices=frame.indices)
    display = None if fitted is None else (scale or scaled)(painted, fitted)
    miniature: Frame | None = None if frame.memory is not None else thumbnail_of(painted, display)
    source = painted
    if frame.info.alpha is not None and frame.channels != BGRX:  # multiplied by it, the numbers are others
        source, display = frame, display or painted
    return Picture(size, frame.description, source, display, miniature, kind)


def is_of_8_bits(frame: Frame) -> bool:
    """Returns whether the samples of a frame are those that a screen takes, but for their order and for alpha."""
    info = frame.info
    is_usual = info.bits in {0, 8} and info.white in {None, 255} and info.transfer is TransferCurve.DISPLAY
    is_special = info.is_inverted or info.no_data is not None or info.range is not None or info.window is not None
    return frame.is_bgrx or (
        is_usual and not is_special and frame.channels in _ORDINARY and all(each.dtype == "u1" for each in frame.planes)
    )


def render_reduced(
    frame: Frame, full: Size, fit_size: Size, scale: Callable[[Frame, Size], Frame] | None = None
) -> Picture:
    """Makes a picture as :func:`render` does from a BGRX frame that was decoded smaller than ``full``, its full size.

    The frame is at least as large as the display copy, which is of exactly ``full.fitted_into(fit_size)`` pixels. The
    picture has no source.
    """
    fitted = full.fitted_into(fit_size)
    display = frame if frame.size == fitted else (scale or scaled)(frame, fitted)
    small = full.fitted_into(THUMBNAIL)
    thumbnail = display if display.size == small else _thumbnail(display, small)
    return Picture(full, frame.description, None, display, thumbnail, kind_of(frame))


def thumbnail_of(source: Frame, display: Frame | None = None) -> Frame:
    """Returns the thumbnail of a frame; for worker threads, the GIL is held only for moments.

    Each pixel is the mean of 16 that are spread over the block it covers. The mean over all of them looks no better and
    takes time by the size of the frame: twice as much at the size of a window.

    Args:
        source: the frame, BGRX, or BGRA, of which the thumbnail is over black.
        display: its copy at the size of the window; the thumbnail is rather made from that, being smaller.

    Returns:
        A frame of exactly ``source.size.fitted_into(THUMBNAIL)`` pixels: one of the two if it has that size, else one
        that shares no memory with them.
    """
    size = source.size.fitted_into(THUMBNAIL)
    frame = source
    if display is not None and display.size.width >= size.width and display.size.height >= size.height:
        frame = display
    return frame if frame.size == size else _thumbnail(frame, size)


def _thumbnail(frame: Frame, size: Size) -> Frame:
    image = _image(frame)
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL.Image import Resampling, Transform  # noqa: PLC0415 - the same

    across, down = frame.size.width / size.width, frame.size.height / size.height
    total = np.zeros((size.height, size.width, 4), np.uint16)
    for x, y in SAMPLES:
        nearest = (across, 0, x * across, 0, down, y * down)
        total += pixels_of(image.transform(size, Transform.AFFINE, nearest, Resampling.NEAREST))
    total += np.uint16(len(SAMPLES) // 2)
    total //= np.uint16(len(SAMPLES))
    bgrx = total.astype(np.uint8).view(np.uint32)[..., 0]
    bgrx |= np.uint32(OPAQUE)
    return frame_of(bgrx, frame.description)


def scaled(frame: Frame, size: Size) -> Frame:
    """Returns a BGRX or BGRA frame resized to exactly ``size``, each new pixel from all the pixels it covers.

    A triangle filter as wide as the step (Pillow's BILINEAR), after a mean over whole blocks of pixels where the step
    is 2 or more: no aliasing, and a third of the time of the filter alone. Raises ValueError for other layouts.
    """
    image = _image(frame)
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - the same
    from PIL.Image import Resampling  # noqa: PLC0415 - the same

    if frame.channels == BGRA:
        image = Image.frombuffer("RGBa", frame.size, np.ascontiguousarray(as_array(frame)), "raw", "RGBa", 0, 1)
    bgrx = pixels_of(image.resize(size, Resampling.BILINEAR, reducing_gap=1.0)).view(np.uint32)[..., 0]
    if frame.channels == BGRA:
        return replace(frame, planes=(np.ascontiguousarray(bgrx).view(np.uint8).reshape(*bgrx.shape, 4),), indices=None)
    if bgrx.flags.writeable:
        bgrx |= np.uint32(OPAQUE)  # in place: the image is ours alone, and goes with this array
    else:
        bgrx = bgrx | np.uint32(OPAQUE)
    return replace(frame, planes=frame_of(bgrx, "").planes, indices=None)


def _image(frame: Frame) -> Image:
    """Returns a BGRX frame as a Pillow image over the same memory, if its rows follow each other.

    Its mode is RGB: Pillow then leaves out the fourth byte, a tenth of the time. That blue comes first is all the same
    to a filter.
    """
    if frame.channels not in {BGRX, BGRA}:
        raise ValueError(f"Only BGRX and BGRA are scaled, not {', '.join(frame.channels)}.")
    prepare_pillow()
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - the same

    pixels = np.ascontiguousarray(as_array(frame))
    rgbx = Image.frombuffer("RGBX", frame.size, pixels, "raw", "RGBX", 0, 1)
    return Image.fromarrow(rgbx, "RGB", frame.size)
