"""What is said of how samples are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.frame import Alpha, TransferCurve

if TYPE_CHECKING:
    from viewer.core.display.levels import Uniform
    from viewer.core.frame import Frame, Range

NEARLY_ALL = 0.999
"""The part of a frame beyond its range from which on that is said."""
_CURVES = {TransferCurve.DISPLAY: "", TransferCurve.LINEAR: "sRGB curve", TransferCurve.FILM: "film curve"}


def warning(outside: tuple[float, float] | None, uniform: Uniform | None, *, is_inverted: bool) -> str:
    """Returns a sentence if all samples of a frame are the same, or hardly any lies within its range; or "".

    Args:
        outside: which parts of the samples lie below and above the range, None while that is not known.
        uniform: what all samples are; None where they differ.
        is_inverted: whether the numbers below the range are white.
    """
    if uniform is not None:
        if uniform.number is None:
            return "No sample shown is finite."
        return f"Every {'sample' if uniform.is_all else 'finite sample'} shown is {exact(uniform.number)}."
    below, above = outside or (0.0, 0.0)
    most = max(below, above)
    if most < NEARLY_ALL:
        return ""
    colour = "black" if (below > above) is not is_inverted else "white"
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

    ``channel`` is the name of the one channel that is shown, "" for all. Alpha is no light.
    """
    is_alpha = frame.info.alpha in {Alpha.STRAIGHT, Alpha.PREMULTIPLIED} and channel.rpartition(".")[2] == "A"
    return "" if is_alpha else _CURVES[frame.info.transfer]


def span(range_: Range) -> str:
    """Returns the numbers of black and white: "100–2,000"."""  # noqa: RUF002 - an en dash means "to"
    low, high = map(_number, range_)
    return f"{low} to {high}" if range_.low < 0 else f"{low}–{high}"  # noqa: RUF001 - the same


def exact(value: float) -> str:
    """Returns a number with all its digits, thousands separated.

    >>> exact(2000.0), exact(0.123456), exact(-1e20)
    ('2,000', '0.123456', '-1e+20')
    """
    return _number(value) if _is_short(value) else repr(value)


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


def _number(value: float) -> str:
    """Returns a number as people write it.

    >>> _number(2000.0), _number(0.123456), _number(1e20)
    ('2,000', '0.1235', '1e+20')
    """
    return f"{value:,.0f}" if _is_short(value) else f"{value:.4g}"


def _is_short(value: float) -> bool:
    return float(value).is_integer() and abs(value) < 1e15  # noqa: PLR2004 - digits that a float has
