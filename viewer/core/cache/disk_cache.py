"""Files as they came over the share, kept on this disk until they are the ones used least recently.

One plain file holds one entry; its name is a hash of the share file's, and its date of modification is when it was used
last. No index stands beside the files: by ``bench_disk_cache.py`` it would win nothing that anybody sees, it would have
to be kept right through kills and full disks, and SQLite cannot lock in many home folders on shares.

Layout::

    <folder>/<hash of the share folder>/<hash of the name>   an entry
                                        names                the names seen in the folder last
                                        <random>.new         being written

Each begins with a head (magic and version, when it was last confirmed, checksum, lengths, stamp, the path it stands
for), so that an entry which was cut off, changed, or moved to another's place is known for what it is. Nothing is
waited for to reach the disk: the checksum shows what a power cut took away.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.cache import atomic_files
from viewer.core.cache.atomic_files import (
    NEW,
    NEW_NAME,
    READ,
    bytes_of,
    digest_of,
    files_in,
    refuse_links,
    remove,
    remove_empty,
)
from viewer.core.patterns import late_pattern
from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

LARGEST = 2 * 1024**3 - 4096
"""Bytes of the largest file that is kept: what systems read in one call."""
USED_AGAIN_AFTER = 60.0
"""Seconds for which a use is not noted again: a note costs as much as opening the file."""
LARGEST_NAMES = 256 * 1024**2
"""Bytes of all names of the largest folder whose names are remembered."""

_MAGIC = b"Lookah\x00\x02"  # the last byte is the version of the format
# Magic, seconds since 1970 at which it was confirmed, checksum of all that follows it, bytes of the path, bytes of the
# data, the two dates in nanoseconds since 1970, inode; then the path and the data.
_HEAD = struct.Struct("<8sdIHxxQqqQ")
_CONFIRMED_AT, _CHECKED_FROM = 8, 20
_NAMES = "names"
_HASH = late_pattern(r"[0-9a-f]{32}")
_OURS = late_pattern(rf"[0-9a-f]{{32}}|{_NAMES}|{NEW_NAME}")


class CachedFile(NamedTuple):
    """A file as it was on the share.

    Attributes:
        data: its bytes.
        size: its size there, in bytes.
        modified_ns: its date of modification there, in nanoseconds since 1970.
        changed_ns: when its content or attributes changed there last, in nanoseconds since 1970; 0 if not known.
        inode: its number in its file system; 0 if not known.
        confirmed: when the share last said that it is still this file, in seconds since 1970 by this computer's clock.
    """

    data: Buffer
    size: int
    modified_ns: int
    changed_ns: int = 0
    inode: int = 0
    confirmed: float = 0.0

    @property
    def stamp(self) -> tuple[int, int, int, int]:
        """Size, dates and number, in the order of :class:`~viewer.core.storage.transfer.Stamp`."""
        return self.size, self.modified_ns, self.changed_ns, self.inode


class CachedFolder(NamedTuple):
    """What is kept of one folder of a share.

    Attributes:
        folder: its path; "" if no file names it any more.
        files: how many of its files are kept.
        bytes: what they take on this disk, with the names remembered.
        last_used: when one of them was used last, in seconds since 1970.
    """

    folder: str
    files: int
    bytes: int
    last_used: float


class _Found(NamedTuple):
    path: str
    name: str
    size: int
    used: float


class DiskCache:
    """Keeps the bytes of files on this disk; for workers, as every method but :meth:`set_limit` blocks on the disk.

    Any number of threads and programs may use one folder at once, and be killed at any moment: an entry is written
    under another name and then renamed, so it is there whole or not at all. A disk that is full, a folder that cannot
    be read or written, files that are damaged or not of this program are no errors: less is kept, that is all.

    What is kept may be private: only its owner can read it. Nothing outside the folder is ever changed, whatever links
    lie in it.
    """

    def __init__(self, folder: str | Path, limit: int) -> None:
        """Touches nothing; ``folder`` is made when the first file is kept, and :meth:`trim` leaves ``limit`` bytes."""
        self._folder = Path(folder)
        self._limit = limit

    def set_limit(self, limit: int) -> None:
        """Changes the bytes that :meth:`trim` leaves, from its next call on; any thread."""
        self._limit = limit

    def put(self, path: str, data: Buffer, size: int, modified_ns: int, changed_ns: int = 0, inode: int = 0) -> bool:
        """Keeps ``data``, all bytes of the file ``path``, in place of those kept before; returns whether it did.

        The others are as in :class:`CachedFile`; it counts as confirmed now. It is not kept if it has another
        size than ``data``, as it was changing while it was read, or a larger one than the limit or :data:`LARGEST`; if
        the disk is full or cannot be written; or if it is being cleared at this moment.
        """
        view = memoryview(data).cast("B")
        if view.nbytes != size or size > min(self._limit, LARGEST):
            return False
        return self._write(self._file(path), path, view, modified_ns, changed_ns, inode)

    def get(self, path: str) -> CachedFile | None:
        """Returns what is kept of the file ``path`` and marks it as used, or returns None.

        The caller finds out from size and date whether the file has changed on the share since. An entry that turns
        out not to be the one kept for this path is removed.
        """
        return _read(self._file(path), path)

    def stamp(self, path: str) -> tuple[int, int, int, int] | None:
        """Returns :attr:`CachedFile.stamp` of what is kept of ``path``, or None, without reading it or marking it."""
        head = None
        with _opened(self._file(path)) as descriptor:
            head = None if descriptor is None else _head_of(descriptor, path)
        return None if head is None else head.stamp

    def confirm(self, path: str) -> None:
        """Notes that the share has said now that the file ``path`` is the one kept; does nothing if none is."""
        with _opened(self._file(path), os.O_RDWR) as descriptor:
            if descriptor is not None and _head_of(descriptor, path) is not None:
                used = os.fstat(descriptor).st_mtime_ns
                os.lseek(descriptor, _CONFIRMED_AT, os.SEEK_SET)
                os.write(descriptor, struct.pack("<d", time.time()))
                if os.utime in os.supports_fd:
                    os.utime(descriptor, ns=(used, used))  # that was no use

    def held(self, folder: str, names: Sequence[str]) -> list[str]:
        """Returns those of the files ``names`` in ``folder`` that are kept, in their order.

        It is one listing: no entry is opened, so one that is damaged counts as kept.
        """
        directory = self._directory(_split(folder))
        try:
            refuse_links(directory)
            with os.scandir(directory) as entries:
                there = {entry.name for entry in entries if _HASH.fullmatch(entry.name)}
        except OSError:
            return []
        return [name for name in names if digest_of(name) in there] if there else []

    def discard(self, path: str) -> None:
        """Removes what is kept of the file ``path``, if anything is."""
        remove(self._file(path))

    def remember_names(self, folder: str, names: Sequence[str]) -> None:
        """Keeps the names in ``folder``, as its last complete listing had them, in place of those kept before."""
        text = "\0".join(names)
        data = text.encode("utf-8", "surrogatepass")
        # No name can hold a NUL character; one that does would come back as two.
        if len(data) <= LARGEST_NAMES and text.count("\0") == max(0, len(names) - 1):
            folder = _split(folder)
            packed = memoryview(zlib.compress(data, 1))
            self._write(self._directory(folder) / _NAMES, _as_folder(folder), packed, 0, 0, 0)

    def names(self, folder: str) -> list[str] | None:
        """Returns the names remembered of ``folder``, in their order, or None; the real listing may differ by now."""
        folder = _split(folder)
        kept = _read(self._directory(folder) / _NAMES, _as_folder(folder))
        if kept is None:
            return None
        unpacker = zlib.decompressobj()
        try:
            text = unpacker.decompress(kept.data, LARGEST_NAMES).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError, MemoryError):
            return None
        # A name with a separator would lead out of the folder.
        if not unpacker.eof or "/" in text or os.sep in text:
            return None
        return text.split("\0") if text else []

    def folder_bytes(self, folder: str) -> int:
        """Returns the bytes on this disk that are taken by what is kept of ``folder``."""
        return sum(found.size for found in _files(self._directory(_split(folder))))

    def trim(self, at_most: int | None = None) -> int:
        """Removes the entries used least recently until the limit is kept, and files that were left half written.

        Stops when ``at_most`` bytes of files were removed, or as soon as there are more. The names of a folder go after
        its last file. Returns the bytes removed.
        """
        total = removed = 0
        now = time.time()
        candidates: list[tuple[float, bool, str, int]] = []
        touched = set()
        for directory in self._directories():
            files = _files(directory)
            newest = max((found.used for found in files), default=0.0)
            for path, name, size, used in files:
                if not name.endswith(NEW):
                    total += size
                    candidates.append((newest if name == _NAMES else used, name == _NAMES, path, size))
                elif abs(now - used) > atomic_files.LEFT_BEHIND and remove(Path(path)):
                    removed += size
                    touched.add(directory)
        goal = self._limit if at_most is None else max(self._limit, total - at_most)
        if total > goal:
            for _used, _is_names, path, size in sorted(candidates):
                if total <= goal:
                    break
                gone = remove(Path(path))
                if gone is not None:  # if another program has removed it just now, it takes no room either
                    total -= size
                    removed += size * gone
                    touched.add(Path(path).parent)
        remove_empty(touched)
        return removed

    def clear(self, folder: str | None = None) -> int:
        """Removes all that is kept, or all of ``folder``, and nothing that was not made here; returns its bytes."""
        directories = self._directories() if folder is None else [self._directory(_split(folder))]
        removed = sum(
            found.size for directory in directories for found in _files(directory) if remove(Path(found.path))
        )
        remove_empty(directories)
        return removed

    def folders(self) -> list[CachedFolder]:
        """Returns what is kept of each folder, the one that takes most room first."""
        kept = []
        for directory in self._directories():
            if files := [found for found in _files(directory) if not found.name.endswith(NEW)]:
                folders = (_folder_in(found.path) for found in files)
                kept.append(
                    CachedFolder(
                        # What a damaged head says is not what the directory is named after.
                        next((each for each in folders if each is not None and digest_of(each) == directory.name), ""),
                        sum(found.name != _NAMES for found in files),
                        sum(found.size for found in files),
                        max(found.used for found in files),
                    )
                )
        return sorted(kept, key=lambda each: (-each.bytes, each.folder))

    def _file(self, path: str) -> Path:
        folder, name = os.path.split(path)
        return self._directory(folder) / digest_of(name)

    def _directory(self, folder: str) -> Path:
        return self._folder / digest_of(folder)

    def _directories(self) -> list[Path]:
        try:
            with os.scandir(self._folder) as entries:
                return [
                    Path(entry.path)
                    for entry in entries
                    if _HASH.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            return []

    def _write(self, file: Path, path: str, data: memoryview, *stamp: int) -> bool:
        try:
            head = _head(path, data, *stamp)
            atomic_files.write(file, self._folder, [memoryview(head), data])
        except (OSError, struct.error):  # struct.error: a path or a date that the head has no room for
            return False
        return True


def _as_folder(folder: str) -> str:
    """Returns ``folder`` with a separator at its end, as no file's path has one."""
    return os.path.join(folder, "")  # noqa: PTH118 - a Path would leave the separator out


