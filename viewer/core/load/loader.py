"""The loader: carries out the newest plan; files come over the share or from this disk, and are decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.errors import DecodeError, ImageTooLargeError, LookaheadError, NotReadAheadError
from viewer.core.executor import Success
from viewer.core.load.beside import Beside
from viewer.core.load.completing import Completing
from viewer.core.load.confirm_lane import ConfirmLane
from viewer.core.load.decode_lane import ENOUGH_FILES, SHORT_LEAD, Decoded, DecodeLane
from viewer.core.load.disk_lane import DiskLane
from viewer.core.load.failures import ShareFailures
from viewer.core.load.frame_state import frame_state
from viewer.core.load.holdings import Holdings
from viewer.core.load.plan import NOTHING, Pace, Plan, Soonest
from viewer.core.load.reach import AT_FIRST, FARTHEST, Reach
from viewer.core.load.read_lane import KEEP_READING_WITHIN, ReadLane, as_lookahead
from viewer.core.load.screen_lane import AHEAD, ScreenLane
from viewer.core.load.statistics import StepStatistics
from viewer.core.load.thumbnails import HEAD, Thumbnails
from viewer.core.load.trace import Trace
from viewer.core.storage.transfer import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Buffer

    from viewer.core.cache.disk_cache import CachedFile
    from viewer.core.decode.embedded import Preview
    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Size
    from viewer.core.load.decode_lane import Decode
    from viewer.core.load.disk_lane import FileCache
    from viewer.core.load.frame_state import FrameState
    from viewer.core.load.statistics import Activity
    from viewer.core.loop import Loop
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Transfer

NEAR = 32
"""With so many of the frames needed next here, or coming, a few small pictures from all over the sequence are got."""


class Loader:
    """Loads the frames that the newest plan wants, soonest first, and holds them; owner thread only.

    Every frame is read at most once while its bytes are held or on this disk. The wanted frame has a reader that
    nothing else uses, and a decoder too once a few frames are ahead of it; until it is decoded no other decode begins,
    and other reads pause between their pieces. A frame whose read fails is tried again, later and later; one that is
    damaged is not, until :meth:`reload`.

    Attributes:
        holdings: what is in memory; the caller looks, and changes nothing.
        reads: what is being read over the share, and what the link can do; the caller may change its settings.
        decodes: what is being decoded.
        screens: what is painted of what is held, by the look that is set.
        confirms: whether what is held is still what the share has.
        failures: what could not be had and why, and whether the share is away; the caller looks, and changes nothing.
        statistics: the steps and decodes measured so far.
        trace: how the wanted frame came here, as far as it has come.
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
        on_changed: Callable[[str], None] = lambda _path: None,
        file_cache: FileCache | None = None,
        disk: Executor | None = None,
        preview: Callable[[Buffer], Preview | None] = lambda _head: None,
        decode_quickly: Decode | None = None,
        checkers: Executor | None = None,
        painters: Executor,
    ) -> None:
        """Makes a loader that does nothing until it gets a plan.

        Args:
            loop: the owner thread's.
            readers: workers for reading; ``reads_at_once`` and :data:`EXTRA_READERS` for those that hang.
            decoders: workers for decoding, at most as many as there are cores, and :data:`SPARE_DECODERS` more.
            storage: where the files are.
            decode: makes a picture of a file's bytes, on a worker.
            budget: bytes of memory for frames and files together.
            files_share: the part of the budget that goes to the bytes of files, above 0 and below 1.
            reads_at_once: how many reads; from 2 on, one is for the wanted frame only; 0 finds what gives the most.
            on_changed: called with the path of each frame whose state changed; must not call the loader's verbs.
            file_cache: where files are kept on this disk, None for nowhere.
            disk: workers for this disk, at least 3; needed with ``file_cache``.
            preview: makes the small picture that the first :data:`HEAD` bytes of a file hold, if they hold one; quick.
            decode_quickly: makes a picture that need have no source, but of the frame at rest; ``decode`` if None.
            checkers: workers that confirm what is held, :data:`AT_ONCE` and :data:`SPARE`; with None all is current.
            painters: workers for what is painted of pictures that need a look, at least 2.
        """
        self._loop = loop
        self._on_changed = on_changed
        self.holdings = holdings = Holdings(budget, files_share)
        self.reads = ReadLane(loop, readers, storage, self._read_done, self._post_pump, reads_at_once, holdings.judge)
        self._disk = DiskLane(file_cache, disk, self._fetched, on_changed)
        self.confirms = ConfirmLane(
            *(loop, checkers, storage, file_cache, self._disk),
            *(lambda path: holdings.holds(path) or self._disk.is_waiting(path), lambda: len(self.reads) > 0),
            self.reads.hearing,
        )
        self.confirms.on_confirmed = self._confirmed
        self.confirms.on_rewritten = self.confirms.on_unsettled = lambda path: self.reload([path])
        self.decodes = DecodeLane(loop, decoders, decode, decode_quickly or decode, self._decode_done, self._post_pump)
        self.screens = ScreenLane(painters, holdings, on_changed, self._fail_painting, self._post_pump)
        self.failures = ShareFailures(loop, self._post_pump, self.reads.hearing.doubt)
        self._thumbnails = Thumbnails(preview)
        self._plan = NOTHING
        self._soonest = Soonest(())
        self._completing = Completing(loop, holdings, self.failures.blocks, self._post_pump)
        begun = self.reads.transfer, self._disk.is_fetching, lambda path: path in self.decodes
        self._beside = Beside(loop, holdings, (*begun, self.failures.error, self.reads.is_left_out), self._post_pump)
        self._to_fill: Iterator[str] = iter(())
        self._filled: set[str] = set()
        self.trace = Trace()
        self.statistics = StepStatistics()
        self._pump_posted = False
        self._found: tuple[object, ...] = ()  # for what it was found last that something can begin
        self._reach, self._is_full = Reach(loop, self._post_pump), False  # whether no more reads can begin in this pump
        self._closed = False

    # What is wanted

    def replace_plan(self, plan: Plan) -> None:
        """Takes ``plan`` in place of the last one. Reads that it does not want are stopped; no work is done twice."""
        if plan.wanted != self._plan.wanted:
            self.trace = Trace(plan.wanted or "")
        self._plan = plan
        self._reach.forget()
        self._completing.use(plan)
        self._beside.use(plan)
        self._soonest = Soonest(plan.order)
        if plan.wanted is None:
            self._thumbnails.clear()
            self._filled.clear()
        self._thumbnails.use(plan.thumbnails)
        self._to_fill = iter(plan.fill)
        self._report(self.holdings.use(plan))
        self.confirms.use(plan, self._soonest)
        self.reads.pace = plan.pace
        if not plan.in_passing:
            self.reads.release()
            self._stop_obsolete_reads()
        self._post_pump()

    def set_fit_size(self, fit_size: Size | None) -> None:
        """Sets the size that display-ready copies are made for, in pixels of the screen; None for none.

        Copies for another size stay usable as stand-ins until they are replaced, soonest needed first.
        """
        if fit_size != self.holdings.fit_size:
            self._report(self.holdings.set_fit_size(fit_size))
            self._post_pump()

    def set_budget(self, budget: int, files_share: float | None = None) -> None:
        """Changes the memory for frames and files together, in bytes, at once; and the part that goes to files."""
        self._report([*self.holdings.set_budget(budget, files_share), *self.failures.forget_too_large()])
        self._post_pump()

    def set_keeping(self, *, keep: bool | None) -> None:
        """Sets whether files that are read are kept on this disk; None keeps those of shares that measure slow."""
        self._disk.rule = keep
        self._decide_keeping()

    def use_link(self, share: str) -> None:
        """Sets which share is read from now on, a name of any kind; the link to each is measured for itself."""
        self.reads.use_link(share)
        self.confirms.use_share(share)
        self._decide_keeping()

    def note_on_disk(self, paths: set[str]) -> None:
        """Takes note that the files of ``paths`` are on this disk; does not report that their state changed."""
        self._disk.note(paths)
        self.confirms.note_on_disk(paths)
        self._post_pump()

    def forget_disk(self) -> None:
        """Takes note that no file is on this disk any more."""
        self._filled.clear()
        self._disk.forget()

    def note_folder(self, error: LookaheadError | None, again_in: float = 0.0) -> None:
        """Takes what came of listing the folder, as :meth:`ShareFailures.note_folder`; None has all tried again."""
        hanging = self.reads.stop_hanging() if error is None and self.failures.away else []
        self._report([*hanging, *self.failures.note_folder(error, again_in)])
        if error is None:
            self.confirms.try_again()
        self._post_pump()

    def reload(self, paths: list[str]) -> None:
        """Forgets what is held of ``paths``, and why they failed, so that they are read again when wanted."""
        for path in paths:
            self.reads.stop(path, forget=True)
            self.decodes.outdate(path)
            self.failures.forget(path)
            self.confirms.forget(path)
            self._forget_attempt(path)
            self._disk.discard(path)
            self.holdings.discard(path)
        self.failures.be_hopeful()
        self._report(paths)
        self._post_pump()

    def clear(self) -> None:
        """Forgets everything held in memory; what the plan wants is fetched or read again."""
        held = {*self.paths_held(), *self.decodes}
        on_disk = {path for path in held if path in self._disk}
        self.reload(list(held))
        self.note_on_disk(on_disk)
        self._report(on_disk)

    def close(self) -> None:
        """Stops all work and forgets everything; results still to come are dropped. The executors stay open."""
        self._closed, self._plan = True, NOTHING
        first = self._completing.close, self._beside.close, self.reads.close, self.decodes.close
        for close in (*first, self.screens.close, self.confirms.close, self.failures.close):
            close()
        self._thumbnails.clear()
        self.holdings.clear()

    # What is here

    def state(self, path: str) -> FrameState:
        """Returns where the frame of ``path`` is."""
        failures = self.failures
        return frame_state(
            is_shown=path in self.holdings.shown,
            has_failed=failures.error(path) is not None and not failures.is_in_doubt(path),
            is_encoded=path in self.holdings.files,
            is_reading=path in self.reads,
            is_on_disk=path in self._disk,
        )

    def stamp(self, path: str) -> Stamp | None:
        """Returns the stamp of the file that is held of ``path``, or that failed; None if it is not known."""
        return self.holdings.stamps.get(path) or self.failures.stamp(path)

    def paths_held(self) -> Iterator[str]:
        """Yields the paths that are not simply absent: held, failed or being read; each at least once, in no order."""
        yield from self.holdings.paths()
        yield from self.failures
        yield from self.reads

    @property
    def keeps_files(self) -> bool:
        """Whether files that are read are kept on this disk now."""
        return self._disk.keeps

    def activity(self) -> Activity:
        """Returns what is under way and held, in figures."""
        return self.holdings.activity(len(self.reads), len(self.decodes), self.reads.bytes_per_second())

    # The pump: looks at the plan and starts what has workers and room

    def _post_pump(self) -> None:
        """Has the first frames of the plan looked at soon, and the others after a moment, if it is worth it."""
        if not self._pump_posted and not self._closed:
            self._pump_posted = True
            self._loop.post(self._pump)

    def _pump(self) -> None:
        self._pump_posted = False
        if self._closed:
            return
        wanted = self._plan.wanted
        waiting = self._put_first(wanted)
        self._complete()
        if self.holdings.settled.count >= NEAR and not self._plan.in_passing:
            self._get_thumbnails()
        for path in () if waiting or self.decodes.is_quiet(self.reads.link) else self._beside.due(self._soonest):
            last = max(self.reads, key=self._plan.need, default=path)
            gives_way = self._plan.need(last) > self._plan.need(path) and not self.failures.quiet
            if gives_way and path not in self.holdings.files and self.reads.is_full_ahead:
                self._stop_reading(last)
            self._begin(path)
        is_here = not waiting and self._plan.is_here(self.holdings.frames_held)
        near = NEAR if is_here else self._go_through_plan(waiting=waiting)
        if not self._plan.in_passing:
            if near >= NEAR:
                self._get_thumbnails()
            self._fill()
        if not waiting:
            for path, data in self._thumbnails.to_decode():
                if self.decodes.can_start(path, SHORT_LEAD, self.holdings.allowed_bytes):
                    self._decode(path, data, for_thumbnail=True)
        self.screens.tend(wanted, self._soonest.first(NEAR))
        is_read, quiet = waiting and wanted is not None and wanted in self.reads, self.decodes.is_quiet(self.reads.link)
        self.confirms.set_paused(paused=is_read, alone=quiet)
        follow = filter(self.reads.__contains__, self._soonest.seen[1:NEAR])
        self.reads.hasten(wanted if waiting else None, next(follow, None))
        self._reach.count, self._is_full = AT_FIRST, False

    def _go_through_plan(self, *, waiting: bool) -> int:
        """Begins what can be begun; returns how many frames are here or coming, :data:`NEAR` if no more can be."""
        plan, holdings, files, reach = self._plan, self.holdings, self.holdings.files, self._reach
        room, undecoded, self._found = holdings.room(goes_on=reach.begin(holdings.settled.count)), 0, ()
        lead = near = position = room.settled
        count = 1 - lead if plan.in_passing else reach.count  # the next ones will have been passed by, too
        for position, path in self._soonest.after(lead, count):
            if self.failures.blocks(path) or (path != plan.wanted and self.reads.is_left_out(path)):
                reach.note(position, has_file=False)
                continue
            urgent = path == plan.wanted
            ready, frame_fits, file_fits = holdings.take(room, position, path)
            if not (frame_fits or file_fits):
                reach.end()
                return NEAR
            undecoded += frame_fits and path in files and not ready
            if not self._can_begin(lead, undecoded, urgent=urgent):
                reach.end(position)
                return NEAR if reach.has_files else near
            near += 1
            if near == NEAR:
                self._get_thumbnails()
            if ready:
                lead += 1
            elif path not in files:
                reach.note(position, has_file=file_fits and self._get(path, urgent=urgent, room_for_frame=frame_fits))
            elif (
                frame_fits
                and (urgent or not waiting)
                and self.decodes.can_start(path, lead, holdings.allowed_bytes, urgent=urgent)
                and (data := files.get(path)) is not None
            ):
                self._decode(path, data)
        are_all_ready = holdings.settled.count == position + 1  # there may be room for more
        is_more = count <= position + 1 - room.settled
        reach.end(position + 1) if is_more else reach.end()
        if is_more and (count < FARTHEST or are_all_ready) and not plan.in_passing:
            reach.look_far_later()
        return NEAR

    def _complete(self) -> None:
        """Has the frame on screen once more if it is at rest and only its copy is here."""
        if (path := self._completing.look()) and self._begin(path, is_whole=True, may_read=self._completing.may_read):
            self._completing.note_try()

    def _begin(self, path: str, *, is_whole: bool = False, may_read: bool = True) -> bool:
        """Begins to get ``path``, or to decode it where its file is here; returns whether it is decoded."""
        data = self.holdings.files.peek(path)
        if data is None and may_read:
            self._get(path, urgent=is_whole)
        if data and self.decodes.can_start(path, SHORT_LEAD, self.holdings.allowed_bytes, urgent=is_whole):
            self._decode(path, data, is_whole=is_whole)
            return True
        return False

    def _can_begin(self, lead: int, undecoded: int, *, urgent: bool) -> bool:
        """Returns whether anything can be begun, with ``undecoded`` files before it waiting for the decoders."""
        if self.decodes.is_quiet(self.reads.link) and not urgent:
            return False
        if (reach := self._reach).has_files or (undecoded > NEAR and not reach.is_far):  # reading on can wait a moment
            reach.look_far_later()
            return reach.has_files and self.decodes.is_free(lead, self.holdings.allowed_bytes, urgent=urgent)
        has_enough = self._plan.steady and undecoded >= ENOUGH_FILES  # reading on would only take from the decoders
        found = lead, urgent, has_enough, len(self.reads), len(self.decodes)
        if found == self._found:  # nothing has begun since
            return True
        may_get = not has_enough and (self._can_read(urgent=urgent) or self._disk.can_fetch(urgent=urgent))
        can_begin = may_get or self.decodes.is_free(lead, self.holdings.allowed_bytes, urgent=urgent)
        self._found = found if can_begin else ()
        return can_begin

    def _put_first(self, wanted: str | None) -> bool:
        """Gives ``wanted`` its memory and its reader; returns whether it is waited for."""
        holdings = self.holdings
        waiting = wanted is not None and not holdings.is_ready(wanted) and not self.failures.blocks(wanted)
        # Once it is decoded its bytes may go: were they kept, nothing else might fit beside a large file.
        self._report(holdings.files.pin(wanted if waiting else self._completing.due()))
        if wanted is None or not waiting:
            return False
        if wanted in self._thumbnails.heads:
            self._stop_reading(wanted)  # all of it is needed now; what has come is not read again
        data = self._thumbnails.data(wanted)
        if data is not None and wanted not in holdings.files:
            self._report(holdings.files.put(wanted, data))
        if self._plan.pace is not Pace.RESTING:
            return False
        here = wanted in holdings.files or wanted in self._disk
        while not here and wanted not in self.reads and self.reads.is_full:
            # A read needed last gives way: all readers may be busy with frames that were wanted before.
            self._stop_reading(max(self.reads, key=self._plan.need))
        return True

    def _can_read(self, *, urgent: bool) -> bool:
        if self._is_full and not urgent:
            return False
        # A share that is away is asked only now and then.
        may_ask = not self.failures.quiet or (urgent and not self.reads.is_stuck)
        can_read = may_ask and self.reads.can_start(urgent=urgent)
        self._is_full = not (can_read or urgent)
        return can_read

    # Getting the bytes of files

    def _get(self, path: str, *, urgent: bool, room_for_frame: bool = True) -> bool:
        """Begins to get the bytes of ``path``, if a worker is free; returns whether they are being got."""
        if path in self._disk:
            if room_for_frame and self._disk.can_fetch(urgent=urgent) and not self._disk.is_fetching(path):
                self.trace = self.trace.note(path, read_began=self._loop.now(), from_disk=True)
                self._disk.fetch(path)
        elif self._plan.in_passing:
            self._rush(path)
        elif path not in self.reads and self._can_read(urgent=urgent):
            self.trace = self.trace.note(path, read_began=self._loop.now())
            self.reads.start(path, urgent=urgent)
            self._on_changed(path)
        return path in self.reads or self._disk.is_fetching(path)

    def _rush(self, path: str) -> None:
        """Reads ``path``, which is passed by faster than frames come."""
        is_new = path not in self.reads
        if is_new and self.failures.quiet and self.reads.is_stuck:
            return
        cancelled = self.reads.rush(path)
        for each in cancelled:
            self._forget_attempt(each)
        if is_new:
            self.trace = self.trace.note(path, read_began=self._loop.now())
        self._report([*cancelled, path] if is_new else cancelled)

    def _stop_reading(self, path: str) -> None:
        if path in self.reads:
            self.reads.stop(path)
            self._forget_attempt(path)
            self._on_changed(path)

    def _stop_obsolete_reads(self) -> None:
        for_small = () if self._plan.is_only else self._thumbnails
        obsolete, to_read = {path for path in self.reads if path not in for_small} - {*self._plan.beside}, 0
        for path in self._soonest.first(FARTHEST + len(self.holdings.shown)):
            if not obsolete or to_read == KEEP_READING_WITHIN:
                break
            obsolete.discard(path)
            to_read += not (path in self.holdings.files or path in self._disk or self.holdings.is_ready(path))
        for path in obsolete:
            if not self.reads.is_nearly_done(path):
                self._stop_reading(path)

    def _read_done(self, path: str, transfer: Transfer, outcome: Success[Buffer] | Failure) -> None:
        if isinstance(outcome, Success) and transfer.stamp is not None:
            self.confirms.note_read(path, transfer.stamp, transfer.began, transfer.latency)
        if not isinstance(outcome, Success):
            self._fail_read(path, outcome.error, transfer.stamp)
        elif path in self._thumbnails.heads:
            small = self._thumbnails.take_head(path, outcome.value)
            if small is None:
                self._forget_attempt(path)
            else:
                self._report(self.holdings.put_thumbnail(path, small.frame, small.size))
        else:
            self.trace = self.trace.note(path, read_ended=self._loop.now())
            self._report(self.failures.note_success(path, transfer.stamp))
            if transfer.stamp is not None:
                self.holdings.stamps[path] = transfer.stamp
            self._decide_keeping()
            if self._disk.keeps and transfer.stamp is not None:
                self._keep(path, outcome.value, transfer.stamp)
                self._filled.add(path)  # even if it is written only later
            self._take_bytes(path, outcome.value)
        self._on_changed(path)

    def _fetched(self, path: str, file: CachedFile | None) -> None:
        if self._closed:
            return
        if file is None:
            self._forget_attempt(path)
        else:
            self.trace = self.trace.note(path, read_ended=self._loop.now())
            stamp = self.holdings.stamps[path] = Stamp(*file.stamp)
            self.confirms.note_kept(path, stamp, file.confirmed)
            self._take_bytes(path, file.data)
        self._on_changed(path)
        self._post_pump()

    def _take_bytes(self, path: str, data: Buffer) -> None:
        self._thumbnails.take(path, data)
        self._beside.note(path)
        self._report(self.holdings.files.put(path, data))
        is_late = self._plan.in_passing and not self.holdings.is_ready(path)
        if is_late and self.decodes.can_start(path, 0, self.holdings.allowed_bytes, urgent=True):
            self._decode(path, data)  # it is shown, though it has been passed by now

    def _decide_keeping(self) -> None:
        if self._disk.begins_to_keep(is_slow=self.reads.link.is_slow):
            for path, data, stamp in self.holdings.stamped_files():
                self._keep(path, data, stamp)

    def _keep(self, path: str, data: Buffer, stamp: Stamp) -> None:
        """Keeps a file on this disk, once it is known not to have changed while it was read."""
        is_proven = self.confirms.is_proven(path)
        self._disk.keep(path, data, stamp, is_proven=is_proven)
        if not is_proven:
            self.confirms.confirm_soon(path)

    def _confirmed(self, path: str) -> None:
        if self.confirms.is_proven(path):
            self._disk.note_proven(path)
        self._on_changed(path)

    # Small pictures from all over the sequence, and reading all of it

    def _get_thumbnails(self) -> None:
        """Begins to get a few frames from all over the sequence, for the sake of their small pictures."""
        here = self.holdings.thumbnails, self.holdings.shown, self.reads
        for _ in range(FARTHEST):
            if (path := self._thumbnails.next()) is None:
                return
            if any(path in each for each in here) or self.failures.blocks(path):
                continue
            data = self.holdings.files.peek(path)
            if data is None:
                if not self._thumbnails.has_previews or path in self._disk:
                    self._get(path, urgent=False)
                elif self._can_read(urgent=False):
                    self._thumbnails.note_head(path)
                    self.reads.start(path, urgent=False, limit=HEAD)
                    self._on_changed(path)
                if not (path in self.reads or self._disk.is_fetching(path)):
                    self._thumbnails.put_back(path)
                    return
            self._thumbnails.begin(path, data)
        self._post_pump()

    def _fill(self) -> None:
        """Reads on to this disk what does not fit into memory."""
        for _ in range(FARTHEST):
            path = next(self._to_fill, None) if self.keeps_files and self._can_read(urgent=False) else None
            if path is None:
                return
            here = self._filled, self.holdings.shown, self.holdings.files, self.reads, self._disk
            if not (any(path in each for each in here) or self.failures.blocks(path)):
                self._filled.add(path)
                self._get(path, urgent=False)
        self._post_pump()

    def _forget_attempt(self, path: str) -> None:
        """Lets ``path`` be filled, or got for its small picture, anew: its read ended, or it is another file now."""
        self._reach.forget()
        self._thumbnails.forget(path)
        self._filled.discard(path)

    # Decoding

    def _decode(self, path: str, data: Buffer, *, for_thumbnail: bool = False, is_whole: bool = False) -> None:
        fit_size, allowed_bytes = self.holdings.fit_size, self.holdings.allowed_bytes
        self.trace = self.trace.note(path, decode_began=self._loop.now())
        self._beside.note(path)
        finish = None if for_thumbnail else self.screens.finish(is_near=path in self._soonest.first(AHEAD))
        self.decodes.start(path, data, fit_size, allowed_bytes, is_whole=is_whole, finish=finish)
        self._on_changed(path)

    def _decode_done(self, decoded: Decoded) -> None:
        path, outcome = decoded.path, decoded.outcome
        self._thumbnails.end(path)
        if isinstance(outcome, Success):
            self.failures.forget(path)
            picture, size = outcome.value, outcome.value.size
            kind = f"{path.rpartition('.')[2].upper()} {picture.description}".strip()
            self.statistics.note_decode(kind, size.width * size.height, decoded.seconds)
            self._report(self.holdings.put_thumbnail(path, picture.thumbnail, size, picture))
            if decoded.for_thumbnail and self._plan.need(path) >= self.holdings.horizon:
                self._report(self.holdings.share_out())  # only its small picture is of use
            else:
                self.trace = self.trace.note(path, decode_ended=self._loop.now())
                self._report(self.holdings.put_picture(path, picture, decoded.fit_size))
        elif outcome is not None:
            error = outcome.error
            if isinstance(error, ImageTooLargeError) and self.holdings.can_allow(error.nbytes):
                if path not in self._plan.beside:  # for which no other frame is to go
                    self._report(self.holdings.allow(error.nbytes))
            else:
                self._fail_decode(path, error)
                self.holdings.files.discard(path)
        self._on_changed(path)
        self._post_pump()

    # Failures

    def _fail_read(self, path: str, error: BaseException, stamp: Stamp | None) -> None:
        if isinstance(error, NotReadAheadError):
            self._thumbnails.end(path)  # and not begun again: it is read when it is on screen
            return
        self._forget_attempt(path)
        if isinstance(error, DecodeError):  # a page of a file that could be read, or the first piece of no picture
            if stamp is not None:
                self.holdings.stamps[path] = stamp
            self._fail_decode(path, error)
            return
        self._report(self.failures.note_read(path, as_lookahead(error), stamp))
        self.confirms.note_failed(path, error, stamp)

    def _fail_decode(self, path: str, error: BaseException) -> None:
        error = self.holdings.explained(error)
        stamp = self.holdings.stamps.get(path)
        self.failures.note_decode(path, error, stamp)
        self.confirms.note_failed(path, error, stamp)
        if not isinstance(error, ImageTooLargeError):
            self._disk.remove(path)  # perhaps it was not whole yet

    def _fail_painting(self, path: str, error: BaseException) -> None:
        self.holdings.discard(path)
        self._fail_decode(path, error)
        self._on_changed(path)

    def _report(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._on_changed(path)
