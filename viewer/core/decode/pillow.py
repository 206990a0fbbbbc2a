"""Everything else, by Pillow."""

from __future__ import annotations

import contextlib
import functools
import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.pillow_verdicts import check_claim, check_kind, check_whole, verdict
from viewer.core.display import pixels
from viewer.core.errors import ImageTooLargeError, UnsupportedFormatError
from viewer.core.formats import HEAD, PILLOW_READERS, recognise
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo
from viewer.core.records import replace
from viewer.core.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile
    from typing_extensions import Buffer

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

_FOR_SCREEN = {"L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"}
"""Modes that a script gets as 8 bits of grey or RGB, unless a colour of them is clear."""
_MODES = {GREY: "L", GREY_ALPHA: "LA", RGB: "RGB", RGBA: "RGBA", ("C", "M", "Y", "K"): "CMYK"}
_GREY_MODES = {"uint16": ("I;16", "u2"), "float16": ("F", "f4"), "float32": ("F", "f4")}
_GREY_MODES |= dict.fromkeys(("int8", "int16", "int32"), ("I", "i4"))
"""Pillow's modes for samples of 8 bits by their channels, and for others by their type, and the one that they have."""

_PNG, _PNG_CHUNKS, _ANCILLARY = b"\x89PNG\r\n\x1a\n", 8, 0x20
"""How a PNG begins, where its chunks do, and the bit of their kind by which the picture can do without them."""
_TEXTS = {b"tEXt", b"zTXt", b"iTXt", b"iCCP"}
"""Chunks that may be too large when they are unpacked."""
_ACCEPTED = 16
"""Bytes by which Pillow's readers say whether a file is theirs."""
_ROW = 8
"""Bytes that a row takes in Pillow besides its pixels, which count where a picture is narrow."""
_TOO_LARGE = f"The picture is too large: {format_bytes(MOST_BYTES)} are the most that is shown."


class PillowDecoder(Decoder):
    """Reads all that :data:`viewer.core.formats.PILLOW_READERS` do, no matter what else is registered with Pillow.

    Palettes, CMYK, YCbCr, Lab and HSV come as RGB. Of JPEG 2000 and some old formats the row says that Pillow holds the
    GIL while it decodes; it does so of WebP for moments (17 ms at 4K).
    """

    name = "Pillow"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the first image, upright."""
        with _loaded(data, most_bytes) as image:
            description = _DESCRIPTIONS.get(image.mode, "16-bit grey" if image.mode.startswith("I;16") else "")
            turn = _orientation(image, data)
            indices = pixels.upright(pixels.pixels_of(image), turn) if image.mode == "P" else None
            if for_screen and image.mode in _FOR_SCREEN and not _is_clear(image):
                info = SampleInfo(icc=_profile(image), is_grey=image.mode == "L")
                return pixels.frame_of(pixels.upright(_bgrx(image), turn), description, info, indices)
            array, channels, info = _samples(image)
            return Frame((pixels.upright(array, turn),), channels, description, info, indices)

    def image(self, data: Buffer, most_bytes: int = MOST_BYTES) -> Image:
        """Returns the first image as Pillow has it, upright, its pixels in memory; raises as :meth:`decode` does."""
        from PIL import ImageOps  # noqa: PLC0415 - loaded by the first picture, not at start

        with _loaded(data, most_bytes) as image:
            return ImageOps.exif_transpose(image)


def image_of(frame: Frame) -> Image:
    """Returns a frame as an image of Pillow; UnsupportedFormatError if Pillow has no mode for its samples.

    In its modes of 8 bits and 1, the largest number is white: samples of fewer bits are stretched to that, and turned
    if 0 is white. I;16, I and F have the samples themselves.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - the same

    array, mode = frame.array(), ""
    if frame.description == "palette" and array.dtype == np.uint16 and not (array % 257).any():
        array = (array >> 8).astype(np.uint8)  # of bytes, which a TIFF has as numbers of 16 bits
    if array.dtype in {np.dtype(np.uint8), np.dtype(bool)}:
        mode, array = _MODES.get(frame.channels, ""), _with_white(array.view(np.uint8), frame)
        if frame.info.alpha is Alpha.PREMULTIPLIED:
            mode = mode.replace("A", "a")
    elif frame.channels == GREY and array.dtype.name in _GREY_MODES:
        mode, dtype = _GREY_MODES[array.dtype.name]
        array = array.astype(dtype, copy=False)
    if not mode:
        raise UnsupportedFormatError(
            f'Pillow has no mode for a picture of {frame.description}; ask for its samples with kind="array".'
        )
    image = Image.frombuffer(mode, frame.size, np.ascontiguousarray(array), "raw", mode, 0, 1)
    if frame.info.bits == 1 and mode == "L":
        image = image.convert("1", dither=Image.Dither.NONE)
    if frame.info.icc:
        image.info["icc_profile"] = frame.info.icc
    return image


