"""The open viewer: verbs go in, one frozen snapshot comes out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from viewer.core.frame import FrameNumber
from viewer.core.load.frame_state import FrameState
from viewer.core.records import replace
from viewer.model.canvas_content import CanvasContent
from viewer.model.folder_cache import DiskUse, FolderCache
from viewer.model.folder_list import FolderList
from viewer.model.folder_watch import move_on_landing
from viewer.model.frame_file import FrameFile
from viewer.model.go_to import destination, short_of
from viewer.model.levels import Levels
from viewer.model.measuring import frame_reader
from viewer.model.memory_budget import MemoryBudget
from viewer.model.navigation import Glance, Navigator
from viewer.model.opener import ANY_END, Opener
from viewer.model.planning import plan_for
from viewer.model.playback import Playback
from viewer.model.preferences import Effect, HoldPolicy, MissingPolicy, Preferences
from viewer.model.recent_folders import RecentFolders
from viewer.model.refresher import Refresher
from viewer.model.sequence_editor import BookmarkEditor, SequenceEditor
from viewer.model.sequence_settings_file import key_of
from viewer.model.sequence_settings_sync import SequenceSettingsSync
from viewer.model.settings_exchange import SettingsExchange
from viewer.model.snapshot import snapshot
from viewer.model.view_state import FillView, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.executor import Executor
    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop
    from viewer.core.play.playhead import Playhead
    from viewer.core.storage.storage import Storage
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.report import Section
    from viewer.model.sequence_settings_file import SequenceSettingsFile
    from viewer.model.settings_file import Settings
    from viewer.model.settings_sync import SettingsSync


class ViewerModel:
    """One window's worth of viewing; owner thread only.

    Every verb returns at once. Each change is followed by one :class:`ViewState` handed to the listener, soon after
    and never within the verb, or by :attr:`publish`. The parts each own one kind of state and have verbs of their own;
    this class connects them, moves the playhead, and carries out what concerns several.

    Attributes:
        bookmarks: the bookmarks of the open sequence.
        canvas: what is on the canvas.
        frame_file: what is done with the file of the frame.
        disk: what is kept on this disk.
        folder: what else is in the folder.
        memory: how much memory frames and files take.
        levels: how the samples of the sequence are shown.
        playback: how the sequence is played.
        publish: hands the listener at once what the last verb has changed, as the user waits for it.
        recent: the folders opened lately.
        settings: the settings to be remembered.
        exchange: writes preferences and keys to files, and takes them from files.
        sequence: what the user sets for the open sequence: in and out point, time code, zoom.
    """

    def __init__(
        self,
        loop: Loop,
        storage: Storage,
        chores: Executor,
        make_loader: Callable[[Callable[[str], None]], Loader],
        settings: SettingsSync,
        disk: DiskCache | None = None,
        sequences_file: SequenceSettingsFile | None = None,
        settings_executor: Executor | None = None,
    ) -> None:
        """Makes a viewer with nothing open.

        Args:
            loop: the owner thread's.
            storage: where the pictures are.
            chores: workers for listing folders.
            make_loader: makes the loader, given what to call with the path of each frame whose state changes.
            settings: reads and writes those of the program.
            disk: what was read before; the loader has it too. None for nothing.
            sequences_file: where the settings of each sequence are kept, None for nowhere.
            settings_executor: workers for that; those of ``chores`` may all hang in a share.
        """
        self._loop, self._loader = loop, make_loader(self._frame_changed)
        self.settings, self._settings_sync = settings.found.settings, settings
        self._open: OpenSequence | None = None
        self._was_away = False
        self._refresher = Refresher(loop, self._replan, self._look, settings.found.complaint)
        self.publish = self._refresher.now
        self.memory = MemoryBudget(self._loader, self._refresher, self.settings.preferences, self.set_preferences)
        self.canvas = CanvasContent(loop, self._loader)
        self.frame_file = FrameFile(loop, chores, settings_executor or chores, storage, self._loader, self._refresher)
        self.playback = Playback(loop, self._loader, self.canvas, self._refresher, self._play_on)
        self._navigator = Navigator(loop, self._loader, self.canvas, self.playback, self._replan)
        self._glance = Glance(loop, self._come_to)
        self._sequence_settings = SequenceSettingsSync(
            loop,
            settings_executor or chores,
            sequences_file,
            lambda is_first: self._opener.take_settings(is_first=is_first),
            self._refresher.say_unasked,
        )
        self.sequence = SequenceEditor(self._sequence_settings, self._refresher, lambda: self.levels.follow(self._open))
        self.levels = Levels(
            *(loop, chores, self._sequence_settings, self._refresher),
            lambda: self.canvas.show_with(self.levels.look),
            partial(frame_reader, storage, self._loader.holdings),
        )
        self.exchange = SettingsExchange(chores, self.memory, lambda: self.settings, self._refresher.say)
        self.bookmarks = BookmarkEditor(chores, self._sequence_settings, self._refresher, self.go_to)
        self.folder = FolderList(
            chores, storage, self._loader, self._refresher, lambda path, name: self.open(path, name=name)
        )
        folder_cache = FolderCache(chores, disk)
        self.disk = DiskUse(folder_cache, self._loader, self._refresher)
        self.recent = RecentFolders(
            loop, chores, disk, self._loader.decodes.decode_quickly, self._refresher, lambda: self.settings, self.keep
        )
        self._opener = Opener(
            *(loop, chores, storage, self._loader, self._sequence_settings, folder_cache),
            *(self.disk, self.folder, self._refresher, self.settings.preferences),
            lambda: self._navigator.is_idle(self._open),
            self._take,
        )
        self._effects: Mapping[Effect, Callable[[Preferences], None]] = {
            Effect.WHEN_READ: lambda _preferences: None,
            Effect.MEMORY: self.memory.take,
            Effect.READS: lambda each: self._loader.reads.set_reads_at_once(each.reads_at_once),
            Effect.LIMIT: lambda each: self._loader.reads.set_limit(each.bytes_per_second),
            Effect.PATIENCE: lambda each: self._loader.reads.set_give_up_after(each.give_up_after),
            Effect.KEEPING: lambda each: self._loader.set_keeping(keep=each.keeps(fills=self._fills)),
            Effect.DISK: lambda each: folder_cache.set_limit(each.disk_bytes),
            Effect.PLAN: lambda _preferences: self._refresher.plan_soon(),
            Effect.PLAYING: lambda each: self.playback.set_policy(each.play_policy),
            Effect.REPEAT: self._take_repeat,
            Effect.RATE: self._take_rate,
            Effect.GAPS: lambda _preferences: self._opener.choose_again(),
        }
        self._apply(Effect.LIMIT, Effect.PATIENCE, Effect.KEEPING, Effect.PLAYING, Effect.GAPS)
        settings.begin(self.take_settings, self._refresher.say_unasked)

    def listen(self, listener: Callable[[ViewState], None]) -> None:
        """Sets what each snapshot is handed to."""
        self._refresher.listener = listener
        self._refresher.touch()

    def close(self) -> None:
        """Stops everything; nothing more comes from this viewer."""
        self._opener.close()
        self._sequence_settings.close()
        self._settings_sync.close()
        self.disk.close()
        self.folder.close()
        self.playback.stop()
        self._glance.end()
        self._navigator.close()
        self.canvas.close()
        self.levels.close()
        self._refresher.close()
        self._loader.close()

    # Opening

    @property
    def opened(self) -> str:
        """What was opened last, as it was given; "" before that."""
        return self._opener.request.text

    def open(self, text: str, number: int | str | None = None, name: str = "", rate: float | None = None) -> None:
        """Opens a folder, a picture or a pattern by its absolute path, at frame ``number`` if that exists.

        A text is a number as it is written in the names: "131", "0.25", a time.
        A picture that is named is loaded at once, while its folder is still being listed. In a folder, ``name`` is the
        file to begin at. A ``rate`` goes before the one that is remembered.
        """
        if self._open is not None:
            self._navigator.history.note(self._open.visit)
        self._opener.open(text, number, name, rate=rate)

    def reload(self) -> None:
        """Lists the folder again; what was read of it, also on this disk, is forgotten when the share has answered."""
        self._opener.reload()

    def choose_sequence(self, position: int) -> None:
        """Opens the sequence at ``position`` in the folder, at the same frame number; see :meth:`Opener.choose`."""
        if self._open is None or position != self._open.view.position - 1:
            if self._open is not None:
                self._navigator.history.note(self._open.visit)
            self._opener.choose(position, sought=None if self._open is None else self._open.sought)

    def _take(self, here: OpenSequence | None, landed: bool) -> None:  # noqa: FBT001 - a callback
        """Takes the sequence that is open from now on; None when one closes, before the next or for good."""
        before = self._open
        if here is None or before is None or not before.is_same(here.sequence):
            self._stop_playing()
        if here is None:
            self._glance.end()
            self._navigator.leave()
        self._open = here
        concerned = self.canvas, self.playback, self.sequence, self.levels, self.bookmarks
        for part in (*concerned, self.folder, self.disk, self.frame_file):
            part.follow(here)
        self._refresher.touch()
        self._refresher.later()
        self._apply(Effect.KEEPING)
        preferences = self.settings.preferences
        self.canvas.missing = preferences.missing
        self.playback.set_rate(preferences.rate if here is None else here.rate)
        if here is None:
            return
        if self._opener.folder and not self._opener.request.is_recent:
            self._opener.request.is_recent = True
            self.recent.note(self._opener.folder)
        if before is None or before.frame_key != here.frame_key:
            self._arrive(here)
        self._refresher.plan_soon()
        if landed and before is not None and before.is_same(here.sequence) and not self.playback.playing:
            back_to = self._glance.back_to
            move = move_on_landing(preferences.new_frames, before.sequence, here.sequence, before.number, back_to)
            if move is not None:
                number, back_to = move
                self._glance.end()
                self._come_to(number)
                if back_to is not None:
                    self._glance.begin(back_to)

    # Moving

    def step(self, by: int, *, repeated: bool = False) -> None:
        """Moves by ``by`` frames, backwards when negative; ``repeated`` by a key that is being held.

        Unless the preference is to keep pace, a repeated step is taken only when the frame of the last one has been
        seen, one at the most waiting for that, so that none is skipped and nothing is left to catch up with when the
        key is let go.
        """
        if (here := self._open) is None:
            return
        held = repeated and self.settings.preferences.hold_policy is HoldPolicy.EVERY_FRAME
        playhead = self._navigator.step(here, by, held=held)
        if playhead is not None:
            self._stop_playing()
            self._move(here, playhead, skips=by, held_from=here.playhead.index if held else None)

    def let_go(self) -> None:
        """Stops at the frame on screen, not at one that is still to come; called when no key is held any more."""
        if (here := self._open) is not None and (playhead := self._navigator.let_go(here)) is not None:
            self._move(here, playhead)

    def go_to(self, number: int) -> None:
        """Moves to the frame with this number, or to the nearest position there is, which is said then."""
        if (here := self._open) is not None:
            self._move(here, self._navigator.jump(here, here.positions.nearest(number)))
            if not self._opener.aim(number):
                self._refresher.answer(short_of(number, here.number, here.sequence))

    def go_to_text(self, text: str) -> bool:
        """Moves to what was typed, by :mod:`viewer.model.go_to`, or finds a name; returns whether it was a place."""
        if (here := self._open) is None:
            return False
        found = destination(text, here.sequence, here.time_base, here.number)
        if found is None:
            self._opener.find(text.strip(), self._go_to_file)
        elif found.is_step:
            self._refresher.complaint = ""
            self.step(found.number)
        else:
            self.go_to(found.number)
            if found.short and not self._opener.is_provisional:
                self._refresher.answer(found.short)
        return found is not None

    def _go_to_file(self, position: int, number: FrameNumber) -> None:
        if self._open is not None and position != self._open.view.position - 1:
            self._navigator.history.note(self._open.visit)
            self._opener.choose(position, number)
        else:
            self.go_to(number)

    def go_to_end(self, direction: int) -> None:
        """Moves to the out point, from there to the last frame; with -1 to the in point, from there to the first."""
        if (here := self._open) is not None:
            playhead = here.playhead
            mark, end = (playhead.last, playhead.count - 1) if direction > 0 else (playhead.first, 0)
            self._move(here, self._navigator.jump(here, end if (playhead.index - mark) * direction >= 0 else mark))
            self._opener.aim(direction * ANY_END)

    def scrub(self, number: int, *, is_offset: bool = False) -> None:
        """Moves to the frame with this number, or the nearest, while the user drags: one of many such moves.

        If it ``is_offset``, the number counts from where the dragging began.
        """
        if (here := self._open) is not None:
            playhead = self._navigator.scrub(here, number, is_offset=is_offset)
            self._stop_playing()
            self._move(here, playhead)

    def scrub_ended(self) -> None:
        """Called when the dragging has ended: the user looks at the frame where it has."""
        self._navigator.scrub_ended()
        self._replan()

    def revisit(self, direction: int) -> None:
        """Goes to the frame that the user has gone back from; with -1 back to the one visited before this one.

        It may be in another folder.
        """
        here = self._open
        visit = self._navigator.history.go(direction, None if here is None else here.visit)
        if visit is None:
            self._refresher.touch()  # those that led nowhere are gone
        elif here is None or visit.text != here.text:
            self._opener.open(visit.text, visit.number, key=visit.key)
        elif visit.key != here.visit.key:
            keys = [key_of(sequence) for sequence in self._opener.sequences]
            self._opener.choose(keys.index(visit.key) if visit.key in keys else -1, FrameNumber(visit.number))
        else:
            self._stop_playing()
            self._move(here, self._navigator.jump(here, here.positions.nearest(visit.number), is_noted=True))

    def _move(self, here: OpenSequence, playhead: Playhead, *, skips: int = 0, held_from: int | None = None) -> None:
        """Moves the playhead as the user wishes; this and :meth:`_come_to` are all that does."""
        here.has_moved = True
        self._refresher.move_on()
        self._glance.end()
        self._navigator.note_move(skips, held_from)
        if playhead.index != here.playhead.index:
            self.canvas.note_jump(jumped=abs(playhead.index - here.playhead.index) > 1)
            here.playhead, here.reads_on = replace(playhead, playing=self.playback.playing), True
            here.came_with = None
            self._arrive(here)

    def _come_to(self, number: int) -> None:
        """Moves the playhead to a frame by itself, without that counting as the user's wish."""
        here = self._open
        position = None if here is None else here.positions.nearest(number)
        if here is not None and position is not None and position != here.playhead.index:
            here.playhead, here.came_with = here.playhead.jumped(position), None
            self.canvas.note_jump(jumped=True)
            self._arrive(here)

    def _arrive(self, here: OpenSequence) -> None:
        """Has the frame where the playhead now is shown if it is here, and planned for after that."""
        self.canvas.arrive()
        self._navigator.arrive()
        self._refresher.touch()
        self._refresher.plan_soon()
        if self._navigator.is_seen(here):  # gone and come back meanwhile: nothing will be painted anew
            self.playback.player.frame_seen()
        else:
            self.playback.player.waits_for_frame()

    def frame_seen(self, number: FrameNumber) -> None:
        """Called by the canvas when the frame with this number, or why it cannot be shown, is on screen."""
        here = self._open
        if here is None or number != here.number:
            return
        pending = self._navigator.note_seen(here)
        self._opener.note_seen(here)
        self.playback.player.frame_seen()
        if pending:
            self.step(pending, repeated=True)

    # Playing

    def play(self, speed: int, *, from_in: bool = False) -> None:
        """Plays at so many times the rate, backwards when negative.

        From the end of the range, or from outside it, that is from its beginning; and ``from_in`` always.
        """
        if (here := self._open) is None:
            return
        if from_in:
            self._move(here, self._navigator.jump(here, here.playhead.first))
        self._glance.end()
        self._navigator.step_rate.stop()
        if here.preload is not None:
            here.preload.then_plays = False
        playhead = here.playhead.with_stride(1 if speed > 0 else -1)
        if playhead.advanced() is None or not playhead.in_range:
            self._move(here, playhead.jumped(playhead.first if speed > 0 else playhead.last))
        here.playhead = replace(here.playhead, stride=playhead.stride, playing=True)
        here.reads_on = True
        self.playback.play(speed)
        self._refresher.plan_soon()
        self._refresher.later()
        self._refresher.touch()

    def toggle_play(self, speed: int = 1) -> None:
        """Starts playing, or stops; with a speed of -1 it plays backwards, from playing forwards too."""
        view = self.playback.view()
        if view.waits_for_fill or view.speed < 0 or (view.speed and speed > 0):
            self.stop()
        else:
            self.play(speed)

    def stop(self) -> None:
        """Stops playing, and does not begin to when reading in advance has come to its end."""
        self._stop_playing()
        if self._open is not None and self._open.preload is not None:
            self._open.preload.then_plays = False
        self._refresher.touch()

    def _stop_playing(self) -> None:
        if self.playback.playing and self._open is not None:
            self.playback.stop()
            self._open.playhead = replace(self._open.playhead, playing=False)
            self._refresher.plan_soon()
            self._refresher.touch()

    def _play_on(self, after: Playhead | None) -> None:
        """Moves the playhead on while it plays; stops with None."""
        if (here := self._open) is None or after is None:
            self._stop_playing()
            return
        if after.index == here.playhead.index:
            here.playhead = after
        self._move(here, after, skips=after.direction)

    def set_rate(self, rate: float) -> None:
        """Sets the frames a second of this sequence, within the limits of the preference; 0 goes back to that one."""
        preferences = self.settings.preferences
        if (here := self._open) is None:
            self.set_preferences(preferences.changed(rate=rate or preferences.rate))
        else:
            self._opener.request.rate = None
            here.rate = rate or preferences.rate
            self.playback.set_rate(here.rate)
            self._sequence_settings.change(here.sequence, rate=rate or None)
            self._refresher.touch()

    # Reading in advance

    def fill(self, *, whole: bool, then_play: bool = False) -> None:
        """Begins to read the ``whole`` sequence, or what lies between the in and the out point, whatever it takes.

        Playing stops if it is to ``then_play``, which it does when all has been read.
        """
        if (here := self._open) is None:
            return
        if then_play:
            self._stop_playing()
        if self.settings.preferences.read_ahead_limit == 0:
            self._refresher.say("Nothing is read ahead while the speed limit is 0: raise it in the preferences.")
            return
        if nothing := here.read_in_advance(whole=whole, then_play=then_play):
            self._refresher.say(nothing)
            return
        self._apply(Effect.KEEPING, Effect.PLAN)
        self._refresher.later()
        self._refresher.touch()

    def stop_filling(self) -> None:
        """Stops all reading but that of the frame on screen, until the next move; what has been read stays."""
        if (here := self._open) is not None:
            here.preload, here.reads_on = None, False
            self._apply(Effect.KEEPING, Effect.PLAN)
            self._refresher.touch()

    def clear_cache(self) -> None:
        """Forgets all frames and files held in memory; what is needed now is read again."""
        self._loader.clear()

    def report(self) -> tuple[Section, ...]:
        """Returns what was measured lately, for the panel that tells why it is slow."""
        from viewer.model.report import of_loader  # noqa: PLC0415 - seldom wanted

        states, opener = b"" if self._open is None else self._open.table.states, self._opener
        on_disk, used = states.count(FrameState.ON_DISK.value), self.disk.bytes_used
        return of_loader(
            self._loader, self.memory.usable, on_disk, len(states), used, opener.offline, opener.request.kept
        )

    # Settings

    def set_preferences(self, preferences: Preferences) -> None:
        """Applies preferences, all at once and without a restart, and has them remembered."""
        self.keep(replace(self.settings, preferences=preferences))

    def take_settings(self, settings: Settings) -> None:
        """Applies settings, which another window may have changed, without having them remembered."""
        before, self.settings, self._opener.preferences = self.settings.preferences, settings, settings.preferences
        self._apply(*settings.preferences.effects_since(before))
        self._refresher.touch()

    @property
    def _fills(self) -> bool:
        return self._open is not None and self._open.preload is not None

    def _take_repeat(self, preferences: Preferences) -> None:
        if (here := self._open) is not None:
            here.playhead = replace(here.playhead, repeat=preferences.repeat)
            self._refresher.plan_soon()

    def _take_rate(self, preferences: Preferences) -> None:
        if (here := self._open) is None or self._sequence_settings.of(here.sequence).rate is None:
            self.playback.set_rate(preferences.rate)
            if here is not None:
                here.rate = preferences.rate

    def toggle_bookmark(self) -> None:
        """Sets a bookmark at the frame, or removes it."""
        self.bookmarks.toggle()

    def cycle(self, preference: str) -> None:
        """Goes on to the next choice of a preference: what follows the end, what is behind the picture."""
        self.set_preferences(self.settings.preferences.cycled(preference))

    def _apply(self, *effects: Effect) -> None:
        for effect in effects:
            self._effects[effect](self.settings.preferences)

    def keep(self, settings: Settings) -> None:
        """Applies settings, all at once, and has them remembered."""
        if settings != self.settings:
            self.take_settings(settings)
            self._settings_sync.keep(settings)

    # What changes by itself, the plan and the snapshot

    def _frame_changed(self, path: str) -> None:
        """Called by the loader with the path of each frame whose state has changed."""
        self.folder.note(path)
        if (here := self._open) is not None and (index := here.table.index_of(path)) is not None:
            before, loader = here.table.states[index], self._loader
            state = here.table.take_state(index, loader)
            if state is FrameState.DECODED and before != state.value:
                self.playback.note_frame()
            here.is_timeline_stale = True
            if here.path is None or path == here.path or here.path not in loader.holdings.shown:
                self._refresher.touch()  # it may stand in for the one that is waited for
            if state is FrameState.FAILED and self.canvas.missing is MissingPolicy.HOLD:
                self._refresher.plan_soon()  # another one is to be held
            if state is FrameState.FAILED and path == here.path:
                self._loop.post(self._skip_here)
        self._refresher.later()

    def _skip_here(self) -> None:
        """Goes on from a frame that turned out not to be showable."""
        if (here := self._open) is not None and (skipped := self._navigator.skip(here)) is not None:
            self._move(here, skipped, skips=skipped.direction)

    def _replan(self) -> None:
        if (here := self._open) is not None:
            plan = plan_for(
                here,
                self.settings.preferences,
                self.playback.order(here.playhead),
                self.playback.wanted(here.playhead.index),
                self.folder,
                beside=self._opener.beside(),
                provisional=self._opener.is_provisional,
                in_passing=self._navigator.is_passing(here),
                soon=self.playback.soon() or self._navigator.soon(),
                flowing=self._navigator.is_held,
            )
            self._loader.replace_plan(plan)

    def _look(self, is_due: bool) -> ViewState:  # noqa: FBT001 - a callback
        """Sees to what is due, then returns what is to be seen."""
        here, loader, history = self._open, self._loader, self._navigator.history
        fill = None if here is None else self._tend(here, is_due=is_due)
        seen = self.canvas.look(self._opener.request.text if self._opener.is_provisional else "")
        levels = self.levels.see(seen.shown)
        whole = ViewState(
            message=self._opener.message or self._refresher.complaint or levels.warning,
            news=self._refresher.news,
            answer=self._refresher.answered,
            listing=self._opener.is_listing,
            names_seen=self._opener.request.names_seen,
            playing=self.playback.playing,
            playback=self.playback.view(),
            levels=levels,
            folder=self.folder.view(),
            can_go_back=bool(history.behind),
            can_go_forward=bool(history.ahead),
            activity=loader.activity(),
            offline="" if here is None else self._opener.offline,
            fill=fill,
            memory=self.memory.view,
            disk_used=self.disk.bytes_used,
            preferences=self.settings.preferences,
            recent=self.settings.recent,
            keys=self.settings.keys,
        )
        return snapshot(whole, here, seen, loader.reads)

    def _tend(self, here: OpenSequence, *, is_due: bool) -> FillView | None:
        """Sees to what time or the share has brought about; returns how far reading in advance has come."""
        if is_due:
            here.renew_timeline()
            self._opener.tend()
        was_away, self._was_away = self._was_away, bool(self._opener.offline)
        if self._was_away and not was_away:
            self._loader.confirms.suspect()
        elif was_away and not self._was_away:
            self._refresher.plan_soon()  # what a fill passed over meanwhile may be there now
        if (preload := here.preload) is None:
            return None
        activity = self._loader.activity()
        on_disk = self.settings.preferences.disk_bytes if self._loader.keeps_files else 0
        view = preload.progress(here.table.states, activity, self.memory.usable + on_disk)
        has_ended = preload.has_ended(view, activity, self._loop.now(), is_waiting=self._was_away)
        if preload.then_plays and (has_ended or view.done >= view.total):
            self.play(1)
        elif has_ended:
            here.preload = None
            self._apply(Effect.KEEPING, Effect.PLAN)
        return view if here.preload is not None else None
