"""The numbers, paths and stamps that belong to items of files, also through the views that keep them."""

from __future__ import annotations

import operator
import os
from abc import abstractmethod
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Protocol,
    Self,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    runtime_checkable,
)

from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.prefetch.given import path_text
from viewer.core.sequence.naming import group_names
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.sequence.writing import COUNT, Writing
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import ItemByItem, LazyView, Reordered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from viewer.core.storage.transfer import Stamp

T = TypeVar("T")

DAY = 86_400 * 10**9
"""Nanoseconds."""
NO_NUMBERS = "These items have no numbers: they are no files, or a view joins or repeats them. Ask by position."

Number: TypeAlias = SupportsIndex | float | Decimal | str
"""The number of a frame as it is kept, or a value or a text as the names have it."""


class NumberedItem(tuple[int, T]):  # noqa: SLOT001 - a tuple's can be none but empty
    """An item with what belongs to it: ``for number, frame in frames.items()``, or by the names of its attributes.

    Attributes:
        path: of its file.
        stamp: size and dates of the file that was read; None if that is not known, as a function has loaded it.
    """

    path: str
    stamp: Stamp | None

    def __new__(cls, number: int, item: T, path: str, stamp: Stamp | None) -> Self:
        """Takes all that belongs together."""
        made = super().__new__(cls, (number, item))
        made.path, made.stamp = path, stamp
        return made

    def __getnewargs__(self) -> tuple[int, T, str, Stamp | None]:
        return *self, self.path, self.stamp

    @property
    def number(self) -> int:
        """The number of its frame, one of :attr:`ByNumber.numbers`."""
        return self[0]

    @property
    def item(self) -> T:
        """What ``frames[n]`` returns."""
        return self[1]


class Numbering(Protocol):
    """The numbers of some items, in their order."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers as they are kept: whole ones; of decimals and dates see :attr:`FrameSequence.unit`."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files."""

    @property
    def writing(self) -> Writing:
        """How the names have the numbers."""

    def text(self, number: int) -> str:
        """Returns a number as the name of its file has it, or would have it."""

    def find(self, number: int) -> int | None:
        """Returns the position of a number, None where there is none."""

    def belonging(self, position: int) -> tuple[int, str]:
        """Returns the number and the path at a position; IndexError if there is none any more."""

    def stamp(self, position: int) -> Stamp | None:
        """Returns which file an item in memory was read from; None if that is not known."""

    @property
    def origin(self) -> object:
        """An object that is another one after the files were listed anew and are others."""


@runtime_checkable
class Numbered(Protocol):
    """What has items with numbers of their own."""

    def numbering(self) -> Numbering:
        """Returns the numbers."""


class FileNumbering:
    """The numbers of the files of one sequence, or of a list of paths."""

    def __init__(self, files: FrameSequence | Sequence[Any], stamp: Callable[[str], Stamp | None]) -> None:
        """Looks at nothing yet; ``stamp`` returns which file was read from a path."""
        self.files = files
        self._count = len(files)
        self._stamp = stamp

    def is_of(self, files: FrameSequence | Sequence[Any]) -> bool:
        """Returns whether these are the numbers of ``files``, as many as there are now."""
        return files is self.files and len(files) == self._count

    @cached_property
    def sequence(self) -> FrameSequence | None:
        """The sequence that the files form, in whatever order; None if they are no single one."""
        if isinstance(self.files, FrameSequence):
            return self.files
        folders = {os.path.split(path)[0] for path in self.paths}
        names = {os.path.split(path)[1] for path in self.paths}
        found = group_names(folders.pop(), names) if len(folders) == 1 else []
        whole = len(found) == 1 and not found[0].is_loose and len(found[0]) == len(self.paths)
        return found[0] if whole else None

    @property
    def writing(self) -> Writing:
        """How the names have the numbers."""
        return COUNT if self.sequence is None else self.sequence.writing

    def text(self, number: int) -> str:
        """Returns a number as the name of its file has it."""
        return COUNT.text(number) if self.sequence is None else self.sequence.text(number)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files."""
        if isinstance(self.files, FrameSequence):
            return tuple(self.files.path(FrameIndex(index)) for index in range(len(self.files)))
        try:
            return tuple(map(path_text, self.files))
        except TypeError:
            raise ValueError(NO_NUMBERS) from None

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the sequence; of files that are none, the last number in each name."""
        if isinstance(self.files, FrameSequence):
            return tuple(self.files.numbers)
        return tuple(map(self._number, self.paths))

    @cached_property
    def _positions(self) -> dict[int, list[int]]:
        positions: dict[int, list[int]] = {}
        for position, number in enumerate(self.numbers):
            positions.setdefault(number, []).append(position)
        return positions

    def _number(self, path: str) -> int:
        if self.sequence is not None:
            return self.sequence.number_of(os.path.split(path)[1]) or 0
        single = FrameSequence.single(path)
        if single.is_loose:
            raise ValueError(f"The items have no numbers, as there is none in the name of {path}; ask by position.")
        return single.first

    def find(self, number: int) -> int | None:
        """Returns the position of a number; ValueError where several files have it."""
        if isinstance(self.files, FrameSequence):
            return self.files.index_of(FrameNumber(number))
        found = self._positions.get(number, [])
        if len(found) > 1:
            both = " and ".join(self.paths[position] for position in found[:2])
            raise ValueError(f"{len(found)} items have the number {number}, such as {both}; ask by position.")
        return found[0] if found else None

    def belonging(self, position: int) -> tuple[int, str]:
        """Returns the number and the path at a position; IndexError if there is none any more."""
        return self.numbers[position], self.paths[position]

    @property
    def origin(self) -> object:
        """This very object: others are made of other files."""
        return self

    def stamp(self, position: int) -> Stamp | None:
        """Returns which file an item in memory was read from; None if that is not known."""
        return self._stamp(self.paths[position])


