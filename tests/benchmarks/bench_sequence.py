"""Grouping 100,000 names: CPU time beside fileseq and one regular expression, and the memory of the sequences.

Run it with ``python tests/benchmarks/bench_sequence.py``.
"""

from __future__ import annotations

import random
import re
import statistics
import time
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import fileseq

from viewer.core.sequence.naming import group_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = 100_000
ROUNDS = 2
TEXT = "abcdefghijklmnopqrstuvwxyz0123456789 _-()."


class Row(NamedTuple):
    """The figures of one shape: CPU seconds (medians), megabytes of the sequences, and how many there are."""

    shape: str
    own: float
    fileseq: float
    regex: float
    megabytes: float
    sequences: int


def shapes() -> dict[str, list[str]]:
    """Returns the names of each shape."""
    shot, chance = NAMES // 50, random.Random(1)  # noqa: S311 - no secret
    return {
        "one sequence": [f"shot_010.{number:06d}.png" for number in range(1, NAMES + 1)],
        "50 sequences with gaps": [
            f"shot_{at:03d}.{1001 + number + number // 40:05d}.png" for at in range(50) for number in range(shot)
        ],
        "dates": [f"IMG_{datetime.fromtimestamp(7 * n, UTC):%Y%m%d_%H%M%S}.jpg" for n in range(NAMES)],
        "identifiers": [f"{UUID(int=chance.getrandbits(128), version=4)}.png" for _ in range(NAMES)],
        "hexadecimal": [f"{chance.getrandbits(128):032x}.png" for _ in range(NAMES)],
        "random text": ["".join(chance.choices(TEXT, k=chance.randint(4, 40))) + "x.png" for _ in range(NAMES)],
        "photos, 2 numbers vary": [f"img_{number:06d}_t0.{number * 7 % 900:03d}.tif" for number in range(1, NAMES + 1)],
    }


def regex_groups(names: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    """Groups by the last number with one plain regular expression for each name."""
    pattern = re.compile(r"(.*?)(\d+)(\D*\.\w+)")
    found: dict[tuple[str, str], list[int]] = {}
    for name in names:
        if match := pattern.fullmatch(name):
            found.setdefault((match[1], match[3]), []).append(int(match[2]))
    for numbers in found.values():
        numbers.sort()
    return found


def cpu_seconds(work: Callable[[], object]) -> float:
    """Returns the median CPU time of some runs of ``work``."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def megabytes(names: Sequence[str]) -> tuple[float, int]:
    """Returns the memory that the sequences of ``names`` keep, in MB, and how many they are."""
    tracemalloc.start()
    found = group_names("/shots", names)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / 1e6, len(found)


def run() -> list[Row]:
    """Measures all shapes."""
    rows = []
    for shape, names in shapes().items():
        own = cpu_seconds(lambda names=names: group_names("/shots", names))  # type: ignore[misc]
        peer = cpu_seconds(lambda names=names: fileseq.findSequencesInList(names))  # type: ignore[misc]
        regex = cpu_seconds(lambda names=names: regex_groups(names))  # type: ignore[misc]
        rows.append(Row(shape, own, peer, regex, *megabytes(names)))
    return rows


def main() -> None:
    """Prints the table."""
    print(f"{NAMES:,} names, CPU seconds, median of {ROUNDS}")
    print(f"{'':26}{'own':>8}{'fileseq':>9}{'regex':>8}{'MB':>8}{'sequences':>11}")
    for row in run():
        print(f"{row.shape:26}{row.own:8.2f}{row.fileseq:9.2f}{row.regex:8.2f}{row.megabytes:8.1f}{row.sequences:11,}")


if __name__ == "__main__":
    main()
