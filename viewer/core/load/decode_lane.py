"""The decoding lane: what is being decoded, how much at once, and when the decoders rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.decode.apart import FOR_EACH_MB, FOR_EACH_MB_DECODED, HANGS_AFTER
from viewer.core.errors import GivenUpError
from viewer.core.executor import Failure
from viewer.core.load.holdings import ORDINARY_BYTES
from viewer.core.records import dataclass, replace
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

    from viewer.core.display.picture import Picture
    from viewer.core.executor import Executor, Success
    from viewer.core.frame import Size
    from viewer.core.load.link import Link
    from viewer.core.loop import Loop, Timer

    Decode: TypeAlias = Callable[[Buffer, Size | None, int], Picture]
    """``decode(data, fit_size, most_bytes)``: makes a picture of a file's bytes, for ``fit_size``; on a worker."""

SHORT_LEAD = 24
"""With fewer of the frames needed next here, all decoders look ahead; from here on one waits for the wanted frame."""
ENOUGH_FILES = 16
"""With so many files waiting for the decoders, no more are read while frames are wanted at an even pace."""
COMFORTABLE_LEAD = 80
"""With so many of the frames needed next here, decoding takes its time and leaves the processor to the window."""
REST_FOR_WORK = 1
"""How long decoding then rests, in times of what it worked. (Stepping is slower while it works flat out.)"""
SPARE_DECODERS = 6
"""Workers that decoding needs beyond those that decode at once: one that hangs must not keep others waiting."""
GIVE_UP_AFTER = HANGS_AFTER
"""Seconds after which a decode is given up; more for each megabyte of the file, and of its pixels.

Only the pixels beyond :data:`ORDINARY_BYTES` that are allowed count.
"""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The end of a decode.

    Attributes:
        path: the frame's file.
        outcome: the picture or why there is none; None if the bytes were from before a reload.
        fit_size: the size that the display-ready copy was made for.
        for_thumbnail: whether it was decoded for the sake of its small picture.
        seconds: how long it took.
    """

    path: str
    outcome: Success[Picture] | Failure | None
    fit_size: Size | None
    for_thumbnail: bool
    seconds: float


@dataclass(eq=False, slots=True)
class _Decode:
    """A decode under way: how it will be told, when it began, what gives it up, and whether its bytes are old ones."""

    decoded: Decoded
    began: float
    patience: Timer
    is_outdated: bool = False


class DecodeLane:
    """Decodes files, one at a time for each decoder; owner thread only.

    A decode that does not end is given up: it fails, and a spare worker takes the place of its own, which cannot be
    ended. If it ends after all, its picture is taken.

    Attributes:
        decode_quickly: makes a picture of a file's bytes that need have no source, on a worker.
        seconds: how long a decode took lately; 0.0 before the first.
        quiet_after_first: seconds after the first one in which only the urgent one begins, so that its picture comes on
            screen before what others need is loaded; 0.0 has others begin beside the first one, too.
    """

    quiet_after_first = 0.0

    def __init__(
        self,
        loop: Loop,
        decoders: Executor,
        decode: Decode,
        decode_quickly: Decode,
        on_done: Callable[[Decoded], None],
        on_rested: Callable[[], None],
    ) -> None:
        """Makes a lane that decodes nothing yet; the other arguments are as for the loader.

        ``on_done`` is called with the end of each decode, ``on_rested`` when the decoders have rested and more may be
        started.
        """
        self._loop = loop
        self._decoders = decoders
        self._decode = decode
        self.decode_quickly = decode_quickly
        self._on_done = on_done
        self._on_rested = on_rested
        workers = decoders.max_workers
        self._at_once = workers - SPARE_DECODERS if workers > SPARE_DECODERS else workers
        self._under_way: dict[str, _Decode] = {}
        self._hanging: set[_Decode] = set()
        self._rest_until = self._quiet_until = -math.inf
        self._rest: Timer | None = None
        self._closed = False
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self._under_way)

    def __iter__(self) -> Iterator[str]:
        return iter(self._under_way)

    def is_free(self, lead: int, allowed_bytes: int, *, urgent: bool) -> bool:
        """Returns whether one more decode may begin, with a ``lead`` of so many frames needed before it that are here.

        From :data:`SHORT_LEAD` on one decoder is kept for the frame on screen, the urgent one. If pictures of more than
        :data:`ORDINARY_BYTES` are allowed, one at a time is decoded. With a comfortable lead decoders rest between
        decodes; that they have rested is told if it kept one from beginning.
        """
        rest = self._rest_until - self._loop.now() if lead >= COMFORTABLE_LEAD else 0.0
        if rest > 0:
            self._rest = self._rest or self._loop.call_later(rest, self._end_rest)
            return False
        at_once = min(self._at_once, self._decoders.max_workers - len(self._hanging))
        if allowed_bytes > ORDINARY_BYTES:
            at_once = min(1, at_once)
        reserved = 1 if at_once > 1 and not urgent and lead >= SHORT_LEAD else 0
        return len(self._under_way) < at_once - reserved

    def can_start(self, path: str, lead: int, allowed_bytes: int, *, urgent: bool = False) -> bool:
        """Returns whether to decode ``path`` now: it is not under way, a decoder :meth:`is_free`, it is not quiet."""
        may_begin = urgent or not self.is_quiet()
        return may_begin and path not in self._under_way and self.is_free(lead, allowed_bytes, urgent=urgent)

    def is_quiet(self, link: Link | None = None) -> bool:
        """Returns whether all else is to wait for the first picture: to be on screen, over a slow ``link`` decoded."""
        is_slow = link is not None and link.is_slow
        return self._quiet_until == math.inf if is_slow else self._loop.now() < self._quiet_until

    def start(
        self,
        path: str,
        data: Buffer,
        fit_size: Size | None,
        allowed_bytes: int,
        *,
        is_whole: bool,
        finish: Callable[[Picture], Picture] | None,
    ) -> None:
        """Begins to decode ``data``, the bytes of ``path``, which must not be under way.

        ``is_whole`` has the frame at its own size too, where a copy for ``fit_size`` alone would be faster.

        ``finish`` is called with the picture on the same worker and returns it ready to be painted; None decodes it
        for the sake of its small picture.
        """
        decode = self._decode if is_whole else self.decode_quickly
        many = max(0, allowed_bytes - ORDINARY_BYTES)
        patience = GIVE_UP_AFTER + FOR_EACH_MB * memoryview(data).nbytes / MB + FOR_EACH_MB_DECODED * many / MB
        timer = self._loop.call_later(patience, lambda: self._give_up(path, patience))
        decoded = Decoded(path, None, fit_size, finish is None, 0.0)
        job = self._under_way[path] = _Decode(decoded, self._loop.now(), timer)
        if self.quiet_after_first and not self.seconds:
            self._quiet_until = math.inf

        def work() -> Picture:
            picture = decode(data, fit_size, allowed_bytes)
            return picture if finish is None else finish(picture)

        self._decoders.submit(work, lambda outcome: self._ended(job, outcome))

    def outdate(self, path: str) -> None:
        """Makes what is being decoded of ``path`` of no use: its file is another one now."""
        for job in (*self._under_way.values(), *self._hanging):
            job.is_outdated |= job.decoded.path == path

    def close(self) -> None:
        """Reports nothing any more."""
        self._closed = True
        for job in self._under_way.values():
            job.patience.cancel()
        if self._rest is not None:
            self._rest.cancel()

    def _end_rest(self) -> None:
        self._rest = None
        self._on_rested()

    def _give_up(self, path: str, patience: float) -> None:
        job = self._under_way.pop(path)
        self._hanging.add(job)
        self._quiet_until = -math.inf
        error = GivenUpError(f"It takes more than {patience:.0f} s to be decoded, so that was given up.")
        outcome = None if job.is_outdated else Failure(error)
        self._on_done(replace(job.decoded, outcome=outcome, seconds=patience))

    def _ended(self, job: _Decode, outcome: Success[Picture] | Failure) -> None:
        job.patience.cancel()
        took = self._loop.now() - job.began
        is_late = job in self._hanging
        if not self.seconds and self.quiet_after_first:
            self._quiet_until = self._loop.now() + self.quiet_after_first
            self._loop.call_later(self.quiet_after_first, self._on_rested)
        self._hanging.discard(job)
        if not is_late:
            del self._under_way[job.decoded.path]
            self.seconds += (took - self.seconds) / (8 if self.seconds else 1)
        if self._closed:
            return
        if is_late and (job.is_outdated or isinstance(outcome, Failure)):
            self._on_rested()
            return
        self._rest_until = self._loop.now() + (0.0 if is_late else REST_FOR_WORK * took)
        self._on_done(replace(job.decoded, outcome=None if job.is_outdated else outcome, seconds=took))
