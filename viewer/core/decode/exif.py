"""What the few bytes of EXIF data say: the orientation of a picture, and where its thumbnail is.

Formats: EXIF (CIPA DC-008-2019, 4.5 and 4.6), whose data are a small TIFF file (Adobe TIFF 6.0, section 2) with a
second directory for the thumbnail; JPEG markers (ITU-T T.81, B.1). All functions run on any thread and raise nothing,
whatever the bytes are: broken EXIF data say nothing about the picture, so they count as "upright" and "no thumbnail".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

UPRIGHT = 1
"""The orientation of a file that says nothing."""
ON_ITS_SIDE = frozenset({5, 6, 7, 8})
"""The orientations of files whose width is the height of the picture."""

_JPEG, _MARK = b"\xff\xd8\xff", b"Exif\0\0"
_APP1, _FIRST_MARKER, _LAST_MARKER, _START_OF_SCAN = 0xFFE1, 0xFFC0, 0xFFFE, 0xFFDA
_ORIENTATION, _THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH = 0x0112, 0x0201, 0x0202
_SHORT, _LONG = 3, 4
_ENTRY = 12


def segments(jpeg: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yields markers and contents of the segments of a JPEG before its pixels; the last one may be cut off."""
    if jpeg[:3] != _JPEG:
        return
    position = 2
    while position + 4 <= len(jpeg):
        marker, length = struct.unpack_from(">HH", jpeg, position)
        if not _FIRST_MARKER <= marker <= _LAST_MARKER or marker == _START_OF_SCAN:
            return  # out of step, or the pixels begin
        yield marker, jpeg[position + 4 : position + 2 + length]
        position += 2 + length


def in_jpeg(jpeg: memoryview) -> memoryview:
    """Returns the EXIF data in their first segment, perhaps cut off; empty if there are none."""
    found = (content[6:] for marker, content in segments(jpeg) if marker == _APP1 and content[:6] == _MARK)
    return next(found, jpeg[:0])


def orientation(exif: bytes | memoryview) -> int:
    """Returns the orientation, 1 to 8, in EXIF data, with or without the ``Exif 0 0`` that JPEG puts before them."""
    if exif[:6] == _MARK:
        exif = exif[6:]
    try:
        order = _order(exif)
        (first,) = struct.unpack_from(order + "I", exif, 4)
        value = next((value for _, value in _numbers(exif, order, first, {_ORIENTATION})), UPRIGHT)
    except struct.error:  # no byte order, or it points behind its end
        return UPRIGHT
    return value if 1 <= value <= 8 else UPRIGHT  # noqa: PLR2004 - the eight ways to turn a picture


def thumbnail(exif: memoryview) -> memoryview | None:
    """Returns the JPEG file of the thumbnail, a view into EXIF data; None if there is none, or not all of it."""
    try:
        order = _order(exif)
        (first,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, first)
        (second,) = struct.unpack_from(order + "I", exif, first + 2 + entries * _ENTRY)
        if second == 0:  # there is no second directory
            return None
        found = dict(_numbers(exif, order, second, {_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH}))
    except struct.error:  # no byte order, or it points behind its end
        return None
    start, length = found.get(_THUMBNAIL_OFFSET, 0), found.get(_THUMBNAIL_LENGTH, 0)
    data = exif[start : start + length]
    return data if len(data) == length and data[:3] == _JPEG else None


def _order(exif: bytes | memoryview) -> str:
    """Returns how the numbers are written; struct.error if the data do not say it."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(exif[:2]))
    if order is None:
        raise struct.error
    return order


def _numbers(exif: bytes | memoryview, order: str, directory: int, wanted: set[int]) -> Iterator[tuple[int, int]]:
    """Yields tags and values of the ``wanted`` numbers in a directory; struct.error if that points behind its end."""
    (entries,) = struct.unpack_from(order + "H", exif, directory)
    for position in range(directory + 2, directory + 2 + entries * _ENTRY, _ENTRY):
        tag, kind = struct.unpack_from(order + "HH", exif, position)
        if tag in wanted and kind in {_SHORT, _LONG}:
            (value,) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), exif, position + 8)
            yield tag, value
