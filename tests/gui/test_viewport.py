"""Zoom and pan, without a window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display.orientation import Orientation
from viewer.core.frame import Size
from viewer.gui.widgets.viewport import GREATEST_SCALE, LEAST_SCALE, NOTHING, Viewport

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


@given(canvases, sizes, st.none() | scales, parts, parts, st.floats(-10, 4010), st.floats(-10, 4010))
def test_each_point_of_the_picture_lies_in_one_of_its_pixels(
    canvas: Size, picture: Size, scale: float | None, center_x: float, center_y: float, x: float, y: float
) -> None:
    view = Viewport(canvas, picture)
    view = view if scale is None else view.placed(scale, center_x, center_y)
    place, pixel = view.rect, view.pixel_at(x, y)
    is_on_canvas = 0 <= x < canvas.width and 0 <= y < canvas.height
    is_on_picture = place.left <= x < place.left + place.width and place.top <= y < place.top + place.height
    assert (pixel is not None) == (is_on_canvas and is_on_picture)
    for at, axis, point in zip(pixel or (), (0, 1), (x, y), strict=False):
        assert 0 <= at < picture[axis]
        side = place[2 + axis] / picture[axis]
        assert at * side - 1e-6 <= point - place[axis] <= (at + 1) * side + 1e-6


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


# What is seen, with some room around it

larger = sizes.filter(lambda size: size != NOTHING)


@given(canvases, larger, scales, parts, parts)
def test_a_part_holds_all_that_is_seen_and_lies_within_the_picture(
    canvas: Size, picture: Size, scale: float, x: float, y: float
) -> None:
    viewport = Viewport(canvas, picture).placed(scale, x, y)
    view, place = viewport.view(None), viewport.rect
    assert view is not None
    assert 0 <= view.left < view.left + view.width <= picture.width
    assert 0 <= view.top < view.top + view.height <= picture.height
    assert view.size.width <= view.width
    assert view.size.height <= view.height
    left, top, width, height = viewport.part_rect(*view[:4], view.size)
    assert left <= max(0, place.left) + 1e-6
    assert top <= max(0, place.top) + 1e-6
    assert left + width >= min(canvas.width, place.left + place.width) - 1e-6
    assert top + height >= min(canvas.height, place.top + place.height) - 1e-6
    assert viewport.view(view) is view


@given(canvases, larger, scales, parts, parts, st.data())
def test_a_part_lies_where_its_pixels_lie_in_the_whole(
    canvas: Size, picture: Size, scale: float, x: float, y: float, data: st.DataObject
) -> None:
    viewport = Viewport(canvas, picture).placed(scale, x, y)
    view, place = viewport.view(None), viewport.rect
    assert view is not None
    if view.size != view[2:4]:  # made smaller: whole pixels, less than one off
        assert all(isinstance(each, int) for each in viewport.part_rect(*view[:4], view.size))
    slack = 1e-6 if view.size == view[2:4] else 0.5 + 1e-6
    left, _, width, _ = viewport.part_rect(*view[:4], view.size)
    column = data.draw(st.integers(0, view.width))
    in_whole = place.left + (view.left + column) * place.width / picture.width
    assert abs(left + column * width / view.width - in_whole) <= max(slack, 1 - 1e-9 if width == 1 else 0)
    assert left + width <= place.left + place.width + 1e-6
    assert left >= place.left - 1e-6


def test_a_view_stays_while_one_pans_within_the_room_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.gui.widgets.viewport.ROOM_AROUND", 0.25)
    viewport = Viewport(Size(100, 100), Size(1000, 1000)).placed(1, 0.5, 0.5)
    view = viewport.view(None)
    assert view == (425, 425, 150, 150, Size(150, 150))
    assert viewport.panned(20, -20).view(view) is view
    other = viewport.panned(40, 0).view(view)
    assert other == (385, 425, 150, 150, Size(150, 150))
    assert viewport.zoomed_to(2, 50, 50).view(view) is view, "all of it is there"
    assert viewport.zoomed_to(0.5, 50, 50).view(view) == (350, 350, 300, 300, Size(150, 150))
    assert viewport.fitted().view(view) is None
    assert Viewport(Size(100, 100)).placed(1, 0.5, 0.5).view(None) is None, "there is no picture yet"


@given(canvases, sizes, scales, st.builds(Orientation, st.integers(0, 3), st.booleans()), parts, parts)
def test_a_turned_picture_lies_as_one_that_was_turned_in_its_file(
    canvas: Size, picture: Size, scale: float, orientation: Orientation, x: float, y: float
) -> None:
    at = (x * canvas.width, y * canvas.height)
    seen = Viewport(canvas, orientation.size(picture))
    view = Viewport(canvas, picture, orientation=orientation)
    for as_file, turned in (
        (seen, view),
        (seen.zoomed_to(scale, *at), view.zoomed_to(scale, *at)),
        (seen.zoomed_to(scale, *at).panned(7, -3), view.zoomed_to(scale, *at).panned(7, -3)),
    ):
        assert max(abs(a - b) for a, b in zip(as_file.rect, turned.rect, strict=True)) <= 1
        pixel = turned.pixel_at(*at)
        assert (pixel is None) == (as_file.pixel_at(*at) is None)
        assert pixel is None or (0 <= pixel[0] < picture.width and 0 <= pixel[1] < picture.height)
        part = turned.view(None)
        if part is not None:
            assert turned.view(part) is part
            assert part.left >= 0
            assert part.left + part.width <= picture.width
            assert part.top + part.height <= picture.height
            assert part.within(picture) is part
            left, top, width, height = turned.part_rect(*part[:4], orientation.size(part.size))
            if part.size != part[2:4]:
                assert (width, height) == orientation.size(part.size), "it is painted as it was made"
            assert left <= max(0, turned.rect.left) + 1
            assert top <= max(0, turned.rect.top) + 1
