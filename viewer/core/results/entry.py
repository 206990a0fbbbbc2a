"""The file of one result: a head, the plain data, the buffers; whatever is damaged in it is noticed before it is used.

Layout::

    magic and version, checksum of the rest of the head, key, bytes of the data    all numbers little-endian
    JSON: the function's name and the mark of its code, the value, and of each buffer its length and checksum
    the buffers, each from a multiple of 64 bytes on

Buffers of :data:`SUMMED_FROM` bytes and more are checked by sums, as a CRC-32 would cost more than reading (8.3 MB:
reading 0.4 to 1.3 ms, these sums 0.23, CRC-32 1.2, SHA-1 3.8, BLAKE2b 5.9). Their 64-bit words make a table of
:data:`ROW` columns; the sums of all rows and of all columns, modulo 2^64, are checked by a CRC-32 in turn. A damage to
at most three words, or to any run of bytes shorter than a row, always changes a sum: one that changes none must change
four words at least, at the corners of rectangles. Any other passes by chance once in 2^32 times, as with a CRC-32.
None would keep out an attacker who can write here. Within a process the sums are taken when a file is read first and
whenever it has changed since, see :class:`Checked`; the head is checked every time.
"""

from __future__ import annotations

import importlib.util
import json
import mmap
import os
import stat
import struct
import zlib
from typing import Any

from viewer.core.cache.atomic_files import READ
from viewer.core.results.packing import Packed

SUMMED_FROM = 1 << 17
"""Bytes of the smallest buffer that is checked by sums."""
ROW = 2048
"""64-bit words in a row of the table that is summed: 16 KiB."""
LARGEST = 1 << 33
"""Bytes of the largest file that is read or worth writing: 8 GiB."""

_MAGIC = b"LookRes\x01"  # the last byte is the version of the format
_HEAD = struct.Struct("<8sI16sQ")
_CHECKED_FROM = 12
_FIRST = 4096  # bytes that are read at once: the whole of a small result
_ALIGNED = 64
# The memory that lists, dicts, their items and texts take, by the sign in JSON that stands for each, in bytes.
_WEIGHTS = {b"[": 136, b"{": 300, b",": 52, b":": 120, b'"': 36}
_BUFFER = 340  # the same of a buffer
_LIGHT = 1 << 24  # what is always allowed: 16 MiB
_SLACK = 1 << 15  # the numbers before the plain data are counted with it
_SHORT = _LIGHT // max(_WEIGHTS.values())  # characters that cannot take more
_DECODER = json.JSONDecoder()
_TAKES_DESCRIPTOR = os.utime in os.supports_fd
_MOST_NOTED = 10_000  # files


class DamagedEntryError(Exception):
    """A file is not the one kept for this key; the message says why. Never leaves this room."""


