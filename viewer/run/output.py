"""Where the results go, kept so that a run can go on where another stopped, however that ended.

The results are a table in CSV (RFC 4180), a row for each frame, written at once and whole. Those that are files lie in
a folder together with such a table, which names them. Beside the table lies a note in JSON that says which function
and which sequence it belongs to: rows of another run are never added to and never overwritten by accident. Another one
says which files the rows were computed from.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from viewer.core.errors import LookaheadError
from viewer.run.stamps import STAMPS, StampFile, replace
from viewer.run.table import KEYS, ResultTable, line_of, write_whole
from viewer.run.values import RESULT, USUAL, put, remove_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewer.core.storage.transfer import Stamp

STANDARD_OUTPUT = "-"
"""The name of the standard output, in place of a file's."""
INDEX = "lookahead-run.csv"
"""The table in a folder of results."""
NOTE = ".run.json"
"""What is added to the name of a table for the note about it."""
GIVEN_UP = "given_up"
"""In that note: the files of an earlier run that are to go."""


class InputOrigin(NamedTuple):
    """What results belong to."""

    function: str  # where it is
    pattern: str  # of the sequence, as an absolute path
    kind: str  # of what the function is called with
    digest: str  # of the text that the function stands in; it may change, and then the user is told
    format: str = ""  # of the files in a folder, "" for the usual one


