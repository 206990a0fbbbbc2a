"""Which read goes first over the link, and what holds up the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.storage.transfer import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.transfer import Transfer


class RightOfWay:
    """The read that has the link to itself, the one that may follow it, and the gate for all others; owner thread only.

    Attributes:
        gate: where the reads wait that are not urgent.
        limit: the speed limit of those, in bytes a second; 0 begins none any more, None is none.
        next: the path whose read may follow the first, None for none.
    """

    def __init__(self, loop: Loop, on_follow: Callable[[], None]) -> None:
        """Gives the link to all reads alike; ``on_follow`` is called when the next read may follow the first."""
        self.gate = Gate()
        self.limit: float | None = None
        self._loop = loop
        self._on_follow = on_follow
        self._first: Transfer | None = None
        self.next: str | None = None
        self._next_may_follow = False
        self._timer: Timer | None = None

    @property
    def is_open(self) -> bool:
        """Whether no read has the link to itself, so that all go on."""
        return self._first is None

    def set_limit(self, bytes_per_second: float | None) -> None:
        """Sets the speed limit of the reads that are not urgent; 0 slows down none that has begun."""
        self.limit = bytes_per_second
        self.gate.set_limit(bytes_per_second or None)

    def give(self, first: Transfer | None) -> bool:
        """Gives the link to ``first``, to all reads alike if it is None; returns whether another one had it before."""
        if first is self._first:
            return False
        self._first, self._next_may_follow = first, False
        self._cancel_timer()
        self.gate.set_open(is_open=first is None)
        return True

    def let_next_follow_in(self, seconds: float) -> None:
        """Lets the next read follow the present first one after ``seconds``, unless another is first by then."""
        self._timer = self._loop.call_later(seconds, self._let_next_follow)

    def has(self, path: str, transfer: Transfer) -> bool:
        """Returns whether the read of ``path`` has the link, as the first or as the one that follows."""
        return transfer is self._first or (self._next_may_follow and path == self.next)

    def is_unhindered(self, transfer: Transfer) -> bool:
        """Returns whether nothing holds ``transfer`` up but the link."""
        return transfer.urgent or (self.is_open and not self.limit)

    def close(self) -> None:
        """Lets all reads go on, so that they end."""
        self.gate.set_open(is_open=True)
        self._cancel_timer()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _let_next_follow(self) -> None:
        self._timer, self._next_may_follow = None, True
        self._on_follow()
