"""The lane to this disk: files that are kept there are fetched, and files that were read are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from viewer.core.executor import Success
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    from viewer.core.cache.disk_cache import CachedFile
    from viewer.core.executor import Executor, Failure
    from viewer.core.storage.transfer import Stamp

WAITING_MOST = 128 * MB
"""Bytes that may wait to be written; files beyond that are not kept."""
TRIM_AFTER = 256 * MB
"""Bytes written after which the cache is trimmed again."""


class FileCache(Protocol):
    """Keeps files, as :class:`~viewer.core.cache.disk_cache.DiskCache` does. Worker threads only."""

    def put(self, path: str, data: Buffer, size: int, modified_ns: int, changed_ns: int = 0, inode: int = 0) -> bool:
        """Keeps the ``data`` of the file at ``path``, of that size, dates and number; returns whether it could."""

    def get(self, path: str) -> CachedFile | None:
        """Returns the file that is kept of ``path``, None unless it is there and whole."""

    def stamp(self, path: str) -> tuple[int, int, int, int] | None:
        """Returns the stamp of the file that is kept of ``path``, None if none is."""

    def confirm(self, path: str) -> None:
        """Notes that the share has said now that it is still that file."""

    def discard(self, path: str) -> None:
        """Removes what is kept of ``path``."""

    def trim(self) -> int:
        """Removes the files beyond the cache's limit; returns how many bytes."""


