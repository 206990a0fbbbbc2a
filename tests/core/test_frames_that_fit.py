"""What is said to fit into memory is what is held when all is there that fits, whatever was looked at before."""

from __future__ import annotations

import itertools
import math

import pytest
from loading import Bench, file, frame

from viewer.core.display.picture import Picture
from viewer.core.frame import Size
from viewer.core.load.frame_tally import fitting
from viewer.core.load.plan import Plan
from viewer.core.load.reach import FARTHEST
from viewer.core.play.playhead import Playhead

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")

WINDOW = Size(20, 20)
FIT = 1600
"""The bytes of a frame at the size of the window."""


def settle(bench: Bench) -> None:
    for _ in range(4):
        bench.loop.advance(0.2)
        bench.settle()


def differ(bench: Bench) -> str:
    """Returns what is said and what is held if they differ by more than one frame or 3 %, else ""."""
    activity = bench.loader.activity()
    said, held = activity.frames_room, activity.frames_held
    whole = held == len(bench.paths) <= said
    return "" if whole or (held and abs(said - held) <= max(1, 0.03 * held)) else f"{said} said, {held} held"


def look_around(bench: Bench) -> list[str]:
    """Looks at the frames in all ways; returns what was not as it was said."""
    loader, wrong = bench.loader, []
    loader.set_fit_size(WINDOW)
    bench.visit(100)
    settle(bench)
    wrong.append(f"fit: {differ(bench)}")
    at_first = loader.activity().frames_room
    for name, fit_size in (("100 %", None), ("larger window", Size(30, 30)), ("smaller window", Size(12, 12))):
        loader.set_fit_size(fit_size)
        settle(bench)
        wrong.append(f"{name}: {differ(bench)}")
    loader.set_fit_size(WINDOW)
    at_once = loader.activity().frames_room
    if abs(at_once - at_first) > max(1, 0.03 * at_first):
        wrong.append(f"after that at once {at_once} said, before it {at_first}")
    for index in range(101, 140):
        bench.plan(Playhead(len(bench.paths), index, playing=True), steady=True)
        bench.settle()
    bench.visit(140)
    settle(bench)
    wrong.append(f"played: {differ(bench)}")
    return [each for each in wrong if not each.endswith(": ")]


KINDS = {
    "larger than the window": [file(40, 40, 600)],
    "4K": [file(128, 72, 2000)],
    "smaller than the window": [file(16, 9, 300)],
    "alternately large": [file(80, 80, 900), file(30, 20, 300)],
    "of three shapes": [file(80, 20, 600), file(20, 80, 600), file(25, 25, 600)],
}


@pytest.mark.parametrize(
    ("kind", "budget", "percent"),
    [
        *((kind, budget, 25) for kind in KINDS for budget in (60_000, 200_000)),
        ("4K", 200_000, 5),
        ("4K", 200_000, 90),
        ("larger than the window", 200_000, 60),
    ],
)
def test_what_is_said_to_fit_is_held(kind: str, budget: int, percent: int) -> None:
    bench = Bench(list(itertools.islice(itertools.cycle(KINDS[kind]), 300)), budget, files_share=percent / 100)
    bench.small = Size(6, 6)
    assert look_around(bench) == []


def test_more_frames_are_held_than_are_looked_at_in_one_go_and_lost_ones_come_back() -> None:
    bench = Bench(FARTHEST + 200, 600 * (FARTHEST + 100))
    bench.show(0)
    for path in bench.paths[1:FARTHEST]:
        bench.loader.holdings.put_picture(path, Picture(Size(10, 10), "", frame(Size(10, 10)), None), None)
    settle(bench)
    assert differ(bench) == ""
    held = bench.loader.activity().frames_held
    assert held > FARTHEST
    for lost in (1, 700, held - 1):
        bench.loader.reload([bench.paths[lost]])
        settle(bench)
        assert bench.loader.activity().frames_held == held


def test_another_sequence_of_the_folder_does_not_count() -> None:
    bench = Bench([file(80, 80, 600)] * 5 + [file(10, 10, 600)] * 20, 400_000)

    def turn_to(first: int, last: int) -> None:
        paths = bench.paths[first:last]
        bench.loader.replace_plan(
            Plan(paths[0], iter(paths), lambda path: paths.index(path) if path in paths else math.inf)
        )
        bench.settle()

    turn_to(0, 5)
    assert bench.loader.activity()[4:6] == (5, fitting(400_000, 0.25, bench.loader.holdings.frame, 0).frames)
    turn_to(5, 25)
    activity = bench.loader.activity()
    assert (activity.frame.shown, activity.frames_held) == (400, 20)
    turn_to(0, 5)
    assert bench.loader.activity().frames_held == 5
