"""DPX and Cineon by hand: the samples of film scans, as the file has them.

After SMPTE 268M-2003 (DPX 2.0) and Kodak's "Cineon Image File Format", version 4.5. Numbers that a writer left open
have all their bits set.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import described
from viewer.core.errors import UnsupportedFormatError
from viewer.core.frame import GREY, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_DPX = {b"SDPX": ">", b"XPDS": "<"}
_CINEON = {b"\x80\x2a\x5f\xd7": ">", b"\xd7\x5f\x2a\x80": "<"}
_HEADER = 820
"""Bytes up to the end of the first element of a DPX; a Cineon tells all that matters in fewer."""
_OPEN = {0, 0xFFFFFFFF}
"""32-bit numbers that say nothing."""
_PACKED, _FILLED_BELOW, _FILLED_ABOVE = 0, 1, 2
"""How samples of 10 and 12 bits lie in words: one behind the other, at the upper, at the lower end (method A, B)."""
_TYPES = {8: "u1", 10: "u2", 12: "u2", 16: "u2", 32: "f4", 64: "f8"}
_STRIP = 1 << 16
"""Words that are unpacked at a time: they stay in the processor's cache."""

# DPX, sections 4 to 6; 72 bytes an element.
_ENCRYPTION, _IMAGE, _ELEMENTS, _ELEMENT, _PIXEL_ASPECT, _IMAGE_SOURCE_END = 660, 768, 780, 72, 1628, 1664
_CHANNELS = {0: GREY, 1: ("R",), 2: ("G",), 3: ("B",), 4: ("A",), 6: GREY, 8: ("Z",), 50: RGB, 51: RGBA, 52: RGBA[::-1]}
_CHANNELS |= {
    148 + count: tuple(map(str, range(1, count + 1))) for count in range(2, 9)
}  # 150 to 156: the writer's own
_LUMA_AND_CHROMA = {7, 100, 101, 102, 103}
_PLANES = [1, 2, 3, 4]
"""Descriptors of elements that are red, green, blue and alpha of one picture."""
_LINEAR, _FILM = 2, {0, 1, 3, 13, 255}
"""Transfers; film is printing density, logarithmic, ADX, the writer's own and none."""

_CINEON_HEADER, _CINEON_CHANNELS = 712, {1: GREY, 3: RGB, 4: RGBA}
_CINEON_PACKING = {(8, 1): 0, (8, 2): 0, (10, 5): 1, (10, 6): 2, (12, 3): 1, (12, 4): 2, (16, 3): 0, (16, 4): 0}
"""By bits of a sample and the number for their packing, which of a Cineon; 0 in it is for one behind the other."""


