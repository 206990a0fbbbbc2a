"""Runs the benchmarks, one after the other, each in a process of its own: ``make bench``.

By default those of :data:`USUAL`, and no longer than ten minutes; ``--full`` runs everything that every benchmark
measures, names run just those in full: ``run.py viewer sequence``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
TESTS = HERE.parent
MOST = 600
"""Seconds that the usual benchmarks may take together."""


class Part(NamedTuple):
    """A benchmark, or a part of it.

    Attributes:
        name: its file is ``bench_NAME.py``.
        arguments: its command line.
        seconds: what it takes on two cores, about.
    """

    name: str
    arguments: str = ""
    seconds: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.arguments}".strip()


USUAL = (
    Part("viewer", "--only steps", 45),
    Part("viewer", "--only vpn", 16),
    Part("share", "--only holding", 17),
    Part("share", "--only jump", 35),
    Part("share", "--only scrub", 20),
    Part("share", "--only second-run", 15),
    Part("mounts", "--only jump", 20),
    Part("mounts", "--only frames --frames 20", 110),
    Part("prefetch", "--only runs --items 20", 70),
    Part("prefetch", "--only hits", 9),
    Part("playing", "--only memory", 25),
    Part("playing", "--only share", 33),
    Part("formats", "", 91),
    Part("levels", "", 45),
    Part("pages", "--only animation", 16),
    Part("results", "--rounds 4", 9),
    Part("disk_cache", "", 3),
    Part("sequence", "", 18),
    Part("timeline", "", 3),
)
"""In the order in which they are run; what does not fit into the time any more is left out."""
NOT_USUAL = (
    Part("viewer", "--only event-loop", 55),
    Part("viewer", "--only memory", 60),
    Part("share", "--only typed", 30),
    Part("share", "--only names", 45),
    Part("share", "--only failing", 80),
    Part("share", "--only random", 90),
    Part("mounts", "--only beside", 45),
    Part("mounts", "--only frames", 360),
    Part("mounts", "--only step", 60),
    Part("mounts", "--only typed", 120),
    Part("prefetch", "--only runs", 500),
    Part("prefetch", "--only walks", 60),
    Part("playing", "--only local", 45),
    Part("playing", "--only real-time", 35),
    Part("playing", "--only loop", 75),
    Part("decode", "", 160),
    Part("pages", "--only stack", 30),
    Part("results", "", 60),
    Part("concurrency", "", 55),
    Part("storage", "", 45),
    Part("frames", "", 300),
)
"""The rest, each measured by ``--full``."""
FULL = {"share": "--full"}
"""Arguments with which a benchmark measures everything for as long as was promised."""


def run(part: Part) -> float:
    """Runs a benchmark; returns the seconds that it took."""
    print(f"\n== {part} ==", flush=True)
    began = time.perf_counter()
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    command = [sys.executable, str(HERE / f"bench_{part.name}.py"), *part.arguments.split()]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, check=True)
    took = time.perf_counter() - began
    print(f"({part} took {took:.0f} s{f', usually {part.seconds}' if part.seconds else ''})", flush=True)
    return took


def run_usual() -> None:
    """Runs the usual benchmarks as long as there is time, and says what was left out."""
    print(f"Measures for at most {MOST // 60} minutes; make bench ARGS=--full measures everything.")
    left, passed = list(NOT_USUAL), 0.0
    for part in USUAL:
        if passed + part.seconds > MOST:
            left.append(part)
        else:
            passed += run(part)
    print(f"\nTook {passed / 60:.1f} minutes. Left out, with the seconds that each takes:")
    for part in left:
        print(f"  {part!s:34}{part.seconds:4} s")


def main() -> None:
    """Prints the tables of the usual benchmarks, of all, or of those whose names are given."""
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"measure this in full: {', '.join(names)}")
    parser.add_argument("--full", action="store_true", help="measure everything; three quarters of an hour")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    if not options.names and not options.full:
        run_usual()
        return
    for name in options.names or names:
        run(Part(name, FULL.get(name, "")))


if __name__ == "__main__":
    main()
