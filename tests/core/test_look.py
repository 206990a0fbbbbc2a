"""From the samples of a file to what is shown of them: within 1 of 255 of the formula in 64 bits, whatever the look."""

from __future__ import annotations

import itertools
import math
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.core.display.colour_maps import COLOUR_MAPS, colours
from viewer.core.display.levels import kind_of
from viewer.core.display.look import AS_IT_IS, Curve, Look, on_screen, to_bgrx
from viewer.core.display.proxy import shown_part
from viewer.core.frame import (
    BGRA,
    BGRX,
    GREY,
    GREY_ALPHA,
    RGB,
    RGBA,
    Alpha,
    Frame,
    Range,
    SampleInfo,
    TransferCurve,
)

if TYPE_CHECKING:
    import numpy.typing as npt

PLAIN, STRAIGHT, PREMULTIPLIED, LINEAR, FILM = (
    SampleInfo(),
    SampleInfo(alpha=Alpha.STRAIGHT),
    SampleInfo(alpha=Alpha.PREMULTIPLIED),
    SampleInfo(transfer=TransferCurve.LINEAR),
    SampleInfo(bits=10, transfer=TransferCurve.FILM),
)
HALF_LIGHT = 188
"""What half the light of white is on an sRGB screen."""
BLUE, RED, MAGENTA, BLACK = [0, 80, 255], [255, 0, 0], [255, 0, 255], [0, 0, 0]
NAN, INF = np.nan, np.inf
RANGES: dict[type[Any], tuple[float, float]] = {
    np.uint8: (20, 200),
    np.int8: (-100, 90),
    np.uint16: (100, 4095),
    np.int16: (-2000, 12345.5),
    np.float16: (-0.25, 3),
    np.uint32: (4_000_000_000, 4_000_000_300),
    np.int32: (-2_000_000_000, 2_000_000_000),
    np.uint64: (3, 1e18),
    np.int64: (-5, 1000),
    np.float32: (0.1, 0.7),
    np.float64: (1e-8, 1e12),
}
KINDS = list(itertools.product(Curve, TransferCurve, (0.4, 1.0, 2.2, 6.0)))
"""Curve, transfer and gamma."""


def law(numbers: npt.NDArray[Any], look: Look, info: SampleInfo = PLAIN) -> npt.NDArray[np.float64]:
    """Returns 0 to 255 for each sample, NaN for what is black whatever the look, by the formula."""
    assert look.range is not None
    low, high = (end * info.scale for end in look.range)
    with np.errstate(all="ignore"):
        part = np.clip((numbers.astype(np.float64) * 2.0**look.exposure - low) / (high - low), 0, 1)
        if look.curve is Curve.LOG:
            part = np.log1p(1000 * part) / np.log1p(1000)
        if info.transfer is TransferCurve.FILM:
            black, light = (10 ** ((code - 685) * 0.002 / 0.6) for code in (95, 1023 * part))
            part = np.clip((light - black) / (1 - black), 0, 1)
        if info.transfer is not TransferCurve.DISPLAY:
            part = np.where(part <= 0.0031308, 12.92 * part, 1.055 * part ** (1 / 2.4) - 0.055)
        part = part ** (1 / look.gamma)
    if look.is_inverted ^ info.is_inverted:
        part = 1 - part
    if info.no_data is not None:
        part[numbers == info.no_data] = NAN
    shown: npt.NDArray[np.float64] = 255 * part
    return shown


def telling(dtype: type[Any], low: float, high: float) -> npt.NDArray[Any]:
    """Returns samples in and around a range, most of them close to its black, as (3, any)."""
    steps = np.geomspace(1e-12, 1, 60)
    some = np.concatenate([low + (high - low) * steps, np.linspace(1.3 * low - 0.3 * high, 1.3 * high - 0.3 * low, 58)])
    kind = np.dtype(dtype)
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            samples = np.array(
                [*some, low, high, NAN, INF, -INF, -0.0, np.finfo(dtype).max, np.finfo(dtype).min], dtype
            )
    else:
        limits = np.iinfo(dtype)
        whole = [min(max(round(number), limits.min), limits.max) for number in [*some.tolist(), low, high]]
        samples = np.array([*whole, limits.min, limits.max, 0, 1, *whole[:2]], dtype)
    return samples.reshape(3, -1)


