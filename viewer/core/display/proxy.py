"""A frame's own samples at the size of the window: means of numbers, over the area that each new pixel covers.

Means of numbers are numbers, on which any look can be put; means of colours are not. All functions run on worker
threads; the GIL is held only for moments.
"""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from viewer.core.display import pixels
from viewer.core.frame import BGRA, RGB, Alpha, Frame, Size
from viewer.core.records import NamedTuple, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    _Box = tuple[int, int, int, int]
    _Rows = Callable[[int, int], npt.NDArray[Any]]  # some rows, (rows, width, channels)

LARGEST_WINDOW = 16
"""How many times as large as the frame what is to be shown may be; beyond it, the frame is shown alone."""
MOST_PIXELS = 1 << 24
"""So many pixels may be shown of the smallest frame."""
STRIP = 32
"""New rows made at a time. With 8 it takes a third longer; with 64, beyond the cache, a tenth."""
ROWS = 64
"""Rows of samples converted at a time."""
PADDING = 16
"""Numbers between rows of sums: columns of rows as long as some pages share few places in the cache, and take twice as
long to turn."""
PLACES = 256
"""Means of short integers are kept to 1 of 256, if the largest sample times this fits into 16 bits."""
MOST_TAPS = 32
"""Sums of more samples than this in one direction are made in 64 bits: in 32 they are off by up to 1 of 250,000."""
SPAN = 256
"""Samples that are further from 0 than this times their span keep 64 bits: in 32 a narrow range of them has steps."""


def shown_size(frame: Frame) -> Size:
    """Returns the size of what is to be shown of a frame, in pixels: that of its window, or its own."""
    return Size(*shown_window(frame)[2:])


def shown_window(frame: Frame) -> _Box:
    """Returns what is to be shown of a frame: left, top, width and height in pixels, from its own first pixel.

    A window that is empty or too large (:data:`LARGEST_WINDOW`) counts for none.
    """
    width, height = frame.size
    left, top, across, down = frame.info.window or (0, 0, width, height)
    most = max(LARGEST_WINDOW * width * height, MOST_PIXELS)
    return (left, top, across, down) if min(across, down) > 0 and across * down <= most else (0, 0, width, height)


def shown_part(frame: Frame, part: _Box | None = None) -> Frame:
    """Returns a part of what is to be shown of a frame, its samples as they are.

    Args:
        frame: with samples of any kind.
        part: left, top, width and height in pixels of what is shown; None for all of it.

    Returns:
        A frame over the same memory, or the frame itself; where the part reaches beyond the samples of the frame, a
        copy, with zeros for those that are not there. It has no window, and no indices of a palette.

    Raises:
        ValueError: the part is empty, or reaches beyond what is shown.
    """
    left, top, width, height = _from_first_pixel(frame, part)
    if (left, top, width, height) == (0, 0, *frame.size) and frame.info.window is None and frame.indices is None:
        return frame
    down, across = slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))
    planes = tuple(plane[down, across] for plane in frame.planes)
    if planes[0].shape[:2] != (height, width):
        planes = tuple(_with_zeros(plane, (height, width), (max(0, -top), max(0, -left))) for plane in planes)
    return replace(frame, planes=planes, info=replace(frame.info, window=None), indices=None)


def reduced(frame: Frame, size: Size, part: _Box | None = None, means: str = "") -> Frame:
    """Returns a part of what is to be shown of a frame in fewer pixels, each the mean of the samples that it covers.

    NaN, infinities and the number for no data are left out; a pixel that covers nothing else is NaN. Colours count by
    their straight alpha, where that is 0 everywhere all alike. Of colours multiplied by alpha, those that are left out
    count as the others do, each with its own alpha: so no colour is brighter than it. Unsigned integers of 32 bits and
    more are numbers of objects, which have no mean: a pixel has the one in its middle. Beyond the samples of the frame
    there are zeros.

    Args:
        frame: with samples of any kind, not for the screen.
        size: width and height in pixels, each at most that of the part.
        part: left, top, width and height in pixels of what is shown; None for all of it.
        means: "f4" or "f8" for means that are exact but for being floats of 32 or of 64 bits; "" for small ones.

    Returns:
        A frame of that size, one array a channel, without window and indices. If the part has that very size, it is
        what :func:`shown_part` returns; else its samples are, if not ``means``:

        - of integers of up to 16 bits: integers of 16 bits, ``info.scale`` times the means, rounded. The scale is the
          largest power of two by which the largest sample of the frame still fits, at most :data:`PLACES`;
          ``info.bits`` are those in the file. If any sample means no data: floats of 32 bits.
        - of half floats: such, rounded; of floats of 32 bits: such, rounded.
        - of all others: floats of 32 bits, or of 64 bits where those are too coarse (:data:`SPAN`).

    Raises:
        ValueError: the frame is for the screen, the part empty or not in what is shown, the size larger than the part.
    """
    if frame.is_bgrx or (frame.channels == BGRA and frame.info.alpha is Alpha.PREMULTIPLIED):
        raise ValueError("A frame for the screen holds colours; only samples are averaged.")
    left, top, width, height = _from_first_pixel(frame, part)
    if size == (width, height):
        return shown_part(frame, part)
    if not (0 < size.width <= width and 0 < size.height <= height):
        raise ValueError(f"{width} x {height} pixels cannot be reduced to {size.width} x {size.height}.")
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    across = _Taps.over(left, width, size.width, frame.size.width)
    down = _Taps.over(top, height, size.height, frame.size.height)
    with np.errstate(all="ignore"):  # NaN and infinities are looked for in what comes out
        return _averaged(frame, across, down, means)


