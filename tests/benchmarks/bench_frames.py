"""What a frame costs: processor time, system calls and turns of the event loop for each that is made and kept.

Run it with ``PYTHONPATH=.:tests python tests/benchmarks/bench_frames.py``; ``--only NAME`` runs one part, ``--folder``
takes pictures that are there. Each part runs in a process of its own with the real window, off-screen. Costs are
processor time (getrusage), which other programs change little, beside the least that decoding and scaling can cost,
measured in the same process.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from benchmarks.bench_share import Viewer, tell
from benchmarks.bench_viewer import InMemory, make_frames
from PyQt5.QtCore import QAbstractEventDispatcher, QCoreApplication

from viewer import app as front
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display import render
from viewer.core.display.pixels import frame_of
from viewer.core.frame import Size
from viewer.core.load.loader import Loader
from viewer.core.units import MB
from viewer.gui.bridge import scaler
from viewer.gui.bridge.loop import QtLoop
from viewer.gui.main_window import MainWindow
from viewer.gui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HD, FITTED = Size(1920, 1080), Size(1690, 950)
COUNT = 300
LONG = 0.002
"""Seconds beyond which the window feels that it could not run."""
LOOK_EVERY = 0.0005
POLL = 50
"""Milliseconds between two looks whether frames are made: each is a turn of the window's loop, and counts."""


class Cost(NamedTuple):
    """Processor time in ms and counts of the whole process."""

    user: float
    system: float
    faults: int
    switches: int

    @classmethod
    def now(cls) -> Cost:
        """Returns what the process has taken so far."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(1000 * used.ru_utime, 1000 * used.ru_stime, used.ru_minflt, used.ru_nvcsw + used.ru_nivcsw)

    def each(self, count: int) -> str:
        """Returns what each of ``count`` took since then, in words."""
        user, system, faults, switches = ((now - before) / count for before, now in zip(self, Cost.now(), strict=True))
        return f"{user:5.1f} ms user, {system:4.1f} system, {faults:5.0f} page faults, {switches:4.0f} switches"

    def taken(self, count: int) -> tuple[float, float]:
        """Returns the ms of user and system time that each of ``count`` took since then."""
        now = Cost.now()
        return (now.user - self.user) / count, (now.system - self.system) / count


class Waits(threading.Thread):
    """Notes each time that a thread could not run for more than :data:`LONG`, as another one held the GIL.

    What it waited for the processor does not count (``schedstat`` of Linux).

    Attributes:
        seconds: of each.
        lines: the lines of the program that other threads were at when it could run again, with how often.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()
        self.seconds: list[float] = []
        self.lines: Counter[str] = Counter()

    def run(self) -> None:
        """Looks until it is ended."""
        file = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        delayed = int(os.pread(file, 64, 0).split()[1])
        while not self._ended.is_set():
            began = time.perf_counter()
            time.sleep(LOOK_EVERY)
            took = time.perf_counter() - began - LOOK_EVERY
            before, delayed = delayed, int(os.pread(file, 64, 0).split()[1])
            waited = took - (delayed - before) / 1e9
            if waited > LONG:
                self.seconds.append(waited)
                self.lines.update(self._elsewhere())
        os.close(file)

    def end(self) -> None:
        """Looks no more."""
        self._ended.set()
        self.join()

    def _elsewhere(self) -> Iterator[str]:
        for ident, frame in sys._current_frames().items():  # noqa: SLF001 - there is no other way
            stack = traceback.extract_stack(frame)
            ours = [each for each in stack if "viewer" in Path(each.filename).parts]
            if ident != self.ident and ours and ours[-1].name not in {"_run", "exec_"}:
                yield f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].line}"


@contextlib.contextmanager
def counted(counts: Counter[str]) -> Iterator[None]:
    """Counts what happens for frames: pictures, pumps, snapshots and paintings, and stretches of the GUI thread."""
    with contextlib.ExitStack() as stack:
        for kind, method, name in (
            (DecoderRegistry, "picture", "pictures"),
            (Loader, "_pump", "pumps"),
            (MainWindow, "show_state", "snapshots"),
            (Canvas, "paintEvent", "paintings"),
            (QtLoop, "post", "calls from workers and to itself"),
            (QtLoop, "_run", "turns for them"),
        ):
            stack.enter_context(mock.patch.object(kind, method, _counting(getattr(kind, method), name, counts)))
        yield


