"""What a JPEG or JPEG-LS file says of its picture, before it is decoded.

Formats: JPEG (ITU-T T.81, B.1 and B.2), its colour profile (ICC.1, B.4); JPEG-LS (ITU-T T.87, C.2).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from viewer.core.decode import exif, faults
from viewer.core.errors import DamagedImageError

START, END = b"\xff\xd8\xff", b"\xff\xd9"
LOSSLESS, JPEG_LS = 0xFFC3, 0xFFF7
OTHER_WAYS = frozenset({0xFFC5, 0xFFC6, 0xFFC7, 0xFFCB, 0xFFCD, 0xFFCE, 0xFFCF})
"""Hierarchical, and lossless with arithmetic coding: no library reads them."""

_FRAMES = {0xFFC0, 0xFFC1, 0xFFC2, LOSSLESS, 0xFFC9, 0xFFCA, JPEG_LS, *OTHER_WAYS}
_PROFILE, _PROFILE_MARK, _PARAMETERS, _PALETTES = 0xFFE2, b"ICC_PROFILE\0", 0xFFF8, {2, 3}
_TAIL = 1024
"""Bytes at the end in which the last marker is looked for: something may lie behind it."""


class JpegHead(NamedTuple):
    """What the header says.

    Attributes:
        way: of coding, by its marker.
        bits: of a sample.
        width: in pixels, as it lies in the file.
        height: the same.
        channels: how many there are.
        turn: the orientation, as EXIF numbers them.
        icc: the colour profile.
        has_palette: whether the samples of a JPEG-LS are numbers of colours.
        has_end: whether the last marker is there.
    """

    way: int
    bits: int
    width: int
    height: int
    channels: int
    turn: int
    icc: bytes
    has_palette: bool
    has_end: bool


def head(file: memoryview) -> JpegHead:
    """Returns what a file says of its picture; DamagedImageError if it ends before it says that."""
    frame, profile, has_palette, at = None, [], False, 2
    for marker, content in exif.segments(file):
        at += 4 + len(content)
        if marker in _FRAMES and frame is None and len(content) >= 6:  # noqa: PLR2004 - what is read of it
            frame = marker, *struct.unpack_from(">BHHB", content)
        elif marker == _PROFILE and content[:12] == _PROFILE_MARK:
            profile.append((content[12:13], content[14:]))
        elif marker == _PARAMETERS:
            has_palette |= content[0] in _PALETTES
    if frame is None:
        raise DamagedImageError(faults.CUT_OFF)
    way, bits, height, width, count = frame
    icc = b"".join(piece for _, piece in sorted((bytes(number), bytes(piece)) for number, piece in profile))
    return JpegHead(
        way,
        bits,
        width,
        height,
        count,
        exif.turn(file),
        icc,
        has_palette,
        END in bytes(file[max(at, len(file) - _TAIL) :]),
    )
