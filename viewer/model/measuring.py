"""What is measured of the frame on the canvas: by a worker, once the frame has come to rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from viewer.core.display.levels import BYTE, automatic_range, histogram, kind_of, share_at_ends, uniform
from viewer.core.display.look import ends_shown
from viewer.core.executor import Success
from viewer.core.frame import Range
from viewer.core.records import NamedTuple, replace
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.display.levels import Histogram, Uniform
    from viewer.core.display.look import Look
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
        at_ends: which parts of its samples are black and white, 0 to 1, before they are inverted.
        counts: how many samples there are of each number.
        uniform: what all of them are, None where they differ; known with ``at_ends``.
        own: where nearly all lie, if the counts leave others out that lie far away; else None.
    """

    at_ends: tuple[float, float] | None = None
    counts: Histogram | None = None
    uniform: Uniform | None = None
    own: Range | None = None


class _Wanted(NamedTuple):
    """What is to be measured."""

    frame: Frame | None = None
    channel: str = ""
    tested: Look | None = None
    counts: bool = False
    shown: Range | None = None


def _reaches(counted: Range, own: Range | None, shown: Range | None) -> bool:
    """Returns whether counts reach as far as they are to, of a frame that has nearly all of its samples in ``own``."""
    if own is None or shown is None:
        return True
    is_in_own = own.low <= shown.low and shown.high <= own.high
    return counted == own if is_in_own else counted.low <= shown.low and shown.high <= counted.high


def _where_most_are(whole: Histogram, frame: Frame, wanted: _Wanted) -> tuple[Histogram, Range | None]:
    """Returns a histogram of where nearly all samples lie, if few far away would leave them a few columns; and where.

    There is room to drag black and white, as they are shown, on both sides, and the ends are the same for frames of
    much the same numbers. They reach to black and white however far these are. Each column holds equally many whole
    numbers; what lies beyond the ends is left out.
    """
    channel, kind, columns = wanted.channel, kind_of(frame), whole.counts.shape[1]
    is_whole = kind.letter != "f"
    if is_whole and kind.bits <= BYTE:  # all that they can be is shown
        return whole, None
    low, high = automatic_range(frame, channel=channel)
    least = min(whole.range.low, 0.0)
    shown = wanted.shown
    if shown is not None and max(high, shown.high) - min(low, shown.low) <= FAR / 2 * (high - low):
        low, high = min(low, shown.low), max(high, shown.high)
        least = min(least, low)
    width = high - low
    if whole.range.high - whole.range.low <= FAR * width:
        return whole, None
    step = 2.0 ** math.floor(math.log2(max(width / 4, math.ulp(0.0))))
    low = max(least, math.floor((low - width / 2) / step) * step)
    high = math.ceil((high + width) / step) * step
    own = _in_columns(low, high, columns, is_whole=is_whole)[0]
    if shown is not None and not (own.low <= shown.low and shown.high <= own.high):
        low, high = min(low, shown.low), max(high, shown.high)
    near, columns, each = _in_columns(low, high, columns, is_whole=is_whole)
    found = histogram(frame, columns + 2, Range(near.low - each, near.high + each), channel)
    return replace(found, range=near, counts=found.counts[:, 1:-1]), own


def _in_columns(low: float, high: float, columns: int, *, is_whole: bool) -> tuple[Range, int, float]:
    """Returns a range in columns, how many, and how wide each is; of whole numbers with equally many in each."""
    each = (high - low) / columns
    if is_whole:
        low, each = math.floor(low), math.ceil((high - math.floor(low)) / columns)
        columns = math.ceil((high - low) / each)
    return Range(low, max(high, low + columns * each)), columns, each


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
        self,
        frame: Frame | None,
        channel: str = "",
        tested: Look | None = None,
        *,
        counts: bool = False,
        shown: Range | None = None,
    ) -> None:
        """Takes the frame, the channel that is shown alone or "", and what is to be measured.

        That are the parts that are black and white with the look ``tested``, unless that is None, and ``counts``, which
        reach at least to the numbers ``shown`` as black and white: once these lie beyond them, or are back from there,
        it is counted again.
        """
        before, wanted = self._wanted, _Wanted(frame, channel, tested, counts, shown)
        if wanted == before:
            return
        self._wanted = wanted
        is_same = (frame, channel) == (before.frame, before.channel)
        self.found = Measured(
            self.found.at_ends if is_same and tested == before.tested else None,
            self.found.counts if is_same and counts else None,
            self.found.uniform if is_same else None,
            self.found.own if is_same else None,
        )
        self.close()
        if frame is not None and any(self._lacking()):
            self._timer = self._loop.call_later(REST, self._measure)

    def close(self) -> None:
        """Begins to measure nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _lacking(self) -> tuple[Look | None, bool]:
        """Returns the look that is still to be tested with the frame, and whether it is still to be counted."""
        wanted, found = self._wanted, self.found
        is_counted = found.counts is not None and _reaches(found.counts.range, found.own, wanted.shown)
        return None if found.at_ends else wanted.tested, wanted.counts and not is_counted

    def _measure(self) -> None:
        self._timer = None
        wanted, (tested, counts) = self._wanted, self._lacking()
        frame, channel = wanted.frame, wanted.channel
        assert frame is not None  # noqa: S101 - the timer runs with a frame only

        def job() -> Measured:
            near, own = None, None
            if counts:
                near, own = _where_most_are(histogram(frame, channel=channel), frame, wanted)
            if tested is None:
                return Measured(None, near, None, own)
            at_ends = share_at_ends(frame, ends_shown(frame, tested), channel)
            return Measured(at_ends, near, uniform(frame, channel), own)

        def done(outcome: Success[Measured] | Failure) -> None:
            if isinstance(outcome, Success) and self._wanted == wanted:
                new, known = outcome.value, self.found
                self.found = Measured(
                    new.at_ends or known.at_ends,
                    new.counts or known.counts,
                    new.uniform or known.uniform,
                    new.own if new.counts else known.own,
                )
                self._on_measured()

        self._newest.submit(job, done)
