"""Which numbers are black and white, and how many samples there are of each.

All functions run on any thread, take frames as they were decoded, and look at every sample that counts. It counts
unless it is NaN, infinite, the number that the file names for "no data", or one by which detectors mark gaps and dead
pixels in integers of more than 8 bits: -1 and -2 of signed ones, the largest of unsigned ones. The GIL is held for a
millisecond at a time at most: numpy counts with it held, so it counts in strips.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from viewer.core.display.pixels import luminance
from viewer.core.frame import BGRA, BGRX, RGB, Range, SampleKind, TransferCurve
from viewer.core.records import NamedTuple, dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from viewer.core.frame import Frame

BYTE = 8
"""Bits up to which the full range is shown, whatever the samples are."""
UNIT = Range(0.0, 1.0)
"""The range of floats that stand for light or colours."""
NOT_MEASURED = Range(*UNIT)
"""The range of frames in which no sample counts: this very object, which no other frame's range is."""
LEVEL = Range(-1e200, 1e200)
"""The numbers that can be black and white: beyond, their differences and exposures could be none."""
_LUMA = {"Y", "RY", "BY"}
_STRIP = 1 << 19
"""Samples counted at a time, 0.6 ms with the GIL held; with 4 million one call takes twice as long in all."""
_STRIP_IN_CACHE = 1 << 16
"""Samples whose columns are worked out at a time: what is made of them stays in the cache of the processor."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How many samples of a frame lie in each of the columns between two numbers.

    Attributes:
        range: the numbers at the left edge of the first column and at the right edge of the last.
        names: the names of the channels.
        counts: (channels, columns) of int64. What lies outside of the range counts in the outermost columns.
        nan: how many samples do not count, such as NaN and no data, in all channels together.
    """

    range: Range
    names: tuple[str, ...]
    counts: NDArray[Any]
    nan: int = 0


class Uniform(NamedTuple):
    """What all samples of a frame are.

    Attributes:
        number: the one number that all finite ones are; None if none is finite.
        is_all: whether all samples are finite.
    """

    number: float | None
    is_all: bool


class Ends(NamedTuple):
    """Where the samples of a frame, in its own scale, become black and white on the screen.

    Attributes:
        range: the samples that are to be black and white.
        between: the smallest and the largest one that is neither yet, rounded to what a screen shows.
    """

    range: Range
    between: Range


