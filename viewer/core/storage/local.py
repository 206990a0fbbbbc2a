"""Files the operating system knows a path to: this disk, and every share it has mounted."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from viewer.core.errors import ChangingError, NotAFileError, NotFoundError, ShareAwayError, StorageError
from viewer.core.formats import LARGEST_FILE
from viewer.core.loaded import loaded
from viewer.core.storage.devices import stamp_of
from viewer.core.storage.landed import and_landed
from viewer.core.storage.mounts import read_ahead_bytes
from viewer.core.storage.transfer import ReadingOn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from typing_extensions import Buffer

    from viewer.core.storage.storage import OpenFile
    from viewer.core.storage.transfer import Stamp, Transfer

BATCH = 500
"""Names in a batch of a listing: about what a share sends in one answer."""

AT_ONCE = 1024 * 1024
"""Bytes that an urgent read asks for at once: as much as shares send in one answer at best.

Measured through FUSE over 25 ms and 6 MB/s: a file of 700 kB took 165 ms read so, as with ``open().read()``, and 185 ms
in pieces of 256 KiB. Asking the kernel to fetch all the rest meanwhile (WILLNEED) took as long, but twice the bytes
where a mount reads past the cache (FUSE with direct_io, SMB without a lease). So bytes are asked for by reading only.
"""

SMALL_WINDOW = 256 * 1024
"""Bytes that the kernel may read ahead of each read that can wait: what little they are worth waiting for."""

_NAMES = "ENOTCONN ESHUTDOWN EHOSTDOWN EHOSTUNREACH ENETDOWN ENETUNREACH ETIMEDOUT ESTALE ECONNABORTED ECONNRESET"
_AWAY = frozenset(number for number, name in errno.errorcode.items() if name in _NAMES.split())
"""What the system says of a share that is away, whatever it was asked for. For EIO see :func:`_as_sentences`."""
_ZEROED_UP_TO, _ZEROED_AT_FIRST = 64 * 1024, 4 * 1024**2
# O_NONBLOCK: opening a pipe would wait for a writer for ever; it changes nothing for regular files.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class LocalStorage:
    """Implements :class:`~viewer.core.storage.storage.Storage` for paths that the operating system knows."""

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the names in ``folder``, :data:`BATCH` at a time."""
        transfer.checkpoint()
        # Closing the generator, also when a cancelled listing raises in it, closes the folder.
        with _as_sentences(f"The folder {folder}", "listed"), os.scandir(folder) as entries:
            batches = iter(lambda: [entry.name for entry in islice(entries, BATCH)], [])
            for names in and_landed(folder, batches, transfer):
                yield names
                transfer.checkpoint()

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file, up to the size that it had when it was opened."""
        transfer.checkpoint()
        with (
            _as_sentences(f"The file {path}", "read"),
            _opened(path, transfer) as descriptor,
            _as_sentences(f"The file {path}", "read", is_open=True),
        ):
            # Asked of the open file, because this comes with the answer to the open: no further round trip.
            status = os.fstat(descriptor)
            _refuse_unreadable(path, status, LARGEST_FILE if transfer.judge is None else None)
            with transfer.filling(stamp_of(status), _room_for) as content:
                end = content.nbytes if limit is None else min(limit, content.nbytes)
                if not _fill(content, descriptor, end, transfer):
                    raise ChangingError(f"The file {path} became shorter while it was read.")
        return content[:end].toreadonly()

    @contextmanager
    def opened(self, path: str, transfer: Transfer) -> Iterator[OpenFile]:
        """Opens a file, without reading ahead."""
        transfer.checkpoint()
        sentences = partial(_as_sentences, f"The file {path}", "read", is_open=True)
        with ExitStack() as stack:
            with _as_sentences(f"The file {path}", "read"):  # and not what the user of the file raises
                descriptor = stack.enter_context(_opened(path, transfer))
                status = os.fstat(descriptor)
                _refuse_unreadable(path, status, largest=None)
                _advise(descriptor, "RANDOM")  # the bytes between the parts are not wanted
            yield _OpenFile(descriptor, stamp_of(status), transfer, sentences)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the folders in ``folder``, by what the listing itself says of each name."""
        transfer.checkpoint()
        with _as_sentences(f"The folder {folder}", "listed"), os.scandir(folder) as entries:
            while batch := list(islice(entries, BATCH)):
                yield [entry.name for entry in batch if not entry.name.startswith(".") and entry.is_dir()]
                transfer.checkpoint()

    def stamp(self, path: str) -> Stamp:
        """Returns size and date of ``path``."""
        with _as_sentences(f"The file {path}", "looked at"):
            return stamp_of(os.stat(path))  # noqa: PTH116 - a Path of every string would win nothing

    def is_folder(self, path: str) -> bool:
        """Returns whether ``path`` is a folder."""
        return os.path.isdir(path)  # noqa: PTH112 - a Path of every string would win nothing


