"""Several sequences in one: one behind the other, or in turn."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.views.view import LazyView, assign, length, reaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


class Joined(LazyView[T]):
    """The base of such views: each item is one of a sequence below; of any number of them."""

    def __init__(self, *sequences: Sequence[T]) -> None:
        self.sequences = sequences

    def __len__(self) -> int:
        return sum(map(len, self.sequences))

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return self._located(position) is not None

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the item, in the sequence that it is one of."""
        return (_found(self._located(position)),)

    @abstractmethod
    def _located(self, position: int) -> tuple[Sequence[T], int] | None:
        """Returns the sequence that holds an item, and its position there."""

    def _item(self, position: int) -> T:
        sequence, there = _found(self._located(position))
        return sequence[there]

    def _assign(self, position: int, value: T) -> None:
        sequence, there = _found(self._located(position))
        assign(sequence, there, value)


class Concatenated(Joined[T]):
    """One sequence behind the other: several folders as one; what follows one without an end is never reached.

    >>> list(Concatenated("ab", "c", "de"))
    ['a', 'b', 'c', 'd', 'e']
    """

    def _located(self, position: int) -> tuple[Sequence[T], int] | None:
        for sequence in self.sequences:
            if reaches(sequence, position):
                return sequence, position
            position -= len(sequence)
        return None


class Interleaved(Joined[T]):
    """The sequences in turn; those that have ended are left out. Unknown lengths are found by reading on.

    >>> list(Interleaved([1, 2, 3, 4], "ab", [0.5]))
    [1, 'a', 0.5, 2, 'b', 3, 4]
    """

    def _located(self, position: int) -> tuple[Sequence[T], int] | None:
        counts = [_length_up_to(sequence, position + 1) for sequence in self.sequences]
        rounds = 0  # how many items of each sequence that is left lie before ``position``
        while left := [each for each, number in enumerate(counts) if number > rounds]:
            until = min(counts[each] for each in left)
            block = (until - rounds) * len(left)
            if position < block:
                return self.sequences[left[position % len(left)]], rounds + position // len(left)
            position -= block
            rounds = until
        return None


def _length_up_to(sequence: Sequence[object], limit: int) -> int:
    """Returns the length, or ``limit`` if it is longer than that and not known."""
    known = length(sequence)
    if known is not None:
        return known
    return limit if reaches(sequence, limit - 1) else len(sequence)


def _found(located: tuple[Sequence[T], int] | None) -> tuple[Sequence[T], int]:
    if located is None:
        raise IndexError("The item has gone: a sequence became shorter while it was asked for.")
    return located
