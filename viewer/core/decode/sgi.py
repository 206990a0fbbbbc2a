"""SGI by hand; packed rows of 8 bits are Pillow's where it reads so many channels.

Format: "The SGI Image File Format" by Paul Haeberli, version 1.00. The lowest row is the first in the file.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described, kept, samples_at
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_HEAD, _START = struct.Struct(">2xBBHHHH"), 512
_PLAIN, _PACKED = 0, 1
_OF_PILLOW = {(1, 1), (2, 1), (3, 3), (3, 4)}
"""Axes and channels."""
_CHANNELS = {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}
_COPY, _COUNT = 0x80, 0x7F
"""Bits of a code: whether samples follow, or one to be repeated, and how many."""


class SgiDecoder(Decoder):
    """Reads any number of channels; from the fifth on they are called by their numbers."""

    name = "own SGI"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns one array a channel."""
        view = memoryview(data).cast("B")
        if view.nbytes < _START:
            raise faults.cut_off(view.nbytes, _START)
        packing, size, axes, width, height, count = _HEAD.unpack_from(view)
        if size not in {1, 2} or packing not in {_PLAIN, _PACKED} or not 1 <= axes <= 3:  # noqa: PLR2004 - axes
            raise PassedOnError("An SGI of another kind.")
        if (packing, size) == (_PACKED, 1) and (axes, count) in _OF_PILLOW:
            raise PassedOnError("An SGI that is packed, of 8 bits a sample.")
        height, count = height if axes > 1 else 1, count if axes > 2 else 1  # noqa: PLR2004 - axes
        faults.check_size(width, height, most_bytes, size * count)
        with faults.translated():
            read = _unpacked if packing else _plain
            planes = tuple(kept(plane[::-1]) for plane in read(view, (count, height, width), size))
            names = _CHANNELS.get(count) or tuple(str(each) for each in range(1, count + 1))
            info = SampleInfo(alpha=Alpha.STRAIGHT if "A" in names else None)
            return Frame(planes, names, described(planes[0].dtype, names), info)


def _plain(view: memoryview, shape: tuple[int, int, int], size: int) -> NDArray[Any]:
    return samples_at(view, _START, f">u{size}", shape)


def _unpacked(view: memoryview, shape: tuple[int, int, int], size: int) -> NDArray[Any]:
    """Returns samples whose rows are packed, each by itself, in the order of a table."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    starts, lengths = samples_at(view, _START, ">u4", (2, shape[0] * shape[1])).astype(int)
    if (needed := int((starts + lengths).max())) > view.nbytes:
        raise faults.cut_off(view.nbytes, needed)
    rows = np.empty((shape[0] * shape[1], size * shape[2]), np.uint8)
    for row, start, length in zip(rows, starts, lengths, strict=True):
        row[:] = np.frombuffer(_row(bytes(view[start : start + length]), len(row), size), np.uint8)
    return rows.view(f">u{size}").reshape(shape)


def _row(packed: bytes, length: int, size: int) -> bytearray:
    """Returns the bytes of a row of so many; a sample takes ``size`` of them, and so does a code, by its last one."""
    row, at = bytearray(), 0
    while len(row) < length and at + 2 * size <= len(packed):
        code, at = packed[at + size - 1], at + size
        end = at + size * (code & _COUNT if code & _COPY else 1)
        row += packed[at:end] if code & _COPY else packed[at:end] * (code & _COUNT)
        at = end
        if not code & _COUNT:
            break
    if len(row) != length:
        raise faults.damaged("a row has another length than it says")
    return row
