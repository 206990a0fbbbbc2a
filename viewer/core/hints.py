"""What other libraries call our settings, for those who come from there: an unknown keyword names the known one."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

_WORKERS = dict.fromkeys(
    ("n_jobs", "nworkers", "num_workers", "n_workers", "max_workers", "threads", "n_threads", "num_threads"), "workers"
) | {
    "method": "backend",
    "start_hook": "hook",
    "initializer": "hook",
    "worker_init_fn": "hook",
    "mp_context": "start_method",
    "context": "start_method",
    "timeout": "wait with get(…, timeout=) or result(timeout=)",
}
_BYTES = dict.fromkeys(("size_limit", "bytes_limit", "memory_limit", "max_memory", "max_size"), "max_bytes")
_NEVER_OLD = "results do not expire; change version= of the function, or clear()"
WORDS: dict[str, dict[str, str]] = {
    "Prefetcher": _WORKERS
    | _BYTES
    | dict.fromkeys(
        ("max_buffered", "prefetch", "prefetch_factor", "buffersize", "buffer_size", "lookahead", "pre_dispatch"),
        "ahead",
    )
    | dict.fromkeys(("cache_size", "maxsize", "max_keys_cached", "cachesize"), "behind")
    | dict.fromkeys(("function", "func", "fn", "f", "loader", "load_fn", "provider"), "load")
    | {
        "max_keys_prefetched": "ahead",
        "predictor": "predict",
        "pattern": "filter",
        "glob": "filter",
        "sort": "order",
        "loop": "repeat",
        "default": "stand_in",
        "on_event": "on_error",
        "transform": "decode",
        "shm_size": "there is nothing to set: arrays come back through shared memory of the size that they need",
        "verbose": "look at frames.stats",
        "desc": "give the prefetcher to tqdm: tqdm(frames, desc=…)",
        "total": "give the prefetcher to tqdm, which asks it for its length",
        "batch_size": "use frames.batched(size)",
        "shuffle": "use frames.reordered(positions)",
        "expire": "items stay while there is room; reload(n) has one loaded anew",
    },
    "Scheduler": _WORKERS
    | dict.fromkeys(
        ("on_error", "stand_in"), "the error of a load is that of its request: see result() and exception()"
    )
    | {"thread_name_prefix": "name"},
    "ResultCache": _BYTES
    | dict.fromkeys(("location", "directory", "cachedir", "cache_dir", "path"), "folder")
    | dict.fromkeys(("maxsize", "items_limit"), "max_items")
    | dict.fromkeys(("verbose", "statistics"), "log")
    | dict.fromkeys(("expire", "ttl", "age_limit"), _NEVER_OLD)
    | {
        "mmap_mode": "mmap",
        "eviction_policy": "what was not used for longest always goes first",
        "timeout": "there is no database to wait for",
    },
    "cached": dict.fromkeys(("expire", "ttl", "cache_validation_callback"), _NEVER_OLD)
    | {
        "ignore": "exclude",
        "default": "stand_in",
        "typed": "types always make a difference",
        "maxsize": "limits belong to the cache: ResultCache(memory_items=, max_items=)",
        "size_limit": "limits belong to the cache: ResultCache(max_bytes=)",
        "tag": "data sets belong to the cache: ResultCache(tag=), or its set_tag()",
        "verbose": "the log belongs to the cache: ResultCache(log=)",
        "mmap_mode": "it belongs to the cache: ResultCache(mmap=True)",
    },
}
"""What a setting is called elsewhere, and here: our name for it, or what to do instead; by what has the settings."""


def hinting(owner: str, settings: type | None = None) -> Callable[[F], F]:
    """Returns a decorator: a call with an unknown keyword is a TypeError that names the one that is meant.

    The keywords are those of the function or, of one that takes any, the fields of the dataclass ``settings``.
    """

    def decorated(function: F) -> F:
        code = function.__code__
        known = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - those of the function
            for name in kwargs:
                if name not in known:
                    raise TypeError(f"{owner} has no setting {name}{_hint(owner, name, known)}")
            return function(*args, **kwargs)

        if settings is not None:
            own, fields = inspect.signature(function), inspect.signature(settings).parameters
            named = {name: each for name, each in own.parameters.items() if each.kind is not each.VAR_KEYWORD} | fields
            known = tuple(named)[1:]
            vars(checked)["__signature__"] = own.replace(parameters=list(named.values()))
        return cast("F", checked)

    return decorated


def _hint(owner: str, name: str, known: tuple[str, ...]) -> str:
    import difflib  # noqa: PLC0415 - only when something is wrong

    word = WORDS.get(owner, {}).get(name.lower())
    if word is not None:
        return f"; it is called {word} here." if word in known else f": {word}."
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else f". Its settings are {', '.join(known)}."
