"""What every loop and every executor must do, whoever makes them."""

from __future__ import annotations

import threading
import time
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QCoreApplication, QEvent

from viewer.core.executor import Executor, Failure, Success, ThreadExecutor
from viewer.core.loop import ThreadLoop
from viewer.gui.bridge.loop import QtLoop
from viewer.gui.bridge.thread_pool import QtExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from viewer.core.loop import Loop

LONG = 20.0
"""Seconds after which a test has failed rather than waits."""


@dataclass
class Owner:
    """An owner thread with its loop, as a test sees it from outside.

    Attributes:
        loop: the loop under test.
        executor: makes an executor of so many hands; called on the owner thread.
        run: runs a function on the owner thread and returns what it returned.
        until: lets the owner thread go on until an event is set.
    """

    loop: Loop
    executor: Callable[[int], Executor]
    run: Callable[[Callable[[], object]], object]
    until: Callable[[threading.Event], None]


@contextmanager
def plain_threads() -> Iterator[Owner]:
    loop = ThreadLoop()
    made: list[ThreadExecutor] = []

    def executor(max_workers: int) -> Executor:
        made.append(ThreadExecutor(loop, max_workers, "test-hand"))
        return made[-1]

    def run(function: Callable[[], object]) -> object:
        results: list[object] = []
        done = threading.Event()

        def call() -> None:
            try:
                results.append(function())
            finally:
                done.set()

        loop.post(call)
        assert done.wait(LONG)
        return results[0]

    def until(event: threading.Event) -> None:
        assert event.wait(LONG)

    try:
        yield Owner(loop, executor, run, until)
    finally:
        for each in made:
            assert each.close(LONG)
        assert loop.close(LONG)


@contextmanager
def qt_threads() -> Iterator[Owner]:
    loop = QtLoop()
    made: list[QtExecutor] = []

    def executor(max_workers: int) -> Executor:
        made.append(QtExecutor(loop, max_workers))
        return made[-1]

    def run(function: Callable[[], object]) -> object:
        results: list[object] = []
        done = threading.Event()

        def call() -> None:
            try:
                results.append(function())
            finally:
                done.set()

        loop.post(call)
        until(done)
        return results[0]

    def until(event: threading.Event) -> None:
        deadline = time.monotonic() + LONG
        while not event.is_set():
            assert time.monotonic() < deadline
            QCoreApplication.processEvents()
            event.wait(0.001)  # set by a worker, it wakes no event loop

    try:
        yield Owner(loop, executor, run, until)
    finally:
        for each in made:
            assert each.close(LONG)
        QCoreApplication.processEvents()
        loop.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


KINDS: list[Callable[[], AbstractContextManager[Owner]]] = [plain_threads, qt_threads]
"""Each kind of owner thread."""


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def owner(request: pytest.FixtureRequest, qapp: QCoreApplication) -> Iterator[Owner]:  # noqa: ARG001 - Qt's queue is its
    """An owner thread of each kind."""
    with request.param() as made:
        yield made


# The loop


def test_posted_callbacks_run_in_their_order_on_one_thread(owner: Owner) -> None:
    ran: list[tuple[int, int]] = []
    done = threading.Event()
    for number in range(100):
        owner.loop.post(lambda number=number: ran.append((number, threading.get_ident())))  # type: ignore[misc]
    owner.loop.post(done.set)
    owner.until(done)
    assert [number for number, _ in ran] == list(range(100))
    assert {thread for _, thread in ran} == {owner.run(threading.get_ident)}


def test_posting_on_the_owner_thread_does_not_run_at_once(owner: Owner) -> None:
    done = threading.Event()

    def post() -> bool:
        owner.loop.post(done.set)
        return done.is_set()

    assert owner.run(post) is False
    owner.until(done)


def test_callbacks_posted_from_many_threads_all_run(owner: Owner) -> None:
    ran: list[int] = []
    done = threading.Event()

    def post() -> None:
        for _ in range(100):
            owner.loop.post(lambda: ran.append(1))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    owner.loop.post(done.set)
    owner.until(done)
    assert len(ran) == 800


def test_a_timer_runs_not_before_its_time(owner: Owner) -> None:
    done = threading.Event()
    times: list[float] = []

    def ring() -> None:
        times.append(owner.loop.now())
        done.set()

    def start() -> None:
        times.append(owner.loop.now())
        owner.loop.call_later(0.02, ring)

    owner.run(start)
    owner.until(done)
    assert times[1] - times[0] >= 0.02


def test_timers_run_in_the_order_they_are_due(owner: Owner) -> None:
    ran: list[str] = []
    done = threading.Event()

    def start() -> None:
        owner.loop.call_later(0.05, done.set)
        owner.loop.call_later(0.03, lambda: ran.append("second"))
        owner.loop.call_later(0.01, lambda: ran.append("first"))

    owner.run(start)
    owner.until(done)
    assert ran == ["first", "second"]


def test_a_timer_without_delay_does_not_run_at_once(owner: Owner) -> None:
    done = threading.Event()

    def start() -> bool:
        owner.loop.call_later(0.0, done.set)
        return done.is_set()

    assert owner.run(start) is False
    owner.until(done)


def test_a_cancelled_timer_does_not_run(owner: Owner) -> None:
    ran: list[int] = []
    done = threading.Event()

    def start() -> None:
        timer = owner.loop.call_later(0.0, lambda: ran.append(1))
        owner.loop.call_later(0.02, done.set)
        timer.cancel()
        timer.cancel()

    owner.run(start)
    owner.until(done)
    assert ran == []


