"""Data classes and named tuples that cost little where they are defined: nothing is compiled there, nor imported.

Only ``__init__`` of a data class is compiled, when many records of it are made: that of 67 classes took 20 ms of the
start, and 65 named tuples of the standard library 15. For type checkers, and for :func:`dataclasses.fields` and its
like, they are those of the standard library; the options that this program does not use are not there.
"""

from __future__ import annotations

import sys
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

FEW = 8
"""Records of a class that are made before its ``__init__`` is compiled, which takes as long as 100 of them."""

if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, replace
    from typing import NamedTuple
else:
    from _collections import _tuplegetter  # what the standard library's named tuples have for each field

    _NONE = type("_None", (), {"__repr__": lambda _self: "<factory>"})()  # as signatures are to show it

    class Field:
        """A field: its name, its annotation, and what :func:`field` was given."""

        def __init__(self, **given):
            self.name, self.annotation, self.given = "", "", given
            self.default, self.factory = given.get("default", _NONE), given.get("default_factory", _NONE)
            self.metadata = given.get("metadata", {})

    field = Field

    def fields(record):
        """Returns the fields of a record or of its class, each with ``name``, ``default`` and ``metadata``."""
        return tuple(record.__fields__.values())

    def replace(record, /, **changes):
        """Returns another record that differs by the ``changes``."""
        return type(record)(
            **{name: getattr(record, name) for name in record.__fields__ if name not in changes}, **changes
        )

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, repr=True):  # noqa: A002 - the standard's name
        """Makes a record of a class, as :func:`dataclasses.dataclass`."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, slots=slots, eq=eq, repr=repr)
        members = dict(vars(cls))
        every = {name: each for base in cls.__bases__ for name, each in getattr(base, "__fields__", {}).items()}
        own = members.get("__annotations__", {})
        new = tuple(name for name in own if name not in every)
        for name in own:
            given = members.pop(name, _NONE)
            every[name] = given if isinstance(given, Field) else Field() if given is _NONE else Field(default=given)
            every[name].name, every[name].annotation = name, own[name]
        added = {"__fields__": every, "__dataclass_fields__": _StandardFields(), "__match_args__": tuple(every)}
        added["__init__"] = late = _LateInit(frozen=frozen)
        if repr and "__repr__" not in members:
            added["__repr__"] = _repr
        if eq and "__eq__" not in members:
            hashed = [name for name, each in every.items() if each.given.get("hash", True)]
            added |= {"__eq__": _eq(_values(every)), "__hash__": _hash(_values(hashed)) if frozen else None}
        if frozen:
            added |= {"__setattr__": _refuse, "__delattr__": _refuse}
        if slots:
            members.pop("__dict__", None)
            members.pop("__weakref__", None)
            added |= {"__slots__": new, "__getstate__": _state, "__setstate__": _set_state}
            made = late.home = type(cls)(cls.__name__, cls.__bases__, members | added)
            made.__qualname__ = cls.__qualname__
            return made
        added |= {name: every[name].default for name in own if every[name].default is not _NONE}
        for name in vars(cls).keys() & own.keys() - added.keys():
            delattr(cls, name)
        for name, each in added.items():
            setattr(cls, name, each)
        late.home = cls
        return cls

    class _LateInit:
        """Stands for the method ``__init__`` of a class, its ``home``, until that is worth compiling; any thread."""

        def __init__(self, *, frozen):
            self._frozen, self.home, self._made = frozen, None, 0

        def __get__(self, record, _cls):
            if record is not None and self._made < FEW:
                self._made += 1
                return partial(self._fill, record)
            init = self.home.__init__ = _init(self.home, frozen=self._frozen)
            return init if record is None else init.__get__(record)

        def _fill(self, record, /, *values, **named):
            """Does what ``__init__`` does, which raises what there is to be raised."""
            every = [each for each in fields(self.home) if each.given.get("init", True)]
            rest = {each.name: each for each in every[len(values) :]}
            needed = {name for name, each in rest.items() if each.default is each.factory}
            if len(values) > len(every) or not needed <= named.keys() <= rest.keys():
                _init(self.home, frozen=self._frozen)(record, *values, **named)
            for each, value in zip(every, values):  # noqa: B905 - the rest follows
                object.__setattr__(record, each.name, value)
            for name, each in rest.items():
                value = named[name] if name in named else each.default if each.factory is _NONE else each.factory()
                object.__setattr__(record, name, value)
            if hasattr(record, "__post_init__"):
                record.__post_init__()

    def _init(cls, *, frozen):
        """Returns the method ``__init__`` for the fields of a class."""
        every = fields(cls)
        parameters, lines, known = ["self"], [], {"_none": _NONE, "_set": object.__setattr__}
        for each in every:
            if not each.given.get("init", True):  # its default is an attribute of the class, so that has no slots
                continue
            name, value, parameter = each.name, each.name, each.name
            if each.factory is not _NONE:
                known[f"_{name}"] = each.factory
                value, parameter = f"_{name}() if {name} is _none else {name}", f"{name}=_none"
            elif each.default is not _NONE:
                known[f"_{name}"] = each.default
                parameter = f"{name}=_{name}"
            parameters.append(parameter)
            lines.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            lines.append("self.__post_init__()")
        text = f"def __init__({', '.join(parameters)}): {'; '.join(lines) or 'pass'}"
        space = {}
        # Its globals are those of the module of the class: annotations mean something there only.
        exec(f"def make({', '.join(known)}):\n {text}\n return __init__", vars(sys.modules[cls.__module__]), space)  # noqa: S102 - names of this program's fields
        init = space["make"](**known)
        init.__qualname__ = f"{cls.__qualname__}.__init__"
        init.__annotations__ = {each.name: each.annotation for each in every} | {"return": None}
        return init

    def _values(names):
        """Returns what returns the values of these fields of a record, to be compared."""
        return attrgetter(*names) if names else type

    def _eq(values):
        def __eq__(self, other):  # noqa: N807 - it becomes one
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        return __eq__

    def _hash(values):
        return lambda self: hash(values(self))

    def _repr(self):
        shown = [f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.given.get("repr", True)]
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _refuse(_self, name, *_value):
        from dataclasses import FrozenInstanceError  # noqa: PLC0415 - takes 8 ms

        raise FrozenInstanceError(f"cannot change the field {name!r}")

    def _state(self):
        return [getattr(self, name) for name in self.__fields__]

    def _set_state(self, state):
        for name, value in zip(self.__fields__, state, strict=True):
            object.__setattr__(self, name, value)

    class _Named(tuple):
        """What all named tuples have, by the names of the standard library."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            if named or len(values) != len(cls._fields):
                rest = cls._fields[len(values) :]
                given = cls._field_defaults | named
                if len(values) > len(cls._fields) or not named.keys() <= {*rest} <= given.keys():
                    raise TypeError(f"{cls.__name__}() takes {', '.join(cls._fields)}")
                values += tuple(map(given.__getitem__, rest))
            return tuple.__new__(cls, values)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

    def as_dict(record):
        """Returns the values of a named tuple by the names of their fields."""
        return dict(zip(record._fields, record, strict=True))

    _Named._asdict, _Named._replace = as_dict, lambda self, /, **changes: type(self)(**self._asdict() | changes)

    class _Signature:
        """The signature of a named tuple, made when it is asked for."""

        def __get__(self, _record, cls):
            from inspect import Parameter, Signature  # noqa: PLC0415 - takes 8 ms

            more = [
                {"default": cls._field_defaults.get(name, Parameter.empty), "annotation": cls.__annotations__[name]}
                for name in cls._fields
            ]
            kind = Parameter.POSITIONAL_OR_KEYWORD
            return Signature([Parameter(name, kind, **each) for name, each in zip(cls._fields, more, strict=True)])

    _OF_VALUES = classmethod(lambda cls, values: cls(*values))

    class _TupleMaker(type):
        def __new__(cls, name, bases, members):
            """Makes the named tuple of a class body, as :class:`typing.NamedTuple`."""
            names = tuple(members.get("__annotations__", ()))
            defaults = {each: members[each] for each in names if each in members}
            members |= {each: _tuplegetter(at, f"Alias for field number {at}") for at, each in enumerate(names)}
            members |= {"_fields": names, "_field_defaults": defaults, "__match_args__": names, "__slots__": ()}
            return type(name, (_Named, *bases[1:]), members | {"_make": _OF_VALUES, "__signature__": _Signature()})

    NamedTuple = type.__new__(_TupleMaker, "NamedTuple", (), {})

    class _StandardFields:
        """The fields as the standard library has them, made when it asks for them."""

        def __get__(self, _record, cls):
            import dataclasses  # noqa: PLC0415 - takes 8 ms

            made = [(each.name, each.annotation, dataclasses.field(**each.given)) for each in fields(cls)]
            return dataclasses.make_dataclass(cls.__name__, made).__dataclass_fields__


__all__ = ["NamedTuple", "dataclass", "field", "fields", "replace"]
