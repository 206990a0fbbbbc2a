"""A table in CSV (RFC 4180) that rows are added to one by one, and that is read again however the last run ended."""

from __future__ import annotations

import csv
import io
import os
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from viewer.core.cache.file_lock import take
from viewer.core.errors import LookaheadError
from viewer.run.stamps import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

KEYS = ("number", "file")
"""The columns that identify the frame."""
ADDED = 1000
"""Times that a run adds columns to a table: each time the table is written anew."""
_END = b"\r\n"


class TableLine(NamedTuple):
    """A row as it stands in a file."""

    cells: list[str] | None  # None if it cannot be read
    data: bytes  # its bytes with the line end, without NULs in front


class ResultTable:
    """The rows of a file, each written at once and whole. Used by one thread, and by one program at a time.

    Attributes:
        header: the names of the columns in their order, None before the first row.
        names: the files that have a row.
        damaged: lines that are no rows; their frames have none.
        is_unclean: whether :meth:`open` has something to take out.
    """

    def __init__(self, path: Path, *, again: bool = False) -> None:
        """Touches nothing; ``again`` says that :meth:`open` empties the file, whatever it holds."""
        self._path = path
        self._again = again
        self._file: BinaryIO | None = None
        self._size = 0
        self._added = 0
        self.header: list[str] | None = None
        self.names: set[str] = set()
        self.damaged = 0
        self.is_unclean = False

    def read(self) -> None:
        """Finds out which frames have a row; OSError if it cannot be read, LookaheadError if it is another table."""
        with self._path.open("rb") as file:
            clean = 0
            for line in _lines(file):
                clean += len(line.data)
                if self.header is None:
                    self.header = self._understood(line.cells)
                elif line.cells is None:
                    self.damaged += 1
                else:
                    self.names.add(line.cells[self.header.index(KEYS[1])])
            self._size = file.seek(0, io.SEEK_END)
            file.seek(0)
            if self.header is None and not _is_cut_header(file.read()):
                self._understood(None)
        self.is_unclean = self.damaged > 0 or clean < self._size

    def cells(self, column: str) -> set[str]:
        """Returns the texts that stand in a column, as far as the file can be read; none if it is not there."""
        try:
            with self._path.open("rb") as file:
                rows = [line.cells for line in _lines(file) if line.cells]
        except OSError:
            return set()
        place = rows[0].index(column) if rows and column in rows[0] else None
        return set() if place is None else {row[place] for row in rows[1:]}

    def open(self, dropped: AbstractSet[str] = frozenset()) -> Path | None:
        """Makes ready for more rows, without the rows of the files ``dropped`` and without what is no row.

        Returns where a copy of the table as it was lies, if lines of it could not be read.
        Raises OSError if it cannot be written to, LookaheadError if another program does it at this moment.
        """
        self._file = self._opened()
        if not self._again and self._file.seek(0, io.SEEK_END) != self._size:  # changed since it was read
            self.close()
            raise self._in_use()
        copy = None
        if self.damaged:
            names = (self._path.with_name(f"{self._path.name}.damaged{number or ''}") for number in count())
            copy = next(path for path in names if not path.exists())
            replace(copy, self._path.read_bytes())
        if self.header is None:
            self._file.truncate(0)
            self._size = 0
        elif self.is_unclean or dropped:
            self._rewrite(self.header, dropped)
        return copy

    def add(self, row: Mapping[str, str]) -> None:
        """Writes a row, so that the operating system has it when this returns; OSError if it cannot be written.

        Columns that are new are added to the table, empty in the rows above; of those that the row has not the cell
        is empty. ValueError if that was done too often, or a text cannot be written.
        """
        header = self.header
        if header is None:
            self._append(line_of([*row]) + line_of([*row.values()]))
            self.header = [*row]
        else:
            new = [name for name in row if name not in header]
            cells = line_of([row.get(name, "") for name in [*header, *new]])  # before anything is changed
            if new:
                self._added += 1
                if self._added > ADDED:
                    raise ValueError(f"More than {ADDED} results have columns of their own. Return the same keys.")
                self._rewrite([*header, *new])
            self._append(cells)
        self.names.add(row[KEYS[1]])

    def close(self) -> None:
        """Ends the writing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, data: bytes) -> None:
        if self._file is None:
            raise ValueError("The table is closed.")
        try:
            write_whole(self._file, data)
        except BaseException:  # Ctrl+C, too
            with suppress(OSError):
                self._file.truncate(self._size)  # half a row would spoil the next one
            raise
        self._size += len(data)

    def _rewrite(self, header: list[str], dropped: AbstractSet[str] = frozenset()) -> None:
        """Writes the table anew, whole or not at all."""
        old = self.header or []
        more = line_of(header)[len(line_of(old)) - len(_END) : -len(_END)]
        content = bytearray()
        with self._path.open("rb") as file:
            for number, line in enumerate(_lines(file)):
                if line.cells is None or (number and line.cells[old.index(KEYS[1])] in dropped):
                    continue
                body = line.data.rstrip(_END)
                gap = more if number == 0 else b"," * (len(header) - len(old))
                content += body + gap + line.data[len(body) :]
        self.close()  # Windows replaces no file that is open
        try:
            replace(self._path, bytes(content))
            self._size, self.header = len(content), header
        finally:
            self._file = self._opened()

    def _opened(self) -> BinaryIO:
        file = self._path.open("ab", buffering=0)
        try:
            take(file.fileno())
        except (BlockingIOError, PermissionError):
            file.close()
            raise self._in_use() from None
        except OSError:
            pass  # there are no locks here
        return file

    def _in_use(self) -> LookaheadError:
        return LookaheadError(
            f"Another program writes to {os.path.relpath(self._path)}. "
            "Wait until it has ended and run the same command again, or choose another --output."
        )

    def _understood(self, header: list[str] | None) -> list[str]:
        if header is None or not {*KEYS} <= {*header} or len({*header}) < len(header):
            raise LookaheadError(
                f"{self._path} was changed: its first line is not that of a table in UTF-8 with commas and the columns "
                f"{' and '.join(KEYS)}. Mend it, choose another --output, or add --again to give it up."
            )
        return header


def line_of(cells: Sequence[str]) -> bytes:
    """Returns a row as it stands in a file; names that are not UTF-8 keep their bytes. ValueError if that fails."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    if "\0" in text.getvalue():  # which would look as if a power cut had left it
        raise ValueError("A text with a NUL in it does not fit into a table.")
    return text.getvalue().encode("utf-8", "surrogateescape")