def rgb_of(frame: Frame) -> npt.NDArray[np.int64]:
    """Returns red, green and blue of a frame for the screen, (height, width, 3)."""
    return frame.array()[..., 2::-1].astype(np.int64)


def shown(
    samples: Any,  # noqa: ANN401 - what numpy takes
    channels: tuple[str, ...] = GREY,
    info: SampleInfo = PLAIN,
    look: Look = AS_IT_IS,
) -> npt.NDArray[np.int64]:
    """Returns red, green and blue as shown, (height, width, 3), of samples in one array."""
    return rgb_of(on_screen(Frame((np.asarray(samples),), channels, "", info), look))


def assert_is(seen: npt.NDArray[Any], wanted: npt.NDArray[np.float64]) -> None:
    """Asserts that what is seen is within 1 of 255 of what is wanted; NaN is black."""
    wanted = np.where(np.isnan(wanted), 0, np.rint(wanted))
    off = np.abs(seen - wanted)
    assert off.max() <= 1, (seen.ravel()[off.argmax()], wanted.ravel()[off.argmax()])
    assert (seen[np.isnan(wanted)] == 0).all()


@pytest.mark.parametrize("dtype", RANGES, ids=lambda dtype: dtype.__name__)
def test_grey_is_shown_by_the_law(dtype: type[Any]) -> None:
    samples = telling(dtype, *RANGES[dtype])
    no_data = samples[1, 3].item()
    for place, (curve, transfer, gamma) in enumerate(KINDS):
        look = Look(
            Range(*RANGES[dtype]),
            gamma=gamma,
            curve=curve,
            exposure=(0, 1.5, -2)[place % 3],
            is_inverted=place % 2 == 1,
        )
        info = SampleInfo(transfer=transfer, is_inverted=place % 5 == 0, no_data=no_data if place % 4 == 0 else None)
        seen = shown(samples, look=look, info=info)
        assert (seen == seen[..., :1]).all()
        assert_is(seen[..., 0], law(samples, look, info))


