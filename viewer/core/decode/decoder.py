"""What each decoder does, whatever its library."""

from __future__ import annotations

import functools
import pkgutil
from typing import TYPE_CHECKING, Protocol

from viewer.core.errors import UnsupportedFormatError
from viewer.core.formats import DECODERS

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame, Size

MOST_BYTES = 2_000_000_000
"""Pictures that take more bytes in memory are refused before decoding: 500 million pixels of 8 bits, on the screen."""


class PassedOnError(UnsupportedFormatError):
    """A file that this decoder leaves to the next one of its format; no verdict, so the user never sees it."""


class Decoder(Protocol):
    """Turns the bytes of one file into one frame. Stateless; called from several worker threads at once.

    Attributes:
        name: of the library, by which the rows of :data:`viewer.core.formats.FORMATS` say which files it gets.
    """

    name: str

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the first image of the file, turned upright by its orientation, its samples as the file has them.

        Palettes come as RGB, or RGBA if some entries are not opaque, with the indices; nothing else is converted. The
        GIL is held only for moments, unless the row of the format says more.

        Args:
            data: the whole file.
            most_bytes: of the samples and of the picture on the screen, by the header: more are not decoded.
            for_screen: whether the same numbers may come in the order of the screen, where that is faster: 8 bits a
                channel as BGRX, with ``is_grey`` if they are grey, and with straight alpha as B, G, R, A. CMYK and Lab
                may then come as RGB, and a camera's raw data as the picture that is made of them.

        Raises:
            PassedOnError: it is left to the next decoder.
            UnsupportedFormatError: this kind of file is not read, or not without a library that is missing; one
                sentence says so. It is final, as the next two are: no other decoder is asked.
            DamagedImageError: the file contradicts its own header.
            ImageTooLargeError: more than ``most_bytes``; nothing was decoded.
        """

    def reduced(self, data: Buffer, fit_size: Size, most_bytes: int = MOST_BYTES) -> tuple[Frame, Size] | None:  # noqa: ARG002 - for decoders that can
        """Returns the picture no larger than is of use in ``fit_size``, and its full size, where that is faster.

        BGRX, upright and over black, at least as large as it is when fitted into ``fit_size``, in device pixels. None
        where there is no such way, as here by default.

        Raises:
            ImageTooLargeError: more than ``most_bytes`` at full size; nothing was decoded.
        """
        return None


@functools.cache
def core_decoder(name: str) -> Decoder | None:
    """Returns the decoder of a name in :data:`viewer.core.formats.DECODERS`; None for that of the window."""
    place = DECODERS[name].decoder
    decoder: Decoder | None = pkgutil.resolve_name(place)() if place else None
    return decoder
