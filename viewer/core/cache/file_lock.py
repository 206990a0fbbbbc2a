"""A lock that programs and threads share for a folder of files, for as long as it takes to change one."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = ".lock"
"""The file that is locked. It stays: without it two programs could each lock a file of that name."""
PATIENCE = 1.0
"""Seconds that are waited for others; a change takes a few milliseconds. With 0.3 one of six busy programs gave up."""
POLL = 0.005
"""Seconds between two attempts on average; not all the same, so that no program always comes too late."""

_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
_threads = threading.Lock()  # where the system has no locks, as in some network homes, this one is left


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Holds the lock of ``folder``, which is made if need be; yields whether it could be had. Any thread.

    The system lets go of it when a program dies. After :data:`PATIENCE` seconds, or at once where there are no locks
    or nothing can be written, it goes on without: better to change a file unguarded than never. Not to be nested.
    """
    end = time.monotonic() + PATIENCE
    has_threads = _threads.acquire(timeout=PATIENCE)
    try:
        descriptor = _opened(folder)
        try:
            yield has_threads and descriptor is not None and taken(descriptor, end - time.monotonic())
        finally:
            if descriptor is not None:
                let_go(descriptor)
                os.close(descriptor)
    finally:
        if has_threads:
            _threads.release()


def taken(descriptor: int, patience: float) -> bool:
    """Locks an open file, which may move to another place in it; returns whether it could in ``patience`` seconds."""
    import random  # noqa: PLC0415 - takes 1 ms

    end = time.monotonic() + patience
    while True:
        try:
            take(descriptor)
        except (BlockingIOError, PermissionError):  # the second is Windows'
            if time.monotonic() >= end:
                return False
            time.sleep(2 * POLL * random.random())  # noqa: S311 - no secret
        except OSError:  # there are no locks here
            return False
        else:
            return True


def let_go(descriptor: int) -> None:
    """Unlocks an open file: a child may have got the descriptor, and closing it here would not do."""
    with contextlib.suppress(OSError):
        _let_go(descriptor)


def is_held(descriptor: int) -> bool:
    """Returns whether another descriptor has locked an open file; False where the system has no locks."""
    try:
        take(descriptor)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:
        return False
    let_go(descriptor)
    return False


def _opened(folder: Path) -> int | None:
    with contextlib.suppress(OSError):
        folder.mkdir(0o700, parents=True, exist_ok=True)
        return os.open(folder / NAME, _OPEN, 0o600)
    return None


if sys.platform == "win32":
    _BEHIND = 2**30  # the end of any file that is locked

    def take(descriptor: int) -> None:
        """Locks an open file at once; BlockingIOError or PermissionError if another has it, OSError if none can."""
        os.lseek(descriptor, _BEHIND, os.SEEK_SET)  # what is locked cannot be read by others
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _let_go(descriptor: int) -> None:
        os.lseek(descriptor, _BEHIND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def take(descriptor: int) -> None:
        """Locks an open file at once; BlockingIOError or PermissionError if another has it, OSError if none can."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
