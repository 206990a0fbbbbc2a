"""From the samples of a file to 32-bit BGRX, as they are shown before anything is chosen.

Integers of up to 16 bits are shown from 0 to white, light in proportion by the curve of sRGB (IEC 61966-2-1), printing
density by the curve of Kodak's Cineon conversion ("Conversion of 10-bit Log Film Data To 8-bit Linear or Video Data",
1995: 95 is black, 685 white, 0.002 of density a step, gamma 0.6). All else is stretched from the smallest to the
largest sample. All functions run on worker threads; the GIL is held only for moments.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from viewer.core.display import pixels
from viewer.core.frame import GREY, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FILM_BLACK, FILM_WHITE, FILM_STEP, FILM_GAMMA = 95, 685, 0.002, 0.6
"""Of 10 bits."""
ROWS = 64
"""Rows that are converted at a time: what is made of them meanwhile stays in the cache of the processor."""
LARGEST_WINDOW = 16
"""How many times as large as the frame what is to be shown may be; beyond it, the frame is shown alone."""


def to_bgrx(frame: Frame) -> Frame:
    """Returns the frame itself if it is BGRX, else one of the size of what is to be shown of it.

    Transparent parts come out over black. Of channels that are no colours, the first is shown as grey.
    """
    if frame.is_bgrx:
        return frame
    colours, alpha = _shown(frame)
    plain = _plain(frame, len(colours), has_alpha=alpha is not None)
    bgrx = _by_channel(colours, alpha, frame.info) if plain is None else plain
    return pixels.frame_of(_in_window(bgrx, frame.info.window), frame.description)


def _shown(frame: Frame) -> tuple[list[npt.NDArray[Any]], npt.NDArray[Any] | None]:
    """Returns the channels that are shown, red, green and blue or one, and the straight alpha to multiply them by."""
    planes = list(frame.planes)
    if len(planes) == 1 and planes[0].ndim > 2:  # noqa: PLR2004 - channels in one array
        planes = [planes[0][..., channel] for channel in range(planes[0].shape[2])]
    by_name = dict(zip((name.rpartition(".")[2] for name in frame.channels), planes, strict=True))  # of a layer
    if by_name.keys() >= {"Y", "RY", "BY"}:
        by_name |= _of_luma(by_name["Y"], by_name["RY"], by_name["BY"])
    colours = [by_name[name] for name in RGB] if set(RGB) <= by_name.keys() else [by_name.get("Y", planes[0])]
    return colours, by_name.get("A") if frame.info.alpha is Alpha.STRAIGHT else None


def _of_luma(
    luma: npt.NDArray[Any], red: npt.NDArray[Any], blue: npt.NDArray[Any]
) -> dict[str, npt.NDArray[np.float32]]:
    """Returns the colours of luma and chroma as OpenEXR has them, for the primaries of Rec. 709."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    y = luma.astype(np.float32)
    with np.errstate(all="ignore"):  # infinities
        r, b = (red + np.float32(1)) * y, (blue + np.float32(1)) * y
        return {"R": r, "G": (y - 0.2126 * r - 0.0722 * b) / 0.7152, "B": b}


def _plain(frame: Frame, colours: int, *, has_alpha: bool) -> npt.NDArray[np.uint32] | None:
    """Returns the commonest kinds as BGRX, all channels at once: 8 or 16 bits of which the upper 8 are what is shown.

    None for all other kinds.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    array, info = frame.planes[0], frame.info
    is_full = array.dtype in {np.dtype(np.uint8), np.dtype(np.uint16)} and _white(array.dtype, info) == _most(array)
    is_known = len(frame.planes) == 1 and frame.channels in {GREY, RGB, RGBA} and (colours > 1 or not has_alpha)
    if not is_full or not is_known or info.transfer is not TransferCurve.DISPLAY:
        return None
    if info.is_inverted:
        array = np.invert(array)
    if has_alpha:
        array = np.ascontiguousarray(array)
        array = pixels.over_black16(array) if array.itemsize > 1 else pixels.over_black(array)
    if array.itemsize > 1:
        array = np.ascontiguousarray(array) if array.strides[-1] > array.itemsize else array
        array = array.view(np.uint8)[..., 1::2]  # little-endian, as BGRX is: the second byte of every two
    return pixels.grey_to_bgrx(array) if array.ndim == 2 else pixels.rgb_to_bgrx(array)  # noqa: PLR2004 - no channels


def _most(array: npt.NDArray[Any]) -> int:
    return (1 << 8 * array.itemsize) - 1


def _white(dtype: np.dtype[Any], info: SampleInfo) -> float:
    """Returns the number that stands for white."""
    if info.white:
        return info.white
    return float((1 << (info.bits or 8 * dtype.itemsize)) - 1) if dtype.kind == "u" else 1.0


def _by_channel(
    colours: list[npt.NDArray[Any]], alpha: npt.NDArray[Any] | None, info: SampleInfo
) -> npt.NDArray[np.uint32]:
    """Returns samples of any type as BGRX."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    height, width = colours[0].shape
    rgba = np.empty((height, width, 4), np.uint8)
    dtype = colours[0].dtype
    if info.white is None and _is_unscaled(dtype, info):
        rgba[..., : len(colours)] = pixels.stretched(np.stack(colours, -1), info.no_data)
    else:
        for channel, plane in enumerate(colours):
            _map(plane, info, rgba[..., channel])
    if len(colours) == 1:
        rgba[..., 1] = rgba[..., 2] = rgba[..., 0]
    if info.is_inverted:
        np.invert(rgba, out=rgba)
    if alpha is not None:
        _map(alpha, SampleInfo(info.bits, info.white), rgba[..., 3])
        rgba = pixels.over_black(rgba)
    return pixels.rgb_to_bgrx(rgba)


