"""The keys of the commands: those of the table, and what the user has changed; how they are checked and written."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING

from viewer.core.errors import SettingsError
from viewer.model.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift")
"""In the order in which Qt writes them."""
MOST_KEYS = 6
"""Keys that one command can have."""
LONGEST_TEXT = 100_000
"""Characters of a text with keys that are looked at."""
_NAMED = {
    name.lower(): name
    for name in (
        *("Space", "Backspace", "Ins", "Del", "Home", "End", "Left", "Up", "Right", "Down", "PgUp", "PgDown"),
        *("Pause", "Print", "Menu", "Back", "Forward", "Media Play", "Media Stop", "Media Next", "Media Previous"),
        *("Esc", "Tab", "Backtab", "Return", "Enter"),
        *(f"F{number}" for number in range(1, 25)),
    )
}
_COMMANDS = {command.name: command for command in COMMANDS}
_FIXED = {"leave"}
"""The commands whose keys stay: they lead out of everything."""
_OF_FIELDS = {"Esc", "Tab", "Backtab", "Return", "Enter"}
"""Fields, lists and dialogs need these, with whatever is held down too."""
_OF_MENUS = {f"Alt+{command.menu[0]}": command.menu for command in COMMANDS}


def parts(key: str) -> list[str]:
    """Returns the keys that are pressed together: "Ctrl++" is Ctrl and +."""
    if key == "+" or key.endswith("++"):
        return [*key[:-2].split("+"), "+"] if len(key) > 1 else ["+"]
    return key.split("+")


def canonical(text: str) -> str:
    """Returns a key as Qt writes it; any case and order of modifiers are taken.

    Raises:
        SettingsError: it is no key.
    """
    *held, key = parts(text.strip())
    modifiers = {each.strip().capitalize() for each in held}
    name = _NAMED.get(key.strip().lower(), key.upper() if len(key) == 1 and key.isprintable() and key != " " else "")
    if not name or not modifiers <= set(MODIFIERS) or len(modifiers) < len(held):
        raise SettingsError(f"{reprlib.repr(text)} is no key. Keys are written as Ctrl+Shift+P, F5, PgUp or [.")
    return "+".join([*(each for each in MODIFIERS if each in modifiers), name])


def refusal(name: str, key: str) -> str:
    """Returns why a command cannot have a key, a sentence; "" if it can. The key is written as Qt does."""
    command = _COMMANDS[name]
    if key in command.keys:
        return ""
    if name in _FIXED:
        return f"The key of “{command.text}” cannot be changed: it leads out of everything."
    if parts(key)[-1] in _OF_FIELDS:
        return f"{key} cannot be given to a command: fields, lists and dialogs need it."
    if key in _OF_MENUS:
        return f"{key} opens the menu {_OF_MENUS[key]}. Choose another key."
    return ""


def is_known(name: str) -> bool:
    """Returns whether there is a command of this name; a newer version may have more."""
    return name in _COMMANDS


class KeyMap:
    """Which keys each command has. A key belongs to one command at most; it never changes.

    A key that the user has given to a command is taken from the one that has it in the table, for as long as it is.

    Attributes:
        changed: the keys of the commands that the user has changed, by name.
    """

    __slots__ = ("_keys", "_owners", "changed")

    def __init__(self, changed: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Takes keys written as Qt does, none of them twice; those that are as in the table do not count."""
        self.changed = {name: keys for name, keys in (changed or {}).items() if keys != _COMMANDS[name].keys}
        self._owners = {key: name for name, keys in self.changed.items() for key in keys}
        self._keys = dict(self.changed)
        for command in COMMANDS:
            if command.name not in self.changed:
                self._keys[command.name] = tuple(key for key in command.keys if key not in self._owners)
        self._owners |= {key: name for name, keys in self._keys.items() for key in keys}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyMap) and self.changed == other.changed

    def __hash__(self) -> int:
        return hash(frozenset(self.changed.items()))

    def of(self, name: str) -> tuple[str, ...]:
        """Returns the keys of a command, the one that menus show first."""
        return self._keys[name]

    def tip(self, name: str, text: str = "") -> str:
        """Returns what a command does, or ``text``, and its first key if it has one."""
        keys = self._keys[name]
        text = text or _COMMANDS[name].text
        return f"{text} ({keys[0]})" if keys else text

    def owner(self, key: str) -> str:
        """Returns the name of the command that has a key, "" for none."""
        return self._owners.get(key, "")

    def with_keys(self, name: str, keys: tuple[str, ...]) -> KeyMap:
        """Returns these keys with others for one command, taken from the commands that have them.

        Raises:
            SettingsError: the command cannot have one of them.
        """
        for key in keys:
            if sentence := refusal(name, key):
                raise SettingsError(sentence)
        if name in _FIXED and keys != _COMMANDS[name].keys:
            raise SettingsError(f"The key of “{_COMMANDS[name].text}” cannot be changed: it leads out of everything.")
        others = {
            each: tuple(key for key in theirs if key not in keys)
            for each, theirs in self.changed.items()
            if each != name
        }
        return KeyMap(others | {name: keys})

    def reset(self, name: str) -> KeyMap:
        """Returns these keys with those of the table for one command, taken from the commands that have them."""
        return self.with_keys(name, _COMMANDS[name].keys)

    def merged(self, base: KeyMap, there: KeyMap) -> KeyMap:
        """Returns ``there`` with what differs here from ``base``, what both were made of."""
        made = there
        for name in dict.fromkeys([*self.changed, *base.changed]):
            if self.changed.get(name) != base.changed.get(name):
                made = made.with_keys(name, self.changed.get(name, _COMMANDS[name].keys))
        return made

    def moved(self, after: KeyMap) -> list[str]:
        """Returns a sentence for each key that another command has ``after`` these."""
        return [
            f"{key} is the key of {quoted(owner)} now, no longer of {quoted(before)}."
            for key, before in self._owners.items()
            if (owner := after.owner(key)) not in ("", before)
        ]

    def differing(self, others: KeyMap) -> list[str]:
        """Returns the names of the commands that have other keys there."""
        return [name for name in _COMMANDS if self.of(name) != others.of(name)]

    def values(self) -> dict[str, list[str]]:
        """Returns what the user has changed, as it is written to a file."""
        return {name: list(keys) for name, keys in self.changed.items()}

    def text(self) -> str:
        """Returns what the user has changed, as text that :func:`from_text` understands."""
        import json  # noqa: PLC0415 - not for the first picture

        return json.dumps({"keys": self.values()}, indent=2, ensure_ascii=False)


