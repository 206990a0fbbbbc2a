"""Where the results go, kept so that a run can go on where another stopped, however that ended.

The results are a table in CSV (RFC 4180), a row for each frame, written at once and whole. Those that are files lie in
a folder together with such a table, which names them. Beside the table lies a note in JSON that says which function
and which sequence it belongs to: rows of another run are never added to and never overwritten by accident. Another one
says which files the rows were computed from.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from viewer.core.errors import LookaheadError
from viewer.run.stamps import STAMPS, StampFile, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from viewer.core.storage.transfer import Stamp

STANDARD_OUTPUT = "-"
"""The name of the standard output, in place of a file's."""
KEYS = ("number", "file")
"""The columns that identify the frame."""
INDEX = "lookahead-run.csv"
"""The table in a folder of results."""
NOTE = ".run.json"
"""What is added to the name of a table for the note about it."""


class InputOrigin(NamedTuple):
    """What results belong to."""

    function: str  # where it is
    pattern: str  # of the sequence, as an absolute path
    kind: str  # of what the function is called with
    digest: str  # of the text that the function stands in; it may change, and then the user is told


class Output:
    """The table of results, and the folder for those that are files. Used by one thread.

    Attributes:
        done: the names of the files that have a row.
        stamps: which file each of them was when its row was computed, as far as that is known.
        is_unsaved: whether there is something to write before the next row: see :meth:`note`, or a power cut has left
            behind the last row what is none.
        is_changed: whether the function's script has changed since the first rows.
        folder: where results that are files go, None for a table alone.
    """

    def __init__(self, place: str, origin: InputOrigin, *, again: bool = False) -> None:
        """Looks at what is there and changes nothing; raises LookaheadError if it belongs to another run or program.

        Args:
            place: a file whose name ends in .csv, a folder, or ``-`` for the standard output.
            origin: what the results belong to.
            again: whether the results of an earlier run are discarded.
        """
        self._origin = origin
        self._file: BinaryIO | None = None
        self._header: list[str] | None = None
        self._end = 0
        self._dropped: frozenset[str] = frozenset()
        self.done: set[str] = set()
        self.stamps: dict[str, Stamp] = {}
        self.is_changed = False
        self.is_unsaved = False
        self.folder: Path | None = None
        self._table: Path | None = None
        if place == STANDARD_OUTPUT:
            return
        self._table = Path(place).absolute()
        if self._table.suffix.lower() != ".csv":
            self.folder, self._table = self._table, self._table / INDEX
        self._note = self._table.with_name(self._table.name + NOTE)
        self._stamp_file = StampFile(self._table.with_name(self._table.name + STAMPS))
        try:
            if self._is_to_go_on(self._table, again=again):
                self._read(self._table)
                self.stamps = self._stamp_file.read()
        except OSError as error:
            raise LookaheadError(f"{place} could not be opened: {error.strerror}.") from error

    def __enter__(self) -> Self:
        """Cuts off what the last run left unfinished; raises LookaheadError if the table cannot be written to."""
        if self._table is None:
            self._file = sys.stdout.buffer
            return self
        try:
            self._table.parent.mkdir(parents=True, exist_ok=True)
            if not self._end:
                self._table.unlink(missing_ok=True)
                replace(self._note, json.dumps(self._origin._asdict(), indent=1).encode())
            elif self._dropped:
                self._end = _take_out(self._table, self._dropped)
            self._stamp_file.open({name: stamp for name, stamp in self.stamps.items() if name in self.done})
            self._file = self._table.open("ab", buffering=0)
            self._file.truncate(self._end)
        except OSError as error:
            raise LookaheadError(f"{self._table} cannot be written to: {error.strerror}.") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is None or self._table is None:
            return
        self._file.close()
        self._file = None
        self._stamp_file.close()
        if self._header is None:  # nothing came of it
            with suppress(OSError):
                self._table.unlink()
                self._note.unlink()
                self._stamp_file.remove()
                if self.folder is not None:
                    self.folder.rmdir()

    def note(self, stamps: Mapping[str, Stamp]) -> int:
        """Takes these for the files of rows of which none is known; returns of how many that is so."""
        new = {name: stamp for name, stamp in stamps.items() if name not in self.stamps}
        self.stamps |= new
        self.is_unsaved = self.is_unsaved or bool(new)
        return len(new)

    def drop(self, names: Iterable[str]) -> None:
        """Gives up the rows of these files; they are taken out of the table when it is opened for writing."""
        self._dropped = frozenset(names)
        self.done -= self._dropped

    def add(self, number: int | str, name: str, columns: Mapping[str, str], stamp: Stamp | None = None) -> None:
        """Writes the row of one frame, so that the operating system has it when this returns.

        ``stamp`` says which file it was computed from, if that is known.
        Raises ValueError if its columns are not those of the first row or not texts, and OSError if writing fails.
        """
        header = [*KEYS, *columns]
        text = ""
        if self._header is None:
            if len({*header}) < len(header):
                raise ValueError(f"The columns {' and '.join(KEYS)} tell the frame. Give those of the result others.")
            text = _line(header)
        elif sorted(header) != sorted(self._header):
            raise ValueError(
                f"The result has the columns {_listed(columns)}, and those before it {_listed(self._header[2:])}."
            )
        row = {"number": str(number), "file": name, **columns}
        # Names that are not UTF-8 keep their bytes.
        data = (text + _line([row[key] for key in self._header or header])).encode("utf-8", "surrogateescape")
        file = self._file
        if file is None:
            raise ValueError("The output is closed.")
        self._header = self._header or header
        if stamp is not None and self._table is not None:
            self._stamp_file.add(name, stamp)
        file.write(data)
        file.flush()
        self.done.add(name)

    @property
    def place(self) -> str:
        """Where the results are, as a short path."""
        place = self.folder or self._table
        return STANDARD_OUTPUT if place is None else os.path.relpath(place)

    @property
    def is_empty(self) -> bool:
        """Whether no row was ever written."""
        return self._header is None

    def _is_to_go_on(self, table: Path, *, again: bool) -> bool:
        """Returns whether what is there belongs to this run; raises LookaheadError if to another run or program."""
        origin = _origin(self._note)
        if origin is None:
            if self.folder is not None and self.folder.exists() and any(self.folder.iterdir()):
                raise LookaheadError(f"{self.folder} holds other files. Choose a folder that is empty or new.")
            if self.folder is None and table.exists():
                raise LookaheadError(f"{table} is there and no result of lookahead-run. Choose another --output.")
            return False
        if again:
            return False
        if origin[:3] != self._origin[:3]:
            raise LookaheadError(
                f"{self.folder or table} holds results of {origin.function} for {origin.pattern} "
                f"(--kind {origin.kind}). Choose another --output, or add --again to give them up."
            )
        self.is_changed = origin.digest != self._origin.digest
        return table.exists()

    def _read(self, table: Path) -> None:
        """Finds out which frames have a row; raises LookaheadError if the user has changed the table too much."""
        limit = csv.field_size_limit(2**31 - 1)  # texts may be long; there is one limit for the whole program
        try:
            with table.open("rb") as file:
                for number, (row, end) in enumerate(_rows(file)):
                    if number == 0 and tuple(row[:2]) == KEYS:
                        self._header = row
                    elif self._header is not None and len(row) == len(self._header):
                        self.done.add(row[1])
                    else:
                        raise LookaheadError(f"{table} was changed in row {number}. Mend it, or add --again.")
                    self._end = end
                self.is_unsaved = file.seek(0, io.SEEK_END) > self._end
        finally:
            csv.field_size_limit(limit)


