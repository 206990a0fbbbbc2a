"""The clock of a share, as far as dates of files give it away, and the steps in which these count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.core.storage.transfer import Stamp

SECOND = 1_000_000_000
"""Nanoseconds of the coarsest step in which shares count that are in use (sshfs, gvfs, WebDAV and SFTP mounts)."""


class ShareClock:
    """Tells whether a stamp is enough to know a file by; for one share, on one thread at a time.

    Where dates are whole seconds, a file can be rewritten within the second of its date and keep its stamp. So a stamp
    counts only if that second was over when the file was read. That is known from the dates of other files: no file is
    younger than the share's clock. This computer's clock, which may show another time, tells only how much has passed.
    """

    def __init__(self) -> None:
        """Knows nothing of the share yet."""
        self._has_fractions = False
        self._ahead = -math.inf  # the share's clock is at least so far ahead of ours

    def note(self, stamp: Stamp, now: float) -> None:
        """Takes a stamp that the share gave at ``now``, in seconds of a clock of ours that never jumps."""
        self._has_fractions |= stamp.modified_ns % SECOND != 0
        self._ahead = max(self._ahead, stamp.modified_ns / SECOND - now)

    def is_settled(self, stamp: Stamp, read_at: float) -> bool:
        """Returns whether a file with this ``stamp`` that was read at ``read_at`` cannot have been rewritten under it.

        A date of 0 stands for one that the share does not tell, about which nothing can be said.
        """
        if self._has_fractions or stamp.modified_ns % SECOND or not stamp.modified_ns:
            return True
        return self.settles_at(stamp) <= read_at

    def age(self, stamp: Stamp, now: float) -> float:
        """Returns how many seconds ago, at least, the file with this ``stamp`` was last written; never below 0."""
        return max(0.0, now + self._ahead - stamp.modified_ns / SECOND)

    def settles_at(self, stamp: Stamp) -> float:
        """Returns the time of our clock from which on a read of a file with this ``stamp`` counts, at the latest."""
        return stamp.modified_ns / SECOND + 1.0 - self._ahead
