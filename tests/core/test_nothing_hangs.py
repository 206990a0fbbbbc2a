"""Whatever goes wrong between a load and the caller that waits for it, the caller gets an item or an error."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
from collections import UserDict
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
import worker_functions as functions
from held_loads import LONG

from viewer.core.errors import CancelledError, DeadlockError
from viewer.core.prefetch.engine import Engine
from viewer.core.prefetch.failures import ItemFailures
from viewer.core.prefetch.load import Lane
from viewer.core.prefetch.look_ahead import LookAhead
from viewer.core.prefetch.memory import Limits
from viewer.core.prefetch.prefetcher import Prefetcher, View
from viewer.core.prefetch.sources import ItemSource
from viewer.core.requests.default import default_scheduler, stop_default_scheduler
from viewer.core.requests.request import Request, State
from viewer.core.requests.scheduler import Scheduler
from viewer.core.results.cache import ResultCache
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from concurrent.futures import Future
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("main_without_name")


class FaultError(Exception):
    """What is raised in the place of a call."""


class Faults:
    """Raises at one call of a kind; counts the calls."""

    def __init__(self, kind: str = "", which: int = 0) -> None:
        self.kind, self.which = kind, which
        self.calls: dict[str, int] = {}

    def pass_by(self, kind: str) -> None:
        self.calls[kind] = self.calls.get(kind, 0) + 1
        if kind == self.kind and self.calls[kind] == self.which:
            raise FaultError(kind)

    def around(self, kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the function
            self.pass_by(kind)
            return function(*arguments, **named)

        return guarded

    def watch(self, thing: object, *names: str) -> Any:  # noqa: ANN401 - the thing
        for name in names:
            setattr(thing, name, self.around(f"{type(thing).__name__}.{name}", getattr(thing, name)))
        return thing


class Cache(UserDict[int, int]):
    """A cache of the caller's that fails."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def __contains__(self, key: object) -> bool:
        self._faults.pass_by("cache.in")
        return super().__contains__(key)

    def __getitem__(self, key: int) -> int:
        self._faults.pass_by("cache[]")
        return super().__getitem__(key)

    def __setitem__(self, key: int, item: int) -> None:
        self._faults.pass_by("cache[]=")
        super().__setitem__(key, item)

    def __len__(self) -> int:
        self._faults.pass_by("len(cache)")
        return super().__len__()


class ReadControl:
    """The controls of a load that cannot be controlled."""

    stamp = None

    def hurry(self) -> None: ...
    def cancel(self) -> None: ...
    def end(self) -> None: ...


def tenfold(item: int) -> int:
    if item == 4:
        raise OSError("no such item")
    return item * 10


def ten_or_error(faults: Faults, *, has_cache: bool, stages: int) -> list[object]:
    """Returns what the callers get of each item after a whole story with faults, in which each gets something."""
    load, decode = faults.around("load", tenfold), faults.around("decode", int) if stages > 1 else None
    source = faults.watch(ItemSource(range(8), load, decode, faults.around("small", int)), "run", "length")
    faults.watch(source, "name", "preview")
    source.control = faults.around("control", lambda: faults.watch(ReadControl(), "hurry", "cancel", "end"))
    failures: ItemFailures[int] = faults.watch(ItemFailures(0.0), "note", "blocked", "outcome", "annotate", "forget")
    ahead = faults.watch(
        LookAhead(3, predict=faults.around("predict", lambda at: [at.position + 1])), "plan", "next_due"
    )

    def worker(index: int) -> InThread:
        faults.pass_by("make_worker")
        return faults.watch(InThread(index, faults.around("hook", id)), "start", "call", "close")  # type: ignore[no-any-return]  # the worker

    engine: Engine[int] = Engine(
        source,
        [Lane(worker, 1, f"lane-{stage}") for stage in range(stages)],
        Limits(3, 2, 10_000),
        ahead,
        failures,
        size_of=faults.around("size_of", lambda _value: 100),
        on_error=faults.around("on_error", print),
        cache=Cache(faults) if has_cache else None,
    )

    def outcome(ask: Callable[[], object]) -> object:
        try:
            return ask()
        except TimeoutError:
            raise
        except (FaultError, OSError, RuntimeError) as error:
            return type(error)

    def asked(position: int) -> None:
        def previewed() -> list[object]:
            return [outcome(partial(future.result, LONG)) for future in engine.preview(position)]

        asks = (partial(engine.get, position, LONG), lambda: engine.future(position).result(LONG), previewed)
        for ask in asks:
            outcome(ask)

    try:
        for position in (0, 1, 2, 6, 4, 3):
            asked(position)
        faults.kind = ""
        for position in range(8):  # what failed ahead has ended then, and been noted
            outcome(partial(engine.get, position, LONG))
        engine.retry()
        return [outcome(partial(engine.get, position, LONG)) for position in range(8)]
    finally:
        engine.close(1.0)


