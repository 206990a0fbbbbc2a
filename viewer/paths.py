"""Where on this computer the program keeps what is its own. Nothing here is touched, only named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "settings.json"
"""The name of the settings, in the folder for settings."""
SEQUENCES = "sequences"
"""The name of the folder of what is remembered of sequences, in the folder for what people have made."""


def data_folder() -> Path:
    """Returns the user's folder for what people have made."""
    return platformdirs.user_data_path("lookahead")


def folders() -> tuple[Path, Path]:
    """Returns the user's folders for settings and for what can be made again."""
    return platformdirs.user_config_path("lookahead"), platformdirs.user_cache_path("lookahead")
