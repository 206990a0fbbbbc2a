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
import threading
import types
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from viewer.core.errors import ResultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Write = Callable[[object], bytes]
    """Turns a value into bytes, as :func:`viewer.core.results.encoding.encoded`."""

_PASSING = re.compile(r"ipykernel_\d+")  # where notebooks pretend that their cells lie
_ASSIGNING = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
_CONSTANTS = (type(None), bool, int, float, complex, str, bytes, Enum, PurePath)
_HEAP_TYPE = 1 << 9
_WITHOUT_STATE = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial, type)
_UNFIT = (
    (inspect.iscoroutinefunction, "a coroutine function: what it returns can be awaited once"),
    (inspect.isasyncgenfunction, "an asynchronous generator: what it returns can be read once"),
    (inspect.isgeneratorfunction, "a generator function: what it returns can be read once"),
)


class ClassParts(NamedTuple):
    """What a class is, and stays.

    Attributes:
        spaces: the names in it and in the classes that it comes from.
        identity: which class it is, as bytes.
        is_made: whether its name and file do not tell which it is, but only its functions: a factory made it, or it
            has no lasting file.
        is_global: whether its module has it by its name, and a file that lasts: it is looked at once.
    """

    spaces: list[types.MappingProxyType[str, Any]]
    identity: bytes
    is_made: bool
    is_global: bool


class _Here(threading.local):
    def __init__(self) -> None:
        self.written: set[type] = set()  # made classes that are being written, as their functions may name them