@pytest.mark.parametrize("has_cache", [False, True], ids=["own", "cache"])
@pytest.mark.parametrize("stages", [1, 2])
def test_an_error_at_any_call_of_the_engine_reaches_the_callers_and_harms_nothing_else(
    stages: int, unhandled: list[object], *, has_cache: bool
) -> None:
    faultless = Faults()
    right = [OSError if item == 4 else item * 10 for item in range(8)]
    assert ten_or_error(faultless, has_cache=has_cache, stages=stages) == right
    assert len(faultless.calls) > 20
    assert not unhandled
    for kind, count in faultless.calls.items():
        for which in {1, 2, max(1, count // 2)}:
            faults = Faults(kind, which)
            then = ten_or_error(faults, has_cache=has_cache, stages=stages)
            assert then == right or kind in {"hook", "InThread.start", "make_worker"}, (kind, which, then)


@pytest.mark.parametrize("method", ["__getitem__", "__setitem__"])
def test_a_cache_that_fails_costs_no_request(method: str) -> None:
    def fail(*_arguments: object) -> None:
        raise FaultError(method)

    reported: list[BaseException] = []
    cache = type("FailingCache", (dict,), {method: fail})()
    with Scheduler(1, cache=cache, on_callback_error=reported.append) as scheduler:
        for _ in range(2):
            assert scheduler.request("id", abs, -3).result(LONG) == 3
        assert scheduler.wait_until_idle(LONG)
    assert {type(error) for error in reported} == {FaultError}


class UnnotableError(Exception):
    """An error that takes no notes and cannot be copied."""

    def add_note(self, note: str) -> None:
        raise FaultError(note)

    def __reduce__(self) -> Any:  # noqa: ANN401 - it has none
        raise FaultError("reduce")


@pytest.mark.parametrize("size", [None, "3", -1, float("nan"), float("inf"), []])
def test_a_size_that_is_none_costs_no_item(size: Any, unhandled: list[object]) -> None:  # noqa: ANN401 - anything
    with Prefetcher(range(4), abs, size_of=lambda _value: size) as frames:
        assert list(frames) == [0, 1, 2, 3]
    assert {str(error) for error in unhandled} == {
        f"size_of returned {size!r}, which is no number of bytes, 0 or more."
    }


@pytest.mark.parametrize("guess", [None, 5, [None], ["a"], [1.5], [10**30, -4]])
def test_guesses_that_are_no_positions_cost_no_item(guess: Any, unhandled: list[object]) -> None:  # noqa: ANN401 - anything
    with Prefetcher(range(4), abs, predict=lambda _pattern: guess) as frames:
        assert list(frames) == [0, 1, 2, 3]
    assert {type(error) for error in unhandled} <= {TypeError}


def test_a_callback_that_ends_the_program_costs_no_other_caller_its_item(unhandled: list[object]) -> None:
    go_on = threading.Event()

    def fail(_future: object) -> None:
        raise SystemExit

    with Prefetcher(range(1), lambda item: go_on.wait(LONG) and item) as frames:
        futures = [frames.future(0) for _ in range(3)]
        futures[0].add_done_callback(fail)
        go_on.set()
        assert [future.result(LONG) for future in futures] == [0, 0, 0]
    assert {type(error) for error in unhandled} == {SystemExit}


def test_an_error_that_takes_nothing_comes_as_it_is(unhandled: list[object]) -> None:
    def fail(*_arguments: object) -> None:
        raise UnnotableError

    with Prefetcher(range(1), fail, on_error=fail) as frames, pytest.raises(UnnotableError):
        frames.get(0, LONG)
    with Scheduler(1) as scheduler:
        scheduler.request(1, abs, -1, callback=fail).result(LONG)
        assert scheduler.wait_until_idle(LONG)
    assert [type(error) for error in unhandled] == [UnnotableError, UnnotableError]


# Threads that cannot be started


def test_a_thread_that_cannot_be_started_is_an_error_to_the_caller_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    with Prefetcher(range(4), abs) as frames, Scheduler(1) as scheduler:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", fail)
            for ask in (lambda: frames[2], lambda: frames.future(2), lambda: scheduler.request(1, abs, -1)):
                with pytest.raises(RuntimeError, match="can't start"):
                    ask()
        assert frames.get(2, LONG) == 2
        assert scheduler.request(2, abs, -2).result(LONG) == 2


# PEP 479


def all_of(items: Any) -> list[object]:  # noqa: ANN401 - any sequence
    with items if isinstance(items, Prefetcher) else nullcontext():
        return list(items)


def run(asynchronous: Any) -> Any:  # noqa: ANN401 - whatever can be awaited, and its result
    async def wait() -> Any:  # noqa: ANN401 - as above
        return await asynchronous

    return asyncio.run(wait())


@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration])
def test_what_ends_loops_is_a_runtime_error_at_every_border(
    kind: type[Exception],
    backend: Any,  # noqa: ANN401 - one of two words
    unhandled: list[object],
) -> None:
    stop: Any = partial(functions.fail, kind("all over"))
    stops: Any = partial(functions.stop, kind)
    borders: list[Callable[[], object]] = [
        lambda: all_of(View(range(3)).map(stops)),
        lambda: all_of(View(range(3)).map(stops).prefetch()),
        lambda: all_of(Prefetcher(range(3), abs, decode=stops)),
        lambda: all_of(Prefetcher(range(3), stops).plain()),
        lambda: all_of(Prefetcher(range(3), abs, size_of=stops)),
        lambda: all_of(Prefetcher(["no file"], functions.fail_twice_for, stand_in=stops)),
    ]
    with Prefetcher(range(3), stops, backend=backend, workers=1) as frames, Scheduler(1, backend=backend) as scheduler:
        for border in (
            lambda: list(frames),
            lambda: frames.future(0).result(LONG),
            lambda: run(frames.aget(0)),
            lambda: scheduler.request(1, stop).result(LONG),
            lambda: run(scheduler.request(1, stop)),
            *(borders if backend == "threads" else ()),
        ):
            with pytest.raises(RuntimeError, match=kind.__name__) as caught:
                border()
            causes = caught.value.__cause__, getattr(caught.value.__cause__, "__cause__", None)
            assert kind in map(type, causes)
    assert not unhandled


