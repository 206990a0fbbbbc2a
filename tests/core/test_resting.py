"""How many reads look ahead while the user rests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.resting import LEAST, MOST, OVERDUE, OVERDUE_FIRST, OVERDUE_LEAST, PART, UNKNOWN, RestingReads

ALONE = 0.4


def rested(*waits: float, beside: int = 3) -> RestingReads:
    resting = RestingReads()
    for wait in waits:
        resting.note(beside, wait, ALONE)
    return resting


def settled(resting: RestingReads) -> int:
    """How many there may be when the next frame has had its time alone."""
    resting.reads(0.0)
    return resting.reads(OVERDUE_FIRST)


def test_at_first_one_may_look_ahead_and_then_a_few() -> None:
    assert RestingReads().reads(0.0) == 1, "what is looked at first comes alone"
    assert settled(RestingReads()) == UNKNOWN


def test_a_frame_that_is_wanted_would_wait_for_a_part_of_its_time_at_most() -> None:
    resting = rested(0.3)  # beside three others
    assert settled(resting) == 1 + int(PART * ALONE / 0.1)
    assert settled(rested(3.0)) == 1, "one may always look ahead"
    assert settled(rested(LEAST / MOST)) == MOST, "what is not felt is no reason"
    assert settled(rested(-1.0)) == MOST, "a read that was faster than any before"


def test_what_was_known_from_earlier_counts_until_it_is_measured() -> None:
    resting = RestingReads(0.05)
    resting.note(0, None, ALONE)
    assert settled(resting) == 3
    for _ in range(40):
        resting.note(3, 0.003, ALONE)
    assert settled(resting) > 30


def test_where_one_is_the_number_two_are_tried_again_after_a_while() -> None:
    resting = rested(0.36)
    assert settled(resting) == 1
    for _ in range(60):
        resting.note(0, None, ALONE)
    assert settled(resting) > 1


def test_after_a_frame_that_was_waited_for_the_next_comes_alone_then_more_and_more() -> None:
    resting = rested(0.0)
    resting.begin(10.0)
    seen = [resting.reads(10.0)]
    for _ in range(3):
        resting.note(0, None, ALONE)
        seen.append(resting.reads(10.1))
    assert seen == [1, 2, 3, 4]


def test_one_that_hangs_holds_up_no_others_for_long() -> None:
    resting = rested(0.0)
    resting.begin(10.0)
    assert OVERDUE * ALONE > OVERDUE_LEAST
    assert resting.reads(10.0 + OVERDUE * ALONE - 0.01) == 1
    assert resting.reads(10.0 + OVERDUE * ALONE) == MOST
    fresh = RestingReads()
    fresh.begin(10.0)
    assert (fresh.reads(10.0), fresh.reads(10.0 + OVERDUE_FIRST)) == (1, UNKNOWN)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.none() | st.floats(-1e3, 1e9), st.none() | st.floats(0, 1e9))),
    st.floats(0, 60),
)
def test_at_least_one_may_always_look_ahead(reads: list[tuple[int, float | None, float | None]], wait: float) -> None:
    resting = RestingReads(wait)
    for now, read in enumerate(reads):
        resting.note(*read)
        assert 1 <= resting.reads(now) <= MOST + 1
