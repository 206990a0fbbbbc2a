"""Which functions and objects are the same: two never get the results of one another."""

from __future__ import annotations

import functools
import os
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import things
from kept import python
from PIL import Image
from things import Adder, Forgetful, Gain, Many, Narrow, Thing, adding

from viewer.core.errors import ResultError
from viewer.core.results import code
from viewer.core.results.cache import ResultCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OTHER = Thing(v=1)
MODULE = "UNRELATED = {0}\n\ndef scale(n):\n    # {0}\n    '{0}'\n    return n * {1}\n"


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (things.waiting, "coroutine function"),
        (functools.partial(things.waiting), "coroutine function"),
        (things.counting, "generator function"),
        (things.streaming, "asynchronous generator"),
        (property(len), "directly above the method"),
        (classmethod(lambda cls: cls), "directly above the method"),
        (Thing(), "no name"),
        ("a".upper, "no name"),
    ],
)
def test_what_cannot_be_kept_or_named_is_refused_at_once(tmp_path: Path, function: Any, reason: str) -> None:  # noqa: ANN401 - anything
    with pytest.raises(ResultError, match=reason):
        ResultCache(tmp_path).cached(function)


def test_functions_that_differ_in_what_they_capture_are_others(tmp_path: Path) -> None:
    cache, weights = ResultCache(tmp_path), [1]
    made: list[Any] = [
        *(adding(1), adding(2), lambda value: value, lambda value: -value),
        *(lambda value, factor=factor: value * factor for factor in (5, 6)),
        *(functools.partial(pow, 2), functools.partial(pow, 3), things.scaled(7)(abs), things.scaled(8)(abs)),
        *(Adder(9).add, Adder(10).add, lambda value: value + weights[0]),
        *(things.plain, things.negated(things.plain), things.negated(things.negated(things.plain))),
        *(wrap(things.plain, factor) for wrap in (things.Scaled, things.defaulting) for factor in (11, 12)),
    ]
    functions = [cache.cached(function) for function in made]
    assert [function(3) for function in functions] == [function(3) for function in made]
    assert {function.ask(3).origin.value for function in functions} == {"memory"}
    weights[0] = 20
    assert functions[12](3) == 23
    captured: Any = iter([])
    with pytest.raises(ResultError, match="depend on captured around it"):
        cache.cached(lambda value: (value, captured))(3)
    with pytest.raises(ResultError, match="plain depend on the Scaled around it"):
        cache.cached(things.Scaled(things.plain, captured))(3)
    assert cache.cached(name="second")(lambda value: (value, captured)[0])(3) == 3


@pytest.mark.parametrize("module", [{"__name__": "__main__"}, {}], ids=["main", "nameless"])
@pytest.mark.parametrize("cells", things.SESSIONS.values(), ids=things.SESSIONS)
def test_programs_without_a_file_never_get_the_results_of_other_code(
    tmp_path: Path, cells: list[tuple[str, object]], module: dict[str, str]
) -> None:
    cache = ResultCache(tmp_path)
    session: dict[str, Any] = {}
    for cell, expected in cells:
        session = session if session and cell else {**module, "cached": cache.cached, "r": None}
        exec(cell, session)  # noqa: S102 - what a notebook does
        assert (session["r"], type(session["r"])) == (expected, type(expected))


def test_functions_of_one_name_in_two_folders_are_two_and_through_a_link_are_one(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "kept")
    made = [things.module(tmp_path / str(factor) / "helpers.py", MODULE.format(1, factor)) for factor in (2, 3)]
    assert [cache.cached(each.scale)(21) for each in made] == [42, 63]
    if os.name == "posix":
        (tmp_path / "link").symlink_to("2")
        linked = things.module(tmp_path / "link" / "helpers.py", MODULE.format(1, 2))
        assert cache.cached(linked.scale).ask(21).origin.value == "memory"


