"""What snapshots mean, in words: pure functions of what widgets know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.units import format_bytes

if TYPE_CHECKING:
    from viewer.core.load.loader import Activity
    from viewer.model.preferences import Preferences


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