def any_of(bits: _Rows, whole: Size, size: Size) -> npt.NDArray[np.uint8]:
    """Returns bits of fewer pixels: each has those of all that it covers, however little of them.

    Args:
        bits: returns those of some rows of ``whole``, from the first to before the last, (rows, width) of uint8.
        whole: width and height in pixels of what there are bits of.
        size: width and height in pixels of what is returned, each at most that of the whole.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    def together(bits: npt.NDArray[np.uint8], taps: _Taps, part: slice, axis: int) -> npt.NDArray[np.uint8]:
        # A pixel ends within the sample with which the next begins, or before it.
        first, last = taps.first[part], taps.last[part]
        both: npt.NDArray[np.uint8] = np.bitwise_or.reduceat(bits, first - first[0], axis)
        both |= bits.take(last - 1 - first[0], axis)
        return both

    across, down = (_Taps.over(0, there, count, there) for there, count in zip(whole, size, strict=True))
    found = np.empty((size.height, size.width), np.uint8)
    for top in range(0, size.height, STRIP):
        strip = slice(top, min(top + STRIP, size.height))
        rows = bits(int(down.first[top]), int(down.last[strip.stop - 1]))
        found[strip] = together(together(rows, down, strip, 0), across, slice(None), 1)
    return found


def _from_first_pixel(frame: Frame, part: _Box | None) -> _Box:
    """Returns a part of what is shown, from the first pixel of the frame; raises ValueError if it is not in it."""
    left, top, across, down = shown_window(frame)
    x, y, width, height = part or (0, 0, across, down)
    if not (0 <= x < x + width <= across and 0 <= y < y + height <= down):
        raise ValueError(f"{width} x {height} pixels from {x}, {y} on are not all in a picture of {across} x {down}.")
    return left + x, top + y, width, height


def _with_zeros(inside: npt.NDArray[Any], shape: tuple[int, int], at: tuple[int, int]) -> npt.NDArray[Any]:
    """Returns an array with ``inside`` from the row and column ``at`` on, and zeros around it."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    whole = np.zeros(shape + inside.shape[2:], inside.dtype)
    whole[at[0] :, at[1] :][: len(inside), : inside.shape[1]] = inside
    return whole


class _Taps(NamedTuple):
    """Which samples each new pixel covers in one direction, and how much of the pixel each of them is.

    Attributes:
        first, last: of each new pixel, the first sample and the one after the last; at least one.
        weights: (new pixels, samples) from the first on; the sum is what of the new pixel lies within the frame.
        outside: what of each new pixel lies beyond the frame, exactly 0 for none.
        middle: the sample in the middle of each new pixel, -1 beyond the frame.
    """

    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]
    outside: npt.NDArray[np.float64]
    middle: npt.NDArray[np.intp]

    @classmethod
    def over(cls, start: int, extent: int, count: int, length: int) -> _Taps:
        """Divides ``extent`` samples from ``start`` on, of which 0 to ``length`` are there, into ``count`` pixels."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        pixels = np.arange(count + 1)
        edges = start + pixels * extent / count
        inside = np.clip(edges, 0, length)
        low, high = inside[:-1], inside[1:]
        first = np.minimum(low.astype(np.intp), length - 1)
        last = np.maximum(np.ceil(high).astype(np.intp), first + 1)
        samples = first[:, None] + np.arange((last - first).max())
        covered = np.minimum(high[:, None], samples + 1) - np.maximum(low[:, None], samples)
        outside = (edges[1:] - high) + (low - edges[:-1])
        middle = start + (2 * pixels[:-1] + 1) * extent // (2 * count)
        middle[(middle < 0) | (middle >= length)] = -1
        return cls(first, last, np.maximum(covered, 0) * count / extent, outside * count / extent, middle)

    def rounded(self, dtype: str) -> npt.NDArray[Any]:
        """Returns the weights in a type of floats in which all their sums are exact: white comes out as white."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        parts = 2.0 ** (np.finfo(dtype).nmant - 1)
        return np.diff(np.rint(np.cumsum(self.weights, axis=1) * parts) / parts, axis=1, prepend=0).astype(dtype)


