"""How soon each frame will be needed: the one measure for what is loaded next and for what is given up next."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.play.playhead import Playhead

# No two frames are equally far: each way of reaching a frame has its own remainder modulo 4, so equals cannot push
# each other out for ever. Going on costs 4 a step, turning back three times as much; with a stride of more than one,
# the frames that are stepped over cost four times and twelve times as much, for when the stepping becomes finer.
AHEAD, BEHIND, BETWEEN_AHEAD, BETWEEN_BEHIND = (4, 0), (12, 1), (16, 2), (48, 3)


COARSEST, FINEST = 64, 8
"""The steps between the frames of which small pictures are wanted all over the sequence."""


def _cost(way: tuple[int, int], steps: int) -> int:
    weight, remainder = way
    return weight * steps + remainder


def steps_until(playhead: Playhead, index: int) -> int:
    """Returns how far away the need for the frame at ``index`` is: 0 for the frame shown, more for later.

    The unit is a quarter of a step in the direction of travel. Different frames always get different figures.
    """
    if index == playhead.index:
        return 0
    stride, direction = abs(playhead.stride), 1 if playhead.stride > 0 else -1
    ahead = (index - playhead.index) * direction
    if playhead.in_range and playhead.first <= index <= playhead.last:
        if playhead.looping:
            ahead %= playhead.length
            return min(_ahead_cost(ahead, stride), _behind_cost(playhead.length - ahead, stride))
        return _ahead_cost(ahead, stride) if ahead > 0 else _behind_cost(-ahead, stride)
    # Outside the range (or coming from outside): reached only by leaving it, after everything inside.
    beyond = _cost(BETWEEN_BEHIND, playhead.count) if playhead.in_range else 0
    return beyond + (_ahead_cost(ahead, stride) if ahead > 0 else _behind_cost(-ahead, stride))


def _ahead_cost(distance: int, stride: int) -> int:
    steps, rest = divmod(distance, stride)
    return _cost(BETWEEN_AHEAD, distance) if rest else _cost(AHEAD, steps)


def _behind_cost(distance: int, stride: int) -> int:
    steps, rest = divmod(distance, stride)
    return _cost(BETWEEN_BEHIND, distance) if rest else _cost(BEHIND, steps)


def order_of_need(playhead: Playhead) -> Iterator[int]:
    """Yields the positions of all frames, the one needed soonest first: by ascending :func:`steps_until`.

    Lazy: the first few cost the same in a sequence of a hundred frames and of a hundred thousand.
    """
    yield playhead.index
    if not playhead.in_range:
        yield from _line(playhead, 0, playhead.count - 1)
        return
    yield from _circle(playhead) if playhead.looping else _line(playhead, playhead.first, playhead.last)
    for index in _line(playhead, 0, playhead.count - 1):
        if not playhead.first <= index <= playhead.last:
            yield index


def coarse_to_fine(count: int, most: int) -> Iterator[int]:
    """Yields positions all over a sequence: the last, every 64th, then those half way between, and so on.

    Args:
        count: the frames of the sequence.
        most: how many are of use, about; a coarser step than 64 is begun with where that would be more, and nothing
            is yielded for less than 1.
    """
    if most < 1:
        return
    if count > 1:
        yield count - 1
    step = COARSEST
    while count / step > most:
        step *= 2
    seen = 0
    for index in range(0, count, step):
        yield index
        seen += 1
    while step > FINEST and seen + count // step <= most:
        for index in range(step // 2, count, step):
            yield index
            seen += 1
        step //= 2


def coarseness(index: int) -> int:
    """Returns how dispensable the small picture of a position is: 0 for every 64th, 6 for every second."""
    finest = COARSEST.bit_length() - 1
    even = (index & -index).bit_length() - 1 if index else finest
    return finest - min(finest, even)


def _line(playhead: Playhead, first: int, last: int) -> Iterator[int]:
    direction = 1 if playhead.stride > 0 else -1
    to_first, to_last = playhead.index - first, last - playhead.index
    ahead, behind = (to_last, to_first) if direction > 0 else (to_first, to_last)
    for distance in _distances(abs(playhead.stride), ahead, behind):
        yield playhead.index + distance * direction


def _circle(playhead: Playhead) -> Iterator[int]:
    length, direction = playhead.length, 1 if playhead.stride > 0 else -1
    seen = {0}
    for distance in _distances(abs(playhead.stride), length - 1, length - 1):
        around = distance % length
        if around not in seen:
            seen.add(around)
            yield playhead.first + (playhead.index - playhead.first + around * direction) % length


def _distances(stride: int, ahead: int, behind: int) -> Iterator[int]:
    """Yields the distances up to ``ahead`` and down to ``-behind``, cheapest first."""
    ways = [
        ((_cost(AHEAD, d // stride), d) for d in range(stride, ahead + 1, stride)),
        ((_cost(BEHIND, d // stride), -d) for d in range(stride, behind + 1, stride)),
    ]
    if stride > 1:
        ways.append((_cost(BETWEEN_AHEAD, d), d) for d in range(1, ahead + 1) if d % stride)
        ways.append((_cost(BETWEEN_BEHIND, d), -d) for d in range(1, behind + 1) if d % stride)
    for _, distance in heapq.merge(*ways):
        yield distance
