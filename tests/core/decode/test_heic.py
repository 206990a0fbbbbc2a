"""HEIC: all bits, alpha, orientation, damage, and the sentence without its library."""

from __future__ import annotations

import io
import struct
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from viewer.core.decode.heic import HeicDecoder
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.formats import recognise
from viewer.core.frame import GREY, RGB, RGBA, Alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

pillow_heif = pytest.importorskip("pillow_heif")

DECODER = HeicDecoder()
RAMP = np.add.outer(np.arange(64) * 8, np.arange(96) * 5)[..., None] + [0, 20, 40, 9]
"""10 bits."""


def heic(mode: str, samples: NDArray[np.integer], orientation: int = 1) -> bytes:
    depth = "<u2" if "16" in mode else "u1"
    shift = 6 if "16" in mode else -2
    stored = (samples << shift if shift > 0 else samples >> -shift).astype(depth)
    image = pillow_heif.from_bytes(mode, samples.shape[1::-1], stored.tobytes())
    exif = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 274, 3, 1, orientation, 0, 0)
    image.info["exif"] = b"Exif\0\0" + exif
    file = io.BytesIO()
    image.save(file, quality=-1, chroma=444, matrix_coefficients=0)
    return file.getvalue()


DEEP = heic("RGB;16", RAMP[..., :3])


@pytest.mark.parametrize(
    ("mode", "channels", "description"),
    [
        ("RGB;16", RGB, "10-bit RGB"),
        ("RGBA;16", RGBA, "10-bit RGBA"),
        ("L;16", GREY, "10-bit grey"),
        ("RGB", RGB, "8-bit RGB"),
    ],
)
def test_samples_have_the_bits_of_the_file(mode: str, channels: tuple[str, ...], description: str) -> None:
    truth = RAMP[..., : len(channels)] if len(channels) > 1 else RAMP[..., 0]
    data = heic(mode, truth)
    assert recognise(data[:256]).name == "HEIC"
    frame = DECODER.decode(memoryview(data))
    array = frame.array()
    assert (frame.channels, frame.description, array.shape) == (channels, description, truth.shape)
    assert (frame.info.bits, array.dtype.name) == ((10, "uint16") if "16" in mode else (8, "uint8"))
    assert frame.info.alpha == (Alpha.STRAIGHT if channels == RGBA else None)
    assert np.abs(array.astype(int) - (truth if "16" in mode else truth >> 2)).max() <= 2


def test_it_comes_upright_once() -> None:
    array = DECODER.decode(heic("RGB;16", RAMP[..., :3], orientation=6)).array()
    assert np.abs(array.astype(int) - pixels.upright(RAMP[..., :3], 6)).max() <= 2


def test_cut_and_too_large_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImageTooLargeError):
        DECODER.decode(DEEP, 64 * 96 * 6 - 1)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # all that is known from the boxes
    for percent in range(5, 100, 5):
        with pytest.raises(DamagedImageError):
            DECODER.decode(DEEP[: len(DEEP) * percent // 100])
    with pytest.raises(UnsupportedFormatError) as caught:
        DECODER.decode(DEEP)
    assert str(caught.value) == "This is a HEIC picture; reading it needs pillow-heif (pip install lookahead[heic])."


@pytest.mark.parametrize(("brands", "name"), [(b"mif1\0\0\0\0mif1avif", "AVIF"), (b"mif1\0\0\0\0mif1heic", "HEIC")])
def test_a_file_of_the_common_brand_is_known_by_the_others(brands: bytes, name: str) -> None:
    assert recognise(struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands).name == name
