"""The prefetcher as a whole: whatever is asked for, in whatever order it comes, what is promised holds.

On threads only: what is looked at is the engine, which is the same for both, and hundreds of processes take their time.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from held_loads import LONG, held, until
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.access import AccessPattern, sequential
from viewer.core.prefetch.prefetcher import Prefetcher

if TYPE_CHECKING:
    from concurrent.futures import Future

SIZE = 10
"""Bytes that each item is said to take."""


class Loads:
    """Loads that end when the test says so. An item is its number, and becomes a hundred more.

    Attributes:
        running: the items that are being loaded now.
        ended: how many loads have ended.
        strange: the items that nobody should have asked for: none such, or one that is being loaded already.
    """

    def __init__(self, length: int) -> None:
        self.running: list[int] = []
        self.ended = 0
        self.strange: list[int] = []
        self._length = length
        self._may_end: set[int] = set()
        self._is_open = False
        self._changed = threading.Condition()

    def __call__(self, item: int) -> int:
        with self._changed:
            if item in self.running or not 0 <= item < self._length:
                self.strange.append(item)
            self.running.append(item)
            self._changed.wait_for(lambda: self._is_open or item in self._may_end, LONG)
            self._may_end.discard(item)
            self.running.remove(item)
            self.ended += 1
        return item + 100

    def end(self, item: int) -> None:
        with self._changed:
            self._may_end.add(item)
            self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self._is_open = True
            self._changed.notify_all()


class Settings(NamedTuple):
    """How a prefetcher is made; ``most`` is how many items the bytes are for."""

    length: int
    ahead: int
    behind: int
    most: int | None
    workers: int
    repeat: Repeat


class Asked(NamedTuple):
    """Asking for an item, also for one that is here already."""

    position: int


class Ended(NamedTuple):
    """One of the loads that are under way comes to its end."""

    which: int


class Kept(NamedTuple):
    """An item is kept, or no longer."""

    position: int
    keep: bool


def settings() -> st.SearchStrategy[Settings]:
    return st.builds(
        Settings,
        st.integers(1, 30),
        st.integers(0, 5),
        st.integers(0, 4),
        st.none() | st.integers(0, 8),
        st.integers(1, 3),
        st.sampled_from(Repeat),
    )


def stories() -> st.SearchStrategy[list[Asked | Ended | Kept]]:
    """Draws what happens: steps as well as jumps, and loads that end in any order."""
    position = st.integers(0, 29)
    steps = st.builds(
        lambda first, stride, count: [Asked(first + stride * step) for step in range(count)],
        position,
        st.sampled_from([1, -1, 2, -3]),
        st.integers(1, 6),
    )
    ends = st.lists(st.builds(Ended, st.integers(0, 5)), max_size=4)
    keeps = st.lists(st.builds(Kept, position, st.booleans()), max_size=2)
    return st.lists(steps | ends | keeps, max_size=10).map(lambda lists: [each for some in lists for each in some])


class Memory:
    """What must be in memory, reckoned from what was asked for and what came.

    Attributes:
        pattern: where somebody is.
        used: the current item, if it is there, and the last ones beside it, in the order of their use.
        kept: what is to be kept.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pattern: AccessPattern | None = None
        self.used: list[int] = []
        self.kept: set[int] = set()

    def ask(self, position: int) -> None:
        length, repeat = self.settings.length, self.settings.repeat
        if self.pattern is None:
            self.pattern = AccessPattern(position, 1, length, repeat)
        else:
            self.pattern = self.pattern.moved_to(position, length)
        self._give_up()

    def use(self, position: int) -> None:
        self.used = [each for each in self.used if each != position] + [position]
        self._give_up()

    def _give_up(self) -> None:
        here = None if self.pattern is None else self.pattern.position
        others = [each for each in self.used if each != here]
        beyond = others[: max(0, len(others) - self.settings.behind)]
        self.used = [each for each in self.used if each not in beyond]

    def window(self) -> set[int]:
        if self.pattern is None:
            return set()
        following = dict.fromkeys(each for each in sequential(self.pattern) if each != self.pattern.position)
        return {*[*following][: self.pattern.depth(self.settings.ahead, self.settings.behind)]}


