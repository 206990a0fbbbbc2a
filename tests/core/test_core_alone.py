"""The core for scripts in a bare interpreter: rows E7, E8 and E9."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import viewer.core
from viewer.core.loaded import loaded

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "viewer" / "core"
FOR_SCRIPTS = ("prefetch", "requests", "results", "views", "workers", "storage", "sequence")
HEAVY = {"numpy", "PIL", "PyQt5", "simplejpeg", "tifffile", "platformdirs", "asyncio", "multiprocessing"}

BARE = """
import sys, tempfile, pathlib
import viewer.core
assert not {heavy} & set(sys.modules), sorted(sys.modules)
from viewer.core import Prefetcher, ResultCache, Scheduler, Mapped

folder = pathlib.Path(tempfile.mkdtemp())
for number in range(12):
    (folder / f"shot.{{number:04d}}.png").write_bytes(b"picture %d" % number)
with Prefetcher(folder, kind="bytes") as frames:
    assert [bytes(each) for each in frames] == [b"picture %d" % number for number in range(12)]
with Prefetcher(range(100), str) as items:
    assert items[7] == "7" and list(items[:3]) == ["0", "1", "2"]
    assert list(items.map(int)) == list(range(100))
with Scheduler() as scheduler:
    assert scheduler.request("id", len, "four").result(20) == 4
with ResultCache(folder / "results") as results:
    assert results.cached(name="doubled")(lambda number: 2 * number)(4) == 8
for each in ("numpy", "PIL", "PyQt5"):
    try:
        __import__(each)
    except ImportError:
        continue
    raise AssertionError(each + " can be had here: this says nothing")
print("done")
"""


def run(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_e8_without_numpy_pillow_and_qt_it_prefetches_bytes_and_keeps_results() -> None:
    # -S leaves out what was installed, -I what the environment adds.
    ran = run(BARE.format(heavy=HEAVY), "-I", "-S", "-W", "error")
    assert ran.stdout.strip() == "done", ran.stderr


@pytest.mark.parametrize("what", ["import viewer.core", "from viewer.core import Prefetcher, ResultCache, Scheduler"])
def test_e8_importing_it_brings_neither_numpy_nor_pillow_nor_qt(what: str) -> None:
    ran = run(f"{what}\nprint(sorted({HEAVY} & set(sys.modules)))")
    assert ran.stdout.strip() == "[]", ran.stderr


def test_importing_it_imports_nothing_else_before_a_name_is_used() -> None:
    ran = run(
        "before = {*sys.modules}; import viewer.core\n"
        "print(sorted({*sys.modules} - before)); viewer.core.cores; print('typing' in sys.modules)",
        "-I",
        "-S",
    )
    assert ran.stdout.split("\n")[:2] == ["['__future__', 'viewer', 'viewer.core']", "True"], ran.stderr


@pytest.mark.parametrize("path", [path for room in FOR_SCRIPTS for path in sorted((CORE / room).glob("*.py"))], ids=str)
def test_e9_it_needs_nothing_outside_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported: set[str] = set()
    for node in tree.body:  # what stands inside functions is imported when it has to do with arrays or pictures
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) <= {"viewer"}


E7 = """
import threading
from viewer.core import Prefetcher
second = threading.Event()

def load(number):
    if number == 1:
        second.set()
    return number

with Prefetcher(range(3), load) as items:
    assert items[0] == 0
    assert second.wait(20)
    print("done")
"""


def test_e7_without_any_setting_it_prefetches() -> None:
    assert run(E7).stdout.strip() == "done"


@pytest.mark.parametrize(("before", "now"), [("Course", "AccessPattern"), ("straight_on", "sequential")])
def test_names_of_earlier_versions_still_work_and_say_what_they_are_called_now(before: str, now: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"{before} is called {now} now"):
        assert getattr(viewer.core, before) is getattr(viewer.core, now)


def test_a_library_that_is_being_imported_just_now_is_not_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.machinery.ModuleSpec("half_a_library", None)
    monkeypatch.setitem(sys.modules, "half_a_library", importlib.util.module_from_spec(spec))
    assert loaded("half_a_library") is sys.modules["half_a_library"]
    monkeypatch.setattr(spec, "_initializing", True, raising=False)
    assert (loaded("half_a_library"), loaded("no_such_library")) == (None, None)
