"""The loader while files are rewritten: what it shows and keeps is what the share has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from doubles import MemoryFileCache, broken
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import DAMAGED, PLENTY, Bench, file

from viewer.core.errors import DamagedImageError
from viewer.core.load.confirm_lane import AT_ONCE, SPARE
from viewer.core.load.copies import EMPTIED
from viewer.core.load.frame_state import FrameState
from viewer.core.play.playhead import Playhead
from viewer.core.storage.share_clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate", "_no_wall_clock")


FEW_FRAMES = 400 * 5 * 4 // 3
"""A budget for five frames, and 16 files of 40 bytes."""


class Confirming(Bench):
    """A bench that keeps files on this disk and whose files are rewritten under it.

    Attributes:
        step: nanoseconds in which the share counts its dates.
    """

    def __init__(self, count: int, budget: int = PLENTY, *, step: int = 1, **more: Any) -> None:  # noqa: ANN401 - as Bench takes them
        self.disk_files = MemoryFileCache()
        super().__init__(count, budget, file_cache=self.disk_files, checkers=AT_ONCE + SPARE, **more)
        self.step = step
        self.storage.modified = dict.fromkeys(self.paths, 999 * SECOND + (step < SECOND))
        self.loader.use_link("/shot")
        self.loader.set_keeping(keep=True)

    def rewrite(self, index: int, width: int) -> None:
        """Rewrites a file with as many bytes, which make a picture of that width."""
        self.storage.files[self.paths[index]] = file(width)
        date = round((1000 + self.loop.now()) * SECOND) + 1
        self.storage.modified[self.paths[index]] = date // self.step * self.step

    def live(self, seconds: float) -> None:
        """Lets time go by in which every job ends soon after it began."""
        for _ in range(round(seconds / 0.1)):
            self.settle()
            self.loop.advance(0.1)
        self.settle()

    def is_shown_as_it_is(self, index: int) -> bool:
        """Returns whether what is held of a file is of the file as it is now."""
        path, holdings = self.paths[index], self.loader.holdings
        content, picture, data = self.storage.files[path], holdings.picture(path), holdings.files.peek(path)
        is_same = data is None or bytes(data) == content
        return is_same and (picture is None or file(*picture.size) == content)


# On this disk


def test_a_file_is_kept_when_the_share_has_confirmed_it_since_it_was_read() -> None:
    bench = Confirming(3)
    bench.show(0)
    bench.readers.finish_all()
    bench.rewrite(1, 20)  # while it was read, or just after
    bench.disk.finish_all()
    assert not bench.disk_files.kept
    bench.settle()
    assert sorted(bench.disk_files.kept) == [bench.paths[0], bench.paths[2]]
    bench.live(1)
    assert {path: kept.data for path, kept in bench.disk_files.kept.items()} == bench.storage.files
    assert bench.disk_files.kept[bench.paths[1]].stamp == bench.storage.stamp(bench.paths[1])


def test_a_file_that_is_emptied_fails_when_it_has_stayed_so_and_heals() -> None:
    bench = Confirming(3)
    bench.show(0)
    bench.live(2)
    bench.storage.files[bench.paths[0]] = b""
    bench.storage.modified[bench.paths[0]] += 5 * SECOND
    bench.live(EMPTIED - 1)
    assert bench.state(0) is not FrameState.FAILED
    assert bench.loader.holdings.picture(bench.paths[0]) is not None, "it stays while the file may be being rewritten"
    bench.live(3)
    assert bench.state(0) is FrameState.FAILED
    bench.rewrite(0, 20)
    bench.live(5)
    assert bench.is_shown_as_it_is(0)
    assert bench.state(0) is not FrameState.FAILED


@pytest.mark.parametrize(("step", "reads"), [(1, 1), (SECOND, 2)])
def test_what_memory_has_no_room_for_is_kept_too_when_it_is_confirmed(step: int, reads: int) -> None:
    """Where dates are whole seconds, files as young as these are read once more when their second is over."""
    bench = Confirming(60, FEW_FRAMES, step=step)
    for _ in range(2):
        bench.plan(Playhead(60, 0), fill=range(60))
        bench.live(3)
    assert sorted(bench.disk_files.kept) == bench.paths
    assert sorted(bench.storage.reads) == sorted(bench.paths * reads)


def test_what_an_earlier_run_kept_is_shown_unconfirmed_and_read_anew_if_it_has_changed() -> None:
    before = Confirming(3)
    before.visit(0)
    bench = Confirming(3)
    bench.disk_files.kept = before.disk_files.kept
    bench.rewrite(1, 20)
    bench.loader.note_on_disk(set(bench.paths))
    bench.show(0)
    bench.disk.finish_all()
    bench.decoders.finish_all()
    assert bench.ready() == [0, 1, 2]
    assert not any(bench.loader.confirms.is_confirmed(path) for path in bench.paths)
    assert [bench.state(index) for index in range(3)] == [FrameState.DECODED] * 3
    bench.changes.clear()
    bench.live(1)
    assert set(bench.changes) == set(bench.paths)
    assert all(bench.loader.confirms.is_confirmed(path) for path in bench.paths)
    assert bench.storage.reads == [bench.paths[1]]
    assert bench.is_shown_as_it_is(1)


# Under the same stamp


@pytest.mark.parametrize("step", [1, SECOND])
def test_a_file_completed_under_the_same_stamp_is_read_again_and_never_kept_before(step: int) -> None:
    bench = Confirming(3, step=step)
    bench.storage.files[bench.paths[1]] = DAMAGED.ljust(len(file(20)), b".")
    bench.show(1)
    bench.live(1)
    assert bench.state(1) is FrameState.FAILED
    bench.storage.files[bench.paths[1]] = file(20)
    bench.loop.advance(1.1)
    assert bench.reading() == [1]
    assert bench.state(1) is FrameState.FAILED, "until its picture is here"
    bench.settle()
    assert bench.ready() == [0, 1, 2]
    bench.live(5)
    assert bench.disk_files.kept[bench.paths[1]].data == file(20)
    assert bench.storage.reads.count(bench.paths[1]) == 2 + (step == SECOND)


def test_a_kept_file_that_turns_out_to_be_no_picture_is_removed_from_this_disk() -> None:
    bench = Confirming(1)
    path = bench.paths[0]
    bench.storage.files[path] = b"damaged in the middle"
    bench.decode_error = DamagedImageError("It is cut off.")
    bench.show(0)
    bench.readers.finish()
    bench.checkers.finish()
    bench.disk.finish()
    assert path in bench.disk_files.kept
    bench.live(30)
    assert not bench.disk_files.kept
    assert bench.storage.reads == [path] * 4


@pytest.mark.parametrize(("opened_in", "reads"), [(0.0, 1), (0.0003, 2), (0.03, 1)])
def test_where_a_client_opens_without_asking_a_new_file_is_read_once_more(opened_in: float, reads: int) -> None:
    """As rclone does: it repeats sizes and dates for minutes, and has the bytes that are there now."""
    bench = Confirming(2)
    bench.storage.latency = opened_in
    bench.storage.modified[bench.paths[0]] = 900 * SECOND + 1
    bench.rewrite(1, 20)
    bench.show(1)
    bench.live(0.2)
    bench.storage.files[bench.paths[1]] = file(30)  # and the stamp stays
    bench.live(4)
    assert bench.storage.reads.count(bench.paths[1]) == reads
    assert bench.is_shown_as_it_is(1) is (reads == 2)
    assert bench.storage.reads.count(bench.paths[0]) == 1, "it is older"


# Whatever happens

COUNT = 12
EVENTS = st.one_of(
    st.tuples(st.just("rewrite"), st.tuples(st.integers(0, COUNT - 1), st.integers(1, 40))),
    st.tuples(st.just("damage"), st.integers(0, COUNT - 1)),
    st.tuples(st.just("remove"), st.integers(0, COUNT - 1)),
    st.tuples(st.sampled_from(["step", "play"]), st.integers(0, COUNT - 1)),
    st.tuples(st.just("advance"), st.sampled_from([0.01, 0.3, 1.0, 4.0, 20.0])),
    st.tuples(st.just("work"), st.lists(st.integers(0, 3), min_size=1, max_size=12)),
    st.tuples(st.just("live"), st.sampled_from([0.1, 0.5, 2.0])),
    st.tuples(st.sampled_from(["fail", "heal", "leave", "come", "clear", "reload"]), st.none()),
)


class Eventful(Confirming):
    """A bench to which anything happens."""

    def happen(self, what: str, value: Any) -> None:  # noqa: ANN401 - as the event needs it
        events: dict[str, Callable[[], object]] = {
            "rewrite": lambda: self.rewrite(*value),
            "damage": lambda: self.damage(value),
            "remove": lambda: self.storage.files.pop(self.paths[value], None),
            "step": lambda: self.plan(Playhead(COUNT, value), fill=range(COUNT)),
            "play": lambda: self.plan(Playhead(COUNT, value), fill=range(COUNT), steady=True),
            "work": lambda: self.work(value),
            "advance": lambda: self.loop.advance(value),
            "live": lambda: self.live(value),
            "fail": lambda: self.storage.files.update({path: broken(path) for path in self.paths}),
            "heal": self.heal,
            "leave": lambda: self.loader.use_link("/other"),
            "come": lambda: self.loader.use_link("/shot"),
            "clear": self.loader.clear,
            "reload": lambda: self.loader.reload(self.paths[:3]),
        }
        events[what]()

    def damage(self, index: int) -> None:
        self.rewrite(index, 1)
        self.storage.files[self.paths[index]] = DAMAGED

    def work(self, order: list[int]) -> None:
        for which in order:
            workers = (self.readers, self.disk, self.decoders, self.checkers)[which]
            if workers.waiting:
                workers.finish()

    def heal(self) -> None:
        for index, path in enumerate(self.paths):
            if not isinstance(self.storage.files.get(path), bytes) or self.storage.files[path] == DAMAGED:
                self.rewrite(index, 9)
        self.loader.note_folder(None)


@settings(max_examples=60)
@given(st.sampled_from([1, SECOND]), st.sampled_from([PLENTY, FEW_FRAMES]), st.lists(EVENTS, max_size=25))
def test_at_rest_all_that_is_held_is_confirmed_and_what_the_share_has(
    step: int, budget: int, events: list[tuple[str, Any]]
) -> None:
    bench = Eventful(COUNT, budget, step=step)
    for what, value in events:
        bench.happen(what, value)
    bench.loop.advance(1.5)
    bench.heal()
    bench.happen("come", None)
    bench.plan(Playhead(COUNT, 0), fill=range(COUNT))
    bench.live(20)
    assert 0 in bench.ready()
    for index in [*range(COUNT), *range(COUNT)]:
        if index == 0:
            assert [bench.state(each) for each in range(COUNT)].count(FrameState.FAILED) == 0
        path = bench.paths[index]
        if bench.loader.holdings.holds(path):
            assert bench.loader.confirms.is_confirmed(path)
            assert bench.is_shown_as_it_is(index)
    for index in range(COUNT):
        path = bench.show(index)
        bench.live(1.1)
        assert index in bench.ready()
        assert bench.loader.confirms.doubt(path) is None
        assert bench.is_shown_as_it_is(index)
