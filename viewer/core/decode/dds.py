"""DirectDraw surfaces whose pixels are not compressed, by hand; the others by Pillow.

After "Programming Guide for DDS" and the list of DXGI_FORMAT in Microsoft's documentation of Direct3D.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from viewer.core.decode import bit_fields, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.errors import UnsupportedFormatError
from viewer.core.frame import GREY, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    from typing_extensions import Buffer

_HEADER = struct.Struct("<4sI4xII56xII4s5I")
_SIZE, _DX10_AT, _DX10_SIZE = 124, 128, 20
_ALPHA, _FOURCC, _PALETTE, _COLOURS, _LUMINANCE = 0x1, 0x4, 0x20, 0x40, 0x20000
"""Flags of the pixel format."""
_RG = ("R", "G")
_ARRAYS = {
    2: ("f4", RGBA), 6: ("f4", RGB), 10: ("f2", RGBA), 11: ("u2", RGBA), 16: ("f4", _RG),
    34: ("f2", _RG), 35: ("u2", _RG), 41: ("f4", GREY), 49: ("u1", _RG), 54: ("f2", GREY), 56: ("u2", GREY),
    61: ("u1", GREY),
}  # fmt: skip
"""Pixels that are numbers side by side, by the number of DXGI_FORMAT."""
_BGRA, _BGRX = (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0xFF0000, 0xFF00, 0xFF, 0)
_FIELDS = {
    24: (32, (0x3FF, 0xFFC00, 0x3FF00000, 0xC0000000)), 85: (16, (0xF800, 0x7E0, 0x1F, 0)),
    86: (16, (0x7C00, 0x3E0, 0x1F, 0x8000)), 115: (16, (0xF00, 0xF0, 0xF, 0xF000)),
    **dict.fromkeys((87, 90, 91), (32, _BGRA)), **dict.fromkeys((88, 92, 93), (32, _BGRX)),
}  # fmt: skip
"""Pixels in bit fields."""
_SRGB = {72: 71, 75: 74, 78: 77}
"""Compressed ones in sRGB that Pillow knows only without that word."""
_OLD = {36: 11, 111: 54, 112: 34, 113: 10, 114: 41, 115: 16, 116: 2}
"""Numbers of D3DFORMAT, which stand in place of the four letters, and those of DXGI_FORMAT."""


class DdsDecoder(Decoder):
    """Reads DDS with a palette, in bit fields and in whole numbers; compressed sRGB it has Pillow read as such."""

    name = "own DDS"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the first picture, the largest of its mip-maps."""
        view = memoryview(data).cast("B")
        if view.nbytes < _DX10_AT:
            raise faults.cut_off(view.nbytes, _DX10_AT)
        _, size, height, width, _, flags, four, bits, *masks = _HEADER.unpack_from(view)
        if size != _SIZE:
            raise PassedOnError("A DDS with a header of another size.")
        if not flags & _FOURCC:
            return _old(view, most_bytes, width, height, flags, bits, masks)
        start, kind = _DX10_AT, _OLD.get(int.from_bytes(four, "little"), 0)
        if four == b"DX10":
            start, kind = start + _DX10_SIZE, int.from_bytes(view[start : start + 4], "little")
        with faults.translated():
            if kind in _ARRAYS:
                return _array(view, most_bytes, width, height, start, *_ARRAYS[kind])
            if kind in _FIELDS:
                return bit_fields.frame(view, most_bytes, (width, -height), start, *_FIELDS[kind])
        if four != b"DX10" or kind not in _SRGB:
            raise PassedOnError("A DDS whose pixels are compressed.")
        from viewer.core.decode.pillow import PillowDecoder  # noqa: PLC0415 - Pillow is loaded when it is needed

        renamed = bytes(view[:_DX10_AT]) + struct.pack("<I", _SRGB[kind]) + view[_DX10_AT + 4 :]
        return PillowDecoder().decode(renamed, most_bytes, for_screen=for_screen)


def _old(view: memoryview, most_bytes: int, width: int, height: int, flags: int, bits: int, masks: list[int]) -> Frame:
    """Returns the pixels of a file that has neither four letters nor a number for their kind."""
    alpha = masks[3] if flags & _ALPHA else 0
    if flags & _PALETTE:
        return _by_palette(view, most_bytes, width, height)
    if not flags & (_COLOURS | _LUMINANCE):
        raise PassedOnError("A DDS of a rare kind.")
    fields = [*(masks[:3] if flags & _COLOURS else [masks[0] or (1 << bits // (2 if alpha else 1)) - 1]), alpha]
    if bits not in bit_fields.PIXEL_BITS or not all(bit_fields.is_mask(mask, bits) for mask in fields):
        raise UnsupportedFormatError("This DDS has bit fields of a kind that Lookahead does not read.")
    return bit_fields.frame(view, most_bytes, (width, -height), _DX10_AT, bits, fields)


def _by_palette(view: memoryview, most_bytes: int, width: int, height: int) -> Frame:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    faults.check_size(width, height, most_bytes)
    start = _DX10_AT + 256 * 4
    if view.nbytes < start + width * height:
        raise faults.cut_off(view.nbytes, start + width * height)
    palette = np.frombuffer(view, np.uint8, 256 * 4, _DX10_AT).reshape(256, 4)
    samples = palette.take(np.frombuffer(view, np.uint8, width * height, start).reshape(height, width), 0)
    return Frame((samples,), RGBA, "palette", SampleInfo(alpha=Alpha.STRAIGHT))


def _array(
    view: memoryview, most_bytes: int, width: int, height: int, start: int, kind: str, channels: tuple[str, ...]
) -> Frame:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtype, count = np.dtype("<" + kind), len(channels)
    faults.check_size(width, height, most_bytes, dtype.itemsize * count)
    needed = start + width * height * count * dtype.itemsize
    if view.nbytes < needed:
        raise faults.cut_off(view.nbytes, needed)
    samples = np.frombuffer(view, dtype, width * height * count, start).astype(dtype.newbyteorder("="), copy=False)
    is_float = dtype.kind == "f"
    what = {GREY: "grey", RGB: "RGB", RGBA: "RGBA"}.get(channels, "in 2 channels")
    return Frame(
        (samples.reshape((height, width, count) if count > 1 else (height, width)),),
        channels,
        f"{8 * dtype.itemsize}-bit {'float ' if is_float else ''}{what}",
        SampleInfo(
            alpha=Alpha.STRAIGHT if "A" in channels else None,
            transfer=TransferCurve.LINEAR if is_float else TransferCurve.DISPLAY,
        ),
    )
