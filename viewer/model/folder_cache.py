"""What this disk holds of the folder that is open: its names, and which of its files are here."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

from viewer.core.errors import SequenceError
from viewer.core.executor import Success
from viewer.core.frame import FrameIndex
from viewer.core.records import NamedTuple, dataclass, field
from viewer.core.sequence.contents import may_be_picture_name
from viewer.core.sequence.naming import grouped
from viewer.core.sequence.pattern import is_pattern
from viewer.core.sequence.sequence import FrameSequence
from viewer.model.open_sequence import Follower
from viewer.model.opened import open_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.executor import Executor, Failure
    from viewer.core.load.loader import Loader
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.opened import Group, Opened
    from viewer.model.refresher import Refresher


class OnDisk(NamedTuple):
    """Which frames of a sequence have their file on this disk.

    Attributes:
        marks: 1 for each position whose file is here, else 0; the caller may write to it.
        paths: the paths of those that are here.
        bytes_used: what the whole folder takes on this disk.
    """

    marks: bytearray
    paths: set[str]
    bytes_used: int


@dataclass(eq=False)
class FolderCache:
    """Asks the disk cache on chore threads and answers on the owner thread, on which all of it is called.

    Without a disk cache it remembers nothing. One job at a time looks which files are here or forgets some, so that
    none is found that was to be forgotten, and a folder that grows all the time is not looked at for ever.
    """

    _chores: Executor
    _disk: DiskCache | None
    _is_looking: bool = False
    _to_look: tuple[FrameSequence, Callable[[OnDisk], None]] | None = None
    _to_forget: list[Iterable[str]] = field(default_factory=list)

    def close(self) -> None:
        """Asks nothing any more; no answer comes."""
        self._disk = None

    def recall(self, text: str, done: Callable[[Opened, OnDisk], None], group: Group = grouped) -> None:
        """Calls ``done`` with what was seen the last time where ``text`` points, and what of it is on this disk.

        It is not called if that was nothing. ``group`` groups names.
        """
        if (disk := self._disk) is None:
            return

        def look() -> tuple[Opened, OnDisk] | None:
            opened = _recall(disk, text, group)
            return None if opened is None else (opened, _on_disk(disk, opened.sequences[opened.chosen]))

        def answer(outcome: Success[tuple[Opened, OnDisk] | None] | Failure) -> None:
            if self._disk is not None and isinstance(outcome, Success) and outcome.value is not None:
                done(*outcome.value)

        self._chores.submit(look, answer)

    def remember(self, folder: str, sequences: tuple[FrameSequence, ...], hidden: Iterable[str] = ()) -> None:
        """Remembers the names of a folder that has been listed whole, those that are ``hidden`` too."""
        if (disk := self._disk) is not None:
            names = itertools.chain(itertools.chain.from_iterable(map(FrameSequence.names, sequences)), hidden)
            self._chores.submit(lambda: disk.remember_names(folder, list(names)), lambda _outcome: None)

    def look(self, sequence: FrameSequence, done: Callable[[OnDisk], None]) -> None:
        """Calls ``done`` with the frames of ``sequence`` that are on this disk, unless another is asked for first."""
        self._to_look = sequence, done
        self._go_on()

    def forget(self, paths: Iterable[str]) -> None:
        """Removes the files of ``paths``, which are gone through on a chore thread: what is on the share is newer."""
        self._to_forget.append(paths)
        self._go_on()

    def _go_on(self) -> None:
        disk, forget, look = self._disk, self._to_forget, self._to_look
        if disk is None or self._is_looking or not (forget or look):
            return
        self._is_looking, self._to_forget, self._to_look = True, [], None

        def work() -> OnDisk | None:
            for path in itertools.chain.from_iterable(forget):
                disk.discard(path)
            return None if look is None else _on_disk(disk, look[0])

        def answer(outcome: Success[OnDisk | None] | Failure) -> None:
            self._is_looking = False
            if look is not None and self._to_look is None:
                if self._to_forget:
                    self._to_look = look  # what is to be forgotten was found
                elif self._disk is not None and isinstance(outcome, Success) and outcome.value is not None:
                    look[1](outcome.value)
            self._go_on()

        self._chores.submit(work, answer)

    def clear(self, done: Callable[[], None]) -> None:
        """Removes all files from this disk."""
        if (disk := self._disk) is not None:
            self._chores.submit(disk.clear, lambda _outcome: None if self._disk is None else done())

    def set_limit(self, limit: int) -> None:
        """Changes how many bytes are kept."""
        if (disk := self._disk) is not None:
            disk.set_limit(limit)
            self._chores.submit(disk.trim, lambda _outcome: None)


@dataclass(eq=False)
class DiskUse(Follower):
    """Knows what is kept on this disk of the open folder, and clears it; owner thread only.

    Attributes:
        bytes_used: what the folder takes on this disk, None while that is not known.
    """

    _cache: FolderCache
    _loader: Loader
    _refresher: Refresher
    _folder: str = ""
    bytes_used: int | None = None

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now, and finds out what of it is here."""
        super().follow(here)
        if here is not None and here.sequence.folder != self._folder:
            self._folder, self.bytes_used = here.sequence.folder, None
        self.look()

    def close(self) -> None:
        """Ends what keeps folders on this disk."""
        self._cache.close()

    def look(self) -> None:
        """Finds out anew which frames are on this disk, and what they take there."""
        if (here := self._here) is not None:
            self._cache.look(here.sequence, lambda found: self.note(here, found))

    def note(self, asked: OpenSequence, found: OnDisk) -> None:
        """Takes what was found for a sequence, if that is still open."""
        here = self._here
        if here is not None and here.sequence is asked.sequence:
            self.bytes_used = found.bytes_used
            self._loader.note_on_disk(found.paths)
            if here.table.take_marks(found.marks):
                here.table.take_held(list(self._loader.confirms.copies), self._loader)
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


def _recall(disk: DiskCache, text: str, group: Group) -> Opened | None:
    text = text.rstrip("/") or text[:1]
    folder, name = os.path.split(text)
    folders = (folder, text) if may_be_picture_name(name) or is_pattern(text) else (text,)
    for each in folders:
        names = disk.names(each)
        if names:
            try:
                return open_listed(text, each, names, group=group, complete=False).prepared()
            except SequenceError:
                continue
    return None


def _on_disk(disk: DiskCache, sequence: FrameSequence) -> OnDisk:
    positions = {name: index for index, name in enumerate(sequence.names())}
    held = disk.held(sequence.folder, list(positions))
    marks = bytearray(len(sequence))
    for name in held:
        marks[positions[name]] = 1
    paths = {sequence.path(FrameIndex(positions[name])) for name in held}
    return OnDisk(marks, paths, disk.folder_bytes(sequence.folder) if held else 0)
