"""The settings on disk: JSON, written whole or not at all, read whatever state it is in."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from viewer.core.cache import atomic_files
from viewer.model.preferences import Preferences, from_values

if TYPE_CHECKING:
    from pathlib import Path

MOST_RECENT = 10
"""Folders remembered at most."""
LARGEST = 1_000_000
"""Bytes of a settings file that are looked at; a larger one is not ours."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings that last from one run to the next.

    Attributes:
        preferences: what the user has set.
        recent: folders opened lately, the last one first. They are not touched until one is chosen.
        window: the window's geometry and panels, as the gui floor writes them.
    """

    preferences: Preferences = field(default_factory=Preferences)
    recent: tuple[str, ...] = ()
    window: str = ""

    def with_recent(self, folder: str) -> Settings:
        """Returns the settings with ``folder`` as the one opened last."""
        others = tuple(each for each in self.recent if each != folder)
        return replace(self, recent=(folder, *others)[:MOST_RECENT])


def load(path: Path) -> tuple[Settings, str]:
    """Reads the settings; blocks on the disk, so it runs before the window opens or on a worker.

    Whatever could not be read has its default, and the sentence, or "", says so. A file that is no settings file at all
    is kept beside it under another name, so that nothing written by hand is lost.
    """
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(LARGEST))
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings in {path} could not be read ({error.strerror}); the defaults are used."
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        aside = path.with_suffix(".damaged.json")
        with contextlib.suppress(OSError):
            path.replace(aside)
        return Settings(), f"The settings file was damaged; the defaults are used. The old file is kept as {aside}."
    values = data.get("preferences")
    preferences, complaints = from_values(values if isinstance(values, dict) else {})
    recent = data.get("recent")
    names = [each for each in recent if isinstance(each, str)] if isinstance(recent, list) else []
    window = data.get("window")
    if complaints:
        complaints.insert(0, "A setting was not understood and keeps its default:")
    settings = Settings(preferences, tuple(names[:MOST_RECENT]), window if isinstance(window, str) else "")
    return settings, " ".join(complaints)


def save(path: Path, settings: Settings) -> None:
    """Writes the settings beside the old ones and then in their place; blocks, so it runs on a worker.

    Raises:
        OSError: they could not be written; the old ones are as they were.
    """
    content = json.dumps(asdict(settings), indent=2).encode("ascii")
    atomic_files.write(path, path.parent, [memoryview(content)])
