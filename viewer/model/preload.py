"""Reading a whole range in advance: which frames, and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.load.frame_state import FrameState
from viewer.core.patterns import late_pattern
from viewer.core.records import dataclass
from viewer.model.view_state import FillView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.load.statistics import Activity

SHOWN = 2.0
"""Seconds that a range which has been read is said to be here."""

_NOT_DONE = (FrameState.ABSENT, FrameState.READING)
_TO_READ = late_pattern(b"[%c%c]" % (FrameState.ABSENT.value, FrameState.FAILED.value))


@dataclass(slots=True)
class Preload:
    """A range of positions that the user wants read, whatever it takes; owner thread only.

    The ``states`` of the positions are values of :class:`FrameState`.

    Attributes:
        what: what it is, in words.
        first: the first position.
        last: the last one.
        then_plays: whether the range is played when it has been read.
        ended_at: when nothing more came, None before that.
    """

    what: str
    first: int
    last: int
    then_plays: bool = False
    ended_at: float | None = None

    def order(self, index: int, states: bytearray) -> Iterator[int]:
        """Yields the positions to read: from ``index`` on to the last, then from the first on.

        Those that are here, or on this disk, by their ``states``, are left out when their turn comes; passing over them
        costs next to nothing, however many they are. The states must not be resized meanwhile.
        """
        start = min(max(index, self.first), self.last)
        for first, end in ((start, self.last + 1), (self.first, start)):
            for match in _TO_READ.finditer(states, first, end):
                yield match.start()

    def progress(self, states: bytearray, activity: Activity, room: int) -> FillView:
        """Returns how far it has come; ``room`` is the bytes of files that memory and this disk can keep together."""
        total = self.last + 1 - self.first
        left = sum(states.count(state.value, self.first, self.last + 1) for state in _NOT_DONE)
        rate = activity.bytes_per_second
        needed = activity.file_bytes * total
        return FillView(
            what=self.what,
            done=total - left,
            total=total,
            bytes_per_second=rate,
            seconds_left=left * activity.file_bytes / rate if rate > 0 and activity.file_bytes else None,
            bytes_needed=needed,
            fits=needed <= room,
        )

    def has_ended(self, view: FillView, activity: Activity, now: float, *, is_waiting: bool) -> bool:
        """Returns whether it has come to its end and has been seen there for a moment.

        It has not, though nothing is being read ``now``, while it ``is_waiting`` for the share.
        """
        at_rest = not (is_waiting or activity.reading or activity.decoding or activity.bytes_per_second)
        if not (at_rest or view.done == view.total):
            self.ended_at = None
        elif self.ended_at is None:
            self.ended_at = now
        return self.ended_at is not None and now - self.ended_at >= SHOWN
