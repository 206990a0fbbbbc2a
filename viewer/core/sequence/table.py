"""Tables of names: what names share, and the numbers in which they differ, column by column."""

from __future__ import annotations

from array import array
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from viewer.core.records import dataclass
from viewer.core.sequence.writing import COUNT, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Texts = tuple[str, ...]
"""What stands around the numbers of a name: one more than there are numbers."""


@dataclass(slots=True, eq=False)
class Column:
    """One number of each name, row by row.

    Attributes:
        written: as it stands in the name; "" where it was left out.
        writing: how that is to be read.
        numbers: what it says; None until :meth:`values` is asked for.
    """

    written: list[str]
    writing: Writing = COUNT
    numbers: Sequence[int] | None = None

    def values(self) -> Sequence[int]:
        """Returns the numbers."""
        if self.numbers is None:
            self.numbers = array("q", [int(text or "0") for text in self.written])
        return self.numbers


@dataclass(slots=True, eq=False)
class Table:
    """Names that differ in their numbers only, or in what counts as little: case, and two suffixes of one format.

    Attributes:
        texts: what stands around the numbers, in the spelling of most rows.
        columns: the numbers.
        names: the name of each row; None while :attr:`texts` and the numbers give it.
        spellings: the exact texts of each row; None while all are :attr:`texts`.
    """

    texts: Texts
    columns: list[Column]
    names: list[str] | None = None
    spellings: list[Texts] | None = None

    def __len__(self) -> int:
        return len(self.columns[0].written if self.names is None else self.names)

    def all_names(self) -> list[str]:
        """Returns the name of each row."""
        if self.names is None:
            template = "%s".join(text.replace("%", "%%") for text in self.texts)
            rows = zip(*(column.written for column in self.columns), strict=True)
            self.names = [template % row for row in rows]
        return self.names

    def joined(self, first: int, last: int, around: Callable[[Texts], Texts], column: Column) -> Table:
        """Returns the table with the columns ``first`` to ``last`` read as one; ``around`` gives the texts then."""
        columns = [*self.columns[:first], column, *self.columns[last + 1 :]]
        names, spellings = self.all_names(), None
        if self.spellings is not None:
            then = {spelling: around(spelling) for spelling in set(self.spellings)}
            spellings = [then[spelling] for spelling in self.spellings]
        return Table(around(self.texts), columns, names, spellings)

    def spelling(self, rows: Sequence[int]) -> Texts | None:
        """Returns the texts of these rows; None if they differ."""
        if self.spellings is None:
            return self.texts
        first = self.spellings[rows[0]]
        return first if all(self.spellings[row] == first for row in rows) else None


def merged(tables: Sequence[Table]) -> Table:
    """Returns one table of the rows of several that have as many columns each; their writings must go together."""
    if len(tables) == 1:
        return tables[0]
    leading = min(tables, key=lambda table: (-len(table), table.texts))
    columns = []
    for parts in zip(*(table.columns for table in tables), strict=True):
        writings = [part.writing for part in parts if not part.writing.is_count]
        is_read = any(part.numbers is not None for part in parts)
        numbers = array("q", chain.from_iterable(part.values() for part in parts)) if is_read else None
        written = list(chain.from_iterable(part.written for part in parts))
        columns.append(Column(written, max(writings, key=repr) if writings else COUNT, numbers))
    names = list(chain.from_iterable(table.all_names() for table in tables))
    spellings = list(chain.from_iterable(table.spellings or [table.texts] * len(table) for table in tables))
    is_one = all(spelling == leading.texts for spelling in spellings)
    return Table(leading.texts, columns, names, None if is_one else spellings)


def join(texts: Iterable[str], numbers: Iterable[str]) -> str:
    """Returns texts with the numbers between them."""
    return "".join(chain.from_iterable(zip_longest(texts, numbers, fillvalue="")))
