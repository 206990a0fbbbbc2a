"""Which numbers are black and white before one has chosen, and how many samples there are of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.core.display.levels import (
    automatic_range,
    depends_on_first,
    first_range,
    histogram,
    kind_of,
    own_range,
    share_at_ends,
    uniform,
)
from viewer.core.display.look import Curve, Look, ends_shown, to_bgrx
from viewer.core.display.proxy import reduced
from viewer.core.frame import (
    BGRA,
    BGRX,
    GREY,
    GREY_ALPHA,
    RGB,
    RGBA,
    Frame,
    Range,
    SampleInfo,
    SampleKind,
    Size,
    TransferCurve,
)

DISPLAY, LINEAR, FILM = TransferCurve
LUMA = ("Y", "RY", "BY")
NAN, INF = np.nan, np.inf


def frame(dtype: Any, channels: tuple[str, ...] = GREY, info: SampleInfo = SampleInfo()) -> Frame:  # noqa: ANN401, B008
    """Returns a frame of 2 x 3 pixels that are 0."""
    shape = (2, 3) if len(channels) == 1 else (2, 3, len(channels))
    return Frame((np.zeros(shape, dtype),), channels, "", info)


def grey(samples: Any, dtype: Any, info: SampleInfo = SampleInfo()) -> Frame:  # noqa: ANN401, B008
    """Returns a frame of one row."""
    return Frame((np.array([samples], dtype),), GREY, "", info)


KINDS: list[tuple[Frame, SampleKind]] = [
    (frame(np.uint8), SampleKind("u", 8, False, DISPLAY)),
    (frame(np.bool_), SampleKind("u", 1, False, DISPLAY)),
    (frame(np.uint16, RGB, SampleInfo(12)), SampleKind("u", 12, True, DISPLAY)),
    (frame(np.int32, ("a", "b")), SampleKind("i", 32, False, DISPLAY)),
    (frame(np.float16, LUMA, SampleInfo(transfer=LINEAR)), SampleKind("f", 16, True, LINEAR)),
    (frame(np.float32, ("x.B", "x.G", "x.R")), SampleKind("f", 32, True, DISPLAY)),
    (frame(np.uint16, GREY, SampleInfo(10, transfer=FILM)), SampleKind("u", 10, False, FILM)),
    (frame(np.uint8, BGRX), SampleKind("u", 8, True, DISPLAY)),
    (frame(np.uint8, BGRX, SampleInfo(4, is_grey=True)), SampleKind("u", 8, False, DISPLAY)),
    (frame(np.uint8, BGRA), SampleKind("u", 8, True, DISPLAY)),
]


@pytest.mark.parametrize(("of", "kind"), KINDS)
def test_what_the_samples_are(of: Frame, kind: SampleKind) -> None:
    assert kind_of(of) == kind


OWN: dict[str, tuple[type[Any], tuple[str, ...], SampleInfo, tuple[float, float] | None]] = {
    "8 bits": (np.uint8, GREY, SampleInfo(), (0, 255)),
    "8 bits, RGBA": (np.uint8, RGBA, SampleInfo(), (0, 255)),
    "4 bits": (np.uint8, GREY, SampleInfo(4), (0, 15)),
    "1 bit": (np.bool_, GREY, SampleInfo(), (0, 1)),
    "signed 8 bits": (np.int8, GREY, SampleInfo(), (-128, 127)),
    "8 bits of 16": (np.uint16, GREY, SampleInfo(8), (0, 255)),
    "8 bits whatever the file wants": (np.uint8, GREY, SampleInfo(range=Range(10, 20)), (0, 255)),
    "8 bits, a white of 100": (np.uint8, GREY, SampleInfo(white=100), (0, 100)),
    "for the screen": (np.uint8, BGRX, SampleInfo(), (0, 255)),
    "for the screen, from 4 bits": (np.uint8, BGRX, SampleInfo(4, 15, is_grey=True), (0, 255)),
    "for the screen, with alpha": (np.uint8, BGRA, SampleInfo(), (0, 255)),
    "16 bits": (np.uint16, GREY, SampleInfo(), None),
    "12 bits": (np.uint16, GREY, SampleInfo(12), None),
    "grey and alpha": (np.uint16, GREY_ALPHA, SampleInfo(), None),
    "channels": (np.uint16, ("a", "b"), SampleInfo(), None),
    "signed 16 bits": (np.int16, GREY, SampleInfo(), None),
    "a white of 1": (np.uint16, GREY, SampleInfo(white=1), (0, 1)),
    "white is the largest": (np.uint16, GREY, SampleInfo(white=65535), None),
    "said by ImageJ": (np.uint16, GREY, SampleInfo(range=Range(0, 4000)), (0, 4000)),
    "a window below 0": (np.int16, GREY, SampleInfo(range=Range(-1000, 400)), (-1000, 400)),
    "a window wider on one side": (np.uint16, GREY, SampleInfo(range=Range(-200, 900)), (-200, 900)),
    "said, but all": (np.uint16, GREY, SampleInfo(range=Range(0, 65535)), None),
    "said, but empty": (np.uint16, GREY, SampleInfo(range=Range(7, 7)), None),
    "said, but endless": (np.float32, GREY, SampleInfo(range=Range(0, INF)), None),
    "said before white": (np.uint16, RGB, SampleInfo(range=Range(5, 900), white=1000), (5, 900)),
    "RGB of 16": (np.uint16, RGB, SampleInfo(), (0, 65535)),
    "RGBA of 10": (np.uint16, RGBA, SampleInfo(10), (0, 1023)),
    "signed RGB": (np.int16, RGB, SampleInfo(), (-32768, 32767)),
    "film": (np.uint16, RGB, SampleInfo(10, transfer=FILM), (0, 1023)),
    "grey film": (np.uint16, GREY, SampleInfo(12, transfer=FILM), (0, 4095)),
    "film as floats": (np.float32, GREY, SampleInfo(transfer=FILM), (0, 1)),
    "linear RGB of 16": (np.uint16, RGB, SampleInfo(transfer=LINEAR), (0, 65535)),
    "linear grey of 32": (np.uint32, GREY, SampleInfo(transfer=LINEAR), None),
    "light": (np.float16, RGBA, SampleInfo(transfer=LINEAR), (0, 1)),
    "luminance": (np.float32, GREY, SampleInfo(transfer=LINEAR), (0, 1)),
    "luma and chroma": (np.float32, LUMA, SampleInfo(transfer=LINEAR), (0, 1)),
    "depth beside light": (np.float32, ("Z",), SampleInfo(transfer=LINEAR), None),
    "floats": (np.float32, GREY, SampleInfo(), None),
    "doubles": (np.float64, ("a", "b", "c"), SampleInfo(), None),
    "RGB as floats": (np.float32, RGB, SampleInfo(), (0, 1)),
    "floats with a range": (np.float32, GREY, SampleInfo(range=Range(-3, 3)), (-3, 3)),
    "floats with a white": (np.float16, GREY, SampleInfo(white=1.0), (0, 1)),
}


@pytest.mark.parametrize(("dtype", "channels", "info", "expected"), OWN.values(), ids=OWN)
def test_the_range_that_frames_have_by_themselves(
    dtype: type[Any], channels: tuple[str, ...], info: SampleInfo, expected: tuple[float, float] | None
) -> None:
    of = frame(dtype, channels, info)
    assert own_range(of) == expected
    assert first_range(of) == (expected or (0, 1))  # all are 0, so measured ones begin there
    is_byte = kind_of(of).letter != "f" and kind_of(of).bits <= 8
    assert depends_on_first(of) is (not is_byte and (expected is None or info.range is not None))


COUNTS = np.tile(np.arange(128) * 999 // 127, (128, 1))
MOST = np.iinfo(np.uint32).max
MEASURED: dict[str, tuple[Any, Any, float | None, tuple[float, float]]] = {
    "counts": (COUNTS, np.int32, None, (0, 999)),
    "a hot pixel": ([*COUNTS.flat, 1_048_575], np.int32, None, (0, 999)),
    "gaps": ([*COUNTS.flat, *[-1] * 900, -2], np.int32, None, (0, 999)),
    "gaps of 16 bits": ([*COUNTS.flat, *[-1] * 900, -2], np.int16, None, (0, 999)),
    "gaps of 64 bits": ([*COUNTS.flat, *[-1] * 900, -2], np.int64, None, (0, 999)),
    "not gaps in 8 bits": ([-1, -1, -1, -2], np.int8, None, (-2, -1)),
    "a mask": ([*COUNTS.flat, *[MOST] * 900], np.uint32, None, (0, 999)),
    "a mask of 16 bits": ([*COUNTS.flat, *[65535] * 900], np.uint16, None, (0, 999)),
    "no mask in 8 bits": ([255] * 9, np.uint8, None, (255, 256)),
    "no mask in 12 of 16 bits": ([4095, 0], np.uint16, None, (4, 4091)),
    "no data": ([*COUNTS.flat, -3.4028235e38], np.float32, -3.4028235e38, (0, 999)),
    "no data of integers": ([*COUNTS.flat, *[-9999] * 99], np.int16, -9999.0, (0, 999)),
    "no data that does not fit": ([1, 2], np.float16, 1e30, (1.001, 1.999)),
    "NaN and infinities": ([*COUNTS.flat, NAN, INF, -INF], np.float32, None, (0, 999)),
    "NaN and infinities of 16 bits": ([*[1, 2] * 5000, NAN, INF, -INF], np.float16, None, (1, 2)),
    "all NaN": ([NAN, NAN], np.float32, None, (0, 1)),
    "all minus infinity": ([-INF], np.float64, None, (0, 1)),
    "all mask": ([MOST], np.uint32, None, (0, 1)),
    "one pixel": ([NAN, 7.5], np.float32, None, (7.5, 8.5)),
    "all equal": ([300] * 4, np.uint16, None, (300, 301)),
    "all minus zero": ([-0.0], np.float32, None, (0, 1)),
    "all so large that 1 more is the same": ([1e100], np.float64, None, (1e100, np.nextafter(1e100, INF))),
    "all the largest": (
        [np.finfo(np.float64).max],
        np.float64,
        None,
        (np.nextafter(1e200, 0), 1e200),
    ),
    "rounded outwards": ([10, 20], np.int32, None, (10, 20)),
    "far apart": ([-1.7e308, 1.7e308], np.float64, None, (-1e200, 1e200)),
}


@pytest.mark.parametrize(("samples", "dtype", "no_data", "expected"), MEASURED.values(), ids=MEASURED)
def test_measured_ranges(samples: Any, dtype: Any, no_data: float | None, expected: tuple[float, float]) -> None:  # noqa: ANN401
    of = grey(np.ravel(samples), dtype, SampleInfo(no_data=no_data))
    found = automatic_range(of)
    assert found == pytest.approx(expected, rel=1e-3 if dtype is np.float16 else 1e-12)
    assert found.low < found.high


def test_further_cuts_and_other_channels() -> None:
    samples = np.stack([np.arange(10001), np.arange(10001) + 20000, np.zeros(10001)], -1).astype(np.uint16)[None]
    channels = Frame((samples,), ("first", "second", "third"))
    assert [automatic_range(channels, cut) for cut in (0, 0.35, 1, 3)] == [
        (0, 10000),
        (35, 9965),
        (100, 9900),
        (300, 9700),
    ]
    assert automatic_range(channels, channel="second") == (20010, 29990)
    assert automatic_range(Frame((samples,), RGB)) == (0, 29970)  # of all three
    assert automatic_range(Frame((samples[..., :2],), GREY_ALPHA)) == (10, 9990)
    layers = Frame(tuple(samples[..., place] for place in range(2)), ("a.Y", "b.Y"))
    assert automatic_range(layers, channel="a.Y") == (10, 9990)


TYPES = st.sampled_from([np.dtype(code) for code in "BbHheIiLlfd"])
NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1e-310, 3e-5, 1.5, 65535.0, 65536.0, 7e4, -1e38, 2.0**31, 2.0**40, NAN, INF, -INF]),
    st.integers(-70000, 70000).map(float),
    st.floats(-10, 10),
)


@given(st.lists(NUMBERS, min_size=1, max_size=40), TYPES, st.sampled_from([0.0, 0.1, 3.0, 20.0]), st.integers(1, 3))
def test_ranges_are_the_percentiles_of_numpy(
    numbers: list[float], dtype: np.dtype[Any], cut: float, channels: int
) -> None:
    values = np.array([numbers] * channels)
    with np.errstate(all="ignore"):
        if dtype.kind != "f":
            limits = np.iinfo(dtype)
            values = np.clip(np.nan_to_num(values), max(limits.min, -(2**50)), min(limits.max, 2**50))
        samples = values.astype(dtype)
    kept = samples[np.isfinite(samples)].astype(np.float64)
    if dtype.kind != "f" and dtype.itemsize > 1:
        kept = kept[~np.isin(kept, [-1, -2] if dtype.kind == "i" else [np.iinfo(dtype).max])]
    planes, names = (tuple(samples[:, None]), RGB) if channels == 3 else ((samples,), GREY)
    found = automatic_range(Frame(planes, names), cut)
    if not kept.size:
        assert found == Range(0, 1)
        return
    low, high = np.percentile(kept, [cut, 100 - cut])
    if dtype.kind != "f":
        low, high = np.floor(np.round(low, 4)), np.ceil(np.round(high, 4))
    assert found == pytest.approx((low, high if high > low else low + 1), rel=1e-9, abs=1e-300)


def test_columns_hold_equally_many_whole_numbers() -> None:
    for numbers, expected, columns in [
        ([0, 4095], Range(0, 4096), 256),
        ([0, 999], Range(0, 1024), 256),
        ([90, 3900], Range(80, 80 + 16 * 256), 256),
        ([0, 65534], Range(0, 65536), 256),
        ([100, 107], Range(100, 108), 8),
        ([-3000, 3000], Range(-3000, -3000 + 24 * 256), 256),
    ]:
        of = grey(range(numbers[0], numbers[1] + 1), np.int32 if numbers[0] < 0 else np.uint16)
        found = histogram(of)
        assert (found.range, found.counts.shape) == (expected, (1, columns))
        step = (expected.high - expected.low) / columns
        filled = found.counts[0][found.counts[0] > 0]
        assert set(filled[1:-1]) <= {step, step - 2}  # the two numbers that mark gaps
    assert histogram(grey([0, 3, 3], np.uint8, SampleInfo(4))).range == (0, 16)
    assert histogram(grey([-5], np.int8)).range == (-128, 128)


def test_histograms_of_channels() -> None:
    samples = np.zeros((4, 5, 4), np.uint8)
    samples[..., :3] = 7, 8, 9
    found = histogram(Frame((samples,), BGRX))
    assert (found.names, found.range, found.counts.argmax(axis=1).tolist()) == (RGB, (0, 256), [9, 8, 7])
    assert found.counts.sum(axis=1).tolist() == [20, 20, 20]
    found = histogram(Frame((samples,), BGRX, "", SampleInfo(is_grey=True)))
    assert (found.names, int(found.counts.argmax())) == (GREY, 7)
    found = histogram(Frame((samples[..., 0], samples[..., 1]), ("a", "b")), channel="b", range=Range(0, 16), columns=4)
    assert (found.names, found.counts.tolist()) == (("b",), [[0, 0, 20, 0]])


def test_what_does_not_count_and_what_lies_outside() -> None:
    found = histogram(grey([NAN, INF, -9, 0, 1, 2, 4], np.float32, SampleInfo(no_data=-9)))
    assert (found.range, found.nan, found.counts.sum()) == ((0, 4), 3, 4)
    assert found.counts[0][[0, 64, 128, 255]].tolist() == [1, 1, 1, 1]
    narrow = histogram(grey([-5, 0, 1, 2, 9], np.float32), columns=2, range=Range(0, 2))
    assert narrow.counts.tolist() == [[2, 3]]
    assert histogram(grey([NAN], np.float32)).range == (0, 1)
    assert histogram(grey([65535], np.uint16)).nan == 1
    assert histogram(grey([-1.7e308, 1.7e308], np.float64)).counts[0][[0, -1]].tolist() == [1, 1]
    assert histogram(grey([5e-324, 0], np.float64)).counts.sum() == 2


@given(st.lists(st.integers(0, 60000), min_size=1, max_size=50), st.sampled_from([np.uint16, np.int32, np.float32]))
def test_each_sample_is_in_its_column(numbers: list[int], dtype: Any) -> None:  # noqa: ANN401
    found = histogram(grey(numbers, dtype))
    edges = np.linspace(*found.range, found.counts.shape[1] + 1)
    expected, _ = np.histogram(numbers, edges)
    assert found.counts.sum() == len(numbers)
    if dtype is not np.float32:  # numpy puts those at an edge now here, now there
        assert found.counts.tolist() == [expected.tolist()]


@pytest.mark.parametrize(
    ("of", "range_", "shares"),
    [
        (grey([0, 1, 2, 3, 255, 255, 255, 255], np.uint8), (1, 254), (1 / 8, 4 / 8)),
        (grey([0, 1, 2, 3, 255, 255, 255, 255], np.uint8), (0, 255), (0, 0)),
        (grey([NAN, 5, 9, INF], np.float32), (6, 7), (0.5, 0.5)),
        (grey([1, 2], np.float16), (1e30, 1e31), (1, 0)),
        (grey([1, 2], np.float32), (-3, -2), (0, 1)),
        (grey([NAN], np.float32), (0, 1), (0, 0)),
        (grey([0, 1, 2, 509, 510], np.uint16), (0, 510), (1 / 5, 0)),  # 1 is half of a step
        (grey([0, 0], np.uint16), (0, 510), (1, 0)),
    ],
)
def test_shares_that_are_black_and_white(of: Frame, range_: tuple[float, float], shares: tuple[float, float]) -> None:
    assert share_at_ends(of, ends_shown(of, Look(Range(*range_)))) == shares


@given(
    st.sampled_from(TransferCurve),
    st.sampled_from(Curve),
    st.floats(0.1, 10),
    st.sampled_from([(0, 64_000), (100, 400), (-5, 70_000)]),
)
@settings(max_examples=40)
def test_where_black_ends_and_white_begins(
    transfer: TransferCurve, curve: Curve, gamma: float, range_: tuple[int, int]
) -> None:
    of = Frame((np.arange(65_536, dtype=np.uint16)[np.newaxis],), GREY, info=SampleInfo(transfer=transfer))
    look = Look(Range(*range_), gamma=gamma, curve=curve)
    shown, numbers, (least, most) = to_bgrx(of, look).array()[0, :, 0], of.planes[0], ends_shown(of, look).between
    assert (shown == 0).sum() == ((numbers < least) | (numbers <= range_[0])).sum()
    assert (shown == 255).sum() == ((numbers > most) | (numbers >= range_[1])).sum()


def test_large_frames_are_counted_in_strips() -> None:
    samples = np.arange(1500 * 1500, dtype=np.uint32).reshape(1500, 1500)
    assert automatic_range(Frame((samples,), GREY)) == (2249, 2247750)
    samples16 = (samples % 5000).astype(np.uint16)
    assert histogram(Frame((samples16,), GREY)).counts.sum() == samples.size
    assert automatic_range(replace(Frame((samples16,), GREY), info=SampleInfo(12))) == (4, 4995)


def test_means_that_are_kept_with_places_behind_the_point_are_measured_in_the_numbers_of_the_file() -> None:
    samples = np.linspace(100, 2000, 60 * 40).reshape(40, 60).astype(np.uint16)
    small = reduced(Frame((samples,), GREY), Size(30, 20))
    assert small.info.scale > 1
    found, counted = automatic_range(small), histogram(small)
    assert 100 <= found.low < 150
    assert 1950 < found.high <= 2000
    assert 90 <= counted.range.low < counted.range.high <= 2200
    assert counted.counts.sum() == 600
    assert share_at_ends(small, ends_shown(small, Look(Range(0, 5000)))) == (0, 0)
    assert share_at_ends(small, ends_shown(small, Look(Range(3000, 5000)))) == (1, 0)


@pytest.mark.parametrize(
    ("samples", "dtype", "info", "expected"),
    [
        ([7, 7], "u2", {}, (7, True)),
        ([65535, 65535], "u2", {}, (65535, True)),
        ([-9, -9], "i4", {"no_data": -9.0}, (-9, True)),
        ([2**63, 2**63], "u8", {}, (2.0**63, True)),
        ([True, True], "?", {}, (1, True)),
        ([0.1, 0.1], "f4", {}, (0.1, True)),
        ([0.1, 0.1], "f2", {}, (0.1, True)),
        ([112, 112], "u2", {"scale": 16.0}, (7, True)),
        ([np.nan, 5, np.inf], "f8", {}, (5, False)),
        ([np.nan, -np.inf], "f4", {}, (None, False)),
        ([-np.inf, -np.inf], "f2", {}, (None, False)),
        ([5, 6], "u1", {}, None),
        ([np.nan, 5, 6], "f4", {}, None),
        ([5] * 200_000 + [6], "u2", {}, None),
        ([5] * 200_000 + [np.nan], "f4", {}, (5, False)),
    ],
)
def test_what_all_samples_are(samples: Any, dtype: str, info: dict[str, Any], expected: Any) -> None:  # noqa: ANN401
    assert uniform(grey(samples, dtype, SampleInfo(**info))) == expected


def test_what_all_samples_of_the_channels_shown_are() -> None:
    def of(*pixel: int, channels: tuple[str, ...] = RGBA, channel: str = "") -> Any:  # noqa: ANN401
        return uniform(Frame((np.array([[pixel, pixel]], np.uint8),), channels), channel)

    assert of(3, 3, 3, 9) == (3, True)
    assert of(3, 3, 4, 9) is None
    assert of(3, 3, 4, 9, channel="B") == (4, True)
    assert of(3, 3, 3, 255, channels=BGRX) == (3, True)
    assert of(3, 4, channels=("a", "b")) == (3, True)


@pytest.mark.parametrize(
    ("of", "channel", "found"),
    [
        (Frame((np.array([[[250, 200, 100, 255]]], np.uint8),), BGRX), "Y", {182: 1}),
        (Frame((np.array([[[100, 200, 250]]], np.uint16),), RGB), "Y", {182: 1}),
        (Frame((np.array([[[100, 200, 250]]], np.uint16),), ("a.R", "a.G", "a.B")), "Y", {182: 1}),
        (Frame((np.array([[[100, 200, 250]]], np.uint16),), ("a.R", "a.G", "a.B")), "R", {100: 1}),
        (Frame((np.array([[100]], np.uint16),), GREY), "Y", {100: 1}),
    ],
    ids=["for the screen", "colours", "colours of a layer", "red of a layer", "grey"],
)
def test_a_channel_is_counted_as_the_look_shows_it(of: Frame, channel: str, found: dict[int, int]) -> None:
    counted = histogram(of, 256, Range(0, 256), channel)
    assert counted.names == (channel,)
    assert {int(at): int(counted.counts[0, at]) for at in np.flatnonzero(counted.counts[0])} == found
    (number,) = found
    assert automatic_range(of, channel=channel).low == pytest.approx(number, abs=1)
