"""What importing does: hardly anything. Each import runs in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

IMPORT_AND_REPORT = """
import gc, importlib, json, locale, logging, os, pathlib, signal, sys, threading, warnings

def state():
    return {
        "threads": [thread.name for thread in threading.enumerate()],
        "environment": dict(os.environ),
        "current folder": os.getcwd(),
        "search path": list(sys.path),
        "switch interval": sys.getswitchinterval(),
        "recursion limit": sys.getrecursionlimit(),
        "exception hooks": [repr(sys.excepthook), repr(sys.unraisablehook), repr(threading.excepthook)],
        "signal handlers": {str(number): repr(signal.getsignal(number)) for number in signal.valid_signals()},
        "log handlers": repr(logging.root.handlers) + str(logging.root.level),
        "warning filters": len(warnings.filters),
        "collector": [gc.isenabled(), gc.get_threshold()],
        "locale": locale.setlocale(locale.LC_ALL),
        "files at home": sorted(str(path) for path in pathlib.Path.home().rglob("*")),
    }

modules, others, watched = json.loads(sys.argv[1])
for module in others:
    importlib.import_module(module)
before = state()
for module in modules:
    importlib.import_module(module)
after = state()
print(json.dumps({
    "changed": {key: [before[key], after[key]] for key in before if before[key] != after[key]},
    "loaded": sorted(set(watched) & set(sys.modules)),
}))
"""


def modules(*folders: str) -> list[str]:
    """Returns the names of the packages and modules in ``folders`` of the package, at any depth."""
    paths = [path for folder in folders for path in sorted((ROOT / "viewer" / folder).rglob("*.py"))]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]


def after_importing(
    names: list[str], *, first: tuple[str, ...] = (), watched: tuple[str, ...] = ()
) -> dict[str, object]:
    assert names
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_AND_REPORT, json.dumps([names, first, watched])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    report: dict[str, object] = json.loads(result.stdout)
    return report


def test_the_core_loads_neither_qt_nor_numpy_nor_pillow() -> None:
    heavy = ("PyQt5", "numpy", "PIL", "simplejpeg", "tifffile", "imagecodecs")
    assert after_importing(modules("core"), watched=heavy)["loaded"] == []


def test_the_model_loads_neither_qt_nor_numpy_nor_pillow() -> None:
    heavy = ("PyQt5", "numpy", "PIL", "simplejpeg", "tifffile", "imagecodecs")
    assert after_importing(modules("model"), watched=heavy)["loaded"] == []


@pytest.mark.parametrize("floor", ["core", "model", "gui", ""])
def test_importing_a_module_changes_nothing(floor: str) -> None:
    libraries = ("PyQt5.QtWidgets", "numpy", "PIL.Image", "tifffile", "simplejpeg", "platformdirs")
    assert after_importing(modules(floor), first=libraries)["changed"] == {}