def test_endless_posting_does_not_keep_timers_from_running(owner: Owner) -> None:
    done = threading.Event()

    def again() -> None:
        if not done.is_set():
            owner.loop.post(again)

    def start() -> None:
        owner.loop.call_later(0.01, done.set)
        again()

    owner.run(start)
    owner.until(done)


# The executor


def outcomes_of(owner: Owner, executor: Executor, jobs: list[Callable[[], object]]) -> list[Success[object] | Failure]:
    """Runs ``jobs`` and returns their outcomes in the order in which they came."""
    outcomes: list[Success[object] | Failure] = []
    done = threading.Event()

    def note(outcome: Success[object] | Failure) -> None:
        outcomes.append(outcome)
        if len(outcomes) == len(jobs):
            done.set()

    def submit() -> None:
        for job in jobs:
            executor.submit(job, note)

    owner.run(submit)
    owner.until(done)
    return outcomes


def executor_of(owner: Owner, max_workers: int) -> Executor:
    made = owner.run(lambda: owner.executor(max_workers))
    assert hasattr(made, "submit")
    return made  # type: ignore[return-value]  # it came through run


def test_a_job_runs_elsewhere_and_its_outcome_comes_to_the_owner_thread(owner: Owner) -> None:
    executor = executor_of(owner, 1)
    threads: list[int] = []
    done = threading.Event()

    def take(outcome: Success[int] | Failure) -> None:
        assert isinstance(outcome, Success)
        threads.extend([outcome.value, threading.get_ident()])
        done.set()

    owner.run(lambda: executor.submit(threading.get_ident, take))
    owner.until(done)
    home = owner.run(threading.get_ident)
    assert threads[0] != home
    assert threads[1] == home


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), MemoryError(), GeneratorExit()])
def test_an_exception_of_any_kind_is_an_outcome_and_the_hand_lives_on(owner: Owner, error: BaseException) -> None:
    executor = executor_of(owner, 1)

    def fail() -> None:
        raise error

    first, second = outcomes_of(owner, executor, [fail, lambda: None])
    assert isinstance(first, Failure)
    assert first.error is error
    assert second == Success(None)


def test_each_job_is_told_once(owner: Owner) -> None:
    executor = executor_of(owner, 4)
    outcomes = outcomes_of(owner, executor, [lambda number=number: number for number in range(200)])  # type: ignore[misc]
    values = [each.value for each in outcomes if isinstance(each, Success)]
    assert sorted(values) == list(range(200))  # type: ignore[type-var]  # they are numbers


def test_as_many_jobs_run_at_the_same_time_as_there_are_hands_and_no_more(owner: Owner) -> None:
    executor = executor_of(owner, 3)
    assert executor.max_workers == 3
    together = threading.Barrier(3)
    running: set[int] = set()
    most: list[int] = []

    def work() -> None:
        running.add(threading.get_ident())
        most.append(len(running))
        together.wait(LONG)
        running.discard(threading.get_ident())
        together.wait(LONG)

    assert all(isinstance(each, Success) for each in outcomes_of(owner, executor, [work] * 9))
    assert max(most) == 3


def test_a_stuck_job_does_not_hold_up_the_other_hands(owner: Owner) -> None:
    executor = executor_of(owner, 2)
    release, done = threading.Event(), threading.Event()
    owner.run(lambda: executor.submit(lambda: release.wait(LONG), lambda _: None))
    assert outcomes_of(owner, executor, [lambda: 1, lambda: 2]) == [Success(1), Success(2)]
    owner.run(lambda: executor.submit(lambda: None, lambda _: done.set()))
    owner.until(done)
    release.set()


def test_closing_drops_what_has_not_begun_and_tells_nobody_any_more(owner: Owner) -> None:
    executor = executor_of(owner, 1)
    begun, release = threading.Event(), threading.Event()
    ran: list[str] = []

    def block() -> None:
        begun.set()
        release.wait(LONG)

    def submit() -> None:
        executor.submit(block, lambda _: ran.append("told"))
        executor.submit(lambda: ran.append("begun"), lambda _: ran.append("told"))

    owner.run(submit)
    owner.until(begun)
    assert owner.run(lambda: executor.close(0.0)) is False
    release.set()
    assert owner.run(lambda: executor.close(LONG)) is True
    owner.run(lambda: executor.submit(lambda: ran.append("begun"), lambda _: ran.append("told")))
    owner.run(lambda: None)
    assert ran == []


def test_closing_an_idle_executor_any_number_of_times_is_harmless(owner: Owner) -> None:
    executor = executor_of(owner, 2)
    outcomes_of(owner, executor, [lambda: 1])
    assert [owner.run(lambda: executor.close(LONG)) for _ in range(3)] == [True, True, True]


def test_an_idle_hand_holds_nothing_of_its_last_job(owner: Owner) -> None:
    class Bytes:
        """Stands for what a job was given."""

    executor = executor_of(owner, 1)

    def submit() -> weakref.ref[Bytes]:
        given = Bytes()

        def job() -> None:
            assert given is not None

        executor.submit(job, lambda _: None)
        return weakref.ref(given)

    held = owner.run(submit)
    assert isinstance(held, weakref.ref)
    # The hand must come back to ask for more before it can have let go: the next job proves that it did.
    outcomes_of(owner, executor, [lambda: None])
    owner.run(lambda: None)
    assert held() is None
