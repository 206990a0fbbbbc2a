"""Sequences of a prefetcher without threads and memory: its items, its paths, and maps as one function."""

from __future__ import annotations

import functools
import itertools
import os
from array import array
from collections import UserList, deque
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from viewer.core.calling import called
from viewer.core.executor import report
from viewer.core.files import keeping, open_storage
from viewer.core.frame import FrameIndex
from viewer.core.storage.transfer import Transfer
from viewer.core.views.side_by_side import SideBySide
from viewer.core.views.view import ItemByItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.core.views.side_by_side import Mapped

T = TypeVar("T")

NAMED, LOOKED_AT = 3, 10_000
"""Files that are named where it is not known which of several failed; and that are looked at, as a part of a split
sequence may have no end."""


class PlainItems(ItemByItem[T]):
    """The items of a prefetcher, each loaded when it is asked for, on the thread that asks; it can be pickled."""

    def __init__(
        self,
        items: Sequence[Any],
        *steps: Callable[[Any], Any] | None,
        on_error: Callable[[BaseException, str], object] | None = None,
        stand_in: Callable[[BaseException], T] | None = None,
    ) -> None:
        """Loads nothing; what ``on_error`` and ``stand_in`` do is as in a prefetcher."""
        self.sequence = items
        self._steps = [step for step in steps if step is not None]
        self._on_error = on_error
        self._stand_in = stand_in

    def _item(self, position: int) -> T:
        name = None
        try:
            value: Any = self.sequence[position]
            name = os.fspath(value) if isinstance(value, str | os.PathLike) else None
            for step in self._steps:
                value = called(step, value)
        except Exception as error:
            name = name or name_of(self, position, error)
            with suppress(Exception):  # an error that takes no notes
                if name not in getattr(error, "__notes__", ()):
                    error.add_note(name)
            if self._on_error is not None:
                try:
                    called(self._on_error, error, name)
                except Exception as its_own:  # noqa: BLE001 - an error of the callback itself is reported, as in a prefetcher
                    report(its_own)
            if self._stand_in is None:
                raise
            return called(self._stand_in, error)
        return cast("T", value)


class FramePaths(Sequence[str]):
    """The paths of a sequence's files."""

    def __init__(self, sequence: FrameSequence) -> None:
        self._sequence = sequence

    def __len__(self) -> int:
        return len(self._sequence)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - positions only
        return self._sequence.path(FrameIndex(index))


HELD = (list, tuple, deque, UserList, range, array)
"""Kinds of sequences whose items are there, so that a look at one loads nothing."""


def name_of(items: Sequence[Any], position: int, error: BaseException | None = None) -> str:
    """Returns the path of the file that the item at ``position`` comes from, also through views; loads nothing.

    Of several files it is the one that ``error`` names in its notes, as errors of prefetchers do. Where it names none,
    the text has all of them, the first :data:`NAMED` with their paths, and without any the position.
    """
    with suppress(Exception):  # of a sequence of the program's own, or one that became shorter
        files = dict.fromkeys(itertools.islice(_paths(items, position), LOOKED_AT))
        if failed := files.keys() & getattr(error, "__notes__", ()):
            return failed.pop()
        files = dict.fromkeys(itertools.islice(_paths(items, position, of_first=True), LOOKED_AT)) or files
        if files:
            others = len(files) - NAMED
            return ", ".join([*itertools.islice(files, NAMED), *([f"{others} more"] if others > 0 else [])])
    return f"item {position}"


def _paths(sequence: Sequence[Any], position: int, *, of_first: bool = False) -> Iterator[str]:
    """Yields the paths that an item comes from, ``of_first`` of those beside each other only."""
    if (find := getattr(sequence, "below", None)) is not None:
        below = find(position)
        for each, there in itertools.islice(below, 1) if of_first and isinstance(sequence, SideBySide) else below:
            yield from _paths(each, there, of_first=of_first)
    elif isinstance(sequence, (*HELD, FramePaths)) and isinstance(item := sequence[position], str | os.PathLike):
        yield os.fspath(item)


class MapChain:
    """The functions of maps upon maps as one function, which can be sent to a process."""

    def __init__(self, maps: Sequence[Mapped[Any]]) -> None:
        self._steps = [(each.function, f"In the map made in {each.made_at}.") for each in maps]

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - whatever the functions take
        """Returns the result of the last function, each called with the result of the one before."""
        for function, note in self._steps:
            try:
                value = called(function, value)
            except Exception as error:
                error.add_note(note)
                raise
        return value


class OfBytes:
    """A function that gets the bytes of a file as ``bytes``, whatever buffer they were read into."""

    def __init__(self, function: Callable[[bytes], Any]) -> None:
        self._function = function

    def __call__(self, data: Buffer) -> Any:  # noqa: ANN401 - whatever the function makes
        """Returns what the function makes of ``data``."""
        return self._function(bytes(data) if isinstance(data, memoryview | bytearray) else cast("bytes", data))


_files_here = functools.cache(open_storage)
"""Returns the storage of all prefetchers that were given none; one for the whole process."""


class FileReader:
    """Reads whole files, blocking; another process makes its own of the same settings."""

    def __init__(self, storage: Storage | None, keep: bool | str | os.PathLike[str]) -> None:  # noqa: FBT001 - a setting
        """Touches nothing; without a storage, files are those that the operating system knows."""
        self._given = storage, keep
        self.storage = keeping(_files_here() if storage is None else storage, keep)

    def __call__(self, path: str | os.PathLike[str]) -> Buffer:
        """Returns the bytes of a file."""
        return self.storage.read(os.fspath(path), Transfer())

    def __reduce__(self) -> tuple[Any, ...]:
        return FileReader, self._given
