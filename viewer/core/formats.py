"""The formats of pictures: one row says all that the program knows about one.

To add a format, add its row to :data:`FORMATS`; if a library reads it that :data:`DECODERS` lacks, add a line there and
a module with its decoder to ``viewer/core/decode``. tests/contracts/test_formats.py fails as long as one is missing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEAD = 64
"""Bytes at the start of a file that are enough to recognise its format."""
FIRST_PIECE = 64 * 1024
"""Bytes at the start of a file that are enough to say whether it is worth reading on."""

DECODERS = {
    "simplejpeg": "viewer.core.decode.jpeg:JpegDecoder",
    "tifffile": "viewer.core.decode.tiff:TiffDecoder",
    "Pillow": "viewer.core.decode.pillow:PillowDecoder",
    "Qt": "",
}
"""The libraries, with the classes that decode by them; none for the library that only the window has."""

LARGEST_FILE = 4 * 1024**3
"""Bytes of the largest file that is read: nothing larger can be one picture."""


class Format(NamedTuple):
    """A format of pictures.

    Attributes:
        name: as people say it.
        suffixes: of its files, in lower case with their dot.
        signatures: how its files begin, as regular expressions for bytes; empty where that says nothing.
        pillow: Pillow's readers for it, by their names there; no other reader of Pillow is ever asked.
        decoders: the libraries that are tried, in this order; those that are not there are left out.
        read_by: the same for people, with what more can be installed.
        holds_gil: whether no other thread runs while a picture is decoded.
    """

    name: str
    suffixes: tuple[str, ...]
    signatures: tuple[bytes, ...]
    pillow: tuple[str, ...]
    decoders: tuple[str, ...]
    read_by: str
    holds_gil: bool


def _by_pillow(name: str, suffixes: str, pillow: str, *signatures: bytes, holds_gil: bool = False) -> Format:
    read_by = "Pillow, and no other thread runs meanwhile" if holds_gil else "Pillow"
    return Format(name, tuple(suffixes.split()), signatures, tuple(pillow.split()), ("Pillow",), read_by, holds_gil)


_JPEG = ("JPEG",), ("simplejpeg", "Pillow"), "simplejpeg; CMYK by Pillow"
_QT = ("Qt", "Pillow"), "Qt in the window, Pillow in scripts"
_TIFF = (
    ("TIFF",),
    ("tifffile", "Pillow"),
    "tifffile; LZW, JPEG and odd varieties by Pillow, more with `pip install lookahead[tiff]`",
)
_TIFF_SIGNATURES = (rb"II[*+]\0", rb"MM\0[*+]")
_JP2_SIGNATURES = (rb"\xff\x4f\xff\x51", rb"\0\0\0\x0cjP  \r\n\x87\n")
_TGA_SIGNATURE = rb".[\0\1][\1-\3\t-\x0b].{13}[\1\x08\x0f\x10\x18\x20]"
"""TGA has no signature: kind of palette, kind of picture and bits of a pixel are numbers that few other files have."""

FORMATS = (
    Format("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), (rb"\xff\xd8\xff",), *_JPEG, holds_gil=False),
    Format("PNG", (".png", ".apng"), (rb"\x89PNG\r\n\x1a\n",), ("PNG",), *_QT, holds_gil=False),
    Format("WebP", (".webp",), (rb"RIFF....WEBP",), ("WEBP",), *_QT, holds_gil=False),
    Format("TIFF", (".tif", ".tiff"), _TIFF_SIGNATURES, *_TIFF, holds_gil=False),
    _by_pillow("GIF", ".gif", "GIF", rb"GIF8[79]a"),
    _by_pillow("AVIF", ".avif .avifs", "AVIF", rb"....ftyp(?:avi[fs]|mif1|msf1)"),
    _by_pillow("JPEG 2000", ".jp2 .j2k .j2c .jpc .jpf .jpx", "JPEG2000", *_JP2_SIGNATURES, holds_gil=True),
    _by_pillow("BMP", ".bmp .dib", "BMP DIB", rb"BM", rb"[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
    _by_pillow("TGA", ".tga .icb .vda .vst", "TGA", _TGA_SIGNATURE),
    _by_pillow("PNM", ".ppm .pgm .pbm .pnm .pfm", "PPM", rb"P[0-6fy]"),
    _by_pillow("SGI", ".sgi .rgb .rgba .bw", "SGI", rb"\x01\xda"),
    _by_pillow("Photoshop", ".psd", "PSD", rb"8BPS"),
    _by_pillow("QOI", ".qoi", "QOI", rb"qoif"),
    _by_pillow("PCX", ".pcx .dcx", "PCX DCX", rb"\n[\0\2\3\5]", rb"\xb1\x68\xde\x3a"),
    _by_pillow("Sun raster", ".ras", "SUN", rb"\x59\xa6\x6a\x95"),
    _by_pillow("X bitmap, X pixmap", ".xbm .xpm", "XBM XPM", rb"\n?#define", rb"/\*"),
    _by_pillow("FITS", ".fit .fits", "FITS", rb"SIMPLE"),
    _by_pillow("icons", ".ico .cur .icns", "ICO CUR ICNS", rb"\0\0[\1\2]\0", rb"icns"),
    _by_pillow("DirectDraw surface", ".dds", "DDS", rb"DDS "),
    _by_pillow("game textures", ".blp .ftc .ftu", "BLP FTEX", rb"BLP[12]", rb"FTEX"),
    _by_pillow("Microsoft Paint", ".msp", "MSP", rb"DanM", rb"LinS"),
    _by_pillow("GIMP brush", ".gbr", "GBR", rb"(?!GRIB|BUFR)....\0\0\0[\1\2]"),
    _by_pillow("PIXAR raster", ".pxr", "PIXAR", rb"\200\350\0\0"),
    _by_pillow("IFUNC image", ".im", "IM"),
)
"""The formats. Suffixes say which files are taken for pictures; files are decoded by how they begin."""

UNRECOGNISED = Format("", (), (), (), ("Pillow",), "", holds_gil=False)
"""The row of files whose beginning no signature fits: Pillow has the word on them."""

STRANGERS = (
    ("a PostScript document", rb"%!PS|\x04%!PS|\xc5\xd0\xd3\xc6"),
    ("a PDF document", rb"%PDF-"),
    ("a Windows metafile", rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF"),
    ("a drawing in SVG", rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg|<svg)"),
    ("a web page", rb"\s*<(?:!DOCTYPE )?html"),
    ("a document in XML", rb"(?:\xef\xbb\xbf)?<\?xml"),
    ("a picture in HEIC", rb"....ftyp(?:hei[cxms]|hev[cxms])"),
    ("an archive", rb"PK\x03\x04|\x1f\x8b|\xfd7zXZ\0|BZh[1-9]|7z\xbc\xaf\x27\x1c|Rar!|\x28\xb5\x2f\xfd"),
    ("a video", rb"\0\0\x01[\xb3\xba]|\x1a\x45\xdf\xa3|RIFF....AVI |....ftyp(?:isom|iso2|mp4|M4V|qt  )"),
    ("a sound", rb"RIFF....WAVE|ID3|OggS|fLaC"),
    ("a program", rb"\x7fELF|MZ|#!"),
    ("a file of numbers in HDF5", rb"\x89HDF\r\n\x1a\n"),
    ("a weather map in GRIB or BUFR", rb"GRIB|BUFR"),
)
"""Files that are no pictures: what they are, for people, and how they begin, as a regular expression."""

SUFFIXES = {each.name: frozenset(each.suffixes) for each in FORMATS}
"""The suffixes of each format by its name."""
PICTURE_SUFFIXES = frozenset[str]().union(*SUFFIXES.values())
"""The suffixes of files that are taken for pictures, in lower case with their dot."""
PILLOW_READERS = frozenset(name for each in FORMATS for name in each.pillow)
"""Pillow's names of the readers that may be used: none of them starts a program or opens another file."""

_SIGNATURES = [(each, re.compile(b"|".join(each.signatures), re.DOTALL)) for each in FORMATS if each.signatures]
_STRANGERS = [(what, re.compile(signature, re.DOTALL | re.IGNORECASE)) for what, signature in STRANGERS]
_UNSIGNED = frozenset[str]().union(*(each.suffixes for each in FORMATS if not each.signatures))


def recognise(head: bytes) -> Format:
    """Returns the format of a file by its first bytes, :data:`HEAD` of them or all; else :data:`UNRECOGNISED`."""
    return next((row for row, signature in _SIGNATURES if signature.match(head)), UNRECOGNISED)


def may_be_picture(head: bytes, suffix: str) -> bool:
    """Returns whether a file that begins with ``head`` may be a picture: by its signature, else by its ``suffix``."""
    is_known = recognise(head) is not UNRECOGNISED
    return is_known or (suffix.lower() in _UNSIGNED and not stranger(head) and any(head))


def stranger(head: bytes) -> str:
    """Returns what a file that is no picture is, such as "a PDF document"; "" if its first bytes do not say."""
    return next((what for what, signature in _STRANGERS if signature.match(head[:HEAD])), "")
