"""Icons and cursors: the largest picture in them, PNG or JPEG 2000 with its own numbers, a bitmap by Pillow.

Formats: "Icons" in Microsoft's documentation of Windows; icns as Apple's IconStorage.h lists its kinds of pictures.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from viewer.core.decode import faults
from viewer.core.decode.codecs import CodecsDecoder
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.pillow import PillowDecoder
from viewer.core.decode.png import PngDecoder
from viewer.core.errors import UnsupportedFormatError
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
_DEPTH, _CHANNELS = 24, {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Where a PNG says the bits of a sample, with its kind of colours behind, and how many samples a pixel has then."""
_BITMAP, _CORE, _CORE_SIZE = struct.Struct("<Iii2xHI12xI4x"), struct.Struct("<4xHH2xH"), 12
"""The headers of bitmaps: size of the header, width, two heights (the mask has one), bits, packing, colours."""
_PLAIN, _BIT_FIELDS, _FIELDS, _WITH_ALPHA = 0, 3, 12, 32
"""Kinds of packing, bytes of the fields behind the header, and the bits of a pixel with alpha."""


class IconDecoder(Decoder):
    """Reads the largest picture, of several of one size that with most colours; bitmaps of icns are left to Pillow."""

    name = "own icons"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the picture; the other ones must be there, too."""
        view = memoryview(data).cast("B")
        with faults.translated():
            is_icns = view[:4] == _ICNS
            picture, size = (_in_icns(view), 0) if is_icns else _in_ico(view)
            form = recognise(bytes(picture[:HEAD])).name
            if form == "PNG":
                return PngDecoder().decode(picture, most_bytes)
            if form == "JPEG 2000":
                return CodecsDecoder().decode(picture, most_bytes)
            if not is_icns and picture.nbytes >= _BITMAP.size:
                return PillowDecoder().decode(_alone(picture, size, most_bytes), most_bytes, for_screen=for_screen)
        raise PassedOnError("Bitmaps of icns, and files without a picture.")


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


def _in_ico(view: memoryview) -> tuple[memoryview, int]:
    """Returns what begins with the largest picture, and the bytes of that; nothing where there is none."""
    _, kind, count = _ICO.unpack_from(view)
    end = _ICO.size + _ENTRY.size * count
    entries = list(_ENTRY.iter_unpack(view[_ICO.size : end])) if end <= view.nbytes else []
    needed = max([end, *(start + size for *_, size, start in entries)])
    if needed > view.nbytes:
        raise faults.cut_off(view.nbytes, needed)

    def worth(entry: tuple[int, ...]) -> tuple[int, int]:
        width, height, bits, _, start = entry  # cursors have the place of the point where icons have bits
        return (width or 256) * (height or 256), (kind != _CURSOR and bits) or _bits(view[start:])

    if not entries:
        return view[:0], 0
    *_, size, start = max(entries, key=worth)
    return view[start:], size


def _bits(picture: memoryview) -> int:
    """Returns the bits of a pixel; 0 for what is neither PNG nor a bitmap."""
    start = bytes(picture[: _BITMAP.size])
    if recognise(start).name == "PNG":
        return start[_DEPTH] * _CHANNELS.get(start[_DEPTH + 1], 0)
    return int(_of_bitmap(picture)[3]) if len(start) == _BITMAP.size else 0


def _of_bitmap(picture: memoryview) -> tuple[int, ...]:
    """Returns size of the header, width, two heights, bits, packing, and bytes of the colours."""
    header, width, height, bits, packing, used = _BITMAP.unpack_from(picture)
    entry = 4
    if header == _CORE_SIZE:
        (width, height, bits), packing, used, entry = _CORE.unpack_from(picture), _PLAIN, 0, 3
    colours = entry * (used or (1 << bits if bits <= 8 else 0))  # noqa: PLR2004 - of a palette
    return header, width, height, bits, packing, colours


def _alone(picture: memoryview, size: int, most_bytes: int) -> bytes:
    """Returns an icon of one bitmap, with the alpha or mask where Pillow looks for it."""
    header, width, heights, bits, packing, colours = _of_bitmap(picture)
    if packing not in {_PLAIN, _BIT_FIELDS}:
        raise UnsupportedFormatError("This icon holds a bitmap of a kind that Lookahead does not read.")
    height = abs(heights) // 2
    faults.check_size(width, height, most_bytes)
    start = header + colours + (_FIELDS if packing == _BIT_FIELDS and header < _BITMAP.size + _FIELDS else 0)
    end = start + -(-width * bits // 32) * 4 * height
    if end > picture.nbytes:
        raise faults.cut_off(picture.nbytes, end)
    if bits == _WITH_ALPHA and not bytes(picture[start + 3 : end : 4]).strip(b"\0"):
        bits = 0  # it has none: the mask counts
    row, packed = -(-width // 32) * 4, -(-width // 8)
    mask = bytes(picture[end:size])[: row * height]
    if len(mask) < row * height:  # some write rows of bytes, or none
        rows = [mask[packed * n : packed * (n + 1)] for n in range(height)]
        mask = b"".join(each.ljust(row, b"\0") for each in rows)
    entry = _ENTRY.pack(width % 256, height % 256, bits or 24, end + len(mask), _ICO.size + _ENTRY.size)
    return _ICO.pack(0, 1, 1) + entry + picture[:end] + mask
