"""PNG with the numbers that are in the file: 1 to 16 bits, none of them scaled, and what it says about them.

Format: PNG (W3C, third edition): 5 (chunks), 8 (interlacing), 9 (filters), 11 (what the chunks hold).
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MOST_BYTES, PassedOnError
from viewer.core.decode.plain import called
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Buffer

    from viewer.core.frame import Size

_PALETTE = 3
_COLOURS = {
    0: (GREY, {1, 2, 4, 8, 16}),
    2: (RGB, {8, 16}),
    _PALETTE: (GREY, {1, 2, 4, 8}),
    4: (GREY_ALPHA, {8, 16}),
    6: (RGBA, {8, 16}),
}
"""The channels of each colour type, as they lie in the file, and how many bits each may have."""
_WITH_ALPHA = {GREY: GREY_ALPHA, RGB: RGBA}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The first column and row of each pass of an interlaced picture, and the steps from column to column, row to row."""
_OPAQUE = 255
_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_PIXELS, _END = 33, b"\0\0\0\0IEND\xaeB`\x82"
"""Where the header ends, and the last chunk."""
_TIGHTEST = 1032
"""Bytes that one byte of a zlib stream stands for at most."""
_LOOKED_AT = {b"IEND", b"tRNS"}
"""Chunks whose checksum some readers look at and others do not; these are short."""
_TOO_FEW = "it holds fewer pixels than its header says"
_UNTOUCHED = 90
"""A sample of no meaning: rows of it may not have been unpacked."""
_MOST_ICC = 1 << 24
_STEP = 4096
"""Bytes of which zlib makes a checksum at a time. For more it gives up the GIL, and waits for it: once a chunk."""


class Pass(NamedTuple):
    """Pixels that lie on a grid, packed one row after the other: all of them, or one pass of an interlaced picture."""

    left: int
    top: int
    across: int
    down: int
    width: int
    height: int
    row: int
    """Bytes of a row with its filter, the first of them."""


