"""Clocks: the numbers of names that together say a date or a time."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from math import prod
from operator import add
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.sequence.table import Column, Table, Texts, merged
from viewer.core.sequence.writing import COUNT, Clock, nanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MONTH_WORDS = (
    "january jan januar januari janvier janv enero ene gennaio gen janeiro",
    "february feb februar februari février févr fév fevrier fev febrero febbraio fevereiro",
    "march mar mars märz maerz mär marzo março maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro",
)
"""The names of months and their short forms: English, German, French, Spanish, Italian, Portuguese, Dutch."""
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_NAMES = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_ENDS = r"\.?(?![^\W\d_])"
_MONTH = rf"(?P<b>{_NAMES}){_ENDS}"
MONTH_NAMES = f"(?:{_NAMES}){_ENDS}"
"""A pattern for the name of a month."""
_WEEKDAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?[-_. ,]{1,2}"
_YEAR = r"(?P<y>(?:19|20)[0-9]{2})"
_DAY_FIRST = r"(?P<d>[0-9]{{1,2}})(?P<x>[-_. ])(?P<n>[0-9]{{1,2}})(?P=x){}"
_MONTH_FIRST = r"(?P<n>[0-9]{{1,2}})(?P<x>[-_. ])(?P<d>[0-9]{{1,2}})(?P=x){}"
_DATES = (
    rf"{_YEAR}(?P<x>[-_.:]?)(?P<n>[0-9]{{2}})(?P=x)(?P<d>[0-9]{{2}})",
    rf"{_YEAR}(?P<x>[-_. ])(?P<n>[0-9]{{1,2}})(?P=x)(?P<d>[0-9]{{1,2}})",
    rf"{_YEAR}y[-_ ]?(?P<n>[0-9]{{1,2}})m[-_ ]?(?P<d>[0-9]{{1,2}})d",
    rf"{_YEAR}[年년] ?(?P<n>[0-9]{{1,2}})[月월] ?(?P<d>[0-9]{{1,2}})[日일]",
    _DAY_FIRST.format(_YEAR),
    _MONTH_FIRST.format(_YEAR),
    rf"(?P<d>[0-9]{{2}})(?P<n>[0-9]{{2}}){_YEAR}",
    rf"(?P<n>[0-9]{{2}})(?P<d>[0-9]{{2}}){_YEAR}",
    rf"(?P<d>[0-9]{{1,2}})[-_. ]?{_MONTH}[-_. ,]{{0,2}}{_YEAR}",
    rf"{_MONTH}[-_. ]?(?P<d>[0-9]{{1,2}})[-_. ,]{{1,2}}{_YEAR}",
    rf"{_YEAR}[-_. ]?{_MONTH}[-_. ]?(?P<d>[0-9]{{1,2}})",
)
_DAY_OF_YEAR = rf"{_YEAR}[-_.]?(?P<j>[0-3][0-9]{{2}})"
_WEEK = r"(?:[kcw]?w|wk|week|woche|semaine|semana|settimana|sem|uke|vecka)[-_. ]?(?P<w>[0-9]{1,2})"
_QUARTER = r"q[-_ ]?(?P<k>[1-4])"
_PARTS_OF_YEARS = (
    rf"{_YEAR}[-_. ]?{_WEEK}-(?P<u>[1-7])",
    *(rf"{_YEAR}[-_. ]?{part}" for part in (_WEEK, _QUARTER)),
    *(rf"(?<![^\W\d_]){part}[-_. ]{{1,2}}{_YEAR}" for part in (_WEEK, _QUARTER)),
)
_BETWEEN = rf"[-_. ,@]{{1,3}}(?:{_WEEKDAY})?"
_GAP = rf"(?:t|{_BETWEEN}(?:(?:at|um|kl|om|as|às|à|a|ob)[-_. ]{{1,2}})?)"
_WORDS = r"[-_. ,@]{1,3}(?:[^\W\d_]{1,6}[-_. ]{1,2})?(?:[^\W\d_()]{1,4}(?:\(s\))?[-_. ]{1,2})?"
"""Words in any language between a date and a time with seconds, as in ``alle``, ``a las``."""
CLOCK_WORDS = f"t|h|min|m|sec|s|d|y|e|at|um|kl|om|as|às|à|a|ob|{MONTH_NAMES}"
"""A pattern for the words between the numbers of a date, a time or a decimal."""
_HALF_DAY = r"[-_. \u00a0\u202f]?(?P<p>[ap])\.?[ \u00a0]?m\.?(?![a-z])"
_HALF = f"(?:{_HALF_DAY})?"
_HALVES = {"a": 0, "p": 12, "上午": 0, "오전": 0, "午前": 0, "下午": 12, "오후": 12, "午後": 12}
_ZONE = r"(?P<z>z(?![a-z])|[+-][0-9]{2}[:-]?[0-9]{2})?"
_FRACTION = r"(?:[.,](?P<f>[0-9]{1,9})(?=[z+-]))?"
_RUN_TOGETHER = (
    rf"(?P<h>[0-9]{{2}})(?P<m>[0-9]{{2}})(?:(?P<s>[0-9]{{2}})(?:(?P<f2>[0-9]{{3}}|[0-9]{{6}})(?![0-9])|{_FRACTION}))?"
)
_APART = rf"(?P<h>[0-9]{{1,2}})(?P<t>[-_.: ])(?P<m>[0-9]{{2}})(?:(?P=t)(?P<s>[0-9]{{2}}){_FRACTION})?"
_LETTERS = (
    r"(?P<h>[0-9]{1,2})h[-_ ]?(?P<m>[0-9]{2})(?:m(?:in)?[-_ ]?(?P<s>[0-9]{2})(?:s(?:ec)?(?P<q>[0-9]{1,3})?)?|m(?:in)?)?"
    r"(?![a-z])"
)
_WITH_SECONDS = r"(?P<h>[0-9]{1,2})(?P<t>[-_.: ])(?P<m>[0-9]{2})(?P=t)(?P<s>[0-9]{2})"
_TIMES = (
    rf"{_GAP}?{_RUN_TOGETHER}",
    rf"{_GAP}{_APART}",
    rf"{_GAP}?{_LETTERS}",
    rf"{_WORDS}{_WITH_SECONDS}",
    rf"[-_. ]?(?P<p2>[上下]午|오[전후]|午[前後]) ?{_WITH_SECONDS}",
)
_BEFORE_DATES = tuple(
    f"{time}[-_. ]{{1,3}}{date}"
    for time in (r"(?P<h>[0-9]{2})(?P<m>[0-9]{2})(?P<s>[0-9]{2})", _WITH_SECONDS.replace("[-_.: ]", "[-_.:]"))
    for date in _DATES[:7]
)
_ALONE = (
    rf"(?P<h>[0-9]{{1,2}})(?:(?P<t>[-_.:])(?P<m>[0-9]{{2}})(?:(?P=t)(?P<s>[0-9]{{2}}))?)?{_HALF_DAY}",
    r"(?P<h>[0-9]{2})(?P<t>[-_.:])(?P<m>[0-9]{2})(?P=t)(?P<s>[0-9]{2})",
    rf"(?:(?P<d>[0-9]{{1,3}})d[-_ ]?)?{_LETTERS}",
    r"(?P<h>[0-9]{1,3})h[-_ ]?(?P<m>[0-9]{1,2})m(?:in)?(?![a-z])",
    r"(?P<m>[0-9]{1,3})m(?:in)?[-_ ]?(?P<s>[0-9]{1,2})s(?:ec)?(?![a-z])",
)
_DIGITS_ONLY = r"(?P<h>[01][0-9]|2[0-3])(?P<m>[0-5][0-9])(?P<s>[0-5][0-9])"
_SHORT_DATES = tuple(date.format("(?P<y>[0-9]{2})") for date in (_DAY_FIRST, _MONTH_FIRST))
_SHORT_RUNS = tuple(
    rf"(?P<{first}>[0-9]{{2}})(?P<{second}>[0-9]{{2}})(?P<y>[0-9]{{2}})" for first, second in ("dn", "nd")
)
_SHORT_DATE = r"(?P<y>[0-9]{2})(?P<x>[-_.]?)(?P<n>[0-9]{2})(?P=x)(?P<d>[0-9]{2})"
_SHORTEST = tuple(
    rf"(?<![0-9][-.])(?P<{a}>[0-9]{{2}})(?P<x>[-.])(?P<{b}>[0-9]{{2}})(?P=x)(?P<{c}>[0-9]{{2}})(?![-.][0-9])"
    for a, b, c in ("dny", "ndy", "ynd")
)
"""Dates of six digits without a time, which can be many other things."""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Returns a writing compiled, which is done for the first name that may hold it: all of them take 100 ms."""
    return re.compile(rf"(?<![0-9]){text}(?![0-9])")


