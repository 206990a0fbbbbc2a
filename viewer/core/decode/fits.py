"""FITS, the format of astronomers, by hand; compressed tiles are left to astropy.

Format: FITS standard 4.0 (https://fits.gsfc.nasa.gov/fits_standard.html), sections 3.3 (blocks), 4 (headers), 4.4.2.5
(BSCALE, BZERO, BLANK), 7 (extensions), 10 (compressed tiles). ROWORDER is a convention of programs for telescopes:
https://free-astro.org/index.php?title=Siril:FITS_orientation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described, frame_of, kept, samples_at
from viewer.core.frame import PLAIN, RGB, Frame, SampleInfo
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from typing_extensions import Buffer

BLOCK = 2880
"""Bytes in whose multiples headers and data come."""
CARD = 80
"""Bytes of an entry of a header."""
NO_PICTURE = "This FITS holds tables or rows of numbers only"
"""What is not read of a file without a picture."""

_AT_ONCE = 4 * BLOCK
"""Bytes of a header that are read at once: most have no more."""
_LONGEST_HEADER = 4096 * BLOCK
_MOST_AXES = 999
_MOST_PADDING = 0.05
"""The part of a file that its end may lack where only the filling of the last block is gone: some never write it."""
_VALUE = late_pattern(rb"= *(?:'((?:[^']|'')*)'|([^/ ]*))")
_NEEDED = late_pattern(
    rb"(?:SIMPLE|XTENSION|BITPIX|Z?NAXIS\d*|[PG]COUNT|GROUPS|B(?:SCALE|ZERO|LANK)|CTYPE3|ROWORDER|Z\w+) *="
)
_KINDS = {8: "|u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_OTHER_SIGN = {8: ("i1", -(2**7)), 16: ("u2", 2**15), 32: ("u4", 2**31), 64: ("u8", 2**63)}
"""The types that BITPIX has no number for, and the BZERO that stands for each."""
_WIDEST_IN_SINGLE, _WIDEST_IN_DOUBLE = 16, 32
"""The bits of whole numbers that floating-point ones hold exactly."""


class Hdu(NamedTuple):
    """A header, and where its data are.

    Attributes:
        cards: its entries as they are, without the last one.
        values: those that say how data lie, as text.
        start: where the data begin.
        end: where they end, without the filling of their last block.
    """

    cards: list[bytes]
    values: dict[str, str]
    start: int
    end: int

    def number(self, key: str, default: float | None = None) -> int | float:
        """Returns a number; raises DamagedImageError if there must be one and is none."""
        text = self.values.get(key, "")
        try:
            return int(text)
        except ValueError:
            pass
        try:
            return float(text.replace("D", "E"))
        except ValueError:
            if default is not None and not text:
                return default
            raise faults.damaged(f"its header has no number for {key}") from None

    def axes(self, prefix: str = "") -> tuple[int, ...]:
        """Returns the length of each axis, the fastest first."""
        count = int(self.number(f"{prefix}NAXIS"))
        if not 0 <= count <= _MOST_AXES:
            raise faults.damaged(f"it says that it has {count} axes")
        axes = tuple(int(self.number(f"{prefix}NAXIS{axis}")) for axis in range(1, count + 1))
        if any(each < 0 for each in axes):
            raise faults.damaged("an axis is shorter than nothing")
        return axes

    @property
    def is_picture(self) -> bool:
        """Whether the data are a picture that is not compressed, or several."""
        axes = self.axes()
        return self.values.get("XTENSION", "IMAGE") in {"IMAGE", "IUEIMAGE"} and len(axes) > 1 and all(axes)

    @property
    def is_packed(self) -> bool:
        """Whether the data are a table with the compressed tiles of a picture."""
        return self.values.get("XTENSION") == "BINTABLE" and self.values.get("ZIMAGE") == "T"

    def shape(self, prefix: str = "") -> tuple[int, int, int, int]:
        """Returns the pages, channels, rows and columns: a third axis is one of pages, unless the header says RGB."""
        width, height, *others = self.axes(prefix)
        is_colour = others[:1] == [len(RGB)] and self.values.get("CTYPE3", "").upper() == "RGB"
        channels = len(RGB) if is_colour else 1
        return math.prod(others) // channels, channels, height, width


class FitsDecoder(Decoder):
    """Reads the first picture of a file, in its first HDU or an extension. Its lowest row is the first in the file."""

    name = "own FITS"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first page as BZERO + BSCALE x what is stored, its last row on top.

        That are whole numbers, with or without sign, if BSCALE is 1 and BZERO 0 or what changes the sign; else
        floating-point ones of 32 bits (of BITPIX -32) or 64, in which pixels without a value are NaN.
        """
        with faults.translated():
            _, hdu = whole_picture(data)
            if hdu.is_packed:
                raise PassedOnError("This FITS is tile-compressed.")
            bits = int(hdu.number("BITPIX"))
            pages, channels, height, width = hdu.shape()
            faults.check_size(width, height, most_bytes, 8 * channels)
            samples = samples_at(data, hdu.start, _KINDS[bits], (pages, channels, height, width))[0]
            return frame_of_planes([_physical(kept(upright(plane, hdu)), hdu) for plane in samples], _no_data(hdu))


