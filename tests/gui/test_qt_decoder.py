"""PNG and WebP by Qt; what every decoder must do stands in the contract."""

from __future__ import annotations

import gc
import struct

import numpy as np
import pictures
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viewer.core.decode.registry import DecoderRegistry, core_decoders
from viewer.core.display.pixels import as_array
from viewer.core.errors import DamagedImageError, DecodeError, UnsupportedFormatError
from viewer.core.frame import Layout
from viewer.gui.bridge.qt_decoder import QtDecoder

DECODER = QtDecoder()
DEEP_CORNERS = tuple(tuple(value * 257 for value in corner) for corner in pictures.CORNERS)


def test_16_bit_colour_keeps_its_bits() -> None:
    data = pictures.png(pictures.colours().astype(np.uint16) * 257, 2)
    pictures.check(
        DECODER.decode(data), pictures.Sample("", data, DEEP_CORNERS, Layout.RGB48, description="16-bit RGB")
    )


def test_16_bit_alpha_lies_over_black() -> None:
    deep = np.dstack([pictures.colours().astype(np.uint16) * 257, np.full(pictures.SIZE[::-1], 32768, np.uint16)])
    frame = DECODER.decode(pictures.png(deep, 6))
    assert frame.description == "16-bit RGBA"
    assert pictures.corners_of(frame)[0] == (25700, 0, 0)


def test_a_profile_that_libpng_would_complain_about_goes_to_the_next(recwarn: pytest.WarningsRecorder) -> None:
    data = pictures.png(pictures.colours(), 2, ((b"iCCP", b"junk\0\0junk"),))
    with pytest.raises(UnsupportedFormatError):
        DECODER.decode(data)
    frame = DecoderRegistry((DECODER, *core_decoders())).decode(pictures.png(pictures.colours(), 2))
    assert pictures.corners_of(frame) == pictures.CORNERS
    assert not recwarn.list


def test_orientation_in_a_png() -> None:
    exif = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHxx", 274, 3, 1, 3)
    data = pictures.png(pictures.colours()[::-1, ::-1], 2, ((b"eXIf", exif),))
    assert pictures.corners_of(DECODER.decode(data)) == pictures.CORNERS


@pytest.mark.parametrize("sample", [*pictures.png_samples(), *pictures.webp_samples()], ids=lambda sample: sample.name)
@pytest.mark.parametrize("missing", [1, 5, 20])
def test_not_a_byte_of_the_end_may_be_missing(
    sample: pictures.Sample, missing: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DamagedImageError):
        DECODER.decode(sample.data[:-missing])
    assert capfd.readouterr() == ("", ""), "libpng says nothing"


def test_pixels_live_as_long_as_the_frame() -> None:
    frame = DECODER.decode(pictures.png_samples()[0].data)
    copy = as_array(frame).copy()
    for _ in range(20):  # what is freed is taken again
        DECODER.decode(pictures.png(np.zeros((32, 64, 3), np.uint8), 2))
    gc.collect()
    assert (as_array(frame) == copy).all()


VALID = tuple(sample.data for sample in (*pictures.png_samples(), *pictures.webp_samples()))


@pytest.mark.no_qt_log  # what libpng thinks of a chunk broken on purpose
@given(
    valid=st.sampled_from(VALID),
    kept=st.sampled_from((1.0, 1.0, 0.7)),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_broken_files_raise_nothing_but_decode_errors(
    valid: bytes, kept: float, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(valid[: int(len(valid) * kept)])
    for position, value in changes:
        data[int(position * len(data))] = value
    try:
        frame = DECODER.decode(bytes(data))
    except DecodeError as error:
        assert str(error).endswith(".")  # noqa: PT017 - some damage does no harm
    else:
        assert memoryview(frame.data).nbytes >= frame.nbytes
