"""When to ask whether what is held is still what the share has: what is needed next, rounds for the rest, the cost."""

from __future__ import annotations

import heapq
import math
import os
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
BEAT = 0.1
"""Seconds between two looks at what is due in rounds: each look costs more than a question that is free."""
SOON_MOST = 96
"""Frames shown soon that are looked at."""
FREE = 0.002
"""An answer that took less seconds cost the line nothing: it came from the mount, or from this computer."""
PAUSE = 4.0
"""How long the others wait between two questions while files are read, in times of what one took.

A question then has a fifth of what one reader could get, beside all the others.
"""
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
        asked_all: when all frames were last asked for because of a change.
    """

    def __init__(self, hearing: Hearing) -> None:
        """Notes with ``hearing`` for how long the share has not answered."""
        self._hearing = hearing
        self._tokens: set[object] = set()
        self.share, self.visit = "", 0
        self.at_once = self.left_behind = self.patient = 0
        self.patient_at = self.quiet_until = self.asked_all = -math.inf
        self._took = 0.0
        self._retry = RETRY_FIRST

    @property
    def is_free(self) -> bool:
        """Whether the answers cost the line nothing."""
        return self._took < FREE

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
        self.asked_all = -math.inf
        self.forgive()

    def start(self, *, is_patient: bool) -> object:
        """Counts a question that is asked; returns a token for it."""
        self.at_once += 1
        self.patient += is_patient
        token = object()
        self._tokens.add(token)
        self._hearing.asked(token)
        return token

    def end(self, token: object, visit: int, *, is_patient: bool, has_answered: bool) -> None:
        """Counts a question, of that visit to a folder, as ended, whether the share has answered or cannot be asked."""
        if visit != self.visit:
            self.left_behind -= 1
            return
        self.at_once -= 1
        self.patient -= is_patient
        self._tokens.discard(token)
        (self._hearing.answered if has_answered else self._hearing.withdrawn)(token)

    def note(self, took: float, now: float) -> None:
        """Takes how many seconds an answer took."""
        self._took += (took - self._took) / 4
        self.patient_at = now + PAUSE * self._took

    def note_failure(self, now: float) -> None:
        """Takes note that the share could not be asked."""
        self._hearing.doubt()
        self.quiet_until = now + self._retry
        self._retry = min(2 * self._retry, RETRY_MOST)

    def forgive(self) -> None:
        """Takes note that the share can be asked."""
        self.quiet_until, self._retry = -math.inf, RETRY_FIRST