def quoted(name: str) -> str:
    """Returns the text of a command as it stands in a sentence."""
    return f"“{_COMMANDS[name].text.rstrip('…')}”"


DEFAULT_KEYS = KeyMap()
"""The keys of the table."""


def from_values(values: object) -> tuple[KeyMap, list[str]]:
    """Makes keys from what a file holds, and a sentence for each that is wrong: its command keeps those of the table.

    Commands that are not known are passed over: a newer version may have written them.
    """
    made, complaints = DEFAULT_KEYS, []
    if not isinstance(values, dict):
        return made, ["The keys are no table of commands and their keys."]
    for name, written in values.items():
        if name not in _COMMANDS:
            continue
        try:
            if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
                raise SettingsError(f"{quoted(name)}: its keys must be a list of texts, not {reprlib.repr(written)}.")  # noqa: TRY301 - all are told alike
            keys = tuple(dict.fromkeys(canonical(each) for each in written))
            if len(keys) > MOST_KEYS:
                raise SettingsError(f"{quoted(name)} has {len(keys)} keys; {MOST_KEYS} are the most.")  # noqa: TRY301 - the same
            for key in keys:
                if (owner := made.owner(key)) in made.changed:
                    raise SettingsError(f"{key} is given to {quoted(owner)} and to {quoted(name)}.")  # noqa: TRY301 - the same
            made = made.with_keys(name, keys)
        except SettingsError as error:
            complaints.append(str(error))
    return made, complaints


def from_text(text: str) -> KeyMap:
    """Returns the keys that a text of :meth:`KeyMap.text` holds.

    Raises:
        SettingsError: it is no such text, or one of the keys is wrong; the message says what and where.
    """
    import json  # noqa: PLC0415 - not for the first picture

    try:
        values = json.loads(text) if len(text) <= LONGEST_TEXT else None
    except ValueError as error:
        raise SettingsError(f"This is no JSON: {error}.") from error
    except RecursionError as error:
        raise SettingsError("This is no JSON with keys: it is nested too deeply.") from error
    if not isinstance(values, dict) or "keys" not in values:
        raise SettingsError('The text must be one object with "keys" in it, as the export writes it.')
    made, complaints = from_values(values["keys"])
    if isinstance(values["keys"], dict):
        complaints += [f"There is no command {reprlib.repr(name)}." for name in values["keys"] if name not in _COMMANDS]
    if complaints:
        raise SettingsError("\n".join(complaints))
    return made
