"""A cache with a budget in bytes that gives up first what is needed last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

MANY = 64
"""From this many of the largest entries on, entries are given up in batches, because ordering them all costs time."""


def never(_key: object) -> float:
    """Needs nothing: the cache is then plain least recently used."""
    return math.inf


class BudgetCache(Generic[K, V]):
    """Keeps values while their sizes fit in ``budget`` bytes; owner thread only.

    What is given up first is what ``need`` gives the highest figure, and among equals what was used least recently. One
    key can be pinned: it stays even when it alone is larger than the whole budget.

    Attributes:
        largest: the size of the largest value ever offered, kept or not.
        need: tells how far away the need for a key is; smaller is sooner, infinity is never.
    """

    def __init__(self, budget: int, size_of: Callable[[V], int]) -> None:
        self.largest = 0
        self.need: Callable[[K], float] = never
        self._budget = budget
        self._size_of = size_of
        self._values: dict[K, V] = {}
        # Of all that was ever offered: a plan made only from what was kept would ask for ever for one that does not
        # fit.
        self._sizes: dict[K, int] = {}
        self._likely = 0
        self._used = 0
        self._pinned: K | None = None

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    @property
    def budget(self) -> int:
        """The bytes that may be used."""
        return self._budget

    @property
    def used(self) -> int:
        """The bytes that are used."""
        return self._used

    @property
    def room(self) -> int:
        """The bytes that a plan may count on: what it wants within this room is never given up for something else."""
        return self._budget * 9 // 10 if self._in_batches else self._budget

    @property
    def _in_batches(self) -> bool:
        return self._budget > MANY * self.largest

    def get(self, key: K) -> V | None:
        """Returns the value and marks it as used, or returns None."""
        value = self._values.get(key)
        if value is not None:
            del self._values[key]
            self._values[key] = value
        return value

    def peek(self, key: K) -> V | None:
        """Returns the value without marking it as used, or returns None."""
        return self._values.get(key)

    def size(self, key: K) -> int:
        """Returns the bytes that the value of ``key`` takes or took last.

        For one never offered it is a guess on the safe side: what the largest took, but one that stands alone is soon
        forgotten, or a single giant would leave no room for any other to be tried.
        """
        return self._sizes.get(key, self._likely)

    def put(self, key: K, value: V) -> list[K]:
        """Keeps ``value`` if it is worth its place; returns the keys given up for it, perhaps ``key`` itself."""
        self.discard(key)
        size = self._size_of(value)
        self.largest = max(self.largest, size)
        self._likely = max(size, (self._likely + size) // 2)
        self._sizes[key] = size
        self._values[key] = value
        self._used += size
        return self._trim()

    def discard(self, key: K) -> None:
        """Forgets the value of ``key``, if there is one."""
        if self._values.pop(key, None) is not None:
            self._used -= self._sizes[key]

    def clear(self) -> None:
        """Forgets everything."""
        self._values.clear()
        self._used = 0

    def pin(self, key: K | None) -> list[K]:
        """Keeps ``key`` whatever happens, and no longer the one pinned before; returns the keys given up."""
        self._pinned = key
        return self._trim()

    def set_budget(self, budget: int) -> list[K]:
        """Changes the bytes that may be used, at once; returns the keys given up."""
        self._budget = budget
        return self._trim()

    def _trim(self) -> list[K]:
        if self._used <= self._budget:
            return []
        target = self._budget * 19 // 20 if self._in_batches else self._budget
        # A stable sort: among equals the least recently used comes first.
        candidates = sorted(self._values, key=lambda key: -self.need(key))
        given_up = []
        for key in candidates:
            if self._used <= target:
                break
            if key != self._pinned:
                self.discard(key)
                given_up.append(key)
        return given_up
