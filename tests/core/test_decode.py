"""Decoding without Qt: the registry, orientation, messages, and files broken at random."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.jpeg import JpegDecoder
from viewer.core.decode.pillow import PillowDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.decode.tiff import TiffDecoder
from viewer.core.display.pixels import frame_of
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Size

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

REGISTRY = DecoderRegistry()
JPEG, TIFF = pictures.jpeg_samples()[0].data, pictures.tiff_samples()[0].data


class StubDecoder(Decoder):
    """A decoder that always does the same. It stands for Pillow, which gets all files, or another that gets TIFF."""

    def __init__(self, outcome: Frame | Exception, name: str = "Pillow") -> None:
        self.outcome = outcome
        self.name = name
        self.calls = 0

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the protocol's
        assert memoryview(data).nbytes
        self.calls += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


FRAME = frame_of(np.zeros((2, 2), np.uint32), "a stub")


def test_what_a_decoder_passes_on_goes_to_the_next_decoder_of_the_format() -> None:
    first, last = StubDecoder(PassedOnError("No."), "tifffile"), StubDecoder(FRAME)
    assert DecoderRegistry([last, first]).decode(b"II*\0") is FRAME
    assert first.calls == last.calls == 1
    assert DecoderRegistry([first, last]).decode(b"x") is FRAME
    assert first.calls == 1, "tifffile gets TIFF only"


@pytest.mark.parametrize(
    "verdict", [DamagedImageError("Cut off."), ImageTooLargeError("Too large."), UnsupportedFormatError("Deep.")]
)
def test_what_a_decoder_says_is_final(verdict: DecodeError) -> None:
    last = StubDecoder(FRAME)
    with pytest.raises(type(verdict)):
        DecoderRegistry([StubDecoder(verdict, "tifffile"), last]).decode(b"II*\0")
    assert last.calls == 0


@pytest.mark.parametrize(
    ("slip", "becomes"),
    [
        (ValueError("bad value"), DamagedImageError),
        (SyntaxError("broken PNG file"), DamagedImageError),
        (struct.error("too short"), DamagedImageError),
        (OverflowError("too big"), DamagedImageError),
        (OSError("broken data stream"), DamagedImageError),
        (MemoryError(), ImageTooLargeError),
    ],
)
def test_no_exception_of_a_library_leaks(slip: Exception, becomes: type[DecodeError]) -> None:
    with pytest.raises(becomes):
        DecoderRegistry([StubDecoder(slip)]).decode(b"x")


@pytest.mark.parametrize("empty", [b"", bytearray(), memoryview(b"")])
def test_an_empty_file(empty: Buffer) -> None:
    with pytest.raises(DamagedImageError, match=r"^The file is empty\.$"):
        REGISTRY.decode(empty)


def test_a_file_no_decoder_knows() -> None:
    with pytest.raises(UnsupportedFormatError, match=r"^It is not a picture in a format Lookahead knows\.$"):
        REGISTRY.decode(b"name,number\nwidth,40\n")


def test_fast_decoders_leave_varieties_to_pillow() -> None:
    with pytest.raises(PassedOnError):
        JpegDecoder().decode(pictures.cmyk_jpeg().data)
    for sample in pictures.other_samples():
        pictures.check(REGISTRY.decode(sample.data, for_screen=True), sample)


def test_a_jpeg_that_is_cut_off_is_never_shown_in_grey() -> None:
    ended = JPEG[: len(JPEG) // 2] + b"\xff\xd9"
    filled = JPEG[: len(JPEG) // 2] + bytes(len(JPEG) // 2)
    for data in (JPEG[:-3], JPEG[: len(JPEG) // 2], JPEG[:30], ended, filled):
        with pytest.raises(DamagedImageError):
            REGISTRY.decode(data)


def test_a_jpeg_with_bytes_too_many_is_shown_and_says_so() -> None:
    frame = REGISTRY.decode(JPEG[:-2] + b"\0\0\0" + JPEG[-2:])
    assert frame.description == "8-bit RGB, damaged in places"
    assert frame.size == pictures.SIZE


def test_a_tiff_that_is_cut_off_says_where() -> None:
    data = pictures.tiff(np.zeros((200, 200, 3), np.uint8), photometric="rgb")
    with pytest.raises(DamagedImageError, match=r"^The file ends after 60 of 121 kB\.$"):
        TiffDecoder().decode(data[:60_100])


def test_a_tiff_without_enough_pixels_is_damaged() -> None:
    height = struct.pack("<HHII", 257, 4, 1, 32)
    for options in ({}, {"tile": (16, 16)}, {"compression": "zlib"}):
        data = pictures.tiff(pictures.greys(), photometric="minisblack", **options)
        assert height in data
        with pytest.raises(DamagedImageError):
            TiffDecoder().decode(data.replace(height, struct.pack("<HHII", 257, 4, 1, 5_000_000)))


def test_lengths_are_written_in_the_unit_that_suits() -> None:
    assert str(faults.cut_off(214_000, 1_129_500)) == "The file ends after 214 of 1,130 kB."
    assert str(faults.cut_off(900, 1_200)) == "The file ends after 900 of 1,200 bytes."


def test_reasons_are_sentences() -> None:
    assert str(faults.damaged("broken  PNG\nfile.")) == "The file is damaged (broken PNG file)."
    assert str(faults.damaged("")) == "The file is damaged."
    with pytest.raises(DamagedImageError, match="0 x 5"):
        faults.check_size(0, 5, MOST_BYTES)


def test_tiff_alpha_of_16_bits_lies_over_black() -> None:
    deep = np.full((32, 64, 4), 65535, np.uint16)
    deep[..., 3] = 32768
    frame = TiffDecoder().decode(pictures.tiff(deep, photometric="rgb", extrasamples=["unassalpha"]))
    assert (frame.array() == deep).all()
    assert pictures.corners_of(frame)[0] == (128, 128, 128)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([[np.nan, 1.0], [2.0, np.inf]], id="NaN and infinity"),
        pytest.param([[5.0, 5.0], [5.0, 5.0]], id="all equal"),
        pytest.param([[np.nan, np.nan], [np.nan, np.nan]], id="nothing but NaN"),
        pytest.param([[-1.7e308, 1.7e308], [0.0, 0.0]], id="a range that overflows"),
    ],
)
def test_floats_of_any_kind_are_shown(values: list[list[float]]) -> None:
    frame = TiffDecoder().decode(pictures.tiff(np.array(values), photometric="minisblack"))
    assert frame.description == "64-bit float grey"
    assert frame.size == (2, 2)


def test_alpha_in_pillows_own_modes() -> None:
    clear = Image.new("LA", (8, 8), (200, 0))
    assert pictures.corners_of(PillowDecoder().decode(pictures.encoded(clear, "PNG")))[0] == (0, 0, 0)
    grey = Image.new("L", (16, 16), 77)
    assert pictures.corners_of(PillowDecoder().decode(pictures.encoded(grey, "PNG", transparency=77)))[0] == (0, 0, 0)


def tags(order: str, *entries: tuple[int, int, int]) -> bytes:
    """Returns EXIF data with entries of tag, type and value."""
    mark = b"II" if order == "<" else b"MM"
    packed = b"".join(
        struct.pack(order + ("HHIHxx" if kind == 3 else "HHII"), tag, kind, 1, value) for tag, kind, value in entries
    )
    return mark + struct.pack(order + "HIH", 42, 8, len(entries)) + packed


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_found_among_other_tags(order: str) -> None:
    data = tags(order, (271, 4, 9), (274, 3, 6), (282, 3, 1))
    assert exif.orientation(data) == 6
    assert exif.orientation(b"Exif\0\0" + data) == 6
    assert exif.orientation(tags(order, (274, 4, 8))) == 8


@pytest.mark.parametrize(
    "data",
    [b"", b"II", b"XX*\0", tags("<"), tags("<", (274, 3, 9)), tags("<", (274, 2, 6)), tags(">", (274, 3, 6))[:15]],
)
def test_what_is_broken_in_exif_is_upright(data: bytes) -> None:
    assert exif.orientation(data) == exif.UPRIGHT
    segment = b"\xff\xe1" + struct.pack(">H", len(data) + 8) + b"Exif\0\0" + data
    assert exif.orientation(exif.in_jpeg(memoryview(b"\xff\xd8" + segment))) == exif.UPRIGHT


def test_exif_behind_other_segments_of_a_jpeg() -> None:
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"text"
    data = tags(">", (274, 3, 3))
    segment = b"\xff\xe1" + struct.pack(">H", len(data) + 8) + b"Exif\0\0" + data
    assert exif.orientation(exif.in_jpeg(memoryview(b"\xff\xd8" + comment + segment))) == 3
    assert exif.orientation(exif.in_jpeg(memoryview(b"\xff\xd8" + b"\xff\xda\0\x08" + segment))) == exif.UPRIGHT


def test_libraries_are_loaded_by_the_first_picture() -> None:
    program = (
        "import sys, viewer.core.decode.embedded, viewer.core.decode.registry as r, viewer.core.display.render;"
        "from viewer.core.decode.decoder import core_decoder; from viewer.core.formats import DECODERS;"
        "r.DecoderRegistry(); [core_decoder(name) for name in DECODERS];"
        "print({'numpy', 'PIL', 'PyQt5', 'tifffile', 'simplejpeg', 'OpenEXR', 'imagecodecs'} & sys.modules.keys())"
    )
    path = {"PYTHONPATH": ":".join([str(Path(__file__).parents[2]), *sys.path])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=path)
    assert done.stdout == "set()\n"


# Decoding no more than is of use


def photo(width: int, height: int, turn: int = 1) -> bytes:
    """Returns a JPEG with soft colours, to be turned as ``turn`` says."""
    across, down = np.linspace(0, 200, width), np.linspace(0, 200, height)
    array = np.zeros((height, width, 3), np.uint8)
    array[..., 0], array[..., 1], array[..., 2] = across, down[:, None], 90
    tags = Image.Exif()
    tags[274] = turn
    file = io.BytesIO()
    Image.fromarray(array).save(file, "JPEG", quality=95, exif=tags)
    return file.getvalue()


@given(st.integers(240, 500), st.integers(240, 500), st.integers(10, 200), st.integers(10, 200), st.integers(1, 8))
def test_a_reduced_picture_is_the_same_picture_and_large_enough(
    width: int, height: int, across: int, down: int, turn: int
) -> None:
    data, fit_size = photo(width, height, turn), Size(across, down)
    whole = REGISTRY.decode(data)
    fitted = whole.size.fitted_into(fit_size)
    reduced = REGISTRY.reduced(data, fit_size)
    if reduced is None:
        assert 2 * fitted.width > whole.size.width or 2 * fitted.height > whole.size.height
        return
    frame, full = reduced
    assert full == whole.size
    assert fitted.width <= frame.size.width < whole.size.width
    assert fitted.height <= frame.size.height < whole.size.height
    picture = REGISTRY.quick_picture(data, fit_size, MOST_BYTES)
    assert picture.display is not None
    assert (picture.size, picture.source, picture.display.size) == (full, None, fitted)
    expected = REGISTRY.picture(data, fit_size, MOST_BYTES).display
    assert expected is not None
    difference = picture.display.array()[..., :3].astype(int) - expected.array()[..., :3]
    assert np.abs(difference).mean() < 5  # libjpeg counts the padding of the last blocks as picture


def test_what_cannot_be_reduced_is_left_to_decoding() -> None:
    assert REGISTRY.reduced(pictures.cmyk_jpeg().data, Size(2, 2)) is None
    assert REGISTRY.reduced(b"no picture", Size(2, 2)) is None
    assert REGISTRY.reduced(b"", Size(2, 2)) is None
    for data, fit_size in ((TIFF, Size(2, 2)), (JPEG, None)):
        assert REGISTRY.quick_picture(data, fit_size, MOST_BYTES).source is not None
    assert REGISTRY.reduced(JPEG[: len(JPEG) // 2], Size(2, 2)) is None
    with pytest.raises(ImageTooLargeError):
        REGISTRY.reduced(pictures.huge_jpeg(), Size(2, 2))
