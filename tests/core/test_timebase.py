"""Frame numbers as times: what ST 12-1 says, and that every time leads back to its frame."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.timebase import STANDARD_RATES, TimeBase, TimeDisplay, exact_rate, valid_start
from viewer.core.spans import Span

NTSC = [23.976, 29.97, 47.952, 59.94, 119.88, 239.76]
RATES = st.sampled_from([*STANDARD_RATES, *NTSC, 12.5, 1.0, 240.0]) | st.floats(1, 240)
STARTS = st.builds(
    "{:02d}:{:02d}:{:02d}{}{:02d}".format,
    st.integers(0, 30),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(":;"),
    st.integers(0, 23),
) | st.just("")
BASES = st.builds(TimeBase, RATES, st.integers(-2000, 200_000), STARTS)
HOURS = st.integers(0, 24 * 3600 - 1)


@pytest.mark.parametrize(
    ("number", "rate", "expected"),
    [
        (0, 24, "00:00:00:00"),
        (131, 24, "00:00:05:11"),
        (24 * 3600, 23.976, "01:00:00:00"),
        (25 * 3600, 25, "01:00:00:00"),
        (1799, 29.97, "00:00:59;29"),
        (1800, 29.97, "00:01:00;02"),
        (17_981, 29.97, "00:09:59;29"),
        (17_982, 29.97, "00:10:00;00"),
        (107_892, 29.97, "01:00:00;00"),
        (3599, 59.94, "00:00:59;59"),
        (3600, 59.94, "00:01:00;04"),
        (215_784, 59.94, "01:00:00;00"),
        (30 * 3600, 30, "01:00:00:00"),
        (120, 119.88, "00:00:01:000"),
        (239, 240, "00:00:00:239"),
        (13, 12.4, "00:00:01:01"),
        (7, 1, "00:00:07:00"),
    ],
)
def test_known_time_codes(number: int, rate: float, expected: str) -> None:
    assert TimeBase(rate).time_code(number) == expected
    assert TimeBase(rate).number_of(expected) == number


def test_drop_frame_leaves_out_exactly_the_labels_that_it_should() -> None:
    base = TimeBase(29.97)
    seen = [base.time_code(number) for number in range(17_982)]
    labels = [
        f"00:{minute:02d}:{second:02d};{frame:02d}"
        for minute in range(10)
        for second in range(60)
        for frame in range(30)
        if minute == 0 or second or frame not in {0, 1}
    ]
    assert seen == labels
    assert [base.number_of(label) for label in labels] == list(range(17_982))


@pytest.mark.parametrize(
    ("number", "rate", "start", "expected"),
    [
        # A day of drop frame is nearly as long as a day.
        (2_589_407, 29.97, "", "23:59:59;29"),
        (2_589_408, 29.97, "", "00:00:00;00"),
        # How the start is written says whether frames are dropped.
        (1800, 29.97, "01:00:00:00", "01:01:00:00"),
        (1800, 29.97, "01:00:00;00", "01:01:00;02"),
        (1440, 24, "01:00:00;00", "01:01:00:00"),
        (1440, 23.976, "", "00:01:00:00"),
        # The day begins again after 24 hours.
        (24, 24, "23:59:59:00", "00:00:00:00"),
        (0, 24, "25:00:00:00", "01:00:00:00"),
        # A start with more frames than a second has counts on, and one that is none counts from nought.
        (0, 24, "01:00:00:45", "01:00:01:21"),
        *[(24, 24, start, "00:00:01:00") for start in ("nonsense", "99:99:99:99", "٣:00:00:00")],
    ],
)
def test_time_codes_from_a_start(number: int, rate: float, start: str, expected: str) -> None:
    assert TimeBase(rate, 0, start).time_code(number) == expected


def test_a_dropped_label_stands_for_the_next_one() -> None:
    base = TimeBase(29.97)
    assert base.number_of("00:01:00;00") == base.number_of("00:01:00;02") == 1800
    assert base.number_of("00:10:00;00") == 17_982


def test_frames_before_the_first_count_back() -> None:
    base = TimeBase(24, 1001, "01:00:00:00")
    assert base.time_code(1000) == "00:59:59:23"
    assert TimeBase(24, 1001).time_code(1000) == "-00:00:00:01"
    assert TimeBase(24, 1001).number_of("-00:00:00:01") == 1000
    assert base.text(977, TimeDisplay.SECONDS) == "-1.000 s"


def test_seconds_are_those_of_a_clock() -> None:
    assert TimeBase(23.976).seconds(24_000) == 1001.0
    assert TimeBase(24000 / 1001).seconds(24_000) == 1001.0
    assert TimeBase(29.97).seconds(30_000) == 1001.0
    assert TimeBase(25, first=1001).seconds(1026) == 1.0
    assert TimeBase(24).text(131, TimeDisplay.SECONDS) == "5.458 s"
    assert TimeBase(24, 5, "01:00:00:00").text(-131, TimeDisplay.FRAMES) == "-131"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("4:12", 108),
        (" 4;12 ", 108),
        ("1:04:12", 24 * 64 + 12),
        ("01:00:04:12", 24 * 3604 + 12),
        ("12.5s", 300),
        ("12,5 s", 300),
        ("0s", 0),
        ("-1s", -24),
        ("4:30", 126),
    ],
)
def test_times_as_people_type_them(typed: str, number: int) -> None:
    assert TimeBase(24).number_of(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "s", ":", "12", "12.5", "1:60:00", "61:00", "0:0:0:0:0", "1:-2", "٣s", "9" * 5000 + "s", "4:1000"]
)
def test_what_is_no_time_is_no_time(typed: str) -> None:
    assert TimeBase(24).number_of(typed) is None


def test_of_numbers_a_day_apart_the_one_that_exists_is_meant() -> None:
    base, day = TimeBase(1, 0, "23:00:00:00"), 86_400
    assert base.number_of("00:00:00:00") == 3600
    assert base.number_of("22:59:00:00") == day - 60
    assert base.number_of("22:59:00:00", Span(0, 7200)) == -60
    assert base.number_of("01:30:00:00", Span(0, 7200)) == 9000
    assert base.number_of("00:00:00:00", Span(day, 2 * day)) == day + 3600


@given(BASES, st.data())
def test_every_display_leads_back_to_the_frame(base: TimeBase, data: st.DataObject) -> None:
    low = base.first + data.draw(st.integers(-100_000, 100_000))
    within = Span(low, low + data.draw(st.integers(0, 86_399)))  # a day at the lowest rate
    number = data.draw(st.integers(*within))
    for display in (TimeDisplay.SECONDS, TimeDisplay.TIME_CODE):
        assert base.number_of(base.text(number, display), within) == number


@given(RATES, HOURS)
def test_a_whole_second_of_the_clock_is_a_whole_second(rate: float, seconds: int) -> None:
    number = TimeBase(rate).number_of(f"{seconds}s")
    assert number is not None
    assert abs(TimeBase(rate).seconds(number) - seconds) * rate <= 0.5001


@given(RATES, st.integers(0, 86_398))
def test_later_frames_have_later_times(rate: float, number: int) -> None:
    base = TimeBase(rate)
    assert base.time_code(number) < base.time_code(number + 1)
    assert base.seconds(number) < base.seconds(number + 1)


@given(BASES, st.integers(-(10**18), 10**18))
def test_every_number_has_a_time_of_the_same_form(base: TimeBase, number: int) -> None:
    assert valid_start(base.time_code(number).removeprefix("-"))


@pytest.mark.parametrize(
    ("rate", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (24000 / 1001, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (239.76, Fraction(240000, 1001)),
        (24, Fraction(24)),
        (23.9, Fraction("23.9")),
        (12.5, Fraction(25, 2)),
        (1.998, Fraction("1.998")),
        (0.2, Fraction("0.2")),
    ],
)
def test_the_exact_rate(rate: float, exact: Fraction) -> None:
    assert exact_rate(rate) == exact


@given(st.floats(1, 240))
def test_a_rate_that_is_exact_stays_as_it_is(rate: float) -> None:
    assert exact_rate(float(exact_rate(rate))) == exact_rate(rate)


@pytest.mark.parametrize("can_be", [True, False])
def test_starts_that_can_be_and_that_cannot(*, can_be: bool) -> None:
    good = ["", "01:00:00:00", "1:00:00;00", "25:00:00:00", "00:00:00:239"]
    bad = ["1:00", "00:00:00", "-01:00:00:00", "00:60:00:00", "01:00:00:00 ", "x", "1", "1.5s"]
    assert [start for start in good + bad if valid_start(start) == can_be] == (good if can_be else bad)