def _with_white(array: npt.NDArray[Any], frame: Frame) -> npt.NDArray[Any]:
    """Returns samples of up to 8 bits of which 255 is white."""
    import numpy as np  # noqa: PLC0415 - loaded already

    info = frame.info
    white = info.white or (1 << (info.bits or 8)) - 1
    if white == 255 and not info.is_inverted:  # noqa: PLR2004 - the largest
        return array
    table = np.rint(np.minimum(np.arange(256) / white, 1) * 255).astype(np.uint8)
    shown: npt.NDArray[Any] = table.take(array)
    if info.is_inverted:
        grey = shown[..., :1] if frame.channels == GREY_ALPHA else shown
        np.invert(grey, out=grey)
    return shown


@contextlib.contextmanager
def _loaded(data: Buffer, most_bytes: int) -> Iterator[Image]:
    """Yields the first image with its pixels in memory; errors of Pillow become :class:`DecodeError`."""
    prepare_pillow()
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded by the first picture, not at start

    with faults.translated(lambda error: verdict(error, data)):
        check_kind(data)
        check_whole(data)
        try:
            try:
                image = _load(data, most_bytes)
            except (UnidentifiedImageError, SyntaxError, ValueError):
                if bytes(memoryview(data)[:_PNG_CHUNKS]) != _PNG:
                    raise
                image = _load(_with_what_counts(data), most_bytes)
            yield image
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ImageTooLargeError(_TOO_LARGE) from error


