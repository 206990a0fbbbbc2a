"""A read of a file, as seen from both sides: how far it is, whether it must wait, and what it leaves behind."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from viewer.core import errors
from viewer.core.formats import FIRST_PIECE, HEAD
from viewer.core.records import NamedTuple, dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

PIECE = 64 * 1024
"""Bytes that a read which can wait asks for at once, unless its owner knows the link better.

Pieces keep an urgent read waiting: all that are under way when the gate closes must come in first. Measured with files
of 0.7 MB and 4 reads that could wait, over 3 ms and 20 MB/s: an urgent read took 1.2 times as long as alone with pieces
of 64 KiB, 2 to 2.6 times with 512 KiB. Four reads filled the link with pieces of any size.
"""

PAUSE_LIMIT = 1.0
"""Seconds a read lets another go first at most, so that one that hangs holds up no other."""

_SOON = 0.001  # seconds to wait that are not worth waiting


class Stamp(NamedTuple):
    """Size and dates of a file, which show whether it is still the one that was read.

    All times are of the clock of the share, in nanoseconds since 1970. The last two are known on file systems of this
    computer only: over a network a mount may number its files anew, and repeats the date of the last writing.

    Attributes:
        size: bytes in it.
        modified_ns: when it was last written; a program can set it to any time.
        changed_ns: when its content or its attributes last changed, which no program can set; 0 if not known.
        inode: the number of the file in its file system, another one after a file was renamed over it; 0 if not known.
    """

    size: int
    modified_ns: int
    changed_ns: int = 0
    inode: int = 0


class ReadingOn(Enum):
    """How far the client of a share is to read on in a file by itself: what it asks for keeps other reads waiting."""

    LITTLE = "little"
    """No farther than a piece or two: other reads are beside it."""
    USUAL = "as usual"
    """As it would by itself: there is one read at a time."""
    FAR = "far"
    """As far as it can: nothing is beside it now."""


class Judge(Protocol):
    """Says whether a file is worth reading; on the reader's thread."""

    def weigh(self, size: int) -> Exception | None:
        """Returns why no more than the first piece of a file of ``size`` bytes is to be read, None to read it.

        Called when it has been opened. What it raises ends the read, before a byte is asked for.
        """

    def look(self, head: Buffer, size: int) -> None:
        """Looks at the first piece, while the rest is still to be asked for; what it raises ends the read."""


@dataclass(frozen=True, slots=True)
class PartialRead:
    """The bytes of a read that did not get to the end of the file.

    Attributes:
        content: room for the whole file, writable; the read that goes on fills the rest of it.
        received: how many bytes at its beginning are the file's.
        stamp: the file they were read from.
        began: when the first of them were asked for, in seconds of the owner's clock.
    """

    content: memoryview
    received: int
    stamp: Stamp
    began: float = math.inf


