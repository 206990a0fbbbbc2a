"""Runs of digits: numbers as names have them, with zeros in front or without."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from viewer.core.sequence.natural import in_slices
from viewer.core.sequence.sequence import FrameSequence

if TYPE_CHECKING:
    from collections.abc import Sequence


def fits(digits: str, padding: int) -> bool:
    """Returns whether a number filled with zeros to ``padding`` digits is written like this; no sign."""
    return len(digits) == padding or (len(digits) > padding and not digits.startswith("0"))


def number_runs(folder: str, head: str, tail: str, runs: Sequence[str]) -> list[FrameSequence]:
    """Returns the sequences of the names ``head + run + tail``: one, or one for each padding if numbers collide.

    The ``runs`` are digits with or without a sign, at least one, each once.
    """
    numbers = array("q", in_slices([int(run) for run in runs]))
    if len(set(numbers)) < len(runs):
        parts = ([runs[row] for row in rows] for rows in parts_by_padding(runs))
        return [one for part in parts for one in number_runs(folder, head, tail, part)]
    bare = runs if numbers[0] >= 0 else [run.removeprefix("-") for run in runs]
    padding, exceptions = padding_of(bare), {}
    if not all(map(padding.__eq__, map(len, bare))):
        exceptions = {
            int(run): f"{head}{run}{tail}" for run, digits in zip(runs, bare, strict=True) if not fits(digits, padding)
        }
    return [FrameSequence(folder, head, tail, padding, numbers, exceptions)]


def padding_of(digits: Sequence[str]) -> int:
    """Returns to how many digits numbers are filled with zeros, at least 1; ``digits`` are without a sign."""
    widths = set(map(len, digits))
    if len(widths) == 1:
        return max(widths)
    filled = Counter(len(each) for each in digits if is_filled(each))
    return max(filled, key=lambda width: (filled[width], width), default=min(widths, default=1))


def parts_by_padding(runs: Sequence[str]) -> list[list[int]]:
    """Returns the places of runs in parts in which no two numbers are equal: filled with zeros to each width, the rest.

    A number without zeros in front could belong to every narrower width; it goes to the widest of them.
    """
    bare = [run.lstrip("+-") for run in runs]
    filled = sorted({len(digits) for digits in bare if is_filled(digits)})
    parts: dict[int, list[int]] = {}
    for place, digits in enumerate(bare):
        width = len(digits) if is_filled(digits) else max((w for w in filled if w <= len(digits)), default=1)
        parts.setdefault(width, []).append(place)
    return [parts[width] for width in sorted(parts)]


def is_filled(digits: str) -> bool:
    """Returns whether a number has zeros in front."""
    return digits.startswith("0") and len(digits) > 1
