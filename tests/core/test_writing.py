"""How the numbers of frames are written, and what people may type for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.frame import FrameIndex
from viewer.core.sequence.naming import group_names
from viewer.core.sequence.writing import COUNT, Clock, Decimals, Writing, renumbered

Y, N, B, D, H, M, S, HALF = ("y", 4), ("n", 2), ("b", 3), ("d", 2), ("h", 2), ("m", 2), ("s", 2), ("p", 2)
PHONE = Clock((Y, N, D, "_", H, M, S))
DAY_FIRST = Clock((D, "-", N, "-", Y, " ", H, ".", M))
MONTH_FIRST = Clock((("n", 1), "_", ("d", 1), "_", Y, " ", ("h", 1), "-", M, "-", S, " ", HALF))
SHORT = Clock((("y", 2), N, D, "_", H, M, S))
NAMED = Clock((D, " ", B, " ", Y, " at ", H, ".", M, ".", S))
OF_YEAR = Clock((Y, ("j", 3), "T", H, M, S))
ISO = Clock((Y, "-", N, "-", D, "T", H, ":", M, ":", S, ".", ("f", 6), "+05:30"), 5 * 3600 + 1800)
OF_DAY = Clock((H, "-", M, "-", S))
LONG = Clock((H, "h", M, "m", S, "s", ("q", 3)))
DAYS = Clock((("d", 1), "d ", H, "h", M, "m"))
DATES = (PHONE, DAY_FIRST, MONTH_FIRST, SHORT, NAMED, OF_YEAR, ISO)
WITH_SECONDS = (PHONE, MONTH_FIRST, SHORT, NAMED, OF_YEAR, ISO, OF_DAY, LONG)
WRITINGS: tuple[Writing, ...] = (COUNT, Decimals(), Decimals(2), Decimals(0, 12), *DATES, OF_DAY, LONG, DAYS)
NEAR = 1_673_721_042 * 10**9
"""2023-01-14 18:30:42 in the world's time."""
HOUR = 3600 * 10**9


@given(st.sampled_from([*WITH_SECONDS, DAYS, DAY_FIRST]), st.integers(0, 4_000_000_000))
def test_a_time_is_read_as_it_was_written(writing: Clock, seconds: int) -> None:
    if ("y", 2) in writing.parts:
        seconds = 10**9 + seconds % (3 * 10**9)
    elif writing.unit == "time":
        seconds %= 999 * 3600
    if writing not in WITH_SECONDS:
        seconds -= seconds % 60
    number = (seconds - writing.offset) * 10**9
    assert writing.number(writing.text(number), NEAR) == number
    assert writing.number(writing.text(number).upper(), NEAR) == number


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 30))
def test_a_decimal_is_read_as_it_was_written(number: int, scale: int) -> None:
    for writing in (Decimals(None, scale), Decimals(scale, scale)):
        assert writing.number(writing.text(number), 0) == number
    assert COUNT.number(COUNT.text(number), 0) == number


@pytest.mark.parametrize(
    ("writing", "number", "text"),
    [
        (COUNT, 131, "131"),
        (Decimals(), 250_000_000, "0.25"),
        (Decimals(), 10**10, "10"),
        (Decimals(), 10_000, "1e-5"),
        (Decimals(2), 10**9, "1.00"),
        (Decimals(None, 12), -5 * 10**11, "-0.5"),
        (PHONE, NEAR, "20230114_183042"),
        (DAY_FIRST, NEAR, "14-01-2023 18.30"),
        (MONTH_FIRST, NEAR, "1_14_2023 6-30-42 PM"),
        (SHORT, NEAR, "230114_183042"),
        (NAMED, NEAR, "14 Jan 2023 at 18.30.42"),
        (OF_YEAR, NEAR, "2023014T183042"),
        (ISO, NEAR, "2023-01-15T00:00:42.000000+05:30"),
        (OF_DAY, 18 * HOUR, "18-00-00"),
        (LONG, 101 * HOUR + 5_000_000, "101h00m00s5"),
        (DAYS, 101 * HOUR, "4d 05h00m"),
    ],
)
def test_numbers_in_the_writing_of_their_names(writing: Writing, number: int, text: str) -> None:
    assert writing.text(number) == text


@pytest.mark.parametrize("writing", DATES)
@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("18:30", "20230114_183000"),
        ("6:30 pm", "20230114_183000"),
        ("6 pm", "20230114_180000"),
        ("12:00 am", "20230114_000000"),
        ("18:30:20", "20230114_183020"),
        ("18h30m20s", "20230114_183020"),
        ("2023-01-14 18:30", "20230114_183000"),
        ("2023-01-14T18:30:20", "20230114_183020"),
        ("2023/1/14, 18:30", "20230114_183000"),
        ("20230114 1830", "20230114_183000"),
        ("20230114183020", "20230114_183020"),
        ("20230113", "20230113_000000"),
        ("2023-01-13", "20230113_000000"),
        ("2022-12", "20221201_000000"),
        ("13.01.2023", "20230113_000000"),
        ("13 January", "20230113_000000"),
        ("Jan 13, 2022 9:05", "20220113_090500"),
        ("2022 Dec 3", "20221203_000000"),
        ("Dec 2022", "20221201_000000"),
    ],
)
def test_times_that_people_type(writing: Clock, typed: str, moment: str) -> None:
    if typed == "13.01.2023" and writing is MONTH_FIRST:
        typed = "01.13.2023"
    near = NEAR - writing.offset * 10**9
    number = PHONE.number(moment, 0)
    assert number is not None
    assert writing.number(typed, near) == number - writing.offset * 10**9