def test_a_sequence_whose_items_stop_ends_no_loop() -> None:
    class Stopping(Sequence[int]):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as of a list
            return next(iter(())) if index else 0

    for view in (View(Stopping()), Prefetcher(Stopping(), abs), Prefetcher(Stopping())):
        with pytest.raises(RuntimeError, match="StopIteration"):
            all_of(view)


# Loads that ask for other items

WAYS: dict[str, Callable[[Prefetcher[int], int], int]] = {
    "get": lambda frames, n: frames[n],
    "future": lambda frames, n: frames.future(n).result(),
    "wait": lambda frames, n: waited([frames.future(n)]),
    "aget": lambda frames, n: asyncio.run(frames.aget(n)),
    "improving": lambda frames, n: list(frames.improving(n))[-1],
}


def neighbours(way: str, depth: int, **settings: Any) -> int:  # noqa: ANN401 - those of a prefetcher
    def load(n: int) -> int:
        return 0 if n == 0 else int(WAYS[way](frames, n - 1)) + 1

    with Prefetcher(range(depth + 1), load, stall_after=None, **settings) as frames:
        return int(frames.get(depth, LONG))


@pytest.mark.parametrize("way", WAYS)
def test_a_load_may_ask_for_its_neighbour(way: str) -> None:
    assert neighbours(way, 30) == neighbours(way, 30, workers=1) == 30


def test_neighbours_may_be_asked_for_deeper_than_pythons_stack() -> None:
    assert neighbours("get", 400, workers=1, max_bytes=0) == 400


def test_a_load_in_a_chain_costs_no_more_the_longer_the_chain_is() -> None:
    calls: list[None] = []
    counts: list[float] = []
    threading.setprofile(lambda *_event: calls.append(None))
    try:
        for depth in (200, 800):
            calls.clear()
            assert neighbours("get", depth) == depth
            counts.append(len(calls) / depth)
    finally:
        threading.setprofile(None)
    assert counts[1] < 2 * counts[0]


