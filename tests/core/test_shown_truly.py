"""What is painted, against the formula and means in 64 bits: kinds, alpha and looks, fitted and at 100 %."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.display.levels import first_range, kind_of, own_range
from viewer.core.display.look import AS_IT_IS, Curve, Look, on_screen, to_bgrx
from viewer.core.display.picture import VisiblePart
from viewer.core.display.proxy import reduced
from viewer.core.display.render import render
from viewer.core.display.screen import screened
from viewer.core.frame import BGRA, GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, Range, SampleInfo, Size, TransferCurve

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

SIZE, FIT = Size(52, 36), Size(20, 20)
ROWS, COLUMNS = np.indices((SIZE.height, SIZE.width))
RANDOM = np.random.default_rng(15).random((SIZE.height, SIZE.width, 4))
PARTS = np.clip(np.dstack([COLUMNS, ROWS, SIZE.width - COLUMNS, 1.4 * COLUMNS - 9]) / SIZE.width + RANDOM / 9, 0, 1)
"""Slopes with some noise, 0 to 1: red, green, blue, and an alpha that is 0 at the left and 1 at the right."""
LAW = 1.02
"""So much of 255 may be between the formula and what is painted: half for the colour, half for its product with alpha,
and a little for rounded means."""
HOT = (ROWS == 7) & (COLUMNS == 9)
"""One very bright sample."""


def means(samples: Array, size: Size, counts: Array) -> npt.NDArray[np.float64]:
    """Returns the means over the area of each new pixel, of what counts."""

    def covered(length: int, count: int) -> npt.NDArray[np.float64]:
        edges = np.arange(count + 1)[:, None] * (length / count)
        at = np.arange(length)
        return np.asarray(np.maximum(np.minimum(edges[1:], at + 1) - np.maximum(edges[:-1], at), 0), np.float64)

    down, across = covered(samples.shape[0], size.height), covered(samples.shape[1], size.width)
    is_there = np.isfinite(samples) * 1.0
    sums = [
        np.einsum("rx,cx->rc", np.einsum("ry,yx->rx", down, each), across)  # not by "@": its threads wait
        for count in (counts * is_there, is_there)
        for each in (np.nan_to_num(samples) * count, count)
    ]
    with np.errstate(all="ignore"):
        return np.asarray(np.where(sums[1] > 0, sums[0] / sums[1], sums[2] / sums[3]))


def averaged(frame: Frame, size: Size) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Returns the means of the colours, straight ones, and how much of what is behind them they cover, 0 to 1."""
    samples, info = frame.array().astype(np.float64).reshape(*frame.size[::-1], -1), frame.info
    alpha = samples[..., -1] if info.alpha else np.ones(samples.shape[:2])
    is_premultiplied = info.alpha is Alpha.PREMULTIPLIED
    counts = np.ones(alpha.shape) if is_premultiplied else alpha
    colours = np.dstack(
        [means(each, size, counts) for each in np.moveaxis(samples[..., : 3 if samples.shape[2] > 2 else 1], 2, 0)]
    )
    white = 1.0 if frame.planes[0].dtype.kind == "f" or not info.alpha else float(np.iinfo(frame.planes[0].dtype).max)
    cover = np.clip(means(alpha, size, np.ones(alpha.shape)) / white, 0, 1)
    with np.errstate(all="ignore"):
        if is_premultiplied:
            for at in range(colours.shape[2]):  # what is NaN counts as the others, with its own alpha
                there = means(np.where(np.isfinite(samples[..., at]), alpha, np.nan), size, counts) / white
                colours[..., at] *= np.where(there > 0, cover / there, 1)
            cover = np.fmax(cover, np.clip(np.fmax.reduce(colours, axis=2) / white, 0, 1))
            colours = np.where(cover[..., None] > 0, colours / cover[..., None], 0)
    return colours, cover


def law(means: tuple[Array, Array], info: SampleInfo, look: Look) -> npt.NDArray[np.float64]:
    """Returns blue, green, red and alpha of each pixel, 0 to 255: the colours are multiplied by the alpha."""
    assert look.range is not None
    colours, cover = means
    with np.errstate(all="ignore"):
        low, high = look.range
        part = np.clip((colours * 2.0**look.exposure - low) / (high - low), 0, 1)
        if look.curve is Curve.LOG:
            part = np.log1p(1000 * part) / np.log1p(1000)
        if info.transfer is TransferCurve.LINEAR:
            part = np.where(part <= 0.0031308, 12.92 * part, 1.055 * part ** (1 / 2.4) - 0.055)
        part = np.nan_to_num(np.abs(look.is_inverted - part ** (1 / look.gamma)))
    shown = np.broadcast_to(part[..., ::-1], (*part.shape[:2], 3)) * cover[..., None]
    return 255 * np.dstack([shown, cover])


