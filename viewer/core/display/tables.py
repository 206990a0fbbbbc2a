"""From the samples of one channel to what is shown of them, by tables of at most 65,536 entries.

Integers of up to 16 bits and half floats are looked up by their bits. All others become codes first, finer towards
black: a part of white has 2,048 to the octave, the middle of which is shown, so that gamma and logarithm come out right
to 1 of 255 there too. All functions run on worker threads; the GIL is held only for moments.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from viewer.core.display import colour_maps, pixels
from viewer.core.frame import Range, TransferCurve
from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LOG_STEPS = 1000
"""Shown logarithmically, a sample is the logarithm of 1 and so many times its part of white."""
FILM_BLACK, FILM_WHITE, FILM_STEP, FILM_GAMMA = 95, 685, 0.002, 0.6
"""Of 10 bits."""
BELOW, ABOVE, NOTHING = 1, 2, 4
"""What is marked: samples below black, above white; those that are NaN or no data."""
CODES = 31 << 11
"""The code of white: 31 octaves of 2,048 codes below it. One code more stands for NaN and no data."""
SOFT_GAMMA = 2.5
"""Up to it 31 octaves reach to what is black on the screen, also with the curves of sRGB and of the logarithm. Above,
there are four times as many, of 512 codes each: the curve is flat enough for them."""
OFF = 0.5 / 255
"""So much of white rounded numbers may be shown brighter or darker than the numbers themselves."""
_HALVINGS = 100
"""How often the way from black to white is halved to find a boundary on it: finer than floats of 64 bits near 1."""
SINGLE = 1e30
"""Float samples are reckoned with in 32 bits if the range, and one by it, is not beyond this."""


class Tone(NamedTuple):
    """How the samples of a channel become parts of white.

    Attributes:
        low: the sample that is black; exposure and scale are in it and in ``high``.
        high: the sample that is white. If it is not above ``low``, all that is above ``low`` is white.
        transfer: how the numbers stand for light.
        is_log: whether the logarithm of the parts is shown.
        gamma: above 1 the middle is brighter.
        is_inverted: whether black and white change places.
        no_data: the sample that is shown as NaN is: black, whatever the rest.
        ends: where the samples were cut off: those there are marked, also if black or white is no nearer.
    """

    low: float
    high: float
    transfer: TransferCurve = TransferCurve.DISPLAY
    is_log: bool = False
    gamma: float = 1.0
    is_inverted: bool = False
    no_data: float | None = None
    ends: tuple[float, float] = (-math.inf, math.inf)


class Shader:
    """Paints samples of one type, a strip of a frame at a time. For one thread: it keeps the memory it works in.

    Args:
        dtype: the type of the samples, in native byte order.
        tone: how they become parts of white.
        colour_map: the name of the colours of grey, which is painted as 0xRRGGBB; None for one of three channels,
            painted as 0 to 255.
        shape: the largest strip.
    """

    def __init__(self, dtype: np.dtype[Any], tone: Tone, colour_map: str | None, shape: tuple[int, int]) -> None:
        self._dtype, self._tone = dtype, tone
        self._is_short = _is_short(dtype)
        self._table = _table(dtype.char if self._is_short else "", tone, colour_map)
        self._is_grey = colour_map is not None
        self.is_plain = dtype.char == "B" and _is_plain(tone, colour_map)
        """Whether samples are shown as they are."""
        if not self._is_short:
            self._coder = _Coder(dtype, tone, shape)

    def paint(self, rows: npt.NDArray[Any], out: npt.NDArray[np.uint32]) -> None:
        """Writes what is shown of a strip into an array of its shape."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        if self.is_plain:
            np.copyto(out, rows)
            if self._is_grey:
                out *= np.uint32(pixels.GREY)
            return
        codes = rows.view(f"u{rows.itemsize}") if self._is_short else self._coder.codes(rows)
        self._table.take(codes, mode="clip", out=out)

    def marks(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        """Returns what is to be marked of a strip: :data:`BELOW`, :data:`ABOVE`, :data:`NOTHING`, or 0."""
        if self._is_short:
            return _marks_by_bits(self._dtype.char, self._tone).take(rows.view(f"u{rows.itemsize}"), mode="clip")
        return _marks(rows, self._tone)


class _Coder:
    """Turns numbers of more than 16 bits into codes of their part of white; see :class:`Shader`."""

    def __init__(self, dtype: np.dtype[Any], tone: Tone, shape: tuple[int, int]) -> None:
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        self._part = np.empty(shape, np.float32)
        self._no_data = tone.no_data
        self._shift, self._lowest = _octaves(tone)
        # The code of the lowest part is 0.
        self._offset = np.float32(self._lowest).view(np.uint32) >> np.uint32(self._shift)
        self._half, self._low, self._width = _span(tone)
        start = _start(tone)
        self._low, self._width = self._low + start * self._width, (1 - start) * self._width
        is_single = dtype == np.float32 and abs(self._low) < SINGLE and 1 / SINGLE < self._width < SINGLE
        self._double = None if is_single else np.empty(shape, np.float64)
        self._rest = self._low - float(np.float32(self._low)) if is_single else 0.0

    def codes(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
        """Returns codes, in memory that the next call uses too."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        part = self._part[: len(rows)]
        if self._double is None:
            np.subtract(rows, np.float32(self._low), out=part)
            if self._rest:
                part -= np.float32(self._rest)
            part /= np.float32(self._width)
        else:
            double = self._double[: len(rows)]
            np.multiply(rows, self._half, out=double, dtype=np.float64, casting="same_kind")
            double -= self._low
            double /= self._width
            np.copyto(part, double, casting="same_kind")
        np.maximum(part, self._lowest, out=part)  # NaN stays
        np.minimum(part, 1, out=part)
        if self._no_data is not None:
            np.copyto(part, np.nan, where=rows == self._no_data)
        codes = part.view(np.uint32)
        codes >>= np.uint32(self._shift)
        codes -= self._offset
        return codes


@functools.lru_cache(maxsize=64)
def is_fine(dtype: np.dtype[Any], tone: Tone) -> bool:
    """Returns whether means that are rounded to a type are shown as they are without, to :data:`OFF`."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if dtype.itemsize > (4 if dtype.kind == "f" else 2):  # bytes; integers as long are no means
        return True
    near = np.geomspace(1e-18, 1, 1000)
    parts, (half, low, width) = np.concatenate([[0], near, 1 - near]), _span(tone)
    off: Any = 0.5 * half
    with np.errstate(all="ignore"):  # ranges that are empty, or of all there is
        if dtype.kind == "f":
            form = np.finfo(dtype)
            off = np.maximum(form.eps * np.abs(low + parts * width), float(form.smallest_subnormal) * half) / 2
        moved = [_shown(np.clip(parts + by / width, 0, 1), tone) for by in (off, -off)]
        return bool(np.abs(np.subtract(moved, _shown(parts, tone))).max() <= OFF)


def between(tone: Tone) -> Range:
    """Returns the smallest and the largest sample that is shown neither as 0 nor as 255; inverted or not."""
    first, last = _grey(tone._replace(low=0.0, high=1.0, no_data=None, is_inverted=False))
    width = tone.high - tone.low
    return Range(tone.low + first * width, tone.low + last * width)


@functools.lru_cache(maxsize=64)
def _grey(tone: Tone) -> tuple[float, float]:
    """Returns the smallest and the largest part of the way from black to white that is neither; of a range 0 to 1."""

    def boundary(code: int) -> tuple[float, float]:
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        below, above = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            is_above = round(255 * float(_shown(np.array([middle]), tone)[0])) > code
            below, above = (below, middle) if is_above else (middle, above)
        return below, above

    return boundary(0)[1], boundary(254)[0]


def is_black(tone: Tone, colour_map: str | None) -> bool:
    """Returns whether the number 0 is shown as black."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    with np.errstate(all="ignore"):
        return not _entries(_parts(np.zeros(1), tone), tone, colour_map).any()


def _is_short(dtype: np.dtype[Any]) -> bool:
    return dtype.itemsize <= 2  # noqa: PLR2004 - bytes


def _numbers(char: str) -> npt.NDArray[Any]:
    """Returns the numbers of all bit patterns of a type of one or two bytes; ``char`` is numpy's letter for it."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    size = np.dtype(char).itemsize
    return np.arange(1 << 8 * size).astype(f"u{size}").view(char if char != "?" else "u1")


@functools.lru_cache(maxsize=16)  # of 0.26 MB
def _table(char: str, tone: Tone, colour_map: str | None) -> npt.NDArray[np.uint32]:
    """Returns what is shown of each code; ``char`` as with :func:`_numbers`, "" for types of more than two bytes."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    with np.errstate(all="ignore"):
        return _entries(_parts(_numbers(char), tone) if char else _middles(tone), tone, colour_map)


@functools.lru_cache(maxsize=16)
def _is_plain(tone: Tone, colour_map: str | None) -> bool:
    """Returns whether bytes are shown as they are."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    same = np.arange(256) * (1 if colour_map is None else pixels.GREY)
    return np.array_equal(_table("B", tone, colour_map), same)


@functools.lru_cache(maxsize=4)
def _marks_by_bits(char: str, tone: Tone) -> npt.NDArray[np.uint8]:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    with np.errstate(all="ignore"):
        return _marks(_numbers(char), tone)


def _marks(numbers: npt.NDArray[Any], tone: Tone) -> npt.NDArray[np.uint8]:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    # numpy's numbers of 64 bits: samples are compared with the very ends of the range, not with these in 32 bits
    low, high, lowest, highest = map(np.float64, (tone.low, tone.high, *tone.ends))
    marks = (numbers < low if low > lowest else numbers <= lowest).view(np.uint8) * np.uint8(BELOW)
    marks |= (numbers > high if high < highest else numbers >= highest).view(np.uint8) * np.uint8(ABOVE)
    if numbers.dtype.kind == "f":
        marks |= np.isnan(numbers).view(np.uint8) * np.uint8(NOTHING)
    if tone.no_data is not None:
        np.copyto(marks, np.uint8(NOTHING), where=numbers == tone.no_data)
    return marks


def _span(tone: Tone) -> tuple[float, float, float]:
    """Returns by what samples are multiplied, what is subtracted from that, and by what it is divided."""
    half = 0.5 if math.isinf(tone.high - tone.low) else 1.0  # the difference of extreme numbers is beyond 64 bits
    low = tone.low * half
    return half, low, max(tone.high * half - low, math.ulp(0.0))


def _parts(numbers: npt.NDArray[Any], tone: Tone) -> npt.NDArray[np.float64]:
    """Returns numbers as parts of the way from black to white, 0 to 1; NaN for NaN and no data."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    half, low, width = _span(tone)
    parts = np.clip((numbers.astype(np.float64) * half - low) / width, 0, 1)
    if tone.no_data is not None:
        parts[numbers == tone.no_data] = np.nan
    return parts


def _octaves(tone: Tone) -> tuple[int, float]:
    """Returns by how many bits the bits of a part are shifted to be its code, and the part whose code is 0."""
    shift = 12 if tone.gamma <= SOFT_GAMMA else 14
    return shift, 2.0 ** -(CODES >> (23 - shift))  # 23 bits behind the point


def _start(tone: Tone) -> float:
    """Returns the part up to which all is black; codes begin there."""
    return FILM_BLACK / 1023 if tone.transfer is TransferCurve.FILM and not tone.is_log else 0.0


def _middles(tone: Tone) -> npt.NDArray[np.float64]:
    """Returns the part of white that stands for each code: 0 for the first, 1 and NaN for the last two."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    shift, lowest = _octaves(tone)
    bits = np.arange(CODES + 2, dtype=np.uint32) << np.uint32(shift)
    bits += np.float32(lowest).view(np.uint32) + np.uint32(1 << (shift - 1))
    parts = bits.view(np.float32).astype(np.float64)
    parts[[0, CODES, CODES + 1]] = 0, 1, np.nan
    start = _start(tone)
    return start + (1 - start) * parts


def _entries(parts: npt.NDArray[np.float64], tone: Tone, colour_map: str | None) -> npt.NDArray[np.uint32]:
    """Returns what parts of white are shown as: 0 to 255, or with a colour map 0xRRGGBB."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    is_nothing = np.isnan(parts)
    shown = np.rint(255 * _shown(np.where(is_nothing, 0, parts), tone)).astype(np.uint32)
    if colour_map is not None:
        red, green, blue = colour_maps.colours(colour_map).T.astype(np.uint32)
        shown = (red << np.uint32(16) | green << np.uint32(8) | blue).take(shown)
    shown[is_nothing] = 0
    return shown


def _shown(parts: npt.NDArray[np.float64], tone: Tone) -> npt.NDArray[np.float64]:
    """Returns the brightness on the screen, 0 to 1, of parts of white."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if tone.is_log:
        parts = np.log1p(LOG_STEPS * parts) / math.log1p(LOG_STEPS)
    if tone.transfer is TransferCurve.FILM:
        parts = np.clip(_light_of_film(parts), 0, 1)
    if tone.transfer is not TransferCurve.DISPLAY:
        parts = np.where(parts <= 0.0031308, 12.92 * parts, 1.055 * parts ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - sRGB
    if tone.gamma != 1:
        parts = parts ** (1 / tone.gamma)
    return 1 - parts if tone.is_inverted else parts


def _light_of_film(part: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns the light of code values, given as parts of the largest: 1 at white, 0 at black."""
    density = (1023 * part - FILM_WHITE) * FILM_STEP / FILM_GAMMA
    black = 10 ** ((FILM_BLACK - FILM_WHITE) * FILM_STEP / FILM_GAMMA)
    return (10**density - black) / (1 - black)
