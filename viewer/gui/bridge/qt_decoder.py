"""PNG and WebP by Qt: ``QImageReader.read`` is one long call outside the GIL that leaves 32-bit pixels.

Formats: PNG, W3C third edition, 5 (chunks) and 11.2; WebP, RFC 9649, 2.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PyQt5.QtGui import QImage, QImageReader

from viewer.core.decode import exif, faults
from viewer.core.decode.decoder import MAX_PIXELS, Decoder
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.formats import recognise

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

_FIRST_CHUNK = 8
"""Where the chunks of a PNG begin, behind its signature."""
_GREY, _COLOUR, _PALETTE, _GREY_ALPHA, _COLOUR_ALPHA = 0, 2, 3, 4, 6
"""Colour types of the PNG header."""


class QtDecoder(Decoder):
    """Reads PNG and WebP; varieties that Qt would show with fewer colours or noise in the log go to the next decoder.

    BMP, which Qt also reads, is not among them: Qt passes a BMP that is cut off as whole, and Pillow takes half the
    time.
    """

    name = "Qt"

    def decode(self, data: Buffer, max_pixels: int = MAX_PIXELS) -> Frame:
        """Returns the first image, upright and over black; see :class:`~viewer.core.decode.decoder.Decoder`.

        BGRX, GRAY16 for 16-bit grey PNG, RGB48 for 16-bit colour. Most frames are Qt's own memory, not copied.
        """
        view = memoryview(data)
        with faults.translated():
            form = recognise(bytes(view[:12])).name
            if form == "WebP":
                turn, description = _webp(view, max_pixels), ""
            else:
                turn, description = _png(view, max_pixels)
            image = _read(view, form, max_pixels)
            description = description or ("8-bit RGBA" if image.hasAlphaChannel() else "8-bit RGB")
            return pixels.frame_of(pixels.upright(_samples(image), turn), description)


def _read(view: memoryview, form: str, max_pixels: int) -> QImage:
    """Returns the image as Qt decodes it."""
    held = QByteArray.fromRawData(view)  # type: ignore[arg-type]  # any buffer will do. setData would copy the file with the GIL held: 8 ms for 10 MB
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, form.lower().encode())
    reader.setAutoDetectImageFormat(False)  # no other reader of Qt is asked: that of SVG opens what a file names
    reader.setAutoTransform(False)  # Qt does not know the orientation of these formats, and we do
    size: QSize = reader.size()
    if size.isValid():
        faults.check_size(size.width(), size.height(), max_pixels)
    if reader.imageFormat() in {QImage.Format.Format_Mono, QImage.Format.Format_MonoLSB}:
        raise UnsupportedFormatError("Qt unpacks single bits with the GIL held.")
    image: QImage = reader.read()
    if image.isNull():
        raise DamagedImageError("The file is damaged: its pixels cannot be unpacked.")
    return image


def _png(view: memoryview, max_pixels: int) -> tuple[int, str]:
    """Walks over the chunks of a PNG; returns its orientation and description.

    So a file that is cut off is refused before libpng meets it: libpng writes to the standard error stream.
    """
    position, turn = _FIRST_CHUNK, exif.UPRIGHT
    depth = colour_type = 0
    transparent = False
    kind = b""
    while kind != b"IEND":
        if position + 12 > len(view):
            raise DamagedImageError(faults.CUT_OFF)
        length, kind = struct.unpack_from(">I4s", view, position)
        if position + 12 + length > len(view):
            raise DamagedImageError(faults.CUT_OFF)
        if kind == b"IHDR":
            width, height, depth, colour_type = struct.unpack_from(">IIBB", view, position + 8)
            faults.check_size(width, height, max_pixels)
        elif kind == b"tRNS":
            transparent = True
        elif kind == b"eXIf":
            turn = exif.orientation(view[position + 8 : position + 8 + length])
        elif kind == b"iCCP":  # libpng has something to say about most of them, and Qt logs it as a warning
            raise UnsupportedFormatError("Colour profiles are left to Pillow.")
        position += 12 + length
    if colour_type == _PALETTE:
        return turn, "palette with alpha" if transparent else "palette"
    colours = "grey" if colour_type in {_GREY, _GREY_ALPHA} else "RGB"
    if transparent or colour_type in {_GREY_ALPHA, _COLOUR_ALPHA}:
        colours = {"grey": "grey with alpha", "RGB": "RGBA"}[colours]
    return turn, f"{depth}-bit {colours}"


def _webp(view: memoryview, max_pixels: int) -> int:
    """Walks over the chunks of a WebP; returns its orientation."""
    (length,) = struct.unpack_from("<I", view, 4)
    if 8 + length > len(view):
        raise faults.cut_off(len(view), 8 + length)
    position, end = 12, 8 + length
    while position + 8 <= end:
        kind, size = struct.unpack_from("<4sI", view, position)
        if kind == b"VP8X" and size >= 10:  # noqa: PLR2004 - flags and two numbers of 24 bits, each less by one
            width, height = (
                1 + int.from_bytes(bytes(view[position + i : position + i + 3]), "little") for i in (12, 15)
            )
            faults.check_size(width, height, max_pixels)
        if kind == b"EXIF":
            return exif.orientation(view[position + 8 : position + 8 + size])
        position += 8 + size + size % 2
    return exif.UPRIGHT


def _samples(image: QImage) -> Any:  # noqa: ANN401 - the array's type depends on the image's format
    """Returns the pixels as 32-bit BGRX or 16-bit grey or RGB, not turned yet; Qt's own memory where that will do."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    form, width, height = image.format(), image.width(), image.height()
    bits = image.constBits()
    if bits is None:
        raise MemoryError
    rows = pixels.borrow(int(bits), (height, image.bytesPerLine()), "|u1", image)
    if form == QImage.Format.Format_RGB32:
        return rows.view(np.uint32)
    if form == QImage.Format.Format_ARGB32:
        bgra = pixels.over_black(rows.reshape(height, width, 4)).view(np.uint32)[..., 0]
        return bgra | np.uint32(pixels.OPAQUE)
    if form == QImage.Format.Format_Grayscale8:
        return pixels.grey_to_bgrx(rows[:, :width])
    if form == QImage.Format.Format_Grayscale16:
        return rows.view(np.uint16)[:, :width]
    if form == QImage.Format.Format_Indexed8:
        table = np.array(image.colorTable(), np.uint32).view(np.uint8).reshape(1, -1, 4)
        colours = pixels.over_black(table).view(np.uint32)[0, :, 0] | np.uint32(pixels.OPAQUE)
        return colours.take(rows[:, :width], mode="clip")
    if form in {QImage.Format.Format_RGBX64, QImage.Format.Format_RGBA64}:
        deep = rows.view(np.uint16).reshape(height, width, 4)
        return pixels.over_black16(deep) if form == QImage.Format.Format_RGBA64 else deep[..., :3]
    raise UnsupportedFormatError(f"Qt decodes to its format {int(form)}, which is left to Pillow.")
