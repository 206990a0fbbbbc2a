"""Files the operating system knows a path to: this disk, and every share it has mounted."""

from __future__ import annotations

import io
import os
import stat
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING

from viewer.core.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.storage.storage import Transfer

BATCH = 500
"""Names in a batch of a listing: about what a share sends in one answer."""

PIECE = 256 * 1024
"""Bytes asked for at once.

Measured on slow shares through FUSE (25 ms, 6 MB/s, 1 MiB of read-ahead): a file of 400 kB took 161 ms and 3 requests
in pieces of 64 KiB, 135 and 2 of 128 KiB, 114 and 1 of 256 KiB, 114 and 1 at once; files of 2 and 8 MB took the same
time in pieces of any size, because the kernel reads ahead. So this is the smallest piece that costs nothing.
"""

LARGEST = 4 * 1024**3
"""Bytes of the largest file that is read: nothing larger can be one picture."""

_ZEROED_UP_TO = 4 * 1024**2
# O_NONBLOCK: opening a pipe would wait for a writer for ever; it changes nothing for regular files.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class LocalStorage:
    """Implements :class:`~viewer.core.storage.storage.Storage` for paths that the operating system knows."""

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """See :meth:`Storage.list_names`."""
        transfer.checkpoint()
        # Closing the generator, also when a cancelled listing raises in it, closes the folder.
        with _told_in_sentences(f"The folder {folder}", "listed"), os.scandir(folder) as entries:
            while names := [entry.name for entry in islice(entries, BATCH)]:
                yield names
                transfer.checkpoint()

    def read(self, path: str, transfer: Transfer) -> Buffer:
        """See :meth:`Storage.read`; what counts is the size that the file had when it was opened."""
        transfer.checkpoint()
        with _told_in_sentences(f"The file {path}", "read"), _opened(path) as descriptor:
            # Asked of the open file, because the size comes with the answer to the open: no further round trip.
            status = os.fstat(descriptor)
            _refuse_unreadable(path, status)
            file = io.FileIO(descriptor, closefd=False)
            size = transfer.total = status.st_size
            buffer = _room_for(size)
            received = 0
            while received < size:
                transfer.checkpoint()
                count = file.readinto(buffer[received : received + PIECE])
                if not count:
                    raise StorageError(f"The file {path} became shorter while it was read.")
                received += count
                transfer.received = received
        return buffer.toreadonly()

    def is_folder(self, path: str) -> bool:
        """See :meth:`Storage.is_folder`."""
        return os.path.isdir(path)  # noqa: PTH112 - a Path of every string would win nothing


@contextmanager
def _told_in_sentences(what: str, done: str) -> Iterator[None]:
    """Turns what the system raises into this room's errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError(f"{what} is not there (any more).") from error
    except NotADirectoryError as error:
        raise NotFoundError(f"{what} is not there: a part of its path is a file, not a folder.") from error
    except OSError as error:
        raise StorageError(f"{what} could not be {done}: {error.strerror or error}.") from error
    except MemoryError as error:
        raise StorageError(f"{what} could not be {done}: there is not enough memory for it.") from error
    except ValueError as error:  # a NUL character, or one that the system's encoding lacks
        raise NotFoundError(f"{what} is not there: no file can have this name.") from error


@contextmanager
def _opened(path: str) -> Iterator[int]:
    """Opens ``path`` for as long as the block runs, whatever kind of file it turns out to be."""
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        if hasattr(os, "posix_fadvise"):
            # Doubles the kernel's read-ahead: at its usual 128 KiB, half the requests (400 kB over the line above: 2
            # instead of 4, 134 instead of 147 ms; 8 MB: 31 instead of 62). WILLNEED as well won nothing.
            with suppress(OSError):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_unreadable(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise StorageError(f"{path} is a folder, not a file.")
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(f"{path} is a device or a pipe, not a file with a picture in it.")
    if status.st_size > LARGEST:
        raise StorageError(f"The file {path} is larger than 4 GiB, too large to be one picture.")


def _room_for(size: int) -> memoryview:
    if size <= _ZEROED_UP_TO:
        return memoryview(bytearray(size))
    # A bytearray is filled with zeros while the GIL is held, which stops the window: 24 ms for 50 MB. An array is not.
    import numpy as np  # noqa: PLC0415 - importing the core must not import numpy

    return np.empty(size, np.uint8).data
