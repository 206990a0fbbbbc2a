"""What questions cost, and in which way they are asked."""

from __future__ import annotations

import pytest
from doubles import HandLoop

from viewer.core.load.confirm_schedule import ON_SCREEN, ON_SCREEN_MOST, Traffic, Ways
from viewer.core.load.hearing import Hearing


@pytest.mark.parametrize(
    ("by_name", "by_opening", "opens"),
    [
        ([0.0001], [0.025], True),  # sshfs after a listing, NFS: only opening asks the share
        ([0.04, 0.0001, 0.03], [0.025, 0.06], True),  # the same on a busy computer
        ([0.025], [0.05], False),
        ([0.077], [0.127], False),  # smbnetfs
        ([0.077], [0.051], True),
        ([0.0001], [0.0002], False),  # rclone, or this computer: neither asks a share
    ],
)
def test_the_cheaper_way_is_chosen_of_those_that_have_the_share_asked(
    by_name: list[float], by_opening: list[float], *, opens: bool
) -> None:
    ways = Ways()
    tried = []
    for _ in range(4):
        tried.append(ways.opens())
        costs = by_opening if tried[-1] else by_name
        ways.note(costs[tried.count(tried[-1]) % len(costs)], opened=tried[-1])
    assert sorted(tried) == [False, False, True, True]
    for took in by_name:
        ways.note(took, opened=False)
    assert ways.opens() is opens


@pytest.mark.parametrize(
    ("alone", "crowd", "is_reading", "is_serial"),
    [
        (0.025, 0.025, True, False),
        (0.025, 0.06, True, False),  # behind what is being read
        (0.025, 0.2, True, True),
        (0.077, 0.6, False, True),
        (0.3, 0.3, True, True),  # beside reads, which one such question keeps waiting
        (0.3, 0.3, False, False),
        (0.0001, 0.0002, True, False),
    ],
)
def test_questions_that_wait_for_one_another_or_for_reads_are_asked_seldom_beside_reads(
    alone: float, crowd: float, *, is_reading: bool, is_serial: bool
) -> None:
    traffic = Traffic(Hearing(HandLoop()))
    traffic.note(alone, 1.0, 0, is_reading=is_reading)
    for count in range(3):
        assert not traffic.is_serial or alone > 0.1
        traffic.note(crowd, 2.0 + count, 7, is_reading=is_reading)
    assert traffic.is_serial is is_serial
    assert traffic.is_narrow(is_reading=is_reading) is is_serial
    assert traffic.on_screen(is_reading=False) == ON_SCREEN
    assert ON_SCREEN <= traffic.on_screen(is_reading=True) <= ON_SCREEN_MOST
    assert (traffic.on_screen(is_reading=True) > ON_SCREEN) is is_serial
    assert (traffic.paid_at - 4.0) == pytest.approx(19 * crowd), "one part in twenty"
    traffic.begin("/another")
    assert not traffic.is_serial
