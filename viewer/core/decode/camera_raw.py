"""Whether a TIFF is a file of a camera's raw data, which has a reader of its own.

Formats: DNG 1.7 (tag 50706, the photometric interpretation 32803 "colour filter array"); NEF, ARW, PEF, SRW, 3FR and
others of its kind are TIFFs with the raw data in a sub-directory (tag 330) or packed in the maker's own way.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

_COMPRESSION, _PHOTOMETRIC, _MAKER, _INNER, _DNG = 259, 262, 271, 330, 50706
_FILTER_ARRAY = 32803
_MAKERS_OWN = {262, 32767, 32769, 32770, 32772, 34713, 65000, 65535}
"""Compressions of Kodak, Sony, Epson, Samsung, Nikon and Pentax."""
_MOST_DIRECTORIES, _MOST_ENTRIES = 32, 1024
_SHORT, _LONG, _DIRECTORY = 3, 4, 13


def is_camera_raw(data: Buffer) -> bool:
    """Returns whether a TIFF holds what a sensor saw behind its colour filters; False if its directories are broken.

    A colour filter array alone does not make one: without a maker or the tag of DNG its samples are a grey picture.
    """
    view = memoryview(data)
    try:
        kinds = list(_kinds(view))
    except (struct.error, KeyError):
        return False
    return any(
        (is_made and compression in _MAKERS_OWN)
        or (photometric == _FILTER_ARRAY and (is_dng or (is_made and is_inner)))
        for photometric, compression, is_inner, is_made, is_dng in kinds
    )


def _kinds(view: memoryview) -> Iterator[tuple[int, int, bool, bool, bool]]:
    """Yields of each directory what says whether it is raw: two tags, if it is an inner one, and the file's own."""
    order = {b"II": "<", b"MM": ">"}[bytes(view[:2])]
    (version, first) = struct.unpack_from(order + "HI", view, 2)
    if version != 42:  # noqa: PLR2004 - a BigTIFF, which no camera writes
        return
    waiting, seen = [(first, False)], set[int]()
    is_made = is_dng = False
    while waiting and len(seen) < _MOST_DIRECTORIES:
        at, is_inner = waiting.pop(0)
        if not at or at in seen:
            continue
        tags, following = _tags(view, order, at)
        if not seen:
            is_made, is_dng = _MAKER in tags, _DNG in tags
            if not is_made and not is_dng:
                return
        seen.add(at)
        yield tags.get(_PHOTOMETRIC, [0])[0], tags.get(_COMPRESSION, [1])[0], is_inner, is_made, is_dng
        waiting += [(inner, True) for inner in tags.get(_INNER, [])]
        waiting.append((following, is_inner))


def _tags(view: memoryview, order: str, at: int) -> tuple[dict[int, list[int]], int]:
    """Returns the tags that are looked at and their numbers, and where the next directory is, 0 for nowhere."""
    (count,) = struct.unpack_from(order + "H", view, at)
    tags: dict[int, list[int]] = {}
    for entry in range(at + 2, at + 2 + 12 * min(count, _MOST_ENTRIES), 12):
        tag, kind, values = struct.unpack_from(order + "HHI", view, entry)
        if tag in {_MAKER, _DNG}:
            tags[tag] = []
        elif tag in {_COMPRESSION, _PHOTOMETRIC, _INNER} and kind in {_SHORT, _LONG, _DIRECTORY} and values:
            values = min(values, _MOST_DIRECTORIES)
            form = f"{order}{values}{'H' if kind == _SHORT else 'I'}"
            start = entry + 8
            if struct.calcsize(form) > 4:  # noqa: PLR2004 - what has room in an entry
                (start,) = struct.unpack_from(order + "I", view, start)
            tags[tag] = list(struct.unpack_from(form, view, start))
    following = 0
    if at + 2 + 12 * count + 4 <= view.nbytes:
        (following,) = struct.unpack_from(order + "I", view, at + 2 + 12 * count)
    return tags, following
