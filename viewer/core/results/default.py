"""The cache of functions that name no other."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from viewer.core.forks import lock_anew
from viewer.core.results.cache import ResultCache
from viewer.core.results.function import CachedFunction

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from viewer.core.results.options import CachedOptions

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")


@overload
def cached(function: Callable[P, T], /) -> CachedFunction[P, T]: ...


@overload
def cached(
    *, cache: ResultCache | None = None, **options: Unpack[CachedOptions]
) -> Callable[[Callable[P, T]], CachedFunction[P, T]]: ...


@overload
def cached(
    *, cache: ResultCache | None = None, stand_in: Callable[[Exception], D], **options: Unpack[CachedOptions]
) -> Callable[[Callable[P, T]], CachedFunction[P, T | D]]: ...


def cached(
    function: Callable[P, T] | None = None,
    /,
    *,
    cache: ResultCache | None = None,
    **options: Any,
) -> CachedFunction[P, T] | Callable[[Callable[P, T]], CachedFunction[P, T]]:
    """Makes a function whose results are kept on this disk; as a decorator, with or without options.

    Args:
        function: must always return the same for the same arguments.
        cache: where the results are kept; None for :func:`default_cache`, which is made at the first call.
        **options: as :class:`CachedFunction` describes them: name, version, exclude, files, stand_in, on_error.
    """
    find = default_cache if cache is None else lambda: cache
    if function is None:
        return lambda function: CachedFunction(function, find, **options)
    return CachedFunction(function, find, **options)


def default_cache() -> ResultCache:
    """Returns the cache of functions that name no other: in the user's folder for caches, made when first needed."""
    with _default_lock:
        if not _default:
            _default.append(ResultCache())
        return _default[0]


_default: list[ResultCache] = []
_default_lock = threading.Lock()
lock_anew(sys.modules[__name__], "_default_lock")