@pytest.mark.parametrize("dtype", RANGES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("apart", [False, True])
def test_colours_are_shown_by_the_law(dtype: type[Any], apart: bool) -> None:  # noqa: FBT001 - a parameter of the test
    grey = telling(dtype, *RANGES[dtype])
    samples = np.dstack([grey, grey[::-1], grey[:, ::-1]])
    planes = tuple(samples[..., channel] for channel in range(3)) if apart else (samples,)
    look = Look(Range(*RANGES[dtype]), gamma=1.5, colour_map="viridis")
    frame = on_screen(Frame(planes, RGB), look)
    assert frame.channels == BGRX
    assert (frame.array()[..., 3] == 255).all()
    assert_is(rgb_of(frame), law(samples, look))


@given(
    st.sampled_from(list(RANGES)),
    st.tuples(*[st.floats(-1e30, 1e30) | st.integers(-300, 300)] * 2).filter(
        lambda ends: ends[0] < ends[1] and all(end == 0 or abs(end) > 1e-200 for end in ends)
    ),
    st.lists(st.floats() | st.integers(-300, 300), min_size=1, max_size=20),
    st.builds(
        Look,
        gamma=st.floats(0.1, 12),
        curve=st.sampled_from(Curve),
        exposure=st.sampled_from([0, 3, -4]),
        is_inverted=st.booleans(),
    ),
    st.sampled_from(TransferCurve),
)
@settings(max_examples=150, deadline=None)
def test_any_numbers_are_shown_by_the_law(
    dtype: type[Any], ends: tuple[float, float], numbers: list[float], look: Look, transfer: TransferCurve
) -> None:
    with np.errstate(all="ignore"):
        samples = np.nan_to_num(np.array(numbers)) if np.dtype(dtype).kind != "f" else np.array(numbers)
        samples = samples.clip(0, 120).astype(dtype) if np.dtype(dtype).kind != "f" else samples.astype(dtype)
    look, info = replace(look, range=Range(*ends)), SampleInfo(transfer=transfer)
    assert_is(shown([samples], look=look, info=info)[0, :, 0], law(samples, look, info))


@pytest.mark.parametrize(
    ("dtype", "low", "high", "numbers", "grey"),
    [
        (np.uint16, 7, 7, [6, 7, 8, 65535], [0, 0, 255, 255]),
        (np.float32, 0.5, 0.5, [0.4, 0.5, 0.6, NAN], [0, 0, 255, 0]),
        (np.float64, 0, 0, [-1, 0, 5e-324, INF], [0, 0, 255, 255]),
        (np.int64, 9, 3, [0, 9, 10], [0, 0, 255]),
        (np.float64, 0, 5e-324, [0, 5e-324, 1], [0, 255, 255]),
        (np.float32, 0, 2**-147, [0, 2**-148, 2**-147, 1], [0, 128, 255, 255]),
        (np.float32, 1, 1 + 2**-22, [1, 1 + 2**-23, 1 + 2**-22], [0, 128, 255]),
        (np.float32, 1 + 2**-26, 1 + 2**-23 + 2**-26, [1, 1 + 2**-23, 2], [0, 223, 255]),
        (np.float32, -3e38, 3e38, [-3e38, 0, 3e38, -INF, NAN], [0, 128, 255, 0, 0]),
        (np.float64, -1.7e308, 1.7e308, [-1.7e308, 0, 1.7e308, INF], [0, 128, 255, 255]),
        (np.uint8, -1e308, 1e308, [0, 255], [128, 128]),
        (np.uint64, 0, 2.0**64, [0, 1 << 63, (1 << 64) - 1], [0, 128, 255]),
        (np.float16, -1e6, 1e6, [-65504, 0, INF, -INF], [119, 128, 255, 0]),
        (np.float32, -INF, INF, [0], [0]),
    ],
)
def test_ranges_that_no_picture_has(
    dtype: type[Any], low: float, high: float, numbers: list[float], grey: list[int]
) -> None:
    for marks in (False, True):
        seen = shown(np.array([numbers], dtype), look=Look(Range(low, high), marks=marks))
        if not marks:
            assert seen[0, :, 0].tolist() == pytest.approx(grey, abs=1)


ODD, SHOWN_ODD = [0, 1, 0.5, 9, -1, NAN, INF], [0, 255, HALF_LIGHT, 255, 0, 0, 255]
CASES: dict[str, tuple[type[Any], list[Any], tuple[str, ...], SampleInfo, list[int]]] = {
    "8 bits": (np.uint8, [0, 7, 255], GREY, PLAIN, [0, 7, 255]),
    "1 bit": (np.uint8, [0, 1], GREY, SampleInfo(bits=1), [0, 255]),
    "yes and no": (np.bool_, [0, 1], GREY, SampleInfo(bits=1), [0, 255]),
    "0 is white": (np.uint8, [0, 1], GREY, SampleInfo(bits=1, is_inverted=True), [255, 0]),
    "4 bits": (np.uint8, [0, 15, 8], GREY, SampleInfo(bits=4), [0, 255, 136]),
    "16 bits": (np.uint16, [[0] * 3, [65535] * 3, [256] * 3], RGB, PLAIN, [0, 255, 1]),
    "12 bits of colours": (np.uint16, [[0] * 3, [4095] * 3], RGB, SampleInfo(bits=12), [0, 255]),
    "a white of 100": (np.uint16, [0, 100, 900], GREY, SampleInfo(white=100), [0, 255, 255]),
    "16 bits, 0 is white": (np.uint16, [100, 300, 200], GREY, SampleInfo(is_inverted=True), [255, 0, 128]),
    "linear floats": (np.float32, ODD, GREY, LINEAR, SHOWN_ODD),
    "linear half floats": (np.float16, ODD, GREY, LINEAR, SHOWN_ODD),
    "linear doubles": (np.float64, ODD, GREY, LINEAR, SHOWN_ODD),
    "32 bits": (np.uint32, [0, 5, 10], GREY, PLAIN, [0, 128, 255]),
    "signed": (np.int16, [-5, 0, 5], GREY, PLAIN, [0, 128, 255]),
    "floats": (np.float32, [1, 2, 3, NAN], GREY, PLAIN, [0, 128, 255, 0]),
    "no data": (np.float32, [1, 2, 3, -9999], GREY, SampleInfo(no_data=-9999), [0, 128, 255, 0]),
    "no data that is NaN": (np.float32, [1, 2, 3, NAN], GREY, SampleInfo(no_data=NAN), [0, 128, 255, 0]),
    "whole, no data": (np.int32, [1, 2, 3, -1], GREY, SampleInfo(no_data=-1), [0, 128, 255, 0]),
    "film": (np.uint16, [0, 95, 685, 1023], GREY, FILM, [0, 0, 255, 255]),
    "grey and alpha": (np.uint8, [[200, 128], [90, 0]], GREY_ALPHA, STRAIGHT, [100, 0]),
    "multiplied": (np.uint8, [[200, 128]], GREY_ALPHA, PREMULTIPLIED, [200]),
    "no colours": (np.uint8, [[200, 9], [1, 9]], ("a", "b"), PLAIN, [200, 1]),
    "a layer": (np.uint8, [[7, 7, 7], [9, 9, 9]], ("x.y.B", "x.y.G", "x.y.R"), PLAIN, [7, 9]),
    "luma": (np.float32, [[0.5, 0, 0], [1, 0, 0]], ("Y", "RY", "BY"), LINEAR, [HALF_LIGHT, 255]),
}


@pytest.mark.parametrize(("dtype", "row", "channels", "info", "grey"), CASES.values(), ids=CASES)
def test_what_numbers_look_like_before_anything_is_chosen(
    dtype: type[Any], row: list[Any], channels: tuple[str, ...], info: SampleInfo, grey: list[int]
) -> None:
    frame = shown(np.array([row], dtype), channels, info)
    assert (frame == frame[..., :1]).all()
    assert frame[0, :, 0].tolist() == pytest.approx(grey, abs=1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float16, np.float32, np.uint32])
