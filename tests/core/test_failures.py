"""What could not be had: when it is tried again, and when the whole share is taken to be away."""

from __future__ import annotations

import pytest
from doubles import HandLoop, broken
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import (
    ChangingError,
    DamagedImageError,
    DecodeError,
    GivenUpError,
    ImageTooLargeError,
    LookaheadError,
    NotAFileError,
    NotAnsweringError,
    NotFoundError,
    ShareAwayError,
    StorageError,
    UnsupportedFormatError,
)
from viewer.core.load.failures import ShareFailures
from viewer.core.retry import RETRY_AFTER, RETRY_AFTER_MOST
from viewer.core.storage.transfer import Stamp

HANG = NotAnsweringError("The share has sent nothing.")
GONE = NotFoundError("It is not there (any more).")
CHANGING = ChangingError("It became shorter while it was read.")
STALE = ShareAwayError("The folder / could not be listed: Stale file handle.")
ODD = StorageError("It could not be read: Numerical result out of range.")
DAMAGED = DamagedImageError("It is cut off.")


class Bench:
    """Failures, with the loop turned by hand and the times when something became due noted."""

    def __init__(self) -> None:
        self.loop = HandLoop()
        self.due_at: list[float] = []
        self.failures = ShareFailures(self.loop, lambda: self.due_at.append(self.loop.now()))

    def fail(self, *paths: str, error: LookaheadError | None = None) -> None:
        for path in paths:
            self.failures.note_read(path, broken(path) if error is None else error, None)

    def away(self) -> LookaheadError | None:
        return self.failures.away

    def pause_of(self, path: str) -> float:
        """Lets the time pass until ``path`` is due; returns how long that took."""
        before = self.loop.now()
        while self.failures.blocks(path):
            self.loop.advance(0.5)
        return self.loop.now() - before


def test_folders_and_pipes_called_like_pictures_do_not_mean_that_the_share_is_away() -> None:
    bench = Bench()
    bench.fail("a", "b", "c", "d", error=NotAFileError("a.png is a folder, not a file."))
    assert bench.away() is None


