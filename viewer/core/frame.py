"""A frame of pixels and the names of its layouts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, NewType

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

FrameNumber = NewType("FrameNumber", int)
"""The number in a file's name; may be negative. Not an index: numbers can have gaps."""

FrameIndex = NewType("FrameIndex", int)
"""The position of a frame among the frames that exist, counted from 0."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    def fitted_into(self, fit_size: Size) -> Size:
        """Returns the largest size of the same shape that fits into ``fit_size``, never larger than this one."""
        scale = min(1.0, fit_size.width / self.width, fit_size.height / self.height)
        return Size(max(1, round(self.width * scale)), max(1, round(self.height * scale)))


class Layout(Enum):
    """How the samples of a frame lie in memory, rows from top to bottom."""

    BGRX = "bgrx"
    """4 bytes a pixel: blue, green, red, 255 (little-endian 0xffRRGGBB, what the screen takes without converting)."""
    GRAY16 = "gray16"
    """2 bytes a pixel, native byte order, 0 (black) to 65,535 (white)."""
    RGB48 = "rgb48"
    """6 bytes a pixel: red, green, blue of 2 bytes each, native byte order, 0 to 65,535."""

    @property
    def bytes_per_pixel(self) -> int:
        """The number of bytes that one pixel takes."""
        return {Layout.BGRX: 4, Layout.GRAY16: 2, Layout.RGB48: 6}[self]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Pixels in memory that nobody writes to any more; safe to hand from thread to thread.

    Attributes:
        data: a buffer of at least ``stride * height`` bytes; the frame keeps it alive.
        size: width and height in pixels, after the orientation stored in the file was applied.
        layout: what the bytes mean.
        stride: bytes from one row to the next.
        description: what the file held, for people: "8-bit RGB", "16-bit grey".
    """

    data: Buffer = field(repr=False)
    size: Size
    layout: Layout
    stride: int
    description: str = ""

    @property
    def nbytes(self) -> int:
        """The memory the pixels take, in bytes."""
        return self.stride * self.size.height

    def array(self) -> NDArray[Any]:
        """Returns the pixels as a read-only numpy array over the same memory.

        Its shape is (height, width, 4) of 8 bits for :attr:`Layout.BGRX`, (height, width) of 16 bits for
        :attr:`Layout.GRAY16` and (height, width, 3) of 16 bits for :attr:`Layout.RGB48`.
        """
        import numpy as np  # noqa: PLC0415 - the core is of use without numpy

        channels = {Layout.BGRX: (4,), Layout.GRAY16: (), Layout.RGB48: (3,)}[self.layout]
        sample = np.dtype(np.uint8 if self.layout is Layout.BGRX else np.uint16)
        strides = (self.stride, self.layout.bytes_per_pixel, *([sample.itemsize] if channels else []))
        shape = (self.size.height, self.size.width, *channels)
        pixels: NDArray[Any] = np.ndarray(shape, sample, memoryview(self.data), 0, strides)
        pixels.flags.writeable = False
        return pixels


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What a worker made of one file: the frame itself, a display-ready copy of it, or both.

    Attributes:
        size: the size of the picture in the file, in pixels.
        description: what the file held, for people.
        source: the frame at its own size, always :attr:`Layout.BGRX`; None when only the copy was kept.
        display: the copy scaled down to the window, :attr:`Layout.BGRX`; None when the frame is not larger than that.
        thumbnail: a copy small enough to be kept of every frame, :attr:`Layout.BGRX`; the frame itself where that is
            small enough; None when the maker of the picture has no use for one.
    """

    size: Size
    description: str
    source: Frame | None
    display: Frame | None
    thumbnail: Frame | None = None
