"""The confirming lane: asks the share whether what is held is still what it has, by stamps: a round trip, no bytes."""

from __future__ import annotations

import itertools
import math
from contextlib import suppress
from typing import TYPE_CHECKING

from viewer.core.errors import (
    ChangingError,
    DecodeError,
    ImageTooLargeError,
    LookaheadError,
    NotFoundError,
    ShareAwayError,
    StorageError,
)
from viewer.core.executor import Success
from viewer.core.load.confirm_schedule import (
    BEAT,
    FREE,
    FREE_BEAT,
    ON_SCREEN,
    SOON,
    SOON_WHILE_CHANGING,
    Needs,
    Rounds,
    Traffic,
)
from viewer.core.load.copies import VALID, Copies, Copy, Verdict
from viewer.core.load.hearing import Hearing
from viewer.core.load.plan import NOTHING, Plan, Soonest
from viewer.core.records import NamedTuple
from viewer.core.storage.share_clock import ASKED, is_hearsay
from viewer.core.storage.transfer import Stamp, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from viewer.core.executor import Executor, Failure
    from viewer.core.load.disk_lane import FileCache
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage

AT_ONCE = 8
"""Questions under way at once; each has a worker."""
SPARE = 8
"""Workers beyond those, for when questions to a share that was left behind still hang."""
FAILED_AFTER = 2.0
"""Seconds until a file that failed is asked for the first time."""
AGAIN = 0.3
"""Seconds until a file that has changed is asked for once more: it is whole when two answers are the same."""
ASK_ALL_AFTER = 3.0
"""Seconds between two changes found that each have all frames asked for once more."""
BATCH = 32
"""Questions that one worker asks in a row while they are free."""
NEAR, FARTHEST = 32, 1000
"""Frames needed next that are confirmed as fast as can be, and those that are confirmed in the order of need."""
NOTE_AFTER = 300.0
"""Seconds after which it is noted on this disk once more that a file was confirmed."""

_OTHERS, _ALL = 1, 2
"""What is held back: questions about all frames but the one on screen, or all of them."""


class _Question(NamedTuple):
    """What is to be found out of a file.

    Attributes:
        path: the file.
        copy: what is held of it.
        looks_on_disk: whether also which one is kept on this disk.
        opens: whether the file is opened for it.
        counts: whether what the answer costs tells of this way of asking, as the client was not asked a moment ago.
    """

    path: str
    copy: Copy
    looks_on_disk: bool
    opens: bool
    counts: bool


class _Answer(NamedTuple):
    """The stamp of a file, None for no such file; that of the one on this disk; or why it could not be found out.

    ``took`` is in seconds.
    """

    stamp: Stamp | None = None
    kept: Stamp | None = None
    error: LookaheadError | None = None
    took: float = 0.0


