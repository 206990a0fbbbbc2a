"""Samples that lie in a file as numpy takes them, and the frames made of them."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.frame import GREY, PLAIN, RGB, RGBA, Frame, SampleInfo
from viewer.core.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from _typeshed import WriteableBuffer
    from numpy.typing import NDArray
    from typing_extensions import Buffer

NUMBERS = {"b": "", "u": "", "i": " signed", "f": " float"}
"""What the kinds of numpy's types are called in a description."""
_COLOURS = {"Y": "grey", "YA": "grey with alpha", "Lab": "Lab", "YCbCr": "YCbCr"}
_COLOURS |= {name: name for name in ("RGB", "RGBA", "CMYK")}


class MemoryFile(io.RawIOBase):
    """A file in memory for a library, without a copy: :class:`io.BytesIO` makes one of all but bytes."""

    def __init__(self, data: Buffer) -> None:
        """Begins at the first byte."""
        super().__init__()
        self._view = memoryview(data).cast("B")
        self._at = 0

    def close(self) -> None:
        """Lets go of the memory, though objects of the library may still have the file."""
        self._view = memoryview(b"")
        super().close()

    def readable(self) -> bool:
        """Returns True."""
        return True

    def seekable(self) -> bool:
        """Returns True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a byte, as files do; returns its place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Returns the place of the next byte."""
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Reads as much as ``buffer`` takes; returns how many bytes."""
        piece, target = self._view[self._at :], memoryview(buffer).cast("B")
        count = min(len(piece), len(target))
        target[:count] = piece[:count]
        self._at += count
        return count

    def read(self, size: int | None = -1) -> bytes:
        """Reads ``size`` bytes, fewer only at the end; all that is left if it is negative or None."""
        end = None if size is None or size < 0 else self._at + size
        piece = bytes(self._view[self._at : end])
        self._at += len(piece)
        return piece


def samples_at(data: Buffer, start: int, kind: str, shape: Sequence[int]) -> NDArray[Any]:
    """Returns samples of a type as numpy writes it, a view into ``data``; raises DamagedImageError if it ends before.

    The size has been checked: nothing is said here about a shape that is too large.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtype, count, length = np.dtype(kind), math.prod(shape), memoryview(data).nbytes
    if start + count * dtype.itemsize > length:
        raise faults.cut_off(length, start + count * dtype.itemsize)
    samples: NDArray[Any] = np.frombuffer(memoryview(data), dtype, count, start)
    return samples.reshape(shape)


def kept(samples: NDArray[Any]) -> NDArray[Any]:
    """Returns a copy of samples, in native byte order and row by row: the file may be a stack of a thousand pages."""
    return samples.astype(samples.dtype.newbyteorder("="), order="C")


def frame_of(samples: NDArray[Any], info: SampleInfo = PLAIN) -> Frame:
    """Returns the frame of samples of shape (height, width), or (height, width, channels) with up to 4 channels."""
    names: tuple[str, ...] = GREY
    if samples.ndim == 3:  # noqa: PLR2004 - with channels
        names = {1: GREY, 2: ("1", "2"), 3: RGB, 4: RGBA}[samples.shape[2]]
        samples = samples[..., 0] if names == GREY else samples
    return Frame((samples,), names, described(samples.dtype, names, info.bits), info)


def first_of(frame: Frame, what: str, count: int) -> Frame:
    """Returns a frame whose description says that it is the first of several, which are not shown."""
    return frame if count == 1 else replace(frame, description=f"{frame.description}, {what} 1 of {count:,}")


def described(dtype: np.dtype[Any], names: Sequence[str], bits: int = 0) -> str:
    """Returns what a file holds, for people: "16-bit grey", "32-bit float RGB", "8-bit signed, 2 channels"."""
    return f"{bits or dtype.itemsize * 8}-bit{NUMBERS[dtype.kind]}{called(names)}"


def called(names: Sequence[str]) -> str:
    """Returns what goes behind "8-bit" in a description: " grey" of a single channel, " RGB", ", 2 channels"."""
    joined = "".join(names)
    name = _COLOURS.get(joined, "grey" if len(names) == 1 else "")
    return f" {name}" if name else f", {len(names)} channels"
