"""How many reads at once give the most throughput, found by trying."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LEVELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Numbers of reads that are tried: by factors, because one more is much after 2 and nothing after 16."""
SETTLE = 0.3
"""Seconds after a change that are not measured: new reads first wait a few round trips for their first byte."""
WINDOW = 0.7
"""Seconds of full use that make one sample."""
STALL = 5.0
"""Seconds without a byte after which the share hung; they do not depend on the number of reads."""
ENOUGH = 0.93
"""The fewest reads with this part of the best throughput are the best number."""
ENOUGH_PAIRS = 2
"""Reads beside others that show that these bring no more than one alone."""
LESS = 0.85
"""One alone that brings less than this part of what several brought was not enough after all."""
FULL = 0.75
"""A read counts for a number if at least this part of it was under way beside it."""
DOUBT = 0.1
"""One sample this near to :data:`ENOUGH` does not decide; of more, each counts for less."""
TRIES = 3
"""Samples of one number that decide however near they are."""
CHANGED = 0.2
"""The link is taken to be another one when two samples together are this far from those before them."""
KEPT = 8
"""Samples of the number settled on that are remembered."""
PROBE_FIRST, PROBE_MOST = 10.0, 30.0
"""Seconds of full use until the numbers beside the one settled on are tried: doubled while it stays the best."""
PROBE_EARLY = 2.0
"""The same for a number that was hardly compared: one, by few reads or an earlier run; or with a line taken as full."""


