"""How the items that a prefetcher was given are loaded: as files, by functions, or by asking for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.export import Live
from viewer.core.prefetch.files import FileSource
from viewer.core.prefetch.given import FilePaths, PathReader, holds_paths
from viewer.core.prefetch.memory import SPARE
from viewer.core.prefetch.plain import FramePaths, MapChain, PlainItems
from viewer.core.prefetch.sources import ItemSource
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import LazyView, Reordered, SameItems, rebased
from viewer.core.workers.backend import BackEnd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.core.prefetch.files import ReadControls
    from viewer.core.prefetch.one_range import OneRange
    from viewer.core.prefetch.options import Options
    from viewer.core.prefetch.plain import FileReader

T = TypeVar("T")


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
