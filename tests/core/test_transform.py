"""From the samples of a file to what is shown of them before anything is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.display.transform import to_bgrx
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    import numpy.typing as npt

STRAIGHT, LINEAR, FILM = (
    SampleInfo(alpha=Alpha.STRAIGHT),
    SampleInfo(transfer=TransferCurve.LINEAR),
    SampleInfo(bits=10, transfer=TransferCurve.FILM),
)
HALF_LIGHT = 188
"""What half the light of white is on an sRGB screen."""


def shown(samples: Any, channels: tuple[str, ...] = GREY, info: SampleInfo = SampleInfo()) -> npt.NDArray[np.uint8]:  # noqa: ANN401, B008
    """Returns red, green and blue as shown, (height, width, 3), of samples in one array."""
    return to_bgrx(Frame((np.asarray(samples),), channels, "", info)).array()[..., 2::-1]


NAN, INF = np.nan, np.inf
ODD, SHOWN_ODD = [0, 1, 0.5, 9, -1, NAN, INF], [0, 255, HALF_LIGHT, 255, 0, 0, 255]
CASES: dict[str, tuple[type[Any], list[Any], tuple[str, ...], SampleInfo, list[int]]] = {
    "8 bits": (np.uint8, [0, 7, 255], GREY, SampleInfo(), [0, 7, 255]),
    "1 bit": (np.uint8, [0, 1], GREY, SampleInfo(bits=1), [0, 255]),
    "0 is white": (np.uint8, [0, 1], GREY, SampleInfo(bits=1, is_inverted=True), [255, 0]),
    "4 bits": (np.uint8, [0, 15, 8], GREY, SampleInfo(bits=4), [0, 255, 136]),
    "16 bits": (np.uint16, [0, 65535, 257], GREY, SampleInfo(), [0, 255, 1]),
    "12 bits": (np.uint16, [0, 4095], GREY, SampleInfo(bits=12), [0, 255]),
    "a white of 100": (np.uint16, [0, 100, 900], GREY, SampleInfo(white=100), [0, 255, 255]),
    "16 bits, 0 is white": (np.uint16, [0, 65535], GREY, SampleInfo(is_inverted=True), [255, 0]),
    "linear floats": (np.float32, ODD, GREY, LINEAR, SHOWN_ODD),
    "linear half floats": (np.float16, ODD, GREY, LINEAR, SHOWN_ODD),
    "linear doubles": (np.float64, ODD, GREY, LINEAR, SHOWN_ODD),
    "32 bits": (np.uint32, [0, 5, 10], GREY, SampleInfo(), [0, 128, 255]),
    "signed": (np.int16, [-5, 0, 5], GREY, SampleInfo(), [0, 128, 255]),
    "floats": (np.float32, [1, 2, 3, NAN], GREY, SampleInfo(), [0, 128, 255, 0]),
    "no data": (np.float32, [1, 2, 3, -9999], GREY, SampleInfo(no_data=-9999), [0, 128, 255, 0]),
    "whole, no data": (np.int32, [1, 2, 3, -1], GREY, SampleInfo(no_data=-1), [0, 128, 255, 0]),
    "film": (np.uint16, [0, 95, 685, 1023], GREY, FILM, [0, 0, 255, 255]),
    "grey and alpha": (np.uint8, [[200, 128], [90, 0]], GREY_ALPHA, STRAIGHT, [100, 0]),
    "applied": (np.uint8, [[200, 128]], GREY_ALPHA, SampleInfo(alpha=Alpha.PREMULTIPLIED), [200]),
    "no colours": (np.uint16, [[51400, 9], [257, 9]], ("a", "b"), SampleInfo(), [200, 1]),
    "a layer": (np.uint8, [[7, 7, 7], [9, 9, 9]], ("x.y.B", "x.y.G", "x.y.R"), SampleInfo(), [7, 9]),
    "luma": (np.float32, [[0.5, 0, 0], [1, 0, 0]], ("Y", "RY", "BY"), LINEAR, [HALF_LIGHT, 255]),
}


@pytest.mark.parametrize(("dtype", "row", "channels", "info", "grey"), CASES.values(), ids=CASES)
def test_what_numbers_look_like(
    dtype: type[Any], row: list[Any], channels: tuple[str, ...], info: SampleInfo, grey: list[int]
) -> None:
    frame = shown(np.array([row], dtype), channels, info)
    assert (frame[..., 0] == frame[..., 1]).all()
    assert (frame[..., 0] == frame[..., 2]).all()
    assert frame[0, :, 0].tolist() == pytest.approx(grey, abs=1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("alpha", [None, *Alpha])
@pytest.mark.parametrize("apart", [False, True])
def test_colours_of_every_kind(dtype: type[Any], alpha: Alpha | None, apart: bool) -> None:  # noqa: FBT001
    most = 1.0 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    colours = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]] * 3, np.float64)
    channels: tuple[str, ...] = RGB
    samples = (colours * most).astype(dtype)
    if alpha is not None:
        channels = RGBA
        samples = np.dstack([samples, np.full((3, 4), most / 2).astype(dtype)])
    planes = tuple(samples[..., channel] for channel in range(samples.shape[2])) if apart else (samples,)
    transfer = TransferCurve.LINEAR if np.dtype(dtype).kind == "f" else TransferCurve.DISPLAY
    frame = to_bgrx(Frame(planes, channels, "", SampleInfo(alpha=alpha, transfer=transfer)))
    most_shown = 128 if alpha is Alpha.STRAIGHT else 255
    assert np.abs(frame.array()[..., 2::-1] - colours * most_shown).max() <= 1
    assert (frame.array()[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("window", "shown_as"),
    [
        ((0, 0, 3, 2), [[1, 2, 3], [4, 5, 6]]),
        ((1, 0, 2, 1), [[2, 3]]),
        ((-1, -1, 3, 3), [[0, 0, 0], [0, 1, 2], [0, 4, 5]]),
        ((2, 1, 2, 2), [[6, 0], [0, 0]]),
        ((9, 9, 2, 1), [[0, 0]]),
        ((0, 0, 0, 5), [[1, 2, 3], [4, 5, 6]]),
        ((0, 0, 1 << 30, 1 << 30), [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_what_is_to_be_shown_of_a_frame(window: tuple[int, int, int, int], shown_as: list[list[int]]) -> None:
    samples = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert shown(samples, info=SampleInfo(window=window))[..., 0].tolist() == shown_as


def test_a_frame_for_the_screen_is_shown_as_it_is() -> None:
    frame = to_bgrx(Frame((np.array([[7]], np.uint8),), GREY))
    assert to_bgrx(frame) is frame
