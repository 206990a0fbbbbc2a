"""Trials of the owner's patterns: what one would make of the pictures of a folder, before it is chosen."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from viewer.core.errors import PatternError
from viewer.core.records import dataclass
from viewer.core.sequence.grouping import owned_by
from viewer.core.sequence.natural import sorted_naturally
from viewer.core.sequence.owner_pattern import OwnerPattern

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ROWS = 8
"""Sequences that are shown of a trial."""
FIRST_NAMES = 4
"""Names that are shown of each."""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One sequence: its label, how many frames it has, and the first names in their order."""

    label: str
    frames: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatternTrial:
    """What a pattern would make of a folder.

    Attributes:
        pattern: the pattern.
        problem: why it cannot be used, "" if it can.
        sequences: how many sequences match.
        frames: how many pictures match.
        others: how many do not; they go by their names.
        rows: the first of the sequences.
    """

    pattern: str
    problem: str = ""
    sequences: int = 0
    frames: int = 0
    others: int = 0
    rows: tuple[TrialRow, ...] = ()


def tried(pattern: str, names: Iterable[str]) -> PatternTrial:
    """Returns what ``pattern`` would make of the pictures with these names; takes a look at each: any worker."""
    try:
        found, rest = owned_by(OwnerPattern.parse(pattern), "", names)
    except PatternError as error:
        return PatternTrial(pattern, str(error))
    frames = sum(map(len, found))
    if frames < 2:  # noqa: PLR2004 - there is no order in fewer
        problem = "Only one picture of this folder has such a name." if frames else ""
        return PatternTrial(pattern, problem or "No picture of this folder has such a name.", others=len(rest))
    # Two sequences can have one label, but no two have one name.
    ordered = sorted_naturally(found, lambda each: f"{each.label}\0{next(each.names())}")
    rows = tuple(
        TrialRow(each.label, len(each), tuple(islice(each.names(), FIRST_NAMES))) for each in ordered[:MOST_ROWS]
    )
    return PatternTrial(pattern, "", len(found), frames, len(rest), rows)
