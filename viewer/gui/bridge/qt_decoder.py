"""PNG and WebP by Qt: ``QImageReader.read`` is one long call outside the GIL that leaves 32-bit pixels.

Format of WebP: RFC 9649, 2.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PyQt5.QtGui import QImage, QImageReader

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError
from viewer.core.formats import recognise
from viewer.core.frame import BGRA, BGRX, GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo
from viewer.core.records import replace

if TYPE_CHECKING:
    from typing_extensions import Buffer

_MOST_BYTES = 2**31 - 1
"""Bytes of a file that Qt 5 does not count any more: it does so with 32 bits, one of them for the sign."""


class QtDecoder(Decoder):
    """Reads PNG and WebP; varieties that Qt would show with fewer colours or noise in the log go to the next decoder.

    BMP, which Qt also reads, is not among them: Qt passes a BMP that is cut off as whole, and Pillow takes half the
    time.
    """

    name = "Qt"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the first image, upright, for the screen: BGRX, blue first with straight alpha, or of 16 bits.

        Most frames are Qt's own memory, not copied. Passes the file on for anything but the screen.
        """
        if not for_screen:
            raise PassedOnError("Qt decodes for the screen only.")
        from viewer.core.decode import png  # noqa: PLC0415 - not for a JPEG, which may be the first picture

        view = memoryview(data)
        if view.nbytes >= _MOST_BYTES:
            raise PassedOnError("Qt counts the bytes of a file with 32 bits.")
        with faults.translated():
            form, head = recognise(bytes(view[:12])).name, None
            if form == "WebP":
                _check_webp(view, most_bytes)
            else:
                # A file that is cut off is refused before libpng meets it: libpng writes to the standard error stream.
                head = png.header(view, most_bytes)
                if b"iCCP" in head.chunks:  # libpng has something to say about most, and Qt logs it as a warning
                    raise PassedOnError("Colour profiles are left to Pillow.")
                is_deep = head.depth > 8  # noqa: PLR2004 - bits
                if b"tRNS" in head.chunks if is_deep else not head.is_for_screen:
                    raise PassedOnError("Qt changes fewer bits than 8, and with 16 a colour that is clear.")
            image = read_by_qt(view, form, most_bytes)
            array, channels, indices = _samples(image, is_grey=head is not None and "Y" in head.channels)
            turn = exif.turn(view)
            array = pixels.upright(array, turn)
            if head is None:
                info, description = SampleInfo(), "8-bit RGBA" if "A" in channels else "8-bit RGB"
            else:
                info, description = png.info_of(head, (array,), turn), head.description
            info = replace(info, alpha=Alpha.STRAIGHT if "A" in channels else None)
            if channels not in {BGRX, BGRA}:
                return Frame((array,), channels, description, info)
            info = replace(info, is_grey=image.format() == QImage.Format.Format_Grayscale8)
            indices = None if indices is None else pixels.upright(indices, turn)
            return pixels.frame_of(array, description, info, indices, channels)


def read_by_qt(view: memoryview, form: str, most_bytes: int) -> QImage:
    """Returns the image as Qt decodes it."""
    held = QByteArray.fromRawData(view)  # type: ignore[arg-type]  # any buffer will do. setData would copy the file with the GIL held: 8 ms for 10 MB
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, form.lower().encode())
    reader.setAutoDetectImageFormat(False)  # no other reader of Qt is asked: that of SVG opens what a file names
    reader.setAutoTransform(False)  # Qt does not know the orientation of these formats, and we do
    size: QSize = reader.size()
    if size.isValid():
        faults.check_size(size.width(), size.height(), most_bytes)
    if reader.imageFormat() in {QImage.Format.Format_Mono, QImage.Format.Format_MonoLSB}:
        raise PassedOnError("Qt unpacks single bits with the GIL held.")
    image: QImage = reader.read()
    reader.setDevice(None)  # a reader that outlives its buffer can crash
    if image.isNull():
        raise DamagedImageError("The file is damaged: its pixels cannot be unpacked.")
    return image


def _check_webp(view: memoryview, most_bytes: int) -> None:
    """Walks over the chunks of a WebP that come before its pixels; raises if it is cut off or too large."""
    from viewer.core.decode.pillow_verdicts import riff_length  # noqa: PLC0415 - not for the first picture, mostly

    position, end = 12, riff_length(bytes(view[:12])) or 0
    if end > len(view):
        raise faults.cut_off(len(view), end)
    while position + 8 <= end:
        kind, size = struct.unpack_from("<4sI", view, position)
        if kind == b"VP8X" and size >= 10:  # noqa: PLR2004 - flags and two numbers of 24 bits, each less by one
            width, height = (
                1 + int.from_bytes(bytes(view[position + i : position + i + 3]), "little") for i in (12, 15)
            )
            faults.check_size(width, height, most_bytes)
        position += 8 + size + size % 2


def _samples(image: QImage, *, is_grey: bool) -> tuple[Any, tuple[str, ...], Any]:
    """Returns the pixels, not turned yet, their channels and indices if there are any; Qt's memory where that will do.

    The pixels are (height, width) of 32-bit numbers for BGRX and BGRA, else as :class:`Frame` has them. ``is_grey``
    says that the colours of a picture with alpha are equal.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    form, width, height = image.format(), image.width(), image.height()
    bits = image.constBits()
    if bits is None:
        raise MemoryError
    rows = pixels.borrow(int(bits), (height, image.bytesPerLine()), "|u1", image)
    is_short = form == QImage.Format.Format_ARGB32
    if form == QImage.Format.Format_RGB32 or (is_short and not is_grey):
        return rows.view(np.uint32), BGRA if is_short else BGRX, None
    if is_short or form in {QImage.Format.Format_RGBX64, QImage.Format.Format_RGBA64}:
        samples = rows.view(np.uint8 if is_short else np.uint16).reshape(height, width, 4)
        if form == QImage.Format.Format_RGBX64:
            return samples[..., :3], RGB, None
        return (pixels.packed(samples, (0, 3)), GREY_ALPHA, None) if is_grey else (samples, RGBA, None)
    if form == QImage.Format.Format_Grayscale8:
        return pixels.grey_to_bgrx(rows[:, :width]), BGRX, None
    if form == QImage.Format.Format_Grayscale16:
        return rows.view(np.uint16)[:, :width], GREY, None
    if form == QImage.Format.Format_Indexed8:
        colours = np.array(image.colorTable()[:256], np.uint32)
        table = np.full(256, pixels.OPAQUE, np.uint32)  # an index beyond the palette is black
        table[: len(colours)] = colours
        indices = rows[:, :width]
        return table.take(indices, mode="clip"), BGRX if table.min() >= pixels.OPAQUE else BGRA, indices
    raise PassedOnError(f"Qt decodes to its format {int(form)}, which is left to others.")
