"""The seam to the outside: what any place that holds files must be able to do."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from viewer.core.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

PAUSE_LIMIT = 1.0
"""Seconds a read lets another go first at most, so that one that hangs holds up nobody."""


class Gate:
    """Lets reads that can wait pass only while no urgent read is under way; any thread."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    def set_open(self, is_open: bool) -> None:  # noqa: FBT001 - the one thing a gate can be told
        """Opens or closes the gate."""
        if is_open:
            self._open.set()
        else:
            self._open.clear()

    def wait(self) -> None:
        """Returns when the gate is open, after :data:`PAUSE_LIMIT` seconds at the latest."""
        self._open.wait(PAUSE_LIMIT)


class Transfer:
    """One read under way, as seen from both sides.

    The owner thread cancels it and looks at its progress; the reader reports progress and stops at the next piece.
    Each field has one writer, so no lock is needed.

    Attributes:
        received: bytes here so far.
        total: the size of the file in bytes, None until it has been opened.
        urgent: whether somebody waits for it; only others stop at the gate.
    """

    def __init__(self, gate: Gate | None = None, *, urgent: bool = False) -> None:
        self.received = 0
        self.total: int | None = None
        self.urgent = urgent
        self._gate = gate
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether the result is not wanted any more."""
        return self._cancelled

    def cancel(self) -> None:
        """Asks the reader to stop at the next piece."""
        self._cancelled = True

    def checkpoint(self) -> None:
        """Waits for more urgent reads; the reader calls it before each piece.

        Raises:
            CancelledError: the result is not wanted any more.
        """
        if self._gate is not None and not self.urgent and not self._cancelled:
            self._gate.wait()
        if self._cancelled:
            raise CancelledError("The read was given up.")


class Storage(Protocol):
    """A place that holds files. Every method blocks and is called from worker threads only."""

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields the names in ``folder``, a batch at a time, in whatever order the storage gives them.

        Asks for names only: no ``stat`` and no open per file. Names of subfolders are among them. Progress is not
        reported; cancelling stops between batches.

        Raises:
            NotFoundError: there is no such folder, or it is a file.
            StorageError: the folder could not be listed.
            CancelledError: ``transfer`` was cancelled.
        """

    def read(self, path: str, transfer: Transfer) -> Buffer:
        """Returns all bytes of the file, opened once and read front to back, in pieces.

        Raises:
            NotFoundError: there is no such file.
            StorageError: the file could not be read.
            CancelledError: ``transfer`` was cancelled.
        """

    def is_folder(self, path: str) -> bool:
        """Returns whether ``path`` is a folder; False for whatever cannot be told. One call to the share."""