@pytest.mark.parametrize("name", [None, "scale"])
@pytest.mark.parametrize("memory", [0, 10**9])
def test_a_function_that_was_edited_is_told_of_once(tmp_path: Path, name: str | None, memory: int) -> None:
    cache, file = ResultCache(tmp_path / "kept", memory_bytes=memory), tmp_path / "helpers.py"
    for comment in (1, 2):
        scale = cache.cached(name=name)(things.module(file, MODULE.format(comment, 2)).scale)
        assert (scale(21), scale(22)) == (42, 44)
    edited = cache.cached(name=name)(things.module(file, MODULE.format(2, 3)).scale)
    with pytest.warns(RuntimeWarning, match=r"scale was edited since .* clear\(\)") as warned:
        assert (edited(21), edited(22), edited(23)) == (42, 44, 69)
    assert len(warned) == 1
    edited.clear()
    assert edited(21) == 63


def test_only_marks_of_one_version_of_python_are_compared() -> None:
    pairs = [("3.0:a", "3.0:b"), ("3.0:a", "3.0:a"), ("3.0:a", "3.1:b"), ("", "3.0:b")]
    assert [code.was_edited(*pair) for pair in pairs] == [True, False, False, False]


STATES: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "attribute": (Thing(v=1), lambda thing: setattr(thing, "v", 2)),
    "list": (Thing(v=[1]), lambda thing: thing.v.append(2)),
    "items": (Many([1]), lambda many: many.append(2)),
    "array": (Thing(v=np.zeros(3)), lambda thing: thing.v.fill(1)),
    "nested": (Thing(v=Thing(v=Thing(v=1))), lambda thing: setattr(thing.v.v, "v", 2)),
    "slot": (Narrow(1), lambda narrow: setattr(narrow, "b", 2)),
    "left out of copies": (Forgetful(v=1), lambda thing: setattr(thing, "v", 2)),
    "constant of the class": (Adder(1), lambda _: setattr(Adder, "scale", 2)),
    "constant that a method sets": (Gain(), lambda _: setattr(Gain, "gain", 2)),
    "wrapper": (things.Scaled(things.plain, 2), lambda scaled: setattr(scaled, "factor", 3)),
    "attribute of a function": (adding(1), lambda function: setattr(function, "factor", 3)),
    "tag": (Image.new("RGB", (4, 2)), lambda image: image.getexif().update({274: 6})),
    "attribute of an image": (Image.new("RGB", (4, 2)), lambda image: setattr(image, "exposure", 6)),
    "part made by a partial function": (things.Partly(v=1), lambda thing: setattr(thing, "v", 2)),
    "weak": (Thing(v=weakref.ref(OTHER)), lambda _: vars(OTHER).update(v=2)),
    "ring": (things.ring(1), lambda thing: setattr(thing.next.previous, "value", 2)),
}


@pytest.mark.parametrize(("thing", "change"), STATES.values(), ids=STATES)
def test_whatever_changes_in_an_object_makes_a_new_result(
    tmp_path: Path,
    thing: Any,  # noqa: ANN401 - of any class
    change: Callable[[Any], object],
) -> None:
    runs: list[object] = []
    look = ResultCache(tmp_path).cached(name="look")(lambda _: runs.append(1))
    for _ in range(2):
        look(thing)
        look(thing)
        change(thing)
    assert len(runs) == 2


PROGRAM = """
from viewer.core.results.cache import ResultCache
class Shot:
    def __init__(self):
        self.tags, self.more = {"a", "b", "c"}, {"x": 1.5, "y": None}
    @ResultCache("kept").cached
    def level(self):
        assert self
        return "computed"
print(Shot().level.ask().origin.value)
"""


def test_what_a_method_returns_is_kept_for_the_next_program_also_an_optimised_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shot.py").write_text(PROGRAM)
    start = "import os, runpy, sys; os.chdir(sys.argv[1]); runpy.run_path('shot.py', run_name='__main__')"
    first = python(start, tmp_path).communicate()
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert [first, python(start, tmp_path).communicate()] == [("loaded\n", ""), ("disk\n", "")]
