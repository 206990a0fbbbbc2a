"""The files that failed: their errors, when to try again, and whether the whole share is away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from viewer.core.errors import (
    ChangingError,
    ImageTooLargeError,
    NotAFileError,
    NotAnsweringError,
    NotFoundError,
    StorageError,
)
from viewer.core.retry import RetryTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.errors import LookaheadError
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.transfer import Stamp

AWAY = 1.0
"""From this much evidence in a row on, the whole share is taken to be away; see :func:`_evidence`."""


class ShareFailures:
    """The frames that failed; owner thread only.

    A read that failed is tried again, later and later. One that hung, or several in a row of different files and
    without one that worked, mean that the share is away: then nothing but the frame on screen is tried until it is time
    again, and as soon as the share answers all of them are. A file that goes on failing then says nothing any more: it
    is the file's fault.
    """

    def __init__(self, loop: Loop, on_due: Callable[[], None]) -> None:
        """Makes an empty list; ``on_due`` is called when something may be tried again."""
        self._loop = loop
        self._on_due = on_due
        self._failed: RetryTable[str, LookaheadError] = RetryTable()
        self._stamps: dict[str, Stamp | None] = {}
        self._counted: set[str] = set()
        self._evidence = 0.0
        self._last: tuple[str, LookaheadError] | None = None
        self._quiet_until = -math.inf
        self._timer: Timer | None = None
        self._timer_at = math.inf

    def __iter__(self) -> Iterator[str]:
        return iter(self._failed)

    @property
    def away(self) -> LookaheadError | None:
        """The last error while the share is taken to be away, None while it works."""
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
        """Returns the error of the frame of ``path``, or None."""
        return self._failed[path].error if path in self._failed else None

    def stamp(self, path: str) -> Stamp | None:
        """Returns the stamp of a file that failed, None if it was never opened."""
        return self._stamps.get(path)

    def blocks(self, path: str) -> bool:
        """Returns whether ``path`` has failed and is not to be tried yet."""
        return self._failed.blocked(path, self._loop.now()) is not None

    def note_read(self, path: str, error: LookaheadError, stamp: Stamp | None) -> None:
        """Notes that a read failed; it becomes due again after a while."""
        retry_at = self._note(path, error, stamp, for_good=False)
        if path not in self._counted or isinstance(error, NotAnsweringError):  # the same file again says little
            self._evidence += _evidence(error)
            self._counted.add(path)
        self._last = path, error
        if self._evidence >= AWAY:
            self._quiet_until = retry_at

    def note_decode(self, path: str, error: LookaheadError, stamp: Stamp | None) -> None:
        """Notes that the bytes of ``path`` are no picture; only new bytes can help."""
        self._note(path, error, stamp, for_good=True)

    def note_success(self, path: str) -> list[str]:
        """Notes that ``path`` could be read; returns the paths that are due again if the share was away until now."""
        self.forget(path)
        return self.note_answer()

    def note_answer(self) -> list[str]:
        """Notes that the share has answered; returns the paths that are due again if it was away until now."""
        was_away = self.away is not None
        self.be_hopeful()
        if not was_away:
            return []
        return self._forget_all(StorageError)

    def forget(self, path: str) -> None:
        """Forgets that ``path`` failed."""
        self._failed.forget(path)
        self._stamps.pop(path, None)
        self._counted.discard(path)

    def forget_too_large(self) -> list[str]:
        """Forgets the frames that were too large for the memory there was; returns their paths."""
        return self._forget_all(ImageTooLargeError)

    def be_hopeful(self) -> None:
        """Ends the quiet, and takes the share to work; files that failed stay blocked until they are due."""
        self._evidence, self._last, self._quiet_until = 0.0, None, -math.inf

    def close(self) -> None:
        """Forgets everything, and calls ``on_due`` no more."""
        self._failed.forget()
        self._stamps.clear()
        self._counted.clear()
        self.be_hopeful()
        if self._timer is not None:
            self._timer.cancel()

    def _note(self, path: str, error: LookaheadError, stamp: Stamp | None, *, for_good: bool) -> float:
        _release_frames(error)
        retry_at = self._failed.note(path, error, self._loop.now(), for_good=for_good)
        self._stamps[path] = stamp
        self._wake_by(retry_at)
        return retry_at

    def _forget_all(self, kind: type[LookaheadError]) -> list[str]:
        paths = [path for path, failed in self._failed.items() if isinstance(failed.error, kind)]
        for path in paths:
            del self._failed[path], self._stamps[path]
        return paths

    def _wake_by(self, due: float) -> None:
        if due < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = due
            self._timer = self._loop.call_later(due - self._loop.now(), self._wake)

    def _wake(self) -> None:
        self._timer, self._timer_at = None, math.inf
        self._on_due()
        now = self._loop.now()
        dues = (self._quiet_until, *(failed.retry_at for failed in self._failed.values()))
        self._wake_by(min((due for due in dues if due > now), default=math.inf))


def _evidence(error: LookaheadError) -> float:
    """Returns how much a failed read says about the share: one that hangs all, a file that is gone or written little.

    The share has answered then; but one that is not mounted any more answers so for every file.
    """
    if isinstance(error, NotAnsweringError):
        return AWAY
    if isinstance(error, NotAFileError):
        return 0.0
    return AWAY / 8 if isinstance(error, NotFoundError | ChangingError) else AWAY / 2


def _release_frames(error: BaseException) -> None:
    """Forgets the calls that ``error`` passed through, which hold the file's bytes and half-made pictures."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
