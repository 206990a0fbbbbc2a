"""The copies that are held of files: which file each is of, and when the share last said that it is still that one."""

from __future__ import annotations

import math
import time
from enum import Enum
from typing import TYPE_CHECKING

from viewer.core.records import dataclass
from viewer.core.storage.share_clock import LATE, ShareClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.storage.transfer import Stamp

VALID, VALID_WHILE_CHANGING = 20.0, 2.6
"""Seconds for which an answer of the share is good enough to show a frame as the one that it has."""
EMPTIED = 10.0
"""Seconds for which a file has stayed empty when it is taken to stay so: most are emptied as they are rewritten."""
CHANGING = 20.0
"""Seconds since the last change that was found for which frames are taken to be rewritten right now."""


class Verdict(Enum):
    """What the stamp of a file says of the copy that is held of it."""

    SAME = "it is of this file"
    UNSETTLED = "the file may have been rewritten since under the same stamp"
    CHANGED = "the file is another one, and perhaps still being written"
    REWRITTEN = "the file is another one, and whole"
    GONE = "there is no such file"


@dataclass(slots=True, eq=False)
class Copy:
    """What is held of a file, or the file that failed.

    Times are those of the loop, in seconds; -inf for never.

    Attributes:
        stamp: the file that it is of; None if there was none.
        is_known: whether ``stamp`` means anything; not of a file on this disk that was not looked at yet.
        has_failed: whether no picture could be made of it.
        read_at: when its read over the share began, until its stamp is known to be enough to know it by.
        is_hearsay: whether its stamp came from the memory of the share's client.
        confirmed: when the question was asked, or the read begun, by which it is known to be of the file.
        as_of: the same by the clock on the wall, in seconds since 1970; 0.0 if not known.
        asked: when the share was asked last.
        answered: when it answered last.
        is_asking: whether it is being asked.
        is_proven: whether the share has confirmed it since it was read, so that it did not change meanwhile.
        is_gone: whether there is no such file any more, as the share says.
        is_missing: whether that is so although the folder has been listed since: it is not the share that is gone.
        seen: the other stamp that the share has given.
        seen_since: when it gave that first.
        noted: when it was last noted on this disk that it is confirmed.
    """

    stamp: Stamp | None = None
    is_known: bool = False
    has_failed: bool = False
    read_at: float = -math.inf
    is_hearsay: bool = False
    confirmed: float = -math.inf
    as_of: float = 0.0
    asked: float = -math.inf
    answered: float = -math.inf
    is_asking: bool = False
    is_proven: bool = False
    is_gone: bool = False
    is_missing: bool = False
    seen: Stamp | None = None
    seen_since: float = -math.inf
    noted: float = -math.inf


