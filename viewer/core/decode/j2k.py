"""What a JPEG 2000 file says of its picture, and whether it is whole, before it is decoded.

Formats: JPEG 2000 codestream (ITU-T T.800, annex A) and JP2 boxes (annex I), HTJ2K (T.814, annex A).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.boxes import boxes
from viewer.core.errors import DamagedImageError

if TYPE_CHECKING:
    from typing_extensions import Buffer

CODESTREAM = b"\xff\x4f\xff\x51"
SYCC, CMYK = 18, 12
"""Numbers of colour spaces."""
STRAIGHT, PREMULTIPLIED = 1, 2
"""Kinds of alpha in the box of definitions."""

_SIZ, _COD, _TILE, _DATA, _END = 0xFF51, 0xFF52, 0xFF90, 0xFF93, b"\xff\xd9"
_TILE_HEAD, _MOST_TILES, _MOST_BITS, _MOST_LEVELS = 12, 65535, 38, 32
_HT_ONLY, _HT_BITS = 0x40, 0xC0
_BY_NUMBER, _BY_PROFILE = 1, (2, 3)
_OTHER_SPACES = {CMYK: "CMYK", 14: "Lab", 24: "e-sYCC", b"CMYK": "CMYK", b"Lab ": "Lab"}


class Component(NamedTuple):
    """A component: bits of its samples, whether they are signed, how many pixels wide and high one is."""

    bits: int
    is_signed: bool
    across: int = 1
    down: int = 1


class J2kHead(NamedTuple):
    """What the header says.

    Attributes:
        width: in pixels.
        height: the same.
        components: as they come out, a palette applied.
        codestream: of the picture, without boxes.
        has_end: whether that ends with its last marker.
        is_fast: whether it is HTJ2K without loss, of components that are all alike.
        has_palette: whether there is one.
        alpha: :data:`STRAIGHT` or :data:`PREMULTIPLIED`; 0 if no component is said to be that.
        space: the number of the colour space; 0 if none is given.
        profiles: the boxes with colour profiles.
    """

    width: int
    height: int
    components: tuple[Component, ...]
    codestream: memoryview
    has_end: bool
    is_fast: bool
    has_palette: bool = False
    alpha: int = 0
    space: int = 0
    profiles: tuple[bytes, ...] = ()

    @property
    def icc(self) -> bytes:
        """The colour profile; empty for none."""
        return self.profiles[0][3:] if self.profiles else b""

    @property
    def other_colours(self) -> str:
        """What the colours are if neither grey nor RGB, such as "CMYK"; else empty."""
        return _OTHER_SPACES.get(self.space) or _OTHER_SPACES.get(self.icc[16:20], "")

    @property
    def is_sub_sampled(self) -> bool:
        """Whether some components have fewer samples than others, but for colours in YCC of the usual ways."""
        ratios = [(each.across, each.down) for each in self.components]
        return set(ratios) != {(1, 1)} and ratios not in ([(1, 1), (2, each), (2, each)] for each in (1, 2))


def head(file: memoryview) -> J2kHead:
    """Returns what a file says of its picture; DamagedImageError if it is not whole."""
    with faults.translated():
        if file[:4] == CODESTREAM:
            return _of_codestream(file)
        outer = list(boxes(file))
        codestream = next((content for kind, content in outer if kind == b"jp2c"), None)
        header = next((content for kind, content in outer if kind == b"jp2h"), file[:0])
        if codestream is None:
            raise DamagedImageError(faults.CUT_OFF)
        inner = list(boxes(header))
        colours = [bytes(content) for kind, content in inner if kind == b"colr"]
        first = dict(reversed(inner))
        plain = _of_codestream(codestream)
        kinds = [kind for _, kind, _ in struct.iter_unpack(">HHH", first.get(b"cdef", b"\0\0")[2:])]
        return plain._replace(
            components=_through_palette(plain.components, first) if b"pclr" in first else plain.components,
            has_palette=b"pclr" in first,
            alpha=next((each for each in kinds if each in {STRAIGHT, PREMULTIPLIED}), 0),
            space=next((int.from_bytes(each[3:7], "big") for each in colours if each[0] == _BY_NUMBER), 0),
            profiles=tuple(each for each in colours if each[0] in _BY_PROFILE),
        )


def for_library(file: memoryview, head: J2kHead) -> Buffer:
    """Returns a file that OpenJPEG reads as it is: it wants the last marker, and converts samples by a profile."""
    if head.codestream is file:
        return file if head.has_end else bytes(file) + _END
    hidden = bytes(file) if head.profiles else file
    for each in head.profiles:
        hidden = bytes(hidden).replace(b"colr" + each, b"free" + each, 1)
    return hidden


def _through_palette(components: tuple[Component, ...], inner: dict[bytes, memoryview]) -> tuple[Component, ...]:
    """Returns the components that a palette makes of those in the codestream."""
    columns = [Component((each & 0x7F) + 1, bool(each & 0x80)) for each in inner[b"pclr"][3 : 3 + inner[b"pclr"][2]]]
    mapped = struct.iter_unpack(">HBB", inner[b"cmap"])
    return tuple(columns[column] if by_palette else components[one] for one, by_palette, column in mapped)


def _of_codestream(stream: memoryview) -> J2kHead:
    """Returns what the main header says; DamagedImageError if that is impossible, or not all tiles are there."""
    length, _, right, bottom, left, top, wide, high, tile_left, tile_top, count = struct.unpack_from(
        ">HH8IH", stream, 4
    )
    if not (
        left < right
        and top < bottom
        and tile_left <= left < tile_left + wide
        and tile_top <= top < tile_top + high
        and length == 38 + 3 * count
    ):
        raise faults.damaged("its picture lies outside of its tiles")
    parts = struct.iter_unpack("3B", stream[42 : 42 + 3 * count])
    components = tuple(Component((depth & 0x7F) + 1, bool(depth & 0x80), x, y) for depth, x, y in parts)
    tiles = -(-(right - tile_left) // wide) * -(-(bottom - tile_top) // high)
    if len(components) != count or not all(
        0 < each.bits <= _MOST_BITS and each.across and each.down for each in components
    ):
        raise faults.damaged("its components are impossible")
    if tiles > _MOST_TILES or tiles * (_TILE_HEAD + 2) > len(stream):
        raise faults.cut_off(len(stream), tiles * (_TILE_HEAD + 2))
    at, style, is_exact = 4 + length, 0, False
    while True:
        marker, size = struct.unpack_from(">HH", stream, at)
        if marker == _TILE:
            break
        if marker == _COD:
            levels, style, transform = struct.unpack_from("9xB2xBB", stream, at)
            is_exact = transform == 1
            if levels > _MOST_LEVELS:
                raise faults.damaged(f"{levels} levels")
        at += 2 + size
    has_end = _is_ended(stream, at, tiles)
    is_fast = style & _HT_BITS == _HT_ONLY and is_exact and len(set(components)) == 1 and components[0][2:] == (1, 1)
    return J2kHead(right - left, bottom - top, components, stream, has_end, is_fast)


def _is_ended(stream: memoryview, at: int, tiles: int) -> bool:
    """Returns whether the last marker is there, which may be missing; DamagedImageError if more than that is.

    That is so if a part of a tile ends behind the codestream, or no part of a tile is there.
    """
    seen = set()
    while at + _TILE_HEAD <= len(stream):
        marker, _, tile, size = struct.unpack_from(">HHHI", stream, at)
        if marker != _TILE:
            break
        seen.add(tile)
        if size == 0:  # it goes on to the end
            end = bytes(stream[at:]).rfind(_END)
            at = at + end if end >= 0 else len(stream) + 1
            break
        if size < _TILE_HEAD:
            raise faults.damaged(f"a tile of {size} bytes")
        at += size
    if at > len(stream) or len(seen) < tiles or (at < len(stream) and stream[at : at + 2] != _END):
        raise faults.cut_off(len(stream), max(at, len(stream)) + 2)
    return at < len(stream)
