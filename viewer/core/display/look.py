"""How samples become colours: the look that is chosen, and what it makes of a frame: 32-bit BGRX or BGRA.

What a number is shown as: samples count 2 to the power of the exposure; their part of the way from black to white, 0 to
1, goes through the logarithm, if that is chosen; printing density through the curve of Kodak's Cineon conversion
("Conversion of 10-bit Log Film Data To 8-bit Linear or Video Data", 1995: 95 is black, 685 white, 0.002 of density a
step, gamma 0.6); light, and what has become light, through that of sRGB (IEC 61966-2-1); then comes gamma, and 1 minus
it all if it is inverted. NaN and no data are black. All functions run on worker threads; the GIL is held only for
moments.
"""

from __future__ import annotations

import functools
import math
from enum import Enum
from typing import TYPE_CHECKING, Any

from viewer.core.display import pixels, tables
from viewer.core.display.colour_maps import GREY
from viewer.core.display.levels import Ends, ends, first_range, kind_of, transfer_of
from viewer.core.display.orientation import UPRIGHT, Orientation, turned
from viewer.core.display.proxy import any_of, shown_part
from viewer.core.display.tables import ABOVE, BELOW, NOTHING, Shader, Tone, is_black
from viewer.core.frame import BGRA, BGRX, RGB, Alpha, Frame, Range, SampleInfo, TransferCurve
from viewer.core.records import NamedTuple, dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from viewer.core.frame import SampleKind, Size

ROWS = 32
"""Rows that are converted at a time: what is made of them meanwhile stays in the cache of the processor."""
MARKS = {BELOW: 0x0050FF, ABOVE: 0xFF0000, NOTHING: 0xFF00FF}
"""Blue, red and magenta, as 0xRRGGBB; if a pixel has several marks, the last of these counts."""


class Curve(Enum):
    """How the way from black to white is divided."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Look:
    """How samples are shown; without arguments as the frame itself has it, each with a range of its own.

    Attributes:
        range: the numbers of black and white; None for those of each frame itself.
        ranges: those of frames of some kinds, which go before ``range``.
        gamma: above 1 the middle is brighter; above 0.
        curve: linear or logarithmic.
        exposure: in stops: samples count 2 to the power of it as much.
        channel: the name of the one channel that is shown as grey; "" for colours, or the first.
        colour_map: the name of the colours that grey is shown in, of :data:`~.colour_maps.COLOUR_MAPS`.
        is_inverted: whether black and white change places.
        marks: whether what lies below black, above white or where the samples were cut off, and NaN is shown in
            colours that no grey has.
        orientation: how the picture is turned.
    """

    range: Range | None = None
    ranges: Mapping[SampleKind, Range] = field(default_factory=dict, hash=False)
    gamma: float = 1.0
    curve: Curve = Curve.LINEAR
    exposure: float = 0.0
    channel: str = ""
    colour_map: str = GREY
    is_inverted: bool = False
    marks: bool = False
    orientation: Orientation = UPRIGHT

    def range_of(self, kind: SampleKind | None) -> Range | None:
        """Returns the numbers of black and white in frames of a kind; None for those of each frame itself."""
        return self.range if kind is None else self.ranges.get(kind, self.range)

    def with_one(self, range: Range | None) -> Look:  # noqa: A002 - the field's word
        """Returns it with this range for frames of all kinds."""
        return replace(self, range=range, ranges={})


AS_IT_IS = Look()
"""The look before anything was chosen."""


class _Chosen(NamedTuple):
    """The channels that are shown.

    Attributes:
        colours: red, green and blue, or one that is shown as grey; (height, width) each.
        alpha: the alpha to multiply them by; None for none.
        is_alpha: whether the one channel is the alpha itself.
    """

    colours: list[npt.NDArray[Any]]
    alpha: npt.NDArray[Any] | None = None
    is_alpha: bool = False


def on_screen(frame: Frame, look: Look = AS_IT_IS, marks: npt.NDArray[np.uint8] | None = None) -> Frame:
    """Returns a frame as it is shown, at its own scale: BGRX, or BGRA if it has an alpha that means something.

    Args:
        frame: with samples of any real type, or for the screen already: then its colours are the samples, as they are
            multiplied by alpha.
        look: its range for the kind of the frame counts, or else the frame's own. Its channel counts if the
            frame has one of this name, with or without that of a layer; for "Y" of colours, their luminance is shown.
            Else all is shown that the frame has: its colours, or grey, or its first channel.
        marks: what is marked of each pixel of the frame, as :func:`marks_of` returns it, if the look has marks; None
            for what the samples of the frame are themselves.

    Returns:
        The frame itself if it is for the screen and the look changes nothing. Alpha is never changed by the look; a
        channel that was chosen is shown without it, alpha itself from 0 to its largest number. In BGRA the colours are
        multiplied by alpha. Those of the file that are so already are divided by it first. They may be brighter than
        it (a flare covers nothing): then the brightest of them, up to white, is the alpha.
    """
    return turned(_painted(frame, look, marks), look.orientation)


def marks_of(frame: Frame, look: Look, size: Size) -> npt.NDArray[np.uint8]:
    """Returns what is marked of a frame in fewer pixels: each has the marks of all samples that it covers.

    Args:
        frame: with the samples of the file, or for the screen.
        look: as for :func:`on_screen`.
        size: width and height in pixels, each at most that of the frame.

    Returns:
        The bits of :data:`MARKS`, (height, width).
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    colours, alpha, is_alpha = _chosen(frame, look.channel)
    tone = _tone(frame, look, _full(colours[0], frame.info) if is_alpha else None)
    brush = _Brush(tone, None, (1, 1), has_marks=True)

    def marked(start: int, end: int) -> npt.NDArray[np.uint8]:
        rows = [plane[start:end] for plane in colours]
        if alpha is not None and frame.info.alpha is Alpha.PREMULTIPLIED:
            white = _full(alpha, frame.info) * frame.info.scale
            rows, _ = _divided(rows, alpha[start:end], white, tone.no_data)
        return brush.marks(rows)

    with np.errstate(all="ignore"):  # as in what is painted
        return any_of(marked, frame.size, size)


