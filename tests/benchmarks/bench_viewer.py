"""What a person feels: the real window, off-screen, over shares of several speeds, beside plain means in the same run.

Run it with ``python tests/benchmarks/bench_viewer.py``; ``--only NAME`` runs one part. Each part runs in a process of
its own, so that its memory can be measured. Times end when the canvas has painted; what the screen takes after that is
measured by no program from inside.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QImage, QPainter
from PyQt5.QtWidgets import QApplication, QWidget
from slow_share import SlowShare, why_not

from viewer import app as front
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.executor import DECODER_NICENESS, Failure, Success
from viewer.core.frame import Size
from viewer.core.units import MB
from viewer.gui.bridge.qt_decoder import QtDecoder
from viewer.gui.bridge.scaler import scaled
from viewer.gui.bridge.thread_pool import QtExecutor
from viewer.measure import Person, Pulse

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QPaintEvent

WINDOW = (1920, 1080)
FRAMES = 120
PERIOD = 0.5
"""Seconds from one typed step to the next."""


def make_frames(folder: Path, count: int, size: Size) -> Path:
    """Makes pictures in another process, so that the memory this takes is not the program's; returns the folder."""
    maker = multiprocessing.get_context("spawn").Process(target=draw_frames, args=(folder, count, size))
    maker.start()
    maker.join()
    return folder


def draw_frames(folder: Path, count: int, size: Size) -> None:
    """Draws pictures as a camera would take them: clouds that drift, with the grain of a sensor."""
    folder.mkdir()
    random = np.random.default_rng(7)
    coarse = random.integers(40, 216, (size.height // 40, size.width // 40, 3), np.uint8)
    clouds = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)).astype(np.int16)
    grain = random.normal(0, 9, (size.height, size.width, 1)).astype(np.int16)
    for number in range(1, count + 1):
        picture = np.roll(clouds, 7 * number, 1) + np.roll(grain, 131 * number, 1)
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(folder / f"shot.{number:04d}.jpg", quality=90)


def open_window(path: Path, budget: int | None = None) -> tuple[front.App, Person, float]:
    """Opens a window on ``path`` and waits for its first picture; returns how long that took, in seconds."""
    app = front.App(Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()))
    if budget is not None:
        app.model.set_preferences(app.model.settings.preferences.changed(cache_bytes=budget))
    person = Person(app)
    app.window.resize(*WINDOW)
    app.window.show()
    person.rest(0.2)
    began = time.perf_counter()
    app.model.open(str(path))
    person.wait(lambda: app.window.state.is_true)
    return app, person, time.perf_counter() - began


def close(app: front.App) -> None:
    """Closes the window and ends its workers."""
    app.window.close()
    app.close()


