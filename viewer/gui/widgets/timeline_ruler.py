"""The ticks of the timeline's ruler, without Qt: at round frame numbers or at round times."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from viewer.core.play.timebase import TimeBase, TimeDisplay, exact_rate
from viewer.core.records import NamedTuple, dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.gui.widgets.timeline_layout import TimelineLayout

THOUSAND = 1000
_ROUND_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


class Tick(NamedTuple):
    """A tick of the ruler.

    Attributes:
        number: the frame it stands at.
        x: the pixel in the middle of that frame.
        text: its label, "" for none.
        text_x: where the label begins.
    """

    number: int
    x: int
    text: str = ""
    text_x: int = 0


@dataclass(frozen=True, slots=True)
class Graduation:
    """The round positions of a ruler: units counted from a frame number, and the seconds that they make up.

    Attributes:
        zero: the frame number that counting begins at.
        unit: how many frames one unit has.
        second: how many units a second has; 0 counts in ones, twos, fives, tens and so on.
        is_decimal: whether parts of a second are written as decimals, and are round as such: 0.5 s, not 0.667 s.
        dropped: how many of the time codes at the beginning of a minute stand for no frame, see ``TimeBase``.
    """

    zero: int = 0
    unit: float = 1.0
    second: int = 0
    dropped: int = 0
    is_decimal: bool = False

    def number(self, units: int) -> int:
        """Returns the frame so many units from zero."""
        if self.dropped:
            minutes, rest = divmod(units, 60 * self.second)
            if minutes % 10:
                rest = max(rest, self.dropped)
            units = minutes * 60 * self.second + rest - self.dropped * (minutes - minutes // 10)
        return self.zero + round(units * self.unit)

    def text(self, units: int, step: int) -> str | None:  # noqa: ARG002 - others need them
        """Returns what to write so many units from zero, with labels a ``step`` apart; None for what frames have."""
        return None

    def steps(self) -> Iterator[int]:
        """Yields the distances between round positions, in units, ascending and without end."""
        if self.second:
            parts = (part for part in range(1, self.second) if self.second % part == 0)
            yield from (
                part for part in parts if not self.is_decimal or part == 1 or THOUSAND * part % self.second == 0
            )
            yield from (self.second * seconds for seconds in _ROUND_SECONDS)
            yield from (self.second * 3600 * 2**power for power in count(1))
        else:
            for power in count():
                yield from (10**power, 2 * 10**power, 5 * 10**power)


def graduation(time_base: TimeBase, display: TimeDisplay) -> Graduation:
    """Returns the graduation of a ruler that shows ``display``."""
    if display is TimeDisplay.FRAMES:
        return Graduation()
    rate = exact_rate(time_base.rate)
    nominal = max(1, round(rate))
    if display is TimeDisplay.SECONDS:
        return Graduation(time_base.first, float(rate / nominal), nominal, is_decimal=True)
    # Time codes count frames, also at 23.976 a second 24 of them. The code of the first frame says where they begin.
    code, start = time_base.text(time_base.first, display), 0
    for field, per in zip(re.findall(r"\d+", code), (60, 60, 60, nominal), strict=False):
        start = start * per + int(field)
    counted = Graduation(0, 1.0, nominal, nominal // 15 if ";" in code else 0)
    return replace(counted, zero=time_base.first - counted.number(start))


def ticks(
    layout: TimelineLayout,
    graduated: Graduation,
    label: Callable[[int], str],
    label_width: Callable[[str], int],
    gaps: tuple[int, int],
) -> list[Tick]:
    """Returns the ticks, ascending: both ends and round positions between them, as many as fit.

    Args:
        layout: where the frames are.
        graduated: which positions are round.
        label: what to write at a frame.
        label_width: how many pixels a label takes.
        gaps: how many pixels to leave between labels and between ticks, at least.
    """
    first, last = layout.first, layout.last
    ends = _labelled(layout, first, label(first), label_width), _labelled(layout, last, label(last), label_width)
    if first == last:
        return [ends[0]._replace(text_x=0)]  # in the middle the playhead would stand on it
    gap, tick_gap = gaps
    from_x, to_x = ends[0].text_x + label_width(ends[0].text) + gap, ends[1].text_x - gap
    if from_x - gap > to_x:  # no room for both ends
        ends = ends[0], ends[1]._replace(text="", text_x=0)
        to_x = layout.width
    widest = max(label_width(label(first)), label_width(label(last)))
    step = _step(layout, graduated, widest + gap)
    small = _step(layout, graduated, min(tick_gap, widest + gap), of=step)
    made = [ends[0]]
    for units in count((int((first - graduated.zero) // graduated.unit) // small - 1) * small, small):
        number = graduated.number(units)
        if number >= last:
            break
        if number <= made[-1].number:
            continue
        tick = Tick(number, layout.middle(number))
        if units % step == 0:
            text = graduated.text(units, step)
            labelled = _labelled(layout, number, label(number) if text is None else text, label_width)
            end = labelled.text_x + label_width(labelled.text)
            if labelled.text_x >= from_x and end <= to_x:
                tick, from_x = labelled, end + gap
        made.append(tick)
    return [*made, ends[1]]


def _labelled(layout: TimelineLayout, number: int, text: str, label_width: Callable[[str], int]) -> Tick:
    x, width = layout.middle(number), label_width(text)
    return Tick(number, x, text, max(0, min(x - width // 2, layout.width - width)))


def _step(layout: TimelineLayout, graduated: Graduation, pixels: int, of: int = 0) -> int:
    """Returns the least round distance that is at least ``pixels`` wide and divides ``of``, if that is given."""
    wide_enough = pixels * layout.count / (layout.width * graduated.unit)
    return next(step for step in graduated.steps() if step >= wide_enough and of % step == 0)
