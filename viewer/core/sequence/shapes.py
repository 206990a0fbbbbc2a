"""Shapes: names sorted by what stands around their numbers.

The digits at the end of a name are split off without a regular expression, so names that differ there only, nearly all
names of nearly all folders, cost a few string operations each. What remains in front is looked at once for each
different text. A name whose shape, or whose letters, no other has is kept as it is: in a folder of random names that is
nearly every one.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.sequence.sequence import NUMBER
from viewer.core.sequence.table import Column, Table, Texts, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DIGITS = "0123456789"
_LONGEST = 18
"""Digits of a number that fits into 64 bits whatever they are."""
_BEFORE_SIGN = ("-", ".-", "_-", " -", "=-", "(-")
"""How a head ends whose last character is a sign; see :data:`NUMBER`."""
_MOST_PARTS = 100
"""Texts and numbers of a name: those of people have less, and rules look at each pair of them."""
_SAME_SUFFIX = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif"}

_RUN = late_pattern("([0-9]+)")
_SIGNED = late_pattern("-?[0-9]+")
_LED = late_pattern(r"([0-9]{1,18})([^A-Za-z0-9].*[^\W\d_].*\.)", re.DOTALL)
_NO_LETTERS = b"0123456789+-.,_ ()e"
"""What names of one series, with decimals, exponents or copies, can have and others not."""
_COUNTED = late_pattern(r"[ _(-]\(?0*[12](?![0-9])")
_LABELLED = late_pattern(r"[ _-][a-z]+[ _-]?0*1(?![0-9])")
_DECIMAL = late_pattern(r"[0-9](?:[.,][0-9]+[^0-9]|e[+-][0-9])|\+[0-9]")


class Shapes:
    """The shapes of the names of a folder, which can be added to. One thread."""

    def __init__(self) -> None:
        """Begins without names."""
        self._columns: dict[Texts, list[list[str]]] = {}
        self._folded: dict[Texts, Texts] = {}
        self._shared: set[str] = set()
        self._lonely: dict[str, str] = {}
        self._alone: dict[bytes, str] = {}
        self._crowded: set[bytes] = set()
        self._bare: list[str] = []

    def add(self, names: Iterable[str]) -> None:
        """Adds names, which must be new."""
        by_suffix: dict[str, dict[str, list[str]]] = {}
        for name in names:
            stem, _, suffix = name.rpartition(".")
            head = stem.rstrip(_DIGITS)
            by_suffix.setdefault(suffix, {}).setdefault(head, []).append(stem[len(head) :])
        for number in list(filter(is_number, by_suffix)):  # in place of a suffix
            for head, runs in by_suffix.pop(number).items():
                for run in runs:
                    by_suffix.setdefault("", {}).setdefault(f"{head}{run}.", []).append(number)
        for suffix, by_head in by_suffix.items():
            tail = suffix and f".{suffix}"
            for head, runs in by_head.items():
                if len(runs) == 1:
                    self._add_one(f"{head}{runs[0]}{tail}")
                    continue
                widths = set(map(len, runs))
                if min(widths) > 0 and max(widths) <= _LONGEST and head[-2:] not in _BEFORE_SIGN:
                    spelled = _spelled(f"{head}0{tail}")
                    self._crowd(_letters(spelled))
                    self._share(_skeleton(spelled))
                    *texts, last = _parted(head)
                    self._put((*texts[::2], last, tail), *([number] * len(runs) for number in texts[1::2]), runs)
                else:  # no number at the end, or one that may have a sign or be text
                    for run in runs:
                        self._add_one(f"{head}{run}{tail}")

    def tables(self, *, every_decimal: bool = False) -> tuple[dict[Texts, Table], Lonely]:
        """Returns the tables of names that have numbers, by their texts without case, and the other names.

        A name of a shape of its own has a table only if it may have a number in common with others, or if it may hold
        a decimal and ``every_decimal`` is wanted.
        """
        alike: dict[Texts, list[Texts]] = {}
        for texts in self._columns:
            alike.setdefault(self._folded[texts], []).append(texts)
        tables = {
            key: merged([Table(texts, [Column(written) for written in self._columns[texts]]) for texts in group])
            for key, group in alike.items()
        }
        lonely = Lonely(dict(self._lonely), dict(self._alone), self._bare)
        from viewer.core.sequence.clocks import may_vary  # noqa: PLC0415 - not needed for the first picture

        for name in self._lonely.values():
            low = name.lower()
            if _COUNTED.search(low) or _DECIMAL.search(low) or self._has_unlabelled(low) or may_vary(low):
                lonely.move(name, tables)
        for name in self._alone.values():
            low = name.lower()
            if may_vary(low) or self._has_unlabelled(low) or (every_decimal and _DECIMAL.search(low)):
                lonely.move(name, tables)
        return tables, lonely

    def _has_unlabelled(self, name: str) -> bool:
        """Returns whether there may be a name like this one, without case, that leaves out a number and its label."""
        for label in _LABELLED.finditer(name):
            letters = _letters(_spelled(name[: label.start()] + name[label.end() :]))
            if letters in self._alone or letters in self._crowded:
                return True
        return False

    def _add_one(self, name: str) -> None:
        spelled = _spelled(name)
        letters = _letters(spelled)
        if letters not in self._crowded:
            if letters not in self._alone:
                self._alone[letters] = name
                return
            self._crowd(letters)
        self._add_shape(name, _skeleton(spelled))

    def _crowd(self, letters: bytes) -> None:
        """Notes that several names may have these letters: their shapes tell them apart."""
        self._crowded.add(letters)
        if (first := self._alone.pop(letters, None)) is not None:
            self._add_shape(first, _skeleton(_spelled(first)))

    def _add_shape(self, name: str, skeleton: str) -> None:
        if skeleton not in self._shared and skeleton not in self._lonely:
            self._lonely[skeleton] = name
            return
        self._share(skeleton)
        self._put_one(name)

    def _share(self, skeleton: str) -> None:
        """Notes that several names may be of one shape."""
        self._shared.add(skeleton)
        if (first := self._lonely.pop(skeleton, None)) is not None:
            self._put_one(first)

    def _put_one(self, name: str) -> None:
        texts, numbers = _split(name)
        if numbers:
            self._put(texts, *([number] for number in numbers))
        else:
            self._bare.append(name)

    def _put(self, texts: Texts, *numbers: Sequence[str]) -> None:
        columns = self._columns.get(texts)
        if columns is None:
            self._columns[texts] = [list(more) for more in numbers]
            self._folded[texts] = folded(texts)
            return
        for column, more in zip(columns, numbers, strict=True):
            column.extend(more)


class Lonely:
    """Names whose shape no other has, and those without numbers."""

    def __init__(self, by_skeleton: dict[str, str], by_letters: dict[bytes, str], bare: Iterable[str]) -> None:
        """Takes names by their skeletons, those whose letters no other has by these, and more; keeps the dicts."""
        self._by_skeleton, self._by_letters, self._bare = by_skeleton, by_letters, bare

    def take(self, texts: Texts) -> Table | None:
        """Returns the table, which can be without columns, of the name that has these texts; it is here no more."""
        skeleton = "\0".join(texts).replace("-\0", "\0")
        name = self._by_skeleton.get(skeleton) or self._by_letters.get(_letters("".join(texts)))
        if name is None:
            return None
        table = _table(name)
        if folded(table.texts) != texts:
            return None
        self.drop([name])
        return table

    def move(self, name: str, tables: dict[Texts, Table]) -> None:
        """Moves a name that is here to ``tables``, unless it has no numbers."""
        table = _table(name)
        if table.columns:
            tables[folded(table.texts)] = table
            self.drop([name])

    def led(self) -> dict[str, Table]:
        """Returns tables of the names that begin with a number and go on with words, by suffix; they stay here."""
        found: dict[str, tuple[list[str], list[str], list[Texts]]] = {}
        for name in chain(self._by_skeleton.values(), self._by_letters.values()):
            if (match := _LED.match(name)) is not None:
                suffix = folded((name[match.end() :],))[0]
                numbers, names, spellings = found.setdefault(suffix, ([], [], []))
                numbers.append(match[1])
                names.append(name)
                spellings.append(("", match[2] + suffix))
        return {
            suffix: Table(("", f"*.{suffix}"), [Column(numbers)], names, spellings)
            for suffix, (numbers, names, spellings) in found.items()
        }

    def drop(self, names: Iterable[str]) -> None:
        """Forgets names that are here."""
        for name in names:
            spelled = _spelled(name)
            if self._by_letters.pop(_letters(spelled), None) is None:
                del self._by_skeleton[_skeleton(spelled)]

    def names(self) -> Iterator[str]:
        """Yields the names that are still here."""
        yield from chain(self._by_skeleton.values(), self._by_letters.values(), self._bare)


def folded(texts: Texts) -> Texts:
    """Returns texts in the spelling that counts: without case, composed, one suffix for each format."""
    low = texts
    if not all(text.isascii() and text == text.lower() for text in texts):
        low = tuple([_low(text) for text in texts])
    stem, dot, suffix = low[-1].rpartition(".")
    return (*low[:-1], f"{stem}.{_SAME_SUFFIX[suffix]}") if dot and suffix in _SAME_SUFFIX else low


def _spelled(name: str) -> str:
    """Returns a name in the spelling that counts."""
    low = _low(name)
    stem, _, suffix = low.rpartition(".")
    return f"{stem}.{_SAME_SUFFIX[suffix]}" if suffix in _SAME_SUFFIX else low


def _skeleton(spelled: str) -> str:
    """Returns a name in the spelling that counts with NULs for its numbers: equal for names of one shape."""
    stem, dot, suffix = spelled.rpartition(".")
    return _SIGNED.sub(chr(0), spelled) if is_number(suffix) else f"{_SIGNED.sub(chr(0), stem)}{dot}{suffix}"


def _letters(spelled: str) -> bytes:
    """Returns what no rule leaves out of a name in the spelling that counts: found faster than its shape."""
    return spelled.encode("utf-8", "surrogatepass").translate(None, _NO_LETTERS)


def _low(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _split(name: str) -> tuple[Texts, Texts]:
    """Returns the texts around the numbers of a name, which are not in its suffix, and the numbers as written."""
    stem, dot, suffix = name.rpartition(".")
    stem, tail = (name, "") if is_number(suffix) else (stem, dot + suffix)
    parts = _parted(stem)
    return (*parts[:-1:2], parts[-1] + tail), tuple(parts[1::2])


def _parted(stem: str) -> list[str]:
    """Returns the texts and the numbers of a stem in turn; of very many numbers only the last is one."""
    parts = _RUN.split(stem)
    if "-" in stem or len(max(parts, key=len)) > _LONGEST:  # a sign, or too many digits
        parts = NUMBER.split(stem)
    return parts if len(parts) < _MOST_PARTS else ["".join(parts[:-2]), *parts[-2:]]


def is_number(suffix: str) -> bool:
    """Returns whether what stands behind the last dot of a name is a number, as in ``run.0001``."""
    return suffix.isascii() and suffix.isdigit()


def _table(name: str) -> Table:
    """Returns the table of one name; it can be without columns."""
    texts, numbers = _split(name)
    return Table(texts, [Column([number]) for number in numbers], [name])
