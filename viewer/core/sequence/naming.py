"""Grouping file names into sequences.

The digits at the end of a name are split off without a regular expression, so names that differ there only, nearly all
names of nearly all folders, cost a few string operations each. What remains in front is looked at once for each
different text. Sorting goes in slices: one long sort would hold the interpreter, and with it the window, too long.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import replace
from itertools import chain, pairwise, zip_longest
from typing import TYPE_CHECKING, TypeVar

from viewer.core.formats import PICTURE_SUFFIXES
from viewer.core.frame import FrameIndex
from viewer.core.sequence.sequence import NUMBER, FrameSequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_DIGITS = "0123456789"
_LONGEST = 18
"""Digits of the longest number, as in :data:`NUMBER`."""

_SLICE = 10_000
"""Items sorted in one go: some milliseconds."""

_RUN = re.compile("[0-9]+")
_BEFORE_SIGN = ("-", ".-", "_-", " -")
"""How a head ends whose last character is a sign; see :data:`NUMBER`."""

_T = TypeVar("_T")
_Item = TypeVar("_Item", int, str)
_Texts = tuple[str, ...]
_Columns = list[list[str]]
"""The numbers in some names as they are written: one list for the first number of each name, and so on."""


def is_picture_name(name: str) -> bool:
    """Returns whether a file of this name is taken for a picture: by its suffix in any case, unless it is hidden."""
    _, dot, suffix = name.rpartition(".")
    return bool(dot) and f".{suffix.lower()}" in PICTURE_SUFFIXES and not name.startswith(".")


def group_names(folder: str, names: Iterable[str]) -> list[FrameSequence]:
    """Returns the sequences in ``folder`` that the pictures among ``names`` form, in natural order, loose ones last.

    Every picture is in exactly one sequence, whatever the order of ``names``. Names belong together when they differ in
    numbers only. If several numbers differ, the one that is different in every name is the frame number (of several,
    the one that runs with the fewest gaps; of equals, the last), unless the others tell shots apart whose frame numbers
    happen never to overlap. If there is none, it is the one with the most values, and the others tell sequences apart.
    Numbers that are equal but for zeros in front (``1``, ``01``) differ by padding. Pictures that belong to no others
    are loose: all loose pictures are one sequence.
    """
    pictures = list(dict.fromkeys(name for name in names if is_picture_name(name)))
    if len(pictures) == 1:
        return [FrameSequence.of_one(folder, pictures[0])]
    sequences, loose = [], []
    for texts, columns in _shapes(pictures).items():
        if not columns or len(columns[0]) == 1:
            loose.append(_join(texts, tuple(column[0] for column in columns)))
            continue
        for sequence in _sequences(folder, texts, columns):
            if len(sequence) > 1:
                sequences.append(sequence)
            else:
                loose.append(sequence.name(FrameIndex(0)))
    sequences = sorted_naturally(sequences, lambda sequence: f"{sequence.label}\0{sequence.name(FrameIndex(0))}")
    if loose:
        sequences.append(FrameSequence.loose(folder, sorted_naturally(loose, str)))
    return sequences


def fits(digits: str, padding: int) -> bool:
    """Returns whether a number filled with zeros to ``padding`` digits is written like this; no sign."""
    return len(digits) == padding or (len(digits) > padding and not digits.startswith("0"))


def longest(sequences: Iterable[FrameSequence]) -> FrameSequence:
    """Returns the sequence with the most frames, of equally long ones the first; there must be one."""
    return max(sequences, key=len)


def sorted_naturally(items: Iterable[_T], text: Callable[[_T], str]) -> list[_T]:
    """Returns ``items`` in the order a person expects of their texts, which must differ: ``a2``, ``a10``, ``B1``.

    Case and zeros in front count only between texts that are otherwise equal.
    """
    by_key = {}
    for item in items:
        words = text(item)
        # A number compares by its length, then by its digits; the 0 in front keeps it among the digits. A string for a
        # key, unlike a tuple, is sorted fast.
        by_key[_RUN.sub(_sortable, words.casefold()) + "\0" + words] = item
    return [by_key[key] for key in _sorted(list(by_key))]


def number_runs(folder: str, head: str, tail: str, runs: Sequence[str]) -> list[FrameSequence]:
    """Returns the sequences of the names ``head + run + tail``: one, or one for each padding if numbers collide.

    The ``runs`` are digits with or without a sign, at least one, each once.
    """
    numbers = array("q", _sorted([int(run) for run in runs]))
    if len(set(numbers)) < len(runs):
        return [one for part in _split_by_padding(runs) for one in number_runs(folder, head, tail, part)]
    bare = runs if numbers[0] >= 0 else [run.removeprefix("-") for run in runs]
    widths = set(map(len, bare))
    padding, exceptions = min(widths), {}
    if len(widths) > 1:
        filled = Counter(len(digits) for digits in bare if _is_filled(digits))
        padding = max(filled, key=lambda width: (filled[width], width), default=padding)
        exceptions = {
            int(run): f"{head}{run}{tail}" for run, digits in zip(runs, bare, strict=True) if not fits(digits, padding)
        }
    return [FrameSequence(folder, head, tail, padding, numbers, exceptions)]


def _shapes(pictures: Sequence[str]) -> dict[_Texts, _Columns]:
    """Sorts names by the texts around their numbers; a name without a number has a shape of one text."""
    by_suffix: dict[str, dict[str, list[str]]] = {}
    for name in pictures:
        stem, _, suffix = name.rpartition(".")
        head = stem.rstrip(_DIGITS)
        by_suffix.setdefault(suffix, {}).setdefault(head, []).append(stem[len(head) :])
    shapes: dict[_Texts, _Columns] = {}

    def add(texts: _Texts, *numbers: Sequence[str]) -> None:
        columns = shapes.setdefault(texts, [[] for _ in numbers])
        for column, more in zip(columns, numbers, strict=True):
            column.extend(more)

    for suffix, by_head in by_suffix.items():
        tail = f".{suffix}"
        for head, runs in by_head.items():
            widths = set(map(len, runs))
            if min(widths) > 0 and max(widths) <= _LONGEST and head[-2:] not in _BEFORE_SIGN:
                texts, fixed = _split(head)
                add((*texts, tail), *([number] * len(runs) for number in fixed), runs)
                continue
            for run in runs:  # no number at the end, or one that may have a sign or be text
                texts, fixed = _split(head + run)
                add((*texts[:-1], texts[-1] + tail), *([number] for number in fixed))
    return shapes


def _split(stem: str) -> tuple[_Texts, _Texts]:
    """Returns the texts around the numbers of a name, and the numbers as they are written."""
    parts = NUMBER.split(stem)
    return tuple(parts[::2]), tuple(parts[1::2])


def _sequences(folder: str, texts: _Texts, columns: _Columns) -> list[FrameSequence]:
    """Returns the sequences of all names of one shape, which has numbers; those of one frame included."""
    varying = [at for at, column in enumerate(columns) if len(set(column)) > 1]
    if len(varying) < 2:  # noqa: PLR2004 - nearly every folder: there is nothing to choose
        frame = varying[0] if varying else len(columns) - 1
        others = tuple(column[0] for column in _without(columns, frame))
        return number_runs(folder, *_around(texts, others, frame), columns[frame])
    values = {at: array("q", map(int, columns[at])) for at in varying}
    distinct = {at: len(set(values[at])) for at in varying}
    complete = [at for at in varying if distinct[at] == len(columns[at])]
    if complete:
        frame = min(complete, key=lambda at: (max(values[at]) - min(values[at]), -at))
        if not _are_shots(zip(*_without(columns, frame), strict=True), values[frame]):
            return [_along(folder, texts, columns, frame)]
    frame = max(varying, key=lambda at: (distinct[at], at))
    parts: dict[_Texts, list[str]] = {}
    for others, run in zip(zip(*_without(columns, frame), strict=True), columns[frame], strict=True):
        parts.setdefault(others, []).append(run)
    return [
        sequence
        for others, runs in parts.items()
        for sequence in number_runs(folder, *_around(texts, others, frame), runs)
    ]


def _are_shots(others: Iterable[_Texts], numbers: Sequence[int]) -> bool:
    """Returns whether the other numbers of names part them into shots, each a stretch of the frame numbers of its own.

    Where the parts are nearly all of one frame or lie within one another, the others only go along with the frame: the
    time of a picture, a temperature.
    """
    ends: dict[_Texts, tuple[int, int]] = {}
    for part, number in zip(others, numbers, strict=True):
        first, last = ends.get(part, (number, number))
        ends[part] = min(first, number), max(last, number)
    if 2 * len(ends) > len(numbers):
        return False
    return all(before[1] < after[0] for before, after in pairwise(sorted(ends.values())))


def _along(folder: str, texts: _Texts, columns: _Columns, frame: int) -> FrameSequence:
    """Returns one sequence by the numbers of one column, whatever the others hold."""
    others = tuple(column[0] if len(set(column)) == 1 else "*" for column in _without(columns, frame))
    [sequence] = number_runs(folder, *_around(texts, others, frame), columns[frame])
    template = "%s".join(text.replace("%", "%%") for text in texts)
    names = (template % row for row in zip(*columns, strict=True))
    return replace(sequence, exceptions=dict(zip(map(int, columns[frame]), names, strict=True)))


def _without(columns: _Columns, frame: int) -> _Columns:
    return [*columns[:frame], *columns[frame + 1 :]]


def _around(texts: _Texts, others: _Texts, frame: int) -> tuple[str, str]:
    """Returns the head and the tail around one column, given what stands in the others."""
    return _join(texts[: frame + 1], others[:frame]), _join(texts[frame + 1 :], others[frame:])


def _join(texts: _Texts, numbers: _Texts) -> str:
    """Returns texts with the numbers between them: the reverse of :func:`_split`."""
    return "".join(chain.from_iterable(zip_longest(texts, numbers, fillvalue="")))


def _split_by_padding(runs: Sequence[str]) -> list[list[str]]:
    """Returns parts in which no two numbers are equal: those filled with zeros to each width, and the rest.

    A number without zeros in front could belong to every narrower width; it goes to the widest of them.
    """
    bare = [run.removeprefix("-") for run in runs]
    filled = sorted({len(digits) for digits in bare if _is_filled(digits)})
    parts: dict[int, list[str]] = {}
    for run, digits in zip(runs, bare, strict=True):
        width = len(digits) if _is_filled(digits) else max((w for w in filled if w <= len(digits)), default=1)
        parts.setdefault(width, []).append(run)
    return [parts[width] for width in sorted(parts)]


def _is_filled(digits: str) -> bool:
    return digits.startswith("0") and len(digits) > 1


def _sortable(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0")
    return f"0{chr(len(digits))}{digits}"


def _sorted(items: list[_Item]) -> list[_Item]:
    """Returns ``items`` sorted in slices; the last step finds them in order and only merges."""
    slices = [sorted(items[start : start + _SLICE]) for start in range(0, len(items), _SLICE)]
    return sorted(chain.from_iterable(slices))
