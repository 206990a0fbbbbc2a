"""Asking for items and getting them early, row by row of the specification, with threads and with processes."""

from __future__ import annotations

import asyncio
import gc
import itertools
import math
import os
import random
import re
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest
from held_loads import LONG, Items, at_rest, cancelled, held, picture, same, text, until, until_held
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from viewer.core.errors import CancelledError
from viewer.core.frame import Frame
from viewer.core.prefetch import choosing
from viewer.core.prefetch import engine as engine_module
from viewer.core.prefetch.access import AccessPattern, with_jumps
from viewer.core.prefetch.engine import Engine
from viewer.core.prefetch.failures import ItemFailures
from viewer.core.prefetch.load import Lane
from viewer.core.prefetch.look_ahead import LookAhead
from viewer.core.prefetch.memory import MISSING, Limits
from viewer.core.prefetch.prefetcher import Prefetcher, View
from viewer.core.prefetch.sources import ItemSource
from viewer.core.prefetch.statistics import Statistics
from viewer.core.views.indexed import Indexed
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import rebased
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from viewer.core.workers.backend import BackEnd

    Make = Callable[..., Prefetcher]
    Frames = Callable[..., Path]


COUNT = 200
"""Items in a sequence, unless a test says otherwise."""


pytestmark = pytest.mark.usefixtures("main_without_name")


