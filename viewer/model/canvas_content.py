"""What is on the canvas: the frame itself, what stands in for it until it is here, or why it cannot be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewer.core.errors import StorageError
from viewer.core.units import format_part
from viewer.model import messages
from viewer.model.preferences import MissingPolicy
from viewer.model.view_state import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.frame import FrameNumber
    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop
    from viewer.model.frame_table import FrameTable

PROGRESS_AFTER = 0.15
"""Seconds until the notice tells how far a read is."""
STAND_IN_WITHIN = 64
"""Frames on either side that are looked at for a picture that can stand in."""


class Seen(NamedTuple):
    """What is to be seen at one position; the fields are those of :class:`ViewState`."""

    shown: Shown | None = None
    notice: str = ""
    problem_kind: str = ""
    problem: str = ""
    holds: bool = False


class CanvasContent:
    """Decides what is on the canvas, from snapshot to snapshot; owner thread only.

    Attributes:
        arrived_at: when somebody went to the present position.
        shown: the picture decided on last.
    """

    def __init__(self, loop: Loop, loader: Loader) -> None:
        """Makes it; nothing is on the canvas."""
        self._loop = loop
        self._loader = loader
        self._jumped = False
        self._received, self._received_at = 0, 0.0
        self.arrived_at = loop.now()
        self.shown: Shown | None = None

    def clear(self) -> None:
        """Forgets the picture: what comes is of another sequence."""
        self.shown = None
        self.arrived_at = self._loop.now()

    def arrive(self) -> None:
        """Is told that somebody has gone to another position."""
        self.arrived_at = self._loop.now()

    def note_jump(self, *, jumped: bool) -> None:
        """Is told whether the way there was longer than a step: then a small picture is better than the last one."""
        self._jumped = jumped

    def opening(self, text: str) -> str:
        """Returns the notice while nothing is known yet of what ``text`` names."""
        return " · ".join([f"opening {text}", *self._patience()])

    def look(self, table: FrameTable, position: int, missing: MissingPolicy) -> Seen:
        """Returns what is to be seen at ``position``."""
        number, index = table.positions.number(position), table.positions.index(position)
        if index is None:
            sentence = f"There is no file for frame {number}."
            return self._hold(table, position, missing, f"no file for {number}") or self._without("gap", sentence)
        path, name = table.path(index), table.name(index)
        picture = self._loader.picture(path)
        failure = None if picture is not None else self._loader.failure(path)
        if picture is not None:
            self.shown = Shown(number, picture, name)
            return Seen(self.shown)
        if failure is None:
            self.shown = self._stand_in(table, index)
            return Seen(self.shown, self._notice(table, index))
        is_away = self._loader.away is not None
        kind, sentence = messages.problem(number, failure, self._loader.stamp(path), is_away=is_away)
        held = None
        if not (is_away and isinstance(failure, StorageError)):
            held = self._hold(table, position, missing, f"{number} cannot be shown")
        return held or self._without(kind, sentence)

    def _without(self, kind: str, sentence: str) -> Seen:
        self.shown = None
        return Seen(problem_kind=kind, problem=sentence)

    def _hold(self, table: FrameTable, position: int, missing: MissingPolicy, why: str) -> Seen | None:
        """Returns the frame before ``position``, if that is what is to be held there and there is one."""
        index = self.held_index(table, position) if missing is MissingPolicy.HOLD else None
        if index is None:
            return None
        picture, number = self._loader.picture(table.path(index)), table.number(index)
        if picture is None:
            self.shown = self._stand_in(table, index)
            return Seen(self.shown, f"{why} · loading {number}")
        self.shown = Shown(number, picture, table.name(index))
        return Seen(self.shown, f"{why} · showing {number}", holds=True)

    def held_index(self, table: FrameTable, position: int) -> int | None:
        """Returns the nearest frame before ``position`` that is not known to be unreadable, None for none near."""
        before = table.positions.index_before(position)
        if before is None:
            return None
        start = before - (table.positions.index(position) is not None)
        for index in range(start, max(-1, start - STAND_IN_WITHIN), -1):
            if self._loader.failure(table.path(index)) is None:
                return index
        return None

    def _stand_in(self, table: FrameTable, here: int) -> Shown | None:
        """Returns what to show until the frame at index ``here`` is here: the nearest to it that is."""
        waited = self._loop.now() - self.arrived_at
        small = self._loader.stand_in(table.path(here))
        if small is not None and (self._jumped or waited >= PROGRESS_AFTER):
            return Shown(table.number(here), small, table.name(here), is_stand_in=True)
        shown = self.shown
        shown_at = None if shown is None else table.sequence.index_of_name(shown.name)
        nearest = STAND_IN_WITHIN if shown_at is None else min(STAND_IN_WITHIN, abs(shown_at - here) - 1)
        for index in outwards(here, nearest):
            near = table.known_path(index)
            picture = None if near is None else self._loader.picture(near) or self._loader.stand_in(near)
            if near is not None and picture is not None and index != here:
                return Shown(table.number(index), picture, table.name(index), not self._loader.is_shown(near))
        return shown

    def _notice(self, table: FrameTable, index: int) -> str:
        shown, transfer, name = self.shown, self._loader.progress(table.path(index)), table.name(index)
        number = table.number(index)
        parts = [f"loading {number}"]
        if transfer is not None and self._loop.now() - self.arrived_at >= PROGRESS_AFTER:
            if transfer.total is not None and transfer.received:
                parts.append(format_part(transfer.received, transfer.total))
            parts.extend(self._patience(transfer.received))
        if shown is not None and shown.name != name:
            # The numbers of loose pictures shift as others land.
            told = shown.number != number and _name_of(table, shown.number) == shown.name
            parts.append(f"showing {shown.number if told else shown.name}")
        elif shown is not None and shown.is_stand_in:
            parts.append("preview")
        return " · ".join(parts)

    def _patience(self, received: int = 0) -> Iterator[str]:
        """Yields for how long the share has not sent anything more than ``received``, once that is long."""
        now = self._loop.now()
        if received != self._received:
            self._received, self._received_at = received, now
        silent = now - max(self.arrived_at, self._received_at)
        if silent >= messages.SILENT:
            yield f"waiting for the share for {silent:.0f} s"


def outwards(index: int, within: int) -> Iterator[int]:
    """Yields ``index`` and its neighbours on both sides, the nearest first, up to ``within`` away."""
    yield index
    for distance in range(1, within + 1):
        yield index - distance
        yield index + distance


def _name_of(table: FrameTable, number: FrameNumber) -> str:
    index = table.sequence.index_of(number)
    return "" if index is None else table.name(index)
