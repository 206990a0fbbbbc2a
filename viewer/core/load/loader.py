"""The loader: carries out the newest plan; files come over the share or from this disk, and are decoded."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.cache.budget_cache import BudgetCache
from viewer.core.errors import DecodeError, ImageTooLargeError, LookaheadError, StorageError
from viewer.core.executor import Success
from viewer.core.frame import Picture, Size
from viewer.core.load.disk_lane import DiskLane
from viewer.core.load.failures import ShareFailures
from viewer.core.load.plan import NOTHING, Plan
from viewer.core.load.read_lane import ReadLane, as_lookahead
from viewer.core.load.statistics import CacheLevel, StepStatistics, StepTime
from viewer.core.units import MB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from typing_extensions import Buffer

    from viewer.core.decode.embedded import Preview
    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame
    from viewer.core.load.disk_lane import FileCache
    from viewer.core.load.link import Link
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Stamp, Transfer

    Decode: TypeAlias = Callable[[Buffer, Size | None, int], Picture]
    """``decode(data, fit_size, max_pixels)``: makes a picture of a file's bytes, for ``fit_size``; on a worker."""

FARTHEST = 1000
"""Frames of a plan that are looked at: enough for any line, and few enough to look at after every key press."""
AT_FIRST, FAR_AFTER = 64, 0.1
"""Frames of a new plan that are looked at on the spot, and seconds until the rest are: many steps come at once."""
KEEP_READING_WITHIN = 16
"""A read under way is let finish while its frame is among so many that are still to be read."""
SHORT_LEAD = 24
"""With fewer of the frames needed next at hand, all decoders look ahead; from here on one waits for what is wanted."""
COMFORTABLE_LEAD = 80
"""With so many of the frames needed next at hand, decoding takes its time and leaves the processor to the person."""
ENOUGH_FILES = 16
"""With so many files waiting for the decoders, no more are read while frames are wanted at an even pace."""
REST_FOR_WORK = 1
"""How long decoding then rests, in times of what it worked. (Stepping is slower while it works flat out.)"""
NEAR = 32
"""With so many of the frames needed next at hand, or coming, a few others are looked at all over the sequence."""
SAMPLED_AT_ONCE = 2
"""Frames looked at all over the sequence that may be under way."""
HEAD = 64 * 1024
"""Bytes at the beginning of a file that hold the small picture that cameras write, if they wrote one."""
HEADS_FROM = 4 * HEAD
"""Files from this size on are looked at by their heads, where these hold a small picture."""
THUMBNAILS_SHARE = 16
"""One part in so many of the budget goes to small pictures."""
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
    ON_DISK = 2
    READING = 3
    ENCODED = 4
    DECODED = 5


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

    def step_time(self, path: str, asked: float, now: float) -> StepTime:
        """Returns what the time went into from ``asked``, when ``path`` was wanted, until ``now``, when it is seen.

        A frame that this does not tell of was here already, ready to show.
        """
        if self.path != path or not self.decode_ended:
            return StepTime(CacheLevel.DISPLAY, 0.0, 0.0, 0.0, now - asked)
        place = CacheLevel.ENCODED
        if self.read_ended:
            place = CacheLevel.DISK if self.from_disk else CacheLevel.SHARE
        reading = max(0.0, self.read_ended - max(self.read_began, asked)) if self.read_ended else 0.0
        decoding = max(0.0, self.decode_ended - max(self.decode_began, asked))
        painting = now - max(self.decode_ended, asked)
        waiting = max(0.0, now - asked - reading - decoding - painting)
        return StepTime(place, waiting, reading, decoding, painting)


@dataclass(slots=True)
class _Room:
    """The room that is left as the plan is gone through, in bytes.

    Attributes:
        frames: for frames.
        files: for the bytes of files.
        transit: for the bytes of files that are still to become frames: they go before those of frames that are here.
    """

    frames: int
    files: int
    transit: int

    def take(self, frame: int, file: int, *, ready: bool, urgent: bool) -> tuple[bool, bool]:
        """Takes the room of one more; returns whether the frame has room and whether the bytes of its file have."""
        self.frames -= frame
        self.files -= file
        self.transit -= 0 if ready else file
        frame_fits = urgent or self.frames >= 0
        return frame_fits, urgent or (self.transit >= 0 and (frame_fits or self.files >= 0))


