"""A frame sequence: the numbers that exist and the names that hold them."""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from math import gcd
from operator import eq
from typing import TYPE_CHECKING

from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.patterns import late_pattern
from viewer.core.records import dataclass, field
from viewer.core.sequence.writing import COUNT, Writing
from viewer.core.spans import Span, spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NUMBER = late_pattern(
    r"""(?<![0-9])                             # a whole run of digits, and only ASCII ones: int() and f"" must agree
        ((?:(?<![^._\ =(])-(?=0*[1-9]))?       # '-' is a sign at the start and after . _ = ( space; there is no -0
        (?:[0-9]{1,18}|[1-8][0-9]{18}))(?![0-9])  # longer runs are text: they do not fit into 64 bits
    """,
    re.VERBOSE,
)
"""A number in a name, sign included."""

LABEL_SPANS = 3
"""Runs of numbers that a label lists; with more it counts the gaps."""

STAMP = 10**9
"""Numbers from here on are seconds since 1970, or finer ones: nobody counts so far."""

_SURROGATES = late_pattern("[\ud800-\udfff]")


@dataclass(frozen=True, eq=False)
class FrameSequence:
    """The pictures of a folder that belong together, in the order of their numbers; immutable, at least one.

    A name follows from its number by a rule: head, sign, digits filled with zeros up to the padding, tail. Only names
    that break the rule are kept. Equal sequences hold the same names under the same numbers. Any thread.

    Attributes:
        folder: the folder as it was opened, without a separator at its end unless it is the root.
        head: what stands before the number; ``*`` stands for parts that differ from name to name. Of single pictures
            their title.
        tail: what stands behind the number, suffix included.
        padding: the least number of digits, 1 or more.
        numbers: the numbers that exist, ascending, each once; not to be written to.
        exceptions: the names that the rule does not give, by number.
        is_loose: whether these are single pictures, numbered from 1 in natural order.
        writing: how the numbers are written in the names.
        dates: when the files were changed, in nanoseconds since 1970, where it is by this that single pictures stand
            in order: one for each, ascending; those at the end for which there is none have no date.
    """

    folder: str
    head: str
    tail: str
    padding: int
    numbers: Sequence[int] = field(repr=False)
    exceptions: Mapping[int, str] = field(default_factory=dict, repr=False)
    is_loose: bool = False
    writing: Writing = COUNT
    dates: Sequence[int] = field(default=(), repr=False)

    @classmethod
    def single(cls, path: str) -> FrameSequence:
        """Returns the sequence of just this file, before its folder has been listed.

        Its frame number is the last number in the name; a name without one is a loose picture, number 1.
        """
        return cls.of_one(*os.path.split(path))

    @classmethod
    def of_one(cls, folder: str, name: str) -> FrameSequence:
        """Returns the same as :meth:`single` for a file given by folder and name."""
        stem, _, suffix = name.rpartition(".")
        if not stem or suffix.isdecimal():  # "shot.0001" has a number and no suffix
            stem = name
        found = list(NUMBER.finditer(stem))
        if not found:
            return cls.loose(folder, [name])
        start, end = found[-1].span()
        digits = name[start:end].removeprefix("-")
        return cls(folder, name[:start], name[end:], len(digits), array("q", [int(found[-1][0])]))

    @classmethod
    def loose(cls, folder: str, names: Sequence[str], title: str = "", dates: Sequence[int] = ()) -> FrameSequence:
        """Returns single pictures as one sequence, numbered from 1 in the order given.

        The ``title`` says what they are, and is the head; "" for those that are part of no sequence. ``dates`` are
        those that have put them in order.
        """
        numbers = array("q", range(1, len(names) + 1))
        return cls(folder, title, "", 1, numbers, dict(enumerate(names, 1)), is_loose=True, dates=dates)

    def __len__(self) -> int:
        return len(self.numbers)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FrameSequence):
            return NotImplemented
        mine, theirs = (self.numbers, self.exceptions, self.dates), (other.numbers, other.exceptions, other.dates)
        return _rule(self) == _rule(other) and mine == theirs

    def __hash__(self) -> int:
        return hash((_rule(self), len(self), self.first, self.last))

    @property
    def unit(self) -> str:
        """What the numbers count, as :attr:`Writing.unit`; those of single pictures count these and nothing else."""
        return "single pictures" if self.is_loose else self.writing.unit

    @property
    def first(self) -> FrameNumber:
        """The lowest number."""
        return FrameNumber(self.numbers[0])

    @property
    def last(self) -> FrameNumber:
        """The highest number."""
        return FrameNumber(self.numbers[-1])

    def number(self, index: FrameIndex) -> FrameNumber:
        """Returns the number of the frame at ``index``, 0 to ``len - 1``.

        Raises:
            IndexError: there is no frame at ``index``; negative ones do not count from the end.
        """
        if not 0 <= index < len(self.numbers):
            raise IndexError(f"There is no frame at index {index}: the sequence has {len(self)}.")
        return FrameNumber(self.numbers[index])

    def index_of(self, number: FrameNumber) -> FrameIndex | None:
        """Returns where the frame with this number stands, None when it is missing."""
        index = bisect_left(self.numbers, number)
        return FrameIndex(index) if index < len(self) and self.numbers[index] == number else None

    def nearest_index(self, number: FrameNumber) -> FrameIndex:
        """Returns the frame whose number is nearest to ``number``; of two equally near, the lower."""
        index = bisect_left(self.numbers, number)
        if index == len(self) or (index > 0 and number - self.numbers[index - 1] <= self.numbers[index] - number):
            index -= 1
        return FrameIndex(index)

    def index_of_name(self, name: str) -> FrameIndex | None:
        """Returns where the file of this name stands, None when it is not part of the sequence."""
        if name in self._numbers_of_exceptions:
            return self.index_of(FrameNumber(self._numbers_of_exceptions[name]))
        if self.is_loose:
            return None
        run = name[len(self.head) : len(name) - len(self.tail)]
        if not NUMBER.fullmatch(run):
            return None
        index = self.index_of(FrameNumber(int(run)))
        return index if index is not None and self.name(index) == name else None

    def name(self, index: FrameIndex) -> str:
        """Returns the file name of the frame at ``index``; raises IndexError as :meth:`number` does."""
        number = self.number(index)
        if self.exceptions and number in self.exceptions:
            return self.exceptions[number]
        return self.ruled(number)

    def date(self, index: FrameIndex) -> int | None:
        """Returns which of the :attr:`dates` is that of the frame at ``index``, None for none."""
        return self.dates[index] if index < len(self.dates) else None

    def file_at(self, number: int | None) -> str:
        """Returns the name of the file with this number, "" where there is none."""
        index = None if number is None else self.index_of(FrameNumber(number))
        return "" if index is None else self.name(index)

    def number_of(self, name: str) -> FrameNumber | None:
        """Returns the number of the file of this name, None when it is not part of the sequence."""
        index = self.index_of_name(name)
        return None if index is None else self.number(index)

    def written(self, index: FrameIndex) -> str:
        """Returns the number of the frame at ``index`` as its name has it, without zeros in front if it is a count."""
        name, number = self.name(index), self.number(index)
        is_spelled = "*" not in self.head + self.tail and name.startswith(self.head) and name.endswith(self.tail)
        if self.writing.is_count or not is_spelled:
            return self.writing.text(number)
        return name[len(self.head) : len(name) - len(self.tail)]

    def text(self, number: int) -> str:
        """Returns a number as the name of its file has it; where there is none, as the others have theirs."""
        index = None if self.writing.is_count else self.index_of(FrameNumber(number))
        return self.writing.text(number) if index is None else self.written(index)

    def ruled(self, number: int) -> str:
        """Returns the name that follows from a number by the rule alone."""
        return f"{self.head}{self._digits(number)}{self.tail}"

    def names(self) -> Iterator[str]:
        """Yields all file names in order."""
        return (self.name(FrameIndex(index)) for index in range(len(self)))

    def path(self, index: FrameIndex) -> str:
        """Returns the folder and the :meth:`name` of the frame at ``index``, joined as the folder's own parts are."""
        name = self.name(index)
        if not self.folder or self.folder.endswith(("/", os.sep)):
            return f"{self.folder}{name}"
        separator = os.sep if os.sep in self.folder and "/" not in self.folder else "/"
        return f"{self.folder}{separator}{name}"

    def spans(self, step: int = 1) -> list[Span]:
        """Returns the runs of numbers that exist at ``step``, ascending; with gaps it takes a look at every frame."""
        if self.last - self.first == (len(self) - 1) * step:
            return [Span(self.first, self.last)]
        return list(spans(self.numbers, step))

    @cached_property
    def step(self) -> int:
        """What all numbers lie apart, or a multiple of it, at least 1: 10 for 10, 20 and 40."""
        if len(self) < 2 or self.last - self.first + 1 == len(self):  # noqa: PLR2004 - one number is apart from nothing
            return 1
        step = 0
        for before, after in pairwise(self.numbers):
            step = gcd(step, after - before)
            if step == 1:
                break
        return step

    @cached_property
    def gaps(self) -> tuple[Span, ...]:
        """The runs of numbers that are missing between the first and the last, ascending.

        Where the numbers lie a :attr:`step` apart, what lies between them is not missing.
        """
        if not self.missing:
            return ()
        runs = self.spans(self.step)
        return tuple(Span(before.last + 1, after.first - 1) for before, after in pairwise(runs))

    @property
    def missing(self) -> int:
        """How many numbers have no file between the first and the last.

        Of times, decimals and stamps none is missing unless they have an even pace: at least every second one is there.
        """
        missing = (self.last - self.first) // self.step + 1 - len(self)
        counts = self.writing.is_count and self.first < STAMP
        return missing if counts or missing <= len(self) else 0

    def prepare(self) -> FrameSequence:
        """Works out now, on a worker, what takes a look at every frame; returns itself, ready for the owner thread."""
        for worked_out in ("step", "gaps", "label", "_numbers_of_exceptions"):
            getattr(self, worked_out)
        return self

    @cached_property
    def _numbers_of_exceptions(self) -> dict[str, int]:
        return {name: number for number, name in self.exceptions.items()}

    @cached_property
    def label(self) -> str:
        """The sequence in a few words for people: ``shot.[0001-0240].png``, ``12 single pictures``, or a file's name.

        Up to :data:`LABEL_SPANS` runs are listed, a constant step is written as in ``shot.[1-100x10].png``, otherwise
        the gaps are counted; ``*`` stands for parts that differ. Bytes that are not text show as U+FFFD.
        """
        if len(self) == 1:
            text = self.name(FrameIndex(0))
        elif self.is_loose:
            text = f"{len(self)} {self.head or 'single pictures'}"
        else:
            text = self._range_label()
        return _SURROGATES.sub("\ufffd", text)

    def _range_label(self) -> str:
        if not self.writing.is_count:
            note = f" ({len(self.gaps)} {'gap' if len(self.gaps) == 1 else 'gaps'})" if self.gaps else ""
            ends = "-".join(self.written(FrameIndex(index)) for index in (0, len(self) - 1))
            return f"{self.head}[{ends}]{self.tail}{note}"
        runs, note = self.spans(), ""
        ends = f"{self._digits(self.first)}-{self._digits(self.last)}"
        even = range(self.first, self.last + 1, self.numbers[1] - self.first)
        if len(runs) <= LABEL_SPANS:
            ends = ",".join("-".join(map(self._digits, dict.fromkeys(run))) for run in runs)
        elif len(even) == len(self) and all(map(eq, even, self.numbers)):  # the range may be astronomically long
            ends += f"x{even.step}"
        else:
            note = f" ({len(self.gaps)} {'gap' if len(self.gaps) == 1 else 'gaps'})"
        return f"{self.head}[{ends}]{self.tail}{note}"

    def _digits(self, number: int) -> str:
        return f"{'-' if number < 0 else ''}{abs(number):0{self.padding}d}"


def _rule(sequence: FrameSequence) -> tuple[object, ...]:
    return sequence.folder, sequence.head, sequence.tail, sequence.padding, sequence.is_loose, sequence.writing
