"""The folder of results on the disk: where each lies, how many there may be, and what of it was made here.

Layout::

    <folder>/<prefix>#total                                   how much there is, see :mod:`viewer.core.results.totals`
             <prefix><tag>/<function>-<hash>/<key>.result     a result
                                             <key>.png        a copy of it that can be looked at
                                             <key>.damaged    a result found damaged, put aside
                                             <random>.new     being written

One plain file holds one result, so that no lock is needed to read it, nor a database that shares cannot hold; its date
of modification is when it was used last. Any number of threads and programs may use one folder at once, and be killed
at any moment. Files of other names, and whatever links lie there, are left alone.

The moments of use only go up: where a clock was put back, the next one is a nanosecond after the latest that the total
knows. A file that is dated later than that, by more than clocks of several computers differ, counts as used long ago.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.cache import atomic_files, file_lock
from viewer.core.cache.atomic_files import LEFT_BEHIND, NEW, NEW_NAME, files_in, refuse_links, remove, remove_empty
from viewer.core.results.totals import NAME, Total, Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

RESULT = ".result"
"""What the name of a result's file ends with."""
VIEWABLE = ".png"
"""The end of the name of a copy that other programs can show."""
DAMAGED = ".damaged"
"""What the name of a damaged file ends with that was put aside."""
TRIED_AGAIN_AFTER = 5.0
"""Seconds for which nothing is written after the disk was full or failed."""

_DIRECTORY = re.compile(r"[A-Za-z0-9_.]{1,60}-[0-9a-f]{16}")
_OURS = re.compile(rf"[0-9a-f]{{32}}\.(result|png|damaged)|{NEW_NAME}")
_ROOM_LEFT = 10  # a tenth of a limit is freed at once, so that not every result that is kept looks through the folder
# The part of a limit after which the folder is looked through again: in case changes of the total were lost, or
# nothing was known of what lies there. Several programs together stay within a tenth of the limit.
_KNOWN_PART, _UNKNOWN_PART = 8, 20
_FEW = 40  # results that fill a limit: then programs write one at a time, or each would not see the other's
_PATIENCE = 1.0  # seconds that they wait for one another
_FAILING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ETIMEDOUT}
_SOUND_FOR = 1.0  # seconds for which a directory that was no link is taken for none, when reading
_SECOND = 10**9  # nanoseconds
_SKEW = 300 * _SECOND  # what clocks of several computers may differ by
_FAR = 400 * 86400 * _SECOND  # a moment so far ahead is that of no clock that was put back


class Found(NamedTuple):
    """A file of the store, its bytes, and when it was used last and changed, in nanoseconds since 1970."""

    path: str
    size: int
    used: int
    changed: int