def _load(data: Buffer, most_bytes: int) -> ImageFile:
    image = opened(data)
    faults.check_size(*image.size, most_bytes, 4 + _ROW // max(1, image.width))
    check_claim(image, memoryview(data).nbytes)
    image.decodermaxblock = ONE_STEP
    image.load()
    return image


def opened(data: Buffer, readers: Collection[str] = ()) -> ImageFile:
    """Returns the image in a file; none of its pixels is decoded yet, and its size is to be checked.

    As ``Image.open`` does it, which has words for the standard error stream on sizes and on libraries that are missing.
    Never from a path: Pillow maps uncompressed files, and all that use the pixels would wait for the share.

    Args:
        data: of the file.
        readers: of Pillow, if not those of the format by its first bytes: others take a Sun raster for a brush. Where
            they say nothing, all of ours, and no others: one of them starts Ghostscript.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded already

    Image.init()  # all its formats; only the first call does anything
    head, file = bytes(memoryview(data)[:HEAD]), io.BytesIO(data)
    readers = readers or recognise(head).pillow or PILLOW_READERS
    for factory, accept in (Image.OPEN[each] for each in Image.ID if each in readers):  # in Pillow's own order
        answer = accept(head[:_ACCEPTED]) if accept else True
        if answer and not isinstance(answer, str):  # why not
            with contextlib.suppress(SyntaxError, IndexError, TypeError, struct.error):
                file.seek(0)
                image: ImageFile = factory(file, "")
                return image
    raise UnidentifiedImageError


def size_in(head: bytes) -> tuple[int, int] | None:
    """Returns width and height of the picture in a file that begins with ``head``, None if that does not say them."""
    prepare_pillow()
    try:
        return opened(head).size
    except Exception:  # noqa: BLE001 - of all kinds; what is wrong is found out when all of the file is here
        return None


def _with_what_counts(data: Buffer) -> bytes:
    """Returns a PNG without its texts and profile, and without all else that is no part of the picture and damaged.

    Pillow refuses all of it if one of those is large when unpacked, or if any checksum is wrong.
    """
    view = memoryview(data).cast("B")
    parts = [view[:_PNG_CHUNKS]]
    for kind, start, end in exif.png_chunks(view):
        is_sound = zlib.crc32(view[start - 4 : end]) == int.from_bytes(view[end : end + 4], "big")
        if not kind[0] & _ANCILLARY or (is_sound and kind not in _TEXTS):
            parts.append(view[start - 8 : end + 4])
    return b"".join(parts)


class _Limit(int):
    """The most pixels that Pillow takes. Of a plain number it takes twice as many, with words on standard error."""

    def __rmul__(self, _twice: int) -> int:
        return int(self)


@functools.cache
def prepare_pillow() -> None:
    """Loads Pillow and sets its limit; call it before Pillow opens a file."""
    pixels.prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    # Sizes are checked before anything is loaded; Pillow's own limit, one for the whole process, is for the pictures
    # inside a file (a frame of a GIF), whose sizes are known only while it loads.
    Image.MAX_IMAGE_PIXELS = _Limit(MOST_BYTES // 4)


def _orientation(image: Image, data: Buffer) -> int:
    """Returns the orientation that the pixels were not turned by yet; Pillow turns TIFF itself."""
    if image.format == "TIFF":
        return exif.UPRIGHT
    if image.format in {"JPEG", "PNG", "WEBP"}:
        return exif.turn(memoryview(data))
    found, xmp = image.info.get("exif"), image.info.get("xmp")
    return exif.orientation(found if isinstance(found, bytes) else b"", xmp if isinstance(xmp, bytes) else b"")


def _samples(image: Image) -> tuple[npt.NDArray[Any], tuple[str, ...], SampleInfo]:
    """Returns the samples of an image, not turned yet, the names of its channels, and what the samples mean."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    mode, is_clear = image.mode, _is_clear(image)
    info = SampleInfo(icc=_profile(image))
    if mode.startswith("I;16") and mode != "I;16":
        samples = np.frombuffer(image.tobytes(), ">u2" if mode.endswith("B") else "<u2")
        return samples.reshape(image.height, image.width).astype(np.uint16), GREY, info
    if mode == "1":
        return pixels.pixels_of(image.convert("L")) & np.uint8(1), GREY, replace(info, bits=1)
    if mode in {"I;16", "L", "I", "F"} and not is_clear:
        return pixels.pixels_of(image), GREY, info
    if mode in {"La", "RGBa"} or is_clear:
        is_grey = mode in {"L", "LA", "La"}
        info = replace(info, alpha=Alpha.PREMULTIPLIED if mode in {"La", "RGBa"} else Alpha.STRAIGHT)
        image = image if mode in {"LA", "RGBA", "La", "RGBa"} else image.convert("LA" if is_grey else "RGBA")
        together = pixels.packed(pixels.pixels_of(image), (0, 3) if is_grey else (0, 1, 2, 3))
        return together, GREY_ALPHA if is_grey else RGBA, info
    image = image if mode in {"RGB", "RGBX"} else image.convert("RGB")
    return pixels.packed(pixels.pixels_of(image), (0, 1, 2)), RGB, info


def _is_clear(image: Image) -> bool:
    """Returns whether some of an image may be transparent."""
    return (image.mode != "P" or image.palette is not None) and image.has_transparency_data  # of icons it may lack


def _profile(image: Image) -> bytes:
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else b""


def _bgrx(image: Image) -> npt.NDArray[np.uint32]:
    """Returns an image of one of the modes :data:`_FOR_SCREEN` as BGRX."""
    if image.mode == "L":
        return pixels.grey_to_bgrx(pixels.pixels_of(image))
    return pixels.rgb_to_bgrx(pixels.pixels_of(image if image.mode in {"RGB", "RGBX"} else image.convert("RGB")))
