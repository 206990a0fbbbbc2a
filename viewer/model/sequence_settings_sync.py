"""What is remembered of the folder that is open: asked for in advance, written after a while."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from typing import TYPE_CHECKING, Any

from viewer.core.executor import Success
from viewer.model.bookmarks import Bookmarks
from viewer.model.sequence_settings import SequenceSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.core.executor import Executor, Failure
    from viewer.core.loop import Loop, Timer
    from viewer.model.sequence_settings_file import SequenceSettingsFile

SAVE_AFTER = 2.0
"""Seconds that changes wait for others before they are written."""


class SequenceSettingsSync:
    """Reads and writes what is remembered, on chore threads; owner thread only. Without a memory it forgets all."""

    def __init__(
        self,
        loop: Loop,
        chores: Executor,
        memory: SequenceSettingsFile | None,
        came: Callable[[], None],
        complain: Callable[[str], None],
    ) -> None:
        """Makes it; reads nothing yet.

        Args:
            loop: the owner thread's.
            chores: workers for reading and writing.
            memory: where it is kept, None for nowhere.
            came: told when something has come of what was opened.
            complain: told a sentence when what was written is damaged.
        """
        self._loop = loop
        self._chores = chores
        self._memory = memory
        self._has_pruned = False
        self._came = came
        self._complain = complain
        self._known: dict[tuple[str, str], SequenceSettings] = {}
        self._read: set[str] = set()
        self._unsaved: dict[tuple[str, str], dict[str, Any]] = {}
        self._timer: Timer | None = None

    def open(self, text: str) -> None:
        """Begins to read what is remembered of ``text``, a folder, or a file or pattern in one."""
        memory = self._memory
        if memory is None:
            return
        text = text.rstrip("/") or text[:1]
        folders = [folder for folder in (text, os.path.split(text)[0]) if folder not in self._read]
        if not folders:
            return

        def load() -> list[tuple[str, Mapping[str, SequenceSettings], str]]:
            return [(folder, *memory.load(folder)) for folder in folders]

        def answer(outcome: Success[list[tuple[str, Mapping[str, SequenceSettings], str]]] | Failure) -> None:
            if isinstance(outcome, Success):
                for folder, found, complaint in outcome.value:
                    self._take(folder, found)
                    if complaint:
                        self._complain(complaint)
                self._save_later()
                self._came()

        self._chores.submit(load, answer)
        if not self._has_pruned:
            self._has_pruned = True
            self._chores.submit(memory.prune, lambda _outcome: None)

    def _take(self, folder: str, found: Mapping[str, SequenceSettings]) -> None:
        self._read.add(folder)
        for key, remembered in found.items():
            merged = self._known[folder, key] = _merged(remembered, self._unsaved.get((folder, key), {}))
            if "bookmarks" in self._unsaved.get((folder, key), {}):
                self._unsaved[folder, key]["bookmarks"] = merged.bookmarks

    def of(self, folder: str, key: str) -> SequenceSettings:
        """Returns what is remembered of a sequence, as far as it has been read."""
        return self._known.get((folder, key), SequenceSettings())

    def change(self, folder: str, key: str, **values: Any) -> None:  # noqa: ANN401 - the fields of Remembered
        """Remembers other values for some fields, and writes them after a while."""
        before = self.of(folder, key)
        after = dataclasses.replace(before, **values)
        if after != before:
            self._known[folder, key] = after
            self._unsaved.setdefault((folder, key), {}).update(values)
            self._save_later()

    def _save_later(self) -> None:
        if self._unsaved and self._timer is None and self._memory is not None:
            self._timer = self._loop.call_later(SAVE_AFTER, self.save)

    def save(self) -> None:
        """Begins to write what has been changed in folders of which it has been read what is remembered."""
        self._write({place: values for place, values in self._unsaved.items() if place[0] in self._read})

    def close(self) -> None:
        """Begins to write all that has been changed; what has not been read yet is read first."""
        self._write(self._unsaved)

    def _write(self, unsaved: Mapping[tuple[str, str], dict[str, Any]]) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        memory, unsaved = self._memory, dict(unsaved)
        self._unsaved = {place: values for place, values in self._unsaved.items() if place not in unsaved}
        if memory is None or not unsaved:
            return
        known = {place: self._known[place] for place in unsaved if place[0] in self._read}

        def write() -> None:
            for folder in {folder for folder, _ in unsaved}:
                # That it cannot be written is no reason to disturb anybody who looks at pictures.
                with contextlib.suppress(OSError):
                    found = {} if folder in {place[0] for place in known} else memory.load(folder)[0]
                    changes = {
                        key: known.get((folder, key)) or _merged(found.get(key, SequenceSettings()), values)
                        for (of, key), values in unsaved.items()
                        if of == folder
                    }
                    memory.save(folder, changes)

        self._chores.submit(write, lambda _outcome: None)


def _merged(remembered: SequenceSettings, changed: dict[str, Any]) -> SequenceSettings:
    """Returns what is remembered with what was changed before that was known."""
    if "bookmarks" in changed:  # nobody could see the others to take them away
        changed = changed | {"bookmarks": Bookmarks(remembered.bookmarks).with_(*changed["bookmarks"]).all}
    return dataclasses.replace(remembered, **changed)
