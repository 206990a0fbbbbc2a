"""What is known of the copies that are held: by their stamps, by what the share says, and by its clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.copies import CHANGING, EMPTIED, VALID, VALID_WHILE_CHANGING, Copies, Verdict
from viewer.core.storage import share_clock
from viewer.core.storage.share_clock import SECOND, ShareClock
from viewer.core.storage.transfer import Stamp

OLD, NEW, NEWER, EMPTY = Stamp(7, 1), Stamp(9, 2), Stamp(12, 3), Stamp(0, 4)
NOON = 1_700_000_000
"""Seconds since 1970 on the share's clock when ours shows 100."""

pytestmark = pytest.mark.usefixtures("_no_wall_clock")


@pytest.mark.parametrize(
    ("others", "date", "settled_from"),
    [
        ([], NOON, 102.5),  # the file itself tells that the share's clock shows at least this
        ([(NOON - 60, 100.0)], NOON, 102.5),
        ([(NOON, 100.0)], NOON - 60, 42.5),
        ([(NOON + 5, 100.0)], NOON, 97.5),
        ([(NOON, 40.0)], NOON, 42.5),  # seen a minute ago
        ([(NOON - 0.5, 100.0)], NOON, 0.0),  # the share counts fractions
        ([], NOON + 0.5, 0.0),
        ([], 0, 0.0),
    ],
)
def test_a_stamp_counts_when_its_second_was_over_on_the_share(
    others: list[tuple[float, float]], date: float, settled_from: float
) -> None:
    clock = ShareClock()
    stamp = Stamp(7, int(date * SECOND))
    for other, now in [*others, (date, 100.0)]:
        clock.note(Stamp(1, int(other * SECOND)), now)
    assert clock.is_settled(stamp, settled_from + 0.001)
    assert clock.is_settled(stamp, settled_from - 0.001) is (settled_from == 0.0)
    if settled_from:
        assert clock.settles_at(stamp) == pytest.approx(settled_from, abs=1e-6)


def test_the_clock_on_the_wall_tells_that_a_file_was_written_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_clock, "BEHIND", 3600.0)
    clock = ShareClock(lambda: 1_700_000_000.0)
    old, young = (Stamp(10, (1_700_000_000 - age) * SECOND) for age in (3700, 3500))
    clock.note(old, 50.0)
    clock.note(young, 50.0)
    assert clock.is_settled(old, 50.0)
    assert not clock.is_settled(young, 50.0)


