"""Completing: the frame at rest is had once more, at its own size, where only its copy is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.load.plan import NOTHING, Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.load.holdings import Holdings
    from viewer.core.load.plan import Plan
    from viewer.core.loop import Loop, Timer

STILL, AT_REST = 0.1, 0.3
"""Seconds for which a frame must have been wanted before it is decoded anew, and before its file is got anew for that.

Steps that follow each other faster leave the decoders to the frames to come; steps along copies must read nothing.
"""


class Completing:
    """Whether the wanted frame, of which there is a copy, is to be had at its own size too; owner thread only.

    Its numbers, and a picture to be taken along, are there only then. A frame whose decoding brings no more than a copy
    is decoded once.

    Attributes:
        may_read: whether its file may be got anew.
    """

    def __init__(
        self, loop: Loop, holdings: Holdings, blocks: Callable[[str], bool], on_rest: Callable[[], None]
    ) -> None:
        """Wants nothing yet.

        ``blocks`` returns whether a path is not to be tried now, ``on_rest`` is called when the wanted frame may be
        decoded anew, and when its file may be got anew.
        """
        self._loop = loop
        self._holdings = holdings
        self._blocks = blocks
        self._on_rest = on_rest
        self._plan = NOTHING
        self._tried_with = 0  # the bytes of a picture that were allowed when it was decoded for this
        self._timers: tuple[Timer, ...] = ()
        self._is_still = self.may_read = False

    def use(self, plan: Plan) -> None:
        """Takes the newest plan."""
        if plan.wanted != self._plan.wanted:
            self.close()
            self._tried_with, self._is_still, self.may_read = 0, False, False
            self._timers = tuple(self._loop.call_later(seconds, self._rest) for seconds in (STILL, AT_REST))
        self._plan = plan

    def close(self) -> None:
        """Calls nothing any more."""
        for timer in self._timers:
            timer.cancel()

    def look(self) -> str | None:
        """Returns the path of the frame that is to be had once more now, None for none."""
        return self.due() if self._is_still else None

    def due(self) -> str | None:
        """Returns the path of the frame that is to be had once more when it has been still, None for none."""
        path = self._plan.wanted
        if path is None or not self._holdings.lacks_source(path):
            self._tried_with = 0
            return None
        is_tried = self._tried_with >= self._holdings.allowed_bytes
        return path if not is_tried and self._plan.pace is Pace.RESTING and not self._blocks(path) else None

    def note_try(self) -> None:
        """Notes that it is being decoded."""
        self._tried_with = self._holdings.allowed_bytes

    def _rest(self) -> None:
        self.may_read, self._is_still = self._is_still, True
        self._on_rest()
