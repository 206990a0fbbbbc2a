"""Scaling by Qt: exact sizes, exact means, memory of its own."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display import render
from viewer.core.frame import Frame, Size
from viewer.gui.bridge import gate, scaler
from viewer.gui.bridge.scaler import scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


def area_means(pixels: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Returns the exact means of as many parts of the rows, each of which covers some of them in part."""
    edges = np.arange(count + 1) * len(pixels) / count
    sums = np.concatenate([np.zeros((1, *pixels.shape[1:])), np.cumsum(pixels, 0)])
    whole = edges.astype(int)
    part = (edges - whole)[:, None, None]
    up_to = sums[whole] * (1 - part) + sums[np.minimum(whole + 1, len(pixels))] * part
    means: NDArray[np.float64] = np.diff(up_to, axis=0) * count / len(pixels)
    return means


@pytest.mark.parametrize("size", [Size(845, 475), Size(1691, 951), Size(1910, 1074), Size(640, 360), Size(301, 170)])
def test_pixels_are_the_means_of_what_they_cover_also_where_tiles_meet(size: Size) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (1080, 1920, 4), np.uint8)
    noise[..., 3] = 255
    across = area_means(noise[..., :3].astype(np.float64), size.height).swapaxes(0, 1)
    exact = area_means(across, size.width).swapaxes(0, 1)
    assert np.abs(scaled(pictures.bgrx(noise.tobytes(), Size(1920, 1080)), size).array()[..., :3] - exact).max() < 3.5


@pytest.mark.parametrize("opens_after", [0.003, None], ids=["until it is opened", "no longer than the time limit"])
def test_no_tile_is_made_while_the_gate_is_closed(monkeypatch: pytest.MonkeyPatch, opens_after: float | None) -> None:
    now = 5.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        if opens_after is not None and now >= 5 + opens_after:
            closed.open()

    closed = gate.StepGate(lambda: now, sleep)
    monkeypatch.setattr(scaler, "gate", closed)
    closed.close()
    frame, size = gradient(Size(192, 108)), Size(96, 54)
    made = scaled(frame, size)
    expected = gate.MOST if opens_after is None else opens_after
    assert expected <= now - 5 <= expected + 2 * gate.LOOK_EVERY
    assert (scaled(frame, size).array() == made.array()).all()


@given(st.integers(1, 5000), st.floats(0.001, 1), st.integers(1, 300))
def test_tiles_are_next_to_each_other_and_seldom_too_large(old: int, scale: float, most: int) -> None:
    new = max(1, int(old * scale))
    tiles = scaler.seams(old, new, most)
    assert [row for rows, _ in tiles for row in rows] == [*range(new)]
    assert [row for _, rows in tiles for row in rows] == [*range(old)]
    assert all(rows and covered for rows, covered in tiles)
    for rows, covered in tiles:
        assert abs(covered.start * new / old - rows.start) <= scaler.OFF + 1e-9


@pytest.mark.parametrize("old", [Size(1920, 1080), Size(3840, 2160), Size(4096, 3072), Size(1000, 4000)])
@pytest.mark.parametrize("window", [Size(1690, 950), Size(1279, 801), Size(800, 601)])
def test_no_tile_is_so_large_that_qt_would_share_it_out_with_the_gil_held(old: Size, window: Size) -> None:
    new = old.fitted_into(window)
    for rows, _ in scaler.seams(old.height, new.height, scaler.ROWS):
        for columns, _ in scaler.seams(old.width, new.width, max(1, (scaler.TILE - 1) // len(rows))):
            assert len(rows) * len(columns) < 1 << 17
