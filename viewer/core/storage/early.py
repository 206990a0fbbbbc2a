"""The file that was named is read while the program is still being loaded, so that the first picture comes sooner."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from viewer.core.errors import NotReadAheadError
from viewer.core.executor import Failure, Success, run_job
from viewer.core.storage.transfer import Transfer
from viewer.core.storage.wrapped import WrappedStorage

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from viewer.core.storage.storage import Storage

LARGEST = 4 * 1024**2
"""Bytes of the largest file that is read early: memory for more takes numpy, and the program less time to load."""
LOOK_EVERY = 0.02
"""Seconds after which the read that waits for an early one looks how far that is, and whether it is still wanted."""


class EarlyRead:
    """The read of one file that begins at once, on a thread of its own; it is waited for only where the file is wanted.

    Attributes:
        path: the file.
        transfer: how far the read is.
    """

    def __init__(self, storage: Storage, path: str, unless: Callable[[], bool] = lambda: False) -> None:
        """Begins to read the file at ``path`` if it is no larger than :data:`LARGEST`; any thread.

        It is not read if ``unless`` returns True, on the thread of the read: where it is kept on this disk.
        """
        self.path = path
        self.transfer = Transfer()
        self.transfer.urgent = True
        self.transfer.judge = _Small()
        self.transfer.began = time.monotonic()
        self._storage, self._unless = storage, unless
        self._outcome: Success[Buffer | None] | Failure | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._read, name="lookahead-early", daemon=True).start()

    def _read(self) -> None:
        self._outcome = run_job(lambda: None if self._unless() else self._storage.read(self.path, self.transfer))
        self._ended.set()

    def content(self, transfer: Transfer) -> Buffer | None:
        """Returns all bytes of the file, once they are here, as what ``transfer`` got; None if it is to be read anew.

        Raises what the read did, and CancelledError if ``transfer`` is cancelled meanwhile.
        """
        early = self.transfer
        while not self._ended.wait(LOOK_EVERY):
            transfer.checkpoint()
            transfer.received = early.received
        outcome, self._outcome = self._outcome, None  # its memory is not held any longer
        stamp = early.stamp
        if isinstance(outcome, Failure) and not isinstance(outcome.error, NotReadAheadError):
            raise outcome.error
        if not isinstance(outcome, Success) or outcome.value is None or stamp is None:
            return None
        content = memoryview(outcome.value)
        with transfer.filling(stamp, lambda size: content[:size]):
            transfer.latency, transfer.first_byte = early.latency, early.first_byte
            transfer.received, transfer.began = content.nbytes, early.began
        return content


class EarlyStorage(WrappedStorage):
    """Implements :class:`Storage`: another one, whose first read of one file is the early one."""

    def __init__(self, inner: Storage, early: EarlyRead) -> None:
        """Asks nothing."""
        super().__init__(inner)
        self._early: EarlyRead | None = early

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file; what was read early is handed over once, and later reads go to the share."""
        early = self._early
        if early is not None and early.path == path and limit is None:
            self._early = None
            if (content := early.content(transfer)) is not None:
                return content
        return super().read(path, transfer, limit)


class _Small:
    """Has small files read early, and no others."""

    def weigh(self, size: int) -> None:
        if size > LARGEST:
            raise NotReadAheadError("The file is so large that it is read when all is there.")

    def look(self, _head: Buffer, _size: int) -> None:
        """Takes whatever it is: the read that is handed over looks at it."""
