"""The settings on disk: JSON, written whole or not at all, read whatever state it is in, changed by several windows."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from viewer.core.cache import atomic_files
from viewer.core.cache.file_lock import locked
from viewer.core.records import NamedTuple, dataclass, field, replace
from viewer.model import key_map
from viewer.model.key_map import DEFAULT_KEYS, KeyMap
from viewer.model.preferences import Preferences, from_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_RECENT = 10
"""Folders remembered at most."""
LAST_TIME = 32_503_680_000.0
"""The year 3000, in seconds since 1970."""
LARGEST = 1_000_000
"""Bytes of a settings file that are looked at; a larger one is not ours."""
_TEXTS = ("window", "save_folder")
"""The settings that are texts, each written by its name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings that last from one run to the next.

    Attributes:
        preferences: what the user has set.
        recent: folders opened lately, the last one first. They are not touched until one is chosen.
        window: the window's geometry and panels, as the gui floor writes them.
        keys: the keys of the commands.
        opened: when each of the recent folders was opened last, in seconds since 1970, where that is known.
        save_folder: the folder that was saved to last; "" for none.
    """

    preferences: Preferences = field(default_factory=Preferences)
    recent: tuple[str, ...] = ()
    window: str = ""
    keys: KeyMap = DEFAULT_KEYS
    opened: Mapping[str, float] = field(default_factory=dict)
    save_folder: str = ""

    def with_recent(self, *folders: str, at: float | None = None) -> Settings:
        """Returns the settings with ``folders`` as those opened last, at a time, the first of them last of all."""
        recent = (*folders, *self.without_recent(*folders).recent)[:MOST_RECENT]
        opened = {**self.opened, **({} if at is None else dict.fromkeys(folders, at))}
        return replace(self, recent=recent, opened=_of(recent, opened))

    def without_recent(self, *folders: str) -> Settings:
        """Returns the settings with none of ``folders`` among the recent ones."""
        recent = tuple(each for each in self.recent if each not in folders)
        return replace(self, recent=recent, opened=_of(recent, self.opened))


class FoundSettings(NamedTuple):
    """What was found in a settings file.

    Attributes:
        settings: the settings; whatever could not be read has its default.
        complaint: a sentence that says so, or "".
        stamp: differs when the file has been written since; None without a file that can be read.
    """

    settings: Settings = Settings()
    complaint: str = ""
    stamp: tuple[int, ...] | None = None


def load(path: Path) -> FoundSettings:
    """Reads the settings; blocks on the disk, so it runs before the window opens or on a worker.

    A file that is no settings file at all is kept beside it under another name, so that nothing written by hand is
    lost.
    """
    trouble = "could not be read"
    try:
        values, stamp = _read(path)
        if values is None:
            trouble = "are damaged and could not be put aside"
            with locked(path.parent):
                values, sentence = _read_or_put_aside(path)
                return FoundSettings(_understood(values)[0], sentence and f"{sentence} The defaults are used.")
    except FileNotFoundError:
        return FoundSettings()
    except OSError as error:
        return FoundSettings(complaint=f"The settings in {path} {trouble} ({error.strerror}); the defaults are used.")
    return FoundSettings(*_understood(values), stamp)


def look(path: Path, stamp: tuple[int, ...] | None) -> FoundSettings | None:
    """Returns what is in the file, None if its stamp is this one still; blocks on the disk.

    Raises:
        OSError: it could not be read, or is gone.
        ValueError: it cannot be understood.
    """
    if _stamp(path.stat()) == stamp:
        return None
    values, stamp = _read(path)
    if values is None:
        raise ValueError(f"{path} is no settings file.")
    return FoundSettings(*_understood(values), stamp)


def save(path: Path, here: Settings, base: Settings | None = None) -> FoundSettings:
    """Writes what differs between ``base``, what was read (None: the defaults), and ``here``; blocks on the disk.

    All else stays as others have left it, also what is not understood. Where the file is gone or damaged, all that
    differs from the defaults is written. Returns what the file holds then.

    Raises:
        OSError: they could not be written; the old ones are as they were.
    """
    with locked(path.parent):
        try:
            values, sentence = _read_or_put_aside(path)
        except FileNotFoundError:
            values, sentence, base = {}, "", None
        if sentence:
            base = None
        before, complaint = _understood(values)
        after = merged(base or Settings(), here, before)
        if after != before:
            _put(values, before, after)
            atomic_files.sweep(path.parent)
            import json  # noqa: PLC0415 - not for the first picture

            content = json.dumps(values, indent=2).encode("ascii")
            atomic_files.write(path, path.parent, [memoryview(content)])
        try:
            stamp = _stamp(path.stat())
        except FileNotFoundError:
            stamp = None
        return FoundSettings(after, sentence or complaint, stamp)


def merged(base: Settings, here: Settings, there: Settings) -> Settings:
    """Returns what two windows have made of ``base`` together: what was changed ``here``, else what is ``there``.

    Folders opened here come first among the recent ones. Those forgotten here are gone, unless they were opened there
    since.
    """
    forgotten = [each for each in base.recent if each not in here.recent]
    kept = base.without_recent(*forgotten)
    opened = next(
        here.recent[:count]
        for count in range(len(here.recent) + 1)
        if count == len(here.recent) or kept.with_recent(*here.recent[:count]).recent == here.recent
    )
    gone = (each for each in forgotten if there.opened.get(each) == base.opened.get(each))
    after = there.without_recent(*gone).with_recent(*opened)
    times = {each: max(all_.get(each, 0.0) for all_ in (there.opened, here.opened)) for each in after.recent}
    return replace(
        after,
        preferences=there.preferences.changed(**_changes(base.preferences, here.preferences)),
        keys=here.keys.merged(base.keys, there.keys),
        opened={each: time for each, time in times.items() if time},
        **{name: getattr(here if getattr(here, name) != getattr(base, name) else there, name) for name in _TEXTS},
    )


def _of(folders: tuple[str, ...], opened: Mapping[str, float]) -> dict[str, float]:
    return {each: opened[each] for each in folders if each in opened}


def _changes(before: Preferences, after: Preferences) -> dict[str, Any]:
    return {name: getattr(after, name) for name in after.differing(before)}


def _put(values: dict[str, Any], before: Settings, after: Settings) -> None:
    """Changes what is written where ``after`` differs from ``before``."""
    written = values.get("preferences")
    changes = _changes(before.preferences, after.preferences)
    if changes:
        values["preferences"] = (written if isinstance(written, dict) else {}) | changes
    if after.recent != before.recent:
        values["recent"] = after.recent
    if after.opened != before.opened:
        values["opened"] = after.opened
    if after.keys != before.keys:
        written = values.get("keys")
        others = (
            {name: keys for name, keys in written.items() if not key_map.is_known(name)}
            if isinstance(written, dict)
            else {}
        )
        values["keys"] = others | after.keys.values()
    values |= {name: getattr(after, name) for name in _TEXTS if getattr(after, name) != getattr(before, name)}


def _read(path: Path) -> tuple[dict[str, Any] | None, tuple[int, ...]]:
    """Returns the object in a file, None if it holds anything else, and its stamp; raises OSError."""
    with path.open("rb") as file:
        stamp = _stamp(os.fstat(file.fileno()))
        content = file.read(LARGEST + 1)
    return parsed(content), stamp


def parsed(content: bytes) -> dict[str, Any] | None:
    """Returns the object that is written in JSON, None if it is anything else or larger than :data:`LARGEST` bytes."""
    if len(content) > LARGEST:
        return None
    import json  # noqa: PLC0415 - not for the first picture, without settings

    try:
        values = json.loads(content, parse_float=_finite, parse_constant=lambda _text: None)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _read_or_put_aside(path: Path) -> tuple[dict[str, Any], str]:
    """Returns the object in a file, and a sentence when it held anything else and was put aside; under the lock.

    Raises:
        OSError: it could not be read, or not be put aside.
    """
    values, _ = _read(path)
    if values is not None:
        return values, ""
    aside = atomic_files.put_aside(path)
    return {}, f"The settings file was damaged. The old file is kept as {aside}."


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _understood(values: dict[str, Any]) -> tuple[Settings, str]:
    """Returns the settings, with the default for what is wrong, and a sentence about that."""
    written = values.get("preferences")
    preferences, complaints = from_values(written if isinstance(written, dict) else {})
    recent = values.get("recent")
    names = [each for each in recent if isinstance(each, str)] if isinstance(recent, list) else []
    texts = {name: text for name in _TEXTS if isinstance(text := values.get(name), str)}
    keys, wrong = key_map.from_values(values.get("keys", {}))
    complaints += wrong
    times = values.get("opened")
    opened = {each: float(time) for each, time in times.items() if _is_time(time)} if isinstance(times, dict) else {}
    if complaints:
        complaints.insert(0, "A setting was not understood and keeps its default:")
    recent_ones = tuple(names[:MOST_RECENT])
    settings = Settings(preferences, recent_ones, keys=keys, opened=_of(recent_ones, opened), **texts)
    return settings, " ".join(complaints)


def _is_time(value: object) -> bool:
    """Returns whether a value that was read can be seconds since 1970 that a calendar has."""
    return isinstance(value, int | float) and 0 < value < LAST_TIME


def _finite(text: str) -> float | None:
    """Returns the number that is written, None for one that is beyond all numbers, and could not be written again."""
    number = float(text)
    return number if math.isfinite(number) else None
