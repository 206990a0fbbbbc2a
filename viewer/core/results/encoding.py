"""Values as bytes without ambiguity: what arguments, objects and functions are, for the keys of results.

Every part is written with its type and its length, so that no two values that differ in anything are written alike:
``1``, ``1.0``, ``True`` and ``"1"`` are four values. Long parts stand as their 256-bit hash. An object is its class and
its state, taken apart as for pickling, but nothing is pickled; one that comes again is written as its number.
"""

from __future__ import annotations

import collections
import copyreg
import functools
import hashlib
import logging
import os
import struct
import threading
import types
import weakref
from contextlib import suppress
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from viewer.core.errors import ResultError
from viewer.core.loaded import loaded
from viewer.core.results import code

if TYPE_CHECKING:
    from collections.abc import Iterable

_HASHED_FROM = 1 << 16  # bytes: shorter parts are hashed once, with the whole
_OF_WRAPPED = frozenset(functools.WRAPPER_ASSIGNMENTS)
_IFDS = (0x8769, 0x8825)  # parts of Exif: of the camera, of the place
_OF_DECODER = frozenset({"fp", "info", "map", "palette", "tile"})
_REDUCED = range(2, 7)  # parts of what __reduce__ returns
_SAY_NOTHING = {type(threading.Lock()), type(threading.RLock())}


def encoded(value: object) -> bytes:
    """Returns ``value`` as bytes, the same for equal values of one type and different for all others.

    Numbers, text, bytes, dates, paths, enums, tuples, lists, sets, dicts (in whatever order), numpy arrays and scalars,
    Pillow's images; functions and classes; whatever has a method ``cache_key()``, by what that returns; and objects, by
    their class, its constants, and all their attributes. Raises ResultError for all others, RecursionError for what is
    nested too deeply.
    """
    written = _plain(value)
    return _Writer().write(value) if written is None else written


def item(kind: str, *parts: bytes) -> bytes:
    """Returns ``parts`` with what they are and how long each is, so that they cannot run into one another."""
    pieces = [b"%s %d:" % (kind.encode(), len(parts))]
    for part in parts:
        size = len(part)
        pieces += (b"%d:" % size, part) if size < _HASHED_FROM else (b"#%d:" % size, digest(part, 32))
    return b"".join(pieces)


def text(value: str) -> bytes:
    """Returns a text as bytes, whatever it holds."""
    return value.encode("utf-8", "surrogatepass")


def digest(data: Any, size: int) -> bytes:  # noqa: ANN401 - a buffer, which the standard library has no type for
    """Returns the hash of ``data`` in ``size`` bytes."""
    return hashlib.blake2b(data, digest_size=size).digest()


def _plain(value: object) -> bytes | None:  # noqa: PLR0911 - a table of types
    # Exact types only: what a subclass adds to one of these would be lost.
    kind = type(value)
    if kind is str:
        return item("str", text(value))  # type: ignore[arg-type]  # a str
    if value is None:
        return item("none")
    if kind is int or kind is bool:
        number: Any = value
        return item(kind.__name__, b"%x" % number if number >= 0 else b"-%x" % -number)
    if kind is float:
        return item("float", struct.pack("<d", value))
    if kind is complex:
        return item("complex", struct.pack("<dd", value.real, value.imag))  # type: ignore[attr-defined]  # complex
    if kind is bytes or kind is bytearray:
        return item(kind.__name__, bytes(value))  # type: ignore[call-overload]  # bytes
    return None