class _Plane(NamedTuple):
    """One array of a frame.

    Attributes:
        samples: (height, width, channels), of one type.
        no_data: the sample that does not count; None for none.
        results: of each channel, an array of the new size.
    """

    samples: npt.NDArray[Any]
    no_data: Any
    results: list[npt.NDArray[Any]]


def _averaged(frame: Frame, across: _Taps, down: _Taps, means: str) -> Frame:
    """Returns what :func:`reduced` does, of new pixels that cover these samples."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    info, arrays = frame.info, [_with_channels(plane) for plane in frame.planes]
    numbers = [_number_for(info.no_data, array.dtype) for array in arrays]
    are_whole = not means and all(_is_short(array.dtype) for array in arrays) and not any(map(_holds, arrays, numbers))
    scale = _scale(arrays, info.scale) if are_whole else 1
    start, end = across.first[0], across.last[-1]
    all_results, planes = [], []
    for array, number in zip(arrays, numbers, strict=True):
        is_of_objects = array.dtype.kind == "u" and array.itemsize > 2  # noqa: PLR2004 - bytes
        dtype = array.dtype if is_of_objects else means or _type_of_means(array.dtype, are_whole=are_whole)
        results = [np.empty((len(down.first), len(across.first)), dtype) for _ in range(array.shape[2])]
        all_results += results
        if is_of_objects:
            _pick(array, results, across.middle, down.middle)
        else:
            planes.append(_Plane(array[:, start:end], number, results))
    multiplied = _multiplied(frame, planes) if len(planes) == len(arrays) else []
    alpha = _place_of_straight_alpha(frame) if len(planes) == len(arrays) else None
    across = across._replace(first=across.first - start, last=across.last - start)
    strips = _Strips(across, down, alpha, is_exact=bool(means))
    for top in strips.tops:
        has_gaps = False
        for together in [[plane] for plane in planes] if alpha is None else [planes]:
            has_gaps |= not strips.write(together, top, scale)
        for colour, over in multiplied if has_gaps else []:
            strips.write_multiplied(colour, over, top)
    info = replace(
        info,
        bits=info.bits
        or 8 * max((each.samples.itemsize for each in planes if each.samples.dtype.kind in "iu"), default=0),
        no_data=None if planes else info.no_data,
        window=None,
        scale=info.scale * scale,
    )
    return Frame(tuple(all_results) if means else _narrowed(all_results), frame.channels, frame.description, info)


class _Strips:
    """Makes means in strips of new rows.

    What is common is tried first: means of all samples. Only a strip in which they come out as no numbers, or that
    holds the number for no data, is made once more with a weight for each sample.
    """

    def __init__(self, across: _Taps, down: _Taps, alpha: int | None, *, is_exact: bool) -> None:
        """Takes the place of the straight alpha among the channels, None if all samples count alike."""
        self._across, self._down, self._alpha, self._is_exact = across, down, alpha, is_exact
        count, strips = len(down.first), -(-len(down.first) // STRIP)
        self._rows = -(-count // strips)
        self._sums: dict[tuple[int, int, str], _Sums] = {}
        self.tops = [min(strip * self._rows, count - self._rows) for strip in range(strips)]

    def write(self, planes: Sequence[_Plane], top: int, scale: int) -> bool:
        """Fills the results from row ``top`` on with ``scale`` times the means; several planes count by their alpha.

        It returns whether all samples count.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        means, are_all = self._means(planes, top)
        if scale > 1:
            means *= scale
        for mean, result in zip(means, [result for plane in planes for result in plane.results], strict=True):
            if result.dtype.kind in "iu":
                np.rint(mean, out=mean)
            result[top : top + self._rows] = (_halves(mean) if result.dtype == np.float16 else mean).T
        return are_all

    def write_multiplied(self, colour: _Plane, alpha: _Plane, top: int) -> None:
        """Fills the results of a channel, means of what counts, multiplied by alpha as it is there and beside that."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        everywhere = self._of_what_counts(alpha, top)
        counting = self._of_what_counts(alpha, top, beside=colour)
        means = self._of_what_counts(colour, top, beside=alpha) * (everywhere / counting)
        # Without alpha it is light that is added: its mean stays.
        np.copyto(colour.results[0][top : top + self._rows], means.T, "same_kind", where=np.isfinite(means.T))

    def _means(self, planes: Sequence[_Plane], top: int) -> tuple[npt.NDArray[Any], bool]:
        """Returns the means of the new rows from ``top`` on, turned: (channels, columns, rows), and if all count."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        covered = slice(self._down.first[top], self._down.last[top + self._rows - 1])
        if not any(_holds(plane.samples[covered], plane.no_data) for plane in planes):
            means = self._of_all(planes, top) if self._alpha is None else self._by_alpha(planes, self._alpha, top)
            if np.isfinite(means).all():
                return means, True
        channels = [channel for plane in planes for channel in _channels(plane)]
        alpha = None if self._alpha is None else channels[self._alpha]._replace(no_data=None)
        counted = [self._of_what_counts(channel, top, alpha) for channel in channels]
        if self._alpha is not None and alpha is not None:
            counted[self._alpha] = self._of_what_counts(alpha, top)
        return np.stack(counted), False

    def _of_all(self, planes: Sequence[_Plane], top: int) -> npt.NDArray[Any]:
        return self._sums_of(planes).of(lambda start, end: _rows(planes, start, end), top)

    def _by_alpha(self, planes: Sequence[_Plane], alpha: int, top: int) -> npt.NDArray[Any]:
        """Returns the means by alpha; of pixels in which nothing is seen, those of all samples alike."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        def seen(start: int, end: int) -> npt.NDArray[Any]:
            rows = pixels.floats(_rows(planes, start, end), sums.dtype)
            np.maximum(rows[..., alpha], 0, out=rows[..., alpha])
            for channel in range(rows.shape[2]):  # each by itself: three times as fast as all at once
                if channel != alpha:
                    rows[..., channel] *= rows[..., alpha]
            return rows

        sums = self._sums_of(planes)
        means = sums.of(seen, top)
        weights = means[alpha].copy()
        means /= weights
        means[alpha] = weights
        if (weights == 0).any():
            means = means.copy()
            np.copyto(means, self._of_all(planes, top), where=weights == 0)
        return means

    def _of_what_counts(
        self, channel: _Plane, top: int, alpha: _Plane | None = None, beside: _Plane | None = None
    ) -> npt.NDArray[np.float64]:
        """Returns the means of the samples of a channel that are numbers and not for no data: (columns, rows).

        They count by ``alpha``, and with ``beside`` only where those of that channel are so too.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        def are_numbers(of: _Plane, start: int, end: int) -> npt.NDArray[np.bool_]:
            counts: npt.NDArray[np.bool_] = np.isfinite(of.samples[start:end])
            if of.no_data is not None:
                counts &= of.samples[start:end] != of.no_data
            return counts

        def weights(start: int, end: int) -> npt.NDArray[np.float64]:
            counts = are_numbers(channel, start, end)
            if beside is not None:
                counts &= are_numbers(beside, start, end)
            weights: npt.NDArray[np.float64] = counts.astype(np.float64)
            if alpha is not None:
                seen = np.maximum(pixels.floats(alpha.samples[start:end], np.float64), 0)
                weights *= np.nan_to_num(seen, nan=0, posinf=0)
            return weights

        def products(start: int, end: int) -> npt.NDArray[np.float64]:
            rows = weights(start, end)
            np.multiply(channel.samples[start:end], rows, out=rows, where=rows > 0)
            return rows

        sums = self._sums_of([channel], is_exact=True)
        total = sums.of(weights, top)[0].copy()
        if alpha is None:
            across, down = self._across.outside[:, None], self._down.outside[top : top + self._rows]
            total += across + down - across * down
        means: npt.NDArray[np.float64] = sums.of(products, top)[0] / total
        if alpha is not None and (total == 0).any():
            np.copyto(means, self._of_what_counts(channel, top), where=total == 0)
        return means

    def _sums_of(self, planes: Sequence[_Plane], *, is_exact: bool = False) -> _Sums:
        """Returns what adds such samples up, in 32 bits where that is good enough, or in 64."""
        is_short = all(plane.samples.itemsize <= 2 for plane in planes)  # noqa: PLR2004 - bytes
        taps = max(self._across.weights.shape[1], self._down.weights.shape[1])
        dtype = "f4" if is_short and taps <= MOST_TAPS and not (is_exact or self._is_exact) else "f8"
        width, channels = planes[0].samples.shape[1], sum(plane.samples.shape[2] for plane in planes)
        if (width, channels, dtype) not in self._sums:
            self._sums[width, channels, dtype] = _Sums(self._across, self._down, self._rows, (width, channels), dtype)
        return self._sums[width, channels, dtype]