@pytest.mark.parametrize(
    ("writing", "typed", "number"),
    [
        (OF_DAY, "18:30", 18 * HOUR + HOUR // 2),
        (OF_DAY, "2023-01-14 18:30", None),
        (OF_DAY, "Jan 14", None),
        (LONG, "101:30", 101 * HOUR + HOUR // 2),
        (DAYS, "5:30", 5 * HOUR + HOUR // 2),
        (Decimals(), "0,25", 250_000_000),
        (Decimals(), ".5", 500_000_000),
        (Decimals(), "1e-05", 10_000),
        (Decimals(), "+2E3", 2000 * 10**9),
        (Decimals(), "5", 5 * 10**9),
        (COUNT, "1673721000000000000", 1_673_721_000_000_000_000),
    ],
)
def test_other_numbers_that_people_type(writing: Writing, typed: str, number: int | None) -> None:
    assert writing.number(typed, 0) == number


HOSTILE = [
    *("", " ", ":", "::", "-", ".", "e", "1e", "e5", "--5", "1..2", "1.2.3", "18:", ":30", "1:2:3:4", "25:00", "18:61"),
    *("2023-02-30", "2023-13-01", "0000-01-01", "9999-99-99", "Janvier", "foo 14", "13:00 pm", "NaN", "inf", "0x10"),
    *("9" * 20, "9" * 5000, "1e99", "1e-400", "1" * 50 + ":30", "١٨:٣٠", "५", "²", "18\n30", "\0", "\ud800", "%", "#5"),
]


@pytest.mark.parametrize("writing", WRITINGS, ids=repr)
def test_nothing_that_is_typed_does_harm(writing: Writing) -> None:
    for typed in HOSTILE:
        number = writing.number(typed, NEAR)
        assert number is None or abs(number) < 2**63


@given(st.sampled_from(WRITINGS), st.text("0123456789-_.,:eEtTzZ +apmjn\n", max_size=30) | st.text(max_size=80))
def test_what_is_typed_is_a_number_of_64_bits_or_none(writing: Writing, typed: str) -> None:
    number = writing.number(typed, NEAR)
    assert number is None or abs(number) < 2**63


@pytest.mark.parametrize("typed", ["131", "2023", "5", "+5", "-5", "", "18", "foo", "2023-02-30", "9" * 5000])
def test_steps_and_nonsense_are_no_times(typed: str) -> None:
    assert PHONE.number(typed, NEAR) is None


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_20230114_183000.jpg", "IMG_20230115_090042.jpg", "IMG_20230215_090542.jpg"],
        ["u_1e-05.png", "u_0.0001.png", "u_0.1.png", "u_2.5.png"],
        ["1305031102.175304.png", "1305031102.211214.png", "1305031102.243211.png"],
        ["KW51_2023.png", "KW52_2023.png", "KW1_2024.png"],
        ["2020-W53-7.png", "2021-W01-1.png", "2021-W02-3.png"],
        ["a Q4 2022.png", "a Q1 2023.png", "a Q2 2023.png"],
        ["30.12.22.png", "31.12.22.png", "01.01.23.png"],
        ["x_2023014_183000.png", "x_2023015_183042.png", "x_2023200_190105.png"],
        ["a 14 Jan 2023 1.30.00 PM.png", "a 14 Jan 2023 2.45.00 PM.png", "a 14 Jan 2023 11.59.00 PM.png"],
    ],
)
def test_what_names_hold_can_be_typed_again(names: list[str]) -> None:
    [sequence] = group_names("/folder", names)
    for number in sequence.numbers:
        assert sequence.writing.number(sequence.text(number), sequence.first) == number
    written = [sequence.written(FrameIndex(index)) for index in range(len(sequence))]
    assert [sequence.head + each + sequence.tail for each in written] == names


@pytest.mark.parametrize(
    ("number", "unit", "after", "expected"),
    [
        (5, "0", "9", 5 * 10**9),
        (5 * 10**9, "9", "12", 5 * 10**12),
        (5 * 10**12, "12", "0", 5),
        (NEAR, "date", "date", NEAR),
        (5, "0", "date", None),
        (NEAR, "date", "time", None),
        (2**62, "0", "9", None),
    ],
)
def test_numbers_of_one_unit_in_another(number: int, unit: str, after: str, expected: int | None) -> None:
    assert renumbered(number, unit, after) == expected
