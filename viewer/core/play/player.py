"""Playing: steps in time with a clock, showing every frame or keeping time."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop, Timer

RESERVE, RESERVE_MOST = 0.5, 1.5
"""Seconds of playing that must be ready for the full rate; with fewer it slows down in proportion.

More seconds when so few frames come that those of half a second would be fewer than come at once.
"""
SETTLED_AFTER = 1.0
"""Seconds after which the pace of playing changes only gradually; until then it follows the supply at once."""
COME_AT_ONCE = 10
"""Frames that come at once over a link of high latency, at most: about as many as are read at once."""
LOOK_AGAIN = 0.02
"""Seconds between two looks at how many frames are ready, while playing is slower than its rate."""
PREROLL, PREROLL_MOST = 0.5, 1.5
"""Seconds of playing that must be ready before the clock starts, and the most seconds to wait for them."""
MOST_STEPS = 120
"""Steps a second while keeping time, at most; faster rates pass several frames at once, as no screen shows more."""
ROUNDING = 1e-6
"""Differences in seconds, or frames, that count as none."""
MEASURED = 2.0
"""Seconds over which the rate of the frames seen is measured."""


class Player:
    """Calls ``advance`` in time with a clock; owner thread only.

    When it shows every frame, the pace follows the frames that are ready: with those of half a second, or all there
    are, it is the full rate, and with fewer it is lower in proportion. So when frames come too slowly, playing slows
    down evenly to their supply, in place of running and waiting by turns. When it keeps time, the clock alone decides,
    and frames that are not ready in time are left out.

    Attributes:
        playing: whether it plays.
        rate: frames a second that it aims at.
        keeps_time: whether frames that come late are left out.
        dropped: frames left out since it began to play, by coming late.
    """

    def __init__(
        self, loop: Loop, advance: Callable[[int], tuple[int, int] | None], count_ready: Callable[[int], float]
    ) -> None:
        """Makes a player that stands still.

        Args:
            loop: the clock.
            advance: goes on by so many frames, or by fewer, down to none, to the last of them that is here; only one
                that is asked for alone while every frame is shown is gone to wherever it is. Returns by how many it
                went, and how many of those it passed were to be seen and late; None when there is none left, which
                ends the playing.
            count_ready: returns how many of the next frames, up to the number given, are ready one after the other;
                infinity when all that are still to come are, or when there is no room for more.
        """
        self._loop = loop
        self._advance = advance
        self._count_ready = count_ready
        self.playing = False
        self.rate = 24.0
        self.keeps_time = False
        self.dropped = 0
        self._timer: Timer | None = None
        self._began = 0.0
        self._stepped_at = 0.0
        self._steps = 0
        self._pace = 0.0
        self._reserve = RESERVE
        self._followed_at = 0.0
        self._is_seen = True
        self._seen: deque[float] = deque()

    @property
    def pace(self) -> float:
        """Frames a second that it plays at now, by the frames that are ready; 0.0 while it stands."""
        return self._pace if self.playing else 0.0

    @property
    def stride(self) -> int:
        """By how many frames a step goes on while keeping time, if nothing is late."""
        return math.ceil(self.rate / MOST_STEPS)

    @property
    def behind(self) -> int:
        """By how many frames the frame on screen lags behind the clock; 0 unless it keeps time."""
        if not (self.playing and self.keeps_time and self._steps >= 0):
            return 0
        return int((self._loop.now() - self._began) * self.rate + ROUNDING) - self._steps

    @property
    def shown_per_second(self) -> float:
        """Frames seen a second over the last two seconds; 0.0 when there were none to measure by."""
        now = self._loop.now()
        while self._seen and self._seen[0] < now - MEASURED:
            self._seen.popleft()
        if not self.playing or len(self._seen) < 2:  # noqa: PLR2004 - one frame has no rate
            return 0.0
        # Up to now: nothing seen for a while is a lower rate too.
        until = max(self._seen[-1], now - 1 / self.rate)
        seconds = until - self._seen[0]
        return (len(self._seen) - 1) / seconds if seconds > 0 else 0.0  # a coarse clock may not have gone on

    def set_rate(self, rate: float) -> None:
        """Changes the frames a second that it aims at, above 0."""
        if rate != self.rate:
            self.rate = rate
            self._start_clock()

    def set_keeps_time(self, *, keeps_time: bool) -> None:
        """Sets whether frames that come late are left out, in place of slowing down."""
        if keeps_time != self.keeps_time:
            self.keeps_time = keeps_time
            self._start_clock()

    def play(self) -> None:
        """Starts; the first step comes after one frame's time at the earliest."""
        if not self.playing:
            self.playing = True
            self.dropped = 0
            self._seen.clear()
            self._start_clock()

    def stop(self) -> None:
        """Stops where it is."""
        self.playing = False
        self._cancel()

    def waits_for_frame(self) -> None:
        """Called when the picture of the present frame is not on screen yet."""
        self._is_seen = False

    def frame_seen(self) -> None:
        """Called when the picture of the present frame has come on screen."""
        if self.playing and not self._is_seen:
            self._seen.append(self._loop.now())
        self._is_seen = True
        if self.playing and self._timer is None:
            self._wait()

    def _start_clock(self) -> None:
        self._began = self._stepped_at = self._loop.now()
        self._pace, self._reserve = 0.0, RESERVE
        self._steps = -1 if self.keeps_time else 0  # the clock does not run yet
        if self.playing:
            self._wait()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self, least: float = 0.0) -> None:
        """Waits for the next step, or for the next look at the frames that are ready, ``least`` seconds."""
        self._cancel()
        if self.keeps_time:
            next_step = self._steps + self.behind + self.stride
            wait = LOOK_AGAIN if self._steps < 0 else self._began + next_step / self.rate - self._loop.now()
        else:
            self._follow_supply()
            wait = self._stepped_at + 1 / self._pace - self._loop.now()
            if self._pace < self.rate * (1 - ROUNDING):
                wait = min(wait, LOOK_AGAIN) if wait > 0 else LOOK_AGAIN / 4
        self._timer = self._loop.call_later(max(least, wait), self._tick)

    def _follow_supply(self) -> None:
        """Changes the pace to suit the frames that are ready; gradually, as several come at once but are shown evenly.

        The number of ready frames grows by those that come and falls by those that are shown, so that this is a control
        loop of the second order; with a time constant of half the reserve it neither swings nor lags.
        """
        now, shown = self._loop.now(), self.shown_per_second
        part = 1.0
        if now - self._began > SETTLED_AFTER and shown:
            aimed = min(max(RESERVE, COME_AT_ONCE / shown), RESERVE_MOST)
            self._reserve += (aimed - self._reserve) * (1 - math.exp((self._followed_at - now) / MEASURED))
            part = 1 - math.exp(2 * (self._followed_at - now) / self._reserve)
        frames = max(1, math.ceil(self.rate * self._reserve))
        possible = self.rate * min(1.0, max(1.0, self._count_ready(frames)) / frames)
        self._pace += (possible - self._pace) * part
        self._followed_at = now

    def _tick(self) -> None:
        self._timer = None
        if self.keeps_time:
            self._keep_time()
        else:
            self._show_every_frame()

    def _keep_time(self) -> None:
        now = self._loop.now()
        if self._steps < 0:
            few = self._count_ready(max(1, math.ceil(self.rate * PREROLL))) < self.rate * PREROLL
            if (few or not self._is_seen) and now - self._stepped_at < PREROLL_MOST:
                self._wait()
                return
            self._began, self._steps = now, 0
        self._pace = self.rate
        if self.behind > 0:
            self._go_on(self.behind)
        else:
            self._wait()

    def _show_every_frame(self) -> None:
        if not self._is_seen:
            return  # frame_seen goes on from here
        now = self._loop.now()
        self._follow_supply()
        due = self._stepped_at + 1 / self._pace
        is_late = self._count_ready(1) < 1 and now - self._stepped_at < RESERVE
        if due > now + ROUNDING or is_late:
            self._wait(LOOK_AGAIN / 4 if is_late else 0.0)
            return
        # Lateness of less than a frame is made up for, so that the average keeps the rate; more is forgotten.
        self._stepped_at = due if now - due < 1 / self.rate else now
        self._go_on(1)

    def _go_on(self, by: int) -> None:
        outcome = self._advance(by)
        if outcome is None:
            self.stop()
            return
        if self.keeps_time:
            gone, late = outcome
            self.dropped += late
            self._steps += gone
        if self.playing and self._timer is None:
            self._wait()
