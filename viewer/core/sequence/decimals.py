"""Decimals: the numbers of names that together say a fraction, as ``0.25`` or ``1e-05``.

A point between digits can also part a shot from its frames, or the numbers of a version. What it is follows from all
names together.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from viewer.core.patterns import late_pattern
from viewer.core.sequence.table import Column, Table, Texts, merged
from viewer.core.sequence.writing import COUNT, Decimals

_POINTS = {".", ","}
_EXPONENT = late_pattern(r"e[+-]?", re.IGNORECASE)
_SIGN = late_pattern(r"(?:(?:^|(?<=[._ =(]))[+-]|(?<=[^\W\d_])\+)$")
_MINUS = late_pattern(r"(?<=[^\W\d_])-$")
_MAYBE = late_pattern(r"\0(?:[.,]|e[+-])\0|(?:^|[^a-z])\0e\0(?![a-z])|(?:^|[._ =(])[+-]\0|[^\W\d_]\+\0")
_STAMP = 9
"""Digits in front of the point of seconds since 1970, which no shot or version has."""
_MOST_DIGITS = 18
_MOST_OF_EXPONENT = 3
_MOST_PLACES = 300
_BEYOND = 2**63
"""What 64 bits do not hold."""


class _Slot(NamedTuple):
    """The columns that one number takes in a table: ``first`` up to ``last``, with a fraction, an exponent, a sign."""

    first: int
    last: int
    fraction: int | None = None
    exponent: int | None = None
    sign: str = ""


_Members = Sequence[tuple[Table, Texts, list[_Slot]]]


def with_decimals(tables: dict[Texts, Table], more: Callable[[Texts], Table | None]) -> dict[Texts, Table]:
    """Returns tables, by their texts without case, in which what is a decimal in all names is one number.

    Tables that differ only in how such a number is written, as 1, +1, 1.5 or 1e-05, become one. ``more``
    gives the table of other texts, if there is one.
    """
    may_be = sorted(texts for texts in tables if _MAYBE.search("\0".join(texts)))
    parsed = {texts: _slots(texts, tables[texts]) for texts in may_be}
    parsed = dict(sorted((parsed | _below_zero(tables, parsed)).items()))
    groups: dict[Texts, list[Texts]] = {}
    for texts, slots in parsed.items():
        groups.setdefault(_reduced(texts, slots), []).append(texts)
    others = {key: more(key) for key in groups if key not in tables}
    tables = tables | {key: table for key, table in others.items() if table is not None}
    result = dict(tables)
    joined: dict[Texts, list[Table]] = {}
    for key, group in groups.items():
        everyone = [*group, key] if key in tables and key not in parsed else group
        members = [(tables[texts], texts, parsed.get(texts) or _plain(texts)) for texts in everyone]
        wanted = {place: _column_of(members, place) for place in range(len(members[0][2]))}
        if not any(wanted.values()):
            continue
        for row, (table, texts, slots) in enumerate(members):
            del result[texts]
            new, texts_then = table, texts
            for place in reversed(range(len(slots))):
                if columns := wanted[place]:
                    new, texts_then = _joined(new, texts_then, slots[place], columns[row])
            joined.setdefault(texts_then, []).append(new)
    for texts, parts in joined.items():
        result[texts] = merged([result[texts], *parts] if texts in result else parts)
    return result


def _below_zero(tables: dict[Texts, Table], parsed: dict[Texts, list[_Slot]]) -> dict[Texts, list[_Slot]]:
    """Returns the numbers of tables with a minus behind a letter that others go on from nought, as z-1, z0, z1."""
    known = {_reduced(texts, slots): texts for texts, slots in parsed.items()}
    found = {}
    for texts, table in tables.items():
        if any(_MINUS.search(text) for text in texts[:-1]):
            slots = _slots(texts, table, _MINUS)
            key = _reduced(texts, slots)
            other = tables.get(key, tables.get(known.get(key, ())))
            goes_on = other is not None and any("0" in column.written for column in other.columns)
            if goes_on or any(slot.first < slot.last for slot in parsed.get(known.get(key, ()), ())):
                found[texts] = slots
    return found


def _plain(texts: Texts) -> list[_Slot]:
    return [_Slot(at, at) for at in range(len(texts) - 1)]


def _slots(texts: Texts, table: Table, signs: re.Pattern[str] | None = None) -> list[_Slot]:
    """Returns the numbers of a table, each with its fraction, exponent and sign if it may have them."""
    slots: list[_Slot] = []
    at, last = 0, len(texts) - 2
    counts = [column.writing is COUNT for column in table.columns]
    while at <= last:
        end, fraction, exponent = at, None, None
        if counts[at] and not (at > 0 and texts[at] in _POINTS and counts[at - 1]):
            if _is(texts, at + 1, _POINTS) and counts[at + 1] and not _is(texts, at + 2, _POINTS):
                fraction = end = at + 1
            if end < last and _is_exponent(texts, end + 1) and counts[end + 1]:
                exponent = end = end + 1
        sign = (signs or _SIGN).search(texts[at]) if counts[at] and (at == 0 or len(texts[at]) > 1) else None
        slots.append(_Slot(at, end, fraction, exponent, sign[0] if sign else ""))
        at = end + 1
    return slots


def _is(texts: Texts, at: int, wanted: set[str]) -> bool:
    """Returns whether the text at ``at`` is one of ``wanted`` and stands between two numbers."""
    return at < len(texts) - 1 and texts[at] in wanted


def _is_exponent(texts: Texts, at: int) -> bool:
    """Returns whether the text at ``at`` parts a number from its exponent; one without a sign has no letter behind."""
    match = _EXPONENT.fullmatch(texts[at])
    return match is not None and (match[0][1:] != "" or not texts[at + 1][:1].isalpha())


def _reduced(texts: Texts, slots: Sequence[_Slot]) -> Texts:
    """Returns the texts around the slots; a sign belongs to its number."""
    return (*(texts[slot.first].removesuffix(slot.sign) for slot in slots), texts[slots[-1].last + 1])


def _column_of(members: _Members, place: int) -> list[Column] | None:
    """Returns what one number is in each table, if it is one number; None if its parts are numbers of their own."""
    from decimal import Decimal  # noqa: PLC0415 - only for names with decimals

    slots = [(table, slots[place]) for table, _, slots in members]
    if all(slot.first == slot.last and not slot.sign for _, slot in slots):
        return None
    if not all(table.columns[slot.first].writing is COUNT for table, slot in slots):
        return None  # moments are no decimals
    written = [_written(table, slot) for table, slot in slots]
    if all(slot.first == slot.last for _, slot in slots):
        is_signed = any(slot.sign and not _is_nought(column) for column, (_, slot) in zip(written, slots, strict=True))
        return [Column(texts) for texts in written] if is_signed and len(slots) > 1 else None
    if not _are_decimals(slots):
        return None
    values = [[Decimal(text.replace(",", ".")) for text in texts] for texts in written]
    scale = max(Decimals.scale, *(-int(value.as_tuple().exponent) for each in values for value in each))
    if scale > _MOST_PLACES or max(abs(value.scaleb(scale)) for each in values for value in each) >= _BEYOND:
        return None
    places = {_places(text) for texts in written for text in texts}
    writing = Decimals(places.pop() if len(places) == 1 else None, scale)
    return [
        Column(texts, writing, array("q", [int(value.scaleb(scale)) for value in each]))
        for texts, each in zip(written, values, strict=True)
    ]


def _is_nought(written: Sequence[str]) -> bool:
    """Returns whether all these are nought with a minus, which there is not."""
    return all(text.startswith("-") and not text.strip("-0") for text in written)


def _written(table: Table, slot: _Slot) -> list[str]:
    """Returns one number of each row as it is written."""
    between = table.texts[slot.first + 1 : slot.last + 1]
    template = slot.sign + "%s" + "".join(f"{text}%s" for text in between)
    columns = table.columns[slot.first : slot.last + 1]
    return [template % row for row in zip(*(column.written for column in columns), strict=True)]


def _places(text: str) -> int | None:
    """Returns the digits behind the point; None for numbers with an exponent."""
    return None if "e" in text.lower() else len(text.replace(",", ".").partition(".")[2])


def _joined(table: Table, texts: Texts, slot: _Slot, column: Column) -> tuple[Table, Texts]:
    def around(given: Texts) -> Texts:
        return (*given[: slot.first], given[slot.first].removesuffix(slot.sign), *given[slot.last + 1 :])

    return table.joined(slot.first, slot.last, around, column), around(texts)


def _are_decimals(parts: Sequence[tuple[Table, _Slot]]) -> bool:
    """Returns whether numbers with a point or an exponent are decimals in all rows, by how they are written."""
    wholes: list[str] = []
    fractions: list[str] = []
    for table, slot in parts:
        first = table.columns[slot.first].written
        fraction = [""] * len(table) if slot.fraction is None else table.columns[slot.fraction].written
        if any(len(text) > _MOST_DIGITS or text.startswith("-") for text in fraction):
            return False
        if slot.exponent is None:
            wholes += first
            fractions += fraction
        elif not all(len(text) == 1 or not text.startswith("0") for text in first) or not all(
            len(text) <= _MOST_OF_EXPONENT for text in table.columns[slot.exponent].written
        ):
            return False
    if len(wholes) < sum(len(table) for table, _ in parts) or any(slot.sign for _, slot in parts):
        return True
    return not _are_counters(wholes, fractions)


def _are_counters(wholes: Sequence[str], fractions: Sequence[str]) -> bool:
    """Returns whether what stands behind a point counts, as the frames of a shot do."""
    if all(len(text) >= _STAMP for text in wholes) or any(text.startswith("-") for text in wholes):
        return False
    written = [text for text in fractions if text]
    if len(set(map(len, written))) == 1:
        return _count_on(wholes, fractions, 10 ** len(written[0]))
    filled = {len(text) for text in written if text.startswith("0") and len(text) > 1}
    if filled:  # 0001 to 10000; but 0.05 beside 0.1
        return len(filled) == 1 and min(map(len, written)) in filled
    if not any(text.endswith("0") and text != "0" for text in written):  # as 9, 10, 11; but 1.0 beside 1.25
        return False
    parts = _by_whole(wholes, fractions)
    is_twice = len({(whole, text.rstrip("0")) for whole, text in zip(wholes, fractions, strict=True)}) < len(wholes)
    return "0" not in parts or is_twice or all(map(_is_dense, parts.values()))  # 0.1, 0.25, 0.50, 1.0 do not count


def _by_whole(wholes: Sequence[str], fractions: Sequence[str]) -> dict[str, list[int]]:
    """Returns the numbers behind the point for each in front of it, ascending."""
    parts: dict[str, list[int]] = {}
    for whole, fraction in zip(wholes, fractions, strict=True):
        parts.setdefault(whole, []).append(int(fraction or "0"))
    return {whole: sorted(part) for whole, part in parts.items()}


def _count_on(wholes: Sequence[str], fractions: Sequence[str], cycle: int) -> bool:
    """Returns whether fractions of equally many digits count: from few, close together, not even from one to the next.

    ``cycle`` is how many they can be before the whole number grows.
    """
    from statistics import median  # noqa: PLC0415 - takes 4 ms

    parts = _by_whole(wholes, fractions)
    counting = [part for part in parts.values() if len(part) > 1]
    if len(parts) == 1:
        is_begun = cycle == 10 and "" in fractions  # noqa: PLR2004 - 1, 1.1, 1.2
        return set(parts) != {"0"} and not is_begun and all(map(_is_dense, counting))
    numbers = sorted(int(whole) * cycle + number for whole, part in parts.items() for number in part)
    apart = [after - before for before, after in pairwise(numbers)]
    is_even = max(apart) <= 1.5 * median(apart)
    goes_round = any(part[0] <= 0.1 * cycle and part[-1] >= 0.8 * cycle for part in counting)  # 1.99 and then 2.00
    is_again = len({tuple(sorted(part)) for part in parts.values()}) == 1  # the same frames of each shot
    return bool(counting) and not is_even and not goes_round and (is_again or all(map(_is_dense, counting)))


def _is_dense(numbers: Sequence[int]) -> bool:
    return numbers[-1] - numbers[0] < 2 * len(numbers)
