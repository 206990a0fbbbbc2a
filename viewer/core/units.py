"""Amounts written for people."""

from __future__ import annotations

from typing import SupportsIndex, cast

KB = 1000
MB = 1000 * KB
GB = 1000 * MB


def whole_number(name: str, value: object, least: int = 0) -> int:
    """Returns a count, such as one of bytes, that may be given as ``1e9``.

    Raises ValueError, whose message has the ``name``, if it is not whole, or less than ``least``.
    """
    is_whole = isinstance(value, SupportsIndex) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole or (number := int(cast("int", value))) < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return number


def format_bytes(amount: float) -> str:
    """Returns an amount of bytes with the unit that suits it; decimal units, as file managers and disks use.

    >>> format_bytes(8_294_400), format_bytes(2_000_000_000), format_bytes(940)
    ('8.3 MB', '2.0 GB', '940 bytes')
    """
    if amount < KB - 0.5:
        return f"{amount:.0f} bytes"
    for unit, name in ((GB, "GB"), (MB, "MB")):
        if amount >= unit * 0.9995:  # what rounds to 1,000 of the smaller unit
            value = amount / unit
            return f"{value:.1f} {name}" if value < 100 else f"{value:,.0f} {name}"  # noqa: PLR2004 - three digits
    return f"{amount / KB:.0f} kB"


def format_part(amount: float, total: float) -> str:
    """Returns how much of ``total`` bytes there is, both in the unit of the total.

    >>> format_part(600_000, 1_100_000), format_part(214_000, 830_000)
    ('0.6 of 1.1 MB', '214 of 830 kB')
    """
    text = format_bytes(total)
    unit = {"GB": GB, "MB": MB, "kB": KB}.get(text.rpartition(" ")[2], 1)
    return f"{amount / unit:.{1 if '.' in text else 0}f} of {text}"
