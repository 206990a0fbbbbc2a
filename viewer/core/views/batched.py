"""Items in groups, and groups taken apart."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from viewer.core.calling import called
from viewer.core.views.view import LazyView, reaches, sliced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
B = TypeVar("B")


class Batched(LazyView[B]):
    """Groups of as many items each; the last may hold fewer.

    To fill the last one up, lengthen the sequence: ``Concatenated(items, Repeated(pad, -len(items) % size))``.

    >>> list(Batched("abcde", 2))
    [('a', 'b'), ('c', 'd'), ('e',)]
    >>> list(Batched("abcde", 2, drop_last=True, collate="".join))
    ['ab', 'cd']
    """

    @overload
    def __init__(
        self: Batched[tuple[T, ...]], sequence: Sequence[T], size: int, *, drop_last: bool = False
    ) -> None: ...
    @overload
    def __init__(
        self, sequence: Sequence[T], size: int, *, drop_last: bool = False, collate: Callable[[list[T]], B]
    ) -> None: ...
    def __init__(
        self,
        sequence: Sequence[Any],
        size: int,
        *,
        drop_last: bool = False,
        collate: Callable[[list[Any]], Any] = tuple,
    ) -> None:
        """Loads nothing yet.

        Args:
            sequence: the items.
            size: how many a group holds, at least 1.
            drop_last: whether a last group that would hold fewer is left out.
            collate: makes one item of the list of a group's.

        Raises:
            ValueError: ``size`` is less than 1.
        """
        self.sequence = sequence
        self._size = _checked(size)
        self._drop_last = drop_last
        self._collate: Callable[[list[Any]], B] = collate

    def __len__(self) -> int:
        count = len(self.sequence)
        return count // self._size if self._drop_last else -(-count // self._size)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return reaches(self.sequence, (position + 1) * self._size - 1 if self._drop_last else position * self._size)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the items of the group."""
        return _each_of(self._group(position))

    def _item(self, position: int) -> B:
        return called(self._collate, list(self._group(position)))

    def _assign(self, position: int, value: B) -> None:
        if self._collate is not tuple:
            super()._assign(position, value)
        self._group(position)[:] = cast("Sequence[Any]", value)

    def _group(self, position: int) -> LazyView[Any]:
        return sliced(self.sequence, slice(position * self._size, (position + 1) * self._size))


class Unbatched(LazyView[T]):
    """The items of groups of as many each, one behind the other; what :class:`Batched` did, undone.

    >>> list(Unbatched([(1, 2), (3, 4), (5,)], 2, last=1))
    [1, 2, 3, 4, 5]
    """

    def __init__(self, sequence: Sequence[Sequence[T]], size: int, last: int | None = None) -> None:
        """Loads nothing yet.

        Args:
            sequence: the groups.
            size: how many items each holds but the last, at least 1.
            last: how many the last holds; as many as the others by default.

        Raises:
            ValueError: ``size`` is less than 1, or ``last`` is negative or more than ``size``.
        """
        self.sequence = sequence
        self._size = _checked(size)
        self._last = size if last is None else last
        if not 0 <= self._last <= size:
            raise ValueError(f"The last group holds 0 to {size} items, not {last}.")

    def __len__(self) -> int:
        groups = len(self.sequence)
        return (groups - 1) * self._size + self._last if groups else 0

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        group, within = divmod(position, self._size)
        return reaches(self.sequence, group + 1) or (within < self._last and reaches(self.sequence, group))

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the group, as it comes as a whole."""
        return ((self.sequence, position // self._size),)

    def _item(self, position: int) -> T:
        group, within = divmod(position, self._size)
        return self.sequence[group][within]


class Split(LazyView[LazyView[T]]):
    """A sequence cut into parts, which are views themselves.

    >>> [list(part) for part in Split("abcdefgh", 3)]
    [['a', 'b', 'c'], ['d', 'e', 'f'], ['g', 'h']]
    >>> [list(part) for part in Split("abcdefgh", [1, 6])]
    [['a'], ['b', 'c', 'd', 'e', 'f'], ['g', 'h']]
    """

    def __init__(self, sequence: Sequence[T], where: int | Sequence[int]) -> None:
        """Cuts when asked, by the length that there is then.

        Args:
            sequence: the items.
            where: how many parts, at least 1, of lengths that differ by 1 at most, the longer ones first; or the
                positions where the second part and those after it begin, counted as in slices.

        Raises:
            ValueError: there would be no part.
        """
        if isinstance(where, int) and where < 1:
            raise ValueError(f"A sequence is split into at least 1 part, not {where}.")
        self.sequence = sequence
        self._where = where

    def __len__(self) -> int:
        return self._where if isinstance(self._where, int) else len(self._where) + 1

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the items of the part."""
        return _each_of(self._item(position))

    def _item(self, position: int) -> LazyView[T]:
        where = self._where
        if isinstance(where, int):
            size, longer = divmod(len(self.sequence), where)
            start = position * size + min(position, longer)
            return sliced(self.sequence, slice(start, start + size + (position < longer)))
        start = where[position - 1] if position else 0
        return sliced(self.sequence, slice(start, where[position] if position < len(where) else None))

    def _assign(self, position: int, value: Sequence[T]) -> None:
        self._item(position)[:] = value


def _each_of(group: LazyView[Any]) -> Iterable[tuple[Sequence[Any], int]]:
    return ((group, position) for position in itertools.takewhile(group.reaches, itertools.count()))


def _checked(size: int) -> int:
    if size < 1:
        raise ValueError(f"A group holds at least 1 item, not {size}.")
    return size
