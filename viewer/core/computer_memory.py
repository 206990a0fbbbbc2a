"""How much memory this computer has, and how much of it can be had now."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from functools import lru_cache
from pathlib import Path, PurePosixPath

from viewer.core.records import NamedTuple

GROUPS = {
    "": ("memory.max", "memory.current", "", ("", "unified")),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_", ("memory",)),
}
"""Where Linux tells the limits of groups of processes such as containers, by the name of the controller (the newer
way has none): the files of the limit and of what is used, what goes before names in ``memory.stat``, the folders."""


class ComputerMemory(NamedTuple):
    """The memory of this computer, or of the container that this program runs in, in bytes.

    Attributes:
        total: all of it.
        available: what programs can have now without others being moved out of memory.
    """

    total: int
    available: int


def computer_memory(root: Path = Path("/")) -> ComputerMemory | None:
    """Returns how much memory there is, None if it cannot be found out; any thread.

    On Linux it reads a few files of the kernel's below ``root``, which takes some 0.1 ms.
    """
    if sys.platform != "linux":
        return _from_library()
    try:
        memory = _numbers(root / "proc/meminfo", 5)  # what it begins with
        total, available = 1024 * memory["MemTotal:"], 1024 * memory["MemAvailable:"]
    except (OSError, ValueError, KeyError):
        return None
    for folder, controller in _groups(root):
        limit_file, used_file, prefix, _ = GROUPS[controller]
        # "max" for none; in a container the folder that the name leads to may not be there
        with contextlib.suppress(OSError, ValueError):
            limit = int((folder / limit_file).read_text())
            if limit < total:
                parts = _numbers(folder / "memory.stat")
                # The kernel gives up what it keeps of files before it refuses memory.
                of_files = parts.get(f"{prefix}active_file", 0) + parts.get(f"{prefix}inactive_file", 0)
                left = limit - int((folder / used_file).read_text()) + of_files
                total, available = limit, min(available, max(0, left))
    return ComputerMemory(total, min(total, available))


def _numbers(path: Path, most: int | None = None) -> dict[str, int]:
    lines = path.read_text("ascii").splitlines()[:most]
    return {words[0]: int(words[1]) for words in map(str.split, lines)}


@lru_cache(maxsize=4)
def _groups(root: Path) -> tuple[tuple[Path, str], ...]:
    """Returns the folders of the groups that this process is in, each with its controller; those above limit it too."""
    found: list[tuple[Path, str]] = []
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in set(controllers.split(",")) & set(GROUPS):
                limit_file, _, _, mounts = GROUPS[controller]
                inside = PurePosixPath(path.lstrip("/"))
                for mount in mounts:
                    folders = (root / "sys/fs/cgroup" / mount / each for each in (inside, *inside.parents))
                    found += [(folder, controller) for folder in folders if (folder / limit_file).exists()]
    return tuple(dict.fromkeys(found))


def _from_library() -> ComputerMemory | None:
    try:
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - it takes 20 ms, and Linux does without

        memory = psutil.virtual_memory()
    except (ImportError, OSError, RuntimeError):
        return None
    return ComputerMemory(memory.total, memory.available)


def give_back() -> None:
    """Has memory that this program does not use any more given back to the system, where it knows how; any thread.

    Large blocks are given back as they are freed; files, and small pictures, lie in smaller ones.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
