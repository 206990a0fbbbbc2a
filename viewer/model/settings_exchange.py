"""All preferences and the keys as a file of the user's choice, for another computer or a colleague, and back.

It holds no folders and no place of the window: taking it in opens nothing.
"""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.errors import SettingsError
from viewer.core.executor import Success
from viewer.core.records import fields, replace
from viewer.model import key_map, messages
from viewer.model.preferences import from_values, rows
from viewer.model.settings_file import LARGEST, Settings, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewer.core.executor import Executor, Failure
    from viewer.model.memory_budget import MemoryBudget

PASSED_OVER = {each.name for each in fields(Settings)}
"""What a settings file of this program has; beside the preferences and the keys it is never taken from another one."""
NAMED = 5
"""How many of one kind the sentence about an import names."""


def to_json(settings: Settings) -> bytes:
    """Returns all preferences, those with their defaults too, and the keys that the user has changed."""
    import json  # noqa: PLC0415 - not for the first picture

    values = {name: getattr(settings.preferences, name) for name, _ in rows()}
    written = {"preferences": values, "keys": settings.keys.values()}
    return json.dumps(written, indent=2).encode("ascii") + b"\n"


def from_json(content: bytes, present: Settings) -> tuple[Settings, list[str]]:
    """Returns the ``present`` settings with those of a file in their place, and what is to be said of the rest.

    Its keys, if it has any, take the place of all there are, as one belongs to one command.

    Raises:
        SettingsError: it is no such file.
    """
    values = parsed(content) or {}
    written, keys = values.get("preferences", {}), values.get("keys", {})
    if not (isinstance(written, dict) and isinstance(keys, dict) and values.keys() & {"preferences", "keys"}):
        raise SettingsError("It is no file of preferences.")
    preferences, complaints = from_values(written, present.preferences)
    found = replace(present, preferences=preferences)
    if "keys" in values:
        read, wrong = key_map.from_values(keys)
        found = replace(found, keys=read)
        complaints += [*wrong, *_some(present.keys.moved(read), " ", "")]
    labels = dict(rows())
    unknown = [name for name in written if name not in labels]
    unknown += [name for name in keys if not key_map.is_known(name)]
    unknown += [name for name in values if name not in PASSED_OVER]
    complaints += _some(map(reprlib.repr, unknown), ", ", "Not known here and left out: ", ".")
    return found, complaints


def _some(texts: Iterable[str], between: str, before: str, after: str = "") -> list[str]:
    """Returns one text that names the first few; none for none."""
    found = list(texts)
    more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
    return [f"{before}{between.join(found[:NAMED])}{more}{after}"] if found else []


def _changes(before: Settings, after: Settings) -> str:
    """Returns how many settings differ, and the labels of the first few."""
    labels = dict(rows())
    kinds = (
        ("preference", [labels[name].label for name in after.preferences.differing(before.preferences)]),
        ("command", [key_map.quoted(name) for name in after.keys.differing(before.keys)]),
    )
    return " and ".join(
        f"{len(names)} {kind}{'' if len(names) == 1 else 's'} changed ({_some(names, ', ', '')[0]})"
        for kind, names in kinds
        if names
    )


class SettingsExchange:
    """Writes preferences and keys to files and takes them from files, on workers; owner thread only.

    Attributes:
        say: gets a sentence when something is done.
    """

    def __init__(
        self, chores: Executor, memory: MemoryBudget, settings: Callable[[], Settings], say: Callable[[str], None]
    ) -> None:
        """Takes what returns the present ``settings``, and what gets the sentences."""
        self._chores, self._memory, self._settings, self.say = chores, memory, settings, say

    def export(self, path: str) -> None:
        """Writes all preferences and the keys to a file, in the place of one that is there."""
        from viewer.core.storage.save import save  # noqa: PLC0415 - seldom wanted

        content = to_json(self._settings())

        def done(outcome: Success[None] | Failure) -> None:
            if isinstance(outcome, Success):
                self.say(f"The preferences and the keys were written to {path}.")
            else:
                self.say(messages.not_saved("The preferences were", path, outcome.error))

        self._chores.submit(lambda: save(path, content, replaces=True), done)

    def import_from(self, path: str, take: Callable[[Settings], None]) -> None:
        """Reads settings from a file; ``take`` gets the present ones with those, and a cache that can be had here."""

        def done(outcome: Success[bytes] | Failure) -> None:
            present = self._settings()
            if not isinstance(outcome, Success):
                self.say(f"The preferences could not be read from {path}: {messages.cause(outcome.error)}.")
                return
            try:
                found, complaints = from_json(outcome.value, present)
            except SettingsError as error:
                self.say(f"Nothing was taken from {path}. {error} Choose one that was exported here.")
                return
            preferences, held = self._memory.held(found.preferences)
            found = replace(found, preferences=preferences)
            what = _changes(present, found) or "Nothing differs"
            take(found)
            self.say(" ".join(filter(None, (f"{what}, as in {path}.", held, *complaints))))

        self._chores.submit(lambda: _content(path), done)


def _content(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LARGEST + 1)
