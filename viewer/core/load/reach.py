"""How far the plan is looked at: a few frames on the spot, the rest later, and fewer while no file is lacking."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop, Timer

FARTHEST = 1000
"""Frames of a plan that are looked at in one go, beyond those that are known to be ready: enough for any link."""
AT_FIRST, FAR_AFTER = 64, 0.1
"""Frames that are looked at on the spot, and seconds until the rest are: many steps, or frames, come at once."""
AGAIN_AFTER = 1.0
"""Seconds until they are all looked at again when nothing was lacking: there may be more room now."""
STOCK = 16
"""With the files of so many frames here or coming no more are looked for until :data:`FAR_AFTER`."""


class Reach:
    """How many frames of the plan are looked at, and before which position none lacks its file; owner thread only.

    Attributes:
        count: how many frames are looked at, beyond those that are known to be ready.
        has_files: whether no more files need be looked for this time.
    """

    def __init__(self, loop: Loop, on_far: Callable[[], None]) -> None:
        """Looks at a few; ``on_far`` is called when it is time to look at all."""
        self._loop = loop
        self._on_far = on_far
        self.count = AT_FIRST
        self.has_files = False
        self._none_before = self._first_lacking = 0.0
        self._timer: Timer | None = None

    @property
    def is_far(self) -> bool:
        """Whether all are looked at."""
        return self.count == FARTHEST

    def forget(self) -> None:
        """Notes that files of the plan, or a new one, may be lacking anywhere."""
        if self._none_before == math.inf and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._none_before = 0.0

    def begin(self, settled: int) -> bool:
        """Begins to look at the frames from the position ``settled`` on; returns :attr:`has_files`."""
        self.has_files = not self.is_far and self._none_before > settled + STOCK
        self._first_lacking = self._none_before if self.has_files else math.inf
        return self.has_files

    def note(self, position: int, *, has_file: bool) -> None:
        """Notes whether the file for a position is here or coming."""
        if not has_file:
            self._first_lacking = min(self._first_lacking, position)

    def end(self, position: float = math.inf) -> None:
        """Ends it before a position, or where the plan or the room ends."""
        self._none_before = min(self._first_lacking, math.inf if self.has_files else position)

    def look_far_later(self) -> None:
        """Has all looked at after a moment; a longer one if nothing was lacking anywhere."""
        seconds = AGAIN_AFTER if self.has_files and self._none_before == math.inf else FAR_AFTER
        self._timer = self._timer or self._loop.call_later(seconds, self._look_far)

    def _look_far(self) -> None:
        self._timer, self.count = None, FARTHEST
        self._on_far()
