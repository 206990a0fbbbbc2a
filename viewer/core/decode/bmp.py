"""BMP with bit fields of any kind, by hand; all others are Pillow's.

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

_HEADER = struct.Struct("<2s8xIIiiHHI20x4I")
_INFO, _WITH_ALPHA = 40, 56
"""Bytes of the smallest header with bit fields, and of the smallest that has one for alpha."""
_BIT_FIELDS, _ALPHA_BIT_FIELDS = 3, 6
"""Kinds of compression."""
_OF_PILLOW = {
    (0xF800, 0x7E0, 0x1F, 0),
    (0x7C00, 0x3E0, 0x1F, 0),
    (0xFF0000, 0xFF00, 0xFF, 0),
    (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
    (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
    (0, 0, 0, 0),
}


class BmpDecoder(Decoder):
    """Reads BMP of 16, 24 and 32 bits a pixel whose bit fields are not the ordinary ones."""

    name = "own BMP"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the samples come as they are
        """Returns the picture."""
        view = memoryview(data).cast("B")
        if view.nbytes < _HEADER.size:
            raise PassedOnError("A BMP without bit fields.")
        magic, start, header, width, height, _, bits, packing, *masks = _HEADER.unpack_from(view)
        if magic != b"BM" or header < _INFO or packing not in {_BIT_FIELDS, _ALPHA_BIT_FIELDS}:
            raise PassedOnError("A BMP without bit fields.")
        if header < _WITH_ALPHA and packing != _ALPHA_BIT_FIELDS:
            masks[3] = 0
        if tuple(masks) in _OF_PILLOW:
            raise PassedOnError("A BMP with ordinary bit fields.")
        if bits not in bit_fields.PIXEL_BITS or not all(bit_fields.is_mask(mask, bits) for mask in masks):
            raise UnsupportedFormatError("This BMP has bit fields of a kind that Lookahead does not read.")
        with faults.translated():
            return bit_fields.frame(view, most_bytes, (width, height), start, bits, masks, aligned=4)
