"""What is in memory: the bytes of files, frames and small pictures, within one budget."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viewer.core.cache.budget_cache import BudgetCache
from viewer.core.decode.judge import PictureJudge
from viewer.core.errors import ImageTooLargeError
from viewer.core.frame import Picture
from viewer.core.load.plan import NOTHING, Plan
from viewer.core.units import MB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from viewer.core.frame import Frame, Size
    from viewer.core.storage.transfer import Stamp

THUMBNAILS_SHARE = 16
"""One part in so many of the budget goes to small pictures."""
SOURCES_SHARE = 4
"""One part in so many of the frames' memory goes to frames at their own size beside their display-ready copies."""
ORDINARY_PIXELS = 16_000_000
"""Pictures up to this size are decoded without first making room for them."""
SMALL_FILE = 16 * MB
"""Files up to this size are read ahead whatever their part of the budget is: they may only pass through to the disk."""
HEADROOM = 128 * MB
"""Memory beyond the budget that decoding may take for a moment."""


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


class Holdings:
    """What is held in memory of each path, and what it may take; owner thread only.

    The methods that change something return the paths of which something was evicted; one may be there twice.

    Attributes:
        files: the bytes of files.
        shown: the pictures of frames, display-ready for whatever fit size; put in by :meth:`put_picture` only.
        thumbnails: the small pictures of frames, as if they were display-ready; put in by :meth:`put_thumbnail` only.
        allowed_pixels: the pixels of the largest picture that may be decoded now; set by :meth:`allow` only.
        stamps: which file the bytes or the picture of a path were read from.
        fit_size: the size that display-ready copies are made for, in pixels of the screen; None for none.
        horizon: the need from which on the plan's frames have no room; infinity while all have.
    """

    def __init__(self, budget: int, files_share: float) -> None:
        """Makes empty holdings of ``budget`` bytes, of which the part ``files_share``, from 0 to 1, is for files."""
        self.files: BudgetCache[str, Buffer] = BudgetCache(0, lambda data: memoryview(data).nbytes)
        self.shown: BudgetCache[str, ShownPicture] = BudgetCache(0, lambda shown: _picture_bytes(shown.picture))
        self.thumbnails: BudgetCache[str, Picture] = BudgetCache(0, _picture_bytes)
        self._sources: BudgetCache[str, Frame] = BudgetCache(0, lambda frame: frame.nbytes)
        self.allowed_pixels = ORDINARY_PIXELS
        self.stamps: dict[str, Stamp] = {}
        self.fit_size: Size | None = None
        self.horizon = math.inf
        self._plan = NOTHING
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
        source = shown.picture.source or self._sources.get(path)
        return shown.picture if source is shown.picture.source else replace(shown.picture, source=source)

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
        frame = shown.picture.display or shown.picture.source
        return frame is not None and frame.size == shown.picture.size.fitted_into(self.fit_size)

    def lacks_source(self, path: str) -> bool:
        """Returns whether the picture of ``path`` is a display-ready copy without the frame at its own size."""
        shown = self.shown.peek(path)
        return shown is not None and shown.picture.display is not None and path not in self._sources

    def holds(self, path: str) -> bool:
        """Returns whether anything of ``path`` is here."""
        return any(path in each for each in (self.shown, self.files, self.thumbnails, self._sources))

    def paths(self) -> Iterator[str]:
        """Yields the paths of which something is here, each at least once, in no order."""
        yield from self.shown
        yield from self.files
        yield from self.thumbnails
        yield from self._sources

    @property
    def memory_used(self) -> int:
        """The bytes that all of it takes."""
        return self.shown.used + self._sources.used + self.files.used + self.thumbnails.used

    def room(self) -> Room:
        """Returns the room for what a plan wants."""
        return Room(self.shown.room, self.files.room, self.files.room)

    # What comes and goes

    def use(self, plan: Plan) -> list[str]:
        """Evicts by the needs of ``plan`` from now on, and never the frame that it wants."""
        self._plan = plan
        self.horizon = math.inf
        if plan.wanted is None:
            self.allowed_pixels = ORDINARY_PIXELS  # another folder need not hold pictures as large
            in_memory = {*self.shown, *self.files}
            self.stamps = {path: stamp for path, stamp in self.stamps.items() if path in in_memory}
        self.shown.need = self._sources.need = plan.need
        self.thumbnails.need = plan.coarseness
        evicted = [path for cache in (self.shown, self._sources, self.files) for path in cache.pin(plan.wanted)]
        return evicted + self.share_out()

    def set_budget(self, budget: int, files_share: float | None = None) -> list[str]:
        """Changes the memory for all of it, in bytes, at once; and the part that goes to files, unless it is None."""
        self._budget = budget
        if files_share is not None:
            self._files_share = files_share
        return self.share_out()

    def put_thumbnail(self, path: str, frame: Frame | None, size: Size | None, description: str) -> list[str]:
        """Takes the small picture ``frame`` of a frame of ``size``; nothing if either is None."""
        if frame is None or size is None:
            return []
        return self.thumbnails.put(path, Picture(size, description, None, frame))

    def put_picture(self, path: str, picture: Picture, fit_size: Size | None) -> list[str]:
        """Takes a picture made for ``fit_size``, without its small picture."""
        picture = replace(picture, thumbnail=None)
        evicted = []
        if picture.display is not None and picture.source is not None:
            evicted = self._sources.put(path, picture.source)
            picture = replace(picture, source=None)
        else:
            self._sources.discard(path)  # what is shown is the frame at its own size
        return evicted + self.shown.put(path, ShownPicture(picture, fit_size)) + self.share_out()

    def discard(self, path: str) -> None:
        """Forgets everything of ``path``."""
        self.stamps.pop(path, None)
        for cache in (self.files, self.shown, self._sources, self.thumbnails):
            cache.discard(path)

    def clear(self) -> None:
        """Forgets everything."""
        for cache in (self.files, self.shown, self._sources, self.thumbnails):
            cache.clear()

    # How large a picture may be

    def fits(self, pixels: int) -> bool:
        """Returns whether the budget has room for decoding a picture of so many pixels."""
        # A picture being decoded takes its memory twice: as the library made it, and as it is shown.
        return 2 * _frame_bytes(pixels) <= self._budget + HEADROOM

    def judge(self, path: str, ahead: bool) -> PictureJudge:  # noqa: FBT001 - the reading lane's
        """Returns what says whether the file of ``path`` is worth reading, ahead of its need or not."""
        most = self._budget + HEADROOM
        part = max(SMALL_FILE, int(self._budget * self._files_share)) if ahead else None
        suffix = os.path.splitext(path)[1]  # noqa: PTH122 - a Path of every string would win nothing
        return PictureJudge(suffix, part, most, self._budget, most // (2 * _frame_bytes(1)))

    def can_allow(self, pixels: int) -> bool:
        """Returns whether so many pixels are more than is allowed now, and can be allowed."""
        return pixels > self.allowed_pixels and self.fits(pixels)

    def allow(self, pixels: int) -> list[str]:
        """Allows pictures of up to so many pixels, and makes the room for decoding one."""
        self.allowed_pixels = pixels
        return self.share_out()

    def too_large(self, pixels: int) -> ImageTooLargeError:
        """Returns the error for a picture whose pixels are too many for the budget, with a sentence for the user."""
        needed, budget = 2 * _frame_bytes(pixels), format_bytes(self._budget)
        return ImageTooLargeError(
            f"It has {pixels / 1e6:,.0f} million pixels and needs {format_bytes(needed)} to be shown, but the "
            f"cache size is {budget}. Raise the cache size in the preferences to see it.",
            pixels,
        )

    def share_out(self) -> list[str]:
        """Divides the budget among the caches, less what decoding a very large picture takes for a moment."""
        while self.allowed_pixels > ORDINARY_PIXELS and not self.fits(self.allowed_pixels):
            self.allowed_pixels = max(ORDINARY_PIXELS, self.allowed_pixels // 2)
        reserved = max(0, 2 * _frame_bytes(self.allowed_pixels) - HEADROOM)
        budget = max(0, self._budget - reserved)
        evicted = self.thumbnails.set_budget(budget // THUMBNAILS_SHARE)
        budget -= self.thumbnails.used
        for_files = int(budget * self._files_share)
        evicted += self._sources.set_budget((budget - for_files) // SOURCES_SHARE)
        budget -= self._sources.used
        evicted += self.shown.set_budget(max(0, budget - for_files))
        # A frame that is needed now is kept even beyond the budget; then the files give way.
        return evicted + self.files.set_budget(max(0, budget - max(self.shown.budget, self.shown.used)))

    def _need_of_file(self, path: str) -> float:
        # Bytes that are to become a frame now go before all others: those of frames that are here are needed only when
        # the window changes its size, and those of frames that there is no room for only when the playhead is nearer.
        need = self._plan.need(path)
        return need if need < self.horizon and not self.is_ready(path) else need + 2.0**40


def _picture_bytes(picture: Picture) -> int:
    frame = picture.display or picture.source
    return 0 if frame is None else frame.nbytes


def _frame_bytes(pixels: int) -> int:
    return 4 * pixels