def write_whole(file: BinaryIO, data: bytes) -> None:
    """Writes all of ``data`` to a file without a buffer, which may take less at once; OSError if it cannot."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def _lines(file: BinaryIO) -> Iterator[TableLine]:
    """Yields the rows that are whole, the header first. What has other columns than the header is none.

    A quote that nothing closes takes in all that follows: then its line alone is given up.
    """
    start = width = 0
    with _long_cells():
        while True:
            file.seek(start)
            taken: list[bytes] = []
            reader = csv.reader(_texts(file, taken), strict=True)
            while (cells := _next(reader, taken)) is not None and len(cells) in {0, width or len(cells)}:
                data = b"".join(taken)
                taken.clear()
                start += len(data)
                if cells:  # not a blank line
                    width = len(cells)
                    yield TableLine(cells, data.lstrip(b"\0"))
            if not taken or not taken[0].endswith(b"\n"):
                return
            start += len(taken[0])
            yield TableLine(None, taken[0])


def _texts(file: BinaryIO, taken: list[bytes]) -> Iterator[str]:
    for line in file:
        text = line.decode("utf-8", "surrogateescape")
        if not taken:
            text = text.lstrip("\0\ufeff")  # as a power cut leaves them, and spreadsheets
        taken.append(line)
        yield text


def _next(reader: Iterator[list[str]], taken: list[bytes]) -> list[str] | None:
    """Returns the next row if it is whole."""
    try:
        cells = next(reader, None)
    except csv.Error:
        return None
    data = b"".join(taken).lstrip(b"\0")
    return cells if data.endswith(b"\n") and b"\0" not in data else None


def _is_cut_header(data: bytes) -> bool:
    """Returns whether nothing but the begin of a first line is there."""
    text, begin = data.strip(b"\0"), ",".join(KEYS).encode()
    return text[: len(begin)] == begin[: len(text)] and b"\r" not in text[:-1] and b"\n" not in text


@contextmanager
def _long_cells() -> Iterator[None]:
    limit = csv.field_size_limit(2**31 - 1)  # texts may be long; there is one limit for the whole program
    try:
        yield
    finally:
        csv.field_size_limit(limit)
