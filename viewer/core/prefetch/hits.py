"""The requests that were answered from memory and are still to be noted."""

from __future__ import annotations

from collections import deque

MOVES_AT_MOST = 64
"""Hits that may wait until a thread notes them; with more, the caller does it."""


class Hits:
    """The hits that were not noted yet: where callers went, and how long they waited. Any thread, without a lock.

    Attributes:
        waits: seconds for which callers waited.
        moves: the positions and strides; changed by the methods only.
    """

    def __init__(self) -> None:
        self.waits: deque[float] = deque()
        self.moves: deque[tuple[int, int | None]] = deque()
        self._is_due = False
        self._is_watched = False

    def add(self, position: int, stride: int | None, *, is_busy: bool) -> bool:
        """Adds a request for ``position``; returns whether a thread is to be woken that notes it.

        That is not needed if one is woken already, or looks from time to time, or if one ``is_busy`` that will look.
        """
        self.moves.append((position, stride))
        if self._is_due or self._is_watched or is_busy:
            return False
        self._is_due = True
        return True

    def take(self) -> list[tuple[int, int | None]]:
        """Returns the positions and strides, the first first; others may come meanwhile."""
        return [self.moves.popleft() for _ in range(len(self.moves))]

    def note_woken(self) -> None:
        """Notes that the thread that was woken is about to look."""
        self._is_due = False

    def watch(self, *, is_wanted: bool, is_busy: bool) -> bool:
        """Returns whether a thread should look from time to time: if that ``is_wanted``, and there are any, or work."""
        self._is_watched = False  # first, or one could come between the look at them and this
        self._is_watched = is_wanted and (is_busy or bool(self.moves))
        return self._is_watched
