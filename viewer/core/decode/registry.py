"""Gives each file to the decoders that the row of its format names."""

from __future__ import annotations

import functools
import logging
import pkgutil
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.decode import faults
from viewer.core.decode.decoder import MAX_PIXELS, Decoder
from viewer.core.display import render
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.formats import DECODERS, FIRST_PIECE, HEAD, recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy.typing as npt
    from typing_extensions import Buffer

    from viewer.core.decode.decoder import SampleDecoder
    from viewer.core.frame import Frame, Picture, Size

T = TypeVar("T")
D = TypeVar("D", bound=Decoder)
_log = logging.getLogger(__name__)


class DecoderRegistry:
    """Gives each file to the decoders that its row in :data:`viewer.core.formats.FORMATS` names; any thread.

    Args:
        decoders: in any order.
        scale: resizes a BGRX frame to exactly the size given, for :meth:`picture`.
    """

    def __init__(self, decoders: Iterable[Decoder], scale: Callable[[Frame, Size], Frame] = render.scaled) -> None:
        self._decoders = tuple(decoders)
        self._scale = scale

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first image of a file, upright and over black; worker threads only, it takes milliseconds.

        "Damaged" and "too large" are a decoder's verdict on the file, and final: a more lenient library must not pass
        half a picture off as a whole one. "Unsupported" hands the file on to the next decoder of its format.
        Whatever else a decoder lets slip counts as "damaged".

        Raises:
            UnsupportedFormatError: no decoder knows the file.
            DamagedImageError: the file is empty, cut off or broken.
            ImageTooLargeError: more than ``max_pixels``, or there would not be the memory; nothing was decoded.
        """
        return _first(self._decoders, data, lambda decoder: decoder.decode(data, max_pixels))

    def reduced(self, data: Buffer, fit_size: Size, max_pixels: int = MAX_PIXELS) -> tuple[Frame, Size] | None:
        """Returns what :meth:`~viewer.core.decode.decoder.Decoder.reduced` of the format's first decoder does."""
        decoder = next(_candidates(self._decoders, data), None)
        return None if decoder is None else decoder.reduced(data, fit_size, max_pixels)

    def picture(self, data: Buffer, fit_size: Size | None, max_pixels: int) -> Picture:
        """Returns the picture that the canvas paints, as :meth:`decode` and ``render``; worker threads only."""
        return render.render(self.decode(data, max_pixels), fit_size, self._scale)

    def picture_for_playing(self, data: Buffer, fit_size: Size | None, max_pixels: int) -> Picture:
        """Returns the same as :meth:`picture`, but without a source where :meth:`reduced` is faster."""
        reduced = None if fit_size is None else self.reduced(data, fit_size, max_pixels)
        if fit_size is None or reduced is None:
            return self.picture(data, fit_size, max_pixels)
        return render.render_reduced(*reduced, fit_size, self._scale)


def samples(data: Buffer, max_pixels: int = MAX_PIXELS) -> npt.NDArray[Any]:
    """Returns the samples of a file as :class:`SampleDecoder` describes them; worker threads only.

    Raises what :meth:`DecoderRegistry.decode` does.
    """
    return _first(core_decoders(), data, lambda decoder: decoder.samples(data, max_pixels))


def _candidates(decoders: Iterable[D], data: Buffer) -> Iterator[D]:
    """Yields those of ``decoders`` that the format of a file names, in its order."""
    by_name = {decoder.name: decoder for decoder in decoders}
    names = recognise(bytes(memoryview(data)[:HEAD])).decoders
    return (by_name[name] for name in names if name in by_name)


def _first(decoders: Iterable[D], data: Buffer, decode: Callable[[D], T]) -> T:
    """Returns what the first decoder makes of a file that can read it."""
    if not memoryview(data).nbytes:
        raise DamagedImageError("The file is empty.")
    for decoder in _candidates(decoders, data):
        try:
            with faults.translated():
                return decode(decoder)
        except UnsupportedFormatError as error:
            _log.debug("%s passes a file on: %s", decoder.name, error)
    raise faults.no_picture(bytes(memoryview(data)[:FIRST_PIECE]))


@functools.cache
def core_decoders() -> tuple[SampleDecoder, ...]:
    """Returns the decoders that need no Qt."""
    return tuple(pkgutil.resolve_name(each)() for each in DECODERS.values() if each)
