"""The scheduler, row by row of its specification; where it makes sense, with threads and with processes."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from doubles import HandLoop
from gates import LONG, Gate, die, die_at_first, load_at_gate, note, noted, raise_it
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import CancelledError, WorkerDiedError
from viewer.core.requests.default import default_scheduler, stop_default_scheduler
from viewer.core.requests.request import Priority, Request, State
from viewer.core.requests.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BACK_ENDS = ["threads", "processes"]


@pytest.fixture(params=BACK_ENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Row E1: the same behaviour with both."""
    return str(request.param)


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as gate:
        yield gate


@pytest.fixture
def make(backend: str, gate: Gate) -> Iterator[Callable[..., Scheduler]]:
    """Makes schedulers that are stopped when the test is over."""
    made: list[Scheduler] = []

    def make(workers: int = 1, **settings: Any) -> Scheduler:  # noqa: ANN401 - Scheduler says which
        made.append(Scheduler(workers, backend=backend, **settings))
        return made[-1]

    yield make
    gate.close()
    for scheduler in made:
        scheduler.stop(LONG)


def end_of(request: Request[Any]) -> object:
    """What a caller of a request has got, waiting for it."""
    try:
        return request.result(LONG)
    except BaseException as error:  # noqa: BLE001 - what is asked about
        return type(error)


def threads_of(name: str) -> int:
    return sum(thread.name.startswith(name) for thread in threading.enumerate())


def test_d1_high_overtakes_what_is_queued_under_load(make: Callable[..., Scheduler], gate: Gate) -> None:
    scheduler = make(2)
    for name in ("first", "second"):
        scheduler.request(name, load_at_gate, gate.address, name)
    assert {gate.next_started(), gate.next_started()} == {"first", "second"}
    for number in range(20):
        scheduler.request(number, load_at_gate, gate.address, f"low {number}", priority=Priority.LOW)
    scheduler.request("normal", load_at_gate, gate.address, "normal")
    scheduler.request("high", load_at_gate, gate.address, "high", priority=Priority.HIGH)
    gate.open("second")
    assert gate.next_started() == "high"
    gate.open("first")
    assert gate.next_started() == "normal"
    gate.open("normal")
    assert gate.next_started() == "low 0"


@pytest.mark.parametrize("priority", list(Priority))
def test_d2_first_come_is_first_served(make: Callable[..., Scheduler], tmp_path: Path, priority: Priority) -> None:
    scheduler = make(1)
    hold = scheduler.request("hold", note, tmp_path / "order", "hold")
    for number in (9, 10, 100):
        scheduler.request(number, note, tmp_path / "order", str(number), priority=priority)
    assert scheduler.wait_until_idle(LONG)
    assert hold.result(0) == "hold"
    assert noted(tmp_path / "order") == ["hold", "9", "10", "100"]


@pytest.mark.parametrize("is_queued", [True, False])
def test_d3_one_load_serves_all_who_ask(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path, *, is_queued: bool
) -> None:
    scheduler = make(1)
    told: list[str] = []
    if is_queued:
        scheduler.request("hold", load_at_gate, gate.address, "hold")
        assert gate.next_started() == "hold"
    requests = [scheduler.request("id", load_at_gate, gate.address, "id", callback=lambda _: told.append("a"))]
    if not is_queued:
        assert gate.next_started() == "id"
    for name in "bc":
        again = scheduler.request("id", note, tmp_path / "second", "id")
        again.add_done_callback(lambda _, name=name: told.append(name))  # type: ignore[misc]  # each its own name
        requests.append(again)
    futures = [request.future() for request in requests]
    gate.close()
    assert [end_of(request) for request in requests] == ["id"] * 3
    assert [future.result(LONG) for future in futures] == ["id"] * 3
    assert scheduler.wait_until_idle(LONG)
    assert told == ["a", "b", "c"]
    assert len(noted(tmp_path / "second")) == is_queued  # the latest function runs, if one was not running already


