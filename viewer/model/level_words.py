"""What is said of how samples are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.levels import transfer_of
from viewer.core.frame import TransferCurve
from viewer.model.sample_numbers import range_texts

if TYPE_CHECKING:
    from viewer.core.display.levels import Uniform
    from viewer.core.frame import Frame, Range

CHANNELS = {"Y": "grey"}
"""What channels are called in sentences, where not by their names."""
NEARLY_ALL = 0.999
"""The part of a frame that is black or white from which on that is said."""
_CURVES = {TransferCurve.DISPLAY: "", TransferCurve.LINEAR: "sRGB curve", TransferCurve.FILM: "film curve"}


def warning(at_ends: tuple[float, float] | None, uniform: Uniform | None, *, is_inverted: bool) -> str:
    """Returns a sentence if all samples of a frame are the same, or nearly all are black, or white; or "".

    Args:
        at_ends: which parts of the samples are shown as the ends of the range, None while that is not known.
        uniform: what all samples are; None where they differ.
        is_inverted: whether the numbers below the range are white.
    """
    if uniform is not None and uniform.number is None:
        return "No sample shown is finite."
    below, above = at_ends or (0.0, 0.0)
    most = max(below, above)
    colour = "black" if (below > above) is not is_inverted else "white"
    if uniform is not None and uniform.number is not None:  # another range shows no more
        what, end = "sample" if uniform.is_all else "finite sample", f", {colour} with this range" * (most == 1)
        return f"Every {what} shown is {exact(uniform.number)}{end}."
    if most < NEARLY_ALL:
        return ""
    return f"{'All' if most == 1 else 'Nearly all'} of this frame is {colour} with this range. E: auto."


def needs_no_lock(range_: Range, *, locked: bool) -> str:
    """Returns what is said of locking, or unlocking, frames whose ranges are not measured."""
    done = "Locked" if locked else "Unlocked"
    return f"{done}. The range of this frame, {span(range_)}, is not measured: it follows from its kind or its file."


def beyond(what: str, limits: Range) -> str:
    """Returns what is said of a number beyond its limits: "Gamma goes from 0.1 to 10."."""
    return f"{what} go{'' if ' and ' in what else 'es'} from {limits.low:g} to {limits.high:g}."


def curve(frame: Frame, channel: str) -> str:
    """Returns the curve through which the numbers of a frame are shown by what they are; "" for none.

    ``channel`` is the name of the one channel that is shown, "" for all. Alpha and depth are no light.
    """
    return _CURVES[transfer_of(frame, channel)]


def span(range_: Range) -> str:
    """Returns the numbers of black and white: "100–2,000"."""  # noqa: RUF002 - an en dash means "to"
    low, high = range_texts(range_)
    return f"{low} to {high}" if range_.low < 0 else f"{low}–{high}"  # noqa: RUF001 - the same


def exact(value: float) -> str:
    """Returns a number with all its digits, thousands separated.

    >>> exact(2000.0), exact(0.123456), exact(-1e20)
    ('2,000', '0.123456', '-1e+20')
    """
    return f"{value:,.0f}" if _is_short(value) else repr(value)


def stops(value: float) -> str:
    """Returns an exposure with its sign and as many places as are set, three at most.

    >>> stops(1.0), stops(-0.25), stops(1.125), stops(0.0)
    ('+1', '-0.25', '+1.125', '0')
    """
    return f"{value:+.3f}".rstrip("0").rstrip(".") if value else "0"


def gamma(value: float) -> str:
    """Returns a gamma with one place, or as many as it needs, three at most.

    >>> gamma(1.0), gamma(0.45), gamma(2.2), gamma(1.125)
    ('1.0', '0.45', '2.2', '1.125')
    """
    return f"{value:.3f}".removesuffix("0").removesuffix("0")


def _is_short(value: float) -> bool:
    return float(value).is_integer() and abs(value) < 1e15  # noqa: PLR2004 - digits that a float has
