"""What snapshots mean, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from viewer.core.load.frame_tally import FrameMemory
from viewer.core.load.statistics import Activity
from viewer.core.units import GB, MB
from viewer.model.captions import disk_meaning, fill_words, format_time, memory_meaning, reading_words
from viewer.model.preferences import Preferences
from viewer.model.view_state import FillView, MemoryView

FILL = FillView("the whole sequence", 131, 1300, 5.9e6, 28.4, 210 * MB, fits=True)


SEEN = Activity(frames_held=142, frames_whole=142, files_held=300, frame=FrameMemory(8_300_000), file_bytes=450_000)
ONE = SEEN._replace(frames_held=1, frames_whole=1, files_held=0, frame=FrameMemory(50 * MB), file_bytes=50 * MB)
TOLD = MemoryView(16 * GB, 12 * GB)


@pytest.mark.parametrize(
    ("cache", "activity", "memory", "sentences"),
    [
        (
            2 * GB,
            SEEN,
            TOLD,
            (
                "2.0 GB holds about 167 frames of this sequence (8.3 MB each) and the files of 864 more; "
                "142 frames and 300 files are here now."
            ),
        ),
        (
            128 * MB,
            ONE,
            TOLD,
            "128 MB holds about 1 frame of this sequence (50.0 MB each); 1 frame and 0 files are here now.",
        ),
        (
            128 * MB,
            ONE._replace(frames_held=3, frames_whole=1),
            TOLD,
            (
                "128 MB holds about 1 frame of this sequence (50.0 MB each); "
                "3 frames, 1 of them at full size, and 0 files are here now."
            ),
        ),
        (2 * GB, Activity(), TOLD, "Open a sequence to see how many frames that holds."),
        (
            128 * MB,
            ONE._replace(frame=FrameMemory(300 * MB)),
            TOLD,
            "128 MB is too small for one frame of this sequence (300 MB); only the frame on screen is kept.",
        ),
        (
            2 * GB,
            SEEN,
            MemoryView(16 * GB, 2 * GB),
            (
                "Now 1.0 GB can be used, as 1 GB stays free for other programs. That holds about 83 frames of this "
                "sequence (8.3 MB each) and the files of 432 more; 142 frames and 300 files are here now."
            ),
        ),
        (
            8 * GB,
            Activity(),
            MemoryView(16 * GB, 6 * GB),
            (
                "Now 5.0 GB can be used, as 1 GB stays free for other programs. "
                "Open a sequence to see how many frames that holds."
            ),
        ),
        (
            8 * GB,
            Activity(),
            MemoryView(0),
            (
                "Open a sequence to see how many frames that holds. "
                "This computer does not tell how much memory is free, so none is kept free."
            ),
        ),
        (
            12 * GB,
            Activity(),
            MemoryView(16 * GB, 14 * GB),
            (
                "That is 75 % of the 16.0 GB of this computer: other programs may become slow. "
                "Open a sequence to see how many frames that holds."
            ),
        ),
        (
            160 * GB,
            Activity(),
            MemoryView(16 * GB, 6 * GB),
            (
                "A cache of 160 GB is more than this computer can give: it has "
                "16.0 GB, of which 1 GB stays free. Now 5.0 GB can be used. "
                "Open a sequence to see how many frames that holds."
            ),
        ),
    ],
)
def test_what_memory_means(cache: int, activity: Activity, memory: MemoryView, sentences: str) -> None:
    assert memory_meaning(Preferences(cache_bytes=cache), activity, memory) == sentences


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
