"""Which files the results were computed from, noted beside their table: the next run sees what was rewritten."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from viewer.core.storage.transfer import Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

STAMPS = ".run.stamps"
"""What is added to the name of a table for the notes about the files of its rows."""


class StampFile:
    """A line of JSON for each row: the file's name, and its stamp as a list of whole numbers. Used by one thread.

    A line is written before its row. What cannot be understood, as a power cut may leave it, counts as not noted.

    Attributes:
        path: where it is.
    """

    def __init__(self, path: Path) -> None:
        """Touches nothing."""
        self.path = path
        self._file: BinaryIO | None = None

    def read(self) -> dict[str, Stamp]:
        """Returns what is noted, by name; OSError if it cannot be read."""
        try:
            return dict(_understood(self.path.read_bytes()))
        except FileNotFoundError:
            return {}

    def open(self, stamps: Mapping[str, Stamp]) -> None:
        """Notes ``stamps`` in place of all that is there, and makes ready for more; OSError if that fails."""
        replace(self.path, b"".join(_line(name, stamp) for name, stamp in stamps.items()))
        self._file = self.path.open("ab", buffering=0)

    def add(self, name: str, stamp: Stamp) -> None:
        """Notes one more; OSError if it cannot be written."""
        if self._file is not None:
            self._file.write(_line(name, stamp))

    def close(self) -> None:
        """Ends the writing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Removes all that is noted, if anything is; OSError if it cannot be removed."""
        self.path.unlink(missing_ok=True)


def replace(path: Path, data: bytes) -> None:
    """Writes ``data`` in place of the file at ``path``, whole or not at all; follows a link; OSError if it fails."""
    path = path.resolve()
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the content
        with suppress(OSError):  # there is none yet, or it is another user's
            part.chmod(path.stat().st_mode)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _line(name: str, stamp: Stamp) -> bytes:
    return f"{json.dumps([name, list(stamp)])}\n".encode()


def _understood(data: bytes) -> Iterator[tuple[str, Stamp]]:
    for line in data.splitlines():
        with suppress(ValueError, RecursionError):
            match json.loads(line):
                case [str(name), [int(), int(), *_] as parts] if all(type(each) is int for each in parts):
                    yield name, Stamp(*parts[: len(Stamp._fields)])
