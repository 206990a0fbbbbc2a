"""What is heard of the share: for how long it has not answered, though it was asked and this computer could listen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from viewer.core.loop import Loop, Timer

TICK = 0.25
"""Seconds between two looks at the clock while the share is asked something."""
LATE = 2 * TICK
"""Seconds that count at most between two looks: if more have passed, it was this computer that stood still."""
DOUBT_AFTER = 2.0
"""Seconds of silence from which on it is doubtful whether the share hangs, or only what it was asked for."""
CACHED = 0.25
"""An answer that took less than this part of opening a file, of some round trips, came from this computer's memory."""


class Hearing:
    """How long the share has been silent; owner thread only.

    A part that asks the share something says so with a token, any object that can be a key: it calls :meth:`asked`
    before, then :meth:`answered`, whatever the answer was, or :meth:`withdrawn` when it asks that no more, or something
    else than the share ended it. It calls :meth:`heard` for each byte, name or open file that comes meanwhile. Silence
    is the time since the share was last heard in which it was asked something. Time in which this thread could not run,
    because the computer was busy or asleep, does not count, nor time in which a storage works on a read itself and says
    so (:meth:`~viewer.core.storage.transfer.Transfer.working`).

    Attributes:
        latency: seconds that opening a file takes, None while they are not known.
        on_doubt: called when it is doubtful that the folder can be had: four times a second while the share is silent,
            and, with True, by :meth:`doubt`: what is asked already does not settle it. Returns whether the folder will
            be asked; who can do that sets it. It must not call the loader.
    """

    def __init__(self, loop: Loop) -> None:
        self.latency: float | None = None
        self.on_doubt: Callable[[bool], bool] = lambda _anew: False
        self._loop = loop
        self._asked: dict[Hashable, float] = {}
        self._clock = 0.0
        self._silence = 0.0
        self._counted_at = loop.now()
        self._timer: Timer | None = None

    @property
    def clock(self) -> float:
        """Seconds of a clock that stands still while this thread cannot run."""
        return self._clock + self._uncounted

    @property
    def silence(self) -> float:
        """Seconds for which the share was asked something and has not answered; 0 when it was heard just now."""
        return self._silence + (self._uncounted if self._asked else 0.0)

    def asked(self, token: Hashable) -> None:
        """Notes that the share is being asked something; changes nothing if it already is."""
        if token not in self._asked:
            self._count()
            self._asked[token] = self._loop.now()
            if self._timer is None:
                self._timer = self._loop.call_later(TICK, self._tick)

    def answered(self, token: Hashable, took: float | None = None) -> None:
        """Notes that the share has answered, with what was asked for or with an error of its own.

        It ``took`` so many seconds on the worker, if that is known: this thread may have been busy since.
        """
        began = self._asked.get(token)
        self.withdrawn(token)
        if began is not None:
            self.heard(self._loop.now() - began if took is None else took)

    def withdrawn(self, token: Hashable) -> None:
        """Notes that the share is not asked this any more, and has not answered."""
        self._count()
        self._asked.pop(token, None)

    def heard(self, took: float = math.inf) -> None:
        """Notes that something has come, after so many seconds: from the share, unless it came too soon for that."""
        self._count()
        if took >= CACHED * (self.latency or 0.0):
            self._silence = 0.0

    def doubt(self) -> bool:
        """Has the folder asked, because something failed or worked against expectation; returns whether it will be."""
        return self.on_doubt(True)

    def close(self) -> None:
        """Calls nobody any more."""
        self._asked.clear()
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _uncounted(self) -> float:
        return min(self._loop.now() - self._counted_at, LATE)

    def _count(self) -> None:
        passed, self._counted_at = self._uncounted, self._loop.now()
        self._clock += passed
        if self._asked:
            self._silence += passed

    def _tick(self) -> None:
        self._timer = None
        if self._asked:
            self._count()
            self._timer = self._loop.call_later(TICK, self._tick)
            if self._silence >= DOUBT_AFTER:
                self.on_doubt(False)
