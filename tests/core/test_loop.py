"""What is particular to the loop with a thread of its own; the rest is in the contract."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from viewer.core.loop import ThreadLoop

if TYPE_CHECKING:
    import pytest

LONG = 20.0


def test_closing_runs_what_was_posted_before_and_no_timer_after() -> None:
    loop = ThreadLoop()
    ran: list[str] = []
    loop.call_later(0.05, lambda: ran.append("timer"))
    for _ in range(10):
        loop.post(lambda: ran.append("posted"))
    assert loop.close(LONG)
    assert ran[:10] == ["posted"] * 10
    assert loop.close(LONG)


def test_a_callback_that_hangs_is_left_behind() -> None:
    loop = ThreadLoop()
    begun, release = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        release.wait(LONG)

    loop.post(hang)
    assert begun.wait(LONG)
    assert not loop.close(0.0)
    release.set()
    assert loop.close(LONG)


def test_the_owner_thread_can_close_its_own_loop() -> None:
    loop = ThreadLoop()
    answers: list[bool] = []
    loop.post(lambda: answers.append(loop.close(LONG)))
    assert loop.close(LONG)
    assert answers == [False]


def test_an_exception_in_a_callback_is_told_and_the_others_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))
    loop = ThreadLoop()
    done = threading.Event()

    def fail() -> None:
        raise SystemExit

    loop.post(lambda: print(1 / 0))  # noqa: T201 - it never prints
    loop.post(fail)
    loop.post(done.set)
    assert done.wait(LONG)
    assert loop.close(LONG)
    assert told == [ZeroDivisionError, SystemExit]


def test_an_idle_loop_holds_nothing_of_its_last_callback() -> None:
    class Outcome:
        """Stands for a picture on its way."""

    loop = ThreadLoop()
    seen: list[str] = []
    gone = threading.Event()

    def post(outcome: Outcome) -> None:
        weakref.finalize(outcome, gone.set)
        loop.post(lambda: seen.append(repr(outcome)))

    post(Outcome())
    assert gone.wait(LONG)
    assert loop.close(LONG)


def test_a_cancelled_timer_holds_nothing() -> None:
    class Kept:
        """Stands for what a callback knows."""

        def ring(self) -> None:
            """Does nothing."""

    loop = ThreadLoop()
    kept = Kept()
    held = weakref.ref(kept)
    timer = loop.call_later(1000.0, kept.ring)
    del kept
    timer.cancel()
    assert held() is None
    assert loop.close(LONG)
