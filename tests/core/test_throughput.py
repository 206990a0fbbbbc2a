"""The bytes a second that came in lately."""

from __future__ import annotations

import pytest

from viewer.core.load.throughput import WINDOW, Throughput


def test_a_steady_line_has_its_rate_and_a_single_moment_none() -> None:
    throughput = Throughput()
    assert throughput.rate(-1.0, 1000) == throughput.rate(-1.0, 2000) == 0.0
    throughput = Throughput()
    rates = [throughput.rate(tick / 10, tick * 500) for tick in range(100)]
    assert rates[1:] == pytest.approx([5000.0] * 99)


def test_what_was_long_ago_does_not_count() -> None:
    throughput = Throughput()
    for tick in range(100):
        throughput.rate(tick / 10, 0)
    rates = [throughput.rate(10 + tick / 10, tick * 100) for tick in range(1, 40)]
    assert rates[-1] == pytest.approx(1000.0)
    assert [throughput.rate(20 + tick, 4000) for tick in range(5)][-1] == 0.0


def test_looks_further_apart_than_the_window_see_the_time_between_them() -> None:
    throughput = Throughput()
    throughput.rate(0.0, 0)
    assert throughput.rate(5 * WINDOW, 20_000) == 2000.0
    assert throughput.rate(10 * WINDOW, 60_000) == 4000.0
