"""Counts: how many requests were answered from memory, and how long the loading took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.records import dataclass

if TYPE_CHECKING:
    from viewer.core.prefetch.memory import ItemMemory


class Statistics(NamedTuple):
    """The counts since the start or the last reset.

    Attributes:
        hits: requests answered from memory.
        joined: requests for items that were being loaded already.
        misses: requests for items whose loading began with them.
        loads: loads that brought an item.
        failures: loads that ended with an error.
        wasted: items loaded ahead and evicted before a request for them.
        loading: seconds that all loads together took, those that failed included.
        waiting: seconds for which callers waited for items, all of them together.
        seconds: how long the counting has lasted.
        held: how many items are in memory now.
        held_bytes: the bytes they take.
        under_way: how many are being loaded now.
    """

    hits: int
    joined: int
    misses: int
    loads: int
    failures: int
    wasted: int
    loading: float
    waiting: float
    seconds: float
    held: int
    held_bytes: int
    under_way: int

    @property
    def load_time(self) -> float:
        """Seconds that one load took on average; 0 before the first."""
        return self.loading / (self.loads + self.failures) if self.loads + self.failures else 0.0

    @property
    def throughput(self) -> float:
        """Items handed out a second."""
        return (self.hits + self.joined + self.misses) / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class Counts:
    """The running counts; for the fields see :class:`Statistics`."""

    since: float
    hits: int = 0
    joined: int = 0
    misses: int = 0
    loads: int = 0
    failures: int = 0
    loading: float = 0.0
    waiting: float = 0.0

    def statistics(self, now: float, memory: ItemMemory[Any], under_way: int) -> Statistics:
        """Returns the counts with what others know; for the last argument see :class:`Statistics`."""
        made = (self.hits, self.joined, self.misses, self.loads, self.failures, memory.wasted)
        took = (self.loading, self.waiting, now - self.since)
        return Statistics(*made, *took, len(memory), memory.bytes, under_way)
