"""The key of a call: the function's name and version, and its arguments, as bytes without ambiguity.

Every part is written with its type and its length, so that no two values that differ in anything are written alike:
``1``, ``1.0``, ``True`` and ``"1"`` are four keys. Long parts stand as their 256-bit hash.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import inspect
import os
import re
import struct
from enum import Enum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from viewer.core.errors import ResultError
from viewer.core.loaded import loaded
from viewer.core.storage.devices import stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FROM_SOURCE = "source"
"""The version that is the text of the function itself: every edit of it is a new version."""

_HASHED_FROM = 1 << 16  # bytes: shorter parts are hashed once, with the whole
_OTHER = "**"  # before the name of an argument that the signature does not name
_READABLE = 60  # characters of a function's name in its directory's


def name_of(function: Callable[..., object]) -> str:
    """Returns the name under which the results of ``function`` are kept: its module and its name there.

    The module of a script is the path of its file, also in the processes that it starts. Raises ResultError if it has
    no name of its own, as a lambda, or depends on more than its arguments, as a closure.
    """
    name = getattr(function, "__qualname__", None)
    module = getattr(function, "__module__", None)
    if not isinstance(name, str) or not isinstance(module, str) or "<lambda>" in name:
        raise ResultError(f"{function!r} has no name to keep its results under; give it one with name=.")
    code = getattr(inspect.unwrap(function), "__code__", None)
    free = {*code.co_freevars} - {"__class__"} if code is not None else set()
    if free:
        raise ResultError(
            f"The results of {name} depend on {', '.join(sorted(free))} around it, not only on its arguments; make "
            "them arguments, or give it a name with name= that tells its results apart."
        )
    if module in {"__main__", "__mp_main__"}:
        script = getattr(inspect.unwrap(function), "__globals__", {}).get("__file__")
        if isinstance(script, str):
            module = os.path.abspath(script)  # noqa: PTH100 - resolve would ask the disk
    return f"{module}.{name}"


@functools.lru_cache(maxsize=1000)
def directory_name(name: str) -> str:
    """Returns the name of the directory that holds the results of the function ``name``, in readable letters."""
    return f"{re.sub(r'[^A-Za-z0-9_.]+', '_', name)[-_READABLE:]}-{_digest(_text(name), 8).hex()}"


def version_text(function: Callable[..., object], version: object) -> str:
    """Returns ``version`` as text; :data:`FROM_SOURCE` becomes the hash of the function's source, or a ResultError."""
    if version != FROM_SOURCE:
        return f"{type(version).__name__} {version}"
    try:
        source = inspect.getsource(inspect.unwrap(function))
    except (OSError, TypeError) as error:
        raise ResultError(f"The source of {function!r} cannot be found; give it a version of your own.") from error
    return "source " + _digest(_text(source), 16).hex()


