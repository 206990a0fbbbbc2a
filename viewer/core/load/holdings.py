"""What is in memory: the bytes of files, frames and small pictures, within one budget."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from viewer.core.cache.budget_cache import BudgetCache
from viewer.core.computer_memory import computer_memory
from viewer.core.decode.judge import PictureJudge
from viewer.core.display.levels import kind_of
from viewer.core.display.picture import Picture
from viewer.core.errors import DecodeError, ImageTooLargeError, LookaheadError
from viewer.core.load.frame_tally import (
    SOURCES_SHARE,
    Extent,
    Fitting,
    FrameMemory,
    FrameTally,
    divided,
    extent_of,
    fitting,
    frame_memory,
)
from viewer.core.load.plan import NOTHING, Plan
from viewer.core.load.statistics import Activity
from viewer.core.records import dataclass, replace
from viewer.core.units import MB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

    from viewer.core.display.picture import Screen, VisiblePart
    from viewer.core.frame import Frame, Size
    from viewer.core.storage.transfer import Stamp

ORDINARY_BYTES = 64 * MB
"""Pictures that take no more memory are decoded without first making room for them."""
SMALL_FILE = 16 * MB
"""Files up to this size are read ahead whatever their part of the budget is: they may only pass through to the disk."""
HEADROOM = 128 * MB
"""Memory beyond the budget that decoding a very large picture may take for a moment."""
AT_ONCE, FOR_DECODING = 2, 32 * MB
"""Ordinary pictures that are decoded at once, and the memory beyond the budget that they may take then; what they take
more is of the budget: 34 MB of it for frames of 4K, of which the copies do not count."""
SCREENS_SHARE, LEAST_SCREENS, MOST_SCREENS = 8, 3, 32
"""One part in so many of the budget is for what is painted of pictures that need a look; fewest and most of them."""
SMALL_SHARE, MOST_SMALL = 4, 128
"""One part in so many of the memory for small pictures is for what is painted of them; most of these."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture and the fit size that it was made display-ready for."""

    picture: Picture
    fit_size: Size | None


@dataclass(slots=True)
class Room:
    """The room that is left as a plan is gone through, in bytes.

    Attributes:
        frames: for frames.
        files: for the bytes of files.
        transit: for the bytes of files that are still to become frames: they go before those of frames that are here.
        settled: how many paths at the beginning of the plan have theirs, and are ready.
    """

    frames: int
    files: int
    transit: int
    settled: int

    def take(self, frame: int, file: int, *, ready: bool, urgent: bool) -> tuple[bool, bool]:
        """Takes the room of one more; returns whether the frame has room and whether the bytes of its file have."""
        self.frames -= frame
        self.files -= file
        self.transit -= 0 if ready else file
        frame_fits = urgent or self.frames >= 0
        return frame_fits, urgent or (self.transit >= 0 and (frame_fits or self.files >= 0))


class Settled:
    """The first paths of a plan as far as their frames are ready: going through them each time takes too long.

    Attributes:
        count: how many they are.
        frames: the bytes that they take as frames.
        files: the bytes that they take as files.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Has all paths gone through again."""
        self.count = self.frames = self.files = 0
        self._paths: set[str] = set()

    def add(self, position: int, path: str, frame: int, file: int) -> None:
        """Notes that ``path``, at ``position`` of the plan, is ready, and the bytes it takes, if all before it are."""
        if position == self.count:
            self.count += 1
            self.frames += frame
            self.files += file
            self._paths.add(path)

    def lose(self, path: str) -> None:
        """Notes that ``path`` may not be ready any more."""
        if path in self._paths:
            self.clear()


