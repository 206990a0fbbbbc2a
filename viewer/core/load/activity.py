"""What the loader is doing and holding, in figures."""

from __future__ import annotations

from typing import NamedTuple


class Activity(NamedTuple):
    """What the loader is doing and holding.

    Attributes:
        reading: reads under way.
        decoding: decodes under way.
        bytes_per_second: what came in lately over the last two seconds.
        memory_used: bytes that frames and files take in memory.
        frames_held: frames that can be shown at once.
        frames_room: frames of the largest size seen that the budget holds; 0 before the first.
        files_held: frames held as the bytes of their file.
        files_room: files of the largest size seen that the budget holds; 0 before the first.
        frame_bytes: the memory of the largest frame seen; 0 before the first.
        file_bytes: the memory of the largest file seen; 0 before the first.
    """

    reading: int
    decoding: int
    bytes_per_second: float
    memory_used: int
    frames_held: int
    frames_room: int
    files_held: int
    files_room: int
    frame_bytes: int
    file_bytes: int
