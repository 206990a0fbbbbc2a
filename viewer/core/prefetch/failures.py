"""The items that could not be loaded: their errors, and what the caller gets instead."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from viewer.core.errors import LoadError
from viewer.core.retry import RetryTable

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


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

    def errors(self) -> dict[int, BaseException]:
        """Returns the errors by position."""
        return {position: failed.error for position, failed in sorted(self.items())}

    def annotate(self, error: BaseException, name: Callable[[int], str], position: int) -> None:
        """Says in notes which item it was and where the sequence was made; any thread."""
        with suppress(BaseException):  # an error that takes no notes, or a name that cannot be had
            for note in (name(position), f"item {position}", self._origin):
                if note and note not in getattr(error, "__notes__", ()):
                    error.add_note(note)

    def outcome(self, error: BaseException) -> tuple[T | None, BaseException | None]:
        """Returns what a caller gets for an item that failed: its stand-in, or the error to raise; any thread."""
        if self._stand_in is None:
            return None, self._to_raise(error)
        try:
            return self._stand_in(error), None
        except BaseException as another:  # noqa: BLE001 - the caller gets it
            return None, another

    def _to_raise(self, error: BaseException) -> BaseException:
        """Returns a copy of ``error``, as each caller gets one of its own, or what wraps it."""
        if self._wrap:
            around = LoadError(f"{' '.join(getattr(error, '__notes__', ['An item'])[:1])} could not be loaded: {error}")
            around.__cause__ = error
            return around
        try:
            copied = _copied(error)
        except Exception:  # noqa: BLE001 - an error that cannot be copied is raised itself
            return error
        if hasattr(error, "__notes__"):
            copied.__dict__["__notes__"] = list(error.__notes__)
        copied.__cause__, copied.__context__ = error.__cause__, error.__context__
        copied.__suppress_context__ = error.__suppress_context__
        return copied.with_traceback(error.__traceback__)


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
