"""The settings of each sequence, which last from one day to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.display.look import AS_IT_IS, Look

if TYPE_CHECKING:
    from collections.abc import Iterable


LEAST_GAMMA, GREATEST_GAMMA = 0.01, 100.0
GREATEST_EXPOSURE = 32.0
"""In stops, brighter or darker."""
GREATEST_LEVEL = 1e200
"""Beyond it, differences and exposures of numbers could be none."""


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
class ChosenLook:
    """How the user wants the frames of a sequence to be shown.

    Attributes:
        look: all that was chosen; without a range, black and white have not been chosen.
        is_locked: whether all frames are shown with the same range; if not, ``look`` has none.
    """

    look: Look = AS_IT_IS
    is_locked: bool = True


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
        look: how its frames are shown, None while nothing was chosen.
    """

    number: int | None = None
    mark_in: int | None = None
    mark_out: int | None = None
    rate: float | None = None
    start: str = ""
    bookmarks: tuple[Bookmark, ...] = ()
    zoom: Zoom | None = None
    look: ChosenLook | None = None


NOTHING = SequenceSettings()
"""The settings of a sequence of which nothing has been set."""


def merged(base: SequenceSettings, here: SequenceSettings, there: SequenceSettings) -> SequenceSettings:
    """Returns what two programs have made of ``base`` together: what was changed ``here``, else what is ``there``."""
    names = [each.name for each in fields(SequenceSettings) if getattr(here, each.name) != getattr(base, each.name)]
    both = replace(
        there,
        **{name: getattr(here, name) for name in names if name != "bookmarks"},
        bookmarks=_merged_bookmarks(dict(base.bookmarks), dict(here.bookmarks), dict(there.bookmarks)),
    )
    if both.mark_in is not None and both.mark_out is not None and both.mark_in > both.mark_out:
        mark = both.mark_in if "mark_in" in names else both.mark_out  # it takes the other along, as setting it does
        both = replace(both, mark_in=mark, mark_out=mark)
    return both


def _merged_bookmarks(base: dict[int, str], here: dict[int, str], there: dict[int, str]) -> tuple[Bookmark, ...]:
    """Returns the bookmarks of both, without those that either has removed; notes by number."""
    notes = {number: note for number, note in there.items() if number in here or number not in base}
    for number, note in here.items():
        if number not in base and not note:
            notes.setdefault(number, note)  # there it may have one
        elif base.get(number) != note:
            notes[number] = note
    return tuple(Bookmark(number, notes[number]) for number in sorted(notes))
