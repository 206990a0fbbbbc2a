"""Writings: how the number of a frame is written in its name, where it is more than a run of digits.

The numbers of frames are whole. A decimal counts billionths, a clock nanoseconds, so two writings of one number are
equal and even steps stay even.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

from viewer.core.records import dataclass

_BILLION = 10**9
_DAY = 86_400
_EPOCH = 719_163
"""The day of 1970-01-01 as dates count them."""
_BEYOND = 2**63
"""What 64 bits do not hold."""
_LONGEST = 60
"""Characters of a text that is looked at; nothing that a user means is longer."""
_SMALL = -4
"""The power of ten below which a decimal of no fixed places is written with an exponent."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS = "ykwujndhmsf"
"""The fields of a clock, the greatest first; quarter, week and weekday, or the day of the year, stand for the date."""
_LEAST = {"u": 1, "n": 1, "d": 1, "j": 1}
"""The fields that do not begin at 0."""


class Writing(Protocol):
    """How numbers are written; immutable. Any thread."""

    @property
    def is_count(self) -> bool:
        """Whether these are plain whole numbers."""
        ...

    @property
    def unit(self) -> str:
        """What the numbers count: the power of ten that makes a value whole, or "date" or "time" for nanoseconds."""
        ...

    def text(self, number: int) -> str:
        """Returns how ``number`` is written."""
        ...

    def number(self, text: str, near: int) -> int | None:
        """Returns the number that a user means who types ``text`` while ``near`` is shown; None if it is none."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """Whole numbers, as nearly all names have."""

    is_count = True
    unit = "0"

    def text(self, number: int) -> str:
        """Returns the digits, without zeros in front."""
        return str(number)

    def number(self, text: str, near: int) -> int | None:  # noqa: ARG002 - a whole number is one wherever one is
        """Returns the whole number that is written."""
        return _fitting(int(text)) if re.fullmatch("-?[0-9]{1,19}", text) else None


COUNT = Count()


@dataclass(frozen=True)
class Decimals:
    """Decimal fractions: ``0.25``, ``-1.5``, ``1e-05``.

    Attributes:
        places: the digits behind the point where all names have as many; None for as few as do.
        scale: the power of ten that makes them whole; billionths unless that is not fine enough.
    """

    places: int | None = None
    scale: int = 9
    is_count = False

    @property
    def unit(self) -> str:
        """The scale."""
        return str(self.scale)

    def text(self, number: int) -> str:
        """Returns the decimal, with as many places as the names have; very small ones with an exponent otherwise."""
        from decimal import Decimal  # noqa: PLC0415 - only for names with decimals

        value = Decimal(number).scaleb(-self.scale)
        if self.places is not None:
            return f"{value:.{self.places}f}"
        value = value.normalize()
        return f"{value:f}" if not value or value.adjusted() >= _SMALL else f"{value:e}"

    def number(self, text: str, near: int) -> int | None:  # noqa: ARG002 - a value is one wherever one is
        """Returns the value that is written, with a point or a comma, rounded to this scale."""
        from decimal import Decimal  # noqa: PLC0415 - the same

        if not re.fullmatch(r"[+-]?(?:[0-9]{1,19}[.,]?[0-9]{0,30}|[.,][0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?", text):
            return None
        return _fitting(round(Decimal(text.replace(",", ".")).scaleb(self.scale)))


@dataclass(frozen=True, slots=True)
class Clock:
    """Dates and times of day, in nanoseconds since 1970 or, without a date, since midnight.

    Attributes:
        parts: the texts and the fields in the order of the name, a field as a pair of its letter and its digits:
            ``y`` year, ``k`` quarter, ``w`` week of ISO 8601, ``u`` weekday, ``j`` day of the year, ``n`` month,
            ``b`` its name, ``d`` day, ``h`` hour, ``m`` minute, ``s`` second, ``f`` fraction, ``q`` thousandths
            without zeros in front, ``p`` the half of the day.
        offset: what the zone of the writing is ahead of the world's time, in seconds.
    """

    parts: tuple[str | tuple[str, int], ...]
    offset: int = 0
    is_count = False

    @property
    def unit(self) -> str:
        """Whether these are moments or times of day."""
        return "date" if self._has_date else "time"

    @property
    def _letters(self) -> str:
        return "".join(part[0] for part in self.parts if not isinstance(part, str))

    @property
    def _has_date(self) -> bool:
        return not {"y", "b"}.isdisjoint(self._letters)

    def text(self, number: int) -> str:
        """Returns the time in the writing of the names."""
        fields = self._split(number)
        return "".join(part if isinstance(part, str) else self._written(fields, *part) for part in self.parts)

    def number(self, text: str, near: int) -> int | None:
        """Returns the moment that is written, as the names write it or in another usual way.

        What is left out in front is that of ``near``, what is left out behind begins: ``18:30`` is that time on the day
        that is shown, ``14 Jan`` the begin of that day in this year. Less than five digits alone are no time, unless
        the names write them so.
        """
        text = text.strip().casefold()
        patterns = (_pattern(self.parts), *_typed(is_month_first=self._letters.startswith("nd")))
        matches = (pattern.fullmatch(text) for pattern in patterns) if len(text) <= _LONGEST else ()
        numbers = (self._number(match.groupdict(), near) for match in matches if match)
        return next((number for number in numbers if number is not None), None)

    def _number(self, typed: dict[str, str | None], near: int) -> int | None:
        """Returns the moment of the fields that were typed, None if there is no such one."""
        given = {letter: text for letter, text in typed.items() if text is not None}
        half, month = given.pop("p", None), given.pop("b", None)
        thousandths = given.pop("q", None)
        if thousandths is not None:
            given["f"] = f"{int(thousandths):03d}"
        fields = {letter: int(f"{text:0<9}"[:9]) if letter == "f" else int(text) for letter, text in given.items()}
        if month is not None:
            if month[:3] not in MONTHS:
                return None
            fields["n"] = MONTHS.index(month[:3]) + 1
        if half is not None:
            if not 1 <= fields.get("h", 0) <= 12:  # noqa: PLR2004 - hours of half a day
                return None
            fields["h"] = fields["h"] % 12 + (12 if half == "p" else 0)
        if "y" in fields and len(given["y"]) == 2:  # noqa: PLR2004 - 24 for 2024
            fields["y"] += 2000
        if not self._has_date and not {"y", "n", "j"}.isdisjoint(fields):
            return None
        last = max(map(_FIELDS.index, fields))
        begun = {letter: _LEAST.get(letter, 0) for letter in _FIELDS[last + 1 :]}
        if not self._has_date:
            begun.pop("d", None)
        if "j" in fields:
            begun |= {"n": 1, "d": 1}
        whole = {letter: number for letter, number in (self._split(near) | begun).items() if letter not in "jkwu"}
        whole |= fields
        return nanoseconds(whole, self.offset, has_date=self._has_date)

    def _split(self, number: int) -> dict[str, int]:
        from datetime import date, timedelta  # noqa: PLC0415 - only for names with dates and times

        seconds, fraction = divmod(number, _BILLION)
        days, seconds = divmod(seconds + self.offset, _DAY)
        fields = {"h": seconds // 3600, "m": seconds // 60 % 60, "s": seconds % 60, "f": fraction, "j": 1}
        if self._has_date:
            day = date(1970, 1, 1) + timedelta(days=days)
            year, fields["w"], fields["u"] = day.isocalendar()
            fields |= {"y": day.year, "j": day.timetuple().tm_yday, "n": day.month, "d": day.day}
            return fields | {"k": (day.month + 2) // 3, "y": year if "w" in self._letters else day.year}
        if "d" in self._letters:
            return fields | {"d": days}
        return fields | {"h": fields["h"] + 24 * days}

    def _written(self, fields: dict[str, int], letter: str, digits: int) -> str:
        match letter:
            case "b":
                return MONTHS[fields["n"] - 1].title()
            case "p":
                return "PM" if fields["h"] >= 12 else "AM"  # noqa: PLR2004 - hours
            case "f":
                return f"{fields['f']:09d}"[:digits]
            case "q":
                return str(fields["f"] // 1_000_000)
        value = fields[letter]
        if letter == "h" and "p" in self._letters:
            value = value % 12 or 12
        return f"{value % 100 if letter == 'y' and digits == 2 else value:0{digits}d}"  # noqa: PLR2004 - 24 for 2024


def renumbered(number: int, unit: str, after: str) -> int | None:
    """Returns what a number of one :attr:`Writing.unit` is in another, None where they have nothing in common.

    >>> renumbered(5, "0", "9"), renumbered(2_500_000_000, "9", "0"), renumbered(5, "0", "date")
    (5000000000, 2, None)
    """
    from decimal import Decimal  # noqa: PLC0415 - the same

    if unit == after:
        return number
    if not (unit.isdecimal() and after.isdecimal()):
        return None
    return _fitting(round(Decimal(number).scaleb(int(after) - int(unit))))


def nanoseconds(fields: dict[str, int], offset: int = 0, *, has_date: bool = True) -> int | None:
    """Returns the moment that fields by their letters stand for, as in :class:`Clock`; None if there is no such one."""
    from datetime import date  # noqa: PLC0415 - the same

    days = fields.get("d", 0)
    if has_date:
        try:
            if "w" in fields:
                day = date.fromisocalendar(fields["y"], fields["w"], fields.get("u", 1))
            else:
                day = date(
                    fields["y"], 3 * fields["k"] - 2 if "k" in fields else fields.get("n", 1), fields.get("d", 1)
                )
            days = day.toordinal() - _EPOCH
            if "j" in fields:
                days += fields["j"] - 1
        except (ValueError, OverflowError):
            return None
    hours, minutes, seconds = (fields.get(letter, 0) for letter in "hms")
    if minutes >= 60 or seconds > 60 or (has_date and hours >= 24):  # noqa: PLR2004 - a leap second is one
        return None
    return _fitting((days * _DAY + hours * 3600 + minutes * 60 + seconds - offset) * _BILLION + fields.get("f", 0))


def _fitting(number: int) -> int | None:
    return number if abs(number) < _BEYOND else None


_WIDTHS = {"y": "{4}", "j": "{3}", "h": "{1,3}", "f": "{1,9}", "q": "{1,3}"}


@lru_cache(maxsize=64)
def _pattern(parts: tuple[str | tuple[str, int], ...]) -> re.Pattern[str]:
    """Returns what matches a time, without case, as a :class:`Clock` of these parts writes it."""

    def piece(part: str | tuple[str, int], behind: str | tuple[str, int]) -> str:
        if isinstance(part, str):
            return re.escape(part.casefold())
        letter, digits = part
        if letter in "bp":
            return {"b": "(?P<b>[a-z]{3,9})", "p": r"(?P<p>[ap])\.?m\.?"}[letter]
        is_exact = not isinstance(behind, str) or (letter, digits) == ("y", 2)
        return f"(?P<{letter}>[0-9]{f'{{{digits}}}' if is_exact else _WIDTHS.get(letter, '{1,2}')})"

    return re.compile("".join(map(piece, parts, (*parts[1:], ""))))


@lru_cache(maxsize=2)
def _typed(*, is_month_first: bool) -> tuple[re.Pattern[str], ...]:
    """Returns what matches the dates and times that people type, without case."""
    year, day, month, name = "(?P<y>[0-9]{4})", "(?P<d>[0-9]{1,2})", "(?P<n>[0-9]{1,2})", "(?P<b>[a-z]{3,9})"
    apart, gap = "[-_./ ]", "[-_., ]*"
    first, second = (month, day) if is_month_first else (day, month)
    dates = (
        f"{year}{apart}{month}(?:{apart}{day})?",
        f"{first}{apart}{second}{apart}(?P<y>[0-9]{{4}}|[0-9]{{2}})",
        f"{day}{gap}{name}{gap}{year}?",
        f"{name}{gap}{day}(?:{gap}{year})?",
        f"(?:{year}{gap})?{name}{gap}{day}?",
        f"{name}{gap}{year}",
        "(?P<y>[0-9]{4})[-_./:]?(?P<n>[0-9]{2})[-_./:]?(?P<d>[0-9]{2})",
    )
    time = (
        r"(?P<h>[0-9]{1,3}) ?[:h] ?(?P<m>[0-9]{1,2})(?: ?[:m] ?(?P<s>[0-9]{1,2})(?:[.,](?P<f>[0-9]{1,9}))? ?s?| ?m)?"
        r"(?: ?(?P<p>[ap])\.?m\.?)?"
    )
    compact = "(?P<h>[0-9]{2})(?P<m>[0-9]{2})(?:(?P<s>[0-9]{2})(?:[.,]?(?P<f>[0-9]{1,9}))?)?"
    between = "(?:[-_., ]+(?:at )?|t)"
    texts = (
        *dates,
        time,
        *(f"{each}{between}{time}" for each in dates),
        f"{dates[-1]}{between}?{compact}",
        "(?P<h>[0-9]{1,2}) ?(?P<p>[ap])m",
    )
    return tuple(map(re.compile, texts))
