"""Playing: each figure that was promised, its bar, and whether it is met.

Run it with ``PYTHONPATH=.:tests python tests/benchmarks/bench_playing.py``; ``--only NAME`` runs one part. Each part
runs in a process of its own with the real window, off-screen. Intervals are those between the paintings of the canvas.
A bar that is not met is printed, not raised: on a busy machine times grow.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil  # type: ignore[import-untyped]
from benchmarks.bench_share import Viewer, sequence, share_of, tell
from PyQt5.QtCore import Qt
from slow_share import PROFILES, SlowShare, why_not

from viewer import app as front
from viewer.core.frame import Size
from viewer.core.units import MB
from viewer.measure import Pulse
from viewer.model.preferences import KeepFiles, PlayPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtWidgets import QApplication

HD, UHD, SMALL = Size(1920, 1080), Size(3840, 2160), Size(640, 360)
LOOP, HELD = 300, 200
"""Frames of the loop that is longer than the cache, and those that the cache holds."""
IN_TIME = 0.83
"""The part of that loop's frames that is in time by the simulation the order of need was chosen by."""


class Played(NamedTuple):
    """What was seen of some seconds of playing.

    Attributes:
        per_second: frames seen a second.
        median: the median interval in seconds.
        p99: its 99th percentile.
        dropped: frames left out.
    """

    per_second: float
    median: float
    p99: float
    dropped: int


def set_up(viewer: Viewer, rate: float, *, real_time: bool, **preferences: object) -> None:
    """Sets the rate and the policy, and other preferences."""
    policy = PlayPolicy.REAL_TIME if real_time else PlayPolicy.EVERY_FRAME
    model = viewer.app.model
    model.set_preferences(model.settings.preferences.changed(play_policy=policy, **preferences))
    model.set_rate(rate)


def watch(viewer: Viewer, seconds: float) -> Played:
    """Watches for some seconds and returns what was seen."""
    before = viewer.app.window.state.playback.dropped
    viewer.forget()
    viewer.rest(seconds)
    shown = [each for each in viewer.sights if each.is_true]
    changes = [now.at for last, now in itertools.pairwise(shown) if now.number != last.number]
    intervals = sorted(after - before for before, after in itertools.pairwise(changes))
    if len(intervals) < 2:
        return Played(len(changes) / seconds, math.inf, math.inf, 0)
    return Played(
        (len(changes) - 1) / (changes[-1] - changes[0]),
        statistics.median(intervals),
        intervals[int(len(intervals) * 0.99)],
        viewer.app.window.state.playback.dropped - before,
    )


def part_memory(folder: Path) -> None:
    """1080p from memory, 60 frames a second, every frame."""
    viewer = Viewer(folder=sequence(folder / "shots", 240))
    viewer.wait(lambda: viewer.app.window.state.activity.frames_held == 240)
    viewer.rest(1)
    set_up(viewer, 60, real_time=False)
    viewer.press(Qt.Key.Key_Space)
    viewer.rest(1)
    played = watch(viewer, 10)
    tell(
        "1080p from memory, 60 a second: shown",
        f"{played.per_second:.2f} a second",
        ">= 59",
        met=played.per_second >= 59,
    )
    tell("  interval, 99th percentile", f"{1000 * played.p99:.1f} ms", "<= 20 ms", met=played.p99 <= 0.020)
    tell("  dropped", f"{played.dropped}", "0", met=not played.dropped)
    viewer.close()


def part_local(folder: Path) -> None:
    """4K from this disk, 24 frames a second in real time, begun as soon as the first picture is there."""
    viewer = Viewer(folder=sequence(folder / "shots", 300, UHD), budget=2000 * MB)
    set_up(viewer, 24, real_time=True, keep_files=KeepFiles.NEVER)
    viewer.press(Qt.Key.Key_Space)
    pulse = Pulse()
    played = watch(viewer, 20)
    late = sorted(pulse.late)
    pulse.deleteLater()
    dropped = viewer.app.window.state.playback.dropped
    p999 = late[int(len(late) * 0.999)]
    tell("4K from this disk, 24 a second in real time: dropped", f"{dropped}", "0", met=not dropped)
    tell("  shown", f"{played.per_second:.2f} a second", ">= 23.9", met=played.per_second >= 23.9)
    tell("  event loop late, 99.9th percentile", f"{1000 * p999:.1f} ms", "<= 16 ms", met=p999 <= 0.016)
    viewer.close()


