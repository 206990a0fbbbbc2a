"""The frames of the open sequence: where each is, and how positions, indexes, numbers, paths and states go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.load.frame_state import FrameState
from viewer.core.patterns import late_pattern
from viewer.core.sequence.positions import Positions
from viewer.core.spans import Span, spans
from viewer.model.view_state import TimelineView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from viewer.core.load.loader import Loader
    from viewer.core.sequence.sequence import FrameSequence

MANY_GAPS = 2000
"""Runs of missing numbers that are more than a timeline has pixels."""

_ABSENT, _ON_DISK = (bytes([state.value]) for state in (FrameState.ABSENT, FrameState.ON_DISK))
_DOUBT = 8
"""What is added to the value of a state where the copy of the frame is not confirmed."""
_HELD = {FrameState.ON_DISK.value, FrameState.ENCODED.value, FrameState.DECODED.value}
_PAINTED = bytes(
    FrameState.UNCONFIRMED.value if code & _DOUBT and code - _DOUBT in _HELD else code % _DOUBT for code in range(256)
)
_STATE_CODES = {bytes([state.value]): state for state in FrameState if state is not FrameState.ABSENT}
_RUNS = late_pattern(b"([%b])\\1*" % re.escape(b"".join(_STATE_CODES)), re.DOTALL)
"""Runs of frames that are somewhere; a set at its beginning passes over those that are not ten times as fast."""


class FrameTable:
    """One sequence as the playhead and the loader see it; owner thread only.

    A *position* is where the playhead can stand, also where there is no file; an *index* counts the files. Both count
    from 0. The paths are made as they are needed.

    Attributes:
        sequence: the sequence.
        positions: where the playhead can stand in it.
        states: the value of each frame's :class:`FrameState`, by index; not to be resized, never UNCONFIRMED.
        doubts: for each frame, by index, 0 if its copy is confirmed.
    """

    def __init__(self, sequence: FrameSequence, *, with_gaps: bool) -> None:
        self.sequence = sequence
        self.positions = Positions(sequence, with_gaps=with_gaps)
        self.states = bytearray(len(sequence))
        self.doubts = bytearray(len(sequence))
        self._folder = sequence.path(FrameIndex(0)).removesuffix(sequence.name(FrameIndex(0)))
        self._paths: dict[int, str] = {}
        self._indexes: dict[str, int] = {}

    def path(self, index: int) -> str:
        """Returns the path of the frame at ``index``."""
        path = self._paths.get(index)
        if path is None:
            path = self._paths[index] = self.sequence.path(FrameIndex(index))
            self._indexes[path] = index
        return path

    def known_path(self, index: int) -> str | None:
        """Returns the path of the frame at ``index`` if it has been asked for before; any index will do."""
        return self._paths.get(index)

    def path_at(self, position: int) -> str | None:
        """Returns the path of the frame at ``position``, None where there is no file."""
        index = self.positions.index(position)
        return None if index is None else self.path(index)

    def index_of(self, path: str) -> int | None:
        """Returns which frame has ``path``, None for a file that is not part of the sequence."""
        index = self._indexes.get(path)
        if index is None and path.startswith(self._folder):
            index = self.sequence.index_of_name(path[len(self._folder) :])
            if index is not None:
                self._paths[index], self._indexes[path] = path, index
        return index

    def paths(self) -> Iterator[str]:
        """Yields the paths that have been asked for."""
        yield from self._indexes

    def name(self, index: int) -> str:
        """Returns the file name of the frame at ``index``."""
        return self.sequence.name(FrameIndex(index))

    def number(self, index: int) -> FrameNumber:
        """Returns the number of the frame at ``index``."""
        return self.sequence.number(FrameIndex(index))

    def indexes_within(self, first: int, last: int) -> tuple[int, int]:
        """Returns the first and the last index of the positions ``first`` to ``last``; the last less, for none."""
        start = self.positions.index(first)
        if start is None:
            before = self.positions.index_before(first)
            start = FrameIndex(0 if before is None else before + 1)
        end = self.positions.index_before(last)
        return start, -1 if end is None else end

    def take_held(self, paths: Iterable[str], loader: Loader) -> None:
        """Takes the states of those of ``paths``, of whatever folder, that belong to the sequence."""
        for path in paths:
            index = self.index_of(path)
            if index is not None:
                self.take_state(index, loader)

    def take_state(self, index: int, loader: Loader) -> FrameState:
        """Takes the state of one frame, and whether its copy is confirmed; returns the state."""
        path = self._paths[index]
        state = loader.state(path)
        self.states[index] = state.value
        self.doubts[index] = 0 if loader.confirms.is_confirmed(path) else _DOUBT
        return state

    def take_doubts(self, before: FrameTable | None = None) -> None:
        """Takes note that no copy is confirmed any more; or takes states and doubts over, of the first frames."""
        if before is None:
            self.doubts = bytearray([_DOUBT]) * len(self.doubts)
        else:
            self.states[: len(before.states)] = before.states
            self.doubts[: len(before.states)] = before.doubts

    def take_marks(self, marks: bytearray) -> bool:
        """Takes which files are on this disk: 1 for each index whose file is, else 0; returns whether any is news.

        Those count as not confirmed.
        """
        known = marks.replace(b"\1", _ON_DISK)
        is_news = False
        for match in re.finditer(b"\0+", self.states):  # what an earlier run left, and the share has not confirmed yet
            start, end = match.span()
            is_news |= known.find(_ON_DISK, start, end) >= 0
            self.doubts[start:end] = bytes([_DOUBT]) * (end - start)
        for match in _RUNS.finditer(self.states):  # nearer than this disk, or noted since
            known[match.start() : match.end()] = match[0]
        self.states = known
        return is_news

    def forget_disk(self) -> None:
        """Notes that nothing is on this disk any more."""
        self.states = self.states.replace(_ON_DISK, _ABSENT)

    def runs(self) -> TimelineView:
        """Returns the runs of frames with the same state, in frame numbers; a gap in the numbers ends a run.

        Of numbers that lie a step apart, each has those up to the next for itself; so has each of times and decimals
        without an even pace. Of very many gaps none ends a run: none can be seen, and the work is to grow with the
        frames that are held, not with those that there are.
        """
        numbers, step, gaps = self.sequence.numbers, self.sequence.step, len(self.sequence.gaps)
        is_uneven = not (self.sequence.writing.is_count or gaps) and self.sequence.step * (len(numbers) - 1) < (
            self.sequence.last - self.sequence.first
        )
        runs: list[tuple[Span, FrameState]] = []
        doubtful = int.from_bytes(self.states, "big") | int.from_bytes(self.doubts, "big")
        for match in _RUNS.finditer(doubtful.to_bytes(len(self.states), "big").translate(_PAINTED)):
            start, end = match.span()
            state, whole = _STATE_CODES[match[0][:1]], Span(numbers[start], numbers[end - 1])
            if is_uneven:
                runs.append((Span(whole.first, numbers[end] - 1 if end < len(numbers) else whole.last), state))
                continue
            is_run = whole.last - whole.first == (end - start - 1) * step or gaps > MANY_GAPS
            parts = [whole] if is_run else spans(numbers[start:end], step)
            runs.extend((Span(first, last + step - 1), state) for first, last in parts)
        return TimelineView(tuple(runs))
