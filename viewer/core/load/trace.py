"""How the frame on screen came there."""

from __future__ import annotations

from typing import Any

from viewer.core.load.statistics import CacheLevel, StepTime
from viewer.core.records import NamedTuple


class Trace(NamedTuple):
    """How the frame on screen came there; times are those of the loop, 0.0 for what was not needed.

    Attributes:
        path: the frame.
        from_disk: whether its file came from this disk.
        read_began: when its reading began.
        read_ended: when its bytes were here.
        decode_began: when its decoding began.
        decode_ended: when its picture was here.
    """

    path: str = ""
    from_disk: bool = False
    read_began: float = 0.0
    read_ended: float = 0.0
    decode_began: float = 0.0
    decode_ended: float = 0.0

    def note(self, path: str, **times: Any) -> Trace:  # noqa: ANN401 - the fields above
        """Returns the trace with the fields in ``times`` changed, unchanged if ``path`` is another frame."""
        return self._replace(**times) if path == self.path else self

    def step_time(self, path: str, asked: float, now: float) -> StepTime:
        """Returns what the seconds went into from ``asked``, when ``path`` was wanted, to ``now``, when it is seen.

        If the trace is one of another frame, ``path`` was in memory already, ready to show.
        """
        if self.path != path or not self.decode_ended:
            return StepTime(CacheLevel.DISPLAY, 0.0, 0.0, 0.0, now - asked)
        level = CacheLevel.ENCODED
        if self.read_ended:
            level = CacheLevel.DISK if self.from_disk else CacheLevel.SHARE
        reading = max(0.0, self.read_ended - max(self.read_began, asked)) if self.read_ended else 0.0
        decoding = max(0.0, self.decode_ended - max(self.decode_began, asked))
        painting = now - max(self.decode_ended, asked)
        waiting = max(0.0, now - asked - reading - decoding - painting)
        return StepTime(level, waiting, reading, decoding, painting)
