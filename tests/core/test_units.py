"""Amounts written for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.units import GB, format_bytes


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (999.7, "1 kB"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_999, "1.0 MB"),
        (123_400_000, "123 MB"),
        (999_999_999, "1.0 GB"),
        (1_234 * GB, "1,234 GB"),
    ],
)
def test_an_amount_has_the_unit_that_suits_it(amount: float, text: str) -> None:
    assert format_bytes(amount) == text


@given(st.floats(0, 999 * GB))
def test_no_amount_needs_more_than_three_digits_before_the_point(amount: float) -> None:
    assert 0 <= float(format_bytes(amount).split()[0]) < 1000
