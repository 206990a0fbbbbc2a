"""The settings of a prefetcher: their ranges, and the lanes that follow from them."""

from __future__ import annotations

import math
import os
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from viewer.core.display.levels import LEVEL
from viewer.core.display.look import Look
from viewer.core.executor import DECODER_NICENESS
from viewer.core.frame import Range
from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.access import sequential
from viewer.core.prefetch.files import FileSource, Kind, decoder_of, preview_of
from viewer.core.prefetch.load import Lane
from viewer.core.prefetch.one_range import OneRange
from viewer.core.prefetch.plain import OfBytes
from viewer.core.sequence.folder_rule import AS_NAMED, ORDERS, FolderRule
from viewer.core.units import GB, whole_number
from viewer.core.values import size_in_memory
from viewer.core.workers.backend import BackEnd, cores, worker_maker
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

    from viewer.core.prefetch.access import AccessPattern
    from viewer.core.prefetch.sources import Source
    from viewer.core.storage.storage import Storage

T = TypeVar("T")

READS_AT_ONCE = 8
"""Reads that wait for a share at the same time: more gain little, and fewer leave a link of 100 ms idle."""
READS_MOST = 32
"""Reads that wait at the same time where that many bring more."""
LOADS_AT_ONCE = 16
"""Loads by the caller's function that run at the same time if they only wait."""
HANGING_READS = 28
"""Cancelled reads that hang: so many are tolerated before a share is taken to be dead."""

_LEAST = {"ahead": 0, "behind": 0, "max_bytes": 0, "workers": 1, "decoders": 1}
_SECONDS = ("retry_after", "stall_after")
_CAN_BE_NONE = {"max_bytes", "workers", "decoders", "kind", *_SECONDS}
_CHOICES = {
    "kind": [each.value for each in Kind],
    "order": list(ORDERS),
    "repeat": [each.value for each in Repeat],
    "backend": [each.value for each in BackEnd],
    "errors": ["original", "wrapped"],
}
_KINDS: tuple[tuple[str, Any, str], ...] = (
    ("filter", str, "a text"),
    ("keep", bool | str | os.PathLike, "a folder, True or False"),
)
_FUNCTIONS = ("load", "decode", "hook", "predict", "preview", "on_error", "stand_in", "size_of")


