"""Records are the data classes of the standard library, but for what they cost."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from viewer.core import records
from viewer.core.errors import SettingsError
from viewer.core.frame import SampleInfo
from viewer.model.preferences import Preferences

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
