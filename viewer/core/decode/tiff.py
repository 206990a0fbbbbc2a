"""TIFF by tifffile: all the bits of the samples, and uncompressed pixels straight out of the file's bytes."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import zlib
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.decode.decoder import MAX_PIXELS, SampleDecoder
from viewer.core.display import pixels
from viewer.core.errors import UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from tifffile import TiffPage
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

# Values of tags, TIFF 6.0 sections 3, 4, 6, 8, 18 and 19.
_MINISWHITE, _MINISBLACK, _RGB = 0, 1, 2
_NO_COMPRESSION, _ADOBE_DEFLATE, _DEFLATE = 1, 8, 32946
_ASSOCIATED_ALPHA, _STRAIGHT_ALPHA = 1, 2
_ORIENTATION = 274
_BEST_RATIO = 2000
"""No compression makes more than this many bytes of one (deflate: 1,032)."""
_FAST = {_NO_COMPRESSION, _ADOBE_DEFLATE, _DEFLATE}
"""Compressions that tifffile reads no slower than Pillow, also without imagecodecs."""


class TiffDecoder(SampleDecoder):
    """Reads the first page of grey and RGB TIFF of any sample type. The rest is left to Pillow.

    That is palettes, CMYK, YCbCr and Lab, single bits, and compressed pictures of 8 bits other than deflate, where
    Pillow is faster. Compressions that tifffile cannot read without the package imagecodecs go the same way.
    """

    name = "tifffile"

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first page, upright and over black.

        BGRX for 8 bits, GRAY16 or RGB48 for 16. Samples of other types are stretched to 8 bits from the smallest to
        the largest of the page.
        """
        with _first_page(data, max_pixels) as page:
            array, description = _picture(_samples(page, data), page)
            return pixels.frame_of(pixels.upright(array, _turn(page)), description)

    def samples(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
        """Returns the samples of the first page, upright."""
        with _first_page(data, max_pixels) as page:
            samples = _samples(page, data)
            return pixels.upright(samples.astype(samples.dtype.newbyteorder("=")), _turn(page))


@contextlib.contextmanager
def _first_page(data: Buffer, max_pixels: int) -> Iterator[TiffPage]:
    """Yields the first page, checked; errors of tifffile become :class:`UnsupportedFormatError`, and Pillow decides."""
    import tifffile  # noqa: PLC0415 - loaded by the first TIFF, not at start

    _bound_inflating()
    tifffile.logger().setLevel(logging.CRITICAL + 1)  # it logs what it finds odd, and raises what matters
    with faults.translated(_unread), tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        faults.check_size(page.imagewidth, page.imagelength, max_pixels)
        _check_variety(page)
        _check_length(page, memoryview(data).nbytes)
        yield page


@functools.cache
def _bound_inflating() -> None:
    """Has tifffile unpack no more of a strip than it needs; without imagecodecs a small file could fill the memory."""
    with contextlib.suppress(ImportError):
        from tifffile import _imagecodecs  # noqa: PLC0415 - as tifffile

        if hasattr(_imagecodecs, "zlib_decode"):
            _imagecodecs.zlib_decode = _inflated


def _inflated(data: bytes, /, *, out: int | None = None) -> bytes:
    """Returns what ``data`` were before zlib packed them, not much more than ``out`` bytes."""
    inflater = zlib.decompressobj()
    inflated = inflater.decompress(data, 0 if out is None else out + 1)  # one more, so that the checksum is looked at
    if not inflater.eof and (out is None or len(inflated) <= out):
        raise zlib.error("incomplete or truncated stream")
    return inflated[:out]


def _unread(error: Exception) -> UnsupportedFormatError:
    return UnsupportedFormatError(f"tifffile does not read this TIFF: {error}.")


def _turn(page: TiffPage) -> int:
    """Returns the orientation, 1 to 8."""
    tag = page.tags.get(_ORIENTATION)
    return tag.value if tag is not None and isinstance(tag.value, int) else 1


def _check_variety(page: TiffPage) -> None:
    """Raises UnsupportedFormatError for a page that is Pillow's to read."""
    bits = page.bitspersample
    if page.photometric not in {_MINISWHITE, _MINISBLACK, _RGB} or page.dtype is None:
        raise UnsupportedFormatError("tifffile is used for grey and RGB only.")
    if page.axes not in {"YX", "YXS", "SYX"} or bits != page.dtype.itemsize * 8 or page.dtype.kind not in "uif":
        raise UnsupportedFormatError("tifffile is used for whole samples of one plane only.")
    if bits == 8 and page.compression not in _FAST:  # noqa: PLR2004 - bits of a byte
        raise UnsupportedFormatError("Pillow is faster here.")


def _check_length(page: TiffPage, length: int) -> None:
    """Raises DamagedImageError if a strip or tile lies behind the end of the file, or there is too little of them.

    tifffile fills what is missing with black, and would do so for hundreds of megapixels that a broken header claims.
    """
    needed = max((start + size for start, size in zip(page.dataoffsets, page.databytecounts, strict=True)), default=0)
    if needed > length:
        raise faults.cut_off(length, needed)
    most = 1 if page.compression == _NO_COMPRESSION else _BEST_RATIO
    if sum(page.databytecounts) * most < page.nbytes:
        raise faults.damaged("it holds fewer pixels than it says")


def _samples(page: TiffPage, data: Buffer) -> npt.NDArray[Any]:
    """Returns the samples as they are in the file, of shape (height, width) or (height, width, channels).

    Uncompressed ones are a view into ``data``, in the file's byte order; their first use is outside the GIL.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if page.compression == _NO_COMPRESSION and page.is_contiguous and page.fillorder == 1 and page.dtype is not None:
        dtype = page.dtype.newbyteorder(page.parent.byteorder)
        array = np.frombuffer(memoryview(data), dtype, page.size, page.dataoffsets[0]).reshape(page.shape)
    else:
        array = page.asarray(maxworkers=1)
    return np.moveaxis(array, 0, -1) if page.axes == "SYX" else array


def _picture(samples: npt.NDArray[Any], page: TiffPage) -> tuple[npt.NDArray[Any], str]:
    """Returns samples as 32-bit BGRX or 16-bit grey or RGB, not turned yet, and the description of the file."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    coloured = page.photometric == _RGB and samples.ndim == 3 and samples.shape[2] >= 3  # noqa: PLR2004
    if samples.ndim == 3 and not coloured:  # noqa: PLR2004
        samples = samples[..., 0]  # grey with channels that the file does not explain
    alpha = coloured and samples.shape[2] > 3 and page.extrasamples[:1] in {(_ASSOCIATED_ALPHA,), (_STRAIGHT_ALPHA,)}  # noqa: PLR2004
    straight = alpha and page.extrasamples[0] == _STRAIGHT_ALPHA
    kind, bits = samples.dtype.kind, samples.dtype.itemsize * 8
    number = {"u": "", "i": " signed", "f": " float"}[kind]
    description = f"{bits}-bit{number} {'RGBA' if alpha else 'RGB' if coloured else 'grey'}"
    if kind == "u" and bits == 16:  # noqa: PLR2004
        samples = samples.astype(np.uint16)  # in native byte order, and no longer a view into the file
        if coloured:
            samples = pixels.over_black16(samples) if straight else samples[..., :3]
    elif kind != "u" or bits != 8:  # noqa: PLR2004
        samples = pixels.stretched(samples[..., :3] if coloured else samples)
        straight = False
    if page.photometric == _MINISWHITE:
        samples = np.invert(samples)
    if samples.dtype == np.uint16:
        return samples, description
    if not coloured:
        return pixels.grey_to_bgrx(samples), description
    if straight:
        samples = pixels.over_black(np.ascontiguousarray(samples[..., :4]))
    return pixels.rgb_to_bgrx(samples), description
