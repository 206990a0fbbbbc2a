"""One scheduler for the whole program, made at the first request for it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from viewer.core.forks import lock_anew
from viewer.core.requests.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, MutableMapping
    from typing import Unpack

    from viewer.core.workers.backend import BackEndName, StartMethod


class SchedulerSettings(TypedDict, total=False):
    """The settings of a scheduler; see :class:`viewer.core.requests.scheduler.Scheduler`."""

    workers: int | None
    backend: BackEndName
    start_method: StartMethod | None
    hook: Callable[[int], object] | None
    cache: MutableMapping[Hashable, Any] | None
    on_callback_error: Callable[[BaseException], object] | None


_lock = threading.Lock()
lock_anew(sys.modules[__name__])
_current: tuple[Scheduler, SchedulerSettings, int] | None = None


def default_scheduler(**settings: Unpack[SchedulerSettings]) -> Scheduler:
    """Returns the scheduler of this program, running; made at the first call and after it was stopped. Any thread.

    Args:
        **settings: as for a scheduler. Parts of a program that do not care give none.

    Raises:
        ValueError: there is one already, with another value of a setting that was given.
    """
    global _current  # noqa: PLW0603 - one for the whole program is the point of it
    with _lock:
        # A process made by a fork inherits the object, but none of its threads.
        if _current is None or _current[2] != os.getpid() or not _current[0].is_running:
            scheduler = Scheduler(**settings)
            # The others that were left out are None.
            taken: SchedulerSettings = {"backend": "threads", **settings, "workers": scheduler.workers}
            _current = scheduler, taken, os.getpid()
        elif differing := _differing(settings, _current[1]):
            raise ValueError(
                f"The default scheduler is running with other settings: {differing}. "
                "Leave them out, call stop_default_scheduler() first, or make a Scheduler of your own."
            )
        return _current[0]


def stop_default_scheduler(timeout: float = 0.05) -> bool:
    """Stops the default scheduler, if there is one; the next call of :func:`default_scheduler` makes a new one.

    Waits for loads and callbacks under way, ``timeout`` seconds at most; returns whether everything has ended.
    """
    global _current
    with _lock:
        stopped, _current = _current, None
        return stopped is None or stopped[2] != os.getpid() or stopped[0].stop(timeout)


def _differing(asked: SchedulerSettings, current: SchedulerSettings) -> str:
    """Returns the settings asked for that are not the current ones, as words; any number of workers fits None."""
    return ", ".join(
        f"{name} is {current.get(name)!r}, not {value!r}"
        for name, value in asked.items()
        if not (name == "workers" and value is None) and not _is_same(value, current.get(name))
    )


def _is_same(one: object, other: object) -> bool:
    """Returns whether two values of a setting are the same; two mappings that hold the same are two caches."""
    return one is other or (one == other and not isinstance(one, Mapping))
