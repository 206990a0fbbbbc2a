"""The snapshot that widgets show: frozen, whole, and all they know; and which commands have what they need in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.look import AS_IT_IS, Look
from viewer.core.load.statistics import Activity
from viewer.core.play.timebase import TimeBase, TimeDisplay
from viewer.core.records import NamedTuple, dataclass, field
from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule
from viewer.core.sequence.writing import COUNT, Writing
from viewer.core.units import GB, MB
from viewer.model.commands import COMMANDS, ORDER, ZOOM, Command
from viewer.model.key_map import DEFAULT_KEYS, KeyMap
from viewer.model.preferences import LEAST_CACHE, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.core.display.levels import Histogram
    from viewer.core.display.orientation import Orientation
    from viewer.core.display.picture import Picture, Screen
    from viewer.core.frame import FrameNumber, Range, Size
    from viewer.core.load.frame_state import FrameState
    from viewer.core.spans import Span
    from viewer.model.sequence_settings import Bookmark, Zoom


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the frame numbers of a sequence are written, where they are no counts but times or decimals too.

    Attributes:
        writing: how they are written.
        text: returns how a number is written, as the name of its file has it.
        nearest: returns the nearest number at which the playhead can stand; of counts the number itself.
        step: what the numbers lie apart, or a multiple of it; of counts 1.
    """

    writing: Writing = COUNT
    text: Callable[[int], str] = str
    nearest: Callable[[int], int] = int
    step: int = 1


COUNTS = Numbers()
"""Plain whole numbers."""


