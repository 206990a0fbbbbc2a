"""What snapshots mean, in words: pure functions of what widgets know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.core.load.statistics import Activity
    from viewer.model.preferences import Preferences
    from viewer.model.view_state import FillView


def memory_meaning(preferences: Preferences, activity: Activity) -> str:
    """Returns what the memory set in ``preferences`` holds of the open sequence, as a sentence.

    It reckons from the preferences, not from what the loader holds now, so that a value can be understood before it
    is taken.
    """
    size = format_bytes(preferences.cache_bytes)
    if not activity.frame_bytes:
        return "Open a sequence to see how many frames that holds."
    for_files = preferences.cache_bytes * preferences.files_percent // 100
    frames = (preferences.cache_bytes - for_files) // activity.frame_bytes
    each = format_bytes(activity.frame_bytes)
    if not frames:
        return f"{size} is too small for one frame of this sequence ({each}); only the frame on screen is kept."
    holds = f"{size} holds about {frames:,} {'frame' if frames == 1 else 'frames'} of this sequence ({each} each)"
    if not activity.file_bytes:
        return f"{holds}; {activity.frames_held:,} {'is' if activity.frames_held == 1 else 'are'} here now."
    files = for_files // activity.file_bytes
    return f"{holds} and {files:,} more as files; {activity.frames_held:,} and {activity.files_held:,} are here now."


def disk_meaning(used: int | None) -> str:
    """Returns what the open folder takes on this disk, as a sentence; None stands for not known."""
    if used is None:
        return "Open a folder to see what of it is kept on this disk."
    if not used:
        return "Nothing of this folder is kept on this disk."
    return f"The files of this folder take {format_bytes(used)} on this disk."


def reading_words(numbers: Sequence[int], count: int) -> str:
    """Returns which frames are being read, the most urgent first, of ``count`` reads in all; "" for none.

    >>> reading_words((131, 132, 133, 134), 4), reading_words((), 3)
    ('reading 131, 132 +2', '3 reading')
    """
    if not numbers:
        return f"{count} reading" if count else ""
    more = max(len(numbers), count) - len(numbers[:2])
    return f"reading {', '.join(str(number) for number in numbers[:2])}{f' +{more}' if more else ''}"


def fill_words(fill: FillView) -> tuple[str, ...]:
    """Returns what is to be said about reading in advance: what, how far, how fast, how long, how much.

    The parts that are not known are "", so that each keeps its place.
    """
    if fill.done >= fill.total:
        return f"finished reading {fill.what}", f"all {fill.total:,} are here", "", "", ""
    return (
        f"reading {fill.what}",
        f"{fill.done:,} of {fill.total:,}",
        f"{format_bytes(fill.bytes_per_second)}/s" if fill.bytes_per_second >= 1 else "",
        "" if fill.seconds_left is None else f"{format_time(fill.seconds_left)} left",
        f"needs {format_bytes(fill.bytes_needed)}" if fill.bytes_needed else "",
    )


def format_time(seconds: float) -> str:
    """Returns a length of time as clocks show it.

    >>> format_time(28), format_time(725), format_time(3729)
    ('0:28', '12:05', '1:02:09')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
