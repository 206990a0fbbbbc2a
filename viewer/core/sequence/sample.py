"""A sample: one name in its parts, what each part is, and the owner's pattern that says so."""

from __future__ import annotations

import re
from enum import Enum
from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING

from viewer.core.errors import PatternError
from viewer.core.frame import FrameIndex
from viewer.core.patterns import late_pattern
from viewer.core.records import dataclass, replace
from viewer.core.sequence.grouping import Grouping
from viewer.core.sequence.owner_pattern import FRAME, OwnerPattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewer.core.sequence.sequence import FrameSequence

_PART = late_pattern(r"[0-9]+|[^\W\d_]+|(?:[\W_]|[^\W0-9a-z])+?(?=[0-9]|[^\W\d_]|$)", re.IGNORECASE)
_SPECIAL = late_pattern(r"[*?{}]")
_ALIKE = 50
"""Names of a sequence by which the writing of its numbers is found out for one of them, and sequences beside it."""
_BESIDE = 3
"""Names of each of these."""


class Role(Enum):
    """What a part of a name is, in the words for the user."""

    FRAME = "the frame"
    NAME = "tells sequences apart"
    ANY = "of no matter"
    TEXT = "always this text"


@dataclass(frozen=True)
class NamePart:
    """A part of a name: a number, letters, or what stands between them.

    Attributes:
        text: as it stands in the name.
        role: what it is.
        name: how the pattern calls it, "" to be found out.
    """

    text: str
    role: Role = Role.TEXT
    name: str = ""

    @property
    def is_choice(self) -> bool:
        """Whether the user can say what it is: it is no separator and no suffix."""
        return self.text.lstrip("+-")[:1].isalnum()


