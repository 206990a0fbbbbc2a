"""The pages of GIF, animated WebP and animated PNG: decoded forward once, each as a small TIFF of its own.

A frame of an animation is drawn over the one before it, so a page cannot be had without those before it. What has been
passed is kept, and going back decodes nothing.

Formats: GIF89a specification; RIFF container of WebP (https://developers.google.com/speed/webp/docs/riff_container);
PNG, third edition, section 11.3.4 (animation). What is drawn over what is Pillow's to know.
"""

from __future__ import annotations

import copy
import functools
import io
import re
import struct
import threading
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.cache.budget_cache import LockedCache
from viewer.core.decode import faults, orientation
from viewer.core.decode.decoder import MAX_PIXELS
from viewer.core.decode.pillow import UNKNOWN
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, DecodeError, UnsupportedFormatError
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image
    from typing_extensions import Buffer

MOST_PAGES = 100_000
"""Pages of a file that are believed."""

_GIF_SIGNATURES = (b"GIF87a", b"GIF89a")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = (b"IDAT", b"fdAT")
_PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_GIF_BLOCK = re.compile(rb"[!,;]")
"""How extensions, images and the end of a GIF begin; what stands between blocks is passed over, as Pillow does."""
_WEBP_IS_ANIMATED = 0b10
"""A bit of the flags in the chunk VP8X."""

_ONE_STEP = 1 << 26
"""Bytes that Pillow takes at a time, except of GIF, where it would copy the rest of the file for each frame."""
_SAMPLE = 16_384
"""Bytes of each of the four parts of a page by which it is told whether deflate is worth its time."""
_WORTH_IT = 0.5
"""Deflate is used where it makes at most this part of the bytes: a GIF's few colours, hardly ever a photograph."""

# Tags and values, TIFF 6.0 sections 3, 4, 6, 8 and 18, and the Adobe Photoshop TIFF technical notes for deflate.
_NO_COMPRESSION, _DEFLATE = 1, 8
_MINISBLACK, _RGB = 1, 2
_STRAIGHT_ALPHA = 2
_SHORT, _LONG = 3, 4


def may_be_animated(head: bytes) -> bool:
    """Returns whether a file may hold several frames, by its first 4,096 bytes or what there is of them.

    Every GIF may: only its end tells. WebP and PNG say so in their headers.
    """
    if head.startswith(_GIF_SIGNATURES):
        return True
    if _is_webp(head):
        return _webp_is_animated(head)
    at = len(_PNG_SIGNATURE)
    while head.startswith(_PNG_SIGNATURE) and at + 12 <= len(head):
        length, kind, number = struct.unpack_from(">I4sI", head, at)
        if kind in {b"IDAT", b"acTL"}:
            return bool(kind == b"acTL" and number > 1)
        at += 12 + length
    return False


class PageStore(LockedCache[tuple[object, int], bytes]):
    """Keeps the pages of all animations, by file and index, within a budget of bytes; any thread."""

    def __init__(self, budget: int = 128 * MB) -> None:
        super().__init__(budget, len)


