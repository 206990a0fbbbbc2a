"""Levels: what a look costs, and how soon the picture follows a handle while two decoders are busy.

Run it by ``PYTHONPATH=.:tests python tests/benchmarks/bench_levels.py``; ``--only looks`` or ``--only handle`` is one
part. ``--picture FILE`` measures nothing: it saves the window with the panel of levels, as the documentation shows it.

The first table has the processor time of the copy for a window of 1920 x 1080 (``reduced``) and of a look put on it, or
on so many pixels at 100 %, each time another look; "waits" is how late a thread that wakes every millisecond gets to
run meanwhile. In the second, black is set 60 times a second in the real window, off screen: the time from there until
that range, or a later one, has been painted, and how late the event loop is, 99 of 100, with the handle and without.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import numpy as np
import pictures
from benchmarks.bench_decode import lateness
from benchmarks.bench_formats import exr, least
from benchmarks.bench_viewer import close, open_window
from PIL import Image
from PyQt5.QtWidgets import QAction, QApplication

from viewer import app as front
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.look import Look, on_screen
from viewer.core.display.proxy import reduced, shown_part
from viewer.core.executor import DECODER_NICENESS, lower_priority
from viewer.core.frame import Range, Size
from viewer.core.units import GB
from viewer.gui.bridge.qt_decoder import QtDecoder
from viewer.gui.bridge.scaler import scaled
from viewer.measure import FONT_SIZE, Pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.measure import Person

SCREEN, FITTED = Size(1920, 1080), Size(1690, 950)
SECONDS = 2.0
RATE = 60
"""Positions of a handle a second: so often a mouse and a screen tell and show one."""
FRAMES = 3
"""The frames beside the one on screen are painted anew, too."""
LATE = 10
"""Milliseconds that the event loop may be late, 99 of 100."""


class Kind(NamedTuple):
    """A kind of samples.

    Attributes:
        name: of the file too.
        write: makes the file.
        white: the number that stays white while black is moved.
        bar: milliseconds within which 95 of 100 positions of the handle are to be on screen.
    """

    name: str
    write: Callable[[], bytes]
    white: float
    bar: int


def kinds() -> Iterator[Kind]:
    """Yields the kinds that have a bar, of noise."""
    grey = pictures.noise(Size(2048, 2048))[..., 0].astype(np.uint16) * np.uint16(257)
    rgb = np.tile(pictures.noise(SCREEN).astype(np.uint16) * np.uint16(257), (2, 2, 1))
    light = rgb.astype(np.float32) / 65535
    yield Kind("2048 x 2048 grey 16.tif", lambda: pictures.tiff(grey), 65535, 16)
    yield Kind("4K RGB 16.tif", lambda: pictures.tiff(rgb, photometric="rgb"), 65535, 40)
    yield Kind("4K RGB half.exr", lambda: exr(light.astype(np.float16), "NO"), 1, 40)
    yield Kind("4K RGB float.tif", lambda: pictures.tiff(light, photometric="rgb"), 1, 40)


def met(figure: float, bar: float) -> str:
    """Returns a figure in ms with its bar."""
    return f"{figure:7.1f} {'met' if figure <= bar else 'NOT MET'}"


def part_looks() -> None:
    """Prints the first table."""
    sys.setswitchinterval(front.SWITCH_INTERVAL)
    print(f"{'CPU ms':28}{'reduced':>9}{'look':>8}{'at 100 %':>10}   waits 99 of 100, the most")
    usual, longest = lateness(None)
    print(f"{'nothing':55}   {usual:7.1f}{longest:7.1f}")
    for kind in kinds():
        frame = DecoderRegistry().decode(kind.write(), for_screen=True)
        small = reduced(frame, frame.size.fitted_into(SCREEN))
        part = shown_part(frame, (0, 0, *SCREEN))
        looks = (Look(range=Range(step * kind.white / 1e6, kind.white)) for step in itertools.count())
        jobs: list[Callable[[], object]] = [
            lambda frame=frame, small=small: reduced(frame, small.size),  # type: ignore[misc]  # bound now
            *(lambda shown=each, looks=looks: on_screen(shown, next(looks)) for each in (small, part)),
        ]
        times = [least(job) for job in jobs]
        waits = [lateness(job, 0.3) for job in jobs]
        most = [max(each) for each in zip(*waits, strict=True)]
        print(f"{kind.name:28}{times[0]:9.1f}{times[1]:8.1f}{times[2]:10.1f}   {met(most[0], LATE)}{most[1]:7.1f}")


@functools.cache
def a_png() -> bytes:
    """Returns a file for the decoders."""
    return pictures.encoded(Image.fromarray(pictures.noise(SCREEN)), "PNG")


@contextmanager
def busy_decoders() -> Iterator[None]:
    """Has two threads decode a PNG and scale it, again and again, with the priority of decoders."""
    data, stop = a_png(), threading.Event()

    def work() -> None:
        lower_priority(DECODER_NICENESS)
        while not stop.is_set():
            scaled(QtDecoder().decode(data, for_screen=True), FITTED)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    yield
    stop.set()
    for each in threads:
        each.join()


def late(job: Callable[[], object]) -> float:
    """Returns how late the event loop is, 99 of 100, in ms, during a job that runs it."""
    pulse = Pulse()
    job()
    pulse.deleteLater()
    return 1000 * sorted(pulse.late)[int(len(pulse.late) * 0.99)]


def moved(app: front.App, person: Person, white: float) -> list[float]:
    """Moves black for some seconds; returns the ms until each position was painted, in ascending order."""
    asked: list[tuple[float, float]] = []
    took: list[float] = []

    def painted() -> None:
        shown, now = app.window.state.shown, time.perf_counter()
        screen = None if shown is None else shown.screen
        low = None if screen is None or screen.look.range is None else screen.look.range.low
        while asked and low is not None and asked[0][0] <= low:
            took.append(1000 * (now - asked.pop(0)[1]))

    app.window.canvas.painted.connect(painted)
    began = time.perf_counter()
    for step in range(1, int(SECONDS * RATE) + 1):
        low = white * step / 1000
        asked.append((low, time.perf_counter()))
        app.model.levels.set_range(low, white)
        person.rest(began + step / RATE - time.perf_counter())
    person.wait(lambda: not asked, 5)
    app.window.canvas.painted.disconnect(painted)
    assert not asked, "A position was never painted."
    return sorted(took)


def part_handle() -> None:
    """Prints the second table."""
    print(f"{'ms from a handle to the picture':34}{'median':>8}{'95 of 100':>11} (bar)        decodes", end="")
    print("   event loop late, still")
    for kind in kinds():
        counted = mock.patch.object(DecoderRegistry, "decode", autospec=True, side_effect=DecoderRegistry.decode)
        with tempfile.TemporaryDirectory() as folder, counted as decode:
            first = Path(folder, f"shot.1{Path(kind.name).suffix}")
            first.write_bytes(kind.write())
            for number in range(2, FRAMES + 1):
                os.link(first, first.with_stem(f"shot.{number}"))
            app, person, _ = open_window(first, 4 * GB)
            for zoom in ("fitted", "100 %"):
                if zoom != "fitted":
                    app.window.canvas.zoom_to(1)
                app.model.levels.reset()
                person.rest(0.5)
                with busy_decoders():
                    still, before = late(functools.partial(person.rest, 0.7)), decode.call_count
                    took: list[float] = []
                    moving = late(lambda: took.extend(moved(app, person, kind.white)))  # noqa: B023 - called at once
                print(
                    f"{kind.name + ', ' + zoom:34}{took[len(took) // 2]:8.1f}  "
                    f"{met(took[int(len(took) * 0.95)], kind.bar):15} ({kind.bar}){decode.call_count - before:10}"
                    f"{moving:18.1f}{still:8.1f}"
                )
            close(app)


def save_picture(path: str) -> None:
    """Saves the window with the panel of levels over frames of 12 bits in 16."""
    across, down = np.meshgrid(np.arange(1000), np.arange(750))
    random = np.random.default_rng(15)
    field = 300 + 700 * np.exp(-np.square(np.hypot(across - 500, down - 420) / 500))
    for _ in range(70):
        x, y, wide, bright = random.uniform((0, 0, 12, 150), (1000, 750, 60, 1800))
        field += bright * np.exp(-np.square(np.hypot(across - x, 1.3 * (down - y)) / wide))
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, 25):
            data = pictures.tiff(np.minimum(field * (1 + number / 200), 4095).astype(np.uint16), compression="zlib")
            Path(folder, f"cells.{number:04d}.tif").write_bytes(data)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        font = application.font()
        font.setPointSize(FONT_SIZE)
        application.setFont(font)
        app, person, _ = open_window(Path(folder, "cells.0012.tif"))
        app.window.resize(980, 640)
        panel = app.window.findChild(QAction, "levels")
        assert panel is not None
        panel.trigger()
        person.wait(lambda: app.window.state.levels.counts is not None)
        person.rest(1)
        app.window.canvas.pointed_at.emit((504, 371), None)
        app.window.grab().save(path)
        close(app)


PARTS: dict[str, Callable[[], None]] = {"looks": part_looks, "handle": part_handle}


def main() -> None:
    """Prints the tables, or saves the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure this part")
    parser.add_argument("--picture", metavar="FILE", help="save a picture of the window with the panel")
    options = parser.parse_args()
    application = front.make_application(sys.argv[:1])
    if options.picture:
        save_picture(options.picture)
    else:
        for part in [options.only] if options.only else PARTS:
            PARTS[part]()
    del application


if __name__ == "__main__":
    main()
