"""The wheel: built, looked into, installed and started as people will."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import viewer

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path, folder: Path, path: Path | None = None) -> str:
    """Runs Python in ``folder`` and returns what it prints."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    result = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    [path] = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    run("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", folder, wheel, folder=folder)
    return folder


def test_the_wheel_holds_the_code_and_the_resources_and_nothing_else(wheel: Path) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "viewer").rglob("*") if path.is_file()}
    files |= {
        f"viewer/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "resources").rglob("*") if path.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {entry for entry in archive.namelist() if ".dist-info/" not in entry}
    assert packed == {entry for entry in files if "__pycache__" not in entry}


def test_the_wheel_tells_licence_version_and_command(wheel: Path) -> None:
    information = f"lookahead-{viewer.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"{information}/METADATA").decode()
        commands = archive.read(f"{information}/entry_points.txt").decode()
        licence = archive.read(f"{information}/licenses/LICENSE").decode()
    assert "License-Expression: GPL-3.0-or-later" in metadata
    assert f"\nVersion: {viewer.__version__}\n" in metadata
    assert "lookahead = viewer.__main__:main" in commands
    assert licence == (ROOT / "LICENSE").read_text("utf-8")


def test_what_is_installed_starts_anywhere(installed: Path, tmp_path: Path) -> None:
    assert run("-m", "viewer", "--version", folder=tmp_path, path=installed) == f"lookahead {viewer.__version__}\n"
    assert list(tmp_path.iterdir()) == []


def test_what_is_installed_finds_its_resources(installed: Path, tmp_path: Path) -> None:
    code = "from viewer.core.resources import resource; print(resource('demo.json'))"
    assert Path(run("-c", code, folder=tmp_path, path=installed).strip()).is_relative_to(installed)
