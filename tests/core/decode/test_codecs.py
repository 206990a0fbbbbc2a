"""JPEG XL, AVIF, JPEG 2000, JPEG of more than 8 bits, JPEG-LS and QOI: the samples, what they mean, and damage."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode import boxes, codecs, j2k
from viewer.core.decode.codecs import CodecsDecoder
from viewer.core.decode.decoder import PassedOnError
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.formats import recognise
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, SampleInfo, TransferCurve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

imagecodecs = pytest.importorskip("imagecodecs")

DECODER = CodecsDecoder()
WIDE = (np.add.outer(np.arange(23) * 700, np.arange(37) * 1300)[..., None] + [0, 9000, 21]).astype(np.uint16)
"""16-bit RGB."""
GREY16 = np.ascontiguousarray(WIDE[..., 0])
GREY12, RGB12 = GREY16 >> 4, WIDE >> 4
RGB10 = WIDE >> 6
RGB8 = (WIDE >> 8).astype(np.uint8)
GREY8 = np.ascontiguousarray(RGB8[..., 0])
RGBA8 = np.dstack([RGB8, GREY8[::-1]])
FLOATS = (WIDE / 4096).astype(np.float32)
PALETTE = np.add.outer(np.arange(256), [7, 99, 200]).astype(np.uint8)
END = b"\xff\xd9"


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def numbered(*spaces: int) -> bytes:
    return b"".join(box(b"colr", b"\1\0\0", struct.pack(">I", space)) for space in spaces)


def jp2(stream: bytes, *header: bytes) -> bytes:
    """A JP2 file; ``header`` are boxes beside that of the size, which says three components of 8 bits."""
    size = box(b"ihdr", struct.pack(">IIHBBBB", 23, 37, 3, 7, 7, 0, 0))
    start = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    return start + box(b"jp2h", size, *header) + box(b"jp2c", stream)


def j2k_of(samples: NDArray[Any], **more: Any) -> bytes:  # noqa: ANN401 - the encoder's options
    return bytes(imagecodecs.jpeg2k_encode(samples, reversible=True, codecformat="j2k", mct=False, **more))


def lossless(samples: NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(samples, lossless=True, bitspersample=bits))


def without_spiff(jls: bytes) -> bytes:
    return jls[:2] + jls[jls.index(b"\xff\xf7") :]


def linear_profile() -> bytes:
    """A colour profile whose numbers are in proportion to the light."""
    points = [(0x6FA2, 0x38F5, 0x0390), (0x6299, 0xB785, 0x18DA), (0x24A0, 0x0F84, 0xB6CF)]
    tags = {b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)}
    for letter, point in zip(b"rgb", points, strict=True):
        tags[bytes([letter]) + b"XYZ"] = b"XYZ \0\0\0\0" + struct.pack(">3i", *point)
        tags[bytes([letter]) + b"TRC"] = b"curv" + bytes(8)
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    head = struct.pack(">I4sI12s12x4s", start + len(body), b"", 0x2400000, b"mntrRGB XYZ ", b"acsp").ljust(68, b"\0")
    return (head + tags[b"wtpt"][8:]).ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def avif(pictures: bytes, *properties: bytes, samples: NDArray[Any] = RGB10) -> bytes:
    """An AVIF file around the data of one that imagecodecs wrote, with further properties of its picture."""
    data = pictures[pictures.index(b"mdat") + 4 :]
    height, width = samples.shape[:2]
    old = memoryview(pictures)
    config = boxes.found(old, b"meta", b"iprp", b"ipco", b"av1C")
    assert config is not None
    every = [box(b"ispe", struct.pack(">III", 0, width, height)), box(b"av1C", bytes(config)), *properties]
    must_be_known = {b"av1C", b"irot", b"imir"}
    numbers = [at + 0x80 * (each[4:8] in must_be_known) for at, each in enumerate(every, 1)]
    links = struct.pack(">IIHB", 0, 1, 1, len(every)) + bytes(numbers)

    def meta(start: int) -> bytes:
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", struct.pack(">IH", 0, 1)),
            box(b"iloc", struct.pack(">IBBHHHHII", 0, 0x44, 0, 1, 1, 0, 1, start, len(data))),
            box(b"iinf", struct.pack(">IH", 0, 1), box(b"infe", b"\2\0\0\0\0\1\0\0av01\0")),
            box(b"iprp", box(b"ipco", *every), box(b"ipma", links)),
        )

    start = box(b"ftyp", b"avif\0\0\0\0avifmif1")
    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", data)


def deep_avif(samples: NDArray[Any] = RGB10) -> bytes:
    return bytes(imagecodecs.avif_encode(samples, level=100, bitspersample=10, speed=10))


def palette_boxes() -> tuple[bytes, bytes]:
    columns = box(b"pclr", struct.pack(">HB3B", 256, 3, 7, 7, 7), PALETTE.tobytes())
    return columns, box(b"cmap", struct.pack(">HBB", 0, 1, 0), b"\0\0\1\1", b"\0\0\1\2")


SPREAD = np.dstack([GREY8, GREY8[:, ::-1]])
HALVES = FLOATS.astype(np.float16)
KINDS: dict[str, tuple[Callable[[], bytes], NDArray[Any], str, SampleInfo]] = {
    "JPEG XL": (lambda: imagecodecs.jpegxl_encode(RGB8, lossless=True), RGB8, "8-bit RGB", SampleInfo(8)),
    "JPEG XL, 12 bits": (
        lambda: imagecodecs.jpegxl_encode(GREY12, lossless=True, bitspersample=12),
        GREY12,
        "12-bit grey",
        SampleInfo(12, transfer=TransferCurve.LINEAR),
    ),
    "JPEG XL, alpha": (
        lambda: imagecodecs.jpegxl_encode(SPREAD, lossless=True),
        SPREAD,
        "8-bit grey with alpha",
        SampleInfo(8, alpha=Alpha.STRAIGHT),
    ),
    "JPEG XL, floats": (
        lambda: imagecodecs.jpegxl_encode(FLOATS, lossless=True),
        FLOATS,
        "32-bit float RGB",
        SampleInfo(white=1.0, transfer=TransferCurve.LINEAR),
    ),
    "JPEG XL, half floats": (
        lambda: imagecodecs.jpegxl_encode(HALVES, lossless=True),
        HALVES,
        "16-bit float RGB",
        SampleInfo(white=1.0, transfer=TransferCurve.LINEAR),
    ),
    "JPEG XL, animated": (
        lambda: imagecodecs.jpegxl_encode(np.stack([GREY8, GREY8 + 1]), lossless=True, photometric="gray"),
        GREY8,
        "8-bit grey",
        SampleInfo(8),
    ),
    "AVIF": (deep_avif, RGB10, "10-bit RGB", SampleInfo(10)),
    "AVIF, alpha": (
        lambda: deep_avif(np.dstack([RGB10, RGB10[..., :1]])),
        np.dstack([RGB10, RGB10[..., :1]]),
        "10-bit RGBA",
        SampleInfo(10, alpha=Alpha.STRAIGHT),
    ),
    "AVIF, film": (lambda: deep_avif(np.stack([RGB10, RGB10 + 1])), RGB10, "10-bit RGB", SampleInfo(10)),
    "JPEG 2000": (lambda: j2k_of(WIDE), WIDE, "16-bit RGB", SampleInfo(16)),
    "JPEG 2000, 12 bits": (lambda: j2k_of(GREY12, bitspersample=12), GREY12, "12-bit grey", SampleInfo(12)),
    "JPEG 2000, signed": (
        lambda: j2k_of(GREY12.astype(np.int16) - 2000),
        GREY12.astype(np.int16) - 2000,
        "16-bit signed grey",
        SampleInfo(16),
    ),
    "JPEG 2000, alpha": (
        lambda: jp2(
            j2k_of(RGBA8),
            numbered(16),
            box(b"cdef", struct.pack(">7H", 4, 0, 0, 1, 1, 0, 2), b"\0\2\0\0\0\3\0\3\0\2\0\0"),
        ),
        RGBA8,
        "8-bit RGBA",
        SampleInfo(8, alpha=Alpha.PREMULTIPLIED),
    ),
    "JPEG 2000, palette": (
        lambda: jp2(j2k_of(GREY8), numbered(16), *palette_boxes()),
        PALETTE[GREY8],
        "8-bit RGB",
        SampleInfo(8),
    ),
    "JPEG 2000, profile": (
        lambda: jp2(j2k_of(RGB8), box(b"colr", b"\2\0\0", linear_profile())),
        RGB8,
        "8-bit RGB",
        SampleInfo(8, icc=linear_profile()),
    ),
    "HTJ2K": (lambda: imagecodecs.htj2k_encode(WIDE, reversible=True), WIDE, "16-bit RGB", SampleInfo(16)),
    "HTJ2K in boxes": (
        lambda: jp2(imagecodecs.htj2k_encode(GREY8, reversible=True), numbered(17)),
        GREY8,
        "8-bit grey",
        SampleInfo(8),
    ),
    "12-bit JPEG": (
        lambda: imagecodecs.jpeg8_encode(RGB12, 100, bitspersample=12, subsampling="444"),
        RGB12,
        "12-bit RGB",
        SampleInfo(12),
    ),
    "lossless JPEG": (lambda: lossless(GREY16, 16), GREY16, "16-bit grey", SampleInfo(16)),
    "lossless JPEG, colours": (lambda: lossless(RGB12, 12), RGB12, "12-bit RGB", SampleInfo(12)),
    "lossless JPEG without its end": (lambda: lossless(GREY12, 12)[:-2], GREY12, "12-bit grey", SampleInfo(12)),
    "JPEG-LS": (lambda: imagecodecs.jpegls_encode(WIDE), WIDE, "16-bit RGB", SampleInfo(16)),
    "JPEG-LS without SPIFF": (
        lambda: without_spiff(imagecodecs.jpegls_encode(GREY8)),
        GREY8,
        "8-bit grey",
        SampleInfo(8),
    ),
    "QOI": (
        lambda: imagecodecs.qoi_encode(RGBA8),
        RGBA8,
        "8-bit RGBA",
        SampleInfo(8, alpha=Alpha.STRAIGHT),
    ),
}
CHANNELS = {"grey": GREY, "alpha": GREY_ALPHA, "RGB": RGB, "RGBA": RGBA}
FILES = {kind: bytes(make()) for kind, (make, *_) in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_those_of_the_file(kind: str) -> None:
    _, truth, description, info = KINDS[kind]
    assert "imagecodecs" in recognise(FILES[kind][:256]).decoders
    frame = DECODER.decode(memoryview(FILES[kind]))
    array = frame.array()
    assert (frame.description, frame.info) == (description, info)
    assert (frame.channels, array.dtype, array.shape) == (CHANNELS[description.split()[-1]], truth.dtype, truth.shape)
    off = 4 if "12-bit JPEG" in kind or "AVIF" in kind else 0
    assert np.abs(array.astype(float) - truth).max() <= off


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_file_is_damaged(kind: str) -> None:
    data = FILES[kind]
    for percent in range(5, 100, 5):
        with pytest.raises(DamagedImageError, match=r"^The file (is cut off: it ends|ends after)"):
            DECODER.decode(data[: len(data) * percent // 100])


SENTENCES = {
    "JPEG XL": "This is a JPEG XL picture",
    "AVIF": "This is a 10-bit AVIF",
    "JPEG 2000, 12 bits": "This is a JPEG 2000 picture",
    "JPEG 2000, signed": "This is a JPEG 2000 picture",
    "JPEG 2000": "This is a JPEG 2000 picture",
    "12-bit JPEG": "This is a 12-bit JPEG",
    "lossless JPEG": "This is a lossless JPEG",
    "JPEG-LS": "This is a JPEG-LS picture",
}


@pytest.mark.parametrize("kind", [*SENTENCES, "HTJ2K in boxes", "QOI"])
def test_a_missing_library_is_named_or_pillow_reads_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(UnsupportedFormatError) as caught:
        DECODER.decode(FILES[kind])
    assert isinstance(caught.value, PassedOnError) is (kind not in SENTENCES)
    if kind in SENTENCES:
        assert str(caught.value) == f"{SENTENCES[kind]}; reading it needs imagecodecs (pip install lookahead[codecs])."


def test_pillow_is_not_asked_for_more_than_four_components(monkeypatch: pytest.MonkeyPatch) -> None:
    data = j2k_of(np.zeros((20, 30, 5), np.uint8))
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(UnsupportedFormatError, match="reading it needs imagecodecs") as caught:
        DECODER.decode(data)
    assert not isinstance(caught.value, PassedOnError)


@pytest.mark.parametrize("stub", [None, lambda *_, **__: (_ for _ in ()).throw(ImportError)])
def test_a_codec_that_is_missing_is_named(stub: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagecodecs, "jpegxl_decode", stub)
    with pytest.raises(UnsupportedFormatError, match=r"needs an imagecodecs that has its codec jpegxl \(pip install"):
        DECODER.decode(FILES["JPEG XL"])


@pytest.mark.parametrize(("quarters", "swapped"), [(q, s) for q in range(4) for s in (None, 0, 1)])
def test_avif_is_turned_as_its_properties_say(quarters: int, swapped: int | None) -> None:
    marked = np.zeros((16, 24, 3), np.uint16)
    marked[2:6, 3:9] = 1000
    turns = [box(b"irot", bytes([quarters]))] + ([] if swapped is None else [box(b"imir", bytes([swapped]))])
    right = np.rot90(marked, quarters)
    right = right if swapped is None else np.flip(right, axis=swapped)
    frame = DECODER.decode(avif(deep_avif(marked), *turns, box(b"pasp", struct.pack(">II", 2, 1)), samples=marked))
    assert np.abs(frame.array().astype(int) - right).max() <= 2
    assert frame.info.pixel_aspect == 2


def test_avif_keeps_its_profile_and_says_that_it_is_linear() -> None:
    colours = box(b"colr", b"prof", b"a profile"), box(b"colr", b"nclx", struct.pack(">HHHB", 1, 8, 0, 0x80))
    info = DECODER.decode(avif(deep_avif(), *colours)).info
    assert (info.icc, info.transfer) == (b"a profile", TransferCurve.LINEAR)


def test_avif_of_8_bits_is_left_to_pillow() -> None:
    with pytest.raises(PassedOnError):
        DECODER.decode(imagecodecs.avif_encode(RGB8, level=100))


@pytest.mark.parametrize("orientation", [1, 6])
def test_jpeg_xl_comes_upright(orientation: int) -> None:
    stored = {
        1: "ff0a0840101437020804010024004b188b159228943808",
        6: "ff0a08400b04c52d010804010024004b188b159228943808",
    }[orientation]
    assert np.array_equal(
        DECODER.decode(bytes.fromhex(stored)).array(), pixels.upright(np.array([[1, 2, 3], [4, 5, 6]]), orientation)
    )


def test_jpeg_is_turned_by_exif_and_keeps_its_profile() -> None:
    turned = b"Exif\0\0" + struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 274, 3, 1, 6, 0, 0)
    segments = [(0xE1, turned), (0xE2, b"ICC_PROFILE\0\2\2 end"), (0xE2, b"ICC_PROFILE\0\1\2start")]
    head = b"".join(struct.pack(">BBH", 0xFF, kind, 2 + len(text)) + text for kind, text in segments)
    data = FILES["lossless JPEG"]
    frame = DECODER.decode(data[:2] + head + data[2:] + bytes(5000))
    assert np.array_equal(frame.array(), pixels.upright(GREY16, 6))
    assert frame.info.icc == b"start end"


def test_jpeg_of_8_bits_and_what_no_library_reads() -> None:
    data = FILES["lossless JPEG"]
    with pytest.raises(UnsupportedFormatError, match="hierarchical"):
        DECODER.decode(data.replace(b"\xff\xc3", b"\xff\xc7"))
    with pytest.raises(PassedOnError):
        DECODER.decode(data.replace(b"\xff\xc3\0\x0b\x10", b"\xff\xc0\0\x0b\x08"))
    palette = FILES["JPEG-LS without SPIFF"]
    with pytest.raises(UnsupportedFormatError, match="palette"):
        DECODER.decode(palette[:-2].replace(b"\xff\xda", b"\xff\xf8\0\x07\2\1\1\0\0\xff\xda", 1) + END)


@pytest.mark.parametrize(("space", "error"), [(12, PassedOnError), (14, UnsupportedFormatError)])
def test_other_colours_of_jpeg_2000_are_not_taken_for_rgb(space: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        DECODER.decode(jp2(j2k_of(RGBA8), numbered(space)))


@pytest.mark.parametrize(
    ("kind", "place", "layout", "numbers"),
    [
        ("QOI", 4, ">II", (60_000, 60_000)),
        ("lossless JPEG", FILES["lossless JPEG"].index(b"\xff\xc3") + 5, ">HH", (65_500, 65_500)),
        ("JPEG 2000", 8, ">II", (2**32 - 1, 2**32 - 1)),
        ("HTJ2K", 8, ">8I", (60_000, 60_000, 0, 0, 60_000, 60_000, 0, 0)),
        ("HTJ2K", 16, ">I", (65_280,)),
        ("AVIF", FILES["AVIF"].index(b"ispe") + 8, ">II", (60_000, 60_000)),
    ],
)
def test_false_sizes_are_refused_before_anything_is_decoded(
    kind: str, place: int, layout: str, numbers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codecs, "_called", None)
    data = bytearray(FILES[kind])
    struct.pack_into(layout, data, place, *numbers)
    with pytest.raises((ImageTooLargeError, DamagedImageError)):
        DECODER.decode(data)


def test_a_tile_that_is_missing_is_noticed() -> None:
    stream = FILES["JPEG 2000"]
    assert DECODER.decode(stream[:-2]).size == (37, 23), "only the end marker is missing"
    at = stream.index(b"\xff\x90") + 6
    with pytest.raises(DamagedImageError):
        j2k.head(memoryview(stream[:at] + struct.pack(">I", 2**31) + stream[at + 4 :]))
    open_ended = stream[:at] + bytes(4) + stream[at + 4 :]
    assert np.array_equal(DECODER.decode(open_ended).array(), WIDE)
    with pytest.raises(DamagedImageError):
        DECODER.decode(open_ended[:-2])


def test_a_picture_that_is_not_what_its_header_says_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagecodecs, "jpegxl_decode", lambda *_, **__: RGB8[:-1])
    with pytest.raises(DamagedImageError, match="says something else"):
        DECODER.decode(FILES["JPEG XL"])
