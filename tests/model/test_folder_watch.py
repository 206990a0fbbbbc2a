"""Seeing what changed: what is told, when, and how little is asked for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from doubles import HandExecutor, HandLoop, MemoryStorage, broken
from hypothesis import example, given
from hypothesis import strategies as st
from viewing import numbered

from viewer.core.errors import ShareAwayError
from viewer.core.frame import FrameNumber
from viewer.core.load.hearing import Hearing
from viewer.core.sequence.naming import group_names
from viewer.core.storage.mounts import Kept
from viewer.core.storage.transfer import Transfer
from viewer.model.folder_watch import (
    ASK_PAUSE,
    LINK_BUSY,
    MOST_WORKERS,
    POLL,
    TIMES_THE_LISTING,
    FolderWatch,
    move_on_landing,
    newest,
)
from viewer.model.opened import Opened, guess, open_from
from viewer.model.preferences import NewFrames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.transfer import Stamp

TURN = 0.25
"""Seconds after which the jobs that began meanwhile end."""
SCREEN = "/shots/a.0003.png"


class Share(MemoryStorage):
    """Files in memory, that knows when it was asked what.

    Attributes:
        listed_at: when each listing began.
        asked: the files whose stamps were asked for.
        folder_questions: paths that were asked to be a folder.
        seconds: how long a listing takes.
        names_sent: how many names were listed.
    """

    def __init__(self, files: dict[str, bytes | BaseException], loop: HandLoop) -> None:
        super().__init__(files)
        self.batch = 100
        self.loop = loop
        self.listed_at: list[float] = []
        self.asked: list[str] = []
        self.folder_questions: list[str] = []
        self.seconds = 0.0
        self.names_sent = 0

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        self.listed_at.append(self.loop.now())
        self.loop.advance(self.seconds)
        for names in super().list_names(folder, transfer):
            self.names_sent += len(names)
            yield names

    def is_folder(self, path: str) -> bool:
        self.folder_questions.append(path)
        return super().is_folder(path)

    def stamp(self, path: str) -> Stamp:
        self.asked.append(path)
        return super().stamp(path)


class Watching:
    """A watch and all that it is made of, to be turned by hand."""

    def __init__(self, count: int = 5) -> None:
        self.loop = HandLoop()
        self.storage = Share(numbered(count), self.loop)
        self.chores = HandExecutor(self.loop, MOST_WORKERS)
        self.told: list[Opened] = []
        self.is_free = True
        self.listed: list[str] = []
        self.backs = 0
        self.hearing = Hearing(self.loop)
        self.watch = FolderWatch(
            self.loop,
            self.chores,
            self.storage,
            self.told.append,
            lambda: self.is_free,
            self.hearing,
            lambda error, again_in: self.listed.append("" if error is None else f"{error} {again_in:g}"),
            self._back,
        )

    def _back(self) -> None:
        self.backs += 1

    def opened(self, text: str = "/shots") -> Opened:
        """Returns what opening brings, without leaving a trace in what was asked."""
        return open_from(MemoryStorage(self.storage.files), text, Transfer(), lambda _: None, lambda: 0.0)

    def follow(self, text: str = "/shots") -> None:
        self.watch.follow(text, self.opened(text))

    def land(self, *numbers: int, head: str = "a.") -> None:
        self.storage.files |= {f"/shots/{head}{number:04d}.png": b"new" for number in numbers}

    def vanish(self, *numbers: int) -> None:
        for number in numbers:
            self.storage.files.pop(f"/shots/a.{number:04d}.png", None)

    def advance(self, seconds: float) -> None:
        """Lets time go by in which every job ends soon after it began."""
        end = self.loop.now() + seconds
        while self.loop.now() < end:
            self.loop.advance(min(TURN, end - self.loop.now()))
            self.chores.finish_all()

    def poll(self) -> None:
        """Lets time go by until another listing has ended."""
        before = len(self.storage.listed_at)
        while len(self.storage.listed_at) == before:
            self.advance(TURN)

    @property
    def labels(self) -> list[list[str]]:
        """What was told, in the words for people."""
        return [[sequence.label for sequence in told.sequences] for told in self.told]


@pytest.fixture
def watching() -> Watching:
    watching = Watching()
    watching.follow()
    return watching


def sequence(*numbers: int) -> FrameSequence:
    return group_names("/shots", [f"a.{number:04d}.png" for number in numbers])[0]


# How seldom


def test_the_folder_is_listed_now_and_then_and_nothing_else_is_asked(watching: Watching) -> None:
    watching.advance(3 * POLL + 1)
    assert watching.storage.listed_at == [POLL, 2 * POLL, 3 * POLL]
    assert not watching.storage.asked
    assert not watching.storage.folder_questions
    assert not watching.storage.reads
    assert not watching.told


def test_names_that_end_in_a_number_land_and_a_file_of_each_new_group_is_opened_once(watching: Watching) -> None:
    files = watching.storage.files
    files |= {f"/shots/run.{number}": b"P5 2 2 255\nabcd" for number in (1, 2)}
    watching.poll()
    files |= {"/shots/run.3": b"P5 2 2 255\nabcd", "/shots/log.1": b"text", "/shots/log.2": b"text"}
    watching.poll()
    files |= {"/shots/log.3": b"text", "/shots/run.4": b"P5 2 2 255\nabcd"}
    watching.poll()
    assert [labels[-1] for labels in watching.labels] == ["run.[1-2]", "run.[1-3]", "run.[1-4]"]
    assert watching.storage.reads == ["/shots/run.2", "/shots/log.2"]


def test_a_listing_has_a_twentieth_of_the_line_at_most(watching: Watching) -> None:
    watching.storage.seconds = 1.5
    watching.poll()
    watching.storage.seconds = 0.0
    watching.poll()
    watching.poll()
    first, second, third = watching.storage.listed_at
    assert second - (first + 1.5) == TIMES_THE_LISTING * 1.5
    assert third - second == POLL


@pytest.mark.parametrize(("listings", "told"), [(20.0, "It is away. 1"), (1.0, "")])
def test_where_a_client_lists_from_its_memory_a_doubt_is_settled_by_the_share_itself(
    watching: Watching, listings: float, told: str
) -> None:
    kept = Kept("sshfs", listings, 20.0, "mount with -o dcache_timeout=2")
    watching.watch.follow("/shots", replace(watching.opened(), kept=kept))
    watching.storage.files |= dict.fromkeys(watching.storage.files, ShareAwayError("It is away."))
    watching.watch.ask()
    watching.advance(0.5)
    assert watching.listed == [told]


def test_a_listing_that_hung_does_not_put_off_the_next_one(watching: Watching) -> None:
    watching.watch.follow("/shots", watching.opened(), 0.1)
    watching.poll()
    watching.storage.seconds = 12.0
    watching.poll()
    watching.poll()
    watching.poll()
    _, second, third, fourth = watching.storage.listed_at
    assert third - (second + 12.0) == POLL
    assert fourth - (third + 12.0) == TIMES_THE_LISTING * 12.0, "twice is no accident"


def test_how_long_the_opening_took_counts_too(watching: Watching) -> None:
    watching.watch.follow("/shots", watching.opened(), 2.0)
    watching.poll()
    assert watching.storage.listed_at == [TIMES_THE_LISTING * 2.0]


def test_no_listing_begins_while_one_is_under_way(watching: Watching) -> None:
    watching.loop.advance(100)
    assert len(watching.chores.waiting) == 1
    watching.chores.finish_all()
    watching.loop.advance(POLL - TURN)
    assert not watching.chores.waiting
    watching.loop.advance(TURN)
    assert len(watching.chores.waiting) == 1


def test_nothing_is_asked_while_the_line_is_needed(watching: Watching) -> None:
    watching.is_free = False
    watching.advance(60.1)
    assert not watching.storage.listed_at
    assert not watching.storage.asked
    watching.is_free = True
    watching.advance(LINK_BUSY)
    assert len(watching.storage.listed_at) == 1


# What is told of the folder


def test_new_frames_are_told_at_the_next_listing(watching: Watching) -> None:
    watching.land(6, 7)
    watching.poll()
    assert watching.labels == [["a.[0001-0007].png"]]
    told = watching.told[0]
    assert told == watching.opened()
    assert told.complete
    assert {"label", "gaps"} <= vars(told.sequences[0]).keys(), "the owner thread would have to work it out"
    watching.advance(60)
    assert len(watching.told) == 1


def test_what_is_no_picture_is_not_told(watching: Watching) -> None:
    watching.storage.files["/shots/notes.txt"] = b""
    watching.advance(60)
    assert not watching.told


def test_frames_that_are_gone_are_told_when_two_listings_in_a_row_say_so(watching: Watching) -> None:
    watching.vanish(2, 4)
    watching.poll()
    assert not watching.told
    watching.poll()
    assert watching.labels == [["a.[0001,0003,0005].png"]]


def test_frames_that_one_listing_left_out_are_not_told(watching: Watching) -> None:
    watching.vanish(4, 5)
    watching.poll()
    watching.land(4, 5)
    watching.advance(60)
    assert not watching.told


def test_frames_that_are_gone_hold_up_no_new_ones(watching: Watching) -> None:
    for oldest in range(1, 4):  # a camera that keeps only the five newest
        watching.vanish(oldest)
        watching.land(oldest + 5)
        watching.poll()
    assert watching.labels == [["a.[0001-0006].png"], ["a.[0002-0007].png"], ["a.[0003-0008].png"]]
    watching.poll()
    assert watching.labels[3:] == [["a.[0004-0008].png"]]


def test_a_sequence_that_is_renamed_is_told(watching: Watching) -> None:
    watching.vanish(*range(1, 6))
    watching.land(*range(1, 6), head="b.")
    watching.poll()
    watching.poll()
    assert watching.labels[-1] == ["b.[0001-0005].png"]


def test_single_pictures_that_land_are_told() -> None:
    watching = Watching()
    watching.storage.files = {"/shots/beach.jpg": b"", "/shots/sunset.jpg": b""}
    watching.follow()
    watching.storage.files["/shots/dinner.jpg"] = b""
    watching.poll()
    assert watching.labels == [["3 single pictures"]]
    assert list(watching.told[0].sequences[0].names()) == ["beach.jpg", "dinner.jpg", "sunset.jpg"]


def test_of_a_pattern_only_what_it_selects_counts() -> None:
    watching = Watching()
    watching.follow("/shots/a.[2-6].png")
    watching.land(8)
    watching.land(1, 2, 3, head="b.")
    watching.advance(20)
    assert not watching.told
    watching.vanish(2)
    watching.land(6)
    watching.poll()
    watching.poll()
    assert watching.labels == [["a.[0002-0006].png"], ["a.[0003-0006].png"]]
    assert not watching.storage.folder_questions


@pytest.mark.parametrize("end", ["", "/"])
def test_a_folder_that_looks_like_a_picture_or_a_pattern_is_not_mistaken_when_the_share_is_away(end: str) -> None:
    for folder in ("/shots/x.1.png", "/shots/takes [1-3]"):
        watching = Watching()
        watching.storage.files |= numbered(3, folder)
        watching.follow(folder + end)
        watching.storage.files = {"/shots/x.1.png": b"", "/shots/takes 1": b"", "/shots/takes 2.png": b""}
        watching.advance(60)
        assert not watching.told
        watching.storage.files = numbered(4, folder)
        watching.poll()
        assert watching.labels == [["a.[0001-0004].png"]]
        assert watching.told[0].folder == folder


def test_what_lies_beside_a_file_is_told_with_the_place_of_the_file() -> None:
    watching = Watching()
    watching.follow(SCREEN)
    watching.land(6)
    watching.poll()
    assert watching.labels == [["a.[0001-0006].png"]]
    assert watching.told[0] == watching.opened(SCREEN)
    assert watching.told[0].number == 3
    assert not watching.storage.folder_questions


def test_what_lies_beside_a_file_is_told_though_the_file_itself_is_gone() -> None:
    watching = Watching()
    watching.follow(SCREEN)
    watching.vanish(3)
    watching.poll()
    watching.poll()
    watching.land(6)
    watching.poll()
    assert watching.labels == [["a.[0001-0002,0004-0005].png"], ["a.[0001-0002,0004-0006].png"]]


def test_a_listing_that_adds_nothing_to_a_guess_is_told_because_it_is_complete() -> None:
    watching = Watching(1)
    guessed = guess("/shots/a.0001.png")
    assert guessed is not None
    watching.watch.follow("/shots/a.0001.png", guessed)
    watching.poll()
    assert watching.told == [watching.opened("/shots/a.0001.png")]
    watching.advance(60)
    assert len(watching.told) == 1


# A share that fails


def test_a_share_that_is_away_loses_nothing_and_is_asked_every_other_second(watching: Watching) -> None:
    watching.storage.listing_error = broken("/shots")
    for _ in range(6):
        watching.poll()
    assert watching.storage.listed_at == [5, 6, 8, 10, 12, 14]
    assert watching.listed == [f"{broken('/shots')} {again_in}" for again_in in (1, 2, 2, 2, 2, 2)]
    watching.storage.listing_error = None
    watching.land(6)
    watching.poll()
    watching.poll()
    assert watching.storage.listed_at[6:] == [16, 21]
    assert watching.labels == [["a.[0001-0006].png"]]
    assert (watching.listed[6:], watching.backs) == (["", ""], 1)
    watching.storage.listing_error = broken("/shots")
    for _ in range(3):
        watching.poll()
    assert watching.storage.listed_at[8:] == [26, 27, 29]


@pytest.mark.parametrize("left", [{}, {"/shots/.mounted": b""}])
def test_a_folder_in_which_nothing_is_left_is_taken_for_a_share_that_is_away(
    watching: Watching, left: dict[str, bytes | BaseException]
) -> None:
    files, watching.storage.files = watching.storage.files, left
    watching.advance(120)
    assert not watching.told
    assert watching.listed[0].startswith("There are no pictures in /shots." if left else "There is no folder /shots.")
    watching.storage.files = files
    watching.advance(60)
    assert not watching.told
    assert (watching.listed[-1], watching.backs) == ("", 1)


# Doubt


def test_a_folder_that_is_in_doubt_is_asked_at_once_though_the_line_is_busy_and_no_further_than_its_first_picture(
    watching: Watching,
) -> None:
    watching.storage.files |= numbered(300)
    watching.is_free = False
    watching.advance(1)
    assert watching.watch.ask()
    watching.advance(TURN)
    assert (watching.storage.listed_at, watching.storage.names_sent, watching.listed) == ([1 + TURN], 100, [""])
    watching.watch.ask()
    watching.advance(10)
    assert watching.storage.listed_at == [1 + TURN, 1 + TURN + ASK_PAUSE], "not too often, and once for each doubt"
    watching.is_free = True
    watching.advance(1)
    assert len(watching.storage.listed_at) == 3, "what is due in any case comes none the later"


def test_a_doubt_that_comes_while_the_folder_is_listed_is_settled_by_another_listing(watching: Watching) -> None:
    watching.loop.advance(POLL)
    watching.watch.ask()
    watching.watch.ask(anew=False)
    watching.chores.finish()
    assert watching.listed == []
    watching.loop.advance(ASK_PAUSE)
    watching.watch.ask(anew=False)
    watching.chores.finish()
    watching.loop.advance(2 * ASK_PAUSE)
    assert (watching.listed, len(watching.storage.listed_at)) == ([""], 2)


def test_a_folder_that_hangs_makes_the_share_silent_and_each_batch_of_names_is_heard(watching: Watching) -> None:
    watching.storage.batch = 1
    watching.loop.advance(POLL + 7)
    assert watching.hearing.silence == 7.0
    watching.watch.pause()
    watching.loop.advance(7)
    assert watching.hearing.silence == 7.0, "nothing is asked"
    watching.chores.finish()
    assert watching.hearing.silence == 7.0, "it was not asked any more"
    watching.watch.resume()
    watching.advance(POLL + 1)
    assert watching.hearing.silence == 0.0


def test_an_error_of_any_kind_is_no_end(watching: Watching) -> None:
    watching.storage.listing_error = ValueError("odd")
    watching.poll()
    watching.storage.listing_error = None
    watching.land(6)
    watching.poll()
    assert len(watching.told) == 1


def test_shares_that_hang_hold_only_so_many_hands_and_later_ones_are_watched_again() -> None:
    watching = Watching()
    for turn in range(20):
        watching.storage.files |= numbered(2, f"/{turn}")
        watching.follow(f"/{turn}")
        watching.loop.advance(60)  # the double fails when there are more jobs than hands
    assert len(watching.chores.waiting) == MOST_WORKERS
    watching.follow()
    watching.land(6)
    watching.advance(10)
    assert watching.labels == [["a.[0001-0006].png"]]


def test_what_hangs_in_the_share_left_behind_keeps_nothing_from_beginning_and_begins_nothing(
    watching: Watching,
) -> None:
    watching.storage.files |= numbered(2, "/other")
    watching.loop.advance(POLL)
    watching.follow("/other")
    watching.loop.advance(2 * POLL)
    assert len(watching.chores.waiting) == 2
    watching.chores.finish()  # the one that hung; the other is still under way
    watching.loop.advance(2 * POLL)
    assert len(watching.chores.waiting) == 1
    watching.chores.finish_all()
    assert watching.storage.listings == ["/shots", "/other"]


# Beginning, pausing and ending


def test_what_was_followed_before_is_not_told_any_more_nor_listed_to_its_end(watching: Watching) -> None:
    watching.storage.files |= numbered(2, "/other")
    watching.land(6)
    watching.loop.advance(POLL)
    watching.follow("/other")
    watching.chores.finish_all()
    assert not watching.storage.names_sent
    watching.advance(20)
    assert not watching.told
    assert watching.storage.listings == ["/shots", *["/other"] * 4]
    watching.storage.files |= numbered(3, "/other")
    watching.poll()
    assert [told.folder for told in watching.told] == ["/other"]


@pytest.mark.parametrize("to_another_folder", [True, False])
def test_a_listing_that_ended_just_before_is_not_told(watching: Watching, *, to_another_folder: bool) -> None:
    watching.storage.files |= numbered(2, "/other")
    watching.land(6)
    watching.loop.advance(POLL)
    # The job ends, and this comes before its outcome does.
    watching.loop.post((lambda: watching.follow("/other")) if to_another_folder else watching.watch.pause)
    watching.chores.finish_all()
    assert not watching.told
    watching.watch.resume()
    watching.advance(20)
    assert [told.folder for told in watching.told] == ([] if to_another_folder else ["/shots"])


def test_a_listing_taken_elsewhere_is_what_later_ones_are_compared_with(watching: Watching) -> None:
    watching.land(6)
    watching.follow()
    watching.advance(20)
    assert not watching.told


def test_nothing_is_asked_or_told_while_paused(watching: Watching) -> None:
    watching.land(6)
    watching.loop.advance(POLL)
    assert len(watching.chores.waiting) == 1
    watching.watch.pause()
    watching.chores.finish_all()
    watching.follow()
    watching.vanish(6)
    watching.land(7)
    watching.advance(60)
    assert not watching.told
    watching.watch.resume()
    watching.advance(POLL)
    assert watching.labels == [["a.[0001-0007].png"]]


def test_no_second_listing_begins_when_one_hangs_through_a_pause(watching: Watching) -> None:
    watching.loop.advance(POLL)
    for _ in range(3):
        watching.watch.pause()
        watching.watch.resume()
        watching.loop.advance(60)
    assert len(watching.chores.waiting) == 1
    watching.land(6)
    watching.chores.finish_all()
    watching.advance(POLL)
    assert len(watching.told) == 1


def test_nothing_is_asked_or_told_once_it_is_closed(watching: Watching) -> None:
    watching.land(6)
    watching.loop.advance(POLL)
    watching.watch.close()
    watching.chores.finish_all()
    listed = len(watching.storage.listed_at)
    watching.watch.resume()
    watching.follow()
    watching.advance(60)
    assert not watching.told
    assert len(watching.storage.listed_at) == listed


def test_who_is_told_may_follow_and_close() -> None:
    watching = Watching()

    def landed(opened: Opened) -> None:
        watching.told.append(opened)
        watching.watch.follow("/shots", opened)
        if len(watching.told) == 2:
            watching.watch.close()

    watching.watch = FolderWatch(
        watching.loop,
        watching.chores,
        watching.storage,
        landed,
        lambda: True,
        watching.hearing,
    )
    watching.follow()
    for number in (6, 7, 8):
        watching.land(number)
        watching.advance(POLL)
    assert len(watching.told) == 2


# What the picture does


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        ((1, 2, 3), (1, 2, 3, 4, 5), 5),
        ((1, 2, 3), (2, 3, 9), 9),
        ((1, 2, 3), (1, 2, 3), None),
        ((1, 2, 9), (1, 2, 3, 9), None),
        ((1, 2, 9), (1, 2, 3), None),
        ((5, 6), (1, 2, 5, 6), None),
    ],
)
def test_the_newest_is_the_last_if_it_is_new(
    before: tuple[int, ...], after: tuple[int, ...], number: int | None
) -> None:
    assert newest(sequence(*before), sequence(*after)) == number


def test_of_single_pictures_the_newest_is_the_last_by_name_if_it_is_new() -> None:
    before, between, behind, moved_on = (
        group_names("/shots", [f"{letter}.jpg" for letter in letters])[0] for letters in ("bd", "bcd", "bde", "de")
    )
    assert newest(before, between) is None
    assert newest(before, behind) == 3
    assert newest(before, moved_on) == 2
    assert newest(behind, before) is None


def test_of_the_three_behaviours_one_stays_one_follows_and_one_comes_back() -> None:
    before, after, here = sequence(1, 2), sequence(1, 2, 3), FrameNumber(1)
    assert move_on_landing(NewFrames.STAY, before, after, here) is None
    assert move_on_landing(NewFrames.FOLLOW, before, after, here) == (FrameNumber(3), None)
    assert move_on_landing(NewFrames.GLANCE, before, after, here) == (FrameNumber(3), here)
    for behaviour in NewFrames:
        assert move_on_landing(behaviour, after, after, here) is None


def test_a_glance_during_a_glance_comes_back_to_where_the_first_began() -> None:
    move = move_on_landing(NewFrames.GLANCE, sequence(1, 2), sequence(1, 2, 3), FrameNumber(2), FrameNumber(1))
    assert move == (FrameNumber(3), FrameNumber(1))


# Whatever happens

EVENTS = st.one_of(
    st.tuples(st.just("land"), st.integers(1, 12)),
    st.tuples(st.just("vanish"), st.integers(1, 12)),
    st.tuples(st.just("advance"), st.sampled_from([0.5, 2.0, 5.0, 30.0])),
    st.tuples(st.sampled_from(["fail", "heal", "empty", "busy", "free", "pause", "resume", "other"]), st.none()),
)


@given(st.sampled_from(["/shots", "/shots/a.0002.png", "/shots/a.[1-8].png"]), st.lists(EVENTS, max_size=40))
@example("/shots", [("vanish", 1), ("advance", 5.0), ("land", 1), ("vanish", 2), ("advance", 5.0)])
def test_at_rest_what_was_told_last_is_what_is_there(text: str, events: list[tuple[str, Any]]) -> None:
    watching = Watching(4)
    known = watching.opened(text)
    watching.follow(text)
    for what, value in events:
        if what == "land":
            watching.land(value)
        elif what == "vanish":
            watching.vanish(value)
        elif what == "advance":
            watching.advance(value)
        elif what == "other":
            watching.land(1, 2, head="b.")
        elif what == "empty":
            watching.storage.files.clear()
        elif what in {"fail", "heal"}:
            watching.storage.listing_error = broken("/shots") if what == "fail" else None
        elif what in {"busy", "free"}:
            watching.is_free = what == "free"
        else:
            getattr(watching.watch, what)()
    watching.storage.listing_error, watching.is_free = None, True
    watching.watch.resume()
    watching.land(3, 4)
    watching.advance(60)
    there = open_from(
        MemoryStorage(watching.storage.files),
        "/shots" if text == "/shots/a.0002.png" else text,
        Transfer(),
        lambda _: None,
        lambda: 0.0,
    )
    last = watching.told[-1] if watching.told else known
    assert last.sequences == there.sequences
    assert all(told.complete for told in watching.told)
    shown = [known, *watching.told]
    assert all(before.sequences != after.sequences for before, after in pairwise(shown))


@given(st.lists(st.sets(st.integers(1, 12)), max_size=12))
def test_no_frame_that_every_other_listing_holds_is_ever_taken_away(losses: list[set[int]]) -> None:
    watching = Watching(12)
    watching.follow()
    for before, lost in zip([set(), *losses], losses, strict=False):
        watching.land(*range(1, 13))
        watching.vanish(*(lost - before))
        watching.poll()
    assert not watching.told
