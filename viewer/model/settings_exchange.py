"""All preferences as a file of the user's choice, for another computer or a colleague, and back.

It holds no folders and no place of the window: taking it in opens nothing.
"""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.errors import SettingsError
from viewer.core.executor import Success
from viewer.model import messages
from viewer.model.preferences import Preferences, from_values, rows
from viewer.model.settings_file import LARGEST, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.executor import Executor, Failure
    from viewer.model.memory_budget import MemoryBudget

PASSED_OVER = {"recent", "window"}
"""What a settings file of this program has beside the preferences; it is never taken from another one."""
NAMED = 5
"""Unknown names that the sentence about them gives."""


def to_json(preferences: Preferences) -> bytes:
    """Returns all preferences, those with their defaults too."""
    values = {name: getattr(preferences, name) for name, _ in rows()}
    import json  # noqa: PLC0415 - not for the first picture

    return json.dumps({"preferences": values}, indent=2).encode("ascii") + b"\n"


def from_json(content: bytes, present: Preferences) -> tuple[Preferences, str]:
    """Returns the ``present`` preferences with those of a file in their place, and what is to be said of the rest.

    Raises:
        SettingsError: it is no such file.
    """
    values = parsed(content)
    written = None if values is None else values.get("preferences")
    if values is None or not isinstance(written, dict):
        raise SettingsError("It is no file of preferences.")
    preferences, complaints = from_values(written, present)
    known = {name for name, _ in rows()}
    unknown = [name for name in written if name not in known]
    unknown += [name for name in values if name != "preferences" and name not in PASSED_OVER]
    if unknown:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        complaints.append(f"Not known here and left out: {', '.join(map(reprlib.repr, unknown[:NAMED]))}{more}.")
    return preferences, " ".join(complaints)


class SettingsExchange:
    """Writes the preferences to files and takes them from files, on workers; owner thread only."""

    def __init__(
        self, chores: Executor, memory: MemoryBudget, preferences: Callable[[], Preferences], say: Callable[[str], None]
    ) -> None:
        """Takes what returns the present ``preferences``, and what gets a sentence when something is done."""
        self._chores, self._memory, self._preferences, self._say = chores, memory, preferences, say

    def export(self, path: str) -> None:
        """Writes all preferences to a file."""
        content = to_json(self._preferences())

        def done(outcome: Success[int] | Failure) -> None:
            if isinstance(outcome, Success):
                self._say(f"The preferences were written to {path}.")
            else:
                self._say(f"The preferences could not be written to {path}: {messages.cause(outcome.error)}.")

        self._chores.submit(lambda: Path(path).write_bytes(content), done)

    def import_from(self, path: str, take: Callable[[Preferences], None]) -> None:
        """Reads preferences from a file; ``take`` gets them, with a cache that this computer can give."""

        def done(outcome: Success[bytes] | Failure) -> None:
            present = self._preferences()
            if not isinstance(outcome, Success):
                self._say(f"The preferences could not be read from {path}: {messages.cause(outcome.error)}.")
                return
            try:
                found, sentence = from_json(outcome.value, present)
            except SettingsError as error:
                self._say(f"Nothing was taken from {path}. {error}")
                return
            found, held = self._memory.held(found)
            count = len(found.differing(present))
            what = f"{count} preference{'' if count == 1 else 's'} changed" if count else "Nothing differs"
            take(found)
            self._say(" ".join(filter(None, (f"{what}, as in {path}.", held, sentence))))

        self._chores.submit(lambda: _content(path), done)


def _content(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LARGEST + 1)
