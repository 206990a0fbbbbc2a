"""How far a run is, in a terminal and elsewhere."""

from __future__ import annotations

import io

import pytest

from viewer.run.progress import Progress, duration


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bar_in_a_terminal_and_away_again() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 4, clock=clock)
    progress.add()
    assert stream.getvalue() == ""
    clock.now += 0.5
    progress.add(failed=True)
    assert stream.getvalue() == f"\r{'█' * 15}{'░' * 15} 2/4 frames, 4.0 a second, 0.5 s left, 1 failed"
    shown = len(stream.getvalue()) - 1
    progress.clear()
    assert stream.getvalue().endswith("\r" + " " * shown + "\r")


def test_a_terminal_with_few_characters() -> None:
    stream, clock = Terminal(), Clock()
    stream.encoding = "ascii"
    progress = Progress(stream, 2, clock=clock)
    clock.now += 1
    progress.add()
    assert "#" * 15 + "." * 15 in stream.getvalue()


def test_a_line_now_and_then_elsewhere() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, 10, clock=clock)
    for _ in range(10):
        clock.now += 1
        progress.add()
    progress.clear()
    assert stream.getvalue() == "5/10 frames, 1.0 a second, 5.0 s left\n10/10 frames, 1.0 a second, 0.0 s left\n"


def test_quiet() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 10, is_quiet=True, clock=clock)
    clock.now += 60
    progress.add()
    progress.clear()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (9.96, "10 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3600, "1 h 0 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