class InMemory(QWidget):
    """The least a viewer can do: everything decoded and scaled before the window opens."""

    def __init__(self, folder: Path, size: Size) -> None:
        super().__init__()
        fitted = [
            QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32) for path in sorted(folder.iterdir())[:30]
        ]
        self._images = [
            image.scaled(*size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            for image in fitted
        ]
        self._shown = 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(*size)

    def step(self) -> float:
        """Shows the next picture; returns how long that took, in seconds."""
        began = time.perf_counter()
        self._shown = (self._shown + 1) % len(self._images)
        self.repaint()
        return time.perf_counter() - began

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the picture."""
        QPainter(self).drawImage(0, 0, self._images[self._shown])


def part_steps(folder: Path) -> None:
    """Steps to frames in memory, beside a widget that has everything in memory."""
    for name, size, count in (("1080p", Size(1920, 1080), FRAMES), ("4K", Size(3840, 2160), 40)):
        frames = make_frames(folder / name, count, size)
        app, person, _ = open_window(frames)
        person.wait(lambda app=app, count=count: app.window.state.activity.frames_held == count)  # type: ignore[misc]  # bound now
        canvas = app.window.canvas.viewport.rect
        least = InMemory(frames, Size(canvas.width, canvas.height))
        least.show()
        person.rest(0.3)
        for _ in range(30):
            person.step(1)
        person.rest(0.2)
        floor = statistics.median(least.step() for _ in range(60)) * 1000
        ours = sorted(each * 1000 for each in person.here)
        print(
            f"step to a cached {name} frame     {statistics.median(ours):5.1f} ms, {ours[-1]:5.1f} ms at most; "
            f"painting it alone {floor:.1f} ms"
        )
        least.deleteLater()
        close(app)


def part_event_loop(folder: Path) -> None:
    """The event loop while two decoders run flat out and the window plays 24 frames a second."""
    frames = make_frames(folder / "shots", 60, Size(1920, 1080))
    app, person, _ = open_window(frames)
    person.wait(lambda: app.window.state.activity.frames_held == 60)
    busy = QtExecutor(app.loop, 2, DECODER_NICENESS)
    decoders = DecoderRegistry((QtDecoder(),), scaled)
    contents = [path.read_bytes() for path in sorted(frames.iterdir())]
    done = 0

    def work() -> None:
        data = contents[done % len(contents)]
        busy.submit(lambda: decoders.picture(data, Size(1690, 950), 10**9), again)

    def again(_outcome: Success[object] | Failure) -> None:
        nonlocal done
        done += 1
        work()

    def listen(name: str) -> None:
        pulse, before, began = Pulse(), done, time.perf_counter()
        person.rest(20)
        rate = (done - before) / (time.perf_counter() - began)
        late = sorted(1000 * each for each in pulse.late)
        pulse.deleteLater()
        print(
            f"event loop, {name:29} {late[int(len(late) * 0.99)]:5.1f} ms late at the 99th percentile, "
            f"{late[int(len(late) * 0.999)]:5.1f} at the 99.9th, {late[-1]:5.1f} at most "
            f"({len(late):,} ticks, {rate:.0f} frames a second decoded and scaled)"
        )

    app.model.toggle_play()
    person.rest(1)
    listen("playing")
    for _ in range(2):
        work()
    listen("and two decoders flat out")
    busy.close(2)
    close(app)


def part_stepping_over_vpn(folder: Path) -> None:
    """Stepping twice a second over a line of 25 ms and 6 MB/s, then back."""
    frames = make_frames(folder / "shots", 40, Size(1920, 1080))
    with SlowShare(frames, _mountpoint(folder), profile="vpn") as share:
        app, person, first = open_window(share.mountpoint)
        person.rest(PERIOD)
        reached = []
        for _ in range(16):
            here = len(person.here)
            began = time.perf_counter()
            person.step(1)
            reached.append(len(person.here) > here)
            person.rest(PERIOD - (time.perf_counter() - began))
        share.reset_counts()
        held = app.window.state.activity.frames_held
        for _ in range(15):
            person.step(-1)
        again = set(share.counts().opens_of) & {f"shot.{number:04d}.jpg" for number in range(1, 18)}
        late = [step for step, here in enumerate(reached, 1) if not here]
        print(f"vpn: first picture                {first * 1000:6.0f} ms, {_megabytes(frames):.1f} MB a frame")
        print(f"vpn: stepping at 2 per second     steps not in memory: {late or 'none'} of {len(reached)}")
        print(f"vpn: stepping back                {len(again)} files read again ({held} frames held)")
        close(app)


def part_memory(folder: Path) -> None:
    """Peak memory beyond the budget while walking through more than fits."""
    budget = 500 * MB
    frames = make_frames(folder / "shots", 80, Size(3840, 2160))
    empty = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    app, person, _ = open_window(frames, budget)
    person.rest(2)
    for _ in range(60):
        person.step(1)
    app.window.canvas.zoom_to(1)
    for _ in range(15):
        person.step(-1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"memory, 4K, cache of {budget // MB} MB       peak {peak // MB} MB, "
        f"{(peak - budget) / MB:+.0f} MB beyond the cache, of which {empty / MB:.0f} before anything was opened"
    )
    close(app)


PARTS: dict[str, Callable[[Path], None]] = {
    "steps": part_steps,
    "event-loop": part_event_loop,
    "vpn": part_stepping_over_vpn,
    "memory": part_memory,
}
NEED_A_SHARE = {"vpn"}


def _mountpoint(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def _megabytes(frames: Path) -> float:
    sizes = [path.stat().st_size for path in frames.iterdir()]
    return sum(sizes) / len(sizes) / MB


def main() -> None:
    """Runs all parts, or the one that is named, and prints what they measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part, in this process")
    name = parser.parse_args().only
    if name is None:
        for each in PARTS:
            subprocess.run([sys.executable, __file__, "--only", each], check=True)
        return
    if name in NEED_A_SHARE and (reason := why_not()):
        print(f"{name}: left out: {reason}")
        return
    application: QApplication = front.make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        PARTS[name](Path(folder))
    del application


if __name__ == "__main__":
    main()