def _split(folder: str) -> str:
    """Returns ``folder`` as splitting the path of a file in it gives it."""
    return os.path.split(_as_folder(folder))[0]


def _head(path: str, data: Buffer, *stamp: int) -> bytes:
    """Returns what an entry begins with; raises struct.error if there is no room for the path or a date."""
    named = bytes_of(path)
    head = bytearray(_HEAD.pack(_MAGIC, time.time(), 0, len(named), memoryview(data).nbytes, *stamp) + named)
    head[_CHECKED_FROM - 4 : _CHECKED_FROM] = _checksum(head, data).to_bytes(4, "little")
    return bytes(head)


def _checksum(head: bytes | bytearray, data: Buffer) -> int:
    # The fastest that notices every flipped bit, and without the GIL: 400 kB in 0.06 ms, SHA-256 0.22, BLAKE2b 0.31.
    # None of them would keep out an attacker who can write here.
    return zlib.crc32(data, zlib.crc32(head[_CHECKED_FROM:]))


@contextlib.contextmanager
def _opened(file: Path, flags: int = READ) -> Iterator[int | None]:
    """Opens an entry for the block; gives None if it cannot be, and ends the block quietly if the disk fails."""
    try:
        refuse_links(file.parent)
        descriptor = os.open(file, READ | flags)
    except OSError:
        yield None
        return
    try:
        with contextlib.suppress(OSError, MemoryError):  # which says nothing about the file
            yield descriptor
    finally:
        os.close(descriptor)


