"""How soon each frame will be needed: the one measure for what is loaded next and for what is evicted next."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from viewer.core.play.playhead import Repeat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.play.playhead import Playhead

# No two frames are equally far: each way of reaching a frame has its own remainder modulo 4, so equals cannot push
# each other out for ever. Going on costs 4 a step, turning back three times as much; with a stride of more than one,
# the frames that are stepped over cost four times and twelve times as much, for when the stepping becomes finer.
# Playing seldom turns back: the frames that it has passed are needed on the next lap at the earliest.
AHEAD, BEHIND, BETWEEN_AHEAD, BETWEEN_BEHIND = (4, 0), (12, 1), (16, 2), (48, 3)
BEHIND_PLAYING, BETWEEN_BEHIND_PLAYING = (96, 1), (192, 3)

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
    stride, playing = abs(playhead.stride), playhead.playing
    ahead = (index - playhead.index) * playhead.direction
    if playhead.in_range and playhead.first <= index <= playhead.last:
        if playhead.repeat is Repeat.LOOP:
            ahead %= playhead.length
            return min(_ahead_cost(ahead, stride), _behind_cost(playhead.length - ahead, stride, playing=playing))
        cost = _ahead_cost(ahead, stride) if ahead > 0 else _behind_cost(-ahead, stride, playing=playing)
        if playing and playhead.repeat is Repeat.PING_PONG:
            return min(cost, _ahead_cost(2 * _to_end(playhead) - ahead, stride))
        return cost
    # Outside the range (or coming from outside): reached only by leaving it, after everything inside.
    beyond = _cost(BETWEEN_BEHIND_PLAYING, 2 * playhead.count) if playhead.in_range else 0
    cost = _ahead_cost(ahead, stride) if ahead > 0 else _behind_cost(-ahead, stride, playing=playing)
    return beyond + cost


def _to_end(playhead: Playhead) -> int:
    """Returns the steps that are left to the end of the range in the direction of travel."""
    return playhead.last - playhead.index if playhead.stride > 0 else playhead.index - playhead.first


def _ahead_cost(distance: int, stride: int) -> int:
    steps, rest = divmod(distance, stride)
    return _cost(BETWEEN_AHEAD, distance) if rest else _cost(AHEAD, steps)


def _behind_cost(distance: int, stride: int, *, playing: bool) -> int:
    steps, rest = divmod(distance, stride)
    if playing:
        return _cost(BETWEEN_BEHIND_PLAYING, distance) if rest else _cost(BEHIND_PLAYING, steps)
    return _cost(BETWEEN_BEHIND, distance) if rest else _cost(BEHIND, steps)


def order_of_need(playhead: Playhead) -> Iterator[int]:
    """Yields the positions of all frames, the one needed soonest first: by ascending :func:`steps_until`.

    Lazy: the first few cost the same in a sequence of a hundred frames and of a hundred thousand.
    """
    yield playhead.index
    if not playhead.in_range:
        yield from _line(playhead, 0, playhead.count - 1)
        return
    if playhead.repeat is Repeat.LOOP:
        yield from _circle(playhead)
    elif playhead.repeat is Repeat.PING_PONG and playhead.playing:
        yield from _there_and_back(playhead)
    else:
        yield from _line(playhead, playhead.first, playhead.last)
    for index in _line(playhead, 0, playhead.count - 1):
        if not playhead.first <= index <= playhead.last:
            yield index


def upcoming(playhead: Playhead) -> Iterator[int]:
    """Yields the positions that playing on frame by frame comes to, beginning with the next; for ever in a lap."""
    index, direction = playhead.index, playhead.direction
    first, last = playhead.first, playhead.last
    if not playhead.in_range:
        first, last = 0, playhead.count - 1
    while True:
        index += direction
        if not first <= index <= last:
            if playhead.repeat is Repeat.ONCE:
                return
            if playhead.repeat is Repeat.PING_PONG:
                direction = -direction
                index = min(max(index + 2 * direction, first), last)
            else:
                index = playhead.first if direction > 0 else playhead.last
        if playhead.first <= index <= playhead.last:
            first, last = playhead.first, playhead.last
        yield index


def coarse_to_fine(count: int, most: int) -> Iterator[int]:
    """Yields positions all over a sequence of ``count``: the last, every 64th, then those half way between, and so on.

    About ``most`` are of use: it begins with a coarser step where that would be more, and yields none for less than 1.
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
    direction = playhead.direction
    to_first, to_last = playhead.index - first, last - playhead.index
    ahead, behind = (to_last, to_first) if direction > 0 else (to_first, to_last)
    for distance in _distances(abs(playhead.stride), ahead, behind, playing=playhead.playing):
        yield playhead.index + distance * direction


def _circle(playhead: Playhead) -> Iterator[int]:
    length, direction = playhead.length, playhead.direction
    seen = {0}
    for distance in _distances(abs(playhead.stride), length - 1, length - 1, playing=playhead.playing):
        around = distance % length
        if around not in seen:
            seen.add(around)
            yield playhead.first + (playhead.index - playhead.first + around * direction) % length


def _there_and_back(playhead: Playhead) -> Iterator[int]:
    to_end = _to_end(playhead)
    behind = playhead.length - 1 - to_end
    seen = {0}
    for distance in _distances(abs(playhead.stride), 2 * to_end + behind, behind, playing=True):
        ahead = distance if distance <= to_end else 2 * to_end - distance
        if ahead not in seen:
            seen.add(ahead)
            yield playhead.index + ahead * playhead.direction


def _distances(stride: int, ahead: int, behind: int, *, playing: bool) -> Iterator[int]:
    """Yields the distances up to ``ahead`` and down to ``-behind``, cheapest first."""
    ways = [
        ((_ahead_cost(d, stride), d) for d in range(stride, ahead + 1, stride)),
        ((_behind_cost(d, stride, playing=playing), -d) for d in range(stride, behind + 1, stride)),
    ]
    if stride > 1:
        ways.append((_ahead_cost(d, stride), d) for d in range(1, ahead + 1) if d % stride)
        ways.append((_behind_cost(d, stride, playing=playing), -d) for d in range(1, behind + 1) if d % stride)
    for _, distance in heapq.merge(*ways):
        yield distance
