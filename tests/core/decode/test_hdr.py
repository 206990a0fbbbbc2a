"""Radiance HDR: flat, in both kinds of runs, from each corner; with imagecodecs and without."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from viewer.core.decode.hdr import HdrDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import RGB, TransferCurve

if TYPE_CHECKING:
    from numpy.typing import NDArray

decode = HdrDecoder().decode
PIXELS = (np.arange(11 * 300 * 4).reshape(11, 300, 4) // 7 % 251 + 2).astype(np.uint8)
PIXELS[..., 3] = 120 + np.arange(300) // 20
PIXELS[3:5, 20:290] = 9, 200, 0, 128
PIXELS[5, 0] = 7, 7, 7, 0
FORMAT = "FORMAT=32-bit_rle_rgbe\n"


def floats(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    scale = np.where(pixels[..., 3] > 0, np.ldexp(1.0, pixels[..., 3].astype(int) - 136), 0)
    return (pixels[..., :3] * scale[..., None]).astype(np.float32)


def flat(pixels: NDArray[np.uint8]) -> bytes:
    return pixels.tobytes()


def old_runs(pixels: NDArray[np.uint8]) -> bytes:
    """Returns each run of the same pixel as the pixel and how often it comes again, the lowest byte first."""
    body, rows = b"", [tuple(pixel) for pixel in pixels.reshape(-1, 4).tolist()]
    while rows:
        count = next((place for place, pixel in enumerate(rows) if pixel != rows[0]), len(rows))
        again, body = count - 1, body + bytes(rows[0])
        while again:
            body, again = body + bytes((1, 1, 1, again & 255)), again >> 8
        rows = rows[count:]
    return body


def new_runs(pixels: NDArray[np.uint8]) -> bytes:
    return b"".join(
        bytes((2, 2, len(line) >> 8, len(line) & 255)) + b"".join(runs(bytes(line[:, channel])) for channel in range(4))
        for line in pixels
    )


def runs(line: bytes) -> bytes:
    """Returns pieces of 17 bytes, and runs for those of one number."""
    pieces = (line[place : place + 17] for place in range(0, len(line), 17))
    return b"".join(
        bytes((128 + len(each), each[0])) if len(set(each)) == 1 else bytes([len(each)]) + each for each in pieces
    )


def hdr(body: bytes, size: str = "-Y 11 +X 300", fields: str = FORMAT) -> bytes:
    return f"#?RADIANCE\n# a remark\nEXPOSURE=2\n{fields}\n{size}\n".encode() + body


@pytest.fixture(params=["imagecodecs", ""], ids=["with imagecodecs", "alone"])
def _library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        pytest.importorskip("imagecodecs")
    else:
        monkeypatch.setitem(sys.modules, "imagecodecs", None)


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("coded", [flat, old_runs, new_runs])
@pytest.mark.parametrize("width", [1, 7, 8, 299, 300])
def test_the_numbers(coded: object, width: int) -> None:
    pixels = np.ascontiguousarray(PIXELS[:, :width])
    body = (
        new_runs(pixels) if coded is new_runs and width > 7 else old_runs(pixels) if coded is old_runs else flat(pixels)
    )
    frame = decode(hdr(body + b"more", f"-Y 11 +X {width}"))
    assert (frame.channels, frame.description) == (RGB, "32-bit float RGB")
    assert frame.info.transfer is TransferCurve.LINEAR
    assert frame.array().dtype == np.float32
    np.testing.assert_array_equal(frame.array(), floats(pixels))
    for length in (0, 3, 4, len(body) // 2, len(body) - 1):
        with pytest.raises(DamagedImageError):
            decode(hdr(body[:length], f"-Y 11 +X {width}"))


@pytest.mark.parametrize("y_sign", "-+")
@pytest.mark.parametrize("x_sign", "+-")
@pytest.mark.parametrize("coded", [flat, new_runs])
def test_each_corner_may_come_first(y_sign: str, x_sign: str, coded: object) -> None:
    right = floats(PIXELS)
    stored = PIXELS[:: 1 if y_sign == "-" else -1, :: 1 if x_sign == "+" else -1]
    code = new_runs if coded is new_runs else flat
    np.testing.assert_array_equal(decode(hdr(code(stored), f"{y_sign}Y 11 {x_sign}X 300")).array(), right)
    columns = np.ascontiguousarray(stored.swapaxes(0, 1))
    np.testing.assert_array_equal(decode(hdr(code(columns), f"{x_sign}X 300 {y_sign}Y 11")).array(), right)


def test_fields_of_the_header() -> None:
    body = flat(PIXELS)
    frame = decode(hdr(body, fields="FORMAT=32-bit_rle_xyze\nPIXASPECT=2\nPIXASPECT= 0.25\n"))
    assert (frame.channels, frame.info.pixel_aspect) == (("X", "Y", "Z"), 2)
    assert decode(hdr(body, fields="PIXASPECT=wide\n")).info.pixel_aspect == 1
    np.testing.assert_array_equal(decode(hdr(body).replace(b"\n", b"\r\n", 6)).array(), floats(PIXELS))
    with pytest.raises(UnsupportedFormatError, match="a format of its own, which Lookahead does not show"):
        decode(hdr(body, fields="FORMAT=spectral\n"))


@pytest.mark.parametrize("size", ["-Y 60000 +X 60000", "-Y 4294967295 +X 4294967296", "-Y 9 +Y 9", "-Y 0 +X 9", "9 9"])
def test_false_claims(size: str) -> None:
    with pytest.raises((ImageTooLargeError, DamagedImageError)):
        decode(hdr(flat(PIXELS), size))


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("coded", [flat(PIXELS), old_runs(PIXELS), new_runs(PIXELS)], ids=["flat", "old", "new"])
def test_other_bytes_give_pixels_or_a_decode_error(coded: bytes) -> None:
    for seed in range(20):
        chance, broken = np.random.default_rng(seed), bytearray(hdr(coded))
        for place in chance.integers(len(broken), size=3):
            broken[place] = chance.integers(256)
        with contextlib.suppress(DecodeError):
            assert decode(broken).array().size
