"""What is likely to be asked for next: the positions wanted ahead, and how far they were gone through."""

from __future__ import annotations

import itertools
import math
import operator
from collections import deque
from typing import TYPE_CHECKING

from viewer.core.calling import called
from viewer.core.executor import report
from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.access import AccessPattern, sequential
from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

GUESSES = 10
"""Guesses of a predictor that are looked at for each item to load ahead: it may go on for ever."""

RETURNED, ADDED = 1.1, 0.01
"""What a credit for one item to load ahead grows by: when an item that was loaded so is used, and with each request.

Together with what there is at the start, this is what loading in vain may cost: a tenth of what is asked for."""
DEBT = 4.0
"""How far the credit may be overdrawn for the next item of a run that is likely to go on."""
LEAST = 10
"""The credit at the start, and at most, unless more items are loaded ahead: enough for the first jumps too."""
HABIT, RUNS = 3, 8
"""Runs that make a habit; those that are remembered."""
RARE = 6
"""Items of a run, on average, from which on its end is so rare that the next item is loaded ahead in any case."""
PERIOD, PERIODS = 8, 3
"""Moves at most that repeat; how often in a row they must have come before they are expected to go on."""
LONG = 5
"""Times the items loaded ahead: so long a run pays for all of them, though they are in vain in the end."""


@dataclass(eq=False)
class _Trust:
    """How far the guess that a caller goes on step by step has proved right; one thread at a time.

    A caller who goes on in steps has all items loaded ahead. Of one who jumps or turns, the runs between are
    remembered: the present one is likely to go as far as they went. There is a credit besides: each item loaded ahead
    uses it up, and gives it back, and more, if it is used.

    Attributes:
        most: how many items are loaded ahead at most.
        is_sure: whether the run is so long that nothing needs to be counted until it ends.
    """

    most: int
    is_sure: bool = False

    def __post_init__(self) -> None:
        self._credit = float(max(self.most, LEAST))
        self._run = 1
        self._ended: deque[int] = deque(maxlen=RUNS)
        self._unused: dict[int, bool] = {}

    def note_move(self, pattern: AccessPattern, *, is_there: bool) -> None:
        """Notes a request that has led to ``pattern``, and whether its item was there."""
        self._credit += ADDED
        if self._unused.pop(pattern.position, False) and is_there:
            self._credit += RETURNED
        self._credit = min(self._credit, max(self.most, LEAST))
        if pattern.is_jump or pattern.since_turn == 1:
            self._ended.append(self._run)
            self._run = 1
        elif pattern.last_move:
            self._run += 1
        self.is_sure = self._run > LONG * self.most
        if self.is_sure:
            self._ended.clear()
            self._unused.clear()
            self._credit = float(max(self.most, LEAST))

    def allows(self, place: int) -> bool:
        """Returns whether the item at ``place`` among those that follow, from 1, may be loaded ahead."""
        run, ended = self._run, self._ended
        if len(ended) < HABIT and (place == 1 or self._credit >= 1):
            return True
        if not ended:
            return place <= run
        left = [each - run for each in ended if each >= run]  # how much farther those went that came so far
        if not left:  # the longer it is than all others, the less it is one of them
            return place <= max(run - 2 * max(ended), self._credit)
        if place == 1 and any(left) and sum(ended) >= RARE * len(ended):
            return True
        if min(left) >= place:
            return self._credit >= 1
        return 2 * sum(each >= place for each in left) >= len(left) and self._credit >= place

    def note_begun(self, position: int) -> None:
        """Notes that an item is loaded ahead."""
        self._credit = max(self._credit - 1, -DEBT)
        self._unused[position] = True
        if len(self._unused) > 2 * self.most:
            del self._unused[next(iter(self._unused))]