def _painted(
    frame: Frame, look: Look, marks: npt.NDArray[np.uint8] | None = None, *, is_over_black: bool = False
) -> Frame:
    """Returns what :func:`on_screen` does; over black BGRX where that is all the same."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    colours, alpha, is_alpha = chosen = _chosen(frame, look.channel)
    tone = _tone(frame, look, _full(colours[0], frame.info) if is_alpha else None)
    colour_map = look.colour_map if len(colours) == 1 else None
    height, width = colours[0].shape
    brush = _Brush(tone, colour_map, (min(ROWS, height), width), has_marks=look.marks)
    is_plain, is_multiplied = brush.is_plain(colours), frame.info.alpha is Alpha.PREMULTIPLIED
    if is_over_black and is_multiplied and brush.is_black:
        alpha = None  # nothing but black is added to the colours
    elif is_plain and _is_painted(frame, chosen):
        return frame
    white = 0.0 if alpha is None else _full(alpha, frame.info) * frame.info.scale
    shown = np.empty((height, width), np.uint32)
    with np.errstate(all="ignore"):  # NaN, infinities, and differences that are too large
        for top in range(0, height, ROWS):
            strip, rows = shown[top : top + ROWS], [plane[top : top + ROWS] for plane in colours]
            opacity = None if alpha is None else alpha[top : top + ROWS]
            marked = None if marks is None else marks[top : top + ROWS]
            if opacity is None or brush.covers_all(opacity, white):
                brush.paint(rows, strip, marked)
                continue
            if is_multiplied and not is_plain:
                rows, opacity = _divided(rows, opacity, white, tone.no_data)
            brush.paint(rows, strip, marked)
            brush.cover(strip, opacity, white, is_straight=not (is_multiplied and is_plain))
    info = SampleInfo(
        alpha=None if alpha is None else Alpha.PREMULTIPLIED,
        icc=frame.info.icc,
        pixel_aspect=frame.info.pixel_aspect,
        page=frame.info.page,
        is_grey=colour_map == GREY and not look.marks,
    )
    return replace(pixels.frame_of(shown, frame.description, info), channels=BGRX if alpha is None else BGRA)


def to_bgrx(frame: Frame, look: Look = AS_IT_IS) -> Frame:
    """Returns what is to be shown of a frame as BGRX, transparent parts over black; see :func:`on_screen`."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    shown = turned(_painted(shown_part(frame), look, is_over_black=True), look.orientation)
    if shown.channels != BGRA:
        return shown
    info = replace(shown.info, alpha=None)
    return pixels.frame_of(pixels.as_array(shown) | np.uint32(pixels.OPAQUE), shown.description, info)


def ends_shown(frame: Frame, look: Look) -> Ends:
    """Returns where the samples of a frame, in its own scale, become black and white; for worker threads."""
    chosen = _chosen(frame, look.channel)
    tone = _tone(frame, look, _full(chosen.colours[0], frame.info) if chosen.is_alpha else None)
    return Ends(Range(tone.low, tone.high), tables.between(tone))


