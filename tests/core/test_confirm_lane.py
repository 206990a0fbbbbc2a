"""The confirming lane over a share whose answers take their time, all on a clock that is turned by hand."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import pytest
from doubles import HandLoop, MemoryFileCache, MemoryStorage, broken
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.core.cache.disk_cache import CachedFile
from viewer.core.errors import DamagedImageError, NotFoundError
from viewer.core.executor import run_job
from viewer.core.load.confirm_lane import AT_ONCE, BATCH, NEAR, SPARE, ConfirmLane
from viewer.core.load.confirm_schedule import FREE_BEAT, HELD, ON_SCREEN, SOON
from viewer.core.load.copies import EMPTIED
from viewer.core.load.hearing import Hearing
from viewer.core.load.plan import Plan, Soonest
from viewer.core.storage.share_clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.executor import Failure, Success
    from viewer.core.loop import Timer
    from viewer.core.storage.transfer import Stamp

pytestmark = pytest.mark.usefixtures("_no_wall_clock")

T = TypeVar("T")


class LaggingLoop(HandLoop):
    """A loop whose clock shows a job how long it has been at work."""

    lag = 0.0
    timers = 0

    def now(self) -> float:
        return super().now() + self.lag

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        self.timers += 1
        return super().call_later(seconds, callback)


class Share(MemoryStorage):
    """Files whose stamps take ``takes`` seconds to come; ``asked`` tells when which were asked for."""

    def __init__(self, files: dict[str, bytes | BaseException], loop: LaggingLoop) -> None:
        super().__init__(files)
        self.loop = loop
        self.takes = 0.0
        self.asked: list[tuple[float, str]] = []

    def stamp(self, path: str) -> Stamp:
        self.asked.append((self.loop.now(), path))
        self.loop.lag += self.takes
        return super().stamp(path)


class Workers:
    """Workers that see the share as it is when they begin, and are done as late as their job took; or never."""

    max_workers = AT_ONCE + SPARE

    def __init__(self, loop: LaggingLoop) -> None:
        self.loop = loop
        self.busy = self.jobs = self.most = 0
        self.hangs = False
        self.hung: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        self.jobs += 1
        self.busy += 1
        self.most = max(self.most, self.busy)
        assert self.busy <= self.max_workers
        outcome = run_job(job)
        took, self.loop.lag = self.loop.lag, 0.0

        def end() -> None:
            self.busy -= 1
            done(outcome)

        if self.hangs:
            self.hung.append(end)
        else:
            self.loop.call_later(took, end)

    def let_go(self) -> None:
        """Lets all end that hang."""
        self.hangs, hung, self.hung = False, self.hung, []
        for end in hung:
            end()
        self.loop.turn()

    def close(self, timeout: float) -> bool:  # noqa: ARG002 - the protocol's
        return True


class Bench:
    """A lane over the files of a sequence, all in memory; those found to be rewritten are read anew at once.

    Attributes:
        memory, on_disk: the paths of what is held there.
        reread: when which file was found to be rewritten.
        unsettled: when which file was to be read once more.
    """

    def __init__(self, count: int, takes: float = 0.0, *, is_held: bool = True, modified: int = 1) -> None:
        self.loop = LaggingLoop()
        self.paths = [f"/shots/{number:04}.png" for number in range(count)]
        self.share = Share(dict.fromkeys(self.paths, b"picture"), self.loop)
        self.share.modified = dict.fromkeys(self.paths, modified)
        self.share.takes = takes
        self.workers = Workers(self.loop)
        self.kept = MemoryFileCache()
        self.memory: set[str] = set()
        self.on_disk: set[str] = set()
        self.is_reading = False
        self.reread: list[tuple[float, str]] = []
        self.unsettled: list[tuple[float, str]] = []
        self.lane = ConfirmLane(
            self.loop,
            self.workers,
            self.share,
            self.kept,
            self.on_disk,
            self.memory.__contains__,
            lambda: self.is_reading,
            Hearing(HandLoop()),  # which looks at its own clock all the time
        )
        self.lane.on_rewritten = lambda path: self.read(path, self.reread)
        self.lane.on_unsettled = lambda path: self.read(path, self.unsettled)
        self.lane.use_share("/shots")
        for path in self.paths if is_held else ():
            self.read(path)
        self.show(0)
        self.loop.turn()

    def read(self, path: str, log: list[tuple[float, str]] | None = None) -> None:
        """Reads a file, which takes no time."""
        if log is not None:
            log.append((self.loop.now(), path))
            self.lane.forget(path)
        self.memory.add(path)
        self.lane.note_read(path, MemoryStorage.stamp(self.share, path), self.loop.now())

    def show(self, index: int, soon: int = 0, *, steady: bool = False, most: int | None = None) -> None:
        order = (self.paths[index:] + self.paths[:index])[:most]
        self.lane.use(Plan(order[0], order, lambda _path: 0.0, soon=soon, steady=steady), Soonest(order))

    def rewrite(self, *indexes: int, content: bytes = b"PICTURE") -> None:
        for index in indexes:
            self.share.files[self.paths[index]] = content
            self.share.modified[self.paths[index]] += 2

    def asked(self, since: float = 0.0) -> dict[str, list[float]]:
        """Returns when each path was asked for."""
        asked: dict[str, list[float]] = {}
        for when, path in self.share.asked:
            if when >= since:
                asked.setdefault(path, []).append(when)
        return asked

    def confirmed(self) -> list[bool]:
        return [self.lane.is_confirmed(path) for path in self.paths]


def gaps(times: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(times)]


# How often


@pytest.mark.parametrize("takes", [0.0, 0.025])
def test_the_frame_on_screen_is_asked_for_each_second_and_the_others_held_each_15(takes: float) -> None:
    bench = Bench(100, takes)
    bench.loop.advance(180)
    asked = bench.asked()
    assert sorted(asked) == bench.paths
    assert all(ON_SCREEN <= gap <= ON_SCREEN + takes + 0.01 for gap in gaps(asked[bench.paths[0]]))
    for path in bench.paths[1:]:
        assert all(abs(gap - HELD) <= FREE_BEAT + 0.1 for gap in gaps(asked[path]))
        assert len(asked[path]) in {11, 12}
        assert asked[path][0] <= HELD + FREE_BEAT
    for second in range(165):
        assert sum(second <= when < second + 1 for when, _ in bench.share.asked) < 16, "spread evenly"
    assert all(bench.confirmed())
    bench.lane.suspect()
    bench.loop.advance(60)
    assert max(gap for times in bench.asked(170).values() for gap in gaps(times)) <= HELD + FREE_BEAT
    bench.memory.clear()
    bench.loop.advance(HELD)
    asked_for = len(bench.share.asked)
    bench.loop.advance(60)
    assert len(bench.share.asked) == asked_for, "nothing is held any more"


def test_frames_that_play_are_asked_for_each_3_seconds_at_most_and_before_they_are_shown() -> None:
    bench = Bench(480, 0.025)
    bench.loop.advance(30)
    began = bench.loop.now()
    for frame in range(240):  # 24 a second
        bench.show(frame, soon=48, steady=True)
        bench.loop.advance(1 / 24)
        copy = bench.lane.copies.get(bench.paths[frame])
        assert frame < 24 or copy is None or bench.loop.now() - copy.confirmed < SOON + 0.2
    for path, times in bench.asked(began).items():
        assert all(gap >= SOON for gap in gaps(times))
        assert len(times) <= (3 if path in bench.paths[:290] else 1)


def test_only_the_first_frame_is_asked_for_while_it_comes_on_screen() -> None:
    bench = Bench(50)
    bench.lane.set_paused(paused=False, alone=True)
    bench.show(3)
    bench.lane.suspect()
    bench.loop.advance(0.05)
    assert list(bench.asked()) == [bench.paths[3]]
    bench.lane.set_paused(paused=False)
    bench.loop.advance(0.1)
    assert sorted(bench.asked()) == bench.paths


def test_nothing_is_asked_while_the_frame_on_screen_is_read_nor_after_closing() -> None:
    bench = Bench(50)
    bench.lane.set_paused(paused=True)
    bench.lane.suspect()
    bench.loop.advance(60)
    assert not bench.share.asked
    bench.lane.set_paused(paused=False)
    bench.loop.advance(0.1)
    assert sorted(bench.asked()) == bench.paths
    asked = len(bench.share.asked)
    bench.lane.close()
    bench.loop.advance(60)
    assert len(bench.share.asked) == asked


@pytest.mark.parametrize(("takes", "jobs"), [(0.0, 330 // BATCH), (0.05, 330)])
def test_many_are_asked_for_by_one_worker_while_answers_are_free(takes: float, jobs: int) -> None:
    bench = Bench(330, takes)
    bench.loop.advance(20)
    before = bench.workers.jobs
    bench.lane.suspect()
    bench.loop.advance(0.1 + 330 * takes / AT_ONCE)
    assert all(bench.confirmed())
    assert jobs <= bench.workers.jobs - before <= jobs + 30
    assert bench.workers.most <= AT_ONCE


def test_beside_reads_questions_that_cost_have_a_fifth_of_one_reader_but_for_those_needed_next() -> None:
    bench = Bench(300, 0.05)
    bench.loop.advance(20)
    bench.is_reading = True
    bench.lane.suspect()
    timers = bench.loop.timers
    bench.loop.advance(NEAR * 0.05 / AT_ONCE + 0.2)
    assert all(bench.confirmed()[:NEAR])
    began = bench.loop.now()
    bench.loop.advance(10)
    others = sum(path not in bench.paths[:NEAR] for path in bench.asked(began))
    assert 30 <= others <= 10 / (5 * 0.05)
    assert bench.loop.timers - timers < 300, "it does not look for work all the time"
    bench.is_reading = False
    bench.loop.advance(3)
    assert all(bench.confirmed())


# What is found


@settings(max_examples=15)
@given(first=st.integers(0, 9), moment=st.floats(0, HELD), is_by_rename=st.booleans(), plays=st.booleans())
def test_30_of_300_rewritten_are_found_within_3_seconds(
    first: int, moment: float, *, is_by_rename: bool, plays: bool
) -> None:
    bench = Bench(300, 0.025)
    suspects: list[float] = []
    bench.lane.on_suspect = lambda: suspects.append(bench.loop.now())
    bench.loop.advance(20 + moment)
    began = bench.loop.now()
    bench.rewrite(*range(first, 300, 10), content=b"picture" if is_by_rename else b"another size")
    for frame in range(1, 73):
        bench.show(frame if plays else 0, soon=48 if plays else 0, steady=plays)
        bench.loop.advance(1 / 24)
    assert sorted(path for _, path in bench.reread) == bench.paths[first::10]
    bench.loop.advance(1)
    assert all(bench.confirmed())
    assert len(suspects) == 1, "not once more for each"
    asked = Counter(path for when, path in bench.share.asked if when >= began)
    assert sum(asked.values()) <= 300 + 2 * 30 + 4 * 21 + 2 * 96
    assert max(asked[path] for path in bench.paths[100:]) <= 4


def test_after_one_was_found_those_needed_first_are_asked_for_first() -> None:
    bench = Bench(300, 0.025)
    bench.loop.advance(20)
    bench.show(150)
    bench.rewrite(150)
    bench.loop.advance(ON_SCREEN + SOON)
    found, began = bench.reread[0][0], bench.reread[0][0] - 0.3 - 0.05
    assert bench.reread == [(found, bench.paths[150])]
    order = [path for when, path in bench.share.asked if when > began and path != bench.paths[150]]
    expected = bench.paths[151:] + bench.paths[:150]
    assert [expected.index(path) for path in order[:200]] == pytest.approx(range(200), abs=AT_ONCE)


B, C = b"PICTURE", b"PICTURES"


@pytest.mark.parametrize(
    "contents",
    [
        [B],
        [*(b"x" * size for size in range(10, 30)), B],
        [b"", b"", b"", B],
        [b""] * 30 + [B],
        [None, None, B],
        [B, None, B],
        [b"picture", B],
    ],
)
def test_a_file_is_read_anew_once_when_it_is_whole(contents: list[bytes | None]) -> None:
    """The contents follow each other every 0.29 s; the file on screen is asked for whatever it is."""
    bench = Bench(1, 0.01)
    path = bench.paths[0]
    bench.loop.advance(5)
    asked = len(bench.share.asked)
    for content in contents:
        if content is None:
            bench.share.files.pop(path, None)
        else:
            bench.share.files[path] = content
            bench.share.modified[path] = 1 if content == b"picture" else 10 * len(content) + 3
        bench.loop.advance(0.29)
        assert not bench.reread or content == B
    bench.loop.advance(1.5)
    assert len(bench.reread) == 1
    assert bench.confirmed() == [True]
    seconds = 0.29 * len(contents) + 1.5
    assert len(bench.share.asked) - asked <= seconds / ON_SCREEN + 2 + 2 * len(set(contents))


def test_a_file_that_stays_empty_is_read_anew_once() -> None:
    bench = Bench(30, 0.005)
    bench.loop.advance(5)
    bench.rewrite(0, 7, content=b"")
    bench.loop.advance(EMPTIED - 0.5)
    assert not bench.reread
    bench.loop.advance(2 * ON_SCREEN)
    assert [path for _, path in bench.reread] == [bench.paths[0]]
    bench.loop.advance(40)
    assert [path for _, path in bench.reread] == [bench.paths[0], bench.paths[7]]
    assert all(bench.confirmed())


@pytest.mark.parametrize("is_back_as_it_was", [True, False])
def test_files_that_are_gone_are_doubted_and_when_they_are_back_all_are_asked_for(*, is_back_as_it_was: bool) -> None:
    bench = Bench(300, 0.005)
    bench.loop.advance(20)
    files = dict(bench.share.files)
    bench.share.files.clear()
    bench.loop.advance(2.5)
    assert not any(bench.confirmed())
    assert not bench.reread
    bench.share.files.update(files)
    if not is_back_as_it_was:
        bench.rewrite(*range(0, 300, 3))
    bench.loop.advance(3)
    assert all(bench.confirmed())
    assert len(bench.reread) == (0 if is_back_as_it_was else 100)


# Files that failed


def test_a_failed_file_is_asked_for_when_it_is_reached_and_when_one_has_healed_all_are() -> None:
    bench = Bench(100, 0.01)
    for path in bench.paths[20:]:
        bench.memory.discard(path)
        bench.lane.note_failed(path, DamagedImageError("It is cut off."), MemoryStorage.stamp(bench.share, path))
    bench.memory.add("/other/1.png")
    bench.lane.note_failed("/other/1.png", NotFoundError("It is not there."), None)
    bench.loop.advance(20)
    bench.rewrite(*range(20, 100))
    began = bench.loop.now()
    bench.show(50)
    bench.loop.advance(0.02)
    assert next(iter(bench.asked(began))) == bench.paths[50]
    bench.loop.advance(1)
    assert sorted(path for _, path in bench.reread) == bench.paths[20:]
    assert "/other/1.png" not in bench.asked(began), "that is on another share"
    bench.loop.advance(20)
    assert len(bench.reread) == 80
    assert all(bench.confirmed())


# Shares that fail, hang, and are left behind


def test_a_share_that_fails_is_asked_less_and_less_often_and_at_once_when_it_has_answered() -> None:
    bench = Bench(40)
    bench.loop.advance(20)
    files = dict(bench.share.files)
    bench.share.files.update({path: broken(path) for path in bench.paths})
    bench.loop.advance(0.1)
    bench.share.asked.clear()
    bench.loop.advance(100)
    tries = sorted({round(when, 3) for when, _ in bench.share.asked})
    assert len(tries) < 13
    assert max(gaps(tries)) == pytest.approx(15, abs=0.1)
    bench.share.files.update(files)
    bench.lane.suspect()
    bench.lane.try_again()
    bench.loop.advance(0.1)
    assert all(bench.confirmed())


def test_a_share_that_hangs_is_waited_for_quietly_and_holds_up_no_other() -> None:
    bench = Bench(300, 0.01)
    bench.loop.advance(5)
    bench.workers.hangs = True
    bench.lane.suspect()
    timers = bench.loop.timers
    bench.loop.advance(60)
    assert bench.workers.busy == AT_ONCE
    assert bench.loop.timers - timers < 50, "it does not look for work all the time"
    for _ in range(10):  # to another one and back, again and again
        for share in ("/other", "/shots"):
            bench.lane.use_share(share)
            bench.loop.advance(1)
    bench.lane.use_share("/other")
    bench.workers.let_go()
    bench.workers.most = 0
    bench.lane.use_share("/shots")
    bench.loop.advance(1)
    assert all(bench.confirmed())
    assert bench.workers.most == AT_ONCE
    bench.workers.hangs = True
    bench.lane.suspect()
    bench.loop.advance(1)
    bench.workers.hangs = False
    other = "/other/1.png"
    bench.share.files[other] = b""
    bench.lane.use_share("/other")
    bench.read(other)
    bench.lane.suspect()
    bench.loop.advance(0.1)
    assert bench.lane.is_confirmed(other)


# On this disk


def test_what_an_earlier_run_kept_counts_when_the_share_has_said_so_and_that_is_noted_there() -> None:
    bench = Bench(40, 0.01, is_held=False)
    bench.on_disk.update(bench.paths)
    for path in bench.paths[:39]:
        bench.kept.kept[path] = CachedFile(b"picture", 7, 1)
    bench.rewrite(3)
    bench.show(0, most=20)
    bench.lane.set_listing(listing=True)
    bench.lane.note_on_disk(bench.paths)
    bench.lane.note_kept(bench.paths[0], MemoryStorage.stamp(bench.share, bench.paths[0]), 1000.0)
    assert not any(bench.confirmed())
    copy = bench.lane.doubt(bench.paths[0])
    assert copy is not None
    assert copy.as_of == 1000.0
    bench.loop.advance(0.5)
    assert bench.confirmed() == [index < 20 and index != 3 for index in range(40)], "those needed next"
    bench.lane.set_listing(listing=False)
    bench.loop.advance(0.5)
    assert [index for index, is_confirmed in enumerate(bench.confirmed()) if not is_confirmed] == [39]
    assert [path for _, path in bench.reread] == [bench.paths[3]]
    assert sorted(bench.kept.confirmed) == sorted(set(bench.paths[:39]) - {bench.paths[3]})
    bench.loop.advance(30)
    assert len(bench.kept.confirmed) == 38, "that is not noted again and again"


# Read too soon to tell


def test_a_file_read_in_the_second_it_was_written_in_is_read_anew_once_when_that_is_over() -> None:
    bench = Bench(3, modified=SECOND)
    bench.loop.advance(5)
    bench.unsettled.clear()
    settled, unsettled, _ = bench.paths
    bench.share.modified |= {settled: 1000 * SECOND, unsettled: 1004 * SECOND}
    for path in (unsettled, settled):
        bench.read(path)
    assert bench.confirmed() == [True, False, True]
    bench.loop.advance(2.4)
    assert not bench.unsettled
    bench.loop.advance(20)
    assert [path for _, path in bench.unsettled] == [unsettled]
    assert bench.unsettled[0][0] == pytest.approx(7.5, abs=0.01)
    assert all(bench.confirmed())
    assert not bench.reread


def test_what_is_to_be_read_anew_stays_while_the_share_is_away() -> None:
    bench = Bench(3, modified=SECOND)
    bench.loop.advance(5)
    bench.unsettled.clear()
    path, content = bench.paths[0], bench.share.files[bench.paths[0]]
    bench.share.modified[path] = 1004 * SECOND
    bench.read(path)
    bench.share.files.update({each: broken(each) for each in bench.paths})
    bench.loop.advance(20)
    assert not bench.unsettled, "or the picture would be gone"
    bench.share.files[path] = content
    bench.lane.try_again()
    bench.loop.advance(5)
    assert [each for _, each in bench.unsettled] == [path]


def test_a_file_need_not_be_read_anew_if_others_tell_that_the_second_was_over() -> None:
    bench = Bench(2, modified=SECOND)
    bench.loop.advance(5)
    bench.unsettled.clear()
    bench.share.modified = dict(zip(bench.paths, (1004 * SECOND, 1007 * SECOND), strict=True))
    bench.read(bench.paths[0])
    bench.lane.confirm_soon(bench.paths[0])  # it is to be kept on this disk
    bench.read(bench.paths[1])
    bench.lane.suspect()
    bench.loop.advance(3.2)
    assert bench.confirmed()[0]
    assert bench.lane.is_proven(bench.paths[0])
    assert [path for _, path in bench.unsettled] == [bench.paths[1]]


def test_what_was_being_read_when_all_became_suspect_is_asked_for_at_once() -> None:
    bench = Bench(2)
    bench.loop.advance(5)
    bench.lane.suspect()
    bench.loop.advance(0.1)
    bench.lane.note_read(bench.paths[1], MemoryStorage.stamp(bench.share, bench.paths[1]), 4.0)
    assert bench.confirmed() == [True, False]
    bench.loop.advance(0.1)
    assert bench.confirmed() == [True, True]


@pytest.mark.parametrize("is_read_meanwhile", [True, False])
def test_answers_to_questions_from_before_count_for_what_was_held_then(*, is_read_meanwhile: bool) -> None:
    bench = Bench(2, 0.5)
    suspects: list[None] = []
    bench.lane.on_suspect = lambda: suspects.append(None)
    bench.lane.confirm_soon(bench.paths[1])
    if is_read_meanwhile:
        bench.rewrite(1)
    bench.loop.advance(0.1)
    if is_read_meanwhile:
        bench.read(bench.paths[1])
    else:
        bench.lane.suspect()
    bench.loop.advance(1.1)
    assert bench.lane.is_confirmed(bench.paths[1])
    assert len(suspects) == (not is_read_meanwhile)
