"""The natural order of texts.

Sorting goes in slices: one long sort would hold the interpreter, and with it the window, too long.
"""

from __future__ import annotations

import re
import sys
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SLICE = 10_000
"""Items sorted in one go: some milliseconds."""

_DEEP = 30
"""Numbers of names that are compared one after the other; few names have as many in common."""

_RUN = re.compile("[0-9]+")
_FIRST_RUN = re.compile("([^0-9]*)([0-9]+)")

_T = TypeVar("_T")
_Item = TypeVar("_Item", int, str)


def sorted_naturally(items: Iterable[_T], text: Callable[[_T], str]) -> list[_T]:
    """Returns ``items`` in the order a person expects of their texts, which must differ: ``a2``, ``a10``, ``B1``.

    Case and zeros in front count only between texts that are otherwise equal.
    """
    by_text = {text(item): item for item in items}
    return [by_text[words] for words in _naturally([(words.casefold(), words) for words in by_text])]


def by_stem(name: str) -> str:
    """Returns a text that puts names of files in order: the suffix counts last, ``a.png``, ``a 1.png``."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}\0{suffix}" if stem and not suffix.isdecimal() else f"{name}\0"


def _naturally(texts: Sequence[tuple[str, str]], depth: int = 0) -> list[str]:
    """Returns the second of each pair, ordered by what is left of its text, the first; by all of it where that ends."""
    if depth == _DEEP:
        whole = {f"{_RUN.sub(_sortable, rest)}\0{words}": words for rest, words in texts}
        return [whole[key] for key in in_slices(list(whole))]
    by_key: dict[str, list[tuple[str, str]]] = {}
    for rest, words in texts:
        match = _FIRST_RUN.match(rest)
        if match is None:
            by_key.setdefault(f"{rest}\0", []).append(("", words))
        else:
            # A number compares by its length, then by its digits; the 0 in front keeps it among the digits. A string
            # for a key, unlike a tuple, is sorted fast.
            key = f"{match[1]}{_sortable(match, 2)}"
            by_key.setdefault(key, []).append((rest[match.end() :], words))
    ordered: list[str] = []
    for key in in_slices(list(by_key)):
        alike = by_key[key]
        if len(alike) == 1:
            ordered.append(alike[0][1])
        elif any(rest for rest, _ in alike):
            ordered += _naturally(alike, depth + 1)
        else:
            ordered += sorted(words for _, words in alike)
    return ordered


def _sortable(run: re.Match[str], group: int = 0) -> str:
    digits = run[group].lstrip("0")
    return f"0{chr(min(len(digits), sys.maxunicode))}{digits}"


def in_slices(items: list[_Item]) -> list[_Item]:
    """Returns ``items`` sorted in slices; the last step finds them in order and only merges."""
    slices = [sorted(items[start : start + _SLICE]) for start in range(0, len(items), _SLICE)]
    return sorted(chain.from_iterable(slices))