def frame(samples: Array, dtype: str, **info: Any) -> Frame:  # noqa: ANN401 - the fields of SampleInfo
    channels = GREY if samples.ndim == 2 else {2: GREY_ALPHA, 3: RGB, 4: RGBA}[samples.shape[2]]
    samples = samples.astype(dtype) if np.dtype(dtype).kind == "f" else np.rint(samples).astype(dtype)
    return Frame((samples,), channels, "", SampleInfo(**info))


def kinds() -> dict[str, tuple[Frame, tuple[float, float]]]:
    """Returns frames, each with a range that is narrow for its numbers."""
    grey = PARTS[..., 0]
    found = {
        "half floats around 1,000": (frame(1000 + 4 * grey, "f2"), (1000.0, 1004.0)),
        "half floats that cancel": (frame(60 * grey - 30, "f2"), (-0.5, 0.5)),
        "light in half floats": (frame(PARTS[..., :3] * 9, "f2", transfer=TransferCurve.LINEAR), (1.0, 1.01)),
        "counts beside one bright sample": (frame(np.where(HOT, 65535, 100 + 4 * grey), "u2"), (100.0, 104.0)),
        "signed counts beside one": (frame(np.where(HOT, -32768, 4 * grey - 2), "i2"), (-2.0, 2.0)),
        "all of 16 bits": (frame(65535 * PARTS[..., :3], "u2"), (300.0, 305.0)),
        "floats around 100,000": (frame(100_000 + grey, "f4"), (100_000.0, 100_001.0)),
        "floats, a part": (frame(grey * 50_000, "f4"), (20_000.0, 20_000.01)),
        "floats with gaps": (frame(np.where(RANDOM[..., 1] < 0.2, np.nan, grey), "f4"), (0.5, 0.501)),
        "doubles": (frame(grey * 1e6, "f8"), (5e5, 5e5 + 1e-3)),
        "32 bits": (frame(grey * 2e9 - 1e9, "i4"), (1e6, 1e6 + 10)),
    }
    for alpha in (Alpha.STRAIGHT, Alpha.PREMULTIPLIED):
        parts = PARTS.copy()
        if alpha is Alpha.PREMULTIPLIED:
            parts[..., :3] *= parts[..., 3:]
            parts[4:9, 3:12, :3] += 0.3  # a flare
        for dtype, white in (("u1", 255), ("u2", 65535), ("f2", 1), ("f4", 1)):
            light = TransferCurve.LINEAR if white == 1 else TransferCurve.DISPLAY
            samples = np.minimum(parts, 1) if white > 1 else parts
            narrow = 0.4 * white, 0.4 * white + 3 * white / 255
            found[f"{dtype} {alpha.value}"] = frame(samples * white, dtype, alpha=alpha, transfer=light), narrow
            both = samples[..., [0, 3]]
            found[f"grey {dtype} {alpha.value}"] = frame(both * white, dtype, alpha=alpha, transfer=light), narrow
            if white == 1:
                holes = np.where((RANDOM < 0.2) & (np.arange(4) < 3), np.nan, parts)
                found[f"{dtype} {alpha.value} with gaps"] = frame(holes, dtype, alpha=alpha, transfer=light), narrow
    return found


