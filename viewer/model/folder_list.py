"""What is in the folder that is open: its sequences, each with a thumbnail, and on demand its subfolders."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.display.look import AS_IT_IS
from viewer.core.errors import DecodeError
from viewer.core.executor import Success
from viewer.core.frame import FrameIndex
from viewer.core.records import dataclass, field
from viewer.core.sequence.folder_rule import AS_NAMED
from viewer.core.sequence.natural import sorted_naturally
from viewer.core.storage.transfer import Transfer
from viewer.model import messages
from viewer.model.dropping import dropped
from viewer.model.open_sequence import Follower
from viewer.model.view_state import FolderRow, FolderView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame
    from viewer.core.load.loader import Loader
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.sequence.sample import Sample
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.opened import Opened
    from viewer.model.pattern_trial import PatternTrial
    from viewer.model.refresher import Refresher


@dataclass(eq=False)
class FolderList(Follower):
    """The list of what is in the folder; owner thread only.

    ``_on_open`` is called with a path to open and the name of the file in it to begin at, "" for none.

    Attributes:
        on_rule: called with a rule by which the folder is to be grouped, and returns whether it will be; what groups
            it sets it.
    """

    _chores: Executor
    _storage: Storage
    _loader: Loader
    _refresher: Refresher
    _on_open: Callable[[str, str], None]
    _folder: str = ""
    _sequences: tuple[FrameSequence, ...] = ()
    _wanted: tuple[str, ...] = ()
    _thumbnails: int = 0
    _subfolders: tuple[str, ...] | None = None
    _search: Transfer | None = None
    _view: FolderView | None = None
    _rule: FolderRule = AS_NAMED
    _passing: int = 0
    _total: int = 0
    _unread: str = ""
    _is_offered: bool = False
    _trial: object = None
    _unreadable: _Unreadable = field(default_factory=lambda: _Unreadable())  # noqa: PLW0108 - it is defined below
    on_rule: Callable[[FolderRule], bool] = lambda _rule: False

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now; what was offered in place of one is not any more."""
        super().follow(here)
        self._is_offered = False

    def offer(self, folder: str, names: tuple[str, ...]) -> None:
        """Takes the folders in a folder without pictures: they can be opened in its place."""
        self._begin(folder)
        self._sequences, self._rule, self._passing, self._total, self._unread = (), AS_NAMED, 0, 0, ""
        self._subfolders, self._is_offered = names, bool(names)

    def take(self, opened: Opened) -> None:
        """Takes what is known of the folder by now."""
        self._begin(opened.folder)
        self._sequences, self._rule, self._unread = opened.sequences, opened.rule, messages.unread(opened.unread)
        self._passing, self._total = opened.passing, sum(map(len, opened.sequences)) + len(opened.hidden)
        self._view = None

    def _begin(self, folder: str) -> None:
        if folder != self._folder:
            self._folder, self._subfolders, self._wanted = folder, None, ()
            self._unreadable = _Unreadable()
            self.close()
        self._view = None

    def set_rule(self, rule: FolderRule) -> None:
        """Has the pictures of the folder grouped and ordered by another rule, which is remembered.

        The names that are known are grouped anew, on a worker; the share is asked nothing, but for the order by date.
        The playhead stays at its file.
        """
        if self.on_rule(rule):
            self._rule, self._view = rule, None
            self._refresher.touch()

    def sample(self) -> Sample | None:
        """Returns the name of the frame at the playhead, or of the first, with the pattern of its folder; or None."""
        here = self._here
        if here is None:
            return None
        from viewer.core.sequence.sample import Sample  # noqa: PLC0415 - not needed at start

        return Sample.of(here.sequence, here.index or FrameIndex(0), self._rule.pattern, self._sequences)

    def try_pattern(self, pattern: str, on_tried: Callable[[PatternTrial], None]) -> None:
        """Calls ``on_tried``, later, with what a pattern would make of the pictures, if no other was tried since."""
        sequences, trial = self._sequences, object()
        self._trial = trial

        def done(outcome: Success[PatternTrial] | Failure) -> None:
            if self._trial is trial and isinstance(outcome, Success):
                on_tried(outcome.value)

        names = chain.from_iterable(sequence.names() for sequence in sequences)
        from viewer.model.pattern_trial import tried  # noqa: PLC0415 - not needed at start

        self._chores.submit(lambda: tried(pattern, names), done)

    def view(self) -> FolderView | None:
        """Returns the list as it is to be seen, with the open sequence marked; None without one, or folders to open."""
        if not self._is_shown:
            return None
        chosen = -1 if self._here is None else self._here.view.position - 1
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
                unread=self._unread,
                rule=self._rule,
                passing=self._passing,
                total=self._total,
            )
        return self._view

    @property
    def _is_shown(self) -> bool:
        return self._here is not None or self._is_offered

    def _row(self, sequence: FrameSequence) -> FolderRow:
        small = self._loader.holdings.stand_in(_first(sequence))
        size = None if small is None else small.size
        text = str if sequence.writing.is_count else sequence.text
        label, bad = sequence.label, self._unreadable.count(sequence)
        return FolderRow(label, sequence.first, sequence.last, len(sequence), sequence.missing, size, text, bad)

    def path(self, position: int) -> str:
        """Returns the path of the first file of a sequence, "" if there is none at this position."""
        return _first(self._sequences[position]) if 0 <= position < len(self._sequences) else ""

    def open_dropped(self, paths: Sequence[str]) -> None:
        """Opens what was dropped: files of one sequence at the first of them, else the first, which is said."""
        path, others = dropped(paths)
        self._on_open(path, "")
        if others:
            self._refresher.say_unasked(others)

    # Thumbnails

    def want_thumbnails(self, positions: Iterable[int]) -> None:
        """Takes which rows of the list are to be seen; their thumbnails are loaded when there is time."""
        inside = (position for position in positions if 0 <= position < len(self._sequences))
        self._wanted = tuple(_first(self._sequences[position]) for position in inside)
        self._refresher.plan_soon()

    def thumbnail(self, position: int) -> Frame | None:
        """Returns the thumbnail of a sequence, None while it is not here."""
        if not 0 <= position < len(self._sequences):
            return None
        is_open = self._here is not None and position == self._here.view.position - 1
        look = None if is_open else AS_IT_IS  # what is chosen is for the open sequence alone
        return self._loader.screens.thumbnail(_first(self._sequences[position]), look)

    def paths(self) -> Iterator[str]:
        """Yields the paths whose thumbnails are wanted and not here."""
        return (path for path in self._wanted if self._loader.holdings.thumbnail(path) is None)

    def wants(self, path: str) -> bool:
        """Returns whether the thumbnail of ``path`` is to be seen in the list."""
        return path in self._wanted

    def note(self, path: str) -> None:
        """Called when the state of a path has changed."""
        if self._unreadable.note(path, is_bad=isinstance(self._loader.failures.error(path), DecodeError)):
            self._view = None
            self._refresher.touch()
        if path in self._wanted and self._loader.holdings.thumbnail(path) is not None:
            self._thumbnails += 1
            self._view = None
            self._refresher.touch()

    # What else can be opened from here

    def neighbour(self, by: int) -> int:
        """Returns the position of the sequence so many after the open one, held to the list."""
        chosen = 0 if self._here is None else self._here.view.position - 1
        return min(max(chosen + by, 0), len(self._sequences) - 1)

    def open_parent(self) -> None:
        """Opens the folder that this one lies in; from the pages of a file, the folder of that file, at the file."""
        parent, name = os.path.split(self._folder)
        if self._is_shown and name:
            self._on_open(parent, name)

    def open_subfolder(self, name: str) -> None:
        """Opens a folder in the folder."""
        if self._is_shown:
            self._on_open(os.path.join(self._folder, name), "")  # noqa: PTH118 - a path of any storage

    def open_pages(self) -> None:
        """Opens the pages of the file on screen, if it has several."""
        path = None if self._here is None else self._here.path
        if path is None:
            return

        def done(outcome: Success[bool] | Failure) -> None:
            if self._here is None or self._here.path != path:
                return
            if isinstance(outcome, Success) and outcome.value:
                self._on_open(path, "")
            else:
                self._refresher.say("This file has no pages to open: it holds one picture.")

        self._chores.submit(lambda: self._storage.is_folder(path), done)

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
                self._refresher.touch()

        self._chores.submit(look, done)
        self._view = None
        self._refresher.touch()

    def close(self) -> None:
        """Cancels what is under way; nothing comes of it."""
        if self._search is not None:
            self._search.cancel()
            self._search = None


class _Unreadable:
    """The files of the folder that are no pictures, by their names, whichever way those are grouped."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._counts: dict[FrameSequence, int] = {}

    def note(self, path: str, *, is_bad: bool) -> bool:
        """Notes whether a file is no picture; returns whether that is new."""
        name = os.path.split(path)[1]
        if is_bad == (name in self._names):
            return False
        (self._names.add if is_bad else self._names.discard)(name)
        self._counts.clear()
        return True

    def count(self, sequence: FrameSequence) -> int:
        """Returns how many files of a sequence are no pictures."""
        if not self._names:
            return 0
        if sequence not in self._counts:
            near = (name for name in self._names if name.startswith(sequence.head))  # far quicker than to look for it
            self._counts[sequence] = sum(sequence.index_of_name(name) is not None for name in near)
        return self._counts[sequence]


def _first(sequence: FrameSequence) -> str:
    return sequence.path(FrameIndex(0))
