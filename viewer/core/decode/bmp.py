"""BMP of 16 bits a pixel, and with bit fields of any kind, by hand; all others are Pillow's, which makes 8 bits of 5.

After "Bitmap Storage" and "BITMAPV4HEADER" in Microsoft's documentation of Windows GDI.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from viewer.core.decode import bit_fields, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.errors import UnsupportedFormatError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

_FILE = 14
"""Bytes of the header before that of the picture, which a DIB lacks; they end with where the pixels begin."""
_CORE = struct.Struct("<4xHHHH")
_INFO = struct.Struct("<IiiHHI12xI4x4I")
_CORE_SIZE, _INFO_SIZE, _WITH_ALPHA = 12, 40, 56
"""Bytes of the header of OS/2, of the smallest with bit fields, which come behind it, and with one for alpha."""
_PLAIN, _BIT_FIELDS, _ALPHA_BIT_FIELDS = 0, 3, 6
"""Kinds of compression."""
_HIGH_COLOUR, _RGB_555 = 16, (0x7C00, 0x3E0, 0x1F, 0)
"""Bits of a pixel, and the fields where the file has none."""
_OF_PILLOW = {
    (0xFF0000, 0xFF00, 0xFF, 0),
    (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
    (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
    (0, 0, 0, 0),
}


class BmpDecoder(Decoder):
    """Reads BMP and DIB of 16 bits a pixel, and of 24 and 32 whose bit fields are not the ordinary ones."""

    name = "own BMP"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the samples come as they are
        """Returns the picture."""
        view = memoryview(data).cast("B")
        at = _FILE if bytes(view[:2]) == b"BM" else 0
        head = bytes(view[: at + _INFO.size]).ljust(at + _INFO.size, b"\0")
        header, width, height, _, bits, packing, used, *masks = _INFO.unpack_from(head, at)
        if header == _CORE_SIZE:
            packing, used = _PLAIN, 0
            width, height, _, bits = _CORE.unpack_from(head, at)
        if bits == _HIGH_COLOUR and packing == _PLAIN:
            masks = list(_RGB_555)
        elif header < _INFO_SIZE or packing not in {_BIT_FIELDS, _ALPHA_BIT_FIELDS}:
            raise PassedOnError("A BMP without bit fields.")
        if header < _WITH_ALPHA and packing != _ALPHA_BIT_FIELDS:
            masks[3] = 0
        if tuple(masks) in _OF_PILLOW:
            raise PassedOnError("A BMP with ordinary bit fields.")
        if bits not in bit_fields.PIXEL_BITS or not all(bit_fields.is_mask(mask, bits) for mask in masks):
            raise UnsupportedFormatError("This BMP has bit fields of a kind that Lookahead does not read.")
        start = int.from_bytes(head[_FILE - 4 : _FILE], "little")
        if not at:
            fields = {_BIT_FIELDS: 12, _ALPHA_BIT_FIELDS: 16}.get(packing, 0) if header == _INFO_SIZE else 0
            start = header + fields + 4 * used
        with faults.translated():
            return bit_fields.frame(view, most_bytes, (width, height), start, bits, masks, aligned=4)
