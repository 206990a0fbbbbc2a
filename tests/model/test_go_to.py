"""What people type to move, and where it leads."""

from __future__ import annotations

import re
from array import array
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewing import Viewing, numbered

from viewer.core.frame import FrameNumber
from viewer.core.play.timebase import TimeBase, TimeDisplay
from viewer.core.sequence.dates import date_words
from viewer.core.sequence.sequence import FrameSequence
from viewer.model.go_to import UNDERSTOOD, Destination, destination
from viewer.model.preferences import MissingPolicy, Preferences


def sequence(*numbers: int) -> FrameSequence:
    return FrameSequence("/shots", "shot.", ".png", 4, array("q", numbers))


SHOT = sequence(*range(1001, 1101), *range(1201, 1242))
TIMES = TimeBase(24.0, 1001, "01:00:00:00")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("131", 131),
        (" 1031 ", 1031),
        ("0", 0),
        ("0%", 1001),
        ("50%", 1121),
        ("12,5 %", 1031),
        ("100%", 1241),
        ("#1", 1001),
        ("#101", 1201),
        ("2s", 1049),
        ("2.5 s", 1061),
        ("01:00:04:12", 1109),
        ("01:00:04;12", 1109),
        ("00:59:59:23", 1000),
    ],
)
def test_texts_that_name_a_frame(typed: str, number: int) -> None:
    assert destination(typed, SHOT, TIMES) == Destination(number)


@pytest.mark.parametrize(
    ("typed", "number", "short"),
    [
        ("6 May", 2, ""),
        ("2026-05-06", 2, ""),
        ("May 7", 4, ""),
        ("14:03", 3, ""),  # on the day of the picture that is shown
        ("2026-05-06 14:04", 4, ""),
        ("2020", 2020, ""),
        ("1 Jan 2020", 1, ""),
        ("2027-01-01", 4, "The last picture is of 2026-05-09 08:00:00."),
        ("+2s", None, ""),
        ("today", None, ""),
    ],
)
def test_dates_lead_to_the_first_picture_from_then_on(typed: str, number: int | None, short: str) -> None:
    times = [datetime(2026, 5, *each) for each in ((5, 23, 59), (6, 0, 0), (6, 14, 3, 10), (9, 8))]  # noqa: DTZ001 - here
    dates = array("q", [int(each.timestamp()) * 10**9 for each in times])
    pictures = FrameSequence.loose("/shots", list("abcde"), dates=dates)  # that of the last is not known
    found = destination(typed, pictures, TIMES, FrameNumber(2))
    if typed == "+2s":
        assert found is not None
        assert found.is_step
    else:
        assert found == (None if number is None else Destination(number, short=short))
    assert [date_words(each) for each in dates[2:3]] == ["2026-05-06 14:03:10"]


@pytest.mark.parametrize(
    ("typed", "number", "short"),
    [
        ("250%", 1241, "100 % is the last frame, 1241."),
        ("#0", 1001, "There is #1 to #141."),
        ("#999", 1241, "There is #1 to #141."),
    ],
)
def test_texts_that_name_more_than_there_is(typed: str, number: int, short: str) -> None:
    assert destination(typed, SHOT, TIMES) == Destination(number, short=short)


@pytest.mark.parametrize(
    ("number", "missing", "reached", "said"),
    [
        (7, MissingPolicy.GAP, 7, ""),
        (2000, MissingPolicy.GAP, 9, "Frame 2000 is beyond the last one, 9."),
        (0, MissingPolicy.GAP, 2, "Frame 0 is before the first one, 2."),
        (5, MissingPolicy.GAP, 5, ""),
        (5, MissingPolicy.SKIP, 4, "There is no file for frame 5. The nearest is 4."),
    ],
)
def test_going_to_a_frame_that_is_not_there_goes_to_the_nearest_and_says_so(
    number: int, missing: MissingPolicy, reached: int, said: str
) -> None:
    files = {path: each for path, each in numbered(9).items() if path[-8:-4] not in {"0001", "0005", "0006"}}
    viewing = Viewing(files, Preferences(missing=missing))
    viewing.open("/shots", 7)
    viewing.model.go_to_text(str(number))
    assert (viewing.state.number, viewing.state.answer.words, viewing.state.message) == (reached, said, "")
    opened_there = Viewing(files, Preferences(missing=missing)).open("/shots", number)
    assert (opened_there.number, opened_there.message) == (reached, said)


@pytest.mark.parametrize(("typed", "steps"), [("+20", 20), ("-20", -20), ("+0", 0), ("+2s", 48), ("-1,5s", -36)])
def test_texts_that_name_a_step(typed: str, steps: int) -> None:
    assert destination(typed, SHOT, TIMES) == Destination(steps, is_step=True)


def test_a_minus_belongs_to_the_number_where_there_are_negative_ones() -> None:
    below_nought = sequence(*range(-30, 31))
    assert destination("-20", below_nought, TIMES) == Destination(-20)
    assert destination("+20", below_nought, TIMES) == Destination(20, is_step=True)
    assert destination("-1s", below_nought, TIMES) == Destination(-24, is_step=True)
    assert destination("50%", below_nought, TIMES) == Destination(0)


def test_seconds_are_those_of_the_exact_rate() -> None:
    assert destination("1001s", SHOT, TimeBase(23.976)) == Destination(24_000)
    assert destination("+1001s", SHOT, TimeBase(23.976)) == Destination(24_000, is_step=True)


@pytest.mark.parametrize(
    "typed", ["", " ", "there", "+", "-", "%", "-5%", "#", "#-1", "1e3", "0x10", "1_000", "1,000", "٣", "9" * 5000]
)
def test_what_is_not_understood(typed: str) -> None:
    assert destination(typed, SHOT, TIMES) is None


def test_all_that_is_said_to_be_understood_is() -> None:
    examples = [
        word for bracket in re.findall(r"\((.*?)\)", UNDERSTOOD) for word in re.findall(r"[+#-]?[0-9]\S*", bracket)
    ]
    examples = [example.rstrip(",") for example in examples]
    assert len(examples) == 8
    assert all(destination(example, SHOT, TIMES) for example in examples)


@given(st.integers(0, 100), st.sampled_from(TimeDisplay))
def test_what_is_shown_can_be_typed(index: int, display: TimeDisplay) -> None:
    number = SHOT.numbers[index]
    assert destination(TIMES.text(number, display), SHOT, TIMES) == Destination(number)


@given(st.text(max_size=12) | st.text("0123456789+-:;.,s%# ", max_size=12))
def test_nothing_that_is_typed_does_harm(typed: str) -> None:
    destination(typed, SHOT, TIMES)
