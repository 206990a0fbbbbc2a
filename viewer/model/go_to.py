"""What the user types to move: frame numbers, steps, parts of the whole and times."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.frame import FrameIndex
from viewer.core.play.timebase import exact_rate
from viewer.core.spans import Span

if TYPE_CHECKING:
    from viewer.core.frame import FrameNumber
    from viewer.core.play.timebase import TimeBase
    from viewer.core.sequence.sequence import FrameSequence

UNDERSTOOD = (
    "Type a frame number (131), steps (+20 or -20), a part (50%), the fifth frame (#5), "
    "seconds (12.5s, or +2s from here) or a time code (01:00:04:12)."
)
"""What to say when a text is not understood."""

_NUMBER = re.compile(r"([+-]?[0-9]{1,18})")
_AMOUNT = r"([0-9]{1,9})(?:[.,]([0-9]{1,9}))?"
_PART = re.compile(rf"{_AMOUNT}\s*%")
_SECONDS_ON = re.compile(rf"([+-]){_AMOUNT}\s*s")
_POSITION = re.compile(r"#\s*([0-9]{1,18})")


class Destination(NamedTuple):
    """Where the user wants to go.

    Attributes:
        number: a frame number, for which there need not be a frame; or how many frames to step.
        is_step: whether it is relative to the frame that is seen now.
        short: why it is not as far as the user typed, a sentence, or "".
    """

    number: int
    is_step: bool = False
    short: str = ""


def destination(text: str, sequence: FrameSequence, time_base: TimeBase) -> Destination | None:
    """Returns where the user who typed ``text`` wants to go, None if it is not understood; see :data:`UNDERSTOOD`.

    A leading sign means a step, but ``-`` is part of the number where the sequence has negative ones. Signed seconds
    are steps always.
    """
    text = text.strip()
    if match := _NUMBER.fullmatch(text):
        number = int(match[1])
        return Destination(number, is_step=text[0] == "+" or (text[0] == "-" and sequence.first >= 0))
    if match := _PART.fullmatch(text):
        part = _amount(match[1], match[2]) / 100
        number = sequence.first + round(min(part, Fraction(1)) * (sequence.last - sequence.first))
        return Destination(number, short="" if part <= 1 else f"100 % is the last frame, {sequence.last}.")
    if match := _POSITION.fullmatch(text):
        position = min(max(int(match[1]), 1), len(sequence))
        number = sequence.number(FrameIndex(position - 1))
        there = "only #1" if len(sequence) == 1 else f"#1 to #{len(sequence)}"
        return Destination(number, short="" if position == int(match[1]) else f"There is {there}.")
    if match := _SECONDS_ON.fullmatch(text):
        frames = round(_amount(match[2], match[3]) * exact_rate(time_base.rate))
        return Destination(-frames if match[1] == "-" else frames, is_step=True)
    number_there = time_base.number_of(text, Span(sequence.first, sequence.last))
    return None if number_there is None else Destination(number_there)


def short_of(number: int, reached: FrameNumber, sequence: FrameSequence) -> str:
    """Returns why a jump to ``number`` has only ``reached`` another frame, a sentence; "" if that is it."""
    for end, edge, where in ((sequence.last, 1, "beyond the last"), (sequence.first, -1, "before the first")):
        if (number - end) * edge > 0:
            return f"Frame {number} is {where} one, {end}."
    return "" if number == reached else f"There is no file for frame {number}. The nearest is {reached}."


def _amount(whole: str, decimals: str | None) -> Fraction:
    return Fraction(f"{whole}.{decimals or 0}")