def _read(file: Path, path: str) -> CachedFile | None:
    """Returns what ``file`` keeps and marks it as used; removes it if it was not kept for ``path``."""
    kept = None
    with _opened(file) as descriptor:
        if descriptor is None:
            return None
        kept = _checked(descriptor, path)
        if kept is None:
            remove(file)
        else:
            _mark_as_used(descriptor, file)
    return kept


class _Head(NamedTuple):
    raw: bytes
    checksum: int
    stamp: tuple[int, int, int, int]
    confirmed: float


def _head_of(descriptor: int, path: str) -> _Head | None:
    """Returns what an open file begins with, not checked by its checksum; None if it was not kept for ``path``."""
    named = bytes_of(path)
    raw = os.read(descriptor, _HEAD.size + len(named))
    if len(raw) < _HEAD.size or raw[_HEAD.size :] != named:
        return None
    magic, confirmed, checksum, length, size, *dates = _HEAD.unpack_from(raw)
    if magic != _MAGIC or length != len(named) or size > LARGEST or size != os.fstat(descriptor).st_size - len(raw):
        return None
    # A moment that is none, or is still to come, is that of a damaged file, or of a clock that was put back.
    return _Head(raw, checksum, (size, *dates), confirmed if 0 <= confirmed <= time.time() else 0.0)