class DiskLane:
    """Which files are on this disk, and their reading and writing; owner thread only.

    Attributes:
        keeps: whether files that are read are to be kept.
        rule: the same as the user wants it; None for those of shares that measure slow.
    """

    def __init__(
        self,
        cache: FileCache | None,
        executor: Executor | None,
        on_fetched: Callable[[str, CachedFile | None], None],
        on_changed: Callable[[str], None],
    ) -> None:
        """Knows of no file yet; of the at least 3 workers of ``executor`` one writes, the others read.

        Without a ``cache``, or workers, no file ever is on this disk.
        ``on_fetched`` is called with the path and the file when a fetch has ended, with None if the file is not there,
        or not whole, or of no use any more; ``on_changed`` with each path whose file has come to be on this disk, or is
        no longer.
        """
        self.keeps = False
        self.rule: bool | None = False
        self._cache = cache
        self._executor = executor
        self._on_fetched = on_fetched
        self._on_changed = on_changed
        self._here: set[str] = set()
        self._fetching: dict[str, bool] = {}  # whether what comes is of use
        self._unwritten: dict[str, tuple[Buffer, Stamp]] = {}
        self._unproven: set[str] = set()
        self._unwritten_bytes = 0
        self._unwanted: dict[str, None] = {}
        self._writing = ""
        self._written_bytes = TRIM_AFTER  # what an earlier run left is trimmed with the first file written

    def __contains__(self, path: object) -> bool:
        return path in self._here

    @property
    def is_there(self) -> bool:
        """Whether files can be kept."""
        return self._cache is not None and self._executor is not None

    def is_fetching(self, path: str) -> bool:
        """Returns whether the file of ``path`` is being fetched."""
        return path in self._fetching

    def is_waiting(self, path: str) -> bool:
        """Returns whether the file of ``path`` waits to be kept."""
        return path in self._unwritten

    def begins_to_keep(self, *, is_slow: bool | None) -> bool:
        """Decides whether files are kept, by the rule and the share; returns whether they are from now on."""
        before, self.keeps = self.keeps, self.is_there and bool(is_slow if self.rule is None else self.rule)
        return self.keeps and not before

    def note(self, paths: Iterable[str]) -> None:
        """Takes note that the files of ``paths`` are on this disk; reports no change, as they may be very many."""
        if self.is_there:
            self._here.update(paths)

    def can_fetch(self, *, urgent: bool) -> bool:
        """Returns whether one more file may be fetched; one worker writes and one is for urgent ones."""
        workers = 0 if self._executor is None else self._executor.max_workers
        return len(self._fetching) < workers - (1 if urgent else 2)

    def fetch(self, path: str) -> None:
        """Begins to fetch the file of ``path``."""
        cache = self._cache
        if cache is not None and self._executor is not None:
            self._fetching[path] = True
            self._executor.submit(lambda: cache.get(path), lambda outcome: self._fetched(path, outcome))

    def keep(self, path: str, data: Buffer, stamp: Stamp, *, is_proven: bool) -> None:
        """Keeps a file that was read, if files are kept and it is not there yet; soon, one after the other.

        Unless it ``is_proven`` that it did not change while it was read, it waits until :meth:`note_proven`.
        """
        amount = memoryview(data).nbytes
        if not self.keeps or path in self._here or path in self._unwritten:
            return
        if self._unwritten_bytes + amount <= WAITING_MOST:
            self._unwritten[path] = data, stamp
            self._unwritten_bytes += amount
            if not is_proven:
                self._unproven.add(path)
            self._write()

    def note_proven(self, path: str) -> None:
        """Takes note that a file which waits to be kept did not change while it was read."""
        self._unproven.discard(path)
        self._write()

    def discard(self, path: str) -> None:
        """Forgets the file of ``path``: it is another one now. What lies on the disk stays until it is replaced."""
        self._here.discard(path)
        self._drop_unwritten(path)
        if path in self._fetching:
            self._fetching[path] = False

    def remove(self, path: str) -> None:
        """Forgets the file of ``path`` and removes it: it is no picture, and perhaps was not whole."""
        if path in self._here or path == self._writing:
            self._unwanted[path] = None
        self.discard(path)
        self._write()

    def forget(self) -> None:
        """Forgets the files on this disk, which were removed, and those that wait to be written."""
        gone, self._here = self._here, set()
        for path in list(self._unwritten):
            self._drop_unwritten(path)
        self._fetching = dict.fromkeys(self._fetching, False)
        for path in gone:
            self._on_changed(path)

    def _drop_unwritten(self, path: str) -> None:
        self._unproven.discard(path)
        waiting = self._unwritten.pop(path, None)
        if waiting is not None:
            self._unwritten_bytes -= memoryview(waiting[0]).nbytes

    def _fetched(self, path: str, outcome: Success[CachedFile | None] | Failure) -> None:
        is_of_use = self._fetching.pop(path)
        file = outcome.value if isinstance(outcome, Success) else None
        if file is None and is_of_use:  # or what is there by now is another file than this one
            self._here.discard(path)
        self._on_fetched(path, file if is_of_use else None)

    def _write(self) -> None:
        cache, executor = self._cache, self._executor
        if self._writing or cache is None or executor is None:
            return
        if unwanted := next(iter(self._unwanted), ""):
            del self._unwanted[unwanted]
            self._writing = unwanted
            executor.submit(lambda: cache.discard(unwanted), lambda _outcome: self._written(unwanted))
            return
        path = next((path for path in self._unwritten if path not in self._unproven), None)
        if path is None:
            return
        self._writing = path
        data, stamp = file = self._unwritten[path]
        trim = self._written_bytes >= TRIM_AFTER
        if trim:
            self._written_bytes = 0
        self._written_bytes += memoryview(data).nbytes

        def write() -> bool:
            kept = cache.put(path, data, *stamp)
            if trim:
                cache.trim()
            return kept

        executor.submit(write, lambda outcome: self._written(path, file, outcome))

    def _written(
        self, path: str, file: tuple[Buffer, Stamp] | None = None, outcome: Success[bool] | Failure | None = None
    ) -> None:
        self._writing = ""
        if file is not None and self._unwritten.get(path) is file:  # and not discarded meanwhile, or another one since
            self._drop_unwritten(path)
            if isinstance(outcome, Success) and outcome.value:
                self._here.add(path)
                self._on_changed(path)
        self._write()
