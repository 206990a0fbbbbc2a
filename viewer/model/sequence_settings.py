"""The settings of each sequence, which last from one day to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.display.look import AS_IT_IS, Look
from viewer.core.frame import Range
from viewer.core.records import NamedTuple, dataclass, fields, replace
from viewer.core.sequence.writing import COUNT, renumbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewer.core.frame import SampleKind
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.sequence.sequence import FrameSequence

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
        name: its file, of a single picture; "" where the number says which one it is.
    """

    number: int
    note: str = ""
    name: str = ""


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
        name: the file of the frame that was looked at last, of single pictures; "" for none. It goes before the number.
        in_name: the same of the in point.
        out_name: the same of the out point.
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
    name: str = ""
    in_name: str = ""
    out_name: str = ""

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

    def of_files(self, sequence: FrameSequence, bookmarks: Iterable[Bookmark] = ()) -> SequenceSettings:
        """Returns them with the numbers that their files have among the single pictures of ``sequence``.

        The ``bookmarks`` are those of files that have been set in other orders. A bookmark or a mark is left out where
        its file is not there; a number without a file stays.
        """

        def there(name: str, number: int | None, otherwise: int | None = None) -> int | None:
            found = sequence.number_of(name) if name else number
            return otherwise if found is None else found

        mark_in, mark_out = there(self.in_name, self.mark_in), there(self.out_name, self.mark_out)
        if mark_in is not None and mark_out is not None and mark_in > mark_out:
            mark_in = mark_out = None
        number = there(self.name, self.number, self.number)
        found = Bookmarks(of_files(sequence, (*self.bookmarks, *bookmarks))).all
        return replace(self, number=number, mark_in=mark_in, mark_out=mark_out, bookmarks=found)

    def with_files(self, sequence: FrameSequence, values: Mapping[str, Any]) -> SequenceSettings:
        """Returns them with changes in ``sequence``, of single pictures: with the files that have its numbers."""
        names = {name: sequence.file_at(values[number]) for number, name in _NAMES.items() if number in values}
        # The numbers of files that are there are those they have now, so that they can be compared.
        there = {number: sequence.number_of(getattr(self, name)) for number, name in _NAMES.items()}
        others = {number: found for number, found in there.items() if found is not None}
        return replace(self, **(others | dict(values) | names))


_NAMES = {"number": "name", "mark_in": "in_name", "mark_out": "out_name"}
"""Where the file is remembered that has a number among single pictures."""
SINGLE_PICTURES = ""
"""Under which name bookmarks are remembered of the single pictures of a folder, in whatever order they stand."""
WHOLE_FOLDER = "/"
"""Under which name something is remembered of a folder as a whole; no sequence has it."""
NOTHING = SequenceSettings()
"""The settings of a sequence of which nothing has been set."""


def of_files(sequence: FrameSequence, bookmarks: Iterable[Bookmark]) -> tuple[Bookmark, ...]:
    """Returns bookmarks with the numbers of their files in ``sequence``, or with the files of their numbers.

    Those of files that are not in it are left out.
    """
    numbers = ((sequence.number_of(each.name) if each.name else each.number, each) for each in bookmarks)
    named = (
        (number, each.note, each.name or sequence.file_at(number)) for number, each in numbers if number is not None
    )
    return tuple(Bookmark(*each) for each in named)


def file_bookmarks(
    sequence: FrameSequence, before: Iterable[Bookmark], bookmarks: Iterable[Bookmark], *, are_own: bool
) -> tuple[Bookmark, ...]:
    """Returns what is remembered of the single pictures of a folder when ``sequence`` has these ``bookmarks``.

    Of those that were remembered ``before``, the ones of files that are not in it stay; those without a file too,
    unless they ``are_own``, numbered as the sequence is.
    """
    others = (each for each in before if (sequence.number_of(each.name) is None if each.name else not are_own))
    named = (each._replace(name=sequence.file_at(each.number)) for each in bookmarks)
    return tuple(sorted((*others, *named)))


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
        bookmarks=_merged_bookmarks(*(_by_frame(each.bookmarks) for each in (base, here, there))),
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


def _by_frame(bookmarks: Iterable[Bookmark]) -> dict[str | int, Bookmark]:
    return {each.name or each.number: each for each in bookmarks}


def _merged_bookmarks(
    base: dict[str | int, Bookmark], here: dict[str | int, Bookmark], there: dict[str | int, Bookmark]
) -> tuple[Bookmark, ...]:
    """Returns the bookmarks of both, without those that either has removed; each by its file or number."""
    both = {frame: each for frame, each in there.items() if frame in here or frame not in base}
    for frame, each in here.items():
        if frame not in base and not each.note:
            both.setdefault(frame, each)  # there it may have a note
        elif frame not in base or base[frame].note != each.note:
            both[frame] = each
    return tuple(sorted(both.values()))