class Scene:
    """A prefetcher, its loads, and what is expected of both."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.loads = Loads(settings.length)
        most = settings.most
        self.frames: Prefetcher[int] = Prefetcher(
            range(settings.length),
            self.loads,
            ahead=settings.ahead,
            predict=lambda at: sequential(at),  # noqa: PLW0108 - jumps end no trust in another one
            behind=settings.behind,
            max_bytes=None if most is None else most * SIZE + bool(most) * (SIZE - 1),
            workers=settings.workers,
            repeat=settings.repeat,
            size_of=lambda _item: SIZE,
        )
        self.expected = Memory(settings)
        self.asked: list[tuple[int, Future[int]]] = []

    def play(self, event: Asked | Ended | Kept) -> None:
        match event:
            case Asked(position):
                self._ask(position % self.settings.length)
            case Ended(which) if self.loads.running:
                self._end(self.loads.running[which % len(self.loads.running)])
            case Kept(position, keep=keep):
                self._keep(position % self.settings.length, keep=keep)
        self._settle()

    def _ask(self, position: int) -> None:
        is_sure = self.settings.most is None and position in self.expected.used
        self.expected.ask(position)
        if is_sure:
            assert self.frames.get(position, timeout=0) == position + 100
            self.expected.use(position)
            return
        future = self.frames.future(position)
        if future.done():
            assert future.result() == position + 100
            self.expected.use(position)
        else:
            self.asked.append((position, future))

    def _end(self, item: int) -> None:
        waiting = [future for position, future in self.asked if position == item and not future.done()]
        ended = self.frames.stats.loads
        self.loads.end(item)
        until(lambda: self.frames.stats.loads == ended + 1)
        for future in waiting:
            assert future.result(LONG) == item + 100
        if waiting:
            self.expected.use(item)

    def _keep(self, position: int, *, keep: bool) -> None:
        if keep:
            self.frames.keep(position)
            self.expected.kept.add(position)
        else:
            self.frames.release(position)
            self.expected.kept.discard(position)

    def _settle(self) -> None:
        """Waits until every load that has begun is in the test's hands."""

        def settled() -> bool:
            self.frames.release()  # has the next loads begin
            return self.frames.stats.under_way == len(self.loads.running)

        until(settled, lambda: (self.frames.stats, self.loads.running))

    def check(self) -> None:
        """What holds at any time."""
        settings = self.settings
        here = held(self.frames)
        kept = self.expected.kept & set(here)
        waiting = {position for position, future in self.asked if not future.done()}
        stats = self.frames.stats
        assert self.loads.strange == []
        assert len(self.loads.running) <= settings.workers + 1
        assert stats.held == len(here)
        assert stats.held_bytes == len(here) * SIZE
        assert len(here) <= settings.ahead + settings.behind + 1 + len(kept)
        if settings.most is not None:
            # Only what was asked for itself, or to be kept, comes though there is no room.
            assert len(here) <= max(settings.most, len(kept) + 1)
            assert stats.held + stats.under_way <= max(settings.most, len(kept) + 1) + len(waiting)

    def check_rest(self) -> None:
        """What holds when all has come."""
        while self.loads.running:
            self._end(self.loads.running[0])
            self._settle()
            self.check()
        assert all(future.done() for _, future in self.asked)
        if self.settings.most is None:
            assert set(held(self.frames)) >= self.expected.window().union(self.expected.used)
        stats = self.frames.stats
        assert stats.under_way == 0
        assert stats.loads == self.loads.ended
        assert stats.failures == 0
        assert stats.misses <= stats.loads


@given(settings(), stories())
def test_the_engine_keeps_its_promises_whatever_happens(settings: Settings, story: list[Asked | Ended | Kept]) -> None:
    scene = Scene(settings)
    with scene.frames:
        try:
            for event in story:
                scene.play(event)
                scene.check()
            scene.check_rest()
        finally:
            scene.loads.open()
