"""What the user can set: one row a preference, from which the dialog, the checks and the table in the docs are made."""

from __future__ import annotations

import reprlib
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.computer_memory import computer_memory
from viewer.core.errors import SettingsError
from viewer.core.play.playhead import Repeat
from viewer.core.play.timebase import TimeDisplay
from viewer.core.records import dataclass, field, fields, replace
from viewer.core.units import GB, MB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_Value = TypeVar("_Value")

LEAST_CACHE = 128 * MB
"""The least cache size, in bytes; so much is kept even where other programs leave none."""


LONGEST_TEXT = 4096
"""Characters of a text at most."""
SYSTEMS_PROGRAM = "The system's program"
"""What opens files unless another program was chosen."""


class HoldPolicy(StrEnum):
    """What a held arrow key does while frames come slower than the key repeats."""

    EVERY_FRAME = "every"
    KEEP_PACE = "pace"


class PlayPolicy(StrEnum):
    """What playing does while frames come slower than the rate."""

    EVERY_FRAME = "every"
    REAL_TIME = "real"


class MissingPolicy(StrEnum):
    """What is seen at a frame that has no file, or whose file cannot be read."""

    GAP = "gap"
    HOLD = "hold"
    SKIP = "skip"


class KeepFiles(StrEnum):
    """Whose files are kept on this disk."""

    SLOW = "slow"
    ALWAYS = "always"
    NEVER = "never"


class NewFrames(StrEnum):
    """What happens when frames land in the folder that is open."""

    STAY = "stay"
    FOLLOW = "follow"
    GLANCE = "glance"


