"""The states of all frames, one byte for each, and the runs of the same state that a timeline shows of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from viewer.core.load.frame_state import FrameState
from viewer.core.spans import Span, spans
from viewer.model.view_state import TimelineView

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY_GAPS = 2000
"""Runs of missing numbers that are more than a timeline has pixels."""

_ABSENT, _ON_DISK = (bytes([state.value]) for state in (FrameState.ABSENT, FrameState.ON_DISK))
_STATE_CODES = {bytes([state.value]): state for state in FrameState if state is not FrameState.ABSENT}
_RUNS = re.compile(b"|".join(re.escape(code) + b"+" for code in _STATE_CODES), re.DOTALL)


def timeline_runs(states: bytearray, numbers: Sequence[int], gaps: int, step: int = 1) -> TimelineView:
    """Returns the runs of frames with the same state, in frame numbers; a gap in the numbers ends a run.

    Of numbers that lie a step apart, each has those up to the next for itself.

    Of very many gaps none does: none can be seen, and they would be gone through ten times a second. Then the work
    grows with the frames that are held, not with those that there are.

    Args:
        states: the value of each frame's :class:`FrameState`.
        numbers: the frames' numbers, ascending, as many as there are states.
        gaps: how many runs of numbers are missing among them.
        step: how far the numbers lie apart.
    """
    runs: list[tuple[Span, FrameState]] = []
    for match in _RUNS.finditer(states):
        start, end = match.span()
        state, whole = _STATE_CODES[match[0][:1]], Span(numbers[start], numbers[end - 1])
        is_run = whole.last - whole.first == (end - start - 1) * step or gaps > MANY_GAPS
        parts = [whole] if is_run else spans(numbers[start:end], step)
        runs.extend((Span(first, last + step - 1), state) for first, last in parts)
    return TimelineView(tuple(runs))


def with_on_disk(states: bytearray, marks: bytearray) -> bytearray:
    """Returns the states once it is known what is on this disk; ``marks`` is 1 for each frame that is, else 0."""
    known = marks.replace(b"\1", _ON_DISK)
    for match in _RUNS.finditer(states):  # nearer than this disk, or noted since
        known[match.start() : match.end()] = match[0]
    return known


def without_on_disk(states: bytearray) -> bytearray:
    """Returns the states once nothing is on this disk any more."""
    return states.replace(_ON_DISK, _ABSENT)
