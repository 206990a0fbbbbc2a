"""The settings of a prefetcher as type checkers know them: which words there are, and what each keyword takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, Never, Protocol, SupportsIndex, TypeAlias, TypedDict, TypeVar

from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.files import Kind
from viewer.core.sequence.sequence import FrameSequence

if TYPE_CHECKING:
    from viewer.core.prefetch.access import AccessPattern
    from viewer.core.storage.storage import Storage
    from viewer.core.workers.backend import BackEndName, StartMethod

S_co = TypeVar("S_co", covariant=True)

AsArray: TypeAlias = Literal["array", Kind.ARRAY]
AsFrame: TypeAlias = Literal["frame", Kind.FRAME]
AsImage: TypeAlias = Literal["image", Kind.IMAGE]
AsBytes: TypeAlias = Literal["bytes", Kind.BYTES]
KindName: TypeAlias = AsArray | AsFrame | AsImage | AsBytes
RepeatName: TypeAlias = Repeat | Literal["once", "loop", "pingpong"]
OrderName: TypeAlias = Literal["sequences", "name", "number", "date"]


class ByPosition(Protocol[S_co]):
    """Items by position, as arrays and data sets have them that are no ``Sequence`` to Python."""

    def __len__(self) -> int: ...

    def __getitem__(self, position: int, /) -> S_co: ...


Path: TypeAlias = str | os.PathLike[str]
Folder: TypeAlias = Path | FrameSequence
"""A folder, a pattern, a file of several pages, or what was found in one."""
Items: TypeAlias = Iterable[S_co] | ByPosition[S_co]
"""What items can be had of."""
Files: TypeAlias = Folder | bytes | Iterable[Path] | Iterable[bytes]
"""What files are read of, where there is no ``load``."""


class PrefetchSettings(TypedDict, total=False):
    """The settings of every prefetcher; for each see :class:`viewer.core.prefetch.prefetcher.Prefetcher`."""

    ahead: SupportsIndex
    behind: SupportsIndex
    max_bytes: float | None
    workers: SupportsIndex | None
    decoders: SupportsIndex | None
    backend: BackEndName
    start_method: StartMethod | None
    hook: Callable[[int], object] | None
    repeat: RepeatName
    predict: Callable[[AccessPattern], Iterable[int]]
    preview: Callable[[Any], Any] | None
    retry_after: float | None
    stall_after: float | None
    errors: Literal["original", "wrapped"]
    on_error: Callable[[BaseException, str], object] | None
    size_of: Callable[[Any], int]
    cache: MutableMapping[int, Any] | None
    storage: Storage | None


class FileSettings(PrefetchSettings, total=False):
    """The settings of one that reads or lists files."""

    order: OrderName
    filter: str
    keep: bool | str | os.PathLike[str]


def raised(error: BaseException) -> Never:
    """Raises an error, as happens where there is no ``stand_in``."""
    raise error
