"""DirectDraw surfaces whose pixels are not compressed, or signed in blocks of one or two channels; others by Pillow.

After "Programming Guide for DDS" and the list of DXGI_FORMAT in Microsoft's documentation of Direct3D.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from viewer.core.decode import bit_fields, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described, kept, samples_at
from viewer.core.errors import UnsupportedFormatError
from viewer.core.frame import GREY, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    from typing_extensions import Buffer

_HEADER = struct.Struct("<4sI4xII56xII4s5I")
_SIZE, _DX10_AT, _DX10_SIZE = 124, 128, 20
_OPAQUE = 255
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
_BLOCKS = {81: GREY, 84: _RG}
"""Compressed ones with a sign (BC4 and BC5), which Pillow does not read or shifts."""
_STRIP = 1 << 14
"""Blocks that are unpacked at a time: they stay in the processor's cache."""
_ENDS = [(1, 0, 0), (0, 1, 0)]
_EIGHT = [*_ENDS, *((n / 7, 1 - n / 7, 0) for n in range(6, 0, -1))]
_SIX = [*_ENDS, *((n / 5, 1 - n / 5, 0) for n in range(4, 0, -1)), (0, 0, -127), (0, 0, 127)]
"""What the indices of a block mean: how much of its two numbers, and of 1; the second if the first is not larger."""
_OLD: dict[bytes | int, int] = {36: 11, 50: 61, 81: 56, 111: 54, 112: 34, 113: 10, 114: 41, 115: 16, 116: 2}
_OLD |= {b"BC4S": 81, b"BC5S": 84}
"""Four letters, or numbers of D3DFORMAT in their place, and those of DXGI_FORMAT."""


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
        start, kind = _DX10_AT, _OLD.get(four) or _OLD.get(int.from_bytes(four, "little"), 0)
        if four == b"DX10":
            start, kind = start + _DX10_SIZE, int.from_bytes(view[start : start + 4], "little")
        with faults.translated():
            if kind in _ARRAYS:
                return _array(view, most_bytes, width, height, start, *_ARRAYS[kind])
            if kind in _FIELDS:
                return bit_fields.frame(view, most_bytes, (width, -height), start, *_FIELDS[kind])
            if kind in _BLOCKS:
                return _of_blocks(view, most_bytes, width, height, start, _BLOCKS[kind])
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
    fields = [*masks[:3], alpha]
    if flags & _LUMINANCE:
        fields = [masks[0], alpha]
        if (
            not masks[0] or max(fields) >> bits or bool(alpha) != bool(flags & _ALPHA)
        ):  # Pillow writes what does not fit
            half = bits // 2 if flags & _ALPHA else bits
            fields = [(1 << half) - 1, (1 << bits) - (1 << half)]
    if bits not in bit_fields.PIXEL_BITS or not all(bit_fields.is_mask(mask, bits) for mask in fields):
        raise UnsupportedFormatError("This DDS has bit fields of a kind that Lookahead does not read.")
    return bit_fields.frame(view, most_bytes, (width, -height), _DX10_AT, bits, fields)


def _by_palette(view: memoryview, most_bytes: int, width: int, height: int) -> Frame:
    faults.check_size(width, height, most_bytes)
    start = _DX10_AT + 256 * 4
    indices = samples_at(view, start, "u1", (height, width))
    palette = samples_at(view, _DX10_AT, "u1", (256, 4))
    if palette[:, 3].min() == _OPAQUE:
        return Frame((palette[:, :3].take(indices, 0),), RGB, "palette", indices=indices)
    return Frame((palette.take(indices, 0),), RGBA, "palette", SampleInfo(alpha=Alpha.STRAIGHT), indices)


def _array(
    view: memoryview, most_bytes: int, width: int, height: int, start: int, kind: str, channels: tuple[str, ...]
) -> Frame:
    faults.check_size(width, height, most_bytes, int(kind[1:]) * len(channels))
    shape = (height, width, len(channels)) if len(channels) > 1 else (height, width)
    samples = kept(samples_at(view, start, "<" + kind, shape))
    info = SampleInfo(
        alpha=Alpha.STRAIGHT if "A" in channels else None,
        transfer=TransferCurve.LINEAR if kind[0] == "f" else TransferCurve.DISPLAY,
    )
    return Frame((samples,), channels, described(samples.dtype, channels), info)


def _of_blocks(
    view: memoryview, most_bytes: int, width: int, height: int, start: int, channels: tuple[str, ...]
) -> Frame:
    """Returns signed numbers of blocks of 4 x 4 pixels, from -127 to 127: a channel has two of them, and 16 indices.

    An index stands for one of the two, or for one of six, or four, between them; those are rounded.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    count, rows, columns = len(channels), -(-height // 4), -(-width // 4)
    faults.check_size(width, height, most_bytes, count)
    blocks = samples_at(view, start, "<u8", (rows, columns, count))
    samples = np.empty((rows, 4, columns, 4, count), np.int8)
    mixes, places, step = np.array([_EIGHT, _SIX]), np.arange(16, 64, 3, dtype=np.uint64), max(1, _STRIP // columns)
    for top in range(0, rows, step):
        part = blocks[top : top + step, ..., None]
        first, second = (np.maximum((part >> np.uint64(at)).astype(np.int8), -127) for at in (0, 8))
        numbers = np.where(first > second, *(first * each[:, 0] + second * each[:, 1] + each[:, 2] for each in mixes))
        indices = (part >> places & np.uint64(7)).astype(np.intp)
        found = np.take_along_axis(np.rint(numbers).astype(np.int8), indices, -1)
        samples[top : top + step] = found.reshape(-1, columns, count, 4, 4).transpose(0, 3, 1, 4, 2)
    whole = samples.reshape(4 * rows, 4 * columns, count)[:height, :width]
    whole = np.ascontiguousarray(whole if count > 1 else whole[..., 0])
    return Frame((whole,), channels, described(whole.dtype, channels))
