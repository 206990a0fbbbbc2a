"""What opens when several files and folders are dropped at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewer.core.frame import FrameIndex
from viewer.core.sequence.naming import group_names, is_picture_name

if TYPE_CHECKING:
    from collections.abc import Sequence


def dropped(paths: Sequence[str]) -> tuple[str, str]:
    """Returns which of the paths to open, at least one of them, and a sentence about the others, or "".

    Only their names are looked at: the share is not asked.
    """
    if len(paths) == 1:
        return paths[0], ""
    folders, names = zip(*map(os.path.split, paths), strict=True)
    first, words = paths[0], "a window shows one at a time."
    if len({*folders}) == 1 and all(map(is_picture_name, names)):
        sequences = group_names(folders[0], names)
        first = sequences[0].path(FrameIndex(0))
        if len(sequences) == 1:
            return first, ""
        words = "the others are in the list (S)."
    return first, f"“{os.path.split(first)[1]}” is open, the first of {len(paths):,} that were dropped: {words}"
