"""Reading files of 0.7 MB over slow lines: an urgent read alone, reads that can wait, and the one beside the others.

Run it with ``python tests/benchmarks/bench_storage.py``. What is compared with is ``open().read()`` over the same mount
in the same run.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from slow_share import PROFILES, SlowShare, why_not

from viewer.core.errors import CancelledError
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import Gate, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator

KIB = 1024
SIZE = 700_000
PIECES = (64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB)
READERS = (4, 8)
ROUNDS_ALONE = 5
ROUNDS_BESIDE = 3
SETTLE = 0.25
WINDOW = 0.6
"""Seconds: how long readers run before they are measured, and how long they are measured."""

storage = LocalStorage()


def plain_read(path: Path) -> float:
    """Returns the seconds that the plain call takes."""
    began = time.perf_counter()
    path.read_bytes()
    return time.perf_counter() - began


def urgent_read(path: Path, gate: Gate) -> float:
    """Returns the seconds that an urgent read takes, for which the gate is closed."""
    transfer = Transfer(gate)
    transfer.set_urgent(urgent=True)
    began = time.perf_counter()
    gate.set_open(is_open=False)
    storage.read(str(path), transfer)
    gate.set_open(is_open=True)
    return time.perf_counter() - began


@contextmanager
def readers(paths: list[Path], piece: int, gate: Gate) -> Iterator[None]:
    """Reads each of ``paths`` again and again with a reader of its own, for as long as the block runs."""
    transfers: dict[Path, Transfer] = {}
    over = threading.Event()

    def read_on(path: Path) -> None:
        while not over.is_set():
            transfers[path] = Transfer(gate, piece=piece)
            try:
                storage.read(str(path), transfers[path])
            except CancelledError:
                return

    threads = [threading.Thread(target=read_on, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for transfer in list(transfers.values()):
            transfer.cancel()
        for thread in threads:
            thread.join()


def line_use(share: SlowShare, bandwidth: float) -> float:
    """Returns the part of the line that is used from now on for a while."""
    passed, began = share.counts().bytes_passed, time.perf_counter()
    time.sleep(WINDOW)
    passed, ended = share.counts().bytes_passed - passed, time.perf_counter()
    return passed / (ended - began) / bandwidth


def measure(profile: str, share: SlowShare) -> None:
    """Prints the figures of one line."""
    bandwidth = PROFILES[profile].bandwidth
    wanted, *others = sorted(share.mountpoint.iterdir())
    gate = Gate()
    plain, alone = [], []
    for _ in range(ROUNDS_ALONE):
        plain.append(plain_read(wanted))
        alone.append(urgent_read(wanted, gate))
    takes = statistics.median(alone)
    print(
        f"\n{profile}: open().read() {statistics.median(plain) * 1000:.0f} ms, an urgent read alone "
        f"{takes / statistics.median(plain):.2f} of that"
    )
    print(f"{'piece':>9}{'line use by 4':>15}{'by 8':>7}{'urgent among 4, of alone':>27}{'bar: 1.15 + a piece':>22}")
    for piece in PIECES:
        uses = []
        beside = []
        for count in READERS:
            with readers(others[:count], piece, gate):
                time.sleep(SETTLE)
                uses.append(line_use(share, bandwidth))
                for _ in range(ROUNDS_BESIDE if count == READERS[0] else 0):
                    beside.append(urgent_read(wanted, gate) / takes)
                    time.sleep(SETTLE)
        bar = 1.15 + piece / bandwidth / takes
        print(
            f"{piece // KIB:5} KiB{uses[0]:15.2f}{uses[1]:7.2f}{statistics.median(beside):16.2f}, worst "
            f"{max(beside):.2f}{bar:17.2f}",
            flush=True,
        )


def main() -> None:
    """Prints the figures of all lines."""
    if reason := why_not():
        print(f"Nothing is measured: {reason}.")
        return
    with tempfile.TemporaryDirectory() as temporary:
        source, mountpoint = Path(temporary, "source"), Path(temporary, "share")
        source.mkdir()
        mountpoint.mkdir()
        for number in range(1 + max(READERS)):
            (source / f"shot.{number:04}.bin").write_bytes(os.urandom(SIZE))
        for profile in ("wifi", "vpn", "bad"):
            with SlowShare(source, mountpoint, profile=profile) as share:
                measure(profile, share)


if __name__ == "__main__":
    main()