class Concurrency:
    """Finds how many reads at once give the most throughput: climbs, and backs off when more do not help.

    Latency hides behind more reads, bandwidth does not, and each read more keeps the frame on screen waiting for its
    piece; so the best number is the fewest reads that come near the best throughput. It is searched by doubling and
    halving, about a second for each number tried, then between. Once found, its neighbours are tried now and then, and
    all begins anew when the throughput is another than it was.

    It has no clock: times are passed in. Owner thread only.

    Attributes:
        reads: how many reads may be under way now.
        alone: bytes a second of reads that have the share to themselves; 0 if not known. Where more of them bring no
            more than that, because the client or the server does one thing at a time, one is the number, whatever the
            least is. Set by :meth:`note_alone`.
        is_full: whether reads wait for each other so long that the link has no pause left: more can bring nothing.
    """

    def __init__(self, least: int = 1, most: int = 32, start: int = 4) -> None:
        """Begins with ``start`` reads, or the nearest number from ``least`` (at least 1) to ``most``."""
        self.reads = min(max(start, least), most)
        self.alone = 0.0
        self.is_full = False
        self._start = self.reads
        self._several = 0.0  # what several brought where one was taken to be enough for that; 0 otherwise
        self._changed_at = -math.inf
        # What all reads brought while one was beside others, and how long that took: the latest, and at this number
        self._pairs: deque[tuple[int, float]] = deque(maxlen=ENOUGH_PAIRS)
        self._first: list[tuple[int, float]] = []
        self._levels = sorted({least, self.reads, most, *(level for level in LEVELS if least <= level <= most)})
        self._samples: dict[int, deque[float]] = {}
        self._settled = False
        self._home: int | None = None
        self._probe_after = self._probe_in = PROBE_FIRST
        self._received = 0
        self._measure_from: float | None = None
        self._arrived: tuple[float, int] | None = None
        self._seconds, self._bytes = 0.0, 0

    @property
    def found(self) -> int | None:
        """The number that was found to be the best, None while it is first searched."""
        return self._home

    def begin_with(self, reads: int) -> None:
        """Takes a number that was found earlier, unless one has been found meanwhile; it is looked at again later."""
        if self._home is None and len(self._levels) > 1:
            self.reads = min(reads, self._levels[-1])
            self._levels = sorted({self.reads, *self._levels})
            self._samples = {self.reads: deque(maxlen=KEPT)}
            self._settled, self._home = True, self.reads
            if self.reads == 1:
                self._probe_in = PROBE_EARLY

    def note(self, now: float, received: int, *, busy: bool) -> bool:
        """Takes what has come in so far; called when a read has finished, and a few times a second.

        Args:
            now: seconds, never less than at the last call.
            received: all bytes ever received, those of reads under way included; never less than at the last call.
            busy: whether as many reads as allowed, not fewer and not more, were under way (none of them paused or
                slowed down on purpose) ever since the last call. Only then is the throughput measured.

        Returns:
            Whether ``reads`` changed; never while not busy.
        """
        arrived, self._received = received > self._received, received
        if not busy or self._measure_from is None:
            self._arrived, self._measure_from = None, now + SETTLE
            return False
        # From one arrival to another: files of one piece come in volleys, and half a volley is no sample.
        if not arrived or now < self._measure_from:
            return False
        since, self._arrived = self._arrived, (now, received)
        if since is None or now - since[0] > STALL:
            return False
        self._seconds += now - since[0]
        self._bytes += received - since[1]
        if self._seconds < WINDOW:
            return False
        changed = self._judge(self._bytes / self._seconds)
        self._seconds, self._bytes = 0.0, 0
        if changed:
            self._arrived, self._measure_from, self._changed_at = None, now + SETTLE, now
        return changed

    def note_alone(self, rate: float, now: float) -> bool:
        """Takes the bytes a second of reads that had the share to themselves, by the median of the latest.

        Where one was taken to be enough, and brings less than several did, these are tried again. The first file may
        have come from the memory of this computer. Returns whether ``reads`` changed.
        """
        self.alone = rate
        if rate >= LESS * self._several:
            return False
        self.reads, self._changed_at = self._start, now
        self._settled, self._home, self._several = False, None, 0.0
        self._begin_samples()
        self._samples = {}
        self._pairs.clear()
        return self.reads != 1

    def note_read(self, amount: int, began: float, now: float, at_once: int, meanwhile: int = 0) -> bool:
        """Takes a read of ``amount`` bytes that has finished, of so many at once at least, itself included.

        ``meanwhile`` all reads together have brought so much, if that is known. The first numbers are judged by what
        reads take, which tells sooner than time in full use does. Returns whether ``reads`` changed.
        """
        if self._settled or self._home is not None or len(self._levels) == 1 or at_once == 1:
            return False
        # At least: how many were beside it is known where it began, and those that came later shared the link, too, if
        # it does not do one thing after the other. By such a read alone, more look as if they were of no use.
        if at_once < FULL * self.reads:
            return False
        came = max(at_once * amount, meanwhile), now - began
        self._pairs.append(came)
        if len(self._pairs) >= ENOUGH_PAIRS and self._is_one_enough(0.0):
            before, self._changed_at = self.reads, now
            self._settle_on_one()
            return before != 1
        if began < self._changed_at:
            return False
        self._first.append(came)
        if len(self._first) < max(2, self.reads // 2):
            return False
        rate = _rate(self._first)
        self._begin_samples()
        has_changed = self._judge(rate)
        self._changed_at = now if has_changed else self._changed_at
        return has_changed

    def _begin_samples(self) -> None:
        self._first, self._arrived, self._measure_from = [], None, None
        self._seconds, self._bytes = 0.0, 0

    def _is_one_enough(self, rate: float) -> bool:
        """Returns whether one alone brings about as much as several: ``rate`` bytes a second, or what pairs brought."""
        return self.alone >= ENOUGH * max(rate, _rate(self._pairs))

    def _judge(self, rate: float) -> bool:
        """Takes a sample of the present number; returns whether ``reads`` changed."""
        samples = self._samples.setdefault(self.reads, deque(maxlen=KEPT))
        self._first = []
        if self._settled and samples:
            usual = math.fsum(samples) / len(samples)
            self._probe_in -= self._seconds
            if abs((samples[-1] + rate) / 2 - usual) > CHANGED * usual:
                self._samples = {}  # this one may be of both links; the next one counts
                self._settled, self._home = False, None
                return False
            samples.append(rate)
            if self._probe_in > 0:
                return False
            self._settled = False
        else:
            samples.append(rate)
            if self._settled:
                return False
        before = self.reads
        self.reads = self._next()
        return self.reads != before

    def _next(self) -> int:
        """Returns the number to try next; settles on the best when there is none."""
        rates = {reads: math.fsum(samples) / len(samples) for reads, samples in sorted(self._samples.items())}
        peak = max(rates, key=lambda reads: rates[reads])
        if peak > 1 and len(self._levels) > 1 and 1 not in rates and self._is_one_enough(rates[peak]):
            self._settle_on_one()
            return 1
        is_quick = self._home is None and self.alone > 0  # one is not enough: it is found out later whether fewer are
        best = next(reads for reads in rates if rates[reads] >= ENOUGH * rates[peak])
        below = max((reads for reads in rates if reads < best), default=None)
        for reads in (best, below):
            if reads is None or reads == peak or is_quick:
                continue
            tries = min(len(self._samples[reads]), len(self._samples[peak]))
            if tries < TRIES and abs(rates[reads] / rates[peak] - ENOUGH) < DOUBT / tries:
                return min(reads, peak, key=lambda reads: len(self._samples[reads]))
        at = self._levels.index(best)
        last = len(self._levels) - 1
        # Two steps are about double or half. Beside the number settled on, one is taken: a little is expected there.
        if at < last and best == max(rates) and not self.is_full:
            return self._levels[min(at + (2 if self._home is None else 1), last)]
        lowest = -1 if below is None else self._levels.index(below)
        if lowest < at - 1 and not is_quick:
            stride = 1 if best == self._home else 2
            return self._levels[max(at - stride, 0) if below is None else (lowest + at) // 2]
        was_compared = self._home is not None or not self.is_full
        self._settle(best)
        if not was_compared:
            self._probe_in = PROBE_EARLY
        return best

    def _settle_on_one(self) -> None:
        several = max(_rate(self._pairs), *(math.fsum(each) / len(each) for each in self._samples.values()), 0.0)
        self._levels = sorted({1, *self._levels})
        self._samples[1] = deque([self.alone], maxlen=KEPT)
        self.reads = 1
        self._settle(1)
        self._several, self._probe_in = several, PROBE_EARLY

    def _settle(self, best: int) -> None:
        self._probe_after = min(2 * self._probe_after, PROBE_MOST) if best == self._home else PROBE_FIRST
        self._probe_in = self._probe_after
        self._samples = {best: self._samples[best]}
        self._settled, self._home, self._several = True, best, 0.0


def _rate(reads: Collection[tuple[int, float]]) -> float:
    """Returns the bytes a second of all together, by Little's law: how many there are, times the rate of one."""
    return sum(amount for amount, _ in reads) / max(1e-9, sum(seconds for _, seconds in reads))
