"""TIFF of every kind comes with the file's own numbers, and what cannot be read says why."""

from __future__ import annotations

import contextlib
import io
import itertools
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from viewer.core.decode import stated_range
from viewer.core.decode.camera_raw import is_camera_raw
from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.tiff import TiffDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Alpha, TransferCurve
from viewer.core.pages.tiff import TiffIndex
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp
from viewer.core.storage.transfer import Transfer as Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from viewer.core.frame import Frame

Tags = dict[int, tuple[str, Any]]
RANDOM = np.random.default_rng(14)
WIDTH, HEIGHT = 37, 23
NEEDED = {34887: "LERC", 34712: "JPEG 2000", 50002: "JPEG XL", 34933: "PNG", 50001: "WebP"}
SIZES = {"B": 1, "s": 2, "H": 3, "I": 4, "R": 5, "h": 8, "d": 12}


def tiff(tags: Tags, parts: Sequence[bytes | None], order: str = "<") -> bytes:
    """Returns a TIFF of one page; a part that is None is not in the file."""
    body, offsets = bytearray(), []
    for part in parts:
        offsets.append(0 if part is None else 8 + len(body))
        body += part or b""
    where, sizes = (324, 325) if 322 in tags else (273, 279)
    tags = {sizes: ("I", [len(part or b"") for part in parts]), **tags, where: ("I", offsets)}
    tags = {tag: value for tag, value in sorted(tags.items()) if len(value[1])}
    start = 8 + len(body)
    free, entries, behind = start + 6 + 12 * len(tags), b"", b""
    for tag, (kind, values) in tags.items():
        form = f"{order}{2 * len(values)}I" if kind == "R" else f"{order}{len(values)}{kind}"
        flat = itertools.chain.from_iterable(values) if kind == "R" else values
        value = bytes(values) if kind == "s" else struct.pack(form, *flat)
        if len(value) > 4:
            behind, value = behind + value, struct.pack(order + "I", free + len(behind))
        entries += struct.pack(order + "HHI4s", tag, SIZES[kind], len(values), value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start)
    return head + body + struct.pack(order + "H", len(tags)) + entries + bytes(4) + behind


def tags_of(array: NDArray[Any], bits: int = 0, more: Tags | None = None) -> Tags:
    samples = 1 if array.ndim == 2 else array.shape[2]
    form = {"u": 1, "i": 2, "f": 3, "c": 6}[array.dtype.kind]
    tags: Tags = {256: ("I", [array.shape[1]]), 257: ("I", [len(array)]), 277: ("H", [samples])}
    tags |= {258: ("H", [bits or 8 * array.itemsize] * samples), 262: ("H", [2 if samples > 2 else 1])}
    return {**tags, 339: ("H", [form] * samples), **(more or {})}


def plain(array: NDArray[Any], more: Tags | None = None, order: str = "<") -> bytes:
    return tiff(tags_of(array, more=more), [array.astype(array.dtype.str.replace("<", order)).tobytes()], order)


def packed(array: NDArray[Any], bits: int) -> bytes:
    rows = array.reshape(len(array), -1, 1) >> np.arange(bits - 1, -1, -1) & 1
    return np.packbits(rows.astype(np.uint8).reshape(len(array), -1), axis=1).tobytes()


def numbers(kind: str, *shape: int) -> NDArray[Any]:
    array = RANDOM.integers(-100, 100, shape) if np.dtype(kind).kind == "i" else RANDOM.integers(0, 200, shape)
    return (array * (1.25 if kind[0] == "f" else 1)).astype(kind)


def decoded(data: bytes) -> Frame:
    return TiffDecoder().decode(data)


def same(frame: Frame, expected: NDArray[Any]) -> None:
    assert frame.planes[0].dtype == expected.dtype.newbyteorder("=")
    np.testing.assert_array_equal(frame.array(), expected)


