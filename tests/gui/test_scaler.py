"""Scaling by Qt: exact sizes, the same pictures as the core's, memory of its own."""

from __future__ import annotations

import gc

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display import render
from viewer.core.frame import Frame, Size
from viewer.gui.bridge import scaler
from viewer.gui.bridge.scaler import scaled


def gradient(size: Size) -> Frame:
    pixels = np.full((size.height, size.width, 4), 255, np.uint8)
    pixels[..., 0] = np.linspace(0, 255, size.width).astype(np.uint8)
    pixels[..., 1] = np.linspace(0, 255, size.height).astype(np.uint8)[:, None]
    pixels[..., 2] = 40
    return pictures.bgrx(pixels.tobytes(), size)


@given(st.integers(2, 90), st.integers(2, 90), st.floats(0.02, 1), st.floats(0.02, 1))
def test_any_size_comes_out_exactly_and_opaque(width: int, height: int, across: float, down: float) -> None:
    size = Size(max(1, int(width * across)), max(1, int(height * down)))
    small = scaled(gradient(Size(width, height)), size)
    assert small.size == size
    assert small.description == "8-bit RGB"
    assert (small.array()[..., 3] == 255).all()


@pytest.mark.parametrize("size", [Size(180, 101), Size(96, 54), Size(31, 17)])
def test_it_looks_as_the_core_makes_it(size: Size) -> None:
    frame = gradient(Size(192, 108))
    difference = scaled(frame, size).array().astype(int) - render.scaled(frame, size).array()
    assert np.abs(difference).max() <= 6


def test_stripes_of_single_pixels_come_out_grey() -> None:
    stripes = np.zeros((64, 640, 4), np.uint8)
    stripes[:, ::2] = 255
    small = scaled(pictures.bgrx(stripes.tobytes(), Size(640, 64)), Size(160, 16)).array()[..., :3]
    assert small.min() > 100
    assert small.max() < 155


@pytest.mark.parametrize("size", [Size(320, 180), Size(640, 360)], ids=["smaller", "of the same size"])
def test_the_copy_outlives_the_frame(size: Size) -> None:
    small = scaled(gradient(Size(640, 360)), size)
    expected = scaled(gradient(Size(640, 360)), size).array().copy()
    gc.collect()
    rubbish = [bytes(640 * 360 * 4) for _ in range(50)]
    assert (small.array() == expected).all()
    assert rubbish


def test_a_very_large_frame_is_left_to_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaler, "MOST_PIXELS", 100)
    frame = gradient(Size(20, 20))
    assert (scaled(frame, Size(7, 7)).array() == render.scaled(frame, Size(7, 7)).array()).all()