@dataclass(frozen=True, slots=True)
class _Thumbnail:
    """A small picture, and what the frame it is of is like."""

    frame: Frame
    size: Size
    description: str


@dataclass(frozen=True, slots=True)
class _Held:
    """A picture and the box it was made display-ready for."""

    picture: Picture
    fit_size: Size | None


class Loader:
    """Loads what the newest plan wants, soonest first, and holds it; owner thread only.

    Every frame is read at most once while its bytes are held or on this disk. The wanted frame has a reader that
    nothing else uses, and a decoder too once a few frames are ahead of it; until it is decoded no other decode begins,
    and other reads pause between their pieces. A frame whose read fails is tried again, later and later; one that is
    damaged is not, until :meth:`reload`.

    Attributes:
        statistics: what was measured, for people.
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
        file_cache: FileCache | None = None,
        disk: Executor | None = None,
        preview: Callable[[Buffer], Preview | None] = lambda _head: None,
        decode_for_playing: Decode | None = None,
    ) -> None:
        """Makes a loader that does nothing until it gets a plan.

        Args:
            loop: the owner thread's.
            readers: workers for reading; ``reads_at_once`` and :data:`EXTRA_READERS` for those that hang.
            decoders: workers for decoding, at most as many as there are cores.
            storage: where the files are.
            decode: makes a picture of a file's bytes, on a worker.
            budget: bytes of memory for frames and files together.
            files_share: the part of the budget that goes to the bytes of files, above 0 and below 1.
            reads_at_once: how many reads may be under way; from 2 on, one is for the wanted frame only. 0 finds the
                number that gives the most.
            changed: told the path of each frame whose state changed; must not call the loader's verbs.
            file_cache: where files are kept on this disk, None for nowhere.
            disk: workers for this disk, at least 3; needed with ``file_cache``.
            preview: makes the small picture that the first :data:`HEAD` bytes of a file hold, if they hold one; quick.
            decode_for_playing: makes a picture that need have no source while frames are wanted at an even pace;
                ``decode`` if None.
        """
        self._loop = loop
        self._decoders = decoders
        self._decode = decode
        self._decode_for_playing = decode_for_playing or decode
        self._completed = ""
        self._budget = budget
        self._files_share = files_share
        self._changed = changed
        self._lane = ReadLane(loop, readers, storage, self._read_done, self._post_pump, reads_at_once)
        self._kept = DiskLane(file_cache, disk, self._fetched, self._missed, changed) if file_cache and disk else None
        self._keep_rule: bool | None = False
        self._failures = ShareFailures(loop, self._post_pump)
        self._files: BudgetCache[str, Buffer] = BudgetCache(0, lambda data: memoryview(data).nbytes)
        self._shown: BudgetCache[str, _Held] = BudgetCache(0, _held_bytes)
        self._sources: BudgetCache[str, Frame] = BudgetCache(0, lambda frame: frame.nbytes)
        self._thumbnails: BudgetCache[str, _Thumbnail] = BudgetCache(0, lambda small: small.frame.nbytes)
        self._stamps: dict[str, Stamp] = {}
        self._plan = NOTHING
        self._soonest: list[str] = []
        self._rest: Iterator[str] = iter(())
        self._horizon = math.inf
        self._fit_size: Size | None = None
        self._decodes: dict[str, float] = {}
        self._decode_seconds = 0.0
        self._rest_until = -math.inf
        self._outdated: set[str] = set()
        self._sampled: set[str] = set()
        self._samples: dict[str, Buffer | None] = {}
        self._preview = preview
        self._has_previews: bool | None = None
        self._heads: set[str] = set()
        self._to_sample: Iterator[str] = iter(())
        self._to_fill: Iterator[str] = iter(())
        self._filled: set[str] = set()
        self._trace = Trace()
        self.statistics = StepStatistics()
        self._allowed_pixels = ORDINARY_PIXELS
        self._pump_posted = False
        self._to_look_at = 0
        self._far: Timer | None = None
        self._closed = False
        self._share_out()

    # What is wanted

    def replace_plan(self, plan: Plan) -> None:
        """Takes ``plan`` in place of the last one. What it no longer wants stops; what is under way is not repeated."""
        if plan.wanted != self._plan.wanted:
            self._trace = Trace(plan.wanted or "")
            self._completed = ""
        self._plan = plan
        if plan.wanted is None:
            self._allowed_pixels = ORDINARY_PIXELS  # another folder need not hold pictures as large
            self._samples.clear()
            self._sampled.clear()
            self._heads.clear()
            self._has_previews = None
            self._filled.clear()
            in_memory = {*self._shown, *self._files}
            self._stamps = {path: stamp for path, stamp in self._stamps.items() if path in in_memory}
        self._soonest = []
        self._rest = iter(plan.order)
        self._to_sample, self._to_fill = iter(plan.thumbnails), iter(plan.fill)
        self._horizon = math.inf
        self._shown.need = self._sources.need = plan.need
        self._files.need = self._need_of_file
        self._thumbnails.need = plan.coarseness
        for cache in (self._shown, self._sources, self._files):
            self._report(cache.pin(plan.wanted))
        self._share_out()
        if not plan.in_passing:
            self._lane.release()
            self._stop_obsolete_reads()
        self._post_pump(AT_FIRST)
        if self._far is None:
            self._far = self._loop.call_later(FAR_AFTER, self._look_far)

    def set_fit_size(self, fit_size: Size | None) -> None:
        """Sets the size that display-ready copies are made for, in pixels of the screen; None for none.

        Copies for another size stay usable as stand-ins until they are replaced, soonest needed first.
        """
        if fit_size != self._fit_size:
            self._fit_size = fit_size
            self._post_pump()

    def set_budget(self, budget: int, files_share: float | None = None) -> None:
        """Changes the memory for frames and files together, in bytes, at once; and the part that goes to files."""
        self._budget = budget
        if files_share is not None:
            self._files_share = files_share
        self._share_out()
        self._report(self._failures.forget_too_large())
        self._post_pump()

    def set_reads_at_once(self, reads_at_once: int) -> None:
        """Changes how many reads may be under way; 0 finds the number that gives the most."""
        self._lane.set_reads_at_once(reads_at_once)

    def set_limit(self, bytes_per_second: float | None) -> None:
        """Sets the speed limit for reading ahead; 0 stops reading ahead, None takes the limit away."""
        self._lane.set_limit(bytes_per_second)

    def set_give_up_after(self, seconds: float) -> None:
        """Sets after how long a read that brings nothing is given up."""
        self._lane.give_up_after = seconds

    def set_keeping(self, *, keep: bool | None) -> None:
        """Sets whether files that are read are kept on this disk; None keeps those of shares that measure slow."""
        self._keep_rule = keep
        self._decide_keeping()

    def use_link(self, share: str) -> None:
        """Says which share is read from now on, by whatever name; each line is measured for itself."""
        self._lane.use_link(share)
        self._decide_keeping()

    def note_on_disk(self, paths: set[str]) -> None:
        """Takes note that the files of ``paths`` are on this disk; nobody is told that their state changed."""
        if self._kept is not None:
            self._kept.note(paths)
            self._post_pump()

    def forget_disk(self) -> None:
        """Takes note that nothing is on this disk any more."""
        if self._kept is not None:
            self._filled.clear()
            self._kept.forget()

    def try_again(self) -> None:
        """Is told that the share has answered: what failed because it was away is tried again at once."""
        self._report(self._failures.note_answer())
        self._post_pump()

    def reload(self, paths: list[str]) -> None:
        """Forgets what is held of ``paths``, and why they failed, so that they are read again when wanted."""
        for path in paths:
            self._lane.stop(path, forget=True)
            if path in self._decodes:
                self._outdated.add(path)
            self._failures.forget(path)
            self._forget_attempt(path)
            self._stamps.pop(path, None)
            if self._kept is not None:
                self._kept.discard(path)
            for cache in (self._files, self._shown, self._sources, self._thumbnails):
                cache.discard(path)
        self._failures.be_hopeful()
        self._report(paths)
        self._post_pump()

    def clear(self) -> None:
        """Forgets everything held in memory; what the plan wants is fetched or read again."""
        held = {*self.paths_held(), *self._sources, *self._thumbnails, *self._decodes}
        on_disk = set(filter(self._is_kept, held))
        self.reload(list(held))
        self.note_on_disk(on_disk)
        self._report(list(on_disk))

    def close(self) -> None:
        """Stops all work and forgets everything; results still to come are dropped. The executors stay open."""
        self._closed = True
        self._plan = NOTHING
        if self._far is not None:
            self._far.cancel()
        self._lane.close()
        self._failures.close()
        self._samples.clear()
        for cache in (self._files, self._shown, self._sources, self._thumbnails):
            cache.clear()

    # What is here

    def picture(self, path: str) -> Picture | None:
        """Returns what can be shown of ``path`` at once, or None; it may be made for another box than the present."""
        held = self._shown.get(path)
        if held is None:
            return None
        source = held.picture.source or self._sources.get(path)
        return held.picture if source is held.picture.source else replace(held.picture, source=source)

    def stand_in(self, path: str) -> Picture | None:
        """Returns the small picture of ``path`` as if it were display-ready, or None."""
        small = self._thumbnails.get(path)
        return None if small is None else Picture(small.size, small.description, None, small.frame)

    def thumbnail(self, path: str) -> Frame | None:
        """Returns the small picture of ``path``, or None."""
        small = self._thumbnails.peek(path)
        return None if small is None else small.frame

    def is_ready(self, path: str) -> bool:
        """Returns whether the picture of ``path`` is here, display-ready for the present box."""
        held = self._shown.peek(path)
        if held is None:
            return False
        if held.fit_size == self._fit_size:
            return True
        if self._fit_size is None:
            return held.picture.display is None or path in self._sources
        frame = held.picture.display or held.picture.source
        return frame is not None and frame.size == held.picture.size.fitted_into(self._fit_size)

    def state(self, path: str) -> FrameState:
        """Returns where the frame of ``path`` is."""
        if path in self._shown:
            return FrameState.DECODED
        failure = self._failures.error(path)
        if failure is not None and not (self.away is not None and isinstance(failure, StorageError)):
            return FrameState.FAILED
        if path in self._files:
            return FrameState.ENCODED
        if path in self._lane:
            return FrameState.READING
        return FrameState.ON_DISK if self._is_kept(path) else FrameState.ABSENT

    def failure(self, path: str) -> LookaheadError | None:
        """Returns why the frame of ``path`` could not be had, or None."""
        return self._failures.error(path)

    def stamp(self, path: str) -> Stamp | None:
        """Returns the stamp of the file that is held of ``path``, or that failed; None if it is not known."""
        return self._stamps.get(path) or self._failures.stamp(path)

    def progress(self, path: str) -> Transfer | None:
        """Returns the read of ``path`` that is under way, or None."""
        return self._lane.transfer(path)

    def is_shown(self, path: str) -> bool:
        """Returns whether the frame of ``path`` can be shown, for whatever box it was made."""
        return path in self._shown

    def paths_reading(self) -> Iterator[str]:
        """Yields the paths being read over the share, the one begun first."""
        yield from self._lane

    def paths_held(self) -> Iterator[str]:
        """Yields the paths of which something is in memory, each at least once, in no order."""
        yield from self._shown
        yield from self._files
        yield from self._thumbnails
        yield from self._failures
        yield from self._lane

    @property
    def away(self) -> LookaheadError | None:
        """What the share said last while it is taken to be away, None while it works."""
        return self._failures.away

    @property
    def keeps_files(self) -> bool:
        """Whether files that are read are kept on this disk now."""
        return self._kept is not None and self._kept.keeps

    @property
    def next_attempt(self) -> float:
        """Seconds until the share that is away is asked again."""
        return self._failures.next_attempt

    @property
    def silence(self) -> float:
        """Seconds for which nothing has come in though something is being read."""
        return self._lane.silence

    @property
    def file_bytes(self) -> int:
        """The bytes of the largest file seen; 0 before the first."""
        return self._files.largest

    @property
    def frames_room(self) -> int:
        """How many frames of the largest size seen the budget holds; 0 before the first."""
        return self._shown.budget // self._shown.largest if self._shown.largest else 0

    @property
    def decode_seconds(self) -> float:
        """How long a decode took lately; 0.0 before the first."""
        return self._decode_seconds

    @property
    def link(self) -> Link:
        """What was measured of the line."""
        return self._lane.link

    @property
    def trace(self) -> Trace:
        """How the wanted frame came here, as far as it has come."""
        return self._trace

    def activity(self) -> Activity:
        """Returns what is going on, for the status line."""
        return Activity(
            reading=len(self._lane),
            decoding=len(self._decodes),
            bytes_per_second=self._lane.bytes_per_second(),
            memory_used=self._shown.used + self._sources.used + self._files.used + self._thumbnails.used,
            frames_held=len(self._shown),
            frames_room=self.frames_room,
            files_held=len(self._files),
            files_room=self._files.budget // self._files.largest if self._files.largest else 0,
            frame_bytes=self._shown.largest,
            file_bytes=self._files.largest,
        )

    # The pump: looks at the plan and starts what has workers and room

    def _post_pump(self, most: int = FARTHEST) -> None:
        """Has the first ``most`` frames of the plan looked at soon."""
        self._to_look_at = max(self._to_look_at, most)
        if not self._pump_posted and not self._closed:
            self._pump_posted = True
            self._loop.post(self._pump)

    def _look_far(self) -> None:
        self._far = None
        self._post_pump()

    def _pump(self) -> None:
        self._pump_posted = False
        if not self._closed:
            self._carry_out_plan()
            self._to_look_at = 0

    def _carry_out_plan(self) -> None:
        wanted = self._plan.wanted
        waiting = self._put_first(wanted)
        near = self._go_through_plan(waiting=waiting)
        if not self._plan.in_passing:
            if near >= NEAR:
                self._sample()
            self._fill()
        if not waiting:
            self._decode_samples()
            self._complete(wanted)
        self._lane.hasten(
            wanted if waiting else None, next(filter(self._lane.__contains__, self._soonest[1:NEAR]), None)
        )

    def _go_through_plan(self, *, waiting: bool) -> int:
        """Begins what can be begun; returns how many frames are at hand or coming, :data:`NEAR` if no more can be."""
        self._horizon = math.inf
        room = _Room(self._shown.room, self._files.room, self._files.room)
        lead = near = undecoded = 0
        count = 1 if self._plan.in_passing else self._to_look_at  # the next ones will have been passed by, too
        for path in self._take(count):
            if self._failures.blocks(path):
                continue
            ready, urgent = self.is_ready(path), path == self._plan.wanted
            frame_fits, file_fits = room.take(
                self._shown.size(path), self._files.size(path), ready=ready, urgent=urgent
            )
            if not frame_fits and self._horizon == math.inf:
                self._horizon = self._plan.need(path)
            if not (frame_fits or file_fits):
                return NEAR
            undecoded += path in self._files and not ready
            if not self._can_begin(lead, undecoded, urgent=urgent):
                return near
            near += 1
            if near == NEAR:
                self._sample()
            if ready:
                lead += 1
            elif path not in self._files and file_fits:
                self._get(path, urgent=urgent, room_for_frame=frame_fits)
            elif frame_fits and self._may_decode(path, lead, urgent=urgent, waiting=waiting):
                self._start_decoding(path)
        return NEAR

    def _complete(self, wanted: str | None) -> None:
        """Decodes the frame on screen once more if it has been decoded for playing: at rest all of it is of use."""
        if wanted is None or wanted == self._completed or self._plan.steady or self._plan.in_passing:
            return
        held, data = self._shown.peek(wanted), self._files.peek(wanted)
        if held is None or held.picture.display is None or wanted in self._sources:
            return
        if data is not None and wanted not in self._decodes and self._can_decode(0, urgent=True):
            self._completed = wanted  # once: there may be no room to keep it
            self._submit_decode(wanted, data)

    def _can_begin(self, lead: int, undecoded: int, *, urgent: bool) -> bool:
        """Returns whether anything can be begun, with ``undecoded`` files before it waiting for the decoders."""
        if self._can_decode(lead, urgent=urgent):
            return True
        if self._plan.steady and undecoded >= ENOUGH_FILES:
            return False  # reading on would only take the processor from the decoders
        return self._can_get(urgent=urgent)

    def _put_first(self, wanted: str | None) -> bool:
        """Sees to it that ``wanted`` has its place; returns whether it is waited for."""
        waiting = wanted is not None and not self.is_ready(wanted) and not self._failures.blocks(wanted)
        # Once it is decoded its bytes may go: were they kept, nothing else might fit beside a large file.
        self._report(self._files.pin(wanted if waiting else None))
        if wanted is None or not waiting:
            return False
        if wanted in self._heads:
            self._stop_reading(wanted)  # all of it is needed now; what has come is not read again
        data = self._samples.get(wanted)
        if data is not None and wanted not in self._files:
            self._report(self._files.put(wanted, data))
        if self._plan.in_passing or self._plan.steady:
            return False
        here = wanted in self._files or self._is_kept(wanted)
        while not here and wanted not in self._lane and self._lane.is_full:
            # A read needed last gives way: all places may be held by frames that were wanted before.
            self._stop_reading(max(self._lane, key=self._plan.need))
        return True

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

    def _can_get(self, *, urgent: bool) -> bool:
        """Returns whether bytes can be had now, from wherever."""
        return self._can_read(urgent=urgent) or (self._kept is not None and self._kept.can_fetch(urgent=urgent))

    def _can_read(self, *, urgent: bool) -> bool:
        return self._may_ask(urgent=urgent) and self._lane.can_start(urgent=urgent)

    def _may_ask(self, *, urgent: bool) -> bool:
        """Returns whether the share may be asked for something, which one that is away is only now and then."""
        return not self._failures.quiet or (urgent and not self._lane.is_stuck)

    def _is_kept(self, path: str) -> bool:
        return self._kept is not None and path in self._kept

    def _get(self, path: str, *, urgent: bool, room_for_frame: bool = True) -> None:
        """Begins to get the bytes of ``path``, if a worker is free and nothing is getting them yet."""
        if self._kept is not None and path in self._kept:
            if room_for_frame and self._kept.can_fetch(urgent=urgent) and not self._kept.is_fetching(path):
                self._note_trace(path, read_began=self._loop.now(), from_disk=True)
                self._kept.fetch(path)
        elif self._plan.in_passing:
            self._rush(path)
        elif path not in self._lane and self._can_read(urgent=urgent):
            self._start_reading(path, urgent=urgent)

    def _can_decode(self, lead: int, *, urgent: bool) -> bool:
        max_workers = self._decoders.max_workers if self._allowed_pixels <= ORDINARY_PIXELS else 1
        reserved = 1 if max_workers > 1 and not urgent and lead >= SHORT_LEAD else 0
        return len(self._decodes) < max_workers - reserved

    def _may_decode(self, path: str, lead: int, *, urgent: bool, waiting: bool) -> bool:
        """Returns whether to decode ``path`` now, with ``lead`` frames before it in the plan here already."""
        comes_first = urgent or not waiting
        in_time = lead < COMFORTABLE_LEAD or self._loop.now() >= self._rest_until
        can_decode = self._can_decode(lead, urgent=urgent)
        return comes_first and in_time and can_decode and path not in self._decodes

    # The reading lane, and the one to this disk

    def _stop_obsolete_reads(self) -> None:
        obsolete, to_read = {path for path in self._lane if path not in self._samples}, 0
        for path in self._take(FARTHEST):
            if not obsolete or to_read == KEEP_READING_WITHIN:
                break
            obsolete.discard(path)
            to_read += not (path in self._files or self._is_kept(path) or self.is_ready(path))
        for path in obsolete:
            if not self._lane.is_nearly_done(path):
                self._stop_reading(path)

    def _start_reading(self, path: str, *, urgent: bool) -> None:
        self._note_trace(path, read_began=self._loop.now())
        self._lane.start(path, urgent=urgent)
        self._changed(path)

    def _rush(self, path: str) -> None:
        """Reads ``path``, which somebody passes by faster than frames come."""
        is_new = path not in self._lane
        if is_new and not self._may_ask(urgent=True):
            return
        if is_new:
            self._note_trace(path, read_began=self._loop.now())
        for given_up in self._lane.rush(path):
            self._forget_attempt(given_up)
            self._changed(given_up)
        if is_new:
            self._changed(path)

    def _stop_reading(self, path: str) -> None:
        if path in self._lane:
            self._lane.stop(path)
            self._forget_attempt(path)
            self._changed(path)

    def _read_done(self, path: str, transfer: Transfer, outcome: Success[Buffer] | Failure) -> None:
        if path in self._heads and isinstance(outcome, Success):
            self._take_head(path, outcome.value)
        elif isinstance(outcome, Success):
            self._note_trace(path, read_ended=self._loop.now())
            self._report(self._failures.note_success(path))
            if transfer.stamp is not None:
                self._stamps[path] = transfer.stamp
            self._decide_keeping()
            if self._kept is not None and transfer.stamp is not None:
                self._kept.keep(path, outcome.value, transfer.stamp)
                if self._kept.keeps:
                    self._filled.add(path)  # even if it is written only later
            self._take_bytes(path, outcome.value)
        elif isinstance(outcome.error, DecodeError):  # a page of a file that could be read
            self._forget_attempt(path)
            if transfer.stamp is not None:
                self._stamps[path] = transfer.stamp
            self._fail_decode(path, outcome.error)
        else:
            self._forget_attempt(path)
            self._fail_read(path, outcome.error, transfer.stamp)
        self._changed(path)

    def _fetched(self, path: str, data: Buffer, stamp: Stamp) -> None:
        if not self._closed:
            self._note_trace(path, read_ended=self._loop.now())
            self._stamps[path] = stamp
            self._take_bytes(path, data)
            self._changed(path)
            self._post_pump()

    def _missed(self, path: str) -> None:
        if not self._closed:
            self._forget_attempt(path)
            self._changed(path)
            self._post_pump()

    def _take_bytes(self, path: str, data: Buffer) -> None:
        if path in self._samples:
            self._samples[path] = data
        self._report(self._files.put(path, data))
        if self._has_previews is None:
            size = memoryview(data).nbytes
            self._has_previews = size >= HEADS_FROM and self._preview(memoryview(data)[:HEAD]) is not None
        idle = path not in self._decodes and not self.is_ready(path)
        if self._plan.in_passing and idle and self._can_decode(0, urgent=True):
            self._submit_decode(path, data)  # it is shown, though somebody has passed it by now

    def _decide_keeping(self) -> None:
        if self._kept is None:
            return
        keeps = bool(self._lane.link.is_slow) if self._keep_rule is None else self._keep_rule
        if keeps and not self._kept.keeps:
            self._kept.keeps = True
            for path in self._files:
                stamp, data = self._stamps.get(path), self._files.peek(path)
                if stamp is not None and data is not None:
                    self._kept.keep(path, data, stamp)
        self._kept.keeps = keeps

    # Small pictures from all over the sequence, and reading all of it

    def _sample(self) -> None:
        """Gets a few frames from all over the sequence, for the sake of their small pictures."""
        for _ in range(FARTHEST):
            if len(self._samples) >= SAMPLED_AT_ONCE:
                return
            path = next(self._to_sample, None)
            if path is None:
                return
            here = path in self._sampled or path in self._thumbnails or path in self._shown
            if here or path in self._lane or self._failures.blocks(path):
                continue
            data = self._files.peek(path)
            if data is None:
                if self._has_previews and not self._is_kept(path):
                    self._read_head(path)
                else:
                    self._get(path, urgent=False)
                if not self._is_coming(path):
                    self._to_sample = itertools.chain((path,), self._to_sample)
                    return
            self._sampled.add(path)
            self._samples[path] = data
        self._post_pump()

    def _read_head(self, path: str) -> None:
        """Begins to read no more of ``path`` than holds the small picture that is in the file itself."""
        if self._can_read(urgent=False):
            self._heads.add(path)
            self._lane.start(path, urgent=False, limit=HEAD)
            self._changed(path)

    def _take_head(self, path: str, head: Buffer) -> None:
        self._heads.discard(path)
        small = self._preview(head)
        self._samples.pop(path, None)
        if small is not None and small.size is not None:
            self._report(self._thumbnails.put(path, _Thumbnail(small.frame, small.size, small.frame.description)))
        else:
            self._has_previews = False
            self._forget_attempt(path)

    def _is_coming(self, path: str) -> bool:
        return path in self._lane or (self._kept is not None and self._kept.is_fetching(path))

    def _decode_samples(self) -> None:
        for path, data in self._samples.items():
            if data is not None and path not in self._decodes and self._can_decode(SHORT_LEAD, urgent=False):
                self._submit_decode(path, data, is_sample=True)

    def _fill(self) -> None:
        """Reads on to this disk what does not fit into memory."""
        for _ in range(FARTHEST):
            path = next(self._to_fill, None) if self.keeps_files and self._can_read(urgent=False) else None
            if path is None:
                return
            is_here = any(path in each for each in (self._filled, self._shown, self._files, self._lane))
            if not (is_here or self._is_kept(path) or self._failures.blocks(path)):
                self._filled.add(path)
                self._start_reading(path, urgent=False)
        self._post_pump()

    def _forget_attempt(self, path: str) -> None:
        """Lets ``path`` be sampled or filled anew: it was given up, failed, or is another file now."""
        self._samples.pop(path, None)
        self._heads.discard(path)
        self._sampled.discard(path)
        self._filled.discard(path)

    # The decoding lane

    def _start_decoding(self, path: str) -> None:
        data = self._files.get(path)
        if data is not None:
            self._submit_decode(path, data)

    def _submit_decode(self, path: str, data: Buffer, *, is_sample: bool = False) -> None:
        fit_size, allowed = self._fit_size, self._allowed_pixels
        decode = self._decode_for_playing if self._plan.steady else self._decode
        self._decodes[path] = self._loop.now()
        self._note_trace(path, decode_began=self._loop.now())
        self._decoders.submit(
            lambda: decode(data, fit_size, allowed),
            lambda outcome: self._decode_done(path, fit_size, outcome, is_sample=is_sample),
        )
        self._changed(path)

    def _decode_done(
        self, path: str, fit_size: Size | None, outcome: Success[Picture] | Failure, *, is_sample: bool
    ) -> None:
        outdated = path in self._outdated
        took = self._loop.now() - self._decodes.pop(path)
        self._decode_seconds += (took - self._decode_seconds) / (8 if self._decode_seconds else 1)
        rest = REST_FOR_WORK * took
        self._outdated.discard(path)
        if self._closed:
            return
        self._rest_until = self._loop.now() + rest
        if rest:
            self._loop.call_later(rest, self._post_pump)
        self._samples.pop(path, None)
        if outdated:
            pass  # it was made of bytes from before a reload
        elif isinstance(outcome, Success):
            self._failures.forget(path)
            picture = outcome.value
            kind = f"{path.rpartition('.')[2].upper()} {picture.description}".strip()
            self.statistics.note_decode(kind, picture.size.width * picture.size.height, took)
            self._hold(path, picture, fit_size, is_sample=is_sample)
        elif not (isinstance(outcome.error, ImageTooLargeError) and self._make_room_for(outcome.error)):
            self._fail_decode(path, outcome.error)
            self._files.discard(path)
        self._changed(path)
        self._post_pump()

    def _hold(self, path: str, picture: Picture, fit_size: Size | None, *, is_sample: bool) -> None:
        if picture.thumbnail is not None:
            small = _Thumbnail(picture.thumbnail, picture.size, picture.description)
            self._report(self._thumbnails.put(path, small))
            picture = replace(picture, thumbnail=None)
        if is_sample and self._plan.need(path) >= self._horizon:  # only its small picture is of use
            self._share_out()
            return
        self._note_trace(path, decode_ended=self._loop.now())
        if picture.display is not None and picture.source is not None:
            self._report(self._sources.put(path, picture.source))
            picture = replace(picture, source=None)
        else:
            self._sources.discard(path)  # what is shown is the frame at its own size
        self._report(self._shown.put(path, _Held(picture, fit_size)))
        self._share_out()

    def _note_trace(self, path: str, **times: Any) -> None:  # noqa: ANN401 - the fields of Trace
        if path == self._trace.path:
            self._trace = self._trace._replace(**times)

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
        self._report(self._thumbnails.set_budget(budget // THUMBNAILS_SHARE))
        budget -= self._thumbnails.used
        for_files = int(budget * self._files_share)
        self._report(self._sources.set_budget((budget - for_files) // SOURCES_SHARE))
        budget -= self._sources.used
        self._report(self._shown.set_budget(max(0, budget - for_files)))
        # A frame that is needed now is kept even beyond the budget; then the files give way.
        self._report(self._files.set_budget(max(0, budget - max(self._shown.budget, self._shown.used))))

    # Failures

    def _fail_read(self, path: str, error: BaseException, stamp: Stamp | None) -> None:
        _let_go_of_frames(error)
        was_away = self.away is not None
        self._failures.note_read(path, as_lookahead(error), stamp)
        if self.away is not None and not was_away:
            self._report(list(self._failures))  # it is not their fault

    def _fail_decode(self, path: str, error: BaseException) -> None:
        _let_go_of_frames(error)
        if isinstance(error, ImageTooLargeError) and not self._fits(error.pixels):
            error = self._too_large(error)
        elif not isinstance(error, LookaheadError):
            error = DecodeError(f"It could not be loaded: {str(error) or type(error).__name__}.")
        self._failures.note_decode(path, error, self._stamps.get(path))
        if self._kept is not None and not isinstance(error, ImageTooLargeError):
            self._kept.discard(path)  # perhaps it was not whole yet

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