def page_of(data: bytes, number: int = 0) -> bytes:
    """Returns a page as a file of its own."""
    file = FileInMemory(data, Stamp(len(data), 0), Reading())
    index = TiffIndex(file)
    index.find_more(file, 10)
    return index.page(file, number)


GREY = numbers("u1", HEIGHT, WIDTH)
DEEP = (GREY * 251).astype(np.uint16) + GREY
COLOURS = numbers("u2", HEIGHT, WIDTH, 3)


# The numbers


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"])
def test_samples_of_each_type(kind: str) -> None:
    for samples, order, tile in itertools.product((1, 3, 5), "<>", (None, (16, 32))):
        array = numbers(kind, HEIGHT, WIDTH, samples)
        array = array if samples > 1 else array[..., 0]
        for planar in ("contig", "separate")[: 1 + (samples > 1)]:
            file = io.BytesIO()
            written = np.moveaxis(array, 2, 0) if planar == "separate" else array
            colours = "rgb" if samples == 3 else "minisblack"
            form: dict[str, Any] = {"photometric": colours, "planarconfig": planar if samples > 1 else None}
            form["byteorder"] = order
            tifffile.imwrite(file, written, tile=tile, rowsperstrip=None if tile else 7, **form)
            same(decoded(file.getvalue()), array)


def differences(array: NDArray[Any], order: str) -> bytes:
    whole = array.view(f"u{array.itemsize}")
    change = whole.copy()
    change[:, 1:] -= whole[:, :-1]
    return change.astype(f"{order}u{array.itemsize}").tobytes()


def float_differences(array: NDArray[Any], _: str) -> bytes:
    samples = 1 if array.ndim == 2 else array.shape[2]
    high = array.astype(array.dtype.newbyteorder(">")).view(np.uint8).reshape(len(array), -1, array.itemsize)
    planes = high.transpose(0, 2, 1).reshape(len(array), -1)
    change = planes.copy()
    change[:, samples:] -= planes[:, :-samples]
    return change.tobytes()


