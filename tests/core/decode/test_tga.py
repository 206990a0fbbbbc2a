"""TGA: headers, pixels and packets written here."""

from __future__ import annotations

import contextlib
import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.tga import TgaDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError
from viewer.core.formats import recognise
from viewer.core.frame import Alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = TgaDecoder()
GREY, RGB, PALETTE, RUNS = 3, 2, 1, 8


def tga(
    body: bytes,
    size: tuple[int, int],
    kind: int,
    bits: int,
    flags: int = 0x20,
    *,
    name: bytes = b"",
    palette: tuple[int, int, bytes] | None = None,
) -> bytes:
    first, entry_bits, entries = palette or (0, 0, b"")
    count = len(entries) // max(1, (entry_bits + 7) // 8)
    head = struct.pack(
        "<BBBHHBHHHHBB", len(name), palette is not None, kind, first, count, entry_bits, 0, 0, *size, bits, flags
    )
    return head + name + entries + body


def footer(data: bytes, kind: int, aspect: tuple[int, int] = (0, 0)) -> bytes:
    extension = bytearray(495)
    struct.pack_into("<HH", extension, 474, *aspect)
    extension[494] = kind
    return data + bytes(extension) + struct.pack("<II", len(data), 0) + b"TRUEVISION-XFILE.\0"


def packets(pixels: NDArray[Any], longest: int = 128) -> bytes:
    """Pixels in packets, runs and others in turn where they fit, that do not end where rows end."""
    rows = [bytes(each) for each in pixels.reshape(-1, pixels.shape[-1])]
    out, at = b"", 0
    while at < len(rows):
        run = next((n for n in range(1, longest) if at + n == len(rows) or rows[at + n] != rows[at]), longest)
        if run > 1:
            out, at = out + bytes([127 + run]) + rows[at], at + run
        else:
            count = min(5, len(rows) - at)
            out, at = out + bytes([count - 1]) + b"".join(rows[at : at + count]), at + count
    return out


