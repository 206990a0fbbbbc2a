"""The pattern of requests, and the guesses from it of what will be asked for next."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

from viewer.core.play.playhead import Repeat
from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class AccessPattern:
    """The current position in a sequence and the direction of travel: what a predictor goes by.

    Attributes:
        position: the one requested last, from 0.
        stride: what one step adds to ``position``; its sign is the direction. Never 0.
        length: how many items there are, or None if that is not known or there is no end.
        repeat: what follows the last item.
        since_turn: steps made since the direction was turned, None if it was not since the last jump.
        last_move: the difference of the last two positions requested.
        is_jump: whether that was a jump, by all that is known.
    """

    position: int
    stride: int = 1
    length: int | None = None
    repeat: Repeat = Repeat.ONCE
    since_turn: int | None = None
    last_move: int = 0
    is_jump: bool = False

    def moved_to(self, position: int, length: int | None, stride: int | None = None) -> AccessPattern:
        """Returns the pattern after a request for ``position``.

        A move by one, by the stride, or a second one by the same amount is a step, and the stride follows it. Any other
        may be a jump, which leaves the stride as it was. ``stride`` is what one step adds, where the caller knows.
        """
        by = position - self.position
        if self.repeat is Repeat.LOOP and length and abs(by) > length // 2:
            by -= length if by > 0 else -length  # the shorter way around
        if stride is not None:
            if by == stride == self.stride:
                return AccessPattern(position, stride, length, self.repeat, self._steps_on(by), by)
            return AccessPattern(position, stride, length, self.repeat, None, by, is_jump=by != stride)
        if by == 0:
            return self if length == self.length else AccessPattern(position, self.stride, length, self.repeat)
        if abs(by) in (1, abs(self.stride), abs(self.last_move)):
            return AccessPattern(position, by, length, self.repeat, self._steps_on(by), by)
        return AccessPattern(position, self.stride, length, self.repeat, None, by, is_jump=True)

    def depth(self, ahead: int, behind: int) -> int:
        """Returns how many items to look ahead, ``ahead`` at most, where the last ``behind`` used ones are in memory.

        After a turn the next items are held ones; how far back the user goes shows as they go. To look all the way at
        once would load evicted items again, for a few steps back and forth.
        """
        if self.since_turn is None or self.repeat is Repeat.PING_PONG:
            return ahead
        return min(ahead, max(ahead - behind, 0) + self.since_turn)

    def _steps_on(self, by: int) -> int | None:
        if (by > 0) != (self.stride > 0):
            return 1
        return None if self.since_turn is None else self.since_turn + 1


def sequential(pattern: AccessPattern) -> Iterable[int]:
    """Yields what follows in the direction of travel, stride by stride, as :attr:`AccessPattern.repeat` says."""
    position, stride, length = pattern.position, pattern.stride, pattern.length
    if length is None or pattern.repeat is Repeat.ONCE or length < 2:  # noqa: PLR2004 - one item has nothing after it
        end = sys.maxsize if length is None else length
        return range(position + stride, end, stride) if stride > 0 else range(position + stride, -1, stride)
    if pattern.repeat is Repeat.LOOP:
        return ((position + steps * stride) % length for steps in range(1, length))
    return itertools.islice(_there_and_back(position, stride, length), 2 * length)


def with_jumps(*offsets: int, ends: bool = False) -> Callable[[AccessPattern], Iterable[int]]:
    """Returns a predictor for a program whose user can also jump: those positions are loaded after the next two items.

    The jumps go as far as ``offsets``, such as ``10, -10``, and with ``ends`` also to the first and the last item.
    """

    def predict(pattern: AccessPattern) -> Iterator[int]:
        ahead = iter(sequential(pattern))
        yield from itertools.islice(ahead, 2)
        yield from (pattern.position + offset for offset in offsets)
        if ends:
            yield 0
            if pattern.length is not None:
                yield pattern.length - 1
        yield from ahead

    return predict


def _there_and_back(position: int, stride: int, length: int) -> Iterator[int]:
    while True:
        position += stride
        if not 0 <= position < length:
            stride = -stride
            position = min(max(position + 2 * stride, 0), length - 1)
        yield position
