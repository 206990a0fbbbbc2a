"""Grouping: the sequences that the names of pictures form. The page names.md states the rules for users."""

from __future__ import annotations

from array import array
from collections import Counter
from operator import add
from typing import TYPE_CHECKING, TypeVar

from viewer.core.frame import FrameIndex
from viewer.core.records import replace
from viewer.core.sequence.arrangement import Arrangement, arrangement, varies
from viewer.core.sequence.folder_rule import AS_NAMED, NO_TIMES, FolderRule, Order
from viewer.core.sequence.natural import by_stem, in_slices, sorted_naturally
from viewer.core.sequence.ordering import in_one_order, title_of
from viewer.core.sequence.runs import number_runs, padding_of, parts_by_padding
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.sequence.shapes import Shapes
from viewer.core.sequence.table import Table, Texts, join
from viewer.core.sequence.writing import COUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from viewer.core.sequence.owner_pattern import OwnerPattern

_T = TypeVar("_T")


def owned_by(pattern: OwnerPattern, folder: str, names: Iterable[str]) -> tuple[list[FrameSequence], list[str]]:
    """Returns the sequences that a pattern makes of the names that match, in no order, and the other names."""
    table, rest = pattern.table(in_slices(list(names)))
    if table is None:
        return [], rest
    return _sequences(folder, table, pattern.arrangement, _parts(table, pattern.arrangement)), rest


class Grouping:
    """The pictures of a folder by their names, and the sequences that they form; names can be added. One thread.

    Attributes:
        hidden: the pictures that the filter does not let pass.
    """

    def __init__(self, folder: str, rule: FolderRule = AS_NAMED, changed: Mapping[str, int] = NO_TIMES) -> None:
        """Begins without names; ``changed`` are the times of files by name, of any unit, as far as they are known.

        Raises PatternError if the pattern of ``rule`` cannot be read.
        """
        self.hidden: dict[str, None] = {}
        self._folder = folder
        self._rule = rule
        self._changed = changed
        self._passes = rule.passes() if rule.filter else None
        is_wanted = rule.pattern and rule.order is Order.SEQUENCES
        self._pattern: OwnerPattern | None = None
        if is_wanted:
            from viewer.core.sequence.owner_pattern import OwnerPattern  # noqa: PLC0415 - seldom wanted

            self._pattern = OwnerPattern.parse(rule.pattern)
        self._names: set[str] = set()
        self._shapes = Shapes()

    def add(self, names: Iterable[str]) -> None:
        """Adds names of pictures; those that are known make no difference."""
        new = [name for name in dict.fromkeys(names) if name not in self._names]
        if self._passes is not None:
            passing = set(filter(self._passes, new))
            self.hidden.update(dict.fromkeys(name for name in new if name not in passing))
            new = [name for name in new if name in passing]
        self._names.update(new)
        if self._pattern is None and self._rule.order not in {Order.BY_NAME, Order.BY_DATE}:
            self._shapes.add(new)

    @property
    def passing(self) -> int:
        """How many names the filter lets pass."""
        return len(self._names)

    def sequences(self) -> list[FrameSequence]:
        """Returns the sequences as :func:`group_names` does."""
        if not self._names:
            return []
        if self._rule.order is not Order.SEQUENCES:
            return [in_one_order(self._folder, self._names, self._rule, self.tables, self._changed)]
        if len(self._names) == 1:
            return [FrameSequence.of_one(self._folder, *self._names)]
        found, loose = self._found()
        long = [sequence for sequence in found if len(sequence) > 1]
        loose += [sequence.name(FrameIndex(0)) for sequence in found if len(sequence) == 1]
        sequences = sorted_naturally(long, lambda sequence: f"{sequence.label}\0{sequence.name(FrameIndex(0))}")
        if loose:
            sequences.append(FrameSequence.loose(self._folder, sorted_naturally(loose, by_stem), title_of(self._rule)))
        return sequences

    def _found(self) -> tuple[list[FrameSequence], list[str]]:
        """Returns the sequences, those of one frame included, and the names that are in none."""
        if self._pattern is not None:
            found, rest = owned_by(self._pattern, self._folder, self._names)
            self._shapes = Shapes()
            self._shapes.add(rest)
        else:
            found = []
        tables, loose = self.tables()
        loose += [name for table in tables if len(table) == 1 for name in table.all_names()]
        for table in tables:
            if len(table) > 1:
                arranged = arrangement(table)
                parts = _parts(table, arranged)
                several = [rows for rows in parts if len(rows) > 1]
                if len(several) < len(parts):
                    names = table.all_names()
                    loose += [names[rows[0]] for rows in parts if len(rows) == 1]
                found += _sequences(self._folder, table, arranged, several)
        return found, loose

    def tables(self) -> tuple[list[Table], list[str]]:
        """Returns the tables of all names that have numbers, and the other names."""
        from viewer.core.sequence.clocks import with_all_clocks  # noqa: PLC0415 - not for the first picture, if alone
        from viewer.core.sequence.decimals import with_decimals  # noqa: PLC0415 - the same
        from viewer.core.sequence.joining import with_leading_numbers, with_left_out  # noqa: PLC0415 - the same

        tables, lonely = self._shapes.tables(every_decimal=self._rule.order is Order.BY_NUMBER)
        tables = with_left_out(with_decimals(with_all_clocks(tables), lonely.take), lonely.take)
        tables = with_leading_numbers(tables, lonely)
        return list(tables.values()), list(lonely.names())


