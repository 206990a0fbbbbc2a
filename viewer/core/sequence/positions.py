"""Where a playhead can stand in a sequence: at its files, and at the numbers between them that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.frame import FrameIndex, FrameNumber

if TYPE_CHECKING:
    from viewer.core.sequence.sequence import FrameSequence

FEWEST = 10
"""With less than one number in so many there, the gaps are no positions: the user would not find the pictures."""


class Positions:
    """The positions in a sequence, counted from 0 in the order of their numbers; immutable. Any thread.

    With gaps every number from the first to the last is a position, at the sequence's step; without them, and where
    nearly all numbers are missing, only those that have a file.
    """

    def __init__(self, sequence: FrameSequence, *, with_gaps: bool) -> None:
        """Uses the ends of ``sequence`` and its step, which should have been worked out on a worker."""
        self._sequence = sequence
        missing = sequence.missing
        self._step = sequence.step if with_gaps and 0 < missing < FEWEST * len(sequence) else 0

    @property
    def count(self) -> int:
        """The number of positions, at least 1."""
        if not self._step:
            return len(self._sequence)
        return (self._sequence.last - self._sequence.first) // self._step + 1

    def number(self, position: int) -> FrameNumber:
        """Returns the frame number at a position."""
        if self._step:
            return FrameNumber(self._sequence.first + position * self._step)
        return self._sequence.number(FrameIndex(position))

    def index(self, position: int) -> FrameIndex | None:
        """Returns the frame at a position, None where there is no file."""
        return self._sequence.index_of(self.number(position)) if self._step else FrameIndex(position)

    def of_index(self, index: int) -> int:
        """Returns the position of a frame."""
        if not self._step:
            return index
        return (self._sequence.number(FrameIndex(index)) - self._sequence.first) // self._step

    def nearest(self, number: int) -> int:
        """Returns the position whose number is nearest to ``number``; of two equally near, the lower."""
        if not self._step:
            return self._sequence.nearest_index(FrameNumber(number))
        steps, rest = divmod(number - self._sequence.first, self._step)
        return min(max(0, steps + (2 * rest > self._step)), self.count - 1)

    def nearest_number(self, number: int) -> FrameNumber:
        """Returns the number of the :meth:`nearest` position."""
        return self.number(self.nearest(number))

    def index_before(self, position: int) -> FrameIndex | None:
        """Returns the frame at a position or, where there is no file, the one before it."""
        index = self.index(position)
        if index is None:
            nearest = self._sequence.nearest_index(self.number(position))
            index = FrameIndex(nearest - (self.of_index(nearest) > position))
        return index