class Theme(StrEnum):
    """The colours of the window."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


class Ground(StrEnum):
    """What is seen through the transparent parts of a picture."""

    CHECKER = "checker"
    GREY = "grey"
    BLACK = "black"
    WHITE = "white"


class Wheel(StrEnum):
    """What the wheel does over the picture; with Ctrl it does the other."""

    ZOOM = "zoom"
    STEP = "step"


class Effect(Enum):
    """What a change of a preference changes at once; in the order in which that is done."""

    WHEN_READ = "nothing: the value is read whenever it is needed"
    MEMORY = "the memory for frames and files"
    READS = "how many reads are under way"
    LIMIT = "how fast is read ahead"
    PATIENCE = "how long a read may bring nothing"
    KEEPING = "which files are kept on this disk"
    DISK = "how much is kept on this disk"
    PLAN = "what is loaded next"
    PLAYING = "what playing does while frames come slowly"
    REPEAT = "what follows the end of the range"
    RATE = "the rate of sequences that have none of their own"
    GAPS = "where the playhead can stand in the open sequence"


@dataclass(frozen=True, slots=True)
class Row:
    """One preference as the user sees it.

    Attributes:
        effect: what a change of it changes.
        page: the page of the dialog it is on.
        label: its name.
        help: one sentence.
        unit: what follows the number; "bytes" is shown as MB or GB.
        minimum: the least value allowed, for numbers.
        maximum: the greatest value allowed, for numbers.
        choices: the values allowed and their names, for choices.
        special: what the least value is called, for numbers where it stands for something else than a number; of texts
            what is meant by "".
    """

    effect: Effect
    page: str
    label: str
    help: str
    unit: str = ""
    minimum: float = 0
    maximum: float = 0
    choices: tuple[tuple[str, str], ...] = ()
    special: str = ""

    def words(self, value: object) -> str:
        """Returns a value as people read it: "24 fps", "2.0 GB", "on", the name of a choice."""
        if self.choices:
            return dict(self.choices)[str(value)]
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, str):
            return value or self.special
        assert isinstance(value, int | float)  # noqa: S101 - there are no other preferences
        if self.special and value == self.minimum:
            return self.special
        return format_bytes(value) if self.unit == "bytes" else f"{value:g} {self.unit}".rstrip()

    def is_found_by(self, text: str) -> bool:
        """Returns whether every word of ``text`` is in the page, the name, the help or the choices."""
        searched = " ".join((self.page, self.label, self.help, self.unit, *(name for _, name in self.choices))).lower()
        return all(word in searched for word in text.lower().split())


def default_cache_bytes() -> int:
    """Returns a quarter of the memory that can be had now, at least 0.5 and at most 8 GB, in whole GB from 1 GB on."""
    memory = computer_memory()
    quarter = 2 * GB if memory is None else memory.available // 4  # a quarter of 8 GB suits most machines
    return min(max(round(quarter / GB) * GB, GB // 2), 8 * GB)


def _preference(
    default: _Value,
    effect: Effect,
    title: str,
    *,
    limits: tuple[float, float] = (0, 0),
    names: tuple[str, ...] = (),
    **row: str,
) -> _Value:
    """Returns a field with its row: its page and label, and the names of its choices in the order of their type."""
    page, label = title.split(": ")
    choices = tuple(zip(type(default), names, strict=True)) if isinstance(default, StrEnum) else ()
    made = Row(effect, page, label, minimum=limits[0], maximum=limits[1], choices=choices, **row)
    return field(default=default, metadata={"row": made})


@dataclass(frozen=True, slots=True)
class Preferences:
    """All preferences with their values. Each field carries its :class:`Row`."""

    hold_policy: HoldPolicy = _preference(
        HoldPolicy.EVERY_FRAME,
        Effect.WHEN_READ,
        "General: While a key is held",
        help="Show every frame and stop where the key is let go, or keep pace and leave out frames not here yet.",
        names=("Show every frame", "Keep pace"),
    )
    missing: MissingPolicy = _preference(
        MissingPolicy.GAP,
        Effect.GAPS,
        "General: At a frame that is missing",
        help="What is shown where a number has no file, or one that cannot be read.",
        names=("Show the gap", "Hold the frame before", "Skip it"),
    )
    fill_when_idle: bool = _preference(
        True,
        Effect.PLAN,
        "General: Fill the cache when idle",
        help="Go on reading until the cache is full; off reads only the frames near the playhead.",
    )
    thumbnails: bool = _preference(
        True,
        Effect.PLAN,
        "General: Thumbnails for scrubbing",
        help="Read a few frames all over the sequence early, so that scrubbing shows a picture everywhere.",
    )
    new_frames: NewFrames = _preference(
        NewFrames.STAY,
        Effect.WHEN_READ,
        "General: When new frames land",
        help="The range always grows; this says which frame is shown.",
        names=("Stay where I am", "Follow the newest", "Show the newest and come back"),
    )
    rate: float = _preference(
        24.0,
        Effect.RATE,
        "Playback: Rate",
        help="Frames a second for sequences whose rate has not been set.",
        unit="fps",
        limits=(1, 240),
    )
    play_policy: PlayPolicy = _preference(
        PlayPolicy.EVERY_FRAME,
        Effect.PLAYING,
        "Playback: While frames come too slowly",
        help="Slow down so that every frame is seen, or keep time and leave out frames that come late.",
        names=("Every frame", "Real time"),
    )
    repeat: Repeat = _preference(
        Repeat.LOOP,
        Effect.REPEAT,
        "Playback: At the end",
        help="What follows the last frame of the range.",
        names=("Once", "Loop", "Ping-pong"),
    )
    show_time: TimeDisplay = _preference(
        TimeDisplay.FRAMES,
        Effect.WHEN_READ,
        "Playback: Show the position as",
        help="How the position is shown beside the frame number.",
        names=("Frame number", "Seconds", "Time code"),
    )
    cache_bytes: int = _preference(
        default_cache_bytes(),
        Effect.MEMORY,
        "Memory & disk: Cache size",
        help="Memory for frames and files together. It applies at once.",
        unit="bytes",
        limits=(LEAST_CACHE, 1024 * GB),
    )
    leave_free: float = _preference(
        1.0,
        Effect.MEMORY,
        "Memory & disk: Leave free",
        help="Left to other programs: while less is free, fewer frames are kept.",
        unit="GB",
        limits=(0, 1024),
    )
    files_percent: int = _preference(
        25,
        Effect.MEMORY,
        "Memory & disk: Part for files",
        help="The part of the cache for files as they were read, so that frames far away need no second reading.",
        unit="%",
        limits=(5, 90),
    )
    keep_files: KeepFiles = _preference(
        KeepFiles.SLOW,
        Effect.KEEPING,
        "Memory & disk: Keep files on this disk",
        help="Files that were read and kept are not read over the share again, not even tomorrow.",
        names=("From slow shares", "From everywhere", "Never"),
    )
    disk_bytes: int = _preference(
        10 * GB,
        Effect.DISK,
        "Memory & disk: Limit on this disk",
        help="Above it, the files that have not been used for the longest time are removed.",
        unit="bytes",
        limits=(100 * MB, 10_000 * GB),
    )
    reads_at_once: int = _preference(
        0,
        Effect.READS,
        "Share: Reads at once",
        help="More reads hide the waiting on a slow link. Automatic finds the fastest number.",
        limits=(0, 32),
        special="Automatic",
    )
    read_ahead_limit: float = _preference(
        -1.0,
        Effect.LIMIT,
        "Share: Limit for reading ahead",
        help="Leaves the rest of the link to others; 0 stops reading ahead. The frame on screen is not held back.",
        unit="MB/s",
        limits=(-1, 10_000),
        special="No limit",
    )
    give_up_after: int = _preference(
        20,
        Effect.PATIENCE,
        "Share: Give up on a read after",
        help="A read that gets no data for this long is cancelled and tried again later.",
        unit="s",
        limits=(1, 600),
    )
    theme: Theme = _preference(
        Theme.DARK,
        Effect.WHEN_READ,
        "View: Theme",
        help="The colours of the window; the picture is never changed.",
        names=("Dark", "Light", "As the system"),
    )
    animations: bool = _preference(
        True,
        Effect.WHEN_READ,
        "View: Animations",
        help="Small parts fade in and out; off shows them at once. Off as well where the system wants no motion.",
    )
    wheel: Wheel = _preference(
        Wheel.ZOOM,
        Effect.WHEN_READ,
        "View: The wheel over the picture",
        help="Ctrl and the wheel do the other; Shift and the wheel step ten frames.",
        names=("Zooms", "Steps"),
    )
    ground: Ground = _preference(
        Ground.CHECKER,
        Effect.WHEN_READ,
        "View: Behind transparent parts",
        help="What is seen through a picture where it is transparent.",
        names=("Checker", "Grey", "Black", "White"),
    )
    smooth: bool = _preference(
        False,
        Effect.WHEN_READ,
        "View: Smooth when enlarged",
        help="Blend the pixels of a picture shown larger than 100 %; off shows them as they are.",
    )
    open_with: str = _preference(
        "",
        Effect.WHEN_READ,
        "View: Open files with",
        help="The program, by its path or name, that the command Open with another program starts.",
        special=SYSTEMS_PROGRAM,
    )

    def __post_init__(self) -> None:
        """Raises SettingsError for a value of the wrong kind or outside the limits of its row."""
        for name, row in rows():
            _check(row, getattr(self, name))

    @property
    def bytes_per_second(self) -> float | None:
        """The speed limit for reading ahead, None for none."""
        return None if self.read_ahead_limit < 0 else self.read_ahead_limit * MB

    def keeps(self, *, fills: bool) -> bool | None:
        """Returns whether files are kept on this disk, None for those of slow shares; a range read in advance is."""
        keep = {KeepFiles.SLOW: None, KeepFiles.ALWAYS: True, KeepFiles.NEVER: False}[self.keep_files]
        return True if keep is None and fills else keep

    def changed(self, **values: Any) -> Preferences:  # noqa: ANN401 - checked against the rows
        """Returns these preferences with some values changed; raises SettingsError as making them does."""
        return replace(self, **values)

    def cycled(self, name: str) -> Preferences:
        """Returns these preferences with the next of the choices of one, after the last the first."""
        row: Row = next(row for each, row in rows() if each == name)
        choices = [choice for choice, _ in row.choices]
        return self.changed(**{name: choices[(choices.index(getattr(self, name)) + 1) % len(choices)]})

    def differing(self, others: Preferences) -> list[str]:
        """Returns the names of those that are not as in ``others``."""
        return [name for name, _ in rows() if getattr(self, name) != getattr(others, name)]

    def effects_since(self, before: Preferences) -> list[Effect]:
        """Returns what changes when ``before`` becomes these, each once and in the order of :class:`Effect`."""
        named = dict(rows())
        changed = {named[name].effect for name in self.differing(before)}
        return [effect for effect in Effect if effect in changed]


def rows() -> Iterator[tuple[str, Row]]:
    """Yields the name and row of each preference, in the order of the dialog."""
    for each in fields(Preferences):
        yield each.name, each.metadata["row"]


def _check(row: Row, value: object) -> None:
    if row.choices:
        if value not in [choice for choice, _ in row.choices]:
            names = ", ".join(repr(str(choice)) for choice, _ in row.choices)
            raise SettingsError(f"“{row.label}” can be {names}, not {reprlib.repr(value)}.")
    elif row.maximum:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingsError(f"“{row.label}” must be a number, not {reprlib.repr(value)}.")
        if not row.minimum <= value <= row.maximum:
            raise SettingsError(
                f"“{row.label}” can be from {row.minimum:,} to {row.maximum:,}, not {reprlib.repr(value)}."
            )
    elif row.special:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
            raise SettingsError(f"“{row.label}” must be a text, not {reprlib.repr(value)}.")
    elif not isinstance(value, bool):
        raise SettingsError(f"“{row.label}” must be true or false, not {reprlib.repr(value)}.")


def from_values(values: Mapping[str, object], base: Preferences | None = None) -> tuple[Preferences, list[str]]:
    """Makes preferences from values of a file, and a sentence for each that is wrong.

    What is wrong or not there is as in ``base``, without it the default.

    Unknown names are passed over: a newer version may have written them.
    """
    preferences, complaints = base or Preferences(), []
    for each in fields(Preferences):
        if each.name not in values:
            continue
        value: Any = values[each.name]
        default = getattr(preferences, each.name)
        numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (default, value))
        try:
            if isinstance(default, StrEnum) or numbers:
                value = type(default)(value)
            preferences = preferences.changed(**{each.name: value})
        except (SettingsError, ValueError, TypeError, OverflowError) as error:
            wrong = f"“{each.metadata['row'].label}” cannot be {reprlib.repr(value)}."
            complaints.append(str(error) if isinstance(error, SettingsError) else wrong)
    return preferences, complaints
