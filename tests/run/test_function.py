"""Finding somebody's function, and telling what is wrong with it."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from viewer.core.errors import LookaheadError
from viewer.run.function import SCRIPT_PREFIX, UserFunction


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in [name for name in sys.modules if name.startswith(SCRIPT_PREFIX)]:
        monkeypatch.delitem(sys.modules, name)


def script(text: str, name: str = "measure.py") -> None:
    Path(name).write_text(text, "utf-8")


def called(target: str, frame: object = 3, kind: str = "array") -> object:
    function = UserFunction(target)
    function.check(kind)
    return function(frame, 7, "/shots/7.png")


def test_a_function_of_a_script() -> None:
    script("def double(frame):\n    return frame * 2\n")
    assert called("measure.py:double") == 6
    assert called(f"{Path('measure.py').absolute()}:double") == 6


def test_a_function_of_a_module_and_of_one_in_the_current_folder() -> None:
    assert called("math:sqrt", 9) == 3
    assert called("os.path:basename", "/a/b") == "b"
    script("def double(frame):\n    return frame * 2\n", "a_module_of_mine.py")
    assert called("a_module_of_mine:double") == 6


def test_a_method_in_a_class() -> None:
    script("class Measure:\n    @staticmethod\n    def one(frame):\n        return frame + 1\n")
    assert called("measure.py:Measure.one") == 4


def test_number_and_path_are_given_to_parameters_of_these_names() -> None:
    script(
        "def both(frame, *, path, number): return frame, number, path\n"
        "def one(frame, number=0): return frame, number\n"
        "def none(frame, factor=2, **others): return frame, factor, others\n"
        "def only_the_path(path): return path\n"
        "def only_the_number(number): return number\n"
    )
    assert called("measure.py:both") == (3, 7, "/shots/7.png")
    assert called("measure.py:one") == (3, 7)
    assert called("measure.py:none") == (3, 2, {})
    assert called("measure.py:only_the_path", "/shots/7.png", kind="path") == "/shots/7.png"
    for name, instead in (("path", " or add --kind path"), ("number", "")):
        with pytest.raises(
            LookaheadError, match=rf"frame as {name}, .* as in only_the_{name}\(frame, {name}\){instead}\.$"
        ):
            called(f"measure.py:only_the_{name}")


def test_a_script_hides_no_module_and_finds_those_beside_it() -> None:
    script("def one(): return 1\n", "beside_the_script.py")
    script("import beside_the_script\ndef mean(frame): return beside_the_script.one()\n", "statistics.py")
    assert called("statistics.py:mean") == 1
    assert "statistics" not in sys.modules or not hasattr(sys.modules["statistics"], "beside_the_script")


def test_what_a_script_does_as_a_program_is_not_done() -> None:
    script("def f(frame): return __name__\nif __name__ == '__main__':\n    raise SystemExit('ran')\n")
    assert called("measure.py:f") == f"{SCRIPT_PREFIX}measure"


def test_classes_of_a_script_can_be_pickled() -> None:
    script("import dataclasses\n@dataclasses.dataclass\nclass Point:\n    x: int\n")
    point = called("measure.py:Point")
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301 - our own


def test_it_is_sent_to_other_processes_by_its_name() -> None:
    script("def double(frame):\n    return frame * 2\n")
    function = UserFunction("measure.py:double")
    function.check()
    assert pickle.loads(pickle.dumps(function))(4, 1, "") == 8  # noqa: S301 - our own


def test_the_digest_follows_the_text() -> None:
    script("def f(frame): return 1\n")
    before = UserFunction("measure.py:f").source_digest
    assert before == UserFunction("measure.py:f").source_digest
    script("def f(frame): return 2\n")
    assert UserFunction("measure.py:f").source_digest != before
    assert UserFunction("math:sqrt").source_digest in {"", UserFunction("math:cos").source_digest}


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("measure.py", "does not name a function"),
        (":mean", "does not name a function"),
        ("measure.py:", "does not name a function"),
        ("nowhere.py:mean", "There is no file nowhere.py"),
        ("no_such_module:mean", "There is no module no_such_module"),
        ("os.no_such_module:mean", "There is no module os.no_such_module"),
        ("measure.py:median", "There is no function median in .*measure.py"),
        ("measure.py:LEVEL", "LEVEL in .*measure.py is no function: it is 3"),
        ("measure.py:two", r"two\(frame, threshold\) cannot be called with one frame"),
        ("measure.py:nobody", r"nobody\(\) cannot be called with one frame"),
    ],
)
def test_what_is_wrong_with_a_function_is_said(target: str, sentence: str) -> None:
    script("LEVEL = 3\ndef two(frame, threshold): ...\ndef nobody(): ...\n")
    with pytest.raises(LookaheadError, match=sentence):
        called(target)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("def f(:\n", "SyntaxError: invalid syntax"),
        ("import no_such_module_here\n", "No module named 'no_such_module_here'"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
    ],
)
def test_a_script_that_fails_shows_its_own_traceback(text: str, last: str) -> None:
    script(text)
    with pytest.raises(LookaheadError) as caught:
        called("measure.py:f")
    message = str(caught.value)
    assert "measure.py could not be imported." in message
    assert last in message.splitlines()[-1]
    assert 'measure.py", line 1' in message
    assert "importlib" not in message
    assert "viewer" not in message
    assert f"{SCRIPT_PREFIX}measure" not in sys.modules
