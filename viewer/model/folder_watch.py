"""Watching: looks again at what is open, because notifications do not come from shares."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.errors import ShareAwayError
from viewer.core.executor import Failure, Success
from viewer.core.frame import FrameIndex
from viewer.core.load.read_lane import as_lookahead
from viewer.core.records import dataclass, field, replace
from viewer.core.sequence.contents import FolderContents, judged, may_be_picture_name
from viewer.core.sequence.naming import grouped
from viewer.core.storage.transfer import Transfer
from viewer.model.opened import ask_share, open_listed
from viewer.model.preferences import NewFrames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewer.core.errors import LookaheadError
    from viewer.core.executor import Executor
    from viewer.core.frame import FrameNumber
    from viewer.core.load.hearing import Hearing
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Group, Opened

POLL = 5.0
"""Seconds between two listings, at least."""
TIMES_THE_LISTING = 20
"""So many times as long as a listing takes is waited until the next: it has at most 5 % of the link."""
FAILED_ONCE, FAILED_MOST = 1.0, 2.0
"""Seconds after which a folder that could not be listed is tried again: at first, and at most."""
ASK_PAUSE, TIMES_THE_ASKING = 1.0, 2
"""Seconds between two looks whether the folder is there, and how many times as long as the last one took, at least."""
ASK_PAUSE_MOST = 5.0
"""Seconds after which one may be asked again, however long the last took: it may have hung."""
HUNG = 3.0
"""A listing that took so many seconds, and so many times as long as the one before it, has hung for a while."""
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


@dataclass(slots=True)
class _Due:
    """When the folder is asked next, by the loop's clock.

    Attributes:
        listing: when it is listed, in any case.
        asking: when it may be asked whether it is there, at the earliest.
        is_doubted: whether it is to be asked that.
        failures: listings in a row that failed.
        took: the seconds that the last whole listing took.
    """

    listing: float = 0.0
    asking: float = 0.0
    is_doubted: bool = False
    failures: int = 0
    took: float = 0.0


@dataclass(eq=False)
class FolderWatch:
    """Looks again at what is open, seldom and politely, and reports what has changed; owner thread only.

    The folder is listed, not asked file by file; a name is gone when two listings in a row do not hold it. A share
    that fails, and a folder in which nothing is left, as an unmounted share leaves it, change nothing; but they are
    reported.

    ``_on_landed`` is called with all that is known now, complete and prepared, when names are new or gone;
    ``_on_listed`` after
    each listing, with None if the folder is there, else with why it cannot be had and the seconds until it is tried
    again; ``_on_back`` when the folder could not be had and now can: any file in it may be another one by now. While
    ``_link_is_free`` says that the user waits for something nothing is asked but by :meth:`ask`, so it must not say so
    for hours because of reading that can wait. What is asked is told to ``_hearing``.

    Attributes:
        group: groups names; any thread calls it.
    """

    _loop: Loop
    _chores: Executor
    _storage: Storage
    _on_landed: Callable[[Opened], None]
    _link_is_free: Callable[[], bool]
    _hearing: Hearing
    _on_listed: Callable[[LookaheadError | None, float], None] = lambda _error, _again_in: None
    _on_back: Callable[[], None] = lambda: None
    group: Group = grouped
    _paused: bool = False
    _closed: bool = False
    _workers_used: int = 0
    _followed: _Followed | None = None
    _listing: Transfer | None = None
    _list_timer: Timer | None = None
    _due: _Due = field(default_factory=_Due)

    # What to look at

    def follow(self, text: str, opened: Opened, seconds: float = 0.0) -> None:
        """Begins to list what was opened again and again, in place of what was followed before.

        ``text`` is an absolute path or a pattern, and listing it took so many ``seconds``. The watch stays paused if it
        is; what an earlier listing still brings is not reported any more.
        """
        if self._listing is not None:
            self._hearing.withdrawn(self._listing)
            self._listing.cancel()
            self._listing = None
        self._followed = _Followed(text, opened, opened)
        self._due = _Due(took=seconds)
        self._list_in(max(POLL, seconds * TIMES_THE_LISTING))

    def regroup(self, opened: Opened) -> None:
        """Goes on with the same names, if they are followed, which have been grouped in another way."""
        if self._followed is not None:
            due = self._due
            self.follow(self._followed.text, opened, due.took)
            self._due.failures, self._due.is_doubted = due.failures, due.is_doubted

    def ask(self, *, anew: bool = True) -> bool:
        """Looks at once whether the folder is there, because that is doubtful, or soon; returns whether it does so.

        While it is listed already, that is done once more after it only if ``anew``.
        """
        if not self._due.is_doubted and (anew or self._listing is None):
            self._due.is_doubted = True
            self._arm_list()
        return self._listing is not None or self._list_timer is not None

    def pause(self) -> None:
        """Asks the share nothing, and reports nothing, until :meth:`resume`."""
        self._paused = True
        if self._listing is not None:
            self._hearing.withdrawn(self._listing)
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
        self._due.listing = self._loop.now() + seconds
        self._arm_list()

    def _arm_list(self) -> None:
        if self._list_timer is not None:
            self._list_timer.cancel()
            self._list_timer = None
        if not (self._paused or self._closed) and self._followed is not None and self._listing is None:
            due = min(self._due.listing, self._due.asking) if self._due.is_doubted else self._due.listing
            self._list_timer = self._loop.call_later(max(0.0, due - self._loop.now()), self._list)

    def _list(self) -> None:
        self._list_timer = None
        followed, began = self._followed, self._loop.now()
        is_doubted = self._due.is_doubted
        only_asks = is_doubted and began < self._due.listing
        if followed is None or not (self._may_ask() or (self._due.is_doubted and self._workers_used < MOST_WORKERS)):
            self._list_in(LINK_BUSY)
            return
        transfer = self._listing = Transfer()
        storage, loop, hearing, group = self._storage, self._loop, self._hearing, self.group
        self._due.is_doubted = False

        def done(outcome: Success[tuple[float, _Followed, Opened | None]] | Failure) -> None:
            self._workers_used -= 1
            if self._listing is not transfer:
                return
            self._listing = None
            self._due.asking = loop.now() + min(max(ASK_PAUSE, TIMES_THE_ASKING * (loop.now() - began)), ASK_PAUSE_MOST)
            if transfer.cancelled:
                self._list_in(POLL)
            elif isinstance(outcome, Failure):
                self._fail(transfer, as_lookahead(outcome.error))
            else:
                hearing.answered(transfer, outcome.value[0])
                self._succeed(*outcome.value, only_asks=only_asks)

        def heard(took: float) -> None:
            if self._listing is transfer and not transfer.cancelled:
                hearing.answered(transfer, took)
                hearing.asked(transfer)

        self._workers_used += 1
        hearing.asked(transfer)
        self._chores.submit(
            lambda: _list_and_compare(
                storage, followed, transfer, loop, heard, group, is_doubted=is_doubted, only_asks=only_asks
            ),
            done,
        )

    def _fail(self, transfer: Transfer, error: LookaheadError) -> None:
        is_answer = not isinstance(error, ShareAwayError)
        (self._hearing.answered if is_answer else self._hearing.withdrawn)(transfer)
        self._due.failures += 1
        again_in = FAILED_ONCE if self._due.failures == 1 else FAILED_MOST
        self._list_in(again_in)
        self._on_listed(error, again_in)

    def _succeed(self, seconds: float, followed: _Followed, news: Opened | None, *, only_asks: bool) -> None:
        self._followed = followed
        if only_asks:
            self._arm_list()
        else:
            has_hung = seconds >= max(HUNG, HUNG * self._due.took)
            self._list_in(POLL if has_hung else max(POLL, seconds * TIMES_THE_LISTING))
            self._due.took = seconds
        was_gone, self._due.failures = self._due.failures > 0, 0
        if not self._due.is_doubted:  # since this listing began
            self._on_listed(None, 0.0)
        if was_gone:
            self._on_back()
        if news is not None:
            self._on_landed(news)


def _list_and_compare(
    storage: Storage,
    followed: _Followed,
    transfer: Transfer,
    loop: Loop,
    heard: Callable[[float], None],
    group: Group,
    *,
    is_doubted: bool,
    only_asks: bool,
) -> tuple[float, _Followed, Opened | None]:
    """Lists once, on a worker; returns the seconds that took, and what :func:`_compare` does.

    Nothing else is asked, but of names that end in a number what they are, once.
    What was opened is known to be a folder, a file or a pattern by now. Asked again, a share that is away would say
    that its folders are none. ``heard`` is posted with each batch of names, and the seconds that it took. If it
    ``only_asks`` whether the folder is there, the first picture is enough. While that ``is_doubted`` the share itself
    is asked, where its client may list from its memory.
    """
    started = before = loop.now()
    names: list[str] = []
    names_hash = 0
    for batch in storage.list_names(followed.reported.folder, transfer):
        before, took = loop.now(), loop.now() - before
        loop.post(partial(heard, took))
        names.extend(batch)
        names_hash += sum(map(hash, batch))
        picture = next(filter(may_be_picture_name, batch), None) if is_doubted else None
        if picture is not None:
            is_doubted = False
            ask_share(storage, followed.reported.kept, f"{followed.reported.folder}/{picture}")
            if only_asks:
                return loop.now() - started, followed, None
    transfer.checkpoint()  # what follows takes long
    after, news = replace(followed, names_hash=names_hash), None
    # Grouping takes most of the time in a folder of many names: it is left out when they are the same as before.
    if names_hash != followed.names_hash or followed.listed is not followed.reported:
        folder, known = followed.reported.folder, followed.reported.verdicts
        verdicts = judged(storage, folder, FolderContents(names).numbered(), transfer, known)
        after, news = _compare(after, names, verdicts, group)
    return loop.now() - started, after, news


def _compare(
    followed: _Followed, names: Sequence[str], verdicts: Mapping[str, bool], group: Group
) -> tuple[_Followed, Opened | None]:
    """Returns what is followed after a listing of ``names``, and what is to be reported, None for nothing."""
    text, reported = followed.text, followed.reported
    listed = news = open_listed(text, reported.folder, names, verdicts, group)
    if reported.complete and _is_same(listed, reported):
        return replace(followed, listed=reported), None
    unsure = _names_missing(followed.listed, listed)
    if unsure:
        news = open_listed(text, reported.folder, [*names, *unsure], verdicts, group)
    if reported.complete and _is_same(news, reported):
        return replace(followed, listed=listed), None
    return replace(followed, reported=news.prepared(), listed=listed), news


def _names_missing(before: Opened, after: Opened) -> Sequence[str]:
    """Returns the names that ``before`` holds and ``after`` does not."""
    hidden = set(before.hidden).difference(after.hidden)
    gone = set(before.sequences).difference(after.sequences)
    come = set(after.sequences).difference(before.sequences)
    there = set(chain.from_iterable(sequence.names() for sequence in come))
    missing = chain(chain.from_iterable(sequence.names() for sequence in gone), hidden)
    return [name for name in missing if name not in there]


def _is_same(one: Opened, other: Opened) -> bool:
    return one.sequences == other.sequences and one.hidden == other.hidden
