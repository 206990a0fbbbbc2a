"""The thumbnail that a camera puts into a JPEG file, read from the first bytes of the file.

A thumbnail is only a stand-in until the frame is here: what is odd about one in any way counts as "none".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import exif, faults, jpeg_head
from viewer.core.decode.jpeg import DAMAGED, JpegDecoder
from viewer.core.display import pixels
from viewer.core.display.render import thumbnail_of
from viewer.core.errors import DecodeError
from viewer.core.frame import Size

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

HEAD = 64 * 1024
"""Bytes at the start of a file that hold the thumbnail: EXIF data come first and are never longer than this."""

MOST_BYTES = 4_000_000
"""Larger pictures are no thumbnails: the standard says 160 x 120, some cameras write 640 x 480."""
SAME_SHAPE = 0.02
"""A thumbnail may be wider or higher than the shape of the picture by this much: its size is in whole pixels."""
BLACK = 24
"""The black bars that are cut off a thumbnail are not brighter than this on average, of 255."""


class Preview(NamedTuple):
    """The thumbnail in the head of a file.

    Attributes:
        frame: the thumbnail as BGRX, upright and in the shape of the picture; not larger than
            :data:`~viewer.core.display.render.THUMBNAIL`.
        size: of the picture itself, upright, in pixels; None if the head ends before the file says it.
    """

    frame: Frame
    size: Size | None


def decode_embedded(head: Buffer) -> Preview | None:
    """Returns the thumbnail in ``head``, the first :data:`HEAD` bytes of a file, as upright as the picture; any thread.

    The standard wants thumbnails of 160 x 120 pixels whatever the shape of the picture, so cameras add black bars: they
    are cut off. A thumbnail of another shape without bars was left by a program that changed the picture only: it is
    refused. Where the size of the picture is not known, the thumbnail is taken as it is. Returns None if there is no
    whole thumbnail, if it is damaged, or if it does not show the picture.
    """
    view = memoryview(head).cast("B")
    exif_data = exif.in_jpeg(view)
    data = exif.thumbnail(exif_data)
    if data is None:
        return None
    try:
        with faults.translated():
            frame = JpegDecoder().decode(data, MOST_BYTES, for_screen=True)
    except DecodeError:
        return None
    said = jpeg_head.head(view)
    size = Size(said.width, said.height) if said and said.width and said.height else None
    shown = frame if size is None else _without_bars(frame, size)
    if shown is None or frame.description.endswith(DAMAGED):
        return None
    turn = exif.turn(view)
    upright = pixels.frame_of(pixels.upright(pixels.as_array(shown), turn), frame.description)
    if size is not None and turn in exif.ON_ITS_SIDE:
        size = Size(size.height, size.width)
    return Preview(thumbnail_of(upright), size)


def _without_bars(frame: Frame, size: Size) -> Frame | None:
    """Returns the part of a thumbnail that has the shape of ``size``, not turned yet.

    None if what is around that part is not black, or if the thumbnail is larger than the picture.
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
