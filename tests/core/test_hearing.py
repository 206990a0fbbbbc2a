"""For how long the share has been silent."""

from __future__ import annotations

import pytest
from doubles import HandLoop

from viewer.core.load.hearing import DOUBT_AFTER, LATE, TICK, Hearing


class Ear(Hearing):
    """What is heard of a share, on a loop turned by hand, with the doubts counted."""

    def __init__(self) -> None:
        self.loop = HandLoop()
        super().__init__(self.loop)
        self.doubts = 0
        self.on_doubt = self._doubted

    def _doubted(self, _anew: bool) -> bool:  # noqa: FBT001 - a callback
        self.doubts += 1
        return True

    def wait(self, seconds: str) -> None:
        self.loop.advance(float(seconds))

    def stall(self, seconds: str) -> None:
        self.loop.stall(float(seconds))


@pytest.mark.parametrize(
    ("events", "silence"),
    [
        ("wait 50", 0.0),
        ("asked a, wait 7", 7.0),
        ("wait 50, asked a, wait 7", 7.0),
        ("asked a, wait 7, answered a", 0.0),
        ("asked a, wait 7, answered a, wait 9", 0.0),
        ("asked a, asked b, wait 7, answered a, wait 3", 3.0),
        ("asked a, wait 7, heard, wait 3", 3.0),
        ("asked a, wait 7, withdrawn a, wait 100", 7.0),
        ("asked a, wait 22, withdrawn a, asked b, wait 8", 30.0),
        ("asked a, wait 3, asked a, wait 3", 6.0),
        ("asked a, wait 7, answered b", 7.0),
        ("asked a, wait 1, stall 600, wait 2", 3.0 + LATE - TICK),
        ("asked a, stall 600, answered a", 0.0),
    ],
)
def test_silence_is_the_time_in_which_it_was_asked_since_it_was_heard(events: str, silence: float) -> None:
    ear = Ear()
    for event in events.split(", "):
        verb, *words = event.split()
        getattr(ear, verb)(*words)
    assert ear.silence == pytest.approx(silence, abs=TICK)


def test_an_answer_that_came_sooner_than_one_can_is_not_the_shares() -> None:
    ear = Ear()
    ear.latency = 0.025
    ear.asked("read")
    ear.wait("7")
    ear.asked("stat")
    ear.wait("0.001")
    ear.answered("stat")
    ear.asked("list")
    ear.wait("0.03")  # this thread was busy
    ear.answered("list", 0.002)
    ear.heard(0.0001)  # a file that was opened without asking
    assert ear.silence == pytest.approx(7, abs=TICK)
    ear.asked("stat")
    ear.wait("0.025")
    ear.answered("stat")
    assert ear.silence == 0.0


def test_while_it_is_silent_the_folder_is_doubted_and_nothing_goes_on_when_nothing_is_asked() -> None:
    ear = Ear()
    ear.asked("a")
    ear.wait(str(DOUBT_AFTER - TICK))
    assert ear.doubts == 0
    ear.wait("1")
    assert ear.doubts == 1 / TICK
    ear.withdrawn("a")
    ear.wait("60")
    assert ear.doubts == 1 / TICK
    assert ear.doubt()
    ear.asked("b")
    ear.close()
    ear.wait("60")
    assert ear.doubts == 1 / TICK + 1


def test_its_clock_stands_still_while_this_thread_cannot_run() -> None:
    ear = Ear()
    ear.asked("a")
    ear.wait("2")
    before = ear.clock
    ear.stall("600")
    ear.wait("2")
    assert ear.clock - before == pytest.approx(2 + LATE, abs=TICK)
