"""What is in the folder that is open: its sequences, each with a small picture, and on demand its subfolders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewer.core.executor import Success
from viewer.core.frame import FrameIndex
from viewer.core.sequence.naming import sorted_naturally
from viewer.core.storage.transfer import Transfer
from viewer.model.view_state import FolderRow, FolderView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame
    from viewer.core.load.loader import Loader
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage


class FolderList:
    """The list of what is in the folder; owner thread only."""

    def __init__(self, chores: Executor, storage: Storage, loader: Loader, changed: Callable[[], None]) -> None:
        """Makes an empty list.

        Args:
            chores: workers for looking for subfolders.
            storage: where the folder is.
            loader: where the small pictures are.
            changed: told when there is something new.
        """
        self._chores = chores
        self._storage = storage
        self._loader = loader
        self._changed = changed
        self._folder = ""
        self._sequences: tuple[FrameSequence, ...] = ()
        self._wanted: tuple[str, ...] = ()
        self._thumbnails = 0
        self._subfolders: tuple[str, ...] | None = None
        self._search: Transfer | None = None
        self._view: FolderView | None = None

    def take(self, folder: str, sequences: tuple[FrameSequence, ...]) -> None:
        """Takes what is known of the folder by now."""
        if folder != self._folder:
            self._folder, self._subfolders, self._wanted = folder, None, ()
            self.close()
        self._sequences = sequences
        self._view = None

    def view(self, chosen: int) -> FolderView | None:
        """Returns the list as it is to be seen, with the sequence at ``chosen`` marked."""
        if not self._sequences:
            return None
        if self._view is None or self._view.chosen != chosen:
            parent = os.path.split(self._folder)[0]
            self._view = FolderView(
                path=self._folder,
                parent="" if parent == self._folder else parent,
                rows=tuple(map(self._row, self._sequences)),
                chosen=chosen,
                subfolders=self._subfolders,
                searching=self._search is not None,
                thumbnails=self._thumbnails,
            )
        return self._view

    def _row(self, sequence: FrameSequence) -> FolderRow:
        small = self._loader.holdings.stand_in(_first(sequence))
        return FolderRow(
            sequence.label,
            sequence.first,
            sequence.last,
            len(sequence),
            sequence.missing,
            None if small is None else small.size,
        )

    # Small pictures

    def want_thumbnails(self, positions: Iterable[int]) -> None:
        """Says of which sequences the small pictures are to be seen."""
        inside = (position for position in positions if 0 <= position < len(self._sequences))
        self._wanted = tuple(_first(self._sequences[position]) for position in inside)

    def thumbnail(self, position: int) -> Frame | None:
        """Returns the small picture of a sequence, None while it is not here."""
        if not 0 <= position < len(self._sequences):
            return None
        return self._loader.holdings.thumbnail(_first(self._sequences[position]))

    def paths(self) -> Iterator[str]:
        """Yields the paths whose small pictures are wanted and not here."""
        return (path for path in self._wanted if self._loader.holdings.thumbnail(path) is None)

    def wants(self, path: str) -> bool:
        """Returns whether the small picture of ``path`` is to be seen in the list."""
        return path in self._wanted

    def note(self, path: str) -> None:
        """Is told that the state of a path changed."""
        if path in self._wanted and self._loader.holdings.thumbnail(path) is not None:
            self._thumbnails += 1
            self._view = None
            self._changed()

    # Subfolders

    def look_for_subfolders(self) -> None:
        """Begins to look for the folders in the folder, unless that is under way."""
        if self._search is not None or not self._folder:
            return
        storage, folder = self._storage, self._folder
        transfer = self._search = Transfer()

        def look() -> tuple[str, ...]:
            names = [name for batch in storage.list_folders(folder, transfer) for name in batch]
            return tuple(sorted_naturally(names, str))

        def done(outcome: Success[tuple[str, ...]] | Failure) -> None:
            if self._search is transfer:
                self._search = None
                self._subfolders = outcome.value if isinstance(outcome, Success) else ()
                self._view = None
                self._changed()

        self._chores.submit(look, done)
        self._view = None
        self._changed()

    def close(self) -> None:
        """Gives up what is under way; nothing is told of it."""
        if self._search is not None:
            self._search.cancel()
            self._search = None


def _first(sequence: FrameSequence) -> str:
    return sequence.path(FrameIndex(0))