def colours(width: int, height: int, count: int) -> NDArray[Any]:
    """Rows of changing and of equal pixels; blue first."""
    numbers = np.random.default_rng(count).integers(0, 256, (height, width, count), np.uint8)
    numbers[height // 3 : height // 2] = 7
    return numbers


@pytest.mark.parametrize("corner", [0, 0x10, 0x20, 0x30])
@pytest.mark.parametrize("runs", [0, RUNS])
@pytest.mark.parametrize(("kind", "count"), [(GREY, 1), (GREY, 2), (RGB, 3), (RGB, 4)])
def test_pictures_from_each_corner_with_and_without_runs(kind: int, count: int, runs: int, corner: int) -> None:
    for width, height in ((1, 1), (5, 12), (61, 24)):
        stored = colours(width, height, count)
        flags = corner | (8 if count in {2, 4} else 0)
        body = packets(stored) if runs else stored.tobytes()
        frame = READ.decode(tga(body, (width, height), kind | runs, 8 * count, flags, name=b"made here"))
        right = stored[:: 1 if corner & 0x20 else -1, :: -1 if corner & 0x10 else 1]
        right = right[..., 0] if count == 1 else right if count == 2 else right[..., (2, 1, 0, 3)[:count]]
        assert (frame.array() == right).all()
        assert frame.array().dtype == np.uint8
        assert frame.info.alpha is (Alpha.STRAIGHT if count in {2, 4} else None)


def test_what_pillow_writes_in_runs_is_read_as_pillow_reads_it() -> None:
    picture = Image.effect_mandelbrot((97, 53), (-2, -1, 1, 1), 20)
    for mode in ("L", "LA", "RGB", "RGBA"):
        file = io.BytesIO()
        picture.convert(mode).save(file, "TGA", compression="tga_rle")
        assert (READ.decode(file.getvalue()).array() == np.asarray(picture.convert(mode))).all()


def test_alpha_is_what_the_descriptor_and_the_extension_say() -> None:
    body = bytes([1, 2, 3, 4])
    assert READ.decode(tga(body, (1, 1), RGB, 32)).array().tolist() == [[[3, 2, 1]]]
    with_alpha = tga(body, (1, 1), RGB, 32, 0x28)
    for kind, right in ((0, None), (2, Alpha.UNSPECIFIED), (3, Alpha.STRAIGHT), (4, Alpha.PREMULTIPLIED)):
        frame = READ.decode(footer(with_alpha, kind, (2, 1)))
        assert frame.info.alpha is right
        assert frame.info.pixel_aspect == 2.0
        assert frame.array().tolist() == [[[3, 2, 1] if right is None else [3, 2, 1, 4]]]


@pytest.mark.parametrize("bits", [15, 16])
def test_channels_of_5_bits_stay_as_they_are(bits: int) -> None:
    body = struct.pack("<HH", 31 << 10 | 7 << 5 | 1, 1 << 15 | 2)
    frame = READ.decode(tga(body, (2, 1), RGB, bits))
    assert (frame.array().tolist(), frame.info.bits) == ([[[31, 7, 1], [0, 0, 2]]], 5)
    assert READ.decode(tga(body, (2, 1), RGB, bits, 0x21)).array().tolist() == [[[31, 7, 1, 0], [0, 0, 2, 31]]]


@pytest.mark.parametrize(
    ("bits", "flags", "entries", "right"),
    [
        (24, 0x20, bytes([1, 2, 3, 4, 5, 6]), [[0, 0, 0], [3, 2, 1], [6, 5, 4]]),
        (32, 0x20, bytes([1, 2, 3, 9, 4, 5, 6, 9]), [[0, 0, 0], [3, 2, 1], [6, 5, 4]]),
        (32, 0x28, bytes([1, 2, 3, 255, 4, 5, 6, 255]), [[0, 0, 0], [3, 2, 1], [6, 5, 4]]),
        (32, 0x28, bytes([1, 2, 3, 9, 4, 5, 6, 255]), [[0, 0, 0, 0], [3, 2, 1, 9], [6, 5, 4, 255]]),
        (16, 0x20, struct.pack("<HH", 1 << 10 | 2 << 5 | 3, 31), [[0, 0, 0], [1, 2, 3], [0, 0, 31]]),
    ],
)
def test_palettes(bits: int, flags: int, entries: bytes, right: list[list[int]]) -> None:
    palette = (3, bits, entries)
    assert READ.decode(tga(bytes([0, 3, 4]), (3, 1), PALETTE, 8, flags, palette=palette)).array().tolist() == [right]
    wide = struct.pack("<HHH", 999, 3, 4)
    frame = READ.decode(tga(wide, (3, 1), PALETTE, 16, flags, palette=palette))
    assert frame.array().tolist() == [right]
    assert frame.indices is not None
    assert frame.indices.tolist() == [[999, 3, 4]]
    runs = bytes([2, 0, 3, 4])
    assert READ.decode(tga(runs, (3, 1), PALETTE | RUNS, 8, flags, palette=palette)).array().tolist() == [right]


def test_a_palette_that_is_not_used_is_stepped_over() -> None:
    data = tga(bytes([1, 2, 3]), (1, 1), RGB, 24, palette=(0, 24, bytes(30)))
    assert READ.decode(data).array().tolist() == [[[3, 2, 1]]]


def test_single_bits_are_left_to_pillow() -> None:
    with pytest.raises(PassedOnError):
        READ.decode(tga(bytes(8), (8, 8), GREY, 1))


def test_icons_are_not_taken_for_tga() -> None:
    for kind in (1, 2):
        head = struct.pack("<HHHBBBBHHII", 0, kind, 1, 0, 0, 0, 0, 1, 32, 0x18_0000, 22)
        assert recognise(head).name == "icons"
    assert recognise(tga(bytes(99), (5, 5), RGB, 24)).name == "TGA"


def test_sizes_are_believed_only_if_the_file_has_them() -> None:
    stored = colours(40, 30, 3)
    for whole in (tga(packets(stored), (40, 30), RGB | RUNS, 24), tga(stored.tobytes(), (40, 30), RGB, 24)):
        for n in range(20):
            with pytest.raises(DamagedImageError):
                READ.decode(whole[: len(whole) * n // 20])
        random = np.random.default_rng(1)
        for _ in range(50):
            broken = bytearray(whole)
            for at in random.integers(0, 60, 8):
                broken[at] = random.integers(256)
            with contextlib.suppress(DecodeError):
                READ.decode(bytes(broken))
    for kind in (RGB, RGB | RUNS):
        with pytest.raises(ImageTooLargeError):
            READ.decode(tga(bytes(64), (60_000, 60_000), kind, 24))
        with pytest.raises(DamagedImageError, match="ends after"):
            READ.decode(tga(bytes(64), (20_000, 20_000), kind, 24))
        with pytest.raises(DamagedImageError, match="0 x 9 pixels"):
            READ.decode(tga(bytes(64), (0, 9), kind, 24))
