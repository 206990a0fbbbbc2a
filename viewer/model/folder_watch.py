"""Watching: looks again at what is open, because notifications do not come from shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.executor import Failure, Success
from viewer.core.frame import FrameIndex
from viewer.core.storage.transfer import Transfer
from viewer.model.opened import open_listed
from viewer.model.preferences import NewFrames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.core.executor import Executor
    from viewer.core.frame import FrameNumber
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Opened

POLL = 5.0
"""Seconds between two listings, at least."""
TIMES_THE_LISTING = 20
"""So many times as long as a listing takes is waited until the next: it has at most 5 % of the link."""
POLL_MOST = 30.0
"""Seconds between two attempts, at most, while they fail; each wait is twice the one before."""
LINK_BUSY = 0.5
"""Seconds until the next attempt when the link was not free."""
MOST_WORKERS = 4
"""Chore workers that watching may hold: one lists, the others may hang in shares left behind."""


def newest(before: FrameSequence, after: FrameSequence) -> FrameNumber | None:
    """Returns the number of the last frame of ``after`` if it has landed behind all that ``before`` holds, else None.

    Single pictures have no numbers of their own; of them it is the last by name, if that is new.
    """
    name = after.name(FrameIndex(len(after) - 1))
    if before.index_of_name(name) is not None or not (after.is_loose or after.last > before.last):
        return None
    return after.last


def move_on_landing(
    new_frames: NewFrames,
    before: FrameSequence,
    after: FrameSequence,
    here: FrameNumber,
    back_to: FrameNumber | None = None,
) -> tuple[FrameNumber, FrameNumber | None] | None:
    """Returns the frame to show when ``before`` has become ``after``, and the one to come back to, None to stay there.

    Returns None when the picture stays. The playhead is at ``here``; an earlier glance is still to come ``back_to``.
    """
    number = newest(before, after)
    if number is None or new_frames is NewFrames.STAY:
        return None
    if new_frames is NewFrames.FOLLOW:
        return number, None
    return number, here if back_to is None else back_to


@dataclass(frozen=True, slots=True)
class _Followed:
    """What is listed again and again.

    Attributes:
        text: what was opened.
        reported: what has been reported.
        listed: what the last listing held, without names that only the one before had; ``reported`` if it is equal.
        names_hash: the sum of the hashes of the names in the last listing; None before the first.
    """

    text: str
    reported: Opened
    listed: Opened
    names_hash: int | None = None


@dataclass(eq=False)
class FolderWatch:
    """Looks again at what is open, seldom and politely, and reports what has changed; owner thread only.

    The folder is listed, never asked file by file; a name is gone when two listings in a row do not hold it. A share
    that fails, and a folder in which nothing is left, as an unmounted share leaves it, change nothing.

    ``_on_landed`` is called with all that is known now, complete and prepared, when names are new or gone;
    ``_on_answer`` after each listing that worked. While ``_link_is_free`` says that the user waits for something
    nothing is asked, so it must not say so for hours because of reading that can wait.
    """

    _loop: Loop
    _chores: Executor
    _storage: Storage
    _on_landed: Callable[[Opened], None]
    _link_is_free: Callable[[], bool]
    _on_answer: Callable[[], None] = lambda: None
    _paused: bool = False
    _closed: bool = False
    _workers_used: int = 0
    _followed: _Followed | None = None
    _listing: Transfer | None = None
    _list_timer: Timer | None = None
    _list_due: float = 0.0
    _retry_after: float = POLL

    # What to look at

    def follow(self, text: str, opened: Opened, seconds: float = 0.0) -> None:
        """Begins to list what was opened again and again, in place of what was followed before.

        ``text`` is an absolute path or a pattern, and listing it took so many ``seconds``. The watch stays paused if it
        is; what an earlier listing still brings is not reported any more.
        """
        if self._listing is not None:
            self._listing.cancel()
            self._listing = None
        self._followed = _Followed(text, opened, opened)
        self._retry_after = POLL
        self._list_in(max(POLL, seconds * TIMES_THE_LISTING))

    def pause(self) -> None:
        """Asks the share nothing, and reports nothing, until :meth:`resume`."""
        self._paused = True
        if self._listing is not None:
            self._listing.cancel()
        if self._list_timer is not None:
            self._list_timer.cancel()
            self._list_timer = None

    def resume(self) -> None:
        """Goes on after :meth:`pause`."""
        self._paused = False
        self._arm_list()

    def close(self) -> None:
        """Stops for good; nothing more is reported."""
        self._closed = True
        self.pause()

    # Both

    def _may_ask(self) -> bool:
        return self._workers_used < MOST_WORKERS and self._link_is_free()

    # Listing

    def _list_in(self, seconds: float) -> None:
        self._list_due = self._loop.now() + seconds
        self._arm_list()

    def _arm_list(self) -> None:
        if self._list_timer is not None:
            self._list_timer.cancel()
            self._list_timer = None
        if not (self._paused or self._closed) and self._followed is not None and self._listing is None:
            self._list_timer = self._loop.call_later(max(0.0, self._list_due - self._loop.now()), self._list)

    def _list(self) -> None:
        self._list_timer = None
        followed = self._followed
        if followed is None or not self._may_ask():
            self._list_in(LINK_BUSY)
            return
        transfer = self._listing = Transfer()
        storage, now = self._storage, self._loop.now

        def done(outcome: Success[tuple[float, _Followed, Opened | None]] | Failure) -> None:
            self._workers_used -= 1
            if self._listing is not transfer:
                return
            self._listing = None
            if transfer.cancelled:
                self._list_in(POLL)
            elif isinstance(outcome, Failure):
                self._list_in(self._retry_after)
                self._retry_after = min(2 * self._retry_after, POLL_MOST)
            else:
                self._retry_after = POLL
                seconds, self._followed, news = outcome.value
                self._list_in(max(POLL, seconds * TIMES_THE_LISTING))
                self._on_answer()
                if news is not None:
                    self._on_landed(news)

        self._workers_used += 1
        self._chores.submit(lambda: _list_and_compare(storage, followed, transfer, now), done)


def _list_and_compare(
    storage: Storage, followed: _Followed, transfer: Transfer, now: Callable[[], float]
) -> tuple[float, _Followed, Opened | None]:
    """Lists once, asking nothing else; on a worker. Returns the seconds that took, and what :func:`_compare` does.

    What was opened is known to be a folder, a file or a pattern by now. Asked again, a share that is away would say
    that its folders are none.
    """
    started = now()
    names: list[str] = []
    names_hash = 0
    for batch in storage.list_names(followed.reported.folder, transfer):
        names.extend(batch)
        names_hash += sum(map(hash, batch))
    transfer.checkpoint()  # what follows takes long
    after, news = replace(followed, names_hash=names_hash), None
    # Grouping takes most of the time in a folder of many names: it is left out when they are the same as before.
    if names_hash != followed.names_hash or followed.listed is not followed.reported:
        after, news = _compare(after, names)
    return now() - started, after, news


def _compare(followed: _Followed, names: Sequence[str]) -> tuple[_Followed, Opened | None]:
    """Returns what is followed after a listing of ``names``, and what is to be reported, None for nothing."""
    text, reported = followed.text, followed.reported
    listed = news = open_listed(text, reported.folder, names)
    if reported.complete and listed.sequences == reported.sequences:
        return replace(followed, listed=reported), None
    unsure = _names_missing(followed.listed, listed)
    if unsure:
        news = open_listed(text, reported.folder, [*names, *unsure])
    if reported.complete and news.sequences == reported.sequences:
        return replace(followed, listed=listed), None
    return replace(followed, reported=news.prepared(), listed=listed), news


def _names_missing(before: Opened, after: Opened) -> Sequence[str]:
    """Returns the names that ``before`` holds and ``after`` does not."""
    gone = set(before.sequences).difference(after.sequences)
    come = set(after.sequences).difference(before.sequences)
    there = set(chain.from_iterable(sequence.names() for sequence in come))
    return [name for sequence in gone for name in sequence.names() if name not in there]
