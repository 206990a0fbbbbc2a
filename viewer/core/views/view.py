"""The base of all views: Python's rules for indices and slices."""

from __future__ import annotations

import copy
import operator
import sys
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeVar, cast, overload

from viewer.core.calling import not_an_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableSequence

T = TypeVar("T")

_BUILT_IN = frozenset({list, tuple, range})


def length(sequence: Sequence[object]) -> int | None:
    """Returns how many items there are, None if that is not known or if there is no end."""
    try:
        return len(sequence)
    except TypeError:
        return None


def reaches(sequence: Sequence[object], position: int) -> bool:
    """Returns whether there is an item at ``position``, 0 or more; where no length is known, there is no end."""
    if type(sequence) in _BUILT_IN:  # to see that it is no view takes ten times as long
        return position < len(sequence)
    if isinstance(sequence, LazyView):
        return sequence.reaches(position)
    count = length(sequence)
    return count is None or position < count


def assign(sequence: Sequence[T], position: int, value: T) -> None:
    """Puts ``value`` into a sequence that can be written to; raises TypeError for any other."""
    cast("MutableSequence[T]", sequence)[position] = value


class LazyView(Sequence[T]):
    """A sequence that makes its items when asked; any thread, if the sequences below may be asked by any.

    Indices and slices follow a list's rules, except that a slice is a view again. It holds the positions that there
    were when it was made, and assigning to one replaces items one by one. A view without an end, or with one not found
    yet, has no ``len()`` (TypeError), and nothing counts from its end (IndexError). Views are equal only to themselves:
    to compare their items would load them all.

    A subclass gives ``__len__`` and ``_item``, ``_assign`` if items can be assigned, ``reaches`` if there may be no
    length, and keeps the sequences below it in ``sequence`` or ``sequences``; ``below`` says which items of theirs it
    takes.
    """

    @abstractmethod
    def _item(self, position: int) -> T:
        """Returns the item at a position that the view reaches."""

    def _assign(self, position: int, value: T) -> None:  # noqa: ARG002 - for those that can
        """Puts ``value`` at a position that the view reaches."""
        raise TypeError(f"The items of {self!r} are computed and cannot be assigned; assign to the sequence below it.")

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more; an iterable is read as far as that."""
        return position < len(self)

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return self._sliced(index)
        try:
            return self._item(position_in(self, index))
        except StopIteration as error:  # a loop would take it for the end of the view (PEP 479)
            raise not_an_end(error, self) from error

    @overload
    def __setitem__(self, index: SupportsIndex, value: T) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Sequence[T]) -> None: ...
    def __setitem__(self, index: SupportsIndex | slice, value: T | Sequence[T]) -> None:
        if not isinstance(index, slice):
            self._assign(position_in(self, index), cast("T", value))
            return
        values, part = list(cast("Sequence[T]", value)), sliced(self, index)
        if len(part) != len(values):
            raise ValueError(f"{len(values)} values cannot replace {len(part)} items: a view replaces them one by one.")
        for position, each in enumerate(values):
            part[position] = each

    def __iter__(self) -> Iterator[T]:
        return _Walk(self.reaches, self._item)

    def __bool__(self) -> bool:
        return self.reaches(0)

    def __repr__(self) -> str:
        count = length(self)
        return f"<{type(self).__name__}>" if count is None else f"<{type(self).__name__} of {count}>"

    def _sliced(self, key: slice) -> Sequence[T]:
        """Returns the view that a slice is; to be overridden where it is to be of another kind."""
        return sliced(self, key)


class ItemByItem(LazyView[T]):
    """The base of views that have an item for each one of ``sequence``."""

    sequence: Sequence[T]

    def __len__(self) -> int:
        return len(self.sequence)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return reaches(self.sequence, position)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the item at ``position``."""
        return ((self.sequence, position),)


class SameItems(ItemByItem[T]):
    """The base of views that hand out the very items of ``sequence``, each time that one is asked for."""


