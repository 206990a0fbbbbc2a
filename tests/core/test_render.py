"""From the decoded frame to the display copy."""

from __future__ import annotations

import weakref

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display import pixels
from viewer.core.display.look import AS_IT_IS, Look, on_screen
from viewer.core.display.render import THUMBNAIL, render, scaled, thumbnail_of
from viewer.core.display.screen import screened
from viewer.core.frame import GREY, RGB, Frame, Range, Size


def bgrx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Frame:
    """Returns colours of shape (height, width, 3) as a frame."""
    return pixels.frame_of(pixels.rgb_to_bgrx(array), "8-bit RGB")


def test_a_frame_that_fits_is_shown_as_it_is() -> None:
    frame = bgrx(pictures.colours())
    for fit_size in (None, pictures.SIZE, Size(1000, 1000), Size(63, 32)):
        picture = render(frame, fit_size)
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


@pytest.mark.parametrize("channels", [GREY, RGB])
def test_16_bits_become_8(channels: tuple[str, ...]) -> None:
    deep = pictures.greys(np.uint16, 257) if channels == GREY else pictures.colours().astype(np.uint16) * 257
    picture = screened(render(Frame((deep,), channels, "16-bit"), Size(32, 32)), AS_IT_IS, None)
    corners = pictures.stretched_corners() if channels == GREY else pictures.CORNERS
    for samples in (picture.source, picture.display, picture.thumbnail):
        assert samples is not None
        assert samples.planes[0].dtype == np.uint16
        shown = on_screen(samples, Look(picture.range or Range(0, 65535)))
        assert np.abs(np.subtract(pictures.corners_of(shown), corners)).max() <= 1
    assert picture.screen is not None
    assert picture.screen.frame.size == (32, 16)
    assert np.abs(np.subtract(pictures.corners_of(picture.screen.frame), corners)).max() <= 1
    assert picture.description == "16-bit"


def test_rows_may_lie_apart() -> None:
    wide = pixels.rgb_to_bgrx(pictures.colours(Size(640, 320)))
    padded = np.zeros((320, 700), np.uint32)
    padded[:, :640] = wide
    frame = pictures.bgrx(padded.data.cast("B"), Size(640, 320), 2800)
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


@pytest.mark.parametrize(
    ("size", "small"),
    [
        (Size(640, 320), Size(256, 128)),
        (Size(320, 640), Size(128, 256)),
        (Size(1920, 1080), Size(256, 144)),
        (Size(3840, 2160), Size(256, 144)),
        (Size(300_000, 8), Size(256, 1)),
    ],
)
@pytest.mark.parametrize("fit_size", [None, Size(600, 600)])
def test_every_frame_leaves_a_thumbnail(size: Size, small: Size, fit_size: Size | None) -> None:
    thumbnail = render(bgrx(pictures.colours(size)), fit_size).thumbnail
    assert thumbnail is not None
    assert thumbnail.is_bgrx
    assert thumbnail.size == small == size.fitted_into(THUMBNAIL)
    assert thumbnail.nbytes <= 4 * THUMBNAIL.width * THUMBNAIL.height
    assert (pixels.as_array(thumbnail) >> 24 == 255).all()
    if small.height > 8:
        assert pictures.corners_of(thumbnail) == pictures.CORNERS


def test_a_small_frame_is_its_own_thumbnail() -> None:
    for size in (pictures.SIZE, THUMBNAIL):
        picture = render(bgrx(pictures.colours(size)), Size(40, 40))
        assert picture.thumbnail is picture.source
        assert picture.display is not None


def test_a_thumbnail_outlives_the_frame_without_keeping_it() -> None:
    for size in (Size(640, 320), Size(1920, 1080)):
        array = np.zeros((size.height, size.width), np.uint32)
        ended = weakref.finalize(array, lambda: None)
        thumbnail = thumbnail_of(pixels.frame_of(array, "8-bit RGB"))
        assert ended.alive
        del array
        gone = not ended.alive
        assert gone
        assert thumbnail.description == "8-bit RGB"
        assert (pixels.as_array(thumbnail) == pixels.OPAQUE).all()


def test_a_thumbnail_is_made_from_the_smaller_copy_that_is_large_enough() -> None:
    def grey(size: Size, value: int) -> Frame:
        return bgrx(np.full((size.height, size.width, 3), value, np.uint8))

    source = grey(Size(640, 320), 50)
    for size, value in ((Size(320, 160), 200), (Size(256, 128), 200), (Size(255, 128), 50), (Size(128, 64), 50)):
        thumbnail = thumbnail_of(source, grey(size, value))
        assert thumbnail.size == (256, 128)
        assert pictures.corners_of(thumbnail)[0] == (value,) * 3


@pytest.mark.parametrize("size", [Size(1200, 600), Size(1690, 950), Size(1920, 1080), Size(3840, 2160)])
@pytest.mark.parametrize("pattern", ["columns", "rows", "grid"])
def test_fine_patterns_are_grey_in_thumbnails(size: Size, pattern: str) -> None:
    y, x = np.ogrid[0 : size.height, 0 : size.width]
    white = {"columns": x + 0 * y, "rows": y + 0 * x, "grid": x + y}[pattern] % 2 * 255
    frame = pixels.frame_of(pixels.grey_to_bgrx(white.astype(np.uint8)), "")
    values = pixels.as_array(thumbnail_of(frame)) & 255
    assert abs(values.mean() - 127.5) < 6
    # Nearest neighbours alone would be all black and all white: a deviation of 127.
    assert values.std() < 45


@given(width=st.integers(257, 900), height=st.integers(100, 900))
def test_a_thumbnail_is_not_shifted(width: int, height: int) -> None:
    def ramp(length: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return (np.arange(length) + 0.5) * 255 / length

    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 2] = np.rint(ramp(width))
    picture[..., 1] = np.rint(ramp(height))[:, None]
    values = pixels.as_array(thumbnail_of(bgrx(picture)))
    turned = pixels.as_array(thumbnail_of(bgrx(picture[::-1, ::-1])))[::-1, ::-1]
    for found, other, source in (
        (values[0] & 255, turned[0] & 255, width),
        (values[:, 0] >> 8 & 255, turned[:, 0] >> 8 & 255, height),
    ):
        assert np.abs(found - ramp(len(found))).max() <= 1 + 255 / source / 2  # half a pixel of the source
        # What is shifted to one side is shifted to the other when the picture is turned; an eighth of a pixel may be.
        assert abs(found.mean() - other.mean()) <= 255 / len(found) / 4


def test_only_bgrx_is_scaled() -> None:
    with pytest.raises(ValueError, match="not Y"):
        scaled(Frame((pictures.greys(np.uint16),), GREY), Size(2, 2))


@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    fit_size=st.builds(Size, st.integers(1, 90), st.integers(1, 90)),
    seed=st.integers(0, 9),
)
def test_the_copy_is_a_mean_of_the_picture_at_any_size(width: int, height: int, fit_size: Size, seed: int) -> None:
    array = np.random.default_rng(seed).integers(100, 200, (height, width, 3), dtype=np.uint8)
    picture = render(bgrx(array), fit_size)
    assert picture.source is not None
    assert picture.thumbnail is picture.source
    if picture.display is None:
        fitted = picture.size.fitted_into(fit_size)
        assert max(width - fitted.width, height - fitted.height) <= 1
        return
    assert picture.display.size == picture.size.fitted_into(fit_size)
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