class ConfirmLane:
    """Asks for the stamps of files that are held, or failed; owner thread only.

    A copy is confirmed when the share says that the stamp of the file is still its own: when it is read, and then every
    few seconds, the more often the sooner it is shown. One that is found to have changed makes all others suspect: they
    count as confirmed when the share has said so since, those needed first before the others.

    Attributes:
        copies: what is known of each.
        on_confirmed: called with each path whose copy is confirmed for the first time, or again, or is no longer.
        on_rewritten: called with each path whose file is another one by now, and whole: it is to be read anew.
        on_unsettled: called with each path that is to be read anew to be sure, as it was read too soon to tell.
        on_suspect: called when all copies have become suspect.
    """

    def __init__(
        self,
        loop: Loop,
        executor: Executor | None,
        storage: Storage,
        kept: FileCache | None,
        on_disk: Container[str],
        is_in_memory: Callable[[str], bool],
        is_reading: Callable[[], bool],
        hearing: Hearing | None = None,
    ) -> None:
        """Makes a lane that asks nothing yet.

        Args:
            loop: the owner thread's.
            executor: :data:`AT_ONCE` and :data:`SPARE` workers; None asks nothing, and takes every copy as current.
            storage: where the files are.
            kept: the files on this disk, None for none.
            on_disk: the paths of those that are there.
            is_in_memory: returns whether anything of a path is in memory, if only to be kept on this disk.
            is_reading: returns whether any file is being read over the share.
            hearing: notes for how long the share has not answered.
        """
        self.copies = Copies()
        self.on_confirmed: Callable[[str], None] = lambda _path: None
        self.on_rewritten: Callable[[str], None] = lambda _path: None
        self.on_unsettled: Callable[[str], None] = lambda _path: None
        self.on_suspect: Callable[[], None] = lambda: None
        self._loop = loop
        self._executor = executor
        self._storage = storage
        self._kept = kept
        self._on_disk = on_disk
        self._is_in_memory = is_in_memory
        self._is_reading = is_reading
        self._needs = Needs()
        self._waiting: dict[str, None] = {}  # to be asked for as soon as possible, in this order beyond the plan's
        self._again: dict[str, float] = {}  # changed, or not settled: when to look again
        self._rounds = Rounds()
        self._hearing = hearing or Hearing(loop)
        self._traffic = Traffic(self._hearing)
        self._timer: Timer | None = None
        self._holds_back = 0
        self._is_listing = self._is_posted = self._is_closed = self._is_current = False

    # What is held

    def note_read(self, path: str, stamp: Stamp, began: float, opened_in: float | None = None) -> None:
        """Takes note that a file was read, by a read that ``began`` then and ``opened_in`` so many seconds, if known.

        A client that opens files without asking the share has the stamp from its memory, too.
        """
        now = self._loop.now()
        self.copies.note_read(path, stamp, began, now, is_hearsay=is_hearsay(stamp, opened_in))
        self._taken(path, now)

    def confirm_soon(self, path: str) -> None:
        """Has a file that was just read confirmed as soon as possible: it did not change while it was read."""
        self._waiting[path] = None
        self._post()

    def note_kept(self, path: str, stamp: Stamp, as_of: float) -> None:
        """Takes note that a file came from this disk; ``as_of`` is when it was confirmed, in seconds since 1970."""
        self.copies.note_kept(path, stamp, as_of)
        self._rounds.add(path, self._loop.now())
        if not self.copies.is_confirmed(path):
            self.confirm_soon(path)

    def note_on_disk(self, paths: Iterable[str]) -> None:
        """Takes note that the files of ``paths`` are on this disk from an earlier run."""
        self._waiting.update((path, None) for path in paths if path not in self.copies)
        self._post()

    def note_failed(self, path: str, error: BaseException, stamp: Stamp | None) -> None:
        """Takes note that a file failed, with its stamp, or None for one that was not there.

        It is asked for from now on if another file there, or more of it, may help.
        """
        if isinstance(error, ImageTooLargeError) or not isinstance(error, DecodeError | NotFoundError | ChangingError):
            return
        now = self._loop.now()
        self.copies.note_failed(path, stamp)
        self._taken(path, now, FAILED_AFTER)

    def forget(self, path: str) -> None:
        """Takes note that nothing of a path is held any more, or is of use."""
        self.copies.forget(path)
        self._forget_questions(path)

    def _taken(self, path: str, now: float, after: float | None = None) -> None:
        self._forget_questions(path)
        self._rounds.add(path, now, after)
        copy = self.copies.get(path)
        if copy is not None and not self.copies.is_settled(copy):
            self._look_again(path, copy, now)
        elif copy is not None and not (copy.has_failed or self.copies.is_confirmed(path)):
            self._waiting[path] = None  # its read began before all became suspect
        self._post()

    def _forget_questions(self, path: str) -> None:
        self._waiting.pop(path, None)
        self._again.pop(path, None)

    # When to ask

    def use(self, plan: Plan, soonest: Soonest) -> None:
        """Takes a plan and its paths in the order of need."""
        self._needs.use(plan, soonest, self._loop.now())
        self._post()

    def use_share(self, share: str) -> None:
        """Takes the folder that is looked at from now on. What is held of others is not asked for any more."""
        if share == self._traffic.share:
            return
        self._traffic.begin(share)
        self._needs.use(NOTHING, Soonest(()), self._loop.now())
        self.copies.use_share(self._loop.now())
        self._rounds, self._again = Rounds(), {}
        self._waiting = dict.fromkeys(filter(self._traffic.is_of_share, self.copies))
        for path in self._waiting:
            self._rounds.add(path, self._loop.now())
        self._post()

    def set_paused(self, *, paused: bool, alone: bool = False) -> None:
        """Sets whether nothing is asked, as the frame on screen is being read, or it ``alone``, as it is the first."""
        before, self._holds_back = self._holds_back, _ALL if paused else _OTHERS if alone else 0
        if self._holds_back < before:
            self._post()

    def set_listing(self, *, listing: bool) -> None:
        """Sets whether the folder is being listed: after that, most answers are free."""
        self._is_listing = listing
        self._post()

    def suspect(self) -> None:
        """Makes all copies suspect; each is asked for once more."""
        now = self._loop.now()
        self._traffic.asked_all = now
        self.copies.suspect(now)
        self._waiting = dict.fromkeys((*filter(self._traffic.is_of_share, self.copies), *self._waiting))
        self._needs.scanned = 0
        self.on_suspect()
        self._post()

    def try_again(self) -> None:
        """Called when the folder could be listed: asks at once, if the share could not be asked before."""
        self._traffic.forgive()
        self.copies.note_folder()
        self._post()

    def close(self) -> None:
        """Asks nothing any more, and reports nothing."""
        self._is_closed = True
        self.copies.clear()
        if self._timer is not None:
            self._timer.cancel()

    # What is known

    def is_confirmed(self, path: str) -> bool:
        """Returns whether there is no reason to doubt what is held of ``path``."""
        return self._executor is None or self.copies.is_confirmed(path)

    def is_proven(self, path: str) -> bool:
        """Returns whether the share has confirmed a file since it was read: it did not change meanwhile."""
        copy = self.copies.get(path)
        return self._executor is None or (copy is not None and copy.is_proven and self.copies.is_confirmed(path))

    @property
    def is_refused(self) -> bool:
        """Whether the share could not be asked the last time, so that it is asked seldom now."""
        return self._traffic.quiet_until > -math.inf

    def doubt(self, path: str) -> Copy | None:
        """Returns the copy of ``path`` if it cannot be shown as the file that the share has now, else None."""
        if self._executor is None or self.copies.is_current(path, self._loop.now()):
            return None
        return self.copies.get(path) or Copy()

    # Asking

    def _post(self) -> None:
        if not (self._is_posted or self._is_closed or self._executor is None):
            self._is_posted = True
            self._loop.post(self._pump)

    def _pump(self) -> None:
        self._is_posted = False
        now, traffic = self._loop.now(), self._traffic
        if self._is_closed or self._holds_back == _ALL:
            return
        self._note_current(now)
        if now >= traffic.quiet_until:
            self._tend_changed(now)
            urgent = [path for path in self._needs.urgent(now) if self._is_due(path, now)]
            if self._holds_back:
                urgent = [path for path in urgent if path == self._needs.wanted]
            size = BATCH if traffic.is_free else 1
            if self._is_thrifty and now < traffic.paid_at:
                urgent = [path for path in urgent if self._needs.rests_on(path, now)]
            for start in range(0, len(urgent), size):
                self._ask(urgent[start : start + size], now)
            while not self._holds_back and self._can_ask() and (paths := self._patient(now, size)):
                self._ask(paths, now, is_patient=True)
        self._wake(now)

    def _can_ask(self) -> bool:
        executor, traffic = self._executor, self._traffic
        width = 1 if traffic.is_narrow(is_reading=self._is_reading()) else AT_ONCE
        return executor is not None and traffic.at_once < min(width, executor.max_workers - traffic.left_behind)

    @property
    def _is_thrifty(self) -> bool:
        """Whether each question keeps a read waiting."""
        return self._traffic.is_serial and self._is_reading()

    @property
    def _on_screen(self) -> float:
        return self._traffic.on_screen(is_reading=self._is_reading())

    def _is_due(self, path: str, now: float) -> bool:
        """Returns whether a frame that is on screen, or shown soon, is to be asked for now."""
        copy = self.copies.get(path)
        if copy is None or copy.is_asking or path in self._again:
            return copy is None and path in self._waiting
        if path in self._waiting:
            return True
        if self._needs.rests_on(path, now) or (copy.has_failed and path == self._needs.wanted):
            return now - max(copy.answered, copy.confirmed) >= self._on_screen
        interval = SOON_WHILE_CHANGING if self.copies.is_changing(now) else SOON
        return now - max(copy.asked, copy.confirmed) >= interval

    def _patient(self, now: float, most: int) -> list[str]:
        """Returns the next paths to ask for that are not shown soon."""
        may_ask = now >= self._patient_at()
        if self._is_thrifty and not may_ask:
            return []
        paths: dict[str, None] = {}
        for path in self._needs.scan(FARTHEST if may_ask else NEAR) if self._waiting else ():
            if path in self._waiting:
                paths[path] = None
            if len(paths) == most:
                break
        if may_ask and not self._is_listing:
            paths.update(dict.fromkeys(itertools.islice(self._waiting, most - len(paths))))
            paths.update(dict.fromkeys(itertools.islice(self._due_in_rounds(now), most - len(paths))))
        return list(paths)

    def _patient_at(self) -> float:
        """Returns from when on those are asked for that are not shown soon; inf for when an answer has come."""
        traffic = self._traffic
        if self._is_thrifty:
            return traffic.paid_at
        if traffic.is_free or not self._is_reading():
            return -math.inf
        return math.inf if traffic.patient else traffic.patient_at

    def _due_in_rounds(self, now: float) -> Iterator[str]:
        while (path := self._rounds.pop(now)) is not None:
            copy = self.copies.get(path)
            if copy is not None and (copy.has_failed or self._is_in_memory(path)):
                is_due = now - copy.asked >= SOON  # also just after the read, or moments would not stay spread
                self._rounds.put_back(path, now, sooner=0.0 if is_due else SOON)
                if is_due:
                    yield path

    def _ask(self, paths: Sequence[str], now: float, *, is_patient: bool = False) -> None:
        executor, storage, kept, traffic = self._executor, self._storage, self._kept, self._traffic
        questions = [question for path in paths if (question := self._question(path, now, is_patient)) is not None]
        if executor is None or not questions or not self._can_ask():
            return
        for path, copy, looks, *_ in questions:
            self._waiting.pop(path, None)
            copy.asked, copy.is_asking = now, True
            copy.noted = now if looks else copy.noted
        clock, visit, beside = self._loop.now, traffic.visit, traffic.at_once

        def work() -> list[_Answer]:
            return [_answer(storage, kept, each, clock) for each in questions]

        def done(outcome: Success[list[_Answer]] | Failure) -> None:
            answers = outcome.value if isinstance(outcome, Success) and not _is_away(outcome.value) else None
            took = None if answers is None else sum(answer.took for answer in answers)
            traffic.end(token, visit, took, is_patient=is_patient)
            if visit == traffic.visit and not self._is_closed:
                self._answered(questions, now, beside, outcome)
                return
            for path, copy, *_ in questions:
                copy.is_asking = False
                if traffic.is_of_share(path):  # it has been left and come back to
                    self._waiting[path] = None
            self._post()

        token = traffic.start(is_patient=is_patient)
        executor.submit(work, done)

    def _question(self, path: str, now: float, is_patient: bool) -> _Question | None:  # noqa: FBT001 - handed on
        """Returns the question for a path, None if nothing is held of it."""
        copy = self.copies.get(path)
        on_disk = path in self._on_disk
        if copy is None and on_disk:
            copy = self.copies.note_on_disk(path)
        if copy is None or not (copy.has_failed or on_disk or self._is_in_memory(path)):
            self.forget(path)
            return None
        if copy.is_asking or path in self._again:
            self._waiting.pop(path, None)  # the answer tells what is to be done
            return None
        looks_on_disk = on_disk and not (copy.is_known and now - copy.noted < NOTE_AFTER)
        # What is shown soon is asked for so that the share itself answers; all are, while frames are rewritten.
        is_careful = not is_patient or self.copies.is_changing(now)
        is_far = (self._hearing.latency or 0.0) >= FREE
        # One that may have been rewritten under its stamp is read anew when the share itself has answered.
        opens = is_careful and is_far and (self._traffic.ways.opens() or not self.copies.is_settled(copy))
        known_since = max(copy.asked, copy.answered, -math.inf if copy.is_proven else copy.confirmed + ON_SCREEN)
        counts = is_careful and now - known_since >= ON_SCREEN
        return _Question(path, copy, looks_on_disk, opens, counts)

    def _answered(
        self,
        questions: Sequence[_Question],
        asked: float,
        beside: int,
        outcome: Success[list[_Answer]] | Failure,
    ) -> None:
        now = self._loop.now()
        answers = [_Answer(error=LookaheadError("It could not be asked for."))] * len(questions)
        if isinstance(outcome, Success):
            answers = outcome.value
            took = sum(answer.took for answer in answers) / len(answers)
            self._traffic.note(took, now, beside, is_reading=self._is_reading())
        if _is_away(answers):
            self._traffic.note_failure(now)
            if self._needs.wanted is not None:
                self.on_confirmed(self._needs.wanted)  # what is said of it
        else:
            self._traffic.forgive()
        for question, answer in zip(questions, answers, strict=True):
            question.copy.is_asking = False
            if question.counts and answer.error is None:
                self._traffic.ways.note(answer.took, opened=question.opens)
            if self.copies.get(question.path) is question.copy:
                self._take(question, answer, asked, now)
        self._post()

    def _take(self, question: _Question, answer: _Answer, asked: float, now: float) -> None:
        path, copy = question.path, question.copy
        if answer.error is not None:  # of this file, perhaps: it is asked for when it is its turn
            copy.answered = now
            if isinstance(answer.error, ShareAwayError):
                self._waiting[path] = None
            return
        if not copy.is_known:
            if answer.kept is None:
                self.copies.forget(path)
                return
            copy.stamp, copy.is_known = answer.kept, True
        before = self.copies.is_confirmed(path), copy.is_proven
        was_gone, was_seen = copy.is_gone, copy.seen is not None
        is_far = (self._hearing.latency or 0.0) >= FREE
        verdict = self.copies.take(copy, answer.stamp, asked, now, is_hearsay=is_far and answer.took < ASKED)
        if verdict is Verdict.REWRITTEN:
            self._rewritten(path, copy)
            return
        self._note_difference(copy, now, was_gone=was_gone, was_seen=was_seen)
        if verdict is Verdict.UNSETTLED and now >= self.copies.settles_at(copy):
            self.on_unsettled(path)
        elif verdict in {Verdict.CHANGED, Verdict.UNSETTLED}:
            self._look_again(path, copy, now)
        elif verdict is Verdict.SAME and not (copy.has_failed or self.copies.is_confirmed(path)):
            self._waiting[path] = None  # asked before all became suspect
        if (self.copies.is_confirmed(path), copy.is_proven) != before:
            self.on_confirmed(path)

    def _note_difference(self, copy: Copy, now: float, *, was_gone: bool, was_seen: bool) -> None:
        """Has the folder asked for when a file is gone, and all files when one is another or gone."""
        if copy.is_gone and not was_gone:
            copy.is_missing = not self._hearing.doubt()
        if not copy.has_failed and (copy.is_gone != was_gone or (copy.seen is not None and not was_seen)):
            self._found_change(now)

    def _rewritten(self, path: str, copy: Copy) -> None:
        self._again.pop(path, None)
        if copy.has_failed:  # others have perhaps healed, too
            self._waiting.update(dict.fromkeys(filter(self._traffic.is_of_share, self.copies.failed())))
        self.on_rewritten(path)

    def _found_change(self, now: float) -> None:
        self.copies.note_change(now)
        if now - self._traffic.asked_all >= ASK_ALL_AFTER:
            self.suspect()

    # Files that have changed, and those that may have been rewritten under the same stamp

    def _look_again(self, path: str, copy: Copy, now: float) -> None:
        """Sees to it that a file is looked at again when more can be said of it; an empty one in its turn."""
        if copy.seen is None or copy.seen.size:
            self._again[path] = now + AGAIN if copy.seen or copy.stamp is None else self.copies.settles_at(copy)

    def _tend_changed(self, now: float) -> None:
        for path in [path for path, due in self._again.items() if due <= now]:
            copy = self.copies.get(path)
            if copy is None or copy.is_asking:
                continue
            del self._again[path]
            self._waiting[path] = None
            if copy.seen is None and self.copies.is_settled(copy):  # as others tell that were read since
                self.on_confirmed(path)
            else:
                self._ask([path], now)  # also one to be read anew: while the share is away, what is held stays

    def _note_current(self, now: float) -> None:
        """Says so when the frame on screen has come to be doubtful because no answer comes, or is no longer."""
        before, wanted = self._is_current, self._needs.wanted
        self._is_current = wanted is not None and self.copies.is_current(wanted, now)
        if wanted is not None and wanted in self.copies and self._is_current != before:
            self.on_confirmed(wanted)

    # Waking

    def _wake(self, now: float) -> None:
        """Sets the timer to when there is something to do next."""
        if self._timer is not None:
            self._timer.cancel()
        wanted = None if self._needs.wanted is None else self.copies.get(self._needs.wanted)
        dues = [wanted.confirmed + VALID if self._is_current and wanted is not None else math.inf]
        if self._can_ask():  # else when an answer has come
            patient_at, on_screen = self._patient_at(), self._on_screen
            in_rounds = max(self._rounds.next, now + (FREE_BEAT if self._traffic.is_free else BEAT))
            dues += [patient_at if self._waiting else max(in_rounds, patient_at), *self._again.values()]
            if wanted is not None and not wanted.is_asking:
                dues.append(max(self._needs.since + ON_SCREEN, max(wanted.answered, wanted.confirmed) + on_screen))
            if self._needs.soon(now) or self._is_listing:
                dues.append(max(now + AGAIN, patient_at if self._is_thrifty else now))
        due = max(min(dues), self._traffic.quiet_until, now + FREE)
        self._timer = None if due == math.inf else self._loop.call_later(due - now, self._post)


def _answer(storage: Storage, kept: FileCache | None, question: _Question, clock: Callable[[], float]) -> _Answer:
    """Asks one question; on a worker."""
    stamp, began = None, clock()
    try:
        stamp = _asked_by_opening(storage, question.path) if question.opens else storage.stamp(question.path)
    except NotFoundError:
        pass
    except LookaheadError as error:
        return _Answer(error=error, took=clock() - began)
    took = clock() - began
    if kept is None or not question.looks_on_disk:
        return _Answer(stamp, took=took)
    on_disk = kept.stamp(question.path)
    if on_disk is not None and on_disk == stamp:
        kept.confirm(question.path)
    return _Answer(stamp, None if on_disk is None else Stamp(*on_disk), took=took)


def _asked_by_opening(storage: Storage, path: str) -> Stamp:
    # Pages of a file cannot be opened, and a file that is there may not be: both are asked for in the usual way.
    with suppress(StorageError), storage.opened(path, Transfer()) as file:
        return file.stamp
    return storage.stamp(path)


def _is_away(answers: Sequence[_Answer]) -> bool:
    """Returns whether the share could not be asked at all."""
    return all(isinstance(answer.error, ShareAwayError) for answer in answers)
