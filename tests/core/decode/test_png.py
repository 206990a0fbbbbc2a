"""PNG: the numbers in the file, for every kind of it, and what it says about them."""

from __future__ import annotations

import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.png import PngDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha

if TYPE_CHECKING:
    import numpy.typing as npt

    Samples = npt.NDArray[np.uint8 | np.uint16]

STORED = {0: GREY, 2: RGB, 3: GREY, 4: GREY_ALPHA, 6: RGBA}
KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8)]
KINDS += [(4, 8), (4, 16), (6, 8), (6, 16)]
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
PALETTE = np.random.default_rng(4).integers(0, 256, (256, 3), np.uint8)
ENTRIES = np.random.default_rng(5).integers(0, 256, 256, np.uint8)


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def filtered(rows: Samples, step: int) -> bytes:
    """Returns rows of bytes with the five filters in turn (PNG, 9.2)."""
    lines, above = [], np.zeros_like(rows[0])
    for number, row in enumerate(rows):
        left, corner = (np.concatenate([np.zeros(step, np.uint8), each])[: len(row)] for each in (row, above))
        a, b, c = (each.astype(int) for each in (left, above, corner))
        far = [abs(b - c), abs(a - c), abs(a + b - 2 * c)]
        paeth = np.where((far[0] <= far[1]) & (far[0] <= far[2]), a, np.where(far[1] <= far[2], b, c))
        guess = [0, a, b, (a + b) // 2, paeth][number % 5]
        lines.append(bytes([number % 5]) + ((row.astype(int) - guess) % 256).astype(np.uint8).tobytes())
        above = row
    return b"".join(lines)


def packed(samples: Samples, depth: int) -> bytes:
    """Returns one pass: rows of whole bytes, each with its filter."""
    flat = samples.reshape(len(samples), -1)
    bits = np.unpackbits(flat.astype(">u2").view(np.uint8).reshape(*flat.shape, 2), axis=2)[..., 16 - depth :]
    rows = np.packbits(bits.reshape(len(flat), -1), axis=1)
    return filtered(rows, max(1, depth * (samples.size // (len(samples) * samples.shape[1])) // 8))


def png(samples: Samples, colour: int, depth: int, *more: bytes, interlaced: bool = False, raw: bytes = b"") -> bytes:
    """Returns a PNG with ``more`` chunks before its pixels, in pieces of 99 bytes."""
    height, width = samples.shape[:2]
    parts = [samples[y::down, x::across] for x, y, across, down in ADAM7] if interlaced else [samples]
    data = zlib.compress(raw or b"".join(packed(part, depth) for part in parts if part.size))
    pieces = [chunk(b"IDAT", data[at : at + 99]) for at in range(0, len(data), 99)]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    more = (chunk(b"PLTE", PALETTE[: 1 << depth].tobytes()), *more) if colour == 3 else more
    return b"".join([b"\x89PNG\r\n\x1a\n", head, *more, *pieces, chunk(b"IEND")])


def numbers(colour: int, depth: int, width: int = 37, height: int = 23) -> Samples:
    count = len(STORED[colour])
    shape = (height, width) if count == 1 else (height, width, count)
    found: Samples = np.random.default_rng(depth).integers(0, 1 << depth, shape, np.uint16)
    found.flat[0], found.flat[-1] = (1 << depth) - 1, 0
    return found if depth > 8 else found.astype(np.uint8)


def read(data: bytes) -> Any:  # noqa: ANN401 - arrays of any type
    return PngDecoder().decode(data).array()


GREY16 = numbers(0, 16, 5, 4)


@pytest.fixture(params=["by itself", "with imagecodecs"])
def _readers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by itself":
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
    else:
        pytest.importorskip("imagecodecs")


@pytest.mark.usefixtures("_readers")
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colour", "depth"), KINDS)
def test_all_kinds_give_their_numbers(colour: int, depth: int, interlaced: bool) -> None:  # noqa: FBT001
    for width, height in ((37, 23), (1, 1), (2, 5), (9, 1)):
        samples = numbers(colour, depth, width, height)
        frame = PngDecoder().decode(png(samples, colour, depth, interlaced=interlaced))
        right = PALETTE[samples] if colour == 3 else samples
        assert np.array_equal(frame.array(), right)
        assert frame.array().dtype == right.dtype
        assert frame.channels == (RGB if colour == 3 else STORED[colour])
        assert frame.info.bits == (depth if depth < 8 and colour != 3 else 0)
        assert frame.info.alpha == (Alpha.STRAIGHT if colour > 3 else None)
        assert frame.array().flags.c_contiguous


@pytest.mark.usefixtures("_readers")
@pytest.mark.parametrize(("colour", "depth"), [kind for kind in KINDS if kind[0] in {0, 2}])
def test_one_colour_is_clear(colour: int, depth: int) -> None:
    samples = numbers(colour, depth)
    key = samples[3, 3]
    spoilt = np.atleast_1d(key).astype(int) | (0 if depth == 16 else 1 << depth)  # only the bits of a sample count
    frame = PngDecoder().decode(png(samples, colour, depth, chunk(b"tRNS", spoilt.astype(">u2").tobytes())))
    clear = samples == key if colour == 0 else (samples == key).all(axis=2)
    assert np.array_equal(frame.array(), np.dstack([samples, np.where(clear, 0, (1 << depth) - 1)]))
    assert (frame.channels, frame.info.alpha) == (GREY_ALPHA if colour == 0 else RGBA, Alpha.STRAIGHT)
    assert frame.array().dtype == samples.dtype


def test_palettes() -> None:
    indices = numbers(3, 8)
    frame = PngDecoder().decode(png(indices, 3, 8, chunk(b"tRNS", ENTRIES[:100].tobytes())))
    alpha = np.concatenate([ENTRIES[:100], np.full(156, 255, np.uint8)])
    assert np.array_equal(frame.array(), np.dstack([PALETTE[indices], alpha[indices]]))
    assert frame.description == "palette with alpha"
    assert frame.indices is not None
    assert np.array_equal(frame.indices, indices)
    assert read(png(indices, 3, 8, chunk(b"tRNS", b"\xff\xff"))).shape[2] == 3, "all are opaque"
    short = png(indices, 3, 8).replace(chunk(b"PLTE", PALETTE.tobytes()), chunk(b"PLTE", b"\x09\x08\x07"))
    assert np.array_equal(read(short), np.where(indices[..., None] == 0, [9, 8, 7], 0)), "black beyond the palette"


def test_what_the_file_says_of_its_numbers() -> None:
    profile = chunk(b"iCCP", b"a name\0\0" + zlib.compress(b"profile" * 9))
    info = PngDecoder().decode(png(GREY16, 0, 16, profile, chunk(b"pHYs", struct.pack(">IIB", 2, 1, 0)))).info
    assert (info.icc, info.pixel_aspect) == (b"profile" * 9, 0.5)
    turned = chunk(b"eXIf", tags(6)) + chunk(b"pHYs", struct.pack(">IIB", 2, 1, 0))
    assert PngDecoder().decode(png(GREY16, 0, 16, turned)).info.pixel_aspect == 2
    assert PngDecoder().decode(png(GREY16, 0, 16, chunk(b"iCCP", b"name\0\0no profile"))).info.icc == b""


@pytest.mark.parametrize(
    ("samples", "said", "expected"),
    [
        (np.array([[0, 100, 4095]], np.uint16), b"\x0c", (12, None)),
        (np.array([[0, 100, 4095]], np.uint16) * 16, b"\x0c", (12, 65535)),
        (np.array([[0, 16, 32]], np.uint16), b"\x0c", (12, 65535)),  # dark, but scaled as the standard wants it
        (np.array([[7, 100, 255]], np.uint8), b"\x05", (5, 255)),
        (np.array([[0, 100, 65535]], np.uint16), b"\x10", (0, None)),
        (np.array([[0, 100, 65535]], np.uint16), b"\x00", (0, None)),
    ],
)
def test_significant_bits(samples: Samples, said: bytes, expected: tuple[int, float | None]) -> None:
    frame = PngDecoder().decode(png(samples, 0, samples.itemsize * 8, chunk(b"sBIT", said)))
    assert (frame.info.bits, frame.info.white) == expected
    assert np.array_equal(frame.array(), samples)


@pytest.mark.parametrize(("colour", "depth"), KINDS)
def test_the_screen_gets_8_bits_from_pillow_and_all_others_from_here(colour: int, depth: int) -> None:
    samples = numbers(colour, depth)
    data, few = png(samples, colour, depth), png(samples, colour, depth, chunk(b"sBIT", bytes([depth - 1] * 4)))
    if depth <= 8 and (depth == 8 or colour == 3):
        with pytest.raises(PassedOnError):
            PngDecoder().decode(data, for_screen=True)
    else:
        assert np.array_equal(PngDecoder().decode(data, for_screen=True).array(), samples)
    if colour != 3 and depth > 1:
        assert PngDecoder().decode(few, for_screen=True).info.bits == depth - 1


@pytest.mark.parametrize("imagecodecs", [True, False])
def test_alpha_says_nothing_of_the_significant_bits(monkeypatch: pytest.MonkeyPatch, imagecodecs: bool) -> None:  # noqa: FBT001
    if not imagecodecs:
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
    samples = (numbers(6, 16) // 16).astype(np.uint16)
    samples[..., 3] = 65535
    assert PngDecoder().decode(png(samples, 6, 16, chunk(b"sBIT", b"\x0c\x0c\x0c\x10"))).info.white is None


def test_what_does_not_concern_the_pixels_is_left_alone() -> None:
    large = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(80_000_000), 1))
    animation = chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", bytes(26)) + chunk(b"fdAT", bytes(40))
    wrong_sum = chunk(b"tEXt", b"a\0b")[:-1] + b"?"
    assert np.array_equal(read(png(GREY16, 0, 16, large, animation, wrong_sum, chunk(b"tRNS", b"?"))), GREY16)
    assert np.array_equal(read(png(GREY16, 0, 16, raw=packed(GREY16, 16) + b"more")), GREY16)
    even = np.full((5, 5), 90, np.uint8)
    assert np.array_equal(read(png(even, 0, 8)), even)


def test_a_file_that_is_cut_off_is_not_whole() -> None:
    for data in (png(GREY16, 0, 16), png(numbers(3, 4), 3, 4)):
        for length in range(1, len(data)):
            with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
                PngDecoder().decode(data[:length])
    for colour, depth in KINDS:
        samples = numbers(colour, depth)
        for rows in (1, 22):
            with pytest.raises(DamagedImageError, match="fewer pixels"):
                PngDecoder().decode(png(samples, colour, depth, raw=packed(samples[:rows], depth)))


def test_a_file_that_contradicts_itself_is_damaged() -> None:
    sound = png(GREY16, 0, 16)
    broken = bytearray(sound)
    broken[sound.index(b"IDAT") + 20] ^= 1
    bad_filter = png(GREY16, 0, 16, raw=b"\5" + packed(GREY16, 16)[1:])
    bad_header = sound.replace(sound[8:33], chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 4, 5, 0, 0, 0, 0)))
    no_header = sound[:8] + sound[33:]
    no_palette = png(GREY16, 0, 16).replace(sound[8:33], chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 4, 8, 3, 0, 0, 0)))
    bad_end, clear = sound[:-1] + b"\0", chunk(b"tRNS", b"\0\1")
    bad_clear = png(GREY16, 0, 16, clear[:-1] + bytes([clear[-1] ^ 1]))
    bad_kind = png(GREY16, 0, 16, chunk(b"te\0t"))  # one reader would leave it out, another would stop there
    for data in (bytes(broken), bad_filter, bad_header, no_header, no_palette, bad_end, bad_clear, bad_kind):
        for for_screen in (False, True):
            with pytest.raises(DamagedImageError):
                PngDecoder().decode(data, for_screen=for_screen)


