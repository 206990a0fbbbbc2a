"""Which file systems lie on a disk of this computer: only there all that the system says of a file can be relied on."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from viewer.core.storage.transfer import Stamp

_OURS = frozenset({"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "tmpfs", "xfs", "zfs"})
_MOUNTS = Path("/proc/self/mountinfo")


@functools.lru_cache(64)
def is_on_this_computer(device: int) -> bool:
    """Returns whether ``device``, as ``os.stat`` numbers it, is known to be a file system of this computer.

    It is False where the system does not say, as on systems other than Linux, and for all that is mounted by a
    program (FUSE) or over a network. The answer for a device is kept. Any thread.
    """
    try:
        numbers = f"{os.major(device)}:{os.minor(device)}"
        rows = [row.split(" ") for row in _MOUNTS.read_text("utf-8", "replace").splitlines()]
    except (OSError, AttributeError):  # AttributeError: Windows
        return False
    kinds = {row[row.index("-") + 1] for row in rows if row[2] == numbers and "-" in row}
    return bool(kinds) and kinds <= _OURS


def stamp_of(status: os.stat_result) -> Stamp:
    """Returns which file a status is of; on a disk of this computer by what no program can set, too. Any thread."""
    if is_on_this_computer(status.st_dev):
        return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Stamp(status.st_size, status.st_mtime_ns)
