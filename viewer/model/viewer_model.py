"""The open viewer: verbs go in, one frozen snapshot comes out."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING

from viewer.core.errors import DecodeError, ImageTooLargeError, NotFoundError, SequenceError
from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.load.loader import THUMBNAILS_SHARE, FrameState, Loader
from viewer.core.load.plan import Plan
from viewer.core.play.pace import Pace
from viewer.core.play.player import Player
from viewer.core.play.playhead import Playhead
from viewer.core.play.prefetch import coarse_to_fine, coarseness, order_of_need, steps_until
from viewer.core.sequence.pattern import is_pattern
from viewer.core.units import MB, format_part
from viewer.model import words
from viewer.model.filling import Filling
from viewer.model.folder_memory import FolderMemory, OnDisk
from viewer.model.listing import Listing
from viewer.model.opening import guess
from viewer.model.preferences import HoldPolicy, KeepFiles, Preferences
from viewer.model.report import Section, of_loader
from viewer.model.timeline_runs import timeline_runs, with_on_disk, without_on_disk
from viewer.model.view_state import FillView, SequenceView, Shown, TimelineView, ViewState
from viewer.model.watch import Watch, move_on_landing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.executor import Executor
    from viewer.core.frame import Frame, Size
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Stamp, Storage
    from viewer.model.opening import Opened
    from viewer.model.settings_file import Settings

REFRESH = 0.1
"""Seconds between two snapshots of what changes by itself: the timeline, the rates, the progress of a read."""
SETTLE = 0.15
"""Seconds the canvas must keep its size before pictures are made for it."""
PROGRESS_AFTER = 0.15
"""Seconds until the notice tells how far a read is."""
GLANCE = 1.5
"""Seconds that the newest frame is shown before going back."""
WHILE_LISTING = 6
"""Frames that are read ahead while a folder is being listed: the rest of the line is for the listing."""
NEAR_ONLY = 64
"""Frames that are read ahead when the cache is not to be filled."""
STAND_IN_WITHIN = 64
"""Frames on either side that are looked at for a picture that can stand in."""
SMALL_BYTES = 150_000
"""What a small picture takes, about; how many are sampled follows from it."""
FILL_WITHIN = 5000
"""Frames about the playhead among which are those that a fill takes into memory when the cache is not to be filled."""

_KEEP = {KeepFiles.SLOW: None, KeepFiles.ALWAYS: True, KeepFiles.NEVER: False}


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
        disk: DiskCache | None = None,
    ) -> None:
        """Makes a viewer with nothing open.

        Args:
            loop: the owner thread's.
            storage: where the pictures are.
            chores: hands for listing folders.
            make_loader: makes the loader, given whom to tell of changes.
            settings: what was remembered.
            message: a sentence to show until somebody moves on, or "".
            disk: what was read before; the loader has it too. None for nothing.
        """
        self._loop = loop
        self._loader = make_loader(self._frame_changed)
        self._player = Player(loop, self._advance)
        self._memory = FolderMemory(chores, disk)
        self._watch = Watch(
            loop, chores, storage, self._landed, self._rewritten, self._line_is_free, self._loader.try_again
        )
        self._pace = Pace()
        self._settings = settings
        self._message = ""
        self._complaint = message
        self._listener: Callable[[ViewState], None] = lambda _state: None
        self._remember: Callable[[Settings], None] = lambda _settings: None
        self._listing = Listing(loop, chores, storage, self._found, self._list_ended, self._list_failed)
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
        self._whole = False
        self._reloading = False
        self._names_due = False
        self._disk_used: int | None = None
        self._filling: Filling | None = None
        self._glance: tuple[Timer, FrameNumber] | None = None
        self._rest: Timer | None = None
        self._jumped = self._was_away = False
        self._timed = ""
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
        self._set_up_loader(settings.preferences)

    def _set_up_loader(self, preferences: Preferences) -> None:
        limit = preferences.read_ahead_limit
        self._loader.set_limit(None if limit < 0 else limit * MB)
        self._loader.set_give_up_after(preferences.give_up_after)
        keep = _KEEP[preferences.keep_files]
        self._loader.set_keeping(keep=True if keep is None and self._filling is not None else keep)

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
        return self._listing.text

    @property
    def settings(self) -> Settings:
        """What is to be remembered."""
        return self._settings

    # Opening

    def open(self, text: str, number: int | None = None) -> None:
        """Opens a folder, a picture or a pattern by its absolute path, at frame ``number`` if that exists.

        A picture that is named is loaded at once, while its folder is still being listed.
        """
        self._watch.pause()
        self._end_glance()
        self._message = ""
        self._names_seen = 0
        self._listed = self._moved = self._whole = self._reloading = self._names_due = False
        self._disk_used = None
        self._end_filling()
        self._shown, self._seen = None, ""
        self._pending_step, self._held_from = 0, None
        self._arrived_at = self._loop.now()
        self._wished_number = None if number is None else FrameNumber(number)
        self._close_sequence()
        guessed = guess(text)
        if guessed is not None:
            self._take(guessed)
        self._memory.recall(text, lambda opened, found: self._take_recalled(text, opened, found))
        self._listing.begin(text)
        self._touch()

    def _take_recalled(self, text: str, opened: Opened, found: OnDisk) -> None:
        """Shows what was there the last time, until the share tells what is there now."""
        if self.opened == text and not self._listed:
            self._whole = True
            self._take(opened)
            if self._sequence is opened.sequences[opened.chosen]:  # before anything of it is read over the share
                self._note_on_disk(self._sequence, found)
            if not self._listing.is_running:  # it has failed already, when nothing was known yet
                self._listing.again_later()

    def _close_sequence(self) -> None:
        self._player.stop()
        self._pace.stop()
        self._sequences, self._sequence, self._sequence_view = (), None, None
        self._index_frames()

    def reload(self) -> None:
        """Lists the folder again and forgets what was read of it, so that whatever changed is seen.

        What is here is forgotten when the share has answered, in memory and on this disk: one that is away has nothing
        newer.
        """
        if self.opened:
            self._reloading = True
            self._listing.begin(self.opened)
            self._touch()

    def _forget_what_was_read(self) -> None:
        sequences = self._sequences
        self._loader.reload(list(self._indexes))
        self._loader.forget_disk()
        self._memory.forget(sequence.path(FrameIndex(i)) for sequence in sequences for i in range(len(sequence)))
        self._states = without_on_disk(self._states)

    def _found(self, opened: Opened) -> None:
        """Takes what is known so far, unless what was there the last time is more than that."""
        if not self._whole:
            self._listed = True
            self._take(opened)

    def _list_ended(self, opened: Opened, seconds: float) -> None:
        self._message = ""
        self._listed = self._names_due = True
        if self._reloading:
            self._reloading = False
            self._forget_what_was_read()
        self._take(opened)
        self._whole, self._wished_number = True, None
        self._loader.try_again()
        self._loader.line.note_listing(opened.names_seen, seconds)
        self._watch.follow(self.opened, opened, seconds)
        self._watch.resume()
        self._settings = self._settings.with_recent(opened.folder)
        self._remember(self._settings)
        self._touch()

    def _list_failed(self, error: BaseException) -> None:
        self._message = words.sentence(error)
        known = self._listed or self._whole
        may_come = not isinstance(error, SequenceError | NotFoundError)
        if not (known or may_come or self._shown):
            self._close_sequence()  # the file that was named, and guessed to be there, is not
        elif known or may_come:
            self._listing.again_later()
        self._touch()

    def _take(self, opened: Opened, *, stay: bool = False) -> None:
        """Shows what is known of the folder by now, staying at the frame where the playhead is.

        Before anybody has seen that frame a better place to begin may have come to be known, unless told to ``stay``.
        """
        self._names_seen = opened.names_seen
        self._sequences = opened.sequences
        chosen, number = opened.chosen, opened.number
        if self._sequence is not None and (stay or self._moved or self._whole or number is not None):
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
        self._playhead = Playhead(
            len(sequence), index, playhead.stride if same else 1, looping=self._settings.preferences.looping
        )
        states = self._states
        self._index_frames()
        if same and before is not None:
            first, to = _range_in(sequence, before, playhead.first, playhead.last)
            self._playhead = dataclasses.replace(self._playhead, first=first, last=to)
            if self._filling is not None:
                self._filling.first, self._filling.last = _range_in(
                    sequence, before, self._filling.first, self._filling.last
                )
            if _continues(before, sequence):
                self._states[: len(states)] = states  # what was on this disk still is
        else:
            self._timeline = TimelineView()
        self._sequence_view = SequenceView(
            label=sequence.label,
            folder=sequence.folder,
            first=sequence.first,
            last=sequence.last,
            count=len(sequence),
            gaps=sequence.gaps,
            position=position + 1,
            positions=len(self._sequences),
        )
        self._loader.use_line(sequence.folder)
        self.look_at_disk()
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
        self._refresh_later()

    def _note_on_disk(self, sequence: FrameSequence, found: OnDisk) -> None:
        if sequence is self._sequence:
            self._disk_used = found.bytes_used
            self._loader.note_on_disk(found.paths)
            self._states = with_on_disk(self._states, found.marks)
            self._timeline_stale = True
            self._refresh_later()

    # What changes by itself

    def _line_is_free(self) -> bool:
        """Returns whether nobody waits for the line: the frame on screen is here, and has been for a moment."""
        if self._sequence is None or self._listing.is_running or self._rest is not None:
            return False
        path = self._path(self._playhead.index)
        return self._loader.is_ready(path) or self._loader.failure(path) is not None

    def _landed(self, opened: Opened) -> None:
        before = self._sequence
        if before is None:
            return
        here = self._number
        self._take(opened, stay=True)
        self._names_due = True
        after = self._sequence
        if after is None or not _is_same(before, after):
            return
        back_to = None if self._glance is None else self._glance[1]
        move = move_on_landing(self._settings.preferences.new_frames, before, after, here, back_to)
        if move is not None and not self._player.playing:
            self._end_glance()
            self._arrive_at(after.nearest_index(move.number))
            if move.back_to is not None:
                number = move.back_to
                self._glance = self._loop.call_later(GLANCE, lambda: self._come_back(number)), number

    def _come_back(self, number: FrameNumber) -> None:
        self._glance = None
        if self._sequence is not None:
            self._arrive_at(self._sequence.nearest_index(number))

    def _end_glance(self) -> None:
        if self._glance is not None:
            self._glance[0].cancel()
            self._glance = None

    def _arrive_at(self, index: int) -> None:
        """Goes to a position by itself, without that counting as somebody's wish."""
        if index != self._playhead.index:
            self._playhead = self._playhead.jumped(index)
            self._jumped = True
            self._arrive()

    def _rewritten(self, path: str, _stamp: Stamp) -> None:
        self._loader.reload([path])
        self._memory.forget([path])
        self._touch()

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
            self._pace.note(self._loop.now(), by)
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
        self._pace.stop()
        self._move(self._playhead.stepped(by))
        self._held_from = held_from

    def go_to(self, number: int) -> None:
        """Moves to the frame with this number, or to the nearest one that exists."""
        if self._sequence is not None:
            self._pace.stop()
            self._move(self._playhead.jumped(self._sequence.nearest_index(FrameNumber(number))))

    def scrub(self, number: int) -> None:
        """Moves to the frame with this number, or the nearest, while somebody drags: one of many such moves."""
        if self._sequence is not None:
            index = self._sequence.nearest_index(FrameNumber(number))
            self._pace.note(self._loop.now(), index - self._playhead.index)
            self._player.stop()
            self._move(self._playhead.jumped(index))

    def scrub_ended(self) -> None:
        """Is told that the dragging has ended: where it is now is where somebody looks."""
        self._pace.stop()
        self._replan()

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
        self._pace.stop()
        self._move(self._playhead.jumped(0 if self._playhead.index <= self._playhead.first else self._playhead.first))

    def go_to_last(self) -> None:
        """Moves to the out point; from there, to the last frame."""
        self._pace.stop()
        end = self._playhead.count - 1
        self._move(self._playhead.jumped(end if self._playhead.index >= self._playhead.last else self._playhead.last))

    def switch_sequence(self, by: int) -> None:
        """Opens the next or previous sequence of the folder; what was loaded of this one is kept."""
        position = min(max(self._chosen + by, 0), len(self._sequences) - 1)
        if self._sequences and position != self._chosen:
            self._player.stop()
            self._pace.stop()
            self._end_glance()
            self._end_filling()
            self._shown, self._sequence, self._moved = None, None, True
            self._choose(position, None)

    def _move(self, playhead: Playhead) -> None:
        self._moved = True
        self._complaint = ""
        self._end_glance()
        self._pending_step, self._held_from = 0, None
        if self._sequence is not None and playhead.index != self._playhead.index:
            self._jumped = abs(playhead.index - self._playhead.index) > 1
            self._playhead = playhead
            self._arrive()

    def _arrive(self) -> None:
        """Sees to the frame where the playhead now is: shows it if it is here, plans for it after that."""
        self._arrived_at = self._loop.now()
        self._timed = ""
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

        def coarse(path: str) -> float:
            index = indexes.get(path)
            return math.inf if index is None else coarseness(index)

        in_passing = self._is_passing()
        preferences = self._settings.preferences
        samples: Iterator[int] = iter(())
        if preferences.thumbnails and not self._is_provisional:
            samples = coarse_to_fine(playhead.count, preferences.cache_bytes // THUMBNAILS_SHARE // SMALL_BYTES)
        fill: Iterator[int] = iter(()) if self._filling is None else self._filling.order(playhead.index, self._states)
        self._loader.replace_plan(
            Plan(
                wanted=self._path(playhead.index),
                order=map(self._path, self._order(playhead)),
                need=need,
                samples=map(self._path, samples),
                coarseness=coarse,
                fill=map(self._path, fill),
                in_passing=in_passing,
            )
        )

    @property
    def _is_provisional(self) -> bool:
        """Whether the listing is still to tell what the neighbours of the frame on screen are."""
        return self._listing.is_running and not self._whole

    def _order(self, playhead: Playhead) -> Iterator[int]:
        order = order_of_need(playhead)
        if self._is_provisional:
            return itertools.islice(order, WHILE_LISTING)
        if self._settings.preferences.fill_when_idle:
            return order
        near = itertools.islice(order, NEAR_ONLY)
        filling = self._filling
        if filling is None:
            return near
        farther = itertools.islice(order, FILL_WITHIN)
        return itertools.chain(near, (index for index in farther if filling.first <= index <= filling.last))

    def _is_passing(self) -> bool:
        """Returns whether somebody goes on faster than the line brings frames, and sees to what follows at the end."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        rest = self._pace.rest_after(self._loop.now())
        rate, file_bytes = self._loader.line.bytes_per_second, self._loader.file_bytes
        outrun = rate > 0 and abs(self._pace.speed) * file_bytes > rate
        if not (rest and outrun) or self._loader.is_ready(self._path(self._playhead.index)):
            return False
        self._rest = self._loop.call_later(rest, self._come_to_rest)
        return True

    def _come_to_rest(self) -> None:
        self._rest = None
        self._pace.stop()
        self._replan()

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
            self._note_step()
            self._watch.look_at(self._seen, self._loader.stamp(self._seen))
            self._player.frame_seen()
            if self._pending_step:
                self._step_held(self._pending_step)

    def _note_step(self) -> None:
        """Notes what the time since the frame was asked for went into; once for each frame one goes to."""
        if self._timed != self._seen and self._loader.failure(self._seen) is None:
            self._timed = self._seen
            step = self._loader.trace.step_time(self._seen, self._arrived_at, self._loop.now())
            self._loader.statistics.note_step(step)

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
        self._set_up_loader(preferences)
        if preferences.disk_bytes != before.disk_bytes:
            self._memory.set_limit(preferences.disk_bytes)
        if (preferences.thumbnails, preferences.fill_when_idle) != (before.thumbnails, before.fill_when_idle):
            self._plan_soon()
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

    # Reading in advance, this disk, and why it is slow

    def fill(self, *, whole: bool) -> None:
        """Begins to read the whole sequence, or what lies between the in and the out point, whatever it takes."""
        if self._sequence is None:
            return
        preferences, playhead = self._settings.preferences, self._playhead
        if preferences.read_ahead_limit == 0:
            self._complaint = "Nothing is read ahead while the speed limit is 0: raise it in the preferences."
            self._touch()
            return
        first, last = (0, playhead.count - 1) if whole else (playhead.first, playhead.last)
        is_all = last - first + 1 == playhead.count
        self._filling = Filling("the whole sequence" if is_all else "from in to out", first, last)
        self._set_up_loader(preferences)
        self._replan()
        self._refresh_later()
        self._touch()

    def stop_filling(self) -> None:
        """Stops what :meth:`fill` began; what has been read stays."""
        if self._filling is not None:
            self._end_filling()
            self._replan()
            self._touch()

    def _end_filling(self) -> None:
        if self._filling is not None:
            self._filling = None
            self._set_up_loader(self._settings.preferences)

    def look_at_disk(self) -> None:
        """Finds out anew which frames are on this disk, and what they take there."""
        sequence = self._sequence
        if sequence is not None:
            self._memory.look(sequence, lambda found: self._note_on_disk(sequence, found))

    def clear_disk(self) -> None:
        """Removes the files of all folders that are kept on this disk."""

        def done() -> None:
            self._loader.forget_disk()
            self._index_frames()
            self._disk_used = 0
            self._refresh_later()

        self._memory.clear(done)

    def thumbnail(self, number: int) -> tuple[FrameNumber, Frame] | None:
        """Returns the small picture that is here of the frame nearest to this number, and that frame's number."""
        if self._sequence is None:
            return None
        here = self._sequence.nearest_index(FrameNumber(number))
        for index in _outwards(here, STAND_IN_WITHIN):
            path = self._paths.get(index)
            frame = None if path is None else self._loader.thumbnail(path)
            if frame is not None:
                return self._sequence.number(FrameIndex(index)), frame
        return None

    def report(self) -> tuple[Section, ...]:
        """Returns what was measured lately, for the panel that tells why it is slow."""
        cache_bytes = self._settings.preferences.cache_bytes
        return of_loader(
            self._loader, cache_bytes, self._states.count(FrameState.ON_DISK.value), len(self._states), self._disk_used
        )

    def close(self) -> None:
        """Stops everything; nothing more is heard of this viewer."""
        self._listing.cancel()
        self._memory.close()
        self._player.stop()
        self._watch.close()
        self._end_glance()
        for timer in (self._refresh, self._box_timer, self._rest):
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
            if index == self._playhead.index or not self._loader.is_shown(self._path(self._playhead.index)):
                self._touch()  # it may stand in for the one that is waited for
            failure = self._loader.failure(path)
            if failure is None:
                self._watch.forget(path)
            elif isinstance(failure, DecodeError) and not isinstance(failure, ImageTooLargeError):
                self._watch.look_again(path, self._loader.stamp(path))
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
            sequence = self._sequence
            self._timeline = (
                TimelineView()
                if sequence is None
                else timeline_runs(self._states, sequence.numbers, len(sequence.gaps))
            )
        self._touch()
        if self._names_due and self._loader.keeps_files and not self._listing.is_running and self._sequences:
            self._names_due = False
            if not is_pattern(self.opened):  # which selects some, while the folder holds others too
                self._memory.remember(self._sequences[0].folder, self._sequences)
        activity = self._loader.activity()
        busy = activity.reading or activity.decoding or activity.bytes_per_second
        if busy or self._listing.is_running or self._filling is not None or self._loader.away is not None:
            self._refresh_later()

    def _publish(self) -> None:
        self._posted = False
        state = ViewState(
            message=self._message or self._complaint,
            listing=self._listing.is_running,
            names_seen=self._names_seen,
            playing=self._player.playing,
            timeline=self._timeline,
            activity=self._loader.activity(),
            preferences=self._settings.preferences,
            recent=self._settings.recent,
            offline=words.offline(self._loader.away, self._loader.silence, self._loader.next_attempt),
            fill=self._fill_view(),
            disk_used=self._disk_used,
        )
        if self._was_away and self._loader.away is None:
            self._plan_soon()  # what a fill passed over meanwhile may be there now
        self._was_away = self._loader.away is not None
        if self._sequence is not None:
            state = self._with_sequence(state, self._sequence)
        elif self._listing.is_running:
            state = dataclasses.replace(state, notice=" · ".join([f"opening {self.opened}", *self._patience()]))
        if self._listing.is_running:
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
        else:
            self._shown = self._stand_in(path, name, number)
        kind, problem = words.problem(number, failure, self._loader.stamp(path), is_away=self._loader.away is not None)
        return dataclasses.replace(
            state,
            sequence=self._sequence_view,
            number=number,
            name=name,
            path=path,
            shown=self._shown,
            notice=self._notice(path, name, number) if picture is None and failure is None else "",
            problem_kind=kind,
            problem=problem,
            reading=self._reading(),
            mark_in=sequence.number(FrameIndex(playhead.first)) if playhead.first > 0 else None,
            mark_out=sequence.number(FrameIndex(playhead.last)) if playhead.last < playhead.count - 1 else None,
        )

    def _stand_in(self, path: str, name: str, number: FrameNumber) -> Shown | None:
        """Returns what to show until the frame of ``path`` is here: the nearest to it that is."""
        assert self._sequence is not None  # noqa: S101 - only a sequence has frames to wait for
        waited = self._loop.now() - self._arrived_at
        small = self._loader.stand_in(path)
        if small is not None and (self._jumped or waited >= PROGRESS_AFTER):
            return Shown(number, small, name, is_stand_in=True)
        shown = self._shown
        shown_at = None if shown is None else self._sequence.index_of_name(shown.name)
        here = self._playhead.index
        nearest = STAND_IN_WITHIN if shown_at is None else min(STAND_IN_WITHIN, abs(shown_at - here) - 1)
        for index in _outwards(here, nearest):
            near = self._paths.get(index)
            picture = None if near is None else self._loader.picture(near) or self._loader.stand_in(near)
            if near is not None and picture is not None and index != here:
                position, is_small = FrameIndex(index), not self._loader.is_shown(near)
                return Shown(self._sequence.number(position), picture, self._sequence.name(position), is_small)
        return shown

    def _reading(self) -> tuple[FrameNumber, ...]:
        assert self._sequence is not None  # noqa: S101 - only a sequence is read
        here = self._playhead.index
        indexes = (self._indexes[path] for path in self._loader.paths_reading() if path in self._indexes)
        ordered = sorted(indexes, key=lambda index: (index != here, index))
        return tuple(self._sequence.number(FrameIndex(index)) for index in ordered)

    def _fill_view(self) -> FillView | None:
        filling = self._filling
        if filling is None:
            return None
        activity, preferences = self._loader.activity(), self._settings.preferences
        on_disk = preferences.disk_bytes if self._loader.keeps_files else 0
        view = filling.progress(self._states, activity, preferences.cache_bytes + on_disk)
        is_waiting = self._loader.away is not None
        if filling.has_ended(view, activity, self._loop.now(), is_waiting=is_waiting):
            self._loop.post(self.stop_filling)
        return view

    def _notice(self, path: str, name: str, number: FrameNumber) -> str:
        shown, transfer = self._shown, self._loader.progress(path)
        parts = [f"loading {number}"]
        if transfer is not None and self._loop.now() - self._arrived_at >= PROGRESS_AFTER:
            if transfer.total is not None and transfer.received:
                parts.append(format_part(transfer.received, transfer.total))
            parts.extend(self._patience(transfer.received))
        if shown is not None and shown.name != name:
            # The numbers of loose pictures shift as others land.
            told = shown.number != number and self._name_of(shown.number) == shown.name
            parts.append(f"showing {shown.number if told else shown.name}")
        elif shown is not None and shown.is_stand_in:
            parts.append("preview")
        return " · ".join(parts)

    def _name_of(self, number: FrameNumber) -> str:
        index = None if self._sequence is None else self._sequence.index_of(number)
        return "" if self._sequence is None or index is None else self._sequence.name(index)

    def _patience(self, received: int = 0) -> Iterator[str]:
        """Yields for how long the share has not sent anything more than ``received``, once that is long."""
        now = self._loop.now()
        if received != self._received:
            self._received, self._received_at = received, now
        silent = now - max(self._arrived_at, self._received_at)
        if silent >= words.SILENT:
            yield f"waiting for the share for {silent:.0f} s"


def _outwards(index: int, within: int) -> Iterator[int]:
    """Yields ``index`` and its neighbours on both sides, the nearest first, up to ``within`` away."""
    yield index
    for distance in range(1, within + 1):
        yield index - distance
        yield index + distance


def _is_same(one: FrameSequence, other: FrameSequence) -> bool:
    return (one.folder, one.head, one.tail) == (other.folder, other.head, other.tail)


def _continues(before: FrameSequence, after: FrameSequence) -> bool:
    """Returns whether all frames of ``before`` are in ``after``, at the same positions."""
    if (before.padding, before.exceptions) != (after.padding, after.exceptions):
        return False
    return len(before) <= len(after) and after.numbers[: len(before)] == before.numbers


def _range_in(after: FrameSequence, before: FrameSequence, first: int, last: int) -> tuple[int, int]:
    """Returns where a range of positions in ``before`` lies in ``after``.

    Its ends stay at their numbers when new frames shift the positions; an open end stays open.
    """
    start = after.nearest_index(before.number(FrameIndex(first))) if first else 0
    is_open = last == len(before) - 1
    end = len(after) - 1 if is_open else after.nearest_index(before.number(FrameIndex(last)))
    return start, max(start, end)
