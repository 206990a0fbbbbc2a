"""What the link to one share can do, measured by the reads and listings that went over it; and what it does now."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

RECENT = 64
"""The newest reads by which the link is measured."""
FEW = 4
"""Reads that are enough: fewer of a kind have no rate worth showing, and the link no verdict."""
JUDGED = 32
"""The newest reads by whose median the link is judged slow or not, so that a few odd ones do not count."""
TURN = 64 * 1024
"""Bytes that pieces are a multiple of."""
MOST_TURNS = 8
"""The largest piece: with more, a read that must make way for another would take too long to do so."""

OPENED_AND_ANSWERED = 1.5
"""How many times the latency it takes until the first byte of a file comes."""

DISK_SECONDS, DISK_BYTES_PER_SECOND = 0.0005, 500e6
"""Seconds to find and check a file on this disk, and the rate of its bytes; those of a plain SSD."""
SLOW_FROM, SLOW_AT_FIRST, SLOW_UNTIL = 8.0, 6.0, 4.0
"""A link becomes slow when files take so many times as long as from this disk, and fast again below the last figure.

A file of 400 kB takes 1.3 ms from the disk; over 10 Gbit/s of Ethernet about as long, over 1 Gbit/s 4 times, from a
USB disk of 30 MB/s 10 times, over Wi-Fi 20, over a VPN 90.
"""

RATE_WINDOW = 2.0
"""Seconds over which the present rate is averaged."""


class _Read(NamedTuple):
    """A finished read: its bytes, the seconds it took in all, and how many were under way beside and with it."""

    amount: int
    seconds: float
    at_once: int


class Link:
    """What the link to one share can do, measured by what went over it; owner thread only.

    Only reads that went at the link's own pace may be noted: none that was paused, slowed down or cancelled.

    Attributes:
        is_slow: whether its files are worth keeping on this disk; None until a few have been read.
        listing: the names and the seconds of the last listing; None before the first.
    """

    def __init__(self) -> None:
        self.is_slow: bool | None = None
        self.listing: tuple[int, float] | None = None
        self._latencies: deque[float] = deque(maxlen=RECENT)
        self._recent: deque[_Read] = deque(maxlen=RECENT)
        self._of_readers: dict[int, deque[_Read]] = {}
        self._slowness: deque[float] = deque(maxlen=JUDGED)
        self._first_bytes: deque[float] = deque(maxlen=RECENT)

    def note_read(
        self, latency: float, amount: int, seconds: float, at_once: int, first_byte: float | None = None
    ) -> None:
        """Takes a finished read of ``amount`` bytes, in seconds: the ``latency`` is that of opening the file.

        ``at_once`` is how many reads were under way meanwhile, itself included, by the median; at least 1.
        ``first_byte`` is when the first piece came, after so many seconds, if it was a small one.
        """
        self._latencies.append(latency)
        if first_byte is not None:
            self._first_bytes.append(first_byte)
        # The reads at once share the link, but each waits for its own answer to the open.
        alone = latency + max(0.0, seconds - latency) / at_once
        self._slowness.append(alone / (DISK_SECONDS + amount / DISK_BYTES_PER_SECOND))
        self._judge()
        read = _Read(amount, seconds, at_once)
        self._recent.append(read)
        self._of_readers.setdefault(at_once, deque(maxlen=RECENT)).append(read)

    def note_listing(self, names: int, seconds: float) -> None:
        """Takes a finished listing of a folder with so many names."""
        self.listing = names, seconds

    @property
    def latency(self) -> float | None:
        """Seconds that opening a file takes, the median lately; None before the first."""
        return _median(self._latencies) if self._latencies else None

    @property
    def bytes_per_second(self) -> float:
        """The best rate that lately held for some reads of one number at once; 0 before the first read."""
        lately: dict[int, list[_Read]] = {}
        for read in self._recent:
            lately.setdefault(read.at_once, []).append(read)
        most = max((len(reads) for reads in lately.values()), default=0)
        return max((_rate(reads) for reads in lately.values() if len(reads) >= min(FEW, most)), default=0.0)

    @property
    def bandwidth(self) -> float:
        """Bytes a second that the link itself gives while bytes are coming, about; 0 before the first read.

        At least what was reached, and by the reads that had it to themselves what is left when opening and one more
        answer are taken off their time (opening takes one answer or two).
        """
        alone = [read.amount / left for read in self._recent if read.at_once == 1 and (left := self._left(read)) > 0]
        return max(self.bytes_per_second, _median(alone) if alone else 0.0)

    @property
    def first_byte(self) -> float | None:
        """Seconds until the first piece of a file comes if nothing is in its way; None before the first."""
        return min(self._first_bytes, default=None)

    @property
    def answer(self) -> float | None:
        """Seconds until the share has answered, by what is known best: some clients open files without asking it."""
        return self.first_byte or self.latency

    @property
    def seconds_each(self) -> float:
        """Seconds from one file to the next while as many are read at once as help, about; 0 before the first read."""
        rate = self.bytes_per_second
        return self.typical / rate if rate else 0.0

    @property
    def typical(self) -> float:
        """The bytes of a file, by the median; 0 before the first read."""
        return _median([read.amount for read in self._recent]) if self._recent else 0.0

    @property
    def alone(self) -> tuple[float, float] | None:
        """The seconds of a read that has the link to itself, and its bytes a second, by the median; None without."""
        alone = [read for read in self._recent if read.at_once == 1 and read.seconds > 0]
        if not alone:
            return None
        return _median([read.seconds for read in alone]), _median([read.amount / read.seconds for read in alone])

    def _left(self, read: _Read) -> float:
        return read.seconds - OPENED_AND_ANSWERED * (self.latency or 0.0)

    def by_readers(self) -> tuple[tuple[int, float], ...]:
        """Returns the bytes a second for each number of reads at once there has been, fewest reads first."""
        return tuple((at_once, _rate(reads)) for at_once, reads in sorted(self._of_readers.items()))

    def piece(self, readers: int) -> int:
        """Returns the bytes that each of so many ``readers`` asks for at once, a multiple of 64 KiB.

        All of them together ask for what comes in the time of opening a file, which is that of two answers, so that the
        link never runs dry; and for little more, because an urgent read waits until that has come.
        """
        under_way = (self.latency or 0.0) * self.bytes_per_second
        return TURN * min(max(1, int(under_way / readers / TURN)), MOST_TURNS)

    def _judge(self) -> None:
        if len(self._slowness) < FEW:
            return
        # The bar is lower for a link that is slow already: one that is near it must not change sides all the time.
        bars = {None: SLOW_AT_FIRST, True: SLOW_UNTIL, False: SLOW_FROM}
        self.is_slow = _median(self._slowness) >= bars[self.is_slow]


class Throughput:
    """The rate at which bytes came in lately; owner thread only."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def rate(self, now: float, received: int) -> float:
        """Notes that ``received`` bytes in all have come by ``now``, in seconds; returns the bytes a second lately."""
        self._samples.append((now, received))
        # One sample from before the window is kept: the first one in it is compared with that.
        while len(self._samples) > 1 and self._samples[1][0] <= now - RATE_WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        return (received - before) / (now - since) if now > since else 0.0


def _rate(reads: deque[_Read] | list[_Read]) -> float:
    """Returns the bytes a second that all the reads at once brought, by Little's law: how many, times one's rate."""
    seconds = sum(read.seconds for read in reads)
    return reads[0].at_once * sum(read.amount for read in reads) / seconds if seconds > 0 else 0.0


def _median(values: Collection[float]) -> float:
    """Returns the median of some values, at least one; the module ``statistics`` takes 4 ms to be loaded."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2