@pytest.fixture(autouse=True)
def however_slow_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody waits for has the machine to itself for as long as a test holds it up."""
    for module in (choosing, engine_module):
        monkeypatch.setattr(module, "ALONE", math.inf)


@pytest.fixture
def items() -> Iterator[Items]:
    """What notes and holds up the loads."""
    with Items() as made:
        yield made


@pytest.fixture
def make(items: Items, backend: BackEnd) -> Iterator[Callable[..., Prefetcher]]:
    """Makes prefetchers of numbers, with two workers, which are closed in the end."""
    made: list[Prefetcher] = []

    def make_one(source: Any = range(COUNT), load: Any = None, **settings: Any) -> Prefetcher:  # noqa: ANN401 - Prefetcher says which
        chosen: dict[str, Any] = {"workers": 2, "backend": backend} | settings
        made.append(Prefetcher(source, load or items.load, **chosen))
        return made[-1]

    yield make_one
    items.release()
    for each in made:
        each.close()


@pytest.fixture
def many() -> Iterator[ThreadPoolExecutor]:
    """Threads that ask."""
    with ThreadPoolExecutor(16) as threads:
        yield threads


def walk(frames: Prefetcher, positions: Iterable[int]) -> None:
    """Asks for one after the other, and lets the loading come to rest each time."""
    for position in positions:
        assert frames.get(position, LONG) == position
        at_rest(frames)


# A: request and prefetch


def test_a1_the_item_comes_though_the_next_ones_load_for_ever(make: Make, items: Items) -> None:
    frames = make()
    items.hold(1, 2)
    assert frames.get(0, LONG) == 0
    items.wait_for(1, 2)
    assert frames.get(50, LONG) == 50


def test_a2_the_next_item_is_here_before_it_is_asked_for_and_a_hit_leads_on(make: Make, items: Items) -> None:
    frames = make(ahead=3)
    frames.get(0, LONG)
    until_held(frames, 0, 1, 2, 3)
    assert frames.get(1, timeout=0) == 1
    assert items.loads(1) == 1
    items.wait_for(4)  # though nobody asks for anything more


def test_a3_steps_back_load_nothing_again_and_wait_for_nothing(make: Make, items: Items) -> None:
    frames = make()
    walk(frames, range(21))
    before = items.counts()
    for position in range(19, 10, -1):
        assert frames.get(position, timeout=0) == position
        at_rest(frames)
        if position == 19:
            assert items.counts() == before
    after = items.counts() - before
    assert not set(after) & set(range(10, 31))
    assert after.total() <= 9  # what lies before, and no more than one for each step


def test_a4_what_is_here_is_behind_nobodys_load(make: Make, items: Items, many: ThreadPoolExecutor) -> None:
    frames = make()
    frames.get(0, LONG)
    until_held(frames, *range(11))
    items.hold()
    waiting = many.submit(frames.get, 100, LONG)
    items.wait_for(100)
    hits = [many.submit(frames.get, position, 0) for position in [*range(11)] * 10]
    assert [hit.result(LONG) for hit in hits] == [*range(11)] * 10
    assert not waiting.done()
    items.release()
    assert waiting.result(LONG) == 100


def test_a5_those_who_ask_for_an_item_under_way_join_its_load(
    make: Make, items: Items, many: ThreadPoolExecutor
) -> None:
    frames = make(ahead=0)
    items.hold(7)
    answers = [many.submit(frames.get, 7, LONG) for _ in range(16)]
    until(lambda: frames.stats.misses + frames.stats.joined == 16)
    items.release()
    assert [answer.result(LONG) for answer in answers] == [7] * 16
    assert items.started == [7]
    assert (frames.stats.misses, frames.stats.joined) == (1, 15)


def test_a5_whoever_asks_for_what_loads_ahead_joins_it(make: Make, items: Items) -> None:
    frames = make()
    items.hold(1)
    frames.get(0, LONG)
    items.wait_for(1)
    answer = frames.future(1)
    items.release()
    assert answer.result(LONG) == 1
    assert items.loads(1) == 1
    assert frames.stats.joined == 1


def test_a6_what_is_here_or_under_way_is_not_loaded_ahead_again(make: Make, items: Items) -> None:
    frames = make()
    walk(frames, range(11))
    items.hold(21)
    for position in [*range(10, -1, -1), *range(11), 11]:
        assert frames.get(position, timeout=0) == position
    items.wait_for(21)
    for position in (10, 11, 12, 11, 12):
        assert frames.get(position, timeout=0) == position
    items.release()
    at_rest(frames)
    assert set(items.counts().values()) == {1}


def test_a7_the_wanted_item_overtakes_every_queued_prefetch(make: Make, items: Items) -> None:
    frames = make()
    items.hold()
    first = frames.future(0)
    items.wait_for(0)
    items.release(0)
    assert first.result(LONG) == 0
    items.wait_for(1, 2)  # both workers are taken, and eight more items are due
    for wanted in (50, 100, 150):
        answer = frames.future(wanted)
        items.wait_for(wanted)
        items.release(wanted)
        assert answer.result(LONG) == wanted
    assert sorted(items.started[:3]) == [0, 1, 2]
    assert items.started[3:] == [50, 100, 150]


def test_a7_of_several_wanted_items_the_newest_goes_first(make: Make, items: Items) -> None:
    frames = make(workers=1, ahead=0)
    items.hold()
    answers = [frames.future(position) for position in (10, 20)]
    items.wait_for(10, 20)
    answers += [frames.future(position) for position in (30, 40, 50)]
    items.release(10)
    items.wait_for(50)
    items.release()
    assert [answer.result(LONG) for answer in answers] == [10, 20, 30, 40, 50]
    assert items.started[2] == 50


def test_a7_an_item_nobody_waits_for_any_more_does_not_go_first(make: Make, items: Items) -> None:
    frames = make(workers=1, ahead=0)
    items.hold()
    for position in (10, 20):
        frames.future(position)
    items.wait_for(10, 20)
    forgotten = frames.future(30)
    wanted = frames.future(40)
    gone = frames.future(50)
    assert forgotten.cancel()
    assert gone.cancel()
    items.release()
    assert wanted.result(LONG) == 40
    at_rest(frames)
    assert items.loads(30) == 0


def test_a8_a_cold_item_has_the_machine_to_itself(make: Make, items: Items) -> None:
    frames = make()
    items.hold(0)
    first = frames.future(0)
    items.wait_for(0)
    assert frames.stats.under_way == 1
    items.release()
    assert first.result(LONG) == 0
    until_held(frames, *range(11))
    assert items.started[0] == 0


def test_a8_while_a_cold_item_is_made_others_are_read_but_not_decoded(
    make: Make, items: Items, backend: BackEnd
) -> None:
    with Items() as decodes:
        frames = make(decode=decodes.load, decoders=2, backend=backend)
        decodes.hold(0)
        first = frames.future(0)
        decodes.wait_for(0)
        items.wait_for(*range(1, 11))
        assert decodes.started == [0]
        decodes.release()
        assert first.result(LONG) == 0
        until_held(frames, *range(11))


def test_a8_one_that_hangs_does_not_stop_the_look_ahead_for_ever(
    make: Make, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (choosing, engine_module):
        monkeypatch.setattr(module, "ALONE", 0.01)
    frames = make(max_bytes=None)  # else the first would have to tell how large they are, for looking ahead
    items.hold(0)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(frames.get, 0, LONG)
        items.wait_for(*range(11))
        items.release()
        assert first.result(LONG) == 0


@pytest.mark.parametrize("ahead", [0, 1, 3, None, 15])
def test_a9_so_many_items_are_loaded_ahead_as_is_set_or_ten(make: Make, items: Items, ahead: int | None) -> None:
    frames = make() if ahead is None else make(ahead=ahead)
    expected = range(5, 16 if ahead is None else 6 + ahead)
    frames.get(5, LONG)
    until_held(frames, *expected)
    assert sorted(items.started) == [*expected]


def test_a9_the_thread_that_has_loaded_an_item_loads_the_next_though_one_is_evicted(items: Items) -> None:
    threads: dict[int, int] = {}

    def load(number: int) -> object:
        threads[number] = threading.get_ident()
        return items.load(number)

    items.hold()
    with Prefetcher(range(COUNT), load, workers=1, ahead=1, behind=0) as frames, ThreadPoolExecutor(1) as caller:
        for number in range(8):
            asked = caller.submit(frames.get, number, LONG)
            until(lambda asked=number: sum(frames.stats[1:3]) > asked)  # type: ignore[misc]  # joined, or missed
            items.wait_for(number)
            items.release(number)
            assert asked.result(LONG) == number
        items.release()
    assert len({threads[number] for number in range(1, 8)}) == 1


def test_a10_nothing_is_loaded_before_somebody_asks(make: Make, items: Items) -> None:
    frames = make(range(10_000), hook=same)
    view = frames[4000:6000:3].map(same)
    assert (len(frames), len(view), bool(frames), frames.ready(3), frames.peek(4)) == (
        10_000,
        667,
        True,
        False,
        MISSING,
    )
    frames.keep(7)
    at_rest(frames)
    assert items.loads() == 0
    assert frames.get(5000, LONG) == 5000
    assert items.started[0] == 5000


def test_a11_walking_back_is_as_good_as_walking_on(make: Make, items: Items) -> None:
    frames = make()
    frames.get(60, LONG)
    at_rest(frames)
    before = items.loads()
    for step, position in enumerate(range(59, 19, -1)):
        assert frames.get(position, LONG if step < 2 else 0) == position
        at_rest(frames)
        assert items.loads() - before <= step + 1 + 10  # those that lie before included
    assert max(items.counts().values()) == 1


def test_a11_after_a_turn_there_is_one_load_a_step_at_most(make: Make, items: Items) -> None:
    frames = make()
    walk(frames, range(40, 61))
    before = items.counts()
    for step, position in enumerate(range(59, 19, -1)):
        assert frames.get(position, timeout=0) == position
        at_rest(frames)
        assert items.loads() - before.total() <= step + 1
    assert max((items.counts() - before).values()) == 1


@pytest.mark.parametrize("pauses", [True, False])
def test_a12_turning_to_and_fro_loads_each_item_once(make: Make, items: Items, *, pauses: bool) -> None:
    frames = make()
    position = 50
    for step in ([1] * 10 + [-1] * 5) * 5:
        position += step
        assert frames.get(position, LONG) == position
        if pauses:
            at_rest(frames)
    at_rest(frames)
    assert max(items.counts().values()) == 1


def test_a12_a_jump_and_back_loads_nothing_again(make: Make, items: Items) -> None:
    frames = make()
    walk(frames, range(11))
    walk(frames, [100])
    before = items.counts()
    walk(frames, [10, 9])
    assert not set(items.counts() - before) & set(range(2, 11))


def test_a13_asking_again_costs_nothing(make: Make, items: Items) -> None:
    frames = make(ahead=0)
    assert [frames.get(3, LONG) for _ in range(100)] == [3] * 100
    assert items.started == [3]
    assert (frames.stats.hits, frames.stats.misses) == (99, 1)


@pytest.mark.parametrize("to", [100, 5])
def test_a14_after_a_jump_what_was_queued_is_loaded_only_if_it_is_of_use_still(
    make: Make, items: Items, to: int
) -> None:
    frames = make()
    items.hold(1, 2)
    frames.get(0, LONG)
    items.wait_for(1, 2)
    assert frames.get(to, LONG) == to
    items.release()
    until(lambda: all(map(frames.ready, range(to, to + 6))))
    at_rest(frames)
    assert {0, 1, 2} < {*items.started} <= {0, 1, 2, *range(to, to + 11)}
    assert held(frames) == sorted(items.started)


def test_a15_only_what_is_there_is_asked_for(make: Make, items: Items) -> None:
    for repeat in ("once", "loop", "pingpong"):
        frames = make(range(6), ahead=20, repeat=repeat, predict=with_jumps(10, -10, ends=True))
        for position in (5, 0, 3):
            assert frames.get(position, LONG) == position
            at_rest(frames)
    assert set(items.started) == set(range(6))


def test_a15_indices_count_as_in_a_list(make: Make) -> None:
    frames = make(range(12))
    assert frames[-1] == 11
    assert frames[-12] == 0
    assert frames[np.int64(3)] == 3
    assert frames.get(-2, LONG) == 10
    assert frames.ready(-2)
    assert [*frames[2:5]] == [2, 3, 4]


@pytest.mark.parametrize("index", [12, -13, 10**30])
def test_a15_an_index_that_is_not_there_is_refused_at_once_and_changes_nothing(
    make: Make, items: Items, index: int
) -> None:
    frames = make(range(12), ahead=2)
    frames.get(3, LONG)
    until_held(frames, 3, 4, 5)
    items.hold()
    asks: list[Callable[[int], object]] = [
        frames.__getitem__,
        frames.get,
        frames.future,
        frames.peek,
        frames.ready,
        frames.keep,
        frames.retry,
        lambda each: next(frames.improving(each)),
        lambda each: asyncio.run(frames.aget(each)),
    ]
    for ask in asks:
        with pytest.raises(IndexError):
            ask(index)
    at_rest(frames)
    assert sorted(items.started) == [3, 4, 5]
    assert (frames.stats.hits, frames.stats.misses, frames.stats.joined) == (0, 1, 0)


@pytest.mark.parametrize("index", ["3", 1.5, None])
def test_a15_what_is_no_index_is_refused(make: Make, index: Any) -> None:  # noqa: ANN401 - anything
    with pytest.raises(TypeError, match="whole numbers"):
        make()[index]


ENDS = st.none() | st.integers(-25, 25)


@given(st.integers(0, 20), ENDS, ENDS, st.none() | st.integers(-25, 25).filter(bool), st.data())
def test_a15_slices_are_those_of_lists(
    count: int, start: int | None, stop: int | None, step: int | None, data: st.DataObject
) -> None:
    """With threads only: a slice is made before anything is loaded."""
    expected = [*range(count)]
    with Prefetcher(range(count), same, workers=1) as frames:
        part = frames[start:stop:step]
        listed = expected[start:stop:step]
        assert len(part) == len(listed)
        assert frames.stats.misses == 0
        assert [*part] == listed
        assert [*reversed(part)] == listed[::-1]
        if listed:
            position = data.draw(st.integers(-len(listed), len(listed) - 1))
            assert part[position] == listed[position]
        with pytest.raises(IndexError):
            part[len(listed)]
        plain = rebased(part, lambda _: frames.plain())
    assert [*plain] == listed  # without the threads that have ended


def test_a16_a_slice_with_a_step_tells_the_stride_with_its_first_item(make: Make, items: Items) -> None:
    frames = make(ahead=3)
    assert frames[::5][0] == 0
    until_held(frames, 0, 5, 10, 15)
    assert [frames[::5][position] for position in (1, 2, 3)] == [5, 10, 15]
    at_rest(frames)
    assert sorted(items.started) == [0, 5, 10, 15, 20, 25, 30]


def test_a16_a_stride_shows_by_itself(make: Make, items: Items) -> None:
    frames = make(ahead=3)
    walk(frames, [0, 5])
    before = items.counts()
    walk(frames, [10, 15, 20])
    assert set(items.counts() - before) <= {10, 15, 20, 25, 30, 35}
    assert all(map(frames.ready, (25, 30, 35)))


def test_a16_after_the_last_comes_the_first_in_a_loop(make: Make, items: Items) -> None:
    frames = make(repeat="loop", ahead=3)
    frames.get(COUNT - 2, LONG)
    until_held(frames, 0, 1, COUNT - 2, COUNT - 1)
    assert frames.get(COUNT - 1, 0) == COUNT - 1
    assert frames.get(0, 0) == 0
    items.wait_for(3)
    at_rest(frames)
    assert sorted(items.started) == [0, 1, 2, 3, COUNT - 2, COUNT - 1]


@pytest.mark.parametrize(
    ("settings", "key", "expected"),
    [
        ({"repeat": "pingpong"}, slice(COUNT - 2, None), range(COUNT - 4, COUNT)),
        ({}, slice(None, None, -2), range(COUNT - 7, COUNT, 2)),
    ],
)
def test_a16_at_the_end_it_turns_round_and_backwards_it_looks_back(
    make: Make, items: Items, settings: dict[str, Any], key: slice, expected: range
) -> None:
    frames = make(ahead=3, **settings)
    frames[key][0]
    until_held(frames, *expected)
    assert items.loads() == 4


def test_a16_a_reordered_view_is_loaded_in_its_own_order(items: Items, backend: BackEnd) -> None:
    view = View(Mapped(items.load, range(COUNT))).reordered([7, 3, 150, 11, 20])
    with view.prefetch(ahead=3, workers=2, backend=backend) as frames:
        assert frames.get(0, LONG) == 7
        until_held(frames, 0, 1, 2, 3)
        assert sorted(items.started) == [3, 7, 11, 150]
        assert [*frames] == [7, 3, 150, 11, 20]


def test_a16_what_is_picked_of_what_is_mapped_is_loaded_in_its_order(
    make: Make, items: Items, backend: BackEnd
) -> None:
    below = make(ahead=0, backend="threads")
    odd = below.map(text)[1::2].reordered([7, 3, 20]).map(bytes.upper)
    with odd[::-1].prefetch(ahead=1, decoders=2, backend=backend) as frames:
        assert frames.get(0, LONG) == b"ITEM 41"
        until_held(frames, 0, 1)
        assert sorted(items.started) == [7, 41]
        assert [*frames] == [b"ITEM 41", b"ITEM 7", b"ITEM 15"]
    with below[::50].map(text).prefetch(ahead=1, decoders=2, backend=backend) as frames:
        assert [*frames] == [b"item 0", b"item 50", b"item 100", b"item 150"]


def test_a17_a_sequence_without_items(make: Make) -> None:
    frames = make([])
    assert [*frames] == []
    assert [*frames[:]] == []
    assert not frames
    with pytest.raises(IndexError):
        frames[0]


def test_a17_a_list_that_grows_is_followed(make: Make, items: Items) -> None:
    source = [0, 1]
    frames = make(source)
    assert [*frames] == [0, 1]
    source += [2, 3]
    assert len(frames) == 4
    assert frames.get(1, LONG) == 1
    items.wait_for(2, 3)
    assert [*frames] == [0, 1, 2, 3]
    assert set(items.counts().values()) == {1}


def test_a17_lazy_items_that_become_more_are_followed(items: Items, backend: BackEnd) -> None:
    source = [0, 1]
    with View(Mapped(items.load, source)).prefetch(workers=1, ahead=1, backend=backend) as frames:
        for position in range(10):
            assert frames.get(position, LONG) == position
            source.append(position + 2)


def test_a17_a_sequence_without_end(make: Make, items: Items) -> None:
    frames = make(View(range(10)).cycled(), ahead=3, predict=with_jumps(5, -5, ends=True))
    assert frames.get(1008, LONG) == 8
    until(lambda: held(frames, 1020) == [1008, 1009, 1010, 1013], lambda: held(frames, 1020))
    at_rest(frames)
    assert items.loads() == 4
    with pytest.raises(TypeError):
        len(frames)
    assert [*itertools.islice(frames, 12)] == [*range(10), 0, 1]


def test_a17_items_of_unknown_number(make: Make, items: Items) -> None:
    frames = make(Indexed(iter(range(7))), ahead=3)
    assert frames.get(2, LONG) == 2
    at_rest(frames)
    assert [*frames] == [*range(7)]
    with pytest.raises(IndexError):
        frames.get(7, LONG)
    at_rest(frames)
    assert frames.failures() == {}
    assert set(items.started) == set(range(7))


def test_a17_files_that_are_added_appear_and_move_what_is_here(frames: Frames) -> None:
    """With threads only: the list of files is this process's affair with both."""
    folder = frames("shots", 4)
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    (folder / "shot.0001.jpg").rename(folder / "later")
    with Prefetcher(folder, kind="bytes") as shots:
        assert [*shots] == contents[1:]
        (folder / "shot.0005.jpg").write_bytes(contents[0])
        assert len(shots) == 3
        shots.refresh()
        assert len(shots) == 4
        assert held(shots)[:3] == [0, 1, 2]  # the new one may have been read ahead already
        assert [*shots] == [*contents[1:], contents[0]]
        (folder / "later").rename(folder / "shot.0001.jpg")
        shots.refresh()
        assert held(shots) == [1, 2, 3, 4]
        assert [*shots] == [*contents, contents[0]]
        assert shots.stats.loads == 5


