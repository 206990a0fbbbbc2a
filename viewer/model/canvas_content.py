"""What is on the canvas: the frame itself, what stands in for it until it is here, or why it cannot be shown."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from viewer.core.display.picture import Screen
from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.records import NamedTuple, replace
from viewer.core.units import format_part
from viewer.model import messages
from viewer.model.open_sequence import Follower
from viewer.model.preferences import MissingPolicy
from viewer.model.view_state import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.display.look import Look
    from viewer.core.display.picture import VisiblePart
    from viewer.core.frame import Frame, Size
    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop, Timer
    from viewer.model.frame_table import FrameTable
    from viewer.model.open_sequence import OpenSequence

PROGRESS_AFTER = 0.15
"""Seconds until the notice tells how far a read is."""
STAND_IN_WITHIN = 64
"""Frames on either side that are looked at for a picture that can stand in."""
SETTLE = 0.15
"""Seconds the canvas must keep its size before pictures are made for it."""


class Seen(NamedTuple):
    """What the canvas shows; the fields are those of :class:`ViewState`."""

    shown: Shown | None = None
    notice: str = ""
    problem_kind: str = ""
    problem: str = ""
    facts: str = ""
    holds: bool = False


class CanvasContent(Follower):
    """Decides what is on the canvas, from snapshot to snapshot; owner thread only.

    Attributes:
        arrived_at: when the playhead came to the present position.
        shown: the picture decided on last.
        missing: what is shown at a frame that has no file, or that cannot be read.
    """

    def __init__(self, loop: Loop, loader: Loader) -> None:
        self._loop = loop
        self._loader = loader
        self._jumped = False
        self._shown_as_of = 0.0
        self._fit_size: Size | None = None
        self._fit_size_timer: Timer | None = None
        self.arrived_at = loop.now()
        self.shown: Shown | None = None
        self.missing = MissingPolicy.GAP

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now; without one the picture goes."""
        super().follow(here)
        if here is None:
            self.shown = None
            self.arrive()

    def arrive(self) -> None:
        """Called when the playhead has come to another position."""
        self.arrived_at = self._loop.now()

    def note_jump(self, *, jumped: bool) -> None:
        """Notes whether the way there was longer than a step: then a thumbnail is better than the last picture."""
        self._jumped = jumped

    def set_fit_size(self, fit_size: Size | None) -> None:
        """Takes the size that pictures are fitted into, in pixels of the screen; None when they are not fitted.

        The first size holds at once; a change holds when the size has been still for a moment.
        """
        self.close()
        if self._fit_size is None or fit_size is None:
            self._settle(fit_size)
        elif fit_size != self._fit_size:
            self._fit_size_timer = self._loop.call_later(SETTLE, lambda: self._settle(fit_size))

    def set_view(self, view: VisiblePart | None) -> None:
        """Takes the part of the picture that is seen; None while all of it is."""
        self._loader.screens.show(self._loader.screens.look, view)

    def show_with(self, look: Look) -> None:
        """Takes the look that pictures are shown with; thumbnails follow it."""
        self._loader.screens.show(look, self._loader.screens.view)

    def _settle(self, fit_size: Size | None) -> None:
        self._fit_size_timer = None
        self._fit_size = fit_size
        self._loader.set_fit_size(fit_size)

    def close(self) -> None:
        """Forgets a size that does not hold yet."""
        if self._fit_size_timer is not None:
            self._fit_size_timer.cancel()
            self._fit_size_timer = None

    # Which frame is seen

    def is_here(self, number: int) -> bool:
        """Returns whether the frame with this number can be shown at once."""
        here = self._here
        index = None if here is None else here.sequence.index_of(FrameNumber(number))
        return here is not None and index is not None and self._loader.holdings.is_ready(here.table.path(index))

    def thumbnail(self, number: int) -> tuple[FrameNumber, Frame, str] | None:
        """Returns the thumbnail that is here of the frame nearest to this number, its number, and whether it is old."""
        if (here := self._here) is None:
            return None
        for index in outwards(here.sequence.nearest_index(FrameNumber(number)), STAND_IN_WITHIN):
            path = here.table.known_path(index)
            frame = None if path is None else self._loader.screens.thumbnail(path)
            if path is not None and frame is not None:
                return here.sequence.number(FrameIndex(index)), frame, self._as_of(path)
        return None

    def path_seen(self, position: int) -> str | None:
        """Returns the path of the frame to be seen at a position: its own, or of the one held there; None for none."""
        if self._here is None:
            return None
        table = self._here.table
        path = table.path_at(position)
        if self.missing is not MissingPolicy.HOLD or (path is not None and self._loader.failures.error(path) is None):
            return path
        held = self._held_index(table, position)
        return path if held is None else table.path(held)

    def is_skipped(self, position: int) -> bool:
        """Returns whether a frame that cannot be read is passed over at a position."""
        path = None if self._here is None else self._here.table.path_at(position)
        if path is None or self.missing is not MissingPolicy.SKIP:
            return False
        failures = self._loader.failures
        return failures.away is None and failures.error(path) is not None and not failures.is_unsure(path)

    # What is seen of it

    def look(self, listed: str) -> Seen:
        """Returns what is to be seen where the playhead is; without one, a notice on what is ``listed``.

        That is what was opened, as long as what there is of it is not known; "" from then on.
        """
        if (here := self._here) is None:
            return Seen(notice=" · ".join([f"opening {listed}", *self._patience()]) if listed else "")
        table, position, number, index = here.table, here.playhead.index, here.number, here.index
        text = here.sequence.text
        if index is None and listed:
            return Seen(notice=f"looking for frame {text(number)}")
        if index is None:
            sentence = f"There is no file for frame {text(number)}."
            return self._hold(table, position, f"no file for {text(number)}") or self._without("gap", sentence)
        path, name = table.path(index), table.name(index)
        shown, failures = self._painted(path, number, name), self._loader.failures
        is_here = shown is not None or path in self._loader.holdings.shown
        failure = None if is_here or failures.is_unsure(path) else failures.error(path)
        if shown is not None:
            self.shown = shown
            copy = self._loader.confirms.copies.get(path)
            self._shown_as_of = 0.0 if copy is None else copy.as_of
            return Seen(self.shown, self._as_of(path))
        if failure is None:
            self.shown = self._stand_in(table, index)
            return Seen(self.shown, "" if is_here else self._notice(table, index))
        stamp, clock = self._loader.stamp(path), self._loader.confirms.copies.clock
        age = 0.0 if stamp is None else clock.age(stamp, self._loop.now())
        kind, sentence = messages.problem(text(number), failure, stamp, age, failures.away)
        held = None
        if kind != "unreachable":
            held = self._hold(table, position, f"{text(number)} cannot be shown")
        return held or self._without(kind, sentence, messages.facts(stamp, time.time()))

    def _without(self, kind: str, sentence: str, facts: str = "") -> Seen:
        self.shown = None
        return Seen(problem_kind=kind, problem=sentence, facts=facts)

    def _hold(self, table: FrameTable, position: int, why: str) -> Seen | None:
        """Returns the frame before ``position``, if that is what is to be held there and there is one."""
        index = self._held_index(table, position) if self.missing is MissingPolicy.HOLD else None
        if index is None:
            return None
        number = table.number(index)
        shown = self._painted(table.path(index), number, table.name(index))
        if shown is None:
            self.shown = self._stand_in(table, index)
            return Seen(self.shown, f"{why} · loading {table.sequence.text(number)}")
        self.shown = shown
        parts = [f"{why} · showing {table.sequence.text(number)}", self._as_of(table.path(index))]
        return Seen(self.shown, " ".join(filter(None, parts)), holds=True)

    def _held_index(self, table: FrameTable, position: int) -> int | None:
        """Returns the nearest frame before ``position`` that is not known to be unreadable, None for none near."""
        before = table.positions.index_before(position)
        if before is None:
            return None
        start = before - (table.positions.index(position) is not None)
        for index in range(start, max(-1, start - STAND_IN_WITHIN), -1):
            if self._loader.failures.error(table.path(index)) is None:
                return index
        return None

    def _stand_in(self, table: FrameTable, here: int) -> Shown | None:
        """Returns what to show until the frame at index ``here`` is here: the nearest to it that is."""
        waited = self._loop.now() - self.arrived_at
        small = self._small(table, here) if self._jumped or waited >= PROGRESS_AFTER else None
        if small is not None:
            return small
        shown = self.shown
        shown_at = None if shown is None else table.sequence.index_of_name(shown.name)
        nearest = STAND_IN_WITHIN if shown_at is None else min(STAND_IN_WITHIN, abs(shown_at - here) - 1)
        for index in outwards(here, nearest):
            if shown_at is not None and not self._jumped and (index - here) * (shown_at - here) < 0:
                continue  # when steps get there it would be followed by frames before it
            near = table.known_path(index)
            if near is None or index == here:
                continue
            painted = self._painted(near, table.number(index), table.name(index)) or self._small(table, index)
            if painted is not None:
                return painted
        # A frame that only stands in gives its place in memory to the one that is waited for.
        return shown if shown is None or shown.screen is None else _without_source(shown)

    def _painted(self, path: str, number: FrameNumber, name: str) -> Shown | None:
        """Returns the picture of ``path`` if it can be painted now; what is on screen also by the look before this."""
        picture = self._loader.holdings.picture(path)
        if picture is None:
            return None
        screens = self._loader.screens
        if screens.needs_none(picture):
            return Shown(number, picture, name, path=path)
        screen, before = screens.screen(path), self.shown
        if screen is not None:
            return Shown(number, picture, name, screen=screen, path=path)
        if before is None or before.is_stand_in or (before.number, before.name) != (number, name):
            return None
        if (before.picture.size, before.picture.kind) != (picture.size, picture.kind):
            return replace(before, is_outdated=True)  # of the file as it was
        screen = screens.last_screen(path) or before.screen
        return Shown(number, picture, name, screen=screen, is_outdated=True, path=path)

    def _small(self, table: FrameTable, index: int) -> Shown | None:
        """Returns the thumbnail of the frame at an index, enlarged, or None."""
        path = table.known_path(index)
        small = None if path is None else self._loader.holdings.stand_in(path)
        painted = None if path is None or small is None else self._loader.screens.thumbnail(path)
        if small is None or painted is None:
            return None
        screen = None if painted is small.display else Screen(painted, self._loader.screens.look)
        return Shown(table.number(index), small, table.name(index), is_stand_in=True, screen=screen)

    def _notice(self, table: FrameTable, index: int) -> str:
        shown, transfer, name = self.shown, self._loader.reads.transfer(table.path(index)), table.name(index)
        number = table.number(index)
        parts = [f"loading {table.sequence.text(number)}"]
        if transfer is not None and self._loop.now() - self.arrived_at >= PROGRESS_AFTER:
            if transfer.total is not None and transfer.received:
                parts.append(format_part(transfer.received, transfer.total))
            if not self._is_in_banner:
                parts.extend(self._patience(table.path(index)))
        if shown is not None and shown.name != name:
            # The numbers of loose pictures shift as others land.
            at = None if shown.number == number else table.sequence.index_of(shown.number)
            has_number = at is not None and table.name(at) == shown.name
            old = self._as_of(table.path(at)) if at is not None and has_number else ""
            what = table.sequence.text(shown.number) if has_number else shown.name
            parts.append(" ".join(filter(None, [f"showing {what}", old])))
        elif shown is not None and shown.is_stand_in:
            parts.append(" ".join(filter(None, ["preview", self._as_of(table.path(index))])))
        elif shown is not None:  # it is read anew
            parts.append(f"showing it as of {messages.moment(self._shown_as_of, time.time())}")
        return " · ".join(parts)

    def _as_of(self, path: str) -> str:
        """Returns what is to be said of a picture that may be old; "" of one that the share has confirmed."""
        loader, confirms = self._loader, self._loader.confirms
        silence = loader.reads.silence
        is_away = confirms.is_refused or loader.failures.away is not None or silence >= messages.SILENT
        has_no_answer = is_away or silence >= messages.UNANSWERED
        copy = confirms.doubt(path) or (confirms.copies.get(path) if has_no_answer else None)
        return "" if copy is None else messages.as_of(copy, time.time(), is_away=is_away)

    @property
    def _is_in_banner(self) -> bool:
        """Whether the banner says that the share does not answer, and for how long."""
        return self._loader.failures.away is not None or self._loader.reads.silence >= messages.SILENT

    def _patience(self, path: str = "") -> Iterator[str]:
        """Yields what the file at ``path``, or the listing, waits for and how long already, once that is long."""
        reads = self._loader.reads
        is_share = not path or reads.silence >= messages.PATIENCE
        waited = reads.silence if is_share else reads.waited(path)
        if waited >= messages.PATIENCE:
            yield f"waiting for {'the share' if is_share else 'this file'} for {waited:.0f} s"


def _without_source(shown: Shown) -> Shown:
    return replace(shown, picture=replace(shown.picture, source=None)) if shown.picture.source is not None else shown


def outwards(index: int, within: int) -> Iterator[int]:
    """Yields ``index`` and its neighbours on both sides, the nearest first, up to ``within`` away."""
    yield index
    for distance in range(1, within + 1):
        yield index - distance
        yield index + distance