def is_fine(means: Frame, look: Look, dtype: str = "") -> bool:
    """Returns whether a look with a range shows means as they are before they are rounded to their types.

    With ``dtype``: whether it would, were they rounded to that one, floats.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtypes = {np.dtype(dtype)} if dtype else {plane.dtype for plane in means.planes}
    return all(tables.is_fine(each, _tone(means, look, None)) for each in dtypes)


def _is_painted(frame: Frame, chosen: _Chosen) -> bool:
    """Returns whether a frame is for the screen, and all of it is shown."""
    if frame.is_bgrx:
        return len(chosen.colours) == len(RGB) or frame.info.is_grey
    return frame.channels == BGRA and frame.info.alpha is Alpha.PREMULTIPLIED and chosen.alpha is not None


def _chosen(frame: Frame, channel: str) -> _Chosen:
    planes = _planes(frame)
    is_known = frame.info.alpha in {Alpha.STRAIGHT, Alpha.PREMULTIPLIED}
    alpha = planes.get("A") if is_known else None
    if planes.keys() >= {"Y", "RY", "BY"} and channel not in planes:
        planes |= _of_luma(planes["Y"], planes["RY"], planes["BY"])
    if channel in planes:
        return _Chosen([planes[channel]], is_alpha=planes[channel] is alpha)
    if not planes.keys() >= set(RGB):
        return _Chosen([planes.get("Y", next(iter(planes.values())))], alpha)
    colours = [planes[name] for name in RGB]
    return _Chosen([pixels.luminance(colours, frame.info.no_data)]) if channel == "Y" else _Chosen(colours, alpha)


def _planes(frame: Frame) -> dict[str, npt.NDArray[Any]]:
    """Returns the channels by their names, those of layers also without the name of the layer; grey is "Y"."""
    planes = [plane if plane.dtype.isnative else plane.astype(plane.dtype.newbyteorder("=")) for plane in frame.planes]
    if len(planes) == 1 and planes[0].ndim > 2:  # noqa: PLR2004 - channels in one array
        planes = [planes[0][..., channel] for channel in range(planes[0].shape[2])]
    named = dict(zip(frame.channels, planes, strict=True))
    if frame.channels in {BGRX, BGRA}:
        wanted = {"G": "Y", "A": "A"} if frame.info.is_grey else {name: name for name in (*RGB, "A")}
        return {name: named[each] for each, name in wanted.items() if each in named}
    return {name.rpartition(".")[2]: plane for name, plane in named.items()} | named


def _of_luma(
    luma: npt.NDArray[Any], red: npt.NDArray[Any], blue: npt.NDArray[Any]
) -> dict[str, npt.NDArray[np.float32]]:
    """Returns the colours of luma and chroma as OpenEXR has them, for the primaries of Rec. 709."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    y = luma.astype(np.float32)
    with np.errstate(all="ignore"):  # infinities
        r, b = (red + np.float32(1)) * y, (blue + np.float32(1)) * y
        return {
            "R": r,
            "G": (y - pixels.LUMINANCE["R"] * r - pixels.LUMINANCE["B"] * b) / pixels.LUMINANCE["G"],
            "B": b,
        }


def _full(samples: npt.NDArray[Any], info: SampleInfo) -> float:
    """Returns the largest number, by which alpha covers all."""
    if info.white or info.bits:
        return info.white or float((1 << info.bits) - 1)
    return 1.0 if samples.dtype.kind == "f" else float((1 << 8 * samples.itemsize - (samples.dtype.kind == "i")) - 1)


def _tone(frame: Frame, look: Look, full: float | None) -> Tone:
    """Returns how samples become brightness; ``full`` is the largest number of an alpha that is itself shown."""
    info, is_inverted, transfer = frame.info, look.is_inverted, transfer_of(frame, look.channel)
    if full is not None:
        low, high, factor, transfer = 0.0, full, info.scale, TransferCurve.DISPLAY
        cut = -math.inf, math.inf
    else:
        cut = ends(frame)
        low, high = look.range_of(kind_of(frame)) or first_range(frame)
        factor = info.scale * 2.0**-look.exposure
        is_inverted ^= info.is_inverted
    no_data = None if info.no_data is None or math.isnan(info.no_data) else info.no_data * info.scale
    cut = cut[0] * info.scale, cut[1] * info.scale
    return Tone(low * factor, high * factor, transfer, look.curve is Curve.LOG, look.gamma, is_inverted, no_data, cut)


