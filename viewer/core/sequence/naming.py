"""Grouping file names into sequences; the page names.md states the rules for users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.formats import PICTURE_SUFFIXES
from viewer.core.records import NamedTuple
from viewer.core.sequence.folder_rule import AS_NAMED, NO_TIMES, FolderRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewer.core.sequence.sequence import FrameSequence


def is_picture_name(name: str) -> bool:
    """Returns whether a file of this name is taken for a picture: by its suffix in any case, unless it is hidden."""
    _, dot, suffix = name.rpartition(".")
    return bool(dot) and f".{suffix.lower()}" in PICTURE_SUFFIXES and not name.startswith(".")


def longest(sequences: Iterable[FrameSequence]) -> FrameSequence:
    """Returns the sequence with the most frames, of equally long ones the first; there must be one."""
    return max(sequences, key=len)


def group_names(
    folder: str, names: Iterable[str], rule: FolderRule = AS_NAMED, changed: Mapping[str, int] = NO_TIMES
) -> list[FrameSequence]:
    """Returns the sequences in ``folder`` that the pictures among ``names`` form, in natural order, loose ones last.

    Every picture that passes the filter of ``rule`` is in exactly one sequence, and the result depends on the set of
    names only; and on when their files were ``changed``, if it is by date that they are ordered. The rules are those
    of the page names.md; the pattern of ``rule`` goes before them.

    Raises:
        PatternError: the pattern cannot be read.
    """
    return list(grouped(folder, filter(is_picture_name, names), rule, changed).sequences)


class Grouped(NamedTuple):
    """What the pictures of a folder form.

    Attributes:
        sequences: the sequences, as :func:`group_names` returns them.
        hidden: the pictures that the filter does not let pass.
        rule: the rule that was asked for.
    """

    sequences: tuple[FrameSequence, ...]
    hidden: tuple[str, ...] = ()
    rule: FolderRule = AS_NAMED


def grouped(
    folder: str, names: Iterable[str], rule: FolderRule = AS_NAMED, changed: Mapping[str, int] = NO_TIMES
) -> Grouped:
    """Returns the same as :func:`group_names` for names that are all pictures, and what the filter hides.

    Raises what it does.
    """
    from viewer.core.sequence.grouping import Grouping  # noqa: PLC0415 - not needed for the first picture

    grouping = Grouping(folder, rule, changed)
    grouping.add(names)
    anywhere = rule.anywhere()
    if grouping.hidden and anywhere != rule and not grouping.passing:
        return grouped(folder, grouping.hidden, anywhere, changed)._replace(rule=rule)
    return Grouped(tuple(grouping.sequences()), tuple(grouping.hidden), rule)