class AskingBench(Bench):
    """Failures with somebody who can ask the folder, and counts how often that is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.doubts = 0
        self.failures = ShareFailures(self.loop, lambda: self.due_at.append(self.loop.now()), self._doubted)

    def _doubted(self) -> bool:
        self.doubts += 1
        return True


def test_a_file_is_missing_when_its_folder_was_listed_and_not_when_another_file_came() -> None:
    """That one may have been opened before the share was unmounted, lazily."""
    bench = AskingBench()
    bench.fail("gone", error=GONE)
    bench.fail("odd", error=ODD)
    assert all(map(bench.failures.is_unsure, ("gone", "odd")))
    bench.failures.note_success("other")
    assert bench.failures.is_unsure("gone")
    assert not bench.failures.is_unsure("odd")
    bench.failures.note_folder(None)
    assert not bench.failures.is_unsure("gone")


# Trying again


def test_nothing_has_failed_at_first() -> None:
    failures = Bench().failures
    assert list(failures) == []
    assert "a" not in failures
    assert failures.error("a") is None
    assert failures.stamp("a") is None
    assert not failures.blocks("a")
    assert failures.away is None
    assert not failures.quiet
    assert failures.next_attempt == 0.0


def test_what_failed_is_known_with_its_reason_and_its_stamp() -> None:
    bench = Bench()
    error, stamp = broken("a"), Stamp(10, 20)
    bench.failures.note_read("a", error, stamp)
    assert list(bench.failures) == ["a"]
    assert "a" in bench.failures
    assert bench.failures.error("a") is error
    assert bench.failures.stamp("a") == stamp
    assert bench.failures.blocks("a")
    assert not bench.failures.blocks("b")


def test_the_newest_reason_counts() -> None:
    bench = Bench()
    bench.failures.note_read("a", broken("a"), Stamp(1, 1))
    bench.failures.note_read("a", GONE, None)
    assert bench.failures.error("a") is GONE
    assert bench.failures.stamp("a") is None


def test_a_file_is_tried_again_later_and_later_up_to_a_limit() -> None:
    bench = Bench()
    pauses = []
    for _ in range(1100):  # far beyond what the doubled pause could be told in
        bench.fail("a")
        pauses.append(bench.pause_of("a"))
    assert pauses[:6] == [RETRY_AFTER, 2.0, 4.0, 8.0, 16.0, RETRY_AFTER_MOST]
    assert set(pauses[5:]) == {RETRY_AFTER_MOST}


def test_each_file_has_its_own_pause() -> None:
    bench = Bench()
    for _ in range(5):
        bench.fail("old")
        bench.pause_of("old")
    bench.fail("old", "new")
    assert bench.pause_of("new") == RETRY_AFTER
    assert bench.failures.blocks("old")


@pytest.mark.parametrize("healed", ["read", "forgotten"])
def test_a_file_that_worked_or_was_forgotten_begins_with_the_shortest_pause_again(healed: str) -> None:
    bench = Bench()
    for _ in range(4):
        bench.fail("a")
    if healed == "read":
        bench.failures.note_success("a")
    else:
        bench.failures.forget("a")
    assert "a" not in bench.failures
    assert not bench.failures.blocks("a")
    bench.fail("a")
    assert bench.pause_of("a") == RETRY_AFTER


def test_what_was_never_known_may_be_forgotten() -> None:
    bench = Bench()
    bench.failures.forget("a")
    assert "a" not in bench.failures


# Bytes that are no picture


@pytest.mark.parametrize(
    ("error", "dues"),
    [
        (DAMAGED, [2, 5, 15]),
        (UnsupportedFormatError("It is no picture."), [2, 5, 15]),
        (ImageTooLargeError("It is too large."), []),
        (GivenUpError("It takes long."), []),
    ],
)
def test_a_file_that_is_no_picture_is_read_a_few_times_more_and_then_not_again(
    error: DecodeError, dues: list[float]
) -> None:
    bench = Bench()
    for stamp in (Stamp(5, 5), Stamp(6, 6)):
        began = bench.loop.now()
        bench.due_at.clear()
        bench.failures.note_decode("a", error, stamp)
        assert bench.failures.error("a") is error
        assert bench.failures.stamp("a") == stamp
        for due in dues:
            assert bench.failures.blocks("a")
            bench.loop.advance(began + due - bench.loop.now())
            assert not bench.failures.blocks("a")
            bench.failures.note_success("a", stamp)  # the same bytes once more
            assert bench.failures.error("a") is error
            bench.failures.note_decode("a", error, stamp)
        bench.loop.advance(1e6)
        assert bench.failures.blocks("a")
        assert bench.due_at == [began + due for due in dues]


def test_files_that_are_no_pictures_say_nothing_about_the_share() -> None:
    bench = Bench()
    for number in range(20):
        bench.failures.note_decode(str(number), DAMAGED, None)
    assert bench.away() is None
    assert not bench.failures.quiet


def test_only_what_was_too_large_is_forgotten_with_more_memory() -> None:
    bench = Bench()
    bench.failures.note_decode("damaged", DAMAGED, None)
    bench.failures.note_decode("giant", ImageTooLargeError("Too large.", 10**9), None)
    bench.fail("unread")
    assert bench.failures.forget_too_large() == ["giant"]
    assert sorted(bench.failures) == ["damaged", "unread"]
    assert bench.failures.forget_too_large() == []


# Whether the share is away


def test_one_read_that_hangs_means_that_the_share_is_away() -> None:
    bench = Bench()
    bench.fail("a", error=HANG)
    assert bench.away() is HANG
    assert bench.failures.quiet
    assert bench.failures.next_attempt == RETRY_AFTER


def test_two_different_files_that_fail_mean_that_the_share_is_away() -> None:
    bench = Bench()
    bench.fail("a")
    assert bench.away() is None
    assert not bench.failures.quiet
    bench.fail("b")
    assert str(bench.away()) == str(broken("b"))
    assert bench.failures.quiet


@pytest.mark.parametrize("error", [GONE, CHANGING])
def test_it_takes_many_files_that_the_share_has_said_something_about(error: StorageError) -> None:
    bench = Bench()
    for number in range(7):
        bench.fail(str(number), error=error)
    assert bench.away() is None
    assert not bench.failures.quiet
    bench.fail("7", error=error)
    assert bench.away() is error
    assert bench.failures.quiet


def test_one_file_failing_again_and_again_says_nothing_about_the_share() -> None:
    bench = Bench()
    for _ in range(20):
        bench.fail("a")
        bench.pause_of("a")
    assert bench.away() is None
    assert not bench.failures.quiet


def test_a_file_that_works_in_between_means_that_the_share_is_there() -> None:
    bench = Bench()
    for number in range(20):
        bench.fail(str(number))
        assert bench.failures.note_success("good") == []
        assert bench.away() is None


def test_files_that_failed_before_the_share_answered_do_not_put_it_away_again() -> None:
    bench = Bench()
    bench.fail("a", "b", "c")
    assert bench.away() is not None
    bench.failures.note_folder(None)
    for _ in range(5):
        bench.fail("a", "b", "c")
        assert bench.away() is None, "they fail though the share works: it is their own fault"
        bench.loop.advance(RETRY_AFTER_MOST)
    bench.fail("d", "e")
    assert bench.away() is not None, "others may still tell that it has gone again"


@pytest.mark.parametrize("healed", ["read", "forgotten"])
def test_a_file_that_worked_or_was_forgotten_counts_again(healed: str) -> None:
    bench = Bench()
    bench.fail("a")
    if healed == "read":
        bench.failures.note_success("a")
    else:
        bench.failures.forget("a")
        bench.failures.be_hopeful()
    bench.fail("a", "b")
    assert bench.away() is not None


def test_a_file_that_hangs_again_puts_the_share_away_again() -> None:
    bench = Bench()
    bench.fail("a", error=HANG)
    bench.failures.note_folder(None)
    assert bench.away() is None
    bench.fail("a", error=HANG)
    assert bench.away() is HANG


def test_the_quiet_ends_when_it_is_time_and_the_share_stays_away_until_it_answers() -> None:
    bench = Bench()
    bench.fail("a", "b")
    bench.loop.advance(0.4)
    assert bench.failures.next_attempt == pytest.approx(RETRY_AFTER - 0.4)
    bench.loop.advance(RETRY_AFTER - 0.4)
    assert not bench.failures.quiet
    assert bench.failures.next_attempt == 0.0
    assert bench.due_at[-1] == RETRY_AFTER, "somebody must be told"
    assert bench.away() is not None


def test_a_share_that_is_away_is_left_in_peace_longer_and_longer() -> None:
    bench = Bench()
    pauses = []
    for _ in range(8):
        bench.fail("a", error=HANG)
        pauses.append(bench.failures.next_attempt)
        bench.loop.advance(pauses[-1])
        assert not bench.failures.quiet
    assert pauses == [RETRY_AFTER, 2.0, 4.0, 8.0, 16.0, *[RETRY_AFTER_MOST] * 3]
    assert bench.due_at[-1] == bench.loop.now()


# Healing


@pytest.mark.parametrize("answer", ["read", "told"])
def test_when_the_share_is_back_all_that_it_failed_to_give_is_due(answer: str) -> None:
    bench = Bench()
    bench.failures.note_decode("damaged", DAMAGED, None)
    bench.fail("a", "b", "c", "d")
    bench.fail("gone", error=GONE)
    if answer == "read":
        again = bench.failures.note_success("a")
        assert sorted(again) == ["b", "c", "d", "gone"]
    else:
        again = bench.failures.note_folder(None)
        assert sorted(again) == ["a", "b", "c", "d", "gone"]
    assert list(bench.failures) == ["damaged"]
    assert not any(bench.failures.blocks(path) for path in again)
    assert bench.away() is None
    assert not bench.failures.quiet
    assert bench.failures.next_attempt == 0.0


def test_a_share_that_was_there_all_the_time_makes_nothing_due() -> None:
    bench = Bench()
    bench.fail("a")
    assert bench.failures.note_success("b") == []
    assert bench.failures.note_folder(None) == []
    assert bench.failures.blocks("a")


def test_being_hopeful_ends_the_quiet_but_not_the_pauses() -> None:
    bench = Bench()
    bench.fail("a", "b")
    bench.failures.be_hopeful()
    assert bench.away() is None
    assert not bench.failures.quiet
    assert bench.failures.blocks("a")
    bench.loop.advance(RETRY_AFTER)
    assert not bench.failures.blocks("a")


# Timers


def test_a_fresh_failure_wakes_before_an_older_one() -> None:
    bench = Bench()
    for _ in range(6):
        bench.fail("old")
    bench.due_at.clear()
    bench.fail("new")
    bench.loop.advance(RETRY_AFTER_MOST)
    assert bench.due_at == [RETRY_AFTER, RETRY_AFTER_MOST]


def test_nothing_is_due_for_what_is_no_longer_known() -> None:
    bench = Bench()
    bench.fail("a")
    bench.loop.advance(RETRY_AFTER)
    bench.failures.forget("a")
    bench.due_at.clear()
    bench.loop.advance(1000)
    assert bench.due_at == []


def test_closing_forgets_everything_and_asks_for_nothing_any_more() -> None:
    bench = Bench()
    bench.fail("a", "b", "c")
    bench.failures.close()
    assert list(bench.failures) == []
    bench.loop.advance(1000)
    assert bench.due_at == []
    Bench().failures.close()  # also one that has never had a timer


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from([None, HANG, GONE]), st.sampled_from([0.0, 0.5, 3.0, 40.0])),
        max_size=30,
    )
)
def test_whatever_becomes_due_somebody_is_woken_just_then(events: list[tuple[str, StorageError | None, float]]) -> None:
    bench = Bench()
    for path, error, pause in events:
        bench.fail(path, error=error)
        assert bench.failures.blocks(path)
        quiet, blocked = bench.failures.quiet, set(filter(bench.failures.blocks, bench.failures))
        end = bench.loop.now() + pause
        while bench.loop.now() < end:
            woken = len(bench.due_at)
            bench.loop.advance(0.5)
            still = set(filter(bench.failures.blocks, bench.failures))
            if still != blocked or quiet != bench.failures.quiet:
                assert bench.due_at[woken:] == [bench.loop.now()]
            quiet, blocked = bench.failures.quiet, still
    bench.loop.advance(2 * RETRY_AFTER_MOST)
    bench.due_at.clear()
    bench.loop.advance(1000)
    assert bench.due_at == [], "a share that nobody asks anything is left in peace"


# What the folder says


@pytest.mark.parametrize("error", [broken("a"), GONE, ODD])
def test_a_file_is_not_accused_before_the_folder_has_answered(error: StorageError) -> None:
    bench = AskingBench()
    bench.fail("a", error=error)
    assert bench.doubts == 1
    assert bench.failures.is_unsure("a")
    assert bench.failures.is_in_doubt("a")
    assert bench.failures.note_folder(None) == ["a"]
    assert not bench.failures.is_in_doubt("a")
    assert bench.failures.blocks("a"), "it is not tried again because of that"
    bench.fail("a", error=error)
    assert not bench.failures.is_unsure("a"), "what is known already is not taken back"
    assert bench.away() is None


def test_errors_that_are_not_the_shares_never_put_it_away() -> None:
    bench = AskingBench()
    for number in range(30):
        bench.fail(str(number), error=ODD)
    assert bench.away() is None
    assert not bench.failures.quiet


def test_the_share_is_away_only_when_the_folder_cannot_be_had_either() -> None:
    bench = AskingBench()
    bench.fail("a", "b")
    assert bench.failures.quiet
    assert bench.away() is None
    assert sorted(bench.failures.note_folder(broken("/"), 5.0)) == ["a", "b"]
    assert str(bench.away()) == str(broken("/"))
    assert bench.failures.next_attempt == 5.0
    assert bench.failures.note_success("c") == []
    assert bench.away() is not None, "the folder will say"
    assert bench.doubts == 3
    assert sorted(bench.failures.note_folder(None)) == ["a", "b"]
    assert bench.away() is None


def test_a_single_listing_that_fails_says_nothing_of_a_share_that_reads_well() -> None:
    bench = AskingBench()
    assert bench.failures.note_folder(STALE, 1.0) == []
    assert bench.away() is None
    assert bench.failures.note_folder(None) == []
    for _ in range(2):
        bench.failures.note_folder(STALE, 1.0)
    assert bench.away() is STALE


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([STALE, GONE] * 6, GONE),
        ([STALE, STALE, GONE, STALE, GONE], STALE),
        ([STALE, STALE, GONE, GONE, GONE], GONE),
        ([GONE, GONE, STALE, broken("/"), GONE, STALE], GONE),
    ],
)
def test_while_a_share_dies_one_cause_stands_until_another_was_met_twice(
    errors: list[StorageError], said: StorageError
) -> None:
    bench = AskingBench()
    causes = []
    for error in errors:
        bench.failures.note_folder(error, 1.0)
        causes.append(bench.away())
    assert causes[-1] is said
    assert len({id(cause) for cause in causes if cause is not None}) <= 2


def test_a_folder_that_may_not_be_listed_may_still_give_its_files() -> None:
    bench = AskingBench()
    forbidden = StorageError("The folder / may not be listed.")
    forbidden.__cause__ = PermissionError(13, "Permission denied")
    for _ in range(2):
        bench.failures.note_folder(forbidden, 5.0)
    assert bench.away() is forbidden
    assert not bench.failures.quiet
