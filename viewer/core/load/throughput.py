"""The rate at which bytes come in."""

from __future__ import annotations

from collections import deque

WINDOW = 2.0
"""Seconds over which the rate is averaged."""


class Throughput:
    """The rate at which bytes came in lately; owner thread only."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def rate(self, now: float, received: int) -> float:
        """Notes that ``received`` bytes in all have come by ``now``, in seconds; returns the bytes a second lately."""
        self._samples.append((now, received))
        # One sample from before the window is kept: the first one in it is compared with that.
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        return (received - before) / (now - since) if now > since else 0.0
