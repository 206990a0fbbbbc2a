"""The loader: carries out the newest plan with two lanes, one that reads and one that decodes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.cache.budget_cache import BudgetCache
from viewer.core.errors import DecodeError, ImageTooLargeError, LookaheadError
from viewer.core.executor import Failure, Success
from viewer.core.load.plan import NOTHING, Plan
from viewer.core.load.throughput import Throughput
from viewer.core.storage.storage import Gate, Transfer
from viewer.core.units import MB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from typing_extensions import Buffer

    from viewer.core.executor import Executor
    from viewer.core.frame import Frame, Picture, Size
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage

    Decode: TypeAlias = Callable[[Buffer, Size | None, int], Picture]
    """``decode(data, box, max_pixels)``: a file's bytes to a picture, display-ready for ``box``; runs on a worker."""

FARTHEST = 1000
"""Frames of a plan that are looked at: enough for any line, and few enough to look at after every key press."""
KEEP_READING_WITHIN = 16
"""A read under way is let finish while its frame is among so many that are still to be read."""
SHORT_LEAD = 24
"""With fewer of the frames needed next at hand, all decoders look ahead; from here on one waits for what is wanted."""
COMFORTABLE_LEAD = 80
"""With so many of the frames needed next at hand, decoding takes its time and leaves the processor to the person."""
REST_FOR_WORK = 1
"""How long decoding then rests, in times of what it worked. (Stepping is slower while it works flat out.)"""
RETRY_AFTER, RETRY_AFTER_MOST = 1.0, 30.0
"""Seconds until a read that failed is tried again: doubled each time, up to the second figure."""
EXTRA_HANDS = 28
"""Hands a reading executor needs beyond the reads at once: a read that was given up but hangs must not hold a place."""
ORDINARY_PIXELS = 16_000_000
"""Pictures up to this size are decoded without first making room for them."""
HEADROOM = 128 * MB
"""Memory beyond the budget that decoding may take for a moment."""
SOURCES_SHARE = 4
"""One part in so many of the frames' memory goes to frames at their own size beside their display-ready copies."""


class FrameState(Enum):
    """Where a frame is, nearest last."""

    ABSENT = 0
    FAILED = 1
    READING = 2
    ENCODED = 3
    DECODED = 4


