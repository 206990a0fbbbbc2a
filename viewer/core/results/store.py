"""The folder of results on the disk: where each lies, how many there may be, and what of it was made here.

Layout::

    <folder>/<prefix><tag>/<function>-<hash>/<key>.result     a result
                                             <key>.png        a copy of it that can be looked at
                                             <key>.damaged    a result found damaged, put aside
                                             <random>.new     being written

One plain file holds one result, so that no lock is needed to read it, nor a database that shares cannot hold; its date
of modification is when it was used last. Any number of threads and programs may use one folder at once, and be killed
at any moment. Files of other names, and whatever links lie there, are left alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.cache import atomic_files
from viewer.core.cache.atomic_files import LEFT_BEHIND, NEW, NEW_NAME, files_in, refuse_links, remove, remove_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RESULT = ".result"
"""What the name of a result's file ends with."""
VIEWABLE = ".png"
"""The end of the name of a copy that other programs can show."""
DAMAGED = ".damaged"
"""What the name of a damaged file ends with that was put aside."""

_DIRECTORY = re.compile(r"[A-Za-z0-9_.]{1,60}-[0-9a-f]{16}")
_OURS = re.compile(rf"[0-9a-f]{{32}}\.(result|png|damaged)|{NEW_NAME}")
_ROOM_LEFT = 10  # a tenth of a limit is freed at once, so that not every result that is kept looks through the folder


class Found(NamedTuple):
    """A file of the store, its bytes, and when it was used last, in nanoseconds since 1970."""

    path: Path
    size: int
    used: int


class Store:
    """The results below one folder whose directories begin with one prefix; blocks on the disk; any thread.

    Attributes:
        is_limited: whether the order of use matters.
    """

    def __init__(self, folder: Path, prefix: str, max_items: int | None, max_bytes: int | None) -> None:
        """Touches nothing; ``folder`` is made when the first result is kept. A limit of None is none."""
        self.folder = folder
        self.prefix = prefix
        self.is_limited = max_items is not None or max_bytes is not None
        self._root = str(folder / (prefix + "x"))[:-1]
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._known: tuple[int, int] | None = None  # results and bytes, as far as this process knows

    def directory(self, tag: str) -> str:
        """Returns the directory of the data set ``tag``; as text, because a Path takes long."""
        return self._root + tag

    def takes(self, size: int) -> bool:
        """Returns whether a result of ``size`` bytes may be kept at all."""
        return self._max_items != 0 and (self._max_bytes is None or size <= self._max_bytes)

    def write(self, file: Path, parts: Sequence[memoryview]) -> list[Path]:
        """Keeps a file, and removes those used least recently if there are too many now; returns the files removed.

        Raises OSError if it could not be written.
        """
        atomic_files.write(file, self.folder, parts)
        now = time.time_ns()
        with contextlib.suppress(OSError):  # the order of use is a little less exact
            os.utime(file, ns=(now, now))
        size = sum(part.nbytes for part in parts)
        if not self.is_limited:
            return []
        if self._known is not None:
            items, taken = self._known
            self._known = items + (file.suffix == RESULT), taken + size
        if self._known is None or self._is_over(*self._known):
            return self.trim(spare=file)
        return []

    def trim(self, spare: Path | None = None) -> list[Path]:
        """Removes the files used least recently until the limits are kept, and those left half written; returns them.

        ``spare`` stays whatever the others are.
        """
        groups: dict[Path, list[Found]] = {}
        removed = []
        for found in self.files():
            if found.path.name.endswith(NEW):
                if abs(time.time_ns() - found.used) > LEFT_BEHIND * 1e9 and remove(found.path):
                    removed.append(found.path)
            else:  # a result goes with its copies
                groups.setdefault(found.path.with_suffix(""), []).append(found)
        items, taken = len(groups), sum(found.size for group in groups.values() for found in group)
        if self._is_over(items, taken):
            oldest = sorted(groups, key=lambda stem: max(found.used for found in groups[stem]))
            for stem in oldest:
                if not self._is_over(items + self._spared(self._max_items), taken + self._spared(self._max_bytes)):
                    break
                if spare is not None and stem == spare.with_suffix(""):
                    continue
                removed += [found.path for found in groups[stem] if remove(found.path)]
                items, taken = items - 1, taken - sum(found.size for found in groups[stem])
        self._known = items, taken
        remove_empty({path.parent for path in removed})
        return removed

    def put_aside(self, file: Path) -> None:
        """Takes a damaged file out of the way; it stays beside the others, for finding out why it is damaged."""
        with contextlib.suppress(OSError):
            refuse_links(file.parent.parent)
            refuse_links(file.parent)
            file.replace(file.with_suffix(DAMAGED))

    def clear(self, is_wanted: Callable[[Path], bool] = lambda _: True) -> list[Path]:
        """Removes the files made here that ``is_wanted`` is true for, and returns them."""
        removed = [found.path for found in self.files() if is_wanted(found.path) and remove(found.path)]
        remove_empty({path.parent for path in removed})
        remove_empty({path.parent.parent for path in removed})
        self._known = None
        return removed

    def files(self, tag: str | None = None) -> Iterator[Found]:
        """Lists the files that were made here, of one data set or of all."""
        for name in _directories(self.folder) if tag is None else [self.prefix + tag]:
            if not name.startswith(self.prefix):
                continue
            for function in _directories(self.folder / name):
                if _DIRECTORY.fullmatch(function):
                    for file, status in files_in(self.folder / name / function, _OURS):
                        yield Found(Path(file.path), status.st_size, status.st_mtime_ns)

    def _is_over(self, items: int, taken: int) -> bool:
        too_many = self._max_items is not None and items > self._max_items
        return too_many or (self._max_bytes is not None and taken > self._max_bytes)

    @staticmethod
    def _spared(limit: int | None) -> int:
        return 0 if limit is None else limit // _ROOM_LEFT if limit > _ROOM_LEFT else 0


def _directories(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