def test_scaled_samples_are_shown_as_the_numbers_they_stand_for(dtype: type[Any]) -> None:
    numbers = np.arange(100).reshape(1, -1)
    look = Look(Range(10, 80), gamma=2, exposure=0.5)
    info = SampleInfo(scale=2, no_data=30)
    seen = shown((numbers * 2).astype(dtype), info=info, look=look)[..., 0]
    assert_is(seen, law(numbers.astype(dtype), look, SampleInfo(no_data=30)))


@pytest.mark.parametrize(
    "turn",
    [
        lambda array: array[::-1],
        lambda array: array[:, ::-1],
        lambda array: np.repeat(array, 2, axis=1)[:, ::2],
        np.asfortranarray,
        lambda array: array.astype(array.dtype.newbyteorder(">")),
        lambda array: array.reshape(*array.shape, 1),
    ],
    ids=["bottom up", "mirrored", "apart", "by columns", "big-endian", "one channel in three dimensions"],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.int32, np.float32, np.float64])
def test_samples_may_lie_in_any_order(dtype: type[Any], turn: Any) -> None:  # noqa: ANN401 - a function
    samples = np.arange(200).astype(dtype).reshape(10, 20)
    look = Look(Range(20, 150), marks=True)
    turned = turn(samples)
    assert (shown(turned, look=look) == shown(turned.reshape(10, 20).astype(dtype).copy(), look=look)).all()


@pytest.mark.parametrize("height", [1, 63, 64, 65, 200])
def test_strips_meet(height: int) -> None:
    samples = np.arange(height * 3, dtype=np.float32).reshape(height, 3)
    look = Look(Range(0, height * 3 - 1))
    assert_is(shown(samples, look=look)[..., 0], law(samples, look))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.float16, np.int32, np.float32, np.float64])
def test_marks(dtype: type[Any]) -> None:
    nothing = -1 if np.dtype(dtype).kind in "iu" and dtype is not np.uint16 else 99
    samples = np.array([[3, 4, 20, 21, nothing]], dtype)
    look = Look(Range(4, 20), marks=True, colour_map="viridis")
    seen = shown(samples, info=SampleInfo(no_data=nothing), look=look)[0].tolist()
    assert seen == [BLUE, colours("viridis")[0].tolist(), colours("viridis")[255].tolist(), RED, MAGENTA]
    if np.dtype(dtype).kind == "f":
        assert shown(np.array([[NAN, INF, -INF]], dtype), look=look)[0].tolist() == [MAGENTA, RED, BLUE]
    in_colours = np.array([[[4, 5, 21], [4, 5, 3], [21, 3, 5], [21, nothing, 3], [4, 20, 20]]], dtype)
    seen = shown(in_colours, RGB, SampleInfo(no_data=nothing), look)[0].tolist()
    assert seen == [RED, BLUE, RED, MAGENTA, [0, 255, 255]]


