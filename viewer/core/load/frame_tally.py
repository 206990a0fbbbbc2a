"""What the frames of the open sequence take in memory: how many are here, how large they are, how many would fit."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from viewer.core.cache.budget_cache import count_within
from viewer.core.display.render import display_size
from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.display.picture import Picture
    from viewer.core.frame import Frame, Size

THUMBNAILS_SHARE = 16
"""One part in so many of the budget is for small pictures."""
SOURCES_SHARE = 16
"""One part in so many of the frames' memory, or one frame, is for frames at their own size beside their copies."""


class FrameMemory(NamedTuple):
    """What one frame takes in memory, in bytes; 0 before the first one.

    Attributes:
        shown: as it is shown.
        source: at its own size beside that; 0 if it is shown at its own size.
    """

    shown: int = 0
    source: int = 0


class Extent(NamedTuple):
    """The size of a picture, and the bytes that a pixel of it takes: of a copy, and at its own size."""

    size: Size
    copy: int = 4
    source: int = 4


def extent_of(picture: Picture) -> Extent:
    """Returns the extent of a picture; of what it does not hold, a pixel is taken for one of what it holds."""
    display, source = picture.display, picture.source
    own = 0 if source is None else _depth(source, picture.size)  # what is shown may be more or less than the frame
    copy = own or 4 if display is None else _depth(display, display.size)
    return Extent(picture.size, copy, own or copy)


def _depth(frame: Frame, size: Size) -> int:
    """Returns the bytes of a frame that a pixel of a picture of ``size`` takes."""
    return -(-frame.nbytes // (size.width * size.height))


class Parts(NamedTuple):
    """What each kind has of the memory, in bytes."""

    thumbnails: int
    files: int
    sources: int
    shown: int


def divided(budget: int, files_share: float, frame: FrameMemory) -> Parts:
    """Divides ``budget`` bytes, of which the part ``files_share`` is for files, among all that is held.

    It goes by what a ``frame`` takes and by nothing that was held before: what fits can be told in advance.
    """
    thumbnails = budget // THUMBNAILS_SHARE
    files = int((budget - thumbnails) * files_share)
    frames = budget - thumbnails - files
    sources = min(frames, max(frames // SOURCES_SHARE, frame.source)) if frame.source else 0
    return Parts(thumbnails, files, sources, max(0, frames - sources))


class Fitting(NamedTuple):
    """How many frames, and how many files, a budget holds."""

    frames: int
    files: int


def fitting(budget: int, files_share: float, frame: FrameMemory, file: int) -> Fitting:
    """Returns how many frames that take ``frame``, and files of ``file`` bytes, ``budget`` bytes hold, about."""
    parts = divided(max(0, budget), files_share, frame)
    return Fitting(count_within(parts.shown, frame.shown), count_within(parts.files, file))


@lru_cache(maxsize=4096)
def frame_memory(extent: Extent, fit_size: Size | None) -> FrameMemory:
    """Returns what a picture takes when it is display-ready for ``fit_size``; None stands for no copy."""
    size, copy = extent.size, None if fit_size is None else display_size(extent.size, fit_size)
    if copy is None:
        return FrameMemory(extent.source * size.width * size.height)
    return FrameMemory(extent.copy * copy.width * copy.height, extent.source * size.width * size.height)


class FrameTally:
    """Counts the frames of one sequence that are in memory, by their sizes; owner thread only."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[Extent, Size]] = {}
        self._counts: Counter[tuple[Extent, Size]] = Counter()
        self._largest: Extent | None = None
        self._known: dict[Size | None, FrameMemory] = {}

    def add(self, path: str, picture: Picture) -> None:
        """Counts the picture that is now held of ``path``, in place of another one."""
        self.drop(path)
        self._known.clear()
        frame = picture.display or picture.source
        # What is kept free for sources goes by all that came, not by what is held: else it would depend on itself.
        extent = extent_of(picture)
        self._largest = max(self._largest or extent, extent, key=lambda each: each.size.width * each.size.height)
        if frame is not None:
            self._kinds[path] = kind = extent, picture.size if picture.display is None else frame.size
            self._counts[kind] += 1

    def drop(self, path: str) -> None:
        """Counts ``path`` no more, if it was counted."""
        self._known.clear()
        kind = self._kinds.pop(path, None)
        if kind is not None:
            self._counts[kind] -= 1
            if not self._counts[kind]:
                del self._counts[kind]

    def keep(self, is_of_sequence: Callable[[str], bool]) -> None:
        """Counts no more those that are not part of the sequence now."""
        for path in [path for path in self._kinds if not is_of_sequence(path)]:
            self.drop(path)

    def ready(self, fit_size: Size | None) -> int:
        """Returns how many are of the size that is shown with ``fit_size``."""
        return sum(
            count
            for (extent, held), count in self._counts.items()
            if held == ((fit_size and display_size(extent.size, fit_size)) or extent.size)
        )

    def memory(self, fit_size: Size | None) -> FrameMemory:
        """Returns what one takes when it is display-ready for ``fit_size``.

        That is the mean over those that are here; without any, and for sources, what the largest takes that came.
        """
        if fit_size not in self._known:
            self._known[fit_size] = self._memory(fit_size)
        return self._known[fit_size]

    def _memory(self, fit_size: Size | None) -> FrameMemory:
        if self._largest is None:
            return FrameMemory()
        largest, held = frame_memory(self._largest, fit_size), self._counts.total()
        shown = sum(count * frame_memory(extent, fit_size).shown for (extent, _), count in self._counts.items())
        return FrameMemory(shown // held, largest.source) if held else largest
