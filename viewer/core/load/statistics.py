"""Figures: where wanted frames were found, what the time until they were on screen went into, what is under way."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from viewer.core.load.frame_tally import FrameMemory
from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS = 20
"""How many of the last steps are kept."""


class CacheLevel(Enum):
    """Where a frame was found when it was wanted, nearest first."""

    DISPLAY = "display"
    """Ready at the size of the window."""
    DECODED = "decoded"
    """As pixels in memory."""
    ENCODED = "encoded"
    """As the bytes of its file in memory."""
    DISK = "disk"
    """As a file on this disk."""
    SHARE = "share"
    """Nowhere yet: it had to be read over the share."""


class StepTime(NamedTuple):
    """One step, from the key press to the picture on screen, in seconds.

    Attributes:
        level: where the frame was found.
        waiting: until a reader, and then a decoder, was free for it.
        reading: until all bytes of its file were here.
        decoding: until they were pixels.
        painting: until those were on screen.
    """

    level: CacheLevel
    waiting: float
    reading: float
    decoding: float
    painting: float

    @property
    def total(self) -> float:
        """The whole step, in seconds."""
        return self.waiting + self.reading + self.decoding + self.painting


class DecodeTimes(NamedTuple):
    """How long the files of one kind took to decode.

    Attributes:
        kind: the format, as it is shown to the user: "PNG 8-bit RGB".
        files: how many were decoded.
        pixels: of all of them together.
        seconds: for all of them together.
        longest: the seconds of the slowest.
    """

    kind: str
    files: int
    pixels: int
    seconds: float
    longest: float

    @property
    def mean(self) -> float:
        """The seconds that a file took, on average."""
        return self.seconds / self.files


class StepStatistics:
    """Counts steps and decodes since the start; it has no clock. Owner thread only.

    Attributes:
        steps: the last :data:`STEPS` steps, the oldest first.
    """

    def __init__(self) -> None:
        self.steps: tuple[StepTime, ...] = ()
        self._hits: Counter[CacheLevel] = Counter()
        self._decodes: dict[str, DecodeTimes] = {}

    def note_step(self, step: StepTime) -> None:
        """Notes a step; called when its picture has come on screen."""
        self.steps = (*self.steps, step)[-STEPS:]
        self._hits[step.level] += 1

    def note_decode(self, kind: str, size_pixels: int, seconds: float) -> None:
        """Notes that a file of ``kind`` with ``size_pixels`` pixels took ``seconds`` to decode."""
        before = self._decodes.get(kind, DecodeTimes(kind, 0, 0, 0.0, 0.0))
        self._decodes[kind] = DecodeTimes(
            kind,
            before.files + 1,
            before.pixels + size_pixels,
            before.seconds + seconds,
            max(before.longest, seconds),
        )

    def hits(self) -> Mapping[CacheLevel, int]:
        """Returns how many steps since the start found their frame at each level, nearest first."""
        return {level: self._hits[level] for level in CacheLevel}

    def decodes(self) -> tuple[DecodeTimes, ...]:
        """Returns the decode times of each kind, in the order in which the kinds were first seen."""
        return tuple(self._decodes.values())


class Activity(NamedTuple):
    """What the loader is doing and holding.

    Attributes:
        reading: reads under way.
        decoding: decodes under way.
        bytes_per_second: what came in lately over the last two seconds.
        memory_used: bytes that frames and files take in memory.
        frames_held: frames of the open sequence that are ready, at the size that is looked at now.
        frames_room: how many of them the budget holds; 0 before the first.
        files_held: frames held as the bytes of their file.
        files_room: how many the budget holds at least; 0 before the first.
        frame: what a frame of the open sequence takes in memory, on average.
        file_bytes: the memory of a file, on average; 0 before the first.
        reserved: bytes of the budget that are kept free for decoding large pictures.
        frames_whole: frames of the open sequence that are here at their own size, with all their numbers.
    """

    reading: int = 0
    decoding: int = 0
    bytes_per_second: float = 0.0
    memory_used: int = 0
    frames_held: int = 0
    frames_room: int = 0
    files_held: int = 0
    files_room: int = 0
    frame: FrameMemory = FrameMemory()
    file_bytes: int = 0
    reserved: int = 0
    frames_whole: int = 0