class Activity(NamedTuple):
    """What the loader is doing and holding.

    Attributes:
        reading: reads under way.
        decoding: decodes under way.
        bytes_per_second: what came in lately over the last two seconds.
        memory_used: bytes that frames and files take in memory.
        frames_held: frames that can be shown at once.
        frames_room: frames of the largest size seen that the budget holds; 0 before the first.
        files_held: frames held as the bytes of their file.
        files_room: files of the largest size seen that the budget holds; 0 before the first.
        frame_bytes: the memory of the largest frame seen; 0 before the first.
        file_bytes: the memory of the largest file seen; 0 before the first.
    """

    reading: int
    decoding: int
    bytes_per_second: float
    memory_used: int
    frames_held: int
    frames_room: int
    files_held: int
    files_room: int
    frame_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class _Held:
    """A picture and the box it was made display-ready for."""

    picture: Picture
    box: Size | None


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a frame could not be had, and when to try again."""

    error: LookaheadError
    attempts: int
    retry_at: float


class Loader:
    """Loads what the newest plan wants, soonest first, and holds it; owner thread only.

    Every frame is read at most once while its bytes are held. The wanted frame has a reader that nothing else uses,
    and a decoder too once a few frames are ahead of it; until it is decoded no other decode begins, and other reads
    pause between their pieces. A frame whose read fails is tried again, later and later; one that is damaged is not,
    until :meth:`reload`.
    """

    def __init__(
        self,
        loop: Loop,
        readers: Executor,
        decoders: Executor,
        storage: Storage,
        decode: Decode,
        budget: int,
        *,
        files_share: float = 0.25,
        reads_at_once: int = 4,
        changed: Callable[[str], None] = lambda _path: None,
    ) -> None:
        """Makes a loader that does nothing until it gets a plan.

        Args:
            loop: the owner thread's.
            readers: hands for reading; ``reads_at_once`` and :data:`EXTRA_HANDS` for those that hang.
            decoders: hands for decoding, at most as many as there are cores.
            storage: where the files are.
            decode: makes a picture of a file's bytes, on a worker.
            budget: bytes of memory for frames and files together.
            files_share: the part of the budget that goes to the bytes of files, above 0 and below 1.
            reads_at_once: how many reads may be under way, at least 1; from 2 on, one is for the wanted frame only.
            changed: told the path of each frame whose state changed; must not call the loader's verbs.
        """
        self._loop = loop
        self._readers = readers
        self._decoders = decoders
        self._storage = storage
        self._decode = decode
        self._budget = budget
        self._files_share = files_share
        self._reads_at_once = reads_at_once
        self._changed = changed
        self._gate = Gate()
        self._throughput = Throughput()
        self._files: BudgetCache[str, Buffer] = BudgetCache(0, lambda data: memoryview(data).nbytes)
        self._shown: BudgetCache[str, _Held] = BudgetCache(0, _held_bytes)
        self._sources: BudgetCache[str, Frame] = BudgetCache(0, lambda frame: frame.nbytes)
        self._plan = NOTHING
        self._soonest: list[str] = []
        self._rest: Iterator[str] = iter(())
        self._horizon = math.inf
        self._box: Size | None = None
        self._reads: dict[str, Transfer] = {}
        self._stopping: set[Transfer] = set()
        self._decodes: dict[str, float] = {}
        self._rest_until = -math.inf
        self._outdated: set[str] = set()
        self._failures: dict[str, _Failed] = {}
        self._failures_in_a_row = 0
        self._quiet_until = -math.inf
        self._allowed_pixels = ORDINARY_PIXELS
        self._received = 0
        self._pump_posted = False
        self._retry: Timer | None = None
        self._retry_at = math.inf
        self._closed = False
        self._share_out()

    # What is wanted

    def replace_plan(self, plan: Plan) -> None:
        """Takes ``plan`` in place of the last one. What it no longer wants stops; what is under way is not repeated."""
        self._plan = plan
        if plan.wanted is None:
            self._allowed_pixels = ORDINARY_PIXELS  # another folder need not hold pictures as large
        self._soonest = []
        self._rest = iter(plan.order)
        self._horizon = math.inf
        self._shown.need = self._sources.need = plan.need
        self._files.need = self._need_of_file
        for cache in (self._shown, self._sources, self._files):
            self._report(cache.pin(plan.wanted))
        self._share_out()
        self._stop_obsolete_reads()
        self._post_pump()

    def set_box(self, box: Size | None) -> None:
        """Sets the size that display-ready copies are made for, in pixels of the screen; None for none.

        Copies for another size stay usable as stand-ins until they are replaced, soonest needed first.
        """
        if box != self._box:
            self._box = box
            self._post_pump()

    def set_budget(self, budget: int, files_share: float | None = None) -> None:
        """Changes the memory for frames and files together, in bytes, at once; and the part that goes to files."""
        self._budget = budget
        if files_share is not None:
            self._files_share = files_share
        self._share_out()
        too_large = [path for path, failed in self._failures.items() if isinstance(failed.error, ImageTooLargeError)]
        for path in too_large:
            del self._failures[path]
        self._report(too_large)
        self._post_pump()

    def set_reads_at_once(self, reads_at_once: int) -> None:
        """Changes how many reads may be under way, at least 1."""
        self._reads_at_once = reads_at_once
        self._post_pump()

    def reload(self, paths: list[str]) -> None:
        """Forgets what is held of ``paths``, and why they failed, so that they are read again when wanted."""
        for path in paths:
            self._stop_reading(path)
            if path in self._decodes:
                self._outdated.add(path)
            self._failures.pop(path, None)
            for cache in (self._files, self._shown, self._sources):
                cache.discard(path)
        self._quiet_until = -math.inf
        self._failures_in_a_row = 0
        self._report(paths)
        self._post_pump()

    def clear(self) -> None:
        """Forgets everything held; what the plan wants is read again."""
        self.reload(list({*self.paths_held(), *self._sources, *self._decodes}))

    def close(self) -> None:
        """Stops all work and forgets everything; results still to come are dropped. The executors stay open."""
        self._closed = True
        self._plan = NOTHING
        for path in list(self._reads):
            self._stop_reading(path)
        if self._retry is not None:
            self._retry.cancel()
        self._failures.clear()
        self._gate.set_open(is_open=True)
        for cache in (self._files, self._shown, self._sources):
            cache.clear()

    # What is here

    def picture(self, path: str) -> Picture | None:
        """Returns what can be shown of ``path`` at once, or None; it may be made for another box than the present."""
        held = self._shown.get(path)
        if held is None:
            return None
        source = held.picture.source or self._sources.get(path)
        return held.picture if source is held.picture.source else replace(held.picture, source=source)

    def is_ready(self, path: str) -> bool:
        """Returns whether the picture of ``path`` is here, display-ready for the present box."""
        held = self._shown.peek(path)
        if held is None:
            return False
        if held.box == self._box:
            return True
        if self._box is None:
            return held.picture.display is None or path in self._sources
        frame = held.picture.display or held.picture.source
        return frame is not None and frame.size == held.picture.size.fitted_into(self._box)

    def state(self, path: str) -> FrameState:
        """Returns where the frame of ``path`` is."""
        if path in self._shown:
            return FrameState.DECODED
        if path in self._failures:
            return FrameState.FAILED
        if path in self._files:
            return FrameState.ENCODED
        return FrameState.READING if path in self._reads else FrameState.ABSENT

    def failure(self, path: str) -> LookaheadError | None:
        """Returns why the frame of ``path`` could not be had, or None."""
        failed = self._failures.get(path)
        return None if failed is None else failed.error

    def progress(self, path: str) -> Transfer | None:
        """Returns the read of ``path`` that is under way, or None."""
        return self._reads.get(path)

    def paths_held(self) -> Iterator[str]:
        """Yields the paths whose state is another than absent, each at least once, in no order."""
        yield from self._shown
        yield from self._files
        yield from self._failures
        yield from self._reads

    def activity(self) -> Activity:
        """Returns what is going on, for the status line."""
        coming = sum(transfer.received for transfer in self._reads.values())
        return Activity(
            reading=len(self._reads),
            decoding=len(self._decodes),
            bytes_per_second=self._throughput.rate(self._loop.now(), self._received + coming),
            memory_used=self._shown.used + self._sources.used + self._files.used,
            frames_held=len(self._shown),
            frames_room=self._shown.budget // self._shown.largest if self._shown.largest else 0,
            files_held=len(self._files),
            files_room=self._files.budget // self._files.largest if self._files.largest else 0,
            frame_bytes=self._shown.largest,
            file_bytes=self._files.largest,
        )

    # The pump: looks at the plan and starts what has hands and room

    def _post_pump(self) -> None:
        if not self._pump_posted and not self._closed:
            self._pump_posted = True
            self._loop.post(self._pump)

    def _pump(self) -> None:
        self._pump_posted = False
        if not self._closed:
            self._carry_out_plan()

    def _carry_out_plan(self) -> None:
        wanted = self._plan.wanted
        waiting = self._put_first(wanted)
        self._horizon = math.inf
        frame_room, file_room, transit_room = self._shown.room, self._files.room, self._files.room
        lead = 0
        for path in self._take(FARTHEST):
            if self._has_failed(path):
                continue
            ready = self.is_ready(path)
            urgent = path == wanted
            frame_room -= self._shown.size(path)
            file_room -= self._files.size(path)
            # Bytes that still have to become a frame go before the bytes of frames that are here.
            transit_room -= 0 if ready else self._files.size(path)
            frame_fits = urgent or frame_room >= 0
            if not frame_fits and self._horizon == math.inf:
                self._horizon = self._plan.need(path)
            file_fits = urgent or (transit_room >= 0 and (frame_fits or file_room >= 0))
            can_decode = self._can_decode(lead, urgent=urgent)
            if not (frame_fits or file_fits) or not (can_decode or self._can_read(urgent=urgent)):
                break
            if ready:
                lead += 1
                continue
            if path not in self._files:
                if file_fits and path not in self._reads and self._can_read(urgent=urgent):
                    self._start_reading(path, urgent=urgent)
            elif frame_fits and can_decode and self._may_decode(path, lead, urgent=urgent, waiting=waiting):
                self._start_decoding(path)
        self._gate.set_open(is_open=not (waiting and wanted in self._reads))

    def _put_first(self, wanted: str | None) -> bool:
        """Sees to it that ``wanted`` has its place; returns whether it is waited for."""
        waiting = wanted is not None and not self.is_ready(wanted) and not self._has_failed(wanted)
        # Once it is decoded its bytes may go: were they kept, nothing else might fit beside a large file.
        self._report(self._files.pin(wanted if waiting else None))
        if wanted is not None and waiting and wanted not in self._files and wanted not in self._reads:
            self._make_way()
        for path, transfer in self._reads.items():
            transfer.set_urgent(urgent=path == wanted)
        return waiting

    def _take(self, count: int) -> Iterator[str]:
        """Yields the first ``count`` paths of the plan, reading on in it only as far as needed."""
        position = 0
        while position < count:
            if position == len(self._soonest):
                path = next(self._rest, None)
                if path is None:
                    return
                self._soonest.append(path)
            yield self._soonest[position]
            position += 1

    def _can_read(self, *, urgent: bool) -> bool:
        reserved = 1 if self._reads_at_once > 1 and not urgent else 0
        free = min(self._reads_at_once, self._readers.hands - len(self._stopping)) - len(self._reads)
        return free > reserved and (urgent or self._loop.now() >= self._quiet_until)

    def _make_way(self) -> None:
        """Gives up the reads needed last while the wanted frame has no place: it may be held by one wanted before."""
        while self._reads_at_once <= len(self._reads) < self._readers.hands - len(self._stopping):
            self._stop_reading(max(self._reads, key=self._plan.need))

    def _can_decode(self, lead: int, *, urgent: bool) -> bool:
        hands = self._decoders.hands if self._allowed_pixels <= ORDINARY_PIXELS else 1
        reserved = 1 if hands > 1 and not urgent and lead >= SHORT_LEAD else 0
        return len(self._decodes) < hands - reserved

    def _may_decode(self, path: str, lead: int, *, urgent: bool, waiting: bool) -> bool:
        """Returns whether to decode ``path`` now, with ``lead`` frames before it in the plan here already."""
        comes_first = urgent or not waiting
        in_time = lead < COMFORTABLE_LEAD or self._loop.now() >= self._rest_until
        return comes_first and in_time and path not in self._decodes

    def _has_failed(self, path: str) -> bool:
        failed = self._failures.get(path)
        return failed is not None and failed.retry_at > self._loop.now()

    # The reading lane

    def _stop_obsolete_reads(self) -> None:
        obsolete, to_read = set(self._reads), 0
        for path in self._take(FARTHEST):
            if not obsolete or to_read == KEEP_READING_WITHIN:
                break
            obsolete.discard(path)
            to_read += path not in self._files and not self.is_ready(path)
        for path in obsolete:
            self._stop_reading(path)

    def _start_reading(self, path: str, *, urgent: bool) -> None:
        transfer = Transfer(self._gate)
        transfer.set_urgent(urgent=urgent)
        self._reads[path] = transfer
        storage = self._storage
        self._readers.submit(
            lambda: storage.read(path, transfer), lambda outcome: self._read_done(path, transfer, outcome)
        )
        self._changed(path)

    def _stop_reading(self, path: str) -> None:
        transfer = self._reads.pop(path, None)
        if transfer is not None:
            self._received += transfer.received
            self._stopping.add(transfer)
            transfer.cancel()
            self._changed(path)

    def _read_done(self, path: str, transfer: Transfer, outcome: Success[Buffer] | Failure) -> None:
        given_up = transfer in self._stopping
        self._stopping.discard(transfer)
        if self._closed:
            return
        if not given_up:
            del self._reads[path]
            self._received += transfer.received
        if isinstance(outcome, Success):
            self._failures_in_a_row = 0
            self._quiet_until = -math.inf
            if not given_up:
                self._failures.pop(path, None)
                self._report(self._files.put(path, outcome.value))
        elif not given_up:
            self._failures_in_a_row += 1
            self._fail(path, outcome.error, for_good=False)
            self._quiet_until = self._failures[path].retry_at if self._failures_in_a_row > 1 else -math.inf
        self._changed(path)
        self._post_pump()

    # The decoding lane

    def _start_decoding(self, path: str) -> None:
        data = self._files.get(path)
        if data is None:  # pragma: no cover - the pump has just seen it
            return
        box, allowed, decode = self._box, self._allowed_pixels, self._decode
        self._decodes[path] = self._loop.now()
        self._decoders.submit(lambda: decode(data, box, allowed), lambda outcome: self._decode_done(path, box, outcome))
        self._changed(path)

    def _decode_done(self, path: str, box: Size | None, outcome: Success[Picture] | Failure) -> None:
        outdated = path in self._outdated
        rest = REST_FOR_WORK * (self._loop.now() - self._decodes.pop(path))
        self._outdated.discard(path)
        if self._closed:
            return
        self._rest_until = self._loop.now() + rest
        if rest:
            self._loop.call_later(rest, self._post_pump)
        if outdated:
            pass  # it was made of bytes from before a reload
        elif isinstance(outcome, Success):
            self._failures.pop(path, None)
            self._hold(path, outcome.value, box)
        elif not (isinstance(outcome.error, ImageTooLargeError) and self._make_room_for(outcome.error)):
            self._fail(path, outcome.error, for_good=True)
            self._files.discard(path)
        self._changed(path)
        self._post_pump()

    def _hold(self, path: str, picture: Picture, box: Size | None) -> None:
        if picture.display is not None and picture.source is not None:
            self._report(self._sources.put(path, picture.source))
            picture = replace(picture, source=None)
        else:
            self._sources.discard(path)  # what is shown is the frame at its own size
        self._report(self._shown.put(path, _Held(picture, box)))
        self._share_out()

    def _make_room_for(self, refused: ImageTooLargeError) -> bool:
        """Allows pictures as large as the one refused, if the budget has room for one; returns whether it has."""
        if refused.pixels <= self._allowed_pixels or not self._fits(refused.pixels):
            return False
        self._allowed_pixels = refused.pixels
        self._share_out()
        return True

    def _fits(self, pixels: int) -> bool:
        # A picture being decoded takes its place twice: as the library made it, and as it is shown.
        return 2 * _frame_bytes(pixels) <= self._budget + HEADROOM

    def _share_out(self) -> None:
        """Divides the budget among the caches, less what decoding a very large picture takes for a moment."""
        while self._allowed_pixels > ORDINARY_PIXELS and not self._fits(self._allowed_pixels):
            self._allowed_pixels = max(ORDINARY_PIXELS, self._allowed_pixels // 2)
        reserved = max(0, 2 * _frame_bytes(self._allowed_pixels) - HEADROOM)
        budget = max(0, self._budget - reserved)
        for_files = int(budget * self._files_share)
        self._report(self._sources.set_budget((budget - for_files) // SOURCES_SHARE))
        budget -= self._sources.used
        self._report(self._shown.set_budget(max(0, budget - for_files)))
        # A frame that is needed now is kept even beyond the budget; then the files give way.
        self._report(self._files.set_budget(max(0, budget - max(self._shown.budget, self._shown.used))))

    # Failures

    def _fail(self, path: str, error: BaseException, *, for_good: bool) -> None:
        before = self._failures.get(path)
        attempts = 1 if before is None else before.attempts + 1
        _let_go_of_frames(error)
        if isinstance(error, ImageTooLargeError) and not self._fits(error.pixels):
            error = self._too_large(error)
        elif not isinstance(error, LookaheadError):
            error = DecodeError(f"It could not be loaded: {str(error) or type(error).__name__}.")
        pause = math.inf if for_good else min(RETRY_AFTER * 2.0 ** min(attempts - 1, 10), RETRY_AFTER_MOST)
        self._failures[path] = _Failed(error, attempts, self._loop.now() + pause)
        self._retry_by(self._failures[path].retry_at)

    def _retry_by(self, due: float) -> None:
        if due < self._retry_at:
            if self._retry is not None:
                self._retry.cancel()
            self._retry_at = due
            self._retry = self._loop.call_later(due - self._loop.now(), self._try_again)

    def _try_again(self) -> None:
        """Looks at the plan when a failed read comes due, and sees to the next one."""
        self._retry, self._retry_at = None, math.inf
        self._post_pump()
        now = self._loop.now()
        dues = (self._quiet_until, *(failed.retry_at for failed in self._failures.values()))
        self._retry_by(min((due for due in dues if due > now), default=math.inf))

    def _too_large(self, refused: ImageTooLargeError) -> ImageTooLargeError:
        needed, budget = 2 * _frame_bytes(refused.pixels), format_bytes(self._budget)
        return ImageTooLargeError(
            f"It has {refused.pixels / 1e6:,.0f} million pixels and needs {format_bytes(needed)} to be shown, but the "
            f"cache size is {budget}. Raise the cache size in the preferences to see it.",
            refused.pixels,
        )

    def _need_of_file(self, path: str) -> float:
        # Bytes that are to become a frame now go before all others: those of frames that are here are needed only when
        # the window changes its size, and those of frames that there is no room for only when the playhead is nearer.
        need = self._plan.need(path)
        return need if need < self._horizon and not self.is_ready(path) else need + 2.0**40

    def _report(self, paths: list[str]) -> None:
        for path in paths:
            self._changed(path)


def _let_go_of_frames(error: BaseException) -> None:
    """Forgets the calls that ``error`` passed through, which hold the file's bytes and half-made pictures."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__


def _held_bytes(held: _Held) -> int:
    frame = held.picture.display or held.picture.source
    return 0 if frame is None else frame.nbytes


def _frame_bytes(pixels: int) -> int:
    return 4 * pixels
