"""The lane to this disk: files that were read once come from here, and those that cost much to read are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from viewer.core.executor import Success
from viewer.core.storage.transfer import Stamp
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    from viewer.core.cache.disk_cache import CachedFile
    from viewer.core.executor import Executor, Failure

WAITING_MOST = 128 * MB
"""Bytes that may wait to be written; what comes beyond that is not kept."""
TRIM_AFTER = 256 * MB
"""Bytes written after which the cache is trimmed again."""


class FileCache(Protocol):
    """What keeps files; :class:`~viewer.core.cache.disk_cache.DiskCache` does. Worker threads only."""

    def put(self, path: str, data: Buffer, size: int, modified_ns: int) -> bool:
        """Keeps a file; returns whether it could."""

    def get(self, path: str) -> CachedFile | None:
        """Returns a file, None unless it is there and whole."""

    def trim(self) -> int:
        """Removes what is too much."""


class DiskLane:
    """Which files are on this disk, and their reading and writing; owner thread only.

    Attributes:
        keeps: whether files that are read are to be kept.
    """

    def __init__(
        self,
        cache: FileCache,
        executor: Executor,
        arrived: Callable[[str, Buffer, Stamp], None],
        missed: Callable[[str], None],
        changed: Callable[[str], None],
    ) -> None:
        """Makes the lane; it knows of no file yet.

        Args:
            cache: where the files are kept.
            executor: one of them writes, the others read.
            arrived: told each file that was fetched.
            missed: told each path that was asked for and is not there, or not whole.
            changed: told the paths that have come to be on this disk, or are no longer.
        """
        self.keeps = False
        self._cache = cache
        self._executor = executor
        self._arrived = arrived
        self._missed = missed
        self._changed = changed
        self._here: set[str] = set()
        self._fetching: dict[str, bool] = {}  # whether what comes is of use
        self._unwritten: dict[str, tuple[Buffer, Stamp]] = {}
        self._unwritten_bytes = 0
        self._is_writing = False
        self._written_bytes = TRIM_AFTER  # what an earlier run left is trimmed with the first file written

    def __contains__(self, path: str) -> bool:
        return path in self._here

    def is_fetching(self, path: str) -> bool:
        """Returns whether ``path`` is being fetched."""
        return path in self._fetching

    def note(self, paths: Iterable[str]) -> None:
        """Takes note that the files of ``paths`` are on this disk; nobody is told, they may be very many."""
        self._here.update(paths)

    def can_fetch(self, *, urgent: bool) -> bool:
        """Returns whether one more file may be fetched; one worker writes and one is for urgent ones."""
        return len(self._fetching) < self._executor.max_workers - (1 if urgent else 2)

    def fetch(self, path: str) -> None:
        """Begins to fetch the file of ``path``."""
        cache = self._cache
        self._fetching[path] = True
        self._executor.submit(lambda: cache.get(path), lambda outcome: self._fetched(path, outcome))

    def keep(self, path: str, data: Buffer, stamp: Stamp) -> None:
        """Keeps a file that was read, if files are kept and it is not there yet; soon, one after the other."""
        amount = memoryview(data).nbytes
        if not self.keeps or path in self._here or path in self._unwritten:
            return
        if self._unwritten_bytes + amount <= WAITING_MOST:
            self._unwritten[path] = data, stamp
            self._unwritten_bytes += amount
            self._write()

    def discard(self, path: str) -> None:
        """Forgets the file of ``path``: it is another one now. What lies on the disk stays until it is replaced."""
        self._here.discard(path)
        self._drop_unwritten(path)
        if path in self._fetching:
            self._fetching[path] = False

    def forget(self) -> None:
        """Forgets what is on this disk, because somebody has removed it, and what waits to be written."""
        gone, self._here = self._here, set()
        for path in list(self._unwritten):
            self._drop_unwritten(path)
        self._fetching = dict.fromkeys(self._fetching, False)
        for path in gone:
            self._changed(path)

    def _drop_unwritten(self, path: str) -> None:
        waiting = self._unwritten.pop(path, None)
        if waiting is not None:
            self._unwritten_bytes -= memoryview(waiting[0]).nbytes

    def _fetched(self, path: str, outcome: Success[CachedFile | None] | Failure) -> None:
        is_of_use = self._fetching.pop(path)
        kept = outcome.value if isinstance(outcome, Success) else None
        if kept is not None and is_of_use:
            self._arrived(path, kept.data, Stamp(kept.size, kept.modified_ns))
            return
        if is_of_use:  # or what is there by now is another file than this one
            self._here.discard(path)
        self._missed(path)

    def _write(self) -> None:
        if self._is_writing or not self._unwritten:
            return
        self._is_writing = True
        path, file = next(iter(self._unwritten.items()))
        data, stamp = file
        cache, trim = self._cache, self._written_bytes >= TRIM_AFTER
        if trim:
            self._written_bytes = 0
        self._written_bytes += memoryview(data).nbytes

        def write() -> bool:
            kept = cache.put(path, data, stamp.size, stamp.modified_ns)
            if trim:
                cache.trim()
            return kept

        self._executor.submit(write, lambda outcome: self._written(path, file, outcome))

    def _written(self, path: str, file: tuple[Buffer, Stamp], outcome: Success[bool] | Failure) -> None:
        self._is_writing = False
        if self._unwritten.get(path) is file:  # and not discarded meanwhile, or another one since
            self._drop_unwritten(path)
            if isinstance(outcome, Success) and outcome.value:
                self._here.add(path)
                self._changed(path)
        self._write()
