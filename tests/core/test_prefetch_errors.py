"""What a prefetcher does when things fail: the rows C1 to C9 of what the core must show, on both back ends."""

from __future__ import annotations

import copyreg
import operator
import os
import sys
import threading
import traceback
import types
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import pytest
import worker_functions as functions
from held_loads import LONG, Items, at_rest, until

from viewer.core.errors import CancelledError, LoadError, NotSendableError, WorkerDiedError
from viewer.core.prefetch.engine import Engine
from viewer.core.prefetch.failures import ItemFailures
from viewer.core.prefetch.load import Lane
from viewer.core.prefetch.look_ahead import LookAhead
from viewer.core.prefetch.memory import Limits
from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.prefetch.sources import ItemSource
from viewer.core.retry import RETRY_AFTER_MOST
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from viewer.core.workers.backend import BackEnd

    Make = Callable[..., Prefetcher[Any]]
    Processes = Callable[..., Prefetcher[Any]]


pytestmark = pytest.mark.usefixtures("main_without_name")


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def engine_of(items: Items, clock: Clock, retry_after: float) -> Iterator[Engine[int]]:
    """An engine that loads twenty items on one thread, and none ahead."""
    lanes, failures = [Lane(InThread, 1, "test-loader")], ItemFailures[int](retry_after)
    source = ItemSource[int](range(20), items.load)
    engine: Engine[int] = Engine(source, lanes, Limits(0, 0, None), LookAhead(0), failures, clock=clock)
    try:
        yield engine
    finally:
        engine.close(LONG)


