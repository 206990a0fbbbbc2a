"""Runs of whole numbers."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from viewer.core.spans import Span, spans


def test_nothing_has_no_spans() -> None:
    assert list(spans([])) == []


def test_a_span_counts_both_its_ends() -> None:
    assert len(Span(-2, 2)) == 5


def test_negative_numbers_run_through_zero() -> None:
    assert list(spans([-2, -1, 0, 1, 5])) == [Span(-2, 1), Span(5, 5)]


@given(st.sets(st.integers(-50, 50)))
def test_spans_hold_the_numbers_and_only_them_and_never_touch(numbers: set[int]) -> None:
    found = list(spans(sorted(numbers)))
    assert [number for first, last in found for number in range(first, last + 1)] == sorted(numbers)
    assert all(before.last + 1 < after.first for before, after in itertools.pairwise(found))