@dataclass(eq=False)
class LookAhead:
    """The current item and those wanted after it; one thread at a time.

    The positions are scanned once after each change, the current one first and then the soonest: an item that fails,
    or is not held, would otherwise be tried over and over.

    Attributes:
        most: how many items are loaded ahead at most.
        repeat: what follows the last item.
        predict: yields the positions that are likely to follow, the likeliest first.
        pattern: the current position and the direction of travel, None before the first request.
        positions: the positions wanted ahead, the soonest first, without the current one.
    """

    most: int
    repeat: Repeat = Repeat.ONCE
    predict: Callable[[AccessPattern], Iterable[int]] = sequential
    pattern: AccessPattern | None = None
    positions: Sequence[int] = ()
    _scanned: int = 0

    def __post_init__(self) -> None:
        self._trust = _Trust(self.most)
        self._moves: deque[int] = deque(maxlen=PERIOD * PERIODS)
        self._cycle: tuple[int, ...] = ()  # the moves that are expected next, over and over

    def move_to(self, position: int, length: int | None, stride: int | None, *, is_there: bool) -> bool:
        """Notes a request for ``position``; returns whether that changed the pattern: then it is to be planned anew.

        ``is_there`` says whether its item is in memory or under way.
        """
        before = self.pattern
        if before is None:
            self.pattern = AccessPattern(position, stride or 1, length, self.repeat)
        else:
            self.pattern = before.moved_to(position, length, stride)
            if self.pattern is not before and self._goes_on(stride):
                move = self.pattern.last_move
                self.pattern = AccessPattern(position, before.stride, length, self.repeat, None, move)
                return True
        if self.pattern is not before and (self.pattern.is_jump or not self._trust.is_sure):
            self._trust.note_move(self.pattern, is_there=is_there)
        return self.pattern is not before

    def skip_steps(self, moves: Sequence[tuple[int, int | None]]) -> Sequence[tuple[int, int | None]]:
        """Returns the requests that are to be looked at one by one: the last of a row of steps, where that is sure."""
        pattern = self.pattern
        if len(moves) == 1 or pattern is None or pattern.since_turn is not None or self.repeat is Repeat.LOOP:
            return moves
        positions, strides = zip(*moves, strict=True)
        first, by = pattern.position + pattern.stride, pattern.stride
        if (
            self._trust.is_sure
            and {None, by}.issuperset(strides)
            and positions == tuple(range(first, first + by * len(moves), by))
        ):
            self.pattern = AccessPattern(positions[-2], by, pattern.length, self.repeat, None, by)
            return moves[-1:]
        return moves

    def relocate(self, moved: Callable[[int], int | None] | None, length: int | None) -> None:
        """Follows the current item to its new position, among ``length`` items; forgets the pattern if it is gone."""
        if self.pattern is not None and moved is not None:
            here = moved(self.pattern.position)
            self.pattern = None if here is None else self.pattern.moved_to(here, length)

    def forget(self) -> None:
        """Forgets what was asked for."""
        self.pattern, self.positions, self._scanned, self._cycle = None, (), 0, ()
        self._moves.clear()

    def _goes_on(self, stride: int | None) -> bool:
        """Returns whether the last move is one of some that repeat, such as by one and two, or from run to run."""
        if (pattern := self.pattern) is None or not pattern.last_move:
            return bool(self._cycle)
        self._moves.append(pattern.last_move)
        if self._cycle and pattern.last_move == self._cycle[0]:
            self._cycle = (*self._cycle[1:], self._cycle[0])
        elif stride is not None or self.predict is not sequential or self.repeat is not Repeat.ONCE:
            self._cycle = ()
        else:
            self._cycle = _repeated([*self._moves]) if pattern.is_jump else ()
        return bool(self._cycle)

    def plan(self, ahead: int, behind: int) -> None:
        """Works out the positions wanted, where ``ahead`` items have room, and ``behind`` used ones."""
        pattern = self.pattern
        if pattern is None:
            return
        depth = pattern.depth(ahead, behind)
        if self._cycle:
            moves = itertools.islice(itertools.cycle(self._cycle), 2 * depth)
            predicted: Iterable[int] = itertools.accumulate(moves, initial=pattern.position)
        else:
            predicted = sequential(pattern) if self.predict is sequential else self._predicted(pattern, GUESSES * depth)
        if isinstance(predicted, range):
            self.positions = predicted[:depth]
        else:
            self.positions = _near(predicted, pattern, depth)
        self._scanned = 0

    def is_near(self, position: int) -> bool:
        """Returns whether an item is of use: also just behind, as a user who has turned may turn again."""
        if position in self.positions or self.pattern is None:
            return True
        steps, between = divmod(abs(position - self.pattern.position), abs(self.pattern.stride))
        return not between and steps <= self.most

    def is_here(self, position: int) -> bool:
        """Returns whether ``position`` is the current one."""
        return self.pattern is not None and position == self.pattern.position

    def scan_again(self) -> None:
        """Begins to scan anew at the current item."""
        self._scanned = 0

    def next_due(self, is_due: Callable[[int], bool], has_room: Callable[[], bool]) -> int | None:
        """Returns the next position for which ``is_due`` is true, None if there is none or no room for it."""
        if self.pattern is None:
            return None
        positions = self.positions
        while (scanned := self._scanned) <= len(positions):
            position = positions[scanned - 1] if scanned else self.pattern.position
            if is_due(position):
                is_guess = scanned > 0 and not (self._cycle or self._trust.is_sure) and self.predict is sequential
                if (is_guess and not self._trust.allows(scanned)) or not has_room():
                    return None
                if is_guess:
                    self._trust.note_begun(position)
                self._scanned = scanned + 1
                return position
            self._scanned = scanned + 1
        return None

    @property
    def has_more(self) -> bool:
        """Whether some positions were not scanned yet."""
        return self._scanned <= len(self.positions)

    def note_begun(self, position: int) -> None:
        """Notes that an item is being loaded: the current one is not scanned again."""
        if self.is_here(position):
            self._scanned = max(self._scanned, 1)

    def _predicted(self, pattern: AccessPattern, most: int) -> Iterable[int]:
        """Returns what ``predict`` yields, as positions; if it fails, or yields others, what follows instead."""
        try:
            return [operator.index(each) for each in itertools.islice(called(self.predict, pattern), most)]
        except BaseException as error:  # noqa: BLE001 - reported; the caller who only asked for an item is not to blame
            report(error)
            return sequential(pattern)


def _repeated(moves: list[int]) -> tuple[int, ...]:
    """Returns the moves that have come over and over, in the order in which they will come; none if none have."""
    for period in range(2, len(moves) // PERIODS + 1):
        if moves[-period * PERIODS :] == moves[-period:] * PERIODS:
            return tuple(moves[-period:])
    return ()


def _near(predicted: Iterable[int], pattern: AccessPattern, depth: int) -> Sequence[int]:
    end = math.inf if pattern.length is None else pattern.length
    near = (each for each in predicted if 0 <= each < end and each != pattern.position)
    return tuple(dict.fromkeys(itertools.islice(near, 4 * depth)))[:depth]
