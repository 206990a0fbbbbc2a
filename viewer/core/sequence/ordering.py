"""Ordering: all pictures of a folder in one sequence, by name, by number or by date."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.sequence.arrangement import arrangement
from viewer.core.sequence.folder_rule import NO_TIMES, Order
from viewer.core.sequence.natural import by_stem, in_slices, sorted_naturally
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.sequence.writing import COUNT, Decimals

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.sequence.table import Table
    from viewer.core.sequence.writing import Writing

"""The change times of files that have not been asked for."""
_LONGEST = 18
"""Digits of a number that fits into 64 bits whatever they are."""
_LAST_RUN = late_pattern(r"((?<![^._\ ])-)?([0-9]+)(?=[^0-9]*$)")
"""The last number of a name: its sign, and its digits."""


def in_one_order(
    folder: str,
    names: Collection[str],
    rule: FolderRule,
    tables: Callable[[], tuple[Iterable[Table], Iterable[str]]],
    changed: Mapping[str, int] = NO_TIMES,
) -> FrameSequence:
    """Returns ``names``, at least one, as one sequence in the order of ``rule``, which is not that of sequences.

    Names that are equal by it, and those without a number or a date at the end, are in natural order. ``tables``
    returns the tables of the names, and the names that are in none; ``changed`` are the change times by name.
    """
    ordered, dates = sorted_naturally(names, by_stem), array("q")
    if rule.order is not Order.BY_NAME:
        keys = changed if rule.order is Order.BY_DATE else _numbers(names, *tables())
        alike: dict[int, list[str]] = {}
        for name in ordered:
            if name in keys:
                alike.setdefault(keys[name], []).append(name)
        last = [name for name in ordered if name not in keys]
        ordered = [name for key in in_slices(list(alike)) for name in alike[key]]
        if rule.order is Order.BY_DATE:
            dates.extend(map(changed.__getitem__, ordered))
        ordered += last
    return FrameSequence.loose(folder, ordered, title_of(rule), dates)


def title_of(rule: FolderRule) -> str:
    """Returns what pictures are called that stand in one order by ``rule``; "" for those left over by sequences."""
    if not rule.filter:
        return "" if rule.order is Order.SEQUENCES else f"pictures {rule.order.value}"
    what = f"with \u201c{rule.filter}\u201d"
    return f"single {what}" if rule.order is Order.SEQUENCES else f"{what} {rule.order.value}"


def _numbers(names: Iterable[str], tables: Iterable[Table], others: Iterable[str]) -> dict[str, int]:
    """Returns the number of each name that has one.

    It is the one that is the frame where all are counts, or all are moments, or all are decimals of one scale; else,
    and in names that are like no others, the last run of digits.
    """
    found: dict[str, int] = {}
    kinds: set[object] = set()
    for table in tables:
        column = table.columns[arrangement(table).frame]
        kinds.add(_kind(column.writing))
        found.update(zip(table.all_names(), column.values(), strict=True))
    alone = _last_runs(others)
    if alone:
        kinds.add(_kind(COUNT))
    return _last_runs(names) if len(kinds) > 1 else found | alone


def _kind(writing: Writing) -> object:
    return writing.scale if isinstance(writing, Decimals) else type(writing)


def _last_runs(names: Iterable[str]) -> dict[str, int]:
    """Returns the last run of digits of each name that has one, as a number.

    Of one beyond 64 bits it is such that only their lengths compare: the natural order of the names does the rest.
    """
    found = {}
    for name in names:
        stem, _, suffix = name.rpartition(".")
        run = _LAST_RUN.search(name if not stem or suffix.isdecimal() else stem)
        if run is not None:
            digits = run[2].lstrip("0")
            number = int(digits or "0") if len(digits) <= _LONGEST else 10**_LONGEST + len(digits)
            found[name] = -number if run[1] else number
    return found
