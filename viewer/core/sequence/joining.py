"""Joining: names that are one series although they differ in more than numbers."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.sequence.arrangement import varies
from viewer.core.sequence.clocks import MARKS
from viewer.core.sequence.runs import is_filled
from viewer.core.sequence.table import Column, Table, Texts, merged
from viewer.core.sequence.writing import COUNT, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.sequence.shapes import Lonely

_ENCLOSED = late_pattern(r"[ _-]?\($")
_LABEL = late_pattern(r"[ _-][a-z]+[ _-]?$")
"""What goes with a number at the end of the text before it, and is left out with it."""


def with_left_out(tables: dict[Texts, Table], more: Callable[[Texts], Table | None]) -> dict[Texts, Table]:
    """Returns tables in which names that leave out a first number are with the others.

    ``image`` goes before ``image (1)``, and ``a_t3`` is the slice 0 of ``a_t3_z1``. ``more`` gives the table of other
    texts, if there is one; it can be without numbers.
    """
    places: dict[Texts, list[tuple[Texts, int, int]]] = {}
    for texts, table in tables.items():
        for at, column in enumerate(table.columns):
            others = (*table.columns[:at], *table.columns[at + 1 :])
            is_alone = all(isinstance(other.writing, Clock) for other in others)
            for left in _unlabelled(texts, at, column, is_alone=is_alone) if column.writing is COUNT else ():
                right = texts[at + 1].removeprefix(")") if texts[at].endswith("(") else texts[at + 1]
                key = (*texts[:at], left + right, *texts[at + 2 :])
                places.setdefault(key, []).append((texts, at, len(left)))
    result = dict(tables)
    for key in sorted(places, key=lambda texts: (len(texts), texts)):
        found = [each for each in places[key] if each[0] in result]
        without = result.get(key) if key in result or not found else more(key)
        if found and without is not None:
            texts, at, length = max(found, key=lambda each: (len(result[each[0]]), each))
            result.pop(key, None)
            result[texts] = merged([result[texts], _left_out(without, at, length, result[texts])])
    return result


def _unlabelled(texts: Texts, at: int, column: Column, *, is_alone: bool) -> Iterator[str]:
    """Yields what stands before a number without what goes with it, if the number can be left out.

    One that is in brackets, or has no letters before it, can where it ``is_alone`` beside dates only.
    """
    least = min(column.values())
    if least not in {1, 2} or "0" in column.written:
        return
    text, filled = texts[at], any(map(is_filled, column.written))
    if (match := _ENCLOSED.search(text)) and texts[at + 1].startswith(")") and is_alone:
        yield text[: match.start()]
    if (match := _LABEL.search(text)) and least == 1:
        yield text[: match.start()]
    if text[-1:] in {" ", "-", "_"} and is_alone and not filled and (least == 1 or text[-1] == " "):
        yield text[:-1]


def _left_out(table: Table, at: int, length: int, other: Table) -> Table:
    """Returns a table with a column more, of the number before the first of the ``other``."""
    number = min(other.columns[at].values()) - 1
    names = table.all_names()
    count = len(names)
    left_out = Column([""] * count, COUNT, array("q", [number] * count))
    columns = [*table.columns[:at], left_out, *table.columns[at:]]

    def parted(texts: Texts) -> Texts:
        return (*texts[:at], texts[at][:length], texts[at][length:], *texts[at + 1 :])

    spellings = [parted(texts) for texts in table.spellings] if table.spellings else None
    return Table(parted(table.texts), columns, names, spellings)


def with_leading_numbers(tables: dict[Texts, Table], lonely: Lonely) -> dict[Texts, Table]:
    """Returns tables of which those that begin with a number, and go on with words, are one if that number differs.

    It must be different in every name: ``1_oak``, ``2_fir``, ``3_oak``. ``lonely`` names are among them then.
    """
    by_suffix: dict[str, list[Texts]] = {}
    for texts, table in tables.items():
        if texts[0].strip("".join(MARKS.values())) or not texts[1] or texts[1][0].isalnum() or not _has_words(texts):
            continue
        others = (column.written for column in table.columns[1:])
        if len(set(table.columns[0].values())) == len(table) and not any(map(varies, others)):
            by_suffix.setdefault(texts[-1].rpartition(".")[2], []).append(texts)
    alone = lonely.led()
    result = dict(tables)
    for suffix in sorted(by_suffix.keys() | alone.keys()):
        group = by_suffix.get(suffix, [])
        lone = [alone[suffix]] if suffix in alone else []
        members = [*(_led(tables[texts]) for texts in group), *lone]
        numbers = list(chain.from_iterable(table.columns[0].values() for table in members))
        kinds = {table.columns[0].writing.is_count for table in members}
        is_new = len(members) > 1 or (len(numbers) > 1 and bool(lone))
        if is_new and len(set(numbers)) == len(numbers) and len(kinds) == 1:
            for texts in group:
                del result[texts]
            lonely.drop(name for table in lone for name in table.all_names())
            result["", f"*.{suffix}"] = merged(members)
    return result


def _has_words(texts: Texts) -> bool:
    stem = texts[-1].rpartition(".")[0]
    return any(character.isalpha() for text in (*texts[1:-1], stem) for character in text)


def _led(table: Table) -> Table:
    suffix = table.texts[-1].rpartition(".")[2]
    spellings = table.spellings or [table.texts] * len(table)
    return Table(("", f"*.{suffix}"), table.columns[:1], table.all_names(), spellings)