def test_d4_asking_again_raises_the_priority_and_replaces_the_load(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path
) -> None:
    scheduler = make(1)
    order = tmp_path / "order"
    scheduler.request("hold", load_at_gate, gate.address, "hold")
    assert gate.next_started() == "hold"
    scheduler.request("other", note, order, "other")
    first = scheduler.request("id", note, order, "old", priority=Priority.LOW, data="old")
    again = scheduler.request("id", note, order, "new", priority=Priority.HIGH, data="new")
    assert (again.priority, again.data) == (Priority.HIGH, "new")
    scheduler.request("id", note, order, "newest", priority=Priority.LOW)
    assert (again.priority, again.data) == (Priority.HIGH, "new")  # never lowered, nor forgotten
    gate.open("hold")
    assert scheduler.wait_until_idle(LONG)
    assert first.result(0) == "newest"
    assert noted(order) == ["newest", "other"]


def test_d5_the_obsolete_of_exactly_one_group_are_cancelled_but_one(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path
) -> None:
    scheduler = make(1)
    scheduler.request("hold", load_at_gate, gate.address, "hold")
    assert gate.next_started() == "hold"
    groups = ["view", "view 2", "vie", ("view",), None]
    for group in groups:
        for number in (1, 10, 100):
            scheduler.request((group, number), note, tmp_path / "loaded", f"{group} {number}", group=group)
    assert scheduler.cancel_group("view", keep=("view", 10)) == 2
    assert scheduler.cancel_group("view", keep=("view", 10)) == 0
    assert scheduler.cancel_group("v") == 0
    assert scheduler.cancel_group(("view",)) == 3
    gate.open("hold")
    assert scheduler.wait_until_idle(LONG)
    left = ["view 10", *(f"{group} {number}" for group in ("view 2", "vie", None) for number in (1, 10, 100))]
    assert noted(tmp_path / "loaded") == left


def test_d6_a_running_load_is_given_up_and_still_kept(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path
) -> None:
    cache: dict[object, object] = {}
    scheduler = make(1, cache=cache)
    told: list[State] = []
    request = scheduler.request("id", load_at_gate, gate.address, "id", callback=lambda one: told.append(one.state))
    assert gate.next_started() == "id"
    assert scheduler.cancel("id")
    assert not scheduler.cancel("id")
    assert not request.cancel()
    assert scheduler.wait_until_idle(LONG)
    assert end_of(request) is CancelledError
    assert (scheduler.running, cache) == (0, {})
    gate.open("id")
    assert end_of(scheduler.request("after", note, tmp_path / "loaded", "after")) == "after"
    assert cache == {"id": "id", "after": "after"}
    assert scheduler.wait_until_idle(LONG)
    assert told == [State.CANCELLED]


def test_d6_a_new_request_joins_the_load_that_was_given_up(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path
) -> None:
    scheduler = make(2)
    told: list[tuple[str, State]] = []
    scheduler.request("id", load_at_gate, gate.address, "id", callback=lambda one: told.append(("first", one.state)))
    assert gate.next_started() == "id"
    assert scheduler.cancel("id")
    again = scheduler.request(
        "id", note, tmp_path / "second", "id", callback=lambda one: told.append(("again", one.state))
    )
    assert again.state is State.RUNNING
    gate.open("id")
    assert end_of(again) == "id"
    assert scheduler.wait_until_idle(LONG)
    assert told == [("first", State.CANCELLED), ("again", State.DONE)]
    assert noted(tmp_path / "second") == []


