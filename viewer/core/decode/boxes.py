"""The boxes of which AVIF, HEIC, JPEG 2000 and JPEG XL files are made.

Formats: ISO base media file (ISO/IEC 14496-12, 4.2 and 8.11); still pictures in it (HEIF, ISO/IEC 23008-12, 6.5 and
9.3); AV1 in it (AOM, "AV1 Codec ISO Media File Format Binding", 2.3).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import exif, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER, _LONG_HEADER = 8, 16
_FULL = 4
"""Bytes of version and flags at the start of some boxes."""
_TURNS = {(0, 0): 4, (0, 1): 2, (1, None): 8, (1, 0): 5, (1, 1): 7, (2, None): 3, (2, 0): 2, (2, 1): 4}
_TURNS |= {(3, None): 6, (3, 0): 7, (3, 1): 5}
"""EXIF orientations by quarters of a turn to the left and by what is swapped then: 0 top and bottom, 1 the sides."""
_LINEAR = 8
"""The number of that transfer in ITU-T H.273."""


def boxes(file: memoryview, whole: int = 0) -> Iterator[tuple[bytes, memoryview]]:
    """Yields kinds and contents of the boxes that lie one behind the other, up to bytes that are no box.

    Raises DamagedImageError if one ends behind them; ``whole`` are the bytes there are in all, for its sentence.
    """
    at = 0
    while at + _HEADER <= len(file):
        length, kind = struct.unpack_from(">I4s", file, at)
        start = at + _HEADER
        if length == 1 and at + _LONG_HEADER <= len(file):
            (length,) = struct.unpack_from(">Q", file, start)
            start = at + _LONG_HEADER
        if not kind.isascii() or not kind.decode("ascii").isprintable():
            return
        end = at + length if length else len(file)
        if end < start:
            raise faults.damaged(f"a box of {length} bytes")
        if end > len(file):
            raise faults.cut_off(whole or len(file), (whole or len(file)) + end - len(file))
        yield kind, file[start:end]
        at = end


def found(file: memoryview, *path: bytes) -> memoryview | None:
    """Returns the contents of the first box of such a path, without version and flags of the full boxes on it."""
    for kind in path:
        content = next((content for each, content in boxes(file) if each == kind), None)
        if content is None:
            return None
        file = content[_FULL:] if kind == b"meta" else content
    return file


class Still(NamedTuple):
    """What an AVIF file says of its picture.

    Attributes:
        width: in pixels, as it lies in the file.
        height: the same.
        bits: of a sample; 0 if it holds no AV1.
        turn: the EXIF orientation that it must be turned by.
        aspect: width of a pixel divided by its height.
        icc: its colour profile.
        is_linear: whether the numbers are in proportion to the light.
        has_film: whether the file holds a sequence of pictures too.
    """

    width: int
    height: int
    bits: int
    turn: int = exif.UPRIGHT
    aspect: float = 1.0
    icc: bytes = b""
    is_linear: bool = False
    has_film: bool = False


def still(file: memoryview) -> Still:
    """Returns what the main picture of an AVIF file is; DamagedImageError if the file is not whole."""
    with faults.translated():
        check_whole(file)
        track = found(file, b"moov")
        if track is not None and found(file, b"meta") is None:  # pictures in time, and none besides
            text = bytes(track)
            bits = _bits(text[text.find(b"av1C") + 4 :])
            if bits > 8:  # noqa: PLR2004 - the others are left to another library
                raise faults.unsupported(f"This AVIF holds {bits}-bit pictures as a film only")
            return Still(0, 0, bits)
        return _main_picture(file)._replace(has_film=track is not None)


def without_film(file: memoryview) -> bytes:
    """Returns an AVIF file of the kind of which libavif takes the main picture, and no film."""
    return b"".join((file[:8], b"avif", file[12:]))


def check_whole(file: memoryview) -> None:
    """Raises DamagedImageError if a box, or a picture of HEIF in the file, ends behind the end of it."""
    for _ in boxes(file):
        pass
    places = found(file, b"meta", b"iloc")
    if places is not None:
        end = max(_ends(places), default=0)
        if end > len(file):
            raise faults.cut_off(len(file), end)


def _main_picture(file: memoryview) -> Still:
    """Returns what the properties say of the primary item; of a grid, its tiles say how many bits they have."""
    meta = found(file, b"meta")
    primary, properties = (None, None) if meta is None else (found(meta, b"pitm"), found(meta, b"iprp", b"ipco"))
    links = None if meta is None else found(meta, b"iprp", b"ipma")
    if primary is None or properties is None or links is None:
        raise faults.damaged("it does not say what its picture is")
    (item,) = struct.unpack_from(">I" if primary[0] else ">H", primary, _FULL)
    every = list(boxes(properties))
    its_own = [every[each - 1] for each in _linked(links, item) if 0 < each <= len(every)]
    mine = dict(reversed(its_own))
    width, height = struct.unpack_from(">II", mine[b"ispe"], _FULL)
    config = mine.get(b"av1C", dict(reversed(every)).get(b"av1C"))
    across, down = struct.unpack_from(">II", mine.get(b"pasp", bytes(8)))
    quarters = mine[b"irot"][0] & 3 if b"irot" in mine else 0
    swapped = mine[b"imir"][0] & 1 if b"imir" in mine else None
    colours = [bytes(content) for kind, content in its_own if kind == b"colr"]
    return Still(
        width,
        height,
        0 if config is None else _bits(config),
        _TURNS.get((quarters, swapped), exif.UPRIGHT),
        across / down if across and down else 1.0,
        next((each[4:] for each in colours if each[:4] in {b"prof", b"rICC"}), b""),
        any(each[:4] == b"nclx" and each[6:8] == bytes([0, _LINEAR]) for each in colours),
    )


def _bits(config: bytes | memoryview) -> int:
    """Returns the bits of a sample from the configuration of AV1: two flags behind the level."""
    return {0x40: 10, 0x60: 12}.get(config[2] & 0x60, 8)


def _linked(links: memoryview, item: int) -> list[int]:
    """Returns the numbers of the properties of an item, counted from 1."""
    version, is_wide = links[0], links[3] & 1
    (count,) = struct.unpack_from(">I", links, _FULL)
    at = _FULL + 4
    for _ in range(count):
        (each, many) = struct.unpack_from(">IB" if version else ">HB", links, at)
        at += 5 if version else 3
        numbers = struct.unpack_from(f">{many}{'H' if is_wide else 'B'}", links, at)
        if each == item:
            return [number & (0x7FFF if is_wide else 0x7F) for number in numbers]
        at += many * (2 if is_wide else 1)
    return []


def _ends(places: memoryview) -> Iterator[int]:
    """Yields where the pieces of the items end that lie in the file, by the box that says their places."""
    version, at = places[0], _FULL + 2
    of_offset, of_length, of_base, of_index = places[_FULL] >> 4, places[_FULL] & 15, places[5] >> 4, places[5] & 15
    is_long = version > 1

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > len(places):
            raise faults.damaged("the places of its pictures are incomplete")
        return int.from_bytes(places[at - size : at], "big")

    for _ in range(number(4 if is_long else 2)):
        number(4 if is_long else 2)  # the item
        is_elsewhere = number(2) & 15 if version else 0  # 1: in a box of its own, 2: in another item
        is_elsewhere |= number(2)  # in another file
        base = number(of_base)
        for _ in range(number(2)):
            number(of_index if version else 0)
            offset, length = number(of_offset), number(of_length)
            if not is_elsewhere:
                yield base + offset + length
