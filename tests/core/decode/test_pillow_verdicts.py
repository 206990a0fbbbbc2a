"""Kinds that are not read are told as that, never as damage; and BMP and DDS that are read by hand."""

from __future__ import annotations

import contextlib
import importlib
import io
import struct
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile, UnidentifiedImageError

from viewer.core.decode import faults
from viewer.core.decode.bmp import BmpDecoder
from viewer.core.decode.dds import DdsDecoder
from viewer.core.decode.decoder import MOST_BYTES, PassedOnError
from viewer.core.decode.pillow_verdicts import check_kind, verdict
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Alpha, Size, TransferCurve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


Image.init()  # as before Pillow opens a file


def said(data: bytes) -> DecodeError:
    """What is said of a file that Pillow does not read."""
    try:
        Image.open(io.BytesIO(data)).load()
    except Exception as error:  # noqa: BLE001 - of all kinds
        return verdict(error, data)
    raise AssertionError("Pillow reads it")


def psd(bits: int, mode: int, version: int = 1) -> bytes:
    return struct.pack(">4sH6xHIIHH", b"8BPS", version, 3, 4, 4, bits, mode) + bytes(14) + bytes(16 * 3 * bits // 8)


def bmp(bits: int, masks: list[int], body: bytes, size: tuple[int, int], header: int = 108, packing: int = 3) -> bytes:
    info = struct.pack(
        "<IiiHHIIiiII4I", header, *size, 1, bits, packing, 0, 0, 0, 0, 0, *masks, *[0] * (4 - len(masks))
    )
    info = info[: max(header, 56)].ljust(header, b"\0")
    return b"BM" + struct.pack("<IHHI", 14 + len(info) + len(body), 0, 0, 14 + len(info)) + info + body


def dds(
    flags: int,
    four: bytes,
    bits: int,
    masks: tuple[int, ...],
    body: bytes,
    size: tuple[int, int],
    dxgi: int | None = None,
) -> bytes:
    width, height = size
    head = struct.pack("<4sIIII56x", b"DDS ", 124, 0x1007, height, width)
    head += struct.pack("<II4s5I20x", 32, flags, four, bits, *masks)
    return head + (b"" if dxgi is None else struct.pack("<5I", dxgi, 3, 0, 1, 0)) + body


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (psd(16, 2), "16-bit PSD of the colour mode 2 is not read by Lookahead."),
        (psd(32, 3), "32-bit PSD is not read by Lookahead."),
        (psd(8, 3, 2), "PSB, the kind of PSD for large pictures, is not read by Lookahead."),
        (
            bmp(32, [0xF000F, 0xF0, 0xF00], bytes(16), (2, 2)),
            "This BMP is of a kind that Lookahead does not read (Unsupported BMP bitfields layout).",
        ),
        (
            dds(4, b"DX10", 0, (0,) * 4, bytes(64), (4, 4), 9),
            "This DDS is of a kind that Lookahead does not read (Unimplemented DXGI format 9).",
        ),
        (
            b"\x59\xa6\x6a\x95" + struct.pack(">7I", 4, 4, 7, 28, 1, 0, 0) + bytes(64),
            "This SUN is of a kind that Lookahead does not read (Unsupported Mode/Bit Depth).",
        ),
        (
            struct.pack(">HBBHHHH", 0x1DA, 0, 3, 3, 4, 4, 3) + bytes(600),
            "This SGI is of a kind that Lookahead does not read (Unsupported SGI image mode).",
        ),
    ],
)
def test_a_kind_that_is_not_read_is_named(data: bytes, sentence: str) -> None:
    error = said(data)
    assert isinstance(error, UnsupportedFormatError)
    assert str(error) == sentence


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'/* XPM */\nstatic char *x[] = {\n"4 4 2 99",\n', "XPM"),
        (b"#define x_width 4\n#define x_height 4\nstatic", "XBM"),
        (b"\0\0\2\0\1\0" + bytes(40), "CUR"),
        (b"FTEX" + bytes(50), "FTEX"),
    ],
)
def test_a_file_is_called_by_its_own_name(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=f"^This {name} is of a kind"):
        raise verdict(NotImplementedError("cannot read this"), data)