@dataclass(frozen=True)
class Sample:
    """A name with others of its sequence and of its folder, and the pattern that the usual rule or the owner has."""

    name: str
    alike: tuple[str, ...]
    pattern: str
    others: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, sequence: FrameSequence, index: FrameIndex, pattern: str = "", folder: Sequence[FrameSequence] = ()
    ) -> Sample:
        """Returns the sample of one frame of a sequence; without a ``pattern`` with the one that says the same.

        ``folder`` are the sequences beside it.
        """
        several = folder[:: max(1, len(folder) // _ALIKE)]
        others = tuple(name for each in several if each is not sequence for name in _some(each, _BESIDE))
        sample = cls(sequence.name(index), tuple(_some(sequence, _ALIKE)), pattern, others)
        return sample if pattern else replace(sample, pattern=_suggested(sequence, index, sample))

    def parts(self, pattern: str) -> tuple[NamePart, ...]:
        """Returns the name in its parts as ``pattern`` has them; all are texts if it does not match."""
        spans = self._spans(pattern)
        ends = {0, len(self.name), *(end for part in self.split(self.name) for end in part)}
        frames = [(start, end) for start, end, part in spans if part.role is Role.FRAME]
        ends = {each for each in ends if not any(start < each < end for start, end in frames)}
        ends |= {each for start, end, _ in spans for each in (start, end)}
        found = []
        for start, end in pairwise(sorted(ends)):
            part = next((part for first, last, part in spans if first <= start and end <= last), NamePart(""))
            found.append(replace(part, text=self.name[start:end]))
        return tuple(found)

    def split(self, name: str) -> list[tuple[int, int]]:
        """Returns where the parts of a name are; a date, a time, a decimal and a suffix are one each."""
        return _split(name, self._compounds.get(name, ()))

    @cached_property
    def _compounds(self) -> dict[str, list[tuple[int, int]]]:
        """Where the numbers of each name are that are more than digits, as the usual rule reads all names together."""
        grouping = Grouping("")
        grouping.add((self.name, *self.alike, *self.others))
        found: dict[str, list[tuple[int, int]]] = {}
        for table in grouping.tables()[0]:
            for row, name in enumerate(table.all_names()):
                spans = found.setdefault(name, [])
                texts = table.texts if table.spellings is None else table.spellings[row]
                at = len(texts[0])
                for column, text in zip(table.columns, texts[1:], strict=True):
                    written = column.written[row]
                    if written and not written.isdecimal():
                        spans.append((at, at + len(written)))
                    at += len(written) + len(text)
                if at != len(name):
                    del found[name]
        return found

    def _spans(self, pattern: str) -> list[tuple[int, int, NamePart]]:
        try:
            read = OwnerPattern.parse(pattern)
        except PatternError:
            return []
        table, _ = read.table(list(dict.fromkeys((self.name, *self.alike, *self.others))))
        if table is None or self.name not in table.all_names():
            return []
        row = table.all_names().index(self.name)
        texts = table.texts if table.spellings is None else table.spellings[row]
        names = iter(read.parts)
        spans, at = [], len(texts[0])
        for place, (column, text) in enumerate(zip(table.columns, texts[1:], strict=True)):
            end = at + len(column.written[row])
            if place == read.arrangement.frame:
                part = NamePart("", Role.FRAME)
            elif place in read.arrangement.parts:
                part = NamePart("", Role.NAME, next(names))
            else:
                part = NamePart("", Role.ANY)
            spans.append((at, end, part))
            at = end + len(text)
        return spans


def with_role(parts: Sequence[NamePart], place: int, role: Role) -> tuple[NamePart, ...]:
    """Returns parts of which the one at ``place`` is something else; what was the frame is of no matter then."""
    changed = [
        replace(part, role=Role.ANY) if role is Role.FRAME and part.role is Role.FRAME else part for part in parts
    ]
    changed[place] = NamePart(parts[place].text, role)
    return tuple(changed)


def pattern_of(parts: Sequence[NamePart]) -> str:
    """Returns the pattern that says what the parts are; parts of no matter, or of one name, side by side are one."""
    pieces: list[str] = []
    used: set[str] = set()
    open_role: Role | None = None
    for place, part in enumerate(parts):
        if part.role not in {Role.NAME, Role.ANY}:
            pieces.append(f"{{{FRAME}}}" if part.role is Role.FRAME else _SPECIAL.sub("?", part.text))
            open_role = None
        elif open_role is None or (open_role is Role.ANY and part.role is Role.NAME):
            if open_role is not None:
                pieces.pop()
            pieces.append("*" if part.role is Role.ANY else f"{{{_name(parts, place, used)}}}")
            open_role = part.role
    return "".join(pieces)


def _name(parts: Sequence[NamePart], place: int, used: set[str]) -> str:
    """Returns a name for a part: the one it has, or the word before it, and none twice."""
    words = [part.text for part in parts[:place] if part.text.isalpha() and part.role is Role.TEXT]
    is_number = _is_number(parts[place].text)
    wanted = parts[place].name or (words[-1].lower() if is_number and words else "name")
    wanted = "name" if wanted == FRAME else wanted
    name, count = wanted, 1
    while name in used:
        count += 1
        name = f"{wanted}{count}"
    used.add(name)
    return name


def _split(name: str, compounds: Iterable[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Returns where the parts of a name are; a suffix is one, and so is each of ``compounds``."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or suffix.isdecimal():
        stem = name
    spans, at = [], 0
    for start, end in [*compounds, (len(stem), len(name))]:
        spans += [(at + match.start(), at + match.end()) for match in _PART.finditer(stem[at:start])]
        spans += [(start, end)] if start < end else []
        at = end
    return spans


def _some(sequence: FrameSequence, count: int) -> list[str]:
    """Returns about so many names of a sequence, from all over it."""
    step = max(1, len(sequence) // count)
    return [sequence.name(FrameIndex(each)) for each in range(0, len(sequence), step)]


def _is_number(text: str) -> bool:
    return text.lstrip("+-")[:1].isdecimal()


def _suggested(sequence: FrameSequence, index: FrameIndex, sample: Sample) -> str:
    """Returns the pattern that says of a name what the usual rule has found out."""
    name, spans = sample.name, sample.split(sample.name)
    texts = [name[start:end] for start, end in spans]
    written = sequence.written(index)
    at = len(sequence.head)
    if "*" in sequence.head or not name.startswith(sequence.head) or sequence.is_loose:
        at = -1
    if at < 0:
        numbers = [start for (start, _), text in zip(spans, texts, strict=True) if _is_number(text)]
        same = [start for start in numbers if name[start:].lstrip("0").startswith(written)]
        at = next(reversed(same or numbers), -1)
    end = at + (len(written) if not sequence.writing.is_count else 0)
    goes_along, differs = _varying(sample, sample.alike), _varying(sample, sample.others)
    parts = []
    for (start, last), text in zip(spans, texts, strict=True):
        if at < start < end:
            continue
        if start <= at < last:
            parts.append(NamePart(name[start : max(last, end)], Role.FRAME))
        elif goes_along.intersection(range(start, last)):
            parts.append(NamePart(text, Role.ANY))
        else:
            parts.append(
                NamePart(text, Role.NAME if _is_number(text) or differs.intersection(range(start, last)) else Role.TEXT)
            )
    return pattern_of(parts)


def _varying(sample: Sample, names: Iterable[str]) -> set[int]:
    """Returns where parts begin that differ in the names that have as many, and the same separators between them."""
    found: set[int] = set()
    for name, split in product(names, (sample.split, _split)):  # few names may be read otherwise
        ours, others = split(sample.name), split(name)
        if len(ours) == len(others):
            pairs = [
                (start, sample.name[start:end], name[slice(*other)])
                for (start, end), other in zip(ours, others, strict=True)
            ]
            if all(NamePart(text).is_choice for _, text, other in pairs if text != other):
                found |= {start for start, text, other in pairs if text != other}
    return found