def test_a18_many_threads_may_ask_for_anything(make: Make, backend: BackEnd, many: ThreadPoolExecutor) -> None:
    frames = make(load=same, ahead=4, behind=4)

    def read(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - no secret
        for _ in range(1000 if backend == "threads" else 100):
            position = chance.randrange(COUNT)
            assert frames.get(position, LONG) == position

    for done in [many.submit(read, seed) for seed in range(8)]:
        done.result(LONG)
    at_rest(frames)
    assert frames.stats.held <= 9


def test_a19_a_wait_has_a_limit_and_the_load_goes_on(make: Make, items: Items) -> None:
    frames = make()
    items.hold(0)
    for timeout in (0, 0.01):
        with pytest.raises(TimeoutError, match="goes on"):
            frames.get(0, timeout)
    items.wait_for(0)
    items.release()
    until(lambda: frames.ready(0))
    assert frames.get(0, timeout=0) == 0
    assert items.loads(0) == 1


def test_a19_an_item_that_was_not_waited_for_until_it_began_does_not_go_first(make: Make, items: Items) -> None:
    frames = make(workers=1, ahead=0)
    items.hold()
    for position in (10, 20):
        frames.future(position)
    items.wait_for(10, 20)
    with pytest.raises(TimeoutError):
        frames.get(30, timeout=0)
    wanted = frames.future(40)
    items.release()
    assert wanted.result(LONG) == 40
    at_rest(frames)
    assert items.loads(30) == 0


def test_a19_the_current_item_is_loaded_though_its_wait_was_over_before_it_began(make: Make, items: Items) -> None:
    frames = make(workers=1, ahead=0)
    items.hold()
    for position in (10, 20):
        frames.future(position)
    items.wait_for(10, 20)
    with pytest.raises(TimeoutError):
        frames.get(30, timeout=0)
    items.release()
    until(lambda: frames.ready(30))


def test_a20_a_look_neither_waits_nor_loads(make: Make, items: Items) -> None:
    frames = make(ahead=2)
    assert frames.peek(3) is MISSING
    assert not MISSING
    frames.get(3, LONG)
    until_held(frames, 3, 4, 5)
    items.hold()
    assert frames.peek(5) == 5
    assert frames.peek(100) is MISSING
    assert frames.peek(6) is MISSING
    assert frames.ready(4)
    at_rest(frames)
    assert sorted(items.started) == [3, 4, 5]
    assert (frames.stats.hits, frames.stats.misses) == (0, 1)


def test_a21_a_lesser_form_comes_first_and_then_the_item_once_each(make: Make, items: Items) -> None:
    with Items() as decodes:
        frames = make(decode=decodes.load, preview=text, decoders=1, ahead=0)
        decodes.hold(3)
        answers = frames.improving(3, LONG)
        assert next(answers) == b"item 3"
        decodes.wait_for(3)
        assert not frames.ready(3)
        decodes.release()
        assert [*answers] == [3]
        assert [*frames.improving(3, LONG)] == [3]
        assert (items.started, decodes.started) == ([3], [3])


def test_a21_a_lesser_form_of_what_is_loaded_in_one_stage(make: Make, items: Items) -> None:
    frames = make(preview=text, ahead=0)
    items.hold(3)
    answers = frames.improving(3, LONG)
    assert next(answers) == b"item 3"
    items.release()
    assert [*answers] == [3]
    assert frames.get(4, LONG) == 4


def test_a21_without_a_lesser_form_the_item_comes_alone(make: Make) -> None:
    assert [*make(ahead=0).improving(3, LONG)] == [3]
    assert [*make(ahead=0, preview=int.bit_count).improving(3, LONG)] == [2, 3]
    assert [*make(ahead=0, preview=len).improving(3, LONG)] == [3]  # it raises


@pytest.fixture
def jpegs(tmp_path: Path) -> Path:
    """A folder of JPEG files that are twice as large as what stands for them at first, or more."""
    for number in range(3):
        image = Image.new("RGB", (1600, 900), (number * 80, 10, 200))
        image.save(tmp_path / f"shot.{number}.jpg")
    return tmp_path


@pytest.mark.parametrize("kind", ["array", "image", "frame"])
def test_a21_of_a_jpeg_file_a_smaller_picture_comes_first(
    jpegs: Path, backend: BackEnd, kind: Literal["array", "image", "frame"]
) -> None:
    with Prefetcher(jpegs, kind=kind, backend=backend, decoders=1, ahead=0) as frames:
        small, full = frames.improving(1, LONG)
        for picture, least, most in ((small, 320, 800), (full, 1600, 1600)):
            if isinstance(picture, Frame):
                width, height = picture.size.width, picture.size.height
                red, _, blue = picture.array()[height // 2, width // 2, 2::-1]
            elif isinstance(picture, np.ndarray):
                height, width = picture.shape[:2]
                red, _, blue = picture[height // 2, width // 2]
            else:
                width, height = picture.size
                red, _, blue = np.asarray(picture)[height // 2, width // 2]
            assert least <= width <= most
            assert abs(width / height - 16 / 9) < 0.02
            assert abs(int(red) - 80) < 5
            assert abs(int(blue) - 200) < 5
        assert frames.stats.loads == 1


def test_a21_a_file_that_has_no_smaller_form_comes_once(frames: Frames) -> None:
    """With threads only: which files have one does not hang on where they are decoded."""
    with Prefetcher(frames("small", 2), ahead=0) as shots:
        (only,) = shots.improving(0, LONG)
        assert only.shape == (180, 320, 3)
    with Prefetcher(frames("other", 2, "png", (1600, 900)), ahead=0) as shots:
        (only,) = shots.improving(0, LONG)
        assert only.shape == (900, 1600, 3)
    with Prefetcher(frames("raw", 2, "jpg", (1600, 900)), ahead=0, kind="bytes") as files:
        (file,) = files.improving(0, LONG)
        assert file[:2] == b"\xff\xd8"


def test_a22_where_a_user_can_jump_to_is_here(make: Make, items: Items) -> None:
    frames = make(predict=with_jumps(10, -10, ends=True))
    frames.get(50, LONG)
    until_held(frames, 0, 40, *range(50, 57), 60, COUNT - 1)
    for position in (60, 0, COUNT - 1, 40):
        assert frames.get(position, timeout=0) == position
    assert items.started[0] == 50


def test_a22_the_likelier_goes_first(make: Make, items: Items) -> None:
    frames = make(predict=with_jumps(10, -10, ends=True), workers=1)
    frames.get(50, LONG)
    until(lambda: frames.stats.held == 11)
    assert items.started == [50, 51, 52, 60, 40, 0, COUNT - 1, 53, 54, 55, 56]


def test_a22_any_function_may_tell_what_comes(make: Make, items: Items) -> None:
    """It is told where one is and how one got there, and may say anything."""
    told: list[AccessPattern] = []

    def guess(pattern: AccessPattern) -> Iterator[int]:
        told.append(pattern)
        yield from (pattern.position, -3, COUNT, 10**30, 8, 8, 4)
        yield from itertools.count(90)

    frames = make(predict=guess, ahead=3)
    frames.get(20, LONG)
    until_held(frames, 4, 8, 20, 90)
    frames.get(21, LONG)
    assert (told[0].position, told[0].stride, told[0].length) == (20, 1, COUNT)
    assert told[-1].position == 21
    assert told[-1].last_move == 1
    assert max(items.counts().values()) == 1


def test_a22_one_that_names_nothing_of_use_for_ever_ends(make: Make) -> None:
    frames = make(predict=lambda _: itertools.repeat(-1))
    assert frames.get(20, LONG) == 20
    until_held(frames, 20)


def test_a22_one_that_fails_is_told_of_and_costs_nobody_an_item(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    def guess(pattern: AccessPattern) -> Iterator[int]:
        yield 9
        raise LookupError(pattern.position)

    frames = make(predict=guess, ahead=2)
    assert frames.get(20, LONG) == 20
    until_held(frames, 20, 21, 22)
    assert {each.exc_type for each in told} == {LookupError}


# D17: asyncio


def test_d17_items_can_be_awaited(make: Make, items: Items) -> None:
    async def use() -> None:
        items.hold(30)
        slow = asyncio.ensure_future(frames.aget(30))
        assert await asyncio.wait_for(frames.aget(-1), LONG) == COUNT - 1
        assert await asyncio.gather(*map(frames.aget, (5, 50, 5))) == [5, 50, 5]
        assert not slow.done()
        items.release()
        assert await slow == 30

    frames = make(ahead=1)
    asyncio.run(use())
    assert items.loads(5) == 1


def test_d17_a_loop_over_items_can_be_asynchronous(make: Make, items: Items) -> None:
    async def use() -> list[int]:
        return [item async for item in frames]

    frames = make(range(12))
    assert asyncio.run(use()) == [*range(12)]
    assert set(items.counts().values()) == {1}


def test_d17_giving_up_an_await_leaves_the_others(make: Make, items: Items) -> None:
    async def use() -> None:
        items.hold(30)
        given_up, other = asyncio.ensure_future(frames.aget(30)), asyncio.ensure_future(frames.aget(30))
        await asyncio.to_thread(items.wait_for, 30)
        given_up.cancel()
        items.release()
        assert await other == 30
        assert given_up.cancelled()

    frames = make(ahead=0)
    asyncio.run(use())
    assert items.loads(30) == 1


def test_d17_errors_are_raised_where_they_are_awaited(make: Make, items: Items) -> None:
    items.fail(3, OSError, "no such share")
    frames = make(ahead=0)
    with pytest.raises(OSError, match="no such share"):
        asyncio.run(frames.aget(3))


# G: watching


def test_g1_the_figures_agree_with_what_was_loaded(make: Make, items: Items) -> None:
    frames = make(ahead=3, behind=0)
    items.fail(60, OSError, "gone")
    walk(frames, [0, 1, 2])
    with pytest.raises(OSError, match="gone"):
        frames.get(60, LONG)
    at_rest(frames)
    walk(frames, [100])
    until(lambda: frames.stats.held == 4)
    stats = frames.stats
    assert (stats.hits, stats.misses, stats.joined) == (2, 3, 0)
    assert (stats.loads, stats.failures) == (items.loads() - 1, 1)
    assert stats.loads == stats.held + 3 + stats.wasted  # 0, 1 and 2 were used and are gone
    assert stats.wasted == len({3, 4, 5, 61, 62, 63})
    assert stats.under_way == 0
    assert stats.held_bytes == sum(map(sys.getsizeof, range(100, 104)))
    frames.reset_stats()
    assert frames.stats[:8] == (0, 0, 0, 0, 0, 0, 0.0, 0.0)
    assert frames.stats.held == 4
    frames.get(100, LONG)
    assert frames.stats.hits == 1


def test_g1_times_are_those_of_the_loads_and_of_those_who_waited(items: Items) -> None:
    """With threads only: the clock is the test's."""
    now = [100.0]
    source, lanes = ItemSource[int](range(COUNT), items.load), [Lane(InThread, 2, "test")]
    failures: ItemFailures[int] = ItemFailures()
    engine: Engine[int] = Engine(source, lanes, Limits(1, 1, None), LookAhead(1), failures, clock=lambda: now[0])
    try:
        items.hold(0, 1)
        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(engine.get, 0)
            items.wait_for(0)
            now[0] += 3.0
            items.release(0)
            assert answer.result(LONG) == 0
        items.wait_for(1)
        now[0] += 2.0
        items.release()
        until(lambda: engine.statistics().held == 2)
        stats = engine.statistics()
        assert (stats.loading, stats.waiting, stats.seconds) == (5.0, 3.0, 5.0)
        assert stats.load_time == 2.5
        assert stats.throughput == 0.2
    finally:
        engine.close(LONG)


def test_g1_before_anything_happened_there_are_no_rates(make: Make) -> None:
    stats = make().stats
    assert (stats.load_time, stats.throughput) == (0.0, 0.0)
    assert Statistics(1, 1, 2, 2, 2, 0, 8.0, 0.0, 0.0, 0, 0, 0).throughput == 0.0
    assert Statistics(1, 1, 2, 2, 2, 0, 8.0, 0.0, 2.0, 0, 0, 0)[:0] == ()


def test_g3_an_error_says_which_item_it_was_and_where_the_sequence_was_made(make: Make, items: Items) -> None:
    items.fail(3, OSError, "away")
    frames = make()
    for ask in (frames.get, frames.__getitem__, lambda position: frames.future(position).result(LONG)):
        with pytest.raises(OSError, match="away") as caught:
            ask(3)
        which, where = caught.value.__notes__[-2:]
        assert which == "item 3"
        assert re.fullmatch(rf"The sequence was made in {re.escape(__file__)}, line \d+\.", where)


def test_g5_assigning_through_a_cached_view_changes_both(backend: BackEnd) -> None:
    source = [*range(20)]
    with Prefetcher(source, backend=backend, workers=2, ahead=3, behind=1) as frames:
        assert frames.get(0, LONG) == 0
        until_held(frames, 0, 1, 2, 3)
        frames[0] = 100
        frames[2] = 102
        frames[-1] = 119
        frames[10:12] = [110, 111]
        assert (source[0], source[2], source[10], source[11], source[19]) == (100, 102, 110, 111, 119)
        assert [frames.get(position, LONG) for position in (0, 2, 10, 11, 19, 18)] == [100, 102, 110, 111, 119, 18]
        assert frames.get(2, LONG) == 102  # it was given up meanwhile


def test_g5_what_is_loaded_by_a_function_cannot_be_assigned(make: Make) -> None:
    frames = make([*range(20)])
    with pytest.raises(TypeError, match="cannot be assigned"):
        frames[3] = 7
    assert frames.get(3, LONG) == 3


def test_g6_going_through_it_again_loads_nothing(make: Make, items: Items) -> None:
    frames = make(range(5))
    assert [*frames] == [*range(5)]
    assert [*frames] == [*range(5)]
    assert [*reversed(frames)] == [4, 3, 2, 1, 0]
    assert [*frames[1:4]] == [1, 2, 3]
    assert 3 in frames
    assert sorted(items.started) == [*range(5)]


def test_g6_a_loop_has_its_items_loaded_ahead(make: Make, items: Items) -> None:
    frames = make(ahead=4)
    for item in frames:
        at_rest(frames)
        assert set(items.started) == set(range(item + 5))
        if item == 5:
            break
    assert frames.stats.misses == 1


class Forgetful(dict[int, Any]):
    """A cache that holds three items, and refuses the number 13."""

    def __setitem__(self, position: int, value: object) -> None:
        if position == 13:
            raise ValueError("it brings bad luck")
        super().__setitem__(position, value)
        while len(self) > 3:
            del self[next(iter(self))]


def test_g7_a_cache_of_ones_own_is_used_and_decides_for_itself(make: Make, items: Items) -> None:
    own = Forgetful({7: "seven"})
    frames = make(cache=own, ahead=0)
    assert frames.get(7, LONG) == "seven"
    assert items.loads() == 0
    assert [frames.get(position, LONG) for position in (1, 2, 3, 2, 1)] == [1, 2, 3, 2, 1]
    assert items.started == [1, 2, 3]
    assert sorted(own) == [1, 2, 3]
    assert [frames.get(13, LONG) for _ in range(2)] == [13, 13]
    assert items.loads(13) == 2
    assert [frames.get(position, LONG) for position in (4, 5, 1)] == [4, 5, 1]
    assert items.loads(1) == 2
    frames.close()
    assert own == {4: 4, 5: 5, 1: 1}


def test_g7_what_a_cache_refuses_is_not_loaded_over_and_over(make: Make, items: Items) -> None:
    frames = make(cache=Forgetful(), ahead=2)
    walk(frames, [12, 13, 14])
    assert items.loads(13) == 2  # ahead, and when it was asked for
    assert frames.ready(14)


def test_g7_what_a_cache_has_dropped_is_loaded_ahead_again(make: Make, items: Items) -> None:
    frames = make(range(10), cache=Forgetful(), ahead=1)
    walk(frames, range(10))
    assert frames.stats.misses == 1
    assert frames.stats.held == 3
    walk(frames, range(10))
    assert frames.stats.misses == 2
    assert items.loads() <= 2 * 10


def test_g7_what_a_cache_has_from_elsewhere_is_not_loaded_ahead(make: Make, items: Items) -> None:
    frames = make(cache=dict.fromkeys((2, 3), "here"), ahead=4)
    assert frames.get(0, LONG) == 0
    until_held(frames, 0, 1, 2, 3, 4)
    assert sorted(items.started) == [0, 1, 4]


def test_g7_a_plain_dictionary_keeps_everything(make: Make, items: Items) -> None:
    own: dict[int, Any] = {}
    frames = make(range(40), cache=own, ahead=2, behind=1)
    assert [*frames] == [*range(40)]
    assert own == dict(zip(range(40), range(40), strict=True))
    assert [*frames] == [*range(40)]
    assert items.loads() == 40


# C: what neither ends a load nor begins one


def test_c5_a_load_that_says_it_was_cancelled_has_failed_like_any_other(make: Make) -> None:
    frames = make(load=cancelled, ahead=0)
    with pytest.raises(CancelledError, match="by itself"):
        frames.get(3, LONG)
    at_rest(frames)
    assert frames.stats.failures == 1


def test_c4_an_item_that_failed_is_not_tried_again_before_somebody_asks(make: Make, items: Items) -> None:
    items.fail(3, OSError, "away")
    frames = make(ahead=2, retry_after=0)
    for asked in range(1, 4):
        with pytest.raises(OSError, match="away"):
            frames.get(3, LONG)
        at_rest(frames)
        assert items.loads(3) == asked


# The end: nothing is left behind


def process_ids() -> set[int]:
    """Returns the worker processes of this one, in any depth."""
    return {child.pid for child in psutil.Process().children(recursive=True) if child.is_running()}


def open_files() -> int:
    """Returns how many file descriptors this process has open."""
    gc.collect()
    count: int = psutil.Process().num_fds()
    return count


def test_d12_closing_ends_threads_and_processes_and_tells_those_who_wait(make: Make, items: Items) -> None:
    def use() -> Prefetcher:
        items.hold()
        frames = make()
        answers = [frames.future(position) for position in (0, 50)]
        items.wait_for(0)
        preview = frames.improving(90)
        frames.close()
        for answer in answers:
            with pytest.raises(CancelledError):
                answer.result(LONG)
        with pytest.raises(ValueError, match="closed"):
            next(preview)
        items.release()
        return frames

    use()
    processes, files, threads = process_ids(), open_files(), threading.active_count()
    frames = use()
    frames.close()
    for ask in (frames.get, frames.future, frames.peek, frames.ready, frames.__getitem__):
        with pytest.raises(ValueError, match="closed"):
            ask(0)
    until(lambda: threading.active_count() <= threads, threading.enumerate)
    until(lambda: process_ids() <= processes, process_ids)
    until(lambda: open_files() <= files, open_files)


def test_d12_one_that_is_dropped_ends_by_itself(items: Items, backend: BackEnd) -> None:
    def use() -> weakref.ref[Prefetcher]:
        frames = Prefetcher(range(COUNT), items.loading(picture), workers=2, backend=backend)
        assert frames[0][0, 0] == 0
        items.wait_for(10)
        return weakref.ref(frames)

    use()
    gc.collect()
    threads, processes, files = threading.active_count(), process_ids(), open_files()
    dropped = use()
    gc.collect()
    assert dropped() is None
    until(lambda: threading.active_count() <= threads, threading.enumerate)
    until(lambda: process_ids() <= processes, process_ids)
    until(lambda: open_files() <= files, open_files)


SCRIPT = """
import sys, threading, time
from viewer.core.prefetch.prefetcher import Prefetcher

def load(item):
    if item % 2:
        threading.Event().wait()
    return item

if __name__ == "__main__":
    frames = Prefetcher(range(100), load, workers=2, backend=sys.argv[1])
    print(frames[0], flush=True)
    try:
        frames.get(1, 0.01)
    except TimeoutError:
        print("late", flush=True)
"""


def test_d12_a_script_ends_though_loads_hang(tmp_path: Path, backend: BackEnd) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    ran = subprocess.run(
        [sys.executable, str(script), backend],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.stdout.split() == ["0", "late"]
    assert ran.stderr == ""


def test_an_item_that_takes_longer_than_the_tiny_ones_before_it_holds_back_no_other() -> None:
    began: set[int] = set()
    go_on = threading.Event()

    def load(number: int) -> int:
        began.add(number)
        return number if number != 50 else go_on.wait(LONG) and number

    with Prefetcher(range(100), load) as frames:
        assert [frames[number] for number in range(46)] == list(range(46))
        until(lambda: began >= {50, 51, 52, 53, 54, 55})  # nobody asks for any of them
        assert [frames.get(number, LONG) for number in range(51, 60)] == list(range(51, 60))
        go_on.set()
        assert frames.get(50, LONG) == 50