class _Sums:
    """Adds samples up for strips of ``rows`` new rows, in memory of its own: each strip overwrites the last one."""

    def __init__(self, across: _Taps, down: _Taps, rows: int, shape: tuple[int, int], dtype: str) -> None:
        """Takes the width and the number of channels of the samples, and the type in which they are added."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        (width, channels), pixels = shape, len(across.first)
        self.dtype = np.dtype(dtype)
        self._first, self._last, self._rows, self._across = down.first.tolist(), down.last.tolist(), rows, across.first
        self._row_weights, self._weights = down.rounded(dtype), across.rounded(dtype)[:, :, None]
        self._floats = np.empty((ROWS, width, channels), dtype)
        self._added = np.empty((rows, width * channels + PADDING), dtype)[:, : width * channels]
        self._turned = np.empty((channels, width, rows), dtype)
        self._part, self._sum = np.empty((channels, pixels, rows), dtype), np.empty((channels, pixels, rows), dtype)

    def of(self, samples: _Rows, top: int) -> npt.NDArray[Any]:
        """Returns the weighted sums for the new rows from ``top`` on, turned: (channels, columns, rows).

        Turned, columns are added like rows, many numbers in one go; picked out of rows they take five times as long.
        """
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        self._add_rows(samples, top)
        channels, width, rows = self._turned.shape
        np.copyto(self._turned, self._added.reshape(rows, width, channels).transpose(2, 1, 0))
        for tap in range(self._weights.shape[1]):
            part = self._part if tap else self._sum
            np.take(self._turned, self._across + tap, axis=1, out=part, mode="clip")
            part *= self._weights[:, tap]
            if tap:
                self._sum += part
        return self._sum

    def _add_rows(self, samples: _Rows, top: int) -> None:
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        first, last, bottom = self._first, self._last, top + self._rows
        for start in range(first[top], last[bottom - 1], ROWS):
            end = min(start + ROWS, last[bottom - 1])
            rows = samples(start, end)
            if rows.dtype != self.dtype or not rows.flags.c_contiguous:
                rows = pixels.floats(rows, self.dtype, self._floats[: end - start])
            rows = rows.reshape(end - start, -1)
            for row in range(bisect_right(last, start, top, bottom), bisect_left(first, end, top, bottom)):
                covered = slice(max(first[row], start), min(last[row], end))
                weights = self._row_weights[row, covered.start - first[row] : covered.stop - first[row]]
                some = rows[covered.start - start : covered.stop - start]
                if covered.start == first[row]:
                    np.einsum("r,rc->c", weights, some, out=self._added[row - top])
                else:  # its first samples were among the rows before
                    self._added[row - top] += np.einsum("r,rc->c", weights, some)


def _with_channels(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Returns an array as (height, width, channels), truth values as numbers."""
    plane = plane[..., None] if plane.ndim == 2 else plane  # noqa: PLR2004 - no channels
    return plane.view("u1") if plane.dtype.kind == "b" else plane


