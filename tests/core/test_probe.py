"""The numbers under the pointer, against the samples of the frame itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.look import to_bgrx
from viewer.core.display.probe import Probe, channel_words, pixel_of, probe, words
from viewer.core.frame import BGRA, BGRX, GREY, GREY_ALPHA, RGB, RGBA, Frame, SampleInfo

FOUR = np.arange(24).reshape(2, 3, 4)
"""Of pixel (x, y) the number of channel c is 12 y + 4 x + c."""


def one(*samples: Any, dtype: Any, channels: tuple[str, ...] = (), **info: Any) -> Frame:  # noqa: ANN401 - numpy's
    """Returns a frame of one pixel."""
    array = np.array(samples, dtype).reshape(1, 1, -1)
    names = channels or {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}[len(samples)]
    return Frame((array[..., 0] if len(samples) == 1 else array,), names, "", SampleInfo(**info))


def numbers(frame: Frame, x: int = 0, y: int = 0) -> list[str]:
    found = probe(frame, x, y)
    assert found is not None
    return [number for _, number in found.values]


SAMPLES = [
    *pictures.jpeg_samples(),
    *pictures.png_samples(),
    *pictures.webp_samples(),
    *pictures.tiff_samples(),
    *pictures.other_samples(),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_it_is_what_a_script_reads(sample: pictures.Sample) -> None:
    frame = DecoderRegistry().decode(sample.data)
    array = frame.array()
    width, height = frame.size
    for x in (0, 1, width - 2, width - 1):
        for y in (0, height - 1):
            assert numbers(frame, x, y) == [str(each) for each in np.atleast_1d(array[y, x])]
    for x, y in ((-1, 0), (0, -1), (width, 0), (0, height)):
        assert probe(frame, x, y) is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@given(number=st.floats())
def test_floats_are_told_from_their_neighbours(dtype: type[np.floating[Any]], number: float) -> None:
    with np.errstate(all="ignore"):
        sample = dtype(number)
        (text,) = numbers(one(sample, dtype=dtype))
        if math.isnan(sample):
            assert text == "NaN"
        else:
            assert dtype(text) == sample
            assert math.copysign(1, float(text)) == math.copysign(1, sample)
        assert len(text) <= {2: 10, 4: 15, 8: 24}[sample.itemsize]


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (one(7, dtype=np.uint8), "7"),
        (one(True, dtype=np.bool_), "1"),
        (one(-32768, dtype=np.int16), "-32768"),
        (one(2**64 - 1, dtype=np.uint64), "18446744073709551615"),
        (one(0.1, dtype=np.float16), "0.1"),
        (one(999.5, dtype=np.float16), "999.5"),
        (one(1001.5, dtype=np.float16), "1001.5"),
        (one(-1040, dtype=np.float16), "-1040.0"),
        (one(65504, dtype=np.float16), "65504.0"),
        (one(0.1, dtype=np.float32), "0.1"),
        (one(65504, dtype=np.float32), "65504.0"),
        (one(-0.0, dtype=np.float32), "-0.0"),
        (one(np.inf, dtype=np.float16), "inf"),
        (one(-np.inf, dtype=np.float64), "-inf"),
        (one(np.nan, dtype=np.float32, no_data=-9999.0), "NaN"),
        (one(-9999, dtype=np.float32, no_data=-9999.0), "no data"),
        (one(-9999, dtype=np.int16, no_data=-9999.0), "no data"),
        (one(np.nan, dtype=np.float32, no_data=math.nan), "no data"),
        (one(5, dtype=np.uint8, no_data=-9999.0), "5"),
        (one(0, 0, dtype=np.uint8, no_data=0.0), "no data  A 0"),
        (one(5, 9, dtype=np.uint8), "5  A 9"),
        (one(1, 2, 3, 4, dtype=np.uint16), "R 1  G 2  B 3  A 4"),
        (one(1, 2, 3, 255, dtype=np.uint8, channels=BGRX), "R 3  G 2  B 1"),
        (one(3, 3, 3, 255, dtype=np.uint8, channels=BGRX, is_grey=True), "3"),
        (one(1, 2, 3, 4, dtype=np.uint8, channels=BGRA), "R 3  G 2  B 1  A 4"),
        (one(1, 2, 3, 4, dtype=np.uint8, channels=("C", "M", "Y", "K")), "C 1  M 2  Y 3  K 4"),
        (one(1, 2, dtype=np.uint8, channels=("1", "2")), "1: 1  2: 2"),
        (one(1, 2, 3, 4, dtype=np.uint8, channels=("a.Z", "a.B", "a.G", "a.R")), "a.R 4  a.G 3  a.B 2  a.Z 1"),
        (one(*range(8), dtype=np.uint8, channels=tuple("abcdefgh")), "a 0  b 1  c 2  d 3  e 4  f 5  +2"),
        (one(*range(8), dtype=np.uint8, channels=tuple("abcdBGRA")), "R 6  G 5  B 4  A 7  a 0  b 1  +2"),
    ],
)
def test_what_is_said_of_one_pixel(frame: Frame, said: str) -> None:
    found = probe(frame, 0, 0)
    assert found is not None
    assert words(found) == f"0, 0   {said}"


def test_the_channel_that_is_shown_comes_first_where_not_all_are_said() -> None:
    many = one(*range(8), dtype=np.uint8, channels=tuple("abcdefgh"))
    found = probe(many, 0, 0, "h")
    assert found is not None
    assert words(found) == "0, 0   h 7  a 0  b 1  c 2  d 3  e 4  +2"
    few = probe(one(1, 2, 3, dtype=np.uint8), 0, 0, "B")
    assert few is not None
    assert words(few) == "0, 0   R 1  G 2  B 3"


def test_channels_that_lie_apart() -> None:
    planes = tuple(FOUR[..., each].astype(dtype) for each, dtype in enumerate((np.float16, np.uint32, np.int8)))
    assert numbers(Frame(planes, RGB), 2, 1) == ["20.0", "21", "22"]


def test_one_pixel_is_shown_as_it_is_in_the_whole() -> None:
    info = SampleInfo(white=30.0, window=(1, 0, 2, 2))
    frame = Frame(tuple(np.ascontiguousarray(FOUR[..., each]).astype(np.uint16) for each in range(3)), RGB, "", info)
    whole = to_bgrx(frame).planes[0]
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        one = pixel_of(frame, x, y)
        assert one is not None
        assert all(np.shares_memory(part, plane) for part, plane in zip(one.planes, frame.planes, strict=True))
        assert to_bgrx(one).planes[0][0, 0].tolist() == whole[y, x].tolist()
    assert pixel_of(frame, 2, 0) is None


def test_a_palette_says_the_number_of_its_colour() -> None:
    frame = Frame((FOUR.astype(np.uint8),), BGRX, indices=np.array([[0, 1, 2], [3, 4, 200]], np.uint8))
    found = probe(frame, 2, 1)
    assert found == Probe(2, 1, (("R", "22"), ("G", "21"), ("B", "20")), 200)
    assert words(found, (22, 21, 20)) == "2, 1   index 200  R 22  G 21  B 20"


@pytest.mark.parametrize(
    "window",
    [
        None,
        (0, 0, 3, 2),
        (1, 1, 2, 1),
        (1, 0, 5, 9),
        (-2, -1, 4, 4),
        (-2, -3, 9, 9),
        (5, 5, 2, 2),
        (0, 0, 0, 2),
        (0, 0, 1 << 20, 1 << 20),
    ],
)
def test_columns_and_rows_count_from_what_is_shown(window: tuple[int, int, int, int] | None) -> None:
    grey = np.arange(1, 7, dtype=np.uint8).reshape(2, 3)  # 0 is what lies around
    frame = Frame((grey,), GREY, "", SampleInfo(window=window))
    shown = to_bgrx(frame)
    for y in range(-1, shown.size.height + 1):
        for x in range(-1, shown.size.width + 1):
            is_inside = 0 <= x < shown.size.width and 0 <= y < shown.size.height
            number = int(shown.planes[0][y, x, 0]) if is_inside else 0
            found = probe(frame, x, y)
            assert (found and found.values) == ((("", str(number)),) if number else None)


@pytest.mark.parametrize(
    ("frame", "shown", "said"),
    [
        (one(9, dtype=np.uint8), (9, 9, 9), "9"),
        (one(9, dtype=np.uint8), (18, 18, 18), "9   shown 18"),
        (one(9, dtype=np.uint8), (68, 1, 84), "9   shown 68 1 84"),
        (one(4095, dtype=np.uint16), (255, 255, 255), "4095   shown 255"),
        (one(1, 2, 3, dtype=np.uint8), (1, 2, 3), "R 1  G 2  B 3"),
        (one(1, 2, 3, dtype=np.uint8), (1, 2, 4), "R 1  G 2  B 3   shown 1 2 4"),
        (one(1, 1, 3, dtype=np.uint8), (1, 1, 1), "R 1  G 1  B 3   shown 1"),
        (one(1, 2, 3, 255, dtype=np.uint8), (1, 2, 3), "R 1  G 2  B 3  A 255"),
        (one(200, 100, 50, 128, dtype=np.uint8), (100, 50, 25), "R 200  G 100  B 50  A 128   shown 100 50 25"),
        (one(1, 2, 3, 255, dtype=np.uint8, channels=BGRX), (3, 2, 1), "R 3  G 2  B 1"),
        (one(7, 8, dtype=np.uint8, channels=("1", "2")), (7, 7, 7), "1: 7  2: 8"),
    ],
)
def test_the_colour_on_the_screen_is_said_where_it_is_another(
    frame: Frame, shown: tuple[int, int, int], said: str
) -> None:
    found = probe(frame, 0, 0)
    assert found is not None
    assert words(found, shown) == f"0, 0   {said}"


@pytest.mark.parametrize(
    ("channels", "shown", "said"),
    [
        (GREY, "", ""),
        (GREY_ALPHA, "", ""),
        (RGB, "", ""),
        (RGBA, "", ""),
        (BGRX, "", ""),
        (BGRA, "", ""),
        (("a.R", "a.G", "a.B"), "", ""),
        (("Y", "RY", "BY", "A"), "", ""),
        (("Z",), "", ""),
        (RGB, "G", "channel G, 2 of 3"),
        (BGRX, "B", "channel B, 3 of 3"),
        (GREY_ALPHA, "A", "channel A, 2 of 2"),
        (("1", "2", "3", "4", "5"), "", "channel 1 of 5"),
        (("1", "2", "3", "4", "5"), "4", "channel 4 of 5"),
        (("1", "2", "3", "4", "5"), "R", "channel 1 of 5"),
        (("X", "Y", "Z"), "", "channel Y, 2 of 3"),
        (("L", "a", "b"), "", "channel L, 1 of 3"),
        (("Z", "R", "G", "B"), "", "RGB of 4 channels"),
        (("R", "G", "B", "A", "Z"), "Z", "channel Z, 5 of 5"),
    ],
)
def test_channels_that_are_not_shown_are_counted(channels: tuple[str, ...], shown: str, said: str) -> None:
    frame = Frame((np.zeros((1, 1, len(channels)), np.uint8),), channels)
    assert channel_words(frame, shown) == said


def test_a_grey_frame_for_the_screen_has_one_channel() -> None:
    assert channel_words(one(3, 3, 3, 255, dtype=np.uint8, channels=BGRX, is_grey=True)) == ""