def test_a_decode_a_coroutine_and_other_prefetchers_may_ask_too() -> None:
    frames: Prefetcher[Any]
    decoded: Prefetcher[Any]
    second: Prefetcher[Any]

    async def asynchronous(n: int) -> Any:  # noqa: ANN401 - a number
        return n if n == 0 else (await frames.aget(n - 1) if n % 2 else frames[n - 1]) + 1

    load: Callable[[int], Any] = asynchronous
    with Prefetcher(range(31), load, workers=1, stall_after=None) as frames:
        assert frames.get(30, LONG) == 30
    with Prefetcher(range(31), abs, decode=lambda n: n and decoded[n - 1] + 1, decoders=1) as decoded:
        assert decoded.get(30, LONG) == 30
    with (
        Prefetcher(range(31), lambda n: n and second[n - 1], workers=1, stall_after=None) as first,
        first.map(lambda n: n + 1).prefetch(workers=1, stall_after=None) as second,
    ):
        assert first.get(9, LONG) == 9


def test_what_a_load_asks_for_is_no_step_of_the_caller() -> None:
    loaded: list[int] = []

    def load(n: int) -> int:
        loaded.append(n)
        return n if n < 10 else frames[n - 10] + 10

    with Prefetcher(range(40), load, ahead=2, workers=1) as frames:
        assert [frames.get(n, LONG) for n in range(20, 24)] == [20, 21, 22, 23]
    assert max(loaded) <= 26


def outcomes(futures: list[Any]) -> list[object]:
    found: list[object] = []
    for future in futures:
        try:
            found.append(future.result(LONG))
        except DeadlockError as error:
            found.append(type(error))
    return found


def waited(futures: list[Any], how: str = concurrent.futures.ALL_COMPLETED) -> Any:  # noqa: ANN401 - a result
    *_, result = (each.result() for each in concurrent.futures.wait(futures, return_when=how).done)
    return result


CIRCLES: dict[str, Callable[[Any, int], Any]] = {
    "get": lambda frames, n: frames[n],
    "future": lambda frames, n: frames.future(n).result(),
    "aget": lambda frames, n: asyncio.run(frames.aget(n)),
    "wait": lambda frames, n: waited([frames.future(n)]),
    "as_completed": lambda frames, n: [each.result() for each in concurrent.futures.as_completed([frames.future(n)])],
    "one of several": lambda frames, n: waited([frames.future(3), frames.future(n)]),
}


@pytest.mark.parametrize("way", CIRCLES)
def test_loads_that_wait_for_each_other_are_an_error(way: str) -> None:
    both = threading.Barrier(2)

    def load(n: int) -> Any:  # noqa: ANN401 - an item, or what came of waiting
        if n < 2:
            both.wait(LONG)
        return n if n == 3 else CIRCLES[way](frames, (1, 0, 2)[n])

    with Prefetcher(range(4), load, stall_after=None, ahead=0) as frames:
        assert outcomes([frames.future(0), frames.future(1)]) == [DeadlockError, DeadlockError]
        assert outcomes([frames.future(2)]) == [DeadlockError]  # for itself


NO_CIRCLES: dict[str, Callable[[Callable[[int], Future[int]]], object]] = {
    "asked for, not waited for": lambda ask: [ask(1)],
    "the first was enough": lambda ask: [waits := concurrent.futures.as_completed([ask(1), ask(2)]), next(waits)],
}


@pytest.mark.parametrize("way", NO_CIRCLES)
def test_what_a_load_does_not_wait_for_may_wait_for_it(way: str) -> None:
    def load(n: int) -> int:
        if n == 0:
            kept.append(NO_CIRCLES[way](ask))
        return n if n != 1 else ask(0).result() + 1

    kept: list[object] = []
    ask: Callable[[int], Future[int]]
    with Prefetcher(range(3), load, workers=1, stall_after=None, ahead=0) as frames:
        ask = frames.future
        assert [ask(n).result(LONG) for n in (0, 1)] == [0, 1]
    with Scheduler(1) as scheduler:
        ask = lambda n: scheduler.request(n, load, n).future()  # noqa: E731 - as the one above
        assert [ask(n).result(LONG) for n in (0, 1)] == [0, 1]