class Animation:
    """The pages of one animated file; any thread, and several at once.

    There is one decoder, and it only goes forward. Each thread that wants a page takes steps of one frame, one thread
    at a time, until its page is there; whoever took the step that brought it. The decoder begins again from the first
    frame only when pages behind it are wanted that have been given up, and nobody wants one ahead of it any more: so
    threads that want pages far apart never undo each other's work.

    Attributes:
        decoded: frames decoded so far, those decoded again counted again.
    """

    def __init__(self, data: Buffer, store: PageStore, key: object) -> None:
        """Looks for the frames without decoding any. Nothing is raised: what is wrong is told by :meth:`page`.

        Args:
            data: the whole file, held as long as this object; bytes are not copied.
            store: where pages are kept, for all animations.
            key: what the pages of this file are known by in the store, such as its path and stamp.
        """
        self.decoded = 0
        self._store = store
        self._key = key
        contents = _contents(data)
        self._form, self._data = contents.form, contents.data
        self._count = max(1, contents.frames)
        # Pages from here on cannot be had, and why.
        self._broken_at, self._fault = self._count, _fault(contents)
        if self._fault is not None:
            self._broken_at = 0
        # Guards all that follows, never while a frame is decoded; the one with ``_stepping`` owns ``_image``.
        self._turn = threading.Condition()
        self._stepping = False
        self._image: Image | None = None
        self._next = 0
        self._asked: Counter[int] = Counter()
        self._writing: set[int] = set()
        self._handed: dict[int, bytes] = {}

    @property
    def count(self) -> int:
        """The number of pages: the frames that are there as a whole, at least 1.

        That is as Pillow counts them: a PNG's default image is a page of its own if the animation leaves it out.
        """
        return self._count

    def page(self, index: int, checkpoint: Callable[[], None]) -> bytes:
        """Returns a page as people see it, as a TIFF that :class:`~viewer.core.decode.tiff.TiffDecoder` reads.

        It is 8-bit grey, RGB or RGBA with straight alpha, or 16-bit grey, and carries the file's EXIF orientation.
        Takes as long as decoding all frames from where the decoder stands.

        Args:
            index: from 0.
            checkpoint: called between frames by this thread, with no lock held. It may wait, and raise CancelledError.

        Raises:
            IndexError: there is no such page.
            DamagedImageError: this page or one before it is broken.
            ImageTooLargeError: there would not be the memory.
            UnsupportedFormatError: it is no GIF, WebP or PNG.
            CancelledError: by ``checkpoint``; what has been decoded is kept.
        """
        if not 0 <= index < self._count:
            raise IndexError(index)
        page = self._store.get((self._key, index))
        if page is not None:
            return page
        with self._turn:
            self._asked[index] += 1
        try:
            while True:
                checkpoint()
                with self._turn:
                    page = self._handed.get(index) or self._store.get((self._key, index))
                    if page is not None:
                        return page
                    if index >= self._broken_at and self._fault is not None:
                        raise copy.copy(self._fault)  # each thread its own: a raised error holds on to its callers
                    if self._stepping or index in self._writing:
                        self._turn.wait()
                        continue
                    self._stepping = True
                    if not any(self._next <= other < self._broken_at for other in self._asked):
                        self._rewind()
                self._step()
        finally:
            with self._turn:
                self._asked[index] -= 1
                if not self._asked[index]:
                    del self._asked[index]
                    self._handed.pop(index, None)

    def _step(self) -> None:
        """Decodes the next frame, lets the others go on, and writes the frame's page.

        A frame that is broken is remembered and not raised: this thread may have wanted an earlier one.
        """
        samples = self._decode()
        if samples is None:
            return
        index = samples.number
        try:
            with faults.translated():
                page = _written(samples)
            self._store.put((self._key, index), page)
            with self._turn:
                if index in self._asked:  # the store may have given it up before those who asked have seen it
                    self._handed[index] = page
        finally:
            with self._turn:
                self._writing.discard(index)
                self._turn.notify_all()

    def _decode(self) -> _Samples | None:
        """Returns the next frame, or None if it is broken; for the one thread whose turn it is, which ends with it."""
        try:
            with faults.translated():
                samples = self._next_frame()
            with self._turn:
                self._writing.add(self._next)
                self._next += 1
        except DamagedImageError as fault:
            with self._turn:
                self._broken_at, self._fault = self._next, fault
                self._rewind()
            return None
        except DecodeError:  # there was not the memory: it may be there next time
            with self._turn:
                self._rewind()
            raise
        else:
            return samples
        finally:
            with self._turn:
                self._stepping = False
                self._turn.notify_all()

    def _rewind(self) -> None:
        """Has the next step begin from the first frame."""
        self._image = None
        self._next = 0

    def _next_frame(self) -> _Samples:
        """Returns the samples of the next frame; Pillow draws the following one over its own."""
        _prepare()
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded by the first picture, not at start

        if self._image is None:
            try:
                # Never a path; see viewer.core.decode.pillow.
                self._image = Image.open(io.BytesIO(self._data), formats=(self._form,))
            except UnidentifiedImageError as error:
                raise DamagedImageError("The file is damaged: its header cannot be read.") from error
        image = self._image
        image.seek(self._next)
        faults.check_size(*image.size, MAX_PIXELS)
        if self._form != "GIF":
            image.decodermaxblock = _ONE_STEP  # type: ignore[attr-defined]  # of all images that come from files
        image.load()
        self.decoded += 1
        return _samples(image, self._next)


@functools.cache
def _prepare() -> None:
    """Loads Pillow and sets its limit, as :mod:`viewer.core.decode.pillow` does and for the same reasons."""
    pixels.prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class _Contents(NamedTuple):
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


def _contents(data: Buffer) -> _Contents:
    view = memoryview(data).cast("B")
    head = bytes(view[:32])
    if head.startswith(_GIF_SIGNATURES):
        return _gif_contents(data, view)
    if head.startswith(_PNG_SIGNATURE):
        return _png_contents(data, view)
    if _is_webp(head):
        return _webp_contents(data, view)
    return _Contents("", 0, (1, 1), data, cut=False)


def _fault(contents: _Contents) -> DecodeError | None:
    """Returns why no frame at all can be decoded, or None."""
    if not contents.form:
        return UnsupportedFormatError(UNKNOWN)
    if not contents.frames:
        return DamagedImageError(faults.CUT_OFF) if contents.cut else faults.damaged("it holds no picture")
    try:
        faults.check_size(*contents.size, MAX_PIXELS)
    except DecodeError as fault:
        return fault
    return None


def _gif_contents(data: Buffer, view: memoryview) -> _Contents:
    """Walks over the blocks: Pillow takes as long, and counts a frame that is cut off."""
    frames, width, height, whole = 0, 0, 0, 0
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
        return _Contents("GIF", frames, (width, height), bytes(view[:whole]) + b";", cut=True)
    return _Contents("GIF", frames, (width, height), data, cut=False)