KINDS = kinds()
LOOKS = {
    "as it is": AS_IT_IS,
    "brighter": Look(exposure=1.0),
    "soft": Look(gamma=2.4),
    "hard": Look(gamma=0.5),
    "logarithmic": Look(curve=Curve.LOG),
    "inverted": Look(is_inverted=True),
    "narrow": Look(Range(0, 1)),
    "narrow, soft": Look(Range(0, 1), gamma=3.0),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_painted_is_the_look_of_the_means(name: str) -> None:
    source, narrow = KINDS[name]
    picture, part = render(source, FIT), VisiblePart(0, 0, *SIZE, SIZE)
    exact = {size: averaged(source, size) for size in (SIZE, SIZE.fitted_into(FIT))}
    for called, look in LOOKS.items():
        chosen = replace(look, range=Range(*narrow) if look.range else first_range(source))
        for view, size in ((None, SIZE.fitted_into(FIT)), (part, SIZE)):
            made = screened(picture, chosen, view).screen
            if made is None:
                continue  # of 8 bits, as they are
            wanted = law(exact[size], source.info, chosen)
            seen = made.frame.array().astype(np.float64)
            assert np.abs(seen - wanted).max() <= LAW, (called, size)


@pytest.mark.parametrize("dtype", ["f2", "u2", "u1"])
def test_over_black_multiplied_colours_are_shown_as_they_are(dtype: str) -> None:
    source = KINDS[f"{dtype} premultiplied"][0]
    opaque = replace(source, info=replace(source.info, alpha=None))
    for chosen in (AS_IT_IS, Look(exposure=1.0), Look(gamma=2.0), Look(curve=Curve.LOG)):
        look = replace(chosen, range=first_range(source))
        assert (to_bgrx(source, look).array() == on_screen(opaque, look).array()).all()


@pytest.mark.parametrize("channels", [RGBA, BGRA])
def test_bytes_with_alpha_have_means_of_their_own_where_a_look_is_put_on_them(channels: tuple[str, ...]) -> None:
    source = replace(KINDS["u1 straight"][0], channels=channels)
    picture, look = render(source, FIT), Look(Range(0, 255), gamma=1.5)
    made = screened(picture, look, None)
    assert made.display is picture.display
    assert made.screen is not None
    wanted = on_screen(reduced(source, SIZE.fitted_into(FIT)), look)
    assert (made.screen.frame.array() == wanted.array()).all()
    again = screened(picture, replace(look, gamma=1.2), None, made.screen.samples).screen
    assert again is not None
    assert again.samples is made.screen.samples


@pytest.mark.parametrize(
    ("name", "dtypes"),
    [
        ("half floats around 1,000", ["f2", "f4", "f4"]),
        ("counts beside one bright sample", ["u2", "f4", "f4"]),
        ("all of 16 bits", ["u2", "f4", "f4"]),
        ("floats, a part", ["f4", "f8", "f8"]),
        ("doubles", ["f4", "f8", "f8"]),
    ],
)
def test_means_are_finer_where_the_range_is_narrow_and_stay_so(name: str, dtypes: list[str]) -> None:
    source, narrow = KINDS[name]
    picture = render(source, FIT)
    for look, dtype in zip((Look(Range(0, 60_000)), Look(Range(*narrow)), Look(Range(0, 60_000))), dtypes, strict=True):
        picture = screened(picture, look, None)
        assert picture.display is not None
        assert {plane.dtype for plane in picture.display.planes} == {np.dtype(dtype)}


def test_finer_means_are_of_the_kind_that_they_were_made_of() -> None:
    source = frame(65535 * PARTS[..., :3], "u2")
    picture = replace(screened(render(source, FIT), Look(Range(0, 3), gamma=3.0), None), source=None, screen=None)
    assert picture.display is not None
    assert picture.display.planes[0].dtype == np.float32
    made = screened(picture, AS_IT_IS, None).screen
    assert made is not None
    assert made.look.range == first_range(source) == Range(0, 65535)


def test_without_its_source_the_means_are_what_they_are() -> None:
    picture = replace(render(KINDS["half floats around 1,000"][0], FIT), source=None)
    made = screened(picture, Look(Range(1000, 1004)), None)
    assert made.display is picture.display
    assert made.screen is not None


@pytest.mark.parametrize("ends", [(7, 7), (9, 3), (-np.inf, np.inf), (-1.7e308, 1.7e308), (0, 5e-324)])
@pytest.mark.parametrize("name", ["half floats that cancel", "all of 16 bits", "doubles", "f4 premultiplied"])
def test_ranges_that_no_picture_has_are_painted(name: str, ends: tuple[float, float]) -> None:
    for gamma in (0.1, 1.0, 12.0):
        made = screened(render(KINDS[name][0], FIT), Look(Range(*ends), gamma=gamma), None).screen
        assert made is not None
        assert made.frame.size == SIZE.fitted_into(FIT)


def test_samples_of_another_size_are_not_used() -> None:
    picture = render(KINDS["u1 straight"][0], FIT)
    samples = reduced(KINDS["u1 straight"][0], Size(7, 7))
    made = screened(picture, Look(gamma=2.0), None, samples).screen
    assert made is not None
    assert made.frame.size == SIZE.fitted_into(FIT)


@pytest.mark.parametrize("transfer", [TransferCurve.LINEAR, TransferCurve.FILM])
@pytest.mark.parametrize(("channels", "channel"), [(("Z",), ""), ((*RGBA, "Z"), "Z"), (("left.Z",), "")])
@pytest.mark.parametrize("dtype", ["u2", "f4"])
def test_depth_is_data(transfer: TransferCurve, channels: tuple[str, ...], channel: str, dtype: str) -> None:
    samples = np.full((1, 101, len(channels)), 7, dtype)
    samples[0, :, -1] = np.arange(101) * 10
    source = Frame((samples,), channels, "", SampleInfo(transfer=transfer))
    look = Look(Range(0, 1000), channel=channel)
    assert np.abs(on_screen(source, look).array()[0, :, 0] - np.linspace(0, 255, 101)).max() <= 1
    if len(channels) == 1:
        assert own_range(source) is None, "it is measured"
        assert kind_of(source).transfer is TransferCurve.DISPLAY
        assert on_screen(source).array()[0, 50, 0] == pytest.approx(128, abs=1)


# What is marked

CUT = [
    ("u1", {}, (0, 255), [0, 254, 255], [None, None, "above"]),
    ("u1", {}, (0, 300), [0, 254, 255], [None, None, "above"]),
    ("u1", {}, (3, 254), [2, 254, 255], ["below", None, "above"]),
    ("u2", {"bits": 12}, (0, 4095), [0, 4094, 4095], [None, None, "above"]),
    ("u2", {"white": 1000.0}, (0, 1000), [0, 999, 1000], [None, None, "above"]),
    ("u2", {}, (0, 65535), [0, 65534, 65535], [None, None, "above"]),
    ("u4", {}, (0, 2.0**32 - 1), [0, 2**32 - 2, 2**32 - 1], [None, None, "above"]),
    ("i1", {}, (-128, 127), [-128, -127, 127], ["below", None, "above"]),
    ("i2", {"bits": 12}, (-2048, 2047), [-2048, 2046, 2047], ["below", None, "above"]),
    ("i2", {"no_data": -32768}, (-32768, 32767), [-32768, 5, 32767], ["nothing", None, "above"]),
    ("u1", {"bits": 1}, (0, 1), [0, 1, 1], [None, None, None]),
    ("?", {}, (0, 1), [0, 1, 1], [None, None, None]),
    ("f4", {}, (0, 1), [0, 1, 1.5], [None, None, "above"]),
]
COLOURS = {"below": [255, 80, 0], "above": [0, 0, 255], "nothing": [255, 0, 255]}


@pytest.mark.parametrize(("dtype", "info", "ends", "numbers", "marks"), CUT)
def test_samples_that_were_cut_off_are_marked(
    dtype: str, info: dict[str, Any], ends: tuple[float, float], numbers: list[float], marks: list[str | None]
) -> None:
    source = Frame((np.array([numbers]).astype(dtype),), GREY, "", SampleInfo(**info))
    seen = on_screen(source, Look(Range(*ends), marks=True)).array()[0, :, :3].tolist()
    for one, mark in zip(seen, marks, strict=True):
        assert one == COLOURS[mark] if mark else one not in COLOURS.values()
    plain = on_screen(source, Look(Range(*ends))).array()[0, :, :3]
    assert not any(one in COLOURS.values() for one in plain.tolist())


def test_all_of_an_alpha_is_nothing_that_was_cut_off() -> None:
    source = frame(np.full((2, 2, 4), 255.0), "u1", alpha=Alpha.STRAIGHT)
    assert (on_screen(source, Look(channel="A", marks=True)).array()[..., :3] == 255).all()


MARKED = {
    "12 bits": (frame(np.where(HOT, 4095, 100 + COLUMNS), "u2", bits=12), "above"),
    "bytes": (frame(np.where(HOT, 255, 100 + COLUMNS), "u1"), "above"),
    "signed": (frame(np.where(HOT, -900, COLUMNS), "i2"), "below"),
    "no data among others": (frame(np.where(HOT, 20, 5 + ROWS % 2 * 30), "i2", no_data=20), "nothing"),
    "floats": (frame(np.where(HOT, np.nan, 0.5), "f4"), "nothing"),
    "one of three": (frame(np.dstack([COLUMNS, np.where(HOT, 65535, ROWS), ROWS]), "u2"), "above"),
    "halves, multiplied": (
        frame(
            np.where(HOT[..., None] & (np.arange(4) == 2), 0.9, [0.1, 0.2, 0.3, 0.5]), "f2", alpha=Alpha.PREMULTIPLIED
        ),
        "above",
    ),
}


@pytest.mark.parametrize("name", MARKED)
@pytest.mark.parametrize("size", [Size(20, 14), Size(51, 35), Size(7, 3), Size(52, 36)])
def test_one_sample_is_marked_however_small_the_picture(name: str, size: Size) -> None:
    source, mark = MARKED[name]
    full = 0.9 if source.planes[0].dtype.kind == "f" else 4095.0
    range_ = Range(-1, 0.79 if name.startswith("halves") else full)
    picture = render(source, size)
    for view in (None, VisiblePart(0, 0, *SIZE, size)):
        made = screened(picture, Look(range_, marks=True), view).screen
        assert made is not None
        size = made.frame.size  # within a pixel of its own it is not made smaller
        pixels = made.frame.array()[..., :3].astype(int)
        covered = made.frame.array()[..., 3:] if made.frame.channels == BGRA else 255
        seen = (np.abs(pixels - np.array(COLOURS[mark]) * covered / 255) <= 1).all(axis=2)
        wanted = np.zeros((size.height, size.width), bool)
        rows, columns = (
            slice(at * count // length, -(-(at + 1) * count // length))
            for at, count, length in ((7, size.height, SIZE.height), (9, size.width, SIZE.width))
        )
        wanted[rows, columns] = True
        assert (seen == wanted).all()
