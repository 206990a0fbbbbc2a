"""Icons: the picture in them that is a file of its own comes with its own numbers."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from PIL import Image

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.icons import IconDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEEP = (np.arange(9 * 16 * 4, dtype=np.uint16).reshape(9, 16, 4) * 113).astype(np.uint16)
BYTES = (DEEP >> 8).astype(np.uint8)
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def png(samples: NDArray[Any]) -> bytes:
    return pictures.png(samples, COLOUR_TYPES[samples.shape[2] if samples.ndim > 2 else 1])


def ico(*files: tuple[int, int, bytes], kind: int = 1) -> bytes:
    """An icon of pictures with a size and bits."""
    head, body, start = struct.pack("<HHH", 0, kind, len(files)), b"", 6 + 16 * len(files)
    for size, bits, data in files:
        head += struct.pack("<BB4xHII", size % 256, size % 256, bits, len(data), start + len(body))
        body += data
    return head + body


def icns(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack(">I", 8 + len(data)) + data for kind, data in parts)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def bitmap() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (1, 2, 3)).save(file, "ICO", bitmap_format="bmp", sizes=[(16, 16)])
    return file.getvalue()[22:]


@pytest.mark.parametrize("samples", [DEEP, DEEP[..., :3], DEEP[..., 0], DEEP[..., :2], BYTES, BYTES[..., 0]])
def test_the_png_of_an_icon_has_its_own_numbers(samples: NDArray[Any]) -> None:
    other = png(BYTES[:5, :5])
    for data in (
        ico((256, 32, png(samples))),
        ico((16, 32, other), (0, 32, png(samples)), (48, 32, other)),
        ico((32, 8, other), (32, 32, png(samples)), (32, 24, other)),
        ico((16, 0, other), (32, 0, png(samples)), kind=2),
        icns((b"ic07", other), (b"ic10", png(samples)), (b"info", b"abc")),
        icns((b"icp4", other), (b"is32", bytes(9)), (b"ic11", png(samples))),
    ):
        for read in (DecoderRegistry().decode, IconDecoder().decode):
            array = read(data).array()
            assert array.dtype == samples.dtype
            assert (array == samples).all()


@pytest.mark.parametrize(
    "data", [ico((16, 24, bitmap())), ico((16, 24, bitmap()), (8, 32, png(BYTES))), icns((b"it32", bytes(9))), icns()]
)
def test_bitmaps_are_left_to_pillow(data: bytes) -> None:
    with pytest.raises(PassedOnError):
        IconDecoder().decode(data)


def test_the_jpeg_2000_of_an_icon_has_its_own_numbers() -> None:
    file = io.BytesIO()
    Image.fromarray(BYTES).save(file, "JPEG2000")
    assert (DecoderRegistry().decode(icns((b"ic07", file.getvalue()))).array() == BYTES).all()
    codecs = pytest.importorskip("imagecodecs")
    data = icns((b"ic07", codecs.jpeg2k_encode(DEEP, reversible=True, level=0)))
    assert (DecoderRegistry().decode(data).array() == DEEP).all()


@pytest.mark.parametrize("form", ["ICO", "ICNS"])
def test_icons_that_lack_one_of_their_pictures_are_cut_off(form: str) -> None:
    file = io.BytesIO()
    Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 20).convert("RGB").save(file, form)
    assert DecoderRegistry().decode(file.getvalue()).channels[:3] == ("R", "G", "B")
    for cut in (1, 100, len(file.getvalue()) - 12):
        with pytest.raises(DamagedImageError, match="ends after"):
            DecoderRegistry().decode(file.getvalue()[:-cut])
