"""The round places of a ruler for frames that are numbered by times or decimals, without Qt."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

from viewer.core.records import dataclass
from viewer.core.sequence.writing import MONTHS, Clock, Decimals
from viewer.gui.widgets.timeline_ruler import Graduation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.sequence.writing import Writing
    from viewer.gui.widgets.timeline_layout import TimelineLayout

_SECOND = 10**9
_MINUTE, _HOUR, _DAY = 60 * _SECOND, 3600 * _SECOND, 86_400 * _SECOND
_EPOCH = date(1970, 1, 1)
_MONTH = 2_629_746 * _SECOND
"""What a month has on the average."""
_YEAR_0 = -719_528 * _DAY
_LONGEST = 14 * _DAY
"""From labels farther apart than that on, months are labelled."""
_ROUND_TIMES = (
    *(part * 10**power for power in range(9) for part in (1, 2, 5)),
    *(part * unit for unit in (_SECOND, _MINUTE) for part in (1, 2, 5, 10, 15, 30)),
    *(part * _HOUR for part in (1, 2, 3, 6, 12)),
    *(part * _DAY for part in (1, 2, 7)),
)


@dataclass(frozen=True, slots=True)
class Values(Graduation):
    """Round values of decimals: 0.1, 0.5, 1 and so on; ``scale`` is that of the decimals."""

    scale: int = 9

    def text(self, units: int, _step: int) -> str:
        """Returns the value with as few digits as it has."""
        return Decimals(None, self.scale).text(units)


@dataclass(frozen=True, slots=True)
class Times(Graduation):
    """Round times, in nanoseconds: of days, if it ``has_date``, else since midnight."""

    has_date: bool = True

    def text(self, units: int, step: int) -> str:
        """Returns the time as short as can be: "18:30", "18:30:20", "18:30:20.5"; where a day begins, "14 Jan"."""
        days, of_day = divmod(units, _DAY)
        if self.has_date and not of_day:
            day = _EPOCH + timedelta(days=days)
            return f"{day.day} {MONTHS[day.month - 1].title()}"
        seconds, fraction = divmod(of_day if self.has_date else units, _SECOND)
        text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
        if step % _MINUTE:
            text += f":{seconds % 60:02d}"
        return f"{text}.{fraction:09d}".rstrip("0") if fraction else text

    def steps(self) -> Iterator[int]:
        """Yields the distances between round times, in nanoseconds."""
        yield from _ROUND_TIMES
        yield from (_LONGEST * 2**power for power in count())


@dataclass(frozen=True, slots=True)
class Months(Graduation):
    """The beginnings of months; the units are months from the year 0 on."""

    def number(self, units: int) -> int:
        """Returns the first moment of a month."""
        begin = date(units // 12, units % 12 + 1, 1) - _EPOCH
        return self.zero - _YEAR_0 + begin.days * _DAY

    def text(self, units: int, step: int) -> str:
        """Returns the month, or the year where only those are labelled."""
        year = str(units // 12)
        return f"{MONTHS[units % 12].title()} {year}" if step % 12 else year

    def steps(self) -> Iterator[int]:
        """Yields the distances between round months."""
        yield from (1, 3, 6)
        yield from (12 * part * 10**power for power in count() for part in (1, 2, 5))


def graduation_of(writing: Writing, layout: TimelineLayout, label_width: int) -> Graduation:
    """Returns the graduation of a ruler for times or decimals, whose labels take at least so many pixels."""
    if isinstance(writing, Decimals):
        return Values(scale=writing.scale)
    offset = writing.offset * _SECOND if isinstance(writing, Clock) else 0
    if writing.unit == "date" and label_width * layout.count > _LONGEST * layout.width:
        return Months(_YEAR_0 - offset, _MONTH)
    return Times(-offset, 1, has_date=writing.unit == "date")