def _checked(descriptor: int, path: str) -> CachedFile | None:
    """Returns what an open file keeps, or None if it was not kept for ``path``."""
    head = _head_of(descriptor, path)
    if head is None:
        return None
    size = head.stamp[0]
    # Into memory that is not filled with zeros first, and without the GIL: 0.4 MB in 0.013 ms, by readinto into a
    # bytearray 0.018.
    data = os.read(descriptor, size)
    if len(data) != size or head.checksum != _checksum(head.raw, data):
        return None
    return CachedFile(data, *head.stamp, head.confirmed)


def _mark_as_used(descriptor: int, file: Path) -> None:
    with contextlib.suppress(OSError):  # a disk that cannot be written
        if not 0 <= time.time() - os.fstat(descriptor).st_mtime < USED_AGAIN_AFTER:
            os.utime(descriptor if os.utime in os.supports_fd else file)


def _folder_in(file: str) -> str | None:
    """Returns the folder that the head of ``file`` names, unchecked, or None."""
    try:
        descriptor = os.open(file, READ)
        try:
            head = os.read(descriptor, _HEAD.size)
            magic, _, _, length, *_ = _HEAD.unpack(head)
            path = os.read(descriptor, length).decode("utf-8", "surrogatepass")
        finally:
            os.close(descriptor)
    except (OSError, struct.error, UnicodeDecodeError):
        return None
    return os.path.split(path)[0] if magic == _MAGIC else None


def _files(directory: Path) -> list[_Found]:
    """Returns the files in ``directory`` that were made here; none if it is not there or a link."""
    return [_Found(entry.path, entry.name, of.st_size, of.st_mtime) for entry, of in files_in(directory, _OURS)]