@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("kind", ["u1", "i2", "u4", "u8", "f2", "f4", "f8"])
def test_differences(kind: str, without: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter
    if without:
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
    ways: dict[int, Callable[[NDArray[Any], str], bytes]] = {2: differences}
    if kind[0] == "f":
        ways[3] = float_differences
    for (predictor, way), samples, order in itertools.product(ways.items(), (1, 3), "<>"):
        array = numbers(kind, HEIGHT, WIDTH, samples)
        array = array if samples > 1 else array[..., 0]
        tags = tags_of(array, more={259: ("H", [8]), 317: ("H", [predictor]), 278: ("H", [5])})
        parts = [zlib.compress(way(array[top : top + 5], order)) for top in range(0, HEIGHT, 5)]
        same(decoded(tiff(tags, parts, order)), array)


@pytest.mark.parametrize("compression", ["tiff_lzw", "zstd", "lzma", "packbits", "tiff_adobe_deflate", "tiff_deflate"])
@pytest.mark.parametrize("without", [False, True])
def test_compressions(compression: str, without: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter
    if without:
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
    rgb = COLOURS.astype(np.uint8)
    for array, predictor in itertools.product((GREY, DEEP, GREY.astype(np.float32), rgb), (1, 2, 3)):
        if (predictor == 3) > (array.dtype.kind == "f") or (predictor > 1 and compression == "packbits"):
            continue
        file = io.BytesIO()
        Image.fromarray(array).save(file, "TIFF", compression=compression, tiffinfo={317: predictor, 278: 6})
        same(decoded(file.getvalue()), array)


@pytest.mark.parametrize("compression", ["tiff_lzw", "zstd", "packbits"])
def test_what_libtiff_unpacks_may_be_of_any_type(compression: str) -> None:
    for array in COLOURS, numbers("i2", HEIGHT, WIDTH), numbers("f8", HEIGHT, WIDTH), numbers("f2", HEIGHT, WIDTH):
        rows = array.reshape(HEIGHT, -1).view(np.uint8)
        file = io.BytesIO()
        Image.fromarray(rows).save(file, "TIFF", compression=compression, tiffinfo={278: 6})
        with tifffile.TiffFile(io.BytesIO(file.getvalue())) as whole:
            page = whole.pages.first
            where = zip(page.dataoffsets, page.databytecounts, strict=True)
            more: Tags = {259: ("H", [page.compression]), 278: ("H", [6])}
        parts = [file.getvalue()[start : start + size] for start, size in where]
        same(decoded(tiff(tags_of(array, more=more), parts)), array)


@pytest.mark.parametrize("without", [False, True])
def test_bits_that_are_no_bytes(without: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter
    if without:
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
    for bits, samples in itertools.product((1, 2, 3, 4, 6, 10, 12, 14, 24, 31), (1, 3)):
        array = RANDOM.integers(0, 1 << bits, (HEIGHT, WIDTH, samples)).astype(
            f"u{1 if bits <= 8 else 2 if bits <= 16 else 4}"
        )
        array = array if samples > 1 else array[..., 0]
        tags, strips = tags_of(array, bits, {278: ("H", [9])}), [array[:9], array[9:18], array[18:]]
        frame = decoded(tiff(tags, [packed(strip, bits) for strip in strips]))
        same(frame, array)
        assert frame.info.bits == bits
        tags[259] = ("H", [8])
        same(decoded(tiff(tags, [zlib.compress(packed(strip, bits)) for strip in strips], ">")), array)
    reversed_bits = bytes(int(f"{byte:08b}"[::-1], 2) for byte in packed(GREY & 1, 1))
    same(decoded(tiff(tags_of(GREY, 1, {266: ("H", [2])}), [reversed_bits])), GREY & 1)
    signed = numbers("i2", HEIGHT, WIDTH)
    same(decoded(tiff(tags_of(signed, 12), [packed(signed & 4095, 12)])), signed)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", None])
def test_single_bits(compression: str | None) -> None:
    file = io.BytesIO()
    Image.fromarray(GREY > 99).save(file, "TIFF", **({"compression": compression} if compression else {}))
    frame = decoded(file.getvalue())
    same(frame, ((GREY > 99) ^ frame.info.is_inverted).astype(np.uint8))


def test_the_first_sample_may_be_white() -> None:
    for array in (GREY, DEEP):
        frame = decoded(plain(array, {262: ("H", [0])}))
        same(frame, array)
        assert frame.info.is_inverted


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_upright(orientation: int) -> None:
    stored = {
        1: DEEP,
        2: DEEP[:, ::-1],
        3: DEEP[::-1, ::-1],
        4: DEEP[::-1],
        5: DEEP.T,
        6: DEEP.T[::-1],
        7: DEEP.T[::-1, ::-1],
        8: DEEP.T[:, ::-1],
    }[orientation]
    more: Tags = {274: ("H", [orientation]), 282: ("R", [(10, 1)]), 283: ("R", [(20, 1)])}
    frame = decoded(plain(np.ascontiguousarray(stored), more))
    same(frame, DEEP)
    assert frame.info.pixel_aspect == (2 if orientation < 5 else 0.5)


# Colours


@pytest.mark.parametrize("bits", [1, 4, 8, 16])
def test_palettes_come_with_their_own_depth(bits: int) -> None:
    indices = (DEEP & (1 << bits) - 1).astype(np.uint16 if bits > 8 else np.uint8)
    data = indices.astype("<u2").tobytes() if bits > 8 else packed(indices, bits)
    for highest in (200, 60_000):
        palette = RANDOM.integers(0, highest, (3, 1 << bits))
        palette[0, 0] = highest
        frame = decoded(tiff(tags_of(indices, bits, {262: ("H", [3]), 320: ("H", palette.ravel().tolist())}), [data]))
        same(frame, np.moveaxis(palette[:, indices], 0, -1).astype(np.uint8 if highest < 256 else np.uint16))
        assert frame.channels == ("R", "G", "B")
        np.testing.assert_array_equal(frame.indices, indices)


def test_ycbcr_comes_as_rgb() -> None:
    light = RANDOM.integers(60, 180, (24, 38)).astype(np.uint8)
    colour = RANDOM.integers(110, 140, (2, 12, 19)).astype(np.uint8)
    units = np.concatenate(
        [light.reshape(12, 2, 19, 2).transpose(0, 2, 1, 3).reshape(12, 19, 4), np.moveaxis(colour, 0, -1)], -1
    )
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frame = decoded(tiff(tags_of(picture, more={262: ("H", [6])}), [units.tobytes()]))
    blue, red = (channel.repeat(2, 0).repeat(2, 1)[:HEIGHT, :WIDTH] - 128.0 for channel in colour)
    bright = light[:HEIGHT, :WIDTH]
    expected = np.dstack([bright + 1.402 * red, bright - 0.344136 * blue - 0.714136 * red, bright + 1.772 * blue])
    assert np.abs(frame.array() - expected).max() <= 1


def test_inks_and_lab_come_as_they_are_and_as_rgb_for_the_screen() -> None:
    for kind, names in ((5, ("C", "M", "Y", "K")), (8, ("L", "a", "b"))):
        for dtype in (np.uint8, np.uint16):
            array = RANDOM.integers(0, 255, (HEIGHT, WIDTH, len(names))).astype(dtype)
            data = plain(array, {262: ("H", [kind])})
            frame = decoded(data)
            same(frame, array)
            assert frame.channels == names
            assert TiffDecoder().decode(data, for_screen=True).channels == ("R", "G", "B")
    inks = np.array([[[0, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255]]], np.uint8)
    shown = TiffDecoder().decode(plain(inks, {262: ("H", [5])}), for_screen=True)
    assert shown.array().tolist() == [[[255, 255, 255], [255, 0, 0], [0, 0, 0]]]
    grey = np.array([[[255, 0, 0], [0, 0, 0]]], np.uint8)
    shown = TiffDecoder().decode(plain(grey, {262: ("H", [8])}), for_screen=True)
    assert np.abs(shown.array() - np.array([[[255] * 3, [0] * 3]])).max() <= 1


@pytest.mark.parametrize(
    ("samples", "extra", "names", "alpha"),
    [
        (2, [2], ("Y", "A"), Alpha.STRAIGHT),
        (2, [0], ("1", "2"), None),
        (4, [1], ("R", "G", "B", "A"), Alpha.PREMULTIPLIED),
        (4, [0], ("R", "G", "B", "A"), Alpha.UNSPECIFIED),
        (4, [], ("R", "G", "B", "A"), Alpha.UNSPECIFIED),
        (5, [0, 2], ("R", "G", "B", "4", "A"), Alpha.STRAIGHT),
    ],
)
def test_channels_have_names(samples: int, extra: list[int], names: tuple[str, ...], alpha: Alpha | None) -> None:
    frame = decoded(plain(numbers("u2", HEIGHT, WIDTH, samples), {338: ("H", extra)}))
    assert frame.channels == names
    assert frame.info.alpha is alpha


def test_bands_have_the_names_that_gdal_gave_them() -> None:
    text = b'<GDALMetadata><Item name="DESCRIPTION" sample="1" role="description">near infrared</Item></GDALMetadata>\0'
    frame = decoded(plain(numbers("u2", HEIGHT, WIDTH, 3), {262: ("H", [1]), 338: ("H", [0, 0]), 42112: ("s", text)}))
    assert frame.channels == ("1", "near infrared", "3")


def test_a_frame_says_what_its_samples_mean() -> None:
    more: Tags = {281: ("H", [4095]), 42113: ("s", b"-9999\0"), 34675: ("B", b"profile")}
    frame = decoded(plain(DEEP, {**more, 282: ("R", [(204, 1)]), 283: ("R", [(102, 1)])}))
    assert (frame.info.bits, frame.info.no_data, frame.info.icc, frame.info.pixel_aspect) == (
        12,
        -9999,
        b"profile",
        0.5,
    )
    assert frame.description == "12-bit grey"
    assert decoded(plain(COLOURS, {262: ("H", [34892])})).info.transfer is TransferCurve.LINEAR
    for text in (b"nan\0", b"\0", b"none\0"):
        number = decoded(plain(DEEP, {42113: ("s", text)})).info.no_data
        assert number is None or number != number  # noqa: PLR0124 - NaN


# Where the samples are


@pytest.mark.parametrize("compression", [1, 8])
def test_what_is_not_in_the_file_is_zero_or_the_number_that_stands_for_it(compression: int) -> None:
    tile = GREY[:16, :16].copy()
    parts = [tile.tobytes(), None, None, tile.tobytes()]
    if compression == 8:
        parts = [part and zlib.compress(part) for part in parts]
    tags = tags_of(np.zeros((32, 32), np.uint8), more={322: ("H", [16]), 323: ("H", [16]), 259: ("H", [compression])})
    for text, missing in ((b"", 0), (b"7\0", 7), (b"-9999\0", 0)):
        data = tiff({**tags, 42113: ("s", text)}, parts)
        expected = np.full((32, 32), missing, np.uint8)
        expected[:16, :16] = expected[16:, 16:] = tile
        same(decoded(data), expected)
        same(decoded(page_of(data)), expected)


@pytest.mark.parametrize("array", [DEEP, COLOURS.astype(np.uint8)])
def test_the_sizes_of_strips_may_be_wrong(array: NDArray[Any]) -> None:
    for sizes, rows in ([], [HEIGHT]), ([0], [HEIGHT]), ([HEIGHT * WIDTH], [HEIGHT]), ([array.nbytes], [3]), ([], [0]):
        data = plain(array, {279: ("I", sizes), 278: ("H", rows)})
        same(decoded(data), array)
        same(decoded(page_of(data)), array)
    tags = tags_of(array, more={259: ("H", [8]), 278: ("H", [8]), 279: ("I", [0, 0, 0])})
    data = tiff(tags, [zlib.compress(array[top : top + 8].tobytes()) for top in (0, 8, 16)])
    same(decoded(data), array)
    same(decoded(page_of(data)), array)


def test_smaller_versions_and_masks_before_the_picture_are_left_out() -> None:
    for tag, kind in ((254, 1), (254, 4), (255, 2)):
        small, full = plain(GREY[::4, ::4].copy(), {tag: ("H", [kind])}), bytearray(plain(GREY))
        (first,) = struct.unpack_from("<I", full, 4)
        start = len(small)
        entries = [list(struct.unpack_from("<HHII", full, at)) for at in range(first + 2, len(full) - 15, 12)]
        for at, (tag_, _, _, value) in zip(range(first + 2, len(full), 12), entries, strict=False):
            if tag_ == 273:
                struct.pack_into("<I", full, at + 8, value + start)
        (directory,) = struct.unpack_from("<I", small, 4)
        (count,) = struct.unpack_from("<H", small, directory)
        linked = bytearray(small)
        struct.pack_into("<I", linked, directory + 2 + 12 * count, start + first)
        data = bytes(linked + full)
        same(decoded(data), GREY)
        same(decoded(page_of(data)), GREY)


def test_pages_keep_what_they_are_and_measure() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for number in range(3):
            tags = [(42113, "s", 0, f"{number}", True), (33550, "d", 3, (1.5, 1.5, 0.0), True)]
            form: dict[str, Any] = {"description": f"page {number}", "resolution": (20, 10), "contiguous": False}
            writer.write(DEEP + np.uint16(number), extratags=tags, metadata=None, **form)
    for number in range(3):
        page = page_of(file.getvalue(), number)
        frame = decoded(page)
        same(frame, DEEP + np.uint16(number))
        assert (frame.info.no_data, frame.info.pixel_aspect) == (number, 0.5)
        with tifffile.TiffFile(io.BytesIO(page)) as whole:
            tags_there = whole.pages.first.tags
            assert tags_there.valueof(270) == f"page {number}"
            assert tags_there.valueof(33550) == (1.5, 1.5, 0.0)


# What is refused


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (plain(GREY.astype(np.complex64)), "This TIFF holds complex numbers, which Lookahead does not show."),
        (
            tiff(tags_of(GREY.astype("f4"), 24), [bytes(3 * GREY.size)]),
            "This TIFF holds 24-bit floating-point numbers, which Lookahead does not show.",
        ),
        (
            plain(COLOURS, {258: ("H", [5, 6, 5])}),
            "This TIFF holds channels of different kinds, which Lookahead does not show.",
        ),
        (plain(GREY, {259: ("H", [34661])}), "This TIFF is compressed in a way of its own (34661), which"),
        *(
            (
                plain(GREY, {259: ("H", [number])}),
                f"This TIFF is compressed with {name}; reading it needs imagecodecs (pip install lookahead[codecs]).",
            )
            for number, name in {
                34887: "LERC",
                34712: "JPEG 2000",
                50002: "JPEG XL",
                34933: "PNG",
                50001: "WebP",
            }.items()
        ),
    ],
)
def test_a_kind_that_is_not_read_is_named(data: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(UnsupportedFormatError) as raised:
        decoded(data)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("compression", ["lerc", "jpeg2000", "jpegxl", "png", "webp"])
def test_compressions_of_imagecodecs(compression: str) -> None:
    pytest.importorskip("imagecodecs")
    array = COLOURS.astype(np.uint8) if compression == "webp" else DEEP
    file = io.BytesIO()
    arguments = {"lossless": True} if compression in {"webp", "jpegxl"} else None
    form: dict[str, Any] = {"photometric": "rgb" if array.ndim > 2 else "minisblack", "compressionargs": arguments}
    tifffile.imwrite(file, array, compression=compression, tile=(16, 32), **form)
    same(decoded(file.getvalue()), array)


@pytest.mark.parametrize("stored", [{}, {"outcolorspace": "rgb"}])
@pytest.mark.parametrize("form", [{}, {"rowsperstrip": 16}, {"tile": (16, 32)}])
def test_jpeg_of_12_bits_in_a_tiff(
    form: dict[str, Any], stored: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("imagecodecs")
    down, across = np.mgrid[:48, :64]
    array = np.dstack([across * 40, down * 60, (across + down) * 20]).astype(np.uint16) + 300
    file, arguments = io.BytesIO(), {"bitspersample": 12, "level": 98, **stored}
    tifffile.imwrite(
        file, array, photometric="rgb", compression="jpeg", compressionargs=arguments, bitspersample=12, **form
    )
    frame = decoded(file.getvalue())
    assert np.abs(frame.array().astype(int) - array).mean() < 20
    assert (frame.info.bits, frame.channels, frame.description) == (12, ("R", "G", "B"), "12-bit RGB")
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(UnsupportedFormatError, match=r"^This TIFF is compressed with 12-bit JPEG; reading it needs"):
        decoded(file.getvalue())


def test_jpeg_in_a_tiff() -> None:
    grey = np.add.outer(np.arange(0, 128, 2), np.arange(80)).astype(np.uint8)
    for mode, array in ("L", grey), ("RGB", np.dstack([grey, 255 - grey, grey // 2])), ("CMYK", np.dstack([grey] * 4)):
        file = io.BytesIO()
        Image.fromarray(array, mode).save(file, "TIFF", compression="jpeg", quality=95)
        frame = decoded(file.getvalue())
        assert np.abs(frame.array() - array.astype(int)).max() <= 6


def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    tags = tags_of(GREY, more={256: ("I", [60_000]), 257: ("I", [60_000])})
    for compression, data in (1, b""), (8, zlib.compress(bytes(9))), (5, b"\x80\0"), (50_000, b"x"), (7, b"\xff\xd8"):
        with pytest.raises(ImageTooLargeError):
            decoded(tiff({**tags, 259: ("H", [compression])}, [data]))
        with pytest.raises(DamagedImageError):
            decoded(tiff({**tags, 256: ("I", [8000]), 257: ("I", [8000]), 259: ("H", [compression])}, [data]))


def test_a_file_that_was_cut_off_is_never_passed_off_as_whole() -> None:
    file = io.BytesIO()
    tifffile.imwrite(file, np.stack([DEEP] * 3), imagej=True, metadata={"Labels": ["one", "two", "three"]})
    pages = io.BytesIO()
    with tifffile.TiffWriter(pages) as writer:
        for _ in range(3):
            writer.write(DEEP, contiguous=False)
    deflated = tiff(tags_of(DEEP, more={259: ("H", [8])}), [zlib.compress(DEEP.tobytes())])
    for data in (plain(DEEP), deflated, file.getvalue(), pages.getvalue()):
        assert decoded(data).size == (WIDTH, HEIGHT)
        for part in range(1, 20):
            with pytest.raises(DamagedImageError):
                decoded(data[: len(data) * part // 20])


def test_whatever_is_written_into_a_file_it_is_pixels_or_a_sentence() -> None:
    tags: Tags = {259: ("H", [8]), 317: ("H", [2]), 278: ("H", [5])}
    parts = [zlib.compress(differences(DEEP[top : top + 5], "<")) for top in range(0, HEIGHT, 5)]
    for data in (plain(COLOURS), tiff(tags_of(DEEP, more=tags), parts), plain(GREY.astype("f4"))):
        for _ in range(40):
            broken = bytearray(data)
            for back in RANDOM.integers(1, (len(data), 150), (2, 2)).ravel():  # anywhere, and in the directory
                broken[-int(back)] ^= 1 << int(RANDOM.integers(8))
            with contextlib.suppress(DecodeError):
                decoded(bytes(broken))


# Camera raw


def test_what_a_sensor_saw_is_left_to_another_reader() -> None:
    array: Tags = {262: ("H", [32803])}
    assert not is_camera_raw(plain(DEEP, array))
    same(decoded(plain(DEEP, array)), DEEP)
    assert not is_camera_raw(plain(DEEP, {271: ("s", b"camera\0")}))
    assert is_camera_raw(plain(DEEP, {**array, 271: ("s", b"NIKON\0"), 259: ("H", [34713])}))
    for order in "<>":
        dng = plain(DEEP, {**array, 50706: ("B", [1, 4, 0, 0])}, order)
        assert is_camera_raw(dng)
        with pytest.raises(PassedOnError):
            decoded(dng)
        for length in range(0, len(dng), 7):
            is_camera_raw(dng[:length])


# The range that the file states


def imagej(text: str = "", ranges: Sequence[float] = (), order: str = "<") -> Tags:
    """Returns the tags in which ImageJ says how a stack is shown; before the ranges there are labels."""
    parts = [b"a\0b\0", b"c\0", struct.pack(f"{order}{len(ranges)}d", *ranges)]
    kinds = struct.pack(f"{order}5I", 0x494A494A, int.from_bytes(b"labl"), 2, int.from_bytes(b"rang"), 1)
    tags: Tags = {270: ("s", f"ImageJ=1.54f\n{text}".encode() + b"\0")}
    if ranges:
        tags[50838] = "I", [len(kinds), *map(len, parts)]
        tags[50839] = "B", list(kinds + b"".join(parts))
    return tags


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("kind", "more", "right"),
    [
        ("u2", imagej("min=0.0\nmax=4000.0\n"), (0, 4000)),
        ("f4", imagej("min=-0.5\nmax=1e3\n"), (-0.5, 1000)),
        ("u2", imagej("min=0.0\nmax=65535.0\n"), None),
        ("u2", imagej("min=0.0\nmax=0.0\n"), None),
        ("u2", imagej("min=1.0\nmax=many\n"), None),
        ("i2", imagej("min=0.0\nmax=4000.0\n"), None),
        ("u2", {270: ("s", b"min=0\nmax=4000\0")}, None),
        ("u2", {280: ("H", [10]), 281: ("H", [3000])}, (10, 3000)),
        ("u2", {281: ("H", [4095])}, (0, 4095)),
        ("u2", {280: ("H", [10])}, None),
        ("u2", {280: ("H", [10]), 281: ("H", [0])}, None),
        ("u2", {280: ("H", [0]), 281: ("H", [65535])}, None),
        ("u1", {280: ("H", [0]), 281: ("H", [65535])}, None),
        ("u1", {280: ("H", [3]), 281: ("H", [200])}, (3, 200)),
        ("f4", {280: ("H", [0]), 281: ("H", [255])}, None),
        ("f4", {340: ("d", [0.25]), 341: ("d", [0.5])}, (0.25, 0.5)),
        ("f4", {340: ("d", [np.nan]), 341: ("d", [0.5])}, None),
        ("i2", {340: ("h", [-7]), 341: ("h", [70])}, (-7, 70)),
        ("u2", {340: ("s", b"1\0"), 341: ("s", b"9\0")}, None),
        ("u2", {340: ("R", [(1, 1)]), 341: ("R", [(9, 1)])}, None),
        ("u2", {262: ("H", [0]), 281: ("H", [4095])}, (0, 4095)),
        ("u2", {262: ("H", [5]), 281: ("H", [4095])}, None),
    ],
)
def test_ranges(kind: str, more: Tags, right: tuple[float, float] | None, order: str) -> None:
    data = plain(numbers(kind, HEIGHT, WIDTH), more, order)
    assert decoded(data).info.range == right
    assert decoded(page_of(data)).info.range == right


def test_the_range_of_colours_is_that_of_all_and_of_channels_that_of_the_first() -> None:
    for samples, right in ((3, (2, 900)), (5, (9, 800))):
        more: Tags = {280: ("H", [9, 2, 3, 1, 1][:samples]), 281: ("H", [800, 900, 700, 999, 999][:samples])}
        more[262] = "H", [2 if samples == 3 else 1]
        assert decoded(plain(numbers("u2", HEIGHT, WIDTH, samples), more)).info.range == right


@pytest.mark.parametrize("order", ["<", ">"])
def test_pages_of_a_stack_have_the_range_of_their_channel(order: str) -> None:
    text = "images=4\nchannels=2\nmin=1\nmax=2\n"
    stack = numbers("u2", 4 * HEIGHT, WIDTH)
    tags = tags_of(stack, more={257: ("I", [HEIGHT]), **imagej(text, (100, 3000, 5, 70), order)})
    data = tiff({**tags, 279: ("I", [stack.nbytes // 4])}, [stack.astype(order + "u2").tobytes()], order)
    assert decoded(data).info.range == (100, 3000)
    pages = [decoded(page_of(data, number)) for number in range(4)]
    assert [page.info.range for page in pages] == [(100, 3000), (5, 70)] * 2
    same(pages[3], stack[3 * HEIGHT :])
    assert len(page_of(data)) < 2 * HEIGHT * WIDTH + 700, "the parts of ImageJ are not in each page"


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9), st.binary(max_size=90), st.sampled_from("<>"))
@example([20, 4, 2, 16], bytes(90), "<")
@example([20], b"IJIJ" + b"rang\0\0\0\1" * 3, ">")
def test_parts_of_imagej_that_make_no_sense_are_no_range(lengths: list[int], parts: bytes, order: str) -> None:
    for low, high in stated_range.of_parts(lengths, parts, order):
        assert low is not None
        assert high is not None
    broken = {**imagej("images=2\n"), 50838: ("I", lengths), 50839: ("B", list(parts))}
    data = plain(GREY, broken)
    same(decoded(data), GREY)
