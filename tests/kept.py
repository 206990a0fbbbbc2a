"""What the tests of caches on this disk share: the files in them, other programs that use them, and what goes wrong."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from viewer.core.results import totals

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]

posix_only = pytest.mark.skipif(os.name != "posix", reason="this system has no such modes, links and signals")
not_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this system has no such modes, or root may write anywhere"
)
full_disks = pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])

DYING = """
import os, signal, sys

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def half(descriptor, data, write=os.write):
    if len(data) > 1000:
        write(descriptor, data[: len(data) // 2])
        die()
    return write(descriptor, data)

match sys.argv[2]:
    case "writing": os.write = half
    case "naming": os.replace = die
"""
"""The beginning of a program that dies while it writes into the cache at its first argument."""


def files(place: Path) -> list[Path]:
    """Returns all files below a folder, also links and pipes; without what says how much there is."""
    return sorted(path for path in place.rglob("*") if not path.is_dir() and not path.name.endswith(totals.NAME))


def only_file(place: Path) -> Path:
    [file] = files(place)
    return file


def let_pass(place: Path, seconds: float) -> None:
    """Lets time pass since everything in a cache was used."""
    for file in files(place):
        status = file.stat()
        os.utime(file, (status.st_atime - seconds, status.st_mtime - seconds))


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Starts another program that uses the cache."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def fill_the_disk(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Has the disk take 1000 bytes of what is longer, and no more."""
    write = os.write

    def fail(descriptor: int, data: memoryview) -> int:
        if len(data) > 1000:
            return write(descriptor, data[:1000])
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)


def too_many_files(*_: object) -> NoReturn:
    """Stands for a call of the system that fails for a reason that is over soon."""
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.marker,))


def damaged(good: bytes, other: bytes, marker: Path, chance: random.Random) -> bytes:
    """Returns the bytes of an entry with something wrong with them, or by chance as they are.

    Args:
        good: the bytes, of which the first 8 say what they are.
        other: those of another entry.
        marker: a file that is made if a pickle is loaded from what is returned.
        chance: says what is wrong.
    """
    at = chance.randrange(len(good))
    flipped = good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1 :]
    ways: list[Callable[[], bytes]] = [
        *[lambda: flipped] * 3,
        lambda: good[:at],
        lambda: good[:at] + bytes(len(good) - at),
        lambda: good[:at] + chance.randbytes(16) + good[at + 16 :],
        lambda: good[:at] + good[at + 1 :],
        lambda: good + chance.randbytes(1 + at % 50),
        lambda: chance.randbytes(len(good)),
        lambda: other,
        lambda: b"",
        lambda: pickle.dumps(Payload(marker)),
        lambda: good[:8] + pickle.dumps(Payload(marker)),
    ]
    return chance.choice(ways)()
