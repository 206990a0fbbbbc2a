"""The files that failed: their errors, when to try again, and whether the whole share is away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from viewer.core.errors import (
    ChangingError,
    DecodeError,
    GivenUpError,
    ImageTooLargeError,
    NotAnsweringError,
    NotFoundError,
    ShareAwayError,
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

UNREADABLE_AGAIN = (2.0, 5.0, 15.0)
"""Seconds since a file was found to be no picture at which it is read once more, though it has the same stamp.

A file that is made in full length first, and filled within the second of its date, has the stamp that it had before.
"""


class ShareFailures:
    """The frames that failed; owner thread only.

    A read that failed is tried again, later and later. What it says of the share, listing the folder decides: until
    that has answered, the failure is in doubt. When the share hangs, or several files in a row fail because of it,
    nothing but the frame on screen is tried until it is time again, and as soon as the folder can be listed all of them
    are. A file that goes on failing then says nothing any more: it is the file's fault. What could be read and is no
    picture is read again at the times of :data:`UNREADABLE_AGAIN`, and then never, until it is another file.
    """

    def __init__(self, loop: Loop, on_due: Callable[[], None], on_doubt: Callable[[], bool] = lambda: False) -> None:
        """Makes an empty list.

        ``on_due`` is called when something may be tried again; ``on_doubt`` when the folder is to be listed, to see
        whether it is there, and returns whether it will be. If not, what failed is all there is to judge by.
        """
        self._loop = loop
        self._on_due = on_due
        self._on_doubt = on_doubt
        self._failed: RetryTable[str, LookaheadError] = RetryTable()
        self._stamps: dict[str, Stamp | None] = {}
        self._unreadable_since: dict[str, float] = {}
        self._counted: set[str] = set()
        self._unsure: set[str] = set()
        self._evidence = 0.0
        self._hang: LookaheadError | None = None
        self._folder: LookaheadError | None = None
        self._folder_last = ""
        self._quiet_until = -math.inf
        self._timer: Timer | None = None
        self._timer_at = math.inf

    def __iter__(self) -> Iterator[str]:
        return iter(self._failed)

    @property
    def away(self) -> LookaheadError | None:
        """Why the folder, or the whole share, cannot be had now, the same for as long as it cannot; None if it can."""
        return self._folder or self._hang

    @property
    def quiet(self) -> bool:
        """Whether nothing but the frame on screen should be tried now."""
        return self._loop.now() < self._quiet_until

    @property
    def next_attempt(self) -> float:
        """Seconds until the share that is away is asked again by itself."""
        return max(0.0, self._quiet_until - self._loop.now())

    def is_unsure(self, path: str) -> bool:
        """Returns whether ``path`` has failed, and the folder has not been listed since, so that why is not known."""
        return path in self._unsure and self.away is None

    def is_in_doubt(self, path: str) -> bool:
        """Returns whether it is not the fault of ``path`` that it failed, or not known yet whether it is."""
        return path in self._unsure or (self.away is not None and isinstance(self.error(path), StorageError))

    def error(self, path: str) -> LookaheadError | None:
        """Returns the error of the frame of ``path``, or None."""
        return self._failed[path].error if path in self._failed else None

    def stamp(self, path: str) -> Stamp | None:
        """Returns the stamp of a file that failed, None if it was never opened."""
        return self._stamps.get(path)

    def blocks(self, path: str) -> bool:
        """Returns whether ``path`` has failed and is not to be tried yet."""
        return path in self._failed and self._failed.blocked(path, self._loop.now()) is not None

    def note_read(self, path: str, error: LookaheadError, stamp: Stamp | None) -> list[str]:
        """Notes that a read failed; it becomes due again after a while.

        Returns the other paths that are in doubt from now on.
        """
        is_known = type(self.error(path)) is type(error) and path not in self._unsure
        self._unreadable_since.pop(path, None)
        retry_at = self._note(path, error, stamp)
        hangs, before = isinstance(error, NotAnsweringError), self.away
        if path not in self._counted or hangs:  # the same file again says little
            self._evidence += _evidence(error)
            self._counted.add(path)
        is_asked = self._on_doubt()
        if hangs or (self._evidence >= AWAY and not is_asked):
            self._hang = self._hang or error
        elif is_asked and not is_known and before is None:
            self._unsure.add(path)
        if self._evidence >= AWAY:
            self._quiet_until = retry_at
        return list(self._failed) if before is None and self.away is not None else []

    def note_decode(self, path: str, error: LookaheadError, stamp: Stamp | None) -> None:
        """Notes that the bytes of ``path`` are no picture; they are read a few times more, if that may help."""
        now = self._loop.now()
        if stamp != self._stamps.get(path):
            self._unreadable_since.pop(path, None)
        since = self._unreadable_since.setdefault(path, now)
        after = () if isinstance(error, ImageTooLargeError | GivenUpError) else UNREADABLE_AGAIN
        self._note(path, error, stamp, next((since + each for each in after if since + each > now), math.inf))

    def note_success(self, path: str, stamp: Stamp | None = None) -> list[str]:
        """Notes that ``path`` could be read; returns the paths that are due again if the share hung until now.

        That the same file, by its ``stamp``, is a picture now is still to be seen if it was none.
        """
        if not isinstance(self.error(path), DecodeError) or stamp != self._stamps.get(path):
            self.forget(path)
        if self._folder is not None:
            self._on_doubt()  # listing it will show whether it is back
            return []
        # Files that are not there are missing when it has been listed: this one may have been opened before it went.
        gone = {each for each in self._unsure if isinstance(self.error(each), NotFoundError)}
        due = self.note_folder(None)
        self._unsure |= gone if gone and self._on_doubt() else set()
        return due

    def note_folder(self, error: LookaheadError | None, again_in: float = 0.0) -> list[str]:
        """Notes what came of listing the folder: nothing wrong, or why it cannot be had, to be tried in some seconds.

        One listing that fails means nothing unless reads have failed like that. While a share dies its errors change:
        the first one stands until another was met twice. Returns the paths whose state may be another now; those that
        failed because of the share are due again.
        """
        unsure, self._unsure = list(self._unsure), set()
        if error is None:
            was_away = self.away is not None
            self._folder, self._folder_last = None, ""
            self.be_hopeful()
            return [*unsure, *(self._forget_all(StorageError) if was_away else [])]
        before, twice, self._folder_last = self.away, self._folder_last, str(error)
        if self._folder is None:
            self._folder = error if twice or self._evidence >= AWAY else None
        elif twice == str(error):
            self._folder = error
        if self._folder is None:
            self._unsure.update(unsure)
            return []
        if not isinstance(error.__cause__, PermissionError):  # a folder that may not be listed may give its files
            self._quiet_until = max(self._quiet_until, self._loop.now() + again_in)
            self._wake_by(self._quiet_until)
        return list(self._failed) if before is None else unsure

    def forget(self, path: str) -> None:
        """Forgets that ``path`` failed."""
        self._failed.forget(path)
        self._stamps.pop(path, None)
        self._unreadable_since.pop(path, None)
        self._counted.discard(path)
        self._unsure.discard(path)

    def forget_too_large(self) -> list[str]:
        """Forgets the frames that were too large for the memory there was; returns their paths."""
        return self._forget_all(ImageTooLargeError)

    def be_hopeful(self) -> None:
        """Ends the quiet, and takes the share to work; files that failed stay blocked until they are due."""
        self._evidence, self._hang, self._quiet_until = 0.0, None, -math.inf

    def close(self) -> None:
        """Forgets everything, and calls ``on_due`` no more."""
        self._failed.forget()
        self._stamps.clear()
        self._unreadable_since.clear()
        self._counted.clear()
        self._unsure.clear()
        self.be_hopeful()
        if self._timer is not None:
            self._timer.cancel()

    def _note(self, path: str, error: LookaheadError, stamp: Stamp | None, retry_at: float | None = None) -> float:
        _release_frames(error)
        retry_at = self._failed.note(path, error, self._loop.now(), retry_at)
        self._stamps[path] = stamp
        self._wake_by(retry_at)
        return retry_at

    def _forget_all(self, kind: type[LookaheadError]) -> list[str]:
        paths = [path for path, failed in self._failed.items() if isinstance(failed.error, kind)]
        for path in paths:
            del self._failed[path], self._stamps[path]
            self._unsure.discard(path)
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
    """Returns how much a failed read says about the share.

    One that hangs says all, one that could not even be begun much. A file that is gone or being written says little:
    the share has answered, but one that is not mounted any more answers so for every file. Other errors are the file's.
    """
    if isinstance(error, NotAnsweringError):
        return AWAY
    if isinstance(error, ShareAwayError):
        return AWAY / 2
    return AWAY / 8 if isinstance(error, NotFoundError | ChangingError) else 0.0


def _release_frames(error: BaseException) -> None:
    """Forgets the calls that ``error`` passed through, which hold the file's bytes and half-made pictures."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