@cache
def _writings(*, month_first: bool) -> tuple[str, ...]:
    """Returns the writings of dates and times in the order in which they are tried; times of day come last."""
    texts = (
        *(f"(?:{_WEEKDAY})?{date}{time}{_HALF}{_ZONE}" for date in _DATES for time in _TIMES),
        *(f"(?:{_WEEKDAY})?{_YEAR}[-_. ](?P<n>[0-9]{{2}})(?P<d>[0-9]{{2}}){time}" for time in _TIMES[:2]),
        rf"(?:{_WEEKDAY})?{_MONTH}[-_. ]{{1,2}}(?P<d>[0-9]{{1,2}})[-_. ]{{1,2}}{_WITH_SECONDS}[-_. ]{{1,2}}{_YEAR}",
        *_BEFORE_DATES,
        *(rf"{_MONTH}[-_. ]?(?P<d>[0-9]{{1,2}}){time}{_HALF}" for time in _TIMES[1:]),
        *(f"{_DAY_OF_YEAR}{time}" for time in _TIMES),
        *(f"{date}{_GAP}{_RUN_TOGETHER}" for date in (_SHORT_DATE, *_SHORT_RUNS)),
        *(f"{date}{_GAP}{_APART}{_HALF}" for date in (_SHORT_DATE, *_SHORT_DATES)),
        *(f"(?:{_WEEKDAY})?{date}" for date in _DATES),
        *_PARTS_OF_YEARS,
        rf"{_MONTH}[-_. ]?{_YEAR}",
        rf"{_YEAR}[-_. ]?{_MONTH}",
        rf"(?P<n>[0-9]{{2}})[-_.]{_YEAR}",
        rf"{_YEAR}[-_.](?P<n>[0-9]{{2}})(?![-_.]?[0-9])",
        *_ALONE,
        _DIGITS_ONLY,
    )
    if month_first:
        texts = tuple(sorted(texts, key=lambda text: "(?P<d>[0-9]{1,2})(?P<x>[-_. ])(?P<n>" in text))
    return texts


