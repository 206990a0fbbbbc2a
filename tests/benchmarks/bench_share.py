"""What a slow share costs a person: each figure that was promised, its bar, and whether it is met.

Run it with ``PYTHONPATH=.:tests python tests/benchmarks/bench_share.py``; ``--only NAME`` runs one part, ``--full``
stalls for as long as was promised. Each part runs in a process of its own, on a real mount behind a line of known speed
(``tests/slow_share.py``). Times are held against plain calls, ``open().read()`` and ``os.scandir``, over the same mount
in the same run. A bar that is not met is printed, not raised: on a busy machine times grow.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import psutil  # type: ignore[import-untyped]
from benchmarks.bench_viewer import make_frames
from PyQt5.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPointF, Qt
from PyQt5.QtGui import QKeyEvent, QMouseEvent
from slow_share import PROFILES, SlowShare, why_not

from viewer import app as front
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.frame import Size
from viewer.core.load.frame_state import FrameState
from viewer.core.storage.local import LocalStorage
from viewer.core.units import MB
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.timeline_geometry import MARGIN
from viewer.measure import Person, Pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PyQt5.QtWidgets import QApplication
    from typing_extensions import Buffer

    from viewer.core.frame import Frame, FrameNumber
    from viewer.core.storage.transfer import Transfer
    from viewer.gui.widgets.canvas import Canvas

HD = Size(1920, 1080)
WINDOW = HD
DIFFERENT = 40
"""Frames of a sequence that are drawn; the others are further names of theirs."""
ALLOWED, ALLOWED_MORE = 1.3, 0.030
"""A frame may take so many times what plain calls take to read its file, and so many seconds for making it."""
NEAR = 16
"""Frames that a stand-in may be away from the truth."""
STALL, STALL_FULL = 10, 30
"""Seconds that the share does not answer."""


class Sight(NamedTuple):
    """The content of the canvas when it had been painted.

    Attributes:
        at: when, on the clock of :func:`time.perf_counter`.
        number: the frame where the playhead was.
        shown: the frame that the picture was of, None for no picture.
        is_stand_in: whether it was a small picture enlarged.
        is_true: whether it was the frame where the playhead was, or why that cannot be shown.
    """

    at: float
    number: FrameNumber | None
    shown: FrameNumber | None
    is_stand_in: bool
    is_true: bool


class Eye(QObject):
    """Notes each painting of the canvas, also of frames and stand-ins that no call waits for."""

    def __init__(self, canvas: Canvas, sees: Callable[[], None]) -> None:
        super().__init__(canvas)
        self._sees = sees
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Lets the canvas paint, then looks."""
        if watched is None or event is None or event.type() != QEvent.Type.Paint:
            return False
        watched.event(event)
        self._sees()
        return True


