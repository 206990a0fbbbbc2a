"""How a picture is turned on the screen: by quarters of a circle, and as in a mirror; its file stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.frame import Size
from viewer.core.records import NamedTuple, replace

if TYPE_CHECKING:
    import numpy.typing as npt

    from viewer.core.frame import Frame

T = TypeVar("T", int, float)

ROWS = 16
"""Rows that are turned at a time: columns are written with them, and so much of each is one line of the processor's
cache. All at once takes twice as long."""


class Orientation(NamedTuple):
    """How a picture is turned: first it is mirrored, left and right changing places, then turned clockwise.

    Attributes:
        quarters: by how many quarters of a circle, 0 to 3.
        is_mirrored: whether it is mirrored.
    """

    quarters: int = 0
    is_mirrored: bool = False

    @property
    def inverse(self) -> Orientation:
        """What turns it back."""
        return self if self.is_mirrored else Orientation(-self.quarters % 4)

    @property
    def is_sideways(self) -> bool:
        """Whether width and height change places."""
        return self.quarters % 2 == 1

    @property
    def words(self) -> str:
        """What is said of it: "turned 90° and mirrored"; "" for as it is."""
        turned = f"turned {90 * self.quarters}°" if self.quarters else ""
        return " and ".join(filter(None, (turned, "mirrored" if self.is_mirrored else "")))

    def rotated(self, quarters: int) -> Orientation:
        """Returns it turned on clockwise, with negative ``quarters`` back."""
        return Orientation((self.quarters + quarters) % 4, self.is_mirrored)

    def flipped(self, *, upside_down: bool) -> Orientation:
        """Returns it mirrored as it is seen: left and right change places, or above and below."""
        return Orientation((2 * upside_down - self.quarters) % 4, not self.is_mirrored)

    def size(self, size: Size) -> Size:
        """Returns the size on the screen of what is of ``size`` in the file, or the other way round."""
        return Size(size.height, size.width) if self.is_sideways else size

    def part(self, part: tuple[T, T, T, T], size: tuple[T, T]) -> tuple[T, T, T, T]:
        """Returns where a part of a picture is on the screen: left, top, width and height.

        Args:
            part: the same in the file.
            size: width and height of the picture in the file.
        """
        (left, top, width, height), (across, down) = part, size
        if self.is_mirrored:
            left = across - left - width
        for _ in range(self.quarters):
            left, top, width, height, across, down = down - top - height, left, height, width, down, across
        return left, top, width, height


UPRIGHT = Orientation()
"""As the file has it."""


def turned(frame: Frame, orientation: Orientation) -> Frame:
    """Returns a frame of one plane, (height, width, 4) of bytes, turned; the frame itself for :data:`UPRIGHT`.

    For worker threads, but for thumbnails; the GIL is held only for moments.
    """
    if orientation == UPRIGHT:
        return frame
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    pixels: npt.NDArray[Any] = np.ascontiguousarray(frame.planes[0]).view(np.uint32)[..., 0]
    seen = np.rot90(pixels[:, ::-1] if orientation.is_mirrored else pixels, -orientation.quarters)
    made = np.empty(seen.shape, np.uint32)
    if orientation.is_sideways:
        for left in range(0, seen.shape[1], ROWS):
            made[:, left : left + ROWS] = seen[:, left : left + ROWS]
    else:
        made[...] = seen
    return replace(frame, planes=(made.view(np.uint8).reshape(*made.shape, 4),), indices=None)
