"""Records are the data classes of the standard library, but for what they cost."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import typing
from typing import TYPE_CHECKING, Any

import pytest

from viewer.core import records
from viewer.core.errors import SettingsError
from viewer.core.frame import SampleInfo, Size
from viewer.model.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {
    "__annotations__": {"a": "int", "b": "str", "c": "list[int]", "d": "float"},
    "b": "of b",
    "__module__": __name__,
}
OPTIONS = [
    {},
    {"eq": False},
    {"repr": False},
    {"slots": True},
    {"frozen": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False},
]


def both(options: dict[str, bool], bases: tuple[type, type] = (object, object), name: str = "Made") -> list[Any]:
    """Returns the same class as the standard library makes it, and as a record."""
    made = []
    for home, base in zip((dataclasses, records), bases, strict=True):
        fields = {"c": home.field(default_factory=list, hash=False), "d": home.field(default=0.5, repr=False)}
        cls = home.dataclass(**options)(type(name, (base,), BODY | fields))
        made.append(cls)
    return made


def seen(cls: Any) -> list[object]:  # noqa: ANN401 - any class
    """Returns what can be seen of a class."""

    def outcome(ask: Any) -> object:  # noqa: ANN401 - any function
        try:
            return ask()
        except (TypeError, AttributeError):  # the standard library's own are of this kind or of that
            return "refused"

    one, other, differs = cls(1), cls(1, "of b", [], 0.5), cls(2)
    return [
        str(inspect.signature(cls)),
        cls.__match_args__,
        [(each.name, each.metadata) for each in dataclasses.fields(cls)],
        repr(one) if "object at" not in repr(one) else "",
        [one == other, one == differs, one != other, one.__eq__(1), hasattr(one, "__dict__")],
        outcome(lambda: hash(one) == hash(other)),
        outcome(lambda: setattr(one, "a", 3)),
        outcome(lambda: setattr(one, "e", 3)),
        outcome(lambda: delattr(differs, "d")),
        outcome(cls),
        vars(cls).get("b", "") == "of b",
        "c" in vars(cls),
        [getattr(copy.copy(other), name) for name in "abcd"],
        one.c is not other.c,
        dataclasses.asdict(other),
    ]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_record_is_what_the_standard_library_would_have_made(options: dict[str, bool]) -> None:
    standard, record = both(options)
    assert seen(record) == seen(standard)
    standard, record = both(options, (standard, record), "Derived")
    assert seen(record) == seen(standard)


def test_a_record_can_be_replaced_and_pickled_and_is_checked_when_it_is_made() -> None:
    info = SampleInfo(bits=12)
    assert pickle.loads(pickle.dumps(info)) == records.replace(SampleInfo(), bits=12)  # noqa: S301 - our own
    assert dataclasses.replace(info, bits=0) == SampleInfo()
    assert records.fields(info)[0].name == "bits"
    with pytest.raises(SettingsError, match="from 1 to 240"):
        records.replace(Preferences(), rate=-1)


def test_a_field_that_is_no_parameter_begins_as_its_class_has_it() -> None:
    for home in (dataclasses, records):
        body = {"__annotations__": {"a": "int", "b": "int"}, "b": home.field(default=2, init=False)}
        made = home.dataclass(type("Made", (), body | {"__module__": __name__}))
        assert [str(inspect.signature(made)), repr(made(1)), made(1) == made(1)] == [
            "(a: 'int') -> None",
            "Made(a=1, b=2)",
            True,
        ]


def test_a_named_tuple_is_what_the_standard_library_would_have_made() -> None:
    def tried(ask: Callable[[], object]) -> object:
        try:
            return ask()
        except (TypeError, ValueError) as error:
            return type(error)

    def seen(home: Any) -> list[object]:  # noqa: ANN401 - a module
        class Made(home.NamedTuple):  # type: ignore[misc]
            a: int
            b: str = "of b"
            c: float = 0.5

            @property
            def twice(self) -> int:
                return 2 * self.a

        one = Made(1)
        asks = [lambda: Made(), lambda: Made(1, a=2), lambda: Made(1, d=2), lambda: Made(1, "", 0.0, 4)]  # noqa: PLW0108
        return [
            *map(tried, asks),
            *(repr(one), one, Made(c=2.0, a=1), Made(1, c=3.0), one.twice, hash(one), one.b, one._asdict()),
            *(one._replace(b=""), Made._make([1, 2, 3]), Made._fields, Made._field_defaults, Made.__match_args__),
            *(copy.copy(one), isinstance(one, tuple), hasattr(one, "__dict__")),
            list(inspect.signature(Made).parameters),
            [each.default for each in inspect.signature(Made).parameters.values()],
            tried(lambda: one._replace(d=1)) in {TypeError, ValueError},
        ]

    assert seen(records) == seen(typing)
    size = Size(2, height=3)
    assert (pickle.loads(pickle.dumps(size)), str(inspect.signature(Size))) == ((2, 3), "(width: 'int', height: 'int')")  # noqa: S301


@pytest.mark.parametrize("times", [1, 2 * records.FEW], ids=["made as it is", "compiled"])
def test_a_record_refuses_what_it_has_no_field_for_however_many_there_were(times: int) -> None:
    for home in (dataclasses, records):
        made = home.dataclass(type("Made", (), {"__annotations__": {"a": "int", "b": "int"}, "__module__": __name__}))
        assert [made(1, b=2) for _ in range(times)] == [made(a=1, b=2)] * times
        for values, named in (((), {}), ((1,), {}), ((1, 2, 3), {}), ((1, 2), {"a": 1}), ((1, 2), {"c": 3})):
            with pytest.raises(TypeError):
                made(*values, **named)