def _parts(table: Table, arranged: Arrangement) -> list[Sequence[int]]:
    """Returns the rows of each part of a table that is a sequence."""
    if not arranged.parts:
        return [range(len(table))]
    rows_of: dict[Texts, list[int]] = {}
    for row, part in enumerate(
        zip(*(map(str.casefold, table.columns[at].written) for at in arranged.parts), strict=True)
    ):
        rows_of.setdefault(part, []).append(row)
    return [*rows_of.values()]


def _sequences(folder: str, table: Table, arranged: Arrangement, parts: Iterable[Sequence[int]]) -> list[FrameSequence]:
    """Returns the sequences of parts of the rows of one table; those of one frame included."""
    frame, _, tie = arranged
    if tie is not None:
        clock, behind = table.columns[frame], table.columns[tie]
        table.columns[frame] = replace(clock, numbers=array("q", map(add, clock.values(), behind.values())))
    found = [sequence for rows in parts for sequence in _along(folder, table, rows, frame)]
    return _distinguished(found, table, arranged)


def _distinguished(found: list[FrameSequence], table: Table, arranged: Arrangement) -> list[FrameSequence]:
    """Returns sequences of a table; those with one label get the first text of each part in place of ``*``."""
    places = [at for at, each in enumerate(found) if not each.is_loose and "*" in each.head + each.tail]
    counts = Counter(found[at].label for at in places) if len(places) > 1 else Counter()
    alike = [at for at in places if counts[found[at].label] > 1]
    if not alike:
        return found
    row_of = {name: row for row, name in enumerate(table.all_names())}
    for place in alike:
        rows = [row_of[name] for name in found[place].names()]
        texts = table.texts if table.spellings is None else table.spellings[rows[0]]
        shown = []
        for at, column in enumerate(table.columns):
            is_same = at in arranged.parts or not varies([column.written[row] for row in rows])
            shown.append(column.written[rows[0]] + ("" if is_same else "…"))
        frame = arranged.frame
        head, tail = join(texts[: frame + 1], shown[:frame]), join(texts[frame + 1 :], shown[frame + 1 :])
        found[place] = replace(found[place], head=head, tail=tail)
    return found


def _along(folder: str, table: Table, rows: Sequence[int], frame: int) -> list[FrameSequence]:
    """Returns the sequences of some rows by the numbers of one column, whatever the others hold; mostly one."""
    column = table.columns[frame]
    is_all = len(rows) == len(table)

    def of_rows(all_rows: Sequence[_T]) -> Sequence[_T]:
        return all_rows if is_all else [all_rows[row] for row in rows]

    others = [of_rows(other.written) for at, other in enumerate(table.columns) if at != frame]
    fixed = tuple("*" if varies(each) else each[0] for each in others)
    spelling, written = table.spelling(rows), of_rows(column.written)
    texts = spelling or table.texts
    head, tail = join(texts[: frame + 1], fixed[:frame]), join(texts[frame + 1 :], fixed[frame:])
    joined = "\0".join(written)
    is_plain = column.writing is COUNT and "" not in written and "+" not in joined and "-0" not in joined
    if table.names is not None:  # what was read as one may be written in another case in these rows
        is_plain &= f"{head}{written[0]}{tail}" == table.names[rows[0]]
    if is_plain and spelling is not None and "*" not in fixed:
        return number_runs(folder, head, tail, written)
    numbers, names = of_rows(column.values()), of_rows(table.all_names())
    if len(set(numbers)) < len(rows):
        return [one for part in _apart(table, rows, frame) for one in _along(folder, table, part, frame)]
    padding = padding_of([text.lstrip("+-") for text in written if text]) if column.writing is COUNT else 1
    ordered = array("q", in_slices(list(numbers)))
    ruled = FrameSequence(folder, head, tail, padding, ordered, writing=column.writing)
    exceptions = dict(zip(numbers, names, strict=True))
    if column.writing is COUNT and "*" not in fixed:
        exceptions = {number: name for number, name in exceptions.items() if ruled.ruled(number) != name}
    return [replace(ruled, exceptions=exceptions)]


def _apart(table: Table, rows: Sequence[int], frame: int) -> list[list[int]]:
    """Returns parts of rows, fewer in each, of which some have one number: by spelling, by padding, or one by one."""
    column = table.columns[frame]
    spellings = table.spellings or [table.texts] * len(table)
    by_spelling: dict[Texts, list[int]] = {}
    for row in rows:
        by_spelling.setdefault(spellings[row], []).append(row)
    if len(by_spelling) > 1:
        return list(by_spelling.values())
    if column.writing is COUNT:
        parts = parts_by_padding([column.written[row] for row in rows])
        if len(parts) > 1:
            return [[rows[place] for place in part] for part in parts]
    names = table.all_names()
    seen: Counter[int] = Counter()
    again: dict[int, list[int]] = {}
    numbers = column.values()
    for row in sorted(rows, key=lambda row: (len(column.written[row]), names[row])):  # 3 before 03
        again.setdefault(seen[numbers[row]], []).append(row)
        seen[numbers[row]] += 1
    return list(again.values())