def part_share(folder: Path) -> None:
    """Every frame over a line that brings fewer than the rate: how many, and how evenly."""
    frames = sequence(folder / "shots", 400)
    size = next(frames.iterdir()).stat().st_size
    for profile, seconds in (("wifi", 12.0), ("vpn", 20.0)):
        line = PROFILES[profile]
        possible = line.bandwidth / size
        with share_of(frames, profile) as share:
            viewer = Viewer(folder=share.mountpoint)
            set_up(viewer, max(48.0, 2 * possible), real_time=False, keep_files=KeepFiles.NEVER)
            viewer.app.model.go_to(150)  # nothing is here of what follows
            viewer.press(Qt.Key.Key_Space)
            viewer.rest(1)
            played = watch(viewer, min(seconds, 180 / possible))
            part = played.per_second / possible
            tell(
                f"{profile}, every frame: shown of what the line brings",
                f"{played.per_second:.1f} of {possible:.1f} a second, {part:.0%}",
                ">= 90 %",
                met=part >= 0.9,
            )
            evenness = played.p99 / played.median
            tell(
                "  99th percentile of the intervals, medians",
                f"{1000 * played.p99:.0f} ms, {evenness:.2f}",
                "<= 2",
                met=evenness <= 2,
            )
            print(f"  said: {viewer.app.window.state.playback.slowed}")
            viewer.close()


def part_real_time(folder: Path) -> None:
    """Real time over the same lines: how many of the frames that the line can bring are seen, and how evenly."""
    frames = sequence(folder / "shots", 600)
    size = next(frames.iterdir()).stat().st_size
    for profile in ("wifi", "vpn"):
        possible = PROFILES[profile].bandwidth / size
        rate = max(48.0, 2 * possible)
        with share_of(frames, profile) as share:
            viewer = Viewer(folder=share.mountpoint)
            set_up(viewer, rate, real_time=True, keep_files=KeepFiles.NEVER)
            viewer.app.model.go_to(100)
            viewer.press(Qt.Key.Key_Space)
            viewer.rest(3)
            played = watch(viewer, min(8.0, 380 / rate))
            part = played.per_second / possible
            tell(
                f"{profile}, real time at {rate:.0f}: shown of what the line brings",
                f"{played.per_second:.1f} of {possible:.1f} a second, {part:.0%}",
                ">= 75 %",
                met=part >= 0.75,
            )
            print(f"  intervals: median {1000 * played.median:.0f} ms, 99th percentile {1000 * played.p99:.0f} ms")
            viewer.close()


def part_loop(folder: Path) -> None:
    """A loop of 300 frames with room for 200, over a line that brings half as many as are played."""
    frames = sequence(folder / "shots", LOOP, SMALL)
    size = statistics.mean(path.stat().st_size for path in frames.iterdir())
    mountpoint = Path(tempfile.mkdtemp())
    with SlowShare(frames, mountpoint, latency=0.003, bandwidth=12 * size) as share:
        viewer = Viewer(folder=share.mountpoint, budget=1000 * MB)
        set_up(viewer, 24, real_time=True, keep_files=KeepFiles.NEVER, thumbnails=False, files_percent=5)
        viewer.wait(lambda: viewer.app.window.state.activity.frames_room > 0)
        model = viewer.app.model
        for _ in range(3):  # small pictures have a part of the memory
            preferences = model.settings.preferences
            room = viewer.app.window.state.activity.frames_room
            model.set_preferences(preferences.changed(cache_bytes=int(preferences.cache_bytes * HELD / room)))
            viewer.rest(0.5)
        print(f"room for {viewer.app.window.state.activity.frames_room} frames of {LOOP}")
        viewer.press(Qt.Key.Key_Space)
        for lap in range(1, 6):
            played = watch(viewer, LOOP / 24)
            part = played.per_second / 24
            tell(f"lap {lap}: frames in time", f"{part:.0%}", f">= {IN_TIME:.0%}", met=part >= IN_TIME)
        viewer.close()


PARTS: dict[str, Callable[[Path], None]] = {
    "memory": part_memory,
    "local": part_local,
    "share": part_share,
    "real-time": part_real_time,
    "loop": part_loop,
}
NEED_NO_SHARE = {"memory", "local"}


def main() -> None:
    """Runs all parts, or the one that is named, and prints what they measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part, in this process")
    name = parser.parse_args().only
    if name is None:
        for each in PARTS:
            subprocess.run([sys.executable, __file__, "--only", each], check=True)
        return
    if name not in NEED_NO_SHARE and (reason := why_not()):
        print(f"{name}: left out: {reason}")
        return
    application: QApplication = front.make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        print(f"-- {name} (others take {psutil.cpu_percent(0.5):.0f} % of the processors)", flush=True)
        partial(PARTS[name], Path(folder))()
    del application


if __name__ == "__main__":
    main()
