"""Numbers of samples: written short, read as people type them, and the steps that keys move them by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from viewer.core.frame import Range

LEAST_DIGITS = 3
"""So many digits a broken number has at least, if they are not noughts."""
LARGE = 1e12
"""From here on whole numbers are written as 9.22e18 where they are only read."""
_PLAIN = range(-4, 7)
"""The powers of ten that are written as ordinary numbers; those outside are written as 1.2e-5, unless
what is behind the point of a large one is to be seen."""
_GROUPED = late_pattern(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_STEPS = (1.0, 2.0, 5.0, 10.0)


def number_text(number: float, *, is_whole: bool, fine: float = 0.0) -> str:
    """Returns a number for people, its thousands separated.

    Args:
        number: a finite number.
        is_whole: whether it stands for a whole one.
        fine: the least difference that is to be seen, above 0; 0 for three digits.

    >>> [number_text(65535, is_whole=True), number_text(0.03119, is_whole=False), number_text(1.2e-5, is_whole=False)]
    ['65,535', '0.0312', '1.2e-5']
    >>> number_text(1000.25, is_whole=False, fine=0.01)
    '1,000.25'
    """
    if is_whole:
        return f"{round(number):,}"
    if not number:
        return "0"
    power = math.floor(math.log10(abs(number)))
    wanted = power - math.floor(math.log10(fine)) + 1 if fine else 0
    places = min(max(wanted, LEAST_DIGITS), 17) - 1  # behind the first digit
    if power in _PLAIN or 0 < power < min(places, 12):
        return _short(f"{number:,.{max(0, places - power)}f}")
    mantissa, _, exponent = f"{number:.{places}e}".partition("e")
    return f"{_short(mantissa)}e{int(exponent)}"


def short_text(number: float, *, is_whole: bool, fine: float = 0.0) -> str:
    """Returns a number as :func:`number_text` does, but large whole ones short too.

    >>> [short_text(each, is_whole=True) for each in (65535, -(2**63))]
    ['65,535', '-9.22e18']
    """
    return number_text(number, is_whole=is_whole and abs(number) < LARGE, fine=fine)


def range_texts(range_: Range) -> tuple[str, str]:
    """Returns the numbers of black and white as the window shows them, and as fields and ``--range`` take them."""
    fine = max(range_.high / 1000 - range_.low / 1000, math.ulp(0.0))  # so they are never the same text
    low, high = (short_text(each, is_whole=float(each).is_integer(), fine=fine) for each in range_)
    return low, high


def number_typed(text: str, *, grouped: bool = True) -> float | None:
    """Returns the number that a text means, None for nonsense and for what is not finite.

    A comma separates thousands where it can, as numbers are shown that way, if they are ``grouped``; else it is as good
    as a point.

    >>> [number_typed(each) for each in ("65,535", "0,5", " 1.2e-5", "65 535", "1,2,3", "nan")]
    [65535.0, 0.5, 1.2e-05, 65535.0, None, None]
    """
    text = "".join(text.split())
    text = text.replace(",", "" if grouped and _GROUPED.fullmatch(text) else ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def no_number(text: str) -> str:
    """Returns the sentence for a text that :func:`number_typed` does not understand."""
    return f"“{text}” is not a number."


def stays(text: str) -> str:
    """Returns the sentence for such a text in a field that shows the number before again."""
    return f"{no_number(text)} It stays as it was."


def within(number: float, low: float, high: float, unit: str = "") -> tuple[float, str]:
    """Returns the number nearest to one that was typed within its limits, and a sentence if it is another one.

    >>> within(999, 1, 240, "fps"), within(24, 1, 240, "fps")
    ((240, '240 fps is the most.'), (24, ''))
    """
    held = min(max(number, low), high)
    said = f"{f'{held:,.10g} {unit}'.rstrip()} is the {'most' if number > high else 'least'}."
    return held, "" if held == number else said


def round_step(span: float, steps: int) -> float:
    """Returns 1, 2 or 5 times a power of ten: the nearest above that makes at most ``steps`` of ``span``.

    >>> [round_step(each, 500) for each in (255, 65_535, 1)]
    [1.0, 200.0, 0.002]
    """
    power = 10.0 ** math.floor(math.log10(span / steps))
    return next((each * power for each in _STEPS if each * power * steps >= span), 10 * power)


def _short(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
