"""Results in memory: those used last, within a number and a budget of bytes."""

from __future__ import annotations

from viewer.core.cache.budget_cache import LockedCache
from viewer.core.results.packing import Packed

_SMALL = 1000  # bytes that a result takes beside its buffers, about


class ResultMemory(LockedCache[str, Packed]):
    """Holds results taken apart, so that no caller can change them; any thread."""

    def __init__(self, max_items: int | None, max_bytes: int) -> None:
        """Starts empty.

        Args:
            max_items: how many are held; None for as many as the bytes allow.
            max_bytes: what their buffers may take; 0 holds none.
        """
        super().__init__(max_bytes, lambda packed: packed.nbytes + _SMALL, max_items)

    @property
    def nbytes(self) -> int:
        """The bytes that are held, about."""
        return self.used

    def has_room_for_result(self, size: int, *, beside: bool = False) -> bool:
        """Returns whether a result of ``size`` bytes could be held: at all, or ``beside`` all that is held already."""
        return self.has_room_for(size + _SMALL, beside=beside)