def test_kinds_that_are_not_read_and_claims() -> None:
    sound = png(GREY16, 0, 16)
    with pytest.raises(UnsupportedFormatError, match="CgBI, which Lookahead does not show"):
        PngDecoder().decode(sound[:8] + chunk(b"CgBI", bytes(4)) + sound[8:])
    claim = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 16, 6, 0, 0, 0))
    with pytest.raises(ImageTooLargeError):
        PngDecoder().decode(sound.replace(sound[8:33], claim))
    claim = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0))
    with pytest.raises(DamagedImageError, match="fewer pixels"):
        PngDecoder().decode(sound.replace(sound[8:33], claim), for_screen=True)
    with pytest.raises(DecodeError):
        PngDecoder().decode(b"\x89PNG\r\n\x1a\n")


# Orientation, in all that says it


def tags(turn: int) -> bytes:
    """Returns EXIF data that say an orientation."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 274, 3, 1, turn, 0, 0)


def xmp(turn: int, form: str = 'tiff:Orientation="{}"') -> bytes:
    return (
        b'<x:xmpmeta><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" ' + form.format(turn).encode() + b"/>"
    )


def magick(content: bytes) -> bytes:
    """Returns a profile as ImageMagick writes it into a text: its kind, its length, and 36 bytes a line."""
    digits = content.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\nexif\n{len(content):8}\n{lines}\n".encode()


XMP_KEY, RAW_KEY = b"XML:com.adobe.xmp\0", b"Raw profile type exif\0"


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (chunk(b"eXIf", tags(6)), 6),
        (chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(3)), 3),
        (chunk(b"iTXt", XMP_KEY + b"\1\0en\0name\0" + zlib.compress(xmp(8))), 8),
        (chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(5, "><tiff:Orientation>{}</tiff:Orientation>")), 5),
        (chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(5, "tiff:Orientation = '{}'")), 5),
        (chunk(b"zTXt", RAW_KEY + b"\0" + zlib.compress(magick(b"Exif\0\0" + tags(7)))), 7),
        (chunk(b"tEXt", RAW_KEY + magick(b"Exif\0\0" + tags(2))), 2),
        (chunk(b"tEXt", b"Raw profile type APP1\0" + magick(b"Exif\0\0" + tags(4))), 4),
        (chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(3)) + chunk(b"eXIf", tags(1)), 1),
        (chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(3)) + chunk(b"eXIf", tags(0)), 3),
        (chunk(b"iTXt", XMP_KEY + b"\1\0\0\0" + xmp(3)), 1),
        (chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(9)), 1),
        (chunk(b"iTXt", XMP_KEY), 1),
        (chunk(b"tEXt", RAW_KEY + b"no digits at all") + chunk(b"zTXt", RAW_KEY), 1),
        (chunk(b"tEXt", b"Comment\0tiff:Orientation='3'"), 1),
    ],
)
def test_orientation_in_png(chunks: bytes, expected: int) -> None:
    data = png(GREY16, 0, 16, chunks)
    assert exif.turn(memoryview(data)) == expected
    assert read(data).shape == ((5, 4) if expected > 4 else (4, 5))


def test_orientation_in_jpeg_and_webp() -> None:
    def segment(content: bytes) -> bytes:
        return b"\xff\xff\xe1" + struct.pack(">H", len(content) + 2) + content

    name = b"http://ns.adobe.com/xap/1.0/\0"
    assert exif.turn(memoryview(b"\xff\xd8" + segment(name + xmp(6)))) == 6
    assert exif.turn(memoryview(b"\xff\xd8" + segment(name + xmp(6)) + segment(b"Exif\0\0" + tags(3)))) == 3

    def webp(*chunks: tuple[bytes, bytes]) -> memoryview:
        parts = [kind + struct.pack("<I", len(each)) + each + bytes(len(each) % 2) for kind, each in chunks]
        body = b"WEBP" + b"".join(parts)
        return memoryview(b"RIFF" + struct.pack("<I", len(body)) + body)

    assert exif.turn(webp((b"VP8L", b"odd"), (b"XMP ", xmp(8)))) == 8
    assert exif.turn(webp((b"XMP ", xmp(8)), (b"EXIF", tags(2)))) == 2
    assert exif.turn(memoryview(b"GIF89a")) == exif.UPRIGHT
    assert exif.orientation(tags(0), xmp(6)) == 6


@pytest.mark.parametrize("kind", [b"cHRM", b"tIME", b"gAMA", b"iCCP", b"tEXt", b"pHYs", b"sBIT", b"abCd"])
@pytest.mark.parametrize("colour", [0, 2, 3])
def test_a_wrong_checksum_of_what_is_no_part_of_the_picture_says_nothing(kind: bytes, colour: int) -> None:
    samples, registry = (
        np.random.default_rng(6).integers(0, 256, (5, 7, 3) if colour == 2 else (5, 7), np.uint8),
        DecoderRegistry(),
    )
    broken = chunk(kind, bytes(32))[:-1] + b"?"
    data, sound = png(samples, colour, 8, broken), png(samples, colour, 8)
    end = len(chunk(b"IEND"))
    for each in (data, sound[:-end] + broken + sound[-end:]):
        for for_screen in (False, True):
            assert (
                registry.decode(each, for_screen=for_screen).array()
                == registry.decode(sound, for_screen=for_screen).array()
            ).all()
        assert registry.image(each).size == (7, 5)
    for kinds in (b"IHDR", b"IDAT", b"IEND"):
        at = sound.index(kinds)
        at += 4 + int.from_bytes(sound[at - 4 : at], "big")
        for for_screen in (False, True):
            with pytest.raises(DamagedImageError):
                registry.decode(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :], for_screen=for_screen)
