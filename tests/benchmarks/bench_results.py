"""Results found again on this disk: ours beside plain files, np.load, diskcache and joblib.

Run it with ``python tests/benchmarks/bench_results.py``. All take turns in one run, so that what is compared is the
relation: 1080p pictures of raw pixels, warm and cold (dropped from the system's memory before), and small values. The
time of a hit goes from the call to the whole array; a mapped array is read when it is used. Ours checks a file when it
reads it first and when it has changed since; of the others only a plain file with a CRC-32 is checked.
``kept 1`` gives the memory of the last result back before the next, ``kept 8`` after eight. ``--rounds 4`` is quicker.
"""

from __future__ import annotations

import argparse
import os
import statistics
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


def small(number: int) -> dict[str, object]:
    """Returns a plain value."""
    return {"number": number, "name": f"shot.{number:04d}", "size": [1920, 1080], "mean": number / 7}


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


def small_values(root: Path) -> dict[str, Callable[[int], Any]]:
    """Keeps small values in every way; returns what gets one of them again."""
    peer = diskcache.Cache(str(root / "diskcache"))
    for number in range(SMALL):
        peer[number] = small(number)
    ways: dict[str, Callable[[int], Any]] = {"diskcache (pickle)": peer.__getitem__}
    if (memory := joblib_memory(root / "joblib")) is not None:
        ways["joblib (pickle)"] = memory.cache(small)
    ways["ours"] = ResultCache(root / "ours", memory_bytes=0).cached(name="small")(small)
    ways["ours, in memory"] = ResultCache(root / "ours").cached(name="small")(small)
    for get in ways.values():
        for number in range(SMALL):
            assert get(number) == small(number)
    return ways


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
    with tempfile.TemporaryDirectory() as folder:
        values = small_values(Path(folder))
        table(
            f"A hit: {SMALL} small values",
            {"warm": measured(values, range(SMALL), 1, rounds, lambda: None)},
            "diskcache (pickle)",
        )


if __name__ == "__main__":
    main()
