"""What Pillow's errors mean: a kind that is not read, or a file that is damaged."""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING

from viewer.core.decode import faults, psd
from viewer.core.errors import DamagedImageError, DecodeError, UnsupportedFormatError
from viewer.core.formats import FIRST_PIECE, HEAD, UNRECOGNISED, recognise
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL.ImageFile import ImageFile
    from typing_extensions import Buffer

_NOT_READ = late_pattern(
    r"un(?:supported|implemented|recogni[sz]ed)|unknown (?!error)|not (?:supported|implemented|installed)|cannot handle"
    r"|(?:cannot|no) .*(?:read this|resources found)|invalid texture compression format",
    re.IGNORECASE,
)
"""Words that Pillow's readers and the libraries behind it have for what they do not read."""
_CUT_OFF = late_pattern(r"truncated|unexpected end|not enough image data|incomplete header", re.IGNORECASE)
_PIXELS = {
    "xpm": 1, "dds_rgb": 1, "bcn": 2, "xbm": 2, "qoi": 62, "tga_rle": 128, "bmp_rle": 128, "pcx": 256, "sun_rle": 1024,
    "MSP": 1024, "BLP1": 1024, "BLP2": 1024,
}  # fmt: skip
"""How many pixels a byte of a file stands for at most, by the codecs of Pillow for which there is a limit."""
_UNPACKED = {"AVIF", "WEBP"}
"""Formats whose readers have the pixels unpacked, so that they are raw, before Pillow asks for them."""
_GBR, _GBR_CHANNELS = struct.Struct(">5I"), {1, 4}
_PCX_5, _BC6H, _DDS_KIND_ENDS = b"\n\x05", {94, 95, 96}, 132
_GIF, _HAS_PALETTE = 13, 0b1000_0000
_HEADERS = {"GIF": _GIF, "PCX": 128, "Sun raster": 32, "Microsoft Paint": 32}
"""The bytes of the headers of formats."""
_XBM = late_pattern(rb"\n?#define[ \t]+\w*_width")


def check_kind(data: Buffer) -> None:
    """Raises UnsupportedFormatError for kinds whose numbers Pillow would make 8 bits of, without a word."""
    head = bytes(memoryview(data)[:_DDS_KIND_ENDS])
    if head[84:88] == b"DX10" and int.from_bytes(head[128:], "little") in _BC6H:
        raise faults.unsupported("This DDS is compressed with BC6H")


def check_whole(data: Buffer) -> None:
    """Raises DamagedImageError for files of which it is easily seen that they end too soon, and Pillow does not say so.

    A PCX may lack its 256 colours, without which Pillow takes the places in them for grey. They lie behind the pixels;
    grey needs none. For a brush it takes memory, 8 bytes a row at least, and then looks how much there is.
    """
    view = memoryview(data).cast("B")
    start = bytes(view[:HEAD])
    needed = _needed(start)
    if recognise(start).pillow == ("GBR",) and len(start) >= _GBR.size:
        header, _, width, height, count = _GBR.unpack_from(start)
        needed = header + width * height * count if count in _GBR_CHANNELS else 0
    if needed > view.nbytes:
        raise faults.cut_off(view.nbytes, needed)
    has_colours = (start[:2], start[3:4], start[65:66]) == (_PCX_5, b"\x08", b"\1") and start[68:70] != b"\2\0"
    if has_colours and bytes(view[-769:-768]) != b"\x0c":
        raise DamagedImageError(faults.CUT_OFF)
    if _XBM.match(start) and b"{" not in bytes(view[:FIRST_PIECE]):
        raise DamagedImageError(faults.CUT_OFF)


def _needed(start: bytes) -> int:
    """Returns the bytes that a file has at least, by what it begins with; 0 if that does not say it."""
    if (length := riff_length(start)) is not None:
        return length
    header = _HEADERS.get(recognise(start).name, 0)
    if header == _GIF and len(start) >= header and start[10] & _HAS_PALETTE:
        return header + (3 << (start[10] & 0b111) + 1)
    return header


