"""Objects, functions and programs of all kinds, for what tells one call of a cached function from another."""

from __future__ import annotations

import dataclasses
import functools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class Thing:
    """An ordinary object with whatever attributes."""

    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes)


class Narrow:
    """One without a dictionary."""

    __slots__ = ("a", "b")

    def __init__(self, a: object) -> None:
        self.a = a


class Forgetful(Thing):
    """One that leaves things out when it is copied."""

    def __getstate__(self) -> object:
        return {}


class Text(str):
    """A text that is of another type."""

    __slots__ = ()


class Many(list[int]):
    """A list that can have attributes."""


class Adder:
    """Something whose method is a function like others."""

    scale = 1

    def __init__(self, number: int) -> None:
        self.number = number

    def add(self, value: int) -> int:
        return value + self.number


def ring(value: int) -> Any:  # noqa: ANN401 - an object with whatever attributes
    """Returns an object that leads back to itself."""
    thing: Any = Thing(value=value)
    thing.next = Thing(previous=thing)
    return thing


def one_of_two(*, is_first: bool) -> Thing:
    """Returns an object that refers to one of its parts."""
    parts = {"a": Thing(v=1), "b": Thing(v=2)} if is_first else {"b": Thing(v=2), "a": Thing(v=1)}
    return Thing(parts=parts, now=next(iter(parts.values())))


def adding(number: int) -> Any:  # noqa: ANN401 - a function
    """Returns a function that captures a number."""
    return lambda value: value + number


def scaled(factor: int) -> Any:  # noqa: ANN401 - a decorator
    """Returns a decorator."""

    def decorate(function: Any) -> Any:  # noqa: ANN401 - a function
        @functools.wraps(function)
        def call(value: int) -> Any:  # noqa: ANN401 - what the function returns
            return factor * function(value)

        return call

    return decorate


class Scaled:
    """An object that stands for a function, and multiplies what it returns."""

    def __init__(self, function: Any, factor: int) -> None:  # noqa: ANN401 - a function
        functools.update_wrapper(self, function)
        self.function, self.factor = function, factor

    def __call__(self, value: int) -> Any:  # noqa: ANN401 - what the function returns
        return self.factor * self.function(value)


def negated(function: Any) -> Any:  # noqa: ANN401 - a function
    """A decorator."""
    return functools.wraps(function)(lambda value: -function(value))


def defaulting(function: Any, factor: int) -> Any:  # noqa: ANN401 - a function
    """Returns a function with an argument of its own, which the signature does not show."""
    return functools.wraps(function)(lambda value, factor=factor: factor * function(value))


def plain(value: int) -> int:
    """A function to be wrapped."""
    return value + 1


def made(factor: int) -> list[Any]:
    """Returns objects of classes that are made here, each with a method ``of``."""

    def of(self: object) -> int:  # noqa: ARG001 - a method
        return factor

    field = dataclasses.field(default=1)
    return [
        type("Model", (), {"of": of})(),
        type("Model", (), {"of": property(of)})(),
        type("Model", (type("Base", (), {"of": of}),), {})(),
        type("Model", (), {"of": functools.partialmethod(scaled, factor)})(),
        dataclasses.make_dataclass("Model", [("a", int, field)], namespace={"of": of})(),
        dataclasses.make_dataclass("Model", [("a", int, dataclasses.field(default_factory=lambda: factor))]),
    ]


class Named:
    """One that says that it is a global of this module, which another object is."""

    def __reduce__(self) -> str:
        return "plain"


class Partly(Thing):
    """One that is made again by a function without a name."""

    def __reduce__(self) -> tuple[object, ...]:
        return functools.partial(Partly), (), vars(self)


class Gain:
    """One with a constant that a method replaces."""

    gain = 1

    def replace(self) -> None:
        self.gain = 3


async def waiting() -> None:
    """A function whose result can be awaited once."""


def counting() -> Any:  # noqa: ANN401 - a generator
    """A function whose result can be read once."""
    yield 1


async def streaming() -> Any:  # noqa: ANN401 - a generator
    """A function whose result can be read once."""
    yield 1


def module(file: Path, text: str) -> Any:  # noqa: ANN401 - a module
    """Writes a module and returns it as a program would import it."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    made: dict[str, Any] = {"__name__": file.stem, "__file__": str(file)}
    exec(compile(text, file, "exec"), made)  # noqa: S102 - as an import does
    return SimpleNamespace(**made)


def _f(body: str, arguments: str = "1", before: str = "", options: str = "") -> str:
    return f"{before}\n@cached{options}\ndef f(x):\n  {body}\nr = f({arguments})"


_CLASS = "class A:\n  k = 1\n  def h(self): return {}\n  @cached\n  def m(self): return self.h() * self.k\nr = A().m()"
_SUBCLASS = "class B(A):\n  def h(self): return {}\nr = B().m()"

SESSIONS: dict[str, list[tuple[str, object]]] = {
    "edited": [(_f("return x + 1"), 2), (_f("return x + 9"), 10), (_f("return x + 1"), 2)],
    "types of constants": [(_f("return 1"), 1), (_f("return 1.0"), 1.0), (_f("return True"), True)],
    "docstrings": [(_f("'a'\n  return 'a'"), "a"), (_f("'b'\n  return 'b'"), "b")],
    "inner functions": [(_f("return (lambda: x + 1)()"), 2), (_f("return (lambda: x + 2)()"), 3)],
    "run again": [
        (_f("n.append(x)\n  return len(n)", before="n = []"), 1),
        (_f("# as above\n\n  n.append(x)\n  return len(n)", before="n = [7, 8]"), 1),
    ],
    "constants": [
        (_f("return x * K", before="K = 2"), 2),
        ("K = 3; r = f(1)", 3),
        ("", None),
        (_f("return x * K", before="K = 4"), 4),
    ],
    "helpers": [(_f("return g(x)", before="def g(x): return x"), 1), ("def g(x): return -x\nr = f(1)", -1)],
    "recursive": [(_f("return x * f(x - 1) if x else 1", "5"), 120)],
    "lambdas": [("f = cached(lambda x: x + 1); r = f(1)", 2), ("f = cached(lambda x: x + 2); r = f(1)", 3)],
    "sources": [
        (_f("return x + 1", options="(name='f', version='source')"), 2),
        (_f("return x + 2", options="(name='f', version='source')"), 3),
    ],
    "classes": [
        (_CLASS.format(5), 5),
        ("A.k = 3; r = A().m()", 15),
        (_SUBCLASS.format(7), 21),
        (_SUBCLASS.format(8), 24),
        (_CLASS.format(6), 6),
    ],
    "functions as arguments": [
        (_f("return x(1)", "lambda x: x + 1"), 2),
        ("r = f(lambda x: x + 2)", 3),
        ("def h(x): return x + 3\nr = f(h)", 4),
        ("def h(x): return x + 4\nr = f(h)", 5),
    ],
}
"""What is typed into sessions, cell by cell, and what r is then; after an empty cell another session begins."""
