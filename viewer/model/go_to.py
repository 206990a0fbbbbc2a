"""What the user types to move: frame numbers, steps, parts of the whole and times."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from viewer.core.frame import FrameIndex
from viewer.core.patterns import late_pattern
from viewer.core.play.timebase import exact_rate
from viewer.core.records import NamedTuple
from viewer.core.spans import Span

if TYPE_CHECKING:
    from fractions import Fraction

    from viewer.core.frame import FrameNumber
    from viewer.core.play.timebase import TimeBase
    from viewer.core.sequence.sequence import FrameSequence

UNDERSTOOD = (
    "Type a frame number (131), steps (+20 or -20), a part (50%), the fifth frame (#5), "
    "seconds (12.5s, or +2s from here), a time code (01:00:04:12) or a part of a name."
)
"""What to say when a text is not understood."""
_UNDERSTOOD_THERE = {
    "date": "Type a time as the names have it ({}) or in another usual way (2023-01-14 18:30; 18:30 on this day), "
    "steps (+20 or -20), a part (50%), the fifth frame (#5) or seconds (12.5s, or +2s from here).",
    "time": "Type a time as the names have it ({}) or with colons (18:30, 18:30:20), steps (+20 or -20), a part (50%), "
    "the fifth frame (#5) or seconds (12.5s, or +2s from here).",
    "": "Type a number as the names have it ({}), steps (+20 or -20), a part (50%) or the fifth frame (#5).",
}
_DATED = (
    "Type a date (6 May, 2026-05-06 14:03; 14:03 on this day), a frame number (131), steps (+20 or -20), a part (50%), "
    "the fifth frame (#5) or a part of a name."
)
_SECOND = 10**9

_NUMBER = late_pattern(r"([+-]?[0-9]{1,19})")
_AMOUNT = r"([0-9]{1,9})(?:[.,]([0-9]{1,9}))?"
_PART = late_pattern(rf"{_AMOUNT}\s*%")
_SECONDS = late_pattern(rf"([+-]?){_AMOUNT}\s*s")
_SECONDS_ON = late_pattern(rf"([+-]){_AMOUNT}\s*s")
_POSITION = late_pattern(r"#\s*([0-9]{1,18})")


class Destination(NamedTuple):
    """Where the user wants to go.

    Attributes:
        number: a frame number, for which there need not be a frame, as large as was typed; or how many frames to step.
        is_step: whether it is relative to the frame that is seen now.
        short: why it is not as far as the user typed, a sentence, or "".
    """

    number: int
    is_step: bool = False
    short: str = ""


def understood(sequence: FrameSequence) -> str:
    """Returns what to say when a text is not understood."""
    writing = sequence.writing
    if writing.is_count:
        return _DATED if sequence.dates else UNDERSTOOD
    there = _UNDERSTOOD_THERE.get(writing.unit, _UNDERSTOOD_THERE[""])
    return there.format(sequence.text(sequence.first))


def destination(
    text: str, sequence: FrameSequence, time_base: TimeBase, here: FrameNumber | None = None
) -> Destination | None:
    """Returns where the user who typed ``text`` wants to go, None if it is not understood; see :func:`understood`.

    A leading sign means a step, but ``-`` is part of the number where the sequence has negative ones. Signed seconds
    are steps always; where the numbers are times, seconds are those of them. Where pictures stand by date, a date is
    the first one from then on. Parts of times that are left out are those
    of the frame ``here``. A time for which there is no file stands for the first one from then on.
    """
    from fractions import Fraction  # noqa: PLC0415 - takes 3 ms

    text = text.strip()
    writing, near = sequence.writing, sequence.first if here is None else here
    if match := _NUMBER.fullmatch(text):
        is_step = text[0] == "+" or (text[0] == "-" and sequence.first >= 0)
        if is_step or writing.is_count:
            return Destination(int(match[1]), is_step=is_step)
    if match := _PART.fullmatch(text):
        part = _amount(match[1], match[2]) / 100
        number = sequence.first + round(min(part, Fraction(1)) * (sequence.last - sequence.first))
        return Destination(
            number, short="" if part <= 1 else f"100 % is the last frame, {sequence.text(sequence.last)}."
        )
    if match := _POSITION.fullmatch(text):
        position = min(max(int(match[1]), 1), len(sequence))
        number = sequence.number(FrameIndex(position - 1))
        there = "only #1" if len(sequence) == 1 else f"#1 to #{len(sequence)}"
        return Destination(number, short="" if position == int(match[1]) else f"There is {there}.")
    return _counted(text, sequence, time_base, near) if writing.is_count else _there(text, sequence, near)


def _counted(text: str, sequence: FrameSequence, time_base: TimeBase, near: FrameNumber) -> Destination | None:
    """Returns the date, the seconds or the time code that is meant, None if it is none."""
    if sequence.dates and (found := _dated(text, sequence, near)) is not None:
        return found
    if match := _SECONDS_ON.fullmatch(text):
        frames = round(_amount(match[2], match[3]) * exact_rate(time_base.rate))
        return Destination(-frames if match[1] == "-" else frames, is_step=True)
    number_there = time_base.number_of(text, Span(sequence.first, sequence.last))
    return None if number_there is None else Destination(number_there)


def _there(text: str, sequence: FrameSequence, near: FrameNumber) -> Destination | None:
    """Returns the time or the decimal that is meant, None if it is none."""
    writing = sequence.writing
    is_clock = writing.unit in _UNDERSTOOD_THERE
    number: int | None
    if is_clock and (match := _SECONDS.fullmatch(text)):
        begin = near if match[1] else sequence.first
        number = begin + round(_amount(match[2], match[3]) * _SECOND) * (-1 if match[1] == "-" else 1)
    else:
        number = _within(text, sequence, near)
    if number is None or not is_clock or sequence.missing or not sequence.first < number < sequence.last:
        return None if number is None else Destination(number)
    index = FrameIndex(bisect_left(sequence.numbers, number))
    # Nobody who types 18:30 wants the seconds.
    is_it = re.sub("[^0-9]", "", text) in re.sub("[^0-9]", "", sequence.written(index))
    said = f"There is no file for {sequence.text(number)}. The next is {sequence.written(index)}."
    return Destination(sequence.number(index), short="" if is_it or sequence.number(index) == number else said)


def _within(text: str, sequence: FrameSequence, near: FrameNumber) -> int | None:
    """Returns the number that was typed; what it leaves out is such that ``sequence`` reaches it, if it can be."""
    numbers = [sequence.writing.number(text, base) for base in (near, sequence.first, sequence.last)]
    reached = (number for number in numbers if number is not None and sequence.first <= number <= sequence.last)
    return next(reached, numbers[0])


def _dated(text: str, sequence: FrameSequence, near: FrameNumber) -> Destination | None:
    """Returns the first picture from a date on, None if it is none; the last one that has a date where none is."""
    from viewer.core.sequence.dates import date_words, moment_of  # noqa: PLC0415 - only for names with dates and times

    dates, index = sequence.dates, sequence.nearest_index(near)
    moment = moment_of(text, dates[min(index, len(dates) - 1)])
    if moment is None:
        return None
    found = bisect_left(dates, moment)
    last = len(dates) - 1
    said = f"The last picture is of {date_words(dates[last])}." if found > last else ""
    return Destination(sequence.number(FrameIndex(min(found, last))), short=said)


def short_of(number: int, reached: FrameNumber, sequence: FrameSequence, written: str = "") -> str:
    """Returns why a jump to ``number`` has only ``reached`` another frame, a sentence; "" if that is it.

    The number may be ``written`` in another way than those of the ``sequence``.
    """
    text = sequence.text
    aim = written or text(number)
    if number == reached or aim == text(reached):
        return ""
    for end, edge, where in ((sequence.last, 1, "beyond the last"), (sequence.first, -1, "before the first")):
        if (number - end) * edge > 0:
            return f"Frame {aim} is {where} one, {text(end)}."
    return f"There is no file for frame {aim}. The nearest is {text(reached)}."


def _amount(whole: str, decimals: str | None) -> Fraction:
    from fractions import Fraction  # noqa: PLC0415 - the same

    return Fraction(f"{whole}.{decimals or 0}")
