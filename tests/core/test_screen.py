"""From a picture to what is painted of it, with a look and of a part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display import screen as of_screens
from viewer.core.display.levels import first_range
from viewer.core.display.look import AS_IT_IS, Curve, Look, marks_of, on_screen
from viewer.core.display.picture import Picture, VisiblePart
from viewer.core.display.pixels import as_array
from viewer.core.display.proxy import reduced, shown_part
from viewer.core.display.render import render, render_reduced
from viewer.core.display.screen import is_for_screen, is_painted_as_it_is, resolved, screened
from viewer.core.frame import BGRA, GREY, RGB, RGBA, Alpha, Frame, Range, SampleInfo, SampleKind, Size, TransferCurve

if TYPE_CHECKING:
    import numpy.typing as npt

SIZE = Size(60, 40)
FIT = Size(30, 30)
"""Fitted into it a picture is half as wide and high."""
ROWS, COLUMNS = np.indices((SIZE.height, SIZE.width))
RAMP = ROWS * 97 + COLUMNS * 31
"""Numbers from 0 to 5,612."""
GREY_16 = SampleKind("u", 16, is_colour=False, transfer=TransferCurve.DISPLAY)
NARROW = Range(1000.0, 3000.0)


def frame(samples: npt.ArrayLike, dtype: str, channels: tuple[str, ...] = GREY, **info: Any) -> Frame:  # noqa: ANN401 - the fields of SampleInfo
    return Frame((np.asarray(samples, dtype),), channels, "", SampleInfo(**info))


def colours(dtype: str, alpha: Alpha | None = None) -> Frame:
    planes = [RAMP, RAMP[::-1], RAMP[:, ::-1]]
    if alpha is not None:
        planes.append(COLUMNS * 5000 // SIZE.width)
    samples = np.dstack(planes) // (23 if dtype == "u1" else 1)
    return frame(samples, dtype, RGB if alpha is None else RGBA, alpha=alpha)


DEEP = {
    "grey of 16 bits": frame(RAMP, "u2"),
    "signed": frame(RAMP - 2000, "i2"),
    "12 bits": frame(RAMP % 4096, "u2", bits=12),
    "colours of 16 bits": colours("u2"),
    "colours with alpha": colours("u2", Alpha.STRAIGHT),
    "halves": frame(RAMP / 7, "f2"),
    "floats with NaN": frame(np.where(RAMP % 5, RAMP * 0.01, np.nan), "f4"),
    "doubles": frame(RAMP * 1e-3 - 2, "f8"),
    "light": frame(np.dstack([RAMP] * 3) / 5000, "f4", RGB, transfer=TransferCurve.LINEAR),
    "numbers of objects": frame(RAMP % 97, "u4"),
    "PNM of 7 bits": frame(RAMP // 45, "u1", white=120.0),
    "inverted bytes": frame(RAMP // 23, "u1", is_inverted=True),
}
BYTES = {
    "colours": colours("u1"),
    "grey": frame(RAMP // 23, "u1"),
    "for the screen": pictures.bgrx(RAMP.astype("u4").tobytes(), SIZE),
}


def same(painted: Frame, wanted: Frame) -> bool:
    return painted.channels == wanted.channels and bool((as_array(painted) == as_array(wanted)).all())


# Which pictures are painted as they are


@pytest.mark.parametrize("fit_size", [None, FIT])
@pytest.mark.parametrize("name", BYTES)
def test_bytes_are_painted_as_they_are_fitted_and_in_part(name: str, fit_size: Size | None) -> None:
    picture = render(BYTES[name], fit_size)
    for view in (None, VisiblePart(10, 10, 20, 20, Size(12, 12))):
        assert is_painted_as_it_is(picture, AS_IT_IS, view)
        assert is_painted_as_it_is(picture, Look(Range(0, 255)), view)
        assert is_painted_as_it_is(picture, Look(ranges={GREY_16: NARROW}), view), "a range for other samples"
        assert screened(picture, AS_IT_IS, view) is picture
    assert picture.source is not None
    assert picture.source.is_bgrx


@pytest.mark.parametrize("alpha", [Alpha.STRAIGHT, Alpha.PREMULTIPLIED])
def test_bytes_with_alpha_are_painted_multiplied_and_keep_their_samples(alpha: Alpha) -> None:
    straight = colours("u1", alpha)
    for fit_size in (None, FIT):
        picture = render(straight, fit_size)
        assert picture.source is straight
        assert picture.display is not None
        assert picture.display.channels == BGRA
        assert picture.display.info.alpha is Alpha.PREMULTIPLIED
        assert picture.display.size == (SIZE if fit_size is None else (30, 20))
        assert is_painted_as_it_is(picture, AS_IT_IS, None)
        view = VisiblePart(10, 10, 20, 20, Size(20, 20))
        assert not is_painted_as_it_is(picture, AS_IT_IS, view)
        made = screened(picture, AS_IT_IS, view).screen
        assert made is not None
        assert same(made.frame, on_screen(shown_part(straight, view[:4])))
        assert is_for_screen(made.frame)


@pytest.mark.parametrize(
    ("look", "is_as_it_is"),
    [
        (AS_IT_IS, True),
        (Look(Range(0, 255)), True),
        (Look(Range(10, 255)), False),
        (Look(gamma=2.0), False),
        (Look(exposure=1.0), False),
        (Look(curve=Curve.LOG), False),
        (Look(channel="R"), False),
        (Look(is_inverted=True), False),
        (Look(marks=True), False),
        (Look(gamma=2.0, ranges={GREY_16: NARROW}), False),
    ],
)
def test_a_look_on_bytes_counts_where_it_changes_them(look: Look, *, is_as_it_is: bool) -> None:
    for source in (BYTES["colours"], colours("u1", Alpha.STRAIGHT)):
        picture = render(source, FIT)
        assert is_painted_as_it_is(picture, look, None) is is_as_it_is
        made = screened(picture, look, None)
        assert (made is picture) is is_as_it_is
        if not is_as_it_is:
            assert made.screen is not None
            assert picture.display is not None
            own = resolved(look, replace(picture, range=Range(0, 255)))
            samples = made.screen.samples or picture.display
            assert (made.screen.samples is None) is picture.display.is_bgrx, "with alpha there are means of its own"
            assert same(made.screen.frame, on_screen(samples, own))
            is_opaque = picture.display.is_bgrx or look.channel
            assert made.screen.frame.is_bgrx is bool(is_opaque), "a channel alone is shown without alpha"


@pytest.mark.parametrize("name", DEEP)
def test_all_others_need_a_screen_whatever_the_look(name: str) -> None:
    picture = render(DEEP[name], FIT)
    for look in (AS_IT_IS, Look(Range(0, 255)), Look(gamma=2.0)):
        assert not is_painted_as_it_is(picture, look, None)
    assert picture.display is not None
    assert not is_for_screen(picture.display)


def test_a_picture_of_nothing_has_nothing_to_be_painted() -> None:
    nothing = Picture(SIZE, "", None, None)
    assert is_painted_as_it_is(nothing, Look(gamma=2.0), None)
    assert screened(nothing, Look(gamma=2.0), None) is nothing


# What is painted of them


@pytest.mark.parametrize("look", [AS_IT_IS, Look(gamma=1.3, colour_map="viridis"), Look(Range(3, 40), marks=True)])
@pytest.mark.parametrize("name", DEEP)
def test_fitted_it_is_the_look_of_the_mean_and_in_part_that_of_the_part(name: str, look: Look) -> None:
    source = DEEP[name]
    picture = render(source, FIT)
    chosen = replace(look, range=look.range or first_range(source))
    part = (7, 5, 40, 30)
    for view, samples in (
        (None, reduced(source, Size(30, 20))),
        (VisiblePart(*part, Size(40, 30)), shown_part(source, part)),
        (VisiblePart(*part, Size(24, 18)), reduced(source, Size(24, 18), part)),
    ):
        made = screened(picture, look, view)
        assert made.screen is not None
        covered = shown_part(source) if view is None else shown_part(source, part)
        assert same(made.screen.frame, on_screen(samples, chosen, marks_of(covered, chosen, samples.size)))
        assert made.screen.view == view
        assert made.screen.part == (None if view is None else part)
        assert made.screen.look == chosen


@pytest.mark.parametrize("name", ["grey of 16 bits", "light"])
def test_a_picture_that_fits_is_painted_at_its_own_size(name: str) -> None:
    made = screened(render(DEEP[name], SIZE), AS_IT_IS, None)
    assert made.display is None
    assert made.screen is not None
    assert same(made.screen.frame, on_screen(DEEP[name]))


@pytest.mark.parametrize("window", [(-5, 3, 70, 20), (10, 10, 30, 20)])
@pytest.mark.parametrize("fit_size", [None, FIT, Size(100, 100)])
def test_of_a_frame_with_a_window_just_that_is_painted(
    window: tuple[int, int, int, int], fit_size: Size | None
) -> None:
    source = replace(DEEP["light"], info=replace(DEEP["light"].info, window=window))
    picture = screened(render(source, fit_size), AS_IT_IS, None)
    size = Size(*window[2:])
    assert picture.size == size
    assert picture.screen is not None
    assert picture.screen.frame.size == (size if picture.display is None else size.fitted_into(FIT))
    assert picture.thumbnail is not None
    assert picture.thumbnail.size == size
    seen = screened(picture, AS_IT_IS, VisiblePart(0, 0, 30, 20, Size(30, 20))).screen
    assert seen is not None
    assert same(seen.frame, on_screen(shown_part(source, (0, 0, 30, 20))))


def test_without_its_source_the_copy_is_painted_whatever_part_is_seen() -> None:
    picture = replace(render(DEEP["grey of 16 bits"], FIT), source=None)
    view = VisiblePart(10, 10, 20, 20, Size(20, 20))
    made = screened(picture, Look(NARROW), view).screen
    assert made is not None
    assert (made.part, made.view, made.frame.size) == (None, view, (30, 20))


def test_bytes_multiplied_by_alpha_are_not_averaged_anew() -> None:
    painted = on_screen(colours("u1", Alpha.STRAIGHT))
    picture = render(painted, FIT)
    made = screened(picture, Look(gamma=2.0), VisiblePart(6, 5, 40, 30, Size(24, 18))).screen
    assert made is not None
    assert made.frame.size == (40, 30)


# The range that counts


def test_a_range_of_its_own_is_measured_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []

    def first(of: Frame, kind: SampleKind | None) -> Range:
        measured.append(of)
        return first_range(of, kind)

    monkeypatch.setattr(of_screens, "first_range", first)
    picture = screened(render(DEEP["grey of 16 bits"], FIT), AS_IT_IS, None)
    assert picture.range == first_range(DEEP["grey of 16 bits"])
    for look in (AS_IT_IS, Look(gamma=2.0), Look(ranges={GREY_16._replace(bits=12): NARROW})):
        for view in (None, VisiblePart(0, 0, 10, 10, Size(10, 10))):
            picture = screened(picture, look, view)
            assert picture.screen is not None
            assert picture.screen.look.range == picture.range
    assert measured == [DEEP["grey of 16 bits"]], "of all its samples"


def test_a_range_that_is_given_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_screens, "first_range", lambda *_: pytest.fail("it was measured"))
    for look in (Look(NARROW), Look(Range(1, 2), {GREY_16: NARROW})):
        picture = screened(render(DEEP["grey of 16 bits"], FIT), look, None)
        assert picture.range is None
        assert picture.screen is not None
        assert picture.screen.look == Look(NARROW)


@pytest.mark.parametrize(
    ("range_", "ranges", "own", "counts"),
    [
        (None, {}, NARROW, NARROW),
        (None, {}, None, None),
        (Range(1, 2), {}, NARROW, Range(1, 2)),
        (None, {GREY_16: Range(1, 2)}, NARROW, Range(1, 2)),
        (Range(3, 4), {GREY_16: Range(1, 2), GREY_16._replace(bits=12): Range(5, 6)}, NARROW, Range(1, 2)),
        (None, {GREY_16._replace(is_colour=True): Range(1, 2)}, NARROW, NARROW),
        (None, {GREY_16._replace(bits=12): Range(1, 2)}, None, None),
        (Range(3, 4), {GREY_16._replace(bits=12): Range(1, 2)}, None, Range(3, 4)),
    ],
)
def test_a_range_counts_for_its_own_kind_of_samples(
    range_: Range | None, ranges: dict[SampleKind, Range], own: Range | None, counts: Range | None
) -> None:
    picture = Picture(SIZE, "", DEEP["grey of 16 bits"], None, kind=GREY_16, range=own)
    look = Look(range_, ranges, gamma=2.0)
    assert resolved(look, picture) == Look(counts, gamma=2.0)


def test_a_range_for_bytes_counts_for_those_decoded_smaller_for_playing_too() -> None:
    whole = render(BYTES["grey"], FIT)
    assert whole.source is not None
    playing = render_reduced(whole.source, SIZE, FIT)
    assert playing.kind == whole.kind
    assert whole.kind is not None
    made = screened(playing, Look(ranges={whole.kind: Range(0, 100)}), None).screen
    assert made is not None
    assert made.look.range == (0, 100)


# Parts


@pytest.mark.parametrize(
    ("view", "within"),
    [
        (VisiblePart(10, 5, 20, 20, Size(20, 20)), VisiblePart(10, 5, 20, 20, Size(20, 20))),
        (VisiblePart(0, 0, 100, 40, Size(50, 20)), VisiblePart(0, 0, 60, 40, Size(30, 20))),
        (VisiblePart(50, 30, 20, 20, Size(10, 10)), VisiblePart(50, 30, 10, 10, Size(5, 5))),
        (VisiblePart(-4, 0, 20, 20, Size(20, 20)), VisiblePart(0, 0, 16, 20, Size(16, 20))),
        (VisiblePart(59, 39, 9, 9, Size(1, 1)), VisiblePart(59, 39, 1, 1, Size(1, 1))),
        (VisiblePart(60, 0, 9, 9, Size(9, 9)), None),
        (VisiblePart(0, 41, 9, 9, Size(9, 9)), None),
    ],
)
def test_what_is_seen_of_a_smaller_picture(view: VisiblePart, within: VisiblePart | None) -> None:
    assert view.within(SIZE) == within


places = st.integers(-50, 150)
lengths = st.integers(1, 150)


@given(places, places, lengths, lengths, st.floats(0.01, 1))
def test_a_part_of_any_other_picture_can_be_painted(left: int, top: int, width: int, height: int, by: float) -> None:
    size = Size(max(1, round(width * by)), max(1, round(height * by)))
    view = VisiblePart(left, top, width, height, size)
    made = screened(render(DEEP["grey of 16 bits"], FIT), Look(NARROW), view).screen
    assert made is not None
    assert made.view == view
    seen = view.within(SIZE)
    assert (made.part is None) is (seen is None)
    if seen is not None:
        assert 0 <= seen.left < seen.left + seen.width <= SIZE.width
        assert 0 <= seen.top < seen.top + seen.height <= SIZE.height
        assert made.frame.size.width <= seen.width
        assert made.frame.size.height <= seen.height
