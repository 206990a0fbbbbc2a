"""What a prefetcher is given, as a sequence of items or of paths: any order of things that Python can have."""

from __future__ import annotations

import itertools
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, TypeGuard

from viewer.core.loaded import loaded
from viewer.core.prefetch.plain import HELD, PlainItems
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.views.indexed import Indexed
from viewer.core.views.view import LazyView

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.prefetch.plain import FileReader


class FilePaths(PlainItems[str]):
    """The paths of a sequence as texts; one that grows is followed. An item that is no path is a TypeError."""

    def __init__(self, paths: Sequence[Any]) -> None:
        super().__init__(paths, path_text)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the path."""
        return (((self[position],), 0),)


class RowsOf(Sequence[Any]):
    """The items of a pandas Series, or the rows of a table, by position whatever their labels are."""

    def __init__(self, table: Any) -> None:  # noqa: ANN401 - pandas need not be installed
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - whatever is in there
        return self._table.iloc[index]


class PathReader:
    """Reads the file of an item that is a path, and hands on any other item as it is; can be sent to a process."""

    def __init__(self, read: FileReader, decode: Callable[[Any], Any] | None) -> None:
        self._read = read
        self._decode = decode

    def __call__(self, item: object) -> object:
        """Returns the item, or what becomes of the file that it names."""
        if not isinstance(item, str | os.PathLike):
            return item
        data = self._read(path_text(item))
        return bytes(data) if self._decode is None else self._decode(data)


def path_text(path: object) -> str:
    """Returns a path as text; raises TypeError if it is none."""
    if not isinstance(path, str | bytes | os.PathLike):
        raise TypeError(f"{path!r} is no path of a file; give load= to make something of it.")
    return str(os.fsdecode(path))


def is_folder(source: object) -> TypeGuard[str | os.PathLike[str]]:
    """Returns whether ``source`` is the path of a folder or a file, or a pattern."""
    return isinstance(source, str | os.PathLike)


def ordered(source: object) -> object:
    """Returns ``source`` itself if it is a path or a sequence, and what can be had of it by position if it is not.

    An iterable of paths or texts is read whole, any other as far as its items are asked for.

    Raises:
        TypeError: there is no order in it, or it is nothing that holds items.
    """
    if isinstance(source, bytes):
        return os.fsdecode(source)
    if is_folder(source) or isinstance(source, FrameSequence | LazyView):
        return source
    kind = type(source).__name__
    if isinstance(source, AbstractSet) and not hasattr(source, "__reversed__"):
        raise TypeError(f"There is no order in a {kind}, so its items have no positions. Give sorted(…) of it.")
    if isinstance(source, Mapping):
        raise TypeError(f"The items of a {kind} have keys and no positions. Give list(….values()) of it.")
    if hasattr(source, "iloc"):
        return RowsOf(source)
    if hasattr(source, "__getitem__"):
        return source
    if not isinstance(source, Iterable):
        raise TypeError(
            f"Nothing can be loaded from {kind} by position. Give a folder, a pattern, paths, or a sequence of items."
        )
    return _read(iter(source))


def holds_paths(items: Sequence[Any], *, with_bytes: bool) -> bool | None:
    """Returns whether ``items`` are paths, by the first one; None where that is not known, as it would load one.

    Of a sequence that is empty yet, paths are what will come. Paths can be bytes ``with_bytes`` only.
    """
    numpy = loaded("numpy")
    is_array = numpy is not None and isinstance(items, numpy.ndarray)
    if not (is_array or isinstance(items, (*HELD, RowsOf))):
        return False if isinstance(items, bytes | bytearray | memoryview) else None
    if len(items) == 0:
        return not isinstance(items, range | array)
    return isinstance(items[0], str | os.PathLike) or (with_bytes and isinstance(items[0], bytes))


def _read(items: Iterator[Any]) -> Sequence[Any]:
    first = list(itertools.islice(items, 1))
    if first and not isinstance(first[0], str | bytes | os.PathLike):
        return Indexed(itertools.chain(first, items))
    return first + list(items)
