"""A process that is forked begins anew: it has copies of all objects, but none of the threads that served them.

A lock that another thread held at that moment would stay locked there for ever.
"""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = TypeVar("P")

_renewals: weakref.WeakKeyDictionary[Any, tuple[Callable[[Any], object], ...]] = weakref.WeakKeyDictionary()


def after_fork(part: P, renew: Callable[[P], object]) -> None:
    """Has ``renew`` called with ``part`` in each process that is forked from this one, as long as ``part`` lives.

    It runs before all else there, waits for nothing and starts no thread, as most children never use the part.
    ``renew`` must not refer to ``part`` itself.
    """
    _renewals[part] = renew, *_renewals.get(part, ())


def lock_anew(part: object, name: str = "_lock", make: Callable[[], object] = threading.Lock) -> None:
    """Gives ``part`` another lock under ``name`` in each process that is forked, made by ``make``."""
    after_fork(part, lambda part: setattr(part, name, make()))


def _renew_all() -> None:
    for part, renewals in list(_renewals.items()):
        for renew in renewals:
            with suppress(Exception):  # the others are to begin anew all the same
                renew(part)


if hasattr(os, "register_at_fork"):  # Windows forks no processes
    os.register_at_fork(after_in_child=_renew_all)
