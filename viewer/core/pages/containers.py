"""What is in a GIF, WebP or PNG, by its blocks alone: how many whole frames, and where a file that is cut off ends.

Formats: GIF89a specification; RIFF container of WebP (https://developers.google.com/speed/webp/docs/riff_container);
PNG, third edition, section 11.3.4 (animation).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES
from viewer.core.errors import DamagedImageError, DecodeError
from viewer.core.formats import FIRST_PIECE, HEAD, recognise
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

HEAD_OF_ANIMATION = 4096
"""Bytes at the beginning of a file that show whether it is an animation."""
MOST_PAGES = 100_000
"""Pages of a file that are believed."""

_PNG_CHUNKS = 8
"""Where the chunks of a PNG begin, behind its signature."""
_PNG_PIXELS = (b"IDAT", b"fdAT")
_PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_GIF_BLOCK = late_pattern(rb"[!,;]")
"""How extensions, images and the end of a GIF begin; what stands between blocks is passed over, as Pillow does."""
_WEBP_IS_ANIMATED = 0b10
"""A bit of the flags in the chunk VP8X."""


def may_be_animated(head: bytes) -> bool:
    """Returns whether a file may hold several frames, by its first 4,096 bytes or what there is of them.

    Every GIF may: only its end shows it. WebP and PNG say so in their headers.
    """
    form = recognise(head[:HEAD]).name
    if form != "PNG":
        return form == "GIF" or (form == "WebP" and _webp_is_animated(head))
    at = _PNG_CHUNKS
    while at + 12 <= len(head):
        length, kind, number = struct.unpack_from(">I4sI", head, at)
        if kind in {b"IDAT", b"acTL"}:
            return bool(kind == b"acTL" and number > 1)
        at += 12 + length
    return False


class Contents(NamedTuple):
    """What is in a file, by its blocks alone.

    Attributes:
        form: Pillow's name for the format; empty if it is none of the three.
        frames: how many are there as a whole.
        size: width and height of all frames together.
        data: the file for Pillow: one that is cut off ends behind its last whole frame.
        cut: whether it is cut off.
    """

    form: str
    frames: int
    size: tuple[int, int]
    data: Buffer
    cut: bool

    def fault(self) -> DecodeError | None:
        """Returns why no frame at all can be decoded, or None."""
        if not self.form:
            return faults.no_picture(bytes(memoryview(self.data)[:FIRST_PIECE]))
        if not self.frames:
            return DamagedImageError(faults.CUT_OFF) if self.cut else faults.damaged("it holds no picture")
        try:
            faults.check_size(*self.size, MOST_BYTES)
        except DecodeError as fault:
            return fault
        return None


def contents_of(data: Buffer) -> Contents:
    """Looks for the frames of a file of any kind without decoding any; on any thread."""
    view = memoryview(data).cast("B")
    walk = {"GIF": _gif, "PNG": _png, "WebP": _webp}.get(recognise(bytes(view[:HEAD])).name)
    return Contents("", 0, (1, 1), data, cut=False) if walk is None else walk(data, view)


def _gif(data: Buffer, view: memoryview) -> Contents:
    """Walks over the blocks: Pillow takes as long, and counts a frame that is cut off."""
    frames, width, height, whole, block = 0, 0, 0, 0, None
    try:
        width, height, flags = struct.unpack_from("<HHB", view, 6)
        at = 13 + _palette_length(flags)
        while frames < MOST_PAGES and (block := _GIF_BLOCK.search(view, at)) is not None and block[0] != b";":
            at = block.start()
            if block[0] == b"!":
                at = _behind_sub_blocks(view, at + 2)
                continue
            left, top, across, down, flags = struct.unpack_from("<HHHHB", view, at + 1)
            at = whole = _behind_sub_blocks(view, at + 11 + _palette_length(flags))
            frames += 1
            # A frame may lie outside what the header says: Pillow makes the picture larger then.
            width, height = max(width, left + across), max(height, top + down)
    except (IndexError, struct.error):
        return Contents("GIF", frames, (width, height), bytes(view[:whole]) + b";", cut=True)
    return Contents("GIF", frames, (width, height), data, cut=block is None and not frames)


def _palette_length(flags: int) -> int:
    return 3 << (flags & 0b111) + 1 if flags & 0b1000_0000 else 0


def _behind_sub_blocks(view: memoryview, at: int) -> int:
    """Returns where a run of sub-blocks, each with its length before it, ends; IndexError if it does not."""
    while length := view[at]:
        at += length + 1
    return at + 1


def _webp_is_animated(head: bytes) -> bool:
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & _WEBP_IS_ANIMATED)  # noqa: PLR2004 - of flags


def _webp(data: Buffer, view: memoryview) -> Contents:
    if view.nbytes < 30 or not _webp_is_animated(bytes(view[:30])):  # noqa: PLR2004 - up to the size in VP8X
        return Contents("WEBP", 1, (1, 1), data, cut=False)  # one frame, and Pillow knows its size when it opens it
    width, height = (1 + int.from_bytes(view[at : at + 3], "little") for at in (24, 27))
    end = 8 + struct.unpack_from("<I", view, 4)[0]
    at, whole, frames = 12, 12, 0
    while frames < MOST_PAGES and at + 8 <= min(end, view.nbytes):
        kind, length = struct.unpack_from("<4sI", view, at)
        at += 8 + length + length % 2
        if at > view.nbytes:
            break
        whole = at
        frames += kind == b"ANMF"
    cut = end > view.nbytes
    mended = b"RIFF" + struct.pack("<I", whole - 8) + bytes(view[8:whole]) if cut else data
    return Contents("WEBP", frames, (width, height), mended, cut)


def _png(data: Buffer, view: memoryview) -> Contents:
    """Walks over the chunks. A frame is whole when something follows it: it may lie in several chunks."""
    size = (0, 0)
    whole, frames, promised = 0, 0, 0
    begun = controlled = left_out = False
    cut = True
    for kind, at, content in _png_chunks(view):
        if begun and kind not in _PNG_PIXELS:
            begun, whole, frames = False, at, frames + 1
        if kind == b"IEND" or frames >= MOST_PAGES:
            cut = False
            break
        if kind == b"IHDR" and content.nbytes >= 8:  # noqa: PLR2004 - width and height
            size = struct.unpack_from(">II", content)
        elif kind == b"acTL" and content.nbytes >= 8 and not frames:  # noqa: PLR2004 - frames and repeats
            (promised,) = struct.unpack_from(">I", content)
        elif kind == b"fcTL":
            controlled = True
        elif kind in _PNG_PIXELS:
            begun, left_out = True, left_out or not controlled
    frames = min(frames, promised + left_out if promised else 1)
    return Contents("PNG", frames, size, bytes(view[:whole]) + _PNG_END if cut else data, cut)


def _png_chunks(view: memoryview) -> Iterator[tuple[bytes, int, memoryview]]:
    """Finds the chunks: their kinds, where they begin, and what is in them. The last may be cut off."""
    at = _PNG_CHUNKS
    while at + 8 <= view.nbytes:
        length, kind = struct.unpack_from(">I4s", view, at)
        if not kind.isalpha():
            return
        yield kind, at, view[at + 8 : at + 8 + length]
        at += 12 + length
