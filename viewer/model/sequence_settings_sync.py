"""The settings of the sequences of the folder that is open: read in advance, written after a while."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from viewer.core.executor import Success
from viewer.model.sequence_settings import Bookmarks, SequenceSettings
from viewer.model.sequence_settings_file import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.core.executor import Executor, Failure
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.model.sequence_settings_file import SequenceSettingsFile

SAVE_AFTER = 2.0
"""Seconds that changes wait for others before they are written."""


@dataclass(eq=False)
class SequenceSettingsSync:
    """Reads and writes the settings on chore threads; owner thread only. Without a file they last until the end.

    ``_on_read`` is called when settings have been read, ``_on_damage`` with a sentence when they are damaged.
    """

    _loop: Loop
    _chores: Executor
    _file: SequenceSettingsFile | None
    _on_read: Callable[[], None]
    _on_damage: Callable[[str], None]
    _has_pruned: bool = False
    _known: dict[tuple[str, str], SequenceSettings] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)
    _unsaved: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _timer: Timer | None = None

    def open(self, text: str) -> None:
        """Begins to read the settings for ``text``, a folder, or a file or pattern in one."""
        file = self._file
        if file is None:
            return
        text = text.rstrip("/") or text[:1]
        folders = [folder for folder in (text, os.path.split(text)[0]) if folder not in self._read]
        if not folders:
            return

        def load() -> list[tuple[str, Mapping[str, SequenceSettings], str]]:
            return [(folder, *file.load(folder)) for folder in folders]

        def answer(outcome: Success[list[tuple[str, Mapping[str, SequenceSettings], str]]] | Failure) -> None:
            if isinstance(outcome, Success):
                for folder, found, complaint in outcome.value:
                    self._take(folder, found)
                    if complaint:
                        self._on_damage(complaint)
                self._save_later()
                self._on_read()

        self._chores.submit(load, answer)
        if not self._has_pruned:
            self._has_pruned = True
            self._chores.submit(file.prune, lambda _outcome: None)

    def _take(self, folder: str, found: Mapping[str, SequenceSettings]) -> None:
        self._read.add(folder)
        for key, remembered in found.items():
            merged = self._known[folder, key] = _merged(remembered, self._unsaved.get((folder, key), {}))
            if "bookmarks" in self._unsaved.get((folder, key), {}):
                self._unsaved[folder, key]["bookmarks"] = merged.bookmarks

    def of(self, sequence: FrameSequence) -> SequenceSettings:
        """Returns the settings of a sequence, as far as they have been read."""
        return self._known.get((sequence.folder, key_of(sequence)), SequenceSettings())

    def change(self, sequence: FrameSequence, **values: Any) -> None:  # noqa: ANN401 - the fields of SequenceSettings
        """Changes some settings of a sequence, and writes them after a while."""
        before, entry = self.of(sequence), (sequence.folder, key_of(sequence))
        after = replace(before, **values)
        if after != before:
            self._known[entry] = after
            self._unsaved.setdefault(entry, {}).update(values)
            self._save_later()

    def _save_later(self) -> None:
        if self._unsaved and self._timer is None and self._file is not None:
            self._timer = self._loop.call_later(SAVE_AFTER, self.save)

    def save(self) -> None:
        """Begins to write what has been changed in folders whose settings have been read."""
        self._write({entry: values for entry, values in self._unsaved.items() if entry[0] in self._read})

    def close(self) -> None:
        """Begins to write all that has been changed; what has not been read yet is read first."""
        self._write(self._unsaved)

    def _write(self, unsaved: Mapping[tuple[str, str], dict[str, Any]]) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        file, unsaved = self._file, dict(unsaved)
        self._unsaved = {entry: values for entry, values in self._unsaved.items() if entry not in unsaved}
        if file is None or not unsaved:
            return
        known = {entry: self._known[entry] for entry in unsaved if entry[0] in self._read}

        def write() -> None:
            for folder in {folder for folder, _ in unsaved}:
                # A failure to write is no reason to disturb the user, who looks at pictures.
                with contextlib.suppress(OSError):
                    found = {} if folder in {entry[0] for entry in known} else file.load(folder)[0]
                    changes = {
                        key: known.get((folder, key)) or _merged(found.get(key, SequenceSettings()), values)
                        for (of, key), values in unsaved.items()
                        if of == folder
                    }
                    file.save(folder, changes)

        self._chores.submit(write, lambda _outcome: None)


def _merged(remembered: SequenceSettings, changed: dict[str, Any]) -> SequenceSettings:
    """Returns the settings that were read, with the changes made before that."""
    if "bookmarks" in changed:  # the others could not be seen to be taken away
        changed = changed | {"bookmarks": Bookmarks(remembered.bookmarks).with_(*changed["bookmarks"]).all}
    return replace(remembered, **changed)
