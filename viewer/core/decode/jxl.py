"""What a JPEG XL file says of its picture, before it is decoded.

Format: JPEG XL (ISO/IEC 18181-1, annexes B, D and E: the bits of each byte from the lowest; 18181-2: its boxes).
"""

from __future__ import annotations

from typing import NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.boxes import boxes
from viewer.core.errors import DamagedImageError

CODESTREAM = b"\xff\x0a"
ALPHA, BLACK = 0, 4
"""Kinds of channels beside the colours."""

_MOST_HEAD = 4096
"""Bytes of the codestream that are looked at."""
_RATIOS = {1: (1, 1), 2: (6, 5), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_GREY, _XYB, _CUSTOM, _SPOT, _CFA = 1, 2, 2, 2, 5
_GAMMA_OF_1, _LINEAR = 10_000_000, 8
_SIZE = ((1, 9), (1, 13), (1, 18), (1, 30))
_KIND = ((0, 0), (1, 0), (2, 4), (18, 6))
_POINT = ((0, 19), (524288, 19), (1048576, 20), (2097152, 21))


class JxlHead(NamedTuple):
    """What the header says.

    Attributes:
        width: in pixels, as it lies in the file.
        height: the same.
        turn: the EXIF orientation; the library turns the picture.
        has_frames: whether it is an animation.
        bits: of a sample.
        exponent: bits of its exponent; 0 for integers.
        colours: 3, or 1 for grey.
        extras: kinds of the other channels.
        is_premultiplied: whether the colours are multiplied by alpha.
        is_linear: whether the numbers are in proportion to the light.
    """

    width: int
    height: int
    turn: int
    has_frames: bool
    bits: int
    exponent: int
    colours: int
    extras: tuple[int, ...]
    is_premultiplied: bool
    is_linear: bool


class _Bits:
    """Reads numbers of so many bits, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._rest, self._left = int.from_bytes(data, "little"), 8 * len(data)

    def take(self, count: int) -> int:
        """Returns the next ``count`` bits as a number."""
        self._left -= count
        if self._left < 0:
            raise DamagedImageError(faults.CUT_OFF)
        number = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return number

    def flag(self) -> bool:
        """Returns whether the next bit is set."""
        return bool(self.take(1))

    def chosen(self, *ways: tuple[int, int]) -> int:
        """Returns a number written in one of four ways, each a number to add and a count of bits."""
        add, count = ways[self.take(2)]
        return add + self.take(count)


def head(file: memoryview) -> JxlHead:
    """Returns what a file says of its picture; DamagedImageError if a box of it is cut off."""
    bits = _Bits(_codestream(file))
    bits.take(16)  # the signature
    width, height = _size(bits)
    turn, has_frames = 1, False
    if bits.flag():  # all as usual
        return JxlHead(width, height, turn, has_frames, 8, 0, 3, (), is_premultiplied=False, is_linear=False)
    if bits.flag():  # more than usual
        turn = 1 + bits.take(3)
        if bits.flag():
            _size(bits)  # that it was made for
        if bits.flag():
            _preview_size(bits)
        has_frames = bits.flag()
        if has_frames:
            bits.chosen((100, 0), (1000, 0), (1, 10), (1, 30))
            bits.chosen((1, 0), (1001, 0), (1, 8), (1, 10))
            bits.chosen((0, 0), (0, 3), (0, 16), (0, 32))
            bits.take(1)
    depth, exponent = _depth(bits)
    bits.take(1)  # whether 16 bits are enough to compute with
    extras, premultiplied = [], []
    for _ in range(bits.chosen((0, 0), (1, 0), (2, 4), (1, 12))):
        kind, is_premultiplied = _extra(bits)
        extras.append(kind)
        premultiplied.append(is_premultiplied)
    bits.take(1)  # whether the colours were transformed
    colours, is_linear = _colours(bits)
    return JxlHead(
        width, height, turn, has_frames, depth, exponent, colours, tuple(extras), any(premultiplied), is_linear
    )


def _codestream(file: memoryview) -> bytes:
    """Returns how the codestream begins, which may lie in boxes."""
    if file[:2] == CODESTREAM:
        return bytes(file[:_MOST_HEAD])
    pieces = b""
    for kind, content in boxes(file):
        if kind in {b"jxlc", b"jxlp"} and len(pieces) < _MOST_HEAD:
            pieces += content[4 if kind == b"jxlp" else 0 :][:_MOST_HEAD]
    return pieces


def _size(bits: _Bits) -> tuple[int, int]:
    is_small = bits.flag()

    def length() -> int:
        return 8 * (1 + bits.take(5)) if is_small else bits.chosen(*_SIZE)

    height = length()
    ratio = bits.take(3)
    return _by_ratio(height, ratio) if ratio else length(), height


def _preview_size(bits: _Bits) -> None:
    ways = ((16, 0), (32, 0), (1, 5), (33, 9)) if bits.flag() else ((1, 6), (65, 8), (321, 10), (1345, 12))
    bits.chosen(*ways)
    if not bits.take(3):
        bits.chosen(*ways)


def _by_ratio(height: int, ratio: int) -> int:
    across, down = _RATIOS[ratio]
    return height * across // down


def _depth(bits: _Bits) -> tuple[int, int]:
    """Returns the bits of a sample and of its exponent."""
    if bits.flag():
        return bits.chosen((32, 0), (16, 0), (24, 0), (1, 6)), 1 + bits.take(4)
    return bits.chosen((8, 0), (10, 0), (12, 0), (1, 6)), 0


def _extra(bits: _Bits) -> tuple[int, bool]:
    """Returns the kind of a channel beside the colours, and whether they are multiplied by it."""
    if bits.flag():
        return ALPHA, False
    kind = bits.chosen(*_KIND)
    _depth(bits)
    bits.chosen((0, 0), (3, 0), (4, 0), (1, 3))
    bits.take(8 * bits.chosen((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    if kind == _SPOT:
        bits.take(64)
    if kind == _CFA:
        bits.chosen((1, 0), (0, 2), (3, 4), (19, 8))
    return kind, kind == ALPHA and bits.flag()


def _colours(bits: _Bits) -> tuple[int, bool]:
    """Returns how many colours there are, and whether their numbers are in proportion to the light."""
    if bits.flag():  # sRGB
        return 3, False
    has_profile = bits.flag()
    space = bits.chosen(*_KIND)
    colours = 1 if space == _GREY else 3
    if has_profile or space == _XYB:
        return colours, False
    points = 1 if bits.chosen(*_KIND) == _CUSTOM else 0
    for _ in range(2 * points):
        bits.chosen(*_POINT)
    if space != _GREY and bits.chosen(*_KIND) == _CUSTOM:
        for _ in range(6):
            bits.chosen(*_POINT)
    if bits.flag():
        return colours, bits.take(24) == _GAMMA_OF_1
    return colours, bits.chosen(*_KIND) == _LINEAR
