"""The formats of pictures: one row says all that the program knows about one.

To add a format, add its row to :data:`FORMATS`; if a library reads it that :data:`DECODERS` lacks, add a line there and
a module with its decoder to ``viewer/core/decode``. tests/contracts/test_formats.py fails as long as one is missing.
"""

from __future__ import annotations

from typing import NamedTuple

HEAD = 64
"""Bytes at the start of a file that are enough to recognise its format."""

DECODERS = {
    "simplejpeg": "viewer.core.decode.jpeg:JpegDecoder",
    "tifffile": "viewer.core.decode.tiff:TiffDecoder",
    "Pillow": "viewer.core.decode.pillow:PillowDecoder",
    "Qt": "",
}
"""The libraries, with the classes that decode by them; none for the library that only the window has."""


class Format(NamedTuple):
    """A format of pictures.

    Attributes:
        name: as people say it.
        suffixes: of its files, in lower case with their dot.
        signatures: how its files begin, ``?`` for any byte; empty where Pillow has to recognise them.
        decoders: the libraries that are tried, in this order; those that are not there are left out.
        read_by: the same for people, with what more can be installed.
        holds_gil: whether no other thread runs while a picture is decoded.
    """

    name: str
    suffixes: tuple[str, ...]
    signatures: tuple[bytes, ...]
    decoders: tuple[str, ...]
    read_by: str
    holds_gil: bool


def _by_pillow(name: str, suffixes: str, *signatures: bytes, holds_gil: bool) -> Format:
    read_by = "Pillow, and no other thread runs meanwhile" if holds_gil else "Pillow"
    return Format(name, tuple(suffixes.split()), signatures, ("Pillow",), read_by, holds_gil)


_JPEG = ("simplejpeg", "Pillow"), "simplejpeg; CMYK by Pillow"
_QT = ("Qt", "Pillow"), "Qt in the window, Pillow in scripts"
_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF = (
    ("tifffile", "Pillow"),
    "tifffile; LZW, JPEG and odd varieties by Pillow, more with `pip install lookahead[tiff]`",
)

FORMATS = (
    Format("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), (b"\xff\xd8\xff",), *_JPEG, holds_gil=False),
    Format("PNG", (".png", ".apng"), (b"\x89PNG\r\n\x1a\n",), *_QT, holds_gil=False),
    Format("WebP", (".webp",), (b"RIFF????WEBP",), *_QT, holds_gil=False),
    Format("TIFF", (".tif", ".tiff"), _TIFF_SIGNATURES, *_TIFF, holds_gil=False),
    _by_pillow("GIF", ".gif", b"GIF87a", b"GIF89a", holds_gil=False),
    _by_pillow("AVIF", ".avif .avifs", holds_gil=False),
    _by_pillow("JPEG 2000", ".jp2 .j2k .j2c .jpc .jpf .jpx", holds_gil=True),
    _by_pillow("BMP", ".bmp .dib", holds_gil=False),
    _by_pillow("TGA", ".tga .icb .vda .vst", holds_gil=False),
    _by_pillow("PNM", ".ppm .pgm .pbm .pnm .pfm", holds_gil=False),
    _by_pillow("SGI", ".sgi .rgb .rgba .bw", holds_gil=False),
    _by_pillow("Photoshop", ".psd", holds_gil=False),
    _by_pillow("QOI", ".qoi", holds_gil=False),
    _by_pillow("PCX", ".pcx .dcx", holds_gil=False),
    _by_pillow("Sun raster", ".ras", holds_gil=False),
    _by_pillow("X bitmap, X pixmap", ".xbm .xpm", holds_gil=False),
    _by_pillow("FITS", ".fit .fits", holds_gil=False),
    _by_pillow("icons", ".ico .cur .icns", holds_gil=False),
    _by_pillow("DirectDraw surface", ".dds", holds_gil=False),
    _by_pillow("game textures", ".blp .ftc .ftu", holds_gil=False),
    _by_pillow("Microsoft Paint", ".msp", holds_gil=False),
    _by_pillow("GIMP brush", ".gbr", holds_gil=False),
    _by_pillow("PIXAR raster", ".pxr", holds_gil=False),
    _by_pillow("IFUNC image", ".im", holds_gil=False),
)
"""The formats. Suffixes say which files are taken for pictures; files are decoded by how they begin."""

UNRECOGNISED = Format("", (), (), ("Pillow",), "", holds_gil=False)
"""The row of files whose beginning no signature fits: Pillow, which knows the most formats, has the word on them."""

SUFFIXES = {each.name: frozenset(each.suffixes) for each in FORMATS}
"""The suffixes of each format by its name."""
PICTURE_SUFFIXES = frozenset[str]().union(*SUFFIXES.values())
"""The suffixes of files that are taken for pictures, in lower case with their dot."""


def recognise(head: bytes) -> Format:
    """Returns the format of a file by its first bytes, :data:`HEAD` of them or all; else :data:`UNRECOGNISED`."""
    return next((each for each in FORMATS if any(_begins(head, one) for one in each.signatures)), UNRECOGNISED)


def _begins(head: bytes, signature: bytes) -> bool:
    pairs = zip(head, signature, strict=False)
    return len(head) >= len(signature) and all(wanted in {found, ord("?")} for found, wanted in pairs)
