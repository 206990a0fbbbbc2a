"""The key of a call: the function's name and version, and its arguments with the files that they name."""

from __future__ import annotations

import functools
import inspect
import os
import re
import reprlib
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.errors import ResultError
from viewer.core.results import code, files
from viewer.core.results.encoding import digest, encoded, item, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FROM_SOURCE = "source"
"""The version that is the text of the function itself: every edit of it is a new version."""

_OTHER = "**"  # before the name of an argument that the signature does not name
_READABLE = 60  # characters of a function's name in its directory's


@functools.lru_cache(maxsize=1000)
def directory_name(name: str) -> str:
    """Returns the name of the directory that holds the results of the function ``name``, in readable letters."""
    return f"{re.sub(r'[^A-Za-z0-9_.]+', '_', name)[-_READABLE:]}-{digest(text(name), 8).hex()}"


def version_text(function: Callable[..., object], version: object) -> str:
    """Returns ``version`` as text; :data:`FROM_SOURCE` becomes the hash of the function's source.

    Where that cannot be had, it is the function's code without its comments. Raises ResultError if it has none either.
    """
    if version != FROM_SOURCE:
        return f"{type(version).__name__} {version}"
    try:
        source = inspect.getsource(inspect.unwrap(function))
    except (OSError, TypeError) as error:
        if mark := code.code_mark(function, encoded):
            return "code " + mark
        raise ResultError(f"The source of {function!r} cannot be found; give it a version of your own.") from error
    return "source " + digest(text(source), 16).hex()


class Written(NamedTuple):
    """The arguments of one call, as bytes, and a file that they name and that is not there."""

    data: bytes
    missing: str | None


class Arguments:
    """Names the arguments of a function's calls and writes them down.

    Attributes:
        has_paths: whether some of them are paths.
    """

    def __init__(self, function: Callable[..., object], exclude: Iterable[str], paths: Iterable[str]) -> None:
        """Looks at the signature once; raises ResultError if there is none, or no argument of such a name.

        Arguments called in ``exclude`` make no difference. Those called in ``paths`` are paths: a file that is
        rewritten makes a difference, see :func:`viewer.core.results.files.stamps`.
        """
        self._exclude = frozenset([exclude] if isinstance(exclude, str) else exclude)
        self._paths = frozenset([paths] if isinstance(paths, str) else paths)
        self.has_paths = bool(self._paths)
        try:
            self._signature = inspect.signature(function)
        except (TypeError, ValueError) as error:
            raise ResultError(f"{function!r} does not tell what its arguments are; wrap it in a function.") from error
        parameters = self._signature.parameters
        plain = all(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters.values())
        self._plain = tuple(parameters) if plain else None
        self._others = next((p.name for p in parameters.values() if p.kind is p.VAR_KEYWORD), None)
        unknown = sorted((self._exclude | self._paths) - set(parameters))
        if unknown and self._others is None:
            raise ResultError(f"{function!r} has no argument {', '.join(unknown)}; it has {', '.join(parameters)}.")

    def written(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Written:
        """Returns the arguments of one call as bytes; blocks on the disk for those that are files.

        Raises:
            ResultError: an argument cannot be written; the message names it.
            TypeError: the function cannot be called like this.
        """
        parts: list[bytes] = []
        missing: list[str] = []
        for name, value in self._named(args, kwargs).items():
            if name.removeprefix(_OTHER) in self._exclude:
                continue
            try:
                is_path = name.removeprefix(_OTHER) in self._paths
                written = files.stamps(value, missing.append) if is_path else encoded(value)
            except (ResultError, RecursionError) as error:
                reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
                raise ResultError(
                    f"The argument {name} cannot tell one result from another: {reason}. Give its class a method "
                    "cache_key() that returns what it depends on, or leave the argument out with exclude=."
                ) from None
            parts += [text(name), written]
        return Written(item("call", *parts), missing[0] if missing else None)

    def paths(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> list[str]:
        """Returns the files that a call names."""
        named = self._named(args, kwargs).items()
        return [
            path for name, value in named if name.removeprefix(_OTHER) in self._paths for path in files.paths(value)
        ]

    def shown(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> str:
        """Returns the arguments of a call as text: a path or a text that is the only one as it is, others shortened."""
        given = (*args, *kwargs.values())
        if len(given) == 1 and isinstance(given[0], (str, bytes, os.PathLike)):
            return os.fsdecode(given[0])
        return ", ".join(map(reprlib.repr, given))

    def _named(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        if not kwargs and self._plain is not None and len(args) == len(self._plain):  # binding takes five times as long
            return dict(zip(self._plain, args, strict=True))
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        named = dict(bound.arguments)
        others = {} if self._others is None else named.pop(self._others)
        return named | {_OTHER + name: value for name, value in sorted(others.items())}


def key_of(tag: str, function: str, version: str, *parts: bytes) -> str:
    """Returns the hash of a call's data set, function and further parts together: 32 hexadecimal digits."""
    return digest(item("key", _whose(tag, function, version), *parts), 16).hex()


@functools.lru_cache(maxsize=1000)
def _whose(*texts: str) -> bytes:
    return item("function", *map(text, texts))
