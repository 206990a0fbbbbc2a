"""A cache with a budget in bytes that evicts first what is needed last; and one for any thread, by last use alone."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

MANY = 64
"""From this many of the largest entries on, entries are evicted in batches, because ordering them all costs time."""
PLANNED, KEPT = 98, 99
"""The percent of the budget that a plan may then count on, and that are left after a batch: what is planned must not be
evicted. With 95 percent left, ordering takes a fifth of the time, but a tenth of the budget may lie idle."""


def count_within(budget: int, size: int) -> int:
    """Returns how many values of ``size`` bytes a cache of ``budget`` bytes holds when all is in it that fits, about.

    Returns 0 for a ``size`` of 0, which stands for not known.
    """
    if not size:
        return 0
    return (budget * KEPT // 100 if budget > MANY * size else budget) // size


def never(_key: object) -> float:
    """Needs nothing: the cache is then plain least recently used."""
    return math.inf


class BudgetCache(Generic[K, V]):
    """Keeps values while their sizes fit in ``budget`` bytes; owner thread only.

    The key for which ``need`` returns the highest figure is evicted first, and among equals the one used least
    recently. One key can be pinned: it stays even when it alone is larger than the whole budget.

    Attributes:
        budget: the bytes that may be used; set by :meth:`set_budget`.
        used: the bytes that are used.
        largest: the size of the largest value offered since :meth:`forget_sizes`, kept or not.
        need: returns how far away the need for a key is; smaller is sooner, infinity is never.
    """

    def __init__(self, budget: int, size_of: Callable[[V], int]) -> None:
        self.budget = budget
        self.used = 0
        self.largest = 0
        self.need: Callable[[K], float] = never
        self._size_of = size_of
        self._values: OrderedDict[K, V] = OrderedDict()
        # Of all values ever offered: a plan made only from those kept would ask for ever for one that does not fit.
        self._sizes: dict[K, int] = {}
        self._likely = 0
        self._pinned: K | None = None

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    @property
    def mean(self) -> int:
        """The size of a value, on average; about that of the last ones while there are none, 0 before the first."""
        return self.used // len(self._values) if self._values else self._likely

    @property
    def room(self) -> int:
        """The bytes that a plan may count on: what it wants within this room is never evicted for something else."""
        return self.budget * PLANNED // 100 if self._in_batches else self.budget

    @property
    def _in_batches(self) -> bool:
        return self.need is not never and self.budget > MANY * self.largest

    def get(self, key: K) -> V | None:
        """Returns the value and marks it as used, or returns None."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
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
        """Keeps ``value`` if it is needed sooner than others; returns the evicted keys, perhaps ``key`` itself."""
        self.discard(key)
        size = self._size_of(value)
        self.largest = max(self.largest, size)
        self._likely = max(size, (self._likely + size) // 2)
        self._sizes[key] = size
        self._values[key] = value
        self.used += size
        return self._trim()

    def discard(self, key: K) -> None:
        """Forgets the value of ``key``, if there is one."""
        if self._values.pop(key, None) is not None:
            self.used -= self._sizes[key]

    def clear(self) -> None:
        """Forgets everything."""
        self._values.clear()
        self.used = 0

    def pin(self, key: K | None) -> list[K]:
        """Keeps ``key`` whatever happens, and no longer the one pinned before; returns the evicted keys."""
        self._pinned = key
        return self._trim()

    def set_budget(self, budget: int) -> list[K]:
        """Changes the bytes that may be used, at once; returns the evicted keys."""
        self.budget = budget
        return self._trim()

    def forget_sizes(self) -> None:
        """Forgets how large values were that are not kept, because they would be of another size now."""
        self._sizes = {key: self._sizes[key] for key in self._values}
        self.largest = max(self._sizes.values(), default=0)
        self._likely = min(self._likely, self.largest)

    def forget_size(self, key: K) -> None:
        """Forgets how large the value of a key was that is not kept."""
        if key not in self._values:
            self._sizes.pop(key, None)

    def _trim(self) -> list[K]:
        if self.used <= self.budget:
            return []
        target = self.budget * KEPT // 100 if self._in_batches else self.budget
        evicted = []
        for key in self._by_need():
            if self.used <= target:
                break
            if key != self._pinned:
                self.discard(key)
                evicted.append(key)
        return evicted

    def _by_need(self) -> Iterator[K]:
        """Yields the keys, the one needed last first; each is discarded before the next one, but for the one pinned."""
        if self.need is not never:
            # A stable sort: among equals the least recently used comes first.
            yield from sorted(self._values, key=self.need, reverse=True)
        while self.need is never and (keys := [key for key in islice(self._values, 2) if key != self._pinned]):
            yield keys[0]


class LockedCache(Generic[K, V]):
    """Keeps the values used last within a budget of bytes, and a number of values; any thread.

    Attributes:
        used: the bytes that are used.
    """

    def __init__(self, budget: int, size_of: Callable[[V], int], max_items: int | None = None) -> None:
        """Starts empty; ``size_of`` returns the bytes of a value, which never change. ``max_items`` may be None."""
        self.used = 0
        self._budget = budget
        self._size_of = size_of
        self._max_items = max_items
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def unlock(self) -> None:
        """Makes a new lock, in a process that was forked from one whose threads may have held the old one."""
        self._lock = threading.Lock()

    def has_room_for(self, size: int, *, beside: bool = False) -> bool:
        """Returns whether a value of ``size`` bytes could be kept: at all, or ``beside`` all that is kept already."""
        items, used = (len(self._values), self.used) if beside else (0, 0)
        return used + size <= self._budget and (self._max_items is None or items < self._max_items)

    def get(self, key: K) -> V | None:
        """Returns the value and marks it as used, or returns None."""
        with self._lock:
            kept = self._values.get(key)
            if kept is None:
                return None
            self._values.move_to_end(key)
            return kept[0]

    def put(self, key: K, value: V) -> None:
        """Keeps ``value`` in place of those not used for longest; not one that is larger than the budget."""
        size = self._size_of(value)
        with self._lock:
            self._drop(key)
            if size <= self._budget:
                self._values[key] = value, size
                self.used += size
                while self.used > self._budget or (self._max_items is not None and len(self._values) > self._max_items):
                    self._drop(next(iter(self._values)))

    def discard(self, is_gone: Callable[[K], bool]) -> None:
        """Forgets all whose keys ``is_gone`` is true for."""
        with self._lock:
            for key in [key for key in self._values if is_gone(key)]:
                self._drop(key)

    def _drop(self, key: K) -> None:
        if (dropped := self._values.pop(key, None)) is not None:
            self.used -= dropped[1]
