"""The open sequence: its frames, the playhead in it, and what the user has set for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.play.playhead import Playhead
from viewer.core.play.timebase import TimeBase
from viewer.core.records import NamedTuple, dataclass, field, replace
from viewer.core.sequence.naming import is_picture_name
from viewer.core.sequence.positions import Positions
from viewer.core.sequence.writing import renumbered
from viewer.model.frame_table import FrameTable
from viewer.model.history import Visit
from viewer.model.preferences import MissingPolicy
from viewer.model.sequence_settings import Bookmarks
from viewer.model.sequence_settings_file import key_of
from viewer.model.view_state import COUNTS, Numbers, SequenceView, TimelineView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.sequence.sequence import FrameSequence
    from viewer.model.preferences import Preferences
    from viewer.model.preload import Preload
    from viewer.model.sequence_settings import Bookmark, ChosenLook, SequenceSettings, Zoom


class Sought(NamedTuple):
    """The number that is looked at in one sequence after the other.

    Attributes:
        number: the number.
        unit: what it counts; see :attr:`FrameSequence.unit`.
        written: how it is written where it is from.
    """

    number: FrameNumber
    unit: str
    written: str

    def within(self, sequence: FrameSequence) -> FrameNumber | None:
        """Returns the number to go to in ``sequence``: of moments and values the nearest; None without the unit."""
        if self.unit != sequence.unit:
            return None
        return self.number if sequence.writing.is_count else sequence.number(sequence.nearest_index(self.number))


@dataclass(slots=True, eq=False)
class OpenSequence:
    """One sequence while it is open; owner thread only.

    When its folder is listed again, or the gaps get another meaning, a :func:`successor` takes its place.

    Attributes:
        text: what was opened, as it was given.
        table: its frames.
        playhead: where it is; only the model moves it.
        view: what the window shows of the sequence.
        rate: frames a second for playing.
        bookmarks: its bookmarks.
        mark_in: the frame number where the in point was put, None for none; perhaps there is no such frame now.
        mark_out: the same of the out point.
        start: the time code of the first frame, "" for 00:00:00:00.
        zoom: how the picture is to lie on the canvas, None for as it is.
        look: how its frames are to be shown, None while nothing was chosen.
        preload: the range that is read in advance, None for none.
        has_moved: whether the user has moved since it was opened.
        came_with: the number that it was opened at from another sequence, perhaps not there; None from the next move.
        reads_on: whether more is read than the frame on screen: not from when the user stops it until the next move.
        timeline: the states of its frames as they were the last time.
        is_timeline_stale: whether the states have changed since then.
    """

    text: str
    table: FrameTable
    playhead: Playhead
    view: SequenceView
    rate: float = 24.0
    bookmarks: Bookmarks = field(default_factory=Bookmarks)
    mark_in: int | None = None
    mark_out: int | None = None
    start: str = ""
    zoom: Zoom | None = None
    look: ChosenLook | None = None
    preload: Preload | None = None
    has_moved: bool = False
    came_with: Sought | None = None
    reads_on: bool = True
    timeline: TimelineView = field(default_factory=TimelineView)
    is_timeline_stale: bool = True

    @property
    def sequence(self) -> FrameSequence:
        """The sequence itself."""
        return self.table.sequence

    @property
    def positions(self) -> Positions:
        """Where the playhead can stand."""
        return self.table.positions

    @property
    def number(self) -> FrameNumber:
        """The frame number where the playhead is."""
        return self.positions.number(self.playhead.index)

    @property
    def index(self) -> FrameIndex | None:
        """Which file is where the playhead is, None where there is none."""
        return self.positions.index(self.playhead.index)

    @property
    def path(self) -> str | None:
        """The path of the frame where the playhead is, None where there is no file."""
        return self.table.path_at(self.playhead.index)

    @property
    def frame_key(self) -> str:
        """The same text as long as the playhead is at the same frame, whatever numbers have been listed."""
        return self.path or f"no file {self.number}"

    @property
    def sought(self) -> Sought:
        """The number to look for in other sequences."""
        written = self.sequence.writing.text(self.number)
        return self.came_with or Sought(self.number, self.sequence.unit, written)

    @property
    def visit(self) -> Visit:
        """Where the user is, for the history."""
        return Visit(self.text, key_of(self.sequence), self.number)

    @property
    def time_base(self) -> TimeBase:
        """What frame numbers mean as times."""
        return TimeBase(self.rate, self.sequence.first, self.start)

    @property
    def marks(self) -> tuple[FrameNumber | None, FrameNumber | None]:
        """The numbers of the frames at the in and the out point; None for none, or for one beside all frames."""
        positions, last = self.positions, self.playhead.count - 1

        def shown(mark: int | None, position: int) -> FrameNumber | None:
            is_here = mark is not None and positions.number(0) <= mark <= positions.number(last)
            return positions.number(position) if is_here else None

        return shown(self.mark_in, self.playhead.first), shown(self.mark_out, self.playhead.last)

    def set_marks(self, mark_in: int | None, mark_out: int | None) -> None:
        """Puts the in and the out point at other numbers; a range beside all frames that there are holds nothing."""
        self.mark_in, self.mark_out, positions = mark_in, mark_out, self.positions
        beyond = mark_in is not None and mark_in > positions.number(positions.count - 1)
        if beyond or (mark_out is not None and mark_out < positions.number(0)):
            mark_in = mark_out = None
        first = 0 if mark_in is None else positions.nearest(mark_in)
        last = positions.count - 1 if mark_out is None else positions.nearest(mark_out)
        self.playhead = replace(self.playhead, first=first, last=max(first, last))

    def with_settings(self, remembered: SequenceSettings, rate: float) -> OpenSequence:
        """Returns it with the settings that were remembered, apart from the frame looked at last."""
        after = replace(
            self,
            rate=rate,
            bookmarks=Bookmarks(remembered.bookmarks),
            start=remembered.start,
            zoom=remembered.zoom,
            look=remembered.look,
        )
        after.set_marks(remembered.mark_in, remembered.mark_out)
        return after

    def read_in_advance(self, *, whole: bool, then_play: bool) -> str:
        """Begins with the ``whole`` of it, or with what lies between the marks; returns why nothing is to do, or "".

        What follows the range that is being read follows this one too.
        """
        from viewer.model.preload import Preload  # noqa: PLC0415 - seldom wanted

        first, last = 0, len(self.sequence) - 1
        if not whole:
            first, last = self.table.indexes_within(self.playhead.first, self.playhead.last)
        if last < first:
            return "There are no files to read between the in and the out point."
        what = "the whole sequence" if last - first + 1 == len(self.sequence) else "from in to out"
        then_play = then_play or (self.preload is not None and self.preload.then_plays)
        self.preload, self.reads_on = Preload(what, first, last, then_play), True
        return ""

    def renew_timeline(self) -> None:
        """Takes the states of the frames as they are now, if any looks different."""
        if self.is_timeline_stale:
            timeline, self.is_timeline_stale = self.table.runs(), False
            if timeline.runs != self.timeline.runs:  # most answers of the share confirm what is shown
                self.timeline = timeline

    def is_same(self, sequence: FrameSequence) -> bool:
        """Returns whether ``sequence`` is this one, perhaps with other frames."""
        mine = self.sequence
        return (mine.folder, mine.head, mine.tail) == (sequence.folder, sequence.head, sequence.tail)


class Follower:
    """A part of the model that works on the open sequence; owner thread only."""

    _here: OpenSequence | None = None

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now, None for none."""
        self._here = here


