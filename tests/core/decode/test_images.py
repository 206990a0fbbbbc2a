"""Images of Pillow: of the same samples as arrays, and with the same verdict on files that are not read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
import tifffile
from PIL import Image

from viewer.core.decode.pillow import image_of
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DecodeError, UnsupportedFormatError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    from numpy.typing import NDArray

REGISTRY = DecoderRegistry()
BYTES = np.arange(5 * 8 * 4, dtype=np.uint8).reshape(5, 8, 4)
DEEP = (BYTES.astype(np.uint16) * 401).astype(np.uint16)


def tiff(array: NDArray[Any], photometric: str, **options: Any) -> bytes:  # noqa: ANN401 - what tifffile takes
    file = io.BytesIO()
    tifffile.imwrite(file, array, photometric=photometric, **options)
    return file.getvalue()


COLOUR_MAP = np.arange(256, dtype=np.uint16)[::-1] * 257
PNG_8, PNG_16 = pictures.png(BYTES, 6), pictures.png(DEEP[..., :3], 2)


@pytest.mark.parametrize(
    ("data", "mode"),
    [
        (PNG_8, "RGBA"),
        (pictures.png(BYTES[..., 0], 0), "L"),
        (pictures.png(BYTES[..., :2], 4), "LA"),
        (pictures.png(DEEP[..., 0], 0), "I;16"),
        (tiff(BYTES[..., :3], "rgb"), "RGB"),
        (tiff(BYTES[..., 0], "palette", colormap=np.stack([COLOUR_MAP] * 3)), "RGB"),
        (tiff(BYTES, "separated"), "CMYK"),
        (tiff(DEEP[..., 0].astype(np.int16), "minisblack"), "I"),
        (tiff(DEEP[..., 0].astype(np.int32) << 8, "minisblack"), "I"),
        (tiff(DEEP[..., 0].astype(np.float32), "minisblack"), "F"),
        (tiff((DEEP[..., 0] / 8).astype(np.float16), "minisblack"), "F"),
        (pictures.encoded(Image.fromarray(BYTES[..., :3]), "JPEG"), "RGB"),
        (pictures.encoded(Image.fromarray(BYTES[..., :3]), "WEBP", lossless=True), "RGB"),
    ],
)
def test_an_image_has_the_samples_of_the_array(data: bytes, mode: str) -> None:
    image, array = REGISTRY.image(data), REGISTRY.decode(data).array()
    assert image.mode == mode
    if array.dtype == np.uint16 and array.ndim > 2:  # a palette of bytes
        array = array // 257
    assert (np.asarray(image) == array).all()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (PNG_16, "16-bit RGB"),
        (pictures.png(DEEP, 6), "16-bit RGBA"),
        (pictures.png(DEEP[..., :2], 4), "16-bit grey with alpha"),
        (tiff(DEEP[..., :3], "rgb"), "16-bit RGB"),
        (tiff(DEEP[..., :3], "rgb", compression="lzw"), "16-bit RGB"),
        (tiff(DEEP[..., :3].astype(np.float32), "rgb"), "32-bit float RGB"),
        (tiff(DEEP[..., 0].astype(np.float64), "minisblack"), "64-bit float grey"),
        (tiff(DEEP[..., 0].astype(np.uint32), "minisblack"), "32-bit grey"),
        (tiff(BYTES[..., :2], "minisblack", planarconfig="contig"), "8-bit, 2 channels"),
        (tiff(BYTES[..., 0], "palette", colormap=np.stack([COLOUR_MAP + 1] * 3)), "palette"),
    ],
)
def test_what_pillow_has_no_mode_for_is_refused(data: bytes, what: str) -> None:
    REGISTRY.decode(data)
    with pytest.raises(UnsupportedFormatError) as caught:
        REGISTRY.image(data)
    assert str(caught.value) == (f'Pillow has no mode for a picture of {what}; ask for its samples with kind="array".')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture at all",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        PNG_8[:-20],
        PNG_8.replace(b"IDAT", b"IDAT\1", 1),
        PNG_16[:-20],
        pictures.encoded(Image.fromarray(BYTES[..., :3]), "JPEG")[:400],
        pictures.encoded(Image.fromarray(BYTES[..., :3]), "GIF")[:40],
        tiff(DEEP[..., :3], "rgb")[:-99],
        tiff(DEEP[..., 0].astype(np.complex64), "minisblack"),
        pictures.huge_png(),
        pictures.huge_tiff(),
        pictures.huge_jpeg(),
        pictures.huge_webp(),
        b"\x00\x00\x00\x0cJXL \r\n\x87\n",
        b"8BPS" + bytes(60),
    ],
)
def test_the_verdict_is_that_of_arrays(data: bytes) -> None:
    with pytest.raises(DecodeError) as of_array:
        REGISTRY.decode(data)
    with pytest.raises(DecodeError) as of_image:
        REGISTRY.image(data)
    assert (of_image.type, str(of_image.value)) == (of_array.type, str(of_array.value))


@pytest.mark.parametrize(
    ("samples", "channels", "info", "mode", "right"),
    [
        ([0, 1], GREY, SampleInfo(bits=1), "1", [0, 1]),
        ([0, 1], GREY, SampleInfo(bits=1, is_inverted=True), "1", [1, 0]),
        ([0, 9, 15], GREY, SampleInfo(bits=4), "L", [0, 153, 255]),
        ([0, 50, 100], GREY, SampleInfo(bits=0, white=100), "L", [0, 128, 255]),
        ([0, 9, 255], GREY, SampleInfo(is_inverted=True), "L", [255, 246, 0]),
        ([[0, 9], [31, 31]], GREY_ALPHA, SampleInfo(bits=5, is_inverted=True), "LA", [[255, 74], [0, 255]]),
        ([[31, 0, 1]], RGB, SampleInfo(bits=5), "RGB", [[255, 0, 8]]),
        ([[1, 2, 3, 4]], RGBA, SampleInfo(alpha=Alpha.STRAIGHT), "RGBA", [[1, 2, 3, 4]]),
        ([[1, 2, 3, 4]], RGBA, SampleInfo(alpha=Alpha.PREMULTIPLIED), "RGBa", [[1, 2, 3, 4]]),
    ],
)
def test_white_is_255(samples: list[Any], channels: tuple[str, ...], info: SampleInfo, mode: str, right: Any) -> None:  # noqa: ANN401 - nested lists
    image = image_of(Frame((np.array([samples], np.uint8),), channels, "", info))
    assert (image.mode, np.asarray(image).tolist()) == (mode, [right])


def test_the_profile_goes_with_the_image() -> None:
    frame = Frame((BYTES[..., :3],), RGB, "8-bit RGB", SampleInfo(icc=b"a profile"))
    assert image_of(frame).info == {"icc_profile": b"a profile"}
