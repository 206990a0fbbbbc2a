"""Playing: steps in time with a clock, showing every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop, Timer


class Player:
    """Calls ``advance`` at a steady rate, and later when the frame before has not been seen yet; owner thread only.

    No frame is skipped: when frames come too slowly, playing slows down to what comes.
    """

    def __init__(self, loop: Loop, advance: Callable[[], bool]) -> None:
        """Makes a player that stands still.

        Args:
            loop: the clock.
            advance: takes one step; returns False when there is none left, which ends the playing.
        """
        self._loop = loop
        self._advance = advance
        self._rate = 24.0
        self._timer: Timer | None = None
        self._due = 0.0
        self._seen = True
        self._held_up = False
        self._playing = False

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._playing

    @property
    def rate(self) -> float:
        """Frames a second that it aims at."""
        return self._rate

    def set_rate(self, rate: float) -> None:
        """Changes the frames a second that it aims at, above 0."""
        self._rate = rate
        if self._playing:
            self._due = self._loop.now() + 1 / rate
            self._wait()

    def play(self) -> None:
        """Starts; the first step comes after one frame's time."""
        if not self._playing:
            self._playing = True
            self._due = self._loop.now() + 1 / self._rate
            self._wait()

    def stop(self) -> None:
        """Stops where it is."""
        self._playing = self._held_up = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def waits_for_frame(self) -> None:
        """Is told that the picture of the present frame is not on screen yet."""
        self._seen = False

    def frame_seen(self) -> None:
        """Is told that the picture of the present frame is on screen."""
        self._seen = True
        if self._held_up:
            self._tick()

    def _wait(self) -> None:
        self._held_up = False
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(0.0, self._due - self._loop.now()), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._held_up = not self._seen
        if self._held_up:
            return  # frame_seen goes on from here
        # Lateness of less than a frame is made up for, so that the average keeps the rate; more is forgotten.
        self._due = max(self._due + 1 / self._rate, self._loop.now())
        if not self._advance():
            self.stop()
        elif self._playing:
            self._wait()
