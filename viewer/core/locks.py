"""Locks of what calls functions of the program while it holds them: these must not come back for the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.errors import DeadlockError

if TYPE_CHECKING:
    import threading


def is_held(lock: threading.RLock) -> bool:
    """Returns whether the calling thread has ``lock``."""
    return lock._is_owned()  # type: ignore[attr-defined, no-any-return]  # noqa: SLF001 - as conditions ask it


def entrance(lock: threading.RLock) -> threading.RLock:
    """Returns ``lock``, to be taken in a ``with`` line, where a caller's thread comes in.

    Raises:
        DeadlockError: the calling thread has it: a function of the program asks that is called with it held.
    """
    if is_held(lock):
        raise DeadlockError(
            "Functions such as predict, and a cache of the program's own, are called while all others wait, so that "
            "they must not ask what calls them: neither would ever end. Have them answer from what they know."
        )
    return lock
