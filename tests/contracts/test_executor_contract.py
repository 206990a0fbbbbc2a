"""What every loop and every executor must do."""

from __future__ import annotations

import threading
import time
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QCoreApplication, QEvent

from viewer.core.executor import Executor, Failure, Success
from viewer.core.loop import ThreadLoop
from viewer.gui.bridge.loop import QtLoop
from viewer.gui.bridge.thread_pool import QtExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from viewer.core.loop import Loop

    MakeExecutor = Callable[[int], Executor]

LONG = 20.0
"""Seconds after which a test has failed rather than waits."""


@dataclass
class Owner:
    """An owner thread with its loop, as a test sees it from outside.

    Attributes:
        loop: the loop under test.
        run: runs a function on the owner thread and returns what it returned.
        until: lets the owner thread go on until an event is set.
    """

    loop: Loop
    run: Callable[[Callable[[], object]], object]
    until: Callable[[threading.Event], None]


@contextmanager
def plain_threads() -> Iterator[Owner]:
    loop = ThreadLoop()

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
        yield Owner(loop, run, until)
    finally:
        assert loop.close(LONG)


@contextmanager
def qt_threads() -> Iterator[Owner]:
    loop = QtLoop()

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
        yield Owner(loop, run, until)
    finally:
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


@pytest.fixture
def qt_owner(qapp: QCoreApplication) -> Iterator[Owner]:  # noqa: ARG001 - Qt's queue is its
    """The owner thread that executors report to."""
    with qt_threads() as made:
        yield made


@pytest.fixture
def make_executor(qt_owner: Owner) -> Iterator[MakeExecutor]:
    """Makes an executor with so many workers, on the owner thread."""
    made: list[QtExecutor] = []

    def make(max_workers: int) -> Executor:
        made.append(QtExecutor(qt_owner.loop, max_workers))
        return made[-1]

    yield make
    assert all(each.close(LONG) for each in made)


def test_a_job_runs_elsewhere_and_its_outcome_comes_to_the_owner_thread(
    qt_owner: Owner, make_executor: MakeExecutor
) -> None:
    executor = make_executor(1)
    threads: list[int] = []
    done = threading.Event()

    def take(outcome: Success[int] | Failure) -> None:
        assert isinstance(outcome, Success)
        threads.extend([outcome.value, threading.get_ident()])
        done.set()

    qt_owner.run(lambda: executor.submit(threading.get_ident, take))
    qt_owner.until(done)
    home = qt_owner.run(threading.get_ident)
    assert threads[0] != home
    assert threads[1] == home


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), MemoryError(), GeneratorExit()])
def test_an_exception_of_any_kind_is_an_outcome_and_the_worker_lives_on(
    qt_owner: Owner, make_executor: MakeExecutor, error: BaseException
) -> None:
    executor = make_executor(1)

    def fail() -> None:
        raise error

    first, second = outcomes_of(qt_owner, executor, [fail, lambda: None])
    assert isinstance(first, Failure)
    assert first.error is error
    assert second == Success(None)


def test_the_outcome_of_each_job_comes_once(qt_owner: Owner, make_executor: MakeExecutor) -> None:
    executor = make_executor(4)
    outcomes = outcomes_of(qt_owner, executor, [lambda number=number: number for number in range(200)])  # type: ignore[misc]
    values = [each.value for each in outcomes if isinstance(each, Success)]
    assert sorted(values) == list(range(200))  # type: ignore[type-var]  # they are numbers


def test_as_many_jobs_run_at_the_same_time_as_there_are_workers_and_no_more(
    qt_owner: Owner, make_executor: MakeExecutor
) -> None:
    executor = make_executor(3)
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

    assert all(isinstance(each, Success) for each in outcomes_of(qt_owner, executor, [work] * 9))
    assert max(most) == 3


def test_a_stuck_job_does_not_hold_up_the_other_workers(qt_owner: Owner, make_executor: MakeExecutor) -> None:
    executor = make_executor(2)
    release, done = threading.Event(), threading.Event()
    qt_owner.run(lambda: executor.submit(lambda: release.wait(LONG), lambda _: None))
    assert outcomes_of(qt_owner, executor, [lambda: 1, lambda: 2]) == [Success(1), Success(2)]
    qt_owner.run(lambda: executor.submit(lambda: None, lambda _: done.set()))
    qt_owner.until(done)
    release.set()


def test_closing_drops_what_has_not_begun_and_reports_nothing_any_more(
    qt_owner: Owner, make_executor: MakeExecutor
) -> None:
    executor = make_executor(1)
    begun, release = threading.Event(), threading.Event()
    ran: list[str] = []

    def block() -> None:
        begun.set()
        release.wait(LONG)

    def submit() -> None:
        executor.submit(block, lambda _: ran.append("done"))
        executor.submit(lambda: ran.append("begun"), lambda _: ran.append("done"))

    qt_owner.run(submit)
    qt_owner.until(begun)
    assert qt_owner.run(lambda: executor.close(0.0)) is False
    release.set()
    assert qt_owner.run(lambda: executor.close(LONG)) is True
    qt_owner.run(lambda: executor.submit(lambda: ran.append("begun"), lambda _: ran.append("done")))
    qt_owner.run(lambda: None)
    assert ran == []


def test_closing_an_idle_executor_any_number_of_times_is_harmless(qt_owner: Owner, make_executor: MakeExecutor) -> None:
    executor = make_executor(2)
    outcomes_of(qt_owner, executor, [lambda: 1])
    assert [qt_owner.run(lambda: executor.close(LONG)) for _ in range(3)] == [True, True, True]


def test_an_idle_worker_holds_nothing_of_its_last_job(qt_owner: Owner, make_executor: MakeExecutor) -> None:
    class Bytes:
        """Stands for what a job was given."""

    executor = make_executor(1)

    def submit() -> weakref.ref[Bytes]:
        given = Bytes()

        def job() -> None:
            assert given is not None

        executor.submit(job, lambda _: None)
        return weakref.ref(given)

    held = qt_owner.run(submit)
    assert isinstance(held, weakref.ref)
    # The worker must come back to ask for more before it can have let go: the next job proves that it did.
    outcomes_of(qt_owner, executor, [lambda: None])
    qt_owner.run(lambda: None)
    assert held() is None
