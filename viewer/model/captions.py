"""What snapshots mean, in words: pure functions of what widgets know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.load.frame_tally import fitting
from viewer.core.units import GB, MB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.core.load.statistics import Activity
    from viewer.model.preferences import Preferences
    from viewer.model.view_state import FillView, MemoryView

MUCH = 0.6
"""A cache of more than this part of the memory of the computer is warned of."""


def memory_meaning(preferences: Preferences, activity: Activity, memory: MemoryView) -> str:
    """Returns what the memory set in ``preferences`` holds of the open sequence, as sentences.

    It reckons from the preferences, what a frame takes and how much ``memory`` there is, not from what the loader holds
    now, so that a value can be understood before it is taken.
    """
    said = [beyond_memory(preferences, memory.total) or much_of_memory(preferences, memory.total)]
    usable, each = memory.usable(preferences), format_bytes(activity.frame.shown)
    what = format_bytes(usable)
    if usable < preferences.cache_bytes:
        why = f"{_stays_free(preferences)} for" if preferences.leave_free else "the rest is taken by"
        said.append(f"Now {what} can be used{'' if said[0] else f', as {why} other programs'}.")
        what = "That"
    share = preferences.files_percent / 100
    frames, files = fitting(usable - activity.reserved, share, activity.frame, activity.file_bytes)
    if not activity.frame.shown:
        said.append("Open a sequence to see how many frames that holds.")
    elif not frames:
        said.append(f"{what} is too small for one frame of this sequence ({each}); only the frame on screen is kept.")
    else:
        beside = f" and the files of {files - frames:,} more" if files > frames else ""
        holds = f"{what} holds about {_counted(frames, 'frame')} of this sequence ({each} each){beside}"
        said.append(f"{holds}; {_here(activity)} are here now.")
    if memory.total == 0 and preferences.leave_free:
        said.append("This computer does not tell how much memory is free, so none is kept free.")
    return " ".join(filter(None, said))


def beyond_memory(preferences: Preferences, total: int | None) -> str:
    """Returns a sentence if the cache size is more than can be had of ``total`` bytes, else ""; None is not known."""
    if not total or preferences.cache_bytes <= total - preferences.leave_free * GB:
        return ""
    size, free = format_bytes(preferences.cache_bytes), preferences.leave_free
    of_which = f", of which {_stays_free(preferences)}" if free else ""
    return f"A cache of {size} is more than this computer can give: it has {format_bytes(total)}{of_which}."


def much_of_memory(preferences: Preferences, total: int | None) -> str:
    """Returns a sentence if the cache takes most of ``total`` bytes, else ""; None is not known."""
    if not total or preferences.cache_bytes <= MUCH * total:
        return ""
    return (
        f"That is {preferences.cache_bytes / total * 100:.0f} % of the {format_bytes(total)} of this computer: "
        "other programs may become slow."
    )


def held_to(most: int, preferences: Preferences, memory: MemoryView) -> str:
    """Returns the sentence that says that the cache is not as large as these preferences ask, but of ``most`` bytes."""
    return f"{beyond_memory(preferences, memory.total)} The cache size is now {format_bytes(most)}."


def memory_facts(preferences: Preferences, activity: Activity, memory: MemoryView) -> tuple[str, str]:
    """Returns how much of the memory is used, "1.1 of 4.0 GB", and the sentence that explains it."""
    usable = memory.usable(preferences)
    short, each = _part_of(activity.memory_used, usable), activity.frame.shown
    taken = f" ({format_bytes(each)} each)" if each else ""
    less = f" (the cache size is {format_bytes(preferences.cache_bytes)}, but {_stays_free(preferences)})"
    return short, (
        f"Memory: {format_bytes(activity.memory_used)} of {format_bytes(usable)}"
        f"{less if usable < preferences.cache_bytes else ''}; "
        f"{_here(activity, f' ready{taken}')}"
    )


def _here(activity: Activity, ready: str = "") -> str:
    """Returns what is held; those at full size apart where others are copies for the window only."""
    held, whole = activity.frames_held, activity.frames_whole
    of_them = f", {whole:,} of them at full size," if held > whole else ""
    return f"{_counted(held, 'frame')}{ready}{of_them} and {_counted(activity.files_held, 'file')}"


def disk_facts(preferences: Preferences, used: int) -> tuple[str, str]:
    """Returns how much of this disk the files of the folder take, "1.1 of 20.0 GB", and the sentence for it."""
    what = f"This disk: the files of this folder take {format_bytes(used)} of {format_bytes(preferences.disk_bytes)}"
    return _part_of(used, preferences.disk_bytes), what


def held_bytes(activity: Activity) -> tuple[int, int]:
    """Returns the bytes of memory that frames take, and those that files take, which are known by their mean size."""
    files = min(activity.memory_used, activity.files_held * activity.file_bytes)
    return activity.memory_used - files, files


def _part_of(used: int, whole: int) -> str:
    unit, name, digits = (GB, "GB", 1) if whole >= GB else (MB, "MB", 0)
    return f"{used / unit:.{digits}f} of {whole / unit:.{digits}f} {name}"


def _stays_free(preferences: Preferences) -> str:
    return f"{preferences.leave_free:g} GB stays free"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def disk_meaning(used: int | None) -> str:
    """Returns what the open folder takes on this disk, as a sentence; None stands for not known."""
    if used is None:
        return "Open a folder to see what of it is kept on this disk."
    if not used:
        return "Nothing of this folder is kept on this disk."
    return f"The files of this folder take {format_bytes(used)} on this disk."


def reading_words(numbers: Sequence[int], count: int, text: Callable[[int], str] = str) -> str:
    """Returns which frames are being read, the most urgent first, of ``count`` reads in all; "" for none.

    Of counts two are named, of other numbers, whose ``text`` is longer, one.

    >>> reading_words((131, 132, 133, 134), 4), reading_words((), 3)
    ('reading 131, 132 +2', '3 reading')
    """
    if not numbers:
        return f"{count} reading" if count else ""
    named = numbers[: 2 if text is str else 1]
    more = max(len(numbers), count) - len(named)
    return f"reading {', '.join(map(text, named))}{f' +{more}' if more else ''}"


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
