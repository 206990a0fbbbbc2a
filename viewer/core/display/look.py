"""How samples become colours: the look that is chosen, and what it makes of a frame: 32-bit BGRX or BGRA.

What a number is shown as: samples count 2 to the power of the exposure; their part of the way from black to white, 0 to
1, goes through the logarithm, if that is chosen; printing density through the curve of Kodak's Cineon conversion
("Conversion of 10-bit Log Film Data To 8-bit Linear or Video Data", 1995: 95 is black, 685 white, 0.002 of density a
step, gamma 0.6); light, and what has become light, through that of sRGB (IEC 61966-2-1); then comes gamma, and 1 minus
it all if it is inverted. NaN and no data are black. All functions run on worker threads; the GIL is held only for
moments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.display import pixels
from viewer.core.display.colour_maps import GREY
from viewer.core.display.levels import first_range, kind_of
from viewer.core.display.proxy import shown_part
from viewer.core.display.tables import ABOVE, BELOW, NOTHING, Shader, Tone, is_black
from viewer.core.frame import BGRA, BGRX, RGB, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from viewer.core.frame import Range, SampleKind

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
        kind: the samples that ``range`` is for; frames of another kind are shown with their own. None for any.
        gamma: above 1 the middle is brighter; above 0.
        curve: linear or logarithmic.
        exposure: in stops: samples count 2 to the power of it as much.
        channel: the name of the one channel that is shown as grey; "" for colours, or the first.
        colour_map: the name of the colours that grey is shown in, of :data:`~.colour_maps.COLOUR_MAPS`.
        is_inverted: whether black and white change places.
        marks: whether what lies below black, above white, and NaN is shown in colours that no grey has.
    """

    range: Range | None = None
    kind: SampleKind | None = None
    gamma: float = 1.0
    curve: Curve = Curve.LINEAR
    exposure: float = 0.0
    channel: str = ""
    colour_map: str = GREY
    is_inverted: bool = False
    marks: bool = False


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


def on_screen(frame: Frame, look: Look = AS_IT_IS) -> Frame:
    """Returns a frame as it is shown, at its own size: BGRX, or BGRA if it has an alpha that means something.

    Args:
        frame: with samples of any real type, or for the screen already: then its colours are the samples, as they are
            multiplied by alpha.
        look: its range counts if it is for any kind of samples or for that of the frame; else the frame's own does. Its
            channel counts if the frame has one of this name, with or without that of a layer; for "Y" of colours, their
            luminance is shown. Else all is shown that the frame has: its colours, or grey, or its first channel.

    Returns:
        The frame itself if it is for the screen and the look changes nothing. Alpha is never changed by the look; a
        channel that was chosen is shown without it, alpha itself from 0 to its largest number. In BGRA the colours are
        multiplied by alpha. Premultiplied ones may be brighter than it (a flare covers nothing); alpha is raised to
        them, so that they are seen over any ground.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    colours, alpha, is_alpha = chosen = _chosen(frame, look.channel)
    tone = _tone(frame, look, _full(colours[0], frame.info) if is_alpha else None)
    colour_map = look.colour_map if len(colours) == 1 else None
    height, width = colours[0].shape
    strip_shape = min(ROWS, height), width
    shaders = {dtype: Shader(dtype, tone, colour_map, strip_shape) for dtype in {plane.dtype for plane in colours}}
    if _is_painted(frame, chosen) and not look.marks and shaders[colours[0].dtype].is_plain:
        return frame
    if alpha is not None:
        # Where transparent black would come out in a colour, all is multiplied, premultiplied or not.
        is_straight = frame.info.alpha is Alpha.STRAIGHT or look.marks or not is_black(tone, colour_map)
        cover = Shader(alpha.dtype, Tone(0.0, _full(alpha, frame.info) * frame.info.scale), None, strip_shape)
    else:
        is_straight, cover = False, None
    shown, spare = np.empty((height, width), np.uint32), np.empty(strip_shape, np.uint32)
    with np.errstate(all="ignore"):  # NaN, infinities, and differences that are too large
        for top in range(0, height, ROWS):
            strip, other = shown[top : top + ROWS], spare[: height - top]
            rows = [plane[top : top + ROWS] for plane in colours]
            shaders[rows[0].dtype].paint(rows[0], strip)
            for each in rows[1:]:
                strip <<= np.uint32(8)
                shaders[each.dtype].paint(each, other)
                strip |= other
            if look.marks:
                _mark(strip, [shaders[each.dtype].marks(each) for each in rows])
            strip |= np.uint32(pixels.OPAQUE)
            if alpha is not None and cover is not None:
                cover.paint(alpha[top : top + ROWS], other)
                _cover(strip, other, is_straight=is_straight)
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

    shown = on_screen(shown_part(frame), look)
    if shown.channels != BGRA:
        return shown
    info = replace(shown.info, alpha=None)
    return pixels.frame_of(pixels.as_array(shown) | np.uint32(pixels.OPAQUE), shown.description, info)


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
    info, is_inverted, transfer = frame.info, look.is_inverted, frame.info.transfer
    if full is not None:
        low, high, factor, transfer = 0.0, full, info.scale, TransferCurve.DISPLAY
    else:
        is_for_it = look.range is not None and (look.kind is None or look.kind == kind_of(frame))
        low, high = look.range if look.range is not None and is_for_it else first_range(frame)
        factor = info.scale * 2.0**-look.exposure
        is_inverted ^= info.is_inverted
    no_data = None if info.no_data is None or math.isnan(info.no_data) else info.no_data * info.scale
    return Tone(low * factor, high * factor, transfer, look.curve is Curve.LOG, look.gamma, is_inverted, no_data)


def _mark(strip: npt.NDArray[np.uint32], channels: list[npt.NDArray[np.uint8]]) -> None:
    """Paints what is marked in any channel of a strip."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    marks = np.bitwise_or.reduce(channels)
    for mark, colour in MARKS.items():
        np.copyto(strip, np.uint32(colour), where=(marks & np.uint8(mark)) != 0)


def _cover(strip: npt.NDArray[np.uint32], alpha: npt.NDArray[np.uint32], *, is_straight: bool) -> None:
    """Gives opaque pixels their alpha, 0 to 255: multiplies the colours by it, or raises it to the brightest."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if alpha.min() >= 255:  # noqa: PLR2004 - all is covered
        return
    samples = strip.view(np.uint8).reshape(*strip.shape, 4)
    samples[..., 3] = alpha
    if is_straight:
        samples[...] = pixels.over_black(samples)
    else:
        for colour in range(3):
            np.maximum(samples[..., 3], samples[..., colour], out=samples[..., 3])
