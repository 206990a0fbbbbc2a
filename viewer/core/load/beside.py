"""The frames beside: those of other sequences that a key leads to are got once the user rests."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from viewer.core.load.plan import NOTHING, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.load.holdings import Holdings
    from viewer.core.load.plan import Plan, Soonest
    from viewer.core.loop import Loop, Timer

AT_REST = 0.75
"""Seconds for which a frame must have been wanted before those beside it are got: single steps must get none."""
AROUND = 5
"""Frames of the plan that go before those beside it: the frame on screen, the next three and the one before."""
MOST_TRIES = 4
"""Times that one is got or decoded during one rest: once each, unless the window changes its size."""


class Beside:
    """Which of the frames beside the wanted one are to be got now; owner thread only.

    They come after the frames around it, and only where memory has room for all of these. Where the frame on screen is
    not all that is wanted, as while a key is held, none is.
    """

    def __init__(
        self,
        loop: Loop,
        holdings: Holdings,
        passed_over: tuple[Callable[[str], object], ...],
        on_rest: Callable[[], None],
    ) -> None:
        """Wants nothing yet.

        One of ``passed_over`` returns something of a path that is being got or decoded, or cannot be had; ``on_rest``
        is called when the wanted frame has been at rest.
        """
        self._loop = loop
        self._holdings = holdings
        self._passed_over = passed_over
        self._on_rest = on_rest
        self._plan = NOTHING
        self._tries: Counter[str] = Counter()
        self._is_resting = False
        self._timer: Timer | None = None

    def use(self, plan: Plan) -> None:
        """Takes the newest plan."""
        if plan.wanted != self._plan.wanted:
            self.close()
            self._tries.clear()
            self._is_resting = False
            self._timer = self._loop.call_later(AT_REST, self._rest)
        self._plan = plan

    def close(self) -> None:
        """Calls nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def due(self, soonest: Soonest) -> Iterator[str]:
        """Yields the paths to be got or decoded now, the more useful first; ``soonest`` are those of the plan."""
        plan, holdings = self._plan, self._holdings
        if not (self._is_resting and plan.beside and plan.pace is Pace.RESTING):
            return
        around = [*soonest.first(AROUND)]
        if not all(path in holdings.files or self._needs_nothing(path) for path in around):
            return
        room = holdings.shown.room - sum(map(holdings.frame_size, around))
        for path in plan.beside:
            room -= holdings.frame_size(path)
            if room < 0:
                return
            if self._tries[path] < MOST_TRIES and not self._needs_nothing(path):
                yield path

    def _needs_nothing(self, path: str) -> bool:
        return self._holdings.is_ready(path) or any(is_so(path) for is_so in self._passed_over)

    def note(self, path: str) -> None:
        """Notes that the file of a path has come, or is being decoded."""
        self._tries[path] += 1

    def _rest(self) -> None:
        self._is_resting = True
        self._on_rest()