class Arguments:
    """Names the arguments of a function's calls and writes them down.

    Attributes:
        leaves_out_first: whether the first argument, an object whose method it is, makes no difference.
    """

    def __init__(self, function: Callable[..., object], exclude: Iterable[str], files: Iterable[str]) -> None:
        """Looks at the signature once; raises ResultError if there is none, or no argument of such a name.

        Arguments called in ``exclude`` make no difference. Those called in ``files`` are paths: the sizes and dates of
        the files make a difference.
        """
        self._exclude = frozenset([exclude] if isinstance(exclude, str) else exclude)
        self._files = frozenset([files] if isinstance(files, str) else files)
        try:
            self._signature = inspect.signature(function)
        except (TypeError, ValueError) as error:
            raise ResultError(f"{function!r} does not tell what its arguments are; wrap it in a function.") from error
        parameters = self._signature.parameters
        self._others = next((p.name for p in parameters.values() if p.kind is p.VAR_KEYWORD), None)
        self._first = next(iter(parameters), "")
        self.leaves_out_first = self._first in self._exclude
        unknown = sorted((self._exclude | self._files) - set(parameters))
        if unknown and self._others is None:
            raise ResultError(f"{function!r} has no argument {', '.join(unknown)}; it has {', '.join(parameters)}.")

    def written(self, args: tuple[object, ...], kwargs: Mapping[str, object], instance: bytes | None = None) -> bytes:
        """Returns the arguments of one call as bytes; ``instance`` stands for the first one, where it is given.

        Raises:
            ResultError: an argument cannot be written; the message names it.
            TypeError: the function cannot be called like this.
        """
        parts = []
        for name, value in self._named(args, kwargs).items():
            if name.removeprefix(_OTHER) in self._exclude:
                continue
            try:
                if instance is not None and name == self._first:
                    written = _item("instance", instance)
                else:
                    written = _file(value) if name.removeprefix(_OTHER) in self._files else encoded(value)
            except (ResultError, RecursionError) as error:
                reason = "it holds itself, or is nested too deeply" if isinstance(error, RecursionError) else error
                raise ResultError(
                    f"The argument {name} cannot tell one result from another: {reason}. Give its class a method "
                    "cache_key() that returns what it depends on, or leave the argument out with exclude=."
                ) from None
            parts += [_text(name), written]
        return _item("call", *parts)

    def paths(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> list[str]:
        """Returns the files that a call names."""
        named = self._named(args, kwargs).items()
        return [path for name, value in named if name.removeprefix(_OTHER) in self._files for path in _paths(value)]

    def _named(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        named = dict(bound.arguments)
        others = {} if self._others is None else named.pop(self._others)
        return named | {_OTHER + name: value for name, value in others.items()}


def digest(*parts: bytes | str) -> str:
    """Returns the hash of several parts together: 32 hexadecimal digits."""
    return _digest(_item("key", *(_text(part) if isinstance(part, str) else part for part in parts)), 16).hex()


def encoded(value: object) -> bytes:
    """Returns ``value`` as bytes, the same for equal values of one type and different for all others.

    Numbers, text, bytes, dates, paths, enums, dataclasses, tuples, lists, sets, dicts (in whatever order), types, numpy
    arrays and scalars, Pillow's images; and whatever has a method ``cache_key()`` that returns one of them. Raises
    ResultError for all others.
    """
    own = getattr(type(value), "cache_key", None)
    if own is not None:
        return _item("own", _text(_type_name(value)), encoded(own(value)))
    written = _plain(value)
    if written is None:
        written = _compound(value)
    if written is None:
        written = _pixels(value)
    if written is None:
        raise ResultError(f"an object of the type {type(value).__qualname__} has no value that could be compared")
    return written


def _plain(value: object) -> bytes | None:  # noqa: PLR0911 - a table of types
    # Exact types only: what a subclass adds to one of these would be lost.
    match value:
        case None:
            return _item("none")
        case bool() | int() if type(value) in {bool, int}:
            return _item(type(value).__name__, b"%x" % value if value >= 0 else b"-%x" % -value)
        case float() if type(value) is float:
            return _item("float", struct.pack("<d", value))
        case complex() if type(value) is complex:
            return _item("complex", struct.pack("<dd", value.real, value.imag))
        case str() if type(value) is str:
            return _item("str", _text(value))
        case bytes() | bytearray() if type(value) in {bytes, bytearray}:
            return _item("bytes", bytes(value))
        case PurePath():
            return _item("path", os.fsencode(value))
        case dt.date() | dt.time() | dt.timedelta():
            return _item("date", _text(_type_name(value)), _text(repr(value)))
        case type():
            return _item("type", _text(f"{value.__module__}.{value.__qualname__}"))
        case _:
            return None


def _compound(value: object) -> bytes | None:  # noqa: PLR0911 - a table of types
    match value:
        case Enum():
            return _item("enum", _text(_type_name(value)), encoded(value.value))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
            parts = (part for name, each in fields for part in (_text(name), encoded(each)))
            return _item("dataclass", _text(_type_name(value)), *parts)
        case tuple() if type(value) is tuple or hasattr(value, "_fields"):
            return _item("tuple", _text(_type_name(value)), *map(encoded, value))
        case list() if type(value) is list:
            return _item("list", *map(encoded, value))
        case set() | frozenset() if type(value) in {set, frozenset}:
            return _item("set", *sorted(map(encoded, value)))
        case dict() if type(value) is dict:
            return _item("dict", *sorted(_item("pair", encoded(key), encoded(each)) for key, each in value.items()))
        case slice() | range():
            return _item(type(value).__name__, *(encoded(each) for each in (value.start, value.stop, value.step)))
        case functools.partial():
            return _item("partial", _text(name_of(value.func)), encoded(value.args), encoded(value.keywords))
        case _:
            return None


def _pixels(value: Any) -> bytes | None:  # noqa: ANN401 - whatever an argument is
    # Not imported: a program with an array has imported numpy.
    numpy, pillow = loaded("numpy"), loaded("PIL.Image")
    if numpy is not None:
        if isinstance(value, numpy.dtype):
            return _item("dtype", _text(repr(value)))
        if isinstance(value, numpy.generic):
            value = numpy.asarray(value)
            kind = "scalar"
        else:
            kind = "array"
        if type(value) in {numpy.ndarray, numpy.memmap}:
            if value.dtype.hasobject:
                raise ResultError("an array of Python objects has no value that could be compared")
            samples = numpy.ascontiguousarray(value).reshape(-1).view(numpy.uint8)
            return _item(kind, _text(repr(value.dtype)), _text(str(value.shape)), _digest(samples, 32))
    if pillow is not None and isinstance(value, pillow.Image):
        palette = bytes(value.palette.getdata()[1]) if value.palette else b""
        return _item("image", _text(value.mode), _text(str(value.size)), palette, value.tobytes())
    return None


def _file(value: object) -> bytes:
    """Returns the paths in ``value`` with the stamps of their files; blocks on the disk."""
    parts = []
    for path in _paths(value):
        try:
            status = Path(path).stat()
        except OSError:
            parts.append(encoded((path, None)))  # the function will say what is wrong
        else:
            parts.append(encoded((path, *stamp_of(status))))
    return _item("files", encoded(_as_text(value)), *parts)


def _as_text(value: object) -> object:
    return [_as_text(each) for each in value] if isinstance(value, (list, tuple)) else value


def _paths(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        return [path for each in value for path in _paths(each)]
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise ResultError(f"{value!r} is not the path of a file")
    return [os.path.abspath(os.fsdecode(value))]  # noqa: PTH100 - resolve would ask the disk


def _type_name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _item(kind: str, *parts: bytes) -> bytes:
    """Returns ``parts`` with what they are and how long each is, so that they cannot run into one another."""
    pieces = [b"%s %d:" % (kind.encode(), len(parts))]
    for part in parts:
        long = len(part) >= _HASHED_FROM
        pieces.append(b"%s%d:" % (b"#" if long else b"", len(part)))
        pieces.append(_digest(part, 32) if long else part)
    return b"".join(pieces)


def _digest(data: Any, size: int) -> bytes:  # noqa: ANN401 - a buffer, which the standard library has no type for
    return hashlib.blake2b(data, digest_size=size).digest()
