"""PNG and WebP by Qt, and the first JPEG; what every decoder must do stands in the contract."""

from __future__ import annotations

import gc
import struct

import numpy as np
import pictures
import pytest
from PIL import Image

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.jpeg import JpegDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.look import to_bgrx
from viewer.core.display.pixels import as_array
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import BGRA, BGRX, GREY_ALPHA, Alpha, Size
from viewer.gui.bridge import first_jpeg
from viewer.gui.bridge.first_jpeg import FirstJpegDecoder
from viewer.gui.bridge.image import FrameImage
from viewer.gui.bridge.qt_decoder import QtDecoder
from viewer.gui.bridge.scaler import scaled

DECODER = QtDecoder()


def test_16_bit_colour_keeps_its_bits() -> None:
    data = pictures.png(pictures.colours().astype(np.uint16) * 257, 2)
    frame = DECODER.decode(data, for_screen=True)
    assert (frame.array() == pictures.colours() * np.uint16(257)).all()
    pictures.check(frame, pictures.Sample("", data, description="16-bit RGB"))


def test_16_bit_alpha_lies_over_black() -> None:
    deep = np.dstack([pictures.colours().astype(np.uint16) * 257, np.full(pictures.SIZE[::-1], 32768, np.uint16)])
    frame = DECODER.decode(pictures.png(deep, 6), for_screen=True)
    assert frame.description == "16-bit RGBA"
    assert pictures.corners_of(frame)[0] == (100, 0, 0)


def test_what_the_screen_gets_of_8_bits_loses_nothing() -> None:
    grey, colours = pictures.greys(), pictures.colours()
    alpha = np.arange(grey.size, dtype=np.uint8).reshape(grey.shape)
    for samples, colour, channels in (
        (grey, 0, BGRX),
        (colours, 2, BGRX),
        (np.dstack([grey, alpha]), 4, GREY_ALPHA),
        (np.dstack([colours, alpha]), 6, BGRA),
    ):
        frame = DECODER.decode(pictures.png(samples, colour), for_screen=True)
        array = frame.array() if channels == GREY_ALPHA else frame.array()[..., [2, 1, 0, 3]]
        count = {BGRX: 3, BGRA: 4, GREY_ALPHA: 2}[channels]
        assert (array[..., :count] == (samples if samples.ndim > 2 else samples[..., None])).all()
        assert (frame.channels, frame.info.is_grey) == (channels, colour == 0)
        assert frame.info.alpha is (None if channels == BGRX else Alpha.STRAIGHT)


@pytest.mark.parametrize("orientation", [1, 6])
def test_palettes_keep_their_indices(orientation: int) -> None:
    image = Image.fromarray(pictures.colours()).quantize(4, dither=Image.Dither.NONE)
    exif = Image.Exif()
    exif[274] = orientation
    indices = np.rot90(np.asarray(image), -1) if orientation == 6 else np.asarray(image)
    for clear in (None, 2):
        options = {} if clear is None else {"transparency": clear}
        data = pictures.encoded(image, "PNG", exif=exif, **options)
        right = DecoderRegistry().decode(data)
        for frame in (DECODER.decode(data, for_screen=True), DecoderRegistry().decode(data, for_screen=True), right):
            assert frame.indices is not None
            assert (frame.indices == indices).all()
            assert (as_array(to_bgrx(frame)) == as_array(to_bgrx(right))).all()
        assert DECODER.decode(data, for_screen=True).channels == (BGRX if clear is None else BGRA)


def test_what_qt_would_change_goes_to_the_next() -> None:
    deep = pictures.colours().astype(np.uint16) * 257
    for data in (
        pictures.png(deep, 2, ((b"tRNS", struct.pack(">3H", *deep[0, 0])),)),
        pictures.png(pictures.colours(), 2, ((b"sBIT", b"\5\5\5"),)),
    ):
        with pytest.raises(PassedOnError):
            DECODER.decode(data, for_screen=True)


def test_a_profile_that_libpng_would_complain_about_goes_to_the_next(recwarn: pytest.WarningsRecorder) -> None:
    data = pictures.png(pictures.colours(), 2, ((b"iCCP", b"junk\0\0junk"),))
    with pytest.raises(UnsupportedFormatError):
        DECODER.decode(data, for_screen=True)
    frame = DecoderRegistry((DECODER,)).decode(pictures.png(pictures.colours(), 2), for_screen=True)
    assert pictures.corners_of(frame) == pictures.CORNERS
    assert not recwarn.list


@pytest.mark.parametrize("sample", [*pictures.png_samples(), *pictures.webp_samples()], ids=lambda sample: sample.name)
@pytest.mark.parametrize("missing", [1, 5, 20])
def test_not_a_byte_of_the_end_may_be_missing(
    sample: pictures.Sample, missing: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DamagedImageError):
        DECODER.decode(sample.data[:-missing], for_screen=True)
    assert capfd.readouterr() == ("", ""), "libpng says nothing"