def test_threads_that_wait_for_locks_do_not_hold_up_what_these_wait_for(
    unhandled: list[BaseException | None],
) -> None:
    """The loads of one prefetcher wait for the lock of another, whose predict waits for one more load of the first."""
    asked, held = threading.Barrier(3), threading.Event()

    def predict(_at: object) -> list[int]:
        if not held.is_set():
            held.set()
            asked.wait(LONG)
            loads.get(8, LONG)
        return []

    def load(n: int) -> int:
        if n < 2:
            asked.wait(LONG)
        return abs(predicting.get(n, LONG))

    with (
        Prefetcher(range(9), load, workers=1, stall_after=None, ahead=0) as loads,
        Prefetcher(range(9), abs, predict=predict, stall_after=None) as predicting,
    ):
        futures = [loads.future(n) for n in (0, 1)]
        assert predicting.get(3, LONG) == 3
        assert outcomes(futures) == [0, 1]
    assert {type(error) for error in unhandled} == {DeadlockError}


def test_a_load_that_waits_for_what_was_asked_for_elsewhere_gives_up_its_place(tmp_path: Path) -> None:
    """The only threads wait for a future, and for a cached function of another thread, that wait for one more load."""
    begun, go_on = threading.Barrier(3), threading.Event()

    def load(n: int) -> int:
        if n < 2:
            begun.wait(LONG)
            go_on.wait(LONG)
            return earlier[0].result() if n == 0 else function(0)
        return n

    earlier: list[Future[int]] = []
    with (
        ResultCache(tmp_path / "results") as cache,
        Prefetcher(range(9), load, workers=1, stall_after=None, ahead=0) as frames,
        concurrent.futures.ThreadPoolExecutor(1) as others,
    ):

        @cache.cached(name="function")
        def function(_n: int) -> int:
            in_function.set()
            go_on.wait(LONG)
            return frames.get(7, LONG)

        in_function = threading.Event()
        futures = [frames.future(n) for n in (0, 1)]
        begun.wait(LONG)
        earlier.append(frames.future(8))
        joined = others.submit(function, 0)
        in_function.wait(LONG)
        go_on.set()
        assert [each.result(LONG) for each in (*futures, joined)] == [8, 7, 7]


def test_a_load_that_waits_for_the_first_of_several_goes_on_with_it() -> None:
    def load(n: int) -> int:
        futures = [frames.future((n + 1) % 3) for _ in range(n == 0)] + [frames.future(2)] * (n < 2)
        return n if n == 2 else int(waited(futures, concurrent.futures.FIRST_COMPLETED)) + 1

    with Prefetcher(range(3), load, stall_after=None, ahead=0) as frames:
        assert frames.get(0, LONG) in {3, 4}


# Functions that are called with a lock held


PREDICTED: dict[str, Callable[[Prefetcher[int]], object]] = {
    "miss": lambda other: other.get(7, LONG),
    "future": lambda other: other.future(7).result(LONG),
    "stats": lambda other: other.stats,
    "failures": lambda other: other.failures(),
}


@pytest.mark.parametrize("way", PREDICTED)
@pytest.mark.parametrize("by", ["predict", "load"])
def test_prefetchers_whose_functions_ask_each_other_are_an_error(
    way: str, by: str, unhandled: list[BaseException | None]
) -> None:
    both = threading.Barrier(2)

    def predict(which: int) -> Any:  # noqa: ANN401 - no iterable, if it comes so far
        if not asked[which].is_set():
            asked[which].set()
            both.wait(LONG)
            PREDICTED[way](frames[1 - which])
        return range(0)

    def load(n: int) -> int:
        if not asked[1].is_set():
            asked[1].set()
            both.wait(LONG)
            with suppress(DeadlockError):
                PREDICTED[way](frames[0])
        return n

    asked = [threading.Event(), threading.Event()]
    second: dict[str, Any] = {"load": load} if by == "load" else {"predict": lambda _at: predict(1), "load": abs}
    with (
        Prefetcher(range(9), abs, predict=lambda _at: predict(0)) as first,
        Prefetcher(range(9), **second) as other,
        concurrent.futures.ThreadPoolExecutor(2) as threads,
    ):
        frames = [first, other]
        got = [threads.submit(each.get, 3) for each in frames]
        assert [each.result(LONG) for each in got] == [3, 3]
    assert {type(error) for error in unhandled} <= {DeadlockError}
    if by == "predict":
        assert unhandled


