"""Which state a frame has: what the timeline paints, each state in a color of its own."""

from __future__ import annotations

from enum import Enum


class FrameState(Enum):
    """Where a frame is, nearest last; and, on the timeline, whether what is here is doubtful."""

    ABSENT = 0
    FAILED = 1
    ON_DISK = 2
    READING = 3
    ENCODED = 4
    DECODED = 5
    UNCONFIRMED = 6


def frame_state(
    *, is_shown: bool, has_failed: bool, is_encoded: bool, is_reading: bool, is_on_disk: bool
) -> FrameState:
    """Returns the state of a frame by what there is of it; the first that holds, in this order, counts.

    Args:
        is_shown: its picture is in memory.
        has_failed: it could not be had, and not because the whole share is away.
        is_encoded: the bytes of its file are in memory.
        is_reading: its file is being read over the share.
        is_on_disk: its file is on this disk.
    """
    if is_shown:
        return FrameState.DECODED
    if has_failed:
        return FrameState.FAILED
    if is_encoded:
        return FrameState.ENCODED
    if is_reading:
        return FrameState.READING
    return FrameState.ON_DISK if is_on_disk else FrameState.ABSENT
