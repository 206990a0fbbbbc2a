"""The same again and again: a sequence, or one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.views.view import LazyView, assign, reaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


class Cycled(LazyView[T]):
    """A sequence that begins again when it has ended; without an end, or with a limit.

    >>> Cycled("abc")[3_000_000_001]
    'b'
    >>> list(Cycled("abc", 7))
    ['a', 'b', 'c', 'a', 'b', 'c', 'a']
    """

    def __init__(self, sequence: Sequence[T], limit: int | None = None) -> None:
        """Loads nothing yet.

        Args:
            sequence: the items; without any, there are none here either.
            limit: how many items there are, 0 or more; no end by default.

        Raises:
            ValueError: ``limit`` is negative.
        """
        self.sequence = sequence
        self._limit = _checked(limit)

    def __len__(self) -> int:
        return _count(self._limit if reaches(self.sequence, 0) else 0)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return (self._limit is None or position < self._limit) and reaches(self.sequence, 0)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the item that stands there again."""
        return ((self.sequence, self._there(position)),)

    def _there(self, position: int) -> int:
        # An iterable is not read to its end before its items have come once.
        return position if reaches(self.sequence, position) else position % len(self.sequence)

    def _item(self, position: int) -> T:
        return self.sequence[self._there(position)]

    def _assign(self, position: int, value: T) -> None:
        assign(self.sequence, self._there(position), value)


class Repeated(LazyView[T]):
    """One value again and again, without an end or a number of times.

    >>> list(Repeated("a", 3))
    ['a', 'a', 'a']
    """

    def __init__(self, value: T, times: int | None = None) -> None:
        """Takes the value, and how many times it stands there, 0 or more (else ValueError); no end by default."""
        self._value = value
        self._times = _checked(times)

    def __len__(self) -> int:
        return _count(self._times)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return self._times is None or position < self._times

    def _item(self, position: int) -> T:  # noqa: ARG002 - they are all the same
        return self._value


def _checked(count: int | None) -> int | None:
    if count is not None and count < 0:
        raise ValueError(f"There cannot be {count} items: give 0 or more, or None for no end.")
    return count


def _count(known: int | None) -> int:
    if known is None:
        raise TypeError("A sequence without an end has no length.")
    return known