@dataclass(frozen=True)
class Options(Generic[T]):
    """The settings as the caller gave them; for each see :class:`viewer.core.prefetch.prefetcher.Prefetcher`."""

    load: Callable[[Any], Any] | None = None
    _: KW_ONLY
    decode: Callable[[Any], T] | None = None
    kind: str | None = None
    range: tuple[float, float] | None = None
    order: str = "sequences"
    filter: str = ""
    ahead: int = 10
    behind: int = 10
    max_bytes: int | None = GB
    workers: int | None = None
    decoders: int | None = None
    backend: str = BackEnd.THREADS
    start_method: str | None = None
    hook: Callable[[int], object] | None = None
    repeat: str = Repeat.ONCE
    predict: Callable[[AccessPattern], Iterable[int]] = sequential
    preview: Callable[[Any], T] | None = None
    retry_after: float | None = 1.0
    stall_after: float | None = 30.0
    errors: str = "original"
    on_error: Callable[[BaseException, str], object] | None = None
    stand_in: Callable[[BaseException], T] | None = None
    size_of: Callable[[T], int] = size_in_memory
    cache: MutableMapping[int, T] | None = None
    storage: Storage | None = None
    keep: bool | str | os.PathLike[str] = False

    def __post_init__(self) -> None:
        """Raises ValueError for a value outside its range, and TypeError for what should be a function and is none."""
        given = {name: value for name, value in vars(self).items() if value is not None or name not in _CAN_BE_NONE}
        for name in _LEAST.keys() & given.keys():
            object.__setattr__(self, name, whole_number(name, given[name], _LEAST[name]))
        for name in given.keys() & set(_SECONDS):
            value = given[name]
            if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
                raise ValueError(f"{name} must be a number of at least 0, not {value!r}.")
        for name in _CHOICES.keys() & given.keys():
            choices = _CHOICES[name]
            if given[name] not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}.")
        if self.range is not None:
            self._check_range(self.range)
        if self.kind is not None and (self.load is not None or self.decode is not None):
            raise ValueError("kind says what files become, without load and decode: leave it out.")
        if self.keep == "":
            raise ValueError("keep must name a folder, not ''; True keeps files where the window does.")
        self._check_kinds()

    def _check_kinds(self) -> None:
        for name, kinds, what in _KINDS:
            if not isinstance(getattr(self, name), kinds):
                raise TypeError(f"{name} must be {what}, not {getattr(self, name)!r}.")
        for name in _FUNCTIONS:
            value = getattr(self, name)
            if not callable(value) and (value is not None or name in {"predict", "size_of"}):
                raise TypeError(f"{name} must be a function, not {value!r}.")

    def check_source(self, source: object, *, in_files: bool) -> None:
        """Raises ValueError if a setting is for another kind of ``source``, or of items than those in files."""
        if self.rule != AS_NAMED and not isinstance(source, str | os.PathLike):
            raise ValueError("order and filter are for the pictures of a folder: give its path.")
        if not in_files and (self.kind is not None or self.keep is not False):
            word = "keep" if self.kind is None else "kind"
            raise ValueError(f"{word} is for files that are read here, and there are none: leave it out.")

    @property
    def rule(self) -> FolderRule:
        """How the pictures of a folder are grouped and ordered."""
        return FolderRule(ORDERS[self.order], filter=self.filter)

    def file_decoder(self) -> Callable[[Any], T] | None:
        """Returns what makes an item of the bytes of a file, None if the bytes are the item."""
        return decoder_of(self._kind) if self.decode is None else OfBytes(self.decode)

    def file_preview(self) -> Callable[[Any], T] | None:
        """Returns what makes a quick, lesser form of the bytes of a file; None if there is none."""
        return preview_of(self._kind, self._given_look()) if self.preview is None else OfBytes(self.preview)

    @property
    def _kind(self) -> Kind:
        return Kind(self.kind or Kind.ARRAY)

    def one_range(self) -> OneRange | None:
        """Returns the range that the frames of one sequence have in common; None for items of other kinds."""
        is_frames = self.kind == Kind.FRAME and self.load is None and self.decode is None
        return OneRange(self._given_look()) if is_frames else None

    def _given_look(self) -> Look | None:
        return None if self.range is None else Look(Range(*map(float, self.range)))

    def _check_range(self, given: object) -> None:
        try:
            low, high = map(float, given)  # type: ignore[call-overload]  # whatever the caller gave
        except (TypeError, ValueError):
            low = high = math.nan
        if not LEVEL.low <= low < high <= LEVEL.high:
            limits = f"{LEVEL.low:g} to {LEVEL.high:g}"
            raise ValueError(f"range must be two numbers from {limits}, that of black and a larger one, not {given!r}.")
        if self.kind != Kind.FRAME or self.load is not None or self.decode is not None:
            raise ValueError('range says how frames are shown: it needs kind="frame", without load and decode.')

    def reads(self) -> tuple[int, int]:
        """Returns the fewest and the most reads at once that look ahead; the number between is measured."""
        least = self.workers or READS_AT_ONCE
        is_given = self.workers is not None or self.hook is not None  # a hook is called for each thread, at the start
        return least, least if is_given else max(least, min(READS_MOST, self.ahead))

    def lanes(self, source: Source[Any]) -> list[Lane]:
        """Returns how each stage of ``source`` is done."""
        in_files = isinstance(source, FileSource)
        make_worker = worker_maker(self.backend, self.hook, self.start_method)
        in_threads = self.backend == BackEnd.THREADS
        together = 0 if in_threads else cores()
        if not in_files and source.stages == 1:
            usual, fill = (LOADS_AT_ONCE, cores()) if in_threads and not self.workers else (cores(), None)
            at_once = self.workers or usual
            return [Lane(make_worker, at_once, "lookahead-loader", cores=fill, starts_together=together)]
        make_reader = InThread if source.stages == 2 else partial(InThread, hook=self.hook)  # noqa: PLR2004 - stages
        spare = HANGING_READS if in_files else 0
        least, most = self.reads()
        limit = (lambda: source.controls.at_once) if isinstance(source, FileSource) else None
        reading = Lane(make_reader, most if in_files else least, "lookahead-reader", spare=spare, limit=limit)
        if source.stages == 1:
            return [reading]
        at_once = cores() if self.decoders is None else self.decoders
        niceness = DECODER_NICENESS if in_files else 0
        return [reading, Lane(make_worker, at_once, "lookahead-decoder", niceness, starts_together=together)]
