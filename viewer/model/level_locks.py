"""What is known of the samples of frames, and which range all frames of a kind have by that before one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.levels import NOT_MEASURED
from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from viewer.core.display.look import Look
    from viewer.core.frame import FrameNumber, Range, SampleKind

MOST_NOTES = 10_000
"""Frames of a sequence whose ranges are kept in mind: some 3 MB."""


class FrameSamples(NamedTuple):
    """What is known of the samples of one frame.

    Attributes:
        kind: their kind.
        own: their range by nature or by what the file says; None where it is measured.
        measured: the range that was measured; None where there is an own one, or while it is not known.
        varies: whether frames of the kind can have different ranges, so that one must hold for all.
    """

    kind: SampleKind
    own: Range | None
    measured: Range | None
    varies: bool

    @property
    def range(self) -> Range | None:
        """The range with which the frame is shown by itself."""
        return self.own or self.measured

    @property
    def is_empty(self) -> bool:
        """Whether none of them counts, so that they have no range for other frames."""
        return self.own is None and self.measured is NOT_MEASURED


class Lock(NamedTuple):
    """The frame whose range all frames of a kind have, and that range; None while it is not known."""

    number: FrameNumber
    range: Range | None


class Locks:
    """The frame of each kind that was shown first, whose range all frames of the kind have; owner thread only.

    One that is empty, or cannot be read, is passed over: then it is the one shown after it.
    """

    def __init__(self) -> None:
        """Knows no frame."""
        self._notes: dict[FrameNumber, FrameSamples] = {}
        self._locks: dict[SampleKind, Lock] = {}
        self._sought: set[FrameNumber] = set()

    def clear(self) -> None:
        """Forgets all frames."""
        for each in (self._notes, self._locks, self._sought):
            each.clear()

    def samples(self, number: FrameNumber) -> FrameSamples | None:
        """Returns what is known of a frame, None for nothing."""
        return self._notes.get(number)

    def of(self, kind: SampleKind) -> Lock | None:
        """Returns the lock of a kind, None before a frame of it has been shown."""
        return self._locks.get(kind)

    def ranges(self) -> dict[SampleKind, Range]:
        """Returns the ranges that are known, by the kinds they are for."""
        return {kind: lock.range for kind, lock in self._locks.items() if lock.range is not None}

    def note(self, number: FrameNumber, samples: FrameSamples) -> None:
        """Takes what has been found out about a frame."""
        self._notes[number] = samples
        if len(self._notes) > MOST_NOTES:
            del self._notes[next(iter(self._notes))]
        self._lock(number, samples)

    def _lock(self, number: FrameNumber, samples: FrameSamples) -> None:
        lock = self._locks.get(samples.kind)
        if samples.is_empty:
            self.pass_over(number)
        elif samples.varies and (lock is None or lock == (number, None)):
            self._locks[samples.kind] = Lock(number, samples.range)

    def pass_over(self, number: FrameNumber) -> None:
        """Has the lock of this frame, which has no range, be that of the next one."""
        for kind in [kind for kind, lock in self._locks.items() if lock == (number, None)]:
            del self._locks[kind]
            for other, samples in self._notes.items():
                if other != number and samples.kind == kind and not samples.is_empty:
                    self._lock(other, samples)

    def unknown(self, look: Look) -> list[FrameNumber]:
        """Returns the frames that are to be measured for their kinds, which have no range in ``look``; each once."""
        numbers = {lock.number for kind, lock in self._locks.items() if not (lock.range or look.range_of(kind))}
        new = sorted(numbers - self._sought)
        self._sought.update(new)
        return new
