"""How much a store of results holds, in one small file that programs share, so that none of them has to look.

The file is changed in place, under a lock where the system has locks. It is never trusted: what it says is corrected
whenever the store is looked through, which it is at the latest when a part of the limit has been added since. So a file
that is missing, damaged or a lie, and changes that are lost where there are no locks, cost little and for a while.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.cache import file_lock
from viewer.core.cache.atomic_files import READ

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "#total"
"""What the name of the file ends with; no directory of a data set can have such a name."""
PATIENCE = 0.05
"""Seconds that are waited for others; a change takes some microseconds."""

_RECORD = struct.Struct("<8s?7q")
_MAGIC = b"LookTot\x01"
_LARGEST = 1 << 61


class Total(NamedTuple):
    """What is known of a store.

    Attributes:
        is_known: whether the store was empty or looked through before all that was added.
        items: the results in it.
        size: the bytes of all files.
        new_items: how many of the results were added since it was looked through.
        new_size: the same of the bytes.
        ever_items: how many were ever added.
        ever_size: the same of the bytes.
        used: the latest moment that a result was marked with, in nanoseconds since 1970.
    """

    is_known: bool = False
    items: int = 0
    size: int = 0
    new_items: int = 0
    new_size: int = 0
    ever_items: int = 0
    ever_size: int = 0
    used: int = 0


_NOTHING_KNOWN = Total(new_items=_LARGEST, new_size=_LARGEST)  # the store is looked through at once


class Totals:
    """The file; any thread, any number of programs. Where it cannot be written, each program counts for itself."""

    def __init__(self, file: str) -> None:
        """Touches nothing."""
        self._file = file
        self._own = _NOTHING_KNOWN

    def read(self) -> Total:
        """Returns what the file says."""
        return self.change(lambda total: total, make=False)

    def change(self, update: Callable[[Total], Total], *, make: bool) -> Total:
        """Replaces what the file says by what ``update`` makes of it, and returns it; ``make`` makes a missing file.

        Where it cannot be written, what this program knows takes its place. Does not raise OSError.
        """
        try:
            descriptor = self._opened(make=make)
        except OSError:
            self._own = update(self._own)
            return self._own
        try:
            is_locked = file_lock.taken(descriptor, PATIENCE)
            os.lseek(descriptor, 0, os.SEEK_SET)
            before = _parsed(os.read(descriptor, _RECORD.size + 5))
            after = update(before)
            if after != before:
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, _written(after))
            if is_locked:
                file_lock.let_go(descriptor)
        except OSError:  # a pipe or a directory in its place, a full disk
            after = update(self._own)
        finally:
            os.close(descriptor)
        self._own = after
        return after

    def _opened(self, *, make: bool) -> int:
        how = READ | os.O_RDWR | (os.O_CREAT if make else 0)
        try:
            return os.open(self._file, how, 0o600)
        except FileNotFoundError:
            if not make:
                raise
            os.makedirs(os.path.dirname(self._file), 0o700, exist_ok=True)
            return os.open(self._file, how, 0o600)

    def forget(self) -> None:
        """Removes the file, of a store in which nothing is left."""
        self._own = _NOTHING_KNOWN
        with contextlib.suppress(OSError):
            os.unlink(self._file)


def _written(total: Total) -> bytes:
    data = _RECORD.pack(_MAGIC, *(min(each, _LARGEST) for each in total))
    return data + zlib.crc32(data).to_bytes(4, "little")


def _parsed(data: bytes) -> Total:
    if len(data) != _RECORD.size + 4 or zlib.crc32(data[:-4]).to_bytes(4, "little") != data[-4:]:
        return Total()
    magic, *values = _RECORD.unpack(data[:-4])
    return Total(*values) if magic == _MAGIC and all(0 <= value <= _LARGEST for value in values) else Total()
