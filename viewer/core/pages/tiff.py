"""The pages of a TIFF: where they are, and each as a whole file of its own with nothing but that page in it.

Formats: TIFF 6.0, 2 (structure) and 7 (baseline); BigTIFF as the AWare Systems page describes it; ImageJ writes large
stacks as one directory whose description says how many pictures follow each other (``images=500``).
"""

from __future__ import annotations

import contextlib
import struct
from array import array
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults, stack_axes, stated_range
from viewer.core.decode.tiff import directory_missing
from viewer.core.decode.tiff_strips import places
from viewer.core.decode.tiff_unpack import PLAIN, Grid
from viewer.core.errors import DamagedImageError
from viewer.core.formats import recognise
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.core.decode.tiff_strips import Part
    from viewer.core.storage.storage import OpenFile

_CLASSIC, _BIG = 42, 43
BLOCK = 4096
"""Bytes that are read for a directory at once: more than nearly all have, and what shares send in one answer."""
MOST_PAGES = 1_000_000
MOST_ENTRIES = 4096
"""Entries of a directory that are believed; those of pictures have some twenty."""
MOST_BYTES = 2 * 1024**3
"""Bytes of a page that are believed."""

# Tags, TIFF 6.0: those by which the pixels of a page are decoded. All others stay out of the file made for it.
_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _KIND = 254, 255, 256, 257, 258, 259, 262
_STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, _PLANES, _TILES, _TILE_BYTES = 273, 277, 278, 279, 284, 324, 325
_DESCRIPTION, _PAGE_NAME, _TILE_WIDTH, _TILE_HEIGHT = 270, 285, 322, 323
_DEPTH = 32997
"""Of a volume, which the decoder refuses: its slices are no pages."""
_KEPT = frozenset(
    {_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _KIND, 263, 266, _STRIPS, 274, _SAMPLES, _ROWS, _STRIP_BYTES}
    | {280, 281, _PLANES, 292, 293, 301, 317, 318, 319, 320, 321, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES}
    | {332, 336, 338, 339, 340, 341, 342, 347, 529, 530, 531, 532, _DEPTH, 34675}
)
_ABOUT = frozenset({_DESCRIPTION, 282, 283, 296, 333, 33550, 42112, 42113})
"""Kept as well, if they are whole: the text, the resolution, names of inks, what a pixel measures, names, "no data"."""
_PART_LENGTHS, _PARTS, _FORM, _SMALLEST, _LARGEST, _SIGNED = 50838, 50839, 339, 340, 341, 2
_OF_STACK = frozenset({_DESCRIPTION, _PART_LENGTHS, _PARTS})
"""What ImageJ says of all pages at the first: also what of each channel is shown as black and white."""
_LONGEST_OF_STACK = 1 << 20
"""Bytes of one of these that are read: there may be a long text for each page."""
_REDUCED_OR_MASK = 0b101
"""Bits of the kind of a directory: a smaller version of another page, or a mask for one."""
_OLD_REDUCED = 2
"""The kind of a directory, as TIFF 5.0 had it: a smaller version of another page."""
_YCBCR = 6
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value, by its type."""
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_IMAGEJ = late_pattern(rb"ImageJ=[^\n]*\nimages=([0-9]{1,9})\n")


class _Form(NamedTuple):
    """How the numbers of a file are written: ``<`` or ``>``, the kinds of counts and offsets, the bytes of an entry."""

    order: str
    big: bool
    counts: str
    offsets: str
    entry: int

    def unpack(self, kind: str, data: bytes | memoryview, at: int) -> int:
        (value,) = struct.unpack_from(self.order + kind, data, at)
        return int(value)

    def pack(self, kind: str, *values: int) -> bytes:
        return struct.pack(f"{self.order}{len(values)}{kind}", *values)


class _Entry(NamedTuple):
    """An entry of a directory: its type, how many values it has, and their bytes as they are in the file."""

    kind: int
    values: int
    value: bytes


class TiffIndex:
    """Where the directories of a file are, found one after the other; not thread-safe.

    What takes a file raises :class:`StorageError` if it cannot be read, :class:`CancelledError` if that was cancelled.

    Attributes:
        complete: whether all have been found.
        fault: why there is not even one page, for people, once that is known; empty if there is one.
    """

    fault = ""

    def __init__(self, file: OpenFile) -> None:
        """Reads the beginning of a file; raises DamagedImageError if it is no TIFF."""
        head = file.read(0, 16)
        if recognise(bytes(head)).name != "TIFF":
            raise faults.damaged("its header is not that of a TIFF")
        order, big = "<" if head[0] == ord("I") else ">", _BIG in bytes(head[2:4])
        self._form = _Form(order, big, "Q", "Q", 20) if big else _Form(order, big, "H", "I", 12)
        if head.nbytes < (shortest := 16 if big else 8):
            raise faults.cut_off(head.nbytes, shortest)
        self._next = self._form.unpack(self._form.offsets, head, 8 if big else 4)
        self._seen: set[int] = set()
        self._pages = array("Q")
        self._ranges: list[tuple[float, float]] = []
        self._axes: stack_axes.Axes = ()
        self._stacked = 0
        self.complete = False

    def __len__(self) -> int:
        return self._stacked or len(self._pages)

    @property
    def beginning(self) -> object:
        """The first two pages, in a form to be compared: another file has others."""
        return self._form, self._pages[:2]

    def find_more(self, file: OpenFile, wanted: int) -> None:
        """Goes on until ``wanted`` pages are known, or all; a file that is cut off has those up to there."""
        while not self.complete and len(self) < wanted:
            at, self._next = self._next, 0
            if not at or at in self._seen or len(self._seen) >= MOST_PAGES:
                self.complete = True
                if not self._seen:
                    self.fault = faults.NO_PAGE
                return
            self._seen.add(at)
            wanted_tags = {_SUBFILE, _OLD_SUBFILE} | (set() if self._pages else _OF_STACK)
            try:
                entries, following = self._directory(file, at, wanted_tags)
            except DamagedImageError as fault:
                self.complete = True
                self.fault = str(fault) if len(self._seen) == 1 else ""
                return
            kind = self._number(entries, _SUBFILE, 0) & _REDUCED_OR_MASK
            if not kind and self._number(entries, _OLD_SUBFILE, 0) != _OLD_REDUCED:
                self._pages.append(at)
                if len(self._pages) == 1:
                    self._ranges = self._stated_ranges(entries)
                    self._axes = stack_axes.of_text(_text(entries))
            self._next = following
            if len(self._pages) == 1 and not following:
                self._stacked = self._images(entries.get(_DESCRIPTION))

    def go_on(self, file: OpenFile) -> bool:
        """Makes :meth:`find_more` go on behind the last directory, because the file has grown; known pages stay.

        Returns False if it is another file: its directories begin otherwise.
        """
        again = TiffIndex(file)
        again.find_more(file, 2)
        if self._stacked or len(self) < 2 or again.beginning != self.beginning:  # noqa: PLR2004 - of one page nothing need stay
            return False
        _, self._next = self._directory(file, self._pages[-1], frozenset())
        self.complete = False
        return True

    def page(self, file: OpenFile, index: int, weigh: Callable[[int], Exception | None] | None = None) -> bytes:
        """Returns a whole TIFF with nothing but page ``index``, from 0, in it: its pixels are as they are in the file.

        ``weigh`` is asked, before they are read, why not to; see :class:`viewer.core.storage.transfer.Judge`.

        Raises:
            IndexError: there is no such page among those that are known.
            DamagedImageError: the page is cut off or broken.
        """
        head, offsets, sizes = self._outline(file, index)
        fault = None if weigh is None else weigh(len(head) + sum(sizes))
        if fault is not None:
            raise fault
        return b"".join([head, *_segments(file, offsets, sizes)])

    def page_length(self, file: OpenFile, index: int) -> int:
        """Returns the bytes that :meth:`page` returns, by the directory alone; raises what it does."""
        head, _, sizes = self._outline(file, index)
        return len(head) + sum(sizes)

    def _outline(self, file: OpenFile, index: int) -> tuple[bytes, list[int], list[int]]:
        """Returns all of a page's file but its pixels, and where these are, with their sizes."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        at = self._pages[0 if self._stacked else index]
        entries, following = self._directory(file, at, _KEPT | _ABOUT)
        offsets_tag, sizes_tag = (_TILES, _TILE_BYTES) if _TILES in entries else (_STRIPS, _STRIP_BYTES)
        if offsets_tag not in entries:
            raise faults.damaged("a page has no pixels")
        if _WIDTH not in entries or _HEIGHT not in entries:
            raise faults.damaged("a page has no size")
        offsets, end = self._numbers(entries[offsets_tag]), file.stamp.size
        sizes = self._numbers(entries[sizes_tag]) if sizes_tag in entries else []
        grid = self._grid(entries)
        if self._stacked:
            size = grid._replace(part_height=grid.height).row * grid.height
            offsets, sizes = [offsets[0] + index * size], [size]
            entries[_ROWS] = _Entry(4, 1, self._form.pack("I", grid.height))
        self._state_range(entries, index)
        if name := stack_axes.written(stack_axes.page_at(self._axes, index)):
            entries[_PAGE_NAME] = _Entry(2, len(name) + 1, name.encode() + b"\0")
        _, parts = places(grid, offsets, sizes, {at, following}, end)
        if sum(part.size for part in parts) > MOST_BYTES:
            raise faults.damaged("a page's strips make no sense")
        offsets, sizes = [part.start for part in parts], [part.size for part in parts]
        return self._head(entries, offsets_tag, sizes_tag, parts), offsets, sizes

    def _grid(self, entries: dict[int, _Entry]) -> Grid:
        """Returns how the samples of a page lie in its strips or tiles."""
        width, height, samples = (self._number(entries, tag, 1) for tag in (_WIDTH, _HEIGHT, _SAMPLES))
        tiled = _TILES in entries
        part_width = self._number(entries, _TILE_WIDTH, 0) if tiled else width
        part_height = (
            self._number(entries, _TILE_HEIGHT, 0) if tiled else min(self._number(entries, _ROWS, height), height)
        )
        if min(width, height, samples, part_width, part_height or height) < 1:
            raise faults.damaged("a page has no size")
        compression = self._number(entries, _COMPRESSION, PLAIN)
        if self._number(entries, _KIND, 0) == _YCBCR:  # may share colours among pixels: the sizes are believed
            compression = compression if compression != PLAIN else 0
        planes = samples if self._number(entries, _PLANES, 1) == 2 else 1  # noqa: PLR2004 - each in strips of its own
        bits = self._number(entries, _BITS, 1)
        return Grid(
            width=width,
            height=height,
            samples=samples // planes,
            planes=planes,
            bits=bits,
            part_width=part_width,
            part_height=part_height,
            tiled=tiled,
            compression=compression,
        )

    def _directory(self, file: OpenFile, at: int, wanted: frozenset[int] | set[int]) -> tuple[dict[int, _Entry], int]:
        """Returns the ``wanted`` entries of the directory at ``at``, and where the next one is, 0 for nowhere."""
        form = self._form
        block = file.read(at, BLOCK)
        head = struct.calcsize(form.counts)
        if block.nbytes < head:
            raise directory_missing(file.stamp.size, at + head)
        count = form.unpack(form.counts, block, 0)
        length = head + count * form.entry + struct.calcsize(form.offsets)
        if count > MOST_ENTRIES:
            raise faults.damaged("a directory is too long")
        if block.nbytes < length:
            block = file.read(at, length)
        if block.nbytes < length:
            raise directory_missing(file.stamp.size, at + length)
        entries: dict[int, _Entry] = {}
        for position in range(head, head + count * form.entry, form.entry):
            tag, kind = form.unpack("H", block, position), form.unpack("H", block, position + 2)
            if tag in wanted and kind in _SIZES:
                values = form.unpack(form.offsets, block, position + 4)
                value_at, size = position + form.entry - struct.calcsize(form.offsets), values * _SIZES[kind]
                if tag in _OF_STACK and size > _LONGEST_OF_STACK:
                    continue
                try:
                    entries[tag] = _Entry(kind, values, self._value(file, at, block, value_at, size))
                except DamagedImageError:
                    if tag not in _ABOUT | _OF_STACK:
                        raise
        return entries, form.unpack(form.offsets, block, head + count * form.entry)

    def _value(self, file: OpenFile, at: int, block: memoryview, value_at: int, size: int) -> bytes:
        form = self._form
        if size <= struct.calcsize(form.offsets):
            return bytes(block[value_at : value_at + size])
        if size > MOST_BYTES // 256:
            raise faults.damaged("an entry is too long")
        start = form.unpack(form.offsets, block, value_at)
        if at <= start and start + size <= at + block.nbytes:
            return bytes(block[start - at : start - at + size])
        value = bytes(file.read(start, size))
        if len(value) < size:
            raise faults.damaged("an entry is cut off")
        return value

    def _numbers(self, entry: _Entry) -> list[int]:
        kind = _WHOLE_NUMBERS.get(entry.kind)
        if kind is None or not entry.values:
            raise faults.damaged("an entry is of the wrong kind")
        return list(struct.unpack(f"{self._form.order}{entry.values}{kind}", entry.value))

    def _number(self, entries: dict[int, _Entry], tag: int, default: int) -> int:
        """Returns the number of an entry, the first of several; ``default`` if there is no such entry."""
        return self._numbers(entries[tag])[0] if tag in entries else default

    def _images(self, description: _Entry | None) -> int:
        """Returns how many pictures follow each other by what ImageJ wrote; 0 unless there are several."""
        match = None if description is None else _IMAGEJ.match(description.value)
        images = 0 if match is None else min(int(match[1]), MOST_PAGES)
        return images if images > 1 else 0

    def _stated_ranges(self, entries: dict[int, _Entry]) -> list[tuple[float, float]]:
        """Returns what ImageJ wants to be shown of each channel; its pages are of each in turn."""
        ranges = []
        if _PART_LENGTHS in entries and _PARTS in entries:
            with contextlib.suppress(DamagedImageError):
                lengths = self._numbers(entries[_PART_LENGTHS])
                ranges = stated_range.of_parts(lengths, entries[_PARTS].value, self._form.order)
        return ranges or stated_range.of_text(_text(entries))

    def _state_range(self, entries: dict[int, _Entry], index: int) -> None:
        """Has a page of a stack say what is shown of its channel, in the tags that TIFF has for numbers of any type.

        Only one of grey without a sign: numbers with one are another matter in ImageJ.
        """
        if self._ranges and self._number(entries, _SAMPLES, 1) == 1 and self._number(entries, _FORM, 1) != _SIGNED:
            for tag, limit in zip((_SMALLEST, _LARGEST), self._ranges[index % len(self._ranges)], strict=True):
                entries[tag] = _Entry(12, 1, struct.pack(self._form.order + "d", limit))

    def _head(self, entries: dict[int, _Entry], offsets_tag: int, sizes_tag: int, parts: Sequence[Part]) -> bytes:
        """Returns a file of one directory up to its pixels, its numbers written as in the file it comes from."""
        form = self._form
        kind, room = 16 if form.big else 4, struct.calcsize(form.offsets)
        entries[sizes_tag] = _Entry(kind, len(parts), form.pack(form.offsets, *(part.size for part in parts)))
        entries[offsets_tag] = _Entry(kind, len(parts), b"\0" * (room * len(parts)))
        entries = dict(sorted(entries.items()))
        start = 16 if form.big else 8
        behind = start + struct.calcsize(form.counts) + len(entries) * form.entry + room
        places: dict[int, int] = {}
        for tag, entry in entries.items():
            if len(entry.value) > room:
                places[tag] = behind
                behind += len(entry.value) + len(entry.value) % 2
        behind += -behind % 16
        pixels, moved = behind, []
        for part in parts:
            moved.append(behind if part.start else 0)
            behind += part.size
        entries[offsets_tag] = entries[offsets_tag]._replace(value=form.pack(form.offsets, *moved))
        signature = {"<": b"II", ">": b"MM"}[form.order] + form.pack("H", _BIG if form.big else _CLASSIC)
        pieces = [signature + (form.pack("H", 8, 0) if form.big else b"") + form.pack(form.offsets, start)]
        pieces.append(form.pack(form.counts, len(entries)))
        for tag, entry in entries.items():
            value = form.pack(form.offsets, places[tag]) if tag in places else entry.value.ljust(room, b"\0")
            pieces.append(form.pack("H", tag, entry.kind) + form.pack(form.offsets, entry.values) + value)
        pieces.append(form.pack(form.offsets, 0))
        pieces.extend(entries[tag].value + b"\0" * (len(entries[tag].value) % 2) for tag in places)
        return b"".join(pieces).ljust(pixels, b"\0")


def _text(entries: dict[int, _Entry]) -> str:
    """Returns the description of a page, or ""."""
    return entries[_DESCRIPTION].value.rstrip(b"\0").decode("latin-1") if _DESCRIPTION in entries else ""


def _segments(file: OpenFile, offsets: Sequence[int], sizes: Sequence[int]) -> list[memoryview]:
    """Reads the strips or tiles of a page; those that follow each other in one go."""
    runs: list[list[int]] = []
    for start, size in zip(offsets, sizes, strict=True):
        if not size:  # it is not in the file
            continue
        if runs and start == sum(runs[-1]):
            runs[-1][1] += size
        else:
            runs.append([start, size])
    segments = []
    for start, length in runs:
        data = file.read(start, length)
        if data.nbytes < length:
            raise faults.cut_off(file.stamp.size, start + length)
        segments.append(data)
    return segments
