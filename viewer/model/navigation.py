"""Where the user's moves lead: steps, held keys, jumps and scrubbing; and the moves that the program makes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from viewer.core.play.step_rate import StepRate
from viewer.core.records import dataclass, field, replace
from viewer.model.history import History
from viewer.model.playback import MOST_SKIPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.frame import FrameNumber
    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop, Timer
    from viewer.core.play.playhead import Playhead
    from viewer.model.canvas_content import CanvasContent
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.playback import Playback

GLANCE = 1.5
"""Seconds that the newest frame is shown before going back."""
SOON, SOON_HELD = 4, 64
"""Frames that a user who has just moved may go through in two seconds, and those that a held key goes through."""


@dataclass(eq=False)
class Navigator:
    """Works out where moves lead, from how the user has moved so far; owner thread only. It moves nothing itself.

    ``_on_rest`` is called when steps that were faster than the link have ended.

    Attributes:
        history: the frames that the user has jumped from.
        step_rate: how fast the user goes.
    """

    _loop: Loop
    _loader: Loader
    _canvas: CanvasContent
    _playback: Playback
    _on_rest: Callable[[], None]
    step_rate: StepRate = field(default_factory=StepRate)
    _pending_step: int = 0
    _held_from: int | None = None
    _skips: int = 0
    _scrub_from: FrameNumber | None = None
    _seen: str = ""
    _timed: str = ""
    _rest: Timer | None = None
    history: History = field(default_factory=History)

    def soon(self) -> int:
        """Returns about how many frames the user goes through within the two seconds after the last move."""
        return SOON_HELD if self.is_held else max(SOON, math.ceil(2 * abs(self.step_rate.speed)))

    @property
    def is_held(self) -> bool:
        """Whether a held key waits for the frame that it has led to."""
        return self._held_from is not None

    def close(self) -> None:
        """Calls nothing any more."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    # Steps

    def step(self, here: OpenSequence, by: int, *, held: bool) -> Playhead | None:
        """Returns where a step leads, which passes over frames that are skipped; None while it has to wait.

        A step of a held key is taken only when the frame of the last one has been seen; one at the most waits for that.
        """
        if not held:
            self.step_rate.note(self._loop.now(), by)
        elif self.is_seen(here):
            self.step_rate.stop()
        else:
            self._pending_step = by
            return None
        return self._stepped(here.playhead, by)

    def let_go(self, here: OpenSequence) -> Playhead | None:
        """Returns where to go when no key is held any more: back to the frame on screen; None where that is."""
        held_from, self._pending_step = self._held_from, 0
        if held_from is None or self.is_seen(here):
            return None
        return replace(here.playhead, index=held_from)

    def skip(self, here: OpenSequence) -> Playhead | None:
        """Returns where to go on from a frame that turned out not to be showable; None for staying."""
        if not (self._skips and self._canvas.is_skipped(here.playhead.index)):
            return None
        after = self._stepped(here.playhead, 1 if self._skips > 0 else -1)
        return None if after.index == here.playhead.index else after

    def _stepped(self, playhead: Playhead, by: int) -> Playhead:
        after = playhead.stepped(by)
        for _ in range(MOST_SKIPPED):
            if not self._canvas.is_skipped(after.index):
                return after
            following = after.stepped(1 if by > 0 else -1).with_stride(after.stride)
            if following.index == after.index:
                break
            after = following
        return playhead  # there is nothing to be shown any more that way

    def note_move(self, skips: int, held_from: int | None) -> None:
        """Notes a move of the user, and which way it goes on where a frame cannot be shown: 0 for staying there.

        A held key has ``held_from`` left the position; None is for another move.
        """
        self._skips, self._held_from, self._pending_step = skips, held_from, 0

    # Jumps

    def jump(self, here: OpenSequence, position: int, *, is_noted: bool = False) -> Playhead:
        """Returns where a jump leads, from which the user may want to go back; what plays goes on from there.

        The history notes where it begins, unless that ``is_noted`` already.
        """
        if not is_noted and abs(position - here.playhead.index) > 1:
            self.history.note(here.visit)
        self.step_rate.stop()
        playhead = here.playhead.jumped(position)
        return playhead.with_stride(here.playhead.stride) if playhead.playing else playhead

    # Scrubbing

    def scrub(self, here: OpenSequence, number: int, *, is_offset: bool) -> Playhead:
        """Returns where dragging leads: one of many such moves, of which the history keeps the beginning."""
        if self._scrub_from is None:
            self._scrub_from = here.number
            self.history.note(here.visit)
        position = here.positions.nearest(self._scrub_from + number if is_offset else number)
        self.step_rate.note(self._loop.now(), position - here.playhead.index)
        return here.playhead.jumped(position)

    def scrub_ended(self) -> None:
        """Called when the dragging has ended: the user looks at the present frame."""
        self._scrub_from = None
        self.step_rate.stop()

    # What has been seen

    def is_seen(self, here: OpenSequence) -> bool:
        """Returns whether the frame where the playhead is, or why it cannot be shown, is on screen."""
        return self._seen == here.frame_key

    def note_seen(self, here: OpenSequence) -> int:
        """Notes that the present frame is on screen; returns the step of a held key that has waited for that, or 0."""
        self._seen, self._held_from = here.frame_key, None
        if here.path is not None and self._timed != self._seen and self._loader.failures.error(here.path) is None:
            self._timed = self._seen
            step = self._loader.trace.step_time(here.path, self._canvas.arrived_at, self._loop.now())
            self._loader.statistics.note_step(step)
        return self._pending_step

    def arrive(self) -> None:
        """Called when the playhead has come to another frame: the time of the step there is to be taken."""
        self._timed = ""

    def leave(self) -> None:
        """Called when the sequence closes: nothing of it is on screen, and no step waits."""
        self._seen = ""
        self._pending_step, self._held_from = 0, None
        self.step_rate.stop()

    # Passing by

    def is_idle(self, here: OpenSequence | None) -> bool:
        """Returns whether the user waits for nothing: the frame on screen is here, and has been for a moment."""
        return here is not None and self._rest is None and self._playback.is_ready(here.playhead.index)

    def is_passing(self, here: OpenSequence) -> bool:
        """Returns whether the user goes on faster than the link brings frames; calls back when that ends."""
        self.close()
        rest = self.step_rate.rest_after(self._loop.now())
        if not rest or self._playback.is_ready(here.playhead.index):
            return False
        rate, file_bytes = self._loader.reads.link.bytes_per_second, self._loader.holdings.files.mean
        outrun = rate > 0 and abs(self.step_rate.speed) * file_bytes > rate
        if not outrun:
            return False
        self._rest = self._loop.call_later(rest, self._come_to_rest)
        return True

    def _come_to_rest(self) -> None:
        self._rest = None
        self.step_rate.stop()
        self._on_rest()


@dataclass(eq=False)
class Glance:
    """A look at the newest frame, after which ``_on_end`` is called with the frame to go back to; owner thread only.

    Attributes:
        back_to: the number of that frame, None while there is no glance.
    """

    _loop: Loop
    _on_end: Callable[[FrameNumber], None]
    _timer: Timer | None = None
    back_to: FrameNumber | None = None

    def begin(self, back_to: FrameNumber) -> None:
        """Begins one that ends by itself after :data:`GLANCE` seconds."""
        self.end()
        self.back_to = back_to
        self._timer = self._loop.call_later(GLANCE, lambda: self._come_back(back_to))

    def end(self) -> None:
        """Ends it where the picture is now."""
        self.back_to = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _come_back(self, number: FrameNumber) -> None:
        self.end()
        self._on_end(number)
