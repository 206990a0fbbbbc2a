"""Listing what was opened: on a chore thread, reporting what is known so far, and again later when the share fails."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from viewer.core import errors
from viewer.core.errors import ShareAwayError
from viewer.core.executor import Failure, Success
from viewer.core.frame import FrameIndex
from viewer.core.records import dataclass
from viewer.core.sequence.naming import grouped
from viewer.core.storage.transfer import Transfer
from viewer.model.opened import Opened, ask_share, open_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewer.core.executor import Executor
    from viewer.core.load.hearing import Hearing
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Group

HEAD_START = 0.5
"""Seconds that a listing waits at most for the names beside a picture to be asked for; see :mod:`.neighbours`."""
AGAIN_AFTER = 5.0
"""Seconds after which a folder that could not be listed is tried again."""


@dataclass(eq=False)
class Listing:
    """One listing at a time; owner thread only.

    ``_on_found`` gets what is known so far while a long listing lasts; ``_on_ended`` all that there is, and the seconds
    that listing took; ``_on_failed`` the error. What is asked is told to ``_hearing``.

    Attributes:
        also: returns names that are known to be there before they have been listed; any thread calls it.
        group: groups names; any thread calls it.
    """

    _loop: Loop
    _chores: Executor
    _storage: Storage
    _hearing: Hearing
    _on_found: Callable[[Opened], None]
    _on_ended: Callable[[Opened, float], None]
    _on_failed: Callable[[BaseException], None]
    also: Callable[[], Iterable[str]] = tuple
    group: Group = grouped
    _text: str = ""
    _transfer: Transfer | None = None
    _timer: Timer | None = None
    _has_begun: bool = False
    _is_proven: bool = False
    _opens_stack: bool = False

    @property
    def is_running(self) -> bool:
        """Whether a listing is under way."""
        return self._transfer is not None

    @property
    def is_due(self) -> bool:
        """Whether a listing is under way, or will begin by itself."""
        return self.is_running or self._timer is not None

    def begin(self, text: str, after: float = 0.0, *, is_proven: bool = False, opens_stack: bool = False) -> None:
        """Lists what ``text`` names, after so many seconds or at :meth:`go`; another listing is cancelled.

        It ``is_proven`` if it fails also where the client of the share has listed from its memory, and that is away. If
        it ``opens_stack``, a file of several pages that is the only picture of a folder is listed in its place.
        """
        self.cancel()
        self._text, self._transfer = text, Transfer()
        self._is_proven, self._opens_stack = is_proven, opens_stack
        if after:
            self._timer = self._loop.call_later(after, self.go)
        else:
            self.go()

    def go(self) -> None:
        """Begins at once, if it waits to."""
        if (transfer := self._transfer) is not None and not self._has_begun:
            self._end_timer()
            self._has_begun = True
            self._list(self._text, transfer)

    def _list(self, text: str, transfer: Transfer) -> None:
        storage, loop, hearing, began = self._storage, self._loop, self._hearing, self._loop.now()
        is_proven, opens_stack = self._is_proven, self._opens_stack

        def take(opened: Opened) -> None:
            if self._transfer is transfer:
                hearing.heard()
                self._on_found(opened)

        def report(opened: Opened) -> None:
            opened.prepared()
            loop.post(lambda: take(opened))

        def list_all() -> Opened:
            how = self.also, self.group
            opened = open_from(storage, text, transfer, report, loop.now, *how, opens_stack=opens_stack).prepared()
            if is_proven:
                ask_share(storage, opened.kept, opened.sequences[opened.chosen].path(FrameIndex(0)))
            return opened

        def done(outcome: Success[Opened] | Failure) -> None:
            if self._transfer is not transfer:
                return
            self._transfer = None
            is_away = isinstance(outcome, Failure) and isinstance(outcome.error, ShareAwayError)
            (hearing.withdrawn if is_away else hearing.answered)(transfer)
            if isinstance(outcome, Success):
                self._on_ended(outcome.value, loop.now() - began)
            elif not isinstance(outcome.error, errors.CancelledError):
                self._on_failed(outcome.error)

        hearing.asked(transfer)
        self._chores.submit(list_all, done)

    def again_later(self) -> None:
        """Lists the same again after a while."""
        self.cancel()
        again = partial(self.begin, self._text, is_proven=self._is_proven, opens_stack=self._opens_stack)
        self._timer = self._loop.call_later(AGAIN_AFTER, again)

    def cancel(self) -> None:
        """Cancels what is under way and what was to be tried again; nothing comes of it."""
        if self._transfer is not None:
            self._hearing.withdrawn(self._transfer)
            self._transfer.cancel()
            self._transfer = None
        self._has_begun = False
        self._end_timer()

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