class _Writer:
    """Writes one value, with all that is in it."""

    def __init__(self) -> None:
        # Kept, as the number of one that has gone could be that of another.
        self._objects: dict[int, tuple[int, object]] = {}
        self._above: dict[int, int] = {}

    def write(self, value: object) -> bytes:
        written = _plain(value)
        if written is None:
            written = self._container(value)
        if written is None:
            written = self._special(value)
        if written is None:
            written = _pixels(value)
        return self._object(value) if written is None else written

    def _container(self, value: object) -> bytes | None:
        kind: type = type(value)
        if kind is tuple:
            return item("tuple", *map(self.write, value))  # type: ignore[call-overload]  # a tuple
        if kind not in {list, dict, set, frozenset}:
            return None
        contents: Any = value
        if kind is set or kind is frozenset:
            return item(kind.__name__, *sorted(map(encoded, contents)))
        if (depth := self._above.get(id(value))) is not None:
            return item("above", b"%d" % depth)
        self._above[id(value)] = len(self._above)
        parts = map(self.write, contents) if kind is list else self._pairs(contents.items())
        written = item(kind.__name__, *parts)
        del self._above[id(value)]
        return written

    def _pairs(self, pairs: Iterable[tuple[object, object]], *, in_order: bool = False) -> list[bytes]:
        # Sorted before the values are written: which objects are numbered first must not depend on the order.
        keyed: Any = [(encoded(key), key, value) for key, value in pairs]
        parts = []
        for key, shown, value in keyed if in_order else sorted(keyed, key=lambda each: each[0]):
            try:
                parts += [key, self.write(value)]
            except ResultError as error:
                raise ResultError(f"in {shown!r}, {error}" if type(shown) is str else str(error)) from None
        return parts

    def _special(self, value: Any) -> bytes | None:  # noqa: ANN401, C901, PLR0911 - a table of types
        own = getattr(type(value), "cache_key", None)
        if own is not None:
            return item("own", self._type(type(value)), self.write(own(value)))
        match value:
            case type():
                return item("type", self._type(value), self._constants(value))
            case Enum():
                return item("enum", self._type(type(value)), text(str(value.name)), self.write(value.value))
            case PurePath():
                state = getattr(value, "__dict__", None)
                return item("path", self._type(type(value)), os.fsencode(value), self.write(state))
            case types.ModuleType():
                return item("module", *map(text, code.module_parts(value)))
            case types.FunctionType():
                return self._function(value)
            case types.MethodType():
                return item("method", self.write(value.__func__), self.write(value.__self__))
            case weakref.ref():
                return item("weak", self.write(value()))
            case logging.Logger():
                return item("logger")
            case _ if type(value) in _SAY_NOTHING:
                return item("lock")
            case _ if callable(value) and callable(inner := getattr(value, "__wrapped__", None)):
                return self._number(value) or self._wrapper(value, inner)
        return None

    def _function(self, value: types.FunctionType) -> bytes:
        if (again := self._number(value)) is not None:
            return again
        own = code.digest_of_codes([value.__code__], encoded)
        place = code.place_of(value.__code__.co_filename)
        around = [each for pair in code.free_variables(value) for each in pair]
        beside = [] if place else [each for pair in code.named(value) for each in pair]
        parts = (place, value.__qualname__, own, value.__defaults__, value.__kwdefaults__, vars(value))
        return item("function", *map(self.write, (*parts, around, beside)))

    def _wrapper(self, value: object, inner: object) -> bytes:
        state: Any = object.__getstate__(value)
        attributes, slots = state if isinstance(state, tuple) else (state or {}, None)
        own = {name: each for name, each in attributes.items() if name not in _OF_WRAPPED}
        kind = type(value)
        return item("wrapped", self._type(kind), self._constants(kind), *map(self.write, (inner, own, slots)))

    def _object(self, value: Any) -> bytes:  # noqa: ANN401 - whatever an argument is
        kind = type(value)
        if (again := self._number(value)) is not None:
            return again
        if kind is object or (hasattr(kind, "__next__") and kind.__module__ in {"builtins", "itertools"}):
            raise _incomparable(value)
        try:
            reduce = copyreg.dispatch_table.get(kind)
            reduced = value.__reduce_ex__(4) if reduce is None else reduce(value)
        except Exception:  # noqa: BLE001 - of classes of others
            raise _incomparable(value) from None
        if isinstance(reduced, str):  # the name of the only one
            module = code.global_of(value, getattr(value, "__module__", None), reduced)
            if module is None:
                raise _incomparable(value)
            return item("global", *map(text, (*code.module_parts(module), reduced)))
        if not isinstance(reduced, tuple) or len(reduced) not in _REDUCED or not callable(reduced[0]):
            raise _incomparable(value)
        make, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        parts = [self._type(kind), self._constants(kind)]
        is_named = isinstance(getattr(make, "__qualname__", None), str) and isinstance(make.__module__, str)
        parts.append(text(f"{make.__module__}.{make.__qualname__}") if is_named else self.write(make))
        if make is copyreg.__newobj__:  # type: ignore[attr-defined]  # not in the stubs
            arguments = arguments[1:]
        parts += [self.write(arguments), self.write(state), self.write(None if items is None else list(items))]
        parts += self._pairs(pairs or (), in_order=isinstance(value, collections.OrderedDict))
        if _has_own_state(kind):  # which may leave out what a method uses
            parts.append(self.write(object.__getstate__(value)))
        return item("object", *parts)

    def _number(self, value: object) -> bytes | None:
        known = self._objects.get(id(value))
        if known is not None:
            return item("again", b"%d" % known[0])
        self._objects[id(value)] = len(self._objects), value
        return None

    @staticmethod
    def _type(kind: type) -> bytes:
        return code.identity_of(kind, encoded)

    def _constants(self, kind: type) -> bytes:
        if not code.is_written(kind) or issubclass(kind, Enum):
            return b""
        found = code.constants(code.parts_of_class(kind, encoded))
        return b"".join(item("constant", text(name), encoded(value)) for name, value in found)


