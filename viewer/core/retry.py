"""What failed, and when it is tried again: one table and one formula for files and for items."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
E = TypeVar("E", bound=BaseException)

RETRY_AFTER, RETRY_AFTER_MOST = 1.0, 30.0
"""Seconds until the second attempt; the pause doubles each time, up to the second figure."""


class Failed(NamedTuple, Generic[E]):
    """A failure: the last error, the number of attempts in a row, and when the next one is due."""

    error: E
    attempts: int
    retry_at: float


class RetryTable(dict[K, Failed[E]]):
    """The failures by key; one thread at a time. Times are in seconds of one clock of the caller's."""

    def __init__(self, retry_after: float | None = RETRY_AFTER) -> None:
        """Holds none; the first pause, in seconds, may be longer than :data:`RETRY_AFTER_MOST`, and None has no end."""
        super().__init__()
        self._retry_after = math.inf if retry_after is None else retry_after

    def note(self, key: K, error: E, now: float, retry_at: float | None = None) -> float:
        """Notes that an attempt failed; returns when the next one is due: at ``retry_at``, unless that is None."""
        attempts = self[key].attempts + 1 if key in self else 1
        pause = min(self._retry_after * 2.0 ** min(attempts - 1, 10), max(RETRY_AFTER_MOST, self._retry_after))
        self[key] = Failed(error, attempts, now + pause if retry_at is None else retry_at)
        return self[key].retry_at

    def blocked(self, key: K, now: float) -> E | None:
        """Returns the last error of a key that is not to be tried yet, None for any other."""
        return self[key].error if key in self and self[key].retry_at > now else None

    def move(self, moved: Callable[[K], K | None]) -> None:
        """Gives the failures other keys; ``moved`` returns None for one that is gone."""
        entries = [(new, failed) for old, failed in self.items() if (new := moved(old)) is not None]
        self.clear()
        self.update(entries)

    def forget(self, key: K | None = None) -> None:
        """Forgets that a key failed, or all of them."""
        if key is None:
            self.clear()
        else:
            self.pop(key, None)