def whole_picture(data: Buffer) -> tuple[int, Hdu]:
    """Returns the first HDU with a picture, packed or not, and its index; DamagedImageError if data are missing."""
    view, found, size = memoryview(data).cast("B"), None, memoryview(data).nbytes
    for index, hdu in enumerate(hdus(lambda at, length: view[at : at + length], size)):
        padded = hdu.end + -hdu.end % BLOCK
        if hdu.end > size or size <= padded * (1 - _MOST_PADDING):
            raise faults.cut_off(size, padded)
        if found is None and (hdu.is_picture or hdu.is_packed):
            found = index, hdu
    if found is None:
        raise faults.unsupported(NO_PICTURE)
    return found


def hdus(read: Callable[[int, int], bytes | memoryview], size: int) -> Iterator[Hdu]:
    """Yields all HDUs of a file of ``size`` bytes, of which ``read`` returns those from an offset on."""
    at = 0
    while not at or (at < size and bytes(read(at, 8)) == b"XTENSION"):
        hdu = _hdu(read, at)
        yield hdu
        at = hdu.end + -hdu.end % BLOCK


def _hdu(read: Callable[[int, int], bytes | memoryview], at: int) -> Hdu:
    cards: list[bytes] = []
    values: dict[str, str] = {}
    for place in range(at, at + _LONGEST_HEADER, _AT_ONCE):
        piece = bytes(read(place, _AT_ONCE))
        for offset in range(0, len(piece), CARD):
            card = piece[offset : offset + CARD]
            if card.rstrip() == b"END":
                start = place + offset + CARD
                start += -start % BLOCK
                hdu = Hdu(cards, values, start, start)
                return hdu._replace(end=start + _data_length(hdu))
            if (match := _NEEDED.match(card)) and (value := _VALUE.match(card, match.end() - 1)):
                text = value[2] if value[1] is None else value[1]
                values.setdefault(match[0][:-1].decode().rstrip(), text.decode("latin-1").rstrip())
            cards.append(card)
        if len(piece) < _AT_ONCE:
            break
    raise faults.damaged("its header does not end")


def _data_length(hdu: Hdu) -> int:
    bits, axes = int(hdu.number("BITPIX")), hdu.axes()
    if bits not in _KINDS:
        raise faults.damaged(f"it says that its numbers have {bits} bits")
    if not axes:
        return 0
    if "XTENSION" not in hdu.values and hdu.values.get("GROUPS") != "T":
        return math.prod(axes) * abs(bits) // 8
    groups, more = int(hdu.number("GCOUNT", 1)), int(hdu.number("PCOUNT", 0))
    if groups < 0 or more < 0:
        raise faults.damaged("its data are shorter than nothing")
    return groups * (more + math.prod(axes[1:] if axes[0] == 0 else axes)) * abs(bits) // 8


def upright(plane: NDArray[Any], hdu: Hdu) -> NDArray[Any]:
    """Returns rows with the upper one first."""
    return plane if hdu.values.get("ROWORDER", "").upper() == "TOP-DOWN" else plane[::-1]


def frame_of_planes(planes: list[NDArray[Any]], info: SampleInfo = PLAIN) -> Frame:
    """Returns the frame of one plane, or of those of red, green and blue."""
    if len(planes) == 1:
        return frame_of(planes[0], info)
    return Frame(tuple(planes), RGB, described(planes[0].dtype, RGB), info)


def _blank(hdu: Hdu) -> int | None:
    return int(hdu.number("BLANK")) if "BLANK" in hdu.values and hdu.number("BITPIX") > 0 else None


def _no_data(hdu: Hdu) -> SampleInfo:
    """Returns what is known of whole numbers that stay such."""
    blank, bits, offset = _blank(hdu), int(hdu.number("BITPIX")), hdu.number("BZERO", 0)
    if blank is None or hdu.number("BSCALE", 1) != 1:
        return PLAIN
    stays = offset == _OTHER_SIGN[bits][1] or (not offset and bits > _WIDEST_IN_DOUBLE)
    return SampleInfo(no_data=blank + offset) if stays else PLAIN


def _physical(stored: NDArray[Any], hdu: Hdu) -> NDArray[Any]:
    """Returns what the stored numbers stand for; may change them in place."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bits, factor, offset, blank = (
        stored.dtype.itemsize * 8,
        hdu.number("BSCALE", 1),
        hdu.number("BZERO", 0),
        _blank(hdu),
    )
    is_plain, is_whole = factor == 1 and offset == 0, stored.dtype.kind != "f"
    if is_whole and factor == 1 and offset == _OTHER_SIGN[bits][1]:
        stored.view(f"u{bits // 8}")[...] ^= np.array(1 << bits - 1, f"u{bits // 8}")
        return stored.view(_OTHER_SIGN[bits][0])
    if is_plain and (blank is None or bits > _WIDEST_IN_DOUBLE):
        return stored
    numbers = stored
    if is_whole:
        numbers = stored.astype(np.float32 if is_plain and bits <= _WIDEST_IN_SINGLE else np.float64)
    if not is_plain:
        numbers *= factor
        numbers += offset
    if blank is not None:
        numbers[stored == blank] = np.nan
    return numbers
