"""What each decoder does, whatever its library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Buffer

    from viewer.core.frame import Frame, Size

MAX_PIXELS = 500_000_000
"""Pictures with more pixels are refused before decoding (2 GB as 32-bit pixels)."""


class Decoder(Protocol):
    """Turns the bytes of one file into one frame. Stateless; called from several worker threads at once.

    Attributes:
        name: of the library, by which the rows of :data:`viewer.core.formats.FORMATS` say which files it gets.
    """

    name: str

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first image of the file, turned upright by its EXIF orientation.

        The GIL is held only for moments, unless the row of the format says more. Transparent parts come out over black.

        Raises:
            UnsupportedFormatError: a variety of the format that this decoder cannot read; the next one is tried.
            DamagedImageError: the file is cut off or broken.
            ImageTooLargeError: more than ``max_pixels``; nothing was decoded.
        """

    def reduced(self, data: Buffer, fit_size: Size, max_pixels: int = MAX_PIXELS) -> tuple[Frame, Size] | None:  # noqa: ARG002 - for decoders that can
        """Returns the picture no larger than is of use in ``fit_size``, and its full size, where that is faster.

        Upright and over black, at least as large as it is when fitted into ``fit_size``, in device pixels. None where
        there is no such way, as here by default.

        Raises:
            ImageTooLargeError: more than ``max_pixels`` at full size; nothing was decoded.
        """
        return None


class SampleDecoder(Decoder, Protocol):
    """A decoder that also returns the samples as they are in the file, for programs that calculate with them."""

    def samples(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
        """Returns the samples of the first image, upright; raises what :meth:`decode` does.

        Of shape (height, width) or (height, width, channels), channels in the order red, green, blue, alpha, samples
        of the file's own type in native byte order; palettes and other colour models come as RGB.
        """
