"""The options of cached functions as type checkers know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from viewer.core.results.answer import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ModeName: TypeAlias = Mode | Literal["use", "refresh", "read-only", "bypass"]


class CachedOptions(TypedDict, total=False):
    """The options of a cached function; for each see :class:`viewer.core.results.function.CachedFunction`."""

    name: str | None
    version: object
    exclude: str | Iterable[str]
    files: str | Iterable[str]
    on_error: Callable[[Exception, str], object] | None