def test_what_is_no_number_is_black_in_every_map_and_inverted() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        samples = np.array([[NAN, -9, 1]], dtype)
        look = Look(Range(0, 1), colour_map="viridis", is_inverted=True)
        seen = shown(samples, info=SampleInfo(no_data=-9), look=look)[0].tolist()
        assert seen == [BLACK, BLACK, colours("viridis")[0].tolist()]


@pytest.mark.parametrize("name", COLOUR_MAPS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_grey_is_shown_in_the_colours_of_a_map(name: str, dtype: type[Any]) -> None:
    samples = np.arange(256, dtype=dtype).reshape(16, 16)
    look = Look(Range(0, 255), colour_map=name)
    assert (shown(samples, look=look).reshape(256, 3) == colours(name)).all()
    assert (shown(samples, look=replace(look, is_inverted=True)).reshape(256, 3) == colours(name)[::-1]).all()


def test_the_maps_are_those_of_cmap() -> None:
    cmap = pytest.importorskip("cmap")
    spaces = dict.fromkeys(["viridis", "magma", "inferno", "plasma"], "bids") | {
        "turbo": "google",
        "jet": "matlab",
        "hot": "matlab",
        "fire": "imagej",
        "coolwarm": "matplotlib",
    }
    for name in COLOUR_MAPS[1:]:
        theirs = np.asarray(cmap.Colormap(f"{spaces.get(name, name)}:{name}").lut(256))[:, :3]
        assert (np.rint(theirs * 255) == colours(name)).all(), name


def test_a_map_of_another_version_is_grey() -> None:
    assert (colours("of tomorrow") == colours("grey")).all()
    assert len(COLOUR_MAPS) == len(set(COLOUR_MAPS)) == 12
    for name in ("magma", "hot", "fire", "cubehelix"):
        assert colours(name).sum(axis=1)[0] < colours(name).sum(axis=1)[-1], name


ALPHAS = [np.uint8, np.uint16, np.float16, np.float32]


@pytest.mark.parametrize("dtype", ALPHAS)
@pytest.mark.parametrize("alpha", [None, *Alpha])
@pytest.mark.parametrize("apart", [False, True])
def test_alpha(dtype: type[Any], alpha: Alpha | None, apart: bool) -> None:  # noqa: FBT001 - a parameter of the test
    most = 1.0 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    parts = np.array([[[1, 0, 0.2, 1], [0, 1, 0.4, 0.5], [0.5, 0.25, 0, 0.5], [1, 0.5, 0, 0], [0, 0, 0, 0]]])
    samples = (parts * most).astype(dtype)
    planes = tuple(samples[..., channel] for channel in range(4)) if apart else (samples,)
    channels = RGBA if alpha else ("R", "G", "B", "Z")
    whole = Frame(planes, channels, "", SampleInfo(alpha=alpha))
    look = Look(Range(0, most), exposure=-1)
    frame, black = on_screen(whole, look), rgb_of(to_bgrx(whole, look))
    is_known = alpha in {Alpha.STRAIGHT, Alpha.PREMULTIPLIED}
    assert frame.channels == (BGRA if is_known else BGRX)
    assert frame.info.alpha is (Alpha.PREMULTIPLIED if is_known else None)
    cover = parts[..., 3:] if alpha is Alpha.STRAIGHT else 1
    assert np.abs(black - 255 * parts[..., :3] / 2 * cover).max() <= 1
    if is_known:
        array = frame.array().astype(np.int64)
        assert np.abs(rgb_of(frame) - black).max() <= 1
        assert (array[..., :3] <= array[..., 3:]).all()
        seen = 255 * (parts[..., 3] if alpha is Alpha.STRAIGHT else parts.max(axis=-1))
        assert np.abs(array[..., 3] - seen).max() <= 1


@pytest.mark.parametrize("info", [STRAIGHT, PREMULTIPLIED])
@pytest.mark.parametrize(
    "look",
    [
        Look(Range(0, 255), colour_map="viridis"),
        Look(Range(0, 255), is_inverted=True),
        Look(Range(-300, 255)),
        Look(Range(10, 255), marks=True),
    ],
)
def test_what_is_transparent_stays_so_in_every_look(info: SampleInfo, look: Look) -> None:
    samples = np.array([[[0, 0], [0, 255], [0, 51]]], np.uint8)
    frame = on_screen(Frame((samples,), GREY_ALPHA, "", info), look).array().astype(np.int64)
    assert frame[0, 0].tolist() == [0, 0, 0, 0]
    assert frame[0, :, 3].tolist() == [0, 255, 51]
    opaque = on_screen(Frame((samples[..., 0],), GREY), look).array()[0, 1].astype(np.int64)
    assert (frame[0, 1] == opaque).all()
    assert np.abs(frame[0, 2] - opaque / 5).max() <= 1


@pytest.mark.parametrize("white", [0, 4095])
def test_alpha_goes_by_its_own_full_range(white: int) -> None:
    info = SampleInfo(0 if white else 12, white=white or None, alpha=Alpha.STRAIGHT, scale=16)
    samples = (np.array([[[50, 0], [50, 2048], [50, 4095]]]) * 16).astype(np.uint16)
    frame = on_screen(Frame((samples,), GREY_ALPHA, "", info), Look(Range(0, 50), exposure=4))
    assert frame.array()[0, :, 3].tolist() == pytest.approx([0, 128, 255], abs=1)
    assert frame.array()[0, :, 0].tolist() == pytest.approx([0, 128, 255], abs=1)


CHANNELS: dict[str, tuple[str, tuple[str, ...], list[float], SampleInfo, list[int]]] = {
    "red": ("R", RGB, [10, 20, 30], PLAIN, [10] * 3),
    "blue": ("B", RGB, [10, 20, 30], PLAIN, [30] * 3),
    "red of grey": ("R", GREY, [10], PLAIN, [10] * 3),
    "luminance of grey": ("Y", GREY, [10], PLAIN, [10] * 3),
    "luminance": ("Y", RGB, [10, 20, 30], PLAIN, [19] * 3),
    "luminance of white": ("Y", RGB, [200, 200, 200], PLAIN, [200] * 3),
    "luminance without data": ("Y", RGB, [10, 99, 30], SampleInfo(no_data=99), [0] * 3),
    "of a layer": ("G", ("left.R", "left.G", "left.B"), [10, 20, 30], PLAIN, [20] * 3),
    "of a layer, in full": ("left.G", ("left.R", "left.G", "left.B"), [10, 20, 30], PLAIN, [20] * 3),
    "the one without a layer": ("G", ("R", "G", "B", "left.G"), [10, 20, 30, 40], PLAIN, [20] * 3),
    "another": ("depth", ("R", "G", "B", "depth"), [10, 20, 30, 40], PLAIN, [40] * 3),
    "of no colours": ("b", ("a", "b"), [10, 20], PLAIN, [20] * 3),
    "not there": ("depth", RGB, [10, 20, 30], PLAIN, [10, 20, 30]),
    "without alpha": ("R", RGBA, [10, 20, 30, 0], STRAIGHT, [10] * 3),
    "red of grey with alpha": ("R", GREY_ALPHA, [10, 0], STRAIGHT, [0] * 3),
    "luminance without alpha": ("Y", RGBA, [10, 20, 30, 0], STRAIGHT, [19] * 3),
    "alpha": ("A", RGBA, [10, 20, 30, 40], STRAIGHT, [40] * 3),
    "alpha by its own range": ("A", RGBA, [10, 20, 30, 2], SampleInfo(bits=2, alpha=Alpha.STRAIGHT), [170] * 3),
    "alpha that means nothing": ("A", RGBA, [10, 20, 30, 40], SampleInfo(alpha=Alpha.UNSPECIFIED), [40] * 3),
    "luma": ("Y", ("Y", "RY", "BY"), [50, 1, 0], PLAIN, [50] * 3),
    "red of luma": ("R", ("Y", "RY", "BY"), [50, 1, 0], PLAIN, [100] * 3),
    "on the screen": ("R", BGRX, [10, 20, 30, 255], PLAIN, [30] * 3),
    "luminance on the screen": ("Y", BGRX, [30, 20, 10, 255], PLAIN, [19] * 3),
    "nothing on the screen": ("X", BGRX, [30, 20, 10, 255], PLAIN, [10, 20, 30]),
    "grey on the screen": ("R", BGRX, [30, 30, 30, 255], SampleInfo(is_grey=True), [30] * 3),
    "alpha on the screen": ("A", BGRA, [30, 20, 10, 77], PREMULTIPLIED, [77] * 3),
    "blue first": ("R", BGRA, [30, 20, 10, 77], STRAIGHT, [10] * 3),
    "grey, alpha on the screen": ("A", BGRA, [9, 9, 9, 77], replace(PREMULTIPLIED, is_grey=True), [77] * 3),
}


@pytest.mark.parametrize(("channel", "channels", "pixel", "info", "seen"), CHANNELS.values(), ids=CHANNELS)
def test_channels(
    channel: str, channels: tuple[str, ...], pixel: list[float], info: SampleInfo, seen: list[int]
) -> None:
    # Frames for the screen are of 8 bits, and alpha goes by what its type holds.
    is_of_bytes = channels in {BGRX, BGRA} or (channel == "A" and not info.bits)
    for dtype in (np.uint8,) if is_of_bytes else (np.uint8, np.uint16, np.float32, np.float64):
        samples = np.array([[pixel]], dtype)
        planes = (samples[..., 0] if channels == GREY else samples,)
        frame = on_screen(Frame(planes, channels, "", info), Look(Range(0, 255), channel=channel))
        assert rgb_of(frame)[0, 0].tolist() == pytest.approx(seen, abs=1)


@pytest.mark.parametrize(
    ("dtype", "white"),
    [(np.uint8, 255), (np.uint16, 65535), (np.float32, 0.1), (np.float16, 3), (np.uint32, 2**32 - 1)],
)
def test_white_is_not_above_itself_in_luminance(dtype: type[Any], white: float) -> None:
    samples = np.full((1, 1, 3), white, dtype)
    exact = samples[0, 0, 0].item()
    is_cut = np.dtype(dtype).kind == "u"
    for range_, seen in ((Range(0, exact), [255] * 3), (Range(exact, 2 * exact), BLACK)):
        marked = RED if is_cut else seen  # integers of all bits were cut off there
        assert shown(samples, RGB, look=Look(range_, channel="Y", marks=True))[0, 0].tolist() == marked


def bgrx(*pixels: list[int], info: SampleInfo = PLAIN, channels: tuple[str, ...] = BGRX) -> Frame:
    """Returns a frame for the screen."""
    return Frame((np.array([pixels], np.uint8),), channels, "", info)


def test_a_frame_for_the_screen_is_shown_as_it_is() -> None:
    frame = bgrx([10, 20, 30, 255])
    grey = bgrx([10, 10, 10, 255], info=SampleInfo(is_grey=True))
    with_alpha = bgrx([10, 20, 30, 100], channels=BGRA, info=PREMULTIPLIED)
    for same in (AS_IT_IS, Look(Range(0, 255)), Look(ranges={kind_of(frame): Range(0, 255)}, colour_map="viridis")):
        assert on_screen(frame, same) is to_bgrx(frame, same) is frame
        assert on_screen(with_alpha, same) is with_alpha
    assert on_screen(grey, Look(channel="G")) is grey
    assert to_bgrx(with_alpha).array()[0, 0].tolist() == [10, 20, 30, 255]
    assert on_screen(bgrx([200, 100, 0, 51], channels=BGRA, info=STRAIGHT)).array()[0, 0].tolist() == [40, 20, 0, 51]
    unknown = on_screen(bgrx([200, 100, 0, 51], channels=BGRA, info=SampleInfo(alpha=Alpha.UNSPECIFIED)))
    assert (unknown.channels, unknown.array()[0, 0].tolist()) == (BGRX, [200, 100, 0, 255])


def test_what_is_known_of_a_frame_stays_with_what_is_shown_of_it() -> None:
    info = SampleInfo(bits=4, icc=b"profile", pixel_aspect=2, alpha=Alpha.STRAIGHT, window=(0, 0, 2, 2), no_data=3)
    frame = Frame((np.array([[[1, 15]]], np.uint8),), GREY_ALPHA, "4-bit grey", info)
    kept = SampleInfo(icc=b"profile", pixel_aspect=2, is_grey=True)
    assert on_screen(frame).info == replace(kept, alpha=Alpha.PREMULTIPLIED)
    assert to_bgrx(frame).info == kept
    assert to_bgrx(frame).description == on_screen(frame).description == "4-bit grey"
    for look in (Look(colour_map="viridis"), Look(marks=True)):
        assert to_bgrx(frame, look).info == replace(kept, is_grey=False)
    grey_in_colours = on_screen(on_screen(frame), Look(colour_map="viridis")).array()[0, 0, 2::-1].tolist()
    assert grey_in_colours == colours("viridis")[17].tolist()


@pytest.mark.parametrize("is_grey", [False, True])
def test_a_look_on_a_frame_for_the_screen(is_grey: bool) -> None:  # noqa: FBT001 - a parameter of the test
    pixels = [[number] * 3 if is_grey else [number, 255 - number, number // 2] for number in range(256)]
    samples = np.array([pixels], np.uint8)
    frame = bgrx(*[[*pixel[::-1], 255] for pixel in pixels], info=SampleInfo(is_grey=is_grey))
    for look in (Look(Range(20, 200), gamma=2.2), Look(is_inverted=True), Look(Range(9, 90), marks=True)):
        plain = shown(samples[..., 0] if is_grey else samples, GREY if is_grey else RGB, look=look)
        assert (rgb_of(on_screen(frame, look)) == plain).all()
    mapped = rgb_of(on_screen(frame, Look(colour_map="magma")))[0]
    assert (mapped == (colours("magma") if is_grey else samples[0])).all()


def test_a_look_on_colours_multiplied_by_alpha() -> None:
    frame = bgrx([10, 20, 30, 100], [0, 0, 0, 0], [100, 100, 100, 255], channels=BGRA, info=PREMULTIPLIED)
    assert on_screen(frame, Look(Range(0, 127.5))).array()[0].tolist() == [
        [20, 40, 60, 100],
        [0] * 4,
        [200, 200, 200, 255],
    ]
    assert on_screen(frame, Look(is_inverted=True)).array()[0, 1:].tolist() == [[0] * 4, [155, 155, 155, 255]]


def test_the_range_of_a_look_counts_for_frames_of_its_kind() -> None:
    eight, sixteen = Frame((np.array([[50]], np.uint8),), GREY), Frame((np.array([[50]], np.uint16),), GREY)
    white, plain = Range(0, 50), Range(0, 255)
    for look, seen in (
        (Look(white), 255),
        (Look(None, {kind_of(eight): white}), 255),
        (Look(plain, {kind_of(eight): white}), 255),
        (Look(plain, {kind_of(sixteen): white}), 50),
        (Look(None, {kind_of(sixteen): white}), 50),
        (Look(None, {kind_of(sixteen): plain, kind_of(eight): white}), 255),
        (Look(plain, {kind_of(eight): plain}).with_one(white), 255),
    ):
        assert rgb_of(on_screen(eight, look))[0, 0, 0] == seen
        assert pickle.loads(pickle.dumps(look)) == look  # noqa: S301 - our own: it goes to other processes
        assert hash(look) == hash(replace(look))


def test_frames_of_equal_numbers_are_equal_on_the_screen() -> None:
    look = Look(Range(0.1, 0.7))
    frames = [np.array([[0.4, most]], np.float32) for most in (0.5, 0.7, 3, math.inf)]
    assert {tuple(shown(samples, look=look)[0, 0]) for samples in frames} == {(128, 128, 128)}


@pytest.mark.parametrize(
    ("window", "shown_as"),
    [
        (None, [[1, 2, 3], [4, 5, 6]]),
        ((0, 0, 3, 2), [[1, 2, 3], [4, 5, 6]]),
        ((1, 0, 2, 1), [[2, 3]]),
        ((-1, -1, 3, 3), [[0, 0, 0], [0, 1, 2], [0, 4, 5]]),
        ((2, 1, 2, 2), [[6, 0], [0, 0]]),
        ((9, 9, 2, 1), [[0, 0]]),
        ((0, 0, 0, 5), [[1, 2, 3], [4, 5, 6]]),
        ((0, 0, 1 << 30, 1 << 30), [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_what_is_to_be_shown_of_a_frame(window: tuple[int, int, int, int] | None, shown_as: list[list[int]]) -> None:
    samples = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    frame = Frame((samples,), GREY, "", SampleInfo(window=window))
    assert rgb_of(to_bgrx(frame))[..., 0].tolist() == shown_as
    assert (to_bgrx(frame).array()[..., 3] == 255).all()
    clear = Frame((np.dstack([samples, samples]),), GREY_ALPHA, "", SampleInfo(bits=3, alpha=Alpha.PREMULTIPLIED))
    cut = on_screen(shown_part(replace(clear, info=replace(clear.info, window=window))))
    assert cut.channels == BGRA
    assert (cut.array()[..., 3] > 0).tolist() == [[number > 0 for number in row] for row in shown_as]
