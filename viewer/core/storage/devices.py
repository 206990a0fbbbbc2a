"""Which file systems lie on a disk of this computer: only there all that the system says of a file can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.storage.mounts import mounts_of_device
from viewer.core.storage.transfer import Stamp

if TYPE_CHECKING:
    import os

_OURS = frozenset({"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "tmpfs", "xfs", "zfs"})


def is_on_this_computer(device: int) -> bool:
    """Returns whether ``device``, as ``os.stat`` numbers it, is known to be a file system of this computer.

    It is False where the system does not say, as on systems other than Linux, and for all that is mounted by a
    program (FUSE) or over a network. Any thread.
    """
    kinds = {mount.kind for mount in mounts_of_device(device)}
    return bool(kinds) and kinds <= _OURS


def stamp_of(status: os.stat_result) -> Stamp:
    """Returns which file a status is of; on a disk of this computer by what no program can set, too. Any thread."""
    if is_on_this_computer(status.st_dev):
        return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Stamp(status.st_size, status.st_mtime_ns)
