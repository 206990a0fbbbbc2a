"""Results found again on this disk: ours beside plain files, np.load, diskcache and joblib.

Run it with ``python tests/benchmarks/bench_results.py``. All take turns in one run, so that what is compared is the
relation: 1080p pictures of raw pixels, warm and cold (dropped from the system's memory before), and small values. The
time of a hit goes from the call to the whole array; a mapped array is read when it is used. Ours checks a file when it
reads it first and when it has changed since; of the others only a plain file with a CRC-32 is checked.
``kept 1`` gives the memory of the last result back before the next, ``kept 8`` after eight. ``--rounds 4`` is quicker.
The last table is of folders that hold many results: what the first result costs in a new process, a hit, and a trim.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

import diskcache
import numpy as np

from viewer.core.results.cache import ResultCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PICTURES = 12
SHAPE = (1080, 1920, 4)
SMALL = 500
ROUNDS = 15
BYTES = int(np.prod(SHAPE))


def picture(number: int) -> NDArray[np.uint8]:
    """Returns a picture of noise, the same for the same number."""
    return np.random.default_rng(number).integers(0, 256, SHAPE, dtype=np.uint8)


SMALL_VALUES: dict[str, Callable[[int], object]] = {
    "a dict": lambda number: {"number": number, "name": f"shot.{number:04d}", "size": [1920, 1080], "mean": number / 7},
    "a float": lambda number: number / 7,
    "a tuple": lambda number: (number, number / 7, "shot"),
}


def plain(folder: Path, *, checked: bool) -> tuple[Callable[[int, NDArray[np.uint8]], None], Callable[[int], Any]]:
    """Returns what keeps pictures in plain files, and what reads them."""
    sums: dict[int, int] = {}

    def put(number: int, pixels: NDArray[np.uint8]) -> None:
        (folder / str(number)).write_bytes(pixels.tobytes())
        sums[number] = zlib.crc32(pixels.data)

    def get(number: int) -> NDArray[np.uint8]:
        pixels = np.empty(BYTES, np.uint8)
        with (folder / str(number)).open("rb", buffering=0) as file:
            file.readinto(pixels.data)
        assert not checked or zlib.crc32(pixels.data) == sums[number]
        return pixels.reshape(SHAPE)

    return put, get


def pictures(root: Path) -> dict[str, Callable[[int], Any]]:
    """Keeps the pictures in every way; returns what gets one of them again."""
    ways: dict[str, Callable[[int], Any]] = {}
    folders = {
        name: root / name for name in ("plain", "crc", "npy", "diskcache", "joblib", "ours", "ours mapped", "first")
    }
    for folder in folders.values():
        folder.mkdir()
    put, ways["plain file"] = plain(folders["plain"], checked=False)
    put_too, ways["plain file + CRC-32"] = plain(folders["crc"], checked=True)
    peer = diskcache.Cache(str(folders["diskcache"]))
    for number in range(PICTURES):
        put(number, picture(number))
        put_too(number, picture(number))
        np.save(folders["npy"] / f"{number}.npy", picture(number))
        peer[number] = picture(number).tobytes()
    ways["np.load"] = lambda number: np.load(folders["npy"] / f"{number}.npy", allow_pickle=False)
    ways["diskcache"] = lambda number: np.frombuffer(peer[number], np.uint8).reshape(SHAPE)

    if (memory := joblib_memory(folders["joblib"])) is not None:
        ways["joblib"] = memory.cache(picture)
    for name, mapped in (("ours", False), ("ours mapped", True)):
        ways[name] = ResultCache(folders[name], memory_bytes=0, mmap=mapped).cached(name="picture")(picture)

    def first_time(number: int) -> object:
        """Asks a cache that has read nothing yet, as in a new process: it checks what it reads."""
        return ResultCache(folders["first"], memory_bytes=0).cached(name="picture")(picture)(number)

    ways["ours, first time"] = first_time
    for get in ways.values():
        for number in range(PICTURES):
            assert (get(number) == picture(number)).all()
    return ways


def small_values(root: Path, small: Callable[[int], object]) -> dict[str, Callable[[int], Any]]:
    """Keeps small values in every way; returns what gets one of them again."""
    peer = diskcache.Cache(str(root / "diskcache"))
    for number in range(SMALL):
        peer[number] = small(number)
    ways: dict[str, Callable[[int], Any]] = {"diskcache (pickle)": peer.__getitem__}
    if (memory := joblib_memory(root / "joblib")) is not None:
        ways["joblib (pickle)"] = memory.cache(small_for_joblib)
    ways["ours"] = ResultCache(root / "ours", memory_bytes=0).cached(name="small")(small)
    ways["ours, in memory"] = ResultCache(root / "ours").cached(name="small")(small)
    if "joblib (pickle)" in ways and small(1) != small_for_joblib(1):
        del ways["joblib (pickle)"]
    for get in ways.values():
        for number in range(SMALL):
            assert get(number) == small(number)
    return ways


def small_for_joblib(number: int) -> object:
    """Returns a plain value; joblib takes no lambda."""
    return SMALL_VALUES["a dict"](number)


FIRST = """
import sys, time
from viewer.core.results.cache import ResultCache
first = ResultCache(sys.argv[1], memory_bytes=0).cached(name="small")(lambda text: text)
began = time.process_time()
first(sys.argv[2])
print((time.process_time() - began) * 1000)
"""


def many_kept(root: Path, rounds: int) -> None:
    """Prints what the first result of a process, a hit and a trim cost where many are kept; CPU time, medians."""
    print(f"\n{'Results kept':22}{'first result, ms':>18}{'a hit, us':>18}{'trimming a tenth, ms':>22}")
    for count in (0, 100, 20_000, 100_000):
        folder = root / str(count)
        cache = ResultCache(folder, memory_bytes=0)
        kept = cache.cached(name="small")(SMALL_VALUES["a float"])
        for number in range(count):
            kept(number)
        firsts = [
            float(subprocess.run([sys.executable, "-c", FIRST, folder, str(n)], capture_output=True, check=True).stdout)
            for n in range(rounds)
        ]
        began = time.process_time()
        for number in range(0, count, max(1, count // SMALL)):
            kept(number)
        hit = (time.process_time() - began) / max(1, min(count, SMALL)) * 1e6
        limited = ResultCache(folder, max_items=max(1, count), memory_bytes=0)
        began = time.process_time()
        limited.trim()
        trim = (time.process_time() - began) * 1000
        print(f"{count:<22}{statistics.median(firsts):>18.2f}{hit:>18.1f}{trim:>22.1f}")


def joblib_memory(folder: Path) -> Any:  # noqa: ANN401 - it has no types
    """Returns joblib's memory, or None where joblib is not installed."""
    try:
        import joblib  # noqa: PLC0415 - may be missing
    except ImportError:
        print("joblib is not installed: left out")
        return None
    return joblib.Memory(folder, verbose=0)


