"""How many reads at once: the number found while reading, beside the best of some fixed ones over the same mount.

Run it with ``python tests/benchmarks/bench_concurrency.py``; it takes a minute.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from slow_share import PROFILES, Line, SlowShare, why_not

from viewer.core.errors import CancelledError
from viewer.core.load.concurrency import Concurrency
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = 96
FIXED = (1, 2, 4, 8, 16, 32)
WARM_UP = 0.4
"""Part of the time of a fixed number that goes before: the first bytes come, and the reads fall out of step."""
SEARCH_SECONDS, SETTLED_SECONDS = 5.0, 3.0
TICK = 0.1


class Case(NamedTuple):
    """A line, the bytes of each file on it, and the seconds that each fixed number is measured for."""

    name: str
    line: Line
    size: int
    seconds: float


CASES = (
    Case("wifi", PROFILES["wifi"], 700_000, 0.7),
    Case("vpn", PROFILES["vpn"], 700_000, 1.0),
    Case("latency", Line(0.060, 100e6), 200_000, 1.7),
)


class Readers:
    """Threads that read files, as many at once as their owner allows."""

    def __init__(self, paths: list[Path]) -> None:
        self.received = 0
        self.under_way: dict[int, Transfer] = {}
        self._paths = itertools.cycle(paths)
        self._numbers = itertools.count()
        self._todo: queue.SimpleQueue[tuple[int, Path, Transfer] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work) for _ in range(max(FIXED))]
        for thread in self._threads:
            thread.start()

    def run(self, seconds: float, allowed: Callable[[], int], note: Callable[[int, bool], object]) -> float:
        """Reads for ``seconds``; returns bytes a second. ``note`` gets the bytes so far and whether it was busy."""
        began, before = time.perf_counter(), self._all_received()
        while time.perf_counter() - began < seconds:
            while len(self.under_way) < allowed():
                number, transfer = next(self._numbers), Transfer()
                self.under_way[number] = transfer
                self._todo.put((number, next(self._paths), transfer))
            busy = len(self.under_way) == allowed()
            with contextlib.suppress(queue.Empty):
                self.received += self.under_way.pop(self._done.get(timeout=TICK)).received
            note(self._all_received(), busy)
        return (self._all_received() - before) / (time.perf_counter() - began)

    def close(self) -> None:
        """Ends the reads under way and the threads."""
        for transfer in self.under_way.values():
            transfer.cancel()
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def _all_received(self) -> int:
        return self.received + sum(transfer.received for transfer in self.under_way.values())

    def _work(self) -> None:
        storage = LocalStorage()
        while (job := self._todo.get()) is not None:
            number, path, transfer = job
            with contextlib.suppress(CancelledError):
                storage.read(str(path), transfer)
            self._done.put(number)


def fixed_rate(paths: list[Path], reads: int, seconds: float) -> float:
    """Returns the bytes a second of a fixed number of reads."""
    readers = Readers(paths)
    readers.run(WARM_UP * seconds, lambda: reads, lambda _received, _busy: None)
    rate = readers.run(seconds, lambda: reads, lambda _received, _busy: None)
    readers.close()
    return rate


def found_rate(paths: list[Path]) -> tuple[float, float]:
    """Returns the bytes a second after the search, and the usual number of reads then."""
    readers, concurrency, used = Readers(paths), Concurrency(), []

    def note(received: int, busy: bool) -> None:  # noqa: FBT001 - called by position, here only
        concurrency.note(time.perf_counter(), received, busy=busy)
        used.append(concurrency.reads)

    readers.run(SEARCH_SECONDS, lambda: concurrency.reads, note)
    used.clear()
    rate = readers.run(SETTLED_SECONDS, lambda: concurrency.reads, note)
    readers.close()
    return rate, statistics.median(used)


def measure(case: Case, folder: Path) -> None:
    """Prints the row of one line."""
    source, mount = folder / "source", folder / "mount"
    source.mkdir(parents=True)
    mount.mkdir()
    for number in range(FILES):
        (source / f"shot.{number:04d}.raw").write_bytes(os.urandom(case.size))
    with SlowShare(source, mount, latency=case.line.latency, bandwidth=case.line.bandwidth):
        paths = sorted(mount.iterdir())
        fixed = {reads: fixed_rate(paths, reads, case.seconds) for reads in FIXED}
        rate, reads = found_rate(paths)
    best = max(fixed.values())
    row = "".join(f"{fixed[each] / 1e6:7.1f}" for each in FIXED)
    print(f"{case.name:10}{row}{rate / 1e6:9.1f}{rate / best:10.0%}{reads:8.0f}", flush=True)


def main() -> None:
    """Prints the table."""
    if reason := why_not():
        print(f"Not measured: {reason}.")
        return
    print(f"MB/s by reads at once, and of the number found, {SEARCH_SECONDS:.0f} s after the start")
    print(f"{'':10}{''.join(f'{reads:7}' for reads in FIXED)}{'found':>9}{'of best':>10}{'reads':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            measure(case, Path(folder) / case.name)


if __name__ == "__main__":
    main()
