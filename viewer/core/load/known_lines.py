"""What was learned of the lines to shares, kept on this disk for the next run, which begins with it and learns on."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from viewer.core.cache import atomic_files
from viewer.core.cache.atomic_files import digest_of
from viewer.core.executor import Success
from viewer.core.patterns import late_pattern
from viewer.core.records import NamedTuple
from viewer.core.storage.mounts import mount_at, mount_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from viewer.core.executor import Executor, Failure

FOLDER = "lines"
"""The name of the folder of these files in the user's folder for what can be made again."""
MOST_FILES, MOST_BYTES = 64, 4096
"""Shares that are remembered, those learned of last; and how long a file of one can be."""
MOST_READS, MOST_WAIT = 64, 60.0
"""What is more than this was not written by this program."""
_NAME = late_pattern(r"[0-9a-f]{32}\.json")
ALIKE, NOTHING = 2.0, 0.002
"""Waits that differ by less than this factor, or are shorter than so many seconds, are not worth writing."""


class KnownLine(NamedTuple):
    """What is known of a line.

    Attributes:
        reads: how many reads at once bring the most.
        wait: seconds that each of them keeps another one waiting; 0 if not known.
    """

    reads: int
    wait: float

    def is_like(self, other: KnownLine) -> bool:
        """Returns whether ``other`` says about the same."""
        waits = max(self.wait, NOTHING), max(other.wait, NOTHING)
        return self.reads == other.reads and max(waits) <= ALIKE * min(waits)


def share_of(path: str, *, follows: bool = False) -> str:
    """Returns what names the share on which an absolute ``path`` lies; "" on this computer's disks. Any thread.

    If it ``follows`` links it may ask the share, blocking.
    """
    mount = mount_at(path) if follows else mount_of(path)
    return mount.key if mount is not None and mount.is_share else ""


class KnownLines:
    """The lines that are known, a file for each; any thread, blocking. A file that cannot be read says nothing."""

    def __init__(self, cache: Path | None = None) -> None:
        """Touches nothing; without a folder ``cache``, that of the user."""
        self._cache = cache

    def recall(self, share: str) -> KnownLine | None:
        """Returns what is known of the line to ``share``, a name of :func:`share_of`; None for nothing."""
        try:
            with os.fdopen(os.open(self._file(share), atomic_files.READ), "rb") as file:
                import json  # noqa: PLC0415 - takes 2 ms

                found = json.loads(file.read(MOST_BYTES))
            share_then, reads, wait = found["share"], found["reads"], found["wait"]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        numbers = isinstance(reads, int) and isinstance(wait, int | float) and not isinstance(reads, bool)
        if share_then != share or not numbers or not (1 <= reads <= MOST_READS and 0 <= wait <= MOST_WAIT):
            return None
        return KnownLine(int(reads), float(wait))

    def remember(self, share: str, line: KnownLine) -> None:
        """Writes what is known of the line to ``share``; without an error if it cannot be written."""
        import json  # noqa: PLC0415 - the same

        content = json.dumps({"share": share, **line._asdict()}).encode()
        file = self._file(share)
        with suppress(OSError, ValueError):
            atomic_files.write(file, file.parent.parent, [memoryview(content)])
            there = atomic_files.files_in(file.parent, _NAME)
            for entry, _ in sorted(there, key=lambda each: each[1].st_mtime)[:-MOST_FILES]:
                atomic_files.remove(file.parent / entry.name)

    def _file(self, share: str) -> Path:
        if self._cache is None:
            import platformdirs  # noqa: PLC0415 - not there in a bare interpreter, which can do without

            self._cache = platformdirs.user_cache_path("lookahead")
        return self._cache / FOLDER / f"{digest_of(share)}.json"


class LineMemory:
    """The lines that are known, asked and told without blocking; owner thread only."""

    def __init__(self, lines: KnownLines, executor: Executor) -> None:
        """``executor`` has workers for this disk."""
        self._lines = lines
        self._executor = executor
        self._noted: dict[str, KnownLine] = {}
        self._is_writing = False

    def recall(self, path: str, take: Callable[[str, KnownLine | None], None]) -> None:
        """Calls ``take``, soon, with the share on which ``path`` lies, if it is one, and what is known of its line."""

        def job() -> tuple[str, KnownLine | None]:
            share = share_of(path)
            return share, self._lines.recall(share) if share else None

        def done(outcome: Success[tuple[str, KnownLine | None]] | Failure) -> None:
            if isinstance(outcome, Success) and outcome.value[0]:
                share, known = outcome.value
                if known is not None:
                    self._noted.setdefault(share, known)
                take(share, known)

        self._executor.submit(job, done)

    def remember(self, share: str, line: KnownLine) -> None:
        """Has written what has been learned of the line to ``share``, if it is news."""
        before = self._noted.get(share)
        if self._is_writing or (before is not None and before.is_like(line)):
            return
        self._noted[share], self._is_writing = line, True

        def done(_outcome: object) -> None:
            self._is_writing = False

        self._executor.submit(lambda: self._lines.remember(share, line), done)