class PickedNumbering:
    """The numbers of items that a view has picked; where it has one twice, a number means the first."""

    def __init__(self, below: Numbering, positions: Sequence[int]) -> None:
        self._below = below
        self._positions = positions
        self.writing = below.writing
        self.text = below.text
        self.origin = below.origin

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the items."""
        return self._picked(self._below.numbers)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files."""
        return self._picked(self._below.paths)

    def _picked(self, below: tuple[T, ...]) -> tuple[T, ...]:
        try:
            return tuple(below[position] for position in self._positions)
        except IndexError:
            text = f"The sequence became shorter, {len(below)} items, and this view picks others: make it anew."
            raise IndexError(text) from None

    def belonging(self, position: int) -> tuple[int, str]:
        """Returns the number and the path at a position; IndexError if there is none any more."""
        return self._below.belonging(self._positions[position])

    def find(self, number: int) -> int | None:
        """Returns the position of a number, None where there is none."""
        below = self._below.find(number)
        if below is None:
            return None
        counted = (below, below - len(self._below.numbers))  # positions can count from the end
        return next((self._positions.index(each) for each in counted if each in self._positions), None)

    def stamp(self, position: int) -> Stamp | None:
        """Returns which file an item in memory was read from; None if that is not known."""
        return self._below.stamp(self._positions[position])


class NumberedItems(Generic[T]):
    """The items of frames with their numbers, as ``frames.items()`` returns them.

    It has a length, can be iterated again, and follows its frames, as those of a dictionary do.
    """

    def __init__(self, frames: ByNumber[T]) -> None:
        self._frames = frames

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[NumberedItem[T]]:
        frames, position = self._frames, 0
        first = numbering = frames.numbering()
        _ = numbering.numbers  # or it would raise within the loop
        while frames.reaches(position):
            made = None
            try:
                number, path = numbering.belonging(position)
                made = NumberedItem(number, frames[position], path, numbering.stamp(position))
            except IndexError:
                if first.origin is frames.numbering().origin:
                    raise
            before, numbering = numbering, frames.numbering()
            if before.origin is not numbering.origin:
                continue  # they may not belong together
            position += 1
            if made is not None:
                yield made


