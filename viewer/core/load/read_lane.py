"""The reading lane: what is being read over the share, how many files at once, and which goes first."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from typing import TYPE_CHECKING

from viewer.core import errors
from viewer.core.errors import (
    LookaheadError,
    NotAnsweringError,
    NotReadAheadError,
    ShareAwayError,
    StorageError,
)
from viewer.core.executor import Failure, Success
from viewer.core.load.hearing import Hearing
from viewer.core.load.lines import Lines
from viewer.core.load.link import Throughput
from viewer.core.load.plan import Pace
from viewer.core.load.right_of_way import RightOfWay
from viewer.core.records import dataclass
from viewer.core.storage.transfer import PartialRead, Transfer
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

    from viewer.core.decode.judge import PictureJudge
    from viewer.core.executor import Executor
    from viewer.core.load.link import Link
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage

EXTRA_READERS = 28
"""Workers that reading needs beyond the reads at once: cancelled reads that hang must not keep others waiting."""
HANGING = 8
"""With so many cancelled reads that still hang, a share is asked only when it is time to try again."""
GIVE_UP_AFTER = 20.0
"""Seconds without a byte after which a read is cancelled, unless another time is set."""
FORGOTTEN_AFTER = 2.0
"""Seconds without a byte after which a read is begun anew when the share is back."""
KEEP_READING_WITHIN = 16
"""A read under way is let finish while its frame is among so many that are still to be read."""
RUSHED = 3
"""Reads let finish while frames are passed by faster than they come: with fewer the link runs dry between them."""
NEARLY = 0.7
"""A read that has this part of its bytes is let finish although another is wanted now."""
EARLY = 0.03
"""Seconds before the last bytes are on their way at which the next read may follow: a thread has to wake for it."""
APART, APART_MOST = 0.5, 0.25
"""The least time between the beginnings of two reads where frames follow one another: in times of what each takes, and
in seconds at most.

