"""Which item is loaded next: what a caller waits for, and then what is likely to be asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from viewer.core.prefetch.load import Load
from viewer.core.prefetch.parallelism import Parallelism

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.core.prefetch.failures import ItemFailures
    from viewer.core.prefetch.load import Lane, Loads
    from viewer.core.prefetch.look_ahead import LookAhead
    from viewer.core.prefetch.memory import ItemMemory, Limits
    from viewer.core.prefetch.sources import Source
    from viewer.core.prefetch.waiting import Waiting

ALONE = 1.0
"""Seconds for which an item that a caller waits for has the machine to itself at most: one that hangs must not stop all
look-ahead."""
SOON = 0.001
"""Seconds; only while all loads are far shorter, one thread looks ahead: a longer one must not hold back the others."""


class LoadChoice:
    """Chooses the loads to begin or to go on with, and makes room for them; one thread at a time.

    Attributes:
        source: what the items are loaded from.
        parallelism: how many loads look ahead at once.
        is_full: whether so many do now, by the last look.
        is_pausing: whether none is begun for now, after an item that was jumped to.
    """

    def __init__(
        self,
        source: Source[Any],
        lanes: Sequence[Lane],
        limits: Limits,
        look_ahead: LookAhead,
        memory: ItemMemory[Any],
        loads: Loads,
        waiting: Waiting[Any],
        failures: ItemFailures[Any],
    ) -> None:
        """Chooses by what the others know; it begins loads in ``loads``, and evicts from ``memory``."""
        self.source = source
        self.parallelism = Parallelism(lanes[0].at_once, lanes[0].cores, lanes[0].limit)
        self.is_full = False
        self.is_pausing = False
        self._at_once = [lane.at_once for lane in lanes]
        self._limits = limits
        self._ahead = look_ahead
        self._memory = memory
        self._loads = loads
        self._waiting = waiting
        self._failures = failures

    def forget(self) -> None:
        """Forgets what was asked for."""
        self.is_full = self.is_pausing = False
        self._ahead.forget()

    def move_to(self, position: int, length: int | None, stride: int | None) -> bool:
        """Notes where a caller is; returns whether what is wanted is to be planned anew."""
        ahead, before = self._ahead, self._ahead.pattern
        is_there = position in self._memory.values or position in self._loads
        if not ahead.move_to(position, length, stride, is_there=is_there):
            return False
        if before is not None and ahead.pattern is not None:
            self.parallelism.note_move(is_jump=(is_jump := ahead.pattern.is_jump), lanes=len(self._at_once))
            self.is_pausing = self.is_pausing and is_jump
        return True

    def plan(self) -> None:
        """Works out which items are wanted ahead, and cancels the loads of those that are not any more."""
        self._ahead.plan(*self._memory.room())
        for load in self._loads.values():
            if not self._is_of_use(load.position):
                load.cancel()

    def begin_pause(self) -> float:
        """Begins no load ahead until :attr:`is_pausing` is set back; returns the seconds until then, 0 for no pause."""
        self.is_pausing = self.is_pausing or bool(self.parallelism.pause)
        return self.parallelism.pause

    def next_load(self, stage: int, now: float) -> Load | None:
        """Returns the load whose ``stage`` is to be run next, taken for a thread; None if there is none."""
        return self._next_decode(now) if stage else self._next_wanted(now) or self._next_ahead(now)

    def take(self, position: int, now: float) -> Load:
        """Takes the next stage of the load of an item that a caller waits for; begins one if there is none."""
        self._has_room()  # as far as there is any: it must come all the same
        load = self._loads.get(position)
        return load.take(now) if load else self._begin(position, now, is_on_demand=True)

    def make_room(self, for_bytes: int = 0) -> bool:
        """Evicts the items beyond the limits; returns whether ``for_bytes`` more have room."""
        wanted, pattern = self._ahead.positions, self._ahead.pattern
        if pattern is None:
            return True
        return self._memory.make_room(pattern.position, wanted, forwards=pattern.stride > 0, for_bytes=for_bytes)

    def _next_wanted(self, now: float) -> Load | None:
        """Begins to load what a caller waits for, the newest request first."""
        position = self._waiting.next_new(self._loads)
        return None if position is None else self.take(position, now)

    def _next_ahead(self, now: float) -> Load | None:
        """Begins to load what is likely to be asked for."""
        self.is_full = bool(self._loads) and self._loads.fill(self.parallelism.at_once)
        if self.is_full or self.is_pausing or self._limits.max_bytes == 0:
            return None
        if self._loads and self.parallelism.are_tiny and self._loads.have_begun(now - SOON):
            return None
        if self._loads and len(self._at_once) == 1 and self._loads.hold_back(now - ALONE, self._waiting.is_awaited):
            return None
        position = self._ahead.next_due(partial(self._is_due, now), self._has_room)
        return None if position is None else self._begin(position, now)

    def _next_decode(self, now: float) -> Load | None:
        """Takes the next of the items that were read, and drops those that are of no use any more."""
        ready = self._loads.to_decode()
        if not ready:
            return None
        for position in self._waiting:
            if position in ready:
                return ready[position].take(now)
        decoding = sum(load.stage == 1 and load.is_taken for load in self._loads.values())
        at_once = self._limits.decoders(self._at_once[1], self.source.working)
        if decoding >= (at_once if self._memory.largest is not None else 1):
            return None
        if self._loads.hold_back(now - ALONE, self._waiting.is_awaited):
            return None
        for position in (*self._ahead.positions, *ready):
            load = ready.pop(position, None)
            if load is not None and self._is_of_use(position):
                return load.take(now) if self._has_room(decoding + 1) else None
            if load is not None:
                del self._loads[position]
                self._memory.wasted += 1
        return None

    def _begin(self, position: int, now: float, *, is_on_demand: bool = False) -> Load:
        load = Load(position, self.source.control(), is_on_demand, now)
        if is_on_demand:
            self._ahead.note_begun(position)
            load.hurry()
        self._loads[position] = load.take(now)  # last: from here on a thread must run it
        return load

    def _is_of_use(self, position: int) -> bool:
        return self._ahead.is_near(position) or self._waiting.is_awaited(position)

    def _is_due(self, now: float, position: int) -> bool:
        """Returns whether an item is neither in memory nor under way, and may be tried."""
        if position in self._memory.values or position in self._loads or self._memory.is_put_off(position):
            return False
        if position not in self._failures:
            return True
        if self._ahead.is_here(position) and position not in self._waiting:
            return False  # no caller has asked for it since it failed
        return self._failures.blocked(position, now) is None

    def _has_room(self, items: int | None = None) -> bool:
        """Returns whether so many items have room beside those in memory, or one more than are under way."""
        files = self._loads.file_bytes
        if self._memory.largest is None and self._limits.max_bytes is not None:  # the first shows how large they are
            few = not self._loads or (len(self._at_once) > 1 and files <= self._limits.max_bytes // 2)
            return few and not self._memory.are_large
        items = items or len(self._loads) + 1
        needed = self._memory.needed(items, files, self.source.working, self._at_once[-1])
        return not needed or self.make_room(needed)