def successor(
    before: OpenSequence | None,
    sequences: tuple[FrameSequence, ...],
    position: int,
    number: FrameNumber | None,
    remembered: SequenceSettings,
    preferences: Preferences,
    text: str = "",
) -> OpenSequence:
    """Returns the sequence at ``position`` as it opens after ``before``; pure.

    From the same sequence it takes over what was set, the way the playhead goes, and the range that is being read; also
    the states of the frames as far as they are at the same positions. The playhead stands at ``number``; with None
    where the user was the last time, as ``remembered``, or at the first frame. ``text`` is what was opened.
    """
    sequence = sequences[position]
    table = FrameTable(sequence, with_gaps=preferences.missing is not MissingPolicy.SKIP)
    if number is None and remembered.number is not None:
        number = FrameNumber(remembered.number)
    index = 0 if number is None else table.positions.nearest(number)
    after = OpenSequence(
        text,
        table,
        Playhead(table.positions.count, index, repeat=preferences.repeat),
        _view(sequences, position, table.positions),
        has_moved=before is not None and before.has_moved,
    ).with_settings(remembered, remembered.rate or preferences.rate)
    if before is None or not before.is_same(sequence):
        return after
    after.playhead = replace(after.playhead, stride=before.playhead.stride, playing=before.playhead.playing)
    after.rate, after.start, after.zoom = before.rate, before.start, before.zoom
    if before.sequence.writing.unit == sequence.writing.unit and not sequence.is_loose:  # those go with their files
        after.bookmarks = before.bookmarks
    after.look, after.timeline, after.reads_on = before.look, before.timeline, before.reads_on
    after.came_with = before.came_with
    if before.preload is not None:
        is_open = before.mark_out != before.sequence.last  # an out point at the last frame stays there
        first, last = _range_in(sequence, before.sequence, before.preload.first, before.preload.last, is_open=is_open)
        after.preload = replace(before.preload, first=first, last=last)
    if _continues(before.sequence, sequence):
        table.take_doubts(before.table)  # what was on this disk still is
    return after