class Output:
    """The table of results, and the folder for those that are files. Used by one thread.

    Attributes:
        done: the names of the files that have a row.
        stamps: which file each of them was when its row was computed, as far as that is known.
        is_unsaved: whether there is something to write before the next row: see :meth:`note`, or the table holds
            something that is no row.
        is_changed: whether the function's script has changed since the first rows.
        is_empty: whether no row was ever written.
        damaged: how many lines of the table are no rows.
        copy: where the table as it was before lies, if there were such lines; known once it is entered.
        folder: where results that are files go, None for a table alone.
    """

    def __init__(self, place: str, origin: InputOrigin, *, again: bool = False, stream: BinaryIO | None = None) -> None:
        """Looks at what is there and changes nothing; raises LookaheadError if it belongs to another run or program.

        Args:
            place: a file whose name ends in .csv, a folder, or ``-`` for ``stream``.
            origin: what the results belong to.
            again: whether the results of an earlier run are discarded.
            stream: where the rows go that no file is made of.
        """
        self._origin = origin
        self._stream = stream
        self._dropped: frozenset[str] = frozenset()
        self.done: set[str] = set()
        self.stamps: dict[str, Stamp] = {}
        self.is_changed = False
        self.is_unsaved = False
        self.damaged = 0
        self.copy: Path | None = None
        self.folder: Path | None = None
        self._own: set[str] = set()  # files in the folder that are results
        self._stems = frozenset[str]()
        self._given_up: set[str] = set()  # of these, those of an earlier run
        self._table: ResultTable | None = None
        self._header: list[str] | None = None  # of the stream
        if place == STANDARD_OUTPUT:
            return
        self._path = Path(place).absolute()
        if self._path.suffix.lower() != ".csv":
            self.folder, self._path = self._path, self._path / INDEX
        self._note = self._path.with_name(self._path.name + NOTE)
        self._stamp_file = StampFile(self._path.with_name(self._path.name + STAMPS))
        self._table = ResultTable(self._path, again=again)
        try:
            is_to_go_on = self._is_to_go_on(self._path, again=again)
            if self.folder is not None:
                results = self._table.cells(RESULT)
                self._own = results | _given_up(self._note)
                self._given_up = self._own - results if is_to_go_on else {*self._own}
            if is_to_go_on:
                self._table.read()
                self.stamps = self._stamp_file.read()
        except OSError as error:
            raise LookaheadError(f"{place} could not be opened: {error.strerror}.") from error
        self.done = self._table.names
        self.is_unsaved = self._table.is_unclean
        self.damaged = self._table.damaged

    def __enter__(self) -> Self:
        """Takes out what is no row; raises LookaheadError if the table cannot be written to, or another run does it."""
        if self._table is None:
            return self
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self.copy = self._table.open(self._dropped)
            if self.is_empty:
                self._write_note()
            self._stamp_file.open({name: stamp for name, stamp in self.stamps.items() if name in self.done})
        except OSError as error:
            self._table.close()
            raise LookaheadError(f"{self._path} cannot be written to: {error.strerror}.") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._table is None:
            return
        self._stamp_file.close()
        if self.folder is not None:
            with suppress(OSError):
                remove_parts(self.folder, self._stems)
        if not self.is_empty:
            if self._given_up:
                self._remove_given_up()
        else:  # nothing came of it
            with suppress(OSError):
                self._path.unlink()
                self._note.unlink()
                self._stamp_file.remove()
                if self.folder is not None:
                    self.folder.rmdir()
        self._table.close()  # last, as it holds the lock

    def expect(self, stems: Iterable[str]) -> None:
        """Notes what the results to come are called, without suffix.

        Raises LookaheadError if a run that begins anew would find files of these names that are no results.
        """
        self._stems = frozenset(stems)
        if not self._given_up or self.folder is None:
            return
        there = {path.name for path in self.folder.iterdir()} - self._own
        suffixes = (self._origin.format,) if self._origin.format else USUAL
        for name in (f"{stem}.{suffix}" for stem in self._stems for suffix in suffixes):
            if name in there:
                raise LookaheadError(
                    f"{self.folder / name} is no result of lookahead-run, and would be overwritten. Move it away, or "
                    "choose another --output."
                )

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

        Columns that the table has not are added to it, and are empty in the rows before; a stream cannot have more
        than its first row. Nothing at all (None) fits into any table that has begun. ``stamp`` says which file the row
        was computed from, if that is known.

        Raises ValueError if its columns are called as those of the frame, do not fit or are no texts, and OSError if
        writing fails.
        """
        if not columns.keys().isdisjoint(KEYS):
            raise ValueError(f"The columns {' and '.join(KEYS)} tell the frame. Give those of the result others.")
        header = self._header if self._table is None else self._table.header
        if header is not None and columns == {RESULT: ""} and RESULT not in header:
            columns = {}
        row = {"number": str(number), "file": name, **columns}
        if self._table is not None:
            if self.folder is not None and (file := columns.get(RESULT)):
                put(self.folder, file, is_own=file in self._own)
                self._own.add(file)
                self._given_up.discard(file)
            if stamp is not None:
                self._stamp_file.add(name, stamp)
            self._table.add(row)
        elif self._stream is not None:
            self._add_to(self._stream, row)
            self.done.add(name)

    def _remove_given_up(self) -> None:
        """Removes the files of an earlier run, which may be of another format than those to come."""
        for name in self._given_up:
            if self.folder is not None and Path(name).name == name and not name.startswith(INDEX):
                with suppress(OSError, ValueError):  # it is gone, or no name
                    (self.folder / name).unlink()
        self._given_up.clear()
        with suppress(OSError):
            self._write_note()

    def _write_note(self) -> None:
        """Notes what the results belong to, and the files of the earlier run, should this one not come to its end."""
        note = {**self._origin._asdict(), GIVEN_UP: sorted(self._given_up)}
        replace(self._note, json.dumps(note, indent=1).encode())

    def _add_to(self, stream: BinaryIO, row: Mapping[str, str]) -> None:
        header = self._header or [*row]
        if more := [name for name in row if name not in header]:
            raise ValueError(
                f"The result has the column {', '.join(more)}, and the table that is printed already has not. Return "
                "the same keys for all frames, with None where there is nothing, or use --output FILE.csv."
            )
        data = line_of([row.get(name, "") for name in header])
        write_whole(stream, data if self._header else line_of(header) + data)
        self._header = header

    @property
    def place(self) -> str:
        """Where the results are, as a short path."""
        return STANDARD_OUTPUT if self._table is None else os.path.relpath(self.folder or self._path)

    @property
    def is_empty(self) -> bool:
        """Whether no row was ever written."""
        return (self._header if self._table is None else self._table.header) is None

    def _is_to_go_on(self, table: Path, *, again: bool) -> bool:
        """Returns whether what is there belongs to this run; raises LookaheadError if to another run or program."""
        origin = _origin(self._note, self._origin.format)
        if origin is None:
            if self.folder is not None and self.folder.exists() and any(self.folder.iterdir()):
                raise LookaheadError(f"{self.folder} holds other files. Choose a folder that is empty or new.")
            for path in () if self.folder is not None else (table, self._note, self._stamp_file.path):
                if (
                    path.exists()
                    and path.stat().st_size
                    and not (path == self._stamp_file.path and self._stamp_file.read())
                ):
                    raise LookaheadError(f"{path} is there and no result of lookahead-run. Choose another --output.")
            return False
        if again:
            return False
        is_of_files = self.folder is not None
        if origin[:3] != self._origin[:3] or (is_of_files and origin.format != self._origin.format):
            form = f", {f'--format {origin.format}' if origin.format else 'without --format'}" if is_of_files else ""
            raise LookaheadError(
                f"{self.folder or table} holds results of {origin.function} for {origin.pattern} "
                f"(--kind {origin.kind}{form}). Choose another --output, or add --again to give them up."
            )
        self.is_changed = origin.digest != self._origin.digest
        return table.exists()


def _origin(note: Path, form: str) -> InputOrigin | None:
    """Returns the contents of a note, None if there is none that can be understood; it may hold anything.

    An earlier version has noted no format, and ``form`` is taken for it.
    """
    try:
        found = {"format": form, **json.loads(note.read_bytes())}
        texts = [found[name] for name in InputOrigin._fields]
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return InputOrigin(*texts) if all(isinstance(text, str) for text in texts) else None


def _given_up(note: Path) -> set[str]:
    try:
        return {each for each in json.loads(note.read_bytes())[GIVEN_UP] if isinstance(each, str)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()