class Reordered(LazyView[T]):
    """The items at some positions of a sequence, in their order; a position may come again or be negative."""

    def __init__(self, sequence: Sequence[T], positions: Sequence[int]) -> None:
        """Looks at nothing yet: a position without an item raises when it is asked for."""
        self.sequence = sequence
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return reaches(self.positions, position)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the item that was picked."""
        there = self.positions[position]
        return ((self.sequence, there if there >= 0 else there + len(self.sequence)),)

    def _item(self, position: int) -> T:
        return self.sequence[self.positions[position]]

    def _assign(self, position: int, value: T) -> None:
        assign(self.sequence, self.positions[position], value)


class OpenSlice(LazyView[T]):
    """Every ``step``-th item, 1 or more, from ``start`` on, 0 or more, of a sequence whose length is not known."""

    def __init__(self, sequence: Sequence[T], start: int, step: int) -> None:
        self.sequence = sequence
        self._start = start
        self._step = step

    def __len__(self) -> int:
        return len(range(self._start, len(self.sequence), self._step))

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return reaches(self.sequence, self._start + position * self._step)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the item that was picked."""
        return ((self.sequence, self._start + position * self._step),)

    def _item(self, position: int) -> T:
        return self.sequence[self._start + position * self._step]

    def _assign(self, position: int, value: T) -> None:
        assign(self.sequence, self._start + position * self._step, value)


def position_in(view: LazyView[Any], index: SupportsIndex) -> int:
    """Returns the position, from 0, that Python's ``index`` means; IndexError where there is no item."""
    try:
        position = operator.index(index)
    except TypeError:
        kind = type(index).__name__
        raise TypeError(f"{view!r} is indexed by whole numbers or slices, not by {kind}.") from None
    if position < 0:
        count = length(view)
        if count is None:
            _no_end(view)
        position += count
    if position < 0 or not view.reaches(position):
        raise IndexError(f"There is no item {index} in {view!r}.")
    return position


def caller() -> str:
    """Returns the file and line that called into this package, as in ``script.py, line 12``; a look at the stack."""
    package = __name__.partition(".")[0]
    frame = sys._getframe()  # noqa: SLF001 - inspect.stack() reads source files: 1000 times slower
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"


def sliced(sequence: Sequence[T], key: slice) -> LazyView[T]:
    """Returns a slice of any sequence as a view.

    Where the length is not known, the sequence is read as far as the slice goes if it has an end. A slice that counts
    from an end that is not known is an IndexError.
    """
    count = length(sequence)
    if count is not None:
        return _selected(sequence, range(count)[key])
    start, stop, step = (None if each is None else operator.index(each) for each in (key.start, key.stop, key.step))
    step = 1 if step is None else step
    if step == 0:
        raise ValueError("The step of a slice cannot be 0.")
    if (start or 0) < 0 or (stop or 0) < 0 or (step < 0 and start is None):
        _no_end(sequence)
    start = start or 0
    if step > 0 and stop is None:
        return OpenSlice(sequence, start, step)
    positions = range(start, -1 if stop is None else stop, step)
    if not positions or reaches(sequence, max(positions[0], positions[-1])):
        return _selected(sequence, positions)
    return _selected(sequence, range(len(sequence))[key])  # it has been read to its end, so its length is known now


def rebased(sequence: Sequence[T], change: Callable[[Sequence[Any]], Sequence[Any]]) -> Sequence[T]:
    """Returns the same sequence made of others: ``change`` returns one for each sequence that is no view of others."""
    below = vars(sequence).keys() & {"sequence", "sequences"} if isinstance(sequence, LazyView) else None
    if not below:
        return change(sequence)
    twin = copy.copy(sequence)
    # Only some kinds of views have these fields, hence the look into vars().
    if "sequence" in below:
        vars(twin)["sequence"] = rebased(vars(twin)["sequence"], change)
    if "sequences" in below:
        vars(twin)["sequences"] = tuple(rebased(each, change) for each in vars(twin)["sequences"])
    return twin


def _selected(sequence: Sequence[T], positions: range) -> Reordered[T]:
    """Returns the items at ``positions``; a slice of a slice asks the sequence below the first one."""
    if type(sequence) is Reordered and isinstance(sequence.positions, range):
        below = sequence.positions
        start, stop = (below.start + below.step * each for each in (positions.start, positions.stop))
        return Reordered(sequence.sequence, range(start, stop, below.step * positions.step))
    return Reordered(sequence, positions)


def _no_end(sequence: Sequence[object]) -> NoReturn:
    raise IndexError(f"{sequence!r} has no end to count from, or none that is known.")


class _Walk(Iterator[T]):
    """Goes through a view; goes on behind an item that raises if the caller does, and reaches items added meanwhile."""

    def __init__(self, reaches: Callable[[int], bool], item: Callable[[int], T]) -> None:
        self._view: tuple[Callable[[int], bool], Callable[[int], T]] | None = reaches, item
        self._next = 0

    def __next__(self) -> T:
        position = self._next
        if self._view is None or not self._view[0](position):
            self._view = None  # an iterator that has ended has ended
            raise StopIteration
        self._next += 1  # before the item is made, which may raise
        try:
            return self._view[1](position)
        except StopIteration as error:
            raise not_an_end(error, self._view[1]) from error