class _Samples(NamedTuple):
    """Samples that count.

    Attributes:
        numbers: all of them in one row, of 32 bits or more; of fewer each number once, as float64.
        counts: how often each number is there; None for once.
    """

    numbers: NDArray[Any]
    counts: NDArray[Any] | None

    @property
    def size(self) -> int:
        """How many samples there are."""
        return self.numbers.size if self.counts is None else int(self.counts.sum())

    def count(self, chosen: NDArray[Any]) -> int:
        """Returns how many of them are ``chosen``, a mask of ``numbers``."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        return int(np.count_nonzero(chosen) if self.counts is None else self.counts[chosen].sum())


def kind_of(frame: Frame) -> SampleKind:
    """Returns what the samples of a frame are; those of one for the screen are of 8 bits."""
    channel = next((axis.number for axis in frame.info.page if axis.name == "channel"), 0)
    if _is_for_screen(frame):
        return SampleKind("u", BYTE, not frame.info.is_grey, TransferCurve.DISPLAY, channel)
    dtype, info = frame.planes[0].dtype, frame.info
    is_bool = dtype.kind == "b"
    bits = (0 if dtype.kind == "f" else info.bits) or (1 if is_bool else 8 * dtype.itemsize)
    return SampleKind("u" if is_bool else dtype.kind, bits, _is_colour(frame), transfer_of(frame), channel)


def transfer_of(frame: Frame, channel: str = "") -> TransferCurve:
    """Returns how the numbers of what is shown, or of one channel, stand for light; those of depth are just data."""
    if frame.is_bgrx:  # known without its pixels
        return frame.info.transfer
    names = {*frame.channels, *map(_short, frame.channels)}
    shown = {_short(name) for name in ([channel] if channel in names else _shown(frame))}
    return frame.info.transfer if shown <= {*RGB, "Y"} else TransferCurve.DISPLAY


def own_range(frame: Frame, kind: SampleKind | None = None) -> Range | None:
    """Returns the range that the frame has by what it is, or by what its file says; None where it must be measured.

    - Integers of 8 bits and fewer: all that their significant bits hold, signed ones from the lowest negative number,
      or 0 to the number that the file has for white.
    - Else the file's own range, or 0 to its number for white, if that is narrower than what the type can hold.
    - Integers of more bits: of colours, and of film, all that the significant bits hold. Grey and other channels are
      measured: a camera of 12 bits writes 16.
    - Floats: 0 to 1 for colours, which all programs that write them agree on, for film, and for luminance (the channel
      "Y" of linear light, as in OpenEXR). Grey of other files, and channels such as depth, are measurements.

    ``kind`` is that of the samples in the file, where those of the frame are means; None for its own.
    """
    kind, info = kind or kind_of(frame), frame.info
    if kind.letter != "f" and kind.bits <= BYTE:
        full = _all_of(kind, kind.bits)
        return Range(0.0, info.white) if info.white and not _is_for_screen(frame) else full
    holds = _all_of(kind, -(-kind.bits // BYTE) * BYTE)
    stated = info.range or (Range(0.0, info.white) if info.white else None)
    if stated and _is_narrower(stated, holds):
        return stated
    if kind.is_colour or kind.transfer is TransferCurve.FILM:
        return UNIT if kind.letter == "f" else _all_of(kind, kind.bits)
    is_light = kind.letter == "f" and kind.transfer is TransferCurve.LINEAR and "Y" in _shown(frame)
    return UNIT if is_light else None


def ends(frame: Frame) -> Range:
    """Returns the numbers at which the samples of a frame were cut off: what lay beyond is there too.

    Those are the largest of integers, or the file's number for white, and of signed ones the smallest. 0 of unsigned
    ones is what no light is, and of one bit and of floats there are none: infinities.
    """
    kind = kind_of(frame)
    if kind.letter == "f" or kind.bits == 1:
        return Range(-math.inf, math.inf)
    low, high = _all_of(kind, kind.bits)
    return Range(low if kind.letter == "i" else -math.inf, frame.info.white or high)


def depends_on_first(frame: Frame, kind: SampleKind | None = None) -> bool:
    """Returns whether frames of this kind may each have another range: a sequence is shown with that of its first.

    So it is where the range is measured, or is one that the file wants to be shown. A number for white is no such
    range: it says what the samples are parts of. ``kind`` is as with :func:`own_range`.
    """
    kind = kind or kind_of(frame)
    is_small = kind.letter != "f" and kind.bits <= BYTE
    return not is_small and (frame.info.range is not None or own_range(frame, kind) is None)


def automatic_range(frame: Frame, cut: float = 0.1, channel: str = "") -> Range:
    """Returns the range that leaves ``cut`` percent of the samples darker than black, and as many brighter than white.

    They are percentiles as numpy has them, between two samples in proportion, of integers rounded outwards to whole
    numbers. Of colours, the samples of all three are taken together. Where both are equal, white is 1 above black;
    where no sample counts, the range is :data:`NOT_MEASURED`, 0 to 1. It is held within :data:`LEVEL`.

    Args:
        frame: of any samples.
        cut: 0 or more, less than 50.
        channel: the one channel to look at; "" for those that are shown.
    """
    parts = [_counting(frame, plane) for plane in _shown(frame, channel).values()]
    last = sum(part.size for part in parts) - 1
    if last < 0:
        return NOT_MEASURED
    places = [round(last * percent / 100, 6) for percent in (cut, 100 - cut)]  # without what floats add to whole ones
    ranks = [(int(place), min(int(place) + 1, last)) for place in places]
    found = _in_order(parts, {rank for pair in ranks for rank in pair})
    low, high = (
        _between(found[below], found[above], place % 1) for place, (below, above) in zip(places, ranks, strict=True)
    )
    low, high = low / frame.info.scale, high / frame.info.scale
    if kind_of(frame).letter != "f":
        low, high = math.floor(round(low, 6)), math.ceil(round(high, 6))
    return _apart(float(low), float(high))


def first_range(frame: Frame, kind: SampleKind | None = None) -> Range:
    """Returns the range of a frame before one was chosen: that of :func:`own_range`, or the automatic one."""
    return own_range(frame, kind) or automatic_range(frame)


def histogram(frame: Frame, columns: int = 256, range: Range | None = None, channel: str = "") -> Histogram:  # noqa: A002 - the field's word
    """Returns how many samples of each channel that is shown lie in each column.

    Args:
        frame: of any samples; one for the screen has the channels R, G and B, or Y if it is grey.
        columns: how many columns; 1 or more.
        range: the numbers between which they lie, all equally wide. None for all numbers there are: floats from the
            smallest to the largest; integers so that each column holds equally many whole numbers, and of 8 bits and
            fewer all that they can be. Where there are fewer of these than columns, each has a column of its own. No
            column is beyond :data:`LEVEL`.
        channel: the one channel to count; "" for those that are shown.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    shown = _shown(frame, channel)
    parts = {name: _counting(frame, plane) for name, plane in shown.items()}
    if range is None:
        of_samples, columns = _width(kind_of(frame), list(parts.values()), columns)
    else:
        of_samples = _times(range, frame.info.scale)
    counts = np.stack([_columns(part, of_samples, columns) for part in parts.values()])
    between = _times(of_samples, 1 / frame.info.scale) if range is None else range
    return Histogram(between, tuple(parts), counts, sum(plane.size for plane in shown.values()) - int(counts.sum()))


