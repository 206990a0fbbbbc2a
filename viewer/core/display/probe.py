"""The numbers of one pixel, as the file has them; nothing is copied, so that it can be asked at every mouse move."""

from __future__ import annotations

import functools
import math
from typing import Any

from viewer.core.display.proxy import shown_window
from viewer.core.frame import BGRA, BGRX, GREY, GREY_ALPHA, RGB, RGBA, Frame
from viewer.core.records import dataclass, replace

MOST = 6
"""So many channels are said in words."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What lies at one pixel.

    Attributes:
        x: its column, from 0 at the left of what is shown of the frame.
        y: its row, from 0 at the top.
        values: names of the channels and their numbers, those first that are shown; grey has no name.
        index: of a picture with a palette, the number of the colour; else None.
    """

    x: int
    y: int
    values: tuple[tuple[str, str], ...]
    index: int | None = None


def probe(frame: Frame, x: int, y: int, channel: str = "") -> Probe | None:
    """Returns what lies in the frame at a pixel of what is shown of it, None where that has none; on any thread.

    Integers are said as they are, floats in as few digits as tell them from their neighbours.

    Args:
        frame: the frame as its file has it.
        x: the column, from the left of what is shown (:attr:`SampleInfo.window`).
        y: the row, from its top.
        channel: the name of the channel that is shown alone; it comes first where not all are said.
    """
    one = pixel_of(frame, x, y)
    if one is None:
        return None
    samples = [sample for plane in one.planes for sample in plane.ravel()]
    values = tuple(
        (name, _number(samples[at], None if name == "A" else frame.info.no_data))
        for name, at in _order(frame.channels, channel, is_grey=frame.info.is_grey)
    )
    return Probe(x, y, values, None if one.indices is None else int(one.indices[0, 0]))


def pixel_of(frame: Frame, x: int, y: int) -> Frame | None:
    """Returns a frame of that one pixel, over the same memory: what is made of it is what is made of the pixel.

    ``x`` and ``y`` are as for :func:`probe`, and where that returns None so does this.
    """
    left, top, width, height = shown_window(frame)
    column, row = x + left, y + top
    is_shown = 0 <= x < width and 0 <= y < height
    if not is_shown or not 0 <= column < frame.size.width or not 0 <= row < frame.size.height:
        return None
    here = slice(row, row + 1), slice(column, column + 1)
    info = frame.info if frame.info.window is None else replace(frame.info, window=None)
    indices = None if frame.indices is None else frame.indices[here]
    return Frame(tuple(plane[here] for plane in frame.planes), frame.channels, frame.description, info, indices)


def words(found: Probe, shown: tuple[int, int, int] | None = None) -> str:
    """Returns a probe in one line: "1204, 377   R 182  G 164  B 121   shown 91 82 60".

    Args:
        found: the probe.
        shown: red, green and blue on the screen, each of 0 to 255; said if the numbers are others. None for unknown.
    """
    parts = [] if found.index is None else [f"index {found.index}"]
    parts += [_said(name, number) for name, number in found.values[:MOST]]
    if len(found.values) > MOST:
        parts.append(f"+{len(found.values) - MOST}")
    line = [f"{found.x}, {found.y}", "  ".join(parts)]
    if shown is not None:
        numbers = [str(each) for each in shown]
        colours = [number for name, number in found.values if name in RGB]
        if numbers != (colours or [found.values[0][1]] * 3):
            line.append(f"shown {numbers[0] if len(set(numbers)) == 1 else ' '.join(numbers)}")
    return "   ".join(line)


def channel_words(frame: Frame, shown_channel: str = "") -> str:
    """Returns which channels are shown, "channel 1 of 5"; "" if all are.

    Args:
        frame: the frame as its file has it.
        shown_channel: the name of the channel that is shown alone; "" for colours, or the first.
    """
    names = [name or "Y" for name, _ in _order(frame.channels, "", is_grey=frame.info.is_grey)]
    lasts = [name.rpartition(".")[2] for name in names]  # of a layer
    if shown_channel not in names:
        if set(RGB) <= set(lasts):
            colours = "".join(last for last in lasts if last in RGBA)
            return "" if len(colours) == len(names) else f"{colours} of {len(names)} channels"
        if tuple(lasts) == GREY_ALPHA or {"Y", "RY", "BY"} <= set(lasts):
            return ""
        shown_channel = names[lasts.index("Y") if "Y" in lasts else 0]
    if len(names) == 1:
        return ""
    place = f"{names.index(shown_channel) + 1} of {len(names)}"
    return f"channel {place}" if shown_channel.isdecimal() else f"channel {shown_channel}, {place}"


@functools.lru_cache(maxsize=16)
def _order(channels: tuple[str, ...], channel: str, *, is_grey: bool) -> tuple[tuple[str, int], ...]:
    """Returns names of channels as they are said and their places among the samples, red, green and blue first."""
    if channels == BGRX:
        return (("", 0),) if is_grey else (("R", 2), ("G", 1), ("B", 0))
    named = [("" if channels in {GREY, GREY_ALPHA} and name == "Y" else name, at) for at, name in enumerate(channels)]
    lasts = [name.rpartition(".")[2] for name in channels]
    if channels == BGRA or set(RGB) <= set(lasts):
        named.sort(key=lambda each: "RGBA".find(lasts[each[1]]) % 5)  # all others last, in their order
    if len(named) > MOST:
        named.sort(key=lambda each: each[0] != channel)
    return tuple(named)


def _said(name: str, number: str) -> str:
    return f"{name}: {number}" if name.isdecimal() else f"{name} {number}".lstrip()


def _number(sample: Any, no_data: float | None) -> str:  # noqa: ANN401 - of whatever type the samples are
    is_nan = sample != sample  # noqa: PLR0124 - as only NaN is
    if no_data is not None and (math.isnan(no_data) if is_nan else sample == no_data):
        return "no data"
    if is_nan:
        return "NaN"
    if sample.dtype.kind == "b":
        return str(int(sample))
    # numpy writes all half floats from 1,000 on with a power of ten.
    return str(float(sample) if sample.dtype.char == "e" and abs(sample) >= 1000 else sample)  # noqa: PLR2004 - see above