class Copies:
    """The copies of files by their paths, in memory and on this disk, and the files that failed; owner thread only.

    Attributes:
        clock: that of the share.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        """Knows of none; ``wall`` is the clock on the wall, in seconds since 1970."""
        self.clock = ShareClock(wall)
        self._wall = wall
        self._copies: dict[str, Copy] = {}
        self._suspect_since = -math.inf
        self._changing_until = -math.inf

    def __contains__(self, path: str) -> bool:
        return path in self._copies

    def __iter__(self) -> Iterator[str]:
        return iter(self._copies)

    def get(self, path: str) -> Copy | None:
        """Returns the copy of ``path``, None if none is known."""
        return self._copies.get(path)

    # What comes and goes

    def note_read(self, path: str, stamp: Stamp, began: float, now: float, *, is_hearsay: bool = False) -> None:
        """Takes a file whose read, which has ended ``now``, ``began`` then: it was this file.

        ``is_hearsay`` says that the client of the share has not asked it which file that is.
        """
        self.clock.note(stamp, now)
        as_of = self._wall() - (now - began)
        self._copies[path] = Copy(
            stamp, is_known=True, read_at=began, is_hearsay=is_hearsay, confirmed=began, as_of=as_of
        )

    def note_kept(self, path: str, stamp: Stamp, as_of: float) -> None:
        """Takes a file from this disk, which the share confirmed last at ``as_of``, in seconds since 1970."""
        copy = self._copies.get(path)
        if copy is None or copy.has_failed or (copy.is_known and copy.stamp != stamp):
            copy = self._copies[path] = Copy()
        copy.stamp, copy.is_known, copy.as_of = stamp, True, max(as_of, copy.as_of)

    def note_on_disk(self, path: str) -> Copy:
        """Takes a file on this disk that was not looked at; returns its copy."""
        return self._copies.setdefault(path, Copy())

    def note_failed(self, path: str, stamp: Stamp | None) -> None:
        """Takes a file that failed, with its stamp; None for one that was not there."""
        self._copies[path] = Copy(stamp, is_known=True, has_failed=True)

    def forget(self, path: str) -> None:
        """Forgets the copy of a path: there is none any more."""
        self._copies.pop(path, None)

    def clear(self) -> None:
        """Forgets all of them."""
        self._copies.clear()

    def failed(self) -> Iterator[str]:
        """Yields the paths of the files that failed."""
        return (path for path, copy in self._copies.items() if copy.has_failed)

    def use_share(self, now: float) -> None:
        """Goes on to another share: its clock is another one, and what is held of the last one becomes suspect."""
        self.clock = ShareClock(self._wall)
        self.suspect(now)

    # What is known of them

    def suspect(self, now: float) -> None:
        """Makes all of them suspect: each is confirmed again by an answer to a question asked from ``now`` on."""
        self._suspect_since = now

    def note_folder(self) -> None:
        """Notes that the folder could be listed: files that are gone are missing in it."""
        for copy in self._copies.values():
            copy.is_missing = copy.is_gone

    def note_change(self, now: float) -> None:
        """Notes that a file was found to have changed: for a while, frames are taken to be rewritten right now."""
        self._changing_until = now + CHANGING

    def is_confirmed(self, path: str) -> bool:
        """Returns whether there is a copy of ``path`` and no reason to doubt it."""
        copy = self._copies.get(path)
        if copy is None or copy.stamp is None or copy.has_failed or copy.is_gone or copy.seen is not None:
            return False
        return -math.inf < copy.confirmed >= self._suspect_since and self.is_settled(copy)

    def is_settled(self, copy: Copy) -> bool:
        """Returns whether the file cannot have been rewritten since under the same stamp. What was kept is settled."""
        if copy.stamp is None or copy.read_at == -math.inf:
            return True
        is_settled = self.clock.is_settled(copy.stamp, copy.read_at, is_hearsay=copy.is_hearsay)
        if is_settled:
            copy.read_at = -math.inf  # for good
        return is_settled

    def settles_at(self, copy: Copy) -> float:
        """Returns when a file that :meth:`is_settled` is False of is to be read once more, if no other tells sooner."""
        return -math.inf if copy.stamp is None else max(self.clock.settles_at(copy.stamp), copy.read_at + LATE)

    def is_changing(self, now: float) -> bool:
        """Returns whether a file was found to have changed so lately that others may be rewritten right now."""
        return now < self._changing_until

    def is_current(self, path: str, now: float) -> bool:
        """Returns whether the copy of ``path`` can be shown as the file that the share has."""
        copy = self._copies.get(path)
        valid = VALID_WHILE_CHANGING if self.is_changing(now) else VALID
        return copy is not None and now - copy.confirmed <= valid and self.is_confirmed(path)

    def take(self, copy: Copy, stamp: Stamp | None, asked: float, now: float, *, is_hearsay: bool = False) -> Verdict:
        """Takes the answer to a question that was ``asked`` then and is answered ``now``; None is for no such file.

        ``is_hearsay`` says that it came from the memory of the share's client: it does not tell how old the copy is.
        """
        copy.answered = now
        copy.is_gone = stamp is None
        copy.is_missing &= copy.is_gone
        if stamp is None:
            copy.seen = None
            return Verdict.SAME if copy.stamp is None else Verdict.GONE
        self.clock.note(stamp, asked)
        if stamp == copy.stamp:
            copy.seen = None
            if not self.is_settled(copy):
                return Verdict.UNSETTLED
            copy.confirmed, copy.is_proven = asked, True
            if not (is_hearsay and copy.as_of):
                copy.as_of = self._wall() - (now - asked)
            return Verdict.SAME
        if stamp != copy.seen:
            copy.seen, copy.seen_since = stamp, now
            return Verdict.CHANGED
        return Verdict.REWRITTEN if stamp.size or asked >= copy.seen_since + EMPTIED else Verdict.CHANGED
