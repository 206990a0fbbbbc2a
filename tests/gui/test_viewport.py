"""Zoom and pan, without a window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.frame import Size
from viewer.gui.widgets.viewport import GREATEST_SCALE, LEAST_SCALE, Viewport

sizes = st.builds(Size, st.integers(1, 8000), st.integers(1, 8000))
canvases = st.builds(Size, st.integers(50, 4000), st.integers(50, 4000))
scales = st.floats(LEAST_SCALE, GREATEST_SCALE)
parts = st.floats(0, 1)


@given(canvases, sizes)
def test_a_fitted_picture_lies_whole_and_centred_on_the_canvas(canvas: Size, picture: Size) -> None:
    place = Viewport(canvas, picture).rect
    assert 0 <= place.left <= place.left + place.width <= canvas.width
    assert 0 <= place.top <= place.top + place.height <= canvas.height
    assert abs((canvas.width - place.width) - 2 * place.left) <= 1
    assert canvas.width - place.width <= 1 or canvas.height - place.height <= 1


@given(canvases, sizes)
def test_a_picture_that_is_shrunk_takes_just_the_size_its_display_copy_has(canvas: Size, picture: Size) -> None:
    view = Viewport(canvas, picture)
    if view.actual_scale <= 1:
        assert (view.rect.width, view.rect.height) == picture.fitted_into(canvas)


@given(canvases, sizes, scales, scales, parts, parts)
def test_what_lies_under_the_pointer_stays_there_unless_an_edge_would_show(
    canvas: Size, picture: Size, before: float, after: float, x: float, y: float
) -> None:
    at = (x * canvas.width, y * canvas.height)
    old = Viewport(canvas, picture).zoomed_to(before, *at)
    new = old.zoomed_to(after, *at)
    for start, extent, pointer, edge in ((0, 2, at[0], canvas.width), (1, 3, at[1], canvas.height)):
        if new.rect[extent] <= edge:
            assert abs(2 * new.rect[start] + new.rect[extent] - edge) <= 1, "a small picture is centred"
        elif old.rect[extent] > edge and new.rect[start] < 0 and new.rect[start] + new.rect[extent] > edge:
            under_before = (pointer - old.rect[start]) / old.rect[extent]
            under_after = (pointer - new.rect[start]) / new.rect[extent]
            assert abs(under_before - under_after) * new.rect[extent] <= 2 * max(1.0, after / before)


@given(canvases, sizes, scales, st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_panning_shows_no_empty_edge_where_there_is_picture(
    canvas: Size, picture: Size, scale: float, dx: float, dy: float
) -> None:
    place = Viewport(canvas, picture).zoomed_to(scale, canvas.width / 2, canvas.height / 2).panned(dx, dy).rect
    for start, extent, edge in ((place.left, place.width, canvas.width), (place.top, place.height, canvas.height)):
        if extent >= edge:
            assert start <= 1
            assert start + extent >= edge - 1


@given(canvases, sizes, canvases)
def test_fit_follows_the_canvas(canvas: Size, picture: Size, other: Size) -> None:
    assert Viewport(canvas, picture).resized(other) == Viewport(other, picture)


def test_a_fitted_picture_is_not_panned() -> None:
    view = Viewport(Size(100, 100), Size(50, 50))
    assert view.panned(10, 10) == view


def test_going_to_a_picture_of_another_size_keeps_scale_and_place() -> None:
    view = Viewport(Size(100, 100), Size(1000, 1000)).zoomed_to(2, 50, 50).panned(-300, 200)
    other = view.showing(Size(2000, 500))
    assert other.scale == 2
    assert (other.center_x, other.center_y) == (view.center_x, view.center_y)


@pytest.mark.parametrize(("asked", "given"), [(1e9, GREATEST_SCALE), (0, LEAST_SCALE)])
def test_zoom_has_limits(asked: float, given: float) -> None:
    assert Viewport(Size(100, 100), Size(1000, 1000)).zoomed_to(asked, 0, 0).scale == given


@given(canvases, canvases, sizes, scales, parts, parts)
def test_a_place_is_found_again_after_another_window_and_another_picture(
    canvas: Size, other: Size, picture: Size, scale: float, x: float, y: float
) -> None:
    view = Viewport(canvas, picture).placed(scale, x, y)
    assert view.resized(other).showing(Size(3, 2)).resized(canvas).showing(picture) == view
    assert view.showing(picture).rect == Viewport(canvas).placed(scale, x, y).showing(picture).rect


@given(canvases, sizes, scales, parts, parts)
def test_a_place_told_and_given_back_is_the_same(canvas: Size, picture: Size, scale: float, x: float, y: float) -> None:
    view = Viewport(canvas, picture).zoomed_to(scale, x * canvas.width, y * canvas.height)
    assert view.scale is not None
    assert Viewport(canvas, picture).placed(view.scale, view.center_x, view.center_y) == view


@given(canvases, sizes, st.floats(), st.floats(), st.floats())
def test_a_place_that_makes_no_sense_still_shows_the_picture(
    canvas: Size, picture: Size, scale: float, x: float, y: float
) -> None:
    view = Viewport(canvas, picture).placed(scale, x, y)
    assert LEAST_SCALE <= view.actual_scale <= GREATEST_SCALE
    place = view.rect
    assert place.left < canvas.width
    assert place.left + place.width > 0
    assert place.top < canvas.height
    assert place.top + place.height > 0


def test_panning_back_from_an_edge_moves_at_once() -> None:
    view = Viewport(Size(100, 100), Size(1000, 1000)).placed(1, 0, 0)
    assert view.rect.left == 0
    assert view.panned(-10, 0).rect.left == -10
