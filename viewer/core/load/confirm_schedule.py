"""When to ask whether what is held is still what the share has: what is needed next, rounds for the rest, the cost."""

from __future__ import annotations

import heapq
import math
import os
from collections import deque
from typing import TYPE_CHECKING

from viewer.core.load.plan import NOTHING, Plan, Soonest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.load.hearing import Hearing

ON_SCREEN, SOON, HELD = 1.02, 3.0, 15.0
"""Seconds between two questions for the frame on screen, for those shown soon, and for every other one in memory.

Mounts repeat an answer for a second: the first is a little longer, or every other question would say nothing new.
"""
SOON_WHILE_CHANGING = 1.5
"""The same for those shown soon while frames are being rewritten: then an answer is good for less than SOON."""
BEAT, FREE_BEAT = 0.1, ON_SCREEN
"""Seconds between two looks at what is due in rounds, and where questions are free: each look costs more than those.

It is then one look with that for the frame on screen.
"""
SOON_MOST = 96
"""Frames shown soon that are looked at."""
FREE = 0.002
"""An answer that took less seconds cost the line nothing: it came from the mount, or from this computer."""
PAUSE = 4.0
"""How long the others wait between two questions while files are read, in times of what one took.

A question then has a fifth of what one reader could get, beside all the others.
"""
SERIAL_PAUSE, ON_SCREEN_MOST = 19.0, 4.0
"""The same where questions and reads wait for one another: one in twenty; and what the frame on screen waits at most.

Measured over smbnetfs: 8 questions at once took 8 times as long as one (77 ms), and one beside reads 300 ms.
"""
COSTLY = 0.1
"""Seconds from which on a question beside reads is taken to wait for them, or the line to be very slow."""
TRIED = 2
"""Questions of each way that show which one is cheaper."""
CROWD, CROWDED_OFTEN = 4, 3
"""Questions at once that tell whether they wait for one another, and how often they must have, more than not."""
RETRY_FIRST, RETRY_MOST = 1.0, 15.0
"""Seconds until a share that could not be asked is asked again; each wait is twice the one before."""
_GOLDEN = (math.sqrt(5) - 1) / 2


class Needs:
    """What is on screen and what comes next.

    Attributes:
        wanted: the path on screen, or None.
        since: when it came there.
        scanned: how many of the next paths were looked at for copies to be confirmed.
    """

    def __init__(self) -> None:
        self.wanted: str | None = None
        self.since = 0.0
        self.scanned = 0
        self._plan = NOTHING
        self._soonest = Soonest(())

    def use(self, plan: Plan, soonest: Soonest, now: float) -> None:
        """Takes a plan, its paths in the order of need, and the time in seconds of the loop."""
        if plan.wanted != self.wanted:
            self.wanted, self.since = plan.wanted, now
        self._plan, self._soonest, self.scanned = plan, soonest, 0

    def soon(self, now: float) -> int:
        """Returns how many of the next frames are shown soon; none any more when the user has come to rest."""
        return min(self._plan.soon, SOON_MOST) if self._plan.steady or now < self.since + SOON else 0

    def rests_on(self, path: str, now: float) -> bool:
        """Returns whether a path has been on screen for a while."""
        return path == self.wanted and now >= self.since + ON_SCREEN

    def urgent(self, now: float) -> Iterator[str]:
        """Yields what is on screen, and what is shown soon."""
        if self.wanted is not None:
            yield self.wanted
        yield from (path for path in self._soonest.first(self.soon(now)) if path != self.wanted)

    def scan(self, count: int) -> Iterator[str]:
        """Yields those of the first ``count`` paths that were not yielded before."""
        for _, path in self._soonest.after(self.scanned, count - self.scanned):
            self.scanned += 1
            yield path


