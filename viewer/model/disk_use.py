"""Which files of the open sequence are kept on this disk, and what its folder takes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.core.load.loader import Loader
    from viewer.model.folder_cache import FolderCache, OnDisk
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.refresher import Refresher


class DiskUse:
    """Knows what is kept on this disk of the open folder, and clears it; owner thread only.

    Attributes:
        bytes_used: what the folder takes on this disk, None while that is not known.
    """

    def __init__(self, cache: FolderCache, loader: Loader, refresher: Refresher) -> None:
        """Makes it; nothing is known."""
        self._cache = cache
        self._loader = loader
        self._refresher = refresher
        self._here: OpenSequence | None = None
        self._folder = ""
        self.bytes_used: int | None = None

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now, and finds out what of it is here."""
        self._here = here
        if here is not None and here.sequence.folder != self._folder:
            self._folder, self.bytes_used = here.sequence.folder, None
        self.look()

    def look(self) -> None:
        """Finds out anew which frames are on this disk, and what they take there."""
        here = self._here
        if here is not None:
            self._cache.look(here.sequence, lambda found: self.note(here, found))

    def note(self, asked: OpenSequence, found: OnDisk) -> None:
        """Takes what was found for a sequence, if that is still open."""
        here = self._here
        if here is not None and here.sequence is asked.sequence:
            self.bytes_used = found.bytes_used
            self._loader.note_on_disk(found.paths)
            here.table.take_marks(found.marks)
            here.is_timeline_stale = True
            self._refresher.later()

    def forget(self) -> None:
        """Forgets which frames are on this disk: what is there is old, or gone."""
        self._loader.forget_disk()
        if self._here is not None:
            self._here.table.forget_disk()
            self._here.is_timeline_stale = True
        self._refresher.later()

    def clear(self) -> None:
        """Removes the files of all folders that are kept on this disk."""
        self._cache.clear(self._note_cleared)

    def _note_cleared(self) -> None:
        self.forget()
        self.bytes_used = 0
