"""When the plan and the snapshot are made anew: soon after each change, and while anything changes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.records import dataclass
from viewer.model.view_state import ShortAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.loop import Loop, Timer
    from viewer.model.view_state import ViewState

NEWS_FOR = 10.0
"""Seconds for which news are shown."""
LEAST_SHOWN = 5.0
"""Seconds that a sentence nobody asked for is shown at least: while it plays the user moves on all the time."""
REFRESH, AT_REST = 0.1, 0.25
"""Seconds between two snapshots of what changes by itself: the timeline, the rates, the progress of a read. The second
while the frame on screen is here and stays: a snapshot, and painting it, takes as long as a quarter of a decode."""


@dataclass(eq=False)
class Refresher:
    """Plans and publishes once soon, however often it is asked to; owner thread only.

    ``_on_plan`` plans anew. ``_on_look`` returns the snapshot; it gets whether to look at what changes by itself.

    Attributes:
        complaint: a sentence to show until the user moves on, or "".
        news: a sentence to show quietly for a while, or "".
        answered: what was answered last to what the user did.
        listener: gets each snapshot.
    """

    _loop: Loop
    _on_plan: Callable[[], None]
    _on_look: Callable[[bool], ViewState]
    complaint: str = ""
    news: str = ""
    answered: ShortAnswer = ShortAnswer()
    listener: Callable[[ViewState], None] = lambda _state: None
    _plan_posted: bool = False
    _look_posted: bool = False
    _is_due: bool = False
    _every: float = REFRESH
    _timer: Timer | None = None
    _news_timer: Timer | None = None
    _shown_until: float = 0.0

    def plan_soon(self) -> None:
        """Has the plan made anew."""
        if not self._plan_posted:
            self._plan_posted = True
            self._loop.post(self._plan)

    def touch(self) -> None:
        """Has a snapshot published."""
        if not self._look_posted:
            self._look_posted = True
            self._loop.post(self._publish)

    def now(self) -> None:
        """Publishes the snapshot that is due, if one is, before anything else is done."""
        if self._look_posted:
            self._publish()

    def later(self) -> None:
        """Has what changes by itself looked at, and a snapshot published, after a moment."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._every, self._refresh)

    def say(self, sentence: str) -> None:
        """Has a sentence shown until the user moves on."""
        self.complaint = sentence
        self._shown_until = 0.0
        self.touch()

    def answer(self, words: str) -> None:
        """Has what the user did answered in few words, that go by themselves; with "" those before go now."""
        if words or self.answered.words:
            self.answered = ShortAnswer(words, self.answered.serial + 1)
            self.touch()

    def mention(self, sentence: str) -> None:
        """Has a sentence shown quietly for a while, in place of the one before."""
        self.news = sentence
        if self._news_timer is not None:
            self._news_timer.cancel()
        self._news_timer = self._loop.call_later(NEWS_FOR, lambda: self.mention("")) if sentence else None
        self.touch()

    def say_unasked(self, sentence: str) -> None:
        """Has a sentence shown that answers nothing the user did: until they move on after :data:`LEAST_SHOWN`.

        It stands behind another such one that has not had its time yet.
        """
        is_behind = self.complaint and self._loop.now() < self._shown_until
        self.say(f"{self.complaint} {sentence}" if is_behind else sentence)
        self._shown_until = self._loop.now() + LEAST_SHOWN

    def move_on(self) -> None:
        """Called when the user moves: what was said has been read."""
        if self._loop.now() >= self._shown_until:
            self.complaint = ""

    def close(self) -> None:
        """Publishes nothing any more."""
        self.listener = lambda _state: None
        for timer in (self._timer, self._news_timer):
            if timer is not None:
                timer.cancel()

    def _plan(self) -> None:
        self._plan_posted = False
        self._on_plan()

    def _refresh(self) -> None:
        self._timer = None
        self._is_due = True
        self.touch()

    def _publish(self) -> None:
        if not self._look_posted:
            return  # it could not wait
        self._look_posted = False
        is_due, self._is_due = self._is_due, False
        state = self._on_look(is_due)
        busy = state.activity.reading or state.activity.decoding or state.activity.bytes_per_second
        changes = busy or state.playing or state.offline or state.fill is not None
        self._every = AT_REST if state.is_true and not state.playing else REFRESH
        if state.listing or (is_due and changes):
            self.later()
        self.listener(state)