def test_d6_what_is_in_the_cache_is_answered_without_a_load(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    scheduler = make(1, cache={"id": None})  # None is a value like any other
    loop = HandLoop()
    told: list[State] = []
    request = scheduler.request(
        "id", note, tmp_path / "loaded", "id", callback=lambda one: told.append(one.state), deliver=loop.post
    )
    assert request.result(0) is None
    assert told == []
    loop.turn()
    assert told == [State.DONE]
    assert noted(tmp_path / "loaded") == []


def test_d6_a_cache_that_fails_costs_no_result() -> None:
    class Full(dict[object, object]):
        def __setitem__(self, key: object, value: object) -> None:
            raise OSError("The disk is full.")

    errors: list[BaseException] = []
    with Scheduler(1, cache=Full(), on_callback_error=errors.append) as scheduler:
        assert scheduler.request("id", int, "7").result(LONG) == 7
        assert scheduler.request("id", int, "8").result(LONG) == 8
        assert scheduler.wait_until_idle(LONG)
    assert [str(error) for error in errors] == ["The disk is full."] * 2


def test_d7_asking_and_cancelling_goes_any_number_of_times(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path
) -> None:
    scheduler = make(1)
    scheduler.request("hold", load_at_gate, gate.address, "hold")
    assert gate.next_started() == "hold"
    ends: Counter[State] = Counter()
    for number in range(1000):
        scheduler.request("id", note, tmp_path / "loaded", str(number), callback=lambda one: ends.update([one.state]))
        assert scheduler.cancel("id")
    last = scheduler.request("id", note, tmp_path / "loaded", "last")
    assert scheduler.pending == 2
    gate.open("hold")
    assert end_of(last) == "last"
    assert scheduler.wait_until_idle(LONG)
    assert scheduler.pending == 0
    assert ends == {State.CANCELLED: 1000}
    assert noted(tmp_path / "loaded") == ["last"]


WHAT = st.sampled_from(["ask", "fail", "cancel", "cancel group", "release"])


@given(st.lists(st.tuples(WHAT, st.integers(0, 5), st.sampled_from(Priority)), max_size=30))
def test_d8_pending_is_queued_and_running_and_ends_at_nothing(steps: list[tuple[str, int, Priority]]) -> None:
    held = threading.Semaphore(0)

    def load(number: int) -> int:
        held.acquire()
        return number

    def fail(number: int) -> int:
        held.acquire()
        raise OSError(number)

    told: Counter[Request[int]] = Counter()
    asked: list[Request[int]] = []
    with Scheduler(2) as scheduler:
        for what, number, priority in steps:
            if what == "cancel":
                scheduler.cancel(number)
            elif what == "cancel group":
                scheduler.cancel_group(number % 2)
            elif what == "release":
                held.release()
            else:
                asked.append(
                    scheduler.request(
                        number, fail if what == "fail" else load, number, priority=priority, group=number % 2
                    )
                )
                asked[-1].add_done_callback(lambda one: told.update([one]))
            assert scheduler.running in {0, 1, 2}
        held.release(1000)
        assert scheduler.wait_until_idle(LONG)
        assert (scheduler.pending, scheduler.queued, scheduler.running) == (0, 0, 0)
    assert told == Counter(asked)


def test_d8_the_counts_tell_queued_from_running(make: Callable[..., Scheduler], gate: Gate) -> None:
    scheduler = make(2)
    requests = [scheduler.request(number, load_at_gate, gate.address, str(number)) for number in range(5)]
    for _ in range(2):
        gate.next_started()
    assert (scheduler.pending, scheduler.queued, scheduler.running) == (5, 3, 2)
    assert scheduler.requests() == tuple(requests)
    assert not scheduler.wait_until_idle(0)
    gate.close()
    assert scheduler.wait_until_idle(LONG)
    assert (scheduler.pending, scheduler.queued, scheduler.running) == (0, 0, 0)
    assert scheduler.requests() == ()


def test_d9_a_callback_is_called_once_with_the_end(make: Callable[..., Scheduler], gate: Gate, tmp_path: Path) -> None:
    errors: list[BaseException] = []
    scheduler = make(1, on_callback_error=errors.append)
    told: list[tuple[object, State]] = []

    def callback(request: Request[object]) -> None:
        told.append((request.id, request.state))
        raise RuntimeError(f"callback of {request.id}")

    scheduler.request("hold", load_at_gate, gate.address, "hold")
    assert gate.next_started() == "hold"
    good = scheduler.request("good", note, tmp_path / "loaded", "good", callback=callback)
    bad = scheduler.request("bad", raise_it, OSError, 5, "share away", callback=callback)
    scheduler.request("dropped", note, tmp_path / "loaded", "dropped", callback=callback).cancel()
    gate.open("hold")
    assert end_of(good) == "good"
    error = bad.exception(LONG)
    assert isinstance(error, OSError)
    assert error.errno == 5
    assert scheduler.wait_until_idle(LONG)
    assert told == [("dropped", State.CANCELLED), ("good", State.DONE), ("bad", State.FAILED)]
    assert [str(each) for each in errors] == ["callback of dropped", "callback of good", "callback of bad"]
    good.add_done_callback(callback)  # it has come to its end: told now
    assert scheduler.wait_until_idle(LONG)
    assert told[3:] == [("good", State.DONE)]


def test_d9_without_a_hook_the_errors_of_callbacks_are_reported_as_those_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda what: reported.append(what.exc_value))
    problem = SystemExit("not the end")
    with Scheduler(1) as scheduler:
        scheduler.request("id", int, callback=lambda _: raise_it(ValueError, "first"))
        scheduler.request("id 2", int).add_done_callback(print, deliver=lambda _: raise_it(KeyError, "deliver"))
        assert scheduler.wait_until_idle(LONG)
    with Scheduler(1, on_callback_error=lambda _: raise_it(type(problem), *problem.args)) as scheduler:
        scheduler.request("id", int, callback=lambda _: raise_it(ValueError, "second"))
        assert scheduler.wait_until_idle(LONG)
    assert Counter(map(type, reported)) == {ValueError: 1, KeyError: 1, SystemExit: 1}


