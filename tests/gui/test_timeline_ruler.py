"""The ticks of the timeline's ruler."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.play.timebase import STANDARD_RATES, TimeBase, TimeDisplay
from viewer.core.sequence.writing import Clock, Decimals, Writing
from viewer.gui.widgets.timeline_layout import TimelineLayout
from viewer.gui.widgets.timeline_ruler import Tick, graduation, ticks
from viewer.gui.widgets.timeline_scale import graduation_of

LETTER = 8
PHONE = Clock((("y", 4), ("n", 2), ("d", 2), "_", ("h", 2), ("m", 2), ("s", 2)))
EAST = Clock((*PHONE.parts, "+05:00"), 5 * 3600)
OF_DAY = Clock((("h", 2), "-", ("m", 2), "-", ("s", 2)))
layouts = st.builds(
    lambda first, count, width: TimelineLayout(first, first + count - 1, width),
    st.integers(-2000, 200_000),
    st.integers(1, 5000),
    st.integers(1, 2000),
)
time_bases = st.builds(
    TimeBase,
    st.one_of(st.sampled_from(STANDARD_RATES), st.floats(1, 240)),
    st.integers(-100, 2000),
    st.sampled_from(["", "01:00:00:00", "00:59:58:10", "10:00:00;00"]),
)
displays = st.sampled_from([*TimeDisplay])


def width(text: str) -> int:
    return LETTER * len(text)


def ruler(
    layout: TimelineLayout,
    gaps: tuple[int, int] = (20, 8),
    time_base: TimeBase | None = None,
    display: TimeDisplay = TimeDisplay.FRAMES,
) -> list[Tick]:
    base = time_base or TimeBase()
    return ticks(layout, graduation(base, display), lambda number: base.text(number, display), width, gaps)


def labels(layout: TimelineLayout, time_base: TimeBase, display: TimeDisplay) -> list[str]:
    return [tick.text for tick in ruler(layout, (20, 8), time_base, display) if tick.text]


@given(layouts, st.integers(0, 30), st.integers(1, 20), time_bases, displays)
def test_labels_are_true_never_overlap_and_stay_on_the_bar(
    layout: TimelineLayout, gap: int, tick_gap: int, time_base: TimeBase, display: TimeDisplay
) -> None:
    made = ruler(layout, (gap, tick_gap), time_base, display)
    assert [tick.number for tick in made] == sorted({tick.number for tick in made})
    assert (made[0].number, made[-1].number) == (layout.first, layout.last)
    assert all(tick.x == layout.middle(tick.number) for tick in made)
    assert len(made) <= layout.width // tick_gap + 3
    shown = [tick for tick in made if tick.text]
    assert shown[0].number == layout.first
    assert all(tick.text == time_base.text(tick.number, display) for tick in shown)
    for before, after in itertools.pairwise(shown):
        assert before.text_x + width(before.text) + gap <= after.text_x
    if layout.width > 2 * max(width(tick.text) for tick in shown) + gap:
        assert all(0 <= tick.text_x <= layout.width - width(tick.text) for tick in shown)


def test_labels_stand_at_round_numbers_between_the_ends() -> None:
    made = [tick.text for tick in ruler(TimelineLayout(1001, 1240, 1000)) if tick.text]
    assert made[:4] == ["1001", "1020", "1040", "1060"]
    assert all(int(text) % 20 == 0 for text in made[1:-1])
    assert made[-1] == "1240"


def test_one_frame_has_its_number_at_the_left_where_the_playhead_does_not_hide_it() -> None:
    assert ruler(TimelineLayout(7, 7, 500)) == [Tick(7, 249, "7", 0)]


@pytest.mark.parametrize(
    ("rate", "start", "expected"),
    [
        (24.0, "", ["00:00:04:00", "00:00:06:00"]),
        (25.0, "01:00:00:00", ["01:00:04:00", "01:00:06:00"]),
        (23.976, "01:00:00:12", ["01:00:04:00", "01:00:06:00"]),
        (29.97, "00:00:56;00", ["00:01:00;02", "00:01:02;00"]),
        (29.97, "00:09:56;00", ["00:10:00;00", "00:10:02;00"]),
    ],
)
def test_time_codes_stand_at_whole_seconds(rate: float, start: str, expected: list[str]) -> None:
    base = TimeBase(rate, 1001, start)
    assert labels(TimelineLayout(1001, 1300, 700), base, TimeDisplay.TIME_CODE)[1:3] == expected


def test_an_hour_of_drop_frame_is_round_at_ten_minutes() -> None:
    found = labels(TimelineLayout(0, 107_891, 1000), TimeBase(29.97), TimeDisplay.TIME_CODE)
    assert found[1:-1] == ["00:10:00;00", "00:20:00;00", "00:30:00;00", "00:40:00;00", "00:50:00;00"]


def test_seconds_stand_at_whole_seconds_and_at_parts_of_them_when_near() -> None:
    base = TimeBase(25.0, 1001)
    assert labels(TimelineLayout(1001, 1300, 1000), base, TimeDisplay.SECONDS)[1:3] == ["2.000 s", "4.000 s"]
    assert labels(TimelineLayout(1001, 1020, 1000), base, TimeDisplay.SECONDS)[1:3] == ["0.200 s", "0.400 s"]
    fast = TimeBase(60.0, 1001)
    assert labels(TimelineLayout(1001, 1240, 900), fast, TimeDisplay.SECONDS)[1:4] == ["0.500 s", "1.000 s", "1.500 s"]


def moment(text: str) -> int:
    number = PHONE.number(text, 0)
    assert number is not None
    return number


@pytest.mark.parametrize(
    ("writing", "first", "last", "expected"),
    [
        (PHONE, moment("20230114_183000"), moment("20230114_183300"), ["18:31", "18:32"]),
        (PHONE, moment("20230114_183000"), moment("20230114_183011"), ["18:30:05"]),
        (PHONE, moment("20230114_120000"), moment("20230116_160000"), ["15 Jan", "12:00", "16 Jan"]),
        (PHONE, moment("20220910_120000"), moment("20230402_160000"), ["Jan 2023"]),
        (PHONE, moment("20120910_120000"), moment("20240402_160000"), ["2020"]),
        (EAST, moment("20230114_170000"), moment("20230115_030000"), ["03:00"]),
        (OF_DAY, 0, 100 * 3600 * 10**9, ["24:00", "48:00", "72:00"]),
        (OF_DAY, 0, 10**9, ["00:00:00.2", "00:00:00.4", "00:00:00.6", "00:00:00.8"]),
        (Decimals(2), 5 * 10**7, 2 * 10**9, ["0.4", "0.6", "0.8", "1", "1.2", "1.4", "1.6", "1.8"]),
        (Decimals(None, 12), 0, 10**6, ["1e-7", "2e-7", "3e-7", "4e-7", "5e-7", "6e-7", "7e-7", "8e-7", "9e-7"]),
    ],
)
def test_round_times_and_values_have_short_labels(writing: Writing, first: int, last: int, expected: list[str]) -> None:
    layout = TimelineLayout(first, last, 600)
    made = ticks(layout, graduation_of(writing, layout, 100), writing.text, lambda text: 6 * len(text), (20, 8))
    shown = [tick for tick in made if tick.text]
    assert [shown[0].text, shown[-1].text] == [writing.text(first), writing.text(last)]
    assert [tick.text for tick in shown[1:-1]] == expected
    assert all(tick.x == layout.middle(tick.number) for tick in made)
    assert len(made) < 80


@given(
    st.sampled_from([PHONE, EAST, OF_DAY, Decimals(), Decimals(3, 12)]),
    st.integers(0, 2**61),
    st.integers(1, 61).flatmap(lambda bits: st.integers(1, 2**bits)),
    st.integers(1, 2000),
)
def test_rulers_of_any_times_and_values_have_as_many_ticks_as_fit(
    writing: Writing, first: int, length: int, pixels: int
) -> None:
    layout = TimelineLayout(first, first + length, pixels)
    made = ticks(layout, graduation_of(writing, layout, 120), writing.text, width, (20, 8))
    assert [tick.number for tick in made] == sorted({tick.number for tick in made})
    assert len(made) <= pixels // 8 + 3
    shown = [tick for tick in made if tick.text]
    assert all(before.text_x + width(before.text) + 20 <= after.text_x for before, after in itertools.pairwise(shown))
