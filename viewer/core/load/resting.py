"""How many reads look ahead while the user rests: no more than let a frame that is jumped to come soon."""

from __future__ import annotations

import math

PART, LEAST = 0.25, 0.02
"""A frame may wait for what reads ahead have asked for: this part of the time it takes alone, or so many seconds."""
MOST, UNKNOWN = 1024, 4
"""A number of reads that is no limit, and the limit while it is not known what they keep waiting."""
NEW = 0.25
"""What one more measurement counts beside all those before it."""
OVERDUE, OVERDUE_LEAST, OVERDUE_FIRST = 2.0, 0.25, 1.0
"""So many times as long as a file takes alone, and seconds at least, the next one is let come alone: it may hang.

The last figure is for when nothing is known yet.
"""
FORGOTTEN = 0.98
"""What is left of a measured wait after each read that had nothing to wait for: the line may be better by now."""


class RestingReads:
    """How many reads may look ahead while nothing is played; owner thread only.

    A read that begins beside others waits for its first byte until what they have asked for has come, and so would a
    frame that is wanted now. That may be a piece of each, or all of their files: some clients fetch a whole file once
    its first byte is read, and do not stop. After a frame that had to be waited for, the next one comes alone, then
    there is one more with each read that ends.

    Attributes:
        wait: seconds that each read beside it keeps another one waiting; 0 before that was measured.
    """

    def __init__(self, wait: float = 0.0) -> None:
        """Goes on with a ``wait`` known from earlier."""
        self.wait = wait
        self._allowed = math.inf
        self._is_measured = False
        self._alone = 0.0
        self._begun = 1
        self._until: float | None = None

    def reads(self, now: float) -> int:
        """Returns how many may be under way ``now``, in seconds of the caller's clock."""
        if self._until is None:
            self._until = now + OVERDUE_FIRST
        fits = 1 + int(min(MOST, self._allowed / self.wait)) if self.wait else MOST if self._is_measured else UNKNOWN
        return min(self._begun if now < self._until else MOST, fits)

    def begin(self, now: float) -> None:
        """Notes that a frame is waited for from ``now`` on, or was until now: it comes alone, and then the next."""
        patience = max(OVERDUE * self._alone, OVERDUE_LEAST) if self._alone else OVERDUE_FIRST
        self._begun, self._until = 1, now + patience

    def note(self, beside: int, waited: float | None, alone: float | None, *, is_whole: bool = True) -> None:
        """Notes that a read has ended which had begun ``beside`` so many others.

        It ``waited`` so many seconds longer for its first byte than one that is alone, and a whole file takes ``alone``
        seconds then; None if either is not known. One that was stopped is not ``is_whole``, and lets no other begin.
        """
        self._begun = min(self._begun + is_whole, MOST)
        if alone is not None:
            self._alone = alone
            self._allowed = max(PART * alone, LEAST)
        if not beside or waited is None:
            self.wait *= FORGOTTEN
        else:
            self._is_measured = True
            each = max(0.0, waited) / beside
            self.wait = self.wait + NEW * (each - self.wait) if self.wait else each