@pytest.mark.parametrize(
    "data",
    [
        psd(8, 3)[:30],
        psd(8, 3)[:20],
        b"GIF89a\1",
        b"\x59\xa6\x6a\x95" + bytes(9),
        b"BLP2" + bytes(9),
    ],
)
def test_what_contradicts_its_header_is_damaged(data: bytes) -> None:
    assert isinstance(said(data), DamagedImageError)


def test_words_of_libraries_and_what_is_no_picture() -> None:
    jpeg = b"\xff\xd8\xff\xe0" + bytes(300)
    error = verdict(OSError("Unsupported JPEG data precision 12"), jpeg)
    assert isinstance(error, UnsupportedFormatError)
    assert str(error).startswith("This JPEG is of a kind")
    assert isinstance(verdict(OSError("unknown error when reading image file"), jpeg), DamagedImageError)
    assert str(verdict(OSError("image file is truncated (3 bytes)"), jpeg)).startswith("The file is cut off")
    assert isinstance(verdict(UnidentifiedImageError(""), b"%!PS-Adobe-3.0" + bytes(99)), UnsupportedFormatError)


def test_a_pcx_that_lacks_its_palette_is_cut_off() -> None:
    file, image = io.BytesIO(), Image.frombytes("P", (40, 30), bytes(range(240)) * 5)
    image.putpalette(bytes(range(255, -1, -1)) * 3)
    image.save(file, "PCX")
    assert (DecoderRegistry().decode(file.getvalue()).array() == np.asarray(image.convert("RGB"))).all()
    for most in (1, 700, 900):
        with pytest.raises(DamagedImageError):
            DecoderRegistry().decode(file.getvalue()[:-most])


def pillow(form: str, mode: str = "P") -> bytes:
    file = io.BytesIO()
    Image.effect_mandelbrot((64, 48), (-3, -2.5, 2, 2.5), 20).convert(mode).save(file, form)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "lengths"),
    [
        (pillow("GIF"), [8, 12, 20]),
        (pillow("PCX"), [8, 20, 127]),
        (pillow("XBM", "1"), [18, 40, 60]),
        (pillow("MSP", "1"), [8, 20, 31]),
        (pillow("WEBP", "RGB"), [12, 20, 30, -2]),
    ],
    ids=["GIF", "PCX", "XBM", "MSP", "WebP"],
)
def test_a_file_without_its_header_is_cut_off(data: bytes, lengths: list[int]) -> None:
    assert DecoderRegistry().decode(data).size == Size(64, 48)
    for length in lengths:
        with pytest.raises(DamagedImageError, match=r"^The file (is cut off: it ends|ends after)"):
            DecoderRegistry().decode(data[:length])


def test_what_pillow_makes_8_bits_of_is_told() -> None:
    bc6h = dds(4, b"DX10", 0, (0, 0, 0, 0), bytes(16), (4, 4), 95)
    with pytest.raises(UnsupportedFormatError, match=r"^This DDS is compressed with BC6H, which Lookahead does not"):
        DecoderRegistry().decode(bc6h)
    check_kind(dds(4, b"DX10", 0, (0, 0, 0, 0), bytes(16), (4, 4), 98))


def test_an_icon_with_a_palette_is_read() -> None:
    file, image = io.BytesIO(), Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 20).convert("P")
    image.save(file, "ICNS", sizes=[(64, 64)])
    assert DecoderRegistry().decode(file.getvalue()).channels == ("R", "G", "B")


def test_a_library_that_is_missing_from_the_installation_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    Image.new("L", (4, 3)).save(file, "TIFF")
    for module, package in (("tifffile", "tifffile"), ("PIL", "Pillow")):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with (
                pytest.raises(UnsupportedFormatError, match=rf"needs {package} \(pip install {package}\)"),
                faults.translated(),
            ):
                importlib.import_module(module)
            if module == "tifffile":
                with pytest.raises(UnsupportedFormatError, match="needs tifffile"):
                    DecoderRegistry().decode(file.getvalue())


@pytest.mark.parametrize("make", [DecoderRegistry.picture, DecoderRegistry.quick_picture])
@pytest.mark.parametrize("form", ["JPEG", "PPM"])
def test_a_picture_that_needs_pillow_where_it_is_missing_is_no_damage(
    monkeypatch: pytest.MonkeyPatch, make: Callable[..., object], form: str
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, form)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UnsupportedFormatError, match=r"needs Pillow \(pip install Pillow\)"):
        make(DecoderRegistry(), file.getvalue(), Size(64, 48), MOST_BYTES)


