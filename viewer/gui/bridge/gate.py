"""Keeps workers from holding the GIL while the user waits for a step."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 0.01
"""Seconds that it is closed at most: whatever becomes of the GUI thread, decoders go on."""
LOOK_EVERY = 0.001


class StepGate:
    """Where a worker waits before each call that holds the GIL for long; any thread.

    It has no lock: the GUI thread would have to wait for a worker that holds it, which other programs may keep from
    running.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Makes one that is open; ``clock`` and ``sleep`` count seconds."""
        self._clock, self._sleep = clock, sleep
        self._closed_until = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether a worker would wait now."""
        return self._clock() < self._closed_until

    def close(self) -> None:
        """Closes it until :meth:`open`, or for :data:`MOST` seconds."""
        self._closed_until = self._clock() + MOST

    def open(self) -> None:
        """Opens it: workers go on within :data:`LOOK_EVERY` seconds."""
        self._closed_until = 0.0

    def wait(self) -> None:
        """Returns when it is open; on a worker."""
        while self.is_closed:
            self._sleep(LOOK_EVERY)


gate = StepGate()
"""Closed from the first sight of a key that steps until its frame has been painted."""