class Viewer(Person):
    """A person at a window of their own.

    Attributes:
        app: the program.
        sights: what the canvas showed since the last :meth:`forget`.
    """

    def __init__(
        self, cache: Path | None = None, *, budget: int | None = None, folder: Path | None = None, window: Size = WINDOW
    ) -> None:
        """Shows a window, and opens ``folder`` and waits for its first picture if one is given.

        Args:
            cache: the folder for what is kept between runs; a new one if None.
            budget: bytes of memory for frames and files; the default if None.
            folder: what to open.
            window: the size of the window.
        """
        self.app = front.App(Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()) if cache is None else cache)
        super().__init__(self.app)
        self.sights: list[Sight] = []
        if budget is not None:
            self.app.model.set_preferences(self.app.model.settings.preferences.changed(cache_bytes=budget))
        self._eye = Eye(self.app.window.canvas, self._look)
        self.app.window.resize(*window)
        self.app.window.show()
        self.rest(0.2)
        if folder is not None:
            self.open(folder)

    def open(self, folder: Path) -> float:
        """Opens ``folder`` and waits for its first picture; returns how long that took, in seconds."""
        began = time.perf_counter()
        self.app.model.open(str(folder))
        self.wait(lambda: self.app.window.state.is_true)
        return time.perf_counter() - began

    def close(self) -> bool:
        """Closes the window; returns whether all workers have ended."""
        self.app.window.close()
        ended = self.app.close()
        self.rest(0.05)
        return ended

    @property
    def number(self) -> int:
        """The frame where the playhead is."""
        return self.app.window.state.number or 0

    def frames_in(self, *states: FrameState) -> set[int]:
        """Returns the numbers of the frames in one of ``states``, by the timeline."""
        runs = self.app.window.state.timeline.runs
        return {number for span, state in runs if state in states for number in range(span.first, span.last + 1)}

    def had(self) -> set[int]:
        """Returns the numbers of the frames whose files need no reading."""
        return self.frames_in(FrameState.ON_DISK, FrameState.ENCODED, FrameState.DECODED)

    # Doing

    def type(self, rate: float, seconds: float) -> float:
        """Types the right arrow key, single presses; returns when the last one was pressed."""
        began = pressed = time.perf_counter()
        for press in range(int(rate * seconds)):
            self.rest(began + press / rate - time.perf_counter())
            self.press(Qt.Key.Key_Right)
            pressed = time.perf_counter()
        return pressed

    def let_go(self) -> None:
        """Lets go of a key that was held."""
        release = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.postEvent(self.app.window.canvas, release)

    def tap(self, key: Qt.Key, patience: float = 60) -> float:
        """Presses a key once and waits for another frame to be true; returns how long that took, in seconds."""
        before, began = self.number, time.perf_counter()
        self.forget()
        self.press(key)

        def arrived() -> list[float]:
            return [each.at for each in self.sights if each.is_true and each.number != before]

        return arrived()[0] - began if self.wait(lambda: bool(arrived()), patience) else math.inf

    def jump(self, number: int) -> float:
        """Goes to a frame and waits for it; returns how long that took, in seconds."""
        self.forget()
        began = time.perf_counter()
        self.app.model.go_to(number)
        return self.true_after(began, number)

    def drag(self, every: float) -> list[tuple[float, int]]:
        """Drags along the timeline over each frame from the first to the last, and holds on there.

        Args:
            every: seconds from one frame to the next.

        Returns:
            When the pointer came to each frame, and its number.
        """
        shots = self.app.window.state.sequence
        if shots is None:
            raise RuntimeError("There is nothing to scrub along.")
        began = time.perf_counter()
        moves: list[tuple[float, int]] = []
        for number in range(shots.first, shots.last + 1):
            self.rest(began + len(moves) * every - time.perf_counter())
            moves.append(
                (self._point_at(number, QEvent.Type.MouseMove if moves else QEvent.Type.MouseButtonPress), number)
            )
        return moves

    def drop(self, number: int) -> float:
        """Drags to one more frame and lets go there; returns how long it took until it was seen, in seconds."""
        began = self._point_at(number, QEvent.Type.MouseMove)
        self._point_at(number, QEvent.Type.MouseButtonRelease)
        return self.true_after(began, number)

    def _point_at(self, number: int, kind: QEvent.Type) -> float:
        """Has the mouse do something at a frame of the timeline; returns when."""
        timeline, shots = self.app.window.findChild(Timeline), self.app.window.state.sequence
        first, count = (0, 1) if shots is None else (shots.first, shots.last - shots.first + 1)
        x = MARGIN + (number - first + 0.5) / count * (timeline.width() - 2 * MARGIN)
        at = QPointF(int(x), timeline.height() // 2)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, button, held, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.postEvent(timeline, event)
        return time.perf_counter()

    # Seeing

    def _look(self) -> None:
        state = self.app.window.state
        shown = state.shown
        number, is_stand_in = (None, False) if shown is None else (shown.number, shown.is_stand_in)
        self.sights.append(Sight(time.perf_counter(), state.number, number, is_stand_in, state.is_true))

    def forget(self) -> None:
        """Forgets the sights."""
        self.sights.clear()

    def true_after(self, began: float, number: int, patience: float = 60) -> float:
        """Waits until the frame ``number`` has been seen since ``began``; returns the seconds from then to that."""
        self.wait(lambda: self._true_at(began, number) is not None, patience)
        at = self._true_at(began, number)
        return math.inf if at is None else at - began

    def _true_at(self, began: float, number: int) -> float | None:
        for sight in self.sights:
            if sight.is_true and sight.number == number and sight.at >= began:
                return sight.at
        latest = self.sights[-1] if self.sights else None  # it may have been there before
        return began if latest is not None and latest.is_true and latest.number == number else None

    def real(self) -> list[Sight]:
        """Returns the sights at which another real picture than before came, whether or not it was the wanted one."""
        pictures = [each for each in self.sights if each.shown is not None and not each.is_stand_in]
        others = (after for before, after in itertools.pairwise(pictures) if before.shown != after.shown)
        return [*pictures[:1], *others]


def sequence(folder: Path, count: int, size: Size = HD) -> Path:
    """Makes a sequence of ``count`` frames, of which :data:`DIFFERENT` differ; returns the folder."""
    make_frames(folder, min(count, DIFFERENT), size)
    for number in range(DIFFERENT + 1, count + 1):
        os.link(folder / f"shot.{(number - 1) % DIFFERENT + 1:04d}.jpg", folder / f"shot.{number:04d}.jpg")
    return folder


def frame(folder: Path, number: int) -> Path:
    """Returns the path of a frame of :func:`sequence`."""
    return folder / f"shot.{number:04d}.jpg"


def alone(path: Path) -> float:
    """Returns how long plain calls take to read a file while nothing else uses the line, in seconds."""
    began = time.perf_counter()
    path.read_bytes()
    return time.perf_counter() - began


def bound(plain: float) -> float:
    """Returns how long a frame may take whose file plain calls read in ``plain`` seconds."""
    return ALLOWED * plain + ALLOWED_MORE


def tell(what: str, figure: str, bar: str, *, met: bool) -> None:
    """Prints a figure, its bar and whether it is met."""
    print(f"{what:45} {figure:50} bar: {bar:34} {'met' if met else 'NOT MET'}", flush=True)


def add(what: str, figure: str) -> None:
    """Prints a figure that has no bar."""
    print(f"{what:45} {figure}", flush=True)


def ms(seconds: float) -> str:
    """Returns seconds in ms, for people."""
    return "never" if seconds == math.inf else f"{seconds * 1000:.0f} ms"


def tell_arrival(what: str, took: float, plain: float) -> None:
    """Prints how long a frame took, held against reading its file alone."""
    figure = f"{ms(took)} = {took / plain:.2f} x alone ({ms(plain)})"
    tell(what, figure, f"{ALLOWED} x alone + 30 ms = {ms(bound(plain))}", met=took <= bound(plain))


@contextmanager
def share_of(frames: Path, profile: str) -> Iterator[SlowShare]:
    """Mounts ``frames`` over a line."""
    with SlowShare(frames, tempfile.mkdtemp(), profile=profile) as share:
        yield share


def part_holding(folder: Path) -> None:
    """Holding the arrow key from a cold folder on: how much of the line is used, and what for."""
    seconds = 6
    frames = sequence(folder / "shots", 400)
    for profile in ("wifi", "vpn"):
        with share_of(frames, profile) as share:
            viewer = Viewer(folder=share.mountpoint)
            viewer.forget()
            before, began = share.counts(), time.perf_counter()
            viewer.hold(30, seconds)
            passed, took = share.counts().bytes_passed - before.bytes_passed, time.perf_counter() - began
            viewer.let_go()
            viewer.rest(0.02)
            released = viewer.sights[-1].shown or 0 if viewer.sights else 0
            viewer.rest(1)
            seen = [each.shown or 0 for each in viewer.real()]
            last = seen[-1] if seen else 0
            skipped = sum(abs(after - before - 1) for before, after in itertools.pairwise(seen))
            counts = share.counts()
            viewer.close()
            use = passed / (took * PROFILES[profile].bandwidth)
            name = f"holding, {profile}"
            figure = f"{use:.0%} ({sum(each <= released for each in seen) / took:.1f} frames a second)"
            tell(f"{name}: line used", figure, "at least 90 %", met=use >= 0.9)
            figure = f"{skipped} skipped of {len(seen)}, {last - released} after release"
            tell(f"{name}: every frame in order", figure, "none, none", met=skipped == last - released == 0)
            net = counts.bytes_sent / max(1, counts.bytes_sent - counts.bytes_again)
            tell(f"{name}: bytes read / different bytes", f"{net:.3f}", "at most 1.02", met=net <= 1.02)
            calls = counts.besides_reads / max(1, len(counts.opens_of))
            tell(f"{name}: calls a frame besides reads", f"{calls:.2f}", "at most 3", met=calls <= 3)


def part_typed(folder: Path) -> None:
    """Single presses faster than the line: the picture keeps moving, and is the right one soon after the last."""
    seconds = 5
    frames = sequence(folder / "shots", 400)
    size = statistics.mean(path.stat().st_size for path in frames.iterdir())
    for profile, rate in (("vpn", 15), ("wifi", 30), ("vpn", 30)):
        with share_of(frames, profile) as share:
            viewer = Viewer(folder=share.mountpoint)
            viewer.rest(0.5)
            viewer.forget()
            target, began = viewer.number + rate * seconds, time.perf_counter()
            last = viewer.type(rate, seconds)
            took = viewer.true_after(last, target)
            real = [each.at for each in viewer.real()]
            viewer.close()
            plain = alone(frame(share.mountpoint, target))
            name = f"typed at {rate}, {profile}"
            tell_arrival(f"{name}: right frame after rest", took, plain)
            shown = sum(at <= last for at in real) / (last - began)
            least = 0.8 * min(rate, PROFILES[profile].bandwidth / size)
            gap = max(after - before for before, after in itertools.pairwise([began, *real, last + min(took, 60)]))
            figures = f"{shown:.1f} a second"
            if rate == 15:
                add(f"{name}: real frames shown", f"{figures}, {ms(gap)} without a new one at most")
            else:
                tell(f"{name}: real frames shown", figures, f"at least {least:.1f}", met=shown >= least)
                tell(f"{name}: longest without a new one", ms(gap), "at most 500 ms", met=gap <= 0.5)


def part_jump(folder: Path) -> None:
    """Jumps to frames that are not here, while others are being read in advance."""
    frames = sequence(folder / "shots", 400)
    for profile in ("vpn", "bad"):
        with share_of(frames, profile) as share:
            viewer = Viewer(folder=share.mountpoint)
            viewer.rest(1)
            chance = random.Random(5)  # noqa: S311 - the same jumps in each run
            jumps: dict[int, float] = {}
            for _ in range(12):
                absent = set(range(1, 401)) - viewer.frames_in(*FrameState)
                number = chance.choice(sorted(absent - set(range(viewer.number - NEAR, viewer.number + NEAR))))
                jumps[number] = viewer.jump(number)
                viewer.rest(0.4)
            viewer.close()
            plain = {number: alone(frame(share.mountpoint, number)) for number in jumps}
            ratios = sorted(took / plain[number] for number, took in jumps.items())
            late = sum(took > bound(plain[number]) for number, took in jumps.items())
            allowed = ALLOWED + ALLOWED_MORE / statistics.median(plain.values())
            figure = f"{statistics.median(ratios):.2f} x alone, {ratios[-1]:.2f} at most; {late} of {len(jumps)} late"
            tell(
                f"jump, {profile}: to a frame not here", figure, f"{ALLOWED} x + 30 ms = {allowed:.2f} x", met=late == 0
            )


def part_scrub(folder: Path) -> None:
    """Dragging along the timeline over frames most of which are not here."""
    frames = sequence(folder / "shots", 300)
    with share_of(frames, "vpn") as share:
        viewer = Viewer(folder=share.mountpoint)
        viewer.rest(10)
        here = len(viewer.had())
        viewer.forget()
        moves = viewer.drag(0.02)
        absent = set(range(1, 301)) - viewer.frames_in(*FrameState)
        target = min(absent or {150}, key=lambda number: abs(number - 200))
        took = viewer.drop(target)
        # The first is where the pointer went down: that frame was on screen before. At the last it did not stay.
        late = sorted(_seen_near(viewer.sights, *move) - move[0] for move in moves[1:-1])
        viewer.close()
        plain = alone(frame(share.mountpoint, target))
        beyond = sum(each > 0.05 for each in late)
        figure = f"{ms(late[len(late) // 2])}, {ms(late[-1])} at most; {beyond} of {len(late)} late"
        name = "scrub, vpn"
        tell(f"{name}: to something within {NEAR} frames", figure, "at most 50 ms, everywhere", met=beyond == 0)
        tell_arrival(f"{name}: right frame after rest", took, plain)
        add(f"{name}: frames here when it began", f"{here} of {len(moves)}")


def _seen_near(sights: list[Sight], at: float, number: int) -> float:
    """Returns when something near the frame ``number`` was on screen, after the pointer came there."""
    near = (
        each.at
        for each in sights
        if each.at >= at and (each.number or 0) >= number and abs((each.shown or math.inf) - number) <= NEAR
    )
    return next(near, math.inf)


def part_second_run(folder: Path) -> None:
    """The same folder again, with what the first run left on this disk."""
    count = 40
    frames = sequence(folder / "shots", count)
    cache = folder / "cache"
    with share_of(frames, "vpn") as share:
        viewer = Viewer(cache, folder=share.mountpoint)
        viewer.wait(lambda: len(viewer.had()) == count, 30)
        viewer.rest(1)
        viewer.close()
        first = share.counts().bytes_sent
        share.reset_counts()
        viewer = Viewer(cache)
        opened = viewer.open(share.mountpoint)
        steps = []
        for _ in range(count - 1):
            steps.append(viewer.tap(Qt.Key.Key_Right, 10))
            viewer.rest(0.1)
        viewer.rest(1)
        second = share.counts().bytes_sent
        viewer.close()
        name = "second run, vpn"
        tell(f"{name}: first picture", ms(opened), "at most 300 ms", met=opened <= 0.3)
        figure = f"{second / first:.1%} ({second / MB:.1f} of {first / MB:.1f} MB)"
        tell(f"{name}: bytes over the share", figure, "at most 1 % of the first", met=second <= 0.01 * first)
        add(f"{name}: steps", f"{ms(statistics.median(steps))}, {ms(max(steps))} at most")


def part_names(folder: Path) -> None:
    """A folder of 100,000 names."""
    frames = sequence(folder / "shots", 100_000)
    name = "100,000 names, vpn"
    with share_of(frames, "vpn") as share:
        began = time.perf_counter()
        first = min(entry.name for entry in os.scandir(share.mountpoint))
        listed = time.perf_counter() - began
        plain = listed + alone(share.mountpoint / first)
        viewer = Viewer()
        pulse = Pulse()
        began = time.perf_counter()
        took = viewer.open(share.mountpoint)
        viewer.wait(lambda: not viewer.app.window.state.listing and viewer.app.window.state.is_true)
        whole = time.perf_counter() - began
        viewer.rest(3)
        pause = max(pulse.late)
        pulse.deleteLater()
        steps = []
        for turn in range(100):
            key, by = (Qt.Key.Key_Right, 1) if turn // 10 % 2 == 0 else (Qt.Key.Key_Left, -1)
            if viewer.app.model.canvas.is_here(viewer.number + by):
                steps.append(viewer.tap(key))
                viewer.rest(0.03)
        viewer.close()
    tell_arrival(f"{name}: first picture", took, plain)
    add(f"{name}: all listed", f"{ms(whole)} = {whole / plain:.2f} x alone ({ms(plain)})")
    slow = _percentile(steps, 99)
    figure = f"{slow * 1000:.1f} ms (median {statistics.median(steps) * 1000:.1f}, {len(steps)} steps)"
    tell(f"{name}: step, 99th percentile", figure, "at most 16.7 ms", met=slow <= 0.0167)
    few = sequence(folder / "few", 100)
    memory = [_in_a_process_of_its_own(resident, each) for each in (few, frames)]
    figure = f"{(memory[1] - memory[0]) / MB:.0f} MB ({memory[1] / MB:.0f} against {memory[0] / MB:.0f})"
    tell("100,000 names: memory for names", figure, "at most 60 MB", met=memory[1] - memory[0] <= 60 * MB)
    add(f"{name}: event loop while listing", f"{ms(pause)} late at most")


def _in_a_process_of_its_own(job: Callable[[Path], int], folder: Path) -> int:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        return processes.submit(job, folder).result()


def resident(folder: Path) -> int:
    """Returns the bytes of memory of a viewer with ``folder`` open and its cache, of the least size, full."""
    application: QApplication = front.make_application(sys.argv[:1])
    viewer = Viewer(budget=128 * MB, folder=folder)
    viewer.wait(lambda: not viewer.app.window.state.listing)
    viewer.rest(3)
    gc.collect()
    taken: int = psutil.Process().memory_info().rss
    viewer.close()
    del application
    return taken


def part_failing(folder: Path, stall: int = STALL) -> None:
    """Stepping over a share that hangs, gives errors and goes away; each in a window of its own."""
    frames = sequence(folder / "shots", 60)
    with share_of(frames, "wifi") as share:
        calm = _step_through(share, "nothing wrong", (), 0)
        before = _threads()
        hang = ((0.5, lambda: share.away("hang", stall)),)
        late = _step_through(share, f"{stall} s stall", hang, 0.5 + stall)
        late += _step_through(share, "EIO on every 10th", ((0.0, lambda: share.fail("*0.jpg")), (6.0, share.clear)), 6)
        late += _step_through(share, "unmounted, mounted", ((0.5, share.close), (4.0, share.mount)), 4)
        left = {name: count for name, count in (_threads() - before).items() if not name.startswith("ThreadPool")}
    pause, usual = _percentile(late, 99.9), _percentile(calm, 99.9)
    figure = f"{pause * 1000:.1f} ms late ({usual * 1000:.1f} with nothing wrong)"
    tell("failing: event loop, 99.9th percentile", figure, "at most 16 ms", met=pause <= 0.016)
    tell("failing: threads left behind", str(left or "none"), "none", met=not left)


def _percentile(values: list[float], percent: float) -> float:
    return sorted(values)[int(len(values) * percent / 100)] if values else math.inf


def _step_through(
    share: SlowShare, what: str, faults: tuple[tuple[float, Callable[[], None]], ...], until: float
) -> list[float]:
    """Steps eight times a second while faults come and go, and until every frame is here after that.

    Args:
        share: the share, whole.
        what: what is wrong with it, for people.
        faults: what to do, and how many seconds after the first picture.
        until: seconds after the first picture from which on every frame can be had.

    Returns:
        How late each tick of the event loop came, in seconds.
    """
    viewer = Viewer(folder=share.mountpoint)
    pulse, began = Pulse(), time.perf_counter()
    banner, healed, most = False, math.inf, 0
    with ThreadPoolExecutor(1) as pool:  # what mounts and unmounts must not hold up the event loop
        waiting = list(faults)
        while (passed := time.perf_counter() - began) < until + 45:
            while waiting and passed >= waiting[0][0]:
                pool.submit(waiting.pop(0)[1])
            viewer.press(Qt.Key.Key_Right)
            viewer.rest(0.125)
            banner = banner or bool(viewer.app.window.state.offline)
            most = max(most, len(viewer.had()))
            if passed >= max(until, 4) and len(viewer.had()) == 60:
                healed = max(0.0, passed - until)
                break
    pulse.deleteLater()
    ended = viewer.close()
    figure = f"{most} of 60, {'not all' if healed == math.inf else f'all {healed:.1f} s'} after it was over"
    figure += f"; {'' if banner else 'no '}banner{'' if ended else '; workers hang'}"
    tell(f"{what}: frames had in the end", figure, "all", met=healed < math.inf and ended)
    add(f"{what}: event loop", f"{max(pulse.late) * 1000:.1f} ms late at most ({len(pulse.late):,} ticks)")
    return pulse.late


def _threads() -> Counter[str]:
    """Returns how many threads of each name this process has; Python's own are all called alike."""
    named = Counter(path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm"))
    return named - Counter({"MainThread": 1})


class Watch:
    """Notes when the program works on the same thing twice at once; any thread.

    Attributes:
        calls: how many pieces of work there were.
        twice: how many began while another one on the same thing was under way.
        after_all: how many began beside a cancelled one that had not stopped yet, or were cancelled themselves.
    """

    def __init__(self) -> None:
        self.calls = self.twice = self.after_all = 0
        self._at_work: dict[object, list[Transfer | None]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def working_on(self, key: object, transfer: Transfer | None = None) -> Iterator[None]:
        """Counts as work on ``key``, which is cancelled when ``transfer`` is."""
        with self._lock:
            others = self._at_work.setdefault(key, [])
            wanted = [each is None or not each.cancelled for each in (transfer, *others)]
            self.calls += 1
            self.twice += wanted[0] and any(wanted[1:])
            self.after_all += bool(others) and not all(wanted)
            others.append(transfer)
        try:
            yield
        finally:
            with self._lock:
                others.remove(transfer)
                if not others:
                    self._at_work.pop(key, None)


def part_random(folder: Path) -> None:
    """Thousands of random moves with little memory; over this disk, with small frames, to keep it short."""
    frames = sequence(folder / "shots", 600, Size(960, 540))
    reads, decodes = Watch(), Watch()
    read, decode = LocalStorage.read, DecoderRegistry.decode

    def watched_read(storage: LocalStorage, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        with reads.working_on(path, transfer):
            return read(storage, path, transfer, limit)

    def watched_decode(
        registry: DecoderRegistry, data: Buffer, most_bytes: int = 10**9, *, for_screen: bool = False
    ) -> Frame:
        with decodes.working_on(id(data)):  # the same frame's bytes are the same object
            return decode(registry, data, most_bytes, for_screen=for_screen)

    with (
        mock.patch.object(LocalStorage, "read", watched_read),
        mock.patch.object(DecoderRegistry, "decode", watched_decode),
    ):
        viewer = Viewer(budget=256 * MB, folder=frames, window=Size(960, 640))
        memory = dict(_move_at_random(viewer))
        viewer.close()
    text = ", ".join(f"{taken / MB:.0f} MB at {moves:,}" for moves, taken in memory.items())
    grown = memory[10_000] - memory[1_000]
    tell("random moves: memory", text, "grows by at most 16 MB", met=grown <= 16 * MB)
    figure = f"{reads.twice} of {reads.calls:,} reads, {decodes.twice} of {decodes.calls:,} decodes"
    add("random moves: beside a cancelled read", f"{reads.after_all} reads")
    tell("random moves: twice at once", figure, "none", met=reads.twice == decodes.twice == 0)


def _move_at_random(viewer: Viewer) -> Iterator[tuple[int, int]]:
    """Moves 10,000 times; yields the memory of this process in bytes after some of the moves."""
    chance = random.Random(8)  # noqa: S311 - the same moves in each run
    for move in range(1, 10_001):
        if chance.random() < 0.3:
            viewer.app.model.go_to(chance.randint(1, 600))
        else:
            viewer.app.model.step(chance.choice((-10, -1, -1, 1, 1, 1, 10)))
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        if move % 20 == 0:  # now and then looks at what has come
            viewer.wait(lambda: viewer.app.window.state.is_true)
            viewer.forget()
        if move in {1_000, 5_000, 10_000}:
            viewer.rest(0.5)
            gc.collect()
            yield move, psutil.Process().memory_info().rss


PARTS: dict[str, Callable[[Path], None]] = {
    "holding": part_holding,
    "typed": part_typed,
    "jump": part_jump,
    "scrub": part_scrub,
    "second-run": part_second_run,
    "names": part_names,
    "failing": part_failing,
    "random": part_random,
}
NEED_NO_SHARE = {"random"}


def main() -> None:
    """Runs all parts, or the one that is named, and prints what they measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part, in this process")
    parser.add_argument("--full", action="store_true", help=f"stall for {STALL_FULL} s instead of {STALL}")
    options = parser.parse_args()
    name = options.only
    if name is None:
        for each in PARTS:
            subprocess.run([sys.executable, __file__, "--only", each, *sys.argv[1:]], check=True)
        return
    if name not in NEED_NO_SHARE and (reason := why_not()):
        print(f"{name}: left out: {reason}")
        return
    application: QApplication = front.make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        print(f"-- {name} (others take {psutil.cpu_percent(0.5):.0f} % of the processors)", flush=True)
        part = partial(part_failing, stall=STALL_FULL) if name == "failing" and options.full else PARTS[name]
        part(Path(folder))
    del application


if __name__ == "__main__":
    main()
