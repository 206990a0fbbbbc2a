"""What is measured of the frame on the canvas: by a worker, once the frame has come to rest."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from viewer.core.display.levels import BYTE, automatic_range, histogram, kind_of, share_outside, uniform
from viewer.core.executor import Success
from viewer.core.frame import Range
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.display.levels import Histogram, Uniform
    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame
    from viewer.core.load.holdings import Holdings
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage

T = TypeVar("T")

FAR = 8
"""How many times as wide as where nearly all samples lie a histogram may be."""
REST = 0.15
"""Seconds that a frame, and its range, must stay before it is measured: not while frames go by or a handle is moved."""


class NewestJob:
    """Runs one job at a time on a worker, after it only the newest of those that came meanwhile; owner thread only."""

    def __init__(self, chores: Executor) -> None:
        self._chores = chores
        self._is_busy = False
        self._next: Callable[[], None] | None = None

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """Runs ``job``, unless another comes before its turn, then ``done`` with its outcome."""

        def ended(outcome: Success[T] | Failure) -> None:
            self._is_busy = False
            done(outcome)
            self._begin()

        self._next = lambda: self._chores.submit(job, ended)
        self._begin()

    def _begin(self) -> None:
        if self._next is not None and not self._is_busy:
            begin, self._next, self._is_busy = self._next, None, True
            begin()


def frame_reader(storage: Storage, holdings: Holdings, path: str) -> Callable[[], Frame]:
    """Returns what a worker calls for the frame in the file at ``path``: what is held of it is not read again.

    It raises what reading and decoding do.
    """
    picture, data = holdings.picture_for_painting(path), holdings.files.peek(path)

    def read() -> Frame:
        from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - numpy and the like come with pictures

        if picture is not None and picture.source is not None:
            return picture.source
        return DecoderRegistry().decode(storage.read(path, Transfer()) if data is None else data, for_screen=True)

    return read


class Measured(NamedTuple):
    """What has been measured of a frame so far.

    Attributes:
        outside: which parts of its samples lie below and above its range, 0 to 1.
        counts: how many samples there are of each number.
        uniform: what all of them are, None where they differ; known with ``outside``.
    """

    outside: tuple[float, float] | None = None
    counts: Histogram | None = None
    uniform: Uniform | None = None


class _Wanted(NamedTuple):
    """What is to be measured."""

    frame: Frame | None = None
    channel: str = ""
    range: Range | None = None
    counts: bool = False


def _where_most_are(whole: Histogram, frame: Frame, channel: str, shown: Range | None) -> Histogram:
    """Returns a histogram of where nearly all samples lie, if few far away would leave them a few columns.

    There is room to drag black and white, ``shown``, on both sides, and the ends are the same for frames of much the
    same numbers. Each column holds equally many whole numbers; what lies beyond the ends is left out.
    """
    kind, columns = kind_of(frame), whole.counts.shape[1]
    is_whole = kind.letter != "f"
    if is_whole and kind.bits <= BYTE:  # all that they can be is shown
        return whole
    low, high = automatic_range(frame, channel=channel)
    least = min(whole.range.low, 0.0)
    if shown is not None and max(high, shown.high) - min(low, shown.low) <= FAR / 2 * (high - low):
        low, high = min(low, shown.low), max(high, shown.high)
        least = min(least, low)
    width = high - low
    if whole.range.high - whole.range.low <= FAR * width:
        return whole
    step = 2.0 ** math.floor(math.log2(max(width / 4, math.ulp(0.0))))
    low = max(least, math.floor((low - width / 2) / step) * step)
    high = math.ceil((high + width) / step) * step
    each = (high - low) / columns
    if is_whole:
        low, each = math.floor(low), math.ceil((high - math.floor(low)) / columns)
        columns = math.ceil((high - low) / each)
    near = Range(low, low + columns * each)
    found = histogram(frame, columns + 2, Range(near.low - each, near.high + each), channel)
    return replace(found, range=near, counts=found.counts[:, 1:-1])


class FrameAtRest:
    """The frame on the canvas, measured when it has been there for a moment; owner thread only.

    Attributes:
        found: what has been measured of it.
    """

    def __init__(self, loop: Loop, chores: Executor, on_measured: Callable[[], None]) -> None:
        """Measures nothing yet; ``on_measured`` is called when more is ``found``."""
        self._loop = loop
        self._newest = NewestJob(chores)
        self._on_measured = on_measured
        self._wanted = _Wanted()
        self._timer: Timer | None = None
        self.found = Measured()

    def look_at(
        self, frame: Frame | None, channel: str = "", range_: Range | None = None, *, counts: bool = False
    ) -> None:
        """Takes the frame, the channel that is shown alone or "", and what is to be measured.

        That are the parts beyond ``range_``, unless that is None, and ``counts``.
        """
        before, wanted = self._wanted, _Wanted(frame, channel, range_, counts)
        if wanted == before:
            return
        self._wanted = wanted
        is_same = (frame, channel) == (before.frame, before.channel)
        self.found = Measured(
            self.found.outside if is_same and range_ == before.range else None,
            self.found.counts if is_same and counts else None,
            self.found.uniform if is_same else None,
        )
        self.close()
        if frame is not None and any(self._lacking()):
            self._timer = self._loop.call_later(REST, self._measure)

    def close(self) -> None:
        """Begins to measure nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _lacking(self) -> tuple[Range | None, bool]:
        """Returns the range that the frame is still to be compared with, and whether it is still to be counted."""
        _, _, range_, counts = self._wanted
        return None if self.found.outside else range_, counts and self.found.counts is None

    def _measure(self) -> None:
        self._timer = None
        wanted, (range_, counts) = self._wanted, self._lacking()
        frame, channel = wanted.frame, wanted.channel
        assert frame is not None  # noqa: S101 - the timer runs with a frame only

        def job() -> Measured:
            whole = histogram(frame, channel=channel) if counts or channel else None
            outside = None if range_ is None else share_outside(whole if channel and whole else frame, range_)
            near = _where_most_are(whole, frame, channel, wanted.range) if whole and counts else None
            return Measured(outside, near, None if range_ is None else uniform(frame, channel))

        def done(outcome: Success[Measured] | Failure) -> None:
            if isinstance(outcome, Success) and self._wanted == wanted:
                new, known = outcome.value, self.found
                self.found = Measured(
                    new.outside or known.outside, new.counts or known.counts, new.uniform or known.uniform
                )
                self._on_measured()

        self._newest.submit(job, done)