def _has_own_state(kind: type) -> bool:
    return any(
        getattr(kind, name) is not getattr(object, name) for name in ("__reduce_ex__", "__reduce__", "__getstate__")
    )


def _incomparable(value: object) -> ResultError:
    return ResultError(f"an object of the type {type(value).__qualname__} has no value that could be compared")


def _pixels(value: Any) -> bytes | None:  # noqa: ANN401 - whatever an argument is
    # Not imported: a program with an array has imported numpy.
    numpy, pillow = loaded("numpy"), loaded("PIL.Image")
    if numpy is not None:
        if isinstance(value, numpy.dtype):
            return item("dtype", text(repr(value)))
        kind = type(value)
        if kind in {numpy.ndarray, numpy.memmap} or isinstance(value, numpy.generic):
            value = numpy.asarray(value)
            if value.dtype.hasobject:
                raise ResultError("an array of Python objects has no value that could be compared")
            samples = numpy.ascontiguousarray(value).reshape(-1).view(numpy.uint8)
            return item(f"numpy {kind.__name__}", text(repr(value.dtype)), text(str(value.shape)), digest(samples, 32))
    if pillow is not None and isinstance(value, pillow.Image):
        if getattr(value, "is_animated", False):
            raise ResultError("an image of several frames has no value that could be compared; pass its path")
        samples = value.tobytes()  # which loads the palette, too
        palette = value.palette and (value.palette.mode, value.getpalette(value.palette.mode))
        noted = {name: each for name, each in vars(value).items() if name == "_text" or not name.startswith("_")}
        noted = _writable({name: each for name, each in noted.items() if name not in _OF_DECODER})
        parts = type(value).__name__, value.mode, value.size, palette, _writable(value.info), noted, _tags(value)
        return item("image", encoded(parts), samples)
    return None


def _tags(image: Any) -> list[list[tuple[int, str]]]:  # noqa: ANN401 - an image of Pillow
    """Returns the tags of an image: those of its file, as they were changed in memory."""
    found = [getattr(image, "tag_v2", {})]
    with suppress(Exception):  # what cannot be read: its bytes are in ``info``
        found.append(exif := image.getexif())
        # One that is not there would be made by asking for it.
        found += [exif.get_ifd(ifd) for ifd in _IFDS if ifd in exif or exif._ifds.get(ifd)]  # noqa: SLF001
    try:
        return [[(int(tag), repr(each)) for tag, each in sorted(dict(tags).items())] for tags in found]
    except Exception:  # noqa: BLE001 - of a decoder
        raise ResultError("the tags of an image cannot be read; pass its path, with files=") from None


def _writable(info: dict[Any, Any]) -> dict[Any, bytes]:
    """Returns what a decoder noted of an image, without what it notes for itself."""
    written = {}
    for key, value in info.items():
        try:
            written[key] = encoded(value)
        except ResultError:
            continue
    return written
