"""Where the files beside the code are, installed or run from a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """Returns the path of the resource ``name``, a path relative to the folder of resources.

    The wheel holds the folder inside the package; in a checkout it lies beside it.
    """
    installed = _PACKAGE / "resources"
    return (installed if installed.is_dir() else _PACKAGE.parent / "resources") / name
