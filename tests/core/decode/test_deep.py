"""SGI and PSD: headers, rows and runs written here."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

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


def packed(row: NDArray[Any]) -> bytes:
    """A row of an SGI in runs of up to 126 samples."""
    out, at, kind = b"", 0, f">u{row.itemsize}"
    while at < len(row):
        run = next((n for n in range(1, 127) if at + n == len(row) or row[at + n] != row[at]), 126)
        count = run if run > 1 else min(5, len(row) - at)
        out += np.array([count | (0 if run > 1 else 0x80), *row[at : at + (1 if run > 1 else count)]], kind).tobytes()
        at += count
    return out + bytes(row.itemsize)


def sgi(stored: NDArray[Any], packing: int, axes: int = 3, size: int = 2) -> bytes:
    count, height, width = stored.shape
    head = struct.pack(">HBBHHHHII", 474, packing, size, axes, width, height, count, 0, 65535).ljust(512, b"\0")
    stored = stored.astype(">u1" if size == 1 else ">u2")
    if not packing:
        return head + stored[:, ::-1].tobytes()
    rows = [packed(row) for plane in stored for row in plane[::-1]]
    starts = np.cumsum([512 + 8 * len(rows), *map(len, rows)])[:-1]
    return head + np.array([starts, list(map(len, rows))], ">u4").tobytes() + b"".join(rows)


def psd(
    stored: NDArray[Any], mode: int, packing: int = 0, icc: bytes = b"", bits: int = 16, palette: bytes = b""
) -> bytes:
    count, height, width = stored.shape
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, count, height, width, bits, mode)
    resource = struct.pack(">4sHB3sI", b"8BIM", 1036, 2, b"ab", 3) + b"abc\0"
    resource += struct.pack(">4sHHI", b"8BIM", 1039, 0, len(icc)) + icc
    head += struct.pack(">I", len(palette)) + palette
    head += struct.pack(">I", len(resource)) + resource + struct.pack(">I", 5) + bytes(5)
    head += struct.pack(">H", packing)
    rows = np.packbits(stored, axis=2) if bits == 1 else stored.astype(f">u{bits // 8}")
    if packing != 1:
        return head + rows.tobytes()
    each = [packed_bits(row.tobytes()) for row in rows.reshape(count * height, -1)]
    return head + np.array(list(map(len, each)), ">u2").tobytes() + b"".join(each)


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
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("count", NAMES)
def test_sgi_has_the_numbers_of_the_file(count: int, size: int, packing: int) -> None:
    stored = planes(count, most=256**size - 1)
    frame = READ(sgi(stored, packing, size=size))
    assert frame.array().dtype == f"u{size}"
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
        SgiDecoder().decode(sgi(planes(3, most=255), 1, size=1))


@pytest.mark.parametrize("packing", [0, 1])
@pytest.mark.parametrize("bits", [8, 16])
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
        (9, 3, "Lab"),
        (9, 4, "Lab4"),
    ],
)
def test_psd_has_the_numbers_of_the_file(mode: int, count: int, names: str, bits: int, packing: int) -> None:
    stored = planes(count, most=(1 << bits) - 1)
    frame = READ(psd(stored, mode, packing, b"a profile", bits))
    assert frame.array().dtype == f"u{bits // 8}"
    assert (frame.array().reshape(7, 300, count) == np.moveaxis(stored, 0, -1)).all()
    assert (frame.channels, frame.info.icc) == (tuple(names), b"a profile")


@pytest.mark.parametrize("packing", [0, 1])
@pytest.mark.parametrize("width", [299, 7])
def test_psd_of_1_bit_has_black_as_1(width: int, packing: int) -> None:
    stored = planes(1, width, most=1) & 1
    frame = READ(psd(stored, 0, packing, bits=1))
    assert (frame.array() == stored[0]).all()
    assert (frame.info.bits, frame.info.is_inverted) == (1, True)
    assert (np.asarray(DecoderRegistry().image(psd(stored, 0, packing, bits=1))) == 1 - stored[0]).all()


@pytest.mark.parametrize("packing", [0, 1])
def test_psd_with_a_palette_comes_as_its_colours(packing: int) -> None:
    stored, colours = planes(1, most=255), np.random.default_rng(3).integers(0, 256, (3, 256), np.uint8)
    frame = READ(psd(stored, 2, packing, bits=8, palette=colours.tobytes()))
    assert (frame.array() == np.moveaxis(colours[:, stored[0]], 0, -1)).all()
    assert frame.description == "palette"
    with pytest.raises(DamagedImageError, match="palette is too short"):
        READ(psd(stored, 2, packing, bits=8, palette=bytes(700)))


@pytest.mark.parametrize("packing", [0, 1])
@pytest.mark.parametrize(("bits", "count", "names"), [(8, 4, "RGB"), (16, 4, "RGB"), (8, 5, "RGBA"), (16, 6, "RGB45")])
def test_psd_of_inks_comes_as_rgb(bits: int, count: int, names: str, packing: int) -> None:
    stored = planes(count, 300, 150, (1 << bits) - 1)  # 0 is all of an ink
    colours = np.rint(stored[:3].astype(float) * stored[3] / ((1 << bits) - 1))
    frame = READ(psd(stored, 4, packing, b"of the inks", bits))
    assert frame.array().dtype == f"u{bits // 8}"
    assert abs(frame.array()[..., :3] - np.moveaxis(colours, 0, -1)).max() == 0
    assert (frame.array()[..., 3:] == np.moveaxis(stored[4:], 0, -1)).all()
    assert (frame.channels, frame.info.icc, frame.description) == (tuple(names), b"", f"{bits}-bit CMYK")


@pytest.mark.parametrize("bits", [8, 16])
def test_psd_of_lab_is_rgb_on_the_screen(bits: int) -> None:
    lab = np.empty((3, 2, 4), np.uint16)
    lab[:] = np.array([200, 128, 128])[:, None, None] << bits - 8
    frame = READ(psd(lab, 9, bits=bits), for_screen=True)
    assert frame.channels == ("R", "G", "B")
    assert np.ptp(frame.array().astype(int), -1).max() <= 1  # grey
    assert frame.description == f"{bits}-bit Lab"


@pytest.mark.parametrize("bits", [8, 16])
def test_rows_that_are_shorter_than_any_are_damage(bits: int) -> None:
    samples = 3 * 7 * 300 * bits // 8
    head = psd(planes(3), 3, bits=bits)[: -samples - 2]
    with pytest.raises(DamagedImageError, match="shorter than it can be"):
        READ(head + struct.pack(">H", 1) + bytes(samples))


def test_resources_without_sense_say_nothing_of_the_picture() -> None:
    data = psd(planes(3), 3, icc=b"a profile")
    at = data.index(struct.pack(">I", 9) + b"a profile")
    frame = READ(data[:at] + b"\xff" + data[at + 1 :])
    assert (frame.array() == np.moveaxis(planes(3), 0, -1)).all()
    assert frame.info.icc == b""


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            psd(planes(3), 3, 2),
            "This PSD holds a picture that is packed as its layers are, which Lookahead does not show.",
        ),
        (psd(planes(3), 2), "16-bit PSD of the colour mode 2 is not read by Lookahead."),
        (psd(planes(3), 3, bits=32), "32-bit PSD is not read by Lookahead."),
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
