"""Keeping files on this disk: ours beside plain files, plain files with an SQLite index, and diskcache.

Run it with ``python tests/benchmarks/bench_disk_cache.py``. Everything is warm, so that what is compared is the way and
not the disk. Of the four only ours checks what it reads.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import diskcache

from viewer.core.cache.disk_cache import DiskCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILES = 1_000
SIZE = 400_000
NAMES = 100_000
SHARE = "/mnt/share/shots"
USED_AGAIN_AFTER = 60.0


class Store(Protocol):
    """A way of keeping files, under their names in one folder."""

    def put(self, name: str, data: bytes) -> None:
        """Keeps ``data``."""

    def get(self, name: str) -> bytes:
        """Returns what is kept, and marks it as used."""

    def held(self, names: Sequence[str]) -> list[str]:
        """Returns the names that something is kept for."""

    def trim(self, limit: int) -> None:
        """Removes the files not used for longest until ``limit`` bytes are left."""

    def close(self) -> None:
        """Ends."""


class Ours:
    """What the program uses."""

    def __init__(self, folder: Path) -> None:
        self._cache = DiskCache(folder, FILES * SIZE * 2)

    def put(self, name: str, data: bytes) -> None:
        assert self._cache.put(f"{SHARE}/{name}", data, len(data), 1)

    def get(self, name: str) -> bytes:
        kept = self._cache.get(f"{SHARE}/{name}")
        assert kept is not None
        assert isinstance(kept.data, bytes)
        return kept.data

    def held(self, names: Sequence[str]) -> list[str]:
        return self._cache.held(SHARE, names)

    def trim(self, limit: int) -> None:
        self._cache.set_limit(limit)
        self._cache.trim()

    def close(self) -> None:
        """There is nothing to end."""


class Plain:
    """Files under their own names: neither atomic nor checked, and nothing is noted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)

    def get(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def held(self, names: Sequence[str]) -> list[str]:
        there = set(os.listdir(self._folder))  # noqa: PTH208 - the plain call
        return [name for name in names if name in there]

    def trim(self, limit: int) -> None:
        with os.scandir(self._folder) as entries:
            files = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in entries)
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= limit:
                break
            Path(path).unlink()
            total -= size

    def close(self) -> None:
        """There is nothing to end."""


class Indexed(Plain):
    """Plain files, and an SQLite index (WAL, one connection) of what is there and when it was used."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "files")
        self._folder.mkdir()
        self._index = sqlite3.connect(folder / "index.db", isolation_level=None)
        for line in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=NORMAL",
            "CREATE TABLE kept (name TEXT PRIMARY KEY, size INTEGER, used REAL)",
            "CREATE INDEX by_use ON kept (used)",
        ):
            self._index.execute(line)

    def put(self, name: str, data: bytes) -> None:
        super().put(name, data)
        self._index.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (name, len(data), time.time()))

    def get(self, name: str) -> bytes:
        """Notes a use once a minute, as ours does."""
        [used] = self._index.execute("SELECT used FROM kept WHERE name = ?", (name,)).fetchone()
        if time.time() - used > USED_AGAIN_AFTER:
            self._index.execute("UPDATE kept SET used = ? WHERE name = ?", (time.time(), name))
        return super().get(name)

    def held(self, names: Sequence[str]) -> list[str]:
        there = {name for (name,) in self._index.execute("SELECT name FROM kept")}
        return [name for name in names if name in there]

    def trim(self, limit: int) -> None:
        [total] = self._index.execute("SELECT SUM(size) FROM kept").fetchone()
        gone = []
        for name, size in self._index.execute("SELECT name, size FROM kept ORDER BY used"):
            if total <= limit:
                break
            (self._folder / name).unlink()
            gone.append((name,))
            total -= size
        self._index.execute("BEGIN")
        self._index.executemany("DELETE FROM kept WHERE name = ?", gone)
        self._index.execute("COMMIT")

    def close(self) -> None:
        self._index.close()


class Peer:
    """The package diskcache, set to remove the entries not used for longest."""

    def __init__(self, folder: Path) -> None:
        self._cache = diskcache.Cache(
            str(folder), size_limit=FILES * SIZE * 2, eviction_policy="least-recently-used", cull_limit=0
        )

    def put(self, name: str, data: bytes) -> None:
        self._cache.set(name, data)

    def get(self, name: str) -> bytes:
        data = self._cache.get(name)
        assert isinstance(data, bytes)
        return data

    def held(self, names: Sequence[str]) -> list[str]:
        there = set(self._cache.iterkeys())
        return [name for name in names if name in there]

    def trim(self, limit: int) -> None:
        self._cache.reset("size_limit", limit)
        self._cache.cull()

    def close(self) -> None:
        self._cache.close()


WAYS: dict[str, Callable[[Path], Store]] = {
    "ours": Ours,
    "plain files": Plain,
    "files + SQLite": Indexed,
    "diskcache": Peer,
}


def timed(work: Callable[[], object]) -> float:
    """Returns the milliseconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def figures(make: Callable[[Path], Store]) -> list[float]:
    """Returns the milliseconds of one put, one get (medians), held for many names and a trim to the half."""
    block = os.urandom(SIZE)
    names = [f"shot.{number:06d}.jpg" for number in range(NAMES)]
    kept = names[:FILES]
    with tempfile.TemporaryDirectory() as folder:
        store = make(Path(folder))
        try:
            put = [timed(lambda name=name: store.put(name, name.encode() + block)) for name in kept]  # type: ignore[misc]
            assert store.get(kept[7]) == kept[7].encode() + block
            get = [timed(lambda name=name: store.get(name)) for name in kept]  # type: ignore[misc]
            held = [timed(lambda: store.held(names)) for _ in range(3)]
            assert store.held(names) == kept
            trim = timed(lambda: store.trim(FILES * SIZE // 2))
            left = len(store.held(names))
            assert 0.45 * FILES < left <= 0.5 * FILES, left
        finally:
            store.close()
    return [statistics.median(put), statistics.median(get), statistics.median(held), trim]


def main() -> None:
    """Prints the table: milliseconds, and in brackets how many times as long as plain files."""
    measured = {name: figures(make) for name, make in WAYS.items()}
    print(f"{FILES:,} files of {SIZE / 1e6:.1f} MB; milliseconds (times plain files)")
    print(f"{'':16}{'put one':>16}{'get one':>16}{'held of 100,000':>18}{'trim to half':>18}")
    for name, row in measured.items():
        cells = [f"{each:.3f} ({each / plain:.1f})" for each, plain in zip(row, measured["plain files"], strict=True)]
        print(f"{name:16}{cells[0]:>16}{cells[1]:>16}{cells[2]:>18}{cells[3]:>18}")


if __name__ == "__main__":
    main()