_LIKELY = late_pattern(
    r"""(?:19|20)[0-9]{2}[-_.:\ ]?[01]?[0-9]             # a year and a month
        |[01]?[0-9][-_.\ ]?(?:19|20)[0-9]{2}             # a month, or a day, and a year
        |[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9][-_.,\ t] # a short date
        |[0-9][-_.\ ][0-9]{1,2}[-_.\ ][0-9]{1,2}[-_.,\ t] # another one
        |[0-3][0-9][0-3][0-9]{3}[-_.,\ t]                   # run together
        |(?:19|20)[0-9]{2}(?:y|[-_.\ ]?(?:[qskcwuv]))|(?:19|20)[0-9]{2}[-_.]?[0-3][0-9]{2}
        |[0-9]{2}[-_.:][0-5][0-9][-_.:][0-5][0-9]         # a time
        |[0-9](?:h|m|min)[-_\ ]?[0-9]|[0-9][-_.\u00a0\u202f\ ]?[ap]\.?[\u00a0\ ]?m|(?:19|20)[0-9]{2}[年년]""",
    re.VERBOSE,
)
"""What every date or time holds: most names are looked at no further."""

_LONGEST = 1000
"""Characters of a name that is searched: those of files have at most 255."""
_MOST_CLOCKS = 8
"""Dates and times that are read in one name; what a name of thousands of them says nobody means."""
MARKS = {"date": "\x01", "time": "\x02"}
"""What stands in the texts by which tables are found before a number that is a moment: it is no count of others."""
_FARTHEST = 14
"""Hours that a zone is ahead of the world's time at most."""
_QUARTERS = {"", "00", "15", "30", "45"}
_LATEST = "35"
"""The last year of two digits, without a time, that people mean by now."""
_BY_FAR = 10
"""How many times as long dates must be spread by any other reading."""
_SECOND = 10**9
_DAY = 86_400 * _SECOND
_SIX_DIGITS = late_pattern("(?<![0-9])[0-2][0-9][0-5][0-9][0-5][0-9](?![0-9])")
_LETTERS_ONLY = late_pattern(r"[^\W\d_]+")
_SPACED = {code: chr(code) if chr(code).isalpha() else " " for code in range(128)}
"""What keeps only the letters of ASCII: faster than a pattern."""
_DATED = late_pattern(rf"{_YEAR}[-_.]?[0-9]{{2}}[-_.]?[0-9]{{2}}[t _.-]")
_BESIDE_MONTH = late_pattern("(?:19|20)[0-9]{2}|[0-9](?:[-_.: ]|h[-_ ]?)[0-9]{2}")
"""What a date with the name of a month holds: a year, or a time."""
_HALVED = late_pattern(r"[0-9][ _.\u202f-]?[ap]\.?m")
_FEWEST_WEEKS = 10
_FEW = 5
"""Names by which six digits can be known to be times."""
_PARTED = {".", ",", "_", "-", ":"}
_POINTS = {".", ","}
_OF_FRACTIONS = {1, 2, 3, 6, 9}
"""Digits of tenths, hundredths and so on."""
_HAS_YEAR = late_pattern(_YEAR)
_LEAP_YEAR = 2000
"""The year of dates that have none."""
_FAR = 30
"""Minutes or seconds less than this in all rows may as well be rows, columns or slices of a grid."""


