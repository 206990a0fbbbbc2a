"""Files that are there whole or not at all: written under another name and then renamed; links are never followed.

For folders whose every level below the first was made here. Nothing is waited for to reach the disk: a reader
sees by a checksum whether a power cut took something away.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import stat
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEW = ".new"
"""What the name of a file ends with that is being written: 16 hexadecimal digits and this."""
NEW_NAME = r"[0-9a-f]{16}\.new"
"""The same as a regular expression."""
LEFT_BEHIND = 600.0
"""Seconds after which a file that is still being written is one that a program left when it died."""
ATTEMPTS = 4
"""How often a file is begun when others remove its directory at that moment."""

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY
"""How a file is opened that others may have replaced: O_NONBLOCK, as opening a pipe would wait for a writer."""
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


def write(file: Path, root: Path, parts: Iterable[memoryview]) -> None:
    """Writes ``parts``, buffers of single bytes, one after the other in place of ``file``; only its owner can read it.

    The file lies below ``root``, a folder that may lie behind a link; directories are made if need be.

    Raises:
        OSError: the file could not be written; the old one is as it was, and nothing is left behind.
    """
    temporary = file.with_name(secrets.token_hex(8) + NEW)
    descriptor = _create(temporary, root)
    try:
        try:
            for part in parts:
                written = 0
                while written < part.nbytes:
                    written += os.write(descriptor, part[written:])
        finally:
            os.close(descriptor)
        temporary.replace(file)
    except BaseException:
        remove(temporary)
        raise


def refuse_links(directory: Path) -> None:
    """Raises OSError if ``directory`` is not there, or is not a directory but a link to one elsewhere."""
    if not stat.S_ISDIR(directory.lstat().st_mode):
        raise NotADirectoryError(f"{directory} is not a directory of the cache; remove it.")


def remove(file: Path) -> bool | None:
    """Removes ``file`` and returns True, False if it was gone already, or None if it cannot be removed."""
    try:
        refuse_links(file.parent)
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError:
        return None
    return True


def files_in(directory: Path, ours: re.Pattern[str]) -> list[tuple[os.DirEntry[str], os.stat_result]]:
    """Returns the files in ``directory`` whose names match, with their states; none if it is a link or not there."""
    files = []
    with contextlib.suppress(OSError):
        refuse_links(directory)
        with os.scandir(directory) as entries:
            for entry in entries:
                if ours.fullmatch(entry.name):
                    with contextlib.suppress(FileNotFoundError):  # another program has removed it just now
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISREG(status.st_mode):
                            files.append((entry, status))
    return files


def put_aside(file: Path) -> Path:
    """Renames a damaged file, so that nothing in it is lost and its place is free; returns its new path.

    Raises:
        OSError: it could not be renamed.
    """
    places = (file.with_suffix(f".damaged{count or ''}{file.suffix}") for count in itertools.count(0, -1))
    return file.replace(next(place for place in places if not os.path.lexists(place)))


def sweep(directory: Path) -> None:
    """Removes what programs that died left half written in ``directory``."""
    with contextlib.suppress(OSError):
        for path in directory.iterdir():
            with contextlib.suppress(OSError):  # another program has removed it just now
                if re.fullmatch(NEW_NAME, path.name) and abs(time.time() - path.lstat().st_mtime) > LEFT_BEHIND:
                    path.unlink()


def remove_empty(directories: Iterable[Path]) -> None:
    """Removes those of the ``directories`` that are empty."""
    for directory in directories:
        with contextlib.suppress(OSError):  # not empty
            directory.rmdir()


def _create(file: Path, root: Path) -> int:
    """Opens a new file for writing, in directories that are made if need be; raises OSError if it cannot be."""
    levels = [directory for directory in reversed(file.parents) if root in directory.parents]
    # More than once, as another program that trims or clears may remove a directory while it is empty.
    for _ in range(ATTEMPTS):
        with contextlib.suppress(FileNotFoundError):
            for directory in levels:
                refuse_links(directory)
            return os.open(file, _CREATE, 0o600)
        with contextlib.suppress(FileNotFoundError):
            root.mkdir(0o700, parents=True, exist_ok=True)
            for directory in levels:
                directory.mkdir(0o700, exist_ok=True)
    raise FileNotFoundError(f"{file.parent} is removed again and again.")
