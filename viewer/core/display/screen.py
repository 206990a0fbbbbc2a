"""From a picture to what is painted of it: with a look, and of the part that is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.core.display.levels import first_range
from viewer.core.display.look import AS_IT_IS, Look, on_screen
from viewer.core.display.picture import Picture, Screen, VisiblePart
from viewer.core.display.proxy import reduced, shown_part
from viewer.core.display.render import display_size
from viewer.core.frame import BGRA, BGRX, Alpha, Range, Size

if TYPE_CHECKING:
    from viewer.core.frame import Frame

ALL_OF_8_BITS = Range(0.0, 255.0)


def is_painted_as_it_is(picture: Picture, look: Look, view: VisiblePart | None) -> bool:
    """Returns whether the frames of a picture can be painted as they are; any thread."""
    frame = picture.display or picture.source
    if frame is None or not is_for_screen(frame):
        return frame is None
    if look is not AS_IT_IS and replace(look, range=None, kind=None) != AS_IT_IS:
        return False
    if _range(look, picture) not in (None, ALL_OF_8_BITS):
        return False
    return view is None or picture.source is None or is_for_screen(picture.source)


def is_for_screen(frame: Frame) -> bool:
    """Returns whether a frame is as the screen takes it; with alpha the colours are multiplied by it."""
    return frame.is_bgrx or (frame.channels == BGRA and frame.info.alpha is Alpha.PREMULTIPLIED)


def screened(
    picture: Picture,
    look: Look,
    view: VisiblePart | None,
    samples: Frame | None = None,
    fit_size: Size | None = None,
) -> Picture:
    """Returns a picture with what is painted of it, if it cannot be painted as it is; worker threads.

    ``samples`` are those of a screen that was made before of the same part of the same picture. Without a ``view``, and
    without a copy of it, a picture is fitted into ``fit_size``, in device pixels; with None it keeps its size.
    """
    if is_painted_as_it_is(picture, look, view):
        return picture
    frame, seen, source = picture.display, _seen(picture, view), picture.source
    fitted = None if fit_size is None or seen or frame or source is None else display_size(picture.size, fit_size)
    part = VisiblePart(0, 0, *picture.size, fitted) if fitted else seen
    if source is not None and part is not None and _is_smaller(source, part):
        frame = samples = samples or reduced(source, part.size, part[:4])
    elif source is not None and seen is not None:
        frame = shown_part(source, seen[:4])
    elif source is not None and frame is None:
        frame = shown_part(source)
    if frame is None:
        return picture
    picture = ranged(picture, look)
    chosen = resolved(look, picture)
    painted = on_screen(frame, replace(chosen, kind=None))  # means are of other types than the samples
    return replace(picture, screen=Screen(painted, chosen, view, None if seen is None else seen[:4], samples))


def ranged(picture: Picture, look: Look) -> Picture:
    """Returns a picture with the range of its own, if the look has none for it; worker threads."""
    frame = picture.source or picture.display
    if frame is None or is_painted_as_it_is(picture, look, None) or _range(look, picture) is not None:
        return picture
    return replace(picture, range=first_range(frame))


def resolved(look: Look, picture: Picture) -> Look:
    """Returns a look with the range that counts for a picture: if that is its own and not known, None."""
    return replace(look, range=_range(look, picture), kind=picture.kind)


def _range(look: Look, picture: Picture) -> Range | None:
    is_own = look.range is None or (look.kind is not None and look.kind != picture.kind)
    return picture.range if is_own else look.range


def _seen(picture: Picture, view: VisiblePart | None) -> VisiblePart | None:
    """Returns the part to be painted; None for all of the picture, as without its source."""
    return None if view is None or picture.source is None else view.within(picture.size)


def _is_smaller(source: Frame, seen: VisiblePart) -> bool:
    """Returns whether a part is painted smaller than it is; colours are made smaller when they are painted."""
    is_of_colours = source.channels in {BGRX, BGRA}
    return not is_of_colours and seen.size != seen[2:4]
