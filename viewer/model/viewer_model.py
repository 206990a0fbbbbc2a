"""The open viewer: verbs go in, one frozen snapshot comes out."""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
from typing import TYPE_CHECKING, Any

from viewer.core.errors import DecodeError, ImageTooLargeError, NotFoundError, SequenceError
from viewer.core.executor import Success
from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.load.loader import THUMBNAILS_SHARE, FrameState, Loader
from viewer.core.load.plan import Plan
from viewer.core.play.load_order import coarse_to_fine, coarseness, order_of_need, steps_until
from viewer.core.play.playhead import Playhead, Repeat
from viewer.core.play.step_rate import StepRate
from viewer.core.play.timebase import TimeBase, TimeDisplay, valid_start
from viewer.core.sequence.naming import is_picture_name
from viewer.core.sequence.pattern import is_pattern
from viewer.core.units import MB
from viewer.model import bookmark_file, messages
from viewer.model.bookmarks import Bookmarks
from viewer.model.canvas_content import STAND_IN_WITHIN, CanvasContent, outwards
from viewer.model.folder_cache import FolderCache, OnDisk
from viewer.model.folder_list import FolderList
from viewer.model.folder_watch import FolderWatch, move_on_landing
from viewer.model.frame_table import FrameTable
from viewer.model.go_to import UNDERSTOOD, destination
from viewer.model.history import History, Visit
from viewer.model.listing import Listing
from viewer.model.opened import find_name, guess
from viewer.model.playback import Playback
from viewer.model.preferences import HoldPolicy, KeepFiles, MissingPolicy, PlayPolicy, Preferences
from viewer.model.preload import Preload
from viewer.model.report import Section, of_loader
from viewer.model.sequence_settings import Bookmark
from viewer.model.sequence_settings_file import key_of
from viewer.model.sequence_settings_sync import SequenceSettingsSync
from viewer.model.view_state import FillView, SequenceView, TimelineView, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame, Size
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.positions import Positions
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Stamp, Storage
    from viewer.model.opened import Opened
    from viewer.model.sequence_settings import SequenceSettings, Zoom
    from viewer.model.sequence_settings_file import SequenceSettingsFile
    from viewer.model.settings_file import Settings

REFRESH = 0.1
"""Seconds between two snapshots of what changes by itself: the timeline, the rates, the progress of a read."""
SETTLE = 0.15
"""Seconds the canvas must keep its size before pictures are made for it."""
GLANCE = 1.5
"""Seconds that the newest frame is shown before going back."""
WHILE_LISTING = 6
"""Frames that are read ahead while a folder is being listed: the rest of the line is for the listing."""
NEAR_ONLY = 64
"""Frames that are read ahead when the cache is not to be filled."""
SMALL_BYTES = 150_000
"""What a small picture takes, about; how many are sampled follows from it."""
FILL_WITHIN = 5000
"""Frames about the playhead among which are those that a fill takes into memory when the cache is not to be filled."""
MOST_SKIPPED = 1000
"""Frames that cannot be shown which are passed over at once."""

_KEEP = {KeepFiles.SLOW: None, KeepFiles.ALWAYS: True, KeepFiles.NEVER: False}