def _palette_length(flags: int) -> int:
    return 3 << (flags & 0b111) + 1 if flags & 0b1000_0000 else 0


def _behind_sub_blocks(view: memoryview, at: int) -> int:
    """Returns where a run of sub-blocks, each with its length before it, ends; IndexError if it does not."""
    while length := view[at]:
        at += length + 1
    return at + 1


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _webp_is_animated(head: bytes) -> bool:
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & _WEBP_IS_ANIMATED)  # noqa: PLR2004 - of flags


def _webp_contents(data: Buffer, view: memoryview) -> _Contents:
    if view.nbytes < 30 or not _webp_is_animated(bytes(view[:30])):  # noqa: PLR2004 - up to the size in VP8X
        return _Contents("WEBP", 1, (1, 1), data, cut=False)  # one frame, and Pillow knows its size when it opens it
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
    return _Contents("WEBP", frames, (width, height), mended, cut)


def _png_contents(data: Buffer, view: memoryview) -> _Contents:
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
    return _Contents("PNG", frames, size, bytes(view[:whole]) + _PNG_END if cut else data, cut)


def _png_chunks(view: memoryview) -> Iterator[tuple[bytes, int, memoryview]]:
    """Finds the chunks: their kinds, where they begin, and what is in them. The last may be cut off."""
    at = len(_PNG_SIGNATURE)
    while at + 8 <= view.nbytes:
        length, kind = struct.unpack_from(">I4s", view, at)
        if not kind.isalpha():
            return
        yield kind, at, view[at + 8 : at + 8 + length]
        at += 12 + length


class _Samples(NamedTuple):
    """A frame, in memory of its own.

    Attributes:
        number: of the frame, from 0.
        array: (height, width) of 8 or 16 bits, or (height, width, 3 or 4) of 8.
        turn: its EXIF orientation.
    """

    number: int
    array: npt.NDArray[Any]
    turn: int


def _samples(image: Image, number: int) -> _Samples:
    """Returns a copy of the pixels that Pillow holds, in the fewest channels that hold them."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    exif = image.info.get("exif")
    turn = orientation.of_exif(exif) if isinstance(exif, bytes) else orientation.UPRIGHT
    if image.mode == "I;16" or (image.mode in {"1", "L"} and not image.has_transparency_data):
        grey = image if image.mode != "1" else image.convert("L")
        return _Samples(number, pixels.pixels_of(grey).copy(), turn)
    if image.has_transparency_data:
        return _Samples(number, pixels.pixels_of(_in_mode(image, "RGBA")).copy(), turn)
    colours = pixels.pixels_of(_in_mode(image, "RGB"))
    packed = np.empty((image.height, image.width, 3), np.uint8)
    for channel in range(3):  # each in one pass: three times as fast as all at once
        packed[..., channel] = colours[..., channel]
    return _Samples(number, packed, turn)


def _in_mode(image: Image, mode: str) -> Image:
    return image if image.mode == mode else image.convert(mode)


def _written(samples: _Samples) -> bytes:
    """Returns a TIFF of one page and one strip."""
    array = samples.array
    height, width = array.shape[:2]
    channels = 1 if array.ndim == 2 else array.shape[2]  # noqa: PLR2004 - no channels
    plain = array.reshape(-1).view("u1")
    deflated = _is_worth_deflating(plain)
    strip = zlib.compress(plain.data, 1) if deflated else plain.data
    bits = [8 * array.itemsize] * channels
    entries = [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, channels, bits[0]),
        (259, _SHORT, 1, _DEFLATE if deflated else _NO_COMPRESSION),
        (262, _SHORT, 1, _MINISBLACK if channels == 1 else _RGB),
        (273, _LONG, 1, 0),
        (274, _SHORT, 1, samples.turn),
        (277, _SHORT, 1, channels),
        (278, _LONG, 1, height),
        (279, _LONG, 1, len(strip)),
    ]
    if channels == 4:  # noqa: PLR2004 - RGBA
        entries.append((338, _SHORT, 1, _STRAIGHT_ALPHA))
    behind = 8 + 2 + 12 * len(entries) + 4
    start = behind + 2 * channels + 2 * channels % 4
    values = {258: bits[0] if channels == 1 else behind, 273: start}
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    head += b"".join(
        struct.pack("<HHII", tag, kind, number, values.get(tag, value)) for tag, kind, number, value in entries
    )
    head += struct.pack(f"<I{channels}H", 0, *bits)
    return b"".join([head.ljust(start, b"\0"), strip])


def _is_worth_deflating(plain: npt.NDArray[np.uint8]) -> bool:
    """Returns whether deflate makes much less of some bytes, tried on four parts of them."""
    steps = max(plain.size // 4, _SAMPLE)
    sample = b"".join(plain[at : at + _SAMPLE].data for at in range(0, plain.size, steps))
    return len(zlib.compress(sample, 1)) <= _WORTH_IT * len(sample)
