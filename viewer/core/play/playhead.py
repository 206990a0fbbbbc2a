"""The playhead: a position in a sequence, the direction it moves in, and the range that it is held to."""

from __future__ import annotations

from enum import StrEnum

from viewer.core.records import dataclass, replace


class Repeat(StrEnum):
    """What follows the last frame of the range."""

    ONCE = "once"
    LOOP = "loop"
    PING_PONG = "pingpong"


@dataclass(frozen=True, slots=True)
class Playhead:
    """A position among ``count`` positions, counted from 0, and how it moves on; immutable.

    Attributes:
        count: how many positions there are, at least 1.
        index: where it is, from 0 to ``count - 1``.
        stride: what one step adds to ``index``; its sign is the direction. Never 0.
        first: the in point, the first position of the range.
        last: the out point, the last position of the range.
        repeat: what follows the end of the range: a step wraps there in a loop only, playing turns back in ping-pong.
        playing: whether it goes on by itself, so that turning back is not to be expected.
    """

    count: int
    index: int = 0
    stride: int = 1
    first: int = 0
    last: int = -1
    repeat: Repeat = Repeat.ONCE
    playing: bool = False

    def __post_init__(self) -> None:
        """Takes a ``last`` of -1 for the last one; raises ValueError for positions there are not, or a stride of 0."""
        if self.last == -1:
            object.__setattr__(self, "last", self.count - 1)
        if self.stride == 0:
            raise ValueError("A stride of 0 leads nowhere.")
        if not (0 <= self.index < self.count and 0 <= self.first <= self.last < self.count):
            raise ValueError(f"Not a position among {self.count} frames: {self.index} in {self.first} to {self.last}.")

    @property
    def length(self) -> int:
        """How many positions the range holds."""
        return self.last - self.first + 1

    @property
    def in_range(self) -> bool:
        """Whether it stands between the in and the out point, these included."""
        return self.first <= self.index <= self.last

    @property
    def direction(self) -> int:
        """1 when it goes forwards, -1 when backwards."""
        return 1 if self.stride > 0 else -1

    def stepped(self, by: int) -> Playhead:
        """Returns the playhead after a step of ``by`` positions by the user; the direction and stride follow.

        A step inside the range wraps in a loop and stops at the ends otherwise; outside it stops at the ends of the
        sequence.
        """
        if by == 0:
            return self
        index = self.index + by
        if not self.in_range:
            index = min(max(index, 0), self.count - 1)
        elif self.repeat is Repeat.LOOP:
            index = self.first + (index - self.first) % self.length
        else:
            index = min(max(index, self.first), self.last)
        return replace(self, index=index, stride=by)

    def advanced(self, by: int = 1) -> Playhead | None:
        """Returns the playhead after playing on by ``by`` positions, at least 1, in its direction.

        At the end of the range it goes on as ``repeat`` says; ``by`` may be more than a lap. A playhead that plays from
        outside the range into it is held to it from there on. Returns None at the end, where nothing follows.
        """
        if not self.in_range:
            return self._advanced_outside(by)
        start, end = (self.first, self.last) if self.direction > 0 else (self.last, self.first)
        gone = (self.index - start) * self.direction  # from the end that it comes from
        if self.repeat is Repeat.LOOP:
            return replace(self, index=start + (gone + by) % self.length * self.direction)
        to_end = self.length - 1
        if self.repeat is Repeat.ONCE:
            return None if gone == to_end else replace(self, index=start + min(gone + by, to_end) * self.direction)
        around = (gone + by) % (2 * to_end) if to_end else 0
        if around <= to_end:
            return replace(self, index=start + around * self.direction)
        return replace(self, index=end - (around - to_end) * self.direction, stride=-self.stride)

    def _advanced_outside(self, by: int) -> Playhead | None:
        """Returns the same as :meth:`advanced` for a playhead outside the range."""
        start, edge = (self.first, self.count - 1) if self.direction > 0 else (self.last, 0)
        to_range, to_edge = (start - self.index) * self.direction, (edge - self.index) * self.direction
        if 0 < to_range <= by:
            return _played_on(replace(self, index=start), by - to_range)
        if by <= to_edge:
            return replace(self, index=self.index + by * self.direction)
        if self.repeat is Repeat.LOOP:
            return _played_on(replace(self, index=start), by - to_edge - 1)
        if self.repeat is Repeat.PING_PONG:
            return _played_on(replace(self, index=edge, stride=-self.stride), by - to_edge)
        return replace(self, index=edge) if to_edge else None

    def with_stride(self, stride: int) -> Playhead:
        """Returns the playhead at the same position with another stride."""
        return self if stride == self.stride else replace(self, stride=stride)

    def on_grid(self, apart: int, ahead: int = 0) -> Playhead:
        """Returns it with a stride of ``apart`` in its direction, at the last multiple of ``apart`` up to its position.

        It goes on by ``ahead`` positions first, up to the end of the range.
        """
        index = self.index + ahead * self.direction
        index -= index % apart if self.direction > 0 else -(-index % apart)
        low, high = (self.first, self.last) if self.in_range else (0, self.count - 1)
        return replace(self, index=min(max(index, low), high), stride=self.direction * apart)

    def jumped(self, index: int) -> Playhead:
        """Returns the playhead at ``index``, held to the sequence, with a stride of one frame.

        Its direction is backwards after a jump back, and at the last frame, where nothing else is left.
        """
        index = min(max(index, 0), self.count - 1)
        if index == self.index:
            return self
        back = index == self.count - 1 or (index < self.index and index != 0)
        return replace(self, index=index, stride=-1 if back else 1)


def _played_on(playhead: Playhead, by: int) -> Playhead:
    """Returns ``playhead`` after playing on by ``by`` positions, down to none; at the end it stays."""
    return (playhead.advanced(by) if by else playhead) or playhead
