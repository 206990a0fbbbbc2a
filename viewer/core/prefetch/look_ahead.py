"""What is likely to be asked for next: the positions wanted ahead, and how far they were gone through."""

from __future__ import annotations

import itertools
import math
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.access import AccessPattern, sequential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

GUESSES = 10
"""Guesses of a predictor that are looked at for each item to load ahead: it may go on for ever."""


@dataclass(eq=False)
class LookAhead:
    """The current item and those wanted after it; one thread at a time.

    The positions are scanned once after each change, the current one first and then the soonest: an item that fails,
    or is not held, would otherwise be tried over and over.

    Attributes:
        most: how many items are loaded ahead at most.
        repeat: what follows the last item.
        predict: yields the positions that are likely to follow, the likeliest first.
        pattern: the current position and the direction of travel, None before the first request.
        positions: the positions wanted ahead, the soonest first, without the current one.
    """

    most: int
    repeat: Repeat = Repeat.ONCE
    predict: Callable[[AccessPattern], Iterable[int]] = sequential
    pattern: AccessPattern | None = None
    positions: Sequence[int] = ()
    _scanned: int = 0

    def move_to(self, position: int, length: int | None, stride: int | None) -> bool:
        """Notes a request for ``position``; returns whether that changed the pattern: then it is to be planned anew."""
        before = self.pattern
        if before is None:
            self.pattern = AccessPattern(position, stride or 1, length, self.repeat)
        else:
            self.pattern = before.moved_to(position, length, stride)
        return self.pattern is not before

    def relocate(self, moved: Callable[[int], int | None], length: int | None) -> None:
        """Follows the current item to its new position, among ``length`` items; forgets the pattern if it is gone."""
        if self.pattern is not None:
            here = moved(self.pattern.position)
            self.pattern = None if here is None else self.pattern.moved_to(here, length)

    def plan(self, ahead: int, behind: int) -> None:
        """Works out the positions wanted, where ``ahead`` items have room, and ``behind`` used ones."""
        pattern = self.pattern
        if pattern is None:
            return
        depth = pattern.depth(ahead, behind)
        predicted = sequential(pattern) if self.predict is sequential else self._predicted(pattern, GUESSES * depth)
        if isinstance(predicted, range):
            self.positions = predicted[:depth]
        else:
            end = math.inf if pattern.length is None else pattern.length
            near = (each for each in predicted if 0 <= each < end and each != pattern.position)
            self.positions = tuple(dict.fromkeys(itertools.islice(near, 4 * depth)))[:depth]
        self._scanned = 0

    def is_near(self, position: int) -> bool:
        """Returns whether an item is of use: also just behind, as a user who has turned may turn again."""
        if position in self.positions or self.pattern is None:
            return True
        steps, between = divmod(abs(position - self.pattern.position), abs(self.pattern.stride))
        return not between and steps <= self.most

    def is_here(self, position: int) -> bool:
        """Returns whether ``position`` is the current one."""
        return self.pattern is not None and position == self.pattern.position

    def scan_again(self) -> None:
        """Begins to scan anew at the current item."""
        self._scanned = 0

    def next_due(self, is_due: Callable[[int], bool], has_room: Callable[[], bool]) -> int | None:
        """Returns the next position for which ``is_due`` is true, None if there is none or no room for it."""
        if self.pattern is None:
            return None
        while self._scanned <= len(self.positions):
            position = self.positions[self._scanned - 1] if self._scanned else self.pattern.position
            if is_due(position):
                if not has_room():
                    return None
                self._scanned += 1
                return position
            self._scanned += 1
        return None

    @property
    def has_more(self) -> bool:
        """Whether some positions were not scanned yet."""
        return self._scanned <= len(self.positions)

    def note_begun(self, position: int) -> None:
        """Notes that an item is being loaded: the current one is not scanned again."""
        if self.is_here(position):
            self._scanned = max(self._scanned, 1)

    def _predicted(self, pattern: AccessPattern, most: int) -> Iterable[int]:
        try:
            return list(itertools.islice(self.predict(pattern), most))
        except Exception:  # noqa: BLE001 - reported; the caller who only asked for an item is not to blame
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            return sequential(pattern)
