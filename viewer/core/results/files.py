"""Files that arguments name: which they are, and whether they were rewritten since."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.errors import ResultError
from viewer.core.results.encoding import encoded
from viewer.core.storage.devices import is_on_this_computer
from viewer.core.storage.mounts import TABLE, mounts_of_device

if TYPE_CHECKING:
    from collections.abc import Callable

_TELL_CHANGES = frozenset({"afs", "beegfs", "ceph", "cifs", "gpfs", "lustre", "nfs", "nfs4", "smb3"})
"""Shares whose servers note themselves when a file changed, in what no program can set."""


def stamps(value: object, is_missing: Callable[[str], object]) -> bytes:
    """Returns which files ``value`` names, in what lists, and what changes when they do; blocks on the disk.

    One file is the same however its path is written. It changes with its size, its date, and its number and date of
    change where the storage has them that no program can set; elsewhere with its content.

    Args:
        value: a path, as text, bytes or an object; None for none; or a collection of these.
        is_missing: called with each path that is not there.

    Raises:
        ResultError: something is no path, or the path is not that of a file, such as a folder.
    """
    if value is None:
        return encoded(None)
    if not isinstance(value, (str, bytes, os.PathLike)):
        return encoded([stamps(each, is_missing) for each in _members(value)])
    path = whole_path(value)
    try:
        return encoded((path, _stamp(path, Path(path).stat())))
    except OSError:  # the function will say what is wrong
        is_missing(path)
        return encoded((path, None))


def paths(value: object) -> list[str]:
    """Returns the paths in ``value`` as text, as they were written but whole."""
    if value is None:
        return []
    if isinstance(value, (str, bytes, os.PathLike)):
        return [os.path.abspath(os.fsdecode(value))]  # noqa: PTH100 - resolve would ask the disk
    return [path for each in _members(value) for path in paths(each)]


def whole_path(path: str | bytes | os.PathLike[str]) -> str:
    """Returns where a path leads, without links; ``~`` is the home folder, unless there is a file of that name."""
    text = os.fsdecode(path)
    if text.startswith("~") and not os.path.lexists(text):
        text = os.path.expanduser(text)  # noqa: PTH111 - of any text
    return os.path.realpath(text)


def _members(value: object) -> list[object]:
    if not isinstance(value, Collection) or isinstance(value, dict):
        raise ResultError(f"{value!r} is not the path of a file")
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)


def _stamp(path: str, status: os.stat_result) -> tuple[object, ...]:
    if stat.S_ISDIR(status.st_mode):
        raise ResultError(f"{path} is a folder, whose files are not looked at; pass a list of the files instead")
    if not stat.S_ISREG(status.st_mode):
        raise ResultError(f"{path} is no file that has a date and a content")
    if os.name == "posix" and is_on_this_computer(status.st_dev):
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    if _tells_changes(status):
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns
    with Path(path).open("rb") as file:
        return status.st_size, hashlib.file_digest(file, "blake2b").digest()


def _tells_changes(status: os.stat_result) -> bool:
    """Returns whether a share notes by itself when a file changes; Windows calls the date when it was made so."""
    if os.name != "posix" or status.st_ctime_ns <= 0:
        return False
    kinds = {mount.kind for mount in mounts_of_device(status.st_dev)}
    return kinds <= _TELL_CHANGES and (bool(kinds) or not TABLE.exists())
