"""Memory that two processes share, for buffers that are too large for a pipe.

It lies in files without names, blocks, each of some slots of one size. One end writes a buffer into a slot, the other
maps the block and hands out that memory itself, without a copy. When nothing refers to it there any more, the next
message says so, and the slot is written again: new pages cost several times as much as the copying. Whatever ends, and
however, nothing is left behind, as there are no names.

The first writing to a slot is done with a call. Where memory runs out, that fails and the buffer goes another way: to
touch memory that cannot be had would end the process. It also clears no pages that are written at once, and maps none:
that takes 3 ms for 8 MB where touching them takes 5.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import weakref
from collections import deque
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import reduction
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

KEPT = 64 * 1024**2
"""Bytes of slots that are free and keep their memory for the next buffers; that of any more is given back."""
SLOTS_MOST, BLOCK_MOST = 64, 256 * 1024**2
"""Slots in a block, each of which is an open file, and their bytes; a block has at least one slot."""

_NAME = "lookahead-worker"
_POPULATE_READ = 22
"""Linux's MADV_POPULATE_READ, for which Python has no name; of memory that is there and shared it maps several pages at
a time, for writing too: page by page it takes half as long again."""
_forks = 0
"""How often this process was forked: the fork goes on seeing what was handed out before, so that must not change."""


def _note_fork() -> None:
    global _forks  # noqa: PLW0603 - of the process
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_parent=_note_fork, after_in_child=_note_fork)


class Slot(NamedTuple):
    """Where a buffer is: the number of the block, and the first byte of the slot in it."""

    block: int
    start: int


class News(NamedTuple):
    """What one end says beside a message.

    Attributes:
        made: numbers and sizes of new blocks of its own; their files follow.
        given_up: blocks of its own that it will not write any more.
        let_go: slots of the other end's to which nothing refers, each with whether its memory was given back.
        has_forked: whether the blocks of the other end must not be written any more.
    """

    made: Sequence[tuple[int, int]]
    given_up: Sequence[int]
    let_go: Sequence[tuple[Slot, bool]]
    has_forked: bool


class _Block(NamedTuple):
    """A block of one's own: its file, where it is mapped, and the bytes of a slot."""

    file: int
    memory: mmap.mmap
    size: int


