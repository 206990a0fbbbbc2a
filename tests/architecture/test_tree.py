"""How the tree looks: what may lie at the top, what things may be called, what each room says of itself."""

from __future__ import annotations

import ast
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AT_THE_TOP = {"pyproject.toml", "viewer", "resources", "tests", "README.md", "Makefile", "LICENSE", "CHANGELOG.md"}
SAYS_NOTHING = {"base", "common", "helper", "helpers", "lib", "manager", "managers", "misc", "tools", "util", "utils"}


def modules(*folders: str) -> list[Path]:
    found = sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))
    assert found
    return found


def test_nothing_else_lies_at_the_top() -> None:
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found if not any(fnmatch(name, pattern) for pattern in ignored)} == AT_THE_TOP


def test_modules_are_called_after_their_subject() -> None:
    words = {
        path: {word for part in path.with_suffix("").parts for word in part.split("_")}
        for path in modules("viewer", "tests")
    }
    assert [str(path) for path in words if words[path] & SAYS_NOTHING] == []


def test_each_room_says_what_lives_there() -> None:
    rooms = {path.parent / "__init__.py" for path in modules("viewer")}
    assert sorted(str(room) for room in rooms if not (ROOT / room).is_file()) == []
    silent = [str(room) for room in rooms if not ast.get_docstring(ast.parse((ROOT / room).read_text("utf-8")))]
    assert sorted(silent) == []


def test_resources_hold_nothing_executable() -> None:
    files = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    assert [path.name for path in files if path.suffix in {".py", ".sh"} or path.stat().st_mode & 0o111] == []


def test_ci_runs_every_python_that_the_package_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    versions = re.findall(r"Python :: (3\.[0-9]+)", "\n".join(project["classifiers"]))
    matrix = re.search(r"python: \[(.*)\]", (ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8"))
    assert matrix is not None
    assert re.findall(r'"([^"]+)"', matrix[1]) == versions
