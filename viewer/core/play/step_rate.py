"""How fast the user moves through the frames with single presses, or by dragging."""

from __future__ import annotations

from collections import deque

WINDOW = 0.5
"""Seconds over which the speed is measured."""
FAST = 0.12
"""Seconds between two moves of one run: moves that follow faster are too fast to look at each frame."""
LEAST_REST = 0.03
"""Seconds without a move after which even the fastest run has ended: a mouse does not move evenly."""
LATE = 0.006
"""A move that is so many seconds late is not coming: keyboards and timers are more even than that."""


class StepRate:
    """The moves of the last moment; owner thread only, times in seconds of one clock."""

    def __init__(self) -> None:
        self._moves: deque[tuple[float, int]] = deque()

    def note(self, now: float, by: int) -> None:
        """Notes a move by ``by`` frames."""
        self._moves.append((now, by))
        while self._moves[0][0] < now - WINDOW:
            self._moves.popleft()

    def stop(self) -> None:
        """Forgets the moves: the next ones are of another run."""
        self._moves.clear()

    def rest_after(self, now: float) -> float:
        """Returns in how many seconds the run has ended if no move follows; 0 when there is none."""
        if len(self._moves) < 2:  # noqa: PLR2004 - one move has no speed
            return 0.0
        interval = self._moves[-1][0] - self._moves[-2][0]
        if interval > FAST:
            return 0.0
        return max(0.0, self._moves[-1][0] + max(LEAST_REST, interval + LATE) - now)

    @property
    def speed(self) -> float:
        """Frames a second over the last half second, negative for backwards; 0 unless there were two moves."""
        if len(self._moves) < 2:  # noqa: PLR2004 - see above
            return 0.0
        took = max(self._moves[-1][0] - self._moves[0][0], LEAST_REST)  # two at once are no speed
        return (sum(by for _, by in self._moves) - self._moves[0][1]) / took
