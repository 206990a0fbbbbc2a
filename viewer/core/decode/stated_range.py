"""The numbers that a file wants to be shown as black and white, where it says so and can be believed.

ImageJ writes them into the text of a TIFF, for the channel that was seen last ("min=100.0"), and for all channels into
its own tags 50838 (how long the parts are) and 50839 (the parts): ij.io.TiffEncoder in its source.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING

from viewer.core.frame import Range
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIMIT = late_pattern(r"^(min|max)=(\S+)", re.MULTILINE)
_RANGES = int.from_bytes(b"rang")
_MOST_KINDS = 100
"""Kinds of parts that are believed; there are eight."""


def believed(low: float, high: float, kind: str, bits: int) -> Range | None:
    """Returns the range from ``low`` to ``high``; None if there is none, or if it says no more than the type does.

    Args:
        low: what is black.
        high: what is white.
        kind: of the samples, numpy's letter: u, i or f.
        bits: how many they have.
    """
    if not math.isfinite(high - low) or low >= high:
        return None
    least = -(1 << bits - 1) if kind == "i" else 0
    most = least + (1 << bits) - 1
    is_of_use = kind == "f" or ((low > least or high < most) and low < most and high > least)
    return Range(low, high) if is_of_use else None


def of_text(text: str) -> list[tuple[float, float]]:
    """Returns the limits in a text that ImageJ wrote, one pair; nothing if there are none."""
    found = dict(_LIMIT.findall(text)) if text.startswith("ImageJ=") else {}
    try:
        return [(float(found["min"]), float(found["max"]))]
    except (KeyError, ValueError):
        return []


def of_parts(lengths: Sequence[int], parts: bytes, order: str) -> list[tuple[float, float]]:
    """Returns the limits of each channel in ImageJ's own tags; ``order`` is that of the file's bytes, < or >."""
    try:
        kinds = struct.unpack_from(f"{order}4x" + "II" * min(_MOST_KINDS, (lengths[0] - 4) // 8), parts)
        at, number = lengths[0], 1
        for kind, count in zip(kinds[::2], kinds[1::2], strict=True):
            if kind == _RANGES:
                return list(struct.iter_unpack(order + "dd", parts[at : at + lengths[number]]))
            at += sum(lengths[number : number + count])
            number += count
    except (IndexError, struct.error):
        pass
    return []
