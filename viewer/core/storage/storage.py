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
        self._changed = threading.Condition()
        self._open = True

    def set_open(self, *, is_open: bool) -> None:
        """Opens or closes the gate."""
        if is_open != self._open:
            with self._changed:
                self._open = is_open
                self._changed.notify_all()

    def recheck(self) -> None:
        """Wakes those who wait, to see whether they still have to."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, transfer: Transfer) -> None:
        """Returns when ``transfer`` need not wait (any more), after :data:`PAUSE_LIMIT` seconds at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: self._open or transfer.urgent or transfer.cancelled, PAUSE_LIMIT)


class Transfer:
    """One read under way, as seen from both sides.

    The owner thread cancels or hastens it and looks at its progress; the reader reports progress and stops at the next
    piece. Each field has one writer, so no lock is needed.

    Attributes:
        received: bytes here so far.
        total: the size of the file in bytes, None until it has been opened.
    """

    def __init__(self, gate: Gate | None = None) -> None:
        self.received = 0
        self.total: int | None = None
        self._gate = gate
        self._urgent = False
        self._cancelled = False

    @property
    def urgent(self) -> bool:
        """Whether somebody waits for it now; only others stop at the gate."""
        return self._urgent

    @property
    def cancelled(self) -> bool:
        """Whether the result is not wanted any more."""
        return self._cancelled

    def cancel(self) -> None:
        """Asks the reader to stop at the next piece."""
        self._cancelled = True
        if self._gate is not None:
            self._gate.recheck()

    def set_urgent(self, *, urgent: bool) -> None:
        """Says whether somebody waits for it now."""
        if urgent != self._urgent:
            self._urgent = urgent
            if urgent and self._gate is not None:
                self._gate.recheck()

    def checkpoint(self) -> None:
        """Waits for more urgent reads; the reader calls it before each piece.

        Raises:
            CancelledError: the result is not wanted any more.
        """
        if self._gate is not None:
            self._gate.wait(self)
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