Reads that begin together end together: frames would come in volleys, with pauses between.
"""
TICK = 0.25
"""Seconds between two looks at how far the reads are."""
PARTS_KEPT = 32 * MB
"""Bytes of memory for the files of cancelled reads, as far as these had come."""


@dataclass(slots=True, eq=False)
class _Read:
    """A read under way, or one that was stopped and has not ended yet.

    Attributes:
        path: the file.
        transfer: its reader's side.
        began: when it was given to a reader.
        at_once: the reads under way then, itself included.
        had: the bytes that an earlier read of the file had brought.
        came_before: all bytes that had come before it began.
        marked: the bytes it had the last time that it made progress.
        marked_at: when that was, by the clock of :class:`Hearing`.
        at_own_pace: whether only the link limited its speed.
        hastened_at: when it was made urgent, or not urgent any more.
        is_alone: whether it had the link to itself from the beginning.
        is_head: whether only the beginning of the file is read.
        is_open: whether the share is known to have opened the file.
        is_forgotten: whether its bytes are of no use any more.
    """

    path: str
    transfer: Transfer
    began: float
    at_once: int
    had: int
    came_before: int
    marked: int
    marked_at: float
    at_own_pace: bool
    hastened_at: float = 0.0
    is_alone: bool = False
    is_head: bool = False
    is_open: bool = False
    is_forgotten: bool = False

    @property
    def came(self) -> int:
        """Bytes that it brought itself; never fewer than before, also when the file has changed and it begins anew."""
        return max(0, self.transfer.received - self.had)


class ReadLane:
    """Reads files over a share, no more at once than help; owner thread only.

    The urgent read has the whole link: the others pause between their pieces. A read that is stopped leaves the bytes
    that have come when it ends, and the next read of that file goes on from there.

    Attributes:
        lines: what was measured of the links that are read over.
        hearing: how long the share has been silent; who else asks it says so there.
        pace: how frames are wanted.
    """

    def __init__(
        self,
        loop: Loop,
        readers: Executor,
        storage: Storage,
        on_done: Callable[[str, Transfer, Success[Buffer] | Failure], None],
        on_free: Callable[[], None],
        reads_at_once: int = 0,
        judge: Callable[[str, bool], PictureJudge | None] = lambda _path, _ahead: None,
    ) -> None:
        """Makes a lane that reads nothing yet; the other arguments are as for the loader.

        ``judge`` makes the judge of a path that is read whole, ahead of its need or not.
        ``on_done`` is called with the path, the transfer and the outcome of each read that was not forgotten meanwhile;
        of a stopped one only if it was complete. A read that brings nothing for too long ends with
        :class:`NotAnsweringError`. ``on_free`` is called when a reader has become free, or when the caller may choose
        again what to read.
        """
        self._loop = loop
        self._readers = readers
        self._storage = storage
        self._on_done = on_done
        self._on_free = on_free
        self._judge = judge
        self._large: dict[str, int] = {}
        self.lines = Lines()
        self.hearing = Hearing(loop)
        self._give_up_after = GIVE_UP_AFTER
        self._fixed = reads_at_once
        self._right_of_way = RightOfWay(loop, self._share_urgency)
        self._throughput = Throughput()
        self._reads: dict[str, _Read] = {}
        self._stopping: set[_Read] = set()
        self._parts: OrderedDict[str, PartialRead] = OrderedDict()
        self._received = 0
        self._heard = 0
        self._busy = False
        self.pace = Pace.PASSING
        self._apart: Timer | None = None  # runs while the next read is not to begin yet
        self._tick: Timer | None = None
        self._closed = False

    # Settings

    def set_reads_at_once(self, count: int) -> None:
        """Sets how many reads may be under way; 0 finds the number that gives the most."""
        self._fixed = count
        self._on_free()

    def set_limit(self, bytes_per_second: float | None) -> None:
        """Sets the speed limit of reads that are not urgent; 0 begins none any more, None takes the limit away."""
        self._right_of_way.set_limit(bytes_per_second)
        self._note_pace()
        self._on_free()

    def set_give_up_after(self, seconds: float) -> None:
        """Sets after how many seconds without a byte a read that only the link limits is cancelled, as failed."""
        self._give_up_after = seconds

    def use_link(self, share: str) -> None:
        """Goes on with the measurements of the link to ``share``: a path, or a name of any kind."""
        if self.lines.use(share):
            self.hearing.heard()  # the silence was another share's
            self.hearing.latency = self.link.answer
            self._busy = False
            for read in self._reads.values():
                read.at_own_pace = False  # it comes over the link before

    @property
    def link(self) -> Link:
        """The measurements of the link that is read over."""
        return self.lines.current.link

    # What is under way

    def __len__(self) -> int:
        return len(self._reads)

    def __contains__(self, path: str) -> bool:
        return path in self._reads

    def __iter__(self) -> Iterator[str]:
        return iter(self._reads)

    def transfer(self, path: str) -> Transfer | None:
        """Returns the read of ``path`` that is under way, or None."""
        read = self._reads.get(path)
        return None if read is None else read.transfer

    def is_nearly_done(self, path: str) -> bool:
        """Returns whether little of ``path`` is missing, so that letting it finish costs next to nothing."""
        transfer = self.transfer(path)
        if transfer is None or not transfer.total:
            return False
        return transfer.received >= NEARLY * transfer.total

    @property
    def at_once(self) -> int:
        """How many reads may be under way, the one for the frame on screen included."""
        if self._fixed:
            return self._fixed
        line, ahead = self.lines.current, self.lines.current.concurrency.reads
        return 1 + (min(ahead, line.resting.reads(self._loop.now())) if self.pace is Pace.RESTING else ahead)

    @property
    def received(self) -> int:
        """All bytes that have come so far, over any link."""
        under_way = itertools.chain(self._reads.values(), self._stopping)
        return self._received + sum(read.came for read in under_way)

    @property
    def silence(self) -> float:
        """Seconds for which the share has been asked and has not answered, though the speed limit allows it to."""
        # Each read may have brought a piece that is still to be paid for.
        owed = sum(read.transfer.piece for read in self._reads.values()) if self._right_of_way.is_open else 0
        held_up = owed / self._right_of_way.limit if self._right_of_way.limit else 0.0
        return max(0.0, self.hearing.silence - held_up)

    def waited(self, path: str) -> float:
        """Returns the seconds for which the read of ``path`` has waited for the share without a byte; 0 for none."""
        read = self._reads.get(path)
        return 0.0 if read is None or read.transfer.received != read.marked else self.hearing.clock - read.marked_at

    def bytes_per_second(self) -> float:
        """Returns the rate at which bytes came over the last two seconds."""
        return self._throughput.rate(self._loop.now(), self.received)

    @property
    def reads_ahead(self) -> bool:
        """Whether reads that are not urgent may begin: unless the speed limit is 0."""
        return self._right_of_way.limit != 0

    def can_start(self, *, urgent: bool) -> bool:
        """Returns whether one more read may begin; one reader is kept for urgent ones."""
        comes_later = self._apart is not None and self._reads and self.pace is Pace.FLOWING
        if not urgent and (comes_later or not self.reads_ahead):
            return False
        reserved = 1 if self.at_once > 1 and not urgent else 0
        return min(self.at_once, self._readers.max_workers - len(self._stopping)) - len(self._reads) > reserved

    @property
    def is_full(self) -> bool:
        """Whether an urgent read can begin only if another one is stopped, and then can."""
        return self.at_once <= len(self._reads) < self._readers.max_workers - len(self._stopping)

    @property
    def is_full_ahead(self) -> bool:
        """Whether a read that is not urgent can begin only if another one is stopped, and then can."""
        has_reader = self._readers.max_workers - len(self._stopping) > len(self._reads) + 1
        return self.reads_ahead and self.at_once == len(self._reads) + 1 > 1 and has_reader

    @property
    def is_stuck(self) -> bool:
        """Whether so many reads hang that another one would only hang too."""
        return len(self._stopping) >= HANGING

    def is_left_out(self, path: str) -> bool:
        """Returns whether ``path`` turned out too large to be read ahead, and still is."""
        judge = self._judge(path, True) if path in self._large else None
        return judge is not None and judge.ahead is not None and self._large[path] > judge.ahead

    # Beginning and ending

    def start(self, path: str, *, urgent: bool, held: bool = False, limit: int | None = None) -> None:
        """Begins to read ``path``, or its first ``limit`` bytes; goes on where a stopped read left off.

        If it is ``held`` it is opened and no more, until it becomes urgent or is released.
        """
        self._large.pop(path, None)
        piece = self.link.piece(self.at_once)
        transfer = Transfer(self._right_of_way.gate, self._parts.pop(path, None), piece)
        if urgent:
            self.lines.current.resting.begin(self._loop.now())
        if self.at_once <= 2:  # noqa: PLR2004 - one for the frame on screen
            transfer.reading_on = self.lines.current.reading_on
        transfer.judge = None if limit else self._judge(path, not urgent)
        transfer.set_urgent(urgent=urgent)
        transfer.set_held(held=held)
        now = transfer.began = self._loop.now()
        had = transfer.received
        read = self._reads[path] = _Read(
            path,
            transfer,
            began=now,
            at_once=len(self._reads) + 1,
            had=had,
            came_before=self.received,
            marked=had,
            marked_at=self.hearing.clock,
            at_own_pace=self._right_of_way.is_unhindered(transfer) and not (had or held or limit),
            is_alone=urgent,
            is_head=limit is not None,
        )
        self.hearing.asked(read)
        storage = self._storage
        more = () if limit is None else (limit,)
        self._readers.submit(lambda: storage.read(path, transfer, *more), lambda outcome: self._ended(read, outcome))
        if self._tick is None:
            self._tick = self._loop.call_later(TICK, self._look)
        if not (urgent or held) and self.pace is Pace.FLOWING and self.link.seconds_each:
            seconds = min(APART * self.link.seconds_each, APART_MOST)
            self._apart = self._apart or self._loop.call_later(seconds, self._come_next)

    def _come_next(self) -> None:
        self._apart = None
        self._on_free()

    def stop(self, path: str, *, forget: bool = False) -> None:
        """Cancels the read of ``path`` at its next piece; the bytes that have come are kept for the next read.

        With ``forget`` they are not, nor are those of reads of ``path`` that were stopped earlier.
        """
        read = self._reads.pop(path, None)
        if read is not None:
            self._stopping.add(read)
            self.hearing.withdrawn(read)
            read.transfer.cancel()
        if forget:
            self._parts.pop(path, None)
            self._large.pop(path, None)
            for each in self._stopping:
                each.is_forgotten |= each.path == path

    def stop_hanging(self) -> list[str]:
        """Stops the reads that wait for the share for long though it answers: it may have forgotten them."""
        hanging = [path for path in self._reads if self.waited(path) >= FORGOTTEN_AFTER]
        for path in hanging:
            self.stop(path)
        return hanging

    def rush(self, path: str) -> list[str]:
        """Reads ``path`` as the newest of the frames that are passed by.

        The :data:`RUSHED` reads that are furthest are let finish; after them comes the newest, and until then it is
        opened in advance. Returns the paths whose reads were cancelled.
        """
        others = {each: read.transfer for each, read in self._reads.items() if each != path}
        most = min(RUSHED, self.at_once)
        furthest = sorted(others, key=lambda each: (others[each].held, -others[each].received))
        going_on = [each for each in furthest[:most] if not others[each].held]
        cancelled = [each for each in others if each not in going_on]
        for each in cancelled:
            self.stop(each)
        has_reader = len(self._reads) + len(self._stopping) < self._readers.max_workers
        if path not in self._reads and has_reader and not self.is_left_out(path):
            self.start(path, urgent=False, held=True)
        if path in self._reads and len(going_on) < most:
            self._reads[path].transfer.set_held(held=False)
        for read in self._reads.values():
            read.transfer.piece = self.link.piece(RUSHED)
        return cancelled

    def release(self) -> None:
        """Lets the reads that are held go on like all others."""
        for read in self._reads.values():
            read.transfer.set_held(held=False)

    def hasten(self, path: str | None, then: str | None = None) -> None:
        """Gives the whole link to the read of ``path``, to all reads alike if it is None or not being read.

        The read that had it before goes on beside it if it is nearly done, and the read of ``then`` may follow as soon
        as the last bytes of ``path`` are on their way: the bytes that it asks for then come when the link is free
        again, and not a round trip later.
        """
        first = self._reads.get(path or "")
        if self._right_of_way.give(None if first is None else first.transfer):
            # Only while frames come one after the other: a read of a frame far away takes longer if anything else was
            # on its way.
            if first is not None and self.link.bandwidth and not first.is_alone:
                self._right_of_way.let_next_follow_in(self._until_sent(first))
            self._busy &= self._right_of_way.is_open
        self._right_of_way.next = then
        self._share_urgency()

    def _share_urgency(self) -> None:
        for read in self._reads.values():
            ends_soon = read.transfer.urgent and self.is_nearly_done(read.path)
            urgent = ends_soon or self._right_of_way.has(read.path, read.transfer)
            read.at_own_pace &= urgent == read.transfer.urgent
            if urgent != read.transfer.urgent:
                read.hastened_at = self._loop.now()
                read.transfer.set_urgent(urgent=urgent)
        self._note_pace()

    def _until_sent(self, read: _Read) -> float:
        """Returns the seconds until the last bytes of ``read`` are on their way, if it has the link to itself."""
        transfer = read.transfer
        opening = 0.0 if transfer.total is not None else self.link.latency or 0.0
        left = max(0, (transfer.total or self.link.typical) - transfer.received)
        since = self._loop.now() - read.hastened_at if transfer.urgent else 0.0
        return max(0.0, opening + left / self.link.bandwidth - since - EARLY)

    def close(self) -> None:
        """Cancels all reads; reports nothing any more."""
        self._closed = True
        for path in list(self._reads):
            self.stop(path, forget=True)
        self._parts.clear()
        self._right_of_way.close()
        self.hearing.close()
        for timer in filter(None, (self._tick, self._apart)):
            timer.cancel()

    def _ended(self, read: _Read, outcome: Success[Buffer] | Failure) -> None:
        if self._closed:
            return
        path = read.path
        self._received += read.came
        if isinstance(outcome, Failure) and isinstance(outcome.error, NotReadAheadError):
            self._large[path] = read.transfer.total or 0
        was_stopped = read in self._stopping
        if not read.is_alone:
            self.lines.current.note_ahead(read.transfer, read.at_once - 1, is_whole=not was_stopped)
        if was_stopped:
            self._stopping.discard(read)
        else:
            del self._reads[path]
            no_answer = isinstance(outcome, Failure) and isinstance(
                outcome.error, ShareAwayError | errors.CancelledError
            )
            (self.hearing.withdrawn if no_answer else self.hearing.answered)(read)
            self._measure(read, outcome)
        is_complete = isinstance(outcome, Success) and not (was_stopped and read.is_head)
        if not read.is_forgotten:
            if is_complete:
                self.stop(path, forget=True)  # one begun meanwhile, because this one seemed to hang, has no use
            if read.transfer.part is not None:
                self._keep_part(path, read.transfer.part)
            if is_complete or not was_stopped:
                self._on_done(path, read.transfer, outcome)
        self._on_free()

    def _keep_part(self, path: str, part: PartialRead) -> None:
        self._parts[path] = part
        while sum(each.content.nbytes for each in self._parts.values()) > PARTS_KEPT:
            self._parts.popitem(last=False)

    # Measuring

    def _measure(self, read: _Read, outcome: Success[Buffer] | Failure) -> None:
        now, line = self._loop.now(), self.lines.current
        was_early = read.transfer.began < read.began  # most of it came before it was asked for
        if isinstance(outcome, Success) and read.at_own_pace and not was_early:
            may_judge = not (self._fixed or self._right_of_way.limit is not None)
            before = -1 if read.is_alone else read.at_once - 1
            after, meanwhile = len(self._reads), self.received - read.came_before
            if line.note_read(read.transfer, read.began, now, before, after, meanwhile, may_judge=may_judge):
                self._busy = False
            self.hearing.latency = line.link.answer
        if read.is_alone:
            line.resting.begin(now)
        self._note_throughput()

    def _note_throughput(self) -> None:
        """Notes how much has come, and whether as many reads as allowed were under way since the last time."""
        unhindered = self._right_of_way.is_open and self._right_of_way.limit is None and not self._fixed
        full = unhindered and len(self._reads) + 1 >= self.lines.current.concurrency.reads
        self.lines.current.concurrency.note(self._loop.now(), self.received, busy=self._busy and full)
        self._busy = full
        self.lines.remember()

    def _note_pace(self) -> None:
        for read in self._reads.values():
            read.at_own_pace &= self._right_of_way.is_unhindered(read.transfer)

    def _look(self) -> None:
        """Cancels the reads that have brought nothing for too long."""
        self._tick = None
        if self._closed:
            return
        self._listen()
        now, moving = self.hearing.clock, self.silence == 0.0
        for read in list(self._reads.values()):
            waits = not self._right_of_way.is_unhindered(read.transfer) and (moving or not self._right_of_way.is_open)
            if waits or not read.transfer.asks or read.transfer.received != read.marked:
                read.marked, read.marked_at = read.transfer.received, now
            elif now - read.marked_at >= self._give_up_after:
                self._give_up(read)
        self._note_throughput()
        self._busy &= bool(self._reads)  # a pause in which nothing is read is no measurement
        self._on_free()
        if self._reads:
            self._tick = self._loop.call_later(TICK, self._look)

    def _listen(self) -> None:
        """Tells what has been heard of the share since the last look, and which reads wait for it."""
        opened = [read for read in self._reads.values() if not read.is_open and read.transfer.latency is not None]
        for read in opened:
            read.is_open = True
        if self.received != self._heard:
            self._heard = self.received
            self.hearing.heard()
        for read in opened:  # some clients open files without asking the share
            self.hearing.heard(read.transfer.latency or 0.0)
        for read in self._reads.values():
            (self.hearing.asked if read.transfer.asks else self.hearing.withdrawn)(read)

    def _give_up(self, read: _Read) -> None:
        begin, seconds = f"The share has sent nothing of {read.path} for", f"{self._give_up_after:.0f} s"
        is_share = self.silence >= self._give_up_after / 2
        self.stop(read.path)
        error = NotAnsweringError(f"{begin} {seconds}.")
        alone = StorageError(f"{begin} {seconds}, though it has answered otherwise.")
        self._on_done(read.path, read.transfer, Failure(error if is_share else alone))


def as_lookahead(error: BaseException) -> LookaheadError:
    """Returns ``error`` as one of this package's, with a sentence for the user."""
    if isinstance(error, LookaheadError):
        return error
    return StorageError(f"It could not be read: {str(error) or type(error).__name__}.")
