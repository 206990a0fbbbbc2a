"""What a worker does with a job, and its priority; what an executor must do is in the contract."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from viewer.core import executor
from viewer.core.executor import Failure, Success, lower_priority, run_job, waited_for


def test_an_outcome_is_a_value_or_what_was_raised() -> None:
    assert run_job(lambda: 3) == Success(3)
    outcome = run_job(lambda: sys.exit(3))
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.error, SystemExit)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_who_waits_for_long_is_called_once_and_then_has_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "SLOW", 0.0)
    goes_on, calls = threading.Event(), list[threading.Thread]()

    def on_slow() -> None:
        calls.append(threading.current_thread())
        goes_on.set()

    def job() -> threading.Thread:
        goes_on.wait(20)
        return threading.current_thread()

    assert waited_for(job, on_slow) is not threading.current_thread(), "the system lets none be interrupted in a call"
    assert calls == [threading.current_thread()]


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
