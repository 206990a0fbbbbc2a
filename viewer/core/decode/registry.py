"""Which decoder reads which file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.decode import faults
from viewer.core.decode.decoder import HEAD, MAX_PIXELS, Decoder
from viewer.core.decode.jpeg import JpegDecoder
from viewer.core.decode.pillow import UNKNOWN, PillowDecoder
from viewer.core.decode.tiff import TiffDecoder
from viewer.core.errors import DamagedImageError, UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from typing_extensions import Buffer

    from viewer.core.decode.decoder import SampleDecoder
    from viewer.core.frame import Frame, Size

T = TypeVar("T")
D = TypeVar("D", bound=Decoder)
_log = logging.getLogger(__name__)


class DecoderRegistry:
    """Decoders in the order in which they are tried; itself usable from any thread.

    Args:
        decoders: the fast ones of single formats first, the one that knows everything last.
    """

    def __init__(self, decoders: Sequence[Decoder]) -> None:
        self._decoders = tuple(decoders)

    def reduced(self, data: Buffer, fit_size: Size, max_pixels: int = MAX_PIXELS) -> tuple[Frame, Size] | None:
        """Returns a picture no larger than is of use in ``fit_size``, and its full size, where that is faster.

        Upright and over black, at least as large as it is when fitted into ``fit_size``; None where there is no
        such way. Worker threads only.

        Raises:
            ImageTooLargeError: nothing was decoded, there would not be the memory.
        """
        head = bytes(memoryview(data)[:HEAD])
        decoder = next((each for each in self._decoders if each.accepts(head)), None) if head else None
        return decoder.reduced(data, fit_size, max_pixels) if isinstance(decoder, JpegDecoder) else None

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first image of a file, upright and over black; worker threads only, it takes milliseconds.

        "Damaged" and "too large" are a decoder's verdict on the file, and final: a more lenient library must not pass
        half a picture off as a whole one. "Unsupported" hands the file on to the next decoder that accepts it.
        Whatever else a decoder lets slip counts as "damaged".

        Args:
            data: the whole file.
            max_pixels: pictures with more pixels are refused before decoding.

        Raises:
            UnsupportedFormatError: no decoder knows the file.
            DamagedImageError: the file is empty, cut off or broken.
            ImageTooLargeError: nothing was decoded, there would not be the memory.
        """
        return _first(self._decoders, data, lambda decoder: decoder.decode(data, max_pixels))


def samples(data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
    """Returns the first image of a file as its samples; see :meth:`viewer.core.decode.decoder.SampleDecoder.samples`.

    Worker threads only. Raises as :meth:`DecoderRegistry.decode` does.
    """
    return _first(core_decoders(), data, lambda decoder: decoder.samples(data, max_pixels))


def _first(decoders: Sequence[D], data: Buffer, decode: Callable[[D], T]) -> T:
    """Returns what the first decoder makes of a file that can read it."""
    head = bytes(memoryview(data)[:HEAD])
    if not head:
        raise DamagedImageError("The file is empty.")
    for decoder in decoders:
        if not decoder.accepts(head):
            continue
        try:
            with faults.translated():
                return decode(decoder)
        except UnsupportedFormatError as error:
            _log.debug("%s passes a file on: %s", decoder.name, error)
    raise UnsupportedFormatError(UNKNOWN)


def core_decoders() -> tuple[SampleDecoder, ...]:
    """Returns the decoders that need no Qt, in the order to try them."""
    return (JpegDecoder(), TiffDecoder(), PillowDecoder())
