"""The EXIF orientation, read from the few bytes that hold it.

Formats: EXIF (CIPA DC-008-2019, 4.6), whose data are a small TIFF file (Adobe TIFF 6.0, section 2); JPEG markers
(ITU-T T.81, B.1). What is broken in these data says nothing about the picture, so it counts as "upright".
"""

from __future__ import annotations

import struct

UPRIGHT = 1
"""The orientation of a file that says nothing."""
ON_ITS_SIDE = frozenset({5, 6, 7, 8})
"""The orientations of files whose width is the height of the picture."""
_TAG = 0x0112
_SHORT, _LONG = 3, 4
_ENTRY = 12
_APP1, _FIRST_MARKER, _LAST_MARKER, _START_OF_SCAN = 0xFFE1, 0xFFC0, 0xFFFE, 0xFFDA


def of_exif(exif: bytes | memoryview) -> int:
    """Returns the orientation, 1 to 8, in EXIF data.

    Args:
        exif: the TIFF structure, with or without the six bytes ``Exif 0 0`` that JPEG puts before it.
    """
    if exif[:6] == b"Exif\0\0":
        exif = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(bytes(exif[:2]))
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for position in range(directory + 2, directory + 2 + entries * _ENTRY, _ENTRY):
            tag, kind = struct.unpack_from(order + "HH", exif, position)
            if tag == _TAG and kind in {_SHORT, _LONG}:
                (value,) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), exif, position + 8)
                return value if 1 <= value <= 8 else UPRIGHT  # noqa: PLR2004 - the eight ways to turn a picture
    except struct.error:  # it points behind its end
        pass
    return UPRIGHT


def of_jpeg(data: bytes | memoryview) -> int:
    """Returns the orientation, 1 to 8, in the EXIF segment of a JPEG file."""
    position = 2
    try:
        while True:
            marker, length = struct.unpack_from(">HH", data, position)
            if marker == _APP1 and data[position + 4 : position + 10] == b"Exif\0\0":
                return of_exif(data[position + 4 : position + 2 + length])
            if not _FIRST_MARKER <= marker <= _LAST_MARKER or marker == _START_OF_SCAN:
                return UPRIGHT  # out of step, or the pixels begin
            position += 2 + length
    except struct.error:  # the file ends among its markers
        return UPRIGHT