@dataclasses.dataclass(slots=True)
class _Opening:
    """What was asked for when something was opened, and how far it has come.

    Attributes:
        wished_number: the frame to begin at, None for none.
        wished_name: the file to begin at, "" for none.
        wished_key: the sequence to begin in, None for none.
        wished_rate: the frames a second to play at, None for those remembered.
        message: what there is to say about the whole.
        names_seen: names listed so far.
        listed: whether anything of it has been listed.
        whole: whether all that there is, or was the last time, is known.
        moved: whether somebody has moved since.
        reloading: whether what was read is to be forgotten when the share answers.
        names_due: whether the names are still to be kept on this disk.
        disk_used: bytes that the folder takes on this disk, None while that is not known.
        asked_for: whether it is somebody's wish where to begin.
    """

    wished_number: FrameNumber | None = None
    wished_name: str = ""
    wished_key: str | None = None
    wished_rate: float | None = None
    message: str = ""
    names_seen: int = 0
    listed: bool = False
    whole: bool = False
    moved: bool = False
    reloading: bool = False
    names_due: bool = False
    disk_used: int | None = None
    asked_for: bool = False


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
        memory: SequenceSettingsFile | None = None,
        settings_executor: Executor | None = None,
    ) -> None:
        """Makes a viewer with nothing open.

        Args:
            loop: the owner thread's.
            storage: where the pictures are.
            chores: workers for listing folders.
            make_loader: makes the loader, given whom to tell of changes.
            settings: what was remembered.
            message: a sentence to show until somebody moves on, or "".
            disk: what was read before; the loader has it too. None for nothing.
            memory: where is kept what is remembered of each sequence, None for nowhere.
            settings_executor: workers for that; those of ``chores`` may all hang in a share.
        """
        self._loop = loop
        self._loader = make_loader(self._frame_changed)
        self._chores = chores
        self._storage = storage
        self._playback = Playback(loop, self._loader, self._go_on, self._path_seen)
        self._canvas = CanvasContent(loop, self._loader)
        self._folder = FolderList(chores, storage, self._loader, self._folder_changed)
        self._memory = FolderCache(chores, disk)
        self._remembering = SequenceSettingsSync(
            loop, settings_executor or chores, memory, self._take_remembered, self._complain
        )
        self._visited = History()
        self._bookmarks = Bookmarks()
        self._watch = FolderWatch(
            loop, chores, storage, self._landed, self._rewritten, self._line_is_free, self._loader.try_again
        )
        self._pace = StepRate()
        self._settings = settings
        self._opening = _Opening()
        self._complaint = message
        self._listener: Callable[[ViewState], None] = lambda _state: None
        self._remember: Callable[[Settings], None] = lambda _settings: None
        self._listing = Listing(loop, chores, storage, self._found, self._list_ended, self._list_failed)
        self._sequences: tuple[FrameSequence, ...] = ()
        self._chosen = 0
        self._sequence: FrameSequence | None = None
        self._frames: FrameTable | None = None
        self._sequence_view: SequenceView | None = None
        self._playhead = Playhead(1)
        self._start = ""
        self._zoom: Zoom | None = None
        self._timeline = TimelineView()
        self._timeline_stale = False
        self._filling: Preload | None = None
        self._plays_when_filled = False
        self._glance: tuple[Timer, FrameNumber] | None = None
        self._rest: Timer | None = None
        self._was_away = False
        self._timed = ""
        self._seen = ""
        self._pending_step = 0
        self._held_from: int | None = None
        self._skips = 0
        self._scrub_from: int | None = None
        self._fit_size: Size | None = None
        self._fit_size_timer: Timer | None = None
        self._posted = False
        self._plan_posted = False
        self._refresh: Timer | None = None
        self._playback.set_rate(settings.preferences.rate)
        self._playback.set_policy(settings.preferences.play_policy)
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

    def open(self, text: str, number: int | None = None, name: str = "", rate: float | None = None) -> None:
        """Opens a folder, a picture or a pattern by its absolute path, at frame ``number`` if that exists.

        A picture that is named is loaded at once, while its folder is still being listed. In a folder, ``name`` is the
        file to begin at. A ``rate`` goes before the one that is remembered.
        """
        self._note_place()
        self._open(text, number, name=name, rate=rate)

    def _open(
        self, text: str, number: int | None = None, *, name: str = "", key: str | None = None, rate: float | None = None
    ) -> None:
        self._watch.pause()
        self._end_glance()
        self._end_filling()
        self._close_sequence()
        self._opening = _Opening(None if number is None else FrameNumber(number), name, key, rate)
        self._opening.asked_for = number is not None or bool(name)
        self._canvas.clear()
        self._seen = ""
        self._pending_step, self._held_from = 0, None
        self._remembering.open(text)
        guessed = guess(text)
        if guessed is not None:
            self._take(guessed)
        self._memory.recall(text, lambda opened, found: self._take_recalled(text, opened, found))
        self._listing.begin(text)
        self._touch()

    def open_pages(self) -> None:
        """Opens the pages of the file on screen, if it has several."""
        path = self._path_here()
        if path is None:
            return

        def done(outcome: Success[bool] | Failure) -> None:
            if self._path_here() != path:
                return
            if isinstance(outcome, Success) and outcome.value:
                self.open(path)
            else:
                self._complain("This file has no pages to open: it holds one picture.")

        self._chores.submit(lambda: self._storage.is_folder(path), done)

    def open_parent(self) -> None:
        """Opens the folder that this one lies in; from the pages of a file, the folder of that file, at the file."""
        if self._sequence is not None:
            parent, name = os.path.split(self._sequence.folder)
            if name:
                self.open(parent, name=name)

    def _take_recalled(self, text: str, opened: Opened, found: OnDisk) -> None:
        """Shows what was there the last time, until the share tells what is there now."""
        if self.opened == text and not self._opening.listed:
            self._opening.whole = True
            self._take(opened)
            if self._sequence is opened.sequences[opened.chosen]:  # before anything of it is read over the share
                self._note_on_disk(self._sequence, found)
            if not self._listing.is_running:  # it has failed already, when nothing was known yet
                self._listing.again_later()

    def _close_sequence(self) -> None:
        self._stop_playing()
        self._pace.stop()
        self._remember_place()
        self._remembering.save()
        self._sequences, self._sequence, self._sequence_view = (), None, None
        self._index_frames()

    def reload(self) -> None:
        """Lists the folder again and forgets what was read of it, so that whatever changed is seen.

        What is here is forgotten when the share has answered, in memory and on this disk: one that is away has nothing
        newer.
        """
        if self.opened:
            self._opening.reloading = True
            self._listing.begin(self.opened)
            self._touch()

    def _forget_what_was_read(self) -> None:
        sequences = self._sequences
        self._loader.reload([] if self._frames is None else list(self._frames.paths()))
        self._loader.forget_disk()
        self._memory.forget(sequence.path(FrameIndex(i)) for sequence in sequences for i in range(len(sequence)))
        if self._frames is not None:
            self._frames.forget_disk()

    def _found(self, opened: Opened) -> None:
        """Takes what is known so far, unless what was there the last time is more than that."""
        if not self._opening.whole:
            self._opening.listed = True
            self._take(opened)

    def _list_ended(self, opened: Opened, seconds: float) -> None:
        self._opening.message = ""
        self._opening.listed = self._opening.names_due = True
        if self._opening.reloading:
            self._opening.reloading = False
            self._forget_what_was_read()
        self._take(opened)
        self._opening.whole = True
        self._opening.wished_number, self._opening.wished_name, self._opening.wished_key = None, "", None
        self._loader.try_again()
        self._loader.link.note_listing(opened.names_seen, seconds)
        self._watch.follow(self.opened, opened, seconds)
        self._watch.resume()
        self._settings = self._settings.with_recent(opened.folder)
        self._remember(self._settings)
        self._touch()

    def _list_failed(self, error: BaseException) -> None:
        self._opening.message = messages.sentence(error)
        known = self._opening.listed or self._opening.whole
        may_come = not isinstance(error, SequenceError | NotFoundError)
        if not (known or may_come or self._canvas.shown):
            self._close_sequence()  # the file that was named, and guessed to be there, is not
        elif known or may_come:
            self._listing.again_later()
        self._touch()

    def _take(self, opened: Opened, *, stay: bool = False) -> None:
        """Shows what is known of the folder by now, staying at the frame where the playhead is.

        Before anybody has seen that frame a better place to begin may have come to be known, unless told to ``stay``.
        """
        self._opening.names_seen = opened.names_seen
        self._sequences = opened.sequences
        self._folder.take(opened.folder, opened.sequences)
        chosen, number = opened.chosen, opened.number
        wished = None if self._opening.moved else self._wished_place(opened)
        if wished is not None:
            chosen, number = wished
        elif self._sequence is not None and (stay or self._opening.moved or self._opening.whole or number is not None):
            chosen, number = self._place_in(opened) or (chosen, number)
        if self._opening.wished_number is not None and not self._opening.moved:
            number = self._opening.wished_number
        self._choose(chosen, number)

    def _wished_place(self, opened: Opened) -> tuple[int, FrameNumber | None] | None:
        """Returns where to begin by the name or the sequence asked for, None while that is not known."""
        if self._opening.wished_key is not None:
            keys = [key_of(sequence) for sequence in opened.sequences]
            return (keys.index(self._opening.wished_key), None) if self._opening.wished_key in keys else None
        return find_name(self._opening.wished_name, opened.sequences) if self._opening.wished_name else None

    def _place_in(self, opened: Opened) -> tuple[int, FrameNumber] | None:
        """Returns where the frame of the playhead stands now; without it, its number in what its sequence became."""
        sequence, frames = self._sequence, self._frames
        assert sequence is not None  # noqa: S101 - whoever asks has one
        assert frames is not None  # noqa: S101 - the same
        index = frames.positions.index(self._playhead.index)
        place = None if index is None else find_name(frames.name(index), opened.sequences)
        if place is not None:
            return place
        for position, candidate in enumerate(opened.sequences):
            if _is_same(candidate, sequence):
                return position, self._number
        return None

    def _choose(self, position: int, number: FrameNumber | None) -> None:
        sequence = self._sequences[position]
        before, frames, playhead = self._sequence, self._frames, self._playhead
        stood_at = None if frames is None else self._key()
        same = before is not None and _is_same(before, sequence)
        self._chosen, self._sequence = position, sequence
        self._index_frames()
        places = self._places
        if not same:
            self._stop_playing()
            self._timeline = TimelineView()
            self._apply_remembered(self._remembered)
        remembered = self._remembered
        if number is None and remembered.number is not None:
            number = FrameNumber(remembered.number)
        index = 0 if number is None else places.nearest(number)
        self._playhead = Playhead(
            places.count,
            index,
            playhead.stride if same else 1,
            repeat=self._settings.preferences.repeat,
            playing=self._playback.playing,
        )
        self._set_marks(remembered.mark_in, remembered.mark_out)
        if same and before is not None and frames is not None:
            if self._filling is not None:
                self._filling.first, self._filling.last = _range_in(
                    sequence, before, self._filling.first, self._filling.last
                )
            if _continues(before, sequence) and self._frames is not None:
                self._frames.states[: len(frames.states)] = frames.states  # what was on this disk still is
        self._sequence_view = SequenceView(
            label=sequence.label,
            folder=sequence.folder,
            first=sequence.first,
            last=sequence.last,
            count=len(sequence),
            gaps=sequence.gaps,
            position=position + 1,
            positions=len(self._sequences),
            is_pages=is_picture_name(os.path.split(sequence.folder)[1]),
        )
        self._loader.use_link(sequence.folder)
        self.look_at_disk()
        self._playback.follow(self._frames, self._playhead)
        if self._key() != stood_at:
            self._arrive()
        self._plan_soon()
        self._touch()

    def _index_frames(self) -> None:
        """Makes the table of the frames anew; it fills as frames are planned."""
        if self._sequence is None:
            self._frames = None
            self._loader.replace_plan(Plan(None, (), lambda _path: math.inf))
        else:
            with_gaps = self._settings.preferences.missing is not MissingPolicy.SKIP
            self._frames = FrameTable(self._sequence, with_gaps=with_gaps)
            self._frames.take_held(self._loader.paths_held(), self._loader.state)
        self._playback.follow(self._frames, self._playhead)
        self._timeline_stale = True
        self._refresh_later()

    # What is remembered of sequences

    @property
    def _remembered(self) -> SequenceSettings:
        """What is remembered of the open sequence."""
        assert self._sequence is not None  # noqa: S101 - whoever asks has one
        return self._remembering.of(self._sequence.folder, key_of(self._sequence))

    def _apply_remembered(self, remembered: SequenceSettings) -> None:
        """Takes what the person had set for this sequence, apart from places in it."""
        assert self._sequence is not None  # noqa: S101 - whoever calls has one
        self._bookmarks = Bookmarks(remembered.bookmarks)
        self._start, self._zoom = remembered.start, remembered.zoom
        self._playback.set_rate(self._opening.wished_rate or remembered.rate or self._settings.preferences.rate)

    def _take_remembered(self) -> None:
        """Takes what is remembered of the sequence that is open already, as far as nobody has set anything else."""
        if self._sequence is None:
            return
        remembered = self._remembered
        self._apply_remembered(remembered)
        self._set_marks(remembered.mark_in, remembered.mark_out)
        if remembered.number is not None and not self._opening.moved and self._opened_whole:
            self._arrive_at(self._places.nearest(remembered.number))
        self._replan()
        self._touch()

    @property
    def _opened_whole(self) -> bool:
        """Whether a folder was opened and no file in it, so that it is nobody's wish where to begin."""
        sequence = self._sequence
        if sequence is None or self._opening.asked_for:
            return False
        return self.opened.rstrip("/") == sequence.folder.rstrip("/")

    def _remember_in_sequence(self, **values: Any) -> None:  # noqa: ANN401 - the fields of Remembered
        if self._sequence is not None:
            self._remembering.change(self._sequence.folder, key_of(self._sequence), **values)

    def _complain(self, sentence: str) -> None:
        self._complaint = sentence
        self._touch()

    def _note_on_disk(self, sequence: FrameSequence, found: OnDisk) -> None:
        if sequence is self._sequence:
            self._opening.disk_used = found.bytes_used
            self._loader.note_on_disk(found.paths)
            if self._frames is not None:
                self._frames.take_marks(found.marks)
            self._timeline_stale = True
            self._refresh_later()

    # What changes by itself

    def _line_is_free(self) -> bool:
        """Returns whether nobody waits for the line: the frame on screen is here, and has been for a moment."""
        if self._sequence is None or self._listing.is_running or self._rest is not None:
            return False
        return self._playback.is_ready(self._playhead.index)

    def _landed(self, opened: Opened) -> None:
        before = self._sequence
        if before is None:
            return
        here = self._number
        self._take(opened, stay=True)
        self._opening.names_due = True
        after = self._sequence
        if after is None or not _is_same(before, after):
            return
        back_to = None if self._glance is None else self._glance[1]
        move = move_on_landing(self._settings.preferences.new_frames, before, after, here, back_to)
        if move is not None and not self._playback.playing:
            self._end_glance()
            self._arrive_at(self._places.nearest(move.number))
            if move.back_to is not None:
                number = move.back_to
                self._glance = self._loop.call_later(GLANCE, lambda: self._come_back(number)), number

    def _come_back(self, number: FrameNumber) -> None:
        self._glance = None
        if self._sequence is not None:
            self._arrive_at(self._places.nearest(number))

    def _end_glance(self) -> None:
        if self._glance is not None:
            self._glance[0].cancel()
            self._glance = None

    def _arrive_at(self, index: int) -> None:
        """Goes to a position by itself, without that counting as somebody's wish."""
        if index != self._playhead.index:
            self._playhead = self._playhead.jumped(index)
            self._canvas.note_jump(jumped=True)
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
            self._stop_playing()
            self._pace.note(self._loop.now(), by)
            self._move(self._stepped(by), skips=by)
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
        self._stop_playing()
        self._pace.stop()
        self._move(self._stepped(by), skips=by)
        self._held_from = held_from

    def _stepped(self, by: int) -> Playhead:
        """Returns the playhead after a step, which passes over what cannot be shown if that is to be skipped."""
        playhead = self._playhead.stepped(by)
        for _ in range(MOST_SKIPPED):
            if not self._is_skipped(playhead.index):
                return playhead
            following = playhead.stepped(1 if by > 0 else -1).with_stride(playhead.stride)
            if following.index == playhead.index:
                break
            playhead = following
        return self._playhead  # there is nothing to be shown any more that way

    def _is_skipped(self, place: int) -> bool:
        path = None if self._frames is None else self._frames.path_at(place)
        if path is None or self._settings.preferences.missing is not MissingPolicy.SKIP:
            return False
        return self._loader.away is None and self._loader.failure(path) is not None

    def _skip_here(self) -> None:
        """Goes on from a frame that turned out not to be showable."""
        if self._skips and self._is_skipped(self._playhead.index):
            self._move(self._stepped(1 if self._skips > 0 else -1), skips=self._skips)

    def go_to(self, number: int) -> None:
        """Moves to the frame with this number, or to the nearest place there is."""
        if self._sequence is not None:
            self._jump(self._places.nearest(number))

    def _jump(self, place: int) -> None:
        """Goes to a place, from which somebody may want to go back; what plays goes on from there."""
        if abs(place - self._playhead.index) > 1:
            self._note_place()
        self._jump_to(place)

    def _jump_to(self, place: int) -> None:
        self._pace.stop()
        playhead = self._playhead.jumped(place)
        self._move(playhead.with_stride(self._playhead.stride) if self._playback.playing else playhead)

    def scrub(self, number: int) -> None:
        """Moves to the frame with this number, or the nearest, while somebody drags: one of many such moves."""
        if self._sequence is not None:
            if self._scrub_from is None:
                self._scrub_from = self._number
                self._note_place()
            index = self._places.nearest(number)
            self._pace.note(self._loop.now(), index - self._playhead.index)
            self._stop_playing()
            self._move(self._playhead.jumped(index))

    def scrub_by(self, frames: int) -> None:
        """Moves to so many frame numbers from where the dragging began, held to the sequence."""
        if self._sequence is not None:
            self.scrub((self._number if self._scrub_from is None else self._scrub_from) + frames)

    def scrub_ended(self) -> None:
        """Is told that the dragging has ended: where it is now is where somebody looks."""
        self._scrub_from = None
        self._pace.stop()
        self._replan()

    def go_to_text(self, text: str) -> bool:
        """Moves to what a person typed: "131", "+20", "50%", "12.5s", a time code; returns whether it was understood.

        See :mod:`viewer.model.go_to`.
        """
        if self._sequence is None:
            return False
        found = destination(text, self._sequence, self._time_base)
        if found is None:
            self._complain(UNDERSTOOD)
        elif found.is_step:
            self.step(found.number)
        else:
            self.go_to(found.number)
        return found is not None

    def go_to_first(self) -> None:
        """Moves to the in point; from there, to the first frame."""
        self._jump(0 if self._playhead.index <= self._playhead.first else self._playhead.first)

    def go_to_last(self) -> None:
        """Moves to the out point; from there, to the last frame."""
        end = self._playhead.count - 1
        self._jump(end if self._playhead.index >= self._playhead.last else self._playhead.last)

    def switch_sequence(self, by: int) -> None:
        """Opens the next or previous sequence of the folder; what was loaded of this one is kept."""
        self.choose_sequence(min(max(self._chosen + by, 0), len(self._sequences) - 1))

    def choose_sequence(self, position: int) -> None:
        """Opens the sequence at ``position`` in the folder, where somebody was in it the last time."""
        if position != self._chosen:
            self._note_place()
            self._switch_to(position, None)

    def _switch_to(self, position: int, number: FrameNumber | None) -> None:
        if 0 <= position < len(self._sequences):
            self._stop_playing()
            self._pace.stop()
            self._end_glance()
            self._end_filling()
            self._remember_place()
            self._canvas.clear()
            self._sequence, self._frames, self._opening.moved = None, None, True
            self._choose(position, number)

    def _move(self, playhead: Playhead, *, skips: int = 0) -> None:
        self._opening.moved = True
        self._complaint = ""
        self._skips = skips
        self._end_glance()
        self._pending_step, self._held_from = 0, None
        if self._sequence is not None and playhead.index != self._playhead.index:
            self._canvas.note_jump(jumped=abs(playhead.index - self._playhead.index) > 1)
            self._playhead = playhead
            self._arrive()

    def _arrive(self) -> None:
        """Sees to the frame where the playhead now is: shows it if it is here, plans for it after that."""
        self._canvas.arrive()
        self._playback.follow(self._frames, self._playhead)
        self._timed = ""
        self._touch()
        self._plan_soon()
        if self._is_seen:  # gone and come back before anything else was on screen: nothing will be painted anew
            self._playback.frame_seen()
        else:
            self._playback.waits_for_frame()

    # Places visited

    def _here(self) -> Visit | None:
        """Returns where somebody is now, None without a sequence."""
        if self._sequence is None:
            return None
        return Visit(self.opened, key_of(self._sequence), self._number)

    def _note_place(self) -> None:
        here = self._here()
        if here is not None:
            self._visited.note(here)

    def go_back(self) -> None:
        """Goes back to the place visited before this one, in whatever folder it is."""
        self._visit(self._visited.back)

    def go_forward(self) -> None:
        """Goes to the place that somebody has gone back from."""
        self._visit(self._visited.forward)

    def _visit(self, way: Callable[[Visit | None], Visit | None]) -> None:
        here = self._here()
        place = way(here)
        if place is None:
            self._touch()  # those that led nowhere are gone
            return
        number = FrameNumber(place.number)
        if here is None or place.text != here.text:
            self._open(place.text, number, key=place.key)
        elif place.key != here.key:
            keys = [key_of(sequence) for sequence in self._sequences]
            self._switch_to(keys.index(place.key) if place.key in keys else -1, number)
        else:
            self._stop_playing()
            self._jump_to(self._places.nearest(number))

    # Bookmarks

    def toggle_bookmark(self) -> None:
        """Sets a bookmark at this frame, or takes it away; one with a note stays."""
        number = None if self._sequence is None else self._number
        if number is None:
            return
        noted = next((each.note for each in self._bookmarks.all if each.number == number), "")
        if noted:
            self._complain(f"The bookmark at {number} has a note: remove it in the list of bookmarks ({noted}).")
        elif number in self._bookmarks:
            self._set_bookmarks(self._bookmarks.without([number]))
        else:
            self._set_bookmarks(self._bookmarks.with_(Bookmark(number)))

    def add_bookmark(self) -> None:
        """Sets a bookmark at this frame, if there is none yet."""
        if self._sequence is not None and self._number not in self._bookmarks:
            self._set_bookmarks(self._bookmarks.with_(Bookmark(self._number)))

    def set_note(self, number: int, note: str) -> None:
        """Writes a note to the bookmark at this number."""
        if number in self._bookmarks:
            self._set_bookmarks(self._bookmarks.with_(Bookmark(number, note)))

    def remove_bookmarks(self, numbers: Iterable[int]) -> None:
        """Takes the bookmarks at these numbers away."""
        self._set_bookmarks(self._bookmarks.without(numbers))

    def _set_bookmarks(self, bookmarks: Bookmarks) -> None:
        self._bookmarks = bookmarks
        self._remember_in_sequence(bookmarks=bookmarks.all)
        self._touch()

    def go_to_bookmark(self, direction: int) -> None:
        """Moves to the next bookmark, or with -1 to the previous one."""
        if self._sequence is not None:
            way = self._bookmarks.after if direction > 0 else self._bookmarks.before
            number = way(self._number)
            if number is not None:
                self.go_to(number)

    def export_bookmarks(self, path: str) -> None:
        """Writes the bookmarks as a table to a file of the person's choice; see :mod:`viewer.model.bookmark_file`."""
        bookmarks, time_base = self._bookmarks.all, self._time_base

        def done(outcome: Success[None] | Failure) -> None:
            if isinstance(outcome, Success):
                self._complain(f"{_bookmarks_were(len(bookmarks))} written to {path}.")
            else:
                self._complain(f"The bookmarks could not be written to {path}: {messages.cause(outcome.error)}.")

        self._chores.submit(lambda: bookmark_file.write(path, bookmarks, time_base), done)

    def import_bookmarks(self, path: str) -> None:
        """Adds the bookmarks of a table, whose notes replace those at the same numbers."""
        here = self._here()

        def done(outcome: Success[tuple[tuple[Bookmark, ...], str]] | Failure) -> None:
            now = self._here()
            if here is None or now is None or (here.text, here.key) != (now.text, now.key):
                return
            if isinstance(outcome, Success):
                found, sentence = outcome.value
                self._set_bookmarks(self._bookmarks.with_(*found))
                self._complain(" ".join(filter(None, [f"{_bookmarks_were(len(found))} taken from {path}.", sentence])))
            else:
                self._complain(f"The bookmarks could not be read from {path}: {messages.cause(outcome.error)}.")

        self._chores.submit(lambda: bookmark_file.read(path), done)

    # Planning

    def _plan_soon(self) -> None:
        if not self._plan_posted:
            self._plan_posted = True
            self._loop.post(self._replan)

    def _replan(self) -> None:
        self._plan_posted = False
        if self._sequence is None:
            return
        frames, places = self._table, self._places
        playhead, order = self._playhead, order_of_need(self._playhead)
        if self._playback.playing:
            playhead, order = self._playback.order(playhead)

        def need(path: str) -> float:
            place = frames.position_of(path)
            return math.inf if place is None else steps_until(playhead, place)

        def coarse(path: str) -> float:
            index = frames.index_of(path)
            if index is None:
                return 0.0 if self._folder.wants(path) else math.inf
            return coarseness(index)

        in_passing = self._is_passing()
        preferences = self._settings.preferences
        samples: Iterator[int] = iter(())
        if preferences.thumbnails and not self._is_provisional and not self._playback.playing:
            most = preferences.cache_bytes // THUMBNAILS_SHARE // SMALL_BYTES
            samples = coarse_to_fine(len(frames.sequence), most)
        fill: Iterator[int] = iter(())
        if self._filling is not None:
            fill = self._filling.order(places.index_before(playhead.index) or 0, frames.states)
        paths = frames.paths_in(self._within(order))
        wanted = self._wanted_path() or next(paths, None)
        if wanted is None:
            wanted = frames.path(places.index_before(playhead.index) or 0)
        self._loader.replace_plan(
            Plan(
                wanted=wanted,
                order=itertools.chain((wanted,), (path for path in paths if path != wanted)),
                need=need,
                thumbnails=itertools.chain(self._folder.paths(), map(frames.path, samples)),
                coarseness=coarse,
                fill=map(frames.path, fill),
                in_passing=in_passing,
                steady=self._playback.playing,
            )
        )

    def _wanted_path(self) -> str | None:
        """Returns the frame to get first: the one that is to be seen; None leaves it to the order of need."""
        path = self._path_seen(self._playhead.index)
        if self._playback.keeps_time and path is not None and not self._loader.is_ready(path):
            return None  # it has been passed by
        return path

    @property
    def _is_provisional(self) -> bool:
        """Whether the listing is still to tell what the neighbours of the frame on screen are."""
        return self._listing.is_running and not self._opening.whole

    def _within(self, order: Iterator[int]) -> Iterator[int]:
        """Yields those places of ``order`` that are to be read ahead at all."""
        if self._places.count > len(self._table.sequence):
            order = (place for place in order if self._places.index(place) is not None)
        if self._is_provisional:
            return itertools.islice(order, WHILE_LISTING)
        if self._settings.preferences.fill_when_idle:
            return order
        near = itertools.islice(order, NEAR_ONLY)
        filling = self._filling
        if filling is None:
            return near
        first, last = (self._places.of_index(index) for index in (filling.first, filling.last))
        farther = itertools.islice(order, FILL_WITHIN)
        return itertools.chain(near, (place for place in farther if first <= place <= last))

    def _is_passing(self) -> bool:
        """Returns whether somebody goes on faster than the line brings frames, and sees to what follows at the end."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        rest = self._pace.rest_after(self._loop.now())
        rate, file_bytes = self._loader.link.bytes_per_second, self._loader.file_bytes
        outrun = rate > 0 and abs(self._pace.speed) * file_bytes > rate
        if not (rest and outrun) or self._playback.is_ready(self._playhead.index):
            return False
        self._rest = self._loop.call_later(rest, self._come_to_rest)
        return True

    def _come_to_rest(self) -> None:
        self._rest = None
        self._pace.stop()
        self._replan()

    @property
    def _table(self) -> FrameTable:
        assert self._frames is not None  # noqa: S101 - only a sequence has frames
        return self._frames

    @property
    def _places(self) -> Positions:
        return self._table.positions

    def _path_seen(self, place: int) -> str | None:
        """Returns the path of the frame that is to be seen at a place: its own, or of the one that is held there."""
        frames = self._frames
        if frames is None:
            return None
        path = frames.path_at(place)
        if self._settings.preferences.missing is not MissingPolicy.HOLD:
            return path
        if path is not None and self._loader.failure(path) is None:
            return path
        held = self._canvas.held_index(frames, place)
        return path if held is None else frames.path(held)

    def _path_here(self) -> str | None:
        """Returns the path of the frame where the playhead is, None where there is no file."""
        return None if self._frames is None else self._frames.path_at(self._playhead.index)

    def _key(self) -> str:
        """Returns what tells whether the playhead is still at the same frame, whatever numbers have been listed."""
        return self._path_here() or f"no file {self._number}"

    # Playing

    def toggle_play(self, speed: int = 1) -> None:
        """Starts playing, backwards with a speed of -1, or stops."""
        if self._playback.playing or self._plays_when_filled:
            self.stop()
        else:
            self.play(speed)

    def play(self, speed: int) -> None:
        """Plays at so many times the rate, backwards when negative.

        From the end of the range, or from outside it, that is from its beginning.
        """
        if self._sequence is None:
            return
        self._end_glance()
        self._pace.stop()
        self._plays_when_filled = False
        playhead = self._playhead.with_stride(1 if speed > 0 else -1)
        if playhead.advanced() is None or not playhead.in_range:
            self._move(playhead.jumped(playhead.first if speed > 0 else playhead.last))
        self._playhead = dataclasses.replace(self._playhead, stride=playhead.stride, playing=True)
        self._playback.follow(self._frames, self._playhead)
        self._playback.play(speed)
        self._plan_soon()
        self._refresh_later()
        self._touch()

    def play_from_in(self) -> None:
        """Plays forwards from the in point."""
        if self._sequence is not None:
            self._jump(self._playhead.first)
            self.play(1)

    def shuttle(self, direction: int) -> None:
        """Plays forwards, or backwards with -1; when it does already, twice as fast."""
        self.play(self._playback.shuttled(direction))

    def stop(self) -> None:
        """Stops playing, and does not begin to when reading in advance has come to its end."""
        self._stop_playing()
        self._plays_when_filled = False
        self._touch()

    def fill_and_play(self) -> None:
        """Reads what is to be played in advance, and then plays it."""
        if self._sequence is not None:
            self._stop_playing()
            self.fill(whole=False)
            self._plays_when_filled = self._filling is not None

    def _stop_playing(self) -> None:
        if self._playback.playing:
            self._playback.stop()
            self._playhead = dataclasses.replace(self._playhead, playing=False)
            self._playback.follow(self._frames, self._playhead)
            self._plan_soon()
            self._touch()

    def _go_on(self, by: int) -> int | None:
        """Plays on by ``by`` frames; keeping time, to the last of them that is here. See :class:`Player`."""
        playhead = self._playhead
        gone: int | None = by
        if self._playback.keeps_time:
            gone = self._playback.reached(playhead, by, self._is_skipped)
        if not gone:
            self._plan_soon()
            if gone is None:
                self._stop_playing()
            return gone
        after = playhead.advanced(gone)
        for _ in range(MOST_SKIPPED):
            if after is None or not self._is_skipped(after.index):
                break
            after = after.advanced()
        if after is None:
            self._stop_playing()
            return None
        self._playback.note_direction(after.direction)
        if after.index == playhead.index and after != playhead:
            self._playhead = after
        self._move(after, skips=after.direction)
        return gone

    def set_repeat(self, repeat: Repeat) -> None:
        """Sets what follows the end of the range."""
        self.set_preferences(self._settings.preferences.changed(repeat=repeat))

    def cycle_repeat(self) -> None:
        """Goes from the loop on to ping-pong, once, and back to the loop."""
        order = (Repeat.LOOP, Repeat.PING_PONG, Repeat.ONCE)
        self.set_repeat(order[(order.index(self._settings.preferences.repeat) + 1) % len(order)])

    def toggle_real_time(self) -> None:
        """Changes between showing every frame and keeping time."""
        keeps_time = self._settings.preferences.play_policy is PlayPolicy.REAL_TIME
        policy = PlayPolicy.EVERY_FRAME if keeps_time else PlayPolicy.REAL_TIME
        self.set_preferences(self._settings.preferences.changed(play_policy=policy))

    def set_rate(self, rate: float) -> None:
        """Sets the frames a second of this sequence, within the limits of the preference."""
        if self._sequence is None:
            self.set_preferences(self._settings.preferences.changed(rate=rate))
        else:
            self._opening.wished_rate = None
            self._playback.set_rate(rate)
            self._remember_in_sequence(rate=None if rate == self._settings.preferences.rate else rate)
            self._touch()

    @property
    def _time_base(self) -> TimeBase:
        first = 0 if self._sequence is None else self._sequence.first
        return TimeBase(self._playback.rate, first, self._start)

    def cycle_time(self) -> None:
        """Goes from frame numbers on to seconds, time codes, and back."""
        order = tuple(TimeDisplay)
        shown = order[(order.index(self._settings.preferences.show_time) + 1) % len(order)]
        self.set_preferences(self._settings.preferences.changed(show_time=shown))

    def set_start(self, text: str) -> bool:
        """Sets the time code of the first frame, "" for 00:00:00:00; returns whether it was understood."""
        text = text.strip()
        if self._sequence is None or not valid_start(text):
            self._complain(f'"{text}" is no time code: write hours, minutes, seconds and frames, 01:00:00:00.')
            return False
        self._start = text
        self._remember_in_sequence(start=text)
        self._touch()
        return True

    def mark_in(self, number: int | None = None) -> None:
        """Sets the in point to where the playhead is; a number that is given is held before the out point."""
        if self._sequence is not None:
            last = self._playhead.last
            here = self._playhead.index if number is None else min(self._places.nearest(number), last)
            self._set_range(here, max(here, last), "mark_in")

    def mark_out(self, number: int | None = None) -> None:
        """Sets the out point to where the playhead is; a number that is given is held after the in point."""
        if self._sequence is not None:
            first = self._playhead.first
            here = self._playhead.index if number is None else max(self._places.nearest(number), first)
            self._set_range(min(here, first), here, "mark_out")

    def clear_in(self) -> None:
        """Takes the in point away."""
        self._set_range(0, self._playhead.last, "mark_in")

    def clear_out(self) -> None:
        """Takes the out point away."""
        self._set_range(self._playhead.first, self._playhead.count - 1, "mark_out")

    def _set_range(self, first: int, last: int, end: str) -> None:
        """Sets the range; remembers the end that was set, and the other if that has changed with it."""
        if self._sequence is not None:
            before = self._marks
            self._playhead = dataclasses.replace(self._playhead, first=first, last=last)
            self._playback.follow(self._frames, self._playhead)
            ends = zip(("mark_in", "mark_out"), before, self._marks, strict=True)
            self._remember_in_sequence(**{name: mark for name, was, mark in ends if name == end or mark != was})
            self._replan()
            self._touch()

    @property
    def _marks(self) -> tuple[FrameNumber | None, FrameNumber | None]:
        """The numbers of the in and the out point; None for none."""
        playhead, places = self._playhead, self._places
        mark_in = places.number(playhead.first) if playhead.first > 0 else None
        return mark_in, places.number(playhead.last) if playhead.last < playhead.count - 1 else None

    def _set_marks(self, mark_in: int | None, mark_out: int | None) -> None:
        """Takes in and out points that were remembered; none where all of the range lies beside what there is."""
        places = self._places
        beyond = mark_in is not None and mark_in > places.number(places.count - 1)
        if beyond or (mark_out is not None and mark_out < places.number(0)):
            mark_in = mark_out = None
        first = 0 if mark_in is None else places.nearest(mark_in)
        last = places.count - 1 if mark_out is None else places.nearest(mark_out)
        self._playhead = dataclasses.replace(self._playhead, first=first, last=max(first, last))
        self._playback.follow(self._frames, self._playhead)

    # The canvas

    def set_fit_size(self, fit_size: Size | None) -> None:
        """Takes the size that pictures are fitted into, in pixels of the screen; None when they are not fitted.

        The first size holds at once; a change holds when the size has been still for a moment.
        """
        if self._fit_size_timer is not None:
            self._fit_size_timer.cancel()
            self._fit_size_timer = None
        if self._fit_size is None or fit_size is None:
            self._settle(fit_size)
        elif fit_size != self._fit_size:
            self._fit_size_timer = self._loop.call_later(SETTLE, lambda: self._settle(fit_size))

    def _settle(self, fit_size: Size | None) -> None:
        self._fit_size_timer = None
        self._fit_size = fit_size
        self._loader.set_fit_size(fit_size)

    def frame_seen(self, number: FrameNumber) -> None:
        """Is told by the canvas that the frame with this number, or why it cannot be shown, is on screen."""
        if self._sequence is not None and number == self._number:
            self._seen = self._key()
            self._held_from = None
            path = self._path_here()
            if path is not None:
                self._note_step()
                self._watch.look_at(path, self._loader.stamp(path))
            if self._opening.moved and not self._playback.playing:
                self._remember_place()
            self._playback.frame_seen()
            if self._pending_step:
                self._step_held(self._pending_step)

    def _note_step(self) -> None:
        """Notes what the time since the frame was asked for went into; once for each frame one goes to."""
        if self._timed != self._seen and self._loader.failure(self._seen) is None:
            self._timed = self._seen
            step = self._loader.trace.step_time(self._seen, self._canvas.arrived_at, self._loop.now())
            self._loader.statistics.note_step(step)

    @property
    def _is_seen(self) -> bool:
        return self._sequence is not None and self._seen == self._key()

    def set_zoom(self, zoom: Zoom) -> None:
        """Has it remembered how the picture lies on the canvas."""
        self._remember_in_sequence(zoom=None if zoom.scale is None else zoom)

    def _remember_place(self) -> None:
        if self._sequence is not None and self._opening.moved:
            self._remember_in_sequence(number=self._number)

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
        if preferences.rate != before.rate and (self._sequence is None or self._remembered.rate is None):
            self._playback.set_rate(preferences.rate)
        self._playback.set_policy(preferences.play_policy)
        if preferences.repeat != before.repeat:
            self._playhead = dataclasses.replace(self._playhead, repeat=preferences.repeat)
            self._playback.follow(self._frames, self._playhead)
            self._plan_soon()
        if preferences.missing != before.missing and self._sequence is not None:
            self._choose(self._chosen, self._number)
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
        first, last = 0, len(self._sequence) - 1
        if not whole:
            first, last = self._table.indexes_within(playhead.first, playhead.last)
        if last < first:
            self._complain("There are no files to read between the in and the out point.")
            return
        is_all = last - first + 1 == len(self._sequence)
        self._filling = Preload("the whole sequence" if is_all else "from in to out", first, last)
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
        self._plays_when_filled = False
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
            self._opening.disk_used = 0
            self._refresh_later()

        self._memory.clear(done)

    def thumbnail(self, number: int) -> tuple[FrameNumber, Frame] | None:
        """Returns the small picture that is here of the frame nearest to this number, and that frame's number."""
        if self._sequence is None:
            return None
        here = self._sequence.nearest_index(FrameNumber(number))
        for index in outwards(here, STAND_IN_WITHIN):
            path = self._table.known_path(index)
            frame = None if path is None else self._loader.thumbnail(path)
            if frame is not None:
                return self._sequence.number(FrameIndex(index)), frame
        return None

    def report(self) -> tuple[Section, ...]:
        """Returns what was measured lately, for the panel that tells why it is slow."""
        cache_bytes = self._settings.preferences.cache_bytes
        states = b"" if self._frames is None else self._frames.states
        on_disk = states.count(FrameState.ON_DISK.value)
        return of_loader(self._loader, cache_bytes, on_disk, len(states), self._opening.disk_used)

    # The folder

    def want_sequence_thumbnails(self, positions: Iterable[int]) -> None:
        """Says which rows of the list of sequences are to be seen; their pictures are loaded when there is time."""
        self._folder.want_thumbnails(positions)
        self._plan_soon()

    def sequence_thumbnail(self, position: int) -> Frame | None:
        """Returns the small picture of a sequence of the folder, None while it is not here."""
        return self._folder.thumbnail(position)

    def look_for_subfolders(self) -> None:
        """Begins to look which folders are in the folder."""
        self._folder.look_for_subfolders()

    def open_subfolder(self, name: str) -> None:
        """Opens a folder in the folder."""
        if self._sequence is not None:
            self.open(os.path.join(self._sequence.folder, name))  # noqa: PTH118 - a path of any storage

    def _folder_changed(self) -> None:
        self._touch()

    def close(self) -> None:
        """Stops everything; nothing more is heard of this viewer."""
        self._remember_place()
        self._remembering.close()
        self._listing.cancel()
        self._memory.close()
        self._folder.close()
        self._playback.stop()
        self._watch.close()
        self._end_glance()
        for timer in (self._refresh, self._fit_size_timer, self._rest):
            if timer is not None:
                timer.cancel()
        self._listener = lambda _state: None
        self._loader.close()

    # Snapshots

    def is_here(self, number: int) -> bool:
        """Returns whether the frame with this number can be shown at once."""
        index = None if self._sequence is None else self._sequence.index_of(FrameNumber(number))
        return index is not None and self._loader.is_ready(self._table.path(index))

    @property
    def _number(self) -> FrameNumber:
        assert self._sequence is not None  # noqa: S101 - only a sequence has numbers
        return self._places.number(self._playhead.index)

    def _frame_changed(self, path: str) -> None:
        self._folder.note(path)
        frames = self._frames
        index = None if frames is None else frames.index_of(path)
        if frames is not None and index is not None:
            state, here = self._loader.state(path), self._path_here()
            if state is FrameState.DECODED and frames.states[index] != state.value:
                self._playback.note_frame()
            frames.states[index] = state.value
            self._timeline_stale = True
            if here is None or path == here or not self._loader.is_shown(here):
                self._touch()  # it may stand in for the one that is waited for
            if path == here and state is FrameState.FAILED and self._skips:
                self._loop.post(self._skip_here)
            if state is FrameState.FAILED and self._settings.preferences.missing is MissingPolicy.HOLD:
                self._plan_soon()  # another one is to be held
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
            self._timeline = TimelineView() if self._frames is None else self._frames.runs()
        self._touch()
        if self._opening.names_due and self._loader.keeps_files and not self._listing.is_running and self._sequences:
            self._opening.names_due = False
            if not is_pattern(self.opened):  # which selects some, while the folder holds others too
                self._memory.remember(self._sequences[0].folder, self._sequences)
        activity = self._loader.activity()
        busy = activity.reading or activity.decoding or activity.bytes_per_second
        goes_on = self._listing.is_running or self._filling is not None or self._playback.playing
        if busy or goes_on or self._loader.away is not None:
            self._refresh_later()

    def _publish(self) -> None:
        self._posted = False
        state = ViewState(
            message=self._opening.message or self._complaint,
            listing=self._listing.is_running,
            names_seen=self._opening.names_seen,
            playing=self._playback.playing,
            playback=self._playback.view(waits_for_fill=self._plays_when_filled),
            can_go_back=self._visited.can_go_back,
            can_go_forward=self._visited.can_go_forward,
            timeline=self._timeline,
            activity=self._loader.activity(),
            preferences=self._settings.preferences,
            recent=self._settings.recent,
            offline=messages.offline(self._loader.away, self._loader.silence, self._loader.next_attempt),
            fill=self._fill_view(),
            disk_used=self._opening.disk_used,
        )
        if self._was_away and self._loader.away is None:
            self._plan_soon()  # what a fill passed over meanwhile may be there now
        self._was_away = self._loader.away is not None
        if self._sequence is not None:
            state = self._with_sequence(state, self._sequence)
        elif self._listing.is_running:
            state = dataclasses.replace(state, notice=self._canvas.opening(self.opened))
        if self._listing.is_running:
            self._refresh_later()
        self._listener(state)

    def _with_sequence(self, state: ViewState, sequence: FrameSequence) -> ViewState:
        frames, place = self._table, self._playhead.index
        index = frames.positions.index(place)
        seen = self._canvas.look(frames, place, state.preferences.missing)
        mark_in, mark_out = self._marks
        return dataclasses.replace(
            state,
            sequence=self._sequence_view,
            number=self._number,
            name="" if index is None else sequence.name(index),
            path="" if index is None else frames.path(index),
            shown=seen.shown,
            notice=seen.notice,
            holds=seen.holds,
            problem_kind=seen.problem_kind,
            problem=seen.problem,
            reading=self._reading(frames),
            mark_in=mark_in,
            mark_out=mark_out,
            time_base=self._time_base,
            bookmarks=self._bookmarks.all,
            zoom=self._zoom,
            folder=self._folder.view(self._chosen),
        )

    def _reading(self, frames: FrameTable) -> tuple[FrameNumber, ...]:
        here = frames.positions.index(self._playhead.index)
        known = (frames.index_of(path) for path in self._loader.paths_reading())
        ordered = sorted((index for index in known if index is not None), key=lambda index: (index != here, index))
        return tuple(frames.number(index) for index in ordered)

    def _fill_view(self) -> FillView | None:
        filling = self._filling
        if filling is None:
            return None
        activity, preferences = self._loader.activity(), self._settings.preferences
        on_disk = preferences.disk_bytes if self._loader.keeps_files else 0
        view = filling.progress(self._table.states, activity, preferences.cache_bytes + on_disk)
        is_waiting = self._loader.away is not None
        has_ended = filling.has_ended(view, activity, self._loop.now(), is_waiting=is_waiting)
        if self._plays_when_filled and (has_ended or view.done >= view.total):
            self._loop.post(self._play_filled)
        elif has_ended:
            self._loop.post(self.stop_filling)
        return view

    def _play_filled(self) -> None:
        if self._plays_when_filled:
            self.play(1)


def _bookmarks_were(count: int) -> str:
    return "1 bookmark was" if count == 1 else f"{count} bookmarks were"


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
