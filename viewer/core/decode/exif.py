"""What the few bytes of EXIF data and XMP say: the orientation of a picture, and where its thumbnail is.

Formats: EXIF (CIPA DC-008-2019, 4.5 and 4.6), whose data are a small TIFF file (Adobe TIFF 6.0, section 2) with a
second directory for the thumbnail; XMP (part 1, 8.6, and part 3, 1.1); JPEG markers (ITU-T T.81, B.1); PNG chunks (W3C,
third edition, 5 and 11.3); WebP chunks (RFC 9649, 2). ImageMagick writes EXIF data into a text of a PNG, as hexadecimal
digits behind their kind and number. All functions run on any thread and raise nothing, whatever the bytes are: broken
EXIF data say nothing about the picture, so they count as "upright" and "no thumbnail".
"""

from __future__ import annotations

import contextlib
import itertools
import re
import struct
import zlib
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

UPRIGHT = 1
"""The orientation of a file that says nothing."""
ON_ITS_SIDE = frozenset({5, 6, 7, 8})
"""The orientations of files whose width is the height of the picture."""

MOST_TEXT = 1 << 20
"""Bytes of a text that are looked at, unpacked."""
_MOST_BLOCKS = 16
"""Of EXIF data and XMP in one file: no more are unpacked and looked at."""

_JPEG, _MARK = b"\xff\xd8\xff", b"Exif\0\0"
_PNG, _WEBP = b"\x89PNG\r\n\x1a\n", late_pattern(rb"RIFF....WEBP", re.DOTALL)
_XMP_IN_PNG = b"XML:com.adobe.xmp"
_RAW_PROFILES = late_pattern(rb"Raw profile type (?:exif|APP1|xmp)", re.IGNORECASE)
_XMP_ORIENTATION = late_pattern(rb"""\btiff:Orientation(?:\s*=\s*["']|[^>]{,99}>)\s*([1-8])\s*["'<]""")
_APP1, _FIRST_MARKER, _LAST_MARKER, _START_OF_SCAN, _FILL = 0xFFE1, 0xFFC0, 0xFFFE, 0xFFDA, 0xFFFF
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
        if marker == _FILL:  # any number of such bytes may stand before a marker
            position += 1
            continue
        if not _FIRST_MARKER <= marker <= _LAST_MARKER or marker == _START_OF_SCAN:
            return  # out of step, or the pixels begin
        yield marker, jpeg[position + 4 : position + 2 + length]
        position += 2 + length


def in_jpeg(jpeg: memoryview) -> memoryview:
    """Returns the EXIF data in their first segment, perhaps cut off; empty if there are none."""
    found = (content[6:] for marker, content in segments(jpeg) if marker == _APP1 and content[:6] == _MARK)
    return next(found, jpeg[:0])


def png_chunks(png: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Yields the kinds of the chunks of a PNG, and where their contents begin and end, as far as all of them is there.

    The last one of a whole file is ``IEND``. Behind each content is its checksum, of 4 bytes.
    """
    position, kind = len(_PNG), b""
    while kind != b"IEND" and position + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        start, position = position + 8, position + 12 + length
        if position > len(png):
            return
        yield kind, start, position - 4


def turn(file: memoryview) -> int:
    """Returns the orientation, 1 to 8, of a JPEG, PNG or WebP by all in it that says it; upright for other files.

    EXIF data have the word; XMP is asked where they do not say it.
    """
    found: Iterator[bytes | memoryview] = iter(())
    if file[:3] == _JPEG:
        found = (content for marker, content in segments(file) if marker == _APP1)
    elif file[: len(_PNG)] == _PNG:
        found = _in_png(file)
    elif _WEBP.match(file):
        found = _in_webp(file)
    blocks = list(itertools.islice(found, _MOST_BLOCKS))
    said = [*map(_said, blocks), *map(_said_in_xmp, blocks)]  # each says nothing about blocks of the other kind
    return next(filter(None, said), UPRIGHT)


def orientation(exif: bytes | memoryview, xmp: bytes | memoryview = b"") -> int:
    """Returns the orientation, 1 to 8, in EXIF data, with or without their ``Exif 0 0`` of JPEG, else in XMP."""
    return _said(exif) or _said_in_xmp(xmp) or UPRIGHT


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


def unpacked(data: bytes | memoryview, most: int = MOST_TEXT) -> bytes:
    """Returns at most so many bytes of what zlib packed; none if they are no such data."""
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""


def _in_png(png: memoryview) -> Iterator[bytes | memoryview]:
    """Yields the EXIF data and XMP of a PNG."""
    for kind, start, end in png_chunks(png):
        if kind == b"eXIf":
            yield png[start:end]
        elif kind in {b"iTXt", b"tEXt", b"zTXt"}:
            keyword, _, text = bytes(png[start : min(end, start + MOST_TEXT)]).partition(b"\0")
            if kind == b"iTXt" and keyword == _XMP_IN_PNG:
                packed, text = text[:1] == b"\1", text[2:].split(b"\0", 2)[-1]  # behind the names of two languages
                yield unpacked(text) if packed else text
            elif kind != b"iTXt" and _RAW_PROFILES.fullmatch(keyword):
                digits = (unpacked(text[1:]) if kind == b"zTXt" else text).split(None, 2)[-1:]
                with contextlib.suppress(ValueError):  # it is no such text
                    yield bytes.fromhex(b"".join(digits).decode("ascii"))


def _in_webp(webp: memoryview) -> Iterator[memoryview]:
    """Yields the EXIF data and XMP of a WebP."""
    position = 12
    while position + 8 <= len(webp):
        kind, size = struct.unpack_from("<4sI", webp, position)
        if kind in {b"EXIF", b"XMP "}:
            yield webp[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def _said(exif: bytes | memoryview) -> int:
    """Returns the orientation in EXIF data; 0 if they do not say it."""
    if exif[:6] == _MARK:
        exif = exif[6:]
    try:
        order = _order(exif)
        (first,) = struct.unpack_from(order + "I", exif, 4)
        value = next((value for _, value in _numbers(exif, order, first, {_ORIENTATION})), 0)
    except struct.error:  # no byte order, or it points behind its end
        return 0
    return value if 1 <= value <= 8 else 0  # noqa: PLR2004 - the eight ways to turn a picture


def _said_in_xmp(xmp: bytes | memoryview) -> int:
    """Returns the orientation in XMP; 0 if it does not say it."""
    found = _XMP_ORIENTATION.search(xmp[:MOST_TEXT])
    return int(found[1]) if found else 0


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