def is_regrouped(before: OpenSequence, after: OpenSequence, name: str) -> bool:
    """Returns whether a file of ``before`` belongs to another sequence in ``after``, or has another number there."""
    index = after.sequence.index_of_name(name)
    if index is None or not before.is_same(after.sequence):
        return index is not None
    number = renumbered(before.number, before.sequence.writing.unit, after.sequence.writing.unit)
    return not after.sequence.is_loose and after.sequence.number(index) != number  # loose ones are only counted


def carried(before: OpenSequence, after: FrameSequence) -> Iterator[Bookmark]:
    """Yields the bookmarks of ``before`` at the numbers that their files have ``after``."""
    for bookmark in before.bookmarks.all:
        at = before.sequence.index_of(FrameNumber(bookmark.number))
        index = None if at is None else after.index_of_name(before.sequence.name(at))
        if index is not None:
            yield bookmark._replace(number=after.number(index))


def path_at(sequence: FrameSequence, number: int | None, preferences: Preferences) -> str | None:
    """Returns the path of what is shown of ``sequence`` when it opens at ``number``; None where there is no file."""
    missing = preferences.missing
    positions = Positions(sequence, with_gaps=missing is not MissingPolicy.SKIP)
    position = 0 if number is None else positions.nearest(number)
    index = positions.index_before(position) if missing is MissingPolicy.HOLD else positions.index(position)
    return None if index is None else sequence.path(index)


def _view(sequences: tuple[FrameSequence, ...], position: int, positions: Positions) -> SequenceView:
    sequence = sequences[position]
    numbers = Numbers(sequence.writing, sequence.text, positions.nearest_number, sequence.step)
    return SequenceView(
        label=sequence.label,
        folder=sequence.folder,
        first=sequence.first,
        last=sequence.last,
        count=len(sequence),
        gaps=sequence.gaps,
        position=position + 1,
        positions=len(sequences),
        is_pages=is_picture_name(os.path.split(sequence.folder)[1]),
        numbers=COUNTS if sequence.writing.is_count else numbers,
    )


def _continues(before: FrameSequence, after: FrameSequence) -> bool:
    """Returns whether all frames of ``before`` are in ``after``, at the same positions."""
    if before.padding != after.padding or before.writing != after.writing:
        return False
    if before.writing.is_count and before.exceptions != after.exceptions:
        return False  # a time or a decimal is all in which its name differs from the others
    return len(before) <= len(after) and after.numbers[: len(before)] == before.numbers


def _range_in(after: FrameSequence, before: FrameSequence, first: int, last: int, *, is_open: bool) -> tuple[int, int]:
    """Returns where a range of positions in ``before`` lies in ``after``.

    Its ends stay at their numbers when new frames shift the positions; if it ``is_open``, one at the end grows with it.
    """

    def there(index: int) -> int:
        number = renumbered(before.number(FrameIndex(index)), before.writing.unit, after.writing.unit)
        return index if number is None else after.nearest_index(FrameNumber(number))

    start = there(first) if first else 0
    end = len(after) - 1 if is_open and last == len(before) - 1 else there(last)
    return start, max(start, end)
