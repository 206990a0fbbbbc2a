"""Everything else, by Pillow."""

from __future__ import annotations

import contextlib
import functools
import io
from typing import TYPE_CHECKING, Any

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MAX_PIXELS, SampleDecoder
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, ImageTooLargeError
from viewer.core.formats import FIRST_PIECE, HEAD, PILLOW_READERS, UNRECOGNISED, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

ONE_STEP = 1 << 26
"""Bytes that Pillow takes at a time. Its own 64 kB make a Python step of every 64 kB: four times the GIL pauses."""

_DESCRIPTIONS = {
    "1": "1-bit",
    "L": "8-bit grey",
    "LA": "8-bit grey with alpha",
    "La": "8-bit grey with alpha",
    "P": "palette",
    "PA": "palette with alpha",
    "RGB": "8-bit RGB",
    "RGBX": "8-bit RGB",
    "RGBA": "8-bit RGBA",
    "RGBa": "8-bit RGBA",
    "CMYK": "8-bit CMYK",
    "YCbCr": "8-bit YCbCr",
    "LAB": "8-bit Lab",
    "HSV": "8-bit HSV",
    "I": "32-bit grey",
    "F": "32-bit float grey",
}

_PNG_CHUNKS, _TEXTS = 8, {b"tEXt", b"zTXt", b"iTXt", b"iCCP"}
"""Where the chunks of a PNG begin, and those that are left out if they are too large when unpacked."""
_TOO_LARGE = f"The picture is too large: {MAX_PIXELS // 1_000_000} million pixels are the most that is shown."
_SIXTEEN_BITS_IN_I = {"PNG", "PPM"}
"""Formats whose 16-bit grey Pillow may hold as mode I, by its version."""


