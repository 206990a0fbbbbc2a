"""What the user sets for the open sequence: in and out point, first time code, zoom and bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.executor import Success
from viewer.core.frame import FrameNumber
from viewer.core.play.timebase import valid_start
from viewer.core.records import dataclass, replace
from viewer.core.sequence.writing import COUNT
from viewer.model import messages
from viewer.model.go_to import destination, understood
from viewer.model.open_sequence import Follower
from viewer.model.sequence_settings import Bookmark, Bookmarks, ChosenLook, of_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewer.core.display.orientation import Orientation
    from viewer.core.executor import Executor, Failure
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.refresher import Refresher
    from viewer.model.sequence_settings import Zoom
    from viewer.model.sequence_settings_sync import SequenceSettingsSync


@dataclass(eq=False)
class SequenceEditor(Follower):
    """Changes settings of the open sequence and has them remembered; owner thread only.

    ``_on_turned`` is called when its pictures are turned otherwise: that is part of how they look.
    """

    _settings: SequenceSettingsSync
    _refresher: Refresher
    _on_turned: Callable[[], None]

    def mark_in(self, number: int | None = None) -> None:
        """Sets the in point to where the playhead is; a number that is given is held before the out point."""
        if (here := self._here) is not None:
            last = here.playhead.last
            first = here.playhead.index if number is None else min(here.positions.nearest(number), last)
            self._put(here, "mark_in", here.positions.number(first), is_beyond=first > last)

    def mark_out(self, number: int | None = None) -> None:
        """Sets the out point to where the playhead is; a number that is given is held after the in point."""
        if (here := self._here) is not None:
            first = here.playhead.first
            last = here.playhead.index if number is None else max(here.positions.nearest(number), first)
            self._put(here, "mark_out", here.positions.number(last), is_beyond=last < first)

    def clear_in(self) -> None:
        """Takes the in point away."""
        if self._here is not None:
            self._put(self._here, "mark_in", None)

    def clear_out(self) -> None:
        """Takes the out point away."""
        if self._here is not None:
            self._put(self._here, "mark_out", None)

    def mark_typed(self, end: str, text: str) -> str:
        """Sets one end, "mark_in" or "mark_out", to what was typed; returns a sentence if that is not understood."""
        if (here := self._here) is None:
            return ""
        found = destination(text, here.sequence, here.time_base, here.number)
        if found is None:
            return understood(here.sequence)
        at = here.positions.nearest(here.number + found.number if found.is_step else found.number)
        is_beyond = at > here.playhead.last if end == "mark_in" else at < here.playhead.first
        self._put(here, end, here.positions.number(at), is_beyond=is_beyond)
        return ""

    def clear(self) -> None:
        """Takes both points away."""
        self.clear_in()
        self.clear_out()

    def _put(self, here: OpenSequence, end: str, number: int | None, *, is_beyond: bool = False) -> None:
        """Sets one end, which takes the other one along if it ``is_beyond`` that."""
        marks = {"mark_in": here.mark_in, "mark_out": here.mark_out} | {end: number}
        other = "mark_out" if end == "mark_in" else "mark_in"
        if is_beyond:
            marks[other] = number
        elif None not in marks.values() and (marks["mark_in"] or 0) > (marks["mark_out"] or 0):
            marks[other] = None  # it lay beside all frames that there are
        here.set_marks(**marks)
        self._settings.change(here.sequence, **marks)
        self._refresher.plan_soon()
        self._refresher.touch()

    def set_start(self, text: str) -> bool:
        """Sets the time code of the first frame, "" for 00:00:00:00; returns whether it was understood."""
        text = text.strip()
        if self._here is None or not valid_start(text):
            self._refresher.say(f'"{text}" is no time code: write hours, minutes, seconds and frames, 01:00:00:00.')
            return False
        self._here.start = text
        self._settings.change(self._here.sequence, start=text)
        self._refresher.touch()
        return True

    def set_zoom(self, zoom: Zoom) -> None:
        """Has it remembered how the picture lies on the canvas."""
        if self._here is not None:
            self._settings.change(self._here.sequence, zoom=None if zoom.scale is None else zoom)

    def rotate(self, quarters: int) -> None:
        """Turns the pictures clockwise by quarters of a circle, with negative ones back."""
        self._turn(lambda orientation: orientation.rotated(quarters))

    def flip(self, *, upside_down: bool) -> None:
        """Mirrors the pictures as they are seen: left and right change places, or above and below."""
        self._turn(lambda orientation: orientation.flipped(upside_down=upside_down))

    def _turn(self, changed: Callable[[Orientation], Orientation]) -> None:
        if (here := self._here) is not None:
            chosen = here.look or ChosenLook()
            chosen = replace(chosen, look=replace(chosen.look, orientation=changed(chosen.look.orientation)))
            here.look = None if chosen == ChosenLook() else chosen
            self._settings.change(here.sequence, look=here.look)
            self._on_turned()


@dataclass(eq=False)
class BookmarkEditor(Follower):
    """Changes the bookmarks of the open sequence and has them remembered; owner thread only.

    ``_on_go_to`` is called with the number of the frame to go to.
    """

    _chores: Executor
    _settings: SequenceSettingsSync
    _refresher: Refresher
    _on_go_to: Callable[[int], None]

    def toggle(self, number: int | None = None) -> None:
        """Sets a bookmark at the frame with this number, or at this frame, or takes it away; one with a note stays."""
        if self._here is None:
            return
        number, bookmarks = self._here.number if number is None else FrameNumber(number), self._here.bookmarks
        noted = next((each.note for each in bookmarks.all if each.number == number), "")
        if noted:
            at = self._here.sequence.text(number)
            self._refresher.say(f"The bookmark at {at} has a note: remove it in the list of bookmarks ({noted}).")
        elif number in bookmarks:
            self._set(self._here, bookmarks.without([number]))
        else:
            self._set(self._here, bookmarks.with_(Bookmark(number)))

    def add(self) -> None:
        """Sets a bookmark at this frame, if there is none yet."""
        if self._here is not None and self._here.number not in self._here.bookmarks:
            self.toggle()

    def set_note(self, number: int, note: str) -> None:
        """Writes a note to the bookmark at this number."""
        if self._here is not None and number in self._here.bookmarks:
            self._set(self._here, self._here.bookmarks.with_(Bookmark(number, note)))

    def remove(self, numbers: Iterable[int]) -> None:
        """Takes the bookmarks at these numbers away."""
        if self._here is not None:
            self._set(self._here, self._here.bookmarks.without(numbers))

    def go(self, direction: int) -> None:
        """Moves to the next bookmark, or with -1 to the previous one."""
        if self._here is not None:
            bookmarks = self._here.bookmarks
            number = (bookmarks.after if direction > 0 else bookmarks.before)(self._here.number)
            if number is not None:
                self._on_go_to(number)

    def export(self, path: str) -> None:
        """Writes the bookmarks as a table to a file of the user's choice; see :mod:`viewer.model.bookmark_file`."""
        from viewer.model import bookmark_file  # noqa: PLC0415 - seldom wanted

        if (here := self._here) is None:
            return
        bookmarks, time_base, sequence = here.bookmarks.all, here.time_base, here.sequence

        def done(outcome: Success[None] | Failure) -> None:
            if isinstance(outcome, Success):
                self._refresher.say(f"{_bookmarks_were(len(bookmarks))} written to {path}.")
            else:
                self._refresher.say(messages.not_saved("The bookmarks were", path, outcome.error))

        self._chores.submit(lambda: bookmark_file.write(path, bookmarks, time_base, sequence), done)

    def import_from(self, path: str) -> None:
        """Adds the bookmarks of a table, whose notes replace those at the same numbers."""
        from viewer.model import bookmark_file  # noqa: PLC0415 - the same

        before = self._here

        def done(outcome: Success[tuple[tuple[Bookmark, ...], str]] | Failure) -> None:
            here = self._here
            if before is None or here is None or before.text != here.text or not before.is_same(here.sequence):
                return
            if isinstance(outcome, Success):
                found, sentence = outcome.value
                if here.sequence.is_loose:
                    found = of_files(here.sequence, found)
                self._set(here, here.bookmarks.with_(*found))
                taken = f"{_bookmarks_were(len(found))} taken from {path}."
                self._refresher.say(" ".join(filter(None, [taken, sentence])))
            else:
                self._refresher.say(f"The bookmarks could not be read from {path}: {messages.cause(outcome.error)}.")

        writing = COUNT if before is None else before.sequence.writing
        self._chores.submit(lambda: bookmark_file.read(path, writing), done)

    def _set(self, here: OpenSequence, bookmarks: Bookmarks) -> None:
        self._settings.change(here.sequence, bookmarks=bookmarks.all)
        here.bookmarks = Bookmarks(self._settings.of(here.sequence).bookmarks)
        self._refresher.touch()


def _bookmarks_were(count: int) -> str:
    return "1 bookmark was" if count == 1 else f"{count} bookmarks were"