_classes: WeakKeyDictionary[type, ClassParts] = WeakKeyDictionary()
_here = _Here()


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
    if place is None or "<" in name:
        own = f"{digest_of_codes(codes, write)} "
    else:  # the name is that of what was wrapped: its wrappers are known by their code
        wrappers = [code for code in codes if code is not codes[-1]]
        own = f"{digest_of_codes(wrappers, write)} " if wrappers else ""
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

    That are the variables of functions around it, the object of a method, the arguments of a partial function; the
    state of an object, and the defaults of a function, around it; and, of code without a lasting file, the constants
    and functions that it names. Raises ResultError if it cannot be written.
    """
    found = layers(function)
    parts = []
    for each in found:
        if not isinstance(each, _WITHOUT_STATE):
            parts.append(_around(function, f"the {type(each).__qualname__}", each, write))
        if isinstance(each, functools.partial):
            parts.append(write((each.args, each.keywords)))
        owner = getattr(each, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            parts.append(write(owner))
        if isinstance(each, types.FunctionType):
            if each is not found[-1]:  # the signature is that of what it wraps
                parts.append(write((each.__defaults__, each.__kwdefaults__)))
            for name, value in free_variables(each):
                if not any(value is layer for layer in found):
                    parts += [name.encode(), _around(function, name, value, write)]
            if place_of(each.__code__.co_filename) is None:
                parts += [part for name, value in named(each) for part in (name.encode(), write(value))]
    return parts


def _around(function: object, name: str, value: object, write: Write) -> bytes:
    try:
        return write(value)
    except ResultError as error:
        raise ResultError(
            f"The results of {_shown(function)} depend on {name} around it, and that cannot tell one from another: "
            f"{error}. Make it an argument, or give the function a name with name=."
        ) from None


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
        known = _classes[kind] = ClassParts(spaces, *_lasting(kind, write))
    return known


def identity_of(kind: type, write: Write) -> bytes:
    """Returns which class it is, as it is now; raises ResultError if its functions cannot tell."""
    parts = parts_of_class(kind, write)
    if not parts.is_made or kind in _here.written:
        return parts.identity
    _here.written.add(kind)
    try:
        functions = [(name, _member(each)) for space in parts.spaces for name, each in _members(space)]
        named = [each for space in parts.spaces for each in space.items() if not each[0].startswith("__")]
        kinds = [(name, type(each).__name__) for name, each in named]
        fields = [(each.name, each.default_factory) for each in getattr(kind, "__dataclass_fields__", {}).values()]
        whole = hashlib.blake2b(write((parts.identity, kinds, functions, fields)), digest_size=32).digest()
    except ResultError as error:
        raise ResultError(f"in the class {kind.__qualname__}, {error}") from None
    finally:
        _here.written.discard(kind)
    if parts.is_global and not _here.written:  # within another class it may be written in part
        _classes[kind] = parts._replace(identity=whole, is_made=False)
    return whole


def is_written(kind: type) -> bool:
    """Returns whether a class was written in Python, or may have been."""
    return bool(kind.__flags__ & _HEAP_TYPE)


def constants(parts: ClassParts) -> Iterator[tuple[str, object]]:
    """Yields the constants of a class, as they are now: what can only be replaced, in its methods too."""
    for space in parts.spaces:
        for name, value in space.items():
            if is_constant(value) and not name.startswith("__"):
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


def global_of(value: object, module: str | None, name: str) -> types.ModuleType | None:
    """Returns the module in which ``value`` has this name; None if there is none, or something else has it there."""
    for each in [module] if module else sorted(sys.modules, key=lambda each: (len(each), each)):
        found: Any = sys.modules.get(each)
        for part in name.split("."):
            found = getattr(found, "__dict__", {}).get(part)  # nothing is run, or imported, as getattr would
        if found is value or getattr(found, "__func__", None) is value:
            return sys.modules[each]
    return None


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


def _lasting(kind: type, write: Write) -> tuple[bytes, bool, bool]:
    """Returns what tells a class by its place and name, whether its functions must tell the rest, and if once."""
    name = kind.__qualname__
    if not is_written(kind):
        return write((kind.__module__, name)), False, True
    members = list(_members(vars(kind)))
    written = [each for _, member in members for each in layers(member) if not _is_generated(each)]
    places = {place_of(each.__code__.co_filename) for each in written if isinstance(each, types.FunctionType)}
    bases = [parts_of_class(base, write) for base in kind.__bases__ if base is not object]
    is_global = None not in places and global_of(kind, kind.__module__, name) is not None
    is_made = not is_global or any(_is_foreign(name, *each) for each in members)
    place = min(filter(None, places), default=None) or _file_of_module(kind.__module__) or kind.__module__
    whole = write((kind.__module__ if is_made else place, name, [base.identity for base in bases]))
    is_made = is_made or any(base.is_made for base in bases)
    return whole, is_made, is_global and all(base.is_global for base in bases)


def _is_foreign(owner: str, name: str, member: object) -> bool:
    """Returns whether a class of the name ``owner`` has a function that was not written in it, but for usual ones."""
    if not isinstance(member, types.FunctionType) or member.__qualname__ == f"{owner}.{name}":
        return False
    return not name.endswith("_") or _member(member) is member


def _member(value: Any) -> object:  # noqa: ANN401 - of a class
    """Returns a function that a class has from elsewhere as its place and name there, all others as they are."""
    if not isinstance(value, types.FunctionType) or place_of(value.__code__.co_filename) is None:
        return value
    module = global_of(value, value.__module__, value.__qualname__) if value.__module__ else None
    return value if module is None else (*module_parts(module), value.__qualname__)


def _members(space: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yields what a class was written with and can be called, not what was made for it, as for a dataclass."""
    for name, value in space.items():
        parts: tuple[object, ...] = (value,)
        if isinstance(value, property):
            parts = value.fget, value.fset, value.fdel
        elif isinstance(value, (classmethod, staticmethod)):
            parts = (value.__func__,)
        elif isinstance(value, (functools.cached_property, functools.singledispatchmethod)):
            parts = (value.func,)
        elif isinstance(value, functools.partialmethod):
            parts = value.func, functools.partial(value.func, *value.args, **value.keywords)
        for each in parts:
            if callable(each) and not _is_generated(each):
                yield name, each


def _is_generated(function: object) -> bool:
    return isinstance(function, types.FunctionType) and function.__code__.co_qualname.startswith("__create_fn__")


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
