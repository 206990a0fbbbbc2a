"""A picture: what a worker made of one file, and what is painted of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.display.look import AS_IT_IS, Look
from viewer.core.frame import Size
from viewer.core.records import NamedTuple, dataclass

if TYPE_CHECKING:
    from viewer.core.frame import Frame, Range, SampleKind


class VisiblePart(NamedTuple):
    """The part of a picture that is seen when it is not fitted to the window.

    Attributes:
        left: pixels of the picture to the left of it.
        top: pixels above it.
        width: its width in pixels of the picture.
        height: its height.
        size: the size it has on the screen if that is smaller.
    """

    left: int
    top: int
    width: int
    height: int
    size: Size

    def within(self, size: Size) -> VisiblePart | None:
        """Returns the view of a picture of ``size``, which it may reach beyond; None if nothing is left of it."""
        left, top = max(0, self.left), max(0, self.top)
        width, height = min(size.width, self.left + self.width) - left, min(size.height, self.top + self.height) - top
        if width < 1 or height < 1:
            return None
        if (width, height) == self[2:4]:
            return self
        across, down = self.size.width / self.width, self.size.height / self.height
        return VisiblePart(left, top, width, height, Size(max(1, round(width * across)), max(1, round(height * down))))


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is painted of a picture.

    Attributes:
        frame: :data:`~viewer.core.frame.BGRX`, or :data:`~viewer.core.frame.BGRA` with alpha.
        look: the look that was put on it, with the range that counts.
        view: the view it was made for; None for all of the picture.
        part: left, top, width and height of what it shows, in pixels of the picture; None for all of it.
        samples: what the look was put on, where that was made smaller for it: another look needs just that.
    """

    frame: Frame
    look: Look = AS_IT_IS
    view: VisiblePart | None = None
    part: tuple[int, int, int, int] | None = None
    samples: Frame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What a worker made of one file: the frame itself, a display-ready copy of it, or both.

    Pictures of 8 bits are as the screen takes them, :data:`BGRX` or, with alpha, :data:`BGRA`; all others have their
    own samples, and the copies are means of these, in more bits where a look needs them: it makes colours of them.

    Attributes:
        size: the size of the picture in the file, in pixels.
        description: what the file held, for people.
        source: the frame at its own size; None when only the copy was kept. That of a picture of 8 bits with alpha has
            its own samples.
        display: the copy scaled down to the window; None when the frame is not larger than that, or not for the screen.
        thumbnail: a copy small enough to be kept of every frame; the frame itself where that is small enough; None when
            the maker of the picture has no use for one.
        kind: what a range of the frame is for; None where it is not known.
        range: the numbers that are black and white in this frame before anything is chosen; None where that was not
            asked for.
        screen: the picture as it is painted with the look it was made for; None where it is painted as it is.
        pages: how many the file holds, of which this is the first.
    """

    size: Size
    description: str
    source: Frame | None
    display: Frame | None
    thumbnail: Frame | None = None
    kind: SampleKind | None = None
    range: Range | None = None
    screen: Screen | None = None
    pages: int = 1
