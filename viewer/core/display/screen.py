"""From a picture to what is painted of it: with a look, and of the part that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.levels import first_range
from viewer.core.display.look import AS_IT_IS, Look, is_fine, marks_of, on_screen
from viewer.core.display.picture import Picture, Screen, VisiblePart
from viewer.core.display.proxy import reduced, shown_part
from viewer.core.display.render import display_size, scaled
from viewer.core.frame import BGRA, Alpha, Range, Size
from viewer.core.records import replace

if TYPE_CHECKING:
    from viewer.core.frame import Frame

ALL_OF_8_BITS = Range(0.0, 255.0)


def is_painted_as_it_is(picture: Picture, look: Look, view: VisiblePart | None) -> bool:
    """Returns whether the frames of a picture can be painted as they are; any thread."""
    frame = picture.display or picture.source
    if frame is None or not is_for_screen(frame):
        return frame is None
    if look is not AS_IT_IS and look.with_one(None) != AS_IT_IS:
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
    source, seen, display = picture.source, _seen(picture, view), picture.display
    frame = source or display
    if frame is None:
        return picture
    picture = ranged(picture, look)
    chosen = resolved(look, picture)
    fitted = display.size if display else fit_size and display_size(picture.size, fit_size)
    part = seen or VisiblePart(0, 0, *picture.size, fitted or picture.size)
    is_smaller = part.size != part[2:4]
    is_marked = chosen.marks and is_smaller and source is not None
    if source is None or is_for_screen(source):  # colours are made smaller when they are painted, but no marks
        frame = shown_part(frame, seen[:4]) if seen else display or shown_part(frame)
        frame = scaled(frame, part.size) if is_marked and frame.size != part.size else frame
    else:
        copy = None if seen or display is None or is_for_screen(display) else display
        kept = samples if samples and samples.size == part.size else None
        frame = kept or copy or reduced(source, part.size, part[:4])
        if is_smaller and not is_fine(frame, chosen):
            frame = reduced(source, part.size, part[:4], "f4" if is_fine(source, chosen, "f4") else "f8")
            picture = picture if copy is None else replace(picture, display=frame)
        samples = frame if is_smaller and frame is not copy else None
    marks = marks_of(shown_part(source, part[:4]), chosen, part.size) if source and is_marked else None
    painted = on_screen(frame, chosen, marks)
    return replace(picture, screen=Screen(painted, chosen, view, None if seen is None else seen[:4], samples))


def ranged(picture: Picture, look: Look) -> Picture:
    """Returns a picture with the range of its own, if the look has none for it; worker threads."""
    frame = picture.source or picture.display
    if frame is None or is_painted_as_it_is(picture, look, None) or _range(look, picture) is not None:
        return picture
    return replace(picture, range=first_range(frame, picture.kind))


def resolved(look: Look, picture: Picture) -> Look:
    """Returns a look with the range that counts for a picture: if that is its own and not known, None."""
    return look.with_one(_range(look, picture))  # of any kind: means are of other types than the samples


def _range(look: Look, picture: Picture) -> Range | None:
    return look.range_of(picture.kind) or picture.range


def _seen(picture: Picture, view: VisiblePart | None) -> VisiblePart | None:
    """Returns the part to be painted; None for all of the picture, as without its source."""
    return None if view is None or picture.source is None else view.within(picture.size)
