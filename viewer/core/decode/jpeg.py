"""JPEG by simplejpeg (libjpeg-turbo): one long call outside the GIL, straight into 32-bit pixels.

Format: ITU-T T.81, B (markers, frames and scans) and G (progressive); ICC.1:2022, B.4 (the profile's segments).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import exif, faults, jpeg_head
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.pillow import PillowDecoder
from viewer.core.display import pixels
from viewer.core.display.block_pool import frame_blocks
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.frame import GREY, RGB, Frame, SampleInfo, Size
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Buffer

_DESCRIPTIONS = {"Gray": "8-bit grey", "YCbCr": "8-bit RGB", "RGB": "8-bit RGB"}

DAMAGED = ", damaged in places"
"""The end of the description of a picture of which some of the compressed data are wrong."""

_HARMLESS = late_pattern(r"extraneous bytes before marker|unknown JFIF revision|bad Huffman code", re.IGNORECASE)
"""Complaints of libjpeg after which the picture is whole, if perhaps wrong in places; the end of the data is none."""

_MARKER = late_pattern(rb"\xff+([^\0\xff\xd0-\xd7])", re.DOTALL)
"""What follows on the pixels of a scan; zeros and restarts (RST0 to RST7) are part of them."""
_START_OF_SCAN, _LAST_MARKER = 0xFFDA, 0xFFD9
_WAVES = 64
"""Coefficients of a block."""
_GUESSES, _MORE = 8, 64
"""How often data of no meaning are put in the place of those that may be missing, and bytes of them."""


class _Header(NamedTuple):
    """What a JPEG says before its pixels: colours as simplejpeg calls them, and what else there is."""

    width: int
    height: int
    space: str
    turn: int
    icc: bytes

    @property
    def info(self) -> SampleInfo:
        """What the samples of a BGRX frame mean."""
        return SampleInfo(icc=self.icc, is_grey=self.space == "Gray")


class JpegDecoder(Decoder):
    """Reads grey and colour JPEG; other varieties (CMYK, arithmetic coding, 12 bits) are left to the next decoder."""

    name = "simplejpeg"

    def reduced(self, data: Buffer, fit_size: Size, most_bytes: int = MOST_BYTES) -> tuple[Frame, Size] | None:
        """Returns the picture at one to four eighths of its size, as few as are enough, and its full size; or None.

        libjpeg leaves out the finest waves, so that less is to be transformed and no more pixels are made than are of
        use: of 4K for a window of 1080p it takes 6 ms and 25 MB less, and scaling half the time. None where the picture
        fitted into ``fit_size`` is more than half its size, and for files that :meth:`decode` does not read, or not
        without a remark.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
        import simplejpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

        try:
            header = _header(data, most_bytes)
            lies = header.turn in exif.ON_ITS_SIDE
            full = Size(header.height, header.width) if lies else Size(header.width, header.height)
            fitted = full.fitted_into(fit_size)
            if 2 * fitted.width > full.width or 2 * fitted.height > full.height:
                return None
            least = (fitted.width, fitted.height) if lies else (fitted.height, fitted.width)
            sizes = ((-(-header.height * part // 8), -(-header.width * part // 8)) for part in (1, 2, 3, 4))
            height, width = next(size for size in sizes if size[0] >= least[0] and size[1] >= least[1])
            memory = frame_blocks.array(height, width, 4)
            bgrx = simplejpeg.decode_jpeg(data, "BGRX", min_height=height, min_width=width, min_factor=2, buffer=memory)
        except (ValueError, UnsupportedFormatError, DamagedImageError):
            return None
        turned = pixels.upright(bgrx.view(np.uint32)[..., 0], header.turn)
        return pixels.frame_of(turned, _DESCRIPTIONS[header.space], header.info), full

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the picture, upright; for the screen as BGRX.

        A file in which only some of the compressed data are wrong is shown as every viewer does, and its description
        says so.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        try:
            header = _header(data, most_bytes)
        except PassedOnError:
            if not _lacks_end(memoryview(data).cast("B")):
                raise
            return _with_end(data, most_bytes, for_screen=for_screen)
        is_grey = header.space == "Gray"
        if for_screen:
            memory = frame_blocks.array(header.height, header.width, 4)
            array, words = _pixels(data, "BGRX", memory)
        else:
            array, words = _pixels(data, "Gray" if is_grey else "RGB")
        description = _DESCRIPTIONS[header.space] + words
        if for_screen:
            return pixels.frame_of(pixels.upright(array.view(np.uint32)[..., 0], header.turn), description, header.info)
        array = pixels.upright(array[..., 0] if is_grey else array, header.turn)
        return Frame((array,), GREY if is_grey else RGB, description, SampleInfo(icc=header.icc))


def _header(data: Buffer, most_bytes: int) -> _Header:
    """Returns what a JPEG says.

    Raises:
        PassedOnError: it is none that simplejpeg reads.
        UnsupportedFormatError: no one reads it.
        DamagedImageError: there are not enough bytes for so many pixels.
        ImageTooLargeError: more than ``most_bytes``.
    """
    import simplejpeg  # noqa: PLC0415 - loaded by the first picture, not at start

    view = memoryview(data).cast("B")
    head = jpeg_head.head(view)
    if head is not None:
        if head.way in jpeg_head.HIERARCHICAL:
            raise faults.unsupported("This is a hierarchical JPEG")
        if head.way not in jpeg_head.HUFFMAN or head.bits != 8:  # noqa: PLR2004 - bits
            raise PassedOnError("It is a JPEG without losses, of arithmetic coding, or of more than 8 bits.")
        if not head.height and b"\xff\xdc\0\4" in bytes(view):
            raise faults.unsupported("This JPEG says its height only behind its pixels")
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError as error:  # a variety simplejpeg does not know, or no JPEG at all: Pillow can tell
        if not any(_scanned(view)):
            raise DamagedImageError(faults.CUT_OFF) from error
        raise PassedOnError("It is not a JPEG that simplejpeg can read.") from error
    faults.check_size(int(width), int(height), most_bytes)
    if space not in _DESCRIPTIONS:
        raise PassedOnError(f"simplejpeg does not read JPEG with {space} colours.")
    if width * height > jpeg_head.TIGHTEST * view.nbytes:
        raise DamagedImageError(faults.CUT_OFF)
    return _Header(int(width), int(height), space, exif.turn(view), head.icc if head else b"")


def _pixels(data: Buffer, layout: str, memory: npt.NDArray[Any] | None = None) -> tuple[npt.NDArray[Any], str]:
    """Returns the pixels as they lie in the file, in ``memory`` if there is some, and what is to be said of them."""
    import simplejpeg  # noqa: PLC0415 - loaded by the first picture, not at start

    with faults.translated():
        try:
            return simplejpeg.decode_jpeg(data, layout, buffer=memory), ""
        except ValueError as error:
            complaint = str(error)
        is_ended, is_complete = _scanned(memoryview(data).cast("B"))
        if is_complete and not is_ended:  # only the end marker may be missing: with it libjpeg has nothing to say then
            try:
                return simplejpeg.decode_jpeg(bytes(data) + jpeg_head.END, layout, buffer=memory), ""
            except ValueError as error:
                raise DamagedImageError(faults.CUT_OFF) from error
        if not is_ended or "premature end" in complaint.lower():
            raise DamagedImageError(faults.CUT_OFF)
        if not _HARMLESS.search(complaint):
            raise faults.damaged(complaint)
        return simplejpeg.decode_jpeg(data, layout, buffer=memory, strict=False), DAMAGED


def _lacks_end(view: memoryview) -> bool:
    """Returns whether a JPEG that Pillow reads may lack nothing but its end marker."""
    head = jpeg_head.head(view)
    return head is not None and head.way in jpeg_head.HUFFMAN and head.bits == 8 and _scanned(view) == (False, True)  # noqa: PLR2004


def _with_end(data: Buffer, most_bytes: int, *, for_screen: bool) -> Frame:
    """Returns a picture of which only the end marker may be missing, by Pillow."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    decoder, draw = PillowDecoder(), np.random.default_rng(0)
    image = decoder.image(bytes(data) + jpeg_head.END, most_bytes)
    # libjpeg makes up pixels that are missing, and Pillow says nothing of it. Those that are there do not depend on
    # what follows.
    for _ in range(_GUESSES):
        other = bytes(data) + draw.integers(0, 255, _MORE, np.uint8).tobytes() + jpeg_head.END
        if not np.array_equal(pixels.pixels_of(decoder.image(other, most_bytes)), pixels.pixels_of(image)):
            raise DamagedImageError(faults.CUT_OFF)
    return decoder.decode(bytes(data) + jpeg_head.END, most_bytes, for_screen=for_screen)


def _scanned(jpeg: memoryview) -> tuple[bool, bool]:
    """Returns whether a JPEG has its end marker, and whether its scans bring all there is to each component.

    libjpeg does not complain of scans that are not there.
    """
    brought: dict[int, set[int]] = {}
    is_progressive, position = False, len(jpeg_head.END)
    while found := _MARKER.search(jpeg, position):
        marker, start = 0xFF00 | found[1][0], found.end()
        if marker == _LAST_MARKER:
            return True, True
        content = jpeg[start + 2 : start + int.from_bytes(jpeg[start : start + 2], "big")]
        position = start + 2 + len(content)
        if marker in jpeg_head.FRAMES and len(content) >= 6:  # noqa: PLR2004 - bits, height, width, number of components
            brought = {component: set() for component in content[6::3]}
            is_progressive = marker == jpeg_head.PROGRESSIVE
        if marker == _START_OF_SCAN and len(content) >= 4:  # noqa: PLR2004 - number of components, and the last three
            first, last, bits = content[-3:] if is_progressive else (0, _WAVES - 1, 0)
            for component in content[1:-3:2] if not bits & 15 else ():  # else the lower bits are to come
                brought.setdefault(component, set()).update(range(first, last + 1))
    return False, bool(brought) and all(len(waves) == _WAVES for waves in brought.values())
