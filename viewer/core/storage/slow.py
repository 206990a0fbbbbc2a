"""Any storage, as if it were behind a slow link: for the demo, and for trying the program without a share."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from viewer.core.storage.transfer import Transfer
from viewer.core.storage.wrapped import WrappedStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.storage.storage import OpenFile, Storage

TURN = 64 * 1024
"""Bytes that a read sends before the next one has its turn."""


class SlowStorage(WrappedStorage):
    """Implements :class:`~viewer.core.storage.storage.Storage` over another one, waiting as a slow share would.

    Each batch of a listing, each look at a file, each open and each piece waits for a round trip, and to an urgent read
    all the rest of a file is one piece. The bytes of all reads pass one link in turns, so that two reads at once have
    half of it each.

    Args:
        inner: where the files really are.
        latency: seconds of a round trip.
        bandwidth: bytes a second of the link; ``math.inf`` for a link without a limit.
        sleep: waits for so many seconds.
        clock: the time in seconds, never going back.
    """

    def __init__(
        self,
        inner: Storage,
        latency: float,
        bandwidth: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(inner)
        self._latency = latency
        self._bandwidth = bandwidth
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = clock()

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the names; each batch is a round trip."""
        return self._paced(self._inner.list_names(folder, transfer), transfer)

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file at the pace of the link."""
        transfer.checkpoint()
        began = self._clock()
        self._sleep(self._latency)
        transfer.latency = self._clock() - began
        transfer.checkpoint()
        inside = _Inside(transfer)
        inside.judge = transfer.judge
        with transfer.working():  # the demo draws its pictures now
            content = memoryview(self._inner.read(path, inside, limit))
            end, stamp = content.nbytes, inside.stamp or self._inner.stamp(path)
        with transfer.filling(stamp, lambda size: memoryview(bytearray(size))) as room:
            asked = 0
            while (start := transfer.received) < end:
                transfer.checkpoint()
                if start >= asked:
                    self._sleep(self._latency)
                    asked = end if transfer.urgent else min(start + transfer.piece, end)
                turn = slice(start, min(start + TURN, asked))
                self._sleep(self._until_passed(turn.stop - start))
                room[turn] = content[turn]
                transfer.received = turn.stop
        return room[:end].toreadonly()

    @contextmanager
    def opened(self, path: str, transfer: Transfer) -> Iterator[OpenFile]:
        """Opens a file, a round trip."""
        transfer.checkpoint()
        began = self._clock()
        self._sleep(self._latency)
        transfer.latency = self._clock() - began
        with ExitStack() as stack:
            with transfer.working():
                inside = stack.enter_context(self._inner.opened(path, _Inside(transfer)))
            yield _SlowFile(inside, transfer, self._pass)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the folders; each batch is a round trip."""
        return self._paced(self._inner.list_folders(folder, transfer), transfer)

    def storage_of(self, path: str) -> Storage:
        """Returns the storage that answers for ``path``, a round trip later."""
        self._sleep(self._latency)
        return super().storage_of(path)

    def _paced(self, batches: Iterator[Sequence[str]], transfer: Transfer) -> Iterator[Sequence[str]]:
        transfer.checkpoint()
        self._sleep(self._latency)
        for names in batches:
            yield names
            transfer.checkpoint()
            self._sleep(self._latency)

    def _pass(self, amount: int, *, asks: bool) -> None:
        """Waits until ``amount`` bytes have passed the link, and before that for the way there and back if it asks."""
        if asks:
            self._sleep(self._latency)
        self._sleep(self._until_passed(amount))

    def _until_passed(self, amount: int) -> float:
        """Returns the seconds until ``amount`` bytes have passed the link, after those already on it."""
        with self._lock:
            now = self._clock()
            self._free_at = max(self._free_at, now) + amount / self._bandwidth
            return self._free_at - now


class _Inside(Transfer):
    """What the inner storage sees of a read: as urgent and wanted as that is; its bytes are left to the link."""

    def __init__(self, outer: Transfer) -> None:
        super().__init__()
        self._outer = outer

    def checkpoint(self) -> None:
        """Raises CancelledError if the read was cancelled."""
        self.urgent, self.cancelled = self._outer.urgent, self._outer.cancelled
        super().checkpoint()


class _SlowFile:
    """Implements :class:`~viewer.core.storage.storage.OpenFile` at the pace of the link."""

    def __init__(self, inner: OpenFile, transfer: Transfer, pass_link: Callable[..., None]) -> None:
        self.stamp = inner.stamp
        self._inner = inner
        self._transfer = transfer
        self._pass_link = pass_link

    def read(self, offset: int, length: int) -> memoryview:
        """Reads a part of the file: a round trip, then its bytes."""
        content = self._inner.read(offset, length)
        for start in range(0, content.nbytes, TURN):
            self._transfer.checkpoint()
            amount = min(TURN, content.nbytes - start)
            self._pass_link(amount, asks=start == 0)
            self._transfer.received += amount
        return content