class SharedMemory:
    """The blocks that one of two processes writes, and those that the other does; they take turns.

    Not safe to use from several threads at once; but what was read may be dropped on any.
    """

    def __init__(self) -> None:
        # Its own: those that are free of each size, the bytes of each slot that have memory, and which are mapped
        self._blocks: dict[int, _Block] = {}
        self._free: dict[int, list[Slot]] = {}
        self._filled: dict[Slot, int] = {}
        self._mapped: set[Slot] = set()
        self._count = 0
        self._made: list[int] = []
        self._given_up: list[int] = []
        # The other end's: where they are mapped, what was handed out, and what of that is not used any more
        self._maps: dict[int, mmap.mmap] = {}
        self._handed_out: dict[Slot, weakref.ref[object]] = {}
        self._let_go: deque[tuple[Slot, bool]] = deque()
        self._let_go_bytes = 0
        self._forks = _forks

    @classmethod
    def made(cls) -> Self | None:
        """Returns new memory; None where files cannot be handed over without a name (Windows)."""
        return cls() if reduction.HAVE_SEND_HANDLE and hasattr(os, "pwrite") else None

    def write(self, buffer: memoryview | bytes) -> Slot | None:
        """Writes ``buffer``, contiguous and of bytes; returns where, or None if there is no room."""
        length = len(buffer)
        size = 1 << (length - 1).bit_length()
        try:
            free = self._free.get(size) or self._make(size)
        except (OSError, ValueError, OverflowError):
            return None
        slot = free.pop()
        block = self._blocks[slot.block]
        filled = self._filled.get(slot, 0)
        if length <= filled:
            if slot not in self._mapped:
                self._mapped.add(slot)
                _map_memory(block.memory, slot.start, filled)
            block.memory[slot.start : slot.start + length] = buffer
            return slot
        try:
            written = os.pwrite(block.file, buffer, slot.start)
            while written < length:  # a call takes 2 GB at most
                written += os.pwrite(block.file, memoryview(buffer)[written:], slot.start + written)
        except OSError:
            self._empty(slot)
            free.append(slot)
            return None
        self._filled[slot] = length
        return slot

    def read(self, slot: Slot, length: int) -> memoryview:
        """Returns what was written to a slot of the other end: read-only, and as it is for as long as it is used."""
        import ctypes  # noqa: PLC0415 - only for those who get large buffers

        memory = self._maps[slot.block]
        # A view cannot say when the last of those made of it has gone; this can.
        whole = (ctypes.c_char * length).from_buffer(memory, slot.start)
        self._handed_out[slot] = weakref.ref(whole, partial(self._end, slot, length, memory))
        return memoryview(whole).toreadonly()

    def news(self) -> News:
        """Returns what the other end has not heard yet; once that was sent, :meth:`send_files` must follow."""
        has_forked, self._forks = self._forks != _forks, _forks
        given_up, self._given_up = self._given_up, []
        self._let_go_bytes = 0
        let_go = [self._let_go.popleft() for _ in range(len(self._let_go))]
        return News([(each, len(self._blocks[each].memory)) for each in self._made], given_up, let_go, has_forked)

    def send_files(self, connection: Connection) -> None:
        """Sends the files of the new blocks; OSError if the other end has gone."""
        made, self._made = self._made, []
        for number in made:
            with _lost_as_os_error():
                reduction.send_handle(connection, self._blocks[number].file, 0)

    def hear(self, news: News, connection: Connection) -> None:
        """Takes in what the other end says, and the files that follow; OSError or EOFError if it has gone."""
        for number, size in news.made:
            with _lost_as_os_error():
                file = reduction.recv_handle(connection)
            try:
                self._maps[number] = mmap.mmap(file, size)
            finally:
                os.close(file)
        for number in news.given_up:
            self._maps.pop(number, None)  # it stays for as long as what was handed out is used
        for slot, is_empty in news.let_go:
            if slot.block in self._blocks:
                self._free[self._blocks[slot.block].size].append(slot)
                if is_empty:
                    self._note_empty(slot)
        if news.has_forked:
            self._give_up()
        self._keep_few()

    def close(self) -> None:
        """Lets all of it go; what was handed out stays as long as it is used."""
        self._give_up()
        self._maps.clear()
        self._handed_out.clear()

    def _make(self, size: int) -> list[Slot]:
        """Makes a block of slots of ``size`` bytes; returns the free ones of that size."""
        whole = size * max(1, min(SLOTS_MOST, BLOCK_MOST // size))
        file = _new_file(whole)
        try:
            memory = mmap.mmap(file, whole)
        except BaseException:
            os.close(file)
            raise
        self._count += 1
        self._blocks[self._count] = _Block(file, memory, size)
        self._made.append(self._count)
        free = self._free.setdefault(size, [])
        free += [Slot(self._count, start) for start in range(whole - size, -1, -size)]
        return free

    def _give_up(self) -> None:
        """Lets go of all blocks of its own."""
        for block in self._blocks.values():
            block.memory.close()
            os.close(block.file)
        self._given_up += self._blocks
        for each in (self._blocks, self._free, self._filled, self._mapped, self._made):
            each.clear()

    def _keep_few(self) -> None:
        """Gives back the memory of what is free beyond :data:`KEPT`."""
        kept = 0
        for slots in self._free.values():
            for slot in reversed(slots):  # the next to be written first
                kept += self._filled.get(slot, 0)
                if kept > KEPT and slot in self._filled:
                    kept -= self._filled[slot]
                    self._empty(slot)

    def _empty(self, slot: Slot) -> None:
        block = self._blocks[slot.block]
        if _give_back(block.memory, slot.start, block.size):
            self._note_empty(slot)

    def _note_empty(self, slot: Slot) -> None:
        self._filled.pop(slot, None)
        self._mapped.discard(slot)

    def _end(self, slot: Slot, length: int, memory: mmap.mmap, _gone: object) -> None:
        """Notes that nothing refers to a slot of the other end any more; any thread."""
        self._let_go_bytes += length
        # The next message, after which the other end would do it, may never come.
        is_many = self._let_go_bytes > KEPT and self._forks == _forks
        self._let_go.append((slot, is_many and _give_back(memory, slot.start, length)))


def _new_file(size: int) -> int:
    """Returns a file of ``size`` bytes without a name, which takes no memory yet; in memory where that can be had."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create(_NAME)
    else:
        with tempfile.TemporaryFile(prefix=_NAME) as made:
            file = os.dup(made.fileno())
    try:
        os.ftruncate(file, size)
    except OSError:
        os.close(file)
        raise
    return file


def _map_memory(memory: mmap.mmap, start: int, length: int) -> None:
    """Maps a part of a file that has memory, all at once where that can be done."""
    if sys.platform == "linux":
        with suppress(OSError):  # Linux is older than 5.14
            memory.madvise(_POPULATE_READ, start, length)


def _give_back(memory: mmap.mmap, start: int, length: int) -> bool:
    """Gives back the memory of a part of a file in memory; returns whether that can be done here."""
    if hasattr(mmap, "MADV_REMOVE"):
        with suppress(OSError):
            memory.madvise(mmap.MADV_REMOVE, start, length)
            return True
    return False


@contextmanager
def _lost_as_os_error() -> Iterator[None]:
    """Raises OSError where a file could not be handed over, of which multiprocessing says RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(str(error)) from error
