"""What could not be had: why, when to try again, and whether the whole share is away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.core.errors import ChangingError, ImageTooLargeError, NotAnsweringError, NotFoundError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.errors import LookaheadError
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Stamp

RETRY_AFTER, RETRY_AFTER_MOST = 1.0, 30.0
"""Seconds until a read that failed is tried again: doubled each time, up to the second figure."""
AWAY = 1.0
"""From this much evidence in a row on, the whole share is taken to be away; see :func:`_evidence`."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a frame could not be had, and when to try again."""

    error: LookaheadError
    attempts: int
    retry_at: float
    stamp: Stamp | None


class ShareFailures:
    """The frames that failed; owner thread only.

    A read that failed is tried again, later and later. One that hung, or several in a row of different files and
    without one that worked, mean that the share is away: then nothing but the frame on screen is tried until it is time
    again, and as soon as the share answers all of them are. A file that goes on failing then says nothing any more: it
    is the file's fault.
    """

    def __init__(self, loop: Loop, due: Callable[[], None]) -> None:
        """Makes an empty list.

        Args:
            loop: the owner thread's.
            due: called when something may be tried again.
        """
        self._loop = loop
        self._due = due
        self._failed: dict[str, _Failed] = {}
        self._counted: set[str] = set()
        self._evidence = 0.0
        self._last: tuple[str, LookaheadError] | None = None
        self._quiet_until = -math.inf
        self._timer: Timer | None = None
        self._timer_at = math.inf

    def __contains__(self, path: str) -> bool:
        return path in self._failed

    def __iter__(self) -> Iterator[str]:
        return iter(self._failed)

    @property
    def away(self) -> LookaheadError | None:
        """What the share said last while it is taken to be away, None while it works."""
        return self._last[1] if self._last is not None and self._evidence >= AWAY else None

    @property
    def quiet(self) -> bool:
        """Whether nothing but the frame on screen should be tried now."""
        return self._loop.now() < self._quiet_until

    @property
    def next_attempt(self) -> float:
        """Seconds until the share that is away is asked again by itself."""
        return max(0.0, self._quiet_until - self._loop.now())

    def error(self, path: str) -> LookaheadError | None:
        """Returns why the frame of ``path`` could not be had, or None."""
        failed = self._failed.get(path)
        return None if failed is None else failed.error

    def stamp(self, path: str) -> Stamp | None:
        """Returns the stamp of the file that failed, None if it was never opened."""
        failed = self._failed.get(path)
        return None if failed is None else failed.stamp

    def blocks(self, path: str) -> bool:
        """Returns whether ``path`` has failed and is not to be tried yet."""
        failed = self._failed.get(path)
        return failed is not None and failed.retry_at > self._loop.now()

    def note_read(self, path: str, error: LookaheadError, stamp: Stamp | None) -> None:
        """Notes that a read failed; it becomes due again after a while."""
        failed = self._note(path, error, stamp, for_good=False)
        if path not in self._counted or isinstance(error, NotAnsweringError):  # the same file again says little
            self._evidence += _evidence(error)
            self._counted.add(path)
        self._last = path, error
        if self._evidence >= AWAY:
            self._quiet_until = failed.retry_at

    def note_decode(self, path: str, error: LookaheadError, stamp: Stamp | None) -> None:
        """Notes that the bytes of ``path`` are no picture; only new bytes can help."""
        self._note(path, error, stamp, for_good=True)

    def note_success(self, path: str) -> list[str]:
        """Notes that ``path`` could be read; returns what is due again because the share was away until now."""
        self.forget(path)
        return self.note_answer()

    def note_answer(self) -> list[str]:
        """Notes that the share has answered; returns what is due again because it was away until now."""
        was_away = self.away is not None
        self.be_hopeful()
        if not was_away:
            return []
        again = [path for path, failed in self._failed.items() if isinstance(failed.error, StorageError)]
        for each in again:
            del self._failed[each]
        return again

    def forget(self, path: str) -> None:
        """Forgets that ``path`` failed."""
        self._failed.pop(path, None)
        self._counted.discard(path)

    def forget_too_large(self) -> list[str]:
        """Forgets what was too large for the memory there was; returns it."""
        too_large = [path for path, failed in self._failed.items() if isinstance(failed.error, ImageTooLargeError)]
        for path in too_large:
            del self._failed[path]
        return too_large

    def be_hopeful(self) -> None:
        """Ends the quiet, and takes the share to work; what failed stays blocked until it is due."""
        self._evidence, self._last, self._quiet_until = 0.0, None, -math.inf

    def close(self) -> None:
        """Forgets everything and asks for nothing any more."""
        self._failed.clear()
        self._counted.clear()
        self.be_hopeful()
        if self._timer is not None:
            self._timer.cancel()

    def _note(self, path: str, error: LookaheadError, stamp: Stamp | None, *, for_good: bool) -> _Failed:
        before = self._failed.get(path)
        attempts = 1 if before is None else before.attempts + 1
        pause = math.inf if for_good else min(RETRY_AFTER * 2.0 ** min(attempts - 1, 10), RETRY_AFTER_MOST)
        failed = self._failed[path] = _Failed(error, attempts, self._loop.now() + pause, stamp)
        self._wake_by(failed.retry_at)
        return failed

    def _wake_by(self, due: float) -> None:
        if due < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = due
            self._timer = self._loop.call_later(due - self._loop.now(), self._wake)

    def _wake(self) -> None:
        self._timer, self._timer_at = None, math.inf
        self._due()
        now = self._loop.now()
        dues = (self._quiet_until, *(failed.retry_at for failed in self._failed.values()))
        self._wake_by(min((due for due in dues if due > now), default=math.inf))


def _evidence(error: LookaheadError) -> float:
    """Returns how much a failed read says about the share: one that hangs all, a file that is gone or written little.

    The share has answered then; but one that is not mounted any more answers so for every file.
    """
    if isinstance(error, NotAnsweringError):
        return AWAY
    return AWAY / 8 if isinstance(error, NotFoundError | ChangingError) else AWAY / 2
