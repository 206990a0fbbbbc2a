"""From the decoded frame to the display copy."""

from __future__ import annotations

import weakref

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display import pixels
from viewer.core.display.render import render, scaled
from viewer.core.frame import Frame, Layout, Size


def bgrx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Frame:
    """Returns colours of shape (height, width, 3) as a frame."""
    return pixels.frame_of(pixels.rgb_to_bgrx(array), "8-bit RGB")


def test_a_frame_that_fits_is_shown_as_it_is() -> None:
    frame = bgrx(pictures.colours())
    for box in (None, pictures.SIZE, Size(1000, 1000), Size(63, 32)):
        picture = render(frame, box)
        assert picture.source is frame
        assert picture.display is None
    assert render(frame, None).description == "8-bit RGB"


def test_a_frame_larger_than_the_window_gets_a_copy_of_its_size() -> None:
    frame = bgrx(pictures.colours(Size(640, 320)))
    picture = render(frame, Size(200, 150))
    assert picture.size == (640, 320)
    assert picture.source is frame
    assert picture.display is not None
    assert picture.display.size == (200, 100)
    assert pictures.corners_of(picture.display) == pictures.CORNERS


@pytest.mark.parametrize("layout", [Layout.GRAY16, Layout.RGB48])
def test_16_bits_are_shown_by_their_full_range(layout: Layout) -> None:
    deep = pictures.greys(np.uint16, 257) if layout is Layout.GRAY16 else pictures.colours().astype(np.uint16) * 257
    frame = pixels.frame_of(deep, "16-bit")
    assert frame.layout is layout
    picture = render(frame, Size(32, 32))
    corners = pictures.grey_corners() if layout is Layout.GRAY16 else pictures.CORNERS
    for shown in (picture.source, picture.display):
        assert shown is not None
        assert shown.layout is Layout.BGRX
        assert pictures.corners_of(shown) == corners
    assert picture.description == "16-bit"


def test_rows_may_lie_apart() -> None:
    wide = pixels.rgb_to_bgrx(pictures.colours(Size(640, 320)))
    padded = np.zeros((320, 700), np.uint32)
    padded[:, :640] = wide
    frame = Frame(padded.data.cast("B"), Size(640, 320), Layout.BGRX, 2800)
    display = render(frame, Size(100, 100)).display
    assert display is not None
    assert pictures.corners_of(display) == pictures.CORNERS


@pytest.mark.parametrize("factor", [1.14, 2, 2.27, 5.5])
def test_fine_stripes_become_grey_and_not_moire(factor: float) -> None:
    stripes = np.zeros((220, 440, 3), np.uint8)
    stripes[:, ::2] = 255
    small = pixels.as_array(scaled(bgrx(stripes), Size(round(440 / factor), round(220 / factor)))) & 255
    column_means = small[:, 4:-4].astype(float).mean(axis=0)
    # Nearest neighbours would be all black and all white columns: a deviation of 127.
    assert abs(column_means.mean() - 127.5) < 3
    if factor >= 2:
        assert column_means.std() < 45


def test_only_bgrx_is_scaled() -> None:
    with pytest.raises(ValueError, match="GRAY16"):
        scaled(pixels.frame_of(pictures.greys(np.uint16), ""), Size(2, 2))


@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    box=st.builds(Size, st.integers(1, 90), st.integers(1, 90)),
    seed=st.integers(0, 9),
)
def test_the_copy_is_a_mean_of_the_picture_at_any_size(width: int, height: int, box: Size, seed: int) -> None:
    array = np.random.default_rng(seed).integers(100, 200, (height, width, 3), dtype=np.uint8)
    picture = render(bgrx(array), box)
    assert picture.source is not None
    if picture.display is None:
        fitted = picture.size.fitted_into(box)
        assert max(width - fitted.width, height - fitted.height) <= 1
        return
    assert picture.display.size == picture.size.fitted_into(box)
    values = pixels.as_array(picture.display)
    assert (values >> 24 == 255).all()
    assert ((values & 255 >= 100) & (values & 255 < 200)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_undoes_itself(orientation: int) -> None:
    array = np.arange(6 * 40 * 3, dtype=np.uint16).reshape(6, 40, 3)
    undo = {6: 8, 8: 6}.get(orientation, orientation)
    turned = pixels.upright(array, orientation)
    assert turned.flags.c_contiguous
    assert turned.shape[:2] == ((40, 6) if orientation >= 5 else (6, 40))
    assert (pixels.upright(turned, undo) == array).all()


def test_an_orientation_of_6_turns_to_the_right() -> None:
    array = np.array([[1, 2, 3], [4, 5, 6]], np.uint16)
    assert pixels.upright(array, 6).tolist() == [[4, 1], [5, 2], [6, 3]]


def test_borrowed_memory_keeps_its_owner() -> None:
    owner = np.arange(12, dtype=np.uint8)
    array = pixels.borrow(owner.ctypes.data, (3, 4), "|u1", owner)
    owner_ended = weakref.finalize(owner, lambda: None)
    del owner
    assert owner_ended.alive
    assert array.tolist()[2] == [8, 9, 10, 11]
    del array
    assert not owner_ended.alive


def test_pixels_that_cannot_be_handed_over_are_copied() -> None:
    class Stubborn:
        """An image in several blocks."""

        mode = "L"
        width, height = 3, 2

        def __arrow_c_array__(self) -> object:
            raise ValueError

        def tobytes(self) -> bytes:
            return bytes(range(6))

    assert pixels.pixels_of(Stubborn()).tolist() == [[0, 1, 2], [3, 4, 5]]  # type: ignore[arg-type]
