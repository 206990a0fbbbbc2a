"""The items that could not be loaded: their errors, and what the caller gets instead."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from viewer.core.calling import called
from viewer.core.errors import LoadError
from viewer.core.raised import copy_of, without_locals
from viewer.core.retry import RetryTable
from viewer.core.units import MB
from viewer.core.values import size_in_memory

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SMALL = 64 * 1024
"""Bytes that an error may hold, such as the text that could not be parsed, and be kept for good."""
LARGE_MOST = 16 * MB
"""Bytes of all larger errors together; the oldest are forgotten, so that their items are tried again when asked for."""


class ItemFailures(RetryTable[int, BaseException], Generic[T]):
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

        ``stand_in`` makes the item to hand out in place of raising an error, ``origin`` says where the sequence was
        made, and with ``wrap`` errors come as :class:`viewer.core.errors.LoadError`.
        """
        super().__init__(retry_after)
        self._stand_in = stand_in
        self._origin = origin
        self._wrap = wrap
        self._large: dict[int, int] = {}

    def note(self, key: int, error: BaseException, now: float, retry_at: float | None = None) -> float:
        """Notes that an attempt failed, as the table does; forgets the oldest errors that themselves hold much."""
        due = super().note(key, error, now, retry_at)
        self._large.pop(key, None)
        size = 0
        with suppress(Exception):  # what a class of errors makes of its attributes
            size = size_in_memory(error.args) + size_in_memory(error.__dict__)
        if size > SMALL:
            self._large[key] = size
            while sum(self._large.values()) > LARGE_MOST:
                self.forget(next(iter(self._large)))
        return due

    def forget(self, key: int | None = None) -> None:
        """Forgets that an item failed, or all of them."""
        super().forget(key)
        if key is None:
            self._large.clear()
        else:
            self._large.pop(key, None)

    def move(self, moved: Callable[[int], int | None]) -> None:
        """Gives the items other positions; ``moved`` returns None for one that is gone."""
        super().move(moved)
        self._large = {new: size for old, size in self._large.items() if (new := moved(old)) is not None}

    def errors(self) -> dict[int, BaseException]:
        """Returns the errors by position."""
        return {position: failed.error for position, failed in sorted(self.items())}

    def annotate(self, error: BaseException, name: Callable[[int, BaseException], str], position: int) -> None:
        """Says in notes which item it was and where the sequence was made, and drops what the load had; any thread."""
        without_locals(error)
        with suppress(BaseException):  # an error that takes no notes, or a name that cannot be had
            for note in (name(position, error), f"item {position}", self._origin):
                if note and note not in getattr(error, "__notes__", ()):
                    error.add_note(note)

    def outcome(self, error: BaseException) -> tuple[T | None, BaseException | None]:
        """Returns what a caller gets for an item that failed: its stand-in, or the error to raise; any thread."""
        try:
            if self._stand_in is None:
                return None, self._to_raise(error)
            return called(self._stand_in, error), None
        except BaseException as another:  # noqa: BLE001 - the caller gets it
            return None, another

    def _to_raise(self, error: BaseException) -> BaseException:
        """Returns a copy of ``error``, as each caller gets one of its own, or what wraps it."""
        if self._wrap:
            notes = getattr(error, "__notes__", ())
            around = LoadError(f"{' '.join([*notes[:1]] or ['An item'])} could not be loaded: {error}")
            for note in notes:
                around.add_note(note)
            around.__cause__ = error
            return around
        return copy_of(error)
