"""Which back ends there are, and how many workers a machine is good for."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.workers.worker import Worker


class BackEnd(StrEnum):
    """Where the functions run."""

    THREADS = "threads"
    """In threads of this process: they start at once and share everything; right for functions that release the GIL."""
    PROCESSES = "processes"
    """In a process for each worker: right for functions that hold the GIL, or that may crash."""


BackEndName: TypeAlias = BackEnd | Literal["threads", "processes"]
StartMethod: TypeAlias = Literal["forkserver", "spawn", "fork"]


def worker_maker(
    backend: BackEnd | str,
    hook: Callable[[int], object] | None = None,
    start_method: str | None = None,
) -> Callable[[int], Worker]:
    """Returns what makes the worker of a given number, from 0.

    Args:
        backend: where the functions run.
        hook: called with the number of the worker, in its thread or process, before its first call. A process that
            takes the place of one that died calls it again.
        start_method: as for a :class:`viewer.core.workers.processes.InProcess`.

    Raises:
        ValueError: there is no such back end, or no such start method on this system.
    """
    names = [each.value for each in BackEnd]
    if backend not in names:
        raise ValueError(f"There is no back end {backend!r}. Choose one of {', '.join(names)}.")
    if start_method is not None or backend == BackEnd.PROCESSES:
        from viewer.core.workers.processes import InProcess, start_method_named  # noqa: PLC0415 - not for threads

        method = start_method_named(start_method)
        if backend == BackEnd.PROCESSES:
            return lambda index: InProcess(index, hook, method)
    return lambda index: InThread(index, hook)


def cores() -> int:
    """Returns how many cores this process may use, at least 1; where that is not known, how many there are."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