class Holdings:
    """What is held in memory of each path, and what it may take; owner thread only.

    The methods that change something return the paths of which something was evicted; one may be there twice.

    Attributes:
        files: the bytes of files.
        shown: the pictures of frames, display-ready for whatever fit size; put in by :meth:`put_picture` only.
        screens: what is painted of pictures that need a look; put in with them, or by :meth:`put_screen`.
        small_screens: what is painted of small pictures that need a look; put in by :meth:`put_small_screen` only.
        thumbnails: the small pictures of frames, as if they were display-ready; put in by :meth:`put_thumbnail` only.
        allowed_bytes: the memory of the largest picture that may be decoded now; set by :meth:`allow` only.
        stamps: which file the bytes or the picture of a path were read from.
        fit_size: the size that display-ready copies are made for, in pixels of the screen; None for none; set by
            :meth:`set_fit_size` only.
        settled: the paths of the plan that need not be gone through.
        horizon: the need from which on the plan's frames have no room; infinity while all have.
    """

    def __init__(self, budget: int, files_share: float) -> None:
        """Makes empty holdings of ``budget`` bytes, of which the part ``files_share``, from 0 to 1, is for files."""
        self.files: BudgetCache[str, Buffer] = BudgetCache(0, lambda data: memoryview(data).nbytes)
        self.shown: BudgetCache[str, ShownPicture] = BudgetCache(0, lambda shown: _picture_bytes(shown.picture))
        self.thumbnails: BudgetCache[str, Picture] = BudgetCache(0, _picture_bytes)
        self.screens: BudgetCache[str, Screen] = BudgetCache(0, lambda screen: screen.frame.nbytes)
        self.small_screens: BudgetCache[str, Screen] = BudgetCache(0, lambda screen: screen.frame.nbytes)
        self._sources: BudgetCache[str, Frame] = BudgetCache(0, lambda frame: frame.nbytes)
        self.allowed_bytes = ORDINARY_BYTES
        self.stamps: dict[str, Stamp] = {}
        self.fit_size: Size | None = None
        self.horizon = math.inf
        self._tally = FrameTally()
        self._extents: dict[str, Extent] = {}
        self.settled = Settled()
        self._plan = NOTHING
        self._view: VisiblePart | None = None
        self._budget = budget
        self._files_share = files_share
        self.files.need = self._need_of_file
        self.share_out()

    # What is here

    def picture(self, path: str) -> Picture | None:
        """Returns the picture of ``path`` that can be shown at once, or None; perhaps made for another fit size."""
        shown = self.shown.get(path)
        if shown is None:
            return None
        self._sources.get(path)  # which marks it as used
        return self._with_source(path, shown.picture)

    def _with_source(self, path: str, picture: Picture) -> Picture:
        source = picture.source or self._sources.peek(path)
        return picture if source is picture.source else replace(picture, source=source)

    def stand_in(self, path: str) -> Picture | None:
        """Returns the small picture of ``path`` as if it were display-ready, or None."""
        return self.thumbnails.get(path)

    def thumbnail(self, path: str) -> Frame | None:
        """Returns the small picture of ``path``, or None."""
        small = self.thumbnails.peek(path)
        return None if small is None else small.display

    def is_ready(self, path: str) -> bool:
        """Returns whether the picture of ``path`` is here, display-ready for the present fit size."""
        shown = self.shown.peek(path)
        if shown is None:
            return False
        if shown.fit_size == self.fit_size:
            return True
        if self.fit_size is None:
            return shown.picture.display is None or path in self._sources
        display, size = shown.picture.display, shown.picture.size
        return (size if display is None else display.size) == size.fitted_into(self.fit_size)

    def lacks_source(self, path: str) -> bool:
        """Returns whether the picture of ``path`` is a display-ready copy without the frame at its own size."""
        shown = self.shown.peek(path)
        return shown is not None and shown.picture.display is not None and path not in self._sources

    def holds(self, path: str) -> bool:
        """Returns whether anything of ``path`` is here."""
        return any(path in each for each in (self.shown, self.files, self.thumbnails, self._sources))

    def stamped_files(self) -> Iterator[tuple[str, Buffer, Stamp]]:
        """Yields the path, the bytes and the stamp of each file that is here and has one."""
        for path in self.files:
            stamp, data = self.stamps.get(path), self.files.peek(path)
            if stamp is not None and data is not None:
                yield path, data, stamp

    def paths(self) -> Iterator[str]:
        """Yields the paths of which something is here, each at least once, in no order."""
        yield from self.shown
        yield from self.files
        yield from self.thumbnails
        yield from self._sources

    @property
    def memory_used(self) -> int:
        """The bytes that all of it takes."""
        return sum(each.used for each in self._caches)

    @property
    def _caches(self) -> tuple[BudgetCache[str, Any], ...]:
        """All that is held, each kind with its budget."""
        return self.shown, self._sources, self.screens, self.files, self.thumbnails, self.small_screens

    def room(self, *, goes_on: bool = False) -> Room:
        """Returns the room for what the plan wants beside its settled paths, for going through the others.

        If it ``goes_on`` from the time before, they need not all be gone through for the horizon to be known.
        """
        frames, files = self.shown.room, self.files.room
        for path in self._plan.beside:  # what they take is nothing for the plan to count on
            frames -= self.shown.size(path) if path in self.shown else 0
            files -= self.files.size(path) if path in self.files else 0
        if self.settled.frames > frames:
            self.settled.clear()
        self.horizon, settled = self.horizon if goes_on else math.inf, self.settled
        return Room(frames - settled.frames, files - settled.files, files, settled.count)

    def take(self, room: Room, position: int, path: str) -> tuple[bool, bool, bool]:
        """Takes the ``room`` of the path at ``position`` of the plan.

        Returns whether its frame is ready, whether that has room, and whether the bytes of its file have.
        """
        ready, urgent = self.is_ready(path), path == self._plan.wanted
        frame, file = self.shown.size(path) if ready else self.frame_size(path), self.files.size(path)
        frame_fits, file_fits = room.take(frame, file, ready=ready, urgent=urgent)
        if not frame_fits:
            self.horizon = min(self.horizon, self._plan.need(path))
        elif not ready and self.horizon < math.inf and self.horizon <= self._plan.need(path):
            self.horizon = math.inf  # there was less room
        if ready and frame_fits:
            self.settled.add(position, path, frame, file)
        return ready, frame_fits, file_fits

    def frame_size(self, path: str) -> int:
        """Returns the bytes that the frame of ``path`` takes display-ready; for one never seen, as the others do."""
        if self.is_ready(path):
            return self.shown.size(path)
        extent = self._extents.get(path)
        return (self.frame if extent is None else frame_memory(extent, self.fit_size)).shown

    # How much fits

    @property
    def frame(self) -> FrameMemory:
        """What a frame of the open sequence takes display-ready, on average over those that are here."""
        return self._tally.memory(self.fit_size)

    @property
    def reserved(self) -> int:
        """The bytes of the budget that decoding takes for a moment, if pictures are large."""
        ordinary = AT_ONCE * min(ORDINARY_BYTES, self.frame.source or self.frame.shown)
        return max(0, ordinary - FOR_DECODING, 2 * self.allowed_bytes - HEADROOM)

    @property
    def _for_screens(self) -> int:
        """The bytes of the budget for what is painted of pictures that need a look; 0 while none does."""
        each = self.screens.largest
        return min(MOST_SCREENS * each, max(self._budget // SCREENS_SHARE, LEAST_SCREENS * each))

    @property
    def fitting(self) -> Fitting:
        """How many frames and files like those of the open sequence the budget holds."""
        budget = self._budget - self.reserved - self._for_screens
        return fitting(budget, self._files_share, self.frame, self.files.mean)

    @property
    def frames_held(self) -> int:
        """How many frames of the open sequence are ready, at the size that is looked at now."""
        return self._tally.ready(self.fit_size) + (0 if self.fit_size else sum(map(self._plan.is_ahead, self._sources)))

    def activity(self, reading: int, decoding: int, bytes_per_second: float) -> Activity:
        """Returns what is under way, as given, and what is held, in figures."""
        fitting = self.fitting
        whole = self._tally.ready(None) + sum(map(self._plan.is_ahead, self._sources))  # alone, or beside a copy
        return Activity(
            reading=reading,
            decoding=decoding,
            bytes_per_second=bytes_per_second,
            memory_used=self.memory_used,
            frames_held=self.frames_held,
            frames_whole=whole,
            frames_room=fitting.frames,
            files_held=len(self.files),
            files_room=fitting.files,
            frame=self.frame,
            file_bytes=self.files.mean,
            reserved=self.reserved,
        )

    # What comes and goes

    def use(self, plan: Plan) -> list[str]:
        """Evicts by the needs of ``plan`` from now on, and never the frame that it wants."""
        before, whole, self._plan = self._plan.wanted, self._plan.whole, plan
        self.settled.clear()
        self.horizon = math.inf
        if before is None or not plan.is_ahead(before):
            self._turn_to_sequence()
        elif plan.whole is not whole:
            self._tally.keep(plan.is_ahead)  # some may not be part of the sequence any more
        if plan.wanted is None:
            in_memory = {*self.shown, *self.files}
            self.stamps = {path: stamp for path, stamp in self.stamps.items() if path in in_memory}
            self._extents = {path: extent for path, extent in self._extents.items() if path in in_memory}
        self.shown.need = self._sources.need = self.screens.need = plan.need
        self.thumbnails.need = plan.coarseness
        evicted = self._counted_out(self.shown.pin(plan.wanted)) + self._lost(self._sources.pin(plan.wanted))
        self.screens.pin(plan.wanted)
        return evicted + self.files.pin(plan.wanted) + self.share_out()

    def _turn_to_sequence(self) -> None:
        """Counts the frames that are here of another sequence; it need not hold pictures as large as the last one."""
        self.allowed_bytes = ORDINARY_BYTES
        self._tally = FrameTally()
        for path in self.shown:
            self._count(path)
        self.drop_screens(lambda path, _picture: self._plan.need(path) == math.inf)

    def _count(self, path: str) -> None:
        shown = self.shown.peek(path)
        if shown is not None and self._plan.is_ahead(path):
            self._tally.add(path, shown.picture)

    def _counted_out(self, evicted: list[str]) -> list[str]:
        """Counts the frames of the paths ``evicted`` no more, and returns those."""
        for path in evicted:
            self._tally.drop(path)
            self.screens.discard(path)
        return self._lost(evicted)

    def _lost(self, evicted: list[str]) -> list[str]:
        """Notes that frames of the paths ``evicted`` may not be ready any more, and returns those."""
        for path in evicted:
            self.settled.lose(path)
        return evicted

    def set_fit_size(self, fit_size: Size | None) -> list[str]:
        """Changes the size that display-ready copies are made for; those that are here stay usable meanwhile."""
        self.fit_size = fit_size
        self.settled.clear()
        self.shown.forget_sizes()
        self.screens.forget_sizes()
        return self.share_out()

    def set_budget(self, budget: int, files_share: float | None = None) -> list[str]:
        """Changes the memory for all of it, in bytes, at once; and the part that goes to files, unless it is None."""
        self._budget = budget
        if files_share is not None:
            self._files_share = files_share
        return self.share_out()

    def put_thumbnail(self, path: str, frame: Frame | None, size: Size | None, of: Picture | None = None) -> list[str]:
        """Takes the small picture ``frame`` of a frame of ``size``, ``of`` a picture; nothing if either is None."""
        if frame is None or size is None:
            return []
        self.small_screens.discard(path)
        kind, range_ = (kind_of(frame), None) if of is None else (of.kind, of.range)
        return self.thumbnails.put(path, Picture(size, frame.description, None, frame, kind=kind, range=range_))

    def put_small_screen(self, path: str, screen: Screen) -> list[str]:
        """Takes what is painted of the small picture of ``path``."""
        largest = self.small_screens.largest
        self.small_screens.put(path, screen)
        if self.small_screens.largest == largest:
            return []
        evicted = self.share_out()
        self.small_screens.put(path, screen)
        return evicted

    def put_picture(self, path: str, picture: Picture, fit_size: Size | None) -> list[str]:
        """Takes a picture made for ``fit_size``, without its small picture."""
        self.screens.discard(path)  # that of another picture
        if picture.screen is not None:
            self._keep_screen(path, picture.screen)
        picture = replace(picture, thumbnail=None, screen=None)
        self._extents[path] = extent_of(picture)
        self.settled.lose(path)  # the one before may have been for the present size, and this one not
        evicted = []
        if picture.display is not None and picture.source is not None:
            evicted = self._lost(self._sources.put(path, picture.source))
            picture = replace(picture, source=None)
        elif picture.display is None:
            self._sources.discard(path)  # what is shown is the frame at its own size
        out = self.shown.put(path, ShownPicture(picture, fit_size))
        self._count(path)
        return evicted + self._counted_out(out) + self.share_out()

    def picture_for_painting(self, path: str) -> Picture | None:
        """Returns the same as :meth:`picture`, without that counting as use."""
        shown = self.shown.peek(path)
        return None if shown is None else self._with_source(path, shown.picture)

    def put_screen(self, path: str, picture: Picture, made: Picture) -> list[str]:
        """Takes what is painted of ``picture``, and its copy, if that is what is held of ``path`` still."""
        shown = self.shown.peek(path)
        if shown is None or shown.picture.display is not picture.display or made.screen is None:
            return []
        if picture.display is None and shown.picture.source is not picture.source:
            return []
        evicted = []
        noted = replace(shown.picture, range=shown.picture.range or made.range, display=made.display)
        if noted.range is not shown.picture.range or noted.display is not shown.picture.display:
            self._extents[path] = extent_of(self._with_source(path, noted))  # finer means take more
            self.settled.lose(path)
            evicted = self._counted_out(self.shown.put(path, replace(shown, picture=noted)))
            self._count(path)
        self._keep_screen(path, made.screen)
        return evicted + self.share_out()

    def _keep_screen(self, path: str, screen: Screen) -> None:
        """Keeps what is painted of ``path``, with room made for it until all is shared out."""
        if screen.view != self._view:  # those of the last one are of no use, nor is how large they were
            self._view = screen.view
            self.screens.clear()
            self.screens.forget_sizes()
        self.screens.set_budget(self.screens.budget + screen.frame.nbytes)
        self.screens.put(path, replace(screen, samples=None))

    def drop_screens(self, is_needless: Callable[[str, Picture], bool]) -> None:
        """Forgets what is painted of pictures for which it ``is_needless``; after the last, the room is for frames."""
        for path in [*self.screens]:
            picture = self.picture_for_painting(path)
            if picture is None or is_needless(path, picture):
                self.screens.discard(path)
        if not self.screens:
            self.small_screens.clear()
            for cache in (self.screens, self.small_screens):
                cache.forget_sizes()

    def discard(self, path: str) -> None:
        """Forgets everything of ``path``."""
        self.stamps.pop(path, None)
        self._extents.pop(path, None)
        self._counted_out([path])
        for cache in self._caches:
            cache.discard(path)

    def clear(self) -> None:
        """Forgets everything."""
        self._tally = FrameTally()
        self.settled.clear()
        for cache in self._caches:
            cache.clear()

    # How large a picture may be

    def fits(self, nbytes: int) -> bool:
        """Returns whether the budget has room for decoding a picture of so many bytes."""
        # A picture being decoded takes its memory twice: as the library made it, and as it is shown.
        return 2 * nbytes <= self._budget + HEADROOM

    def judge(self, path: str, ahead: bool) -> PictureJudge:  # noqa: FBT001 - the reading lane's
        """Returns what says whether the file of ``path`` is worth reading, ahead of its need or not."""
        most = self._budget + HEADROOM
        part = max(SMALL_FILE, int(self._budget * self._files_share)) if ahead else None
        suffix = os.path.splitext(path)[1]  # noqa: PTH122 - a Path of every string would win nothing
        return PictureJudge(suffix, part, most, self._budget, most // 2)

    def can_allow(self, nbytes: int) -> bool:
        """Returns whether so many bytes are more than is allowed now, and can be allowed."""
        return nbytes > self.allowed_bytes and self.fits(nbytes)

    def allow(self, nbytes: int) -> list[str]:
        """Allows pictures of up to so many bytes, and makes the room for decoding one."""
        self.allowed_bytes = nbytes
        return self.share_out()

    def explained(self, error: BaseException) -> LookaheadError:
        """Returns why a picture could not be decoded, with a sentence for the user."""
        if isinstance(error, ImageTooLargeError) and not self.fits(error.nbytes):
            return self._too_large(error.nbytes)
        if isinstance(error, LookaheadError):
            return error
        return DecodeError(f"It could not be loaded: {str(error) or type(error).__name__}.")

    def _too_large(self, nbytes: int) -> ImageTooLargeError:
        """Returns the error for a picture of too many bytes for the budget, with a sentence for the user."""
        needs, memory = f"The picture needs {format_bytes(2 * nbytes)} to be shown", computer_memory()
        if memory is not None and 2 * nbytes > memory.total:
            return ImageTooLargeError(
                f"{needs}, more than the {format_bytes(memory.total)} of memory that this computer has.", nbytes
            )
        return ImageTooLargeError(
            f"{needs}, but only {format_bytes(self._budget)} can be used. Raise the cache size in the preferences to"
            " see it, or leave less memory free.",
            nbytes,
        )

    def share_out(self) -> list[str]:
        """Divides the budget among the caches, less what decoding a very large picture takes for a moment."""
        while self.allowed_bytes > ORDINARY_BYTES and not self.fits(self.allowed_bytes):
            self.allowed_bytes = max(ORDINARY_BYTES, self.allowed_bytes // 2)
        for_screens = self._for_screens
        self.screens.set_budget(for_screens)
        budget, frame = max(0, self._budget - self.reserved - for_screens), self.frame
        parts = divided(budget, self._files_share, frame)
        for_small = min(MOST_SMALL * self.small_screens.largest, parts.thumbnails // SMALL_SHARE)
        self.small_screens.set_budget(for_small)
        evicted = self.thumbnails.set_budget(parts.thumbnails - for_small)
        # Those that are here while none is made, because a frame is looked at at its own size, are worth their place.
        least = (parts.shown + parts.sources) // SOURCES_SHARE
        evicted += self._lost(self._sources.set_budget(max(parts.sources, least)))
        evicted += self._counted_out(
            self.shown.set_budget(max(0, parts.shown - max(0, self._sources.used - parts.sources)))
        )
        # A frame that is needed now is kept even beyond the budget; then the files give way. They have what others do
        # not use of theirs, but for the frames: what those will need in a moment must not be filled with files.
        rest = budget - for_small - self.thumbnails.used - self._sources.used - max(self.shown.budget, self.shown.used)
        return evicted + self.files.set_budget(max(0, rest))

    def _need_of_file(self, path: str) -> float:
        # Bytes that are to become a frame now go before all others: those of frames that are here are needed only when
        # the window changes its size, and those of frames that there is no room for only when the playhead is nearer.
        need = self._plan.need(path)
        if need < self.horizon and not self.is_ready(path):
            return need
        return math.inf if path in self._plan.beside else need + 2.0**40


def _picture_bytes(picture: Picture) -> int:
    frame = picture.display or picture.source
    return 0 if frame is None else frame.nbytes
