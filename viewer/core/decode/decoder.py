"""What every decoder must be able to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

MAX_PIXELS = 500_000_000
"""Pictures with more pixels are refused before decoding (2 GB as 32-bit pixels)."""

HEAD = 64
"""Bytes at the start of a file that are enough to tell its format."""


class Decoder(Protocol):
    """Turns the bytes of one file into one frame. Stateless; called from several worker threads at once."""

    @property
    def name(self) -> str:
        """The library, for the diagnosis panel: "simplejpeg"."""

    def accepts(self, head: bytes) -> bool:
        """Returns whether a file that begins with ``head`` (up to :data:`HEAD` bytes) is this decoder's to try."""

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first image of the file, turned upright by its EXIF orientation.

        The GIL is held only for moments, never for the length of the decoding. Transparent parts come out over black.

        Raises:
            UnsupportedFormatError: a variety of the format that this decoder cannot read; the next one is tried.
            DamagedImageError: the file is cut off or broken.
            ImageTooLargeError: more than ``max_pixels``; nothing was decoded.
        """


class SampleDecoder(Decoder, Protocol):
    """A decoder that can also give the numbers as they are in the file, for programs that reckon with them."""

    def samples(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
        """Returns the first image as an array of the samples that the file holds, upright; otherwise as :meth:`decode`.

        Of shape (height, width) or (height, width, channels), channels in the order red, green, blue, alpha, samples
        of the file's own type in native byte order; palettes and other colour models come as RGB.
        """
