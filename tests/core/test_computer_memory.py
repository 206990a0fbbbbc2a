"""How much memory there is, from what the kernel says of the computer and of the container."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from viewer.core.computer_memory import ComputerMemory, computer_memory, give_back

if TYPE_CHECKING:
    from pathlib import Path

MEMINFO = {"proc/meminfo": "MemTotal: 16000 kB\nMemFree: 100 kB\nMemAvailable: 9000 kB\nHugePages_Total: 0\n"}
NEW, OLD = "sys/fs/cgroup/", "sys/fs/cgroup/memory/"


def group(folder: str, limit: str, used: int, *, is_old: bool = False) -> dict[str, str]:
    """Returns the files of a group of processes that holds 500 kB of files, of which 200 kB are in no hurry to go."""
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if is_old else ("memory.max", "memory.current")
    prefix = "total_" if is_old else ""
    stat = f"{prefix}active_file 300000\n{prefix}inactive_file 200000\n"
    return {f"{folder}{names[0]}": f"{limit}\n", f"{folder}{names[1]}": f"{used}\n", f"{folder}memory.stat": stat}


@pytest.mark.skipif(sys.platform != "linux", reason="the files of Linux's kernel")
@pytest.mark.parametrize(
    ("files", "memory"),
    [
        ({}, None),
        ({"proc/meminfo": "MemTotal: many kB\n"}, None),
        (MEMINFO, (16_384_000, 9_216_000)),
        ({**MEMINFO, "proc/self/cgroup": "0::/a/b\n", **group(NEW + "a/b/", "max", 1)}, (16_384_000, 9_216_000)),
        (
            {**MEMINFO, "proc/self/cgroup": "0::/a/b\n", **group(NEW + "a/", "4000000", 3_000_000)},
            (4_000_000, 1_500_000),
        ),
        ({**MEMINFO, "proc/self/cgroup": "0::/a\n", **group(NEW, "4000000", 5_000_000)}, (4_000_000, 0)),
        (
            {**MEMINFO, "proc/self/cgroup": "3:cpu:/x\n2:memory:/y\n", **group(OLD, "2000000", 1_000_000, is_old=True)},
            (2_000_000, 1_500_000),
        ),
        (
            {**MEMINFO, "proc/self/cgroup": "2:memory:/\n", **group(OLD, "9223372036854771712", 1, is_old=True)},
            (16_384_000, 9_216_000),
        ),
    ],
)
def test_the_smaller_of_what_the_computer_and_the_container_can_give(
    files: dict[str, str], memory: tuple[int, int] | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    assert computer_memory(tmp_path) == (memory and ComputerMemory(*memory))


def test_this_computer_tells() -> None:
    memory = computer_memory()
    assert memory is not None
    assert 0 < memory.available <= memory.total
    give_back()
