"""The natural order of texts.

Sorting goes in slices: one long sort would hold the interpreter, and with it the window, too long.
"""

from __future__ import annotations

import sys
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Sequence

_SLICE = 10_000
"""Items sorted in one go: some milliseconds."""

_DEEP = 30
"""Numbers of names that are compared one after the other; few names have as many in common."""

_RUN = late_pattern("0*([0-9]+)")
_UP_TO_NUMBER = late_pattern("([^0-9]*)0*([0-9]+)")
_ACCENT = 200
"""The least combining class of an accent; marks of lower ones are parts of letters."""

_T = TypeVar("_T")
_Item = TypeVar("_Item", int, str)


def sorted_naturally(items: Iterable[_T], text: Callable[[_T], str]) -> list[_T]:
    """Returns ``items`` in the order a person expects of their texts, which must differ: ``a2``, ``a10``, ``B1``.

    Case, accents and zeros in front count only between texts that are otherwise equal; digits of all scripts are alike.
    """
    by_text = {text(item): item for item in items}
    return [by_text[words] for words in _naturally([(_plain(words), words) for words in by_text])]


def by_stem(name: str) -> str:
    """Returns a text that puts names of files in order: the suffix counts last, ``a.png``, ``a 1.png``."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}\0{suffix}" if stem and not suffix.isdecimal() else f"{name}\0"


def _plain(words: str) -> str:
    """Returns words without case and accents, and with the digits of ASCII."""
    return words.lower() if words.isascii() else unicodedata.normalize("NFD", words.casefold()).translate(_PLAIN)


class _PlainCharacters(dict[int, str]):
    """What stands for each character of decomposed words."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_accent = unicodedata.combining(character) >= _ACCENT
        plain = self[code] = "" if is_accent else str(unicodedata.decimal(character, character))
        return plain


_PLAIN = _PlainCharacters()


def _naturally(texts: Sequence[tuple[str, str]], depth: int = 0) -> list[str]:
    """Returns the second of each pair, ordered by what is left of its text, the first; by all of it where that ends."""
    if depth == _DEEP:
        whole = {f"{_RUN.sub(_sortable, rest)}\0{words}": words for rest, words in texts}
        return [whole[key] for key in in_slices(list(whole))]
    alone: dict[str, tuple[str, str]] = {}
    alike: dict[str, list[tuple[str, str]]] = {}
    for pair in texts:
        match = _UP_TO_NUMBER.match(pair[0])
        key = f"{pair[0]}\0" if match is None else f"{match[1]}{_sortable(match, 2)}"
        first = alone.setdefault(key, pair)
        if first is not pair:  # most texts differ here, and need no list
            alike.setdefault(key, [first]).append(pair)
    ordered: list[str] = []
    for key in in_slices(list(alone)):
        if key not in alike:
            ordered.append(alone[key][1])
            continue
        behind = [(rest[match.end() :], words) for rest, words in alike[key] if (match := _UP_TO_NUMBER.match(rest))]
        if any(rest for rest, _ in behind):
            ordered += _naturally(behind, depth + 1)
        else:
            ordered += sorted(words for _, words in alike[key])
    return ordered


def _sortable(run: re.Match[str], group: int = 1) -> str:
    """Returns a number as a text by which it is sorted: by its length, then by its digits.

    The 0 in front keeps it among the digits. A string for a key, unlike a tuple, is sorted fast.
    """
    digits = run[group]
    return f"0{chr(min(len(digits), sys.maxunicode))}{digits}"


def in_slices(items: list[_Item]) -> list[_Item]:
    """Returns ``items`` sorted in slices; the last step finds them in order and only merges."""
    if len(items) <= _SLICE:
        return sorted(items)
    slices = [sorted(items[start : start + _SLICE]) for start in range(0, len(items), _SLICE)]
    return sorted(chain.from_iterable(slices))