class _Group:
    """A result with its copies."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.size = 0
        self.used = (0, 0)


class Store:
    """The results below one folder whose directories begin with one prefix; blocks on the disk; any thread.

    Attributes:
        is_limited: whether the order of use matters.
    """

    def __init__(
        self,
        folder: Path,
        prefix: str,
        max_items: int | None,
        max_bytes: int | None,
        clock: Callable[[], float] = time.monotonic,
        calendar: Callable[[], int] = time.time_ns,
    ) -> None:
        """Touches nothing; ``folder`` is made when the first result is kept.

        Args:
            folder: where the results lie.
            prefix: what the names of the data sets' directories begin with.
            max_items: how many results there may be; None for any number.
            max_bytes: the bytes of all files; None for any number.
            clock: seconds that only go up.
            calendar: nanoseconds since 1970, which may be put back.
        """
        self.folder = folder
        self.prefix = prefix
        self.is_limited = max_items is not None or max_bytes is not None
        self._root = str(folder / (prefix + "x"))[:-1]
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._clock = clock
        self._calendar = calendar
        self._totals = Totals(self._root + NAME)
        self._used = 0  # the latest moment that this program has marked a result with
        self._failed: float | None = None
        self._sound: dict[str, float] = {}

    @property
    def is_failing(self) -> bool:
        """Whether the disk was found full, or failed, within the last :data:`TRIED_AGAIN_AFTER` seconds."""
        return self._failed is not None and self._clock() - self._failed < TRIED_AGAIN_AFTER

    def directory(self, tag: str) -> str:
        """Returns the directory of the data set ``tag``; as text, because a Path takes long."""
        return self._root + tag

    def takes(self, size: int) -> bool:
        """Returns whether a result of ``size`` bytes may be kept at all."""
        return self._max_items != 0 and (self._max_bytes is None or size <= self._max_bytes)

    def write(self, file: str, parts: Sequence[memoryview]) -> list[str]:
        """Keeps a file; removes those used least recently before, if there would be too many, and returns them.

        It is counted before it is there, so that several programs together keep the limits.

        Raises OSError if it could not be written. The next one is tried all the same, but for a while after
        :attr:`is_failing` has become true.
        """
        size = sum(part.nbytes for part in parts)
        with self._alone() if self._is_large(size) else contextlib.nullcontext():
            return self._write(file, parts, size)

    def _write(self, file: str, parts: Sequence[memoryview], size: int) -> list[str]:
        items = int(file.endswith(RESULT))
        with contextlib.suppress(OSError):  # it takes the place of an older one
            items, size = 0, size - os.lstat(file).st_size
        total = self._totals.change(lambda total: self._with(total, items, size), make=self.is_limited)
        removed = self._trim(os.path.splitext(file)[0], items, size) if self._is_due(total) else []
        try:
            atomic_files.write(file, str(self.folder), parts)
        except OSError as error:
            self._totals.change(lambda total: self._with(total, -items, -size), make=False)
            self._failed = self._clock() if error.errno in _FAILING else None
            raise
        self._failed = None
        self._used = max(self._used, total.used) if self.is_limited else self._now(self._used)
        with contextlib.suppress(OSError):  # the order of use is a little less exact
            os.utime(file, ns=(self._used, self._used))
        return removed

    def moment_of_use(self) -> int:
        """Returns what a result that is used now is marked with, as its date of modification, in nanoseconds."""
        now = self._calendar()
        self._used = now if now > self._used else self._now(self._used)
        return self._used

    def refuse_links(self, directory: str) -> None:
        """Raises OSError if ``directory`` is not there or is a link; asks the disk for each once in a second."""
        now = self._clock()
        if now > self._sound.get(directory, 0.0):
            refuse_links(directory)
            self._sound[directory] = now + _SOUND_FOR

    def trim(self) -> list[str]:
        """Removes the files used least recently until the limits are kept, and those left half written; returns them.

        A disk that has failed is tried again from now on.
        """
        self._failed = None
        return self._trim(None, 0, 0)

    def put_aside(self, file: str) -> None:
        """Takes a damaged file out of the way; it stays beside the others, for finding out why it is damaged."""
        with contextlib.suppress(OSError):
            refuse_links(os.path.dirname(os.path.dirname(file)))
            refuse_links(os.path.dirname(file))
            os.replace(file, os.path.splitext(file)[0] + DAMAGED)

    def clear(self, is_wanted: Callable[[str], bool] | None = None) -> list[str]:
        """Removes the files made here, or those that ``is_wanted`` is true for, and returns them.

        Those that another program is writing at this moment stay.
        """
        removed, items, size = [], 0, 0
        for found in self.files():
            if is_wanted is not None and not is_wanted(found.path):
                continue
            if found.path.endswith(NEW) and atomic_files.is_being_written(found.path):
                continue
            if remove(found.path):
                removed.append(found.path)
                items += found.path.endswith(RESULT)
                size += found.size
        directories = {os.path.dirname(path) for path in removed}
        remove_empty(directories)
        remove_empty({os.path.dirname(directory) for directory in directories})
        if is_wanted is None:
            self._totals.forget()
        else:
            self._totals.change(lambda total: self._with(total, -items, -size), make=False)
        self._failed = None
        return removed

    def files(self, tag: str | None = None) -> Iterator[Found]:
        """Lists the files that were made here, of one data set or of all."""
        for name in self._data_sets() if tag is None else [self.prefix + tag]:
            place = os.path.join(self.folder, name)
            for function in _directories(place):
                if _DIRECTORY.fullmatch(function):
                    for file, status in files_in(os.path.join(place, function), _OURS):
                        yield Found(file.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def _trim(self, spare: str | None, items: int, size: int) -> list[str]:
        """Makes room for ``items`` and ``size``, counted already, beside the result ``spare``, which stays."""
        before = self._totals.read()
        groups, removed = self._looked_through(before.used)
        items += len(groups)
        size += sum(group.size for group in groups.values())
        if self._is_over(items, size):
            for stem in sorted(groups, key=lambda stem: groups[stem].used):
                if not self._is_over(items + self._spared(self._max_items), size + self._spared(self._max_bytes)):
                    break
                if stem != spare and groups[stem].files:
                    removed += [file for file in groups[stem].files if remove(file)]
                    items, size = items - 1, size - groups[stem].size
        self._totals.change(
            lambda now: now._replace(
                is_known=True,
                items=items + (added := max(0, now.ever_items - before.ever_items)),  # by others, meanwhile
                size=size + (more := max(0, now.ever_size - before.ever_size)),
                new_items=added,
                new_size=more,
            ),
            make=self.is_limited,
        )
        remove_empty({os.path.dirname(file) for file in removed})
        return removed

    def _looked_through(self, latest: int) -> tuple[dict[str, _Group], list[str]]:
        """Returns all results, by their paths without an end, and removes what was left half written.

        What is being written counts as a result without files.
        """
        now = self._calendar()
        latest = max(self._now(latest), self._used) + _SKEW
        groups: dict[str, _Group] = {}
        removed = []
        for path, size, used, changed in self.files():
            group = groups.setdefault(path[: path.rindex(".")], _Group())  # a result goes with its copies
            group.size += size
            if not path.endswith(NEW):
                group.files.append(path)
                # Where all have one date, or dates are coarse, the system's own date tells more.
                group.used = max(group.used, (used if used <= latest else 0, changed))
            elif not atomic_files.is_being_written(path):
                del groups[path[: path.rindex(".")]]
                if now - used > LEFT_BEHIND * _SECOND and remove(path):
                    removed.append(path)
        return groups, removed

    def _with(self, total: Total, items: int, size: int) -> Total:
        if total == Total():  # nothing was kept here yet, or the total is gone
            total = Total(is_known=not self._data_sets())
        more_items, more_size = max(0, items), max(0, size)
        return Total(
            total.is_known,
            max(0, total.items + items),
            max(0, total.size + size),
            total.new_items + more_items,
            total.new_size + more_size,
            total.ever_items + more_items,
            total.ever_size + more_size,
            self._now(max(total.used, self._used)),
        )

    def _now(self, latest: int) -> int:
        """Returns this moment, or the one just after ``latest`` where the clock was put back."""
        now = self._calendar()
        return max(now, latest + 1) if latest < now + _FAR else now

    def _is_due(self, total: Total) -> bool:
        part = _KNOWN_PART if total.is_known else _UNKNOWN_PART
        return self._is_over(total.items, total.size) or (
            (self._max_items is not None and total.new_items > self._max_items // part)
            or (self._max_bytes is not None and total.new_size > self._max_bytes // part)
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other programs from adding large results meanwhile, if the system can lock a folder."""
        try:
            os.makedirs(self.folder, 0o700, exist_ok=True)
            descriptor = os.open(self.folder, os.O_RDONLY)
        except OSError:
            yield
            return
        try:
            file_lock.taken(descriptor, _PATIENCE)
            yield
        finally:
            file_lock.let_go(descriptor)
            os.close(descriptor)

    def _is_large(self, size: int) -> bool:
        """Returns whether a few results of this size reach a limit."""
        few = self._max_items is not None and self._max_items < _FEW
        return few or (self._max_bytes is not None and size * _FEW > self._max_bytes)

    def _is_over(self, items: int, size: int) -> bool:
        too_many = self._max_items is not None and items > self._max_items
        return too_many or (self._max_bytes is not None and size > self._max_bytes)

    @staticmethod
    def _spared(limit: int | None) -> int:
        return 0 if limit is None else limit // _ROOM_LEFT if limit > _ROOM_LEFT else 0

    def _data_sets(self) -> list[str]:
        return [name for name in _directories(self.folder) if name.startswith(self.prefix)]


def _directories(folder: str | Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
