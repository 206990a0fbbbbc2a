"""A frame of pixels, and what its samples mean."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Any, NewType

from viewer.core.loaded import loaded
from viewer.core.records import NamedTuple, dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


BGRX = ("B", "G", "R", "X")
"""The channels of a frame as the screen takes it: blue, green, red, 255 (little-endian 0xffRRGGBB), 8 bits each."""
BGRA = ("B", "G", "R", "A")
"""The same with alpha, where something else is seen through; colours for the screen are multiplied by it."""
GREY, GREY_ALPHA, RGB, RGBA = ("Y",), ("Y", "A"), ("R", "G", "B"), ("R", "G", "B", "A")
"""The channels of ordinary pictures, in the order in which their samples lie."""


class Alpha(Enum):
    """What the channel "A" of a frame is."""

    STRAIGHT = "straight"
    """How much of the colour is seen; the colours are not multiplied by it."""
    PREMULTIPLIED = "premultiplied"
    """The same, and the colours are multiplied by it."""
    UNSPECIFIED = "unspecified"
    """A channel that the file does not explain: it is not applied."""


class TransferCurve(Enum):
    """How the numbers of a frame stand for light."""

    DISPLAY = "display"
    """As a screen takes them (sRGB), or nothing is said."""
    LINEAR = "linear"
    """In proportion to the light, 1.0 is white; integers by their largest number."""
    FILM = "film"
    """Printing density, the code values of Cineon and of DPX: logarithmic, of 10 bits 95 is black and 685 is white."""


class Range(NamedTuple):
    """The numbers that are shown as black and as white; ``low`` is the smaller one."""

    low: float
    high: float


class SampleKind(NamedTuple):
    """What a range is for: the numbers 100 to 2,000 mean nothing to another kind of samples.

    Attributes:
        letter: "u" unsigned, "i" signed integers, "f" floats.
        bits: how many bits of them mean something.
        is_colour: whether red, green and blue are shown.
        transfer: how the numbers stand for light.
        channel: of a page of several channels which one it is, from 1; 0 for others. Each is as bright as its dye.
    """

    letter: str
    bits: int
    is_colour: bool
    transfer: TransferCurve
    channel: int = 0


class PageAxis(NamedTuple):
    """An axis of a stack of pages, and where on it a page is: slice 4 of 10.

    Attributes:
        name: "channel", "slice" or "time".
        number: of the page, from 1.
        total: how many there are.
    """

    name: str
    number: int
    total: int

    @property
    def words(self) -> str:
        """The axis in words: "slice 4 of 10"."""
        return f"{self.name} {self.number} of {self.total}"

    @property
    def short(self) -> str:
        """The axis as ImageJ writes it above a stack: "z:4/10"."""
        return f"{ {'channel': 'c', 'slice': 'z', 'time': 't'}[self.name] }:{self.number}/{self.total}"


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """What the samples of a frame mean, as far as the file says it.

    Attributes:
        bits: how many bits of integers mean something; 0 for all that the type has.
        white: the number that stands for white, where that is not the largest of ``bits`` bits.
        range: the numbers that the file wants to be shown as black and white, where it names them.
        alpha: what the channel "A" is; None if there is none.
        transfer: how the numbers stand for light.
        is_inverted: whether 0 is white.
        no_data: the number that stands for "nothing was measured"; None for no such number.
        icc: the colour profile, as it is in the file; empty for none.
        window: what is to be shown: left, top, width and height in pixels, from the first pixel of the frame. It may
            reach beyond the frame, or show a part of it only; None for all of the frame.
        pixel_aspect: width of a pixel divided by its height.
        is_grey: of a frame that is :data:`BGRX`, whether its colours are one channel of grey in the file.
        page: where in its stack the page is that the frame was taken from, where the file says it; channel first.
        scale: samples are so many times the numbers of the file: means of integers keep some places behind the point.
    """

    bits: int = 0
    white: float | None = None
    range: Range | None = None
    alpha: Alpha | None = None
    transfer: TransferCurve = TransferCurve.DISPLAY
    is_inverted: bool = False
    no_data: float | None = None
    icc: bytes = field(default=b"", repr=False)
    window: tuple[int, int, int, int] | None = None
    pixel_aspect: float = 1.0
    is_grey: bool = False
    page: tuple[PageAxis, ...] = ()
    scale: float = 1.0


PLAIN = SampleInfo()
"""What samples mean of which the file says nothing more."""


class BorrowedMemory:
    """Memory of another library as numpy takes it: C-contiguous, kept alive by its owner."""

    def __init__(self, address: int, shape: tuple[int, ...], dtype: str, owner: object) -> None:
        """Takes the memory at ``address``, as long as ``shape`` and ``dtype``, numpy's name of the type, say."""
        self.address, self.shape, self.owner = address, shape, owner
        self.__array_interface__ = {"data": (address, False), "shape": shape, "typestr": dtype, "version": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Pixels in memory that nobody writes to any more; safe to hand from thread to thread.

    The samples are as the file has them, in native byte order, rows from top to bottom, upright: the orientation stored
    in the file was applied. Only frames for the screen are of the channels :data:`BGRX`.

    Attributes:
        planes: one array of shape (height, width) or (height, width, channels), or one (height, width) a channel.
        channels: the names of the channels in their order: "Y" for grey, "R", "G", "B", "A", else those in the file.
        description: what the file held, for people: "8-bit RGB", "16-bit grey".
        info: what the samples mean.
        indices: of a picture with a palette, the number of each pixel's colour, (height, width); else None.
        memory: (height, width, 4) of bytes instead of ``planes``: these become an array over it when they are first
            asked for, so that a picture is on screen before numpy is loaded. Only for the channels :data:`BGRX`.
    """

    planes: tuple[NDArray[Any], ...] = field(repr=False)
    channels: tuple[str, ...] = BGRX
    description: str = ""
    info: SampleInfo = PLAIN
    indices: NDArray[Any] | None = field(default=None, repr=False)
    memory: BorrowedMemory | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.planes and self.memory is not None:
            object.__delattr__(self, "planes")
            return
        object.__setattr__(self, "memory", None)
        if sum(1 if plane.ndim == 2 else plane.shape[2] for plane in self.planes) != len(self.channels):  # noqa: PLR2004
            raise ValueError(f"The samples are not those of the channels {', '.join(self.channels)}.")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - only called for what is not there
        if name != "planes" or self.memory is None:
            raise AttributeError(name)
        import numpy as np  # noqa: PLC0415 - the core is of use without numpy

        object.__setattr__(self, "planes", (np.asarray(self.memory),))
        return self.planes

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        height, width = (self.memory or self.planes[0]).shape[:2]
        return Size(width, height)

    @property
    def nbytes(self) -> int:
        """The memory the pixels take, in bytes, with the indices."""
        if self.memory is not None:
            return math.prod(self.memory.shape)
        return sum(plane.nbytes for plane in self.planes) + (0 if self.indices is None else self.indices.nbytes)

    @property
    def has_array(self) -> bool:
        """Whether ``planes`` can be had without loading numpy, which takes 60 ms."""
        return self.memory is None or loaded("numpy") is not None

    @property
    def is_bgrx(self) -> bool:
        """Whether the frame is as the screen takes it."""
        return self.channels == BGRX

    def array(self) -> NDArray[Any]:
        """Returns the samples as a read-only numpy array, (height, width) or (height, width, channels).

        It is over the same memory if the channels lie in one array, else a copy.
        """
        if len(self.planes) == 1:
            array = self.planes[0].view()
        else:
            import numpy as np  # noqa: PLC0415 - the core is of use without numpy

            array = np.stack(self.planes, axis=-1)
        array.flags.writeable = False
        return array