@dataclass(frozen=True, slots=True)
class SequenceView:
    """The open sequence.

    Attributes:
        label: its name for people: "shot.[1001-1240].png".
        folder: the folder it lies in.
        first: its lowest frame number.
        last: its highest frame number.
        count: how many frames it has.
        gaps: runs of numbers without a file.
        position: which of the folder's sequences it is, from 1.
        positions: how many sequences the folder has.
        is_pages: whether its frames are the pages of one file, which ``folder`` is the path of.
        numbers: how its frame numbers are written.
    """

    label: str
    folder: str
    first: int
    last: int
    count: int
    gaps: tuple[Span, ...]
    position: int
    positions: int
    is_pages: bool = False
    numbers: Numbers = COUNTS


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The picture on the canvas.

    Attributes:
        number: the frame it is of.
        picture: its pixels.
        name: its file's name.
        is_stand_in: whether it is a thumbnail enlarged, until the real one is here.
        screen: what is painted of it; None if it is painted as it is.
        is_outdated: whether what is painted has another look than the present one, until that is made.
        path: its file; "" of a thumbnail.
    """

    number: FrameNumber
    picture: Picture
    name: str
    is_stand_in: bool = False
    screen: Screen | None = None
    is_outdated: bool = False
    path: str = ""

    @property
    def orientation(self) -> Orientation:
        """How what is painted is turned."""
        return AS_IT_IS.orientation if self.screen is None else self.screen.look.orientation


@dataclass(frozen=True, slots=True)
class FillView:
    """Reading a whole range in advance, as far as it has come.

    Attributes:
        what: what is being read: "the whole sequence", "in to out".
        done: frames that need no more reading.
        total: frames of the range, those that are there already included.
        bytes_per_second: how fast it comes in.
        seconds_left: the time it still takes, None while that cannot be told.
        bytes_needed: what the whole range takes, by the files seen so far; 0 before the first.
        fits: whether all of it can be kept, in memory and on this disk together.
    """

    what: str
    done: int
    total: int
    bytes_per_second: float
    seconds_left: float | None
    bytes_needed: int
    fits: bool


@dataclass(frozen=True, slots=True)
class FolderRow:
    """One of the sequences of the folder, for the list of them.

    Attributes:
        label: its name for people: "shot.[1001-1240].png".
        first: its lowest frame number.
        last: its highest frame number.
        count: how many frames it has.
        missing: how many numbers between the first and the last have no file.
        size: the size of a frame, None while none has been seen.
        text: returns how one of its numbers is written.
        unreadable: how many of its files have been found not to be pictures.
    """

    label: str
    first: int
    last: int
    count: int
    missing: int
    size: Size | None = None
    text: Callable[[int], str] = str
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class FolderView:
    """The folder that is open, for the list of what is in it.

    Attributes:
        path: the folder; or the file, whose pages are open.
        parent: the folder it lies in, "" for none.
        rows: its sequences, in the order of the folder.
        chosen: the position of the open one among them.
        subfolders: the names of the folders in it, in natural order; None while they have not been looked for.
        searching: whether they are being looked for.
        thumbnails: grows by one whenever a thumbnail for the list has come.
        unread: which pictures in it are not read, in few words, or "".
        rule: how its pictures are grouped and ordered.
        passing: how many pictures the filter of the rule lets pass; 0 hides none.
        total: how many pictures the folder holds.
    """

    path: str
    parent: str
    rows: tuple[FolderRow, ...]
    chosen: int
    subfolders: tuple[str, ...] | None = None
    searching: bool = False
    thumbnails: int = 0
    unread: str = ""
    rule: FolderRule = AS_NAMED
    passing: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class PlaybackView:
    """How it is played.

    Attributes:
        rate: the frames a second of this sequence.
        speed: 1 plays forwards, -1 backwards, 2, 4, 8 … and -2, -4 … that many times as fast; 0 when it stands.
        shown_per_second: frames seen a second lately; 0.0 when it stands or has only just begun.
        dropped: frames left out since it began to play, by coming late.
        slowed: why fewer frames a second are seen than aimed at: "the share brings 13.2 frames a second"; or "".
        waits_for_fill: whether it begins to play when reading in advance has come to its end.
    """

    rate: float = 24.0
    speed: int = 0
    shown_per_second: float = 0.0
    dropped: int = 0
    slowed: str = ""
    waits_for_fill: bool = False


class MemoryView(NamedTuple):
    """How much memory there is, in bytes.

    Attributes:
        total: this computer's; 0 if it does not tell, None before it was asked.
        possible: what frames and files could take now if nothing were left free.
    """

    total: int | None = None
    possible: int = 0

    def usable(self, preferences: Preferences) -> int:
        """Returns the bytes that frames and files may take now with these preferences: at most the cache size."""
        if not self.total:
            return preferences.cache_bytes
        left = self.possible - round(preferences.leave_free * GB)
        return min(preferences.cache_bytes, max(LEAST_CACHE, left))

    def most(self, leave_free: float) -> int | None:
        """Returns the largest cache that this computer can give while so many GB stay free, None if that is not known.

        It is a round figure, and at least the least cache size.
        """
        if not self.total:
            return None
        left = self.total - round(leave_free * GB)
        grain = GB // 4 if left >= 4 * GB else 64 * MB
        return max(LEAST_CACHE, left // grain * grain)


@dataclass(frozen=True, slots=True)
class LevelsView:
    """How the samples of the frame on the canvas are shown.

    Attributes:
        look: the look that is asked for; without a range each frame is shown with its own.
        range: the numbers that are black and white in the frame shown, whatever they come from; None without one.
        limits: the numbers that black and white can be chosen from; None without a frame.
        is_locked: whether all frames of the sequence are shown with the same range.
        is_plain: whether the frame is of 8 bits and shown as it is: levels, if any, go by its 256 steps.
        is_whole: whether its samples are whole numbers.
        channels: the names of the channels that can be shown alone.
        origin: which frame the range comes from, "range of frame 512", if it is not the first of the sequence; or that
            this frame has its own, "own range: the lock is for other kinds"; or "".
        origin_frame: the number of the frame that the range comes from, if it is not the first; else None.
        curve: through which curve the numbers are shown by what they are, "sRGB curve" or "film curve"; or "".
        words: what the status line says, the range and "locked"; "" while samples are shown 1:1.
        warning: a sentence if all samples are the same, or the range leaves the frame all black or all white; or "".
        counts: how many samples there are of each number, None while they have not been counted.
    """

    look: Look = AS_IT_IS
    range: Range | None = None
    limits: Range | None = None
    is_locked: bool = True
    is_plain: bool = True
    is_whole: bool = True
    channels: tuple[str, ...] = ()
    origin: str = ""
    origin_frame: FrameNumber | None = None
    curve: str = ""
    words: str = ""
    warning: str = ""
    counts: Histogram | None = None


class ShortAnswer(NamedTuple):
    """What is said to what the user did, for a moment.

    Attributes:
        words: few of them, or "" for none any more.
        serial: grows by one with each answer, also with the same words again.
    """

    words: str = ""
    serial: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class TimelineView:
    """Where the frames are, as runs of frame numbers; renewed at most ten times a second.

    Attributes:
        runs: spans of frame numbers and the state all their frames have; ascending, absent ones left out.
    """

    runs: tuple[tuple[Span, FrameState], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ViewState:
    """All that is to be seen, at one moment.

    Attributes:
        sequence: the open sequence, None before there is one.
        number: the frame number where the playhead is, None without a sequence.
        name: the file's name of that frame.
        path: the file's path of that frame.
        date: when that file was changed, "2026-05-06 14:03:10", where this puts the pictures in order; or "".
        shown: the picture on the canvas; of another frame than ``number`` while that is loading; None for none.
        notice: what the canvas must say of the difference: "loading 131 · 0.6 of 1.1 MB · showing 118", or "".
        holds: whether the picture of another frame stands on purpose where one has no file or cannot be read; the
            notice says so.
        problem_kind: which kind of problem: "gap" (a number without a file), "missing" (a file that has gone),
            "unreadable", "writing" (not whole yet) or "unreachable" (the share does not answer); "" without one.
        problem: why the frame at ``number`` cannot be shown, a sentence, or "".
        facts: what is known of the file that has the problem: "1.1 MB · written yesterday 17:04"; or "".
        message: what is to be said about the whole: no pictures, listing, a damaged settings file; or "".
        news: what has happened by itself, a sentence to be shown quietly; or "".
        answer: what was answered last to what the user did.
        listing: whether the folder is still being listed.
        names_seen: how many names the listing has given so far.
        playing: whether it plays.
        playback: how it is played.
        time_base: what frame numbers mean as times.
        mark_in: the in point as a frame number, None for none.
        mark_out: the out point as a frame number, None for none.
        bookmarks: the bookmarks of this sequence, by ascending number.
        zoom: how the picture is to lie on the canvas, from the last time; a new object is to be taken once. None for
            as it is.
        folder: what is in the folder, None without a sequence, or a folder in it, to open.
        can_go_back: whether another frame was visited before this one.
        can_go_forward: whether the user has gone back from another frame.
        timeline: where the frames are.
        levels: how the samples are shown.
        activity: what the loader is doing and holding.
        reading: the frame numbers being read, the one on screen first.
        offline: a sentence for the banner while the share does not answer, "" otherwise.
        fill: how far reading in advance has come, None for none.
        memory: how much memory there is.
        reads_on: whether more is read than the frame on screen; not from when the user stops it until the next move.
        disk_used: bytes that this folder takes on this disk, None while that is not known.
        preferences: what the user has set.
        recent: folders opened lately.
        keys: the keys of the commands.
    """

    sequence: SequenceView | None = None
    number: FrameNumber | None = None
    name: str = ""
    path: str = ""
    date: str = ""
    shown: Shown | None = None
    notice: str = ""
    holds: bool = False
    problem: str = ""
    problem_kind: str = ""
    facts: str = ""
    message: str = ""
    news: str = ""
    answer: ShortAnswer = ShortAnswer()
    listing: bool = False
    names_seen: int = 0
    playing: bool = False
    playback: PlaybackView = field(default_factory=PlaybackView)
    time_base: TimeBase = field(default_factory=TimeBase)
    mark_in: int | None = None
    mark_out: int | None = None
    bookmarks: tuple[Bookmark, ...] = ()
    zoom: Zoom | None = None
    folder: FolderView | None = None
    can_go_back: bool = False
    can_go_forward: bool = False
    timeline: TimelineView = field(default_factory=TimelineView)
    levels: LevelsView = field(default_factory=LevelsView)
    activity: Activity = field(default_factory=Activity)
    reading: tuple[FrameNumber, ...] = ()
    offline: str = ""
    fill: FillView | None = None
    memory: MemoryView = field(default_factory=MemoryView)
    reads_on: bool = True
    disk_used: int | None = None
    preferences: Preferences = field(default_factory=Preferences)
    recent: tuple[str, ...] = ()
    keys: KeyMap = DEFAULT_KEYS

    @property
    def numbers(self) -> Numbers:
        """How the frame numbers are written."""
        return COUNTS if self.sequence is None else self.sequence.numbers

    @property
    def show_time(self) -> TimeDisplay:
        """How the position is shown beside its number, which says enough where it is a time or a decimal itself."""
        return self.preferences.show_time if self.numbers.writing.is_count else TimeDisplay.FRAMES

    @property
    def file(self) -> str:
        """The path of the file of this frame, of a page the file that it is in; "" where there is none."""
        pages_of = self.sequence.folder if self.sequence is not None and self.sequence.is_pages else ""
        return self.path and (pages_of or self.path)

    @property
    def is_true(self) -> bool:
        """Whether the canvas shows the frame where the playhead is, or says why it cannot."""
        shown = self.shown  # numbers alone do not tell: those of loose pictures shift while a folder is listed
        return bool(self.problem or self.holds) or (
            shown is not None and not shown.is_stand_in and (shown.number, shown.name) == (self.number, self.name)
        )


# What each command needs: without it menus, buttons and the palette show it grey

_NEED_NONE = {"set_rate", "repeat", "real_time", "show_time", "levels"}
"""The commands of the menus of a sequence that can be carried out without one."""
_OF_FRAME = {"copy_picture", "copy_path", "copy_name", "save_picture", "save_file", "fit", "all_of_timeline"}
"""The commands of other menus that need one; where the frame has nothing to copy or save, they say why."""


def _needs_sequence(command: Command) -> bool:
    if command.menu in {"Playback", "Image"}:
        return command.name not in _NEED_NONE
    moves = command.menu == "Go" and (command.group < 2 or "bookmark" in command.name)  # noqa: PLR2004 - see the table
    return moves or command.submenu == ZOOM or command.name in _OF_FRAME


def _has_sequence(state: ViewState) -> bool:
    return state.sequence is not None


def _has_folder(state: ViewState) -> bool:
    return state.folder is not None


def _is_open(state: ViewState) -> bool:
    return state.sequence is not None or state.folder is not None or state.listing


def _has_file(state: ViewState) -> bool:
    return bool(state.file)


def _has_points(state: ViewState) -> bool:
    return state.mark_in is not None or state.mark_out is not None


def _has_bookmarks(state: ViewState) -> bool:
    return bool(state.bookmarks)


def _has_sequences(state: ViewState) -> bool:
    return state.folder is not None and len(state.folder.rows) > 1


NEEDS: Mapping[str, Callable[[ViewState], bool]] = {
    **{command.name: _has_sequence for command in COMMANDS if _needs_sequence(command)},
    **{command.name: _has_folder for command in COMMANDS if command.submenu == ORDER},
    **dict.fromkeys(("which_number", "filter"), _has_folder),
    **dict.fromkeys(("sequences", "legend", "set_rate"), _is_open),
    **dict.fromkeys(("reload_frame", "show_in_folder", "open_with", "open_pages"), _has_file),
    **dict.fromkeys(("previous_bookmark", "next_bookmark"), _has_bookmarks),
    **dict.fromkeys(("previous_sequence", "next_sequence"), _has_sequences),
    **dict.fromkeys(("clear_points", "fill_range"), _has_points),
    "clear_in": lambda state: state.mark_in is not None,
    "clear_out": lambda state: state.mark_out is not None,
    "back": lambda state: state.can_go_back,
    "forward": lambda state: state.can_go_forward,
    "parent_folder": lambda state: state.folder is not None and bool(state.folder.parent),
    "fill": _has_sequence,
    "stop_filling": lambda state: state.sequence is not None and state.reads_on,
}
"""Whether a command can be carried out; those that are not here always can."""
_DISTINCT = dict.fromkeys(NEEDS.values())


def available(state: ViewState) -> dict[str, bool]:
    """Returns of all commands that need anything whether they have that in ``state``."""
    found = {needs: needs(state) for needs in _DISTINCT}
    return {name: found[needs] for name, needs in NEEDS.items()}


def is_available(command: str, state: ViewState) -> bool:
    """Returns whether a command has in ``state`` what it needs."""
    needs = NEEDS.get(command)
    return needs is None or needs(state)