def _rows(file: BinaryIO) -> Iterator[tuple[list[str], int]]:
    """Yields the rows of a table that are whole, each with the position where it ends in the file."""
    record, end = b"", 0
    for line in file:
        record += line
        if not record.endswith(b"\r\n") or record.count(b'"') % 2:
            continue  # a line break within quotes, or a row that was cut off
        end += len(record)
        yield next(csv.reader(io.StringIO(record.decode("utf-8", "surrogateescape"), newline="")), []), end
        record = b""


def _take_out(table: Path, names: frozenset[str]) -> int:
    """Removes the rows of these files from a table, and what behind its last row is no row; returns where it ends."""
    limit = csv.field_size_limit(2**31 - 1)  # as above
    try:
        content, kept, start = table.read_bytes(), bytearray(), 0
        for row, end in _rows(io.BytesIO(content)):
            if start == 0 or row[1] not in names:
                kept += content[start:end]
            start = end
    finally:
        csv.field_size_limit(limit)
    replace(table, bytes(kept))
    return len(kept)


def _line(cells: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "(none)"


def _origin(note: Path) -> InputOrigin | None:
    """Returns the contents of a note, None if there is none that can be understood; it may hold anything."""
    try:
        found = json.loads(note.read_bytes())
        texts = [found[name] for name in InputOrigin._fields]
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return InputOrigin(*texts) if all(isinstance(text, str) for text in texts) else None
