"""Icons and cursors whose largest picture is PNG or JPEG 2000, with its own numbers; those of bitmaps are Pillow's.

Formats: "Icons" in Microsoft's documentation of Windows; icns as Apple's IconStorage.h lists its kinds of pictures.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from viewer.core.decode import faults
from viewer.core.decode.codecs import CodecsDecoder
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.png import PngDecoder
from viewer.core.formats import HEAD, recognise

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

_ICNS, _PART = b"icns", struct.Struct(">4sI")
"""How an icns begins; the kind of each of its parts, and the bytes of that with these."""
_LARGEST_FIRST = b"ic10 ic09 ic14 ic08 ic13 ic07 it32 icp6 ih32 ic12 icp5 il32 ic11 icp4 is32".split()
"""Its kinds of pictures."""
_ICO, _CURSOR = struct.Struct("<HHH"), 2
"""The header of others: 0, whether they are cursors, and how many pictures there are."""
_ENTRY = struct.Struct("<BB4xHII")
"""Of a picture: width and height, 0 for 256, bits of a pixel, its bytes, and where they begin."""
_TRUE_COLOUR = 32
"""Bits of a pixel where an entry does not say them; those of cursors have the place of the point there."""


class IconDecoder(Decoder):
    """Reads the largest picture, of several of one size that with most colours, if it is a file of its own."""

    name = "own icons"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - icons are small
        """Returns the picture; the other ones must be there, too."""
        view = memoryview(data).cast("B")
        with faults.translated():
            picture = _in_icns(view) if view[:4] == _ICNS else _in_ico(view)
            form = recognise(bytes(picture[:HEAD])).name
            if form == "PNG":
                return PngDecoder().decode(picture, most_bytes)
            if form == "JPEG 2000":
                return CodecsDecoder().decode(picture, most_bytes)
        raise PassedOnError("An icon that is a bitmap.")


def _in_icns(view: memoryview) -> memoryview:
    """Returns the largest picture, or nothing where there is none."""
    (_, length), at = _PART.unpack_from(view), _PART.size
    if length > view.nbytes:
        raise faults.cut_off(view.nbytes, length)
    parts = {}
    while at + _PART.size <= length:
        kind, size = _PART.unpack_from(view, at)
        if size < _PART.size:
            raise faults.damaged("a part of it has no size")
        parts[kind] = view[at + _PART.size : at + size]
        at += size
    return next((parts[kind] for kind in _LARGEST_FIRST if kind in parts), view[:0])


def _in_ico(view: memoryview) -> memoryview:
    """Returns what begins with the largest picture, or nothing where there is none."""
    _, kind, count = _ICO.unpack_from(view)
    end = _ICO.size + _ENTRY.size * count
    entries = list(_ENTRY.iter_unpack(view[_ICO.size : end])) if end <= view.nbytes else []
    needed = max([end, *(start + size for *_, size, start in entries)])
    if needed > view.nbytes:
        raise faults.cut_off(view.nbytes, needed)

    def worth(entry: tuple[int, ...]) -> tuple[int, int]:
        width, height, bits, *_ = entry
        return (width or 256) * (height or 256), (kind != _CURSOR and bits) or _TRUE_COLOUR

    return view[max(entries, key=worth)[-1] :] if entries else view[:0]
