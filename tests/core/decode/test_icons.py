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
from viewer.core.errors import DamagedImageError, UnsupportedFormatError

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


def dib(bgra: NDArray[Any], bits: int, mask: NDArray[Any] | None, *, is_core: bool = False, row: int = 32) -> bytes:
    """A bitmap in an icon, of 32 bits or of fewer; rows of the mask take whole ``row`` bits."""
    height, width, _ = bgra.shape
    head = struct.pack("<IHHHH", 12, width, 2 * height, 1, bits)
    if not is_core:
        head = struct.pack("<IiiHHIIiiII", 40, width, 2 * height, 1, bits, 0, 0, 0, 0, 0, 0)
    lines = bgra[::-1, :, : bits // 8].reshape(height, -1)
    lines = np.pad(lines, ((0, 0), (0, -lines.shape[1] % 4)))
    if mask is None:
        return head + lines.tobytes()
    masks = np.packbits(mask[::-1], axis=1)
    return head + lines.tobytes() + np.pad(masks, ((0, 0), (0, -masks.shape[1] % (row // 8)))).tobytes()


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("bits", [24, 32])
@pytest.mark.parametrize("said", [0, 7, 32])
def test_a_bitmap_has_its_alpha_or_mask(kind: int, bits: int, said: int) -> None:
    bgra = (np.arange(9 * 21 * 4).reshape(9, 21, 4) * 37 % 256).astype(np.uint8)
    mask = (np.arange(9 * 21).reshape(9, 21) % 5 > 2).astype(np.uint8)
    clear = bgra * np.array([1, 1, 1, 0], np.uint8)
    by_mask = np.where(mask, 0, 255)
    other = dib(bgra[:5, :5], 32, None)
    for data, alpha in (
        (dib(bgra, bits, mask), by_mask if bits < 32 else bgra[..., 3]),
        (dib(bgra, bits, mask, row=8), by_mask if bits < 32 else bgra[..., 3]),
        (dib(bgra, bits, mask, is_core=True), by_mask if bits < 32 else bgra[..., 3]),
        (dib(bgra, bits, None), np.full((9, 21), 255) if bits < 32 else bgra[..., 3]),
        (dib(clear, bits, mask), by_mask),
    ):
        for icon in (
            ico((21, said, data), kind=kind),
            ico((5, 32, other), (21, said, data), (5, 32, other), kind=kind),
        ):
            array = DecoderRegistry().decode(icon).array()
            assert (array[..., :3] == bgra[..., 2::-1]).all()
            assert (array[..., 3] == alpha).all()


@pytest.mark.parametrize("kind", [1, 2])
def test_of_one_size_the_picture_with_most_colours_is_taken(kind: int) -> None:
    grey, colours = png(BYTES[:, :9, 0]), png(BYTES[:, :9])
    deep, flat = dib(BYTES[:, :9], 32, None), dib(BYTES[:, :9], 24, None)
    for files, shape in (((grey, colours), (9, 9, 4)), ((colours, grey), (9, 9, 4)), ((flat, grey), (9, 9, 4))):
        assert DecoderRegistry().decode(ico(*((9, 0, file) for file in files), kind=kind)).array().shape == shape
    for files in ((flat, deep), (deep, flat), (grey, deep)):
        array = DecoderRegistry().decode(ico(*((9, 0, file) for file in files), kind=kind)).array()
        assert (array[..., 3] == BYTES[:, :9, 3]).all()


def test_a_bitmap_that_is_not_all_there_takes_no_memory() -> None:
    data = dib(BYTES, 24, None)
    for size in ((1, 2 * 90_000_000), (60_000_000, 4)):
        with pytest.raises(DamagedImageError, match="ends after"):
            DecoderRegistry().decode(ico((16, 24, data[:4] + struct.pack("<ii", *size) + data[12:])))
    runs = data[:16] + b"\1" + data[17:]
    with pytest.raises(UnsupportedFormatError, match="This icon holds a bitmap of a kind"):
        DecoderRegistry().decode(ico((16, 8, runs)))


@pytest.mark.parametrize("data", [icns((b"it32", bytes(9))), icns(), ico((16, 24, bitmap()[:20]))])
def test_what_is_no_picture_here_is_left_to_pillow(data: bytes) -> None:
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