class _Element(NamedTuple):
    """Where samples are, and how they lie there."""

    order: str
    width: int
    height: int
    channels: tuple[str, ...]
    bits: int
    packing: int
    start: int
    padding: int
    is_signed: bool = False

    @property
    def places(self) -> list[tuple[int, int]]:
        """The word of each sample in a group of 32-bit words, and its lowest bit there; [] for whole samples."""
        if self.bits == 10 and self.packing != _PACKED:  # noqa: PLR2004 - bits
            shift = 0 if self.packing == _FILLED_ABOVE else 2
            return [(0, shift + 20), (0, shift + 10), (0, shift)]
        if self.bits in {10, 12} and self.packing == _PACKED:
            return [divmod(bit, 32) for bit in range(0, math.lcm(self.bits, 32), self.bits)]
        return []

    @property
    def line(self) -> int:
        """Bytes of a line, without what fills it up."""
        samples = self.width * len(self.channels)
        if not self.places:
            return samples * int(_TYPES[self.bits][1])
        return -(-samples // 3) * 4 if self.packing != _PACKED else -(-samples * self.bits // 32) * 4

    def stride(self, ends: set[int]) -> int:
        """Returns the bytes from line to line, by where the picture may end.

        Lines end on 32 bits, and ``padding`` comes behind them (section 5.2). Some writers do neither, so that readers
        disagree: what fits the size of the file exactly is right, else the standard.
        """
        whole = -(-self.line // 4) * 4
        usual = whole + self.padding
        for stride in (usual, whole, self.line + self.padding, self.line):
            if self.start + stride * self.height in ends:
                return stride
        return usual if self.start + usual * self.height <= max(ends) else whole

    def samples(self, view: memoryview, ends: set[int]) -> NDArray[Any]:
        """Returns the samples, (height, width) or (height, width, channels)."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        stride, count = self.stride(ends), len(self.channels)
        needed = self.start + stride * (self.height - 1) + self.line
        if needed > view.nbytes:
            raise faults.cut_off(view.nbytes, needed)
        if self.places:
            words = np.ndarray((self.height, self.line // 4), self.order + "u4", view, self.start, (stride, 4))
            samples = _unpacked(words, self.places, self.bits)[:, : self.width * count]
        else:
            kind = np.dtype(self.order + _TYPES[self.bits])
            shape, strides = (self.height, self.width * count), (stride, kind.itemsize)
            samples = np.ndarray(shape, kind, view, self.start, strides).astype(kind.newbyteorder("="), copy=False)
        if self.bits == 12 and not self.places:  # noqa: PLR2004 - bits
            samples = samples & 0xFFF if self.packing == _FILLED_ABOVE else samples >> 4
        if self.is_signed and samples.dtype.kind == "u":
            unused = 16 - self.bits
            samples = (samples.astype(np.uint16) << unused).view(np.int16) >> unused
        return samples.reshape(self.height, self.width, count) if count > 1 else samples


class DpxDecoder(Decoder):
    """Reads DPX of 8, 10, 12 and 16 bits and floats, and Cineon; no run-length encoding, no luma with chroma."""

    name = "own DPX"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the samples come as they are
        """Returns the first element, or all that are red, green and blue of one picture."""
        view = memoryview(data).cast("B")
        if view.nbytes < _HEADER:
            raise faults.cut_off(view.nbytes, _HEADER)
        magic = bytes(view[:4])
        with faults.translated():
            if magic in _CINEON:
                return _cineon(view, most_bytes, _CINEON[magic])
            return _dpx(view, most_bytes, _DPX[magic])


def _dpx(view: memoryview, most_bytes: int, order: str) -> Frame:
    def numbers(kinds: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + kinds, view, at)

    if numbers("I", _ENCRYPTION)[0] not in _OPEN:
        raise faults.unsupported("This DPX is encrypted")
    start, _, size = numbers("I8sI", 4)
    turn, count, width, height = numbers("HHII", _IMAGE)
    count = count if 0 < count <= 8 and view.nbytes >= _ELEMENTS + 8 * _ELEMENT else 1  # noqa: PLR2004 - the header's
    fields = [numbers("I16xBBBBHHIII", _ELEMENTS + _ELEMENT * n) for n in range(count)]
    codes = [code for _, code, *_ in fields]
    planes = _PLANES[:4] if codes[:4] == _PLANES else _PLANES[:3] if codes[:3] == _PLANES[:3] else [0]
    elements, ends = [], {view.nbytes, size, *(offset for *_, offset, _, _ in fields[1:])}
    for sign, code, _, _, bits, packing, encoding, at, padding, rest in fields[: len(planes)]:
        _check_kind(code, bits, encoding)
        ends.add(view.nbytes - rest)
        element = _Element(
            order,
            width,
            height,
            _CHANNELS[code],
            bits,
            packing if packing in {_PACKED, _FILLED_ABOVE} else _FILLED_BELOW,
            start if at in _OPEN else at,
            0 if padding in _OPEN else padding,
            sign == 1,
        )
        elements.append(element)
    if count > 1 and size not in _OPEN and size > view.nbytes:
        raise faults.cut_off(view.nbytes, size)
    aspect = 1.0
    if min(start, view.nbytes) >= _IMAGE_SOURCE_END:
        across, down = numbers("II", _PIXEL_ASPECT)
        if across not in _OPEN and down not in _OPEN and 1 / 16 <= across / down <= 16:  # noqa: PLR2004 - no more is meant
            aspect = across / down
    is_float, meant = _TYPES[elements[0].bits][0] == "f", fields[0][2]
    transfer = (
        TransferCurve.FILM if meant in _FILM else TransferCurve.DISPLAY
    )  # "linear" is what writers of sRGB say, too
    if is_float and meant in _FILM | {_LINEAR}:
        transfer = TransferCurve.LINEAR
    return _frame(view, most_bytes, elements, ends, turn, transfer, aspect)


def _check_kind(code: int, bits: int, encoding: int) -> None:
    """Raises UnsupportedFormatError for an element of a kind that is not read."""
    if encoding == 1:
        raise faults.unsupported("This DPX is run-length encoded")
    if code in _LUMA_AND_CHROMA:
        raise faults.unsupported("This DPX holds luma and chroma (CbYCr)")
    if code not in _CHANNELS:
        raise UnsupportedFormatError(f"DPX of the kind {code} is not read by Lookahead.")
    if bits not in _TYPES:
        raise UnsupportedFormatError(f"{bits}-bit DPX is not read by Lookahead.")


def _cineon(view: memoryview, most_bytes: int, order: str) -> Frame:
    start, size = struct.unpack_from(order + "4xI12xI", view)
    turn, count, bits, width, height = struct.unpack_from(order + "BB4xBxII", view, 192)
    interleaving, packing, sign, _, padding = struct.unpack_from(order + "BBBBI", view, 680)
    fills = _CINEON_PACKING.get((bits, packing & 0x7F))
    if count not in _CINEON_CHANNELS or fills is None or (interleaving and count > 1):
        raise UnsupportedFormatError(
            f"Cineon of {count} channels of {bits} bits (interleaving {interleaving}, packing {packing}) is not read by"
            " Lookahead."
        )
    padding = 0 if padding in _OPEN else padding
    element = _Element(order, width, height, _CINEON_CHANNELS[count], bits, fills, start, padding, sign == 1)
    turn = {1: 2, 2: 1}.get(turn, turn)  # Cineon counts "bottom to top" before "right to left"
    return _frame(view, most_bytes, [element], {view.nbytes, size}, turn, TransferCurve.FILM)


def _frame(
    view: memoryview,
    most_bytes: int,
    elements: list[_Element],
    ends: set[int],
    turn: int,
    transfer: TransferCurve,
    aspect: float = 1.0,
) -> Frame:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    first = elements[0]
    channels = tuple(name for each in elements for name in each.channels)
    item = int(_TYPES[first.bits][1])
    faults.check_size(first.width, first.height, most_bytes, len(channels) * item)
    arrays = [_turned(each.samples(view, ends), turn) for each in elements]
    if channels == RGBA[::-1]:
        arrays, channels = [arrays[0][..., ::-1]], RGBA
    planes = tuple(np.ascontiguousarray(each) for each in arrays)
    info = SampleInfo(
        bits=first.bits if first.bits in {10, 12} else 0,
        alpha=Alpha.UNSPECIFIED if "A" in channels else None,
        transfer=transfer,
        pixel_aspect=aspect,
    )
    return Frame(planes, channels, described(planes[0].dtype, channels, first.bits), info)


def _turned(samples: NDArray[Any], turn: int) -> NDArray[Any]:
    """Returns samples upright; 4: lines run down, 2: from the bottom, 1: from the right (section 5.1, field 17)."""
    if turn & 4:
        samples = samples.swapaxes(0, 1)
    return samples[:: -1 if turn & 2 else 1, :: -1 if turn & 1 else 1]


def _unpacked(words: NDArray[Any], places: list[tuple[int, int]], bits: int) -> NDArray[Any]:
    """Returns the samples in lines of words, and what fills up the last group of each line."""
    import numpy as np  # noqa: PLC0415 - loaded already

    size = places[-1][0] + 1  # words of a group
    groups = -(-words.shape[1] // size)
    samples = np.empty((len(words), groups, len(places)), np.uint16)
    lines = max(1, _STRIP // max(1, words.shape[1]))
    for top in range(0, len(words), lines):
        part = words[top : top + lines]
        native = np.zeros((len(part), groups * size), np.uint32)
        native[:, : part.shape[1]] = part
        native = native.reshape(len(part), groups, size)
        for n, (word, shift) in enumerate(places):
            value = native[..., word] >> shift
            if shift + bits > 32:  # noqa: PLR2004 - bits of a word
                value |= native[..., word + 1] << (32 - shift)
            samples[top : top + lines, :, n] = value & ((1 << bits) - 1)
    return samples.reshape(len(words), -1)