class ByNumber(LazyView[T]):
    """The base of sequences whose items can be had by the numbers of their frames."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the frames, in the order of the items, also of a view that picks or maps them.

        They are those of the names, or of a list of paths, also those of a folder in an ``order``, the last one in each
        name where these are no single sequence; of the pages of a file and of single pictures they count from 1.
        Decimals and dates are kept as whole numbers, as in :attr:`FrameSequence.numbers`. Raises ValueError where the
        items have none, as they are no files.
        """
        return self.numbering().numbers

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files that the items are loaded from; raises ValueError as :attr:`numbers` does."""
        return self.numbering().paths

    def at(self, number: Number) -> T:
        """Returns the item of a frame by its number, which ``frames[…]`` does by position; else as ``frames[…]``.

        Args:
            number: a number or a text as the names have it, such as 7, 0.25, "0.25" or "2024-01-14 18:30"; or one of
                :attr:`numbers`. Of a date, what is left out in front may be any: "18:30" is the one frame of that time.

        Raises:
            IndexError: there is no such frame; the message has the nearest ones.
            ValueError: it is no number as these have them, or means several items, or items have none here.
        """
        while True:
            numbering = self.numbering()
            item = self[position_of(numbering, number)]
            if numbering.origin is self.numbering().origin:
                return item  # or the frames were refreshed meanwhile

    at_number = at

    def items(self) -> NumberedItems[T]:
        """Returns the items with their numbers, ``for number, frame in frames.items()``, paths and stamps.

        It has a length. Iterating goes by position, also where the frames are refreshed meanwhile: number, path and
        item belong together then too. With files added before the current one an item comes again; those that are gone
        are left out. Iterating raises ValueError as :attr:`numbers` does, and what getting an item does.
        """
        return NumberedItems(self)

    @abstractmethod
    def numbering(self) -> Numbering:
        """Returns what has the numbers and paths of the items; raises ValueError as :attr:`numbers` does."""


def numbering_of(sequence: Sequence[Any]) -> Numbering:
    """Returns the numbers of a sequence's items.

    Raises ValueError where the items have none: they are no files, or a view joins or repeats them.
    """
    picks: list[Sequence[int]] = []
    below = sequence
    while not isinstance(below, Numbered):
        if isinstance(below, Mapped):
            below = below.sequences[0]
            continue
        if not isinstance(below, ItemByItem | Reordered):
            raise ValueError(NO_NUMBERS)  # noqa: TRY004 - what is wrong is the question
        picks += [below.positions] if isinstance(below, Reordered) else []
        below = below.sequence
    found = below.numbering()
    for positions in reversed(picks):
        found = PickedNumbering(found, positions)
    return found


def position_of(numbering: Numbering, asked: Number) -> int:
    """Returns the position of the item that a number means.

    Raises:
        IndexError: there is none of this number; the message has the nearest.
        ValueError: it is no number as these have them, or means several files.
    """
    meanings, written = _meanings(numbering, asked), numbering.text
    found = {number: position for number in meanings if (position := numbering.find(number)) is not None}
    if len(found) > 1:
        first, second, *others = map(written, found)
        more = f", and {len(others)} more" if others else ""
        raise ValueError(f"{asked!r} may be {first!r} or {second!r}{more}: ask for one of these texts.")
    if not found:
        number = next(iter(meanings))
        below = max((each for each in numbering.numbers if each < number), default=None)
        above = min((each for each in numbering.numbers if each > number), default=None)
        near = [written(each) for each in (below, above) if each is not None]
        nearest = f"the nearest {'are' if len(near) > 1 else 'is'} {' and '.join(near)}" if near else "there are none"
        is_vague = isinstance(asked, SupportsIndex) and near and not numbering.writing.is_count
        advice = f" Ask for its text, as {near[0]!r}, or one of numbers." if is_vague else ""
        raise IndexError(f"There is no frame {written(number)}; {nearest}.{advice}")
    return next(iter(found.values()))


def _meanings(numbering: Numbering, asked: Number) -> dict[int, None]:
    """Returns the numbers that ``asked`` may mean, the likeliest first.

    A whole number is one as the names have it, or one as it is kept. A time without its date is one of any day.
    """
    writing = numbering.writing
    kept: tuple[int, ...] = ()
    if isinstance(asked, SupportsIndex):
        asked = operator.index(asked)
        kept = (asked,)
    elif not isinstance(asked, str | float | Decimal):
        raise TypeError(f"A frame is asked for by its number, or by a text as the names have it, not by {asked!r}.")
    if writing.is_count:
        typed: tuple[int | None, ...] = kept or (writing.number(str(asked).removesuffix(".0"), 0),)
    else:
        numbers = numbering.numbers
        near = min(numbers, default=0), max(numbers, default=0)
        typed = tuple(writing.number(str(asked), each) for each in near)
        if len({*typed}) > 1:  # something is left out: a day by UTC holds no more days by clock than its ends are of
            ascending = sorted(numbers)
            ends = ({each // DAY: each for each in way}.values() for way in (ascending, ascending[::-1]))
            typed = tuple(writing.number(str(asked), each) for each in sorted(chain(*ends)))
    meanings = dict.fromkeys(number for number in (*typed, *kept) if number is not None)
    if not meanings:
        shown = numbering.text(next(iter(numbering.numbers), 0))
        raise ValueError(f"{asked!r} is no number of these frames, which have theirs as in {shown}.")
    return meanings
