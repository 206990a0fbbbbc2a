"""The scheduler, row by row of its specification; where it makes sense, with threads and with processes."""

from __future__ import annotations

import asyncio
import gc
import math
import subprocess
import sys
import threading
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import worker_functions as functions
from doubles import HandLoop
from held_loads import LONG, Items
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import CancelledError, WorkerDiedError
from viewer.core.requests.default import default_scheduler, stop_default_scheduler
from viewer.core.requests.request import Priority, Request, State
from viewer.core.requests.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from viewer.core.workers.backend import BackEnd


@pytest.fixture
def make(backend: BackEnd) -> Iterator[Callable[..., Scheduler]]:
    """Makes schedulers that are stopped when the test is over."""
    made: list[Scheduler] = []

    def make(workers: int = 1, **settings: Any) -> Scheduler:  # noqa: ANN401 - Scheduler says which
        made.append(Scheduler(workers, backend=backend, **settings))
        return made[-1]

    yield make
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


def test_d1_high_overtakes_what_is_queued_under_load(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold()
    scheduler = make(2)
    for name in ("first", "second"):
        scheduler.request(name, items.load, name)
    items.wait_for("first", "second")
    for number in range(20):
        scheduler.request(number, items.load, f"low {number}", priority=Priority.LOW)
    scheduler.request("normal", items.load, "normal")
    scheduler.request("high", items.load, "high", priority=Priority.HIGH)
    items.release("second")
    items.wait_for("high")
    items.release("first")
    items.wait_for("normal")
    items.release("normal")
    items.wait_for("low 0")
    assert items.started[2:] == ["high", "normal", "low 0"]


@pytest.mark.parametrize("priority", list(Priority))
def test_d2_first_come_is_first_served(make: Callable[..., Scheduler], items: Items, priority: Priority) -> None:
    items.hold("hold")
    scheduler = make(1)
    hold = scheduler.request("hold", items.load, "hold")
    items.wait_for("hold")
    for number in (9, 10, 100):
        scheduler.request(number, items.load, str(number), priority=priority)
    items.release()
    assert scheduler.wait_until_idle(LONG)
    assert hold.result(0) == "hold"
    assert items.started == ["hold", "9", "10", "100"]


@pytest.mark.parametrize("is_queued", [True, False])
def test_d3_one_load_serves_all_who_ask(make: Callable[..., Scheduler], items: Items, *, is_queued: bool) -> None:
    items.hold("hold", "id")
    scheduler = make(1)
    told: list[str] = []
    if is_queued:
        scheduler.request("hold", items.load, "hold")
        items.wait_for("hold")
    requests = [scheduler.request("id", items.load, "id", callback=lambda _: told.append("a"))]
    if not is_queued:
        items.wait_for("id")
    for name in "bc":
        again = scheduler.request("id", items.load, name)
        again.add_done_callback(lambda _, name=name: told.append(name))  # type: ignore[misc]  # each its own name
        requests.append(again)
    futures = [request.future() for request in requests]
    items.release()
    assert [end_of(request) for request in requests] == ["c" if is_queued else "id"] * 3
    assert [future.result(LONG) for future in futures] == ["c" if is_queued else "id"] * 3
    assert scheduler.wait_until_idle(LONG)
    assert told == ["a", "b", "c"]
    assert items.started == (["hold", "c"] if is_queued else ["id"])  # the latest load, if none was running already


def test_d4_asking_again_raises_the_priority_and_replaces_the_load(
    make: Callable[..., Scheduler], items: Items
) -> None:
    items.hold("hold")
    scheduler = make(1)
    scheduler.request("hold", items.load, "hold")
    items.wait_for("hold")
    scheduler.request("other", items.load, "other")
    first = scheduler.request("id", items.load, "old", priority=Priority.LOW, data="old")
    again = scheduler.request("id", items.load, "new", priority=Priority.HIGH, data="new")
    assert (again.priority, again.data) == (Priority.HIGH, "new")
    scheduler.request("id", items.load, "newest", priority=Priority.LOW)
    assert (again.priority, again.data) == (Priority.HIGH, "new")  # never lowered, nor forgotten
    items.release("hold")
    assert scheduler.wait_until_idle(LONG)
    assert first.result(0) == "newest"
    assert items.started == ["hold", "newest", "other"]


def test_d5_the_obsolete_of_exactly_one_group_are_cancelled_but_one(
    make: Callable[..., Scheduler], items: Items
) -> None:
    items.hold("hold")
    scheduler = make(1)
    scheduler.request("hold", items.load, "hold")
    items.wait_for("hold")
    groups = ["view", "view 2", "vie", ("view",), None]
    for group in groups:
        for number in (1, 10, 100):
            scheduler.request((group, number), items.load, f"{group} {number}", group=group)
    assert scheduler.cancel_group("view", keep=("view", 10)) == 2
    assert scheduler.cancel_group("view", keep=("view", 10)) == 0
    assert scheduler.cancel_group("v") == 0
    assert scheduler.cancel_group(("view",)) == 3
    items.release("hold")
    assert scheduler.wait_until_idle(LONG)
    left = ["view 10", *(f"{group} {number}" for group in ("view 2", "vie", None) for number in (1, 10, 100))]
    assert items.started == ["hold", *left]


def test_d6_a_running_load_is_given_up_and_still_kept(make: Callable[..., Scheduler], items: Items) -> None:
    cache: dict[object, object] = {}
    items.hold("id")
    scheduler = make(1, cache=cache)
    told: list[State] = []
    request = scheduler.request("id", items.load, "id", callback=lambda one: told.append(one.state))
    items.wait_for("id")
    assert scheduler.cancel("id")
    assert not scheduler.cancel("id")
    assert not request.cancel()
    assert scheduler.wait_until_idle(LONG)
    assert end_of(request) is CancelledError
    assert (scheduler.running, cache) == (0, {})
    items.release("id")
    assert end_of(scheduler.request("after", items.load, "after")) == "after"
    assert cache == {"id": "id", "after": "after"}
    assert scheduler.wait_until_idle(LONG)
    assert told == [State.CANCELLED]


def test_d6_a_new_request_joins_the_load_that_was_given_up(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold("id")
    scheduler = make(2)
    told: list[tuple[str, State]] = []
    scheduler.request("id", items.load, "id", callback=lambda one: told.append(("first", one.state)))
    items.wait_for("id")
    assert scheduler.cancel("id")
    again = scheduler.request("id", items.load, "id", callback=lambda one: told.append(("again", one.state)))
    assert again.state is State.RUNNING
    items.release("id")
    assert end_of(again) == "id"
    assert scheduler.wait_until_idle(LONG)
    assert told == [("first", State.CANCELLED), ("again", State.DONE)]
    assert items.started == ["id"]


def test_d6_what_is_in_the_cache_is_answered_without_a_load(make: Callable[..., Scheduler], items: Items) -> None:
    scheduler = make(1, cache={"id": None})  # None is a value like any other
    loop = HandLoop()
    told: list[State] = []
    request = scheduler.request("id", items.load, "id", callback=lambda one: told.append(one.state), deliver=loop.post)
    assert request.result(0) is None
    assert told == []
    loop.turn()
    assert told == [State.DONE]
    assert items.started == []


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


def test_d7_asking_and_cancelling_goes_any_number_of_times(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold("hold")
    scheduler = make(1)
    scheduler.request("hold", items.load, "hold")
    items.wait_for("hold")
    ends: Counter[State] = Counter()
    for number in range(1000):
        scheduler.request("id", items.load, str(number), callback=lambda one: ends.update([one.state]))
        assert scheduler.cancel("id")
    last = scheduler.request("id", items.load, "last")
    assert scheduler.pending == 2
    items.release("hold")
    assert end_of(last) == "last"
    assert scheduler.wait_until_idle(LONG)
    assert scheduler.pending == 0
    assert ends == {State.CANCELLED: 1000}
    assert items.started == ["hold", "last"]


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


def test_d8_the_counts_tell_queued_from_running(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold()
    scheduler = make(2)
    requests = [scheduler.request(number, items.load, str(number)) for number in range(5)]
    items.wait_for("0", "1")
    assert (scheduler.pending, scheduler.queued, scheduler.running) == (5, 3, 2)
    assert scheduler.requests() == tuple(requests)
    assert not scheduler.wait_until_idle(0)
    items.release()
    assert scheduler.wait_until_idle(LONG)
    assert (scheduler.pending, scheduler.queued, scheduler.running) == (0, 0, 0)
    assert scheduler.requests() == ()


def test_d9_a_callback_is_called_once_with_the_end(make: Callable[..., Scheduler], items: Items) -> None:
    errors: list[BaseException] = []
    items.hold("hold")
    scheduler = make(1, on_callback_error=errors.append)
    told: list[tuple[object, State]] = []

    def callback(request: Request[object]) -> None:
        told.append((request.id, request.state))
        raise RuntimeError(f"callback of {request.id}")

    scheduler.request("hold", items.load, "hold")
    items.wait_for("hold")
    good = scheduler.request("good", items.load, "good", callback=callback)
    bad = scheduler.request("bad", functions.fail, OSError(5, "share away"), callback=callback)
    scheduler.request("dropped", items.load, "dropped", callback=callback).cancel()
    items.release("hold")
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
        scheduler.request("id", int, callback=lambda _: functions.fail(ValueError("first")))
        scheduler.request("id 2", int).add_done_callback(print, deliver=lambda _: functions.fail(KeyError("deliver")))
        assert scheduler.wait_until_idle(LONG)
    with Scheduler(1, on_callback_error=lambda _: functions.fail(problem)) as scheduler:
        scheduler.request("id", int, callback=lambda _: functions.fail(ValueError("second")))
        assert scheduler.wait_until_idle(LONG)
    assert Counter(map(type, reported)) == {ValueError: 1, KeyError: 1, SystemExit: 1}


def test_d10_a_slow_callback_delays_no_load(make: Callable[..., Scheduler]) -> None:
    scheduler = make(2)
    begun, held = threading.Event(), threading.Event()

    def slow(_: Request[str]) -> None:
        begun.set()
        held.wait(LONG)

    scheduler.request("slow", functions.echo, "slow", callback=slow)
    assert begun.wait(LONG)
    requests = [scheduler.request(number, functions.echo, str(number), callback=slow) for number in range(20)]
    assert [end_of(request) for request in requests] == [str(number) for number in range(20)]
    assert scheduler.pending == 0
    assert not scheduler.wait_until_idle(0)  # the callbacks are still to come
    held.set()
    assert scheduler.wait_until_idle(LONG)


def test_d10_callbacks_run_where_the_user_says(make: Callable[..., Scheduler]) -> None:
    scheduler = make(1)
    loop = HandLoop()
    ran_on: list[threading.Thread] = []

    def callback(_: Request[str]) -> None:
        ran_on.append(threading.current_thread())

    scheduler.request("mine", functions.echo, "mine", callback=callback, deliver=loop.post)
    assert scheduler.wait_until_idle(LONG)
    assert ran_on == []
    loop.turn()
    assert ran_on == [threading.current_thread()]
    scheduler.request("yours", functions.echo, "yours", callback=callback)
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


def test_d11_stop_does_not_wait_for_slow_loads_and_tells_all(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold()
    scheduler = make(2)
    told: list[State] = []
    requests = [
        scheduler.request(number, items.load, str(number), callback=lambda one: told.append(one.state))
        for number in range(12)
    ]
    items.wait_for("0", "1")
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
        scheduler.request("id", items.load, "id")
    scheduler.start()
    scheduler.start()
    assert end_of(scheduler.request(0, functions.echo, "again")) == "again"  # no joining what hangs


def test_d11_a_request_that_has_ended_is_told_also_when_the_scheduler_is_stopped() -> None:
    with Scheduler(1) as scheduler:
        request = scheduler.request("id", int, "7")
        assert request.result(LONG) == 7
    told: list[object] = []
    request.add_done_callback(told.append)
    assert told == [request]
    assert request.future().result(0) == 7


def test_d12_a_dropped_scheduler_takes_its_threads_with_it(backend: BackEnd, items: Items) -> None:
    name = f"dropped-{backend}"
    items.hold()
    scheduler = Scheduler(2, backend=backend, name=name)
    requests = [scheduler.request(number, items.load, str(number)) for number in range(10)]
    items.wait_for("0", "1")
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(name)]
    assert len(threads) == 2
    dropped = weakref.ref(scheduler)
    del scheduler
    gc.collect()
    assert dropped() is None
    assert [end_of(request) for request in requests] == [CancelledError] * 10
    items.release()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_d12_a_with_block_ends_everything(backend: BackEnd, items: Items) -> None:
    name = f"with-{backend}"
    with Scheduler(2, backend=backend, name=name) as scheduler:
        request = scheduler.request("id", items.load, "id")
        items.wait_for("id")
        items.release("id")
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


def test_d12_the_program_ends_with_slow_loads_under_way(backend: BackEnd, tmp_path: Path) -> None:
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


def test_d14_threads_are_bounded(backend: BackEnd, items: Items) -> None:
    name = f"bounded-{backend}"
    items.hold()
    with Scheduler(3, backend=backend, name=name) as scheduler:
        for number in range(200):
            request = scheduler.request(
                number, items.load, str(number), priority=Priority(number % 3), callback=lambda _: None
            )
            request.future()
            if number % 4 == 0:
                scheduler.cancel(number)
            assert threads_of(name) <= 5
        items.release()
        assert scheduler.wait_until_idle(LONG)
        assert threads_of(name) <= 5
        scheduler.stop(LONG)


def test_d15_it_may_be_used_from_every_thread(make: Callable[..., Scheduler]) -> None:
    scheduler = make(2)
    asked: list[Request[str]] = []
    told: Counter[int] = Counter()

    def use(seed: int) -> None:
        for number in range(150):
            name = (seed * 7 + number * 13) % 40
            request = scheduler.request(name, str, name, priority=Priority(number % 3), group=name % 4)
            request.add_done_callback(lambda one: told.update([id(one)]))
            asked.append(request)
            if number % 3 == 0:
                scheduler.cancel((name * 3) % 40)
            if number % 20 == 0:
                scheduler.cancel_group(seed % 4, keep=name)

    with ThreadPoolExecutor(8) as eight:
        list(eight.map(use, range(8)))
    assert scheduler.wait_until_idle(LONG)
    assert (scheduler.pending, scheduler.queued, scheduler.running) == (0, 0, 0)
    assert told == Counter(map(id, asked))
    for request in asked:
        assert end_of(request) in {str(request.id), CancelledError}


def test_d16_requests_are_found_by_what_they_carry(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold("hold")
    scheduler = make(1)
    scheduler.request("hold", items.load, "hold", data=(0, 0))
    items.wait_for("hold")
    for x in range(4):
        scheduler.request(x, items.load, str(x), data=(x, 10 * x), group=("tiles", "left"))

    def is_outside(request: Request[object]) -> bool:
        assert isinstance(request.data, tuple)
        return bool(request.data[0] > 1)

    assert [request.data for request in scheduler.requests() if is_outside(request)] == [(2, 20), (3, 30)]
    assert scheduler.cancel_where(is_outside, keep=3) == 1
    scheduler.request(0, items.load, "0")  # says nothing of a group: it stays in its own
    assert [request.id for request in scheduler.requests() if request.group == ("tiles", "left")] == [0, 1, 3]
    items.release("hold")
    assert scheduler.wait_until_idle(LONG)
    assert items.started == ["hold", "0", "1", "3"]


def test_d17_a_request_is_awaited_on_the_users_own_loop(make: Callable[..., Scheduler]) -> None:
    scheduler = make(2)

    async def use() -> None:
        loaded = [scheduler.request(number, functions.echo, str(number)) for number in range(5)]
        assert [await request for request in loaded] == ["0", "1", "2", "3", "4"]
        assert await loaded[0] == "0"
        with pytest.raises(OSError, match="share away"):
            await scheduler.request("bad", functions.fail, OSError("share away"))
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Request[str]] = loop.create_future()
        scheduler.request("told", functions.echo, "told", callback=told.set_result, deliver=loop.call_soon_threadsafe)
        assert (await told).result(0) == "told"

    asyncio.run(asyncio.wait_for(use(), LONG))


def test_d17_a_cancelled_task_leaves_the_request_to_the_others(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold("id")
    scheduler = make(1)
    request = scheduler.request("id", items.load, "id")
    items.wait_for("id")

    async def ask() -> object:
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
    items.release("id")
    assert end_of(request) == "id"


def test_d17_a_cancelled_request_is_told_to_those_who_await_it(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold("id")
    scheduler = make(1)
    request = scheduler.request("id", items.load, "id")
    future = request.future()
    items.wait_for("id")

    async def ask() -> object:
        asyncio.get_running_loop().call_soon(request.cancel)
        return await request

    with pytest.raises(CancelledError):
        asyncio.run(asyncio.wait_for(ask(), LONG))
    assert scheduler.wait_until_idle(LONG)
    assert future.cancelled()


def test_e2_the_hook_is_called_with_the_number_of_each_worker(make: Callable[..., Scheduler], items: Items) -> None:
    scheduler = make(2, hook=items.load)
    assert sorted(items.started) == [0, 1]
    assert scheduler.stop(LONG)
    scheduler.start()
    assert sorted(items.started) == [0, 0, 1, 1]


def test_e2_the_constructor_raises_what_the_hook_raises(make: Callable[..., Scheduler], items: Items) -> None:
    items.fail(1, LookupError, "no licence for 1")
    with pytest.raises(LookupError, match="no licence for 1"):
        make(2, hook=items.load)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, MemoryError, GeneratorExit])
def test_c5_no_exception_of_a_load_ends_a_worker(make: Callable[..., Scheduler], kind: type[BaseException]) -> None:
    scheduler = make(1)
    for number in range(3):
        request = scheduler.request("bad", functions.fail, kind(number))
        error = request.exception(LONG)
        assert type(error) is kind
        assert end_of(request) is kind
    assert end_of(scheduler.request("good", functions.echo, "good")) == "good"


def test_c5_the_traceback_is_the_loads_own_however_often_it_is_asked_for() -> None:
    def depth(request: Request[None]) -> int:
        with pytest.raises(OSError, match="share") as caught:
            request.result(LONG)
        return len(caught.traceback)

    with Scheduler(1) as scheduler:
        request = scheduler.request("bad", functions.fail, OSError("share away"))
        assert depth(request) == depth(request) == depth(request)


@pytest.mark.parametrize("backend", ["processes"])
def test_c6_a_load_whose_process_dies_is_tried_once_more(make: Callable[..., Scheduler], items: Items) -> None:
    items.die("once")
    items.die("always")
    items.hold("once")
    scheduler = make(1)
    request = scheduler.request("id", items.load, "once")
    items.wait_for("once")
    items.release()  # to its end
    items.hold("once")
    items.wait_for("once", loads=2)
    items.mend("once")
    items.release()
    assert end_of(request) == "once"
    assert end_of(scheduler.request("bad", items.load, "always")) is WorkerDiedError
    for number in range(20):
        assert end_of(scheduler.request(number, items.load, number)) == number
    assert items.started == ["once", "once", "always", "always", *range(20)]


@pytest.mark.parametrize(
    "settings", [{"workers": 0}, {"workers": -1}, {"backend": "thread"}, {"start_method": "spork"}]
)
def test_c9_settings_that_there_are_not_are_refused_at_once(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Scheduler(**settings)


def test_timeouts_may_be_without_end() -> None:
    scheduler = Scheduler(1)
    slow = scheduler.request("id", partial(threading.Event().wait, 0.01))
    assert slow.result(math.inf) is False
    assert scheduler.wait_until_idle(math.inf)
    assert scheduler.stop(math.inf)


def test_c9_broken_requests_are_refused_at_once() -> None:
    with Scheduler(1) as scheduler:
        with pytest.raises(TypeError, match="cannot be called"):
            scheduler.request("id", 7)  # type: ignore[call-overload]  # the mistake
        with pytest.raises(ValueError, match="7"):
            scheduler.request("id", int, priority=7)  # type: ignore[call-overload, call-arg]  # the mistake
        with pytest.raises(TypeError, match="hash"):
            scheduler.request([], int)  # type: ignore[call-overload]  # the mistake
        assert scheduler.pending == 0


def test_a19_a_wait_can_have_a_limit(make: Callable[..., Scheduler], items: Items) -> None:
    items.hold("id")
    scheduler = make(1)
    request = scheduler.request("id", items.load, "id")
    items.wait_for("id")
    with pytest.raises(TimeoutError, match="'id'"):
        request.result(0)
    with pytest.raises(TimeoutError, match="'id'"):
        request.exception(0)
    items.release("id")
    assert end_of(request) == "id"
