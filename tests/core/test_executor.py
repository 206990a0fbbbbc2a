"""What is particular to workers that are plain threads; the rest is in the contract."""

from __future__ import annotations

import os
import queue
import sys
import threading

import pytest
from doubles import HandLoop

from viewer.core.executor import Failure, Success, ThreadExecutor, lower_priority, run_job

LONG = 20.0


@pytest.mark.parametrize("max_workers", [0, -1])
def test_an_executor_without_workers_is_refused(max_workers: int) -> None:
    with pytest.raises(ValueError, match="at least one hand"):
        ThreadExecutor(HandLoop(), max_workers, "none")


def test_no_thread_is_started_before_there_is_work_nor_more_than_there_is_work() -> None:
    loop = HandLoop()
    executor = ThreadExecutor(loop, 8, "few")
    ran = threading.Event()

    def max_workers() -> int:
        return sum(thread.name.startswith("few-") for thread in threading.enumerate())

    assert max_workers() == 0
    executor.submit(ran.set, lambda _: None)
    assert ran.wait(LONG)
    assert max_workers() == 1
    assert executor.close(LONG)


def test_an_outcome_is_a_value_or_what_was_raised() -> None:
    assert run_job(lambda: 3) == Success(3)
    outcome = run_job(lambda: sys.exit(3))
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.error, SystemExit)


def test_a_job_taken_by_a_hand_while_the_executor_closes_does_not_hang_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Race(queue.SimpleQueue):  # type: ignore[type-arg]  # its jobs
        """A queue whose last job is gone by the time somebody asks for it."""

        def empty(self) -> bool:
            return False

    monkeypatch.setattr(queue, "SimpleQueue", Race)
    executor = ThreadExecutor(HandLoop(), 1, "race")
    closer = threading.Thread(target=lambda: executor.close(LONG), daemon=True)
    closer.start()
    closer.join(LONG / 4)
    hung = closer.is_alive()
    executor._jobs.put(None)  # noqa: SLF001 - so that no thread is left behind
    assert not hung


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_a_thread_steps_back_behind_the_others() -> None:
    priorities: list[int] = []

    def work(niceness: int) -> None:
        lower_priority(niceness)
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    for niceness in (0, 10):
        thread = threading.Thread(target=work, args=(niceness,))
        thread.start()
        thread.join()
    assert priorities[1] >= priorities[0]
    assert priorities[1] >= 10