class Gate:
    """Lets reads that can wait pass only while no urgent read is under way, and no faster than allowed; any thread."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        """Makes an open gate without a speed limit; ``wait`` waits for so many seconds at most and may return early."""
        self._changed = threading.Condition()
        self._clock = clock
        self._wait = wait
        self._open = True
        self._limit: float | None = None
        self._owed = 0.0
        self._owed_at = 0.0

    def set_open(self, *, is_open: bool) -> None:
        """Opens or closes the gate."""
        if is_open != self._open:
            with self._changed:
                self._open = is_open
                self._changed.notify_all()

    def set_limit(self, bytes_per_second: float | None) -> None:
        """Limits the speed of all reads that are not urgent, together; above 0, or None for no limit."""
        with self._changed:
            self._settle()
            self._limit = bytes_per_second
            self._changed.notify_all()

    def recheck(self) -> None:
        """Wakes the waiting reads, which see whether they still have to wait."""
        with self._changed:
            self._changed.notify_all()

    def spend(self, amount: int) -> None:
        """Notes that a read that is not urgent has received ``amount`` bytes; the next read waits for them."""
        if self._limit is not None:
            with self._changed:
                self._settle()
                self._owed += amount

    def wait(self, transfer: Transfer) -> None:
        """Returns when ``transfer`` need not wait (any more).

        For urgent reads it waits :data:`PAUSE_LIMIT` seconds at the latest, for the speed limit as long as it takes.
        """
        with self._changed:
            latest = self._clock() + PAUSE_LIMIT
            while not (transfer.urgent or transfer.cancelled):
                pause = max(0.0 if self._open else latest - self._clock(), self._until_paid())
                if transfer.held and transfer.stamp is not None:
                    pause = PAUSE_LIMIT  # and then again
                elif pause < _SOON:
                    return
                self._wait(self._changed, pause)

    def _settle(self) -> None:
        """Brings the bytes owed up to now. Time without reads is not saved up."""
        now = self._clock()
        self._owed = 0.0 if self._limit is None else max(0.0, self._owed - (now - self._owed_at) * self._limit)
        self._owed_at = now

    def _until_paid(self) -> float:
        self._settle()
        return 0.0 if self._limit is None else self._owed / self._limit


class Transfer:
    """One read under way, as seen from both sides.

    The owner thread cancels or hastens it and looks at its progress; the reader reports progress and stops at the next
    piece. Each field has one writer, so no lock is needed.

    Attributes:
        piece: bytes to ask for at once while it is not urgent, at least 1; the owner's to change at any time.
        reading_on: how far the client is to read on by itself while it is not urgent; the owner's, at any time.
        total: the size of the whole file in bytes, None until it has been opened.
        stamp: which file it is, None until it has been opened.
        latency: seconds that opening took, a round trip or so; None until then. Some clients open without asking.
        first_byte: seconds from the begin of the read until its first bytes had come, less those in which it waited for
            other reads; None until then. The first piece comes at once: a large one takes the line its time, too.
        began: when the owner gave it to a reader, in seconds of the owner's clock; with a part, when that was begun.
        urgent: whether a caller waits for it now; only other reads stop at the gate.
        held: whether the file is to be opened and no more, for now; an urgent read does not stop there.
        cancelled: whether the result is not wanted any more.
        judge: says, once the file is open and once its first piece is here, whether it is worth reading; None reads
            whatever it is. The owner's until the read begins, then the reader's.
        asks: whether the share is what it waits for; not while it waits for other reads, or is :meth:`working`.
        part: what there is of the file: at first what an earlier read had got. The reader goes on from there if the
            file is still the same, and when it ends leaves here what it has got itself, if that is something but not
            all of the file: whether it was cancelled, failed, or was to read the beginning only.
    """

    def __init__(self, gate: Gate | None = None, part: PartialRead | None = None, piece: int = PIECE) -> None:
        self.piece = piece
        self.reading_on = ReadingOn.LITTLE
        self.total: int | None = None
        self.stamp: Stamp | None = None
        self.latency: float | None = None
        self.first_byte: float | None = None
        self._asked_at = time.perf_counter()
        self.began = 0.0
        self.part = part
        self.judge: Judge | None = None
        self._unseen: memoryview | None = None
        self._is_refused = False
        self._received = 0 if part is None else part.received
        self._gate = gate
        self.urgent = False
        self.held = False
        self.cancelled = False
        self.asks = True

    @property
    def received(self) -> int:
        """Bytes here so far, those of the part that it goes on from included; the reader sets it after each piece."""
        return self._received

    @received.setter
    def received(self, received: int) -> None:
        if received > self._received:
            if self.first_byte is None:
                self.first_byte = time.perf_counter() - self._asked_at
            if self._gate is not None and not self.urgent:
                self._gate.spend(received - self._received)
        self._received = received

    def cancel(self) -> None:
        """Asks the reader to stop at the next piece."""
        self.cancelled = True
        if self._gate is not None:
            self._gate.recheck()

    def set_urgent(self, *, urgent: bool) -> None:
        """Sets whether a caller waits for it now."""
        if urgent != self.urgent:
            self.urgent = urgent
            if urgent and self._gate is not None:
                self._gate.recheck()

    def set_held(self, *, held: bool) -> None:
        """Sets whether to stop once the file is open, until this is set back, or it becomes urgent."""
        if held != self.held:
            self.held = held
            if not held and self._gate is not None:
                self._gate.recheck()

    @contextmanager
    def filling(self, stamp: Stamp, make_room: Callable[[int], memoryview]) -> Iterator[memoryview]:
        """Gives the reader of a file that it has opened the room to fill, filled up to :attr:`received`.

        That is all of the file, or its first piece if :attr:`judge` wants no more. ``make_room`` makes writable room
        for so many bytes, if there is no part of this very file. When the block ends, however it does, bytes that are
        not all of the file are kept as :attr:`part`, unless they were refused.

        Raises:
            Exception: the judge's, also when the block ends.
        """
        self.stamp, self.total = stamp, stamp.size
        fault = None if self.judge is None else self.judge.weigh(stamp.size)
        part, self.part = self.part, None
        if part is not None and part.stamp == stamp and fault is None:
            content, self.began = part.content, min(self.began, part.began)
        else:
            self.received = 0
            content = make_room(stamp.size if fault is None else min(FIRST_PIECE, stamp.size))
        self._unseen = content
        try:
            yield content
            if fault is not None:
                self._look()
                raise fault
        finally:
            is_part = 0 < self._received < stamp.size and fault is None and not self._is_refused
            self.part = PartialRead(content, self._received, stamp, self.began) if is_part else None

    def _look(self) -> None:
        """Has the judge look at the first piece, once, when enough of it is here."""
        content, received = self._unseen, self._received
        if self.judge is not None and self.stamp is not None and content is not None and received >= HEAD:
            self._unseen, self._is_refused = None, True
            self.judge.look(content[: min(received, FIRST_PIECE)], self.stamp.size)
            self._is_refused = False

    @contextmanager
    def working(self) -> Iterator[None]:
        """Says that this computer works on the read while the block runs, and does not wait for the share; readers."""
        before, self.asks = self.asks, False
        try:
            yield
        finally:
            self.asks = before

    def checkpoint(self) -> None:
        """Waits for more urgent reads and the speed limit, before each piece; raises CancelledError if cancelled.

        Raises what :attr:`judge` does, too.
        """
        self._look()
        if self._gate is not None:
            with self.working():
                self._gate.wait(self)
        if self.cancelled:
            raise errors.CancelledError("The read was cancelled.")
        if self.first_byte is None:
            self._asked_at = time.perf_counter() - (self.latency or 0.0)
