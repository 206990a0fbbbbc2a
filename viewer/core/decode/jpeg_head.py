"""What a JPEG or JPEG-LS file says of its picture, before it is decoded.

Formats: JPEG (ITU-T T.81, B.1 and B.2), its colour profile (ICC.1, B.4); JPEG-LS (ITU-T T.87, C.2).
"""

from __future__ import annotations

import struct

from viewer.core.decode import exif
from viewer.core.records import NamedTuple

START, END = b"\xff\xd8\xff", b"\xff\xd9"
PROGRESSIVE, LOSSLESS, JPEG_LS = 0xFFC2, 0xFFC3, 0xFFF7
HUFFMAN = frozenset({0xFFC0, 0xFFC1, PROGRESSIVE})
"""Baseline, extended and progressive: the ordinary ways of coding."""
HIERARCHICAL = frozenset({0xFFC5, 0xFFC6, 0xFFC7, 0xFFCD, 0xFFCE, 0xFFCF})
OTHER_WAYS = HIERARCHICAL | {0xFFCB}
"""Hierarchical, and lossless with arithmetic coding: no library reads them."""
FRAMES = frozenset(range(0xFFC0, 0xFFD0)) - {0xFFC4, 0xFFC8, 0xFFCC} | {JPEG_LS}
"""SOF0 to SOF15 and that of JPEG-LS, the headers of frames; the three between them mean something else."""

TIGHTEST = 1024
"""More pixels than a byte stands for: each block of 64 takes a bit or more."""

_FRAME = struct.Struct(">BHHB")
_PROFILE, _PROFILE_MARK, _PARAMETERS, _PALETTES = 0xFFE2, b"ICC_PROFILE\0", 0xFFF8, {2, 3}
_TAIL = 1024
"""Bytes at the end in which the last marker is looked for: something may lie behind it."""


class JpegHead(NamedTuple):
    """What the header says.

    Attributes:
        way: of coding, by its marker.
        bits: of a sample.
        height: in pixels, as it lies in the file.
        width: the same.
        channels: how many there are.
        icc: the colour profile.
        has_palette: whether the samples of a JPEG-LS are numbers of colours.
        has_end: whether the last marker is there.
    """

    way: int
    bits: int
    height: int
    width: int
    channels: int
    icc: bytes
    has_palette: bool
    has_end: bool


def head(file: memoryview) -> JpegHead | None:
    """Returns what a file says of its picture; None if it ends, or makes no sense any more, before it says that."""
    frame, profile, has_palette, at = None, dict[int, bytes](), False, 2
    for marker, content in exif.segments(file):
        at += 4 + len(content)
        if marker in FRAMES and frame is None and len(content) >= _FRAME.size:
            frame = marker, *_FRAME.unpack_from(content)
        elif marker == _PROFILE and content[:12] == _PROFILE_MARK and len(content) > len(_PROFILE_MARK):
            profile[content[12]] = bytes(content[14:])  # behind its number, and how many there are
        elif marker == _PARAMETERS:
            has_palette |= bool(content) and content[0] in _PALETTES
    if frame is None:
        return None
    icc = b"".join(profile[number] for number in sorted(profile))
    way, bits, height, width, count = frame
    has_end = END in bytes(file[max(at, len(file) - _TAIL) :])
    return JpegHead(way, bits, height, width, count, icc, has_palette, has_end)
