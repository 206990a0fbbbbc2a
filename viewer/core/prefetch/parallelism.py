"""How many loads to have under way, so that the link or the cores are full and no more than that."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 16
"""The latest loads, whose times count."""
TINY = 50e-6
"""Seconds; while no load takes longer, waking a second thread costs more than it brings."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.02
"""Seconds; a load that computes for less than the first figure does not disturb others."""


class Parallelism:
    """The number of loads that look ahead at the same time; one thread at a time.

    Loads that mostly wait go well beside each other, loads that mostly compute only as far as there are cores: more of
    them make all of them late. So as many as fill the cores, reckoned from the shortest and the time that they compute.

    After a jump, one, and that a little later: if another jump follows, its item should not have to share the cores
    with ten that are of no use, nor with one that waits and computes in step with it. Each that comes doubles the
    number, and a step that goes on from there removes the limit.

    Attributes:
        are_tiny: whether the latest loads all took no longer than :data:`TINY`.
    """

    def __init__(self, at_once: int, cores: int | None, limit: Callable[[], int] | None = None) -> None:
        """Begins with ``at_once``, the most, at least 1.

        ``cores`` is how many there are to fill; None always takes ``at_once``. ``limit`` returns how many loads there
        may be now for another reason.
        """
        self._at_once = at_once
        self._cores = cores
        self._limit = limit
        self._useful = at_once
        self._after_jump = at_once
        self._has_jumped = False
        self._times: deque[tuple[float, float]] = deque(maxlen=SAMPLES)
        self._tiny = 0
        self.are_tiny = False

    @property
    def at_once(self) -> int:
        """How many loads may look ahead now."""
        at_once = min(self._useful, self._after_jump)
        return at_once if self._limit is None else min(at_once, self._limit())

    @property
    def pause(self) -> float:
        """Seconds to wait after an item that was jumped to before looking ahead: as long as one load computes."""
        if not self._has_jumped or not self._times:
            return 0.0
        computing = sum(each for _, each in self._times) / len(self._times)
        return min(LONGEST_PAUSE, computing) if computing >= SHORTEST_PAUSE else 0.0

    def note_move(self, *, is_jump: bool, lanes: int) -> None:
        """Notes a jump or a step; with two lanes, reading alone after a jump is not in the way of decoding."""
        if not is_jump:
            self.note_step()
        elif lanes == 1:
            self.note_jump()

    def note_jump(self) -> None:
        """Notes a jump."""
        self._after_jump = 1
        self._has_jumped = True

    def note_step(self) -> None:
        """Notes a step in a direction."""
        self._after_jump = self._at_once
        self._has_jumped = False

    def note_load(self, seconds: float, computing: float, *, is_of_use: bool) -> None:
        """Notes that a load has taken ``seconds``, of which it computed for ``computing``.

        ``is_of_use`` says whether it looks ahead from the current item.
        """
        if is_of_use and self._after_jump < self._at_once:
            self._after_jump = min(2 * self._after_jump, self._at_once)
        self._times.append((seconds, computing))
        self._tiny = self._tiny + 1 if seconds <= TINY else 0
        self.are_tiny = self._tiny >= SAMPLES
        if self._cores is None or self.are_tiny:
            return
        shortest = min(each for each, _ in self._times)
        mean = sum(each for _, each in self._times) / len(self._times)
        fills = self._cores * shortest / mean if mean > 0 else math.inf
        if fills < self._at_once:
            self._useful = min(self._at_once, max(1, math.ceil(round(fills, 6))) + 1)
        else:
            self._useful = self._at_once