def test_an_image_of_what_pillow_does_not_read_is_made_of_the_samples() -> None:
    file, samples = io.BytesIO(), np.arange(12, dtype=np.uint16).reshape(3, 4)
    tifffile.imwrite(file, samples, bigtiff=True, byteorder=">", photometric="minisblack")
    assert (np.asarray(DecoderRegistry().image(file.getvalue())) == samples).all()


FIELDS = np.arange(15, dtype=np.uint32).reshape(3, 5)


def rows(numbers: NDArray[Any], kind: str) -> bytes:
    """The rows of a BMP, the lowest first, each of whole 32 bits."""
    return b"".join(row.tobytes() + bytes(-row.nbytes % 4) for row in numbers[::-1].astype(kind))


def test_bit_fields_of_equal_width_stay_as_they_are() -> None:
    wide = FIELDS << 22 | (FIELDS + 1000) << 12 | (1023 - FIELDS) << 2
    for header in (40, 108, 124):
        frame = BmpDecoder().decode(bmp(32, [0x3FF << 22, 0x3FF << 12, 0x3FF << 2], rows(wide, "<u4"), (5, 3), header))
        assert (frame.array() == np.dstack([FIELDS, FIELDS + 1000, 1023 - FIELDS])).all()
        assert (str(frame.array().dtype), frame.info.bits, frame.description) == ("uint16", 10, "10-bit RGB")
    small = FIELDS << 12 | FIELDS << 4
    frame = BmpDecoder().decode(bmp(16, [0xF00, 0xF0, 0xF, 0xF000], rows(small, "<u2"), (5, 3)))
    assert (frame.array() == np.dstack([FIELDS * 0, FIELDS, FIELDS * 0, FIELDS])).all()
    assert (frame.info.bits, frame.info.alpha) == (4, Alpha.STRAIGHT)


def test_bit_fields_of_other_widths_are_stretched_to_8_bits() -> None:
    red, green, blue = FIELDS % 4, FIELDS % 8, FIELDS % 2
    data = bmp(16, [0x30, 0xE, 1], rows(red << 4 | green << 1 | blue, "<u2"), (5, 3))
    right = np.dstack([red * 85, np.rint(green * 255 / 7), blue * 255])
    assert (BmpDecoder().decode(data).array() == right).all()
    down = bmp(16, [0x30, 0xE, 1], rows((red << 4 | green << 1 | blue)[::-1], "<u2"), (5, -3))
    assert (BmpDecoder().decode(down).array() == right).all()
    with pytest.raises(DamagedImageError, match="ends after"):
        BmpDecoder().decode(data[:-3])
    with pytest.raises(ImageTooLargeError):
        BmpDecoder().decode(bmp(16, [0x30, 0xE, 1], bytes(9), (60_000, 60_000)))


@pytest.mark.parametrize("masks", [[0xF000F, 0xF0, 0xF00], [0xFFFFF, 0, 0], [1 << 20, 0xE, 1]])
def test_bit_fields_that_are_none_are_refused(masks: list[int]) -> None:
    with pytest.raises(UnsupportedFormatError, match="bit fields of a kind"):
        BmpDecoder().decode(bmp(16, masks, bytes(99), (2, 2)))


@pytest.mark.parametrize(
    "data", [bmp(24, [0] * 4, bytes(99), (2, 2), 40, 0), bmp(32, [0xFF0000, 0xFF00, 0xFF], bytes(99), (2, 2)), b"BM"]
)
def test_ordinary_bmp_is_left_to_pillow(data: bytes) -> None:
    with pytest.raises(PassedOnError):
        BmpDecoder().decode(data)


STORED = FIELDS << 11 | (FIELDS + 16) << 5 | (31 - FIELDS)
OF_555 = np.dstack([STORED >> 10 & 31, STORED >> 5 & 31, STORED & 31])
OF_565 = np.dstack([np.rint((STORED >> at & most) * 255 / most) for at, most in ((11, 31), (5, 63), (0, 31))])


