"""The seam to the outside: what any place that holds files must be able to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from typing_extensions import Buffer

    from viewer.core.storage.transfer import Stamp, Transfer


class OpenFile(Protocol):
    """A file that is open for reading parts of it; on the worker thread that opened it, for as long as the block runs.

    Attributes:
        stamp: which file it is.
    """

    stamp: Stamp

    def read(self, offset: int, length: int) -> memoryview:
        """Returns ``length`` bytes from ``offset`` on, fewer at the end of the file, in pieces as a whole file is.

        Raises what :meth:`Storage.read` does, by the transfer that it was opened with.
        """


class FileInMemory:
    """Implements :class:`OpenFile` over bytes that are here."""

    def __init__(self, content: Buffer, stamp: Stamp, transfer: Transfer) -> None:
        self.stamp = stamp
        self._content = memoryview(content)
        self._transfer = transfer

    def read(self, offset: int, length: int) -> memoryview:
        """Returns a part of the bytes."""
        self._transfer.checkpoint()
        part = self._content[offset : offset + length].toreadonly()
        self._transfer.received += part.nbytes
        return part


class Storage(Protocol):
    """A place that holds files. Every method blocks and is called from worker threads only.

    All but :meth:`is_folder` raise :class:`NotFoundError` if there is no such file or folder, another
    :class:`StorageError` if the place cannot say or give what it is asked for, and :class:`CancelledError` if their
    ``transfer`` was cancelled.
    """

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields the names in ``folder``, a batch at a time, in whatever order the storage gives them.

        Asks for names only: no ``stat`` and no open per file, but for those that come next where the client repeats an
        old listing. Names of subfolders are among them. Progress is not reported; cancelling stops between batches.
        """

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Returns all bytes of the file, or the first ``limit``, opened once and read front to back, in pieces.

        Raises:
            ChangingError: the file is being written while it is read.
        """

    def stamp(self, path: str) -> Stamp:
        """Returns which file is at ``path`` now. One call to the share."""

    def opened(self, path: str, transfer: Transfer) -> AbstractContextManager[OpenFile]:
        """Opens a file to read parts of it. ``transfer`` gets its latency; the reader counts what it received."""

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields the names of the folders in ``folder``, hidden ones left out, as :meth:`list_names` yields names.

        Names whose kind the listing itself does not give are not asked for one by one.
        """

    def is_folder(self, path: str) -> bool:
        """Returns whether ``path`` is a folder; False if that cannot be found out. One call to the share."""
