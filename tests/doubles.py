"""Stand-ins that the tests turn by hand: a loop, an executor, a storage. Nothing here sleeps or starts a thread."""

from __future__ import annotations

import fnmatch
import heapq
import itertools
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from viewer.core.cache.disk_cache import CachedFile
from viewer.core.errors import NotFoundError, ShareAwayError
from viewer.core.executor import Failure, Success, run_job
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.loop import Timer
    from viewer.core.storage.storage import OpenFile
    from viewer.core.storage.transfer import Transfer

T = TypeVar("T")


class HandTimer:
    """A timer of :class:`HandLoop`."""

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class HandLoop:
    """A loop that runs only when told to, on a clock that moves only when told to."""

    def __init__(self) -> None:
        self._posted: deque[Callable[[], None]] = deque()
        self._timers: list[tuple[float, int, HandTimer, Callable[[], None]]] = []
        self._order = itertools.count()
        self._now = 0.0

    def post(self, callback: Callable[[], None]) -> None:
        self._posted.append(callback)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = HandTimer()
        heapq.heappush(self._timers, (self._now + seconds, next(self._order), timer, callback))
        return timer

    def now(self) -> float:
        return self._now

    def turn(self) -> None:
        """Runs everything posted, also what is posted meanwhile."""
        while self._posted:
            self._posted.popleft()()

    def advance(self, seconds: float) -> None:
        """Moves the clock on and runs the timers that come due, in order."""
        end = self._now + seconds
        self.turn()
        while self._timers and self._timers[0][0] <= end:
            due, _, timer, callback = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            if not timer.cancelled:
                callback()
            self.turn()
        self._now = end

    def stall(self, seconds: float) -> None:
        """Moves the clock on while nothing runs, as when something else holds up the thread."""
        self._now += seconds


class HandExecutor:
    """An executor whose jobs run when the test says so, on the test's own thread."""

    def __init__(self, loop: HandLoop, max_workers: int = 4) -> None:
        self._loop = loop
        self._max_workers = max_workers
        self.closed = False
        self.waiting: list[tuple[Callable[[], object], Callable[[Success[object] | Failure], None]]] = []

    @property
    def max_workers(self) -> int:
        return self._max_workers

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        self.waiting.append((job, done))  # type: ignore[arg-type]  # a job and its done belong together
        assert len(self.waiting) <= self._max_workers, "more jobs were submitted than there are workers"

    def finish(self, position: int = 0) -> None:
        """Runs one waiting job and posts its outcome."""
        job, done = self.waiting.pop(position)
        outcome = run_job(job)
        self._loop.post(lambda: None if self.closed else done(outcome))
        self._loop.turn()

    def finish_all(self) -> int:
        """Finishes jobs until none is left; returns how many there were."""
        for count in itertools.count():
            if not self.waiting:
                return count
            assert count < 10_000, "the loading never comes to rest"
            self.finish()
        raise AssertionError

    def close(self, timeout: float) -> bool:  # noqa: ARG002 - the protocol's
        self.closed = True
        self.waiting.clear()
        return True


class MemoryStorage:
    """A storage that holds its files in a dict, counts what it is asked and fails where told to.

    Attributes:
        files: path to bytes, or to the exception that reading raises. Folders are told by the paths.
        modified: path to the time in the file's stamp, 0 where there is none.
        reads: the paths read so far, in order.
        sent: the bytes given away so far.
        listings: the folders listed so far.
        batch: names in a batch of a listing.
        latency: seconds that opening a file is said to take.
    """

    def __init__(self, files: dict[str, bytes | BaseException]) -> None:
        self.files = files
        self.modified: dict[str, int] = {}
        self.reads: list[str] = []
        self.sent = 0
        self.listings: list[str] = []
        self.batch = 2
        self.latency = 0.0
        self.listing_error: Exception | None = None

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        self.listings.append(folder)
        if self.listing_error is not None:
            raise self.listing_error
        prefix = folder.rstrip("/") + "/"
        names = list(dict.fromkeys(p[len(prefix) :].split("/")[0] for p in self.files if p.startswith(prefix)))
        if not names and not fnmatch.filter(self.files, prefix + "*"):
            raise NotFoundError(f"There is no folder {folder}.")
        for start in range(0, len(names), self.batch):
            transfer.checkpoint()
            yield names[start : start + self.batch]

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> bytes:
        transfer.checkpoint()
        self.reads.append(path)
        content = self._content(path)
        end = len(content[:limit])
        transfer.latency = self.latency
        with transfer.filling(self.stamp(path), lambda size: memoryview(bytearray(size))) as room:
            end = min(end, room.nbytes)
            while (start := transfer.received) < end:
                if start:
                    transfer.checkpoint()
                piece = slice(start, min(start + transfer.piece, end))
                room[piece] = content[piece]
                self.sent += piece.stop - start
                transfer.received = piece.stop
        return bytes(room[:end])

    @contextmanager
    def opened(self, path: str, transfer: Transfer) -> Iterator[OpenFile]:
        transfer.checkpoint()
        self.reads.append(path)
        transfer.latency = 0.0
        yield FileInMemory(self._content(path), self.stamp(path), transfer)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        for names in self.list_names(folder, transfer):
            yield [name for name in names if not name.startswith(".") and self.is_folder(f"{folder}/{name}")]

    def stamp(self, path: str) -> Stamp:
        return Stamp(len(self._content(path)), self.modified.get(path, 0))

    def is_folder(self, path: str) -> bool:
        return any(p.startswith(path.rstrip("/") + "/") for p in self.files)

    def _content(self, path: str) -> bytes:
        content = self.files.get(path)
        if content is None:
            raise NotFoundError(f"There is no file {path}.")
        if isinstance(content, BaseException):
            raise content
        return content


class MemoryFileCache:
    """What keeps files on this disk, in a dict; one that is taken out of it is a damaged one.

    Attributes:
        kept: path to what is kept of it.
        fetched: the paths asked for so far, in order.
        is_full: whether nothing more can be kept.
        trims: how often it was trimmed.
        confirmed: the paths noted as confirmed so far, in order.
    """

    def __init__(self) -> None:
        self.kept: dict[str, CachedFile] = {}
        self.confirmed: list[str] = []
        self.fetched: list[str] = []
        self.is_full = False
        self.trims = 0

    def put(self, path: str, data: Buffer, size: int, modified_ns: int, changed_ns: int = 0, inode: int = 0) -> bool:
        if self.is_full or memoryview(data).nbytes != size:
            return False
        self.kept[path] = CachedFile(bytes(data), size, modified_ns, changed_ns, inode)
        return True

    def stamp(self, path: str) -> tuple[int, int, int, int] | None:
        return self.kept[path].stamp if path in self.kept else None

    def confirm(self, path: str) -> None:
        self.confirmed.append(path)

    def get(self, path: str) -> CachedFile | None:
        self.fetched.append(path)
        return self.kept.get(path)

    def discard(self, path: str) -> None:
        self.kept.pop(path, None)

    def trim(self) -> int:
        self.trims += 1
        return 0


def broken(path: str) -> ShareAwayError:
    """Returns the error of a share that fails."""
    return ShareAwayError(f"{path} could not be read: Input/output error.")