class PillowDecoder(SampleDecoder):
    """Reads all that :data:`viewer.core.formats.PILLOW_READERS` do, no matter what else is registered with Pillow.

    JPEG 2000 holds the GIL while it decodes (170 ms for 1080p), as does WebP for moments (17 ms at 4K).
    """

    name = "Pillow"

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first image, upright and over black.

        BGRX, or GRAY16 for 16-bit grey. Wider numbers are stretched from their smallest to their largest.
        """
        with _loaded(data, max_pixels) as image:
            description = _DESCRIPTIONS.get(image.mode, "16-bit grey" if image.mode.startswith("I;16") else "")
            turn = _orientation(image)
            array, description = _samples(image, description)
            return pixels.frame_of(pixels.upright(array, turn), description)

    def samples(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
        """Returns the samples, upright."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        with _loaded(data, max_pixels) as image:
            turn = _orientation(image)
            if image.mode.startswith("I;16") or (image.mode == "I" and image.format in _SIXTEEN_BITS_IN_I):
                array, _ = _samples(image, "")
            elif image.mode in {"1", "L", "I", "F", "LA", "RGB", "RGBA"} and "transparency" not in image.info:
                array = np.asarray(image)
            else:
                array = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
            return pixels.upright(array, turn)

    def image(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Image:
        """Returns the first image as Pillow has it, upright, its pixels in memory; raises as :meth:`decode` does."""
        from PIL import ImageOps  # noqa: PLC0415 - loaded by the first picture, not at start

        with _loaded(data, max_pixels) as image:
            return ImageOps.exif_transpose(image)


@contextlib.contextmanager
def _loaded(data: Buffer, max_pixels: int) -> Iterator[Image]:
    """Yields the first image with its pixels in memory; errors of Pillow become :class:`DecodeError`."""
    prepare_pillow()
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded by the first picture, not at start

    with faults.translated():
        try:
            try:
                image = _load(data, max_pixels)
            except ValueError as error:
                if "MAX_TEXT_" not in str(error):
                    raise
                image = _load(_without_texts(data), max_pixels)
            yield image
        except UnidentifiedImageError as error:
            head = bytes(memoryview(data)[:FIRST_PIECE])
            if recognise(head[:HEAD]) is not UNRECOGNISED:
                raise DamagedImageError("The file is damaged: its header cannot be read.") from error
            raise faults.no_picture(head) from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ImageTooLargeError(_TOO_LARGE) from error
        except OSError as error:
            if "truncated" in str(error).lower():
                raise DamagedImageError(faults.CUT_OFF) from error
            raise


def _load(data: Buffer, max_pixels: int) -> ImageFile:
    image = _opened(data)
    faults.check_size(*image.size, max_pixels)
    image.decodermaxblock = ONE_STEP
    image.load()
    return image


def _opened(data: Buffer) -> ImageFile:
    """Returns the image in a file; none of its pixels is decoded yet."""
    from PIL import Image  # noqa: PLC0415 - loaded already

    Image.init()  # all its formats; only the first call does anything
    # In Pillow's own order, and no reader but ours: one of them starts Ghostscript. Never a path: Pillow maps
    # uncompressed files, and all that use the pixels would wait for the share.
    return Image.open(io.BytesIO(data), formats=[each for each in Image.ID if each in PILLOW_READERS])


def size_in(head: bytes) -> tuple[int, int] | None:
    """Returns width and height of the picture in a file that begins with ``head``, None if that does not say them.

    Raises:
        ImageTooLargeError: they are beyond all measure.
    """
    prepare_pillow()
    from PIL.Image import DecompressionBombError  # noqa: PLC0415 - loaded already

    try:
        return _opened(head).size
    except DecompressionBombError as error:
        raise ImageTooLargeError(_TOO_LARGE) from error
    except Exception:  # noqa: BLE001 - of all kinds; what is wrong is found out when all of the file is here
        return None


def _without_texts(data: Buffer) -> bytes:
    """Returns a PNG without its texts and profile: Pillow refuses all of it if one of them is large when unpacked."""
    view, at = memoryview(data), _PNG_CHUNKS
    parts = [view[:at]]
    while at + 8 <= view.nbytes:
        end = at + 12 + int.from_bytes(view[at : at + 4], "big")
        if bytes(view[at + 4 : at + 8]) not in _TEXTS:
            parts.append(view[at:end])
        at = end
    return b"".join(parts)


@functools.cache
def prepare_pillow() -> None:
    """Loads Pillow and sets its limit; call it before Pillow opens a file."""
    pixels.prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    # Sizes are checked before anything is loaded; Pillow's own limit, one for the whole process, is for the pictures
    # inside a file (the PNG in an icon), whose sizes are known only while it loads. It refuses twice this number.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def _orientation(image: Image) -> int:
    """Returns the EXIF orientation that the pixels were not turned by yet; Pillow turns TIFF itself."""
    data = image.info.get("exif")
    return exif.orientation(data) if image.format != "TIFF" and isinstance(data, bytes) else exif.UPRIGHT


def _samples(image: Image, description: str) -> tuple[npt.NDArray[Any], str]:
    """Returns an image as 32-bit BGRX or 16-bit grey, not turned yet, and its description."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    mode = image.mode
    if mode.startswith("I;16"):
        if mode == "I;16":
            return pixels.pixels_of(image), description
        samples = np.frombuffer(image.tobytes(), ">u2" if mode.endswith("B") else "<u2")
        return samples.reshape(image.height, image.width).astype(np.uint16), description
    if mode == "I" and image.format in _SIXTEEN_BITS_IN_I:
        return np.clip(pixels.pixels_of(image), 0, 65535).astype(np.uint16), "16-bit grey"
    if mode in {"I", "F"}:
        return pixels.grey_to_bgrx(pixels.stretched(pixels.pixels_of(image))), description
    return _bgrx(image), description


def _bgrx(image: Image) -> npt.NDArray[np.uint32]:
    """Returns an image of at most 8 bits a channel as BGRX, over black."""
    if image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info:
        image = image.convert("RGBA").convert("RGBa")
    elif image.mode in {"1", "L"}:
        return pixels.grey_to_bgrx(pixels.pixels_of(image.convert("L")))
    elif image.mode == "La":
        return pixels.grey_to_bgrx(pixels.pixels_of(image)[..., 0])  # inside Pillow: grey times alpha, thrice, alpha
    elif image.mode not in {"RGB", "RGBX", "RGBa"}:
        image = image.convert("RGB")
    return pixels.rgb_to_bgrx(pixels.pixels_of(image))