class Rounds:
    """When each file is asked for again that nothing else asks for: every :data:`HELD` seconds, neighbours apart."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []
        self._paths: set[str] = set()
        self._count = 0
        self._due = 0.0

    @property
    def next(self) -> float:
        """When the next path is due; infinity without one."""
        return self._heap[0][0] if self._heap else math.inf

    def add(self, path: str, now: float, after: float | None = None) -> None:
        """Takes a path in, unless it is; it is due after so many seconds, or at a moment of its own within a round."""
        if path not in self._paths:
            # Multiples of the golden ratio, less their whole part, are spread evenly, however many there are.
            self._count += 1
            self._paths.add(path)
            heapq.heappush(self._heap, (now + (HELD * (self._count * _GOLDEN % 1) if after is None else after), path))

    def pop(self, now: float) -> str | None:
        """Takes out the next path that is due, None for none."""
        if not self._heap or self._heap[0][0] > now:
            return None
        self._due, path = heapq.heappop(self._heap)
        self._paths.discard(path)
        return path

    def put_back(self, path: str, now: float, sooner: float) -> None:
        """Has the path that was taken out last come again, at the same moment of a later round, or a bit ``sooner``."""
        self._paths.add(path)
        rounds = max(1, math.ceil((now - self._due) / HELD))
        heapq.heappush(self._heap, (self._due + HELD * rounds - sooner, path))


class Ways:
    """Which way of asking for the stamp of a file is the cheaper one of those that have the share asked.

    Clients answer for the name of a file from their memory (sshfs for 20 s after a listing, NFS for up to a minute),
    but ask when it is opened; others need more round trips for an open (smbnetfs: 127 ms instead of 76). The quickest
    of some answers tells: a busy computer makes each of them late.
    """

    def __init__(self) -> None:
        self._by_name: deque[float] = deque(maxlen=8)
        self._by_opening: deque[float] = deque(maxlen=8)

    def opens(self) -> bool:
        """Returns whether the file is to be opened for the next question; the first ones try both ways."""
        if min(len(self._by_name), len(self._by_opening)) < TRIED:
            return len(self._by_opening) <= len(self._by_name)
        by_name, by_opening = min(self._by_name), min(self._by_opening)
        return by_opening >= FREE > by_name or FREE <= by_opening < by_name

    def note(self, took: float, *, opened: bool) -> None:
        """Takes how many seconds an answer took that the client could not know from a moment ago."""
        (self._by_opening if opened else self._by_name).append(took)


class Traffic:
    """The questions under way, what they cost, and when the share may be asked.

    Attributes:
        share: the folder that is looked at.
        visit: how many were looked at before it.
        at_once: questions under way there.
        left_behind: those under way elsewhere.
        patient: those of ``at_once`` that give way to reads.
        patient_at: when the next of these may be asked.
        quiet_until: when a share that could not be asked is asked again.
        ways: in which way to ask.
        asked_all: when all frames were last asked for because of a change.
        paid_at: when the last answer has been paid for where questions wait for one another.
    """

    def __init__(self, hearing: Hearing) -> None:
        """Notes with ``hearing`` for how long the share has not answered."""
        self._hearing = hearing
        self._tokens: set[object] = set()
        self.share, self.visit = "", 0
        self.at_once = self.left_behind = self.patient = 0
        self.patient_at = self.quiet_until = self.asked_all = self.paid_at = -math.inf
        self.ways = Ways()
        self._took = 0.0
        self._alone: dict[bool, float] = {}
        self._crowded = 0
        self._retry = RETRY_FIRST

    @property
    def is_free(self) -> bool:
        """Whether the answers cost the line nothing."""
        return self._took < FREE

    @property
    def is_serial(self) -> bool:
        """Whether questions and reads wait for one another, so that each question keeps a read waiting."""
        return self._crowded >= CROWDED_OFTEN or self._alone.get(True, 0.0) >= COSTLY

    def is_narrow(self, *, is_reading: bool) -> bool:
        """Returns whether one question is to be asked at a time; also until it is known how long one takes alone."""
        return self.is_serial or not (self.is_free or is_reading in self._alone)

    def on_screen(self, *, is_reading: bool) -> float:
        """Returns the seconds between two questions for the frame on screen."""
        return (
            min(max(ON_SCREEN, SERIAL_PAUSE * self._took), ON_SCREEN_MOST)
            if is_reading and self.is_serial
            else ON_SCREEN
        )

    def is_of_share(self, path: str) -> bool:
        """Returns whether a path lies in the folder that is looked at."""
        return os.path.split(path)[0] == self.share

    def begin(self, share: str) -> None:
        """Goes on to another folder; what was asked of the last one is left behind."""
        while self._tokens:
            self._hearing.withdrawn(self._tokens.pop())
        self.left_behind += self.at_once
        self.visit += 1
        self.share, self.at_once, self.patient, self._took = share, 0, 0, 0.0
        self.asked_all = self.paid_at = -math.inf
        self._alone, self._crowded, self.ways = {}, 0, Ways()
        self.forgive()

    def start(self, *, is_patient: bool) -> object:
        """Counts a question that is asked; returns a token for it."""
        self.at_once += 1
        self.patient += is_patient
        token = object()
        self._tokens.add(token)
        self._hearing.asked(token)
        return token

    def end(self, token: object, visit: int, answered_in: float | None, *, is_patient: bool) -> None:
        """Counts a question, of that visit to a folder, as ended; None is for a share that could not be asked."""
        if visit != self.visit:
            self.left_behind -= 1
            return
        self.at_once -= 1
        self.patient -= is_patient
        self._tokens.discard(token)
        if answered_in is None:
            self._hearing.withdrawn(token)
        else:
            self._hearing.answered(token, answered_in)

    def note(self, took: float, now: float, beside: int, *, is_reading: bool) -> None:
        """Takes how many seconds an answer took, ``beside`` so many other questions, and while files are read or not.

        A question of many at once is compared with one that was alone, as both wait for what is being read.
        """
        self._took += (took - self._took) / 4
        self.patient_at = now + PAUSE * self._took
        self.paid_at = now + SERIAL_PAUSE * took
        alone = self._alone.get(is_reading)
        if not beside and took >= FREE:
            self._alone[is_reading] = took if alone is None else alone + (took - alone) / 4
        elif beside >= CROWD and alone is not None:
            self._crowded += 1 if took > (beside + 1) / 2 * alone else -(self._crowded > 0)

    def note_failure(self, now: float) -> None:
        """Takes note that the share could not be asked."""
        self._hearing.doubt()
        self.quiet_until = now + self._retry
        self._retry = min(2 * self._retry, RETRY_MOST)

    def forgive(self) -> None:
        """Takes note that the share can be asked."""
        self.quiet_until, self._retry = -math.inf, RETRY_FIRST
