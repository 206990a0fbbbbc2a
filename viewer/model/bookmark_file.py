"""Bookmarks as a table for other programs (CSV, RFC 4180), and back.

Spreadsheets take a text such as ``=cmd|…`` for a formula and carry it out, so notes that begin like one get a ``'`` in
front, which makes them plain text there. It is taken off again here. Without the byte order mark Excel takes UTF-8 for
something else.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.sequence.writing import COUNT, Writing
from viewer.model.sequence_settings import Bookmark
from viewer.model.sequence_settings_file import LONGEST_NOTE, MOST_BOOKMARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from viewer.core.play.timebase import TimeBase
    from viewer.core.sequence.sequence import FrameSequence

LARGEST = 64_000_000
"""Characters of a file that are looked at."""
_COLUMNS = ("frame", "time code", "note")
_FILE = "file"
_SEPARATORS = ",;\t"
_LINES_NAMED = 5
"""Lines that the sentence on what was left out names."""
# The first characters of what spreadsheets take for formulas, in full width too. Guards in front of one that the note
# itself has count as well, so that taking one off always gives back what was there.
_FORMULA = late_pattern(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARD = "'"


def to_csv(bookmarks: Iterable[Bookmark], time_base: TimeBase, sequence: FrameSequence | None = None) -> str:
    """Returns the bookmarks as a table with a heading: frame, time code, note; lines end with CR and LF.

    Frames are written as in the names of the ``sequence``; times and decimals have no time code. Those of single
    pictures have their file in one more column.
    """
    text = str if sequence is None else sequence.text
    is_count = sequence is None or sequence.writing.is_count
    written = io.StringIO(newline="")
    table = csv.writer(written)
    has_files = sequence is not None and sequence.is_loose
    table.writerow((*_COLUMNS, _FILE) if has_files else _COLUMNS)
    for number, note, name in bookmarks:
        cells = (_guarded(each) for each in ((note, name) if has_files else (note,)))
        table.writerow((text(number), time_base.time_code(number) if is_count else "", *cells))
    return written.getvalue()


def from_csv(text: str, writing: Writing = COUNT) -> tuple[tuple[Bookmark, ...], str]:
    """Reads bookmarks from a table, whatever is in it; ``writing`` is how the frames are written.

    Columns are found by their headings, in any order and with others among them; without headings they are those of
    :func:`to_csv`, or frame and note. They are separated by commas, semicolons or tabs. Of lines with the same frame
    the last counts. Notes are cut off at :data:`LONGEST_NOTE` characters.

    Returns:
        The bookmarks by ascending number, and a sentence on the lines that were left out, as they have no frame number
        or are beyond :data:`MOST_BOOKMARKS`; or "".
    """
    text = text.removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=text.lstrip().partition("\n")[0].count)
    headings: list[str] = []
    found: dict[int | str, Bookmark] = {}
    wrong: list[int] = []
    for index, (line, row) in enumerate(_rows(text, separator)):
        if index == 0 and "frame" in (names := [cell.strip().lower() for cell in row]):
            headings = names
            continue
        cells = dict(zip(headings or (_COLUMNS if len(row) > 2 else ("frame", "note")), row, strict=False))  # noqa: PLR2004 - frame and note
        text_of_number = cells.get("frame", "").strip()
        number = writing.number(text_of_number.removeprefix("+"), 0)
        name = _unguarded(cells.get(_FILE, ""))
        if number is None or (len(found) >= MOST_BOOKMARKS and (name or number) not in found):
            wrong.append(line)
        else:
            found[name or number] = Bookmark(number, _unguarded(cells.get("note", ""))[:LONGEST_NOTE], name)
    return tuple(sorted(found.values())), _left_out(wrong)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that are not empty with the number of their last line; a row that cannot be read has no cells."""
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        try:
            row = next(table)
        except StopIteration:
            return
        except csv.Error:  # a cell of more than 131,072 characters
            yield table.line_num, []
        else:
            if any(cell.strip() for cell in row):
                yield table.line_num, row


def _guarded(text: str) -> str:
    return f"{_GUARD if _FORMULA.match(text) else ''}{text}"


def _unguarded(note: str) -> str:
    return note[1:] if note.startswith(_GUARD) and _FORMULA.match(note[1:]) else note


def _left_out(lines: list[int]) -> str:
    if not lines:
        return ""
    named = ", ".join(map(str, lines[:_LINES_NAMED])) + (" …" if len(lines) > _LINES_NAMED else "")
    count = "1 line was" if len(lines) == 1 else f"{len(lines):,} lines were"
    return (
        f'{count} left out ({named}): each needs a number in the column "frame", '
        f"and there can be {MOST_BOOKMARKS:,} bookmarks."
    )


def write(path: str, bookmarks: Iterable[Bookmark], time_base: TimeBase, sequence: FrameSequence | None = None) -> None:
    """Writes bookmarks to a file as :func:`to_csv` does; blocks, so it runs on a worker.

    Raises:
        OSError: it could not be written.
    """
    with Path(path).open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        file.write(to_csv(bookmarks, time_base, sequence))


def read(path: str, writing: Writing = COUNT) -> tuple[tuple[Bookmark, ...], str]:
    """Reads bookmarks from a file as :func:`from_csv` does; blocks, so it runs on a worker.

    Raises:
        OSError: it could not be read.
    """
    with Path(path).open(encoding="utf-8", errors="replace", newline="") as file:
        return from_csv(file.read(LARGEST), writing)
