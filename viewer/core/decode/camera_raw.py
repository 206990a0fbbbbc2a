"""The directories of TIFF files as cameras write them, and whether a TIFF is one with what the sensor saw.

Formats: Adobe TIFF 6.0, section 2; DNG 1.7 (tag 50706, the photometric interpretation 32803 "colour filter array");
NEF, ARW, PEF, SRW, 3FR and others of its kind are TIFFs with the raw data in a sub-directory (tag 330) or packed in the
maker's own way.
"""

from __future__ import annotations

import collections
import itertools
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from typing_extensions import Buffer

COMPRESSION, COLOURS, MAKER, INNER, DNG = 259, 262, 271, 330, 50706
"""Tags; the values of the third and the last are text, or bytes."""
MOSAIC = 32803
"""The interpretation "colour filter array"."""
_MAKERS_OWN = {262, 32767, 32769, 32770, 32772, 34713, 65000, 65535}
"""Compressions of Kodak, Sony, Epson, Samsung, Nikon and Pentax."""
_NUMBERS = {3: ("H", 2), 4: ("I", 4), 13: ("I", 4)}
"""Kinds of values: their letters of ``struct``, and their bytes."""
_MOST_VALUES, _MOST_DIRECTORIES, _ENTRY = 1 << 20, 64, 12


def is_camera_raw(data: Buffer) -> bool:
    """Returns whether a TIFF holds what a sensor saw behind its colour filters; False if its directories are broken.

    A colour filter array alone does not make one: without a maker or the tag of DNG its samples are a grey picture.
    """
    view = memoryview(data).cast("B")
    if bytes(view[2:4]) not in {b"*\0", b"\0*"}:  # a BigTIFF, which no camera writes
        return False
    found = directories(view, {COMPRESSION, COLOURS, MAKER, INNER, DNG})
    first, _ = next(found, ({}, False))
    is_made, is_dng = MAKER in first, DNG in first
    return (is_made or is_dng) and any(
        (is_made and tags.get(COMPRESSION, (1,))[0] in _MAKERS_OWN)
        or (tags.get(COLOURS, (0,))[0] == MOSAIC and (is_dng or (is_made and is_inner)))
        for tags, is_inner in itertools.chain([(first, False)], found)
    )


def directories(view: memoryview, wanted: Container[int]) -> Iterator[tuple[dict[int, Any], bool]]:
    """Yields the ``wanted`` tags of the directories of a TIFF, and whether each lies inside another one.

    Of the values, numbers without a sign are read, as tuples, and the texts of :data:`MAKER` and :data:`DNG`. What lies
    behind the end of the file is left out.
    """
    order = "<" if bytes(view[:2]) == b"II" else ">"
    waiting, seen = collections.deque([(4, False)]), {0}  # where it is said where a directory is
    for _ in range(_MOST_DIRECTORIES):
        if not waiting:
            return
        said, is_inner = waiting.popleft()
        try:
            (at,) = struct.unpack_from(order + "I", view, said)
            (count,) = struct.unpack_from(order + "H", view, at)
            behind = at + 2 + _ENTRY * count
            entries = list(struct.iter_unpack(order + "HHI4x", view[at + 2 : behind]))
        except struct.error:
            continue
        if at in seen or behind > len(view):
            continue
        seen.add(at)
        tags: dict[int, Any] = {}
        for place, (tag, form, many) in zip(range(at + 10, behind, _ENTRY), entries, strict=True):
            letter, size = _NUMBERS.get(form, ("s", 1))
            is_text, length = tag in {MAKER, DNG}, size * many
            if tag not in wanted or is_text != (letter == "s") or not 0 < many <= _MOST_VALUES:
                continue
            start = place if length <= 4 else struct.unpack_from(order + "I", view, place)[0]  # noqa: PLR2004 - room
            if start + length > len(view):
                continue
            values = struct.unpack_from(f"{order}{many}{letter}", view, start)
            tags[tag] = values[0].split(b"\0")[0].decode("latin-1").strip() if is_text else values
            if tag == INNER:
                waiting += [(inner, True) for inner in range(start, start + length, 4)]
        yield tags, is_inner
        waiting.append((behind, is_inner))
