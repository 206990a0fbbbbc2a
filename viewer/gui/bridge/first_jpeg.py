"""JPEG by Qt until numpy is loaded: a process shows its first picture without waiting for that.

Qt takes twice as long as simplejpeg, outside the GIL; numpy takes longer than both to load, and holds it. Both are
libjpeg-turbo, so the pixels are the same. What is out of the ordinary, and all later files, are left to simplejpeg.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING

from PyQt5.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PyQt5.QtGui import QImage

from viewer.core.decode import exif, faults, jpeg_head
from viewer.core.decode.decoder import MOST_BYTES, Decoder, core_decoder
from viewer.core.errors import DamagedImageError
from viewer.core.frame import BGRX, BorrowedMemory, Frame, SampleInfo
from viewer.core.loaded import loaded
from viewer.gui.bridge.qt_decoder import read_by_qt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from viewer.core.frame import Size

_complaining = threading.Lock()
"""The handler of messages is the process's: one decoder at a time has its own."""
_DESCRIPTIONS = {1: "8-bit grey", 3: "8-bit RGB"}


class FirstJpegDecoder(Decoder):
    """Takes the place of the core's decoder of JPEG, which it asks for all but the first pictures on the screen."""

    name = "simplejpeg"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the picture as the core's decoder does; worker threads only."""
        first = _by_qt(memoryview(data).cast("B"), most_bytes) if for_screen and loaded("numpy") is None else None
        return first or _core_decoder().decode(data, most_bytes, for_screen=for_screen)

    def reduced(self, data: Buffer, fit_size: Size, most_bytes: int = MOST_BYTES) -> tuple[Frame, Size] | None:
        """Returns what the core's decoder does; None for the first pictures on the screen."""
        return None if loaded("numpy") is None else _core_decoder().reduced(data, fit_size, most_bytes)


def _core_decoder() -> Decoder:
    decoder = core_decoder(FirstJpegDecoder.name)
    assert decoder is not None  # noqa: S101 - the core has it
    return decoder


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collects what Qt logs on this thread; what it logs on others goes where it did."""
    thread, complaints = threading.get_ident(), list[str]()

    def note(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        if threading.get_ident() == thread:
            complaints.append(message or "")
        elif handler is not None:
            handler(kind, context, message)
        else:
            sys.stderr.write(f"{message}\n")

    handler = qInstallMessageHandler(note)
    try:
        yield complaints
    finally:
        qInstallMessageHandler(handler)


def _by_qt(view: memoryview, most_bytes: int) -> Frame | None:
    """Returns an ordinary JPEG, upright and whole, that libjpeg has no complaint about; else None."""
    head = jpeg_head.head(view)
    if head is None or head.way not in jpeg_head.HUFFMAN or head.bits != 8 or head.channels not in _DESCRIPTIONS:  # noqa: PLR2004 - bits
        return None
    if head.width * head.height > jpeg_head.TIGHTEST * view.nbytes:
        return None
    if not head.height or not head.has_end or exif.turn(view) != exif.UPRIGHT:
        return None
    faults.check_size(head.width, head.height, most_bytes)
    image = None
    with _complaining, _complaints() as complaints, contextlib.suppress(DamagedImageError):
        image = read_by_qt(view, "JPEG", most_bytes)
    if complaints or image is None:
        return None
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    if bits is None:
        raise MemoryError
    memory = BorrowedMemory(int(bits), (head.height, head.width, 4), "|u1", image)
    info = SampleInfo(icc=head.icc, is_grey=head.channels == 1)
    return Frame((), BGRX, _DESCRIPTIONS[head.channels], info, memory=memory)
