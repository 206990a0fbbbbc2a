"""What functions and classes are: the file that they stand in, or their code itself where there is no lasting file.

What is typed into a notebook or a prompt, given with ``python -c`` or on the standard input, or made by ``exec`` has no
file, or one that stands for something else tomorrow: ``f`` there is the function with that code. Line numbers,
comments, docstrings and names of files are no part of a code.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import os
import re
import sys
import types
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from viewer.core.errors import ResultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Write = Callable[[object], bytes]
    """Turns a value into bytes, as :func:`viewer.core.results.encoding.encoded`."""

_PASSING = re.compile(r"ipykernel_\d+")  # where notebooks pretend that their cells lie
_ASSIGNING = frozenset({"STORE_ATTR", "STORE_GLOBAL", "DELETE_ATTR", "DELETE_GLOBAL"})
_CONSTANTS = (type(None), bool, int, float, complex, str, bytes, Enum, PurePath)
_HEAP_TYPE = 1 << 9
_UNFIT = (
    (inspect.iscoroutinefunction, "a coroutine function: what it returns can be awaited once"),
    (inspect.isasyncgenfunction, "an asynchronous generator: what it returns can be read once"),
    (inspect.isgeneratorfunction, "a generator function: what it returns can be read once"),
)


class ClassParts(NamedTuple):
    """What a class is.

    Attributes:
        identity: which class it is, as bytes.
        spaces: the names in it and in the classes that it comes from.
        assigned: the attributes that its own methods set.
    """

    identity: bytes
    spaces: list[types.MappingProxyType[str, Any]]
    assigned: frozenset[str]


_classes: WeakKeyDictionary[type, ClassParts] = WeakKeyDictionary()


def refuse_unfit(function: object) -> None:
    """Raises ResultError, with what to do, if the results of ``function`` could never be kept."""
    if isinstance(function, (classmethod, property, functools.cached_property)):
        kind = type(function).__name__
        raise ResultError(f"@cached stands above @{kind}; put it below, directly above the method.")
    for is_such, what in _UNFIT:
        if is_such(function) or is_such(getattr(function, "__call__", None)):  # noqa: B004 - of its class
            raise ResultError(
                f"{_shown(function)} is {what}, and cannot be kept. Cache a function that returns the whole, such as "
                "a list or an array, and call that one."
            )


def layers(function: Any) -> list[Any]:  # noqa: ANN401 - whatever can be called
    """Returns ``function`` and, in turn, what it wraps: decorated functions, partial ones and methods of objects."""
    found: list[Any] = []
    while function is not None and not any(function is each for each in found):
        found.append(function)
        function = (
            function.func
            if isinstance(function, functools.partial)
            else getattr(function, "__func__", None) or getattr(function, "__wrapped__", None)
        )
    return found


@functools.lru_cache(maxsize=1000)
def place_of(file: str) -> str | None:
    """Returns the real path of a file with code, None if it is none that lasts; blocks on the disk."""
    return os.path.realpath(file) if not _PASSING.search(file) and os.path.isfile(file) else None  # noqa: PTH113 - fast


def name_of(function: Callable[..., object], write: Write) -> str:
    """Returns the name under which the results of ``function`` are kept: its file and its name there.

    What has no lasting file is named by the digest of its code and its module; so is, beside its file, what may share
    its name with others there, as a lambda. Raises ResultError if nothing of this can be found.
    """
    found = layers(function)
    name = next((each.__qualname__ for each in found if isinstance(getattr(each, "__qualname__", None), str)), None)
    codes = [code for each in found if (code := getattr(each, "__code__", None)) is not None]
    module = getattr(found[-1], "__module__", None)
    if module is None and codes:
        module = ""  # made by exec, among names that have no __name__
    if name is None or not isinstance(module, str) or (not codes and module == "__main__"):
        raise ResultError(f"{function!r} has no name to keep its results under; give it one with name=.")
    if not codes:
        place = _file_of_module(module)
        if place is None and module not in sys.builtin_module_names:
            raise ResultError(f"Nothing tells which {module}.{name} it is; give it a name with name=.")
        return f"{place or module}:{name}"
    place = place_of(codes[-1].co_filename)
    own = "" if place is not None and "<" not in name else f"{digest_of_codes(codes, write)} "
    return f"{own}{place or module}:{name}"


def code_mark(function: Callable[..., object], write: Write) -> str:
    """Returns what tells whether ``function`` was edited: two marks differ, or nothing can be said, see was_edited."""
    codes = [code for each in layers(function) if (code := getattr(each, "__code__", None)) is not None]
    if not codes:
        return ""
    return f"{sys.implementation.cache_tag}.{sys.flags.optimize}:{digest_of_codes(codes, write)}"


def was_edited(old: str, new: str) -> bool:
    """Returns whether two marks are of other code; those of two versions of Python cannot be compared."""
    return old != new and old.partition(":")[0] == new.partition(":")[0]


def captured(function: Callable[..., object], write: Write) -> list[bytes]:
    """Returns what results of ``function`` depend on beside its arguments, as it is now.

    That are the variables of functions around it, the object of a method, the arguments of a partial function; and, of
    code without a lasting file, the constants and functions that it names. Raises ResultError if it cannot be written.
    """
    found = layers(function)
    parts = []
    for each in found:
        if isinstance(each, functools.partial):
            parts.append(write((each.args, each.keywords)))
        owner = getattr(each, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            parts.append(write(owner))
        if isinstance(each, types.FunctionType):
            for name, value in free_variables(each):
                if not any(value is layer for layer in found):
                    try:
                        parts += [name.encode(), write(value)]
                    except ResultError as error:
                        raise ResultError(
                            f"The results of {_shown(function)} depend on {name} around it, and that cannot tell one "
                            f"from another: {error}. Make it an argument, or give the function a name with name=."
                        ) from None
            if place_of(each.__code__.co_filename) is None:
                parts += [part for name, value in named(each) for part in (name.encode(), write(value))]
    return parts


def free_variables(function: types.FunctionType) -> Iterator[tuple[str, object]]:
    """Yields the variables around a function that it uses, but for the class that ``super()`` needs."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name != "__class__":
            try:
                yield name, cell.cell_contents
            except ValueError:  # it has no value yet
                yield name, None


