"""What snapshots mean, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from viewer.core.units import GB, MB
from viewer.model.captions import disk_meaning, fill_words, format_time, reading_words
from viewer.model.view_state import FillView

FILL = FillView("the whole sequence", 131, 1300, 5.9e6, 28.4, 210 * MB, fits=True)


def test_what_is_on_this_disk() -> None:
    assert disk_meaning(None) == "Open a folder to see what of it is kept on this disk."
    assert disk_meaning(0) == "Nothing of this folder is kept on this disk."
    assert disk_meaning(2 * GB) == "The files of this folder take 2.0 GB on this disk."


@pytest.mark.parametrize(
    ("numbers", "count", "words"),
    [
        ((), 0, ""),
        ((), 3, "3 reading"),
        ((131,), 1, "reading 131"),
        ((131, 132), 2, "reading 131, 132"),
        ((131, 132, 140), 3, "reading 131, 132 +1"),
        ((131,), 4, "reading 131 +3"),
        ((-5, -4, -3), 2, "reading -5, -4 +1"),
    ],
)
def test_which_frames_are_read(numbers: tuple[int, ...], count: int, words: str) -> None:
    assert reading_words(numbers, count) == words


def test_reading_in_advance() -> None:
    assert fill_words(FILL) == (
        "reading the whole sequence",
        "131 of 1,300",
        "5.9 MB/s",
        "0:28 left",
        "needs 210 MB",
    )


def test_what_is_not_known_is_not_said() -> None:
    begun = replace(FILL, done=0, bytes_per_second=0.0, seconds_left=None, bytes_needed=0)
    assert fill_words(begun) == ("reading the whole sequence", "0 of 1,300", "", "", "")


def test_the_end_of_reading_is_said() -> None:
    assert fill_words(replace(FILL, done=1300))[:2] == ("finished reading the whole sequence", "all 1,300 are here")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (725, "12:05"), (3599.7, "1:00:00"), (360_000, "100:00:00")],
)
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert format_time(seconds) == text
