"""The items in memory: the one used last, some used before it, and those loaded ahead."""

from __future__ import annotations

import contextlib
import math
import operator
import threading
from collections import OrderedDict, deque
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from viewer.core.executor import report
from viewer.core.forks import lock_anew
from viewer.core.locks import entrance
from viewer.core.records import dataclass
from viewer.core.units import MB
from viewer.core.values import CallersCache

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, MutableMapping, Sequence

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")

SPARE = 80 * MB
"""Memory beyond the limit that files on the way to the decoders, and decoding, may take for a moment."""
RECENT = 16
"""Items that came last, by which the size of the next ones is reckoned: one large one counts for so long."""


class Missing(Enum):
    """The kind of :data:`MISSING`; an enum, so that type checkers know what ``is not MISSING`` leaves."""

    MISSING = auto()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING
"""Stands for an item that is not in memory, as None may be an item."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many items are loaded ahead and held.

    Attributes:
        ahead: how many items are loaded before they are asked for, 0 or more.
        behind: how many of those used last are held beside the current one, 0 or more.
        max_bytes: the memory for all items, those being loaded included; 0 holds nothing at all, None has no limit.
    """

    ahead: int
    behind: int
    max_bytes: int | None

    def decoders(self, most: int, working: int) -> int:
        """Returns how many items may be decoded at once, ``most`` if each takes no ``working`` bytes for a moment."""
        if self.max_bytes is None or not working:
            return most
        return max(1, min(most, max(SPARE, self.max_bytes // 2) // working))


class GuardedCache(Generic[T]):
    """A cache of the caller's, used by one thread at a time; what it cannot do, it just does not hold. Any thread.

    An error in looking something up is reported, once for all: from then on it may cost a load each time.
    """

    def __init__(self, cache: MutableMapping[int, T]) -> None:
        self._cache = cache
        self._has_failed = False
        self._lock = threading.RLock()
        lock_anew(self, "_lock", threading.RLock)

    def __contains__(self, position: int) -> bool:
        return bool(self._done(lambda: position in self._cache, False))

    def __len__(self) -> int:
        return self._done(lambda: operator.index(len(self._cache)), 0)

    def __iter__(self) -> Iterator[int]:
        there: Iterable[object] = self._done(lambda: list(self._cache), [])
        return iter([each for each in there if isinstance(each, int)])

    def __getitem__(self, position: int) -> T:
        value = self.get(position, MISSING)
        if isinstance(value, Missing):
            raise KeyError(position)
        return value

    def __setitem__(self, position: int, value: T) -> None:
        lock = entrance(self._lock)
        with contextlib.suppress(Exception), lock:  # it may refuse it, and decides itself what it holds
            self._cache[position] = value

    def get(self, position: int, default: U) -> T | U:
        """Returns the item, or ``default`` if there is none."""
        return self._done(lambda: self._cache.get(position, default), default)

    def pop(self, position: int, default: U) -> T | U:
        """Removes the item and returns it, or ``default`` if there is none."""
        return self._done(lambda: self._cache.pop(position, default), default)

    def refuse_itself(self) -> None:
        """Raises DeadlockError if the calling thread is within the cache, which would wait for itself."""
        entrance(self._lock)

    def _done(self, work: Callable[[], V], default: U) -> U | V:
        lock = entrance(self._lock)
        try:
            with lock:
                return work()
        except KeyError:
            return default
        except BaseException as error:  # noqa: BLE001 - reported; the item is loaded
            if not self._has_failed:
                self._has_failed = True
                report(error)
            return default


class ItemMemory(Generic[T]):
    """Items by position, within limits. One thread at a time, but any may look into :attr:`values` meanwhile.

    The items used last and those loaded ahead each have room of their own, so that neither a long look ahead nor a scan
    pushes out the others. The size of an item is known when it is there. Until then it counts as the largest of
    those that came last, so that the limit holds; how many have room follows from their mean, as sizes differ.

    Attributes:
        values: the items; emptied and filled by the methods only.
        largest: the bytes of the largest of the last :data:`RECENT` items, None before the first.
        are_large: whether a file was too large to be read before the size of an item is known.
        bytes: the memory that the items take; 0 for a cache of the caller's.
        wasted: how many items were evicted before they were used.
        evicted: items still to be dropped, for :meth:`take_evicted`.
        kept: positions that stay beyond the limits; changed by the methods only.
    """

    def __init__(self, limits: Limits, cache: MutableMapping[int, T] | None) -> None:
        """Holds nothing; a ``cache`` holds the items in place of a dictionary, and decides itself which go."""
        self.values: dict[int, T] | GuardedCache[T] = {} if cache is None else GuardedCache(CallersCache(cache))
        self.is_own = cache is None
        self.largest: int | None = None
        self.are_large = False
        self.bytes = 0
        self.wasted = 0
        self.evicted: list[object] = []
        self.kept: set[int] = set()
        self._limits = limits
        self._room: tuple[int, int] | None = None
        self._sizes: dict[int, int] = {}
        self._recent: deque[int] = deque(maxlen=RECENT)
        self._differing = 0
        self._put_off: dict[int, int] = {}
        # How many of those kept are held, and their bytes
        self._kept_held = self._kept_bytes = 0
        # Those used, the one used last at the end; the others, which may go; and those held that were never used
        self._used: OrderedDict[int, None] = OrderedDict()
        self._others: set[int] = set()
        self._unused: set[int] = set()

    def __contains__(self, position: int) -> bool:
        return position in self.values

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def refuse_its_cache(self) -> None:
        """Raises DeadlockError if the calling thread is within a cache of the caller's; any thread."""
        if isinstance(self.values, GuardedCache):
            self.values.refuse_itself()

    def room(self) -> tuple[int, int]:
        """Returns how many items there is room for ahead, and for used ones beside the current."""
        if self._room is None:  # it is asked for at each step
            self._room = self._reckoned_room()
        return self._room

    def _reckoned_room(self) -> tuple[int, int]:
        ahead, behind, most = self._limits.ahead, self._limits.behind, self._limits.max_bytes
        if most is None or not self.largest or not ahead + behind:
            return ahead, behind
        usual = math.ceil(sum(self._recent) / len(self._recent))
        fits = max(0, (most - self._kept_bytes) // usual - 1)
        if fits >= ahead + behind:
            return ahead, behind
        # One step back is worth more than the end of a long look ahead.
        behind = max(fits * behind // (ahead + behind), min(1, behind, max(fits - 1, 0)))
        return min(ahead, fits - behind), behind

    def hold(self, position: int, value: T, size: int) -> None:
        """Takes an item of ``size`` bytes, as one that was not used yet."""
        if size != self.largest or self._differing:  # else the last ones were all of this size
            self._note_size(max(size, 0))
        if self._put_off:
            self._put_off.pop(position, None)
        if self._limits.max_bytes == 0:
            return
        self.values[position] = value
        if not self.is_own:
            return
        self._sizes[position] = size
        self.bytes += size
        self._unused.add(position)
        if position in self.kept:
            self._count_kept(1, size)
        else:
            self._others.add(position)

    def keep(self, positions: Iterable[int]) -> None:
        """Has these positions stay beyond the limits, once they are held."""
        for position in {*positions} - self.kept:
            self.kept.add(position)
            self._others.discard(position)
            if position in self._sizes:
                self._count_kept(1, self._sizes[position])

    def release(self, positions: Iterable[int]) -> None:
        """Ends the effect of :meth:`keep`."""
        for position in self.kept.intersection(positions):
            self.kept.discard(position)
            if position in self._sizes:
                self._count_kept(-1, self._sizes[position])
                if position not in self._used:
                    self._others.add(position)

    def use(self, position: int) -> None:
        """Notes a request for an item, if it is held."""
        used = self._used
        if position in used:
            used.move_to_end(position)
        elif position in self._sizes:
            self._others.discard(position)
            self._unused.discard(position)
            used[position] = None

    def is_put_off(self, position: int) -> bool:
        """Returns whether an item was evicted before it was used, and still has no room."""
        if not self._put_off:
            return False
        size, most = self._put_off.get(position), self._limits.max_bytes
        return size is not None and most is not None and self.bytes + size > most

    def evict(self, position: int) -> None:
        """Evicts an item; its memory is free once :meth:`take_evicted` was called and its result dropped."""
        self.evicted.append(self.values.pop(position, None))
        self.forget(position)

    def take_evicted(self) -> list[object]:
        """Returns the items that were evicted since the last time, to be dropped where it does not delay a caller."""
        evicted, self.evicted = self.evicted, []
        return evicted

    def forget(self, position: int) -> None:
        """Notes that an item is not held any more, if it was."""
        size = self._sizes.pop(position, None)
        if size is None:
            return
        self.bytes -= size
        if position in self.kept:
            self._count_kept(-1, size)
        self._used.pop(position, None)
        self._others.discard(position)
        if position in self._unused:
            self._unused.discard(position)
            self.wasted += 1

    def move(self, moved: Callable[[int], int | None]) -> None:
        """Gives items other positions; ``moved`` returns None for one that is gone. The order of use stays."""
        used, unused = self._used, self._unused
        there = (*(self._sizes.keys() - used), *used) if self.is_own else tuple(self.values)
        held = [(position, self.values[position], self._sizes.get(position, 0)) for position in there]
        for position, _, _ in held:
            self.values.pop(position, None)
        self.kept = {new for old in self.kept if (new := moved(old)) is not None}
        self._sizes, self._used, self._others, self._unused = {}, OrderedDict(), set(), set()
        self.bytes = self._kept_held = self._kept_bytes = 0
        self._room = None
        for position, value, size in held:
            new = moved(position)
            if new is not None:
                self.hold(new, value, size)
                if position in used:
                    self.use(new)
                elif position not in unused:
                    self._unused.discard(new)

    def needed(self, items: int, files: int, working: int, decoders: int) -> int:
        """Returns the bytes to make room for, 0 if there is room: for ``items`` more, and what making them takes.

        ``files`` are the bytes of the files under way, and each of ``decoders`` takes ``working``.
        """
        most = self._limits.max_bytes
        if most is None or self.largest is None:
            return 0
        beside = files + (working and working * self._limits.decoders(decoders, working)) - SPARE
        needed = items * self.largest + max(0, beside)
        return 0 if self.bytes + needed <= most else needed

    def make_room(self, here: int, wanted: Sequence[int], *, forwards: bool, for_bytes: int = 0) -> bool:
        """Evicts the items beyond the limits, the least needed first; returns whether ``for_bytes`` more have room.

        ``here`` is the current item, which always stays. The positions in ``wanted`` are likely to be requested, the
        soonest first; ``forwards`` is the direction of travel.
        """
        if not self.is_own:
            return True
        ahead, behind = self._room or self.room()
        used = self._used
        while len(used) > behind and len(used) - (here in used) > behind:
            for position in used:
                if position != here:
                    break
            del used[position]
            if position in self.kept:
                continue
            if position in wanted:
                self._others.add(position)
            else:
                self.evict(position)
        most = math.inf if self._limits.max_bytes is None else self._limits.max_bytes
        items = ahead + behind + 1 + self._kept_held
        while len(self._sizes) > items or self.bytes + for_bytes > most:
            least = self._loose(here, wanted, forwards=forwards)
            if least is None:
                least = self._too_much(here, wanted, self.bytes - most, for_bytes)
            if least is None:
                break
            self.evict(least)
        return self.bytes + for_bytes <= most

    def clear(self) -> None:
        """Drops everything; a cache of the caller's stays as it is."""
        if self.is_own:
            self.values = {}
        self.bytes = self._kept_held = self._kept_bytes = 0
        self._room = None
        self._sizes.clear()
        self._used.clear()
        self._others.clear()
        self._unused.clear()
        self._put_off.clear()
        self.evicted.clear()

    def drop(self) -> None:
        """Drops the items when nothing uses it any more; any thread."""
        if self.is_own:
            self.values = {}
        self.evicted = []

    def _loose(self, here: int, wanted: Container[int], *, forwards: bool) -> int | None:
        """Returns the farthest item that is neither used, nor wanted, nor kept: one behind rather than one ahead."""
        loose = (
            ((position < here) == forwards, abs(position - here), position)
            for position in self._others
            if position != here and position not in wanted
        )
        farthest = max(loose, default=None)
        return None if farthest is None else farthest[2]

    def _too_much(self, here: int, wanted: Sequence[int], excess: float, for_bytes: int) -> int | None:
        """Returns the item to evict when no more are held than may be, but with more bytes, as sizes differ.

        That is the farthest of those that make room alone, or else of all. For ``for_bytes`` only used ones go, if that
        is enough, and never that used last: what comes next is worth more.
        """
        used = [each for each in self._used if each != here and each not in self.kept]
        if excess > 0:
            ahead = [each for each in wanted if each in self._others and each not in self.kept]
            choice = sorted((*ahead, *used), key=lambda each: (self._sizes[each] < excess, -abs(each - here)))
            if choice and choice[0] in self._unused:
                self._put_off[choice[0]] = self._sizes[choice[0]]
            return choice[0] if choice else None
        older = used[:-1]
        if not 0 < excess + for_bytes <= sum(self._sizes[each] for each in older):
            return None
        return max(older, key=self._sizes.__getitem__, default=None)

    def _note_size(self, size: int) -> None:
        self._differing = RECENT if size != self.largest else self._differing - 1
        self._recent.append(size)
        self.largest, self._room = max(self._recent), None

    def _count_kept(self, items: int, size: int) -> None:
        self._kept_held += items
        self._kept_bytes += items * size
        self._room = None


def free(evicted: list[object], _thread: object) -> None:
    """Drops what was evicted; a job of a thread."""
    evicted.clear()
