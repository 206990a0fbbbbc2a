"""What a prefetcher holds: the rows B1 to B13 of what the core must show, in threads and in processes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest
from held_loads import LONG, Items, at_rest, held, picture, until, until_held
from PIL import Image, ImageDraw

from viewer.core.prefetch.prefetcher import Prefetcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from viewer.core.workers.backend import BackEnd

    Make = Callable[..., Prefetcher[Any]]

BYTES = 3000
"""What one of the pictures takes."""
VALUES = [None, -1, False, b"", 0.0, "", ()]


pytestmark = pytest.mark.usefixtures("main_without_name")


class Living:
    """Counts the items that are alive, whoever holds them, as the measure of their size.

    Attributes:
        count: how many are alive.
        most: the most that ever were.
        dropped_by: the names of the threads that the others ended on.
    """

    def __init__(self) -> None:
        self.count = 0
        self.most = 0
        self.dropped_by: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, value: np.ndarray) -> int:
        weakref.finalize(value, self._drop)
        with self._lock:
            self.count += 1
            self.most = max(self.most, self.count)
        return value.nbytes

    def _drop(self) -> None:
        with self._lock:
            self.count -= 1
            self.dropped_by.add(threading.current_thread().name)


def visit(frames: Prefetcher[Any], *positions: int) -> None:
    """Asks for these in turn, each after the last one has had its look ahead."""
    for position in positions:
        frames.get(position, LONG)
        at_rest(frames)


def test_b1_the_last_ten_used_ones_stay(make: Make) -> None:
    frames = make(range(500), picture)
    for _ in frames:
        pass
    until_held(frames, *range(489, 500))


def test_b1_what_goes_is_let_go_of_by_another_thread_than_that_which_asks(make: Make) -> None:
    living = Living()
    frames = make(range(100), picture, size_of=living)
    visit(frames, *range(100))
    until(lambda: living.count == 11)
    assert living.dropped_by
    assert threading.current_thread().name not in living.dropped_by


def test_b2_what_was_used_longest_ago_goes_first(make: Make, items: Items) -> None:
    frames = make(range(10), items.load, ahead=0, behind=2)
    assert [frames[position] for position in (0, 1, 2, 0, 3)] == [0, 1, 2, 0, 3]
    until_held(frames, 0, 2, 3)
    assert items.loads() == 4


def test_b3_the_bytes_of_what_is_held_and_under_way_stay_within_the_limit(make: Make) -> None:
    figures: list[int] = []

    def size_of(value: np.ndarray) -> int:
        now = frames.stats
        figures.append(now.held_bytes + now.under_way * BYTES)
        return value.nbytes

    frames = make(
        range(300), picture, ahead=30, behind=30, max_bytes=16 * BYTES + BYTES - 1, workers=3, size_of=size_of
    )
    visit(frames, *range(20), 100, 101, 102, 50, 49, 48, *range(49, 60), 299, 0)
    assert len(figures) > 60
    assert max(figures) == 16 * BYTES
    assert frames.stats.held_bytes == 16 * BYTES


def test_b3_what_has_to_go_for_an_item_is_gone_while_it_loads(make: Make, items: Items) -> None:
    living = Living()
    frames = make(range(200), items.loading(picture), ahead=5, behind=5, max_bytes=8 * BYTES, size_of=living)
    visit(frames, *range(20))
    assert living.count == 8
    items.hold(100)
    wanted = frames.future(100)
    items.wait_for(100)
    until(lambda: living.count == 7)
    items.release()
    assert wanted.result(LONG)[0, 0] == 100


def test_b3_items_of_different_sizes_stay_within_the_limit(make: Make) -> None:
    figures: list[int] = []

    def size_of(value: int) -> int:
        figures.append(frames.stats.held_bytes)
        return value

    sizes = [position * 37 % 100 for position in range(200)]
    frames = make(range(200), sizes.__getitem__, max_bytes=500, size_of=size_of)
    visit(frames, *range(50), 150, 149, 148)
    assert max(figures) <= 500
    assert frames.stats.held_bytes == sum(sizes[position] for position in held(frames)) <= 500


@pytest.mark.parametrize(("ahead", "behind"), [(0, 0), (4, 0), (0, 3), (4, 3)])
def test_b4_at_rest_exactly_what_the_settings_say_is_held(make: Make, ahead: int, behind: int) -> None:
    frames = make(range(30), abs, ahead=ahead, behind=behind)
    frames[0]
    until_held(frames, *range(ahead + 1))
    visit(frames, *range(1, 16))
    until_held(frames, *range(15 - behind, 16 + ahead))
    visit(frames, *range(16, 30))
    until_held(frames, *range(29 - behind, 30))
    visit(frames, *range(28, 11, -1))
    until_held(frames, *range(12 - ahead, 13 + behind))


def test_b4_a_predictor_that_goes_on_and_on_is_asked_for_no_more_than_has_room(make: Make) -> None:
    frames = make(range(40), abs, ahead=4, behind=0, predict=lambda pattern: range(pattern.position + 5, 40))
    frames[10]
    until_held(frames, 10, 15, 16, 17, 18)


@pytest.mark.parametrize("max_bytes", [1, BYTES - 1, BYTES])
def test_b5_the_current_item_stays_under_any_limit(make: Make, items: Items, max_bytes: int) -> None:
    frames = make(range(100), items.loading(picture), ahead=50, max_bytes=max_bytes)
    visit(frames, 7, 7, 7)
    until_held(frames, 7)
    assert items.started == [7]


def test_b5_a_long_look_ahead_leaves_room_for_a_step_back(make: Make, items: Items) -> None:
    frames = make(range(200), items.loading(picture), ahead=50, behind=3, max_bytes=10 * BYTES)
    visit(frames, *range(20))
    assert frames.ready(18)
    assert frames.ready(26)
    loads = items.loads(18)
    frames[18]
    assert items.loads(18) == loads


def test_b5_a_scan_does_not_push_out_what_was_used(make: Make) -> None:
    frames = make(range(500), abs, ahead=40, behind=3)
    visit(frames, 400, 300, 200, 100)
    assert {200, 300, 400} <= set(held(frames))
    assert [frames.peek(position) for position in range(450, 500)].count(499) == 0
    assert {100, 200, 300, 400} <= set(held(frames))


@pytest.mark.parametrize("settings", [{"max_bytes": 0}, {"ahead": 0, "behind": 0, "max_bytes": 0}])
def test_b6_without_memory_every_request_loads(make: Make, items: Items, settings: dict[str, int]) -> None:
    frames = make(range(20), items.load, **settings)
    assert [frames[position] for position in (3, 3, 4, -1, 3)] == [3, 3, 4, 19, 3]
    assert list(frames) == list(range(20))
    at_rest(frames)
    assert items.loads() == 25
    assert not held(frames)
    frames = make(range(20), items.load, ahead=0, behind=0)  # with room for the current one
    assert [frames[position] for position in (3, 3, 4, 3)] == [3, 3, 4, 3]
    assert items.started[25:] == [3, 4, 3]


def test_b7_arrays_cannot_be_written_into_nor_those_within_other_values(make: Make) -> None:
    frames = make(range(20), picture)
    for given in (frames[3], frames[3], frames.future(3).result(), frames.get(3), cast("Any", frames.peek(3))):
        with pytest.raises(ValueError, match="read-only"):
            given[0, 0] = 99
    assert frames[3][0, 0] == 3
    values = [(np.zeros(3), {"mask": np.zeros(2)}, [np.zeros(1)])]
    pixels, named, listed = make(range(1), values.__getitem__)[0]
    for each in (pixels, named["mask"], listed[0]):
        with pytest.raises(ValueError, match="read-only"):
            each[0] = 1


def test_b7_pictures_that_are_drawn_upon_do_not_change_what_others_get(make: Make) -> None:
    frames = make(range(9), partial(Image.new, "L", (4, 2)))
    for given in (frames[7], frames[7], frames.future(7).result(), cast("Any", frames.peek(7))):
        assert given.getpixel((0, 0)) == 7
        ImageDraw.Draw(given).rectangle((0, 0, 4, 2), 99)
        given.putpixel((1, 1), 98)
        assert given.getpixel((0, 0)) == 99
    assert frames[7].tobytes() == bytes([7]) * 8


@pytest.mark.parametrize("position", range(len(VALUES)), ids=map(repr, VALUES))
def test_b8_every_value_is_a_value(make: Make, items: Items, position: int) -> None:
    frames = make(range(len(VALUES)), items.loading(VALUES.__getitem__), ahead=0)
    answers = [frames[position] for _ in range(3)]
    assert answers == [VALUES[position]] * 3
    assert type(answers[2]) is type(VALUES[position])
    assert items.loads() == 1
    assert frames.ready(position)
    assert frames.peek(position) == VALUES[position]


def test_b9_kept_items_take_no_room_of_the_others(make: Make) -> None:
    frames = make(range(200), abs, ahead=4, behind=3)
    frames.keep(*range(100))
    visit(frames, *range(121))
    until_held(frames, *range(100), *range(117, 125))
    frames.release(*range(100))
    until_held(frames, *range(117, 125))


def test_b9_what_is_kept_is_not_loaded_for_that(make: Make, items: Items) -> None:
    frames = make(range(200), items.load, ahead=2, behind=1)
    frames.keep(150, -1)
    visit(frames, 0)
    assert items.counts() == {0: 1, 1: 1, 2: 1}
    visit(frames, 150, 10, 11, 12, 13, 150)
    assert items.loads(150) == 1


def test_b9_kept_items_that_fill_the_memory_stay_and_the_current_one_comes(make: Make, items: Items) -> None:
    frames = make(range(100), items.loading(picture), max_bytes=4 * BYTES)
    frames.keep(*range(10))
    visit(frames, *range(10), 50, 51)
    assert {*range(10), 51} <= set(held(frames))
    visit(frames, *range(10))
    assert all(items.loads(position) == 1 for position in range(10))


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "dropped"])
def test_b10_a_prefetcher_that_is_no_longer_used_gives_its_memory_back(backend: BackEnd, *, is_closed: bool) -> None:
    living = Living()
    frames = Prefetcher(range(100), picture, backend=backend, workers=1, size_of=living)
    before = weakref.ref(frames)
    visit(frames, *range(30))
    assert living.count == 21
    gc.disable()  # it must not take the collector to find out
    try:
        if is_closed:
            frames.close()
        del frames
        assert before() is None
        until(lambda: living.count == 0)
    finally:
        gc.enable()


def test_b10_a_prefetcher_that_is_dropped_leaves_no_process_behind(backend: BackEnd) -> None:
    before = set(psutil.Process().children(recursive=True))
    frames = Prefetcher(range(100), abs, backend=backend, workers=2)
    visit(frames, 0, 50)
    del frames
    until(lambda: not [each for each in _workers_since(before) if each.is_running()])


def test_b10_closing_leaves_no_file_open(backend: BackEnd) -> None:
    with Prefetcher(range(100), picture, backend=backend, workers=1) as frames:  # starts what all share
        visit(frames, 0)
    before = psutil.Process().num_fds()
    for _ in range(3):
        with Prefetcher(range(100), picture, backend=backend, workers=1) as frames:
            visit(frames, 0, 50)
    until(lambda: psutil.Process().num_fds() <= before)


def test_b10_the_program_ends_though_a_load_hangs(tmp_path: Path, backend: BackEnd) -> None:
    program = f"""
