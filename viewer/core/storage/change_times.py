"""Change times: when many files were written, asked for many at once."""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from viewer.core.errors import LookaheadError, ShareAwayError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Transfer

AT_ONCE = 32
"""Questions that wait for the share at the same time: each is one round trip and no bytes."""
LOOK_EVERY = 0.25
"""Seconds after which a cancelled call ends though a share hangs."""


def change_times(storage: Storage, paths: Mapping[str, str], transfer: Transfer) -> dict[str, int | None]:
    """Returns when the files at ``paths`` were written, in nanoseconds since 1970, under their keys; blocks.

    It is None for one that cannot be asked. The share is asked on threads of their own; those that hang in it are left
    behind.

    Raises:
        ShareAwayError: the share does not answer.
        CancelledError: ``transfer`` was cancelled.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    for key in paths:
        waiting.put(key)
    times: dict[str, int | None] = {}
    away: list[ShareAwayError] = []
    ended = threading.Semaphore(0)

    def ask(key: str) -> int | None:
        try:
            return storage.stamp(paths[key]).modified_ns
        except ShareAwayError as error:
            away.append(error)
        except (LookaheadError, OSError):
            pass
        return None

    def run() -> None:
        with suppress(Empty):
            while not (transfer.cancelled or away):
                key = waiting.get_nowait()
                times[key] = ask(key)
        ended.release()

    running = min(AT_ONCE, len(paths))
    for _ in range(running):
        threading.Thread(target=run, name="lookahead-dates", daemon=True).start()
    while running:
        running -= ended.acquire(timeout=LOOK_EVERY)
        transfer.checkpoint()
        if away:
            raise away[0]
    return times