class PngHeader(NamedTuple):
    """What a PNG says before its pixels are unpacked: how they lie, and the first chunk of each kind."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool
    chunks: dict[bytes, memoryview]
    data: list[memoryview]
    """The chunks of the pixels, with their lengths, kinds and checksums."""

    @property
    def stored(self) -> tuple[str, ...]:
        """The channels in the file; of a palette one, its index."""
        return _COLOURS[self.colour][0]

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of the picture."""
        trns = self.chunks.get(b"tRNS", b"")
        if self.colour == _PALETTE:
            return RGBA if min(trns, default=_OPAQUE) < _OPAQUE else RGB
        return _WITH_ALPHA.get(self.stored, self.stored) if len(trns) == 2 * len(self.stored) else self.stored

    @property
    def colours(self) -> int:
        """How many channels in the file are no alpha."""
        return len(self.stored) - ("A" in self.stored)

    @property
    def bits(self) -> int:
        """How many bits of a sample mean something; those of a palette's colours are 8."""
        said = max(self.chunks.get(b"sBIT", b"")[: self.colours], default=0)
        return 8 if self.colour == _PALETTE else said if 0 < said < self.depth else self.depth

    @property
    def is_for_screen(self) -> bool:
        """Whether the numbers that a screen takes are those in the file: 8 bits, all of which mean something."""
        return self.bits == 8 and self.depth <= 8  # noqa: PLR2004 - see above

    @property
    def description(self) -> str:
        """What the picture is, for people."""
        if self.colour == _PALETTE:
            return "palette with alpha" if self.channels == RGBA else "palette"
        return f"{self.depth}-bit{called(self.channels)}"

    def passes(self) -> list[Pass]:
        """Returns the passes in which the pixels come, without the empty ones."""
        found = []
        for left, top, across, down in _ADAM7 if self.interlaced else ((0, 0, 1, 1),):
            width, height = -(-(self.width - left) // across), -(-(self.height - top) // down)
            if width > 0 and height > 0:
                row = 1 + (width * len(self.stored) * self.depth + 7) // 8
                found.append(Pass(left, top, across, down, width, height, row))
        return found


class PngDecoder:
    """Reads all PNG; those of 8 bits are left to Pillow for the screen, which takes their numbers as they are."""

    name = "own PNG"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the picture, of an animation the one that is shown where animations are not known."""
        view = memoryview(data).cast("B")
        with faults.translated():
            png = header(view, most_bytes)
            if for_screen and png.is_for_screen:
                _check_sums(view)
                raise PassedOnError("Pillow makes pictures of 8 bits ready for the screen.")
            turn, samples = exif.turn(view), _samples(view, png)
            planes = tuple(pixels.upright(plane, turn) for plane in _finished(png, samples))
            indices = pixels.upright(samples[0], turn) if png.colour == _PALETTE else None
            return Frame(planes, png.channels, png.description, info_of(png, planes, turn), indices)

    def reduced(self, data: Buffer, fit_size: Size, most_bytes: int = MOST_BYTES) -> None:  # noqa: ARG002 - the protocol's
        """Returns None: there is no faster way."""
        return


def header(view: memoryview, most_bytes: int) -> PngHeader:
    """Returns what a PNG says, all of whose chunks are there.

    Raises:
        UnsupportedFormatError: it is of a kind that no one could read who knows only the standard.
        DamagedImageError: it is cut off, or has no sound header or no pixels.
        ImageTooLargeError: more than ``most_bytes``.
    """
    chunks: dict[bytes, memoryview] = {}
    data, kind = [], b""
    for kind, start, end in exif.png_chunks(view):
        if not chunks and kind not in {b"IHDR", b"CgBI"}:
            raise faults.damaged("its header is missing")
        _check_chunk(view, kind, start, end)
        if kind == b"IDAT":
            data.append(view[start - 8 : end + 4])
        elif kind in _CRITICAL or kind[0] & 0x20:
            chunks.setdefault(kind, view[start:end])
        else:
            _check_sums(view)
            raise faults.unsupported(f"This PNG holds a chunk of the kind {kind.decode('ascii', 'replace')}")
    if kind != b"IEND":
        raise DamagedImageError(faults.CUT_OFF)
    width, height, depth, colour, packing, filters, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if depth not in _COLOURS.get(colour, ((), ()))[1] or packing or filters or interlaced > 1:
        raise faults.damaged("its header makes no sense")
    png = PngHeader(width, height, depth, colour, bool(interlaced), chunks, data)
    faults.check_size(width, height, most_bytes, len(png.channels) * ((depth + 7) // 8))
    if sum(each.height * each.row for each in png.passes()) > _TIGHTEST * view.nbytes:
        raise faults.damaged(_TOO_FEW)
    if colour == _PALETTE and not len(chunks.get(b"PLTE", b"")):
        raise faults.damaged("its palette is missing")
    return png


def _check_chunk(view: memoryview, kind: bytes, start: int, end: int) -> None:
    """Raises DamagedImageError for what some readers pass over and others do not: all give the same verdict."""
    if not kind.isalpha():
        raise faults.damaged("the kind of a part of it makes no sense")
    if kind in _LOOKED_AT and zlib.crc32(view[start - 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
        raise faults.damaged(faults.WRONG_SUM)


def _check_sums(view: memoryview) -> None:
    """Raises DamagedImageError if a chunk without which there is no picture is not as it was written."""
    for kind, start, end in exif.png_chunks(view):
        if not kind[0] & 0x20:
            found = 0
            for at in range(start - 4, end, _STEP):  # the kind counts too
                found = zlib.crc32(view[at : min(at + _STEP, end)], found)
            if found != int.from_bytes(view[end : end + 4], "big"):
                raise faults.damaged(faults.WRONG_SUM)


def _samples(view: memoryview, png: PngHeader) -> list[npt.NDArray[Any]]:
    """Returns the samples in the file, not turned yet: one array, or one a channel."""
    if png.depth >= 8 and png.colour != _PALETTE and not png.interlaced:  # noqa: PLR2004 - others it would scale
        with contextlib.suppress(Exception):  # it is not installed, or its verdict is: ours is given below
            from imagecodecs import png_decode  # noqa: PLC0415 - an extra

            # no other chunk: it has words on some of them for the standard error stream
            return [png_decode(b"".join([view[:_PIXELS], *png.data, _END]))]
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    _check_sums(view)
    passes, stream = png.passes(), b"".join(each[8:-4] for each in png.data)
    if not png.interlaced and (png.depth <= 8 or len(png.stored) == 1):  # noqa: PLR2004 - what Pillow can
        return [_unpacked(stream, png.width, png.height, passes[0].row, png)]
    needed = sum(each.height * each.row for each in passes)
    raw = np.frombuffer(zlib.decompressobj().decompress(stream, needed), np.uint8)
    if len(raw) < needed:
        raise faults.damaged(_TOO_FEW)
    whole: list[npt.NDArray[Any]] = []
    for each in passes:
        part, raw = raw[: each.height * each.row], raw[each.height * each.row :]
        planes = _unfiltered(part.reshape(each.height, each.row), each.width, png)
        if not png.interlaced:
            return planes
        whole = whole or [np.empty((png.height, png.width, *plane.shape[2:]), plane.dtype) for plane in planes]
        for target, plane in zip(whole, planes, strict=True):
            target[each.top :: each.down, each.left :: each.across] = plane
    return whole


def _unfiltered(rows: npt.NDArray[Any], width: int, png: PngHeader) -> list[npt.NDArray[Any]]:
    """Returns the samples in rows of bytes, each with its filter first: of 8 bits in one array, else one a channel.

    Pillow takes off filters, in C, as part of unpacking; so the rows are packed again, without making them smaller.
    It knows no 16 bits in colour; but the filters take each byte of a pixel by itself, so that each channel can be a
    picture of its own.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    height, count = len(rows), len(png.stored)
    if png.depth <= 8:  # noqa: PLR2004 - one byte
        return [_unpacked(zlib.compress(rows.data, 0), width, height, rows.shape[1], png)]
    planes = []
    for channel in range(count):
        own = np.empty((height, 1 + 2 * width), np.uint8)
        own[:, 0] = rows[:, 0]
        for byte in (1, 2):
            own[:, byte::2] = rows[:, 2 * channel + byte :: 2 * count]
        planes.append(_unpacked(zlib.compress(own.data, 0), width, height, own.shape[1], png))
    return planes


def _unpacked(stream: bytes, width: int, height: int, row: int, png: PngHeader) -> npt.NDArray[Any]:
    """Returns the samples in rows of so many bytes, packed by zlib: all of a pixel, but one channel if of 16 bits."""
    pixels.prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    count = len(png.stored)
    if png.depth == 16:  # noqa: PLR2004 - two bytes
        mode, raw_mode = "I;16", "I;16B"
    elif count == 1:  # as a palette, because grey is scaled to 8 bits
        mode, raw_mode = "P", "P" if png.depth == 8 else f"P;{png.depth}"  # noqa: PLR2004
    else:
        mode = raw_mode = "".join(png.stored).replace("Y", "L")
    image = Image.new(mode, (width, height), None)  # not filled with black first: that would hold the GIL
    last = pixels.pixels_of(image)[-1]
    last[...] = _UNTOUCHED
    image.frombytes(stream, "zip", (raw_mode, 0))
    if (last == _UNTOUCHED).all() and len(zlib.decompressobj().decompress(stream, height * row)) < height * row:
        raise faults.damaged(_TOO_FEW)  # Pillow does not mind
    places = (0, 3) if count == 2 else range(count)  # noqa: PLR2004 - 4 bytes a pixel: of grey and alpha L, L, L, A
    array = pixels.pixels_of(image)
    return pixels.packed(array, places) if array.ndim > 2 else array  # noqa: PLR2004


def _finished(png: PngHeader, planes: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Returns the samples with the colours of the palette, and with the alpha that ``tRNS`` says."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    trns = png.chunks.get(b"tRNS", b"")
    if png.colour == _PALETTE:
        table = np.zeros((256, 4), np.uint8)  # an index beyond the palette is black
        table[:, 3] = 255
        colours = png.chunks[b"PLTE"][: 3 * 256]
        table[: len(colours) // 3, :3] = np.frombuffer(colours, np.uint8, len(colours) // 3 * 3).reshape(-1, 3)
        table[: len(trns), 3] = np.frombuffer(trns, np.uint8)[:256]
        rgba = table.view(np.uint32)[:, 0].take(planes[0]).view(np.uint8).reshape(*planes[0].shape, 4)
        return [pixels.packed(rgba, range(len(png.channels)))]
    if png.channels == png.stored:
        return planes
    if planes[0].ndim > 2:  # noqa: PLR2004 - interleaved
        planes = [planes[0][..., channel] for channel in range(len(png.stored))]
    largest = (1 << png.depth) - 1
    clear = [key & largest for key in struct.unpack_from(f">{len(planes)}H", trns)]
    seen = np.logical_or.reduce([plane != key for plane, key in zip(planes, clear, strict=True)])
    return [*planes, seen * planes[0].dtype.type(largest)]


def info_of(png: PngHeader, planes: tuple[npt.NDArray[Any], ...], turn: int) -> SampleInfo:
    """Returns what the samples mean: one array of all channels, or one a channel, upright."""
    bits, white = png.bits, None
    if png.colour != _PALETTE and bits < png.depth:
        # The standard wants the numbers scaled up to all bits. What was not has small numbers that are not round.
        colours = (planes[0][..., : png.colours],) if planes[0].ndim > 2 else planes[: png.colours]  # noqa: PLR2004
        low = colours[0] & ((1 << (png.depth - bits)) - 1)
        scaled = not low.any() or any(plane.max() >> bits for plane in colours)
        white = float((1 << png.depth) - 1) if scaled else None
    aspect = 1.0
    if len(png.chunks.get(b"pHYs", b"")) == 9:  # noqa: PLR2004 - pixels across and down a unit, and the unit
        across, down, unit = struct.unpack(">IIB", png.chunks[b"pHYs"])
        if not unit and across and down:  # 0: it is unknown, so this is said for its own sake
            aspect = across / down if turn in exif.ON_ITS_SIDE else down / across
    packed = bytes(png.chunks.get(b"iCCP", b"")).partition(b"\0")[2][1:]  # behind a name; a byte says how
    return SampleInfo(
        bits=0 if bits == 8 * planes[0].itemsize else bits,
        white=white,
        alpha=Alpha.STRAIGHT if "A" in png.channels else None,
        icc=exif.unpacked(packed, _MOST_ICC),
        pixel_aspect=aspect,
    )
