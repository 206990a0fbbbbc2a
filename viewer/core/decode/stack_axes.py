"""Which channel, slice and time the pages of a TIFF are, where its text says it of all of them at once.

ImageJ writes how many there are of each ("channels=3"), channels following each other first, then slices, then times:
ij.io.TiffEncoder in its source. OME-XML names the order, and may name each page's place (``TiffData``):
https://docs.openmicroscopy.org/ome-model, "OME-TIFF specification".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from viewer.core.frame import PageAxis
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

Axes = tuple[tuple[str, int], ...]
"""The names of axes and how many there are on each; the page after the first is the next one on the first axis."""
_NAMES = {"C": "channel", "Z": "slice", "T": "time"}
_IMAGEJ = late_pattern(r"^(images|channels|slices|frames)=(\d{1,9})\s*$", re.MULTILINE)
_PIXELS = late_pattern(r"<(?:\w+:)?Pixels\s([^>]*)>")
_PLACES = late_pattern(r"<(?:\w+:)?TiffData\s*([^>]*?)/?>")
_FILES = late_pattern(r'\sFileName="([^"]*)"')
_SAMPLES = late_pattern(r'<(?:\w+:)?Channel\s[^>]*?SamplesPerPixel="(\d{1,3})"')
_VALUE = late_pattern(r'([A-Za-z]+)="([^"]*)"')
_WORDS = late_pattern(r"(channel|slice|time) (\d{1,9}) of (\d{1,9})")


def of_text(text: str) -> Axes:
    """Returns the axes of the pages by the text of the first one; none where it does not say them beyond doubt."""
    return _of_imagej(text) if text.startswith("ImageJ=") else _of_ome(text)


def page_at(axes: Axes, index: int) -> tuple[PageAxis, ...]:
    """Returns where page ``index``, from 0, is on each axis of several, the channel first; nothing beyond the last."""
    if index >= math.prod(count for _, count in axes):
        return ()
    places = {}
    for name, count in axes:
        index, at = divmod(index, count)
        places[name] = PageAxis(name, at + 1, count)
    return tuple(places[name] for name in _NAMES.values() if name in places and places[name].total > 1)


def written(page: Iterable[PageAxis]) -> str:
    """Returns in words, for the file of one page, where it is: "channel 2 of 3, slice 4 of 10"."""
    return ", ".join(axis.words for axis in page)


def read(text: str) -> tuple[PageAxis, ...]:
    """Returns what :func:`written` has written; nothing of any other text."""
    page = tuple(PageAxis(name, int(number), int(count)) for name, number, count in _WORDS.findall(text))
    return page if written(page) == text else ()


def _of_imagej(text: str) -> Axes:
    found = {name: int(count) for name, count in _IMAGEJ.findall(text)}
    counts = [found.get(name, 1) for name in ("channels", "slices", "frames")]
    return _known(zip(_NAMES.values(), counts, strict=True)) if math.prod(counts) == found.get("images") else ()


def _of_ome(text: str) -> Axes:
    """Returns the axes of the one picture in the file; where pages are named, only if they are in the usual order."""
    pictures = _PIXELS.findall(text)
    if len(pictures) != 1 or len(set(_FILES.findall(text))) > 1:
        return ()
    values = dict(_VALUE.findall(pictures[0]))
    order = values.get("DimensionOrder", "")[2:]
    try:
        counts = {name: int(values[f"Size{name}"]) for name in _NAMES}
        samples = max((int(each) for each in _SAMPLES.findall(text)), default=1)
        named = [dict(_VALUE.findall(each)) for each in _PLACES.findall(text)]
        places = [{name: int(each.get(f"First{name}", 0)) for name in _NAMES} for each in named]
        indices = [int(each.get("IFD", 0)) for each in named]
    except (KeyError, ValueError):
        return ()
    if sorted(order) != sorted(_NAMES) or min(counts.values()) < 1 or samples < 1 or counts["C"] % samples:
        return ()
    counts["C"] //= samples  # colours, which lie in one page
    steps = {name: math.prod(counts[each] for each in order[: order.index(name)]) for name in order}
    usual = [sum(place[name] // (samples if name == "C" else 1) * steps[name] for name in _NAMES) for place in places]
    return _known((_NAMES[name], counts[name]) for name in order) if usual == indices else ()


def _known(axes: Iterable[tuple[str, int]]) -> Axes:
    found = tuple(axes)
    return found if math.prod(count for _, count in found) > 1 else ()
