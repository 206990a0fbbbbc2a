"""JPEG by simplejpeg (libjpeg-turbo): one long call outside the GIL, straight into 32-bit pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MAX_PIXELS, SampleDecoder
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.frame import Size

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

_DESCRIPTIONS = {"Gray": "8-bit grey", "YCbCr": "8-bit RGB", "RGB": "8-bit RGB"}

DAMAGED = ", damaged in places"
"""The end of the description of a picture of which some of the compressed data are wrong."""

_HARMLESS = re.compile(r"extraneous bytes before marker|unknown JFIF revision|bad Huffman code", re.IGNORECASE)
"""Complaints of libjpeg after which the picture is whole, if perhaps wrong in places; the end of the data is none."""


class JpegDecoder(SampleDecoder):
    """Reads grey and colour JPEG; other varieties (CMYK, arithmetic coding, 12 bits) are left to the next decoder."""

    name = "simplejpeg"

    def reduced(self, data: Buffer, fit_size: Size, max_pixels: int = MAX_PIXELS) -> tuple[Frame, Size] | None:
        """Returns the picture at a half, a quarter or an eighth of its size, and its full size; or None.

        libjpeg leaves out the finest waves, so that less is to be transformed and no more pixels are made than are of
        use. None where the picture fitted into ``fit_size`` is more than half its size, and for files that
        :meth:`decode` does not read, or not without a remark.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
        import simplejpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

        try:
            height, width, space, _ = simplejpeg.decode_jpeg_header(data)
            faults.check_size(int(width), int(height), max_pixels)
            turn = _turn(data)
            lies = turn in exif.ON_ITS_SIDE
            full = Size(height, width) if lies else Size(width, height)
            fitted = full.fitted_into(fit_size)
            if space not in _DESCRIPTIONS or 2 * fitted.width > full.width or 2 * fitted.height > full.height:
                return None
            least = (fitted.width, fitted.height) if lies else (fitted.height, fitted.width)
            bgrx = simplejpeg.decode_jpeg(data, "BGRX", min_height=least[0], min_width=least[1], min_factor=2)
        except ValueError:
            return None
        return pixels.frame_of(pixels.upright(bgrx.view(np.uint32)[..., 0], turn), _DESCRIPTIONS[space]), full

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the picture as BGRX, upright.

        A file in which only some of the compressed data are wrong is shown as every viewer does, and its description
        says so.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        bgrx, description = _decoded(data, dict.fromkeys(_DESCRIPTIONS, "BGRX"), max_pixels)
        turned = pixels.upright(bgrx.view(np.uint32)[..., 0], _turn(data))
        return pixels.frame_of(turned, description)

    def samples(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
        """Returns the samples, upright: grey or RGB."""
        array, _ = _decoded(data, {"Gray": "Gray", "YCbCr": "RGB", "RGB": "RGB"}, max_pixels)
        array = pixels.upright(array, _turn(data))
        return array[..., 0] if array.shape[2] == 1 else array


def _turn(data: Buffer) -> int:
    """Returns the orientation, 1 to 8."""
    return exif.orientation(exif.in_jpeg(memoryview(data)))


def _decoded(data: Buffer, layouts: dict[str, str], max_pixels: int) -> tuple[npt.NDArray[Any], str]:
    """Returns the pixels as they lie in the file, in the layout for its colours, and its description."""
    import simplejpeg  # noqa: PLC0415 - loaded by the first picture, not at start

    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError as error:  # a variety simplejpeg does not know, or no JPEG at all: Pillow can tell
        raise UnsupportedFormatError("It is not a JPEG that simplejpeg can read.") from error
    faults.check_size(int(width), int(height), max_pixels)
    if space not in layouts:
        raise UnsupportedFormatError(f"simplejpeg does not read JPEG with {space} colours.")
    with faults.translated():
        try:
            return simplejpeg.decode_jpeg(data, layouts[space]), _DESCRIPTIONS[space]
        except ValueError as error:
            if "premature end" in str(error).lower():
                raise DamagedImageError(faults.CUT_OFF) from error
            if not _HARMLESS.search(str(error)):
                raise
            return simplejpeg.decode_jpeg(data, layouts[space], strict=False), _DESCRIPTIONS[space] + DAMAGED