def _counting(method: Callable[..., object], name: str, counts: Counter[str]) -> Callable[..., object]:
    def call(*args: object, **kwargs: object) -> object:
        counts[name] += 1
        began = time.thread_time()
        try:
            return method(*args, **kwargs)
        finally:
            if name != "pictures" and time.thread_time() - began > LONG:
                counts[f"{name} of more than {1000 * LONG:.0f} ms"] += 1

    return call


def least(files: list[bytes]) -> tuple[float, str]:
    """Returns the ms of processor time of decoding and scaling a frame, both into memory used before, and words."""
    source = np.ones((HD.height, HD.width), np.uint32)
    frame, best = frame_of(source, ""), (float("inf"), "")

    decoding = sum(_cost(partial(simplejpeg.decode_jpeg, data, "BGRX", buffer=source)) for data in files) / len(files)
    for name, scale in (("the core's", render.scaled), ("the window's", scaler.scaled)):
        scale(frame, FITTED)
        waits = Waits()
        waits.start()
        scaling = min(statistics.mean(_cost(lambda: scale(frame, FITTED)) for _ in range(20)) for _ in range(3))  # noqa: B023 - called now
        waits.end()
        held = (
            f"held the GIL for {1000 * max(waits.seconds):.1f} ms"
            if waits.seconds
            else "held the GIL for less than 2 ms"
        )
        print(f"  decoding {decoding:.1f} ms, scaling by {name} {scaling:.1f} ms, which {held}")
        best = min(best, (decoding + scaling, name))
    return best


def _cost(work: Callable[[], object]) -> float:
    before = Cost.now()
    work()
    return sum(before.taken(1))


def _report(name: str, before: Cost, counts: Counter[str], best: tuple[float, str], most_system: float) -> None:
    made = max(1, counts["pictures"])
    (user, system), part = before.taken(made), (sum(before.taken(made)) / best[0])
    print(f"{name}: {made} frames, each {before.each(made)}")
    print("  each " + ", ".join(f"{count / made:.2f} {what}" for what, count in counts.items() if what != "pictures"))
    tell("  processor, of decoding and scaling by " + best[1], f"{part:.2f}", "<= 1.2", met=part <= 1.2)
    tell("  system", f"{system:.1f} ms of {user + system:.1f}", f"<= {most_system} ms", met=system <= most_system)


@contextlib.contextmanager
def _filling(folder: Path, budget: int) -> Iterator[tuple[Counter[str], Callable[[], None]]]:
    """Opens a window; what it returns makes frames, until all are here or some hundreds have gone for others."""
    counts: Counter[str] = Counter()
    with counted(counts):
        viewer = Viewer(folder=folder, budget=budget)
        is_full, first = budget < COUNT * HD.width * HD.height, viewer.app.window.state.number or 0

        def rest() -> None:
            viewer.rest(0.2)
            viewer.wait(lambda: not viewer.app.window.state.activity.decoding, every=POLL)

        def fill() -> None:
            if not is_full:
                viewer.wait(lambda: viewer.app.window.state.activity.frames_held == COUNT, every=POLL)
            for frame in (120, 210, 30, 165, 90, 240) if is_full else ():
                viewer.app.model.go_to(first + frame)
                rest()

        if is_full:
            rest()
        else:
            viewer.wait(lambda: counts["pictures"] >= 5)
        counts.clear()
        yield counts, fill
        viewer.close()


def part_fill(folder: Path) -> None:
    """Filling the memory, and frames that come when it is full."""
    best = least([path.read_bytes() for path in sorted(folder.iterdir())[:30]])
    for name, budget, most_system in (("growing", 4000 * MB, 5), ("full", 600 * MB, 2)):
        with _filling(folder, budget) as (counts, fill):
            before = Cost.now()
            fill()
            _report(f"memory that is {name}", before, counts, best, most_system)


