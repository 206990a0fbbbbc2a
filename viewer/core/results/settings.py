"""A configuration in TOML: every value typed, every mistake named; ``resources/results.toml`` holds the defaults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viewer.core.errors import ResultError, SettingsError
from viewer.core.records import dataclass
from viewer.core.resources import resource
from viewer.core.results.answer import Mode
from viewer.core.results.cache import ResultCache
from viewer.core.results.quarantine import Action, Quarantine
from viewer.core.units import GB, KB, MB

if TYPE_CHECKING:
    import os

DEFAULTS = "results.toml"
"""The name of the resource that holds every setting with its default."""
LARGEST = 1_000_000
"""Bytes of a configuration that are looked at; a larger file is none."""

_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(bytes|kB|MB|GB)?\s*")
_UNITS = {None: 1, "bytes": 1, "kB": KB, "MB": MB, "GB": GB}
_FOLDERS = {"disk.folder", "errors.folder", "log.file"}
_AMOUNTS = {"disk.max_bytes", "memory.max_bytes"}
_CHOICES: dict[str, type[Mode | Action]] = {"disk.mode": Mode, "errors.action": Action}


@dataclass(frozen=True, slots=True)
class ResultSettings:
    """What a configuration says, each setting under its table and its name, with the defaults of those left out.

    Attributes:
        values: such as ``values["disk.max_bytes"]``; folders as whole paths, amounts in bytes.
    """

    values: dict[str, Any]

    def cache(self) -> ResultCache:
        """Makes the cache, and begins to preload if that is wished; raises SettingsError for a wrong tag or prefix."""
        said = self.values
        try:
            cache = ResultCache(
                said["disk.folder"] or None,
                tag=said["disk.tag"] or None,
                prefix=said["disk.prefix"],
                max_items=said["disk.max_items"] or None,
                max_bytes=said["disk.max_bytes"] or None,
                memory_items=said["memory.max_items"] or None,
                memory_bytes=said["memory.max_bytes"],
                mode=said["disk.mode"],
                mmap=said["disk.mmap"],
                viewable=said["disk.viewable"],
                purge=said["disk.purge"],
                log=said["log.file"] or None,
            )
        except ResultError as error:
            raise SettingsError(str(error)) from error
        if said["memory.preload"] and cache.tag is not None:
            cache.preload(said["memory.preload"])
        return cache

    def quarantine(self) -> Quarantine | None:
        """Makes what takes files that cannot be loaded, or None if they are to stay where they are."""
        folder = self.values["errors.folder"]
        return Quarantine(folder, self.values["errors.action"]) if folder else None


def load_settings(path: str | os.PathLike[str] | None = None) -> ResultSettings:
    """Reads a configuration; blocks on the disk.

    Args:
        path: the file; None for the defaults alone.

    Raises:
        SettingsError: it cannot be read, or holds something that is no setting; the message names all that is wrong.
    """
    defaults = _flat(_read(resource(DEFAULTS)))
    said = {} if path is None else _flat(_read(Path(path).expanduser()))
    wrong = []
    values: dict[str, Any] = {}
    for name, default in defaults.items():
        try:
            values[name] = _value(name, said.get(name, default), default)
        except ValueError as error:
            wrong.append(f"{name} {error}")
    wrong += [f"{name} is no setting" for name in said if name not in defaults]
    if wrong:
        raise SettingsError(f"The configuration {path or DEFAULTS} cannot be used: {'; '.join(wrong)}.")
    beside = Path(path).expanduser().absolute().parent if path is not None else Path.cwd()
    for name in _FOLDERS:
        if values[name]:
            values[name] = str(beside / Path(values[name]).expanduser())
    return ResultSettings(values)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.loads(file.read(LARGEST).decode("utf-8"))
    except OSError as error:
        raise SettingsError(f"The configuration {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:  # no UTF-8 and no TOML are ValueErrors too
        raise SettingsError(f"The configuration {path} cannot be understood: {error}.") from error


def _flat(tables: dict[str, Any]) -> dict[str, Any]:
    """Returns the settings of all tables, each under the names of both; what stands in no table keeps its own."""
    flat: dict[str, Any] = {}
    for table, content in tables.items():
        if isinstance(content, dict):
            flat |= {f"{table}.{name}": value for name, value in content.items()}
        else:
            flat[table] = content
    return flat


def _value(name: str, value: object, default: object) -> object:
    """Returns a setting as it is used; raises ValueError, whose message goes on after the name, if it cannot be."""
    if name in _AMOUNTS:
        return _amount(value)
    if name == "disk.tag" and type(value) is int:
        return str(value)
    if type(value) is not type(default):
        kinds = {bool: "true or false", int: "a whole number", str: "a text"}
        raise ValueError(f"must be {kinds[type(default)]}, not {value!r}")
    if isinstance(value, int) and value < 0:
        raise ValueError(f"must be 0 or more, not {value}")
    if name in _CHOICES and value not in (known := [each.value for each in _CHOICES[name]]):
        raise ValueError(f"must be {' or '.join(known)}, not {value!r}")
    return value


def _amount(value: object) -> int:
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        return round(float(match[1]) * _UNITS[match[2]])
    if type(value) is int and value >= 0:
        return value
    raise ValueError(f'must be an amount such as "10 GB", not {value!r}')
