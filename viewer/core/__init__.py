"""Floor 1: getting frames early and holding them. No Qt, no model.

Rooms, each with one subject: ``storage`` (where bytes come from), ``sequence`` (names and numbers), ``decode`` (bytes
to pixels), ``display`` (arithmetic on pixels), ``cache`` (holding), ``load`` (the two lanes), ``play`` (the playhead
and what it will want next), ``pages`` (files of several pages). ``loop`` and ``executor`` are the two seams to threads.

For scripts: ``prefetch`` (the items of any sequence early, :class:`Prefetcher`), ``requests`` (single loads by
priority), ``views`` (lazy sequences), ``results`` (what functions returned, kept on this disk), ``workers`` (threads
and processes) and ``export`` (to dask and PyTorch). Their names can be had from here; each is imported when it is first
used, and none needs numpy, Pillow or Qt before it has to do with arrays or pictures.
"""

from __future__ import annotations

TYPE_CHECKING = False
# As typing has it, which takes twenty times as long to import as all else here; type checkers know the name.

if TYPE_CHECKING:
    from viewer.core.frame import Frame
    from viewer.core.play.playhead import Repeat
    from viewer.core.prefetch.access import AccessPattern, sequential, with_jumps
    from viewer.core.prefetch.memory import MISSING
    from viewer.core.prefetch.numbering import NumberedItem
    from viewer.core.prefetch.prefetcher import LazySequence, Prefetcher, View
    from viewer.core.prefetch.statistics import Statistics
    from viewer.core.requests.default import default_scheduler, stop_default_scheduler
    from viewer.core.requests.request import Priority, Request, State
    from viewer.core.requests.scheduler import Scheduler
    from viewer.core.results.answer import Answer, Mode, Origin
    from viewer.core.results.cache import ResultCache
    from viewer.core.results.default import cached, default_cache
    from viewer.core.results.quarantine import Quarantine
    from viewer.core.results.settings import load_settings
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.views.batched import Batched, Split, Unbatched
    from viewer.core.views.indexed import Indexed
    from viewer.core.views.inspected import Inspected
    from viewer.core.views.joined import Concatenated, Interleaved
    from viewer.core.views.repeated import Cycled, Repeated
    from viewer.core.views.side_by_side import Collated, Mapped, Switched
    from viewer.core.views.view import Reordered
    from viewer.core.workers.backend import BackEnd, cores

_HOMES = {
    "frame": ("Frame",),
    "play.playhead": ("Repeat",),
    "prefetch.access": ("AccessPattern", "sequential", "with_jumps"),
    "prefetch.memory": ("MISSING",),
    "prefetch.numbering": ("NumberedItem",),
    "prefetch.prefetcher": ("LazySequence", "Prefetcher", "View"),
    "prefetch.statistics": ("Statistics",),
    "requests.default": ("default_scheduler", "stop_default_scheduler"),
    "requests.request": ("Priority", "Request", "State"),
    "requests.scheduler": ("Scheduler",),
    "results.answer": ("Answer", "Mode", "Origin"),
    "results.cache": ("ResultCache",),
    "results.default": ("cached", "default_cache"),
    "results.quarantine": ("Quarantine",),
    "results.settings": ("load_settings",),
    "sequence.sequence": ("FrameSequence",),
    "views.batched": ("Batched", "Split", "Unbatched"),
    "views.indexed": ("Indexed",),
    "views.inspected": ("Inspected",),
    "views.joined": ("Concatenated", "Interleaved"),
    "views.repeated": ("Cycled", "Repeated"),
    "views.side_by_side": ("Collated", "Mapped", "Switched"),
    "views.view": ("Reordered",),
    "workers.backend": ("BackEnd", "cores"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_RENAMED = {"Course": "AccessPattern", "straight_on": "sequential"}
"""Names of earlier versions, each with what it is called now."""

__all__ = [
    "MISSING",
    "AccessPattern",
    "Answer",
    "BackEnd",
    "Batched",
    "Collated",
    "Concatenated",
    "Cycled",
    "Frame",
    "FrameSequence",
    "Indexed",
    "Inspected",
    "Interleaved",
    "LazySequence",
    "Mapped",
    "Mode",
    "NumberedItem",
    "Origin",
    "Prefetcher",
    "Priority",
    "Quarantine",
    "Reordered",
    "Repeat",
    "Repeated",
    "Request",
    "ResultCache",
    "Scheduler",
    "Split",
    "State",
    "Statistics",
    "Switched",
    "Unbatched",
    "View",
    "cached",
    "cores",
    "default_cache",
    "default_scheduler",
    "load_settings",
    "sequential",
    "stop_default_scheduler",
    "with_jumps",
]


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        import warnings  # noqa: PLC0415 - few use them

        warnings.warn(f"viewer.core.{name} is called {_RENAMED[name]} now.", DeprecationWarning, stacklevel=2)
        return __getattr__(_RENAMED[name])
    if name not in _HOME:
        raise AttributeError(f"viewer.core has no {name!r}.")
    import importlib  # noqa: PLC0415 - a program that names what it needs where it needs it imports it then

    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
