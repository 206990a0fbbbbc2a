"""Copying the picture on the canvas: made on a worker at its own size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from viewer.core.display.look import Look, on_screen
from viewer.core.executor import Failure, Success
from viewer.core.records import dataclass
from viewer.model import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.frame import Frame
    from viewer.core.load.screen_lane import ScreenLane
    from viewer.model.refresher import Refresher

T = TypeVar("T")


@dataclass(eq=False)
class Copying:
    """Makes one copy at a time, of the picture that was asked for last; owner thread only."""

    _screens: ScreenLane
    _refresher: Refresher
    _asked: tuple[Frame, Look] | None = None

    def copy(
        self, frame: Frame, look: Look, convert: Callable[[Frame], T], take: Callable[[T], None], old: str
    ) -> None:
        """Has ``frame`` made for the screen with ``look``, whatever is shown by the time that this is done.

        On a worker it is handed to ``convert``, whose result ``take`` then gets on the owner thread. ``old`` is what is
        to be said of a copy that may be old, or "". The same again while it is being made is the same copy, another one
        takes its place.
        """
        from viewer.core.display.proxy import shown_part  # noqa: PLC0415 - only for what is copied

        asked = frame, look
        if self._asked == asked:
            return
        self._asked = asked

        def done(outcome: Success[T] | Failure) -> None:
            if self._asked is not asked:
                return
            self._asked = None
            if isinstance(outcome, Failure):
                self._refresher.say(f"The picture could not be copied: {messages.cause(outcome.error)}.")
            else:
                take(outcome.value)
                self._refresher.mention(f"Copied: {old}" if old else "Copied")

        self._screens.make_next(lambda: convert(on_screen(shown_part(frame), look)), done)