def share_at_ends(frame: Frame, ends: Ends, channel: str = "") -> tuple[float, float]:
    """Returns which parts of the samples, 0 to 1, are shown as black and as white, of all that count; 0 and 0 of none.

    Unless all are, those that are just the number of black or white do not count: a background is no fault of a range.
    ``channel`` is the one channel to look at; "" for those that are shown.
    """
    parts = [_counting(frame, plane) for plane in _shown(frame, channel).values()]
    (low, high), (least, most) = ends
    count = sum(part.size for part in parts)
    black = sum(part.count((part.numbers < least) | (part.numbers <= low)) for part in parts)
    white = sum(part.count((part.numbers > most) | (part.numbers >= high)) for part in parts)
    if count not in {black, white}:
        black -= sum(part.count(part.numbers == low) for part in parts)
        white -= sum(part.count(part.numbers == high) for part in parts)
    return black / max(1, count), white / max(1, count)


def uniform(frame: Frame, channel: str = "") -> Uniform | None:
    """Returns what all samples that are shown are, no data among them; None where two finite ones differ.

    ``channel`` is the one channel to look at; "" for those that are shown. Of most frames only the first strip is read.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    number, is_all = None, True
    for plane in _shown(frame, channel).values():
        samples = np.ascontiguousarray(plane).reshape(-1)
        for first in range(0, len(samples), _STRIP_IN_CACHE):
            strip = samples[first : first + _STRIP_IN_CACHE]
            finite = strip[np.isfinite(strip)] if strip.dtype.kind == "f" else strip
            is_all = is_all and len(finite) == len(strip)
            if len(finite):
                number = finite[0] if number is None else number
                if (finite != number).any():
                    return None
    # As its type writes it: 0.1, not the 0.10000000149 that 32 bits make of it.
    return Uniform(None if number is None else float(str(number / frame.info.scale)), is_all)


def _times(range: Range, factor: float) -> Range:  # noqa: A002 - the field's word
    return range if factor == 1 else Range(range.low * factor, range.high * factor)


def _is_for_screen(frame: Frame) -> bool:
    return frame.channels in {BGRX, BGRA}


def _channels(frame: Frame) -> dict[str, NDArray[Any]]:
    """Returns the channels by their names, (height, width) each."""
    planes = [
        plane if plane.ndim == 2 else plane[..., place]  # noqa: PLR2004 - one channel
        for plane in frame.planes
        for place in range(1 if plane.ndim == 2 else plane.shape[2])  # noqa: PLR2004 - the same
    ]
    return dict(zip(frame.channels, planes, strict=True))


def _short(name: str) -> str:
    """Returns the name of a channel without that of its layer."""
    return name.rpartition(".")[2]


def _is_colour(frame: Frame) -> bool:
    names = set(map(_short, frame.channels))
    return not frame.info.is_grey and (names.issuperset(RGB) or names >= _LUMA)


def _shown(frame: Frame, channel: str = "") -> dict[str, NDArray[Any]]:
    """Returns the channels that are shown: red, green and blue, or one; of luma and chroma, luma.

    ``channel`` is found as a look finds it: without the name of its layer too, and "Y" of colours is their luminance.
    """
    channels = _channels(frame)
    by_name = {_short(name): plane for name, plane in channels.items()}
    if (found := channels.get(channel, by_name.get(channel))) is not None:
        return {channel: found}
    if channel == "Y" and _is_colour(frame):
        return {channel: luminance([by_name[name] for name in RGB], frame.info.no_data)}
    if by_name.keys() >= set(RGB):
        return {"Y": by_name["B"]} if frame.info.is_grey else {name: by_name[name] for name in RGB}
    name = "Y" if "Y" in by_name else next(iter(by_name))
    return {name: by_name[name]}


def _all_of(kind: SampleKind, bits: int) -> Range:
    """Returns the smallest and the largest number of ``bits`` bits; of floats, the infinities."""
    if kind.letter == "f":
        return Range(-math.inf, math.inf)
    return Range(-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) if kind.letter == "i" else Range(0.0, 2.0**bits - 1)


def _is_narrower(stated: Range, holds: Range) -> bool:
    """Returns whether a range that a file states says more than the type of its samples does."""
    is_range = LEVEL.low <= stated.low < stated.high <= LEVEL.high
    return is_range and (max(stated.low, holds.low), min(stated.high, holds.high)) != holds


def _counting(frame: Frame, plane: NDArray[Any]) -> _Samples:
    """Returns the samples of a channel that count."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    numbers, counts = np.ascontiguousarray(plane).reshape(-1), None
    dtype = numbers.dtype
    if dtype.itemsize <= 2:  # noqa: PLR2004 - bytes
        code = np.dtype(f"u{dtype.itemsize}")
        every = _counted(numbers.view(code), 1 << 8 * dtype.itemsize)
        there = np.flatnonzero(every)
        numbers, counts = there.astype(code).view(dtype).astype(np.float64), every[there]
    unwanted = [] if frame.info.no_data is None else [frame.info.no_data]
    if dtype.kind in "iu" and dtype.itemsize > 1:
        unwanted += [-1, -2] if dtype.kind == "i" else [int(np.iinfo(dtype).max)]
    keep = np.isfinite(numbers) if dtype.kind == "f" else np.ones(numbers.shape, np.bool_)
    for number in unwanted:
        keep &= numbers != number
    if not keep.all():
        numbers, counts = numbers[keep], None if counts is None else counts[keep]
    return _Samples(numbers, counts)