def riff_length(start: bytes) -> int | None:
    """Returns the bytes of a WebP, by the first 12 of them; None of other files."""
    return 8 + int.from_bytes(start[4:8], "little") if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else None


def check_claim(image: ImageFile, size: int) -> None:
    """Raises DamagedImageError if a file of ``size`` bytes cannot hold all the pixels of an image that is not loaded.

    Pillow would take the memory first, and fill a part of it: 8 bytes a row.
    """
    for codec, extents, offset, args in image.tile if image.format not in _UNPACKED else ():
        left, top, right, bottom = extents or (0, 0, *image.size)
        width, height = right - left, bottom - top
        if codec == "raw":
            mode, row = args[:2] if isinstance(args, tuple) else (str(args), 0)
            last = width if mode[0] != "1" and ";" not in mode else (width + 7) // 8  # a bit is the least of all those
            needed = offset + max(row, last) * (height - 1) + last
            if needed > size:
                raise faults.cut_off(size, needed)
        elif codec in _PIXELS and width * height > _PIXELS[codec] * size:
            raise DamagedImageError(faults.CUT_OFF)


def verdict(error: Exception, data: Buffer) -> DecodeError:
    """Returns the error for a file that Pillow did not read, by the ``error`` that Pillow raised."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded already

    head = bytes(memoryview(data)[:HEAD])
    readers = recognise(head).pillow
    if isinstance(error, UnidentifiedImageError):
        return why_not(data, readers)
    own = (name for name in readers if (accept := Image.OPEN[name][1]) is None or accept(head[:16]))
    return _by_words(error, next(own, "file"))


def why_not(data: Buffer, readers: Iterable[str]) -> DecodeError:
    """Returns the error for a file in which Pillow sees no picture; ``readers`` are those of its format.

    ``Image.open`` does not tell what kept a reader from it, so each is asked once more.
    """
    from PIL import Image  # noqa: PLC0415 - loaded already

    head = bytes(memoryview(data)[:FIRST_PIECE])
    if recognise(head[:HEAD]) is UNRECOGNISED:
        return faults.no_picture(head)
    for name in readers:
        factory, accept = Image.OPEN[name]
        answer = accept(head[:16]) if accept else True
        if isinstance(answer, str):  # the reader is there, its library is not
            return UnsupportedFormatError(_sentence(name, answer))
        if answer and (special := _special(name, head)):
            return special
        if answer:
            try:
                with factory(io.BytesIO(data), ""):
                    pass
            except Exception as error:  # noqa: BLE001 - of all kinds
                found = _by_words(error, name)
                if isinstance(found, UnsupportedFormatError):
                    return found
    return DamagedImageError("The file is damaged: its header cannot be read.")


def _by_words(error: Exception, name: str) -> DecodeError:
    text = str(error)
    if _CUT_OFF.search(text):
        return DamagedImageError(faults.CUT_OFF)
    if isinstance(error, NotImplementedError) or _NOT_READ.search(text):
        return UnsupportedFormatError(_sentence(name, text))
    return faults.damaged(error)


def _sentence(name: str, reason: str) -> str:
    return f"This {name} is of a kind that Lookahead does not read ({' '.join(reason.split()).rstrip('.')})."


def _special(name: str, head: bytes) -> DecodeError | None:
    """Returns the error of a kind that Pillow's own words do not name."""
    if name == "PSD" and len(head) >= 26:  # noqa: PLR2004 - its header
        version, bits, mode = (int.from_bytes(head[at : at + 2], "big") for at in (4, 22, 24))
        if version == 2:  # noqa: PLR2004 - of the format
            return UnsupportedFormatError("PSB, the kind of PSD for large pictures, is not read by Lookahead.")
        if version == 1 and mode not in psd.READ.get(bits, ()):
            in_mode = f" of the colour mode {mode}" if bits in psd.READ else ""
            return UnsupportedFormatError(f"{bits}-bit PSD{in_mode} is not read by Lookahead.")
    return None
