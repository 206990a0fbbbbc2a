"""A file of the user's own, saved where they want it: whole or not at all, and never over another one unasked."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def save(path: str, content: Buffer, *, replaces: bool = False, original: str = "") -> None:
    """Writes a file beside its place under another name, and renames it once all is on the disk; blocks.

    Args:
        path: where it is to be.
        content: what it is to hold.
        replaces: whether a file that is there may go.
        original: the file that the content was made of, which never goes; "" for none.

    Raises:
        FileExistsError: there is a file, and it may go only if ``replaces``.
        OSError: it could not be written; what was there is as it was, and nothing is left behind.
    """
    target = Path(path)
    if os.path.lexists(target):
        with contextlib.suppress(FileNotFoundError):
            if original and target.samefile(original):
                raise OSError(errno.EINVAL, "it is the file on screen itself, which is never written to", path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "there is a folder of this name", path)
        if not replaces:
            raise FileExistsError(errno.EEXIST, "there is such a file already", path)
    temporary = target.parent / f".{os.urandom(8).hex()}.part"
    descriptor = os.open(temporary, _NEW, 0o666)
    try:
        try:
            _write(descriptor, memoryview(content).cast("B"))
        finally:
            os.close(descriptor)
        if replaces:
            temporary.replace(target)
        else:
            _put(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _write(descriptor: int, content: memoryview) -> None:
    written = 0
    while written < content.nbytes:
        written += os.write(descriptor, content[written:])
    os.fsync(descriptor)  # a full disk is known now, also where the system writes later


def _put(temporary: Path, target: Path) -> None:
    """Renames a file; raises FileExistsError if another program has made one of the new name meanwhile."""
    if os.name == "nt":
        temporary.rename(target)  # replaces nothing there
        return
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: the name is taken first
        os.close(os.open(target, _NEW, 0o666))
        try:
            temporary.replace(target)
        except BaseException:
            target.unlink()
            raise
    else:
        temporary.unlink()