@pytest.mark.parametrize(
    ("header", "packing", "masks", "right", "bits", "called"),
    [
        (40, 0, [], OF_555, 5, "5-bit RGB"),
        (12, 0, [], OF_555, 5, "5-bit RGB"),
        (40, 3, [0x7C00, 0x3E0, 0x1F], OF_555, 5, "5-bit RGB"),
        (108, 3, [0x7C00, 0x3E0, 0x1F], OF_555, 5, "5-bit RGB"),
        (40, 3, [0xF800, 0x7E0, 0x1F], OF_565, 0, "5+6+5-bit RGB"),
        (124, 3, [0xF800, 0x7E0, 0x1F], OF_565, 0, "5+6+5-bit RGB"),
    ],
)
def test_bmp_of_16_bits_has_the_numbers_of_the_file(
    header: int, packing: int, masks: list[int], right: NDArray[Any], bits: int, called: str
) -> None:
    data = bmp(16, masks, rows(STORED, "<u2"), (5, 3), header, packing)
    if header == 12:
        head = struct.pack("<IHHHH", 12, 5, 3, 1, 16)
        data = data[:10] + struct.pack("<I", 26) + head + rows(STORED, "<u2")
    elif header == 40:
        data = data[:10] + struct.pack("<I", 54 + 4 * len(masks)) + data[14 : 54 + 4 * len(masks)] + data[-36:]
    for file in (data, data[14:]):  # a DIB has no header of a file
        frame = DecoderRegistry().decode(file)
        assert (frame.array() == right).all()
        assert (frame.info.bits, frame.description) == (bits, called)


NUMBERS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("dxgi", "stored", "right"),
    [
        (91, NUMBERS, NUMBERS[..., [2, 1, 0, 3]]),
        (93, NUMBERS, NUMBERS[..., [2, 1, 0]]),
        (56, NUMBERS.astype("<u2")[..., 0], NUMBERS[..., 0]),
        (11, NUMBERS.astype("<u2") * 257, NUMBERS.astype(np.uint16) * 257),
        (10, NUMBERS.astype("<f2") / 8, NUMBERS.astype(np.float16) / 8),
        (2, NUMBERS.astype("<f4") / 8, NUMBERS.astype(np.float32) / 8),
        (35, NUMBERS.astype("<u2")[..., :2], NUMBERS[..., :2]),
        (
            24,
            NUMBERS.astype("<u4") @ np.array([1, 1 << 10, 1 << 20, 0], "<u4"),
            NUMBERS * np.array([1, 1, 1, 0], np.uint8),
        ),
    ],
)
def test_dds_whose_pixels_are_not_compressed(dxgi: int, stored: NDArray[Any], right: NDArray[Any]) -> None:
    data = dds(4, b"DX10", 0, (0,) * 4, stored.tobytes(), (3, 2), dxgi)
    frame = DdsDecoder().decode(data)
    assert (frame.array() == right).all()
    assert frame.info.transfer is (TransferCurve.LINEAR if right.dtype.kind == "f" else TransferCurve.DISPLAY)
    with pytest.raises(DamagedImageError):
        DdsDecoder().decode(data[:-1])


def test_dds_with_a_palette_has_its_alpha() -> None:
    palette = bytes([1, 2, 3, 255, 4, 5, 6, 0]).ljust(1024, b"\0")
    frame = DdsDecoder().decode(dds(0x20, bytes(4), 8, (0,) * 4, palette + bytes([0, 1]), (2, 1)))
    assert (frame.array().tolist(), frame.info.alpha) == ([[[1, 2, 3, 255], [4, 5, 6, 0]]], Alpha.STRAIGHT)


def test_dds_in_bit_fields() -> None:
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    read = DdsDecoder().decode
    assert read(dds(0x41, bytes(4), 32, masks, bytes([1, 2, 3, 4]), (1, 1))).array().tolist() == [[[3, 2, 1, 4]]]
    assert read(dds(0x40, bytes(4), 32, masks, bytes([1, 2, 3, 4]), (1, 1))).array().tolist() == [[[3, 2, 1]]]
    assert read(dds(0x20000, bytes(4), 16, (0,) * 4, bytes([1, 2]), (1, 1))).array().tolist() == [[513]]
    assert read(dds(0x20001, bytes(4), 16, (255, 0, 0, 0xFF00), bytes([1, 2]), (1, 1))).array().tolist() == [[[1, 2]]]


