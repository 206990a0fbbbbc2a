"""What the share can do, measured."""

from __future__ import annotations

from collections import deque

WINDOW = 2.0
"""Seconds that the rate is averaged over."""


class Throughput:
    """The bytes a second that came in lately; owner thread only."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def rate(self, now: float, received: int) -> float:
        """Notes that ``received`` bytes have come in all by ``now`` seconds; returns bytes a second, lately."""
        self._samples.append((now, received))
        # The one sample kept from before the window is what the first one in it is compared with.
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        return (received - before) / (now - since) if now > since else 0.0
