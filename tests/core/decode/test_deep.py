"""SGI and PSD of 16 bits: headers, rows and runs written here."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.psd import PsdDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.decode.sgi import SgiDecoder
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = DecoderRegistry().decode


def planes(count: int, width: int = 300, height: int = 7, most: int = 65535) -> NDArray[np.uint16]:
    """Rows of equal and of changing samples, of one channel after another."""
    numbers = np.random.default_rng(count).integers(0, most + 1, (count, height, width), np.uint16)
    numbers[:, height // 2 :, 9:200] = 77
    return numbers


def packed(row: NDArray[np.uint16]) -> bytes:
    """A row of an SGI in runs of up to 126 samples."""
    out, at = b"", 0
    while at < len(row):
        run = next((n for n in range(1, 127) if at + n == len(row) or row[at + n] != row[at]), 126)
        count = run if run > 1 else min(5, len(row) - at)
        out += struct.pack(">H", count | (0 if run > 1 else 0x80))
        out += row[at : at + (1 if run > 1 else count)].astype(">u2").tobytes()
        at += count
    return out + bytes(2)


def sgi(stored: NDArray[np.uint16], packing: int, axes: int = 3, size: int = 2) -> bytes:
    count, height, width = stored.shape
    head = struct.pack(">HBBHHHHII", 474, packing, size, axes, width, height, count, 0, 65535).ljust(512, b"\0")
    if not packing:
        return head + stored[:, ::-1].astype(">u1" if size == 1 else ">u2").tobytes()
    rows = [packed(row) for plane in stored for row in plane[::-1]]
    starts = np.cumsum([512 + 8 * len(rows), *map(len, rows)])[:-1]
    return head + np.array([starts, list(map(len, rows))], ">u4").tobytes() + b"".join(rows)


def psd(stored: NDArray[np.uint16], mode: int, packing: int = 0, icc: bytes = b"") -> bytes:
    count, height, width = stored.shape
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, count, height, width, 16, mode)
    resource = struct.pack(">4sHB3sI", b"8BIM", 1036, 2, b"ab", 3) + b"abc\0"
    resource += struct.pack(">4sHHI", b"8BIM", 1039, 0, len(icc)) + icc
    head += bytes(4) + struct.pack(">I", len(resource)) + resource + struct.pack(">I", 5) + bytes(5)
    head += struct.pack(">H", packing)
    if packing != 1:
        return head + stored.astype(">u2").tobytes()
    rows = [packed_bits(row.astype(">u2").tobytes()) for row in stored.reshape(-1, width)]
    return head + np.array(list(map(len, rows)), ">u2").tobytes() + b"".join(rows)


def packed_bits(row: bytes) -> bytes:
    out, at = b"", 0
    while at < len(row):
        run = next((n for n in range(1, 128) if at + n == len(row) or row[at + n] != row[at]), 128)
        count = run if run > 1 else min(3, len(row) - at)
        out += bytes([257 - run, row[at]]) if run > 1 else bytes([count - 1]) + row[at : at + count]
        at += count
    return out


NAMES = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A"), 5: ("1", "2", "3", "4", "5")}


@pytest.mark.parametrize("packing", [0, 1])
@pytest.mark.parametrize("count", NAMES)
def test_sgi_of_16_bits_has_the_numbers_of_the_file(count: int, packing: int) -> None:
    stored = planes(count)
    frame = READ(sgi(stored, packing))
    assert frame.array().dtype == np.uint16
    assert (frame.array().reshape(7, 300, count) == np.moveaxis(stored, 0, -1)).all()
    assert frame.channels == NAMES[count]
    assert frame.info.alpha is (Alpha.STRAIGHT if "A" in frame.channels else None)


@pytest.mark.parametrize(("axes", "shape"), [(1, (1, 300)), (2, (7, 300))])
def test_sgi_of_fewer_axes_is_grey(axes: int, shape: tuple[int, int]) -> None:
    stored = planes(1, 300, shape[0])
    assert (READ(sgi(stored, 0, axes)).array() == stored[0]).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_sgi_of_8_bits_is_read_as_pillow_reads_it(mode: str) -> None:
    file, image = io.BytesIO(), Image.effect_mandelbrot((97, 53), (-2, -1, 1, 1), 20).convert(mode)
    image.save(file, "SGI")
    assert (READ(file.getvalue()).array() == np.asarray(image)).all()
    with pytest.raises(PassedOnError):  # packed
        SgiDecoder().decode(sgi(planes(1), 1, size=1))


@pytest.mark.parametrize("packing", [0, 1])
@pytest.mark.parametrize(
    ("mode", "count", "names"),
    [
        (1, 1, "Y"),
        (1, 2, "YA"),
        (1, 3, "Y23"),
        (3, 3, "RGB"),
        (3, 4, "RGBA"),
        (3, 5, "RGB45"),
        (7, 2, "12"),
        (8, 1, "Y"),
    ],
)
def test_psd_of_16_bits_has_the_numbers_of_the_file(mode: int, count: int, names: str, packing: int) -> None:
    stored = planes(count)
    frame = READ(psd(stored, mode, packing, b"a profile"))
    assert frame.array().dtype == np.uint16
    assert (frame.array().reshape(7, 300, count) == np.moveaxis(stored, 0, -1)).all()
    assert (frame.channels, frame.info.icc) == (tuple(names), b"a profile")


@pytest.mark.parametrize("packing", [0, 1])
def test_psd_of_inks_comes_as_rgb(packing: int) -> None:
    stored = planes(4)  # 0 is all of an ink
    colours = np.rint(stored[:3].astype(float) * stored[3] / 65535)
    array = READ(psd(stored, 4, packing)).array()
    assert array.dtype == np.uint16
    assert abs(array - np.moveaxis(colours, 0, -1)).max() <= 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            psd(planes(3), 3, 2),
            "This PSD holds a picture that is packed as its layers are, which Lookahead does not show.",
        ),
        (psd(planes(3), 9), "16-bit PSD is not read by Lookahead."),
        (sgi(planes(3), 0, size=3), "This SGI is of a kind that Lookahead does not read (Unsupported SGI image mode)."),
    ],
)
def test_what_is_not_read_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(UnsupportedFormatError) as caught:
        READ(data)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("packing", [0, 1])
def test_sizes_are_believed_only_if_the_file_has_them(packing: int) -> None:
    for data, size in ((sgi(planes(3), packing), 6), (psd(planes(3), 3, packing), 14)):
        for n in range(20):
            with pytest.raises(DamagedImageError):
                READ(data[: len(data) * n // 20])
        form = ">HH" if size == 6 else ">II"
        with pytest.raises(ImageTooLargeError):
            READ(data[:size] + struct.pack(form, 60_000, 60_000) + data[size + struct.calcsize(form) :])
        with pytest.raises(DamagedImageError):
            READ(data[:size] + struct.pack(form, 9000, 9000) + data[size + struct.calcsize(form) :])


def test_channels_that_are_not_there_are_damage() -> None:
    with pytest.raises(DamagedImageError, match="2 channels"):
        PsdDecoder().decode(psd(planes(2), 3))
