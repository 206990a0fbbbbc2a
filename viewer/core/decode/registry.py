"""Gives each file to the decoders that the row of its format names."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError, core_decoder
from viewer.core.display import render
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.formats import FIRST_PIECE, HEAD, recognise
from viewer.core.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from PIL.Image import Image
    from typing_extensions import Buffer

    from viewer.core.decode.apart import DecoderProcesses
    from viewer.core.display.picture import Picture
    from viewer.core.formats import Format
    from viewer.core.frame import Frame, Size

T = TypeVar("T")

_of_thread = threading.local()


def decoded_bytes() -> int:
    """Returns the memory of the largest frame that this thread has decoded since it was asked last, in bytes."""
    nbytes: int = getattr(_of_thread, "nbytes", 0)
    _of_thread.nbytes = 0
    return nbytes


class DecoderRegistry:
    """Gives each file to the decoders that its row in :data:`viewer.core.formats.FORMATS` names; any thread.

    Args:
        decoders: those that the core has not, or that take the place of one of the core's of the same name.
        scale: resizes a BGRX frame to exactly the size given, for :meth:`picture`.
        processes: where the readers work that hold the GIL; None has them work on the calling thread, as all others.
    """

    def __init__(
        self,
        decoders: Iterable[Decoder] = (),
        scale: Callable[[Frame, Size], Frame] = render.scaled,
        processes: DecoderProcesses | None = None,
    ) -> None:
        self._decoders = {decoder.name: decoder for decoder in decoders}
        self._scale = scale
        self._processes = processes

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the first image of a file as :class:`~viewer.core.decode.decoder.Decoder` says; worker threads only.

        What a decoder says of a file is final, but "not mine": a more lenient library must not pass half a picture off
        as a whole one, or 16 bits as 8. Whatever else a decoder lets slip counts as "damaged".

        Raises:
            UnsupportedFormatError: the file is of a kind that is not read; the message says which.
            DamagedImageError: the file is empty, cut off or broken.
            ImageTooLargeError: more than ``most_bytes``, or there would not be the memory; nothing was decoded.
        """
        view = memoryview(data)
        holders = recognise(bytes(view[:HEAD])).holds_gil if self._processes is not None else ()

        def asked(decoder: Decoder) -> Frame:
            if self._processes is not None and decoder.name in holders:
                return self._processes.decode(decoder.name, data, most_bytes, for_screen=for_screen)
            frame = _apart_from(decoder.decode(data, most_bytes, for_screen=for_screen), view)
            _of_thread.nbytes = max(frame.nbytes, getattr(_of_thread, "nbytes", 0))
            return frame

        return self._first(view, asked)

    def reduced(self, data: Buffer, fit_size: Size, most_bytes: int = MOST_BYTES) -> tuple[Frame, Size] | None:
        """Returns what :meth:`~viewer.core.decode.decoder.Decoder.reduced` of the format's first decoder does."""
        decoder = next(self._candidates(recognise(bytes(memoryview(data)[:HEAD]))), None)
        return None if decoder is None else decoder.reduced(data, fit_size, most_bytes)

    def picture(self, data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        """Returns the picture that the canvas paints, as :meth:`decode` and ``render``; worker threads only."""
        frame = self.decode(data, most_bytes, for_screen=True)
        with faults.missing_library():
            return render.render(frame, fit_size, self._scale)

    def quick_picture(self, data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        """Returns the same as :meth:`picture`, but a copy alone, without a source, where :meth:`reduced` is faster."""
        with faults.missing_library():
            reduced = None if fit_size is None else self.reduced(data, fit_size, most_bytes)
            if fit_size is not None and reduced is not None:
                return render.render_reduced(*reduced, fit_size, self._scale)
        return self.picture(data, fit_size, most_bytes)

    def image(self, data: Buffer) -> Image:
        """Returns the first image as Pillow has it, upright, or one made of the samples where Pillow is not asked.

        Raises what :meth:`decode` does, UnsupportedFormatError also where Pillow has no mode for the samples.
        """
        from viewer.core.decode.pillow import PillowDecoder, image_of  # noqa: PLC0415 - Pillow comes with pictures

        def asked(decoder: Decoder) -> Image:
            if isinstance(decoder, PillowDecoder):
                return decoder.image(data)
            return image_of(_apart_from(decoder.decode(data), view))

        view = memoryview(data)
        return self._first(view, asked)

    def _first(self, view: memoryview, ask: Callable[[Decoder], T]) -> T:
        """Returns what ``ask`` returns for the first decoder of a file that does not pass it on."""
        if not view.nbytes:
            raise DamagedImageError(faults.EMPTY)
        row = recognise(bytes(view[:HEAD]))
        for decoder in self._candidates(row):
            try:
                with faults.translated():
                    return ask(decoder)
            except PassedOnError as error:
                import logging  # noqa: PLC0415 - most files are not passed on

                logging.getLogger(__name__).debug("%s passes a file on: %s", decoder.name, error)
        if row.name:
            raise UnsupportedFormatError(f"It is of a kind of {row.name} that Lookahead does not read.")
        raise faults.no_picture(bytes(view[:FIRST_PIECE]))

    def _candidates(self, row: Format) -> Iterator[Decoder]:
        """Yields the decoders that a format names, in its order."""
        for name in row.decoders:
            decoder = self._decoders.get(name) or core_decoder(name)
            if decoder is not None:
                yield decoder


def _apart_from(frame: Frame, view: memoryview) -> Frame:
    """Returns the frame with memory of its own: that of the file is free for others then."""
    if frame.memory is not None:
        return frame
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    file = np.frombuffer(view, np.uint8)
    arrays = frame.planes if frame.indices is None else (*frame.planes, frame.indices)
    if not any(np.may_share_memory(array, file) for array in arrays):
        return frame
    own = [array.copy() if np.may_share_memory(array, file) else array for array in arrays]
    count = len(frame.planes)
    return replace(frame, planes=tuple(own[:count]), indices=own[count] if own[count:] else None)
