"""Figures turned into sentences and tables."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.statistics import Activity, CacheLevel, DecodeTimes, StepTime
from viewer.core.units import GB
from viewer.model.report import (
    FROM_MEMORY,
    WIDTH,
    Judgement,
    Section,
    as_text,
    best_rate,
    decode_section,
    disk_section,
    format_seconds,
    link_section,
    memory_section,
    places_section,
    right_aligned,
    step_words,
    steps_section,
    summary_section,
    tone_of,
    verdict,
)

HERE = StepTime(CacheLevel.DISPLAY, 0.0, 0.0, 0.0, 0.004)
READ = StepTime(CacheLevel.SHARE, 0.004, 0.129, 0.013, 0.004)
DECODED = StepTime(CacheLevel.ENCODED, 0.0, 0.0, 0.080, 0.004)


def test_text_is_aligned() -> None:
    section = Section("Title", (("a", "1"), ("much longer", "23")), "Note.", ("Name", "Number"))
    assert as_text([section, Section("Empty", (), "Nothing yet.")]) == (
        "Title\n  Name         Number\n  a                 1\n  much longer      23\n  Note.\n\nEmpty\n  Nothing yet.\n"
    )
    section = Section("Title", (("a", "1"), ("bb", "23")))
    assert as_text([section]) == "Title\n  a   1\n  bb  23\n"
    assert right_aligned(section) == (False, False)
    assert as_text([Section("Title", (("a",), ("b", "c", "d")))]) == "Title\n  a\n  b  c  d\n"


words = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=12).map(str.strip)


@given(st.lists(st.tuples(words, words, words), max_size=5), st.text(st.sampled_from("ab "), max_size=300))
def test_every_cell_is_in_the_text_and_sentences_are_not_too_wide(rows: list[tuple[str, ...]], note: str) -> None:
    text = as_text([Section("Title", tuple(rows), note)])
    lines = text.splitlines()
    assert text.endswith("\n")
    for row, line in zip(rows, lines[1:], strict=False):
        assert [cell for cell in row if cell in line] == list(row)
    if max(map(len, note.split()), default=0) < WIDTH - 2:
        assert max(map(len, lines[1 + len(rows) :]), default=0) <= WIDTH


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 ms"),
        (0.00001, "under 0.1 ms"),
        (0.0099, "9.9 ms"),
        (0.00999, "10 ms"),
        (0.9996, "1.0 s"),
        (75, "75.0 s"),
    ],
)
def test_times(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("steps", "figures", "said"),
    [
        (
            [READ],
            {"latency": 0.025, "bytes_per_second": 6e6, "file_bytes": 0.7e6},
            (
                "Reading takes 86 % of the time: the line gives 6.0 MB/s and a frame has 700 kB, "
                "so at most 8.5 new frames a second can come."
            ),
        ),
        ([READ], {"bytes_per_second": 2e6, "file_bytes": 8e6}, "…at most one new frame every 4.0 s can come…"),
        (
            [READ],
            {"latency": 0.060, "bytes_per_second": 20e6, "file_bytes": 0.1e6},
            (
                "…takes 60 ms to answer a call, longer than the 5.0 ms in which the 100 kB of a frame pass…"
                "Several reads at once…"
            ),
        ),
        ([READ], {}, "Reading takes 86 % of the time."),
        (
            [DECODED] * 3,
            {"decoders": 2},
            "Decoding takes 95 % of the time: 80 ms a frame. 2 decoders make at most 25.0 frames a second.",
        ),
        ([DECODED], {}, "…One decoder makes at most 12.5 frames a second.…"),
        ([StepTime(CacheLevel.SHARE, 0.3, 0.1, 0, 0)], {}, "Waiting takes 75 % of the time: 300 ms…"),
        ([StepTime(CacheLevel.DISPLAY, 0, 0, 0, 0.04)], {}, "Painting takes 100 % of the time: 40 ms…"),
        ([HERE] * 5, {}, "Everything came from memory: a step takes 4.0 ms on average."),
        (
            [StepTime(CacheLevel.DISK, 0, 0.004, 0.004, 0.002)],
            {},
            "Nothing is slow: a step takes 10 ms on average.",
        ),
        ([], {}, "No step has been taken yet."),
        ([HERE] * 19 + [READ], {}, "Reading takes 86 % of the time of the 1 slow step among the last 20."),
    ],
)
def test_the_verdict(steps: list[StepTime], figures: dict[str, Any], said: str) -> None:
    assert re.fullmatch(re.escape(said).replace("…", ".*"), verdict(steps, **figures))


def test_reading_from_this_disk_is_not_blamed_on_the_line() -> None:
    said = verdict([StepTime(CacheLevel.DISK, 0, 0.2, 0.01, 0.004)], bytes_per_second=6e6, file_bytes=1e6)
    assert "this computer's own disk" in said
    assert "MB/s" not in said


seconds = st.floats(0, 100)


@given(
    st.lists(st.builds(StepTime, st.sampled_from(CacheLevel), seconds, seconds, seconds, seconds), max_size=20),
    st.none() | st.just(0.0) | st.floats(1, 1e12),
    st.none() | st.integers(0, 10**10),
)
def test_whatever_was_measured_there_is_a_sentence(steps: list[StepTime], rate: float | None, size: int | None) -> None:
    said = verdict(steps, latency=0.01, bytes_per_second=rate, file_bytes=size)
    assert said.endswith(".")
    assert "nan" not in said
    assert "inf" not in said


def test_the_line() -> None:
    rates = {4: 5.9e6, 1: 2.5e6, 8: 6e6}
    section = link_section(0.025, 6e6, rates, (3000, 0.37), is_slow=True)
    assert section.rows == (
        ("Answer to a call", "25 ms"),
        ("Rate", "6.0 MB/s"),
        ("Listing the folder", "370 ms for 3,000 names"),
        ("Counts as a slow share", "yes"),
    )
    assert section.note == "4 reads at a time are 2.4 times as fast as 1."
    assert section.rates == ((1, 2.5e6), (4, 5.9e6), (8, 6e6))
    assert best_rate(section.rates) == (4, 5.9e6), "as fast with fewer"
    assert "  Rate with 4 readers     5.9 MB/s" in as_text([section]).splitlines()


def test_a_line_that_one_reader_fills_and_one_that_is_not_slow() -> None:
    section = link_section(0.025, 6e6, {1: 5.9e6, 2: 6e6}, (1, 0.37), is_slow=True)
    assert section.note.startswith("More than 1 read at a time bring no more: the line is full, or the client")
    assert ("Rate with 1 reader", "5.0 MB/s") in link_section(None, 5e6, {1: 5e6}, None, is_slow=True).rows
    assert link_section(0.0, 1e9, {1: 1e8, 2: 1e9}, None, is_slow=False).note == FROM_MEMORY


def test_a_line_nobody_has_measured_yet() -> None:
    section = link_section(None, None, {}, None, is_slow=None)
    assert {value for _, value in section.rows} == {"not measured", "not known yet"}
    assert section.note == ""
    assert link_section(None, 0.0, {1: 0.0, 2: 0.0}, None, is_slow=True).note == ""


def test_decoding_tells_the_slowest_format_first() -> None:
    quick, slow = DecodeTimes("JPG", 10, 20_000_000, 0.1, 0.02), DecodeTimes("PNG", 2, 4_000_000, 0.1, 0.06)
    section = decode_section([quick, slow], 2)
    assert section.rows == (("PNG", "2", "50.0", "60.0", "40"), ("JPG", "10", "10.0", "20.0", "200"))
    assert section.note == "2 decoders make at most 40.0 frames a second of the slowest format."
    assert decode_section([]).note == "Nothing has been decoded yet."
    assert decode_section([DecodeTimes("JPG", 1, 1, 0.0, 0.0)]).note == ""


def test_places() -> None:
    section = places_section({CacheLevel.DISPLAY: 15, CacheLevel.SHARE: 5})
    assert section.rows[0] == ("memory, ready to show", "15", "75 %")
    assert section.rows[-1] == ("the share", "5", "25 %")
    assert len(section.rows) == len(CacheLevel)
    assert section.note == "75 % of 20 steps found the frame in memory."
    assert places_section(dict.fromkeys(CacheLevel, 0)).note == "No step has been taken yet."


def test_the_newest_step_stands_first() -> None:
    section = steps_section([HERE, READ])
    assert section.rows == (
        ("1", "the share", "4.0", "129.0", "13.0", "4.0", "150.0"),
        ("2", "memory, ready to show", "–", "–", "–", "4.0", "4.0"),  # noqa: RUF001 - the dash of tables
    )
    assert right_aligned(section) == (True, False, True, True, True, True, True)
    assert section.steps == (HERE, READ), "to be drawn from the left to the right"
    assert step_words(READ) == "150 ms, from the share: waiting 4.0 ms, reading 129 ms, decoding 13 ms, painting 4.0 ms"
    assert step_words(HERE) == "4.0 ms, from memory, ready to show: painting 4.0 ms"
    assert steps_section([]).note == "No step has been taken yet."


def test_memory_and_disk() -> None:
    rows = memory_section(Activity(memory_used=GB, frames_held=142, frames_whole=3), 4 * GB).rows
    assert rows[:3] == (("Used", "1.0 of 4.0 GB"), ("Frames ready", "142"), ("Frames at full size", "3"))
    assert disk_section(120, 300, GB).rows == (
        ("Files of this sequence", "120 of 300 (40 %)"),
        ("Used by this folder", "1.0 GB"),
    )
    assert disk_section(0, 0).rows == (("Files of this sequence", "0 of 0"),)


@pytest.mark.parametrize(
    ("steps", "tone"), [([], Judgement.QUIET), ([HERE], Judgement.GOOD), ([HERE, READ], Judgement.SLOW)]
)
def test_the_verdict_is_good_news_or_not(steps: list[StepTime], tone: Judgement) -> None:
    assert tone_of(steps) is tone


def test_the_summary_leaves_out_what_is_empty() -> None:
    assert summary_section("One.", "", "Two.").note == "One. Two."
