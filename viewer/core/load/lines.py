"""The lines to the shares that were read from: what each can do, and how many reads at once suit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.load.concurrency import Concurrency
from viewer.core.load.known_lines import KnownLine
from viewer.core.load.link import Link
from viewer.core.load.resting import RestingReads
from viewer.core.records import dataclass, field
from viewer.core.storage.transfer import ReadingOn

if TYPE_CHECKING:
    from viewer.core.load.known_lines import LineMemory
    from viewer.core.storage.transfer import Transfer


@dataclass(eq=False, slots=True)
class Line:
    """The line to one share; owner thread only.

    Attributes:
        share: the name under which it is remembered; "" for a disk of this computer, which is not.
        link: what was measured of it.
        concurrency: how many reads at once bring the most.
        resting: how many of them let a frame that is jumped to come soon.
    """

    share: str = ""
    link: Link = field(default_factory=Link)
    concurrency: Concurrency = field(default_factory=Concurrency)
    resting: RestingReads = field(default_factory=RestingReads)

    @property
    def reading_on(self) -> ReadingOn:
        """How far a read that nothing is beside may read on: where that is for good, others must not wait long."""
        return ReadingOn.USUAL if self.concurrency.found == 1 else ReadingOn.FAR

    def note_read(
        self, transfer: Transfer, began: float, now: float, before: int, after: int, meanwhile: int, *, may_judge: bool
    ) -> bool:
        """Takes a read that had the line as it is from when it ``began`` until ``now``, in seconds.

        So many were under way ``before`` it and ``after``, and all brought so many bytes ``meanwhile``; ``before`` is
        -1 for one that had the line to itself, asked for all at once. Returns whether the number of reads at once has
        changed; one that had others beside it is judged only if that ``may`` be.
        """
        latency, is_alone = transfer.latency, before < 0
        if latency is None or now <= began:
            return False
        at_once = 1 if is_alone else max(1, (before + after + 2) // 2)
        first_byte = None if is_alone else transfer.first_byte
        self.link.note_read(latency, transfer.received, now - began, at_once, first_byte)
        has_changed = self.link.alone is not None and self.concurrency.note_alone(self.link.alone[1], now)
        self.concurrency.is_full = self.resting.wait * self.concurrency.reads > (self.link.first_byte or 0.0)
        if not may_judge or is_alone:
            return has_changed
        # What had been asked for before it came first, so those that began later may not have shared the line with it.
        at_least = min(at_once, before + 1)
        return self.concurrency.note_read(transfer.received, began, now, at_least, meanwhile) or has_changed

    def note_ahead(self, transfer: Transfer, beside: int, *, is_whole: bool) -> None:
        """Takes a read that could wait and has ended, ``is_whole`` or stopped; it began ``beside`` so many others."""
        unhindered, waited = self.link.first_byte, transfer.first_byte
        seconds, _ = self.link.alone or (None, 0.0)
        self.resting.note(
            beside, None if waited is None or unhindered is None else waited - unhindered, seconds, is_whole=is_whole
        )

    def take(self, share: str, known: KnownLine | None) -> None:
        """Takes the name of its share, and goes on with what was known of it from earlier, if anything."""
        self.share = share
        if known is not None:
            self.concurrency.begin_with(known.reads)
            self.resting.wait = self.resting.wait or known.wait


class Lines:
    """All lines since the start; owner thread only.

    Attributes:
        current: the one that is read over.
        memory: what was learned in earlier runs, None for nothing; the caller's to set.
    """

    def __init__(self) -> None:
        """Begins with a line of which nothing is known."""
        self.current = Line()
        self.memory: LineMemory | None = None
        self._all: dict[str, Line] = {}

    def use(self, path: str) -> bool:
        """Goes on with the line to what is at ``path``, a name of any kind; returns whether it is another."""
        before, line = self.current, self._all.get(path)
        if line is None:
            line = self._all[path] = Line()
            if self.memory is not None:
                self.memory.recall(path, line.take)
        self.current = line
        return self.current is not before

    def remember(self) -> None:
        """Keeps what has been found of the current one, if that is news."""
        line = self.current
        if self.memory is not None and line.share and line.concurrency.found:
            self.memory.remember(line.share, KnownLine(line.concurrency.found, line.resting.wait))
