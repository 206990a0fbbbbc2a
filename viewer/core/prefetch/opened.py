"""How the items that a prefetcher was given are loaded: as files, by functions, or by asking for them."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from viewer.core.executor import waited_for
from viewer.core.export import Live
from viewer.core.prefetch.files import FileSource, ReadControls, found_sequence
from viewer.core.prefetch.given import FilePaths, PathReader, holds_paths, is_folder, ordered
from viewer.core.prefetch.memory import SPARE
from viewer.core.prefetch.numbering import FileNumbering, numbering_of
from viewer.core.prefetch.one_range import FrameDecoder
from viewer.core.prefetch.plain import FileReader, FramePaths, MapChain, PlainItems
from viewer.core.prefetch.sources import ItemSource
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import LazyView, Reordered, SameItems, rebased
from viewer.core.workers.backend import BackEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from viewer.core.prefetch.numbering import Numbering
    from viewer.core.prefetch.one_range import OneRange
    from viewer.core.prefetch.options import Options
    from viewer.core.prefetch.sources import Source
    from viewer.core.storage.transfer import Stamp

T = TypeVar("T")


class OpenedItems(Generic[T]):
    """What a prefetcher was given, opened: its items, and how they are loaded; any thread, where nothing else is said.

    Attributes:
        given: the folder or pattern, or the sequence.
        options: the settings.
        read: reads files from the storage.
        controls: of the reads of files.
        sequence: the names and numbers of the files, if it was given a folder, a pattern or a sequence.
        items: the paths of the files, or the items of the sequence.
        source: how they are loaded.
    """

    def __init__(self, source: object, options: Options[T]) -> None:
        """Lists the folder, blocking, if ``source`` is one; raises what a prefetcher does."""
        self.given = given = ordered(source)
        self.options = options
        self.read = FileReader(options.storage, options.keep)
        self.controls = ReadControls(*options.reads())
        self._one_range = options.one_range()
        self._numbers: FileNumbering | None = None
        self.sequence: FrameSequence | None = None
        if isinstance(given, FrameSequence):
            self.sequence = given
        elif is_folder(given):
            self.sequence = waited_for(self.listed)
        if self.sequence is not None:
            self.items: Sequence[Any] = FramePaths(self.sequence)
        else:
            self.items = opened_items(cast("Sequence[Any]", given), options, self.read)
        self.source = made = self._source_of(self.items)
        options.check_source(given, in_files=isinstance(made, FileSource))
        if isinstance(made, FileSource) and not isinstance(given, LazyView) and len(self.items):
            self.controls.recall(made.name(0))

    @property
    def are_files(self) -> bool:
        """Whether the items are files that are read here."""
        return isinstance(self.source, FileSource)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields what the item at ``position`` is loaded from."""
        return ((self.items, position),)

    def listed(self) -> FrameSequence:
        """Returns the sequence as the folder has it now; blocking. Raises as :func:`found_sequence` does."""
        given = cast("str | os.PathLike[str]", self.given)
        return found_sequence(self.read.storage, os.fspath(given), self.sequence, self.options.rule)

    def take(self, found: FrameSequence) -> Source[T]:
        """Takes the files as they were listed anew; returns how they are loaded. With no other change under way."""
        items = FramePaths(found)
        source = self._source_of(items)
        self.sequence, self.items, self.source = found, items, source
        return cast("Source[T]", source)

    def numbering(self, stamp: Callable[[str], Stamp | None]) -> Numbering:
        """Returns what has the numbers and paths of the items; ``stamp`` returns which file was read from a path.

        With no other change under way. Raises ValueError where they have none.
        """
        if isinstance(self.items, LazyView) and not isinstance(self.items, FilePaths):
            return numbering_of(self.items)
        # Pictures in an order of the caller's are a list of paths: their sequence only counts them.
        files = (self.sequence if self.options.order == "sequences" else None) or self.items
        if self._numbers is None or not self._numbers.is_of(files):
            self._numbers = FileNumbering(files, stamp)
        return self._numbers

    def forget_files(self, positions: Iterable[int]) -> None:
        """Has files read from their share again that are kept on this disk."""
        if isinstance(self.source, FileSource):
            for position in positions:
                self.read.storage.forget(self.source.name(position))

    def assign(self, position: int, value: T) -> None:
        """Puts ``value`` into the sequence; TypeError where items are loaded by a function or from files."""
        if self.options.load is not None or not isinstance(self.source, ItemSource):
            raise TypeError("Items that are loaded by a function or from files cannot be assigned.")
        cast("Any", self.given)[position] = value
        self.source.renew()

    def plain(self) -> Sequence[T]:
        """Returns the same items as a sequence that loads each on the thread that asks for it; it can be pickled."""
        options = self.options
        in_files = options.load is None and self.are_files
        items = tuple(self.items) if in_files or self.sequence is not None else self.items
        plain = partial(PlainItems[T], on_error=options.on_error, stand_in=options.stand_in)
        if not in_files:
            return plain(items, options.load, options.decode)
        one_range = self._one_range and FrameDecoder(self._one_range, items, self.read)
        return plain(items, self.read, one_range or options.file_decoder() or bytes)

    def _source_of(self, items: Sequence[Any]) -> FileSource | ItemSource[T]:
        return source_of(items, self.options, self.read, self.controls, self._one_range)