def timed(get: Callable[[int], Any], numbers: range, kept: int) -> list[float]:
    """Returns the milliseconds of each hit, with the last ``kept`` results alive."""
    alive: deque[Any] = deque(maxlen=kept)
    times = []
    for number in numbers:
        started = time.perf_counter()
        result = get(number)
        times.append((time.perf_counter() - started) * 1000)
        alive.append(result)
        del result
    return times


def drop(root: Path) -> None:
    """Drops all files from the system's memory."""
    for path in root.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def measured(
    ways: dict[str, Callable[[int], Any]], numbers: range, kept: int, rounds: int, before: Callable[[], None]
) -> dict[str, float]:
    """Returns the median milliseconds of a hit in every way; the ways take turns."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, get in ways.items():
            before()
            times[name] += timed(get, numbers, kept)
    return {name: statistics.median(each) for name, each in times.items()}


def table(title: str, columns: dict[str, dict[str, float]], base: str) -> None:
    """Prints milliseconds, and in brackets how many times as long as ``base``."""
    print(f"\n{title}; milliseconds (times {base})")
    print(f"{'':22}" + "".join(f"{name:>18}" for name in columns))
    for way in next(iter(columns.values())):
        cells = [f"{column[way]:.3f} ({column[way] / column[base]:.2f})" for column in columns.values()]
        print(f"{way:22}" + "".join(f"{cell:>18}" for cell in cells))


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each way has its turn")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ways = pictures(root)
        numbers = range(PICTURES)
        columns = {f"warm, kept {kept}": measured(ways, numbers, kept, rounds, lambda: None) for kept in (1, 8)}
        if hasattr(os, "posix_fadvise"):
            columns["cold, kept 1"] = measured(ways, numbers, 1, rounds, lambda: drop(root))
        table(f"A hit: {PICTURES} pictures of {BYTES / 1e6:.1f} MB", columns, "np.load")
    for name, small in SMALL_VALUES.items():
        with tempfile.TemporaryDirectory() as folder:
            values = small_values(Path(folder), small)
            table(
                f"A hit: {SMALL} small values, {name}",
                {"warm": measured(values, range(SMALL), 1, rounds, lambda: None)},
                "diskcache (pickle)",
            )
    with tempfile.TemporaryDirectory() as folder:
        many_kept(Path(folder), rounds)


if __name__ == "__main__":
    main()
