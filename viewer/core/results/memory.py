"""Results in memory: those used last, within a number and a budget of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.results.packing import Packed

_SMALL = 1000  # bytes that a result takes beside its buffers, about


class ResultMemory:
    """Holds results taken apart, so that nobody can change them; any thread."""

    def __init__(self, max_items: int | None, max_bytes: int) -> None:
        """Starts empty.

        Args:
            max_items: how many are held; None for as many as the bytes allow.
            max_bytes: what their buffers may take; 0 holds none.
        """
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Packed] = OrderedDict()
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """The bytes that are held, about."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._held)

    def unlock(self) -> None:
        """Makes a new lock, in a process that was forked from one whose threads may have held the old one."""
        self._lock = threading.Lock()

    def get(self, key: str) -> Packed | None:
        """Returns what is held for ``key`` and marks it as used, or returns None."""
        with self._lock:
            packed = self._held.get(key)
            if packed is not None:
                self._held.move_to_end(key)
            return packed

    def has_room_for(self, size: int, *, beside: bool = False) -> bool:
        """Returns whether a result of ``size`` bytes could be held: at all, or ``beside`` all that is held already."""
        items, taken = (len(self._held), self._bytes) if beside else (0, 0)
        fits = taken + size + _SMALL <= self._max_bytes
        return fits and (self._max_items is None or items < self._max_items)

    def put(self, key: str, packed: Packed) -> None:
        """Holds a result, in place of those not used for longest."""
        if not self.has_room_for(packed.nbytes):
            self.discard(lambda each: each == key)
            return
        with self._lock:
            self._forget(key)
            self._held[key] = packed
            self._bytes += packed.nbytes + _SMALL
            while self._bytes > self._max_bytes or (self._max_items is not None and len(self._held) > self._max_items):
                self._forget(next(iter(self._held)))

    def discard(self, is_gone: Callable[[str], bool]) -> None:
        """Forgets all whose keys ``is_gone`` is true for."""
        with self._lock:
            for key in [key for key in self._held if is_gone(key)]:
                self._forget(key)

    def _forget(self, key: str) -> None:
        packed = self._held.pop(key, None)
        if packed is not None:
            self._bytes -= packed.nbytes + _SMALL