def _channels(plane: _Plane) -> list[_Plane]:
    """Returns each channel by itself, (height, width, 1)."""
    return [_Plane(plane.samples[..., at : at + 1], plane.no_data, [result]) for at, result in enumerate(plane.results)]


def _rows(planes: Sequence[_Plane], start: int, end: int) -> npt.NDArray[Any]:
    """Returns some rows of all channels, (rows, width, channels)."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    rows = [plane.samples[start:end] for plane in planes]
    return rows[0] if len(rows) == 1 else np.concatenate(rows, axis=2)


def _place_of_straight_alpha(frame: Frame) -> int | None:
    """Returns the place among the channels of the alpha by which colours count; None if all samples count alike."""
    lasts = [name.rpartition(".")[2] for name in frame.channels]  # of a layer
    return lasts.index("A") if frame.info.alpha is Alpha.STRAIGHT and "A" in lasts else None


def _multiplied(frame: Frame, planes: Sequence[_Plane]) -> list[tuple[_Plane, _Plane]]:
    """Returns each channel of colours that are multiplied by their alpha, and that of its layer."""
    if frame.info.alpha is not Alpha.PREMULTIPLIED:
        return []
    each = [channel for plane in planes for channel in _channels(plane)]
    channels = {name.rpartition(".")[::2]: channel for name, channel in zip(frame.channels, each, strict=True)}
    return [
        (channel, channels[layer, "A"])
        for (layer, last), channel in channels.items()
        if last in {"Y", *RGB} and (layer, "A") in channels
    ]


def _is_short(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in "iu" and dtype.itemsize <= 2  # noqa: PLR2004 - bytes


def _type_of_means(dtype: np.dtype[Any], *, are_whole: bool) -> str:
    """Returns the type of the means of samples; ``are_whole`` says whether those of short integers are rounded."""
    if _is_short(dtype):
        return f"{dtype.kind}2" if are_whole else "f4"
    return dtype.str if dtype.str[1:] in {"f2", "f4"} else "f8"


def _number_for(no_data: float | None, dtype: np.dtype[Any]) -> Any:  # noqa: ANN401 - a number of numpy's
    """Returns the sample that says that there is no data; None if none of this type can."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if no_data is None or dtype.kind == "f":
        return None if no_data is None else dtype.type(no_data)
    is_one = no_data % 1 == 0 and np.iinfo(dtype).min <= no_data <= np.iinfo(dtype).max
    return dtype.type(int(no_data)) if is_one else None