@given(st.integers(0, 40), st.integers(0, 40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_what_counts_cannot_have_been_rewritten_under_its_stamp(
    read_at: int, date: int, others: list[tuple[int, int]]
) -> None:
    """The share's clock shows 1000 s plus ours; times are in tenths of a second."""
    clock = ShareClock()
    for when, age in [*others, (read_at, max(0, read_at - date))]:
        clock.note(Stamp(1, (1000 + max(0, when - age) // 10) * SECOND), when / 10)
    stamp = Stamp(1, (1000 + min(date, read_at) // 10) * SECOND)
    if clock.is_settled(stamp, read_at / 10):
        assert read_at // 10 > min(date, read_at) // 10


@pytest.mark.parametrize(
    ("answers", "verdicts", "is_confirmed"),
    [
        ([OLD], [Verdict.SAME], True),
        ([NEW], [Verdict.CHANGED], False),
        ([NEW, NEW], [Verdict.CHANGED, Verdict.REWRITTEN], False),
        ([NEW, NEWER, NEWER], [Verdict.CHANGED, Verdict.CHANGED, Verdict.REWRITTEN], False),
        ([EMPTY, EMPTY], [Verdict.CHANGED, Verdict.CHANGED], False),
        ([NEW, OLD], [Verdict.CHANGED, Verdict.SAME], True),
        ([None, None], [Verdict.GONE, Verdict.GONE], False),
        ([None, OLD], [Verdict.GONE, Verdict.SAME], True),
        ([NEW, None, NEW], [Verdict.CHANGED, Verdict.GONE, Verdict.CHANGED], False),
    ],
)
def test_what_the_answers_say_of_a_copy(
    answers: list[Stamp | None], verdicts: list[Verdict], *, is_confirmed: bool
) -> None:
    copies = Copies(lambda: 5000.0)
    copies.note_read("a", OLD, 1.0, 2.0)
    copy = copies.get("a")
    assert copy is not None
    assert (copies.is_confirmed("a"), copy.is_proven, copy.as_of) == (True, False, 4999.0)
    assert [copies.take(copy, answer, 3.0 + at, 3.5 + at) for at, answer in enumerate(answers)] == verdicts
    assert (copies.is_confirmed("a"), copy.is_proven) == (is_confirmed, is_confirmed)
    if is_confirmed:
        assert (copy.confirmed, copy.as_of) == (2.0 + len(answers), 4999.5)


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ([(0.0, EMPTY), (EMPTIED - 0.2, EMPTY)], Verdict.CHANGED),
        ([(0.0, EMPTY), (EMPTIED + 0.2, EMPTY)], Verdict.REWRITTEN),
        ([(0.0, EMPTY), (1.0, NEW), (EMPTIED + 0.2, EMPTY)], Verdict.CHANGED),
        ([(0.0, EMPTY), (1.0, None), (EMPTIED + 0.2, EMPTY)], Verdict.CHANGED),
        ([(0.0, EMPTY), (EMPTIED + 0.2, Stamp(0, 5))], Verdict.CHANGED),
        ([(0.0, EMPTY), (1.0, Stamp(0, 5)), (EMPTIED + 1.2, Stamp(0, 5))], Verdict.REWRITTEN),
    ],
)
def test_a_file_that_stays_empty_is_whole(answers: list[tuple[float, Stamp | None]], last: Verdict) -> None:
    copies = Copies()
    copies.note_read("a", OLD, 1.0, 2.0)
    copy = copies.get("a")
    assert copy is not None
    verdicts = [copies.take(copy, stamp, 3.0 + at, 3.1 + at) for at, stamp in answers]
    assert Verdict.REWRITTEN not in verdicts[:-1]
    assert verdicts[-1] is last


def test_a_file_is_missing_only_if_the_folder_could_be_listed_since_it_was_gone() -> None:
    copies = Copies()
    copies.note_read("a", OLD, 1.0, 2.0)
    copy = copies.get("a")
    assert copy is not None
    copies.note_folder()
    copies.take(copy, None, 3.0, 3.0)
    assert (copy.is_gone, copy.is_missing) == (True, False)
    copies.note_folder()
    copies.take(copy, None, 4.0, 4.0)
    assert copy.is_missing
    copies.take(copy, OLD, 5.0, 5.0)
    assert (copy.is_gone, copy.is_missing) == (False, False)


def test_a_copy_from_this_disk_is_not_confirmed_and_one_not_looked_at_means_nothing() -> None:
    copies = Copies(lambda: 5000.0)
    assert not copies.is_confirmed("a")
    copies.note_on_disk("a")
    copies.note_kept("b", OLD, 1000.0)
    assert not copies.is_confirmed("a")
    assert not copies.is_confirmed("b")
    copy = copies.get("b")
    assert copy is not None
    assert copy.as_of == 1000.0
    copies.take(copy, OLD, 2.5, 2.5, is_hearsay=True)
    assert copy.as_of == 1000.0, "the memory of the share's client does not tell how old it is"
    copies.take(copy, OLD, 3.0, 3.0)
    copies.note_kept("b", OLD, 2000.0)
    assert copies.is_confirmed("b"), "it is the same file still"
    assert copy.as_of == 5000.0
    copies.note_kept("b", NEW, 1000.0)
    assert not copies.is_confirmed("b"), "it is another one"


def test_an_answer_is_good_for_a_while_and_less_long_while_frames_change() -> None:
    copies = Copies()
    copies.note_read("a", OLD, 10.0, 10.1)
    assert [copies.is_current("a", 10.0 + age) for age in (VALID, VALID + 0.1)] == [True, False]
    copies.note_change(11.0)
    valid = VALID_WHILE_CHANGING
    assert [copies.is_current("a", 10.0 + age) for age in (valid, valid + 0.1)] == [True, False]
    copies.note_read("a", OLD, 11.0 + CHANGING, 11.0 + CHANGING)
    assert copies.is_current("a", 11.0 + CHANGING + VALID)


def test_one_suspect_makes_all_suspect_until_they_are_asked_for_again() -> None:
    copies = Copies()
    for path in "ab":
        copies.note_read(path, OLD, 1.0, 1.0)
    copies.suspect(5.0)
    copy = copies.get("a")
    assert copy is not None
    copies.take(copy, OLD, 4.9, 5.5)
    assert not copies.is_confirmed("a"), "asked before"
    copies.take(copy, OLD, 5.0, 5.5)
    assert [copies.is_confirmed(path) for path in "ab"] == [True, False]


def test_a_file_that_failed_is_never_confirmed_and_heals_by_another_stamp() -> None:
    copies = Copies()
    copies.note_failed("a", None)
    copies.note_failed("b", OLD)
    assert sorted(copies.failed()) == ["a", "b"]
    for path, first in {"a": None, "b": OLD}.items():
        copy = copies.get(path)
        assert copy is not None
        verdicts = [copies.take(copy, answer, 2.0, 2.0) for answer in (first, NEW, NEW)]
        assert verdicts == [Verdict.SAME, Verdict.CHANGED, Verdict.REWRITTEN]
        assert not copies.is_confirmed(path)
