"""What could not be loaded: why, when it is tried again, and what whoever asks gets instead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from viewer.core.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

RETRY_AFTER_MOST = 30.0
"""Seconds until an item that goes on failing is tried again at most."""


class _Failed(NamedTuple):
    error: BaseException
    attempts: int
    retry_at: float


class ItemFailures(Generic[T]):
    """The items that failed when they were tried last; one thread at a time, but for what says otherwise."""

    def __init__(
        self,
        retry_after: float | None = 1.0,
        stand_in: Callable[[BaseException], T] | None = None,
        origin: str = "",
        *,
        wrap: bool = False,
    ) -> None:
        """Holds none.

        Args:
            retry_after: seconds until an item that failed is tried again, when it is asked for; doubled each time up to
                :data:`RETRY_AFTER_MOST`. None never tries again by itself.
            stand_in: makes the item to hand out in place of raising an error.
            origin: where the sequence was made.
            wrap: whether errors come as :class:`viewer.core.errors.LoadError`.
        """
        self._retry_after = retry_after
        self._stand_in = stand_in
        self._origin = origin
        self._wrap = wrap
        self._failed: dict[int, _Failed] = {}

    def __contains__(self, position: int) -> bool:
        return position in self._failed

    def errors(self) -> dict[int, BaseException]:
        """Returns the errors by position."""
        return {position: failed.error for position, failed in sorted(self._failed.items())}

    def error(self, position: int, now: float) -> BaseException | None:
        """Returns why an item could not be loaded, None if it did not fail or is due to be tried again."""
        failed = self._failed.get(position)
        return None if failed is None or failed.retry_at <= now else failed.error

    def note(self, position: int, error: BaseException, now: float) -> None:
        """Notes that an item failed."""
        before = self._failed.get(position)
        attempts = 1 if before is None else before.attempts + 1
        pause = math.inf
        if self._retry_after is not None:
            pause = min(self._retry_after * 2.0 ** min(attempts - 1, 10), max(RETRY_AFTER_MOST, self._retry_after))
        self._failed[position] = _Failed(error, attempts, now + pause)

    def forget(self, position: int | None = None) -> None:
        """Forgets that an item failed, or all of them."""
        if position is None:
            self._failed.clear()
        else:
            self._failed.pop(position, None)

    def annotate(self, error: BaseException, name: Callable[[int], str], position: int) -> None:
        """Says in notes which item it was and where the sequence was made; any thread."""
        try:
            for note in (name(position), f"item {position}", self._origin):
                if note and note not in getattr(error, "__notes__", ()):
                    error.add_note(note)
        except BaseException:  # noqa: BLE001 - an error that takes no notes, or a name that cannot be had
            return

    def outcome(self, error: BaseException) -> tuple[T | None, BaseException | None]:
        """Returns what whoever asked gets for an item that failed: the stand-in for it, or the error; any thread."""
        if self._stand_in is None:
            return None, self._told(error)
        try:
            return self._stand_in(error), None
        except BaseException as another:  # noqa: BLE001 - told to whoever asked
            return None, another

    def _told(self, error: BaseException) -> BaseException:
        """Returns a copy of ``error`` to raise: each who asks gets one of their own."""
        if self._wrap:
            around = LoadError(f"{' '.join(getattr(error, '__notes__', ['An item'])[:1])} could not be loaded: {error}")
            around.__cause__ = error
            return around
        try:
            told = _copied(error)
        except Exception:  # noqa: BLE001 - an error that cannot be copied is told itself
            return error
        if hasattr(error, "__notes__"):
            told.__dict__["__notes__"] = list(error.__notes__)
        told.__cause__, told.__context__ = error.__cause__, error.__context__
        told.__suppress_context__ = error.__suppress_context__
        return told.with_traceback(error.__traceback__)


def _copied(error: BaseException) -> BaseException:
    try:
        # Not copy.copy(): where a package has taught copyreg to pickle tracebacks, that makes another kind of copy.
        make, arguments, *state = cast("tuple[Any, ...]", error.__reduce__())
        made: BaseException = make(*arguments)
        made.__dict__.update(*state)
    except Exception:  # noqa: BLE001 - it is made from something else than its arguments, as many are
        made = type(error).__new__(type(error), *error.args)
        made.__dict__.update(error.__dict__)
    made.args = error.args
    return made