def _is_unscaled(dtype: np.dtype[Any], info: SampleInfo) -> bool:
    """Returns whether nothing says which numbers are black and white."""
    if dtype.kind == "f":
        return info.transfer is TransferCurve.DISPLAY
    return dtype.kind == "i" or dtype.itemsize > 2  # noqa: PLR2004 - bytes


def _map(plane: npt.NDArray[Any], info: SampleInfo, eight: npt.NDArray[np.uint8]) -> None:
    """Writes the samples of a channel into ``eight``, of the same shape, from 0 to 255."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    white, wide = _white(plane.dtype, info), 65535
    is_short = plane.itemsize <= 2 and plane.dtype.kind in "uf"  # noqa: PLR2004 - bytes
    table = _table(plane.dtype.char if is_short else "H", white if is_short else wide, info.transfer)
    for top in range(0, len(plane), ROWS):
        rows = plane[top : top + ROWS]
        if is_short:
            codes = np.ascontiguousarray(rows).view(np.uint16) if plane.dtype.kind == "f" else rows
        else:
            part = np.multiply(rows, wide / white, dtype=np.float32)
            np.fmax(part, 0, out=part)  # NaN becomes 0
            np.fmin(part, wide, out=part)
            codes = np.rint(part, out=part).astype(np.uint16)
        eight[top : top + ROWS] = table.take(codes, mode="clip")


@functools.lru_cache(maxsize=16)
def _table(kind: str, white: float, transfer: TransferCurve) -> npt.NDArray[np.uint8]:
    """Returns what each number is shown as; ``kind`` is numpy's letter: B, H, or e for half floats, by their bits."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    numbers: npt.NDArray[Any] = np.arange(1 << 8 if kind == "B" else 1 << 16)
    if kind == "e":
        numbers = numbers.astype(np.uint16).view(np.float16)
    with np.errstate(all="ignore"):  # half floats hold infinities and NaN
        part = np.nan_to_num(numbers.astype(np.float64) / white, nan=0.0, posinf=1.0, neginf=0.0)
        if transfer is TransferCurve.FILM:
            part = _light_of_film(part)
        part = np.clip(part, 0, 1)
        if transfer is not TransferCurve.DISPLAY:
            part = np.where(part <= 0.0031308, 12.92 * part, 1.055 * part ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - sRGB
    return np.rint(255 * part).astype(np.uint8)


def _light_of_film(part: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns the light of code values, given as parts of the largest: 1 at white, 0 at black."""
    density = (1023 * part - FILM_WHITE) * FILM_STEP / FILM_GAMMA
    black = 10 ** ((FILM_BLACK - FILM_WHITE) * FILM_STEP / FILM_GAMMA)
    return (10**density - black) / (1 - black)


def _in_window(bgrx: npt.NDArray[np.uint32], window: tuple[int, int, int, int] | None) -> npt.NDArray[np.uint32]:
    """Returns what is to be shown of a frame: a part of it, or the frame with black around it."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if window is None:
        return bgrx
    left, top, width, height = window
    if width < 1 or height < 1 or width * height > max(LARGEST_WINDOW * bgrx.size, 1 << 24):
        return bgrx
    shown = np.full((height, width), pixels.OPAQUE, np.uint32)
    part = bgrx[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    shown[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1]] = part
    return shown
