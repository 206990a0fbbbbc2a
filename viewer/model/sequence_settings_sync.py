"""The settings of the sequences of folders that were opened: read in advance, written after a while."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias

from viewer.core.executor import Success
from viewer.core.records import dataclass, field, replace
from viewer.core.sequence.folder_rule import AS_NAMED
from viewer.model.saver import Saver
from viewer.model.sequence_settings import (
    NOTHING,
    SINGLE_PICTURES,
    WHOLE_FOLDER,
    SequenceSettings,
    file_bookmarks,
    merged,
)
from viewer.model.sequence_settings_file import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from viewer.core.executor import Executor, Failure
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.model.sequence_settings_file import SequenceSettingsFile, Stamp

SAVE_AFTER = 2.0
"""Seconds that the place in a sequence waits for others before it is written: it changes all the time."""
SHARE_AFTER = 0.5
"""Seconds that changes wait which other windows take."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the files of what is open: with those above another window has a change in 2 seconds."""

_OF_THE_WINDOW = {"number", "zoom"}
_ByKey: TypeAlias = dict[str, SequenceSettings]


@dataclass(eq=False)
class SequenceSettingsSync:
    """Reads and writes the settings on chore threads; owner thread only. Without a file they last until the end.

    What other windows have changed is read when a folder is opened, with each write, and soon after they have.

    ``_on_read`` is called when there are other settings, with whether their folder has been read for the first time;
    ``_on_trouble`` with a sentence when they are damaged or cannot be saved.
    """

    _loop: Loop
    _chores: Executor
    _file: SequenceSettingsFile | None
    _on_read: Callable[[bool], None]
    _on_trouble: Callable[[str], None]
    _has_pruned: bool = False
    _known: dict[str, _ByKey] = field(default_factory=dict)
    _base: dict[str, _ByKey] = field(default_factory=dict)
    _stamps: dict[str, Stamp] = field(default_factory=dict)
    _timer: Timer | None = None

    def __post_init__(self) -> None:
        what = "Bookmarks and settings of sequences"
        self._saver = Saver(self._loop, self._chores, SAVE_AFTER, what, self._write, self._take_saved, self._on_trouble)

    def open(self, text: str) -> None:
        """Begins to read the settings for ``text``, a folder, or a file or pattern in one."""
        file = self._file
        if file is None:
            return
        text = text.rstrip("/") or text[:1]
        folders = dict.fromkeys((text, os.path.split(text)[0]))
        self._stamps = dict.fromkeys(folders)
        if self._timer is None:
            self._look_later()
        bases = {folder: self._base.get(folder) for folder in folders}

        def load() -> list[tuple[str, _ByKey, str]]:
            return [(folder, *file.load(folder)) for folder in folders]

        def answer(outcome: Success[list[tuple[str, _ByKey, str]]] | Failure) -> None:
            for folder, found, complaint in outcome.value if isinstance(outcome, Success) else ():
                base = bases[folder]
                if self._base.get(folder) is not base:
                    continue  # it has been saved meanwhile, and read with that
                if complaint:
                    self._take(folder, {}, {}, complaint)
                    self._saver.soon()  # all that is known of it here
                else:
                    # Where the file is gone, by accident perhaps, what is known here stays; it is saved with a change.
                    self._take(folder, found or base or {}, base or {}, "")

        self._chores.submit(load, answer)
        if not self._has_pruned:
            self._has_pruned = True
            self._chores.submit(file.prune, lambda _outcome: None)

    def of(self, sequence: FrameSequence) -> SequenceSettings:
        """Returns the settings of a sequence, as far as they have been read."""
        known, key = self._known.get(sequence.folder, {}), key_of(sequence)
        found = known.get(key, NOTHING)
        if not sequence.is_loose:
            return found.in_unit(sequence.writing.unit)
        elsewhere = known.get(SINGLE_PICTURES, NOTHING).bookmarks if key != SINGLE_PICTURES else ()
        return found.of_files(sequence, (each for each in elsewhere if each.name))

    def change(self, sequence: FrameSequence, **values: Any) -> None:  # noqa: ANN401 - the fields of SequenceSettings
        """Changes some settings of a sequence, and writes them after a while."""
        folder, key = sequence.folder, key_of(sequence)
        if not sequence.is_loose:
            self._change(folder, key, replace(self.of(sequence), **values), values)
            return
        known = self._known.get(folder, {})
        if "bookmarks" in values:
            shared, are_own = known.get(SINGLE_PICTURES, NOTHING), key == SINGLE_PICTURES
            bookmarks = file_bookmarks(sequence, shared.bookmarks, values["bookmarks"], are_own=are_own)
            self._change(folder, SINGLE_PICTURES, replace(shared, bookmarks=bookmarks), values)
            values["bookmarks"] = bookmarks if are_own else ()
        self._change(folder, key, known.get(key, NOTHING).with_files(sequence, values), values)

    def rule(self, folder: str) -> FolderRule:
        """Returns by which rule a folder was grouped the last time; blocks on this disk, workers only."""
        return AS_NAMED if self._file is None else self._file.rule(folder)

    def change_rule(self, folder: str, rule: FolderRule) -> None:
        """Changes the rule by which a folder is grouped, and writes it after a while."""
        before = self._known.get(folder, {}).get(WHOLE_FOLDER, NOTHING)
        after = replace(before, rule=None if rule == AS_NAMED else rule)
        self._change(folder, WHOLE_FOLDER, after, ["rule"])

    def _change(self, folder: str, key: str, after: SequenceSettings, values: Collection[str]) -> None:
        """Takes other settings, in which those of ``values`` have been changed."""
        if after != self._known.get(folder, {}).get(key, NOTHING):
            self._known.setdefault(folder, {})[key] = after
            if self._file is not None:
                self._saver.soon(None if _OF_THE_WINDOW.issuperset(values) else SHARE_AFTER)

    def save(self) -> None:
        """Begins to write what has been changed."""
        self._saver.now()

    def close(self) -> None:
        """Begins to write what has been changed, for the last time; nothing is read any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._stamps = {}
        self._saver.close()

    def _look_later(self) -> None:
        self._timer = self._loop.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """Reads what other windows have changed in the files of what is open."""
        file, stamps = self._file, self._stamps
        bases = {folder: self._base.get(folder) for folder in stamps}

        def look() -> list[tuple[str, _ByKey | None, Stamp]]:
            return [(folder, *file.look(folder, stamp)) for folder, stamp in [*stamps.items()]] if file else []

        def done(outcome: Success[list[tuple[str, _ByKey | None, Stamp]]] | Failure) -> None:
            for folder, found, stamp in outcome.value if isinstance(outcome, Success) else ():
                base = bases[folder]
                if self._stamps is stamps and base is not None and self._base.get(folder) is base:
                    stamps[folder] = stamp
                    if found is not None:
                        self._take(folder, found, base, "")
            if self._stamps:
                self._look_later()

        self._chores.submit(look, done)

    def _write(self) -> Callable[[], list[tuple[str, _ByKey, _ByKey, str]]] | None:
        """Returns what writes the changes, and returns what it wrote and what is in the file then, by folder."""
        file = self._file
        bases = {folder: self._base.get(folder, {}) for folder in self._known}
        changed = [
            (folder, dict(known), bases[folder])
            for folder, known in self._known.items()
            if any(settings != bases[folder].get(key, NOTHING) for key, settings in known.items())
        ]
        if file is None or not changed:
            return None

        def write() -> list[tuple[str, _ByKey, _ByKey, str]]:
            return [(folder, here, *file.save(folder, here, base)) for folder, here, base in changed]

        return write

    def _take_saved(self, saved: list[tuple[str, _ByKey, _ByKey, str]]) -> None:
        for folder, here, found, complaint in saved:
            self._take(folder, found, here, complaint)

    def _take(self, folder: str, found: _ByKey, base: _ByKey, complaint: str) -> None:
        """Takes what the file of a folder holds now, which held ``base``, and keeps what has been changed here since.

        Where the user was in a sequence, the zoom and the rule are each window's own affair after the first time.
        """
        if complaint:
            self._on_trouble(complaint)
        is_first = folder not in self._base
        known = self._known.get(folder, {})
        self._base[folder], self._known[folder] = {}, {}
        for key in found.keys() | known.keys():
            before, there = base.get(key, NOTHING), found.get(key, NOTHING)
            if key in known and not is_first:
                there = replace(there, number=before.number, name=before.name, zoom=before.zoom, rule=before.rule)
            self._base[folder][key] = there
            self._known[folder][key] = merged(before, known.get(key, NOTHING), there)
        if is_first or self._known[folder] != known:
            self._on_read(is_first)
