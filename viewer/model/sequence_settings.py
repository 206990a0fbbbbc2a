"""The settings of each sequence, which last from one day to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Bookmark(NamedTuple):
    """A frame that the user wants to find again.

    Attributes:
        number: its frame number.
        note: what there is to say about it, "" for nothing.
    """

    number: int
    note: str = ""


class Bookmarks:
    """Bookmarks by ascending number, each number once; every change makes another table."""

    def __init__(self, bookmarks: Iterable[Bookmark] = ()) -> None:
        """Takes bookmarks in any order; of several of one number the last."""
        self.all = tuple(sorted({each.number: each for each in bookmarks}.values()))

    def __contains__(self, number: int) -> bool:
        return any(each.number == number for each in self.all)

    def with_(self, *added: Bookmark) -> Bookmarks:
        """Returns them with others, which replace those of the same numbers."""
        return Bookmarks((*self.all, *added))

    def without(self, numbers: Iterable[int]) -> Bookmarks:
        """Returns them without those of ``numbers``."""
        gone = set(numbers)
        return Bookmarks(each for each in self.all if each.number not in gone)

    def after(self, number: int) -> int | None:
        """Returns the number of the next bookmark after ``number``, None if there is none."""
        at = bisect_right(self.all, number, key=lambda each: each.number)
        return self.all[at].number if at < len(self.all) else None

    def before(self, number: int) -> int | None:
        """Returns the number of the last bookmark before ``number``, None if there is none."""
        at = bisect_left(self.all, number, key=lambda each: each.number)
        return self.all[at - 1].number if at else None


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
