"""What real servers and clients cost: each figure that was promised, its bar, and whether it is met.

Run it with ``PYTHONPATH=.:tests python tests/benchmarks/bench_mounts.py``; ``--only NAME`` runs one part,
``--kind KIND`` over one kind of share. Each part runs in a process of its own, over a line of 12 ms and 12 MB/s each
way (``tests/real_shares.py``). Whatever is compared has a mount of its own, so that no client keeps anything of what
another has read. Times are held against plain calls in the same run. A bar that is not met is printed, not raised.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
from benchmarks.bench_share import Viewer, add, alone, frame, ms, sequence, tell, tell_arrival
from PyQt5.QtCore import Qt
from real_shares import RealShare, why_not

from viewer import app as front
from viewer.core import Prefetcher
from viewer.core.load.frame_state import FrameState
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PyQt5.QtWidgets import QApplication

KINDS = ("sshfs", "smbnetfs", "rclone-smb", "rclone-dav")
FRAMES = 120
"""Frames in the folder, of 0.84 MB."""
ROUNDS = 5
JUMPS = 8
STEPS, STEP_EVERY, COLD = 20, 0.5, 2
"""Steps, the seconds between them, and how many of them may find their file not there."""
MAKING = 0.030
"""Seconds that decoding and painting a frame may take."""
HELD = 30
"""Presses a second of a key that is held."""


@contextmanager
def mounted(frames: Path, kind: str) -> Iterator[Path]:
    """Mounts ``frames`` anew; gives the folder where they are to be seen."""
    with RealShare(kind, frames, tempfile.mkdtemp()) as share:
        yield share.folder


def part_jump(kind: str, frames: Path, _count: int) -> None:
    """One file that is wanted at once, with nothing else under way."""
    plain, ours = [], []
    with mounted(frames, kind) as folder:
        alone(frame(folder, FRAMES))  # the first one pays for the connection
        for number in range(1, 2 * ROUNDS, 2):
            plain.append(alone(frame(folder, number)))
            transfer = Transfer()
            transfer.set_urgent(urgent=True)
            began = time.perf_counter()
            LocalStorage().read(str(frame(folder, number + 1)), transfer)
            ours.append(time.perf_counter() - began)
    ratio = statistics.median(ours) / statistics.median(plain)
    figure = f"{ms(statistics.median(ours))} = {ratio:.2f} x plain ({ms(statistics.median(plain))})"
    tell(f"{kind}: one file, nothing else under way", figure, "at most 1.1 x", met=ratio <= 1.1)


def part_frames(kind: str, frames: Path, count: int) -> None:
    """The first ``count`` frames, by scripts and by holding the arrow key."""
    best, best_name = math.inf, ""
    for name, plain in (("plain loop", _by_loop), ("8 threads", _by_threads), ("cp", _by_cp)):
        took = _timed(plain, kind, frames, count)
        add(f"{kind}: {count} frames by {name}", f"{took:.2f} s")
        best, best_name = min((best, best_name), (took, name))
    ours = {"Prefetcher(paths)": _by_paths, "Prefetcher(folder)": _by_folder, "holding →": _by_holding}
    for name, means in ours.items():
        took = _timed(means, kind, frames, count)
        figure = f"{took:.2f} s = {took / best:.2f} x {best_name}"
        tell(f"{kind}: {count} frames by {name}", figure, "at most 1.05 x the best of these", met=took <= 1.05 * best)


def _timed(means: Callable[[list[Path]], float | None], kind: str, frames: Path, count: int) -> float:
    """Returns the seconds that the first ``count`` frames of a new mount take by ``means``, which may tell itself."""
    with mounted(frames, kind) as folder:
        paths = [frame(folder, number) for number in range(1, count + 1)]
        began = time.perf_counter()
        took = means(paths)
        return time.perf_counter() - began if took is None else took


def _by_loop(paths: list[Path]) -> None:
    for path in paths:
        path.read_bytes()


def _by_threads(paths: list[Path]) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(Path.read_bytes, paths))


def _by_cp(paths: list[Path]) -> None:
    goal = tempfile.mkdtemp()
    subprocess.run(["cp", *map(str, paths), goal], check=True)
    shutil.rmtree(goal)


def _by_paths(paths: list[Path]) -> float:
    began = time.perf_counter()
    with Prefetcher([str(path) for path in paths]) as frames:
        for _ in frames:
            pass
        return time.perf_counter() - began


def _by_folder(paths: list[Path]) -> float:
    began = time.perf_counter()
    with Prefetcher(str(paths[0].parent)) as frames:
        for position in range(len(paths)):
            frames[position]
        return time.perf_counter() - began  # it has begun to read the next ones


def _by_holding(paths: list[Path]) -> float:
    viewer = Viewer()
    began = time.perf_counter()
    viewer.open(paths[0].parent)
    held, presses = time.perf_counter(), 0

    def is_there() -> bool:
        return any(each.is_true and (each.number or 0) >= len(paths) for each in viewer.sights)

    while not is_there() and time.perf_counter() - held < 120:
        viewer.press(Qt.Key.Key_Right, repeated=presses > 0)
        presses += 1
        viewer.rest(held + presses / HELD - time.perf_counter())
    took = time.perf_counter() - began
    viewer.let_go()
    viewer.close()
    return took


def part_beside(kind: str, frames: Path, _count: int) -> None:
    """Jumps to frames that are not here, while others are being read in advance."""
    with mounted(frames, kind) as folder:
        viewer = Viewer(folder=folder)
        viewer.rest(1)
        chance = random.Random(5)  # noqa: S311 - the same jumps in each run
        jumps = []
        for _ in range(JUMPS):
            absent = set(range(1, FRAMES + 1)) - viewer.frames_in(*FrameState)
            if far := sorted(absent - set(range(viewer.number - 4, viewer.number + 8))):
                jumps.append(viewer.jump(chance.choice(far)))
                viewer.rest(0.4)
        viewer.close()
    with mounted(frames, kind) as folder:
        plain = statistics.median([alone(frame(folder, number)) for number in range(1, ROUNDS + 2)][1:])
    took = statistics.median(jumps)
    figure = f"{ms(took)} = {took / plain:.2f} x alone ({ms(plain)}), {ms(max(jumps))} at most"
    bar = 1.4 * plain + MAKING
    tell(f"{kind}: jump while reading ahead", figure, f"1.4 x alone + 30 ms = {ms(bar)}", met=took <= bar)


def part_step(kind: str, frames: Path, _count: int) -> None:
    """Stepping twice a second from a cold start."""
    with mounted(frames, kind) as folder:
        viewer = Viewer(folder=folder)
        took, absent = [], []
        for step in range(1, STEPS + 1):
            began = time.perf_counter()
            if viewer.number + 1 not in viewer.had():
                absent.append(step)
            took.append(viewer.tap(Qt.Key.Key_Right))
            viewer.rest(began + STEP_EVERY - time.perf_counter())
        viewer.close()
    add(f"{kind}: stepping twice a second", " ".join(f"{each * 1000:.0f}" for each in took) + " ms")
    figure = (
        f"{', '.join(map(str, absent)) or 'none'} of {STEPS}; {ms(statistics.median(took))}, {ms(max(took))} at most"
    )
    met = all(step <= COLD for step in absent)
    tell(f"{kind}: steps to a file not there", figure, f"none after the first {COLD}", met=met)


def part_typed(kind: str, frames: Path, _count: int) -> None:
    """Single presses faster than the line from a cold start, then rest."""
    for rate in (15, 30):
        with mounted(frames, kind) as folder:
            viewer = Viewer(folder=folder)
            viewer.forget()
            began, presses = time.perf_counter(), 3 * 30
            target = viewer.number + presses
            last = viewer.type(rate, presses / rate)
            took = viewer.true_after(last, target)
            real = viewer.real()
            viewer.close()
        with mounted(frames, kind) as folder:
            alone(frame(folder, 1))
            plain = alone(frame(folder, target))
        tell_arrival(f"{kind}: typed at {rate}, right frame after rest", took, plain)
        shown = [each.shown or 0 for each in real if each.at <= last]
        back = sum(after < before for before, after in itertools.pairwise(shown))
        figure = f"{len(shown) / (last - began):.1f} a second, {back} backwards"
        tell(f"{kind}: typed at {rate}, frames shown", figure, "none backwards", met=back == 0)


PARTS: dict[str, Callable[[str, Path, int], None]] = {
    "jump": part_jump,
    "frames": part_frames,
    "beside": part_beside,
    "step": part_step,
    "typed": part_typed,
}


def main() -> None:
    """Runs all parts, or the one that is named, and prints what they measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part, in this process")
    parser.add_argument("--kind", choices=KINDS, help="over this kind of share")
    parser.add_argument("--frames", type=int, default=60, help="how many frames the part of this name reads")
    options = parser.parse_args()
    if options.only is None:
        for each in PARTS:
            subprocess.run([sys.executable, __file__, "--only", each, *sys.argv[1:]], check=True)
        return
    application: QApplication = front.make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        tempfile.tempdir = temporary
        frames = sequence(Path(temporary, "shots"), FRAMES)
        print(f"-- {options.only} (others take {psutil.cpu_percent(0.5):.0f} % of the processors)", flush=True)
        for kind in KINDS if options.kind is None else [options.kind]:
            if reason := why_not(kind):
                print(f"{kind}: left out: {reason}")
            else:
                PARTS[options.only](kind, frames, options.frames)
    del application


if __name__ == "__main__":
    main()
