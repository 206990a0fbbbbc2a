"""PNG and WebP by Qt; what every decoder must do stands in the contract."""

from __future__ import annotations

import gc
import struct

import numpy as np
import pictures
import pytest
from PIL import Image

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.look import to_bgrx
from viewer.core.display.pixels import as_array
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.frame import BGRA, BGRX, GREY_ALPHA, Alpha
from viewer.gui.bridge.qt_decoder import QtDecoder

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
