"""What the user sets for the open sequence: its in and out point, its first time code, how the picture lies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.core.play.timebase import valid_start

if TYPE_CHECKING:
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.refresher import Refresher
    from viewer.model.sequence_settings import Zoom
    from viewer.model.sequence_settings_sync import SequenceSettingsSync


class SequenceEditor:
    """Changes settings of the open sequence and has them remembered; owner thread only."""

    def __init__(self, settings: SequenceSettingsSync, refresher: Refresher) -> None:
        """Makes it; no sequence is open."""
        self._settings = settings
        self._refresher = refresher
        self._here: OpenSequence | None = None

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now."""
        self._here = here

    def mark_in(self, number: int | None = None) -> None:
        """Sets the in point to where the playhead is; a number that is given is held before the out point."""
        here = self._here
        if here is not None:
            last = here.playhead.last
            first = here.playhead.index if number is None else min(here.positions.nearest(number), last)
            self._set_range(here, first, max(first, last), "mark_in")

    def mark_out(self, number: int | None = None) -> None:
        """Sets the out point to where the playhead is; a number that is given is held after the in point."""
        here = self._here
        if here is not None:
            first = here.playhead.first
            last = here.playhead.index if number is None else max(here.positions.nearest(number), first)
            self._set_range(here, min(first, last), last, "mark_out")

    def clear_in(self) -> None:
        """Takes the in point away."""
        if self._here is not None:
            self._set_range(self._here, 0, self._here.playhead.last, "mark_in")

    def clear_out(self) -> None:
        """Takes the out point away."""
        if self._here is not None:
            playhead = self._here.playhead
            self._set_range(self._here, playhead.first, playhead.count - 1, "mark_out")

    def _set_range(self, here: OpenSequence, first: int, last: int, end: str) -> None:
        """Sets the range; remembers the end that was set, and the other if that has changed with it."""
        before = here.marks
        here.playhead = replace(here.playhead, first=first, last=last)
        ends = zip(("mark_in", "mark_out"), before, here.marks, strict=True)
        self._settings.change(here.sequence, **{name: mark for name, was, mark in ends if name == end or mark != was})
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
