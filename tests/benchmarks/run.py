"""Runs every benchmark, one after the other, each in a process of its own: ``make bench``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent


def main() -> None:
    """Prints the tables of all benchmarks, or of those whose names are given: ``run.py viewer sequence``."""
    names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    for name in names:
        print(f"\n== {name} ==", flush=True)
        subprocess.run([sys.executable, HERE / f"bench_{name}.py"], env=os.environ | {"PYTHONPATH": paths}, check=True)


if __name__ == "__main__":
    main()
