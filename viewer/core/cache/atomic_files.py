"""Files that are there whole or not at all: written under another name and then renamed; links are never followed.

For folders whose every level below the first was made here. Nothing is waited for to reach the disk: a reader
sees by a checksum whether a power cut took something away. Paths may be texts, as a Path for each of 100,000 files
takes longer than the disk.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import stat
import time
from _blake2 import blake2b  # as hashlib has it, which loads all of OpenSSL: 5 ms of the start
from typing import TYPE_CHECKING

from viewer.core.cache import file_lock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEW = ".new"
"""What the name of a file ends with that is being written: 16 hexadecimal digits and this."""
NEW_NAME = r"[0-9a-f]{16}\.new"
"""The same as a regular expression."""
LEFT_BEHIND = 600.0
"""Seconds after which a file that is still being written is one that a program left when it died."""
ATTEMPTS = 20
"""How often a file is begun when others remove it, or its directory, at that moment."""

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY
"""How a file is opened that others may have replaced: O_NONBLOCK, as opening a pipe would wait for a writer."""
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


def bytes_of(text: str) -> bytes:
    """Returns the bytes of a path; surrogates stand for those of names that are not in the system's encoding."""
    return text.encode("utf-8", "surrogatepass")


def digest_of(text: str) -> str:
    """Returns the name of a file that stands for ``text``, a path of any kind: 32 letters, others for any other."""
    return blake2b(bytes_of(text), digest_size=16).hexdigest()


def write(file: str | Path, root: str | Path, parts: Iterable[memoryview]) -> None:
    """Writes ``parts``, buffers of single bytes, one after the other in place of ``file``; only its owner can read it.

    The file lies below ``root``, a folder that may lie behind a link; directories are made if need be. When another
    program removes one of them meanwhile, as by clearing a cache, all is made again.

    Raises:
        OSError: the file could not be written; the old one is as it was, and nothing is left behind.
    """
    file, root, pieces = os.fspath(file), os.fspath(root), list(parts)
    directory = os.path.dirname(file)
    for attempt in itertools.count(1):
        temporary = os.path.join(directory, os.urandom(8).hex() + NEW)
        try:
            _write(_create(temporary, root), pieces)
            os.replace(temporary, file)
        except FileNotFoundError:
            if attempt == ATTEMPTS:
                raise
        except BaseException:
            remove(temporary)
            raise
        else:
            return


def refuse_links(directory: str | Path) -> None:
    """Raises OSError if ``directory`` is not there, or is not a directory but a link to one elsewhere."""
    if not stat.S_ISDIR(os.lstat(directory).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "it is no directory; remove it", str(directory))


def remove(file: str | Path) -> bool | None:
    """Removes ``file`` and returns True, False if it was gone already, or None if it cannot be removed."""
    try:
        refuse_links(os.path.dirname(file))
        os.unlink(file)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    return True


def files_in(directory: str | Path, ours: re.Pattern[str]) -> list[tuple[os.DirEntry[str], os.stat_result]]:
    """Returns the files in ``directory`` whose names match, with their states; none if it is a link or not there."""
    files = []
    with contextlib.suppress(OSError):
        refuse_links(directory)
        with os.scandir(os.fspath(directory)) as entries:
            for entry in entries:
                if ours.fullmatch(entry.name):
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # another program has removed it just now
                        continue
                    if stat.S_ISREG(status.st_mode):
                        files.append((entry, status))
    return files


def is_being_written(file: str | Path) -> bool:
    """Returns whether a program that lives is writing the half-written ``file``, as far as the system has locks.

    Windows needs none: what is open there cannot be removed.
    """
    try:
        descriptor = os.open(file, READ)
    except OSError:
        return False
    try:
        return file_lock.is_held(descriptor)
    finally:
        os.close(descriptor)


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


def remove_empty(directories: Iterable[str | Path]) -> None:
    """Removes those of the ``directories`` that are empty."""
    for directory in directories:
        with contextlib.suppress(OSError):  # not empty
            os.rmdir(directory)


def _write(descriptor: int, pieces: list[memoryview]) -> None:
    try:
        if file_lock.taken(descriptor, 0):
            os.lseek(descriptor, 0, os.SEEK_SET)
        for piece in pieces:
            written = 0
            while written < piece.nbytes:
                written += os.write(descriptor, piece[written:])
        file_lock.let_go(descriptor)
    finally:
        os.close(descriptor)


def _create(file: str, root: str) -> int:
    """Opens a new file for writing, in directories that are made if need be; raises OSError if it cannot be."""
    levels = _levels(os.path.dirname(file), root)
    with contextlib.suppress(FileNotFoundError):
        for directory in levels:
            refuse_links(directory)
        return os.open(file, _CREATE, 0o600)
    os.makedirs(root, 0o700, exist_ok=True)
    for directory in levels:
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory, 0o700)
        refuse_links(directory)
    return os.open(file, _CREATE, 0o600)


def _levels(directory: str, root: str) -> list[str]:
    """Returns the directories from below ``root`` down to ``directory``."""
    below = directory.removeprefix(root).strip(os.sep).split(os.sep) if directory != root else []
    return [os.sep.join((root, *below[: depth + 1])) for depth in range(len(below))]