def whole_story(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


# C1


def test_c1_the_error_of_one_item_reaches_who_asks_for_it_and_no_other(make: Make, items: Items) -> None:
    items.fail(3, OSError, "no licence")
    frames = make(range(10), items.load)
    assert frames[2] == 2
    with pytest.raises(OSError, match=r"^no licence") as caught:
        frames[3]
    assert frames[4] == 4
    assert type(caught.value) is OSError
    assert caught.value.__notes__[0] == "item 3"
    assert "conftest.py, line " in caught.value.__notes__[-1]
    assert [frames.future(position).exception(LONG) is None for position in range(10)].count(False) == 1


def test_c1_an_error_of_ones_own_kind_comes_in_that_kind(make: Make) -> None:
    frames = make([functions.OwnError(7)], functions.fail)
    with pytest.raises(functions.OwnError, match=r"^code 7") as caught:
        frames[0]
    assert caught.value.code == 7


def test_c1_an_error_that_cannot_be_made_from_its_arguments_comes_as_it_is() -> None:
    # On threads only: it cannot come from a process, see C7.
    with Prefetcher([functions.fail_unreturnably], operator.call) as frames:
        for _ in range(2):
            with pytest.raises(functions.UnreturnableError, match=r"^shot\.png failed with 7"):
                frames[0]


def test_c1_the_note_names_the_path_and_the_position(make: Make, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    paths[0].write_bytes(b"12")
    frames = make(paths, os.path.getsize)
    assert frames[0] == 2
    with pytest.raises(FileNotFoundError) as caught:
        frames[-1]
    assert caught.value.__notes__[:2] == [str(paths[2]), "item 2"]


def test_c1_nothing_that_an_error_says_is_lost(make: Make, tmp_path: Path) -> None:
    calls = [partial(os.path.getsize, str(tmp_path / "none")), partial(bytes.decode, b"\xff"), partial(sys.exit, 3)]
    frames = make(calls, operator.call, ahead=0)
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: .*none") as missing:
        frames[0]
    assert missing.value.filename == str(tmp_path / "none")
    with pytest.raises(UnicodeDecodeError, match="can't decode byte 0xff in position 0"):
        frames[1]
    with pytest.raises(SystemExit) as ended:
        frames[2]
    assert ended.value.code == 3


def test_c1_what_a_package_has_taught_copying_changes_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(copyreg.dispatch_table, ZeroDivisionError, lambda _error: (ValueError, ("another",)))
    with Prefetcher([0], partial(operator.truediv, 1)) as frames, pytest.raises(ZeroDivisionError, match="by zero"):
        frames[0]


def test_c1_the_traceback_leads_to_the_function(make: Make) -> None:
    frames = make([functions.fail_twice], operator.call)
    with pytest.raises(RuntimeError) as caught:
        frames[0]
    story = whole_story(caught.value)
    assert 'int("three")' in story
    assert "raise problem from error" in story
    assert "The above exception was the direct cause" in story
    assert "seen in line 3" in story


def test_c1_all_who_wait_are_told_with_an_error_of_their_own(make: Make, items: Items) -> None:
    items.hold(3)
    items.fail(3, OSError, "gone")
    frames = make(range(10), items.load, ahead=0)
    futures = [frames.future(3) for _ in range(8)]
    items.wait_for(3)
    items.release(3)
    errors = [future.exception(LONG) for future in futures]
    assert [type(error) for error in errors] == [OSError] * 8
    assert len({id(error) for error in errors}) == 8
    assert items.loads(3) == 1


def test_c1_each_attempt_tells_its_error_once_and_notes_do_not_pile_up(make: Make, items: Items) -> None:
    items.fail(3, OSError, "gone")
    frames = make(range(10), items.load, ahead=0, retry_after=None)
    stories = []
    for _ in range(3):
        with pytest.raises(OSError, match="gone") as caught:
            frames[3]
        stories.append(caught.value)
    assert items.loads(3) == 1
    assert [error.__notes__ for error in stories] == [stories[0].__notes__] * 3
    assert len(stories[0].__notes__) == len(set(stories[0].__notes__))
    assert whole_story(stories[2]).count("items.py") == whole_story(stories[0]).count("items.py")


def test_c1_an_error_of_the_second_stage_names_its_item_too(make: Make, items: Items) -> None:
    frames = make(range(-2, 3), items.load, decode=partial(operator.truediv, 12), decoders=1)
    with pytest.raises(ZeroDivisionError) as caught:
        frames[2]
    assert caught.value.__notes__[0] == "item 2"
    assert [frames[position] for position in (0, 1, 3, 4)] == [-6, -12, 12, 6]


# C2


def test_c2_each_prefetcher_has_its_own_choice_between_the_error_itself_and_one_around_it(
    make: Make, items: Items
) -> None:
    items.fail(3, OSError, "gone")
    plain, wrapping = make(range(5), items.load), make(range(5), items.load, errors="wrapped")
    for _ in range(2):
        with pytest.raises(LoadError, match=r"^item 3 could not be loaded: gone") as caught:
            wrapping[3]
        assert type(caught.value.__cause__) is OSError
        assert caught.value.__notes__ == caught.value.__cause__.__notes__
        assert caught.value.__notes__[0] == "item 3"
        with pytest.raises(OSError, match=r"^gone"):
            plain[3]
    assert type(wrapping.future(3).exception(LONG)) is LoadError


# C3


def test_c3_a_failed_look_ahead_is_silent_and_told_when_the_item_is_wanted(
    make: Make, items: Items, capfd: pytest.CaptureFixture[str]
) -> None:
    items.fail(3, OSError, "gone")
    frames = make(range(10), items.load, retry_after=None)
    assert frames[0] == 0
    at_rest(frames)
    assert frames.ready(4)
    assert not frames.ready(3)
    assert {position: str(error) for position, error in frames.failures().items()} == {3: "gone"}
    assert frames.stats.failures == 1
    with pytest.raises(OSError, match="gone"):
        frames.get(3, timeout=0)
    assert items.loads(3) == 1
    assert capfd.readouterr() == ("", "")


def test_c3_what_was_loaded_after_all_is_no_failure_any_more(make: Make, items: Items) -> None:
    items.fail(3, OSError, "gone")
    frames = make(range(10), items.load, ahead=0)
    with pytest.raises(OSError, match="gone"):
        frames[3]
    items.mend(3)
    frames.retry(3)
    assert frames[3] == 3
    assert frames.failures() == {}


def test_c3_whoever_wants_to_know_is_told_each_failure_and_its_item(make: Make, items: Items) -> None:
    told: list[tuple[BaseException, str]] = []
    items.fail(3, OSError, "gone")
    frames = make(range(6), items.load, retry_after=None, on_error=lambda *arguments: told.append(arguments))
    frames[0]
    at_rest(frames)
    with pytest.raises(OSError, match="gone"):
        frames[3]
    assert [(type(error), name) for error, name in told] == [(OSError, "item 3")]


def test_c3_a_stand_in_comes_in_place_of_the_error(make: Make, items: Items) -> None:
    items.fail(3, OSError, "gone")
    frames = make(range(5), items.load, stand_in=lambda error: f"no picture: {error}")
    assert list(frames) == [0, 1, 2, "no picture: gone", 4]
    assert frames.future(3).result(LONG) == "no picture: gone"
    assert list(frames.failures()) == [3]


# C4


def test_c4_a_share_that_was_away_is_tried_again_while_others_are_left_in_peace(make: Make, items: Items) -> None:
    frames = make(range(10), items.load, ahead=0, retry_after=0)
    assert frames[2] == 2
    items.fail(3, OSError, "away")
    for _ in range(3):
        with pytest.raises(OSError, match="away"):
            frames[3]
    items.mend(3)
    assert [frames[position] for position in (3, 3, 2)] == [3, 3, 2]
    assert items.counts() == {2: 1, 3: 4}


@pytest.mark.parametrize("one", [True, False], ids=["one", "all"])
def test_c4_on_demand_a_failed_item_is_tried_again_at_once(make: Make, items: Items, *, one: bool) -> None:
    for position in (3, 4):
        items.fail(position, OSError, "away")
    frames = make(range(5), items.load, retry_after=None, ahead=0)
    for position in (3, 4):
        assert isinstance(frames.future(position).exception(LONG), OSError)
        items.mend(position)
    frames.retry(*[-2] * one)
    assert frames[3] == 3
    assert (frames.future(4).exception(LONG) is None) is not one
    assert items.loads(4) == (1 if one else 2)


def test_c4_what_failed_is_not_tried_again_before_somebody_asks(make: Make, items: Items) -> None:
    for position in (3, 5):
        items.fail(position, OSError, "away")
    frames = make(range(10), items.load, ahead=3, retry_after=0)
    assert isinstance(frames.future(3).exception(LONG), OSError)
    for _ in range(20):
        at_rest(frames)
    assert items.counts() == {3: 1, 4: 1, 5: 1, 6: 1}


def test_c4_what_was_asked_for_again_in_vain_loads_as_soon_as_a_hand_is_free(make: Make, items: Items) -> None:
    told, go_on = threading.Semaphore(0), threading.Event()

    def hold_up(_future: Future[Any]) -> None:
        told.release()
        go_on.wait(LONG)

    items.fail(3, OSError, "away")
    items.hold()
    frames = make(range(30), items.load, ahead=0, retry_after=0)
    for position in (10, 3):  # as many as there are hands
        frames.future(position).add_done_callback(hold_up)
        items.wait_for(position)
        items.release(position)
        assert told.acquire(timeout=LONG)
    items.mend(3)
    items.release()
    with pytest.raises(TimeoutError):
        frames.get(3, timeout=0)
    go_on.set()
    until(lambda: frames.ready(3))


def test_c4_look_ahead_does_not_try_again_what_fails_over_and_over(make: Make, items: Items) -> None:
    items.fail(5, OSError, "away")
    frames = make(range(30), items.load)
    for position in range(5):
        frames[position]
        at_rest(frames)
    assert items.loads(5) == 1
    assert frames.ready(14)


def test_c4_the_pause_doubles_up_to_its_limit_and_ends_with_success() -> None:
    # On threads only: it is the engine that reckons, and only there can the test turn the clock.
    clock = Clock()
    with Items() as items, engine_of(items, clock, 1.0) as engine:
        items.fail(3, OSError, "away")
        assert isinstance(engine.future(3).exception(LONG), OSError)
        for attempts, pause in enumerate([1.0, 2.0, 4.0, 8.0, 16.0, RETRY_AFTER_MOST, RETRY_AFTER_MOST], 1):
            clock.now += pause - 0.01
            assert isinstance(engine.future(3).exception(0), OSError)
            assert items.loads(3) == attempts
            clock.now += 0.01
            assert isinstance(engine.future(3).exception(LONG), OSError)
            assert items.loads(3) == attempts + 1
        clock.now += RETRY_AFTER_MOST
        items.mend(3)
        assert engine.get(3, LONG) == 3
        items.fail(3, OSError, "away again")
        assert engine.failures() == {}
        assert engine.get(4, LONG) == 4  # of which there is room for one
        assert isinstance(engine.future(3).exception(LONG), OSError)
        clock.now += 1.0
        items.mend(3)
        assert engine.get(3, LONG) == 3


def test_c4_a_pause_longer_than_the_limit_is_kept() -> None:
    clock = Clock()
    with Items() as items, engine_of(items, clock, 100.0) as engine:
        items.fail(3, OSError, "away")
        assert isinstance(engine.future(3).exception(LONG), OSError)
        clock.now += 99.0
        assert isinstance(engine.future(3).exception(0), OSError)
        clock.now += 1.0
        items.mend(3)
        assert engine.get(3, LONG) == 3


# C5

KINDS = [SystemExit, KeyboardInterrupt, MemoryError, GeneratorExit, TimeoutError, IndexError]


@pytest.mark.parametrize("kind", KINDS)
def test_c5_no_kind_of_error_ends_a_worker_or_keeps_anybody_waiting(
    make: Make, items: Items, kind: type[BaseException]
) -> None:
    for position in (2, 5):
        items.fail(position, kind, "all over")
    frames = make(range(20), items.load, ahead=4)
    future = frames.future(2)
    error = future.exception(LONG)
    assert type(error) is kind
    assert error.args == ("all over",)
    at_rest(frames)
    for position in (5, 5, 2):  # the one that failed when it was loaded ahead
        with pytest.raises(kind, match="all over"):
            frames.get(position, LONG)
    assert [frames.get(position, LONG) for position in range(6, 20)] == list(range(6, 20))


@pytest.mark.parametrize("is_wanted", [True, False], ids=["wanted", "ahead"])
def test_c5_a_function_that_says_cancelled_by_itself_is_told_as_any_other(make: Make, *, is_wanted: bool) -> None:
    frames = make([CancelledError("closed below"), CancelledError("closed too")], functions.fail, ahead=1 - is_wanted)
    for position in range(2):
        with pytest.raises(CancelledError, match="closed"):
            frames.get(position, LONG)
    at_rest(frames)


def test_c5_a_hook_that_fails_is_told_by_the_constructor(backend: BackEnd) -> None:
    before = threading.active_count()
    with pytest.raises(OSError, match=r"no licence for [01]"):
        Prefetcher(range(9), abs, backend=backend, workers=1, hook=functions.failing_hook)
    until(lambda: threading.active_count() <= before)


def test_c5_a_failing_hook_for_errors_costs_nobody_an_item(
    make: Make, items: Items, unhandled: list[BaseException | None]
) -> None:
    def on_error(_error: BaseException, _name: str) -> None:
        raise SystemExit("full")

    items.fail(1, OSError, "gone")
    frames = make(range(5), items.load, on_error=on_error)
    with pytest.raises(OSError, match="gone"):
        frames.get(1, LONG)
    assert [frames.get(position, LONG) for position in (0, 2, 3, 4)] == [0, 2, 3, 4]
    assert [str(error) for error in unhandled] == ["full"]


def test_c5_a_failing_predictor_is_told_and_what_follows_is_loaded_instead(
    make: Make, items: Items, unhandled: list[BaseException | None]
) -> None:
    frames = make(range(20), items.load, ahead=3, predict=lambda _course: 1 // 0)
    assert frames[5] == 5
    at_rest(frames)
    assert items.started == [5, 6, 7, 8]
    assert {type(error) for error in unhandled} == {ZeroDivisionError}


def test_c5_a_measure_that_fails_is_told_to_who_asks(make: Make) -> None:
    frames = make(range(1, 5), partial(operator.mul, 1), size_of=lambda value: 10 // abs(value - 2))
    assert frames.get(0, LONG) == 1
    with pytest.raises(ZeroDivisionError):
        frames.get(1, LONG)
    assert frames.get(2, LONG) == 3


def test_c5_a_failing_stand_in_is_told_to_who_asks(make: Make, items: Items) -> None:
    items.fail(1, OSError, "gone")
    frames = make(range(5), items.load, stand_in=lambda _error: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            frames.get(1, LONG)
    assert frames.get(2, LONG) == 2


def test_c5_a_failing_preview_costs_nobody_the_item(make: Make) -> None:
    frames = make([0, 1], abs, preview=partial(operator.floordiv, 10))
    assert list(frames.improving(0, LONG)) == [0]
    assert frames[1] == 1


# C6: on processes only, as no thread can die alone


@pytest.fixture
def processes() -> Iterator[Callable[..., Prefetcher[Any]]]:
    """Makes prefetchers with processes, which are closed in the end."""
    made: list[Prefetcher[Any]] = []

    def make_one(source: Any, load: Any, **settings: Any) -> Prefetcher[Any]:  # noqa: ANN401 - as a prefetcher takes them
        made.append(Prefetcher(source, load, **{"backend": "processes", "workers": 1, **settings}))
        return made[-1]

    yield make_one
    for frames in made:
        frames.close()


def test_c6_the_item_of_a_process_that_died_is_tried_once_more(processes: Processes) -> None:
    with Items() as items:
        frames = processes(range(40), items.load, ahead=0)
        items.die(5)
        items.hold()
        future = frames.future(5)
        items.wait_for(5)
        items.release(5)
        items.wait_for(5, loads=2)
        items.mend(5)
        items.release()
        assert future.result(LONG) == 5
        assert [frames[position] for position in range(6, 26)] == list(range(6, 26))
        assert frames.failures() == {}


def test_c6_an_item_that_every_process_dies_of_fails_and_harms_no_other(processes: Processes) -> None:
    with Items() as items:
        items.die(5)
        frames = processes(range(30), items.load)
        assert [frames[position] for position in range(5)] == list(range(5))
        with pytest.raises(WorkerDiedError) as caught:
            frames[5]
        assert caught.value.__notes__[0] == "item 5"
        assert [frames[position] for position in range(6, 30)] == list(range(6, 30))
        assert items.counts() == {position: 2 if position == 5 else 1 for position in range(30)}


def test_c6_processes_killed_while_they_are_idle_are_replaced(processes: Processes) -> None:
    with Items() as items:
        frames = processes(range(100), items.load)
        frames[0]
        frames[50]
        at_rest(frames)
        killed = _workers()
        assert killed
        for worker in killed:
            worker.kill()
        assert [frames[position] for position in range(70, 100)] == list(range(70, 100))


# C7: on processes only, as threads hand over everything


def test_c7_what_cannot_be_sent_between_processes_says_why(processes: Processes) -> None:
    calls = [
        functions.return_a_lock,
        functions.fail_unsendably,
        functions.heavy_modules,
    ]
    frames = processes(calls, operator.call)
    for position, words in enumerate([("lock",), ("lock", "out of order")]):
        with pytest.raises(NotSendableError) as caught:
            frames[position]
        assert all(word in str(caught.value) for word in words)
        assert caught.value.__notes__[0] == f"item {position}"
    assert frames[2] == []


def test_c7_a_function_that_cannot_be_sent_says_why(processes: Processes) -> None:
    frames = processes(range(3), lambda item: item)
    with pytest.raises(NotSendableError, match=r"lambda.*top level of a module"):
        frames[0]


def test_c7_threads_hand_over_everything() -> None:
    with Prefetcher([{"a": 1}], types.MappingProxyType) as frames:
        assert frames[0] == {"a": 1}


# C8


def test_c8_one_load_that_hangs_does_not_stop_the_others(make: Make, items: Items) -> None:
    items.hold(5)
    frames = make(range(30), items.load, stall_after=None)
    hanging = frames.future(5)
    items.wait_for(5)
    others = [position for position in range(30) if position != 5]
    assert [frames.get(position, LONG) for position in others] == others
    assert not hanging.done()
    items.release()
    assert hanging.result(LONG) == 5


def test_c8_hands_that_hang_are_replaced_after_a_while(make: Make, items: Items) -> None:
    items.hold(5, 50)
    frames = make(range(100), items.load, stall_after=0.01, ahead=2)
    hanging: list[Future[Any]] = [frames.future(5), frames.future(50)]
    items.wait_for(5, 50)
    assert [frames.get(position, LONG) for position in range(70, 90)] == list(range(70, 90))
    assert not any(each.done() for each in hanging)
    items.release()
    assert [each.result(LONG) for each in hanging] == [5, 50]


def test_c8_closing_does_not_wait_for_what_hangs_and_tells_who_waits(make: Make, items: Items) -> None:
    items.hold()
    frames = make(range(100), items.load)
    futures = [frames.future(position) for position in (5, 50, 70)]
    items.wait_for(5)
    frames.close()
    assert [type(future.exception(0)) for future in futures] == [CancelledError] * 3
    for use in (frames.get, frames.future, frames.peek):
        with pytest.raises(ValueError, match="closed"):
            use(5)
    frames.close()


def test_c8_a_process_that_hangs_ends_with_its_prefetcher_though_another_has_taken_its_place(
    processes: Processes,
) -> None:
    with Items() as items:
        items.hold(5, 50)
        frames = processes(range(100), items.load, stall_after=0.01, ahead=0)
        frames.future(5)
        frames.future(50)
        items.wait_for(5, 50)
        assert frames.get(70, LONG) == 70
        frames.close()
        until(lambda: not _workers())


# C9


@pytest.mark.parametrize(
    "settings",
    [
        {"backend": "asyncio"},
        {"backend": None},
        {"ahead": -1},
        {"ahead": 1.5},
        {"ahead": True},
        {"ahead": None},
        {"behind": -1},
        {"behind": "ten"},
        {"max_bytes": -1},
        {"workers": 0},
        {"decoders": 0},
        {"retry_after": -0.1},
        {"retry_after": float("nan")},
        {"stall_after": -1},
        {"kind": "movie"},
        {"repeat": "twice"},
        {"errors": "ignored"},
        {"start_method": "teleport"},
    ],
    ids=str,
)
def test_c9_settings_that_make_no_sense_are_refused_at_once(backend: BackEnd, settings: dict[str, Any]) -> None:
    (name, value), *_ = settings.items()
    with pytest.raises(ValueError, match=f"{name.replace('_', '[ _]').replace('backend', 'back.?end')}.*{value}"):
        Prefetcher(range(3), abs, **{"backend": backend, **settings})


@pytest.mark.parametrize(
    "settings",
    [{name: 5} for name in ("load", "decode", "hook", "predict", "preview", "on_error", "stand_in", "size_of")],
    ids=str,
)
def test_c9_what_is_to_be_called_must_be_a_function(backend: BackEnd, settings: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"{next(iter(settings))} must be a function, not 5"):
        Prefetcher(range(3), **{"load": abs, "backend": backend, **settings})


@pytest.mark.parametrize("source", [5, None, {1, 2}, {0: 1}], ids=["number", "None", "set", "dict"])
def test_c9_a_source_without_positions_is_refused_at_once(backend: BackEnd, source: Any) -> None:  # noqa: ANN401 - anything
    with pytest.raises(TypeError, match=r"Give (a folder, a pattern, paths|sorted|list)"):
        Prefetcher(source, abs, backend=backend)


def _workers() -> list[psutil.Process]:
    """Returns the worker processes; what all of them are forked from is none."""
    workers = []
    for child in psutil.Process().children(recursive=True):
        try:
            is_shared = child.ppid() == os.getpid() and any("multiprocessing" in word for word in child.cmdline())
            if not is_shared and child.status() != psutil.STATUS_ZOMBIE:
                workers.append(child)
        except psutil.NoSuchProcess:
            continue
    return workers