def may_vary(name: str) -> bool:
    """Returns whether a name, without case, may hold a date or a time that others write with other words or zones."""
    is_dated = ("19" in name or "20" in name) and _DATED.search(name)
    return bool(is_dated or ("m" in name and _HALVED.search(name)) or _names_month(name))


def _names_month(name: str) -> bool:
    words = name.translate(_SPACED).split() if name.isascii() else _LETTERS_ONLY.findall(name)
    return not _MONTH_NUMBERS.keys().isdisjoint(words) and bool(_BESIDE_MONTH.search(name))


def with_clocks(table: Table, texts: Texts, *, month_first: bool = False) -> tuple[Table, Texts]:
    """Returns the table with what is a date or a time in every row read as one number, and its ``texts`` then.

    ``texts`` are those of the table without case. Dates that can be read both ways begin with the day, unless
    ``month_first``.
    """
    for _ in range(_MOST_CLOCKS):
        if (match := _found(table, texts, month_first=month_first)) is None:
            break
        table, texts = match
    for at in range(len(table.columns) - 2, -1, -1):
        if _is_fraction(table, texts, at):
            table, texts = _with_fraction(table, texts, at)
    return table, texts


def with_all_clocks(tables: dict[Texts, Table]) -> dict[Texts, Table]:
    """Returns tables, by their texts without case, in which dates and times are one number."""

    def read(*, month_first: bool) -> dict[Texts, list[Table]]:
        result: dict[Texts, list[Table]] = {}
        for texts, table in tables.items():
            new, key = table, texts
            if len(table) > 1 or may_vary(table.all_names()[0].lower()):
                new, key = with_clocks(table, texts, month_first=month_first)
            marks = [MARKS.get(column.writing.unit, "") for column in new.columns]
            result.setdefault((*map(add, key, marks), key[-1]), []).append(new)
        return result

    result = read(month_first=False)
    orders = {is_month_first(table) for parts in result.values() for table in parts}
    if orders >= {True, False}:
        result = read(month_first=True)
    return {key: merged(parts) for key, parts in result.items()}


def _is_fraction(table: Table, texts: Texts, at: int) -> bool:
    """Returns whether the number behind a clock is the fraction of its seconds, and no counter and no axis."""
    clock, behind = table.columns[at : at + 2]
    is_second = isinstance(clock.writing, Clock) and clock.writing.parts[-1] == ("s", 2)
    if not is_second or texts[at + 1] not in _PARTED or behind.writing is not COUNT:
        return False
    widths, numbers = set(map(len, behind.written)), behind.values()
    in_one_second: dict[int, list[int]] = {}
    for moment, number in zip(clock.values(), numbers, strict=True):
        in_one_second.setdefault(moment, []).append(number)
    if texts[at + 1] not in _POINTS and (len(in_one_second) == len(table) or len(widths) > 1):
        return False  # nothing follows from it
    if not widths <= _OF_FRACTIONS or min(numbers) < 0:
        return False
    different = len(set(numbers))
    if different == len(table) > 1 and max(numbers) - min(numbers) < 2 * different:
        return False  # it counts on
    several = [part for part in in_one_second.values() if len(part) > 1]
    if 2 * sum(map(len, several)) >= len(table) and all(max(part) - min(part) < 2 * len(part) for part in several):
        return False  # it counts the pictures of each second, or each recording
    is_axis = widths == {2} and len(in_one_second) * different == len(table)
    return len(table) == 1 or (max(numbers) > 2 * max(map(len, in_one_second.values())) and not is_axis)


