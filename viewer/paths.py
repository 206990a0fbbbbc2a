"""Where on this computer the program keeps what is its own. Nothing here is touched, only named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SETTINGS = "settings.json"
"""The name of the settings, in the folder for settings."""
SEQUENCES = "sequences"
"""The name of the folder of what is remembered of sequences, in the folder for what people have made."""


def data_folder() -> Path:
    """Returns the user's folder for what people have made."""
    return _folder("data", "XDG_DATA_HOME", ".local/share")


def folders() -> tuple[Path, Path]:
    """Returns the user's folders for settings and for what can be made again."""
    return _folder("config", "XDG_CONFIG_HOME", ".config"), _folder("cache", "XDG_CACHE_HOME", ".cache")


def _folder(kind: str, variable: str, usual: str) -> Path:
    """Returns the user's folder for a kind of files, as platformdirs does; on Linux without the 8 ms of loading it."""
    if sys.platform != "linux":
        import platformdirs  # noqa: PLC0415 - see above

        found: Path = getattr(platformdirs, f"user_{kind}_path")("lookahead")
        return found
    given = os.environ.get(variable, "").strip()
    return (Path(given) if given.startswith("/") else Path.home() / usual) / "lookahead"
