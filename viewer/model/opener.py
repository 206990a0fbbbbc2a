"""Opening: what the user asked for, what the listing tells of it so far, and what the folder becomes later."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from viewer.core.errors import NoPicturesError, NotFoundError, SequenceError
from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.load.plan import NOTHING
from viewer.core.load.read_lane import as_lookahead
from viewer.core.play.playhead import Repeat
from viewer.core.records import dataclass, field, replace
from viewer.core.sequence.pattern import is_pattern
from viewer.core.sequence.writing import COUNT, renumbered
from viewer.model import messages
from viewer.model.folder_rules import FolderRules
from viewer.model.folder_watch import FolderWatch
from viewer.model.go_to import short_of, understood
from viewer.model.listing import AGAIN_AFTER, HEAD_START, Listing
from viewer.model.name_search import NameSearch
from viewer.model.neighbours import Neighbours
from viewer.model.open_sequence import carried, is_regrouped, path_at, successor
from viewer.model.opened import find_name, guess
from viewer.model.preferences import NewFrames
from viewer.model.sequence_settings import Bookmarks
from viewer.model.sequence_settings_file import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.errors import LookaheadError
    from viewer.core.executor import Executor
    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.mounts import Kept
    from viewer.core.storage.storage import Storage
    from viewer.model.folder_cache import DiskUse, FolderCache, OnDisk
    from viewer.model.folder_list import FolderList
    from viewer.model.frame_table import FrameTable
    from viewer.model.open_sequence import OpenSequence, Sought
    from viewer.model.opened import Opened
    from viewer.model.preferences import Preferences
    from viewer.model.refresher import Refresher
    from viewer.model.sequence_settings_sync import SequenceSettingsSync

HELD_AT_ONCE = 1_000
"""Frames whose states are taken in one go: some 2 ms."""
ANY_END = 2**64
"""A number beyond that of any frame; negative, it lies before all."""


@dataclass(slots=True)
class Opening:
    """What was asked for when something was opened, and how far it has come.

    Attributes:
        text: what was opened, as it was given; "" before that.
        number: the frame to begin at, None for none.
        written: how that was written, "" for none; what number it is, the writing of the sequence says.
        name: the file to begin at, "" for none.
        key: the sequence to begin in, None for none.
        rate: the frames a second to play at, None for those remembered, or set since.
        says_where: whether the user has said where to begin.
        message: what there is to say about the whole.
        names_seen: names listed so far.
        listed: whether anything of it has been listed.
        whole: whether all that there is, or was the last time, is known.
        reloading: whether what was read is to be forgotten when the share answers.
        names_due: whether the names are still to be kept on this disk.
        is_recent: whether its folder has been noted as one opened lately.
        kept: what the client of its share keeps; None where that is not known.
        hints: what has been said about its share.
        awaits: what was said of the frame that is gone to as soon as it is known, "" for none.
        filtered: what was said of the filter, "" for nothing.
    """

    text: str = ""
    number: FrameNumber | None = None
    written: str = ""
    name: str = ""
    key: str | None = None
    rate: float | None = None
    says_where: bool = False
    message: str = ""
    names_seen: int = 0
    listed: bool = False
    whole: bool = False
    reloading: bool = False
    names_due: bool = False
    is_recent: bool = False
    kept: Kept | None = None
    hints: set[str] = field(default_factory=set)
    awaits: str = ""
    filtered: str = ""


@dataclass(eq=False)
class Opener:
    """Opens folders, pictures and patterns, and the sequences in them; owner thread only.

    The folder is looked at again while ``_is_idle`` says that the user waits for nothing. ``_on_open`` is called with
    each sequence that is open from then on, in place of the one before, and with None when that closes; and with
    whether the folder has changed by itself.

    Attributes:
        request: what was asked for, and how far it has come.
        preferences: the user's.
        sequences: those of the folder, as far as they are known.
        hidden: names of the pictures that its filter does not let pass.
        folder: the folder that was listed whole, "" before that.
    """

    _loop: Loop
    _chores: Executor
    _storage: Storage
    _loader: Loader
    _settings: SequenceSettingsSync
    _folder_cache: FolderCache
    _disk_use: DiskUse
    _folder_list: FolderList
    _refresher: Refresher
    preferences: Preferences
    _is_idle: Callable[[], bool]
    _on_open: Callable[[OpenSequence | None, bool], None]
    request: Opening = field(default_factory=Opening)
    sequences: tuple[FrameSequence, ...] = ()
    hidden: tuple[str, ...] = ()
    folder: str = ""
    _here: OpenSequence | None = None
    _changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        share = self._loop, self._chores, self._storage
        hearing, confirms = self._loader.reads.hearing, self._loader.confirms
        self._watch = FolderWatch(
            *share, self._land, self._link_is_free, hearing, self._folder_listed, self._folder_back
        )
        self._listing = Listing(*share, hearing, self._found, self._list_ended, self._list_failed)
        self._neighbours = Neighbours(*share, hearing, self._take, self._listing.go)
        self._listing.also = self._neighbours.names
        self._rules = FolderRules(*(*share, hearing, self._settings, self._refresher), self._regrouped)
        self._watch.group = self._listing.group = self._neighbours.group = self._rules.group
        self._folder_list.on_rule = self._rules.set
        self._search = NameSearch(self._chores)
        hearing.on_doubt = self._doubt_folder
        confirms.on_rewritten, confirms.on_suspect = self._reread, self._doubt

    @property
    def is_listing(self) -> bool:
        """Whether a folder is being listed."""
        return self._listing.is_running

    @property
    def is_provisional(self) -> bool:
        """Whether the listing is still to tell what the neighbours of the frame on screen are."""
        return self._listing.is_running and not self.request.whole

    @property
    def offline(self) -> str:
        """What there is to say while the share does not answer or the folder is not there, "" while all is well."""
        failures = self._loader.failures
        return messages.offline(failures.away, self._loader.reads.silence, failures.next_attempt)

    @property
    def message(self) -> str:
        """What there is to say about what was opened, but not what :attr:`offline` says already."""
        return "" if self._here is not None and self.offline else self.request.message

    # Verbs

    def open(
        self,
        text: str,
        number: int | str | None = None,
        name: str = "",
        *,
        key: str | None = None,
        rate: float | None = None,
    ) -> None:
        """Opens what ``text`` names, in place of what is open; as :meth:`ViewerModel.open`.

        ``key`` is the sequence to begin in, as :func:`key_of` names it.
        """
        self._watch.pause()
        self._close_sequence()
        self.folder = ""
        written = number if isinstance(number, str) else ""
        number = COUNT.number(written, 0) if isinstance(number, str) else number
        number = None if number is None else FrameNumber(number)
        self.request = Opening(
            text, number, written, name, key, rate, says_where=bool(number is not None or written or name)
        )
        self._settings.open(text)
        self._rules.begin(text, name)
        guessed = guess(text)
        if guessed is not None:
            self._take(guessed)
        recalled = partial(self._take_recalled, text)
        self._folder_cache.recall(text, recalled, self._rules.group)
        self._listing.begin(text, HEAD_START, opens_stack=not name and key is None)
        self._neighbours.begin(text, name, lambda rule: (self.request.number, self._settings.of(rule).number))
        self._loader.confirms.set_listing(listing=True)
        self._refresher.touch()

    def reload(self) -> None:
        """Lists the folder again, and forgets what was read of it when the share has answered."""
        if self.request.text:
            self.request.reloading = True
            self._rules.forget_times()
            self._listing.begin(self.request.text, is_proven=True)
            self._refresher.touch()

    def choose(self, position: int, number: FrameNumber | None = None, *, sought: Sought | None = None) -> None:
        """Opens the sequence at ``position`` in the folder, where the user was in it the last time if not at a number.

        That may be the number ``sought``: then the next one opens at it too, unless the user has moved; and where
        another one is shown, that is said. What was loaded of the one before is kept.
        """
        if not 0 <= position < len(self.sequences):
            return
        there = self.sequences[position]
        aim = None if sought is None else sought.within(there)
        self._leave()
        self._choose(position, number if aim is None else aim, has_moved=True)
        self._refresher.move_on()
        self._refresher.answer("")
        if self._here is None or sought is None:
            return
        self._here.came_with = sought
        if aim is not None:
            self._refresher.answer(short_of(sought.number, self._here.number, there, sought.written))

    def beside(self) -> tuple[str, ...]:
        """Returns the paths of the frames that the next sequence and the one before open at, as far as known."""
        here, paths = self._here, []
        if here is None or self.is_provisional:
            return ()
        for position in (here.view.position, here.view.position - 2):
            if 0 <= position < len(self.sequences):
                there = self.sequences[position]
                number = here.sought.within(there)
                path = path_at(there, self._settings.of(there).number if number is None else number, self.preferences)
                paths += [] if path is None else [path]
        return tuple(paths)

    def choose_again(self) -> None:
        """Opens the same sequence anew at the same frame, with other preferences."""
        if self._here is None:
            self._on_open(None, False)
        else:
            self._choose(self._here.view.position - 1, self._here.number)

    def note_seen(self, here: OpenSequence) -> None:
        """Called when the present frame is on screen: its number is remembered."""
        if not here.playhead.playing:
            self._remember_number()

    def aim(self, number: int) -> bool:
        """Goes to ``number``, or the nearest to it, as soon as that is known, unless the user moves on, and says so.

        Returns whether it does: not if that is known already.
        """
        if (
            self._here is None
            or not self.is_provisional
            or (number, self._here.index is None) == (self._here.number, False)
        ):
            return False
        self.request.number, self.request.written, self._here.has_moved = FrameNumber(number), "", False
        if abs(number) == ANY_END:
            what = f"the {'last' if number > 0 else 'first'} frame"
        else:
            what = f"frame {self._here.sequence.text(number)}"
            self._ask_near(self._here, number)
        self.request.awaits = f"The folder is still being listed: {what} is shown as soon as it is known."
        self._refresher.say(self.request.awaits)
        return True

    def _remember_number(self) -> None:
        if self._here is not None and self._here.has_moved:
            self._settings.change(self._here.sequence, number=self._here.number)

    def tend(self) -> None:
        """Called now and then: asks for what is near by now while the folder is listed, and remembers its names."""
        if (here := self._here) is not None:
            aim = None if here.has_moved else self.request.number
            if aim is None or abs(aim) != ANY_END:
                self._ask_near(here, here.number if aim is None else aim)
        self._remember_names()

    def _remember_names(self) -> None:
        """Keeps the names of the folder on this disk, once they are known and files are kept there."""
        if self.request.names_due and self._loader.keeps_files and not self.is_listing and self.sequences:
            self.request.names_due = False
            if not is_pattern(self.request.text):  # which selects some, while the folder holds others too
                self._folder_cache.remember(self.sequences[0].folder, self.sequences, self.hidden)

    def close(self) -> None:
        """Stops listing and watching; remembers the frame looked at."""
        self._remember_number()
        self._neighbours.stop()
        self._listing.cancel()
        self._rules.close()
        self._watch.close()

    def _leave(self) -> None:
        self._remember_number()
        self._here = None
        self._on_open(None, False)

    def _close_sequence(self) -> None:
        self._leave()
        self._settings.save()
        self.sequences = ()
        self._loader.replace_plan(NOTHING)

    # What the share and this disk tell

    def _found(self, opened: Opened) -> None:
        """Takes what is known so far, unless what was there the last time is more than that."""
        if not self.request.whole:
            self.request.listed = True
            self._neighbours.listed = opened
            self._take(opened)

    def _take_recalled(self, text: str, opened: Opened, found: OnDisk) -> None:
        """Shows what was there the last time, until the share tells what is there now."""
        if self.request.text == text and not self.request.listed:
            self.request.whole = True
            self._neighbours.stop()
            self._listing.go()
            self._take(opened)
            here = self._here
            if here is not None and here.sequence is opened.sequences[opened.chosen]:
                self._disk_use.note(here, found)  # before anything of it is read over the share
            if not self.is_listing:  # it has failed already, when nothing was known yet
                self._listing.again_later()

    def _list_ended(self, opened: Opened, seconds: float) -> None:
        request = self.request
        self._neighbours.stop()
        self._loader.confirms.set_listing(listing=False)
        request.message = ""
        request.listed = request.names_due = True
        request.kept = opened.kept
        if opened.folder.startswith(request.text.rstrip("/") + "/"):  # the only picture of the folder, as its pages
            request.text = opened.folder
            self._settings.open(opened.folder)
        self._hint(messages.shortened(opened.shortened), self._refresher.say_unasked)
        self._hint(messages.unread(opened.unread), self._refresher.mention)
        if request.reloading or self.preferences.new_frames is not NewFrames.STAY:
            self._hint(messages.late(opened.kept), self._refresher.mention)
        if request.reloading:
            request.reloading = False
            self._forget_what_was_read()
        self.folder = opened.folder
        was_away = self._loader.failures.away is not None
        if request.whole:
            self._take_regrouped(opened, landed=False)
        else:
            self._take(opened)
        self._say_if_short()
        request.whole = True
        if request.written and request.number is None and self._here is not None:
            self._refresher.say(understood(self._here.sequence))
        request.number, request.written, request.name, request.key = None, "", "", None
        self._loader.note_folder(None)
        request.filtered = messages.filtered(opened)
        self._hint(request.filtered, self._refresher.mention)
        if was_away:
            self._folder_back()
        self._loader.reads.link.note_listing(opened.names_seen, seconds)
        self._watch.follow(self.request.text, opened, seconds)
        self._watch.resume()
        self._refresher.touch()

    def _say_if_short(self) -> None:
        """Says so where the frame that was asked for is not there."""
        here, number = self._here, self.request.number
        if here is None or number is None or here.has_moved or abs(number) == ANY_END:
            return
        if short := short_of(number, here.number, here.sequence):
            self._refresher.say(short)

    def _list_failed(self, error: BaseException) -> None:
        self.request.message = messages.sentence(error)
        self._neighbours.stop()
        self._loader.confirms.set_listing(listing=False)
        known = self.request.listed or self.request.whole
        may_come = not isinstance(error, SequenceError | NotFoundError)
        if known:
            self._folder_listed(as_lookahead(error), AGAIN_AFTER)
        if known or may_come:
            self._listing.again_later()
        elif self._here is None or (self._here.path or "") not in self._loader.holdings.shown:
            self._close_sequence()  # the file that was named, and guessed to be there, is not
            if isinstance(error, NoPicturesError):
                self._folder_list.offer(error.folder, error.folders)
        self._refresher.touch()

    def _folder_listed(self, error: LookaheadError | None, again_in: float) -> None:
        """Takes what came of listing the folder that is open: why it cannot be had, None if it can."""
        if self._here is not None:
            folder, before = self._here.sequence.folder, self._loader.failures.away
            self._loader.note_folder(None if error is None else messages.folder_error(folder, error), again_in)
            if before is not self._loader.failures.away:
                self._refresher.touch()
                self._refresher.later()

    def _folder_back(self) -> None:
        """Called when the folder could not be had and now can: any file of it may be another one."""
        self._loader.confirms.suspect()

    def _doubt_folder(self, anew: bool) -> bool:  # noqa: FBT001 - a callback
        """Has the folder asked whether it is there, and the silence of the share told; returns whether it will be."""
        self._refresher.later()
        return self._watch.ask(anew=anew) or self._listing.is_due

    def _land(self, opened: Opened) -> None:
        if self._here is not None:
            self.request.names_due = True
            self._take_regrouped(opened, landed=True)
            self._hint(messages.late(self.request.kept), self._refresher.mention)

    def _regrouped(self, opened: Opened) -> None:
        """Takes the same names, grouped in another way; says so where the frame of the playhead is elsewhere now."""
        before = self._here
        self.request.number, self.request.name, self.request.key = None, "", None
        self._take(opened, regrouped=True)
        self._watch.regroup(opened)
        self._say_if_reordered(before)

    def _say_if_reordered(self, before: OpenSequence | None) -> None:
        """Says so where another rule has led from the sequence that was open ``before`` to another one."""
        if before is not None and (here := self._here) is not None and not before.is_same(here.sequence):
            name = None if before.index is None else before.table.name(before.index)
            found = None if name is None else find_name(name, self.sequences)
            self._refresher.mention(messages.reordered(name, here.sequence.label, is_there=found is not None))

    def _hint(self, hint: str, say: Callable[[str], None]) -> None:
        """Has something said about the share of what is open, once."""
        if hint and hint not in self.request.hints:
            self.request.hints.add(hint)
            say(hint)

    def _reread(self, path: str) -> None:
        """Has a file read anew that has been rewritten; it is no news of one that failed."""
        had_failed = self._loader.failures.error(path) is not None
        self._loader.reload([path])
        self._folder_cache.forget([path])
        if had_failed:
            return
        self._changed = {*self._changed, path} if self._refresher.news else {path}
        what = "1 frame has" if len(self._changed) == 1 else f"{len(self._changed):,} frames have"
        self._refresher.mention(f"{what} changed on the share")

    def _doubt(self) -> None:
        """Called when all copies that are held have become suspect."""
        if self._here is not None:
            self._here.table.take_doubts()
            self._here.is_timeline_stale = True
        self._refresher.touch()
        self._refresher.later()

    def _link_is_free(self) -> bool:
        return self._here is not None and not self.is_listing and self._is_idle()

    def take_settings(self, *, is_first: bool) -> None:
        """Takes what is remembered of the open sequence, where the user has set nothing.

        Only what is read first says where the user was; later it is another window's place and zoom.
        """
        if (here := self._here) is None:
            return
        remembered = self._settings.of(here.sequence)
        after = here.with_settings(remembered, self.request.rate or remembered.rate or self.preferences.rate)
        opened_whole = self.request.text.rstrip("/") == here.sequence.folder.rstrip("/") and not self.request.says_where
        if not is_first:
            after.zoom = here.zoom
        elif remembered.number is not None and opened_whole and not here.has_moved:
            after.playhead = after.playhead.jumped(after.positions.nearest(remembered.number))
        self._here = after
        self._on_open(after, False)

    def _forget_what_was_read(self) -> None:
        sequences = self.sequences
        self._loader.reload([] if self._here is None else list(self._here.table.paths()))
        self._disk_use.forget()
        self._folder_cache.forget(sequence.path(FrameIndex(i)) for sequence in sequences for i in range(len(sequence)))

    # Which sequence, and where in it

    def _take(self, opened: Opened, *, landed: bool = False, regrouped: bool = False) -> None:
        """Shows what is known of the folder by now, staying at the frame where the playhead is.

        Before the user has seen that frame a better place to begin may have come to be known, unless it has ``landed``.
        """
        request, here = self.request, self._here
        request.names_seen = opened.names_seen
        self.sequences, self.hidden = opened.sequences, opened.hidden
        self._folder_list.take(opened)
        if request.filtered and self._refresher.news == request.filtered != messages.filtered(opened):
            self._refresher.mention("")
        has_moved = here is not None and here.has_moved
        position, number = opened.chosen, opened.number
        wished = None if has_moved else self._wished(opened)
        if wished is not None:
            position, number = wished
        elif regrouped and not (self._rules.is_chosen or has_moved or number is not None):
            pass  # it has opened in an order that is only known now
        elif here is not None and (landed or regrouped or has_moved or request.whole or number is not None):
            position, number = _found_again(here, opened) or (position, number)
        if request.written:
            there = opened.sequences[position]
            meant = there.writing.number(request.written, there.first)
            request.number = None if meant is None else FrameNumber(meant)
        if request.number is not None and not has_moved:
            number = request.number
        self._choose(position, number, landed=landed)
        if not self.is_provisional or (self._here is not None and self._here.number == request.number):
            if request.awaits and self._refresher.complaint == request.awaits:
                self._refresher.say("")
            request.awaits = ""
        if not regrouped:
            self._rules.see(request.text, opened)

    def find(self, text: str, go: Callable[[int, FrameNumber], None]) -> None:
        """Looks for a file by a part of its name, and calls ``go`` with its sequence and number.

        It is the next one for the same text again, as :class:`NameSearch` says. If no name holds it, that is said.
        """
        here = self._here

        def found(name: str) -> None:
            place = find_name(name, self.sequences)
            if place is None:
                known = "" if here is None else understood(here.sequence)
                self._refresher.say(f"No name in this folder holds “{text}”. {known}")
            else:
                self._refresher.say("")
                go(*place)

        if here is not None:
            self._search.find(text, self.sequences, here.view.position - 1, here.index, found)

    def _take_regrouped(self, opened: Opened, *, landed: bool) -> None:
        """Takes what has become of a folder that was known whole; says so if its frames are others by that.

        Bookmarks go with their files.
        """
        before, is_by_names = self._here, self._rules.is_same(opened)
        self._take(opened, landed=landed)
        here = self._here
        found = None if before is None or before.index is None else before.table.name(before.index)
        if before is None or here is None or found is None or not is_regrouped(before, here, found):
            return
        if not before.is_same(here.sequence):
            self._settings.change(here.sequence, bookmarks=(*carried(before, here.sequence), *here.bookmarks.all))
            here.bookmarks = Bookmarks(self._settings.of(here.sequence).bookmarks)
        if is_by_names:
            self._refresher.say_unasked(messages.regrouped(found, here.sequence))
        else:
            self._say_if_reordered(before)

    def _ask_near(self, here: OpenSequence, number: int) -> None:
        """Has the frames about a number asked for; names follow from counts only."""
        if here.sequence.writing.is_count:
            self._neighbours.near(number)

    def _wished(self, opened: Opened) -> tuple[int, FrameNumber | None] | None:
        """Returns where to begin by the name or the sequence asked for, None while that is not known."""
        if self.request.key is not None:
            keys = [key_of(sequence) for sequence in opened.sequences]
            return (keys.index(self.request.key), None) if self.request.key in keys else None
        return find_name(self.request.name, opened.sequences) if self.request.name else None

    def _choose(
        self, position: int, number: FrameNumber | None, *, landed: bool = False, has_moved: bool = False
    ) -> None:
        remembered = self._settings.of(self.sequences[position])
        if self.request.rate is not None:
            remembered = replace(remembered, rate=self.request.rate)
        here = successor(self._here, self.sequences, position, number, remembered, self.preferences, self.request.text)
        here.has_moved |= has_moved
        if self.is_provisional:  # what is known so far has an end that is none
            here.playhead = replace(here.playhead, repeat=Repeat.ONCE)
        self._loader.use_link(here.sequence.folder)
        self._here = here
        self._take_held(here.table, iter(list(self._loader.paths_held())))
        self._on_open(here, landed)

    def _take_held(self, table: FrameTable, paths: Iterator[str]) -> None:
        """Takes which frames are held; of very many some now, and the others between other work of this thread."""
        if (here := self._here) is not None and here.table is table and (some := list(islice(paths, HELD_AT_ONCE))):
            table.take_held(some, self._loader)
            here.is_timeline_stale = True
            if len(some) == HELD_AT_ONCE:
                self._loop.post(lambda: self._take_held(table, paths))
                self._refresher.later()


def _found_again(here: OpenSequence, opened: Opened) -> tuple[int, FrameNumber] | None:
    """Returns where the frame of the playhead stands now; without it, its number in what its sequence became."""
    found = None if here.index is None else find_name(here.table.name(here.index), opened.sequences)
    if found is not None:
        return found
    for position, candidate in enumerate(opened.sequences):
        if here.is_same(candidate):
            number = renumbered(here.number, here.sequence.writing.unit, candidate.writing.unit)
            return None if number is None else (position, FrameNumber(number))
    return None
