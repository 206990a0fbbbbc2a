"""Completing: the frame at rest is had once more where only its copy is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.load.plan import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.load.holdings import Holdings
    from viewer.core.load.plan import Plan
    from viewer.core.loop import Loop, Timer

AT_REST = 0.3
"""Seconds for which a frame must have been wanted before its file is got anew: steps along copies must read nothing."""


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

        ``blocks`` returns whether a path is not to be tried now, ``on_rest`` is called when the wanted frame's file may
        be got anew.
        """
        self._loop = loop
        self._holdings = holdings
        self._blocks = blocks
        self._on_rest = on_rest
        self._plan = NOTHING
        self._tried_with = 0  # the bytes of a picture that were allowed when it was decoded for this
        self._timer: Timer | None = None
        self.may_read = False

    def use(self, plan: Plan) -> None:
        """Takes the newest plan."""
        if plan.wanted != self._plan.wanted:
            self.close()
            self._tried_with, self.may_read = 0, False
            self._timer = self._loop.call_later(AT_REST, self._rest)
        self._plan = plan

    def close(self) -> None:
        """Calls nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def look(self) -> str | None:
        """Returns the path of the frame that is to be had once more, None for none."""
        path = self._plan.wanted
        if path is None or not self._holdings.lacks_source(path):
            self._tried_with = 0
            return None
        is_tried = self._tried_with >= self._holdings.allowed_bytes
        return None if is_tried or self._plan.steady or self._plan.in_passing or self._blocks(path) else path

    def note_try(self) -> None:
        """Notes that it is being decoded."""
        self._tried_with = self._holdings.allowed_bytes

    def _rest(self) -> None:
        self.may_read = True
        self._on_rest()