def test_d10_a_slow_callback_delays_no_load(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    scheduler = make(2)
    begun, held = threading.Event(), threading.Event()

    def slow(_: Request[str]) -> None:
        begun.set()
        held.wait(LONG)

    scheduler.request("slow", note, tmp_path / "loaded", "slow", callback=slow)
    assert begun.wait(LONG)
    requests = [
        scheduler.request(number, note, tmp_path / "loaded", str(number), callback=slow) for number in range(20)
    ]
    assert [end_of(request) for request in requests] == [str(number) for number in range(20)]
    assert scheduler.pending == 0
    assert not scheduler.wait_until_idle(0)  # the callbacks are still to come
    held.set()
    assert scheduler.wait_until_idle(LONG)


def test_d10_callbacks_run_where_the_user_says(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    scheduler = make(1)
    loop = HandLoop()
    ran_on: list[threading.Thread] = []

    def callback(_: Request[str]) -> None:
        ran_on.append(threading.current_thread())

    scheduler.request("mine", note, tmp_path / "loaded", "mine", callback=callback, deliver=loop.post)
    assert scheduler.wait_until_idle(LONG)
    assert ran_on == []
    loop.turn()
    assert ran_on == [threading.current_thread()]
    scheduler.request("yours", note, tmp_path / "loaded", "yours", callback=callback)
    assert scheduler.wait_until_idle(LONG)
    assert ran_on[1] is not threading.current_thread()


def test_d10_a_callback_may_use_the_scheduler_but_not_wait_for_itself() -> None:
    errors: list[BaseException] = []
    with Scheduler(1, on_callback_error=errors.append) as scheduler:
        more: list[Request[int]] = []

        def ask_more(_: Request[int]) -> None:
            more.append(scheduler.request("more", int, "2"))
            scheduler.wait_until_idle()

        scheduler.request("id", int, "1", callback=ask_more)
        assert scheduler.wait_until_idle(LONG)
        assert more[0].result(LONG) == 2
    assert [type(error) for error in errors] == [RuntimeError]


def test_d11_stop_does_not_wait_for_slow_loads_and_tells_all(
    make: Callable[..., Scheduler], gate: Gate, tmp_path: Path
) -> None:
    scheduler = make(2)
    told: list[State] = []
    requests = [
        scheduler.request(number, load_at_gate, gate.address, str(number), callback=lambda one: told.append(one.state))
        for number in range(12)
    ]
    for _ in range(2):
        gate.next_started()
    ends: list[object] = []
    waiters = [threading.Thread(target=lambda one=one: ends.append(end_of(one))) for one in requests]
    for waiter in waiters:
        waiter.start()
    scheduler.stop()  # comes back although no load does
    scheduler.stop()
    assert scheduler.pending == 0
    for waiter in waiters:
        waiter.join(LONG)
    assert ends == [CancelledError] * 12
    assert scheduler.wait_until_idle(LONG)
    assert told == [State.CANCELLED] * 12
    with pytest.raises(RuntimeError, match="start"):
        scheduler.request("id", note, tmp_path / "loaded", "id")
    scheduler.start()
    scheduler.start()
    assert end_of(scheduler.request(0, note, tmp_path / "loaded", "again")) == "again"  # no joining what hangs


def test_d11_a_request_that_has_ended_is_told_also_when_the_scheduler_is_stopped() -> None:
    with Scheduler(1) as scheduler:
        request = scheduler.request("id", int, "7")
        assert request.result(LONG) == 7
    told: list[object] = []
    request.add_done_callback(told.append)
    assert told == [request]
    assert request.future().result(0) == 7


def test_d12_a_dropped_scheduler_takes_its_threads_with_it(backend: str, gate: Gate) -> None:
    name = f"dropped-{backend}"
    scheduler = Scheduler(2, backend=backend, name=name)
    requests = [scheduler.request(number, load_at_gate, gate.address, str(number)) for number in range(10)]
    for _ in range(2):
        gate.next_started()
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(name)]
    assert len(threads) == 3
    dropped = weakref.ref(scheduler)
    del scheduler
    gc.collect()
    assert dropped() is None
    assert [end_of(request) for request in requests] == [CancelledError] * 10
    gate.close()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_d12_a_with_block_ends_everything(backend: str, gate: Gate) -> None:
    name = f"with-{backend}"
    with Scheduler(2, backend=backend, name=name) as scheduler:
        request = scheduler.request("id", load_at_gate, gate.address, "id")
        assert gate.next_started() == "id"
        gate.open("id")
        assert end_of(request) == "id"
    assert not scheduler.is_running
    assert scheduler.stop(LONG)


AT_EXIT = """
import sys, time
from viewer.core.requests.default import default_scheduler
from viewer.core.requests.scheduler import Scheduler

if __name__ == "__main__":
    schedulers = [Scheduler(2, backend=sys.argv[1]), default_scheduler(backend=sys.argv[1], workers=2)]
    for scheduler in schedulers:
        assert scheduler.request("first", int, "7").result(60) == 7
        for number in range(10):
            scheduler.request(number, time.sleep, 600)
    assert default_scheduler() is schedulers[1]
    print("served", flush=True)
"""


def test_d12_the_program_ends_with_slow_loads_under_way(backend: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(AT_EXIT)
    ended = subprocess.run(
        [sys.executable, str(script), backend], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "served\n", "")


@pytest.fixture
def no_default() -> Iterator[None]:
    """No default scheduler, before and after."""
    stop_default_scheduler(LONG)
    yield
    stop_default_scheduler(LONG)


@pytest.mark.usefixtures("no_default")
def test_d13_the_default_scheduler_is_made_once_and_loads() -> None:
    scheduler = default_scheduler()
    assert scheduler.request("id", int, "7").result(LONG) == 7
    assert default_scheduler() is scheduler
    assert default_scheduler(backend="threads", workers=scheduler.workers, cache=None) is scheduler


@pytest.mark.usefixtures("no_default")
def test_d13_differing_settings_are_refused_by_name() -> None:
    cache: dict[Any, Any] = {}
    scheduler = default_scheduler(workers=3, cache=cache)
    assert default_scheduler(cache=cache) is scheduler
    assert default_scheduler(workers=None) is scheduler
    for settings, name in (
        ({"workers": 2}, "workers is 3, not 2"),
        ({"cache": {}}, "cache"),
        ({"hook": print}, "hook"),
    ):
        with pytest.raises(ValueError, match=name):
            default_scheduler(**settings)
    assert default_scheduler() is scheduler


@pytest.mark.usefixtures("no_default")
def test_d13_after_a_stop_there_is_a_new_one() -> None:
    first = default_scheduler(workers=1)
    assert stop_default_scheduler(LONG)
    assert stop_default_scheduler(LONG)
    assert not first.is_running
    second = default_scheduler(workers=2)
    assert second.workers == 2
    second.stop(LONG)  # by its own method: just as well
    third = default_scheduler(workers=3)
    assert third.request("id", int, "7").result(LONG) == 7


def test_d14_threads_are_bounded(backend: str, gate: Gate) -> None:
    name = f"bounded-{backend}"
    with Scheduler(3, backend=backend, name=name) as scheduler:
        for number in range(200):
            request = scheduler.request(
                number, load_at_gate, gate.address, str(number), priority=Priority(number % 3), callback=lambda _: None
            )
            request.future()
            if number % 4 == 0:
                scheduler.cancel(number)
            assert threads_of(name) <= 5
        gate.close()
        assert scheduler.wait_until_idle(LONG)
        assert threads_of(name) <= 5
        scheduler.stop(LONG)


def test_d15_it_may_be_used_from_every_thread(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    scheduler = make(2)
    asked: list[Request[str]] = []
    told: Counter[int] = Counter()
    errors: list[BaseException] = []

    def use(seed: int) -> None:
        try:
            for number in range(150):
                name = (seed * 7 + number * 13) % 40
                request = scheduler.request(
                    name, note, tmp_path / "loaded", str(name), priority=Priority(number % 3), group=name % 4
                )
                request.add_done_callback(lambda one: told.update([id(one)]))
                asked.append(request)
                if number % 3 == 0:
                    scheduler.cancel((name * 3) % 40)
                if number % 20 == 0:
                    scheduler.cancel_group(seed % 4, keep=name)
        except BaseException as error:  # noqa: BLE001 - what is asked about
            errors.append(error)

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert scheduler.wait_until_idle(LONG)
    assert errors == []
    assert (scheduler.pending, scheduler.queued, scheduler.running) == (0, 0, 0)
    assert told == Counter(map(id, asked))
    for request in asked:
        assert end_of(request) in {str(request.id), CancelledError}


def test_d16_requests_are_found_by_what_they_carry(make: Callable[..., Scheduler], gate: Gate, tmp_path: Path) -> None:
    scheduler = make(1)
    scheduler.request("hold", load_at_gate, gate.address, "hold", data=(0, 0))
    assert gate.next_started() == "hold"
    for x in range(4):
        scheduler.request(x, note, tmp_path / "loaded", str(x), data=(x, 10 * x), group=("tiles", "left"))

    def is_outside(request: Request[object]) -> bool:
        assert isinstance(request.data, tuple)
        return bool(request.data[0] > 1)

    assert [request.data for request in scheduler.requests() if is_outside(request)] == [(2, 20), (3, 30)]
    assert scheduler.cancel_where(is_outside, keep=3) == 1
    scheduler.request(0, note, tmp_path / "loaded", "0")  # says nothing of a group: it stays in its own
    assert [request.id for request in scheduler.requests() if request.group == ("tiles", "left")] == [0, 1, 3]
    gate.open("hold")
    assert scheduler.wait_until_idle(LONG)
    assert noted(tmp_path / "loaded") == ["0", "1", "3"]


def test_d17_a_request_is_awaited_on_the_users_own_loop(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    scheduler = make(2)

    async def use() -> None:
        loaded = [scheduler.request(number, note, tmp_path / "loaded", str(number)) for number in range(5)]
        assert [await request for request in loaded] == ["0", "1", "2", "3", "4"]
        assert await loaded[0] == "0"
        with pytest.raises(OSError, match="share away"):
            await scheduler.request("bad", raise_it, OSError, "share away")
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Request[str]] = loop.create_future()
        scheduler.request(
            "told", note, tmp_path / "loaded", "told", callback=told.set_result, deliver=loop.call_soon_threadsafe
        )
        assert (await told).result(0) == "told"

    asyncio.run(asyncio.wait_for(use(), LONG))


def test_d17_a_cancelled_task_leaves_the_request_to_the_others(make: Callable[..., Scheduler], gate: Gate) -> None:
    scheduler = make(1)
    request = scheduler.request("id", load_at_gate, gate.address, "id")
    assert gate.next_started() == "id"

    async def ask() -> str:
        return await request

    async def give_up() -> None:
        task = asyncio.create_task(ask())
        await asyncio.sleep(0)  # the task takes its turn
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())  # its loop is closed before the load ends
    future = request.future()
    assert future.cancel()
    gate.open("id")
    assert end_of(request) == "id"


def test_d17_a_cancelled_request_is_told_to_those_who_await_it(make: Callable[..., Scheduler], gate: Gate) -> None:
    scheduler = make(1)
    request = scheduler.request("id", load_at_gate, gate.address, "id")
    future = request.future()
    assert gate.next_started() == "id"

    async def ask() -> str:
        asyncio.get_running_loop().call_soon(request.cancel)
        return await request

    with pytest.raises(CancelledError):
        asyncio.run(asyncio.wait_for(ask(), LONG))
    assert scheduler.wait_until_idle(LONG)
    assert future.cancelled()


def test_e2_the_hook_is_called_with_the_number_of_each_worker(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    scheduler = make(2, hook=Noting(tmp_path / "hooked"))
    assert sorted(noted(tmp_path / "hooked")) == ["0", "1"]
    assert scheduler.stop(LONG)
    scheduler.start()
    assert sorted(noted(tmp_path / "hooked")) == ["0", "0", "1", "1"]


class Noting:
    """A hook that notes the numbers, and fails where it is told to."""

    def __init__(self, path: Path, failing: int | None = None) -> None:
        self._path = path
        self._failing = failing

    def __call__(self, number: int) -> None:
        note(self._path, str(number))
        if number == self._failing:
            raise LookupError(f"no licence for {number}")


def test_e2_the_constructor_raises_what_the_hook_raises(make: Callable[..., Scheduler], tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no licence for 1"):
        make(2, hook=Noting(tmp_path / "hooked", failing=1))


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, MemoryError, GeneratorExit, StopIteration])
def test_c5_no_exception_of_a_load_ends_a_worker(
    make: Callable[..., Scheduler], tmp_path: Path, kind: type[BaseException]
) -> None:
    scheduler = make(1)
    for number in range(3):
        request = scheduler.request("bad", raise_it, kind, number)
        error = request.exception(LONG)
        assert type(error) is kind
        assert end_of(request) is kind
    assert end_of(scheduler.request("good", note, tmp_path / "loaded", "good")) == "good"


def test_c5_the_traceback_is_the_loads_own_however_often_it_is_asked_for() -> None:
    def depth(request: Request[None]) -> int:
        with pytest.raises(OSError, match="share") as caught:
            request.result(LONG)
        return len(caught.traceback)

    with Scheduler(1) as scheduler:
        request = scheduler.request("bad", raise_it, OSError, "share away")
        assert depth(request) == depth(request) == depth(request)


def test_c6_a_load_whose_process_dies_is_tried_once_more(tmp_path: Path) -> None:
    with Scheduler(1, backend="processes") as scheduler:
        request = scheduler.request("id", die_at_first, tmp_path / "tries", "id")
        assert end_of(request) == "id"
        assert noted(tmp_path / "tries") == ["id", "id"]
        assert end_of(scheduler.request("bad", die, tmp_path / "deaths", "bad")) is WorkerDiedError
        assert noted(tmp_path / "deaths") == ["bad", "bad"]
        for number in range(20):
            assert end_of(scheduler.request(number, note, tmp_path / "after", str(number))) == str(number)
        assert scheduler.stop(LONG)


@pytest.mark.parametrize(
    "settings", [{"workers": 0}, {"workers": -1}, {"backend": "thread"}, {"start_method": "spork"}]
)
def test_c9_settings_that_there_are_not_are_refused_at_once(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Scheduler(**settings)


def test_c9_broken_requests_are_refused_at_once() -> None:
    with Scheduler(1) as scheduler:
        with pytest.raises(TypeError, match="cannot be called"):
            scheduler.request("id", 7)  # type: ignore[arg-type]  # the mistake
        with pytest.raises(ValueError, match="7"):
            scheduler.request("id", int, priority=7)  # type: ignore[arg-type]  # the mistake
        with pytest.raises(TypeError, match="hash"):
            scheduler.request([], int)  # type: ignore[arg-type]  # the mistake
        assert scheduler.pending == 0


def test_a19_a_wait_can_have_a_limit(make: Callable[..., Scheduler], gate: Gate) -> None:
    scheduler = make(1)
    request = scheduler.request("id", load_at_gate, gate.address, "id")
    assert gate.next_started() == "id"
    with pytest.raises(TimeoutError, match="'id'"):
        request.result(0)
    with pytest.raises(TimeoutError, match="'id'"):
        request.exception(0)
    gate.open("id")
    assert end_of(request) == "id"