def parts(key: str, function: str, packed: Packed) -> list[memoryview]:
    """Returns what the file of a result holds, piece by piece."""
    buffers = [[buffer.nbytes, *_checksum(buffer)] for buffer in packed.buffers]
    content = {"function": function, "code": packed.code, "value": packed.tree, "buffers": buffers}
    data = json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")
    # Covered by the checksum, as a gap would not be.
    data = data.ljust(-(-_heavy(data, len(buffers)) // 2))
    data += b" " * (-(_HEAD.size + len(data)) % _ALIGNED)
    head = bytearray(_HEAD.pack(_MAGIC, 0, bytes.fromhex(key), len(data)) + data)
    head[len(_MAGIC) : _CHECKED_FROM] = zlib.crc32(memoryview(head)[_CHECKED_FROM:]).to_bytes(4, "little")
    pieces = [memoryview(head)]
    at = len(head)
    for buffer in packed.buffers:
        pieces += [memoryview(bytes(-at % _ALIGNED)), buffer]
        at += -at % _ALIGNED + buffer.nbytes
    return pieces


def read_small(file: str, key: str, used: int | None = None) -> Packed | None:
    """Returns the result that ``file`` holds for ``key`` if one read gets the whole of it, or None.

    Args:
        file: where it is.
        key: what it must have been kept for.
        used: what it is marked with as used, as its date of modification in nanoseconds; None leaves it as it is.

    Raises:
        DamagedEntryError: the file is not the one kept for this key.
        OSError: it cannot be read now, or is not there.
    """
    descriptor = os.open(file, READ)
    try:
        data = os.read(descriptor, _FIRST)
        if len(data) == _FIRST:
            return None
        packed = _parsed(descriptor, len(data), data, key)
        if used is not None:
            _mark(descriptor, file, used)
    finally:
        os.close(descriptor)
    return packed


def read(
    file: str, key: str, *, mapped: bool = False, used: int | None = None, checked: Checked | None = None
) -> Packed:
    """Returns the result that ``file`` holds for ``key``.

    Args:
        file: where it is.
        key: what it must have been kept for.
        mapped: leave large buffers on the disk, mapped into memory. They are checked once, now.
        used: what it is marked with as used, as its date of modification in nanoseconds; None leaves it as it is.
        checked: the files whose large buffers were checked before; None checks every time.

    Raises:
        DamagedEntryError: the file is not the one kept for this key.
        OSError: it cannot be read now, or is not there.
        MemoryError: there is no room for it.
    """
    descriptor = os.open(file, READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{file} is no file.")
        is_known = checked is not None and checked.knows(file, status)
        first = os.read(descriptor, _FIRST)
        packed = _parsed(descriptor, status.st_size, first, key, mapped=mapped, is_known=is_known)
        is_same = checked is not None and Checked.identity(os.fstat(descriptor)) == Checked.identity(status)
        if used is not None:
            _mark(descriptor, file, used)
        if checked is not None and is_same:
            checked.note(file, os.fstat(descriptor))
    finally:
        os.close(descriptor)
    return packed


def _mark(descriptor: int, file: str, used: int) -> None:
    try:
        os.utime(descriptor if _TAKES_DESCRIPTOR else file, ns=(used, used))
    except OSError:  # a disk that cannot be written
        return


class Checked:
    """The files whose large buffers this process has read and found whole, and which have not been touched since.

    A file is the same while it has its place on the disk, its size and its dates. What rots on the disk without any
    of these changing is noticed by the next process. Any thread.
    """

    def __init__(self) -> None:
        self._identities: dict[str, tuple[int, ...]] = {}

    @staticmethod
    def identity(status: os.stat_result) -> tuple[int, ...]:
        """Returns what changes when a file does."""
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def knows(self, file: str, status: os.stat_result) -> bool:
        """Returns whether ``file`` was found whole and is the same still."""
        return self._identities.get(file) == self.identity(status)

    def note(self, file: str, status: os.stat_result) -> None:
        """Notes that ``file`` was found whole."""
        if len(self._identities) >= _MOST_NOTED:
            self._identities.clear()
        # Dates without fractions are those of a disk on which a second change could have the date of the first.
        if status.st_mtime_ns % 1_000_000:
            self._identities[file] = self.identity(status)


def _parsed(
    descriptor: int, size: int, first: bytes, key: str, *, mapped: bool = False, is_known: bool = False
) -> Packed:
    """Returns what an open file of ``size`` bytes holds, of which the ``first`` are read already."""
    if len(first) < _HEAD.size or size > LARGEST:
        raise DamagedEntryError("it is cut off, or far too large")
    magic, checksum, kept_for, length = _HEAD.unpack_from(first)
    end = _HEAD.size + length
    if magic != _MAGIC or kept_for.hex() != key or end > size:
        raise DamagedEntryError("it is of another version, of another call, or cut off")
    head: bytes | bytearray = first[:end]
    if end > len(first):
        head = bytearray(end)
        head[: len(first)] = first
        _fill(descriptor, memoryview(head)[len(first) :])
    if zlib.crc32(memoryview(head)[_CHECKED_FROM:]) != checksum:
        raise DamagedEntryError("its head is damaged")
    weight = 0 if length < _SHORT else _heavy(head)
    if weight > 2 * length + _SLACK:
        raise DamagedEntryError("it would take far more memory than it has bytes")
    try:
        text = str(memoryview(head)[_HEAD.size : head.rindex(b"}") + 1], "ascii")
        del head
        content, _ = _DECODER.raw_decode(text)
        del text
        tree, lengths, code = content["value"], content["buffers"], content.get("code")
        code = code if type(code) is str else ""
        if not lengths and end == size:
            return Packed(tree, (), code)
        if weight + len(lengths) * _BUFFER > max(2 * length, _LIGHT) + _SLACK:
            raise DamagedEntryError("it has far too many buffers")
        buffers = _buffers(descriptor, size, first, end, lengths, mapped=mapped, is_known=is_known)
        return Packed(tree, buffers, code)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise DamagedEntryError(f"its head cannot be understood ({error})") from error


def _heavy(data: bytes | bytearray, buffers: int = 0) -> int:
    """Returns the memory in bytes that the plain ``data`` takes at most, or 0 if it is little.

    It is counted as it lies in memory twice, as a tree and as the value made of it. The file is made long enough for
    it not to cost more than twice the file's size: no small file can fill the memory.
    """
    weight = sum(data.count(sign) * bytes_ for sign, bytes_ in _WEIGHTS.items())
    length = len(data) - data.count(b" ")
    weight += length * (6 if b"\\u" in data else 1) + buffers * _BUFFER
    return weight if weight > _LIGHT else 0


def _buffers(
    descriptor: int, size: int, first: bytes, at: int, lengths: list[list[Any]], *, mapped: bool, is_known: bool
) -> list[memoryview]:
    buffers: list[memoryview] = []
    places = []
    for length, how, checksum in lengths:
        if type(length) is not int or length < 0:
            raise DamagedEntryError("its buffers have no lengths")
        at += -at % _ALIGNED
        places.append((at, length, how, checksum))
        at += length
    if at != size:
        raise DamagedEntryError("it is cut off, or longer than it was")
    whole = None
    for start, length, how, checksum in places:
        if start + length <= len(first):
            buffer = memoryview(first)[start : start + length]
        elif mapped and length >= SUMMED_FROM:
            whole = whole or memoryview(mmap.mmap(descriptor, size, access=mmap.ACCESS_READ))
            buffer = whole[start : start + length]
        else:
            buffer = _room(length)
            os.lseek(descriptor, start, os.SEEK_SET)
            _fill(descriptor, buffer)
        if not (is_known and how == "sums") and _summed(buffer, how) != checksum:
            raise DamagedEntryError("its content is damaged")
        buffers.append(buffer.toreadonly())
    return buffers


def _room(size: int) -> memoryview:
    if size >= SUMMED_FROM and _has_numpy():
        import numpy as np  # noqa: PLC0415 - the core is of use without numpy

        return memoryview(np.empty(size, np.uint8).data)  # not filled with zeros, and in large pages: 4 times as fast
    return memoryview(bytearray(size))


def _fill(descriptor: int, buffer: memoryview) -> None:
    with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
        filled = 0
        while filled < buffer.nbytes:
            count = file.readinto(buffer[filled:])
            if not count:
                raise DamagedEntryError("it is cut off")
            filled += count


def _has_numpy() -> bool:
    return importlib.util.find_spec("numpy") is not None


def _checksum(buffer: memoryview) -> tuple[str, int]:
    """Returns how ``buffer`` is checked, and what comes out."""
    how = "sums" if buffer.nbytes >= SUMMED_FROM and _has_numpy() else "crc"
    return how, _summed(buffer, how)


def _summed(buffer: memoryview, how: object) -> int:
    if how == "crc":
        return zlib.crc32(buffer)
    if how != "sums":
        raise DamagedEntryError("it is checked in a way that this version does not know")
    if not _has_numpy():
        raise OSError("This result was kept by a program that has numpy; install numpy to read it.")
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    table_size = buffer.nbytes // (8 * ROW) * 8 * ROW
    table = np.frombuffer(buffer[:table_size], "<u8").reshape(-1, ROW)
    # Two passes over the whole: in parts that stay in the processor's cache it takes longer, as more calls are made.
    rows = np.add.reduce(table, axis=1)
    columns = np.add.reduce(table, axis=0)
    return zlib.crc32(columns, zlib.crc32(rows, zlib.crc32(buffer[table_size:])))