def _holds(samples: npt.NDArray[Any], number: Any) -> bool:  # noqa: ANN401 - a number of numpy's
    """Returns whether any of the samples is the number; never if that is None."""
    if number is None:
        return False
    return any((samples[top : top + ROWS] == number).any() for top in range(0, len(samples), ROWS))


def _scale(arrays: Sequence[npt.NDArray[Any]], scale: float) -> int:
    """Returns by what to multiply means of short integers that are ``scale`` times the numbers of the file already."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    more = max(1, int(PLACES / scale))
    for array in arrays:
        limits = np.iinfo(f"{array.dtype.kind}2")
        for top in range(0, len(array) if array.itemsize > 1 else 0, ROWS):  # any of 8 bits fits
            if more == 1:
                return 1
            rows = array[top : top + ROWS]
            low, high = int(rows.min()) if limits.min else 0, int(rows.max())
            while more > 1 and not limits.min <= low * more <= high * more <= limits.max:
                more //= 2
    return more


def _pick(
    samples: npt.NDArray[Any],
    results: Sequence[npt.NDArray[Any]],
    across: npt.NDArray[np.intp],
    down: npt.NDArray[np.intp],
) -> None:
    """Fills the results with the samples in the columns and rows given; -1 stands for zeros."""
    for channel, result in enumerate(results):
        for top in range(0, len(down), ROWS):
            result[top : top + ROWS] = samples[down[top : top + ROWS, None], across, channel]
        result[down < 0] = 0
        result[:, across < 0] = 0


@functools.cache
def _halves_of_floats() -> npt.NDArray[np.float16]:
    """Returns a half float for each float of 32 bits, by the upper 19 of its bits: those that a half float has."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bits = np.arange(1 << 19, dtype=np.uint32) << np.uint32(13)
    with np.errstate(all="ignore"):  # NaN, and what is too large
        return bits.view(np.float32).astype(np.float16)


def _halves(means: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float16]:
    """Returns floats as the nearest half floats, by a table: in less than half the time of numpy's own conversion."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bits = means.astype(np.float32, copy=False).view(np.uint32) + np.uint32(1 << 12)
    bits >>= np.uint32(13)
    return _halves_of_floats().take(bits, mode="wrap")


def _narrowed(results: list[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], ...]:
    """Returns arrays, those of 64-bit floats in 32 bits if these are fine enough for all of them."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    wide = [each for each in results if each.dtype == np.float64]
    low = min((float(np.fmin.reduce(each, axis=None)) for each in wide), default=0.0)
    high = max((float(np.fmax.reduce(each, axis=None)) for each in wide), default=0.0)
    largest = max(-low, high)
    is_fine = largest == 0 or 1e-30 < largest <= min(SPAN * (high - low), 3e38)  # noqa: PLR2004 - of 32 bits
    return tuple(each.astype(np.float32) if is_fine and each.dtype == np.float64 else each for each in results)