class _Brush:
    """Paints strips of a frame. For one thread: it keeps the memory it works in."""

    def __init__(self, tone: Tone, colour_map: str | None, shape: tuple[int, int], *, has_marks: bool) -> None:
        """Takes what :class:`Shader` does, and whether to paint what is marked."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        self._has_marks, self._other = has_marks, np.empty(shape, np.uint32)
        self._shader = functools.cache(lambda dtype: Shader(dtype, tone, colour_map, shape))
        self._cover = functools.cache(lambda dtype, white: Shader(dtype, Tone(0.0, white), None, shape))
        self.is_black = not has_marks and is_black(tone, colour_map)
        """Whether the number 0 is shown as black."""

    def is_plain(self, colours: list[npt.NDArray[Any]]) -> bool:
        """Returns whether samples are shown as they are."""
        return not self._has_marks and all(self._shader(each.dtype).is_plain for each in colours)

    def marks(self, rows: list[npt.NDArray[Any]]) -> npt.NDArray[np.uint8]:
        """Returns what is to be marked of rows, of all channels together."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        marks: npt.NDArray[np.uint8] = functools.reduce(
            np.bitwise_or, (self._shader(each.dtype).marks(each) for each in rows)
        )
        return marks

    def paint(
        self,
        rows: list[npt.NDArray[Any]],
        strip: npt.NDArray[np.uint32],
        marks: npt.NDArray[np.uint8] | None = None,
    ) -> None:
        """Writes the colours of rows into a strip, opaque; ``marks`` is what is marked, None for what they are."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        other = self._other[: len(strip)]
        self._shader(rows[0].dtype).paint(rows[0], strip)
        for each in rows[1:]:
            strip <<= np.uint32(8)
            self._shader(each.dtype).paint(each, other)
            strip |= other
        if self._has_marks:
            marks = self.marks(rows) if marks is None else marks
            for mark, colour in MARKS.items():
                np.copyto(strip, np.uint32(colour), where=(marks & np.uint8(mark)) != 0)
        strip |= np.uint32(pixels.OPAQUE)

    def covers_all(self, opacity: npt.NDArray[Any], white: float) -> bool:
        """Returns whether nothing is seen through a strip of alpha, of which ``white`` covers all."""
        return bool(self._alpha(opacity, white).min() >= 255)  # noqa: PLR2004 - of bytes

    def _alpha(self, opacity: npt.NDArray[Any], white: float) -> npt.NDArray[np.uint32]:
        alpha = self._other[: len(opacity)]
        self._cover(opacity.dtype, white).paint(opacity, alpha)
        return alpha

    def cover(
        self, strip: npt.NDArray[np.uint32], opacity: npt.NDArray[Any], white: float, *, is_straight: bool
    ) -> None:
        """Gives an opaque strip its alpha, and multiplies it by that, or raises that to the colours."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        samples = strip.view(np.uint8).reshape(*strip.shape, 4)
        if is_straight and not self._cover(opacity.dtype, white).is_plain:
            part = np.nan_to_num(np.clip(pixels.floats(opacity, np.float32) / np.float32(white), 0, 1))
            for each in range(4):  # the alpha is 255 yet; rounded once, after it was multiplied
                samples[..., each] = np.rint(samples[..., each] * part)
            return
        samples[..., 3] = self._alpha(opacity, white)
        if is_straight:
            samples[...] = pixels.over_black(samples)
        else:
            for colour in range(3):
                np.maximum(samples[..., 3], samples[..., colour], out=samples[..., 3])


def _divided(
    colours: list[npt.NDArray[Any]], alpha: npt.NDArray[Any], white: float, no_data: float | None
) -> tuple[list[npt.NDArray[Any]], npt.NDArray[Any]]:
    """Returns straight colours, NaN for no data, of those multiplied by alpha, and how much they cover, up to white.

    That is their alpha, or the brightest of them: a flare covers nothing, but is seen.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtype = np.result_type(np.float32, alpha, *colours)
    opacity, *straight = (pixels.floats(each, dtype) for each in (alpha, *colours))
    for each in straight if no_data is not None else []:
        np.copyto(each, np.nan, where=each == no_data)
    for each in (*straight, dtype.type(0)):
        np.fmax(opacity, each, out=opacity)  # NaN does not count
    np.minimum(opacity, white, out=opacity)
    parts = opacity / dtype.type(white)
    for each in straight:
        np.divide(each, parts, out=each)
    return straight, opacity
