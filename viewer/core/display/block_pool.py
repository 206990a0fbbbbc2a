"""Large blocks of memory for pixels: those of frames that have gone are used for those that come."""

from __future__ import annotations

import contextlib
import ctypes
import math
import mmap
import sys
import threading
from typing import TYPE_CHECKING, Any

from viewer.core.frame import BorrowedMemory
from viewer.core.units import MB

if TYPE_CHECKING:
    import numpy.typing as npt

LEAST_BLOCK = MB
"""Smaller arrays come from the C library, which keeps such blocks by itself."""
MOST_SPARE = 30 * MB
"""Bytes that are kept for frames to come, beyond the budget: two of 1920 x 1080 and their copies; none of 4K."""

MADV_POPULATE_WRITE = 23
"""Linux's number for having pages made before they are touched (madvise(2))."""


class BlockPool:
    """Blocks of memory that are used again; any thread.

    A block from the system costs 2 to 5 ms of its time for a frame of 1920 x 1080: each page is cleared when it is
    first touched. One that was used before costs nothing.
    """

    def __init__(self, most_spare: int = MOST_SPARE) -> None:
        """Holds nothing yet, and never more than ``most_spare`` bytes that nothing uses."""
        self._most_spare = most_spare
        self._spare: list[_Block] = []
        self._lock = threading.RLock()  # a block may come back in the midst of a call, as garbage is collected

    def memory(self, *shape: int) -> BorrowedMemory:
        """Returns bytes, with anything in them; their block is spare when nothing keeps them any more."""
        count = math.prod(shape)
        if not self._keeps(count):
            self._give_way(count)
            block = _Block(bytearray(count))
            return BorrowedMemory(block.address, shape, "|u1", block)
        block = self._take(count) or _Block(_pages(count))
        return BorrowedMemory(block.address, shape, "|u1", _Loan(self, block))

    def array(self, *shape: int) -> npt.NDArray[Any]:
        """Returns such bytes as an array; their block is spare when it and all its views have gone."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        if self._keeps(math.prod(shape)):
            return np.asarray(self.memory(*shape))
        self._give_way(math.prod(shape))
        return np.empty(shape, np.uint8)

    def _keeps(self, count: int) -> bool:
        return LEAST_BLOCK <= count <= self._most_spare

    @property
    def spare_bytes(self) -> int:
        """The bytes that are kept for arrays to come."""
        return sum(block.nbytes for block in self._spare)

    def clear(self) -> None:
        """Gives back to the system what is spare."""
        self._shrink(0)

    def _give_way(self, count: int) -> None:
        """Halves what is spare for a block too large to be kept: it takes enough memory itself."""
        if count > self._most_spare:
            self._shrink(self.spare_bytes // 2)

    def _shrink(self, most: int) -> None:
        """Gives back to the system what is spare beyond ``most`` bytes, used least recently."""
        with self._lock:
            while self.spare_bytes > most:
                self._spare.pop(0)

    def _take(self, count: int) -> _Block | None:
        """Returns the spare block of that very size that was used last, None if there is none."""
        with self._lock:
            for place in range(len(self._spare) - 1, -1, -1):
                if self._spare[place].nbytes == count:
                    return self._spare.pop(place)
        return None

    def put_back(self, block: _Block) -> None:
        """Takes a block that nothing uses any more; those that were used least recently may go for it."""
        with self._lock:
            self._spare.append(block)
            self._shrink(self._most_spare)


def _pages(count: int) -> mmap.mmap | bytearray:
    """Returns memory of the system's own, where it knows how ready for use.

    It is not in huge pages, as those of numpy are: where memory was never used before one took up to 20 ms.
    """
    if sys.platform != "linux":
        return bytearray(count)
    try:
        pages = mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError from error
    with contextlib.suppress(AttributeError):  # another C library
        # All at once they take two thirds of the time; an older system makes each when it is touched first. By ctypes,
        # as the method of mmap keeps the GIL meanwhile.
        start = ctypes.addressof(ctypes.c_char.from_buffer(pages))
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(count), MADV_POPULATE_WRITE)
    return pages


class _Block:
    """Memory and where it is."""

    def __init__(self, pages: mmap.mmap | bytearray) -> None:
        self._pages = pages
        self.nbytes = len(pages)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(pages))


class _Loan:
    """What keeps a block from being used for another array."""

    def __init__(self, pool: BlockPool, block: _Block) -> None:
        self._pool = pool
        self._block = block

    def __del__(self) -> None:
        self._pool.put_back(self._block)


frame_blocks = BlockPool()
"""The blocks of the frames that are made for the screen."""
