"""Objects that differ only by being different ones, and whose results go when they do."""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.errors import ResultError

if TYPE_CHECKING:
    from viewer.core.cache.budget_cache import LockedCache
    from viewer.core.results.packing import Packed


class Instances:
    """Numbers for objects that differ only by being different ones; keeps none of them alive."""

    def __init__(self, memory: LockedCache[str, Packed]) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._numbers: dict[int, tuple[weakref.ref[object], int]] = {}
        self._made = 0
        self._dead: deque[tuple[int, int]] = deque()

    def unlock(self) -> None:
        """Makes a new lock, in a process that was forked from one whose threads may have held the old one."""
        self._lock = threading.Lock()

    def number(self, instance: object) -> int:
        """Returns the number of ``instance``; raises ResultError if it cannot be referred to weakly."""
        self.forget_the_dead()
        with self._lock:
            known = self._numbers.get(id(instance))
            if known is not None and known[0]() is instance:
                return known[1]
            self._made += 1
            made, identity, dead = self._made, id(instance), self._dead
            try:
                # Called wherever the last reference goes, also while a lock is held: it only takes a note.
                reference = weakref.ref(instance, lambda _: dead.append((identity, made)))
            except TypeError:
                raise ResultError(
                    f"Objects of the type {type(instance).__qualname__} cannot be told apart; give the class a method "
                    "cache_key(), or leave them out with exclude=."
                ) from None
            self._numbers[identity] = reference, made
            return made

    def forget_the_dead(self) -> None:
        """Takes the results of objects that are no more out of memory."""
        while self._dead:
            with contextlib.suppress(IndexError):  # another thread was faster
                identity, number = self._dead.popleft()
                with self._lock:
                    if self._numbers.get(identity, (None, 0))[1] == number:
                        del self._numbers[identity]
                self._memory.discard(functools.partial(_belongs_to, instance_name(number)))


def instance_name(number: int) -> str:
    """Returns what the results of the object ``number`` begin with in memory."""
    return f"<instance {number}>"


def _belongs_to(name: str, place: str) -> bool:
    return Path(place).parts[0] == name
