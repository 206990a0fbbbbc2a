"""The settings of each sequence, which last from one day to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from viewer.core.display.look import AS_IT_IS, Look
from viewer.core.frame import Range
from viewer.core.sequence.writing import COUNT, renumbered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from viewer.core.frame import SampleKind
    from viewer.core.sequence.folder_rule import FolderRule

T = TypeVar("T")

GAMMA = Range(0.1, 10.0)
"""The gammas that can be chosen."""
EXPOSURE = Range(-30.0, 30.0)
"""The stops that can be chosen, darker and brighter."""


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
        is_locked: whether all frames of a kind are shown with the same range; if not, those of ``look`` wait until
            they are again.
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
        unit: what the numbers count, as :attr:`Writing.unit` says.
        rule: how the pictures of the folder are grouped, None as they are named; only under :data:`WHOLE_FOLDER`.
    """

    number: int | None = None
    mark_in: int | None = None
    mark_out: int | None = None
    rate: float | None = None
    start: str = ""
    bookmarks: tuple[Bookmark, ...] = ()
    zoom: Zoom | None = None
    look: ChosenLook | None = None
    unit: str = COUNT.unit
    rule: FolderRule | None = None

    def in_unit(self, unit: str) -> SequenceSettings:
        """Returns them with numbers of another unit; those that have nothing in common with it are left out."""
        if unit == self.unit:
            return self
        number, mark_in, mark_out = (
            None if each is None else renumbered(each, self.unit, unit)
            for each in (self.number, self.mark_in, self.mark_out)
        )
        there = ((renumbered(each.number, self.unit, unit), each.note) for each in self.bookmarks)
        bookmarks = Bookmarks(Bookmark(number, note) for number, note in there if number is not None).all
        return replace(self, number=number, mark_in=mark_in, mark_out=mark_out, bookmarks=bookmarks, unit=unit)


WHOLE_FOLDER = "/"
"""Under which name something is remembered of a folder as a whole; no sequence has it."""
NOTHING = SequenceSettings()
"""The settings of a sequence of which nothing has been set."""


def merged(base: SequenceSettings, here: SequenceSettings, there: SequenceSettings) -> SequenceSettings:
    """Returns what two programs have made of ``base`` together: what was changed ``here``, else what is ``there``.

    Where files have come that gave the numbers another unit, they are those of ``here``.
    """
    if here == base:
        return there
    if base.unit != here.unit:
        base = replace(NOTHING, rate=base.rate, start=base.start, zoom=base.zoom, look=base.look, unit=here.unit)
    if there.unit != here.unit:
        numbers = {name: getattr(here, name) for name in ("number", "mark_in", "mark_out", "bookmarks", "unit")}
        there = replace(there, **numbers)
    both = _with_changes(
        base,
        here,
        there,
        look=_merged_look(*(each.look or ChosenLook() for each in (base, here, there))),
        bookmarks=_merged_bookmarks(dict(base.bookmarks), dict(here.bookmarks), dict(there.bookmarks)),
    )
    if both.mark_in is not None and both.mark_out is not None and both.mark_in > both.mark_out:
        mark = (
            both.mark_in if here.mark_in != base.mark_in else both.mark_out
        )  # it takes the other along, as setting it does
        both = replace(both, mark_in=mark, mark_out=mark)
    return both


def _with_changes(base: T, here: T, there: T, **merged: Any) -> T:  # noqa: ANN401 - fields
    """Returns ``there``, a dataclass, with the fields that were changed ``here``, and those that are ``merged``."""
    names = (each.name for each in fields(base))  # type: ignore[arg-type] # it is a dataclass
    changed = {name: getattr(here, name) for name in names if getattr(here, name) != getattr(base, name)}
    return replace(there, **changed | merged)  # type: ignore[type-var] # the same


def _merged_look(base: ChosenLook, here: ChosenLook, there: ChosenLook) -> ChosenLook | None:
    looks = base.look, here.look, there.look
    ranges = {
        kind: range_
        for kind in here.look.ranges.keys() | there.look.ranges.keys()
        if (range_ := _merged_range(kind, *looks))
    }
    both = _with_changes(base, here, there, look=_with_changes(*looks, ranges=ranges))
    return None if both == ChosenLook() else both


def _merged_range(kind: SampleKind, *looks: Look) -> Range | None:
    base, here, there = (look.ranges.get(kind) for look in looks)
    return there if here == base else here


def _merged_bookmarks(base: dict[int, str], here: dict[int, str], there: dict[int, str]) -> tuple[Bookmark, ...]:
    """Returns the bookmarks of both, without those that either has removed; notes by number."""
    notes = {number: note for number, note in there.items() if number in here or number not in base}
    for number, note in here.items():
        if number not in base and not note:
            notes.setdefault(number, note)  # there it may have one
        elif base.get(number) != note:
            notes[number] = note
    return tuple(Bookmark(number, notes[number]) for number in sorted(notes))