def opened_items(given: Sequence[Any], options: Options[Any], read: FileReader) -> Sequence[Any]:
    """Returns the items of a sequence: the paths of its files, where these are to be read, or the items themselves.

    Of a sequence that may load its items when asked, none is asked for: what turns out to be a path is read then.
    """
    if options.load is not None:
        return given
    are_paths = holds_paths(given, with_bytes=options.decode is None)
    if are_paths or (are_paths is None and options.kind is not None):
        return FilePaths(given)
    if are_paths is None and not isinstance(given, LazyView):
        return PlainItems(given, PathReader(read, options.file_decoder() if options.decode is None else None))
    return given


def source_of(
    items: Sequence[Any],
    options: Options[T],
    read: FileReader,
    controls: ReadControls,
    one_range: OneRange | None,
) -> FileSource | ItemSource[T]:
    """Returns how ``items`` are loaded."""
    if options.load is not None:
        return ItemSource(items, options.load, options.decode, options.preview)
    if isinstance(items, FilePaths | FramePaths):
        most = None if options.max_bytes is None else max(SPARE // 4, int(options.max_bytes) // 4)
        decode, preview = options.file_decoder(), options.file_preview()
        return FileSource(items, read.storage, decode, preview, controls, one_range, most)
    if options.decode is None and (unmapped := _unmapped(items)) is not None:
        # The loading below waits, the map computes.
        return ItemSource(unmapped[0], None, unmapped[1], options.preview)
    if options.decode is None and options.backend == BackEnd.PROCESSES:
        # Each process loads the items requested and no more: there is no look-ahead there.
        remade = partial(rebased, items, lambda each: each.plain() if isinstance(each, Live) else each)
        return ItemSource(remade(), None, options.decode, options.preview, remade)
    return ItemSource(items, None, options.decode, options.preview)


def _unmapped(items: Sequence[Any]) -> tuple[Sequence[Any], MapChain] | None:
    """Returns the items of a prefetcher below maps, and the maps as one function; None for any other sequence."""
    maps: list[Mapped[Any]] = []
    picks: list[Sequence[int]] = []
    below = items
    while not isinstance(_bare(below), Live):
        if isinstance(below, Mapped) and len(below.sequences) == 1:
            maps.append(below)
            below = below.sequences[0]
        elif isinstance(below, SameItems | Reordered):
            picks += [below.positions] if isinstance(below, Reordered) else []
            below = below.sequence
        else:
            return None
    for positions in reversed(picks):
        below = Reordered(below, positions)
    return (below, MapChain(maps[::-1])) if maps else None


def _bare(sequence: Sequence[Any]) -> Sequence[Any]:
    """Returns the sequence that a view only wraps or picks from."""
    while isinstance(sequence, SameItems | Reordered):
        sequence = sequence.sequence
    return sequence
