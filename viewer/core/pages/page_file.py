"""A frame of an animation as a file of its own: a TIFF of one page and one strip.

Written by hand and not by tifffile, which copies plain pixels several times: a page of 1920 x 1080 took it 24 ms, and
takes 2 ms here; a small one took it 0.1 ms, and takes 0.02.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import exif
from viewer.core.display import pixels

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

_SAMPLE = 16_384
"""Bytes of each of the four parts of a page by which it is decided whether deflate is worth its time."""
_WORTH_IT = 0.5
"""Deflate is used where it makes at most this part of the bytes: a GIF's few colours, hardly ever a photograph."""

# Tags and values, TIFF 6.0 sections 3, 4, 6, 8 and 18, and the Adobe Photoshop TIFF technical notes for deflate.
_NO_COMPRESSION, _DEFLATE = 1, 8
_MINISBLACK, _RGB = 1, 2
_STRAIGHT_ALPHA = 2
_SHORT, _LONG = 3, 4


class PagePixels(NamedTuple):
    """The pixels of a frame in memory of their own.

    Attributes:
        number: of the frame, from 0.
        array: (height, width) of 8 or 16 bits, or (height, width, 3 or 4) of 8.
        turn: its EXIF orientation.
    """

    number: int
    array: npt.NDArray[Any]
    turn: int


def pixels_of_page(image: Image, number: int) -> PagePixels:
    """Returns a copy of the pixels that Pillow holds, in the fewest channels that hold them."""
    data = image.info.get("exif")
    turn = exif.orientation(data) if isinstance(data, bytes) else exif.UPRIGHT
    if image.mode == "I;16" or (image.mode in {"1", "L"} and not image.has_transparency_data):
        grey = image if image.mode != "1" else image.convert("L")
        return PagePixels(number, pixels.pixels_of(grey).copy(), turn)
    if image.has_transparency_data:
        return PagePixels(number, pixels.pixels_of(_in_mode(image, "RGBA")).copy(), turn)
    colours = pixels.packed(pixels.pixels_of(_in_mode(image, "RGB")), (0, 1, 2))
    return PagePixels(number, colours, turn)


def _in_mode(image: Image, mode: str) -> Image:
    return image if image.mode == mode else image.convert(mode)


def page_file(page: PagePixels) -> bytes:
    """Returns a TIFF of one page and one strip."""
    array = page.array
    height, width = array.shape[:2]
    channels = 1 if array.ndim == 2 else array.shape[2]  # noqa: PLR2004 - no channels
    plain = array.reshape(-1).view("u1")
    deflated = _is_worth_deflating(plain)
    strip = zlib.compress(plain.data, 1) if deflated else plain.data
    bits = [8 * array.itemsize] * channels
    entries = [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, channels, bits[0]),
        (259, _SHORT, 1, _DEFLATE if deflated else _NO_COMPRESSION),
        (262, _SHORT, 1, _MINISBLACK if channels == 1 else _RGB),
        (273, _LONG, 1, 0),
        (274, _SHORT, 1, page.turn),
        (277, _SHORT, 1, channels),
        (278, _LONG, 1, height),
        (279, _LONG, 1, len(strip)),
    ]
    if channels == 4:  # noqa: PLR2004 - RGBA
        entries.append((338, _SHORT, 1, _STRAIGHT_ALPHA))
    behind = 8 + 2 + 12 * len(entries) + 4
    start = behind + 2 * channels + 2 * channels % 4
    values = {258: bits[0] if channels == 1 else behind, 273: start}
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    head += b"".join(
        struct.pack("<HHII", tag, kind, number, values.get(tag, value)) for tag, kind, number, value in entries
    )
    head += struct.pack(f"<I{channels}H", 0, *bits)
    return b"".join([head.ljust(start, b"\0"), strip])


def _is_worth_deflating(plain: npt.NDArray[np.uint8]) -> bool:
    """Returns whether deflate makes much less of some bytes, tried on four parts of them."""
    steps = max(plain.size // 4, _SAMPLE)
    sample = b"".join(plain[at : at + _SAMPLE].data for at in range(0, plain.size, steps))
    return len(zlib.compress(sample, 1)) <= _WORTH_IT * len(sample)
