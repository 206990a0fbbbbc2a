"""The floors: what importing them does, which is hardly anything, and that the import contracts leave no module out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pictures
import pytest
from PIL import Image
from sources import ROOT, TEXTS

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]
"""``lint-imports``, in ``make check``, sees that they are kept."""
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]

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

FIRST_PICTURE = """
import os, sys
from viewer import measure

def report(person):
    if wait(person):
        print(*sys.modules)
        sys.stdout.flush()
        os._exit(0)

wait, measure.Person.waits_for_picture = measure.Person.waits_for_picture, report
measure.grab(sys.argv[1], None, "", wished={})
"""
NOT_NEEDED = {
    *("numpy", "PIL", "simplejpeg", "tifffile", "imagecodecs", "platformdirs", "dataclasses", "inspect", "csv"),
    *("argparse", "concurrent.futures", "logging", "tempfile", "hashlib", "json"),
    *("statistics", "decimal", "fractions", "socket", "asyncio", "multiprocessing", "datetime"),
    *("viewer.core.decode." + name for name in ("jpeg", "png", "tiff", "fits", "npy", "mrc", "edf", "pillow")),
    *("viewer.core.pages." + name for name in ("animation", "containers", "tiff", "volumes")),
    *("viewer.gui.widgets." + name for name in ("preferences", "shortcut_sheet", "levels_panel", "bookmarks_dialog")),
    *("viewer.gui.widgets." + name for name in ("start_page", "sequences_panel", "sequence_list")),
    *("viewer.core.sequence." + name for name in ("clocks", "decimals", "joining", "owner_pattern")),
    *(
        "viewer.model.report",
        "viewer.model.bookmark_file",
        "viewer.model.preload",
    ),
}
"""What the first picture of a JPEG does not need, and takes from 0.3 to 60 ms to be loaded."""
MOST_MODULES = 299
"""Modules loaded at the first picture, all those of Python and Qt counted: each takes 0.3 ms or so."""


def modules(floor: str) -> list[str]:
    """Returns the names of the packages and modules of a floor, of all if it has no name; each is imported afresh."""
    return [name for name in TEXTS if f"{name}.".startswith(f"viewer.{floor}." if floor else "viewer.")]


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


@pytest.mark.parametrize("floor", ["core", "model"])
def test_the_lower_floors_load_neither_qt_nor_numpy_nor_pillow(floor: str) -> None:
    heavy = ("PyQt5", "numpy", "PIL", "simplejpeg", "tifffile", "imagecodecs")
    assert after_importing(modules(floor), watched=heavy)["loaded"] == []


@pytest.mark.parametrize("floor", ["core", "model", "gui", ""])
def test_importing_a_module_changes_nothing(floor: str) -> None:
    libraries = ("PyQt5.QtWidgets", "numpy", "PIL.Image", "tifffile", "simplejpeg", "platformdirs")
    assert after_importing(modules(floor), first=libraries)["changed"] == {}


def test_the_first_picture_is_on_screen_before_what_it_does_not_need_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "picture.0001.jpg"
    path.write_bytes(pictures.encoded(Image.new("RGB", (1600, 900)), "JPEG"))
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_PICTURE, path],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    loaded = ran.stdout.split()
    assert "viewer.gui.main_window" in loaded, ran.stderr
    assert sorted(NOT_NEEDED.intersection(loaded)) == []
    assert len(loaded) <= MOST_MODULES, sorted(loaded)


@pytest.mark.parametrize("floor", ["viewer", "viewer.core", "viewer.model", "viewer.gui"])
def test_each_floor_says_which_rooms_it_has(floor: str) -> None:
    assert [contract["containers"] for contract in LAYERS].count([floor]) == 1


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["name"])
def test_a_contract_has_no_exception_and_names_rooms_that_exist_all_of_them_if_it_has_layers(
    contract: dict[str, Any],
) -> None:
    assert "ignore_imports" not in contract
    assert "exhaustive_ignores" not in contract
    assert contract["type"] != "layers" or contract["exhaustive"] is True
    named = [name for key in ("source_modules", "forbidden_modules", "containers") for name in contract.get(key, ())]
    assert [name for name in named if name.split(".")[0] == "viewer" and name not in TEXTS] == []