def test_pixels_live_as_long_as_the_frame() -> None:
    frame = DECODER.decode(pictures.png_samples()[0].data, for_screen=True)
    copy = as_array(frame).copy()
    for _ in range(20):  # what is freed is taken again
        DECODER.decode(pictures.png(np.zeros((32, 64, 3), np.uint8), 2), for_screen=True)
    gc.collect()
    assert (as_array(frame) == copy).all()


@pytest.mark.parametrize("sample", [pictures.png_samples()[0], pictures.webp_samples()[0]], ids=["PNG", "WebP"])
def test_files_whose_bytes_qt_cannot_count_go_to_the_next(
    sample: pictures.Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.gui.bridge.qt_decoder._MOST_BYTES", len(sample.data) + 9)
    padded = sample.data + bytes(9)
    assert DECODER.decode(padded[:-1], for_screen=True).size == DecoderRegistry().decode(padded).size
    with pytest.raises(PassedOnError):
        DECODER.decode(padded, for_screen=True)
    pictures.check(DecoderRegistry((DECODER,)).decode(padded, for_screen=True), sample)


FIRST_JPEG = FirstJpegDecoder()


@pytest.fixture
def without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has not loaded numpy yet, as the decoder sees it."""
    monkeypatch.setattr(first_jpeg, "loaded", lambda _module: None)


def noise(size: tuple[int, int], mode: str) -> Image.Image:
    blocks = np.random.default_rng(7).integers(0, 256, (size[1] // 5 + 2, size[0] // 5 + 2, 3), np.uint8)
    return Image.fromarray(blocks).resize(size, Image.Resampling.BICUBIC).convert(mode)


@pytest.mark.usefixtures("without_numpy")
@pytest.mark.parametrize("size", [(1, 1), (17, 5), (333, 258)], ids=str)
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0", "grey"])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_first_jpeg_is_what_all_others_are(size: tuple[int, int], subsampling: str, *, progressive: bool) -> None:
    mode = "L" if subsampling == "grey" else "RGB"
    options = {} if mode == "L" else {"subsampling": subsampling}
    for quality in (40, 92):
        data = pictures.encoded(
            noise(size, mode), "JPEG", quality=quality, progressive=progressive, icc_profile=b"profile", **options
        )
        first, other = FIRST_JPEG.decode(data, for_screen=True), JpegDecoder().decode(data, for_screen=True)
        assert first.memory is not None
        assert (first.size, first.nbytes) == (other.size, other.nbytes)
        assert (first.array() == other.array()).all()
        assert (first.channels, first.description, first.info) == (other.channels, other.description, other.info)
        assert FIRST_JPEG.decode(data).memory is None  # not for the screen


@pytest.mark.usefixtures("without_numpy")
def test_a_first_jpeg_out_of_the_ordinary_is_left_to_the_decoder_of_all_others() -> None:
    whole = pictures.encoded(noise((160, 120), "RGB"), "JPEG", quality=90)
    exif = Image.Exif()
    exif[274] = 6
    damaged = bytearray(whole)
    damaged[len(whole) // 2 :: 40] = bytes(len(damaged[len(whole) // 2 :: 40]))
    damaged[-2:] = b"\xff\xd9"
    for data in (
        pictures.encoded(noise((160, 120), "RGB"), "JPEG", exif=exif),
        pictures.encoded(noise((160, 120), "CMYK"), "JPEG"),
        bytes(damaged),
        whole[:-2],
        whole[: len(whole) // 2],
        whole[: len(whole) // 2] + b"\xff\xd9",
        b"\xff\xd8\xff",
    ):
        outcomes = []
        for decoder in (FIRST_JPEG, JpegDecoder()):
            try:
                frame = decoder.decode(data, for_screen=True)
                assert frame.memory is None
                outcomes.append((frame.array().tobytes(), frame.description))
            except (DecodeError, PassedOnError) as error:
                outcomes.append((b"", repr(error)))
        assert outcomes[0] == outcomes[1]
    with pytest.raises(ImageTooLargeError):
        FIRST_JPEG.decode(whole, 1000, for_screen=True)


def test_after_the_first_pictures_jpeg_is_not_qts() -> None:
    assert FIRST_JPEG.decode(pictures.encoded(noise((64, 48), "RGB"), "JPEG"), for_screen=True).memory is None


@pytest.mark.usefixtures("without_numpy")
def test_the_first_picture_has_a_copy_for_the_window_and_no_thumbnail_yet() -> None:
    registry = DecoderRegistry((FIRST_JPEG,), scaled)
    data = pictures.encoded(noise((640, 480), "RGB"), "JPEG")
    first = registry.picture(data, Size(160, 160), 10**9)
    assert first.display is not None
    assert first.display.memory is not None
    assert (first.size, first.display.size, first.thumbnail) == ((640, 480), (160, 120), None)
    other = DecoderRegistry((), scaled).picture(data, Size(160, 160), 10**9)
    assert other.display is not None
    assert (first.display.array() == other.display.array()).all()
    assert FrameImage(first.display).image == FrameImage(other.display).image
