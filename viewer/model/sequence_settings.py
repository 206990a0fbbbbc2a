"""The settings of each sequence, which last from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Bookmark(NamedTuple):
    """A frame that the user wants to find again.

    Attributes:
        number: its frame number.
        note: what there is to say about it, "" for nothing.
    """

    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Zoom:
    """How the picture lay on the canvas.

    Attributes:
        scale: pixels of the screen for one of the picture; None for fitted to the window.
        center_x: the point of the picture at the centre of the canvas, 0 at its left edge and 1 at its right.
        center_y: the same from top to bottom.
    """

    scale: float | None = None
    center_x: float = 0.5
    center_y: float = 0.5


@dataclass(frozen=True, slots=True)
class SequenceSettings:
    """The settings of one sequence.

    Attributes:
        number: the frame that was looked at last, None for none.
        mark_in: the in point as a frame number, None for none.
        mark_out: the out point as a frame number, None for none.
        rate: frames a second for playing, None for the one of the preferences.
        start: the time code of the first frame, "" for 00:00:00:00.
        bookmarks: the bookmarks, by ascending number, each number once.
        zoom: how the picture lay on the canvas, None for fitted.
    """

    number: int | None = None
    mark_in: int | None = None
    mark_out: int | None = None
    rate: float | None = None
    start: str = ""
    bookmarks: tuple[Bookmark, ...] = ()
    zoom: Zoom | None = None
