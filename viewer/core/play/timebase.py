"""Frame numbers as times: seconds and time codes, and back.

A time code labels frames, it does not measure time (SMPTE ST 12-1): at 23.976 frames a second it counts to 24, so after
an hour of labels 3.6 seconds more have gone by. Drop frame, for 29.97 and 59.94 only, leaves out the labels 00 and 01
(00 to 03) of each minute that is not a tenth one; no frame is left out. It is written with ``;`` before the frames.

The arithmetic is our own, as ``timecode`` 1.5.1 takes seconds from the rounded rate, knows neither frame 0 nor one
before it, takes 12.5 for 12 frames a second and accepts 61 seconds; code around these faults would be longer than this.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.records import NamedTuple, dataclass

if TYPE_CHECKING:
    from fractions import Fraction

    from viewer.core.spans import Span

STANDARD_RATES = (23.976, 24.0, 25.0, 29.97, 30.0, 48.0, 50.0, 60.0)
"""Frames a second that the user chooses from; 23.976 and 29.97 stand for the exact rates, see :func:`exact_rate`."""
LEAST_RATE, GREATEST_RATE = 1, 240
"""Frames a second that can be played."""

_NTSC_WITHIN = 0.005
"""How near to a rate of NTSC a number must be to stand for it: 23.98 and 23.976 both do."""
_SECONDS = late_pattern(r"(-?[0-9]{1,12})(?:[.,]([0-9]{1,9}))?\s*s")
_TIME_CODE = late_pattern(r"(-)?(?:(?:([0-9]{1,2})[:;])?([0-5]?[0-9])[:;])?([0-5]?[0-9])[:;]([0-9]{1,3})")


class TimeDisplay(StrEnum):
    """How the position in a sequence is shown."""

    FRAMES = "frames"
    SECONDS = "seconds"
    TIME_CODE = "timecode"


class _Counting(NamedTuple):
    """How frames are counted at one rate.

    Attributes:
        rate: the exact rate.
        nominal: the labels of a second.
        dropped: the labels left out of a minute that is not a tenth one.
        start: how many frames after 00:00:00:00 the first one lies.
    """

    rate: Fraction
    nominal: int
    dropped: int
    start: int = 0

    @property
    def minute(self) -> int:
        """The frames of a minute that is not a tenth one."""
        return 60 * self.nominal - self.dropped

    @property
    def ten_minutes(self) -> int:
        """The frames of ten minutes, one of which is a tenth one."""
        return 10 * self.minute + self.dropped

    @property
    def day(self) -> int:
        """The frames of 24 hours of labels."""
        return 144 * self.ten_minutes


@dataclass(frozen=True, slots=True)
class TimeBase:
    """What frame numbers mean as times; any thread.

    Attributes:
        rate: frames a second, 1 to 240. One near a rate of NTSC stands for that, see :func:`exact_rate`.
        first: the number of the frame that stands at ``start``.
        start: the time code of that frame, "" for 00:00:00:00. At 29.97 and 59.94 frames a second one written with
            ``;``, and "", mean drop frame.
    """

    rate: float = 24.0
    first: int = 0
    start: str = ""

    def text(self, number: int, display: TimeDisplay) -> str:
        """Returns the time of a frame as it is shown: "131", "5.458 s" or "00:00:05:11"."""
        if display is TimeDisplay.TIME_CODE:
            return self.time_code(number)
        return f"{self.seconds(number):.3f} s" if display is TimeDisplay.SECONDS else str(number)

    def seconds(self, number: int) -> float:
        """Returns the seconds of real time from frame ``first`` to this one; negative for one before it."""
        rate = _counting(self.rate, self.start).rate
        return (number - self.first) * rate.denominator / rate.numerator

    def time_code(self, number: int) -> str:
        """Returns the time code of a frame: "01:00:05:11", after 24 hours from 00:00:00:00 again.

        What lies before 00:00:00:00 has a minus sign. Rates above 100 have three digits for the frames.
        """
        counting = _counting(self.rate, self.start)
        code = counting.start + number - self.first
        sign, code = "-" if code < 0 else "", abs(code) % counting.day
        if dropped := counting.dropped:
            tens, rest = divmod(code, counting.ten_minutes)
            code += 9 * dropped * tens + dropped * max(0, (rest - dropped) // counting.minute)
        seconds, frames = divmod(code, counting.nominal)
        minutes, seconds = divmod(seconds, 60)
        width = len(str(max(counting.nominal - 1, 10)))
        clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        return f"{sign}{clock}{';' if dropped else ':'}{frames:0{width}d}"

    def number_of(self, text: str, within: Span | None = None) -> int | None:
        """Returns the number of the frame at a time such as "12.5s", "01:00:04:12" or "4:12"; None if it is no time.

        Seconds are those of :meth:`seconds`, and the nearest frame is meant. Time codes are those of
        :meth:`time_code`, ``:`` and ``;`` alike; hours and minutes can be left out, and labels that are dropped stand
        for the next. Of several numbers with one time code, which are a day apart, the first ``within`` the numbers
        there are is meant, or the one nearest to them; without these the first one from ``first`` on.
        """
        from fractions import Fraction  # noqa: PLC0415 - takes 3 ms

        counting = _counting(self.rate, self.start)
        text = text.strip()
        if match := _SECONDS.fullmatch(text):
            return self.first + round(Fraction(f"{match[1]}.{match[2] or 0}") * counting.rate)
        code = _code(text, counting)
        if code is None:
            return None
        number = self.first + code - counting.start
        if text.startswith("-"):
            return number
        low, high = within or (self.first, self.first + counting.day - 1)
        number = low + (number - low) % counting.day
        before = number - counting.day
        return before if number > high and low - before < number - high else number


def exact_rate(rate: float) -> Fraction:
    """Returns the rate that a number such as 23.976 stands for: 24000/1001 frames a second.

    So it is with what is a thousandth below a multiple of 24 or 30: 29.97, 47.952, 59.94, 119.88, 239.76.
    """
    from fractions import Fraction  # noqa: PLC0415 - the same

    nominal = round(rate)
    ntsc = Fraction(nominal * 1000, 1001)
    if nominal and (nominal % 24 == 0 or nominal % 30 == 0) and abs(rate - ntsc) < _NTSC_WITHIN:
        return ntsc
    return Fraction(rate).limit_denominator(10_000)


def valid_start(text: str) -> bool:
    """Returns whether a text can be the time code of the first frame: all four parts of one, or nothing.

    Hours from 24 on count from 0 again, and so do frames beyond those of a second, as the rate can change.
    """
    return not text or (len(re.split("[:;]", text)) == 4 and text[0] != "-" and bool(_TIME_CODE.fullmatch(text)))  # noqa: PLR2004 - hours, minutes, seconds, frames


@lru_cache(maxsize=16)
def _counting(rate: float, start: str) -> _Counting:
    exact = exact_rate(rate)
    nominal = max(1, round(exact))
    drops = exact.denominator == 1001 and nominal in {30, 60} and (";" in start or not start)  # noqa: PLR2004 - NTSC
    counting = _Counting(exact, nominal, nominal // 15 if drops else 0)
    return counting._replace(start=_code(start, counting) or 0)


def _code(text: str, counting: _Counting) -> int | None:
    """Returns how many frames after 00:00:00:00 a time code lies, None if it is none."""
    match = _TIME_CODE.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds, frames = (int(part or 0) for part in match.groups()[1:])
    minutes += 60 * hours
    if seconds == 0 and minutes % 10:
        frames = max(frames, counting.dropped)
    code = (60 * minutes + seconds) * counting.nominal + frames - counting.dropped * (minutes - minutes // 10)
    return -code if match[1] else code
