"""The clock of a share, as far as dates of files give it away, and the steps in which these count."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.storage.transfer import Stamp

SECOND = 1_000_000_000
"""Nanoseconds of the coarsest step in which shares count that are in use (sshfs, gvfs, WebDAV and SFTP mounts)."""
LATE = 1.5
"""Seconds for which a read may still bring the bytes from before: sshfs was seen to do so for 1.2 (FAT counts by 2)."""

BEHIND = 3600.0
"""Seconds by which the clock of a share may be behind that of this computer."""
ASKED = 0.002
"""Opening a file in less seconds asked no share that is far away."""


def is_hearsay(stamp: Stamp, opened_in: float | None) -> bool:
    """Returns whether the client of a share told the ``stamp`` from its memory, by how many seconds opening took.

    rclone opens files without asking, and repeats sizes and dates for minutes. Where opening is that quick for another
    reason, reading a new file once more costs little.
    """
    return bool(opened_in) and opened_in < ASKED and not stamp.changed_ns  # type: ignore[operator]  # None is not true


class ShareClock:
    """Tells whether a stamp is enough to know a file by; for one share, on one thread at a time.

    Where dates are whole seconds, a file can be rewritten within the second of its date and keep its stamp; where the
    client of the share answers from its memory (rclone: for 5 minutes), at any time, and most are while they are new.
    So a stamp counts only if that second, and a moment more, was over when the file was read. That is known from the
    dates of other files, as none is younger than the share's clock; and from this computer's clock, as the share's is
    hardly behind it by more than :data:`BEHIND`: or all files of a folder copied within a second would be read twice.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        """Knows nothing of the share yet; ``wall`` is the clock on the wall, in seconds since 1970."""
        self._wall = wall
        self._has_fractions = False
        self._ahead = -math.inf  # the share's clock is at least so far ahead of ours

    def note(self, stamp: Stamp, now: float) -> None:
        """Takes a stamp that the share gave at ``now``, in seconds of a clock of ours that never jumps."""
        self._has_fractions |= stamp.modified_ns % SECOND != 0
        self._ahead = max(self._ahead, self._wall() - BEHIND - now, stamp.modified_ns / SECOND - now)

    def is_settled(self, stamp: Stamp, read_at: float, *, is_hearsay: bool = False) -> bool:
        """Returns whether a file with this ``stamp`` that was read at ``read_at`` cannot have been rewritten under it.

        ``is_hearsay`` says that the stamp came from the memory of the client, so that fractions of its date mean
        nothing. A date of 0 stands for one that the share does not tell, about which nothing can be said.
        """
        has_fractions = self._has_fractions or stamp.modified_ns % SECOND
        if (has_fractions and not is_hearsay) or not stamp.modified_ns:
            return True
        return self.settles_at(stamp) <= read_at

    def age(self, stamp: Stamp, now: float) -> float:
        """Returns how many seconds ago, at least, the file with this ``stamp`` was last written; never below 0."""
        return max(0.0, now + self._ahead - stamp.modified_ns / SECOND)

    def settles_at(self, stamp: Stamp) -> float:
        """Returns the time of our clock from which on a read of a file with this ``stamp`` counts, at the latest."""
        return stamp.modified_ns / SECOND + 1.0 + LATE - self._ahead