def part_waits(folder: Path) -> None:
    """What the window waits for while frames are made."""
    with _filling(folder, 4000 * MB) as (_, fill):
        waits = Waits()
        waits.start()
        fill()
        waits.end()
        _tell_waits(waits)


def _tell_waits(waits: Waits) -> None:
    late = sorted(waits.seconds)
    print(
        f"  the GIL was waited for {len(late)} times for more than 2 ms, {1000 * max(late, default=0):.1f} ms at most"
    )
    for line, count in waits.lines.most_common(6):
        print(f"    {count:4} beside {line}")


def part_steps(folder: Path) -> None:
    """Steps to frames that are here, while decoders work, beside a widget that has everything in memory."""
    ours: list[float] = []
    floor: list[float] = []
    waits = Waits()
    waits.start()
    for _ in range(12):
        viewer = Viewer(folder=folder, budget=4000 * MB)
        canvas = viewer.app.window.canvas.viewport.rect
        if not floor:
            widget = InMemory(folder, Size(canvas.width, canvas.height))
            widget.show()
            viewer.rest(0.3)
            floor = [widget.step() for _ in range(100)]
            widget.deleteLater()
        viewer.wait(lambda: viewer.app.window.state.activity.frames_held > 15)  # noqa: B023 - called now
        for by in (1, 1, 1, -1, -1, 1, 1, 1, -1, 1, 1, -1, -1, -1, 1):
            if viewer.app.window.state.activity.decoding:
                viewer.step(by)
        ours += viewer.here
        viewer.close()
    waits.end()
    (p50, p95, p99), (least50, least95, _) = _ranks(ours), _ranks(floor)
    print(f"{len(ours)} steps beside a decoder: {p50:.1f}, {p95:.1f}, {p99:.1f} ms (50, 95, 99 of 100)")
    tell("  50 of 100, of everything in memory", f"{p50 / least50:.2f}", "<= 1.5", met=p50 <= 1.5 * least50)
    tell("  95 of 100", f"{p95 / least95:.2f}", "<= 2.5", met=p95 <= 2.5 * least95)
    _tell_waits(waits)


def _ranks(seconds: list[float]) -> tuple[float, ...]:
    ordered = sorted(seconds)
    return tuple(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95, 0.99))


def part_rest(folder: Path) -> None:
    """The window at rest with all frames here."""
    counts: Counter[str] = Counter()
    viewer = Viewer(folder=folder, budget=4000 * MB)
    viewer.wait(lambda: viewer.app.window.state.activity.frames_held == COUNT)
    viewer.rest(12)
    woken: list[None] = []
    dispatcher = QAbstractEventDispatcher.instance()
    if dispatcher is not None:
        dispatcher.awake.connect(lambda: woken.append(None))
    seconds = 60
    with counted(counts):
        before = Cost.now()
        end = threading.Timer(seconds, lambda: viewer.app.loop.post(QCoreApplication.quit))
        end.start()
        application = QCoreApplication.instance()
        if application is not None:
            application.exec_()
        user, system = before.taken(1)
    part = (user + system) / seconds / 1000
    print(f"{seconds} s at rest: {len(woken)} wake-ups, " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    tell("  of one core", f"{part:.2%}", "<= 0.2 %", met=part <= 0.002)
    tell("  paintings", f"{counts['paintings']}", "0", met=not counts["paintings"])
    viewer.close()


PARTS: dict[str, Callable[[Path], None]] = {
    "fill": part_fill,
    "waits": part_waits,
    "steps": part_steps,
    "rest": part_rest,
}


def main() -> None:
    """Runs all parts, or the one that is named, and prints what they measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part, in this process")
    parser.add_argument("--folder", type=Path, help=f"a folder of {COUNT} pictures of 1920 x 1080")
    given = parser.parse_args()
    if given.only is None:
        for each in PARTS:
            subprocess.run([sys.executable, __file__, "--only", each], check=True)
        return
    application = front.make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        tempfile.tempdir = place
        PARTS[given.only](given.folder or make_frames(Path(place) / "shots", COUNT, HD))
    del application


if __name__ == "__main__":
    main()
