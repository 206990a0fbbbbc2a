"""The colours of TIFF that are no red, green and blue: palettes and YCbCr always, CMYK and Lab for the screen.

Formats: TIFF 6.0, sections 5 (palettes), 16 (CMYK), 21 (YCbCr) and 23 (Lab).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.display import pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

_ROWS = 64
"""Rows that are converted at a time: what is made of them meanwhile stays in the cache of the processor."""


def by_palette(indices: npt.NDArray[Any], bits: int, values: Sequence[int]) -> npt.NDArray[Any]:
    """Returns (height, width, 3) of the colours of (height, width): of 16 bits, or of 8 if the palette has no more.

    ``values`` are all reds, then all greens and blues, as in the file.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    palette = np.asarray(values, np.uint16)
    count = 1 << bits
    if palette.size < 3 * count:
        raise faults.damaged("its palette is too short")
    palette = palette[: 3 * count]
    if palette.max() <= 255:  # noqa: PLR2004 - old writers wrote bytes
        palette = palette.astype(np.uint8)
    colours = np.empty((*indices.shape, 3), palette.dtype)
    for channel, table in enumerate(palette.reshape(3, count)):
        colours[..., channel] = table.take(indices)
    return colours


def spread(units: npt.NDArray[np.uint8], across: int, down: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Returns (height, width, 3) of YCbCr in units of ``across`` by ``down`` pixels with one colour.

    ``units`` is (rows, units of a row, bytes of a unit): the brightness of each pixel, then Cb and Cr.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    rows, columns = units.shape[:2]
    whole = np.empty((rows, down, columns, across, 3), np.uint8)
    whole[..., 0] = units[..., :-2].reshape(rows, columns, down, across).swapaxes(1, 2)
    whole[..., 1:] = units[:, None, :, None, -2:]
    return whole.reshape(rows * down, columns * across, 3)[:height, :width]


def rgb_of_ycbcr(
    ycbcr: npt.NDArray[np.uint8], luma: Sequence[float], reference: Sequence[float]
) -> npt.NDArray[np.uint8]:
    """Returns red, green and blue of 8-bit YCbCr.

    Args:
        ycbcr: (height, width, 3).
        luma: the parts of red, green and blue in the brightness.
        reference: black and white of the three, as coded.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    red, green, blue = luma
    black = np.array(reference[::2], np.float32)
    scale = np.array([255, 127, 127], np.float32) / np.maximum(np.array(reference[1::2], np.float32) - black, 1)
    rgb = np.empty(ycbcr.shape, np.uint8)
    for top in range(0, len(ycbcr), _ROWS):
        y, cb, cr = np.moveaxis((ycbcr[top : top + _ROWS] - black) * scale, -1, 0)
        reds, blues = y + cr * (2 - 2 * red), y + cb * (2 - 2 * blue)
        greens = (y - red * reds - blue * blues) / green
        rgb[top : top + _ROWS] = np.clip(np.rint(np.stack((reds, greens, blues), -1)), 0, 255)
    return rgb


def rgb_of_cmyk(cmyk: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Returns red, green and blue of (height, width, 4 or more) inks of 8 or 16 bits, without any profile."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    white = np.iinfo(cmyk.dtype).max
    rgb = np.empty((*cmyk.shape[:2], 3), cmyk.dtype.newbyteorder("="))
    for top in range(0, len(cmyk), _ROWS):
        rows = cmyk[top : top + _ROWS]
        paper = white - rows[..., 3]
        for channel in range(3):
            product = (white - rows[..., channel]).astype(np.uint32) * paper
            rgb[top : top + _ROWS, :, channel] = (product + white // 2) // white
    return rgb


def rgb_of_lab(lab: npt.NDArray[Any], *, signed: bool) -> npt.NDArray[np.uint8]:
    """Returns red, green and blue of Lab of 8 or 16 bits by Pillow; ``signed`` if 0 is a grey, else the middle is."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    pixels.prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - as numpy

    upper = (lab[..., :3] >> 8).astype(np.uint8) if lab.itemsize > 1 else np.ascontiguousarray(lab[..., :3])
    if not signed:
        upper = upper ^ np.array([0, 128, 128], np.uint8)
    height, width, _ = upper.shape
    image = Image.frombytes("LAB", (width, height), upper.tobytes()).convert("RGB")
    return pixels.packed(pixels.pixels_of(image), (0, 1, 2))