class _OpenFile:
    """Implements :class:`~viewer.core.storage.storage.OpenFile`."""

    def __init__(
        self,
        descriptor: int,
        stamp: Stamp,
        transfer: Transfer,
        sentences: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.stamp = stamp
        self._file = io.FileIO(descriptor, closefd=False)
        self._transfer = transfer
        self._sentences = sentences

    def read(self, offset: int, length: int) -> memoryview:
        """Reads a part of the file, in pieces."""
        transfer = self._transfer
        content = _room_for(max(0, min(length, self.stamp.size - offset)))
        filled = 0
        with self._sentences():
            self._file.seek(offset)
            while filled < content.nbytes:
                transfer.checkpoint()
                at_once = max(AT_ONCE, transfer.piece) if transfer.urgent else transfer.piece
                count = self._file.readinto(content[filled : filled + at_once])
                if not count:
                    break
                filled += count
                transfer.received += count
        return content[:filled].toreadonly()


@contextmanager
def _as_sentences(what: str, done: str, *, is_open: bool = False) -> Iterator[None]:
    """Turns the errors of the system into those of this room.

    EIO is the fault of a file that ``is_open`` already; of one that cannot even be opened it is the share's.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError(f"{what} is not there (any more).") from error
    except NotADirectoryError as error:
        raise NotFoundError(f"{what} is not there: a part of its path is a file, not a folder.") from error
    except OSError as error:
        sentence = f"{what} could not be {done}: {error.strerror or error}."
        if error.errno in _AWAY or (error.errno == errno.EIO and not is_open):
            raise ShareAwayError(f"{sentence} If the share is away, check its connection, then try again.") from error
        raise StorageError(sentence) from error
    except MemoryError as error:
        raise StorageError(f"{what} could not be {done}: there is not enough memory for it.") from error
    except ValueError as error:  # a NUL character, or one that the system's encoding lacks
        raise NotFoundError(f"{what} is not there: no file can have this name.") from error


@contextmanager
def _opened(path: str, transfer: Transfer) -> Iterator[int]:
    """Opens ``path`` for as long as the block runs, whatever kind of file it turns out to be."""
    began = time.perf_counter()
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        transfer.latency = time.perf_counter() - began
        yield descriptor
    finally:
        os.close(descriptor)


def _fill(content: memoryview, descriptor: int, end: int, transfer: Transfer) -> bool:
    """Reads what ``content`` lacks up to ``end``; returns whether there was so much."""
    file = io.FileIO(descriptor, closefd=False)
    file.seek(transfer.received)
    window = read_ahead_bytes(os.fstat(descriptor).st_dev)
    advice, small_window = "", window is not None and window <= SMALL_WINDOW
    while (received := transfer.received) < end:
        transfer.checkpoint()
        urgent = transfer.urgent
        if advice != (advice := _advice(transfer, is_whole=end == transfer.total, small_window=small_window)):
            _advise(descriptor, advice)
        at_once = max(AT_ONCE, transfer.piece) if urgent else transfer.piece
        count = file.readinto(content[received : min(received + at_once, end)])
        if not count:
            return False
        transfer.received = received + count
    return True


def _advice(transfer: Transfer, *, is_whole: bool, small_window: bool) -> str:
    """Returns how far the kernel is to read on by itself: what has been asked for keeps an urgent read waiting.

    Measured over sshfs, 24 ms and 12 MB/s: without it each piece of 64 KiB is a round trip, and a file of 0.84 MB takes
    450 ms in place of 185.
    """
    if not is_whole:
        return "RANDOM"  # nothing beyond the beginning is wanted
    if transfer.urgent or transfer.reading_on is ReadingOn.FAR:
        return "SEQUENTIAL"
    return "NORMAL" if small_window or transfer.reading_on is ReadingOn.USUAL else "RANDOM"


def _advise(descriptor: int, advice: str) -> None:
    """Tells the kernel how a file will be read; other systems do as they like."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, getattr(os, f"POSIX_FADV_{advice}"))


def _refuse_unreadable(path: str, status: os.stat_result, largest: int | None = LARGEST_FILE) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise NotAFileError(f"{path} is a folder, not a file.")
    if not stat.S_ISREG(status.st_mode):
        raise NotAFileError(f"{path} is a device or a pipe, not a file with a picture in it.")
    if largest is not None and status.st_size > largest:
        raise NotAFileError(f"The file {path} is larger than 4 GiB, too large to be one picture.")


def _room_for(size: int) -> memoryview:
    # A bytearray is filled with zeros while the GIL is held, which stops the window: 24 ms for 50 MB. An array is not,
    # but the first pictures do not wait for numpy.
    if size <= (_ZEROED_UP_TO if loaded("numpy") else _ZEROED_AT_FIRST):
        return memoryview(bytearray(size))
    import numpy as np  # noqa: PLC0415 - importing the core must not import numpy

    return np.empty(size, np.uint8).data
