"""The playhead: a place in a sequence, the way it is going, and the range it is held to."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Playhead:
    """A place among ``count`` frames, counted from 0.

    Attributes:
        count: how many frames there are, at least 1.
        index: where it is, from 0 to ``count - 1``.
        stride: what one step adds to ``index``; its sign is the direction. Never 0.
        first: the in point, the first frame of the range.
        last: the out point, the last frame of the range.
        looping: whether a step past one end of the range comes in at the other.
    """

    count: int
    index: int = 0
    stride: int = 1
    first: int = 0
    last: int = -1
    looping: bool = False

    def __post_init__(self) -> None:
        """Takes a ``last`` of -1 for the last frame there is.

        Raises:
            ValueError: the places do not lie in the sequence, or the stride is 0.
        """
        if self.last == -1:
            object.__setattr__(self, "last", self.count - 1)
        if self.stride == 0:
            raise ValueError("A stride of 0 leads nowhere.")
        if not (0 <= self.index < self.count and 0 <= self.first <= self.last < self.count):
            raise ValueError(f"Not a place among {self.count} frames: {self.index} in {self.first} to {self.last}.")

    @property
    def length(self) -> int:
        """How many frames the range holds."""
        return self.last - self.first + 1

    @property
    def in_range(self) -> bool:
        """Whether it stands between the in and the out point."""
        return self.first <= self.index <= self.last

    def stepped(self, by: int) -> Playhead:
        """Returns the playhead after a step of ``by`` frames; the direction and stride follow.

        A step inside the range wraps or stops at its ends; outside it stops at the ends of the sequence.
        """
        if by == 0:
            return self
        index = self.index + by
        if not self.in_range:
            index = min(max(index, 0), self.count - 1)
        elif self.looping:
            index = self.first + (index - self.first) % self.length
        else:
            index = min(max(index, self.first), self.last)
        return replace(self, index=index, stride=by)

    def jumped(self, index: int) -> Playhead:
        """Returns the playhead at ``index``, held to the sequence, looking onwards frame by frame.

        It looks back when it went back, and at the last frame, where nothing else is left.
        """
        index = min(max(index, 0), self.count - 1)
        if index == self.index:
            return self
        back = index == self.count - 1 or (index < self.index and index != 0)
        return replace(self, index=index, stride=-1 if back else 1)
