"""DICOM: the few elements of a picture, written here; compressed by imagecodecs where that is installed."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.dicom import DicomDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Value = tuple[str, bytes | str | int]

READ = DicomDecoder()
SYNTAX = "1.2.840.10008.1.2."
GREY = np.arange(12, dtype="u2").reshape(3, 4) * 5000
COLOURS = np.arange(24, dtype="u1").reshape(2, 4, 3) * 10


def element(order: str, tag: int, kind: str, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        value = struct.pack(order + "H", value)
    if isinstance(value, str):
        value = value.encode() + (b"\0" if kind == "UI" else b" ") * (len(value) % 2)
    length = struct.pack(order + "2xI", len(value)) if kind in {"OB", "OW"} else struct.pack(order + "H", len(value))
    return struct.pack(order + "2H", tag >> 16, tag & 0xFFFF) + kind.encode() + length + value


def fragments(*each: bytes) -> bytes:
    """Compressed frames, each with an even number of bytes, as they lie in the pixel data."""
    items = [
        struct.pack("<2HI", 0xFFFE, 0xE000, len(one)) + one for one in (b"", *(f + b"\0" * (len(f) % 2) for f in each))
    ]
    return b"".join(items) + struct.pack("<2HI", 0xFFFE, 0xE0DD, 0)


def dicom(
    samples: NDArray[Any],
    syntax: str = "1",
    colours: str = "MONOCHROME2",
    packed: bytes | None = None,
    tags: Mapping[int, Value] | None = None,
) -> bytes:
    order, bits = ">" if syntax == "2" else "<", samples.itemsize * 8
    rows, columns = samples.shape[:2]
    values: dict[int, Value] = {
        0x00280002: ("US", 3 if samples.ndim == 3 else 1),
        0x00280004: ("CS", colours),
        0x00280006: ("US", 0),
        0x00280010: ("US", rows),
        0x00280011: ("US", columns),
        0x00280100: ("US", bits),
        0x00280101: ("US", bits),
        0x00280102: ("US", bits - 1),
        0x00280103: ("US", int(samples.dtype.kind == "i")),
    }
    values |= tags or {}
    body = b"".join(element(order, tag, *values[tag]) for tag in sorted(values))
    if packed is None:
        pixels = samples.astype(order + samples.dtype.str[1:]).tobytes()
        body += element(order, 0x7FE00010, "OW" if bits > 8 else "OB", pixels + b"\0" * (len(pixels) % 2))
    else:
        body += struct.pack("<2H", 0x7FE0, 0x0010) + b"OB\0\0\xff\xff\xff\xff" + packed
    meta = element("<", 0x00020010, "UI", SYNTAX + syntax)
    return bytes(128) + b"DICM" + element("<", 0x00020000, "UL", struct.pack("<I", len(meta))) + meta + body


def test_without_pydicom_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(UnsupportedFormatError) as refusal:
        READ.decode(dicom(GREY))
    assert str(refusal.value) == "This is a DICOM picture; reading it needs pydicom (pip install lookahead[dicom])."


class TestWithPydicom:
    """The library is there."""

    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("pydicom")

    @pytest.mark.parametrize("syntax", ["1", "2"])
    @pytest.mark.parametrize("kind", ["u1", "u2", "i2", "u4"])
    def test_numbers_are_as_stored(self, kind: str, syntax: str) -> None:
        samples = (np.arange(12).reshape(3, 4) * 20).astype(kind)
        array = READ.decode(dicom(samples, syntax)).array()
        assert array.dtype == np.dtype(kind)
        np.testing.assert_array_equal(array, samples)

    def test_only_the_stored_bits_count(self) -> None:
        bits: dict[int, Value] = {0x00280101: ("US", 12), 0x00280102: ("US", 11)}
        frame = READ.decode(dicom(GREY, tags=bits))
        assert (frame.info.bits, frame.description) == (12, "12-bit grey")
        np.testing.assert_array_equal(frame.array(), GREY & 0xFFF)
        frame = READ.decode(dicom(GREY.view("i2"), tags=bits))
        np.testing.assert_array_equal(frame.array(), (GREY << 4).view("i2") >> 4)

    def test_what_the_numbers_mean(self) -> None:
        more: dict[int, Value] = {0x00280030: ("DS", "2\\1"), 0x00280120: ("US", 7), 0x00281053: ("DS", "3")}
        frame = READ.decode(dicom(GREY, colours="MONOCHROME1", tags=more))
        assert (frame.info.is_inverted, frame.info.no_data, frame.info.pixel_aspect) == (True, 7, 0.5)
        np.testing.assert_array_equal(frame.array(), GREY)

    def test_colours_by_pixel_and_by_plane(self) -> None:
        np.testing.assert_array_equal(READ.decode(dicom(COLOURS, colours="RGB")).array(), COLOURS)
        planes = np.moveaxis(COLOURS, -1, 0).reshape(COLOURS.shape)
        np.testing.assert_array_equal(
            READ.decode(dicom(planes, colours="RGB", tags={0x00280006: ("US", 1)})).array(), COLOURS
        )
        grey = np.full((2, 4, 3), [90, 128, 128], "u1")
        np.testing.assert_array_equal(READ.decode(dicom(grey, colours="YBR_FULL")).array(), np.full((2, 4, 3), 90))

    def test_palettes(self) -> None:
        entries = np.arange(256, dtype="u2") * 257
        table: dict[int, Value] = {}
        for at in (1, 2, 3):
            table[0x00281100 + at] = "US", struct.pack("<3H", 256, 0, 16)
            table[0x00281200 + at] = "OW", (entries // at).tobytes()
        index = np.arange(12, dtype="u1").reshape(3, 4)
        frame = READ.decode(dicom(index, colours="PALETTE COLOR", tags=table))
        np.testing.assert_array_equal(frame.array(), np.stack([entries[index] // at for at in (1, 2, 3)], -1))
        np.testing.assert_array_equal(frame.indices, index)

    @pytest.mark.parametrize(
        ("centre", "width", "more", "right"),
        [
            ("2048", "1000", {}, (1548, 2547)),  # the formula of the standard: 2048 - 0.5 -+ 499.5
            ("2048\\70", "1000\\9", {}, (1548, 2547)),
            ("2048", "1000", {0x00281056: ("CS", "LINEAR_EXACT")}, (1548, 2548)),
            ("40", "401", {0x00281052: ("DS", "-1024"), 0x00281053: ("DS", "2")}, (431.75, 631.75)),
            ("40", "401", {0x00281053: ("DS", "-1")}, None),
            ("40", "1", {}, None),
            ("40", "0", {}, None),
            ("", "", {}, None),
            ("4O", "100", {}, None),
            ("32768", "65536", {}, None),
        ],
    )
    @pytest.mark.filterwarnings("ignore")
    def test_the_window_in_stored_numbers(
        self, centre: str, width: str, more: dict[int, Value], right: tuple[float, float] | None
    ) -> None:
        tags = {0x00281050: ("DS", centre), 0x00281051: ("DS", width), **more}
        assert READ.decode(dicom(GREY, tags=tags)).info.range == right
        assert READ.decode(dicom(COLOURS, colours="RGB", tags=tags)).info.range is None

    def test_the_first_frame(self) -> None:
        both = dicom(np.concatenate([GREY, GREY + 1]), tags={0x00280008: ("IS", "2"), 0x00280010: ("US", 3)})
        assert READ.decode(both).description == "16-bit grey, frame 1 of 2"
        np.testing.assert_array_equal(READ.decode(both).array(), GREY)
        with pytest.raises(DamagedImageError, match="ends after 24 of 48 bytes"):
            READ.decode(dicom(GREY, tags={0x00280008: ("IS", "2")}))

    def test_run_lengths_that_go_on_in_the_next_row(self) -> None:
        samples = np.array([[[1, 9, 9], [1, 9, 9]], [[1, 9, 9], [2, 9, 9]]], "u2") * 257
        ones, nines = bytes([256 - 2, 1, 0, 2]), bytes([256 - 3, 9])
        segments = [ones, ones, *[nines] * 4]
        starts = 64 + np.cumsum([0, *(len(each) for each in segments)])
        head = struct.pack("<16I", 6, *starts[:6], *[0] * 9)
        data = dicom(samples, "5", "RGB", fragments(head + b"".join(segments)))
        np.testing.assert_array_equal(READ.decode(data).array(), samples)
        with pytest.raises(DamagedImageError, match="segments"):
            READ.decode(dicom(GREY, "5", packed=fragments(head)))

    def test_what_is_not_read_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
        for data, words in (
            (
                dicom(GREY, "4.80", packed=fragments(b"\xff\xd8")),
                r"JPEG-LS; .* imagecodecs \(pip install lookahead\[codecs",
            ),
            (dicom(GREY, "4.102", packed=fragments(b"?")), "This DICOM is packed as MPEG-4"),
            (dicom(GREY, "1.99"), "This DICOM is deflated"),
            (dicom(GREY, tags={0x00280101: ("US", 12), 0x00280102: ("US", 14)}), "lowest bits"),
            (dicom(GREY, tags={0x00280100: ("US", 12)}), "12 bits"),
            (dicom(GREY, tags={0x00280010: ("US", 0)}), "no picture"),
        ):
            with pytest.raises(UnsupportedFormatError, match=words):
                READ.decode(data)

    @pytest.mark.parametrize(("syntax", "codec"), [("4.70", "jpeg8"), ("4.80", "jpegls"), ("4.90", "jpeg2k")])
    def test_what_is_compressed_without_loss(self, syntax: str, codec: str) -> None:
        codecs = pytest.importorskip("imagecodecs")
        samples = np.arange(600, dtype="u2").reshape(20, 30) * 100
        options: dict[str, dict[str, Any]] = {"jpeg8": {"lossless": True}, "jpeg2k": {"codecformat": "j2k", "level": 0}}
        packed = fragments(getattr(codecs, f"{codec}_encode")(samples, **options.get(codec, {})))
        np.testing.assert_array_equal(READ.decode(dicom(samples, syntax, packed=packed)).array(), samples)
        with pytest.raises(DamagedImageError, match="another size"):
            READ.decode(dicom(samples[1:], syntax, packed=packed))

    def test_jpeg_needs_no_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import simplejpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - only here

        packed = fragments(simplejpeg.encode_jpeg(np.full((8, 16, 3), 77, "u1")))
        for installed in (True, False):
            if not installed:
                monkeypatch.setitem(sys.modules, "imagecodecs", None)
            array = READ.decode(dicom(np.zeros((8, 16, 3), "u1"), "4.50", "YBR_FULL_422", packed)).array()
            assert np.abs(array.astype(int) - 77).max() <= 1

    @pytest.mark.filterwarnings("ignore")
    def test_files_that_are_cut_off_or_too_large(self) -> None:
        head = struct.pack("<16I", 2, 64, 66, *[0] * 13)
        runs = dicom(GREY, "5", packed=fragments(head + b"\xf5\0\xf5\1"))
        assert READ.decode(runs).array()[0, 0] == 1
        for whole in (dicom(GREY), runs):
            for part in range(0, 96, 5):
                with pytest.raises(DecodeError):
                    READ.decode(whole[: len(whole) * part // 100])
        with pytest.raises(DamagedImageError, match="cut off"):
            READ.decode(runs[:-8])
        with pytest.raises(ImageTooLargeError):
            READ.decode(dicom(GREY, tags={0x00280010: ("US", 60_000), 0x00280011: ("US", 60_000)}))