from viewer.core.prefetch.prefetcher import Prefetcher
import hanging
if __name__ == "__main__":
    frames = Prefetcher(range(9), hanging.load, backend="{backend}", workers=1)
    assert frames[0] == 0
    frames.future(8)
    print("waiting", flush=True)
"""
    hanging = "import threading\ndef load(n):\n    n and threading.Event().wait()\n    return n\n"
    (tmp_path / "hanging.py").write_text(hanging, "utf-8")
    (tmp_path / "program.py").write_text(program, "utf-8")
    ended = subprocess.run(
        [sys.executable, tmp_path / "program.py"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "waiting\n", "")


def test_b11_no_more_pictures_are_alive_than_are_held_and_handed_out(make: Make) -> None:
    living = Living()
    frames = make(range(300), picture, ahead=4, behind=3, size_of=living)
    for _ in frames:
        pass
    # What is held, what has just been loaded by each of two workers, and what goes but was not dropped yet.
    assert living.most <= 8 + 2 + 8
    until(lambda: living.count == 4)


def test_b12_memory_is_flat_over_a_long_run(make: Make) -> None:
    # The hook starts all workers at once, with all that they need, so that nothing comes later.
    frames = make([7] * 5000, partial(np.full, (100, 1000), dtype=np.uint8), hook=np.zeros)
    for position in range(500):
        frames[position]
    before = _memory()
    for position in range(500, 5000):
        frames[position]
    assert _memory() < before * 1.05


def test_b13_what_lies_behind_goes_before_what_lies_ahead(make: Make) -> None:
    frames = make(range(100), abs, ahead=3, behind=4)
    visit(frames, 40, 10, 20)
    # What was loaded for 10 lies behind now; it is nearer and newer than what was loaded for 40, which lies ahead.
    until_held(frames, 10, 20, 21, 22, 23, 40, 41, 42)


def _workers_since(before: set[psutil.Process]) -> list[psutil.Process]:
    """Returns the worker processes that are new; what all of them are forked from stays."""
    workers = []
    for child in set(psutil.Process().children(recursive=True)) - before:
        try:
            is_shared = any("forkserver" in word or "resource_tracker" in word for word in child.cmdline())
            if not is_shared or child.parent() != psutil.Process():
                workers.append(child)
        except psutil.NoSuchProcess:
            continue
    return workers


def _memory() -> int:
    """Returns the bytes that this process and its children take."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(process.memory_info().rss for process in processes)
