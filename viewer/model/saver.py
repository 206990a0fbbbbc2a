"""Writing to this disk: after a while, one write at a time, and with one sentence when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from viewer.core.executor import Success
from viewer.core.records import dataclass
from viewer.model import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.executor import Executor, Failure
    from viewer.core.loop import Loop, Timer

T = TypeVar("T")


@dataclass(eq=False)
class Saver(Generic[T]):
    """Has changes written on a worker; owner thread only.

    ``_what`` begins the sentence when that fails, which is said once and again only after a success; it is tried again
    with the next change, and at the end. ``_make_job`` returns what writes all that is to be written at that moment,
    None for nothing; what it returns is handed to ``_on_saved``.

    Attributes:
        is_writing: whether a write is under way.
    """

    _loop: Loop
    _executor: Executor
    _wait: float
    _what: str
    _make_job: Callable[[], Callable[[], T] | None]
    _on_saved: Callable[[T], None]
    _on_trouble: Callable[[str], None]
    _timer: Timer | None = None
    _due: float = 0.0
    is_writing: bool = False
    _is_due: bool = False
    _has_failed: bool = False
    _is_closed: bool = False

    def soon(self, within: float | None = None) -> None:
        """Has it written when other changes have had their time to come, or ``within`` so many seconds."""
        wait = self._wait if within is None else within
        due = self._loop.now() + wait
        if not self._is_closed and (self._timer is None or due < self._due):
            self._stop_waiting()
            self._due, self._timer = due, self._loop.call_later(wait, self.now)

    def now(self) -> None:
        """Begins to write, or does so after the write that is under way."""
        self._stop_waiting()
        if self.is_writing:
            self._is_due = True
        elif (job := self._make_job()) is not None:
            self.is_writing = True
            self._executor.submit(job, self._done)

    def close(self) -> None:
        """Begins to write for the last time; says nothing any more."""
        self._stop_waiting()
        self._is_closed = True
        if (job := self._make_job()) is not None:
            self._executor.submit(job, lambda _outcome: None)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _done(self, outcome: Success[T] | Failure) -> None:
        self.is_writing = False
        if self._is_closed:
            return
        is_due, self._is_due = self._is_due, False
        if is_due:
            self.soon()
        if isinstance(outcome, Success):
            self._has_failed = False
            self._on_saved(outcome.value)
        elif not self._has_failed:
            self._has_failed = True
            cause = messages.cause(outcome.error).rstrip(".")
            self._on_trouble(
                f"{self._what} cannot be saved on this computer: {cause}. "
                "Nothing is lost while this window is open; saving is tried again with the next change."
            )