def _with_fraction(table: Table, texts: Texts, at: int) -> tuple[Table, Texts]:
    clock, behind = table.columns[at : at + 2]
    separator = table.texts[at + 1]
    parts = [int(f"{text:0<9}"[:9]) for text in behind.written]
    written = [f"{moment}{separator}{part}" for moment, part in zip(clock.written, behind.written, strict=True)]
    assert isinstance(clock.writing, Clock)  # noqa: S101 - for the types
    writing = Clock((*clock.writing.parts, separator, ("f", max(map(len, behind.written)))), clock.writing.offset)

    def around(given: Texts) -> Texts:
        return (*given[: at + 1], *given[at + 2 :])

    column = Column(written, writing, array("q", map(add, clock.values(), parts)))
    return table.joined(at, at + 1, around, column), around(texts)


def is_month_first(table: Table) -> bool | None:
    """Returns whether a date in the names of a table begins with the month, and not with the day; None for others."""
    for column in table.columns:
        if isinstance(column.writing, Clock):
            letters = "".join(part[0] for part in column.writing.parts if not isinstance(part, str))
            if letters.startswith(("ndy", "dny")):
                return letters[0] == "n"
    return None


def _found(table: Table, texts: Texts, *, month_first: bool) -> tuple[Table, Texts] | None:
    """Returns the table with one more date or time read as one number, and its texts; None if there is none."""
    name = "".join(_in_turn(texts, [column.written[0] for column in table.columns]))
    has_month = _names_month(name)
    is_likely = has_month or _LIKELY.search(name)
    if not is_likely and not (_SIX_DIGITS.search(name) and any(_are_times(each.written) for each in table.columns)):
        return None
    firsts = min(zip(*(column.written for column in table.columns), strict=True), default=())  # whatever row came first
    pieces = _in_turn(texts, firsts)
    sample = "".join(pieces)
    if len(sample) > _LONGEST:
        return None
    starts = list(accumulate(map(len, pieces), initial=0))
    own = _in_turn(table.texts, firsts)
    exact = "".join(mine if len(mine) == len(other) else other for mine, other in zip(own, pieces, strict=True))
    has_year = _HAS_YEAR.search(sample)

    def read(writings: Iterable[str]) -> Iterator[tuple[_Reading, Column]]:
        for writing in writings:
            if (not has_year and _YEAR in writing) or (not has_month and "(?P<b>" in writing):
                continue  # most writings of most names
            for match in _pattern(writing).finditer(sample):
                reading = _Reading(table, match, starts, exact)
                if (column := reading.column()) is not None:
                    yield reading, column

    writings = _writings(month_first=month_first) if is_likely else (_DIGITS_ONLY,)
    found = next(read(writings), None) or _unambiguous([*read(_SHORTEST)] if is_likely else [])
    if found is None:
        return None
    reading, column = found
    return table.joined(reading.first, reading.last, reading.around, column), reading.around(texts)


def _unambiguous(readings: list[tuple[_Reading, Column]]) -> tuple[_Reading, Column] | None:
    """Returns the reading in which the dates of a folder lie by far the closest; None if there is none."""
    spans = sorted((max(column.values()) - min(column.values()), at) for at, (_, column) in enumerate(readings))
    if not spans or (len(spans) > 1 and spans[1][0] < _BY_FAR * (spans[0][0] + _DAY)):
        return None
    return readings[spans[0][1]]


def _in_turn(texts: Sequence[str], numbers: Sequence[str]) -> list[str]:
    pieces = [""] * (len(texts) + len(numbers))
    pieces[::2], pieces[1::2] = texts, numbers
    return pieces


