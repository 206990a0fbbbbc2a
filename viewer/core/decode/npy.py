"""NPY, the format of numpy's arrays, by hand: nothing in it is ever evaluated or unpickled.

Format: NEP 1 and the documentation of numpy.lib.format, versions 1.0 to 3.0.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import frame_of, kept, samples_at
from viewer.core.errors import UnsupportedFormatError
from viewer.core.frame import PLAIN, Alpha, SampleInfo
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

LONGEST_HEADER = 64 * 1024
"""Bytes of a header that are read: those of plain arrays have 118."""
MOST_CHANNELS = 4
"""The last of three axes is that of channels if it has no more than these; else the first is that of pages."""

_ENTRY = r"'{}'\s*:\s*{}\s*[,}}]"
_TYPE = late_pattern(_ENTRY.format("descr", r"'([<>|=]?)([a-zA-Z])(\d{0,4})[^']*'"))
_ORDER = late_pattern(_ENTRY.format("fortran_order", "(True|False)"))
_SHAPE = late_pattern(_ENTRY.format("shape", r"\(([\dL,\s]*)\)"))
_OBJECTS = late_pattern(r"'\|?O\d*'")
_TYPES = (
    {"b1": "b1"}
    | {kind + size: kind + size for kind in "iu" for size in "1248"}
    | {f"f{n}": f"f{n}" for n in (2, 4, 8)}
)
_REFUSED = {"c": "complex numbers", "U": "text", "S": "text", "a": "text", "M": "dates", "m": "times", "V": "records"}


class NpyHeader(NamedTuple):
    """What the header of a file says.

    Attributes:
        start: where the samples begin.
        kind: their type, as numpy writes it.
        by_column: whether the first axis is the fastest, as in Fortran.
        shape: of the array.
    """

    start: int
    kind: str
    by_column: bool
    shape: tuple[int, ...]

    @property
    def page_shape(self) -> tuple[int, ...]:
        """The axes of one picture: rows, columns, and channels if there are any."""
        has_channels = len(self.shape) > 2 and self.shape[-1] <= MOST_CHANNELS  # noqa: PLR2004 - rows and columns
        return self.shape[-3 if has_channels else -2 :]

    @property
    def stack_shape(self) -> tuple[int, ...]:
        """The axes of pages; empty for a single picture."""
        return self.shape[: len(self.shape) - len(self.page_shape)]


class NpyDecoder(Decoder):
    """Reads arrays of whole and floating-point numbers: a picture, one with up to 4 channels, or a stack of either."""

    name = "own NPY"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first picture, its first row on top."""
        header = header_of(bytes(memoryview(data)[: LONGEST_HEADER + 12]))
        page, stack, item = header.page_shape, header.stack_shape, int(header.kind[2:])
        faults.check_size(page[1], page[0], most_bytes, item * math.prod(page[2:]))
        shape = header.shape[::-1] if header.by_column else header.shape
        with faults.translated():
            samples = samples_at(data, header.start, header.kind, shape)
            samples = samples.T if header.by_column else samples
            info = SampleInfo(alpha=Alpha.UNSPECIFIED) if page[2:] == (MOST_CHANNELS,) else PLAIN
            info = SampleInfo(bits=1) if header.kind == "|b1" else info
            return frame_of(kept(samples[(0,) * len(stack)]), info)


def header_of(data: bytes) -> NpyHeader:
    """Returns what a file says that begins with ``data``; raises what :meth:`NpyDecoder.decode` does."""
    if len(data) < 12:  # noqa: PLR2004 - where the header begins, in any version
        raise faults.damaged("its header is cut off")
    length, start = struct.unpack_from("<H", data, 8)[0], 10
    if data[6] != 1:
        length, start = struct.unpack_from("<I", data, 8)[0], 12
    if data[6] > 3 or length > LONGEST_HEADER:  # noqa: PLR2004 - the versions there are
        raise faults.damaged("its header makes no sense")
    if len(data) < start + length:
        raise faults.damaged("its header is cut off")
    text = data[start : start + length].decode("latin-1")
    if _OBJECTS.search(text):
        raise UnsupportedFormatError("This NPY holds Python objects, which Lookahead never loads.")
    if re.search(r"'descr'\s*:\s*\[", text):
        raise faults.unsupported("This NPY holds records")
    descr, order, shape = _TYPE.search(text), _ORDER.search(text), _SHAPE.search(text)
    if not (descr and order and shape):
        raise faults.damaged("its header makes no sense")
    name = descr[2].replace("?", "b") + descr[3]
    if name not in _TYPES:
        what = _REFUSED.get(descr[2], f"numbers of the type {name}")
        raise faults.unsupported(f"This NPY holds {what}")
    axes = tuple(int(each.strip().rstrip("L")) for each in shape[1].split(",") if each.strip())
    if len(axes) < 2 or 0 in axes:  # noqa: PLR2004 - a picture has rows and columns
        raise faults.unsupported(
            "This NPY holds no rows and columns of numbers" if axes else "This NPY holds one number"
        )
    byte_order = "|" if name[1:] == "1" else (descr[1] or "<").replace("=", "<").replace("|", "<")
    return NpyHeader(start + length, byte_order + name, order[1] == "True", axes)