class AskingCache(UserDict[Any, Any]):
    """A cache of the caller's that asks for items itself."""

    def __init__(self, ask: Callable[[], object]) -> None:
        super().__init__()
        self._ask = ask

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - as of a dictionary
        self._ask()
        return super().get(key, default)

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - as above
        self._ask()
        return super().__getitem__(key)

    def __setitem__(self, key: Any, item: Any) -> None:  # noqa: ANN401 - as above
        self._ask()
        super().__setitem__(key, item)


class AskingItems(Sequence[int]):
    """Items that ask for items themselves when they are counted, or had."""

    def __init__(self, count: Callable[[], object], have: Callable[[], object]) -> None:
        self._count, self._have = count, have

    def __len__(self) -> int:
        self._count()
        return 9

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as of a list
        self._have()
        return range(9)[index]


ASKING: dict[str, Callable[[Callable[[], object]], Prefetcher[int]]] = {
    "predict": lambda ask: Prefetcher(range(9), abs, predict=lambda _at: cast("Any", [5, ask()])),
    "cache": lambda ask: Prefetcher(range(9), abs, cache=AskingCache(ask)),
    "size_of": lambda ask: Prefetcher(range(9), abs, size_of=lambda _item: len([ask()])),
    "len": lambda ask: Prefetcher(AskingItems(ask, int), abs),
    "getitem": lambda ask: Prefetcher(AskingItems(int, ask), abs),
}
ENTRANCES: dict[str, Callable[[Prefetcher[int], Any], object]] = {
    "get": lambda frames, _earlier: frames[7],
    "future": lambda frames, _earlier: frames.future(7).result(),
    "aget": lambda frames, _earlier: asyncio.run(frames.aget(7)),
    "improving": lambda frames, _earlier: list(frames.improving(7)),
    "earlier": lambda _frames, earlier: earlier.result(),
    "peek": lambda frames, _earlier: frames.peek(7),
    "hit": lambda frames, _earlier: [frames.ready(n) and frames[n] for n in range(9)],
    "stats": lambda frames, _earlier: frames.stats,
    "reload": lambda frames, _earlier: frames.reload(2),
    "retry": lambda frames, _earlier: frames.retry(),
    "refresh": lambda frames, _earlier: frames.refresh(),
    "keep": lambda frames, _earlier: frames.keep(7),
    "release": lambda frames, _earlier: frames.release(7),
    "failures": lambda frames, _earlier: frames.failures(),
    "close": lambda frames, _earlier: frames.close(),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("callback", ASKING)
def test_what_the_engine_calls_may_ask_it_and_nothing_hangs(
    callback: str,
    entrance: str,
    unhandled: list[BaseException | None],
) -> None:
    def ask() -> object:
        if not asking or done.is_set() or threading.get_ident() in asking:
            return 0
        asking.append(threading.get_ident())  # not again within that, without end
        try:
            return ENTRANCES[entrance](frames, earlier)
        finally:
            asking.remove(threading.get_ident())

    def work() -> None:
        with suppress(DeadlockError, CancelledError, ValueError):  # or closed
            for position in (3, 4, 2, 3):
                assert frames.get(position, LONG) == position
        done.set()

    asking: list[int] = []
    done = threading.Event()
    frames = ASKING[callback](ask)
    earlier = frames.future(8)
    asking.append(0)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert done.wait(LONG)
    thread.join(LONG)
    frames.close()
    assert {type(error) for error in unhandled} <= {DeadlockError, TypeError, ValueError}


@pytest.mark.parametrize("way", ["reload", "retry"])
@pytest.mark.parametrize("decode", [None, abs])
def test_a_load_has_nothing_loaded_anew(way: str, decode: Any) -> None:  # noqa: ANN401 - a function or none
    def load(n: int) -> int:
        getattr(frames, way)((n + 1) % 3)
        return n

    with Prefetcher(range(3), load, decode=decode) as frames, pytest.raises(DeadlockError, match="loaded anew"):
        frames.get(1, LONG)


@pytest.mark.parametrize("way", ["reload", "retry"])
def test_items_that_fail_are_not_loaded_without_end_by_who_is_called(
    way: str, unhandled: list[BaseException | None]
) -> None:
    tried: list[int] = []

    def load(n: int) -> int:
        tried.append(n)
        raise ValueError("damaged")

    frames: Prefetcher[int]
    with Prefetcher(range(3), load, on_error=lambda *_: getattr(frames, way)(0)) as frames:
        for position in range(3):
            with pytest.raises(ValueError, match="damaged"):
                frames.get(position, LONG)
    assert sorted(tried) == [0, 1, 2]
    assert {type(error) for error in unhandled} == {DeadlockError}


@pytest.mark.parametrize("way", ["pending", "request", "earlier", "stop", "idle"])
def test_a_schedulers_cache_may_not_ask_it(way: str, unhandled: list[BaseException | None]) -> None:
    asking: list[bool] = []
    ways: dict[str, Callable[[], object]] = {}
    hold = threading.Event()
    with Scheduler(2, cache=AskingCache(lambda: asking and ways[way]())) as scheduler:
        earlier = scheduler.request(1, hold.wait, LONG)
        ways |= {
            "pending": lambda: scheduler.pending,
            "request": lambda: scheduler.request(5, abs, -5).result(),
            "earlier": earlier.result,
            "stop": scheduler.stop,
            "idle": scheduler.wait_until_idle,
        }
        asking.append(True)
        assert scheduler.request(2, abs, -2).result(LONG) == 2
        asking.clear()
        hold.set()
    assert {type(error) for error in unhandled} == {DeadlockError}


@pytest.mark.parametrize("way", ["result", "future", "await"])
def test_a_load_may_wait_for_requests(way: str) -> None:
    def load(n: int) -> int:
        if n == 0:
            return 0
        request = scheduler.request(n - 1, load, n - 1)
        ways: dict[str, Any] = {
            "result": request.result,
            "future": lambda: request.future().result(),
            "await": partial(run, request),
        }
        return int(ways[way]()) + 1

    with Scheduler(2) as scheduler:
        assert scheduler.request(50, load, 50).result(LONG) == 50


def test_requests_that_wait_for_each_other_are_an_error() -> None:
    both = threading.Barrier(2)

    def load(n: int, way: Callable[[Any], int]) -> int:
        both.wait(LONG)
        return way(scheduler.request(1 - n, load, 1 - n, way))

    def requested(n: int) -> int:
        return scheduler.request("inner", int, n).result()

    frames: Prefetcher[int]
    with Scheduler(1) as scheduler:
        with pytest.raises(RuntimeError, match="wait for itself"):
            scheduler.request("idle", scheduler.wait_until_idle).result(LONG)
        with Prefetcher(range(1), requested) as frames:
            assert scheduler.request("outer", frames.get, 0).result(LONG) == 0
    with Scheduler(2) as scheduler:
        for way in (
            Request.result,
            lambda request: request.future().result(),
            lambda request: waited([request.future()]),
        ):
            assert outcomes([scheduler.request(n, load, n, way) for n in (0, 1)]) == [DeadlockError, DeadlockError]


# asyncio


run_later: Any = functions.later
"""As its result comes out of all that awaits it."""


def test_coroutine_functions_are_awaited(backend: Any) -> None:  # noqa: ANN401 - one of two words
    with Prefetcher(range(2), run_later, backend=backend, workers=1) as frames:
        assert list(frames) == [0, 1]
    with Scheduler(1, backend=backend) as scheduler:
        assert scheduler.request(1, run_later, 5).result(LONG) == 5


class Later(NamedTuple):
    """Something to be awaited that is no coroutine."""

    value: int

    def __await__(self) -> Generator[Any, None, int]:
        return functions.later(self.value).__await__()


def test_every_function_that_returns_an_awaitable_is_awaited() -> None:
    class Asynchronous:
        async def __call__(self, value: int) -> int:
            return value

    for function in (run_later, partial(run_later), Asynchronous(), Later):
        assert list(View(range(2)).map(function)) == [0, 1]
        assert list(Prefetcher(range(2), abs, decode=function)) == [0, 1]
        assert list(Prefetcher(range(2), function).plain()) == [0, 1]

    async def within_a_loop() -> list[Any]:
        return list(View(range(2)).map(run_later))

    assert asyncio.run(within_a_loop()) == [0, 1]


def test_requests_are_tasks_and_prefetchers_have_asynchronous_blocks() -> None:
    async def work() -> None:
        async with Scheduler(1) as scheduler, Prefetcher(range(9), abs) as frames:
            request = scheduler.request(1, abs, -1)
            tasks = [asyncio.create_task(request) for _ in range(2)]
            assert await asyncio.gather(*tasks, request, frames.aget(3)) == [1, 1, 1, 3]
            assert await asyncio.wait_for(scheduler.request(2, abs, -2), LONG) == 2
            ended = threading.Event()
            slow = asyncio.create_task(scheduler.request(3, ended.wait, LONG))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(slow, 0.01)
            ended.set()
        with pytest.raises(ValueError, match="closed"):
            await frames.aget(1)

    asyncio.run(work())


@pytest.mark.parametrize("kind", [CancelledError, asyncio.CancelledError, concurrent.futures.CancelledError])
def test_what_is_closed_ends_those_who_wait_by_every_cancelled_error(kind: type[BaseException]) -> None:
    held = threading.Event()
    frames, scheduler = Prefetcher(range(9), lambda _item: held.wait(LONG)), Scheduler(1)
    future, request = frames.future(3), scheduler.request(1, held.wait, LONG)

    async def work() -> None:
        awaited = [asyncio.ensure_future(frames.aget(2)), asyncio.ensure_future(request)]
        await asyncio.sleep(0)
        frames.close()
        scheduler.stop()
        for each in awaited:
            with pytest.raises(kind):
                await each

    asyncio.run(work())
    if kind is not asyncio.CancelledError:
        for each in (future, request):
            with pytest.raises(kind):
                each.result(LONG)
    held.set()


# Forks


def in_child(work: Callable[[], object]) -> str:
    """Returns what ``work`` does in a process that is forked, as text; a process that hangs is ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        threading.Timer(LONG, os._exit, [1]).start()
        try:
            text = repr(work())
        except BaseException as error:  # noqa: BLE001 - returned
            text = repr(error)
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


@pytest.fixture
def locked_engine() -> Iterator[Prefetcher[int]]:
    """A prefetcher whose lock a thread holds, which waits for ever; and that loads an item that does not come."""
    held, reached = threading.Event(), threading.Event()

    def load(item: int) -> int:
        if item == 1 and os.getpid() == parent:
            reached.set()
            held.wait(LONG)
        return item

    parent = os.getpid()
    frames = Prefetcher(range(9), load, workers=2, ahead=0)
    frames.get(0, LONG)
    yield frames
    held.set()
    frames.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_begins_anew(locked_engine: Prefetcher[int], tmp_path: Path) -> None:
    held = threading.Event()
    frames, scheduler, cache = locked_engine, Scheduler(1), ResultCache(tmp_path / "results", tag="t")
    doubled = cache.cached(functions.doubled)
    waiting, request = frames.future(1), scheduler.request("slow", held.wait, LONG)
    running = default_scheduler()
    assert running.request(1, abs, -1).result(LONG) == 1
    assert doubled(2) == 4
    locks = [frames._engine._lock, scheduler._queue._lock]  # noqa: SLF001 - held as by another thread at that moment
    for lock in locks:
        lock.acquire()
    try:
        children = [
            in_child(work)
            for work in (
                lambda: [frames[n] for n in (0, 1, 8)],
                lambda: [scheduler.request("slow", abs, -4).result(), request.state is State.CANCELLED],
                lambda: [running.request(2, abs, -2).result(), default_scheduler().request(3, abs, -3).result()],
                lambda: [doubled(2), doubled(3)],
                waiting.result,
            )
        ]
    finally:
        for lock in locks:
            lock.release()
    held.set()
    assert children[:4] == ["[0, 1, 8]", "[4, True]", "[2, 3]", "[4, 6]"]
    assert children[4].startswith("CancelledError('The process was forked meanwhile")
    assert request.result(LONG) is True  # the parent goes on
    scheduler.stop()
    stop_default_scheduler()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_that_a_load_forks_ends_with_that_load(capfd: pytest.CaptureFixture[str]) -> None:
    def load(n: int) -> int:
        if (child := os.fork()) == 0:
            return n
        return os.waitpid(child, 0)[1] + n

    def inner(n: int) -> int:
        return load(n) if n < 2 else frames[n - 1] + 1

    with Prefetcher(range(4), inner) as frames, Scheduler(1) as scheduler:
        assert [frames.get(n, LONG) for n in (0, 3)] == [0, 3]
        assert scheduler.request(1, load, 1).result(LONG) == 1
    assert not capfd.readouterr().err
