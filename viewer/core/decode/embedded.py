"""The thumbnail that a camera puts into a JPEG file, read from the first bytes of the file.

Formats: JPEG markers (ITU-T T.81, B.1); EXIF (CIPA DC-008-2019, 4.5 and 4.6), whose data are a small TIFF file with a
second directory for the thumbnail (Adobe TIFF 6.0, section 2). All functions run on any thread and never raise,
whatever the bytes are. A thumbnail is only a stand-in until the frame is here: about what is odd there is no doubt, it
counts as "none".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults, orientation
from viewer.core.decode.jpeg import DAMAGED, JpegDecoder
from viewer.core.display import pixels
from viewer.core.display.render import thumbnail_of
from viewer.core.errors import DecodeError
from viewer.core.frame import Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from viewer.core.frame import Frame

HEAD = 64 * 1024
"""Bytes at the start of a file that hold the thumbnail: EXIF data come first and are never longer than this."""

MAX_PIXELS = 1_000_000
"""Larger pictures are no thumbnails: the standard says 160 x 120, some cameras write 640 x 480."""
SAME_SHAPE = 0.02
"""A thumbnail may be wider or higher than the shape of the picture by this much: its size is in whole pixels."""
BLACK = 24
"""What is cut off a thumbnail as a black bar is not brighter than this on average, of 255."""

_START, _EXIF_MARK = b"\xff\xd8\xff", b"Exif\0\0"
_APP1, _FIRST_MARKER, _LAST_MARKER, _START_OF_SCAN = 0xFFE1, 0xFFC0, 0xFFFE, 0xFFDA
_FRAME_HEADERS = set(range(0xFFC0, 0xFFD0)) - {0xFFC4, 0xFFC8, 0xFFCC}
"""SOF0 to SOF15; the three between them mean something else."""
_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_SHORT, _LONG = 3, 4
_ENTRY = 12


class Preview(NamedTuple):
    """What the head of a file shows of its picture.

    Attributes:
        frame: the thumbnail as BGRX, upright and in the shape of the picture; not larger than
            :data:`~viewer.core.display.render.THUMBNAIL`.
        size: of the picture itself, upright, in pixels; None if the head ends before the file says it.
    """

    frame: Frame
    size: Size | None


def embedded_thumbnail(head: Buffer) -> Buffer | None:
    """Returns the JPEG file of the thumbnail, a view into ``head``.

    Args:
        head: the first bytes of a file of any kind; :data:`HEAD` of them are enough.

    Returns:
        None if there is none, if it does not lie in the head as a whole, or if anything about it is odd.
    """
    exif = _exif(memoryview(head).cast("B"))
    return None if exif is None else _thumbnail(exif)


def decode_embedded(head: Buffer) -> Preview | None:
    """Returns the thumbnail in the head of a file, turned upright as the decoders turn the picture.

    The standard wants thumbnails of 160 x 120 pixels whatever the shape of the picture, so cameras add black bars: they
    are cut off. A thumbnail of another shape without such bars was left by a program that changed the picture only, and
    is refused. Where the size of the picture is not known, the thumbnail is taken as it is.

    Args:
        head: the first bytes of a file of any kind; :data:`HEAD` of them are enough.

    Returns:
        None if there is no whole thumbnail, if it is damaged, or if it does not show the picture.
    """
    view = memoryview(head).cast("B")
    exif = _exif(view)
    data = None if exif is None else _thumbnail(exif)
    if exif is None or data is None:
        return None
    try:
        with faults.translated():
            frame = JpegDecoder().decode(data, MAX_PIXELS)
    except DecodeError:
        return None
    size = _size(view)
    shown = frame if size is None else _without_bars(frame, size)
    if shown is None or frame.description.endswith(DAMAGED):
        return None
    turn = orientation.of_exif(exif)
    upright = pixels.frame_of(pixels.upright(pixels.as_array(shown), turn), frame.description)
    if size is not None and turn >= 5:  # noqa: PLR2004 - from 5 to 8 the rows of the file are columns
        size = Size(size.height, size.width)
    return Preview(thumbnail_of(upright), size)


def _segments(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yields markers and contents of the segments before the pixels; the last one may be cut off."""
    if data[:3] != _START:
        return
    position = 2
    while position + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, position)
        if not _FIRST_MARKER <= marker <= _LAST_MARKER or marker == _START_OF_SCAN:
            return  # out of step, or the pixels begin
        yield marker, data[position + 4 : position + 2 + length]
        position += 2 + length


def _exif(data: memoryview) -> memoryview | None:
    """Returns the TIFF structure in the first EXIF segment, perhaps cut off."""
    for marker, content in _segments(data):
        if marker == _APP1 and content[:6] == _EXIF_MARK:
            return content[6:]
    return None


def _size(data: memoryview) -> Size | None:
    """Returns the size of the picture as it lies in the file, not turned; None if the head does not say it."""
    for marker, content in _segments(data):
        if marker in _FRAME_HEADERS:
            if len(content) < 5:  # noqa: PLR2004 - bits of a sample (1 byte), height (2), width (2)
                return None
            height, width = struct.unpack_from(">HH", content, 1)
            return Size(width, height) if width and height else None
    return None


def _thumbnail(exif: memoryview) -> memoryview | None:
    """Returns the thumbnail that the second directory of EXIF data points to, if all of it is here."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(exif[:2]))
    if order is None:
        return None
    found: dict[int, int] = {}
    try:
        (first,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, first)
        (second,) = struct.unpack_from(order + "I", exif, first + 2 + entries * _ENTRY)
        if second == 0:  # there is no second directory
            return None
        (entries,) = struct.unpack_from(order + "H", exif, second)
        for position in range(second + 2, second + 2 + entries * _ENTRY, _ENTRY):
            tag, kind = struct.unpack_from(order + "HH", exif, position)
            if tag in {_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH} and kind in {_SHORT, _LONG}:
                (found[tag],) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), exif, position + 8)
    except struct.error:  # it points behind its end, or the head ends before
        return None
    start, length = found.get(_THUMBNAIL_OFFSET, 0), found.get(_THUMBNAIL_LENGTH, 0)
    data = exif[start : start + length]
    return data if len(data) == length and data[:3] == _START else None


def _without_bars(frame: Frame, size: Size) -> Frame | None:
    """Returns the part of a thumbnail that has the shape of ``size``, not turned yet.

    Returns:
        The frame itself if it has that shape, None if what is around that part is not black, or if the thumbnail is
        larger than the picture.
    """
    if frame.size.width > size.width or frame.size.height > size.height:
        return None
    part = size.fitted_into(frame.size)
    if frame.size.width <= part.width * (1 + SAME_SHAPE) and frame.size.height <= part.height * (1 + SAME_SHAPE):
        return frame
    left, top = (frame.size.width - part.width) // 2, (frame.size.height - part.height) // 2
    array = frame.array()[..., :3]
    shown = array[top : top + part.height, left : left + part.width]
    around = array.size - shown.size
    if int(array.sum()) - int(shown.sum()) > BLACK * around:
        return None
    cut = pixels.as_array(frame)[top : top + part.height, left : left + part.width]
    return pixels.frame_of(cut, frame.description)