def _in_order(parts: Sequence[_Samples], ranks: Iterable[int]) -> dict[int, Any]:
    """Returns the samples, Python's numbers, that would be at these places, from 0, if all were in ascending order."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if any(part.counts is None for part in parts):
        return _by_digits([part.numbers for part in parts], ranks)
    numbers, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = numbers.argsort()
    ends = counts[order].cumsum()
    return {rank: numbers[order[ends.searchsorted(rank, "right")]].item() for rank in ranks}


def _by_digits(parts: Sequence[NDArray[Any]], ranks: Iterable[int]) -> dict[int, Any]:
    """Returns the same of samples of 32 or 64 bits.

    They are found by their 16 upper bits, those that begin alike by the next 16, and so on: counting 65,536 codes takes
    a third of the time of numpy's partition.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtype, half = parts[0].dtype, 1 << 15
    codes = np.arange(2 * half)
    upper = {
        "u": codes,
        "i": np.roll(codes, half),  # the negative ones first
        "f": np.concatenate([codes[: half - 1 : -1], codes[:half]]),  # and among them those of most bits
    }[dtype.kind]
    found: dict[int, Any] = {}

    def find(parts: Sequence[NDArray[Any]], ranks: Iterable[int], before: int, known: list[int]) -> None:
        """Finds samples whose upper digits are ``known`` among all such; ``before`` them are so many others."""
        digit = dtype.itemsize // 2 - 1 - len(known)
        columns = [part.view(np.uint16).reshape(-1, dtype.itemsize // 2)[:, digit] for part in parts]
        is_turned = dtype.kind == "f" and known and known[-1] >= half  # of negative floats
        order = upper if not known else codes[::-1] if is_turned else codes
        ends = before + np.sum([_counted(column, len(codes)) for column in columns], axis=0)[order].cumsum()
        by_place: dict[int, list[int]] = {}
        for rank in ranks:
            by_place.setdefault(int(ends.searchsorted(rank, "right")), []).append(rank)
        for place, inside in by_place.items():
            code = int(order[place])
            if digit == 0:
                found.update(dict.fromkeys(inside, np.array([code, *known], np.uint16).view(dtype)[0].item()))
            else:
                alike = [part[column == code] for part, column in zip(parts, columns, strict=True)]
                find(alike, inside, int(ends[place - 1]) if place else before, [code, *known])

    find(parts, ranks, 0, [])
    return found


def _counted(codes: NDArray[Any], length: int) -> NDArray[np.int64]:
    """Returns how often each number from 0 to ``length`` is there."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    counts = np.zeros(length, np.int64)
    for first in range(0, len(codes), _STRIP):
        counts += np.bincount(codes[first : first + _STRIP], minlength=length)
    return counts


def _between(below: float, above: float, part: float) -> float:
    """Returns the number at ``part``, 0 to 1, of the way from one to the other; their difference may be too large."""
    if below == above:
        return below
    return below + (above - below) * part if math.isfinite(above - below) else below * (1 - part) + above * part


def _apart(low: float, high: float) -> Range:
    """Returns a range within :data:`LEVEL` that is not empty: from a number to the next but 1, or to the next float."""
    low, high = (min(max(each, LEVEL.low), LEVEL.high) for each in (low, high))
    if low < high:
        return Range(low, high)
    high = max(low + 1, math.nextafter(low, math.inf))
    return Range(low, high) if high <= LEVEL.high else Range(math.nextafter(low, 0), low)


def _width(kind: SampleKind, parts: Sequence[_Samples], columns: int) -> tuple[Range, int]:
    """Returns the range of a histogram that holds all samples, and how many columns it has."""
    numbers = [part.numbers for part in parts if part.size]
    if kind.letter != "f" and kind.bits <= BYTE:
        lowest, highest = _all_of(kind, kind.bits)
    elif not numbers:
        return UNIT, columns
    else:
        lowest, highest = min(each.min().item() for each in numbers), max(each.max().item() for each in numbers)
    if kind.letter == "f":
        return _apart(lowest, highest), columns
    lowest, highest = int(lowest), int(highest)
    if highest - lowest < columns:
        return Range(float(lowest), float(highest + 1)), highest - lowest + 1
    step = 2  # whole numbers a column: 2, 3, 4, 6, 8, 12 ..., so that frames of much the same numbers have the same
    while (low := lowest // step * step) + columns * step <= highest:
        step += 1 << step.bit_length() - 2
    return Range(float(low), float(low + columns * step)), columns


def _columns(samples: _Samples, range_: Range, columns: int) -> NDArray[np.int64]:
    """Returns how many samples lie in each column."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    found = np.zeros(columns)
    shrunk = 1.0 if math.isfinite(range_.high - range_.low) else 0.25
    low = range_.low * shrunk
    width = max((range_.high * shrunk - low) / columns, math.ulp(0))
    for first in range(0, len(samples.numbers), _STRIP_IN_CACHE):
        strip = slice(first, first + _STRIP_IN_CACHE)
        places = samples.numbers[strip] * np.float64(shrunk)
        with np.errstate(over="ignore"):  # far outside of the range
            places -= low
            places /= width  # not times its inverse: whole numbers at an edge would come out below it
        np.clip(places, 0, columns - 1, out=places)
        weights = None if samples.counts is None else samples.counts[strip]
        found += np.bincount(places.astype(np.intp), weights, columns)
    return found.astype(np.int64)