def named(function: types.FunctionType) -> list[tuple[str, object]]:
    """Returns the constants, functions, classes and modules beside a function that its code names and does not set."""
    names, assigned = _names(function.__code__)
    return [
        (name, function.__globals__[name])
        for name in names
        if name in function.__globals__ and name not in assigned and _counts(function.__globals__[name])
    ]


def parts_of_class(kind: type, write: Write) -> ClassParts:
    """Returns what a class is; found once for each class."""
    known = _classes.get(kind)
    if known is None:
        spaces = [vars(each) for each in kind.__mro__ if is_written(each)]
        code = [_names(function.__code__)[1] for space in spaces for function in _functions_in(space)]
        known = ClassParts(b"", spaces, frozenset().union(*code))
        _classes[kind] = known  # its methods may name it
        try:
            known = _classes[kind] = known._replace(identity=_identity(kind, write))
        except BaseException:
            del _classes[kind]
            raise
    return known


def is_written(kind: type) -> bool:
    """Returns whether a class was written in Python, or may have been."""
    return bool(kind.__flags__ & _HEAP_TYPE)


def constants(parts: ClassParts) -> Iterator[tuple[str, object]]:
    """Yields the constants of a class, as they are now: what its own methods do not set, and can only be replaced."""
    for space in parts.spaces:
        for name, value in space.items():
            if is_constant(value) and not name.startswith("__") and name not in parts.assigned:
                yield name, value


def is_constant(value: object) -> bool:
    """Returns whether ``value`` can never change."""
    if type(value) in {tuple, frozenset}:
        return all(map(is_constant, value))  # type: ignore[call-overload]  # a tuple or a frozenset
    return isinstance(value, _CONSTANTS)


def digest_of_codes(codes: Iterable[types.CodeType], write: Write) -> str:
    """Returns the digest of some code: 32 hexadecimal digits."""
    whole = b"".join(_digest(code, write) for code in codes)
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def module_parts(module: types.ModuleType) -> tuple[str, str]:
    """Returns the name of a module and its file, if it has one."""
    return module.__name__, _file_of_module(module.__name__) or ""


@functools.lru_cache(maxsize=1000)
def _digest(code: types.CodeType, write: Write) -> bytes:
    # The docstring is the first constant of a function, and mostly no instruction uses it.
    pairs = zip(code.co_code[::2], code.co_code[1::2], strict=True)
    constants = list(code.co_consts)
    has_docstring = code.co_flags & inspect.CO_OPTIMIZED and constants and isinstance(constants[0], str)
    if has_docstring and not any(operation in dis.hasconst and not number for operation, number in pairs):
        constants[0] = None
    parts = [
        code.co_code,
        getattr(code, "co_exceptiontable", b""),
        *(_digest(each, write) if isinstance(each, types.CodeType) else write(each) for each in constants),
        write((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags)),
        write((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)),
    ]
    return hashlib.blake2b(b"".join(b"%d:%s" % (len(part), part) for part in parts), digest_size=16).digest()


@functools.lru_cache(maxsize=1000)
def _names(code: types.CodeType) -> tuple[tuple[str, ...], frozenset[str]]:
    """Returns the names that a code, with those inside it, looks up, and those that it sets."""
    names, assigned = set(code.co_names), set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in _ASSIGNING:
            assigned.add(instruction.argval)
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            inner = _names(each)
            names.update(inner[0])
            assigned.update(inner[1])
    return tuple(sorted(names)), frozenset(assigned)


def _identity(kind: type, write: Write) -> bytes:
    if not is_written(kind):
        return write((kind.__module__, kind.__qualname__))
    functions = list(_functions_in(vars(kind)))
    places = {place_of(function.__code__.co_filename) for function in functions}
    name = kind.__qualname__
    bases = [parts_of_class(base, write).identity for base in kind.__bases__ if base is not object]
    if None in places or "<locals>" in name:
        place = kind.__module__
        own = [(function.__qualname__, function) for function in functions]
    else:
        place = min(filter(None, places), default=None) or _file_of_module(kind.__module__) or kind.__module__
        own = []
    return write((place, name, bases, own))


def _functions_in(space: types.MappingProxyType[str, Any]) -> Iterator[types.FunctionType]:
    """Yields the functions that a class was written with, not those that were made for it, as a dataclass's."""
    for value in space.values():
        parts = (value.fget, value.fset, value.fdel) if isinstance(value, property) else (value,)
        for part in parts:
            inner = getattr(part, "func", part) if isinstance(part, functools.cached_property) else part
            for each in layers(inner):
                if isinstance(each, types.FunctionType) and not each.__code__.co_qualname.startswith("__create_fn__"):
                    yield each


def _counts(value: object) -> bool:
    return (
        is_constant(value)
        or isinstance(value, (types.FunctionType, type, types.ModuleType))
        or (isinstance(getattr(value, "__wrapped__", None), types.FunctionType))
    )


def _file_of_module(name: str) -> str | None:
    file = getattr(sys.modules.get(name), "__file__", None)
    return place_of(file) if isinstance(file, str) else None


def _shown(function: object) -> str:
    return getattr(function, "__qualname__", None) or repr(function)
