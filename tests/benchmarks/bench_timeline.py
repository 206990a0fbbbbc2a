"""Painting the timeline: 1 frame and 100,000 frames, whole and zoomed, after a step and after the states were renewed.

Run it with ``python tests/benchmarks/bench_timeline.py``; with ``QT_SCALE_FACTOR=2`` on a screen of high resolution.
Each time is that of taking a snapshot and painting the whole widget, though what changed is less.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded

from PyQt5.QtWidgets import QApplication

from viewer.core.frame import FrameNumber
from viewer.core.load.frame_state import FrameState
from viewer.core.spans import Span
from viewer.gui.theme import DARK
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.timeline_geometry import HEIGHT
from viewer.model.sequence_settings import Bookmark
from viewer.model.view_state import SequenceView, TimelineView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt5.QtGui import QPaintEvent

FRAMES = 100_000
WIDTH = 1920
ROUNDS = 200
BAR = 2.0
"""Milliseconds that painting may take."""
STATES = (FrameState.DECODED, FrameState.ENCODED, FrameState.ON_DISK, FrameState.READING, FrameState.FAILED)


class Row(NamedTuple):
    """Milliseconds, median and worst, of what is done to one timeline."""

    shape: str
    done: str
    median: float
    worst: float


class Counting(Timeline):
    """A timeline that counts how often it is painted."""

    painted = 0

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Counts, and paints."""
        self.painted += 1
        super().paintEvent(event)


def shapes() -> dict[str, ViewState]:
    """Returns a snapshot of each shape: one frame, frames in 2,000 runs, and every second number without a file."""
    runs = tuple(
        (Span(first, first + FRAMES // 2000 - 11), state)
        for first, state in zip(range(0, FRAMES, FRAMES // 2000), cycle(STATES), strict=False)
    )
    bookmarks = tuple(Bookmark(number, "a note") for number in range(0, FRAMES, FRAMES // 500))
    gaps = tuple(Span(number, number) for number in range(1, FRAMES - 1, 2))
    one = ViewState(
        sequence=SequenceView("shot.png", "/shots", 7, 7, 1, (), 1, 1),
        number=FrameNumber(7),
        timeline=TimelineView(((Span(7, 7), FrameState.DECODED),)),
    )
    many = ViewState(
        sequence=SequenceView("shot.[0-99999].png", "/shots", 0, FRAMES - 1, FRAMES, (), 1, 1),
        number=FrameNumber(FRAMES // 2),
        timeline=TimelineView(runs),
        bookmarks=bookmarks,
        mark_in=FRAMES // 4,
        mark_out=FRAMES - FRAMES // 4,
    )
    sequence = SequenceView("shot.[0-99999].png", "/shots", 0, FRAMES - 1, FRAMES // 2, gaps, 1, 1)
    return {"1 frame": one, "100,000 frames": many, "50,000 gaps": replace(many, sequence=sequence)}


def steps(state: ViewState, timeline: Timeline) -> Iterator[ViewState]:
    """Yields snapshots of the playhead on its way through what is shown, to and fro."""
    shown = timeline.shown or Span(0, 0)
    there = range(shown.first, shown.last + 1)
    while True:
        for number in (*there, *reversed(there)):
            yield replace(state, number=FrameNumber(number))


def scrolls(state: ViewState, timeline: Timeline) -> Iterator[ViewState]:
    """Yields snapshots of the playhead beyond the end of what is shown, where it takes the timeline with it."""
    while True:
        yield replace(state, number=FrameNumber((timeline.shown or Span(0, 0)).last + 1))


def renewals(state: ViewState, _timeline: Timeline) -> Iterator[ViewState]:
    """Yields snapshots with the states renewed."""
    while True:
        yield replace(state, timeline=TimelineView(state.timeline.runs))


def milliseconds(timeline: Timeline, states: Iterator[ViewState]) -> list[float]:
    """Returns how long each snapshot takes until it is painted."""
    taken = []
    for state in islice(states, ROUNDS):
        begun = time.perf_counter()
        timeline.show_state(state)
        timeline.repaint()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def run() -> list[Row]:
    """Measures all shapes, whole and zoomed."""
    rows = []
    for shape, state in shapes().items():
        for zoom, notches in (("", 0), (", half of it", 3), (", 20 of it", 60)):
            if notches and state.sequence is not None and state.sequence.count == 1:
                continue
            timeline = Counting(DARK)
            timeline.resize(WIDTH, HEIGHT)
            timeline.show_state(state)
            timeline.show()
            QApplication.processEvents()  # nothing is painted before the window is on screen
            for _ in range(notches):
                timeline.zoom_by(0.8)
            timeline.repaint()
            kinds = {"step": steps, "renewed": renewals, **({"scroll": scrolls} if notches else {})}
            for done, kind in kinds.items():
                taken = milliseconds(timeline, kind(state, timeline))
                rows.append(Row(shape + zoom, done, statistics.median(taken), max(taken)))
            if timeline.painted < ROUNDS * len(kinds):
                raise SystemExit("The timeline was not painted, so the figures mean nothing.")
            timeline.close()
    return rows


def main() -> None:
    """Prints the table."""
    app = QApplication([])
    print(f"{WIDTH} pixels wide, milliseconds of {ROUNDS} times; at most {BAR:.0f}")
    print(f"{'':30}{'':10}{'median':>8}{'worst':>8}")
    for row in run():
        print(f"{row.shape:30}{row.done:10}{row.median:8.2f}{row.worst:8.2f}")
    app.quit()


if __name__ == "__main__":
    main()