class _Reading:
    """A table's numbers read as a date or a time: as a pattern matches its first row."""

    def __init__(self, table: Table, match: re.Match[str], starts: list[int], exact: str) -> None:
        """Takes where in that row each text and number starts, and the row in its own case."""
        self._columns, self._match, self._starts, self._exact = table.columns, match, starts, exact
        self._groups = match.groupdict()
        self._spans = {
            letter[0]: match.span(letter)
            for letter in match.re.groupindex
            if letter[0] not in "xt" and match[letter] not in {None, "z"}
        }
        self._has_date = "y" in self._spans or "b" in self._spans
        self._month = _MONTH_NUMBERS[self._groups["b"]] if "b" in self._spans else 1
        self._half = _HALVES.get(self._groups.get("p") or self._groups.get("p2") or "")
        self._sign = -1 if (self._groups.get("z") or "").startswith("-") else 1
        self._most_hours = 24 if self._has_date or self._groups.get("t") else 1000
        digits = [span for letter, span in self._spans.items() if letter not in "bp"]
        self.first = self._column_at(min(start for start, _ in digits))
        self.last = self._column_at(max(end for _, end in digits) - 1)

    def around(self, texts: Texts) -> Texts:
        """Returns the texts around the numbers when these are read as one."""
        before = len(texts[self.first]) - max(0, self._starts[2 * self.first + 1] - self._match.start())
        behind = self._match.end() - self._starts[2 * self.last + 2]
        return (
            *texts[: self.first],
            texts[self.first][:before],
            texts[self.last + 1][behind:],
            *texts[self.last + 2 :],
        )

    def column(self) -> Column | None:
        """Returns the moments of all rows; None if one of them is none, or they are rather counters or axes."""
        columns = self._columns[self.first : self.last + 1]
        if self.last == len(self._columns) or not all(column.writing.is_count for column in columns):
            return None  # digits too long for a number, or a part of another date
        if self._match.re.pattern == _pattern(_DIGITS_ONLY).pattern:
            around = self._match.string[self._match.start() - 1 : self._match.end() + 2]
            if not _are_times(columns[0].written) or around[:1] == "." or around[-2:-1] == "e":
                return None  # a part of a decimal
        fields = {letter: self._field(*span) for letter, span in self._spans.items() if letter not in "bp"}
        if None in fields.values():
            return None
        known = {letter: field for letter, field in fields.items() if field is not None}
        if not self._is_likely(known):
            return None
        numbers = self._numbers(known)
        return None if numbers is None else Column(self._written(), Clock(self._parts(), self._offset()), numbers)

    def _column_at(self, place: int) -> int:
        """Returns the column that holds this place, or the next one behind it; their number if there is none."""
        return (bisect_right(self._starts, place) - 1) // 2

    def _field(self, start: int, end: int) -> list[str] | None:
        """Returns the digits of one field in each row; None where rows differ in what they have there."""
        first, last = self._column_at(start), self._column_at(end - 1)
        if first < last:  # a zone, as +01:00
            parts = [column.written for column in self._columns[first : last + 1]]
            return ["".join(row) for row in zip(*parts, strict=True)]
        base = self._starts[2 * first + 1]
        written = self._columns[first].written
        if start <= base and end == self._starts[2 * first + 2]:
            return written
        widths = set(map(len, written))
        return [text[start - base : end - base] for text in written] if start >= base and len(widths) == 1 else None

    def _is_likely(self, fields: dict[str, list[str]]) -> bool:
        """Returns whether fields are rather a time than a counter behind a date, or the axes of a grid."""
        hours, minutes, seconds = (set(fields.get(letter, ())) for letter in "hms")
        is_apart = bool(self._groups.get("t"))
        if self._has_date and "h" in fields and not is_apart and "p" not in self._spans and hours == {"00"}:
            return bool(seconds) and minutes != {"00"}  # else the first pictures of a counter
        if self._match.re in map(_pattern, _SHORTEST):
            different = [len(set(field)) for field in fields.values()]
            is_grid = sum(count > 1 for count in different) > 1 and prod(different) == len(self._columns[0].written)
            return not is_grid and max(fields["y"]) <= _LATEST
        if "w" in fields and max(map(int, fields["w"])) < _FEWEST_WEEKS:
            return False  # few of them are cameras, or wavelengths
        if "d" not in fields and (parts := fields.keys() & set("nkw")):
            return len(set(fields["y"])) > 1 and len(set(fields[parts.pop()])) > 1
        if is_apart and not (self._has_date and seconds) and "p" not in self._spans:
            lower = [field for field in (hours, minutes, seconds) if len(field) > 1][1:]
            return all(max(map(int, field)) >= _FAR for field in lower)
        return True

    def _numbers(self, fields: dict[str, list[str]]) -> Sequence[int] | None:
        """Returns the moments of all rows; None if one of them is none. Each date is looked at once."""
        count = len(next(iter(fields.values())))
        if not all(text.isdecimal() for letter, texts in fields.items() if letter != "z" for text in texts):
            return None
        zones = fields.pop("z", [""] * count)
        if not all(zone == "" or (int(zone[:2]) <= _FARTHEST and zone[2:] in _QUARTERS) for zone in set(zones)):
            return None
        values = {letter: list(map(int, texts)) for letter, texts in fields.items()}
        if "f" in fields:
            values["f"] = [int(f"{text:0<9}"[:9]) for text in fields["f"]]
        elif "q" in fields:
            values["f"] = [number * 1_000_000 for number in values["q"]]
        if self._half is not None and not all(1 <= hour <= 12 for hour in values["h"]):  # noqa: PLR2004 - half a day
            return None
        if self._half is not None:
            values["h"] = [hour % 12 + self._half for hour in values["h"]]
        hours, minutes, seconds, fractions = (values.get(letter, [0] * count) for letter in "hmsf")
        if max(hours) >= self._most_hours or max(minutes) >= 60 or max(seconds) > 60:  # noqa: PLR2004
            return None
        letters = [letter for letter in "ykwujnd" if letter in values]
        dates = [*zip(*(values[letter] for letter in letters), strict=True)] if letters else [()] * count
        begins = {row: self._begin(dict(zip(letters, row, strict=True))) for row in set(dates)}
        ahead = {zone: self._sign * _seconds(zone) for zone in set(zones)}
        numbers = array("q")
        for row, zone, hour, minute, second, fraction in zip(
            dates, zones, hours, minutes, seconds, fractions, strict=True
        ):
            begin = begins[row]
            if begin is None:
                return None
            numbers.append(begin + ((hour * 60 + minute) * 60 + second - ahead[zone]) * _SECOND + fraction)
        return numbers

    def _begin(self, values: dict[str, int]) -> int | None:
        """Returns when a date begins, None if it is none."""
        if self._has_date:
            values = {"y": _LEAP_YEAR, "n": self._month} | values
            values["y"] += 2000 if values["y"] < 100 else 0  # noqa: PLR2004 - 24 for 2024
            if not 1900 <= values["y"] < 2100:  # noqa: PLR2004 - what people have
                return None
        return nanoseconds(values, has_date=self._has_date)

    def _offset(self) -> int:
        zone = self._groups.get("z") or ""
        return _seconds(re.sub("[^0-9]", "", zone)) * self._sign

    def _parts(self) -> tuple[str | tuple[str, int], ...]:
        """Returns the parts of a :class:`Clock`, as the first row writes it."""
        parts: list[str | tuple[str, int]] = []
        at = self._match.start()
        for letter, (start, end) in sorted(self._spans.items(), key=lambda each: each[1]):
            if letter == "z":
                break
            parts.extend([self._exact[at:start]] if start > at else [])
            parts.append((letter, 2 if letter == "p" else end - start))
            at = end + (letter == "p")
        rest = self._exact[at : self._match.end()]
        return (*parts, rest) if rest else tuple(parts)

    def _written(self) -> list[str]:
        """Returns what the columns and the texts between them are in each row."""
        start, end = self._match.span()
        pieces = [self._exact[start : max(start, self._starts[2 * self.first + 1])]]
        for at in range(self.first, self.last + 1):
            upto = end if at == self.last else self._starts[2 * at + 3]
            pieces.append(self._exact[self._starts[2 * at + 2] : upto])
        template = "%s".join(piece.replace("%", "%%") for piece in pieces)
        columns = self._columns[self.first : self.last + 1]
        return [template % row for row in zip(*(column.written for column in columns), strict=True)]


def _are_times(written: Sequence[str]) -> bool:
    """Returns whether six digits are times of day in all names, and neither a counter nor short dates."""
    if len(written) < _FEW or not all(
        len(text) == len("hhmmss") and text < "24" and text[2] < "6" and text[4] < "6" for text in written
    ):
        return False
    are_dates = all("01" <= text[2:4] <= "12" and "01" <= text[4:] <= "31" for text in written)
    return not are_dates and len({text[:2] for text in written}) > 1


def _seconds(zone: str) -> int:
    return int(zone[:2]) * 3600 + int(zone[2:] or "0") * 60 if zone.isdecimal() else 0
