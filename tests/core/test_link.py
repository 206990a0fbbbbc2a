"""What the line to a share can do, by what went over it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.link import FEW, JUDGED, RATE_WINDOW, RECENT, TURN, Link, Throughput

MB = 1_000_000
NAMES = 100_000


def read_over(
    line: Link, latency: float, bandwidth: float, *, amount: int = 400_000, at_once: int = 1, reads: int = 20
) -> Link:
    """Notes reads as a line with these figures has them: one round trip to open, one to read, then its share of it."""
    for _ in range(reads):
        line.note_read(latency, amount, 2 * latency + at_once * amount / bandwidth, at_once)
    return line


# the figures


def test_nothing_is_known_at_first() -> None:
    line = Link()
    assert line.latency is None
    assert line.bytes_per_second == 0.0
    assert line.by_readers() == ()
    assert line.is_slow is None
    assert line.listing is None


def test_the_latency_is_the_median_so_that_one_hiccup_does_not_count() -> None:
    line = read_over(Link(), 0.025, 6e6, reads=5)
    line.note_read(9.0, 1000, 9.1, 1)
    assert line.latency == 0.025


def test_reads_at_once_are_one_rate() -> None:
    line = Link()
    for _ in range(10):
        line.note_read(0.0, 600_000, 0.4, 4)
    assert line.bytes_per_second == pytest.approx(6e6)


def test_the_rate_is_that_of_the_number_of_reads_with_the_most() -> None:
    line = read_over(Link(), 0.05, 20e6, at_once=1)
    read_over(line, 0.05, 20e6, at_once=4)
    assert dict(line.by_readers()) == pytest.approx({1: 400_000 / 0.12, 4: 4 * 400_000 / 0.18})
    assert line.bytes_per_second == pytest.approx(4 * 400_000 / 0.18)


def test_a_few_lucky_reads_are_no_rate() -> None:
    line = read_over(Link(), 0.025, 6e6, at_once=2)
    line.note_read(0.0001, 400_000, 0.0005, 8)  # the system had it in memory
    assert line.bytes_per_second < 6e6


def test_only_what_was_lately_counts() -> None:
    line = read_over(Link(), 0.003, 20e6, at_once=2, reads=200)
    read_over(line, 0.06, 2e6, at_once=4, reads=RECENT)
    assert line.latency == 0.06
    assert line.bytes_per_second < 2e6
    assert [at_once for at_once, _ in line.by_readers()] == [2, 4]


def test_a_read_without_bytes_or_time_breaks_nothing() -> None:
    line = Link()
    for _ in range(5):
        line.note_read(0.0, 0, 0.0, 1)
    assert line.bytes_per_second == 0.0
    assert line.by_readers() == ((1, 0.0),)


def test_the_last_listing_is_told() -> None:
    line = Link()
    line.note_listing(300, 0.1)
    line.note_listing(NAMES, 4.5)
    assert line.listing == (NAMES, 4.5)


# the piece


@pytest.mark.parametrize(
    ("latency", "bandwidth", "readers", "turns"),
    [
        (0.0, 1e9, 4, 1),  # this disk
        (0.003, 20e6, 3, 1),
        (0.025, 6e6, 4, 1),
        (0.025, 6e6, 1, 2),
        (0.1, 50e6, 32, 1),
        (0.1, 50e6, 8, 7),
    ],
)
def test_pieces_hold_what_is_under_way(latency: float, bandwidth: float, readers: int, turns: int) -> None:
    line = read_over(Link(), latency, bandwidth, reads=16, amount=50_000_000)
    assert line.piece(readers) == turns * TURN


def test_a_piece_of_an_unknown_line_is_small() -> None:
    assert Link().piece(4) == TURN


@given(st.floats(0, 1), st.floats(1e3, 1e11), st.integers(1, 33))
def test_a_piece_is_within_its_limits_and_whole(latency: float, bandwidth: float, readers: int) -> None:
    piece = read_over(Link(), latency, bandwidth, reads=4).piece(readers)
    assert TURN <= piece <= 8 * TURN
    assert piece % TURN == 0


# whether it is slow


@pytest.mark.parametrize("at_once", [1, 2, 4, 16])
@pytest.mark.parametrize(
    ("what", "latency", "bandwidth", "slow"),
    [
        ("this disk", 0.00002, 2e9, False),
        ("a plain SSD", 0.0001, 500e6, False),
        ("a NAS at 10 Gbit/s", 0.0003, 800e6, False),
        ("a NAS at 1 Gbit/s", 0.0005, 100e6, False),
        ("a USB disk", 0.001, 30e6, True),
        ("Wi-Fi", 0.003, 20e6, True),
        ("a VPN", 0.025, 6e6, True),
        ("a bad line", 0.060, 2e6, True),
        ("a fast line from far away", 0.060, 100e6, True),
    ],
)
def test_slow_is_what_takes_many_times_as_long_as_this_disk(
    what: str, latency: float, bandwidth: float, at_once: int, *, slow: bool
) -> None:
    assert read_over(Link(), latency, bandwidth, at_once=at_once).is_slow is slow, what


@pytest.mark.parametrize("amount", [30_000, 400_000, 5_000_000, 50_000_000])
def test_the_verdict_does_not_hang_on_the_size_of_the_files(amount: int) -> None:
    assert read_over(Link(), 0.0005, 110e6, amount=amount).is_slow is False
    assert read_over(Link(), 0.003, 20e6, amount=amount).is_slow is True
    assert read_over(Link(), 0.025, 6e6, amount=amount).is_slow is True


def test_a_few_reads_are_needed_to_know() -> None:
    line = read_over(Link(), 0.025, 6e6, reads=FEW - 1)
    assert line.is_slow is None
    assert read_over(line, 0.025, 6e6, reads=1).is_slow is True


def test_files_that_the_system_had_in_memory_do_not_make_a_slow_line_fast() -> None:
    line = read_over(Link(), 0.025, 6e6)
    read_over(line, 0.0001, 5e9, reads=JUDGED // 3)
    assert line.is_slow is True


def test_another_line_gets_another_verdict_in_the_end() -> None:
    line = read_over(Link(), 0.025, 6e6)
    assert read_over(line, 0.0005, 100e6, reads=JUDGED).is_slow is False
    assert read_over(line, 0.025, 6e6, reads=JUDGED).is_slow is True


@given(st.lists(st.floats(0.75, 1.3), min_size=200, max_size=200))
def test_a_line_near_the_bar_keeps_its_verdict(noise: list[float]) -> None:
    line = read_over(Link(), 0.001, 80e6, reads=FEW)
    first = line.is_slow
    for factor in noise:
        read_over(line, 0.001 * factor, 80e6 / factor, reads=1)
        assert line.is_slow is first


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
    assert throughput.rate(5 * RATE_WINDOW, 20_000) == 2000.0
    assert throughput.rate(10 * RATE_WINDOW, 60_000) == 4000.0