@pytest.mark.parametrize(
    ("flags", "bits", "masks", "right"),
    [
        (0x20000, 8, (0xFF, 0, 0, 0), NUMBERS[..., 0]),
        (0x20000, 8, (0, 0, 0, 0), NUMBERS[..., 0]),
        (0x20000, 8, (0xFF000000,) * 3 + (0,), NUMBERS[..., 0]),  # as Pillow writes it
        (0x20000, 16, (0xFFFF, 0, 0, 0), NUMBERS[..., 0].astype("<u2") * 300),
        (0x20001, 16, (0xFF, 0, 0, 0xFF00), NUMBERS[..., :2]),
        (0x20001, 16, (0, 0, 0, 0), NUMBERS[..., :2]),
        (0x20001, 16, (0xFF, 0xFF, 0xFF, 0xFF000000), NUMBERS[..., :2]),  # as Pillow writes it
        (0x20001, 32, (0xFFFF, 0, 0, 0xFFFF0000), NUMBERS[..., :2].astype("<u2") * 300),
    ],
)
def test_dds_in_grey_has_the_numbers_of_the_file(
    flags: int, bits: int, masks: tuple[int, ...], right: NDArray[Any]
) -> None:
    frame = DecoderRegistry().decode(dds(flags, bytes(4), bits, masks, right.tobytes(), (3, 2)))
    assert frame.array().dtype == right.dtype
    assert (frame.array() == right).all()


def of_block(first: int, second: int, index: int) -> int:
    """What an index of a block stands for, as the documentation of Direct3D says it."""
    first, second = max(first, -127), max(second, -127)
    if index < 2:
        return (first, second)[index]
    if first > second:
        return round(((8 - index) * first + (index - 1) * second) / 7)
    return {6: -127, 7: 127}.get(index) or round(((6 - index) * first + (index - 1) * second) / 5)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("size", [(4, 4), (9, 6), (5000, 21)])
