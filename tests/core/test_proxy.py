"""Frames in fewer pixels, against the plain definition of a mean over an area."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from viewer.core.display.proxy import reduced, shown_part, shown_size
from viewer.core.frame import BGRA, BGRX, GREY, GREY_ALPHA, PLAIN, RGB, RGBA, Alpha, Frame, SampleInfo, Size

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

NAN, INF = np.nan, np.inf
STRAIGHT = SampleInfo(alpha=Alpha.STRAIGHT)
WHOLE = (np.uint8, np.int8, np.uint16, np.int16)
WIDE = (np.int32, np.int64, np.float64)
FLOATS = (np.float16, np.float32, np.float64)
SIZES = (  # of 130 x 104: 1 and 2, 1.3, 2, 3.7, 65 and 104 samples a pixel; tall, wide, one pixel
    Size(130, 52),
    Size(100, 80),
    Size(65, 52),
    Size(35, 28),
    Size(2, 1),
    Size(130, 1),
    Size(1, 104),
    Size(1, 1),
)


@functools.cache
def weights(length: int, count: int) -> npt.NDArray[np.float64]:
    """Returns how much of each of ``length`` samples each of ``count`` pixels covers, in samples."""
    edges = [pixel * length / count for pixel in range(count + 1)]
    return np.array(
        [
            [max(0.0, min(high, at + 1) - max(low, at)) for at in range(length)]
            for low, high in itertools.pairwise(edges)
        ]
    )


def means(samples: Array, size: Size, counts: Array | float = 1.0) -> npt.NDArray[np.float64]:
    """Returns the means of (height, width) of numbers, those whose count is 0 left out; NaN of none."""
    down, across = weights(samples.shape[0], size.height), weights(samples.shape[1], size.width)
    counts = np.broadcast_to(np.asarray(counts, np.float64), samples.shape)
    with np.errstate(invalid="ignore"):
        products = np.where(counts > 0, samples, 0).astype(np.float64) * counts
        total, count = (
            # not by "@", whose threads wait for each other on a busy machine
            np.einsum("rx,cx->rc", np.einsum("ry,yx->rx", down, each), across)
            for each in (products, counts)
        )
        return np.asarray(total / count)


def all_means(samples: Array, size: Size, counts: Array | float = 1.0) -> npt.NDArray[np.float64]:
    """Returns the means of each channel of (height, width, channels)."""
    counts = np.broadcast_to(counts, samples.shape)
    return np.dstack([means(samples[..., at], size, counts[..., at]) for at in range(samples.shape[2])])


def frame_of(samples: Array, channels: tuple[str, ...], info: SampleInfo = PLAIN, *, apart: bool = False) -> Frame:
    return Frame(tuple(np.moveaxis(samples, 2, 0)) if apart else (samples,), channels, "", info)


def layouts(samples: Array, info: SampleInfo = PLAIN) -> list[Frame]:
    """Returns colours in one array and in three, and the first of them as grey."""
    grey = Frame((samples[..., 0],), GREY, "", info)
    return [frame_of(samples, RGB, info), frame_of(samples, RGB, info, apart=True), grey]


def values(frame: Frame) -> npt.NDArray[np.float64]:
    """Returns the samples in the numbers of the file, (height, width) or (height, width, channels)."""
    return frame.array().astype(np.float64) / frame.info.scale


def some(dtype: type[Any], *shape: int) -> Array:
    random = np.random.default_rng(15)
    if np.dtype(dtype).kind == "f":
        return random.normal(1, 1, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return random.integers(max(limits.min, -70_000), min(limits.max, 70_000), shape, dtype, endpoint=True)


def assert_means(frame: Frame, expected: Array) -> None:
    """Asserts that samples are the means, as near as their type allows."""
    assert frame.array().shape == expected.shape
    kind = frame.planes[0].dtype
    largest = np.nanmax(np.abs(expected), initial=0)
    off = {"f2": largest / 2048, "f4": largest * 4e-6, "f8": largest * 1e-12}
    atol = off.get(kind.str[1:], 0.501 / frame.info.scale + largest * 4e-6)
    np.testing.assert_allclose(values(frame), expected, rtol=0, atol=atol)


TYPES: dict[type[Any], str] = {
    **{dtype: np.dtype(dtype).str[1] + "2" for dtype in WHOLE},
    **dict.fromkeys(WIDE, "f4"),
    np.float16: "f2",
    np.float32: "f4",
}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_each_pixel_is_the_mean_of_what_it_covers(dtype: type[Any], size: Size) -> None:
    samples = some(dtype, 104, 130, 3)
    expected = all_means(samples, size)
    for frame in layouts(samples):
        result = reduced(frame, size)
        assert result.size == size
        assert all(plane.flags.c_contiguous for plane in result.planes)
        if max(size) > 2 or dtype not in WIDE:  # else the span may be small: see below
            assert [plane.dtype.str[1:] for plane in result.planes] == [TYPES[dtype]] * len(frame.channels)
        assert_means(result, expected[..., 0] if frame.channels == GREY else expected)


@pytest.mark.parametrize(
    ("dtype", "least", "most", "before", "scale"),
    [
        (np.uint8, 0, 255, 1, 256),
        (np.uint8, 0, 1, 1, 256),
        (np.int8, -128, 127, 1, 256),
        (np.uint16, 0, 0, 1, 256),
        (np.uint16, 0, 255, 1, 256),
        (np.uint16, 0, 256, 1, 128),
        (np.uint16, 0, 4095, 1, 16),
        (np.uint16, 0, 32767, 1, 2),
        (np.uint16, 0, 32768, 1, 1),
        (np.int16, 0, 16383, 1, 2),
        (np.int16, -16384, 5, 1, 2),
        (np.int16, -16385, 5, 1, 1),
        (np.int16, -1, 0, 1, 256),
        (np.uint16, 0, 4096, 16, 16 * 8),  # the proxy of a proxy
        (np.uint16, 0, 100, 256, 256),
    ],
)
def test_means_of_integers_keep_places_behind_the_point(
    dtype: type[Any], least: int, most: int, before: int, scale: int
) -> None:
    samples = np.zeros((70, 4), dtype)
    samples[68:] = [[least, most, least, most], [least, most, most, most]]
    result = reduced(Frame((samples,), GREY, "", SampleInfo(scale=before)), Size(2, 35))
    assert result.info.scale == scale
    assert result.info.bits == 8 * samples.itemsize
    added = scale // before
    assert result.planes[0][-1].tolist() == [round((least + most) / 2 * added), round((least + 3 * most) / 4 * added)]


def test_the_scale_is_that_of_the_whole_frame() -> None:
    samples = np.array([[1, 1, 9000, 9000]], np.uint16)
    assert reduced(Frame((samples,), GREY), Size(1, 1), (0, 0, 2, 1)).info.scale == 4


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@pytest.mark.parametrize("apart", [False, True])
def test_numbers_of_objects_are_picked(dtype: type[Any], apart: bool) -> None:  # noqa: FBT001
    samples = np.arange(9 * 9 * 2).reshape(9, 9, 2).astype(dtype) + np.array(2**31, dtype)
    info = SampleInfo(no_data=7, window=(-1, 0, 10, 9))
    result = reduced(frame_of(samples, ("a", "b"), info, apart=apart), Size(5, 3))
    assert result.planes[0].dtype == dtype
    assert result.info == dataclasses.replace(info, window=None)
    assert np.array_equal(result.array(), samples[[1, 4, 7]][:, [0, 2, 4, 6, 8]])


def test_numbers_of_objects_are_0_beyond_the_frame() -> None:
    frame = Frame((np.full((4, 4), 5, np.uint32),), GREY, "", SampleInfo(window=(-4, 2, 8, 4)))
    assert reduced(frame, Size(4, 2)).array().tolist() == [[0, 0, 5, 5], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [
        (0, 4e9, "f4"),
        (-3e-9, 2e-9, "f4"),
        (5, 5.1, "f4"),
        (0, 0, "f4"),
        (2_450_000.1, 2_450_000.2, "f8"),
        (1e300, 2e300, "f8"),
        (0, 1e-40, "f8"),
        (NAN, NAN, "f8"),
    ],
)
def test_wide_floats_stay_wide_where_it_matters(low: float, high: float, dtype: str) -> None:
    samples = np.array([[low, low, high, high]] * 2)
    result = reduced(Frame((samples,), GREY), Size(2, 1))
    assert result.planes[0].dtype.str[1:] == dtype
    assert result.array()[0] == pytest.approx([low, high], nan_ok=True, abs=0)


GAPS: dict[str, tuple[type[Any], float | None, tuple[float, ...]]] = {
    "half": (np.float16, None, (NAN, INF, -INF)),
    "float": (np.float32, None, (NAN, INF, -INF)),
    "double": (np.float64, None, (NAN, INF, -INF)),
    "half, no data": (np.float16, -9999, (NAN, -9999)),
    "float, no data": (np.float32, -3.4028234663852886e38, (INF, -3.4028234663852886e38)),
    "double, no data": (np.float64, -1e308, (INF, -1e308)),
    "nan for no data": (np.float32, NAN, (NAN,)),
    "uint8": (np.uint8, 255, (255,)),
    "int16": (np.int16, -32768, (-32768,)),
    "uint16": (np.uint16, 0, (0,)),
    "int32": (np.int32, -1, (-1,)),
}


@pytest.mark.parametrize(("dtype", "no_data", "gaps"), GAPS.values(), ids=GAPS)
@pytest.mark.parametrize("size", [Size(65, 52), Size(35, 28), Size(1, 104)], ids=str)
def test_what_is_no_number_does_not_count(
    dtype: type[Any], no_data: float | None, gaps: tuple[float, ...], size: Size
) -> None:
    samples = some(dtype, 104, 130, 3)
    random = np.random.default_rng(16)
    is_gap = random.random(samples.shape) < 0.4
    is_gap[90:, 50:] = True
    is_gap[:80, :, 1] = False  # strips without any
    samples[is_gap] = random.choice(np.array(gaps, dtype), int(is_gap.sum()))
    missing = np.array(NAN if no_data is None else no_data).astype(samples.dtype if no_data else float)
    expected = all_means(samples, size, np.isfinite(samples) & (samples != missing))
    for frame in layouts(samples, SampleInfo(no_data=no_data)):
        result = reduced(frame, size)
        assert {plane.dtype for plane in result.planes} == {np.dtype("f2" if dtype is np.float16 else "f4")}
        assert (result.info.no_data, result.info.scale) == (None, 1)
        assert_means(result, expected[..., 0] if frame.channels == GREY else expected)


@pytest.mark.parametrize("no_data", [-1, 0.5, 70_000, NAN, INF])
def test_a_number_that_no_sample_can_be_is_no_gap(no_data: float) -> None:
    samples = some(np.uint16, 20, 20)
    result = reduced(Frame((samples,), GREY, "", SampleInfo(no_data=no_data)), Size(10, 5))
    assert result.planes[0].dtype == np.uint16
    assert_means(result, means(samples, Size(10, 5)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("channels", [GREY_ALPHA, RGBA, ("x.A", "x.B", "x.G", "x.R")], ids=["grey", "RGBA", "layer"])
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("size", [Size(65, 52), Size(35, 28)], ids=str)
def test_colours_count_by_straight_alpha(
    dtype: type[Any],
    channels: tuple[str, ...],
    apart: bool,  # noqa: FBT001
    size: Size,
) -> None:
    at = next(place for place, name in enumerate(channels) if name.endswith("A"))
    samples = np.abs(some(dtype, 104, 130, len(channels)))
    samples[:40, :60, at] = 0
    samples[10:20, :, at] = 1  # all alike
    result = reduced(frame_of(samples, channels, STRAIGHT, apart=apart), size)
    alpha = samples[..., at].astype(np.float64)
    expected = []
    for channel in range(len(channels)):
        plain = means(samples[..., channel], size)
        by_alpha = means(samples[..., channel], size, alpha)
        expected.append(plain if channel == at else np.where(np.isnan(by_alpha), plain, by_alpha))
    assert_means(result, np.dstack(expected))
    assert result.info.alpha is Alpha.STRAIGHT
    assert len(result.planes) == len(channels)


def test_gaps_and_alpha_together() -> None:
    samples = np.array([[[9, 1], [NAN, 3], [5, NAN], [1, 1], [8, 0], [NAN, 5]]], np.float32)
    result = reduced(frame_of(samples, GREY_ALPHA, STRAIGHT), Size(3, 1))
    assert result.planes[0][0].tolist() == [9, 1, 8]
    assert result.planes[1][0].tolist() == [2, 1, 2.5]
    samples = np.array([[[NAN, 1], [INF, 3], [NAN, 0], [8, -1]]], np.float16)
    result = reduced(frame_of(samples, GREY_ALPHA, STRAIGHT), Size(2, 1))
    assert result.planes[0][0].tolist() == pytest.approx([NAN, 8], nan_ok=True)


def test_alpha_may_have_the_number_for_no_data() -> None:
    samples = np.array([[[9, 0], [0, 8], [0, 0], [0, 5]]], np.uint8)
    result = reduced(frame_of(samples, GREY_ALPHA, dataclasses.replace(STRAIGHT, no_data=0)), Size(2, 1))
    assert result.planes[1][0].tolist() == [4, 2.5]
    assert result.planes[0][0].tolist() == pytest.approx([9, NAN], nan_ok=True)


@pytest.mark.parametrize("alpha", [Alpha.PREMULTIPLIED, Alpha.UNSPECIFIED])
def test_other_alpha_is_a_channel_like_all(alpha: Alpha) -> None:
    samples = some(np.float16, 20, 20, 4)
    result = reduced(frame_of(samples, RGBA, SampleInfo(alpha=alpha), apart=True), Size(8, 7))
    assert_means(result, all_means(samples, Size(8, 7)))


def padded(samples: Array, window: tuple[int, int, int, int]) -> Array:
    """Returns what is in a window, zeros beyond the samples."""
    left, top, width, height = window
    far = np.pad(samples, [(500, 500), (500, 500)] + [(0, 0)] * (samples.ndim - 2))
    return far[500 + top :, 500 + left :][:height, :width]


WINDOWS = [(3, 5, 20, 20), (-10, -7, 80, 70), (20, -5, 40, 30), (-30, 10, 50, 10), (60, 2, 9, 9), (-20, -20, 20, 20)]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("info", [PLAIN, STRAIGHT], ids=["plain", "straight"])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
@pytest.mark.parametrize("has_gaps", [False, True])
def test_a_window_cuts_or_adds_zeros(
    window: tuple[int, int, int, int],
    info: SampleInfo,
    dtype: type[Any],
    has_gaps: bool,  # noqa: FBT001
) -> None:
    samples = np.abs(some(dtype, 45, 60, 2))
    if has_gaps:
        samples[samples == 7] = 8
        samples[::3, ::2, 0] = 7
        info = dataclasses.replace(info, no_data=7)
    frame = frame_of(samples, GREY_ALPHA, dataclasses.replace(info, window=window))
    size = Size(*window[2:])
    assert shown_size(frame) == size
    whole = shown_part(frame)
    assert np.array_equal(whole.array(), padded(samples, window))
    assert whole.info == info

    new, part = Size(size.width // 2, 5), (1, 2, size.width - 3, size.height - 4)
    inside = padded(np.ones(samples.shape[:2]), window) > 0
    for box, small in ((None, new), (part, Size(part[2] // 2, part[3] // 3))):
        x, y, width, height = box or (0, 0, *size)
        cut = padded(samples, window)[y : y + height, x : x + width]
        counts = np.where((cut[..., 0] == 7) & has_gaps & inside[y : y + height, x : x + width], 0.0, 1.0)
        grey = means(cut[..., 0], small, counts)
        if info.alpha is Alpha.STRAIGHT:
            seen = means(cut[..., 0], small, counts * cut[..., 1])
            grey = np.where(np.isnan(seen), grey, seen)
        result = reduced(frame, small, box)
        assert result.info.window is None
        assert_means(result, np.dstack([grey, means(cut[..., 1], small)]))


@pytest.mark.parametrize(
    ("window", "size"),
    [
        (None, (3, 2)),
        ((1, 0, 2, 1), (2, 1)),
        ((-1, -1, 3, 3), (3, 3)),
        ((0, 0, 0, 5), (3, 2)),
        ((0, 0, 5, -1), (3, 2)),
        ((0, 0, 1 << 12, 1 << 12), (1 << 12, 1 << 12)),
        ((0, 0, 1 << 13, 1 << 12), (3, 2)),
    ],
)
def test_what_is_to_be_shown(window: tuple[int, int, int, int] | None, size: tuple[int, int]) -> None:
    assert shown_size(Frame((np.zeros((2, 3), np.uint8),), GREY, "", SampleInfo(window=window))) == size


def test_a_crop_is_no_copy() -> None:
    samples = some(np.uint8, 6, 8, 3)
    frame = Frame((samples,), RGB, "8-bit RGB", SampleInfo(bits=8, window=(2, 1, 5, 4)), np.zeros((6, 8), np.uint8))
    for crop in (shown_part(frame, (1, 1, 3, 2)), reduced(frame, Size(3, 2), (1, 1, 3, 2))):
        assert np.shares_memory(crop.planes[0], samples)
        assert np.array_equal(crop.array(), samples[2:4, 3:6])
        assert crop.info == SampleInfo(bits=8)
        assert crop.indices is None
    plain = Frame((samples,), RGB)
    assert shown_part(plain) is plain
    assert reduced(plain, plain.size) is plain


def test_a_part_is_reduced_as_if_it_were_all() -> None:
    samples = some(np.float32, 60, 80)
    part = reduced(Frame((samples,), GREY), Size(10, 9), (13, 21, 33, 37))
    alone = reduced(Frame((np.ascontiguousarray(samples[21:58, 13:46]),), GREY), Size(10, 9))
    assert part.array() == pytest.approx(alone.array(), rel=1e-5)


@pytest.mark.parametrize("channels", [BGRX, BGRA])
def test_frames_for_the_screen_are_refused(channels: tuple[str, ...]) -> None:
    info = SampleInfo(alpha=Alpha.PREMULTIPLIED if channels == BGRA else None)
    with pytest.raises(ValueError, match="screen"):
        reduced(Frame((np.zeros((4, 4, 4), np.uint8),), channels, "", info), Size(2, 2))


@pytest.mark.parametrize("dtype", [*WHOLE, *WIDE, np.float16, np.float32])
@pytest.mark.parametrize(("means_", "off"), [("f4", 2.0**-24), ("f8", 1e-13)])
@pytest.mark.parametrize("info", [PLAIN, STRAIGHT, SampleInfo(no_data=7)], ids=["plain", "straight", "no data"])
def test_means_are_exact_where_that_is_asked_for(dtype: type[Any], means_: str, off: float, info: SampleInfo) -> None:
    samples = np.maximum(some(dtype, 40, 50, 2), 0) // 4 + 8
    result = reduced(frame_of(samples, GREY_ALPHA, info), Size(23, 17), means=means_)
    assert {plane.dtype for plane in result.planes} == {np.dtype(means_)}
    counts = samples[..., 1] if info is STRAIGHT else 1.0
    expected = np.dstack([means(samples[..., 0], Size(23, 17), counts), means(samples[..., 1], Size(23, 17))])
    np.testing.assert_allclose(result.array(), expected, rtol=off * 1.01)
    assert result.info.scale == 1
    assert result.info.bits == (0 if np.dtype(dtype).kind == "f" else 8 * samples.itemsize), "for its alpha"


@pytest.mark.parametrize("means_", ["", "f4", "f8"])
def test_the_mean_of_equal_half_floats_is_that_very_one(means_: str) -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16).reshape(256, 256)
    for samples in (np.where(np.isfinite(every), every, np.float16(0)), np.where(np.isfinite(every), every, NAN)):
        result = reduced(Frame((np.repeat(samples.astype(np.float16), 2, axis=1),), GREY), Size(256, 256), means=means_)
        np.testing.assert_array_equal(result.array(), samples)


@pytest.mark.parametrize("size", [Size(5, 2), Size(2, 5), Size(0, 1), Size(1, -1)])
def test_frames_only_get_smaller(size: Size) -> None:
    with pytest.raises(ValueError, match="cannot be reduced"):
        reduced(Frame((np.zeros((4, 4)),), GREY), size)


@pytest.mark.parametrize("part", [(0, 0, 5, 4), (-1, 0, 2, 2), (0, 3, 2, 2), (0, 0, 0, 1), (1, 1, 2, -1)])
def test_parts_lie_in_what_is_shown(part: tuple[int, int, int, int]) -> None:
    frame = Frame((np.zeros((9, 9)),), GREY, "", SampleInfo(window=(0, 0, 4, 4)))
    with pytest.raises(ValueError, match="not all in a picture of 4 x 4"):
        shown_part(frame, part)
    with pytest.raises(ValueError, match="not all in a picture of 4 x 4"):
        reduced(frame, Size(1, 1), part)


def test_types_that_differ_stay_apart() -> None:
    planes = (some(np.float16, 8, 8), some(np.float32, 8, 8), some(np.uint32, 8, 8), some(np.uint8, 8, 8) > 99)
    result = reduced(Frame(planes, ("a", "b", "id", "mask")), Size(4, 4))
    assert [plane.dtype for plane in result.planes] == [np.float16, np.float32, np.uint32, np.float32]
    assert result.planes[3] == pytest.approx(means(planes[3].astype(np.uint8), Size(4, 4)))


def test_large_numbers_do_not_overflow() -> None:
    largest = float(np.finfo(np.float32).max)
    samples = np.full((8, 8), largest, np.float32)
    assert reduced(Frame((samples,), GREY), Size(3, 3)).array() == pytest.approx(np.full((3, 3), largest), rel=1e-6)
    full = np.full((40, 3000), 65535, np.uint16)
    assert (reduced(Frame((full,), GREY), Size(7, 1)).array() == 65535).all()


@pytest.mark.parametrize("dtype", [*WHOLE, *FLOATS])
@pytest.mark.parametrize("info", [PLAIN, STRAIGHT], ids=["plain", "straight"])
def test_white_stays_exactly_white(dtype: type[Any], info: SampleInfo) -> None:
    white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    samples = np.full((77, 91, 2), white, dtype)
    samples[..., 1] = np.random.default_rng(15).integers(1, 9, (77, 91))
    assert (values(reduced(frame_of(samples, GREY_ALPHA, info), Size(39, 31)))[..., 0] == white).all()


def test_the_memory_is_that_of_the_result_and_some_strips() -> None:
    frame = Frame((np.zeros((4000, 1000), np.uint16),), GREY)
    reduced(frame, Size(500, 2000))
    tracemalloc.start()
    try:
        result = reduced(frame, Size(500, 2000))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < result.nbytes + 1_500_000  # all of it in 32 bits: 16,000,000


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Array, Size]:
    dtype = draw(st.sampled_from([np.uint8, np.int16, np.uint16, np.float16, np.float32, np.float64]))
    shape = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    size = Size(draw(st.integers(1, shape[1])), draw(st.integers(1, shape[0])))
    numbers = st.floats(-1000, 1000, width=16) if np.dtype(dtype).kind == "f" else arrays.from_dtype(np.dtype(dtype))
    return draw(arrays.arrays(dtype, shape, elements=numbers)), size


@given(pictures())
@settings(max_examples=100, deadline=None)
def test_the_sum_stays_and_no_mean_is_beyond_the_samples(picture: tuple[Array, Size]) -> None:
    samples, size = picture
    new = values(reduced(Frame((samples,), GREY), size))
    largest = float(np.abs(samples.astype(np.float64)).max())
    off = largest / (2000 if samples.dtype == np.float16 else 200_000) + 0.51 * (samples.dtype.kind != "f")
    assert new.mean() == pytest.approx(samples.astype(np.float64).mean(), abs=off)
    assert samples.min() - off <= new.min() <= new.max() <= samples.max() + off
