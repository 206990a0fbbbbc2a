"""The open viewer: verbs go in, one frozen snapshot comes out."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import TYPE_CHECKING

from viewer.core.errors import CancelledError, LookaheadError, NotFoundError, SequenceError
from viewer.core.executor import Failure, Success
from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.load.loader import FrameState, Loader
from viewer.core.load.plan import Plan
from viewer.core.play.player import Player
from viewer.core.play.playhead import Playhead
from viewer.core.play.prefetch import order_of_need, steps_until
from viewer.core.spans import Span, spans
from viewer.core.storage.storage import Transfer
from viewer.core.units import format_part
from viewer.model.opening import Opened, guess, open_from
from viewer.model.preferences import HoldPolicy, Preferences
from viewer.model.view_state import SequenceView, Shown, TimelineView, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.executor import Executor
    from viewer.core.frame import Size
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.model.settings_file import Settings

REFRESH = 0.1
"""Seconds between two snapshots of what changes by itself: the timeline, the rates, the progress of a read."""
SETTLE = 0.15
"""Seconds the canvas must keep its size before pictures are made for it."""
PROGRESS_AFTER = 0.15
"""Seconds until the notice tells how far a read is."""
WAITS_LONG = 5.0
"""Seconds after which a share that sends nothing is said not to answer."""

_STATE_CODES = {code: state for state in FrameState if (code := bytes([state.value])) != b"\0"}
_RUNS = re.compile(b"|".join(re.escape(code) + b"+" for code in _STATE_CODES), re.DOTALL)


class ViewerModel:
    """One window's worth of viewing; owner thread only.

    Every verb returns at once. Each change is followed by one :class:`ViewState` handed to the listener, soon after
    and never within the verb.
    """

    def __init__(
        self,
        loop: Loop,
        storage: Storage,
        chores: Executor,
        make_loader: Callable[[Callable[[str], None]], Loader],
        settings: Settings,
        message: str = "",
    ) -> None:
        """Makes a viewer with nothing open.

        Args:
            loop: the owner thread's.
            storage: where the pictures are.
            chores: hands for listing folders.
            make_loader: makes the loader, given whom to tell of changes.
            settings: what was remembered.
            message: a sentence to show until somebody moves on, or "".
        """
        self._loop = loop
        self._storage = storage
        self._chores = chores
        self._loader = make_loader(self._frame_changed)
        self._player = Player(loop, self._advance)
        self._settings = settings
        self._message = ""
        self._complaint = message
        self._listener: Callable[[ViewState], None] = lambda _state: None
        self._remember: Callable[[Settings], None] = lambda _settings: None
        self._opening: Transfer | None = None
        self._text = ""
        self._listed = False
        self._sequences: tuple[FrameSequence, ...] = ()
        self._chosen = 0
        self._sequence: FrameSequence | None = None
        self._sequence_view: SequenceView | None = None
        self._playhead = Playhead(1)
        self._moved = False
        self._wished_number: FrameNumber | None = None
        self._paths: dict[int, str] = {}
        self._indexes: dict[str, int] = {}
        self._states = bytearray()
        self._timeline = TimelineView()
        self._timeline_stale = False
        self._names_seen = 0
        self._shown: Shown | None = None
        self._seen = ""
        self._pending_step = 0
        self._held_from: int | None = None
        self._arrived_at = 0.0
        self._received, self._received_at = 0, 0.0
        self._box: Size | None = None
        self._box_timer: Timer | None = None
        self._posted = False
        self._plan_posted = False
        self._refresh: Timer | None = None
        self._player.set_rate(settings.preferences.rate)

    # Wires

    def listen(self, listener: Callable[[ViewState], None]) -> None:
        """Sets whom to hand each snapshot to."""
        self._listener = listener
        self._touch()

    def remember_with(self, remember: Callable[[Settings], None]) -> None:
        """Sets whom to hand the settings to when they change."""
        self._remember = remember

    @property
    def opened(self) -> str:
        """What was opened last, as it was given; "" before that."""
        return self._text

    @property
    def settings(self) -> Settings:
        """What is to be remembered."""
        return self._settings

    # Opening

    def open(self, text: str, number: int | None = None) -> None:
        """Opens a folder, a picture or a pattern by its absolute path, at frame ``number`` if that exists.

        A picture that is named is loaded at once, while its folder is still being listed.
        """
        if self._opening is not None:
            self._opening.cancel()
        self._text = text
        self._message = ""
        self._names_seen = 0
        self._listed = self._moved = False
        self._shown, self._seen = None, ""
        self._pending_step, self._held_from = 0, None
        self._arrived_at = self._loop.now()
        self._wished_number = None if number is None else FrameNumber(number)
        self._close_sequence()
        guessed = guess(text)
        if guessed is not None:
            self._take(guessed)
        self._list()
        self._touch()

    def _close_sequence(self) -> None:
        self._player.stop()
        self._sequences, self._sequence, self._sequence_view = (), None, None
        self._index_frames()

    def reload(self) -> None:
        """Lists the folder again and forgets what was read of it, so that whatever changed is seen."""
        if self._text:
            self._loader.reload(list(self._indexes))
            self._list()
            self._touch()

    def _list(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        transfer = self._opening = Transfer()
        storage, text, loop = self._storage, self._text, self._loop

        def take(opened: Opened) -> None:
            self._listed = True
            self._take(opened)

        def report(opened: Opened) -> None:
            _prepare(opened)
            loop.post(lambda: take(opened) if self._opening is transfer else None)

        def list_all() -> Opened:
            return _prepare(open_from(storage, text, transfer, report, loop.now))

        def done(outcome: Success[Opened] | Failure) -> None:
            if self._opening is not transfer:
                return
            self._opening = None
            if isinstance(outcome, Success):
                self._message = ""
                take(outcome.value)
                self._settings = self._settings.with_recent(outcome.value.folder)
                self._remember(self._settings)
            elif not isinstance(outcome.error, CancelledError):
                self._message = _sentence(outcome.error)
                if isinstance(outcome.error, SequenceError | NotFoundError) and not (self._listed or self._shown):
                    self._close_sequence()  # the file that was named, and guessed to be there, is not
            self._touch()

        self._chores.submit(list_all, done)

    def _take(self, opened: Opened) -> None:
        """Shows what is known of the folder by now, staying at the frame where the playhead is."""
        self._names_seen = opened.names_seen
        self._sequences = opened.sequences
        chosen, number = opened.chosen, opened.number
        if self._sequence is not None and (self._moved or number is not None):
            chosen, number = self._place_in(opened) or (chosen, number)
        if self._wished_number is not None and not self._moved:
            number = self._wished_number
        self._choose(chosen, number)

    def _place_in(self, opened: Opened) -> tuple[int, FrameNumber] | None:
        """Returns where the frame of the playhead stands now; without it, its number in what its sequence became."""
        sequence = self._sequence
        assert sequence is not None  # noqa: S101 - whoever asks has one
        name = sequence.name(FrameIndex(self._playhead.index))
        for position, candidate in enumerate(opened.sequences):
            index = candidate.index_of_name(name)
            if index is not None:
                return position, candidate.number(index)
        for position, candidate in enumerate(opened.sequences):
            if _is_same(candidate, sequence):
                return position, self._number
        return None

    def _choose(self, position: int, number: FrameNumber | None) -> None:
        sequence = self._sequences[position]
        before, playhead = self._sequence, self._playhead
        stood_at = None if before is None else before.path(FrameIndex(playhead.index))
        same = before is not None and _is_same(before, sequence)
        self._chosen, self._sequence = position, sequence
        index = 0 if number is None else sequence.nearest_index(number)
        last = len(sequence) - 1
        self._playhead = Playhead(
            len(sequence), index, playhead.stride if same else 1, looping=self._settings.preferences.looping
        )
        if same and before is not None:
            # The in and out points stay at their numbers when new frames shift the positions; an open end stays open.
            first = sequence.nearest_index(before.number(FrameIndex(playhead.first))) if playhead.first else 0
            ends = playhead.last == playhead.count - 1
            to = last if ends else sequence.nearest_index(before.number(FrameIndex(playhead.last)))
            self._playhead = dataclasses.replace(self._playhead, first=first, last=max(first, to))
        self._index_frames()
        self._sequence_view = SequenceView(
            label=sequence.label,
            folder=sequence.folder,
            first=sequence.first,
            last=sequence.last,
            count=last + 1,
            gaps=sequence.gaps,
            position=position + 1,
            positions=len(self._sequences),
        )
        if self._path(index) != stood_at:
            self._arrive()
        self._plan_soon()
        self._touch()

    def _index_frames(self) -> None:
        """Makes the tables from positions to paths and back anew; they fill as frames are planned."""
        self._paths, self._indexes = {}, {}
        self._states = bytearray(0 if self._sequence is None else len(self._sequence))
        if self._sequence is None:
            self._loader.replace_plan(Plan(None, (), lambda _path: math.inf))
        else:
            start = len(self._sequence.path(FrameIndex(0))) - len(self._sequence.name(FrameIndex(0)))
            folder = self._sequence.path(FrameIndex(0))[:start]
            for path in self._loader.paths_held():
                if path.startswith(folder):
                    index = self._sequence.index_of_name(path[start:])
                    if index is not None:
                        self._paths[index], self._indexes[path] = path, index
                        self._states[index] = self._loader.state(path).value
        self._timeline_stale = True

    # Moving

    def step(self, by: int, *, repeated: bool = False) -> None:
        """Moves by ``by`` frames, backwards when negative.

        Args:
            by: how many frames.
            repeated: whether it comes from a key that is being held. Unless the preference is to keep pace, such a
                step is taken only when the frame of the last one has been seen, one at the most waiting for that, so
                that none is skipped and nothing is left to catch up with when the key is let go. A step that was
                asked for singly always counts.
        """
        if not repeated or self._settings.preferences.hold_policy is not HoldPolicy.EVERY_FRAME:
            self._player.stop()
            self._move(self._playhead.stepped(by))
        elif self._is_seen:
            self._step_held(by)
        else:
            self._pending_step = by

    def let_go(self) -> None:
        """Is told that no key is held any more: stops at the frame on screen, not at one that is still to come."""
        held_from, self._pending_step = self._held_from, 0
        if held_from is not None and not self._is_seen:
            self._move(dataclasses.replace(self._playhead, index=held_from))

    def _step_held(self, by: int) -> None:
        held_from = self._playhead.index
        self._player.stop()
        self._move(self._playhead.stepped(by))
        self._held_from = held_from

    def go_to(self, number: int) -> None:
        """Moves to the frame with this number, or to the nearest one that exists."""
        if self._sequence is not None:
            self._move(self._playhead.jumped(self._sequence.nearest_index(FrameNumber(number))))

    def go_to_text(self, text: str) -> bool:
        """Moves to what a person typed: "131", "+20" or "-20" relative to here.

        A leading sign counts as a relative move unless the sequence has negative numbers. Returns whether it was
        understood.
        """
        text = text.strip()
        try:
            number = int(text)
        except ValueError:
            return False
        if self._sequence is None:
            return False
        if text[0] == "+" or (text[0] == "-" and self._sequence.first >= 0):
            self.step(number)
        else:
            self.go_to(number)
        return True

    def go_to_first(self) -> None:
        """Moves to the in point; from there, to the first frame."""
        self._move(self._playhead.jumped(0 if self._playhead.index <= self._playhead.first else self._playhead.first))

    def go_to_last(self) -> None:
        """Moves to the out point; from there, to the last frame."""
        end = self._playhead.count - 1
        self._move(self._playhead.jumped(end if self._playhead.index >= self._playhead.last else self._playhead.last))

    def switch_sequence(self, by: int) -> None:
        """Opens the next or previous sequence of the folder; what was loaded of this one is kept."""
        position = min(max(self._chosen + by, 0), len(self._sequences) - 1)
        if self._sequences and position != self._chosen:
            self._player.stop()
            self._shown, self._sequence, self._moved = None, None, True
            self._choose(position, None)

    def _move(self, playhead: Playhead) -> None:
        self._moved = True
        self._complaint = ""
        self._pending_step, self._held_from = 0, None
        if self._sequence is not None and playhead.index != self._playhead.index:
            self._playhead = playhead
            self._arrive()

    def _arrive(self) -> None:
        """Sees to the frame where the playhead now is: shows it if it is here, plans for it after that."""
        self._arrived_at = self._loop.now()
        self._touch()
        self._plan_soon()
        if self._is_seen:  # gone and come back before anything else was on screen: nothing will be painted anew
            self._player.frame_seen()
        else:
            self._player.waits_for_frame()

    def _plan_soon(self) -> None:
        if not self._plan_posted:
            self._plan_posted = True
            self._loop.post(self._replan)

    def _replan(self) -> None:
        self._plan_posted = False
        if self._sequence is None:
            return
        playhead, indexes = self._playhead, self._indexes

        def need(path: str) -> float:
            index = indexes.get(path)
            return math.inf if index is None else steps_until(playhead, index)

        self._loader.replace_plan(Plan(self._path(playhead.index), self._order(playhead), need))

    def _order(self, playhead: Playhead) -> Iterator[str]:
        return (self._path(index) for index in order_of_need(playhead))

    def _path(self, index: int) -> str:
        path = self._paths.get(index)
        if path is None:
            assert self._sequence is not None  # noqa: S101 - only a sequence has positions
            path = self._paths[index] = self._sequence.path(FrameIndex(index))
            self._indexes[path] = index
        return path

    # Playing

    def toggle_play(self) -> None:
        """Starts playing forwards, or stops."""
        if self._player.playing:
            self._player.stop()
        elif self._sequence is not None:
            at_end = not self._playhead.looping and self._playhead.index == self._playhead.last
            if at_end:
                self._move(self._playhead.jumped(self._playhead.first))
            self._player.play()
        self._touch()

    def set_looping(self, *, looping: bool) -> None:
        """Sets whether a step past the end of the range comes in at its beginning."""
        self.set_preferences(self._settings.preferences.changed(looping=looping))

    def set_rate(self, rate: float) -> None:
        """Sets the frames a second for playing, within the limits of the preference."""
        self.set_preferences(self._settings.preferences.changed(rate=rate))

    def mark_in(self) -> None:
        """Sets the in point to the frame where the playhead is."""
        here = self._playhead.index
        self._set_range(here, max(here, self._playhead.last))

    def mark_out(self) -> None:
        """Sets the out point to the frame where the playhead is."""
        here = self._playhead.index
        self._set_range(min(here, self._playhead.first), here)

    def clear_in(self) -> None:
        """Takes the in point away."""
        self._set_range(0, self._playhead.last)

    def clear_out(self) -> None:
        """Takes the out point away."""
        self._set_range(self._playhead.first, self._playhead.count - 1)

    def _set_range(self, first: int, last: int) -> None:
        if self._sequence is not None:
            self._playhead = dataclasses.replace(self._playhead, first=first, last=last)
            self._replan()
            self._touch()

    def _advance(self) -> bool:
        playhead = self._playhead.stepped(1)
        if playhead.index == self._playhead.index and playhead.length > 1:
            self._touch()
            return False
        self._move(playhead)
        return True

    # The canvas

    def set_box(self, box: Size | None) -> None:
        """Takes the size that pictures are fitted into, in pixels of the screen; None when they are not fitted.

        The first size holds at once; a change holds when the size has been still for a moment.
        """
        if self._box_timer is not None:
            self._box_timer.cancel()
            self._box_timer = None
        if self._box is None or box is None:
            self._settle(box)
        elif box != self._box:
            self._box_timer = self._loop.call_later(SETTLE, lambda: self._settle(box))

    def _settle(self, box: Size | None) -> None:
        self._box_timer = None
        self._box = box
        self._loader.set_box(box)

    def frame_seen(self, number: FrameNumber) -> None:
        """Is told by the canvas that the frame with this number, or why it cannot be shown, is on screen."""
        if self._sequence is not None and number == self._number:
            self._seen = self._path(self._playhead.index)
            self._held_from = None
            self._player.frame_seen()
            if self._pending_step:
                self._step_held(self._pending_step)

    @property
    def _is_seen(self) -> bool:
        return self._sequence is not None and self._seen == self._path(self._playhead.index)

    # Preferences

    def set_preferences(self, preferences: Preferences) -> None:
        """Applies preferences, all at once and without a restart, and has them remembered."""
        before = self._settings.preferences
        if preferences == before:
            return
        self._settings = dataclasses.replace(self._settings, preferences=preferences)
        share = preferences.files_percent / 100
        if (preferences.cache_bytes, preferences.files_percent) != (before.cache_bytes, before.files_percent):
            self._loader.set_budget(preferences.cache_bytes, share)
        if preferences.reads_at_once != before.reads_at_once:
            self._loader.set_reads_at_once(preferences.reads_at_once)
        if preferences.rate != before.rate:
            self._player.set_rate(preferences.rate)
        if preferences.looping != before.looping:
            self._playhead = dataclasses.replace(self._playhead, looping=preferences.looping)
            self._replan()
        self._remember(self._settings)
        self._touch()

    def set_window(self, window: str) -> None:
        """Has the window's place and panels remembered, as text of the gui floor's own."""
        if window != self._settings.window:
            self._settings = dataclasses.replace(self._settings, window=window)
            self._remember(self._settings)

    def clear_cache(self) -> None:
        """Forgets all frames and files held in memory; what is needed now is read again."""
        self._loader.clear()

    def close(self) -> None:
        """Stops everything; nothing more is heard of this viewer."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        self._player.stop()
        for timer in (self._refresh, self._box_timer):
            if timer is not None:
                timer.cancel()
        self._listener = lambda _state: None
        self._loader.close()

    # Snapshots

    def is_here(self, number: int) -> bool:
        """Returns whether the frame with this number can be shown at once."""
        index = None if self._sequence is None else self._sequence.index_of(FrameNumber(number))
        return index is not None and self._loader.is_ready(self._path(index))

    @property
    def _number(self) -> FrameNumber:
        assert self._sequence is not None  # noqa: S101 - only a sequence has numbers
        return self._sequence.number(FrameIndex(self._playhead.index))

    def _frame_changed(self, path: str) -> None:
        index = self._indexes.get(path)
        if index is not None:
            self._states[index] = self._loader.state(path).value
            self._timeline_stale = True
            if index == self._playhead.index:
                self._touch()
        self._refresh_later()

    def _touch(self) -> None:
        if not self._posted:
            self._posted = True
            self._loop.post(self._publish)

    def _refresh_later(self) -> None:
        if self._refresh is None:
            self._refresh = self._loop.call_later(REFRESH, self._refresh_now)

    def _refresh_now(self) -> None:
        self._refresh = None
        if self._timeline_stale:
            self._timeline_stale = False
            self._timeline = self._runs()
        self._touch()
        activity = self._loader.activity()
        if activity.reading or activity.decoding or activity.bytes_per_second or self._opening is not None:
            self._refresh_later()

    def _runs(self) -> TimelineView:
        """Returns the runs of frames with the same state, in frame numbers; a gap in the numbers ends a run.

        The work grows with the frames that are held, not with those that there are.
        """
        if self._sequence is None:
            return TimelineView()
        numbers = self._sequence.numbers
        runs: list[tuple[Span, FrameState]] = []
        for match in _RUNS.finditer(self._states):
            start, end = match.span()
            state, whole = _STATE_CODES[match[0][:1]], Span(numbers[start], numbers[end - 1])
            parts = [whole] if len(whole) == end - start else spans(numbers[start:end])
            runs.extend((part, state) for part in parts)
        return TimelineView(tuple(runs))

    def _publish(self) -> None:
        self._posted = False
        state = ViewState(
            message=self._message or self._complaint,
            listing=self._opening is not None,
            names_seen=self._names_seen,
            playing=self._player.playing,
            timeline=self._timeline,
            activity=self._loader.activity(),
            preferences=self._settings.preferences,
            recent=self._settings.recent,
        )
        if self._sequence is not None:
            state = self._with_sequence(state, self._sequence)
        elif self._opening is not None:
            state = dataclasses.replace(state, notice=" · ".join([f"opening {self._text}", *self._patience()]))
        if self._opening is not None:
            self._refresh_later()
        self._listener(state)

    def _with_sequence(self, state: ViewState, sequence: FrameSequence) -> ViewState:
        playhead, number = self._playhead, self._number
        path = self._path(playhead.index)
        name = sequence.name(FrameIndex(playhead.index))
        picture = self._loader.picture(path)
        failure = self._loader.failure(path) if picture is None else None
        if picture is not None:
            self._shown = Shown(number, picture, name)
        elif failure is not None:
            self._shown = None
        return dataclasses.replace(
            state,
            sequence=self._sequence_view,
            number=number,
            name=name,
            path=path,
            shown=self._shown,
            notice=self._notice(path, name, number) if picture is None and failure is None else "",
            problem="" if failure is None else f"Frame {number} cannot be shown. {_sentence(failure)}",
            mark_in=sequence.number(FrameIndex(playhead.first)) if playhead.first > 0 else None,
            mark_out=sequence.number(FrameIndex(playhead.last)) if playhead.last < playhead.count - 1 else None,
        )

    def _notice(self, path: str, name: str, number: FrameNumber) -> str:
        parts = [f"loading {number}"]
        transfer = self._loader.progress(path)
        if transfer is not None and self._loop.now() - self._arrived_at >= PROGRESS_AFTER:
            if transfer.total is not None and transfer.received:
                parts.append(format_part(transfer.received, transfer.total))
            parts.extend(self._patience(transfer.received))
        shown = self._shown
        if shown is not None and shown.name != name:
            parts.append(f"showing {shown.name if shown.number == number else shown.number}")
        return " · ".join(parts)

    def _patience(self, received: int = 0) -> Iterator[str]:
        """Yields for how long the share has not sent anything more than ``received``, once that is long."""
        now = self._loop.now()
        if received != self._received:
            self._received, self._received_at = received, now
        silent = now - max(self._arrived_at, self._received_at)
        if silent >= WAITS_LONG:
            yield f"waiting for the share for {silent:.0f} s"


def _prepare(opened: Opened) -> Opened:
    """Has all that takes a look at every frame worked out; on the worker that listed the folder."""
    for sequence in opened.sequences:
        sequence.prepare()
    return opened


def _is_same(one: FrameSequence, other: FrameSequence) -> bool:
    return (one.folder, one.head, one.tail) == (other.folder, other.head, other.tail)


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, LookaheadError) else f"Something went wrong: {error!r}."