def test_dds_in_blocks_of_signed_numbers(count: int, size: tuple[int, int]) -> None:
    (width, height), random = size, np.random.default_rng(count)
    columns, rows = -(-width // 4), -(-height // 4)
    ends = random.integers(-128, 128, (rows, columns, count, 2), np.int8)
    indices = random.integers(0, 8, (rows, columns, count, 16), np.uint64)
    bits = (indices << np.arange(16, 64, 3, dtype=np.uint64)).sum(-1, dtype=np.uint64)
    stored = ends.view("<u2")[..., 0].astype("<u8") | bits
    letters = {1: b"BC4S", 2: b"BC5S"}[count]
    for data in (
        dds(4, letters, 0, (0,) * 4, stored.tobytes(), size),
        dds(4, b"DX10", 0, (0,) * 4, stored.tobytes(), size, {1: 81, 2: 84}[count]),
    ):
        array = DecoderRegistry().decode(data).array().reshape(height, width, count)
        assert array.dtype == np.int8
        for x, y, n in random.integers(0, (width, height, count), (50, 3)):
            block = y // 4, x // 4, n
            assert array[y, x, n] == of_block(
                int(ends[block][0]), int(ends[block][1]), int(indices[block][y % 4 * 4 + x % 4])
            )
        with pytest.raises(DamagedImageError, match="ends after"):
            DecoderRegistry().decode(data[:-1])


def test_dds_compressed_in_srgb_is_read_by_pillow() -> None:
    block = struct.pack("<HHI", 0xF800, 0xF800, 0)
    array = DdsDecoder().decode(dds(4, b"DX10", 0, (0,) * 4, block, (4, 4), 72)).array()
    assert (array[..., :3] == (255, 0, 0)).all()
    with pytest.raises(PassedOnError):
        DdsDecoder().decode(dds(4, b"DXT1", 0, (0,) * 4, block, (4, 4)))


def test_broken_headers_end_in_a_sentence() -> None:
    random = np.random.default_rng(1)
    whole = dds(4, b"DX10", 0, (0,) * 4, bytes(400), (10, 10), 91), bmp(32, [7, 0x38, 0x1C0], bytes(400), (10, 10))
    for data, read in zip(whole, (DdsDecoder().decode, BmpDecoder().decode), strict=True):
        for _ in range(200):
            broken = bytearray(data)
            for at in random.integers(2, 140, 6):
                broken[at] = random.integers(256)
            with contextlib.suppress(DecodeError):
                read(bytes(broken))


def claims(width: int, height: int) -> dict[str, bytes]:
    """Small files whose headers claim so many pixels."""
    file = io.BytesIO()
    Image.new("RGBA", (64, 64)).save(file, "DDS", pixel_format="DXT5")
    dxt = file.getvalue()
    return {
        "BMP": bmp(24, [], bytes(100), (width, height), 40, 0),
        "BMP in runs": bmp(8, [], bytes(1200), (width, height), 40, 1),
        "Sun": struct.pack(">8I", 0x59A66A95, width, height, 24, 0, 1, 0, 0) + bytes(100),
        "Sun in runs": struct.pack(">8I", 0x59A66A95, width, height, 8, 0, 2, 0, 0) + bytes(100),
        "DDS": dxt[:12] + struct.pack("<II", height, width) + dxt[20:],
        "PSD": struct.pack(">4sH6xHIIHH14x", b"8BPS", 1, 3, height, width, 8, 3) + bytes(100),
        "XPM": b'/* XPM */\nstatic char *a[] = {\n"%d %d 1 1",\n"a c #000000",\n"aaaa"};' % (width, height),
        "XBM": b"#define a_width %d\n#define a_height %d\nstatic char a_bits[] = {\n0x00,0x01};" % (width, height),
        "IM": (b"Image type: L 1 image\r\nImage size (x*y): %d*%d\r\n" % (width, height)).ljust(511, b"\0") + b"\x1a",
        "GBR": struct.pack(">7I", 28, 2, width, height, 1, 0x47494D50, 10) + bytes(100),
        "QOI": b"qoif" + struct.pack(">IIBB", width, height, 4, 0) + bytes(207) + b"\1",
        "BLP": b"BLP2" + struct.pack("<I4BII", 1, 1, 0, 0, 0, width, height) + bytes(1400),
        "FTEX": b"FTEX" + struct.pack("<5iQII", 1, width, height, 1, 1, 0, 32, 0) + bytes(100),
    }


@pytest.mark.parametrize("size", [(1, 400_000_000), (1, 90_000_000), (600_000_000, 1), (9000, 9000)])
@pytest.mark.parametrize("form", claims(1, 1))
def test_no_memory_is_taken_for_what_a_file_cannot_hold(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder, form: str, size: tuple[int, int]
) -> None:
    taken: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load_prepare", taken.append)
    monkeypatch.setattr("PIL.Image.core.new", lambda *_: taken.append(form))
    with pytest.raises((DamagedImageError, ImageTooLargeError)):
        DecoderRegistry().decode(claims(*size)[form])
    assert not taken
    assert not [each for each in recwarn if issubclass(each.category, Image.DecompressionBombWarning)]


def test_a_picture_inside_a_file_is_refused_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    file = io.BytesIO()
    Image.new("L", (64, 64)).save(file, "GIF")
    at = file.getvalue().index(b",\0\0\0\0")
    data = file.getvalue()[: at + 5] + struct.pack("<HH", 30_000, 20_000) + file.getvalue()[at + 9 :]
    with pytest.raises(ImageTooLargeError):
        DecoderRegistry().decode(data)
    assert not recwarn.list


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2)])
@pytest.mark.parametrize(("bits", "kind"), [(1, 1), (8, 1), (24, 1), (24, 3), (32, 3)])
def test_the_smallest_sun_rasters_are_no_brushes(width: int, height: int, bits: int, kind: int) -> None:
    row = -(-width * bits // 16) * 2
    body = np.random.default_rng(1).integers(0, 256, (height, row), np.uint8)
    data = struct.pack(">8I", 0x59A66A95, width, height, bits, body.size, kind, 0, 0) + body.tobytes()
    samples = DecoderRegistry().decode(data).array()
    if bits == 1:
        assert (samples == 1 - np.unpackbits(body, axis=1)[:, :width]).all()
    else:
        pixels = body[:, : width * bits // 8].reshape(height, width, -1)[..., :3]
        assert (samples.reshape(pixels.shape) == (pixels[..., ::-1] if kind == 1 else pixels)).all()
